/* test_look.c - what a signature field shows: a red seal, a blue signature, text, nothing. */
#include "reading.h"

#include "pdf/look.h"
#include "util/arena.h"

enum { SIDE = 8, PIXELS = SIDE * SIDE };

static struct builder b;
static struct arena *arena;
static struct pd_doc *doc;

/* One widget with an appearance of a form that draws a picture of one colour. */
static void put_file(const char *widget, const char *image, const uint8_t *pixels, size_t n)
{
	uint8_t half[PIXELS];

	memset(half, 0, sizeof(half));
	memset(half, 255, sizeof(half) / 2);
	builder_init(&b, "%PDF-1.7\n");
	builder_object(&b, 1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R] >> >>");
	builder_object(&b, 2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
	builder_object(&b, 3, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Annots [4 0 R] >>");
	builder_object(&b, 4, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (s) %s >>", widget);
	builder_stream(&b, 5, "/Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 6 0 R >> >>", "/X Do", 5);
	builder_stream(&b, 6, "/Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /I 7 0 R >> >>", "/I Do", 5);
	builder_stream(&b, 7, image, pixels, n);
	builder_stream(&b, 8, "/Subtype /Image /Width 8 /Height 8 /BitsPerComponent 8 /ColorSpace /DeviceGray", half, sizeof(half));
	builder_stream(&b, 9, "/Subtype /Form /BBox [0 0 9 9] /Resources << /Font << /F 10 0 R >> >>", "/F 9 Tf (15/QD) Tj", 18);
	builder_object(&b, 10, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>");
	builder_stream(&b, 11, "/Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 11 0 R >> >>", "/X Do", 5);
	builder_table(&b, "/Root 1 0 R");
}

static struct pd_look look_at(void)
{
	struct pd_field_list fields;
	struct pd_look look;
	struct err err = ERR_INIT;

	doc = open_ok(&b);
	arena = arena_new(0);
	assert_ok(pd_field_list(pd_view_last(doc), arena, &fields, &err), &err);
	assert_int_equal(fields.count, 1);
	assert_int_equal(fields.items[0].widget_count, 1);
	assert_ok(pd_look_read(pd_view_last(doc), &fields.items[0].widgets[0], arena, &look, &err), &err);
	return look;
}

static void done(void)
{
	pd_free(doc);
	arena_free(arena);
	builder_release(&b);
}

#define IMAGE "/Subtype /Image /Width 8 /Height 8 /BitsPerComponent 8 /ColorSpace /DeviceRGB "
#define SHOWN "/Rect [0 0 100 100] /F 4 /AP << /N 5 0 R >>"

static void paint(uint8_t pixels[PIXELS * 3], uint8_t r, uint8_t g, uint8_t blue)
{
	for (size_t i = 0; i < PIXELS; i++) {
		pixels[i * 3] = r;
		pixels[i * 3 + 1] = g;
		pixels[i * 3 + 2] = blue;
	}
}

static void colours_are_told(void **state)
{
	static const struct {
		uint8_t r, g, b;
		bool known;
		double red, blue;
	} rows[] = { { 220, 20, 30, true, 1, 0 }, { 20, 30, 200, true, 0, 1 }, { 40, 40, 40, true, 0, 0 }, { 255, 255, 255, false, 0, 0 } };
	uint8_t pixels[PIXELS * 3];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct pd_look look;

		paint(pixels, rows[i].r, rows[i].g, rows[i].b);
		put_file(SHOWN, IMAGE, pixels, sizeof(pixels));
		look = look_at();
		assert_true(look.visible && look.picture);
		assert_int_equal(look.colour_known, rows[i].known);
		assert_true(!rows[i].known || (look.red >= rows[i].red && look.red <= rows[i].red && look.blue >= rows[i].blue && look.blue <= rows[i].blue));
		assert_string_equal(look.text, "");
		done();
	}
}

/* What the soft mask hides does not count: the lower half is red, and hidden. */
static void masks_hide(void **state)
{
	uint8_t pixels[PIXELS * 3];
	struct pd_look look;

	(void)state;
	paint(pixels, 20, 30, 200);
	for (size_t i = PIXELS / 2; i < PIXELS; i++) {
		pixels[i * 3] = 220;
		pixels[i * 3 + 2] = 20;
	}
	put_file(SHOWN, IMAGE "/SMask 8 0 R", pixels, sizeof(pixels));
	look = look_at();
	assert_true(look.colour_known && look.blue > 0.99 && look.red < 0.01);
	done();
	put_file(SHOWN, IMAGE, pixels, sizeof(pixels));
	look = look_at();
	assert_true(look.blue > 0.49 && look.blue < 0.51 && look.red > 0.49 && look.red < 0.51);
	done();
}

static void pictures_that_are_not_decoded(void **state)
{
	static const char *const images[] = {
		"/Subtype /Image /Width 8 /Height 8 /BitsPerComponent 8 /ColorSpace /DeviceCMYK",
		"/Subtype /Image /Width 8 /Height 8 /BitsPerComponent 1 /ColorSpace /DeviceRGB",
		"/Subtype /Image /Width 9 /Height 8 /BitsPerComponent 8 /ColorSpace /DeviceRGB",
		"/Subtype /Image /Width 99999999 /Height 99999999 /BitsPerComponent 8 /ColorSpace /DeviceRGB",
		"/Subtype /Image /Width -8 /Height 8 /BitsPerComponent 8 /ColorSpace /DeviceRGB",
	};
	uint8_t pixels[PIXELS * 3];

	(void)state;
	paint(pixels, 220, 20, 30);
	for (size_t i = 0; i < ARRAY_LEN(images); i++) {
		struct pd_look look;

		put_file(SHOWN, images[i], pixels, sizeof(pixels));
		look = look_at();
		assert_true(look.picture && !look.colour_known);
		done();
	}
}

static void fields_that_show_none(void **state)
{
	static const struct {
		const char *widget;
		bool visible, picture;
		const char *text;
	} rows[] = {
		{ "/Rect [0 0 100 100] /F 4 /AP << /N 9 0 R >>", true, false, "15/QD" },
		{ "/Rect [0 0 0 0] /F 4 /AP << /N 5 0 R >>", false, true, "" },
		{ "/Rect [0 0 100 100] /F 2 /AP << /N 9 0 R >>", false, false, "15/QD" },
		{ "/Rect [0 0 100 100] /F 32", false, false, "" },
		{ "/Rect [0 0 100 100]", true, false, "" },
		{ "/Rect [0 0 100 100] /AP << /N << /On 9 0 R >> >>", true, false, "" },
		{ "/Rect [0 0 100 100] /AP << /N 11 0 R >>", true, false, "" }, /* draws itself */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct pd_look look;

		put_file(rows[i].widget, IMAGE, (const uint8_t *)"", 0);
		look = look_at();
		assert_int_equal(look.visible, rows[i].visible);
		assert_int_equal(look.picture, rows[i].picture);
		assert_string_equal(look.text, rows[i].text);
		done();
	}
}

static const struct CMUnitTest tests[] = { cmocka_unit_test(colours_are_told), cmocka_unit_test(masks_hide),
					   cmocka_unit_test(pictures_that_are_not_decoded), cmocka_unit_test(fields_that_show_none) };
TEST_MAIN(tests)
