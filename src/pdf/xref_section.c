/*
 * xref_section.c - one cross-reference section: a table with its trailer (ISO 32000-1 7.5.4, 7.5.5) or a
 * cross-reference stream (7.5.8), and the `startxref N %%EOF` behind it. Called by xref.c and xref_entries.c.
 *
 * A first pass reads structure and trailer, a second the entries, so that a million entries are never held twice.
 */
#include <string.h>

#include "pdf/document_priv.h"
#include "pdf/limits.h"
#include "util/arena.h"

enum { ENTRY_BYTES = 20 };

static struct pd_lexer lexer_at(const struct pd_doc *doc, uint64_t offset, struct err *err)
{
	return (
	    struct pd_lexer){ .in = { doc->file.p, doc->scan_end }, .pos = offset, .arena = doc->arena, .err = err };
}

uint64_t pd_section_seek(const struct pd_doc *doc, uint64_t offset)
{
	struct pd_lexer lex = lexer_at(doc, offset < doc->scan_end ? offset : doc->scan_end, NULL);

	pd_skip_space_only(&lex);
	return lex.pos - offset <= 4 ? lex.pos : offset; /* a line end too few in the writer's count, no more */
}

/* ---- trailers, common to both kinds ---- */

static int offset_of(const struct pd_doc *doc, const struct pd_section *section, const char *key, uint64_t *ret,
		     struct err *err)
{
	int64_t value = pd_int(pd_dict_raw(&section->trailer, key), -1);

	if (value <= 0 || (uint64_t)value >= doc->file.n - doc->base)
		return err_set(err, ERR_PDF_XREF,
			       "/%s of the cross-reference section at offset %llu is no offset in the file", key,
			       (unsigned long long)section->start);
	*ret = doc->base + (uint64_t)value;
	return 0;
}

static int read_trailer(const struct pd_doc *doc, struct pd_section *section, struct err *err)
{
	int64_t size = pd_int(pd_dict_raw(&section->trailer, "Size"), -1);

	if (size < 1 || size > (int64_t)PD_MAX_OBJECT_NUMBER + 1)
		return err_set(err, ERR_PDF_XREF,
			       "/Size of the cross-reference section at offset %llu is missing or out of range",
			       (unsigned long long)section->start);
	section->size = (uint32_t)size;
	section->has_prev = pd_dict_has(&section->trailer, "Prev");
	if (section->has_prev && offset_of(doc, section, "Prev", &section->prev, err) != 0)
		return -1;
	section->has_xref_stm = !section->is_stream && pd_dict_has(&section->trailer, "XRefStm");
	if (section->has_xref_stm && offset_of(doc, section, "XRefStm", &section->xref_stm, err) != 0)
		return -1;
	return 0;
}

/* ---- tables ---- */

/* `start count` and a line end (spaces before it are seen in the wild and harmless). */
static int take_subsection(struct pd_lexer *lex, uint32_t *ret_start, uint32_t *ret_count)
{
	size_t at = lex->pos;
	uint32_t start;
	uint32_t count;

	if (!pd_take_u32(lex, /* canonical= */ false, &start) || lex->pos >= lex->in.n ||
	    lex->in.p[lex->pos++] != ' ' || !pd_take_u32(lex, /* canonical= */ false, &count))
		return err_set(lex->err, ERR_PDF_XREF, "malformed cross-reference subsection at offset %zu", at);
	while (lex->pos < lex->in.n && lex->in.p[lex->pos] == ' ')
		lex->pos++;
	if (!pd_take_eol(lex))
		return err_set(lex->err, ERR_PDF_XREF, "no line end after the subsection header at offset %zu", at);
	if (start > PD_MAX_OBJECT_NUMBER || count > (uint32_t)PD_MAX_OBJECT_NUMBER + 1 - start)
		return err_set(lex->err, ERR_PDF_LIMIT, "subsection at offset %zu goes beyond object number %d", at,
			       PD_MAX_OBJECT_NUMBER);
	if ((uint64_t)count * ENTRY_BYTES > lex->in.n - lex->pos)
		return err_set(lex->err, ERR_PDF_XREF, "subsection at offset %zu is longer than the file", at);
	*ret_start = start;
	*ret_count = count;
	return 0;
}

static int parse_trailer_dict(struct pd_doc *doc, struct pd_lexer *lex, struct pd_section *section)
{
	struct pd_parser parser;
	int result;

	pd_parser_init(&parser, lex->in, 0, doc->arena, lex->err);
	parser.lex.pos = lex->pos;
	result = pd_parse_value(&parser, &section->trailer);
	if (result == 0 && section->trailer.kind != PD_DICT)
		result = err_set(lex->err, ERR_PDF_XREF, "trailer at offset %zu is no dictionary", lex->pos);
	section->end = lex->pos = parser.lex.pos;
	pd_parser_release(&parser);
	return result;
}

static int read_table(struct pd_doc *doc, struct pd_lexer *lex, struct pd_section *section)
{
	uint32_t start;
	uint32_t count;

	pd_skip_space_only(lex);
	section->body = lex->pos;
	while (!pd_take_word(lex, "trailer")) {
		if (take_subsection(lex, &start, &count) != 0)
			return -1;
		lex->pos += (size_t)count * ENTRY_BYTES;
		section->entry_count += count;
		pd_skip_space_only(lex);
	}
	if (parse_trailer_dict(doc, lex, section) != 0)
		return -1;
	return read_trailer(doc, section, lex->err);
}

static bool digits(const uint8_t *p, size_t n, uint64_t *ret)
{
	uint64_t value = 0;

	for (size_t i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(p[i] - '0');
	}
	*ret = value;
	return true;
}

/* nnnnnnnnnn SP ggggg SP n|f, then SP CR, SP LF or CR LF: exactly 20 bytes. */
static bool entry_shape(const uint8_t *p)
{
	return p[10] == ' ' && p[16] == ' ' && (p[17] == 'n' || p[17] == 'f') &&
	       ((p[18] == ' ' && (p[19] == '\r' || p[19] == '\n')) || (p[18] == '\r' && p[19] == '\n'));
}

static int read_entry(const struct pd_doc *doc, size_t at, uint32_t num, struct pd_xref_entry *ret, struct err *err)
{
	const uint8_t *p = doc->file.p + at;
	uint64_t offset;
	uint64_t gen;

	if (!entry_shape(p) || !digits(p, 10, &offset) || !digits(p + 11, 5, &gen))
		return err_set(err, ERR_PDF_XREF,
			       "cross-reference entry of object %u at offset %zu is not the 20 bytes it has to be", num,
			       at);
	if (num == 0 && p[17] == 'f' && gen > PD_MAX_GENERATION)
		gen = PD_MAX_GENERATION; /* MuPDF writes 65536 at the head of the free list, where the number means
					    nothing */
	if (gen > PD_MAX_GENERATION)
		return err_set(err, ERR_PDF_XREF, "cross-reference entry of object %u has generation %llu", num,
			       (unsigned long long)gen);
	*ret = (struct pd_xref_entry){ .num = num, .gen = (uint32_t)gen };
	if (p[17] == 'n') {
		ret->kind = PD_ENTRY_OFFSET;
		ret->offset = doc->base + offset;
	}
	return 0;
}

static int table_entries(const struct pd_doc *doc, const struct pd_section *section, struct pd_xref_entry *out,
			 struct err *err)
{
	struct pd_lexer lex = lexer_at(doc, section->body, err);
	uint32_t start;
	uint32_t count;

	while (!pd_take_word(&lex, "trailer")) {
		if (take_subsection(&lex, &start, &count) != 0)
			return -1;
		for (uint32_t i = 0; i < count; i++, lex.pos += ENTRY_BYTES)
			if (read_entry(doc, lex.pos, start + i, out++, err) != 0)
				return -1;
		pd_skip_space_only(&lex);
	}
	return 0;
}

/* ---- streams ---- */

static int read_widths(struct pd_section *section, struct err *err)
{
	const struct pd_obj *w = pd_dict_raw(&section->trailer, "W");
	unsigned int total = 0;

	if (pd_array_len(w) != 3)
		return err_set(err, ERR_PDF_XREF,
			       "/W of the cross-reference stream at offset %llu is no array of three",
			       (unsigned long long)section->start);
	for (size_t i = 0; i < 3; i++) {
		int64_t width = pd_int(pd_array_raw(w, i), -1);

		if (width < 0 || width > 8)
			return err_set(err, ERR_PDF_XREF,
				       "/W of the cross-reference stream at offset %llu has a width outside 0..8",
				       (unsigned long long)section->start);
		section->width[i] = (unsigned int)width;
		total += (unsigned int)width;
	}
	if (section->width[1] == 0 || total == 0)
		return err_set(err, ERR_PDF_XREF,
			       "/W of the cross-reference stream at offset %llu leaves no room for offsets",
			       (unsigned long long)section->start);
	return 0;
}

/* The i-th pair of /Index; without one it is [0 Size]. False past the end. */
static bool index_pair(const struct pd_section *section, size_t i, int64_t *ret_start, int64_t *ret_count)
{
	const struct pd_obj *index = pd_dict_raw(&section->trailer, "Index");

	if (!index && i == 0) {
		*ret_start = 0;
		*ret_count = section->size;
		return true;
	}
	if (2 * i + 1 >= pd_array_len(index))
		return false;
	*ret_start = pd_int(pd_array_raw(index, 2 * i), -1);
	*ret_count = pd_int(pd_array_raw(index, 2 * i + 1), -1);
	return true;
}

static int read_index(struct pd_section *section, struct err *err)
{
	const struct pd_obj *index = pd_dict_raw(&section->trailer, "Index");
	int64_t start;
	int64_t count;

	if (index && (pd_kind(index) != PD_ARRAY || pd_array_len(index) % 2 != 0))
		return err_set(err, ERR_PDF_XREF,
			       "/Index of the cross-reference stream at offset %llu is no array of pairs",
			       (unsigned long long)section->start);
	for (size_t i = 0; index_pair(section, i, &start, &count); i++) {
		if (start < 0 || count < 0 || start > PD_MAX_OBJECT_NUMBER || count > PD_MAX_OBJECT_NUMBER + 1 - start)
			return err_set(err, ERR_PDF_XREF,
				       "/Index of the cross-reference stream at offset %llu is out of range",
				       (unsigned long long)section->start);
		section->entry_count += (size_t)count;
	}
	if (section->entry_count > PD_MAX_ENTRIES ||
	    section->entry_count / PD_MAX_INFLATE_RATIO > pd_stream_raw(&section->trailer).n)
		return err_set(err, ERR_PDF_XREF,
			       "the cross-reference stream at offset %llu cannot hold the %zu entries of its /Index",
			       (unsigned long long)section->start, section->entry_count);
	return 0;
}

/* 7.5.8.2: every value that is needed to read the stream stands in it, none is a reference. */
static int check_direct(const struct pd_section *section, struct err *err)
{
	static const char *const keys[] = { "Filter", "DecodeParms", "Type", "Size", "Index", "W", "Prev" };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (pd_kind(pd_dict_raw(&section->trailer, keys[i])) == PD_REF)
			return err_set(err, ERR_PDF_XREF,
				       "/%s of the cross-reference stream at offset %llu is a reference", keys[i],
				       (unsigned long long)section->start);
	if (!pd_is_name(pd_dict_raw(&section->trailer, "Type"), "XRef"))
		return err_set(err, ERR_PDF_XREF, "object at offset %llu is no cross-reference stream",
			       (unsigned long long)section->start);
	return 0;
}

static int read_stream(struct pd_doc *doc, struct pd_section *section, struct err *err)
{
	struct pd_indirect object;
	struct pd_parser parser;
	int result;

	pd_parser_init(&parser, (struct bytes){ doc->file.p, doc->scan_end }, 0, doc->arena, err);
	result = pd_parse_indirect(&parser, section->start, NULL, NULL, &object);
	pd_parser_release(&parser);
	if (result != 0)
		return err_prefix(err, "cross-reference stream");
	if (object.obj.kind != PD_STREAM)
		return err_set(err, ERR_PDF_XREF, "object at offset %llu is no cross-reference stream",
			       (unsigned long long)section->start);
	section->is_stream = true;
	section->trailer = object.obj;
	section->ref = object.ref;
	section->end = object.end;
	if (check_direct(section, err) != 0 || read_trailer(doc, section, err) != 0 || read_widths(section, err) != 0)
		return -1;
	return read_index(section, err);
}

static uint64_t field(const uint8_t **p, unsigned int width)
{
	uint64_t value = 0;

	while (width-- > 0)
		value = value << 8 | *(*p)++;
	return value;
}

static int decode_entry(const struct pd_doc *doc, const struct pd_section *section, const uint8_t *p, uint32_t num,
			struct pd_xref_entry *ret, struct err *err)
{
	uint64_t type = section->width[0] ? field(&p, section->width[0]) : 1;
	uint64_t second = field(&p, section->width[1]);
	uint64_t third = field(&p, section->width[2]);

	*ret = (struct pd_xref_entry){ .num = num };
	if (type == 0 || type == 1) {
		if (third > PD_MAX_GENERATION)
			return err_set(err, ERR_PDF_XREF, "cross-reference entry of object %u has generation %llu", num,
				       (unsigned long long)third);
		ret->gen = (uint32_t)third;
		if (type == 0)
			return 0;
		ret->kind = PD_ENTRY_OFFSET;
		if (__builtin_add_overflow(doc->base, second, &ret->offset))
			ret->offset = UINT64_MAX;
		return 0;
	}
	if (type != 2)
		return err_set(err, ERR_PDF_XREF, "cross-reference entry of object %u has type %llu", num,
			       (unsigned long long)type);
	if (second == 0 || second > PD_MAX_OBJECT_NUMBER || third > PD_MAX_OBJECT_NUMBER)
		return err_set(err, ERR_PDF_XREF, "object %u is said to be in object stream %llu at index %llu", num,
			       (unsigned long long)second, (unsigned long long)third);
	ret->kind = PD_ENTRY_COMPRESSED;
	ret->container = (uint32_t)second;
	ret->index = (uint32_t)third;
	return 0;
}

static int stream_entries(struct pd_doc *doc, const struct pd_section *section, struct bytes data,
			  struct pd_xref_entry *out, struct err *err)
{
	size_t width = section->width[0] + section->width[1] + section->width[2];
	const uint8_t *p = data.p;
	int64_t start;
	int64_t count;

	if (data.n != width * section->entry_count)
		return err_set(err, ERR_PDF_XREF,
			       "cross-reference stream at offset %llu holds %zu bytes for %zu entries of %zu",
			       (unsigned long long)section->start, data.n, section->entry_count, width);
	for (size_t i = 0; index_pair(section, i, &start, &count); i++)
		for (int64_t k = 0; k < count; k++, p += width)
			if (decode_entry(doc, section, p, (uint32_t)(start + k), out++, err) != 0)
				return -1;
	return 0;
}

/* A predictor adds a byte a row, which is a byte each at the most. */
static size_t decoded_limit(const struct pd_section *section)
{
	return 2 * section->entry_count * (section->width[0] + section->width[1] + section->width[2]) + 64;
}

int pd_section_entries(struct pd_doc *doc, struct pd_section *section, struct pd_xref_entry *out, struct err *err)
{
	AUTO(arena_freep) struct arena *scratch = NULL;
	struct bytes data;

	if (!section->is_stream)
		return table_entries(doc, section, out, err);
	scratch = arena_new(PD_MAX_ARENA_BYTES);
	if (!scratch)
		return err_set(err, ERR_NO_MEMORY, "no memory for a cross-reference stream");
	if (pd_stream_filter(NULL, &section->trailer, decoded_limit(section), scratch, &data, err) != 0)
		return err_prefix(err, "cross-reference stream at offset %llu", (unsigned long long)section->start);
	return stream_entries(doc, section, data, out, err);
}

/* ---- both ---- */

int pd_section_read(struct pd_doc *doc, uint64_t offset, struct pd_section *ret, struct err *err)
{
	struct pd_lexer lex = lexer_at(doc, pd_section_seek(doc, offset), err);
	struct pd_section section = { .start = lex.pos };
	struct pd_ref ref;

	if (pd_take_word(&lex, "xref")) {
		if (read_table(doc, &lex, &section) != 0)
			return -1;
	} else if (pd_take_header(&lex, &ref)) {
		if (read_stream(doc, &section, err) != 0)
			return -1;
	} else {
		return err_set(err, ERR_PDF_XREF, "there is no cross-reference section at offset %llu",
			       (unsigned long long)offset);
	}
	*ret = section;
	return 0;
}

/* After %%EOF only a line end or the file's end makes sense: anything else on that line would be part of the comment.
 */
static int finish_tail(struct pd_lexer *lex, struct pd_tail *tail)
{
	if (lex->in.n - lex->pos < 5 || memcmp(lex->in.p + lex->pos, "%%EOF", 5) != 0)
		return err_set(lex->err, ERR_PDF_XREF, "no %%%%EOF after the startxref before offset %zu", lex->pos);
	lex->pos += 5;
	tail->eof_end = lex->pos;
	if (lex->pos < lex->in.n && pd_char_class(lex->in.p[lex->pos]) != PD_CHAR_SPACE)
		return err_set(lex->err, ERR_PDF_XREF, "%%%%EOF at offset %zu is not alone on its line", lex->pos - 5);
	pd_take_eol(lex);
	tail->end = lex->pos;
	return 0;
}

int pd_tail_read(const struct pd_doc *doc, uint64_t offset, struct pd_tail *ret, struct err *err)
{
	struct pd_lexer lex = lexer_at(doc, offset, err);
	struct pd_tail tail;
	uint64_t value;

	pd_skip_space(&lex);
	if (!pd_take_word(&lex, "startxref"))
		return err_set(err, ERR_PDF_XREF,
			       "no startxref after the cross-reference section that ends at offset %llu",
			       (unsigned long long)offset);
	pd_skip_space_only(&lex);
	if (!pd_take_u64(&lex, &value) || value >= doc->file.n)
		return err_set(err, ERR_PDF_XREF, "no offset after the startxref before offset %zu", lex.pos);
	pd_skip_space_only(&lex);
	tail.value = doc->base + value;
	if (finish_tail(&lex, &tail) != 0)
		return -1;
	*ret = tail;
	return 0;
}
