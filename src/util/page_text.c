/* page_text.c - page texts and page images as bytes between worker and parent; see page_text.h. */
#include "util/page_text.h"

#include <math.h>

#include "util/arena.h"
#include "util/buf.h"
#include "util/err.h"
#include "util/wire.h"

enum { CHAR_BYTES = 20, BOX_BYTES = 16, LINE_MIN_BYTES = 16 + 8 + 1 + 8, PAGE_MIN_BYTES = 16 };
enum { FLAG_BOLD = 1, FLAG_ITALIC = 2, FLAG_VERTICAL = 4, FLAG_INVISIBLE = 8, FLAGS_ALL = 15 };

static void put_box(struct buf *out, float x0, float y0, float x1, float y1)
{
	wire_put_f32(out, x0);
	wire_put_f32(out, y0);
	wire_put_f32(out, x1);
	wire_put_f32(out, y1);
}

static void write_line(const struct text_line *line, struct buf *out)
{
	put_box(out, line->x0, line->y0, line->x1, line->y1);
	wire_put_f32(out, line->baseline);
	wire_put_f32(out, line->size_pt);
	wire_put_u8(out, (uint8_t)((line->bold ? FLAG_BOLD : 0) | (line->italic ? FLAG_ITALIC : 0) |
				   (line->vertical ? FLAG_VERTICAL : 0) | (line->invisible ? FLAG_INVISIBLE : 0)));
	wire_put_string(out, line->utf8);
	wire_put_u32(out, (uint32_t)line->char_count);
	for (size_t i = 0; i < line->char_count; i++) {
		const struct text_char *c = &line->chars[i];

		wire_put_u32(out, c->code);
		put_box(out, c->x0, c->y0, c->x1, c->y1);
	}
}

void page_text_write(const struct page_text *text, struct buf *out)
{
	wire_put_u32(out, text->first_page);
	wire_put_u32(out, text->doc_page_count);
	wire_put_u32(out, (uint32_t)text->page_count);
	for (size_t i = 0; i < text->page_count; i++) {
		const struct text_page *page = &text->pages[i];

		wire_put_f32(out, page->width_mm);
		wire_put_f32(out, page->height_mm);
		wire_put_u32(out, (uint32_t)page->line_count);
		for (size_t j = 0; j < page->line_count; j++)
			write_line(&page->lines[j], out);
		wire_put_u32(out, (uint32_t)page->image_count);
		for (size_t j = 0; j < page->image_count; j++)
			put_box(out, page->images[j].x0, page->images[j].y0, page->images[j].x1, page->images[j].y1);
	}
}

static float read_mm(struct wire *in)
{
	float value = wire_f32(in);

	if (fabsf(value) > (float)PAGE_TEXT_MAX_MM)
		in->bad = true;
	return value;
}

static struct text_box read_box(struct wire *in)
{
	struct text_box box;

	box.x0 = read_mm(in);
	box.y0 = read_mm(in);
	box.x1 = read_mm(in);
	box.y1 = read_mm(in);
	if (box.x0 > box.x1 || box.y0 > box.y1)
		in->bad = true;
	return box;
}

/* The next code point of valid UTF-8 (RFC 3629: no overlong forms, no surrogates), 0 when it is not valid or NUL. */
static uint32_t next_code(const uint8_t *p, size_t n, size_t *ret_used)
{
	static const uint32_t lowest[] = { 0, 0x80, 0x800, 0x10000 };
	size_t more = n == 0 || p[0] < 0x80 ? 0 : p[0] >= 0xF0 ? 3 : p[0] >= 0xE0 ? 2 : 1;
	uint32_t code;

	if (n <= more || (p[0] >= 0x80 && p[0] < 0xC0) || p[0] > 0xF4)
		return 0;
	code = more ? p[0] & (0x3Fu >> more) : p[0];
	for (size_t i = 1; i <= more; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return 0;
		code = code << 6 | (p[i] & 0x3F);
	}
	*ret_used = more + 1;
	return code < lowest[more] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF) ? 0 : code;
}

static void read_chars(struct wire *in, struct bytes utf8, struct text_char *chars, size_t count)
{
	for (size_t i = 0; i < count && !in->bad; i++) {
		size_t used = 0;
		struct text_box box;

		chars[i].code = wire_u32(in);
		if (chars[i].code == 0 || next_code(utf8.p, utf8.n, &used) != chars[i].code) {
			in->bad = true;
			return;
		}
		utf8 = (struct bytes){ utf8.p + used, utf8.n - used };
		box = read_box(in);
		chars[i].x0 = box.x0;
		chars[i].y0 = box.y0;
		chars[i].x1 = box.x1;
		chars[i].y1 = box.y1;
	}
	in->bad = in->bad || utf8.n;
}

static void read_line(struct wire *in, struct arena *arena, struct text_line *line)
{
	struct text_box box = read_box(in);
	struct bytes utf8;
	struct text_char *chars;
	uint8_t flags;

	line->x0 = box.x0;
	line->y0 = box.y0;
	line->x1 = box.x1;
	line->y1 = box.y1;
	line->baseline = read_mm(in);
	line->size_pt = read_mm(in);
	flags = wire_u8(in);
	in->bad = in->bad || (flags & ~FLAGS_ALL) || line->size_pt < 0;
	line->bold = flags & FLAG_BOLD;
	line->italic = flags & FLAG_ITALIC;
	line->vertical = flags & FLAG_VERTICAL;
	line->invisible = flags & FLAG_INVISIBLE;
	utf8 = wire_bytes(in);
	line->char_count = wire_count(in, CHAR_BYTES);
	if (in->bad)
		return;
	line->utf8 = arena_strndup(arena, (const char *)utf8.p, utf8.n);
	line->chars = chars = ARENA_ARRAY(arena, struct text_char, line->char_count);
	if (line->utf8 && chars)
		read_chars(in, utf8, chars, line->char_count);
}

static void read_page(struct wire *in, struct arena *arena, struct text_page *page)
{
	page->width_mm = read_mm(in);
	page->height_mm = read_mm(in);
	in->bad = in->bad || page->width_mm < 0 || page->height_mm < 0;
	page->line_count = wire_count(in, LINE_MIN_BYTES);
	page->lines = ARENA_ARRAY(arena, struct text_line, page->line_count);
	for (size_t i = 0; i < page->line_count && !in->bad && !arena_failed(arena); i++)
		read_line(in, arena, &page->lines[i]);
	page->image_count = wire_count(in, BOX_BYTES);
	page->images = ARENA_ARRAY(arena, struct text_box, page->image_count);
	for (size_t i = 0; i < page->image_count && !in->bad && !arena_failed(arena); i++)
		page->images[i] = read_box(in);
}

int page_text_parse(struct bytes wire, struct arena *arena, struct page_text *ret, struct err *err)
{
	struct wire in = wire_from(wire);
	struct page_text text = { 0 };

	text.first_page = wire_u32(&in);
	text.doc_page_count = wire_u32(&in);
	text.page_count = wire_count(&in, PAGE_MIN_BYTES);
	if (text.doc_page_count > PAGE_TEXT_MAX_PAGES || text.first_page > text.doc_page_count ||
	    text.page_count > text.doc_page_count - text.first_page)
		in.bad = true;
	if (!in.bad)
		text.pages = ARENA_ARRAY(arena, struct text_page, text.page_count);
	for (size_t i = 0; i < text.page_count && !in.bad && !arena_failed(arena); i++)
		read_page(&in, arena, &text.pages[i]);
	if (arena_failed(arena))
		return err_set(err, ERR_LIMIT, "the text of the pages does not fit the memory set for it");
	if (wire_end(&in, "text of the pages", err) < 0)
		return -1;
	*ret = text;
	return 0;
}

void page_image_write(const struct page_image *image, struct buf *out)
{
	wire_put_u32(out, image->width);
	wire_put_u32(out, image->height);
	buf_append(out, image->rgb, (size_t)image->width * image->height * 3);
}

int page_image_parse(struct bytes wire, struct page_image *ret, struct err *err)
{
	struct wire in = wire_from(wire);
	uint32_t width = wire_u32(&in);
	uint32_t height = wire_u32(&in);

	if (in.bad || width == 0 || height == 0 || (uint64_t)width * height > SIZE_MAX / 3 ||
	    (uint64_t)width * height * 3 != in.n)
		return err_set(err, ERR_WORKER, "the page image is malformed or cut off");
	*ret = (struct page_image){ width, height, in.p };
	return 0;
}
