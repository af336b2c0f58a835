/* test_date.c - dates: the calendar, RFC 3339, PDF date strings in all their shortened forms, Vietnamese text; never
 * the locale or TZ. */
#include <time.h>

#include "test.h"
#include "util/clock.h"
#include "util/date.h"

#define SAMPLE_MS INT64_C(1795316645000) /* 2026-11-22T03:04:05Z */

static void test_calendar(void **state)
{
	(void)state;
	assert_true(date_valid(2024, 2, 29));
	assert_true(date_valid(2000, 2, 29));
	assert_false(date_valid(1900, 2, 29));
	assert_false(date_valid(2026, 2, 29));
	assert_true(date_valid(0, 1, 1) && date_valid(9999, 12, 31));
	assert_false(date_valid(-1, 1, 1) || date_valid(10000, 1, 1));
	assert_false(date_valid(2026, 0, 1) || date_valid(2026, 13, 1));
	assert_false(date_valid(2026, 4, 31) || date_valid(2026, 4, 0) || date_valid(2026, 4, -1));
	for (int month = 1; month <= 12; month++)
		assert_true(date_valid(2026, month, 28));
}

static void test_known_instants(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} known[] = {
		{ 0, "1970-01-01T00:00:00Z" },
		{ -1, "1969-12-31T23:59:59Z" },
		{ -1000, "1969-12-31T23:59:59Z" },
		{ -1001, "1969-12-31T23:59:58Z" },
		{ SAMPLE_MS, "2026-11-22T03:04:05Z" },
		{ SAMPLE_MS + 999, "2026-11-22T03:04:05Z" },
		{ INT64_C(951782400000), "2000-02-29T00:00:00Z" },
		{ INT64_C(4107542400000), "2100-03-01T00:00:00Z" },
		{ INT64_C(-62135596800000), "0001-01-01T00:00:00Z" },
		{ INT64_C(-62167219200000), "0000-01-01T00:00:00Z" },
		{ INT64_C(253402300799000), "9999-12-31T23:59:59Z" },
	};
	char text[DATE_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		struct err err = ERR_INIT;
		int64_t back;

		date_format_rfc3339(known[i].ms, text);
		assert_string_equal(text, known[i].text);
		assert_ok(date_parse_rfc3339(str_of(known[i].text), &back, &err), &err);
		assert_true(back <= known[i].ms && known[i].ms - back < 1000);
	}
}

static void test_every_day_of_eight_centuries(void **state)
{
	int64_t ms = date_to_ms((struct date_fields){ 1600, 1, 1, 12, 0, 0 }, 0);

	(void)state;
	for (int year = 1600; year < 2400; year++) {
		for (int month = 1; month <= 12; month++) {
			for (int day = 1; date_valid(year, month, day); day++, ms += 86400000) {
				struct date_fields f = date_from_ms(ms, 0);

				assert_true(f.year == year && f.month == month && f.day == day && f.hour == 12);
				assert_true(date_to_ms(f, 0) == ms);
			}
		}
	}
}

static void test_offsets(void **state)
{
	struct date_fields f = date_from_ms(SAMPLE_MS, DATE_VN_OFFSET_MIN);

	(void)state;
	assert_true(f.hour == 10 && f.minute == 4 && f.second == 5 && f.day == 22);
	assert_true(date_to_ms(f, DATE_VN_OFFSET_MIN) == SAMPLE_MS);
	f = date_from_ms(SAMPLE_MS, -5 * 60 - 30);
	assert_true(f.day == 21 && f.hour == 21 && f.minute == 34);
	assert_true(date_to_ms(f, -5 * 60 - 30) == SAMPLE_MS);
}

static void test_extremes_do_not_overflow(void **state)
{
	static const int64_t extremes[] = { INT64_MIN, INT64_MIN + 1, INT64_MAX, INT64_MAX - 1 };
	char text[DATE_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(extremes); i++) {
		date_format_rfc3339(extremes[i], text);
		date_format_pdf_vn(extremes[i], text);
		date_format_vn(extremes[i], text);
		assert_true(strlen(text) < DATE_TEXT_BYTES);
	}
}

static void test_rfc3339(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} right[] = {
		{ "2026-11-22T03:04:05Z", SAMPLE_MS },
		{ "2026-11-22t03:04:05z", SAMPLE_MS },
		{ "2026-11-22T10:04:05+07:00", SAMPLE_MS },
		{ "2026-11-21T21:34:05-05:30", SAMPLE_MS },
		{ "2026-11-22T03:04:05-00:00", SAMPLE_MS },
		{ "2026-11-22T03:04:05.1Z", SAMPLE_MS + 100 },
		{ "2026-11-22T03:04:05.123Z", SAMPLE_MS + 123 },
		{ "2026-11-22T03:04:05.1239999999999999999Z", SAMPLE_MS + 123 },
		{ "2026-11-22T10:04:05.5+07:00", SAMPLE_MS + 500 },
		{ "2016-12-31T23:59:60Z", INT64_C(1483228800000) }, /* leap second */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(right); i++) {
		struct err err = ERR_INIT;
		int64_t ms;

		assert_ok(date_parse_rfc3339(str_of(right[i].text), &ms, &err), &err);
		assert_true(ms == right[i].ms);
	}
}

static void test_rfc3339_that_is_none(void **state)
{
	static const char *const wrong[] = {
		"",
		"2026",
		"2026-11-22",
		"2026-11-22T03:04Z",
		"2026-11-22T03:04:05",
		"2026-11-22 03:04:05Z",
		"2026-11-22T03:04:05 Z",
		"2026-1-22T03:04:05Z",
		"2026-13-22T03:04:05Z",
		"2026-02-30T03:04:05Z",
		"2026-11-22T24:00:00Z",
		"2026-11-22T03:60:05Z",
		"2026-11-22T03:04:61Z",
		"2026-11-22T03:04:05.Z",
		"2026-11-22T03:04:05,5Z",
		"2026-11-22T03:04:05+7:00",
		"2026-11-22T03:04:05+0700",
		"2026-11-22T03:04:05+24:00",
		"2026-11-22T03:04:05+07:60",
		"2026-11-22T03:04:05Zx",
		"+2026-11-22T03:04:05Z",
		"-026-11-22T03:04:05Z",
		"2026/11/22T03:04:05Z",
		" 2026-11-22T03:04:05Z",
		"2026-11-22T03:04:05−07:00", /* the typographic minus */
	};
	struct err err = ERR_INIT;
	int64_t ms = 42;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_fails(date_parse_rfc3339(str_of(wrong[i]), &ms, &err), &err, ERR_DATE);
	assert_fails(date_parse_rfc3339((struct str){ NULL, 0 }, &ms, &err), &err, ERR_DATE);
	assert_true(ms == 42);
}

static void test_pdf_dates(void **state)
{
	static const struct {
		const char *text, *utc;
		int offset_min;
	} right[] = {
		{ "D:2026", "2026-01-01T00:00:00Z", 0 },
		{ "D:202611", "2026-11-01T00:00:00Z", 0 },
		{ "D:20261122", "2026-11-22T00:00:00Z", 0 },
		{ "D:2026112210", "2026-11-22T10:00:00Z", 0 },
		{ "D:202611221004", "2026-11-22T10:04:00Z", 0 },
		{ "D:20261122100405", "2026-11-22T10:04:05Z", 0 },
		{ "20261122100405", "2026-11-22T10:04:05Z", 0 },
		{ "D:20261122100405Z", "2026-11-22T10:04:05Z", 0 },
		{ "D:20261122100405Z00'00'", "2026-11-22T10:04:05Z", 0 },
		{ "D:20261122100405Z00'00", "2026-11-22T10:04:05Z", 0 },
		{ "D:20261122100405+07'00'", "2026-11-22T03:04:05Z", 420 },
		{ "D:20261122100405+07'00", "2026-11-22T03:04:05Z", 420 },
		{ "D:20261122100405+07'", "2026-11-22T03:04:05Z", 420 },
		{ "D:20261122100405+07", "2026-11-22T03:04:05Z", 420 },
		{ "D:20261122100405-03'30'", "2026-11-22T13:34:05Z", -210 },
		{ "D:20261122100405-00'30'", "2026-11-22T10:34:05Z", -30 },
	};
	char text[DATE_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(right); i++) {
		struct err err = ERR_INIT;
		int offset = 9999;
		int64_t ms;

		assert_ok(date_parse_pdf(str_of(right[i].text), &ms, &offset, &err), &err);
		date_format_rfc3339(ms, text);
		assert_string_equal(text, right[i].utc);
		assert_int_equal(offset, right[i].offset_min);
		assert_ok(date_parse_pdf(str_of(right[i].text), &ms, NULL, &err), &err);
	}
}

static void test_pdf_dates_that_are_none(void **state)
{
	static const char *const wrong[] = {
		"",
		"D:",
		"D:202",
		"D:20261",
		"D:20261322",
		"D:20260230",
		"D:2026112224",
		"D:202611221060",
		"D:20261122100461",
		"D:20261122100405+7'00'",
		"D:20261122100405+0700",
		"D:20261122100405+24'00'",
		"D:20261122100405+07'60'",
		"D:20261122100405Z01'00'",
		"D:20261122100405+07'00'x",
		"D:20261122100405+",
		"D:20261122100405*07'00'",
		"d:20261122",
		"D:2026-11-22",
		"D: 20261122",
		"D:20261122100405+07'0'",
		"D:202611221004051",
	};
	struct err err = ERR_INIT;
	int64_t ms = 42;
	int offset = 42;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_fails(date_parse_pdf(str_of(wrong[i]), &ms, &offset, &err), &err, ERR_DATE);
	assert_fails(date_parse_pdf((struct str){ NULL, 0 }, &ms, &offset, &err), &err, ERR_DATE);
	assert_true(ms == 42 && offset == 42);
}

static void test_long_rubbish_is_cut_in_the_message(void **state)
{
	struct err err = ERR_INIT;
	char text[400];
	int64_t ms;

	(void)state;
	memset(text, '7', sizeof(text));
	assert_fails(date_parse_pdf(str_from(text, sizeof(text)), &ms, NULL, &err), &err, ERR_DATE);
	assert_true(strlen(err.detail) < 200);
	assert_fails(date_parse_rfc3339(str_from(text, sizeof(text)), &ms, &err), &err, ERR_DATE);
	assert_true(strlen(err.detail) < 200);
}

static void test_vietnamese_text(void **state)
{
	char text[DATE_TEXT_BYTES];
	struct err err = ERR_INIT;
	int64_t ms;
	int offset;

	(void)state;
	date_format_vn(SAMPLE_MS, text);
	assert_string_equal(text, "22/11/2026 10:04:05+07:00");
	date_format_pdf_vn(SAMPLE_MS, text);
	assert_string_equal(text, "D:20261122100405+07'00'");
	assert_ok(date_parse_pdf(str_of(text), &ms, &offset, &err), &err);
	assert_true(ms == SAMPLE_MS && offset == DATE_VN_OFFSET_MIN);
	date_format_vn(INT64_C(1798736400000) - 1000, text); /* the last second of the year in Viet Nam */
	assert_string_equal(text, "31/12/2026 23:59:59+07:00");
}

static void test_time_zone_is_never_read(void **state)
{
	char before[DATE_TEXT_BYTES];
	char after[DATE_TEXT_BYTES];

	(void)state;
	date_format_vn(SAMPLE_MS, before);
	setenv("TZ", "Pacific/Kiritimati", 1);
	tzset();
	date_format_vn(SAMPLE_MS, after);
	assert_string_equal(before, after);
}

static void test_clocks(void **state)
{
	struct clock fixed = clock_fixed(SAMPLE_MS);
	struct clock system = clock_system();

	(void)state;
	assert_true(clock_now_ms(&fixed) == SAMPLE_MS);
	fixed.fixed_ms += 5;
	assert_true(clock_now_ms(&fixed) == SAMPLE_MS + 5);
	assert_true(clock_now_ms(&system) > INT64_C(1700000000000));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_calendar),
	cmocka_unit_test(test_known_instants),
	cmocka_unit_test(test_every_day_of_eight_centuries),
	cmocka_unit_test(test_offsets),
	cmocka_unit_test(test_extremes_do_not_overflow),
	cmocka_unit_test(test_rfc3339),
	cmocka_unit_test(test_rfc3339_that_is_none),
	cmocka_unit_test(test_pdf_dates),
	cmocka_unit_test(test_pdf_dates_that_are_none),
	cmocka_unit_test(test_long_rubbish_is_cut_in_the_message),
	cmocka_unit_test(test_vietnamese_text),
	cmocka_unit_test(test_time_zone_is_never_read),
	cmocka_unit_test(test_clocks),
};

TEST_MAIN(tests)
