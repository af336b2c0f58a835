/*
 * The signed PDFs of public test suites: every file that a validator must accept opens, is checked whole and accounts
 * for the bytes of every revision; every signature that has to be accepted has its range right and ends at a revision's
 * end.
 */
#include "reading.h"

#include "pdf/fields.h"
#include "pdf/pages.h"
#include "util/arena.h"
#include "util/file.h"

struct row {
	char file[64];
	char field[64];
	bool accept;
};

static struct row rows[1024];

static size_t read_rows(const char *dir)
{
	char path[600];
	char line[512];
	char want[32];
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/expected.tsv", dir);
	f = fopen(path, "r");
	assert_non_null(f);
	while (n < ARRAY_LEN(rows) && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%63[^\t]\t%63[^\t]\t%31[^\t\n]", rows[n].file, rows[n].field, want) != 3 ||
		    strcmp(want, "want") == 0)
			continue;
		rows[n].accept = strcmp(want, "accept") == 0;
		n++;
	}
	fclose(f);
	return n;
}

static bool ends_a_revision(const struct pd_doc *doc, uint64_t end)
{
	for (uint32_t i = 0; i < pd_revision_count(doc); i++)
		if (pd_revision_ends_at(doc, i, end))
			return true;
	return false;
}

static void check_signatures(struct pd_doc *doc, const struct row *row)
{
	struct arena *arena = arena_new(0);
	struct pd_signature_list list;
	struct err err = ERR_INIT;
	uint64_t range[4];
	size_t found = 0;

	assert_ok(pd_signature_list(pd_view_last(doc), arena, &list, &err), &err);
	for (size_t i = 0; i < list.count; i++) {
		/* An encrypted file's field names cannot be read. */
		if (strcmp(row->field, "*") != 0 && strcmp(row->field, list.items[i].field->name) != 0 &&
		    !pd_is_encrypted(doc))
			continue;
		found++;
		assert_ok(pd_signature_range(pd_view_last(doc), &list.items[i], range, &err), &err);
		if (!ends_a_revision(doc, range[2] + range[3]))
			fail_msg("%s: %s ends at %llu, which is no revision's end", row->file,
				 list.items[i].field->name, (unsigned long long)(range[2] + range[3]));
	}
	assert_true(found > 0);
	arena_free(arena);
}

static struct file_map *map_row(const char *dir, const struct row *row)
{
	struct file_map *map = NULL;
	struct err err = ERR_INIT;
	char path[700];

	snprintf(path, sizeof(path), "%.600s/%.63s", dir, row->file);
	assert_ok(file_map_open(path, &map, &err), &err);
	return map;
}

static void check_accepted(const char *dir, const struct row *row)
{
	AUTO(file_map_freep) struct file_map *map = map_row(dir, row);
	AUTO(pd_freep) struct pd_doc *doc = NULL;
	struct err err = ERR_INIT;
	uint32_t pages;

	if (pd_open(file_map_bytes(map), PD_OPEN_ALLOW_HYBRID, &doc, &err) != 0)
		fail_msg("%s: %s", row->file, err.detail);
	if (pd_load_all(doc, &err) != 0)
		fail_msg("%s: %s", row->file, err.detail);
	for (uint32_t i = 0; i < pd_revision_count(doc); i++)
		if (pd_account(doc, i, &err) != 0)
			fail_msg("%s: %s", row->file, err.detail);
	assert_ok(pd_page_count(pd_view_last(doc), &pages, &err), &err);
	assert_true(pages > 0);
	check_signatures(doc, row);
}

static void accepted_files(void **state)
{
	const char *dir = test_shared_dir("signed-pdfs");
	size_t accepted = 0;
	size_t n;

	(void)state;
	if (!dir) {
		print_message("skipped: the signed PDFs are not here\n");
		skip();
	}
	n = read_rows(dir);
	for (size_t i = 0; i < n; i++) {
		if (rows[i].accept) {
			check_accepted(dir, &rows[i]);
			accepted++;
		}
	}
	assert_true(accepted > 50);
}

/* The forged ones end in a verdict too: no crash, no hang, whatever they are. */
static void other_files(void **state)
{
	const char *dir = test_shared_dir("signed-pdfs");
	size_t n;

	(void)state;
	if (!dir) {
		print_message("skipped: the signed PDFs are not here\n");
		skip();
	}
	n = read_rows(dir);
	for (size_t i = 0; i < n; i++) {
		AUTO(file_map_freep) struct file_map *map = map_row(dir, &rows[i]);
		AUTO(pd_freep) struct pd_doc *doc = NULL;
		struct err err = ERR_INIT;

		if (pd_open(file_map_bytes(map), PD_OPEN_ALLOW_HYBRID, &doc, &err) == 0 && pd_load_all(doc, &err) == 0)
			(void)!pd_account(doc, pd_revision_count(doc) - 1, &err);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(accepted_files),
	cmocka_unit_test(other_files),
};

TEST_MAIN(tests)
