/* lexer.c - characters, numbers, names and strings; see lexer.h. ISO 32000-1 7.2 and 7.3. */
#include "pdf/lexer.h"

#include <string.h>

#include "pdf/limits.h"
#include "util/arena.h"
#include "util/err.h"

/* Table 1 and Table 2: white space is NUL HT LF FF CR SP; delimiters ( ) < > [ ] { } / %. */
static const uint8_t char_classes[256] = {
	[0] = PD_CHAR_SPACE,       ['\t'] = PD_CHAR_SPACE,    ['\n'] = PD_CHAR_SPACE,    ['\f'] = PD_CHAR_SPACE,
	['\r'] = PD_CHAR_SPACE,    [' '] = PD_CHAR_SPACE,     ['('] = PD_CHAR_DELIMITER, [')'] = PD_CHAR_DELIMITER,
	['<'] = PD_CHAR_DELIMITER, ['>'] = PD_CHAR_DELIMITER, ['['] = PD_CHAR_DELIMITER, [']'] = PD_CHAR_DELIMITER,
	['{'] = PD_CHAR_DELIMITER, ['}'] = PD_CHAR_DELIMITER, ['/'] = PD_CHAR_DELIMITER, ['%'] = PD_CHAR_DELIMITER,
};

/* Value + 1 of a hexadecimal digit, 0 for anything else. */
static const uint8_t hex_values[256] = {
	['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
	['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
	['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

enum pd_char pd_char_class(uint8_t c)
{
	return (enum pd_char)char_classes[c];
}

int pd_hex_digit(uint8_t c)
{
	return hex_values[c] - 1;
}

static int fail_at(const struct pd_lexer *lex, enum err_code code, size_t at, const char *what)
{
	if (lex->container)
		return err_set(lex->err, code, "%s at byte %zu of object stream %u", what, at, lex->container);
	return err_set(lex->err, code, "%s at offset %zu", what, at);
}

int pd_lex_fail(const struct pd_lexer *lex, size_t at, const char *what)
{
	return fail_at(lex, ERR_PDF_SYNTAX, at, what);
}

int pd_lex_limit(const struct pd_lexer *lex, size_t at, const char *what)
{
	return fail_at(lex, ERR_PDF_LIMIT, at, what);
}

void pd_skip_space_only(struct pd_lexer *lex)
{
	while (lex->pos < lex->in.n && char_classes[lex->in.p[lex->pos]] == PD_CHAR_SPACE)
		lex->pos++;
}

static void skip_comment(struct pd_lexer *lex)
{
	while (lex->pos < lex->in.n && lex->in.p[lex->pos] != '\r' && lex->in.p[lex->pos] != '\n')
		lex->pos++;
}

void pd_skip_space(struct pd_lexer *lex)
{
	for (;;) {
		pd_skip_space_only(lex);
		if (lex->pos >= lex->in.n || lex->in.p[lex->pos] != '%')
			return;
		skip_comment(lex);
	}
}

struct str pd_peek_word(const struct pd_lexer *lex)
{
	size_t end = lex->pos;

	while (end < lex->in.n && char_classes[lex->in.p[end]] == PD_CHAR_REGULAR)
		end++;
	return str_from((const char *)lex->in.p + lex->pos, end - lex->pos);
}

bool pd_take_word(struct pd_lexer *lex, const char *word)
{
	size_t n = strlen(word);

	if (lex->in.n - lex->pos < n || memcmp(lex->in.p + lex->pos, word, n) != 0)
		return false;
	if (lex->in.n - lex->pos > n && char_classes[lex->in.p[lex->pos + n]] == PD_CHAR_REGULAR)
		return false;
	lex->pos += n;
	return true;
}

bool pd_take_u64(struct pd_lexer *lex, uint64_t *ret)
{
	const uint8_t *p = lex->in.p + lex->pos;
	size_t left = lex->in.n - lex->pos;
	uint64_t value = 0;
	size_t n = 0;

	while (n < left && n < 20 && p[n] >= '0' && p[n] <= '9') {
		if (__builtin_mul_overflow(value, 10U, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(p[n] - '0'), &value))
			return false;
		n++;
	}
	if (n == 0 || (n < left && char_classes[p[n]] == PD_CHAR_REGULAR))
		return false;
	lex->pos += n;
	*ret = value;
	return true;
}

bool pd_take_u32(struct pd_lexer *lex, bool canonical, uint32_t *ret)
{
	size_t start = lex->pos;
	uint64_t value;

	if (!pd_take_u64(lex, &value))
		return false;
	if (value > UINT32_MAX || (canonical && lex->in.p[start] == '0' && lex->pos - start > 1)) {
		lex->pos = start;
		return false;
	}
	*ret = (uint32_t)value;
	return true;
}

static bool take_some_space(struct pd_lexer *lex)
{
	size_t start = lex->pos;

	pd_skip_space_only(lex);
	return lex->pos > start;
}

bool pd_take_header(struct pd_lexer *lex, struct pd_ref *ret)
{
	size_t start = lex->pos;
	struct pd_ref ref;

	if (pd_take_u32(lex, /* canonical= */ true, &ref.num) && take_some_space(lex) &&
	    pd_take_u32(lex, /* canonical= */ true, &ref.gen) && take_some_space(lex) && pd_take_word(lex, "obj")) {
		*ret = ref;
		return true;
	}
	lex->pos = start;
	return false;
}

bool pd_take_eol(struct pd_lexer *lex)
{
	const uint8_t *p = lex->in.p + lex->pos;
	size_t left = lex->in.n - lex->pos;

	if (left >= 2 && p[0] == '\r' && p[1] == '\n')
		lex->pos += 2;
	else if (left >= 1 && (p[0] == '\r' || p[0] == '\n'))
		lex->pos += 1;
	else
		return false;
	return true;
}

static void finish(const struct pd_lexer *lex, size_t start, enum pd_kind kind, struct pd_obj *obj)
{
	obj->kind = (uint8_t)kind;
	obj->start = lex->container ? 0 : start;
	obj->end = lex->container ? 0 : lex->pos;
}

/* Powers of ten that a double holds exactly. */
static const double powers_of_ten[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
					1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18 };

/* 7.3.3: an optional sign, digits with at most one point among them, at least one digit; no exponent. */
int pd_lex_number(struct pd_lexer *lex, struct pd_obj *obj)
{
	struct str word = pd_peek_word(lex);
	size_t start = lex->pos;
	size_t i = word.n && (word.p[0] == '+' || word.p[0] == '-') ? 1 : 0;
	bool negative = i && word.p[0] == '-';
	bool point = false;
	int64_t mantissa = 0;
	unsigned int kept =
	    0; /* significant digits in the mantissa; those beyond 18 change nothing a page could show */
	unsigned int digits = 0;
	unsigned int decimals = 0;

	for (; i < word.n; i++) {
		if (word.p[i] == '.' && !point) {
			point = true;
			continue;
		}
		if (word.p[i] < '0' || word.p[i] > '9')
			return pd_lex_fail(lex, start, "malformed number");
		digits++;
		if (kept >= 18) {
			if (!point)
				return pd_lex_limit(lex, start, "number with more than 18 digits");
			continue;
		}
		mantissa = mantissa * 10 + (word.p[i] - '0');
		kept += mantissa != 0;
		decimals += point;
	}
	if (digits == 0)
		return pd_lex_fail(lex, start, "malformed number");
	if (decimals > 18)
		mantissa = 0; /* less than 10^-18 */
	lex->pos += word.n;
	finish(lex, start, point ? PD_REAL : PD_INT, obj);
	if (point)
		obj->u.real = (double)(negative ? -mantissa : mantissa) / powers_of_ten[decimals > 18 ? 18 : decimals];
	else
		obj->u.integer = negative ? -mantissa : mantissa;
	return 0;
}

/* The #xx escapes of 7.3.5 decoded into the arena; #00 can stand for no name. */
static int decode_name(struct pd_lexer *lex, size_t start, struct str word, struct pd_obj *obj)
{
	uint8_t *out = arena_alloc(lex->arena, word.n);
	uint32_t n = 0;

	if (!out)
		return err_set(lex->err, ERR_NO_MEMORY, "no memory for a name of %zu bytes", word.n);
	for (size_t i = 0; i < word.n; i++) {
		int high;
		int low;

		if (word.p[i] != '#') {
			out[n++] = (uint8_t)word.p[i];
			continue;
		}
		high = i + 2 < word.n ? pd_hex_digit((uint8_t)word.p[i + 1]) : -1;
		low = i + 2 < word.n ? pd_hex_digit((uint8_t)word.p[i + 2]) : -1;
		if (high < 0 || low < 0)
			return pd_lex_fail(lex, start, "name with # not followed by two hexadecimal digits");
		if (high == 0 && low == 0)
			return pd_lex_fail(lex, start, "name with #00");
		out[n++] = (uint8_t)(high << 4 | low);
		i += 2;
	}
	obj->u.p = out;
	obj->n = n;
	return 0;
}

int pd_lex_name(struct pd_lexer *lex, struct pd_obj *obj)
{
	size_t start = lex->pos++;
	struct str word = pd_peek_word(lex);

	if (word.n > 3 * (size_t)PD_MAX_NAME_BYTES)
		return pd_lex_limit(lex, start, "name too long");
	if (word.n && memchr(word.p, '#', word.n)) {
		if (decode_name(lex, start, word, obj) != 0)
			return -1;
	} else {
		obj->u.p = (const uint8_t *)word.p;
		obj->n = (uint32_t)word.n;
	}
	if (obj->n > PD_MAX_NAME_BYTES)
		return pd_lex_limit(lex, start, "name too long");
	lex->pos += word.n;
	finish(lex, start, PD_NAME, obj);
	return 0;
}

/* Finds the closing parenthesis; says whether anything inside needs decoding. SIZE_MAX when there is none. */
static size_t scan_string(const struct pd_lexer *lex, bool *ret_plain)
{
	size_t depth = 0;
	bool plain = true;

	for (size_t i = lex->pos; i < lex->in.n; i++) {
		switch (lex->in.p[i]) {
		case '\\':
			plain = false;
			i++;
			break;
		case '\r':
			plain = false;
			break;
		case '(':
			depth++;
			break;
		case ')':
			if (--depth == 0) {
				*ret_plain = plain;
				return i;
			}
			break;
		default:
			break;
		}
	}
	return SIZE_MAX;
}

/* One to three octal digits; high-order overflow is ignored (7.3.4.2). */
static size_t decode_octal(const uint8_t *p, size_t n, uint8_t *ret)
{
	unsigned int value = 0;
	size_t i = 0;

	while (i < 3 && i < n && p[i] >= '0' && p[i] <= '7')
		value = value * 8 + (unsigned int)(p[i++] - '0');
	*ret = (uint8_t)value;
	return i;
}

/* What follows a backslash; returns the bytes consumed, *ret_n how many bytes (0 or 1) were made. */
static size_t decode_escape(const uint8_t *p, size_t n, uint8_t *out, size_t *ret_n)
{
	static const char from[] = "nrtbf";
	static const char to[] = "\n\r\t\b\f";
	const char *known;

	*ret_n = 1;
	if (p[0] >= '0' && p[0] <= '7')
		return decode_octal(p, n, out);
	if (p[0] == '\r' || p[0] == '\n') {
		*ret_n = 0;
		return p[0] == '\r' && n > 1 && p[1] == '\n' ? 2 : 1;
	}
	known = p[0] ? strchr(from, p[0]) : NULL;
	*out = known ? (uint8_t)to[known - from] : p[0];
	return 1;
}

static uint32_t decode_literal(const uint8_t *p, size_t n, uint8_t *out)
{
	uint32_t len = 0;
	size_t made;

	for (size_t i = 0; i < n;) {
		if (p[i] == '\\' && i + 1 < n) {
			i++;
			i += decode_escape(p + i, n - i, out + len, &made);
			len += (uint32_t)made;
		} else if (p[i] == '\r') {
			out[len++] = '\n';
			i += i + 1 < n && p[i + 1] == '\n' ? 2 : 1;
		} else {
			out[len++] = p[i++];
		}
	}
	return len;
}

int pd_lex_string(struct pd_lexer *lex, struct pd_obj *obj)
{
	size_t start = lex->pos;
	bool plain;
	size_t close = scan_string(lex, &plain);
	const uint8_t *inside = lex->in.p + start + 1;
	uint8_t *out;

	if (close == SIZE_MAX)
		return pd_lex_fail(lex, start, "string without its closing parenthesis");
	if (close - start > UINT32_MAX)
		return pd_lex_limit(lex, start, "string too long");
	obj->u.p = inside;
	obj->n = (uint32_t)(close - start - 1);
	if (!plain) {
		out = arena_alloc(lex->arena, obj->n);
		if (!out)
			return err_set(lex->err, ERR_PDF_LIMIT, "no memory for the string at offset %zu", start);
		obj->n = decode_literal(inside, obj->n, out);
		obj->u.p = out;
	}
	lex->pos = close + 1;
	finish(lex, start, PD_STRING, obj);
	return 0;
}

/* As many plain pairs of digits as there are: a signature's /Contents is nothing else, and long. Returns how many. */
static size_t decode_pairs(const uint8_t *p, size_t n, uint8_t *out)
{
	size_t i = 0;

	for (; 2 * i + 1 < n; i++) {
		unsigned int high = hex_values[p[2 * i]];
		unsigned int low = hex_values[p[2 * i + 1]];

		if (high == 0 || low == 0)
			break;
		out[i] = (uint8_t)((high - 1) << 4 | (low - 1));
	}
	return i;
}

/* Digits of a hexadecimal string into bytes; white space is skipped, an odd last digit counts as followed by 0. */
static bool decode_hex(const uint8_t *p, size_t n, uint8_t *out, uint32_t *ret_n)
{
	unsigned int pending = 0;
	bool have = false;
	uint32_t len = (uint32_t)decode_pairs(p, n, out);

	for (size_t i = 2 * (size_t)len; i < n; i++) {
		unsigned int v = hex_values[p[i]];

		if (v == 0) {
			if (char_classes[p[i]] == PD_CHAR_SPACE)
				continue;
			return false;
		}
		if (have)
			out[len++] = (uint8_t)(pending << 4 | (v - 1));
		pending = v - 1;
		have = !have;
	}
	if (have)
		out[len++] = (uint8_t)(pending << 4);
	*ret_n = len;
	return true;
}

size_t pd_hex_run(const uint8_t *p, size_t n)
{
	size_t i = 0;

	while (i < n && hex_values[p[i]])
		i++;
	return i;
}

int pd_lex_hex_string(struct pd_lexer *lex, struct pd_obj *obj)
{
	size_t start = lex->pos;
	const uint8_t *inside = lex->in.p + start + 1;
	const uint8_t *close = memchr(inside, '>', lex->in.n - start - 1);
	uint8_t *out;

	if (!close)
		return pd_lex_fail(lex, start, "hexadecimal string without its >");
	if (close - inside > UINT32_MAX)
		return pd_lex_limit(lex, start, "string too long");
	out = arena_alloc(lex->arena, (size_t)(close - inside) / 2 + 1);
	if (!out)
		return err_set(lex->err, ERR_PDF_LIMIT, "no memory for the string at offset %zu", start);
	if (!decode_hex(inside, (size_t)(close - inside), out, &obj->n))
		return pd_lex_fail(lex, start, "hexadecimal string with a character that is no digit");
	obj->u.p = out;
	obj->hex = true;
	lex->pos = (size_t)(close - lex->in.p) + 1;
	finish(lex, start, PD_STRING, obj);
	return 0;
}
