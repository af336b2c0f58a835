/* test_hex.c - hexadecimal and base64 (RFC 4648): both ways, and everything that is not exactly right is refused. */
#include "test.h"
#include "util/hex.h"

static struct bytes bytes_of(const char *s, size_t n)
{
	return (struct bytes){ (const uint8_t *)s, n };
}

static void test_hex_both_ways(void **state)
{
	AUTO(buf_release) struct buf text = BUF_INIT;
	AUTO(buf_release) struct buf back = BUF_INIT;
	struct err err = ERR_INIT;
	uint8_t all[256];

	(void)state;
	for (size_t i = 0; i < 256; i++)
		all[i] = (uint8_t)i;
	hex_encode((struct bytes){ all, 256 }, /* upper= */ true, &text);
	assert_int_equal(text.len, 512);
	assert_memory_equal(text.data, "000102030405060708090A0B", 24);
	assert_ok(hex_decode(str_from(text.data, text.len), &back, &err), &err);
	assert_int_equal(back.len, 256);
	assert_memory_equal(back.data, all, 256);
	buf_clear(&text);
	hex_encode((struct bytes){ all + 0xab, 1 }, /* upper= */ false, &text);
	assert_string_equal(buf_str(&text), "ab");
	buf_clear(&back);
	assert_ok(hex_decode(STR("aBAb"), &back, &err), &err);
	assert_memory_equal(back.data, "\xab\xab", 2);
	assert_ok(hex_decode(STR(""), &back, &err), &err);
	hex_encode((struct bytes){ NULL, 0 }, true, &text);
	assert_string_equal(buf_str(&text), "ab");
}

static void test_hex_that_is_none(void **state)
{
	static const char *const wrong[] = { "0", "0g", "g0", "0x", "00 0", "00:1", "ab\n1" };
	AUTO(buf_release) struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	buf_puts(&out, "before");
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		assert_fails(hex_decode(str_of(wrong[i]), &out, &err), &err, ERR_HEX);
		assert_string_equal(buf_str(&out), "before");
	}
	assert_fails(hex_decode(STR("001g"), &out, &err), &err, ERR_HEX);
	assert_non_null(strstr(err.detail, "position 3"));
}

static void test_digits(void **state)
{
	(void)state;
	for (int c = -128; c < 128; c++) {
		bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');

		assert_int_equal(hex_digit((char)c) >= 0, digit);
	}
	assert_int_equal(hex_digit('f'), 15);
}

/* RFC 4648 section 10 */
static void test_base64_vectors(void **state)
{
	static const struct {
		const char *plain, *coded;
	} vectors[] = { { "", "" },
			{ "f", "Zg==" },
			{ "fo", "Zm8=" },
			{ "foo", "Zm9v" },
			{ "foob", "Zm9vYg==" },
			{ "fooba", "Zm9vYmE=" },
			{ "foobar", "Zm9vYmFy" } };
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		AUTO(buf_release) struct buf coded = BUF_INIT;
		AUTO(buf_release) struct buf plain = BUF_INIT;

		base64_encode(bytes_of(vectors[i].plain, strlen(vectors[i].plain)), &coded);
		assert_string_equal(buf_str(&coded), vectors[i].coded);
		assert_ok(base64_decode(str_of(vectors[i].coded), &plain, &err), &err);
		assert_string_equal(buf_str(&plain), vectors[i].plain);
	}
}

static void test_base64_of_all_lengths(void **state)
{
	struct err err = ERR_INIT;
	uint8_t data[300];

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 251 + 7);
	for (size_t n = 0; n <= sizeof(data); n++) {
		AUTO(buf_release) struct buf coded = BUF_INIT;
		AUTO(buf_release) struct buf plain = BUF_INIT;

		base64_encode((struct bytes){ data, n }, &coded);
		assert_int_equal(coded.len, (n + 2) / 3 * 4);
		assert_ok(base64_decode(str_from(coded.data, coded.len), &plain, &err), &err);
		assert_int_equal(plain.len, n);
		assert_true(n == 0 || memcmp(plain.data, data, n) == 0);
	}
}

static void test_base64_that_is_none(void **state)
{
	static const char *const wrong[] = { "Z",    "Zg",   "Zg=",  "Zg===",     "====",   "=g==",
					     "Z===", "Zh==", "Zm9=", "Zg==Zg==",  "Zm9v\n", "Zm9v====",
					     "Zm-_", "Zm 8", "Zm=8", "Z\xc3\xb3v" };
	AUTO(buf_release) struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	buf_puts(&out, "before");
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		assert_fails(base64_decode(str_of(wrong[i]), &out, &err), &err, ERR_HEX);
		assert_string_equal(buf_str(&out), "before");
	}
	assert_fails(base64_decode(str_from("Zm\0v", 4), &out, &err), &err, ERR_HEX);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_hex_both_ways),
	cmocka_unit_test(test_hex_that_is_none),
	cmocka_unit_test(test_digits),
	cmocka_unit_test(test_base64_vectors),
	cmocka_unit_test(test_base64_of_all_lengths),
	cmocka_unit_test(test_base64_that_is_none),
};

TEST_MAIN(tests)
