/*
 * crypto.c - the cryptographic verification of one signature (EN 319 102-1 5.2.7): its CMS or time-stamp token over the bytes of its range,
 * and its signature time-stamp. Findings and verdicts go to the signature.
 */
#include "pki/der.h"
#include "pki/oid.h"
#include "util/date.h"
#include "verify/verify_priv.h"

static int hash_range(const struct vf *vf, const struct vf_sig *sig, enum digest_alg alg, struct digest *ret, struct err *err)
{
	AUTO(digest_freep) struct digest_ctx *ctx = NULL;

	if (digest_new(alg, &ctx, err) != 0)
		return -1;
	digest_update(ctx, (struct bytes){ vf->file.p, sig->range[1] });
	digest_update(ctx, (struct bytes){ vf->file.p + sig->range[2], sig->range[3] });
	digest_final(ctx, ret);
	return 0;
}

static void broken(struct vf *vf, struct vf_sig *sig, enum vf_code code, const char *sub, const char *detail)
{
	if (sig->integrity == VF_INTACT)
		sig->integrity = VF_BROKEN;
	vf_judge(sig, VF_FAILED, sub);
	vf_find_detail(vf, sig, code, detail, detail);
}

/* The signature cannot be read as what its SubFilter says it is. */
static void unreadable(struct vf *vf, struct vf_sig *sig, enum vf_code code, const char *detail)
{
	sig->integrity = VF_MALFORMED;
	vf_judge(sig, VF_FAILED, "FORMAT_FAILURE");
	vf_find_detail(vf, sig, code, detail, detail);
}

static void judge_cms(struct vf *vf, struct vf_sig *sig, enum cms_check check, const char *detail)
{
	switch (check) {
	case CMS_OK:
		break;
	case CMS_NO_SIGNER_CERT: /* nothing can be said about the value: not intact, not shown broken by its own bytes */
		sig->integrity = VF_BROKEN;
		vf_judge(sig, VF_INDETERMINATE, "NO_SIGNING_CERTIFICATE_FOUND");
		vf_find_detail(vf, sig, FIND_NO_SIGNER_CERT, detail, NULL);
		break;
	case CMS_NOT_ONE_SIGNER:
	case CMS_ATTRS_MALFORMED:
		unreadable(vf, sig, FIND_CMS, detail);
		break;
	case CMS_DIGEST_MISMATCH:
		broken(vf, sig, FIND_HASH, "HASH_FAILURE", NULL);
		break;
	case CMS_SIGNING_CERT_MISMATCH:
		broken(vf, sig, FIND_SIGNING_CERT, "SIG_CONSTRAINTS_FAILURE", detail);
		break;
	case CMS_ALGORITHM_MISMATCH:
	case CMS_SIGNATURE_INVALID:
		broken(vf, sig, FIND_SIGNATURE, "SIG_CRYPTO_FAILURE", detail);
		break;
	case CMS_UNSUPPORTED:
		sig->integrity = VF_BROKEN;
		vf_judge(sig, VF_INDETERMINATE, "SIGNATURE_PROCESSING_ERROR");
		vf_find_detail(vf, sig, FIND_UNSUPPORTED, detail, NULL);
		break;
	}
}

static bool has_signing_cert(const struct cms *cms)
{
	return cms_find_signed_attr(cms, "1.2.840.113549.1.9.16.2.47") || cms_find_signed_attr(cms, "1.2.840.113549.1.9.16.2.12");
}

static void read_cms(struct vf *vf, struct vf_sig *sig)
{
	sig->alg = cms_sig_alg(sig->cms);
	sig->digest_alg = cms_digest_alg(sig->cms);
	if (cms_signer_cert(sig->cms))
		sig->cert = cert_keep(cms_signer_cert(sig->cms));
	sig->signing_cert_ok = has_signing_cert(sig->cms);
	if (cms_signing_time_ms(sig->cms) != INT64_MIN)
		sig->claimed_ms = cms_signing_time_ms(sig->cms);
	if (!cms_is_der(sig->cms))
		vf_find(vf, sig, FIND_DER);
	if (cms_bad_cert_count(sig->cms))
		vf_find(vf, sig, FIND_BAD_CERTS);
}

/*
 * What the profile asks beyond sound bytes: one signer (EN 319 142-1 5.3), the signing certificate named (EN 319 122-1 5.2.2). The bytes
 * signed are what they were all the same, so the integrity stays.
 */
static void check_profile(struct vf *vf, struct vf_sig *sig)
{
	if (cms_signer_count(sig->cms) != 1) {
		vf_find(vf, sig, FIND_SEVERAL_SIGNERS);
		vf_judge(sig, VF_FAILED, "FORMAT_FAILURE");
	}
	if (sig->signing_cert_ok)
		return;
	vf_find(vf, sig, FIND_NO_SIGNING_CERT);
	if (sig->sub_filter == VF_SF_CADES)
		vf_judge(sig, VF_INDETERMINATE, "SIG_CONSTRAINTS_FAILURE");
}

/* What the signature is over: the range's digest, or for adbe.pkcs7.sha1 the content that is the range's SHA-1. */
static int check_detached(struct vf *vf, struct vf_sig *sig, struct err *err)
{
	struct digest digest = { .len = 0 };
	char detail[256];

	if (!cms_is_detached(sig->cms)) {
		unreadable(vf, sig, FIND_NOT_DETACHED, NULL);
		return 0;
	}
	if (sig->digest_alg == DIGEST_NONE) {
		judge_cms(vf, sig, cms_signer_count(sig->cms) == 1 ? CMS_UNSUPPORTED : CMS_NOT_ONE_SIGNER, NULL);
		return 0;
	}
	if (hash_range(vf, sig, sig->digest_alg, &digest, err) != 0)
		return -1;
	judge_cms(vf, sig, cms_check(sig->cms, &digest, CMS_ALLOW_SEVERAL_SIGNERS, detail, sizeof(detail)), detail);
	check_profile(vf, sig);
	return 0;
}

static int check_pkcs7_sha1(struct vf *vf, struct vf_sig *sig, struct err *err)
{
	struct bytes content = cms_content(sig->cms);
	struct digest of_range, of_content = { .len = 0 };
	char detail[256];

	if (hash_range(vf, sig, DIGEST_SHA1, &of_range, err) != 0)
		return -1;
	if (!bytes_eq(content, (struct bytes){ of_range.bytes, of_range.len })) {
		broken(vf, sig, FIND_HASH, "HASH_FAILURE", NULL);
		return 0;
	}
	if (sig->digest_alg == DIGEST_NONE || digest_of(sig->digest_alg, content, &of_content, NULL) != 0) {
		judge_cms(vf, sig, CMS_UNSUPPORTED, NULL);
		return 0;
	}
	judge_cms(vf, sig, cms_check(sig->cms, &of_content, 0, detail, sizeof(detail)), detail);
	return 0;
}

static int crypto_cms(struct vf *vf, struct vf_sig *sig, struct err *err)
{
	struct err why = ERR_INIT;

	if (cms_parse(sig->contents, &sig->cms, &why) != 0) {
		unreadable(vf, sig, FIND_CMS, why.detail);
		return 0;
	}
	read_cms(vf, sig);
	return sig->sub_filter == VF_SF_PKCS7_SHA1 ? check_pkcs7_sha1(vf, sig, err) : check_detached(vf, sig, err);
}

/* adbe.x509.rsa_sha1: /Cert holds the certificate, /Contents an OCTET STRING with a PKCS#1 value (ISO 32000-1 12.8.3.2). */
static int crypto_x509(struct vf *vf, struct vf_sig *sig, struct err *err)
{
	struct pd_view view = pd_view_last(vf->doc);
	const struct pd_obj *raw = pd_get(view, sig->pd.dict, "Cert");
	struct bytes der = pd_string(pd_kind(raw) == PD_ARRAY ? pd_at(view, raw, 0) : raw);
	struct der in = der_of(sig->contents);
	struct err why = ERR_INIT;
	struct digest digest;
	struct bytes value;
	int bad;

	sig->alg = (struct sig_alg){ KEY_RSA, SIG_PAD_PKCS1_V15, DIGEST_SHA1 };
	sig->digest_alg = DIGEST_SHA1;
	if (cert_parse(der, &sig->cert, &why) != 0 || !der_read(&in, DER_OCTET_STRING, &value)) {
		unreadable(vf, sig, FIND_CMS, why.detail);
		return 0;
	}
	if (hash_range(vf, sig, DIGEST_SHA1, &digest, err) != 0)
		return -1;
	bad = cert_check_signature(sig->cert, sig->alg, &digest, value, &why);
	if (bad)
		judge_cms(vf, sig, bad < 0 ? CMS_UNSUPPORTED : CMS_SIGNATURE_INVALID, why.detail);
	return 0;
}

static void judge_token(struct vf *vf, struct vf_sig *sig, enum tsp_check check, enum cms_check cms, const char *detail)
{
	switch (check) {
	case TSP_OK:
		break;
	case TSP_IMPRINT_MISMATCH:
		broken(vf, sig, FIND_HASH, "HASH_FAILURE", NULL);
		break;
	case TSP_IMPRINT_UNSUPPORTED:
		judge_cms(vf, sig, CMS_UNSUPPORTED, detail);
		break;
	case TSP_SIGNATURE:
		judge_cms(vf, sig, cms == CMS_OK ? CMS_SIGNATURE_INVALID : cms, detail);
		break;
	case TSP_SIGNER_USAGE:
		vf_judge(sig, VF_INDETERMINATE, "CHAIN_CONSTRAINTS_FAILURE");
		vf_find_detail(vf, sig, FIND_STAMP_USAGE, detail, NULL);
		break;
	}
}

static int crypto_token(struct vf *vf, struct vf_sig *sig, struct err *err)
{
	struct err why = ERR_INIT;
	struct digest imprint = { .len = 0 };
	enum cms_check cms = CMS_OK;
	enum tsp_check check;
	char detail[256];

	if (tsp_token_parse(sig->contents, &sig->token, &why) != 0) {
		unreadable(vf, sig, FIND_CMS, why.detail);
		return 0;
	}
	sig->digest_alg = tsp_token_digest_alg(sig->token);
	sig->alg = cms_sig_alg(tsp_token_cms(sig->token));
	sig->claimed_ms = tsp_token_time_ms(sig->token);
	if (tsp_token_signer(sig->token))
		sig->cert = cert_keep(tsp_token_signer(sig->token));
	if (sig->digest_alg == DIGEST_NONE) {
		judge_token(vf, sig, TSP_IMPRINT_UNSUPPORTED, CMS_OK, NULL);
		return 0;
	}
	if (hash_range(vf, sig, sig->digest_alg, &imprint, err) != 0)
		return -1;
	check = tsp_token_check(sig->token, &imprint, &cms, detail, sizeof(detail));
	judge_token(vf, sig, check, cms, detail);
	return 0;
}

/* The signature time-stamp is over the signature value (EN 319 122-1 5.3). */
int vf_crypto_stamp(struct vf *vf, struct vf_sig *sig, struct err *err)
{
	struct bytes der = sig->cms ? cms_timestamp_token(sig->cms) : (struct bytes){ NULL, 0 };
	struct err why = ERR_INIT;
	struct digest imprint;
	char detail[256] = "";

	if (!der.n)
		return 0;
	sig->stamp.present = true;
	if (tsp_token_parse(der, &sig->stamp.token, &why) != 0 || tsp_token_digest_alg(sig->stamp.token) == DIGEST_NONE) {
		vf_find_detail(vf, sig, FIND_STAMP_BAD, why.detail, NULL);
		return 0;
	}
	if (digest_of(tsp_token_digest_alg(sig->stamp.token), cms_signature(sig->cms), &imprint, err) != 0)
		return -1;
	if (tsp_token_check(sig->stamp.token, &imprint, NULL, detail, sizeof(detail)) != TSP_OK) {
		vf_find_detail(vf, sig, FIND_STAMP_BAD, detail, NULL);
		return 0;
	}
	sig->stamp.sound = true;
	sig->stamp.time_ms = tsp_token_time_ms(sig->stamp.token);
	return 0;
}

int vf_crypto(struct vf *vf, struct vf_sig *sig, struct err *err)
{
	int result;

	if (sig->integrity == VF_MALFORMED || !sig->has_range)
		return 0;
	if (sig->sub_filter == VF_SF_RFC3161)
		return crypto_token(vf, sig, err);
	result = sig->sub_filter == VF_SF_X509_SHA1 ? crypto_x509(vf, sig, err) : crypto_cms(vf, sig, err);
	if (result == 0 && (sig->sub_filter == VF_SF_PKCS7_SHA1 || sig->sub_filter == VF_SF_X509_SHA1)) {
		vf_judge(sig, VF_INDETERMINATE, "CRYPTO_CONSTRAINTS_FAILURE");
		vf_find(vf, sig, FIND_LEGACY);
	}
	return result == 0 ? vf_crypto_stamp(vf, sig, err) : -1;
}
