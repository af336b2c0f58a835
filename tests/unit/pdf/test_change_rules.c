/*
 * test_change_rules.c - the rules of change analysis, one case a rule: a small file with a form, a certified or approved signature, and
 * one increment that does one thing. The table says what that thing is worth and in which words.
 *
 * The file: catalog 1, pages 2, page 3 with content 4, font 5, form 6, text fields 7 "ten" and 8 "khoa" (locked), signature 9 in field 10,
 * information 11, metadata 12, empty signature field 13, an unused object 14, choice 15 with an indirect appearance 16, check box 17.
 * Numbers from 30 on are fresh.
 */
#include "reading.h"

#include "pdf/changes.h"
#include "util/arena.h"

enum { MAX_OBJECTS = 6 };

struct piece {
	uint32_t num;
	const char *body; /* NULL: the object is freed */
	const char *data; /* of a stream; `body` is then what stands in its dictionary */
};

struct rule {
	const char *name;
	struct piece pieces[MAX_OBJECTS];
	const char *trailer; /* more entries than /Root */
	int p;               /* of the certification; 0 = an approval signature */
	enum pd_change_level level;
	enum pd_change_verdict verdict;
	const char *says;    /* part of some item's `what`; NULL = there is no item */
};

#define CATALOG "/Type /Catalog /Pages 2 0 R /Metadata 12 0 R /Lang (vi)"
#define CATALOG_FORM CATALOG " /AcroForm 6 0 R"
#define PAGE "/Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F 5 0 R >> >> /Contents 4 0 R"
#define ANNOTS "7 0 R 8 0 R 10 0 R 13 0 R 15 0 R 17 0 R"
#define FIELDS "[7 0 R 8 0 R 10 0 R 13 0 R 15 0 R 17 0 R]"
#define RESOURCES "/DR << /Font << /Helv 5 0 R >> >>"
#define FORM "/SigFlags 3 /DA (/Helv 0 Tf 0 g) " RESOURCES
#define WIDGET "/Type /Annot /Subtype /Widget /P 3 0 R /F 4"
#define NAME_FIELD WIDGET " /FT /Tx /T (ten) /Rect [50 700 250 720]"
#define LOCKED_FIELD WIDGET " /FT /Tx /T (khoa) /Rect [50 660 250 680]"
#define EMPTY_FIELD WIDGET " /FT /Sig /T (ChuKy2) /Rect [300 100 400 150]"
#define SIGNED_FIELD WIDGET " /FT /Sig /T (ChuKy1) /Rect [100 100 200 150] /V 9 0 R /Lock << /Type /SigFieldLock /Action /Include /Fields [(khoa)] >>"
#define CHOICE_FIELD WIDGET " /FT /Ch /T (tinh) /Rect [50 600 250 620] /Opt [(Lang Son) (Cao Bang)] /V (Lang Son)"
#define CHECK_FIELD WIDGET " /FT /Btn /T (dong y) /Rect [50 560 60 570] /AS /Off /V /Off"
#define SIGNATURE "/Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /ByteRange [0 1 2 3] /Contents <3000>"
#define APPEARANCE "/Type /XObject /Subtype /Form /BBox [0 0 200 20] /Resources << /Font << /Helv 5 0 R >> >>"
#define SHOWS(text) "/Tx BMC q BT /Helv 10 Tf 0 g 2 5 Td (" text ") Tj ET Q EMC"
#define XMP "<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"
#define NEW_SIGNATURE_FIELD WIDGET " /FT /Sig /T (ChuKy3) /Rect [400 100 500 150] /V 31 0 R"

static void put_signed_file(struct builder *b, int p)
{
	char reference[200] = "";

	if (p)
		snprintf(reference, sizeof(reference),
			 "/Reference [<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /V /1.2 /P %d >> >>]", p);
	builder_init(b, "%PDF-1.7\n");
	builder_object(b, 1, "<< " CATALOG_FORM " %s >>", p ? "/Perms << /DocMDP 9 0 R >>" : "");
	builder_object(b, 2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
	builder_object(b, 3, "<< " PAGE " /Annots [" ANNOTS "] >>");
	builder_stream(b, 4, "", "BT /F 12 Tf 50 750 Td (Cong van) Tj ET", 38);
	builder_object(b, 5, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>");
	builder_object(b, 6, "<< " FORM " /Fields " FIELDS " >>");
	builder_object(b, 7, "<< " NAME_FIELD " >>");
	builder_object(b, 8, "<< " LOCKED_FIELD " >>");
	builder_object(b, 9, "<< " SIGNATURE " %s >>", reference);
	builder_object(b, 10, "<< " SIGNED_FIELD " >>");
	builder_object(b, 11, "<< /Title (Cong van) >>");
	builder_stream(b, 12, "/Type /Metadata /Subtype /XML", XMP, sizeof(XMP) - 1);
	builder_object(b, 13, "<< " EMPTY_FIELD " >>");
	builder_object(b, 14, "<< /Unused true >>");
	builder_object(b, 15, "<< " CHOICE_FIELD " /AP << /N 16 0 R >> >>");
	builder_stream(b, 16, APPEARANCE, SHOWS("Lang Son"), sizeof(SHOWS("Lang Son")) - 1);
	builder_object(b, 17, "<< " CHECK_FIELD " >>");
	builder_table(b, "/Root 1 0 R /Info 11 0 R");
}

static void put_piece(struct builder *b, const struct piece *piece)
{
	if (!piece->body)
		builder_entry(b, piece->num, 1, 'f', 0, 0);
	else if (piece->data)
		builder_stream(b, piece->num, piece->body, piece->data, strlen(piece->data));
	else
		builder_object(b, piece->num, "<< %s >>", piece->body);
}

static bool said(const struct pd_change_report *report, const char *what)
{
	for (size_t i = 0; i < report->count; i++)
		if (strstr(report->items[i].what, what))
			return true;
	return false;
}

static void check_report(const struct rule *rule, const struct pd_change_report *report)
{
	char items[2000] = "";
	size_t n = 0;

	for (size_t i = 0; i < report->count && n < sizeof(items) - 200; i++)
		n += (size_t)snprintf(items + n, sizeof(items) - n, "\n  %s: %.80s (%s)", report->items[i].path, report->items[i].what,
				      pd_change_level_name(report->items[i].level));
	if (report->level != rule->level || report->verdict != rule->verdict)
		fail_msg("%s, %s; should be %s, %s:%s", pd_change_level_name(report->level), pd_change_verdict_name(report->verdict),
			 pd_change_level_name(rule->level), pd_change_verdict_name(rule->verdict), items);
	if (rule->says ? !said(report, rule->says) : report->count != 0)
		fail_msg("does not say \"%s\":%s", rule->says ? rule->says : "(nothing)", items);
	assert_int_equal(report->permission, rule->p);
	for (size_t i = 0; i < report->count; i++) {
		assert_non_null(report->items[i].what_vi);
		assert_true(report->items[i].revision >= 1);
	}
}

static void check_rule(void **state)
{
	const struct rule *rule = *state;
	static struct builder b;
	char trailer[200];
	struct arena *arena = arena_new(0);
	struct pd_change_report report;
	struct pd_doc *doc;
	struct err err = ERR_INIT;

	put_signed_file(&b, rule->p);
	for (size_t i = 0; i < MAX_OBJECTS && rule->pieces[i].num; i++)
		put_piece(&b, &rule->pieces[i]);
	snprintf(trailer, sizeof(trailer), "%s", rule->trailer ? rule->trailer : "/Root 1 0 R /Info 11 0 R");
	builder_table(&b, trailer);
	doc = open_ok(&b);
	assert_int_equal(pd_revision_count(doc), 2);
	assert_ok(pd_changes_after(doc, 0, arena, &report, &err), &err);
	check_report(rule, &report);
	assert_ok(pd_changes_after(doc, 1, arena, &report, &err), &err); /* nothing follows the last revision */
	assert_int_equal(report.verdict, PD_VERDICT_NONE);
	pd_free(doc);
	builder_release(&b);
	arena_free(arena);
}

#define NONE PD_CHANGE_NONE, PD_VERDICT_NONE
#define LTV PD_CHANGE_LTV, PD_VERDICT_ALLOWED
#define FORM_OK PD_CHANGE_FORM, PD_VERDICT_ALLOWED
#define FORM_BAD PD_CHANGE_FORM, PD_VERDICT_FORBIDDEN
#define FORM_ODD PD_CHANGE_FORM, PD_VERDICT_SUSPICIOUS
#define NOTE_OK PD_CHANGE_ANNOTATION, PD_VERDICT_ALLOWED
#define NOTE_BAD PD_CHANGE_ANNOTATION, PD_VERDICT_FORBIDDEN
#define NOTE_ODD PD_CHANGE_ANNOTATION, PD_VERDICT_SUSPICIOUS
#define BAD PD_CHANGE_OTHER, PD_VERDICT_FORBIDDEN

#define PAGE_WITH(num) { 3, PAGE " /Annots [" ANNOTS " " num " 0 R]", NULL }
#define NOTE(subtype, more) { 30, "/Type /Annot /Subtype /" subtype " /Rect [10 10 30 30] /Contents (ghi chu) " more, NULL }
#define HIGHLIGHT "/Type /Annot /Subtype /Highlight /Rect [10 10 300 300] /QuadPoints [0 0 1 0 0 1 1 1] /AP << /N 31 0 R >>"
#define DSS(more) { 1, CATALOG_FORM " /DSS 30 0 R", NULL }, { 30, "/Type /DSS " more, NULL }

static const struct rule rules[] = {
	/* nothing that counts */
	{ "an object written again as it was", { { 4, "", "BT /F 12 Tf 50 750 Td (Cong van) Tj ET" } }, NULL, 0, NONE, NULL },
	{ "a fresh object nothing refers to", { { 30, "/A 1", NULL } }, NULL, 0, NONE, NULL },
	{ "an unused object replaced", { { 14, "/Used false", NULL } }, NULL, 0, NONE, NULL },

	/* content */
	{ "the page's content replaced", { { 4, "", "BT /F 12 Tf 50 750 Td (Cong vat) Tj ET" } }, NULL, 0, BAD, "signed object replaced" },
	{ "the page's content freed", { { 4, NULL, NULL } }, NULL, 0, BAD, "object deleted" },
	{ "an unused object freed", { { 14, NULL, NULL } }, NULL, 0, BAD, "object deleted" },
	{ "the font replaced", { { 5, "/Type /Font /Subtype /Type1 /BaseFont /Symbol", NULL } }, NULL, 0, BAD, "signed object replaced" },
	{ "the page given other content", { { 3, PAGE " /Rotate 90 /Annots [" ANNOTS "]", NULL } }, NULL, 0, BAD, "page changed" },
	{ "the page given a fresh content",
	  { { 3, "/Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F 5 0 R >> >> /Contents 30 0 R /Annots [" ANNOTS "]", NULL },
	    { 30, "", "BT ET" } }, NULL, 0, BAD, "page changed" },
	{ "a page added", { { 2, "/Type /Pages /Kids [3 0 R 30 0 R] /Count 2", NULL }, { 30, "/Type /Page /Parent 2 0 R /MediaBox [0 0 9 9]", NULL } },
	  NULL, 0, BAD, "signed object replaced" },
	{ "the order of tabs", { { 3, PAGE " /Tabs /S /Annots [" ANNOTS "]", NULL } }, NULL, 0, FORM_OK, "tab order changed" },
	{ "an order of tabs that is none", { { 3, PAGE " /Tabs 4 /Annots [" ANNOTS "]", NULL } }, NULL, 0, BAD, "tab order changed" },
	{ "an annotation removed", { { 3, PAGE " /Annots [7 0 R 10 0 R 13 0 R 15 0 R 17 0 R]", NULL } }, NULL, 0, BAD, "removed or moved" },
	{ "annotations put in another order", { { 3, PAGE " /Annots [8 0 R 7 0 R 10 0 R 13 0 R 15 0 R 17 0 R]", NULL } }, NULL, 0, BAD, "removed or moved" },

	/* the trailer and the catalog */
	{ "the information updated", { { 11, "/Title (Cong van) /ModDate (D:20261122)", NULL } }, NULL, 0, LTV, "document information updated" },
	{ "the information under a fresh number", { { 30, "/Title (khac)", NULL } }, "/Root 1 0 R /Info 30 0 R", 0, LTV, "document information updated" },
	{ "the information left out", { { 30, "/A 1", NULL } }, "/Root 1 0 R", 0, LTV, "document information updated" },
	{ "the information pointing at the content", { { 30, "/A 1", NULL } }, "/Root 1 0 R /Info 4 0 R", 0, BAD, "points to a signed object" },
	{ "the information over the page's font", { { 5, "/Title (x)", NULL } }, "/Root 1 0 R /Info 5 0 R", 0, BAD, "signed object replaced" },
	{ "metadata updated", { { 12, "/Type /Metadata /Subtype /XML", "<x:xmpmeta xmlns:x='adobe:ns:meta/'>moi</x:xmpmeta>" } }, NULL, 0, LTV,
	  "metadata updated" },
	{ "metadata that are no XMP", { { 12, "/Type /Metadata /Subtype /XML", "BT (x) Tj ET" } }, NULL, 0, BAD, "no well-formed XMP" },
	{ "metadata removed", { { 1, "/Type /Catalog /Pages 2 0 R /Lang (vi) /AcroForm 6 0 R", NULL } }, NULL, 0, BAD, "metadata removed" },
	{ "metadata pointing at the content", { { 1, "/Type /Catalog /Pages 2 0 R /Lang (vi) /AcroForm 6 0 R /Metadata 4 0 R", NULL } }, NULL, 0, BAD,
	  "metadata removed or not a stream" },
	{ "an action at opening", { { 1, CATALOG_FORM " /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>", NULL } }, NULL, 0, BAD,
	  "catalog entry changed" },
	{ "another page tree", { { 1, "/Type /Catalog /Pages 30 0 R /Metadata 12 0 R /Lang (vi) /AcroForm 6 0 R", NULL },
	    { 30, "/Type /Pages /Kids [31 0 R] /Count 1", NULL }, { 31, "/Type /Page /Parent 30 0 R /MediaBox [0 0 9 9]", NULL } }, NULL, 0, BAD,
	  "catalog entry changed" },
	{ "the language changed", { { 1, "/Type /Catalog /Pages 2 0 R /Metadata 12 0 R /Lang (en) /AcroForm 6 0 R", NULL } }, NULL, 0, BAD,
	  "catalog entry changed" },
	{ "another catalog, alike", { { 30, CATALOG_FORM, NULL } }, "/Root 30 0 R /Info 11 0 R", 0, NONE, NULL },
	{ "another catalog, with another page tree", { { 30, "/Type /Catalog /Pages 31 0 R /Metadata 12 0 R /Lang (vi) /AcroForm 6 0 R", NULL },
	    { 31, "/Type /Pages /Kids [32 0 R] /Count 1", NULL }, { 32, "/Type /Page /Parent 31 0 R /MediaBox [0 0 9 9]", NULL } },
	  "/Root 30 0 R /Info 11 0 R", 0, BAD, "catalog entry changed" },
	{ "extensions declared", { { 1, CATALOG_FORM " /Extensions << /ESIC << /BaseVersion /1.7 /ExtensionLevel 1 >> >>", NULL } }, NULL, 0, LTV,
	  "extensions declared" },
	{ "extensions that are none", { { 1, CATALOG_FORM " /Extensions 4", NULL } }, NULL, 0, BAD, "extensions removed or malformed" },
	{ "the version raised", { { 1, CATALOG_FORM " /Version /2.0", NULL } }, NULL, 0, LTV, "PDF version changed" },
	{ "a version that is no name", { { 1, CATALOG_FORM " /Version 2", NULL } }, NULL, 0, BAD, "PDF version changed" },
	{ "an extension with an unknown key", { { 1, CATALOG_FORM " /Extensions << /ESIC << /BaseVersion /1.7 /JS (x) >> >>", NULL } }, NULL, 0, BAD,
	  "an extension that is none" },
	{ "a version that there is not", { { 1, CATALOG_FORM " /Version /9.9", NULL } }, NULL, 0, BAD, "PDF version changed" },
	{ "mark information", { { 1, CATALOG_FORM " /MarkInfo << /Marked true >>", NULL } }, NULL, 0, LTV, "mark information changed" },
	{ "mark information that is signed content", { { 1, CATALOG_FORM " /MarkInfo 5 0 R", NULL } }, NULL, 0, BAD, "mark information changed" },

	/* long-term material */
	{ "a DSS", { DSS("/Certs [31 0 R]"), { 31, "", "cert" } }, NULL, 1, BAD, "catalog entry changed" }, /* /Perms was dropped */
	{ "a DSS after an approval", { DSS("/Certs [31 0 R] /CRLs [32 0 R] /OCSPs []"), { 31, "", "cert" }, { 32, "", "crl" } }, NULL, 0, LTV,
	  "long-term validation material" },
	{ "a DSS with a VRI", { DSS("/Certs [31 0 R] /VRI << /0123456789ABCDEF0123456789ABCDEF01234567 << /Cert [31 0 R] >> >>"), { 31, "", "cert" } },
	  NULL, 0, LTV, "long-term validation material" },
	{ "a VRI of a short name", { DSS("/Certs [31 0 R] /VRI << /01 << /Cert [31 0 R] >> >>"), { 31, "", "cert" } }, NULL, 0, BAD, "a VRI entry" },
	{ "a VRI with an unknown key", { DSS("/VRI << /0123456789ABCDEF0123456789ABCDEF01234567 << /Picture 31 0 R >> >>"), { 31, "", "x" } }, NULL, 0, BAD,
	  "a VRI entry" },
	{ "a VRI that is none", { DSS("/VRI [1]") }, NULL, 0, BAD, "/VRI is not a dictionary" },
	{ "a DSS with an unknown key", { DSS("/Certs [] /Pages 2 0 R") }, NULL, 0, BAD, "unknown key in the DSS" },
	{ "a DSS of no streams", { DSS("/Certs [14 0 R]") }, NULL, 0, BAD, "not an array of references" },
	{ "a DSS that lists the page's content", { DSS("/Certs [4 0 R]") }, NULL, 0, BAD, "not an array of references" },
	{ "a DSS that is the font", { { 1, CATALOG_FORM " /DSS 5 0 R", NULL } }, NULL, 0, BAD, "removed or malformed" },
	{ "a DSS that is a number", { { 1, CATALOG_FORM " /DSS 5", NULL } }, NULL, 0, BAD, "removed or malformed" },

	/* annotations at each permission */
	{ "a comment after an approval", { PAGE_WITH("30"), NOTE("Text", "") }, NULL, 0, NOTE_BAD, "annotation added" },
	{ "a comment at P 1", { PAGE_WITH("30"), NOTE("Text", "") }, NULL, 1, NOTE_BAD, "annotation added" },
	{ "a comment at P 2", { PAGE_WITH("30"), NOTE("Text", "") }, NULL, 2, NOTE_BAD, "annotation added" },
	{ "a comment at P 3", { PAGE_WITH("30"), NOTE("Text", "") }, NULL, 3, NOTE_OK, "annotation added" },
	{ "a highlight at P 3", { PAGE_WITH("30"), NOTE("Highlight", "/QuadPoints [0 0 1 0 0 1 1 1]") }, NULL, 3, NOTE_OK, "annotation added" },
	{ "a highlight with an appearance that covers", { PAGE_WITH("30"), { 30, HIGHLIGHT, NULL },
	    { 31, "/Type /XObject /Subtype /Form /BBox [0 0 9 9]", "0 0 9 9 re f" } }, NULL, 3, NOTE_ODD, "annotation added" },
	{ "a highlight that lets the text through", { PAGE_WITH("30"), { 30, HIGHLIGHT, NULL },
	    { 31, "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /ExtGState << /G << /BM /Multiply >> >> >>", "/G gs 0 0 9 9 re f" } },
	  NULL, 3, NOTE_OK, "annotation added" },
	{ "free text at P 3", { PAGE_WITH("30"), NOTE("FreeText", "/DA (/Helv 10 Tf)") }, NULL, 3, NOTE_ODD, "annotation added" },
	{ "a stamp at P 3", { PAGE_WITH("30"), NOTE("Stamp", "") }, NULL, 3, NOTE_ODD, "annotation added" },
	{ "a stamp at P 2", { PAGE_WITH("30"), NOTE("Stamp", "") }, NULL, 2, NOTE_BAD, "annotation added" },
	{ "a comment that paints text at P 3", { PAGE_WITH("30"), NOTE("Text", "/AP << /N 31 0 R >>"), { 31, APPEARANCE, SHOWS("gia") } }, NULL, 3, NOTE_ODD,
	  "annotation added" },
	{ "a comment that paints lines at P 3", { PAGE_WITH("30"), NOTE("Ink", "/AP << /N 31 0 R >>"), { 31, APPEARANCE, "0 0 m 9 9 l S" } }, NULL, 3, NOTE_OK,
	  "annotation added" },
	{ "an annotation with an action", { PAGE_WITH("30"), NOTE("Link", "/A << /S /URI /URI (http://x) >>") }, NULL, 3, BAD, "an action" },
	{ "a widget without a field", { PAGE_WITH("30"), NOTE("Widget", "") }, NULL, 3, BAD, "a widget without a field" },
	{ "an annotation that is signed content", { PAGE_WITH("14") }, NULL, 3, BAD, "no object of its own" },
	{ "an annotation written into the list", { { 3, PAGE " /Annots [" ANNOTS " << /Type /Annot /Subtype /Text /Rect [0 0 9 9] >>]", NULL } }, NULL, 3, BAD,
	  "no object of its own" },

	/* fields */
	{ "a field filled", { { 7, NAME_FIELD " /V (An) /AP << /N 30 0 R >>", NULL }, { 30, APPEARANCE, SHOWS("An") } }, NULL, 0, FORM_OK, "form field filled" },
	{ "a field filled without appearance", { { 7, NAME_FIELD " /V (An)", NULL } }, NULL, 0, FORM_OK, "form field filled" },
	{ "a field filled at P 2", { { 7, NAME_FIELD " /V (An)", NULL } }, NULL, 2, FORM_OK, "form field filled" },
	{ "a field filled at P 1", { { 7, NAME_FIELD " /V (An)", NULL } }, NULL, 1, FORM_BAD, "form field filled" },
	{ "an appearance that says something else", { { 7, NAME_FIELD " /V (An) /AP << /N 30 0 R >>", NULL }, { 30, APPEARANCE, SHOWS("Binh") } }, NULL, 0,
	  FORM_ODD, "does not show its value" },
	{ "an appearance with a picture", { { 7, NAME_FIELD " /V (An) /AP << /N 30 0 R >>", NULL },
	    { 30, "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /I 31 0 R >> >>", "/I Do" },
	    { 31, "/Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray", "x" } }, NULL, 0, FORM_ODD,
	  "does not show its value" },
	{ "an appearance that is the page's content", { { 7, NAME_FIELD " /V (An) /AP << /N 4 0 R >>", NULL } }, NULL, 0, BAD, "re-uses signed content" },
	{ "a value that is signed content", { { 7, NAME_FIELD " /V 4 0 R", NULL } }, NULL, 0, BAD, "re-uses signed content" },
	{ "a field moved", { { 7, WIDGET " /FT /Tx /T (ten) /Rect [0 0 595 842] /V (An)", NULL } }, NULL, 0, BAD, "more than the value" },
	{ "a field given an action", { { 7, NAME_FIELD " /V (An) /AA << /K << /S /JavaScript /JS (1) >> >>", NULL } }, NULL, 0, BAD, "more than the value" },
	{ "a locked field filled", { { 8, LOCKED_FIELD " /V (An)", NULL } }, NULL, 0, BAD, "a locked field changed" },
	{ "a choice made, its appearance rewritten in place", { { 15, WIDGET " /FT /Ch /T (tinh) /Rect [50 600 250 620] /Opt [(Lang Son) (Cao Bang)] /V (Cao Bang)"
	    " /AP << /N 16 0 R >>", NULL }, { 16, APPEARANCE, SHOWS("Cao Bang") } }, NULL, 0, FORM_OK, "form field filled" },
	{ "an appearance rewritten under its value", { { 16, APPEARANCE, SHOWS("Cao Bang") } }, NULL, 0, FORM_ODD, "does not show its value" },
	{ "a box ticked", { { 17, WIDGET " /FT /Btn /T (dong y) /Rect [50 560 60 570] /AS /Yes /V /Yes", NULL } }, NULL, 0, FORM_OK, "form field filled" },
	{ "a new text field", { { 6, FORM " /Fields [7 0 R 8 0 R 10 0 R 13 0 R 15 0 R 17 0 R 30 0 R]", NULL }, PAGE_WITH("30"),
	    { 30, WIDGET " /FT /Tx /T (moi) /Rect [0 0 9 9]", NULL } }, NULL, 0, BAD, "a form field added" },
	{ "a field removed", { { 6, FORM " /Fields [8 0 R 10 0 R 13 0 R 15 0 R 17 0 R]", NULL } }, NULL, 0, BAD, "a field removed" },
	{ "the form removed", { { 1, CATALOG, NULL } }, NULL, 0, BAD, "the form removed" },
	{ "the form replaced by a fresh one without its fields", { { 1, CATALOG " /AcroForm 30 0 R", NULL }, { 30, FORM " /Fields []", NULL } }, NULL, 0, BAD,
	  "a field removed" },
	{ "a field of the same name in another's place", { { 6, FORM " /Fields [30 0 R 8 0 R 10 0 R 13 0 R 15 0 R 17 0 R]", NULL },
	    { 30, NAME_FIELD " /V (x)", NULL } }, NULL, 0, BAD, "put in another's place" },
	{ "two fields of one name", { { 6, FORM " /Fields [7 0 R 8 0 R 10 0 R 13 0 R 15 0 R 17 0 R 30 0 R]", NULL }, { 30, NAME_FIELD, NULL } }, NULL, 0, BAD,
	  "two fields of one name" },
	{ "form resources grow", { { 6, "/SigFlags 3 /DA (/Helv 0 Tf 0 g) /DR << /Font << /Helv 5 0 R /F2 5 0 R >> >> /Fields " FIELDS, NULL } }, NULL, 0, FORM_OK,
	  "form resources changed" },
	{ "a form resource replaced", { { 6, "/SigFlags 3 /DA (/Helv 0 Tf 0 g) /DR << /Font << /Helv 30 0 R >> >> /Fields " FIELDS, NULL },
	    { 30, "/Type /Font /Subtype /Type1 /BaseFont /Symbol", NULL } }, NULL, 0, BAD, "form resources changed" },
	{ "a form that computes", { { 6, FORM " /CO [7 0 R] /Fields " FIELDS, NULL } }, NULL, 0, BAD, "form entry changed" },
	{ "an XFA form", { { 6, FORM " /XFA 30 0 R /Fields " FIELDS, NULL }, { 30, "", "<xdp/>" } }, NULL, 0, BAD, "form entry changed" },
	{ "signature flags", { { 6, "/SigFlags 1 /DA (/Helv 0 Tf 0 g) " RESOURCES " /Fields " FIELDS, NULL } }, NULL, 0, LTV, "signature flags changed" },
	{ "signature flags that are none", { { 6, "/SigFlags (3) /DA (/Helv 0 Tf 0 g) " RESOURCES " /Fields " FIELDS, NULL } }, NULL, 0, BAD,
	  "signature flags changed" },
	{ "another default appearance", { { 6, "/SigFlags 3 /DA (/Helv 9 Tf 1 g) " RESOURCES " /Fields " FIELDS, NULL } }, NULL, 0, FORM_OK,
	  "form default changed" },

	/* signatures */
	{ "a signature added", { { 6, FORM " /Fields [7 0 R 8 0 R 10 0 R 13 0 R 15 0 R 17 0 R 30 0 R]", NULL }, PAGE_WITH("30"),
	    { 30, NEW_SIGNATURE_FIELD, NULL }, { 31, SIGNATURE, NULL } }, NULL, 0, FORM_OK, "signature added" },
	{ "a signature field that paints and is not signed", { { 6, FORM " /Fields [7 0 R 8 0 R 10 0 R 13 0 R 15 0 R 17 0 R 30 0 R]", NULL }, PAGE_WITH("30"),
	    { 30, WIDGET " /FT /Sig /T (ChuKy3) /Rect [400 100 500 150] /AP << /N 32 0 R >>", NULL }, { 32, APPEARANCE, SHOWS("1 000 000") } },
	  NULL, 0, FORM_ODD, "an unsigned signature field that shows something" },
	{ "an empty signature field that paints nothing", { { 6, FORM " /Fields [7 0 R 8 0 R 10 0 R 13 0 R 15 0 R 17 0 R 30 0 R]", NULL }, PAGE_WITH("30"),
	    { 30, WIDGET " /FT /Sig /T (ChuKy3) /Rect [400 100 500 150] /AP << /N 32 0 R >>", NULL }, { 32, APPEARANCE, "0 0 9 9 re S" } },
	  NULL, 0, FORM_OK, "signature field added" },
	{ "a signature over the page", { { 6, FORM " /Fields [7 0 R 8 0 R 10 0 R 13 0 R 15 0 R 17 0 R 30 0 R]", NULL }, PAGE_WITH("30"),
	    { 30, WIDGET " /FT /Sig /T (ChuKy3) /Rect [50 50 550 800] /V 31 0 R /AP << /N 32 0 R >>", NULL }, { 31, SIGNATURE, NULL },
	    { 32, APPEARANCE, SHOWS("1 000 000") } }, NULL, 2, FORM_ODD, "covers much of a page" },
	{ "a signature added at P 1", { { 6, FORM " /Fields [7 0 R 8 0 R 10 0 R 13 0 R 15 0 R 17 0 R 30 0 R]", NULL }, PAGE_WITH("30"),
	    { 30, NEW_SIGNATURE_FIELD, NULL }, { 31, SIGNATURE, NULL } }, NULL, 1, FORM_BAD, "signature added" },
	{ "an unseen document time-stamp at P 1", { { 6, FORM " /Fields [7 0 R 8 0 R 10 0 R 13 0 R 15 0 R 17 0 R 30 0 R]", NULL }, PAGE_WITH("30"),
	    { 30, WIDGET " /FT /Sig /T (Dau) /Rect [0 0 0 0] /V 31 0 R", NULL }, { 31, "/Type /DocTimeStamp /ByteRange [0 1 2 3] /Contents <30>", NULL } },
	  NULL, 1, LTV, "signature added" },
	{ "a signature written into its field", { { 6, FORM " /Fields [7 0 R 8 0 R 10 0 R 13 0 R 15 0 R 17 0 R 30 0 R]", NULL }, PAGE_WITH("30"),
	    { 30, WIDGET " /FT /Sig /T (ChuKy3) /Rect [0 0 9 9] /V << " SIGNATURE " >>", NULL } }, NULL, 0, BAD, "not an object of its own" },
	{ "a signature that is the first one again", { { 6, FORM " /Fields [7 0 R 8 0 R 10 0 R 13 0 R 15 0 R 17 0 R 30 0 R]", NULL }, PAGE_WITH("30"),
	    { 30, WIDGET " /FT /Sig /T (ChuKy3) /Rect [0 0 9 9] /V 9 0 R", NULL } }, NULL, 0, BAD, "not an object of its own" },
	{ "a signature field with an action", { { 6, FORM " /Fields [7 0 R 8 0 R 10 0 R 13 0 R 15 0 R 17 0 R 30 0 R]", NULL }, PAGE_WITH("30"),
	    { 30, NEW_SIGNATURE_FIELD " /AA << >>", NULL }, { 31, SIGNATURE, NULL } }, NULL, 0, BAD, "with an action" },
	{ "the empty field signed", { { 13, EMPTY_FIELD " /V 30 0 R", NULL }, { 30, SIGNATURE, NULL } }, NULL, 0, FORM_OK, "signature field signed" },
	{ "the empty field moved and signed", { { 13, WIDGET " /FT /Sig /T (ChuKy2) /Rect [0 0 595 842] /V 30 0 R", NULL }, { 30, SIGNATURE, NULL } }, NULL, 0, BAD,
	  "more than the signature" },
	{ "the signed field moved", { { 10, WIDGET " /FT /Sig /T (ChuKy1) /Rect [0 0 300 300] /V 9 0 R /Lock << /Type /SigFieldLock /Action /Include"
	    " /Fields [(khoa)] >>", NULL } }, NULL, 0, BAD, "a signed field changed" },
	{ "the signed field given an appearance", { { 10, SIGNED_FIELD " /AP << /N 30 0 R >>", NULL }, { 30, APPEARANCE, SHOWS("x") } }, NULL, 0, BAD,
	  "a signed field changed" },
	{ "the lock taken off", { { 10, WIDGET " /FT /Sig /T (ChuKy1) /Rect [100 100 200 150] /V 9 0 R", NULL } }, NULL, 0, BAD, "a signed field changed" },
	{ "the signature dictionary rewritten", { { 9, SIGNATURE " /Name (ai do)", NULL } }, NULL, 0, BAD, "signed object replaced" },
};

static const char *const in_a_stream[] = { "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
					   "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>" };

/* Streams that hold objects or the cross-reference itself are never rewritten, though nothing refers to them: no view of such a file. */
static void containers_overwritten(void **state)
{
	static const uint32_t numbers[] = { 10, 11 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		static struct builder b;

		builder_init(&b, "%PDF-1.7\n");
		builder_objstm(&b, 10, "", 1, in_a_stream, ARRAY_LEN(in_a_stream));
		builder_xref_stream(&b, 11, "/Root 1 0 R");
		builder_object(&b, numbers[i], "<< /A 1 >>");
		builder_xref_stream(&b, 12, "/Root 1 0 R");
		open_fails(&b, ERR_PDF_XREF, "is redefined");
		builder_release(&b);
	}
}

/* What one update did and the next undid is still told. */
static void undone_changes_count(void **state)
{
	static struct builder b;
	struct arena *arena = arena_new(0);
	struct pd_change_report report;
	struct pd_doc *doc;
	struct err err = ERR_INIT;

	(void)state;
	put_signed_file(&b, 0);
	builder_stream(&b, 4, "", "BT /F 12 Tf 50 750 Td (Cong vat) Tj ET", 38);
	builder_table(&b, "/Root 1 0 R /Info 11 0 R");
	builder_stream(&b, 4, "", "BT /F 12 Tf 50 750 Td (Cong van) Tj ET", 38);
	builder_table(&b, "/Root 1 0 R /Info 11 0 R");
	doc = open_ok(&b);
	assert_ok(pd_changes_after(doc, 0, arena, &report, &err), &err);
	assert_int_equal(report.verdict, PD_VERDICT_FORBIDDEN);
	assert_ok(pd_changes_after(doc, 1, arena, &report, &err), &err);
	assert_int_equal(report.verdict, PD_VERDICT_FORBIDDEN);
	pd_free(doc);
	builder_release(&b);
	arena_free(arena);
}

/* Values of a filled field are told, before and after. */
static void values_are_told(void **state)
{
	static struct builder b;
	struct arena *arena = arena_new(0);
	struct pd_change_report report;
	struct pd_doc *doc;
	struct err err = ERR_INIT;

	(void)state;
	put_signed_file(&b, 2);
	builder_object(&b, 15, "<< " WIDGET " /FT /Ch /T (tinh) /Rect [50 600 250 620] /Opt [(Lang Son) (Cao Bang)] /V (Cao Bang) >>");
	builder_table(&b, "/Root 1 0 R /Info 11 0 R");
	doc = open_ok(&b);
	assert_ok(pd_changes_after(doc, 0, arena, &report, &err), &err);
	assert_int_equal(report.count, 1);
	assert_int_equal(report.items[0].num, 15);
	assert_string_equal(report.items[0].old_value, "Lang Son");
	assert_string_equal(report.items[0].new_value, "Cao Bang");
	pd_free(doc);
	builder_release(&b);
	arena_free(arena);
}

int main(void)
{
	static struct CMUnitTest tests[ARRAY_LEN(rules) + 3];
	size_t n = 0;

	setlocale(LC_ALL, "");
	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		struct rule *rule = malloc(sizeof(*rule)); /* cmocka takes a pointer to what may change */

		*rule = rules[i];
		tests[n++] = (struct CMUnitTest){ rule->name, check_rule, NULL, NULL, rule };
	}
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(containers_overwritten);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(undone_changes_count);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(values_are_told);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
