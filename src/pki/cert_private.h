/*
 * cert_private.h - what the files of src/pki share of OpenSSL: keys and X509 objects made on demand, its error queue, its algorithms.
 *
 * Never included outside src/pki. Objects returned by peek functions are borrowed; threads as cert.h.
 */
#ifndef KYSO_PKI_CERT_PRIVATE_H
#define KYSO_PKI_CERT_PRIVATE_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdatomic.h>

#include "pki/cert.h"
#include "pki/der.h"
#include "util/buf.h"
#include "util/err.h"

#define CERT_NO_TEXT SIZE_MAX

/* What is made on demand, shared by threads: whoever loses the race frees his own. */
struct cert_lazy {
	_Atomic(EVP_PKEY *) pkey;
	_Atomic(X509 *) x509;
};

/* Slices point into `der`; texts are offsets into `text`, NUL-terminated, CERT_NO_TEXT when absent. */
struct cert {
	atomic_uint refs;
	struct bytes der; /* owned */
	struct bytes tbs, tbs_algid, algid, signature;
	struct bytes serial, issuer, subject, spki, key_bits, ski, aki;
	int64_t not_before_ms, not_after_ms;
	unsigned signature_unused_bits;
	int version; /* 1..3 */
	struct buf text;
	size_t subject_text, issuer_text, serial_text, attrs_begin, attrs_end; /* attrs: type NUL value NUL ... */
	size_t email, ocsp_url, ca_issuers_url, crl_url;
	struct cert_ext *exts; /* owned */
	size_t ext_count;
	unsigned key_usage, ekus; /* ekus: bit 1 << enum cert_eku */
	bool has_key_usage, has_eku, eku_critical, is_ca, ocsp_no_check, self_issued;
	long path_len; /* -1 none */
	struct key_strength key;
	struct cert_lazy *lazy;
};

/* cert_ext.c: reads the extensions' list into the fields above. */
NODISCARD int cert_read_extensions(struct cert *cert, struct der extensions, struct err *err);
/* Appends a text and its NUL to cert->text, returns where it begins. */
size_t cert_add_text(struct cert *cert, struct bytes text);

/* Fills err with the sentence and OpenSSL's first reason, empties its queue, returns -1. */
int pki_openssl_error(struct err *err, enum err_code code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* The digest, fetched once a process; NULL for DIGEST_NONE or when the provider has none. */
const EVP_MD *pki_evp_md(enum digest_alg alg);

/* The public key, made once from the SubjectPublicKeyInfo. NULL (err filled) when OpenSSL cannot use it. */
EVP_PKEY *cert_peek_pkey(const struct cert *cert, struct err *err);
/* OpenSSL's own view, made once, 0.15 ms: only where cert.h cannot answer. NULL (err filled) when OpenSSL cannot read it. */
X509 *cert_peek_x509(const struct cert *cert, struct err *err);
/* A public key from a SubjectPublicKeyInfo. */
NODISCARD int pki_pkey_from_spki(struct bytes spki_der, EVP_PKEY **ret_pkey, struct err *err);
/* The DER of an X509 object as a struct cert. */
NODISCARD int cert_from_x509(X509 *x509, struct cert **ret_cert, struct err *err);
NODISCARD int pki_spki_of(EVP_PKEY *pkey, struct buf *out, struct err *err);

/* Sets padding, MGF1 and digest of an initialised sign or verify context. */
NODISCARD int pki_setup_ctx(EVP_PKEY_CTX *ctx, struct sig_alg alg, bool verify, struct err *err);
/* 0 the value is the key's over this digest; 1 it is not; -1 could not be decided. */
NODISCARD int pki_verify_digest(EVP_PKEY *pkey, struct sig_alg alg, const struct digest *digest, struct bytes signature, struct err *err);
/* The same over a message, hashing it as the algorithm asks (EdDSA takes the message itself). */
NODISCARD int pki_verify_message(EVP_PKEY *pkey, struct sig_alg alg, struct bytes message, struct bytes signature, struct err *err);
/* Kind and size of the key in a SubjectPublicKeyInfo, KEY_UNKNOWN when not known. */
struct key_strength pki_spki_strength(struct bytes spki_der);

static inline void evp_pkey_freep(EVP_PKEY **p)
{
	EVP_PKEY_free(*p);
}

static inline void evp_pkey_ctx_freep(EVP_PKEY_CTX **p)
{
	EVP_PKEY_CTX_free(*p);
}

#endif
