/*
 * content.h - a summary of what a content stream paints (ISO 32000-1 7.8.2, 9.4): the text it shows, and whether it draws pictures,
 * forms, shadings. Not a renderer: positions are not followed.
 */
#ifndef KYSO_PDF_CONTENT_H
#define KYSO_PDF_CONTENT_H

#include "pdf/document.h"

struct pd_content_summary {
	const char *text; /* UTF-8, strings in the order they are shown; "" when none */
	bool images, forms, shadings;
	bool fills;       /* an area is painted, not only lines */
	bool undecided;   /* some shown string could not be decoded */
};

NODISCARD int pd_content_summarise(struct pd_view view, const struct pd_obj *stream, struct arena *arena, struct pd_content_summary *ret,
				   struct err *err);

#endif
