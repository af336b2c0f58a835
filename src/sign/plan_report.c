/* plan_report.c - a plan as JSON (kyso.plan/1) and as text for a terminal; see plan.h. */
#include "sign/plan.h"
#include "util/buf.h"
#include "util/json.h"

static struct json *rect_json(struct pd_rect_mm r)
{
	const double values[] = { r.x, r.y, r.w, r.h };
	struct json *array = js_new_array();

	for (size_t i = 0; i < 4; i++)
		js_add(array, js_new_real(values[i]));
	return array;
}

static struct json *strings_json(const char *const *items, size_t count)
{
	struct json *array = js_new_array();

	for (size_t i = 0; i < count; i++)
		js_add(array, js_new_string(items[i]));
	return array;
}

static struct json *mark_json(const struct planned_mark *mark)
{
	struct json *out = js_new_object();

	js_set_string(out, "kind", mark_info(mark->kind)->name);
	js_set_string(out, "signer", mark->signer);
	js_set_int(out, "page", mark->page + 1);
	js_set(out, "rect_mm", rect_json(mark->rect));
	js_set(out, "title", strings_json(mark->titles, mark->title_count));
	js_set(out, "clauses", strings_json(mark->clauses, mark->clause_count));
	if (mark->text)
		js_set_string(out, "text", mark->text);
	if (mark->warning_count)
		js_set(out, "warnings", strings_json(mark->warnings, mark->warning_count));
	return out;
}

static struct json *candidate_json(const struct sign_block *block)
{
	struct json *out = js_new_object();

	js_set_string(out, "name", block->name);
	js_set_int(out, "page", block->page + 1);
	js_set(out, "rect_mm", rect_json(block->name_rect));
	js_set(out, "room_mm", rect_json(block->room));
	js_set(out, "title", strings_json(block->titles, block->title_count));
	js_set_int(out, "score", block->score);
	js_set_string(out, "why_not", block->why_not);
	return out;
}

struct json *plan_json(const struct sign_plan *plan, const char *file)
{
	struct json *out = js_new_object();
	struct json *marks = js_new_array();
	struct json *candidates = js_new_array();

	js_set_string(out, "schema", "kyso.plan/1");
	js_set_string(out, "file", file);
	js_set_bool(out, "sure", plan->sure);
	js_set_string(out, "reason", plan->sure ? NULL : plan->reason_vi);
	if (!plan->sure)
		js_set_string(out, "reason_en", plan->reason_en);
	if (plan->sure)
		js_add(marks, mark_json(&plan->mark));
	for (size_t i = 0; i < plan->candidate_count; i++)
		js_add(candidates, candidate_json(&plan->candidates[i]));
	js_set(out, "marks", marks);
	js_set(out, "candidates", candidates);
	return out;
}

static void put_rect(struct buf *out, struct pd_rect_mm r, bool english)
{
	/* for people, not for PDF: the reader's own decimal sign is right here */
	buf_printf(out,
		   english ? "%.1f mm from the left, %.1f mm from the top, %.1f x %.1f mm"
			   : "cách trái %.1f mm, cách trên %.1f mm, rộng %.1f x cao %.1f mm",
		   r.x, r.y, r.w, r.h);
}

static void put_mark(const struct planned_mark *mark, bool english, struct buf *out)
{
	buf_printf(out, "%s", english ? mark_info(mark->kind)->en : mark_info(mark->kind)->vi);
	if (mark->signer)
		buf_printf(out, ": %s", mark->signer);
	buf_puts(out, "\n");
	for (size_t i = 0; i < mark->title_count; i++)
		buf_printf(out, "  %s\n", mark->titles[i]);
	if (mark->kind != MARK_NONE) {
		buf_printf(out, english ? "  page %u: " : "  trang %u: ", mark->page + 1);
		put_rect(out, mark->rect, english);
		buf_puts(out, "\n");
	}
	if (mark->text)
		buf_printf(out, "  \"%s\"\n", mark->text);
	for (size_t i = 0; i < mark->clause_count; i++)
		buf_printf(out, english ? "  by %s\n" : "  theo %s\n", mark->clauses[i]);
	for (size_t i = 0; i < mark->warning_count; i++)
		buf_printf(out, english ? "  warning: %s\n" : "  lưu ý: %s\n", mark->warnings[i]);
}

void plan_text(const struct sign_plan *plan, bool english, struct buf *out)
{
	if (plan->sure) {
		put_mark(&plan->mark, english, out);
		return;
	}
	buf_printf(out, english ? "not certain: %s\n" : "chưa xác định được: %s\n",
		   english ? plan->reason_en : plan->reason_vi);
	for (size_t i = 0; i < plan->candidate_count; i++) {
		const struct sign_block *block = &plan->candidates[i];

		buf_printf(out, english ? "  candidate: %s, page %u, " : "  khả năng: %s, trang %u, ", block->name,
			   block->page + 1);
		put_rect(out, block->name_rect, english);
		buf_printf(out, "%s%s\n", block->why_not ? ": " : "", block->why_not ? block->why_not : "");
	}
}
