/*
 * column.h (sign, internal) - what stands over a name in its column: titles, notes, and the room for a signature (II.7.a-c).
 */
#ifndef KYSO_SIGN_COLUMN_H
#define KYSO_SIGN_COLUMN_H

#include "pdf/pages.h"
#include "sign/block.h"
#include "sign/rows.h"

struct column {
	const char *titles[BLOCK_MAX_TITLES]; /* from the top, NFC */
	size_t title_count;
	bool known_title;       /* one of them is in the table */
	bool note;              /* "(Ký, ...)" stands under them */
	bool signed_text;       /* "(Đã ký)" stands in the room */
	struct span_mm title_box;
	struct span_mm name_box; /* grown by ranks on lines over the name */
	double room_top;        /* under the titles and notes; the name's top when nothing stands above */
	double title_x;         /* middle of the titles */
};

/* Walks up from `name` (which stands on `row`; row_count for "from the bottom of the page"). */
NODISCARD int column_walk(const struct page_rows *page, size_t row, struct span_mm name, struct arena *arena, struct column *ret, struct err *err);
/* The free space between titles and name: as wide as its neighbours and the page's edges leave it. */
struct pd_rect_mm column_room(const struct page_rows *page, const struct column *column);
/* True when a picture (not a background of the page, not a frame around the block) stands in the room. */
bool column_has_picture(const struct page_rows *page, const struct column *column);

#endif
