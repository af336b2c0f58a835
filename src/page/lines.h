/*
 * lines.h (page, internal) - from glyphs in the order they are painted to lines as a reader sees them. Pure, knows no
 * MuPDF.
 *
 * Two steps. First, glyphs that follow one another in painting order and stand side by side on one baseline make a run;
 * then runs are swept from left to right and joined to the line whose end they continue. So text drawn word by word,
 * glyph by glyph or out of order comes together, and what stands a column apart stays apart. Distances are measured in
 * em (the font's size):
 *
 *   baselines differ at most 0.3 em; a gap of at most 1 em joins; inside one text object a gap in which one single
 * space is drawn joins up to 5 em (a justified line, a name spread over a cell), two spaces up to 1.5 em, but three or
 * more are blanks typed to make columns or to leave room for a number, and join up to 1 em like none; letters may
 * overlap 0.35 em (kerning).
 */
#ifndef KYSO_PAGE_LINES_H
#define KYSO_PAGE_LINES_H

#include "util/page_text.h"

struct arena;

enum glyph_flag {
	GLYPH_BOLD = 1,
	GLYPH_ITALIC = 2,
	GLYPH_INVISIBLE = 4,
	GLYPH_VERTICAL = 8, /* vertical writing mode */
	GLYPH_STROKED = 16, /* its outline: over the same filled glyph it makes a bold one */
	GLYPH_DROPPED = 32, /* lines_build's own: painted twice */
};

struct glyph {
	float x, y;         /* origin on the baseline, mm */
	float end_x, end_y; /* where the pen goes next */
	float dir_x, dir_y; /* direction of the baseline, unit length */
	float em;           /* font size across the baseline, mm */
	struct text_box box;
	uint32_t code;
	uint32_t object; /* which text object (call of the device) it came with */
	uint32_t spaces; /* blanks drawn between the glyph before and this one */
	uint32_t flags;
};

/* Makes lines of the glyphs (whose array is used up) in the arena. NULL when an arena is exhausted. *ret_count may be
 * 0. */
struct text_line *lines_build(struct glyph *glyphs, size_t count, struct arena *scratch, struct arena *arena,
			      size_t *ret_count);

bool lines_is_blank(uint32_t code);

#endif
