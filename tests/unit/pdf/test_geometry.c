/* Shown coordinates and user space under /Rotate, a crop box away from the origin, and /UserUnit. */
#include "test.h"

#include <math.h>

#include "pdf/pages.h"

#define MM PD_MM_PER_PT

/* cmocka compares floats, which is too coarse here. */
static void assert_near(double got, double expected)
{
	if (fabs(got - expected) > 1e-6)
		fail_msg("%f is not %f", got, expected);
}

static struct pd_page page_of(int rotate, double unit)
{
	return (struct pd_page){
		.media_box = { 0, 0, 700, 900 }, .crop_box = { 100, 200, 400, 600 }, .rotate = rotate, .user_unit = unit
	};
}

static void check_rect(struct pd_rect got, double x0, double y0, double x1, double y1)
{
	assert_near(got.x0, x0);
	assert_near(got.y0, y0);
	assert_near(got.x1, x1);
	assert_near(got.y1, y1);
}

/* A box 10 pt from the left and 20 pt from the top of the page as shown, 30 wide and 40 high. */
static void to_user(void **state)
{
	struct pd_rect_mm box = { 10 * MM, 20 * MM, 30 * MM, 40 * MM };
	struct pd_page page = page_of(0, 1);

	(void)state;
	check_rect(pd_page_to_user(&page, box), 110, 540, 140, 580);
	page = page_of(90, 1); /* the top of the shown page is the left edge of user space */
	check_rect(pd_page_to_user(&page, box), 120, 210, 160, 240);
	page = page_of(180, 1);
	check_rect(pd_page_to_user(&page, box), 360, 220, 390, 260);
	page = page_of(270, 1); /* the top of the shown page is the right edge */
	check_rect(pd_page_to_user(&page, box), 340, 560, 380, 590);
	page = page_of(0, 2);
	check_rect(pd_page_to_user(&page, box), 105, 570, 120, 590);
}

static void there_and_back(void **state)
{
	(void)state;
	for (int rotate = 0; rotate < 360; rotate += 90) {
		struct pd_page page = page_of(rotate, 1.5);
		struct pd_rect_mm box = { 11, 22, 33, 44 };
		struct pd_rect_mm back = pd_page_to_shown(&page, pd_page_to_user(&page, box));

		assert_near(back.x, box.x);
		assert_near(back.y, box.y);
		assert_near(back.w, box.w);
		assert_near(back.h, box.h);
	}
}

static void size_as_shown(void **state)
{
	struct pd_page page = page_of(0, 1);

	(void)state;
	assert_near(pd_page_width_mm(&page), 300 * MM);
	assert_near(pd_page_height_mm(&page), 400 * MM);
	page = page_of(270, 2);
	assert_near(pd_page_width_mm(&page), 800 * MM);
	assert_near(pd_page_height_mm(&page), 600 * MM);
}

static void apply(struct pd_matrix m, double x, double y, double *rx, double *ry)
{
	*rx = m.a * x + m.c * y + m.e;
	*ry = m.b * x + m.d * y + m.f;
}

/* The upper left corner of the appearance has to land at the corner of the box that is the upper left as shown. */
static void upright(void **state)
{
	(void)state;
	for (int rotate = 0; rotate < 360; rotate += 90) {
		struct pd_page page = page_of(rotate, 1);
		struct pd_matrix m = pd_page_upright(&page, 30, 40);
		struct pd_rect user = pd_page_to_user(&page, (struct pd_rect_mm){ 10 * MM, 20 * MM, 30 * MM, 40 * MM });
		struct pd_rect_mm shown;
		double x, y, x2, y2;

		apply(m, 0, 40, &x, &y);
		apply(m, 30, 0, &x2, &y2);
		assert_true(x >= -1e-9 && y >= -1e-9 && x2 >= -1e-9 && y2 >= -1e-9);
		shown = pd_page_to_shown(&page, (struct pd_rect){ user.x0 + x, user.y0 + y, user.x0 + x, user.y0 + y });
		assert_near(shown.x, 10 * MM);
		assert_near(shown.y, 20 * MM);
		shown =
		    pd_page_to_shown(&page, (struct pd_rect){ user.x0 + x2, user.y0 + y2, user.x0 + x2, user.y0 + y2 });
		assert_near(shown.x, 40 * MM);
		assert_near(shown.y, 60 * MM);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(to_user),
	cmocka_unit_test(there_and_back),
	cmocka_unit_test(size_as_shown),
	cmocka_unit_test(upright),
};

TEST_MAIN(tests)
