/* test_place.c - --place as users write it. */
#include "test.h"

#include "sign/place.h"
#include "util/arena.h"

static void test_forms(void **state)
{
	struct arena *arena = arena_new(0);
	struct err err = ERR_INIT;
	struct place place;

	(void)state;
	assert_ok(place_parse(NULL, arena, &place, &err), &err);
	assert_int_equal(place.kind, PLACE_AUTO);
	assert_ok(place_parse("auto", arena, &place, &err), &err);
	assert_int_equal(place.kind, PLACE_AUTO);
	assert_ok(place_parse("name:\"Nguyễn Văn A\"", arena, &place, &err), &err);
	assert_int_equal(place.kind, PLACE_NAME);
	assert_string_equal(place.name, "Nguyễn Văn A");
	assert_ok(place_parse("name:Trần B", arena, &place, &err), &err);
	assert_string_equal(place.name, "Trần B");
	assert_ok(place_parse("2:10,20.5,40,15.25", arena, &place, &err), &err);
	assert_int_equal(place.kind, PLACE_RECT);
	assert_int_equal(place.page, 1);
	assert_true(place.rect.y == 20.5 && place.rect.h == 15.25);
	arena_free(arena);
}

static void test_refused(void **state)
{
	static const char *const bad[] = { "", "0:1,2,3,4", "1:1,2,3", "1:1,2,3,4,5", "1:-1,2,3,4", "1:1,2,0,4", "1:1,2,3,x", "x:1,2,3,4", "name:", "name:\"\"", "1:1,2,3,nan",
					   "1:1;2;3;4", "99999999999:1,2,3,4" };
	struct arena *arena = arena_new(0);
	struct place place = { .kind = PLACE_NAME };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err err = ERR_INIT;

		assert_fails(place_parse(bad[i], arena, &place, &err), &err, ERR_USAGE);
		assert_int_equal(place.kind, PLACE_NAME); /* untouched on failure */
	}
	arena_free(arena);
}

static const struct CMUnitTest tests[] = { cmocka_unit_test(test_forms), cmocka_unit_test(test_refused) };
TEST_MAIN(tests)
