/* hex.h - hexadecimal and base64 (RFC 4648 section 4, padding required), strict: one bad character is ERR_HEX. */
#ifndef KYSO_UTIL_HEX_H
#define KYSO_UTIL_HEX_H

#include "util/buf.h"
#include "util/str.h"

struct err;

void hex_encode(struct bytes in, bool upper, struct buf *out);
NODISCARD int hex_decode(struct str text, struct buf *out, struct err *err);
int hex_digit(char c); /* 0..15, -1 */
void base64_encode(struct bytes in, struct buf *out);
NODISCARD int base64_decode(struct str text, struct buf *out, struct err *err);

#endif
