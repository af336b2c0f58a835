/*
 * tk_mechanism.h - from kyso's signature algorithms to PKCS#11 mechanisms: the mechanism, its parameters, the bytes it
 * is given, and the form of what it answers. Internal to src/token.
 */
#ifndef KYSO_TOKEN_TK_MECHANISM_H
#define KYSO_TOKEN_TK_MECHANISM_H

#include "pki/algo.h"
#include "token/tk_private.h"

struct buf;
struct digest;

/* A private key to sign with. */
struct tk_sign_key {
	CK_OBJECT_HANDLE handle;
	int bits;
	bool always_authenticate;
};

enum tk_sign_result { TK_SIGN_DONE, TK_SIGN_FAILED, TK_SIGN_SESSION_LOST /* a fresh session may help */ };

/*
 * Signs a digest and appends the value in the form of pki/signer.h. ERR_KEY_UNSUPPORTED when kyso or the token does not
 * sign so; ERR_TOKEN when the answer has not the length that the key gives; ERR_TOKEN_REMOVED whatever the token's last
 * word was.
 */
NODISCARD enum tk_sign_result tk_sign(struct tk_session *session, const struct tk_sign_key *key, struct sig_alg alg,
				      const struct digest *digest, struct buf *ret_signature, struct err *err);

/* Whether the token signs digests this way; otherwise ERR_KEY_UNSUPPORTED saying what is missing. */
NODISCARD int tk_signing_check_token(struct tk_module *module, const struct tk_token *token, struct sig_alg alg,
				     struct err *err);

#endif
