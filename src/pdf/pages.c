/*
 * pages.c - the page tree walked once per view, and pages with their inherited attributes (ISO 32000-1 7.7.3). See
 * pages.h.
 *
 * The walk keeps a reference and a parent index a node, no more: a document of 100,000 pages is counted without keeping
 * one of them.
 */
#include "pdf/pages.h"

#include <math.h>
#include <stdlib.h>

#include "pdf/document_priv.h"
#include "pdf/limits.h"
#include "util/arena.h"

enum { KEEP_PAGES_BELOW_ENTRIES = 20000 };

struct node {
	struct pd_ref ref;
	uint32_t parent; /* index into nodes; the root is its own */
};

struct pd_page_list {
	struct pd_page_list *next;
	uint32_t revision;
	struct node *nodes; /* inner nodes and pages as met */
	size_t node_count;
	size_t node_cap;
	uint32_t *pages; /* indexes into nodes */
	size_t page_count;
	size_t page_cap;
};

struct walk {
	struct pd_view view;
	struct pd_page_list *list;
	uint8_t *seen; /* bit per object number */
	struct arena *arena;
	struct arena *scratch; /* NULL: pages are kept by the document */
	struct err *err;
};

static int fail(const struct walk *walk, struct pd_ref ref, const char *what)
{
	return err_set(walk->err, ERR_PDF_STRUCTURE, "page tree: object %u %u %s", ref.num, ref.gen, what);
}

static int no_memory(const struct walk *walk)
{
	return err_set(walk->err, ERR_PDF_LIMIT, "page tree: no memory left for %zu nodes", walk->list->node_count);
}

static int add_node(struct walk *walk, struct pd_ref ref, uint32_t parent, uint32_t *ret_index)
{
	struct pd_page_list *list = walk->list;

	if (list->node_count == list->node_cap) {
		size_t cap = list->node_cap ? list->node_cap * 2 : 16;

		list->nodes = arena_grow(walk->arena, list->nodes, list->node_cap * sizeof(*list->nodes),
					 cap * sizeof(*list->nodes));
		if (!list->nodes)
			return no_memory(walk);
		list->node_cap = cap;
	}
	list->nodes[list->node_count] = (struct node){ ref, parent };
	*ret_index = (uint32_t)list->node_count++;
	return 0;
}

static int add_page(struct walk *walk, uint32_t node)
{
	struct pd_page_list *list = walk->list;

	if (list->page_count >= PD_MAX_PAGES)
		return err_set(walk->err, ERR_PDF_LIMIT, "page tree: more than %d pages", PD_MAX_PAGES);
	if (list->page_count == list->page_cap) {
		size_t cap = list->page_cap ? list->page_cap * 2 : 16;

		list->pages = arena_grow(walk->arena, list->pages, list->page_cap * sizeof(*list->pages),
					 cap * sizeof(*list->pages));
		if (!list->pages)
			return no_memory(walk);
		list->page_cap = cap;
	}
	list->pages[list->page_count++] = node;
	return 0;
}

/* A node belongs to the tree once; a second time is a cycle or a page shown twice, and readers disagree on both. */
static int mark_seen(struct walk *walk, struct pd_ref ref)
{
	uint8_t *byte;

	if (ref.num == 0 || ref.num >= walk->view.doc->head_count)
		return fail(walk, ref, "is no reference to a page or page tree node");
	byte = &walk->seen[ref.num / 8];
	if (*byte >> ref.num % 8 & 1)
		return fail(walk, ref, "is in the tree twice");
	*byte |= (uint8_t)(1U << ref.num % 8);
	return 0;
}

static const struct pd_obj *load_node(struct walk *walk, struct pd_ref ref)
{
	const struct pd_obj *dict;

	if (!walk->scratch)
		return pd_load(walk->view, ref);
	arena_reset(walk->scratch);
	dict = pd_load_in(walk->view, ref, walk->scratch);
	return pd_dict_has(dict, "Kids") ? pd_load(walk->view, ref) : dict;
}

/* 7.7.3.2: /Parent is how some readers inherit, /Kids how others do; they have to agree. */
static int check_parent(const struct walk *walk, const struct pd_obj *dict, uint32_t node, bool is_root)
{
	struct pd_ref wanted = walk->list->nodes[walk->list->nodes[node].parent].ref;

	if (is_root || pd_ref_eq(pd_ref(pd_dict_raw(dict, "Parent")), wanted))
		return 0;
	return fail(walk, walk->list->nodes[node].ref, "has a /Parent that is not the node that lists it");
}

static int walk_node(struct walk *walk, struct pd_ref ref, uint32_t parent, int depth);

static int walk_kids(struct walk *walk, const struct pd_obj *dict, uint32_t node, int depth)
{
	struct pd_ref ref = walk->list->nodes[node].ref;
	const struct pd_obj *kids = pd_get(walk->view, dict, "Kids");
	size_t before = walk->list->page_count;

	if (pd_kind(kids) != PD_ARRAY)
		return fail(walk, ref, "has no /Kids array");
	if (depth >= PD_MAX_PAGE_TREE_DEPTH)
		return err_set(walk->err, ERR_PDF_LIMIT, "page tree deeper than %d", PD_MAX_PAGE_TREE_DEPTH);
	for (size_t i = 0; i < pd_array_len(kids); i++)
		if (walk_node(walk, pd_ref(pd_array_raw(kids, i)), node, depth + 1) != 0)
			return -1;
	if (pd_int(pd_get(walk->view, dict, "Count"), -1) != (int64_t)(walk->list->page_count - before))
		return fail(walk, ref, "has a /Count that is not the number of its pages");
	return 0;
}

static int walk_node(struct walk *walk, struct pd_ref ref, uint32_t parent, int depth)
{
	const struct pd_obj *dict;
	const struct pd_obj *type;
	uint32_t node;

	if (mark_seen(walk, ref) != 0 || add_node(walk, ref, parent, &node) != 0)
		return -1;
	dict = load_node(walk, ref);
	type = pd_get(walk->view, dict, "Type");
	if (pd_kind(dict) != PD_DICT)
		return fail(walk, ref, "is no dictionary");
	if (check_parent(walk, dict, node, depth == 0) != 0)
		return -1;
	if (pd_is_name(type, "Pages"))
		return walk_kids(walk, dict, node, depth);
	if (!pd_is_name(type, "Page") || depth == 0)
		return fail(walk, ref, depth == 0 ? "is the root but no /Pages node" : "is neither /Page nor /Pages");
	return add_page(walk, node);
}

static int make_list(struct walk *walk)
{
	struct pd_view view = walk->view;
	struct pd_ref root = pd_ref(pd_dict_raw(pd_catalog(view), "Pages"));

	if (root.num == 0)
		return err_set(walk->err, ERR_PDF_STRUCTURE, "the catalog has no /Pages reference");
	if (walk_node(walk, root, 0, 0) != 0) {
		struct err defect = ERR_INIT;

		/* A node that could not even be parsed is the better explanation. */
		if (pd_check(view.doc, &defect) != 0)
			err_set(walk->err, defect.code, "page tree: %s", defect.detail);
		return -1;
	}
	return 0;
}

static void free_bits(uint8_t **bits)
{
	free(*bits);
}

static int find_list(struct pd_view view, struct pd_page_list **ret, struct err *err)
{
	AUTO(free_bits) uint8_t *seen = NULL;
	AUTO(arena_freep) struct arena *scratch = NULL;
	struct walk walk = { .view = view, .arena = view.doc->arena, .err = err };
	struct pd_page_list *list;

	for (list = view.doc->pages; list; list = list->next) {
		if (list->revision == view.revision) {
			*ret = list;
			return 0;
		}
	}
	list = ARENA_NEW(view.doc->arena, struct pd_page_list);
	walk.seen = seen = calloc(view.doc->head_count / 8 + 1, 1);
	if (view.doc->entry_count >= KEEP_PAGES_BELOW_ENTRIES)
		walk.scratch = scratch = arena_new(PD_MAX_ARENA_BYTES);
	if (!list || !seen)
		return err_set(err, ERR_NO_MEMORY, "no memory for the page tree");
	list->revision = view.revision;
	walk.list = list;
	if (make_list(&walk) != 0)
		return -1;
	list->next = view.doc->pages;
	view.doc->pages = list;
	*ret = list;
	return 0;
}

int pd_page_count(struct pd_view view, uint32_t *ret_count, struct err *err)
{
	struct pd_page_list *list;

	if (find_list(view, &list, err) != 0)
		return -1;
	*ret_count = (uint32_t)list->page_count;
	return 0;
}

int pd_page_ref(struct pd_view view, uint32_t index, struct pd_ref *ret_ref, struct err *err)
{
	struct pd_page_list *list;

	if (find_list(view, &list, err) != 0)
		return -1;
	if (index >= list->page_count)
		return err_set(err, ERR_PDF_PAGE, "there is no page %u, the document has %zu", index + 1,
			       list->page_count);
	*ret_ref = list->nodes[list->pages[index]].ref;
	return 0;
}

/* ---- attributes ---- */

/* 7.7.3.4: the page's own value or that of the nearest node above it. */
static const struct pd_obj *inherited(struct pd_view view, const struct pd_page_list *list, uint32_t node,
				      const char *key)
{
	for (;;) {
		const struct pd_obj *dict = pd_load(view, list->nodes[node].ref);

		if (pd_dict_has(dict, key))
			return pd_get(view, dict, key);
		if (list->nodes[node].parent == node)
			return &pd_null_object;
		node = list->nodes[node].parent;
	}
}

bool pd_rect_read(struct pd_view view, const struct pd_obj *array, struct pd_rect *ret)
{
	double v[4];

	if (pd_array_len(array) != 4)
		return false;
	for (size_t i = 0; i < 4; i++) {
		const struct pd_obj *item = pd_at(view, array, i);

		if (pd_kind(item) != PD_INT && pd_kind(item) != PD_REAL)
			return false;
		v[i] = pd_number(item, 0);
	}
	*ret = (struct pd_rect){ fmin(v[0], v[2]), fmin(v[1], v[3]), fmax(v[0], v[2]), fmax(v[1], v[3]) };
	return true;
}

static bool is_empty(struct pd_rect r)
{
	return !(r.x1 > r.x0) || !(r.y1 > r.y0);
}

/* A crop box counts as far as it lies in the media box (14.11.2.1); one that lies outside is as good as none. */
static struct pd_rect clip(struct pd_rect crop, struct pd_rect media)
{
	struct pd_rect r = { fmax(crop.x0, media.x0), fmax(crop.y0, media.y0), fmin(crop.x1, media.x1),
			     fmin(crop.y1, media.y1) };

	return is_empty(r) ? media : r;
}

static int read_boxes(struct pd_view view, const struct pd_page_list *list, uint32_t node, struct pd_page *page,
		      struct err *err)
{
	const struct pd_obj *crop = inherited(view, list, node, "CropBox");

	if (!pd_rect_read(view, inherited(view, list, node, "MediaBox"), &page->media_box) || is_empty(page->media_box))
		return err_set(err, ERR_PDF_STRUCTURE, "page %u has no usable /MediaBox", page->index + 1);
	page->crop_box = page->media_box;
	if (pd_kind(crop) == PD_NULL)
		return 0;
	if (!pd_rect_read(view, crop, &page->crop_box))
		return err_set(err, ERR_PDF_STRUCTURE, "page %u has a malformed /CropBox", page->index + 1);
	page->crop_box = clip(page->crop_box, page->media_box);
	return 0;
}

static int read_rotation(struct pd_view view, const struct pd_page_list *list, uint32_t node, struct pd_page *page,
			 struct err *err)
{
	const struct pd_obj *rotate = inherited(view, list, node, "Rotate");
	const struct pd_obj *unit = pd_get(view, page->dict, "UserUnit");
	int64_t degrees = pd_int(rotate, 0);

	if ((pd_kind(rotate) != PD_INT && pd_kind(rotate) != PD_NULL) || degrees % 90 != 0)
		return err_set(err, ERR_PDF_STRUCTURE, "page %u has a /Rotate that is no multiple of 90",
			       page->index + 1);
	page->rotate = (int)((degrees % 360 + 360) % 360);
	page->user_unit = pd_number(unit, 1.0);
	if (!(page->user_unit > 0.0) ||
	    (pd_kind(unit) != PD_NULL && pd_kind(unit) != PD_INT && pd_kind(unit) != PD_REAL))
		return err_set(err, ERR_PDF_STRUCTURE, "page %u has a malformed /UserUnit", page->index + 1);
	return 0;
}

int pd_page_load(struct pd_view view, uint32_t index, struct pd_page *ret_page, struct err *err)
{
	struct pd_page_list *list;
	struct pd_page page = { .index = index };
	uint32_t node;

	if (find_list(view, &list, err) != 0 || pd_page_ref(view, index, &page.ref, err) != 0)
		return -1;
	node = list->pages[index];
	page.dict = pd_load(view, page.ref);
	page.resources = inherited(view, list, node, "Resources");
	if (read_boxes(view, list, node, &page, err) != 0 || read_rotation(view, list, node, &page, err) != 0)
		return -1;
	*ret_page = page;
	return 0;
}
