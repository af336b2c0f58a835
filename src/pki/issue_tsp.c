/*
 * issue_tsp.c - answers time-stamp requests (RFC 3161, RFC 5816 for ESSCertIDv2); see issue.h.
 *
 * What is refused gets PKIStatus rejection with the failure the RFC names for it: another version or a hash of the
 * wrong length badDataFormat, a digest not in the table badAlg, another policy unacceptedPolicy, any extension
 * unacceptedExtension. The imprint and the nonce are echoed octet by octet.
 */
#include "pki/issue.h"

#include "pki/algid.h"
#include "pki/cms.h"
#include "pki/der.h"
#include "pki/oid.h"
#include "util/buf.h"
#include "util/err.h"

#define NONCE_MAX_BYTES 64
#define TST_INFO_OID_TEXT "1.2.840.113549.1.9.16.1.4"

struct request {
	struct bytes imprint; /* whole MessageImprint */
	struct bytes policy;  /* OID contents, {NULL,0} when any will do */
	struct bytes nonce;   /* INTEGER contents, {NULL,0} without one */
	bool cert_req;
};

/* What the standard answers a request with: rejected when text is set. */
struct refusal {
	enum issue_tsp_failure failure;
	const char *text;
};

static struct refusal refuse(enum issue_tsp_failure failure, const char *text)
{
	return (struct refusal){ failure, text };
}

static const struct refusal accepted;

static bool digest_accepted(enum digest_alg alg)
{
	return alg == DIGEST_SHA256 || alg == DIGEST_SHA384 || alg == DIGEST_SHA512;
}

static struct refusal read_imprint(struct der *req, struct request *ret)
{
	struct bytes algid, hash;
	struct der copy, imprint;
	enum digest_alg alg;

	if (!der_read_whole(req, DER_SEQUENCE, &ret->imprint))
		return refuse(TSP_BAD_DATA_FORMAT, "no message imprint");
	copy = der_of(ret->imprint);
	if (!der_enter(&copy, DER_SEQUENCE, &imprint) || !der_read_whole(&imprint, DER_SEQUENCE, &algid) ||
	    !der_read(&imprint, DER_OCTET_STRING, &hash) || !der_at_end(&imprint))
		return refuse(TSP_BAD_DATA_FORMAT, "malformed message imprint");
	alg = algid_digest(algid);
	if (!digest_accepted(alg))
		return refuse(TSP_BAD_ALG, "the digest is not SHA-256, SHA-384 or SHA-512");
	if (hash.n != digest_size(alg))
		return refuse(TSP_BAD_DATA_FORMAT, "the imprint has the wrong length for its digest");
	return accepted;
}

static struct refusal read_options(struct der *req, struct request *ret)
{
	if (der_peek(req, DER_OID) && !der_read(req, DER_OID, &ret->policy))
		return refuse(TSP_BAD_DATA_FORMAT, "malformed policy");
	if (der_peek(req, DER_INTEGER) && (!der_read_integer(req, &ret->nonce) || ret->nonce.n > NONCE_MAX_BYTES))
		return refuse(TSP_BAD_DATA_FORMAT, "malformed nonce");
	if (der_peek(req, DER_BOOLEAN) && !der_read_bool(req, &ret->cert_req))
		return refuse(TSP_BAD_DATA_FORMAT, "malformed certReq");
	if (der_peek(req, DER_CONTEXT_CONSTRUCTED(0)))
		return refuse(TSP_UNACCEPTED_EXTENSION, "no extension is accepted");
	if (!der_at_end(req))
		return refuse(TSP_BAD_DATA_FORMAT, "unknown fields");
	return accepted;
}

static struct refusal read_request(struct bytes der, struct request *ret)
{
	struct refusal refusal;
	struct der req;
	long version;

	if (!der_only(der, DER_SEQUENCE, &req) || !der_read_long(&req, &version))
		return refuse(TSP_BAD_DATA_FORMAT, "not a TimeStampReq");
	if (version != 1)
		return refuse(TSP_BAD_REQUEST, "only version 1 is known");
	refusal = read_imprint(&req, ret);
	return refusal.text ? refusal : read_options(&req, ret);
}

static struct refusal check_policy(const struct request *request, struct bytes policy)
{
	if (request->policy.p && !bytes_eq(request->policy, policy))
		return refuse(TSP_UNACCEPTED_POLICY, "the policy asked for is not this authority's");
	return accepted;
}

/* PKIFailureInfo is a named bit list: trailing zero bits are cut. */
static void put_failure(struct buf *out, enum issue_tsp_failure failure)
{
	size_t begin = der_begin(out, DER_BIT_STRING);
	uint8_t octets[4] = { 0 };

	octets[failure / 8] = (uint8_t)(0x80 >> failure % 8);
	buf_putc(out, (char)(7 - failure % 8));
	buf_append(out, octets, (size_t)failure / 8 + 1);
	der_end(out, begin);
}

void issue_tsp_rejection(enum issue_tsp_failure failure, const char *text, struct buf *ret_der)
{
	size_t outer = der_begin(ret_der, DER_SEQUENCE);
	size_t status = der_begin(ret_der, DER_SEQUENCE);
	size_t list;

	der_put_long(ret_der, 2); /* rejection */
	list = der_begin(ret_der, DER_SEQUENCE);
	der_put(ret_der, DER_UTF8_STRING, (struct bytes){ (const uint8_t *)text, str_of(text).n });
	der_end(ret_der, list);
	put_failure(ret_der, failure);
	der_end(ret_der, status);
	der_end(ret_der, outer);
}

static void put_accuracy(struct buf *out, int seconds)
{
	size_t begin;

	if (!seconds)
		return;
	begin = der_begin(out, DER_SEQUENCE);
	der_put_long(out, seconds);
	der_end(out, begin);
}

/* The last octet is the hash's or the number's in both, so flipping it makes the fault asked for. */
static void put_echo(struct buf *out, struct bytes whole, bool wrong)
{
	der_put_raw(out, whole);
	if (wrong && !buf_failed(out))
		out->data[out->len - 1] ^= 1;
}

static void put_nonce(struct buf *out, const struct request *request, bool wrong)
{
	AUTO(buf_release) struct buf nonce = BUF_INIT;

	if (!request->nonce.p)
		return;
	der_put(&nonce, DER_INTEGER, request->nonce);
	put_echo(out, (struct bytes){ (const uint8_t *)nonce.data, nonce.len }, wrong);
}

static void put_info(struct buf *out, const struct request *request, struct bytes policy, const struct issue_tsp *how)
{
	size_t begin = der_begin(out, DER_SEQUENCE);

	der_put_long(out, 1);
	der_put_oid(out, policy);
	put_echo(out, request->imprint, how->fault == TSP_FAULT_IMPRINT);
	der_put_unsigned(out, how->serial);
	der_put_generalized_time(out, how->gen_time_ms);
	put_accuracy(out, how->accuracy_seconds);
	if (how->ordering)
		der_put_bool(out, true);
	put_nonce(out, request, how->fault == TSP_FAULT_NONCE);
	der_end(out, begin);
}

static int put_token(struct buf *out, const struct buf *info, const struct request *request,
		     const struct issue_tsp *how, struct err *err)
{
	AUTO(cms_draft_freep) struct cms_draft *draft = NULL;
	AUTO(buf_release) struct buf value = BUF_INIT;
	struct bytes content = { (const uint8_t *)info->data, info->len };
	struct digest content_digest, digest;
	struct cms_draft_options options = {
		.alg = signer_default_alg(how->tsa),
		.content_digest = &content_digest,
		.cert = how->tsa->cert,
		.chain = &how->tsa->chain,
		.content_type_oid = TST_INFO_OID_TEXT,
		.content = content,
		.no_certs = !request->cert_req,
	};

	if (digest_of(options.alg.digest, content, &content_digest, err) < 0 ||
	    cms_draft_new(&options, &draft, err) < 0 || cms_draft_digest(draft, &digest, err) < 0 ||
	    signer_sign(how->tsa, options.alg, &digest, &value, err) < 0 ||
	    cms_draft_set_signature(draft, (struct bytes){ (const uint8_t *)value.data, value.len }, err) < 0)
		return -1;
	return cms_draft_write(draft, out, err);
}

static int put_granted(struct buf *out, const struct buf *token, struct err *err)
{
	size_t outer = der_begin(out, DER_SEQUENCE);
	size_t status = der_begin(out, DER_SEQUENCE);

	der_put_long(out, 0);
	der_end(out, status);
	buf_append(out, token->data, token->len);
	der_end(out, outer);
	return buf_check(out, err);
}

int issue_tsp(struct bytes request_der, const struct issue_tsp *how, struct buf *ret_der, struct err *err)
{
	AUTO(buf_release) struct buf policy_oid = BUF_INIT;
	AUTO(buf_release) struct buf info = BUF_INIT;
	AUTO(buf_release) struct buf token = BUF_INIT;
	struct request request = { .cert_req = false };
	struct refusal refusal = read_request(request_der, &request);
	struct bytes policy;

	if (!der_oid_contents(how->policy_oid, &policy_oid))
		return err_set(err, ERR_TSA, "\"%s\" is not a policy OID", how->policy_oid);
	policy = (struct bytes){ (const uint8_t *)policy_oid.data, policy_oid.len };
	if (!refusal.text)
		refusal = check_policy(&request, policy);
	if (refusal.text) {
		issue_tsp_rejection(refusal.failure, refusal.text, ret_der);
		return buf_check(ret_der, err);
	}
	put_info(&info, &request, policy, how);
	if (buf_check(&info, err) < 0 || put_token(&token, &info, &request, how, err) < 0)
		return -1;
	return put_granted(ret_der, &token, err);
}
