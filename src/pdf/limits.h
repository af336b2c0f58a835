/*
 * limits.h - what the strict PDF core takes at the most; a file beyond a limit is refused with ERR_PDF_LIMIT, never crashes.
 */
#ifndef KYSO_PDF_LIMITS_H
#define KYSO_PDF_LIMITS_H

enum {
	PD_MAX_DEPTH = 100,                    /* nested arrays and dictionaries in one object */
	PD_MAX_OBJECT_NUMBER = 8388607,        /* ISO 32000-1 Annex C.2 */
	PD_MAX_GENERATION = 65535,
	PD_MAX_REVISIONS = 1000,
	PD_MAX_ENTRIES = 6000000,              /* cross-reference entries of all revisions together */
	PD_MAX_FILTERS = 8,                    /* in one stream */
	PD_MAX_LOAD_DEPTH = 8,                 /* object needed to read an object ... (/Length, object stream) */
	PD_MAX_EXTENDS = 256,                  /* object streams chained by /Extends */
	PD_MAX_PAGES = 100000,
	PD_MAX_PAGE_TREE_DEPTH = 64,
	PD_MAX_FIELDS = 50000,
	PD_MAX_FIELD_DEPTH = 64,
	PD_MAX_SIGNATURES = 500,
	PD_MAX_ARRAY_ITEMS = 2000000,
	PD_MAX_DICT_ENTRIES = 100000,
	PD_MAX_NAME_BYTES = 4096,              /* after #-decoding */
	PD_MAX_HEADER_OFFSET = 1024,           /* bytes before %PDF- */
	PD_MAX_INFLATE_RATIO = 1100,           /* zlib cannot do better than about 1032:1 */
	PD_MAX_STREAM_BYTES = 256 * 1024 * 1024, /* decoded */
	PD_MAX_OBJSTM_BYTES = 64 * 1024 * 1024,  /* one object stream, decoded */
	PD_MAX_OBJSTM_TOTAL = 1024 * 1024 * 1024, /* all object streams decoded in the life of a document */
	PD_MAX_CONTENTS_BYTES = 4 * 1024 * 1024, /* a signature's DER */
	PD_MAX_ARENA_BYTES = 384 * 1024 * 1024
};

#endif
