/*
 * pages.h - the page tree (ISO 32000-1 7.7.3) with inherited attributes, and the geometry of a page as it is shown.
 *
 * "Shown" coordinates are millimetres from the top left of the page as a reader sees it: after CropBox, /Rotate and
 * /UserUnit. User space is what content streams and annotation rectangles use. The conversions are pure functions.
 */
#ifndef KYSO_PDF_PAGES_H
#define KYSO_PDF_PAGES_H

#include "pdf/document.h"

#define PD_MM_PER_PT (25.4 / 72.0)

struct pd_rect {
	double x0, y0, x1, y1; /* normalised: x0 <= x1, y0 <= y1 */
};

/* A rectangle on the page as shown, millimetres from the top left. */
struct pd_rect_mm {
	double x, y, w, h;
};

struct pd_matrix {
	double a, b, c, d, e, f;
};

struct pd_page {
	uint32_t index; /* 0 for page 1 */
	struct pd_ref ref;
	const struct pd_obj *dict;
	const struct pd_obj *resources; /* inherited; null object when there are none */
	struct pd_rect media_box;
	struct pd_rect crop_box; /* clipped to the media box */
	int rotate;              /* 0, 90, 180, 270 clockwise */
	double user_unit;        /* 1 = 1/72 inch */
};

/* Walks the tree once and keeps the list; a cycle, a wrong /Count or /Parent or a node without /Type is an error. */
NODISCARD int pd_page_count(struct pd_view view, uint32_t *ret_count, struct err *err);
NODISCARD int pd_page_load(struct pd_view view, uint32_t index, struct pd_page *ret_page, struct err *err);

/* The reference alone, of any number of pages, without loading one. */
NODISCARD int pd_page_ref(struct pd_view view, uint32_t index, struct pd_ref *ret_ref, struct err *err);

/* Four numbers as a normalised rectangle; false when the object is something else. */
bool pd_rect_read(struct pd_view view, const struct pd_obj *array, struct pd_rect *ret);

double pd_page_width_mm(const struct pd_page *page);  /* as shown */
double pd_page_height_mm(const struct pd_page *page);
struct pd_rect pd_page_to_user(const struct pd_page *page, struct pd_rect_mm shown);
struct pd_rect_mm pd_page_to_shown(const struct pd_page *page, struct pd_rect user);
/* What an appearance stream's /Matrix must be so that its content stands upright on a rotated page; `w`,`h` = the BBox. */
struct pd_matrix pd_page_upright(const struct pd_page *page, double w, double h);

#endif
