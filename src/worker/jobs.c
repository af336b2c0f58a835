/* jobs.c - the jobs of kyso-worker; see jobs.h. A job is a thin coat: it takes its parameters apart and calls the layer
 * that knows. */
#include "worker/jobs.h"

#include "page/text.h"
#include "util/buf.h"
#include "util/wire.h"

static int run_hello(const struct job_input *input, struct buf *result, struct err *err)
{
	job_hello_write(input->cage, result);
	return buf_check(result, err);
}

/* params: u32 first, u32 count (0 = to the end); result: page_text */
static int run_page_text(const struct job_input *input, struct buf *result, struct err *err)
{
	AUTO(page_freep) struct page_doc *doc = NULL;
	struct wire in = wire_from(input->params);
	struct page_text text = { 0 };
	uint32_t first = wire_u32(&in);
	uint32_t count = wire_u32(&in);

	if (wire_end(&in, "job's parameters", err) < 0 || page_open(input->files[0], &doc, err) < 0 ||
	    page_text(doc, first, count, input->arena, &text, err) < 0)
		return -1;
	page_text_write(&text, result);
	return buf_check(result, err);
}

/* params: u32 index, u32 dpi; result: page_image */
static int run_page_render(const struct job_input *input, struct buf *result, struct err *err)
{
	AUTO(page_freep) struct page_doc *doc = NULL;
	struct wire in = wire_from(input->params);
	struct page_image image = { 0 };
	uint32_t index = wire_u32(&in);
	uint32_t dpi = wire_u32(&in);

	if (wire_end(&in, "job's parameters", err) < 0 || page_open(input->files[0], &doc, err) < 0)
		return -1;
	if (page_render(doc, index, dpi > PAGE_MAX_DPI ? PAGE_MAX_DPI + 1 : (int)dpi, input->arena, &image, err) < 0)
		return -1;
	page_image_write(&image, result);
	return buf_check(result, err);
}

/* no params; result: the file written anew */
static int run_normalise(const struct job_input *input, struct buf *result, struct err *err)
{
	return page_normalise(input->files[0], result, err);
}

const struct job_row worker_jobs[] = {
	{ "hello", 0, run_hello, NULL },
	{ "page-text", 1, run_page_text, NULL },
	{ "page-render", 1, run_page_render, NULL },
	{ "normalise", 1, run_normalise, NULL },
	{ NULL, 0, NULL, NULL },
};

const struct job_row *worker_find_job(const struct job_row *table, const char *name)
{
	for (; table->name; table++)
		if (strcmp(table->name, name) == 0)
			return table;
	return NULL;
}
