/* name.c - see name.h. */
#include "pki/name.h"

#include <string.h>

#include "pki/oid.h"
#include "util/buf.h"
#include "util/err.h"

struct name_type {
	struct bytes oid;
	const char *text;
	uint8_t tag; /* how name_build writes it */
};

static const struct name_type name_types[] = {
	{ OID("\x55\x04\x03"), "CN", DER_UTF8_STRING },
	{ OID("\x55\x04\x0a"), "O", DER_UTF8_STRING },
	{ OID("\x55\x04\x0b"), "OU", DER_UTF8_STRING },
	{ OID("\x55\x04\x06"), "C", DER_PRINTABLE_STRING },
	{ OID("\x55\x04\x07"), "L", DER_UTF8_STRING },
	{ OID("\x55\x04\x08"), "ST", DER_UTF8_STRING },
	{ OID("\x55\x04\x09"), "STREET", DER_UTF8_STRING },
	{ OID("\x55\x04\x0c"), "T", DER_UTF8_STRING },
	{ OID("\x55\x04\x05"), "serialNumber", DER_PRINTABLE_STRING },
	{ OID("\x55\x04\x04"), "SN", DER_UTF8_STRING },
	{ OID("\x55\x04\x2a"), "GN", DER_UTF8_STRING },
	{ OID("\x55\x04\x0d"), "description", DER_UTF8_STRING },
	{ OID("\x55\x04\x0f"), "businessCategory", DER_UTF8_STRING },
	{ OID("\x55\x04\x11"), "postalCode", DER_UTF8_STRING },
	{ OID("\x55\x04\x14"), "telephoneNumber", DER_PRINTABLE_STRING },
	{ OID("\x55\x04\x29"), "name", DER_UTF8_STRING },
	{ OID("\x55\x04\x2b"), "initials", DER_UTF8_STRING },
	{ OID("\x55\x04\x2c"), "generationQualifier", DER_UTF8_STRING },
	{ OID("\x55\x04\x2e"), "dnQualifier", DER_PRINTABLE_STRING },
	{ OID("\x55\x04\x41"), "pseudonym", DER_UTF8_STRING },
	{ OID("\x55\x04\x61"), "organizationIdentifier", DER_UTF8_STRING },
	{ OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01"), "emailAddress", DER_IA5_STRING },
	{ OID("\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01"), "UID", DER_UTF8_STRING },
	{ OID("\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19"), "DC", DER_IA5_STRING },
};

const char *name_type_text(struct bytes oid)
{
	for (size_t i = 0; i < ARRAY_LEN(name_types); i++)
		if (bytes_eq(name_types[i].oid, oid))
			return name_types[i].text;
	return NULL;
}

static int not_a_name(struct err *err)
{
	return err_set(err, ERR_CERT, "a distinguished name is malformed");
}

static int parse_rdn(struct der set, size_t rdn, struct name_attr *attrs, size_t *count, struct err *err)
{
	if (der_at_end(&set))
		return not_a_name(err);
	while (!der_at_end(&set)) {
		struct name_attr *attr = &attrs[*count];
		struct der pair;

		if (*count == NAME_MAX_ATTRS)
			return err_set(err, ERR_CERT, "a distinguished name has more than %d attributes", NAME_MAX_ATTRS);
		if (!der_enter(&set, DER_SEQUENCE, &pair) || !der_read(&pair, DER_OID, &attr->oid) ||
		    !der_next(&pair, &attr->value) || !der_at_end(&pair))
			return not_a_name(err);
		attr->rdn = rdn;
		++*count;
	}
	return 0;
}

int name_parse(struct bytes name_der, struct name_attr attrs[NAME_MAX_ATTRS], size_t *ret_count, struct err *err)
{
	struct der in;
	struct der set;
	size_t count = 0;

	if (!der_only(name_der, DER_SEQUENCE, &in))
		return not_a_name(err);
	for (size_t rdn = 0; !der_at_end(&in); rdn++) {
		if (!der_enter(&in, DER_SET, &set))
			return not_a_name(err);
		if (parse_rdn(set, rdn, attrs, &count, err))
			return -1;
	}
	*ret_count = count;
	return 0;
}

/* ---- values as code points ---- */

static void put_utf8(struct buf *out, uint32_t c)
{
	if (c < 0x80) {
		buf_putc(out, (char)c);
	} else if (c < 0x800) {
		buf_putc(out, (char)(0xc0 | c >> 6));
		buf_putc(out, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		buf_putc(out, (char)(0xe0 | c >> 12));
		buf_putc(out, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_putc(out, (char)(0x80 | (c & 0x3f)));
	} else {
		buf_putc(out, (char)(0xf0 | c >> 18));
		buf_putc(out, (char)(0x80 | (c >> 12 & 0x3f)));
		buf_putc(out, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_putc(out, (char)(0x80 | (c & 0x3f)));
	}
}

/* One code point of strict UTF-8 (RFC 3629: no surrogates, no overlong forms). */
static bool next_utf8(struct bytes *in, uint32_t *ret)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint8_t first = in->p[0];
	size_t n = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
	uint32_t c = n == 1 ? first : first & (0x7fu >> n);

	if (n == 0 || n > in->n)
		return false;
	for (size_t i = 1; i < n; i++) {
		if ((in->p[i] & 0xc0) != 0x80)
			return false;
		c = c << 6 | (in->p[i] & 0x3f);
	}
	if ((n > 1 && c < smallest[n]) || (c >= 0xd800 && c < 0xe000) || c > 0x10ffff)
		return false;
	in->p += n;
	in->n -= n;
	*ret = c;
	return true;
}

static bool next_wide(struct bytes *in, size_t width, uint32_t *ret)
{
	uint32_t c = 0;

	if (in->n < width)
		return false;
	for (size_t i = 0; i < width; i++)
		c = c << 8 | in->p[i];
	if ((c >= 0xd800 && c < 0xe000) || c > 0x10ffff)
		return false;
	in->p += width;
	in->n -= width;
	*ret = c;
	return true;
}

/* The next character of a directory string; T61 is read as Latin-1, as everybody does. False when the bytes are no such text. */
static bool next_char(uint8_t tag, struct bytes *in, uint32_t *ret)
{
	switch (tag) {
	case DER_BMP_STRING:
		return next_wide(in, 2, ret);
	case DER_UNIVERSAL_STRING:
		return next_wide(in, 4, ret);
	case DER_T61_STRING:
		return next_wide(in, 1, ret);
	default:
		return next_utf8(in, ret);
	}
}

static bool is_text(struct der_item value)
{
	static const uint8_t tags[] = { DER_UTF8_STRING, DER_PRINTABLE_STRING, DER_IA5_STRING, DER_NUMERIC_STRING, DER_T61_STRING,
					DER_BMP_STRING, DER_UNIVERSAL_STRING, DER_VISIBLE_STRING };
	struct bytes rest = value.contents;
	uint32_t c;

	if (!memchr(tags, value.tag, sizeof(tags)))
		return false;
	while (rest.n)
		if (!next_char(value.tag, &rest, &c))
			return false;
	return true;
}

static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

static void put_hex(struct buf *out, const char *prefix, struct bytes bytes)
{
	for (size_t i = 0; i < bytes.n; i++)
		buf_printf(out, "%s%02X", prefix, (unsigned)bytes.p[i]);
}

void name_value_text(struct der_item value, struct buf *out)
{
	struct bytes rest = value.contents;
	uint32_t c;

	if (!is_text(value)) {
		put_hex(out, "", value.whole);
		return;
	}
	while (rest.n && next_char(value.tag, &rest, &c))
		put_utf8(out, is_control(c) ? 0xfffd : c);
}

/* RFC 4514 2.4 */
static void put_escaped(struct buf *out, struct der_item value)
{
	struct bytes rest = value.contents;
	bool first = true;
	uint32_t c;

	while (rest.n && next_char(value.tag, &rest, &c)) {
		bool edge = (first && (c == ' ' || c == '#')) || (rest.n == 0 && c == ' ');

		if (is_control(c) && c < 0x80) {
			buf_printf(out, "\\%02X", (unsigned)c);
		} else {
			if (edge || (c < 0x80 && c && strchr("\"+,;<>\\", (int)c)))
				buf_putc(out, '\\');
			put_utf8(out, c);
		}
		first = false;
	}
}

static void put_attr(struct buf *out, const struct name_attr *attr)
{
	const char *type = name_type_text(attr->oid);
	char dotted[DER_OID_TEXT_BYTES];

	if (!type)
		type = der_oid_text(attr->oid, dotted) ? dotted : "?";
	buf_puts(out, type);
	buf_putc(out, '=');
	if (is_text(attr->value)) {
		put_escaped(out, attr->value);
	} else {
		buf_putc(out, '#');
		put_hex(out, "", attr->value.whole);
	}
}

int name_render(struct bytes name_der, struct buf *out, struct err *err)
{
	struct name_attr attrs[NAME_MAX_ATTRS];
	size_t count;

	if (name_parse(name_der, attrs, &count, err))
		return -1;
	for (size_t end = count; end > 0;) { /* RFC 4514 2.1: the last RDN first */
		size_t begin = end - 1;

		while (begin > 0 && attrs[begin - 1].rdn == attrs[end - 1].rdn)
			begin--;
		for (size_t i = begin; i < end; i++) {
			if (i > begin)
				buf_putc(out, '+');
			put_attr(out, &attrs[i]);
		}
		if (begin > 0)
			buf_putc(out, ',');
		end = begin;
	}
	return 0;
}

/* ---- comparison ---- */

/* The next character with case folded and white space runs as one space, outer ones dropped. */
struct fold {
	uint8_t tag;
	struct bytes rest;
};

static bool is_space(uint32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xa0;
}

static void skip_spaces(struct fold *fold)
{
	struct bytes probe = fold->rest;
	uint32_t c;

	while (probe.n && next_char(fold->tag, &probe, &c) && is_space(c))
		fold->rest = probe;
}

/* ASCII only, as RFC 5280 implementations do in common: other letters compare as they are. */
static bool next_folded(struct fold *fold, uint32_t *ret)
{
	if (!fold->rest.n || !next_char(fold->tag, &fold->rest, ret))
		return false;
	if (is_space(*ret)) {
		skip_spaces(fold);
		*ret = ' ';
		return fold->rest.n > 0;
	}
	if (*ret >= 'A' && *ret <= 'Z')
		*ret += 'a' - 'A';
	return true;
}

static bool value_equal(struct der_item a, struct der_item b)
{
	struct fold fa = { a.tag, a.contents };
	struct fold fb = { b.tag, b.contents };

	if (bytes_eq(a.whole, b.whole))
		return true;
	if (!is_text(a) || !is_text(b))
		return false;
	skip_spaces(&fa);
	skip_spaces(&fb);
	for (;;) {
		uint32_t ca = 0;
		uint32_t cb = 0;
		bool more_a = next_folded(&fa, &ca);
		bool more_b = next_folded(&fb, &cb);

		if (more_a != more_b || (more_a && ca != cb))
			return false;
		if (!more_a)
			return true;
	}
}

static bool has_attr(const struct name_attr *attrs, size_t count, const struct name_attr *wanted)
{
	for (size_t i = 0; i < count; i++)
		if (attrs[i].rdn == wanted->rdn && bytes_eq(attrs[i].oid, wanted->oid) && value_equal(attrs[i].value, wanted->value))
			return true;
	return false;
}

bool name_equal(struct bytes a, struct bytes b)
{
	struct name_attr attrs_a[NAME_MAX_ATTRS];
	struct name_attr attrs_b[NAME_MAX_ATTRS];
	size_t count_a;
	size_t count_b;

	if (bytes_eq(a, b))
		return true;
	if (name_parse(a, attrs_a, &count_a, NULL) || name_parse(b, attrs_b, &count_b, NULL) || count_a != count_b)
		return false;
	for (size_t i = 0; i < count_a; i++)
		if (!has_attr(attrs_b, count_b, &attrs_a[i]) || !has_attr(attrs_a, count_a, &attrs_b[i]))
			return false;
	return true;
}

/* ---- building ---- */

static bool valid_utf8(struct bytes text)
{
	uint32_t c;

	while (text.n)
		if (!next_utf8(&text, &c) || is_control(c))
			return false;
	return true;
}

static bool is_printable_string(struct bytes text)
{
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];

		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c && strchr(" '()+,-./:=?", c))))
			return false;
	}
	return true;
}

static bool is_ascii(struct bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] >= 0x80)
			return false;
	return true;
}

static bool put_type(struct buf *out, const char *type, uint8_t *ret_tag)
{
	AUTO(buf_release) struct buf oid = BUF_INIT;

	for (size_t i = 0; i < ARRAY_LEN(name_types); i++)
		if (strcmp(name_types[i].text, type) == 0) {
			der_put_oid(out, name_types[i].oid);
			*ret_tag = name_types[i].tag;
			return true;
		}
	*ret_tag = DER_UTF8_STRING;
	if (!der_oid_contents(type, &oid))
		return false;
	der_put_oid(out, (struct bytes){ (const uint8_t *)oid.data, oid.len });
	return true;
}

static int put_part(struct buf *out, const struct name_part *part, struct err *err)
{
	struct bytes text = { (const uint8_t *)part->text, strlen(part->text) };
	size_t set = der_begin(out, DER_SET);
	size_t pair = der_begin(out, DER_SEQUENCE);
	uint8_t tag;

	if (text.n == 0 || !valid_utf8(text))
		return err_set(err, ERR_TEXT, "the name attribute %s is empty or no UTF-8 text", part->type);
	if (!put_type(out, part->type, &tag))
		return err_set(err, ERR_TEXT, "there is no name attribute %s", part->type);
	if (tag == DER_PRINTABLE_STRING && !is_printable_string(text))
		return err_set(err, ERR_TEXT, "the name attribute %s takes letters, digits and ' ( ) + , - . / : = ? only", part->type);
	if (tag == DER_IA5_STRING && !is_ascii(text))
		return err_set(err, ERR_TEXT, "the name attribute %s takes ASCII only", part->type);
	der_put(out, tag, text);
	der_end(out, pair);
	der_end(out, set);
	return 0;
}

int name_build(const struct name_part *parts, size_t count, struct buf *out, struct err *err)
{
	size_t begin = der_begin(out, DER_SEQUENCE);

	for (size_t i = 0; i < count; i++)
		if (put_part(out, &parts[i], err))
			return -1;
	der_end(out, begin);
	return buf_check(out, err);
}
