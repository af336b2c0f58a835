/*
 * en319102.c - the validation process for signatures with long-term material (EN 319 102-1 5.6.3): document time-stamps from the newest to the
 * oldest, each proving that what it covers existed; then every signature with its own time-stamp; then its level as really reached.
 */
#include "verify/verify_priv.h"

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Since when the bytes of a revision are proven to exist, by document time-stamps already trusted. */
static int64_t proven_since(const struct vf *vf, uint32_t revision)
{
	int64_t since = VF_NEVER;

	for (size_t i = 0; i < vf->sig_count; i++) {
		const struct vf_sig *stamp = &vf->sigs[i];

		if (stamp->kind != VF_DOC_TIMESTAMP || stamp->indication != VF_PASSED || stamp->proven_ms == VF_NEVER || stamp->revision <= revision)
			continue;
		since = since == VF_NEVER ? stamp->proven_ms : least(since, stamp->proven_ms);
	}
	return since;
}

/* ---- algorithms of the signature itself (5.2.8) ---- */

static void check_algorithm(struct vf *vf, struct vf_sig *sig, int64_t best_ms)
{
	int64_t until_ms = VF_NEVER, digest_until_ms = VF_NEVER;
	bool signature_good = algo_trusted(sig->alg, cert_key(sig->cert), best_ms, &until_ms);
	bool digest_good = algo_digest_trusted(sig->digest_alg, best_ms, &digest_until_ms);
	bool never = (!signature_good && until_ms == VF_NEVER) || (!digest_good && digest_until_ms == VF_NEVER);

	if (signature_good && digest_good)
		return;
	vf_find_detail(vf, sig, FIND_WEAK, sig_alg_name(sig->alg), sig_alg_name(sig->alg));
	vf_judge(sig, VF_INDETERMINATE, never ? "CRYPTO_CONSTRAINTS_FAILURE" : "CRYPTO_CONSTRAINTS_FAILURE_NO_POE");
}

static void tell_trust(struct vf *vf, struct vf_sig *sig)
{
	const struct vf_trust *trust = &sig->trust;

	if (trust->indication == VF_PASSED) {
		if (trust->with_time)
			vf_find(vf, sig, FIND_WITH_TIME);
		if (trust->past)
			vf_find(vf, sig, FIND_PAST);
		if (trust->old_status)
			vf_find(vf, sig, FIND_STAMP_OLD_STATUS);
		return;
	}
	if (strncmp(trust->sub, "REVOKED", 7) == 0)
		vf_find_detail(vf, sig, FIND_REVOKED, trust->en, trust->vi);
	else if (strcmp(trust->sub, "OUT_OF_BOUNDS_NO_POE") == 0)
		vf_find_detail(vf, sig, FIND_EXPIRED, trust->en, trust->vi);
	else if (strcmp(trust->sub, "TRY_LATER") == 0)
		vf_find_detail(vf, sig, FIND_NO_STATUS, trust->en, trust->vi);
	else
		vf_find_detail(vf, sig, FIND_CHAIN, trust->en, trust->vi);
}

/* ---- document time-stamps ---- */

static int validate_doc_stamp(struct vf *vf, struct vf_sig *sig, struct err *err)
{
	int64_t best_ms = proven_since(vf, sig->revision);

	if (!sig->cert || !sig->token)
		return 0;
	if (best_ms == VF_NEVER)
		best_ms = vf->options->at_ms;
	if (vf_trust(vf, sig->cert, CHAIN_USE_TIME_STAMP, best_ms, tsp_token_time_ms(sig->token), &sig->trust, err) != 0)
		return -1;
	tell_trust(vf, sig);
	check_algorithm(vf, sig, best_ms);
	if (sig->trust.indication != VF_PASSED)
		vf_judge(sig, sig->trust.indication, sig->trust.sub);
	if (tsp_token_time_ms(sig->token) > vf->options->at_ms + 5 * 60 * 1000)
		vf_judge(sig, VF_INDETERMINATE, "NO_POE"); /* a stamp from the future proves nothing */
	if (sig->indication != VF_PASSED)
		return 0;
	sig->proven_ms = tsp_token_time_ms(sig->token);
	vf_prove(vf, sig->revision, sig->proven_ms);
	return 0;
}

/* ---- signature time-stamps ---- */

static int validate_stamp(struct vf *vf, struct vf_sig *sig, struct err *err)
{
	struct vf_stamp *stamp = &sig->stamp;
	struct cert *authority = stamp->token ? tsp_token_signer(stamp->token) : NULL;
	int64_t best_ms = proven_since(vf, sig->revision);

	if (!stamp->sound || !authority)
		return 0;
	if (best_ms == VF_NEVER)
		best_ms = vf->options->at_ms;
	if (vf_trust(vf, authority, CHAIN_USE_TIME_STAMP, best_ms, stamp->time_ms, &stamp->trust, err) != 0)
		return -1;
	stamp->trusted = stamp->trust.indication == VF_PASSED && stamp->time_ms <= vf->options->at_ms + 5 * 60 * 1000 &&
			 algo_trusted(cms_sig_alg(tsp_token_cms(stamp->token)), cert_key(authority), best_ms, NULL) &&
			 algo_digest_trusted(tsp_token_digest_alg(stamp->token), best_ms, NULL);
	if (!stamp->trusted)
		vf_find_detail(vf, sig, FIND_STAMP_UNTRUSTED, stamp->trust.en, stamp->trust.vi);
	else if (stamp->trust.old_status)
		vf_find(vf, sig, FIND_STAMP_OLD_STATUS);
	return 0;
}

/* ---- signatures ---- */

static void compare_times(struct vf *vf, struct vf_sig *sig)
{
	const int64_t slack_ms = 10 * 60 * 1000;
	int64_t ahead_ms;

	if (sig->proven_ms == VF_NEVER) {
		vf_find(vf, sig, FIND_NO_PROOF_OF_TIME);
		return;
	}
	if (sig->claimed_ms == VF_NEVER || !sig->stamp.trusted)
		return;
	ahead_ms = sig->claimed_ms - sig->stamp.time_ms;
	if (ahead_ms > VF_VN_SHIFT_MS - slack_ms && ahead_ms < VF_VN_SHIFT_MS + slack_ms)
		vf_find(vf, sig, FIND_LOCAL_AS_UTC);
	else if (ahead_ms > slack_ms)
		vf_find(vf, sig, FIND_CLAIMED_LATER);
}

static int validate_signature(struct vf *vf, struct vf_sig *sig, struct err *err)
{
	int64_t best_ms = vf->options->at_ms;
	int64_t since_ms = proven_since(vf, sig->revision);

	if (!sig->cert)
		return 0;
	if (validate_stamp(vf, sig, err) != 0)
		return -1;
	if (sig->stamp.trusted)
		sig->proven_ms = sig->stamp.time_ms;
	if (since_ms != VF_NEVER)
		sig->proven_ms = sig->proven_ms == VF_NEVER ? since_ms : least(since_ms, sig->proven_ms);
	if (sig->proven_ms != VF_NEVER)
		best_ms = least(best_ms, sig->proven_ms);
	if (vf_trust(vf, sig->cert, CHAIN_USE_SIGNATURE, best_ms, VF_NEVER, &sig->trust, err) != 0)
		return -1;
	tell_trust(vf, sig);
	check_algorithm(vf, sig, best_ms);
	if (sig->trust.indication == VF_PASSED && best_ms < cert_not_before_ms(sig->cert)) {
		sig->trust.indication = VF_FAILED;
		sig->trust.sub = "NOT_YET_VALID";
	}
	if (sig->trust.indication != VF_PASSED)
		vf_judge(sig, sig->trust.indication, sig->trust.sub);
	compare_times(vf, sig);
	return 0;
}

/* ---- levels ---- */

/* A sound document time-stamp in a later revision than `after`, and not before `from`. */
static bool stamped_by_document(const struct vf *vf, uint32_t after, uint32_t from)
{
	for (size_t i = 0; i < vf->sig_count; i++) {
		const struct vf_sig *stamp = &vf->sigs[i];

		if (stamp->kind == VF_DOC_TIMESTAMP && stamp->integrity == VF_INTACT && stamp->coverage != VF_UNCOVERED && stamp->revision > after &&
		    stamp->revision >= from)
			return true;
	}
	return false;
}

/* EN 319 142-1 clause 6, as really reached: LT only when the file itself holds what decides the path, LTA when that is stamped too. */
static enum vf_level level_of(const struct vf *vf, const struct vf_sig *sig)
{
	if (sig->integrity != VF_INTACT || sig->sub_filter != VF_SF_CADES || !sig->signing_cert_ok)
		return VF_CMS;
	if (!sig->stamp.sound && !stamped_by_document(vf, sig->revision, 0))
		return VF_BB;
	if (!vf->has_dss || sig->trust.indication != VF_PASSED || !sig->trust.embedded)
		return VF_BT;
	return stamped_by_document(vf, sig->revision, vf->dss_revision) ? VF_BLTA : VF_BLT;
}

int vf_validate(struct vf *vf, struct err *err)
{
	for (size_t i = vf->sig_count; i-- > 0;) /* newest first: the list is in the order of revisions */
		if (vf->sigs[i].kind == VF_DOC_TIMESTAMP && vf->sigs[i].integrity != VF_MALFORMED && validate_doc_stamp(vf, &vf->sigs[i], err) != 0)
			return -1;
	for (size_t i = 0; i < vf->sig_count; i++)
		if (vf->sigs[i].kind != VF_DOC_TIMESTAMP && vf->sigs[i].integrity != VF_MALFORMED && validate_signature(vf, &vf->sigs[i], err) != 0)
			return -1;
	for (size_t i = 0; i < vf->sig_count; i++)
		vf->sigs[i].level = level_of(vf, &vf->sigs[i]);
	return 0;
}
