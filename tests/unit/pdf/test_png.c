/* test_png.c - the PNG reader against pictures composed here sample by sample, hostile ones, and the writer. */
#include "test.h"

#include <zlib.h>

#include "pdf/png.h"
#include "util/buf.h"

enum { MAX_RAW = 4096 };

struct maker {
	uint32_t width, height;
	int depth, color, interlace;
	const char *extra_type; /* one chunk before IDAT */
	const char *extra;
	size_t extra_len;
	const uint8_t *palette;
	size_t palette_len;
	const uint8_t *raw; /* filtered rows */
	size_t raw_len;
};

static void put32(struct buf *out, uint32_t v)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_putc(out, (char)(v >> shift));
}

static void chunk(struct buf *out, const char *type, const void *data, size_t n)
{
	uLong crc = crc32(0, (const Bytef *)type, 4);

	put32(out, (uint32_t)n);
	buf_append(out, type, 4);
	buf_append(out, data, n);
	put32(out, (uint32_t)(n ? crc32(crc, data, (uInt)n) : crc));
}

static void begin(struct buf *out, const struct maker *m)
{
	char ihdr[13] = { 0 };

	buf_append(out, "\x89PNG\r\n\x1a\n", 8);
	for (int i = 0; i < 4; i++) {
		ihdr[i] = (char)(m->width >> (24 - 8 * i));
		ihdr[4 + i] = (char)(m->height >> (24 - 8 * i));
	}
	ihdr[8] = (char)m->depth;
	ihdr[9] = (char)m->color;
	ihdr[12] = (char)m->interlace;
	chunk(out, "IHDR", ihdr, sizeof(ihdr));
	if (m->palette)
		chunk(out, "PLTE", m->palette, m->palette_len);
	if (m->extra_type)
		chunk(out, m->extra_type, m->extra, m->extra_len);
}

static size_t deflate_rows(const struct maker *m, uint8_t *z)
{
	uLongf n = MAX_RAW;

	assert_int_equal(compress(z, &n, m->raw, (uLong)m->raw_len), Z_OK);
	return n;
}

static void make(struct buf *out, const struct maker *m)
{
	uint8_t z[MAX_RAW];
	size_t n = deflate_rows(m, z);

	begin(out, m);
	chunk(out, "IDAT", z, n / 2);
	chunk(out, "IDAT", z + n / 2, n - n / 2);
	chunk(out, "IEND", NULL, 0);
}

static struct bytes bytes_of(const struct buf *b)
{
	return (struct bytes){ (const uint8_t *)b->data, b->len };
}

static struct pd_png *parse(const struct maker *m)
{
	struct err err = ERR_INIT;
	struct pd_png *png = NULL;
	AUTO(buf_release) struct buf file = BUF_INIT;

	make(&file, m);
	assert_ok(pd_png_parse(bytes_of(&file), &png, &err), &err);
	return png;
}

static void refused(struct buf *file, enum err_code code, const char *says)
{
	struct err err = ERR_INIT;
	struct pd_png *png = NULL;

	assert_fails(pd_png_parse(bytes_of(file), &png, &err), &err, code);
	if (!strstr(err.detail, says))
		fail_msg("\"%s\" does not say \"%s\"", err.detail, says);
	assert_null(png);
	buf_release(file);
}

static void expect_pixel(const struct pd_png *png, uint32_t i, int r, int g, int b, int a)
{
	const uint8_t *rgb = pd_png_rgb(png) + 3 * i;

	assert_int_equal(rgb[0], r);
	assert_int_equal(rgb[1], g);
	assert_int_equal(rgb[2], b);
	assert_int_equal(pd_png_alpha(png) ? pd_png_alpha(png)[i] : 255, a);
}

/* ---- kinds ---- */

static void test_grey_depths(void **state)
{
	static const uint8_t d1[] = { 0, 0xa0 }, d2[] = { 0, 0x1b }, d4[] = { 0, 0x0f, 0x80 }, d8[] = { 0, 1, 2, 3 };
	static const uint8_t d16[] = { 0, 0xff, 0xff, 0x80, 0x00, 0x00, 0x7f };
	struct pd_png *png =
	    parse(&(struct maker){ .width = 3, .height = 1, .depth = 1, .raw = d1, .raw_len = sizeof(d1) });

	(void)state;
	expect_pixel(png, 0, 255, 255, 255, 255);
	expect_pixel(png, 1, 0, 0, 0, 255);
	expect_pixel(png, 2, 255, 255, 255, 255);
	assert_null(pd_png_alpha(png));
	pd_png_free(png);
	png = parse(&(struct maker){ .width = 4, .height = 1, .depth = 2, .raw = d2, .raw_len = sizeof(d2) });
	expect_pixel(png, 1, 85, 85, 85, 255);
	expect_pixel(png, 3, 255, 255, 255, 255);
	pd_png_free(png);
	png = parse(&(struct maker){ .width = 3, .height = 1, .depth = 4, .raw = d4, .raw_len = sizeof(d4) });
	expect_pixel(png, 1, 255, 255, 255, 255);
	expect_pixel(png, 2, 136, 136, 136, 255);
	pd_png_free(png);
	png = parse(&(struct maker){ .width = 3, .height = 1, .depth = 8, .raw = d8, .raw_len = sizeof(d8) });
	expect_pixel(png, 2, 3, 3, 3, 255);
	pd_png_free(png);
	png = parse(&(struct maker){ .width = 3, .height = 1, .depth = 16, .raw = d16, .raw_len = sizeof(d16) });
	expect_pixel(png, 0, 255, 255, 255, 255);
	expect_pixel(png, 1, 128, 128, 128, 255);
	expect_pixel(png, 2, 0, 0, 0, 255);
	pd_png_free(png);
}

static void test_colour_types(void **state)
{
	static const uint8_t rgb[] = { 0, 1, 2, 3, 4, 5, 6 }, ga[] = { 0, 10, 20, 30, 255 };
	static const uint8_t rgba16[] = { 0, 0xff, 0xff, 0, 0, 0x80, 0, 0x40, 0 };
	struct pd_png *png = parse(
	    &(struct maker){ .width = 2, .height = 1, .depth = 8, .color = 2, .raw = rgb, .raw_len = sizeof(rgb) });

	(void)state;
	expect_pixel(png, 1, 4, 5, 6, 255);
	pd_png_free(png);
	png =
	    parse(&(struct maker){ .width = 2, .height = 1, .depth = 8, .color = 4, .raw = ga, .raw_len = sizeof(ga) });
	expect_pixel(png, 0, 10, 10, 10, 20);
	expect_pixel(png, 1, 30, 30, 30, 255);
	pd_png_free(png);
	png = parse(&(struct maker){
	    .width = 1, .height = 1, .depth = 16, .color = 6, .raw = rgba16, .raw_len = sizeof(rgba16) });
	expect_pixel(png, 0, 255, 0, 128, 64);
	pd_png_free(png);
}

static void test_palette_with_transparency(void **state)
{
	static const uint8_t palette[] = { 9, 8, 7, 6, 5, 4, 3, 2, 1 };
	static const uint8_t raw[] = { 0, 0x18 };
	struct maker m = { .width = 3,
			   .height = 1,
			   .depth = 2,
			   .color = 3,
			   .palette = palette,
			   .palette_len = 9,
			   .extra_type = "tRNS",
			   .extra = "\x40",
			   .extra_len = 1,
			   .raw = raw,
			   .raw_len = sizeof(raw) };
	struct pd_png *png = parse(&m);

	(void)state;
	expect_pixel(png, 0, 9, 8, 7, 0x40);
	expect_pixel(png, 1, 6, 5, 4, 255);
	expect_pixel(png, 2, 3, 2, 1, 255);
	pd_png_free(png);
}

static void test_transparent_colour(void **state)
{
	static const uint8_t raw[] = { 0, 1, 2, 3, 1, 2, 4 }, grey[] = { 0, 0xff, 0xff, 0xff, 0xfe };
	struct maker m = { .width = 2,
			   .height = 1,
			   .depth = 8,
			   .color = 2,
			   .extra_type = "tRNS",
			   .extra = "\0\1\0\2\0\3",
			   .extra_len = 6,
			   .raw = raw,
			   .raw_len = sizeof(raw) };
	struct maker g = { .width = 2,
			   .height = 1,
			   .depth = 16,
			   .extra_type = "tRNS",
			   .extra = "\xff\xfe",
			   .extra_len = 2,
			   .raw = grey,
			   .raw_len = sizeof(grey) };
	struct pd_png *png = parse(&m);

	(void)state;
	expect_pixel(png, 0, 1, 2, 3, 0);
	expect_pixel(png, 1, 1, 2, 4, 255);
	pd_png_free(png);
	png = parse(&g); /* compared in 16 bits, although both become 255 */
	expect_pixel(png, 0, 255, 255, 255, 255);
	expect_pixel(png, 1, 255, 255, 255, 0);
	pd_png_free(png);
}

static void test_filters(void **state)
{
	/* the same two columns of RGB through each filter */
	static const uint8_t raw[] = { 1, 10, 20, 30, 5, 5, 5, 2, 1, 1, 1, 1, 1, 1,
				       3, 5,  5,  5,  5, 5, 5, 4, 1, 1, 1, 1, 1, 1 };
	struct pd_png *png = parse(
	    &(struct maker){ .width = 2, .height = 4, .depth = 8, .color = 2, .raw = raw, .raw_len = sizeof(raw) });

	(void)state;
	expect_pixel(png, 0, 10, 20, 30, 255);
	expect_pixel(png, 1, 15, 25, 35, 255);
	expect_pixel(png, 2, 11, 21, 31, 255);
	expect_pixel(png, 3, 16, 26, 36, 255);
	expect_pixel(png, 4, 10, 15, 20, 255);
	expect_pixel(png, 5, 18, 25, 33, 255);
	expect_pixel(png, 6, 11, 16, 21, 255);
	expect_pixel(png, 7, 19, 26, 34, 255);
	pd_png_free(png);
}

static void test_adam7(void **state)
{
	/* 5 x 5 greys: pixel (x, y) has the value 10 * y + x, laid out pass by pass */
	static const uint8_t starts[7][4] = { { 0, 0, 8, 8 }, { 4, 0, 8, 8 }, { 0, 4, 4, 8 }, { 2, 0, 4, 4 },
					      { 0, 2, 2, 4 }, { 1, 0, 2, 2 }, { 0, 1, 1, 2 } };
	uint8_t raw[64];
	size_t n = 0;
	struct pd_png *png;

	(void)state;
	for (int p = 0; p < 7; p++)
		for (int y = starts[p][1]; y < 5; y += starts[p][3]) {
			if (starts[p][0] >= 5)
				continue;
			raw[n++] = 0;
			for (int x = starts[p][0]; x < 5; x += starts[p][2])
				raw[n++] = (uint8_t)(10 * y + x);
		}
	png = parse(&(struct maker){ .width = 5, .height = 5, .depth = 8, .interlace = 1, .raw = raw, .raw_len = n });
	for (uint32_t i = 0; i < 25; i++)
		expect_pixel(png, i, (int)(10 * (i / 5) + i % 5), (int)(10 * (i / 5) + i % 5),
			     (int)(10 * (i / 5) + i % 5), 255);
	pd_png_free(png);
	/* one pixel: six of the seven passes are empty */
	png = parse(&(struct maker){
	    .width = 1, .height = 1, .depth = 8, .interlace = 1, .raw = (const uint8_t *)"\0\x2a", .raw_len = 2 });
	expect_pixel(png, 0, 42, 42, 42, 255);
	pd_png_free(png);
}

static void test_physical_size(void **state)
{
	static const uint8_t raw[] = { 0, 0 };
	struct maker m = { .width = 1,
			   .height = 1,
			   .depth = 8,
			   .extra_type = "pHYs",
			   .extra = "\0\0\x2e\x23\0\0\x2e\x24\1",
			   .extra_len = 9,
			   .raw = raw,
			   .raw_len = 2 };
	struct pd_png *png = parse(&m);

	(void)state;
	assert_int_equal(pd_png_ppm_x(png), 11811);
	assert_int_equal(pd_png_ppm_y(png), 11812);
	pd_png_free(png);
	m.extra = "\0\0\0\1\0\0\0\1\0"; /* unit unknown: only a ratio */
	png = parse(&m);
	assert_int_equal(pd_png_ppm_x(png), 0);
	pd_png_free(png);
}

/* ---- what is refused ---- */

static const uint8_t plain_raw[] = { 0, 0, 0, 0 };
static const struct maker plain = {
	.width = 3, .height = 1, .depth = 8, .raw = plain_raw, .raw_len = sizeof(plain_raw)
};

static void refused_maker(struct maker m, enum err_code code, const char *says)
{
	struct buf file = BUF_INIT;

	make(&file, &m);
	refused(&file, code, says);
}

static void test_not_a_png(void **state)
{
	struct buf file = BUF_INIT;

	(void)state;
	buf_append(&file, "\xff\xd8\xff\xe0\0\x10JFIF", 10);
	refused(&file, ERR_PNG, "is a JPEG");
	buf_puts(&file, "GIF89a");
	refused(&file, ERR_PNG, "signature");
	refused(&file, ERR_PNG, "signature"); /* empty */
}

static void test_every_truncation_and_trailing_byte(void **state)
{
	AUTO(buf_release) struct buf whole = BUF_INIT;
	struct pd_png *png = NULL;

	(void)state;
	make(&whole, &plain);
	for (size_t n = 0; n < whole.len; n++)
		assert_int_equal(pd_png_parse((struct bytes){ (const uint8_t *)whole.data, n }, &png, NULL), -1);
	buf_putc(&whole, 0);
	refused(&whole, ERR_PNG, "after the end");
}

static void test_every_flipped_bit(void **state)
{
	AUTO(buf_release) struct buf whole = BUF_INIT;
	struct pd_png *png = NULL;

	(void)state;
	make(&whole, &plain);
	for (size_t i = 0; i < whole.len * 8; i++) {
		whole.data[i / 8] ^= (char)(1 << i % 8);
		assert_int_equal(pd_png_parse(bytes_of(&whole), &png, NULL), -1);
		whole.data[i / 8] ^= (char)(1 << i % 8);
	}
}

static void test_wrong_headers(void **state)
{
	struct maker m = plain;

	(void)state;
	m.width = 20000;
	m.height = 20000;
	refused_maker(m, ERR_PNG_LIMIT, "20000 x 20000");
	m.width = m.height = 8000;
	m.color = 6;
	refused_maker(m, ERR_PNG_LIMIT, "64 MiB");
	m = plain;
	m.width = 0;
	refused_maker(m, ERR_PNG, "width and height");
	m = plain;
	m.depth = 3;
	refused_maker(m, ERR_PNG, "bit depth");
	m.depth = 8;
	m.color = 5;
	refused_maker(m, ERR_PNG, "bit depth");
	m = plain;
	m.interlace = 2;
	refused_maker(m, ERR_PNG, "interlace");
}

static void test_wrong_palettes(void **state)
{
	static const uint8_t palette[6] = { 0 };
	static const uint8_t raw[] = { 0, 2 }, bits[] = { 0, 0x80 };
	struct maker m = { .width = 1,
			   .height = 1,
			   .depth = 8,
			   .color = 3,
			   .palette = palette,
			   .palette_len = 6,
			   .raw = raw,
			   .raw_len = 2 };

	(void)state;
	refused_maker(m, ERR_PNG, "outside the palette");
	m.palette = NULL;
	refused_maker(m, ERR_PNG, "palette is missing");
	m.palette = palette;
	m.palette_len = 5;
	refused_maker(m, ERR_PNG, "wrong length");
	m.palette_len = 6;
	m.extra_type = "tRNS";
	m.extra = "\0\0\0";
	m.extra_len = 3;
	refused_maker(m, ERR_PNG, "more entries");
	m.depth = 1;
	m.raw = bits;
	m.palette_len = 0;
	refused_maker(m, ERR_PNG, "wrong length");
	m = plain;
	m.palette = palette;
	m.palette_len = 6;
	refused_maker(m, ERR_PNG, "grey picture");
}

static void test_wrong_chunks(void **state)
{
	struct maker m = plain;

	(void)state;
	m.extra_type = "ABCD";
	m.extra = "";
	refused_maker(m, ERR_PNG, "critical");
	m.extra_type = "IHDR";
	refused_maker(m, ERR_PNG, "there must be one");
	m.extra_type = "pHYs";
	refused_maker(m, ERR_PNG, "9 bytes");
	m.extra_type = "tRNS";
	refused_maker(m, ERR_PNG, "wrong length");
	m.color = 4;
	refused_maker(m, ERR_PNG, "alpha channel");
	m = plain;
	m.extra_type = "teXt"; /* not ours, and harmless */
	m.extra = "x";
	m.extra_len = 1;
	pd_png_free(parse(&m));
}

static void test_wrong_data(void **state)
{
	static const uint8_t bad_filter[] = { 5, 0, 0, 0 }, long_raw[] = { 0, 0, 0, 0, 0 };
	struct maker m = plain;

	(void)state;
	m.raw = bad_filter;
	refused_maker(m, ERR_PNG, "filter 5");
	m.raw = long_raw;
	m.raw_len = 5;
	refused_maker(m, ERR_PNG, "more than the picture");
	m.raw_len = 3;
	refused_maker(m, ERR_PNG, "end after 3 of 4");
}

/* Chunks in an order that the maker does not make. */
static void test_order_of_chunks(void **state)
{
	uint8_t z[MAX_RAW];
	size_t n = deflate_rows(&plain, z);
	struct buf file = BUF_INIT;

	(void)state;
	begin(&file, &plain);
	chunk(&file, "IEND", NULL, 0);
	refused(&file, ERR_PNG, "no image data");

	begin(&file, &plain);
	chunk(&file, "IDAT", z, n - 1);
	chunk(&file, "teXt", NULL, 0);
	chunk(&file, "IDAT", z + n - 1, 1);
	chunk(&file, "IEND", NULL, 0);
	refused(&file, ERR_PNG, "follow each other");

	begin(&file, &plain);
	chunk(&file, "IDAT", z, n);
	chunk(&file, "pHYs", NULL, 0);
	refused(&file, ERR_PNG, "before the image data");

	begin(&file, &plain);
	chunk(&file, "IDAT", z, n);
	chunk(&file, "IDAT", "x", 1);
	refused(&file, ERR_PNG, "after the end of the compressed");

	memcpy(z + n, "xy", 2);
	begin(&file, &plain);
	chunk(&file, "IDAT", z, n + 2);
	refused(&file, ERR_PNG, "after the end of the compressed");

	begin(&file, &plain);
	chunk(&file, "IDAT", "\xff\xff\xff\xff", 4);
	refused(&file, ERR_PNG, "compressed data are wrong");

	begin(&file, &plain);
	chunk(&file, "IDAT", z, n);
	chunk(&file, "IEND", "x", 1);
	refused(&file, ERR_PNG, "must be empty");

	buf_append(&file, "\x89PNG\r\n\x1a\n", 8);
	chunk(&file, "IDAT", z, n);
	refused(&file, ERR_PNG, "first chunk");

	begin(&file, &plain);
	put32(&file, 0xffffffff);
	buf_fill(&file, 'x', 12);
	refused(&file, ERR_PNG, "longer than the file");

	begin(&file, &plain);
	buf_append(&file, "\0\0\0\0ID T\0\0\0\0", 12);
	refused(&file, ERR_PNG, "no valid type");
}

/* ---- cut and written again ---- */

static void fill_noise(uint8_t *p, size_t n, uint32_t seed)
{
	for (size_t i = 0; i < n; i++) {
		seed = seed * 1664525 + 1013904223;
		p[i] = (uint8_t)(i / 3 + (seed >> 28));
	}
}

static void test_write_and_read(void **state)
{
	uint8_t rgb[20 * 15 * 3], alpha[20 * 15];
	struct err err = ERR_INIT;
	AUTO(buf_release) struct buf out = BUF_INIT;
	AUTO(pd_png_freep) struct pd_png *png = NULL;

	(void)state;
	fill_noise(rgb, sizeof(rgb), 1);
	fill_noise(alpha, sizeof(alpha), 2);
	assert_ok(pd_png_write(20, 15, rgb, alpha, 11811, &out, &err), &err);
	assert_ok(pd_png_parse(bytes_of(&out), &png, &err), &err);
	assert_int_equal(pd_png_width(png), 20);
	assert_int_equal(pd_png_height(png), 15);
	assert_int_equal(pd_png_ppm_y(png), 11811);
	assert_memory_equal(pd_png_rgb(png), rgb, sizeof(rgb));
	assert_memory_equal(pd_png_alpha(png), alpha, sizeof(alpha));
	pd_png_free(TAKE(png));
	buf_clear(&out);
	assert_ok(pd_png_write(20, 15, rgb, NULL, 0, &out, &err), &err);
	assert_ok(pd_png_parse(bytes_of(&out), &png, &err), &err);
	assert_null(pd_png_alpha(png));
	assert_int_equal(pd_png_ppm_x(png), 0);
	assert_memory_equal(pd_png_rgb(png), rgb, sizeof(rgb));
	assert_fails(pd_png_write(0, 15, rgb, NULL, 0, &out, &err), &err, ERR_PNG_LIMIT);
}

static void test_crop(void **state)
{
	static const uint8_t raw[] = { 0, 0, 255, 1, 255, 2, 0, 0, 10, 255, 11, 255, 12, 9 };
	struct pd_png *png = parse(
	    &(struct maker){ .width = 3, .height = 2, .depth = 8, .color = 4, .raw = raw, .raw_len = sizeof(raw) });
	struct pd_png *cut = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(pd_png_crop(png, 1, 0, 2, 2, &cut, &err), &err);
	expect_pixel(cut, 0, 1, 1, 1, 255);
	expect_pixel(cut, 1, 2, 2, 2, 0);
	expect_pixel(cut, 3, 12, 12, 12, 9);
	pd_png_free(cut);
	cut = NULL;
	assert_ok(pd_png_crop(png, 0, 0, 2, 2, &cut, &err), &err);
	assert_null(pd_png_alpha(cut)); /* nothing transparent is left */
	pd_png_free(cut);
	assert_fails(pd_png_crop(png, 2, 0, 2, 1, &cut, &err), &err, ERR_PNG);
	assert_fails(pd_png_crop(png, 0, 0, 0, 1, &cut, &err), &err, ERR_PNG);
	assert_fails(pd_png_crop(png, 0, 3, 1, UINT32_MAX, &cut, &err), &err, ERR_PNG);
	pd_png_free(png);
	pd_png_free(NULL);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_grey_depths),
	cmocka_unit_test(test_colour_types),
	cmocka_unit_test(test_palette_with_transparency),
	cmocka_unit_test(test_transparent_colour),
	cmocka_unit_test(test_filters),
	cmocka_unit_test(test_adam7),
	cmocka_unit_test(test_physical_size),
	cmocka_unit_test(test_not_a_png),
	cmocka_unit_test(test_every_truncation_and_trailing_byte),
	cmocka_unit_test(test_every_flipped_bit),
	cmocka_unit_test(test_wrong_headers),
	cmocka_unit_test(test_wrong_palettes),
	cmocka_unit_test(test_wrong_chunks),
	cmocka_unit_test(test_wrong_data),
	cmocka_unit_test(test_order_of_chunks),
	cmocka_unit_test(test_write_and_read),
	cmocka_unit_test(test_crop),
};

TEST_MAIN(tests)
