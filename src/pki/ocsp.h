/*
 * ocsp.h - the online certificate status protocol (RFC 6960, RFC 5019, RFC 9654): building requests, strict parsing of responses.
 *
 * A parsed response is immutable; everything returned is borrowed from it. Whether a responder may speak for an authority is
 * ocsp_responder_allowed here (RFC 6960 4.2.2.2); whether the responder's certificate chains and is not revoked is chain.h's.
 * Times are UTC milliseconds. Threads: a response may be shared.
 */
#ifndef KYSO_PKI_OCSP_H
#define KYSO_PKI_OCSP_H

#include "pki/cert.h"
#include "pki/crl.h"

struct buf;
struct err;
struct ocsp;

#define OCSP_MAX_BYTES ((size_t)4 * 1024 * 1024)
#define OCSP_NONCE_BYTES 32 /* RFC 9654 2.1: 1..128, 32 recommended */

/* DER OCSPRequest for one certificate. The CertID is hashed with `alg` (SHA-1 is what RFC 5019 responders know); nonce {NULL,0} = none. */
NODISCARD int ocsp_request_write(const struct cert *cert, const struct cert *issuer, enum digest_alg alg, struct bytes nonce,
				 struct buf *out, struct err *err);

/* RFC 6960 4.2.1. */
enum ocsp_status {
	OCSP_SUCCESSFUL = 0,
	OCSP_MALFORMED_REQUEST = 1,
	OCSP_INTERNAL_ERROR = 2,
	OCSP_TRY_LATER = 3,
	OCSP_SIG_REQUIRED = 5,
	OCSP_UNAUTHORIZED = 6
};
const char *ocsp_status_name(enum ocsp_status status); /* "tryLater" */

/* OCSPResponse, or a bare BasicOCSPResponse (CAdES revocation-values). ERR_OCSP, naming what; copies the bytes. */
NODISCARD int ocsp_parse(struct bytes der, struct ocsp **ret_ocsp, struct err *err);
/* DER, or PEM ("OCSP RESPONSE"). */
NODISCARD int ocsp_load(struct bytes file, const char *name, struct ocsp **ret_ocsp, struct err *err);
void ocsp_free(struct ocsp *ocsp);
DEFINE_FREEP(struct ocsp, ocsp_free)

struct bytes ocsp_der(const struct ocsp *ocsp); /* as given */
enum ocsp_status ocsp_status(const struct ocsp *ocsp);
/* The rest is empty unless OCSP_SUCCESSFUL. */
int64_t ocsp_produced_ms(const struct ocsp *ocsp);
struct bytes ocsp_nonce(const struct ocsp *ocsp);         /* {NULL,0} when absent */
const struct cert_list *ocsp_certs(const struct ocsp *ocsp);
struct sig_alg ocsp_sig_alg(const struct ocsp *ocsp);
const char *ocsp_unusable(const struct ocsp *ocsp);       /* an unknown critical extension; NULL when usable */

enum ocsp_cert_status { OCSP_GOOD, OCSP_REVOKED, OCSP_UNKNOWN };

struct ocsp_single {
	enum ocsp_cert_status status;
	int64_t this_update_ms;
	int64_t next_update_ms;      /* INT64_MIN when absent */
	int64_t archive_cutoff_ms;   /* RFC 6960 4.4.4, INT64_MAX when absent */
	int64_t revoked_ms;
	enum crl_reason reason;
	bool has_reason;
	enum digest_alg id_alg;      /* of the CertID that matched */
};
size_t ocsp_single_count(const struct ocsp *ocsp);
/* The newest SingleResponse whose CertID is this certificate's under this issuer (name and key hashed). */
bool ocsp_find(const struct ocsp *ocsp, const struct cert *cert, const struct cert *issuer, struct ocsp_single *ret);

/* The responder ID names this certificate (by name, or by SHA-1 of its key). */
bool ocsp_responder_is(const struct ocsp *ocsp, const struct cert *cert);
/* 0 yes, 1 no, -1 could not be decided. */
NODISCARD int ocsp_check_signature(const struct ocsp *ocsp, const struct cert *signer, struct err *err);
/*
 * RFC 6960 4.2.2.2: the issuer itself, or a certificate it issued directly, with id-kp-OCSPSigning. `ret_delegate` tells which.
 * Only names, keys and usages; the signature of the issuer on the delegate is the caller's to check.
 */
bool ocsp_responder_allowed(const struct cert *responder, const struct cert *issuer, bool *ret_delegate);

/*
 * Checks a fresh answer to one's own request as a client must (RFC 6960 3.2): successful, for this certificate, signed by an
 * allowed responder whose certificate is in the response or is the issuer, nonce equal when the response has one, current at a
 * time (skew_ms allowed). ERR_OCSP names what is wrong. "revoked" and "unknown" are not errors: read ret_single.
 * `ret_responder` (may be NULL) borrows the responder's certificate.
 */
NODISCARD int ocsp_check_answer(const struct ocsp *ocsp, const struct cert *cert, const struct cert *issuer, struct bytes nonce,
				int64_t at_ms, int64_t skew_ms, struct ocsp_single *ret_single, const struct cert **ret_responder,
				struct err *err);

/* Adobe's revocationInfoArchival attribute value (1.2.840.113583.1.1.8): calls back for each CRL and OCSP response in it. */
struct revocation_archival_visitor {
	int (*crl)(void *context, struct bytes der, struct err *err);
	int (*ocsp)(void *context, struct bytes der, struct err *err);
	void *context;
};
NODISCARD int revocation_archival_read(struct bytes der, const struct revocation_archival_visitor *visitor, struct err *err);

#endif
