/* usage.c - breadth-first walk with a work list, so that depth of the reference graph does not matter; see usage.h. */
#include "pdf/usage.h"

#include <stdio.h>
#include <string.h>

#include "pdf/limits.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/err.h"

enum { USAGE_MAX_REFERENCES = 4000000 };

struct pd_usage {
	struct arena *arena;
	const struct pd_use **heads; /* by object number */
	uint32_t *queue;             /* numbers to be walked */
	uint32_t size, queued, walked;
	uint32_t references;
};

struct walk {
	struct pd_usage *usage;
	struct pd_view view;
	struct buf path; /* within the container */
	uint32_t container;
};

static int add_use(struct walk *walk, uint32_t num, struct err *err)
{
	struct pd_usage *usage = walk->usage;
	struct pd_use *use;

	if (num >= usage->size || !pd_find_entry(walk->view, num))
		return 0; /* dangling: the null object */
	if (++usage->references > USAGE_MAX_REFERENCES)
		return err_set(err, ERR_PDF_LIMIT, "more than %d references", USAGE_MAX_REFERENCES);
	use = ARENA_NEW(usage->arena, struct pd_use);
	if (!use)
		return err_set(err, ERR_NO_MEMORY, "no memory for the reference map");
	use->container = walk->container;
	use->path = arena_strndup(usage->arena, buf_str(&walk->path), walk->path.len);
	use->next = usage->heads[num];
	if (!use->path)
		return err_set(err, ERR_NO_MEMORY, "no memory for the reference map");
	if (!usage->heads[num])
		usage->queue[usage->queued++] = num;
	usage->heads[num] = use;
	return 0;
}

static int walk_object(struct walk *walk, const struct pd_obj *obj, int depth, struct err *err)
{
	size_t len = walk->path.len;

	if (depth > PD_MAX_DEPTH)
		return err_set(err, ERR_PDF_LIMIT, "object %u is nested deeper than %d", walk->container, PD_MAX_DEPTH);
	if (pd_kind(obj) == PD_REF)
		return add_use(walk, pd_ref(obj).num, err);
	for (size_t i = 0; i < pd_array_len(obj); i++) {
		enum pd_kind kind = pd_kind(pd_array_raw(obj, i));

		if (kind != PD_REF && kind != PD_ARRAY && kind != PD_DICT)
			continue;
		buf_printf(&walk->path, "[%zu]", i);
		if (walk_object(walk, pd_array_raw(obj, i), depth + 1, err) < 0)
			return -1;
		walk->path.len = len;
	}
	for (size_t i = 0; i < pd_dict_len(obj); i++) {
		struct str key = pd_dict_key(obj, i);
		enum pd_kind kind = pd_kind(pd_dict_value_raw(obj, i));

		if (kind != PD_REF && kind != PD_ARRAY && kind != PD_DICT)
			continue;
		buf_putc(&walk->path, '/');
		buf_append(&walk->path, key.p, key.n);
		if (walk_object(walk, pd_dict_value_raw(obj, i), depth + 1, err) < 0)
			return -1;
		walk->path.len = len;
	}
	return 0;
}

static int walk_all(struct walk *walk, struct err *err)
{
	struct pd_usage *usage = walk->usage;

	if (walk_object(walk, pd_trailer(walk->view), 0, err) < 0)
		return -1;
	while (usage->walked < usage->queued) {
		uint32_t num = usage->queue[usage->walked++];
		const struct pd_xref_entry *entry = pd_find_entry(walk->view, num);
		const struct pd_obj *obj = pd_load(walk->view, (struct pd_ref){ num, entry ? entry->gen : 0 });

		walk->container = num;
		buf_clear(&walk->path);
		if (walk_object(walk, obj, 0, err) < 0)
			return -1;
	}
	return buf_check(&walk->path, err);
}

int pd_usage_make(struct pd_view view, struct arena *arena, struct pd_usage **ret_usage, struct err *err)
{
	AUTO(buf_release) struct buf path = BUF_INIT;
	struct pd_usage *usage = ARENA_NEW(arena, struct pd_usage);
	struct walk walk = { .usage = usage, .view = view, .path = path };
	int rc;

	if (!usage)
		return err_set(err, ERR_NO_MEMORY, "no memory for the reference map");
	usage->arena = arena;
	usage->size = pd_revision(view.doc, view.revision)->size;
	usage->heads = ARENA_ARRAY(arena, const struct pd_use *, usage->size);
	usage->queue = ARENA_ARRAY(arena, uint32_t, usage->size);
	if (!usage->heads || !usage->queue)
		return err_set(err, ERR_NO_MEMORY, "no memory for the reference map");
	rc = walk_all(&walk, err);
	buf_release(&walk.path);
	if (rc < 0)
		return -1;
	*ret_usage = usage;
	return 0;
}

const struct pd_use *pd_usage_of(const struct pd_usage *usage, uint32_t num)
{
	return num < usage->size ? usage->heads[num] : NULL;
}

bool pd_usage_reachable(const struct pd_usage *usage, uint32_t num)
{
	return pd_usage_of(usage, num) != NULL;
}
