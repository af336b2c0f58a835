/*
 * page_text.h - text lines with their places, as plain data: what the worker finds and src/sign reasons about.
 *
 * Millimetres from the top left of the page as shown (after CropBox, /Rotate, /UserUnit). UTF-8, as the file has it (not
 * normalised). Owned by the arena it was made in.
 */
#ifndef KYSO_UTIL_PAGE_TEXT_H
#define KYSO_UTIL_PAGE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text_char {
	uint32_t code;         /* Unicode */
	float x0, y0, x1, y1;  /* box in mm */
};

struct text_line {
	float x0, y0, x1, y1;  /* box of the line in mm */
	float size_pt;         /* of its largest character */
	bool bold, italic;     /* of most of its characters */
	bool vertical;         /* text not written left to right as shown: never part of a signing block */
	const char *utf8;
	const struct text_char *chars;
	size_t char_count;
};

struct text_page {
	float width_mm, height_mm;
	struct text_line *lines; /* in the order of the page: top to bottom, then left to right */
	size_t line_count;
	/* Boxes of pictures and of other painted marks that are not text (rules excluded), for "never overlap what is there". */
	struct text_box {
		float x0, y0, x1, y1;
	} *images;
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

#endif
