/* test_render.c - pages as pictures: size, colours, annotations, limits. */
#include "test.h"

#include "page/text.h"
#include "util/arena.h"

#include "page/pdf_maker.h"

struct drawn {
	struct pdf_maker pdf;
	struct page_doc *doc;
	struct arena *arena;
	struct page_image image;
};

static struct drawn open_made(struct pdf_maker pdf)
{
	struct drawn d = { .pdf = pdf, .arena = arena_new(0) };
	struct err err = ERR_INIT;

	maker_end(&d.pdf);
	assert_ok(page_open(maker_bytes(&d.pdf), &d.doc, &err), &err);
	return d;
}

static void done(struct drawn *d)
{
	page_free(d->doc);
	arena_free(d->arena);
	buf_release(&d->pdf.file);
}

static const uint8_t *pixel(const struct drawn *d, uint32_t x, uint32_t y)
{
	assert_true(x < d->image.width && y < d->image.height);
	return d->image.rgb + ((size_t)y * d->image.width + x) * 3;
}

static void assert_rgb(const struct drawn *d, uint32_t x, uint32_t y, int r, int g, int b)
{
	const uint8_t *p = pixel(d, x, y);

	if (p[0] != r || p[1] != g || p[2] != b)
		fail_msg("pixel %u,%u is %d %d %d, not %d %d %d", x, y, p[0], p[1], p[2], r, g, b);
}

static void page_and_annotation_are_drawn(void **state)
{
	struct pdf_maker pdf = maker_page("/MediaBox [0 0 144 72] /Annots [10 0 R]", "1 0 0 rg 0 0 36 36 re f");
	struct drawn d;
	struct err err = ERR_INIT;

	(void)state;
	maker_object(
	    &pdf, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (S) /Rect [72 36 108 72] /F 4 /AP << /N 11 0 R >> >>");
	maker_stream(&pdf, "/Type /XObject /Subtype /Form /BBox [0 0 36 36]", "0 0 1 rg 0 0 36 36 re f");
	d = open_made(pdf);
	assert_ok(page_render(d.doc, 0, 144, d.arena, &d.image, &err), &err);
	assert_int_equal(d.image.width, 288);
	assert_int_equal(d.image.height, 144);
	assert_rgb(&d, 20, 120, 255, 0, 0); /* bottom left */
	assert_rgb(&d, 180, 30, 0, 0, 255); /* the signature's picture, top */
	assert_rgb(&d, 250, 100, 255, 255, 255);
	done(&d);
}

static void rotation_and_crop_are_applied(void **state)
{
	struct drawn d = open_made(
	    maker_page("/MediaBox [0 0 300 300] /CropBox [100 100 200 150] /Rotate 90", "0 1 0 rg 100 100 10 10 re f"));
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(page_render(d.doc, 0, 72, d.arena, &d.image, &err), &err);
	assert_int_equal(d.image.width, 50);
	assert_int_equal(d.image.height, 100);
	assert_rgb(&d, 5, 5, 0, 255, 0); /* bottom left turned to top left */
	done(&d);
}

static void what_cannot_be_drawn_is_said(void **state)
{
	struct drawn d = open_made(maker_page("/MediaBox [0 0 14400 14400]", ""));
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(page_render(d.doc, 1, 72, d.arena, &d.image, &err), &err, ERR_PDF_PAGE);
	assert_fails(page_render(d.doc, 0, 9, d.arena, &d.image, &err), &err, ERR_USAGE);
	assert_fails(page_render(d.doc, 0, 1201, d.arena, &d.image, &err), &err, ERR_USAGE);
	assert_fails(page_render(d.doc, 0, 72, d.arena, &d.image, &err), &err, ERR_WORKER_LIMIT);
	done(&d);
}

static void a_small_arena_is_a_limit(void **state)
{
	struct drawn d = open_made(maker_page("/MediaBox [0 0 200 200]", ""));
	struct arena *small = arena_new(1000);
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(page_render(d.doc, 0, 72, small, &d.image, &err), &err, ERR_WORKER_LIMIT);
	arena_free(small);
	done(&d);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(page_and_annotation_are_drawn),
	cmocka_unit_test(rotation_and_crop_are_applied),
	cmocka_unit_test(what_cannot_be_drawn_is_said),
	cmocka_unit_test(a_small_arena_is_a_limit),
};

TEST_MAIN(tests)
