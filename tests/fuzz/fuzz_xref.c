/* A whole file: opened, every object checked, every revision accounted for, every stream decoded. */
#include <stdlib.h>

#include "pdf/document.h"
#include "util/arena.h"
#include "util/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void decode_streams(struct pd_doc *doc, uint32_t revision)
{
	struct pd_view view = pd_view_at(doc, revision);
	struct err err = ERR_INIT;
	struct bytes out;
	size_t count;
	const struct pd_xref_entry *entries = pd_revision_entries(doc, revision, &count);

	for (size_t i = 0; i < count && i < 200; i++) {
		const struct pd_obj *obj = pd_load(view, (struct pd_ref){ entries[i].num, entries[i].gen });
		struct arena *arena = arena_new(0);
		uint64_t start;
		uint64_t end;

		(void)!pd_stream_decode(view, obj, arena, &out, &err);
		if (pd_object_extent(view, entries[i].num, &start, &end) == 0 &&
		    (start >= end || end > pd_file_bytes(doc).n))
			abort();
		arena_free(arena);
	}
}

static void check_revisions(const struct pd_doc *doc, size_t size)
{
	uint64_t at = 0;

	for (uint32_t i = 0; i < pd_revision_count(doc); i++) {
		const struct pd_revision *rev = pd_revision(doc, i);

		if (rev->start != at || rev->eof_end <= rev->start || rev->end < rev->eof_end || rev->end > size)
			abort();
		at = rev->end;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pd_doc *doc = NULL;
	struct err err = ERR_INIT;

	if (pd_open((struct bytes){ data, size }, PD_OPEN_ALLOW_HYBRID, &doc, &err) != 0)
		return 0;
	check_revisions(doc, size);
	(void)!pd_load_all(doc, &err);
	for (uint32_t i = 0; i < pd_revision_count(doc) && i < 20; i++) {
		(void)!pd_account(doc, i, &err);
		decode_streams(doc, i);
	}
	pd_free(doc);
	return 0;
}
