/* Objects on demand, problems that are kept, and pd_load_all. */
#include "reading.h"

#include "util/arena.h"

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
	builder_init(&b, "%PDF-1.7\n");
	builder_page(&b);
}

static void references_that_lead_to_one_another(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	begin();
	builder_object(&b, 4, "5 0 R");
	builder_object(&b, 5, "4 0 R");
	builder_object(&b, 6, "7 0 R");
	builder_object(&b, 7, "42");
	builder_object(&b, 8, "[6 0 R 99 0 R]");
	builder_table(&b, "/Root 1 0 R");
	AUTO(pd_freep) struct pd_doc *doc = open_ok(&b);
	struct pd_view view = pd_view_last(doc);
	const struct pd_obj *array = pd_load(view, (struct pd_ref){ 8, 0 });

	assert_int_equal(pd_int(pd_at(view, array, 0), 0), 42);
	assert_int_equal(pd_kind(pd_at(view, array, 1)), PD_NULL);
	assert_int_equal(pd_kind(pd_deref(view, NULL)), PD_NULL);
	assert_ok(pd_check(doc, &err), &err);
	assert_int_equal(pd_kind(pd_deref(view, pd_load(view, (struct pd_ref){ 4, 0 }))), PD_NULL);
	assert_fails_saying(pd_check(doc, &err), &err, ERR_PDF_STRUCTURE, "32 references");
}

static void first_problem_is_kept(void **state)
{
	struct err err = ERR_INIT;
	struct arena *arena = arena_new(0);

	(void)state;
	begin();
	builder_object(&b, 4, "<< /A 1 /A 2 >>");
	builder_object(&b, 5, "bogus");
	builder_object(&b, 6, "6");
	builder_table(&b, "/Root 1 0 R");
	AUTO(pd_freep) struct pd_doc *doc = open_ok(&b);
	struct pd_view view = pd_view_last(doc);

	assert_int_equal(pd_kind(pd_load_in(view, (struct pd_ref){ 5, 0 }, arena)), PD_NULL);
	assert_int_equal(pd_kind(pd_load(view, (struct pd_ref){ 4, 0 })), PD_NULL);
	assert_int_equal(pd_kind(pd_load_in(view, (struct pd_ref){ 4, 0 }, arena)), PD_NULL);
	assert_int_equal(pd_kind(pd_load_in(view, (struct pd_ref){ 4, 1 }, arena)), PD_NULL);
	assert_int_equal(pd_int(pd_load_in(view, (struct pd_ref){ 6, 0 }, arena), 0), 6);
	assert_fails_saying(pd_check(doc, &err), &err, ERR_PDF_SYNTAX, "object 5 0");
	load_all_fails(&b, ERR_PDF_SYNTAX, "object 4 0: key /A twice");
	arena_free(arena);
}

static void indirect_lengths(void **state)
{
	static const char *const lengths[] = { "3", " % three\n 3" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		begin();
		builder_stream(&b, 4, "/Pad 000", "abc", 3);
		builder_patch(&b, "/Pad 000 /Length 3 >>", "/Length 5 0 R      >>");
		builder_object(&b, 5, "%s", lengths[i]);
		builder_table(&b, "/Root 1 0 R");
		AUTO(pd_freep) struct pd_doc *doc = open_ok(&b);

		assert_int_equal(pd_stream_raw(pd_load(pd_view_last(doc), (struct pd_ref){ 4, 0 })).n, 3);
		check_all_ok(doc);
	}
}

static void bad_indirect_lengths(void **state)
{
	static const char *const refs[] = { "4 0 R", "9 0 R", "6 0 R", "7 0 R", "5 1 R", "8 0 R" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refs); i++) {
		char to[32];

		begin();
		builder_stream(&b, 4, "/Pad 000", "abc", 3);
		snprintf(to, sizeof(to), "/Length %s      >>", refs[i]);
		builder_patch(&b, "/Pad 000 /Length 3 >>", to);
		builder_object(&b, 5, "3");
		builder_stream(&b, 6, "", "abc", 3); /* a stream is no length */
		builder_object(&b, 7, "(3)");
		builder_object(&b, 8, "3.0");
		builder_table(&b, "/Root 1 0 R");
		load_all_fails(&b, ERR_PDF_SYNTAX, "/Length is no non-negative integer");
	}
}

/* An indirect length kept in an object stream. */
static void compressed_length(void **state)
{
	static const char *const body[] = { "3" };

	(void)state;
	begin();
	builder_stream(&b, 4, "/Pad 000", "abc", 3);
	builder_patch(&b, "/Pad 000 /Length 3 >>", "/Length 5 0 R      >>");
	builder_objstm(&b, 6, "", 5, body, 1);
	builder_xref_stream(&b, 7, "/Root 1 0 R");
	AUTO(pd_freep) struct pd_doc *doc = open_ok(&b);

	check_all_ok(doc);
}

/* Data that hold `endstream` twice, and a length that a later revision changes from one to the other. */
static void length_changed_later(void **state)
{
	const char *data = "abc\nendstream endobj abc";
	char patch[64];

	(void)state;
	begin();
	builder_stream(&b, 4, "/Pad 00", data, strlen(data));
	snprintf(patch, sizeof(patch), "/Pad 00 /Length %zu >>", strlen(data));
	builder_patch(&b, patch, "/Length 5 0 R      >>");
	builder_object(&b, 5, "%zu", strlen(data));
	builder_table(&b, "/Root 1 0 R");
	builder_object(&b, 5, "3");
	builder_table(&b, "/Root 1 0 R");
	load_all_fails(&b, ERR_PDF_STRUCTURE, "changes in revision 1");
}

/* An object that begins inside the stream of another. */
static void object_inside_another(void **state)
{
	const char *data = "5 0 obj\n(hidden)\nendobj\n";

	(void)state;
	begin();
	builder_stream(&b, 4, "", data, strlen(data));
	builder_entry(&b, 5, 0, 'n', builder_find(&b, "5 0 obj"), 0);
	builder_table(&b, "/Root 1 0 R");
	load_all_fails(&b, ERR_PDF_SYNTAX, "object 4 0: stream goes beyond the next object");
	account_fails(&b, 0, ERR_PDF_SYNTAX, "beyond the next object");
	builder_release(&b);
	begin();
	builder_stream(&b, 4, "", data, strlen(data));
	builder_entry(&b, 5, 0, 'n', builder_find(&b, "5 0 obj"), 0);
	builder_object(&b, 6, "1");
	builder_table(&b, "/Root 1 0 R");
	account_fails(&b, 0, ERR_PDF_SYNTAX, "beyond the next object");
}

/* Objects inside the strings of one another would each cost the rest of the file: they end where the next begins. */
static void nested_objects(void **state)
{
	enum { DEPTH = 4000 };
	struct err err = ERR_INIT;

	(void)state;
	begin();
	for (uint32_t i = 0; i < DEPTH; i++) {
		builder_entry(&b, 4 + i, 0, 'n', b.out.len, 0);
		builder_raw(&b, "%u 0 obj (", 4 + i);
	}
	for (uint32_t i = 0; i < DEPTH; i++)
		builder_raw(&b, ") endobj ");
	builder_table(&b, "/Root 1 0 R");
	AUTO(pd_freep) struct pd_doc *doc = open_ok(&b);

	for (uint32_t i = 0; i + 1 < DEPTH; i++)
		assert_int_equal(pd_kind(pd_load(pd_view_last(doc), (struct pd_ref){ 4 + i, 0 })), PD_NULL);
	assert_fails_saying(pd_load_all(doc, &err), &err, ERR_PDF_SYNTAX, "closing parenthesis");
}

static void catalog_of_every_revision(void **state)
{
	(void)state;
	begin();
	builder_object(&b, 4, "<< /Type /Catalog /Pages 2 0 R >>");
	builder_table(&b, "/Root 3 0 R");
	builder_table(&b, "/Root 4 0 R");
	load_all_fails(&b, ERR_PDF_STRUCTURE, "/Root of revision 0");
}

static void encrypted(void **state)
{
	static const char *const body[] = { "(x)" };
	struct err err = ERR_INIT;
	struct bytes data;

	(void)state;
	begin();
	builder_object(&b, 4, "<< /Filter /Standard >>");
	builder_stream(&b, 5, "", "abc", 3);
	builder_objstm(&b, 7, "", 6, body, 1);
	builder_xref_stream(&b, 8, "/Root 1 0 R /Encrypt 4 0 R");
	AUTO(pd_freep) struct pd_doc *doc = open_ok(&b);
	struct pd_view view = pd_view_last(doc);

	assert_true(pd_is_encrypted(doc));
	assert_fails(pd_stream_decode(view, pd_load(view, (struct pd_ref){ 5, 0 }), pd_arena(doc), &data, &err), &err,
		     ERR_PDF_ENCRYPTED);
	assert_int_equal(pd_kind(pd_load(view, (struct pd_ref){ 6, 0 })), PD_NULL);
	assert_fails(pd_check(doc, &err), &err, ERR_PDF_ENCRYPTED);
}

static void free_of_nothing(void **state)
{
	(void)state;
	pd_free(NULL);
}

#define TEST(name) cmocka_unit_test_teardown(name, teardown)

static const struct CMUnitTest tests[] = {
	TEST(references_that_lead_to_one_another),
	TEST(first_problem_is_kept),
	TEST(indirect_lengths),
	TEST(bad_indirect_lengths),
	TEST(compressed_length),
	TEST(length_changed_later),
	TEST(object_inside_another),
	TEST(nested_objects),
	TEST(catalog_of_every_revision),
	TEST(encrypted),
	TEST(free_of_nothing),
};

TEST_MAIN(tests)
