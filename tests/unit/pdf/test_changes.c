/*
 * test_changes.c - change analysis over published signed and forged files (tests skip where they are absent), and the XMP check.
 *
 * What a file says of a signature here: its range fits, it covers a whole revision, every later byte is accounted for, and the changes are
 * none or allowed. Cryptography is tested with src/verify.
 */
#include "test.h"

#include "pdf/changes.h"
#include "pdf/changes_private.h"
#include "util/arena.h"
#include "util/file.h"

struct row {
	char file[64], field[64], want[16], kind[16];
};

/* Whether one signature would be taken as unmodified, as far as structure tells. */
static bool accepted(struct pd_doc *doc, const struct pd_signature *sig, struct arena *arena)
{
	struct pd_change_report report;
	uint64_t range[4];
	int64_t covered = -1;
	struct err err = ERR_INIT;

	if (pd_signature_range(pd_view_last(doc), sig, range, &err) < 0)
		return false;
	for (uint32_t r = 0; r < pd_revision_count(doc); r++)
		if (range[2] + range[3] == pd_revision(doc, r)->end || range[2] + range[3] == pd_revision(doc, r)->eof_end)
			covered = r;
	if (covered < (int64_t)sig->revision)
		return false;
	for (uint32_t r = (uint32_t)covered + 1; r < pd_revision_count(doc); r++)
		if (pd_account(doc, r, &err) < 0)
			return false;
	if (pd_changes_after(doc, (uint32_t)covered, arena, &report, &err) < 0)
		return false;
	return report.verdict == PD_VERDICT_NONE || report.verdict == PD_VERDICT_ALLOWED;
}

/* 1 all asked-for signatures accepted, 0 some not, -1 none found. */
static int judge(const char *path, const char *field)
{
	AUTO(file_map_freep) struct file_map *map = NULL;
	AUTO(pd_freep) struct pd_doc *doc = NULL;
	struct arena *arena = arena_new(0);
	struct pd_signature_list list = { NULL, 0 };
	struct err err = ERR_INIT;
	int verdict = -1;

	assert_ok(file_map_open(path, &map, &err), &err);
	if (pd_open(file_map_bytes(map), PD_OPEN_ALLOW_HYBRID, &doc, &err) < 0 || pd_signature_list(pd_view_last(doc), arena, &list, &err) < 0) {
		arena_free(arena);
		return 0;
	}
	for (size_t i = 0; i < list.count; i++) {
		/* in an encrypted file names are not readable here: every signature is meant */
		if (strcmp(field, "*") != 0 && !pd_is_encrypted(doc) && strcmp(list.items[i].field->name, field) != 0)
			continue;
		verdict = verdict != 0 && accepted(doc, &list.items[i], arena);
	}
	arena_free(arena);
	return verdict;
}

static void test_published_files(void **state)
{
	const char *shared = test_shared_dir("signed-pdfs");
	char path[700];
	char line[600];
	struct row row;
	size_t rows = 0;
	FILE *f;

	(void)state;
	if (!shared) {
		print_message("skipped: no shared signed PDFs\n");
		skip();
	}
	snprintf(path, sizeof(path), "%s/expected.tsv", shared);
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		int verdict;

		if (sscanf(line, "%63[^\t]\t%63[^\t]\t%15[^\t]\t%15[^\t]", row.file, row.field, row.want, row.kind) != 4 || strcmp(row.file, "file") == 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", test_shared_dir("signed-pdfs"), row.file);
		verdict = judge(path, row.field);
		rows++;
		/* "reject" of kind forged may rest on cryptography, which this test does not look at */
		if (strcmp(row.want, "accept") == 0 && verdict != 1)
			fail_msg("%s %s should be accepted", row.file, row.field);
		if (strcmp(row.want, "reject") == 0 && strcmp(row.kind, "modified") == 0 && verdict != 0)
			fail_msg("%s %s should be rejected (%s)", row.file, row.field, row.kind);
		if (strcmp(row.want, "not-signed") == 0 && verdict > 0)
			fail_msg("%s has no signature", row.file);
	}
	fclose(f);
	assert_true(rows > 100);
}

static void check_xmp(const char *xml, bool good)
{
	bool found = change_xmp_ok((struct bytes){ (const uint8_t *)xml, strlen(xml) });

	if (found != good)
		fail_msg("%s: %s", xml, found ? "taken" : "refused");
}

static void test_xmp(void **state)
{
	(void)state;
	check_xmp("<?xpacket begin='' id='W5M0'?>\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><a b='c &amp; d'/>text<!-- c --></x:xmpmeta>\n<?xpacket end='w'?>", true);
	check_xmp("<x:xmpmeta xmlns:x='adobe:ns:meta/'/>", true);
	check_xmp("", false);
	check_xmp("plain text", false);
	check_xmp("<x:xmpmeta xmlns:x='adobe:ns:meta/'>", false);
	check_xmp("<x:xmpmeta xmlns:x='adobe:ns:meta/'></y:xmpmeta>", false);
	check_xmp("<x:xmpmeta xmlns:x='other'/>", false);
	check_xmp("<rdf:RDF xmlns:rdf='adobe:ns:meta/'/>", false);
	check_xmp("<!DOCTYPE a [<!ENTITY e 'x'>]><x:xmpmeta xmlns:x='adobe:ns:meta/'>&e;</x:xmpmeta>", false);
	check_xmp("<x:xmpmeta xmlns:x='adobe:ns:meta/'>&e;</x:xmpmeta>", false);
	check_xmp("<x:xmpmeta xmlns:x='adobe:ns:meta/'/><x:xmpmeta xmlns:x='adobe:ns:meta/'/>", false);
	check_xmp("<x:xmpmeta xmlns:x='adobe:ns:meta/'/>trailing", false);
	check_xmp("<x:xmpmeta xmlns:x='adobe:ns:meta/' a=b/>", false);
}

static const struct CMUnitTest tests[] = { cmocka_unit_test(test_published_files), cmocka_unit_test(test_xmp) };
TEST_MAIN(tests)
