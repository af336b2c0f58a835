/* Cross-reference streams, object streams, hybrid and linearized files (ISO 32000-1 7.5.7, 7.5.8, Annex F). */
#include "reading.h"

static struct builder b;

static int teardown(void **state)
{
	(void)state;
	builder_release(&b);
	return 0;
}

static const char *const bodies[] = { "<< /A 1 >>", "(two)", "[3 4]" };

/* 1-3 page, 4-6 in object stream 7, cross-reference stream 8. */
static void simple(void)
{
	builder_release(&b);
	builder_init(&b, "%PDF-1.5\n");
	builder_page(&b);
	builder_objstm(&b, 7, "", 4, bodies, 3);
}

static void opens(void **state)
{
	struct pd_view view;
	uint64_t start;
	uint64_t end;

	(void)state;
	simple();
	builder_xref_stream(&b, 8, "/Root 1 0 R");
	AUTO(pd_freep) struct pd_doc *doc = open_ok(&b);

	view = pd_view_last(doc);
	assert_int_equal(pd_revision(doc, 0)->xref_kind, PD_XREF_STREAM);
	assert_int_equal(pd_revision(doc, 0)->size, 9);
	assert_int_equal(pd_kind(pd_trailer(view)), PD_STREAM);
	assert_int_equal(pd_int(pd_get(view, pd_load(view, (struct pd_ref){ 4, 0 }), "A"), 0), 1);
	assert_int_equal(pd_token_start(pd_load(view, (struct pd_ref){ 5, 0 })), 0);
	assert_int_equal(pd_array_len(pd_load(view, (struct pd_ref){ 6, 0 })), 2);
	assert_int_equal(pd_find_entry(view, 6)->kind, PD_ENTRY_COMPRESSED);
	assert_int_equal(pd_object_extent(view, 6, &start, &end), -1);
	assert_int_equal(pd_object_extent(view, 7, &start, &end), 0);
	check_all_ok(doc);
}

static void increments(void **state)
{
	static const char *const newer[] = { "<< /A 2 >>" };

	(void)state;
	simple();
	builder_xref_stream(&b, 8, "/Root 1 0 R");
	builder_objstm(&b, 9, "/Extends 7 0 R", 4, newer, 1);
	builder_xref_stream(&b, 10, "/Root 1 0 R");
	AUTO(pd_freep) struct pd_doc *doc = open_ok(&b);
	struct pd_view old = pd_view_at(doc, 0);
	struct pd_view last = pd_view_last(doc);

	assert_int_equal(pd_int(pd_get(old, pd_load(old, (struct pd_ref){ 4, 0 }), "A"), 0), 1);
	assert_int_equal(pd_int(pd_get(last, pd_load(last, (struct pd_ref){ 4, 0 }), "A"), 0), 2);
	check_all_ok(doc);
}

/* A table behind a stream: not usual, not ambiguous. */
static void mixed_kinds(void **state)
{
	(void)state;
	simple();
	builder_xref_stream(&b, 8, "/Root 1 0 R");
	builder_object(&b, 4, "1");
	builder_table(&b, "/Root 1 0 R");
	AUTO(pd_freep) struct pd_doc *doc = open_ok(&b);

	assert_int_equal(pd_revision(doc, 1)->xref_kind, PD_XREF_TABLE);
	check_all_ok(doc);
}

static void bad_streams(void **state)
{
	static const struct {
		const char *from, *to, *says;
		enum err_code code;
	} bad[] = {
		{ "/W [1 4 2]", "/W [1 4 3]", "holds 63 bytes for 9 entries of 8", ERR_PDF_XREF },
		{ "/W [1 4 2]", "/W [1 9 2]", "outside 0..8", ERR_PDF_XREF },
		{ "/W [1 4 2]", "/W [7 0 0]", "no room for offsets", ERR_PDF_XREF },
		{ "/W [1 4 2]", "/W [1 -4] ", "no array of three", ERR_PDF_XREF },
		{ "/W [1 4 2]", "/W [1 .4 2", "", ERR_PDF_SYNTAX },
		{ "/W [1 4 2]", "/W (1 4 2)", "no array of three", ERR_PDF_XREF },
		{ "/W [1 4 2]", "/X [1 4 2]", "no array of three", ERR_PDF_XREF },
		{ "/Index [ 0 9]", "/Index [ 0 8]", "bytes for 8 entries", ERR_PDF_XREF },
		{ "/Index [ 0 9]", "/Index [ 1 9]", "", ERR_PDF_XREF },
		{ "/Index [ 0 9]", "/Index [ 009]", "array of pairs", ERR_PDF_XREF },
		{ "/Index [ 0 9]", "/Index [-1 9]", "out of range", ERR_PDF_XREF },
		{ "/Index [ 0 9]", "/Index  null ", "array of pairs", ERR_PDF_XREF },
		{ "/Size 9", "/Size 8", "/Size is 8", ERR_PDF_XREF },
		{ "/Type /XRef", "/Type /XReg", "no cross-reference stream", ERR_PDF_XREF },
		{ "8 0 obj", "9 0 obj", "8 0 is said", ERR_PDF_XREF },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		simple();
		builder_xref_stream(&b, 8, "/Root 1 0 R");
		builder_patch(&b, bad[i].from, bad[i].to);
		open_fails(&b, bad[i].code, bad[i].says);
	}
}

/* An /Index for millions of entries over a few bytes is refused before memory is asked for. */
static void absurd_index(void **state)
{
	(void)state;
	simple();
	builder_xref_stream(&b, 8, "/Root 1 0 R                            ");
	builder_patch(&b, "/Index [ 0 9]", "/Index[0 9e6]");
	open_fails(&b, ERR_PDF_SYNTAX, "malformed number");
	simple();
	builder_xref_stream(&b, 8, "/Root 1 0 R");
	builder_patch(&b, "/Index [ 0 9]", "/Index[0 8e6]");
	builder_patch(&b, "[0 8e6]", "[0 999]");
	open_fails(&b, ERR_PDF_XREF, "holds 63 bytes");
	simple();
	builder_xref_stream(&b, 8, "/Root 1 0 R /Index2 [ 0 8388608 0 8388608 ]");
	builder_patch(&b, "/Index [ 0 9]", "/Jndex [ 0 9]");
	builder_patch(&b, "/Index2 ", "/Index  ");
	open_fails(&b, ERR_PDF_XREF, "cannot hold");
}

static void not_direct(void **state)
{
	static const char *const dicts[] = { "/Root 1 0 R /Filter 2 0 R", "/Root 1 0 R /DecodeParms 2 0 R" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(dicts); i++) {
		simple();
		builder_xref_stream(&b, 8, dicts[i]);
		open_fails(&b, ERR_PDF_XREF, "is a reference");
	}
	simple();
	builder_object(&b, 9, "63");
	builder_xref_stream(&b, 8, "/Root 1 0 R");
	builder_patch_last(&b, "/Length 70 >>", "/Length 9 0 R");
	open_fails(&b, ERR_PDF_SYNTAX, "");
}

/* Entry types above 2, a generation and a container out of range, widths that default. */
static void entry_values(void **state)
{
	static const struct {
		char kind;
		uint32_t gen;
		uint64_t offset;
		uint32_t index;
		const char *says;
	} bad[] = { { 'c', 0, 99, 0, "object stream 99, which is no" },
		    { 'c', 0, 4, 0, "object stream 4, which is no" },
		    { 'c', 0, 0, 0, "object stream 0" },
		    { 'n', 0, 4000000000, 0, "outside its revision" },
		    { 'n', 7, 9, 0, "there is 1 0 obj" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		simple();
		builder_entry(&b, 9, bad[i].gen, bad[i].kind, bad[i].offset, bad[i].index);
		builder_xref_stream(&b, 8, "/Root 1 0 R");
		open_fails(&b, ERR_PDF_XREF, bad[i].says);
	}
	simple();
	builder_xref_stream(&b, 8, "/Root 1 0 R");
	b.out.data[builder_find(&b, ">>\nstream\n") + 10 + 8 * 7] = 3;
	open_fails(&b, ERR_PDF_XREF, "type 3");
}

static void bad_object_streams(void **state)
{
	static const struct {
		const char *from, *to, *says;
	} bad[] = {
		{ "/Type /ObjStm", "/Type /ObjStn", "is no object stream" },
		{ "/N 3", "/N 4", "before /First" },
		{ "/N 3", "/N 9", "more than fits" },
		{ "/N 3", "/N 2", "between its offsets and /First" },
		{ "/N 3", "/M 3", "/N is missing" },
		{ "/First 14", "/First 15", "between its offsets and /First" },
		{ "/First 14", "/First 99", "/First is missing" },
		{ "/First 14", "/Fist  14", "/First is missing" },
		{ "4 0 5 11 6 17 ", "4 0 5 11 6 11 ", "ascend" },
		{ "4 0 5 11 6 17 ", "4 0 5 11 6 99 ", "malformed offset" },
		{ "4 0 5 11 6 17 ", "4 0 5 11 0 17 ", "malformed object number" },
		{ "4 0 5 11 6 17 ", "4 0 5 11 9 17 ", "object 6 is not at index 2" },
		{ "4 0 5 11 6 17 ", "4 1 5 11 6 17 ", "ascend from 0" },
		{ "4 0 5 11 6 17 ", "4 0 5 11 6 1x ", "malformed offset" },
		{ "(two)", "(two ", "object 5" },
		{ "(two)", "1 2 3", "more than one value" },
		{ "(two)", "strea", "object 5" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct pd_doc *doc;
		struct err err = ERR_INIT;

		simple();
		builder_xref_stream(&b, 8, "/Root 1 0 R");
		builder_patch(&b, bad[i].from, bad[i].to);
		doc = open_ok(&b);
		if (pd_load_all(doc, &err) == 0)
			fail_msg("%s instead of %s was accepted", bad[i].to, bad[i].from);
		if (!strstr(err.detail, bad[i].says))
			fail_msg("\"%s\" does not say \"%s\"", err.detail, bad[i].says);
		/* On demand it is null and the problem stays; the object stream is not decoded for each of its objects.
		 */
		for (uint32_t num = 4; num < 7; num++)
			pd_load(pd_view_last(doc), (struct pd_ref){ num, 0 });
		assert_int_equal(pd_check(doc, &err), -1);
		pd_free(doc);
	}
}

static void extends(void **state)
{
	(void)state;
	builder_release(&b);
	builder_init(&b, "%PDF-1.5\n");
	builder_page(&b);
	builder_objstm(&b, 7, "/Extends 8 0 R", 4, bodies, 1);
	builder_objstm(&b, 8, "/Extends 7 0 R", 5, bodies, 1);
	builder_xref_stream(&b, 9, "/Root 1 0 R");
	load_all_fails(&b, ERR_PDF_STRUCTURE, "does not end");
	builder_patch(&b, "/Extends 8 0 R", "/Extends 3 0 R");
	load_all_fails(&b, ERR_PDF_STRUCTURE, "leads to no object stream");
	builder_patch(&b, "/Extends 3 0 R", "/Extends 77   ");
	load_all_fails(&b, ERR_PDF_STRUCTURE, "leads to no object stream");
}

/* The object stream's own /Length inside itself: needs itself to be read. */
static void needs_itself(void **state)
{
	static const char *const length[] = { "33" };
	struct err err = ERR_INIT;

	(void)state;
	builder_release(&b);
	builder_init(&b, "%PDF-1.5\n");
	builder_page(&b);
	builder_objstm(&b, 7, "", 4, length, 1);
	builder_xref_stream(&b, 8, "/Root 1 0 R");
	builder_patch(&b, "/Length 7 >>", "ngth 4 0 R>>");
	AUTO(pd_freep) struct pd_doc *doc = NULL;

	if (pd_open(builder_bytes(&b), 0, &doc, &err) == 0) {
		assert_int_equal(pd_kind(pd_load(pd_view_last(doc), (struct pd_ref){ 4, 0 })), PD_NULL);
		assert_int_equal(pd_load_all(doc, &err), -1);
	}
}

static void containers_are_never_redefined(void **state)
{
	(void)state;
	simple();
	builder_xref_stream(&b, 8, "/Root 1 0 R");
	builder_object(&b, 7, "1");
	builder_table(&b, "/Root 1 0 R");
	open_fails(&b, ERR_PDF_XREF, "stream 7 is redefined");
	simple();
	builder_xref_stream(&b, 8, "/Root 1 0 R");
	builder_object(&b, 8, "1");
	builder_table(&b, "/Root 1 0 R");
	open_fails(&b, ERR_PDF_XREF, "stream 8 is redefined");
	simple();
	builder_xref_stream(&b, 8, "/Root 1 0 R");
	builder_entry(&b, 7, 1, 'f', 0, 0);
	builder_table(&b, "/Root 1 0 R");
	open_fails(&b, ERR_PDF_XREF, "stream 7 is redefined");
}

/* A later revision may not dig objects out of an earlier revision's object stream. */
static void containers_of_their_own_revision(void **state)
{
	(void)state;
	simple();
	builder_xref_stream(&b, 8, "/Root 1 0 R");
	builder_entry(&b, 9, 0, 'c', 7, 1);
	builder_xref_stream(&b, 10, "/Root 1 0 R");
	open_fails(&b, ERR_PDF_XREF, "object stream 7 of an earlier revision");
}

static void stream_number_means_one_thing(void **state)
{
	(void)state;
	simple();
	builder_object(&b, 8, "1");
	uint64_t at = b.entries[b.count - 1].offset;

	builder_xref_stream(&b, 9, "/Root 1 0 R");
	builder_patch(&b, "9 0 obj", "8 0 obj");
	open_fails(&b, ERR_PDF_XREF, "");
	(void)at;
}

/* ---- hybrid ---- */

/* Table with 1-3 and 7; 4 hidden (free in the table) in object stream 7 by the /XRefStm 8. */
static void hybrid(bool conflict)
{
	builder_release(&b);
	builder_init(&b, "%PDF-1.5\n");
	builder_page(&b);
	struct builder_entry page = b.entries[2];
	struct builder_entry keep[8];

	builder_objstm(&b, 7, "", 4, bodies, 1);
	memcpy(keep, b.entries, sizeof(keep)); /* 1 2 3, 4 (compressed), 7 */
	b.entries[0] = keep[3];
	b.count = 1;
	if (conflict)
		builder_entry(&b, 3, 0, 'c', 7, 0);
	else
		builder_entry(&b, 3, 0, 'n', page.offset, 0);
	builder_hidden_stream(&b, 8, "/Root 1 0 R");
	memcpy(b.entries, keep, 3 * sizeof(keep[0]));
	b.entries[3] = keep[4];
	b.count = 4;
	builder_entry(&b, 8, 0, 'n', b.xref_stm, 0);
	builder_entry(&b, 4, 65535, 'f', 0, 0);
	builder_table(&b, "/Root 1 0 R");
}

static void hybrid_files(void **state)
{
	(void)state;
	hybrid(/* conflict= */ false);
	open_fails(&b, ERR_PDF_HYBRID, "/XRefStm");
	AUTO(pd_freep) struct pd_doc *doc = open_flags(&b, PD_OPEN_ALLOW_HYBRID);
	struct pd_view view = pd_view_last(doc);

	assert_int_equal(pd_revision(doc, 0)->xref_kind, PD_XREF_HYBRID);
	assert_int_equal(pd_int(pd_get(view, pd_load(view, (struct pd_ref){ 4, 0 }), "A"), 0), 1);
	check_all_ok(doc);
	hybrid(/* conflict= */ true);
	open_fails_flags(&b, PD_OPEN_ALLOW_HYBRID, ERR_PDF_HYBRID, "object 3 differs");
}

/* What the stream of a hybrid increment redefines, a reader of tables does not see. */
static void hybrid_increment_with_two_views(void **state)
{
	uint64_t at;

	(void)state;
	builder_release(&b);
	builder_init(&b, "%PDF-1.5\n");
	builder_page(&b);
	builder_table(&b, "/Root 1 0 R");
	at = b.out.len;
	builder_raw(&b, "3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>\nendobj\n");
	builder_entry(&b, 3, 0, 'n', at, 0);
	builder_hidden_stream(&b, 4, "/Root 1 0 R");
	builder_entry(&b, 4, 0, 'n', b.xref_stm, 0);
	builder_table(&b, "/Root 1 0 R");
	open_fails_flags(&b, PD_OPEN_ALLOW_HYBRID, ERR_PDF_HYBRID, "object 3 differs");
}

static void bad_hybrid_pointers(void **state)
{
	static const char *const stm[] = { "/XRefStm 9999999", "/XRefStm 0000009", "/XRefStm 0000000",
					   "/XRefStm 00000-1" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(stm); i++) {
		struct pd_doc *doc = NULL;
		struct err err = ERR_INIT;

		builder_release(&b);
		builder_init(&b, "%PDF-1.5\n");
		builder_page(&b);
		builder_table(&b, "/Root 1 0 R /XRefStm 1234567");
		builder_patch(&b, "/XRefStm 1234567", stm[i]);
		assert_int_equal(pd_open(builder_bytes(&b), PD_OPEN_ALLOW_HYBRID, &doc, &err), -1);
		assert_true(err.code == ERR_PDF_XREF || err.code == ERR_PDF_SYNTAX);
	}
	builder_release(&b);
	builder_init(&b, "%PDF-1.5\n");
	builder_page(&b);
	builder_table(&b, "/Root 1 0 R /XRefStm 00000000");
	char self[32];

	snprintf(self, sizeof(self), "/XRefStm %08llu", (unsigned long long)b.prev);
	builder_patch(&b, "/XRefStm 00000000", self);
	open_fails_flags(&b, PD_OPEN_ALLOW_HYBRID, ERR_PDF_HYBRID, "points behind it");
}

/* Word: the finished file, then an empty table whose /XRefStm lies before and lists everything again, hidden objects
 * too. */
static void word_shape(void **state)
{
	struct builder_entry keep[8];
	uint64_t hidden;

	(void)state;
	builder_release(&b);
	builder_init(&b, "%PDF-1.5\n");
	builder_page(&b);
	hidden = b.out.len;
	builder_raw(&b, "5 0 obj\n(hidden)\nendobj\n");
	builder_objstm(&b, 7, "", 4, bodies, 1);
	memcpy(keep, b.entries, sizeof(keep));
	builder_entry(&b, 5, 0, 'n', hidden, 0);
	builder_hidden_stream(&b, 8, "/Root 1 0 R");
	uint64_t stm = b.xref_stm;

	memcpy(b.entries, keep, 3 * sizeof(keep[0]));
	b.entries[3] = keep[4];
	b.count = 4;
	builder_entry(&b, 4, 65535, 'f', 0, 0);
	builder_entry(&b, 5, 65535, 'f', 0, 0);
	builder_entry(&b, 8, 0, 'n', stm, 0);
	b.xref_stm = 0;
	builder_table(&b, "/Root 1 0 R");
	uint64_t second = b.out.len;

	builder_raw(
	    &b, "xref\n0 0\ntrailer\n<< /Size 9 /Root 1 0 R /Prev %llu /XRefStm %llu >>\nstartxref\n%llu\n%%%%EOF\n",
	    (unsigned long long)b.prev, (unsigned long long)stm, (unsigned long long)second);
	AUTO(pd_freep) struct pd_doc *doc = open_flags(&b, PD_OPEN_ALLOW_HYBRID);
	struct pd_view view = pd_view_last(doc);
	size_t count;

	assert_int_equal(pd_revision_count(doc), 2);
	pd_revision_entries(doc, 1, &count);
	assert_int_equal(count, 2); /* 4 and 5; the rest is repetition */
	assert_int_equal(pd_kind(pd_load(view, (struct pd_ref){ 5, 0 })), PD_STRING);
	assert_int_equal(pd_int(pd_get(view, pd_load(view, (struct pd_ref){ 4, 0 }), "A"), 0), 1);
	check_all_ok(doc);
}

/* ---- linearized ---- */

static uint64_t lin_first; /* offset of the first-page section */
static uint64_t lin_main;

/* Objects 3, 4 in the first-page section, 1, 2 in the main one at the end. Written twice: the second time with the
 * right numbers. */
static void linearized(const char *extra_main, bool first_tail)
{
	uint64_t length = 0;
	uint64_t at[5] = { 0 };

	lin_first = lin_main = 0;
	for (int pass = 0; pass < 2; pass++) {
		builder_release(&b);
		builder_init(&b, "%PDF-1.4\n");
		at[4] = b.out.len;
		builder_raw(&b, "4 0 obj\n<< /Linearized 1 /L %06llu /H [0 0] /O 3 /E 0 /N 1 /T %06llu >>\nendobj\n",
			    (unsigned long long)length, (unsigned long long)lin_main);
		lin_first = b.out.len;
		builder_raw(
		    &b,
		    "xref\n3 2\n%010llu 00000 n \n%010llu 00000 n \ntrailer\n<< /Size 5 /Root 1 0 R /Prev %06llu >>\n",
		    (unsigned long long)at[3], (unsigned long long)at[4], (unsigned long long)lin_main);
		if (first_tail)
			builder_raw(&b, "startxref\n0\n%%%%EOF\n");
		at[3] = b.out.len;
		builder_raw(&b, "3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>\nendobj\n");
		at[1] = b.out.len;
		builder_raw(&b, "1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n");
		at[2] = b.out.len;
		builder_raw(&b, "2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n");
		lin_main = b.out.len;
		builder_raw(
		    &b,
		    "xref\n0 3\n0000000000 65535 f \n%010llu 00000 n \n%010llu 00000 n \ntrailer\n<< /Size 3 %s >>\n",
		    (unsigned long long)at[1], (unsigned long long)at[2], extra_main);
		builder_raw(&b, "startxref\n%llu\n%%%%EOF\n", (unsigned long long)lin_first);
		length = b.out.len;
	}
	b.prev = lin_first;
	b.size = 5;
}

static void linearized_is_one_revision(void **state)
{
	(void)state;
	for (int tail = 0; tail < 2; tail++) {
		linearized("", tail);
		builder_object(&b, 5, "1");
		builder_table(&b, "/Root 1 0 R");
		AUTO(pd_freep) struct pd_doc *doc = open_ok(&b);
		size_t count;

		assert_true(pd_is_linearized(doc));
		assert_int_equal(pd_revision_count(doc), 2);
		assert_true(pd_revision(doc, 0)->linearized);
		assert_false(pd_revision(doc, 1)->linearized);
		assert_int_equal(pd_revision(doc, 0)->startxref, lin_first);
		assert_int_equal(pd_revision(doc, 0)->size, 5);
		pd_revision_entries(doc, 0, &count);
		assert_int_equal(count, 5);
		check_all_ok(doc);
	}
}

static void forward_only_when_linearized(void **state)
{
	char from[32];
	char to[32];

	(void)state;
	linearized("", true);
	builder_patch(&b, "/Linearized", "/Linealized");
	open_fails(&b, ERR_PDF_XREF, "not linearized");
	linearized("/Prev 9", true);
	open_fails(&b, ERR_PDF_XREF, "has a /Prev");
	linearized("", true);
	snprintf(from, sizeof(from), "/L %06llu", (unsigned long long)b.out.len);
	snprintf(to, sizeof(to), "/L %06llu", (unsigned long long)b.out.len - 9);
	builder_patch(&b, from, to);
	open_fails(&b, ERR_PDF_XREF, "/L of the linearization");
	linearized("/XRefStm 9", true);
	open_fails_flags(&b, PD_OPEN_ALLOW_HYBRID, ERR_PDF_HYBRID, "linearized");
	linearized("", true);
	snprintf(from, sizeof(from), "startxref\n%llu", (unsigned long long)lin_first);
	snprintf(to, sizeof(to), "startxref\n%llu", (unsigned long long)lin_main);
	if (strlen(from) == strlen(to)) {
		builder_patch(&b, from, to);
		AUTO(pd_freep) struct pd_doc *doc = NULL;
		struct err err = ERR_INIT;

		assert_int_equal(pd_open(builder_bytes(&b), 0, &doc, &err), -1);
	}
}

/* Both sections of a linearized file may list a number only when they say the same. */
static void linearized_sections_agree(void **state)
{
	(void)state;
	linearized("", true);
	builder_patch(&b, "xref\n3 2\n", "xref\n2 2\n");
	open_fails(&b, ERR_PDF_XREF, "object 2 has two cross-reference entries");
}

#define TEST(name) cmocka_unit_test_teardown(name, teardown)

static const struct CMUnitTest tests[] = {
	TEST(opens),
	TEST(increments),
	TEST(mixed_kinds),
	TEST(bad_streams),
	TEST(absurd_index),
	TEST(not_direct),
	TEST(entry_values),
	TEST(bad_object_streams),
	TEST(extends),
	TEST(needs_itself),
	TEST(containers_are_never_redefined),
	TEST(containers_of_their_own_revision),
	TEST(stream_number_means_one_thing),
	TEST(hybrid_files),
	TEST(hybrid_increment_with_two_views),
	TEST(bad_hybrid_pointers),
	TEST(word_shape),
	TEST(linearized_is_one_revision),
	TEST(forward_only_when_linearized),
	TEST(linearized_sections_agree),
};

TEST_MAIN(tests)
