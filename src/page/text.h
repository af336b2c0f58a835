/*
 * text.h (page) - where text stands on the pages of a PDF, and pictures of pages. MuPDF's only home; used only inside
 * kyso-worker.
 *
 * Coordinates are millimetres from the top left of the page as shown. Results are plain data in the caller's arena, so
 * that they can cross the pipe to the parent. fz_try never leaves src/page.
 *
 * Everything MuPDF asks for is counted: past PAGE_MAX_MEMORY_BYTES a call ends with ERR_WORKER_LIMIT. MuPDF repairs
 * what it reads; what is decided about a signature is decided on the strict core (src/pdf), this folder only looks.
 * JavaScript is never run; no other format than PDF is opened; no file is read (the 14 standard fonts are inside the
 * program). Errors: ERR_PDF_NOT_PDF, ERR_PDF_ENCRYPTED, ERR_PDF_SIGNED, ERR_PDF_PAGE, ERR_PAGE, ERR_WORKER_LIMIT.
 * Threads: one document, one thread.
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

enum {
	PAGE_MAX_MEMORY_BYTES = 384 * 1024 * 1024, /* of MuPDF's own, a document */
	PAGE_MAX_STORE_BYTES = 64 * 1024 * 1024,   /* MuPDF's cache of decoded fonts and pictures, within the above */
	PAGE_MAX_PAGES = PAGE_TEXT_MAX_PAGES,
	PAGE_MAX_CHARS = 4000000,   /* of one page_text */
	PAGE_MAX_PIXELS = 40000000, /* of one page_render: A4 at 600 dpi is 34.8 million */
	PAGE_MIN_DPI = 10,
	PAGE_MAX_DPI = 1200,
};

struct page_doc;

/* `file` must stay mapped as long as the document lives. */
NODISCARD int page_open(struct bytes file, struct page_doc **ret_doc, struct err *err);
void page_free(struct page_doc *doc);
DEFINE_FREEP(struct page_doc, page_free)
uint32_t page_count(const struct page_doc *doc);
/* Whether MuPDF could read the file only by repairing it; grows true also later, when a broken object is met. */
bool page_was_repaired(const struct page_doc *doc);
/* "1.21.1" */
const char *page_engine_version(void);

/* Text lines of pages [first, first + count) in reading order. count 0 = to the end. */
NODISCARD int page_text(struct page_doc *doc, uint32_t first, uint32_t count, struct arena *arena,
			struct page_text *ret, struct err *err);
/* A page as RGB at a resolution, on white, with its annotations and form fields. */
NODISCARD int page_render(struct page_doc *doc, uint32_t index, int dpi, struct arena *arena, struct page_image *ret,
			  struct err *err);
/* Rewrites an unsigned file so that a strict reader takes it (the only "repair" in kyso). ERR_PDF_SIGNED when anything
 * in it may be a signature: what a signature covers must never be written anew. Content streams are carried over, not
 * rewritten. */
NODISCARD int page_normalise(struct bytes file, struct buf *out, struct err *err);

#endif
