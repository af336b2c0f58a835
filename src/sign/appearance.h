/*
 * appearance.h - what a planned mark looks like in the file: a picture filling its rectangle, or one line of 10 pt
 * text.
 */
#ifndef KYSO_SIGN_APPEARANCE_H
#define KYSO_SIGN_APPEARANCE_H

#include "pdf/increment.h"

struct pd_font;
struct pd_image;
struct planned_mark;

NODISCARD int appearance_put(struct pd_inc *inc, const struct pd_page *page, const struct planned_mark *mark,
			     struct pd_rect_mm box, const struct pd_image *picture, const struct pd_font *font,
			     struct pd_ref *ret_form, struct err *err);

#endif
