/*
 * change_fields.c - fields, one by one: a new signature field, an empty one signed, a form field filled. Names bind: a field keeps its
 * object, its place and everything but its value and appearance; one name is one object (rules 11, 13-17).
 */
#include <string.h>

#include "pdf/changes_private.h"
#include "util/arena.h"

enum { WIDGET_HIDDEN = 1 << 1, WIDGET_NO_VIEW = 1 << 5 };

static const double MAX_SIGNATURE_PT2 = 100000; /* a fifth of A4 */

static const char *const sign_keys[] = { "AP", "AS", "V", "F", "DA", "Q", "Ff", "Type", "M", NULL };
static const char *const signed_keys[] = { "Ff", "Type", NULL };
static const char *const fill_keys[] = { "V", "AP", "AS", "I", "RV", "TI", "Ff", "Type", "M", NULL };
static const char *const locked_keys[] = { "Ff", "Type", NULL };

static const char *field_path(struct pd_compare *cmp, const struct pd_field *field)
{
	const char *path = arena_printf(cmp->arena, "/Root/AcroForm/Fields(%s)", field->name);

	return path ? path : "/Root/AcroForm/Fields";
}

static void refuse(struct pd_compare *cmp, const struct pd_field *field, const char *what, const char *what_vi)
{
	change_add(cmp, PD_CHANGE_OTHER, field->ref.num, field_path(cmp, field), what, what_vi);
}

static bool visible(const struct pd_field *field)
{
	for (size_t i = 0; i < field->widget_count; i++) {
		const struct pd_widget *widget = &field->widgets[i];
		int64_t flags = pd_int(pd_dict_raw(widget->dict, "F"), 0);

		if (widget->rect.x1 > widget->rect.x0 && widget->rect.y1 > widget->rect.y0 && !(flags & (WIDGET_HIDDEN | WIDGET_NO_VIEW)))
			return true;
	}
	return false;
}

const struct pd_field *change_new_field_of_widget(const struct pd_compare *cmp, struct pd_ref widget)
{
	for (size_t i = 0; i < cmp->new_fields.count; i++) {
		const struct pd_field *field = &cmp->new_fields.items[i];

		for (size_t j = 0; j < field->widget_count; j++)
			if (pd_ref_eq(field->widgets[j].ref, widget))
				return field;
	}
	return NULL;
}

static const struct pd_obj *value_of(const struct pd_compare *cmp, const struct pd_field *field)
{
	return pd_deref(cmp->now, field->value_raw);
}

/* A document time-stamp that shows nothing changes nothing that a reader sees (ISO 32000-2 12.8.5.3). */
static enum pd_change_level signing_level(const struct pd_compare *cmp, const struct pd_field *field)
{
	const struct pd_obj *value = value_of(cmp, field);

	if (visible(field))
		return PD_CHANGE_FORM;
	if (!field->value_raw || pd_is_name(pd_dict_raw(value, "Type"), "DocTimeStamp"))
		return PD_CHANGE_LTV;
	return PD_CHANGE_FORM;
}

/* The signature dictionary of a field signed later: an object of its own that was not there. */
static bool signature_value_ok(const struct pd_compare *cmp, const struct pd_field *field)
{
	return pd_kind(field->value_raw) == PD_REF && change_is_fresh(cmp, pd_ref(field->value_raw)) && pd_kind(value_of(cmp, field)) == PD_DICT;
}

/* The largest area of a field's widgets, in square points: signature and seal of a letter take 15,000 at most, and a small page may
 * be filled by a signature without harm. */
static double largest_area(const struct pd_field *field)
{
	double most = 0;

	for (size_t i = 0; i < field->widget_count; i++) {
		const struct pd_rect *rect = &field->widgets[i].rect;
		double area = (rect->x1 - rect->x0) * (rect->y1 - rect->y0);

		most = area > most ? area : most;
	}
	return most;
}

/* A field is not a way to write on a signed page: an unsigned one that shows something, and one laid over much of the page. */
static void suspect_cover(const struct pd_compare *cmp, const struct pd_field *field, struct pd_change *item)
{
	bool paints = false;

	for (size_t i = 0; i < field->widget_count; i++)
		paints = paints || change_paints_content(cmp, field->widgets[i].dict);
	if (paints && !field->value_raw) {
		item->suspicious = true;
		item->what = "an unsigned signature field that shows something";
		item->what_vi = "trường chữ ký chưa ký nhưng hiển thị nội dung";
	} else if (paints && largest_area(field) > MAX_SIGNATURE_PT2) {
		item->suspicious = true;
		item->what = "a signature that covers much of a page";
		item->what_vi = "chữ ký che phần lớn trang";
	}
}

static void note_visible(struct pd_compare *cmp, const struct pd_field *field, struct pd_change *item)
{
	suspect_cover(cmp, field, item);
	if (change_locks_permission(cmp->locks))
		item->notice = true;
}

static void check_new_field(struct pd_compare *cmp, const struct pd_field *field)
{
	struct pd_change *item;

	if (field->type != PD_FIELD_SIGNATURE) {
		refuse(cmp, field, "a form field added", "thêm trường biểu mẫu");
		return;
	}
	if (!change_is_fresh(cmp, field->ref) || pd_dict_has(field->dict, "Parent")) {
		refuse(cmp, field, "a signature field made of a signed object", "trường chữ ký dùng lại đối tượng đã ký");
		return;
	}
	if (field->value_raw && !signature_value_ok(cmp, field)) {
		refuse(cmp, field, "a signature that is not an object of its own", "chữ ký không phải đối tượng riêng");
		return;
	}
	if (pd_dict_has(field->dict, "A") || pd_dict_has(field->dict, "AA")) {
		refuse(cmp, field, "a signature field with an action", "trường chữ ký kèm hành động");
		return;
	}
	item = change_add(cmp, signing_level(cmp, field), field->ref.num, field_path(cmp, field),
			  field->value_raw ? "signature added" : "signature field added", field->value_raw ? "thêm chữ ký" : "thêm trường chữ ký");
	if (visible(field))
		note_visible(cmp, field, item);
}

/* Appearances are streams of their own, or the field's own rewritten ones; nothing of the signed content is re-used. */
static bool appearance_ok(const struct pd_compare *cmp, const struct pd_obj *was, const struct pd_obj *is, int depth)
{
	struct pd_ref ref = pd_ref(is);
	const struct pd_obj *after = pd_deref(cmp->now, is);
	const struct pd_obj *before = pd_deref(cmp->old, was);

	if (!is)
		return true;
	if (ref.num && !change_is_fresh(cmp, ref) && !(was && pd_ref_eq(pd_ref(was), ref)))
		return false;
	if (pd_kind(after) == PD_STREAM)
		return true;
	if (pd_kind(after) != PD_DICT || depth == 0)
		return pd_kind(after) == PD_NULL;
	for (size_t i = 0; i < pd_dict_len(after); i++) {
		struct str key = pd_dict_key(after, i);
		char *name = arena_strndup(cmp->arena, key.p, key.n);

		if (!name || !appearance_ok(cmp, pd_dict_raw(before, name), pd_dict_value_raw(after, i), depth - 1))
			return false;
	}
	return true;
}

/* /Type may be added or left out, not made something else. */
static bool type_kept(const struct pd_obj *was, const struct pd_obj *is)
{
	const struct pd_obj *type = pd_dict_raw(is, "Type");

	return !type || pd_is_name(type, "Annot") || pd_equal(pd_dict_raw(was, "Type"), type);
}

/* An indirect /AP that the field lets go of was the field's alone. */
static bool appearance_released(const struct pd_compare *cmp, const struct pd_obj *was, const struct pd_obj *is)
{
	struct pd_ref ref = pd_ref(pd_dict_raw(was, "AP"));

	return !ref.num || pd_ref_eq(ref, pd_ref(pd_dict_raw(is, "AP"))) || change_used_once(cmp, ref.num);
}

static void check_signature_field(struct pd_compare *cmp, const struct pd_field *was, const struct pd_field *is)
{
	const char *key;

	if (was->value_raw) {
		key = change_differing_key(cmp, was->dict, is->dict, signed_keys);
		if (key)
			refuse(cmp, is, "a signed field changed", "trường đã ký bị sửa");
		return;
	}
	key = change_differing_key(cmp, was->dict, is->dict, sign_keys);
	if (key || !type_kept(was->dict, is->dict) || !appearance_released(cmp, was->dict, is->dict) || !appearance_ok(cmp, pd_dict_raw(was->dict, "AP"), pd_dict_raw(is->dict, "AP"), 2)) {
		refuse(cmp, is, "more than the signature of a field changed", "trường chữ ký bị sửa ngoài việc ký");
		return;
	}
	if (!is->value_raw) {
		suspect_cover(cmp, is,
			      change_add(cmp, PD_CHANGE_FORM, is->ref.num, field_path(cmp, is), "empty signature field changed", "sửa trường chữ ký trống"));
		return;
	}
	if (change_locks_field(cmp->locks, is->name)) {
		refuse(cmp, is, "a locked field signed", "ký vào trường đã khóa");
		return;
	}
	if (!signature_value_ok(cmp, is)) {
		refuse(cmp, is, "a signature that is not an object of its own", "chữ ký không phải đối tượng riêng");
		return;
	}
	note_visible(cmp, is, change_add(cmp, signing_level(cmp, is), is->ref.num, field_path(cmp, is), "signature field signed", "ký vào trường chữ ký"));
}

static bool value_ok(const struct pd_compare *cmp, const struct pd_field *was, const struct pd_field *is)
{
	struct pd_ref ref = pd_ref(is->value_raw);

	if (!ref.num || change_is_fresh(cmp, ref))
		return true;
	return was->value_raw && pd_ref_eq(pd_ref(was->value_raw), ref);
}

static const char *text_value(struct pd_compare *cmp, struct pd_view view, const struct pd_field *field)
{
	const struct pd_obj *value = pd_deref(view, field->value_raw);
	struct str name = pd_name(value);

	if (pd_kind(value) == PD_NAME)
		return arena_strndup(cmp->arena, name.p, name.n);
	return pd_kind(value) == PD_STRING ? pd_text_string(value, cmp->arena) : NULL;
}

static void check_filled(struct pd_compare *cmp, const struct pd_field *was, const struct pd_field *is, const struct pd_obj *before,
			 const struct pd_obj *after)
{
	const char *key = change_differing_key(cmp, before, after, fill_keys);
	struct pd_change *item;

	if (key || !type_kept(before, after)) {
		refuse(cmp, is, "more than the value of a field changed", "trường biểu mẫu bị sửa ngoài giá trị");
		return;
	}
	if (change_locks_field(cmp->locks, is->name) && change_differing_key(cmp, before, after, locked_keys)) {
		refuse(cmp, is, "a locked field changed", "trường đã khóa bị sửa");
		return;
	}
	if (!value_ok(cmp, was, is) || !appearance_ok(cmp, pd_dict_raw(before, "AP"), pd_dict_raw(after, "AP"), 2)) {
		refuse(cmp, is, "value or appearance re-uses signed content", "giá trị hoặc hình hiển thị dùng lại nội dung đã ký");
		return;
	}
	item = change_add(cmp, PD_CHANGE_FORM, is->ref.num, field_path(cmp, is), "form field filled", "điền trường biểu mẫu");
	item->old_value = text_value(cmp, cmp->old, was);
	item->new_value = text_value(cmp, cmp->now, is);
	change_check_appearance(cmp, is, after, item);
}

/* Objects of a field's own (value, appearance) may be rewritten without the field dictionary itself changing. */
static bool parts_changed(const struct pd_compare *cmp, const struct pd_obj *was, const struct pd_obj *is, int depth)
{
	const struct pd_obj *before = pd_deref(cmp->old, was);
	const struct pd_obj *after = pd_deref(cmp->now, is);

	if (!pd_equal(before, after))
		return true;
	for (size_t i = 0; depth && pd_kind(before) == PD_DICT && i < pd_dict_len(before); i++)
		if (parts_changed(cmp, pd_dict_value_raw(before, i), pd_dict_value_raw(after, i), depth - 1))
			return true;
	return false;
}

static bool dict_changed(const struct pd_compare *cmp, const struct pd_field *field, bool was_empty, const struct pd_obj *before,
			 const struct pd_obj *after)
{
	if (!pd_equal(before, after))
		return true;
	if (field->type == PD_FIELD_SIGNATURE && field->value_raw && !was_empty)
		return false; /* its parts have no role: changing them is refused by number */
	return parts_changed(cmp, pd_dict_raw(before, "V"), pd_dict_raw(after, "V"), 0) ||
	       parts_changed(cmp, pd_dict_raw(before, "AP"), pd_dict_raw(after, "AP"), 2);
}

static void check_widgets(struct pd_compare *cmp, const struct pd_field *was, const struct pd_field *is)
{
	if (was->widget_count != is->widget_count) {
		refuse(cmp, is, "widgets of a field added or removed", "thêm hoặc bớt hình hiển thị của trường");
		return;
	}
	for (size_t i = 0; i < was->widget_count; i++) {
		const struct pd_widget *before = &was->widgets[i];
		const struct pd_widget *after = &is->widgets[i];

		if (!pd_ref_eq(before->ref, after->ref)) {
			refuse(cmp, is, "a widget of a field replaced", "hình hiển thị của trường bị thay");
			return;
		}
		if (pd_ref_eq(before->ref, was->ref) || !dict_changed(cmp, is, !was->value_raw, before->dict, after->dict))
			continue;
		if (is->type == PD_FIELD_SIGNATURE)
			refuse(cmp, is, "the widget of a signature changed", "hình hiển thị của chữ ký bị sửa");
		else
			check_filled(cmp, was, is, before->dict, after->dict);
	}
}

static void check_old_field(struct pd_compare *cmp, const struct pd_field *was, const struct pd_field *is)
{
	if (!pd_ref_eq(was->ref, is->ref) || was->type != is->type) {
		refuse(cmp, is, "a field of the same name put in another's place", "trường cùng tên bị đánh tráo");
		return;
	}
	if (dict_changed(cmp, is, !was->value_raw, was->dict, is->dict)) {
		if (is->type == PD_FIELD_SIGNATURE)
			check_signature_field(cmp, was, is);
		else
			check_filled(cmp, was, is, was->dict, is->dict);
	}
	check_widgets(cmp, was, is);
}

static const struct pd_field *find_unique(struct pd_compare *cmp, const struct pd_field_list *list, const struct pd_field *wanted)
{
	const struct pd_field *found = NULL;

	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->items[i].name, wanted->name) != 0)
			continue;
		if (found && list == &cmp->new_fields)
			refuse(cmp, wanted, "two fields of one name", "hai trường trùng tên");
		if (!found || pd_ref_eq(list->items[i].ref, wanted->ref))
			found = &list->items[i];
	}
	return found;
}

void change_check_fields(struct pd_compare *cmp)
{
	for (size_t i = 0; i < cmp->old_fields.count; i++) {
		const struct pd_field *was = &cmp->old_fields.items[i];
		const struct pd_field *is = find_unique(cmp, &cmp->new_fields, was);

		if (!is)
			refuse(cmp, was, "a field removed", "một trường bị xóa");
		else
			check_old_field(cmp, was, is);
	}
	for (size_t i = 0; i < cmp->new_fields.count; i++) {
		const struct pd_field *is = &cmp->new_fields.items[i];

		if (!find_unique(cmp, &cmp->old_fields, is))
			check_new_field(cmp, is);
	}
}
