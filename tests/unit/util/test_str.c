/* test_str.c - borrowed strings: comparing, trimming, numbers. */
#include "test.h"
#include "util/str.h"

static void test_equality(void **state)
{
	(void)state;
	assert_true(str_eq(STR(""), (struct str){ NULL, 0 }));
	assert_true(str_is(STR("a\0b"), "a\0b") == false); /* a C string ends at its NUL */
	assert_true(str_is(str_from("abc", 2), "ab"));
	assert_false(str_eq(STR("ab"), STR("abc")));
	assert_int_equal(str_of(NULL).n, 0);
	assert_true(bytes_eq((struct bytes){ NULL, 0 }, (struct bytes){ (const uint8_t *)"x", 0 }));
	assert_false(bytes_eq((struct bytes){ (const uint8_t *)"a", 1 }, (struct bytes){ (const uint8_t *)"b", 1 }));
}

static void test_starts(void **state)
{
	(void)state;
	assert_true(str_starts(STR("D:2026"), STR("D:")));
	assert_true(str_starts(STR("D:"), STR("D:")));
	assert_true(str_starts((struct str){ NULL, 0 }, (struct str){ NULL, 0 }));
	assert_false(str_starts(STR("D"), STR("D:")));
}

static void test_order(void **state)
{
	(void)state;
	assert_int_equal(str_cmp(STR("a"), STR("a")), 0);
	assert_true(str_cmp(STR("a"), STR("ab")) < 0);
	assert_true(str_cmp(STR("b"), STR("ab")) > 0);
	assert_true(str_cmp(STR("\xff"), STR("a")) > 0); /* bytes are unsigned */
	assert_true(str_cmp((struct str){ NULL, 0 }, STR("a")) < 0);
}

static void test_trim(void **state)
{
	(void)state;
	assert_true(str_is(str_trim(STR(" \t\r\n\v\fa b \n")), "a b"));
	assert_int_equal(str_trim(STR(" \t ")).n, 0);
	assert_int_equal(str_trim((struct str){ NULL, 0 }).n, 0);
	assert_true(str_is(str_trim(STR("\xc2\xa0")), "\xc2\xa0")); /* ASCII white space only */
}

static void test_numbers(void **state)
{
	static const char *const wrong[] = {
		"", " 1", "1 ", "+1", "-1", "0x10", "1.0", "18446744073709551616", "99999999999999999999", "1a"
	};
	uint64_t value = 7;

	(void)state;
	assert_true(str_parse_u64(STR("0"), &value) && value == 0);
	assert_true(str_parse_u64(STR("007"), &value) && value == 7);
	assert_true(str_parse_u64(STR("18446744073709551615"), &value) && value == UINT64_MAX);
	value = 7;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_false(str_parse_u64(str_of(wrong[i]), &value));
	assert_false(str_parse_u64(str_from("1\0", 2), &value));
	assert_int_equal(value, 7);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_equality), cmocka_unit_test(test_starts),  cmocka_unit_test(test_order),
	cmocka_unit_test(test_trim),     cmocka_unit_test(test_numbers),
};

TEST_MAIN(tests)
