/*
 * material.c - what there is to judge certificates by: the file's DSS, its CMS and time-stamps, and what was given; and since when the
 * file's own bytes are proven to exist (EN 319 102-1 5.6.2.3, POE extraction). What of it cannot be read is left out.
 */
#include "verify/verify_priv.h"

enum { MAX_DSS_OBJECTS = 4096, MAX_ROWS = 16384 };

static int add_row(struct vf *vf, struct bytes der, uint32_t covered_from, struct err *err)
{
	if (vf->proof_count >= MAX_ROWS)
		return 0;
	if (vf->proof_count == vf->proof_cap) {
		size_t cap = vf->proof_cap ? 2 * vf->proof_cap : 64;
		void *grown = arena_grow(vf->arena, vf->proofs, vf->proof_cap * sizeof(*vf->proofs), cap * sizeof(*vf->proofs));

		if (!grown)
			return err_set(err, ERR_NO_MEMORY, "no memory for proofs of existence");
		vf->proofs = grown;
		vf->proof_cap = cap;
	}
	vf->proofs[vf->proof_count++] = (struct vf_proof_row){ der, covered_from, VF_NEVER };
	return 0;
}

/* What a document time-stamp of this revision covers existed at its time. */
void vf_prove(struct vf *vf, uint32_t revision, int64_t time_ms)
{
	for (size_t i = 0; i < vf->proof_count; i++) {
		struct vf_proof_row *row = &vf->proofs[i];

		if (row->covered_from <= revision && (row->since_ms == VF_NEVER || time_ms < row->since_ms))
			row->since_ms = time_ms;
	}
}

bool vf_existed_by(const struct vf *vf, struct bytes der, int64_t time_ms)
{
	if (time_ms >= vf->options->at_ms)
		return true; /* it is here now */
	for (size_t i = 0; i < vf->proof_count; i++)
		if (vf->proofs[i].since_ms != VF_NEVER && vf->proofs[i].since_ms <= time_ms && bytes_eq(vf->proofs[i].der, der))
			return true;
	return false;
}

bool vf_is_embedded(const struct vf *vf, struct bytes der)
{
	for (size_t i = 0; i < vf->proof_count; i++)
		if (bytes_eq(vf->proofs[i].der, der))
			return true;
	return false;
}

/* ---- kinds ---- */

enum kind { KIND_CERT, KIND_CRL, KIND_OCSP };

/* -1 only for want of memory; what cannot be read is not added. */
static int add(struct vf *vf, enum kind kind, struct bytes der, uint32_t covered_from, struct err *err)
{
	AUTO(cert_freep) struct cert *cert = NULL;
	const struct crl *crl = NULL;
	const struct ocsp *ocsp = NULL;

	switch (kind) {
	case KIND_CERT:
		if (cert_parse(der, &cert, NULL) != 0)
			return 0;
		if (cert_list_add(&vf->certs, cert, err) != 0)
			return -1;
		return add_row(vf, (struct bytes){ arena_memdup(vf->arena, der.p, der.n), der.n }, covered_from, err);
	case KIND_CRL:
		return evidence_add_crl(&vf->evidence, der, &crl, NULL) != 0 ? 0 : add_row(vf, crl_der(crl), covered_from, err);
	case KIND_OCSP:
		return evidence_add_ocsp(&vf->evidence, der, &ocsp, NULL) != 0 ? 0 : add_row(vf, ocsp_der(ocsp), covered_from, err);
	}
	return 0;
}

/* ---- DSS ---- */

static int add_dss_kind(struct vf *vf, const struct pd_obj *dss, const char *key, enum kind kind, struct err *err)
{
	struct pd_view view = pd_view_last(vf->doc);
	const struct pd_obj *array = pd_get(view, dss, key);

	for (size_t i = 0; i < pd_array_len(array) && i < MAX_DSS_OBJECTS; i++) {
		struct pd_ref ref = pd_ref(pd_array_raw(array, i));
		const struct pd_obj *stream = pd_at(view, array, i);
		uint32_t revision;
		struct bytes der;

		if (!ref.num || pd_kind(stream) != PD_STREAM || pd_stream_decode(view, stream, vf->arena, &der, NULL) != 0)
			continue;
		revision = pd_entry_revision(view, ref.num);
		if (!vf->has_dss || revision < vf->dss_revision)
			vf->dss_revision = revision;
		vf->has_dss = true;
		if (add(vf, kind, der, revision, err) != 0)
			return -1;
	}
	return 0;
}

static int add_dss(struct vf *vf, struct err *err)
{
	struct pd_view view = pd_view_last(vf->doc);
	const struct pd_obj *dss = pd_get(view, pd_catalog(view), "DSS");

	if (pd_is_encrypted(vf->doc)) /* its streams are encrypted and cannot be read here */
		return 0;
	if (add_dss_kind(vf, dss, "Certs", KIND_CERT, err) != 0 || add_dss_kind(vf, dss, "CRLs", KIND_CRL, err) != 0)
		return -1;
	return add_dss_kind(vf, dss, "OCSPs", KIND_OCSP, err);
}

/* ---- CMS ---- */

struct archival {
	struct vf *vf;
	uint32_t revision;
};

static int archival_crl(void *context, struct bytes der, struct err *err)
{
	struct archival *a = context;

	return add(a->vf, KIND_CRL, der, a->revision, err);
}

static int archival_ocsp(void *context, struct bytes der, struct err *err)
{
	struct archival *a = context;

	return add(a->vf, KIND_OCSP, der, a->revision, err);
}

/* What lies in a gap is covered by the ranges of later revisions only. */
static int add_cms(struct vf *vf, const struct cms *cms, uint32_t in_revision, struct err *err)
{
	uint32_t revision = in_revision + 1;
	struct archival archival = { vf, revision };
	struct revocation_archival_visitor visitor = { archival_crl, archival_ocsp, &archival };
	struct bytes attribute;

	if (!cms)
		return 0;
	for (size_t i = 0; i < cms_certs(cms)->count; i++) {
		struct cert *cert = cms_certs(cms)->items[i];

		if (cert_list_add(&vf->certs, cert, err) != 0 || add_row(vf, cert_der(cert), revision, err) != 0)
			return -1;
	}
	for (size_t i = 0; i < cms_crl_count(cms); i++)
		if (add(vf, KIND_CRL, cms_crl(cms, i), revision, err) != 0)
			return -1;
	for (size_t i = 0; i < cms_ocsp_count(cms); i++)
		if (add(vf, KIND_OCSP, cms_ocsp(cms, i), revision, err) != 0)
			return -1;
	attribute = cms_revocation_archival(cms);
	if (attribute.n && revocation_archival_read(attribute, &visitor, NULL) != 0)
		return 0;
	return 0;
}

static int add_given(struct vf *vf, struct err *err)
{
	const struct verify_material *given = vf->material;

	for (size_t i = 0; i < given->certs.count; i++)
		if (cert_list_add(&vf->certs, given->certs.items[i], err) != 0)
			return -1;
	return evidence_add_all(&vf->evidence, &given->evidence, err);
}

int vf_material(struct vf *vf, struct err *err)
{
	struct chain_inputs inputs = { &vf->material->anchors, &vf->certs, &vf->evidence };

	if (vf->doc && vf->strict && add_dss(vf, err) != 0)
		return -1;
	for (size_t i = 0; i < vf->sig_count; i++) {
		struct vf_sig *sig = &vf->sigs[i];

		if (add_cms(vf, sig->cms, sig->revision, err) != 0 ||
		    add_cms(vf, sig->token ? tsp_token_cms(sig->token) : NULL, sig->revision, err) != 0 ||
		    add_cms(vf, sig->stamp.token ? tsp_token_cms(sig->stamp.token) : NULL, sig->revision, err) != 0)
			return -1;
	}
	if (add_given(vf, err) != 0)
		return -1;
	return chain_new(&inputs, &vf->chain, err);
}
