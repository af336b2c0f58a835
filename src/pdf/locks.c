/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * locks.c - what the signatures of a file forbid: the P of the certification (ISO 32000-1 12.8.2.2), FieldMDP
 * (12.8.2.4) and the /Lock of signed fields with its own /P (ISO 32000-2 12.7.5.5). Locks only tighten (rule 14): the
 * least P counts.
 */
#include <string.h>

#include "pdf/increment_priv.h"
#include "util/err.h"

static void tighten(struct inc_locks *locks, int p)
{
	if (p >= 1 && p <= 3 && (locks->p == 0 || p < locks->p))
		locks->p = p;
}

static enum pd_lock_action action_of(const struct pd_obj *action)
{
	if (pd_is_name(action, "All"))
		return PD_LOCK_ALL;
	if (pd_is_name(action, "Include"))
		return PD_LOCK_INCLUDE;
	return pd_is_name(action, "Exclude") ? PD_LOCK_EXCLUDE : PD_LOCK_NONE;
}

/* `dict` has /Action and /Fields: transform parameters of FieldMDP, or a /Lock. */
static int add_lock(struct pd_inc *inc, struct inc_locks *locks, const struct pd_obj *dict, const char *by,
		    struct err *err)
{
	enum pd_lock_action action = action_of(pd_get(inc->view, dict, "Action"));
	size_t n = locks->count;
	struct inc_lock *items;

	tighten(locks, (int)pd_int(pd_get(inc->view, dict, "P"), 0));
	if (action == PD_LOCK_NONE)
		return 0;
	items = arena_grow(inc->arena, locks->items, n * sizeof(*items), (n + 1) * sizeof(*items));
	if (!items)
		return inc_no_memory(err);
	items[n] = (struct inc_lock){ action, pd_get(inc->view, dict, "Fields"), by };
	locks->items = items;
	locks->count++;
	return 0;
}

static int add_signature(struct pd_inc *inc, struct inc_locks *locks, const struct pd_signature *sig, struct err *err)
{
	const struct pd_obj *references = pd_get(inc->view, sig->dict, "Reference");
	const char *by = sig->field->name;

	tighten(locks, sig->docmdp_p);
	for (size_t i = 0; i < pd_array_len(references); i++) {
		const struct pd_obj *reference = pd_at(inc->view, references, i);

		if (!pd_is_name(pd_get(inc->view, reference, "TransformMethod"), "FieldMDP"))
			continue;
		if (add_lock(inc, locks, pd_get(inc->view, reference, "TransformParams"), by, err) < 0)
			return -1;
	}
	return add_lock(inc, locks, pd_get(inc->view, sig->field->dict, "Lock"), by, err);
}

int inc_locks(struct pd_inc *inc, const struct inc_locks **ret, struct err *err)
{
	struct pd_signature_list list;
	struct inc_locks *locks;

	if (!inc->locks) {
		locks = ARENA_NEW(inc->arena, struct inc_locks);
		if (!locks)
			return inc_no_memory(err);
		if (pd_signature_list(inc->view, inc->arena, &list, err) < 0)
			return -1;
		locks->signature_count = list.count;
		for (size_t i = 0; i < list.count; i++)
			if (add_signature(inc, locks, &list.items[i], err) < 0)
				return -1;
		inc->locks = locks;
	}
	*ret = inc->locks;
	return 0;
}

/* A name covers the field itself and, where it is a parent's, all its descendants. */
static bool is_listed(struct pd_inc *inc, const struct pd_obj *fields, const char *name)
{
	for (size_t i = 0; i < pd_array_len(fields); i++) {
		const char *listed = pd_text_string(pd_at(inc->view, fields, i), inc->arena);
		size_t n = listed ? strlen(listed) : 0;

		if (n && strncmp(listed, name, n) == 0 && (name[n] == '\0' || name[n] == '.'))
			return true;
	}
	return false;
}

int inc_check_lock(struct pd_inc *inc, const char *name, struct err *err)
{
	const struct inc_locks *locks;

	if (inc_locks(inc, &locks, err) < 0)
		return -1;
	for (size_t i = 0; i < locks->count; i++) {
		const struct inc_lock *lock = &locks->items[i];
		bool locked = lock->action == PD_LOCK_ALL ||
			      is_listed(inc, lock->fields, name) == (lock->action == PD_LOCK_INCLUDE);

		if (locked)
			return err_set(err, ERR_PDF_LOCKED, "the field \"%s\" is locked by the signature \"%s\"", name,
				       lock->by);
	}
	return 0;
}
