/*
 * change_pages.c - pages keep everything but their list of annotations, which may only gain: widgets of fields that change_fields.c
 * judges, and annotations by subtype (ISO 32000-2 12.5; rule 16).
 */
#include <string.h>

#include "pdf/changes_private.h"
#include "util/arena.h"

static const char *const page_own[] = { "Annots", "Tabs", NULL };

/* Annotations that comment without painting over content. Everything else can deceive and is suspicious even where it is permitted. */
static const char *const quiet_subtypes[] = { "Text", "Popup", "Highlight", "Underline", "StrikeOut", "Squiggly", "Ink" };

static const char *page_path(const struct pd_compare *cmp, const struct pd_page *page, const char *rest)
{
	const char *path = arena_printf(cmp->arena, "/Root/Pages[%u]%s", page->index, rest);

	return path ? path : "/Root/Pages";
}

static bool quiet(const struct pd_obj *subtype)
{
	for (size_t i = 0; i < ARRAY_LEN(quiet_subtypes); i++)
		if (pd_is_name(subtype, quiet_subtypes[i]))
			return true;
	return false;
}

void change_check_annotation(struct pd_compare *cmp, const struct pd_page *page, const struct pd_obj *raw, size_t index)
{
	const struct pd_obj *annotation = pd_deref(cmp->now, raw);
	const struct pd_obj *subtype = pd_get(cmp->now, annotation, "Subtype");
	const struct pd_obj *contents = pd_get(cmp->now, annotation, "Contents");
	const char *path = page_path(cmp, page, arena_printf(cmp->arena, "/Annots[%zu]", index));
	struct pd_change *item;

	if (pd_kind(raw) != PD_REF || !change_is_fresh(cmp, pd_ref(raw)) || pd_kind(annotation) != PD_DICT) {
		change_add(cmp, PD_CHANGE_OTHER, pd_ref(raw).num, path, "an annotation that is no object of its own", "chú thích không hợp lệ");
		return;
	}
	if (pd_is_name(subtype, "Widget") || pd_dict_has(annotation, "A") || pd_dict_has(annotation, "AA")) {
		change_add(cmp, PD_CHANGE_OTHER, pd_ref(raw).num, path, "a widget without a field, or an annotation with an action", "chú thích kèm hành động");
		return;
	}
	item = change_add(cmp, PD_CHANGE_ANNOTATION, pd_ref(raw).num, path, "annotation added", "thêm chú thích");
	item->suspicious = !quiet(subtype) || change_paints_content(cmp, annotation);
	item->new_value = pd_kind(contents) == PD_STRING ? pd_text_string(contents, cmp->arena) : NULL;
}

static void check_added(struct pd_compare *cmp, const struct pd_page *page, const struct pd_obj *raw, size_t index)
{
	const struct pd_field *field = change_new_field_of_widget(cmp, pd_ref(raw));

	if (!field) {
		change_check_annotation(cmp, page, raw, index);
		return;
	}
	if (change_is_fresh(cmp, pd_ref(raw)))
		return; /* a new field's widget: judged with the field */
	change_add(cmp, PD_CHANGE_FORM, pd_ref(raw).num, page_path(cmp, page, "/Annots"), "a field's widget put on the page", "đặt hình hiển thị của trường lên trang");
}

/* The old list is a subsequence of the new one; what is left over was added. */
static void check_annots(struct pd_compare *cmp, const struct pd_page *page, const struct pd_obj *before, const struct pd_obj *after)
{
	size_t next = 0;

	for (size_t i = 0; i < pd_array_len(after); i++) {
		const struct pd_obj *raw = pd_array_raw(after, i);

		if (next < pd_array_len(before) && pd_equal(raw, pd_array_raw(before, next)))
			next++;
		else
			check_added(cmp, page, raw, i);
	}
	if (next < pd_array_len(before))
		change_add(cmp, PD_CHANGE_OTHER, page->ref.num, page_path(cmp, page, "/Annots"), "an annotation removed or moved", "chú thích bị xóa hoặc bị đổi chỗ");
}

static void check_page(struct pd_compare *cmp, const struct pd_page *page)
{
	const struct pd_obj *is = pd_load(cmp->now, page->ref);
	const struct pd_obj *annots_was = pd_dict_raw(page->dict, "Annots");
	const struct pd_obj *annots_is = pd_dict_raw(is, "Annots");
	const char *key = change_differing_key(cmp, page->dict, is, page_own);

	if (key)
		change_add(cmp, PD_CHANGE_OTHER, page->ref.num, page_path(cmp, page, arena_printf(cmp->arena, "/%s", key)), "page changed", "trang bị thay đổi");
	if (!pd_equal(pd_dict_raw(page->dict, "Tabs"), pd_dict_raw(is, "Tabs")) && pd_dict_has(is, "Tabs"))
		change_add(cmp, pd_kind(pd_dict_raw(is, "Tabs")) == PD_NAME ? PD_CHANGE_FORM : PD_CHANGE_OTHER, page->ref.num, page_path(cmp, page, "/Tabs"),
			   "tab order changed", "đổi thứ tự tab");
	if (annots_is && pd_kind(annots_is) == PD_REF && !change_is_fresh(cmp, pd_ref(annots_is)) &&
	    !(annots_was && pd_equal(annots_was, annots_is)))
		change_add(cmp, PD_CHANGE_OTHER, page->ref.num, page_path(cmp, page, "/Annots"), "the list of annotations is another signed object",
			   "danh sách chú thích trỏ vào đối tượng khác đã ký");
	check_annots(cmp, page, pd_deref(cmp->old, annots_was), pd_deref(cmp->now, annots_is));
}

/* A page needs a look only when it or its indirect /Annots was written after the signature. */
static bool touched(const struct pd_compare *cmp, const struct pd_page *page)
{
	struct pd_ref annots = pd_ref(pd_dict_raw(page->dict, "Annots"));

	if (pd_entry_revision(cmp->now, page->ref.num) > cmp->old.revision)
		return true;
	return annots.num && pd_find_entry(cmp->now, annots.num) && pd_entry_revision(cmp->now, annots.num) > cmp->old.revision;
}

void change_check_pages(struct pd_compare *cmp)
{
	struct pd_page page;
	uint32_t count;

	if (pd_page_count(cmp->old, &count, NULL) < 0)
		return;
	for (uint32_t i = 0; i < count; i++)
		if (pd_page_load(cmp->old, i, &page, NULL) == 0 && touched(cmp, &page))
			check_page(cmp, &page);
}
