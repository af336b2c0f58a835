/*
 * change_form.c - what may change in the interactive form itself (ISO 32000-2 12.7.3): signature flags, default resources that only
 * grow, and the list of fields; each field by change_fields.c.
 */
#include <string.h>

#include "pdf/changes_private.h"
#include "util/arena.h"

static const char *const form_own[] = { "Fields", "SigFlags", "DR", "DA", "Q", "NeedAppearances", NULL };

static void form_item(struct pd_compare *cmp, enum pd_change_level level, const char *key, const char *what, const char *what_vi)
{
	change_add(cmp, level, 0, arena_printf(cmp->arena, "/Root/AcroForm/%s", key), what, what_vi);
}

/* Resources: what was there stays as it was; names may be added (another name for a signed resource does no harm). Two levels:
 * category, then name. */
static bool resources_grow(const struct pd_compare *cmp, const struct pd_obj *was, const struct pd_obj *is, int depth)
{
	const struct pd_obj *before = pd_deref(cmp->old, was);
	const struct pd_obj *after = pd_deref(cmp->now, is);
	struct pd_ref ref = pd_ref(is);

	if (ref.num && !(was && pd_ref_eq(pd_ref(was), ref)) && !change_is_fresh(cmp, ref))
		return false;
	if (pd_kind(after) != PD_DICT)
		return was && pd_equal(was, is);
	for (size_t i = 0; i < pd_dict_len(before); i++) {
		struct str key = pd_dict_key(before, i);
		char *name = arena_strndup(cmp->arena, key.p, key.n);
		const struct pd_obj *value = name ? pd_dict_raw(after, name) : NULL;

		if (!value)
			return false;
		if (!pd_equal(pd_dict_value_raw(before, i), value) && (depth == 0 || !resources_grow(cmp, pd_dict_value_raw(before, i), value, depth - 1)))
			return false;
	}
	return true;
}

static void check_entries(struct pd_compare *cmp, const struct pd_obj *before, const struct pd_obj *after)
{
	const struct pd_obj *flags = pd_dict_raw(after, "SigFlags");
	int64_t flags_was = pd_int(pd_get(cmp->old, before, "SigFlags"), 0);
	int64_t flags_is = pd_int(pd_get(cmp->now, after, "SigFlags"), 0);

	if (flags_was != flags_is)
		form_item(cmp, flags_is >= 0 && flags_is <= 3 && pd_kind(flags) == PD_INT ? PD_CHANGE_LTV : PD_CHANGE_OTHER, "SigFlags", "signature flags changed",
			  "đổi cờ chữ ký");
	if (!change_same_value(cmp, pd_dict_raw(before, "DR"), pd_dict_raw(after, "DR"))) {
		bool grows = pd_dict_has(after, "DR") && resources_grow(cmp, pd_dict_raw(before, "DR"), pd_dict_raw(after, "DR"), 1);

		form_item(cmp, grows ? PD_CHANGE_FORM : PD_CHANGE_OTHER, "DR", "form resources changed", "đổi tài nguyên biểu mẫu");
	}
	for (const char *const *key = (const char *const[]){ "DA", "Q", "NeedAppearances", NULL }; *key; key++)
		if (!change_same_value(cmp, pd_dict_raw(before, *key), pd_dict_raw(after, *key)))
			form_item(cmp, change_is_new_value(cmp, pd_dict_raw(after, *key)) ? PD_CHANGE_FORM : PD_CHANGE_OTHER, *key, "form default changed",
				  "đổi giá trị mặc định của biểu mẫu");
}

/* Every field that was listed at the top is still listed; an indirect list is the one of before or fresh. */
static void check_field_array(struct pd_compare *cmp, const struct pd_obj *was, const struct pd_obj *is)
{
	const struct pd_obj *before = pd_deref(cmp->old, was);
	const struct pd_obj *after = pd_deref(cmp->now, is);

	if (!change_is_new_value(cmp, is) && !(was && pd_equal(was, is)))
		form_item(cmp, PD_CHANGE_OTHER, "Fields", "the list of fields is another signed object", "danh sách trường trỏ vào đối tượng khác đã ký");
	for (size_t i = 0; i < pd_array_len(before); i++) {
		bool kept = false;

		for (size_t j = 0; j < pd_array_len(after); j++)
			kept |= pd_equal(pd_array_raw(before, i), pd_array_raw(after, j));
		if (!kept)
			form_item(cmp, PD_CHANGE_OTHER, "Fields", "a field removed from the form", "một trường bị xóa khỏi biểu mẫu");
	}
}

void change_check_form(struct pd_compare *cmp, const struct pd_obj *was, const struct pd_obj *is)
{
	const struct pd_obj *before = pd_deref(cmp->old, was);
	const struct pd_obj *after = pd_deref(cmp->now, is);
	const char *key;

	if (!was && !is)
		return;
	if (pd_kind(after) != PD_DICT || (!change_is_new_value(cmp, is) && !(was && pd_equal(was, is)))) {
		change_add(cmp, PD_CHANGE_OTHER, pd_ref(is).num, "/Root/AcroForm", "the form removed or replaced by another signed object",
			   "biểu mẫu bị xóa hoặc bị thay");
		return;
	}
	key = change_differing_key(cmp, before, after, form_own);
	if (key)
		form_item(cmp, PD_CHANGE_OTHER, key, "form entry changed", "mục của biểu mẫu bị thay đổi");
	check_entries(cmp, before, after);
	check_field_array(cmp, pd_dict_raw(before, "Fields"), pd_dict_raw(after, "Fields"));
	change_check_fields(cmp);
}
