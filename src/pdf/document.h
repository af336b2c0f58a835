/*
 * document.h - a PDF file read strictly: header, revisions, cross-reference data, objects. Never repairs.
 *
 * pd_open walks startxref and every /Prev, builds the revision list and checks the cross-reference rules of
 * docs/decisions (20-byte entries, strictly decreasing /Prev, one linearized forward step, offsets that point to the same
 * `n g obj` inside their own revision, /Size monotone, no resurrection). Objects are parsed at first use and kept in the
 * document's arena. A defect met later is kept as the document's problem: reading goes on with the null object and the
 * caller asks pd_check at the end of its step. Revision 0 is the oldest. Threads: one document, one thread.
 *
 * Offsets are absolute in the file given; `pd_base_offset` is what the file's own offsets are counted from (bytes before %PDF-).
 */
#ifndef KYSO_PDF_DOCUMENT_H
#define KYSO_PDF_DOCUMENT_H

#include "pdf/object.h"
#include "util/defer.h"
#include "util/str.h"

struct arena;
struct err;
struct pd_doc;

enum pd_open_flags {
	PD_OPEN_STRICT = 0,
	PD_OPEN_ALLOW_HYBRID = 1, /* /XRefStm read; both views must be identical, else ERR_PDF_HYBRID */
};

enum pd_xref_kind { PD_XREF_TABLE, PD_XREF_STREAM, PD_XREF_HYBRID };

struct pd_revision {
	uint64_t start;             /* first byte of the revision: 0, or the end of the one before */
	uint64_t end;               /* one past its %%EOF and that line's end (at most one CR, LF or CR LF) */
	uint64_t eof_end;           /* one past the letters %%EOF, before the line end */
	uint64_t startxref;         /* absolute offset of the (main) cross-reference section */
	enum pd_xref_kind xref_kind;
	bool linearized;            /* the first revision of a linearized file: two sections, one revision */
	uint32_t size;              /* /Size of its trailer */
	const struct pd_obj *trailer;
};

enum pd_entry_kind { PD_ENTRY_FREE, PD_ENTRY_OFFSET, PD_ENTRY_COMPRESSED };

struct pd_xref_entry {
	uint32_t num;
	uint32_t gen;
	enum pd_entry_kind kind;
	uint64_t offset;    /* PD_ENTRY_OFFSET: absolute offset of `n g obj` */
	uint32_t container; /* PD_ENTRY_COMPRESSED: object stream number */
	uint32_t index;     /* ... and index within it */
};

/* A document as it was after a revision. By value; the document must outlive it. */
struct pd_view {
	struct pd_doc *doc;
	uint32_t revision;
};

/* `file` must stay mapped as long as the document lives. */
NODISCARD int pd_open(struct bytes file, int flags, struct pd_doc **ret_doc, struct err *err);
void pd_free(struct pd_doc *doc);
DEFINE_FREEP(struct pd_doc, pd_free)

struct bytes pd_file_bytes(const struct pd_doc *doc);
uint64_t pd_base_offset(const struct pd_doc *doc);
int pd_version(const struct pd_doc *doc);      /* 17 for 1.7; header or catalog /Version, whichever is later */
bool pd_is_encrypted(const struct pd_doc *doc);
bool pd_is_linearized(const struct pd_doc *doc);
struct arena *pd_arena(struct pd_doc *doc);    /* for data that live as long as the document */

uint32_t pd_revision_count(const struct pd_doc *doc);
const struct pd_revision *pd_revision(const struct pd_doc *doc, uint32_t revision);
/* Whether a signature over the bytes up to `offset` covers the revision: up to its %%EOF and none, one or two line ends. */
bool pd_revision_ends_at(const struct pd_doc *doc, uint32_t revision, uint64_t offset);
/* The entries that this revision's own section(s) define, ascending by number. */
const struct pd_xref_entry *pd_revision_entries(const struct pd_doc *doc, uint32_t revision, size_t *ret_count);

struct pd_view pd_view_at(struct pd_doc *doc, uint32_t revision);
struct pd_view pd_view_last(struct pd_doc *doc);

/* The entry in force for an object number in the view; NULL when the number is unassigned or free. */
const struct pd_xref_entry *pd_find_entry(struct pd_view view, uint32_t num);
/* Which revision gave it (valid when pd_find_entry is not NULL). */
uint32_t pd_entry_revision(struct pd_view view, uint32_t num);

/* The indirect object, or the null object when unassigned, free or of another generation. Never NULL. */
const struct pd_obj *pd_load(struct pd_view view, struct pd_ref ref);
/* The same past the cache: for walks over everything, where the objects need not outlive `arena`. Problems are kept as ever. */
const struct pd_obj *pd_load_in(struct pd_view view, struct pd_ref ref, struct arena *arena);
/* Follows references (at most 32); the null object for a dangling one. Never NULL. */
const struct pd_obj *pd_deref(struct pd_view view, const struct pd_obj *obj);
const struct pd_obj *pd_get(struct pd_view view, const struct pd_obj *dict, const char *key);   /* dereferenced */
const struct pd_obj *pd_at(struct pd_view view, const struct pd_obj *array, size_t i);          /* dereferenced */

/* [start, end) of `n g obj ... endobj` of an uncompressed object. -1 when compressed or missing. */
int pd_object_extent(struct pd_view view, uint32_t num, uint64_t *ret_start, uint64_t *ret_end);

const struct pd_obj *pd_trailer(struct pd_view view);
const struct pd_obj *pd_catalog(struct pd_view view);
struct pd_ref pd_catalog_ref(struct pd_view view);

/* Decodes a stream through its filters: FlateDecode (with predictors), LZWDecode, ASCIIHexDecode, ASCII85Decode,
 * RunLengthDecode. Others are ERR_PDF_FILTER. Bounded by PD_MAX_STREAM_BYTES and PD_MAX_INFLATE_RATIO. */
NODISCARD int pd_stream_decode(struct pd_view view, const struct pd_obj *stream, struct arena *arena, struct bytes *ret,
			       struct err *err);

/* 0 when nothing was wrong in anything read so far; else -1 with the first defect met. */
NODISCARD int pd_check(const struct pd_doc *doc, struct err *err);

/* Parses every object of every revision now (used before an increment is written, and by validation) without keeping them:
 * objects, object streams and their /Extends, overlaps, indirect /Length the same in every later view, a catalog in each revision. */
NODISCARD int pd_load_all(struct pd_doc *doc, struct err *err);

/* Rule 7: every byte of the revision is white space, a comment, an object that its cross-reference section lists, the section
 * itself, trailer, startxref, %%EOF. Revision 0 may hold unreferenced objects. 0, or -1 with what stands where. */
NODISCARD int pd_account(struct pd_doc *doc, uint32_t revision, struct err *err);

/* Text strings: PDFDocEncoding, UTF-16BE with BOM or UTF-8 with BOM to UTF-8 in the arena; what has no character there (also
 * U+0000, so that C sees the whole text) becomes U+FFFD. "" for what is no string; NULL only when memory is out. */
char *pd_text_string(const struct pd_obj *string, struct arena *arena);

#endif
