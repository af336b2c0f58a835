/*
 * normalise.c - an unsigned file written anew by MuPDF; see text.h.
 *
 * A signature is looked for in three ways, and any of them refuses: form fields of type Sig that have a value,
 * dictionaries with /ByteRange among all objects (also those that no field reaches), and the bytes "/ByteRange"
 * anywhere in the file (earlier revisions, objects that a repair would lose). A file that merely speaks of /ByteRange
 * in an uncompressed stream is refused too: safer so.
 */
#include "page/context.h"

#include <string.h>

#include "util/buf.h"
#include "util/err.h"

struct normalise {
	int signature_object; /* number of the object that looks like a signature, 0 none */
	fz_buffer *buffer;
	fz_output *output;
};

static bool is_signature(fz_context *ctx, pdf_obj *obj)
{
	if (!pdf_is_dict(ctx, obj))
		return false;
	if (pdf_dict_get(ctx, obj, PDF_NAME(ByteRange)))
		return true;
	return pdf_name_eq(ctx, pdf_dict_get(ctx, obj, PDF_NAME(FT)), PDF_NAME(Sig)) &&
	       pdf_is_dict(ctx, pdf_dict_get(ctx, obj, PDF_NAME(V)));
}

/* Looks into arrays and dictionaries too: a signature may be a direct object of its field. */
static bool holds_signature(fz_context *ctx, pdf_obj *obj, int depth)
{
	if (pdf_is_indirect(ctx, obj) || depth > 64)
		return false;
	if (is_signature(ctx, obj))
		return true;
	if (pdf_is_array(ctx, obj))
		for (int i = 0; i < pdf_array_len(ctx, obj); i++)
			if (holds_signature(ctx, pdf_array_get(ctx, obj, i), depth + 1))
				return true;
	if (pdf_is_dict(ctx, obj))
		for (int i = 0; i < pdf_dict_len(ctx, obj); i++)
			if (holds_signature(ctx, pdf_dict_get_val(ctx, obj, i), depth + 1))
				return true;
	return false;
}

static void look_at_object(fz_context *ctx, struct page_doc *doc, int number, struct normalise *job)
{
	pdf_obj *volatile obj = NULL;

	fz_try(ctx)
	{
		obj = pdf_load_object(ctx, doc->pdf, number);
		if (holds_signature(ctx, obj, 0))
			job->signature_object = number;
	}
	fz_always(ctx)
	{
		pdf_drop_obj(ctx, obj);
	}
	fz_catch(ctx)
	{
		/* An object that cannot be read is no signature that anyone could check. Out of memory is not that. */
		if (fz_caught(ctx) == FZ_ERROR_MEMORY)
			fz_rethrow(ctx);
	}
}

static void look_for_signature(fz_context *ctx, struct page_doc *doc, void *arg)
{
	struct normalise *job = arg;

	for (int number = 1; number < pdf_xref_len(ctx, doc->pdf) && !job->signature_object; number++)
		look_at_object(ctx, doc, number, job);
}

static int refuse_signed(struct page_doc *doc, struct normalise *job, struct err *err)
{
	const uint8_t *at = memmem(doc->file.p, doc->file.n, "/ByteRange", 10);

	if (at)
		return err_set(err, ERR_PDF_SIGNED, "there is a signature (/ByteRange) at byte %zu",
			       (size_t)(at - doc->file.p));
	if (page_guard(doc, look_for_signature, job, "the objects", err) < 0)
		return -1;
	if (job->signature_object)
		return err_set(err, ERR_PDF_SIGNED, "object %d is a signature", job->signature_object);
	return 0;
}

static void write_anew(fz_context *ctx, struct page_doc *doc, void *arg)
{
	struct normalise *job = arg;
	pdf_write_options options = {
		.do_garbage = 2, /* drop what nothing reaches, number anew */
		.do_compress = 1,
		.do_compress_images = 1,
		.do_compress_fonts = 1,
		.do_encrypt = PDF_ENCRYPT_NONE,
		.permissions = -1,
	};

	job->buffer = fz_new_buffer(ctx, doc->file.n + 4096);
	job->output = fz_new_output_with_buffer(ctx, job->buffer);
	pdf_write_document(ctx, doc->pdf, job->output, &options);
	fz_close_output(ctx, job->output);
}

static int normalise_doc(struct page_doc *doc, struct normalise *job, struct buf *out, struct err *err)
{
	unsigned char *data;
	size_t n;

	if (!pdf_has_permission(doc->ctx, doc->pdf, FZ_PERMISSION_EDIT))
		return err_set(err, ERR_PDF_ENCRYPTED, "the file is encrypted and its owner does not permit changes");
	if (refuse_signed(doc, job, err) < 0 || page_guard(doc, write_anew, job, "writing the file anew", err) < 0)
		return -1;
	n = fz_buffer_storage(doc->ctx, job->buffer, &data);
	buf_append(out, data, n);
	return buf_check(out, err);
}

int page_normalise(struct bytes file, struct buf *out, struct err *err)
{
	struct normalise job = { 0 };
	struct page_doc *doc;
	int result;

	if (page_open(file, &doc, err) < 0)
		return -1;
	result = normalise_doc(doc, &job, out, err);
	fz_drop_output(doc->ctx, job.output);
	fz_drop_buffer(doc->ctx, job.buffer);
	page_free(doc);
	return result;
}
