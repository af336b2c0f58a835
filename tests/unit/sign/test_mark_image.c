/* test_mark_image.c - sample pictures that do and that do not. */
#include "near.h"

#include "pdf/png.h"
#include "sign/mark_image.h"
#include "util/buf.h"
#include "util/file.h"

static int load(const char *name, struct pd_png **ret, struct err *err)
{
	AUTO(file_map_freep) struct file_map *map = NULL;
	char path[128];

	snprintf(path, sizeof(path), "marks/%s", name);
	if (file_map_open(test_data_path(path), &map, err) < 0)
		return -1;
	return pd_png_parse(file_map_bytes(map), ret, err);
}

static struct mark_check check(const char *name, enum mark_picture kind, double asked_mm)
{
	AUTO(pd_png_freep) struct pd_png *png = NULL;
	struct err err = ERR_INIT;
	struct mark_check result;

	assert_ok(load(name, &png, &err), &err);
	mark_image_check(png, kind, asked_mm, &result);
	return result;
}

static bool has(const struct mark_check *result, enum mark_code code)
{
	for (size_t i = 0; i < result->finding_count; i++)
		if (result->findings[i].code == code)
			return true;
	return false;
}

static void a_good_signature(void **state)
{
	struct mark_check result = check("chu-ky.png", MARK_PICTURE_SIGNATURE, 0);

	(void)state;
	assert_true(result.usable);
	assert_int_equal(result.finding_count, 0);
	assert_int_equal(result.colour, MARK_COLOUR_BLUE);
	assert_true(result.colour_share > 0.95);
	assert_true(result.transparent_share > 0.8);
	assert_true(result.trim_w > 500 && result.trim_w <= 600);
	assert_true(result.dpi > 300);
}

static void a_good_seal(void **state)
{
	struct mark_check result = check("dau.png", MARK_PICTURE_SEAL, 0);

	(void)state;
	assert_true(result.usable);
	assert_int_equal(result.finding_count, 0);
	assert_true(result.round);
	assert_int_equal(result.colour, MARK_COLOUR_RED);
	assert_near(result.mm_w, 36, 0.3);
	assert_near(result.mm_h, 36, 0.3);
	assert_near(result.dpi, 300, 3);
	result = check("dau-42mm.png", MARK_PICTURE_SEAL, 0);
	assert_true(result.usable);
	assert_false(has(&result, MARK_DIAMETER_RARE));
}

static void pictures_that_do_not(void **state)
{
	static const struct {
		const char *name;
		enum mark_picture kind;
		double asked_mm;
		enum mark_code code;
		bool usable;
	} rows[] = {
		{ "xau-chu-ky-den.png", MARK_PICTURE_SIGNATURE, 0, MARK_COLOUR, false },
		{ "dau.png", MARK_PICTURE_SIGNATURE, 0, MARK_COLOUR, false },
		{ "xau-dau-xanh.png", MARK_PICTURE_SEAL, 0, MARK_COLOUR, false },
		{ "xau-nen-trang.png", MARK_PICTURE_SIGNATURE, 0, MARK_OPAQUE, false },
		{ "xau-le-rong.png", MARK_PICTURE_SIGNATURE, 0, MARK_MARGINS, true },
		{ "xau-qua-nho.png", MARK_PICTURE_SIGNATURE, 0, MARK_RESOLUTION, true },
		{ "xau-dau-khong-co-dpi.png", MARK_PICTURE_SEAL, 0, MARK_SIZE_UNKNOWN, true },
		{ "xau-dau-60mm.png", MARK_PICTURE_SEAL, 0, MARK_DIAMETER, false },
		{ "dau.png", MARK_PICTURE_SEAL, 44, MARK_DIAMETER_RARE, true },
		{ "dau.png", MARK_PICTURE_SEAL, 40, MARK_SIZE_DIFFERS, true },
		{ "dau.png", MARK_PICTURE_SEAL, 19, MARK_DIAMETER, false },
		{ "chu-ky.png", MARK_PICTURE_SEAL, 0, MARK_NOT_ROUND, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct mark_check result = check(rows[i].name, rows[i].kind, rows[i].asked_mm);

		if (!has(&result, rows[i].code) || result.usable != rows[i].usable)
			fail_msg("%s: usable %d, %s expected", rows[i].name, result.usable,
				 mark_code_info(rows[i].code)->name);
	}
}

static void files_that_are_no_pictures(void **state)
{
	AUTO(pd_png_freep) struct pd_png *png = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(load("xau-jpeg.png", &png, &err), &err, ERR_PNG);
	assert_fails(load("xau-20000.png", &png, &err), &err, ERR_PNG_LIMIT);
}

static void every_code_has_its_texts(void **state)
{
	(void)state;
	for (int i = 0; i < MARK_CODE_COUNT; i++) {
		const struct mark_code_info *info = mark_code_info((enum mark_code)i);

		assert_non_null(info->name);
		assert_non_null(info->vi);
		assert_non_null(info->en);
		assert_non_null(info->ref);
	}
}

/* A picture of one colour with alpha in the middle half. */
static struct pd_png *paint(uint32_t w, uint32_t h, const uint8_t colour[3], uint8_t alpha_in, uint8_t alpha_out)
{
	AUTO(buf_release) struct buf file = BUF_INIT;
	uint8_t *rgb = malloc((size_t)w * h * 3);
	uint8_t *alpha = malloc((size_t)w * h);
	struct err err = ERR_INIT;
	struct pd_png *png = NULL;

	for (uint32_t i = 0; i < w * h; i++) {
		uint32_t x = i % w;
		uint32_t y = i / w;

		memcpy(rgb + 3 * (size_t)i, colour, 3);
		alpha[i] = x >= w / 4 && x < 3 * w / 4 && y >= h / 4 && y < 3 * h / 4 ? alpha_in : alpha_out;
	}
	assert_ok(pd_png_write(w, h, rgb, alpha, 0, &file, &err), &err);
	assert_ok(pd_png_parse((struct bytes){ (const uint8_t *)file.data, file.len }, &png, &err), &err);
	free(rgb);
	free(alpha);
	return png;
}

static void nothing_painted(void **state)
{
	static const uint8_t blue[3] = { 0, 0, 200 };
	static const uint8_t white[3] = { 255, 255, 255 };
	AUTO(pd_png_freep) struct pd_png *clear = paint(40, 40, blue, 0, 0);
	AUTO(pd_png_freep) struct pd_png *paper = paint(40, 40, white, 255, 0);
	AUTO(pd_png_freep) struct pd_png *trimmed = NULL;
	struct err err = ERR_INIT;
	struct mark_check result;

	(void)state;
	mark_image_check(clear, MARK_PICTURE_SIGNATURE, 0, &result);
	assert_false(result.usable);
	assert_true(has(&result, MARK_EMPTY));
	mark_image_check(paper, MARK_PICTURE_SIGNATURE, 0, &result);
	assert_true(has(&result, MARK_EMPTY));
	assert_fails(mark_image_trim(clear, &trimmed, &err), &err, ERR_SIGN_MARK_IMAGE);
}

static void margins_are_cut(void **state)
{
	static const uint8_t blue[3] = { 0, 0, 200 };
	AUTO(pd_png_freep) struct pd_png *png = paint(400, 200, blue, 255, 0);
	AUTO(pd_png_freep) struct pd_png *trimmed = NULL;
	struct err err = ERR_INIT;
	struct mark_check result;

	(void)state;
	mark_image_check(png, MARK_PICTURE_SIGNATURE, 20, &result);
	assert_int_equal(result.trim_x, 100);
	assert_int_equal(result.trim_y, 50);
	assert_int_equal(result.trim_w, 200);
	assert_int_equal(result.trim_h, 100);
	assert_string_equal(result.findings[0].detail, "50.0 % of a side is empty");
	assert_ok(mark_image_trim(png, &trimmed, &err), &err);
	assert_int_equal(pd_png_width(trimmed), 200);
	assert_int_equal(pd_png_height(trimmed), 100);
	/* a red square is a seal, but no round one */
	mark_image_check(png, MARK_PICTURE_SEAL, 36, &result);
	assert_false(result.round);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_good_signature),         cmocka_unit_test(a_good_seal),
	cmocka_unit_test(pictures_that_do_not),     cmocka_unit_test(files_that_are_no_pictures),
	cmocka_unit_test(every_code_has_its_texts), cmocka_unit_test(nothing_painted),
	cmocka_unit_test(margins_are_cut),
};

TEST_MAIN(tests)
