/*
 * page_text.h - text lines with their places, as plain data: what the worker finds and src/sign reasons about.
 *
 * Millimetres from the top left of the page as shown (after CropBox, /Rotate, /UserUnit). UTF-8, as the file has it
 * (not normalised). Owned by the arena it was made in.
 *
 * A line is what a reader takes for one: letters spaced by kerning or drawn one by one are joined, pieces of one row
 * that stand further apart than a wide word gap (the two columns of a letter's head) are not. Text that is not on the
 * page as shown (clipped away, outside the page, wholly transparent, on a hidden layer) is left out; `invisible` text
 * is the kind that OCR puts under a scan. Text covered by a later picture is still listed: compare with `images`.
 *
 * page_text_write / page_text_parse are the form in which it crosses from the worker. The parser takes its input for
 * hostile: every count is checked against the bytes that are there before memory is asked for, numbers that are not
 * finite are refused, text must be UTF-8 and agree with its characters, and nothing may follow.
 */
#ifndef KYSO_UTIL_PAGE_TEXT_H
#define KYSO_UTIL_PAGE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/defer.h"
#include "util/str.h"

struct arena;
struct buf;
struct err;

struct text_char {
	uint32_t code;        /* Unicode */
	float x0, y0, x1, y1; /* box in mm: the advance wide, from the font's descender to its ascender high */
};

struct text_line {
	float x0, y0, x1, y1; /* box of the line in mm */
	float baseline;       /* y of the baseline of its first character, mm */
	float size_pt;        /* of its largest character */
	bool bold, italic;    /* of most of its characters */
	bool vertical;        /* text not written left to right as shown: never part of a signing block */
	bool invisible;       /* render mode 3 or 7: selectable, not painted (OCR under a scan) */
	const char *utf8;
	const struct text_char
	    *chars; /* chars[i] is the i-th code point of utf8; spaces between words have their own */
	size_t char_count;
};

struct text_page {
	float width_mm, height_mm;
	struct text_line *lines; /* in the order of the page: top to bottom, then left to right */
	size_t line_count;
	/* Boxes of pictures and of other painted marks that are not text (rules excluded), for "never overlap what is
	 * there". */
	struct text_box {
		float x0, y0, x1, y1;
	} * images;
	size_t image_count;
};

struct page_text {
	uint32_t first_page; /* index of pages[0] in the document */
	uint32_t doc_page_count;
	struct text_page *pages;
	size_t page_count;
};

struct page_image {
	uint32_t width, height;
	const uint8_t *rgb;
};

enum {
	PAGE_TEXT_MAX_PAGES = 100000,
	PAGE_TEXT_MAX_MM = 1000000, /* no coordinate is further from the origin */
};

void page_text_write(const struct page_text *text, struct buf *out);
NODISCARD int page_text_parse(struct bytes wire, struct arena *arena, struct page_text *ret, struct err *err);

/* The image's bytes are borrowed from `wire`. */
void page_image_write(const struct page_image *image, struct buf *out);
NODISCARD int page_image_parse(struct bytes wire, struct page_image *ret, struct err *err);

#endif
