/* text.c - text strings (ISO 32000-1 7.9.2.2, Annex D.3; UTF-8 by ISO 32000-2 7.9.2.2) to UTF-8. See document.h. */
#include "pdf/document.h"

#include "util/arena.h"

enum { REPLACEMENT = 0xFFFD, ESCAPE = 0x1B };

/* PDFDocEncoding where it is not Latin-1; 0 = undefined. */
static const uint16_t doc_low[8] = { 0x02D8, 0x02C7, 0x02C6, 0x02D9, 0x02DD, 0x02DB, 0x02DA, 0x02DC };
static const uint16_t doc_high[33] = {
	0x2022, 0x2020, 0x2021, 0x2026, 0x2014, 0x2013, 0x0192, 0x2044, 0x2039, 0x203A, 0x2212,
	0x2030, 0x201E, 0x201C, 0x201D, 0x2018, 0x2019, 0x201A, 0x2122, 0xFB01, 0xFB02, 0x0141,
	0x0152, 0x0160, 0x0178, 0x017D, 0x0131, 0x0142, 0x0153, 0x0161, 0x017E, 0,      0x20AC,
};

struct out {
	char *p;
	size_t n;
};

static void put(struct out *out, uint32_t c)
{
	if (c == 0 || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		c = REPLACEMENT;
	if (c < 0x80) {
		out->p[out->n++] = (char)c;
	} else if (c < 0x800) {
		out->p[out->n++] = (char)(0xC0 | c >> 6);
		out->p[out->n++] = (char)(0x80 | (c & 0x3F));
	} else if (c < 0x10000) {
		out->p[out->n++] = (char)(0xE0 | c >> 12);
		out->p[out->n++] = (char)(0x80 | (c >> 6 & 0x3F));
		out->p[out->n++] = (char)(0x80 | (c & 0x3F));
	} else {
		out->p[out->n++] = (char)(0xF0 | c >> 18);
		out->p[out->n++] = (char)(0x80 | (c >> 12 & 0x3F));
		out->p[out->n++] = (char)(0x80 | (c >> 6 & 0x3F));
		out->p[out->n++] = (char)(0x80 | (c & 0x3F));
	}
}

static void from_doc_encoding(struct bytes in, struct out *out)
{
	for (size_t i = 0; i < in.n; i++) {
		uint8_t c = in.p[i];

		if (c >= 0x18 && c < 0x20)
			put(out, doc_low[c - 0x18]);
		else if (c >= 0x80 && c <= 0xA0)
			put(out, doc_high[c - 0x80]);
		else
			put(out, c);
	}
}

static uint32_t unit(struct bytes in, size_t i)
{
	return i + 1 < in.n ? (uint32_t)in.p[i] << 8 | in.p[i + 1] : REPLACEMENT;
}

/* Language escapes (ESC xx yy ESC, 7.9.2.2) are no text. */
static void from_utf16(struct bytes in, struct out *out)
{
	bool escaped = false;

	for (size_t i = 0; i < in.n; i += 2) {
		uint32_t c = unit(in, i);

		if (c == ESCAPE) {
			escaped = !escaped;
			continue;
		}
		if (escaped)
			continue;
		if (c >= 0xD800 && c < 0xDC00 && i + 3 < in.n && unit(in, i + 2) >= 0xDC00 &&
		    unit(in, i + 2) < 0xE000) {
			c = 0x10000 + ((c - 0xD800) << 10) + (unit(in, i + 2) - 0xDC00);
			i += 2;
		}
		put(out, c);
	}
}

/* One character of UTF-8, shortest form only; returns its bytes, 1 and U+FFFD for a bad one. */
static size_t utf8_char(const uint8_t *p, size_t n, uint32_t *ret)
{
	static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = p[0] < 0x80 ? 1 : p[0] >> 5 == 6 ? 2 : p[0] >> 4 == 14 ? 3 : p[0] >> 3 == 30 ? 4 : 0;
	uint32_t c = p[0];

	*ret = REPLACEMENT;
	if (len == 0 || len > n)
		return 1;
	if (len > 1)
		c &= 0x7FU >> len;
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return 1;
		c = c << 6 | (p[i] & 0x3F);
	}
	if (c >= least[len])
		*ret = c;
	return len;
}

static void from_utf8(struct bytes in, struct out *out)
{
	uint32_t c;

	for (size_t i = 0; i < in.n;) {
		i += utf8_char(in.p + i, in.n - i, &c);
		put(out, c);
	}
}

char *pd_text_string(const struct pd_obj *string, struct arena *arena)
{
	struct bytes in = pd_string(string);
	struct out out = { arena_alloc(arena, in.n * 3 + 4), 0 };

	if (!out.p)
		return NULL;
	if (in.n >= 2 && in.p[0] == 0xFE && in.p[1] == 0xFF)
		from_utf16((struct bytes){ in.p + 2, in.n - 2 }, &out);
	else if (in.n >= 3 && in.p[0] == 0xEF && in.p[1] == 0xBB && in.p[2] == 0xBF)
		from_utf8((struct bytes){ in.p + 3, in.n - 3 }, &out);
	else
		from_doc_encoding(in, &out);
	out.p[out.n] = '\0';
	return out.p;
}
