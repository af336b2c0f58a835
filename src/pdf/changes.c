/*
 * changes.c - drives change analysis: every later revision against the signed one, every redefined object explained or not.
 * The rules are in change_*.c. See changes.h.
 */
#include "pdf/changes.h"

#include <stdio.h>
#include <string.h>

#include "pdf/changes_private.h"
#include "util/arena.h"
#include "util/err.h"

static const char *const level_names[] = { "none", "ltv", "form", "annotation", "other" };
static const char *const verdict_names[] = { "none", "allowed", "suspicious", "forbidden" };

const char *pd_change_level_name(enum pd_change_level level)
{
	return level_names[level];
}

const char *pd_change_verdict_name(enum pd_change_verdict verdict)
{
	return verdict_names[verdict];
}

static bool same_item(const struct pd_change *item, uint32_t num, const char *path, const char *what)
{
	return item->num == num && strcmp(item->what, what) == 0 && strcmp(item->path, path) == 0;
}

struct pd_change *change_add(struct pd_compare *cmp, enum pd_change_level level, uint32_t num, const char *path, const char *what, const char *what_vi)
{
	static struct pd_change spare; /* beyond the limit: written to, never read */
	struct pd_change_report *report = cmp->report;
	const struct pd_xref_entry *entry;
	struct pd_change *item;

	if (level > report->level)
		report->level = level;
	for (size_t i = 0; i < report->count; i++)
		if (same_item(&report->items[i], num, path, what))
			return &report->items[i];
	if (report->count >= PD_MAX_CHANGES)
		return &spare;
	if (report->count == cmp->cap) {
		size_t cap = cmp->cap ? cmp->cap * 2 : 16;
		struct pd_change *items = arena_grow(cmp->arena, report->items, cmp->cap * sizeof(*items), cap * sizeof(*items));

		if (!items)
			return &spare;
		report->items = items;
		cmp->cap = cap;
	}
	entry = num ? pd_find_entry(cmp->now, num) : NULL;
	item = &report->items[report->count++];
	*item = (struct pd_change){
		.revision = cmp->now.revision, .num = num, .gen = entry ? entry->gen : 0, .path = path, .what = what, .what_vi = what_vi, .level = level
	};
	return item;
}

bool change_is_fresh(const struct pd_compare *cmp, struct pd_ref ref)
{
	return ref.num != 0 && !pd_find_entry(cmp->old, ref.num);
}

bool change_is_new_value(const struct pd_compare *cmp, const struct pd_obj *value)
{
	return pd_kind(value) != PD_REF || change_is_fresh(cmp, pd_ref(value));
}

bool change_same_value(const struct pd_compare *cmp, const struct pd_obj *was, const struct pd_obj *is)
{
	if (!was || !is)
		return was == is;
	return pd_equal(was, is) && pd_equal(pd_deref(cmp->old, was), pd_deref(cmp->now, is));
}

static bool in_list(struct str key, const char *const *list)
{
	for (; list && *list; list++)
		if (str_is(key, *list))
			return true;
	return false;
}

const char *change_differing_key(const struct pd_compare *cmp, const struct pd_obj *a, const struct pd_obj *b, const char *const *except)
{
	for (size_t i = 0; i < pd_dict_len(a); i++) {
		struct str key = pd_dict_key(a, i);
		char *name = arena_strndup(cmp->arena, key.p, key.n);

		if (!name)
			return "?";
		if (!in_list(key, except) && (!pd_dict_has(b, name) || !pd_equal(pd_dict_value_raw(a, i), pd_dict_raw(b, name))))
			return name;
	}
	for (size_t i = 0; i < pd_dict_len(b); i++) {
		struct str key = pd_dict_key(b, i);
		char *name = arena_strndup(cmp->arena, key.p, key.n);

		if (!name)
			return "?";
		if (!in_list(key, except) && !pd_dict_has(a, name))
			return name;
	}
	return NULL;
}

/* A path for people: the chain of first uses up to the trailer, at most a few steps. */
static const char *path_of(const struct pd_compare *cmp, uint32_t num)
{
	const char *path = "";

	for (int step = 0; step < 8; step++) {
		const struct pd_use *use = pd_usage_of(cmp->usage, num);
		char *longer;

		if (!use)
			break;
		longer = arena_printf(cmp->arena, "%s%s", use->path, path);
		if (!longer)
			break;
		path = longer;
		if (use->container == 0)
			return path;
		num = use->container;
	}
	return *path ? path : "(not referenced)";
}

static bool is_container(const struct pd_obj *obj)
{
	const struct pd_obj *type = pd_dict_raw(obj, "Type");

	return pd_kind(obj) == PD_STREAM && (pd_is_name(type, "XRef") || pd_is_name(type, "ObjStm"));
}

/* One entry of the later revision that names an object of the signed one. */
static void check_entry(struct pd_compare *cmp, const struct pd_xref_entry *entry)
{
	const struct pd_xref_entry *before = pd_find_entry(cmp->old, entry->num);
	const struct pd_obj *was;
	const struct pd_obj *is;

	if (!before)
		return; /* fresh: matters only through what refers to it */
	if (entry->kind == PD_ENTRY_FREE) {
		change_add(cmp, PD_CHANGE_OTHER, entry->num, path_of(cmp, entry->num), "object deleted", "đối tượng bị xóa");
		return;
	}
	was = pd_load(cmp->old, (struct pd_ref){ entry->num, before->gen });
	is = pd_load(cmp->now, (struct pd_ref){ entry->num, entry->gen });
	if (before->gen == entry->gen && pd_equal(was, is))
		return;
	if (is_container(was)) {
		change_add(cmp, PD_CHANGE_OTHER, entry->num, "(cross-reference data)", "cross-reference or object stream overwritten",
			   "luồng tham chiếu hoặc luồng đối tượng bị ghi đè");
		return;
	}
	if (!pd_usage_reachable(cmp->usage, entry->num))
		return; /* nothing of the signed revision uses it */
	if (before->gen != entry->gen || change_role(cmp, entry->num) == ROLE_NONE ||
	    change_role(cmp, entry->num) == ROLE_PARENT)
		change_add(cmp, PD_CHANGE_OTHER, entry->num, path_of(cmp, entry->num), "signed object replaced", "đối tượng đã ký bị thay thế");
}

static int compare_revision(struct pd_compare *cmp, uint32_t revision, struct err *err)
{
	const struct pd_xref_entry *entries;
	size_t count;

	cmp->now = pd_view_at(cmp->old.doc, revision);
	entries = pd_revision_entries(cmp->old.doc, revision, &count);
	for (size_t i = 0; i < count; i++)
		check_entry(cmp, &entries[i]);
	if (pd_field_list(cmp->now, cmp->arena, &cmp->new_fields, err) < 0)
		return -1;
	change_check_trailer(cmp);
	change_check_catalog(cmp);
	change_check_pages(cmp);
	return pd_check(cmp->old.doc, err);
}

/* ISO 32000-2 table 257: P=1 no changes (but DSS and document time-stamps), 2 form filling and signing, 3 annotations too. Without a
 * permission, what a signer of an approval signature expects: long-term data, signing and filling forms. */
static enum pd_change_verdict judge(const struct pd_change_report *report)
{
	static const enum pd_change_level highest[] = { PD_CHANGE_FORM, PD_CHANGE_LTV, PD_CHANGE_FORM, PD_CHANGE_ANNOTATION };
	enum pd_change_verdict verdict = PD_VERDICT_ALLOWED;

	if (report->level == PD_CHANGE_NONE && report->count == 0)
		return PD_VERDICT_NONE;
	if (report->level > highest[report->permission])
		return PD_VERDICT_FORBIDDEN;
	for (size_t i = 0; i < report->count; i++)
		if (report->items[i].suspicious)
			verdict = PD_VERDICT_SUSPICIOUS;
	return verdict;
}

static int prepare(struct pd_compare *cmp, struct err *err)
{
	cmp->size = pd_revision(cmp->old.doc, cmp->old.revision)->size;
	cmp->roles = arena_alloc(cmp->arena, cmp->size);
	if (!cmp->roles)
		return err_set(err, ERR_NO_MEMORY, "no memory to compare revisions");
	if (pd_usage_make(cmp->old, cmp->arena, &cmp->usage, err) < 0)
		return -1;
	if (pd_field_list(cmp->old, cmp->arena, &cmp->old_fields, err) < 0)
		return -1;
	if (change_locks_make(cmp->old, cmp->arena, &cmp->locks, err) < 0)
		return -1;
	return change_assign_roles(cmp, err);
}

int pd_changes_after(struct pd_doc *doc, uint32_t signed_revision, struct arena *arena, struct pd_change_report *ret, struct err *err)
{
	struct pd_change_report report = { .level = PD_CHANGE_NONE };
	struct pd_compare cmp = { .arena = arena, .old = pd_view_at(doc, signed_revision), .report = &report };
	uint32_t last = pd_revision_count(doc) - 1;

	if (signed_revision < last) {
		if (prepare(&cmp, err) < 0)
			return -1;
		report.permission = change_locks_permission(cmp.locks);
		for (uint32_t r = signed_revision + 1; r <= last; r++)
			if (compare_revision(&cmp, r, err) < 0)
				return -1;
	}
	report.verdict = judge(&report);
	*ret = report;
	return 0;
}
