/* test_mark.c - the table of marks and the text lines of copies and annexes (NĐ 30/2020, Phụ lục I). */
#include "test.h"

#include "sign/mark.h"
#include "util/arena.h"
#include "util/date.h"

static const struct date_fields moment = { 2026, 11, 22, 10, 4, 5 };

static void test_table(void **state)
{
	(void)state;
	for (int kind = 0; kind < MARK_KIND_COUNT; kind++) {
		const struct mark_info *info = mark_info((enum mark_kind)kind);

		assert_int_equal(info->kind, kind);
		assert_ptr_equal(mark_find(info->name), info);
		assert_true(*info->vi && *info->en && *info->clause);
	}
	assert_null(mark_find("seal"));
	assert_true(mark_info(MARK_AGENCY)->needs_person);
	assert_false(mark_info(MARK_COPY)->needs_person);
}

static void test_copy_line(void **state)
{
	struct arena *arena = arena_new(0);
	struct err err = ERR_INIT;
	struct mark_line line = { .copy_form = "sao lục", .agency = "Sở Thông tin và Truyền thông", .time_ms = date_to_ms(moment, DATE_VN_OFFSET_MIN) };
	const char *text;

	(void)state;
	assert_ok(mark_line_text(MARK_COPY, &line, arena, &text, &err), &err);
	assert_string_equal(text, "SAO LỤC; Sở Thông tin và Truyền thông; 22/11/2026 10:04:05+07:00");
	line.copy_form = "TRI\xcc\x81" "CH SAO"; /* decomposed */
	assert_ok(mark_line_text(MARK_COPY, &line, arena, &text, &err), &err);
	assert_int_equal(strncmp(text, "TRÍCH SAO; ", strlen("TRÍCH SAO; ")), 0);
	line.copy_form = "SAO CHÉP";
	assert_fails(mark_line_text(MARK_COPY, &line, arena, &text, &err), &err, ERR_USAGE);
	line.copy_form = "SAO Y";
	line.agency = "";
	assert_fails(mark_line_text(MARK_COPY, &line, arena, &text, &err), &err, ERR_USAGE);
	arena_free(arena);
}

static void test_annex_line(void **state)
{
	struct arena *arena = arena_new(0);
	struct err err = ERR_INIT;
	struct mark_line line = { .number = "12/STTTT-CNTT", .time_ms = date_to_ms(moment, DATE_VN_OFFSET_MIN) };
	const char *text;

	(void)state;
	assert_ok(mark_line_text(MARK_ANNEX, &line, arena, &text, &err), &err);
	assert_string_equal(text, "12/STTTT-CNTT; 22/11/2026 10:04:05+07:00");
	line.number = NULL;
	assert_fails(mark_line_text(MARK_ANNEX, &line, arena, &text, &err), &err, ERR_USAGE);
	arena_free(arena);
}

static const struct CMUnitTest tests[] = { cmocka_unit_test(test_table), cmocka_unit_test(test_copy_line), cmocka_unit_test(test_annex_line) };
TEST_MAIN(tests)
