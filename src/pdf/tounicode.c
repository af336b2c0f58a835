/* tounicode.c - reads bfchar and bfrange sections; see tounicode.h. */
#include "pdf/tounicode.h"

#include <string.h>

#include "pdf/parser.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/err.h"
#include "util/text_vi.h"

enum { MAX_ENTRIES = 70000, MAX_TOKENS = 400000 };

struct entry {
	uint32_t first, last;
	struct bytes text; /* UTF-16BE of `first`; its last unit grows along the range */
};

struct pd_tounicode {
	struct arena *arena;
	struct entry *items;
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
	map->items[map->count++] = (struct entry){ code_of(first), code_of(last), text };
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
	if (rc == 0)
		*ret = map;
	return rc;
}

static void put_utf16(struct bytes text, uint32_t offset, struct buf *out)
{
	for (size_t i = 0; i + 1 < text.n; i += 2) {
		uint32_t unit = (uint32_t)text.p[i] << 8 | text.p[i + 1];
		char utf8[UTF8_MAX_BYTES];

		if (unit >= 0xd800 && unit < 0xdc00 && i + 3 < text.n) {
			unit = 0x10000 + ((unit - 0xd800) << 10) + (((uint32_t)text.p[i + 2] << 8 | text.p[i + 3]) - 0xdc00);
			i += 2;
		}
		if (i + 2 >= text.n)
			unit += offset;
		buf_append(out, utf8, utf8_put(unit, utf8));
	}
}

bool pd_tounicode_put(const struct pd_tounicode *map, struct bytes string, struct buf *out)
{
	size_t step = map->code_bytes;

	if (step == 0 || string.n % step)
		return string.n == 0;
	for (size_t at = 0; at < string.n; at += step) {
		uint32_t code = code_of((struct bytes){ string.p + at, step });
		const struct entry *found = NULL;

		for (size_t i = 0; !found && i < map->count; i++)
			if (code >= map->items[i].first && code <= map->items[i].last)
				found = &map->items[i];
		if (!found)
			return false;
		put_utf16(found->text, code - found->first, out);
	}
	return true;
}
