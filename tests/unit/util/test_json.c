/* test_json.c - JSON: strict parsing, building that survives NULL, numbers that no locale touches. */
#include <math.h>

#include "test.h"
#include "util/buf.h"
#include "util/json.h"

static void assert_written(const struct json *json, const char *expected)
{
	AUTO(buf_release) struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	assert_ok(js_write(json, 0, &out, &err), &err);
	assert_string_equal(buf_str(&out), expected);
}

static struct json *parse(const char *text)
{
	struct json *json = NULL;
	struct err err = ERR_INIT;

	assert_ok(js_parse(str_of(text), &json, &err), &err);
	return json;
}

static void test_build(void **state)
{
	AUTO(js_freep) struct json *object = js_new_object();
	struct json *array = js_new_array();

	(void)state;
	js_set_string(object, "tên", "Nguyễn Văn A");
	js_set_string(object, "none", NULL);
	js_set_int(object, "n", -9007199254740993);
	js_set_real(object, "mm", 36.5);
	js_set_bool(object, "ok", true);
	js_set_null(object, "null");
	js_add(array, js_new_int(1));
	js_add(array, js_new_bool(false));
	js_add(array, js_new_string("\"\\\n\x01/"));
	js_set(object, "list", array);
	assert_written(
	    object,
	    "{\"tên\":\"Nguyễn Văn A\",\"none\":null,\"n\":-9007199254740993,\"mm\":36.5,\"ok\":true,\"null\":null,"
	    "\"list\":[1,false,\"\\\"\\\\\\n\\u0001/\"]}");
	js_remove(object, "list");
	js_remove(object, "not there");
	js_set_int(object, "n", 2); /* set again: replaced, its place kept */
	assert_written(object,
		       "{\"tên\":\"Nguyễn Văn A\",\"none\":null,\"n\":2,\"mm\":36.5,\"ok\":true,\"null\":null}");
}

static void test_reals(void **state)
{
	static const struct {
		double value;
		const char *text;
	} cases[] = { { 0.5, "[0.5]" },          { -0.00001, "[0.0]" },  { 1.0 / 3, "[0.3333]" },
		      { 210, "[210.0]" },        { 0.1 + 0.2, "[0.3]" }, { -12.34567, "[-12.3457]" },
		      { 841.8898, "[841.8898]" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(js_freep) struct json *array = js_new_array();

		js_add(array, js_new_real(cases[i].value));
		assert_written(array, cases[i].text);
	}
}

static void test_no_number_is_null(void **state)
{
	AUTO(js_freep) struct json *object = js_new_object();

	(void)state;
	js_set_real(object, "nan", (double)NAN);
	js_set_real(object, "inf", (double)INFINITY);
	assert_written(object, "{\"nan\":null,\"inf\":null}");
}

static void test_text_that_is_not_utf8(void **state)
{
	static const struct {
		const char *raw, *shown;
	} cases[] = {
		{ "a\xff"
		  "b",
		  "[\"a�b\"]" },
		{ "\xc3", "[\"�\"]" },
		{ "\xe1\xba", "[\"��\"]" },
		{ "\xc0\xaf", "[\"��\"]" },           /* overlong */
		{ "\xed\xa0\x80", "[\"���\"]" },      /* surrogate */
		{ "\xf4\x90\x80\x80", "[\"����\"]" }, /* beyond Unicode */
		{ "\xff😀ữ", "[\"�😀ữ\"]" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(js_freep) struct json *array = js_new_array();

		js_add(array, js_new_string(cases[i].raw));
		assert_written(array, cases[i].shown);
	}
}

static void test_null_is_survived(void **state)
{
	AUTO(buf_release) struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	js_set(NULL, "k", js_new_int(1));
	js_set_string(NULL, "k", "v");
	js_set_real(NULL, "k", 1);
	js_add(NULL, js_new_array());
	js_free(NULL);
	assert_null(js_find(NULL, "k"));
	assert_null(js_at(NULL, 0));
	assert_int_equal(js_count(NULL), 0);
	assert_null(js_string(NULL));
	assert_int_equal(js_int(NULL, 7), 7);
	assert_true(js_bool(NULL, true));
	assert_true(js_real(NULL, 0.5) == 0.5);
	assert_false(js_is_null(NULL) || js_is_array(NULL) || js_is_object(NULL));
	assert_int_equal(js_get_int(NULL, "k", 7), 7);
	assert_fails(js_write(NULL, 0, &out, &err), &err, ERR_NO_MEMORY);
}

static void test_get(void **state)
{
	AUTO(js_freep)
	struct json *object = parse("{\"s\":\"x\",\"i\":5,\"r\":2.5,\"b\":true,\"n\":null,\"a\":[10,20],\"o\":{}}");

	(void)state;
	assert_string_equal(js_get_string(object, "s"), "x");
	assert_null(js_get_string(object, "i"));
	assert_null(js_get_string(object, "none"));
	assert_int_equal(js_get_int(object, "i", 0), 5);
	assert_int_equal(js_get_int(object, "s", -1), -1);
	assert_int_equal(js_get_int(object, "r", -1), -1); /* not rounded behind one's back */
	assert_true(js_get_real(object, "r", 0) == 2.5 && js_get_real(object, "i", 0) == 5.0);
	assert_true(js_get_bool(object, "b", false));
	assert_true(js_get_bool(object, "i", true));
	assert_true(js_is_null(js_find(object, "n")));
	assert_true(js_is_array(js_find(object, "a")) && js_is_object(js_find(object, "o")));
	assert_int_equal(js_count(js_find(object, "a")), 2);
	assert_int_equal(js_int(js_at(js_find(object, "a"), 1), 0), 20);
	assert_null(js_at(js_find(object, "a"), 2));
	assert_int_equal(js_count(js_find(object, "o")), 0);
}

static void test_keep(void **state)
{
	struct json *object = parse("{\"a\":[1]}");
	struct json *again = js_keep(object);

	(void)state;
	js_free(object);
	assert_written(again, "{\"a\":[1]}");
	js_free(again);
}

static void test_parse_any_value(void **state)
{
	static const char *const texts[] = { "1",  "\"x\"",        "null",   "true",       "[]",
					     "{}", " [ 1 , 2 ]\n", "-0.5e3", "\"\\u1eef\"" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		js_free(parse(texts[i]));
}

static void test_parse_refuses(void **state)
{
	static const char *const texts[] = {
		"",
		" ",
		"{",
		"[1,]",
		"{\"a\":1,}",
		"{'a':1}",
		"{a:1}",
		"[1 2]",
		"{\"a\":1,\"a\":2}",
		"{\"o\":{\"k\":1,\"k\":1}}",
		"NaN",
		"[Infinity]",
		"1 2",
		"{}x",
		"[1]]",
		"nul",
		"\"\\x\"",
		"\"\n\"",
		"\"\xff\"",
		"\"\xed\xa0\x80\"",
		"\"\\ud800\"",
		"\"a\\u0000b\"",
		"01",
		"+1",
		".5",
		"1.",
		"1e999",
		"99999999999999999999",
		"// x\n1",
		"\xef\xbb\xbf{}",
		"[1}",
		"\"",
	};
	struct json *json = NULL;
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (js_parse(str_of(texts[i]), &json, &err) == 0)
			fail_msg("taken: %s", texts[i]);
		assert_int_equal(err.code, ERR_JSON);
	}
	assert_fails(js_parse((struct str){ NULL, 0 }, &json, &err), &err, ERR_JSON);
	assert_fails(js_parse(str_from("{}\0", 3), &json, &err), &err, ERR_JSON);
	assert_null(json);
	assert_fails(js_parse(STR("{\n \"a\": x}"), &json, &err), &err, ERR_JSON);
	assert_non_null(strstr(err.detail, "line 2"));
}

static int parse_depth(size_t depth, struct err *err)
{
	AUTO(buf_release) struct buf text = BUF_INIT;
	AUTO(js_freep) struct json *json = NULL;

	buf_fill(&text, '[', depth);
	buf_fill(&text, ']', depth);
	return js_parse(str_from(text.data, text.len), &json, err);
}

static void test_depth(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(parse_depth(64, &err), &err);
	assert_fails(parse_depth(65, &err), &err, ERR_JSON);
	assert_fails(parse_depth(3000, &err), &err, ERR_JSON);
	assert_fails(parse_depth(1000000, &err), &err, ERR_JSON);
}

static void test_indent(void **state)
{
	AUTO(js_freep) struct json *object = parse("{\"b\":[1],\"a\":{}}");
	AUTO(buf_release) struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(js_write(object, 2, &out, &err), &err);
	assert_string_equal(buf_str(&out), "{\n  \"b\": [\n    1\n  ],\n  \"a\": {}\n}");
}

static void test_numbers_come_back(void **state)
{
	static const char *const texts[] = { "[0.1,2.5,-3.25,1234567.8901]",
					     "[9223372036854775807,-9223372036854775808]" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		AUTO(js_freep) struct json *json = parse(texts[i]);

		assert_written(json, texts[i]);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_build),
	cmocka_unit_test(test_reals),
	cmocka_unit_test(test_no_number_is_null),
	cmocka_unit_test(test_text_that_is_not_utf8),
	cmocka_unit_test(test_null_is_survived),
	cmocka_unit_test(test_get),
	cmocka_unit_test(test_keep),
	cmocka_unit_test(test_parse_any_value),
	cmocka_unit_test(test_parse_refuses),
	cmocka_unit_test(test_depth),
	cmocka_unit_test(test_indent),
	cmocka_unit_test(test_numbers_come_back),
};

TEST_MAIN(tests)
