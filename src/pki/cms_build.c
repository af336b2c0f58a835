/*
 * cms_build.c - writing SignedData (RFC 5652) as CAdES baseline for PAdES (EN 319 122-1 clause 5, EN 319 142-1 clause 6.2); see cms.h.
 *
 * Everything is written as DER, SET OFs in their order, so that what is signed is what is written. docs/decisions/010 says which
 * attributes and identifiers were chosen and why.
 */
#include <stdlib.h>
#include <string.h>

#include "pki/algid.h"
#include "pki/cms.h"
#include "pki/der.h"
#include "pki/oid.h"
#include "util/buf.h"
#include "util/err.h"

struct cms_draft {
	struct sig_alg alg;
	struct buf signed_attrs;   /* DER SET OF Attribute */
	struct buf certs;          /* contents of the CertificateSet, in no order yet */
	struct buf sid;            /* IssuerAndSerialNumber */
	struct buf content_type;   /* contents octets of the OID */
	struct buf content;
	bool encapsulated;
	struct buf signature;
	struct buf unsigned_attrs; /* contents of the SET OF */
};

static struct bytes bytes_of(const struct buf *buf)
{
	return (struct bytes){ (const uint8_t *)buf->data, buf->len };
}

void cms_draft_free(struct cms_draft *draft)
{
	if (!draft)
		return;
	buf_release(&draft->signed_attrs);
	buf_release(&draft->certs);
	buf_release(&draft->sid);
	buf_release(&draft->content_type);
	buf_release(&draft->content);
	buf_release(&draft->signature);
	buf_release(&draft->unsigned_attrs);
	free(draft);
}

/* ---- signed attributes ---- */

struct attr_marks {
	size_t attr, values;
};

static struct attr_marks begin_attr(struct buf *out, struct bytes oid)
{
	struct attr_marks marks;

	marks.attr = der_begin(out, DER_SEQUENCE);
	der_put_oid(out, oid);
	marks.values = der_begin(out, DER_SET);
	return marks;
}

static void end_attr(struct buf *out, struct attr_marks marks)
{
	der_end(out, marks.values);
	der_end(out, marks.attr);
}

static void put_issuer_and_serial(struct buf *out, const struct cert *cert)
{
	size_t begin = der_begin(out, DER_SEQUENCE);

	der_put_raw(out, cert_issuer_der(cert));
	der_put(out, DER_INTEGER, cert_serial_der(cert));
	der_end(out, begin);
}

/* IssuerSerial of RFC 5035: the issuer is a GeneralNames of one directoryName. */
static void put_issuer_serial(struct buf *out, const struct cert *cert)
{
	size_t begin = der_begin(out, DER_SEQUENCE);
	size_t names = der_begin(out, DER_SEQUENCE);

	der_put(out, DER_CONTEXT_CONSTRUCTED(4), cert_issuer_der(cert));
	der_end(out, names);
	der_put(out, DER_INTEGER, cert_serial_der(cert));
	der_end(out, begin);
}

/* RFC 5035 3; EN 319 122-1 5.2.2.3. The hash is SHA-256, the DEFAULT, so its identifier is left out as DER asks. */
static void put_signing_certificate(struct buf *out, const struct cert *cert)
{
	struct attr_marks attr = begin_attr(out, OID_SIGNING_CERTIFICATE_V2);
	size_t value = der_begin(out, DER_SEQUENCE);
	size_t certs = der_begin(out, DER_SEQUENCE);
	size_t id = der_begin(out, DER_SEQUENCE);
	uint8_t hash[32];

	digest_sha256(cert_der(cert), hash);
	der_put(out, DER_OCTET_STRING, (struct bytes){ hash, sizeof(hash) });
	put_issuer_serial(out, cert);
	der_end(out, id);
	der_end(out, certs);
	der_end(out, value);
	end_attr(out, attr);
}

/* RFC 6211: both algorithm identifiers, so that neither can be swapped. The signature's is [1] IMPLICIT. */
static void put_algorithm_protection(struct buf *out, struct sig_alg alg)
{
	struct attr_marks attr = begin_attr(out, OID_ALGORITHM_PROTECTION);
	size_t value = der_begin(out, DER_SEQUENCE);
	size_t at;

	algid_put_digest(out, alg.digest);
	at = out->len;
	(void)algid_put_cms_signature(out, alg);
	if (!buf_failed(out) && out->len > at)
		out->data[at] = (char)DER_CONTEXT_CONSTRUCTED(1);
	der_end(out, value);
	end_attr(out, attr);
}

static void put_simple_attrs(const struct cms_draft_options *o, struct bytes content_type, struct buf *out)
{
	struct attr_marks attr = begin_attr(out, OID_CONTENT_TYPE);

	der_put_oid(out, content_type);
	end_attr(out, attr);
	attr = begin_attr(out, OID_MESSAGE_DIGEST);
	der_put(out, DER_OCTET_STRING, (struct bytes){ o->content_digest->bytes, o->content_digest->len });
	end_attr(out, attr);
	if (!o->signing_time)
		return;
	attr = begin_attr(out, OID_SIGNING_TIME);
	der_put_time(out, o->signing_time_ms);
	end_attr(out, attr);
}

static int put_signed_attrs(struct cms_draft *draft, const struct cms_draft_options *o, struct err *err)
{
	struct buf *out = &draft->signed_attrs;
	size_t set;

	buf_reserve(out, 512);
	set = der_begin(out, DER_SET);
	put_simple_attrs(o, bytes_of(&draft->content_type), out);
	put_signing_certificate(out, o->cert);
	put_algorithm_protection(out, o->alg);
	if (!der_end_set_of(out, set))
		return err_set(err, ERR_BUG, "the signed attributes cannot be put in order");
	return buf_check(out, err);
}

/* ---- the draft ---- */

enum { MAX_CHAIN = 60 };

static int put_certs(struct cms_draft *draft, const struct cms_draft_options *o, struct err *err)
{
	size_t count = o->chain ? o->chain->count : 0;

	if (o->no_certs)
		return 0;
	if (count > MAX_CHAIN)
		return err_set(err, ERR_LIMIT, "a chain of %zu certificates cannot be embedded, at most %d", count, (int)MAX_CHAIN);
	der_put_raw(&draft->certs, cert_der(o->cert));
	for (size_t i = 0; i < count; i++)
		if (!cert_equal(o->chain->items[i], o->cert))
			der_put_raw(&draft->certs, cert_der(o->chain->items[i]));
	return buf_check(&draft->certs, err);
}

static int check_options(const struct cms_draft_options *o, struct err *err)
{
	AUTO(buf_release) struct buf probe = BUF_INIT;

	if (!algid_put_cms_signature(&probe, o->alg) || o->alg.digest == DIGEST_SHA1 || o->alg.digest == DIGEST_MD5 || o->alg.digest == DIGEST_SHA224)
		return err_set(err, ERR_KEY_UNSUPPORTED, "no signature is made by %s", sig_alg_name(o->alg));
	if (o->content_digest->len != digest_size(o->alg.digest))
		return err_set(err, ERR_CMS, "the digest of the content has %zu bytes, that of %s has %zu", o->content_digest->len, sig_alg_name(o->alg),
			       digest_size(o->alg.digest));
	return 0;
}

static int set_content(struct cms_draft *draft, const struct cms_draft_options *o, struct err *err)
{
	if (!o->content_type_oid)
		buf_append(&draft->content_type, OID_DATA.p, OID_DATA.n);
	else if (!der_oid_contents(o->content_type_oid, &draft->content_type))
		return err_set(err, ERR_CMS, "%s is no object identifier", o->content_type_oid);
	draft->encapsulated = o->content.p != NULL;
	buf_append(&draft->content, o->content.p, o->content.n);
	return buf_check(&draft->content, err);
}

int cms_draft_new(const struct cms_draft_options *o, struct cms_draft **ret_draft, struct err *err)
{
	AUTO(cms_draft_freep) struct cms_draft *draft = NULL;

	if (check_options(o, err))
		return -1;
	draft = calloc(1, sizeof(*draft));
	if (!draft)
		return err_set(err, ERR_NO_MEMORY, "no memory for a signature");
	draft->alg = o->alg;
	put_issuer_and_serial(&draft->sid, o->cert);
	if (set_content(draft, o, err) || put_certs(draft, o, err) || put_signed_attrs(draft, o, err) || buf_check(&draft->sid, err))
		return -1;
	*ret_draft = TAKE(draft);
	return 0;
}

struct bytes cms_draft_signed_attributes(const struct cms_draft *draft)
{
	return bytes_of(&draft->signed_attrs);
}

int cms_draft_digest(const struct cms_draft *draft, struct digest *ret, struct err *err)
{
	return digest_of(draft->alg.digest, bytes_of(&draft->signed_attrs), ret, err);
}

int cms_draft_set_signature(struct cms_draft *draft, struct bytes signature, struct err *err)
{
	buf_clear(&draft->signature);
	buf_append(&draft->signature, signature.p, signature.n);
	return buf_check(&draft->signature, err);
}

int cms_draft_add_timestamp(struct cms_draft *draft, struct bytes token, struct err *err)
{
	bool ber = false;
	struct der in = der_of_ber(token, &ber);
	struct bytes contents;
	struct attr_marks attr;

	if (!der_read(&in, DER_SEQUENCE, &contents) || !der_at_end(&in))
		return err_set(err, ERR_TSA, "the time-stamp token is no ContentInfo");
	attr = begin_attr(&draft->unsigned_attrs, OID_SIGNATURE_TIMESTAMP);
	der_put_raw(&draft->unsigned_attrs, token);
	end_attr(&draft->unsigned_attrs, attr);
	return buf_check(&draft->unsigned_attrs, err);
}

/* ---- writing ---- */

static void put_encap_content(const struct cms_draft *draft, struct buf *out)
{
	size_t encap = der_begin(out, DER_SEQUENCE);

	der_put_oid(out, bytes_of(&draft->content_type));
	if (draft->encapsulated) {
		size_t wrapped = der_begin(out, DER_CONTEXT_CONSTRUCTED(0));

		der_put(out, DER_OCTET_STRING, bytes_of(&draft->content));
		der_end(out, wrapped);
	}
	der_end(out, encap);
}

static bool put_signer_info(const struct cms_draft *draft, struct buf *out)
{
	size_t info = der_begin(out, DER_SEQUENCE);
	size_t at;
	bool sorted = true;

	der_put_long(out, 1); /* issuerAndSerialNumber, RFC 5652 5.3 */
	der_put_raw(out, bytes_of(&draft->sid));
	algid_put_digest(out, draft->alg.digest);
	at = out->len;
	der_put_raw(out, bytes_of(&draft->signed_attrs));
	if (!buf_failed(out))
		out->data[at] = (char)DER_CONTEXT_CONSTRUCTED(0); /* IMPLICIT in the message, SET when hashed (RFC 5652 5.4) */
	(void)algid_put_cms_signature(out, draft->alg);
	der_put(out, DER_OCTET_STRING, bytes_of(&draft->signature));
	if (draft->unsigned_attrs.len) {
		size_t set = der_begin(out, DER_CONTEXT_CONSTRUCTED(1));

		der_put_raw(out, bytes_of(&draft->unsigned_attrs));
		sorted = der_end_set_of(out, set);
	}
	der_end(out, info);
	return sorted;
}

static bool put_signed_data(const struct cms_draft *draft, struct buf *out)
{
	size_t data = der_begin(out, DER_SEQUENCE);
	size_t set;
	bool sorted = true;

	der_put_long(out, bytes_eq(bytes_of(&draft->content_type), OID_DATA) ? 1 : 3); /* RFC 5652 5.1 */
	set = der_begin(out, DER_SET);
	algid_put_digest(out, draft->alg.digest);
	der_end(out, set);
	put_encap_content(draft, out);
	if (draft->certs.len) {
		set = der_begin(out, DER_CONTEXT_CONSTRUCTED(0));
		der_put_raw(out, bytes_of(&draft->certs));
		sorted = der_end_set_of(out, set);
	}
	set = der_begin(out, DER_SET);
	sorted = put_signer_info(draft, out) && sorted;
	der_end(out, set);
	der_end(out, data);
	return sorted;
}

int cms_draft_write(const struct cms_draft *draft, struct buf *out, struct err *err)
{
	size_t before = out->len;
	size_t info;
	size_t wrapped;
	bool sorted;

	if (!draft->signature.len)
		return err_set(err, ERR_CMS, "the signature value is missing");
	buf_reserve(out, draft->certs.len + draft->unsigned_attrs.len + draft->content.len + 2048);
	info = der_begin(out, DER_SEQUENCE);
	der_put_oid(out, OID_SIGNED_DATA);
	wrapped = der_begin(out, DER_CONTEXT_CONSTRUCTED(0));
	sorted = put_signed_data(draft, out);
	der_end(out, wrapped);
	der_end(out, info);
	if (sorted)
		return buf_check(out, err);
	out->len = before;
	return err_set(err, ERR_BUG, "the certificates or attributes cannot be put in DER order");
}

/* RSA: the modulus; ECDSA: two INTEGERs of the field's size with a sign octet each; DER headers. */
static size_t signature_size(const struct cert *cert)
{
	struct key_strength key = cert_key(cert);
	size_t octets = ((size_t)key.bits + 7) / 8;

	return key.kind == KEY_RSA ? octets : 2 * (octets + 4) + 4;
}

int cms_size_estimate(const struct cms_draft_options *options, size_t timestamp_bytes, size_t *ret_bytes, struct err *err)
{
	enum { ATTRIBUTE_OVERHEAD = 64 };
	struct digest nothing = { .len = digest_size(options->alg.digest) };
	struct cms_draft_options o = *options;
	AUTO(cms_draft_freep) struct cms_draft *draft = NULL;
	AUTO(buf_release) struct buf out = BUF_INIT;

	o.content_digest = &nothing;
	if (cms_draft_new(&o, &draft, err))
		return -1;
	buf_fill(&draft->signature, '\0', signature_size(o.cert));
	if (buf_check(&draft->signature, err) || cms_draft_write(draft, &out, err))
		return -1;
	*ret_bytes = out.len + (timestamp_bytes ? timestamp_bytes + ATTRIBUTE_OVERHEAD : 0);
	return 0;
}

/* ---- certificates only ---- */

int cms_write_certs(const struct cert_list *certs, struct buf *out, struct err *err)
{
	size_t info = der_begin(out, DER_SEQUENCE);
	size_t wrapped;
	size_t data;
	size_t at;

	der_put_oid(out, OID_SIGNED_DATA);
	wrapped = der_begin(out, DER_CONTEXT_CONSTRUCTED(0));
	data = der_begin(out, DER_SEQUENCE);
	der_put_long(out, 1);
	der_put(out, DER_SET, (struct bytes){ NULL, 0 });
	at = der_begin(out, DER_SEQUENCE);
	der_put_oid(out, OID_DATA);
	der_end(out, at);
	at = der_begin(out, DER_CONTEXT_CONSTRUCTED(0));
	for (size_t i = 0; i < certs->count; i++)
		der_put_raw(out, cert_der(certs->items[i]));
	if (!der_end_set_of(out, at))
		return err_set(err, ERR_LIMIT, "a list of %zu certificates is too long to be written", certs->count);
	der_put(out, DER_SET, (struct bytes){ NULL, 0 });
	der_end(out, data);
	der_end(out, wrapped);
	der_end(out, info);
	return buf_check(out, err);
}
