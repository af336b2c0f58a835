/*
 * builder.h - composes PDF files with right cross-references for tests, so that a test can then break one thing.
 *
 *     struct builder b;
 *     builder_init(&b, "%PDF-1.7\n");
 *     builder_page(&b);                       objects 1 (catalog), 2 (pages), 3 (page)
 *     builder_object(&b, 4, "<< /A 1 >>");
 *     builder_table(&b, "/Root 1 0 R");       ends the revision
 *     builder_patch(&b, "/A 1", "/B 1");      same length: offsets stay right
 *
 * Every builder_object between two ends of revisions is listed in the next table or stream. Out of memory aborts.
 */
#ifndef KYSO_TEST_PDF_BUILDER_H
#define KYSO_TEST_PDF_BUILDER_H

#include "pdf/document.h"
#include "util/buf.h"

enum { BUILDER_OBJECTS = 4096 };

struct builder_entry {
	uint32_t num;
	uint32_t gen;
	char kind;       /* n, f, c */
	uint64_t offset; /* n: offset; c: container */
	uint32_t index;  /* c */
};

struct builder {
	struct buf out;
	struct builder_entry entries[BUILDER_OBJECTS]; /* of the revision under way */
	size_t count;
	uint64_t prev;     /* offset of the section before, 0 = none */
	uint64_t base;     /* subtracted from every offset written */
	uint32_t size;     /* highest number + 1 so far */
	const char *eol;   /* the two bytes that end a table entry */
	const char *tail;  /* after %%EOF; "\n" */
	uint64_t xref_stm; /* builder_hidden_stream leaves it here */
};

void builder_init(struct builder *b, const char *header);
void builder_release(struct builder *b);

void builder_raw(struct builder *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void builder_object(struct builder *b, uint32_t num, const char *fmt, ...) PRINTF_LIKE(3, 4);
void builder_stream(struct builder *b, uint32_t num, const char *dict, const void *data, size_t n);
/* An unfiltered object stream; `bodies` are the objects numbered `first`, `first` + 1 ...; all are listed. */
void builder_objstm(struct builder *b, uint32_t num, const char *extra, uint32_t first, const char *const *bodies,
		    size_t count);
void builder_entry(struct builder *b, uint32_t num, uint32_t gen, char kind, uint64_t offset, uint32_t index);
void builder_page(struct builder *b);

/* The end of a revision: a table, or a cross-reference stream with the number `num`. Object 0 is listed in the first
 * one. */
void builder_table(struct builder *b, const char *trailer);
void builder_xref_stream(struct builder *b, uint32_t num, const char *trailer);
/* A cross-reference stream of the entries so far that is no end of a revision, but the /XRefStm of the table to come.
 */
void builder_hidden_stream(struct builder *b, uint32_t num, const char *trailer);

/* Replaces the only (last_patch: the last) place where `from` stands by `to`, which has to be as long. */
void builder_patch(struct builder *b, const char *from, const char *to);
void builder_patch_last(struct builder *b, const char *from, const char *to);
uint64_t builder_find(const struct builder *b, const char *what); /* the last place */

struct bytes builder_bytes(const struct builder *b);

#endif
