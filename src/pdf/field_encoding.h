/*
 * field_encoding.h - the one-byte encoding of the font that text fields use: ASCII, common punctuation and all 134
 * Vietnamese letters (docs/decisions/006). Pure functions. Private to src/pdf.
 */
#ifndef KYSO_PDF_FIELD_ENCODING_H
#define KYSO_PDF_FIELD_ENCODING_H

#include <stdint.h>

struct buf;

enum { FIELD_FIRST_CODE = 16, FIELD_LAST_CODE = 255 };

uint32_t field_unicode(unsigned code);    /* 0 when the code has no character */
int field_code(uint32_t unicode);         /* -1 when the encoding lacks it */
void field_put_encoding(struct buf *out); /* the encoding dictionary, as pd_put_obj would write it */

#endif
