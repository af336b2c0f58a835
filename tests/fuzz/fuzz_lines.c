/* fuzz_lines.c - lines out of glyphs that stand anywhere: 8 bytes a glyph; what is made must cross to the parent whole.
 */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "page/lines.h"
#include "util/arena.h"
#include "util/buf.h"

enum { GLYPH_BYTES = 8, MAX_GLYPHS = 600 };

static struct glyph make_glyph(const uint8_t *p)
{
	static const uint32_t codes[] = { 'a', 'N', 0x1EBF, 0x301, 0x323, '.', 0x1F600, 0xFFFD };
	struct glyph g = {
		.em = 0.5f + (float)(p[5] & 31), .code = codes[p[4] & 7], .object = p[4] >> 5, .spaces = p[6] & 7
	};
	float angle = (float)(p[7] >> 4) * 0.3926991f;

	g.x = (float)(int16_t)(p[0] | p[1] << 8) / 64;
	g.y = (float)(int16_t)(p[2] | p[3] << 8) / 64;
	g.dir_x = cosf(angle);
	g.dir_y = sinf(angle);
	g.end_x = g.x + g.dir_x * g.em * 0.5f;
	g.end_y = g.y + g.dir_y * g.em * 0.5f;
	g.flags = p[7] & (GLYPH_BOLD | GLYPH_ITALIC | GLYPH_INVISIBLE | GLYPH_VERTICAL);
	g.box = (struct text_box){ fminf(g.x, g.end_x), fminf(g.y, g.end_y) - g.em, fmaxf(g.x, g.end_x),
				   fmaxf(g.y, g.end_y) };
	return g;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct glyph glyphs[MAX_GLYPHS];
	struct arena *arena = arena_new(16 * 1024 * 1024);
	struct arena *scratch = arena_new(16 * 1024 * 1024);
	struct text_page page = { .width_mm = 210, .height_mm = 297 };
	struct page_text text = { .doc_page_count = 1, .pages = &page, .page_count = 1 };
	struct page_text again;
	struct buf wire = BUF_INIT;
	size_t count = 0;

	for (; size >= GLYPH_BYTES && count < MAX_GLYPHS; size -= GLYPH_BYTES, data += GLYPH_BYTES)
		glyphs[count++] = make_glyph(data);
	page.lines = lines_build(glyphs, count, scratch, arena, &page.line_count);
	page_text_write(&text, &wire);
	if (!page.lines ||
	    page_text_parse((struct bytes){ (const uint8_t *)wire.data, wire.len }, arena, &again, NULL) < 0)
		__builtin_trap();
	buf_release(&wire);
	arena_free(scratch);
	arena_free(arena);
	return 0;
}
