/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * field_encoding.c - see field_encoding.h; the table is field_encoding.def.
 */
#include "pdf/field_encoding.h"

#include "pdf/write.h"

static const struct {
	uint32_t unicode;
	const char *name;
} codes[256] = {
#define CODE(code, unicode, name) [code] = { unicode, name },
#include "pdf/field_encoding.def"
#undef CODE
};

static bool is_ascii_code(uint32_t c)
{
	return c >= 0x20 && c < 0x7f;
}

uint32_t field_unicode(unsigned code)
{
	if (is_ascii_code(code))
		return code;
	return code < 256 ? codes[code].unicode : 0;
}

int field_code(uint32_t unicode)
{
	if (is_ascii_code(unicode))
		return (int)unicode;
	for (int code = FIELD_FIRST_CODE; code <= FIELD_LAST_CODE; code++)
		if (codes[code].unicode == unicode && unicode)
			return code;
	return -1;
}

void field_put_encoding(struct buf *out)
{
	int last = -2;

	buf_puts(out, "<<\n/Type /Encoding\n/BaseEncoding /WinAnsiEncoding\n/Differences [");
	for (int code = FIELD_FIRST_CODE; code <= FIELD_LAST_CODE; code++) {
		if (!codes[code].name)
			continue;
		if (code != last + 1) {
			if (last >= 0)
				buf_putc(out, ' ');
			pd_put_int(out, code);
		}
		buf_putc(out, ' ');
		pd_put_name(out, str_of(codes[code].name));
		last = code;
	}
	buf_puts(out, "]\n>>");
}
