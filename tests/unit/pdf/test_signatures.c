/* Signature dictionaries as written, and rules 2 and 3 of the validation rules. */
#include "reading.h"

#include "pdf/fields.h"
#include "pdf/limits.h"
#include "util/arena.h"

static struct builder b;
static struct arena *arena;
static struct pd_doc *doc;
static struct pd_signature_list list;
static struct err err;

static int teardown(void **state)
{
	(void)state;
	pd_free(doc);
	doc = NULL;
	arena_free(arena);
	arena = NULL;
	builder_release(&b);
	return 0;
}

static void begin(const char *catalog)
{
	teardown(NULL);
	builder_init(&b, "%PDF-1.7\n");
	builder_object(&b, 1,
		       "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [10 0 R 11 0 R 12 0 R 13 0 R] >> %s >>",
		       catalog);
	builder_object(&b, 2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
	builder_object(&b, 3, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>");
}

static void make_list(void)
{
	builder_table(&b, "/Root 1 0 R");
	doc = open_ok(&b);
	arena = arena_new(0);
	assert_ok(pd_signature_list(pd_view_last(doc), arena, &list, &err), &err);
}

static void listed_as_written(void **state)
{
	(void)state;
	begin("/Perms << /DocMDP 20 0 R >>");
	builder_object(&b, 10, "<< /FT /Sig /T (signed) /V 20 0 R >>");
	builder_object(&b, 11, "<< /FT /Sig /T (empty) >>");
	builder_object(&b, 12, "<< /FT /Tx /T (text) /V (not a signature) >>");
	builder_object(&b, 13, "<< /FT /Sig /T (direct) /V << /Type /Sig /SubFilter 5 >> >>");
	builder_object(&b, 20, "<< /Type /Sig /SubFilter /ETSI.CAdES.detached /Contents <00> /ByteRange [0 1 2 3] >>");
	make_list();
	assert_int_equal(list.count, 2);
	assert_string_equal(list.items[0].field->name, "signed");
	assert_int_equal(list.items[0].ref.num, 20);
	assert_true(str_is(list.items[0].sub_filter, "ETSI.CAdES.detached"));
	assert_int_equal(pd_array_len(list.items[0].byte_range), 4);
	assert_int_equal(pd_string(list.items[0].contents).n, 1);
	assert_int_equal(list.items[0].docmdp_p, 2); /* named by /Perms alone: the default level */
	assert_int_equal(list.items[1].ref.num, 0);
	assert_int_equal(list.items[1].sub_filter.n, 0);
	assert_null(list.items[1].contents);
	assert_null(list.items[1].byte_range);
	assert_int_equal(list.items[1].docmdp_p, 0);
}

/* Universal signature forgery: what is null, missing or of the wrong kind is still a signature to be judged. */
static void never_skipped(void **state)
{
	(void)state;
	begin("");
	builder_object(&b, 10, "<< /FT /Sig /T (null) /V null >>");
	builder_object(&b, 11, "<< /FT /Sig /T (dangling) /V 99 0 R >>");
	builder_object(&b, 12, "<< /FT /Sig /T (number) /V 5 >>");
	builder_object(&b, 13, "<< /T (untyped) /V << /Type /DocTimeStamp >> >>");
	make_list();
	assert_int_equal(list.count, 4);
	for (size_t i = 0; i < 4; i++) {
		uint64_t range[4] = { 7, 7, 7, 7 };

		assert_fails(pd_signature_range(pd_view_last(doc), &list.items[i], range, &err), &err,
			     ERR_PDF_SIGNATURE);
		assert_int_equal(range[0], 7);
	}
	begin("");
	builder_object(&b, 10, "<< /FT /Tx /T (disguised) /V 11 0 R >>");
	builder_object(&b, 11, "<< /ByteRange 5 >>");
	make_list();
	assert_int_equal(list.count, 1);
}

static void certification_levels(void **state)
{
	static const struct {
		const char *reference;
		int p;
	} cases[] = {
		{ "[<< /TransformMethod /DocMDP /TransformParams << /P 1 >> >>]", 1 },
		{ "[<< /TransformMethod /DocMDP /TransformParams 21 0 R >>]", 3 },
		{ "[<< /TransformMethod /DocMDP >>]", 2 },
		{ "[<< /TransformMethod /DocMDP /TransformParams << /P 9 >> >>]", 1 },
		{ "[<< /TransformMethod /FieldMDP /TransformParams << /P 3 >> >>]", 0 },
		{ "null", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		begin("");
		builder_object(&b, 10, "<< /FT /Sig /T (s) /V 20 0 R >>");
		builder_object(&b, 20, "<< /Type /Sig /Reference %s >>", cases[i].reference);
		builder_object(&b, 21, "<< /P 3 >>");
		make_list();
		assert_int_equal(list.items[0].docmdp_p, cases[i].p);
	}
}

static void in_order_of_revisions(void **state)
{
	(void)state;
	begin("");
	builder_object(&b, 10, "<< /FT /Sig /T (second) >>");
	builder_object(&b, 11, "<< /FT /Sig /T (first) /V 20 0 R >>");
	builder_object(&b, 12, "<< /FT /Sig /T (also first) /V 20 0 R >>");
	builder_object(&b, 20, "<< /Type /Sig >>");
	builder_table(&b, "/Root 1 0 R");
	builder_object(&b, 10, "<< /FT /Sig /T (second) /V 21 0 R >>");
	builder_object(&b, 21, "<< /Type /Sig >>");
	make_list();
	assert_int_equal(list.count, 3);
	assert_string_equal(list.items[0].field->name, "first");
	assert_string_equal(list.items[1].field->name, "also first");
	assert_string_equal(list.items[2].field->name, "second");
	assert_int_equal(list.items[2].revision, 1);
}

/* ---- ranges ---- */

static void put_range(const char *from, uint64_t a, uint64_t c, uint64_t d)
{
	char to[64];

	snprintf(to, sizeof(to), "[0 %llu %llu %llu]", (unsigned long long)a, (unsigned long long)c,
		 (unsigned long long)d);
	while (strlen(to) < strlen(from))
		strcat(to, " ");
	builder_patch(&b, from, to);
}

/* A signature over the whole file but its /Contents. `contents` is the token. */
static void sign(const char *contents)
{
	uint64_t at;

	begin("");
	builder_object(&b, 10, "<< /FT /Sig /T (s) /V 20 0 R >>");
	builder_object(&b, 20,
		       "<< /Type /Sig /ByteRange [0 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA] /Other <0000> /Contents %s >>",
		       contents);
	builder_table(&b, "/Root 1 0 R");
	at = builder_find(&b, contents);
	put_range("[0 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA]", at, at + strlen(contents), b.out.len - at - strlen(contents));
}

static int range_of(uint64_t range[4])
{
	doc = open_ok(&b);
	arena = arena_new(0);
	assert_ok(pd_signature_list(pd_view_last(doc), arena, &list, &err), &err);
	assert_int_equal(list.count, 1);
	return pd_signature_range(pd_view_last(doc), &list.items[0], range, &err);
}

static void good_range(void **state)
{
	uint64_t range[4];

	(void)state;
	sign("<30820000>");
	assert_ok(range_of(range), &err);
	assert_int_equal(range[0], 0);
	assert_int_equal(b.out.data[range[1]], '<');
	assert_int_equal(b.out.data[range[2] - 1], '>');
	assert_int_equal(range[2] + range[3], b.out.len);
}

static void bad_contents(void **state)
{
	static const struct {
		const char *contents, *says;
	} bad[] = { { "<308200 00>", "pairs of hexadecimal digits" },
		    { "<3082000>", "pairs of hexadecimal digits" },
		    { "<3082\n0000>", "pairs of" },
		    { "(abcdefgh)", "no direct hexadecimal string" },
		    { "null      ", "no direct hexadecimal" },
		    { "2 0 R     ", "no direct hexadecimal" },
		    { "[<3082>]  ", "no direct hexadecimal" } };
	uint64_t range[4];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		sign(bad[i].contents);
		assert_fails_saying(range_of(range), &err, ERR_PDF_SIGNATURE, bad[i].says);
	}
	sign("<30820000>");
	builder_patch(&b, "/Contents", "/Contentz");
	assert_fails_saying(range_of(range), &err, ERR_PDF_SIGNATURE, "/Contents is missing");
}

/* The numbers of /ByteRange, each way wrong; and a gap that is another string (signature wrapping). */
static void bad_ranges(void **state)
{
	static const struct {
		const char *range, *says;
	} bad[] = {
		{ "[0 1 2]", "not four numbers" },
		{ "[0 1 2 3 4]", "not four numbers" },
		{ "[]", "not four numbers" },
		{ "null", "no direct array" },
		{ "20 0 R", "no direct array" },
		{ "[0 (1) 2 3]", "non-negative" },
		{ "[0 1.0 2 3]", "non-negative" },
		{ "[0 -1 2 3]", "non-negative" },
		{ "[0 null 2 3]", "non-negative" },
		{ "[0 20 0 R 2 3]", "non-negative" },
		{ "[1 10 20 3]", "begin with 0" },
		{ "[0 0 20 3]", "begin with 0" },
		{ "[0 20 20 3]", "no gap" },
		{ "[0 20 10 3]", "no gap" },
		{ "[0 10 20 99999]", "beyond the end" },
		{ "[0 10 99999 0]", "beyond the end" },
		{ "[0 10 20 999999999999999999]", "beyond the end" },
		{ "[0 10 999999999999999999 9]", "beyond" },
		{ "[0 10 20 30]", "is not its own /Contents" },
	};
	uint64_t range[4];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		sign("<30820000>");
		uint64_t at = builder_find(&b, "/ByteRange ") + 11;
		uint64_t end = builder_find(&b, "/Other");

		assert_true(strlen(bad[i].range) <= end - at);
		memset(b.out.data + at, ' ', end - at);
		memcpy(b.out.data + at, bad[i].range, strlen(bad[i].range));
		assert_fails_saying(range_of(range), &err, ERR_PDF_SIGNATURE, bad[i].says);
	}
	sign("<30820000>");
	builder_patch(&b, "/ByteRange", "/ByteRage ");
	assert_fails_saying(range_of(range), &err, ERR_PDF_SIGNATURE, "/ByteRange is missing");
}

/* The gap one byte too wide or too narrow at either end, or around another string of the dictionary. */
static void gap_is_the_token(void **state)
{
	uint64_t range[4];

	(void)state;
	for (int i = 0; i < 5; i++) {
		uint64_t at;
		uint64_t end;

		teardown(NULL);
		begin("");
		builder_object(&b, 10, "<< /FT /Sig /T (s) /V 20 0 R >>");
		builder_object(&b, 20,
			       "<< /Type /Sig /ByteRange [0 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA] /Other <3082> /Contents "
			       "<30820000> >>");
		builder_table(&b, "/Root 1 0 R");
		at = builder_find(&b, i == 4 ? "<3082>" : "<30820000>") + (i == 0) - (i == 1);
		end = builder_find(&b, i == 4 ? "<3082>" : "<30820000>") + (i == 4 ? 6 : 10) + (i == 2) - (i == 3);
		put_range("[0 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA]", at, end, b.out.len - end);
		assert_fails_saying(range_of(range), &err, ERR_PDF_SIGNATURE, "not its own /Contents");
	}
}

/* A dictionary out of an object stream has no place in the file that a gap could be. */
static void compressed_dictionary(void **state)
{
	static const char *const body[] = { "<< /Type /Sig /ByteRange [0 1 2 3] /Contents <3082> >>" };
	uint64_t range[4];

	(void)state;
	begin("");
	builder_object(&b, 10, "<< /FT /Sig /T (s) /V 20 0 R >>");
	builder_objstm(&b, 21, "", 20, body, 1);
	builder_xref_stream(&b, 22, "/Root 1 0 R");
	assert_fails_saying(range_of(range), &err, ERR_PDF_SIGNATURE, "not its own /Contents");
}

static void too_many(void **state)
{
	AUTO(buf_release) struct buf fields = BUF_INIT;

	(void)state;
	teardown(NULL);
	builder_init(&b, "%PDF-1.7\n");
	for (int i = 0; i <= PD_MAX_SIGNATURES; i++)
		buf_printf(&fields, "<< /FT /Sig /T (%d) /V 3 0 R >> ", i);
	builder_object(&b, 1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [%s] >> >>", buf_str(&fields));
	builder_object(&b, 2, "<< /Type /Pages /Kids [] /Count 0 >>");
	builder_table(&b, "/Root 1 0 R");
	doc = open_ok(&b);
	arena = arena_new(0);
	assert_fails(pd_signature_list(pd_view_last(doc), arena, &list, &err), &err, ERR_PDF_LIMIT);
}

#define TEST(name) cmocka_unit_test_teardown(name, teardown)

static const struct CMUnitTest tests[] = {
	TEST(listed_as_written),
	TEST(never_skipped),
	TEST(certification_levels),
	TEST(in_order_of_revisions),
	TEST(good_range),
	TEST(bad_contents),
	TEST(bad_ranges),
	TEST(gap_is_the_token),
	TEST(compressed_dictionary),
	TEST(too_many),
};

TEST_MAIN(tests)
