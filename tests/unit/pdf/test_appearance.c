/* test_appearance.c - pictures stored once and found again, text in an embedded subset, upright on rotated pages. */
#include "test.h"

#include "increments.h"
#include "util/arena.h"

static const uint8_t key[32] = "thirty-two bytes of a SHA-256...";

static void begin(struct session *s, const char *page_more)
{
	struct builder b;

	builder_init(&b, "%PDF-1.7\n");
	page_objects(&b, "", page_more);
	builder_table(&b, "/Root 1 0 R");
	session_begin(s, &b);
	builder_release(&b);
}

static struct pd_ref sign_with(struct session *s, const struct pd_image *image)
{
	struct pd_signature_spec spec = { .sub_filter = "ETSI.CAdES.detached",
					  .contents_bytes = 32,
					  .rect = { 10, 10, 60, 60 } };
	struct pd_appearance look = { .width = 50, .height = 50, .image_rect = { 0, 0, 50, 50 } };
	struct err err = ERR_INIT;
	struct pd_ref again;

	assert_ok(pd_inc_put_image(s->inc, image, &look.image, &err), &err);
	assert_ok(pd_inc_put_image(s->inc, image, &again, &err), &err);
	assert_true(pd_ref_eq(look.image, again));
	assert_ok(pd_inc_appearance(s->inc, NULL, &look, &spec.appearance, &err), &err);
	assert_ok(pd_inc_signature(s->inc, &spec, &err), &err);
	session_finish(s);
	return look.image;
}

static void expect_pixels(struct session *s, struct pd_ref ref, const struct pd_png *png)
{
	AUTO(arena_freep) struct arena *arena = arena_new(0);
	const struct pd_obj *stream = pd_load(session_view(s), ref);
	const struct pd_obj *mask = pd_get(session_view(s), stream, "SMask");
	size_t n = (size_t)pd_png_width(png) * pd_png_height(png);
	const uint8_t *alpha = pd_png_alpha(png);
	struct err err = ERR_INIT;
	struct bytes rgb, a;

	assert_int_equal(pd_int(pd_dict_raw(stream, "Width"), 0), pd_png_width(png));
	assert_ok(pd_stream_decode(session_view(s), stream, arena, &rgb, &err), &err);
	assert_int_equal(rgb.n, n * 3);
	for (size_t i = 0; i < n; i++)
		if (!alpha || alpha[i])
			assert_memory_equal(rgb.p + 3 * i, pd_png_rgb(png) + 3 * i, 3);
	if (!alpha) {
		assert_int_equal(pd_kind(mask), PD_NULL);
		return;
	}
	assert_ok(pd_stream_decode(session_view(s), mask, arena, &a, &err), &err);
	assert_int_equal(a.n, n);
	assert_memory_equal(a.p, alpha, n);
}

static void test_picture_is_stored_once(void **state)
{
	struct err err = ERR_INIT;
	struct pd_png *png = make_png(40, 30, true);
	struct pd_png *other = make_png(40, 31, true);
	struct pd_image *image = NULL;
	struct pd_image *twin = NULL;
	struct pd_ref first;
	struct session s;

	(void)state;
	assert_ok(pd_image_new(png, key, &image, &err), &err);
	assert_ok(pd_image_new(other, key, &twin, &err), &err);
	begin(&s, "");
	first = sign_with(&s, image);
	expect_pixels(&s, first, png);
	assert_true(pd_ref_eq(sign_with(&s, image), first)); /* out of the earlier revision */
	assert_true(s.result.tail.len < 1800);
	/* the same key over another picture is not believed */
	assert_false(pd_ref_eq(sign_with(&s, twin), first));
	session_end(&s);
	pd_image_free(image);
	pd_image_free(twin);
	pd_image_free(NULL);
	pd_png_free(png);
	pd_png_free(other);
}

static void test_opaque_and_smooth_pictures(void **state)
{
	static const uint32_t sizes[][2] = { { 1, 1 }, { 300, 200 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct pd_png *png = make_png(sizes[i][0], sizes[i][1], false);
		struct pd_image *image = NULL;
		struct err err = ERR_INIT;
		struct session s;
		struct pd_ref ref;

		assert_ok(pd_image_new(png, key, &image, &err), &err);
		begin(&s, "");
		ref = sign_with(&s, image);
		expect_pixels(&s, ref, png);
		assert_int_equal(pd_kind(pd_get(session_view(&s), pd_load(session_view(&s), ref), "DecodeParms")),
				 i ? PD_DICT : PD_NULL);
		session_end(&s);
		pd_image_free(image);
		pd_png_free(png);
	}
}

static void test_picture_of_a_passing_png(void **state)
{
	struct pd_png *png = make_png(8, 8, true);
	struct err err = ERR_INIT;
	struct session s;
	struct pd_ref ref;

	(void)state;
	begin(&s, "");
	assert_ok(pd_inc_image(s.inc, png, key, &ref, &err), &err);
	session_finish(&s);
	expect_pixels(&s, ref, png);
	session_end(&s);
	pd_png_free(png);
}

/* ---- text ---- */

static void test_text_is_embedded(void **state)
{
	static const struct pd_text_line lines[] = { { "Nguyễn Thị Ánh", 2, 30, 10 },
						     { "10:04:05 e\xcc\x82\xcc\xa3", 2, 10.25, 10 } };
	AUTO(buf_release) struct buf file = BUF_INIT;
	AUTO(arena_freep) struct arena *arena = arena_new(0);
	struct pd_font *font = load_font(&file);
	struct pd_appearance look = { .width = 120, .height = 50, .font = font, .lines = lines, .line_count = 2 };
	struct err err = ERR_INIT;
	const struct pd_obj *type0;
	const struct pd_obj *cid;
	struct session s;
	struct pd_ref form;
	struct bytes map;

	(void)state;
	begin(&s, "");
	assert_ok(pd_inc_appearance(s.inc, NULL, &look, &form, &err), &err);
	assert_ok(pd_inc_appearance(s.inc, NULL, &look, &form, &err), &err); /* one font for both */
	session_finish(&s);
	type0 = pd_get(
	    session_view(&s),
	    pd_get(session_view(&s), pd_get(session_view(&s), pd_load(session_view(&s), form), "Resources"), "Font"),
	    "F0");
	assert_true(pd_is_name(pd_dict_raw(type0, "Encoding"), "Identity-H"));
	cid = pd_at(session_view(&s), pd_dict_raw(type0, "DescendantFonts"), 0);
	assert_true(pd_is_name(pd_dict_raw(cid, "Subtype"), "CIDFontType2"));
	assert_int_equal(pd_name(pd_dict_raw(cid, "BaseFont")).p[6], '+');
	assert_ok(pd_stream_decode(session_view(&s), pd_get(session_view(&s), type0, "ToUnicode"), arena, &map, &err),
		  &err);
	assert_non_null(memmem(map.p, map.n, "<1EC7>", 6)); /* ệ, which was given as three characters */
	assert_non_null(memmem(map.p, map.n, "<1EC5>", 6)); /* ễ */
	assert_null(memmem(map.p, map.n, "<0302>", 6));
	session_end(&s);
	pd_font_free(font);
}

static void test_missing_glyph(void **state)
{
	static const struct pd_text_line line = { "\xe4\xb8\xad", 0, 0, 10 };
	static const struct pd_text_line broken = { "\xe4", 0, 0, 10 };
	AUTO(buf_release) struct buf file = BUF_INIT;
	struct pd_font *font = load_font(&file);
	struct pd_appearance look = { .width = 1, .height = 1, .font = font, .lines = &line, .line_count = 1 };
	struct err err = ERR_INIT;
	struct session s;
	struct pd_ref form;

	(void)state;
	begin(&s, "");
	assert_fails(pd_inc_appearance(s.inc, NULL, &look, &form, &err), &err, ERR_FONT_GLYPH);
	look.lines = &broken;
	assert_fails(pd_inc_appearance(s.inc, NULL, &look, &form, &err), &err, ERR_TEXT);
	session_end(&s);
	pd_font_free(font);
}

static void test_rotated_pages(void **state)
{
	static const struct {
		const char *page;
		double matrix[4];
	} cases[] = { { "/Rotate 90", { 0, 1, -1, 0 } },
		      { "/Rotate 180", { -1, 0, 0, -1 } },
		      { "/Rotate 270", { 0, -1, 1, 0 } } };
	struct pd_appearance look = { .width = 40, .height = 20 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = ERR_INIT;
		const struct pd_obj *matrix;
		struct session s;
		struct pd_page page;
		struct pd_ref form;

		begin(&s, cases[i].page);
		assert_ok(pd_page_load(session_view(&s), 0, &page, &err), &err);
		assert_ok(pd_inc_appearance(s.inc, &page, &look, &form, &err), &err);
		session_finish(&s);
		matrix = pd_get(session_view(&s), pd_load(session_view(&s), form), "Matrix");
		for (size_t k = 0; k < 4; k++)
			assert_true(pd_number(pd_array_raw(matrix, k), 9) == cases[i].matrix[k]);
		session_end(&s);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_picture_is_stored_once),
	cmocka_unit_test(test_opaque_and_smooth_pictures),
	cmocka_unit_test(test_picture_of_a_passing_png),
	cmocka_unit_test(test_text_is_embedded),
	cmocka_unit_test(test_missing_glyph),
	cmocka_unit_test(test_rotated_pages),
};

TEST_MAIN(tests)
