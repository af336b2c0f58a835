/* tsp.c - time-stamp requests, responses and tokens. See tsp.h; RFC 3161, RFC 5816. */
#include "pki/tsp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki/algid.h"
#include "pki/fetch.h"
#include "pki/x509_ext.h"
#include "util/buf.h"
#include "util/err.h"
#include "util/hex.h"

#define TSP_TIMEOUT_MS 30000

struct tsp_token {
	uint8_t *data;
	size_t size;
	struct cms *cms;
	int64_t time_ms, accuracy_ms;
	bool ordering;
	char policy[DER_OID_TEXT_BYTES];
	struct buf serial_hex;
	enum digest_alg alg;
	struct bytes imprint, nonce;
};

static int tsa_error(struct err *err, const char *what)
{
	return err_set(err, ERR_TSA, "the time-stamp is malformed: %s", what);
}

/* ---- request ---- */

int tsp_request_init(struct tsp_request *request, enum digest_alg alg, const struct digest *imprint, struct err *err)
{
	struct tsp_request fresh = { .alg = alg, .imprint = *imprint, .nonce_len = TSP_NONCE_BYTES, .cert_req = true };

	if (digest_size(alg) == 0 || imprint->len != digest_size(alg))
		return err_set(err, ERR_TSA, "a time-stamp cannot be asked for a digest of %zu octets", imprint->len);
	if (digest_random(fresh.nonce, sizeof(fresh.nonce), err) != 0)
		return -1;
	fresh.nonce[0] = (uint8_t)((fresh.nonce[0] & 0x3f) | 0x40); /* positive and of full length */
	*request = fresh;
	return 0;
}

/* TimeStampReq (RFC 3161 2.4.1). */
int tsp_request_write(const struct tsp_request *request, struct buf *out, struct err *err)
{
	size_t begin = der_begin(out, DER_SEQUENCE), imprint;

	der_put_long(out, 1);
	imprint = der_begin(out, DER_SEQUENCE);
	algid_put_digest(out, request->alg);
	der_put(out, DER_OCTET_STRING, (struct bytes){ request->imprint.bytes, request->imprint.len });
	der_end(out, imprint);
	if (request->policy_oid) {
		size_t oid = der_begin(out, DER_OID);

		if (!der_oid_contents(request->policy_oid, out))
			return err_set(err, ERR_TSA, "%s is not an object identifier", request->policy_oid);
		der_end(out, oid);
	}
	if (request->nonce_len > 0)
		der_put_unsigned(out, (struct bytes){ request->nonce, request->nonce_len });
	if (request->cert_req)
		der_put_bool(out, true);
	der_end(out, begin);
	return buf_check(out, err);
}

/* ---- TSTInfo (RFC 3161 2.4.2) ---- */

/* Whole milliseconds of the fraction of a GeneralizedTime that der_read_time has read. */
static int fraction_ms(struct bytes time)
{
	int ms = 0, weight = 100;
	size_t i = 0;

	while (i < time.n && time.p[i] != '.')
		i++;
	for (i++; i < time.n && time.p[i] >= '0' && time.p[i] <= '9'; i++, weight /= 10)
		ms += (time.p[i] - '0') * weight;
	return ms;
}

static bool read_gen_time(struct der *info, int64_t *ret_ms)
{
	struct bytes text;

	/* RFC 3161 2.4.2: GeneralizedTime in UTC, ending in Z. */
	if (!der_read(info, DER_GENERALIZED_TIME, &text) || text.n < 15 || text.p[text.n - 1] != 'Z' ||
	    !der_time(text, true, ret_ms))
		return false;
	*ret_ms += fraction_ms(text);
	return true;
}

static bool read_part(struct der *accuracy, uint8_t tag, long max, long *ret)
{
	struct bytes value;
	long number = 0;

	*ret = 0;
	if (!der_peek(accuracy, tag))
		return true;
	if (!der_read(accuracy, tag, &value) || value.n == 0 || value.n > 5 || value.p[0] >= 0x80)
		return false;
	for (size_t i = 0; i < value.n; i++)
		number = number << 8 | value.p[i];
	*ret = number;
	return number <= max;
}

/* Accuracy ::= SEQUENCE { seconds, millis [0] 1..999, micros [1] 1..999 }, rounded up to milliseconds. */
static bool read_accuracy(struct der *info, int64_t *ret_ms)
{
	struct der accuracy;
	bool present;
	long seconds, millis, micros;

	*ret_ms = -1;
	if (!der_enter_optional(info, DER_SEQUENCE, &accuracy, &present))
		return false;
	if (!present)
		return true;
	if (!read_part(&accuracy, DER_INTEGER, INT32_MAX, &seconds) ||
	    !read_part(&accuracy, DER_CONTEXT(0), 999, &millis) ||
	    !read_part(&accuracy, DER_CONTEXT(1), 999, &micros) || !der_at_end(&accuracy))
		return false;
	*ret_ms = (int64_t)seconds * 1000 + millis + (micros > 0);
	return true;
}

static bool read_imprint(struct der *info, struct tsp_token *token)
{
	struct der imprint;
	struct bytes alg;

	if (!der_enter(info, DER_SEQUENCE, &imprint) || !der_read_whole(&imprint, DER_SEQUENCE, &alg) ||
	    !der_read(&imprint, DER_OCTET_STRING, &token->imprint) || !der_at_end(&imprint))
		return false;
	token->alg = algid_digest(alg);
	return true;
}

static bool read_optional_parts(struct der *info, struct tsp_token *token)
{
	struct der inner;
	bool present;

	if (!read_accuracy(info, &token->accuracy_ms))
		return false;
	if (der_peek(info, DER_BOOLEAN) && !der_read_bool(info, &token->ordering))
		return false;
	if (der_peek(info, DER_INTEGER) && !der_read_integer(info, &token->nonce))
		return false;
	if (!der_enter_optional(info, DER_CONTEXT_CONSTRUCTED(0), &inner, &present) ||
	    !der_enter_optional(info, DER_CONTEXT_CONSTRUCTED(1), &inner, &present))
		return false;
	return der_at_end(info);
}

static int read_info(struct tsp_token *token, struct bytes content, struct err *err)
{
	struct der info;
	struct bytes policy, serial;
	long version;

	if (!der_only(content, DER_SEQUENCE, &info) || !der_read_long(&info, &version))
		return tsa_error(err, "TSTInfo");
	if (version != 1)
		return tsa_error(err, "TSTInfo version is not 1");
	if (!der_read(&info, DER_OID, &policy) || !der_oid_text(policy, token->policy))
		return tsa_error(err, "policy");
	if (!read_imprint(&info, token))
		return tsa_error(err, "messageImprint");
	if (!der_read_integer(&info, &serial))
		return tsa_error(err, "serialNumber");
	hex_encode(serial, /* upper= */ true, &token->serial_hex);
	if (!read_gen_time(&info, &token->time_ms))
		return tsa_error(err, "genTime");
	if (!read_optional_parts(&info, token))
		return tsa_error(err, "what follows genTime");
	return buf_check(&token->serial_hex, err);
}

/* ---- token ---- */

int tsp_token_parse(struct bytes der, struct tsp_token **ret_token, struct err *err)
{
	AUTO(tsp_token_freep) struct tsp_token *token = NULL;
	struct der whole = der_of(der);
	struct der_item item;

	if (der.n > TSP_MAX_BYTES)
		return err_set(err, ERR_TSA, "the time-stamp has %zu octets, more than %zu", der.n, TSP_MAX_BYTES);
	token = calloc(1, sizeof(*token));
	if (token)
		token->data = malloc(der.n ? der.n : 1);
	if (!token || !token->data)
		return err_set(err, ERR_NO_MEMORY, "no memory for a time-stamp");
	token->size = der_next(&whole, &item) ? item.whole.n : der.n;
	if (der.n)
		memcpy(token->data, der.p, der.n);
	if (cms_parse((struct bytes){ token->data, der.n }, &token->cms, err) != 0) {
		err_prefix(err, "the time-stamp is no token");
		if (err)
			err->code = ERR_TSA;
		return -1;
	}
	if (strcmp(cms_content_type(token->cms), "1.2.840.113549.1.9.16.1.4") != 0 || cms_is_detached(token->cms))
		return tsa_error(err, "the content type is not id-ct-TSTInfo");
	if (read_info(token, cms_content(token->cms), err) != 0)
		return -1;
	*ret_token = TAKE(token);
	return 0;
}

void tsp_token_free(struct tsp_token *token)
{
	if (!token)
		return;
	cms_free(token->cms);
	buf_release(&token->serial_hex);
	free(token->data);
	free(token);
}

struct bytes tsp_token_der(const struct tsp_token *token)
{
	return (struct bytes){ token->data, token->size };
}

const struct cms *tsp_token_cms(const struct tsp_token *token)
{
	return token->cms;
}

int64_t tsp_token_time_ms(const struct tsp_token *token)
{
	return token->time_ms;
}

int64_t tsp_token_accuracy_ms(const struct tsp_token *token)
{
	return token->accuracy_ms;
}

bool tsp_token_ordering(const struct tsp_token *token)
{
	return token->ordering;
}

const char *tsp_token_policy(const struct tsp_token *token)
{
	return token->policy;
}

const char *tsp_token_serial_hex(const struct tsp_token *token)
{
	return buf_str(&token->serial_hex);
}

enum digest_alg tsp_token_digest_alg(const struct tsp_token *token)
{
	return token->alg;
}

struct bytes tsp_token_imprint(const struct tsp_token *token)
{
	return token->imprint;
}

struct bytes tsp_token_nonce(const struct tsp_token *token)
{
	return token->nonce;
}

struct cert *tsp_token_signer(const struct tsp_token *token)
{
	return cms_signer_count(token->cms) == 1 ? cms_signer_cert(token->cms) : NULL;
}

/* ---- checks ---- */

bool tsp_signer_usage(const struct cert *cert)
{
	return x509_only_time_stamping(cert);
}

static enum cms_check check_cms(const struct tsp_token *token, char *ret_detail, size_t detail_size)
{
	struct digest content;

	if (cms_signer_count(token->cms) != 1)
		return CMS_NOT_ONE_SIGNER;
	if (digest_of(cms_digest_alg(token->cms), cms_content(token->cms), &content, NULL) != 0)
		return CMS_UNSUPPORTED;
	return cms_check(token->cms, &content, CMS_REQUIRE_SIGNING_CERT, ret_detail, detail_size);
}

enum tsp_check tsp_token_check(const struct tsp_token *token, const struct digest *imprint, enum cms_check *ret_cms,
			       char *ret_detail, size_t detail_size)
{
	enum cms_check cms;

	if (ret_cms)
		*ret_cms = CMS_OK;
	if (detail_size > 0)
		ret_detail[0] = '\0';
	if (token->alg == DIGEST_NONE)
		return TSP_IMPRINT_UNSUPPORTED;
	if (!bytes_eq(token->imprint, (struct bytes){ imprint->bytes, imprint->len }))
		return TSP_IMPRINT_MISMATCH;
	cms = check_cms(token, ret_detail, detail_size);
	if (ret_cms)
		*ret_cms = cms;
	if (cms != CMS_OK)
		return TSP_SIGNATURE;
	return tsp_signer_usage(tsp_token_signer(token)) ? TSP_OK : TSP_SIGNER_USAGE;
}

/* ---- response ---- */

/* PKIFailureInfo (RFC 3161 2.4.2). */
static const struct {
	unsigned bit;
	const char *name;
} failures[] = {
	{ 0, "badAlg" },
	{ 2, "badRequest" },
	{ 5, "badDataFormat" },
	{ 14, "timeNotAvailable" },
	{ 15, "unacceptedPolicy" },
	{ 16, "unacceptedExtension" },
	{ 17, "addInfoNotAvailable" },
	{ 25, "systemFailure" },
};

static void put_failure(struct buf *out, struct bytes bits)
{
	uint32_t flags;

	if (!x509_named_bits(bits, &flags))
		return;
	for (size_t i = 0; i < ARRAY_LEN(failures); i++)
		if (flags & UINT32_C(1) << failures[i].bit)
			buf_printf(out, " (%s)", failures[i].name);
}

/* The authority's own words: PKIFreeText, made safe to print. */
static void put_free_text(struct buf *out, struct der text)
{
	struct bytes line;

	while (!der_at_end(&text) && der_read(&text, DER_UTF8_STRING, &line)) {
		buf_puts(out, ": ");
		for (size_t i = 0; i < line.n && out->len < 300; i++)
			buf_putc(out, line.p[i] < 0x20 || line.p[i] == 0x7f ? ' ' : (char)line.p[i]);
	}
}

static int refuse(long status, struct der *info, struct err *err)
{
	static const char *const words[] = { "granted", "granted with modifications", "rejected",
					     "waiting", "revocation warning",         "revocation notification" };
	AUTO(buf_release) struct buf why = BUF_INIT;
	struct der text;
	struct bytes bits;
	bool present;

	if (der_enter_optional(info, DER_SEQUENCE, &text, &present) && present)
		put_free_text(&why, text);
	if (der_peek(info, DER_BIT_STRING) && der_read(info, DER_BIT_STRING, &bits))
		put_failure(&why, bits);
	return err_set(err, ERR_TSA, "the time-stamp authority refused the request: %s%s",
		       status >= 0 && status < (long)ARRAY_LEN(words) ? words[status] : "unknown status",
		       buf_str(&why));
}

/* TimeStampResp ::= SEQUENCE { status PKIStatusInfo, timeStampToken OPTIONAL }; nothing may follow it. */
static int read_response(struct bytes der, struct tsp_token **ret_token, struct err *err)
{
	struct der response, info;
	struct bytes token;
	long status;

	if (!der_only(der, DER_SEQUENCE, &response) || !der_enter(&response, DER_SEQUENCE, &info) ||
	    !der_peek(&info, DER_INTEGER) || !der_read_long(&info, &status))
		return err_set(err, ERR_TSA,
			       "the answer of the time-stamp authority is not a TimeStampResp (%zu octets)", der.n);
	if (status != 0 && status != 1)
		return refuse(status, &info, err);
	if (!der_read_whole(&response, DER_SEQUENCE, &token) || !der_at_end(&response))
		return tsa_error(err, "the answer says granted and has no token");
	return tsp_token_parse(token, ret_token, err);
}

static int check_asked(const struct tsp_token *token, const struct tsp_request *request, struct err *err)
{
	AUTO(buf_release) struct buf nonce = BUF_INIT;
	struct der der;
	struct bytes asked;

	if (token->alg != request->alg)
		return err_set(err, ERR_TSA, "the time-stamp is of a digest with another algorithm (%s)",
			       digest_name(token->alg));
	if (!bytes_eq(token->imprint, (struct bytes){ request->imprint.bytes, request->imprint.len }))
		return err_set(err, ERR_TSA, "the time-stamp is of another digest than the one asked for");
	if (request->policy_oid && strcmp(request->policy_oid, token->policy) != 0)
		return err_set(err, ERR_TSA, "the time-stamp is under policy %s, %s was asked for", token->policy,
			       request->policy_oid);
	if (request->nonce_len == 0)
		return 0;
	der_put_unsigned(&nonce, (struct bytes){ request->nonce, request->nonce_len });
	der = der_of((struct bytes){ (const uint8_t *)nonce.data, nonce.len });
	if (!der_read_integer(&der, &asked) || !bytes_eq(asked, token->nonce))
		return err_set(err, ERR_TSA, "the nonce of the time-stamp is not the request's");
	return 0;
}

static int check_signature(const struct tsp_token *token, const struct tsp_request *request, struct err *err)
{
	char detail[200] = "";
	enum cms_check cms;

	switch (tsp_token_check(token, &request->imprint, &cms, detail, sizeof(detail))) {
	case TSP_OK:
		return 0;
	case TSP_SIGNER_USAGE:
		return err_set(err, ERR_TSA, "the certificate %s may not sign time-stamps (RFC 3161 2.3)",
			       cert_subject(tsp_token_signer(token)));
	case TSP_SIGNATURE:
		return err_set(err, ERR_TSA, "the signature of the time-stamp is not valid (%d): %s", (int)cms, detail);
	case TSP_IMPRINT_MISMATCH:
	case TSP_IMPRINT_UNSUPPORTED:
		break;
	}
	return err_set(err, ERR_TSA, "the time-stamp is of another digest than the one asked for");
}

int tsp_response_check(struct bytes der, const struct tsp_request *request, struct tsp_token **ret_token,
		       struct err *err)
{
	AUTO(tsp_token_freep) struct tsp_token *token = NULL;

	if (read_response(der, &token, err) != 0 || check_asked(token, request, err) != 0 ||
	    check_signature(token, request, err) != 0)
		return -1;
	*ret_token = TAKE(token);
	return 0;
}

int tsp_ask(struct fetcher *fetcher, const char *url, const struct tsp_request *request, struct tsp_token **ret_token,
	    struct err *err)
{
	AUTO(buf_release) struct buf query = BUF_INIT;
	AUTO(buf_release) struct buf answer = BUF_INIT;
	struct fetch_request http = { .url = url,
				      .content_type = "application/timestamp-query",
				      .accept = "application/timestamp-reply",
				      .timeout_ms = TSP_TIMEOUT_MS,
				      .max_bytes = TSP_MAX_BYTES,
				      .no_cache = true };

	if (tsp_request_write(request, &query, err) != 0)
		return -1;
	http.body = (struct bytes){ (const uint8_t *)query.data, query.len };
	if (fetch(fetcher, &http, &answer, err) != 0)
		return err_prefix(err, "time-stamp authority %s", url);
	if (tsp_response_check((struct bytes){ (const uint8_t *)answer.data, answer.len }, request, ret_token, err) !=
	    0)
		return err_prefix(err, "time-stamp authority %s", url);
	return 0;
}
