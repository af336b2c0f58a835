/* test_write.c - objects as text: no locale, no exponent, every byte of a name or string survives. */
#include "test.h"

#include <float.h>

#include "builder.h"
#include "pdf/increment_priv.h"

static void expect(struct buf *out, const char *text)
{
	assert_string_equal(buf_str(out), text);
	buf_release(out);
}

static void number(double v, const char *text)
{
	struct buf out = BUF_INIT;

	pd_put_number(&out, v);
	expect(&out, text);
}

static void real(double v, const char *text)
{
	struct buf out = BUF_INIT;

	pd_put_real(&out, v);
	expect(&out, text);
}

static void test_numbers(void **state)
{
	(void)state;
	number(0, "0");
	number(-0.0, "0");
	number(-0.000001, "0");
	number(1, "1");
	number(-12.5, "-12.5");
	number(0.00001, "0.00001");
	number(841.8897637, "841.88976");
	number(1e300, "2147483647");
	number(-1e300, "-2147483647");
	number(99.999999, "100");
}

static void test_reals_round_trip(void **state)
{
	static const double list[] = { 0.1, 1.0 / 3, 841.889764, 1234567.891, 0.000012345, 595.27559, 3.0e-7 };

	(void)state;
	real(2, "2.0");
	real(-0.5, "-0.5");
	real(595.276, "595.276");
	real(1e16, "10000000000000000.0");
	real(DBL_MAX, "18446744073709551615.0");
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		AUTO(buf_release) struct buf out = BUF_INIT;
		char *end;

		pd_put_real(&out, list[i]);
		assert_null(strchr(buf_str(&out), 'e'));
		assert_non_null(strchr(buf_str(&out), '.'));
		*strchr(out.data, '.') = *localeconv()->decimal_point; /* for strtod only */
		assert_true(strtod(out.data, &end) == list[i] || list[i] == 1.0 / 3);
		assert_true(strtod(out.data, &end) - list[i] < 1e-15 && list[i] - strtod(out.data, &end) < 1e-15);
	}
}

static void test_integers(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	pd_put_int(&out, INT64_MIN);
	expect(&out, "-9223372036854775808");
	pd_put_int(&out, 0);
	expect(&out, "0");
	pd_put_ref(&out, (struct pd_ref){ 12, 3 });
	expect(&out, "12 3 R");
	pd_put_rect(&out, (struct pd_rect){ 1, 2.5, 3, 4 });
	expect(&out, "[1 2.5 3 4]");
}

static void test_names_and_strings(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	pd_put_name(&out, STR("A B#/(\xe1"));
	expect(&out, "/A#20B#23#2F#28#E1");
	pd_put_name(&out, STR("Adobe.PPKLite"));
	expect(&out, "/Adobe.PPKLite");
	pd_put_string(&out, (struct bytes){ (const uint8_t *)"a(b)\\\r\xff", 7 });
	expect(&out, "(a\\(b\\)\\\\\\015\\377)");
	pd_put_hex(&out, (struct bytes){ (const uint8_t *)"\x00\xfe", 2 });
	expect(&out, "<00FE>");
}

static void test_text_strings(void **state)
{
	struct err err = ERR_INIT;
	struct buf out = BUF_INIT;

	(void)state;
	assert_ok(pd_put_text(&out, "Ky (1)", &err), &err);
	expect(&out, "(Ky \\(1\\))");
	assert_ok(pd_put_text(&out, "\xc3\xa9", &err), &err); /* é is Latin-1 and PDFDocEncoding */
	expect(&out, "(\\351)");
	assert_ok(pd_put_text(&out, "Ký \xe1\xba\xa1", &err), &err);
	expect(&out, "<FEFF004B00FD00201EA1>");
	assert_ok(pd_put_text(&out, "\xf0\x9f\x98\x80", &err), &err);
	expect(&out, "<FEFFD83DDE00>");
	assert_ok(pd_put_text(&out, "\xc2\xad", &err), &err); /* a soft hyphen is not in PDFDocEncoding */
	expect(&out, "<FEFF00AD>");
	assert_ok(pd_put_text(&out, "", &err), &err);
	expect(&out, "()");
	assert_fails(pd_put_text(&out, "ab\xff", &err), &err, ERR_TEXT);
	assert_non_null(strstr(err.detail, "byte 2"));
	assert_int_equal(out.len, 0);
	buf_release(&out);
}

static void test_objects_as_parsed(void **state)
{
	static const char body[] =
	    "<< /A [1 -2 3.25 .5 null true false /N#20x (a\\)b) <00ff> 7 0 R] /D << /E << >> >> /F [] >>";
	struct builder b;
	struct pd_doc *doc = NULL;
	struct err err = ERR_INIT;
	struct buf out = BUF_INIT;

	(void)state;
	builder_init(&b, "%PDF-1.7\n");
	builder_page(&b);
	builder_object(&b, 4, "%s", body);
	builder_object(&b, 5, "%s", body);
	builder_table(&b, "/Root 1 0 R");
	assert_ok(pd_open(builder_bytes(&b), PD_OPEN_STRICT, &doc, &err), &err);
	pd_put_obj(&out, pd_load(pd_view_last(doc), (struct pd_ref){ 4, 0 }));
	expect(&out,
	       "<<\n/A [1 -2 3.25 0.5 null true false /N#20x (a\\)b) <00FF> 7 0 R]\n/D <<\n/E <<\n>>\n>>\n/F []\n>>");
	pd_put_obj(&out, NULL);
	expect(&out, "null");
	pd_free(doc);
	builder_release(&b);
}

static void test_changed_dictionary(void **state)
{
	struct builder b;
	struct pd_doc *doc = NULL;
	struct err err = ERR_INIT;
	struct buf out = BUF_INIT;
	AUTO(buf_release) struct buf one = BUF_INIT;
	struct pd_change changes[] = { { "B", &one }, { "C", NULL }, { "Z", &one }, { "Y", NULL } };

	(void)state;
	builder_init(&b, "%PDF-1.7\n");
	builder_page(&b);
	builder_object(&b, 4, "<< /A 1 /B 2 /C 3 >>");
	builder_table(&b, "/Root 1 0 R");
	buf_puts(&one, "[9]");
	assert_ok(pd_open(builder_bytes(&b), PD_OPEN_STRICT, &doc, &err), &err);
	pd_put_dict_with(&out, pd_load(pd_view_last(doc), (struct pd_ref){ 4, 0 }), changes, 4);
	expect(&out, "<<\n/A 1\n/B [9]\n/Z [9]\n>>");
	pd_put_dict_with(&out, NULL, changes, 1);
	expect(&out, "<<\n/B [9]\n>>");
	pd_free(doc);
	builder_release(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_numbers),
	cmocka_unit_test(test_reals_round_trip),
	cmocka_unit_test(test_integers),
	cmocka_unit_test(test_names_and_strings),
	cmocka_unit_test(test_text_strings),
	cmocka_unit_test(test_objects_as_parsed),
	cmocka_unit_test(test_changed_dictionary),
};

TEST_MAIN(tests)
