/* document.c - opening and freeing a document, entries by number, objects on demand. See document.h. */
#include "pdf/document.h"

#include <stdlib.h>
#include <string.h>

#include "pdf/document_priv.h"
#include "pdf/limits.h"
#include "util/arena.h"

enum { MAX_DEREF = 32 };

/* ---- open, free ---- */

static int later_version(const struct pd_obj *catalog)
{
	struct str name = pd_name(pd_dict_raw(catalog, "Version"));

	if (name.n != 3 || name.p[1] != '.' || name.p[0] < '1' || name.p[0] > '2' || name.p[2] < '0' || name.p[2] > '9')
		return 0;
	return (name.p[0] - '0') * 10 + (name.p[2] - '0');
}

/* The catalog has to be there from the start: nothing can be asked of a file without one. Encrypted ones may hide it.
 */
static int check_catalog(struct pd_doc *doc, struct err *err)
{
	struct pd_view view = pd_view_last(doc);
	const struct pd_obj *catalog;
	int version;

	if (doc->encrypted)
		return 0;
	catalog = pd_catalog(view);
	if (pd_check(doc, err) != 0)
		return -1;
	if (pd_kind(catalog) != PD_DICT || !pd_is_name(pd_get(view, catalog, "Type"), "Catalog"))
		return err_set(err, ERR_PDF_STRUCTURE, "/Root %u %u is no catalog", pd_catalog_ref(view).num,
			       pd_catalog_ref(view).gen);
	version = later_version(catalog);
	if (version > doc->version)
		doc->version = version;
	return 0;
}

int pd_open(struct bytes file, int flags, struct pd_doc **ret_doc, struct err *err)
{
	AUTO(pd_freep) struct pd_doc *doc = calloc(1, sizeof(*doc));

	if (!doc || !(doc->arena = arena_new(PD_MAX_ARENA_BYTES)))
		return err_set(err, ERR_NO_MEMORY, "no memory to open a PDF");
	doc->file = file;
	doc->flags = flags;
	if (pd_xref_open(doc, err) != 0 || check_catalog(doc, err) != 0)
		return -1;
	*ret_doc = TAKE(doc);
	return 0;
}

void pd_free(struct pd_doc *doc)
{
	if (!doc)
		return;
	arena_free(doc->arena);
	free(doc->older);
	free(doc->heads);
	free(doc->fixed);
	free(doc->cache);
	free(doc->limits);
	free(doc->objstms);
	free(doc);
}

/* ---- plain facts ---- */

struct bytes pd_file_bytes(const struct pd_doc *doc)
{
	return doc->file;
}

uint64_t pd_base_offset(const struct pd_doc *doc)
{
	return doc->base;
}

int pd_version(const struct pd_doc *doc)
{
	return doc->version;
}

bool pd_is_encrypted(const struct pd_doc *doc)
{
	return doc->encrypted;
}

bool pd_is_linearized(const struct pd_doc *doc)
{
	return doc->revs[0].pub.linearized;
}

struct arena *pd_arena(struct pd_doc *doc)
{
	return doc->arena;
}

uint32_t pd_revision_count(const struct pd_doc *doc)
{
	return doc->rev_count;
}

const struct pd_revision *pd_revision(const struct pd_doc *doc, uint32_t revision)
{
	return revision < doc->rev_count ? &doc->revs[revision].pub : NULL;
}

const struct pd_xref_entry *pd_revision_entries(const struct pd_doc *doc, uint32_t revision, size_t *ret_count)
{
	*ret_count = revision < doc->rev_count ? doc->revs[revision].count : 0;
	return revision < doc->rev_count ? doc->entries + doc->revs[revision].first : NULL;
}

bool pd_revision_ends_at(const struct pd_doc *doc, uint32_t revision, uint64_t offset)
{
	struct pd_lexer lex = { .in = doc->file };

	if (revision >= doc->rev_count)
		return false;
	lex.pos = doc->revs[revision].pub.end;
	pd_take_eol(&lex);
	return offset == doc->revs[revision].pub.eof_end || offset == doc->revs[revision].pub.end || offset == lex.pos;
}

struct pd_view pd_view_at(struct pd_doc *doc, uint32_t revision)
{
	return (struct pd_view){ doc, revision < doc->rev_count ? revision : doc->rev_count - 1 };
}

struct pd_view pd_view_last(struct pd_doc *doc)
{
	return (struct pd_view){ doc, doc->rev_count - 1 };
}

/* ---- entries ---- */

size_t pd_entry_index(const struct pd_doc *doc, uint32_t revision, uint32_t num)
{
	size_t bound = doc->revs[revision].first + doc->revs[revision].count;
	size_t index = num < doc->head_count ? doc->heads[num] : 0;

	while (index > bound)
		index = doc->older[index - 1];
	return index;
}

uint32_t pd_index_revision(const struct pd_doc *doc, size_t index)
{
	uint32_t low = 0;
	uint32_t high = doc->rev_count;

	while (high - low > 1) {
		uint32_t mid = low + (high - low) / 2;

		if (doc->revs[mid].first <= index)
			low = mid;
		else
			high = mid;
	}
	return low;
}

/* Index + 1 of the entry in use, 0 when unassigned or free. */
static size_t index_in_use(struct pd_view view, uint32_t num)
{
	size_t index = pd_entry_index(view.doc, view.revision, num);

	return index && view.doc->entries[index - 1].kind != PD_ENTRY_FREE ? index : 0;
}

const struct pd_xref_entry *pd_find_entry(struct pd_view view, uint32_t num)
{
	size_t index = index_in_use(view, num);

	return index ? &view.doc->entries[index - 1] : NULL;
}

uint32_t pd_entry_revision(struct pd_view view, uint32_t num)
{
	size_t index = index_in_use(view, num);

	return index ? pd_index_revision(view.doc, index - 1) : 0;
}

/* ---- problems ---- */

void pd_problem(struct pd_doc *doc, const struct err *err)
{
	if (doc->problem.code == ERR_NONE)
		doc->problem = *err;
}

int pd_check(const struct pd_doc *doc, struct err *err)
{
	if (doc->problem.code == ERR_NONE)
		return 0;
	return err_set(err, doc->problem.code, "%s", doc->problem.detail);
}

/* ---- objects ---- */

/* `n g obj integer endobj` read straight from the file: a million streams with indirect lengths then cost no memory. */
static int64_t plain_integer(const struct pd_doc *doc, const struct pd_xref_entry *entry)
{
	struct pd_lexer lex = { .in = doc->file, .pos = entry->offset };
	struct pd_ref ref;
	uint64_t value;

	if (!pd_take_header(&lex, &ref))
		return -1;
	pd_skip_space(&lex);
	if (!pd_take_u64(&lex, &value) || value > INT64_MAX)
		return -1;
	pd_skip_space(&lex);
	return pd_take_word(&lex, "endobj") ? (int64_t)value : -1;
}

int64_t pd_indirect_length(void *ctx, struct pd_ref ref)
{
	const struct pd_view *view = ctx;
	const struct pd_xref_entry *entry = pd_find_entry(*view, ref.num);

	if (entry && entry->kind == PD_ENTRY_OFFSET && entry->gen == ref.gen)
		return plain_integer(view->doc, entry);
	return pd_int(pd_load(*view, ref), -1);
}

int pd_load_indirect(struct pd_doc *doc, size_t index, struct arena *arena, struct pd_indirect *ret, struct err *err)
{
	struct pd_view view = { doc, pd_index_revision(doc, index) };
	struct pd_parser parser;
	int result;

	pd_parser_init(&parser, (struct bytes){ doc->file.p, doc->limits[index] }, 0, arena, err);
	result = pd_parse_indirect(&parser, doc->entries[index].offset, pd_indirect_length, &view, ret);
	pd_parser_release(&parser);
	return result;
}

static int load_uncompressed(struct pd_doc *doc, size_t index, struct arena *arena, struct pd_obj *ret, struct err *err)
{
	struct pd_indirect object;

	if (pd_load_indirect(doc, index, arena, &object, err) != 0)
		return -1;
	*ret = object.obj;
	return 0;
}

static int load_compressed(struct pd_doc *doc, size_t index, struct arena *arena, struct pd_obj *ret, struct err *err)
{
	struct pd_objstm *stm;

	if (pd_objstm_find(doc, index, &stm, err) != 0 || pd_objstm_check(stm, &doc->entries[index], err) != 0)
		return -1;
	return pd_objstm_parse(stm, doc->entries[index].index, arena, ret, err);
}

int pd_load_entry(struct pd_doc *doc, size_t index, struct arena *arena, struct pd_obj *ret, struct err *err)
{
	int result;

	if (doc->load_depth >= PD_MAX_LOAD_DEPTH)
		return err_set(err, ERR_PDF_STRUCTURE, "object %u needs itself to be read", doc->entries[index].num);
	doc->load_depth++;
	if (doc->entries[index].kind == PD_ENTRY_COMPRESSED)
		result = load_compressed(doc, index, arena, ret, err);
	else
		result = load_uncompressed(doc, index, arena, ret, err);
	doc->load_depth--;
	return result;
}

/* Parses into the document's arena. While that goes on, and after a failure, the object is null. */
static const struct pd_obj *load_cached(struct pd_doc *doc, size_t index)
{
	struct pd_obj obj;
	struct pd_obj *kept;
	struct err err = ERR_INIT;

	if (doc->cache[index])
		return doc->cache[index];
	doc->cache[index] = &pd_null_object;
	if (pd_load_entry(doc, index, doc->arena, &obj, &err) != 0) {
		pd_problem(doc, &err);
		return &pd_null_object;
	}
	kept = arena_memdup(doc->arena, &obj, sizeof(obj));
	if (!kept) {
		err_set(&err, ERR_PDF_LIMIT, "objects of more than %d bytes", PD_MAX_ARENA_BYTES);
		pd_problem(doc, &err);
		return &pd_null_object;
	}
	doc->cache[index] = kept;
	return kept;
}

const struct pd_obj *pd_load(struct pd_view view, struct pd_ref ref)
{
	size_t index = index_in_use(view, ref.num);

	if (!index || view.doc->entries[index - 1].gen != ref.gen)
		return &pd_null_object;
	return load_cached(view.doc, index - 1);
}

const struct pd_obj *pd_load_in(struct pd_view view, struct pd_ref ref, struct arena *arena)
{
	size_t index = index_in_use(view, ref.num);
	struct err err = ERR_INIT;
	struct pd_obj *obj;

	if (!index || view.doc->entries[index - 1].gen != ref.gen)
		return &pd_null_object;
	if (view.doc->cache[index - 1])
		return view.doc->cache[index - 1];
	obj = ARENA_NEW(arena, struct pd_obj);
	if (obj && pd_load_entry(view.doc, index - 1, arena, obj, &err) == 0)
		return obj;
	if (!obj)
		err_set(&err, ERR_PDF_LIMIT, "no memory left for object %u", ref.num);
	pd_problem(view.doc, &err);
	return &pd_null_object;
}

const struct pd_obj *pd_deref(struct pd_view view, const struct pd_obj *obj)
{
	struct err err = ERR_INIT;

	for (int i = 0; i < MAX_DEREF; i++) {
		if (pd_kind(obj) != PD_REF)
			return obj ? obj : &pd_null_object;
		obj = pd_load(view, pd_ref(obj));
	}
	err_set(&err, ERR_PDF_STRUCTURE, "more than %d references lead to one another", MAX_DEREF);
	pd_problem(view.doc, &err);
	return &pd_null_object;
}

const struct pd_obj *pd_get(struct pd_view view, const struct pd_obj *dict, const char *key)
{
	return pd_deref(view, pd_dict_raw(dict, key));
}

const struct pd_obj *pd_at(struct pd_view view, const struct pd_obj *array, size_t i)
{
	return pd_deref(view, pd_array_raw(array, i));
}

int pd_object_extent(struct pd_view view, uint32_t num, uint64_t *ret_start, uint64_t *ret_end)
{
	size_t index = index_in_use(view, num);
	const struct pd_obj *obj;
	struct pd_lexer lex = { .in = view.doc->file };

	if (!index || view.doc->entries[index - 1].kind != PD_ENTRY_OFFSET)
		return -1;
	obj = load_cached(view.doc, index - 1);
	if (pd_token_end(obj) == 0)
		return -1;
	lex.pos = pd_token_end(obj);
	pd_skip_space(&lex);
	if (!pd_take_word(&lex, "endobj"))
		return -1;
	*ret_start = view.doc->entries[index - 1].offset;
	*ret_end = lex.pos;
	return 0;
}

const struct pd_obj *pd_trailer(struct pd_view view)
{
	return view.doc->revs[view.revision].pub.trailer;
}

struct pd_ref pd_catalog_ref(struct pd_view view)
{
	return pd_ref(pd_dict_raw(pd_trailer(view), "Root"));
}

const struct pd_obj *pd_catalog(struct pd_view view)
{
	return pd_load(view, pd_catalog_ref(view));
}
