/* test_blanks.c - the open number and date in the head of a letter. */
#include "pages.h"

#include "sign/block.h"

static struct number_date_blanks blanks(const char *number, const char *date)
{
	AUTO(letter_freep) struct letter *letter = letter_new(1);
	struct number_date_blanks found;
	struct err err = ERR_INIT;

	centre(letter, 0, 148, 20, 12, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA");
	if (number)
		draw(letter, 0, 40, 38, 13, number);
	if (date)
		draw(letter, 0, 110, 38, 13, date);
	draw(letter, 0, 30, 80, 13, "Hôm nay, ngày ..... tháng ..... năm 2026, chúng tôi gồm:");
	assert_ok(block_find_blanks(&letter->text, &found, &err), &err);
	return found;
}

static void open_numbers(void **state)
{
	static const char *const open[] = { "Số: ....../SNV-VP",   "Số:......./SNV",     "Số:        /SNV",
					    "Số …………/SNV",         "SỐ: ______/QĐ-UBND", "Số        -CV/VPTU",
					    "Sô\xcc\x81: ...../X", "Số: ........" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(open); i++) {
		struct number_date_blanks found = blanks(open[i], NULL);

		if (!found.number_found)
			fail_msg("%s is open", open[i]);
		assert_true(found.number.w >= 4.5 && found.number.x > 44);
		assert_false(found.date_found);
		assert_int_equal((int)found.size_pt, 13);
	}
}

static void closed_numbers(void **state)
{
	static const char *const closed[] = { "Số: 12/SNV-VP", "Số: /SNV",      "Số lượng: ........",
					      "Số:",           "<Số, ký hiệu>", "Sổ tay ....../" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(closed); i++)
		if (blanks(closed[i], NULL).number_found)
			fail_msg("%s is not open", closed[i]);
}

static void number_stands_between_colon_and_slash(void **state)
{
	struct number_date_blanks found = blanks("Số: ....../SNV-VP", NULL);
	double step = (double)advance_mm(13);

	(void)state;
	assert_near(found.number.x, 40 + 3 * step + 0.3, 0.01);
	assert_near(found.number.x + found.number.w, 40 + 10 * step - 0.3, 0.01);
	assert_near(found.number.y, 38, 0.01);
}

static void open_dates(void **state)
{
	struct number_date_blanks found = blanks(NULL, "Lâm Hải, ngày ..... tháng ..... năm 2026");

	(void)state;
	assert_true(found.date_found);
	assert_true(found.day.w > 5 && found.month.w > 5 && found.month.x > found.day.x);
	assert_false(found.year_open);
	found = blanks(NULL, "Lâm Hải, ngày......tháng......năm 20....");
	assert_true(found.date_found && found.year_open);
	assert_int_equal(found.year_digits, 2);
	found = blanks(NULL, "Lâm Hải, ngày      tháng      năm");
	assert_true(found.date_found && found.year_open);
	assert_int_equal(found.year_digits, 4);
	found = blanks(NULL, "Lâm Hải, ngày … … tháng 5 năm 2026");
	assert_true(found.date_found);
	assert_true(found.month.w <= 0);
	found = blanks(NULL, "Lâm Hải, nga\xcc\x80y ..... tha\xcc\x81ng ..... na\xcc\x86m 2026");
	assert_true(found.date_found);
}

static void closed_dates(void **state)
{
	static const char *const closed[] = { "Lâm Hải, ngày 05 tháng 6 năm 2026", "Lâm Hải, ngày tháng năm",
					      "ngày ..... tháng ..... ", "ngày lễ tháng năm" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(closed); i++)
		if (blanks(NULL, closed[i]).date_found)
			fail_msg("%s is not open", closed[i]);
}

static void other_pages_are_not_looked_at(void **state)
{
	AUTO(letter_freep) struct letter *letter = letter_new(1);
	struct number_date_blanks found;
	struct err err = ERR_INIT;

	(void)state;
	head(letter);
	assert_ok(block_find_blanks(&letter->text, &found, &err), &err);
	assert_true(found.number_found && found.date_found);
	letter->text.first_page = 1;
	assert_ok(block_find_blanks(&letter->text, &found, &err), &err);
	assert_false(found.number_found || found.date_found);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(open_numbers),
	cmocka_unit_test(closed_numbers),
	cmocka_unit_test(number_stands_between_colon_and_slash),
	cmocka_unit_test(open_dates),
	cmocka_unit_test(closed_dates),
	cmocka_unit_test(other_pages_are_not_looked_at),
};

TEST_MAIN(tests)
