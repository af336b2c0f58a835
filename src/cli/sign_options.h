/*
 * sign_options.h - the options that `sign`, `sign plan`, `pdf prepare` and `document prepare` share, and what they become.
 */
#ifndef KYSO_CLI_SIGN_OPTIONS_H
#define KYSO_CLI_SIGN_OPTIONS_H

#include "cli/cli.h"
#include "service/keys.h"
#include "service/signing.h"

struct sign_options {
	const char *out, *as, *image, *place, *signer, *level, *tsa, *field, *alg, *reason, *location, *copy_form, *agency, *number;
	const char *doc_number, *doc_date, *font, *status, *state, *state_key, *cert_file, *signature, *preview, *certify;
	const char *p12, *p11_module, *p11_init, *p11_token, *p11_key;
	struct cli_secret_source pin;
	struct opt_list trust, certs;
	double seal_mm, image_mm;
	int jobs;
	const char *batch;
	bool existing_field, last_try;
};

extern const struct opt sign_option_table[];

/* Checks the values and makes settings; everything is borrowed. */
NODISCARD int sign_options_settings(const struct cli *cli, const struct sign_options *options, struct signing_settings *ret, struct err *err);
NODISCARD int sign_options_key(const struct cli *cli, const struct sign_options *options, struct signer **ret_signer, struct err *err);

/* `kyso sign --batch DIR` (cmd_sign_batch.c). */
int cmd_sign_batch(struct cli *cli, const struct sign_options *options, const struct signing_settings *settings, struct err *err);

#endif
