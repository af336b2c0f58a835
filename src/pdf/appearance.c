/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * appearance.c - what a mark looks like: a form XObject (ISO 32000-1 8.10) with at most one picture and lines of text,
 * upright on a rotated page (12.5.5: the matrix of the form). No n0/n2 layers: Acrobat no longer needs them.
 */
#include "pdf/increment_priv.h"
#include "util/err.h"
#include "util/text_vi.h"

static void put_numbers(struct buf *out, const double *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_putc(out, ' ');
		pd_put_number(out, v[i]);
	}
}

static void put_picture(struct buf *content, const struct pd_appearance *look)
{
	struct pd_rect r = look->image_rect;
	double m[6] = { r.x1 - r.x0, 0, 0, r.y1 - r.y0, r.x0, r.y0 };

	buf_puts(content, "q ");
	put_numbers(content, m, 6);
	buf_puts(content, " cm /Im0 Do Q\n");
}

/* Black text in the increment's subset of the font. */
static int put_line(struct pd_inc *inc, const struct pd_appearance *look, const struct pd_text_line *line,
		    struct pd_ref *ret_font, struct buf *content, struct err *err)
{
	double m[6] = { 1, 0, 0, 1, line->x, line->y };
	struct str nfc;

	if (text_vi_nfc(str_of(line->utf8), inc->arena, &nfc, err) < 0)
		return -1;
	buf_puts(content, "/F0 ");
	pd_put_number(content, line->size_pt);
	buf_puts(content, " Tf ");
	put_numbers(content, m, 6);
	buf_puts(content, " Tm ");
	if (inc_font_text(inc, look->font, nfc, ret_font, content, err) < 0)
		return -1;
	buf_puts(content, " Tj\n");
	return 0;
}

static int put_content(struct pd_inc *inc, const struct pd_appearance *look, struct pd_ref *ret_font,
		       struct buf *content, struct err *err)
{
	if (look->image.num)
		put_picture(content, look);
	if (look->line_count && !look->font)
		BUG("an appearance with text needs a font");
	for (size_t i = 0; i < look->line_count; i++) {
		buf_puts(content, i ? "" : "BT 0 g\n");
		if (put_line(inc, look, &look->lines[i], ret_font, content, err) < 0)
			return -1;
	}
	if (look->line_count)
		buf_puts(content, "ET\n");
	return buf_check(content, err);
}

static void put_form_head(struct buf *dict, double width, double height)
{
	buf_puts(dict, "/Type /XObject\n/Subtype /Form\n/BBox ");
	pd_put_rect(dict, (struct pd_rect){ 0, 0, width, height });
}

static void put_form_dict(struct buf *dict, const struct pd_page *page, const struct pd_appearance *look,
			  struct pd_ref font)
{
	put_form_head(dict, look->width, look->height);
	if (page && page->rotate) {
		struct pd_matrix m = pd_page_upright(page, look->width, look->height);

		buf_puts(dict, "\n/Matrix [");
		put_numbers(dict, (double[]){ m.a, m.b, m.c, m.d, m.e, m.f }, 6);
		buf_putc(dict, ']');
	}
	buf_puts(dict, "\n/Resources <<");
	if (look->image.num) {
		buf_puts(dict, " /XObject << /Im0 ");
		pd_put_ref(dict, look->image);
		buf_puts(dict, " >>");
	}
	if (font.num) {
		buf_puts(dict, " /Font << /F0 ");
		pd_put_ref(dict, font);
		buf_puts(dict, " >>");
	}
	buf_puts(dict, " >>");
}

int pd_inc_appearance(struct pd_inc *inc, const struct pd_page *page, const struct pd_appearance *look,
		      struct pd_ref *ret_form, struct err *err)
{
	AUTO(buf_release) struct buf content = BUF_INIT;
	AUTO(buf_release) struct buf dict = BUF_INIT;
	struct pd_ref font = { 0, 0 };
	struct pd_ref form;

	if (put_content(inc, look, &font, &content, err) < 0)
		return -1;
	put_form_dict(&dict, page, look, font);
	form = pd_inc_reserve(inc);
	if (pd_inc_put_stream(inc, form, &dict, (struct bytes){ (const uint8_t *)buf_str(&content), content.len },
			      /* flate= */ false, err) < 0)
		return -1;
	*ret_form = form;
	return 0;
}

int inc_empty_form(struct pd_inc *inc, double width, double height, struct pd_ref *ret_form, struct err *err)
{
	struct buf dict = BUF_INIT;

	put_form_head(&dict, width, height);
	*ret_form = pd_inc_reserve(inc);
	return inc_put_borrowed(inc, *ret_form, &dict, (struct bytes){ (const uint8_t *)"", 0 }, err);
}
