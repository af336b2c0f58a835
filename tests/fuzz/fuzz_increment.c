/*
 * fuzz_increment.c - whatever file the strict reader takes whole can be signed or is refused; what was written over it is taken
 * by the strict reader again, and every byte of it is accounted for.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pdf/increment.h"
#include "util/arena.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_again(const uint8_t *data, size_t size, const struct buf *tail)
{
	uint8_t *all = malloc(size + tail->len);
	struct pd_doc *doc = NULL;

	if (!all)
		return;
	memcpy(all, data, size);
	memcpy(all + size, tail->data, tail->len);
	if (pd_open((struct bytes){ all, size + tail->len }, PD_OPEN_STRICT, &doc, NULL) < 0 || pd_load_all(doc, NULL) < 0 ||
	    pd_account(doc, pd_revision_count(doc) - 1, NULL) < 0)
		abort();
	pd_free(doc);
	free(all);
}

/* The first signature field that the file has, or a new one. */
static const char *some_field(struct pd_doc *doc)
{
	struct pd_field_list list;

	if (pd_field_list(pd_view_last(doc), pd_arena(doc), &list, NULL) < 0)
		return NULL;
	for (size_t i = 0; i < list.count; i++)
		if (list.items[i].type == PD_FIELD_SIGNATURE)
			return list.items[i].name;
	return NULL;
}

static void sign(struct pd_doc *doc, const char *field, const uint8_t *data, size_t size)
{
	static const uint8_t seed[16] = { 1 };
	static const struct bytes cert = { (const uint8_t *)"certificate", 11 };
	struct pd_signature_spec spec = { .field_name = field, .sub_filter = "ETSI.CAdES.detached", .contents_bytes = 16,
					  .rect = { 1, 2, 30, 40 }, .docmdp_p = size % 3 == 0 ? 2 : 0 };
	struct pd_dss_material material = { .certs = &cert, .cert_count = 1 };
	struct pd_inc_result result = { .tail = BUF_INIT };
	struct pd_inc *inc = NULL;

	if (pd_inc_new(doc, &inc, NULL) < 0)
		return;
	if (pd_inc_signature(inc, &spec, NULL) == 0 && pd_inc_dss(inc, &material, NULL) == 0 &&
	    pd_inc_finish(inc, seed, &result, NULL) == 0)
		check_again(data, size, &result.tail);
	pd_inc_result_release(&result);
	pd_inc_free(inc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pd_doc *doc = NULL;

	if (pd_open((struct bytes){ data, size }, PD_OPEN_STRICT, &doc, NULL) < 0)
		return 0;
	sign(doc, some_field(doc), data, size);
	sign(doc, NULL, data, size);
	pd_free(doc);
	return 0;
}
