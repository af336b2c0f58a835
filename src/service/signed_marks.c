/* signed_marks.c - see signed_marks.h. */
#include "service/signed_marks.h"

#include <string.h>

#include "pdf/changes.h"
#include "pdf/look.h"
#include "pki/chain.h"
#include "pki/cms.h"
#include "util/arena.h"
#include "util/err.h"

/* A picture that is mostly red is a seal, any other picture a hand signature (NĐ 30/2020 PL I II.7.d, II.8.a). */
#define SEAL_RED_SHARE 0.5

struct reading {
	struct pd_doc *doc;
	struct pd_view view;
	struct bytes file;
	const struct cert_list *trust, *certs;
	int64_t at_ms;
	struct arena *arena;
};

static const char *dup(struct arena *arena, const char *text)
{
	return text ? arena_strdup(arena, text) : NULL;
}

static int digest_range(struct bytes file, const uint64_t range[4], enum digest_alg alg, struct digest *ret,
			struct err *err)
{
	AUTO(digest_freep) struct digest_ctx *ctx = NULL;

	if (digest_new(alg, &ctx, err) < 0)
		return -1;
	digest_update(ctx, (struct bytes){ file.p + range[0], range[1] });
	digest_update(ctx, (struct bytes){ file.p + range[2], range[3] });
	digest_final(ctx, ret);
	return 0;
}

/* The revision that the range covers to its end; -1 when it ends nowhere. */
static int64_t covered_revision(const struct pd_doc *doc, const uint64_t range[4])
{
	for (uint32_t r = 0; r < pd_revision_count(doc); r++) {
		const struct pd_revision *revision = pd_revision(doc, r);
		uint64_t end = range[2] + range[3];

		if (end == revision->end || end == revision->eof_end)
			return r;
	}
	return -1;
}

static const char *check_changes(struct reading *in, uint32_t revision)
{
	struct pd_change_report report;

	for (uint32_t r = revision + 1; r < pd_revision_count(in->doc); r++) {
		struct err err = ERR_INIT;

		if (pd_account(in->doc, r, &err) < 0)
			return dup(in->arena, err.detail);
	}
	if (pd_changes_after(in->doc, revision, in->arena, &report, NULL) < 0)
		return "what was changed after it cannot be read";
	if (report.verdict == PD_VERDICT_FORBIDDEN || report.verdict == PD_VERDICT_SUSPICIOUS)
		return report.count ? arena_printf(in->arena, "the document was changed after it: %s (%s)",
						   report.items[0].what, report.items[0].path)
				    : "the document was changed after it";
	return NULL;
}

/* Trust as --trust asks it: a valid path now. Revocation is the business of `kyso verify`, which can fetch. */
static bool leads_to_anchor(struct reading *in, struct cert *cert, const struct cert_list *own)
{
	AUTO(evidence_release) struct evidence given = { 0 };
	AUTO(chain_freep) struct chain *chain = NULL;
	AUTO(chain_result_freep) struct chain_result *result = NULL;
	struct chain_inputs inputs = { .anchors = in->trust, .certs = own, .evidence = &given };
	struct chain_options options = {
		.at_ms = in->at_ms, .use = CHAIN_USE_SIGNATURE, .ignore_revocation = true, .decide = true
	};

	for (size_t i = 0; i < in->certs->count; i++)
		if (cert_list_add(&given.certs, in->certs->items[i], NULL) < 0)
			return false;
	if (chain_new(&inputs, &chain, NULL) < 0 || chain_validate(chain, cert, &options, &result, NULL) < 0)
		return false;
	return result->status == CHAIN_VALID;
}

/* Why the signature does not do, or NULL. Fills the signer's names. */
static const char *check_signature(struct reading *in, const struct pd_signature *sig, struct signed_mark *mark)
{
	AUTO(cms_freep) struct cms *cms = NULL;
	struct err err = ERR_INIT;
	char detail[200] = "";
	uint64_t range[4];
	struct digest digest;
	struct cert *cert;
	int64_t revision;

	if (pd_signature_range(in->view, sig, range, &err) < 0 || cms_parse(pd_string(sig->contents), &cms, &err) < 0)
		return dup(in->arena, err.detail);
	cert = cms_signer_count(cms) == 1 ? cms_signer_cert(cms) : NULL;
	if (!cert)
		return "it does not hold its signer's certificate";
	mark->signer = dup(in->arena, cert_subject_attr(cert, "CN"));
	mark->organization = dup(in->arena, cert_subject_attr(cert, "O"));
	mark->trusted = in->trust->count == 0 || leads_to_anchor(in, cert, cms_certs(cms));
	if (digest_range(in->file, range, cms_digest_alg(cms), &digest, &err) < 0)
		return dup(in->arena, err.detail);
	if (cms_check(cms, &digest, 0, detail, sizeof(detail)) != CMS_OK)
		return arena_printf(in->arena, "its signature does not verify: %s", detail);
	revision = covered_revision(in->doc, range);
	if (revision < 0 || (uint32_t)revision < sig->revision)
		return "it does not cover a whole revision of the file";
	return check_changes(in, (uint32_t)revision);
}

static int read_place(struct reading *in, const struct pd_signature *sig, struct signed_mark *mark, struct err *err)
{
	const struct pd_widget *widget = sig->field->widget_count ? &sig->field->widgets[0] : NULL;
	struct pd_page page;
	struct pd_look look;

	if (!widget || widget->page_index < 0)
		return 0;
	if (pd_look_read(in->view, widget, in->arena, &look, err) < 0 ||
	    pd_page_load(in->view, (uint32_t)widget->page_index, &page, err) < 0)
		return -1;
	if (!look.visible)
		return 0;
	mark->person = look.picture && !(look.colour_known && look.red > SEAL_RED_SHARE);
	mark->page = (uint32_t)widget->page_index;
	mark->rect = pd_page_to_shown(&page, widget->rect);
	return 0;
}

static int read_one(struct reading *in, const struct pd_signature *sig, struct signed_mark *mark, struct err *err)
{
	mark->field = dup(in->arena, sig->field->name);
	mark->why_not = check_signature(in, sig, mark);
	mark->accepted = !mark->why_not;
	if (!mark->why_not && !mark->trusted)
		mark->why_not = "its certificate does not lead to a trusted root";
	return read_place(in, sig, mark, err);
}

int service_signed_marks(struct bytes file, const struct cert_list *trust, const struct cert_list *certs, int64_t at_ms,
			 struct arena *arena, struct signed_marks *ret, struct err *err)
{
	AUTO(pd_freep) struct pd_doc *doc = NULL;
	struct reading in = { .file = file, .trust = trust, .certs = certs, .at_ms = at_ms, .arena = arena };
	struct pd_signature_list list;
	struct signed_marks marks = { NULL, 0 };

	if (pd_open(file, PD_OPEN_STRICT, &doc, err) < 0)
		return -1;
	in.doc = doc;
	in.view = pd_view_last(doc);
	if (pd_signature_list(in.view, arena, &list, err) < 0)
		return -1;
	marks.items = ARENA_ARRAY(arena, struct signed_mark, list.count);
	if (!marks.items)
		return err_set(err, ERR_NO_MEMORY, "no memory for the signatures of a file");
	for (size_t i = 0; i < list.count; i++) {
		if (list.items[i].sub_filter.n && str_is(list.items[i].sub_filter, "ETSI.RFC3161"))
			continue;
		if (read_one(&in, &list.items[i], &marks.items[marks.count++], err) < 0)
			return -1;
	}
	if (pd_check(doc, err) < 0)
		return -1;
	*ret = marks;
	return 0;
}
