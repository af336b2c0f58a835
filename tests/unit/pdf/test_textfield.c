/* test_textfield.c - blanks made before the signature and filled after it; the appearance shows the value and nothing
 * else. */
#include "test.h"

#include "increments.h"
#include "pdf/field_encoding.h"
#include "util/arena.h"
#include "util/text_vi.h"

struct fixture {
	struct session s;
	struct buf font_file;
	struct pd_font *font;
};

static void begin(struct fixture *f, const char *form, const char *page, const char *field)
{
	struct builder b;

	f->font_file = (struct buf)BUF_INIT;
	f->font = load_font(&f->font_file);
	builder_init(&b, "%PDF-1.7\n");
	page_objects(&b, form, page);
	builder_object(&b, 4, "<< /Type /Annot /Subtype /Widget /FT /Tx /T (Cu) /Rect [10 10 110 30] /P 3 0 R %s >>",
		       field);
	builder_object(&b, 5, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>");
	builder_object(&b, 6, "<< /Helv 5 0 R >>");
	builder_object(&b, 7, "<< /Font 6 0 R >>");
	builder_table(&b, "/Root 1 0 R");
	session_begin(&f->s, &b);
	builder_release(&b);
}

static void end(struct fixture *f)
{
	session_end(&f->s);
	pd_font_free(f->font);
	buf_release(&f->font_file);
}

static void add(struct fixture *f, const char *name, const char *value)
{
	struct pd_text_field_spec spec = {
		.name = name, .rect = { 100, 700, 160, 718 }, .font = f->font, .size_pt = 13, .value = value
	};
	struct err err = ERR_INIT;

	assert_ok(pd_inc_text_field(f->s.inc, &spec, &err), &err);
}

static void fill(struct fixture *f, const char *name, const char *value)
{
	struct err err = ERR_INIT;

	assert_ok(pd_inc_fill_text(f->s.inc, name, value, f->font, &err), &err);
	session_finish(&f->s);
}

static void refuse_fill(struct fixture *f, const char *name, const char *value, enum err_code code, const char *says)
{
	struct err err = ERR_INIT;

	assert_fails(pd_inc_fill_text(f->s.inc, name, value, f->font, &err), &err, code);
	if (!strstr(err.detail, says))
		fail_msg("\"%s\" does not say \"%s\"", err.detail, says);
}

static void sign(struct fixture *f, int p, enum pd_lock_action lock)
{
	static const char *const fields[] = { "Ngay" };
	struct pd_signature_spec spec = { .sub_filter = "ETSI.CAdES.detached",
					  .contents_bytes = 32,
					  .docmdp_p = p,
					  .lock = lock,
					  .lock_fields = fields,
					  .lock_field_count = 1 };
	struct err err = ERR_INIT;

	assert_ok(pd_inc_signature(f->s.inc, &spec, &err), &err);
	session_finish(&f->s);
}

/* The text that the appearance of a field shows, read back through the codes of the field font. */
static void shown(struct fixture *f, const char *path, char *out, size_t out_bytes)
{
	AUTO(arena_freep) struct arena *arena = arena_new(0);
	const struct pd_obj *form = session_get(&f->s, path);
	struct err err = ERR_INIT;
	struct bytes content;
	const char *p;
	size_t n = 0;

	assert_int_equal(pd_kind(form), PD_STREAM);
	assert_ok(pd_stream_decode(session_view(&f->s), form, arena, &content, &err), &err);
	p = memmem(content.p, content.n, "Td\n<", 4);
	out[0] = '\0';
	for (p = p ? p + 4 : NULL; p && *p != '>'; p += 2) {
		unsigned code;

		assert_int_equal(sscanf(p, "%2X", &code), 1);
		assert_true(n + 4 < out_bytes);
		n += utf8_put(field_unicode(code), out + n);
		out[n] = '\0';
	}
}

static void expect(struct fixture *f, const char *field, const char *text)
{
	AUTO(arena_freep) struct arena *arena = arena_new(0);
	char path[100], seen[200];

	snprintf(path, sizeof(path), "AcroForm.Fields.%s.V", field);
	assert_string_equal(pd_text_string(session_get(&f->s, path), arena), text);
	snprintf(path, sizeof(path), "AcroForm.Fields.%s.AP.N", field);
	shown(f, path, seen, sizeof(seen));
	assert_string_equal(seen, text);
}

static void test_prepare_sign_fill(void **state)
{
	struct fixture f;
	size_t before;

	(void)state;
	begin(&f, "", "", "");
	add(&f, "So", "");
	add(&f, "Ngay", "22");
	session_finish(&f.s);
	expect(&f, "0", "");
	expect(&f, "1", "22");
	assert_int_equal(pd_dict_len(session_get(&f.s, "AcroForm.DR.Font")), 1);
	assert_int_equal(pd_kind(session_get(&f.s, "AcroForm.NeedAppearances")), PD_NULL);
	assert_int_equal(pd_int(session_get(&f.s, "AcroForm.SigFlags"), 0), 0);
	assert_int_equal(pd_int(session_get(&f.s, "AcroForm.Fields.0.Ff"), 9), 0);
	assert_int_equal(pd_int(session_get(&f.s, "AcroForm.Fields.0.F"), 0), 4);
	sign(&f, 0, PD_LOCK_NONE);
	before = f.s.file.len;
	fill(&f, "So", "125/QĐ-ỮỲ");
	expect(&f, "0", "125/QĐ-ỮỲ");
	assert_true(f.s.file.len - before < 2500); /* the font of the file is used, none is embedded */
	fill(&f, "So", "e\xcc\x82\xcc\xa3");       /* value and appearance are composed alike */
	expect(&f, "0", "ệ");
	fill(&f, "So", "");
	expect(&f, "0", "");
	end(&f);
}

static void test_every_letter_has_a_code(void **state)
{
	int letters = 0;

	(void)state;
	for (unsigned code = 0; code < 256; code++) {
		uint32_t c = field_unicode(code);

		if (!c)
			continue;
		assert_int_equal(field_code(c), code);
		letters += c >= 0xc0 && c < 0x2000;
	}
	assert_int_equal(letters, 134);
	assert_int_equal(field_code(0x4e2d), -1);
	assert_int_equal(field_code(0), -1);
	for (const char *p = "/-.,:()0123456789"; *p; p++)
		assert_int_equal(field_code((uint8_t)*p), *p);
}

static void test_rotated_page(void **state)
{
	struct fixture f;
	const struct pd_obj *box;

	(void)state;
	begin(&f, "", "/Rotate 90", "");
	add(&f, "So", "7");
	session_finish(&f.s);
	box = session_get(&f.s, "AcroForm.Fields.0.AP.N.BBox");
	assert_true(pd_number(pd_array_raw(box, 2), 0) == 18 && pd_number(pd_array_raw(box, 3), 0) == 60);
	assert_int_equal(pd_int(session_get(&f.s, "AcroForm.Fields.0.MK.R"), 0), 90);
	assert_int_equal(pd_kind(session_get(&f.s, "AcroForm.Fields.0.AP.N.Matrix")), PD_ARRAY);
	fill(&f, "So", "8");
	expect(&f, "0", "8");
	assert_int_equal(pd_kind(session_get(&f.s, "AcroForm.Fields.0.AP.N.Matrix")), PD_ARRAY);
	end(&f);
}

static void test_resources_of_other_shapes(void **state)
{
	static const char *const forms[] = {
		"/AcroForm << /Fields [] /DR << /Font << /Helv 5 0 R >> >> >>",
		"/AcroForm << /Fields [] /DR << /Font 6 0 R >> >>", "/AcroForm << /Fields [] /DR 7 0 R >>",
		"/AcroForm << /Fields [] /DR << /Font << /Helv 5 0 R /KySo 5 0 R >> >> >>"
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		struct fixture f;
		size_t fonts = i == 3 ? 3 : 2;

		begin(&f, forms[i], "", "");
		add(&f, "So", "1");
		session_finish(&f.s);
		assert_int_equal(pd_dict_len(session_get(&f.s, "AcroForm.DR.Font")), fonts);
		add(&f, "So2", "2"); /* finds the font that is there */
		session_finish(&f.s);
		assert_int_equal(pd_dict_len(session_get(&f.s, "AcroForm.DR.Font")), fonts);
		expect(&f, "1", "2");
		end(&f);
	}
}

/* A font that calls itself ours but shows other glyphs is not used for what we write. */
static void test_font_of_the_file_is_held_against_ours(void **state)
{
	struct fixture f;
	size_t before;
	char *font;

	(void)state;
	begin(&f, "", "", "");
	add(&f, "So", "");
	session_finish(&f.s);
	font = memmem(f.s.file.data, f.s.file.len, "/Differences [16 /Ytilde", 24);
	assert_non_null(font);
	memcpy(font, "/Differences [16 /Ygrave", 24);
	fill(&f, "So", "1"); /* the objects were parsed before the change: ours */
	before = f.s.file.len;
	fill(&f, "So", "2"); /* now they are not */
	assert_true(f.s.file.len - before > 2500);
	assert_int_equal(pd_kind(session_get(&f.s, "AcroForm.Fields.0.AP.N.Resources.Font.F0.DescendantFonts")),
			 PD_ARRAY);
	end(&f);
}

/* ---- fields of other producers ---- */

static void foreign(const char *field, const char *value, enum err_code code, const char *says)
{
	struct fixture f;

	begin(&f, "/AcroForm << /Fields [4 0 R] /DR << /Font << /Helv 5 0 R >> >> /DA (/Helv 10 Tf 0 0 1 rg) >>",
	      "/Annots [4 0 R]", field);
	if (says)
		refuse_fill(&f, "Cu", value, code, says);
	else
		fill(&f, "Cu", value);
	end(&f);
}

static void test_foreign_fields(void **state)
{
	(void)state;
	foreign("", "Số 5", ERR_NONE, NULL);
	foreign("/DA (/Helv 0 Tf 0 g) /Q 2", "Số 5", ERR_NONE, NULL);
	foreign("/DA (0.1 0.2 0.3 0.4 k/Helv 12 Tf) /MaxLen 4 /Q 1", "abcd", ERR_NONE, NULL);
	foreign("/DA () /MK << /R 45 >>", "x", ERR_NONE, NULL);
	foreign("/MaxLen 3", "abcd", ERR_PDF_FIELD, "3 characters");
	foreign("/Ff 1", "x", ERR_PDF_FIELD, "read-only");
	foreign("/Ff 4096", "x", ERR_PDF_FIELD, "several lines");
	foreign("/Ff 8192", "x", ERR_PDF_FIELD, "password");
	foreign("/Ff 1048576", "x", ERR_PDF_FIELD, "a file");
	foreign("/Ff 16777216 /MaxLen 9", "x", ERR_PDF_FIELD, "comb");
	foreign("/Ff 33554432", "x", ERR_PDF_FIELD, "rich");
	foreign("", "a\nb", ERR_PDF_FIELD, "control character");
	foreign("", "\xff", ERR_TEXT, "\"Cu\"");
	foreign("", "một văn bản rất dài không thể nào đứng vừa trong một ô hẹp như thế này, dù chữ có nhỏ đến đâu",
		ERR_PDF_FIELD, "does not fit");
}

static void test_colour_is_kept(void **state)
{
	AUTO(arena_freep) struct arena *arena = arena_new(0);
	struct err err = ERR_INIT;
	struct bytes content;
	struct fixture f;

	(void)state;
	begin(&f, "/AcroForm << /Fields [4 0 R] /DA (/Helv 10 Tf 0 0 1 rg) >>", "/Annots [4 0 R]", "");
	fill(&f, "Cu", "xanh");
	assert_ok(
	    pd_stream_decode(session_view(&f.s), session_get(&f.s, "AcroForm.Fields.0.AP.N"), arena, &content, &err),
	    &err);
	assert_non_null(memmem(content.p, content.n, "0 0 1 rg\n", 9));
	assert_non_null(memmem(content.p, content.n, " 10 Tf", 6));
	end(&f);
}

static void test_split_field_fills_every_widget(void **state)
{
	struct builder b;
	struct fixture f;

	(void)state;
	f.font_file = (struct buf)BUF_INIT;
	f.font = load_font(&f.font_file);
	builder_init(&b, "%PDF-1.7\n");
	page_objects(&b, "/AcroForm << /Fields [4 0 R] >>", "/Annots [5 0 R 6 0 R]");
	builder_object(&b, 4, "<< /FT /Tx /T (So) /Kids [5 0 R 6 0 R] /V (cu) >>");
	builder_object(&b, 5, "<< /Type /Annot /Subtype /Widget /Parent 4 0 R /Rect [0 0 50 20] >>");
	builder_object(&b, 6, "<< /Type /Annot /Subtype /Widget /Parent 4 0 R /Rect [0 50 80 70] >>");
	builder_table(&b, "/Root 1 0 R");
	session_begin(&f.s, &b);
	builder_release(&b);
	fill(&f, "So", "9");
	assert_memory_equal(pd_string(session_get(&f.s, "AcroForm.Fields.0.V")).p, "9", 1);
	assert_int_equal(pd_kind(session_get(&f.s, "AcroForm.Fields.0.Kids.0.AP.N")), PD_STREAM);
	assert_int_equal(pd_kind(session_get(&f.s, "AcroForm.Fields.0.Kids.1.AP.N")), PD_STREAM);
	assert_int_equal(pd_kind(session_get(&f.s, "AcroForm.Fields.0.Kids.1.V")), PD_NULL);
	end(&f);
}

/* ---- what must not be ---- */

static void test_refused_new_fields(void **state)
{
	struct pd_text_field_spec spec = {
		.name = "So", .rect = { 0, 0, 60, 18 }, .size_pt = 13, .value = "\xe4\xb8\xad"
	};
	struct err err = ERR_INIT;
	struct fixture f;

	(void)state;
	begin(&f, "", "", "");
	spec.font = f.font;
	assert_fails(pd_inc_text_field(f.s.inc, &spec, &err), &err, ERR_FONT_GLYPH);
	spec.value = "1";
	spec.name = "a.b";
	assert_fails(pd_inc_text_field(f.s.inc, &spec, &err), &err, ERR_PDF_FIELD);
	spec.name = "So";
	spec.rect.x1 = 0;
	assert_fails(pd_inc_text_field(f.s.inc, &spec, &err), &err, ERR_PDF_FIELD);
	spec.rect.x1 = 60;
	spec.page_index = 1;
	assert_fails(pd_inc_text_field(f.s.inc, &spec, &err), &err, ERR_PDF_PAGE);
	spec.page_index = 0;
	assert_ok(pd_inc_text_field(f.s.inc, &spec, &err), &err);
	assert_fails(pd_inc_text_field(f.s.inc, &spec, &err), &err, ERR_PDF_FIELD);
	assert_non_null(strstr(err.detail, "twice"));
	session_finish(&f.s);
	sign(&f, 0, PD_LOCK_NONE);
	spec.name = "Ngay";
	assert_fails(pd_inc_text_field(f.s.inc, &spec, &err), &err, ERR_PDF_LOCKED);
	end(&f);
}

static void test_locks_hold_for_filling(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, "", "", "");
	add(&f, "So", "");
	add(&f, "Ngay", "");
	session_finish(&f.s);
	refuse_fill(&f, "Khong", "1", ERR_PDF_FIELD, "no field");
	sign(&f, 0, PD_LOCK_INCLUDE);
	refuse_fill(&f, "Ngay", "1", ERR_PDF_LOCKED, "locked");
	refuse_fill(&f, "Signature1", "1", ERR_PDF_FIELD, "not a text field");
	fill(&f, "So", "1");
	end(&f);
	begin(&f, "", "", "");
	add(&f, "So", "");
	session_finish(&f.s);
	sign(&f, 1, PD_LOCK_NONE);
	refuse_fill(&f, "So", "1", ERR_PDF_LOCKED, "P=1");
	end(&f);
	begin(&f, "", "", "");
	add(&f, "So", "");
	session_finish(&f.s);
	sign(&f, 2, PD_LOCK_NONE);
	fill(&f, "So", "1");
	end(&f);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_prepare_sign_fill),
	cmocka_unit_test(test_every_letter_has_a_code),
	cmocka_unit_test(test_rotated_page),
	cmocka_unit_test(test_resources_of_other_shapes),
	cmocka_unit_test(test_font_of_the_file_is_held_against_ours),
	cmocka_unit_test(test_foreign_fields),
	cmocka_unit_test(test_colour_is_kept),
	cmocka_unit_test(test_split_field_fills_every_widget),
	cmocka_unit_test(test_refused_new_fields),
	cmocka_unit_test(test_locks_hold_for_filling),
};

TEST_MAIN(tests)
