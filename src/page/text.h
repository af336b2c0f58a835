/*
 * text.h (page) - where text stands on the pages of a PDF, and pictures of pages. MuPDF's only home; used only inside kyso-worker.
 *
 * Coordinates are millimetres from the top left of the page as shown. Results are plain data in the caller's arena, so that
 * they can cross the pipe to the parent. fz_try never leaves src/page.
 */
#ifndef KYSO_PAGE_TEXT_H
#define KYSO_PAGE_TEXT_H

#include "util/defer.h"
#include "util/str.h"

struct arena;
struct buf;
struct err;

/* The wire form shared with everything above: util/page_text.h */
#include "util/page_text.h"

struct page_doc;

NODISCARD int page_open(struct bytes file, struct page_doc **ret_doc, struct err *err);
void page_free(struct page_doc *doc);
DEFINE_FREEP(struct page_doc, page_free)
/* Text lines of pages [first, first + count) in reading order. count 0 = to the end. */
NODISCARD int page_text(struct page_doc *doc, uint32_t first, uint32_t count, struct arena *arena, struct page_text *ret, struct err *err);
/* A page as RGB at a resolution. */
NODISCARD int page_render(struct page_doc *doc, uint32_t index, int dpi, struct arena *arena, struct page_image *ret, struct err *err);
/* Rewrites an unsigned file so that a strict reader takes it (the only "repair" in kyso). */
NODISCARD int page_normalise(struct bytes file, struct buf *out, struct err *err);

#endif
