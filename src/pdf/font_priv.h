/*
 * font_priv.h - the inside of a TrueType font and its subsets, for font.c, subset.c and font_embed.c only.
 */
#ifndef KYSO_PDF_FONT_PRIV_H
#define KYSO_PDF_FONT_PRIV_H

#include <stdbool.h>

#include "pdf/font.h"
#include "util/buf.h"

struct font_face;

struct pd_font {
	struct bytes head, hhea, maxp, hmtx, loca, glyf, cmap; /* tables; cmap is the one subtable used */
	unsigned cmap_format;                                  /* 4 or 12 */
	bool long_loca;
	unsigned units_per_em, glyph_count, metric_count;
	int ascent, descent, cap_height, bbox[4]; /* font units */
	double italic_angle;
	bool bold, fixed_pitch, serif;
	char name[64];
	struct font_faces *faces; /* subsets made so far */
};

static inline unsigned font_u16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static inline int font_i16(const uint8_t *p)
{
	return (int16_t)font_u16(p);
}

static inline uint32_t font_u32(const uint8_t *p)
{
	return (uint32_t)font_u16(p) << 16 | font_u16(p + 2);
}

unsigned font_glyph(const struct pd_font *font, uint32_t code);    /* 0 = .notdef */
unsigned font_advance(const struct pd_font *font, unsigned glyph); /* font units */
int font_per_mille(const struct pd_font *font, int units);         /* 1/1000 em, rounded */
/* The outline of a glyph: empty for a blank one. ERR_FONT when the tables disagree. */
NODISCARD int font_outline(const struct pd_font *font, unsigned glyph, struct bytes *ret, struct err *err);

/* Characters in order of their first use; character i has CID i + 1 (0 is .notdef). One CID a character, even where the
 * font has one glyph for two, so that copied text is what was written. */
struct font_subset {
	uint32_t *codes;
	size_t count, cap;
};

void font_subset_release(struct font_subset *subset);
/* ERR_FONT_GLYPH when the font lacks it. */
NODISCARD int font_subset_add(struct font_subset *subset, const struct pd_font *font, uint32_t code, unsigned *ret_cid,
			      struct err *err);
/* A TrueType file with these characters; `with_cmap` adds a (3,1) cmap for simple fonts (9.6.6.4). */
NODISCARD int font_subset_write(const struct font_subset *subset, const struct pd_font *font, bool with_cmap,
				struct buf *out, struct err *err);

/* One subset ready to be put into files: made once, shared by count. */
struct font_face {
	unsigned users;
	bool with_cmap;
	struct font_subset subset;
	struct buf program;    /* FontFile2, FlateDecode */
	size_t program_bytes;  /* /Length1 */
	struct buf to_unicode; /* FlateDecode */
	struct buf widths;     /* inside of /W (CID) or of /Widths (simple) */
	struct buf cid_set;    /* FlateDecode; every glyph of the program */
	char tag[7];           /* "ABCDEF" */
};

NODISCARD int font_face_get(const struct pd_font *font, const struct font_subset *subset, bool with_cmap,
			    struct font_face **ret_face, struct err *err);
void font_face_drop(struct font_face *face);
struct font_faces *font_faces_new(void); /* NULL when memory is out */
void font_faces_free(struct font_faces *faces);

#endif
