/* parser.c - see parser.h. ISO 32000-1 7.3.6-7.3.10. Recursion is bounded by PD_MAX_DEPTH. */
#include "pdf/parser.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pdf/limits.h"
#include "util/arena.h"
#include "util/err.h"

enum { SMALL_DICT = 16 };

/* What ends a sequence of values. */
enum closer { CLOSE_ARRAY, CLOSE_DICT, CLOSE_KEYWORD };

void pd_parser_init(struct pd_parser *parser, struct bytes in, uint32_t container, struct arena *arena, struct err *err)
{
	parser->stack = parser->first;
	parser->stack_len = 0;
	parser->stack_cap = PD_PARSER_FIRST_ITEMS;
	parser->depth = 0;
	parser->lex = (struct pd_lexer){ .in = in, .container = container, .arena = arena, .err = err };
}

void pd_parser_release(struct pd_parser *parser)
{
	if (parser->stack != parser->first)
		free(parser->stack);
	parser->stack = NULL;
}

static int push(struct pd_parser *parser, const struct pd_obj *obj)
{
	if (parser->stack_len == parser->stack_cap) {
		bool grown = parser->stack != parser->first;
		size_t cap = parser->stack_cap * 2;
		struct pd_obj *stack = realloc(grown ? parser->stack : NULL, cap * sizeof(*stack));

		if (!stack)
			return err_set(parser->lex.err, ERR_NO_MEMORY, "no memory for an array of %zu items", cap);
		if (!grown)
			memcpy(stack, parser->first, sizeof(parser->first));
		parser->stack = stack;
		parser->stack_cap = cap;
	}
	parser->stack[parser->stack_len++] = *obj;
	return 0;
}

/* `n g R`: the two integers before it become one reference. Only within one container, so never across `base`. */
static int fold_reference(struct pd_parser *parser, size_t base, size_t at)
{
	struct pd_obj *num;
	const struct pd_obj *gen;

	if (parser->stack_len < base + 2)
		return pd_lex_fail(&parser->lex, at, "R without object and generation number");
	num = &parser->stack[parser->stack_len - 2];
	gen = &parser->stack[parser->stack_len - 1];
	if (num->kind != PD_INT || gen->kind != PD_INT)
		return pd_lex_fail(&parser->lex, at, "R without object and generation number");
	if (num->u.integer <= 0)
		return pd_lex_fail(&parser->lex, at, "reference to an object number below 1");
	if (num->u.integer > PD_MAX_OBJECT_NUMBER)
		return pd_lex_limit(&parser->lex, at, "reference to an object number above 8388607");
	if (gen->u.integer < 0 || gen->u.integer > PD_MAX_GENERATION)
		return pd_lex_fail(&parser->lex, at, "reference to a generation outside 0..65535");
	num->kind = PD_REF;
	num->u.ref = (struct pd_ref){ (uint32_t)num->u.integer, (uint32_t)gen->u.integer };
	num->end = parser->lex.container ? 0 : parser->lex.pos;
	parser->stack_len--;
	return 0;
}

static int parse_array(struct pd_parser *parser, struct pd_obj *ret);
static int parse_dict(struct pd_parser *parser, struct pd_obj *ret);

/* `true`, `false`, `null`; anything else that starts with a regular character is no PDF. */
static int parse_keyword(struct pd_parser *parser, struct pd_obj *ret)
{
	struct pd_lexer *lex = &parser->lex;
	size_t start = lex->pos;

	if (pd_take_word(lex, "true") || pd_take_word(lex, "false")) {
		ret->kind = PD_BOOL;
		ret->flag = lex->in.p[start] == 't';
	} else if (pd_take_word(lex, "null")) {
		ret->kind = PD_NULL;
	} else {
		return pd_lex_fail(lex, start, "unknown word");
	}
	ret->start = lex->container ? 0 : start;
	ret->end = lex->container ? 0 : lex->pos;
	return 0;
}

/* One value that is no reference; the cursor stands on its first character. */
static int parse_plain(struct pd_parser *parser, struct pd_obj *ret)
{
	struct pd_lexer *lex = &parser->lex;
	uint8_t c = lex->in.p[lex->pos];

	memset(ret, 0, sizeof(*ret));
	switch (c) {
	case '/':
		return pd_lex_name(lex, ret);
	case '(':
		return pd_lex_string(lex, ret);
	case '[':
		return parse_array(parser, ret);
	case '<':
		if (lex->pos + 1 < lex->in.n && lex->in.p[lex->pos + 1] == '<')
			return parse_dict(parser, ret);
		return pd_lex_hex_string(lex, ret);
	default:
		if ((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.')
			return pd_lex_number(lex, ret);
		if (pd_char_class(c) == PD_CHAR_DELIMITER)
			return pd_lex_fail(lex, lex->pos, "unexpected delimiter");
		return parse_keyword(parser, ret);
	}
}

/* True when the sequence ends here; the closer of an array or dictionary is consumed, a keyword is left. */
static bool at_closer(struct pd_lexer *lex, enum closer closer)
{
	const uint8_t *p = lex->in.p + lex->pos;
	size_t left = lex->in.n - lex->pos;

	if (closer == CLOSE_ARRAY && p[0] == ']') {
		lex->pos++;
		return true;
	}
	if (closer == CLOSE_DICT && left >= 2 && p[0] == '>' && p[1] == '>') {
		lex->pos += 2;
		return true;
	}
	return closer == CLOSE_KEYWORD && (p[0] == 'e' || p[0] == 's'); /* endobj, stream: checked by the caller */
}

/* Values up to the closer are left on the stack above `base`. */
static int parse_sequence(struct pd_parser *parser, enum closer closer, size_t base, size_t limit)
{
	struct pd_lexer *lex = &parser->lex;
	struct pd_obj obj;

	for (;;) {
		pd_skip_space(lex);
		if (lex->pos >= lex->in.n)
			return closer == CLOSE_KEYWORD
				   ? 0
				   : pd_lex_fail(lex, lex->pos, "array or dictionary without its end");
		if (at_closer(lex, closer))
			return 0;
		if (lex->in.p[lex->pos] == 'R' && pd_take_word(lex, "R")) {
			if (fold_reference(parser, base, lex->pos - 1) != 0)
				return -1;
			continue;
		}
		if (parse_plain(parser, &obj) != 0)
			return -1;
		if (parser->stack_len - base >= limit)
			return pd_lex_limit(lex, lex->pos, "too many items in one array or dictionary");
		if (push(parser, &obj) != 0)
			return -1;
	}
}

static int enter(struct pd_parser *parser)
{
	if (parser->depth >= PD_MAX_DEPTH)
		return pd_lex_limit(&parser->lex, parser->lex.pos, "arrays or dictionaries nested deeper than 100");
	parser->depth++;
	return 0;
}

static int no_memory(const struct pd_parser *parser, size_t start)
{
	return err_set(parser->lex.err, ERR_PDF_LIMIT, "no memory left for the object at offset %zu", start);
}

static int parse_array(struct pd_parser *parser, struct pd_obj *ret)
{
	size_t start = parser->lex.pos;
	size_t base = parser->stack_len;
	size_t n;
	struct pd_obj *items;

	if (enter(parser) != 0)
		return -1;
	parser->lex.pos++;
	if (parse_sequence(parser, CLOSE_ARRAY, base, PD_MAX_ARRAY_ITEMS) != 0)
		return -1;
	n = parser->stack_len - base;
	items = arena_memdup(parser->lex.arena, n ? &parser->stack[base] : NULL, n * sizeof(*items));
	if (!items)
		return no_memory(parser, start);
	parser->stack_len = base;
	parser->depth--;
	ret->kind = PD_ARRAY;
	ret->n = (uint32_t)n;
	ret->u.items = items;
	ret->start = parser->lex.container ? 0 : start;
	ret->end = parser->lex.container ? 0 : parser->lex.pos;
	return 0;
}

static int fail_duplicate(const struct pd_parser *parser, const struct pd_dict_entry *entry)
{
	char what[96];

	snprintf(what, sizeof(what), "key /%.*s twice in one dictionary, again",
		 entry->key.n > 40 ? 40 : (int)entry->key.n, entry->key.n ? entry->key.p : "");
	return pd_lex_fail(&parser->lex, entry->value.start ? entry->value.start : parser->lex.pos, what);
}

static int check_small(const struct pd_parser *parser, const struct pd_dict *dict)
{
	for (uint32_t i = 1; i < dict->count; i++)
		for (uint32_t j = 0; j < i; j++)
			if (str_eq(dict->entries[i].key, dict->entries[j].key))
				return fail_duplicate(parser, &dict->entries[i]);
	return 0;
}

static int compare_keys(const void *a, const void *b, void *ctx)
{
	const struct pd_dict *dict = ctx;

	return str_cmp(dict->entries[*(const uint32_t *)a].key, dict->entries[*(const uint32_t *)b].key);
}

/* Larger dictionaries get an index in key order, which finds duplicates now and keys later. */
static int sort_keys(const struct pd_parser *parser, struct pd_dict *dict)
{
	uint32_t *sorted = ARENA_ARRAY(parser->lex.arena, uint32_t, dict->count);

	if (!sorted)
		return no_memory(parser, parser->lex.pos);
	for (uint32_t i = 0; i < dict->count; i++)
		sorted[i] = i;
	qsort_r(sorted, dict->count, sizeof(*sorted), compare_keys, dict);
	for (uint32_t i = 1; i < dict->count; i++)
		if (str_eq(dict->entries[sorted[i - 1]].key, dict->entries[sorted[i]].key))
			return fail_duplicate(parser, &dict->entries[sorted[i]]);
	dict->sorted = sorted;
	return 0;
}

/* The stack above `base` holds key, value, key, value ... */
static int make_dict(struct pd_parser *parser, size_t base, size_t start, const struct pd_dict **ret)
{
	size_t n = parser->stack_len - base;
	struct pd_dict *dict;

	if (n % 2 != 0)
		return pd_lex_fail(&parser->lex, start, "dictionary with a key that has no value");
	dict = arena_alloc(parser->lex.arena, sizeof(*dict) + n / 2 * sizeof(dict->entries[0]));
	if (!dict)
		return no_memory(parser, start);
	for (size_t i = 0; i < n; i += 2) {
		const struct pd_obj *key = &parser->stack[base + i];

		if (key->kind != PD_NAME)
			return pd_lex_fail(&parser->lex, key->start ? key->start : start,
					   "dictionary key that is no name");
		dict->entries[i / 2].key = str_from((const char *)key->u.p, key->n);
		dict->entries[i / 2].value = parser->stack[base + i + 1];
	}
	dict->count = (uint32_t)(n / 2);
	parser->stack_len = base;
	*ret = dict;
	return dict->count <= SMALL_DICT ? check_small(parser, dict) : sort_keys(parser, dict);
}

static int parse_dict(struct pd_parser *parser, struct pd_obj *ret)
{
	size_t start = parser->lex.pos;
	size_t base = parser->stack_len;

	if (enter(parser) != 0)
		return -1;
	parser->lex.pos += 2;
	if (parse_sequence(parser, CLOSE_DICT, base, 2 * (size_t)PD_MAX_DICT_ENTRIES) != 0 ||
	    make_dict(parser, base, start, &ret->u.dict) != 0)
		return -1;
	parser->depth--;
	ret->kind = PD_DICT;
	ret->start = parser->lex.container ? 0 : start;
	ret->end = parser->lex.container ? 0 : parser->lex.pos;
	return 0;
}

int pd_parse_value(struct pd_parser *parser, struct pd_obj *ret)
{
	pd_skip_space(&parser->lex);
	if (parser->lex.pos >= parser->lex.in.n)
		return pd_lex_fail(&parser->lex, parser->lex.pos, "value missing");
	return parse_plain(parser, ret);
}

/* The one value of an indirect object, up to `endobj` or `stream`. */
static int parse_body(struct pd_parser *parser, size_t at, struct pd_obj *ret)
{
	size_t base = parser->stack_len;

	if (parse_sequence(parser, CLOSE_KEYWORD, base, 4) != 0)
		return -1;
	if (parser->stack_len != base + 1)
		return pd_lex_fail(&parser->lex, at,
				   parser->stack_len == base ? "object without a value"
							     : "object with more than one value");
	*ret = parser->stack[base];
	parser->stack_len = base;
	return 0;
}

static int stream_length(struct pd_parser *parser, const struct pd_obj *dict, size_t at, pd_length_fn *length,
			 void *ctx, uint64_t *ret)
{
	const struct pd_obj *value = pd_dict_raw(dict, "Length");
	int64_t n = pd_int(value, -1);

	if (pd_kind(value) == PD_REF) {
		if (!length)
			return pd_lex_fail(&parser->lex, at, "cross-reference stream whose /Length is not direct");
		n = length(ctx, pd_ref(value));
	}
	if (n < 0)
		return pd_lex_fail(&parser->lex, at, "stream whose /Length is no non-negative integer");
	*ret = (uint64_t)n;
	return 0;
}

/* 7.3.8.1: `stream`, CR LF or LF (never CR alone), /Length bytes, at most one line end, `endstream`. */
static int parse_stream(struct pd_parser *parser, struct pd_obj *obj, pd_length_fn *length, void *ctx)
{
	struct pd_lexer *lex = &parser->lex;
	size_t keyword = lex->pos - strlen("stream");
	struct pd_stream *stream;
	uint64_t n;

	if (obj->kind != PD_DICT)
		return pd_lex_fail(lex, keyword, "stream without a dictionary");
	if (lex->pos < lex->in.n && lex->in.p[lex->pos] == '\r' &&
	    (lex->pos + 1 >= lex->in.n || lex->in.p[lex->pos + 1] != '\n'))
		return pd_lex_fail(lex, keyword, "`stream` followed by CR alone");
	if (!pd_take_eol(lex))
		return pd_lex_fail(lex, keyword, "`stream` without a line end");
	if (stream_length(parser, obj, keyword, length, ctx, &n) != 0)
		return -1;
	if (n > lex->in.n - lex->pos)
		return pd_lex_fail(lex, keyword, "stream goes beyond the next object or the end of the file,");
	stream = ARENA_NEW(lex->arena, struct pd_stream);
	if (!stream)
		return no_memory(parser, keyword);
	*stream = (struct pd_stream){ obj->u.dict, { lex->in.p + lex->pos, n }, obj->start, obj->end };
	lex->pos += n;
	pd_take_eol(lex);
	if (!pd_take_word(lex, "endstream"))
		return pd_lex_fail(lex, lex->pos, "stream whose /Length does not end at `endstream`,");
	obj->kind = PD_STREAM;
	obj->u.stream = stream;
	obj->end = lex->pos;
	pd_skip_space(lex);
	return 0;
}

static int parse_rest(struct pd_parser *parser, size_t at, pd_length_fn *length, void *ctx, struct pd_obj *ret)
{
	struct pd_lexer *lex = &parser->lex;

	if (parse_body(parser, at, ret) != 0)
		return -1;
	if (pd_take_word(lex, "stream") && parse_stream(parser, ret, length, ctx) != 0)
		return -1;
	if (!pd_take_word(lex, "endobj"))
		return pd_lex_fail(lex, lex->pos, "`endobj` missing");
	return 0;
}

int pd_parse_indirect(struct pd_parser *parser, uint64_t offset, pd_length_fn *length, void *ctx,
		      struct pd_indirect *ret)
{
	struct pd_lexer *lex = &parser->lex;

	if (offset >= lex->in.n)
		return pd_lex_fail(lex, offset, "object beyond the end of the file");
	lex->pos = offset;
	parser->stack_len = 0;
	parser->depth = 0;
	if (!pd_take_header(lex, &ret->ref))
		return pd_lex_fail(lex, offset, "no `n g obj`");
	if (parse_rest(parser, offset, length, ctx, &ret->obj) != 0)
		return err_prefix(lex->err, "object %u %u", ret->ref.num, ret->ref.gen);
	ret->start = offset;
	ret->end = lex->pos;
	return 0;
}

int pd_parse_compressed(struct pd_parser *parser, size_t start, size_t end, struct pd_obj *ret)
{
	struct pd_lexer *lex = &parser->lex;
	struct bytes whole = lex->in;
	int result;

	lex->in.n = end;
	lex->pos = start;
	parser->stack_len = 0;
	parser->depth = 0;
	result = parse_body(parser, start, ret);
	if (result == 0 && lex->pos != end)
		result = pd_lex_fail(lex, lex->pos, "object with something after its value");
	lex->in = whole;
	return result;
}
