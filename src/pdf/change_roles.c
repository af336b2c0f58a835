/*
 * change_roles.c - what each object of the signed revision is, as far as it may change at all. An object has a role only when every
 * use of it fits: a re-used object (a form's value that is also a page's content) has none and must not change.
 */
#include <string.h>

#include "pdf/changes_private.h"
#include "pdf/limits.h"
#include "util/arena.h"
#include "util/err.h"

enum { ROLE_MAX_PASSES = 64, ROLE_MAX_DSS_DEPTH = 4 };

/* A use that fits a role: the container's role and how the path begins and goes on. '#' stands for an index, a final '*' for anything. */
struct role_use {
	enum pd_role role;
	enum pd_role container; /* ROLE_NONE with path = any container */
	const char *path;
};

static const struct role_use role_uses[] = {
	{ ROLE_METADATA, ROLE_CATALOG, "/Metadata" },
	{ ROLE_EXTENSIONS, ROLE_CATALOG, "/Extensions" },
	{ ROLE_EXTENSIONS, ROLE_CATALOG, "/Extensions/*" },
	{ ROLE_EXTENSIONS, ROLE_EXTENSIONS, "/*" },
	{ ROLE_DSS, ROLE_CATALOG, "/DSS" },
	{ ROLE_DSS, ROLE_CATALOG, "/DSS/*" },
	{ ROLE_DSS, ROLE_DSS, "/*" },
	{ ROLE_ACROFORM, ROLE_CATALOG, "/AcroForm" },
	{ ROLE_FIELDS, ROLE_ACROFORM, "/Fields" },
	{ ROLE_FIELDS, ROLE_CATALOG, "/AcroForm/Fields" },
	{ ROLE_FIELDS, ROLE_FIELD, "/Kids" },
	{ ROLE_FIELDS, ROLE_PARENT, "/Kids" },
	{ ROLE_FIELD, ROLE_FIELDS, "[#]" },
	{ ROLE_FIELD, ROLE_ACROFORM, "/Fields[#]" },
	{ ROLE_FIELD, ROLE_ACROFORM, "/CO[#]" },
	{ ROLE_FIELD, ROLE_CATALOG, "/AcroForm/Fields[#]" },
	{ ROLE_FIELD, ROLE_CATALOG, "/AcroForm/CO[#]" },
	{ ROLE_FIELD, ROLE_FIELD, "/Kids[#]" },
	{ ROLE_FIELD, ROLE_FIELD, "/Parent" },
	{ ROLE_FIELD, ROLE_PARENT, "/Kids[#]" },
	{ ROLE_FIELD, ROLE_FIELD, "/A/*" },
	{ ROLE_FIELD, ROLE_FIELD, "/AA/*" },
	{ ROLE_FIELD, ROLE_PAGE, "/Annots[#]" },
	{ ROLE_FIELD, ROLE_ANNOTS, "[#]" },
	{ ROLE_FIELD, ROLE_NONE, "/Obj" },    /* an object reference of the structure tree */
	{ ROLE_FIELD, ROLE_NONE, "/K/Obj" },
	{ ROLE_FIELD, ROLE_NONE, "/K[#]/Obj" },
	{ ROLE_FIELD_PART, ROLE_FIELD, "/V" },
	{ ROLE_FIELD_PART, ROLE_FIELD, "/AP" },
	{ ROLE_FIELD_PART, ROLE_FIELD, "/AP/*" },
	{ ROLE_FIELD_PART, ROLE_FIELD_PART, "/N" },
	{ ROLE_FIELD_PART, ROLE_FIELD_PART, "/N/*" },
	{ ROLE_RESOURCES, ROLE_ACROFORM, "/DR" },
	{ ROLE_RESOURCES, ROLE_ACROFORM, "/DR/*" },
	{ ROLE_RESOURCES, ROLE_CATALOG, "/AcroForm/DR" },
	{ ROLE_RESOURCES, ROLE_CATALOG, "/AcroForm/DR/*" },
	{ ROLE_RESOURCES, ROLE_RESOURCES, "/*" },
	{ ROLE_ANNOTS, ROLE_PAGE, "/Annots" },
};

static bool path_fits(const char *path, const char *pattern)
{
	for (; *pattern; pattern++) {
		if (*pattern == '*')
			return true;
		if (*pattern == '#') {
			if (*path < '0' || *path > '9')
				return false;
			while (*path >= '0' && *path <= '9')
				path++;
			continue;
		}
		if (*path++ != *pattern)
			return false;
	}
	return *path == '\0';
}

enum pd_role change_role(const struct pd_compare *cmp, uint32_t num)
{
	return num < cmp->size ? (enum pd_role)cmp->roles[num] : ROLE_NONE;
}

static bool use_fits(const struct pd_compare *cmp, enum pd_role role, const struct pd_use *use)
{
	/* catalog and pages: their rules allow only keys that mean something in that place, so other uses (destinations, structure
	 * elements, /Data of a signature reference) do no harm */
	if (role == ROLE_CATALOG || role == ROLE_PAGE || role == ROLE_PARENT)
		return true;
	if (role == ROLE_INFO)
		return use->container == 0;
	for (size_t i = 0; i < ARRAY_LEN(role_uses); i++)
		if (role_uses[i].role == role && path_fits(use->path, role_uses[i].path) &&
		    (role_uses[i].container == ROLE_NONE || (use->container && role_uses[i].container == change_role(cmp, use->container))))
			return true;
	return false;
}

/* A part of a field is that field's alone. */
bool change_used_once(const struct pd_compare *cmp, uint32_t num)
{
	const struct pd_use *use = pd_usage_of(cmp->usage, num);

	for (const struct pd_use *next = use ? use->next : NULL; next; next = next->next)
		if (next->container != use->container)
			return false;
	return true;
}

static bool role_fits(const struct pd_compare *cmp, uint32_t num)
{
	enum pd_role role = change_role(cmp, num);
	const struct pd_use *first = pd_usage_of(cmp->usage, num);

	for (const struct pd_use *use = first; use; use = use->next)
		if (!use_fits(cmp, role, use))
			return false;
	return role != ROLE_FIELD_PART || change_used_once(cmp, num);
}

static void set_role(struct pd_compare *cmp, struct pd_ref ref, enum pd_role role)
{
	if (ref.num && ref.num < cmp->size && cmp->roles[ref.num] == ROLE_NONE)
		cmp->roles[ref.num] = (uint8_t)role;
}

/* Gives the role to an indirect dictionary or array and to those below it (certificates and other streams never change). */
static void set_tree(struct pd_compare *cmp, const struct pd_obj *raw, enum pd_role role, int depth)
{
	const struct pd_obj *obj = pd_deref(cmp->old, raw);

	if (depth > ROLE_MAX_DSS_DEPTH || (pd_kind(obj) != PD_DICT && pd_kind(obj) != PD_ARRAY))
		return;
	set_role(cmp, pd_ref(raw), role);
	for (size_t i = 0; i < pd_dict_len(obj); i++)
		set_tree(cmp, pd_dict_value_raw(obj, i), role, depth + 1);
}

static void set_field_parts(struct pd_compare *cmp, const struct pd_obj *dict)
{
	const struct pd_obj *appearance = pd_get(cmp->old, dict, "AP");

	set_role(cmp, pd_ref(pd_dict_raw(dict, "V")), ROLE_FIELD_PART);
	set_role(cmp, pd_ref(pd_dict_raw(dict, "AP")), ROLE_FIELD_PART);
	for (size_t i = 0; i < pd_dict_len(appearance); i++) {
		const struct pd_obj *state = pd_deref(cmp->old, pd_dict_value_raw(appearance, i));

		set_role(cmp, pd_ref(pd_dict_value_raw(appearance, i)), ROLE_FIELD_PART);
		for (size_t j = 0; pd_kind(state) == PD_DICT && j < pd_dict_len(state); j++)
			set_role(cmp, pd_ref(pd_dict_value_raw(state, j)), ROLE_FIELD_PART);
	}
}

static void set_parents(struct pd_compare *cmp, const struct pd_obj *dict)
{
	for (int depth = 0; depth < PD_MAX_FIELD_DEPTH && pd_dict_has(dict, "Parent"); depth++) {
		struct pd_ref ref = pd_ref(pd_dict_raw(dict, "Parent"));

		dict = pd_load(cmp->old, ref);
		set_role(cmp, ref, ROLE_PARENT);
		set_role(cmp, pd_ref(pd_dict_raw(dict, "Kids")), ROLE_FIELDS);
	}
}

static void set_fields(struct pd_compare *cmp)
{
	for (size_t i = 0; i < cmp->old_fields.count; i++) {
		const struct pd_field *field = &cmp->old_fields.items[i];

		set_role(cmp, field->ref, ROLE_FIELD);
		set_role(cmp, pd_ref(pd_dict_raw(field->dict, "Kids")), ROLE_FIELDS);
		if (field->type != PD_FIELD_SIGNATURE || !field->value_raw)
			set_field_parts(cmp, field->dict);
		for (size_t j = 0; j < field->widget_count; j++) {
			set_role(cmp, field->widgets[j].ref, ROLE_FIELD);
			if (field->type != PD_FIELD_SIGNATURE || !field->value_raw)
				set_field_parts(cmp, field->widgets[j].dict);
		}
	}
	for (size_t i = 0; i < cmp->old_fields.count; i++) /* after the fields: a widget's parent is its field */
		set_parents(cmp, cmp->old_fields.items[i].dict);
}

static int set_pages(struct pd_compare *cmp, struct err *err)
{
	uint32_t count;
	struct pd_page page;

	if (pd_page_count(cmp->old, &count, err) < 0)
		return -1;
	for (uint32_t i = 0; i < count; i++) {
		if (pd_page_load(cmp->old, i, &page, err) < 0)
			return -1;
		set_role(cmp, page.ref, ROLE_PAGE);
		set_role(cmp, pd_ref(pd_dict_raw(page.dict, "Annots")), ROLE_ANNOTS);
	}
	return 0;
}

static void set_form(struct pd_compare *cmp, const struct pd_obj *catalog)
{
	const struct pd_obj *form = pd_get(cmp->old, catalog, "AcroForm");

	set_role(cmp, pd_ref(pd_dict_raw(catalog, "AcroForm")), ROLE_ACROFORM);
	set_role(cmp, pd_ref(pd_dict_raw(form, "Fields")), ROLE_FIELDS);
	set_tree(cmp, pd_dict_raw(form, "DR"), ROLE_RESOURCES, ROLE_MAX_DSS_DEPTH - 1); /* /DR and /DR/Font, not the fonts */
}

/* Takes roles away until every use of every role fits. */
static void settle(struct pd_compare *cmp)
{
	bool changed = true;

	for (int pass = 0; changed && pass < ROLE_MAX_PASSES; pass++) {
		changed = false;
		for (uint32_t num = 1; num < cmp->size; num++)
			if (cmp->roles[num] != ROLE_NONE && !role_fits(cmp, num)) {
				cmp->roles[num] = ROLE_NONE;
				changed = true;
			}
	}
	if (changed) /* never settled: nothing may change */
		memset(cmp->roles, ROLE_NONE, cmp->size);
}

int change_assign_roles(struct pd_compare *cmp, struct err *err)
{
	const struct pd_obj *catalog = pd_catalog(cmp->old);

	set_role(cmp, pd_catalog_ref(cmp->old), ROLE_CATALOG);
	set_role(cmp, pd_ref(pd_dict_raw(pd_trailer(cmp->old), "Info")), ROLE_INFO);
	set_role(cmp, pd_ref(pd_dict_raw(catalog, "Metadata")), ROLE_METADATA);
	set_tree(cmp, pd_dict_raw(catalog, "Extensions"), ROLE_EXTENSIONS, 0);
	set_tree(cmp, pd_dict_raw(catalog, "DSS"), ROLE_DSS, 0);
	set_form(cmp, catalog);
	set_fields(cmp);
	if (set_pages(cmp, err) < 0)
		return -1;
	settle(cmp);
	return 0;
}
