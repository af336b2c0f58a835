/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * subset.c - the characters used of a font, and a small TrueType file with just their glyphs, renumbered from 1.
 * Composite glyphs bring their components. Hinting is left out: instructions are stripped, cvt/fpgm/prep not copied
 * (docs/decisions/007).
 */
#include <stdlib.h>
#include <string.h>

#include "pdf/font_priv.h"
#include "util/err.h"

enum {
	SUBSET_MAX_CODES = 4096,
	SUBSET_MAX_SLOTS = 16384,
	COMPOSITE_MAX_DEPTH = 8,
	COMPOSITE_MAX_PARTS = 256,
	COMP_WORDS = 0x0001,
	COMP_SCALE = 0x0008,
	COMP_MORE = 0x0020,
	COMP_XY_SCALE = 0x0040,
	COMP_2X2 = 0x0080,
	COMP_INSTRUCTIONS = 0x0100
};

/* The new font's glyphs: slot -> glyph of the old font. */
struct slots {
	const struct pd_font *font;
	uint16_t *glyph_of; /* SUBSET_MAX_SLOTS */
	size_t count;
	uint16_t *slot_of;   /* glyph_count entries; 0 = none yet */
	uint32_t *offset_of; /* SUBSET_MAX_SLOTS + 1 */
	struct buf glyf;
};

void font_subset_release(struct font_subset *subset)
{
	free(subset->codes);
	memset(subset, 0, sizeof(*subset));
}

int font_subset_add(struct font_subset *subset, const struct pd_font *font, uint32_t code, unsigned *ret_cid,
		    struct err *err)
{
	for (size_t i = 0; i < subset->count; i++) {
		if (subset->codes[i] != code)
			continue;
		*ret_cid = (unsigned)i + 1;
		return 0;
	}
	if (font_glyph(font, code) == 0)
		return err_set(err, ERR_FONT_GLYPH, "the font %s lacks the character U+%04X", font->name, code);
	if (subset->count == SUBSET_MAX_CODES)
		return err_set(err, ERR_LIMIT, "a text uses more than %d different characters", SUBSET_MAX_CODES);
	if (subset->count == subset->cap) {
		size_t cap = subset->cap ? subset->cap * 2 : 64;
		uint32_t *codes = realloc(subset->codes, cap * sizeof(*codes));

		if (!codes)
			return err_set(err, ERR_NO_MEMORY, "no memory for a font subset");
		subset->codes = codes;
		subset->cap = cap;
	}
	subset->codes[subset->count++] = code;
	*ret_cid = (unsigned)subset->count;
	return 0;
}

/* ---- glyphs ---- */

struct component {
	size_t at; /* of its flags within the outline */
	unsigned flags;
	unsigned glyph;
	size_t end; /* one past its scale */
};

/* Reads the component at `at`; false when it is cut off. */
static bool read_component(struct bytes outline, size_t at, struct component *ret)
{
	unsigned flags;
	size_t n = 4;

	if (at + 4 > outline.n)
		return false;
	flags = font_u16(outline.p + at);
	n += flags & COMP_WORDS ? 4 : 2;
	n += flags & COMP_SCALE ? 2 : flags & COMP_XY_SCALE ? 4 : flags & COMP_2X2 ? 8 : 0;
	if (at + n > outline.n)
		return false;
	*ret = (struct component){ at, flags, font_u16(outline.p + at + 2), at + n };
	return true;
}

static int bad_glyph(unsigned glyph, struct err *err)
{
	return err_set(err, ERR_FONT, "the outline of glyph %u is wrong", glyph);
}

/* Refuses composites that hold themselves, nest too deep or have too many parts, before anything is copied. */
static int check_nesting(const struct pd_font *font, unsigned glyph, int depth, int *parts_left, struct err *err)
{
	struct bytes outline;
	struct component c = { .end = 10, .flags = COMP_MORE };

	if (depth > COMPOSITE_MAX_DEPTH || (*parts_left)-- == 0)
		return err_set(err, ERR_FONT, "glyph %u nests too deep", glyph);
	if (font_outline(font, glyph, &outline, err) < 0)
		return -1;
	if (outline.n == 0 || font_i16(outline.p) >= 0)
		return 0;
	while (c.flags & COMP_MORE) {
		if (!read_component(outline, c.end, &c))
			return bad_glyph(glyph, err);
		if (check_nesting(font, c.glyph, depth + 1, parts_left, err) < 0)
			return -1;
	}
	return 0;
}

static int add_slot(struct slots *s, unsigned glyph, struct err *err)
{
	if (s->count == SUBSET_MAX_SLOTS)
		return err_set(err, ERR_FONT, "the subset needs more than %d glyphs", SUBSET_MAX_SLOTS);
	s->glyph_of[s->count] = (uint16_t)glyph;
	if (s->slot_of[glyph] == 0)
		s->slot_of[glyph] = (uint16_t)s->count;
	s->count++;
	return 0;
}

static void put16(struct buf *out, unsigned v)
{
	buf_putc(out, (char)(v >> 8));
	buf_putc(out, (char)v);
}

static void put32(struct buf *out, uint32_t v)
{
	put16(out, v >> 16);
	put16(out, v & 0xffff);
}

static int copy_composite(struct slots *s, unsigned glyph, struct bytes outline, struct err *err)
{
	struct component c = { .end = 10, .flags = COMP_MORE };

	buf_append(&s->glyf, outline.p, 10);
	while (c.flags & COMP_MORE) {
		if (!read_component(outline, c.end, &c))
			return bad_glyph(glyph, err);
		if (c.glyph >= s->font->glyph_count)
			return bad_glyph(glyph, err);
		if (s->slot_of[c.glyph] == 0 && c.glyph != 0 && add_slot(s, c.glyph, err) < 0)
			return -1;
		put16(&s->glyf, c.flags & ~(unsigned)COMP_INSTRUCTIONS);
		put16(&s->glyf, s->slot_of[c.glyph]);
		buf_append(&s->glyf, outline.p + c.at + 4, c.end - c.at - 4);
	}
	return 0;
}

static int copy_simple(struct slots *s, unsigned glyph, struct bytes outline, struct err *err)
{
	size_t contours_end = 10 + 2 * (size_t)font_i16(outline.p);
	size_t instructions;

	if (contours_end + 2 > outline.n)
		return bad_glyph(glyph, err);
	instructions = font_u16(outline.p + contours_end);
	if (instructions > outline.n - contours_end - 2)
		return bad_glyph(glyph, err);
	buf_append(&s->glyf, outline.p, contours_end);
	put16(&s->glyf, 0);
	buf_append(&s->glyf, outline.p + contours_end + 2 + instructions, outline.n - contours_end - 2 - instructions);
	return 0;
}

/* Slots grow while composites are copied; the loop ends because a glyph becomes a component slot once. */
static int copy_glyphs(struct slots *s, struct err *err)
{
	for (size_t i = 0; i < s->count; i++) {
		unsigned glyph = s->glyph_of[i];
		struct bytes outline;
		int rc = 0;

		s->offset_of[i] = (uint32_t)s->glyf.len;
		if (font_outline(s->font, glyph, &outline, err) < 0)
			return -1;
		if (outline.n)
			rc = font_i16(outline.p) < 0 ? copy_composite(s, glyph, outline, err)
						     : copy_simple(s, glyph, outline, err);
		if (rc < 0)
			return -1;
		while (s->glyf.len % 4)
			buf_putc(&s->glyf, 0);
	}
	s->offset_of[s->count] = (uint32_t)s->glyf.len;
	return 0;
}

static void slots_release(struct slots *s)
{
	free(s->glyph_of);
	free(s->slot_of);
	free(s->offset_of);
	buf_release(&s->glyf);
}

static int fill_slots(struct slots *s, const struct font_subset *subset, struct err *err)
{
	s->glyph_of = calloc(SUBSET_MAX_SLOTS, sizeof(*s->glyph_of));
	s->slot_of = calloc(s->font->glyph_count, sizeof(*s->slot_of));
	s->offset_of = calloc(SUBSET_MAX_SLOTS + 1, sizeof(*s->offset_of));
	if (!s->glyph_of || !s->slot_of || !s->offset_of)
		return err_set(err, ERR_NO_MEMORY, "no memory for a font subset");
	for (size_t i = 0; i <= subset->count; i++) {
		unsigned glyph = i ? font_glyph(s->font, subset->codes[i - 1]) : 0;
		int parts_left = COMPOSITE_MAX_PARTS;

		if (check_nesting(s->font, glyph, 0, &parts_left, err) < 0 || add_slot(s, glyph, err) < 0)
			return -1;
	}
	return copy_glyphs(s, err);
}

/* ---- tables ---- */

static void make_head(const struct slots *s, struct buf *out)
{
	buf_append(out, s->font->head.p, 54);
	memset(out->data + 8, 0, 4);                   /* checkSumAdjustment */
	out->data[17] = (char)(out->data[17] & ~0x1c); /* flags 2..4 speak of instructions */
	out->data[50] = 0;
	out->data[51] = 1; /* long loca */
}

static void make_hhea(const struct slots *s, struct buf *out)
{
	buf_append(out, s->font->hhea.p, 34);
	put16(out, (unsigned)s->count);
}

static void make_hmtx(const struct slots *s, struct buf *out)
{
	const struct pd_font *font = s->font;

	for (size_t i = 0; i < s->count; i++) {
		unsigned glyph = s->glyph_of[i];
		size_t bearing = glyph < font->metric_count
				     ? (size_t)glyph * 4 + 2
				     : (size_t)font->metric_count * 4 + (size_t)(glyph - font->metric_count) * 2;

		put16(out, font_advance(font, glyph));
		put16(out, bearing + 2 <= font->hmtx.n ? font_u16(font->hmtx.p + bearing) : 0);
	}
}

static void make_loca(const struct slots *s, struct buf *out)
{
	for (size_t i = 0; i <= s->count; i++)
		put32(out, s->offset_of[i]);
}

/* maxZones 1 and no storage, functions, stack or instructions: there is no hinting. */
static void make_maxp(const struct slots *s, struct buf *out)
{
	buf_append(out, s->font->maxp.p, 4);
	put16(out, (unsigned)s->count);
	buf_append(out, s->font->maxp.p + 6, 8);
	put16(out, 1);
	buf_fill(out, 0, 12);
	buf_append(out, s->font->maxp.p + 28, 4);
}

struct segment {
	unsigned start, end, slot;
};

static size_t collect_segments(const struct font_subset *subset, struct segment *list)
{
	size_t n = 0;

	for (size_t i = 0; i < subset->count; i++) {
		unsigned code = subset->codes[i];

		if (n && code == list[n - 1].end + 1) {
			list[n - 1].end = code;
			continue;
		}
		list[n++] = (struct segment){ code, code, (unsigned)i + 1 };
	}
	list[n++] = (struct segment){ 0xffff, 0xffff, 0 };
	return n;
}

/* Format 4. The characters of the subset must ascend and lie below U+FFFF, as those of the field font do. */
static int make_cmap(const struct font_subset *subset, struct buf *out, struct err *err)
{
	struct segment *list = calloc(subset->count + 1, sizeof(*list));
	unsigned search = 2;
	unsigned log = 0;
	size_t n;

	if (!list)
		return err_set(err, ERR_NO_MEMORY, "no memory for a font subset");
	n = collect_segments(subset, list);
	for (; search * 2 <= 2 * n; search *= 2)
		log++;
	buf_append(out, "\0\0\0\1\0\3\0\1\0\0\0\14", 12);
	put16(out, 4);
	put16(out, (unsigned)(16 + 8 * n));
	put16(out, 0);
	put16(out, (unsigned)(2 * n));
	put16(out, search);
	put16(out, log);
	put16(out, (unsigned)(2 * n) - search);
	for (size_t i = 0; i < n; i++)
		put16(out, list[i].end);
	put16(out, 0);
	for (size_t i = 0; i < n; i++)
		put16(out, list[i].start);
	for (size_t i = 0; i < n; i++)
		put16(out, (list[i].slot - list[i].start) & 0xffff);
	buf_fill(out, 0, 2 * n);
	free(list);
	return 0;
}

/* ---- the file ---- */

enum { S_CMAP, S_GLYF, S_HEAD, S_HHEA, S_HMTX, S_LOCA, S_MAXP, S_COUNT };

static uint32_t checksum(const char *data, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (uint32_t)(uint8_t)data[i] << (24 - 8 * (i % 4));
	return sum;
}

static void write_file(const struct buf tables[S_COUNT], struct buf *out)
{
	static const char tags[S_COUNT][5] = { "cmap", "glyf", "head", "hhea", "hmtx", "loca", "maxp" };
	unsigned count = 0;
	unsigned search = 1;
	unsigned log = 0;
	size_t offset, head_at = 0;
	uint32_t adjust;

	for (int i = 0; i < S_COUNT; i++)
		count += tables[i].len != 0;
	for (; search * 2 <= count; search *= 2)
		log++;
	put32(out, 0x00010000);
	put16(out, count);
	put16(out, search * 16);
	put16(out, log);
	put16(out, (count - search) * 16);
	offset = 12 + (size_t)count * 16;
	for (int i = 0; i < S_COUNT; i++) {
		if (tables[i].len == 0)
			continue;
		if (i == S_HEAD)
			head_at = offset;
		buf_append(out, tags[i], 4);
		put32(out, checksum(tables[i].data, tables[i].len));
		put32(out, (uint32_t)offset);
		put32(out, (uint32_t)tables[i].len);
		offset += (tables[i].len + 3) & ~(size_t)3;
	}
	for (int i = 0; i < S_COUNT; i++) {
		buf_append(out, tables[i].data, tables[i].len);
		buf_fill(out, 0, (4 - tables[i].len % 4) % 4);
	}
	if (buf_failed(out))
		return;
	adjust = 0xb1b0afba - checksum(out->data, out->len);
	for (int i = 0; i < 4; i++)
		out->data[head_at + 8 + (size_t)i] = (char)(adjust >> (24 - 8 * i));
}

static void tables_release(struct buf (*tables)[S_COUNT])
{
	for (int i = 0; i < S_COUNT; i++)
		buf_release(&(*tables)[i]);
}

int font_subset_write(const struct font_subset *subset, const struct pd_font *font, bool with_cmap, struct buf *out,
		      struct err *err)
{
	AUTO(slots_release) struct slots s = { .font = font };
	AUTO(tables_release) struct buf tables[S_COUNT] = { BUF_INIT };

	if (fill_slots(&s, subset, err) < 0)
		return -1;
	if (!buf_reserve(&tables[S_HEAD], 64))
		return buf_check(&tables[S_HEAD], err);
	if (with_cmap && make_cmap(subset, &tables[S_CMAP], err) < 0)
		return -1;
	buf_append(&tables[S_GLYF], s.glyf.data, s.glyf.len);
	if (s.glyf.len == 0)
		buf_fill(&tables[S_GLYF], 0, 4); /* a table may not be empty */
	make_head(&s, &tables[S_HEAD]);
	make_hhea(&s, &tables[S_HHEA]);
	make_hmtx(&s, &tables[S_HMTX]);
	make_loca(&s, &tables[S_LOCA]);
	make_maxp(&s, &tables[S_MAXP]);
	for (int i = 0; i < S_COUNT; i++)
		if (buf_check(&tables[i], err) < 0)
			return -1;
	if (buf_check(&s.glyf, err) < 0)
		return -1;
	write_file(tables, out);
	return buf_check(out, err);
}
