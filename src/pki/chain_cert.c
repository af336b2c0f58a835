/*
 * chain_cert.c - reads from a certificate what path validation asks for (RFC 5280 4.2), strictly: what cannot be read,
 * is there twice, or is critical and not understood becomes the node's defect. Called by chain_build.c for every
 * candidate once.
 */
#include "pki/chain_private.h"

#include <stdio.h>
#include <string.h>

#include "pki/algid.h"

#define NODE_MAX_EXTENSIONS 64

/* How an extension is read; extensions only noted have their value kept. */
struct extension_row {
	struct bytes oid;
	bool (*read)(struct node *node, struct bytes value);
	size_t keep; /* offset of the struct bytes in struct node that keeps the value, 0 = none */
};

static bool read_basic(struct node *node, struct bytes value)
{
	struct der der;
	long length;

	node->has_basic = true;
	if (!der_only(value, DER_SEQUENCE, &der))
		return false;
	if (der_peek(&der, DER_BOOLEAN) && !der_read_bool(&der, &node->ca))
		return false;
	if (!der_at_end(&der)) {
		/* 4.2.1.9: pathLenConstraint is meaningful with cA only; elsewhere it is read and has no effect. */
		if (!der_peek(&der, DER_INTEGER) || !der_read_long(&der, &length) || length < 0)
			return false;
		node->path_len = length;
	}
	return der_at_end(&der);
}

static bool read_key_usage(struct node *node, struct bytes value)
{
	struct der der = der_of(value);
	struct bytes bits;

	node->has_key_usage = true;
	return der_read(&der, DER_BIT_STRING, &bits) && der_at_end(&der) && x509_named_bits(bits, &node->key_usage);
}

static bool read_ski(struct node *node, struct bytes value)
{
	struct der der = der_of(value);

	return der_read(&der, DER_OCTET_STRING, &node->ski) && der_at_end(&der);
}

static bool read_aki(struct node *node, struct bytes value)
{
	struct der der;
	struct der_item item;

	if (!der_only(value, DER_SEQUENCE, &der))
		return false;
	while (!der_at_end(&der)) {
		if (!der_next(&der, &item))
			return false;
		if (item.tag == DER_CONTEXT(0))
			node->aki_key = item.contents;
		else if (item.tag == DER_CONTEXT_CONSTRUCTED(1))
			node->aki_issuer = item.contents;
		else if (item.tag == DER_CONTEXT(2))
			node->aki_serial = item.contents;
	}
	return true;
}

/* SubjectAltName and others are sequences that must not be empty (4.2.1.6). */
static bool read_sequence(struct node *node, struct bytes value)
{
	struct der der;

	(void)node;
	return der_only(value, DER_SEQUENCE, &der) && !der_at_end(&der);
}

static bool read_any(struct node *node, struct bytes value)
{
	(void)node;
	(void)value;
	return true;
}

static const struct extension_row extension_rows[] = {
	{ OID_EXT_BASIC_CONSTRAINTS, read_basic, 0 },
	{ OID_EXT_KEY_USAGE, read_key_usage, 0 },
	{ OID_EXT_SKI, read_ski, 0 },
	{ OID_EXT_AKI, read_aki, 0 },
	{ OID_EXT_SAN, read_sequence, offsetof(struct node, alt_name) },
	{ OID_EXT_ISSUER_ALT_NAME, read_any, 0 },
	{ OID_EXT_NAME_CONSTRAINTS, read_sequence, offsetof(struct node, name_constraints) },
	{ OID_EXT_POLICIES, read_sequence, offsetof(struct node, policies) },
	{ OID_EXT_POLICY_MAPPINGS, read_sequence, offsetof(struct node, mappings) },
	{ OID_EXT_POLICY_CONSTRAINTS, read_sequence, offsetof(struct node, policy_constraints) },
	{ OID_EXT_INHIBIT_ANY, read_any, offsetof(struct node, inhibit_any) },
	{ OID_EXT_CRL_DP, read_sequence, offsetof(struct node, distribution_points) },
	{ OID_EXT_FRESHEST_CRL, read_any, 0 },
	{ OID_EXT_EKU, read_sequence, 0 },
	{ OID_EXT_AIA, read_any, 0 },
	{ OID_EXT_QC_STATEMENTS, read_any, 0 },
	{ OID_EXT_OCSP_NO_CHECK, read_any, 0 },
};

static void set_defect(struct node *node, const char *what, struct bytes oid)
{
	if (node->defect)
		return;
	node->defect = what;
	if (!der_oid_text(oid, node->defect_oid))
		snprintf(node->defect_oid, sizeof(node->defect_oid), "?");
}

static void read_extension(struct node *node, const struct x509_ext *ext)
{
	for (size_t i = 0; i < ARRAY_LEN(extension_rows); i++) {
		const struct extension_row *row = &extension_rows[i];

		if (!bytes_eq(row->oid, ext->oid))
			continue;
		if (row->keep)
			memcpy((char *)node + row->keep, &ext->value, sizeof(ext->value));
		if (!row->read(node, ext->value))
			set_defect(node, "malformed extension", ext->oid);
		return;
	}
	if (ext->critical)
		set_defect(node, "unknown critical extension", ext->oid);
}

/* 4.2: no more than one instance of an extension. */
static bool repeated(const struct bytes *seen, size_t count, struct bytes oid)
{
	for (size_t i = 0; i < count; i++)
		if (bytes_eq(seen[i], oid))
			return true;
	return false;
}

static void read_extensions(struct node *node, struct der extensions)
{
	struct bytes seen[NODE_MAX_EXTENSIONS];
	struct x509_ext ext;
	size_t count = 0;

	while (!der_at_end(&extensions)) {
		if (!x509_ext_next(&extensions, &ext) || count == NODE_MAX_EXTENSIONS) {
			set_defect(node, "malformed extensions", (struct bytes){ NULL, 0 });
			return;
		}
		if (repeated(seen, count, ext.oid))
			set_defect(node, "repeated extension", ext.oid);
		seen[count++] = ext.oid;
		read_extension(node, &ext);
	}
}

/* TBSCertificate: the inner algorithm must be the outer one (4.1.1.2); extensions are at [3]. */
static bool read_tbs(struct node *node)
{
	struct der tbs, inner;
	struct der_item item;
	bool first_sequence = true;

	if (!der_only(node->signed_data.tbs, DER_SEQUENCE, &tbs))
		return false;
	while (!der_at_end(&tbs)) {
		if (!der_next(&tbs, &item))
			return false;
		if (item.tag == DER_SEQUENCE && first_sequence) {
			first_sequence = false;
			if (!bytes_eq(item.whole, node->signed_data.alg))
				return false;
		}
		if (item.tag == DER_CONTEXT_CONSTRUCTED(3)) {
			if (!der_only(item.contents, DER_SEQUENCE, &inner))
				return false;
			read_extensions(node, inner);
		}
	}
	return true;
}

static int canonical(struct arena *arena, struct bytes name, struct bytes *ret, bool *ret_bad, struct err *err)
{
	AUTO(buf_release) struct buf buf = BUF_INIT;
	uint8_t *copy;

	*ret_bad = !x509_name_canonical(name, &buf);
	copy = arena_memdup(arena, buf.data ? buf.data : "", buf.len);
	if (!copy || buf.failed)
		return err_set(err, ERR_NO_MEMORY, "no memory for the certificates of a path");
	*ret = (struct bytes){ copy, buf.len };
	return 0;
}

int node_new(struct arena *arena, struct cert *cert, struct node **ret_node, struct err *err)
{
	struct node *node = ARENA_NEW(arena, struct node);
	struct der der;
	bool bad_subject, bad_issuer;

	if (!node)
		return err_set(err, ERR_NO_MEMORY, "no memory for the certificates of a path");
	node->cert = cert;
	node->path_len = -1;
	node->reach = -1;
	if (canonical(arena, cert_subject_der(cert), &node->subject, &bad_subject, err) != 0 ||
	    canonical(arena, cert_issuer_der(cert), &node->issuer, &bad_issuer, err) != 0)
		return -1;
	node->self_issued = bytes_eq(node->subject, node->issuer);
	if (bad_subject || bad_issuer)
		set_defect(node, "malformed name", (struct bytes){ NULL, 0 });
	if (!der_only(cert_der(cert), DER_SEQUENCE, &der) || !x509_signed_read(&der, &node->signed_data) ||
	    !der_at_end(&der) || !read_tbs(node))
		set_defect(node, "malformed certificate, or its two signature algorithms differ",
			   (struct bytes){ NULL, 0 });
	*ret_node = node;
	return 0;
}
