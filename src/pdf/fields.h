/*
 * fields.h - the AcroForm (ISO 32000-1 12.7): fields by fully qualified name, their widgets, locks and seed values, and the
 * signature dictionaries in them.
 *
 * Lists are made in the caller's arena. Inherited /FT, /Ff, /V, /DA are resolved. Merged (field = widget) and split
 * (/Kids of widgets) fields are both understood. A broken page tree leaves page_index at -1 and is no error here.
 */
#ifndef KYSO_PDF_FIELDS_H
#define KYSO_PDF_FIELDS_H

#include "pdf/pages.h"

enum pd_field_type { PD_FIELD_NONE, PD_FIELD_TEXT, PD_FIELD_BUTTON, PD_FIELD_CHOICE, PD_FIELD_SIGNATURE };

struct pd_widget {
	struct pd_ref ref;
	const struct pd_obj *dict;
	struct pd_rect rect;
	int page_index; /* -1 when no page lists it */
};

struct pd_field {
	const char *name; /* fully qualified, UTF-8 */
	struct pd_ref ref;
	const struct pd_obj *dict;
	enum pd_field_type type;
	uint32_t flags;
	const struct pd_obj *value_raw; /* /V as written (reference or direct); NULL when absent */
	struct pd_widget *widgets;
	size_t widget_count;
	size_t path[8];  /* indexes into Fields / Kids, for messages */
	size_t path_len;
};

struct pd_field_list {
	struct pd_field *items;
	size_t count;
};

NODISCARD int pd_field_list(struct pd_view view, struct arena *arena, struct pd_field_list *ret, struct err *err);
const struct pd_field *pd_field_find(const struct pd_field_list *list, const char *name);

/* A signature dictionary as found through a field. Nothing is judged here: values are as written, kinds may be wrong. */
struct pd_signature {
	const struct pd_field *field;
	struct pd_ref ref;               /* of the dictionary; {0,0} when /V is direct */
	const struct pd_obj *dict;
	uint32_t revision;               /* revision whose entry defines the dictionary object */
	const struct pd_obj *contents;   /* raw /Contents, NULL when absent */
	const struct pd_obj *byte_range; /* raw /ByteRange, NULL when absent */
	struct str sub_filter;
	int docmdp_p;                    /* 1..3 when it is the certification signature, else 0 */
};

struct pd_signature_list {
	struct pd_signature *items; /* in order of the revision, then of the field list */
	size_t count;
};

/* Every field that holds a /V and is a signature field, or whose /V looks like a signature; also a /V that is null or of the wrong
 * kind (rule 5). A signature that only /Perms or nothing names is not in a field and not in the list. */
NODISCARD int pd_signature_list(struct pd_view view, struct arena *arena, struct pd_signature_list *ret, struct err *err);

/* Rules 2 and 3 for one signature: ByteRange shape, and the gap is exactly this dictionary's own /Contents token.
 * They count from the first byte of the file, whatever pd_base_offset is. 0 and the four numbers; -1 with ERR_PDF_SIGNATURE
 * and what is wrong. */
NODISCARD int pd_signature_range(struct pd_view view, const struct pd_signature *sig, uint64_t ret_range[4], struct err *err);

#endif
