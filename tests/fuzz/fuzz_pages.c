/* Pages, fields and signatures of a file, in the first and the last view. */
#include <stdlib.h>
#include <string.h>

#include "pdf/fields.h"
#include "pdf/pages.h"
#include "util/arena.h"
#include "util/err.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pd_doc *doc = NULL;
	struct err err = ERR_INIT;

	if (pd_open((struct bytes){ data, size }, PD_OPEN_ALLOW_HYBRID, &doc, &err) != 0)
		return 0;
	use_pages(pd_view_at(doc, 0));
	use_pages(pd_view_last(doc));
	use_fields(pd_view_last(doc));
	use_signatures(pd_view_last(doc), size);
	(void)!pd_check(doc, &err);
	pd_free(doc);
	return 0;
}
