/* Accessors answer harmless defaults; equality is by what is written. */
#include "test.h"

#include "pdf/parser.h"
#include "util/arena.h"

static struct arena *arena;

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

static struct pd_obj parse(const char *text)
{
	struct pd_parser parser;
	struct pd_indirect object;
	struct err err = ERR_INIT;

	pd_parser_init(&parser, (struct bytes){ (const uint8_t *)text, strlen(text) }, 0, arena, &err);
	if (strstr(text, "obj"))
		assert_ok(pd_parse_indirect(&parser, 0, NULL, NULL, &object), &err);
	else
		assert_ok(pd_parse_value(&parser, &object.obj), &err);
	pd_parser_release(&parser);
	return object.obj;
}

static void defaults(void **state)
{
	struct pd_obj number = parse("5");

	(void)state;
	assert_int_equal(pd_kind(NULL), PD_NULL);
	assert_true(pd_bool(NULL, true));
	assert_int_equal(pd_int(NULL, 9), 9);
	assert_float_equal(pd_number(NULL, 1.5), 1.5, 0);
	assert_float_equal(pd_number(&number, 0), 5.0, 0);
	assert_null(pd_name(&number).p);
	assert_null(pd_string(&number).p);
	assert_int_equal(pd_ref(&number).num, 0);
	assert_int_equal(pd_array_len(&number), 0);
	assert_int_equal(pd_kind(pd_array_raw(NULL, 0)), PD_NULL);
	assert_int_equal(pd_dict_len(&number), 0);
	assert_null(pd_dict_key(&number, 0).p);
	assert_int_equal(pd_kind(pd_dict_value_raw(&number, 0)), PD_NULL);
	assert_false(pd_dict_has(&number, "A"));
	assert_int_equal(pd_token_start(NULL), 0);
	assert_int_equal(pd_token_end(NULL), 0);
	assert_null(pd_stream_raw(&number).p);
	assert_false(pd_is_name(&number, "5"));
}

static void check(const char *a, const char *b, bool equal)
{
	struct pd_obj x = parse(a);
	struct pd_obj y = parse(b);

	if (pd_equal(&x, &y) != equal || pd_equal(&y, &x) != equal)
		fail_msg("%s and %s: expected %s", a, b, equal ? "equal" : "different");
}

static void equality(void **state)
{
	(void)state;
	check("null", "null", true);
	check("true", "true", true);
	check("true", "false", false);
	check("1", "1.0", true);
	check("1", "2", false);
	check("1.5", "1.50", true);
	check("9007199254740993", "9007199254740992", false); /* no rounding between integers */
	check("/A", "/#41", true);
	check("/A", "(A)", false);
	check("(A)", "<41>", true);
	check("(A)", "(B)", false);
	check("[1 2]", "[1 2]", true);
	check("[1 2]", "[2 1]", false);
	check("[1 2]", "[1 2 3]", false);
	check("[1 0 R]", "[1 0 R]", true);
	check("[1 0 R]", "[1 1 R]", false);
	check("<</A 1/B 2>>", "<</B 2/A 1>>", true);
	check("<</A 1/B 2>>", "<</A 1/C 2>>", false);
	check("<</A 1>>", "<</A 1/B null>>", false);
	check("1 0 obj<</Length 1>>stream\na\nendstream endobj", "2 0 obj<</Length 1>>stream\na\nendstream endobj",
	      true);
	check("1 0 obj<</Length 1>>stream\na\nendstream endobj", "1 0 obj<</Length 1>>stream\nb\nendstream endobj",
	      false);
	check("1 0 obj<</Length 1>>stream\na\nendstream endobj", "1 0 obj<</Length 1/X 1>>stream\na\nendstream endobj",
	      false);
	check("<</A 1/B 2/C 3/D 4/E 5/F 6/G 7/H 8/I 9/J 10/K 11/L 12/M 13/N 14/O 15/P 16/Q 17>>",
	      "<</Q 17/A 1/B 2/C 3/D 4/E 5/F 6/G 7/H 8/I 9/J 10/K 11/L 12/M 13/N 14/O 15/P 16>>", true);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(defaults, setup, teardown),
	cmocka_unit_test_setup_teardown(equality, setup, teardown),
};

TEST_MAIN(tests)
