/*
 * format.c - the signatures of a strictly read file: shape of /ByteRange and gap, coverage, place of the dictionary, nesting, what
 * follows the signed part, and what was changed (rules 2 to 18 of docs/decisions/031).
 */
#include <stdlib.h>

#include "util/date.h"
#include "verify/verify_priv.h"

static const struct {
	const char *name;
	enum vf_sub_filter value;
} sub_filters[] = {
	{ "ETSI.CAdES.detached", VF_SF_CADES },
	{ "ETSI.RFC3161", VF_SF_RFC3161 },
	{ "adbe.pkcs7.detached", VF_SF_PKCS7 },
	{ "adbe.pkcs7.sha1", VF_SF_PKCS7_SHA1 },
	{ "adbe.x509.rsa_sha1", VF_SF_X509_SHA1 },
};

static enum vf_sub_filter find_sub_filter(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(sub_filters); i++)
		if (str_is(name, sub_filters[i].name))
			return sub_filters[i].value;
	return VF_SF_UNKNOWN;
}

/* ---- the list ---- */

static void read_claims(struct vf *vf, struct vf_sig *sig)
{
	struct bytes m = pd_string(pd_get(pd_view_last(vf->doc), sig->pd.dict, "M"));
	int64_t ms;

	if (m.n && !pd_is_encrypted(vf->doc) && date_parse_pdf(str_from((const char *)m.p, m.n), &ms, NULL, NULL) == 0)
		sig->claimed_ms = ms;
}

static int add_signature(struct vf *vf, const struct pd_signature *pd, struct err *err)
{
	struct vf_sig *sig = vf_add_sig(vf);

	if (!sig)
		return err_set(err, ERR_NO_MEMORY, "no memory for a signature");
	sig->pd = *pd;
	sig->field = pd->field->name;
	sig->revision = pd->revision;
	sig->sub_filter = find_sub_filter(pd->sub_filter);
	sig->kind = sig->sub_filter == VF_SF_RFC3161 ? VF_DOC_TIMESTAMP : pd->docmdp_p ? VF_CERTIFICATION : VF_SIGNATURE;
	read_claims(vf, sig);
	if (pd_is_encrypted(vf->doc))
		vf_find(vf, sig, FIND_ENCRYPTED);
	return 0;
}

static bool same_signature(const struct pd_signature *a, const struct pd_signature *b)
{
	return pd_ref_eq(a->ref, b->ref) && a->ref.num != 0;
}

static bool is_listed(const struct vf *vf, const struct pd_signature *pd)
{
	for (size_t i = 0; i < vf->sig_count; i++)
		if (same_signature(&vf->sigs[i].pd, pd) || strcmp(vf->sigs[i].field, pd->field->name) == 0)
			return true;
	return false;
}

/* A signature that an earlier revision shows and the last one does not is told, never passed over (rule 5). */
static int add_removed(struct vf *vf, uint32_t revision, struct err *err)
{
	struct pd_signature_list list;

	if (pd_signature_list(pd_view_at(vf->doc, revision), vf->arena, &list, err) != 0)
		return -1;
	for (size_t i = 0; i < list.count; i++) {
		const struct pd_signature *pd = &list.items[i];

		if (is_listed(vf, pd) || pd_kind(pd->dict) != PD_DICT)
			continue;
		if (add_signature(vf, pd, err) != 0)
			return -1;
		vf_malformed(vf, &vf->sigs[vf->sig_count - 1], FIND_REMOVED, NULL);
	}
	return 0;
}

static int list_signatures(struct vf *vf, struct err *err)
{
	struct pd_signature_list list;

	if (pd_signature_list(pd_view_last(vf->doc), vf->arena, &list, err) != 0)
		return -1;
	for (size_t i = 0; i < list.count; i++)
		if (add_signature(vf, &list.items[i], err) != 0)
			return -1;
	for (uint32_t r = pd_revision_count(vf->doc) - 1; r-- > 0;)
		if (add_removed(vf, r, err) != 0)
			return -1;
	return 0;
}

/* ---- one signature ---- */

static bool type_agrees(struct vf *vf, const struct vf_sig *sig)
{
	const struct pd_obj *type = pd_get(pd_view_last(vf->doc), sig->pd.dict, "Type");

	if (sig->sub_filter == VF_SF_RFC3161)
		return pd_is_name(type, "DocTimeStamp");
	return pd_kind(type) == PD_NULL || pd_is_name(type, "Sig");
}

static bool check_shape(struct vf *vf, struct vf_sig *sig)
{
	struct err err = ERR_INIT;

	if (pd_signature_range(pd_view_last(vf->doc), &sig->pd, sig->range, &err) != 0) {
		vf_malformed(vf, sig, FIND_MALFORMED, err.detail);
		return false;
	}
	sig->has_range = true;
	sig->contents = pd_string(sig->pd.contents);
	if (sig->sub_filter == VF_SF_UNKNOWN) {
		vf_malformed(vf, sig, FIND_SUBFILTER, NULL);
		return false;
	}
	if (!type_agrees(vf, sig)) {
		vf_malformed(vf, sig, FIND_TYPE, NULL);
		return false;
	}
	return true;
}

/* The revision that ends where the range does (rule 6); false when there is none. */
static bool find_covered(const struct vf *vf, const struct vf_sig *sig, uint32_t *ret)
{
	uint64_t end = sig->range[2] + sig->range[3];

	for (uint32_t r = 0; r < pd_revision_count(vf->doc); r++) {
		const struct pd_revision *revision = pd_revision(vf->doc, r);

		/* The range may end with the letters %%EOF, anywhere in the line end after them, or with it. */
		if (end >= revision->eof_end && end <= revision->end) {
			*ret = r;
			return true;
		}
	}
	return false;
}

static void uncovered(struct vf *vf, struct vf_sig *sig, enum vf_code code, const char *detail)
{
	sig->coverage = VF_UNCOVERED;
	vf_judge(sig, VF_FAILED, "FORMAT_FAILURE");
	vf_find_detail(vf, sig, code, detail, detail);
}

/* Rule 11: in the signed revision the same field held the same dictionary. */
static bool field_is_same(struct vf *vf, const struct vf_sig *sig)
{
	struct pd_signature_list then;

	if (pd_signature_list(pd_view_at(vf->doc, sig->revision), vf->arena, &then, NULL) != 0)
		return false;
	for (size_t i = 0; i < then.count; i++)
		if (same_signature(&then.items[i], &sig->pd) && strcmp(then.items[i].field->name, sig->field) == 0 &&
		    pd_ref_eq(then.items[i].field->ref, sig->pd.field->ref))
			return true;
	return false;
}

static void check_coverage(struct vf *vf, struct vf_sig *sig)
{
	uint32_t last = pd_revision_count(vf->doc) - 1;
	struct err err = ERR_INIT;
	uint32_t covered;

	if (!find_covered(vf, sig, &covered)) {
		uncovered(vf, sig, FIND_UNCOVERED, NULL);
		return;
	}
	if (sig->pd.revision != covered) {
		uncovered(vf, sig, FIND_OVERRIDDEN, NULL);
		return;
	}
	sig->revision = covered;
	sig->coverage = covered == last ? VF_WHOLE_FILE : VF_REVISION;
	if (!field_is_same(vf, sig))
		uncovered(vf, sig, FIND_FIELD_CHANGED, NULL);
	for (uint32_t r = covered + 1; r <= last; r++)
		if (pd_account(vf->doc, r, &err) != 0) {
			uncovered(vf, sig, FIND_TAIL, err.detail);
			return;
		}
}

/* Rule 10: an earlier signature ends before the gap of a later one begins. */
static void check_nesting(struct vf *vf)
{
	for (size_t i = 0; i < vf->sig_count; i++)
		for (size_t j = i + 1; j < vf->sig_count; j++) {
			struct vf_sig *a = &vf->sigs[i], *b = &vf->sigs[j];
			uint64_t end_a = a->range[2] + a->range[3], end_b = b->range[2] + b->range[3];

			if (!a->has_range || !b->has_range || end_a <= b->range[1] || end_b <= a->range[1])
				continue;
			uncovered(vf, a, FIND_OVERLAP, NULL);
			uncovered(vf, b, FIND_OVERLAP, NULL);
		}
}

void vf_changes(struct vf *vf, struct vf_sig *sig)
{
	struct err err = ERR_INIT;

	if (pd_changes_after(vf->doc, sig->revision, vf->arena, &sig->changes, &err) != 0) {
		uncovered(vf, sig, FIND_CHANGES_UNREADABLE, err.detail);
		return;
	}
	sig->changes_done = true;
	for (size_t i = 0; i < sig->changes.count; i++)
		if (sig->changes.items[i].notice || sig->changes.items[i].suspicious)
			vf_find_detail(vf, sig, FIND_NOTICE, sig->changes.items[i].what, sig->changes.items[i].what_vi);
	if (sig->changes.verdict == PD_VERDICT_FORBIDDEN) {
		vf_find(vf, sig, FIND_CHANGES_FORBIDDEN);
		vf_judge(sig, VF_FAILED, "FORMAT_FAILURE");
	} else if (sig->changes.verdict == PD_VERDICT_SUSPICIOUS) {
		vf_find(vf, sig, FIND_CHANGES_SUSPICIOUS);
		vf_judge(sig, VF_INDETERMINATE, "SIG_CONSTRAINTS_FAILURE");
	} else if (sig->changes.verdict == PD_VERDICT_ALLOWED) {
		vf_find(vf, sig, FIND_CHANGES_ALLOWED);
	}
}

int vf_format(struct vf *vf, struct err *err)
{
	if (list_signatures(vf, err) != 0)
		return -1;
	for (size_t i = 0; i < vf->sig_count; i++) {
		struct vf_sig *sig = &vf->sigs[i];

		if (sig->integrity == VF_MALFORMED || !check_shape(vf, sig))
			continue;
		check_coverage(vf, sig);
	}
	check_nesting(vf);
	for (size_t i = 0; i < vf->sig_count; i++)
		if (vf->sigs[i].integrity != VF_MALFORMED && vf->sigs[i].coverage != VF_UNCOVERED)
			vf_changes(vf, &vf->sigs[i]);
	return 0;
}
