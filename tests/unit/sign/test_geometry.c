/* test_geometry.c - places of the marks (NĐ 30/2020, Phụ lục I, II.7.d, II.8.a, Phần II.I). */
#include "pages.h"

#include "sign/geometry.h"

static const struct sign_block block = { .title_count = 1,
					 .title_rect = { 135, 130, 30, 5 },
					 .name_rect = { 130, 160, 40, 5 },
					 .room = { 100, 135.5, 100, 24 } };

static bool inside(struct pd_rect_mm a, struct pd_rect_mm b)
{
	return a.x >= b.x - 1e-9 && a.y >= b.y - 1e-9 && a.x + a.w <= b.x + b.w + 1e-9 && a.y + a.h <= b.y + b.h + 1e-9;
}

static void person_is_centred_in_the_room(void **state)
{
	struct pd_rect_mm r = geometry_person(&block, 2.5, 0);

	(void)state;
	assert_near(r.w, 42, 1e-9);
	assert_near(r.w / r.h, 2.5, 1e-9);
	assert_near(r.x + r.w / 2, 150, 1e-9);
	assert_near(r.y + r.h / 2, 147.5, 1e-9);
	assert_true(inside(r, block.room));
}

static void person_never_leaves_the_room(void **state)
{
	struct sign_block narrow = block;
	struct pd_rect_mm r = geometry_person(&block, 1, 45);

	(void)state;
	assert_near(r.h, 24, 1e-9); /* the room's height is the limit */
	assert_true(inside(r, block.room));
	narrow.room = (struct pd_rect_mm){ 140, 135.5, 60, 24 };
	r = geometry_person(&narrow, 4, 45);
	assert_near(r.w, 20, 1e-9); /* centred on 150, the left neighbour is the limit */
	assert_true(inside(r, narrow.room));
}

static void person_without_room_has_no_place(void **state)
{
	struct sign_block none = block;

	(void)state;
	none.room.h = 0;
	assert_near(geometry_person(&none, 2, 0).w, 0, 0);
	assert_near(geometry_person(&block, 0, 0).w, 0, 0);
	none = block;
	none.room.x = 160;
	assert_near(geometry_person(&none, 2, 0).w, 0, 0);
	none = block;
	none.title_count = 0;
	assert_true(geometry_person(&none, 2, 0).w > 0);
}

static void seal_covers_the_left_third(void **state)
{
	struct pd_rect_mm sig = { 130, 140, 42, 18 };
	struct pd_rect_mm r = geometry_agency(sig, 36, 210, 297);

	(void)state;
	assert_near(r.x + r.w, 144, 1e-9);
	assert_near(r.y + r.h / 2, 149, 1e-9);
	assert_near(r.w, 36, 0);
	assert_near(r.h, 36, 0);
}

static void seal_stays_on_the_page(void **state)
{
	struct pd_rect_mm left = geometry_agency((struct pd_rect_mm){ 10, 2, 42, 10 }, 36, 210, 297);
	struct pd_rect_mm low = geometry_agency((struct pd_rect_mm){ 130, 285, 42, 10 }, 36, 210, 297);
	struct pd_rect_mm tiny = geometry_agency((struct pd_rect_mm){ 5, 5, 10, 5 }, 36, 30, 30);

	(void)state;
	assert_near(left.x, 0, 0);
	assert_near(left.y, 0, 0);
	assert_near(left.w, 36, 0);
	assert_near(low.y, 261, 1e-9);
	assert_near(tiny.x, 0, 0);
	assert_near(tiny.w, 36, 0);
}

static void line_stands_in_the_top_margin(void **state)
{
	AUTO(letter_freep) struct letter *letter = plain_letter("GIÁM ĐỐC", "Lê Văn Cường");
	struct err err = ERR_INIT;
	struct pd_rect_mm r;

	(void)state;
	assert_ok(geometry_top_right(&letter->pages[0], 80, 4, &r, &err), &err);
	assert_near(r.x + r.w, 195, 1e-6);
	assert_near(r.y, 8, 1e-9);
	draw(letter, 0, 150, 9, 11, "Trang đầu");
	picture(letter, 30, 5, 60, 16);
	assert_ok(geometry_top_right(&letter->pages[0], 80, 4, &r, &err), &err);
	assert_true(r.x + r.w < 150 || r.y > 9 + 4);
}

static void line_that_fits_nowhere(void **state)
{
	AUTO(letter_freep) struct letter *letter = letter_new(1);
	struct err err = ERR_INIT;
	struct pd_rect_mm r = { 1, 2, 3, 4 };

	(void)state;
	for (int i = 0; i < 40; i++)
		draw(letter, 0, 5, 2 + 3 * (float)i, 12,
		     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
	assert_fails(geometry_top_right(&letter->pages[0], 80, 4, &r, &err), &err, ERR_SIGN_PLACE);
	assert_near(r.x, 1, 0);
	assert_fails(geometry_top_right(&letter->pages[0], 300, 4, &r, &err), &err, ERR_SIGN_PLACE);
}

static void scans_are_looked_at(void **state)
{
	AUTO(letter_freep) struct letter *letter = letter_new(1);
	struct page_image image = { .width = 210, .height = 297 }; /* one pixel a millimetre */
	uint8_t *rgb = malloc(210 * 297 * 3);
	struct err err = ERR_INIT;
	struct pd_rect_mm r;

	(void)state;
	memset(rgb, 250, 210 * 297 * 3);
	memset(rgb + 3 * 210 * 12, 0, 3 * 210 * 6); /* black from 12 to 18 mm */
	image.rgb = rgb;
	picture(letter, 0, 0, 210, 297);
	assert_ok(geometry_top_right(&letter->pages[0], 60, 6, &r, &err), &err);
	assert_near(r.y, 8, 1e-9); /* blind to the scan's ink */
	assert_ok(geometry_top_right_seen(&letter->pages[0], &image, 60, 6, &r, &err), &err);
	assert_true(r.y >= 18);
	memset(rgb, 0, 210 * 297 * 3);
	assert_fails(geometry_top_right_seen(&letter->pages[0], &image, 60, 6, &r, &err), &err, ERR_SIGN_PLACE);
	free(rgb);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(person_is_centred_in_the_room),    cmocka_unit_test(person_never_leaves_the_room),
	cmocka_unit_test(person_without_room_has_no_place), cmocka_unit_test(seal_covers_the_left_third),
	cmocka_unit_test(seal_stays_on_the_page),           cmocka_unit_test(line_stands_in_the_top_margin),
	cmocka_unit_test(line_that_fits_nowhere),           cmocka_unit_test(scans_are_looked_at),
};

TEST_MAIN(tests)
