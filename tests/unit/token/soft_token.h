/* soft_token.h - the soft tokens the tests run on, each made afresh under TMPDIR: SoftHSM2 and NSS softokn. */
#ifndef KYSO_TEST_SOFT_TOKEN_H
#define KYSO_TEST_SOFT_TOKEN_H

#include <stdbool.h>

#include "token/tk_module.h"
#include "token/tk_session.h"
#include "util/secret.h"

#define SOFT_PIN "246810"
#define SOFT_SO_PIN "13579246"
#define SOFT_LABEL "Chữ ký thử"

struct soft_token_kind {
	const char *name;
	const char *paths[4];   /* where distributions put the module */
	char *(*prepare)(void); /* makes its database, returns its initialisation arguments (free) or NULL */
	/* First PINs. */
	void (*set_up)(struct tk_module *module);
	bool has_so_pin;  /* the security officer keeps a PIN of his own */
	bool hides_keys;  /* private keys are not seen before log-in */
	bool tells_local; /* CKA_LOCAL is kept */
};

extern const struct soft_token_kind softhsm_kind;
extern const struct soft_token_kind nss_kind;

/* Loads the module and makes the token; NULL when the package is not installed. */
struct tk_module *soft_token_make(const struct soft_token_kind *kind);
const char *soft_token_path(const struct soft_token_kind *kind);
const char *soft_token_args(void);

struct secret *soft_secret(const char *text);

#endif
