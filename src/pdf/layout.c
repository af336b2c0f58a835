/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * layout.c - the bytes of an increment (ISO 32000-1 7.5.6): objects, then a cross-reference section of the file's own
 * kind, then startxref. Offsets count from the file's %PDF-, as its own do; /ByteRange counts from the first byte of
 * the file.
 */
#include <stdlib.h>
#include <string.h>

#include "pdf/increment_priv.h"
#include "util/err.h"

enum { XREF_TABLE_MAX_OFFSET_DIGITS = 10, OBJECT_OVERHEAD = 96, SECTION_OVERHEAD = 1024 };

struct layout {
	struct pd_inc *inc;
	const uint8_t *id_seed;
	uint64_t file_size, base;
	struct inc_object **order; /* by number */
	size_t count;
	struct buf tail;
};

static uint64_t here(const struct layout *l)
{
	return l->file_size + l->tail.len - l->base;
}

static void put_object(struct layout *l, struct inc_object *object)
{
	object->offset = here(l);
	pd_put_int(&l->tail, object->ref.num);
	buf_putc(&l->tail, ' ');
	pd_put_int(&l->tail, object->ref.gen);
	buf_puts(&l->tail, " obj\n");
	if (!object->is_stream) {
		buf_append(&l->tail, object->body.data, object->body.len);
		buf_puts(&l->tail, "\nendobj\n");
		return;
	}
	buf_puts(&l->tail, "<<\n");
	buf_append(&l->tail, object->body.data, object->body.len);
	buf_puts(&l->tail, "\n/Length ");
	pd_put_int(&l->tail, (int64_t)object->data.n);
	buf_puts(&l->tail, "\n>>\nstream\n");
	buf_append(&l->tail, object->data.p, object->data.n);
	buf_puts(&l->tail, "\nendstream\nendobj\n");
}

/* ---- what trailer and cross-reference stream share ---- */

static void put_id(struct layout *l, const struct pd_obj *trailer)
{
	struct bytes seed = { l->id_seed, 16 };
	struct bytes first = pd_string(pd_at(l->inc->view, pd_get(l->inc->view, trailer, "ID"), 0));

	buf_puts(&l->tail, "/ID [");
	pd_put_hex(&l->tail, first.n ? first : seed);
	buf_putc(&l->tail, ' ');
	pd_put_hex(&l->tail, seed);
	buf_puts(&l->tail, "]\n");
}

static void put_trailer_keys(struct layout *l)
{
	const struct pd_doc *doc = l->inc->doc;
	const struct pd_obj *trailer = pd_trailer(l->inc->view);
	const struct pd_revision *last = pd_revision(doc, pd_revision_count(doc) - 1);

	buf_puts(&l->tail, "/Size ");
	pd_put_int(&l->tail, l->inc->next_number);
	buf_puts(&l->tail, "\n/Root ");
	pd_put_ref(&l->tail, pd_catalog_ref(l->inc->view));
	buf_putc(&l->tail, '\n');
	if (pd_kind(pd_dict_raw(trailer, "Info")) == PD_REF) {
		buf_puts(&l->tail, "/Info ");
		pd_put_obj(&l->tail, pd_dict_raw(trailer, "Info"));
		buf_putc(&l->tail, '\n');
	}
	put_id(l, trailer);
	buf_puts(&l->tail, "/Prev ");
	pd_put_int(&l->tail, (int64_t)(last->startxref - l->base));
	buf_putc(&l->tail, '\n');
}

/* One past the last of the consecutive numbers that begin at `i`. */
static size_t run_end(const struct layout *l, size_t i)
{
	size_t j = i + 1;

	while (j < l->count && l->order[j]->ref.num == l->order[j - 1]->ref.num + 1)
		j++;
	return j;
}

/* ---- the table (7.5.4) ---- */

static void put_padded(struct buf *out, uint64_t v, int digits)
{
	char text[20];

	for (int i = digits - 1; i >= 0; i--, v /= 10)
		text[i] = (char)('0' + v % 10);
	buf_append(out, text, (size_t)digits);
}

static int put_table(struct layout *l, struct err *err)
{
	if (here(l) >= 10000000000)
		return err_set(err, ERR_PDF_LIMIT,
			       "the file is larger than a cross-reference table can say (10 digits)");
	buf_puts(&l->tail, "xref\n");
	for (size_t i = 0; i < l->count;) {
		size_t end = run_end(l, i);

		pd_put_int(&l->tail, l->order[i]->ref.num);
		buf_putc(&l->tail, ' ');
		pd_put_int(&l->tail, (int64_t)(end - i));
		buf_putc(&l->tail, '\n');
		for (; i < end; i++) {
			put_padded(&l->tail, l->order[i]->offset, XREF_TABLE_MAX_OFFSET_DIGITS);
			buf_putc(&l->tail, ' ');
			put_padded(&l->tail, l->order[i]->ref.gen, 5);
			buf_puts(&l->tail, " n \n");
		}
	}
	buf_puts(&l->tail, "trailer\n<<\n");
	put_trailer_keys(l);
	buf_puts(&l->tail, ">>\n");
	return 0;
}

/* ---- the stream (7.5.8) ---- */

static int offset_width(uint64_t offset)
{
	int width = 3;

	while (width < 8 && offset >> (8 * width))
		width++;
	return width;
}

static void put_be(struct buf *out, uint64_t v, int width)
{
	for (int i = width - 1; i >= 0; i--)
		buf_putc(out, (char)(v >> (8 * i)));
}

/* Not compressed: the entries of an increment are a few dozen bytes. */
static void put_xref_stream(struct layout *l, struct inc_object *self)
{
	int width;

	self->offset = here(l);
	width = offset_width(self->offset);
	pd_put_int(&l->tail, self->ref.num);
	buf_puts(&l->tail, " 0 obj\n<<\n/Type /XRef\n/W [1 ");
	pd_put_int(&l->tail, width);
	buf_puts(&l->tail, " 2]\n/Index [");
	for (size_t i = 0; i < l->count; i = run_end(l, i)) {
		if (i)
			buf_putc(&l->tail, ' ');
		pd_put_int(&l->tail, l->order[i]->ref.num);
		buf_putc(&l->tail, ' ');
		pd_put_int(&l->tail, (int64_t)(run_end(l, i) - i));
	}
	buf_puts(&l->tail, "]\n");
	put_trailer_keys(l);
	buf_puts(&l->tail, "/Length ");
	pd_put_int(&l->tail, (int64_t)l->count * (1 + width + 2));
	buf_puts(&l->tail, "\n>>\nstream\n");
	for (size_t i = 0; i < l->count; i++) {
		buf_putc(&l->tail, 1);
		put_be(&l->tail, l->order[i]->offset, width);
		put_be(&l->tail, l->order[i]->ref.gen, 2);
	}
	buf_puts(&l->tail, "\nendstream\nendobj\n");
}

/* ---- all of it ---- */

static int by_number(const void *a, const void *b)
{
	const struct inc_object *const *x = a;
	const struct inc_object *const *y = b;

	return (*x)->ref.num < (*y)->ref.num ? -1 : (*x)->ref.num > (*y)->ref.num;
}

static int sort_objects(struct layout *l, struct inc_object *self, struct err *err)
{
	size_t n = l->inc->object_count;

	l->order = ARENA_ARRAY(l->inc->arena, struct inc_object *, n + 1);
	if (!l->order)
		return inc_no_memory(err);
	for (size_t i = 0; i < n; i++)
		l->order[i] = &l->inc->objects[i];
	l->count = n;
	if (self)
		l->order[l->count++] = self;
	qsort(l->order, l->count, sizeof(struct inc_object *), by_number);
	return 0;
}

static void reserve(struct layout *l)
{
	size_t total = SECTION_OVERHEAD;

	for (size_t i = 0; i < l->inc->object_count; i++)
		total += l->inc->objects[i].body.len + l->inc->objects[i].data.n + OBJECT_OVERHEAD;
	buf_reserve(&l->tail, total);
}

static int put_section(struct layout *l, struct err *err)
{
	const struct pd_doc *doc = l->inc->doc;
	bool stream = pd_revision(doc, pd_revision_count(doc) - 1)->xref_kind == PD_XREF_STREAM;
	struct inc_object self = { .is_stream = true };
	uint64_t start;

	if (stream)
		self.ref = pd_inc_reserve(l->inc);
	if (sort_objects(l, stream ? &self : NULL, err) < 0)
		return -1;
	start = here(l);
	if (stream)
		put_xref_stream(l, &self);
	else if (put_table(l, err) < 0)
		return -1;
	buf_puts(&l->tail, "startxref\n");
	pd_put_int(&l->tail, (int64_t)start);
	buf_puts(&l->tail, "\n%%EOF\n");
	return buf_check(&l->tail, err);
}

/* "[0 a b c]" and spaces up to the room that was left. */
static void patch_range(struct layout *l, struct pd_inc_result *result)
{
	const struct inc_object *object = &l->inc->objects[l->inc->signature_index];
	size_t body = (size_t)(object->offset + l->base - l->file_size);
	AUTO(buf_release) struct buf text = BUF_INIT;

	body = (size_t)((const char *)memchr(l->tail.data + body, '\n', l->tail.len - body) - l->tail.data) + 1;
	result->contents_bytes = l->inc->contents_bytes;
	result->gap_start = l->file_size + body + l->inc->gap_at;
	result->byte_range[0] = 0;
	result->byte_range[1] = result->gap_start;
	result->byte_range[2] = result->gap_start + 2 * result->contents_bytes + 2;
	result->byte_range[3] = l->file_size + l->tail.len - result->byte_range[2];
	buf_puts(&text, "[0");
	for (int i = 1; i < 4; i++) {
		buf_putc(&text, ' ');
		pd_put_int(&text, (int64_t)result->byte_range[i]);
	}
	buf_putc(&text, ']');
	memcpy(l->tail.data + body + l->inc->range_at, buf_str(&text), text.len);
}

int inc_layout(struct pd_inc *inc, const uint8_t id_seed[16], struct pd_inc_result *ret, struct err *err)
{
	struct bytes file = pd_file_bytes(inc->doc);
	struct layout l = { .inc = inc, .id_seed = id_seed, .file_size = file.n, .base = pd_base_offset(inc->doc) };
	struct pd_inc_result result = { .tail = BUF_INIT };

	inc->finished = true;
	if (inc->object_count == 0) {
		*ret = result;
		return 0;
	}
	reserve(&l);
	if (file.p[file.n - 1] != '\n' && file.p[file.n - 1] != '\r')
		buf_putc(&l.tail, '\n');
	for (size_t i = 0; i < inc->object_count; i++)
		put_object(&l, &inc->objects[i]);
	if (put_section(&l, err) < 0) {
		buf_release(&l.tail);
		return -1;
	}
	if (inc->signature.num)
		patch_range(&l, &result);
	result.tail = l.tail;
	*ret = result;
	return 0;
}
