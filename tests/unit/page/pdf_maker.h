/*
 * pdf_maker.h - small PDF files for the tests of src/page: page dictionary entries and a content stream in, a whole
 * file out.
 *
 * Fonts on every page: /F1 Times-Roman, /F2 Times-Bold, /U a Type 0 font without a font file whose two-byte codes are
 * Unicode itself, so that Vietnamese text, composed or not, is written as <hex>.
 */
#ifndef KYSO_TEST_PDF_MAKER_H
#define KYSO_TEST_PDF_MAKER_H

#include <string.h>

#include "util/buf.h"
#include "util/str.h"

struct pdf_maker {
	struct buf file;
	size_t offsets[64];
	int count; /* objects so far, 1-based */
};

static inline void maker_object(struct pdf_maker *m, const char *body)
{
	m->offsets[++m->count] = m->file.len;
	buf_printf(&m->file, "%d 0 obj\n%s\nendobj\n", m->count, body);
}

static inline void maker_stream(struct pdf_maker *m, const char *dict, const char *data)
{
	m->offsets[++m->count] = m->file.len;
	buf_printf(&m->file, "%d 0 obj\n<< %s /Length %zu >>\nstream\n%s\nendstream\nendobj\n", m->count, dict,
		   strlen(data), data);
}

static inline void maker_end(struct pdf_maker *m)
{
	size_t xref = m->file.len;

	buf_printf(&m->file, "xref\n0 %d\n0000000000 65535 f \n", m->count + 1);
	for (int i = 1; i <= m->count; i++)
		buf_printf(&m->file, "%010zu 00000 n \n", m->offsets[i]);
	buf_printf(&m->file, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%zu\n%%%%EOF\n", m->count + 1, xref);
}

/* Objects: 1 catalog, 2 pages, 3 page, 4 contents, 5 to 9 fonts; from 10 on what the caller adds before maker_end. */
static inline struct pdf_maker maker_page_with(const char *page_entries, const char *resources, const char *content)
{
	struct pdf_maker m = { .file = BUF_INIT };
	struct buf page = BUF_INIT;

	buf_puts(&m.file, "%PDF-1.7\n");
	/* object 10 is a layer that is off where the resources name one */
	maker_object(&m,
		     strstr(resources, "/Properties")
			 ? "<< /Type /Catalog /Pages 2 0 R /OCProperties << /OCGs [10 0 R] /D << /OFF [10 0 R] >> >> >>"
			 : "<< /Type /Catalog /Pages 2 0 R >>");
	maker_object(&m, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
	buf_printf(
	    &page,
	    "<< /Type /Page /Parent 2 0 R /Contents 4 0 R %s /Resources << /Font << /F1 5 0 R /F2 6 0 R /U 7 0 R >> "
	    "%s >> >>",
	    page_entries, resources);
	maker_object(&m, buf_str(&page));
	buf_release(&page);
	maker_stream(&m, "", content);
	maker_object(&m, "<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding /WinAnsiEncoding >>");
	maker_object(&m, "<< /Type /Font /Subtype /Type1 /BaseFont /Times-Bold /Encoding /WinAnsiEncoding >>");
	maker_object(&m, "<< /Type /Font /Subtype /Type0 /BaseFont /Test /Encoding /Identity-H /DescendantFonts [8 0 "
			 "R] /ToUnicode 9 0 R >>");
	maker_object(
	    &m,
	    "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Test /CIDSystemInfo << /Registry (Adobe) /Ordering "
	    "(Identity) "
	    "/Supplement 0 >> /DW 500 /W [768 879 0] /FontDescriptor << /Type /FontDescriptor /FontName /Test /Flags 4 "
	    "/FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 900 /Descent -200 /StemV 80 >> >>");
	maker_stream(&m, "",
		     "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /T def /CMapType 2 def "
		     "1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfrange <0000> <FFFF> <0000> "
		     "endbfrange endcmap end end");
	return m;
}

static inline struct pdf_maker maker_page(const char *page_entries, const char *content)
{
	return maker_page_with(page_entries, "/ExtGState << /GS0 << /ca 0 /CA 0 >> >>", content);
}

static inline struct bytes maker_bytes(const struct pdf_maker *m)
{
	return (struct bytes){ (const uint8_t *)m->file.data, m->file.len };
}

#endif
