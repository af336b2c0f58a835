/* test_sigfield.c - signature fields new and existing; locks, certifications and seed values that must be honoured. */
#include "test.h"

#include "increments.h"
#include "util/arena.h"

#define CADES "ETSI.CAdES.detached"
#define EMPTY_FIELD "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Ky) /Rect [10 10 110 60] /F 4 /P 3 0 R %s >>"
#define FORM "/AcroForm << /Fields [4 0 R 5 0 R] >>"

static struct pd_signature_spec spec_of(const char *name)
{
	return (struct pd_signature_spec){ .field_name = name, .sub_filter = CADES, .contents_bytes = 64 };
}

/* Objects 1..3, field 4 (empty signature field "Ky" with `more`), field 5 (text field "So"). */
static void begin(struct session *s, const char *more)
{
	struct builder b;

	builder_init(&b, "%PDF-1.7\n");
	page_objects(&b, FORM, "/Annots [4 0 R]");
	builder_object(&b, 4, EMPTY_FIELD, more);
	builder_object(&b, 5, "<< /FT /Tx /T (So) >>");
	builder_object(&b, 6, "<< /Type /SigFieldLock /Action /Include /Fields [(So) (K\\375)] >>");
	builder_table(&b, "/Root 1 0 R");
	session_begin(s, &b);
	builder_release(&b);
}

static void sign(struct session *s, struct pd_signature_spec spec)
{
	struct err err = ERR_INIT;

	assert_ok(pd_inc_signature(s->inc, &spec, &err), &err);
	session_finish(s);
}

static void refused(struct session *s, struct pd_signature_spec spec, enum err_code code, const char *says)
{
	struct err err = ERR_INIT;

	assert_fails(pd_inc_signature(s->inc, &spec, &err), &err, code);
	if (!strstr(err.detail, says))
		fail_msg("\"%s\" does not say \"%s\"", err.detail, says);
}

static bool is_text(const struct pd_obj *obj, const char *utf8)
{
	AUTO(arena_freep) struct arena *arena = arena_new(0);
	const char *text = pd_text_string(obj, arena);

	return text && strcmp(text, utf8) == 0;
}

static void check_ranges(struct session *s, size_t count)
{
	AUTO(arena_freep) struct arena *arena = arena_new(0);
	struct pd_signature_list list;
	struct err err = ERR_INIT;

	assert_ok(pd_signature_list(session_view(s), arena, &list, &err), &err);
	assert_int_equal(list.count, count);
	for (size_t i = 0; i < count; i++) {
		uint64_t range[4];

		assert_ok(pd_signature_range(session_view(s), &list.items[i], range, &err), &err);
	}
}

/* ---- new fields ---- */

static void test_new_visible_field(void **state)
{
	struct pd_signature_spec spec = spec_of("Chữ ký");
	struct session s;
	const struct pd_obj *field;

	(void)state;
	begin(&s, "");
	spec.rect = (struct pd_rect){ 100, 200, 150.5, 260 };
	spec.m = "D:20261122100405+07'00'";
	spec.name = "Nguyễn Văn An";
	spec.reason = "Ký ban hành";
	spec.location = "Hà Nội";
	spec.contact_info = "an@example.vn";
	sign(&s, spec);
	field = session_get(&s, "AcroForm.Fields.2");
	assert_true(is_text(pd_get(session_view(&s), field, "T"), "Chữ ký"));
	assert_true(pd_is_name(pd_dict_raw(field, "FT"), "Sig"));
	assert_int_equal(pd_int(pd_dict_raw(field, "F"), 0), 132);
	assert_int_equal(pd_ref(pd_dict_raw(field, "P")).num, 3);
	assert_int_equal(pd_kind(pd_dict_raw(field, "V")), PD_REF);
	assert_int_equal(pd_kind(session_get(&s, "AcroForm.Fields.2.AP.N")), PD_STREAM);
	assert_true(pd_number(session_get(&s, "AcroForm.Fields.2.Rect.2"), 0) == 150.5);
	assert_true(pd_is_name(session_get(&s, "AcroForm.Fields.2.V.Type"), "Sig"));
	assert_true(pd_is_name(session_get(&s, "AcroForm.Fields.2.V.Filter"), "Adobe.PPKLite"));
	assert_true(pd_is_name(session_get(&s, "AcroForm.Fields.2.V.SubFilter"), CADES));
	assert_true(is_text(session_get(&s, "AcroForm.Fields.2.V.M"), "D:20261122100405+07'00'"));
	assert_true(is_text(session_get(&s, "AcroForm.Fields.2.V.Name"), "Nguyễn Văn An"));
	assert_true(is_text(session_get(&s, "AcroForm.Fields.2.V.Reason"), "Ký ban hành"));
	assert_true(is_text(session_get(&s, "AcroForm.Fields.2.V.Location"), "Hà Nội"));
	assert_true(is_text(session_get(&s, "AcroForm.Fields.2.V.ContactInfo"), "an@example.vn"));
	assert_int_equal(pd_kind(session_get(&s, "AcroForm.Fields.2.V.Reference")), PD_NULL);
	check_ranges(&s, 1);
	session_end(&s);
}

static void test_invisible_and_time_stamp(void **state)
{
	struct pd_signature_spec spec = spec_of(NULL);
	struct session s;

	(void)state;
	begin(&s, "");
	sign(&s, spec_of(NULL));
	assert_true(is_text(session_get(&s, "AcroForm.Fields.2.T"), "Signature1"));
	assert_true(pd_number(session_get(&s, "AcroForm.Fields.2.Rect.3"), 9) == 0);
	assert_int_equal(pd_kind(session_get(&s, "AcroForm.Fields.2.AP.N")), PD_STREAM);
	spec.sub_filter = "ETSI.RFC3161";
	sign(&s, spec);
	assert_true(is_text(session_get(&s, "AcroForm.Fields.3.T"), "Signature2"));
	assert_true(pd_is_name(session_get(&s, "AcroForm.Fields.3.V.Type"), "DocTimeStamp"));
	assert_int_equal(pd_kind(session_get(&s, "AcroForm.Fields.3.V.M")), PD_NULL);
	assert_int_equal(pd_array_len(session_get(&s, "Pages.Kids.0.Annots")), 3);
	check_ranges(&s, 2);
	session_end(&s);
}

static void test_names_that_cannot_be(void **state)
{
	struct pd_signature_spec spec = spec_of("Khong co");
	struct session s;

	(void)state;
	begin(&s, "");
	refused(&s, spec_of("a.b"), ERR_PDF_FIELD, "period");
	refused(&s, spec_of(""), ERR_PDF_FIELD, "period");
	refused(&s, spec_of("So"), ERR_PDF_FIELD, "not a signature field");
	spec.must_exist = true;
	refused(&s, spec, ERR_PDF_FIELD, "no field \"Khong co\"");
	spec = spec_of("x");
	spec.page_index = 9;
	refused(&s, spec, ERR_PDF_PAGE, "");
	spec = spec_of("x");
	spec.contents_bytes = 0;
	refused(&s, spec, ERR_PDF_LIMIT, "room");
	spec = spec_of("x");
	spec.docmdp_p = 4;
	refused(&s, spec, ERR_USAGE, "1, 2 or 3");
	spec = spec_of("x");
	spec.lock = PD_LOCK_INCLUDE;
	refused(&s, spec, ERR_USAGE, "must name them");
	spec = spec_of("x");
	spec.reason = "\xff";
	refused(&s, spec, ERR_TEXT, "UTF-8");
	session_end(&s);
}

static void test_one_signature_an_increment(void **state)
{
	struct pd_signature_spec spec = spec_of("a");
	struct err err = ERR_INIT;
	struct session s;

	(void)state;
	begin(&s, "");
	assert_ok(pd_inc_signature(s.inc, &spec, &err), &err);
	refused(&s, spec_of("b"), ERR_PDF_SIGNATURE, "one signature");
	session_end(&s);
}

static void test_name_of_a_parent(void **state)
{
	struct builder b;
	struct session s;

	(void)state;
	builder_init(&b, "%PDF-1.7\n");
	page_objects(&b, "/AcroForm << /Fields [4 0 R] >>", "");
	builder_object(&b, 4, "<< /T (Nhom) /Kids [5 0 R] >>");
	builder_object(&b, 5, "<< /FT /Tx /T (So) /Parent 4 0 R >>");
	builder_table(&b, "/Root 1 0 R");
	session_begin(&s, &b);
	builder_release(&b);
	refused(&s, spec_of("Nhom"), ERR_PDF_FIELD, "Nhom.So");
	session_end(&s);
}

/* ---- existing fields ---- */

static void test_existing_field(void **state)
{
	struct pd_signature_spec spec = spec_of("Ky");
	struct err err = ERR_INIT;
	struct session s;
	struct pd_page page;
	struct pd_appearance look = { .width = 100, .height = 50 };

	(void)state;
	begin(&s, "/MK << /BC [0] >>");
	assert_ok(pd_page_load(session_view(&s), 0, &page, &err), &err);
	assert_ok(pd_inc_appearance(s.inc, &page, &look, &spec.appearance, &err), &err);
	spec.must_exist = true;
	sign(&s, spec);
	assert_int_equal(pd_array_len(session_get(&s, "AcroForm.Fields")), 2);
	assert_int_equal(pd_array_len(session_get(&s, "Pages.Kids.0.Annots")), 1);
	assert_int_equal(pd_entry_revision(session_view(&s), 3), 0); /* the page is as it was */
	assert_int_equal(pd_int(session_get(&s, "AcroForm.Fields.0.F"), 0), 132);
	assert_int_equal(pd_kind(session_get(&s, "AcroForm.Fields.0.AP.N")), PD_STREAM);
	assert_int_equal(pd_kind(session_get(&s, "AcroForm.Fields.0.MK.BC")), PD_ARRAY);
	check_ranges(&s, 1);
	refused(&s, spec_of("Ky"), ERR_PDF_FIELD, "signed already");
	session_end(&s);
}

static void test_existing_split_field(void **state)
{
	struct builder b;
	struct session s;

	(void)state;
	builder_init(&b, "%PDF-1.7\n");
	page_objects(&b, "/AcroForm << /Fields [4 0 R] >>", "/Annots [5 0 R]");
	builder_object(&b, 4, "<< /FT /Sig /T (Ky) /Kids [5 0 R] >>");
	builder_object(&b, 5, "<< /Type /Annot /Subtype /Widget /Parent 4 0 R /Rect [0 0 50 50] /P 3 0 R >>");
	builder_table(&b, "/Root 1 0 R");
	session_begin(&s, &b);
	builder_release(&b);
	sign(&s, spec_of("Ky"));
	assert_int_equal(pd_kind(session_get(&s, "AcroForm.Fields.0.V")), PD_DICT);
	assert_int_equal(pd_kind(session_get(&s, "AcroForm.Fields.0.F")), PD_NULL);
	assert_int_equal(pd_int(session_get(&s, "AcroForm.Fields.0.Kids.0.F"), 0), 132);
	check_ranges(&s, 1);
	session_end(&s);
}

static void test_fields_that_cannot_be_signed(void **state)
{
	static const struct {
		const char *fields, *says;
	} cases[] = { { "4 0 R 6 0 R", "two fields" },
		      { "<< /FT /Sig /T (Ky) >>", "not an indirect object" },
		      { "5 0 R", "widget of the field" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct builder b;
		struct session s;

		builder_init(&b, "%PDF-1.7\n");
		page_objects(&b, "", "");
		builder_object(&b, 4, EMPTY_FIELD, "");
		builder_object(&b, 5, "<< /FT /Sig /T (Ky) /Kids [<< /Subtype /Widget /Rect [0 0 9 9] >>] >>");
		builder_object(&b, 6, EMPTY_FIELD, "");
		builder_table(&b, "/Root 1 0 R");
		builder_object(&b, 1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [%s] >> >>",
			       cases[i].fields);
		builder_table(&b, "/Root 1 0 R");
		session_begin(&s, &b);
		builder_release(&b);
		refused(&s, spec_of("Ky"), ERR_PDF_FIELD, cases[i].says);
		session_end(&s);
	}
}

/* ---- locks ---- */

static void test_lock_of_a_new_field(void **state)
{
	static const char *const fields[] = { "So", "Ngày" };
	struct pd_signature_spec spec = spec_of("Chu");
	struct session s;

	(void)state;
	begin(&s, "");
	spec.lock = PD_LOCK_EXCLUDE;
	spec.lock_fields = fields;
	spec.lock_field_count = 2;
	sign(&s, spec);
	assert_true(pd_is_name(session_get(&s, "AcroForm.Fields.2.Lock.Action"), "Exclude"));
	assert_true(is_text(session_get(&s, "AcroForm.Fields.2.Lock.Fields.1"), "Ngày"));
	assert_true(pd_is_name(session_get(&s, "AcroForm.Fields.2.V.Reference.0.TransformMethod"), "FieldMDP"));
	assert_true(pd_is_name(session_get(&s, "AcroForm.Fields.2.V.Reference.0.TransformParams.Action"), "Exclude"));
	assert_true(is_text(session_get(&s, "AcroForm.Fields.2.V.Reference.0.TransformParams.Fields.0"), "So"));
	assert_true(pd_is_name(session_get(&s, "AcroForm.Fields.2.V.Reference.0.Data.Type"), "Catalog"));
	refused(&s, spec_of("Ky"), ERR_PDF_LOCKED, "locked by the signature \"Chu\"");
	session_end(&s);
}

static void test_lock_of_an_existing_field(void **state)
{
	static const char *const only[] = { "Khac" };
	struct pd_signature_spec spec = spec_of("Moi");
	struct session s;

	(void)state;
	begin(&s, "/Lock 6 0 R");
	sign(&s, spec_of("Ky"));
	assert_true(pd_is_name(session_get(&s, "AcroForm.Fields.0.V.Reference.0.TransformParams.Action"), "Include"));
	assert_true(is_text(session_get(&s, "AcroForm.Fields.0.V.Reference.0.TransformParams.Fields.1"), "Ký"));
	refused(&s, spec_of("Ký"), ERR_PDF_LOCKED, "locked by the signature \"Ky\"");
	spec.lock = PD_LOCK_INCLUDE; /* what is not listed may still be signed */
	spec.lock_fields = only;
	spec.lock_field_count = 1;
	sign(&s, spec);
	refused(&s, spec_of("Khac"), ERR_PDF_LOCKED, "\"Moi\"");
	spec = spec_of("Het");
	spec.lock = PD_LOCK_ALL;
	sign(&s, spec);
	refused(&s, spec_of("Sau"), ERR_PDF_LOCKED, "\"Het\"");
	spec = spec_of(NULL);
	spec.sub_filter = "ETSI.RFC3161"; /* proof of existence is no change */
	sign(&s, spec);
	check_ranges(&s, 4);
	session_end(&s);
}

/* ---- certification ---- */

static void certify(struct session *s, int p, const char *catalog)
{
	struct pd_signature_spec spec = spec_of("Chung nhan");
	struct builder b;

	builder_init(&b, "%PDF-1.7\n");
	page_objects(&b, catalog, "/Annots [4 0 R]");
	builder_object(&b, 4, EMPTY_FIELD, "");
	builder_object(&b, 5, "<< /FT /Tx /T (So) >>");
	builder_object(&b, 6, "<< >>");
	builder_table(&b, "/Root 1 0 R");
	session_begin(s, &b);
	builder_release(&b);
	spec.docmdp_p = p;
	sign(s, spec);
}

static void test_certification(void **state)
{
	struct pd_signature_spec spec = spec_of("b");
	struct session s;

	(void)state;
	certify(&s, 2, FORM);
	assert_true(pd_is_name(session_get(&s, "AcroForm.Fields.2.V.Reference.0.TransformMethod"), "DocMDP"));
	assert_int_equal(pd_int(session_get(&s, "AcroForm.Fields.2.V.Reference.0.TransformParams.P"), 0), 2);
	assert_true(pd_is_name(session_get(&s, "AcroForm.Fields.2.V.Reference.0.TransformParams.V"), "1.2"));
	assert_true(pd_is_name(session_get(&s, "Perms.DocMDP.Type"), "Sig"));
	spec.docmdp_p = 2;
	refused(&s, spec, ERR_PDF_CERTIFY, "must be the first");
	spec.docmdp_p = 0;
	spec.rect = (struct pd_rect){ 0, 0, 9, 9 };
	refused(&s, spec, ERR_PDF_LOCKED, "P=2");
	spec.rect = (struct pd_rect){ 0, 0, 0, 0 };
	sign(&s, spec);          /* a new one that shows nothing */
	sign(&s, spec_of("Ky")); /* an existing one */
	check_ranges(&s, 3);
	session_end(&s);
	certify(&s, 2, FORM " /Perms 6 0 R"); /* an indirect /Perms is changed as that object */
	assert_int_equal(pd_entry_revision(session_view(&s), 6), 1);
	session_end(&s);
	certify(&s, 3, FORM " /Perms << /UR3 null >>");
	spec.rect = (struct pd_rect){ 0, 0, 9, 9 };
	sign(&s, spec);
	session_end(&s);
}

static void test_no_changes_after_p1(void **state)
{
	struct pd_signature_spec stamp = spec_of(NULL);
	struct session s;

	(void)state;
	certify(&s, 1, FORM);
	refused(&s, spec_of("Ky"), ERR_PDF_LOCKED, "P=1");
	refused(&s, spec_of(NULL), ERR_PDF_LOCKED, "P=1");
	stamp.sub_filter = "ETSI.RFC3161";
	stamp.rect = (struct pd_rect){ 0, 0, 9, 9 };
	refused(&s, stamp, ERR_PDF_LOCKED, "P=1");
	stamp.rect = (struct pd_rect){ 0, 0, 0, 0 };
	sign(&s, stamp);
	check_ranges(&s, 2);
	session_end(&s);
}

/* ---- seed values ---- */

static void seeded(const char *sv, struct pd_signature_spec spec, const char *says)
{
	struct session s;
	char more[300];

	spec.field_name = "Ky";
	snprintf(more, sizeof(more), "/SV << /Type /SV %s >>", sv);
	begin(&s, more);
	if (says)
		refused(&s, spec, ERR_PDF_FIELD, says);
	else
		sign(&s, spec);
	session_end(&s);
}

static void test_seed_values(void **state)
{
	struct pd_signature_spec plain = spec_of("Ky");
	struct pd_signature_spec reason = plain;
	struct pd_signature_spec checked = plain;
	struct pd_signature_spec certifying = plain;

	(void)state;
	reason.reason = "Duyệt";
	checked.seed_checked = true;
	certifying.docmdp_p = 2;
	seeded("/Ff 1 /Filter /Other.Handler", plain, "/Filter");
	seeded("/Ff 0 /Filter /Other.Handler", plain, NULL);
	seeded("/Ff 1 /Filter /Adobe.PPKLite", plain, NULL);
	seeded("/Ff 2 /SubFilter [/adbe.pkcs7.detached]", plain, "/SubFilter");
	seeded("/Ff 2 /SubFilter [/adbe.pkcs7.detached /" CADES "]", plain, NULL);
	seeded("/Ff 4 /V 9", plain, "newer version");
	seeded("/Ff 4 /V 2.0", plain, NULL);
	seeded("/Ff 8 /Reasons [(Xem) (Kh\\363)]", reason, "reasons");
	seeded("/Ff 8 /Reasons [<FEFF004400750079 1EC7 0074>]", reason, NULL);
	seeded("/Ff 8 /Reasons [(.)]", reason, "reasons");
	seeded("/Ff 8 /Reasons [(.)]", plain, NULL);
	seeded("/Ff 16 /LegalAttestation [(x)]", plain, "attestation");
	seeded("/Ff 32 /AddRevInfo true", plain, "revocation data");
	seeded("/Ff 32 /AddRevInfo false", plain, NULL);
	seeded("/Ff 64 /DigestMethod [(SHA512)]", plain, "digest");
	seeded("/Ff 64 /DigestMethod [(SHA512)]", checked, NULL);
	seeded("/Ff 128 /LockDocument true", plain, "locked");
	seeded("/Ff 128 /LockDocument /true", plain, "locked");
	seeded("/Ff 256 /AppearanceFilter (x)", plain, "appearance");
	seeded("/TimeStamp << /URL (http://x) /Ff 1 >>", plain, "time-stamp");
	seeded("/TimeStamp << /URL (http://x) >>", plain, NULL);
	seeded("/Cert << /Ff 2 /Issuer [(x)] >>", plain, "certificates");
	seeded("/MDP << /P 0 >>", certifying, "approval");
	seeded("/MDP << /P 2 >>", certifying, NULL);
	seeded("/MDP << /P 1 >>", certifying, "another P");
	seeded("/MDP << /P 1 >>", plain, "another P");
	seeded("/Reasons [4]", plain, "something else");
}

static void test_seed_getter(void **state)
{
	AUTO(arena_freep) struct arena *arena = arena_new(0);
	struct err err = ERR_INIT;
	struct pd_field_list list;
	struct pd_seed seed;
	struct session s;

	(void)state;
	begin(&s,
	      "/SV << /Ff 72 /DigestMethod [(SHA256) (SHA384)] /Reasons [(a)] /TimeStamp << /URL (http://tsa) /Ff 1 >> "
	      "/Cert << /Ff 1 >> /MDP << /P 3 >> >>");
	assert_ok(pd_field_list(session_view(&s), arena, &list, &err), &err);
	assert_ok(pd_seed_load(session_view(&s), pd_field_find(&list, "Ky"), arena, &seed, &err), &err);
	assert_int_equal(seed.digest_method_count, 2);
	assert_string_equal(seed.digest_methods[1], "SHA384");
	assert_true(seed.digest_required && seed.reason_required && seed.time_stamp_required && seed.cert_required);
	assert_string_equal(seed.time_stamp_url, "http://tsa");
	assert_int_equal(seed.reason_count, 1);
	assert_int_equal(seed.mdp_p, 3);
	assert_non_null(seed.cert);
	assert_ok(pd_seed_load(session_view(&s), pd_field_find(&list, "So"), arena, &seed, &err), &err);
	assert_int_equal(seed.mdp_p, -1);
	assert_null(seed.digest_methods);
	session_end(&s);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_new_visible_field),    cmocka_unit_test(test_invisible_and_time_stamp),
	cmocka_unit_test(test_names_that_cannot_be), cmocka_unit_test(test_one_signature_an_increment),
	cmocka_unit_test(test_name_of_a_parent),     cmocka_unit_test(test_existing_field),
	cmocka_unit_test(test_existing_split_field), cmocka_unit_test(test_fields_that_cannot_be_signed),
	cmocka_unit_test(test_lock_of_a_new_field),  cmocka_unit_test(test_lock_of_an_existing_field),
	cmocka_unit_test(test_certification),        cmocka_unit_test(test_no_changes_after_p1),
	cmocka_unit_test(test_seed_values),          cmocka_unit_test(test_seed_getter),
};

TEST_MAIN(tests)
