/*
 * collect.h (page, internal) - a MuPDF device that writes down what a page paints: glyphs and boxes of everything else,
 * in mm.
 *
 * Run the page through it with a matrix from points to millimetres. What lies outside the page or the clip, what is
 * transparent and what is only a soft mask or a pattern cell is not written down; thin rules and white fills are no
 * marks.
 */
#ifndef KYSO_PAGE_COLLECT_H
#define KYSO_PAGE_COLLECT_H

#include "page/context.h"
#include "page/lines.h"

struct collector {
	struct arena *scratch;
	fz_rect page; /* mm */
	struct glyph *glyphs;
	size_t glyph_count, glyph_cap;
	size_t glyph_limit;
	struct text_box *boxes;
	size_t box_count, box_cap;
	bool limit_hit; /* more glyphs than the limit, or the scratch arena is exhausted */
};

/* Throws. The collector must outlive the device. */
fz_device *collect_new_device(fz_context *ctx, struct collector *collector);
/* Boxes that touch become one. */
void collect_merge_boxes(struct collector *collector);

#endif
