/*
 * increments.h - what the tests of the writing half share: a file with an increment over it, finished, appended, read
 * again by the strict reader, held against the rules of change analysis and against qpdf where that is installed.
 */
#ifndef KYSO_TEST_PDF_INCREMENTS_H
#define KYSO_TEST_PDF_INCREMENTS_H

#include "builder.h"
#include "pdf/font.h"
#include "pdf/increment.h"
#include "pdf/png.h"

struct session {
	struct buf file;
	struct pd_doc *doc;
	struct pd_inc *inc;
	struct pd_inc_result result; /* of the last finish */
};

/* A file of one page: catalog 1, pages 2, page 3; more entries for each may be given ("" for none).
 * The test puts its own objects after these and ends the revision. */
void page_objects(struct builder *b, const char *catalog_more, const char *page_more);
void session_begin(struct session *s, const struct builder *b);
void session_begin_bytes(struct session *s, struct bytes file);
void session_end(struct session *s);

/* Finishes, appends, re-opens, checks, and begins the next increment. */
void session_finish(struct session *s);
/* As they are now, at the last revision. */
const struct pd_obj *session_get(struct session *s,
				 const char *path); /* "AcroForm.Fields.0.T" from the catalog; dereferenced */
struct pd_view session_view(struct session *s);

/* A file of the system, e.g. a font; skips the test when it is absent. */
void load_file(const char *path, struct buf *out);
struct pd_font *load_font(struct buf *file);
struct pd_png *make_png(uint32_t width, uint32_t height, bool alpha);

#endif
