/* blanks.c - block_find_blanks; see block.h. Works on single characters: "ngày......tháng" has no spaces between its
 * words. */
#include <stdlib.h>
#include <string.h>

#include "sign/block.h"
#include "util/arena.h"
#include "util/err.h"
#include "util/text_vi.h"

static const double HEAD_MM = 110;       /* the head of a letter ends above this */
static const double MIN_NUMBER_MM = 4.5; /* two digits of 13 pt */
static const double MIN_DATE_MM = 3;
static const double OPEN_END_MM = 12; /* for a year with nothing after "năm" */
static const double PAD_MM = 0.3;
static const float ROW_SHARE = 0.4f;

struct glyph {
	uint32_t base; /* text_vi_base_letter */
	double x0, x1;
};

/* What is printed on one baseline, from the left, without spaces. */
struct strip {
	struct glyph *glyphs;
	size_t count;
	double y0, y1;
	float size_pt;
};

static bool is_dots(uint32_t code)
{
	return code == '.' || code == '_' || code == 0x2026 || code == 0x2025 || code == 0xb7 || code == 0x2024;
}

static bool is_digit(uint32_t code)
{
	return code >= '0' && code <= '9';
}

static int by_x(const void *pa, const void *pb)
{
	const struct glyph *a = pa;
	const struct glyph *b = pb;

	return a->x0 < b->x0 ? -1 : a->x0 > b->x0;
}

static bool on_row(const struct text_line *line, const struct text_line *other)
{
	float height = line->y1 - line->y0 < other->y1 - other->y0 ? line->y1 - line->y0 : other->y1 - other->y0;
	float apart = (line->y0 + line->y1 - other->y0 - other->y1) / 2;

	return !other->vertical && apart < ROW_SHARE * height && apart > -ROW_SHARE * height;
}

static int make_strip(const struct text_page *page, const struct text_line *line, struct arena *arena,
		      struct strip *ret, struct err *err)
{
	struct strip strip = { .y0 = (double)line->y0, .y1 = (double)line->y1, .size_pt = line->size_pt };
	size_t room = 0;

	for (size_t i = 0; i < page->line_count; i++)
		room += on_row(line, &page->lines[i]) ? page->lines[i].char_count : 0;
	strip.glyphs = ARENA_ARRAY(arena, struct glyph, room);
	if (!strip.glyphs)
		return err_set(err, ERR_NO_MEMORY, "no memory for a line of the letter's head");
	for (size_t i = 0; i < page->line_count; i++) {
		const struct text_line *other = &page->lines[i];

		for (size_t c = 0; on_row(line, other) && c < other->char_count; c++) {
			uint32_t base = text_vi_base_letter(other->chars[c].code);

			if (base && !text_vi_is_space(base))
				strip.glyphs[strip.count++] =
				    (struct glyph){ base, (double)other->chars[c].x0, (double)other->chars[c].x1 };
		}
	}
	if (strip.count)
		qsort(strip.glyphs, strip.count, sizeof(*strip.glyphs), by_x);
	*ret = strip;
	return 0;
}

/* The index after `word` when it stands at `at`; 0 otherwise. */
static size_t after_word(const struct strip *strip, size_t at, const char *word)
{
	for (; *word; word++, at++)
		if (at >= strip->count || strip->glyphs[at].base != (unsigned char)*word)
			return 0;
	return at;
}

static size_t skip(const struct strip *strip, size_t at, bool (*is)(uint32_t code))
{
	while (at < strip->count && is(strip->glyphs[at].base))
		at++;
	return at;
}

static struct pd_rect_mm between(const struct strip *strip, double x0, double x1)
{
	return (struct pd_rect_mm){ x0 + PAD_MM, strip->y0, x1 - x0 - 2 * PAD_MM, strip->y1 - strip->y0 };
}

/* ---- "Số: ....../" ---- */

static bool find_number(const struct strip *strip, double page_w, struct number_date_blanks *ret)
{
	size_t at = after_word(strip, 0, "so");
	size_t end;
	double from;

	if (!at || strip->glyphs[0].x0 > page_w / 2)
		return false;
	if (at < strip->count && strip->glyphs[at].base == ':')
		at++;
	from = strip->glyphs[at - 1].x1;
	end = skip(strip, at, is_dots);
	/* What follows must be the symbol: "/SKHCN-CĐS", "-CV/VPTU"; a digit is a number given, a letter is other text.
	 */
	if (end < strip->count && strip->glyphs[end].base != '/' && strip->glyphs[end].base != '-')
		return false;
	if (end == strip->count && end == at)
		return false;
	ret->number = between(strip, from, end < strip->count ? strip->glyphs[end].x0 : strip->glyphs[end - 1].x1);
	ret->number_found = ret->number.w >= MIN_NUMBER_MM;
	ret->size_pt = ret->number_found ? strip->size_pt : ret->size_pt;
	return ret->number_found;
}

/* ---- "ngày ..... tháng ..... năm 20....." ---- */

/* Places in the strip: the end of each word and the start of the next. */
struct date_at {
	size_t day, day_end, month, month_end, year;
};

static bool is_day_filler(uint32_t code)
{
	return is_dots(code) || is_digit(code);
}

static bool match_date(const struct strip *strip, size_t at, struct date_at *ret)
{
	struct date_at d;

	d.day = after_word(strip, at, "ngay");
	if (!d.day)
		return false;
	d.day_end = skip(strip, d.day, is_day_filler);
	d.month = after_word(strip, d.day_end, "thang");
	if (!d.month)
		return false;
	d.month_end = skip(strip, d.month, is_day_filler);
	d.year = after_word(strip, d.month_end, "nam");
	*ret = d;
	return d.year != 0;
}

/* The blank [at, end) after glyph at - 1; zero when a digit stands in it or it is too narrow to write in. */
static struct pd_rect_mm blank_at(const struct strip *strip, size_t at, size_t end)
{
	struct pd_rect_mm none = { 0, 0, 0, 0 };
	struct pd_rect_mm rect = between(strip, strip->glyphs[at - 1].x1, strip->glyphs[end].x0);

	for (size_t i = at; i < end; i++)
		if (is_digit(strip->glyphs[i].base))
			return none;
	return rect.w >= MIN_DATE_MM ? rect : none;
}

static void find_year(const struct strip *strip, size_t at, double page_w, struct number_date_blanks *ret)
{
	size_t dots = skip(strip, at, is_digit);
	size_t end = skip(strip, dots, is_dots);
	double from = strip->glyphs[dots - 1].x1;

	if (dots - at >= 4)
		return;
	if (end > dots)
		ret->year = between(strip, from, strip->glyphs[end - 1].x1);
	else if (end == strip->count)
		ret->year = between(strip, from, from + OPEN_END_MM < page_w - 10 ? from + OPEN_END_MM : page_w - 10);
	ret->year_open = ret->year.w >= MIN_DATE_MM;
	ret->year_digits = dots - at == 2 ? 2 : 4;
	if (!ret->year_open)
		ret->year = (struct pd_rect_mm){ 0, 0, 0, 0 };
}

static bool find_date(const struct strip *strip, double page_w, struct number_date_blanks *ret)
{
	struct date_at d;

	for (size_t i = 0; i < strip->count; i++) {
		if (strip->glyphs[i].x0 < page_w * 0.4 || !match_date(strip, i, &d))
			continue;
		ret->day = blank_at(strip, d.day, d.day_end);
		if (ret->day.w <= 0)
			return false;
		ret->month = blank_at(strip, d.month, d.month_end);
		find_year(strip, d.year, page_w, ret);
		ret->date_found = true;
		ret->size_pt = ret->size_pt > 0 ? ret->size_pt : strip->size_pt;
		return true;
	}
	return false;
}

int block_find_blanks(const struct page_text *text, struct number_date_blanks *ret, struct err *err)
{
	struct number_date_blanks found = { .number_found = false };
	AUTO(arena_freep) struct arena *arena = arena_new(64 * 1024 * 1024);
	const struct text_page *page = text->page_count && text->first_page == 0 ? &text->pages[0] : NULL;

	if (!arena)
		return err_set(err, ERR_NO_MEMORY, "no memory");
	for (size_t i = 0; page && i < page->line_count; i++) {
		const struct text_line *line = &page->lines[i];
		struct strip strip;

		if (line->vertical || line->invisible || (double)line->y0 > HEAD_MM)
			continue;
		if (make_strip(page, line, arena, &strip, err) < 0)
			return -1;
		if (!found.number_found)
			find_number(&strip, (double)page->width_mm, &found);
		if (!found.date_found)
			find_date(&strip, (double)page->width_mm, &found);
		arena_reset(arena);
	}
	if (!found.number_found)
		found.number = (struct pd_rect_mm){ 0, 0, 0, 0 };
	*ret = found;
	return 0;
}
