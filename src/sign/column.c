/* column.c - see column.h. */
#include "sign/column.h"

#include <string.h>

#include "sign/titles.h"
#include "util/arena.h"
#include "util/err.h"
#include "util/text_vi.h"

static const double TITLE_GAP_MM = 7; /* between title lines; one and a half line spacing and 6 pt make 5 */
static const double NOTE_GAP_MM = 25; /* between a title and a note in the middle of the room */
static const double SIGNATURE_TEXT_MM = 45;
static const double RANK_GAP_MM = 4; /* between a rank and the name under it */
static const double JOIN_GAP_EM = 3; /* pieces of a spread title */
static const double EDGE_MM = 8;     /* a picture keeps this far from the page's edge */
static const double PAD_MM = 0.5;
static const double CORE_HALF_MM = 18; /* where a signature would stand: this far to both sides of the middle */
enum { NOTE_MAX_LINES = 4 };
static const double SAME_CENTRE_MM = 8;
static const double BROKEN_GAP_MM = 3;
static const double BROKEN_CENTRE_MM = 8;
static const double BROKEN_MAX_WIDTH_MM = 90;
static const double PICTURE_SHARE = 0.12;
static const double BACKGROUND_SHARE = 0.5;

/* One line of the column as the walk sees it. */
struct step {
	bool found;
	size_t row;
	struct span_mm box;
	struct str text;
	enum line_kind kind;
	bool bold, capitals;
	bool own_line; /* no other column shares its line, so that bold is told of it alone */
};

static bool is_own_line(const struct page_rows *page, const struct row *row, size_t first, size_t count)
{
	for (size_t i = row->first; i < row->first + row->count; i++)
		if ((i < first || i >= first + count) && page->words[i].line == page->words[first].line)
			return false;
	return true;
}

static int read_step(const struct page_rows *page, const struct row *row, size_t first, size_t count, bool capitals,
		     struct arena *arena, struct step *step, struct err *err)
{
	const char *text = rows_join(page, first, count, arena);
	struct str key;

	if (!text)
		return err_set(err, ERR_NO_MEMORY, "no memory for a title");
	step->text = str_of(text);
	step->box = span_of_words(page, first, count);
	step->bold = page->words[first].bold;
	step->own_line = is_own_line(page, row, first, count);
	step->capitals = capitals;
	if (text_vi_fold(step->text, ROWS_KEY, arena, &key, err) < 0)
		return -1;
	step->kind = titles_kind(key, capitals);
	return 0;
}

static double distance(double a, double b)
{
	return a > b ? a - b : b - a;
}

/* The pieces of a row over the span: those close together are one line; else the one nearest to the middle. */
static int step_of_row(const struct page_rows *page, const struct row *row, struct span_mm span, struct arena *arena,
		       struct step *step, struct err *err)
{
	const struct piece *best = NULL;
	size_t first = 0;
	size_t end = 0;
	bool capitals = true;

	for (size_t i = row->first_piece; i < row->first_piece + row->piece_count; i++) {
		const struct piece *piece = &page->pieces[i];

		if (!span_overlaps_x(piece->box, span))
			continue;
		if (!best || piece->box.x0 - piece[-1].box.x1 > JOIN_GAP_EM * piece->em_mm) {
			if (best && distance(span_centre(piece->box), span_centre(span)) >
					distance(span_centre(best->box), span_centre(span)))
				continue;
			first = piece->first;
			capitals = true;
		}
		best = piece;
		capitals = capitals && piece->capitals;
		end = piece->first + piece->count;
	}
	step->found = best != NULL;
	return best ? read_step(page, row, first, end - first, capitals, arena, step, err) : 0;
}

/* The nearest line over `top` that shares some of the span's width. */
static int step_up(const struct page_rows *page, size_t below, struct span_mm span, double top, struct arena *arena,
		   struct step *ret, struct err *err)
{
	struct step step = { .found = false };

	for (size_t r = below; r-- > 0 && !step.found;) {
		const struct row *row = &page->rows[r];

		if ((row->y0 + row->y1) / 2 >= top)
			continue;
		step.row = r;
		if (step_of_row(page, row, span, arena, &step, err) < 0)
			return -1;
	}
	*ret = step;
	return 0;
}

static void push_title(struct column *column, const struct step *step)
{
	memmove(column->titles + 1, column->titles, sizeof(column->titles[0]) * (BLOCK_MAX_TITLES - 1));
	column->titles[0] = step->text.p;
	column->title_box = column->title_count ? span_union(column->title_box, step->box) : step->box;
	column->title_count++;
	column->known_title = column->known_title || step->kind == LINE_TITLE;
}

/* What may stand in the room and is passed: ranks right over the name, dots to sign on, the text of a signature that is
 * there. */
static bool passes(const struct column *column, const struct step *step)
{
	switch (step->kind) {
	case LINE_RANK:
		return column->name_box.y0 - step->box.y1 < RANK_GAP_MM;
	case LINE_SIGNED:
	case LINE_RULE:
		return true;
	case LINE_PLAIN:
		return column->signed_text && column->name_box.y0 - step->box.y0 < SIGNATURE_TEXT_MM;
	case LINE_CAPITALS:
	case LINE_TITLE:
	case LINE_NOTE:
		return false;
	}
	return false;
}

static int pass_room(const struct page_rows *page, struct column *column, struct arena *arena, struct step *step,
		     struct err *err)
{
	while (step->found && passes(column, step)) {
		column->signed_text = column->signed_text || step->kind == LINE_SIGNED;
		if (step->kind == LINE_RANK)
			column->name_box = span_union(column->name_box, step->box);
		if (step_up(page, step->row, column->name_box, step->box.y0, arena, step, err) < 0)
			return -1;
	}
	return 0;
}

/* "(Chữ ký của người có thẩm quyền," / "dấu của cơ quan, tổ chức)": a note on several lines is read up to its bracket.
 */
static int join_note(const struct page_rows *page, const struct column *column, struct arena *arena, struct step *step,
		     struct err *err)
{
	struct step upper = *step;
	size_t lines = 0;

	if (step->kind != LINE_PLAIN || step->text.n == 0 || step->text.p[step->text.n - 1] != ')')
		return 0;
	while (lines++ < NOTE_MAX_LINES && upper.found && upper.text.p[0] != '(') {
		double top = upper.box.y0;

		if (step_up(page, upper.row, column->name_box, top, arena, &upper, err) < 0)
			return -1;
		if (upper.found && top - upper.box.y1 > BROKEN_GAP_MM)
			return 0;
	}
	if (!upper.found || upper.text.p[0] != '(')
		return 0;
	upper.box = span_union(upper.box, step->box);
	upper.kind = LINE_NOTE;
	*step = upper;
	return 0;
}

/* Notes, and ranks printed under the title, end the room from above. */
static int pass_notes(const struct page_rows *page, struct column *column, struct arena *arena, struct step *step,
		      double *ret_top, struct err *err)
{
	double top = column->room_top;
	bool any = false;

	if (step->found && join_note(page, column, arena, step, err) < 0)
		return -1;
	while (step->found && (step->kind == LINE_NOTE || step->kind == LINE_RANK)) {
		if (any && top - step->box.y1 > TITLE_GAP_MM)
			break;
		if (!any)
			column->room_top = step->box.y1;
		any = true;
		column->note = column->note || step->kind == LINE_NOTE;
		top = step->box.y0;
		if (step_up(page, step->row, column->name_box, top, arena, step, err) < 0)
			return -1;
	}
	*ret_top = top;
	return 0;
}

static bool is_title_together(const struct step *upper, const struct step *lower, struct arena *arena)
{
	const char *text = arena_printf(arena, "%s %s", upper->text.p, lower->text.p);
	struct str key;

	return text && text_vi_fold(str_of(text), ROWS_KEY, arena, &key, NULL) == 0 &&
	       titles_kind(key, false) == LINE_TITLE;
}

/* A mixed-case title in a narrow column is broken: "Người đứng đầu Cơ quan," / "tổ chức". Takes the lower half when
 * both make a title. */
static int take_broken_title(const struct page_rows *page, struct column *column, struct arena *arena,
			     struct step *step, struct err *err)
{
	struct step upper;

	if (step->kind != LINE_PLAIN || step->box.x1 - step->box.x0 > BROKEN_MAX_WIDTH_MM ||
	    titles_is_list_item(step->text))
		return 0;
	if (step_up(page, step->row, column->name_box, step->box.y0, arena, &upper, err) < 0)
		return -1;
	if (!upper.found || step->box.y0 - upper.box.y1 > BROKEN_GAP_MM ||
	    distance(span_centre(upper.box), span_centre(step->box)) > BROKEN_CENTRE_MM ||
	    !is_title_together(&upper, step, arena))
		return 0;
	push_title(column, step);
	column->room_top = column->note ? column->room_top : step->box.y1;
	*step = upper;
	step->kind = LINE_TITLE;
	return 0;
}

/* A line over a title belongs to it when it is set like it: an agency's name, the first half of a long title; not a
 * cell of a table. */
static bool goes_with(const struct column *column, const struct step *below, const struct step *step)
{
	bool same_weight = step->bold == below->bold || !step->own_line || !below->own_line;

	return same_weight && step->capitals == below->capitals &&
	       (distance(span_centre(step->box), span_centre(column->title_box)) < SAME_CENTRE_MM ||
		distance(step->box.x0, column->title_box.x0) < 1);
}

/* `top` is where the notes begin, or the name. */
static int take_titles(const struct page_rows *page, struct column *column, struct arena *arena, struct step *step,
		       double top, struct err *err)
{
	bool adjoin =
	    top < column->name_box.y0; /* under notes, and once there is a title, the next line must be near */
	struct step below = *step;

	if (step->found && (!adjoin || top - step->box.y1 <= TITLE_GAP_MM) &&
	    take_broken_title(page, column, arena, step, err) < 0)
		return -1;
	if (column->title_count)
		top = column->title_box.y0;
	while (step->found && (step->kind == LINE_TITLE || step->kind == LINE_CAPITALS) &&
	       column->title_count < BLOCK_MAX_TITLES) {
		if (top - step->box.y1 > (column->title_count ? TITLE_GAP_MM : adjoin ? NOTE_GAP_MM : top))
			return 0;
		if (column->title_count && !goes_with(column, &below, step))
			return 0;
		if (!adjoin && !column->title_count)
			column->room_top = step->box.y1;
		push_title(column, step);
		below = *step;
		top = step->box.y0;
		if (step_up(page, step->row, span_union(column->name_box, column->title_box), top, arena, step, err) <
		    0)
			return -1;
	}
	return 0;
}

int column_walk(const struct page_rows *page, size_t row, struct span_mm name, struct arena *arena, struct column *ret,
		struct err *err)
{
	struct column column = { .name_box = name };
	struct step step;
	double top;

	if (step_up(page, row, name, name.y0, arena, &step, err) < 0 || pass_room(page, &column, arena, &step, err) < 0)
		return -1;
	column.room_top = column.name_box.y0;
	if (pass_notes(page, &column, arena, &step, &top, err) < 0 ||
	    take_titles(page, &column, arena, &step, top, err) < 0)
		return -1;
	column.title_x = column.title_count ? span_centre(column.title_box) : span_centre(column.name_box);
	*ret = column;
	return 0;
}

/* ---- the room ---- */

/* Takes the piece or picture off the free width: a neighbour beside the titles or the name is met half way. */
static void narrow(struct span_mm *room, struct span_mm own, struct span_mm other)
{
	bool inside = other.y0 < room->y1 && other.y1 > room->y0;
	double middle = span_centre(own);

	if (other.y1 <= own.y0 || other.y0 >= own.y1)
		return;
	if (span_centre(other) < middle) {
		double limit = inside ? other.x1 + 1 : other.x1 < own.x0 ? (other.x1 + own.x0) / 2 : room->x0;

		room->x0 = limit > room->x0 ? limit : room->x0;
	} else {
		double limit = inside ? other.x0 - 1 : other.x0 > own.x1 ? (other.x0 + own.x1) / 2 : room->x1;

		room->x1 = limit < room->x1 ? limit : room->x1;
	}
}

static struct span_mm block_span(const struct column *column)
{
	return column->title_count ? span_union(column->title_box, column->name_box) : column->name_box;
}

struct pd_rect_mm column_room(const struct page_rows *page, const struct column *column)
{
	struct span_mm own = block_span(column);
	struct span_mm room = { EDGE_MM, column->room_top + PAD_MM, page->width_mm - EDGE_MM,
				column->name_box.y0 - PAD_MM };

	if (room.y1 <= room.y0)
		return (struct pd_rect_mm){ own.x0, column->room_top, own.x1 - own.x0, 0 };
	for (size_t i = 0; i < page->piece_count; i++)
		if (!span_overlaps_x(page->pieces[i].box, own) || page->pieces[i].box.y1 < own.y0 ||
		    page->pieces[i].box.y0 > own.y1)
			narrow(&room, own, page->pieces[i].box);
	if (room.x1 < room.x0)
		room.x1 = room.x0;
	return (struct pd_rect_mm){ room.x0, room.y0, room.x1 - room.x0, room.y1 - room.y0 };
}

static double area(struct span_mm span)
{
	return span.x1 > span.x0 && span.y1 > span.y0 ? (span.x1 - span.x0) * (span.y1 - span.y0) : 0;
}

static struct span_mm common(struct span_mm a, struct span_mm b)
{
	return (struct span_mm){ a.x0 > b.x0 ? a.x0 : b.x0, a.y0 > b.y0 ? a.y0 : b.y0, a.x1 < b.x1 ? a.x1 : b.x1,
				 a.y1 < b.y1 ? a.y1 : b.y1 };
}

bool column_has_picture(const struct page_rows *page, const struct column *column)
{
	struct span_mm own = block_span(column);
	double middle = span_centre(column->name_box);
	struct span_mm core = { middle - CORE_HALF_MM, column->room_top, middle + CORE_HALF_MM, column->name_box.y0 };

	for (size_t i = 0; i < page->image_count; i++) {
		const struct text_box *box = &page->images[i];
		struct span_mm picture = { (double)box->x0, (double)box->y0, (double)box->x1, (double)box->y1 };
		double shared = area(common(picture, core));
		bool frame = area(common(picture, own)) > 0.98 * area(own);

		if (area(picture) > BACKGROUND_SHARE * page->width_mm * page->height_mm ||
		    (frame && area(picture) > 2 * area(own)))
			continue;
		if (shared > PICTURE_SHARE * area(picture) || shared > PICTURE_SHARE * area(core))
			return true;
	}
	return false;
}
