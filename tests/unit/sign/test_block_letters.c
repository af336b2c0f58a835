/* test_block_letters.c - end to end over tests/data/letters: PDFs of many producers, read by src/page, against
 * expected.tsv. */
#include "test.h"

#include "page/text.h"
#include "sign/block.h"
#include "sign/geometry.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/file.h"
#include "util/text_vi.h"

/* A row of expected.tsv. */
struct expected {
	char *file, *producer, *signer, *sure, *page, *titles, *special;
};

static bool split_row(char *row, struct expected *ret)
{
	char **fields[] = { &ret->file, &ret->producer, &ret->signer, &ret->sure,
			    &ret->page, &ret->titles,   &ret->special };

	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		*fields[i] = row;
		row = strchr(row, '\t');
		if (row)
			*row++ = '\0';
		else if (i + 1 < ARRAY_LEN(fields))
			return false;
	}
	return true;
}

static void read_letter(const char *file, struct arena *arena, struct page_text *ret)
{
	AUTO(file_map_freep) struct file_map *map = NULL;
	struct page_doc *doc = NULL;
	struct err err = ERR_INIT;
	char path[200];

	snprintf(path, sizeof(path), "letters/%s", file);
	assert_ok(file_map_open(test_data_path(path), &map, &err), &err);
	assert_ok(page_open(file_map_bytes(map), &doc, &err), &err);
	assert_ok(page_text(doc, 0, 0, arena, ret, &err), &err);
	page_free(doc);
}

static void join_titles(const struct sign_block *block, struct buf *out)
{
	for (size_t i = 0; i < block->title_count; i++) {
		buf_puts(out, i ? " / " : "");
		buf_puts(out, block->titles[i]);
	}
}

/* The picture that would be placed hides nothing: no text, and inside the room. */
static void assert_place_is_clear(const struct page_text *text, const struct sign_block *block)
{
	const struct text_page *page = &text->pages[block->page];
	struct pd_rect_mm r = geometry_person(block, 600.0 / 260, 0);

	assert_true(r.w > 15 && r.h > 5);
	for (size_t i = 0; i < page->line_count; i++) {
		const struct text_line *line = &page->lines[i];

		if (r.x < (double)line->x1 && (double)line->x0 < r.x + r.w && r.y < (double)line->y1 &&
		    (double)line->y0 < r.y + r.h)
			fail_msg("the picture would cover \"%s\"", line->utf8);
	}
}

static void check_row(const struct expected *row)
{
	AUTO(arena_freep) struct arena *arena = arena_new(0);
	AUTO(buf_release) struct buf titles = BUF_INIT;
	struct err err = ERR_INIT;
	struct block_search search;
	struct page_text text;

	read_letter(row->file, arena, &text);
	assert_ok(block_find(&text, row->signer, arena, &search, &err), &err);
	if (search.sure != (strcmp(row->sure, "yes") == 0))
		fail_msg("%s, %s (%s): %s", row->file, row->signer, row->special,
			 search.sure ? "sure" : search.reason_en);
	if (!search.sure)
		return;
	assert_true(text_vi_equal_names(str_of(search.found->name), str_of(row->signer)));
	assert_true(search.found->name_rect.y >= search.found->room.y + search.found->room.h);
	join_titles(search.found, &titles);
	if (strcmp(buf_str(&titles), row->titles) != 0)
		fail_msg("%s, %s: titles %s, not %s", row->file, row->signer, buf_str(&titles), row->titles);
	assert_int_equal(search.found->page + 1, strtoul(row->page, NULL, 10));
	assert_place_is_clear(&text, search.found);
}

static void every_letter_as_expected(void **state)
{
	AUTO(buf_release) struct buf table = BUF_INIT;
	struct err err = ERR_INIT;
	size_t rows = 0;
	char *rest;

	(void)state;
	assert_ok(file_read(test_data_path("letters/expected.tsv"), 1 << 20, &table, &err), &err);
	rest = table.data;
	for (char *line; (line = strsep(&rest, "\n"));) {
		struct expected row;

		if (*line == '#' || *line == '\0')
			continue;
		assert_true(split_row(line, &row));
		check_row(&row);
		rows++;
	}
	assert_true(rows > 60);
}

static void blanks_of_the_demo_letter(void **state)
{
	AUTO(arena_freep) struct arena *arena = arena_new(0);
	struct number_date_blanks blanks;
	struct err err = ERR_INIT;
	struct page_text text;

	(void)state;
	read_letter("cong-van.pdf", arena, &text);
	assert_ok(block_find_blanks(&text, &blanks, &err), &err);
	assert_true(blanks.number_found && blanks.date_found);
	assert_true(blanks.number.w > 8 && blanks.day.w > 5 && blanks.month.w > 5);
	assert_false(blanks.year_open);
}

static void copies_and_annexes_find_their_place(void **state)
{
	static const char *const files[] = { "cong-van.pdf", "chromium-cong-van.pdf", "groff-cong-van.pdf",
					     "mau-01-da-dien.pdf", "scan-anh.pdf" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		AUTO(arena_freep) struct arena *arena = arena_new(0);
		struct err err = ERR_INIT;
		struct page_text text;
		struct pd_rect_mm r;

		read_letter(files[i], arena, &text);
		assert_ok(geometry_top_right(&text.pages[0], 90, 4, &r, &err), &err);
		assert_true(r.y < 40 && r.x + r.w > (double)text.pages[0].width_mm / 2);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(every_letter_as_expected),
	cmocka_unit_test(blanks_of_the_demo_letter),
	cmocka_unit_test(copies_and_annexes_find_their_place),
};

TEST_MAIN(tests)
