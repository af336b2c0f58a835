/* test_plan.c - plans from what is already in a file: over whose signature the seal goes, where, and what is refused by
 * which clause. */
#include "world.h"

#include "sign/plan.h"
#include "util/arena.h"
#include "util/json.h"

struct bench {
	struct arena *arena;
	struct workfile *work;
	struct pd_doc *doc;
	struct signed_mark marks[3];
	struct plan_request request;
	struct sign_plan plan;
};

static void bench_open(struct bench *b)
{
	struct err err = ERR_INIT;

	*b = (struct bench){ .arena = arena_new(0), .work = sign_world_file(true) };
	assert_non_null(b->arena);
	assert_ok(pd_open(workfile_bytes(b->work), PD_OPEN_STRICT, &b->doc, &err), &err);
	for (size_t i = 0; i < ARRAY_LEN(b->marks); i++)
		b->marks[i] = (struct signed_mark){
			.field = "Signature1",
			.person = true,
			.accepted = true,
			.trusted = true,
			.rect = { 120, 200, 45, 15 },
		};
	b->marks[0].signer = "Nguyễn Văn A";
	b->marks[0].organization = "SỞ A";
	b->marks[1].signer = "Trần Thị B";
	b->marks[1].organization = "SỞ B";
	b->marks[1].rect.x = 20;
	b->marks[2].signer = "Văn thư";
	b->marks[2].person = false;
	b->request = (struct plan_request){ .mark = MARK_AGENCY, .picture_aspect = 1, .signed_marks = b->marks };
}

static void bench_release(struct bench *b)
{
	pd_free(b->doc);
	workfile_free(b->work);
	arena_free(b->arena);
}

static int make(struct bench *b, size_t marks, struct err *err)
{
	b->request.signed_mark_count = marks;
	return plan_make(&b->request, pd_view_last(b->doc), NULL, b->arena, &b->plan, err);
}

static void near_mm(double a, double b)
{
	assert_true(a - b < 0.01 && b - a < 0.01);
}

static void test_seal_over_the_left_third(void **state)
{
	AUTO(bench_release) struct bench b;
	struct err err = ERR_INIT;

	(void)state;
	bench_open(&b);
	b.request.seal_mm = 36;
	assert_ok(make(&b, 1, &err), &err);
	assert_true(b.plan.sure);
	near_mm(b.plan.mark.rect.x + 36, 120 + 45.0 / 3);
	near_mm(b.plan.mark.rect.y + 18, 200 + 7.5);
	assert_string_equal(b.plan.mark.signer, "Nguyễn Văn A");
	assert_int_equal(b.plan.mark.warning_count, 0);
	b.marks[0].rect =
	    (struct pd_rect_mm){ 5, 285, 45, 15 }; /* at the page's corner: kept on the page (210 x 297 mm) */
	assert_ok(make(&b, 1, &err), &err);
	near_mm(b.plan.mark.rect.x, 0);
	assert_true(b.plan.mark.rect.y + 36 <= 297.1);
}

static void test_whose(void **state)
{
	AUTO(bench_release) struct bench b;
	struct err err = ERR_INIT;

	(void)state;
	bench_open(&b);
	assert_ok(make(&b, 3, &err), &err);
	assert_false(b.plan.sure);
	assert_non_null(b.plan.reason_vi);
	b.request.agency_name = "Sở B"; /* its own leader */
	assert_ok(make(&b, 3, &err), &err);
	assert_true(b.plan.sure);
	assert_string_equal(b.plan.mark.signer, "Trần Thị B");
	b.request.signer = "NGUYỄN VĂN A"; /* what is said goes before what is guessed */
	assert_ok(make(&b, 3, &err), &err);
	assert_string_equal(b.plan.mark.signer, "Nguyễn Văn A");
	b.request.signer = "Lê Văn C";
	assert_fails(make(&b, 3, &err), &err, ERR_SIGN_NO_PERSON);
}

static void test_what_is_no_persons_signature(void **state)
{
	AUTO(bench_release) struct bench b;
	struct err err = ERR_INIT;

	(void)state;
	bench_open(&b);
	assert_fails(make(&b, 0, &err), &err, ERR_SIGN_NO_PERSON);
	b.marks[0].accepted = false;
	b.marks[0].why_not = "the document was changed after it";
	assert_fails(make(&b, 1, &err), &err, ERR_SIGN_NO_PERSON);
	assert_non_null(strstr(err.detail, "changed after"));
	b.marks[0].accepted = true;
	b.marks[0].trusted = false;
	b.marks[0].why_not = "its certificate does not lead to a trusted root";
	assert_fails(make(&b, 1, &err), &err, ERR_SIGN_NO_PERSON);
	b.marks[0].trusted = true;
	b.marks[0].person = false;
	assert_fails(make(&b, 1, &err), &err, ERR_SIGN_NO_PERSON);
	b.marks[0].person = true;
	b.marks[0].rect.w = 0; /* invisible: nothing to lie over */
	assert_fails(make(&b, 1, &err), &err, ERR_SIGN_NO_PERSON);
}

static void test_sizes(void **state)
{
	static const struct {
		double mm;
		bool possible, usual;
	} rows[] = { { 19.9, false, false }, { 20, true, false },   { 33.9, true, false }, { 34, true, true },
		     { 42, true, true },     { 42.1, true, false }, { 50, true, false },   { 50.1, false, false } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO(bench_release) struct bench b;
		struct err err = ERR_INIT;

		bench_open(&b);
		b.request.seal_mm = rows[i].mm;
		if (!rows[i].possible) {
			assert_fails(make(&b, 1, &err), &err, ERR_SIGN_MARK_IMAGE);
			continue;
		}
		assert_ok(make(&b, 1, &err), &err);
		assert_int_equal(b.plan.mark.warning_count, !rows[i].usual);
	}
}

static void test_places_by_hand(void **state)
{
	AUTO(bench_release) struct bench b;
	struct err err = ERR_INIT;

	(void)state;
	bench_open(&b);
	b.request.mark = MARK_PERSON;
	b.request.picture_aspect = 0.5;
	b.request.place = (struct place){ .kind = PLACE_RECT, .rect = { 10, 10, 40, 40 } };
	assert_ok(make(&b, 0, &err), &err);
	near_mm(b.plan.mark.rect.h, 20); /* the picture keeps its shape, in the middle of the rectangle */
	near_mm(b.plan.mark.rect.y, 20);
	b.request.place.rect.x = 180;
	assert_fails(make(&b, 0, &err), &err, ERR_SIGN_PLACE);
	b.request.place.rect.x = 10;
	b.request.place.page = 1;
	assert_fails(make(&b, 0, &err), &err, ERR_PDF_PAGE);
}

static void test_json(void **state)
{
	AUTO(bench_release) struct bench b;
	AUTO(js_freep) struct json *sure = NULL;
	AUTO(js_freep) struct json *unsure = NULL;
	struct err err = ERR_INIT;

	(void)state;
	bench_open(&b);
	assert_ok(make(&b, 1, &err), &err);
	sure = plan_json(&b.plan, "x.pdf");
	assert_string_equal(js_get_string(sure, "schema"), "kyso.plan/1");
	assert_int_equal(js_count(js_find(sure, "marks")), 1);
	assert_int_equal(js_get_int(js_at(js_find(sure, "marks"), 0), "page", 0), 1);
	assert_int_equal(js_count(js_find(js_at(js_find(sure, "marks"), 0), "rect_mm")), 4);
	assert_null(js_get_string(sure, "reason"));
	assert_ok(make(&b, 3, &err), &err);
	unsure = plan_json(&b.plan, "x.pdf");
	assert_int_equal(js_count(js_find(unsure, "marks")), 0);
	assert_non_null(js_get_string(unsure, "reason"));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_seal_over_the_left_third),
	cmocka_unit_test(test_whose),
	cmocka_unit_test(test_what_is_no_persons_signature),
	cmocka_unit_test(test_sizes),
	cmocka_unit_test(test_places_by_hand),
	cmocka_unit_test(test_json),
};

TEST_MAIN(tests)
