/*
 * trust.c - whether a certificate may be believed for what it signed: now (EN 319 102-1 5.2.6), at the time by which the signature is
 * proven to exist (5.5.4), or by past certificate validation with a sliding time (5.6.2.1, 5.6.2.2). docs/decisions/032.
 */
#include <stdlib.h>

#include "verify/verify_priv.h"

static int keep(struct vf *vf, struct chain_result *result, struct err *err)
{
	if (vf->result_count == vf->result_cap) {
		size_t cap = vf->result_cap ? 2 * vf->result_cap : 8;
		void *grown = realloc(vf->results, cap * sizeof(*vf->results));

		if (!grown) {
			chain_result_free(result);
			return err_set(err, ERR_NO_MEMORY, "no memory for a path");
		}
		vf->results = grown;
		vf->result_cap = cap;
	}
	vf->results[vf->result_count++] = result;
	return 0;
}

static int path_at(struct vf *vf, struct cert *cert, enum chain_use use, int64_t at_ms, struct chain_result **ret, struct err *err)
{
	struct chain_options options = { .at_ms = at_ms, .now_ms = vf->options->at_ms, .use = use, .check_algorithms = true };

	if (chain_validate(vf->chain, cert, &options, ret, err) != 0)
		return -1;
	return keep(vf, *ret, err);
}

/* Whether the file itself says something about the certificate's status. */
static bool status_is_embedded(const struct vf *vf, const struct cert *cert, const struct cert *issuer)
{
	struct ocsp_single single;

	for (size_t i = 0; i < vf->evidence.ocsp_count; i++)
		if (ocsp_find(vf->evidence.ocsps[i], cert, issuer, &single) && vf_is_embedded(vf, ocsp_der(vf->evidence.ocsps[i])))
			return true;
	for (size_t i = 0; i < vf->evidence.crl_count; i++)
		if (bytes_eq(crl_issuer_der(vf->evidence.crls[i]), cert_issuer_der(cert)) && vf_is_embedded(vf, crl_der(vf->evidence.crls[i])))
			return true;
	return false;
}

static bool all_embedded(const struct vf *vf, const struct chain_result *result)
{
	for (size_t i = 0; i < result->count; i++) {
		const struct cert *issuer = i + 1 < result->count ? result->links[i + 1].cert : result->anchor;

		if (issuer && issuer != result->links[i].cert && !status_is_embedded(vf, result->links[i].cert, issuer))
			return false;
	}
	return true;
}

static void passed(const struct vf *vf, struct vf_trust *ret, struct chain_result *result)
{
	ret->indication = VF_PASSED;
	ret->sub = NULL;
	ret->result = result;
	ret->embedded = all_embedded(vf, result);
	ret->en = ret->vi = NULL;
}

/* Table 6 of EN 319 102-1: what "now" says becomes "and nothing proves the past". */
static const char *sub_name(enum chain_sub sub)
{
	switch (sub) {
	case CHAIN_SUB_EXPIRED:
	case CHAIN_SUB_NOT_YET_VALID:
		return "OUT_OF_BOUNDS_NO_POE";
	case CHAIN_SUB_REVOKED:
		return "REVOKED_NO_POE";
	case CHAIN_SUB_CRYPTO_CONSTRAINTS_FAILURE:
		return "CRYPTO_CONSTRAINTS_FAILURE_NO_POE";
	case CHAIN_SUB_NONE:
	case CHAIN_SUB_NO_CERTIFICATE_CHAIN_FOUND:
	case CHAIN_SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE:
	case CHAIN_SUB_CHAIN_CONSTRAINTS_FAILURE:
	case CHAIN_SUB_TRY_LATER:
	case CHAIN_SUB_REVOKED_CA_NO_POE:
		break;
	}
	return chain_sub_name(sub);
}

static bool time_may_help(const struct chain_result *result)
{
	switch (result->sub) {
	case CHAIN_SUB_EXPIRED:
	case CHAIN_SUB_REVOKED:
	case CHAIN_SUB_REVOKED_CA_NO_POE:
	case CHAIN_SUB_CRYPTO_CONSTRAINTS_FAILURE:
	case CHAIN_SUB_TRY_LATER:
		return result->anchor != NULL;
	case CHAIN_SUB_NONE:
	case CHAIN_SUB_NO_CERTIFICATE_CHAIN_FOUND:
	case CHAIN_SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE:
	case CHAIN_SUB_CHAIN_CONSTRAINTS_FAILURE:
	case CHAIN_SUB_NOT_YET_VALID:
		break;
	}
	return false;
}

/* ---- with time (5.5.4) ---- */

/* The authorities above must still stand, or lack only newer news. */
static int authorities_stand(struct vf *vf, const struct chain_result *now, bool *ret, struct err *err)
{
	struct chain_result *above;

	*ret = true;
	if (now->count < 2)
		return 0;
	if (path_at(vf, now->links[1].cert, CHAIN_USE_ANY, vf->options->at_ms, &above, err) != 0)
		return -1;
	*ret = above->status == CHAIN_VALID || above->sub == CHAIN_SUB_TRY_LATER;
	return 0;
}

static int try_with_time(struct vf *vf, struct cert *cert, enum chain_use use, int64_t best_ms, const struct chain_result *now,
			 struct vf_trust *ret, struct err *err)
{
	struct chain_result *then;
	bool stand;

	if (authorities_stand(vf, now, &stand, err) != 0)
		return -1;
	if (!stand)
		return 0;
	if (path_at(vf, cert, use, best_ms, &then, err) != 0)
		return -1;
	if (then->status != CHAIN_VALID)
		return 0;
	passed(vf, ret, then);
	ret->with_time = true;
	return 0;
}

/* ---- past certificate validation (5.6.2.1, 5.6.2.2) ---- */

struct sliding {
	const struct vf *vf;
	int64_t control_ms;
};

static bool existed(void *context, struct bytes der)
{
	const struct sliding *sliding = context;

	return vf_existed_by(sliding->vf, der, sliding->control_ms);
}

static bool fresh_at(const struct cert_status *status, int64_t time_ms)
{
	const int64_t day_ms = INT64_C(24) * 3600 * 1000;

	if (status->no_check)
		return true;
	if (status->proof.next_update_ms != INT64_MIN)
		return status->proof.next_update_ms >= time_ms;
	return status->proof.this_update_ms >= time_ms - day_ms;
}

/* One certificate of the path: moves the control time back as far as its status is known. False: no evidence that existed then. */
static int slide_over(struct vf *vf, const struct chain_result *path, size_t index, struct sliding *sliding, bool *ret_ok, struct err *err)
{
	const struct chain_link *link = &path->links[index];
	struct chain_question question = { .at_ms = sliding->control_ms, .now_ms = vf->options->at_ms, .issued_before_ms = sliding->control_ms,
					   .existed = existed, .context = sliding };
	struct cert_status status;

	*ret_ok = vf_existed_by(vf, cert_der(link->cert), sliding->control_ms);
	if (!*ret_ok)
		return 0;
	if (chain_cert_status(vf->chain, path, index, &question, &status, err) != 0)
		return -1;
	switch (status.state) {
	case CERT_UNCHECKED:
		break;
	case CERT_GOOD:
		if (!fresh_at(&status, sliding->control_ms))
			sliding->control_ms = status.proof.this_update_ms;
		break;
	case CERT_REVOKED:
		if (status.revoked_ms < sliding->control_ms)
			sliding->control_ms = status.revoked_ms;
		break;
	case CERT_ON_HOLD:
	case CERT_UNKNOWN:
		*ret_ok = false;
		return 0;
	}
	if (link->weak && link->weak_since_ms < sliding->control_ms)
		sliding->control_ms = link->weak_since_ms;
	if (cert_not_after_ms(link->cert) < sliding->control_ms)
		sliding->control_ms = cert_not_after_ms(link->cert);
	return 0;
}

static int try_past(struct vf *vf, struct cert *cert, enum chain_use use, int64_t best_ms, struct vf_trust *ret, struct err *err)
{
	struct chain_options options = { .at_ms = vf->options->at_ms, .use = use, .ignore_validity = true, .ignore_revocation = true };
	struct sliding sliding = { vf, vf->options->at_ms };
	struct chain_result *path;
	bool ok;

	if (chain_validate(vf->chain, cert, &options, &path, err) != 0 || keep(vf, path, err) != 0)
		return -1;
	if (path->status != CHAIN_VALID)
		return 0;
	for (size_t i = path->count; i-- > 0;) {
		if (slide_over(vf, path, i, &sliding, &ok, err) != 0)
			return -1;
		if (!ok)
			return 0;
	}
	if (best_ms > sliding.control_ms || best_ms < cert_not_before_ms(cert))
		return 0;
	passed(vf, ret, path);
	ret->past = true;
	return 0;
}

/* ---- the stamp of an authority about which nothing newer is known ---- */

static int try_stamp_time(struct vf *vf, struct cert *cert, int64_t stamp_ms, struct vf_trust *ret, struct err *err)
{
	struct chain_result *then;

	if (path_at(vf, cert, CHAIN_USE_TIME_STAMP, stamp_ms, &then, err) != 0)
		return -1;
	if (then->status != CHAIN_VALID)
		return 0;
	passed(vf, ret, then);
	ret->old_status = true;
	return 0;
}

static void refused(struct vf_trust *ret, struct chain_result *now, int64_t best_ms)
{
	ret->indication = VF_INDETERMINATE;
	ret->sub = sub_name(now->sub);
	ret->result = now;
	ret->en = now->en;
	ret->vi = now->vi;
	if (now->sub == CHAIN_SUB_NOT_YET_VALID && best_ms < cert_not_before_ms(now->links[0].cert)) {
		ret->indication = VF_FAILED; /* it exists already, so it was made before */
		ret->sub = "NOT_YET_VALID";
	}
}

int vf_trust(struct vf *vf, struct cert *cert, enum chain_use use, int64_t best_ms, int64_t stamp_ms, struct vf_trust *ret, struct err *err)
{
	struct vf_trust trust = { .indication = VF_INDETERMINATE };
	struct chain_result *now;

	if (path_at(vf, cert, use, vf->options->at_ms, &now, err) != 0)
		return -1;
	refused(&trust, now, best_ms);
	if (now->status == CHAIN_VALID) {
		passed(vf, &trust, now);
	} else if (time_may_help(now)) {
		if (best_ms < vf->options->at_ms && try_with_time(vf, cert, use, best_ms, now, &trust, err) != 0)
			return -1;
		if (trust.indication != VF_PASSED && try_past(vf, cert, use, best_ms, &trust, err) != 0)
			return -1;
		if (trust.indication != VF_PASSED && now->sub == CHAIN_SUB_TRY_LATER && stamp_ms != VF_NEVER &&
		    try_stamp_time(vf, cert, stamp_ms, &trust, err) != 0)
			return -1;
	}
	if ((trust.indication != VF_PASSED || trust.old_status) && vf->options->want_more && vf_want_for(vf, now, err) != 0)
		return -1;
	*ret = trust;
	return 0;
}
