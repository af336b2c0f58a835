/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * write.c - see write.h.
 */
#include "pdf/write.h"

#include <math.h>

#include "util/err.h"
#include "util/text_vi.h"

enum { NUMBER_DECIMALS = 5, REAL_MAX_DECIMALS = 15 };

static const double max_exact = 9007199254740992.0; /* 2^53 */

void pd_put_int(struct buf *out, int64_t v)
{
	char digits[24];
	size_t at = sizeof(digits);
	uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

	do
		digits[--at] = (char)('0' + u % 10);
	while (u /= 10);
	if (v < 0)
		digits[--at] = '-';
	buf_append(out, digits + at, sizeof(digits) - at);
}

/* `scaled` / 10^decimals without trailing zeros; at least one decimal when `point`. */
static void put_scaled(struct buf *out, bool negative, uint64_t scaled, int decimals, bool point)
{
	char digits[32];
	size_t at = sizeof(digits);

	while (decimals > 0 && scaled % 10 == 0) {
		scaled /= 10;
		decimals--;
	}
	if (decimals == 0 && point)
		digits[--at] = '0';
	for (int i = 0; i < decimals; i++, scaled /= 10)
		digits[--at] = (char)('0' + scaled % 10);
	if (decimals || point)
		digits[--at] = '.';
	do
		digits[--at] = (char)('0' + scaled % 10);
	while (scaled /= 10);
	if (negative)
		digits[--at] = '-';
	buf_append(out, digits + at, sizeof(digits) - at);
}

void pd_put_number(struct buf *out, double v)
{
	const double limit = 2147483647.0;
	uint64_t scaled;

	if (isnan(v))
		v = 0;
	v = v > limit ? limit : v < -limit ? -limit : v;
	scaled = (uint64_t)llround(fabs(v) * 100000.0);
	put_scaled(out, v < 0 && scaled, scaled, NUMBER_DECIMALS, /* point= */ false);
}

/* The fewest decimals whose quotient is the same double. Both operands are exact below 2^53, so the quotient is what a
 * correctly rounding reader makes of the text. */
void pd_put_real(struct buf *out, double v)
{
	double a = fabs(v);
	double power = 1;
	double scaled;
	int decimals = 0;

	if (isnan(v))
		a = 0;
	scaled = round(a);
	if (a >= max_exact) {
		put_scaled(out, v < 0, a < 1.8e19 ? (uint64_t)a : UINT64_MAX, 0, /* point= */ true);
		return;
	}
	while (scaled / power != a && decimals < REAL_MAX_DECIMALS && a * power * 10 < max_exact) {
		power *= 10;
		decimals++;
		scaled = round(a * power);
	}
	put_scaled(out, v < 0, (uint64_t)scaled, decimals, /* point= */ true);
}

void pd_put_rect(struct buf *out, struct pd_rect rect)
{
	buf_putc(out, '[');
	pd_put_number(out, rect.x0);
	buf_putc(out, ' ');
	pd_put_number(out, rect.y0);
	buf_putc(out, ' ');
	pd_put_number(out, rect.x1);
	buf_putc(out, ' ');
	pd_put_number(out, rect.y1);
	buf_putc(out, ']');
}

static bool is_regular(unsigned char c)
{
	return c > 0x20 && c < 0x7f && !strchr("()<>[]{}/%#", c);
}

void pd_put_name(struct buf *out, struct str name)
{
	static const char hex[] = "0123456789ABCDEF";

	buf_putc(out, '/');
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];

		if (is_regular(c)) {
			buf_putc(out, (char)c);
			continue;
		}
		buf_putc(out, '#');
		buf_putc(out, hex[c >> 4]);
		buf_putc(out, hex[c & 15]);
	}
}

void pd_put_ref(struct buf *out, struct pd_ref ref)
{
	pd_put_int(out, ref.num);
	buf_putc(out, ' ');
	pd_put_int(out, ref.gen);
	buf_append(out, " R", 2);
}

void pd_put_string(struct buf *out, struct bytes data)
{
	buf_putc(out, '(');
	for (size_t i = 0; i < data.n; i++) {
		uint8_t c = data.p[i];

		if (c == '(' || c == ')' || c == '\\') {
			buf_putc(out, '\\');
			buf_putc(out, (char)c);
		} else if (c < 0x20 || c >= 0x7f) {
			buf_putc(out, '\\');
			buf_putc(out, (char)('0' + (c >> 6)));
			buf_putc(out, (char)('0' + (c >> 3 & 7)));
			buf_putc(out, (char)('0' + (c & 7)));
		} else {
			buf_putc(out, (char)c);
		}
	}
	buf_putc(out, ')');
}

void pd_put_hex(struct buf *out, struct bytes data)
{
	static const char hex[] = "0123456789ABCDEF";

	buf_putc(out, '<');
	for (size_t i = 0; i < data.n; i++) {
		buf_putc(out, hex[data.p[i] >> 4]);
		buf_putc(out, hex[data.p[i] & 15]);
	}
	buf_putc(out, '>');
}

/* The part of PDFDocEncoding (Annex D.3) that is Latin-1 as well; the rest goes to UTF-16. */
static bool in_pdfdoc(uint32_t c)
{
	return c == '\n' || c == '\r' || c == '\t' || (c >= 0x20 && c < 0x7f) || (c > 0xa0 && c <= 0xff && c != 0xad);
}

static void put_utf16(struct buf *out, uint32_t c)
{
	if (c > 0xffff) {
		put_utf16(out, 0xd800 + ((c - 0x10000) >> 10));
		c = 0xdc00 + ((c - 0x10000) & 0x3ff);
	}
	buf_putc(out, (char)(c >> 8));
	buf_putc(out, (char)(c & 0xff));
}

int pd_put_text(struct buf *out, const char *utf8, struct err *err)
{
	AUTO(buf_release) struct buf narrow = BUF_INIT;
	AUTO(buf_release) struct buf wide = BUF_INIT;
	struct str rest = str_of(utf8);
	bool fits = true;
	uint32_t c;

	buf_append(&wide, "\xfe\xff", 2);
	while (utf8_next(&rest, &c)) {
		fits = fits && in_pdfdoc(c);
		buf_putc(&narrow, (char)c);
		put_utf16(&wide, c);
	}
	if (rest.n)
		return err_set(err, ERR_TEXT, "a text for the PDF is not UTF-8 at byte %zu", (size_t)(rest.p - utf8));
	if (buf_check(&wide, err) < 0 || buf_check(&narrow, err) < 0)
		return -1;
	if (fits)
		pd_put_string(out, (struct bytes){ (const uint8_t *)buf_str(&narrow), narrow.len });
	else
		pd_put_hex(out, (struct bytes){ (const uint8_t *)wide.data, wide.len });
	return 0;
}

static void put_array(struct buf *out, const struct pd_obj *array)
{
	buf_putc(out, '[');
	for (size_t i = 0; i < pd_array_len(array); i++) {
		if (i)
			buf_putc(out, ' ');
		pd_put_obj(out, pd_array_raw(array, i));
	}
	buf_putc(out, ']');
}

void pd_put_obj(struct buf *out, const struct pd_obj *obj)
{
	switch (pd_kind(obj)) {
	case PD_NULL:
		buf_puts(out, "null");
		return;
	case PD_BOOL:
		buf_puts(out, pd_bool(obj, false) ? "true" : "false");
		return;
	case PD_INT:
		pd_put_int(out, pd_int(obj, 0));
		return;
	case PD_REAL:
		pd_put_real(out, pd_number(obj, 0));
		return;
	case PD_NAME:
		pd_put_name(out, pd_name(obj));
		return;
	case PD_STRING:
		if (pd_string_is_hex(obj))
			pd_put_hex(out, pd_string(obj));
		else
			pd_put_string(out, pd_string(obj));
		return;
	case PD_ARRAY:
		put_array(out, obj);
		return;
	case PD_DICT:
		pd_put_dict_with(out, obj, NULL, 0);
		return;
	case PD_REF:
		pd_put_ref(out, pd_ref(obj));
		return;
	case PD_STREAM:
		break;
	}
	BUG("a stream cannot be written inside another object");
}

static const struct pd_change *find_change(const struct pd_change *changes, size_t n, struct str key)
{
	for (size_t i = 0; i < n; i++)
		if (str_is(key, changes[i].key))
			return &changes[i];
	return NULL;
}

static void put_entry(struct buf *out, struct str key, const struct buf *value)
{
	pd_put_name(out, key);
	buf_putc(out, ' ');
	buf_append(out, value->data, value->len);
	buf_putc(out, '\n');
}

void pd_put_dict_with(struct buf *out, const struct pd_obj *dict, const struct pd_change *changes, size_t change_count)
{
	size_t n = pd_dict_len(dict);

	buf_puts(out, "<<\n");
	for (size_t i = 0; i < n; i++) {
		struct str key = pd_dict_key(dict, i);
		const struct pd_change *change = find_change(changes, change_count, key);

		if (change) {
			if (change->value)
				put_entry(out, key, change->value);
			continue;
		}
		pd_put_name(out, key);
		buf_putc(out, ' ');
		pd_put_obj(out, pd_dict_value_raw(dict, i));
		buf_putc(out, '\n');
	}
	for (size_t i = 0; i < change_count; i++)
		if (changes[i].value && !pd_dict_has(dict, changes[i].key))
			put_entry(out, str_of(changes[i].key), changes[i].value);
	buf_puts(out, ">>");
}
