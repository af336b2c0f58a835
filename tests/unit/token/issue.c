/* issue.c - builds and signs a TBSCertificate (RFC 5280 4.1) with the writer of pki/der.h. See issue.h. */
#include "issue.h"

#include "pki/algid.h"
#include "pki/der.h"
#include "pki/digest.h"
#include "pki/name.h"
#include "pki/oid.h"
#include "test.h"
#include "util/buf.h"

static void put_name(struct buf *out, const char *common_name)
{
	const struct name_part parts[] = {
		{ "C", "VN" }, { "L", "Lạng Sơn" }, { "O", "CƠ QUAN THỬ NGHIỆM" }, { "CN", common_name }
	};
	struct err err = ERR_INIT;

	assert_ok(name_build(parts, ARRAY_LEN(parts), out, &err), &err);
}

static void put_extension(struct buf *out, struct bytes oid, bool critical, const struct buf *value)
{
	size_t begin = der_begin(out, DER_SEQUENCE);

	der_put_oid(out, oid);
	if (critical)
		der_put_bool(out, true);
	der_put(out, DER_OCTET_STRING, (struct bytes){ (const uint8_t *)value->data, value->len });
	der_end(out, begin);
}

static void put_key_usage(struct buf *out, unsigned usage)
{
	AUTO(buf_release) struct buf value = BUF_INIT;
	uint8_t bits[2] = { 0, 0 };

	for (unsigned i = 0; i < 8; i++)
		if (usage & 1U << i)
			bits[1] |= (uint8_t)(0x80 >> i);
	while (bits[1] && !(bits[1] >> bits[0] & 1))
		bits[0]++;
	der_put(&value, DER_BIT_STRING, (struct bytes){ bits, 2 });
	put_extension(out, OID_EXT_KEY_USAGE, true, &value);
}

static void put_ca(struct buf *out)
{
	AUTO(buf_release) struct buf value = BUF_INIT;
	size_t begin = der_begin(&value, DER_SEQUENCE);

	der_put_bool(&value, true);
	der_end(&value, begin);
	put_extension(out, OID_EXT_BASIC_CONSTRAINTS, true, &value);
}

static void put_ski(struct buf *out, struct bytes spki)
{
	AUTO(buf_release) struct buf value = BUF_INIT;
	uint8_t hash[32];

	digest_sha256(spki, hash);
	der_put(&value, DER_OCTET_STRING, (struct bytes){ hash, 20 });
	put_extension(out, OID_EXT_SKI, false, &value);
}

static void put_extensions(struct buf *out, const struct issue *what)
{
	unsigned usage = what->key_usage ? what->key_usage
			 : what->ca      ? KU_KEY_CERT_SIGN | KU_CRL_SIGN
					 : KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION;
	size_t explicit_tag = der_begin(out, DER_CONTEXT_CONSTRUCTED(3));
	size_t list = der_begin(out, DER_SEQUENCE);

	put_key_usage(out, usage);
	put_ski(out, what->spki);
	if (what->ca)
		put_ca(out);
	der_end(out, list);
	der_end(out, explicit_tag);
}

static void put_tbs(struct buf *out, const struct issue *what, struct sig_alg alg)
{
	size_t begin = der_begin(out, DER_SEQUENCE);
	size_t inner = der_begin(out, DER_CONTEXT_CONSTRUCTED(0));
	uint8_t serial[8];

	der_put_long(out, 2);
	der_end(out, inner);
	for (size_t i = 0; i < sizeof(serial); i++)
		serial[i] = (uint8_t)(what->serial >> (56 - 8 * i));
	der_put_unsigned(out, (struct bytes){ serial, sizeof(serial) });
	assert_true(algid_put_signature(out, alg));
	put_name(out, what->issuer_name);
	inner = der_begin(out, DER_SEQUENCE);
	der_put_time(out, what->not_before_ms ? what->not_before_ms : ISSUE_2026_MS);
	der_put_time(out, what->not_after_ms ? what->not_after_ms : ISSUE_2031_MS);
	der_end(out, inner);
	put_name(out, what->common_name);
	der_put_raw(out, what->spki);
	put_extensions(out, what);
	der_end(out, begin);
}

struct cert *issue_cert(const struct issue *what)
{
	struct sig_alg alg = key_default_alg(key_strength(what->issuer_key));
	AUTO(buf_release) struct buf signature = BUF_INIT;
	AUTO(buf_release) struct buf out = BUF_INIT;
	AUTO(buf_release) struct buf tbs = BUF_INIT;
	struct err err = ERR_INIT;
	struct digest digest;
	struct cert *cert;
	size_t begin;

	put_tbs(&tbs, what, alg);
	assert_ok(digest_of(alg.digest, (struct bytes){ (const uint8_t *)tbs.data, tbs.len }, &digest, &err), &err);
	assert_ok(key_sign(what->issuer_key, alg, &digest, &signature, &err), &err);
	begin = der_begin(&out, DER_SEQUENCE);
	der_put_raw(&out, (struct bytes){ (const uint8_t *)tbs.data, tbs.len });
	assert_true(algid_put_signature(&out, alg));
	der_put_bits(&out, (struct bytes){ (const uint8_t *)signature.data, signature.len });
	der_end(&out, begin);
	assert_ok(cert_parse((struct bytes){ (const uint8_t *)out.data, out.len }, &cert, &err), &err);
	return cert;
}

struct key *issue_authority(const char *name, struct cert **ret_cert)
{
	AUTO(buf_release) struct buf spki = BUF_INIT;
	struct err err = ERR_INIT;
	struct key *key;

	assert_ok(key_generate(KEY_TYPE_P256, &key, &err), &err);
	assert_ok(key_spki(key, &spki, &err), &err);
	*ret_cert = issue_cert(&(struct issue){ .spki = { (const uint8_t *)spki.data, spki.len },
						.common_name = name,
						.issuer_name = name,
						.serial = 0x1122334455667788,
						.ca = true,
						.issuer_key = key });
	return key;
}
