/*
 * tk_key.h - making a key pair on a token with its request, and writing the certificate that comes back beside it.
 *
 * The private key is made on the token, sensitive and not extractable; a token that makes it otherwise is refused and
 * the pair is destroyed again. Needs a writable session with the user logged in. RSA 2048, 3072, 4096; EC P-256, P-384.
 * Errors: ERR_TOKEN_EXISTS (a key with this label is there), ERR_KEY_UNSUPPORTED, ERR_TOKEN_FULL, ERR_TOKEN_READ_ONLY,
 * ERR_TOKEN_NO_KEY.
 */
#ifndef KYSO_TOKEN_TK_KEY_H
#define KYSO_TOKEN_TK_KEY_H

#include "pki/cert.h"
#include "pki/name.h"
#include "token/tk_session.h"

struct buf;

#define TK_KEY_ID_BYTES 20

struct tk_keygen {
	enum key_kind kind; /* KEY_RSA, KEY_EC */
	int bits;           /* of the modulus or the field */
	const char *label;
};

/* A pair that was just made. */
struct tk_new_key;

NODISCARD int tk_key_generate(struct tk_session *session, const struct tk_keygen *what, struct tk_new_key **ret_key,
			      struct err *err);
void tk_new_key_free(struct tk_new_key *key); /* the pair on the token stays */
DEFINE_FREEP(struct tk_new_key, tk_new_key_free)
/* Takes the pair off the token again, when what was to come after has failed. */
NODISCARD int tk_new_key_destroy(struct tk_new_key *key, struct err *err);

struct bytes tk_new_key_spki(const struct tk_new_key *key); /* SubjectPublicKeyInfo, DER; borrowed */
struct bytes tk_new_key_id(const struct tk_new_key *key);   /* CKA_ID: random */
struct sig_alg
tk_new_key_alg(const struct tk_new_key *key); /* what it signs its request with: SHA-256, SHA-384 for P-384 */
/* As signer_ops.sign. */
NODISCARD int tk_new_key_sign(struct tk_new_key *key, struct sig_alg alg, const struct digest *digest,
			      struct buf *ret_signature, struct err *err);

/*
 * A key pair and its PKCS#10 request in one go. `subject` in the order certificates have (C first); `email` for the
 * subjectAltName, may be NULL. When the request cannot be made the pair is taken off the token again. The request's
 * signature is checked before it is given out.
 */
NODISCARD int tk_generate(struct tk_session *session, const struct tk_keygen *what, const struct name_part *subject,
			  size_t subject_count, const char *email, struct buf *ret_csr_der, struct err *err);

/*
 * Writes a certificate beside its private key (found by the public key, or by a trial signature where the token does
 * not show it; CKA_ID and, unless `label` is given, CKA_LABEL are the key's), and the authorities' certificates of
 * `chain` (may be NULL) with their key identifiers as CKA_ID. Those already there are left alone.
 */
NODISCARD int tk_import_certificate(struct tk_session *session, struct cert *cert, const char *label,
				    const struct cert_list *chain, struct err *err);

#endif
