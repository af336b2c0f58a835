/*
 * issue_cert.c - writes certificates (RFC 5280 4.1, 4.2); see issue.h.
 *
 * Key identifiers are the leftmost 160 bits of SHA-256 of the key (RFC 7093 2, method 1), so that no SHA-1 is needed.
 */
#include "pki/issue.h"

#include "pki/algid.h"
#include "pki/der.h"
#include "pki/oid.h"
#include "pki/x509_ext.h"
#include "util/buf.h"
#include "util/err.h"

#define KEY_ID_BYTES 20

static struct bytes eku_oid(enum cert_eku eku)
{
	switch (eku) {
	case EKU_OCSP_SIGNING:
		return OID_EKU_OCSP_SIGNING;
	case EKU_TIME_STAMPING:
		return OID_EKU_TIME_STAMPING;
	case EKU_CLIENT_AUTH:
		return OID_EKU_CLIENT_AUTH;
	case EKU_EMAIL:
		return OID_EKU_EMAIL;
	case EKU_DOCUMENT_SIGNING:
		return OID_EKU_DOCUMENT_SIGNING;
	case EKU_ANY:
		return OID_EKU_ANY;
	}
	BUG("extended key usage %d", eku);
}

static struct bytes text_bytes(const char *text)
{
	struct str s = str_of(text);

	return (struct bytes){ (const uint8_t *)s.p, s.n };
}

/* Extension ::= SEQUENCE { extnID, critical, extnValue OCTET STRING }; what is written until ext_end is the value. */
struct ext {
	size_t sequence, octets;
};

static struct ext ext_begin(struct buf *out, struct bytes oid, bool critical)
{
	struct ext ext;

	ext.sequence = der_begin(out, DER_SEQUENCE);
	der_put_oid(out, oid);
	if (critical)
		der_put_bool(out, true);
	ext.octets = der_begin(out, DER_OCTET_STRING);
	return ext;
}

static void ext_end(struct buf *out, struct ext ext)
{
	der_end(out, ext.octets);
	der_end(out, ext.sequence);
}

static void put_basic_constraints(struct buf *out, const struct issue_cert *what)
{
	struct ext ext = ext_begin(out, OID_EXT_BASIC_CONSTRAINTS, /* critical= */ true);
	size_t begin = der_begin(out, DER_SEQUENCE);

	if (what->ca)
		der_put_bool(out, true);
	if (what->ca && what->path_len >= 0)
		der_put_long(out, what->path_len);
	der_end(out, begin);
	ext_end(out, ext);
}

/* A named bit list: bit 0 is the most significant one, trailing zero bits are cut (X.690 11.2.2). */
static void put_key_usage(struct buf *out, unsigned usage)
{
	struct ext ext = ext_begin(out, OID_EXT_KEY_USAGE, /* critical= */ true);
	size_t begin = der_begin(out, DER_BIT_STRING);
	uint8_t octets[2] = { 0, 0 };
	int last = 0;

	for (int bit = 0; bit < 9; bit++) {
		if (!(usage & 1u << bit))
			continue;
		octets[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
		last = bit;
	}
	buf_putc(out, (char)(7 - last % 8));
	buf_append(out, octets, (size_t)last / 8 + 1);
	der_end(out, begin);
	ext_end(out, ext);
}

static void put_ekus(struct buf *out, const struct issue_cert *what)
{
	struct ext ext = ext_begin(out, OID_EXT_EKU, what->eku_critical);
	size_t begin = der_begin(out, DER_SEQUENCE);

	for (size_t i = 0; i < what->eku_count; i++)
		der_put_oid(out, eku_oid(what->ekus[i]));
	der_end(out, begin);
	ext_end(out, ext);
}

static void put_key_ids(struct buf *out, const uint8_t subject_id[KEY_ID_BYTES], struct bytes issuer_id)
{
	struct ext ext = ext_begin(out, OID_EXT_SKI, /* critical= */ false);
	size_t begin;

	der_put(out, DER_OCTET_STRING, (struct bytes){ subject_id, KEY_ID_BYTES });
	ext_end(out, ext);
	ext = ext_begin(out, OID_EXT_AKI, /* critical= */ false);
	begin = der_begin(out, DER_SEQUENCE);
	der_put(out, DER_CONTEXT(0), issuer_id);
	der_end(out, begin);
	ext_end(out, ext);
}

static void put_san(struct buf *out, const char *email)
{
	struct ext ext = ext_begin(out, OID_EXT_SAN, /* critical= */ false);
	size_t begin = der_begin(out, DER_SEQUENCE);

	der_put(out, DER_CONTEXT(1), text_bytes(email));
	der_end(out, begin);
	ext_end(out, ext);
}

static void put_crl_dp(struct buf *out, const char *url)
{
	struct ext ext = ext_begin(out, OID_EXT_CRL_DP, /* critical= */ false);
	size_t points = der_begin(out, DER_SEQUENCE);
	size_t point = der_begin(out, DER_SEQUENCE);
	size_t name = der_begin(out, DER_CONTEXT_CONSTRUCTED(0));
	size_t full = der_begin(out, DER_CONTEXT_CONSTRUCTED(0));

	der_put(out, DER_CONTEXT(6), text_bytes(url));
	der_end(out, full);
	der_end(out, name);
	der_end(out, point);
	der_end(out, points);
	ext_end(out, ext);
}

static void put_access(struct buf *out, struct bytes method, const char *url)
{
	size_t begin;

	if (!url)
		return;
	begin = der_begin(out, DER_SEQUENCE);
	der_put_oid(out, method);
	der_put(out, DER_CONTEXT(6), text_bytes(url));
	der_end(out, begin);
}

static void put_aia(struct buf *out, const struct issue_cert *what)
{
	struct ext ext = ext_begin(out, OID_EXT_AIA, /* critical= */ false);
	size_t begin = der_begin(out, DER_SEQUENCE);

	put_access(out, OID_AD_OCSP, what->ocsp_url);
	put_access(out, OID_AD_CA_ISSUERS, what->issuer_url);
	der_end(out, begin);
	ext_end(out, ext);
}

static int put_policy(struct buf *out, const char *oid, struct err *err)
{
	AUTO(buf_release) struct buf contents = BUF_INIT;
	struct ext ext;
	size_t policies, policy;

	if (!der_oid_contents(oid, &contents))
		return err_set(err, ERR_CERT, "\"%s\" is not a policy OID", oid);
	ext = ext_begin(out, OID_EXT_POLICIES, /* critical= */ false);
	policies = der_begin(out, DER_SEQUENCE);
	policy = der_begin(out, DER_SEQUENCE);
	der_put_oid(out, (struct bytes){ (const uint8_t *)contents.data, contents.len });
	der_end(out, policy);
	der_end(out, policies);
	ext_end(out, ext);
	return 0;
}

static void put_no_check(struct buf *out)
{
	struct ext ext = ext_begin(out, OID_EXT_OCSP_NO_CHECK, /* critical= */ false);

	der_put(out, DER_NULL, (struct bytes){ NULL, 0 });
	ext_end(out, ext);
}

/* The key's own octets in a SubjectPublicKeyInfo. */
static int key_bits(struct bytes spki, struct bytes *ret_bits, struct err *err)
{
	struct der inner;
	struct bytes alg;
	unsigned unused;

	if (!der_only(spki, DER_SEQUENCE, &inner) || !der_read_whole(&inner, DER_SEQUENCE, &alg) ||
	    !der_read_bits(&inner, ret_bits, &unused) || unused != 0 || !der_at_end(&inner))
		return err_set(err, ERR_CERT, "the public key is not a SubjectPublicKeyInfo");
	return 0;
}

static int put_extensions(struct buf *out, const struct issue_cert *what, const struct cert *issuer, struct err *err)
{
	uint8_t id[32];
	struct bytes bits, issuer_id;
	size_t tagged, list;
	int rc = 0;

	if (key_bits(what->spki, &bits, err) < 0)
		return -1;
	digest_sha256(bits, id);
	issuer_id = issuer ? cert_ski(issuer) : (struct bytes){ id, KEY_ID_BYTES };
	tagged = der_begin(out, DER_CONTEXT_CONSTRUCTED(3));
	list = der_begin(out, DER_SEQUENCE);
	put_basic_constraints(out, what);
	if (what->key_usage)
		put_key_usage(out, what->key_usage);
	if (what->eku_count)
		put_ekus(out, what);
	put_key_ids(out, id, issuer_id);
	if (what->email)
		put_san(out, what->email);
	if (what->policy_oid)
		rc = put_policy(out, what->policy_oid, err);
	if (what->crl_url)
		put_crl_dp(out, what->crl_url);
	if (what->ocsp_url || what->issuer_url)
		put_aia(out, what);
	if (what->ocsp_no_check)
		put_no_check(out);
	der_end(out, list);
	der_end(out, tagged);
	return rc;
}

static int put_tbs(struct buf *out, const struct issue_cert *what, const struct cert *issuer, struct sig_alg alg,
		   struct err *err)
{
	size_t tbs = der_begin(out, DER_SEQUENCE);
	size_t begin = der_begin(out, DER_CONTEXT_CONSTRUCTED(0));

	der_put_long(out, 2); /* v3 */
	der_end(out, begin);
	der_put_unsigned(out, what->serial);
	if (!algid_put_signature(out, alg))
		return err_set(err, ERR_KEY_UNSUPPORTED, "%s cannot sign certificates", sig_alg_name(alg));
	der_put_raw(out, issuer ? cert_subject_der(issuer) : what->subject);
	begin = der_begin(out, DER_SEQUENCE);
	der_put_time(out, what->not_before_ms);
	der_put_time(out, what->not_after_ms);
	der_end(out, begin);
	der_put_raw(out, what->subject);
	der_put_raw(out, what->spki);
	if (put_extensions(out, what, issuer, err) < 0)
		return -1;
	der_end(out, tbs);
	return buf_check(out, err);
}

/* The signature is checked against the signer's certificate before it is given out (signer_sign). */
int issue_cert(const struct issue_cert *what, struct signer *issuer, struct sig_alg alg, struct cert **ret_cert,
	       struct err *err)
{
	AUTO(buf_release) struct buf tbs = BUF_INIT;
	AUTO(buf_release) struct buf out = BUF_INIT;

	if (put_tbs(&tbs, what, issuer->cert, alg, err) < 0 ||
	    issue_signed(&tbs, (struct bytes){ NULL, 0 }, issuer, alg, &out, err) < 0)
		return -1;
	return cert_parse((struct bytes){ (const uint8_t *)out.data, out.len }, ret_cert, err);
}

/* The same bytes twice: first with a signature of zeros, so that a signer with its certificate can be made for the key.
 */
int issue_cert_self_signed(const struct issue_cert *what, struct key *key, struct cert **ret_cert, struct err *err)
{
	struct sig_alg alg = key_default_alg(key_strength(key));
	AUTO(buf_release) struct buf tbs = BUF_INIT;
	AUTO(buf_release) struct buf out = BUF_INIT;
	AUTO(cert_freep) struct cert *draft = NULL;
	AUTO(signer_freep) struct signer *signer = NULL;
	static const uint8_t zeros[8];
	size_t outer = der_begin(&out, DER_SEQUENCE);

	if (put_tbs(&tbs, what, NULL, alg, err) < 0)
		return -1;
	buf_append(&out, tbs.data, tbs.len);
	algid_put_signature(&out, alg);
	der_put_bits(&out, (struct bytes){ zeros, sizeof(zeros) });
	der_end(&out, outer);
	if (buf_check(&out, err) < 0 ||
	    cert_parse((struct bytes){ (const uint8_t *)out.data, out.len }, &draft, err) < 0 ||
	    key_signer_new(key, draft, NULL, &signer, err) < 0)
		return -1;
	buf_clear(&out);
	if (issue_signed(&tbs, (struct bytes){ NULL, 0 }, signer, alg, &out, err) < 0)
		return -1;
	return cert_parse((struct bytes){ (const uint8_t *)out.data, out.len }, ret_cert, err);
}
