/*
 * ossl.c - OpenSSL's keys and errors for the files of src/pki (cert_private.h).
 *
 * RSA and NIST-curve public keys are made from their numbers: OpenSSL 3.0's decoder takes 0.15 ms for what this does in 0.01 ms,
 * and a validator meets five certificates a signature (docs/decisions/009).
 */
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <stdarg.h>
#include <stdio.h>

#include "pki/cert_private.h"
#include "pki/der.h"
#include "pki/oid.h"
#include "util/buf.h"

int pki_openssl_error(struct err *err, enum err_code code, const char *fmt, ...)
{
	unsigned long reason = ERR_get_error();
	char head[ERR_DETAIL_BYTES];
	const char *text = ERR_reason_error_string(reason);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(head, sizeof(head), fmt, ap);
	va_end(ap);
	ERR_clear_error();
	if (!reason)
		return err_set(err, code, "%s", head);
	return err_set(err, code, "%.400s: %s", head, text ? text : "error of the cryptographic library");
}

/* ---- keys ---- */

struct curve {
	struct bytes oid;
	const char *name;
	int bits;
};

static const struct curve curves[] = { { OID_P256, "P-256", 256 }, { OID_P384, "P-384", 384 }, { OID_P521, "P-521", 521 } };

struct spki {
	struct bytes algorithm;
	struct bytes parameters; /* whole, n == 0 when absent */
	struct bytes key;
};

static bool parse_spki(struct bytes der, struct spki *ret)
{
	struct der in;
	struct der alg;
	struct der_item parameters = { 0 };
	unsigned unused;

	if (!der_only(der, DER_SEQUENCE, &in) || !der_enter(&in, DER_SEQUENCE, &alg) || !der_read(&alg, DER_OID, &ret->algorithm))
		return false;
	if (!der_at_end(&alg) && !der_next(&alg, &parameters))
		return false;
	ret->parameters = parameters.whole;
	return der_at_end(&alg) && der_read_bits(&in, &ret->key, &unused) && unused == 0 && der_at_end(&in);
}

static bool parse_rsa(struct bytes key, struct bytes *ret_n, struct bytes *ret_e)
{
	struct der in;

	return der_only(key, DER_SEQUENCE, &in) && der_read_integer(&in, ret_n) && der_read_integer(&in, ret_e) && der_at_end(&in) &&
	       ret_n->p[0] < 0x80 && ret_e->p[0] < 0x80;
}

static int bit_length(struct bytes v)
{
	int top = 0;

	while (v.n && v.p[0] == 0) {
		v.p++;
		v.n--;
	}
	if (!v.n)
		return 0;
	while (v.p[0] >> top)
		top++;
	return v.n > 1u << 20 ? 0 : (int)(v.n - 1) * 8 + top;
}

static const struct curve *find_curve(struct bytes parameters)
{
	struct der in = der_of(parameters);
	struct bytes oid;

	if (!der_read(&in, DER_OID, &oid))
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(curves); i++)
		if (bytes_eq(curves[i].oid, oid))
			return &curves[i];
	return NULL;
}

static struct key_strength rsa_strength(const struct spki *spki)
{
	struct bytes n;
	struct bytes e;

	if (!parse_rsa(spki->key, &n, &e))
		return (struct key_strength){ KEY_UNKNOWN, 0, NULL };
	return (struct key_strength){ KEY_RSA, bit_length(n), NULL };
}

static struct key_strength ec_strength(const struct spki *spki)
{
	const struct curve *curve = find_curve(spki->parameters);

	if (curve)
		return (struct key_strength){ KEY_EC, curve->bits, curve->name };
	/* another curve: an uncompressed point is twice the field */
	return (struct key_strength){ KEY_EC, spki->key.n > 1 && spki->key.n < 200 ? (int)(spki->key.n - 1) / 2 * 8 : 0, NULL };
}

static struct key_strength dsa_strength(const struct spki *spki)
{
	struct der in;
	struct bytes p;

	if (!der_only(spki->parameters, DER_SEQUENCE, &in) || !der_read_integer(&in, &p))
		return (struct key_strength){ KEY_DSA, 0, NULL }; /* inherited parameters, RFC 3279 2.3.2 */
	return (struct key_strength){ KEY_DSA, bit_length(p), NULL };
}

struct key_strength pki_spki_strength(struct bytes der)
{
	struct spki spki;

	if (!parse_spki(der, &spki))
		return (struct key_strength){ KEY_UNKNOWN, 0, NULL };
	if (bytes_eq(spki.algorithm, OID_RSA_ENCRYPTION) || bytes_eq(spki.algorithm, OID_RSASSA_PSS))
		return rsa_strength(&spki);
	if (bytes_eq(spki.algorithm, OID_EC_PUBLIC_KEY))
		return ec_strength(&spki);
	if (bytes_eq(spki.algorithm, OID_DSA))
		return dsa_strength(&spki);
	if (bytes_eq(spki.algorithm, OID_ED25519))
		return (struct key_strength){ KEY_ED25519, 256, NULL };
	if (bytes_eq(spki.algorithm, OID_ED448))
		return (struct key_strength){ KEY_ED448, 448, NULL };
	if (bytes_eq(spki.algorithm, OID_ML_DSA_44))
		return (struct key_strength){ KEY_ML_DSA, 44, NULL };
	if (bytes_eq(spki.algorithm, OID_ML_DSA_65))
		return (struct key_strength){ KEY_ML_DSA, 65, NULL };
	if (bytes_eq(spki.algorithm, OID_ML_DSA_87))
		return (struct key_strength){ KEY_ML_DSA, 87, NULL };
	return (struct key_strength){ KEY_UNKNOWN, 0, NULL };
}

static EVP_PKEY *from_params(const char *type, OSSL_PARAM *params)
{
	AUTO(evp_pkey_ctx_freep) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *pkey = NULL;

	if (ctx && params && EVP_PKEY_fromdata_init(ctx) == 1)
		(void)EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params);
	return pkey;
}

static EVP_PKEY *rsa_pkey(const struct spki *spki)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;
	EVP_PKEY *pkey = NULL;
	BIGNUM *n = NULL;
	BIGNUM *e = NULL;
	struct bytes n_bytes;
	struct bytes e_bytes;

	if (bld && parse_rsa(spki->key, &n_bytes, &e_bytes) && n_bytes.n < 4096 && e_bytes.n < 4096) {
		n = BN_bin2bn(n_bytes.p, (int)n_bytes.n, NULL);
		e = BN_bin2bn(e_bytes.p, (int)e_bytes.n, NULL);
	}
	if (n && e && OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, n) && OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, e))
		params = OSSL_PARAM_BLD_to_param(bld);
	pkey = from_params("RSA", params);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	BN_free(n);
	BN_free(e);
	return pkey;
}

static EVP_PKEY *ec_pkey(const struct spki *spki, const struct curve *curve)
{
	char group[16];
	OSSL_PARAM params[3];
	AUTO(buf_release) struct buf point = BUF_INIT;

	buf_append(&point, spki->key.p, spki->key.n); /* OSSL_PARAM takes no const */
	if (buf_failed(&point) || !point.len)
		return NULL;
	snprintf(group, sizeof(group), "%s", curve->name);
	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0);
	params[1] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data, point.len);
	params[2] = OSSL_PARAM_construct_end();
	return from_params("EC", params);
}

int pki_pkey_from_spki(struct bytes der, EVP_PKEY **ret_pkey, struct err *err)
{
	const uint8_t *p = der.p;
	const struct curve *curve;
	struct spki spki;
	EVP_PKEY *pkey;

	if (!parse_spki(der, &spki))
		return err_set(err, ERR_CERT, "the public key is malformed");
	curve = bytes_eq(spki.algorithm, OID_EC_PUBLIC_KEY) ? find_curve(spki.parameters) : NULL;
	if (bytes_eq(spki.algorithm, OID_RSA_ENCRYPTION))
		pkey = rsa_pkey(&spki);
	else if (curve)
		pkey = ec_pkey(&spki, curve);
	else
		pkey = d2i_PUBKEY(NULL, &p, (long)der.n);
	if (!pkey)
		return pki_openssl_error(err, ERR_KEY_UNSUPPORTED, "the public key cannot be used");
	*ret_pkey = pkey;
	return 0;
}

int pki_spki_of(EVP_PKEY *pkey, struct buf *out, struct err *err)
{
	uint8_t *der = NULL;
	int n = i2d_PUBKEY(pkey, &der);

	if (n <= 0)
		return pki_openssl_error(err, ERR_CRYPTO, "writing a public key");
	buf_append(out, der, (size_t)n);
	OPENSSL_free(der);
	return buf_check(out, err);
}

/* ---- signatures ---- */

int pki_setup_ctx(EVP_PKEY_CTX *ctx, struct sig_alg alg, bool verify, struct err *err)
{
	const EVP_MD *md = pki_evp_md(alg.digest);
	bool pss = alg.padding == SIG_PAD_PSS;
	/* Read: whatever salt length was used (recovered from the value); written: that of the digest (RFC 4055 3.1, TS 119 312). */
	int salt = verify ? RSA_PSS_SALTLEN_AUTO : RSA_PSS_SALTLEN_DIGEST;

	if (!md || EVP_PKEY_CTX_set_signature_md(ctx, md) != 1)
		return pki_openssl_error(err, ERR_KEY_UNSUPPORTED, "the key does not take %s", digest_name(alg.digest));
	if (alg.key != KEY_RSA)
		return 0;
	if (EVP_PKEY_CTX_set_rsa_padding(ctx, pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING) != 1 ||
	    (pss && EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, md) != 1) || (pss && EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, salt) != 1))
		return pki_openssl_error(err, ERR_KEY_UNSUPPORTED, "the key does not take %s", sig_alg_name(alg));
	return 0;
}

static bool kind_fits(EVP_PKEY *pkey, enum key_kind kind)
{
	switch (kind) {
	case KEY_RSA:
		return EVP_PKEY_is_a(pkey, "RSA") || EVP_PKEY_is_a(pkey, "RSA-PSS");
	case KEY_EC:
		return EVP_PKEY_is_a(pkey, "EC");
	case KEY_DSA:
		return EVP_PKEY_is_a(pkey, "DSA");
	case KEY_ED25519:
		return EVP_PKEY_is_a(pkey, "ED25519");
	case KEY_ED448:
		return EVP_PKEY_is_a(pkey, "ED448");
	case KEY_UNKNOWN:
	case KEY_ML_DSA: /* mldsa.h */
		break;
	}
	return false;
}

int pki_verify_digest(EVP_PKEY *pkey, struct sig_alg alg, const struct digest *digest, struct bytes signature, struct err *err)
{
	AUTO(evp_pkey_ctx_freep) EVP_PKEY_CTX *ctx = NULL;
	int ok;

	if (!kind_fits(pkey, alg.key))
		return 1;
	if (digest->len != digest_size(alg.digest) || alg.key == KEY_ED25519 || alg.key == KEY_ED448)
		return err_set(err, ERR_KEY_UNSUPPORTED, "%s cannot be checked over a digest of %zu bytes", sig_alg_name(alg), digest->len);
	ctx = EVP_PKEY_CTX_new(pkey, NULL);
	if (!ctx || EVP_PKEY_verify_init(ctx) != 1)
		return pki_openssl_error(err, ERR_CRYPTO, "starting to check a signature");
	if (pki_setup_ctx(ctx, alg, /* verify= */ true, err))
		return -1;
	ok = EVP_PKEY_verify(ctx, signature.p, signature.n, digest->bytes, digest->len);
	ERR_clear_error();
	return ok == 1 ? 0 : 1;
}

static int verify_eddsa(EVP_PKEY *pkey, struct bytes message, struct bytes signature, struct err *err)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int ok = -1;

	if (ctx && EVP_DigestVerifyInit_ex(ctx, NULL, NULL, NULL, NULL, pkey, NULL) == 1)
		ok = EVP_DigestVerify(ctx, signature.p, signature.n, message.p, message.n) == 1;
	EVP_MD_CTX_free(ctx);
	if (ok < 0)
		return pki_openssl_error(err, ERR_CRYPTO, "starting to check an EdDSA signature");
	ERR_clear_error();
	return ok ? 0 : 1;
}

int pki_verify_message(EVP_PKEY *pkey, struct sig_alg alg, struct bytes message, struct bytes signature, struct err *err)
{
	struct digest digest;

	if (!kind_fits(pkey, alg.key))
		return 1;
	if (alg.key == KEY_ED25519 || alg.key == KEY_ED448)
		return verify_eddsa(pkey, message, signature, err);
	if (digest_of(alg.digest, message, &digest, err))
		return -1;
	return pki_verify_digest(pkey, alg, &digest, signature, err);
}
