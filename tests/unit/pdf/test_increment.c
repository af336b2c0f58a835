/* test_increment.c - the frame of an increment: numbers, offsets, cross-references of the file's own kind, shared
 * dictionaries. */
#include "test.h"

#include "increments.h"
#include "pdf/increment_priv.h"
#include "util/file.h"

enum kind { TABLE, STREAM };

static void end_revision(struct builder *b, enum kind kind, const char *trailer)
{
	if (kind == TABLE)
		builder_table(b, trailer);
	else
		builder_xref_stream(b, b->size, trailer);
}

static void put(struct session *s, struct pd_ref ref, const char *text)
{
	struct err err = ERR_INIT;
	AUTO(buf_release) struct buf body = BUF_INIT;

	buf_puts(&body, text);
	assert_ok(pd_inc_put(s->inc, ref, &body, &err), &err);
}

static void sign(struct session *s, const char *name)
{
	struct pd_signature_spec spec = { .field_name = name,
					  .sub_filter = "ETSI.CAdES.detached",
					  .contents_bytes = 32 };
	struct err err = ERR_INIT;

	assert_ok(pd_inc_signature(s->inc, &spec, &err), &err);
}

static void one_object(enum kind kind, size_t junk, const char *tail)
{
	struct builder b;
	struct session s;
	struct pd_ref ref;

	builder_init(&b, "");
	buf_fill(&b.out, '#', junk);
	builder_raw(&b, "%%PDF-1.6\n%%\xe2\xe3\xcf\xd3\n");
	b.base = junk;
	page_objects(&b, "", "");
	builder_object(&b, 4, "<< /Title (w) >>");
	end_revision(&b, kind, "/Root 1 0 R /Info 4 0 R /ID [<aa> <bb>]");
	builder_object(&b, 4, "<< /Title (x) >>");
	b.tail = tail;
	end_revision(&b, kind, "/Root 1 0 R /Info 4 0 R /ID [<aa> <bb>]");
	session_begin(&s, &b);
	for (int round = 0; round < 2; round++) {
		struct pd_ref stream;
		struct err err = ERR_INIT;
		static const struct buf none = BUF_INIT;

		ref = pd_inc_reserve(s.inc);
		put(&s, ref, "(first)");
		put(&s, ref, "[42 (second)]"); /* replaces */
		put(&s, (struct pd_ref){ 4, 0 }, "<< /Title (y) >>");
		pd_inc_reserve(s.inc); /* never put: a hole in the numbers */
		stream = pd_inc_reserve(s.inc);
		assert_ok(
		    pd_inc_put_stream(s.inc, stream, &none, (struct bytes){ (const uint8_t *)"hello", 5 }, true, &err),
		    &err);
		session_finish(&s);
		assert_int_equal(pd_int(pd_array_raw(pd_load(session_view(&s), ref), 0), 0), 42);
		assert_int_equal(pd_kind(pd_load(session_view(&s), stream)), PD_STREAM);
	}
	assert_int_equal(pd_revision_count(s.doc), 4);
	assert_int_equal(pd_base_offset(s.doc), junk);
	assert_memory_equal(pd_string(pd_array_raw(pd_dict_raw(pd_trailer(session_view(&s)), "ID"), 0)).p, "\xaa", 1);
	assert_int_equal(pd_string(pd_array_raw(pd_dict_raw(pd_trailer(session_view(&s)), "ID"), 1)).n, 16);
	assert_int_equal(s.result.byte_range[3], 0);
	session_end(&s);
	builder_release(&b);
}

static void test_both_kinds(void **state)
{
	(void)state;
	one_object(TABLE, 0, "\n");
	one_object(STREAM, 0, "\n");
}

static void test_bytes_before_the_header(void **state)
{
	(void)state;
	one_object(TABLE, 1, "\n"); /* a line end before the section is as long as what stands before the header */
	one_object(STREAM, 1, "\n");
	one_object(TABLE, 17, "\n");
	one_object(STREAM, 1000, "\n");
}

static void test_ends_of_file(void **state)
{
	(void)state;
	one_object(TABLE, 0, "");
	one_object(STREAM, 0, "");
	one_object(TABLE, 0, "\r\n");
	one_object(TABLE, 0, "\r");
}

static void test_nothing_put_is_nothing_written(void **state)
{
	struct builder b;
	struct session s;
	struct err err = ERR_INIT;
	static const uint8_t seed[16] = { 0 };

	(void)state;
	builder_init(&b, "%PDF-1.7\n");
	builder_page(&b);
	builder_table(&b, "/Root 1 0 R");
	session_begin(&s, &b);
	assert_ok(pd_inc_finish(s.inc, seed, &s.result, &err), &err);
	assert_int_equal(s.result.tail.len, 0);
	session_end(&s);
	builder_release(&b);
}

static void test_id_is_made_when_there_is_none(void **state)
{
	struct builder b;
	struct session s;
	const struct pd_obj *id;

	(void)state;
	builder_init(&b, "%PDF-1.7\n");
	builder_page(&b);
	builder_table(&b, "/Root 1 0 R");
	session_begin(&s, &b);
	put(&s, pd_inc_reserve(s.inc), "1");
	session_finish(&s);
	id = pd_dict_raw(pd_trailer(session_view(&s)), "ID");
	assert_int_equal(pd_array_len(id), 2);
	assert_true(bytes_eq(pd_string(pd_array_raw(id, 0)), pd_string(pd_array_raw(id, 1))));
	session_end(&s);
	builder_release(&b);
}

static void test_numbers_are_fresh(void **state)
{
	struct builder b;
	struct session s;

	(void)state;
	builder_init(&b, "%PDF-1.7\n");
	builder_page(&b);
	b.size = 90; /* a file may reserve numbers that it does not use */
	builder_table(&b, "/Root 1 0 R");
	session_begin(&s, &b);
	assert_int_equal(pd_inc_reserve(s.inc).num, 90);
	assert_int_equal(pd_inc_reserve(s.inc).num, 91);
	session_end(&s);
	builder_release(&b);
}

static void refused(struct builder *b, enum err_code code)
{
	struct err err = ERR_INIT;
	struct pd_doc *doc = NULL;
	struct pd_inc *inc = NULL;

	assert_ok(pd_open(builder_bytes(b), PD_OPEN_ALLOW_HYBRID, &doc, &err), &err);
	assert_fails(pd_inc_new(doc, &inc, &err), &err, code);
	assert_null(inc);
	pd_free(doc);
	builder_release(b);
}

static void test_refused_files(void **state)
{
	struct builder b;

	(void)state;
	builder_init(&b, "%PDF-1.7\n");
	builder_page(&b);
	builder_object(&b, 4, "<< /Filter /Standard /V 1 /R 2 /O (x) /U (y) /P -4 >>");
	builder_table(&b, "/Root 1 0 R /Encrypt 4 0 R /ID [<aa> <aa>]");
	refused(&b, ERR_PDF_ENCRYPTED);

	builder_init(&b, "%PDF-1.7\n");
	builder_page(&b);
	builder_object(&b, 4, "<< /A ) >>");
	builder_table(&b, "/Root 1 0 R");
	refused(&b, ERR_PDF_SYNTAX);
}

static void test_objects_that_cannot_be_replaced(void **state)
{
	static const struct pd_ref refs[] = { { 0, 0 }, { 3, 1 }, { 4, 0 }, { 99, 0 } };
	AUTO(buf_release) struct buf body = BUF_INIT;
	struct err err = ERR_INIT;
	struct builder b;
	struct session s;

	(void)state;
	builder_init(&b, "%PDF-1.7\n");
	builder_page(&b);
	builder_stream(&b, 4, "", "x", 1);
	builder_table(&b, "/Root 1 0 R");
	session_begin(&s, &b);
	builder_release(&b);
	buf_puts(&body, "1");
	for (size_t i = 0; i < ARRAY_LEN(refs); i++)
		assert_fails(pd_inc_put(s.inc, refs[i], &body, &err), &err, ERR_PDF_STRUCTURE);
	assert_fails(pd_inc_put_stream(s.inc, (struct pd_ref){ 3, 0 }, &body, (struct bytes){ NULL, 0 }, false, &err),
		     &err, ERR_PDF_STRUCTURE);
	session_end(&s);
}

static void test_hybrid_is_refused(void **state)
{
	struct builder b;

	(void)state;
	builder_init(&b, "%PDF-1.7\n");
	builder_page(&b);
	builder_hidden_stream(&b, 4, "/Root 1 0 R");
	builder_table(&b, "/Root 1 0 R");
	refused(&b, ERR_PDF_HYBRID);
}

/* ---- shared dictionaries, wherever they are ---- */

static void check_signed(struct session *s, size_t annots, size_t fields)
{
	assert_int_equal(pd_array_len(session_get(s, "Pages.Kids.0.Annots")), annots);
	assert_int_equal(pd_array_len(session_get(s, "AcroForm.Fields")), fields);
	assert_int_equal(pd_int(session_get(s, "AcroForm.SigFlags"), 0), 3);
}

static void test_annots_absent_direct_and_indirect(void **state)
{
	static const char *const pages[] = {
		"", "/Annots [4 0 R]", "/Annots 5 0 R", "/Annots null", "/Annots 77 0 R", "/Annots []"
	};
	static const size_t before[] = { 0, 1, 1, 0, 0, 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
		struct builder b;
		struct session s;

		builder_init(&b, "%PDF-1.7\n");
		page_objects(&b, "", pages[i]);
		builder_object(&b, 4, "<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] >>");
		builder_object(&b, 5, "[4 0 R]");
		b.size = 80;
		builder_table(&b, "/Root 1 0 R");
		session_begin(&s, &b);
		sign(&s, NULL);
		session_finish(&s);
		check_signed(&s, before[i] + 1, 1);
		/* an indirect array is changed as that object, the page stays */
		assert_int_equal(pd_entry_revision(session_view(&s), 3), i == 2 ? 0 : 1);
		assert_int_equal(pd_entry_revision(session_view(&s), 5), i == 2 ? 1 : 0);
		session_end(&s);
		builder_release(&b);
	}
}

static void test_form_absent_direct_and_indirect(void **state)
{
	static const struct {
		const char *catalog;
		size_t fields;
		uint32_t catalog_revision, form_revision, fields_revision;
	} cases[] = { { "", 1, 1, 0, 0 },
		      { "/AcroForm << /Fields [] >>", 1, 1, 0, 0 },
		      { "/AcroForm << /Fields [6 0 R] /SigFlags 1 /NeedAppearances true >>", 2, 1, 0, 0 },
		      { "/AcroForm << /Fields 5 0 R >>", 2, 1, 0, 1 },
		      { "/AcroForm << /Fields 5 0 R /SigFlags 3 >>", 2, 0, 0, 1 },
		      { "/AcroForm 4 0 R", 2, 0, 1, 0 },
		      { "/AcroForm << >>", 1, 1, 0, 0 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct builder b;
		struct session s;

		builder_init(&b, "%PDF-1.7\n");
		page_objects(&b, cases[i].catalog, "");
		builder_object(&b, 4, "<< /Fields [6 0 R] /DA (/Helv 0 Tf) >>");
		builder_object(&b, 5, "[6 0 R]");
		builder_object(&b, 6, "<< /FT /Tx /T (a) >>");
		builder_table(&b, "/Root 1 0 R");
		session_begin(&s, &b);
		sign(&s, NULL);
		session_finish(&s);
		check_signed(&s, 1, cases[i].fields);
		assert_int_equal(pd_entry_revision(session_view(&s), 1), cases[i].catalog_revision);
		assert_int_equal(pd_entry_revision(session_view(&s), 4), cases[i].form_revision);
		assert_int_equal(pd_entry_revision(session_view(&s), 5), cases[i].fields_revision);
		session_end(&s);
		builder_release(&b);
	}
}

static void test_objects_out_of_an_object_stream(void **state)
{
	static const char *const bodies[] = {
		"<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R /Lang (vi) >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595.276 841.89] /Annots 4 0 R >>", "[]", "<< /Fields [] >>"
	};
	struct builder b;
	struct session s;

	(void)state;
	builder_init(&b, "%PDF-1.7\n");
	builder_objstm(&b, 6, "", 1, bodies, ARRAY_LEN(bodies));
	builder_xref_stream(&b, 7, "/Root 1 0 R");
	session_begin(&s, &b);
	sign(&s, NULL);
	session_finish(&s);
	check_signed(&s, 1, 1);
	assert_int_equal(pd_find_entry(session_view(&s), 4)->kind, PD_ENTRY_OFFSET);
	sign(&s, NULL);
	session_finish(&s);
	check_signed(&s, 2, 2);
	assert_int_equal(pd_find_entry(session_view(&s), 3)->kind, PD_ENTRY_COMPRESSED);
	session_end(&s);
	builder_release(&b);
}

static void test_wrong_structures(void **state)
{
	static const struct {
		const char *catalog, *page;
		enum err_code code;
	} cases[] = { { "", "/Annots 7", ERR_PDF_STRUCTURE },
		      { "/AcroForm << /Fields 3 >>", "", ERR_PDF_FIELD },
		      { "/AcroForm [1]", "", ERR_PDF_FIELD },
		      { "/Perms [1]", "", ERR_PDF_STRUCTURE } };
	static const uint8_t seed[16] = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct pd_signature_spec spec = { .sub_filter = "ETSI.CAdES.detached",
						  .contents_bytes = 32,
						  .docmdp_p = 2 };
		struct err err = ERR_INIT;
		struct builder b;
		struct session s;
		int rc;

		builder_init(&b, "%PDF-1.7\n");
		page_objects(&b, cases[i].catalog, cases[i].page);
		builder_table(&b, "/Root 1 0 R");
		session_begin(&s, &b);
		rc = pd_inc_signature(s.inc, &spec, &err);
		if (rc == 0)
			rc = pd_inc_finish(s.inc, seed, &s.result, &err);
		assert_fails(rc, &err, cases[i].code);
		session_end(&s);
		builder_release(&b);
	}
}

/* ---- byte ranges and the gap ---- */

static void test_exact_range_and_fill(void **state)
{
	static const uint8_t der[20] = { 0x30, 0x12, 0xab };
	struct err err = ERR_INIT;
	struct builder b;
	struct session s;
	uint64_t before;
	const uint64_t *r;
	const char *gap;

	(void)state;
	builder_init(&b, "junk%PDF-1.7\n");
	b.base = 4;
	builder_page(&b);
	builder_table(&b, "/Root 1 0 R");
	session_begin(&s, &b);
	before = s.file.len;
	sign(&s, "Ky");
	session_finish(&s);
	r = s.result.byte_range;
	assert_int_equal(r[0], 0);
	assert_int_equal(r[1], s.result.gap_start);
	assert_int_equal(r[2] - r[1], 2 * 32 + 2);
	assert_int_equal(r[2] + r[3], s.file.len);
	gap = s.result.tail.data + (r[1] - before);
	assert_memory_equal(gap, "<00000000", 9);
	assert_int_equal(gap[r[2] - r[1] - 1], '>');
	assert_int_equal(pd_int(pd_at(session_view(&s), session_get(&s, "AcroForm.Fields.0.V.ByteRange"), 2), 0), r[2]);
	assert_ok(pd_inc_result_fill(&s.result, before, (struct bytes){ der, 20 }, &err), &err);
	assert_memory_equal(gap, "<3012ab000000", 13);
	assert_ok(pd_inc_result_fill(&s.result, before, (struct bytes){ der, 1 }, &err), &err);
	assert_memory_equal(gap, "<300000000000", 13); /* the rest is zeros again */
	assert_fails(pd_inc_result_fill(&s.result, before, (struct bytes){ der, 33 }, &err), &err,
		     ERR_PDF_CONTENTS_TOO_SMALL);
	session_end(&s);
	builder_release(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_both_kinds),
	cmocka_unit_test(test_bytes_before_the_header),
	cmocka_unit_test(test_ends_of_file),
	cmocka_unit_test(test_nothing_put_is_nothing_written),
	cmocka_unit_test(test_id_is_made_when_there_is_none),
	cmocka_unit_test(test_numbers_are_fresh),
	cmocka_unit_test(test_refused_files),
	cmocka_unit_test(test_objects_that_cannot_be_replaced),
	cmocka_unit_test(test_hybrid_is_refused),
	cmocka_unit_test(test_annots_absent_direct_and_indirect),
	cmocka_unit_test(test_form_absent_direct_and_indirect),
	cmocka_unit_test(test_objects_out_of_an_object_stream),
	cmocka_unit_test(test_wrong_structures),
	cmocka_unit_test(test_exact_range_and_fill),
};

TEST_MAIN(tests)
