/* names.c - see names.h. A name matches over runs of words whose letters, spaces and points left out, are the signer's. */
#include "sign/names.h"

#include <string.h>

#include "sign/titles.h"
#include "util/arena.h"
#include "util/err.h"
#include "util/text_vi.h"

enum {
	MAX_NAME_WORDS = 24, /* letters set apart count one each */
	MAX_RANK_WORDS = 8,  /* "Thượng tá, PGS. TS. BSCKII" */
	MAX_HITS = 5000      /* of a page */
};
static const double SECOND_LINE_GAP_MM = 3;
static const double SECOND_LINE_CENTRE_MM = 5;
static const double MAX_INNER_GAP_MM = 25; /* between the words of a spread name */

static const double SPREAD_SLACK = 1.2;

/* ---- spellings ---- */

/* Letters, marks and digits: "H. Minh", "H'Nhi" and "H’Nhi" are spelled in more than one way. */
static struct str letters_of(struct str s, struct arena *arena)
{
	char *p = arena_alloc(arena, s.n + 1);
	size_t n = 0;
	uint32_t code;

	while (p && s.n) {
		const char *at = s.p;

		if (!utf8_next(&s, &code))
			break;
		if (!text_vi_is_letter(code) && !(code >= '0' && code <= '9') && !(code >= 0x300 && code <= 0x36f))
			continue;
		memcpy(p + n, at, (size_t)(s.p - at));
		n += (size_t)(s.p - at);
	}
	return str_from(p, n);
}

/* Keys of a text whose spaces and points are dropped before folding, so that both sides fold alike. */
static int make_spelling(struct str text, struct arena *arena, struct spelling *ret, struct err *err)
{
	struct str tight = letters_of(text, arena);

	if (!tight.p)
		return err_set(err, ERR_NO_MEMORY, "no memory for a name");
	if (text_vi_fold(text, TEXT_VI_NAME, arena, &ret->key, err) < 0 ||
	    text_vi_fold(tight, TEXT_VI_NAME, arena, &ret->tight, err) < 0)
		return -1;
	return text_vi_fold(tight, TEXT_VI_SEARCH, arena, &ret->bare, err);
}

static bool is_letter_at(struct str s)
{
	uint32_t code;

	return utf8_next(&s, &code) && text_vi_is_letter(code);
}

/* Cuts what is no letter off both ends; a mark stays with its letter. */
static struct str only_name(struct str s)
{
	while (s.n && !is_letter_at(s)) {
		s.p++;
		s.n--;
	}
	while (s.n) {
		size_t n = 1;
		uint32_t code;
		struct str last;

		while (n < s.n && (s.p[s.n - n] & 0xc0) == 0x80)
			n++;
		last = str_from(s.p + s.n - n, n);
		if (utf8_next(&last, &code) && (text_vi_is_letter(code) || (code >= 0x300 && code <= 0x36f)))
			break;
		s.n -= n;
	}
	return s;
}

/* Certificates say "Nguyễn Văn A - Giám đốc", "Nguyễn Văn A (STTTT)", "Nguyễn Văn A, Sở ...", "Nguyễn Văn A 079...". */
static struct str cut_additions(struct str s)
{
	static const char *const stops[] = { " - ", " – ", ",", "(", ";", "/", ":", "<", "|", "@" };

	for (size_t i = 0; i < ARRAY_LEN(stops); i++) {
		const char *at = memmem(s.p, s.n, stops[i], strlen(stops[i]));

		if (at && at > s.p)
			s.n = (size_t)(at - s.p);
	}
	for (size_t i = 1; i < s.n; i++)
		if (s.p[i] >= '0' && s.p[i] <= '9')
			s.n = i;
	return only_name(s);
}

static int cut_rank(struct str s, struct arena *arena, struct str *ret, struct err *err)
{
	struct str name = s;
	struct str rest = s;
	struct str word;

	while (text_vi_next_word(&rest, &word)) {
		struct str key;

		if (text_vi_fold(word, ROWS_KEY, arena, &key, err) < 0)
			return -1;
		if (!titles_is_rank(str_from(s.p, (size_t)(rest.p - s.p))) && !titles_is_rank(key))
			break;
		name = rest;
	}
	name = only_name(name);
	/* "Đô Tiến" is a name, though both words are words of ranks. */
	*ret = name.n && memchr(name.p, ' ', name.n) ? name : s;
	return 0;
}

static void add_spelling(struct signer_name *name, struct spelling spelling)
{
	for (size_t i = 0; i < name->count; i++)
		if (str_eq(name->spellings[i].key, spelling.key))
			return;
	if (spelling.tight.n && name->count < ARRAY_LEN(name->spellings))
		name->spellings[name->count++] = spelling;
}

int names_signer(const char *signer, struct arena *arena, struct signer_name *ret, struct err *err)
{
	struct signer_name name = { .count = 0 };
	struct str folded;
	struct str texts[3];

	/* Spaces and look-alikes first, so that ", " and " - " are where they seem to be. */
	if (text_vi_fold(str_of(signer), TEXT_VI_SPACE | TEXT_VI_LOOKALIKE | TEXT_VI_CASE, arena, &folded, err) < 0)
		return -1;
	texts[0] = only_name(folded);
	if (texts[0].n == 0)
		return err_set(err, ERR_USAGE, "the signer's name has no letter");
	if (cut_rank(texts[0], arena, &texts[1], err) < 0)
		return -1;
	texts[2] = cut_additions(texts[1]);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct spelling spelling;

		if (make_spelling(texts[i], arena, &spelling, err) < 0)
			return -1;
		add_spelling(&name, spelling);
	}
	*ret = name;
	return 0;
}

/* ---- hits ---- */

struct search {
	const struct page_rows *page;
	struct arena *arena;
	struct err *err;
	struct name_hit *hits;
	size_t count, cap;
};

static const struct piece *piece_of_word(const struct page_rows *page, size_t row, size_t word)
{
	const struct row *r = &page->rows[row];

	for (size_t i = 0; i < r->piece_count; i++) {
		const struct piece *piece = &page->pieces[r->first_piece + i];

		if (word >= piece->first && word < piece->first + piece->count)
			return piece;
	}
	return NULL;
}

static bool ends_list_item(struct str word)
{
	char last = word.n ? word.p[word.n - 1] : '\0';

	return last == ';' || last == ',' || last == ':';
}

/* Whether the words [from, first) are a rank; *box grows over them. */
static bool takes_rank(struct search *search, size_t from, size_t first, struct span_mm *box)
{
	const char *before =
	    first - from > MAX_RANK_WORDS ? NULL : rows_join(search->page, from, first - from, search->arena);
	struct str key;

	if (!before || text_vi_fold(str_of(before), ROWS_KEY, search->arena, &key, NULL) < 0 || !titles_is_rank(key))
		return false;
	*box = span_union(*box, span_of_words(search->page, from, first - from));
	return true;
}

/* A rank before a spread name is spread as well: words further left, no wider apart than those of the name. */
static void take_spread_rank(struct search *search, const struct row *row, size_t first, size_t count,
			     struct span_mm *box)
{
	const struct word *words = search->page->words;
	double gap = 0;
	size_t from = first;

	for (size_t i = first + 1; i < first + count; i++)
		if (words[i].box.x0 - words[i - 1].box.x1 > gap)
			gap = words[i].box.x0 - words[i - 1].box.x1;
	while (from > row->first && first - from < MAX_RANK_WORDS &&
	       words[from].box.x0 - words[from - 1].box.x1 <= gap * SPREAD_SLACK)
		from--;
	for (; from < first; from++)
		if (takes_rank(search, from, first, box))
			return;
}

static bool room_for_hit(struct search *search)
{
	size_t cap = search->cap ? search->cap * 2 : 16;
	struct name_hit *hits;

	if (search->count < search->cap)
		return true;
	hits = arena_grow(search->arena, search->hits, search->cap * sizeof(*hits), cap * sizeof(*hits));
	if (!hits)
		return false;
	search->hits = hits;
	search->cap = cap;
	return true;
}

static int add_hit(struct search *search, size_t row, size_t first, size_t count, bool accents_differ)
{
	const struct page_rows *page = search->page;
	const struct piece *left = piece_of_word(page, row, first);
	const struct piece *right = piece_of_word(page, row, first + count - 1);
	struct name_hit hit = { .row = row, .first = first, .count = count, .accents_differ = accents_differ };

	if (search->count == MAX_HITS)
		return err_set(search->err, ERR_LIMIT, "more than %d names on a page", MAX_HITS);
	hit.box = span_of_words(page, first, count);
	hit.alone =
	    first + count == right->first + right->count && !ends_list_item(page->words[first + count - 1].text);
	if (first != left->first)
		hit.alone = takes_rank(search, left->first, first, &hit.box) && hit.alone;
	else
		take_spread_rank(search, &page->rows[row], first, count, &hit.box);
	for (size_t i = first; i < first + count; i++)
		hit.invisible = hit.invisible || page->words[i].invisible;
	hit.text = rows_join(page, first, count, search->arena);
	if (!hit.text || !room_for_hit(search))
		return err_set(search->err, ERR_NO_MEMORY, "no memory for a name");
	search->hits[search->count++] = hit;
	return 0;
}

/* 2 equal, 1 equal without marks, 0 not. */
static int compare(struct search *search, const char *text, const struct spelling *with, int *ret)
{
	struct spelling mine;

	if (make_spelling(only_name(str_of(text)), search->arena, &mine, search->err) < 0)
		return -1;
	*ret = str_eq(mine.key, with->key) || str_eq(mine.tight, with->tight) ? 2
	       : str_eq(mine.bare, with->bare)                                ? 1
									      : 0;
	return 0;
}

/* How many words from `first` make up the bare name: 0 when none do; *ret_rest gets what of the name is left at the end
 * of the row. */
static size_t match_words(const struct page_rows *page, const struct row *row, size_t first, struct str bare,
			  struct str *ret_rest)
{
	size_t end = row->first + row->count;
	size_t count = 0;

	*ret_rest = bare;
	while (first + count < end && count < MAX_NAME_WORDS && ret_rest->n) {
		struct str word = page->words[first + count].bare;

		if (!word.n || !str_starts(*ret_rest, word))
			return 0;
		if (count &&
		    page->words[first + count].box.x0 - page->words[first + count - 1].box.x1 > MAX_INNER_GAP_MM)
			return 0;
		ret_rest->p += word.n;
		ret_rest->n -= word.n;
		count++;
	}
	return count;
}

static int match_row(struct search *search, size_t r, const struct spelling *spelling)
{
	const struct page_rows *page = search->page;
	const struct row *row = &page->rows[r];

	for (size_t i = row->first; i < row->first + row->count; i++) {
		struct str rest;
		size_t count = match_words(page, row, i, spelling->bare, &rest);
		const char *text;
		int same;

		if (!count || rest.n)
			continue;
		text = rows_join(page, i, count, search->arena);
		if (!text)
			return err_set(search->err, ERR_NO_MEMORY, "no memory for a name");
		if (compare(search, text, spelling, &same) < 0)
			return -1;
		if (same && add_hit(search, r, i, count, same == 1) < 0)
			return -1;
	}
	return 0;
}

/* Where the name begins in a piece that a rank or degree may open; the piece's own start when there is none. */
static size_t skip_rank(struct search *search, const struct piece *piece)
{
	size_t most = piece->count <= MAX_RANK_WORDS ? piece->count - 1 : MAX_RANK_WORDS;

	for (size_t n = most; n > 0; n--) {
		struct span_mm ignored = piece->box;

		if (takes_rank(search, piece->first, piece->first + n, &ignored))
			return piece->first + n;
	}
	return piece->first;
}

/* A long name on two centred lines: the piece under `piece` that goes on with it. */
static const struct piece *second_line(const struct page_rows *page, const struct piece *piece)
{
	for (size_t r = piece->row + 1; r < page->row_count && page->rows[r].y0 < piece->box.y1 + SECOND_LINE_GAP_MM;
	     r++)
		for (size_t i = 0; i < page->rows[r].piece_count; i++) {
			const struct piece *next = &page->pieces[page->rows[r].first_piece + i];
			double off = span_centre(next->box) - span_centre(piece->box);

			if (next->box.y0 > piece->box.y1 - 2 && off > -SECOND_LINE_CENTRE_MM &&
			    off < SECOND_LINE_CENTRE_MM)
				return next;
		}
	return NULL;
}

static int match_two_lines(struct search *search, const struct piece *piece, const struct spelling *spelling)
{
	const struct piece *next = second_line(search->page, piece);
	size_t first = skip_rank(search, piece);
	size_t count = piece->first + piece->count - first;
	struct name_hit *hit;
	const char *text;
	int same;

	if (!next || piece->count > MAX_NAME_WORDS || next->count > MAX_NAME_WORDS)
		return 0;
	text = rows_join(search->page, first, count, search->arena);
	text = text ? arena_printf(search->arena, "%s %s", text, next->text.p) : NULL;
	if (!text)
		return err_set(search->err, ERR_NO_MEMORY, "no memory for a name");
	if (compare(search, text, spelling, &same) < 0)
		return -1;
	if (!same)
		return 0;
	if (add_hit(search, piece->row, first, count, same == 1) < 0)
		return -1;
	hit = &search->hits[search->count - 1];
	hit->box = span_union(hit->box, next->box);
	hit->text = text;
	return 0;
}

/* The first word of the name, or part of it, stands in the piece: worth a look at the line below. */
static bool begins_name(const struct page_rows *page, const struct piece *piece, struct str bare)
{
	for (size_t i = piece->first; i < piece->first + piece->count; i++) {
		struct str word = page->words[i].bare;

		if (word.n && word.n < bare.n && str_starts(bare, word))
			return true;
	}
	return false;
}

int names_find(const struct page_rows *page, const struct signer_name *signer, struct arena *arena,
	       struct name_hit **ret_hits, size_t *ret_count, struct err *err)
{
	struct search search = { .page = page, .arena = arena, .err = err };

	for (size_t s = 0; s < signer->count && search.count == 0; s++) {
		const struct spelling *spelling = &signer->spellings[s];

		for (size_t r = 0; r < page->row_count; r++) {
			const struct row *row = &page->rows[r];

			if (match_row(&search, r, spelling) < 0)
				return -1;
			for (size_t i = row->first_piece; i < row->first_piece + row->piece_count; i++)
				if (begins_name(page, &page->pieces[i], spelling->bare) &&
				    match_two_lines(&search, &page->pieces[i], spelling) < 0)
					return -1;
		}
	}
	*ret_hits = search.hits;
	*ret_count = search.count;
	return 0;
}

/* A name spread by justification is several pieces; "Nguyễn   Văn   A" as one when its words are one each. */
static size_t spread_words(const struct page_rows *page, const struct row *row, size_t at)
{
	size_t n = 1;

	for (; at + n < row->piece_count; n++) {
		const struct piece *a = &page->pieces[row->first_piece + at + n - 1];
		const struct piece *b = a + 1;

		if (a->count > 1 || b->count > 1 || b->box.x0 - a->box.x1 > MAX_INNER_GAP_MM)
			break;
	}
	return n;
}

int names_find_any(const struct page_rows *page, struct arena *arena, struct name_hit **ret_hits, size_t *ret_count,
		   struct err *err)
{
	struct search search = { .page = page, .arena = arena, .err = err };

	for (size_t r = 0; r < page->row_count; r++) {
		const struct row *row = &page->rows[r];
		size_t step;

		for (size_t i = 0; i < row->piece_count; i += step) {
			const struct piece *piece = &page->pieces[row->first_piece + i];
			size_t first = skip_rank(&search, piece);
			size_t end;
			const char *text;

			step = spread_words(page, row, i);
			end = piece[step - 1].first + piece[step - 1].count;
			if (end - first > MAX_NAME_WORDS)
				continue;
			text = rows_join(page, first, end - first, arena);
			if (!text)
				return err_set(err, ERR_NO_MEMORY, "no memory for a name");
			if (titles_looks_like_name(str_of(text)) &&
			    titles_kind(piece->key, piece->capitals) != LINE_TITLE &&
			    add_hit(&search, r, first, end - first, false) < 0)
				return -1;
		}
	}
	*ret_hits = search.hits;
	*ret_count = search.count;
	return 0;
}
