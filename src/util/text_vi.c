/* text_vi.c - decode, decompose, order, (fold,) compose, encode. See text_vi.h; UAX #15 for the normal forms. */
#include "util/text_vi.h"

#include <string.h>

#include "util/arena.h"
#include "util/err.h"

struct letter {
	uint16_t code, base, mark; /* mark 0: a singleton */
};

/* By code. */
static const struct letter letters[] = {
#define LETTER(code, base, mark) { code, base, mark },
#include "util/text_vi_table.def"
#undef LETTER
};

/* What NFC makes, by base and mark. */
static const struct letter pairs[] = {
#define PAIR(base, mark, code) { code, base, mark },
#include "util/text_vi_table.def"
#undef PAIR
};

struct case_pair {
	uint16_t from, to;
};

static const struct case_pair lowers[] = {
#define LOWER(upper, lower) { upper, lower },
#include "util/text_vi_table.def"
#undef LOWER
};

static const struct case_pair uppers[] = {
#define UPPER(lower, upper) { lower, upper },
#include "util/text_vi_table.def"
#undef UPPER
};

struct mark_class {
	uint16_t first, last;
	uint16_t ccc;
};

static const struct mark_class mark_classes[] = {
#define CCC(first, last, ccc) { first, last, ccc },
#include "util/text_vi_table.def"
#undef CCC
};

enum {
	GRAVE = 0x0300,
	ACUTE = 0x0301,
	CIRCUMFLEX = 0x0302,
	TILDE = 0x0303,
	BREVE = 0x0306,
	HOOK = 0x0309,
	DOT_BELOW = 0x0323,
	STROKE_SHORT = 0x0335,
	STROKE_LONG = 0x0336,
	UPPER_D_STROKE = 0x0110,
	LOWER_D_STROKE = 0x0111,
	MARKS_FIRST = 0x0300,
	MARKS_LAST = 0x036F,
	/* A precomposed letter of the table has at most three parts (ǘ: u, diaeresis, acute). */
	MAX_PARTS = 3
};

/* Characters under work; the caller gives room for MAX_PARTS times the input. */
struct codes {
	uint32_t *p;
	size_t n;
};

/* ---- UTF-8 (RFC 3629) ---- */

bool utf8_next(struct str *s, uint32_t *ret_code)
{
	static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)s->p;
	uint32_t code;
	size_t n;

	if (s->n == 0)
		return false;
	if (p[0] < 0x80) {
		n = 1;
		code = p[0];
	} else {
		n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
		if (p[0] < 0xc2 || p[0] > 0xf4 || s->n < n)
			return false;
		code = p[0] & (0x7fu >> n);
	}
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return false;
		code = code << 6 | (p[i] & 0x3fu);
	}
	if (n > 1 && (code < least[n] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)))
		return false;
	*ret_code = code;
	s->p += n;
	s->n -= n;
	return true;
}

size_t utf8_put(uint32_t code, char out[UTF8_MAX_BYTES])
{
	static const unsigned char lead[5] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

	if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	for (size_t i = n; i-- > 1; code >>= 6)
		out[i] = (char)(0x80 | (code & 0x3f));
	out[0] = (char)(lead[n] | code);
	return n;
}

bool utf8_valid(struct str s)
{
	uint32_t code;

	while (utf8_next(&s, &code))
		;
	return s.n == 0;
}

size_t utf8_count(struct str s)
{
	size_t count = 0;
	uint32_t code;

	for (; s.n; count++)
		if (!utf8_next(&s, &code)) {
			s.p++;
			s.n--;
		}
	return count;
}

/* ---- the tables ---- */

static const struct letter *letter_find(uint32_t code)
{
	size_t low = 0;
	size_t high = ARRAY_LEN(letters);

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (letters[mid].code == code)
			return &letters[mid];
		if (letters[mid].code < code)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

/* The letter that base and mark make; 0 when there is none. */
static uint32_t letter_compose(uint32_t base, uint32_t mark)
{
	uint64_t wanted = (uint64_t)base << 32 | mark;
	size_t low = 0;
	size_t high = ARRAY_LEN(pairs);

	while (low < high) {
		size_t mid = (low + high) / 2;
		uint64_t have = (uint64_t)pairs[mid].base << 32 | pairs[mid].mark;

		if (have == wanted)
			return pairs[mid].code;
		if (have < wanted)
			low = mid + 1;
		else
			high = mid;
	}
	return 0;
}

static unsigned mark_ccc(uint32_t code)
{
	for (size_t i = 0; i < ARRAY_LEN(mark_classes); i++)
		if (code >= mark_classes[i].first && code <= mark_classes[i].last)
			return mark_classes[i].ccc;
	return 0;
}

static bool is_mark(uint32_t code)
{
	return code >= MARKS_FIRST && code <= MARKS_LAST;
}

static uint32_t case_find(const struct case_pair *table, size_t high, uint32_t code)
{
	size_t low = 0;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (table[mid].from == code)
			return table[mid].to;
		if (table[mid].from < code)
			low = mid + 1;
		else
			high = mid;
	}
	return code;
}

static uint32_t to_lower(uint32_t code)
{
	return case_find(lowers, ARRAY_LEN(lowers), code);
}

static uint32_t to_upper(uint32_t code)
{
	return case_find(uppers, ARRAY_LEN(uppers), code);
}

bool text_vi_is_space(uint32_t code)
{
	return code == ' ' || (code >= '\t' && code <= '\r') || code == 0x85 || code == 0xa0 || code == 0x1680 ||
	       (code >= 0x2000 && code <= 0x200a) || code == 0x2028 || code == 0x2029 || code == 0x202f ||
	       code == 0x205f || code == 0x3000;
}

bool text_vi_is_letter(uint32_t code)
{
	return (code >= 'A' && code <= 'Z') || (code >= 'a' && code <= 'z') ||
	       (code >= 0xc0 && code < 0x250 && code != 0xd7 && code != 0xf7) || code == 0x256 ||
	       (code >= 0x1e00 && code < 0x1f00);
}

static bool is_invisible(uint32_t code)
{
	return code == 0xad || (code >= 0x200b && code <= 0x200f) || (code >= 0x202a && code <= 0x202e) ||
	       code == 0x2060 || code == 0xfeff;
}

/* ---- normal forms ---- */

static void decompose(uint32_t code, struct codes *out)
{
	const struct letter *letter = code < 0xc0 ? NULL : letter_find(code);

	if (!letter) {
		out->p[out->n++] = code;
		return;
	}
	decompose(letter->base, out);
	if (letter->mark)
		out->p[out->n++] = letter->mark;
}

/* Insertion sort of each run of marks by the rank; stable, as UAX #15 asks of the canonical order. */
static void order_marks(struct codes *codes, unsigned (*rank)(uint32_t code))
{
	for (size_t i = 1; i < codes->n; i++) {
		uint32_t code = codes->p[i];
		unsigned mine = rank(code);
		size_t j = i;

		if (mine == 0)
			continue;
		for (; j > 0 && rank(codes->p[j - 1]) > mine; j--)
			codes->p[j] = codes->p[j - 1];
		codes->p[j] = code;
	}
}

static void compose(struct codes *codes)
{
	size_t starter = SIZE_MAX;
	unsigned before = 0; /* class of the last mark kept after the starter */
	size_t n = 0;

	for (size_t i = 0; i < codes->n; i++) {
		uint32_t code = codes->p[i];
		unsigned ccc = mark_ccc(code);
		bool blocked = ccc == 0 || (n > starter + 1 && before >= ccc);
		uint32_t whole = starter == SIZE_MAX || blocked ? 0 : letter_compose(codes->p[starter], code);

		if (whole) {
			codes->p[starter] = whole;
			continue;
		}
		if (ccc == 0)
			starter = n;
		before = ccc;
		codes->p[n++] = code;
	}
	codes->n = n;
}

/* False with the offset of the bad byte; `out` has room for MAX_PARTS times in.n. */
static bool decode(struct str in, struct codes *out, size_t *ret_offset)
{
	const char *start = in.p;
	uint32_t code;

	while (utf8_next(&in, &code))
		decompose(code, out);
	*ret_offset = in.n ? (size_t)(in.p - start) : 0;
	if (in.n)
		return false;
	order_marks(out, mark_ccc);
	return true;
}

static int decode_in(struct str in, struct arena *arena, struct codes *ret, struct err *err)
{
	struct codes codes = { arena_calloc(arena, in.n + 1, MAX_PARTS * sizeof(uint32_t)), 0 };
	size_t offset;

	if (!codes.p)
		return err_set(err, ERR_NO_MEMORY, "no memory for a text of %zu bytes", in.n);
	if (!decode(in, &codes, &offset))
		return err_set(err, ERR_TEXT, "the text has a byte that is not UTF-8 at offset %zu", offset);
	*ret = codes;
	return 0;
}

static int encode(const struct codes *codes, struct arena *arena, struct str *ret, struct err *err)
{
	char *text = arena_calloc(arena, codes->n + 1, UTF8_MAX_BYTES);
	size_t n = 0;

	if (!text)
		return err_set(err, ERR_NO_MEMORY, "no memory for a text of %zu characters", codes->n);
	for (size_t i = 0; i < codes->n; i++)
		n += utf8_put(codes->p[i], text + n);
	*ret = str_from(text, n);
	return 0;
}

int text_vi_nfd(struct str in, struct arena *arena, struct str *ret, struct err *err)
{
	struct codes codes;

	if (decode_in(in, arena, &codes, err) < 0)
		return -1;
	return encode(&codes, arena, ret, err);
}

int text_vi_nfc(struct str in, struct arena *arena, struct str *ret, struct err *err)
{
	return text_vi_fold(in, 0, arena, ret, err);
}

/* ---- case ---- */

int text_vi_lower(struct str in, struct arena *arena, struct str *ret, struct err *err)
{
	return text_vi_fold(in, TEXT_VI_CASE, arena, ret, err);
}

int text_vi_upper(struct str in, struct arena *arena, struct str *ret, struct err *err)
{
	struct codes codes;

	if (decode_in(in, arena, &codes, err) < 0)
		return -1;
	for (size_t i = 0; i < codes.n; i++)
		codes.p[i] = to_upper(codes.p[i]);
	compose(&codes);
	return encode(&codes, arena, ret, err);
}

int text_vi_name_case(struct str in, struct arena *arena, struct str *ret, struct err *err)
{
	struct codes codes;
	bool start = true;

	if (decode_in(in, arena, &codes, err) < 0)
		return -1;
	for (size_t i = 0; i < codes.n; i++) {
		uint32_t code = codes.p[i];

		codes.p[i] = start ? to_upper(code) : to_lower(code);
		if (!is_mark(code))
			start = text_vi_is_space(code) || code == '-' || code == '\'' || code == 0x2019;
	}
	compose(&codes);
	return encode(&codes, arena, ret, err);
}

bool text_vi_is_upper(struct str s)
{
	bool letter = false;
	uint32_t code;

	while (utf8_next(&s, &code)) {
		if (to_upper(code) != code)
			return false;
		letter = letter || text_vi_is_letter(code);
	}
	return letter;
}

bool text_vi_starts_upper(struct str s)
{
	uint32_t code;

	while (utf8_next(&s, &code))
		if (text_vi_is_letter(code))
			return to_lower(code) != code;
	return false;
}

bool text_vi_next_word(struct str *rest, struct str *ret_word)
{
	struct str s = *rest;
	struct str word;
	uint32_t code;

	for (struct str at = s; utf8_next(&at, &code) && text_vi_is_space(code);)
		s = at;
	word = str_from(s.p, 0);
	while (s.n) {
		struct str at = s;

		if (!utf8_next(&at, &code))
			at = str_from(s.p + 1, s.n - 1);
		else if (text_vi_is_space(code))
			break;
		s = at;
	}
	word.n = (size_t)(s.p - word.p);
	*rest = s;
	if (word.n)
		*ret_word = word;
	return word.n > 0;
}

/* ---- folding; every step works on decomposed characters ---- */

static bool is_tone(uint32_t code)
{
	return code == GRAVE || code == ACUTE || code == TILDE || code == HOOK || code == DOT_BELOW;
}

static bool is_vowel(uint32_t code)
{
	return code < 0x80 && code > ' ' && strchr("aeiouyAEIOUY", (int)code);
}

/* Vietnamese order of marks: horn, dot below, the letter's own circumflex or breve, then the tone. */
static unsigned vietnamese_rank(uint32_t code)
{
	unsigned ccc = mark_ccc(code);

	if (ccc < 230)
		return ccc;
	return code == CIRCUMFLEX || code == BREVE ? 230 : ccc + 1;
}

static uint32_t same_d(uint32_t code)
{
	if (code == 0xd0 || code == 0x189)
		return UPPER_D_STROKE;
	if (code == 0xf0 || code == 0x256)
		return LOWER_D_STROKE;
	return code;
}

static void fold_lookalikes(struct codes *codes)
{
	size_t n = 0;

	for (size_t i = 0; i < codes->n; i++) {
		uint32_t code = same_d(codes->p[i]);
		bool stroke = code == STROKE_SHORT || code == STROKE_LONG;

		if (is_invisible(code))
			continue;
		if (stroke && n && (codes->p[n - 1] == 'D' || codes->p[n - 1] == 'd'))
			codes->p[n - 1] = codes->p[n - 1] == 'D' ? UPPER_D_STROKE : LOWER_D_STROKE;
		else
			codes->p[n++] = code;
	}
	codes->n = n;
	order_marks(codes, vietnamese_rank);
}

static void fold_case(struct codes *codes)
{
	for (size_t i = 0; i < codes->n; i++)
		codes->p[i] = to_lower(codes->p[i]);
}

static void fold_accents(struct codes *codes)
{
	size_t n = 0;

	for (size_t i = 0; i < codes->n; i++) {
		uint32_t code = same_d(codes->p[i]);

		if (is_mark(code))
			continue;
		codes->p[n++] = code == UPPER_D_STROKE ? 'D' : code == LOWER_D_STROKE ? 'd' : code;
	}
	codes->n = n;
}

static void fold_spaces(struct codes *codes)
{
	size_t n = 0;
	bool pending = false;

	for (size_t i = 0; i < codes->n; i++) {
		if (text_vi_is_space(codes->p[i])) {
			pending = n > 0;
			continue;
		}
		if (pending)
			codes->p[n++] = ' ';
		pending = false;
		codes->p[n++] = codes->p[i];
	}
	codes->n = n;
}

/* Moves the one tone of the vowels [from, to) to their end. A Vietnamese syllable has one tone, so nothing is lost. */
static void move_tone(struct codes *codes, size_t from, size_t to)
{
	size_t tone = 0;
	size_t tones = 0;
	uint32_t code;

	for (size_t i = from; i < to; i++)
		if (is_tone(codes->p[i])) {
			tone = i;
			tones++;
		}
	if (tones != 1)
		return;
	code = codes->p[tone];
	memmove(codes->p + tone, codes->p + tone + 1, (to - tone - 1) * sizeof(*codes->p));
	codes->p[to - 1] = code;
}

static void fold_tones(struct codes *codes)
{
	for (size_t i = 0; i < codes->n;) {
		size_t end = i;

		while (end < codes->n && (is_vowel(codes->p[end]) || (end > i && is_mark(codes->p[end]))))
			end++;
		if (end > i)
			move_tone(codes, i, end);
		i = end > i ? end : i + 1;
	}
	order_marks(codes, mark_ccc);
}

static void fold(struct codes *codes, unsigned flags)
{
	if (flags & TEXT_VI_LOOKALIKE)
		fold_lookalikes(codes);
	if (flags & TEXT_VI_CASE)
		fold_case(codes);
	if (flags & TEXT_VI_TONE)
		fold_tones(codes);
	if (flags & TEXT_VI_ACCENTS)
		fold_accents(codes);
	if (flags & TEXT_VI_SPACE)
		fold_spaces(codes);
	compose(codes);
}

uint32_t text_vi_base_letter(uint32_t code)
{
	uint32_t room[MAX_PARTS];
	struct codes codes = { room, 0 };

	if (is_mark(code))
		return 0;
	decompose(same_d(code), &codes);
	code = to_lower(room[0]);
	return code == LOWER_D_STROKE ? 'd' : code;
}

int text_vi_fold(struct str in, unsigned flags, struct arena *arena, struct str *ret, struct err *err)
{
	struct codes codes;

	if (decode_in(in, arena, &codes, err) < 0)
		return -1;
	fold(&codes, flags);
	return encode(&codes, arena, ret, err);
}

bool text_vi_equal_names(struct str a, struct str b)
{
	uint32_t room_a[TEXT_VI_NAME_MAX_BYTES * MAX_PARTS];
	uint32_t room_b[TEXT_VI_NAME_MAX_BYTES * MAX_PARTS];
	struct codes ca = { room_a, 0 };
	struct codes cb = { room_b, 0 };
	size_t offset;

	if (a.n > TEXT_VI_NAME_MAX_BYTES || b.n > TEXT_VI_NAME_MAX_BYTES || !decode(a, &ca, &offset) ||
	    !decode(b, &cb, &offset))
		return false;
	fold(&ca, TEXT_VI_NAME);
	fold(&cb, TEXT_VI_NAME);
	return ca.n > 0 && ca.n == cb.n && memcmp(ca.p, cb.p, ca.n * sizeof(*ca.p)) == 0;
}
