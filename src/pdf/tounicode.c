/* tounicode.c - reads bfchar and bfrange sections; see tounicode.h. */
#include "pdf/tounicode.h"

#include <stdlib.h>
#include <string.h>

#include "pdf/parser.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/err.h"
#include "util/text_vi.h"

enum { MAX_ENTRIES = 70000, MAX_TOKENS = 400000 };

struct entry {
	uint32_t first, last;
	uint32_t order;     /* in the map as written */
	struct bytes text;  /* UTF-16BE of `first`; its last unit grows along the range */
};

struct pd_tounicode {
	struct arena *arena;
	struct entry *items; /* sorted by `first` once loaded */
	size_t count, cap;
	size_t code_bytes;
};

static uint32_t code_of(struct bytes s)
{
	uint32_t code = 0;

	for (size_t i = 0; i < s.n && i < 4; i++)
		code = code << 8 | s.p[i];
	return code;
}

static int add(struct pd_tounicode *map, struct bytes first, struct bytes last, struct bytes text, struct err *err)
{
	if (first.n == 0 || first.n > 4 || map->count >= MAX_ENTRIES)
		return err_set(err, ERR_PDF_SYNTAX, "a /ToUnicode map with a code of %zu bytes, or too large", first.n);
	if (map->count == map->cap) {
		size_t cap = map->cap ? map->cap * 2 : 64;

		map->items = arena_grow(map->arena, map->items, map->cap * sizeof(struct entry), cap * sizeof(struct entry));
		if (!map->items)
			return err_set(err, ERR_NO_MEMORY, "no memory for a /ToUnicode map");
		map->cap = cap;
	}
	map->code_bytes = first.n;
	map->items[map->count++] = (struct entry){ code_of(first), code_of(last), (uint32_t)map->count, text };
	return 0;
}

static int add_range(struct pd_tounicode *map, const struct pd_obj v[3], struct err *err)
{
	uint32_t first = code_of(pd_string(&v[0]));

	if (pd_kind(&v[2]) != PD_ARRAY)
		return add(map, pd_string(&v[0]), pd_string(&v[1]), pd_string(&v[2]), err);
	for (size_t i = 0; i < pd_array_len(&v[2]); i++) {
		if (add(map, pd_string(&v[0]), pd_string(&v[0]), pd_string(pd_array_raw(&v[2], i)), err) < 0)
			return -1;
		map->items[map->count - 1].first = map->items[map->count - 1].last = first + (uint32_t)i;
	}
	return 0;
}

static int scan(struct pd_tounicode *map, struct pd_parser *parser, struct err *err)
{
	struct pd_obj values[3];
	size_t have = 0;
	size_t want = 0;

	for (size_t tokens = 0; tokens < MAX_TOKENS; tokens++) {
		struct pd_obj skipped;
		struct str word;

		pd_skip_space(&parser->lex);
		if (parser->lex.pos >= parser->lex.in.n)
			return 0;
		word = pd_peek_word(&parser->lex);
		if (word.n && ((word.p[0] >= 'A' && word.p[0] <= 'Z') || (word.p[0] >= 'a' && word.p[0] <= 'z'))) {
			want = str_is(word, "beginbfchar") ? 2 : str_is(word, "beginbfrange") ? 3 : 0;
			have = 0;
			parser->lex.pos += word.n;
			continue;
		}
		if (pd_parse_value(parser, want ? &values[have] : &skipped) < 0)
			return -1;
		if (!want || ++have < want)
			continue;
		have = 0;
		if (want == 2 ? add(map, pd_string(&values[0]), pd_string(&values[0]), pd_string(&values[1]), err) : add_range(map, values, err))
			return -1;
	}
	return err_set(err, ERR_PDF_LIMIT, "a /ToUnicode map has more than %d tokens", MAX_TOKENS);
}

static int by_first(const void *a, const void *b)
{
	const struct entry *x = a;
	const struct entry *y = b;

	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

/* By code, for the search; of entries that begin with the same code the one written first counts. */
static void sort(struct pd_tounicode *map)
{
	size_t kept = 0;

	if (map->count == 0)
		return;
	qsort(map->items, map->count, sizeof(struct entry), by_first);
	for (size_t i = 0; i < map->count; i++)
		if (kept == 0 || map->items[kept - 1].first != map->items[i].first)
			map->items[kept++] = map->items[i];
	map->count = kept;
}

/* The last entry that begins at or before the code; ranges of one map do not overlap in files that mean well. */
static const struct entry *find(const struct pd_tounicode *map, uint32_t code)
{
	size_t low = 0;
	size_t high = map->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (map->items[middle].first <= code)
			low = middle + 1;
		else
			high = middle;
	}
	return low && code <= map->items[low - 1].last ? &map->items[low - 1] : NULL;
}

int pd_tounicode_load(struct pd_view view, const struct pd_obj *stream, struct arena *arena, struct pd_tounicode **ret, struct err *err)
{
	struct pd_tounicode *map = ARENA_NEW(arena, struct pd_tounicode);
	struct pd_parser parser;
	struct bytes data;
	int rc;

	if (!map)
		return err_set(err, ERR_NO_MEMORY, "no memory for a /ToUnicode map");
	if (pd_stream_decode(view, stream, arena, &data, err) < 0)
		return -1;
	map->arena = arena;
	pd_parser_init(&parser, data, /* container= */ 1, arena, err);
	rc = scan(map, &parser, err);
	pd_parser_release(&parser);
	if (rc < 0)
		return -1;
	sort(map);
	*ret = map;
	return 0;
}

/* False for what is no text: NUL would end what is compared, half a letter cannot be shown. */
static bool put_utf16(struct bytes text, uint32_t offset, struct buf *out)
{
	for (size_t i = 0; i + 1 < text.n; i += 2) {
		uint32_t unit = (uint32_t)text.p[i] << 8 | text.p[i + 1];
		char utf8[UTF8_MAX_BYTES];
		size_t n;

		if (unit >= 0xd800 && unit < 0xdc00 && i + 3 < text.n) {
			unit = 0x10000 + ((unit - 0xd800) << 10) + (((uint32_t)text.p[i + 2] << 8 | text.p[i + 3]) - 0xdc00);
			i += 2;
		}
		if (i + 2 >= text.n)
			unit += offset;
		n = unit ? utf8_put(unit, utf8) : 0;
		if (n == 0)
			return false;
		buf_append(out, utf8, n);
	}
	return text.n % 2 == 0;
}

bool pd_tounicode_put(const struct pd_tounicode *map, struct bytes string, struct buf *out)
{
	size_t step = map->code_bytes;

	if (step == 0 || string.n % step)
		return string.n == 0;
	for (size_t at = 0; at < string.n; at += step) {
		uint32_t code = code_of((struct bytes){ string.p + at, step });
		const struct entry *found = find(map, code);

		if (!found || !put_utf16(found->text, code - found->first, out))
			return false;
	}
	return true;
}
