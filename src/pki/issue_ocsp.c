/*
 * issue_ocsp.c - answers OCSP requests (RFC 6960), the responder known by its key's hash; see issue.h.
 *
 * The request is read strictly before anything is looked up. CertIDs are echoed octet by octet, the nonce too (RFC
 * 8954: 1 to 32 octets; up to 128 by RFC 9654). A CertID of another issuer, or hashed in a way not known here, is
 * "unknown".
 */
#include "pki/issue.h"

#include "pki/algid.h"
#include "pki/der.h"
#include "pki/oid.h"
#include "pki/x509_ext.h"
#include "util/buf.h"
#include "util/err.h"

#define NONCE_MAX_BYTES 128

struct cert_id {
	struct bytes whole;
	enum digest_alg digest;
	struct bytes name_hash, key_hash, serial;
};

struct request {
	struct cert_id ids[ISSUE_OCSP_MAX_CERTS];
	size_t count;
	struct bytes nonce; /* whole extension, {NULL,0} without one */
};

/* ---- reading ---- */

static bool read_cert_id(struct der *list, struct cert_id *ret)
{
	struct bytes algid;
	struct der id;
	struct der copy;

	if (!der_read_whole(list, DER_SEQUENCE, &ret->whole))
		return false;
	copy = der_of(ret->whole);
	if (!der_enter(&copy, DER_SEQUENCE, &id) || !der_read_whole(&id, DER_SEQUENCE, &algid) ||
	    !der_read(&id, DER_OCTET_STRING, &ret->name_hash) || !der_read(&id, DER_OCTET_STRING, &ret->key_hash) ||
	    !der_read_integer(&id, &ret->serial))
		return false;
	ret->digest = algid_digest(algid);
	return der_at_end(&id);
}

/* A critical extension that is not understood must not be passed over (RFC 6960 4.4). */
static bool read_extensions(struct der *tagged, struct request *request)
{
	struct der list, value;
	struct bytes octets;

	if (!der_enter(tagged, DER_SEQUENCE, &list) || !der_at_end(tagged))
		return false;
	while (!der_at_end(&list)) {
		const uint8_t *start = list.p;
		struct x509_ext ext;

		if (!x509_ext_next(&list, &ext))
			return false;
		if (!bytes_eq(ext.oid, OID_OCSP_NONCE)) {
			if (ext.critical)
				return false;
			continue;
		}
		value = der_of(ext.value);
		if (!request || request->nonce.p || !der_read(&value, DER_OCTET_STRING, &octets) ||
		    !der_at_end(&value) || octets.n < 1 || octets.n > NONCE_MAX_BYTES)
			return false;
		request->nonce = (struct bytes){ start, (size_t)(list.p - start) };
	}
	return true;
}

static bool read_one(struct der *list, struct request *request)
{
	struct der one, exts;
	bool present;

	if (request->count == ISSUE_OCSP_MAX_CERTS || !der_enter(list, DER_SEQUENCE, &one) ||
	    !read_cert_id(&one, &request->ids[request->count]) ||
	    !der_enter_optional(&one, DER_CONTEXT_CONSTRUCTED(0), &exts, &present) ||
	    (present && !read_extensions(&exts, NULL)))
		return false;
	request->count++;
	return der_at_end(&one);
}

static bool read_version(struct der *tbs)
{
	struct der tagged;
	bool present;
	long version = 0;

	if (!der_enter_optional(tbs, DER_CONTEXT_CONSTRUCTED(0), &tagged, &present))
		return false;
	return !present || (der_read_long(&tagged, &version) && der_at_end(&tagged) && version == 0);
}

/* A signature of the requestor's (optionalSignature) is allowed and not looked at: answers are for everybody. */
static bool read_request(struct bytes der, struct request *request)
{
	struct der outer, tbs, inner, list;
	bool present;

	if (!der_only(der, DER_SEQUENCE, &outer) || !der_enter(&outer, DER_SEQUENCE, &tbs) ||
	    !der_enter_optional(&outer, DER_CONTEXT_CONSTRUCTED(0), &inner, &present) || !der_at_end(&outer))
		return false;
	if (!read_version(&tbs) || !der_enter_optional(&tbs, DER_CONTEXT_CONSTRUCTED(1), &inner, &present) ||
	    !der_enter(&tbs, DER_SEQUENCE, &list))
		return false;
	while (!der_at_end(&list))
		if (!read_one(&list, request))
			return false;
	if (!der_enter_optional(&tbs, DER_CONTEXT_CONSTRUCTED(2), &inner, &present) ||
	    (present && !read_extensions(&inner, request)))
		return false;
	return der_at_end(&tbs) && request->count > 0;
}

/* ---- answering ---- */

static bool hash_is(enum digest_alg alg, struct bytes data, struct bytes hash)
{
	struct digest digest;

	return digest_of(alg, data, &digest, NULL) == 0 && bytes_eq((struct bytes){ digest.bytes, digest.len }, hash);
}

static bool is_of_issuer(const struct cert_id *id, const struct cert *issuer)
{
	return id->digest != DIGEST_NONE && hash_is(id->digest, cert_subject_der(issuer), id->name_hash) &&
	       hash_is(id->digest, cert_key_bits(issuer), id->key_hash);
}

static void put_revoked(struct buf *out, const struct issue_status *status)
{
	size_t begin = der_begin(out, DER_CONTEXT_CONSTRUCTED(1));
	uint8_t reason = (uint8_t)status->reason;
	size_t tagged;

	der_put_generalized_time(out, status->revoked_ms);
	if (status->reason) {
		tagged = der_begin(out, DER_CONTEXT_CONSTRUCTED(0));
		der_put(out, DER_ENUMERATED, (struct bytes){ &reason, 1 });
		der_end(out, tagged);
	}
	der_end(out, begin);
}

static void put_status(struct buf *out, const struct issue_status *status)
{
	static const struct bytes nothing;

	switch (status->kind) {
	case ISSUE_GOOD:
		der_put(out, DER_CONTEXT(0), nothing);
		return;
	case ISSUE_REVOKED:
		put_revoked(out, status);
		return;
	case ISSUE_UNKNOWN:
		der_put(out, DER_CONTEXT(2), nothing);
		return;
	}
	BUG("certificate status %d", status->kind);
}

static int put_single(struct buf *out, const struct cert_id *id, const struct issue_ocsp *how, struct err *err)
{
	struct issue_status status = { .kind = ISSUE_UNKNOWN };
	size_t begin, tagged;

	if (is_of_issuer(id, how->issuer) && how->find(how->user, id->serial, &status, err) < 0)
		return -1;
	begin = der_begin(out, DER_SEQUENCE);
	der_put_raw(out, id->whole);
	put_status(out, &status);
	der_put_generalized_time(out, how->this_update_ms);
	if (how->next_update_ms != INT64_MIN) {
		tagged = der_begin(out, DER_CONTEXT_CONSTRUCTED(0));
		der_put_generalized_time(out, how->next_update_ms);
		der_end(out, tagged);
	}
	der_end(out, begin);
	return 0;
}

static int put_responder(struct buf *out, const struct cert *responder, struct err *err)
{
	struct digest id;
	size_t tagged;

	if (digest_of(DIGEST_SHA1, cert_key_bits(responder), &id, err) < 0) /* RFC 6960 4.2.1: KeyHash is SHA-1 */
		return -1;
	tagged = der_begin(out, DER_CONTEXT_CONSTRUCTED(2));
	der_put(out, DER_OCTET_STRING, (struct bytes){ id.bytes, id.len });
	der_end(out, tagged);
	return 0;
}

static int put_response_data(struct buf *out, const struct request *request, const struct issue_ocsp *how,
			     struct err *err)
{
	size_t begin = der_begin(out, DER_SEQUENCE);
	size_t list;

	if (put_responder(out, how->responder->cert, err) < 0)
		return -1;
	der_put_generalized_time(out, how->produced_at_ms);
	list = der_begin(out, DER_SEQUENCE);
	for (size_t i = 0; i < request->count; i++)
		if (put_single(out, &request->ids[i], how, err) < 0)
			return 1;
	der_end(out, list);
	if (request->nonce.p) {
		size_t tagged = der_begin(out, DER_CONTEXT_CONSTRUCTED(1));
		size_t exts = der_begin(out, DER_SEQUENCE);

		der_put_raw(out, request->nonce);
		der_end(out, exts);
		der_end(out, tagged);
	}
	der_end(out, begin);
	return 0;
}

void issue_ocsp_error(enum issue_ocsp_error status, struct buf *ret_der)
{
	uint8_t value = (uint8_t)status;
	size_t begin = der_begin(ret_der, DER_SEQUENCE);

	der_put(ret_der, DER_ENUMERATED, (struct bytes){ &value, 1 });
	der_end(ret_der, begin);
}

/* OCSPResponse: successful, ResponseBytes with a BasicOCSPResponse that carries the responder's certificate. */
static int put_response(struct buf *out, const struct buf *tbs, const struct issue_ocsp *how, struct err *err)
{
	AUTO(buf_release) struct buf certs = BUF_INIT;
	AUTO(buf_release) struct buf basic = BUF_INIT;
	size_t tagged = der_begin(&certs, DER_CONTEXT_CONSTRUCTED(0));
	size_t begin = der_begin(&certs, DER_SEQUENCE);
	size_t outer, bytes;
	uint8_t successful = 0;

	der_put_raw(&certs, cert_der(how->responder->cert));
	der_end(&certs, begin);
	der_end(&certs, tagged);
	if (buf_check(&certs, err) < 0 ||
	    issue_signed(tbs, (struct bytes){ (const uint8_t *)certs.data, certs.len }, how->responder,
			 signer_default_alg(how->responder), &basic, err) < 0)
		return -1;
	outer = der_begin(out, DER_SEQUENCE);
	der_put(out, DER_ENUMERATED, (struct bytes){ &successful, 1 });
	tagged = der_begin(out, DER_CONTEXT_CONSTRUCTED(0));
	bytes = der_begin(out, DER_SEQUENCE);
	der_put_oid(out, OID_OCSP_BASIC);
	der_put(out, DER_OCTET_STRING, (struct bytes){ (const uint8_t *)basic.data, basic.len });
	der_end(out, bytes);
	der_end(out, tagged);
	der_end(out, outer);
	return buf_check(out, err);
}

int issue_ocsp(struct bytes request_der, const struct issue_ocsp *how, struct buf *ret_der, struct err *err)
{
	AUTO(buf_release) struct buf tbs = BUF_INIT;
	struct request request = { .count = 0 };
	int rc;

	if (!read_request(request_der, &request)) {
		issue_ocsp_error(ISSUE_OCSP_MALFORMED, ret_der);
		return buf_check(ret_der, err);
	}
	rc = put_response_data(&tbs, &request, how, err);
	if (rc < 0)
		return -1;
	if (rc > 0) { /* the status could not be found out */
		issue_ocsp_error(ISSUE_OCSP_INTERNAL, ret_der);
		return buf_check(ret_der, err);
	}
	return put_response(ret_der, &tbs, how, err);
}
