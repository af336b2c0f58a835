/*
 * object.h - PDF objects as the strict tokeniser read them (ISO 32000-1 7.3). Immutable, owned by the document's arena.
 *
 * Every accessor takes NULL as the null object and answers a harmless default for a wrong kind, so callers check the kind
 * where it matters and not at every step. Nothing here follows a reference: that is document.h.
 */
#ifndef KYSO_PDF_OBJECT_H
#define KYSO_PDF_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/str.h"

enum pd_kind { PD_NULL, PD_BOOL, PD_INT, PD_REAL, PD_NAME, PD_STRING, PD_ARRAY, PD_DICT, PD_STREAM, PD_REF };

struct pd_ref {
	uint32_t num; /* 0 = no reference */
	uint32_t gen;
};

struct pd_obj;

enum pd_kind pd_kind(const struct pd_obj *obj);
bool pd_bool(const struct pd_obj *obj, bool otherwise);
int64_t pd_int(const struct pd_obj *obj, int64_t otherwise);     /* PD_INT only */
double pd_number(const struct pd_obj *obj, double otherwise);    /* PD_INT or PD_REAL */
struct str pd_name(const struct pd_obj *obj);                    /* #-decoded, without the slash; {NULL,0} otherwise */
bool pd_is_name(const struct pd_obj *obj, const char *name);
struct bytes pd_string(const struct pd_obj *obj);                /* decoded bytes of a literal or hex string */
bool pd_string_is_hex(const struct pd_obj *obj);
struct pd_ref pd_ref(const struct pd_obj *obj);                  /* {0,0} when not a reference */
bool pd_ref_eq(struct pd_ref a, struct pd_ref b);

size_t pd_array_len(const struct pd_obj *obj);
const struct pd_obj *pd_array_raw(const struct pd_obj *obj, size_t i); /* may be a reference; null object past the end */

/* Dictionaries, and the dictionary of a stream. Order of the file; duplicate keys are a parse error. */
size_t pd_dict_len(const struct pd_obj *obj);
struct str pd_dict_key(const struct pd_obj *obj, size_t i);
const struct pd_obj *pd_dict_value_raw(const struct pd_obj *obj, size_t i);
const struct pd_obj *pd_dict_raw(const struct pd_obj *obj, const char *key); /* NULL when the key is absent */
bool pd_dict_has(const struct pd_obj *obj, const char *key);

/* Where the token stands in the file: [start, end) absolute offsets; both 0 for an object out of an object stream.
 * For a string the delimiters are included: this is how the signature gap is held against /Contents (rule 3). */
uint64_t pd_token_start(const struct pd_obj *obj);
uint64_t pd_token_end(const struct pd_obj *obj);

/* Encoded bytes of a stream, borrowed from the file. */
struct bytes pd_stream_raw(const struct pd_obj *obj);

/* Deep equality of two objects as written: references by number, streams by dictionary and encoded bytes, numbers by value. */
bool pd_equal(const struct pd_obj *a, const struct pd_obj *b);

#endif
