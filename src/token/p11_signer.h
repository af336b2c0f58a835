/*
 * p11_signer.h - a struct signer (pki/signer.h) over a key on a token: one login, many digests.
 *
 * RSA PKCS#1 v1.5 by CKM_RSA_PKCS over a DigestInfo built here (RFC 8017 9.2), RSA-PSS by CKM_RSA_PKCS_PSS, ECDSA by
 * CKM_ECDSA with the token's r||s turned into Ecdsa-Sig-Value (RFC 3279 2.2.3). A token that offers only the hashing
 * mechanisms (CKM_SHA256_RSA_PKCS) cannot sign a digest: ERR_KEY_UNSUPPORTED says so. A token taken out is
 * ERR_TOKEN_REMOVED. A session lost (power save, another program's log-out) is opened again once per signature, only on
 * a token of the same serial, label and model, logging in with the kept PIN unless only one try is left.
 */
#ifndef KYSO_TOKEN_P11_SIGNER_H
#define KYSO_TOKEN_P11_SIGNER_H

#include "pki/signer.h"
#include "token/tk_session.h"

/* Which key: by its label, by the serial of its certificate (hex, case and leading zeros do not matter), by the
 * certificate itself, or, with nothing given, the only certificate on the token that may sign and has its key there. */
struct p11_choice {
	const char *key_label;
	const char *cert_serial_hex;
	struct cert *cert; /* from outside the token (borrowed): its key must be on the token */
	int64_t at_ms;     /* when not 0, certificates not valid at this time are passed over in the last case */
};

/* ERR_TOKEN_NO_KEY, ERR_TOKEN_NO_CERT, ERR_TOKEN_AMBIGUOUS (lists them), ERR_CERT_KEY_USAGE. Keeps a reference to the
 * session, which is logged in. */
NODISCARD int p11_signer_new(struct tk_session *session, const struct p11_choice *choice, struct signer **ret_signer,
			     struct err *err);

struct p11_signer_options {
	const char *module_path;
	const char *module_init_args; /* NULL */
	struct tk_which token;
	const struct secret *pin; /* NULL = PIN pad */
	int login_flags;          /* enum tk_login_flags */
	struct p11_choice choice;
};

/* Loads, opens, logs in and chooses in one go. */
NODISCARD int p11_signer_open(const struct p11_signer_options *options, struct signer **ret_signer, struct err *err);

/* The token a PKCS#11 signer is on; NULL for any other signer. */
const struct tk_token *p11_signer_token(const struct signer *signer);

#endif
