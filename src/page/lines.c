/* lines.c - see lines.h. */
#include "page/lines.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "util/arena.h"

static const float BASELINE_EM = 0.3f;
static const float GAP_EM = 1.0f;
static const float TWO_SPACES_GAP_EM = 1.5f;
static const float SPACE_GAP_EM = 5.0f;
static const float KERN_EM = 0.35f;
static const float DUPLICATE_EM = 0.1f;
static const float WORD_GAP_EM = 0.12f; /* a gap that is a space though none was drawn */
static const float TRACKING_EM = 0.05f;
static const float MM_TO_PT = 72 / 25.4f;

struct run {
	size_t first, count; /* glyphs */
	size_t next;         /* run that continues the line, NO_RUN at its end */
	float u0, u1;        /* along the baseline */
};

#define NO_RUN SIZE_MAX

bool lines_is_blank(uint32_t code)
{
	return code == ' ' || (code >= 9 && code <= 13) || code == 0xA0 || (code >= 0x2000 && code <= 0x200A) ||
	       code == 0x202F || code == 0x205F || code == 0x3000;
}

static bool is_combining(uint32_t code)
{
	return (code >= 0x300 && code <= 0x36F) || (code >= 0x1AB0 && code <= 0x1AFF) ||
	       (code >= 0x1DC0 && code <= 0x1DFF) || (code >= 0x20D0 && code <= 0x20FF) ||
	       (code >= 0xFE20 && code <= 0xFE2F);
}

/* Position of a point along and across the direction of a glyph. */
static float along(const struct glyph *dir, float x, float y)
{
	return x * dir->dir_x + y * dir->dir_y;
}

static float across(const struct glyph *dir, float x, float y)
{
	return y * dir->dir_x - x * dir->dir_y;
}

static bool is_left_to_right(const struct glyph *glyph)
{
	/* 3 degrees: the skew of a scan */
	return !(glyph->flags & GLYPH_VERTICAL) && glyph->dir_x > 0 && fabsf(glyph->dir_y) < 0.053f;
}

static bool same_kind(const struct glyph *a, const struct glyph *b)
{
	return a->dir_x * b->dir_x + a->dir_y * b->dir_y > 0.999f &&
	       ((a->flags ^ b->flags) & (GLYPH_INVISIBLE | GLYPH_VERTICAL)) == 0;
}

static float max_gap_em(const struct glyph *a, const struct glyph *b)
{
	if (a->object != b->object || b->spaces == 0 || b->spaces > 2)
		return GAP_EM;
	return b->spaces == 1 ? SPACE_GAP_EM : TWO_SPACES_GAP_EM;
}

/* Whether b stands next to a on the same baseline. */
static bool continues(const struct glyph *a, const struct glyph *b, float max_gap)
{
	float em = fmaxf(a->em, b->em);
	float gap = along(a, b->x, b->y) - along(a, a->end_x, a->end_y);

	return same_kind(a, b) && fabsf(across(a, b->x, b->y) - across(a, a->x, a->y)) <= BASELINE_EM * em &&
	       gap >= -KERN_EM * em && gap <= max_gap * em;
}

/* A combining mark goes with the letter drawn before it, wherever the font puts it over that letter. */
static bool crowns(const struct glyph *base, const struct glyph *mark)
{
	float em = fmaxf(base->em, mark->em);

	return is_combining(mark->code) && same_kind(base, mark) &&
	       fabsf(across(base, mark->x, mark->y) - across(base, base->x, base->y)) <= em &&
	       fabsf(along(base, mark->x, mark->y) - along(base, base->x, base->y)) <= 1.5f * em;
}

/* --- glyphs painted twice --- */

static int by_code_then_x(const void *pa, const void *pb)
{
	const struct glyph *a = *(const struct glyph *const *)pa;
	const struct glyph *b = *(const struct glyph *const *)pb;

	if (a->code != b->code)
		return a->code < b->code ? -1 : 1;
	if (a->x < b->x || a->x > b->x)
		return a->x < b->x ? -1 : 1;
	return a < b ? -1 : a > b;
}

static bool is_duplicate(const struct glyph *a, const struct glyph *b)
{
	float near = DUPLICATE_EM * fminf(a->em, b->em);

	return fabsf(a->x - b->x) <= near && fabsf(a->y - b->y) <= near &&
	       a->dir_x * b->dir_x + a->dir_y * b->dir_y > 0.999f;
}

/* Keeps the earlier of the two; the later marks it: visible if either was, bold if moved a little or stroked over
 * filled. */
static void merge_duplicate(struct glyph *kept, struct glyph *dropped)
{
	bool moved = fabsf(kept->x - dropped->x) + fabsf(kept->y - dropped->y) > 0.005f * kept->em;

	if (!((kept->flags | dropped->flags) & GLYPH_INVISIBLE) &&
	    (moved || ((kept->flags ^ dropped->flags) & GLYPH_STROKED)))
		kept->flags |= GLYPH_BOLD;
	if (!(dropped->flags & GLYPH_INVISIBLE))
		kept->flags &= ~(uint32_t)GLYPH_INVISIBLE;
	dropped->flags |= GLYPH_DROPPED;
}

static void merge_with_later(struct glyph **sorted, size_t i, size_t count)
{
	for (size_t j = i + 1; j < count && sorted[j]->code == sorted[i]->code; j++) {
		if (sorted[j]->x - sorted[i]->x > DUPLICATE_EM * sorted[i]->em)
			return;
		if ((sorted[j]->flags & GLYPH_DROPPED) || !is_duplicate(sorted[i], sorted[j]))
			continue;
		merge_duplicate(sorted[i] < sorted[j] ? sorted[i] : sorted[j],
				sorted[i] < sorted[j] ? sorted[j] : sorted[i]);
		if (sorted[i]->flags & GLYPH_DROPPED)
			return;
	}
}

/* Fake bold, outlined and shadowed letters are painted twice and read once. False when memory is out. */
static bool drop_duplicates(struct glyph *glyphs, size_t *count, struct arena *scratch)
{
	struct glyph **sorted = ARENA_ARRAY(scratch, struct glyph *, *count);
	size_t kept = 0;

	if (!sorted)
		return false;
	for (size_t i = 0; i < *count; i++)
		sorted[i] = &glyphs[i];
	if (*count)
		qsort(sorted, *count, sizeof(struct glyph *), by_code_then_x);
	for (size_t i = 0; i < *count; i++)
		if (!(sorted[i]->flags & GLYPH_DROPPED))
			merge_with_later(sorted, i, *count);
	for (size_t i = 0; i < *count; i++)
		if (!(glyphs[i].flags & GLYPH_DROPPED))
			glyphs[kept++] = glyphs[i];
	*count = kept;
	return true;
}

/* --- runs and lines --- */

static size_t make_runs(const struct glyph *glyphs, size_t count, struct run *runs)
{
	const struct glyph *base = NULL; /* the last glyph that is no mark */
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		const struct glyph *g = &glyphs[i];

		if (base && (crowns(base, g) || continues(base, g, max_gap_em(base, g)))) {
			runs[n - 1].count++;
		} else {
			runs[n++] = (struct run){ .first = i, .count = 1, .next = NO_RUN };
			base = NULL;
		}
		if (!base || !is_combining(g->code))
			base = g;
	}
	return n;
}

/* The last glyph of a run that is no mark. */
static const struct glyph *last_base(const struct run *run, const struct glyph *glyphs)
{
	size_t i = run->first + run->count - 1;

	while (i > run->first && is_combining(glyphs[i].code))
		i--;
	return &glyphs[i];
}

static int by_u0(const void *pa, const void *pb)
{
	const struct run *a = *(const struct run *const *)pa;
	const struct run *b = *(const struct run *const *)pb;

	if (a->u0 < b->u0 || a->u0 > b->u0)
		return a->u0 < b->u0 ? -1 : 1;
	return a->first < b->first ? -1 : a->first > b->first;
}

struct sweep {
	struct run *runs;
	const struct glyph *glyphs;
	struct run **open; /* last runs of the lines that may still grow */
	size_t open_count;
};

static struct run *find_open(const struct sweep *sweep, const struct run *run, size_t *ret_slot)
{
	const struct glyph *first = &sweep->glyphs[run->first];
	struct run *best = NULL;
	float best_off = 0;

	for (size_t i = 0; i < sweep->open_count; i++) {
		const struct glyph *last = last_base(sweep->open[i], sweep->glyphs);
		float off = fabsf(across(last, first->x, first->y) - across(last, last->x, last->y));

		if (continues(last, first, GAP_EM) && (!best || off < best_off)) {
			best = sweep->open[i];
			best_off = off;
			*ret_slot = i;
		}
	}
	return best;
}

/* Lines that ended further left than any gap can bridge are closed. Em is at most that of the largest glyph. */
static void close_left_of(struct sweep *sweep, float u)
{
	size_t kept = 0;

	for (size_t i = 0; i < sweep->open_count; i++)
		if (sweep->open[i]->u1 >= u)
			sweep->open[kept++] = sweep->open[i];
	sweep->open_count = kept;
}

/* Joins runs into chains through `next`. heads[] gets the first run of each line; returns their number. */
static size_t join_runs(struct sweep *sweep, struct run **sorted, size_t count, float max_em, struct run **heads)
{
	size_t lines = 0;

	for (size_t i = 0; i < count; i++) {
		struct run *before;
		size_t slot = 0;

		close_left_of(sweep, sorted[i]->u0 - GAP_EM * max_em);
		before = find_open(sweep, sorted[i], &slot);
		if (before) {
			before->next = (size_t)(sorted[i] - sweep->runs);
			sweep->open[slot] = sorted[i];
		} else {
			heads[lines++] = sorted[i];
			sweep->open[sweep->open_count++] = sorted[i];
		}
	}
	return lines;
}

/* --- one line --- */

static void grow_box(struct text_line *line, const struct text_box *box)
{
	line->x0 = fminf(line->x0, box->x0);
	line->y0 = fminf(line->y0, box->y0);
	line->x1 = fmaxf(line->x1, box->x1);
	line->y1 = fmaxf(line->y1, box->y1);
}

static float gap_em(const struct glyph *a, const struct glyph *b)
{
	return (along(a, b->x, b->y) - along(a, a->end_x, a->end_y)) / fmaxf(a->em, b->em);
}

static int by_value(const void *a, const void *b)
{
	float x = *(const float *)a;
	float y = *(const float *)b;

	return x < y ? -1 : x > y;
}

/* Letters set apart ("C Ộ N G" by character spacing): the lower quarter of the gaps is the tracking, not word gaps. */
static float tracking_em(const struct glyph *const *glyphs, size_t count, float *gaps)
{
	float quarter;

	if (count < 7)
		return 0;
	for (size_t i = 1; i < count; i++)
		gaps[i - 1] = gap_em(glyphs[i - 1], glyphs[i]);
	qsort(gaps, count - 1, sizeof(float), by_value);
	quarter = gaps[(count - 1) / 4];
	return quarter > TRACKING_EM ? quarter : 0;
}

/* A space that was drawn, or a gap as wide as one: many producers only move the pen. */
static bool space_between(const struct glyph *a, const struct glyph *b, float tracking)
{
	return !is_combining(b->code) && (b->spaces || gap_em(a, b) > WORD_GAP_EM + tracking);
}

static size_t put_utf8(char *out, uint32_t code)
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xC0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3F));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xE0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3F));
		out[2] = (char)(0x80 | (code & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3F));
	out[2] = (char)(0x80 | (code >> 6 & 0x3F));
	out[3] = (char)(0x80 | (code & 0x3F));
	return 4;
}

struct line_chars {
	struct text_char *chars;
	char *utf8;
	size_t count, bytes;
};

static void add_char(struct line_chars *to, uint32_t code, const struct text_box *box)
{
	to->chars[to->count++] = (struct text_char){ code, box->x0, box->y0, box->x1, box->y1 };
	to->bytes += put_utf8(to->utf8 + to->bytes, code);
}

static struct text_box box_between(const struct text_box *a, const struct text_box *b)
{
	struct text_box box = { a->x1, a->y0, b->x0, a->y1 };

	if (box.x1 < box.x0)
		box.x1 = box.x0;
	return box;
}

/* Style of most glyphs, size of the largest, box of all. */
static void describe(struct text_line *line, const struct glyph *const *glyphs, size_t count)
{
	size_t bold = 0;
	size_t italic = 0;
	float em = 0;

	line->x0 = glyphs[0]->box.x0;
	line->y0 = glyphs[0]->box.y0;
	line->x1 = glyphs[0]->box.x1;
	line->y1 = glyphs[0]->box.y1;
	for (size_t i = 0; i < count; i++) {
		grow_box(line, &glyphs[i]->box);
		bold += (glyphs[i]->flags & GLYPH_BOLD) != 0;
		italic += (glyphs[i]->flags & GLYPH_ITALIC) != 0;
		em = fmaxf(em, glyphs[i]->em);
	}
	line->bold = bold * 2 > count;
	line->italic = italic * 2 > count;
	line->invisible = glyphs[0]->flags & GLYPH_INVISIBLE;
	line->vertical = !is_left_to_right(glyphs[0]);
	line->baseline = glyphs[0]->y;
	line->size_pt = em * MM_TO_PT;
}

/* What lines are made with: the caller's memory, and memory for the while. */
struct maker {
	const struct glyph **members; /* room for the glyphs of one line */
	float *gaps;                  /* as many */
	struct line_chars to;         /* room for one line: every glyph with a space before it */
	struct arena *arena;
};

static bool fill_line(struct text_line *line, struct maker *maker, size_t count)
{
	const struct glyph *const *glyphs = maker->members;
	struct line_chars *to = &maker->to;
	float tracking = tracking_em(glyphs, count, maker->gaps);

	to->count = to->bytes = 0;
	for (size_t i = 0; i < count; i++) {
		if (i && space_between(glyphs[i - 1], glyphs[i], tracking)) {
			struct text_box box = box_between(&glyphs[i - 1]->box, &glyphs[i]->box);

			add_char(to, ' ', &box);
		}
		add_char(to, glyphs[i]->code, &glyphs[i]->box);
	}
	describe(line, glyphs, count);
	line->utf8 = arena_strndup(maker->arena, to->utf8, to->bytes);
	line->chars = arena_memdup(maker->arena, to->chars, to->count * sizeof(*to->chars));
	line->char_count = to->count;
	return line->utf8 && line->chars;
}

/* --- order on the page --- */

static int by_baseline(const void *pa, const void *pb)
{
	const struct text_line *a = pa;
	const struct text_line *b = pb;
	float ya = a->vertical ? a->y0 : a->baseline;
	float yb = b->vertical ? b->y0 : b->baseline;

	if (ya < yb || ya > yb)
		return ya < yb ? -1 : 1;
	return a->x0 < b->x0 ? -1 : a->x0 > b->x0;
}

static int by_left(const void *pa, const void *pb)
{
	const struct text_line *a = pa;
	const struct text_line *b = pb;

	return a->x0 < b->x0 ? -1 : a->x0 > b->x0;
}

/* Lines whose baselines are almost one make a row, read from left to right. */
static void sort_lines(struct text_line *lines, size_t count)
{
	size_t start = 0;

	if (count)
		qsort(lines, count, sizeof(*lines), by_baseline);
	for (size_t i = 1; i <= count; i++) {
		float near = 0.25f * lines[start].size_pt / MM_TO_PT;

		if (i < count && !lines[i].vertical && !lines[start].vertical &&
		    lines[i].baseline - lines[start].baseline <= near)
			continue;
		qsort(lines + start, i - start, sizeof(*lines), by_left);
		start = i;
	}
}

/* --- all together --- */

static float prepare_runs(struct run *runs, size_t count, const struct glyph *glyphs, struct run **sorted)
{
	float max_em = 0;

	for (size_t i = 0; i < count; i++) {
		const struct glyph *first = &glyphs[runs[i].first];
		const struct glyph *last = last_base(&runs[i], glyphs);

		runs[i].u0 = along(first, first->x, first->y);
		runs[i].u1 = along(last, last->end_x, last->end_y);
		sorted[i] = &runs[i];
		max_em = fmaxf(max_em, fmaxf(first->em, last->em));
	}
	if (count)
		qsort(sorted, count, sizeof(*sorted), by_u0);
	return max_em;
}

static bool maker_init(struct maker *maker, size_t glyph_count, struct arena *scratch, struct arena *arena)
{
	maker->members = ARENA_ARRAY(scratch, const struct glyph *, glyph_count);
	maker->gaps = ARENA_ARRAY(scratch, float, glyph_count);
	maker->to.chars = ARENA_ARRAY(scratch, struct text_char, glyph_count * 2);
	maker->to.utf8 = arena_calloc(scratch, glyph_count, 5);
	maker->arena = arena;
	return !arena_failed(scratch);
}

static size_t collect_members(const struct sweep *sweep, const struct run *run, const struct glyph **members)
{
	size_t n = 0;

	for (;; run = &sweep->runs[run->next]) {
		for (size_t j = 0; j < run->count; j++)
			members[n++] = &sweep->glyphs[run->first + j];
		if (run->next == NO_RUN)
			return n;
	}
}

struct text_line *lines_build(struct glyph *glyphs, size_t count, struct arena *scratch, struct arena *arena,
			      size_t *ret_count)
{
	struct sweep sweep = { .glyphs = glyphs };
	struct maker maker = { 0 };
	struct text_line *lines;
	struct run **sorted;
	struct run **heads;
	size_t runs;
	size_t n;

	if (!drop_duplicates(glyphs, &count, scratch) || !maker_init(&maker, count, scratch, arena))
		return NULL;
	sweep.runs = ARENA_ARRAY(scratch, struct run, count);
	sweep.open = ARENA_ARRAY(scratch, struct run *, count);
	sorted = ARENA_ARRAY(scratch, struct run *, count);
	heads = ARENA_ARRAY(scratch, struct run *, count);
	if (!sweep.runs || !sweep.open || !sorted || !heads)
		return NULL;
	runs = make_runs(glyphs, count, sweep.runs);
	n = join_runs(&sweep, sorted, runs, prepare_runs(sweep.runs, runs, glyphs, sorted), heads);
	lines = ARENA_ARRAY(arena, struct text_line, n);
	for (size_t i = 0; i < n && lines; i++)
		if (!fill_line(&lines[i], &maker, collect_members(&sweep, heads[i], maker.members)))
			return NULL;
	if (!lines)
		return NULL;
	sort_lines(lines, n);
	*ret_count = n;
	return lines;
}
