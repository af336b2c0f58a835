/*
 * look.h - what a signature field shows: a picture (and its colour) or text. Enough to tell a hand signature from a seal from a line of
 * text; not a renderer.
 */
#ifndef KYSO_PDF_LOOK_H
#define KYSO_PDF_LOOK_H

#include "pdf/fields.h"

struct pd_look {
	bool visible;      /* a rectangle with area, not hidden */
	bool picture;
	bool colour_known; /* the picture could be decoded here (not JPEG and the like) */
	double red, blue;  /* share of the painted, coloured pixels, 0..1 */
	const char *text;  /* UTF-8, "" when none */
};

NODISCARD int pd_look_read(struct pd_view view, const struct pd_widget *widget, struct arena *arena, struct pd_look *ret, struct err *err);

#endif
