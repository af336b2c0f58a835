/*
 * tsp.h - time-stamps (RFC 3161, RFC 5816, EN 319 422): building requests, strict parsing of responses and tokens, checking them.
 *
 * Nothing here opens a connection: tsp_ask takes a fetcher (fetch.h). Whether the authority's certificate chains to a trust
 * anchor is chain.h's question. Times are UTC milliseconds. Threads: a token may be shared once parsed.
 */
#ifndef KYSO_PKI_TSP_H
#define KYSO_PKI_TSP_H

#include "pki/cms.h"

struct buf;
struct err;
struct fetcher;
struct tsp_token;

#define TSP_MAX_BYTES ((size_t)1024 * 1024)
#define TSP_NONCE_BYTES 16

struct tsp_request {
	enum digest_alg alg;
	struct digest imprint;
	uint8_t nonce[TSP_NONCE_BYTES]; /* big-endian; nonce_len 0 = none */
	size_t nonce_len;
	bool cert_req;
	const char *policy_oid;         /* NULL = the authority's choice */
};

/* A request for a digest with a fresh random nonce and certReq. */
NODISCARD int tsp_request_init(struct tsp_request *request, enum digest_alg alg, const struct digest *imprint, struct err *err);
NODISCARD int tsp_request_write(const struct tsp_request *request, struct buf *out, struct err *err);

/*
 * Parses a TimeStampResp and checks it against the request as a client must (RFC 3161 2.4.2): granted, imprint, nonce and policy
 * those asked for, signed, signing-certificate attribute for the signer's certificate, that certificate made for time-stamping.
 * ERR_TSA says which: a rejection with the authority's own words, garbage, a stamp of another digest ...
 */
NODISCARD int tsp_response_check(struct bytes der, const struct tsp_request *request, struct tsp_token **ret_token, struct err *err);

/* Asks an authority over HTTP. ERR_NET..., ERR_TSA. `user_info` is not supported: authorities that ask for a login need a gateway. */
NODISCARD int tsp_ask(struct fetcher *fetcher, const char *url, const struct tsp_request *request, struct tsp_token **ret_token,
		      struct err *err);

/* A TimeStampToken (ContentInfo, DER). Zero bytes after it are allowed (PDF padding). ERR_TSA. */
NODISCARD int tsp_token_parse(struct bytes der, struct tsp_token **ret_token, struct err *err);
void tsp_token_free(struct tsp_token *token);
DEFINE_FREEP(struct tsp_token, tsp_token_free)

struct bytes tsp_token_der(const struct tsp_token *token);        /* without padding */
const struct cms *tsp_token_cms(const struct tsp_token *token);
int64_t tsp_token_time_ms(const struct tsp_token *token);          /* genTime with its fraction */
int64_t tsp_token_accuracy_ms(const struct tsp_token *token);      /* rounded up; -1 when absent */
bool tsp_token_ordering(const struct tsp_token *token);
const char *tsp_token_policy(const struct tsp_token *token);       /* dotted OID */
const char *tsp_token_serial_hex(const struct tsp_token *token);   /* upper case */
enum digest_alg tsp_token_digest_alg(const struct tsp_token *token); /* DIGEST_NONE when not known */
struct bytes tsp_token_imprint(const struct tsp_token *token);
struct bytes tsp_token_nonce(const struct tsp_token *token);       /* INTEGER contents, {NULL,0} when absent */
struct cert *tsp_token_signer(const struct tsp_token *token);      /* borrowed; NULL when not in the token */

/* What a validator finds. Findings, not errors; the first that holds, in this order. */
enum tsp_check {
	TSP_OK,
	TSP_IMPRINT_MISMATCH,    /* the stamp is of something else */
	TSP_IMPRINT_UNSUPPORTED, /* digest algorithm not known */
	TSP_SIGNATURE,           /* see the CMS finding */
	TSP_SIGNER_USAGE         /* certificate without exactly one, critical id-kp-timeStamping (RFC 3161 2.3) */
};
/* `imprint` is of the stamped data, hashed with tsp_token_digest_alg. ret_cms (may be NULL) = the CMS finding, ret_detail its words. */
enum tsp_check tsp_token_check(const struct tsp_token *token, const struct digest *imprint, enum cms_check *ret_cms, char *ret_detail,
			       size_t detail_size);
/* RFC 3161 2.3: extended key usage present, critical, time-stamping only. */
bool tsp_signer_usage(const struct cert *cert);

#endif
