/* Values, indirect objects and streams; nesting, counts, duplicate keys (ISO 32000-1 7.3.6-7.3.10). */
#include "test.h"

#include "pdf/limits.h"
#include "pdf/parser.h"
#include "util/arena.h"
#include "util/buf.h"

static struct arena *arena;
static struct err err;
static struct pd_parser parser;

static int setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	return arena ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	pd_parser_release(&parser);
	arena_free(arena);
	return 0;
}

static void begin(const char *text, size_t n)
{
	pd_parser_release(&parser);
	pd_parser_init(&parser, (struct bytes){ (const uint8_t *)text, n }, 0, arena, &err);
}

static int value(const char *text, struct pd_obj *obj)
{
	begin(text, strlen(text));
	return pd_parse_value(&parser, obj);
}

static int indirect(const char *text, struct pd_indirect *object)
{
	begin(text, strlen(text));
	return pd_parse_indirect(&parser, 0, NULL, NULL, object);
}

static void values(void **state)
{
	struct pd_obj obj;

	(void)state;
	assert_ok(value("true", &obj), &err);
	assert_true(pd_bool(&obj, false));
	assert_ok(value("false", &obj), &err);
	assert_false(pd_bool(&obj, true));
	assert_ok(value(" %c\n null", &obj), &err);
	assert_int_equal(pd_kind(&obj), PD_NULL);
	assert_ok(value("[1 2 0 R/N(s)[]<<>>null 3]", &obj), &err);
	assert_int_equal(pd_array_len(&obj), 8);
	assert_int_equal(pd_ref(pd_array_raw(&obj, 1)).num, 2);
	assert_int_equal(pd_kind(pd_array_raw(&obj, 5)), PD_DICT);
	assert_int_equal(pd_int(pd_array_raw(&obj, 7), 0), 3);
	assert_int_equal(pd_kind(pd_array_raw(&obj, 8)), PD_NULL);
}

static void dictionaries(void **state)
{
	struct pd_obj obj;

	(void)state;
	assert_ok(value("<</A 1/B 5 0 R/C<</D[1]>>/#45 2 >>", &obj), &err);
	assert_int_equal(pd_dict_len(&obj), 4);
	assert_true(str_is(pd_dict_key(&obj, 1), "B"));
	assert_int_equal(pd_ref(pd_dict_raw(&obj, "B")).num, 5);
	assert_int_equal(pd_array_len(pd_dict_raw(pd_dict_raw(&obj, "C"), "D")), 1);
	assert_int_equal(pd_int(pd_dict_raw(&obj, "E"), 0), 2);
	assert_null(pd_dict_raw(&obj, "F"));
	assert_int_equal(pd_token_end(&obj), 34);
	assert_int_equal(pd_token_start(pd_dict_raw(&obj, "B")), 9);
	assert_int_equal(pd_token_end(pd_dict_raw(&obj, "B")), 14);
}

/* More than a few keys are found by binary search. */
static void large_dictionary(void **state)
{
	AUTO(buf_release) struct buf text = BUF_INIT;
	struct pd_obj obj;
	char key[16];

	(void)state;
	buf_puts(&text, "<<");
	for (int i = 0; i < 1000; i++)
		buf_printf(&text, "/K%d %d", i * 7 % 1000, i * 7 % 1000);
	buf_puts(&text, ">>");
	assert_ok(value(buf_str(&text), &obj), &err);
	for (int i = 0; i < 1000; i++) {
		snprintf(key, sizeof(key), "K%d", i);
		assert_int_equal(pd_int(pd_dict_raw(&obj, key), -1), i);
	}
	assert_null(pd_dict_raw(&obj, "K1000"));
	text.len -= 2;
	buf_puts(&text, "/K500 1>>");
	assert_fails(value(buf_str(&text), &obj), &err, ERR_PDF_SYNTAX);
	assert_non_null(strstr(err.detail, "/K500 twice"));
}

static void bad_values(void **state)
{
	static const char *const bad[] = {
		"",        "[1 2",      "<</A 1", "<</A>>", "<<1 2>>", "<</A 1/A 1>>", "<</A 1/#41 2>>", "]",
		">>",      "[1 0 R R]", "[1 R]",  "[R]",    "[0 0 R]", "[-1 0 R]",     "[1 65536 R]",    "[1 -1 R]",
		"True",    "nul",       "nullx",  "{}",     ")",       "[/A 0 R]",     "<</A 1 0 R 2>>", "[1 2 R 3",
		"<</A 1>", "[1.0 0 R]", "endobj"
	};
	struct pd_obj obj;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (value(bad[i], &obj) == 0)
			fail_msg("\"%s\" was accepted", bad[i]);
		assert_int_equal(err.code, ERR_PDF_SYNTAX);
	}
}

/* A number pair before the array does not make the R inside it a reference. */
static void references_stay_in_their_container(void **state)
{
	struct pd_obj obj;

	(void)state;
	assert_fails(value("[1 0 [R]]", &obj), &err, ERR_PDF_SYNTAX);
	assert_fails(value("[8388608 0 R]", &obj), &err, ERR_PDF_LIMIT);
	assert_ok(value("[8388607 65535 R]", &obj), &err);
	assert_fails(value("[2147483648 0 R]", &obj), &err, ERR_PDF_LIMIT);
}

static void nesting(void **state)
{
	size_t n = 1000000;
	char *text = malloc(n + 1);
	struct pd_obj obj;

	(void)state;
	memset(text, '[', n);
	begin(text, n);
	assert_fails(pd_parse_value(&parser, &obj), &err, ERR_PDF_LIMIT);
	memset(text + PD_MAX_DEPTH, ']', PD_MAX_DEPTH);
	begin(text, 2 * PD_MAX_DEPTH);
	assert_ok(pd_parse_value(&parser, &obj), &err);
	for (size_t i = 0; i + 3 < n; i += 4)
		memcpy(text + i, "<</A", 4);
	begin(text, n);
	assert_fails(pd_parse_value(&parser, &obj), &err, ERR_PDF_LIMIT);
	free(text);
}

static void too_many_items(void **state)
{
	size_t n = 2 * (size_t)PD_MAX_ARRAY_ITEMS + 4;
	char *text = malloc(n);
	struct pd_obj obj;

	(void)state;
	memset(text, ' ', n);
	text[0] = '[';
	for (size_t i = 1; i < n - 1; i += 2)
		text[i] = '0';
	text[n - 1] = ']';
	begin(text, n);
	assert_fails(pd_parse_value(&parser, &obj), &err, ERR_PDF_LIMIT);
	free(text);
}

static void indirect_objects(void **state)
{
	struct pd_indirect object;

	(void)state;
	assert_ok(indirect("7 1 obj<</A 1>>endobj ", &object), &err);
	assert_int_equal(object.ref.num, 7);
	assert_int_equal(object.ref.gen, 1);
	assert_int_equal(object.end, 21);
	assert_ok(indirect("7 0 obj 5 0 R endobj", &object), &err);
	assert_int_equal(object.obj.kind, PD_REF);
	assert_ok(indirect("7 0 obj %c\n42%c\rendobj", &object), &err);
	assert_int_equal(pd_int(&object.obj, 0), 42);
}

static void bad_indirect_objects(void **state)
{
	static const char *const bad[] = { "7 0 obj endobj",
					   "7 0 obj 1 2 endobj",
					   "7 0 obj 1",
					   "7 0 obj 1 endobjx",
					   "7 0 obj 1 6 0 obj",
					   "7 0 obj [1 endobj",
					   "7 0 obj 1 2 3 4 5 6 7 endobj",
					   "7 0 objendobj" };
	struct pd_indirect object;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (indirect(bad[i], &object) == 0)
			fail_msg("\"%s\" was accepted", bad[i]);
		assert_true(err.code == ERR_PDF_SYNTAX || err.code == ERR_PDF_LIMIT);
	}
	assert_fails(pd_parse_indirect(&parser, 9999, NULL, NULL, &object), &err, ERR_PDF_SYNTAX);
}

static void streams(void **state)
{
	static const char *const good[] = {
		"1 0 obj<</Length 3>>stream\nabc\nendstream endobj",
		"1 0 obj<</Length 3>>stream\r\nabc\r\nendstream\nendobj",
		"1 0 obj<</Length 3>>stream\nabc\rendstream\nendobj",
		"1 0 obj<</Length 3>> stream\nabcendstream\nendobj",
		"1 0 obj<</Length 3>>\n%c\nstream\nabc\nendstream%c\nendobj",
	};
	struct pd_indirect object;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_ok(indirect(good[i], &object), &err);
		assert_int_equal(object.obj.kind, PD_STREAM);
		assert_int_equal(pd_stream_raw(&object.obj).n, 3);
		assert_memory_equal(pd_stream_raw(&object.obj).p, "abc", 3);
		assert_int_equal(pd_dict_len(&object.obj), 1);
		assert_int_equal(object.end, strlen(good[i]));
	}
}

static void bad_streams(void **state)
{
	static const char *const bad[] = {
		"1 0 obj<</Length 3>>stream\rabc\nendstream endobj", /* CR alone */
		"1 0 obj<</Length 3>>stream abc\nendstream endobj",
		"1 0 obj<</Length 2>>stream\nabc\nendstream endobj", /* one less */
		"1 0 obj<</Length 5>>stream\nabc\nendstream endobj", /* one more */
		"1 0 obj<</Length 1>>stream\nabc\n\nendstream endobj",
		"1 0 obj<</Length 3>>stream\nabc\n\nendstream endobj", /* two line ends */
		"1 0 obj<</Length 3>>stream\nabc endstream endobj",
		"1 0 obj<</Length 99>>stream\nabc\nendstream endobj", /* longer than the file */
		"1 0 obj<</Length 999999999999999999>>stream\nabc\nendstream endobj",
		"1 0 obj<</Length -3>>stream\nabc\nendstream endobj",
		"1 0 obj<</Length 3.0>>stream\nabc\nendstream endobj",
		"1 0 obj<</Length 5 0 R>>stream\nabc\nendstream endobj", /* no one to ask */
		"1 0 obj<<>>stream\nabc\nendstream endobj",
		"1 0 obj[3]stream\nabc\nendstream endobj",
		"1 0 obj<</Length 3>>stream\nabc\nendstream",
		"1 0 obj<</Length 3>>stream\nabc\nendstreamendobj",
		"1 0 obj<</Length 3>>stream\r",
	};
	struct pd_indirect object;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (indirect(bad[i], &object) == 0)
			fail_msg("\"%s\" was accepted", bad[i]);
		assert_int_equal(err.code, ERR_PDF_SYNTAX);
	}
}

static void compressed_objects(void **state)
{
	const char *text = "12 <</A(x)>> <</Length 1>>stream";
	struct pd_obj obj;

	(void)state;
	pd_parser_init(&parser, (struct bytes){ (const uint8_t *)text, strlen(text) }, 8, arena, &err);
	assert_ok(pd_parse_compressed(&parser, 0, 3, &obj), &err);
	assert_int_equal(pd_int(&obj, 0), 12);
	assert_ok(pd_parse_compressed(&parser, 3, 13, &obj), &err);
	assert_int_equal(pd_token_start(pd_dict_raw(&obj, "A")), 0);
	assert_int_equal(pd_token_end(&obj), 0);
	assert_fails(pd_parse_compressed(&parser, 0, 13, &obj), &err, ERR_PDF_SYNTAX);
	assert_fails(pd_parse_compressed(&parser, 13, strlen(text), &obj), &err, ERR_PDF_SYNTAX);
	assert_non_null(strstr(err.detail, "object stream 8"));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(values, setup, teardown),
	cmocka_unit_test_setup_teardown(dictionaries, setup, teardown),
	cmocka_unit_test_setup_teardown(large_dictionary, setup, teardown),
	cmocka_unit_test_setup_teardown(bad_values, setup, teardown),
	cmocka_unit_test_setup_teardown(references_stay_in_their_container, setup, teardown),
	cmocka_unit_test_setup_teardown(nesting, setup, teardown),
	cmocka_unit_test_setup_teardown(too_many_items, setup, teardown),
	cmocka_unit_test_setup_teardown(indirect_objects, setup, teardown),
	cmocka_unit_test_setup_teardown(bad_indirect_objects, setup, teardown),
	cmocka_unit_test_setup_teardown(streams, setup, teardown),
	cmocka_unit_test_setup_teardown(bad_streams, setup, teardown),
	cmocka_unit_test_setup_teardown(compressed_objects, setup, teardown),
};

TEST_MAIN(tests)
