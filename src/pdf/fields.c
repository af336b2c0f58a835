/*
 * fields.c - the field tree walked into a flat list (ISO 32000-1 12.7.3), and which page shows each widget. See
 * fields.h.
 *
 * A kid with /T, or with kids of its own, is a field; any other kid is a widget of the field it hangs under. Names that
 * occur twice are listed twice: what that means is for the caller to say. A node met twice is an error, since it has no
 * one name.
 */
#include "pdf/fields.h"

#include <stdlib.h>
#include <string.h>

#include "pdf/document_priv.h"
#include "pdf/limits.h"
#include "util/arena.h"

/* The visits bound the work where many nodes or pages share one large array. */
enum { MAX_PATH = 8, MAX_FULL_NAME_BYTES = 4096, MAX_VISITS = 4000000 };

/* What a node passes on to its kids. */
struct inherited {
	const char *name;
	const struct pd_obj *type;
	const struct pd_obj *flags;
	const struct pd_obj *value;
	size_t path[MAX_PATH];
	size_t path_len;
};

struct walk {
	struct pd_view view;
	struct arena *arena;
	struct pd_field_list list;
	size_t cap;
	size_t widget_total;
	size_t visits; /* kids and annotations looked at */
	uint8_t *seen; /* bit per object number */
	struct err *err;
};

static int no_memory(const struct walk *walk)
{
	return err_set(walk->err, ERR_PDF_LIMIT, "no memory left for %zu form fields", walk->list.count);
}

static int count_visits(struct walk *walk, size_t n)
{
	walk->visits += n;
	if (walk->visits > MAX_VISITS)
		return err_set(walk->err, ERR_PDF_LIMIT, "form fields: more than %d kids and annotations to look at",
			       MAX_VISITS);
	return 0;
}

static int mark_seen(struct walk *walk, struct pd_ref ref)
{
	uint8_t *byte;

	if (ref.num == 0 || ref.num >= walk->view.doc->head_count)
		return 0; /* a direct dictionary cannot come round again; a dangling reference is null */
	byte = &walk->seen[ref.num / 8];
	if (*byte >> ref.num % 8 & 1)
		return err_set(walk->err, ERR_PDF_FIELD, "form fields: object %u %u is in the field tree twice",
			       ref.num, ref.gen);
	*byte |= (uint8_t)(1U << ref.num % 8);
	return 0;
}

static enum pd_field_type field_type(const struct pd_obj *type)
{
	if (pd_is_name(type, "Tx"))
		return PD_FIELD_TEXT;
	if (pd_is_name(type, "Btn"))
		return PD_FIELD_BUTTON;
	if (pd_is_name(type, "Ch"))
		return PD_FIELD_CHOICE;
	return pd_is_name(type, "Sig") ? PD_FIELD_SIGNATURE : PD_FIELD_NONE;
}

/* 12.7.3.2: the partial name behind the parent's, with a period between. A node without /T has its parent's name. */
static const char *full_name(struct walk *walk, const char *parent, const struct pd_obj *dict)
{
	const struct pd_obj *partial = pd_get(walk->view, dict, "T");
	const char *text;

	if (pd_kind(partial) != PD_STRING)
		return parent;
	text = pd_text_string(partial, walk->arena);
	if (!text || !*parent)
		return text;
	return arena_printf(walk->arena, "%s.%s", parent, text);
}

static int step_into(struct walk *walk, const struct pd_obj *dict, size_t index, struct inherited *own)
{
	const struct pd_obj *type = pd_dict_raw(dict, "FT");
	const struct pd_obj *flags = pd_dict_raw(dict, "Ff");
	const struct pd_obj *value = pd_dict_raw(dict, "V");

	own->name = full_name(walk, own->name, dict);
	if (!own->name)
		return no_memory(walk);
	if (strlen(own->name) > MAX_FULL_NAME_BYTES)
		return err_set(walk->err, ERR_PDF_LIMIT, "form fields: a field name is longer than %d bytes",
			       MAX_FULL_NAME_BYTES);
	own->type = type ? type : own->type;
	own->flags = flags ? flags : own->flags;
	own->value = value ? value : own->value;
	if (own->path_len < MAX_PATH)
		own->path[own->path_len++] = index;
	return 0;
}

static bool is_field(const struct walk *walk, const struct pd_obj *kid)
{
	return pd_dict_has(kid, "T") || pd_kind(pd_get(walk->view, kid, "Kids")) == PD_ARRAY;
}

static bool is_widget(const struct walk *walk, const struct pd_obj *dict)
{
	return pd_is_name(pd_get(walk->view, dict, "Subtype"), "Widget");
}

static struct pd_widget make_widget(const struct walk *walk, struct pd_ref ref, const struct pd_obj *dict)
{
	struct pd_widget widget = { .ref = ref, .dict = dict, .page_index = -1 };

	pd_rect_read(walk->view, pd_get(walk->view, dict, "Rect"), &widget.rect);
	return widget;
}

/* The node itself when merged with its widget, and every kid that is no field. */
static int list_widgets(struct walk *walk, struct pd_field *field, const struct pd_obj *kids, size_t count)
{
	field->widgets = ARENA_ARRAY(walk->arena, struct pd_widget, count + 1);
	if (!field->widgets)
		return no_memory(walk);
	if (is_widget(walk, field->dict))
		field->widgets[field->widget_count++] = make_widget(walk, field->ref, field->dict);
	for (size_t i = 0; i < pd_array_len(kids); i++) {
		struct pd_ref ref = pd_ref(pd_array_raw(kids, i));
		const struct pd_obj *kid = pd_at(walk->view, kids, i);

		if (pd_kind(kid) != PD_DICT || is_field(walk, kid))
			continue;
		if (mark_seen(walk, ref) != 0)
			return -1;
		field->widgets[field->widget_count++] = make_widget(walk, ref, kid);
	}
	walk->widget_total += field->widget_count;
	return 0;
}

static int add_field(struct walk *walk, struct pd_ref ref, const struct pd_obj *dict, const struct inherited *own,
		     size_t widgets)
{
	struct pd_field *field;

	if (walk->list.count >= PD_MAX_FIELDS)
		return err_set(walk->err, ERR_PDF_LIMIT, "more than %d form fields", PD_MAX_FIELDS);
	if (walk->list.count == walk->cap) {
		size_t cap = walk->cap ? walk->cap * 2 : 8;

		walk->list.items =
		    arena_grow(walk->arena, walk->list.items, walk->cap * sizeof(*field), cap * sizeof(*field));
		if (!walk->list.items)
			return no_memory(walk);
		walk->cap = cap;
	}
	field = &walk->list.items[walk->list.count++];
	*field = (struct pd_field){
		.name = own->name, .ref = ref, .dict = dict, .value_raw = own->value, .path_len = own->path_len
	};
	memcpy(field->path, own->path, sizeof(field->path));
	field->type = field_type(pd_deref(walk->view, own->type));
	field->flags = (uint32_t)pd_int(pd_deref(walk->view, own->flags), 0);
	return list_widgets(walk, field, pd_get(walk->view, dict, "Kids"), widgets);
}

static int walk_field(struct walk *walk, const struct pd_obj *raw, size_t index, struct inherited own, int depth);

static int walk_kids(struct walk *walk, const struct pd_obj *kids, const struct inherited *own, int depth)
{
	for (size_t i = 0; i < pd_array_len(kids); i++)
		if (is_field(walk, pd_at(walk->view, kids, i)) &&
		    walk_field(walk, pd_array_raw(kids, i), i, *own, depth + 1) != 0)
			return -1;
	return 0;
}

static void count_kids(const struct walk *walk, const struct pd_obj *kids, size_t *ret_fields, size_t *ret_widgets)
{
	*ret_fields = 0;
	*ret_widgets = 0;
	for (size_t i = 0; i < pd_array_len(kids); i++) {
		const struct pd_obj *kid = pd_at(walk->view, kids, i);

		*ret_fields += pd_kind(kid) == PD_DICT && is_field(walk, kid);
		*ret_widgets += pd_kind(kid) == PD_DICT && !is_field(walk, kid);
	}
}

/* A node is listed when it ends a branch, has widgets, or (never seen, and never to be passed over) a value of its own.
 */
static int walk_field(struct walk *walk, const struct pd_obj *raw, size_t index, struct inherited own, int depth)
{
	struct pd_ref ref = pd_ref(raw);
	const struct pd_obj *dict = pd_deref(walk->view, raw);
	const struct pd_obj *kids;
	size_t fields;
	size_t widgets;

	if (pd_kind(dict) == PD_NULL)
		return 0;
	if (pd_kind(dict) != PD_DICT)
		return err_set(walk->err, ERR_PDF_FIELD, "form fields: object %u %u is no dictionary", ref.num,
			       ref.gen);
	if (depth >= PD_MAX_FIELD_DEPTH)
		return err_set(walk->err, ERR_PDF_LIMIT, "form fields nested deeper than %d", PD_MAX_FIELD_DEPTH);
	if (mark_seen(walk, ref) != 0 || step_into(walk, dict, index, &own) != 0)
		return -1;
	kids = pd_get(walk->view, dict, "Kids");
	if (count_visits(walk, pd_array_len(kids)) != 0)
		return -1;
	count_kids(walk, kids, &fields, &widgets);
	if ((fields == 0 || widgets > 0 || pd_dict_has(dict, "V")) && add_field(walk, ref, dict, &own, widgets) != 0)
		return -1;
	return walk_kids(walk, kids, &own, depth);
}

/* ---- pages of widgets ---- */

struct placed {
	uint32_t num;
	struct pd_widget *widget;
};

static int compare_placed(const void *a, const void *b)
{
	const struct placed *x = a;
	const struct placed *y = b;

	return (x->num > y->num) - (x->num < y->num);
}

static struct placed *list_placed(struct walk *walk, size_t *ret_count)
{
	struct placed *placed = ARENA_ARRAY(walk->arena, struct placed, walk->widget_total + 1);
	size_t n = 0;

	if (!placed)
		return NULL;
	for (size_t i = 0; i < walk->list.count; i++)
		for (size_t k = 0; k < walk->list.items[i].widget_count; k++)
			if (walk->list.items[i].widgets[k].ref.num)
				placed[n++] = (struct placed){ walk->list.items[i].widgets[k].ref.num,
							       &walk->list.items[i].widgets[k] };
	qsort(placed, n, sizeof(*placed), compare_placed);
	*ret_count = n;
	return placed;
}

static int place_annotations(struct walk *walk, struct pd_ref page, int page_index, const struct placed *placed,
			     size_t count, struct arena *scratch)
{
	const struct pd_obj *annots = pd_dict_raw(pd_load_in(walk->view, page, scratch), "Annots");

	if (pd_kind(annots) == PD_REF)
		annots = pd_load_in(walk->view, pd_ref(annots), scratch);
	for (size_t i = 0; i < pd_array_len(annots); i++) {
		struct placed key = { pd_ref(pd_array_raw(annots, i)).num, NULL };
		const struct placed *found = bsearch(&key, placed, count, sizeof(*placed), compare_placed);

		if (found && found->widget->page_index < 0)
			found->widget->page_index = page_index;
	}
	return count_visits(walk, pd_array_len(annots));
}

static int place_widgets(struct walk *walk)
{
	AUTO(arena_freep) struct arena *scratch = NULL;
	uint32_t pages;
	size_t count;
	const struct placed *placed;

	if (walk->widget_total == 0)
		return 0;
	placed = list_placed(walk, &count);
	scratch = arena_new(PD_MAX_ARENA_BYTES);
	if (!placed || !scratch)
		return no_memory(walk);
	if (pd_page_count(walk->view, &pages, NULL) != 0)
		return 0; /* fields and signatures are found whatever the page tree is; pd_page_count tells what is
			     wrong with it */
	for (uint32_t i = 0; i < pages; i++) {
		struct pd_ref page;

		if (pd_page_ref(walk->view, i, &page, walk->err) != 0)
			return -1;
		arena_reset(scratch);
		if (place_annotations(walk, page, (int)i, placed, count, scratch) != 0)
			return -1;
	}
	return 0;
}

/* ---- list ---- */

static void free_bits(uint8_t **bits)
{
	free(*bits);
}

int pd_field_list(struct pd_view view, struct arena *arena, struct pd_field_list *ret, struct err *err)
{
	AUTO(free_bits) uint8_t *seen = calloc(view.doc->head_count / 8 + 1, 1);
	struct walk walk = { .view = view, .arena = arena, .seen = seen, .err = err };
	const struct pd_obj *form = pd_get(view, pd_catalog(view), "AcroForm");
	const struct pd_obj *fields = pd_get(view, form, "Fields");
	struct inherited top = { .name = "" };

	if (!seen)
		return err_set(err, ERR_NO_MEMORY, "no memory for the form fields");
	if (pd_kind(form) != PD_NULL && pd_kind(form) != PD_DICT)
		return err_set(err, ERR_PDF_FIELD, "/AcroForm is no dictionary");
	if (pd_kind(fields) != PD_NULL && pd_kind(fields) != PD_ARRAY)
		return err_set(err, ERR_PDF_FIELD, "/Fields of /AcroForm is no array");
	for (size_t i = 0; i < pd_array_len(fields); i++)
		if (walk_field(&walk, pd_array_raw(fields, i), i, top, 0) != 0)
			return -1;
	if (place_widgets(&walk) != 0)
		return -1;
	*ret = walk.list;
	return 0;
}

const struct pd_field *pd_field_find(const struct pd_field_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i].name, name) == 0)
			return &list->items[i];
	return NULL;
}
