/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * compose.c - the dictionaries that several steps of an increment change together, each written once and changed in
 * nothing else (what change analysis allows, docs/decisions/005): /Annots of pages, the AcroForm's /Fields, /SigFlags
 * and /DR, the catalog's /AcroForm, /Perms and /DSS. Whatever of these is an indirect object is updated as that object;
 * an object out of an object stream is written as a plain one.
 */
#include "pdf/increment_priv.h"
#include "util/err.h"

/* "[old raw items, new references]" */
static void put_array_with(struct buf *out, const struct pd_obj *array, const struct inc_refs *refs)
{
	size_t n = pd_array_len(array);

	buf_putc(out, '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_putc(out, ' ');
		pd_put_obj(out, pd_array_raw(array, i));
	}
	for (size_t i = 0; i < refs->count; i++) {
		if (n + i)
			buf_putc(out, ' ');
		pd_put_ref(out, refs->items[i]);
	}
	buf_putc(out, ']');
}

static int put_dict(struct pd_inc *inc, struct pd_ref ref, const struct pd_obj *dict, const struct pd_change *changes,
		    size_t n, struct err *err)
{
	struct buf body = BUF_INIT;

	pd_put_dict_with(&body, dict, changes, n);
	return inc_put_take(inc, ref, &body, err);
}

static int want_kind(const struct pd_obj *obj, enum pd_kind kind, const char *what, struct err *err)
{
	if (pd_kind(obj) == PD_NULL || pd_kind(obj) == kind)
		return 0;
	return err_set(err, ERR_PDF_STRUCTURE, "%s is not %s", what, kind == PD_DICT ? "a dictionary" : "an array");
}

/* ---- pages ---- */

static int compose_page(struct pd_inc *inc, const struct inc_page *edit, struct err *err)
{
	struct pd_ref holder;
	const struct pd_obj *annots = inc_resolve(inc, pd_dict_raw(edit->page.dict, "Annots"), &holder);
	struct buf text = BUF_INIT;
	int rc;

	if (want_kind(annots, PD_ARRAY, "/Annots of a page", err) < 0)
		return -1;
	put_array_with(&text, annots, &edit->widgets);
	if (holder.num)
		return inc_put_take(inc, holder, &text, err);
	rc = put_dict(inc, edit->page.ref, edit->page.dict, (struct pd_change[]){ { "Annots", &text } }, 1, err);
	buf_release(&text);
	return rc;
}

/* ---- the AcroForm ---- */

/* Up to four values of a dictionary that change. */
struct changes {
	struct pd_change items[4];
	struct buf values[4];
	size_t count;
};

static void changes_release(struct changes *changes)
{
	for (size_t i = 0; i < ARRAY_LEN(changes->values); i++)
		buf_release(&changes->values[i]);
}

static struct buf *change(struct changes *changes, const char *key)
{
	struct buf *value = &changes->values[changes->count];

	if (changes->count == ARRAY_LEN(changes->values))
		BUG("too many changes of one dictionary");
	changes->items[changes->count++] = (struct pd_change){ key, value };
	return value;
}

static int compose_fields(struct pd_inc *inc, const struct pd_obj *form, struct changes *changes, struct err *err)
{
	struct pd_ref holder;
	const struct pd_obj *fields = inc_resolve(inc, pd_dict_raw(form, "Fields"), &holder);
	struct buf text = BUF_INIT;

	if (want_kind(fields, PD_ARRAY, "/Fields of the AcroForm", err) < 0)
		return -1;
	if (inc->new_fields.count == 0 && pd_kind(fields) == PD_ARRAY)
		return 0;
	if (!holder.num) {
		put_array_with(change(changes, "Fields"), fields, &inc->new_fields);
		return 0;
	}
	put_array_with(&text, fields, &inc->new_fields);
	return inc_put_take(inc, holder, &text, err);
}

/* /DR /Font gains the font of text fields. */
static int compose_resources(struct pd_inc *inc, const struct pd_obj *form, struct changes *changes, struct err *err)
{
	struct pd_ref dr_holder, font_holder;
	const struct pd_obj *dr = inc_resolve(inc, pd_dict_raw(form, "DR"), &dr_holder);
	const struct pd_obj *fonts = inc_resolve(inc, pd_dict_raw(dr, "Font"), &font_holder);
	AUTO(buf_release) struct buf ref = BUF_INIT;
	AUTO(buf_release) struct buf fonts_text = BUF_INIT;
	struct pd_change font_change = { inc->form_font_name, &ref };
	struct pd_change dr_change = { "Font", &fonts_text };

	if (!inc->form_font_name)
		return 0;
	if (want_kind(dr, PD_DICT, "/DR of the AcroForm", err) < 0 ||
	    want_kind(fonts, PD_DICT, "/Font of the AcroForm's /DR", err) < 0)
		return -1;
	pd_put_ref(&ref, inc->form_font);
	if (font_holder.num)
		return put_dict(inc, font_holder, fonts, &font_change, 1, err);
	pd_put_dict_with(&fonts_text, fonts, &font_change, 1);
	if (dr_holder.num)
		return put_dict(inc, dr_holder, dr, &dr_change, 1, err);
	pd_put_dict_with(change(changes, "DR"), dr, &dr_change, 1);
	return 0;
}

static int compose_form(struct pd_inc *inc, struct changes *catalog, struct err *err)
{
	struct pd_ref holder;
	const struct pd_obj *form = inc_resolve(inc, pd_dict_raw(pd_catalog(inc->view), "AcroForm"), &holder);
	AUTO(changes_release) struct changes changes = { .count = 0 };
	int64_t flags = pd_int(pd_get(inc->view, form, "SigFlags"), 0);

	if (inc->new_fields.count == 0 && inc->sig_flags == 0 && !inc->form_font_name)
		return 0;
	if (want_kind(form, PD_DICT, "/AcroForm", err) < 0 || compose_fields(inc, form, &changes, err) < 0 ||
	    compose_resources(inc, form, &changes, err) < 0)
		return -1;
	if ((flags | inc->sig_flags) != flags)
		pd_put_int(change(&changes, "SigFlags"), flags | inc->sig_flags);
	if (changes.count == 0)
		return 0;
	if (!holder.num && pd_kind(form) == PD_DICT) {
		pd_put_dict_with(change(catalog, "AcroForm"), form, changes.items, changes.count);
		return 0;
	}
	if (!holder.num) {
		holder = pd_inc_reserve(inc);
		pd_put_ref(change(catalog, "AcroForm"), holder);
	}
	return put_dict(inc, holder, form, changes.items, changes.count, err);
}

/* ---- the rest of the catalog ---- */

static int compose_perms(struct pd_inc *inc, struct changes *catalog, struct err *err)
{
	struct pd_ref holder;
	const struct pd_obj *perms = inc_resolve(inc, pd_dict_raw(pd_catalog(inc->view), "Perms"), &holder);
	AUTO(buf_release) struct buf ref = BUF_INIT;
	struct pd_change docmdp = { "DocMDP", &ref };

	if (!inc->docmdp.num)
		return 0;
	if (want_kind(perms, PD_DICT, "/Perms", err) < 0)
		return -1;
	pd_put_ref(&ref, inc->docmdp);
	if (holder.num)
		return put_dict(inc, holder, perms, &docmdp, 1, err);
	pd_put_dict_with(change(catalog, "Perms"), perms, &docmdp, 1);
	return 0;
}

static int compose_dss(struct pd_inc *inc, struct changes *catalog, struct err *err)
{
	struct pd_ref holder;
	struct buf body = BUF_INIT;

	if (!inc_dss_changed(inc))
		return 0;
	inc_resolve(inc, pd_dict_raw(pd_catalog(inc->view), "DSS"), &holder);
	if (inc_dss_body(inc, &body, err) < 0) {
		buf_release(&body);
		return -1;
	}
	if (!holder.num) {
		holder = pd_inc_reserve(inc);
		pd_put_ref(change(catalog, "DSS"), holder);
	}
	return inc_put_take(inc, holder, &body, err);
}

int inc_compose(struct pd_inc *inc, struct err *err)
{
	AUTO(changes_release) struct changes catalog = { .count = 0 };

	for (size_t i = 0; i < inc->page_count; i++)
		if (compose_page(inc, &inc->pages[i], err) < 0)
			return -1;
	if (compose_form(inc, &catalog, err) < 0 || compose_perms(inc, &catalog, err) < 0 ||
	    compose_dss(inc, &catalog, err) < 0)
		return -1;
	if (catalog.count == 0)
		return 0;
	return put_dict(inc, pd_catalog_ref(inc->view), pd_catalog(inc->view), catalog.items, catalog.count, err);
}
