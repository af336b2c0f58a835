/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * font_embed.c - fonts as objects of an increment: the Type 0 font of appearances (ISO 32000-1 9.7, Identity-H) and the
 * simple font of text fields, which other readers can edit with (docs/decisions/006).
 */
#include <stdlib.h>
#include <string.h>

#include "pdf/field_encoding.h"
#include "pdf/increment_priv.h"
#include "util/err.h"
#include "util/text_vi.h"

enum { FLAG_FIXED = 1, FLAG_SERIF = 2, FLAG_SYMBOLIC = 4, FLAG_NONSYMBOLIC = 32, FLAG_ITALIC = 64 };

/* Every subset begins with these, so that two copies of one letter differ in their time and not in their font. */
static const char always[] = " 0123456789/:.,-+()";

static int find_font(struct pd_inc *inc, const struct pd_font *font, struct inc_font **ret, struct err *err)
{
	size_t n = inc->font_count;
	struct inc_font *fonts;
	unsigned cid;

	for (size_t i = 0; i < n; i++) {
		*ret = &inc->fonts[i];
		if (inc->fonts[i].font == font)
			return 0;
	}
	fonts = arena_grow(inc->arena, inc->fonts, n * sizeof(*fonts), (n + 1) * sizeof(*fonts));
	if (!fonts)
		return inc_no_memory(err);
	inc->fonts = fonts;
	fonts[n] = (struct inc_font){ .font = font, .ref = pd_inc_reserve(inc) };
	inc->font_count++;
	for (const char *p = always; *p; p++)
		if (font_glyph(font, (uint8_t)*p) &&
		    font_subset_add(&fonts[n].subset, font, (uint8_t)*p, &cid, err) < 0)
			return -1;
	*ret = &fonts[n];
	return 0;
}

int inc_font_text(struct pd_inc *inc, const struct pd_font *font, struct str nfc, struct pd_ref *ret_font,
		  struct buf *out, struct err *err)
{
	struct inc_font *entry = NULL;
	uint32_t code;
	unsigned cid;

	if (find_font(inc, font, &entry, err) < 0)
		return -1;
	buf_putc(out, '<');
	while (utf8_next(&nfc, &code)) {
		uint8_t two[2];

		if (font_subset_add(&entry->subset, font, code, &cid, err) < 0)
			return -1;
		two[0] = (uint8_t)(cid >> 8);
		two[1] = (uint8_t)cid;
		for (int i = 0; i < 2; i++) {
			buf_putc(out, "0123456789ABCDEF"[two[i] >> 4]);
			buf_putc(out, "0123456789ABCDEF"[two[i] & 15]);
		}
	}
	buf_putc(out, '>');
	*ret_font = entry->ref;
	return 0;
}

/* ---- objects that both kinds share ---- */

static struct bytes bytes_of(const struct buf *buf)
{
	return (struct bytes){ (const uint8_t *)buf_str(buf), buf->len };
}

static int put_flate(struct pd_inc *inc, const struct buf *data, size_t length1, struct pd_ref *ret, struct err *err)
{
	struct buf dict = BUF_INIT;

	*ret = pd_inc_reserve(inc);
	buf_puts(&dict, "/Filter /FlateDecode");
	if (length1) {
		buf_puts(&dict, "\n/Length1 ");
		pd_put_int(&dict, (int64_t)length1);
	}
	return inc_put_borrowed(inc, *ret, &dict, bytes_of(data), err);
}

static void put_base_name(struct buf *out, const struct pd_font *font, const struct font_face *face)
{
	buf_putc(out, '/');
	buf_puts(out, face->tag);
	buf_putc(out, '+');
	buf_puts(out, font->name);
	buf_putc(out, '\n');
}

static void put_key_int(struct buf *out, const char *key, int64_t v)
{
	buf_putc(out, '/');
	buf_puts(out, key);
	buf_putc(out, ' ');
	pd_put_int(out, v);
	buf_putc(out, '\n');
}

static int descriptor_flags(const struct pd_font *font, bool simple)
{
	return (font->fixed_pitch ? FLAG_FIXED : 0) | (font->serif ? FLAG_SERIF : 0) |
	       (font->italic_angle < 0 ? FLAG_ITALIC : 0) | (simple ? FLAG_NONSYMBOLIC : FLAG_SYMBOLIC);
}

static int put_descriptor(struct pd_inc *inc, const struct pd_font *font, const struct font_face *face,
			  struct pd_ref *ret, struct err *err)
{
	struct buf body = BUF_INIT;
	struct pd_ref program;
	struct pd_ref cid_set = { 0, 0 };

	if (put_flate(inc, &face->program, face->program_bytes, &program, err) < 0 ||
	    (face->cid_set.len && put_flate(inc, &face->cid_set, 0, &cid_set, err) < 0))
		return -1;
	buf_puts(&body, "<<\n/Type /FontDescriptor\n/FontName ");
	put_base_name(&body, font, face);
	put_key_int(&body, "Flags", descriptor_flags(font, face->with_cmap));
	buf_puts(&body, "/FontBBox [");
	for (int i = 0; i < 4; i++) {
		if (i)
			buf_putc(&body, ' ');
		pd_put_int(&body, font_per_mille(font, font->bbox[i]));
	}
	buf_puts(&body, "]\n/ItalicAngle ");
	pd_put_number(&body, font->italic_angle);
	buf_putc(&body, '\n');
	put_key_int(&body, "Ascent", font_per_mille(font, font->ascent));
	put_key_int(&body, "Descent", font_per_mille(font, font->descent));
	put_key_int(&body, "CapHeight", font_per_mille(font, font->cap_height));
	put_key_int(&body, "StemV", font->bold ? 140 : 80);
	buf_puts(&body, "/FontFile2 ");
	pd_put_ref(&body, program);
	if (cid_set.num) {
		buf_puts(&body, "\n/CIDSet ");
		pd_put_ref(&body, cid_set);
	}
	buf_puts(&body, "\n>>");
	*ret = pd_inc_reserve(inc);
	return inc_put_take(inc, *ret, &body, err);
}

/* ---- Type 0 ---- */

static int put_cid_font(struct pd_inc *inc, const struct inc_font *entry, struct pd_ref *ret, struct err *err)
{
	const struct pd_font *font = entry->font;
	struct buf body = BUF_INIT;
	struct pd_ref descriptor;

	if (put_descriptor(inc, font, entry->face, &descriptor, err) < 0)
		return -1;
	buf_puts(&body, "<<\n/Type /Font\n/Subtype /CIDFontType2\n/BaseFont ");
	put_base_name(&body, font, entry->face);
	buf_puts(&body,
		 "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>\n/CIDToGIDMap /Identity\n");
	put_key_int(&body, "DW", font_per_mille(font, (int)font_advance(font, 0)));
	buf_puts(&body, "/W [");
	buf_append(&body, entry->face->widths.data, entry->face->widths.len);
	buf_puts(&body, "]\n/FontDescriptor ");
	pd_put_ref(&body, descriptor);
	buf_puts(&body, "\n>>");
	*ret = pd_inc_reserve(inc);
	return inc_put_take(inc, *ret, &body, err);
}

static int put_type0(struct pd_inc *inc, struct inc_font *entry, struct err *err)
{
	struct buf body = BUF_INIT;
	struct pd_ref descendant;
	struct pd_ref map;

	if (font_face_get(entry->font, &entry->subset, /* with_cmap= */ false, &entry->face, err) < 0)
		return -1;
	if (put_cid_font(inc, entry, &descendant, err) < 0 ||
	    put_flate(inc, &entry->face->to_unicode, 0, &map, err) < 0)
		return -1;
	buf_puts(&body, "<<\n/Type /Font\n/Subtype /Type0\n/BaseFont ");
	put_base_name(&body, entry->font, entry->face);
	buf_puts(&body, "/Encoding /Identity-H\n/DescendantFonts [");
	pd_put_ref(&body, descendant);
	buf_puts(&body, "]\n/ToUnicode ");
	pd_put_ref(&body, map);
	buf_puts(&body, "\n>>");
	return inc_put_take(inc, entry->ref, &body, err);
}

int inc_put_fonts(struct pd_inc *inc, struct err *err)
{
	for (size_t i = 0; i < inc->font_count; i++)
		if (put_type0(inc, &inc->fonts[i], err) < 0)
			return -1;
	return 0;
}

/* ---- the simple font of text fields ---- */

static int compare_codes(const void *a, const void *b)
{
	const uint32_t *x = a;
	const uint32_t *y = b;

	return *x < *y ? -1 : *x > *y;
}

static int field_face(struct pd_inc *inc, const struct pd_font *font, struct err *err)
{
	AUTO(font_subset_release) struct font_subset subset = { NULL, 0, 0 };
	unsigned cid;

	if (inc->form_face && inc->form_face_font != font)
		return err_set(err, ERR_FONT, "the text fields of one increment take one font, not %s beside %s",
			       font->name, inc->form_face_font->name);
	if (inc->form_face)
		return 0;
	inc->form_face_font = font;
	for (unsigned code = FIELD_FIRST_CODE; code <= FIELD_LAST_CODE; code++)
		if (field_unicode(code) && font_subset_add(&subset, font, field_unicode(code), &cid, err) < 0)
			return -1;
	qsort(subset.codes, subset.count, sizeof(*subset.codes), compare_codes);
	return font_face_get(font, &subset, /* with_cmap= */ true, &inc->form_face, err);
}

int inc_field_font(struct pd_inc *inc, const struct pd_font *font, struct pd_ref *ret, struct err *err)
{
	struct buf body = BUF_INIT;
	struct pd_ref descriptor;
	struct pd_ref map;

	if (field_face(inc, font, err) < 0)
		return -1;
	if (inc->form_font.num) {
		*ret = inc->form_font;
		return 0;
	}
	if (put_descriptor(inc, font, inc->form_face, &descriptor, err) < 0 ||
	    put_flate(inc, &inc->form_face->to_unicode, 0, &map, err) < 0)
		return -1;
	buf_puts(&body, "<<\n/Type /Font\n/Subtype /TrueType\n/BaseFont ");
	put_base_name(&body, font, inc->form_face);
	put_key_int(&body, "FirstChar", FIELD_FIRST_CODE);
	put_key_int(&body, "LastChar", FIELD_LAST_CODE);
	buf_puts(&body, "/Widths [");
	buf_append(&body, inc->form_face->widths.data, inc->form_face->widths.len);
	buf_puts(&body, "]\n/Encoding ");
	field_put_encoding(&body);
	buf_puts(&body, "\n/FontDescriptor ");
	pd_put_ref(&body, descriptor);
	buf_puts(&body, "\n/ToUnicode ");
	pd_put_ref(&body, map);
	buf_puts(&body, "\n>>");
	inc->form_font = pd_inc_reserve(inc);
	*ret = inc->form_font;
	return inc_put_take(inc, inc->form_font, &body, err);
}

/* A font of the file is trusted to show what we write only when its program and its encoding are ours to the byte: else
 * somebody's font could show another number than the field's value. */
bool inc_is_field_font(struct pd_inc *inc, const struct pd_obj *raw, const struct pd_font *font)
{
	const struct pd_obj *dict = pd_deref(inc->view, raw);
	const struct pd_obj *file = pd_get(inc->view, pd_get(inc->view, dict, "FontDescriptor"), "FontFile2");
	const struct pd_obj *encoding = pd_get(inc->view, dict, "Encoding");
	struct bytes program = pd_stream_raw(file);
	AUTO(buf_release) struct buf ours = BUF_INIT;
	AUTO(buf_release) struct buf theirs = BUF_INIT;

	if (!pd_is_name(pd_get(inc->view, dict, "Subtype"), "TrueType") || pd_kind(encoding) != PD_DICT ||
	    field_face(inc, font, NULL) < 0)
		return false;
	if (pd_kind(file) != PD_STREAM || !bytes_eq(program, bytes_of(&inc->form_face->program)))
		return false;
	field_put_encoding(&ours);
	pd_put_obj(&theirs, encoding);
	return ours.len == theirs.len && memcmp(buf_str(&ours), buf_str(&theirs), ours.len) == 0;
}
