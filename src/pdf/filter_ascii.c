/* filter_ascii.c - ASCIIHexDecode (7.4.2), ASCII85Decode (7.4.3) and RunLengthDecode (7.4.5). See filter.h. */
#include "pdf/filter.h"
#include "pdf/lexer.h"
#include "util/err.h"

int pd_filter_room(struct buf *out, size_t more, size_t limit, struct err *err)
{
	if (out->len > limit || more > limit - out->len)
		return err_set(err, ERR_PDF_LIMIT, "stream decodes to more than %zu bytes", limit);
	if (!buf_reserve(out, more))
		return err_set(err, ERR_NO_MEMORY, "no memory to decode a stream");
	return 0;
}

static bool space_to_end(struct bytes in, size_t i)
{
	while (i < in.n && pd_char_class(in.p[i]) == PD_CHAR_SPACE)
		i++;
	return i == in.n;
}

int pd_filter_ascii_hex(struct bytes in, const struct pd_filter_params *params, size_t limit, struct buf *out,
			struct err *err)
{
	int pending = -1;

	(void)params;
	if (pd_filter_room(out, in.n / 2 + 1, limit + 1, err) != 0)
		return -1;
	for (size_t i = 0; i < in.n; i++) {
		int v = pd_hex_digit(in.p[i]);

		if (in.p[i] == '>') {
			if (pending >= 0)
				buf_putc(out, (char)(pending << 4));
			if (!space_to_end(in, i + 1))
				return err_set(err, ERR_PDF_FILTER, "ASCIIHexDecode data go on after their end");
			return 0;
		}
		if (v < 0 && pd_char_class(in.p[i]) == PD_CHAR_SPACE)
			continue;
		if (v < 0)
			return err_set(err, ERR_PDF_FILTER, "ASCIIHexDecode data with byte 0x%02x", in.p[i]);
		if (pending >= 0)
			buf_putc(out, (char)(pending << 4 | v));
		pending = pending >= 0 ? -1 : v;
	}
	return err_set(err, ERR_PDF_FILTER, "ASCIIHexDecode data without their >");
}

/* `n` characters (2..5) make n - 1 bytes; missing ones count as `u`. */
static int put_group(uint8_t group[5], unsigned int n, struct buf *out, struct err *err)
{
	uint64_t value = 0;

	if (n == 1)
		return err_set(err, ERR_PDF_FILTER, "ASCII85Decode data end with a single character");
	for (unsigned int i = 0; i < 5; i++)
		value = value * 85 + (i < n ? group[i] : 84);
	if (value > UINT32_MAX)
		return err_set(err, ERR_PDF_FILTER, "ASCII85Decode data with a group above 2^32 - 1");
	for (unsigned int i = 0; i + 1 < n; i++)
		buf_putc(out, (char)(value >> (24 - 8 * i)));
	return 0;
}

static int end_ascii85(struct bytes in, size_t at, uint8_t group[5], unsigned int n, struct buf *out, struct err *err)
{
	if (at + 1 >= in.n || in.p[at + 1] != '>' || !space_to_end(in, at + 2))
		return err_set(err, ERR_PDF_FILTER, "ASCII85Decode data do not end with ~>");
	return n ? put_group(group, n, out, err) : 0;
}

int pd_filter_ascii85(struct bytes in, const struct pd_filter_params *params, size_t limit, struct buf *out,
		      struct err *err)
{
	uint8_t group[5];
	unsigned int n = 0;

	(void)params;
	for (size_t i = 0; i < in.n; i++) {
		uint8_t c = in.p[i];

		if (pd_filter_room(out, 4, limit, err) != 0)
			return -1;
		if (c == '~')
			return end_ascii85(in, i, group, n, out, err);
		if (c == 'z' && n == 0) {
			buf_fill(out, 0, 4);
		} else if (c >= '!' && c <= 'u') {
			group[n++] = (uint8_t)(c - '!');
			if (n == 5 && put_group(group, 5, out, err) != 0)
				return -1;
			n %= 5;
		} else if (pd_char_class(c) != PD_CHAR_SPACE) {
			return err_set(err, ERR_PDF_FILTER, "ASCII85Decode data with byte 0x%02x", c);
		}
	}
	return err_set(err, ERR_PDF_FILTER, "ASCII85Decode data without their ~>");
}

int pd_filter_run_length(struct bytes in, const struct pd_filter_params *params, size_t limit, struct buf *out,
			 struct err *err)
{
	size_t i = 0;

	(void)params;
	while (i < in.n) {
		unsigned int code = in.p[i++];
		size_t n = code < 128 ? code + 1 : 257 - code;

		if (code == 128)
			return 0;
		if (pd_filter_room(out, n, limit, err) != 0)
			return -1;
		if (i + (code < 128 ? n : 1) > in.n)
			break;
		if (code < 128)
			buf_append(out, in.p + i, n);
		else
			buf_fill(out, (char)in.p[i], n);
		i += code < 128 ? n : 1;
	}
	return err_set(err, ERR_PDF_FILTER, "RunLengthDecode data without their end");
}
