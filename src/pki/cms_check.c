/*
 * cms_check.c - whether a SignedData is a signature over a content digest: RFC 5652 5.4-5.6, ESS (RFC 2634, RFC 5035), RFC 6211,
 * EN 319 102-1 5.2.3 and 5.2.7. Trust, time and revocation are decided elsewhere.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "pki/algid.h"
#include "pki/cms_private.h"
#include "pki/oid.h"
#include "util/err.h"

struct checking {
	const struct cms *cms;
	const struct cms_signer *signer;
	const struct digest *content_digest;
	int flags;
	char *detail;
	size_t detail_size;
};

static enum cms_check found(const struct checking *c, enum cms_check result, const char *fmt, ...) PRINTF_LIKE(3, 4);

static enum cms_check found(const struct checking *c, enum cms_check result, const char *fmt, ...)
{
	va_list ap;

	if (!c->detail || !c->detail_size)
		return result;
	va_start(ap, fmt);
	vsnprintf(c->detail, c->detail_size, fmt, ap);
	va_end(ap);
	return result;
}

const char *cms_check_name(enum cms_check check)
{
	static const char *const names[] = {
		[CMS_OK] = "CMS_OK",
		[CMS_NO_SIGNER_CERT] = "CMS_NO_SIGNER_CERT",
		[CMS_NOT_ONE_SIGNER] = "CMS_NOT_ONE_SIGNER",
		[CMS_ATTRS_MALFORMED] = "CMS_ATTRS_MALFORMED",
		[CMS_DIGEST_MISMATCH] = "CMS_DIGEST_MISMATCH",
		[CMS_SIGNING_CERT_MISMATCH] = "CMS_SIGNING_CERT_MISMATCH",
		[CMS_ALGORITHM_MISMATCH] = "CMS_ALGORITHM_MISMATCH",
		[CMS_SIGNATURE_INVALID] = "CMS_SIGNATURE_INVALID",
		[CMS_UNSUPPORTED] = "CMS_UNSUPPORTED",
	};

	return (size_t)check < ARRAY_LEN(names) ? names[check] : "?";
}

static enum cms_check check_algorithms(const struct checking *c)
{
	if (c->signer->digest == DIGEST_NONE)
		return found(c, CMS_UNSUPPORTED, "the digest algorithm is not supported");
	if (c->signer->alg.key == KEY_UNKNOWN)
		return found(c, CMS_UNSUPPORTED, "the signature algorithm or its parameters are not supported");
	return CMS_OK;
}

/* An attribute that may be there once with one value. NULL and CMS_OK when it is absent. */
static enum cms_check single_attr(const struct checking *c, struct bytes oid, const char *name, const struct cms_attr **ret)
{
	size_t instances;

	*ret = cms_attr_of(&c->signer->attrs, oid, &instances);
	if (instances > 1)
		return found(c, CMS_ATTRS_MALFORMED, "the attribute %s is there %zu times", name, instances);
	if (*ret && (*ret)->value_count != 1)
		return found(c, CMS_ATTRS_MALFORMED, "the attribute %s has %zu values", name, (*ret)->value_count);
	return CMS_OK;
}

/* RFC 5652 11.1: content-type must be there and equal eContentType. */
static enum cms_check check_content_type(const struct checking *c)
{
	const struct cms_attr *attr;
	struct bytes oid;
	struct der in;
	enum cms_check result = single_attr(c, OID_CONTENT_TYPE, "content-type", &attr);

	if (result != CMS_OK)
		return result;
	if (!attr)
		return found(c, CMS_ATTRS_MALFORMED, "the attribute content-type is missing");
	in = der_of(attr->value);
	if (!der_read(&in, DER_OID, &oid) || !bytes_eq(oid, c->cms->content_type_oid))
		return found(c, CMS_ATTRS_MALFORMED, "the attribute content-type is not the type of the content");
	return CMS_OK;
}

static enum cms_check check_attr_shapes(const struct checking *c)
{
	static const struct {
		struct bytes oid;
		const char *name;
	} once[] = {
		{ OID_SIGNING_CERTIFICATE, "signing-certificate" },
		{ OID_SIGNING_CERTIFICATE_V2, "signing-certificate-v2" },
		{ OID_ALGORITHM_PROTECTION, "cms-algorithm-protection" },
		{ OID_SIGNING_TIME, "signing-time" },
	};
	const struct cms_attr *attr;

	if (!c->signer->attrs_sorted)
		return found(c, CMS_ATTRS_MALFORMED, "the signed attributes are not in DER order (RFC 5652 5.4)");
	for (size_t i = 0; i < ARRAY_LEN(once); i++)
		if (single_attr(c, once[i].oid, once[i].name, &attr) != CMS_OK)
			return CMS_ATTRS_MALFORMED;
	return check_content_type(c);
}

static struct bytes attr_octets(const struct cms_attr *attr)
{
	struct der in = attr ? der_of(attr->value) : der_of((struct bytes){ NULL, 0 });
	struct bytes octets;

	return attr && der_read(&in, DER_OCTET_STRING, &octets) && der_at_end(&in) ? octets : (struct bytes){ NULL, 0 };
}

/* RFC 5652 11.2. Without signed attributes the signature value itself says whether the content is the one signed. */
static enum cms_check check_message_digest(const struct checking *c)
{
	const struct cms_attr *attr;
	struct bytes value = attr_octets(cms_attr_of(&c->signer->attrs, OID_MESSAGE_DIGEST, NULL));

	if (single_attr(c, OID_MESSAGE_DIGEST, "message-digest", &attr) != CMS_OK)
		return CMS_ATTRS_MALFORMED;
	if (!attr || !value.p)
		return found(c, CMS_ATTRS_MALFORMED, "the attribute message-digest is missing or malformed");
	if (!bytes_eq(value, (struct bytes){ c->content_digest->bytes, c->content_digest->len }))
		return found(c, CMS_DIGEST_MISMATCH, "the content is not the one that was signed: its %s differs", digest_name(c->signer->digest));
	return CMS_OK;
}

/* ---- signing-certificate ---- */

int cms_ess_matches(struct bytes value, bool v2, const struct cert *cert)
{
	struct der in;
	struct der certs;
	struct der id;
	struct bytes algid;
	struct bytes hash;
	struct digest digest;
	enum digest_alg alg = v2 ? DIGEST_SHA256 : DIGEST_SHA1;

	if (!der_only(value, DER_SEQUENCE, &in) || !der_enter(&in, DER_SEQUENCE, &certs) || !der_enter(&certs, DER_SEQUENCE, &id))
		return 2;
	if (v2 && der_peek(&id, DER_SEQUENCE)) {
		if (!der_read_whole(&id, DER_SEQUENCE, &algid))
			return 2;
		alg = algid_digest(algid);
	}
	if (!der_read(&id, DER_OCTET_STRING, &hash))
		return 2;
	if (alg == DIGEST_NONE || digest_of(alg, cert_der(cert), &digest, NULL))
		return 3;
	return bytes_eq(hash, (struct bytes){ digest.bytes, digest.len }) ? 0 : 1;
}

/*
 * The first ESSCertID is the signer's (RFC 5035 5.4); the hash binds the certificate, so issuerSerial adds nothing to decide on.
 */
static enum cms_check check_one_signing_cert(const struct checking *c, const struct cms_attr *attr, bool v2)
{
	switch (cms_ess_matches(attr->value, v2, c->signer->signer_cert)) {
	case 0:
		return CMS_OK;
	case 1:
		return found(c, CMS_SIGNING_CERT_MISMATCH, "the attribute signing-certificate%s names another certificate", v2 ? "-v2" : "");
	case 3:
		return found(c, CMS_UNSUPPORTED, "the digest in signing-certificate-v2 is not supported");
	default:
		return found(c, CMS_ATTRS_MALFORMED, "the attribute signing-certificate%s is malformed", v2 ? "-v2" : "");
	}
}

static enum cms_check check_signing_cert(const struct checking *c)
{
	const struct cms_attr *v1 = cms_attr_of(&c->signer->attrs, OID_SIGNING_CERTIFICATE, NULL);
	const struct cms_attr *v2 = cms_attr_of(&c->signer->attrs, OID_SIGNING_CERTIFICATE_V2, NULL);
	enum cms_check result = CMS_OK;

	if (!c->signer->signer_cert)
		return found(c, CMS_NO_SIGNER_CERT, "the signer's certificate is not in the message");
	if (!v1 && !v2 && (c->flags & CMS_REQUIRE_SIGNING_CERT))
		return found(c, CMS_SIGNING_CERT_MISMATCH, "the attribute signing-certificate-v2 is missing");
	if (v2)
		result = check_one_signing_cert(c, v2, /* v2= */ true);
	if (result == CMS_OK && v1)
		result = check_one_signing_cert(c, v1, /* v2= */ false);
	return result;
}

/* ---- algorithms agree ---- */

/* CMSAlgorithmProtection ::= SEQUENCE { digestAlgorithm, signatureAlgorithm [1] IMPLICIT } (RFC 6211 2) */
static enum cms_check check_algorithm_protection(const struct checking *c, const struct cms_attr *attr)
{
	struct der in;
	struct der algid = der_of(c->signer->sig_algid);
	struct bytes digest;
	struct bytes written;
	struct bytes protected_alg;

	if (!der_only(attr->value, DER_SEQUENCE, &in) || !der_read_whole(&in, DER_SEQUENCE, &digest) ||
	    !der_read(&in, DER_CONTEXT_CONSTRUCTED(1), &protected_alg) || !der_at_end(&in))
		return found(c, CMS_ATTRS_MALFORMED, "the attribute cms-algorithm-protection is malformed");
	if (algid_digest(digest) != c->signer->digest || !der_read(&algid, DER_SEQUENCE, &written) || !bytes_eq(written, protected_alg))
		return found(c, CMS_ALGORITHM_MISMATCH, "cms-algorithm-protection names other algorithms than the signer's information");
	return CMS_OK;
}

/*
 * One digest for content and attributes (RFC 8933 3). A signer that used two and says so in cms-algorithm-protection, which it
 * signed, was not tampered with: how weak the weaker one is, is for the policy.
 */
static enum cms_check check_agreement(const struct checking *c)
{
	const struct cms_attr *protection = cms_attr_of(&c->signer->attrs, OID_ALGORITHM_PROTECTION, NULL);

	if (cert_key(c->signer->signer_cert).kind != c->signer->alg.key)
		return found(c, CMS_ALGORITHM_MISMATCH, "the signature is %s but the certificate's key is of another kind",
			     sig_alg_name(c->signer->alg));
	if (protection)
		return check_algorithm_protection(c, protection);
	if (!c->signer->same_digest)
		return found(c, CMS_ALGORITHM_MISMATCH, "the signature is %s but the digest is %s", sig_alg_name(c->signer->alg),
			     digest_name(c->signer->digest));
	return CMS_OK;
}

/* ---- the value ---- */

/* The attributes as written, under the tag and length of a SET OF (RFC 5652 5.4). */
static int check_over_attrs(const struct cms_signer *signer, struct err *err)
{
	AUTO(buf_release) struct buf set = BUF_INIT;

	buf_reserve(&set, signer->signed_attrs.n + 8);
	der_put(&set, DER_SET, signer->signed_attrs);
	if (buf_check(&set, err))
		return -1;
	return cert_check_message(signer->signer_cert, signer->alg, (struct bytes){ (const uint8_t *)set.data, set.len },
				  (struct bytes){ (const uint8_t *)signer->signature.data, signer->signature.len }, err);
}

static enum cms_check check_value(const struct checking *c)
{
	const struct cms_signer *signer = c->signer;
	struct bytes value = { (const uint8_t *)signer->signature.data, signer->signature.len };
	struct err err = ERR_INIT;
	int bad = signer->has_signed_attrs ? check_over_attrs(signer, &err) :
					     cert_check_signature(signer->signer_cert, signer->alg, c->content_digest, value, &err);

	if (bad < 0)
		return found(c, CMS_UNSUPPORTED, "%s", err.detail);
	if (bad > 0)
		return found(c, CMS_SIGNATURE_INVALID, "the signature value was not made by the key of the certificate %s",
			     cert_serial_hex(signer->signer_cert));
	return CMS_OK;
}

static enum cms_check check_attrs(const struct checking *c)
{
	enum cms_check result;

	if (!c->signer->has_signed_attrs)
		return bytes_eq(c->cms->content_type_oid, OID_DATA) ?
			       CMS_OK :
			       found(c, CMS_ATTRS_MALFORMED, "content of another type than data needs signed attributes (RFC 5652 5.3)");
	result = check_attr_shapes(c);
	return result == CMS_OK ? check_message_digest(c) : result;
}

static enum cms_check check_signer(const struct checking *c)
{
	static enum cms_check (*const steps[])(const struct checking *) = { check_algorithms, check_attrs, check_signing_cert, check_agreement,
									    check_value };
	enum cms_check result = CMS_OK;

	for (size_t i = 0; result == CMS_OK && i < ARRAY_LEN(steps); i++)
		result = steps[i](c);
	return result;
}

enum cms_check cms_check(const struct cms *cms, const struct digest *content_digest, int flags, char *ret_detail, size_t detail_size)
{
	struct checking c = { cms, NULL, content_digest, flags, ret_detail, detail_size };
	enum cms_check result = CMS_OK;

	if (ret_detail && detail_size)
		ret_detail[0] = '\0';
	if (cms->signer_count == 0 || (cms->signer_count > 1 && !(flags & CMS_ALLOW_SEVERAL_SIGNERS)))
		return found(&c, CMS_NOT_ONE_SIGNER, "the message has %zu signers", cms->signer_count);
	for (size_t i = 0; result == CMS_OK && i < cms->signer_count; i++) {
		c.signer = &cms->signers[i];
		result = check_signer(&c);
	}
	return result;
}
