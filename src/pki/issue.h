/*
 * issue.h - what an authority makes and signs: certificates and CRLs (RFC 5280), OCSP responses (RFC 6960), time-stamp
 * responses (RFC 3161). The counterpart of cert.h, crl.h, ocsp.h and tsp.h, which read them.
 *
 * Everything is written as DER octet by octet (der.h) and signed through a signer, so the authority's key may be in a
 * file or on a token. Policy (who gets what, for how long) is src/ca's; here a structure is only made well-formed.
 * Times are UTC milliseconds, cut to whole seconds. Requests of other people (OCSP, time-stamp) are hostile: what is
 * malformed gets the standard's own error response, never an error of ours.
 * Threads: functions without state; a signer serves one thread at a time (signer.h).
 */
#ifndef KYSO_PKI_ISSUE_H
#define KYSO_PKI_ISSUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pki/key.h"
#include "pki/signer.h"

struct buf;

/* ---- certificates ---- */

#define ISSUE_MAX_EKUS 4

struct issue_cert {
	struct bytes serial;  /* positive, big-endian */
	struct bytes subject; /* DER Name (name_build) */
	struct bytes spki;    /* DER SubjectPublicKeyInfo */
	int64_t not_before_ms, not_after_ms;
	bool ca;            /* basicConstraints cA, critical */
	int path_len;       /* of a CA; -1 = none */
	unsigned key_usage; /* bits of enum cert_key_usage; critical; 0 = no extension */
	enum cert_eku ekus[ISSUE_MAX_EKUS];
	size_t eku_count;
	bool eku_critical;  /* RFC 3161 2.3: a time-stamping certificate's must be */
	bool ocsp_no_check; /* RFC 6960 4.2.2.2.1 */
	const char *email;  /* rfc822Name in the SAN; NULL = no extension. So with all below. */
	const char *crl_url, *ocsp_url, *issuer_url;
	const char *policy_oid;
};

NODISCARD int issue_cert(const struct issue_cert *what, struct signer *issuer, struct sig_alg alg,
			 struct cert **ret_cert, struct err *err);
/* A root: the subject is the issuer, spki is the key's own. */
NODISCARD int issue_cert_self_signed(const struct issue_cert *what, struct key *key, struct cert **ret_cert,
				     struct err *err);
/* What a SubjectPublicKeyInfo holds; KEY_UNKNOWN when it cannot be read. */
struct key_strength issue_key_strength(struct bytes spki);
/* RSA of 1024 bits: too weak for anything but tests that it is refused. */
NODISCARD int issue_weak_key(struct key **ret_key, struct err *err);

/* ---- CRLs ---- */

struct issue_crl_entry {
	uint8_t serial[8]; /* big-endian */
	int64_t revoked_ms;
	int reason; /* CRLReason; 0 (unspecified) is left out as RFC 5280 5.3.1 asks */
};

struct issue_crl {
	uint64_t number;
	int64_t this_update_ms, next_update_ms;
	int64_t expired_since_ms; /* expiredCertsOnCRL: nothing that expired since then was dropped; INT64_MIN = no
				     extension */
	const struct issue_crl_entry *entries;
	size_t count;
};

NODISCARD int issue_crl(const struct issue_crl *what, struct signer *issuer, struct sig_alg alg, struct buf *ret_der,
			struct err *err);

/* ---- OCSP responses ---- */

enum issue_status_kind { ISSUE_GOOD, ISSUE_REVOKED, ISSUE_UNKNOWN };

struct issue_status {
	enum issue_status_kind kind;
	int64_t revoked_ms;
	int reason; /* CRLReason, 0 is left out */
};

struct issue_ocsp {
	const struct cert *issuer;                              /* the authority that issued what is asked for */
	struct signer *responder;                               /* its certificate is embedded; it answers byKey */
	int64_t produced_at_ms, this_update_ms, next_update_ms; /* next_update INT64_MIN = none */
	/* The status of one of the issuer's serials (INTEGER contents octets). -1 makes the answer internalError. */
	int (*find)(void *user, struct bytes serial, struct issue_status *ret_status, struct err *err);
	void *user;
};

enum issue_ocsp_error { ISSUE_OCSP_MALFORMED = 1, ISSUE_OCSP_INTERNAL = 2, ISSUE_OCSP_TRY_LATER = 3 };

#define ISSUE_OCSP_MAX_CERTS 64

/* Appends an OCSPResponse. -1 only when signing or memory failed. */
NODISCARD int issue_ocsp(struct bytes request, const struct issue_ocsp *how, struct buf *ret_der, struct err *err);
/* An OCSPResponse with an error status and nothing else. */
void issue_ocsp_error(enum issue_ocsp_error status, struct buf *ret_der);

/* ---- time-stamp responses ---- */

enum issue_tsp_failure {
	TSP_BAD_ALG = 0,
	TSP_BAD_REQUEST = 2,
	TSP_BAD_DATA_FORMAT = 5,
	TSP_TIME_NOT_AVAILABLE = 14,
	TSP_UNACCEPTED_POLICY = 15,
	TSP_UNACCEPTED_EXTENSION = 16,
	TSP_ADD_INFO_NOT_AVAILABLE = 17,
	TSP_SYSTEM_FAILURE = 25
};

/* Wrong answers on purpose, for testing clients. */
enum issue_tsp_fault { TSP_FAULT_NONE, TSP_FAULT_IMPRINT, TSP_FAULT_NONCE };

struct issue_tsp {
	struct signer *tsa;
	const char *policy_oid;
	struct bytes serial;
	int64_t gen_time_ms;
	int accuracy_seconds; /* 0 = not stated */
	bool ordering;
	enum issue_tsp_fault fault;
};

/* Appends a TimeStampResp: a token, or a rejection with its PKIFailureInfo. -1 only when signing or memory failed. */
NODISCARD int issue_tsp(struct bytes request, const struct issue_tsp *how, struct buf *ret_der, struct err *err);
void issue_tsp_rejection(enum issue_tsp_failure failure, const char *text, struct buf *ret_der);

/* ---- shared ---- */

/* Signs a to-be-signed structure with any signer and appends SEQUENCE { tbs, AlgorithmIdentifier, BIT STRING, extra }.
 */
NODISCARD int issue_signed(const struct buf *tbs, struct bytes extra, struct signer *signer, struct sig_alg alg,
			   struct buf *out, struct err *err);

#endif
