/* test_normalise.c - unsigned files written anew; signed, locked and hopeless ones refused. */
#include "test.h"

#include "page/text.h"
#include "util/arena.h"

#include "page/pdf_maker.h"

#define A4 "/MediaBox [0 0 595 842]"

static struct bytes bytes_of(const struct buf *buf)
{
	return (struct bytes){ (const uint8_t *)buf->data, buf->len };
}

static void assert_reads(const struct buf *file, const char *text, bool repaired)
{
	struct arena *arena = arena_new(0);
	struct page_doc *doc = NULL;
	struct page_text got = { 0 };
	struct err err = ERR_INIT;

	assert_ok(page_open(bytes_of(file), &doc, &err), &err);
	assert_ok(page_text(doc, 0, 0, arena, &got, &err), &err);
	assert_int_equal(page_was_repaired(doc), repaired);
	assert_string_equal(got.pages[0].lines[0].utf8, text);
	page_free(doc);
	arena_free(arena);
}

static void a_file_without_xref_becomes_whole(void **state)
{
	struct pdf_maker pdf = maker_page(A4, "BT /F1 12 Tf 100 700 Td (kept) Tj ET");
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	buf_puts(&pdf.file, "trailer << /Root 1 0 R >>\n");
	assert_reads(&pdf.file, "kept", true);
	assert_ok(page_normalise(maker_bytes(&pdf), &out, &err), &err);
	assert_reads(&out, "kept", false);
	assert_memory_equal(out.data, "%PDF-1.", 7);
	buf_release(&out);
	buf_release(&pdf.file);
}

static void assert_refused(struct pdf_maker *pdf, enum err_code code)
{
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	maker_end(pdf);
	assert_fails(page_normalise(maker_bytes(pdf), &out, &err), &err, code);
	assert_int_equal(out.len, 0);
	buf_release(&out);
	buf_release(&pdf->file);
}

static void signed_files_are_refused(void **state)
{
	struct pdf_maker field = maker_page(A4, "");
	struct pdf_maker raw = maker_page(A4, "");
	struct pdf_maker loose = maker_page(A4, "");
	struct pdf_maker direct = maker_page(A4, "");

	(void)state;
	maker_object(&field, "<< /FT /Sig /T (S) /V 11 0 R >>");
	maker_object(&field, "<< /Type /Sig /Filter /Adobe.PPKLite /Contents <00> >>");
	assert_refused(&field, ERR_PDF_SIGNED);
	maker_object(&raw, "<< /Type /Sig /ByteRange [0 1 2 3] >>");
	assert_refused(&raw, ERR_PDF_SIGNED);
	/* no field reaches it, and its name is written so that a search for the letters does not find it */
	maker_object(&loose, "<< /Contents <00> /Byte#52ange [0 1 2 3] >>");
	assert_refused(&loose, ERR_PDF_SIGNED);
	maker_object(&direct, "[ << /Kids [ << /FT /Sig /V << /Contents <00> >> >> ] >> ]");
	assert_refused(&direct, ERR_PDF_SIGNED);
}

static void an_empty_signature_field_is_no_signature(void **state)
{
	struct pdf_maker pdf = maker_page(A4, "BT /F1 12 Tf 100 700 Td (unsigned) Tj ET");
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	maker_object(&pdf, "<< /FT /Sig /T (S) /Type /Annot /Subtype /Widget /Rect [0 0 0 0] >>");
	maker_end(&pdf);
	assert_ok(page_normalise(maker_bytes(&pdf), &out, &err), &err);
	assert_reads(&out, "unsigned", false);
	buf_release(&out);
	buf_release(&pdf.file);
}

static void encrypted_files_are_refused(void **state)
{
	struct pdf_maker pdf = maker_page(A4, "");
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	/* user and owner entries that no empty password opens */
	maker_object(&pdf, "<< /Filter /Standard /V 1 /R 2 /P -4 "
			   "/O <00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF> "
			   "/U <00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF> >>");
	maker_end(&pdf);
	pdf.file.len = (size_t)(strstr(pdf.file.data, "/Root 1 0 R") - pdf.file.data);
	buf_puts(&pdf.file, "/Root 1 0 R /Encrypt 10 0 R /ID [<00> <00>] >>\nstartxref\n0\n%%EOF\n");
	assert_fails(page_normalise(maker_bytes(&pdf), &out, &err), &err, ERR_PDF_ENCRYPTED);
	buf_release(&pdf.file);
}

static void what_is_no_pdf_stays_none(void **state)
{
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(page_normalise((struct bytes){ (const uint8_t *)"GIF89a", 6 }, &out, &err), &err, ERR_PDF_NOT_PDF);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_file_without_xref_becomes_whole),
	cmocka_unit_test(signed_files_are_refused),
	cmocka_unit_test(an_empty_signature_field_is_no_signature),
	cmocka_unit_test(encrypted_files_are_refused),
	cmocka_unit_test(what_is_no_pdf_stays_none),
};

TEST_MAIN(tests)
