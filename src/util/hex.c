/* hex.c - see hex.h. */
#include "util/hex.h"

#include "util/err.h"

static const char base64_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

void hex_encode(struct bytes in, bool upper, struct buf *out)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";

	if (!buf_reserve(out, in.n * 2))
		return;
	for (size_t i = 0; i < in.n; i++) {
		out->data[out->len++] = digits[in.p[i] >> 4];
		out->data[out->len++] = digits[in.p[i] & 15];
	}
	out->data[out->len] = '\0';
}

/* A failure takes back what was appended. */
static int fail_at(struct buf *out, size_t before, size_t position, const char *what, struct err *err)
{
	out->len = before;
	if (out->data)
		out->data[before] = '\0';
	return err_set(err, ERR_HEX, "not a %s at position %zu", what, position);
}

int hex_decode(struct str text, struct buf *out, struct err *err)
{
	size_t before = out->len;

	if (text.n % 2)
		return err_set(err, ERR_HEX, "odd number of hexadecimal digits (%zu)", text.n);
	for (size_t i = 0; i < text.n; i += 2) {
		int hi = hex_digit(text.p[i]);
		int lo = hex_digit(text.p[i + 1]);

		if (hi < 0 || lo < 0)
			return fail_at(out, before, hi < 0 ? i : i + 1, "hexadecimal digit", err);
		buf_putc(out, (char)(hi << 4 | lo));
	}
	return buf_check(out, err);
}

void base64_encode(struct bytes in, struct buf *out)
{
	for (size_t i = 0; i < in.n; i += 3) {
		size_t left = in.n - i;
		uint32_t v = (uint32_t)in.p[i] << 16 | (left > 1 ? (uint32_t)in.p[i + 1] << 8 : 0) |
			     (left > 2 ? in.p[i + 2] : 0);

		buf_putc(out, base64_alphabet[v >> 18]);
		buf_putc(out, base64_alphabet[v >> 12 & 63]);
		buf_putc(out, left > 1 ? base64_alphabet[v >> 6 & 63] : '=');
		buf_putc(out, left > 2 ? base64_alphabet[v & 63] : '=');
	}
}

static int base64_value(char c)
{
	const char *at = c ? strchr(base64_alphabet, c) : NULL;

	return at ? (int)(at - base64_alphabet) : -1;
}

int base64_decode(struct str text, struct buf *out, struct err *err)
{
	size_t before = out->len;

	if (text.n % 4)
		return err_set(err, ERR_HEX, "the length of base64 text must be a multiple of 4, not %zu", text.n);
	for (size_t i = 0; i < text.n; i += 4) {
		bool last = i + 4 == text.n;
		int pad = last ? (text.p[i + 3] == '=') + (text.p[i + 3] == '=' && text.p[i + 2] == '=') : 0;
		uint32_t v = 0;

		for (size_t j = 0; j < 4; j++) {
			int d = j >= 4 - (size_t)pad ? 0 : base64_value(text.p[i + j]);

			if (d < 0)
				return fail_at(out, before, i + j, "base64 character", err);
			v = v << 6 | (uint32_t)d;
		}
		if ((pad == 1 && v & 0xff) || (pad == 2 && v & 0xffff))
			return fail_at(out, before, i + 3 - (size_t)pad, "base64 ending (its last bits must be zero)",
				       err);
		buf_putc(out, (char)(v >> 16));
		if (pad < 2)
			buf_putc(out, (char)(v >> 8));
		if (pad < 1)
			buf_putc(out, (char)v);
	}
	return buf_check(out, err);
}
