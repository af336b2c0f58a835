/*
 * document_priv.h - what a document holds; inside src/pdf only. See document.h for the contract.
 *
 * Entries of all revisions lie in one array, oldest revision first, ascending by number within a revision. heads[num]
 * leads to the newest entry of a number, older[] from each entry to the one it replaced, both as index + 1 with 0 for
 * none. The first entry of a number at or before a revision is then found without looking at the other revisions.
 */
#ifndef KYSO_PDF_DOCUMENT_PRIV_H
#define KYSO_PDF_DOCUMENT_PRIV_H

#include "pdf/document.h"
#include "pdf/object_priv.h"
#include "pdf/parser.h"
#include "util/err.h"

struct arena;
struct pd_page_list;

/* One cross-reference table with its trailer, or one cross-reference stream. */
struct pd_section {
	uint64_t start; /* of `xref` or of `n g obj` */
	uint64_t end;   /* after the trailer dictionary or `endobj` */
	bool is_stream;
	struct pd_ref ref; /* of a cross-reference stream */
	struct pd_obj trailer;
	uint32_t size;
	bool has_prev;
	uint64_t prev; /* absolute */
	bool has_xref_stm;
	uint64_t xref_stm; /* absolute */
	size_t entry_count;
	uint64_t body;     /* table: first subsection header */
	struct bytes data; /* stream: decoded, while the entries are built */
	unsigned int width[3];
};

/* `startxref N %%EOF` after a section. */
struct pd_tail {
	uint64_t value; /* N, absolute */
	uint64_t eof_end;
	uint64_t end;
};

/* A revision and the sections it is made of: `extra` is the /XRefStm of a hybrid one or the main section of a
 * linearized one. */
struct pd_rev {
	struct pd_revision pub;
	struct pd_section main;
	struct pd_section *extra;
	size_t first; /* index of its first entry */
	size_t count;
};

struct pd_objstm;

struct pd_doc {
	struct bytes file;
	uint64_t base;
	uint64_t header; /* offset of %PDF- */
	int version;
	int flags;
	bool encrypted;
	struct arena *arena;
	struct pd_rev *revs;
	uint32_t rev_count;

	struct pd_xref_entry *entries;
	size_t entry_count;
	size_t entry_cap;
	uint32_t *older;
	uint32_t *heads;
	uint32_t head_count; /* highest number + 1 */
	uint8_t *fixed;      /* bit per number: an object stream or cross-reference stream, never to be defined again */
	const struct pd_obj **cache; /* by entry index */
	uint64_t *limits;            /* by entry index: where the next object begins, or the file ends */
	uint64_t scan_end;           /* while the chain is read: the newer section's start */
	uint64_t decoded_bytes;      /* of all object streams so far */
	struct pd_objstm **objstms;  /* decoded object streams by entry index; made at the first use */
	struct pd_page_list *pages;  /* the page lists made so far */
	unsigned int load_depth;
	struct err problem;
};

/* xref.c */
NODISCARD int pd_xref_open(struct pd_doc *doc, struct err *err);
/* xref_section.c */
NODISCARD int pd_section_read(struct pd_doc *doc, uint64_t offset, struct pd_section *ret, struct err *err);
NODISCARD int pd_tail_read(const struct pd_doc *doc, uint64_t offset, struct pd_tail *ret, struct err *err);
/* Where `xref` or `n g obj` stands that a startxref or /Prev of `offset` means: white space before it is passed over.
 */
uint64_t pd_section_seek(const struct pd_doc *doc, uint64_t offset);
/* Appends the section's entries to `out` (room for entry_count). */
NODISCARD int pd_section_entries(struct pd_doc *doc, struct pd_section *section, struct pd_xref_entry *out,
				 struct err *err);
/* xref_entries.c */
NODISCARD int pd_entries_build(struct pd_doc *doc, struct err *err);

/* document.c */
size_t pd_entry_index(const struct pd_doc *doc, uint32_t revision, uint32_t num); /* index + 1, 0 = none */
uint32_t pd_index_revision(const struct pd_doc *doc, size_t index);
void pd_problem(struct pd_doc *doc, const struct err *err); /* kept when it is the first */
int64_t pd_indirect_length(void *ctx, struct pd_ref ref);   /* pd_length_fn; ctx is a struct pd_view */

/* Parses the object of an entry into `arena`, past the cache. */
NODISCARD int pd_load_entry(struct pd_doc *doc, size_t index, struct arena *arena, struct pd_obj *ret, struct err *err);

/* The same for an uncompressed entry, with its extent. */
NODISCARD int pd_load_indirect(struct pd_doc *doc, size_t index, struct arena *arena, struct pd_indirect *ret,
			       struct err *err);
/* check.c: indexes of the uncompressed entries among [first, first + count) by ascending offset; free() the result. */
NODISCARD int pd_order_by_offset(const struct pd_doc *doc, size_t first, size_t count, uint32_t **ret,
				 size_t *ret_count, struct err *err);

/* stream.c: `view` resolves indirect /Filter and /DecodeParms; NULL where everything is direct. */
NODISCARD int pd_stream_filter(const struct pd_view *view, const struct pd_obj *stream, size_t limit,
			       struct arena *arena, struct bytes *ret, struct err *err);

/* objstm.c: a decoded object stream. */
struct pd_objstm {
	size_t entry; /* index of the entry that defines it */
	bool failed;
	struct bytes data;
	uint32_t count;
	const uint32_t *numbers;
	const uint32_t *offsets; /* count + 1 of them, absolute in data, ascending */
	uint32_t num;
};

NODISCARD int pd_objstm_decode(struct pd_doc *doc, size_t entry, struct arena *arena, struct pd_objstm *ret,
			       struct err *err);
NODISCARD int pd_objstm_parse(const struct pd_objstm *stm, uint32_t index, struct arena *arena, struct pd_obj *ret,
			      struct err *err);
/* 0 when the compressed entry's index and number are those of the object stream. */
NODISCARD int pd_objstm_check(const struct pd_objstm *stm, const struct pd_xref_entry *entry, struct err *err);
/* The kept object stream that an entry of kind PD_ENTRY_COMPRESSED lies in. */
NODISCARD int pd_objstm_find(struct pd_doc *doc, size_t index, struct pd_objstm **ret, struct err *err);
/* Index of the entry that defines the container of a compressed entry. */
NODISCARD int pd_objstm_entry(struct pd_doc *doc, size_t index, size_t *ret, struct err *err);

#endif
