/*
 * tounicode.h - a font's /ToUnicode map (ISO 32000-1 9.10.3): codes of a shown string to UTF-8. Inside src/pdf.
 */
#ifndef KYSO_PDF_TOUNICODE_H
#define KYSO_PDF_TOUNICODE_H

#include "pdf/document.h"

struct buf;
struct pd_tounicode;

NODISCARD int pd_tounicode_load(struct pd_view view, const struct pd_obj *stream, struct arena *arena, struct pd_tounicode **ret, struct err *err);
/* Appends what a string says; false when one of its codes is not in the map. */
bool pd_tounicode_put(const struct pd_tounicode *map, struct bytes string, struct buf *out);

#endif
