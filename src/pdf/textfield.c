/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * textfield.c - text fields (ISO 32000-1 12.7.4.3): the blanks for number and date, made before the person signs and
 * filled in by the clerk together with the seal. The appearance shows /V and nothing else (rule 17); /NeedAppearances
 * is never set.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pdf/field_encoding.h"
#include "pdf/increment_priv.h"
#include "util/err.h"
#include "util/opt.h"
#include "util/text_vi.h"

enum text_flag {
	TEXT_READ_ONLY = 1 << 0,
	TEXT_MULTILINE = 1 << 12,
	TEXT_PASSWORD = 1 << 13,
	TEXT_FILE_SELECT = 1 << 20,
	TEXT_COMB = 1 << 24,
	TEXT_RICH = 1 << 25
};

enum { ANNOT_PRINT = 4, MAX_PARENTS = 64, QUAD_LEFT = 0, QUAD_CENTER = 1, QUAD_RIGHT = 2 };

static const double auto_size_max_pt = 12;
static const double least_size_pt = 4;
static const double foreign_padding_pt = 2;

/* How a value is drawn in one widget. */
struct look {
	const struct pd_font *font;
	double size_pt, padding;
	int quad;
	struct str color;     /* operators, e.g. "0 g" */
	const char *resource; /* name of the field font in the resources; NULL = a subset for this appearance */
	struct pd_ref resource_font;
};

/* ---- the value ---- */

static int prepare_value(struct pd_inc *inc, const char *name, const char *utf8, const char **ret, struct err *err)
{
	struct str nfc;

	if (text_vi_nfc(str_of(utf8), inc->arena, &nfc, err) < 0)
		return err_prefix(err, "the value of field \"%s\"", name);
	for (size_t i = 0; i < nfc.n; i++)
		if ((unsigned char)nfc.p[i] < 0x20 || nfc.p[i] == 0x7f)
			return err_set(err, ERR_PDF_FIELD,
				       "the value of field \"%s\" has a control character at byte %zu", name, i);
	*ret = nfc.p;
	return 0;
}

/* One byte a character in the field font; false when a character has no code. */
static bool put_codes(struct buf *out, const char *text)
{
	AUTO(buf_release) struct buf bytes = BUF_INIT;
	struct str rest = str_of(text);
	uint32_t unicode;

	while (utf8_next(&rest, &unicode)) {
		int code = field_code(unicode);

		if (code < 0)
			return false;
		buf_putc(&bytes, (char)code);
	}
	pd_put_hex(out, (struct bytes){ (const uint8_t *)buf_str(&bytes), bytes.len });
	return true;
}

static bool has_codes(const char *text)
{
	AUTO(buf_release) struct buf scratch = BUF_INIT;

	return put_codes(&scratch, text);
}

/* ---- the appearance ---- */

/* The size asked for, or what fits: auto size (0) fills the height; too long a text is made smaller, down to a limit.
 */
static int fit_size(const struct look *look, const char *text, double width, double height, double *ret,
		    struct err *err)
{
	double line = pd_font_ascent(look->font, 1) - pd_font_descent(look->font, 1);
	double size = look->size_pt > 0 ? look->size_pt : fmin(auto_size_max_pt, height / line);
	double needed = pd_font_text_width(look->font, text, size);
	double room = width - 2 * look->padding;

	if (needed > room && needed > 0)
		size = floor(size * room / needed * 100.0) / 100.0;
	if (size < least_size_pt)
		return err_set(err, ERR_PDF_FIELD, "\"%s\" does not fit into a field of %.0f points", text, width);
	*ret = size;
	return 0;
}

static double text_x(const struct look *look, double width, double text_width)
{
	if (look->quad == QUAD_CENTER)
		return (width - text_width) / 2;
	return look->quad == QUAD_RIGHT ? width - look->padding - text_width : look->padding;
}

static int put_text(struct pd_inc *inc, const struct look *look, const char *text, double width, double height,
		    struct pd_ref *ret_font, struct buf *out, struct err *err)
{
	double size;
	double y;

	if (fit_size(look, text, width, height, &size, err) < 0)
		return -1;
	y = (height - pd_font_ascent(look->font, size) + pd_font_descent(look->font, size)) / 2 -
	    pd_font_descent(look->font, size);
	buf_puts(out, "q\n0 0 ");
	pd_put_number(out, width);
	buf_putc(out, ' ');
	pd_put_number(out, height);
	buf_puts(out, " re W n\nBT\n");
	buf_append(out, look->color.p, look->color.n);
	buf_puts(out, "\n/");
	buf_puts(out, look->resource ? look->resource : "F0");
	buf_putc(out, ' ');
	pd_put_number(out, size);
	buf_puts(out, " Tf\n");
	pd_put_number(out, text_x(look, width, pd_font_text_width(look->font, text, size)));
	buf_putc(out, ' ');
	pd_put_number(out, y);
	buf_puts(out, " Td\n");
	*ret_font = look->resource_font;
	if (look->resource)
		put_codes(out, text);
	else if (inc_font_text(inc, look->font, str_of(text), ret_font, out, err) < 0)
		return -1;
	buf_puts(out, " Tj\nET\nQ\n");
	return 0;
}

/* 12.7.3.3: the text between /Tx BMC and EMC. `rotate` is the widget's /MK /R: the appearance turns with it. */
static int put_look(struct pd_inc *inc, const struct look *look, const char *text, struct pd_rect rect, int rotate,
		    struct pd_ref *ret, struct err *err)
{
	bool sideways = rotate == 90 || rotate == 270;
	double width = sideways ? rect.y1 - rect.y0 : rect.x1 - rect.x0;
	double height = sideways ? rect.x1 - rect.x0 : rect.y1 - rect.y0;
	struct pd_page page = { .rotate = rotate, .user_unit = 1 };
	struct pd_matrix m = pd_page_upright(&page, width, height);
	AUTO(buf_release) struct buf content = BUF_INIT;
	AUTO(buf_release) struct buf dict = BUF_INIT;
	struct pd_ref font = { 0, 0 };

	buf_puts(&content, "/Tx BMC\n");
	if (*text && put_text(inc, look, text, width, height, &font, &content, err) < 0)
		return -1;
	buf_puts(&content, "EMC\n");
	buf_puts(&dict, "/Type /XObject\n/Subtype /Form\n/BBox ");
	pd_put_rect(&dict, (struct pd_rect){ 0, 0, width, height });
	if (rotate) {
		const double v[6] = { m.a, m.b, m.c, m.d, m.e, m.f };

		buf_puts(&dict, "\n/Matrix [");
		for (int i = 0; i < 6; i++) {
			buf_puts(&dict, i ? " " : "");
			pd_put_number(&dict, v[i]);
		}
		buf_putc(&dict, ']');
	}
	buf_puts(&dict, "\n/Resources <<");
	if (font.num) {
		buf_puts(&dict, " /Font << /");
		buf_puts(&dict, look->resource ? look->resource : "F0");
		buf_putc(&dict, ' ');
		pd_put_ref(&dict, font);
		buf_puts(&dict, " >>");
	}
	buf_puts(&dict, " >>");
	*ret = pd_inc_reserve(inc);
	return pd_inc_put_stream(inc, *ret, &dict, (struct bytes){ (const uint8_t *)buf_str(&content), content.len },
				 /* flate= */ false, err);
}

/* ---- the field font in /DR ---- */

static const struct pd_obj *form_dict(struct pd_inc *inc)
{
	return pd_get(inc->view, pd_catalog(inc->view), "AcroForm");
}

static const struct pd_obj *form_fonts(struct pd_inc *inc)
{
	return pd_get(inc->view, pd_get(inc->view, form_dict(inc), "DR"), "Font");
}

/* Finds our font among the file's, or puts it under a name that is free there. */
static int field_font(struct pd_inc *inc, const struct pd_font *font, const char **ret_name, struct pd_ref *ret,
		      struct err *err)
{
	const struct pd_obj *fonts = form_fonts(inc);
	const char *name = "KySo";

	for (size_t i = 0; i < pd_dict_len(fonts) && !inc->form_font_name; i++) {
		struct str key = pd_dict_key(fonts, i);
		const struct pd_obj *raw = pd_dict_value_raw(fonts, i);

		if (!str_starts(key, STR("KySo")) || pd_kind(raw) != PD_REF || !inc_is_field_font(inc, raw, font))
			continue;
		*ret_name = arena_strndup(inc->arena, key.p, key.n);
		*ret = pd_ref(raw);
		return *ret_name ? 0 : inc_no_memory(err);
	}
	for (int i = 1; name && !inc->form_font_name && pd_dict_has(fonts, name); i++)
		name = arena_printf(inc->arena, "KySo%d", i);
	if (!name)
		return inc_no_memory(err);
	if (inc_field_font(inc, font, ret, err) < 0)
		return -1;
	if (!inc->form_font_name)
		inc->form_font_name = name;
	*ret_name = inc->form_font_name;
	return 0;
}

/* ---- a new field ---- */

static int put_widget(struct pd_inc *inc, const struct pd_text_field_spec *spec, const struct pd_page *page,
		      const char *value, const struct look *look, struct err *err)
{
	AUTO(buf_release) struct buf body = BUF_INIT;
	struct pd_ref field, form;

	if (put_look(inc, look, value, spec->rect, page->rotate, &form, err) < 0)
		return -1;
	field = pd_inc_reserve(inc);
	buf_puts(&body, "<<\n/Type /Annot\n/Subtype /Widget\n/FT /Tx\n/Ff 0\n/T ");
	if (pd_put_text(&body, spec->name, err) < 0)
		return -1;
	buf_puts(&body, "\n/V ");
	if (pd_put_text(&body, value, err) < 0)
		return -1;
	buf_puts(&body, "\n/F ");
	pd_put_int(&body, ANNOT_PRINT);
	buf_puts(&body, "\n/P ");
	pd_put_ref(&body, page->ref);
	buf_puts(&body, "\n/Rect ");
	pd_put_rect(&body, spec->rect);
	buf_puts(&body, "\n/DA (/");
	buf_puts(&body, look->resource);
	buf_putc(&body, ' ');
	pd_put_number(&body, spec->size_pt);
	buf_puts(&body, " Tf 0 g)\n/Q ");
	pd_put_int(&body, look->quad);
	if (page->rotate) {
		buf_puts(&body, "\n/MK << /R ");
		pd_put_int(&body, page->rotate);
		buf_puts(&body, " >>");
	}
	buf_puts(&body, "\n/AP << /N ");
	pd_put_ref(&body, form);
	buf_puts(&body, " >>\n>>");
	if (pd_inc_put(inc, field, &body, err) < 0 || inc_add_field(inc, spec->name, field, err) < 0)
		return -1;
	return inc_add_widget(inc, page, field, err);
}

int pd_inc_text_field(struct pd_inc *inc, const struct pd_text_field_spec *spec, struct err *err)
{
	struct look look = { .font = spec->font, .size_pt = spec->size_pt, .quad = QUAD_CENTER, .color = STR("0 g") };
	const struct inc_locks *locks;
	const char *value;
	struct pd_page page;

	if (inc_locks(inc, &locks, err) < 0)
		return -1;
	if (locks->signature_count)
		return err_set(err, ERR_PDF_LOCKED,
			       "the file is signed; the field \"%s\" must be made before the first signature",
			       spec->name);
	if (spec->rect.x0 >= spec->rect.x1 || spec->rect.y0 >= spec->rect.y1)
		return err_set(err, ERR_PDF_FIELD, "the rectangle of the field \"%s\" is empty", spec->name);
	if (inc_check_new_name(inc, spec->name, err) < 0 || pd_page_load(inc->view, spec->page_index, &page, err) < 0 ||
	    prepare_value(inc, spec->name, spec->value ? spec->value : "", &value, err) < 0 ||
	    field_font(inc, spec->font, &look.resource, &look.resource_font, err) < 0)
		return -1;
	if (!has_codes(value))
		return err_set(err, ERR_FONT_GLYPH,
			       "the value of field \"%s\" has a character that the field font lacks", spec->name);
	return put_widget(inc, spec, &page, value, &look, err);
}

/* ---- an existing field ---- */

/* An attribute of the field, its parents, or the AcroForm (12.7.3.3: /DA and /Q are inheritable). */
static const struct pd_obj *inherited(struct pd_inc *inc, const struct pd_obj *dict, const char *key)
{
	for (int i = 0; i < MAX_PARENTS && pd_kind(dict) == PD_DICT; i++) {
		const struct pd_obj *value = pd_get(inc->view, dict, key);

		if (pd_kind(value) != PD_NULL)
			return value;
		dict = pd_get(inc->view, dict, "Parent");
	}
	return pd_get(inc->view, form_dict(inc), key);
}

static bool next_token(struct str *rest, struct str *ret)
{
	*rest = str_trim(*rest);
	ret->p = rest->p;
	ret->n = 0;
	while (ret->n < rest->n && (ret->n == 0 || ret->p[ret->n] != '/') && !strchr(" \t\r\n\f", ret->p[ret->n]))
		ret->n++;
	rest->p += ret->n;
	rest->n -= ret->n;
	return ret->n > 0;
}

/* Font, size and colour out of a default appearance string; what is not understood is left out. */
static void read_default_appearance(struct str da, struct str *ret_font, double *ret_size, struct str *ret_color)
{
	struct str window[5] = { { NULL, 0 } }; /* the last tokens, newest last */
	struct str token;

	while (next_token(&da, &token)) {
		size_t operands = str_is(token, "g") ? 1 : str_is(token, "rg") ? 3 : str_is(token, "k") ? 4 : 0;
		char number[32] = "";

		memmove(window, window + 1, sizeof(window) - sizeof(window[0]));
		window[4] = token;
		if (operands && window[4 - operands].p)
			*ret_color =
			    str_from(window[4 - operands].p, (size_t)(token.p + token.n - window[4 - operands].p));
		if (!str_is(token, "Tf") || window[2].n < 2 || window[3].n >= sizeof(number))
			continue;
		memcpy(number, window[3].p, window[3].n);
		*ret_font = str_from(window[2].p + 1, window[2].n - 1);
		if (opt_real(number, ret_size, NULL) < 0)
			*ret_size = 0;
	}
}

static int choose_look(struct pd_inc *inc, const struct pd_field *field, const struct pd_font *font, const char *text,
		       struct look *look, struct err *err)
{
	struct bytes da = pd_string(inherited(inc, field->dict, "DA"));
	struct str name = { NULL, 0 };
	const struct pd_obj *raw;

	*look = (struct look){ .font = font, .padding = foreign_padding_pt, .color = STR("0 g") };
	look->quad = (int)pd_int(inherited(inc, field->dict, "Q"), QUAD_LEFT);
	read_default_appearance(str_from((const char *)da.p, da.n), &name, &look->size_pt, &look->color);
	if (!str_starts(name, STR("KySo")) || !has_codes(text))
		return 0;
	look->resource = arena_strndup(inc->arena, name.p, name.n);
	if (!look->resource)
		return inc_no_memory(err);
	raw = pd_dict_raw(form_fonts(inc), look->resource);
	if (pd_kind(raw) == PD_REF && inc_is_field_font(inc, raw, font)) {
		look->resource_font = pd_ref(raw);
		look->padding = 0;
	} else {
		look->resource = NULL;
	}
	return 0;
}

static int check_fillable(struct pd_inc *inc, const struct pd_field *field, const char *text, struct err *err)
{
	static const struct {
		uint32_t flag;
		const char *what;
	} kinds[] = { { TEXT_READ_ONLY, "read-only" }, { TEXT_MULTILINE, "of several lines" },
		      { TEXT_PASSWORD, "a password" }, { TEXT_FILE_SELECT, "a file" },
		      { TEXT_COMB, "a comb" },         { TEXT_RICH, "rich text" } };
	const struct pd_obj *max = inherited(inc, field->dict, "MaxLen");
	const struct inc_locks *locks;

	if (field->type != PD_FIELD_TEXT)
		return err_set(err, ERR_PDF_FIELD, "the field \"%s\" is not a text field", field->name);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (field->flags & kinds[i].flag)
			return err_set(err, ERR_PDF_FIELD, "the field \"%s\" is %s", field->name, kinds[i].what);
	if (pd_kind(max) == PD_INT && utf8_count(str_of(text)) > (uint64_t)pd_int(max, 0))
		return err_set(err, ERR_PDF_FIELD, "the field \"%s\" takes %lld characters", field->name,
			       (long long)pd_int(max, 0));
	if (inc_locks(inc, &locks, err) < 0)
		return -1;
	if (locks->p == 1)
		return err_set(err, ERR_PDF_LOCKED, "the file is certified with P=1: the field \"%s\" cannot be filled",
			       field->name);
	return inc_check_lock(inc, field->name, err);
}

static int put_changed(struct pd_inc *inc, struct pd_ref ref, const struct pd_obj *dict, const struct buf *value,
		       const struct buf *ap, struct err *err)
{
	struct pd_change changes[2];
	struct buf body = BUF_INIT;
	size_t n = 0;

	if (value)
		changes[n++] = (struct pd_change){ "V", value };
	if (ap)
		changes[n++] = (struct pd_change){ "AP", ap };
	pd_put_dict_with(&body, dict, changes, n);
	return inc_put_take(inc, ref, &body, err);
}

static int fill_widget(struct pd_inc *inc, const struct pd_field *field, const struct pd_widget *widget,
		       const struct look *look, const char *text, const struct buf *value, struct err *err)
{
	int rotate = (int)pd_int(pd_get(inc->view, pd_get(inc->view, widget->dict, "MK"), "R"), 0);
	bool merged = pd_ref_eq(widget->ref, field->ref);
	AUTO(buf_release) struct buf ap = BUF_INIT;
	struct pd_ref form;

	if (put_look(inc, look, text, widget->rect, rotate == 90 || rotate == 180 || rotate == 270 ? rotate : 0, &form,
		     err) < 0)
		return -1;
	buf_puts(&ap, "<< /N ");
	pd_put_ref(&ap, form);
	buf_puts(&ap, " >>");
	return put_changed(inc, widget->ref, widget->dict, merged ? value : NULL, &ap, err);
}

int pd_inc_fill_text(struct pd_inc *inc, const char *name, const char *utf8, const struct pd_font *font,
		     struct err *err)
{
	AUTO(buf_release) struct buf value = BUF_INIT;
	const struct pd_field *field;
	const char *text;
	struct look look;
	bool merged = false;

	if (inc_find_field(inc, name, &field, err) < 0 || prepare_value(inc, name, utf8, &text, err) < 0)
		return -1;
	if (!field)
		return err_set(err, ERR_PDF_FIELD, "there is no field \"%s\"", name);
	if (check_fillable(inc, field, text, err) < 0 || choose_look(inc, field, font, text, &look, err) < 0 ||
	    pd_put_text(&value, text, err) < 0)
		return -1;
	for (size_t i = 0; i < field->widget_count; i++) {
		merged = merged || pd_ref_eq(field->widgets[i].ref, field->ref);
		if (fill_widget(inc, field, &field->widgets[i], &look, text, &value, err) < 0)
			return -1;
	}
	return merged ? 0 : put_changed(inc, field->ref, field->dict, &value, NULL, err);
}
