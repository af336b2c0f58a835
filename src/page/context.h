/*
 * context.h (page, internal) - a MuPDF context with counted memory and quiet warnings, and the one place where its
 * exceptions end.
 *
 * page_guard calls a function that may throw and turns what it throws into a struct err. Functions called under it keep
 * all state in a struct, never in locals with cleanup attributes (a longjmp does not run those).
 */
#ifndef KYSO_PAGE_CONTEXT_H
#define KYSO_PAGE_CONTEXT_H

#include <mupdf/fitz.h>
#include <mupdf/pdf.h>

#include "page/text.h"

struct page_doc {
	fz_context *ctx;
	fz_stream *stream;
	pdf_document *pdf;
	uint32_t pages;
	struct bytes file;
	size_t used_bytes; /* handed to MuPDF at this moment */
	bool limit_hit;    /* memory was refused: what came of it may be incomplete */
};

typedef void page_fn(fz_context *ctx, struct page_doc *doc, void *arg);

/* Loads a page to be shown. Throws. MuPDF draws a "sign here" of its own over signature fields that are still empty;
 * such fields are kept from it, so that they look as the file says. The document in memory is altered by that: not for
 * writing. */
pdf_page *page_load(fz_context *ctx, struct page_doc *doc, uint32_t index);

/* Context only, no document yet. */
NODISCARD int page_context_new(struct page_doc **ret_doc, struct err *err);
/* 0, or -1 with `what` and MuPDF's own sentence. */
NODISCARD int page_guard(struct page_doc *doc, page_fn *fn, void *arg, const char *what, struct err *err);

#endif
