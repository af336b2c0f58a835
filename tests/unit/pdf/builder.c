/* builder.c - see builder.h. */
#include "builder.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/err.h"

void builder_init(struct builder *b, const char *header)
{
	memset(b, 0, sizeof(*b));
	b->eol = " \n";
	b->tail = "\n";
	b->size = 1;
	buf_puts(&b->out, header);
}

void builder_release(struct builder *b)
{
	buf_release(&b->out);
}

PRINTF_LIKE(2, 0) static void vput(struct builder *b, const char *fmt, va_list ap)
{
	char *text;
	int n = vasprintf(&text, fmt, ap);

	if (n < 0)
		abort();
	buf_append(&b->out, text, (size_t)n);
	free(text);
}

void builder_raw(struct builder *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vput(b, fmt, ap);
	va_end(ap);
}

void builder_entry(struct builder *b, uint32_t num, uint32_t gen, char kind, uint64_t offset, uint32_t index)
{
	if (b->count == BUILDER_OBJECTS)
		BUG("too many objects for the builder");
	b->entries[b->count++] = (struct builder_entry){ num, gen, kind, offset, index };
	if (num >= b->size)
		b->size = num + 1;
}

void builder_object(struct builder *b, uint32_t num, const char *fmt, ...)
{
	va_list ap;

	builder_entry(b, num, 0, 'n', b->out.len - b->base, 0);
	builder_raw(b, "%u 0 obj\n", num);
	va_start(ap, fmt);
	vput(b, fmt, ap);
	va_end(ap);
	builder_raw(b, "\nendobj\n");
}

void builder_stream(struct builder *b, uint32_t num, const char *dict, const void *data, size_t n)
{
	builder_entry(b, num, 0, 'n', b->out.len - b->base, 0);
	builder_raw(b, "%u 0 obj\n<< %s /Length %zu >>\nstream\n", num, dict, n);
	buf_append(&b->out, data, n);
	builder_raw(b, "\nendstream\nendobj\n");
}

void builder_objstm(struct builder *b, uint32_t num, const char *extra, uint32_t first, const char *const *bodies,
		    size_t count)
{
	struct buf head = BUF_INIT;
	struct buf body = BUF_INIT;
	char dict[256];

	for (size_t i = 0; i < count; i++) {
		buf_printf(&head, "%u %zu ", first + (uint32_t)i, body.len);
		buf_printf(&body, "%s ", bodies[i]);
		builder_entry(b, first + (uint32_t)i, 0, 'c', num, (uint32_t)i);
	}
	snprintf(dict, sizeof(dict), "/Type /ObjStm /N %zu /First %zu %s", count, head.len, extra);
	buf_append(&head, body.data, body.len);
	builder_stream(b, num, dict, head.data, head.len);
	buf_release(&head);
	buf_release(&body);
}

void builder_page(struct builder *b)
{
	builder_object(b, 1, "<< /Type /Catalog /Pages 2 0 R >>");
	builder_object(b, 2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
	builder_object(b, 3, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> >>");
}

static int by_number(const void *a, const void *b)
{
	const struct builder_entry *x = a;
	const struct builder_entry *y = b;

	return (x->num > y->num) - (x->num < y->num);
}

static void close_entries(struct builder *b)
{
	if (b->prev == 0)
		builder_entry(b, 0, 65535, 'f', 0, 0);
	qsort(b->entries, b->count, sizeof(b->entries[0]), by_number);
}

static size_t run_length(const struct builder *b, size_t i)
{
	size_t n = 1;

	while (i + n < b->count && b->entries[i + n].num == b->entries[i].num + n)
		n++;
	return n;
}

static void put_prev(struct builder *b)
{
	if (b->prev)
		builder_raw(b, " /Prev %llu", (unsigned long long)b->prev);
}

static void end_revision(struct builder *b, uint64_t section)
{
	builder_raw(b, "startxref\n%llu\n%%%%EOF%s", (unsigned long long)section, b->tail);
	b->prev = section;
	b->count = 0;
	b->xref_stm = 0;
}

void builder_table(struct builder *b, const char *trailer)
{
	uint64_t section = b->out.len - b->base;

	close_entries(b);
	builder_raw(b, "xref\n");
	for (size_t i = 0; i < b->count; i++) {
		const struct builder_entry *e = &b->entries[i];

		if (i == 0 || e[-1].num + 1 != e->num)
			builder_raw(b, "%u %zu\n", e->num, run_length(b, i));
		builder_raw(b, "%010llu %05u %c%s", (unsigned long long)e->offset, e->gen, e->kind, b->eol);
	}
	builder_raw(b, "trailer\n<< /Size %u %s", b->size, trailer);
	put_prev(b);
	if (b->xref_stm)
		builder_raw(b, " /XRefStm %llu", (unsigned long long)b->xref_stm);
	builder_raw(b, " >>\n");
	end_revision(b, section);
}

static void put_number(struct buf *out, uint64_t v, int width)
{
	while (width-- > 0)
		buf_putc(out, (char)(v >> (8 * width)));
}

static uint64_t put_stream(struct builder *b, uint32_t num, const char *trailer)
{
	uint64_t section = b->out.len - b->base;
	struct buf data = BUF_INIT;

	close_entries(b);
	builder_raw(b, "%u 0 obj\n<< /Type /XRef /Size %u %s /W [1 4 2] /Index [", num, b->size, trailer);
	for (size_t i = 0; i < b->count; i++) {
		const struct builder_entry *e = &b->entries[i];

		if (i == 0 || e[-1].num + 1 != e->num)
			builder_raw(b, " %u %zu", e->num, run_length(b, i));
		put_number(&data, e->kind == 'f' ? 0 : e->kind == 'n' ? 1 : 2, 1);
		put_number(&data, e->offset, 4);
		put_number(&data, e->kind == 'c' ? e->index : e->gen, 2);
	}
	builder_raw(b, "]");
	put_prev(b);
	builder_raw(b, " /Length %zu >>\nstream\n", data.len);
	buf_append(&b->out, data.data, data.len);
	builder_raw(b, "\nendstream\nendobj\n");
	buf_release(&data);
	return section;
}

void builder_xref_stream(struct builder *b, uint32_t num, const char *trailer)
{
	builder_entry(b, num, 0, 'n', b->out.len - b->base, 0);
	end_revision(b, put_stream(b, num, trailer));
}

void builder_hidden_stream(struct builder *b, uint32_t num, const char *trailer)
{
	uint64_t prev = b->prev;

	if (num >= b->size)
		b->size = num + 1;
	b->xref_stm = b->out.len - b->base;
	if (!b->prev)
		b->prev = 1; /* object 0 is the table's to list; readers take no notice of this /Prev */
	put_stream(b, num, trailer);
	b->prev = prev;
	b->count = 0;
}

static uint64_t find(const struct builder *b, const char *what, bool only)
{
	uint64_t at = UINT64_MAX;
	size_t n = strlen(what);

	for (size_t i = 0; i + n <= b->out.len; i++) {
		if (memcmp(b->out.data + i, what, n) != 0)
			continue;
		if (only && at != UINT64_MAX)
			BUG("\"%s\" is there more than once", what);
		at = i;
	}
	if (at == UINT64_MAX)
		BUG("\"%s\" is not there", what);
	return at;
}

uint64_t builder_find(const struct builder *b, const char *what)
{
	return find(b, what, /* only= */ false);
}

static void replace(struct builder *b, uint64_t at, const char *from, const char *to)
{
	if (strlen(from) != strlen(to))
		BUG("\"%s\" and \"%s\" differ in length", from, to);
	memcpy(b->out.data + at, to, strlen(to));
}

void builder_patch(struct builder *b, const char *from, const char *to)
{
	replace(b, find(b, from, /* only= */ true), from, to);
}

void builder_patch_last(struct builder *b, const char *from, const char *to)
{
	replace(b, find(b, from, /* only= */ false), from, to);
}

struct bytes builder_bytes(const struct builder *b)
{
	return (struct bytes){ (const uint8_t *)b->out.data, b->out.len };
}
