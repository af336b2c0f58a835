/*
 * keys.h - opening a signing key for an act: PKCS#12 file or PKCS#11 token, checked to be usable at the time of the
 * act.
 *
 * Called by the commands and the server. The secret stays the caller's. Errors name the file or token (ERR_KEY_...,
 * ERR_TOKEN_..., ERR_CERT_EXPIRED, ERR_CERT_NOT_YET_VALID, ERR_CERT_KEY_USAGE, ERR_CERT_WEAK_KEY).
 */
#ifndef KYSO_SERVICE_KEYS_H
#define KYSO_SERVICE_KEYS_H

#include "pki/signer.h"

struct secret;

struct key_source {
	const char *p12_path;
	const char *p11_module;
	const char *p11_init;  /* arguments for C_Initialize that some modules want; may be NULL */
	const char *p11_token; /* label */
	const char *p11_key;   /* label; NULL = the only one */
	bool last_try;         /* --last-try: use the last PIN try */
};

NODISCARD int service_key_open(const struct key_source *source, const struct secret *secret, int64_t at_ms,
			       struct signer **ret_signer, struct err *err);

#endif
