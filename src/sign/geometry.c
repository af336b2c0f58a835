/* geometry.c - see geometry.h. */
#include "sign/geometry.h"

#include "util/err.h"

static const double RIGHT_MARGIN_MM = 15; /* II: the right margin is 15 to 20 mm */
static const double FIRST_TOP_MM = 8;     /* in the top margin of 20 to 25 mm */
static const double STEP_MM = 1;
static const double CLEAR_MM = 1;         /* around text and pictures */
static const double UPPER_PART = 1.0 / 3; /* of the page's height */
static const double BACKGROUND_SHARE = 0.5;
enum { INK_BELOW = 200 /* of 255: darker is ink */ };

static double smaller(double a, double b)
{
	return a < b ? a : b;
}

static double middle_x(const struct sign_block *block)
{
	double name = block->name_rect.x + block->name_rect.w / 2;

	return block->title_count ? (name + block->title_rect.x + block->title_rect.w / 2) / 2 : name;
}

struct pd_rect_mm geometry_person(const struct sign_block *block, double picture_aspect, double picture_width_mm)
{
	double x = middle_x(block);
	double half = smaller(x - block->room.x, block->room.x + block->room.w - x);
	double w = picture_width_mm > 0 ? picture_width_mm : GEOMETRY_PERSON_WIDTH_MM;

	if (!(picture_aspect > 0) || !(half > 0) || !(block->room.h > 0))
		return (struct pd_rect_mm){ 0, 0, 0, 0 };
	w = smaller(smaller(w, 2 * half), block->room.h * picture_aspect);
	return (struct pd_rect_mm){ x - w / 2, block->room.y + (block->room.h - w / picture_aspect) / 2, w,
				    w / picture_aspect };
}

static double keep_inside(double at, double size, double room)
{
	if (at + size > room)
		at = room - size;
	return at > 0 ? at : 0;
}

struct pd_rect_mm geometry_agency(struct pd_rect_mm signature, double seal_mm, double page_w_mm, double page_h_mm)
{
	return (struct pd_rect_mm){ keep_inside(signature.x + signature.w / 3 - seal_mm, seal_mm, page_w_mm),
				    keep_inside(signature.y + (signature.h - seal_mm) / 2, seal_mm, page_h_mm), seal_mm,
				    seal_mm };
}

/* ---- a free place at the top right ---- */

struct place {
	const struct text_page *page;
	const struct page_image *image; /* may be NULL */
};

static bool meets(struct pd_rect_mm r, float x0, float y0, float x1, float y1)
{
	return r.x < (double)x1 + CLEAR_MM && (double)x0 - CLEAR_MM < r.x + r.w && r.y < (double)y1 + CLEAR_MM &&
	       (double)y0 - CLEAR_MM < r.y + r.h;
}

static bool is_background(const struct text_page *page, const struct text_box *box)
{
	return (box->x1 - box->x0) * (box->y1 - box->y0) > (float)BACKGROUND_SHARE * page->width_mm * page->height_mm;
}

static bool has_ink(const struct place *place, struct pd_rect_mm r)
{
	const struct page_image *image = place->image;
	double per_mm_x = image->width / (double)place->page->width_mm;
	double per_mm_y = image->height / (double)place->page->height_mm;

	for (double y = (r.y - CLEAR_MM) * per_mm_y; y < (r.y + r.h + CLEAR_MM) * per_mm_y; y += 1)
		for (double x = (r.x - CLEAR_MM) * per_mm_x; x < (r.x + r.w + CLEAR_MM) * per_mm_x; x += 1) {
			const uint8_t *rgb;

			if (x < 0 || y < 0 || (uint32_t)x >= image->width || (uint32_t)y >= image->height)
				continue;
			rgb = image->rgb + 3 * ((size_t)(uint32_t)y * image->width + (uint32_t)x);
			if (rgb[0] < INK_BELOW || rgb[1] < INK_BELOW || rgb[2] < INK_BELOW)
				return true;
		}
	return false;
}

static bool is_free(const struct place *place, struct pd_rect_mm r)
{
	const struct text_page *page = place->page;

	for (size_t i = 0; i < page->line_count; i++)
		if (meets(r, page->lines[i].x0, page->lines[i].y0, page->lines[i].x1, page->lines[i].y1))
			return false;
	for (size_t i = 0; i < page->image_count; i++) {
		const struct text_box *box = &page->images[i];

		if (!is_background(page, box) && meets(r, box->x0, box->y0, box->x1, box->y1))
			return false;
	}
	return !place->image || !has_ink(place, r);
}

static int search_top_right(const struct place *place, double w_mm, double h_mm, struct pd_rect_mm *ret,
			    struct err *err)
{
	double page_w = (double)place->page->width_mm;
	double page_h = (double)place->page->height_mm;

	for (double y = FIRST_TOP_MM; y + h_mm <= page_h * UPPER_PART; y += STEP_MM)
		for (double x = page_w - RIGHT_MARGIN_MM - w_mm; x >= 0 && x + w_mm > page_w / 2; x -= STEP_MM) {
			struct pd_rect_mm r = { x, y, w_mm, h_mm };

			if (is_free(place, r)) {
				*ret = r;
				return 0;
			}
		}
	return err_set(err, ERR_SIGN_PLACE, "no free place of %d x %d mm at the top right of the page",
		       (int)(w_mm + 0.5), (int)(h_mm + 0.5));
}

int geometry_top_right(const struct text_page *page, double w_mm, double h_mm, struct pd_rect_mm *ret, struct err *err)
{
	struct place place = { .page = page };

	return search_top_right(&place, w_mm, h_mm, ret, err);
}

int geometry_top_right_seen(const struct text_page *page, const struct page_image *image, double w_mm, double h_mm,
			    struct pd_rect_mm *ret, struct err *err)
{
	struct place place = { .page = page, .image = image };

	return search_top_right(&place, w_mm, h_mm, ret, err);
}
