/*
 * signing.c - one signature: build the increment, hash, sign, time-stamp, check, embed, re-read. See signing.h.
 *
 * EN 319 142-1 5.3 (CMS in PDF), 5.5 (levels); ISO 32000-2 12.8.1.
 */
#include "sign/signing.h"

#include <string.h>

#include "pdf/png.h"
#include "sign/appearance.h"
#include "sign/plan.h"
#include "sign/seed.h"
#include "util/arena.h"
#include "util/date.h"
#include "util/err.h"

enum {
	SIGN_MIN_CONTENTS_BYTES = 8192,
	SIGN_TOKEN_GUESS_BYTES = 8192, /* a time-stamp with its chain; grown by retry when it is larger */
	SIGN_MAX_ATTEMPTS = 3,
	SIGN_ARENA_BYTES = 256 * 1024 * 1024
};

static const char *const level_names[] = { "B-B", "B-T", "B-LT", "B-LTA" };

int sign_level_find(const char *name)
{
	const char *bare = strncmp(name, "B-", 2) == 0 ? name + 2 : name;

	for (size_t i = 0; i < ARRAY_LEN(level_names); i++)
		if (strcmp(bare, level_names[i] + 2) == 0)
			return (int)i;
	return -1;
}

const char *sign_level_name(enum sign_level level)
{
	return level_names[level];
}

/* ---- the increment ---- */

/* An existing visible field keeps its own page and rectangle, whatever the plan says. */
static int field_box(struct pd_view view, const struct sign_job *job, struct pd_page *page, struct pd_rect_mm *ret_box,
		     struct err *err)
{
	struct pd_field_list fields = { NULL, 0 };
	const struct pd_field *field;

	*ret_box = job->mark->rect;
	if (!job->field_name)
		return 0;
	if (pd_field_list(view, pd_arena(view.doc), &fields, err) < 0)
		return -1;
	field = pd_field_find(&fields, job->field_name);
	if (!field || field->widget_count == 0 || field->widgets[0].page_index < 0)
		return 0;
	if (!(field->widgets[0].rect.x1 > field->widgets[0].rect.x0) ||
	    !(field->widgets[0].rect.y1 > field->widgets[0].rect.y0))
		return 0;
	if (pd_page_load(view, (uint32_t)field->widgets[0].page_index, page, err) < 0)
		return -1;
	*ret_box = pd_page_to_shown(page, field->widgets[0].rect);
	return 0;
}

static int put_mark(struct pd_inc *inc, struct pd_view view, const struct sign_job *job, struct pd_signature_spec *spec,
		    struct err *err)
{
	struct pd_rect_mm box;
	struct pd_page page;

	if (!job->mark || job->mark->kind == MARK_NONE)
		return 0;
	if (pd_page_load(view, job->mark->page, &page, err) < 0)
		return -1;
	spec->page_index = job->mark->page;
	spec->rect = pd_page_to_user(&page, job->mark->rect);
	if (field_box(view, job, &page, &box, err) < 0)
		return -1;
	return appearance_put(inc, &page, job->mark, box, job->picture, job->font, &spec->appearance, err);
}

static int put_fills(struct pd_inc *inc, struct pd_doc *doc, const struct sign_job *job, struct err *err)
{
	struct pd_field_list fields = { NULL, 0 };

	if (job->fill_count && pd_field_list(pd_view_last(doc), pd_arena(doc), &fields, err) < 0)
		return -1;
	for (size_t i = 0; i < job->fill_count; i++) {
		const struct sign_fill *fill = &job->fills[i];

		if (fill->optional && !pd_field_find(&fields, fill->field))
			continue;
		if (pd_inc_fill_text(inc, fill->field, fill->value, fill->font ? fill->font : job->font, err) < 0)
			return err_prefix(err, "field %s", fill->field);
	}
	return 0;
}

static int put_signature(struct pd_inc *inc, struct pd_doc *doc, const struct sign_job *job, size_t contents_bytes,
			 struct err *err)
{
	char m[DATE_TEXT_BYTES];
	struct pd_signature_spec spec = {
		.field_name = job->field_name,
		.must_exist = job->field_must_exist,
		.sub_filter = "ETSI.CAdES.detached",
		.contents_bytes = contents_bytes,
		.m = m,
		.name = job->name,
		.reason = job->reason,
		.location = job->location,
		.contact_info = job->contact_info,
		.docmdp_p = job->docmdp_p,
		.lock = job->lock,
		.seed_checked = true, /* seed_check, below */
	};

	date_format_pdf_vn(job->now_ms, m);
	if (seed_check(doc, job, err) < 0)
		return -1;
	if (put_mark(inc, pd_view_last(doc), job, &spec, err) < 0 || put_fills(inc, doc, job, err) < 0)
		return -1;
	return pd_inc_signature(inc, &spec, err);
}

static int finish(struct pd_inc *inc, struct pd_inc_result *ret, struct err *err)
{
	uint8_t seed[16];

	if (digest_random(seed, sizeof(seed), err) < 0)
		return -1;
	return pd_inc_finish(inc, seed, ret, err);
}

int sign_build(struct bytes file, const struct sign_job *job, size_t contents_bytes, struct pd_inc_result *ret,
	       struct err *err)
{
	AUTO(pd_freep) struct pd_doc *doc = NULL;
	AUTO(pd_inc_freep) struct pd_inc *inc = NULL;

	if (pd_open(file, PD_OPEN_STRICT, &doc, err) < 0 || pd_inc_new(doc, &inc, err) < 0)
		return -1;
	if (put_signature(inc, doc, job, contents_bytes, err) < 0)
		return -1;
	return finish(inc, ret, err);
}

int sign_digest(struct bytes file, const struct pd_inc_result *tail, enum digest_alg alg, struct digest *ret,
		struct err *err)
{
	AUTO(digest_freep) struct digest_ctx *ctx = NULL;
	const uint8_t *bytes = (const uint8_t *)buf_str(&tail->tail);
	uint64_t first = tail->byte_range[1] - file.n;
	uint64_t second = tail->byte_range[2] - file.n;

	if (digest_new(alg, &ctx, err) < 0)
		return -1;
	digest_update(ctx, file);
	digest_update(ctx, (struct bytes){ bytes, first });
	digest_update(ctx, (struct bytes){ bytes + second, tail->byte_range[3] });
	digest_final(ctx, ret);
	return 0;
}

/* ---- the CMS ---- */

static int check_cms(struct bytes der, const struct digest *content, const struct signer *signer, struct err *err)
{
	AUTO(cms_freep) struct cms *cms = NULL;
	char detail[256] = "";
	enum cms_check found;

	if (cms_parse_own(der, signer, &cms, err) < 0)
		return -1;
	found = cms_check(cms, content, CMS_REQUIRE_SIGNING_CERT, detail, sizeof(detail));
	if (found != CMS_OK)
		return err_set(err, ERR_SIGNATURE_MISMATCH,
			       "the signature made with the key of %s does not verify (%d): %s",
			       cert_subject(signer->cert), (int)found, detail);
	return 0;
}

int sign_stamp(const struct sign_outside *outside, enum digest_alg alg, struct bytes signature, struct cms_draft *draft,
	       struct buf *ret_token, struct err *err)
{
	struct digest imprint;

	if (digest_of(alg, signature, &imprint, err) < 0)
		return -1;
	if (outside->timestamp(outside->ctx, &imprint, alg, ret_token, err) < 0)
		return -1;
	return cms_draft_add_timestamp(draft, (struct bytes){ (const uint8_t *)ret_token->data, ret_token->len }, err);
}

struct cms_draft_options sign_cms_options(const struct sign_job *job, const struct digest *content)
{
	return (struct cms_draft_options){
		.alg = job->alg,
		.content_digest = content,
		.cert = job->signer->cert,
		.chain = &job->signer->chain,
	};
}

/* Signs the digest; the CMS is checked whole before anything is embedded. */
static int make_cms(const struct sign_job *job, const struct digest *content, struct buf *ret_der,
		    struct buf *ret_token, struct err *err)
{
	AUTO(cms_draft_freep) struct cms_draft *draft = NULL;
	AUTO(buf_release) struct buf signature = BUF_INIT;
	struct cms_draft_options options = sign_cms_options(job, content);
	struct digest attributes;

	if (cms_draft_new(&options, &draft, err) < 0 || cms_draft_digest(draft, &attributes, err) < 0)
		return -1;
	if (job->signer->ops->sign(job->signer, job->alg, &attributes, &signature, err) < 0)
		return -1;
	if (cms_draft_set_signature(draft, (struct bytes){ (const uint8_t *)signature.data, signature.len }, err) < 0)
		return -1;
	if (job->level >= SIGN_LEVEL_T &&
	    sign_stamp(job->outside, job->alg.digest, (struct bytes){ (const uint8_t *)signature.data, signature.len },
		       draft, ret_token, err) < 0)
		return -1;
	if (cms_draft_write(draft, ret_der, err) < 0)
		return -1;
	return check_cms((struct bytes){ (const uint8_t *)ret_der->data, ret_der->len }, content, job->signer, err);
}

static int first_room(const struct sign_job *job, size_t *ret_bytes, struct err *err)
{
	struct digest none = { .len = digest_size(job->alg.digest) };
	struct cms_draft_options options = sign_cms_options(job, &none);
	size_t bytes;

	if (job->contents_bytes) {
		*ret_bytes = job->contents_bytes;
		return 0;
	}
	if (cms_size_estimate(&options, job->level >= SIGN_LEVEL_T ? SIGN_TOKEN_GUESS_BYTES : 0, &bytes, err) < 0)
		return -1;
	*ret_bytes = bytes > SIGN_MIN_CONTENTS_BYTES ? bytes : SIGN_MIN_CONTENTS_BYTES;
	return 0;
}

/* One try with a placeholder of `room` bytes. *ret_need > room means: try again with at least that much. */
static int try_signature(struct workfile *work, const struct sign_job *job, size_t room, struct sign_result *result,
			 struct buf *ret_token, size_t *ret_need, struct err *err)
{
	AUTO(pd_inc_result_release) struct pd_inc_result tail = { .tail = BUF_INIT };
	AUTO(buf_release) struct buf der = BUF_INIT;
	struct bytes file = workfile_bytes(work);
	struct bytes cms;
	struct digest content;

	if (sign_build(file, job, room, &tail, err) < 0 || sign_digest(file, &tail, job->alg.digest, &content, err) < 0)
		return -1;
	if (make_cms(job, &content, &der, ret_token, err) < 0)
		return -1;
	*ret_need = der.len;
	if (der.len > room)
		return 0;
	cms = (struct bytes){ (const uint8_t *)der.data, der.len };
	if (pd_inc_result_fill(&tail, file.n, cms, err) < 0)
		return -1;
	if (workfile_append(work, (struct bytes){ (const uint8_t *)tail.tail.data, tail.tail.len }, err) < 0)
		return -1;
	memcpy(result->byte_range, tail.byte_range, sizeof(result->byte_range));
	result->cms_bytes = der.len;
	result->contents_bytes = room;
	return sign_reread(workfile_bytes(work), file.n, tail.byte_range, cms, err);
}

static int add_signature(struct workfile *work, const struct sign_job *job, struct sign_result *result,
			 struct buf *token, struct err *err)
{
	size_t need;
	size_t room;

	if (first_room(job, &room, err) < 0)
		return -1;
	for (result->attempts = 1; result->attempts <= SIGN_MAX_ATTEMPTS; result->attempts++) {
		buf_clear(token);
		if (try_signature(work, job, room, result, token, &need, err) < 0)
			return -1;
		if (need <= room)
			return 0;
		room = need + need / 4;
	}
	return err_set(err, ERR_PDF_CONTENTS_TOO_SMALL, "the signature kept growing: %zu bytes in the last of %d tries",
		       need, SIGN_MAX_ATTEMPTS);
}

/* ---- long-term material and archive time-stamp ---- */

static int collect_token_certs(struct bytes token, struct cert_list *leaves, struct cert_list *known, struct err *err)
{
	AUTO(cms_freep) struct cms *cms = NULL;
	const struct cert_list *certs;
	struct cert *signer;

	if (cms_parse(token, &cms, err) < 0)
		return -1;
	certs = cms_certs(cms);
	for (size_t i = 0; i < certs->count; i++)
		if (cert_list_add(known, certs->items[i], err) < 0)
			return -1;
	signer = cms_signer_cert(cms);
	if (!signer)
		return err_set(err, ERR_TSA, "the time-stamp does not hold the certificate that signed it");
	return cert_list_add(leaves, signer, err);
}

static int append_dss(struct workfile *work, const struct pd_dss_material *material, struct err *err)
{
	AUTO(pd_freep) struct pd_doc *doc = NULL;
	AUTO(pd_inc_freep) struct pd_inc *inc = NULL;
	AUTO(pd_inc_result_release) struct pd_inc_result tail = { .tail = BUF_INIT };

	if (pd_open(workfile_bytes(work), PD_OPEN_STRICT, &doc, err) < 0 || pd_inc_new(doc, &inc, err) < 0)
		return -1;
	if (pd_inc_dss(inc, material, err) < 0 || finish(inc, &tail, err) < 0)
		return -1;
	return workfile_append(work, (struct bytes){ (const uint8_t *)tail.tail.data, tail.tail.len }, err);
}

static int add_material(struct workfile *work, const struct sign_job *job, struct bytes token, struct err *err)
{
	AUTO(arena_freep) struct arena *arena = arena_new(SIGN_ARENA_BYTES);
	AUTO(cert_list_release) struct cert_list leaves = { 0 };
	AUTO(cert_list_release) struct cert_list known = { 0 };
	struct pd_dss_material material;

	if (!arena)
		return err_set(err, ERR_NO_MEMORY, "no memory for long-term material");
	if (cert_list_add(&leaves, job->signer->cert, err) < 0)
		return -1;
	for (size_t i = 0; i < job->signer->chain.count; i++)
		if (cert_list_add(&known, job->signer->chain.items[i], err) < 0)
			return -1;
	if (collect_token_certs(token, &leaves, &known, err) < 0)
		return -1;
	if (job->outside->material(job->outside->ctx, &leaves, &known, job->now_ms, arena, &material, err) < 0)
		return -1;
	return append_dss(work, &material, err);
}

static int build_archive(struct bytes file, size_t contents_bytes, struct pd_inc_result *ret, struct err *err)
{
	AUTO(pd_freep) struct pd_doc *doc = NULL;
	AUTO(pd_inc_freep) struct pd_inc *inc = NULL;
	struct pd_signature_spec spec = { .sub_filter = "ETSI.RFC3161", .contents_bytes = contents_bytes };

	if (pd_open(file, PD_OPEN_STRICT, &doc, err) < 0 || pd_inc_new(doc, &inc, err) < 0)
		return -1;
	if (pd_inc_signature(inc, &spec, err) < 0)
		return -1;
	return finish(inc, ret, err);
}

static int try_archive(struct workfile *work, const struct sign_outside *outside, size_t room, size_t *ret_need,
		       struct err *err)
{
	AUTO(pd_inc_result_release) struct pd_inc_result tail = { .tail = BUF_INIT };
	AUTO(buf_release) struct buf token = BUF_INIT;
	struct bytes file = workfile_bytes(work);
	struct bytes der;
	struct digest content;

	if (build_archive(file, room, &tail, err) < 0 || sign_digest(file, &tail, DIGEST_SHA256, &content, err) < 0)
		return -1;
	if (outside->timestamp(outside->ctx, &content, DIGEST_SHA256, &token, err) < 0)
		return -1;
	*ret_need = token.len;
	if (token.len > room)
		return 0;
	der = (struct bytes){ (const uint8_t *)token.data, token.len };
	if (pd_inc_result_fill(&tail, file.n, der, err) < 0)
		return -1;
	if (workfile_append(work, (struct bytes){ (const uint8_t *)tail.tail.data, tail.tail.len }, err) < 0)
		return -1;
	return sign_reread(workfile_bytes(work), file.n, tail.byte_range, der, err);
}

int sign_archive(struct workfile *work, const struct sign_outside *outside, int64_t now_ms, struct err *err)
{
	size_t start = workfile_bytes(work).n;
	size_t room = SIGN_TOKEN_GUESS_BYTES;
	size_t need = 0;

	(void)now_ms;
	for (int attempt = 0; attempt < SIGN_MAX_ATTEMPTS; attempt++) {
		if (try_archive(work, outside, room, &need, err) < 0) {
			workfile_truncate(work, start);
			return err_prefix(err, "document time-stamp");
		}
		if (need <= room)
			return 0;
		room = need + need / 4;
	}
	return err_set(err, ERR_PDF_CONTENTS_TOO_SMALL, "the document time-stamp kept growing: %zu bytes", need);
}

static int run_levels(struct workfile *work, const struct sign_job *job, struct sign_result *result, struct err *err)
{
	AUTO(buf_release) struct buf token = BUF_INIT;

	if (add_signature(work, job, result, &token, err) < 0)
		return -1;
	if (job->level >= SIGN_LEVEL_LT &&
	    add_material(work, job, (struct bytes){ (const uint8_t *)token.data, token.len }, err) < 0)
		return -1;
	if (job->level >= SIGN_LEVEL_LTA && sign_archive(work, job->outside, job->now_ms, err) < 0)
		return -1;
	return 0;
}

int sign_run(struct workfile *work, const struct sign_job *job, struct sign_result *ret_result, struct err *err)
{
	struct sign_result result = { 0 };
	size_t start = workfile_bytes(work).n;

	if (job->level > SIGN_LEVEL_B && !job->outside)
		BUG("level %s without a time-stamp authority", sign_level_name(job->level));
	if (run_levels(work, job, &result, err) < 0) {
		workfile_truncate(work, start);
		return -1;
	}
	*ret_result = result;
	return 0;
}
