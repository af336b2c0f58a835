/*
 * chain_private.h - what the files chain*.c share: candidates with their extensions read, the memory of checks, the rules' state.
 *
 * Included by src/pki/chain*.c only. Everything lives in the chain's arena or is borrowed from certificates it keeps.
 */
#ifndef KYSO_PKI_CHAIN_PRIVATE_H
#define KYSO_PKI_CHAIN_PRIVATE_H

#include <stdio.h>

#include "pki/chain.h"
#include "pki/x509_ext.h"
#include "pki/x509_name.h"
#include "util/arena.h"
#include "util/date.h"
#include "util/err.h"

/* One candidate. Slices point into the certificate. */
struct node {
	struct cert *cert;
	struct x509_signed signed_data;
	struct bytes subject, issuer;     /* canonical names */
	bool anchor;
	bool self_issued;
	int reach;                        /* names away from an anchor, -1 = none leads there */
	bool has_basic, ca;
	int64_t path_len;                 /* -1 = none */
	bool has_key_usage;
	uint32_t key_usage;
	struct bytes name_constraints, alt_name, policies, mappings, policy_constraints, inhibit_any, distribution_points;
	struct bytes ski, aki_key, aki_issuer, aki_serial;
	const char *defect;               /* malformed or repeated extension, unknown critical one; NULL = none */
	char defect_oid[DER_OID_TEXT_BYTES];
	struct bytes dsa_parameters;      /* taken from the issuer on the path last judged, whole element */
	struct node *next_same_subject;   /* chain of the subject hash table */
	/* Trust as a signer of CRLs and OCSP responses, for the validation under way. */
	struct signer_memo {
		unsigned round;
		int64_t at_ms;
		enum signer_state { SIGNER_NEW, SIGNER_BUSY, SIGNER_TRUSTED, SIGNER_REFUSED } state;
	} signer[2]; /* of CRLs, of OCSP responses */
};

struct edge {
	const struct node *child, *issuer;
	bool good;
};

struct evidence_edge {
	const void *evidence; /* struct crl or struct ocsp */
	const struct node *signer;
	bool good;
};

#define CHAIN_NAME_SLOTS 1024

struct chain {
	struct arena *arena;
	const struct evidence *evidence;
	struct node **nodes;
	size_t count, cap;
	struct node *by_subject[CHAIN_NAME_SLOTS];
	uint64_t seed;
	struct edge edges[CHAIN_MAX_SIGNATURE_CHECKS];
	size_t edge_count;
	struct evidence_edge evidence_edges[CHAIN_MAX_EVIDENCE_CHECKS];
	size_t evidence_edge_count;
	const struct crl **crls; /* newest first */
	struct bytes *crl_issuers; /* canonical, beside crls */
	size_t crl_count;
	unsigned round;          /* counts validations: what signers were found to be in another round is stale */
	size_t work;             /* evidence looked at in this round */
	size_t measured;         /* certificates when reach was measured */
};

struct path {
	struct node *nodes[CHAIN_MAX_DEPTH]; /* leaf first */
	size_t count;
	struct node *anchor;
};

/* Why a path fails; rows of a table in chain_words.c. */
enum chain_why {
	WHY_NONE,
	WHY_NO_ISSUER, WHY_NO_ANCHOR, WHY_SIGNATURE, WHY_LIMIT, WHY_DEFECT, WHY_NOT_CA, WHY_PATH_LENGTH, WHY_NO_CERT_SIGN, WHY_NAME,
	WHY_POLICY, WHY_USAGE, WHY_ALGORITHM, WHY_NOT_YET, WHY_EXPIRED, WHY_REVOKED, WHY_ON_HOLD, WHY_NO_STATUS,
	WHY_COUNT
};

struct verdict {
	enum chain_why why;
	int index;          /* in path->nodes */
	char detail_en[200], detail_vi[240];
};

/* chain_words.c */
void chain_fill(struct chain_result *result, const struct verdict *verdict, const struct chain_options *options);
int chain_rank(enum chain_why why); /* how far a path came: higher is told rather */
const char *chain_vietnamese(const char *en); /* of a detail given as a literal */
bool verdict_set(struct verdict *verdict, enum chain_why why, size_t index, const char *detail_en, const char *detail_vi);

/* chain_cert.c: 0, or -1 for want of memory; what is wrong in the certificate is node->defect. */
NODISCARD int node_new(struct arena *arena, struct cert *cert, struct node **ret_node, struct err *err);

/* chain_build.c */
struct node *chain_find_node(const struct chain *chain, const struct cert *cert);
NODISCARD int chain_add_cert(struct chain *chain, struct cert *cert, bool anchor, struct node **ret_node, struct err *err);
struct node *chain_first_by_subject(const struct chain *chain, struct bytes canonical);
/* 1 signed by, 0 not, -1 err; 2 = the budget of checks is used up. */
int chain_edge(struct chain *chain, const struct node *child, const struct node *issuer, struct err *err);
struct search {
	struct chain *chain;
	const struct chain_options *options;
	size_t steps, paths;
	unsigned nesting;         /* paths of CRL and OCSP signers within a validation */
	const struct node *anchor; /* the only one allowed, NULL = any (RFC 5280 6.3.3 f) */
	struct path best;
	struct verdict verdict;   /* of best; WHY_NONE = valid */
	struct cert_status status[CHAIN_MAX_DEPTH]; /* of best */
	bool limited;
};
/* Looks for a valid path; search->best and ->verdict tell. -1 only for want of memory. */
NODISCARD int chain_search(struct search *search, struct node *leaf, struct err *err);

/* chain_rules.c: RFC 5280 6.1.3 - 6.1.5 without revocation; false = verdict filled. -1 err. */
NODISCARD int rules_check(struct search *search, const struct path *path, struct verdict *verdict, struct err *err);

/* chain_dsa.c: keys that take their parameters from the issuer. 1 good, 0 not, -1 err. */
bool dsa_inherits(const struct node *node);
/* A signature of such a signer, with the parameters it has been given. */
int dsa_check(const struct x509_signed *signed_data, const struct node *signer, struct err *err);
/* One step down a path: keeps `working` parameters and checks the child when the issuer needs them; else 1. */
int dsa_check_edge(struct bytes *working, const struct node *child, struct node *issuer, struct err *err);

/* chain_names.c: name constraints, RFC 5280 4.2.1.10, 6.1.4 g */
struct names_state {
	struct bytes sets[CHAIN_MAX_DEPTH]; /* nameConstraints values met so far */
	size_t count;
	size_t compared;
};
/* NULL = within all constraints; else what is not. */
const char *names_check(struct names_state *state, const struct node *node);
const char *names_add(struct names_state *state, struct bytes name_constraints);

/* chain_policy.c: the valid policy graph of RFC 9618 */
struct policy_state;
struct policy_state *policy_new(struct arena *arena, size_t path_length, const struct chain_options *options);
/* Certificate i of n (1-based, from the anchor). NULL = holds; else which rule does not. */
const char *policy_step(struct policy_state *state, const struct node *node, size_t i);
const char *policy_prepare(struct policy_state *state, const struct node *node, size_t i);
const char *policy_finish(struct policy_state *state, const struct node *node);

/* chain_status.c, chain_crl.c, chain_ocsp.c */
struct status_ask {
	struct search *search;
	const struct path *path;
	size_t index;
	const struct chain_question *question;
	int detail_rank;            /* of the words kept in the answer for CERT_UNKNOWN */
};
NODISCARD int status_of(struct search *search, const struct path *path, size_t index, const struct chain_question *question,
			struct cert_status *ret, struct err *err);
/* Each leaves ret at CERT_UNKNOWN with the most telling words when it finds nothing. */
NODISCARD int status_from_crls(struct status_ask *ask, struct cert_status *ret, struct err *err);
NODISCARD int status_from_ocsp(struct status_ask *ask, struct cert_status *ret, struct err *err);
/* Words for "unknown"; a higher rank replaces a lower. */
void status_words(struct status_ask *ask, struct cert_status *ret, int rank, const char *en, const char *vi);
/* The certificate above index: next of the path or the anchor. */
struct node *path_issuer(const struct path *path, size_t index);
/* Evidence of these dates may be used for the question: existed, not from the future, not issued too late. Counts as work. */
bool status_dates_ok(struct status_ask *ask, struct bytes der, int64_t this_update_ms, int64_t produced_ms);
bool status_is_fresh(const struct status_ask *ask, int64_t this_update_ms, int64_t next_update_ms);
/*
 * 1 the signer may be believed for this certificate of the path, 0 not, -1 err. A certificate above on the path is; another one must
 * have a valid path to the same anchor at the time the evidence was made. `designated`: the certificate asked about is the
 * signer's own and its issuer named it as CRL issuer: then the signer's own list may speak of it (PKITS 4.14.30).
 */
int signer_trusted(struct status_ask *ask, struct node *signer, enum chain_use use, int64_t produced_ms, bool designated, struct err *err);
/* 1 signature good, 0 not, -1 err. */
int evidence_edge(struct chain *chain, const void *evidence, bool is_crl, const struct node *signer, struct err *err);

#endif
