/*
 * changes_private.h - shared by the rules of change analysis (change_*.c): the comparison under way, roles, and how a rule speaks.
 */
#ifndef KYSO_PDF_CHANGES_PRIVATE_H
#define KYSO_PDF_CHANGES_PRIVATE_H

#include "pdf/changes.h"
#include "pdf/usage.h"

/* What an object of the signed revision is. Objects without a role must not change. */
enum pd_role {
	ROLE_NONE,
	ROLE_CATALOG,
	ROLE_INFO,
	ROLE_METADATA,   /* the catalog's XMP stream */
	ROLE_EXTENSIONS,
	ROLE_DSS,        /* the DSS dictionary, its arrays, VRI and VRI entries */
	ROLE_ACROFORM,
	ROLE_FIELDS,     /* an indirect /Fields or /Kids array */
	ROLE_FIELD,      /* a field or widget dictionary */
	ROLE_PARENT,     /* a field that only groups others: gives them a place, and must not change */
	ROLE_FIELD_PART, /* indirect /V, /AP, /AP/N of a field that is not signed: may be rewritten with it */
	ROLE_RESOURCES,  /* the form's /DR and its sub-dictionaries */
	ROLE_PAGE,
	ROLE_ANNOTS,     /* an indirect /Annots array */
	ROLE_COUNT
};

struct pd_locks; /* which fields the signatures lock (change_locks.c) */

struct pd_compare {
	struct arena *arena;
	struct pd_view old;             /* signed revision */
	struct pd_view now;             /* the later revision under examination */
	struct pd_usage *usage;         /* of old */
	uint8_t *roles;                 /* enum pd_role by object number of old */
	uint32_t size;                  /* numbers in old */
	struct pd_field_list old_fields;
	struct pd_field_list new_fields;
	struct pd_locks *locks;
	struct pd_change_report *report;
	size_t cap;
};

/* Adds an item and raises the level. */
struct pd_change *change_add(struct pd_compare *cmp, enum pd_change_level level, uint32_t num, const char *path, const char *what, const char *what_vi);

/* True when the reference is to a number that the signed revision does not assign: nothing of the signed content is re-used. */
bool change_is_fresh(const struct pd_compare *cmp, struct pd_ref ref);
/* A value that is direct, or a reference to a fresh object. */
bool change_is_new_value(const struct pd_compare *cmp, const struct pd_obj *value);

/* Both absent, or written alike and, where they are references, alike in what they refer to. */
bool change_same_value(const struct pd_compare *cmp, const struct pd_obj *was, const struct pd_obj *is);

/* Every key of both dictionaries not in `except` (NULL-ended) is equal; else the first differing key is returned (in the arena). */
const char *change_differing_key(const struct pd_compare *cmp, const struct pd_obj *a, const struct pd_obj *b, const char *const *except);

/* True when all uses of an object of the signed revision are in one other object. */
bool change_used_once(const struct pd_compare *cmp, uint32_t num);

/* Roles of the signed revision; every use of an object must fit its role, else it gets ROLE_NONE. */
NODISCARD int change_assign_roles(struct pd_compare *cmp, struct err *err);
enum pd_role change_role(const struct pd_compare *cmp, uint32_t num);

/* ---- rules: each judges what it owns in cmp->now against cmp->old ---- */
void change_check_trailer(struct pd_compare *cmp);
void change_check_catalog(struct pd_compare *cmp);
void change_check_dss(struct pd_compare *cmp, const struct pd_obj *old_raw, const struct pd_obj *new_raw);
void change_check_form(struct pd_compare *cmp, const struct pd_obj *old_raw, const struct pd_obj *new_raw);
void change_check_pages(struct pd_compare *cmp);
/* Whether an annotation's own appearance paints text, pictures or filled areas (change_appearance.c). */
bool change_paints_content(const struct pd_compare *cmp, const struct pd_obj *annotation);
void change_check_annotation(struct pd_compare *cmp, const struct pd_page *page, const struct pd_obj *raw, size_t index);

void change_check_fields(struct pd_compare *cmp);
/* Whether the appearance of a filled field shows its value; marks the item as suspicious where it does not (change_appearance.c). */
void change_check_appearance(struct pd_compare *cmp, const struct pd_field *field, const struct pd_obj *widget, struct pd_change *item);

/* Well-formed XMP (ISO 16684-1): one x:xmpmeta element, no document type, no entities of its own (change_xmp.c). */
bool change_xmp_ok(struct bytes xml);

/* ---- locks (change_locks.c) ---- */
NODISCARD int change_locks_make(struct pd_view view, struct arena *arena, struct pd_locks **ret, struct err *err);
int change_locks_permission(const struct pd_locks *locks); /* 0 = none */
bool change_locks_field(const struct pd_locks *locks, const char *name);

/* ---- fields (change_fields.c) ---- */
/* The new field, of this revision, whose widget the reference is; NULL when it is none. */
const struct pd_field *change_new_field_of_widget(const struct pd_compare *cmp, struct pd_ref widget);

#endif
