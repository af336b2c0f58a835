/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * increment.c - the life of an increment and the objects put into it. See increment.h; bytes are laid out in layout.c,
 * shared dictionaries composed in compose.c.
 */
#include "pdf/increment_priv.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "pdf/flate.h"
#include "pdf/limits.h"
#include "util/err.h"

int inc_no_memory(struct err *err)
{
	return err_set(err, ERR_NO_MEMORY, "no memory for an increment");
}

/* One past every number that any revision ever spoke of, so that no old object is resurrected or shadowed. */
static uint32_t first_free_number(struct pd_doc *doc)
{
	uint32_t next = 1;

	for (uint32_t r = 0; r < pd_revision_count(doc); r++) {
		size_t n;
		const struct pd_xref_entry *entries = pd_revision_entries(doc, r, &n);
		uint32_t size = pd_revision(doc, r)->size;

		if (size > next)
			next = size;
		if (n && entries[n - 1].num >= next)
			next = entries[n - 1].num + 1;
	}
	return next;
}

static int check_document(struct pd_doc *doc, struct err *err)
{
	uint32_t count = pd_revision_count(doc);

	if (pd_is_encrypted(doc))
		return err_set(err, ERR_PDF_ENCRYPTED, "the file is encrypted; an increment would need its key");
	for (uint32_t r = 0; r < count; r++)
		if (pd_revision(doc, r)->xref_kind == PD_XREF_HYBRID)
			return err_set(err, ERR_PDF_HYBRID, "revision %u has a cross-reference table and a stream", r);
	return pd_load_all(doc, err);
}

int pd_inc_new(struct pd_doc *doc, struct pd_inc **ret_inc, struct err *err)
{
	AUTO(pd_inc_freep) struct pd_inc *inc = NULL;

	if (check_document(doc, err) < 0)
		return -1;
	inc = calloc(1, sizeof(*inc));
	if (!inc)
		return inc_no_memory(err);
	inc->arena = arena_new(PD_MAX_ARENA_BYTES);
	if (!inc->arena)
		return inc_no_memory(err);
	inc->doc = doc;
	inc->view = pd_view_last(doc);
	inc->next_number = first_free_number(doc);
	*ret_inc = TAKE(inc);
	return 0;
}

void pd_inc_free(struct pd_inc *inc)
{
	if (!inc)
		return;
	for (size_t i = 0; i < inc->object_count; i++) {
		buf_release(&inc->objects[i].body);
		buf_release(&inc->objects[i].owned);
	}
	for (size_t i = 0; i < inc->font_count; i++) {
		font_subset_release(&inc->fonts[i].subset);
		font_face_drop(inc->fonts[i].face);
	}
	font_face_drop(inc->form_face);
	free(inc->objects);
	arena_free(inc->arena);
	free(inc);
}

struct pd_doc *pd_inc_doc(struct pd_inc *inc)
{
	return inc->doc;
}

struct pd_ref pd_inc_reserve(struct pd_inc *inc)
{
	return (struct pd_ref){ inc->next_number++, 0 };
}

/* ---- objects ---- */

static struct inc_object *find_object(struct pd_inc *inc, struct pd_ref ref)
{
	for (size_t i = inc->object_count; i-- > 0;)
		if (inc->objects[i].ref.num == ref.num)
			return &inc->objects[i];
	return NULL;
}

static int check_ref(struct pd_inc *inc, struct pd_ref ref, bool is_stream, struct err *err)
{
	const struct pd_xref_entry *entry;

	if (inc->finished)
		BUG("an object was put into a finished increment");
	if (ref.num == 0 || ref.num >= inc->next_number)
		return err_set(err, ERR_PDF_STRUCTURE, "object %u is not an indirect object that can be written",
			       ref.num);
	if (ref.num > PD_MAX_OBJECT_NUMBER)
		return err_set(err, ERR_PDF_LIMIT, "the file would need object number %u, at most %d is allowed",
			       ref.num, PD_MAX_OBJECT_NUMBER);
	entry = pd_find_entry(inc->view, ref.num);
	if (!entry)
		return 0;
	/* A stream is never overwritten and nothing becomes a stream (rule 13); the generation stays. */
	if (is_stream || pd_kind(pd_load(inc->view, ref)) == PD_STREAM || entry->gen != ref.gen)
		return err_set(err, ERR_PDF_STRUCTURE, "object %u %u of the file cannot be replaced", ref.num, ref.gen);
	return 0;
}

static struct inc_object *new_object(struct pd_inc *inc, struct pd_ref ref)
{
	struct inc_object *object = find_object(inc, ref);

	if (object) {
		buf_release(&object->body);
		buf_release(&object->owned);
		*object = (struct inc_object){ .ref = ref };
		return object;
	}
	if (inc->object_count == inc->object_cap) {
		size_t cap = inc->object_cap ? inc->object_cap * 2 : 16;

		object = realloc(inc->objects, cap * sizeof(*object));
		if (!object)
			return NULL;
		inc->objects = object;
		inc->object_cap = cap;
	}
	object = &inc->objects[inc->object_count++];
	*object = (struct inc_object){ .ref = ref };
	return object;
}

static int put(struct pd_inc *inc, struct pd_ref ref, bool is_stream, struct buf *body, struct inc_object **ret,
	       struct err *err)
{
	struct inc_object *object = NULL;

	if (buf_check(body, err) == 0 && check_ref(inc, ref, is_stream, err) == 0) {
		object = new_object(inc, ref);
		if (!object)
			inc_no_memory(err);
	}
	if (!object) {
		buf_release(body);
		return -1;
	}
	object->is_stream = is_stream;
	object->body = *body;
	*body = (struct buf)BUF_INIT;
	*ret = object;
	return 0;
}

int inc_put_take(struct pd_inc *inc, struct pd_ref ref, struct buf *body, struct err *err)
{
	struct inc_object *object;

	return put(inc, ref, /* is_stream= */ false, body, &object, err);
}

int inc_put_borrowed(struct pd_inc *inc, struct pd_ref ref, struct buf *dict, struct bytes data, struct err *err)
{
	struct inc_object *object;

	if (put(inc, ref, /* is_stream= */ true, dict, &object, err) < 0)
		return -1;
	object->data = data;
	return 0;
}

int pd_inc_put(struct pd_inc *inc, struct pd_ref ref, const struct buf *body, struct err *err)
{
	struct buf copy = BUF_INIT;

	buf_append(&copy, buf_str(body), body->len);
	copy.failed |= buf_failed(body);
	return inc_put_take(inc, ref, &copy, err);
}

int pd_inc_put_stream(struct pd_inc *inc, struct pd_ref ref, const struct buf *dict, struct bytes data, bool flate,
		      struct err *err)
{
	AUTO(buf_release) struct buf stored = BUF_INIT;
	struct buf inside = BUF_INIT;
	struct inc_object *object;

	if (flate && flate_encode(data, Z_DEFAULT_COMPRESSION, &stored, err) < 0)
		return -1;
	if (!flate)
		buf_append(&stored, data.p, data.n);
	if (buf_check(&stored, err) < 0)
		return -1;
	buf_append(&inside, buf_str(dict), dict->len);
	inside.failed |= buf_failed(dict);
	if (flate)
		buf_puts(&inside, "\n/Filter /FlateDecode");
	if (put(inc, ref, /* is_stream= */ true, &inside, &object, err) < 0)
		return -1;
	object->data = (struct bytes){ (const uint8_t *)buf_str(&stored), stored.len };
	object->owned = stored;
	stored = (struct buf)BUF_INIT;
	return 0;
}

int inc_add_ref(struct pd_inc *inc, struct inc_refs *refs, struct pd_ref ref, struct err *err)
{
	if (refs->count == refs->cap) {
		size_t cap = refs->cap ? refs->cap * 2 : 8;
		struct pd_ref *items =
		    arena_grow(inc->arena, refs->items, refs->cap * sizeof(*items), cap * sizeof(*items));

		if (!items)
			return inc_no_memory(err);
		refs->items = items;
		refs->cap = cap;
	}
	refs->items[refs->count++] = ref;
	return 0;
}

const struct pd_obj *inc_resolve(struct pd_inc *inc, const struct pd_obj *raw, struct pd_ref *ret_holder)
{
	*ret_holder = (struct pd_ref){ 0, 0 };
	for (int i = 0; pd_kind(raw) == PD_REF && i < 32; i++) {
		*ret_holder = pd_ref(raw);
		raw = pd_load(inc->view, *ret_holder);
	}
	if (pd_kind(raw) == PD_NULL || pd_kind(raw) == PD_REF)
		*ret_holder = (struct pd_ref){ 0, 0 };
	return pd_kind(raw) == PD_REF ? NULL : raw;
}

/* ---- fields and widgets ---- */

int inc_fields(struct pd_inc *inc, const struct pd_field_list **ret, struct err *err)
{
	if (!inc->fields) {
		struct pd_field_list *list = ARENA_NEW(inc->arena, struct pd_field_list);

		if (!list)
			return inc_no_memory(err);
		if (pd_field_list(inc->view, inc->arena, list, err) < 0)
			return -1;
		inc->fields = list;
	}
	*ret = inc->fields;
	return 0;
}

int inc_find_field(struct pd_inc *inc, const char *name, const struct pd_field **ret, struct err *err)
{
	const struct pd_field_list *list;
	const struct pd_field *found = NULL;

	if (inc_fields(inc, &list, err) < 0)
		return -1;
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->items[i].name, name) != 0)
			continue;
		if (found)
			return err_set(err, ERR_PDF_FIELD, "there are two fields \"%s\"", name);
		found = &list->items[i];
	}
	if (found && found->ref.num == 0)
		return err_set(err, ERR_PDF_FIELD, "the field \"%s\" is not an indirect object", name);
	for (size_t i = 0; found && i < found->widget_count; i++)
		if (found->widgets[i].ref.num == 0)
			return err_set(err, ERR_PDF_FIELD, "a widget of the field \"%s\" is not an indirect object",
				       name);
	*ret = found;
	return 0;
}

int inc_add_widget(struct pd_inc *inc, const struct pd_page *page, struct pd_ref widget, struct err *err)
{
	struct inc_page *pages;

	for (size_t i = 0; i < inc->page_count; i++)
		if (inc->pages[i].page.index == page->index)
			return inc_add_ref(inc, &inc->pages[i].widgets, widget, err);
	pages = arena_grow(inc->arena, inc->pages, inc->page_count * sizeof(*pages),
			   (inc->page_count + 1) * sizeof(*pages));
	if (!pages)
		return inc_no_memory(err);
	inc->pages = pages;
	pages += inc->page_count++;
	*pages = (struct inc_page){ .page = *page };
	return inc_add_ref(inc, &pages->widgets, widget, err);
}

int inc_add_field(struct pd_inc *inc, const char *name, struct pd_ref field, struct err *err)
{
	size_t n = inc->new_name_count;
	const char **names =
	    arena_grow(inc->arena, (void *)inc->new_names, n * sizeof(*names), (n + 1) * sizeof(*names));

	if (!names)
		return inc_no_memory(err);
	inc->new_names = names;
	names[n] = arena_strdup(inc->arena, name);
	if (!names[n])
		return inc_no_memory(err);
	inc->new_name_count++;
	return inc_add_ref(inc, &inc->new_fields, field, err);
}

/* A new root field may not meet an old one, nor the parent of old ones. */
static bool name_collides(const char *old, const char *name)
{
	size_t n = strlen(name);

	return strncmp(old, name, n) == 0 && (old[n] == '\0' || old[n] == '.');
}

int inc_check_new_name(struct pd_inc *inc, const char *name, struct err *err)
{
	const struct pd_field_list *list;

	if (*name == '\0' || strchr(name, '.'))
		return err_set(err, ERR_PDF_FIELD,
			       "a new field cannot be named \"%s\": empty, or with a period (12.7.3.2)", name);
	if (inc_fields(inc, &list, err) < 0)
		return -1;
	for (size_t i = 0; i < list->count; i++)
		if (name_collides(list->items[i].name, name))
			return err_set(err, ERR_PDF_FIELD, "there is a field \"%s\" already", list->items[i].name);
	for (size_t i = 0; i < inc->new_name_count; i++)
		if (strcmp(inc->new_names[i], name) == 0)
			return err_set(err, ERR_PDF_FIELD, "the field \"%s\" is made twice", name);
	return 0;
}

/* ---- the end ---- */

int pd_inc_finish(struct pd_inc *inc, const uint8_t id_seed[16], struct pd_inc_result *ret, struct err *err)
{
	if (inc->finished)
		BUG("an increment was finished twice");
	if (inc_compose(inc, err) < 0 || inc_put_fonts(inc, err) < 0)
		return -1;
	return inc_layout(inc, id_seed, ret, err);
}

void pd_inc_result_release(struct pd_inc_result *result)
{
	buf_release(&result->tail);
	memset(result, 0, sizeof(*result));
}

int pd_inc_result_fill(struct pd_inc_result *result, uint64_t file_size, struct bytes der, struct err *err)
{
	static const char digits[] = "0123456789abcdef";
	size_t at;

	if (result->contents_bytes == 0 || result->gap_start < file_size)
		BUG("the increment has no signature to be filled");
	if (der.n > result->contents_bytes)
		return err_set(err, ERR_PDF_CONTENTS_TOO_SMALL, "the signature is %zu bytes, its room %zu", der.n,
			       result->contents_bytes);
	at = (size_t)(result->gap_start - file_size) + 1;
	if (at + 2 * result->contents_bytes >= result->tail.len)
		BUG("the signature's room lies outside the increment");
	for (size_t i = 0; i < der.n; i++) {
		result->tail.data[at + 2 * i] = digits[der.p[i] >> 4];
		result->tail.data[at + 2 * i + 1] = digits[der.p[i] & 15];
	}
	memset(result->tail.data + at + 2 * der.n, '0', 2 * (result->contents_bytes - der.n));
	return 0;
}
