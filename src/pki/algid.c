/* algid.c - see algid.h. What is not a row of these tables is not supported. */
#include "pki/algid.h"

#include "pki/der.h"
#include "pki/oid.h"
#include "util/buf.h"

struct digest_oid {
	enum digest_alg alg;
	struct bytes oid;
};

static const struct digest_oid digest_oids[] = {
	{ DIGEST_SHA1, OID_SHA1 },	   { DIGEST_SHA256, OID_SHA256 },     { DIGEST_SHA384, OID_SHA384 },
	{ DIGEST_SHA512, OID_SHA512 },	   { DIGEST_SHA3_256, OID_SHA3_256 }, { DIGEST_SHA3_384, OID_SHA3_384 },
	{ DIGEST_SHA3_512, OID_SHA3_512 }, { DIGEST_MD5, OID_MD5 },	      { DIGEST_SHA224, OID_SHA224 },
	{ DIGEST_SHAKE256, OID_SHAKE256 },
};

struct signature_oid {
	enum key_kind key;
	enum sig_padding padding;
	enum digest_alg digest; /* DIGEST_NONE: named elsewhere */
	struct bytes oid;
	bool null_parameters; /* RSA PKCS#1 v1.5 has NULL, the others nothing */
};

static const struct signature_oid signature_oids[] = {
	{ KEY_RSA, SIG_PAD_PKCS1_V15, DIGEST_SHA1, OID_SHA1_WITH_RSA, true },
	{ KEY_RSA, SIG_PAD_PKCS1_V15, DIGEST_MD5, OID_MD5_WITH_RSA, true },
	{ KEY_RSA, SIG_PAD_PKCS1_V15, DIGEST_SHA224, OID_SHA224_WITH_RSA, true },
	{ KEY_RSA, SIG_PAD_PKCS1_V15, DIGEST_SHA256, OID_SHA256_WITH_RSA, true },
	{ KEY_RSA, SIG_PAD_PKCS1_V15, DIGEST_SHA384, OID_SHA384_WITH_RSA, true },
	{ KEY_RSA, SIG_PAD_PKCS1_V15, DIGEST_SHA512, OID_SHA512_WITH_RSA, true },
	{ KEY_RSA, SIG_PAD_PKCS1_V15, DIGEST_SHA3_256, OID_SHA3_256_WITH_RSA, true },
	{ KEY_RSA, SIG_PAD_PKCS1_V15, DIGEST_SHA3_384, OID_SHA3_384_WITH_RSA, true },
	{ KEY_RSA, SIG_PAD_PKCS1_V15, DIGEST_SHA3_512, OID_SHA3_512_WITH_RSA, true },
	{ KEY_RSA, SIG_PAD_PKCS1_V15, DIGEST_NONE, OID_RSA_ENCRYPTION, true },
	{ KEY_EC, SIG_PAD_NONE, DIGEST_SHA1, OID_ECDSA_SHA1, false },
	{ KEY_EC, SIG_PAD_NONE, DIGEST_SHA224, OID_ECDSA_SHA224, false },
	{ KEY_EC, SIG_PAD_NONE, DIGEST_SHA256, OID_ECDSA_SHA256, false },
	{ KEY_EC, SIG_PAD_NONE, DIGEST_SHA384, OID_ECDSA_SHA384, false },
	{ KEY_EC, SIG_PAD_NONE, DIGEST_SHA512, OID_ECDSA_SHA512, false },
	{ KEY_EC, SIG_PAD_NONE, DIGEST_SHA3_256, OID_ECDSA_SHA3_256, false },
	{ KEY_EC, SIG_PAD_NONE, DIGEST_SHA3_384, OID_ECDSA_SHA3_384, false },
	{ KEY_EC, SIG_PAD_NONE, DIGEST_SHA3_512, OID_ECDSA_SHA3_512, false },
	{ KEY_EC, SIG_PAD_NONE, DIGEST_NONE, OID_EC_PUBLIC_KEY, false },
	{ KEY_DSA, SIG_PAD_NONE, DIGEST_SHA1, OID_DSA_SHA1, false },
	{ KEY_DSA, SIG_PAD_NONE, DIGEST_SHA224, OID_DSA_SHA224, false },
	{ KEY_DSA, SIG_PAD_NONE, DIGEST_SHA256, OID_DSA_SHA256, false },
	{ KEY_DSA, SIG_PAD_NONE, DIGEST_NONE, OID_DSA, false },
	{ KEY_ED25519, SIG_PAD_NONE, DIGEST_SHA512, OID_ED25519, false }, /* RFC 8419 2.3: beside SHA-512 */
	{ KEY_ED448, SIG_PAD_NONE, DIGEST_SHAKE256, OID_ED448, false },	  /* and SHAKE256 */
	{ KEY_ML_DSA, SIG_PAD_NONE, DIGEST_SHAKE256, OID_ML_DSA_44, false }, /* RFC 9882: any digest beside it */
	{ KEY_ML_DSA, SIG_PAD_NONE, DIGEST_SHAKE256, OID_ML_DSA_65, false },
	{ KEY_ML_DSA, SIG_PAD_NONE, DIGEST_SHAKE256, OID_ML_DSA_87, false },
};

/* SEQUENCE { OID, parameters ANY OPTIONAL } with nothing after it. */
static bool open_algid(struct bytes algid, struct bytes *ret_oid, struct bytes *ret_parameters)
{
	struct der in;
	struct der_item item = { 0 };

	if (!der_only(algid, DER_SEQUENCE, &in) || !der_read(&in, DER_OID, ret_oid))
		return false;
	if (!der_at_end(&in) && !der_next(&in, &item))
		return false;
	*ret_parameters = item.whole;
	return der_at_end(&in);
}

static bool absent_or_null(struct bytes parameters)
{
	return parameters.n == 0 || (parameters.n == 2 && parameters.p[0] == DER_NULL);
}

enum digest_alg algid_digest(struct bytes algid)
{
	struct bytes oid;
	struct bytes parameters;

	if (!open_algid(algid, &oid, &parameters) || !absent_or_null(parameters))
		return DIGEST_NONE;
	for (size_t i = 0; i < ARRAY_LEN(digest_oids); i++)
		if (bytes_eq(digest_oids[i].oid, oid))
			return digest_oids[i].alg;
	return DIGEST_NONE;
}

/* [n] EXPLICIT AlgorithmIdentifier, NULL bytes when the field is left out for its default. */
static bool optional_algid(struct der *in, int n, struct bytes *ret)
{
	struct der field;
	bool present;

	*ret = (struct bytes){ NULL, 0 };
	if (!der_enter_optional(in, (uint8_t)DER_CONTEXT_CONSTRUCTED(n), &field, &present))
		return false;
	return !present || (der_read_whole(&field, DER_SEQUENCE, ret) && der_at_end(&field));
}

static bool optional_long(struct der *in, int n, long *value)
{
	struct der field;
	bool present;

	if (!der_enter_optional(in, (uint8_t)DER_CONTEXT_CONSTRUCTED(n), &field, &present))
		return false;
	return !present || (der_read_int(&field, value) && der_at_end(&field));
}

/* RSASSA-PSS-params (RFC 4055 3.1): one digest for hash and MGF1, trailerField 1; SHA-1 is the default of both. */
static enum digest_alg pss_digest(struct bytes parameters)
{
	struct der in;
	struct bytes hash;
	struct bytes mgf;
	struct bytes mgf_oid;
	struct bytes mgf_hash;
	long salt = 20;
	long trailer = 1;
	enum digest_alg digest;

	if (!der_only(parameters, DER_SEQUENCE, &in) || !optional_algid(&in, 0, &hash) || !optional_algid(&in, 1, &mgf) ||
	    !optional_long(&in, 2, &salt) || !optional_long(&in, 3, &trailer) || !der_at_end(&in))
		return DIGEST_NONE;
	digest = hash.n ? algid_digest(hash) : DIGEST_SHA1;
	if (mgf.n == 0)
		return trailer == 1 && salt >= 0 && digest == DIGEST_SHA1 ? digest : DIGEST_NONE;
	if (!open_algid(mgf, &mgf_oid, &mgf_hash) || !bytes_eq(mgf_oid, OID_MGF1) || algid_digest(mgf_hash) != digest)
		return DIGEST_NONE;
	return trailer == 1 && salt >= 0 ? digest : DIGEST_NONE;
}

static struct sig_alg lookup_signature(struct bytes oid, struct bytes parameters)
{
	if (bytes_eq(oid, OID_RSASSA_PSS)) {
		enum digest_alg digest = pss_digest(parameters);

		return digest ? (struct sig_alg){ KEY_RSA, SIG_PAD_PSS, digest } : (struct sig_alg){ KEY_UNKNOWN, SIG_PAD_NONE, DIGEST_NONE };
	}
	for (size_t i = 0; i < ARRAY_LEN(signature_oids); i++) {
		const struct signature_oid *row = &signature_oids[i];

		if (bytes_eq(row->oid, oid) && (absent_or_null(parameters) || row->digest == DIGEST_NONE))
			return (struct sig_alg){ row->key, row->padding, row->digest };
	}
	return (struct sig_alg){ KEY_UNKNOWN, SIG_PAD_NONE, DIGEST_NONE };
}

struct sig_alg algid_signature(struct bytes algid, enum digest_alg digest, bool *ret_same_digest)
{
	struct sig_alg alg = { KEY_UNKNOWN, SIG_PAD_NONE, DIGEST_NONE };
	struct bytes oid;
	struct bytes parameters;

	if (open_algid(algid, &oid, &parameters))
		alg = lookup_signature(oid, parameters);
	if (alg.key != KEY_UNKNOWN && alg.digest == DIGEST_NONE)
		alg.digest = digest;
	if (ret_same_digest) /* EdDSA signs the message: its digest is inside and cannot disagree */
		*ret_same_digest = alg.digest == digest || alg.key == KEY_ED25519 || alg.key == KEY_ED448 || alg.key == KEY_ML_DSA;
	if (alg.digest == DIGEST_NONE)
		alg.key = KEY_UNKNOWN;
	return alg;
}

void algid_put_digest(struct buf *out, enum digest_alg alg)
{
	size_t begin = der_begin(out, DER_SEQUENCE);

	for (size_t i = 0; i < ARRAY_LEN(digest_oids); i++)
		if (digest_oids[i].alg == alg)
			der_put_oid(out, digest_oids[i].oid);
	der_end(out, begin);
}

static void put_pss(struct buf *out, enum digest_alg digest)
{
	size_t all = der_begin(out, DER_SEQUENCE);
	size_t params;
	size_t field;
	size_t mgf;

	der_put_oid(out, OID_RSASSA_PSS);
	params = der_begin(out, DER_SEQUENCE);
	field = der_begin(out, DER_CONTEXT_CONSTRUCTED(0));
	algid_put_digest(out, digest);
	der_end(out, field);
	field = der_begin(out, DER_CONTEXT_CONSTRUCTED(1));
	mgf = der_begin(out, DER_SEQUENCE);
	der_put_oid(out, OID_MGF1);
	algid_put_digest(out, digest);
	der_end(out, mgf);
	der_end(out, field);
	field = der_begin(out, DER_CONTEXT_CONSTRUCTED(2));
	der_put_long(out, (long)digest_size(digest));
	der_end(out, field);
	der_end(out, params);
	der_end(out, all);
}

static bool put_row(struct buf *out, struct sig_alg alg, enum digest_alg named)
{
	for (size_t i = 0; i < ARRAY_LEN(signature_oids); i++) {
		const struct signature_oid *row = &signature_oids[i];
		size_t begin;

		if (row->key != alg.key || row->padding != alg.padding || row->digest != named)
			continue;
		begin = der_begin(out, DER_SEQUENCE);
		der_put_oid(out, row->oid);
		if (row->null_parameters)
			der_put(out, DER_NULL, (struct bytes){ NULL, 0 });
		der_end(out, begin);
		return true;
	}
	return false;
}

bool algid_put_signature(struct buf *out, struct sig_alg alg)
{
	if (alg.digest == DIGEST_NONE)
		return false;
	if (alg.key != KEY_RSA || alg.padding != SIG_PAD_PSS)
		return put_row(out, alg, alg.digest);
	put_pss(out, alg.digest);
	return true;
}

bool algid_put_cms_signature(struct buf *out, struct sig_alg alg)
{
	if (alg.key == KEY_RSA && alg.padding == SIG_PAD_PKCS1_V15)
		return alg.digest != DIGEST_NONE && put_row(out, alg, DIGEST_NONE);
	return algid_put_signature(out, alg);
}
