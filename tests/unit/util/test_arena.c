/* test_arena.c - memory by lifetime: alignment, zeroes, limits that are remembered, growing, resetting. */
#include "test.h"
#include "util/arena.h"

static void test_zeroed_and_aligned(void **state)
{
	AUTO(arena_freep) struct arena *arena = arena_new(0);

	(void)state;
	for (size_t size = 0; size < 5000; size += 7) {
		char *p = arena_alloc(arena, size);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % 16, 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, size);
	}
	assert_false(arena_failed(arena));
}

static void test_nothing_is_still_a_place_of_its_own(void **state)
{
	AUTO(arena_freep) struct arena *arena = arena_new(0);
	void *a = arena_alloc(arena, 0);
	void *b = arena_alloc(arena, 0);

	(void)state;
	assert_non_null(a);
	assert_ptr_not_equal(a, b);
}

static void test_limit_is_remembered(void **state)
{
	AUTO(arena_freep) struct arena *arena = arena_new(100 * 1024);

	(void)state;
	assert_non_null(arena_alloc(arena, 1000));
	assert_null(arena_alloc(arena, 101 * 1024));
	assert_true(arena_failed(arena));
	assert_non_null(arena_alloc(arena, 1000));
	assert_true(arena_failed(arena));
	assert_true(arena_used_bytes(arena) <= 100 * 1024);
}

static void test_limit_holds_over_many_small_ones(void **state)
{
	AUTO(arena_freep) struct arena *arena = arena_new(64 * 1024);
	size_t got = 0;

	(void)state;
	while (arena_alloc(arena, 64))
		got += 64;
	assert_true(got > 32 * 1024 && got <= 64 * 1024);
	assert_true(arena_used_bytes(arena) <= 64 * 1024);
}

static void test_sizes_that_overflow(void **state)
{
	AUTO(arena_freep) struct arena *arena = arena_new(0);

	(void)state;
	assert_null(arena_alloc(arena, SIZE_MAX));
	assert_null(arena_alloc(arena, SIZE_MAX - 8));
	assert_null(arena_calloc(arena, SIZE_MAX / 8, 16));
	assert_null(arena_calloc(arena, SIZE_MAX, SIZE_MAX));
	assert_true(arena_failed(arena));
	assert_non_null(arena_calloc(arena, SIZE_MAX, 0));
	assert_non_null(arena_calloc(arena, 0, SIZE_MAX));
}

static void test_grow_in_place(void **state)
{
	AUTO(arena_freep) struct arena *arena = arena_new(0);
	char *p = arena_memdup(arena, "abcdefgh", 8);
	char *q = arena_grow(arena, p, 8, 100);

	(void)state;
	assert_ptr_equal(p, q);
	assert_memory_equal(q, "abcdefgh", 8);
	for (size_t i = 8; i < 100; i++)
		assert_int_equal(q[i], 0);
	assert_ptr_equal(arena_grow(arena, q, 100, 50), q);
}

static void test_grow_moves_when_something_follows(void **state)
{
	AUTO(arena_freep) struct arena *arena = arena_new(0);
	char *p = arena_memdup(arena, "abcdefgh", 8);
	char *after = arena_strdup(arena, "stays");
	char *q = arena_grow(arena, p, 8, 100000);

	(void)state;
	assert_ptr_not_equal(p, q);
	assert_memory_equal(q, "abcdefgh", 8);
	assert_int_equal(q[99999], 0);
	assert_string_equal(after, "stays");
	assert_memory_equal(p, "abcdefgh", 8);
	assert_non_null(arena_grow(arena, NULL, 0, 10));
	assert_null(arena_grow(arena, q, 100000, SIZE_MAX));
}

static void test_grow_many_times(void **state)
{
	AUTO(arena_freep) struct arena *arena = arena_new(0);
	int *items = NULL;

	(void)state;
	for (size_t i = 0; i < 10000; i++) {
		items = arena_grow(arena, items, i * sizeof(*items), (i + 1) * sizeof(*items));
		assert_non_null(items);
		items[i] = (int)i;
	}
	for (size_t i = 0; i < 10000; i++)
		assert_int_equal(items[i], (int)i);
}

static void test_copies(void **state)
{
	AUTO(arena_freep) struct arena *arena = arena_new(0);

	(void)state;
	assert_string_equal(arena_strdup(arena, "văn thư"), "văn thư");
	assert_string_equal(arena_strdup(arena, ""), "");
	assert_string_equal(arena_strndup(arena, "abcdef", 3), "abc");
	assert_string_equal(arena_strndup(arena, NULL, 0), "");
	assert_non_null(arena_memdup(arena, NULL, 0));
	assert_string_equal(arena_printf(arena, "%s %d", "trang", 3), "trang 3");
	assert_int_equal(strlen(arena_printf(arena, "%*s", 50000, "x")), 50000);
}

static void test_copies_that_do_not_fit(void **state)
{
	AUTO(arena_freep) struct arena *arena = arena_new(64);
	char large[200];

	(void)state;
	memset(large, 'x', sizeof(large));
	large[199] = '\0';
	assert_null(arena_strdup(arena, large));
	assert_null(arena_strndup(arena, large, 199));
	assert_null(arena_memdup(arena, large, sizeof(large)));
	assert_null(arena_printf(arena, "%s", large));
	assert_true(arena_failed(arena));
	assert_string_equal(arena_strdup(arena, "fits"), "fits");
}

static void test_reset_gives_all_back(void **state)
{
	AUTO(arena_freep) struct arena *arena = arena_new(1024 * 1024);

	(void)state;
	arena_reset(arena); /* an empty one too */
	for (int round = 0; round < 5; round++) {
		/* what fits into a fresh arena fits again, in any order of sizes */
		assert_non_null(arena_alloc(arena, 600 * 1024));
		assert_null(arena_alloc(arena, 600 * 1024));
		assert_true(arena_failed(arena));
		arena_reset(arena);
		assert_false(arena_failed(arena));
		assert_non_null(arena_alloc(arena, 100));
		assert_non_null(arena_alloc(arena, 700 * 1024));
		arena_reset(arena);
		assert_non_null(arena_alloc(arena, 1024 * 1024));
		arena_reset(arena);
		assert_true(arena_used_bytes(arena) <= 1024 * 1024);
	}
}

static void test_reset_hands_out_zeroes_again(void **state)
{
	AUTO(arena_freep) struct arena *arena = arena_new(0);
	char *p = arena_alloc(arena, 1000);

	(void)state;
	memset(p, 0x55, 1000);
	arena_reset(arena);
	p = arena_alloc(arena, 1000);
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(p[i], 0);
}

static void test_free_nothing(void **state)
{
	(void)state;
	arena_free(NULL);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_zeroed_and_aligned),
	cmocka_unit_test(test_nothing_is_still_a_place_of_its_own),
	cmocka_unit_test(test_limit_is_remembered),
	cmocka_unit_test(test_limit_holds_over_many_small_ones),
	cmocka_unit_test(test_sizes_that_overflow),
	cmocka_unit_test(test_grow_in_place),
	cmocka_unit_test(test_grow_moves_when_something_follows),
	cmocka_unit_test(test_grow_many_times),
	cmocka_unit_test(test_copies),
	cmocka_unit_test(test_copies_that_do_not_fit),
	cmocka_unit_test(test_reset_gives_all_back),
	cmocka_unit_test(test_reset_hands_out_zeroes_again),
	cmocka_unit_test(test_free_nothing),
};

TEST_MAIN(tests)
