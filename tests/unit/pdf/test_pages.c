/* The page tree: counted, walked, refused when readers could disagree; inherited attributes (ISO 32000-1 7.7.3). */
#include "reading.h"

#include "pdf/limits.h"
#include "pdf/pages.h"

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
	builder_object(&b, 1, "<< /Type /Catalog /Pages 2 0 R >>");
}

/* 2 -> (3 -> (4, 5), 6); the root and 3 hand attributes down. */
static void tree(void)
{
	begin();
	builder_object(
	    &b, 2,
	    "<< /Type /Pages /Kids [3 0 R 6 0 R] /Count 3 /MediaBox [0 0 595 842] /Resources << /R 1 >> /Rotate 90 >>");
	builder_object(
	    &b, 3, "<< /Type /Pages /Parent 2 0 R /Kids [4 0 R 5 0 R] /Count 2 /CropBox [10 20 300 400] /Rotate 0 >>");
	builder_object(&b, 4, "<< /Type /Page /Parent 3 0 R >>");
	builder_object(
	    &b, 5,
	    "<< /Type /Page /Parent 3 0 R /MediaBox [100 100 0 0] /Rotate -90 /UserUnit 2.5 /Resources 7 0 R >>");
	builder_object(&b, 6, "<< /Type /Page /Parent 2 0 R /CropBox [900 900 999 999] >>");
	builder_object(&b, 7, "<< /R 2 >>");
	builder_table(&b, "/Root 1 0 R");
}

static void attributes(void **state)
{
	struct pd_page page;
	struct err err = ERR_INIT;
	uint32_t count;

	(void)state;
	tree();
	AUTO(pd_freep) struct pd_doc *doc = open_ok(&b);
	struct pd_view view = pd_view_last(doc);

	assert_ok(pd_page_count(view, &count, &err), &err);
	assert_int_equal(count, 3);
	assert_ok(pd_page_load(view, 0, &page, &err), &err);
	assert_int_equal(page.ref.num, 4);
	assert_int_equal(page.rotate, 0);
	assert_float_equal(page.user_unit, 1.0, 0);
	assert_float_equal(page.crop_box.x0, 10, 0);
	assert_float_equal(page.media_box.y1, 842, 0);
	assert_int_equal(pd_int(pd_dict_raw(page.resources, "R"), 0), 1);
	assert_ok(pd_page_load(view, 1, &page, &err), &err);
	assert_int_equal(page.rotate, 270);
	assert_float_equal(page.user_unit, 2.5, 0);
	assert_float_equal(page.media_box.x1, 100, 0);
	assert_float_equal(page.crop_box.x0, 10, 0);
	assert_float_equal(page.crop_box.x1, 100, 0); /* clipped to the media box */
	assert_int_equal(pd_int(pd_dict_raw(page.resources, "R"), 0), 2);
	assert_ok(pd_page_load(view, 2, &page, &err), &err);
	assert_int_equal(page.rotate, 90);
	assert_float_equal(page.crop_box.x1, 595, 0); /* a crop box outside the page is none */
	assert_fails_saying(pd_page_load(view, 3, &page, &err), &err, ERR_PDF_PAGE, "no page 4");
}

static void tree_fails(const char *from, const char *to, enum err_code code, const char *says)
{
	struct err err = ERR_INIT;
	uint32_t count;

	tree();
	builder_patch(&b, from, to);
	AUTO(pd_freep) struct pd_doc *doc = open_ok(&b);

	assert_fails_saying(pd_page_count(pd_view_last(doc), &count, &err), &err, code, says);
}

static void bad_trees(void **state)
{
	(void)state;
	tree_fails("/Count 3", "/Count 4", ERR_PDF_STRUCTURE, "object 2 0 has a /Count");
	tree_fails("/Count 2", "/Count(2", ERR_PDF_SYNTAX, "object 3 0");
	tree_fails("/Count 2", "/Count/2", ERR_PDF_STRUCTURE, "object 3 0 has a /Count");
	tree_fails("[4 0 R 5 0 R]", "[4 0 R 2 0 R]", ERR_PDF_STRUCTURE,
		   "object 2 0 is in the tree twice"); /* a cycle */
	tree_fails("[4 0 R 5 0 R]", "[4 0 R 3 0 R]", ERR_PDF_STRUCTURE, "object 3 0 is in the tree twice");
	tree_fails("[4 0 R 5 0 R]", "[4 0 R 4 0 R]", ERR_PDF_STRUCTURE, "object 4 0 is in the tree twice");
	tree_fails("[4 0 R 5 0 R]", "[4 0 R 7 0 R]", ERR_PDF_STRUCTURE, "object 7 0");
	tree_fails("[4 0 R 5 0 R]", "[4 0 R 5 1 R]", ERR_PDF_STRUCTURE, "object 5 1 is no dictionary");
	tree_fails("[4 0 R 5 0 R]", "[4 0 R 9 0 R]", ERR_PDF_STRUCTURE, "object 9 0");
	tree_fails("[4 0 R 5 0 R]", "[4 0 R <<>> ]", ERR_PDF_STRUCTURE, "object 0 0 is no reference");
	tree_fails("[4 0 R 5 0 R]", "4            ", ERR_PDF_STRUCTURE, "no /Kids array");
	tree_fails("/Type /Pages /Parent", "/Tipe /Pages /Parent", ERR_PDF_STRUCTURE, "neither /Page nor /Pages");
	tree_fails("/Type /Pages /Kids", "/Type /Pagez /Kids", ERR_PDF_STRUCTURE, "root");
	tree_fails("/Type /Page /Parent 2 0 R /CropBox", "/Type /Page /Parent 3 0 R /CropBox", ERR_PDF_STRUCTURE,
		   "/Parent");
	tree_fails("/Type /Page /Parent 2 0 R /CropBox", "/Type /Page /Parent null  /CropBox", ERR_PDF_STRUCTURE,
		   "/Parent");
}

static void no_pages_reference(void **state)
{
	struct err err = ERR_INIT;
	uint32_t count;

	(void)state;
	tree();
	builder_patch(&b, "/Pages 2 0 R", "/Pages <<>> ");
	AUTO(pd_freep) struct pd_doc *doc = open_ok(&b);

	assert_fails_saying(pd_page_count(pd_view_last(doc), &count, &err), &err, ERR_PDF_STRUCTURE, "no /Pages");
}

static void page_fails(uint32_t index, const char *from, const char *to, const char *says)
{
	struct err err = ERR_INIT;
	struct pd_page page;

	tree();
	builder_patch(&b, from, to);
	AUTO(pd_freep) struct pd_doc *doc = open_ok(&b);

	assert_fails_saying(pd_page_load(pd_view_last(doc), index, &page, &err), &err, ERR_PDF_STRUCTURE, says);
}

static void bad_attributes(void **state)
{
	(void)state;
	page_fails(0, "/MediaBox [0 0 595 842]", "/MediaBox [0 0 595    ]", "page 1 has no usable /MediaBox");
	page_fails(0, "/MediaBox [0 0 595 842]", "/MediaBox [0 0 (a) 842]", "/MediaBox");
	page_fails(0, "/MediaBox [0 0 595 842]", "/MediaBox [9 0   9 842]", "/MediaBox");
	page_fails(0, "/MediaBox [0 0 595 842]", "/MediaBix [0 0 595 842]", "/MediaBox");
	page_fails(0, "/CropBox [10 20 300 400]", "/CropBox [10 20 300 /00]", "page 1 has a malformed /CropBox");
	page_fails(1, "/Rotate -90", "/Rotate -91", "page 2 has a /Rotate");
	page_fails(1, "/Rotate -90", "/Rotate 9.0", "/Rotate");
	page_fails(1, "/UserUnit 2.5", "/UserUnit 0.0", "/UserUnit");
	page_fails(1, "/UserUnit 2.5", "/UserUnit (a)", "/UserUnit");
	page_fails(1, "/UserUnit 2.5", "/UserUnit  -5", "/UserUnit");
}

static void too_deep(void **state)
{
	struct err err = ERR_INIT;
	uint32_t count;

	(void)state;
	begin();
	builder_object(&b, 2, "<< /Type /Pages /Kids [3 0 R] /Count 0 >>");
	for (uint32_t i = 3; i < 3 + PD_MAX_PAGE_TREE_DEPTH + 2; i++)
		builder_object(&b, i, "<< /Type /Pages /Parent %u 0 R /Kids [%u 0 R] /Count 0 >>", i - 1, i + 1);
	builder_table(&b, "/Root 1 0 R");
	AUTO(pd_freep) struct pd_doc *doc = open_ok(&b);

	assert_fails_saying(pd_page_count(pd_view_last(doc), &count, &err), &err, ERR_PDF_LIMIT, "deeper than 64");
}

static void views_have_their_own_pages(void **state)
{
	struct err err = ERR_INIT;
	uint32_t count;

	(void)state;
	tree();
	builder_object(&b, 3, "<< /Type /Pages /Parent 2 0 R /Kids [4 0 R] /Count 1 >>");
	builder_object(&b, 2, "<< /Type /Pages /Kids [3 0 R 6 0 R] /Count 2 /MediaBox [0 0 595 842] >>");
	builder_table(&b, "/Root 1 0 R");
	AUTO(pd_freep) struct pd_doc *doc = open_ok(&b);

	assert_ok(pd_page_count(pd_view_last(doc), &count, &err), &err);
	assert_int_equal(count, 2);
	assert_ok(pd_page_count(pd_view_at(doc, 0), &count, &err), &err);
	assert_int_equal(count, 3);
	assert_ok(pd_page_count(pd_view_last(doc), &count, &err), &err);
	assert_int_equal(count, 2);
}

static void no_pages_at_all(void **state)
{
	struct err err = ERR_INIT;
	struct pd_ref ref;
	uint32_t count;

	(void)state;
	begin();
	builder_object(&b, 2, "<< /Type /Pages /Kids [] /Count 0 >>");
	builder_table(&b, "/Root 1 0 R");
	AUTO(pd_freep) struct pd_doc *doc = open_ok(&b);

	assert_ok(pd_page_count(pd_view_last(doc), &count, &err), &err);
	assert_int_equal(count, 0);
	assert_fails(pd_page_ref(pd_view_last(doc), 0, &ref, &err), &err, ERR_PDF_PAGE);
}

#define TEST(name) cmocka_unit_test_teardown(name, teardown)

static const struct CMUnitTest tests[] = {
	TEST(attributes),      TEST(bad_trees), TEST(no_pages_reference),
	TEST(bad_attributes),  TEST(too_deep),  TEST(views_have_their_own_pages),
	TEST(no_pages_at_all),
};

TEST_MAIN(tests)
