/*
 * chain.h - certification paths at a given time: building and validating them (RFC 5280 section 6, RFC 9618 for policies) and the
 * status of every certificate on them from CRLs (6.3, with indirect, partial and delta lists) and OCSP (RFC 6960).
 *
 * A `struct chain` holds the inputs and remembers what it checked, so that the same material can be judged at several times
 * (EN 319 102-1 5.6.2: past certificate validation). Verdicts are data: -1 means that nothing could be decided (memory). Hostile
 * input is bounded: signature checks, steps of the search, paths and depth (the limits below); what hits a limit is
 * indeterminate, never valid. Nothing is fetched here: evidence.h does. Threads: one chain, one thread at a time.
 */
#ifndef KYSO_PKI_CHAIN_H
#define KYSO_PKI_CHAIN_H

#include "pki/evidence.h"

struct chain;

#define CHAIN_MAX_DEPTH 16             /* certificates on a path, anchor not counted */
#define CHAIN_MAX_CERTS 2048           /* candidates */
#define CHAIN_MAX_SIGNATURE_CHECKS 512 /* on certificates, a chain object's life long */
#define CHAIN_MAX_EVIDENCE_CHECKS 512  /* signatures on CRLs and OCSP responses */
#define CHAIN_MAX_STEPS 8192           /* of the search, a validation */
#define CHAIN_MAX_PATHS 32             /* complete paths tried, a validation */

#define CHAIN_MAX_WORK 20000           /* CRLs and OCSP responses looked at, a validation */

enum chain_status { CHAIN_VALID, CHAIN_INVALID, CHAIN_INDETERMINATE };
const char *chain_status_name(enum chain_status status); /* "valid", "invalid", "indeterminate" */

/* Sub-indications, by EN 319 102-1's names (table 6). */
enum chain_sub {
	CHAIN_SUB_NONE,
	CHAIN_SUB_NO_CERTIFICATE_CHAIN_FOUND,
	CHAIN_SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE,
	CHAIN_SUB_CHAIN_CONSTRAINTS_FAILURE,
	CHAIN_SUB_CRYPTO_CONSTRAINTS_FAILURE,
	CHAIN_SUB_NOT_YET_VALID,
	CHAIN_SUB_EXPIRED,
	CHAIN_SUB_TRY_LATER,
	CHAIN_SUB_REVOKED,
	CHAIN_SUB_REVOKED_CA_NO_POE
};
const char *chain_sub_name(enum chain_sub sub); /* "REVOKED"; NULL for none */

/* What is asked of the first certificate's key besides (RFC 5280 4.2.1.3, 4.2.1.12). */
enum chain_use {
	CHAIN_USE_ANY,
	CHAIN_USE_SIGNATURE,  /* digitalSignature or nonRepudiation, when key usage is there */
	CHAIN_USE_CRL_SIGN,   /* cRLSign, when key usage is there */
	CHAIN_USE_OCSP,       /* id-kp-OCSPSigning */
	CHAIN_USE_TIME_STAMP  /* critical, only id-kp-timeStamping (RFC 3161 2.3) */
};

struct chain_inputs {
	const struct cert_list *anchors;  /* trusted as they are: their dates and extensions are not judged (RFC 5280 6.1.1 d) */
	const struct cert_list *certs;    /* candidates; may be NULL */
	const struct evidence *evidence;  /* CRLs, OCSP responses and more candidates; may be NULL; outlives the chain and its results */
};
NODISCARD int chain_new(const struct chain_inputs *inputs, struct chain **ret_chain, struct err *err);
void chain_free(struct chain *chain);
DEFINE_FREEP(struct chain, chain_free)

struct chain_options {
	int64_t at_ms;           /* the time of the question */
	int64_t now_ms;          /* evidence from later is not believed; 0 = at_ms */
	enum chain_use use;
	bool ignore_validity;    /* do not look at notBefore and notAfter (first step of past validation) */
	bool ignore_revocation;
	bool check_algorithms;   /* algorithms the policy no longer trusts fail the path; else they are only reported */
	bool decide;             /* RFC 5280's two answers: a path that cannot be shown valid is invalid (limits stay indeterminate);
				  * for `kyso cert verify` when CRLs are given, docs/decisions/013 */
	const char *const *policies; /* initial policy set, dotted; policy_count 0 = any-policy */
	size_t policy_count;
	bool explicit_policy, inhibit_any, inhibit_mapping;
	int64_t max_age_ms;      /* of evidence without nextUpdate; 0 = 24 hours */
	int64_t skew_ms;         /* by which clocks may disagree; 0 = 5 minutes */
};

/* Where a certificate's status comes from; borrowed from the evidence, signer from the chain. */
struct chain_proof {
	const struct crl *crl;   /* complete (or partial) list */
	const struct crl *delta; /* used with it */
	const struct ocsp *ocsp;
	struct cert *signer;     /* of the CRL or OCSP response */
	int64_t this_update_ms;
	int64_t next_update_ms;  /* INT64_MIN when absent */
	int64_t produced_ms;     /* OCSP; else thisUpdate */
};

enum cert_state {
	CERT_UNCHECKED, /* anchor, or not asked */
	CERT_GOOD,
	CERT_REVOKED,
	CERT_ON_HOLD,   /* certificateHold: may still be taken back */
	CERT_UNKNOWN    /* no usable evidence: detail says why */
};

struct cert_status {
	enum cert_state state;
	int64_t revoked_ms;
	enum crl_reason reason;
	bool has_reason;
	int64_t invalidity_ms;      /* invalidityDate of the CRL entry, INT64_MIN when absent */
	struct chain_proof proof;
	bool no_check;              /* id-pkix-ocsp-nocheck (RFC 6960 4.2.2.2.1): good without evidence */
	char detail_en[200], detail_vi[240];
};

struct chain_link {
	struct cert *cert;
	struct cert_status status;
	bool weak;              /* the signature on it, or its key, is of an algorithm not trusted at at_ms */
	int64_t weak_since_ms;  /* the policy's sunset */
};

struct chain_result {
	enum chain_status status;
	enum chain_sub sub;
	struct chain_link *links; /* the path, leaf first; the best that was found when there is no valid one; never empty */
	size_t count;
	struct cert *anchor;      /* NULL when none was reached */
	int failed;               /* index in links of the certificate that failed, -1 = none */
	char en[400], vi[480];    /* why, one sentence; empty when valid */
	size_t paths_tried;
	enum chain_use use;       /* that was asked */
};

NODISCARD int chain_validate(struct chain *chain, struct cert *leaf, const struct chain_options *options,
			     struct chain_result **ret_result, struct err *err);
void chain_result_free(struct chain_result *result);
DEFINE_FREEP(struct chain_result, chain_result_free)

/*
 * The status of one certificate of a path that was found, from evidence of a time: what past certificate validation asks
 * (EN 319 102-1 5.6.2.1). With `fresh` false the newest evidence issued before `issued_before_ms` answers, however old.
 */
struct chain_question {
	int64_t at_ms;
	int64_t now_ms;            /* 0 = at_ms */
	int64_t issued_before_ms;  /* thisUpdate (OCSP: producedAt too) not after it; INT64_MAX = no bound */
	bool fresh;                /* nextUpdate (or max_age_ms) must reach at_ms */
	/* Whether there is proof that these bytes existed early enough; NULL = not asked. */
	bool (*existed)(void *context, struct bytes der);
	void *context;
	int64_t max_age_ms, skew_ms;
};
NODISCARD int chain_cert_status(struct chain *chain, const struct chain_result *path, size_t index, const struct chain_question *question,
				struct cert_status *ret_status, struct err *err);

#endif
