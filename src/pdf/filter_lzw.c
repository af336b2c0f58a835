/* filter_lzw.c - LZWDecode (7.4.4): codes of 9 to 12 bits, 256 clears, 257 ends; EarlyChange. See filter.h. */
#include <string.h>

#include "pdf/filter.h"
#include "util/err.h"

enum { LZW_CLEAR = 256, LZW_END = 257, LZW_FIRST = 258, LZW_CODES = 4096 };

struct lzw {
	struct bytes in;
	size_t bit; /* next bit to read */
	unsigned int width;
	unsigned int next; /* code that the next string gets */
	unsigned int early;
	uint16_t prefix[LZW_CODES];
	uint16_t length[LZW_CODES];
	uint8_t last[LZW_CODES];
};

static int read_code(struct lzw *lzw)
{
	unsigned int code = 0;

	if (lzw->bit + lzw->width > lzw->in.n * 8)
		return -1;
	for (unsigned int i = 0; i < lzw->width; i++, lzw->bit++)
		code = code << 1 | (lzw->in.p[lzw->bit / 8] >> (7 - lzw->bit % 8) & 1U);
	return (int)code;
}

static void clear_table(struct lzw *lzw)
{
	lzw->width = 9;
	lzw->next = LZW_FIRST;
}

/* Writes the string of a code at the end of out (room is there) and returns its first byte. */
static uint8_t put_string(const struct lzw *lzw, unsigned int code, struct buf *out)
{
	size_t n = lzw->length[code];
	uint8_t *p = (uint8_t *)out->data + out->len;

	out->len += n;
	while (n > 1) {
		p[--n] = lzw->last[code];
		code = lzw->prefix[code];
	}
	p[0] = lzw->last[code];
	return p[0];
}

static void add_string(struct lzw *lzw, unsigned int prefix, uint8_t last)
{
	if (lzw->next >= LZW_CODES)
		return;
	lzw->prefix[lzw->next] = (uint16_t)prefix;
	lzw->length[lzw->next] = (uint16_t)(lzw->length[prefix] + 1);
	lzw->last[lzw->next] = last;
	lzw->next++;
	if (lzw->next + lzw->early >= 1U << lzw->width && lzw->width < 12)
		lzw->width++;
}

/* One code after the first of a table. `previous` is the code before it. */
static int decode_code(struct lzw *lzw, unsigned int code, unsigned int previous, size_t limit, struct buf *out,
		       struct err *err)
{
	size_t start = out->len;

	if (code > lzw->next || (code == lzw->next && lzw->next >= LZW_CODES))
		return err_set(err, ERR_PDF_FILTER, "LZWDecode data use code %u before it exists", code);
	if (pd_filter_room(out, code == lzw->next ? lzw->length[previous] + 1U : lzw->length[code], limit, err) != 0)
		return -1;
	if (code == lzw->next) {
		uint8_t first = put_string(lzw, previous, out);

		buf_putc(out, (char)first);
		add_string(lzw, previous, first);
	} else {
		put_string(lzw, code, out);
		add_string(lzw, previous, (uint8_t)out->data[start]);
	}
	return 0;
}

static int decode_all(struct lzw *lzw, size_t limit, struct buf *out, struct err *err)
{
	int previous = -1;

	for (;;) {
		int code = read_code(lzw);

		if (code < 0)
			return err_set(err, ERR_PDF_FILTER, "LZWDecode data without their end code");
		if (code == LZW_END)
			return 0;
		if (code == LZW_CLEAR) {
			clear_table(lzw);
			previous = -1;
			continue;
		}
		if (previous < 0) {
			if (code > 255)
				return err_set(err, ERR_PDF_FILTER, "LZWDecode data begin with code %d", code);
			if (pd_filter_room(out, 1, limit, err) != 0)
				return -1;
			buf_putc(out, (char)code);
		} else if (decode_code(lzw, (unsigned int)code, (unsigned int)previous, limit, out, err) != 0) {
			return -1;
		}
		previous = code;
	}
}

int pd_filter_lzw(struct bytes in, const struct pd_filter_params *params, size_t limit, struct buf *out,
		  struct err *err)
{
	struct lzw lzw = { .in = in, .early = params->early_change != 0 };

	for (unsigned int i = 0; i < 256; i++) {
		lzw.length[i] = 1;
		lzw.last[i] = (uint8_t)i;
	}
	clear_table(&lzw);
	return decode_all(&lzw, limit, out, err);
}
