/*
 * objstm.c - object streams (ISO 32000-1 7.5.7): decoded once, kept with the document, objects cut out of them on
 * demand.
 *
 * Strict: /N pairs of number and offset and nothing else before /First, offsets ascending, no streams inside, numbers
 * as the cross-reference data say.
 */
#include <stdlib.h>

#include "pdf/document_priv.h"
#include "pdf/limits.h"
#include "util/arena.h"

static int fail(const struct pd_objstm *stm, struct err *err, const char *what)
{
	return err_set(err, ERR_PDF_STRUCTURE, "object stream %u: %s", stm->num, what);
}

/* /N and /First, sane and direct or not. */
static int read_header(struct pd_doc *doc, const struct pd_obj *stream, struct arena *arena, struct pd_objstm *stm,
		       size_t *ret_first, struct err *err)
{
	struct pd_view view = { doc, pd_index_revision(doc, stm->entry) };
	int64_t n = pd_int(pd_get(view, stream, "N"), -1);
	int64_t first = pd_int(pd_get(view, stream, "First"), -1);

	if (pd_kind(stream) != PD_STREAM || !pd_is_name(pd_get(view, stream, "Type"), "ObjStm"))
		return fail(stm, err, "is no object stream");
	if (doc->encrypted)
		return err_set(err, ERR_PDF_ENCRYPTED, "object stream %u is encrypted", stm->num);
	if (pd_stream_filter(&view, stream, PD_MAX_OBJSTM_BYTES, arena, &stm->data, err) != 0)
		return err_prefix(err, "object stream %u", stm->num);
	doc->decoded_bytes += stm->data.n;
	if (doc->decoded_bytes > PD_MAX_OBJSTM_TOTAL)
		return err_set(err, ERR_PDF_LIMIT, "object streams of more than %d bytes", PD_MAX_OBJSTM_TOTAL);
	if (first < 0 || (uint64_t)first > stm->data.n)
		return fail(stm, err, "/First is missing or beyond its data");
	if (n < 0 || n > first / 4 + 1) /* "1 0 2 5": four bytes a pair at the least, the last may lack its space */
		return fail(stm, err, "/N is missing or more than fits before /First");
	stm->count = (uint32_t)n;
	*ret_first = (size_t)first;
	return 0;
}

static int read_pairs(struct pd_objstm *stm, size_t first, uint32_t *numbers, uint32_t *offsets, struct err *err)
{
	struct pd_lexer lex = { .in = { stm->data.p, first }, .container = stm->num, .err = err };

	for (uint32_t i = 0; i < stm->count; i++) {
		uint32_t offset;

		pd_skip_space_only(&lex);
		if (!pd_take_u32(&lex, /* canonical= */ false, &numbers[i]) || numbers[i] == 0 ||
		    numbers[i] > PD_MAX_OBJECT_NUMBER)
			return fail(stm, err, "malformed object number before /First");
		pd_skip_space_only(&lex);
		if (!pd_take_u32(&lex, /* canonical= */ false, &offset) || offset > stm->data.n - first)
			return fail(stm, err, "malformed offset before /First");
		offsets[i] = (uint32_t)first + offset;
		if (i == 0 ? offset != 0 : offsets[i] <= offsets[i - 1])
			return fail(stm, err, "offsets do not ascend from 0");
	}
	offsets[stm->count] = (uint32_t)stm->data.n;
	pd_skip_space_only(&lex);
	return lex.pos == first ? 0 : fail(stm, err, "something else between its offsets and /First");
}

int pd_objstm_decode(struct pd_doc *doc, size_t entry, struct arena *arena, struct pd_objstm *ret, struct err *err)
{
	struct pd_objstm stm = { .entry = entry, .num = doc->entries[entry].num };
	uint32_t *numbers;
	uint32_t *offsets;
	struct pd_obj stream;
	size_t first;

	if (pd_load_entry(doc, entry, arena, &stream, err) != 0 ||
	    read_header(doc, &stream, arena, &stm, &first, err) != 0)
		return -1;
	numbers = ARENA_ARRAY(arena, uint32_t, stm.count);
	offsets = ARENA_ARRAY(arena, uint32_t, (size_t)stm.count + 1);
	if (!numbers || !offsets)
		return err_set(err, ERR_PDF_LIMIT, "no memory left for object stream %u", stm.num);
	if (read_pairs(&stm, first, numbers, offsets, err) != 0)
		return -1;
	stm.numbers = numbers;
	stm.offsets = offsets;
	*ret = stm;
	return 0;
}

int pd_objstm_parse(const struct pd_objstm *stm, uint32_t index, struct arena *arena, struct pd_obj *ret,
		    struct err *err)
{
	struct pd_parser parser;
	int result;

	pd_parser_init(&parser, stm->data, stm->num, arena, err);
	result = pd_parse_compressed(&parser, stm->offsets[index], stm->offsets[index + 1], ret);
	pd_parser_release(&parser);
	return result == 0 ? 0 : err_prefix(err, "object %u", stm->numbers[index]);
}

int pd_objstm_check(const struct pd_objstm *stm, const struct pd_xref_entry *entry, struct err *err)
{
	if (entry->index < stm->count && stm->numbers[entry->index] == entry->num)
		return 0;
	return err_set(err, ERR_PDF_XREF, "object %u is not at index %u of object stream %u", entry->num, entry->index,
		       stm->num);
}

int pd_objstm_entry(struct pd_doc *doc, size_t index, size_t *ret, struct err *err)
{
	const struct pd_xref_entry *entry = &doc->entries[index];
	size_t container = pd_entry_index(doc, pd_index_revision(doc, index), entry->container);

	if (!container || doc->entries[container - 1].kind != PD_ENTRY_OFFSET)
		return err_set(err, ERR_PDF_XREF, "object %u is said to be in object stream %u, which is not there",
			       entry->num, entry->container);
	*ret = container - 1;
	return 0;
}

/* A stream that cannot be read is kept as failed, so that its objects do not each pay for decoding it again. */
static int load_objstm(struct pd_doc *doc, size_t container, struct pd_objstm **ret, struct err *err)
{
	struct pd_objstm *stm = ARENA_NEW(doc->arena, struct pd_objstm);
	int result;

	if (!stm)
		return err_set(err, ERR_NO_MEMORY, "no memory for object stream %u", doc->entries[container].num);
	doc->objstms[container] = stm;
	stm->failed = true;
	stm->num = doc->entries[container].num;
	result = pd_objstm_decode(doc, container, doc->arena, stm, err);
	*ret = stm;
	return result;
}

int pd_objstm_find(struct pd_doc *doc, size_t index, struct pd_objstm **ret, struct err *err)
{
	struct pd_objstm *stm;
	size_t container;

	if (pd_objstm_entry(doc, index, &container, err) != 0)
		return -1;
	if (!doc->objstms)
		doc->objstms = calloc(doc->entry_count, sizeof(struct pd_objstm *));
	if (!doc->objstms)
		return err_set(err, ERR_NO_MEMORY, "no memory for %zu object streams", doc->entry_count);
	stm = doc->objstms[container];
	if (!stm && load_objstm(doc, container, &stm, err) != 0)
		return -1;
	if (stm->failed)
		return fail(stm, err, "could not be read");
	*ret = stm;
	return 0;
}
