/*
 * key.h - software keys: making, storing (PKCS#8, PKCS#12), signing digests. For the stand-in authority, its tests and PKCS#12 signers.
 *
 * Keys on tokens never come here. A key is reference counted; signing with one key is for one thread at a time (its context is
 * kept between calls, which is what makes a loop as fast as the bare operation).
 */
#ifndef KYSO_PKI_KEY_H
#define KYSO_PKI_KEY_H

#include "pki/signer.h"

struct key;
struct secret;

enum key_type { KEY_TYPE_RSA_2048, KEY_TYPE_RSA_3072, KEY_TYPE_RSA_4096, KEY_TYPE_P256, KEY_TYPE_P384 };

/* "rsa2048", "rsa3072", "rsa4096", "p256", "p384"; -1 and ERR_USAGE for another word. */
NODISCARD int key_type_find(const char *name, enum key_type *ret_type, struct err *err);
NODISCARD int key_generate(enum key_type type, struct key **ret_key, struct err *err);
struct key *key_keep(struct key *key);
void key_free(struct key *key);
DEFINE_FREEP(struct key, key_free)

struct key_strength key_strength(const struct key *key);
NODISCARD int key_spki(const struct key *key, struct buf *out, struct err *err); /* DER SubjectPublicKeyInfo */
bool key_matches(const struct key *key, const struct cert *cert);
/* PKCS#1 v1.5 with SHA-256; ECDSA with the curve's digest. */
struct sig_alg key_default_alg(struct key_strength key);
/* Appends the signature value, as signer.h says. Not checked: signer_sign does that. */
NODISCARD int key_sign(struct key *key, struct sig_alg alg, const struct digest *digest, struct buf *ret_signature, struct err *err);

/* PKCS#8 in PEM; PBES2 with AES-256 when a password is given. Loading also takes the older PEM forms and DER. */
NODISCARD int key_save_pem(const struct key *key, const struct secret *password, struct buf *out, struct err *err);
/* ERR_KEY_PASSWORD when it is encrypted and the password is missing or wrong, ERR_KEY_FILE when it holds no private key. */
NODISCARD int key_load_pem(struct bytes file, const char *name, const struct secret *password, struct key **ret_key, struct err *err);

/* A signer over this key; cert must be the key's (ERR_SIGNATURE_MISMATCH). Keeps key, cert and the chain's certificates. */
NODISCARD int key_signer_new(struct key *key, struct cert *cert, const struct cert_list *chain, struct signer **ret_signer, struct err *err);

/* PKCS#12 with PBES2/AES-256-CBC and an HMAC-SHA-256 MAC. `chain` may be NULL; `label` is the friendlyName, may be NULL. */
NODISCARD int p12_write(struct key *key, struct cert *cert, const struct cert_list *chain, const char *label, const struct secret *password,
			struct buf *out, struct err *err);
/* The parts of a PKCS#12 file: the key, its certificate, the others (appended to ret_chain). Errors as p12_signer_open. */
NODISCARD int p12_load(struct bytes file, const char *name, const struct secret *password, struct key **ret_key, struct cert **ret_cert,
		       struct cert_list *ret_chain, struct err *err);

#endif
