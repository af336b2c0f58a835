/*
 * test_corpus.c - every row of the collection of signed, altered and forged files (expected.tsv): accepted as unmodified, refused, or not
 * signed. Trust is not asked. Skipped where the collection is absent.
 */
#include "verify/verify.h"

#include "test.h"
#include "util/buf.h"
#include "util/date.h"
#include "util/file.h"
#include "util/json.h"

struct row {
	const char *file, *field, *want, *kind;
};

static bool read_row(char *line, struct row *ret)
{
	char *save = NULL;

	ret->file = strtok_r(line, "\t", &save);
	ret->field = strtok_r(NULL, "\t", &save);
	ret->want = strtok_r(NULL, "\t", &save);
	ret->kind = strtok_r(NULL, "\t", &save);
	return ret->kind != NULL;
}

static struct json *verify(const char *path, const char *at)
{
	AUTO(file_map_freep) struct file_map *map = NULL;
	struct verify_material material = { .anchors = { 0 } };
	struct verify_options options = { .at_ms = 0 };
	struct json *report = NULL;
	struct err err = ERR_INIT;

	assert_ok(date_parse_rfc3339(str_of(at), &options.at_ms, &err), &err);
	assert_ok(file_map_open(path, &map, &err), &err);
	assert_ok(verify_pdf(file_map_bytes(map), path, &material, &options, &report, NULL, &err), &err);
	return report;
}

static bool is_accepted(const struct json *sig)
{
	const char *coverage = js_get_string(sig, "coverage");
	const char *verdict = js_get_string(js_find(sig, "changes"), "verdict");

	return strcmp(js_get_string(sig, "integrity"), "intact") == 0 && strcmp(coverage, "uncovered") != 0 &&
	       (strcmp(verdict, "none") == 0 || strcmp(verdict, "allowed") == 0);
}

/* Names in encrypted files cannot be read: the only signature is meant. */
static bool is_meant(const struct json *sigs, const struct json *sig, const char *field)
{
	return strcmp(field, "*") == 0 || strcmp(js_get_string(sig, "field"), field) == 0 || js_count(sigs) == 1;
}

static const char *verdict_of(const struct json *report, const char *field)
{
	const struct json *sigs = js_find(report, "signatures");
	bool accepted = true;
	size_t met = 0;

	if (js_count(sigs) == 0)
		return "not-signed";
	for (size_t i = 0; i < js_count(sigs); i++) {
		if (!is_meant(sigs, js_at(sigs, i), field))
			continue;
		met++;
		accepted = accepted && is_accepted(js_at(sigs, i));
	}
	return !met ? "no such field" : accepted ? "accept" : "reject";
}

static void check_never_passed(const struct json *report)
{
	const struct json *sigs = js_find(report, "signatures");

	for (size_t i = 0; i < js_count(sigs); i++) /* nobody is trusted here */
		assert_string_not_equal(js_get_string(js_at(sigs, i), "indication"), "TOTAL-PASSED");
}

static void test_all_rows(void **state)
{
	const char *dir = test_shared_dir("signed-pdfs");
	AUTO(buf_release) struct buf table = BUF_INIT;
	struct err err = ERR_INIT;
	char path[1024], *save = NULL;
	size_t rows = 0, wrong = 0;
	struct row row;

	(void)state;
	if (!dir) {
		print_message("the collection of signed PDFs is absent: skipped\n");
		skip();
	}
	snprintf(path, sizeof(path), "%s/expected.tsv", dir);
	assert_ok(file_read(path, 1 << 20, &table, &err), &err);
	strtok_r(table.data, "\n", &save);
	for (char *line; (line = strtok_r(NULL, "\n", &save)) && read_row(line, &row); rows++) {
		AUTO(js_freep) struct json *report = NULL;

		snprintf(path, sizeof(path), "%s/%s", dir, row.file);
		report = verify(path, "2026-11-22T08:00:00Z");
		check_never_passed(report);
		if (strcmp(verdict_of(report, row.field), row.want) != 0) {
			AUTO(buf_release) struct buf text = BUF_INIT;

			wrong++;
			assert_ok(js_write(report, 1, &text, &err), &err);
			print_message("%s %s: %s, not %s\n%.6000s\n", row.file, row.field, verdict_of(report, row.field), row.want, buf_str(&text));
		}
	}
	assert_true(rows > 100);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_all_rows) };

	setlocale(LC_ALL, "");
	return cmocka_run_group_tests_name("verify corpus", tests, NULL, NULL);
}
