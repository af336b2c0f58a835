/* test_job.c - requests, answers and page texts as bytes: there and back, and every cut or changed byte refused or
 * harmless. */
#include "test.h"

#include <math.h>

#include "util/arena.h"
#include "util/buf.h"
#include "util/job.h"
#include "util/page_text.h"
#include "util/wire.h"

static struct bytes bytes_of(const struct buf *buf)
{
	return (struct bytes){ (const uint8_t *)buf->data, buf->len };
}

static void requests_go_there_and_back(void **state)
{
	AUTO(buf_release) struct buf frame = BUF_INIT;
	struct job_request request = { "page-text", { (const uint8_t *)"abc", 3 }, { UINT64_C(1) << 33, 7 } };
	struct job_request got = { 0 };
	char name[JOB_MAX_NAME_BYTES + 1];
	struct err err = ERR_INIT;

	(void)state;
	job_request_write(&request, &frame);
	assert_ok(job_request_parse(bytes_of(&frame), name, &got, &err), &err);
	assert_string_equal(got.name, "page-text");
	assert_int_equal(got.params.n, 3);
	assert_int_equal(got.limits.cpu_s, 7);
	assert_true(got.limits.memory_bytes == UINT64_C(1) << 33);
	for (size_t n = 0; n < frame.len; n++)
		assert_fails(job_request_parse((struct bytes){ (const uint8_t *)frame.data, n }, name, &got, &err),
			     &err, ERR_WORKER);
	buf_putc(&frame, 0);
	assert_fails(job_request_parse(bytes_of(&frame), name, &got, &err), &err, ERR_WORKER);
	buf_clear(&frame);
	request.name = "a-name-that-is-longer-than-any-job-has";
	job_request_write(&request, &frame);
	assert_fails(job_request_parse(bytes_of(&frame), name, &got, &err), &err, ERR_WORKER);
}

static void answers_carry_result_or_error(void **state)
{
	AUTO(buf_release) struct buf frame = BUF_INIT;
	struct err said = { ERR_PDF_ENCRYPTED, "bad \x1b[31m thing" };
	struct bytes result = { NULL, 0 };
	struct err err = ERR_INIT;

	(void)state;
	job_answer_write_result((struct bytes){ (const uint8_t *)"result", 6 }, &frame);
	assert_ok(job_answer_parse(bytes_of(&frame), &result, &err), &err);
	assert_memory_equal(result.p, "result", 6);
	buf_clear(&frame);
	job_answer_write_error(&said, &frame);
	assert_fails(job_answer_parse(bytes_of(&frame), &result, &err), &err, ERR_PDF_ENCRYPTED);
	assert_string_equal(err.detail, "bad ?[31m thing");
	for (size_t n = 0; n < frame.len; n++)
		assert_fails(job_answer_parse((struct bytes){ (const uint8_t *)frame.data, n }, &result, &err), &err,
			     ERR_WORKER);
	buf_clear(&frame);
	wire_put_u8(&frame, 1);
	wire_put_string(&frame, "no.such.error");
	wire_put_string(&frame, "text");
	assert_fails(job_answer_parse(bytes_of(&frame), &result, &err), &err, ERR_WORKER);
}

static void ends_and_hellos(void **state)
{
	AUTO(buf_release) struct buf frame = BUF_INIT;
	struct job_hello hello = { .protocol = 9, .landlock_abi = 4, .seccomp = true, .engine = "1.2.3" };
	struct job_hello got = { 0 };
	int status = 0;
	struct err err = ERR_INIT;

	(void)state;
	job_done_write(31, &frame);
	assert_ok(job_done_parse(bytes_of(&frame), &status, &err), &err);
	assert_int_equal(status, 31);
	frame.data[0] = 9;
	assert_fails(job_done_parse(bytes_of(&frame), &status, &err), &err, ERR_WORKER);
	buf_clear(&frame);
	job_hello_write(&hello, &frame);
	assert_ok(job_hello_parse(bytes_of(&frame), &got, &err), &err);
	assert_int_equal(got.landlock_abi, 4);
	assert_string_equal(got.engine, "1.2.3");
	frame.len--;
	assert_fails(job_hello_parse(bytes_of(&frame), &got, &err), &err, ERR_WORKER);
}

static struct text_char chars[] = {
	{ 'N', 1, 2, 3, 4 }, { 0x1EBF, 3, 2, 5, 4 }, { 0x1F600, 5, 2, 7, 4 }, { 0x7FF, 7, 2, 8, 4 }
};
static struct text_line lines[] = {
	{ 1, 2, 8, 4, 3.5f, 13, true, false, false, true, "N\xE1\xBA\xBF\xF0\x9F\x98\x80\xDF\xBF", chars, 4 },
	{ 1, 12, 8, 14, 13.5f, 13, false, true, true, false, "", NULL, 0 },
};
static struct text_box boxes[] = { { 10, 20, 30, 40 } };
static struct text_page pages[] = { { 210, 297, lines, 2, boxes, 1 } };
static const struct page_text sample = { 4, 5, pages, 1 };

static int parse(const struct buf *wire, struct page_text *text, struct arena *arena, struct err *err)
{
	return page_text_parse(bytes_of(wire), arena, text, err);
}

static void page_texts_go_there_and_back(void **state)
{
	AUTO(buf_release) struct buf wire = BUF_INIT;
	AUTO(arena_freep) struct arena *arena = arena_new(0);
	struct page_text got = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	page_text_write(&sample, &wire);
	assert_ok(parse(&wire, &got, arena, &err), &err);
	assert_int_equal(got.first_page, 4);
	assert_int_equal(got.doc_page_count, 5);
	assert_int_equal(got.pages[0].line_count, 2);
	assert_string_equal(got.pages[0].lines[0].utf8, lines[0].utf8);
	assert_int_equal(got.pages[0].lines[0].chars[2].code, 0x1F600);
	assert_true(got.pages[0].lines[0].bold && got.pages[0].lines[0].invisible && got.pages[0].lines[1].vertical);
	assert_true(got.pages[0].lines[1].italic && !got.pages[0].lines[1].bold);
	assert_true(fabsf(got.pages[0].images[0].y1 - 40) < 1e-6f);
	for (size_t n = 0; n < wire.len; n++)
		assert_fails(page_text_parse((struct bytes){ (const uint8_t *)wire.data, n }, arena, &got, &err), &err,
			     ERR_WORKER);
	buf_putc(&wire, 0);
	assert_fails(parse(&wire, &got, arena, &err), &err, ERR_WORKER);
}

/* Each byte set to each of a few values: taken or refused, never more (the sanitizers watch). */
static void changed_bytes_do_no_harm(void **state)
{
	static const uint8_t values[] = { 0, 1, 0x7F, 0x80, 0xFF };
	AUTO(buf_release) struct buf wire = BUF_INIT;
	size_t refused = 0;

	(void)state;
	page_text_write(&sample, &wire);
	for (size_t i = 0; i < wire.len; i++) {
		char kept = wire.data[i];

		for (size_t j = 0; j < ARRAY_LEN(values); j++) {
			AUTO(arena_freep) struct arena *arena = arena_new(1024 * 1024);
			struct page_text got;

			wire.data[i] = (char)values[j];
			refused += parse(&wire, &got, arena, NULL) < 0;
		}
		wire.data[i] = kept;
	}
	assert_true(refused > 100);
}

static void assert_refused(struct page_text text)
{
	AUTO(buf_release) struct buf wire = BUF_INIT;
	AUTO(arena_freep) struct arena *arena = arena_new(0);
	struct page_text got;
	struct err err = ERR_INIT;

	page_text_write(&text, &wire);
	assert_fails(parse(&wire, &got, arena, &err), &err, ERR_WORKER);
}

static void what_is_no_place_or_text_is_refused(void **state)
{
	static const char *const bad_utf8[] = { "\xC0\x80",     "\xED\xA0\x80", "\xF4\x90\x80\x80", "\x80", "\xE1\xBA",
						"\xE1\x41\x41", "\xFF" };
	struct text_char c = chars[0];
	struct text_line l = { 1, 2, 3, 4, 3, 13, false, false, false, false, "N", &c, 1 };
	struct text_page p = { 210, 297, &l, 1, NULL, 0 };
	struct page_text t = { 0, 1, &p, 1 };

	(void)state;
	l.x0 = NAN;
	assert_refused(t);
	l.x0 = 1e9f;
	assert_refused(t);
	l.x0 = 4; /* right of x1 */
	assert_refused(t);
	l.x0 = 1;
	c.y1 = INFINITY;
	assert_refused(t);
	c = chars[0];
	c.code = 'M';
	assert_refused(t);
	c.code = 'N';
	l.utf8 = "NN";
	assert_refused(t);
	for (size_t i = 0; i < ARRAY_LEN(bad_utf8); i++) {
		l.utf8 = bad_utf8[i];
		c.code = 0;
		assert_refused(t);
		c.code = 0xD800;
		assert_refused(t);
	}
	l.utf8 = "N";
	c.code = 'N';
	p.width_mm = -1;
	assert_refused(t);
	p.width_mm = 210;
	t.first_page = 1;
	assert_refused(t);
}

static void a_small_arena_is_a_limit(void **state)
{
	AUTO(buf_release) struct buf wire = BUF_INIT;
	AUTO(arena_freep) struct arena *arena = arena_new(100);
	struct page_text got;
	struct err err = ERR_INIT;

	(void)state;
	page_text_write(&sample, &wire);
	assert_fails(parse(&wire, &got, arena, &err), &err, ERR_LIMIT);
}

static void images_agree_with_their_size(void **state)
{
	AUTO(buf_release) struct buf wire = BUF_INIT;
	struct page_image image = { 2, 1, (const uint8_t *)"abcdef" };
	struct page_image got = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	page_image_write(&image, &wire);
	assert_ok(page_image_parse(bytes_of(&wire), &got, &err), &err);
	assert_int_equal(got.width, 2);
	assert_memory_equal(got.rgb, "abcdef", 6);
	wire.len--;
	assert_fails(page_image_parse(bytes_of(&wire), &got, &err), &err, ERR_WORKER);
	memset(wire.data, 0xFF, 8); /* 2^32 - 1 squared times 3 wraps around */
	assert_fails(page_image_parse(bytes_of(&wire), &got, &err), &err, ERR_WORKER);
	memset(wire.data, 0, 8);
	wire.len = 8;
	assert_fails(page_image_parse(bytes_of(&wire), &got, &err), &err, ERR_WORKER);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(requests_go_there_and_back),
	cmocka_unit_test(answers_carry_result_or_error),
	cmocka_unit_test(ends_and_hellos),
	cmocka_unit_test(page_texts_go_there_and_back),
	cmocka_unit_test(changed_bytes_do_no_harm),
	cmocka_unit_test(what_is_no_place_or_text_is_refused),
	cmocka_unit_test(a_small_arena_is_a_limit),
	cmocka_unit_test(images_agree_with_their_size),
};

TEST_MAIN(tests)
