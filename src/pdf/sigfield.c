/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * sigfield.c - a signature field, new or found empty, and its signature dictionary with room for /ByteRange and
 * /Contents (ISO 32000-1 12.7.4.5, 12.8.1; EN 319 142-1 5.3). Refuses what earlier signatures forbid before anything is
 * put.
 */
#include <string.h>

#include "pdf/increment_priv.h"
#include "pdf/limits.h"
#include "util/err.h"

enum { ANNOT_PRINT = 4, ANNOT_LOCKED = 128, SIG_FLAGS = 3 /* SignaturesExist, AppendOnly */ };

struct target {
	const struct pd_signature_spec *spec;
	const struct pd_field *field; /* NULL = a new one */
	const char *name;
	struct pd_page page;       /* of a new one */
	const struct pd_obj *lock; /* of an existing one */
	bool time_stamp;
};

static bool is_invisible(struct pd_rect r)
{
	return r.x0 >= r.x1 || r.y0 >= r.y1;
}

/* ---- where ---- */

static const char *fresh_name(struct pd_inc *inc)
{
	for (int i = 1;; i++) {
		const char *name = arena_printf(inc->arena, "Signature%d", i);

		if (!name || inc_check_new_name(inc, name, NULL) == 0)
			return name;
	}
}

static bool has_value(struct pd_inc *inc, const struct pd_field *field)
{
	return pd_kind(pd_deref(inc->view, field->value_raw)) != PD_NULL;
}

static int check_existing(struct pd_inc *inc, const struct pd_field *field, struct err *err)
{
	if (field->type != PD_FIELD_SIGNATURE)
		return err_set(err, ERR_PDF_FIELD, "the field \"%s\" is not a signature field", field->name);
	if (has_value(inc, field))
		return err_set(err, ERR_PDF_FIELD, "the field \"%s\" is signed already", field->name);
	return 0;
}

static int find_target(struct pd_inc *inc, struct target *target, struct err *err)
{
	const struct pd_signature_spec *spec = target->spec;
	const struct pd_field_list *list;

	/* read first: the search for a fresh name below takes every failure for a name that is taken */
	if (inc_fields(inc, &list, err) < 0)
		return -1;
	if (spec->field_name && inc_find_field(inc, spec->field_name, &target->field, err) < 0)
		return -1;
	target->name = spec->field_name ? spec->field_name : fresh_name(inc);
	if (!target->name)
		return inc_no_memory(err);
	if (target->field) {
		target->lock = pd_get(inc->view, target->field->dict, "Lock");
		return check_existing(inc, target->field, err);
	}
	if (spec->must_exist)
		return err_set(err, ERR_PDF_FIELD, "there is no field \"%s\"",
			       spec->field_name ? spec->field_name : "");
	if (inc_check_new_name(inc, target->name, err) < 0)
		return -1;
	return pd_page_load(inc->view, spec->page_index, &target->page, err);
}

/* ---- may it be ---- */

static bool target_visible(const struct target *target)
{
	if (!target->field)
		return !is_invisible(target->spec->rect);
	return target->field->widget_count && !is_invisible(target->field->widgets[0].rect);
}

/* A document time-stamp without a picture is never a change (ISO 32000-2 12.8.2.2.2); a new visible field is none that
 * P=2 speaks of: form filling and signing need the field to be there. */
static int check_allowed(struct pd_inc *inc, const struct target *target, struct err *err)
{
	const struct inc_locks *locks;

	if (inc_locks(inc, &locks, err) < 0)
		return -1;
	if (target->spec->docmdp_p && locks->signature_count)
		return err_set(err, ERR_PDF_CERTIFY, "the file has %zu signatures; a certification must be the first",
			       locks->signature_count);
	if (target->time_stamp && !target_visible(target))
		return 0;
	if (locks->p == 1)
		return err_set(err, ERR_PDF_LOCKED,
			       "the file is certified with P=1: no change is permitted, no signature either");
	if (locks->p == 2 && !target->field && target_visible(target))
		return err_set(err, ERR_PDF_LOCKED,
			       "the file is certified with P=2: only an existing or an invisible field can be signed");
	return inc_check_lock(inc, target->name, err);
}

static int check_spec(const struct pd_inc *inc, const struct pd_signature_spec *spec, struct err *err)
{
	if (inc->signature.num)
		return err_set(err, ERR_PDF_SIGNATURE, "one increment takes one signature");
	if (spec->contents_bytes == 0 || spec->contents_bytes > PD_MAX_CONTENTS_BYTES)
		return err_set(err, ERR_PDF_LIMIT, "room for a signature of %zu bytes is not given",
			       spec->contents_bytes);
	if (spec->docmdp_p < 0 || spec->docmdp_p > 3)
		return err_set(err, ERR_USAGE, "the P of a certification is 1, 2 or 3");
	if ((spec->lock == PD_LOCK_INCLUDE || spec->lock == PD_LOCK_EXCLUDE) && spec->lock_field_count == 0)
		return err_set(err, ERR_USAGE, "a lock that includes or excludes fields must name them");
	return 0;
}

/* ---- locks as text ---- */

static int put_new_lock(struct buf *out, const struct pd_signature_spec *spec, struct err *err)
{
	static const char *const names[] = { "", "/All", "/Include", "/Exclude" };

	buf_puts(out, "/Action ");
	buf_puts(out, names[spec->lock]);
	if (spec->lock == PD_LOCK_ALL)
		return 0;
	buf_puts(out, " /Fields [");
	for (size_t i = 0; i < spec->lock_field_count; i++) {
		buf_puts(out, i ? " " : "");
		if (pd_put_text(out, spec->lock_fields[i], err) < 0)
			return -1;
	}
	buf_putc(out, ']');
	return 0;
}

/* The lock of this signature: of the existing field, or of the spec. Nothing is written when there is none. */
static int put_lock(struct pd_inc *inc, const struct target *target, struct buf *out, struct err *err)
{
	const struct pd_obj *fields = pd_get(inc->view, target->lock, "Fields");

	if (!target->field)
		return target->spec->lock == PD_LOCK_NONE ? 0 : put_new_lock(out, target->spec, err);
	if (pd_kind(pd_get(inc->view, target->lock, "Action")) != PD_NAME)
		return 0;
	buf_puts(out, "/Action ");
	pd_put_obj(out, pd_get(inc->view, target->lock, "Action"));
	if (pd_kind(fields) != PD_ARRAY)
		return 0;
	buf_puts(out, " /Fields [");
	for (size_t i = 0; i < pd_array_len(fields); i++) {
		buf_puts(out, i ? " " : "");
		pd_put_obj(out, pd_at(inc->view, fields, i));
	}
	buf_putc(out, ']');
	return 0;
}

/* /Reference: DocMDP for a certification, FieldMDP for a lock (12.8.1, table 253; FieldMDP needs /Data). */
static int put_references(struct pd_inc *inc, const struct target *target, struct buf *out, struct err *err)
{
	AUTO(buf_release) struct buf lock = BUF_INIT;

	if (put_lock(inc, target, &lock, err) < 0)
		return -1;
	if (!target->spec->docmdp_p && lock.len == 0)
		return 0;
	buf_puts(out, "/Reference [");
	if (target->spec->docmdp_p) {
		buf_puts(out,
			 "<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /P ");
		pd_put_int(out, target->spec->docmdp_p);
		buf_puts(out, " /V /1.2 >> >>");
	}
	if (lock.len) {
		buf_puts(out,
			 "<< /Type /SigRef /TransformMethod /FieldMDP /TransformParams << /Type /TransformParams ");
		buf_append(out, lock.data, lock.len);
		buf_puts(out, " /V /1.2 >> /Data ");
		pd_put_ref(out, pd_catalog_ref(inc->view));
		buf_puts(out, " >>");
	}
	buf_puts(out, "]\n");
	return 0;
}

/* ---- the signature dictionary ---- */

static int put_texts(const struct pd_signature_spec *spec, struct buf *out, struct err *err)
{
	const struct {
		const char *key, *value;
	} texts[] = { { "/M ", spec->m },
		      { "/Name ", spec->name },
		      { "/Reason ", spec->reason },
		      { "/Location ", spec->location },
		      { "/ContactInfo ", spec->contact_info } };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (!texts[i].value)
			continue;
		buf_puts(out, texts[i].key);
		if (pd_put_text(out, texts[i].value, err) < 0)
			return -1;
		buf_putc(out, '\n');
	}
	return 0;
}

static int put_signature(struct pd_inc *inc, const struct target *target, struct err *err)
{
	const struct pd_signature_spec *spec = target->spec;
	struct buf body = BUF_INIT;

	buf_reserve(&body, 2 * spec->contents_bytes + 1024);
	buf_puts(&body, target->time_stamp ? "<<\n/Type /DocTimeStamp\n" : "<<\n/Type /Sig\n");
	buf_puts(&body, "/Filter /Adobe.PPKLite\n/SubFilter ");
	pd_put_name(&body, str_of(spec->sub_filter));
	buf_puts(&body, "\n/ByteRange ");
	inc->range_at = body.len;
	buf_fill(&body, ' ', INC_RANGE_BYTES);
	buf_puts(&body, "\n/Contents ");
	inc->gap_at = body.len;
	buf_putc(&body, '<');
	buf_fill(&body, '0', 2 * spec->contents_bytes);
	buf_puts(&body, ">\n");
	if (put_texts(spec, &body, err) < 0 || put_references(inc, target, &body, err) < 0) {
		buf_release(&body);
		return -1;
	}
	buf_puts(&body, ">>");
	inc->contents_bytes = spec->contents_bytes;
	inc->signature = pd_inc_reserve(inc);
	inc->signature_index = inc->object_count;
	if (spec->docmdp_p)
		inc->docmdp = inc->signature;
	return inc_put_take(inc, inc->signature, &body, err);
}

/* ---- a new field, merged with its only widget ---- */

static int lock_object(struct pd_inc *inc, const struct pd_signature_spec *spec, struct pd_ref *ret, struct err *err)
{
	struct buf body = BUF_INIT;

	*ret = (struct pd_ref){ 0, 0 };
	if (spec->lock == PD_LOCK_NONE)
		return 0;
	buf_puts(&body, "<< /Type /SigFieldLock ");
	if (put_new_lock(&body, spec, err) < 0) {
		buf_release(&body);
		return -1;
	}
	buf_puts(&body, " >>");
	*ret = pd_inc_reserve(inc);
	return inc_put_take(inc, *ret, &body, err);
}

/* PDF/A-1 (ISO 19005-1 6.9) wants an appearance of every field, so one that shows nothing has an empty one. */
static int appearance_of(struct pd_inc *inc, const struct pd_signature_spec *spec, struct pd_rect rect,
			 struct pd_ref *ret, struct err *err)
{
	*ret = spec->appearance;
	if (ret->num)
		return 0;
	return inc_empty_form(inc, rect.x1 - rect.x0, rect.y1 - rect.y0, ret, err);
}

static int put_new_field(struct pd_inc *inc, const struct target *target, struct err *err)
{
	static const struct pd_rect nowhere = { 0, 0, 0, 0 };
	struct pd_rect rect = is_invisible(target->spec->rect) ? nowhere : target->spec->rect;
	AUTO(buf_release) struct buf body = BUF_INIT;
	struct pd_ref field = pd_inc_reserve(inc);
	struct pd_ref form, lock;

	if (appearance_of(inc, target->spec, rect, &form, err) < 0 || lock_object(inc, target->spec, &lock, err) < 0)
		return -1;
	buf_puts(&body, "<<\n/Type /Annot\n/Subtype /Widget\n/FT /Sig\n/T ");
	if (pd_put_text(&body, target->name, err) < 0)
		return -1;
	buf_puts(&body, "\n/V ");
	pd_put_ref(&body, inc->signature);
	buf_puts(&body, "\n/F ");
	pd_put_int(&body, ANNOT_PRINT | ANNOT_LOCKED);
	buf_puts(&body, "\n/P ");
	pd_put_ref(&body, target->page.ref);
	buf_puts(&body, "\n/Rect ");
	pd_put_rect(&body, rect);
	buf_puts(&body, "\n/AP << /N ");
	pd_put_ref(&body, form);
	buf_puts(&body, " >>");
	if (lock.num) {
		buf_puts(&body, "\n/Lock ");
		pd_put_ref(&body, lock);
	}
	buf_puts(&body, "\n>>");
	if (pd_inc_put(inc, field, &body, err) < 0 || inc_add_field(inc, target->name, field, err) < 0)
		return -1;
	return inc_add_widget(inc, &target->page, field, err);
}

/* ---- an existing field: only /V, and /AP and /F of its first widget ---- */

static size_t widget_changes(struct pd_inc *inc, const struct target *target, const struct pd_obj *widget,
			     struct buf values[2], struct pd_change out[2])
{
	size_t n = 0;

	if (target->spec->appearance.num) {
		buf_puts(&values[n], "<< /N ");
		pd_put_ref(&values[n], target->spec->appearance);
		buf_puts(&values[n], " >>");
		out[n] = (struct pd_change){ "AP", &values[n] };
		n++;
	}
	pd_put_int(&values[n], pd_int(pd_get(inc->view, widget, "F"), 0) | ANNOT_PRINT | ANNOT_LOCKED);
	out[n] = (struct pd_change){ "F", &values[n] };
	return n + 1;
}

static int put_changed(struct pd_inc *inc, struct pd_ref ref, const struct pd_obj *dict,
		       const struct pd_change *changes, size_t n, struct err *err)
{
	struct buf body = BUF_INIT;

	pd_put_dict_with(&body, dict, changes, n);
	return inc_put_take(inc, ref, &body, err);
}

static int fill_field(struct pd_inc *inc, const struct target *target, struct err *err)
{
	const struct pd_field *field = target->field;
	const struct pd_widget *widget = field->widget_count ? &field->widgets[0] : NULL;
	bool merged = widget && pd_ref_eq(widget->ref, field->ref);
	struct buf values[3] = { BUF_INIT };
	struct pd_change changes[3];
	size_t n = widget ? widget_changes(inc, target, widget->dict, values, changes) : 0;
	int rc = 0;

	pd_put_ref(&values[2], inc->signature);
	if (widget && !merged) {
		rc = put_changed(inc, widget->ref, widget->dict, changes, n, err);
		n = 0;
	}
	changes[n] = (struct pd_change){ "V", &values[2] };
	if (rc == 0)
		rc = put_changed(inc, field->ref, field->dict, changes, n + 1, err);
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		buf_release(&values[i]);
	return rc;
}

int pd_inc_signature(struct pd_inc *inc, const struct pd_signature_spec *spec, struct err *err)
{
	struct target target = { .spec = spec, .time_stamp = strcmp(spec->sub_filter, "ETSI.RFC3161") == 0 };

	if (check_spec(inc, spec, err) < 0 || find_target(inc, &target, err) < 0 ||
	    check_allowed(inc, &target, err) < 0)
		return -1;
	if (target.field && inc_check_seed(inc, target.field, spec, err) < 0)
		return -1;
	if (put_signature(inc, &target, err) < 0)
		return -1;
	inc->sig_flags = SIG_FLAGS;
	return target.field ? fill_field(inc, &target, err) : put_new_field(inc, &target, err);
}
