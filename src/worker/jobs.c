/* jobs.c - the jobs of kyso-worker; see jobs.h. A job is a thin coat: it takes its parameters apart and calls the layer
 * that knows. */
#include "worker/jobs.h"

#include "page/text.h"
#include "pki/digest.h"
#include "pki/warm.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/json.h"
#include "util/wire.h"
#include "verify/verify.h"

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

/* Text of the pages, for rules that need it; a file whose text cannot be read is judged without. */
static const struct page_text *text_for_rules(const struct job_input *input, enum verify_profile profile, struct page_text *text)
{
	AUTO(page_freep) struct page_doc *doc = NULL;

	if (profile != VERIFY_VN || page_open(input->files[0], &doc, NULL) < 0 ||
	    page_text(doc, 0, /* count= */ 0, input->arena, text, NULL) < 0)
		return NULL;
	return text;
}

/* params: bytes options, string name; second file: material; result: bytes report as JSON, bytes wants */
static int run_verify(const struct job_input *input, struct buf *result, struct err *err)
{
	AUTO(verify_material_release) struct verify_material material = { .anchors = { 0 } };
	AUTO(verify_wants_release) struct verify_wants wants = { NULL, 0 };
	AUTO(js_freep) struct json *report = NULL;
	AUTO(buf_release) struct buf text = BUF_INIT;
	AUTO(buf_release) struct buf packed = BUF_INIT;
	struct wire in = wire_from(input->params);
	struct bytes packed_options = wire_bytes(&in);
	struct bytes name = wire_bytes(&in);
	struct verify_options options;
	struct page_text pages = { 0 };

	if (wire_end(&in, "job's parameters", err) < 0 || verify_options_parse(packed_options, &options, err) < 0 ||
	    verify_material_parse(input->files[1], &material, err) < 0)
		return -1;
	options.text = text_for_rules(input, options.profile, &pages);
	if (verify_pdf(input->files[0], arena_strndup(input->arena, (const char *)name.p, name.n), &material, &options, &report, &wants, err) < 0 ||
	    js_write(report, 0, &text, err) < 0)
		return -1;
	verify_wants_write(&wants, &packed);
	wire_put_bytes(result, (struct bytes){ (const uint8_t *)text.data, text.len });
	wire_put_bytes(result, (struct bytes){ (const uint8_t *)packed.data, packed.len });
	return buf_check(result, err);
}

/* What opens a file when first used: OpenSSL's configuration and random numbers, and the seed of jansson's tables. */
static int prepare_verify(struct err *err)
{
	uint8_t seed[16];

	js_free(js_new_object());
	return pki_warm_up(err) < 0 ? -1 : digest_random(seed, sizeof(seed), err);
}

const struct job_row worker_jobs[] = {
	{ "hello", 0, run_hello, NULL },
	{ "page-text", 1, run_page_text, NULL },
	{ "page-render", 1, run_page_render, NULL },
	{ "normalise", 1, run_normalise, NULL },
	{ "verify", 2, run_verify, prepare_verify },
	{ NULL, 0, NULL, NULL },
};

const struct job_row *worker_find_job(const struct job_row *table, const char *name)
{
	for (; table->name; table++)
		if (strcmp(table->name, name) == 0)
			return table;
	return NULL;
}
