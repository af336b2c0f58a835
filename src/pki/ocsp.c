/* ocsp.c - OCSP requests and responses. See ocsp.h; RFC 6960, RFC 5019, RFC 9654. */
#include "pki/ocsp.h"

#include <stdlib.h>
#include <string.h>

#include "pki/algid.h"
#include "pki/digest.h"
#include "pki/pem.h"
#include "pki/x509_name.h"
#include "util/buf.h"
#include "util/err.h"

#define OCSP_MAX_SINGLES 10000
#define OCSP_MAX_CERTS 64

/* ---- request ---- */

struct cert_id {
	struct digest name_hash, key_hash;
};

static int cert_id_of(const struct cert *issuer, enum digest_alg alg, struct cert_id *ret, struct err *err)
{
	if (digest_of(alg, cert_subject_der(issuer), &ret->name_hash, err) != 0)
		return -1;
	return digest_of(alg, cert_key_bits(issuer), &ret->key_hash, err);
}

static void put_cert_id(struct buf *out, enum digest_alg alg, const struct cert_id *id, struct bytes serial)
{
	size_t begin = der_begin(out, DER_SEQUENCE);

	algid_put_digest(out, alg);
	der_put(out, DER_OCTET_STRING, (struct bytes){ id->name_hash.bytes, id->name_hash.len });
	der_put(out, DER_OCTET_STRING, (struct bytes){ id->key_hash.bytes, id->key_hash.len });
	der_put(out, DER_INTEGER, serial);
	der_end(out, begin);
}

static void put_nonce(struct buf *out, struct bytes nonce)
{
	size_t tagged = der_begin(out, DER_CONTEXT_CONSTRUCTED(2));
	size_t list = der_begin(out, DER_SEQUENCE);
	size_t ext = der_begin(out, DER_SEQUENCE);
	size_t value;

	der_put(out, DER_OID, OID_OCSP_NONCE);
	value = der_begin(out, DER_OCTET_STRING);
	der_put(out, DER_OCTET_STRING, nonce);
	der_end(out, value);
	der_end(out, ext);
	der_end(out, list);
	der_end(out, tagged);
}

int ocsp_request_write(const struct cert *cert, const struct cert *issuer, enum digest_alg alg, struct bytes nonce,
		       struct buf *out, struct err *err)
{
	struct cert_id id;
	size_t request, tbs, list, one;

	if (cert_id_of(issuer, alg, &id, err) != 0)
		return -1;
	request = der_begin(out, DER_SEQUENCE);
	tbs = der_begin(out, DER_SEQUENCE);
	list = der_begin(out, DER_SEQUENCE);
	one = der_begin(out, DER_SEQUENCE);
	put_cert_id(out, alg, &id, cert_serial_der(cert));
	der_end(out, one);
	der_end(out, list);
	if (nonce.n > 0)
		put_nonce(out, nonce);
	der_end(out, tbs);
	der_end(out, request);
	return buf_check(out, err);
}

/* ---- response ---- */

struct single {
	enum digest_alg alg;
	struct bytes name_hash, key_hash, serial;
	struct ocsp_single value;
};

struct ocsp {
	uint8_t *data;
	size_t size;
	enum ocsp_status status;
	struct x509_signed signed_data;
	struct bytes responder_name; /* whole Name, or {NULL,0} */
	struct bytes responder_key;  /* SHA-1 of the key, or {NULL,0} */
	int64_t produced_ms;
	struct bytes nonce;
	const char *unusable;
	struct single *singles;
	size_t single_count;
	struct cert_list certs;
};

static int ocsp_error(struct err *err, const char *what)
{
	return err_set(err, ERR_OCSP, "the OCSP response is malformed: %s", what);
}

const char *ocsp_status_name(enum ocsp_status status)
{
	switch (status) {
	case OCSP_SUCCESSFUL:
		return "successful";
	case OCSP_MALFORMED_REQUEST:
		return "malformedRequest";
	case OCSP_INTERNAL_ERROR:
		return "internalError";
	case OCSP_TRY_LATER:
		return "tryLater";
	case OCSP_SIG_REQUIRED:
		return "sigRequired";
	case OCSP_UNAUTHORIZED:
		return "unauthorized";
	}
	return "unknown status";
}

/* RevokedInfo ::= SEQUENCE { revocationTime, revocationReason [0] OPTIONAL }. */
static bool read_revoked(struct bytes contents, struct ocsp_single *value)
{
	struct der der = der_of(contents), reason;
	bool present;
	long number;

	value->status = OCSP_REVOKED;
	if (!der_read_time(&der, &value->revoked_ms) ||
	    !der_enter_optional(&der, DER_CONTEXT_CONSTRUCTED(0), &reason, &present))
		return false;
	if (present) {
		if (!der_peek(&reason, DER_ENUMERATED) || !der_read_long(&reason, &number) || !der_at_end(&reason) ||
		    number < 0 || number > 10 || number == 7)
			return false;
		value->reason = (enum crl_reason)number;
		value->has_reason = true;
	}
	return der_at_end(&der);
}

static bool read_cert_status(const struct der_item *item, struct ocsp_single *value)
{
	switch (item->tag) {
	case DER_CONTEXT(0):
		value->status = OCSP_GOOD;
		return item->contents.n == 0;
	case DER_CONTEXT_CONSTRUCTED(1):
		return read_revoked(item->contents, value);
	case DER_CONTEXT(2):
		value->status = OCSP_UNKNOWN;
		return item->contents.n == 0;
	default:
		return false;
	}
}

static bool read_single_extensions(struct ocsp *ocsp, struct bytes explicit_contents, struct ocsp_single *value)
{
	struct der der;
	struct x509_ext ext;

	if (!der_only(explicit_contents, DER_SEQUENCE, &der))
		return false;
	while (!der_at_end(&der)) {
		struct der inner;

		if (!x509_ext_next(&der, &ext))
			return false;
		inner = der_of(ext.value);
		if (bytes_eq(ext.oid, OID_OCSP_ARCHIVE_CUTOFF)) {
			if (!der_read_time(&inner, &value->archive_cutoff_ms) || !der_at_end(&inner))
				return false;
		} else if (ext.critical) {
			ocsp->unusable = "a single response has an unknown critical extension (RFC 6960 4.4)";
		}
	}
	return true;
}

static bool read_cert_id(struct der *der, struct single *ret)
{
	struct der id;
	struct bytes alg;

	if (!der_enter(der, DER_SEQUENCE, &id) || !der_read_whole(&id, DER_SEQUENCE, &alg) ||
	    !der_read(&id, DER_OCTET_STRING, &ret->name_hash) || !der_read(&id, DER_OCTET_STRING, &ret->key_hash) ||
	    !der_read_integer(&id, &ret->serial) || !der_at_end(&id))
		return false;
	ret->alg = algid_digest(alg);
	return true;
}

static bool read_single(struct ocsp *ocsp, struct der *list, struct single *ret)
{
	struct der der, next;
	struct der_item status;
	struct bytes extensions;
	bool present;

	ret->value = (struct ocsp_single){ .next_update_ms = INT64_MIN, .archive_cutoff_ms = INT64_MAX };
	if (!der_enter(list, DER_SEQUENCE, &der) || !read_cert_id(&der, ret) || !der_next(&der, &status) ||
	    !read_cert_status(&status, &ret->value) || !der_read_time(&der, &ret->value.this_update_ms) ||
	    !der_enter_optional(&der, DER_CONTEXT_CONSTRUCTED(0), &next, &present))
		return false;
	if (present && (!der_read_time(&next, &ret->value.next_update_ms) || !der_at_end(&next)))
		return false;
	if (der_peek(&der, DER_CONTEXT_CONSTRUCTED(1)) && (!der_read(&der, DER_CONTEXT_CONSTRUCTED(1), &extensions) ||
							   !read_single_extensions(ocsp, extensions, &ret->value)))
		return false;
	ret->value.id_alg = ret->alg;
	return der_at_end(&der);
}

static int read_singles(struct ocsp *ocsp, struct der *data, struct err *err)
{
	struct der list, probe;
	struct der_item item;
	size_t count = 0;

	if (!der_enter(data, DER_SEQUENCE, &list))
		return ocsp_error(err, "responses");
	for (probe = list; !der_at_end(&probe); count++)
		if (count >= OCSP_MAX_SINGLES || !der_next(&probe, &item))
			return ocsp_error(err, "responses");
	ocsp->singles = calloc(count + 1, sizeof(*ocsp->singles));
	if (!ocsp->singles)
		return err_set(err, ERR_NO_MEMORY, "no memory for %zu OCSP responses", count);
	for (; !der_at_end(&list); ocsp->single_count++)
		if (!read_single(ocsp, &list, &ocsp->singles[ocsp->single_count]))
			return err_set(err, ERR_OCSP, "the OCSP response is malformed: single response %zu",
				       ocsp->single_count);
	return 0;
}

static bool read_responder(struct der *data, struct ocsp *ocsp)
{
	struct der_item item;
	struct der inner;

	if (!der_next(data, &item))
		return false;
	inner = der_of(item.contents);
	if (item.tag == DER_CONTEXT_CONSTRUCTED(1))
		return der_read_whole(&inner, DER_SEQUENCE, &ocsp->responder_name) && der_at_end(&inner);
	return item.tag == DER_CONTEXT_CONSTRUCTED(2) && der_read(&inner, DER_OCTET_STRING, &ocsp->responder_key) &&
	       der_at_end(&inner);
}

static bool read_response_extensions(struct ocsp *ocsp, struct bytes explicit_contents)
{
	struct der der;
	struct x509_ext ext;

	if (!der_only(explicit_contents, DER_SEQUENCE, &der))
		return false;
	while (!der_at_end(&der)) {
		struct der inner;

		if (!x509_ext_next(&der, &ext))
			return false;
		inner = der_of(ext.value);
		if (bytes_eq(ext.oid, OID_OCSP_NONCE)) {
			/* RFC 2560 responders wrote the bare octets: then the value itself is the nonce. */
			if (!der_read(&inner, DER_OCTET_STRING, &ocsp->nonce) || !der_at_end(&inner))
				ocsp->nonce = ext.value;
		} else if (ext.critical) {
			ocsp->unusable = "the response has an unknown critical extension (RFC 6960 4.4)";
		}
	}
	return true;
}

static int read_response_data(struct ocsp *ocsp, struct err *err)
{
	struct der data, version;
	struct bytes extensions;
	bool present;
	long number = 0;

	if (!der_only(ocsp->signed_data.tbs, DER_SEQUENCE, &data) ||
	    !der_enter_optional(&data, DER_CONTEXT_CONSTRUCTED(0), &version, &present))
		return ocsp_error(err, "tbsResponseData");
	if (present && (!der_read_long(&version, &number) || number != 0 || !der_at_end(&version)))
		return ocsp_error(err, "version");
	if (!read_responder(&data, ocsp))
		return ocsp_error(err, "responderID");
	if (!der_read_time(&data, &ocsp->produced_ms))
		return ocsp_error(err, "producedAt");
	if (read_singles(ocsp, &data, err) != 0)
		return -1;
	if (der_at_end(&data))
		return 0;
	if (!der_read(&data, DER_CONTEXT_CONSTRUCTED(1), &extensions) || !der_at_end(&data) ||
	    !read_response_extensions(ocsp, extensions))
		return ocsp_error(err, "responseExtensions");
	return 0;
}

/* A certificate that cannot be read does not spoil the response: it only cannot be its responder. */
static int read_certs(struct ocsp *ocsp, struct der *basic, struct err *err)
{
	struct der tagged, list;
	struct bytes one;
	bool present;

	if (!der_enter_optional(basic, DER_CONTEXT_CONSTRUCTED(0), &tagged, &present) || !der_at_end(basic))
		return ocsp_error(err, "certs");
	if (!present)
		return 0;
	if (!der_enter(&tagged, DER_SEQUENCE, &list) || !der_at_end(&tagged))
		return ocsp_error(err, "certs");
	for (int count = 0; !der_at_end(&list); count++) {
		AUTO(cert_freep) struct cert *cert = NULL;

		if (!der_read_whole(&list, DER_SEQUENCE, &one) || count >= OCSP_MAX_CERTS)
			return ocsp_error(err, "certs");
		if (cert_parse(one, &cert, NULL) == 0 && cert_list_add(&ocsp->certs, cert, err) != 0)
			return -1;
	}
	return 0;
}

static int read_basic(struct ocsp *ocsp, struct bytes der, struct err *err)
{
	struct der basic;

	if (!der_only(der, DER_SEQUENCE, &basic) || !x509_signed_read(&basic, &ocsp->signed_data))
		return ocsp_error(err, "not one BasicOCSPResponse in DER");
	if (read_response_data(ocsp, err) != 0)
		return -1;
	return read_certs(ocsp, &basic, err);
}

/* OCSPResponse ::= SEQUENCE { responseStatus ENUMERATED, responseBytes [0] EXPLICIT SEQUENCE { OID, OCTET STRING }
 * OPTIONAL } */
static int read_response(struct ocsp *ocsp, struct der *response, struct err *err)
{
	struct der tagged, bytes;
	struct bytes type, basic;
	long status;

	if (!der_read_long(response, &status) || status < 0 || status > 6 || status == 4)
		return ocsp_error(err, "responseStatus");
	ocsp->status = (enum ocsp_status)status;
	if (der_at_end(response))
		return status == OCSP_SUCCESSFUL ? ocsp_error(err, "successful without responseBytes") : 0;
	if (!der_enter(response, DER_CONTEXT_CONSTRUCTED(0), &tagged) || !der_at_end(response) ||
	    !der_enter(&tagged, DER_SEQUENCE, &bytes) || !der_at_end(&tagged) || !der_read(&bytes, DER_OID, &type) ||
	    !der_read(&bytes, DER_OCTET_STRING, &basic) || !der_at_end(&bytes))
		return ocsp_error(err, "responseBytes");
	if (!bytes_eq(type, OID_OCSP_BASIC))
		return ocsp_error(err, "the response type is not id-pkix-ocsp-basic");
	return status == OCSP_SUCCESSFUL ? read_basic(ocsp, basic, err) : 0;
}

int ocsp_parse(struct bytes der, struct ocsp **ret_ocsp, struct err *err)
{
	AUTO(ocsp_freep) struct ocsp *ocsp = NULL;
	struct der response;
	int status;

	if (der.n > OCSP_MAX_BYTES)
		return err_set(err, ERR_LIMIT, "the OCSP response has %zu octets, more than %zu", der.n,
			       OCSP_MAX_BYTES);
	ocsp = calloc(1, sizeof(*ocsp));
	if (ocsp)
		ocsp->data = malloc(der.n ? der.n : 1);
	if (!ocsp || !ocsp->data)
		return err_set(err, ERR_NO_MEMORY, "no memory for an OCSP response of %zu octets", der.n);
	if (der.n)
		memcpy(ocsp->data, der.p, der.n);
	ocsp->size = der.n;
	if (!der_only(ocsp_der(ocsp), DER_SEQUENCE, &response))
		return ocsp_error(err, "not one SEQUENCE in DER");
	status = der_peek(&response, DER_ENUMERATED) ? read_response(ocsp, &response, err)
						     : read_basic(ocsp, ocsp_der(ocsp), err);
	if (status != 0)
		return -1;
	*ret_ocsp = TAKE(ocsp);
	return 0;
}

int ocsp_load(struct bytes file, const char *name, struct ocsp **ret_ocsp, struct err *err)
{
	AUTO(buf_release) struct buf der = BUF_INIT;

	if (pem_find(file, "OCSP RESPONSE", &der))
		file = x509_buf_bytes(&der);
	return ocsp_parse(file, ret_ocsp, err) == 0 ? 0 : err_prefix(err, "%s", name);
}

void ocsp_free(struct ocsp *ocsp)
{
	if (!ocsp)
		return;
	cert_list_release(&ocsp->certs);
	free(ocsp->singles);
	free(ocsp->data);
	free(ocsp);
}

struct bytes ocsp_der(const struct ocsp *ocsp)
{
	return (struct bytes){ ocsp->data, ocsp->size };
}

enum ocsp_status ocsp_status(const struct ocsp *ocsp)
{
	return ocsp->status;
}

int64_t ocsp_produced_ms(const struct ocsp *ocsp)
{
	return ocsp->produced_ms;
}

struct bytes ocsp_nonce(const struct ocsp *ocsp)
{
	return ocsp->nonce;
}

const struct cert_list *ocsp_certs(const struct ocsp *ocsp)
{
	return &ocsp->certs;
}

struct sig_alg ocsp_sig_alg(const struct ocsp *ocsp)
{
	return algid_signature(ocsp->signed_data.alg, DIGEST_NONE, NULL);
}

const char *ocsp_unusable(const struct ocsp *ocsp)
{
	return ocsp->unusable;
}

size_t ocsp_single_count(const struct ocsp *ocsp)
{
	return ocsp->single_count;
}

static bool single_matches(const struct single *single, const struct cert *cert, const struct cert *issuer)
{
	struct cert_id id;

	if (single->alg == DIGEST_NONE || !bytes_eq(single->serial, cert_serial_der(cert)) ||
	    cert_id_of(issuer, single->alg, &id, NULL) != 0)
		return false;
	return bytes_eq(single->name_hash, (struct bytes){ id.name_hash.bytes, id.name_hash.len }) &&
	       bytes_eq(single->key_hash, (struct bytes){ id.key_hash.bytes, id.key_hash.len });
}

bool ocsp_find(const struct ocsp *ocsp, const struct cert *cert, const struct cert *issuer, struct ocsp_single *ret)
{
	bool found = false;

	if (!x509_name_equal(cert_issuer_der(cert), cert_subject_der(issuer)))
		return false;
	for (size_t i = 0; i < ocsp->single_count; i++) {
		const struct single *single = &ocsp->singles[i];

		if (!single_matches(single, cert, issuer) ||
		    (found && single->value.this_update_ms <= ret->this_update_ms))
			continue;
		*ret = single->value;
		found = true;
	}
	return found;
}

bool ocsp_responder_is(const struct ocsp *ocsp, const struct cert *cert)
{
	struct digest hash;

	if (ocsp->responder_name.p)
		return x509_name_equal(ocsp->responder_name, cert_subject_der(cert));
	return ocsp->responder_key.p && digest_of(DIGEST_SHA1, cert_key_bits(cert), &hash, NULL) == 0 &&
	       bytes_eq(ocsp->responder_key, (struct bytes){ hash.bytes, hash.len });
}

int ocsp_check_signature(const struct ocsp *ocsp, const struct cert *signer, struct err *err)
{
	return x509_signed_check(&ocsp->signed_data, signer, err);
}

bool ocsp_responder_allowed(const struct cert *responder, const struct cert *issuer, bool *ret_delegate)
{
	*ret_delegate = false;
	if (bytes_eq(cert_spki_der(responder), cert_spki_der(issuer)) &&
	    x509_name_equal(cert_subject_der(responder), cert_subject_der(issuer)))
		return true;
	*ret_delegate = true;
	return x509_name_equal(cert_issuer_der(responder), cert_subject_der(issuer)) && cert_has_eku(responder) &&
	       cert_eku(responder, EKU_OCSP_SIGNING) &&
	       (cert_key_usage(responder) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION));
}

/* ---- a client's checks ---- */

static int check_issued_by(const struct cert *cert, const struct cert *issuer, struct err *err)
{
	struct x509_signed signed_data;
	struct der der;

	if (!der_only(cert_der(cert), DER_SEQUENCE, &der) || !x509_signed_read(&der, &signed_data))
		return err_set(err, ERR_OCSP, "the responder's certificate %s cannot be read", cert_subject(cert));
	return x509_signed_check(&signed_data, issuer, err);
}

/* 0 this one signed the response and may; 1 not this one; -1 err. */
static int try_responder(const struct ocsp *ocsp, const struct cert *responder, const struct cert *issuer,
			 int64_t at_ms, struct err *err)
{
	bool delegate;
	int status;

	if (!ocsp_responder_is(ocsp, responder) || !ocsp_responder_allowed(responder, issuer, &delegate))
		return 1;
	if (delegate) {
		if (at_ms < cert_not_before_ms(responder) || at_ms > cert_not_after_ms(responder))
			return 1;
		status = check_issued_by(responder, issuer, err);
		if (status != 0)
			return status;
	}
	return ocsp_check_signature(ocsp, responder, err);
}

static int find_responder(const struct ocsp *ocsp, const struct cert *issuer, int64_t at_ms, const struct cert **ret,
			  struct err *err)
{
	int status = try_responder(ocsp, issuer, issuer, at_ms, err);

	*ret = issuer;
	for (size_t i = 0; status == 1 && i < ocsp->certs.count; i++) {
		*ret = ocsp->certs.items[i];
		status = try_responder(ocsp, ocsp->certs.items[i], issuer, at_ms, err);
	}
	if (status == 1)
		return err_set(
		    err, ERR_OCSP,
		    "the OCSP response is not validly signed by %s or a responder it authorised (RFC 6960 4.2.2.2)",
		    cert_subject(issuer));
	return status;
}

int ocsp_check_answer(const struct ocsp *ocsp, const struct cert *cert, const struct cert *issuer, struct bytes nonce,
		      int64_t at_ms, int64_t skew_ms, struct ocsp_single *ret_single, const struct cert **ret_responder,
		      struct err *err)
{
	const struct cert *responder;
	struct ocsp_single single;

	if (ocsp->status != OCSP_SUCCESSFUL)
		return err_set(err, ERR_OCSP, "the OCSP responder answered %s", ocsp_status_name(ocsp->status));
	if (ocsp->unusable)
		return err_set(err, ERR_OCSP, "%s", ocsp->unusable);
	if (!ocsp_find(ocsp, cert, issuer, &single))
		return err_set(err, ERR_OCSP, "the OCSP response is not about certificate %s of %s",
			       cert_serial_hex(cert), cert_issuer(cert));
	if (nonce.n > 0 && ocsp->nonce.n > 0 && !bytes_eq(nonce, ocsp->nonce))
		return err_set(err, ERR_OCSP, "the nonce of the OCSP response is not the request's");
	if (single.this_update_ms > at_ms + skew_ms)
		return err_set(err, ERR_OCSP, "the OCSP response is from the future");
	if (single.next_update_ms != INT64_MIN && single.next_update_ms < at_ms - skew_ms)
		return err_set(err, ERR_OCSP, "the OCSP response is out of date");
	if (find_responder(ocsp, issuer, at_ms, &responder, err) != 0)
		return -1;
	*ret_single = single;
	if (ret_responder)
		*ret_responder = responder;
	return 0;
}

/* ---- Adobe's attribute ---- */

static int read_archived(struct der *tagged, int (*visit)(void *, struct bytes, struct err *), void *context,
			 struct err *err)
{
	struct der list;
	struct bytes one;

	if (!der_enter(tagged, DER_SEQUENCE, &list) || !der_at_end(tagged))
		return err_set(err, ERR_CMS, "revocationInfoArchival is malformed");
	while (!der_at_end(&list)) {
		if (!der_read_whole(&list, DER_SEQUENCE, &one))
			return err_set(err, ERR_CMS, "revocationInfoArchival is malformed");
		if (visit && visit(context, one, err) != 0)
			return -1;
	}
	return 0;
}

/* RevocationInfoArchival ::= SEQUENCE { crl [0] EXPLICIT SEQUENCE OF, ocsp [1] EXPLICIT SEQUENCE OF, otherRevInfo [2] }
 * (ISO 32000-1 12.8.3.3.2). */
int revocation_archival_read(struct bytes der, const struct revocation_archival_visitor *visitor, struct err *err)
{
	struct der archival;
	struct der_item item;

	if (!der_only(der, DER_SEQUENCE, &archival))
		return err_set(err, ERR_CMS, "revocationInfoArchival is malformed");
	while (!der_at_end(&archival)) {
		struct der inner;
		int status = 0;

		if (!der_next(&archival, &item))
			return err_set(err, ERR_CMS, "revocationInfoArchival is malformed");
		inner = der_of(item.contents);
		if (item.tag == DER_CONTEXT_CONSTRUCTED(0))
			status = read_archived(&inner, visitor->crl, visitor->context, err);
		else if (item.tag == DER_CONTEXT_CONSTRUCTED(1))
			status = read_archived(&inner, visitor->ocsp, visitor->context, err);
		if (status != 0)
			return -1;
	}
	return 0;
}
