/*
 * signed_marks.c - see signed_marks.h. There is one judge of signatures, src/verify; here its report is read for what
 * signing over a signature needs to know.
 */
#include "service/signed_marks.h"

#include <string.h>

#include "util/arena.h"
#include "util/err.h"
#include "util/json.h"
#include "verify/verify.h"

static const char *dup(struct arena *arena, const char *text)
{
	return text ? arena_strdup(arena, text) : NULL;
}

static bool is(const struct json *object, const char *key, const char *value)
{
	const char *text = js_get_string(object, key);

	return text && strcmp(text, value) == 0;
}

/* Accepted as unmodified: intact, covering its revision, nothing changed since but what may be. */
static bool accepted(const struct json *signature)
{
	const struct json *changes = js_find(signature, "changes");

	return is(signature, "integrity", "intact") &&
	       (is(signature, "coverage", "whole-file") || is(signature, "coverage", "revision")) &&
	       (is(changes, "verdict", "none") || is(changes, "verdict", "allowed"));
}

/* The first finding that is an error, else the first there is. */
static const char *reason(const struct json *signature)
{
	const struct json *findings = js_find(signature, "findings");
	const struct json *found = js_at(findings, 0);

	for (size_t i = js_count(findings); i-- > 0;)
		if (is(js_at(findings, i), "severity", "error"))
			found = js_at(findings, i);
	return js_get_string(found, "en");
}

static void read_mark(const struct json *signature, struct signed_mark *mark)
{
	const struct json *place = js_find(signature, "mark");
	const struct json *rect = js_find(place, "rect_mm");

	mark->person = is(place, "kind", "person");
	mark->page = (uint32_t)(js_get_int(place, "page", 1) - 1);
	mark->rect = (struct pd_rect_mm){ js_real(js_at(rect, 0), 0), js_real(js_at(rect, 1), 0),
					  js_real(js_at(rect, 2), 0), js_real(js_at(rect, 3), 0) };
}

static void read_signature(const struct json *signature, bool ask_trust, struct arena *arena, struct signed_mark *mark)
{
	const struct json *signer = js_find(signature, "signer");
	const struct json *chain = js_find(signature, "chain");
	const char *why = reason(signature);

	mark->field = dup(arena, js_get_string(signature, "field"));
	mark->signer = dup(arena, js_get_string(signer, "name"));
	mark->organization = dup(arena, js_get_string(signer, "organization"));
	mark->accepted = accepted(signature);
	mark->trusted = !is(chain, "revocation", "revoked") && (!ask_trust || is(chain, "status", "trusted"));
	if (!mark->accepted)
		mark->why_not = dup(arena, why ? why : "it is not intact");
	else if (!mark->trusted)
		mark->why_not = is(chain, "revocation", "revoked") ? "its certificate is revoked"
								   : "its certificate does not lead to a trusted root";
	read_mark(signature, mark);
}

static int read_report(const struct json *report, bool ask_trust, struct arena *arena, struct signed_marks *ret,
		       struct err *err)
{
	const struct json *signatures = js_find(report, "signatures");
	struct signed_marks marks = { ARENA_ARRAY(arena, struct signed_mark, js_count(signatures)), 0 };

	if (!marks.items)
		return err_set(err, ERR_NO_MEMORY, "no memory for the signatures of a file");
	for (size_t i = 0; i < js_count(signatures); i++)
		if (!is(js_at(signatures, i), "kind", "doc-timestamp"))
			read_signature(js_at(signatures, i), ask_trust, arena, &marks.items[marks.count++]);
	if (arena_failed(arena))
		return err_set(err, ERR_NO_MEMORY, "no memory for the signatures of a file");
	*ret = marks;
	return 0;
}

static int add_all(struct cert_list *to, const struct cert_list *from, struct err *err)
{
	for (size_t i = 0; i < from->count; i++)
		if (cert_list_add(to, from->items[i], err) < 0)
			return -1;
	return 0;
}

int service_signed_marks(struct bytes file, const struct cert_list *trust, const struct cert_list *certs, int64_t at_ms,
			 struct arena *arena, struct signed_marks *ret, struct err *err)
{
	AUTO(verify_material_release) struct verify_material material = { 0 };
	AUTO(js_freep) struct json *report = NULL;
	struct verify_options options = { .at_ms = at_ms,
					  .profile = VERIFY_VN }; /* which mark is which is the decree's question */

	if (add_all(&material.anchors, trust, err) < 0 || add_all(&material.certs, certs, err) < 0)
		return -1;
	if (verify_pdf(file, "", &material, &options, &report, NULL, err) < 0)
		return -1;
	return read_report(report, trust->count > 0, arena, ret, err);
}
