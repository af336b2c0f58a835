/*
 * Large files stay out of anonymous memory: a gigabyte in one stream, a million small objects, tens of thousands of
 * pages. The limit of 100 MB is the project's own (random access from a memory map).
 */
#include "reading.h"

#include <fcntl.h>

#include "pdf/fields.h"
#include "pdf/pages.h"
#include "util/arena.h"
#include "util/file.h"

#if defined(__SANITIZE_ADDRESS__)
enum { MEASURES_MEMORY = 0 };
#else
enum { MEASURES_MEMORY = 1 };
#endif

static long anonymous_kb(void)
{
	char line[256];
	long kb = 0;
	FILE *f = fopen("/proc/self/status", "r");

	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		sscanf(line, "RssAnon: %ld", &kb);
	fclose(f);
	return kb;
}

static const char *temporary(void)
{
	static char path[600];
	const char *dir = getenv("TMPDIR");

	snprintf(path, sizeof(path), "%s/kyso-large-%d.pdf", dir ? dir : "/tmp", (int)getpid());
	return path;
}

static struct file_map *map_temporary(void)
{
	struct file_map *map = NULL;
	struct err err = ERR_INIT;

	assert_ok(file_map_open(temporary(), &map, &err), &err);
	unlink(temporary());
	return map;
}

/* Objects 1-3 are the page, 4 a stream of a gigabyte of holes. */
static void gigabyte_stream(void **state)
{
	const long long size = 1LL << 30;
	FILE *f = fopen(temporary(), "w");
	long long at[6];
	long before = anonymous_kb();
	struct err err = ERR_INIT;

	(void)state;
	assert_non_null(f);
	fprintf(f, "%%PDF-1.7\n");
	for (int i = 1; i < 4; i++) {
		static const char *const bodies[] = { "<< /Type /Catalog /Pages 2 0 R >>",
						      "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
						      "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>" };
		at[i] = ftello(f);
		fprintf(f, "%d 0 obj\n%s\nendobj\n", i, bodies[i - 1]);
	}
	at[4] = ftello(f);
	fprintf(f, "4 0 obj\n<< /Length %lld >>\nstream\n", size);
	fseeko(f, size, SEEK_CUR);
	fprintf(f, "\nendstream\nendobj\n");
	at[5] = ftello(f);
	fprintf(f, "xref\n0 5\n0000000000 65535 f \n");
	for (int i = 1; i < 5; i++)
		fprintf(f, "%010lld 00000 n \n", at[i]);
	fprintf(f, "trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%lld\n%%%%EOF\n", at[5]);
	assert_int_equal(fclose(f), 0);
	AUTO(file_map_freep) struct file_map *map = map_temporary();
	AUTO(pd_freep) struct pd_doc *doc = NULL;

	assert_ok(pd_open(file_map_bytes(map), 0, &doc, &err), &err);
	check_all_ok(doc);
	assert_true(pd_stream_raw(pd_load(pd_view_last(doc), (struct pd_ref){ 4, 0 })).n == (size_t)size);
	if (MEASURES_MEMORY)
		assert_true(anonymous_kb() - before < 10 * 1024);
}

static void million_objects(void **state)
{
	const int count = 1000000;
	uint64_t *at = calloc((size_t)count + 1, sizeof(*at));
	FILE *f = fopen(temporary(), "w");
	struct err err = ERR_INIT;
	uint64_t pos;
	long before;

	(void)state;
	assert_non_null(f);
	pos = (uint64_t)fprintf(f, "%%PDF-1.7\n");
	for (int i = 1; i <= count; i++) {
		at[i] = pos;
		if (i == 1)
			pos += (uint64_t)fprintf(f, "1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n");
		else
			pos += (uint64_t)fprintf(f, "%d 0 obj\n<< /A [%d (text) /Name] >>\nendobj\n", i, i);
	}
	fprintf(f, "xref\n0 %d\n0000000000 65535 f \n", count + 1);
	for (int i = 1; i <= count; i++)
		fprintf(f, "%010llu 00000 n \n", (unsigned long long)at[i]);
	fprintf(f, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%llu\n%%%%EOF\n", count + 1,
		(unsigned long long)pos);
	assert_int_equal(fclose(f), 0);
	free(at);
	before = anonymous_kb();
	AUTO(file_map_freep) struct file_map *map = map_temporary();
	AUTO(pd_freep) struct pd_doc *doc = NULL;
	size_t entries;

	assert_ok(pd_open(file_map_bytes(map), 0, &doc, &err), &err);
	pd_revision_entries(doc, 0, &entries);
	assert_int_equal(entries, count + 1);
	check_all_ok(doc);
	if (MEASURES_MEMORY)
		assert_true(anonymous_kb() - before < 100 * 1024);
}

/* A million in object streams of a thousand each. */
static void million_compressed_objects(void **state)
{
	const uint32_t streams = 1000;
	const uint32_t per = 1000;
	AUTO(buf_release) struct buf out = BUF_INIT;
	AUTO(buf_release) struct buf head = BUF_INIT;
	AUTO(buf_release) struct buf body = BUF_INIT;
	uint32_t size = 4 + streams + streams * per;
	uint64_t *at = calloc(4 + streams, sizeof(*at));
	struct err err = ERR_INIT;
	uint64_t section;
	long before;

	(void)state;
	buf_puts(&out, "%PDF-1.7\n");
	at[1] = out.len;
	buf_puts(&out, "1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n");
	for (uint32_t s = 0; s < streams; s++) {
		buf_clear(&head);
		buf_clear(&body);
		for (uint32_t i = 0; i < per; i++) {
			buf_printf(&head, "%u %zu ", 4 + streams + s * per + i, body.len);
			buf_puts(&body, "<</A 1>> ");
		}
		at[4 + s] = out.len;
		buf_printf(&out, "%u 0 obj\n<< /Type /ObjStm /N %u /First %zu /Length %zu >>\nstream\n", 4 + s, per,
			   head.len, head.len + body.len);
		buf_append(&out, head.data, head.len);
		buf_append(&out, body.data, body.len);
		buf_puts(&out, "\nendstream\nendobj\n");
	}
	section = out.len;
	buf_printf(&out,
		   "2 0 obj\n<< /Type /XRef /Size %u /Root 1 0 R /W [1 4 2] /Index [0 3 4 %u] /Length %u >>\nstream\n",
		   size, size - 4, (size - 1) * 7);
	for (uint32_t num = 0; num < size; num++) {
		bool packed = num >= 4 + streams;
		uint64_t second = packed ? 4 + (num - 4 - streams) / per : num == 2 ? section : num ? at[num] : 0;
		uint32_t third = packed ? (num - 4 - streams) % per : 0;

		if (num == 3)
			continue;
		buf_putc(&out, num == 0 ? 0 : packed ? 2 : 1);
		for (int i = 3; i >= 0; i--)
			buf_putc(&out, (char)(second >> (8 * i)));
		buf_putc(&out, (char)(third >> 8));
		buf_putc(&out, (char)third);
	}
	buf_printf(&out, "\nendstream\nendobj\nstartxref\n%llu\n%%%%EOF\n", (unsigned long long)section);
	free(at);
	before = anonymous_kb();
	AUTO(pd_freep) struct pd_doc *doc = NULL;

	assert_ok(pd_open((struct bytes){ (uint8_t *)out.data, out.len }, 0, &doc, &err), &err);
	assert_ok(pd_load_all(doc, &err), &err);
	if (MEASURES_MEMORY)
		assert_true(anonymous_kb() - before < 100 * 1024);
}

static void many_pages(void **state)
{
	enum { PAGES = 30000, PER_NODE = 100 };
	AUTO(buf_release) struct buf out = BUF_INIT;
	uint64_t *at = calloc(4 + PAGES + PAGES / PER_NODE, sizeof(*at));
	uint32_t size = 4 + PAGES + PAGES / PER_NODE;
	AUTO(arena_freep) struct arena *arena = arena_new(0);
	struct pd_field_list fields;
	struct err err = ERR_INIT;
	struct pd_page page;
	uint64_t section;
	uint32_t count;

	(void)state;
	buf_puts(&out, "%PDF-1.7\n");
	at[1] = out.len;
	buf_puts(&out, "1 0 obj\n<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [3 0 R] >> >>\nendobj\n");
	at[2] = out.len;
	buf_printf(&out, "2 0 obj\n<< /Type /Pages /MediaBox [0 0 9 9] /Count %d /Kids [", PAGES);
	for (int i = 0; i < PAGES / PER_NODE; i++)
		buf_printf(&out, "%d 0 R ", 4 + PAGES + i);
	buf_puts(&out, "] >>\nendobj\n");
	at[3] = out.len;
	buf_puts(&out, "3 0 obj\n<< /FT /Sig /T (s) /Subtype /Widget /Rect [0 0 0 0] >>\nendobj\n");
	for (int i = 0; i < PAGES; i++) {
		at[4 + i] = out.len;
		buf_printf(&out, "%d 0 obj\n<< /Type /Page /Parent %d 0 R %s >>\nendobj\n", 4 + i,
			   4 + PAGES + i / PER_NODE, i == 20000 ? "/Annots [3 0 R] /Rotate 90" : "");
	}
	for (int i = 0; i < PAGES / PER_NODE; i++) {
		at[4 + PAGES + i] = out.len;
		buf_printf(&out, "%d 0 obj\n<< /Type /Pages /Parent 2 0 R /Count %d /Kids [", 4 + PAGES + i, PER_NODE);
		for (int k = 0; k < PER_NODE; k++)
			buf_printf(&out, "%d 0 R ", 4 + i * PER_NODE + k);
		buf_puts(&out, "] >>\nendobj\n");
	}
	section = out.len;
	buf_printf(&out, "xref\n0 %u\n0000000000 65535 f \n", size);
	for (uint32_t i = 1; i < size; i++)
		buf_printf(&out, "%010llu 00000 n \n", (unsigned long long)at[i]);
	buf_printf(&out, "trailer\n<< /Size %u /Root 1 0 R >>\nstartxref\n%llu\n%%%%EOF\n", size,
		   (unsigned long long)section);
	free(at);
	AUTO(pd_freep) struct pd_doc *doc = NULL;

	assert_ok(pd_open((struct bytes){ (uint8_t *)out.data, out.len }, 0, &doc, &err), &err);
	assert_ok(pd_page_count(pd_view_last(doc), &count, &err), &err);
	assert_int_equal(count, PAGES);
	assert_ok(pd_page_load(pd_view_last(doc), 20000, &page, &err), &err);
	assert_int_equal(page.rotate, 90);
	assert_ok(pd_field_list(pd_view_last(doc), arena, &fields, &err), &err);
	assert_int_equal(fields.items[0].widgets[0].page_index, 20000);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(gigabyte_stream),
	cmocka_unit_test(million_objects),
	cmocka_unit_test(million_compressed_objects),
	cmocka_unit_test(many_pages),
};

TEST_MAIN(tests)
