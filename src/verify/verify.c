/* verify.c - one file from bytes to report; see verify.h. Every step adds findings; the report is made at the end whatever was found. */
#include "verify/verify_priv.h"

#include <stdlib.h>

#include "util/json.h"

enum { ARENA_BYTES = 384 * 1024 * 1024 };

static void release(struct vf *vf)
{
	for (size_t i = 0; i < vf->sig_count; i++) {
		cms_free(vf->sigs[i].cms);
		tsp_token_free(vf->sigs[i].token);
		tsp_token_free(vf->sigs[i].stamp.token);
		cert_free(vf->sigs[i].cert);
	}
	for (size_t i = 0; i < vf->result_count; i++)
		chain_result_free(vf->results[i]);
	free(vf->results);
	chain_free(vf->chain);
	cert_list_release(&vf->certs);
	evidence_release(&vf->evidence);
	verify_wants_release(&vf->wants);
	pd_free(vf->doc);
	arena_free(vf->arena);
}

/* Not strictly readable: what was found so far is forgotten, the letters are told (rule 1: no repair, ever). */
static void refuse(struct vf *vf, const struct err *why)
{
	vf->strict = false;
	vf->problem = arena_strdup(vf->arena, why->detail);
	vf->sig_count = 0;
	vf_scan(vf);
}

/* Reads everything there is to read, so that a defect anywhere is known before anything is believed. */
static int open_strictly(struct vf *vf, struct err *err)
{
	if (pd_open(vf->file, PD_OPEN_ALLOW_HYBRID, &vf->doc, err) != 0)
		return -1;
	return pd_load_all(vf->doc, err);
}

static int look_at(struct vf *vf, struct err *err)
{
	struct err why = ERR_INIT;

	vf->strict = true;
	if (open_strictly(vf, &why) != 0 || vf_format(vf, &why) != 0 || pd_check(vf->doc, &why) != 0) {
		refuse(vf, &why);
		return 0;
	}
	for (size_t i = 0; i < vf->sig_count; i++)
		if (vf_crypto(vf, &vf->sigs[i], err) != 0)
			return -1;
	if (vf_material(vf, err) != 0 || vf_validate(vf, err) != 0)
		return -1;
	vf_rules(vf);
	return 0;
}

int verify_pdf(struct bytes file, const char *name, const struct verify_material *material, const struct verify_options *options,
	       struct json **ret_report, struct verify_wants *ret_wants, struct err *err)
{
	AUTO(release) struct vf vf = { .file = file, .material = material, .options = options, .arena = arena_new(ARENA_BYTES) };
	struct json *report;

	if (!vf.arena)
		return err_set(err, ERR_NO_MEMORY, "no memory to validate %s", name);
	if (look_at(&vf, err) != 0)
		return -1;
	report = vf_report(&vf, name);
	if (arena_failed(vf.arena)) {
		js_free(report);
		return err_set(err, ERR_LIMIT, "validating %s took more memory than allowed", name);
	}
	*ret_report = report;
	if (ret_wants) {
		*ret_wants = vf.wants;
		vf.wants = (struct verify_wants){ NULL, 0 };
	}
	return 0;
}
