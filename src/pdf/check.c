/*
 * check.c - pd_load_all: every object of every revision parsed once into a scratch arena and forgotten again.
 *
 * Beyond what each object must be by itself (it ends before the next begins) it checks what only the whole shows:
 * object streams hold what the cross-reference data say and their /Extends ends, an indirect /Length means the same in
 * every later view (else two readers would cut the stream differently), every revision has its catalog.
 */
#include <stdlib.h>

#include "pdf/document_priv.h"
#include "pdf/limits.h"
#include "util/arena.h"

static int compare_offsets(const void *a, const void *b, void *ctx)
{
	const struct pd_doc *doc = ctx;
	uint64_t x = doc->entries[*(const uint32_t *)a].offset;
	uint64_t y = doc->entries[*(const uint32_t *)b].offset;

	return (x > y) - (x < y);
}

static bool is_ordered(const struct pd_doc *doc, const uint32_t *order, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (doc->entries[order[i - 1]].offset > doc->entries[order[i]].offset)
			return false;
	return true;
}

int pd_order_by_offset(const struct pd_doc *doc, size_t first, size_t count, uint32_t **ret, size_t *ret_count,
		       struct err *err)
{
	uint32_t *order = calloc(count + 1, sizeof(*order));
	struct pd_doc *ctx = (struct pd_doc *)(uintptr_t)doc; /* qsort_r takes no const */
	size_t n = 0;

	if (!order)
		return err_set(err, ERR_NO_MEMORY, "no memory to order %zu objects", count);
	for (size_t i = first; i < first + count; i++)
		if (doc->entries[i].kind == PD_ENTRY_OFFSET)
			order[n++] = (uint32_t)i;
	if (!is_ordered(doc, order, n))
		qsort_r(order, n, sizeof(*order), compare_offsets, ctx);
	*ret = order;
	*ret_count = n;
	return 0;
}

static void free_order(uint32_t **order)
{
	free(*order);
}

/* ---- indirect lengths ---- */

static int check_length(struct pd_doc *doc, size_t index, const struct pd_obj *obj, struct err *err)
{
	struct pd_ref ref = pd_ref(pd_dict_raw(obj, "Length"));
	size_t own;
	size_t newer;

	if (pd_kind(obj) != PD_STREAM || ref.num == 0)
		return 0;
	own = pd_entry_index(doc, pd_index_revision(doc, index), ref.num);
	for (newer = doc->heads[ref.num]; newer > own; newer = doc->older[newer - 1]) {
		struct pd_view view = { doc, pd_index_revision(doc, newer - 1) };

		if (pd_indirect_length(&view, ref) != (int64_t)pd_stream_raw(obj).n)
			return err_set(err, ERR_PDF_STRUCTURE,
				       "the /Length of stream %u, object %u, changes in revision %u",
				       doc->entries[index].num, ref.num, view.revision);
	}
	return 0;
}

static int check_uncompressed(struct pd_doc *doc, struct arena *scratch, struct err *err)
{
	AUTO(free_order) uint32_t *order = NULL;
	struct pd_indirect object;
	size_t n;

	if (pd_order_by_offset(doc, 0, doc->entry_count, &order, &n, err) != 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		arena_reset(scratch);
		if (pd_load_indirect(doc, order[i], scratch, &object, err) != 0 ||
		    check_length(doc, order[i], &object.obj, err) != 0)
			return -1;
	}
	return 0;
}

/* ---- object streams ---- */

/* 7.5.7: a collection of object streams linked by /Extends has no cycle. The link is not needed to find objects. */
static int check_extends(struct pd_doc *doc, size_t container, struct arena *scratch, struct err *err)
{
	struct pd_view view = { doc, pd_index_revision(doc, container) };
	struct pd_ref ref = { doc->entries[container].num, 0 };

	for (int i = 0; i < PD_MAX_EXTENDS; i++) {
		const struct pd_obj *stream = pd_load_in(view, ref, scratch);
		const struct pd_obj *extends = pd_dict_raw(stream, "Extends");

		if (!extends)
			return 0;
		ref = pd_ref(extends);
		if (!pd_is_name(pd_dict_raw(pd_load_in(view, ref, scratch), "Type"), "ObjStm"))
			return err_set(err, ERR_PDF_STRUCTURE, "/Extends of object stream %u leads to no object stream",
				       doc->entries[container].num);
	}
	return err_set(err, ERR_PDF_STRUCTURE, "/Extends of object stream %u does not end",
		       doc->entries[container].num);
}

struct compressed {
	uint32_t container; /* index of the entry of its object stream */
	uint32_t index;     /* its own entry's */
};

static int compare_compressed(const void *a, const void *b)
{
	const struct compressed *x = a;
	const struct compressed *y = b;

	if (x->container != y->container)
		return x->container < y->container ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

static int list_compressed(struct pd_doc *doc, struct compressed **ret, size_t *ret_count, struct err *err)
{
	struct compressed *list;
	size_t n = 0;
	size_t container;

	for (size_t i = 0; i < doc->entry_count; i++)
		n += doc->entries[i].kind == PD_ENTRY_COMPRESSED;
	list = *ret = calloc(n + 1, sizeof(*list));
	if (!list)
		return err_set(err, ERR_NO_MEMORY, "no memory to order %zu objects", n);
	n = 0;
	for (size_t i = 0; i < doc->entry_count; i++) {
		if (doc->entries[i].kind != PD_ENTRY_COMPRESSED)
			continue;
		if (pd_objstm_entry(doc, i, &container, err) != 0)
			return -1;
		list[n++] = (struct compressed){ (uint32_t)container, (uint32_t)i };
	}
	qsort(list, n, sizeof(*list), compare_compressed);
	*ret_count = n;
	return 0;
}

static void free_compressed(struct compressed **list)
{
	free(*list);
}

static int check_compressed(struct pd_doc *doc, struct arena *scratch, struct err *err)
{
	AUTO(free_compressed) struct compressed *list = NULL;
	struct pd_objstm stm = { .count = 0 };
	struct pd_obj obj;
	size_t n;

	if (list_compressed(doc, &list, &n, err) != 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const struct pd_xref_entry *entry = &doc->entries[list[i].index];

		if (i == 0 || list[i - 1].container != list[i].container) {
			arena_reset(scratch);
			if (check_extends(doc, list[i].container, scratch, err) != 0 ||
			    pd_objstm_decode(doc, list[i].container, scratch, &stm, err) != 0)
				return -1;
		}
		if (pd_objstm_check(&stm, entry, err) != 0 ||
		    pd_objstm_parse(&stm, entry->index, scratch, &obj, err) != 0)
			return -1;
	}
	return 0;
}

/* ---- all ---- */

static int check_catalogs(struct pd_doc *doc, struct err *err)
{
	for (uint32_t i = 0; i < doc->rev_count; i++) {
		struct pd_view view = { doc, i };

		if (!pd_is_name(pd_get(view, pd_catalog(view), "Type"), "Catalog"))
			return err_set(err, ERR_PDF_STRUCTURE, "/Root of revision %u is no catalog", i);
	}
	return 0;
}

int pd_load_all(struct pd_doc *doc, struct err *err)
{
	AUTO(arena_freep) struct arena *scratch = arena_new(PD_MAX_ARENA_BYTES);

	if (!scratch)
		return err_set(err, ERR_NO_MEMORY, "no memory to check a PDF");
	if (check_uncompressed(doc, scratch, err) != 0)
		return -1;
	if (check_compressed(doc, scratch, err) != 0 || check_catalogs(doc, err) != 0)
		return -1;
	return pd_check(doc, err);
}
