/* document.c - opening a PDF with MuPDF; see text.h. */
#include "page/context.h"

#include <string.h>

#include "util/err.h"

/* ISO 32000-1 Annex H, note 13 of Adobe's readers: the header stands within the first 1,024 bytes. */
static bool has_header(struct bytes file)
{
	return file.n && memmem(file.p, file.n < 1024 ? file.n : 1024, "%PDF-", 5);
}

static void open_document(fz_context *ctx, struct page_doc *doc, void *arg)
{
	(void)arg;
	doc->stream = fz_open_memory(ctx, doc->file.p, doc->file.n);
	doc->pdf = pdf_open_document_with_stream(ctx, doc->stream);
}

static void count_pages(fz_context *ctx, struct page_doc *doc, void *arg)
{
	int *pages = arg;

	*pages = pdf_count_pages(ctx, doc->pdf);
}

static int open_checked(struct page_doc *doc, struct err *err)
{
	int pages = 0;

	if (page_guard(doc, open_document, NULL, "the file", err) < 0)
		return -1;
	if (pdf_needs_password(doc->ctx, doc->pdf))
		return err_set(err, ERR_PDF_ENCRYPTED, "the file needs a password");
	if (page_guard(doc, count_pages, &pages, "the page tree", err) < 0)
		return -1;
	if (pages < 1)
		return err_set(err, ERR_PAGE, "the file has no page");
	if (pages > PAGE_MAX_PAGES)
		return err_set(err, ERR_WORKER_LIMIT, "the file claims %d pages, the limit is %d", pages,
			       PAGE_MAX_PAGES);
	doc->pages = (uint32_t)pages;
	return 0;
}

int page_open(struct bytes file, struct page_doc **ret_doc, struct err *err)
{
	struct page_doc *doc;

	if (!has_header(file))
		return err_set(err, ERR_PDF_NOT_PDF, "there is no %%PDF- within the first 1,024 bytes");
	if (page_context_new(&doc, err) < 0)
		return -1;
	doc->file = file;
	if (open_checked(doc, err) < 0) {
		page_free(doc);
		return -1;
	}
	*ret_doc = doc;
	return 0;
}

static void disguise_empty_signature(fz_context *ctx, pdf_obj *annot)
{
	if (!pdf_name_eq(ctx, pdf_dict_get(ctx, annot, PDF_NAME(Subtype)), PDF_NAME(Widget)))
		return;
	if (!pdf_name_eq(ctx, pdf_dict_get_inheritable(ctx, annot, PDF_NAME(FT)), PDF_NAME(Sig)))
		return;
	if (!pdf_is_dict(ctx, pdf_dict_get_inheritable(ctx, annot, PDF_NAME(V))))
		pdf_dict_put(ctx, annot, PDF_NAME(FT), PDF_NAME(None)); /* no type that MuPDF knows how to draw */
}

pdf_page *page_load(fz_context *ctx, struct page_doc *doc, uint32_t index)
{
	pdf_obj *page = pdf_lookup_page_obj(ctx, doc->pdf, (int)index);
	pdf_obj *annots = pdf_dict_get(ctx, page, PDF_NAME(Annots));

	for (int i = 0; i < pdf_array_len(ctx, annots); i++)
		disguise_empty_signature(ctx, pdf_array_get(ctx, annots, i));
	return pdf_load_page(ctx, doc->pdf, (int)index);
}

uint32_t page_count(const struct page_doc *doc)
{
	return doc->pages;
}

bool page_was_repaired(const struct page_doc *doc)
{
	return pdf_was_repaired(doc->ctx, doc->pdf);
}

const char *page_engine_version(void)
{
	return FZ_VERSION;
}
