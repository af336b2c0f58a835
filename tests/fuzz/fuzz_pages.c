/*
 * Pages, fields and signatures of a file, in the first and the last view.
 *
 * Input that is no PDF is taken as the bodies of objects 1, 2, 3 ... with 0xFF between, and composed into a file with a
 * right cross-reference table: so the fuzzer gets past the offsets.
 */
#include <stdlib.h>
#include <string.h>

#include "pdf/fields.h"
#include "pdf/pages.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/err.h"

enum { MAX_OBJECTS = 200 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use_pages(struct pd_view view)
{
	struct err err = ERR_INIT;
	struct pd_page page;
	uint32_t count = 0;

	if (pd_page_count(view, &count, &err) != 0)
		return;
	for (uint32_t i = 0; i < count && i < 50; i++) {
		if (pd_page_load(view, i, &page, &err) != 0)
			continue;
		if (page.crop_box.x0 >= page.crop_box.x1 || page.rotate % 90 != 0)
			abort();
		pd_page_to_user(&page, pd_page_to_shown(&page, page.crop_box));
		pd_page_upright(&page, 1, 1);
	}
}

static void use_signatures(struct pd_view view, size_t size)
{
	struct arena *arena = arena_new(256 * 1024 * 1024);
	struct pd_signature_list list;
	struct err err = ERR_INIT;
	uint64_t range[4];

	if (pd_signature_list(view, arena, &list, &err) == 0)
		for (size_t i = 0; i < list.count; i++)
			if (pd_signature_range(view, &list.items[i], range, &err) == 0 &&
			    (range[0] != 0 || range[1] >= range[2] || range[2] + range[3] > size))
				abort();
	arena_free(arena);
}

static void use_fields(struct pd_view view)
{
	struct arena *arena = arena_new(256 * 1024 * 1024);
	struct pd_field_list list;
	struct err err = ERR_INIT;

	if (pd_field_list(view, arena, &list, &err) == 0)
		for (size_t i = 0; i < list.count && i < 100; i++)
			if (!pd_field_find(&list, list.items[i].name))
				abort();
	arena_free(arena);
}

static void use_file(struct bytes file)
{
	struct pd_doc *doc = NULL;
	struct err err = ERR_INIT;

	if (pd_open(file, PD_OPEN_ALLOW_HYBRID, &doc, &err) != 0)
		return;
	use_pages(pd_view_at(doc, 0));
	use_pages(pd_view_last(doc));
	use_fields(pd_view_last(doc));
	use_signatures(pd_view_last(doc), file.n);
	(void)!pd_check(doc, &err);
	(void)!pd_load_all(doc, &err);
	for (uint32_t i = 0; i < pd_revision_count(doc) && i < 20; i++)
		(void)!pd_account(doc, i, &err);
	pd_free(doc);
}

static void compose(const uint8_t *data, size_t size, struct buf *out)
{
	size_t offsets[MAX_OBJECTS];
	size_t count = 0;
	size_t section;

	buf_puts(out, "%PDF-1.7\n");
	for (size_t at = 0; at < size && count < MAX_OBJECTS;) {
		const uint8_t *end = memchr(data + at, 0xFF, size - at);
		size_t n = end ? (size_t)(end - data) - at : size - at;

		offsets[count++] = out->len;
		buf_printf(out, "%zu 0 obj\n", count);
		buf_append(out, data + at, n);
		buf_puts(out, "\nendobj\n");
		at += n + 1;
	}
	section = out->len;
	buf_printf(out, "xref\n0 %zu\n0000000000 65535 f \n", count + 1);
	for (size_t i = 0; i < count; i++)
		buf_printf(out, "%010zu 00000 n \n", offsets[i]);
	buf_printf(out, "trailer\n<< /Size %zu /Root 1 0 R >>\nstartxref\n%zu\n%%%%EOF\n", count + 1, section);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf file = BUF_INIT;

	if (size > 5 && memcmp(data, "%PDF-", 5) == 0) {
		use_file((struct bytes){ data, size });
		return 0;
	}
	compose(data, size, &file);
	use_file((struct bytes){ (const uint8_t *)file.data, file.len });
	buf_release(&file);
	return 0;
}
