/*
 * page_geometry.c - between user space and the page as it is shown: crop box, /Rotate, /UserUnit. Pure functions; see
 * pages.h.
 *
 * A point (x, y) of user space is shown, in points from the top left of the crop box, at
 *   0: (x - x0, y1 - y)   90: (y - y0, x - x0)   180: (x1 - x, y - y0)   270: (y1 - y, x1 - x)
 */
#include <math.h>

#include "pdf/pages.h"

static double mm_per_unit(const struct pd_page *page)
{
	return PD_MM_PER_PT * page->user_unit;
}

static bool is_sideways(const struct pd_page *page)
{
	return page->rotate == 90 || page->rotate == 270;
}

double pd_page_width_mm(const struct pd_page *page)
{
	const struct pd_rect *c = &page->crop_box;

	return (is_sideways(page) ? c->y1 - c->y0 : c->x1 - c->x0) * mm_per_unit(page);
}

double pd_page_height_mm(const struct pd_page *page)
{
	const struct pd_rect *c = &page->crop_box;

	return (is_sideways(page) ? c->x1 - c->x0 : c->y1 - c->y0) * mm_per_unit(page);
}

struct pd_rect pd_page_to_user(const struct pd_page *page, struct pd_rect_mm shown)
{
	const struct pd_rect *c = &page->crop_box;
	double s = 1.0 / mm_per_unit(page);
	double left = shown.x * s;
	double right = (shown.x + shown.w) * s;
	double top = shown.y * s;
	double bottom = (shown.y + shown.h) * s;

	switch (page->rotate) {
	case 90:
		return (struct pd_rect){ c->x0 + top, c->y0 + left, c->x0 + bottom, c->y0 + right };
	case 180:
		return (struct pd_rect){ c->x1 - right, c->y0 + top, c->x1 - left, c->y0 + bottom };
	case 270:
		return (struct pd_rect){ c->x1 - bottom, c->y1 - right, c->x1 - top, c->y1 - left };
	default:
		return (struct pd_rect){ c->x0 + left, c->y1 - bottom, c->x0 + right, c->y1 - top };
	}
}

static struct pd_rect_mm from_edges(double left, double top, double right, double bottom, double mm)
{
	return (struct pd_rect_mm){ left * mm, top * mm, (right - left) * mm, (bottom - top) * mm };
}

struct pd_rect_mm pd_page_to_shown(const struct pd_page *page, struct pd_rect user)
{
	const struct pd_rect *c = &page->crop_box;
	double mm = mm_per_unit(page);

	switch (page->rotate) {
	case 90:
		return from_edges(user.y0 - c->y0, user.x0 - c->x0, user.y1 - c->y0, user.x1 - c->x0, mm);
	case 180:
		return from_edges(c->x1 - user.x1, user.y0 - c->y0, c->x1 - user.x0, user.y1 - c->y0, mm);
	case 270:
		return from_edges(c->y1 - user.y1, c->x1 - user.x1, c->y1 - user.y0, c->x1 - user.x0, mm);
	default:
		return from_edges(user.x0 - c->x0, c->y1 - user.y1, user.x1 - c->x0, c->y1 - user.y0, mm);
	}
}

/* Turns the box against the page's rotation and moves it back to the first quadrant. */
struct pd_matrix pd_page_upright(const struct pd_page *page, double w, double h)
{
	switch (page->rotate) {
	case 90:
		return (struct pd_matrix){ 0, 1, -1, 0, h, 0 };
	case 180:
		return (struct pd_matrix){ -1, 0, 0, -1, w, h };
	case 270:
		return (struct pd_matrix){ 0, -1, 1, 0, 0, w };
	default:
		return (struct pd_matrix){ 1, 0, 0, 1, 0, 0 };
	}
}
