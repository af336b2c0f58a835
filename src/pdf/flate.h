/* flate.h - FlateDecode, the writing side. Private to src/pdf. */
#ifndef KYSO_PDF_FLATE_H
#define KYSO_PDF_FLATE_H

#include "util/buf.h"
#include "util/str.h"

struct err;

/* Appends the zlib stream of `in`. */
NODISCARD int flate_encode(struct bytes in, int level, struct buf *out, struct err *err);
/* The same at level 9: for what is made once and used often. */
NODISCARD int flate_best(const struct buf *in, struct buf *out, struct err *err);

#endif
