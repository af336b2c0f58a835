/* text.c - the text of pages; see text.h. */
#include "page/text.h"

#include <stdio.h>

#include "page/collect.h"
#include "util/arena.h"
#include "util/err.h"

enum { SCRATCH_BYTES = 512 * 1024 * 1024 };

static const float PT_TO_MM = 25.4f / 72;

struct reading {
	uint32_t index;
	struct collector collector;
	pdf_page *page;
	fz_device *device;
};

static void read_page(fz_context *ctx, struct page_doc *doc, void *arg)
{
	struct reading *reading = arg;
	fz_matrix to_mm = fz_scale(PT_TO_MM, PT_TO_MM);
	fz_rect box;

	reading->page = page_load(ctx, doc, reading->index);
	box = fz_transform_rect(pdf_bound_page(ctx, reading->page), to_mm);
	to_mm = fz_concat(to_mm, fz_translate(-box.x0, -box.y0));
	reading->collector.page = fz_make_rect(0, 0, box.x1 - box.x0, box.y1 - box.y0);
	reading->device = collect_new_device(ctx, &reading->collector);
	pdf_run_page(ctx, reading->page, reading->device, to_mm, NULL);
	fz_close_device(ctx, reading->device);
}

static int make_page(struct collector *from, uint32_t index, struct arena *arena, struct text_page *ret,
		     struct err *err)
{
	if (from->limit_hit)
		return err_set(err, ERR_WORKER_LIMIT, "page %u has more text than %d characters", index + 1,
			       PAGE_MAX_CHARS);
	if (!(from->page.x1 > 0 && from->page.y1 > 0 && from->page.x1 < (float)PAGE_TEXT_MAX_MM &&
	      from->page.y1 < (float)PAGE_TEXT_MAX_MM))
		return err_set(err, ERR_PAGE, "page %u has no area, or too large a one", index + 1);
	collect_merge_boxes(from);
	ret->width_mm = from->page.x1;
	ret->height_mm = from->page.y1;
	ret->lines = lines_build(from->glyphs, from->glyph_count, from->scratch, arena, &ret->line_count);
	ret->images = arena_memdup(arena, from->boxes, from->box_count * sizeof(*from->boxes));
	ret->image_count = from->box_count;
	if (!ret->lines || !ret->images)
		return err_set(err, ERR_WORKER_LIMIT, "no memory for the text of page %u", index + 1);
	return 0;
}

/* One page; *left is how many characters may still come. */
static int read_one(struct page_doc *doc, uint32_t index, size_t *left, struct arena *scratch, struct arena *arena,
		    struct text_page *ret, struct err *err)
{
	struct reading reading = { .index = index, .collector = { .scratch = scratch, .glyph_limit = *left } };
	char what[32];
	int result;

	arena_reset(scratch);
	snprintf(what, sizeof(what), "page %u", index + 1);
	result = page_guard(doc, read_page, &reading, what, err);
	if (result == 0)
		result = make_page(&reading.collector, index, arena, ret, err);
	*left -= reading.collector.glyph_count;
	fz_drop_device(doc->ctx, reading.device);
	fz_drop_page(doc->ctx, (fz_page *)reading.page);
	return result;
}

int page_text(struct page_doc *doc, uint32_t first, uint32_t count, struct arena *arena, struct page_text *ret,
	      struct err *err)
{
	AUTO(arena_freep) struct arena *scratch = NULL;
	struct page_text text = { .first_page = first, .doc_page_count = doc->pages };
	size_t left = PAGE_MAX_CHARS;

	if (first >= doc->pages || count > doc->pages - first)
		return err_set(err, ERR_PDF_PAGE, "there is no page %u, the document has %u",
			       first >= doc->pages ? first + 1 : doc->pages + 1, doc->pages);
	text.page_count = count ? count : doc->pages - first;
	text.pages = ARENA_ARRAY(arena, struct text_page, text.page_count);
	scratch = arena_new(SCRATCH_BYTES);
	if (!text.pages || !scratch)
		return err_set(err, ERR_WORKER_LIMIT, "no memory for the text of %zu pages", text.page_count);
	for (size_t i = 0; i < text.page_count; i++)
		if (read_one(doc, first + (uint32_t)i, &left, scratch, arena, &text.pages[i], err) < 0)
			return -1;
	*ret = text;
	return 0;
}
