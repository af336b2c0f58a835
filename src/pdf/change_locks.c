/*
 * change_locks.c - what the signatures of a revision forbid: the tightest DocMDP permission, and the fields that FieldMDP or a field's
 * /Lock names (ISO 32000-2 12.8.2.2, 12.8.2.4, table 237). Locks only tighten.
 */
#include <string.h>

#include "pdf/changes_private.h"
#include "util/arena.h"
#include "util/err.h"

struct lock {
	enum { LOCK_ALL, LOCK_INCLUDE, LOCK_EXCLUDE } action;
	const char **fields;
	size_t count;
};

struct pd_locks {
	int permission;
	struct lock *items;
	size_t count, cap;
	struct arena *arena;
};

static int add_lock(struct pd_locks *locks, struct pd_view view, const struct pd_obj *params, struct err *err)
{
	const struct pd_obj *action = pd_get(view, params, "Action");
	const struct pd_obj *fields = pd_get(view, params, "Fields");
	struct lock lock = { .action = LOCK_ALL };

	if (pd_is_name(action, "Include"))
		lock.action = LOCK_INCLUDE;
	else if (pd_is_name(action, "Exclude"))
		lock.action = LOCK_EXCLUDE;
	else if (!pd_is_name(action, "All"))
		return 0; /* no lock at all */
	lock.count = pd_array_len(fields);
	lock.fields = ARENA_ARRAY(locks->arena, const char *, lock.count);
	for (size_t i = 0; lock.fields && i < lock.count; i++)
		lock.fields[i] = pd_text_string(pd_at(view, fields, i), locks->arena);
	if (locks->count == locks->cap) {
		size_t cap = locks->cap ? locks->cap * 2 : 8;

		locks->items = arena_grow(locks->arena, locks->items, locks->cap * sizeof(lock), cap * sizeof(lock));
		locks->cap = cap;
	}
	if (!locks->items || !lock.fields)
		return err_set(err, ERR_NO_MEMORY, "no memory for field locks");
	locks->items[locks->count++] = lock;
	return 0;
}

static void tighten(struct pd_locks *locks, const struct pd_obj *p, int otherwise)
{
	int permission = (int)pd_int(p, otherwise);

	if (permission < 1 || permission > 3)
		permission = otherwise ? 1 : 0; /* a permission that is none of the three is taken as the tightest */
	if (permission && (!locks->permission || permission < locks->permission))
		locks->permission = permission;
}

static int read_references(struct pd_locks *locks, struct pd_view view, const struct pd_obj *dict, struct err *err)
{
	const struct pd_obj *references = pd_get(view, dict, "Reference");

	for (size_t i = 0; i < pd_array_len(references); i++) {
		const struct pd_obj *reference = pd_at(view, references, i);
		const struct pd_obj *method = pd_get(view, reference, "TransformMethod");
		const struct pd_obj *params = pd_get(view, reference, "TransformParams");

		if (pd_is_name(method, "DocMDP"))
			tighten(locks, pd_get(view, params, "P"), /* table 257: default */ 2);
		if (pd_is_name(method, "FieldMDP") && add_lock(locks, view, params, err) < 0)
			return -1;
	}
	return 0;
}

int change_locks_make(struct pd_view view, struct arena *arena, struct pd_locks **ret, struct err *err)
{
	struct pd_locks *locks = ARENA_NEW(arena, struct pd_locks);
	struct pd_signature_list list;

	if (!locks)
		return err_set(err, ERR_NO_MEMORY, "no memory for field locks");
	locks->arena = arena;
	if (pd_signature_list(view, arena, &list, err) < 0)
		return -1;
	for (size_t i = 0; i < list.count; i++) {
		const struct pd_obj *lock = pd_get(view, list.items[i].field->dict, "Lock");

		if (read_references(locks, view, list.items[i].dict, err) < 0)
			return -1;
		if (pd_kind(lock) != PD_DICT)
			continue;
		if (pd_dict_has(lock, "P"))
			tighten(locks, pd_get(view, lock, "P"), 1);
		if (add_lock(locks, view, lock, err) < 0)
			return -1;
	}
	*ret = locks;
	return 0;
}

int change_locks_permission(const struct pd_locks *locks)
{
	return locks->permission;
}

/* A name in the list locks the field and everything below it. */
static bool named(const struct lock *lock, const char *name)
{
	for (size_t i = 0; i < lock->count; i++) {
		size_t len = lock->fields[i] ? strlen(lock->fields[i]) : 0;

		if (len && strncmp(lock->fields[i], name, len) == 0 && (name[len] == '\0' || name[len] == '.'))
			return true;
	}
	return false;
}

bool change_locks_field(const struct pd_locks *locks, const char *name)
{
	for (size_t i = 0; i < locks->count; i++) {
		const struct lock *lock = &locks->items[i];

		if (lock->action == LOCK_ALL || (lock->action == LOCK_INCLUDE) == named(lock, name))
			return true;
	}
	return false;
}
