/*
 * csr.h - PKCS#10 certification requests (RFC 2986): making one for any key, reading one and checking that its key signed it.
 *
 * The key is reached through a callback that signs a digest, so that a key on a token never leaves it. Reading is strict DER (or
 * PEM), trailing bytes are ERR_CERT. Strings are borrowed from the request. Threads: immutable once made.
 */
#ifndef KYSO_PKI_CSR_H
#define KYSO_PKI_CSR_H

#include "pki/cert.h"
#include "pki/name.h"

typedef int csr_sign_fn(void *ctx, struct sig_alg alg, const struct digest *digest, struct buf *ret_signature, struct err *err);

struct csr_request {
	const struct name_part *subject; /* in the order certificates have: C first */
	size_t subject_count;
	const char *email;               /* rfc822Name of the requested subjectAltName, NULL = none */
	struct bytes spki_der;
	struct sig_alg alg;
	csr_sign_fn *sign;
	void *sign_ctx;
};

/* DER; the value is checked against the public key before it is given out (ERR_SIGNATURE_MISMATCH). */
NODISCARD int csr_make(const struct csr_request *request, struct buf *out, struct err *err);
/* "-----BEGIN CERTIFICATE REQUEST-----" around DER. */
void csr_put_pem(struct bytes der, struct buf *out);

struct csr;

NODISCARD int csr_parse(struct bytes file, const char *name, struct csr **ret_csr, struct err *err);
void csr_free(struct csr *csr);
DEFINE_FREEP(struct csr, csr_free)

struct bytes csr_der(const struct csr *csr);
const char *csr_subject(const struct csr *csr); /* RFC 4514, as cert_subject */
struct bytes csr_subject_der(const struct csr *csr);
struct bytes csr_spki_der(const struct csr *csr);
struct bytes csr_extensions_der(const struct csr *csr); /* Extensions of the extensionRequest attribute, {NULL,0} when absent */
struct key_strength csr_key(const struct csr *csr);
struct sig_alg csr_sig_alg(const struct csr *csr);
/* Whether the request is signed by its own key: 0 yes; 1 no; -1 could not be decided. */
NODISCARD int csr_check_signature(const struct csr *csr, struct err *err);

#endif
