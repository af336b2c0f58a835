/* appearance.c - see appearance.h. Text marks: NĐ 30/2020 PL I Phần II.I, Times New Roman metrics, upright, 10 pt,
 * black. */
#include "sign/appearance.h"

#include "pdf/font.h"
#include "sign/plan.h"
#include "util/err.h"

/* The picture keeps its shape in the middle of the box: the box of an existing field is not the plan's. */
static struct pd_rect inset(double width, double height, double aspect)
{
	double w = width * aspect > height ? height / aspect : width;
	double h = w * aspect;

	return (struct pd_rect){ (width - w) / 2, (height - h) / 2, (width + w) / 2, (height + h) / 2 };
}

int appearance_put(struct pd_inc *inc, const struct pd_page *page, const struct planned_mark *mark,
		   struct pd_rect_mm box, const struct pd_image *picture, const struct pd_font *font,
		   struct pd_ref *ret_form, struct err *err)
{
	double unit = PD_MM_PER_PT * page->user_unit; /* millimetres of one unit of user space */
	double size = MARK_TEXT_SIZE_PT / page->user_unit;
	struct pd_appearance look = { .width = box.w / unit, .height = box.h / unit };
	struct pd_text_line line = { .utf8 = mark->text, .size_pt = size };

	if (mark->text) {
		line.y = (look.height - pd_font_ascent(font, size) - pd_font_descent(font, size)) / 2;
		look.font = font;
		look.lines = &line;
		look.line_count = 1;
	}
	if (mark_info(mark->kind)->picture) {
		if (!picture)
			return err_set(err, ERR_SIGN_MARK_IMAGE, "a mark of kind %s needs a picture (--image F.png)",
				       mark_info(mark->kind)->name);
		if (pd_inc_put_image(inc, picture, &look.image, err) < 0)
			return -1;
		look.image_rect = inset(look.width, look.height, mark->rect.h / mark->rect.w);
	}
	return pd_inc_appearance(inc, page, &look, ret_form, err);
}
