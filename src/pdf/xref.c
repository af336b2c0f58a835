/*
 * xref.c - from the header and the last startxref along every /Prev to the list of revisions (pdf-validation rules
 * 6-9).
 *
 * A revision is one cross-reference section and everything between the end of the revision before and its own %%EOF.
 * Two shapes have two sections in one revision: a linearized first revision (the only place where /Prev may point
 * forward), and a hybrid section with its /XRefStm. Called by pd_open only.
 */
#include <string.h>

#include "pdf/document_priv.h"
#include "pdf/limits.h"
#include "util/arena.h"

/* ---- header and end of the file ---- */

static int read_header(struct pd_doc *doc, struct err *err)
{
	size_t span = doc->file.n < PD_MAX_HEADER_OFFSET + 8 ? doc->file.n : PD_MAX_HEADER_OFFSET + 8;
	const uint8_t *at = doc->file.n ? memmem(doc->file.p, span, "%PDF-", 5) : NULL;

	if (!at || doc->file.n - (size_t)(at - doc->file.p) < 8)
		return err_set(err, ERR_PDF_NOT_PDF, "no %%PDF- header in the first %d bytes", PD_MAX_HEADER_OFFSET);
	if ((at[5] != '1' && at[5] != '2') || at[6] != '.' || at[7] < '0' || at[7] > '9')
		return err_set(err, ERR_PDF_NOT_PDF, "the %%PDF- header at offset %zu has no version",
			       (size_t)(at - doc->file.p));
	doc->header = (uint64_t)(at - doc->file.p);
	doc->version = (at[5] - '0') * 10 + (at[6 + 1] - '0');
	return 0;
}

static size_t strip_eol(const uint8_t *p, size_t n)
{
	if (n >= 2 && p[n - 2] == '\r' && p[n - 1] == '\n')
		return n - 2;
	return n && (p[n - 1] == '\r' || p[n - 1] == '\n') ? n - 1 : n;
}

static size_t strip_space(const uint8_t *p, size_t n)
{
	while (n && pd_char_class(p[n - 1]) == PD_CHAR_SPACE)
		n--;
	return n;
}

static int fail_at_end(const struct pd_doc *doc, struct err *err)
{
	const uint8_t *p = doc->file.p;
	size_t n = doc->file.n;
	size_t from = n > 4096 ? n - 4096 : 0;

	for (size_t i = n; i-- > from;)
		if (n - i >= 5 && memcmp(p + i, "%%EOF", 5) == 0)
			return err_set(err, ERR_PDF_UNACCOUNTED, "%zu bytes after the last %%%%EOF at offset %zu",
				       n - i - 5, i);
	return err_set(err, ERR_PDF_TRUNCATED, "the file does not end with %%%%EOF");
}

/* The offset written after the last startxref; the file has to end there but for at most two line ends. */
static int read_end(const struct pd_doc *doc, uint64_t *ret_value, struct err *err)
{
	const uint8_t *p = doc->file.p;
	size_t n = strip_eol(p, strip_eol(p, doc->file.n));
	struct pd_lexer lex = { .in = doc->file };
	size_t end;

	if (n < 5 || memcmp(p + n - 5, "%%EOF", 5) != 0)
		return fail_at_end(doc, err);
	end = strip_space(p, n - 5);
	n = end;
	while (n && p[n - 1] >= '0' && p[n - 1] <= '9')
		n--;
	lex.pos = n;
	lex.in.n = end;
	if (!pd_take_u64(&lex, ret_value))
		return err_set(err, ERR_PDF_XREF, "no offset before the last %%%%EOF");
	n = strip_space(p, n);
	if (n < 9 || memcmp(p + n - 9, "startxref", 9) != 0)
		return err_set(err, ERR_PDF_XREF, "no startxref before the last %%%%EOF");
	return 0;
}

/* `exact`: the section begins at this very byte; else a few bytes of white space may come first. */
static bool looks_like_section(const struct pd_doc *doc, uint64_t offset, bool exact)
{
	struct pd_lexer lex = { .in = doc->file };
	struct pd_ref ref;

	if (offset >= doc->file.n)
		return false;
	lex.pos = pd_section_seek(doc, offset);
	if (exact && lex.pos != offset)
		return false;
	return pd_take_word(&lex, "xref") || pd_take_header(&lex, &ref);
}

/*
 * Offsets count from the header (ISO 32000-2 7.5.2) or, as some writers have it, from the first byte: whichever meets a
 * section. When both do, two readers could read two documents: refused. With a line end before the header both may come to
 * the same section, one of them through the white space before it: then the exact one is meant.
 */
static int choose_base(struct pd_doc *doc, uint64_t value, struct err *err)
{
	doc->scan_end = doc->file.n;
	if (doc->header == 0 || value >= doc->file.n)
		return 0;
	for (int exact = 1; exact >= 0; exact--) {
		bool from_header = looks_like_section(doc, doc->header + value, exact);
		bool from_start = looks_like_section(doc, value, exact);

		if (from_header && from_start)
			return err_set(err, ERR_PDF_XREF,
				       "startxref %llu means two sections, counted from byte 0 and from the header at %llu",
				       (unsigned long long)value, (unsigned long long)doc->header);
		doc->base = from_header ? doc->header : 0;
		if (from_header || from_start)
			break;
	}
	return 0;
}

/* ---- the chain ---- */

/* The dictionary of the first object, when it is a linearization parameter dictionary. */
static bool read_linearization(const struct pd_doc *doc, struct pd_obj *ret)
{
	struct err ignored;
	struct pd_parser parser;
	struct pd_indirect object;
	bool found;

	pd_parser_init(&parser, doc->file, 0, doc->arena, &ignored);
	parser.lex.pos = doc->header;
	pd_skip_space(&parser.lex);
	found = pd_parse_indirect(&parser, parser.lex.pos, NULL, NULL, &object) == 0 && object.obj.kind == PD_DICT &&
		pd_dict_has(&object.obj, "Linearized");
	pd_parser_release(&parser);
	if (found)
		*ret = object.obj;
	return found;
}

static int check_linearized(const struct pd_doc *doc, const struct pd_rev *rev, const struct pd_tail *tail,
			    struct err *err)
{
	struct pd_obj dict;
	int64_t length;

	if (!read_linearization(doc, &dict))
		return err_set(err, ERR_PDF_XREF,
			       "/Prev of the cross-reference section at offset %llu points forward in a file that is "
			       "not linearized",
			       (unsigned long long)rev->main.start);
	length = pd_int(pd_dict_raw(&dict, "L"), -1);
	if (length < 0 || (uint64_t)length + doc->base < tail->eof_end || (uint64_t)length + doc->base > tail->end + 2)
		return err_set(err, ERR_PDF_XREF,
			       "/L of the linearization dictionary is %lld, but its revision ends at offset %llu",
			       (long long)length, (unsigned long long)tail->end);
	return 0;
}

/* The first-page section is `rev->main`; the main one further back in the file belongs to the same revision. */
static int read_main_section(struct pd_doc *doc, struct pd_rev *rev, struct err *err)
{
	struct pd_section *extra = ARENA_NEW(doc->arena, struct pd_section);

	if (!extra)
		return err_set(err, ERR_NO_MEMORY, "no memory for a cross-reference section");
	if (pd_section_read(doc, rev->main.prev, extra, err) != 0)
		return -1;
	if (extra->has_prev)
		return err_set(err, ERR_PDF_XREF,
			       "the main cross-reference section of a linearized file, at offset %llu, has a /Prev",
			       (unsigned long long)extra->start);
	if (extra->has_xref_stm)
		return err_set(err, ERR_PDF_HYBRID, "linearized hybrid file");
	rev->extra = extra;
	rev->pub.linearized = true;
	return 0;
}

static int read_xref_stm(struct pd_doc *doc, struct pd_rev *rev, struct err *err)
{
	struct pd_section *extra = ARENA_NEW(doc->arena, struct pd_section);

	if (!(doc->flags & PD_OPEN_ALLOW_HYBRID))
		return err_set(err, ERR_PDF_HYBRID, "the cross-reference section at offset %llu has an /XRefStm",
			       (unsigned long long)rev->main.start);
	if (!extra)
		return err_set(err, ERR_NO_MEMORY, "no memory for a cross-reference section");
	if (rev->main.xref_stm >= rev->main.start)
		return err_set(err, ERR_PDF_HYBRID, "/XRefStm of the section at offset %llu points behind it",
			       (unsigned long long)rev->main.start);
	if (pd_section_read(doc, rev->main.xref_stm, extra, err) != 0)
		return -1;
	if (!extra->is_stream)
		return err_set(err, ERR_PDF_HYBRID, "/XRefStm of the section at offset %llu leads to no stream",
			       (unsigned long long)rev->main.start);
	rev->extra = extra;
	return 0;
}

static enum pd_xref_kind kind_of(const struct pd_rev *rev)
{
	if (rev->main.has_xref_stm)
		return PD_XREF_HYBRID;
	return rev->main.is_stream ? PD_XREF_STREAM : PD_XREF_TABLE;
}

/* Reads the section that `offset` means with all that belongs to its revision. */
static int read_revision(struct pd_doc *doc, uint64_t offset, struct pd_rev *rev, struct err *err)
{
	const struct pd_section *last = &rev->main;
	struct pd_tail tail;

	if (pd_section_read(doc, offset, &rev->main, err) != 0)
		return -1;
	if (rev->main.has_prev && rev->main.prev >= rev->main.start) {
		if (read_main_section(doc, rev, err) != 0)
			return -1;
		last = rev->extra;
	} else if (rev->main.has_xref_stm && read_xref_stm(doc, rev, err) != 0) {
		return -1;
	}
	if (pd_tail_read(doc, last->end, &tail, err) != 0)
		return -1;
	if (pd_section_seek(doc, tail.value) != rev->main.start)
		return err_set(err, ERR_PDF_XREF, "startxref before offset %llu says %llu, the section is at %llu",
			       (unsigned long long)tail.eof_end, (unsigned long long)(tail.value - doc->base),
			       (unsigned long long)(rev->main.start - doc->base));
	if (rev->pub.linearized && check_linearized(doc, rev, &tail, err) != 0)
		return -1;
	rev->pub.end = tail.end;
	rev->pub.eof_end = tail.eof_end;
	rev->pub.startxref = tail.value;
	rev->pub.xref_kind = kind_of(rev);
	rev->pub.size = rev->main.size;
	return 0;
}

static int grow(struct pd_doc *doc, uint32_t *cap, struct err *err)
{
	uint32_t wanted = *cap ? *cap * 2 : 4;
	struct pd_rev *revs;

	if (doc->rev_count >= PD_MAX_REVISIONS)
		return err_set(err, ERR_PDF_LIMIT, "more than %d revisions", PD_MAX_REVISIONS);
	if (doc->rev_count < *cap)
		return 0;
	revs = arena_grow(doc->arena, doc->revs, *cap * sizeof(*revs), wanted * sizeof(*revs));
	if (!revs)
		return err_set(err, ERR_NO_MEMORY, "no memory for %u revisions", wanted);
	doc->revs = revs;
	*cap = wanted;
	return 0;
}

/*
 * Newest first; pd_xref_open turns the list around. /Prev has to decrease, so this ends. An older revision lies wholly
 * before the section of the newer one and is not read beyond it, so that sections nested in one another cost no more
 * than the file's length.
 */
static int read_chain(struct pd_doc *doc, uint64_t offset, struct err *err)
{
	uint32_t cap = 0;

	for (;;) {
		struct pd_rev *rev;

		if (grow(doc, &cap, err) != 0)
			return -1;
		rev = &doc->revs[doc->rev_count];
		if (read_revision(doc, offset, rev, err) != 0)
			return -1;
		doc->rev_count++;
		if (!rev->main.has_prev || rev->pub.linearized)
			break;
		offset = rev->main.prev;
		doc->scan_end = rev->main.start;
	}
	doc->scan_end = doc->file.n;
	return 0;
}

static void reverse(struct pd_doc *doc)
{
	for (uint32_t i = 0, j = doc->rev_count - 1; i < j; i++, j--) {
		struct pd_rev rev = doc->revs[i];

		doc->revs[i] = doc->revs[j];
		doc->revs[j] = rev;
	}
}

/* Revision k + 1 starts where k ends; its sections lie behind that; /Size never shrinks; all or none are encrypted. */
static int check_order(struct pd_doc *doc, struct err *err)
{
	for (uint32_t i = 0; i < doc->rev_count; i++) {
		struct pd_rev *rev = &doc->revs[i];
		const struct pd_rev *before = i ? &doc->revs[i - 1] : NULL;

		rev->pub.start = before ? before->pub.end : 0;
		rev->pub.trailer = &rev->main.trailer;
		if (rev->main.start < rev->pub.start)
			return err_set(err, ERR_PDF_XREF,
				       "the cross-reference section at offset %llu lies inside the revision before it",
				       (unsigned long long)rev->main.start);
		if (before && rev->pub.size < before->pub.size)
			return err_set(err, ERR_PDF_XREF, "/Size shrinks from %u to %u in revision %u",
				       before->pub.size, rev->pub.size, i);
		if (pd_kind(pd_dict_raw(&rev->main.trailer, "Root")) != PD_REF)
			return err_set(err, ERR_PDF_XREF, "the trailer of revision %u has no /Root reference", i);
		if (before && !pd_equal(pd_dict_raw(&rev->main.trailer, "Encrypt"),
					pd_dict_raw(&before->main.trailer, "Encrypt")))
			return err_set(err, ERR_PDF_XREF, "/Encrypt changes in revision %u", i);
	}
	return 0;
}

/* Nothing but one more line end may follow the %%EOF of the last revision. */
static int check_file_end(const struct pd_doc *doc, struct err *err)
{
	struct pd_lexer lex = { .in = doc->file, .pos = doc->revs[doc->rev_count - 1].pub.end };

	pd_take_eol(&lex);
	if (lex.pos != doc->file.n)
		return err_set(err, ERR_PDF_UNACCOUNTED, "%zu bytes after the end of the last revision at offset %llu",
			       doc->file.n - lex.pos, (unsigned long long)lex.pos);
	return 0;
}

int pd_xref_open(struct pd_doc *doc, struct err *err)
{
	uint64_t value;

	if (read_header(doc, err) != 0 || read_end(doc, &value, err) != 0 || choose_base(doc, value, err) != 0)
		return -1;
	if (value >= doc->file.n - doc->base)
		return err_set(err, ERR_PDF_XREF, "startxref %llu is beyond the end of the file",
			       (unsigned long long)value);
	if (read_chain(doc, doc->base + value, err) != 0)
		return -1;
	reverse(doc);
	if (check_order(doc, err) != 0 || check_file_end(doc, err) != 0)
		return -1;
	doc->encrypted = pd_dict_has(&doc->revs[doc->rev_count - 1].main.trailer, "Encrypt");
	return pd_entries_build(doc, err);
}
