/* test_buf.c - buffers that grow, end in NUL, and remember a lost append. */
#include "test.h"
#include "util/buf.h"

static void test_empty(void **state)
{
	AUTO(buf_release) struct buf buf = BUF_INIT;
	struct err err = ERR_INIT;
	size_t len = 7;

	(void)state;
	assert_string_equal(buf_str(&buf), "");
	assert_false(buf_failed(&buf));
	assert_ok(buf_check(&buf, &err), &err);
	buf_clear(&buf);
	assert_null(buf_detach(&buf, &len));
	assert_int_equal(len, 0);
}

static void test_append(void **state)
{
	AUTO(buf_release) struct buf buf = BUF_INIT;

	(void)state;
	buf_append(&buf, NULL, 0);
	assert_string_equal(buf_str(&buf), "");
	buf_puts(&buf, "chữ ");
	buf_putc(&buf, 'k');
	buf_append(&buf, "ý\0x", 4);
	buf_fill(&buf, '.', 3);
	assert_int_equal(buf.len, strlen("chữ k") + 4 + 3);
	assert_memory_equal(buf.data, "chữ ký\0x...", buf.len + 1);
}

static void test_printf(void **state)
{
	AUTO(buf_release) struct buf buf = BUF_INIT;

	(void)state;
	buf_printf(&buf, "%d/%s", 12, "UBND");
	buf_printf(&buf, "%s", "");
	assert_string_equal(buf_str(&buf), "12/UBND");
	buf_printf(&buf, "%*d", 100000, 5);
	assert_int_equal(buf.len, 7 + 100000);
	assert_int_equal(buf.data[buf.len - 1], '5');
}

static void test_grows_byte_by_byte(void **state)
{
	AUTO(buf_release) struct buf buf = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < 200000; i++) {
		buf_putc(&buf, (char)('a' + i % 26));
		assert_int_equal(buf.len, i + 1);
		assert_true(buf.cap > buf.len);
		assert_int_equal(buf.data[buf.len], '\0');
	}
	for (size_t i = 0; i < buf.len; i++)
		assert_int_equal(buf.data[i], 'a' + (int)(i % 26));
}

static void test_reserve_keeps_the_place(void **state)
{
	AUTO(buf_release) struct buf buf = BUF_INIT;
	char *before;

	(void)state;
	assert_true(buf_reserve(&buf, 1000));
	before = buf.data;
	buf_fill(&buf, 'x', 1000);
	assert_ptr_equal(before, buf.data);
}

static void test_lost_append_is_remembered(void **state)
{
	AUTO(buf_release) struct buf buf = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	buf_puts(&buf, "abc");
	assert_false(buf_reserve(&buf, SIZE_MAX));
	assert_true(buf_failed(&buf));
	buf_puts(&buf, "def");
	buf_putc(&buf, 'g');
	buf_fill(&buf, 'h', 10);
	buf_printf(&buf, "%d", 1);
	assert_string_equal(buf_str(&buf), "abc");
	assert_fails(buf_check(&buf, &err), &err, ERR_NO_MEMORY);
	buf_clear(&buf);
	assert_false(buf_failed(&buf));
	buf_puts(&buf, "new");
	assert_string_equal(buf_str(&buf), "new");
}

static void test_sizes_that_overflow(void **state)
{
	static const size_t sizes[] = { SIZE_MAX, SIZE_MAX - 1, SIZE_MAX / 2, SIZE_MAX / 4 + 1 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		AUTO(buf_release) struct buf buf = BUF_INIT;

		buf_putc(&buf, 'x');
		buf_fill(&buf, 'y', sizes[i]);
		assert_true(buf_failed(&buf));
		assert_int_equal(buf.len, 1);
	}
}

static void test_detach(void **state)
{
	struct buf buf = BUF_INIT;
	size_t len = 0;
	char *data;

	(void)state;
	buf_puts(&buf, "của tôi");
	data = buf_detach(&buf, &len);
	assert_string_equal(data, "của tôi");
	assert_int_equal(len, strlen(data));
	assert_null(buf.data);
	assert_int_equal(buf.len, 0);
	buf_puts(&buf, "tiếp");
	free(data);
	data = buf_detach(&buf, NULL);
	assert_string_equal(data, "tiếp");
	free(data);
	buf_release(&buf);
	buf_release(&buf);
}

static void test_clear_keeps_the_memory(void **state)
{
	AUTO(buf_release) struct buf buf = BUF_INIT;
	size_t cap;

	(void)state;
	buf_fill(&buf, 'x', 5000);
	cap = buf.cap;
	buf_clear(&buf);
	assert_string_equal(buf_str(&buf), "");
	assert_int_equal(buf.cap, cap);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_empty),
	cmocka_unit_test(test_append),
	cmocka_unit_test(test_printf),
	cmocka_unit_test(test_grows_byte_by_byte),
	cmocka_unit_test(test_reserve_keeps_the_place),
	cmocka_unit_test(test_lost_append_is_remembered),
	cmocka_unit_test(test_sizes_that_overflow),
	cmocka_unit_test(test_detach),
	cmocka_unit_test(test_clear_keeps_the_memory),
};

TEST_MAIN(tests)
