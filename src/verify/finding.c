/* finding.c - the table of findings, and how they are put to a signature. */
#include "verify/verify_priv.h"

enum { MAX_FINDINGS = 64 };

static const struct row {
	const char *code;
	enum vf_severity severity;
	const char *vi, *en, *ref;
} rows[] = {
#define FINDING(sym, code, severity, vi, en, ref) { code, severity, vi, en, ref },
#include "verify/findings.def"
#undef FINDING
};

const char *vf_code_name(enum vf_code code)
{
	return rows[code].code;
}

enum vf_severity vf_code_severity(enum vf_code code)
{
	return rows[code].severity;
}

const char *vf_code_text(enum vf_code code, bool vietnamese)
{
	return vietnamese ? rows[code].vi : rows[code].en;
}

const char *vf_code_ref(enum vf_code code)
{
	return rows[code].ref;
}

void vf_find_detail(struct vf *vf, struct vf_sig *sig, enum vf_code code, const char *en, const char *vi)
{
	struct vf_finding *finding;

	if (sig->finding_count >= MAX_FINDINGS)
		return;
	if (sig->finding_count == sig->finding_cap) {
		size_t cap = sig->finding_cap ? 2 * sig->finding_cap : 8;
		void *grown = arena_grow(vf->arena, sig->findings, sig->finding_cap * sizeof(*finding), cap * sizeof(*finding));

		if (!grown)
			return;
		sig->findings = grown;
		sig->finding_cap = cap;
	}
	finding = &sig->findings[sig->finding_count++];
	finding->code = code;
	finding->detail_en = en && *en ? arena_strdup(vf->arena, en) : NULL;
	finding->detail_vi = vi && *vi ? arena_strdup(vf->arena, vi) : NULL;
}

void vf_find(struct vf *vf, struct vf_sig *sig, enum vf_code code)
{
	vf_find_detail(vf, sig, code, NULL, NULL);
}

void vf_judge(struct vf_sig *sig, enum vf_indication indication, const char *sub)
{
	if (indication <= sig->indication)
		return;
	sig->indication = indication;
	sig->sub = sub;
}

void vf_malformed(struct vf *vf, struct vf_sig *sig, enum vf_code code, const char *detail)
{
	sig->integrity = VF_MALFORMED;
	sig->coverage = VF_UNCOVERED;
	vf_judge(sig, VF_FAILED, "FORMAT_FAILURE");
	vf_find_detail(vf, sig, code, detail, detail);
}

struct vf_sig *vf_add_sig(struct vf *vf)
{
	struct vf_sig *sig;

	if (vf->sig_count == vf->sig_cap) {
		size_t cap = vf->sig_cap ? 2 * vf->sig_cap : 8;
		void *grown = arena_grow(vf->arena, vf->sigs, vf->sig_cap * sizeof(*sig), cap * sizeof(*sig));

		if (!grown)
			return NULL;
		vf->sigs = grown;
		vf->sig_cap = cap;
	}
	sig = &vf->sigs[vf->sig_count++];
	*sig = (struct vf_sig){ .claimed_ms = VF_NEVER, .proven_ms = VF_NEVER };
	return sig;
}
