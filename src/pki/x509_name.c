/* x509_name.c - canonical distinguished names. See x509_name.h; RFC 5280 7.1, RFC 4518. */
#include "pki/x509_name.h"

#include <stdlib.h>

#include "pki/der.h"

#define NAME_MAX_RDNS 128
#define NAME_MAX_ATTRS 32 /* in one RDN */

uint32_t x509_fold(uint32_t code)
{
	if ((code >= 'A' && code <= 'Z') || (code >= 0xc0 && code <= 0xde && code != 0xd7) ||
	    (code >= 0x391 && code <= 0x3a9) || (code >= 0x410 && code <= 0x42f))
		return code + 0x20;
	if (code >= 0x400 && code <= 0x40f)
		return code + 0x50;
	if ((code >= 0x139 && code <= 0x148) || (code >= 0x179 && code <= 0x17e) || code == 0x1af)
		return code + (code & 1);
	if (code == 0x178)
		return 0xff;
	if ((code >= 0x100 && code <= 0x177 && code != 0x130 && code != 0x131 && code != 0x138) ||
	    (code >= 0x1e00 && code <= 0x1e95) || (code >= 0x1ea0 && code <= 0x1eff) || code == 0x1a0)
		return code | 1;
	return code;
}

static void put_utf8(struct buf *out, uint32_t code)
{
	if (code < 0x80) {
		buf_putc(out, (char)code);
		return;
	}
	if (code < 0x800) {
		buf_putc(out, (char)(0xc0 | code >> 6));
	} else {
		if (code < 0x10000) {
			buf_putc(out, (char)(0xe0 | code >> 12));
		} else {
			buf_putc(out, (char)(0xf0 | code >> 18));
			buf_putc(out, (char)(0x80 | (code >> 12 & 0x3f)));
		}
		buf_putc(out, (char)(0x80 | (code >> 6 & 0x3f)));
	}
	buf_putc(out, (char)(0x80 | (code & 0x3f)));
}

/* One code point of UTF-8; overlong forms and surrogates are refused. */
static bool next_utf8(struct bytes *text, uint32_t *ret)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	uint8_t lead = text->p[0];
	size_t more = lead < 0x80             ? 0
		      : (lead & 0xe0) == 0xc0 ? 1
		      : (lead & 0xf0) == 0xe0 ? 2
		      : (lead & 0xf8) == 0xf0 ? 3
					      : 4;
	uint32_t code;

	if (more == 4 || text->n < more + 1)
		return false;
	code = more == 0 ? lead : lead & (0x3fu >> more);
	for (size_t i = 1; i <= more; i++) {
		if ((text->p[i] & 0xc0) != 0x80)
			return false;
		code = code << 6 | (text->p[i] & 0x3f);
	}
	if (code < least[more] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		return false;
	text->p += more + 1;
	text->n -= more + 1;
	*ret = code;
	return true;
}

/* The next code point of a string of the type; width 1 is Latin-1 for the old 8-bit types. */
static bool next_code(uint8_t tag, struct bytes *text, uint32_t *ret)
{
	size_t width = tag == DER_BMP_STRING ? 2 : tag == DER_UNIVERSAL_STRING ? 4 : 1;
	uint32_t code = 0;

	if (tag == DER_UTF8_STRING)
		return next_utf8(text, ret);
	if (text->n < width)
		return false;
	for (size_t i = 0; i < width; i++)
		code = code << 8 | text->p[i];
	text->p += width;
	text->n -= width;
	*ret = code;
	return code <= 0x10ffff;
}

static bool is_string(uint8_t tag)
{
	switch (tag) {
	case DER_UTF8_STRING:
	case DER_PRINTABLE_STRING:
	case DER_IA5_STRING:
	case DER_T61_STRING:
	case DER_NUMERIC_STRING:
	case DER_VISIBLE_STRING:
	case DER_BMP_STRING:
	case DER_UNIVERSAL_STRING:
		return true;
	default:
		return false;
	}
}

/* White space off both ends, runs of it as one, letters folded (RFC 5280 7.1, RFC 4518 2.6.1). */
static bool put_string(uint8_t tag, struct bytes text, struct buf *out)
{
	bool space = false, any = false;
	uint32_t code;

	while (text.n > 0) {
		if (!next_code(tag, &text, &code))
			return false;
		if (code == ' ' || (code >= 9 && code <= 13) || code == 0xa0) {
			space = true;
			continue;
		}
		if (space && any)
			buf_putc(out, ' ');
		space = false;
		any = true;
		put_utf8(out, x509_fold(code));
	}
	return true;
}

static void put_length(struct buf *out, size_t length)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_putc(out, (char)(length >> shift & 0xff));
}

static bool put_attribute(struct bytes contents, struct buf *out)
{
	AUTO(buf_release) struct buf value = BUF_INIT;
	struct der der = der_of(contents);
	struct bytes oid;
	struct der_item item;

	if (!der_read(&der, DER_OID, &oid) || !der_next(&der, &item) || !der_at_end(&der))
		return false;
	if (!is_string(item.tag) || !put_string(item.tag, item.contents, &value)) {
		buf_clear(&value);
		buf_append(&value, item.whole.p, item.whole.n);
	}
	put_length(out, oid.n);
	buf_append(out, oid.p, oid.n);
	put_length(out, value.len);
	buf_append(out, value.data, value.len);
	out->failed |= value.failed;
	return true;
}

static int compare_bufs(const void *a, const void *b)
{
	const struct buf *x = a, *y = b;

	return str_cmp(str_from(x->data, x->len), str_from(y->data, y->len));
}

/* Attributes of one RDN are a SET: order them so that equal sets give equal bytes. */
static bool put_rdn_sorted(struct bytes contents, struct buf *out)
{
	struct buf attrs[NAME_MAX_ATTRS] = { BUF_INIT };
	struct der der = der_of(contents);
	struct bytes attr;
	size_t count = 0, length = 0;
	bool ok = !der_at_end(&der);

	while (ok && !der_at_end(&der)) {
		ok =
		    count < NAME_MAX_ATTRS && der_read(&der, DER_SEQUENCE, &attr) && put_attribute(attr, &attrs[count]);
		length += ok ? attrs[count].len : 0;
		count += count < NAME_MAX_ATTRS;
	}
	qsort(attrs, count, sizeof(attrs[0]), compare_bufs);
	put_length(out, length);
	for (size_t i = 0; i < count; i++) {
		buf_append(out, attrs[i].data, attrs[i].len);
		out->failed |= attrs[i].failed;
		buf_release(&attrs[i]);
	}
	return ok && !out->failed;
}

bool x509_name_add_rdn(struct bytes rdn_contents, struct buf *out)
{
	return put_rdn_sorted(rdn_contents, out);
}

bool x509_name_canonical(struct bytes name_der, struct buf *out)
{
	struct der rdns;
	struct bytes rdn;
	size_t count = 0;

	if (!der_only(name_der, DER_SEQUENCE, &rdns))
		return false;
	while (!der_at_end(&rdns))
		if (count++ >= NAME_MAX_RDNS || !der_read(&rdns, DER_SET, &rdn) || !put_rdn_sorted(rdn, out))
			return false;
	return !out->failed;
}

bool x509_name_equal(struct bytes a_der, struct bytes b_der)
{
	AUTO(buf_release) struct buf a = BUF_INIT;
	AUTO(buf_release) struct buf b = BUF_INIT;

	if (a_der.n > 0 && bytes_eq(a_der, b_der))
		return true;
	return x509_name_canonical(a_der, &a) && x509_name_canonical(b_der, &b) &&
	       bytes_eq(x509_buf_bytes(&a), x509_buf_bytes(&b));
}
