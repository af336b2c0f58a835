/* render.c - a page as a picture; see text.h. */
#include <math.h>

#include "page/context.h"
#include "util/arena.h"
#include "util/err.h"

struct render {
	uint32_t index;
	float scale;
	pdf_page *page;
	fz_pixmap *pixmap;
	fz_device *device;
};

static void load_page(fz_context *ctx, struct page_doc *doc, void *arg)
{
	struct render *render = arg;

	render->page = page_load(ctx, doc, render->index);
}

static fz_matrix page_to_pixels(fz_context *ctx, const struct render *render, fz_irect *ret_box)
{
	fz_rect box = pdf_bound_page(ctx, render->page);

	box = fz_transform_rect(box, fz_scale(render->scale, render->scale));
	/* Rounded, not rounded out: an A4 page at 96 dpi is 794 wide, whatever the last bit of the float. */
	*ret_box =
	    fz_make_irect(0, 0, (int)roundf(fminf(box.x1 - box.x0, 1e6f)), (int)roundf(fminf(box.y1 - box.y0, 1e6f)));
	return fz_concat(fz_scale(render->scale, render->scale), fz_translate(-box.x0, -box.y0));
}

static void draw(fz_context *ctx, struct page_doc *doc, void *arg)
{
	struct render *render = arg;
	fz_irect box;
	fz_matrix ctm = page_to_pixels(ctx, render, &box);

	(void)doc;
	render->pixmap = fz_new_pixmap_with_bbox(ctx, fz_device_rgb(ctx), box, NULL, /* alpha= */ 0);
	fz_clear_pixmap_with_value(ctx, render->pixmap, 255);
	render->device = fz_new_draw_device(ctx, fz_identity, render->pixmap);
	pdf_run_page(ctx, render->page, render->device, ctm, NULL);
	fz_close_device(ctx, render->device);
}

static int check_size(struct page_doc *doc, const struct render *render, int dpi, struct err *err)
{
	fz_irect box;

	page_to_pixels(doc->ctx, render, &box);
	if (box.x1 < 1 || box.y1 < 1)
		return err_set(err, ERR_PAGE, "page %u has no area at %d dpi", render->index + 1, dpi);
	if ((int64_t)box.x1 * box.y1 > PAGE_MAX_PIXELS)
		return err_set(err, ERR_WORKER_LIMIT,
			       "page %u would have %d x %d pixels at %d dpi, the limit is %d in all", render->index + 1,
			       box.x1, box.y1, dpi, PAGE_MAX_PIXELS);
	return 0;
}

static int copy_rows(struct page_doc *doc, fz_pixmap *pixmap, struct arena *arena, struct page_image *ret,
		     struct err *err)
{
	size_t width = (size_t)fz_pixmap_width(doc->ctx, pixmap);
	size_t height = (size_t)fz_pixmap_height(doc->ctx, pixmap);
	size_t stride = (size_t)fz_pixmap_stride(doc->ctx, pixmap);
	const unsigned char *samples = fz_pixmap_samples(doc->ctx, pixmap);
	uint8_t *rgb = arena_alloc(arena, width * height * 3);

	if (!rgb)
		return err_set(err, ERR_WORKER_LIMIT, "no memory for a picture of %zu x %zu", width, height);
	for (size_t y = 0; y < height; y++)
		memcpy(rgb + y * width * 3, samples + y * stride, width * 3);
	*ret = (struct page_image){ (uint32_t)width, (uint32_t)height, rgb };
	return 0;
}

static int render_guarded(struct page_doc *doc, struct render *render, int dpi, struct arena *arena,
			  struct page_image *ret, struct err *err)
{
	char what[32];

	snprintf(what, sizeof(what), "page %u", render->index + 1);
	if (page_guard(doc, load_page, render, what, err) < 0 || check_size(doc, render, dpi, err) < 0 ||
	    page_guard(doc, draw, render, what, err) < 0)
		return -1;
	return copy_rows(doc, render->pixmap, arena, ret, err);
}

int page_render(struct page_doc *doc, uint32_t index, int dpi, struct arena *arena, struct page_image *ret,
		struct err *err)
{
	struct render render = { .index = index, .scale = (float)dpi / 72 };
	int result;

	if (index >= doc->pages)
		return err_set(err, ERR_PDF_PAGE, "there is no page %u, the document has %u", index + 1, doc->pages);
	if (dpi < PAGE_MIN_DPI || dpi > PAGE_MAX_DPI)
		return err_set(err, ERR_USAGE, "%d dpi is not within %d and %d", dpi, PAGE_MIN_DPI, PAGE_MAX_DPI);
	result = render_guarded(doc, &render, dpi, arena, ret, err);
	fz_drop_device(doc->ctx, render.device);
	fz_drop_pixmap(doc->ctx, render.pixmap);
	fz_drop_page(doc->ctx, (fz_page *)render.page);
	return result;
}
