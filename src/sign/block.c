/*
 * block.c - see block.h. Evidence, not one pattern: every place where the name stands is looked at, and what speaks
 * against it is kept.
 *
 * A place is taken when the name stands alone, a title stands over its middle, and between them is the room of a
 * signature. Exactly one such place makes the answer sure; a second one, or one that is signed already, makes it unsure
 * (docs/decisions/025).
 */
#include "sign/block.h"

#include <stdlib.h>
#include <string.h>

#include "sign/column.h"
#include "sign/names.h"
#include "sign/rows.h"
#include "sign/titles.h"
#include "util/arena.h"
#include "util/err.h"
#include "util/text_vi.h"

enum { MAX_CANDIDATES = 64, MAX_FORM_PIECES = 5000 /* a page with more is no form to be filled in */ };

static const double MIN_ROOM_MM = 9;
static const double MAX_ROOM_MM = 75;
static const double CENTRE_MM = 12;       /* titles and name typed with tabs are this far off the same middle */
static const double LEFT_MM = 2;          /* ... or flush left with one another */
static const double LEVEL_MM = 12;        /* "Nơi nhận:" stands level with the first title (II.9.b) */
static const double REPEAT_MM = 2;        /* a header stands at the same place on another page */
static const double ADDRESSEES_MM = 30;   /* how far under "Kính gửi" its list reaches */
static const double RECIPIENTS_X_MM = 75; /* how wide the column of "Nơi nhận" is */
static const double NEXT_LINE_MM = 3;      /* from a name to the next line of the same paragraph */
static const double SAME_MIDDLE_MM = 5;
enum { SENTENCE_WORDS = 4 };
static const double EMPTY_ROOM_MM = 15;   /* under a title without a name */

struct reason {
	int score;
	const char *vi, *en;
};

static const struct reason block_reasons[BLOCK_WHY_COUNT] = {
	[BLOCK_TAKEN] = { 100, NULL, NULL },
	[BLOCK_SIGNED] = { 80, "chỗ ký đã có chữ ký", "already signed" },
	[BLOCK_ACCENTS_DIFFER] = { 70, "tên chỉ trùng khi bỏ dấu", "the name is equal only without its accents" },
	[BLOCK_INVISIBLE] = { 65, "chữ không hiển thị (lớp nhận dạng của bản quét)",
			      "the text is invisible (recognised text of a scan)" },
	[BLOCK_TITLE_UNKNOWN] = { 60, "dòng phía trên không phải chức vụ đã biết", "the line above is no known title" },
	[BLOCK_OFF_CENTRE] = { 55, "chức vụ không thẳng với họ tên", "the title is not above the middle of the name" },
	[BLOCK_TEXT_GOES_ON] = { 52, "nội dung văn bản còn tiếp ngay dưới họ tên", "the text goes on right under the name" },
	[BLOCK_NO_ROOM] = { 50, "không có khoảng trống giữa chức vụ và họ tên", "no room between title and name" },
	[BLOCK_ROOM_TOO_TALL] = { 45, "chức vụ cách họ tên quá xa", "the title is too far above the name" },
	[BLOCK_NO_NAME] = { 40, "có chức vụ nhưng chưa ghi họ tên", "a title without a name under it" },
	[BLOCK_OTHER_PERSON] = { 35, "chỗ ký của người khác", "the block of another person" },
	[BLOCK_IN_RECIPIENTS] = { 15, "nằm trong phần Nơi nhận", "in Nơi nhận" },
	[BLOCK_IN_ADDRESSEES] = { 14, "nằm trong phần Kính gửi", "in Kính gửi" },
	[BLOCK_IN_HEADER] = { 13, "nằm ở đầu trang hoặc chân trang", "in the header or footer" },
	[BLOCK_IN_TABLE] = { 12, "nằm trong bảng", "in a table" },
	[BLOCK_IN_LIST] = { 11, "nằm trong danh sách", "in a list" },
	[BLOCK_IN_TEXT] = { 10, "nằm trong nội dung văn bản", "in the body" },
	[BLOCK_NO_TITLE] = { 20, "không có chức vụ phía trên", "no title above" },
};

struct finder {
	const struct page_text *text;
	struct page_rows *pages;
	const struct signer_name *signer; /* NULL: anybody */
	struct sign_block *found;
	size_t count;
	struct arena *arena;
	struct err *err;
};

static struct pd_rect_mm rect_of(struct span_mm span)
{
	return (struct pd_rect_mm){ span.x0, span.y0, span.x1 - span.x0, span.y1 - span.y0 };
}

static double distance(double a, double b)
{
	return a > b ? a - b : b - a;
}

/* ---- where a name stands that is no block ---- */

static const struct piece *find_piece(const struct page_rows *page, bool (*is)(struct str key), double above_y)
{
	const struct piece *last = NULL;

	for (size_t i = 0; i < page->piece_count; i++)
		if (page->pieces[i].box.y0 < above_y && is(page->pieces[i].key))
			last = &page->pieces[i];
	return last;
}

static bool in_recipients(const struct page_rows *page, const struct name_hit *hit)
{
	const struct piece *label = find_piece(page, titles_is_recipients, hit->box.y1);

	return label && hit->box.x0 < label->box.x0 + RECIPIENTS_X_MM && hit->box.x0 > label->box.x0 - 5;
}

static bool in_addressees(const struct page_rows *page, const struct name_hit *hit)
{
	const struct piece *label = find_piece(page, titles_is_addressees, hit->box.y1);

	return label && hit->box.y0 - label->box.y1 < ADDRESSEES_MM;
}

static bool in_table(const struct page_rows *page, const struct name_hit *hit)
{
	return page->rows[hit->row].piece_count >= 3;
}

static bool in_list(const struct page_rows *page, const struct name_hit *hit)
{
	const struct row *row = &page->rows[hit->row];

	for (size_t i = row->first_piece; i < row->first_piece + row->piece_count; i++) {
		const struct piece *piece = &page->pieces[i];

		if (hit->first >= piece->first && hit->first < piece->first + piece->count)
			return titles_is_list_item(piece->text);
	}
	return false;
}

/* The same words at the same place of another page. */
static bool repeats(const struct finder *finder, size_t page_index, const struct name_hit *hit)
{
	struct str name = str_of(hit->text);

	for (size_t p = 0; p < finder->text->page_count; p++) {
		const struct page_rows *page = &finder->pages[p];

		for (size_t r = 0; p != page_index && r < page->row_count; r++) {
			const struct row *row = &page->rows[r];

			if (distance(row->y0, hit->box.y0) > REPEAT_MM)
				continue;
			for (size_t w = row->first; w + hit->count <= row->first + row->count; w++) {
				const char *text = distance(page->words[w].box.x0, hit->box.x0) > REPEAT_MM
						       ? NULL
						       : rows_join(page, w, hit->count, finder->arena);

				if (text && text_vi_equal_names(str_of(text), name))
					return true;
			}
		}
	}
	return false;
}

static enum block_why why_no_block(const struct finder *finder, size_t p, const struct name_hit *hit)
{
	const struct page_rows *page = &finder->pages[p];

	if (repeats(finder, p, hit))
		return BLOCK_IN_HEADER;
	if (in_addressees(page, hit))
		return BLOCK_IN_ADDRESSEES;
	if (in_table(page, hit))
		return BLOCK_IN_TABLE;
	if (in_recipients(page, hit))
		return BLOCK_IN_RECIPIENTS;
	if (in_list(page, hit))
		return BLOCK_IN_LIST;
	return hit->alone ? BLOCK_NO_TITLE : BLOCK_IN_TEXT;
}

/* ---- the evidence of one place ---- */

static bool level_with_recipients(const struct page_rows *page, struct span_mm titles)
{
	for (size_t i = 0; i < page->piece_count; i++) {
		const struct piece *piece = &page->pieces[i];

		if (titles_is_recipients(piece->key) && distance(piece->box.y0, titles.y0) < LEVEL_MM &&
		    piece->box.x1 < titles.x0)
			return true;
	}
	return false;
}

static bool is_aligned(const struct column *column)
{
	return distance(column->title_x, span_centre(column->name_box)) <= CENTRE_MM ||
	       distance(column->title_box.x0, column->name_box.x0) <= LEFT_MM;
}

/* "Trao tặng" / "Nguyễn Văn A" / "đã có thành tích ...": a sentence that goes on in the name's own column, a line further. */
static bool text_goes_on(const struct page_rows *page, struct span_mm name)
{
	for (size_t i = 0; i < page->piece_count; i++) {
		const struct piece *piece = &page->pieces[i];

		if (piece->box.y0 > name.y1 - 1 && piece->box.y0 - name.y1 < NEXT_LINE_MM && piece->count >= SENTENCE_WORDS &&
		    !piece->capitals && !memchr(piece->text.p, ':', piece->text.n) && titles_kind(piece->key, false) == LINE_PLAIN && piece->text.p[0] != '(' &&
		    !titles_is_list_item(piece->text) && !titles_is_recipients(piece->key) && !titles_looks_like_name(piece->text) &&
		    distance(span_centre(piece->box), span_centre(name)) < SAME_MIDDLE_MM)
			return true;
	}
	return false;
}

/* What speaks against a name that stands alone under titles; BLOCK_TAKEN when nothing does. */
static enum block_why judge(const struct page_rows *page, const struct column *column, const struct name_hit *hit)
{
	double room = column->name_box.y0 - column->room_top;

	if (!is_aligned(column))
		return BLOCK_OFF_CENTRE;
	if (room < MIN_ROOM_MM)
		return BLOCK_NO_ROOM;
	if (room > MAX_ROOM_MM)
		return BLOCK_ROOM_TOO_TALL;
	if (!column->known_title && !column->note && !level_with_recipients(page, column->title_box))
		return BLOCK_TITLE_UNKNOWN;
	if (text_goes_on(page, column->name_box))
		return BLOCK_TEXT_GOES_ON;
	if (hit->invisible)
		return BLOCK_INVISIBLE;
	if (hit->accents_differ)
		return BLOCK_ACCENTS_DIFFER;
	if (column->signed_text || column_has_picture(page, column))
		return BLOCK_SIGNED;
	return BLOCK_TAKEN;
}

static void describe_column(struct sign_block *block, const struct page_rows *page, const struct column *column)
{
	block->title_count = column->title_count;
	memcpy(block->titles, column->titles, sizeof(block->titles));
	block->name_rect = rect_of(column->name_box);
	if (column->title_count) {
		block->title_rect = rect_of(column->title_box);
		block->room = column_room(page, column);
	}
}

static void set_why(struct sign_block *block, enum block_why why)
{
	block->why = why;
	block->why_not = block_reasons[why].en;
	block->why_not_vi = block_reasons[why].vi;
	block->score += block_reasons[why].score;
}

/* The best MAX_CANDIDATES: a name may stand in the body a thousand times, its blocks are never crowded out. */
static void keep(struct finder *finder, const struct sign_block *block)
{
	size_t worst = 0;

	if (finder->count < MAX_CANDIDATES) {
		finder->found[finder->count++] = *block;
		return;
	}
	for (size_t i = 1; i < finder->count; i++)
		if (finder->found[i].score < finder->found[worst].score)
			worst = i;
	if (finder->found[worst].score < block->score)
		finder->found[worst] = *block;
}

/* A name of anybody is worth keeping only where it makes a block. */
static bool worth_keeping(const struct finder *finder, enum block_why why)
{
	return finder->signer || why == BLOCK_TAKEN || why == BLOCK_SIGNED || why == BLOCK_INVISIBLE;
}

static int look_at(struct finder *finder, size_t p, const struct name_hit *hit)
{
	const struct page_rows *page = &finder->pages[p];
	struct sign_block block = { .name = hit->text,
				    .page = finder->text->first_page + (uint32_t)p,
				    .name_rect = rect_of(hit->box) };
	struct column column;
	enum block_why why;

	if (!hit->alone && !finder->signer)
		return 0;
	if (!hit->alone) {
		set_why(&block, why_no_block(finder, p, hit));
	} else {
		if (column_walk(page, hit->row, hit->box, finder->arena, &column, finder->err) < 0)
			return -1;
		if (!column.title_count && !finder->signer)
			return 0;
		why = column.title_count ? judge(page, &column, hit) : why_no_block(finder, p, hit);
		describe_column(&block, page, &column);
		block.score = column.title_count && level_with_recipients(page, column.title_box) ? 5 : 0;
		set_why(&block, why);
	}
	if (worth_keeping(finder, block.why))
		keep(finder, &block);
	return 0;
}

/* ---- titles with nothing under them: forms to be filled in ---- */

static bool is_empty_below(const struct page_rows *page, const struct piece *piece)
{
	if (page->height_mm - piece->box.y1 < EMPTY_ROOM_MM)
		return false;
	for (size_t i = 0; i < page->piece_count; i++) {
		const struct piece *other = &page->pieces[i];

		if (other->row > piece->row && span_overlaps_x(other->box, piece->box) &&
		    other->box.y0 - piece->box.y1 < MAX_ROOM_MM &&
		    (other->box.y0 - piece->box.y1 < EMPTY_ROOM_MM || titles_looks_like_name(other->text)))
			return false;
	}
	return true;
}

static int look_at_title(struct finder *finder, size_t p, const struct piece *piece)
{
	const struct page_rows *page = &finder->pages[p];
	struct sign_block block = { .page = finder->text->first_page + (uint32_t)p };
	struct span_mm ghost = { piece->box.x0, piece->box.y1 + EMPTY_ROOM_MM, piece->box.x1,
				 piece->box.y1 + EMPTY_ROOM_MM };
	struct column column;

	if (column_walk(page, piece->row + 1, ghost, finder->arena, &column, finder->err) < 0)
		return -1;
	if (!column.title_count || !column.known_title ||
	    (!column.note && !level_with_recipients(page, column.title_box)))
		return 0;
	describe_column(&block, page, &column);
	set_why(&block, BLOCK_NO_NAME);
	keep(finder, &block);
	return 0;
}

static int find_empty_blocks(struct finder *finder, size_t p)
{
	const struct page_rows *page = &finder->pages[p];

	for (size_t i = 0; i < page->piece_count && page->piece_count <= MAX_FORM_PIECES; i++) {
		const struct piece *piece = &page->pieces[i];
		enum line_kind kind = titles_kind(piece->key, piece->capitals);

		if ((kind == LINE_NOTE || kind == LINE_TITLE) && is_empty_below(page, piece) &&
		    look_at_title(finder, p, piece) < 0)
			return -1;
	}
	return 0;
}

/* ---- the search ---- */

static int find_names(struct finder *finder, size_t p)
{
	struct name_hit *hits;
	size_t count;
	int result = finder->signer
			 ? names_find(&finder->pages[p], finder->signer, finder->arena, &hits, &count, finder->err)
			 : names_find_any(&finder->pages[p], finder->arena, &hits, &count, finder->err);

	if (result < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (look_at(finder, p, &hits[i]) < 0)
			return -1;
	return 0;
}

/* Other people's blocks, told to whoever asked for a signer that has none. */
static int find_others(struct finder *finder)
{
	const struct signer_name *signer = finder->signer;
	size_t first = finder->count;

	finder->signer = NULL;
	for (size_t p = 0; p < finder->text->page_count; p++)
		if (find_names(finder, p) < 0)
			return -1;
	finder->signer = signer;
	for (size_t i = first; i < finder->count; i++) {
		bool again = false;

		for (size_t j = 0; j < first; j++)
			again = again || (finder->found[j].page == finder->found[i].page && finder->found[j].name &&
					  distance(finder->found[j].name_rect.y, finder->found[i].name_rect.y) < 1 &&
					  distance(finder->found[j].name_rect.x, finder->found[i].name_rect.x) < 1 &&
					  distance(finder->found[j].name_rect.w, finder->found[i].name_rect.w) < 1);
		finder->found[i].score = 0;
		if (again)
			finder->found[i--] = finder->found[--finder->count];
		else
			set_why(&finder->found[i], BLOCK_OTHER_PERSON);
	}
	return 0;
}

static size_t count_of(const struct finder *finder, enum block_why why)
{
	size_t n = 0;

	for (size_t i = 0; i < finder->count; i++)
		n += finder->found[i].why == why;
	return n;
}

static int by_score(const void *pa, const void *pb)
{
	const struct sign_block *a = pa;
	const struct sign_block *b = pb;

	if (a->score != b->score)
		return a->score > b->score ? -1 : 1;
	if (a->page != b->page)
		return a->page > b->page ? -1 : 1; /* the last one first */
	return a->name_rect.y > b->name_rect.y ? -1 : a->name_rect.y < b->name_rect.y;
}

struct verdict {
	const char *vi, *en;
};

static struct verdict verdict_of(const struct finder *finder, bool any_text)
{
	size_t taken = count_of(finder, BLOCK_TAKEN);

	if (!any_text)
		return (struct verdict){ "văn bản không có chữ nào đọc được (bản quét?)",
					 "the document has no text (a scan?)" };
	if (taken > 1 && finder->signer)
		return (struct verdict){ "có nhiều chỗ ký mang tên này", "several signing blocks have this name" };
	if (taken > 1)
		return (struct verdict){ "văn bản có nhiều chỗ ký, cần nêu tên người ký",
					 "the document has several signing blocks; name the signer" };
	if (count_of(finder, BLOCK_SIGNED))
		return (struct verdict){ "chỗ ký đã có chữ ký", "the signing block is already signed" };
	if (count_of(finder, BLOCK_ACCENTS_DIFFER))
		return (struct verdict){ "tên người ký chỉ trùng khi bỏ dấu",
					 "the signer's name is equal only without its accents" };
	if (count_of(finder, BLOCK_INVISIBLE))
		return (struct verdict){ "tên người ký chỉ có trong lớp chữ ẩn của bản quét",
					 "the signer's name stands only in the hidden text of a scan" };
	if (finder->count == count_of(finder, BLOCK_OTHER_PERSON) + count_of(finder, BLOCK_NO_NAME))
		return finder->signer ? (struct verdict){ "không thấy tên người ký trong văn bản",
							  "the signer's name is not in the document" }
				      : (struct verdict){ "không thấy chỗ ký nào có họ tên",
							  "no signing block with a name was found" };
	return (struct verdict){ "tên người ký có trong văn bản nhưng không ở chỗ ký nào",
				 "the signer's name is in the document, but in no signing block" };
}

static bool has_text(const struct finder *finder)
{
	for (size_t p = 0; p < finder->text->page_count; p++)
		if (finder->pages[p].word_count)
			return true;
	return false;
}

static void decide(struct finder *finder, struct block_search *ret)
{
	struct block_search search = { .candidates = finder->found, .candidate_count = finder->count };
	size_t taken = count_of(finder, BLOCK_TAKEN);

	if (finder->count)
		qsort(finder->found, finder->count, sizeof(*finder->found), by_score);
	search.sure = taken == 1 && count_of(finder, BLOCK_SIGNED) == 0 && count_of(finder, BLOCK_INVISIBLE) == 0;
	if (search.sure) {
		for (size_t i = finder->count; i-- > 0;)
			if (finder->found[i].why == BLOCK_TAKEN)
				search.found = &finder->found[i];
	} else {
		struct verdict verdict = verdict_of(finder, has_text(finder));

		search.reason_vi = verdict.vi;
		search.reason_en = verdict.en;
	}
	*ret = search;
}

static int open_finder(struct finder *finder)
{
	finder->found = ARENA_ARRAY(finder->arena, struct sign_block, MAX_CANDIDATES);
	finder->pages = ARENA_ARRAY(finder->arena, struct page_rows, finder->text->page_count);
	if (!finder->found || !finder->pages)
		return err_set(finder->err, ERR_NO_MEMORY, "no memory for %zu pages", finder->text->page_count);
	for (size_t p = 0; p < finder->text->page_count; p++)
		if (rows_make(&finder->text->pages[p], finder->arena, &finder->pages[p], finder->err) < 0)
			return -1;
	return 0;
}

int block_find(const struct page_text *text, const char *signer, struct arena *arena, struct block_search *ret,
	       struct err *err)
{
	struct finder finder = { .text = text, .arena = arena, .err = err };
	struct signer_name name;

	if (signer && names_signer(signer, arena, &name, err) < 0)
		return -1;
	finder.signer = signer ? &name : NULL;
	if (open_finder(&finder) < 0)
		return -1;
	for (size_t p = 0; p < text->page_count; p++)
		if (find_names(&finder, p) < 0)
			return -1;
	if (count_of(&finder, BLOCK_TAKEN) == 0) {
		for (size_t p = 0; p < text->page_count; p++)
			if (find_empty_blocks(&finder, p) < 0)
				return -1;
		if (signer && find_others(&finder) < 0)
			return -1;
	}
	if (arena_failed(arena)) /* small steps on the way take a failed join for "no match" */
		return err_set(err, ERR_NO_MEMORY, "no memory for the search of the signing block");
	decide(&finder, ret);
	return 0;
}
