/* content.c - walks operators and operands with the core's own lexer; see content.h. */
#include "pdf/content.h"

#include <stdlib.h>
#include <string.h>

#include "pdf/parser.h"
#include "pdf/tounicode.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/err.h"
#include "util/text_vi.h"

enum { CONTENT_MAX_OPERANDS = 64, CONTENT_MAX_TOKENS = 200000 };

struct content {
	struct pd_view view;
	struct arena *arena;
	const struct pd_obj *resources;
	struct pd_obj operands[CONTENT_MAX_OPERANDS];
	size_t operand_count;
	struct pd_tounicode *font; /* NULL: single bytes, Latin */
	bool font_known;
	struct buf text;
	struct pd_content_summary found;
};

/* A control character is no letter of a text, and NUL would end what is compared: nothing behind it may go unseen. */
static void put_code(struct content *c, uint32_t code)
{
	char utf8[UTF8_MAX_BYTES];
	size_t n = code >= ' ' ? utf8_put(code, utf8) : 0;

	if (n)
		buf_append(&c->text, utf8, n);
	else
		c->found.undecided = true;
}

/* Simple fonts: ASCII is what every standard encoding agrees on; others are not decided. */
static void show_bytes(struct content *c, struct bytes s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] >= 0x80)
			c->found.undecided = true;
		put_code(c, s.p[i]);
	}
}

static void show(struct content *c, const struct pd_obj *string)
{
	struct bytes s = pd_string(string);

	if (pd_kind(string) != PD_STRING)
		return;
	if (!c->font_known)
		c->found.undecided |= s.n > 0;
	if (!c->font)
		show_bytes(c, s);
	else if (!pd_tounicode_put(c->font, s, &c->text))
		c->found.undecided = true;
}

static void show_array(struct content *c, const struct pd_obj *array)
{
	for (size_t i = 0; i < pd_array_len(array); i++)
		show(c, pd_array_raw(array, i));
}

static void set_font(struct content *c)
{
	const struct pd_obj *form = pd_get(c->view, pd_catalog(c->view), "AcroForm");
	const struct pd_obj *fonts = pd_get(c->view, c->resources, "Font");
	struct str name = c->operand_count ? pd_name(&c->operands[0]) : (struct str){ NULL, 0 };
	char *key = arena_strndup(c->arena, name.p, name.n);
	const struct pd_obj *font = key ? pd_get(c->view, fonts, key) : NULL;
	const struct pd_obj *map;

	if (key && pd_kind(font) != PD_DICT) /* readers look in the form's default resources (12.7.3.3), then take a standard font */
		font = pd_get(c->view, pd_get(c->view, pd_get(c->view, form, "DR"), "Font"), key);
	map = pd_get(c->view, font, "ToUnicode");
	c->font = NULL;
	c->font_known = pd_kind(font) != PD_DICT || !pd_is_name(pd_get(c->view, font, "Subtype"), "Type0");
	if (pd_kind(map) == PD_STREAM && pd_tounicode_load(c->view, map, c->arena, &c->font, NULL) == 0)
		c->font_known = true;
	if (pd_kind(pd_get(c->view, font, "Encoding")) == PD_DICT && !c->font)
		c->font_known = false; /* /Differences may say anything */
}

static void draw(struct content *c)
{
	const struct pd_obj *xobjects = pd_get(c->view, c->resources, "XObject");
	struct str name = c->operand_count ? pd_name(&c->operands[0]) : (struct str){ NULL, 0 };
	char *key = arena_strndup(c->arena, name.p, name.n);
	const struct pd_obj *xobject = key ? pd_get(c->view, xobjects, key) : NULL;

	if (pd_is_name(pd_get(c->view, xobject, "Subtype"), "Image"))
		c->found.images = true;
	else
		c->found.forms = true;
}

/* ISO 32000-1 table 60: the operators that fill a path. */
static bool paints_area(struct str op)
{
	static const char *const fills[] = { "f", "F", "f*", "B", "B*", "b", "b*" };

	for (size_t i = 0; i < ARRAY_LEN(fills); i++)
		if (str_is(op, fills[i]))
			return true;
	return false;
}

static void operate(struct content *c, struct str op)
{
	const struct pd_obj *last = c->operand_count ? &c->operands[c->operand_count - 1] : NULL;

	if (str_is(op, "Tj") || str_is(op, "'") || str_is(op, "\""))
		show(c, last);
	else if (str_is(op, "TJ"))
		show_array(c, last);
	else if (str_is(op, "Tf"))
		set_font(c);
	else if (str_is(op, "Do"))
		draw(c);
	else if (str_is(op, "sh"))
		c->found.shadings = true;
	else if (str_is(op, "BI"))
		c->found.images = true;
	else if (paints_area(op))
		c->found.fills = true;
	c->operand_count = 0;
}

static int scan(struct content *c, struct bytes data, struct err *err)
{
	struct pd_parser parser;
	int rc = 0;

	pd_parser_init(&parser, data, /* container= */ 1, c->arena, err);
	for (size_t tokens = 0; rc == 0; tokens++) {
		struct str word;

		pd_skip_space(&parser.lex);
		if (parser.lex.pos >= data.n)
			break;
		if (tokens > CONTENT_MAX_TOKENS) {
			rc = err_set(err, ERR_PDF_LIMIT, "a content stream has more than %d tokens", CONTENT_MAX_TOKENS);
			break;
		}
		word = pd_peek_word(&parser.lex);
		if (word.n && ((word.p[0] >= 'A' && word.p[0] <= 'Z') || (word.p[0] >= 'a' && word.p[0] <= 'z') || word.p[0] == '\'' || word.p[0] == '"')) {
			parser.lex.pos += word.n;
			operate(c, word);
			if (c->found.images)
				break; /* binary data may follow; enough is known */
		} else if (c->operand_count == CONTENT_MAX_OPERANDS) {
			rc = err_set(err, ERR_PDF_SYNTAX, "an operator of a content stream has more than %d operands", CONTENT_MAX_OPERANDS);
		} else {
			rc = pd_parse_value(&parser, &c->operands[c->operand_count++]);
		}
	}
	pd_parser_release(&parser);
	return rc;
}

int pd_content_summarise(struct pd_view view, const struct pd_obj *stream, struct arena *arena, struct pd_content_summary *ret, struct err *err)
{
	struct content *c = ARENA_NEW(arena, struct content);
	struct bytes data;
	int rc;

	if (!c)
		return err_set(err, ERR_NO_MEMORY, "no memory for a content stream");
	if (pd_stream_decode(view, stream, arena, &data, err) < 0)
		return -1;
	c->view = view;
	c->arena = arena;
	c->resources = pd_get(view, stream, "Resources");
	rc = scan(c, data, err);
	c->found.text = arena_strndup(arena, buf_str(&c->text), c->text.len);
	buf_release(&c->text);
	if (rc < 0)
		return -1;
	if (!c->found.text)
		return err_set(err, ERR_NO_MEMORY, "no memory for a content stream");
	*ret = c->found;
	return 0;
}
