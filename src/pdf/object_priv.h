/*
 * object_priv.h - how src/pdf lays an object out in memory; nobody outside src/pdf includes it.
 *
 * 32 bytes an object. Arrays hold their items, dictionaries their entries, by value and in the order of the file.
 * Strings and names point into the file where they need no decoding, else into the arena of the parse.
 */
#ifndef KYSO_PDF_OBJECT_PRIV_H
#define KYSO_PDF_OBJECT_PRIV_H

#include "pdf/object.h"

struct pd_dict;
struct pd_stream;

struct pd_obj {
	uint8_t kind; /* enum pd_kind */
	bool hex;     /* PD_STRING written as <...> */
	bool flag;    /* PD_BOOL */
	uint32_t n;   /* bytes of a name or string, items of an array */
	uint64_t start;
	uint64_t end;
	union {
		int64_t integer;
		double real;
		const uint8_t *p;
		const struct pd_obj *items;
		const struct pd_dict *dict;
		const struct pd_stream *stream;
		struct pd_ref ref;
	} u;
};

struct pd_dict_entry {
	struct str key;
	struct pd_obj value;
};

struct pd_dict {
	uint32_t count;
	const uint32_t *sorted; /* indexes in key order; NULL for small dictionaries */
	struct pd_dict_entry entries[];
};

struct pd_stream {
	const struct pd_dict *dict;
	struct bytes raw;
	uint64_t dict_start; /* token range of the dictionary alone */
	uint64_t dict_end;
};

extern const struct pd_obj pd_null_object;

/* The dictionary of a dictionary or stream, else NULL. */
const struct pd_dict *pd_obj_dict(const struct pd_obj *obj);

#endif
