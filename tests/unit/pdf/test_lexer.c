/* Tokens: numbers, names, strings, words (ISO 32000-1 7.2, 7.3). */
#include "test.h"

#include "pdf/lexer.h"
#include "pdf/limits.h"
#include "util/arena.h"

static struct arena *arena;
static struct err err;

static struct pd_lexer lexer(const char *text, size_t n)
{
	return (struct pd_lexer){ .in = { (const uint8_t *)text, n }, .arena = arena, .err = &err };
}

static int setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	return arena ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static void integers(void **state)
{
	static const struct {
		const char *text;
		int64_t value;
	} good[] = { { "0", 0 },
		     { "-0", 0 },
		     { "+17", 17 },
		     { "-98", -98 },
		     { "0000000000000000000042", 42 },
		     { "999999999999999999", 999999999999999999 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct pd_lexer lex = lexer(good[i].text, strlen(good[i].text));
		struct pd_obj obj = { 0 };

		assert_ok(pd_lex_number(&lex, &obj), &err);
		assert_int_equal(pd_kind(&obj), PD_INT);
		assert_int_equal(pd_int(&obj, 7), good[i].value);
		assert_int_equal(pd_token_end(&obj), strlen(good[i].text));
	}
}

/* The decimal point is a point whatever the locale says: this test also runs under a decimal-comma one. */
static void reals(void **state)
{
	static const struct {
		const char *text;
		double value;
	} good[] = { { "34.5", 34.5 },
		     { "-3.62", -3.62 },
		     { "+123.6", 123.6 },
		     { "4.", 4.0 },
		     { "-.002", -0.002 },
		     { ".5", 0.5 },
		     { "0.00000000000000000000001", 0 },
		     { "3.14159265358979323846264338", 3.141592653589793 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct pd_lexer lex = lexer(good[i].text, strlen(good[i].text));
		struct pd_obj obj = { 0 };

		assert_ok(pd_lex_number(&lex, &obj), &err);
		assert_int_equal(pd_kind(&obj), PD_REAL);
		assert_float_equal(pd_number(&obj, -1), good[i].value, 1e-9);
		assert_int_equal(pd_int(&obj, -1), -1);
	}
}

static void bad_numbers(void **state)
{
	static const char *const bad[] = { "-", "+", ".", "-.", "--5", "1.2.3", "12a", "1e5", "0x10", "5-3", "1,5" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct pd_lexer lex = lexer(bad[i], strlen(bad[i]));
		struct pd_obj obj = { 0 };

		assert_fails(pd_lex_number(&lex, &obj), &err, ERR_PDF_SYNTAX);
	}
	struct pd_lexer lex = lexer("1234567890123456789", 19);
	struct pd_obj obj = { 0 };

	assert_fails(pd_lex_number(&lex, &obj), &err, ERR_PDF_LIMIT);
}

static void check_name(const char *text, const char *value)
{
	struct pd_lexer lex = lexer(text, strlen(text));
	struct pd_obj obj = { 0 };

	assert_ok(pd_lex_name(&lex, &obj), &err);
	assert_true(pd_is_name(&obj, value));
}

static void names(void **state)
{
	(void)state;
	check_name("/Name1 ", "Name1");
	check_name("/A;Name_With-Various***Characters?", "A;Name_With-Various***Characters?");
	check_name("/Adobe#20Green", "Adobe Green");
	check_name("/PANTONE#205757#20CV", "PANTONE 5757 CV");
	check_name("/#41#2fB/next", "A/B");
	check_name("/", "");
	check_name("/[", "");
}

static void bad_names(void **state)
{
	static const char *const bad[] = { "/A#00B", "/A#4", "/A#", "/A#g1", "/#1" };
	char *longest = malloc(PD_MAX_NAME_BYTES + 2);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct pd_lexer lex = lexer(bad[i], strlen(bad[i]));
		struct pd_obj obj = { 0 };

		assert_fails(pd_lex_name(&lex, &obj), &err, ERR_PDF_SYNTAX);
	}
	memset(longest, 'a', PD_MAX_NAME_BYTES + 2);
	longest[0] = '/';
	struct pd_lexer lex = lexer(longest, PD_MAX_NAME_BYTES + 1);
	struct pd_obj obj = { 0 };

	assert_ok(pd_lex_name(&lex, &obj), &err);
	lex = lexer(longest, PD_MAX_NAME_BYTES + 2);
	assert_fails(pd_lex_name(&lex, &obj), &err, ERR_PDF_LIMIT);
	free(longest);
}

static void check_string(const char *text, const char *value, size_t n)
{
	struct pd_lexer lex = lexer(text, strlen(text));
	struct pd_obj obj = { 0 };

	assert_ok(text[0] == '(' ? pd_lex_string(&lex, &obj) : pd_lex_hex_string(&lex, &obj), &err);
	assert_int_equal(pd_string(&obj).n, n);
	assert_memory_equal(pd_string(&obj).p, value, n);
	assert_int_equal(pd_string_is_hex(&obj), text[0] == '<');
	assert_int_equal(pd_token_start(&obj), 0);
	assert_int_equal(pd_token_end(&obj), lex.pos);
}

static void literal_strings(void **state)
{
	(void)state;
	check_string("(plain)", "plain", 5);
	check_string("()", "", 0);
	check_string("(a (nested (deeper)) b) rest", "a (nested (deeper)) b", 21);
	check_string("(\\n\\r\\t\\b\\f\\(\\)\\\\\\x)", "\n\r\t\b\f()\\x", 9);
	check_string("(two \\\nlines \\\r\nand\\\rmore)", "two lines andmore", 17);
	check_string("(cr\rcrlf\r\nlf\n)", "cr\ncrlf\nlf\n", 11);
	check_string("(\\0053\\053\\53\\5a\\400)", "\0053++\005a\000", 7);
	check_string("(\\(\\()", "((", 2);
}

static void hex_strings(void **state)
{
	(void)state;
	check_string("<48656C6c6F>", "Hello", 5);
	check_string("<>", "", 0);
	check_string("<4 8\n6\t5>", "He", 2);
	check_string("<901FA>", "\x90\x1F\xA0", 3);
}

static void bad_strings(void **state)
{
	static const char *const bad[] = { "(open", "(a\\)", "(a (b)", "<48", "<4g>", "<48%comment\n65>" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct pd_lexer lex = lexer(bad[i], strlen(bad[i]));
		struct pd_obj obj = { 0 };

		assert_fails(bad[i][0] == '(' ? pd_lex_string(&lex, &obj) : pd_lex_hex_string(&lex, &obj), &err,
			     ERR_PDF_SYNTAX);
	}
}

static void words_and_headers(void **state)
{
	struct pd_lexer lex = lexer("%c\r \n12 0 obj<<", 15);
	struct pd_ref ref;
	uint32_t n;

	(void)state;
	pd_skip_space(&lex);
	assert_true(pd_take_header(&lex, &ref));
	assert_int_equal(ref.num, 12);
	assert_int_equal(lex.pos, 13);
	static const char *const bad[] = { "12 0 objx", "012 0 obj", "12 00 obj",
					   "12 0obj",   "-1 0 obj",  "4294967296 0 obj",
					   "1 0 R",     "1 0 ob",    "99999999999999999999999 0 obj" };
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		lex = lexer(bad[i], strlen(bad[i]));
		assert_false(pd_take_header(&lex, &ref));
		assert_int_equal(lex.pos, 0);
	}
	lex = lexer("007 x", 5);
	assert_true(pd_take_u32(&lex, /* canonical= */ false, &n));
	assert_int_equal(n, 7);
	assert_false(pd_take_eol(&lex));
}

static void errors_say_where(void **state)
{
	struct pd_lexer lex = lexer("  1x", 4);
	struct pd_obj obj = { 0 };

	(void)state;
	pd_skip_space(&lex);
	assert_fails(pd_lex_number(&lex, &obj), &err, ERR_PDF_SYNTAX);
	assert_string_equal(err.detail, "malformed number at offset 2");
	lex.container = 9;
	assert_fails(pd_lex_number(&lex, &obj), &err, ERR_PDF_SYNTAX);
	assert_string_equal(err.detail, "malformed number at byte 2 of object stream 9");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(integers, setup, teardown),
	cmocka_unit_test_setup_teardown(reals, setup, teardown),
	cmocka_unit_test_setup_teardown(bad_numbers, setup, teardown),
	cmocka_unit_test_setup_teardown(names, setup, teardown),
	cmocka_unit_test_setup_teardown(bad_names, setup, teardown),
	cmocka_unit_test_setup_teardown(literal_strings, setup, teardown),
	cmocka_unit_test_setup_teardown(hex_strings, setup, teardown),
	cmocka_unit_test_setup_teardown(bad_strings, setup, teardown),
	cmocka_unit_test_setup_teardown(words_and_headers, setup, teardown),
	cmocka_unit_test_setup_teardown(errors_say_where, setup, teardown),
};

TEST_MAIN(tests)
