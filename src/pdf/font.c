/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * font.c - reads a TrueType file (ISO/IEC 14496-22): directory, head, hhea, maxp, hmtx, loca, glyf, cmap (formats 4 and
 * 12), and name, OS/2, post where present. Every offset is checked before use; a defect is ERR_FONT.
 */
#include "pdf/font_priv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/arena.h"
#include "util/err.h"
#include "util/text_vi.h"

enum {
	FONT_MAX_TABLES = 64,
	FONT_TEXT_ARENA_BYTES = 1024 * 1024,
	FS_TYPE_RESTRICTED = 0x0002, /* OS/2 fsType: must not be embedded */
	FS_TYPE_NO_SUBSET = 0x0100
};

struct font_table {
	const char *tag;
	size_t min_bytes;
	bool required;
	struct bytes data;
};

enum { T_HEAD, T_HHEA, T_MAXP, T_HMTX, T_LOCA, T_GLYF, T_CMAP, T_NAME, T_OS2, T_POST, T_COUNT };

static int check_directory(struct bytes file, unsigned *ret_count, struct err *err)
{
	uint32_t version;

	if (file.n < 12)
		return err_set(err, ERR_FONT, "the font file is cut off");
	version = font_u32(file.p);
	if (version == 0x4f54544f)
		return err_set(err, ERR_FONT, "the font has CFF outlines; a TrueType font is needed");
	if (version != 0x00010000 && version != 0x74727565)
		return err_set(err, ERR_FONT, "the file is not a TrueType font");
	*ret_count = font_u16(file.p + 4);
	if (*ret_count > FONT_MAX_TABLES || 12 + (size_t)*ret_count * 16 > file.n)
		return err_set(err, ERR_FONT, "the font's table directory is wrong");
	return 0;
}

static int find_tables(struct bytes file, struct font_table *tables, struct err *err)
{
	unsigned count = 0;

	if (check_directory(file, &count, err) < 0)
		return -1;
	for (unsigned i = 0; i < count; i++) {
		const uint8_t *entry = file.p + 12 + (size_t)i * 16;
		size_t offset = font_u32(entry + 8);
		size_t length = font_u32(entry + 12);

		for (int t = 0; t < T_COUNT; t++) {
			if (memcmp(tables[t].tag, entry, 4) != 0)
				continue;
			if (tables[t].data.p || offset > file.n || length > file.n - offset)
				return err_set(err, ERR_FONT, "the font's table %s is double or outside the file",
					       tables[t].tag);
			tables[t].data = (struct bytes){ file.p + offset, length };
		}
	}
	for (int t = 0; t < T_COUNT; t++)
		if (tables[t].data.p ? tables[t].data.n < tables[t].min_bytes : tables[t].required)
			return err_set(err, ERR_FONT, "the font's table %s is missing or too short", tables[t].tag);
	return 0;
}

static int read_metrics(struct pd_font *font, struct err *err)
{
	font->units_per_em = font_u16(font->head.p + 18);
	font->long_loca = font_u16(font->head.p + 50) == 1;
	font->glyph_count = font_u16(font->maxp.p + 4);
	font->metric_count = font_u16(font->hhea.p + 34);
	font->ascent = font_i16(font->hhea.p + 4);
	font->descent = font_i16(font->hhea.p + 6);
	font->bold = font_u16(font->head.p + 44) & 1;
	for (int i = 0; i < 4; i++)
		font->bbox[i] = font_i16(font->head.p + 36 + 2 * i);
	if (font_u32(font->head.p + 12) != 0x5f0f3cf5 || font->units_per_em < 16 || font->units_per_em > 16384)
		return err_set(err, ERR_FONT, "the font's head table is wrong");
	if (font->glyph_count == 0 || font->metric_count == 0 || font->metric_count > font->glyph_count)
		return err_set(err, ERR_FONT, "the font's number of glyphs or metrics is wrong");
	if (font->hmtx.n < (size_t)font->metric_count * 4)
		return err_set(err, ERR_FONT, "the font's hmtx table is too short");
	if (font->loca.n < ((size_t)font->glyph_count + 1) * (font->long_loca ? 4 : 2))
		return err_set(err, ERR_FONT, "the font's loca table is too short");
	return 0;
}

/* How good a cmap subtable is: full Unicode before the BMP, the Microsoft platform before the other. */
static int cmap_rank(unsigned platform, unsigned encoding, unsigned format)
{
	if (format == 12 && ((platform == 3 && encoding == 10) || (platform == 0 && encoding >= 3)))
		return platform == 3 ? 4 : 3;
	if (format == 4 && ((platform == 3 && encoding == 1) || platform == 0))
		return platform == 3 ? 2 : 1;
	return 0;
}

/* Cuts the subtable to its own length, so that lookups need to check against that only. */
static bool cut_subtable(struct bytes *table, unsigned format)
{
	size_t least = format == 12 ? 16 : 14;
	size_t n;

	if (table->n < least)
		return false;
	n = format == 12 ? font_u32(table->p + 4) : font_u16(table->p + 2);
	if (n < least || n > table->n)
		return false;
	table->n = n;
	if (format == 12)
		return font_u32(table->p + 12) <= (n - 16) / 12;
	return (size_t)font_u16(table->p + 6) * 4 + 16 <= n && font_u16(table->p + 6) % 2 == 0;
}

static int pick_cmap(struct pd_font *font, struct bytes cmap, struct err *err)
{
	unsigned count = font_u16(cmap.p + 2);
	int best = 0;

	if (4 + (size_t)count * 8 > cmap.n)
		return err_set(err, ERR_FONT, "the font's cmap table is wrong");
	for (unsigned i = 0; i < count; i++) {
		const uint8_t *entry = cmap.p + 4 + (size_t)i * 8;
		size_t offset = font_u32(entry + 4);
		struct bytes table;
		unsigned format;
		int rank;

		if (offset > cmap.n || cmap.n - offset < 2)
			return err_set(err, ERR_FONT, "the font's cmap table is wrong");
		table = (struct bytes){ cmap.p + offset, cmap.n - offset };
		format = font_u16(table.p);
		rank = cmap_rank(font_u16(entry), font_u16(entry + 2), format);
		if (rank <= best || !cut_subtable(&table, format))
			continue;
		best = rank;
		font->cmap = table;
		font->cmap_format = format;
	}
	return best ? 0 : err_set(err, ERR_FONT, "the font has no usable Unicode cmap");
}

static bool name_char(unsigned c)
{
	return c > 0x20 && c < 0x7f && !strchr("()<>[]{}/%#", (int)c);
}

/* The PostScript name (name ID 6), in ASCII by definition. */
static void read_name(struct pd_font *font, struct bytes table)
{
	unsigned count = table.n >= 6 ? font_u16(table.p + 2) : 0;
	size_t storage = count ? font_u16(table.p + 4) : 0;

	snprintf(font->name, sizeof(font->name), "KySoFont");
	for (unsigned i = 0; i < count && 6 + ((size_t)i + 1) * 12 <= table.n; i++) {
		const uint8_t *entry = table.p + 6 + (size_t)i * 12;
		size_t wide = font_u16(entry) == 1 ? 1 : 2;
		size_t n = font_u16(entry + 8);
		size_t from = storage + font_u16(entry + 10);
		size_t k = 0;

		if (font_u16(entry + 6) != 6 || from > table.n || n > table.n - from ||
		    n / wide >= sizeof(font->name) || n < wide)
			continue;
		for (size_t j = wide - 1; j < n; j += wide)
			if (name_char(table.p[from + j]))
				font->name[k++] = (char)table.p[from + j];
		font->name[k] = '\0';
		return;
	}
}

static int read_optional(struct pd_font *font, const struct font_table *tables, struct err *err)
{
	struct bytes os2 = tables[T_OS2].data;
	struct bytes post = tables[T_POST].data;
	unsigned fs_type = os2.p ? font_u16(os2.p + 8) : 0;

	if ((fs_type & 0xf) == FS_TYPE_RESTRICTED || fs_type & FS_TYPE_NO_SUBSET)
		return err_set(err, ERR_FONT, "the font's licence bits (fsType %u) forbid embedding a subset", fs_type);
	font->cap_height = os2.n >= 90 && font_u16(os2.p) >= 2 ? font_i16(os2.p + 88) : font->ascent * 3 / 4;
	font->serif = os2.n >= 34 && os2.p[32] == 2 && os2.p[33] >= 2 && os2.p[33] <= 10;
	if (post.p) {
		font->italic_angle = (double)(int32_t)font_u32(post.p + 4) / 65536.0;
		font->fixed_pitch = font_u32(post.p + 12) != 0;
	}
	read_name(font, tables[T_NAME].data);
	return 0;
}

int pd_font_parse(struct bytes file, struct pd_font **ret_font, struct err *err)
{
	struct font_table tables[T_COUNT] = {
		[T_HEAD] = { "head", 54, true, { NULL, 0 } }, [T_HHEA] = { "hhea", 36, true, { NULL, 0 } },
		[T_MAXP] = { "maxp", 32, true, { NULL, 0 } }, [T_HMTX] = { "hmtx", 4, true, { NULL, 0 } },
		[T_LOCA] = { "loca", 4, true, { NULL, 0 } },  [T_GLYF] = { "glyf", 1, true, { NULL, 0 } },
		[T_CMAP] = { "cmap", 4, true, { NULL, 0 } },  [T_NAME] = { "name", 6, false, { NULL, 0 } },
		[T_OS2] = { "OS/2", 10, false, { NULL, 0 } }, [T_POST] = { "post", 32, false, { NULL, 0 } },
	};
	AUTO(pd_font_freep) struct pd_font *font = NULL;

	if (find_tables(file, tables, err) < 0)
		return -1;
	font = calloc(1, sizeof(*font));
	if (font)
		font->faces = font_faces_new();
	if (!font || !font->faces)
		return err_set(err, ERR_NO_MEMORY, "no memory for a font");
	font->head = tables[T_HEAD].data;
	font->hhea = tables[T_HHEA].data;
	font->maxp = tables[T_MAXP].data;
	font->hmtx = tables[T_HMTX].data;
	font->loca = tables[T_LOCA].data;
	font->glyf = tables[T_GLYF].data;
	if (read_metrics(font, err) < 0 || pick_cmap(font, tables[T_CMAP].data, err) < 0 ||
	    read_optional(font, tables, err) < 0)
		return -1;
	*ret_font = TAKE(font);
	return 0;
}

void pd_font_free(struct pd_font *font)
{
	if (!font)
		return;
	font_faces_free(font->faces);
	free(font);
}

const char *pd_font_name(const struct pd_font *font)
{
	return font->name;
}

/* ---- characters to glyphs ---- */

static unsigned lookup_12(struct bytes table, uint32_t code)
{
	uint32_t low = 0;
	uint32_t high = font_u32(table.p + 12);

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		const uint8_t *group = table.p + 16 + (size_t)mid * 12;

		if (code < font_u32(group))
			high = mid;
		else if (code > font_u32(group + 4))
			low = mid + 1;
		else
			return (font_u32(group + 8) + (code - font_u32(group))) & 0xffff;
	}
	return 0;
}

static unsigned lookup_4(struct bytes table, uint32_t code)
{
	size_t seg2 = font_u16(table.p + 6);
	const uint8_t *ends = table.p + 14;
	const uint8_t *starts = ends + seg2 + 2;
	const uint8_t *deltas = starts + seg2;
	const uint8_t *ranges = deltas + seg2;

	for (size_t i = 0; code <= 0xffff && i < seg2; i += 2) {
		unsigned range = font_u16(ranges + i);
		size_t at = (size_t)(ranges + i - table.p) + range + 2 * (size_t)(code - font_u16(starts + i));
		unsigned glyph;

		if (code > font_u16(ends + i))
			continue;
		if (code < font_u16(starts + i))
			return 0;
		if (range == 0)
			return (code + font_u16(deltas + i)) & 0xffff;
		if (at + 2 > table.n)
			return 0;
		glyph = font_u16(table.p + at);
		return glyph ? (glyph + font_u16(deltas + i)) & 0xffff : 0;
	}
	return 0;
}

unsigned font_glyph(const struct pd_font *font, uint32_t code)
{
	unsigned glyph = font->cmap_format == 12 ? lookup_12(font->cmap, code) : lookup_4(font->cmap, code);

	return glyph < font->glyph_count ? glyph : 0;
}

unsigned font_advance(const struct pd_font *font, unsigned glyph)
{
	unsigned i = glyph < font->metric_count ? glyph : font->metric_count - 1;

	return font_u16(font->hmtx.p + (size_t)i * 4);
}

int font_per_mille(const struct pd_font *font, int units)
{
	return (int)lround((double)units * 1000.0 / (double)font->units_per_em);
}

static size_t glyph_offset(const struct pd_font *font, unsigned glyph)
{
	return font->long_loca ? font_u32(font->loca.p + (size_t)glyph * 4)
			       : (size_t)font_u16(font->loca.p + (size_t)glyph * 2) * 2;
}

int font_outline(const struct pd_font *font, unsigned glyph, struct bytes *ret, struct err *err)
{
	size_t from, to;

	if (glyph >= font->glyph_count)
		return err_set(err, ERR_FONT, "the font uses glyph %u of %u", glyph, font->glyph_count);
	from = glyph_offset(font, glyph);
	to = glyph_offset(font, glyph + 1);
	if (from > to || to > font->glyf.n || (to > from && to - from < 12))
		return err_set(err, ERR_FONT, "the outline of glyph %u is outside the font's glyf table", glyph);
	*ret = (struct bytes){ font->glyf.p + from, to - from };
	return 0;
}

/* ---- measuring ---- */

/* NFC of the text when that can be made; else the text as it is. */
static struct str composed(const char *utf8, struct arena *arena)
{
	struct str nfc = str_of(utf8);

	if (!arena || text_vi_nfc(str_of(utf8), arena, &nfc, NULL) < 0)
		return str_of(utf8);
	return nfc;
}

static bool is_ascii(const char *s)
{
	while (*s && (unsigned char)*s < 0x80)
		s++;
	return *s == '\0';
}

double pd_font_text_width(const struct pd_font *font, const char *utf8, double size_pt)
{
	AUTO(arena_freep) struct arena *arena = is_ascii(utf8) ? NULL : arena_new(FONT_TEXT_ARENA_BYTES);
	struct str rest = composed(utf8, arena);
	double units = 0;
	uint32_t code;

	while (rest.n) {
		if (!utf8_next(&rest, &code)) {
			code = UINT32_MAX; /* .notdef */
			rest.p++;
			rest.n--;
		}
		units += (double)font_per_mille(font, (int)font_advance(font, font_glyph(font, code)));
	}
	return units * size_pt / 1000.0;
}

double pd_font_ascent(const struct pd_font *font, double size_pt)
{
	return (double)font->ascent * size_pt / (double)font->units_per_em;
}

double pd_font_descent(const struct pd_font *font, double size_pt)
{
	return (double)font->descent * size_pt / (double)font->units_per_em;
}

int pd_font_has_text(const struct pd_font *font, const char *utf8, struct err *err)
{
	AUTO(arena_freep) struct arena *arena = arena_new(FONT_TEXT_ARENA_BYTES);
	struct str rest;
	uint32_t code;

	if (!arena)
		return err_set(err, ERR_NO_MEMORY, "no memory to look at a text");
	if (text_vi_nfc(str_of(utf8), arena, &rest, err) < 0)
		return -1;
	while (utf8_next(&rest, &code))
		if (font_glyph(font, code) == 0)
			return err_set(err, ERR_FONT_GLYPH, "the font %s lacks the character U+%04X", font->name, code);
	return 0;
}
