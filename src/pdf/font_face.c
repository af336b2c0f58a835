/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * font_face.c - a subset made ready for a file: compressed program, ToUnicode map, widths. The last few are remembered
 * in the font, because a clerk signs a thousand papers with the same characters.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pdf/field_encoding.h"
#include "pdf/flate.h"
#include "pdf/font_priv.h"
#include "pdf/write.h"
#include "util/err.h"

enum { FACES_KEPT = 4, BFCHAR_BLOCK = 100 };

struct font_faces {
	struct font_face *kept[FACES_KEPT];
	size_t next;
};

/* FNV-1a over the characters: the same subset has the same tag, whenever it is made (9.6.4 wants six letters). */
static void make_tag(struct font_face *face, const struct pd_font *font)
{
	uint64_t h = 0xcbf29ce484222325;

	for (const char *p = font->name; *p; p++)
		h = (h ^ (uint8_t)*p) * 0x100000001b3;
	for (size_t i = 0; i < face->subset.count; i++)
		h = (h ^ face->subset.codes[i]) * 0x100000001b3;
	h ^= h >> 32;
	for (int i = 0; i < 6; i++, h /= 26)
		face->tag[i] = (char)('A' + h % 26);
}

static void put_hex16(struct buf *out, unsigned v)
{
	static const char hex[] = "0123456789ABCDEF";

	for (int shift = 12; shift >= 0; shift -= 4)
		buf_putc(out, hex[v >> shift & 15]);
}

static void put_hex_utf16(struct buf *out, uint32_t code)
{
	if (code > 0xffff) {
		put_hex16(out, 0xd800 + ((code - 0x10000) >> 10));
		code = 0xdc00 + ((code - 0x10000) & 0x3ff);
	}
	put_hex16(out, code);
}

struct char_code {
	unsigned code;
	uint32_t unicode;
};

/* 9.10.3; the frame is that of Adobe Technical Note 5411. */
static void put_to_unicode(struct buf *out, const struct char_code *list, size_t n, bool two_bytes)
{
	buf_puts(out, "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
		      "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
		      "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n");
	buf_puts(out, two_bytes ? "<0000> <FFFF>\n" : "<00> <FF>\n");
	buf_puts(out, "endcodespacerange\n");
	for (size_t i = 0; i < n; i++) {
		char code[5];

		if (i % BFCHAR_BLOCK == 0) {
			pd_put_int(out, (int64_t)(n - i < BFCHAR_BLOCK ? n - i : BFCHAR_BLOCK));
			buf_puts(out, " beginbfchar\n");
		}
		snprintf(code, sizeof(code), two_bytes ? "%04X" : "%02X", list[i].code & 0xffff);
		buf_putc(out, '<');
		buf_puts(out, code);
		buf_puts(out, "> <");
		put_hex_utf16(out, list[i].unicode);
		buf_puts(out, ">\n");
		if (i % BFCHAR_BLOCK == BFCHAR_BLOCK - 1 || i == n - 1)
			buf_puts(out, "endbfchar\n");
	}
	buf_puts(out, "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
}

static int advance_of(const struct pd_font *font, uint32_t unicode)
{
	return font_per_mille(font, (int)font_advance(font, font_glyph(font, unicode)));
}

static int make_cid_parts(struct font_face *face, const struct pd_font *font, struct buf *map, struct err *err)
{
	struct char_code *list = calloc(face->subset.count + 1, sizeof(*list));

	if (!list)
		return err_set(err, ERR_NO_MEMORY, "no memory for a font subset");
	buf_puts(&face->widths, "1 [");
	for (size_t i = 0; i < face->subset.count; i++) {
		list[i] = (struct char_code){ (unsigned)i + 1, face->subset.codes[i] };
		if (i)
			buf_putc(&face->widths, ' ');
		pd_put_int(&face->widths, advance_of(font, face->subset.codes[i]));
	}
	buf_putc(&face->widths, ']');
	put_to_unicode(map, list, face->subset.count, /* two_bytes= */ true);
	free(list);
	return 0;
}

static void make_simple_parts(struct font_face *face, const struct pd_font *font, struct buf *map)
{
	struct char_code list[256];
	size_t n = 0;

	for (unsigned code = FIELD_FIRST_CODE; code <= FIELD_LAST_CODE; code++) {
		uint32_t unicode = field_unicode(code);

		if (unicode)
			list[n++] = (struct char_code){ code, unicode };
		if (code > FIELD_FIRST_CODE)
			buf_putc(&face->widths, ' ');
		pd_put_int(&face->widths, unicode ? advance_of(font, unicode) : 0);
	}
	put_to_unicode(map, list, n, /* two_bytes= */ false);
}

/* A bit for every glyph of the program, which PDF/A-1 asks for in a CIDFont subset (ISO 19005-1 6.3.5). */
static int make_cid_set(struct font_face *face, const struct buf *program, struct err *err)
{
	AUTO(buf_release) struct buf bits = BUF_INIT;
	const uint8_t *p = (const uint8_t *)program->data;
	unsigned tables = font_u16(p + 4);
	unsigned glyphs = 0;

	for (unsigned i = 0; i < tables; i++)
		if (memcmp(p + 12 + (size_t)i * 16, "maxp", 4) == 0)
			glyphs = font_u16(p + font_u32(p + 12 + (size_t)i * 16 + 8) + 4);
	buf_fill(&bits, (char)0xff, glyphs / 8);
	if (glyphs % 8)
		buf_putc(&bits, (char)(0xff00 >> glyphs % 8));
	return flate_best(&bits, &face->cid_set, err);
}

static int make_face(struct font_face *face, const struct pd_font *font, struct err *err)
{
	AUTO(buf_release) struct buf program = BUF_INIT;
	AUTO(buf_release) struct buf map = BUF_INIT;

	make_tag(face, font);
	if (font_subset_write(&face->subset, font, face->with_cmap, &program, err) < 0)
		return -1;
	face->program_bytes = program.len;
	if (face->with_cmap)
		make_simple_parts(face, font, &map);
	else if (make_cid_parts(face, font, &map, err) < 0 || make_cid_set(face, &program, err) < 0)
		return -1;
	if (flate_best(&program, &face->program, err) < 0 || flate_best(&map, &face->to_unicode, err) < 0)
		return -1;
	return buf_check(&face->widths, err);
}

static bool same_subset(const struct font_subset *a, const struct font_subset *b)
{
	return a->count == b->count && (a->count == 0 || memcmp(a->codes, b->codes, a->count * sizeof(*a->codes)) == 0);
}

static struct font_face *find_face(const struct font_faces *faces, const struct font_subset *subset, bool with_cmap)
{
	for (size_t i = 0; i < FACES_KEPT; i++)
		if (faces->kept[i] && faces->kept[i]->with_cmap == with_cmap &&
		    same_subset(&faces->kept[i]->subset, subset))
			return faces->kept[i];
	return NULL;
}

static struct font_face *new_face(const struct font_subset *subset, bool with_cmap)
{
	struct font_face *face = calloc(1, sizeof(*face));

	if (!face)
		return NULL;
	face->users = 1;
	face->with_cmap = with_cmap;
	face->subset.codes = malloc((subset->count + 1) * sizeof(*subset->codes));
	if (!face->subset.codes) {
		free(face);
		return NULL;
	}
	memcpy(face->subset.codes, subset->codes, subset->count * sizeof(*subset->codes));
	face->subset.count = face->subset.cap = subset->count;
	return face;
}

int font_face_get(const struct pd_font *font, const struct font_subset *subset, bool with_cmap,
		  struct font_face **ret_face, struct err *err)
{
	struct font_faces *faces = font->faces;
	struct font_face *face = find_face(faces, subset, with_cmap);

	if (!face) {
		face = new_face(subset, with_cmap);
		if (!face)
			return err_set(err, ERR_NO_MEMORY, "no memory for a font subset");
		if (make_face(face, font, err) < 0) {
			font_face_drop(face);
			return -1;
		}
		font_face_drop(faces->kept[faces->next]);
		faces->kept[faces->next] = face;
		faces->next = (faces->next + 1) % FACES_KEPT;
	}
	face->users++;
	*ret_face = face;
	return 0;
}

void font_face_drop(struct font_face *face)
{
	if (!face || --face->users)
		return;
	font_subset_release(&face->subset);
	buf_release(&face->program);
	buf_release(&face->to_unicode);
	buf_release(&face->widths);
	buf_release(&face->cid_set);
	free(face);
}

struct font_faces *font_faces_new(void)
{
	return calloc(1, sizeof(struct font_faces));
}

void font_faces_free(struct font_faces *faces)
{
	for (size_t i = 0; faces && i < FACES_KEPT; i++)
		font_face_drop(faces->kept[i]);
	free(faces);
}
