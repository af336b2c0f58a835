/* rows.c - words from characters, rows from lines, pieces from rows. See rows.h. */
#include "sign/rows.h"

#include <stdlib.h>
#include <string.h>

#include "util/arena.h"
#include "util/err.h"
#include "util/text_vi.h"

static const double MM_PER_PT = 25.4 / 72.0;
/* A gap that parts words though no space was drawn, and one that parts columns; both in em. A space is 0.25 em wide. */
static const double WORD_GAP_EM = 0.35;
static const double COLUMN_GAP_EM = 0.8;
/* Lines whose middles differ by less than this share of the smaller height are one row. */
static const double ROW_SHARE = 0.4;
enum { MAX_WORD_BYTES = 1000 };

struct span_mm span_union(struct span_mm a, struct span_mm b)
{
	return (struct span_mm){ a.x0 < b.x0 ? a.x0 : b.x0, a.y0 < b.y0 ? a.y0 : b.y0, a.x1 > b.x1 ? a.x1 : b.x1,
				 a.y1 > b.y1 ? a.y1 : b.y1 };
}

double span_centre(struct span_mm span)
{
	return (span.x0 + span.x1) / 2;
}

bool span_overlaps_x(struct span_mm a, struct span_mm b)
{
	return a.x0 < b.x1 && b.x0 < a.x1;
}

struct span_mm span_of_words(const struct page_rows *rows, size_t first, size_t count)
{
	struct span_mm span = rows->words[first].box;

	for (size_t i = 1; i < count; i++)
		span = span_union(span, rows->words[first + i].box);
	return span;
}

const char *rows_join(const struct page_rows *rows, size_t first, size_t count, struct arena *arena)
{
	size_t need = 1;
	char *text;
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		need += rows->words[first + i].text.n + 1;
	text = arena_alloc(arena, need);
	for (size_t i = 0; text && i < count; i++) {
		struct str word = rows->words[first + i].text;

		if (i)
			text[n++] = ' ';
		memcpy(text + n, word.p, word.n);
		n += word.n;
	}
	return text;
}

/* ---- words of a line ---- */

struct line_cut {
	const struct text_line *line;
	size_t index;
	double em_mm;
	struct arena *arena;
	struct page_rows *to;
	size_t cap;
	struct err *err;
};

static bool is_mark(uint32_t code)
{
	return code >= 0x300 && code <= 0x36f;
}

/* One glyph for letter and mark is read as two characters that share its width; a mark drawn by itself may stand
 * anywhere. */
static struct span_mm with_mark(struct span_mm word, struct span_mm mark, double em_mm)
{
	if (mark.x1 > word.x1 && mark.x1 - word.x1 < em_mm && mark.x0 >= word.x0)
		word.x1 = mark.x1;
	return word;
}

/* Letters and digits only: "H." is "H", and no apostrophe differs from another. */
static int letters_only(struct str folded, struct arena *arena, struct str *ret, struct err *err)
{
	char *p = arena_alloc(arena, folded.n + 1);
	struct str rest = folded;
	size_t n = 0;
	uint32_t code;

	if (!p)
		return err_set(err, ERR_NO_MEMORY, "no memory for the words of a page");
	while (rest.n) {
		const char *at = rest.p;

		if (!utf8_next(&rest, &code))
			break;
		if (!text_vi_is_letter(code) && !(code >= '0' && code <= '9') && !is_mark(code))
			continue;
		memcpy(p + n, at, (size_t)(rest.p - at));
		n += (size_t)(rest.p - at);
	}
	*ret = rest.n ? folded : str_from(p, n);
	return 0;
}

static int add_word(struct line_cut *cut, struct str text, struct span_mm box)
{
	struct page_rows *to = cut->to;
	struct word *word;

	if (to->word_count == cut->cap) {
		size_t cap = cut->cap ? cut->cap * 2 : 256;

		word = arena_grow(cut->arena, to->words, cut->cap * sizeof(*word), cap * sizeof(*word));
		if (!word)
			return err_set(cut->err, ERR_NO_MEMORY, "no memory for the words of a page");
		to->words = word;
		cut->cap = cap;
	}
	word = &to->words[to->word_count];
	*word = (struct word){ .box = box,
			       .em_mm = cut->em_mm,
			       .line = cut->index,
			       .bold = cut->line->bold,
			       .invisible = cut->line->invisible };
	if (text_vi_nfc(text, cut->arena, &word->text, cut->err) < 0 ||
	    text_vi_fold(text, TEXT_VI_SEARCH, cut->arena, &word->bare, cut->err) < 0)
		return -1;
	if (letters_only(word->bare, cut->arena, &word->bare, cut->err) < 0)
		return -1;
	to->word_count++;
	return 0;
}

/* The characters of a line; where the maker of the text gave none, the box is shared out evenly. */
static struct text_char char_at(const struct text_line *line, size_t i, size_t count, struct str *rest)
{
	struct text_char ch = { .y0 = line->y0, .y1 = line->y1 };
	float step = (line->x1 - line->x0) / (float)(count ? count : 1);

	if (line->char_count)
		return line->chars[i];
	if (!utf8_next(rest, &ch.code)) {
		rest->p++;
		rest->n--;
		ch.code = 0xfffd;
	}
	ch.x0 = line->x0 + step * (float)i;
	ch.x1 = ch.x0 + step;
	return ch;
}

static int cut_line(struct line_cut *cut)
{
	const struct text_line *line = cut->line;
	struct str rest = str_of(line->utf8);
	size_t count = line->char_count ? line->char_count : utf8_count(rest);
	char text[MAX_WORD_BYTES + UTF8_MAX_BYTES];
	struct span_mm box = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		struct text_char ch = char_at(line, i, count, &rest);
		struct span_mm mine = { (double)ch.x0, (double)ch.y0, (double)ch.x1, (double)ch.y1 };
		bool space = text_vi_is_space(ch.code);
		bool gap = n && !is_mark(ch.code) && mine.x0 - box.x1 > WORD_GAP_EM * cut->em_mm;

		if (n && (space || gap || n >= MAX_WORD_BYTES)) {
			if (add_word(cut, str_from(text, n), box) < 0)
				return -1;
			n = 0;
		}
		if (space)
			continue;
		box = n == 0 ? mine : is_mark(ch.code) ? with_mark(box, mine, cut->em_mm) : span_union(box, mine);
		n += utf8_put(ch.code, text + n);
	}
	return n ? add_word(cut, str_from(text, n), box) : 0;
}

/* ---- rows ---- */

static int by_middle(const void *pa, const void *pb)
{
	const struct word *a = pa;
	const struct word *b = pb;
	double ya = a->box.y0 + a->box.y1;
	double yb = b->box.y0 + b->box.y1;

	if (ya < yb || ya > yb)
		return ya < yb ? -1 : 1;
	return a->box.x0 < b->box.x0 ? -1 : a->box.x0 > b->box.x0;
}

static int by_left(const void *pa, const void *pb)
{
	const struct word *a = pa;
	const struct word *b = pb;

	if (a->box.x0 < b->box.x0 || a->box.x0 > b->box.x0)
		return a->box.x0 < b->box.x0 ? -1 : 1;
	return a->box.x1 < b->box.x1 ? -1 : a->box.x1 > b->box.x1;
}

static bool same_row(const struct word *a, const struct word *b)
{
	double ha = a->box.y1 - a->box.y0;
	double hb = b->box.y1 - b->box.y0;
	double apart = (b->box.y0 + b->box.y1 - a->box.y0 - a->box.y1) / 2;

	return apart < ROW_SHARE * (ha < hb ? ha : hb);
}

static int make_rows(struct page_rows *page, struct arena *arena, struct err *err)
{
	size_t start = 0;

	page->rows = ARENA_ARRAY(arena, struct row, page->word_count);
	if (!page->rows)
		return err_set(err, ERR_NO_MEMORY, "no memory for the rows of a page");
	if (page->word_count)
		qsort(page->words, page->word_count, sizeof(*page->words), by_middle);
	for (size_t i = 1; i <= page->word_count; i++) {
		struct row *row = &page->rows[page->row_count];
		struct span_mm span;

		if (i < page->word_count && same_row(&page->words[i - 1], &page->words[i]))
			continue;
		qsort(page->words + start, i - start, sizeof(*page->words), by_left);
		span = span_of_words(page, start, i - start);
		*row = (struct row){ .y0 = span.y0, .y1 = span.y1, .first = start, .count = i - start };
		page->row_count++;
		start = i;
	}
	return 0;
}

/* ---- pieces ---- */

static int describe_piece(const struct page_rows *page, struct piece *piece, struct arena *arena, struct err *err)
{
	const char *text = rows_join(page, piece->first, piece->count, arena);
	size_t bold = 0;

	if (!text)
		return err_set(err, ERR_NO_MEMORY, "no memory for the text of a page");
	piece->box = span_of_words(page, piece->first, piece->count);
	piece->text = str_of(text);
	piece->capitals = text_vi_is_upper(piece->text);
	for (size_t i = 0; i < piece->count; i++) {
		const struct word *word = &page->words[piece->first + i];

		bold += word->bold;
		piece->em_mm = word->em_mm > piece->em_mm ? word->em_mm : piece->em_mm;
	}
	piece->bold = bold * 2 > piece->count;
	return text_vi_fold(piece->text, ROWS_KEY, arena, &piece->key, err);
}

static bool starts_piece(const struct page_rows *page, size_t i)
{
	const struct word *a = &page->words[i - 1];
	const struct word *b = &page->words[i];

	return b->box.x0 - a->box.x1 > COLUMN_GAP_EM * (a->em_mm > b->em_mm ? a->em_mm : b->em_mm);
}

static int make_pieces(struct page_rows *page, struct arena *arena, struct err *err)
{
	page->pieces = ARENA_ARRAY(arena, struct piece, page->word_count);
	if (!page->pieces)
		return err_set(err, ERR_NO_MEMORY, "no memory for the pieces of a page");
	for (size_t r = 0; r < page->row_count; r++) {
		struct row *row = &page->rows[r];

		row->first_piece = page->piece_count;
		for (size_t i = row->first; i < row->first + row->count; i++) {
			if (i == row->first || starts_piece(page, i))
				page->pieces[page->piece_count++] = (struct piece){ .row = r, .first = i };
			page->pieces[page->piece_count - 1].count++;
		}
		row->piece_count = page->piece_count - row->first_piece;
	}
	for (size_t i = 0; i < page->piece_count; i++)
		if (describe_piece(page, &page->pieces[i], arena, err) < 0)
			return -1;
	return 0;
}

int rows_make(const struct text_page *page, struct arena *arena, struct page_rows *ret, struct err *err)
{
	struct page_rows rows = { .width_mm = (double)page->width_mm,
				  .height_mm = (double)page->height_mm,
				  .images = page->images,
				  .image_count = page->image_count };
	struct line_cut cut = { .arena = arena, .to = &rows, .err = err };

	for (size_t i = 0; i < page->line_count; i++) {
		cut.line = &page->lines[i];
		cut.index = i;
		cut.em_mm = (double)cut.line->size_pt * MM_PER_PT;
		if (!(cut.em_mm > 0))
			cut.em_mm = (double)(cut.line->y1 - cut.line->y0);
		if (!cut.line->vertical && cut_line(&cut) < 0)
			return -1;
	}
	if (make_rows(&rows, arena, err) < 0 || make_pieces(&rows, arena, err) < 0)
		return -1;
	*ret = rows;
	return 0;
}
