/* Rule 7: what may stand in a revision, and what an attacker may not hide there. */
#include "reading.h"

static struct builder b;

static int teardown(void **state)
{
	(void)state;
	builder_release(&b);
	return 0;
}

static void begin(void)
{
	builder_release(&b);
	builder_init(&b, "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n");
	builder_page(&b);
	builder_table(&b, "/Root 1 0 R");
}

static void increment_with(const char *before, const char *after)
{
	begin();
	builder_raw(&b, "%s", before);
	builder_object(&b, 4, "1");
	builder_raw(&b, "%s", after);
	builder_table(&b, "/Root 1 0 R");
}

static void accepted_between_objects(void **state)
{
	static const char *const fine[] = { "",        "\n",         "\r\n\r\n",           "   ", "% a comment\n",
					    "%%EOF\n", "%PDF-1.7\n", "%\xE2\xE3\xCF\xD3\r" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(fine); i++) {
		increment_with(fine[i], fine[i]);
		AUTO(pd_freep) struct pd_doc *doc = open_ok(&b);

		check_all_ok(doc);
	}
}

static void refused_between_objects(void **state)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{ "9 0 obj\n(hidden)\nendobj\n", "object 9 0 at offset" },
		{ "4 0 obj\n(twice)\nendobj\n", "object 4 0 at offset" },
		{ "garbage\n", "belong to nothing" },
		{ "<< /A 1 >>\n", "belong to nothing" },
		{ "xref\n0 0\ntrailer\n<< >>\n", "belong to nothing" },
		{ "startxref\n9\n%%EOF\n", "belong to nothing" },
		{ "stream\nabc\nendstream\n", "belong to nothing" },
		{ "% 9 0 obj (hidden) endobj\n", "comment with the word obj" },
		{ "% xref 0 1\n", "comment with the word xref" },
		{ "% trailer << >>\n", "comment with the word trailer" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		increment_with(bad[i].text, "");
		account_fails(&b, 1, ERR_PDF_UNACCOUNTED, bad[i].says);
		increment_with("", bad[i].text);
		account_fails(&b, 1, ERR_PDF_UNACCOUNTED, bad[i].says);
	}
	char comment[400] = "%";

	memset(comment + 1, 'x', 300);
	comment[301] = '\n';
	increment_with(comment, "");
	account_fails(&b, 1, ERR_PDF_UNACCOUNTED, "comment of 301 bytes");
}

/* The first revision may hold objects that nothing lists, but nothing that is no object. */
static void first_revision(void **state)
{
	(void)state;
	builder_release(&b);
	builder_init(&b, "%PDF-1.7\n");
	builder_raw(&b, "9 0 obj\n<< /Left /Behind >>\nendobj\n%% 5 0 obj\n");
	builder_page(&b);
	builder_table(&b, "/Root 1 0 R");
	AUTO(pd_freep) struct pd_doc *doc = open_ok(&b);

	check_all_ok(doc);
	builder_release(&b);
	builder_init(&b, "%PDF-1.7\n");
	builder_raw(&b, "9 0 obj\n<< /Left /Behind\nendobj\n");
	builder_page(&b);
	builder_table(&b, "/Root 1 0 R");
	account_fails(&b, 0, ERR_PDF_SYNTAX, "unlisted");
	builder_release(&b);
	builder_init(&b, "%PDF-1.7\n");
	builder_raw(&b, "rubbish\n");
	builder_page(&b);
	builder_table(&b, "/Root 1 0 R");
	account_fails(&b, 0, ERR_PDF_UNACCOUNTED, "belong to nothing");
}

/* An object that nothing lists, with one that is listed inside its stream. */
static void listed_inside_unlisted(void **state)
{
	const char *data = "4 0 obj\n(hidden)\nendobj\n";

	(void)state;
	builder_release(&b);
	builder_init(&b, "%PDF-1.7\n");
	builder_page(&b);
	builder_stream(&b, 9, "", data, strlen(data));
	b.count--;
	builder_entry(&b, 4, 0, 'n', builder_find(&b, "4 0 obj"), 0);
	builder_object(&b, 5, "1");
	builder_table(&b, "/Root 1 0 R");
	account_fails(&b, 0, ERR_PDF_UNACCOUNTED, "object 4 0 at offset");
}

static void between_trailer_and_startxref(void **state)
{
	(void)state;
	begin();
	builder_object(&b, 4, "1");
	builder_table(&b, "/Root 1 0 R >>\n9 0 obj 1 endobj\n<<");
	open_fails(&b, ERR_PDF_XREF, "no startxref");
	begin();
	builder_object(&b, 4, "1");
	builder_table(&b, "/Root 1 0 R");
	builder_patch_last(&b, "startxref\n", "%% xref %\n");
	open_fails(&b, ERR_PDF_XREF, "startxref");
}

/* Objects in an object stream of an increment that no entry lists, or that are listed elsewhere. */
static void compressed_one_to_one(void **state)
{
	static const char *const bodies[] = { "(one)", "(two)" };

	(void)state;
	builder_release(&b);
	builder_init(&b, "%PDF-1.7\n");
	builder_page(&b);
	builder_xref_stream(&b, 4, "/Root 1 0 R");
	builder_objstm(&b, 5, "", 6, bodies, 2);
	builder_xref_stream(&b, 8, "/Root 1 0 R");
	AUTO(pd_freep) struct pd_doc *doc = open_ok(&b);

	check_all_ok(doc);
	/* Object 7 not listed. */
	builder_release(&b);
	builder_init(&b, "%PDF-1.7\n");
	builder_page(&b);
	builder_xref_stream(&b, 4, "/Root 1 0 R");
	builder_objstm(&b, 5, "", 6, bodies, 2);
	b.entries[1] = b.entries[--b.count];
	builder_xref_stream(&b, 8, "/Root 1 0 R");
	account_fails(&b, 1, ERR_PDF_UNACCOUNTED, "object 7 in object stream 5");
	/* An object stream that nothing uses. */
	builder_release(&b);
	builder_init(&b, "%PDF-1.7\n");
	builder_page(&b);
	builder_xref_stream(&b, 4, "/Root 1 0 R");
	builder_objstm(&b, 5, "", 6, bodies, 2);
	b.entries[0] = b.entries[2];
	b.count = 1;
	builder_object(&b, 6, "1");
	builder_object(&b, 7, "1");
	builder_xref_stream(&b, 8, "/Root 1 0 R");
	account_fails(&b, 1, ERR_PDF_UNACCOUNTED, "object 6 in object stream 5");
}

/* Entries beyond what the object streams of the revision hold. */
static void compressed_but_not_there(void **state)
{
	static const char *const bodies[] = { "(one)" };

	(void)state;
	builder_release(&b);
	builder_init(&b, "%PDF-1.7\n");
	builder_page(&b);
	builder_xref_stream(&b, 4, "/Root 1 0 R");
	builder_objstm(&b, 5, "", 6, bodies, 1);
	builder_entry(&b, 7, 0, 'c', 5, 1);
	builder_xref_stream(&b, 8, "/Root 1 0 R");
	account_fails(&b, 1, ERR_PDF_UNACCOUNTED, "2 compressed objects are listed, 1 are there");
}

static void broken_object_of_an_increment(void **state)
{
	(void)state;
	increment_with("", "");
	builder_patch_last(&b, "endobj", "endobk");
	account_fails(&b, 1, ERR_PDF_SYNTAX, "object 4 0");
}

static void no_such_revision(void **state)
{
	(void)state;
	begin();
	account_fails(&b, 7, ERR_PDF_STRUCTURE, "no revision 7");
}

#define TEST(name) cmocka_unit_test_teardown(name, teardown)

static const struct CMUnitTest tests[] = {
	TEST(accepted_between_objects), TEST(refused_between_objects),       TEST(first_revision),
	TEST(listed_inside_unlisted),   TEST(between_trailer_and_startxref), TEST(compressed_one_to_one),
	TEST(compressed_but_not_there), TEST(broken_object_of_an_increment), TEST(no_such_revision),
};

TEST_MAIN(tests)
