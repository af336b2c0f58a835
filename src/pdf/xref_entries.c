/*
 * xref_entries.c - the entries of every revision, checked (pdf-validation rules 8 and 9) and linked by object number.
 *
 * Refused: two entries for a number in one revision, offsets outside the revision or not at that very `n g obj`, object
 * numbers beyond /Size, an object that comes back after it was freed, a changed generation, a redefined object or
 * cross-reference stream, objects in an object stream of another revision, and hybrid sections whose two views differ.
 */
#include <stdlib.h>
#include <string.h>

#include "pdf/document_priv.h"
#include "pdf/limits.h"
#include "util/arena.h"

enum { MAX_EARLY_BYTES = 2 };

static int compare_numbers(const void *a, const void *b)
{
	const struct pd_xref_entry *x = a;
	const struct pd_xref_entry *y = b;

	return (x->num > y->num) - (x->num < y->num);
}

static void sort_entries(struct pd_xref_entry *entries, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		if (entries[i - 1].num > entries[i].num) {
			qsort(entries, count, sizeof(*entries), compare_numbers);
			return;
		}
	}
}

static bool same_entry(const struct pd_xref_entry *a, const struct pd_xref_entry *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == PD_ENTRY_COMPRESSED)
		return a->container == b->container && a->index == b->index;
	return a->kind == PD_ENTRY_FREE || (a->gen == b->gen && a->offset == b->offset);
}

/* ---- the two sections of one revision ---- */

/* Two entries for one number: a hybrid table may call free (hide) what its stream defines; else both sections have to
 * agree. */
static int merge_pair(const struct pd_rev *rev, struct pd_xref_entry *kept, const struct pd_xref_entry *other,
		      struct err *err)
{
	if (!rev->extra || (rev->pub.xref_kind != PD_XREF_HYBRID && !same_entry(kept, other)))
		return err_set(err, ERR_PDF_XREF, "object %u has two cross-reference entries in one revision",
			       kept->num);
	if (kept->kind == PD_ENTRY_FREE)
		*kept = *other;
	return 0;
}

static int merge_duplicates(const struct pd_rev *rev, struct pd_xref_entry *entries, size_t *count, struct err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < *count; i++) {
		if (n && entries[n - 1].num == entries[i].num) {
			if (merge_pair(rev, &entries[n - 1], &entries[i], err) != 0)
				return -1;
			continue;
		}
		if (n != i)
			entries[n] = entries[i];
		n++;
	}
	*count = n;
	return 0;
}

/* ---- one entry against the file and against what was before ---- */

static bool is_fixed(const struct pd_doc *doc, uint32_t num)
{
	return num < doc->head_count && (doc->fixed[num / 8] >> num % 8 & 1);
}

static void set_fixed(struct pd_doc *doc, uint32_t num)
{
	if (num < doc->head_count)
		doc->fixed[num / 8] |= (uint8_t)(1U << num % 8);
}

/*
 * Word puts an empty table behind the finished file, whose /XRefStm, and what that lists, lie in the file before it: a
 * revision that defines nothing of its own bytes. Only there, behind revision 0, may entries lead into the revision
 * before.
 */
static bool is_word_shape(const struct pd_doc *doc, const struct pd_rev *rev)
{
	return rev == &doc->revs[1] && rev->main.has_xref_stm && rev->main.entry_count == 0 &&
	       rev->main.xref_stm < rev->pub.start;
}

/* The offset may point at a line end too early (seen from honest writers); it is kept as where `n g obj` really stands.
 */
static int check_offset(const struct pd_doc *doc, const struct pd_rev *rev, struct pd_xref_entry *entry,
			struct err *err)
{
	struct pd_lexer lex = { .in = doc->file, .pos = entry->offset };
	uint64_t from = is_word_shape(doc, rev) ? 0 : rev->pub.start;
	struct pd_ref ref;

	if (entry->offset < from || entry->offset >= rev->pub.end)
		return err_set(err, ERR_PDF_XREF,
			       "object %u %u is said to be at offset %llu, outside its revision (%llu to %llu)",
			       entry->num, entry->gen, (unsigned long long)entry->offset, (unsigned long long)from,
			       (unsigned long long)rev->pub.end);
	pd_skip_space_only(&lex);
	if (lex.pos - entry->offset > MAX_EARLY_BYTES || !pd_take_header(&lex, &ref))
		return err_set(err, ERR_PDF_XREF,
			       "object %u %u is said to be at offset %llu, but there is no `n g obj`", entry->num,
			       entry->gen, (unsigned long long)entry->offset);
	if (ref.num != entry->num || ref.gen != entry->gen)
		return err_set(err, ERR_PDF_XREF, "object %u %u is said to be at offset %llu, but there is %u %u obj",
			       entry->num, entry->gen, (unsigned long long)entry->offset, ref.num, ref.gen);
	while (pd_char_class(doc->file.p[entry->offset]) == PD_CHAR_SPACE)
		entry->offset++;
	return 0;
}

static int check_number(const struct pd_rev *rev, const struct pd_xref_entry *entry, struct err *err)
{
	if (entry->num >= rev->pub.size)
		return err_set(err, ERR_PDF_XREF, "object %u has an entry, but /Size is %u", entry->num, rev->pub.size);
	if (entry->num == 0 && entry->kind != PD_ENTRY_FREE)
		return err_set(err, ERR_PDF_XREF, "object number 0 is in use");
	return 0;
}

/* A known writers' mistake: the table says it begins at 1 while its first entry is the head of the free list, object 0.
 */
static int check_first_number(const struct pd_rev *rev, const struct pd_xref_entry *entries, struct err *err)
{
	if (rev->first == 0 && !rev->main.is_stream && rev->count && entries[0].num == 1 &&
	    entries[0].kind == PD_ENTRY_FREE && entries[0].gen == PD_MAX_GENERATION)
		return err_set(err, ERR_PDF_XREF,
			       "the cross-reference table at offset %llu counts from 1 where it has to count from 0",
			       (unsigned long long)rev->main.start);
	return 0;
}

/* `before` is the entry that was in force for the number, NULL when there was none. */
static int check_history(const struct pd_doc *doc, const struct pd_xref_entry *entry, size_t before, struct err *err)
{
	bool used = false;

	for (size_t i = before; i; i = doc->older[i - 1])
		used = used || doc->entries[i - 1].kind != PD_ENTRY_FREE;
	if (!before || !used || entry->kind == PD_ENTRY_FREE)
		return 0;
	if (doc->entries[before - 1].kind == PD_ENTRY_FREE)
		return err_set(err, ERR_PDF_XREF, "object %u comes back after it was freed", entry->num);
	if (doc->entries[before - 1].gen != entry->gen)
		return err_set(err, ERR_PDF_XREF, "object %u changes its generation from %u to %u without being freed",
			       entry->num, doc->entries[before - 1].gen, entry->gen);
	return 0;
}

/* The container of a compressed entry: an uncompressed object of generation 0 of the same revision. */
static int check_container(struct pd_doc *doc, uint32_t revision, const struct pd_xref_entry *entry, struct err *err)
{
	const struct pd_rev *rev = &doc->revs[revision];
	size_t index = pd_entry_index(doc, revision, entry->container);
	const struct pd_xref_entry *container = index ? &doc->entries[index - 1] : NULL;

	if (!container || container->kind != PD_ENTRY_OFFSET || container->gen != 0)
		return err_set(err, ERR_PDF_XREF,
			       "object %u is said to be in object stream %u, which is no uncompressed object",
			       entry->num, entry->container);
	if (index - 1 < rev->first && !is_word_shape(doc, rev))
		return err_set(err, ERR_PDF_XREF, "object %u is said to be in object stream %u of an earlier revision",
			       entry->num, entry->container);
	set_fixed(doc, entry->container);
	return 0;
}

/* ---- hybrid sections ---- */

static bool in_use(const struct pd_xref_entry *entry)
{
	return entry && entry->kind != PD_ENTRY_FREE;
}

/*
 * Both views of a hybrid section are the same: what its stream says of a number that a reader of tables alone also
 * finds, in this table or before, is what that reader finds. `table` is this revision's own entry, `before` the one in
 * force until now.
 */
static bool views_agree(const struct pd_xref_entry *stream, const struct pd_xref_entry *table,
			const struct pd_xref_entry *before)
{
	if (in_use(table))
		return same_entry(stream, table);
	if (in_use(before))
		return same_entry(stream, before) && !table;
	return true;
}

/* The table's entries come first, then those of the stream. */
static int check_hybrid(const struct pd_doc *doc, struct pd_rev *rev, struct err *err)
{
	struct pd_xref_entry *table = doc->entries + rev->first;
	size_t table_count = rev->main.entry_count;

	sort_entries(table, table_count);
	for (size_t i = table_count; i < rev->count; i++) {
		const struct pd_xref_entry *entry = &table[i];
		uint32_t before = entry->num < doc->head_count ? doc->heads[entry->num] : 0;
		const struct pd_xref_entry *same = bsearch(entry, table, table_count, sizeof(*table), compare_numbers);

		if (!views_agree(entry, same, before ? &doc->entries[before - 1] : NULL))
			return err_set(err, ERR_PDF_HYBRID,
				       "object %u differs between the two views of a hybrid cross-reference",
				       entry->num);
	}
	return 0;
}

/* A hybrid stream may repeat what was said before (Word's lists everything): a repetition defines nothing. */
static void drop_repeated(struct pd_doc *doc, struct pd_rev *rev)
{
	size_t n = 0;

	for (size_t i = rev->first; i < rev->first + rev->count; i++) {
		const struct pd_xref_entry *entry = &doc->entries[i];
		uint32_t before = entry->num < doc->head_count ? doc->heads[entry->num] : 0;

		if (!before || !same_entry(&doc->entries[before - 1], entry))
			doc->entries[rev->first + n++] = *entry;
	}
	rev->count = n;
}

/* ---- one revision ---- */

static int append_sections(struct pd_doc *doc, struct pd_rev *rev, struct err *err)
{
	struct pd_xref_entry *out = doc->entries + doc->entry_count;

	rev->first = doc->entry_count;
	rev->count = rev->main.entry_count;
	if (pd_section_entries(doc, &rev->main, out, err) != 0)
		return -1;
	if (rev->extra) {
		rev->count += rev->extra->entry_count;
		if (pd_section_entries(doc, rev->extra, out + rev->main.entry_count, err) != 0)
			return -1;
	}
	if (rev->pub.xref_kind == PD_XREF_HYBRID && check_hybrid(doc, rev, err) != 0)
		return -1;
	sort_entries(out, rev->count);
	if (check_first_number(rev, out, err) != 0)
		return -1;
	return merge_duplicates(rev, out, &rev->count, err);
}

static int check_entry(struct pd_doc *doc, const struct pd_rev *rev, struct pd_xref_entry *entry, size_t before,
		       struct err *err)
{
	if (check_history(doc, entry, before, err) != 0)
		return -1;
	if (is_fixed(doc, entry->num) && (!before || !same_entry(&doc->entries[before - 1], entry)))
		return err_set(err, ERR_PDF_XREF, "object stream or cross-reference stream %u is redefined",
			       entry->num);
	return entry->kind == PD_ENTRY_OFFSET ? check_offset(doc, rev, entry, err) : 0;
}

static int link_entries(struct pd_doc *doc, uint32_t revision, struct err *err)
{
	const struct pd_rev *rev = &doc->revs[revision];

	for (size_t i = rev->first; i < rev->first + rev->count; i++) {
		struct pd_xref_entry *entry = &doc->entries[i];
		size_t before;

		if (check_number(rev, entry, err) != 0)
			return -1;
		before = doc->heads[entry->num];
		if (check_entry(doc, rev, entry, before, err) != 0)
			return -1;
		doc->older[i] = (uint32_t)before;
		doc->heads[entry->num] = (uint32_t)(i + 1);
	}
	doc->entry_count += rev->count;
	for (size_t i = rev->first; i < rev->first + rev->count; i++)
		if (doc->entries[i].kind == PD_ENTRY_COMPRESSED &&
		    check_container(doc, revision, &doc->entries[i], err) != 0)
			return -1;
	return 0;
}

/* A cross-reference stream may list itself, and then rightly; its number may mean nothing else, now or later. */
static int check_stream_number(struct pd_doc *doc, uint32_t revision, const struct pd_section *section, struct err *err)
{
	size_t index;

	if (!section || !section->is_stream)
		return 0;
	index = pd_entry_index(doc, revision, section->ref.num);
	if (index && doc->entries[index - 1].kind != PD_ENTRY_FREE && doc->entries[index - 1].offset != section->start)
		return err_set(err, ERR_PDF_XREF,
			       "the number of cross-reference stream %u at offset %llu also means another object",
			       section->ref.num, (unsigned long long)section->start);
	set_fixed(doc, section->ref.num);
	return 0;
}

/* ---- all revisions ---- */

static int allocate(struct pd_doc *doc, struct err *err)
{
	size_t total = 0;
	uint32_t size = 1;

	for (uint32_t i = 0; i < doc->rev_count; i++) {
		size_t extra = doc->revs[i].extra ? doc->revs[i].extra->entry_count : 0;

		total += doc->revs[i].main.entry_count + extra;
		if (total > PD_MAX_ENTRIES || extra > PD_MAX_ENTRIES)
			return err_set(err, ERR_PDF_LIMIT, "more than %d cross-reference entries", PD_MAX_ENTRIES);
		if (doc->revs[i].pub.size > size)
			size = doc->revs[i].pub.size;
	}
	doc->head_count = size;
	doc->entries = ARENA_ARRAY(doc->arena, struct pd_xref_entry, total + 1);
	doc->older = calloc(total + 1, sizeof(*doc->older));
	doc->heads = calloc(size, sizeof(*doc->heads));
	doc->fixed = calloc(size / 8 + 1, 1);
	doc->cache = calloc(total + 1, sizeof(*doc->cache));
	doc->limits = calloc(total + 1, sizeof(*doc->limits));
	if (!doc->limits || !doc->entries || !doc->older || !doc->heads || !doc->fixed || !doc->cache)
		return err_set(err, ERR_NO_MEMORY, "no memory for %zu cross-reference entries", total);
	return 0;
}

static int build_revision(struct pd_doc *doc, uint32_t revision, struct err *err)
{
	struct pd_rev *rev = &doc->revs[revision];

	if (append_sections(doc, rev, err) != 0)
		return -1;
	if (rev->pub.xref_kind == PD_XREF_HYBRID)
		drop_repeated(doc, rev);
	if (link_entries(doc, revision, err) != 0 || check_stream_number(doc, revision, &rev->main, err) != 0)
		return -1;
	return check_stream_number(doc, revision, rev->extra, err);
}

/*
 * Objects do not overlap, so none reaches beyond where the next one begins. Holding the parser to that makes reading
 * all objects linear in the file's length, however they are said to nest.
 */
static int build_limits(struct pd_doc *doc, struct err *err)
{
	uint32_t *order;
	size_t n;

	if (pd_order_by_offset(doc, 0, doc->entry_count, &order, &n, err) != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		doc->limits[order[i]] = i + 1 < n ? doc->entries[order[i + 1]].offset : doc->file.n;
	free(order);
	return 0;
}

int pd_entries_build(struct pd_doc *doc, struct err *err)
{
	if (allocate(doc, err) != 0)
		return -1;
	for (uint32_t i = 0; i < doc->rev_count; i++)
		if (build_revision(doc, i, err) != 0)
			return -1;
	return build_limits(doc, err);
}
