/* context.c - MuPDF's memory, counted, and its exceptions, ended; see context.h. */
#include "page/context.h"

#include <stdlib.h>
#include <string.h>

#include "util/err.h"

/* Before each block stands its size, so that what is freed can be subtracted. */
struct header {
	size_t size;
	max_align_t data[];
};

static bool may_have(struct page_doc *doc, size_t size)
{
	if (size <= PAGE_MAX_MEMORY_BYTES && doc->used_bytes <= PAGE_MAX_MEMORY_BYTES - size)
		return true;
	doc->limit_hit = true;
	return false;
}

static void *counted_malloc(void *user, size_t size)
{
	struct page_doc *doc = user;
	struct header *header;

	if (!may_have(doc, size))
		return NULL;
	header = malloc(sizeof(*header) + size);
	if (!header) {
		doc->limit_hit = true;
		return NULL;
	}
	header->size = size;
	doc->used_bytes += size;
	return header->data;
}

static struct header *header_of(void *p)
{
	return (struct header *)(void *)((char *)p - offsetof(struct header, data));
}

static void counted_free(void *user, void *p)
{
	struct page_doc *doc = user;

	if (!p)
		return;
	doc->used_bytes -= header_of(p)->size;
	free(header_of(p));
}

static void *counted_realloc(void *user, void *old, size_t size)
{
	struct page_doc *doc = user;
	struct header *header;
	size_t old_size;

	if (!old)
		return counted_malloc(user, size);
	old_size = header_of(old)->size;
	if (size > old_size && !may_have(doc, size - old_size))
		return NULL;
	header = realloc(header_of(old), sizeof(*header) + size);
	if (!header) {
		doc->limit_hit = true;
		return NULL;
	}
	header->size = size;
	doc->used_bytes = doc->used_bytes - old_size + size;
	return header->data;
}

/* What MuPDF grumbles about is not the caller's: a file that it can show is shown. */
static void no_message(void *user, const char *message)
{
	(void)user;
	(void)message;
}

int page_context_new(struct page_doc **ret_doc, struct err *err)
{
	struct page_doc *doc = calloc(1, sizeof(*doc));
	fz_alloc_context alloc = { doc, counted_malloc, counted_realloc, counted_free };

	if (!doc)
		return err_set(err, ERR_NO_MEMORY, "no memory to read pages");
	doc->ctx = fz_new_context(&alloc, NULL, PAGE_MAX_STORE_BYTES);
	if (!doc->ctx) {
		free(doc);
		return err_set(err, ERR_WORKER_LIMIT, "no memory to read pages");
	}
	fz_set_warning_callback(doc->ctx, no_message, NULL);
	fz_set_error_callback(doc->ctx, no_message, NULL);
	/* Colour management would bring one more parser of hostile bytes (ICC profiles) for shades nobody here
	 * measures. */
	fz_disable_icc(doc->ctx);
	*ret_doc = doc;
	return 0;
}

void page_free(struct page_doc *doc)
{
	if (!doc)
		return;
	pdf_drop_document(doc->ctx, doc->pdf);
	fz_drop_stream(doc->ctx, doc->stream);
	fz_drop_context(doc->ctx);
	free(doc);
}

int page_guard(struct page_doc *doc, page_fn *fn, void *arg, const char *what, struct err *err)
{
	fz_context *ctx = doc->ctx;
	volatile int caught = FZ_ERROR_NONE;

	fz_try(ctx)
	{
		fn(ctx, doc, arg);
	}
	fz_catch(ctx)
	{
		caught = fz_caught(ctx);
	}
	if (doc->limit_hit || caught == FZ_ERROR_MEMORY)
		return err_set(err, ERR_WORKER_LIMIT, "%s: more than %d MB of memory would be needed", what,
			       PAGE_MAX_MEMORY_BYTES / (1024 * 1024));
	if (caught != FZ_ERROR_NONE && strstr(fz_caught_message(ctx), "encrypt"))
		return err_set(err, ERR_PDF_ENCRYPTED, "%s: %s", what, fz_caught_message(ctx));
	if (caught != FZ_ERROR_NONE)
		return err_set(err, ERR_PAGE, "%s: %s", what, fz_caught_message(ctx));
	return 0;
}
