/* cert_ext.c - the extensions of a certificate kyso reads (RFC 5280 4.2); the others are kept as written for path validation. */
#include <stdlib.h>
#include <string.h>

#include "pki/cert_private.h"
#include "pki/oid.h"

enum { MAX_EXTENSIONS = 128 };

/* KeyUsage is a BIT STRING: bit 0 is the highest of the first octet (RFC 5280 4.2.1.3). */
static bool read_key_usage(struct cert *cert, const struct cert_ext *ext)
{
	struct der in = der_of(ext->value);
	struct bytes bits;
	unsigned unused;

	if (!der_read_bits(&in, &bits, &unused) || !der_at_end(&in))
		return false;
	for (unsigned i = 0; i < 9 && i / 8 < bits.n; i++)
		if (bits.p[i / 8] & (0x80u >> i % 8))
			cert->key_usage |= 1u << i;
	cert->has_key_usage = true;
	return true;
}

static bool read_basic_constraints(struct cert *cert, const struct cert_ext *ext)
{
	struct der in;

	if (!der_only(ext->value, DER_SEQUENCE, &in))
		return false;
	if (der_peek(&in, DER_BOOLEAN) && !der_read_bool(&in, &cert->is_ca))
		return false;
	if (!der_at_end(&in) && (!der_read_int(&in, &cert->path_len) || cert->path_len < 0))
		return false;
	return der_at_end(&in);
}

static bool read_eku(struct cert *cert, const struct cert_ext *ext)
{
	static const struct {
		enum cert_eku eku;
		struct bytes oid;
	} rows[] = {
		{ EKU_OCSP_SIGNING, OID_EKU_OCSP_SIGNING }, { EKU_TIME_STAMPING, OID_EKU_TIME_STAMPING },
		{ EKU_CLIENT_AUTH, OID_EKU_CLIENT_AUTH },   { EKU_EMAIL, OID_EKU_EMAIL },
		{ EKU_DOCUMENT_SIGNING, OID_EKU_DOCUMENT_SIGNING }, { EKU_ANY, OID_EKU_ANY },
	};
	struct der in;
	struct bytes oid;

	if (!der_only(ext->value, DER_SEQUENCE, &in))
		return false;
	while (!der_at_end(&in)) {
		if (!der_read(&in, DER_OID, &oid))
			return false;
		for (size_t i = 0; i < ARRAY_LEN(rows); i++)
			if (bytes_eq(rows[i].oid, oid))
				cert->ekus |= 1u << rows[i].eku;
	}
	cert->has_eku = true;
	cert->eku_critical = ext->critical;
	return true;
}

static bool read_ski(struct cert *cert, const struct cert_ext *ext)
{
	struct der in = der_of(ext->value);

	return der_read(&in, DER_OCTET_STRING, &cert->ski) && der_at_end(&in);
}

static bool read_aki(struct cert *cert, const struct cert_ext *ext)
{
	struct der in;
	struct der_item item;

	if (!der_only(ext->value, DER_SEQUENCE, &in))
		return false;
	if (der_peek(&in, DER_CONTEXT(0)) && !der_read(&in, DER_CONTEXT(0), &cert->aki))
		return false;
	while (!der_at_end(&in))
		if (!der_next(&in, &item))
			return false;
	return true;
}

static bool is_visible_ascii(struct bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] <= ' ' || text.p[i] >= 0x7f)
			return false;
	return text.n > 0;
}

static bool is_http(struct bytes url)
{
	return is_visible_ascii(url) && url.n > 8 && (strncasecmp((const char *)url.p, "http://", 7) == 0 || strncasecmp((const char *)url.p, "https://", 8) == 0);
}

static bool read_san(struct cert *cert, const struct cert_ext *ext)
{
	struct der in;
	struct der_item name;

	if (!der_only(ext->value, DER_SEQUENCE, &in))
		return false;
	while (!der_at_end(&in)) {
		if (!der_next(&in, &name))
			return false;
		if (name.tag == DER_CONTEXT(1) && cert->email == CERT_NO_TEXT && is_visible_ascii(name.contents))
			cert->email = cert_add_text(cert, name.contents); /* rfc822Name */
	}
	return true;
}

static bool read_aia(struct cert *cert, const struct cert_ext *ext)
{
	struct der in;

	if (!der_only(ext->value, DER_SEQUENCE, &in))
		return false;
	while (!der_at_end(&in)) {
		struct der access;
		struct bytes method;
		struct der_item where;
		size_t *slot;

		if (!der_enter(&in, DER_SEQUENCE, &access) || !der_read(&access, DER_OID, &method) || !der_next(&access, &where) || !der_at_end(&access))
			return false;
		slot = bytes_eq(method, OID_AD_OCSP) ? &cert->ocsp_url : bytes_eq(method, OID_AD_CA_ISSUERS) ? &cert->ca_issuers_url : NULL;
		if (slot && *slot == CERT_NO_TEXT && where.tag == DER_CONTEXT(6) && is_http(where.contents))
			*slot = cert_add_text(cert, where.contents);
	}
	return true;
}

/* DistributionPoint: distributionPoint [0] { fullName [0] GeneralNames } (RFC 5280 4.2.1.13); the rest is for the chain. */
static bool read_distribution_point(struct cert *cert, struct der point)
{
	struct der choice;
	struct der names;
	struct der_item name;
	bool present;

	if (!der_enter_optional(&point, DER_CONTEXT_CONSTRUCTED(0), &choice, &present))
		return false;
	if (!present || !der_peek(&choice, DER_CONTEXT_CONSTRUCTED(0)))
		return true;
	if (!der_enter(&choice, DER_CONTEXT_CONSTRUCTED(0), &names))
		return false;
	while (!der_at_end(&names)) {
		if (!der_next(&names, &name))
			return false;
		if (name.tag == DER_CONTEXT(6) && cert->crl_url == CERT_NO_TEXT && is_http(name.contents))
			cert->crl_url = cert_add_text(cert, name.contents);
	}
	return true;
}

static bool read_crl_dp(struct cert *cert, const struct cert_ext *ext)
{
	struct der in;
	struct der point;

	if (!der_only(ext->value, DER_SEQUENCE, &in))
		return false;
	while (!der_at_end(&in))
		if (!der_enter(&in, DER_SEQUENCE, &point) || !read_distribution_point(cert, point))
			return false;
	return true;
}

static bool read_no_check(struct cert *cert, const struct cert_ext *ext)
{
	(void)ext; /* NULL by RFC 6960 4.2.2.2.1; its presence says it */
	cert->ocsp_no_check = true;
	return true;
}

static const struct {
	struct bytes oid;
	const char *name;
	bool (*read)(struct cert *cert, const struct cert_ext *ext);
} readers[] = {
	{ OID_EXT_KEY_USAGE, "keyUsage", read_key_usage },
	{ OID_EXT_BASIC_CONSTRAINTS, "basicConstraints", read_basic_constraints },
	{ OID_EXT_EKU, "extKeyUsage", read_eku },
	{ OID_EXT_SKI, "subjectKeyIdentifier", read_ski },
	{ OID_EXT_AKI, "authorityKeyIdentifier", read_aki },
	{ OID_EXT_SAN, "subjectAltName", read_san },
	{ OID_EXT_AIA, "authorityInfoAccess", read_aia },
	{ OID_EXT_CRL_DP, "cRLDistributionPoints", read_crl_dp },
	{ OID_EXT_OCSP_NO_CHECK, "ocsp-nocheck", read_no_check },
};

static int read_known(struct cert *cert, const struct cert_ext *ext, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(readers); i++)
		if (bytes_eq(readers[i].oid, ext->oid) && !readers[i].read(cert, ext))
			return err_set(err, ERR_CERT, "the certificate's extension %s is malformed", readers[i].name);
	return 0;
}

static bool read_extension(struct der *in, struct cert_ext *ret)
{
	struct der ext;

	ret->critical = false;
	if (!der_enter(in, DER_SEQUENCE, &ext) || !der_read(&ext, DER_OID, &ret->oid))
		return false;
	if (der_peek(&ext, DER_BOOLEAN) && !der_read_bool(&ext, &ret->critical))
		return false;
	return der_read(&ext, DER_OCTET_STRING, &ret->value) && der_at_end(&ext);
}

static size_t count_items(struct der in)
{
	struct der_item item;
	size_t count = 0;

	while (der_next(&in, &item))
		count++;
	return count;
}

int cert_read_extensions(struct cert *cert, struct der extensions, struct err *err)
{
	size_t count = count_items(extensions);

	if (count > MAX_EXTENSIONS)
		return err_set(err, ERR_CERT, "the certificate has %zu extensions, at most %d are read", count, MAX_EXTENSIONS);
	cert->exts = calloc(count ? count : 1, sizeof(*cert->exts));
	if (!cert->exts)
		return err_set(err, ERR_NO_MEMORY, "no memory for %zu extensions", count);
	while (!der_at_end(&extensions)) {
		struct cert_ext ext;

		if (!read_extension(&extensions, &ext))
			return err_set(err, ERR_CERT, "extension %zu of the certificate is malformed", cert->ext_count + 1);
		if (cert_find_ext(cert, ext.oid))
			return err_set(err, ERR_CERT, "extension %zu of the certificate is there twice (RFC 5280 4.2)", cert->ext_count + 1);
		cert->exts[cert->ext_count++] = ext;
		if (read_known(cert, &ext, err))
			return -1;
	}
	return 0;
}
