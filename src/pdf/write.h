/*
 * write.h - PDF objects as text (ISO 32000-1 7.3), appended to a buffer. Used for what goes into an increment.
 *
 * Numbers never pass through printf: no locale can put a comma into them. A lost append shows in buf_check at the end.
 * Pure functions. What is not a number is written as 0.
 */
#ifndef KYSO_PDF_WRITE_H
#define KYSO_PDF_WRITE_H

#include "pdf/object.h"
#include "pdf/pages.h"
#include "util/buf.h"

struct err;

void pd_put_int(struct buf *out, int64_t v);
/* At most five decimals, no exponent (7.3.3); beyond +-2147483647 it is cut to that. */
void pd_put_number(struct buf *out, double v);
/* As many decimals as give the same double back; a point is always there, so that a real stays a real. */
void pd_put_real(struct buf *out, double v);
void pd_put_rect(struct buf *out, struct pd_rect rect); /* "[x0 y0 x1 y1]" */
void pd_put_name(struct buf *out, struct str name);     /* with the slash, #-escapes (7.3.5) */
void pd_put_ref(struct buf *out, struct pd_ref ref);    /* "12 0 R" */
void pd_put_string(struct buf *out, struct bytes data); /* literal, escaped */
void pd_put_hex(struct buf *out, struct bytes data);    /* <...>, upper case */
/* A text string (7.9.2.2) from UTF-8: a literal in PDFDocEncoding where that has all its characters, else UTF-16BE in
 * hex. ERR_TEXT when it is not UTF-8. */
NODISCARD int pd_put_text(struct buf *out, const char *utf8, struct err *err);
/* An object as it was parsed, references as references. A stream cannot stand here (bug). NULL is null. */
void pd_put_obj(struct buf *out, const struct pd_obj *obj);

/* "This dictionary, but": `value` replaces or adds the key, as text; a NULL value removes it. */
struct pd_change {
	const char *key;
	const struct buf *value;
};

/* The order of the file is kept; new keys follow. `dict` may be NULL or a stream (its dictionary is meant). */
void pd_put_dict_with(struct buf *out, const struct pd_obj *dict, const struct pd_change *changes, size_t change_count);

#endif
