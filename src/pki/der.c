/* der.c - see der.h; clause numbers are those of ITU-T X.690 (02/2021). */
#include "pki/der.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/buf.h"
#include "util/date.h"

static bool note_ber(const struct der *der)
{
	if (!der->ber)
		return false;
	*der->ber = true;
	return true;
}

struct header {
	size_t size;   /* octets of identifier and length */
	size_t length;
	bool indefinite;
};

/* 8.1.2 identifier, 8.1.3 length; 10.1: DER asks for the definite, shortest form. */
static bool read_header(const struct der *der, struct header *ret)
{
	size_t count;
	size_t length = 0;

	if (der->n < 2 || (der->p[0] & 0x1f) == 0x1f)
		return false;
	*ret = (struct header){ .size = 2, .length = der->p[1] };
	if (der->p[1] < 0x80)
		return der->p[1] <= der->n - 2;
	if (der->p[1] == 0x80) {
		ret->indefinite = true;
		return (der->p[0] & DER_CONSTRUCTED) && note_ber(der);
	}
	count = der->p[1] & 0x7f;
	if (count > der->n - 2)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (length > SIZE_MAX >> 8)
			return false;
		length = length << 8 | der->p[2 + i];
	}
	if ((der->p[2] == 0 || length < 0x80) && !note_ber(der))
		return false;
	ret->size = 2 + count;
	ret->length = length;
	return length <= der->n - ret->size;
}

/* Size of an element whose header was read; the end of an indefinite one is its own 00 00, so what is in it is stepped over. */
static bool element_size(const struct der *der, const struct header *header, int depth, size_t *ret_contents, size_t *ret_whole)
{
	struct der inner = { der->p + header->size, der->n - header->size, der->ber };

	if (!header->indefinite) {
		*ret_contents = header->length;
		*ret_whole = header->size + header->length;
		return true;
	}
	if (depth >= DER_MAX_DEPTH)
		return false;
	while (!(inner.n >= 2 && inner.p[0] == 0 && inner.p[1] == 0)) {
		struct header next;
		size_t contents;
		size_t whole;

		if (!read_header(&inner, &next) || !element_size(&inner, &next, depth + 1, &contents, &whole))
			return false;
		inner.p += whole;
		inner.n -= whole;
	}
	*ret_contents = (size_t)(inner.p - der->p) - header->size;
	*ret_whole = header->size + *ret_contents + 2;
	return true;
}

bool der_next(struct der *der, struct der_item *ret)
{
	struct header header;
	size_t contents;
	size_t whole;

	if (!read_header(der, &header) || !element_size(der, &header, 0, &contents, &whole))
		return false;
	ret->tag = der->p[0];
	ret->whole = (struct bytes){ der->p, whole };
	ret->contents = (struct bytes){ der->p + header.size, contents };
	der->p += whole;
	der->n -= whole;
	return true;
}

static bool next_with_tag(struct der *der, uint8_t tag, struct der_item *ret)
{
	return der_peek(der, tag) && der_next(der, ret);
}

bool der_read(struct der *der, uint8_t tag, struct bytes *ret_contents)
{
	struct der_item item;

	if (!next_with_tag(der, tag, &item))
		return false;
	*ret_contents = item.contents;
	return true;
}

bool der_read_whole(struct der *der, uint8_t tag, struct bytes *ret_whole)
{
	struct der_item item;

	if (!next_with_tag(der, tag, &item))
		return false;
	*ret_whole = item.whole;
	return true;
}

bool der_enter(struct der *der, uint8_t tag, struct der *ret_inner)
{
	struct der_item item;

	if (!next_with_tag(der, tag, &item))
		return false;
	*ret_inner = (struct der){ item.contents.p, item.contents.n, der->ber };
	return true;
}

bool der_enter_optional(struct der *der, uint8_t tag, struct der *ret_inner, bool *ret_present)
{
	*ret_present = der_peek(der, tag);
	return !*ret_present || der_enter(der, tag, ret_inner);
}

bool der_only(struct bytes input, uint8_t tag, struct der *ret_inner)
{
	struct der der = der_of(input);

	return der_enter(&der, tag, ret_inner) && der_at_end(&der);
}

bool der_read_bool(struct der *der, bool *ret)
{
	struct der saved = *der;
	struct bytes contents;

	if (!der_read(der, DER_BOOLEAN, &contents))
		return false;
	if (contents.n != 1 || (contents.p[0] != 0 && contents.p[0] != 0xff && !note_ber(der))) { /* 11.1 */
		*der = saved;
		return false;
	}
	*ret = contents.p[0] != 0;
	return true;
}

/* 8.3.2: the first nine bits are neither all zeros nor all ones. */
static bool integer_is_minimal(struct bytes v)
{
	if (v.n < 2)
		return v.n == 1;
	return !((v.p[0] == 0 && v.p[1] < 0x80) || (v.p[0] == 0xff && v.p[1] >= 0x80));
}

bool der_read_integer(struct der *der, struct bytes *ret)
{
	struct der saved = *der;

	if (der_read(der, DER_INTEGER, ret) && ret->n > 0)
		return true;
	*der = saved;
	return false;
}

bool der_read_long(struct der *der, long *ret)
{
	struct der saved = *der;
	struct der_item item;
	uint64_t value;

	if (!der_next(der, &item) || (item.tag != DER_INTEGER && item.tag != DER_ENUMERATED) ||
	    item.contents.n > sizeof(long) || !integer_is_minimal(item.contents)) {
		*der = saved;
		return false;
	}
	value = item.contents.p[0] & 0x80 ? UINT64_MAX : 0;
	for (size_t i = 0; i < item.contents.n; i++)
		value = value << 8 | item.contents.p[i];
	*ret = (long)value;
	return true;
}

bool der_read_int(struct der *der, long *ret)
{
	return der_peek(der, DER_INTEGER) && der_read_long(der, ret);
}

bool der_read_bits(struct der *der, struct bytes *ret, unsigned *ret_unused)
{
	struct der saved = *der;
	struct bytes contents;

	if (!der_read(der, DER_BIT_STRING, &contents))
		return false;
	if (contents.n == 0 || contents.p[0] > 7 || (contents.n == 1 && contents.p[0] != 0)) {
		*der = saved;
		return false;
	}
	*ret = (struct bytes){ contents.p + 1, contents.n - 1 };
	*ret_unused = contents.p[0];
	return true;
}

static bool two_digits(struct bytes *text, int *ret)
{
	if (text->n < 2 || text->p[0] < '0' || text->p[0] > '9' || text->p[1] < '0' || text->p[1] > '9')
		return false;
	*ret = (text->p[0] - '0') * 10 + (text->p[1] - '0');
	text->p += 2;
	text->n -= 2;
	return true;
}

/* "Z", "+hhmm" or "-hhmm", and nothing after it. */
static bool read_zone(struct bytes text, int *ret_offset_min)
{
	int hour;
	int minute;
	int sign;

	*ret_offset_min = 0;
	if (text.n == 1 && text.p[0] == 'Z')
		return true;
	if (text.n != 5 || (text.p[0] != '+' && text.p[0] != '-'))
		return false;
	sign = text.p[0] == '+' ? 1 : -1;
	text.p++;
	text.n--;
	if (!two_digits(&text, &hour) || !two_digits(&text, &minute) || hour > 23 || minute > 59)
		return false;
	*ret_offset_min = sign * (hour * 60 + minute);
	return true;
}

static bool read_year(struct bytes *text, bool generalized, int *ret)
{
	int century = 0;
	int year;

	if ((generalized && !two_digits(text, &century)) || !two_digits(text, &year))
		return false;
	if (!generalized)
		century = year >= 50 ? 19 : 20; /* RFC 5280 4.1.2.5.1 */
	*ret = century * 100 + year;
	return true;
}

static void skip_fraction(struct bytes *text)
{
	if (text->n < 2 || (text->p[0] != '.' && text->p[0] != ',') || text->p[1] < '0' || text->p[1] > '9')
		return;
	do {
		text->p++;
		text->n--;
	} while (text->n && text->p[0] >= '0' && text->p[0] <= '9');
}

bool der_time(struct bytes text, bool generalized, int64_t *ret_ms)
{
	struct date_fields f = { 0 };
	int offset_min;

	if (!read_year(&text, generalized, &f.year) || !two_digits(&text, &f.month) || !two_digits(&text, &f.day) ||
	    !two_digits(&text, &f.hour) || !two_digits(&text, &f.minute))
		return false;
	if (text.n && text.p[0] >= '0' && text.p[0] <= '9' && !two_digits(&text, &f.second))
		return false;
	if (generalized)
		skip_fraction(&text);
	if (!read_zone(text, &offset_min) || !date_valid(f.year, f.month, f.day) || f.hour > 23 || f.minute > 59 || f.second > 60)
		return false;
	*ret_ms = date_to_ms(f, offset_min);
	return true;
}

bool der_read_time(struct der *der, int64_t *ret_ms)
{
	struct der saved = *der;
	struct der_item item;

	if (der_next(der, &item) && (item.tag == DER_UTC_TIME || item.tag == DER_GENERALIZED_TIME) &&
	    der_time(item.contents, item.tag == DER_GENERALIZED_TIME, ret_ms))
		return true;
	*der = saved;
	return false;
}

static bool is_strict(struct der *der, int depth)
{
	struct der_item item;

	if (depth >= DER_MAX_DEPTH || !der_next(der, &item))
		return false;
	if (item.tag & DER_CONSTRUCTED) {
		struct der inner = der_of(item.contents);

		while (!der_at_end(&inner))
			if (!is_strict(&inner, depth + 1))
				return false;
	}
	return true;
}

bool der_is_strict(struct bytes input)
{
	struct der der = der_of(input);

	return is_strict(&der, 0) && der_at_end(&der);
}

/* 11.6: compared as octet strings, the shorter padded with zeros; encodings of one length header never differ by padding only. */
static int encoding_cmp(struct bytes a, struct bytes b)
{
	int order = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

bool der_set_is_sorted(struct bytes contents)
{
	struct der der = der_of(contents);
	struct der_item last = { 0 };
	struct der_item item;

	while (!der_at_end(&der)) {
		if (!der_next(&der, &item) || (last.whole.p && encoding_cmp(last.whole, item.whole) > 0))
			return false;
		last = item;
	}
	return true;
}

static bool read_arc(struct bytes *oid, uint64_t *ret)
{
	uint64_t arc = 0;

	if (oid->n == 0 || oid->p[0] == 0x80) /* 8.19.2: shortest form */
		return false;
	while (oid->n) {
		uint8_t octet = *oid->p;

		if (arc > UINT64_MAX >> 7)
			return false;
		arc = arc << 7 | (octet & 0x7f);
		oid->p++;
		oid->n--;
		if (octet < 0x80) {
			*ret = arc;
			return true;
		}
	}
	return false;
}

bool der_oid_text(struct bytes oid, char ret[DER_OID_TEXT_BYTES])
{
	size_t used;
	uint64_t arc;
	unsigned first;

	if (!read_arc(&oid, &arc))
		return false;
	first = arc < 40 ? 0 : arc < 80 ? 1 : 2; /* 8.19.4 */
	used = (size_t)snprintf(ret, DER_OID_TEXT_BYTES, "%u.%llu", first, (unsigned long long)(arc - first * 40));
	while (oid.n) {
		if (!read_arc(&oid, &arc) || used + 24 > DER_OID_TEXT_BYTES)
			return false;
		used += (size_t)snprintf(ret + used, DER_OID_TEXT_BYTES - used, ".%llu", (unsigned long long)arc);
	}
	return true;
}

static void put_arc(struct buf *out, uint64_t arc)
{
	uint8_t octets[10];
	size_t n = sizeof(octets);

	octets[--n] = arc & 0x7f;
	while (arc >>= 7)
		octets[--n] = (uint8_t)(0x80 | (arc & 0x7f));
	buf_append(out, octets + n, sizeof(octets) - n);
}

bool der_oid_contents(const char *text, struct buf *out)
{
	uint64_t first = 0;
	size_t i = 0;

	for (const char *p = text; *p; i++) {
		size_t n = strcspn(p, ".");
		uint64_t arc;

		if (n > 1 && *p == '0')
			return false;
		if (!str_parse_u64(str_from(p, n), &arc) || (i == 0 && arc > 2) || (i == 1 && first < 2 && arc > 39) ||
		    arc > UINT64_MAX - 80)
			return false;
		if (i == 0)
			first = arc;
		else
			put_arc(out, i == 1 ? first * 40 + arc : arc);
		p += n;
		if (*p == '.' && !*++p)
			return false;
	}
	return i >= 2;
}

/* ---- writing ---- */

size_t der_header_size(size_t contents)
{
	size_t size = 2;

	if (contents >= 0x80)
		for (size_t rest = contents; rest; rest >>= 8)
			size++;
	return size;
}

static size_t make_header(uint8_t tag, size_t length, uint8_t ret[2 + sizeof(size_t)])
{
	size_t size = der_header_size(length);

	ret[0] = tag;
	if (size == 2) {
		ret[1] = (uint8_t)length;
		return size;
	}
	ret[1] = (uint8_t)(0x80 | (size - 2));
	for (size_t i = size; i-- > 2; length >>= 8)
		ret[i] = (uint8_t)length;
	return size;
}

void der_put(struct buf *out, uint8_t tag, struct bytes contents)
{
	uint8_t header[2 + sizeof(size_t)];

	buf_append(out, header, make_header(tag, contents.n, header));
	buf_append(out, contents.p, contents.n);
}

void der_put_raw(struct buf *out, struct bytes whole)
{
	buf_append(out, whole.p, whole.n);
}

size_t der_begin(struct buf *out, uint8_t tag)
{
	buf_putc(out, (char)tag);
	return out->len;
}

void der_end(struct buf *out, size_t begin)
{
	uint8_t header[2 + sizeof(size_t)];
	size_t length;
	size_t size;

	if (buf_failed(out) || begin == 0 || begin > out->len)
		return;
	length = out->len - begin;
	size = make_header((uint8_t)out->data[begin - 1], length, header);
	buf_fill(out, '\0', size - 1);
	if (buf_failed(out))
		return;
	memmove(out->data + begin + size - 1, out->data + begin, length);
	memcpy(out->data + begin - 1, header, size);
}

static int item_cmp(const void *a, const void *b)
{
	return encoding_cmp(((const struct der_item *)a)->whole, ((const struct der_item *)b)->whole);
}

enum { SET_MAX = 64 };

bool der_end_set_of(struct buf *out, size_t begin)
{
	struct der_item items[SET_MAX];
	AUTO(buf_release) struct buf sorted = BUF_INIT;
	struct der der;
	size_t count = 0;

	if (buf_failed(out))
		return true; /* the writer learns it from the buffer */
	der = der_of((struct bytes){ (const uint8_t *)out->data + begin, out->len - begin });
	while (!der_at_end(&der))
		if (count == SET_MAX || !der_next(&der, &items[count++]))
			return false;
	qsort(items, count, sizeof(items[0]), item_cmp);
	for (size_t i = 0; i < count; i++)
		der_put_raw(&sorted, items[i].whole);
	if (buf_failed(&sorted))
		return false;
	if (sorted.len)
		memcpy(out->data + begin, sorted.data, sorted.len);
	der_end(out, begin);
	return true;
}

void der_put_bool(struct buf *out, bool value)
{
	const uint8_t octet = value ? 0xff : 0;

	der_put(out, DER_BOOLEAN, (struct bytes){ &octet, 1 });
}

void der_put_long(struct buf *out, long value)
{
	uint8_t octets[sizeof(long)];
	size_t skip = 0;

	for (size_t i = 0; i < sizeof(octets); i++)
		octets[sizeof(octets) - 1 - i] = (uint8_t)((unsigned long)value >> (8 * i));
	while (skip < sizeof(octets) - 1 && !integer_is_minimal((struct bytes){ octets + skip, sizeof(octets) - skip }))
		skip++;
	der_put(out, DER_INTEGER, (struct bytes){ octets + skip, sizeof(octets) - skip });
}

void der_put_unsigned(struct buf *out, struct bytes v)
{
	size_t begin = der_begin(out, DER_INTEGER);

	while (v.n && v.p[0] == 0) {
		v.p++;
		v.n--;
	}
	if (v.n == 0 || v.p[0] >= 0x80)
		buf_putc(out, '\0');
	buf_append(out, v.p, v.n);
	der_end(out, begin);
}

void der_put_oid(struct buf *out, struct bytes contents)
{
	der_put(out, DER_OID, contents);
}

void der_put_bits(struct buf *out, struct bytes bits)
{
	size_t begin = der_begin(out, DER_BIT_STRING);

	buf_putc(out, '\0');
	buf_append(out, bits.p, bits.n);
	der_end(out, begin);
}

void der_put_generalized_time(struct buf *out, int64_t ms)
{
	struct date_fields f = date_from_ms(ms, 0);
	char text[80];
	int n = snprintf(text, sizeof(text), "%04d%02d%02d%02d%02d%02dZ", f.year, f.month, f.day, f.hour, f.minute, f.second);

	der_put(out, DER_GENERALIZED_TIME, (struct bytes){ (const uint8_t *)text, (size_t)n });
}

void der_put_time(struct buf *out, int64_t ms)
{
	struct date_fields f = date_from_ms(ms, 0);
	char text[80];
	int n;

	if (f.year < 1950 || f.year > 2049) {
		der_put_generalized_time(out, ms);
		return;
	}
	n = snprintf(text, sizeof(text), "%02d%02d%02d%02d%02d%02dZ", f.year % 100, f.month, f.day, f.hour, f.minute, f.second);
	der_put(out, DER_UTC_TIME, (struct bytes){ (const uint8_t *)text, (size_t)n });
}
