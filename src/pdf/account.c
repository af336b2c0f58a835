/*
 * account.c - rule 7 of the validation rules: every byte of a revision belongs to something that its cross-reference
 * data list. No other validator looks; what appended bytes could hide, they hide here.
 *
 * A revision is walked from its first byte: white space, comments, the objects of its entries exactly at their offsets,
 * its section(s), trailer, startxref, %%EOF. In an increment the object streams hold exactly the objects that the
 * entries say, and comments are short and without words of structure. Revision 0 may hold more objects than it lists
 * (writers leave some behind).
 */
#include <stdlib.h>
#include <string.h>

#include "pdf/document_priv.h"
#include "pdf/limits.h"
#include "util/arena.h"

enum { MAX_COMMENT_BYTES = 255 };

struct account {
	struct pd_doc *doc;
	uint32_t revision;
	const struct pd_rev *rev;
	uint32_t *order; /* own uncompressed entries by offset */
	size_t order_count;
	size_t next; /* the first of them not passed */
	size_t compressed_seen;
	struct arena *scratch;
	struct pd_lexer lex;
	bool done;
};

static void account_release(struct account *account)
{
	free(account->order);
	arena_free(account->scratch);
}

/* ---- white space and comments ---- */

static int check_comment(const struct account *account, size_t start)
{
	static const char *const words[] = { "obj", "xref", "trailer", "stream" };
	const uint8_t *p = account->lex.in.p + start;
	size_t n = account->lex.pos - start;

	if (account->revision == 0)
		return 0;
	if (n > MAX_COMMENT_BYTES)
		return err_set(account->lex.err, ERR_PDF_UNACCOUNTED, "revision %u: comment of %zu bytes at offset %zu",
			       account->revision, n, start);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (memmem(p, n, words[i], strlen(words[i])))
			return err_set(account->lex.err, ERR_PDF_UNACCOUNTED,
				       "revision %u: comment with the word %s at offset %zu", account->revision,
				       words[i], start);
	return 0;
}

static int skip_gap(struct account *account)
{
	struct pd_lexer *lex = &account->lex;

	for (;;) {
		size_t start;

		pd_skip_space_only(lex);
		if (lex->pos >= account->rev->pub.eof_end || lex->in.p[lex->pos] != '%')
			return 0;
		start = lex->pos;
		while (lex->pos < lex->in.n && lex->in.p[lex->pos] != '\r' && lex->in.p[lex->pos] != '\n')
			lex->pos++;
		if (check_comment(account, start) != 0)
			return -1;
	}
}

/* ---- sections ---- */

/* A stream section is an object too; when it is listed, that entry is passed with it. */
static void pass_listed(struct account *account, uint64_t offset)
{
	if (account->next < account->order_count &&
	    account->doc->entries[account->order[account->next]].offset == offset)
		account->next++;
}

/* The gap before startxref is looked at with the same eyes as any other. */
static int pass_tail(struct account *account)
{
	struct pd_tail tail;

	if (skip_gap(account) != 0 || pd_tail_read(account->doc, account->lex.pos, &tail, account->lex.err) != 0)
		return -1;
	account->lex.pos = tail.end;
	account->done = tail.eof_end == account->rev->pub.eof_end;
	return 0;
}

/* Annex F lets the first-page section of a linearized file do without its (meaningless) startxref: qpdf leaves it out.
 */
static bool may_lack_tail(const struct account *account, const struct pd_section *section)
{
	if (account->rev->pub.linearized)
		return section == &account->rev->main;
	return section == account->rev->extra; /* /XRefStm: an object among others */
}

static int pass_section(struct account *account, const struct pd_section *section)
{
	struct pd_lexer ahead;

	pass_listed(account, section->start);
	account->lex.pos = section->end;
	ahead = account->lex;
	pd_skip_space(&ahead);
	if (may_lack_tail(account, section) && !pd_take_word(&ahead, "startxref"))
		return 0;
	return pass_tail(account);
}

static const struct pd_section *section_at(const struct account *account, uint64_t offset)
{
	const struct pd_rev *rev = account->rev;

	if (rev->main.start == offset)
		return &rev->main;
	return rev->extra && rev->extra->start == offset ? rev->extra : NULL;
}

/* ---- objects ---- */

/* Objects and entries one to one: what an object stream of an increment holds is what this revision lists. */
static int check_objstm(struct account *account, size_t index)
{
	struct pd_doc *doc = account->doc;
	struct pd_objstm stm;

	if (pd_objstm_decode(doc, index, account->scratch, &stm, account->lex.err) != 0)
		return -1;
	for (uint32_t i = 0; i < stm.count; i++) {
		size_t listed = pd_entry_index(doc, account->revision, stm.numbers[i]);
		const struct pd_xref_entry *entry = listed > account->rev->first ? &doc->entries[listed - 1] : NULL;

		if (!entry || entry->kind != PD_ENTRY_COMPRESSED || entry->container != stm.num || entry->index != i)
			return err_set(
			    account->lex.err, ERR_PDF_UNACCOUNTED,
			    "revision %u: object %u in object stream %u has no cross-reference entry of its own",
			    account->revision, stm.numbers[i], stm.num);
	}
	account->compressed_seen += stm.count;
	return 0;
}

static int pass_object(struct account *account, size_t index)
{
	struct pd_indirect object;

	arena_reset(account->scratch);
	if (pd_load_indirect(account->doc, index, account->scratch, &object, account->lex.err) != 0)
		return -1;
	account->lex.pos = object.end;
	account->next++;
	if (account->revision > 0 && object.obj.kind == PD_STREAM &&
	    pd_is_name(pd_dict_raw(&object.obj, "Type"), "ObjStm"))
		return check_objstm(account, index);
	return 0;
}

/* An object of revision 0 that no entry leads to: it has to be one, or what stands there belongs to nothing. */
static int pass_unlisted(struct account *account)
{
	struct pd_view view = { account->doc, 0 };
	struct pd_indirect object;
	struct pd_parser parser;
	int result;

	arena_reset(account->scratch);
	pd_parser_init(&parser, account->doc->file, 0, account->scratch, account->lex.err);
	result = pd_parse_indirect(&parser, account->lex.pos, pd_indirect_length, &view, &object);
	pd_parser_release(&parser);
	if (result != 0)
		return err_prefix(account->lex.err, "unlisted");
	account->lex.pos = object.end;
	return 0;
}

static int fail_unaccounted(const struct account *account, uint64_t offset)
{
	struct pd_lexer lex = account->lex;
	struct pd_ref ref;

	if (pd_take_header(&lex, &ref))
		return err_set(account->lex.err, ERR_PDF_UNACCOUNTED,
			       "revision %u: object %u %u at offset %llu has no cross-reference entry",
			       account->revision, ref.num, ref.gen, (unsigned long long)offset);
	return err_set(account->lex.err, ERR_PDF_UNACCOUNTED, "revision %u: bytes at offset %llu belong to nothing",
		       account->revision, (unsigned long long)offset);
}

static int pass_block(struct account *account)
{
	uint64_t pos = account->lex.pos;
	const struct pd_section *section = section_at(account, pos);
	const struct pd_xref_entry *next = NULL;

	if (section)
		return pass_section(account, section);
	if (account->next < account->order_count)
		next = &account->doc->entries[account->order[account->next]];
	if (next && next->offset == pos)
		return pass_object(account, account->order[account->next]);
	if (next && next->offset < pos)
		return err_set(account->lex.err, ERR_PDF_UNACCOUNTED, "object %u %u at offset %llu lies inside another",
			       next->num, next->gen, (unsigned long long)next->offset);
	if (account->revision == 0 && pos < account->rev->pub.end && account->doc->file.p[pos] >= '0' &&
	    account->doc->file.p[pos] <= '9')
		return pass_unlisted(account);
	return fail_unaccounted(account, pos);
}

/* ---- one revision ---- */

static int start(struct account *account, struct err *err)
{
	const struct pd_rev *rev = account->rev;

	account->scratch = arena_new(PD_MAX_ARENA_BYTES);
	if (!account->scratch)
		return err_set(err, ERR_NO_MEMORY, "no memory to account for a revision");
	if (pd_order_by_offset(account->doc, rev->first, rev->count, &account->order, &account->order_count, err) != 0)
		return -1;
	while (account->next < account->order_count &&
	       account->doc->entries[account->order[account->next]].offset < rev->pub.start)
		account->next++; /* Word's hybrid section, see xref_entries.c */
	account->lex = (struct pd_lexer){ .in = account->doc->file, .err = err };
	account->lex.pos = account->revision == 0 ? account->doc->header : rev->pub.start;
	return 0;
}

static size_t count_compressed(const struct account *account)
{
	size_t n = 0;

	for (size_t i = account->rev->first; i < account->rev->first + account->rev->count; i++)
		n += account->doc->entries[i].kind == PD_ENTRY_COMPRESSED;
	return n;
}

static int finish(const struct account *account)
{
	struct err *err = account->lex.err;

	if (account->next < account->order_count)
		return err_set(err, ERR_PDF_UNACCOUNTED, "revision %u: object %u is listed but not among its objects",
			       account->revision, account->doc->entries[account->order[account->next]].num);
	/* Word's section lists objects of the revision before it: those are accounted for there. */
	if (account->revision > 0 && account->rev->pub.xref_kind != PD_XREF_HYBRID &&
	    account->compressed_seen != count_compressed(account))
		return err_set(err, ERR_PDF_UNACCOUNTED,
			       "revision %u: %zu compressed objects are listed, %zu are there", account->revision,
			       count_compressed(account), account->compressed_seen);
	return 0;
}

int pd_account(struct pd_doc *doc, uint32_t revision, struct err *err)
{
	AUTO(account_release) struct account account = { .doc = doc, .revision = revision };

	if (revision >= doc->rev_count)
		return err_set(err, ERR_PDF_STRUCTURE, "there is no revision %u", revision);
	account.rev = &doc->revs[revision];
	if (start(&account, err) != 0)
		return -1;
	while (!account.done) {
		if (skip_gap(&account) != 0)
			return -1;
		if (account.lex.pos >= account.rev->pub.eof_end)
			return fail_unaccounted(&account, account.rev->pub.eof_end);
		if (pass_block(&account) != 0)
			return -1;
	}
	return finish(&account);
}
