/*
 * rows.h (sign, internal) - the text of a page as rows of words, and what stands in one column: the ground on which block.c reasons.
 *
 * A row is what shares a baseline over the whole width of the page, whatever lines the reader of the PDF made of it; a piece is a run of
 * words of a row with no gap of a column's width. Words are NFC. All in the arena.
 */
#ifndef KYSO_SIGN_ROWS_H
#define KYSO_SIGN_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "util/defer.h"
#include "util/page_text.h"
#include "util/str.h"
#include "util/text_vi.h"

struct arena;
struct err;

/* Keys of titles and labels: the tone stays where it is printed, so that tables can be read ("ủy" and "uỷ" both stand there). */
#define ROWS_KEY (TEXT_VI_CASE | TEXT_VI_SPACE | TEXT_VI_LOOKALIKE)

struct span_mm {
	double x0, y0, x1, y1;
};

struct word {
	struct span_mm box;
	double em_mm;
	struct str text;   /* NFC, as printed */
	struct str bare;   /* without case, marks and punctuation at its ends: for quick looks */
	size_t line;       /* of the page's lines; bold is told of whole lines only */
	bool bold, invisible;
};

struct piece {
	struct span_mm box;
	size_t row;         /* index of its row */
	size_t first, count; /* words */
	double em_mm;       /* of the largest word */
	struct str text;    /* NFC, one space between words */
	struct str key;     /* ROWS_KEY of text */
	bool bold;          /* most words are */
	bool capitals;      /* no lower-case letter */
};

struct row {
	double y0, y1;
	size_t first, count;             /* words, from the left */
	size_t first_piece, piece_count; /* pieces, from the left */
};

struct page_rows {
	double width_mm, height_mm;
	struct word *words;
	size_t word_count;
	struct row *rows; /* from the top */
	size_t row_count;
	struct piece *pieces;
	size_t piece_count;
	const struct text_box *images;
	size_t image_count;
};

NODISCARD int rows_make(const struct text_page *page, struct arena *arena, struct page_rows *ret, struct err *err);
/* The words [first, first + count) with single spaces, NFC. NULL when the arena is exhausted. */
const char *rows_join(const struct page_rows *rows, size_t first, size_t count, struct arena *arena);

struct span_mm span_of_words(const struct page_rows *rows, size_t first, size_t count);
struct span_mm span_union(struct span_mm a, struct span_mm b);
double span_centre(struct span_mm span);
bool span_overlaps_x(struct span_mm a, struct span_mm b);

#endif
