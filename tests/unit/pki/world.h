/* world.h - a small authority made at run time for the tests of status and paths: root, issuing authority, signer, OCSP responder, TSA. */
#ifndef KYSO_TEST_PKI_WORLD_H
#define KYSO_TEST_PKI_WORLD_H

#include "fixture.h"

#include "pki/crl.h"
#include "pki/evidence.h"
#include "pki/fetch.h"
#include "pki/ocsp.h"

#define NOW FIXTURE_NOW_MS
#define DAY FIXTURE_DAY_MS
#define URL_ROOT "http://ca.test/root.cer"
#define URL_SUB "http://ca.test/sub.cer"
#define URL_ROOT_CRL "http://ca.test/root.crl"
#define URL_SUB_CRL "http://ca.test/sub.crl"
#define URL_OCSP "http://ocsp.test/"

struct world {
	struct key *root_key, *sub_key, *leaf_key, *ocsp_key, *tsa_key;
	struct cert *root, *sub, *leaf, *ocsp, *tsa;
	struct cert_list anchors, certs; /* the root; the issuing authority */
	struct evidence evidence;
};

struct world_options {
	bool ocsp_no_check;  /* of the responder's certificate */
	bool ocsp_no_eku;
	bool leaf_no_urls;   /* no AIA, no distribution point in the leaf */
	bool leaf_no_ocsp;
	struct bytes sub_extensions;  /* more Extensions for the issuing authority */
	struct bytes leaf_extensions;
	int64_t leaf_not_before_ms, leaf_not_after_ms;
	unsigned leaf_key_usage; /* 0 = digitalSignature and nonRepudiation */
	unsigned sub_key_usage;  /* 0 = keyCertSign and cRLSign */
};
void world_open(struct world *world, const struct world_options *options);
void world_close(struct world *world);

struct cert *world_cert(struct key *key, const char *cn, const struct cert *issuer, struct key *issuer_key, struct bytes extensions);
struct key *world_key(void);

/* Extensions. */
void ext_basic(struct buf *out, bool ca, int path_len); /* -1 = none */
void ext_ski(struct buf *out, const struct key *key);
void ext_aki(struct buf *out, const struct key *key);
void ext_eku(struct buf *out, struct bytes oid, bool critical);
void ext_access(struct buf *out, const char *ocsp_url, const char *issuers_url);
void ext_crl_point(struct buf *out, const char *url);

struct world_entry {
	struct bytes serial;
	int64_t revoked_ms;
	int reason;            /* -1 = none */
	struct bytes extensions; /* instead of the reason */
};
struct world_crl {
	const struct cert *issuer;
	struct key *key;
	int64_t this_update_ms, next_update_ms; /* 0 = a day before NOW, a week after; next -1 = absent */
	long number;                            /* 0 = none */
	long base;                              /* > 0: delta CRL indicator */
	struct bytes idp;                       /* value of the issuing distribution point */
	struct bytes extensions;                /* more Extensions */
	const struct world_entry *entries;
	size_t count;
};
void world_crl(const struct world_crl *options, struct buf *out);
void world_add_crl(struct world *world, const struct world_crl *options);

struct world_ocsp {
	const struct cert *cert, *issuer;
	const struct cert *responder;
	struct key *key;
	bool by_key, leave_out_cert;
	enum ocsp_cert_status status;
	int64_t revoked_ms;
	int reason;       /* -1 or 0 = none */
	int64_t this_update_ms, next_update_ms, produced_ms; /* 0 = an hour before NOW, a day after, thisUpdate; next -1 = absent */
	int64_t archive_cutoff_ms; /* 0 = none */
	enum digest_alg alg;       /* of the CertID, NONE = SHA-1 */
	struct bytes nonce;
	struct bytes extensions;   /* of the single response */
	struct bytes response_extensions;
};
void world_ocsp(const struct world_ocsp *options, struct buf *out);
void world_add_ocsp(struct world *world, const struct world_ocsp *options);
/* OCSPResponse with a status and nothing else. */
void world_ocsp_error(int status, struct buf *out);

/* SEQUENCE { tbs, algorithm, signature by the key }, and what `rest` holds. */
void world_sign(struct bytes tbs, struct key *key, struct bytes rest, struct buf *out);
void world_algid(struct key *key, struct buf *out);

/* A fetcher that answers from a table and counts. A NULL body is ERR_NET. */
struct fake_answer {
	const char *url;
	struct bytes body;
	enum err_code error;
	int asked;
};
struct fetcher *fake_fetcher(struct fake_answer *answers, size_t count);

#endif
