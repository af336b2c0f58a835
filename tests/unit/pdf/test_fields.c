/* The field tree as a flat list: names, inheritance, widgets and their pages; cycles and limits (ISO 32000-1 12.7). */
#include "reading.h"

#include "pdf/fields.h"
#include "pdf/limits.h"
#include "util/arena.h"

static struct builder b;
static struct arena *arena;
static struct pd_doc *doc;
static struct pd_field_list list;
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

static void begin(const char *form, const char *annots)
{
	teardown(NULL);
	builder_init(&b, "%PDF-1.7\n");
	builder_object(&b, 1, "<< /Type /Catalog /Pages 2 0 R /AcroForm %s >>", form);
	builder_object(&b, 2, "<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 /MediaBox [0 0 595 842] >>");
	builder_object(&b, 3, "<< /Type /Page /Parent 2 0 R >>");
	builder_object(&b, 4, "<< /Type /Page /Parent 2 0 R /Annots %s >>", annots);
}

static int make_list(void)
{
	builder_table(&b, "/Root 1 0 R");
	doc = open_ok(&b);
	arena = arena_new(0);
	return pd_field_list(pd_view_last(doc), arena, &list, &err);
}

static void merged_and_split(void **state)
{
	const struct pd_field *field;

	(void)state;
	begin("<< /Fields [10 0 R 11 0 R 12 0 R 13 0 R] >>", "[10 0 R 20 0 R 21 0 R (x) 13 0 R]");
	builder_object(&b, 10, "<< /FT /Tx /T (merged) /Ff 2 /V (value) /Subtype /Widget /Rect [30 40 10 20] >>");
	builder_object(&b, 11, "<< /FT /Btn /T (split) /Kids [20 0 R 22 0 R] >>");
	builder_object(&b, 12, "<< /FT /Ch /T (parent) /Ff 5 /V (inherited) /Kids [21 0 R 23 0 R] >>");
	builder_object(&b, 13, "<< /FT /Sig /T <FEFF004B00FD> /Subtype /Widget /Rect [0 0 0 0] >>");
	builder_object(&b, 20, "<< /Subtype /Widget /Parent 11 0 R /Rect [1 2 3 4] >>");
	builder_object(&b, 21, "<< /T (a) /Subtype /Widget /Parent 12 0 R /Rect [1 2 3 4] >>");
	builder_object(&b, 22, "<< /Subtype /Widget /Parent 11 0 R /Rect (bad) >>");
	builder_object(&b, 23, "<< /T (b) /FT /Tx /Ff 1 /V 24 0 R /Parent 12 0 R >>");
	builder_object(&b, 24, "(own)");
	assert_ok(make_list(), &err);
	assert_int_equal(list.count, 6); /* merged, split, parent (has a value), parent.a, parent.b, Ký */
	field = pd_field_find(&list, "merged");
	assert_int_equal(field->type, PD_FIELD_TEXT);
	assert_int_equal(field->flags, 2);
	assert_int_equal(field->widget_count, 1);
	assert_int_equal(field->widgets[0].page_index, 1);
	assert_float_equal(field->widgets[0].rect.x0, 10, 0);
	assert_int_equal(field->ref.num, 10);
	field = pd_field_find(&list, "split");
	assert_int_equal(field->type, PD_FIELD_BUTTON);
	assert_null(field->value_raw);
	assert_int_equal(field->widget_count, 2);
	assert_int_equal(field->widgets[0].page_index, 1);
	assert_int_equal(field->widgets[1].page_index, -1);
	assert_int_equal(field->widgets[1].ref.num, 22);
	field = pd_field_find(&list, "parent.a");
	assert_int_equal(field->type, PD_FIELD_CHOICE);
	assert_int_equal(field->flags, 5);
	assert_memory_equal(pd_string(field->value_raw).p, "inherited", 9);
	assert_int_equal(field->path_len, 2);
	assert_int_equal(field->path[0], 2);
	assert_int_equal(field->path[1], 0);
	field = pd_field_find(&list, "parent.b");
	assert_int_equal(field->type, PD_FIELD_TEXT);
	assert_int_equal(pd_ref(field->value_raw).num, 24);
	assert_int_equal(field->widget_count, 0);
	assert_int_equal(pd_field_find(&list, "Ký")->type, PD_FIELD_SIGNATURE);
	assert_null(pd_field_find(&list, "nobody"));
}

static void no_form(void **state)
{
	static const char *const forms[] = { "null", "<< >>", "<< /Fields [] >>", "<< /Fields [null 99 0 R] >>" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		begin(forms[i], "[]");
		assert_ok(make_list(), &err);
		assert_int_equal(list.count, 0);
	}
}

static void names(void **state)
{
	(void)state;
	begin("<< /Fields [10 0 R 11 0 R 12 0 R << /FT /Tx /T (direct) >>] >>", "[]");
	builder_object(&b, 10, "<< /FT /Tx /T (same) >>");
	builder_object(&b, 11, "<< /FT /Tx /T (same) >>");
	builder_object(&b, 12, "<< /FT /Tx /T 5 /Kids [13 0 R] >>"); /* a name that is no string counts as none */
	builder_object(&b, 13, "<< /Kids [<< /T (leaf) >> << /Subtype /Widget >>] >>");
	assert_ok(make_list(), &err);
	assert_int_equal(list.count, 5);
	assert_string_equal(list.items[0].name, "same");
	assert_string_equal(list.items[1].name, "same");
	assert_string_equal(list.items[2].name, "");
	assert_int_equal(list.items[2].widget_count, 1);
	assert_string_equal(list.items[3].name, "leaf");
	assert_string_equal(list.items[4].name, "direct");
	assert_int_equal(list.items[4].ref.num, 0);
}

static void fails(const char *form, const char *ten, enum err_code code, const char *says)
{
	begin(form, "[]");
	builder_object(&b, 10, "%s", ten);
	builder_object(&b, 11, "<< /T (b) /Kids [10 0 R] >>");
	assert_fails_saying(make_list(), &err, code, says);
}

static void bad_forms(void **state)
{
	(void)state;
	fails("[]", "1", ERR_PDF_FIELD, "/AcroForm is no dictionary");
	fails("<< /Fields << >> >>", "1", ERR_PDF_FIELD, "/Fields");
	fails("<< /Fields [10 0 R] >>", "1", ERR_PDF_FIELD, "object 10 0 is no dictionary");
	fails("<< /Fields [10 0 R] >>", "<< /T (a) /Kids [10 0 R] >>", ERR_PDF_FIELD,
	      "object 10 0 is in the field tree twice");
	fails("<< /Fields [10 0 R] >>", "<< /T (a) /Kids [11 0 R] >>", ERR_PDF_FIELD, "twice");
	fails("<< /Fields [10 0 R 10 0 R] >>", "<< /T (a) >>", ERR_PDF_FIELD, "twice");
	fails("<< /Fields [10 0 R] >>", "<< /T (a) /Kids [2 0 R << >> 3 0 R 3 0 R] >>", ERR_PDF_FIELD,
	      "object 3 0 is in the field tree twice");
}

static void limits(void **state)
{
	AUTO(buf_release) struct buf kids = BUF_INIT;

	(void)state;
	begin("<< /Fields [100 0 R] >>", "[]");
	for (uint32_t i = 100; i <= 100 + PD_MAX_FIELD_DEPTH; i++)
		builder_object(&b, i, "<< /T (n) /Kids [%u 0 R] >>", i + 1);
	builder_object(&b, 101 + PD_MAX_FIELD_DEPTH, "<< /T (last) >>");
	assert_fails(make_list(), &err, ERR_PDF_LIMIT);
	/* Fifty fields that share one large array of kids: the work is bounded. */
	begin("<< /Fields 9 0 R >>", "[]");
	buf_puts(&kids, "[");
	for (uint32_t i = 0; i < 50; i++) {
		builder_object(&b, 100 + i, "<< /T (n) /Kids 8 0 R >>");
		buf_printf(&kids, "%u 0 R ", 100 + i);
	}
	buf_puts(&kids, "]");
	builder_object(&b, 9, "%s", buf_str(&kids));
	buf_clear(&kids);
	buf_puts(&kids, "[");
	for (int i = 0; i < 100000; i++)
		buf_puts(&kids, "null ");
	buf_puts(&kids, "]");
	builder_object(&b, 8, "%s", buf_str(&kids));
	assert_fails_saying(make_list(), &err, ERR_PDF_LIMIT, "to look at");
	/* A name longer than any honest one. */
	buf_clear(&kids);
	buf_fill(&kids, 'x', 5000);
	begin("<< /Fields [10 0 R] >>", "[]");
	builder_object(&b, 10, "<< /T (%s) >>", buf_str(&kids));
	assert_fails_saying(make_list(), &err, ERR_PDF_LIMIT, "name is longer");
}

/* Fields are found whatever the page tree is. */
static void broken_pages(void **state)
{
	(void)state;
	begin("<< /Fields [10 0 R] >>", "[10 0 R]");
	builder_object(&b, 10, "<< /FT /Sig /T (s) /Subtype /Widget /Rect [0 0 1 1] >>");
	builder_patch(&b, "/Count 2", "/Count 9");
	assert_ok(make_list(), &err);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.items[0].widgets[0].page_index, -1);
}

/* An array of annotations behind a reference; the first page that lists a widget counts. */
static void annotation_arrays(void **state)
{
	(void)state;
	begin("<< /Fields [10 0 R] >>", "11 0 R");
	builder_object(&b, 10, "<< /FT /Tx /T (a) /Subtype /Widget /Rect [0 0 1 1] >>");
	builder_object(&b, 11, "[10 0 R 10 0 R]");
	assert_ok(make_list(), &err);
	assert_int_equal(list.items[0].widgets[0].page_index, 1);
}

#define TEST(name) cmocka_unit_test_teardown(name, teardown)

static const struct CMUnitTest tests[] = {
	TEST(merged_and_split), TEST(no_form),           TEST(names), TEST(bad_forms), TEST(limits),
	TEST(broken_pages),     TEST(annotation_arrays),
};

TEST_MAIN(tests)
