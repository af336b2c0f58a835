/* test_text.c - where text stands: rotation, crop box, user unit, NFD, hidden text, marks, several ways of drawing one
 * line. */
#include "test.h"

#include <math.h>

#include "page/text.h"
#include "util/arena.h"

#include "page/pdf_maker.h"

#define A4 "/MediaBox [0 0 595.276 841.89]"
#define MM(pt) ((pt)*25.4 / 72)

struct read {
	struct pdf_maker pdf;
	struct page_doc *doc;
	struct arena *arena;
	struct page_text text;
};

static void read_made(struct read *r)
{
	struct err err = ERR_INIT;

	r->arena = arena_new(0);
	assert_ok(page_open(maker_bytes(&r->pdf), &r->doc, &err), &err);
	assert_ok(page_text(r->doc, 0, 0, r->arena, &r->text, &err), &err);
}

static struct read read_page(const char *entries, const char *content)
{
	struct read r = { .pdf = maker_page(entries, content) };

	maker_end(&r.pdf);
	read_made(&r);
	return r;
}

static void done(struct read *r)
{
	page_free(r->doc);
	arena_free(r->arena);
	buf_release(&r->pdf.file);
}

static void assert_near(float got, double want)
{
	if (fabs((double)got - want) > 0.15)
		fail_msg("%.3f is not near %.3f", (double)got, want);
}

static const struct text_line *line(const struct read *r, size_t i)
{
	assert_true(r->text.pages[0].line_count > i);
	return &r->text.pages[0].lines[i];
}

static size_t lines_of(const struct read *r)
{
	return r->text.pages[0].line_count;
}

static void plain_page_has_its_text_in_place(void **state)
{
	struct read r = read_page(A4, "BT /F2 14 Tf 100 700 Td (Hello) Tj ET");
	const struct text_line *l = line(&r, 0);

	(void)state;
	assert_int_equal(r.text.doc_page_count, 1);
	assert_near(r.text.pages[0].width_mm, 210);
	assert_near(r.text.pages[0].height_mm, 297);
	assert_int_equal(lines_of(&r), 1);
	assert_string_equal(l->utf8, "Hello");
	assert_int_equal(l->char_count, 5);
	assert_near(l->x0, MM(100));
	assert_near(l->baseline, 297 - MM(700));
	assert_near(l->size_pt, 14);
	assert_true(l->bold && !l->italic && !l->vertical && !l->invisible);
	assert_true(l->y0 < l->baseline && l->baseline < l->y1);
	assert_near(l->chars[1].x0, MM(100 + 14 * 0.778)); /* H of Times-Bold is 778 wide */
	assert_false(page_was_repaired(r.doc));
	done(&r);
}

/* The same place on the paper as shown, reached through /Rotate: 40 mm from the left, 50 mm from the top of what is
 * shown. */
static void rotated_pages_read_as_shown(void **state)
{
	static const struct {
		const char *entries, *matrix;
		double width, height;
	} rows[] = {
		{ A4 " /Rotate 90", "0 1 -1 0 141.73 113.39", 297, 210 },
		{ A4 " /Rotate 180", "-1 0 0 -1 481.89 141.73", 210, 297 },
		{ A4 " /Rotate 270", "0 -1 1 0 453.54 728.5", 297, 210 },
		{ A4 " /Rotate -90", "0 -1 1 0 453.54 728.5", 297, 210 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char content[128];
		struct read r;

		snprintf(content, sizeof(content), "BT /F1 12 Tf %s Tm (Turned) Tj ET", rows[i].matrix);
		r = read_page(rows[i].entries, content);
		assert_near(r.text.pages[0].width_mm, rows[i].width);
		assert_near(r.text.pages[0].height_mm, rows[i].height);
		assert_string_equal(line(&r, 0)->utf8, "Turned");
		assert_false(line(&r, 0)->vertical);
		assert_near(line(&r, 0)->x0, 40);
		assert_near(line(&r, 0)->baseline, 50);
		done(&r);
	}
}

static void crop_box_moves_the_origin_and_hides_what_is_outside(void **state)
{
	struct read r = read_page(A4 " /CropBox [100 200 400 600]",
				  "BT /F1 12 Tf 150 500 Td (inside) Tj ET BT /F1 12 Tf 10 10 Td (outside) Tj ET");

	(void)state;
	assert_near(r.text.pages[0].width_mm, MM(300));
	assert_int_equal(lines_of(&r), 1);
	assert_string_equal(line(&r, 0)->utf8, "inside");
	assert_near(line(&r, 0)->x0, MM(50));
	assert_near(line(&r, 0)->baseline, MM(100));
	done(&r);
}

static void user_unit_scales(void **state)
{
	struct read r = read_page("/MediaBox [0 0 300 400] /UserUnit 2", "BT /F1 12 Tf 100 300 Td (Big) Tj ET");

	(void)state;
	assert_near(r.text.pages[0].width_mm, MM(600));
	assert_near(r.text.pages[0].height_mm, MM(800));
	assert_near(line(&r, 0)->x0, MM(200));
	assert_near(line(&r, 0)->baseline, MM(200));
	assert_near(line(&r, 0)->size_pt, 24);
	done(&r);
}

static void decomposed_text_stays_as_it_is(void **state)
{
	/* e + circumflex + acute, then composed */
	struct read r = read_page(
	    A4, "BT /U 12 Tf 100 700 Td <00480069006503020301> Tj ET BT /U 12 Tf 100 600 Td <0048006900651EBF> Tj ET");

	(void)state;
	assert_int_equal(lines_of(&r), 2);
	assert_string_equal(line(&r, 0)->utf8, "Hie\xCC\x82\xCC\x81");
	assert_int_equal(line(&r, 0)->char_count, 5);
	assert_string_equal(line(&r, 1)->utf8, "Hie\xE1\xBA\xBF");
	done(&r);
}

static void columns_stay_apart_and_sorted(void **state)
{
	struct read r =
	    read_page(A4, "BT /F1 12 Tf 300 700 Td (RIGHT HEAD) Tj ET BT /F1 12 Tf 100 600.4 Td (below) Tj ET "
			  "BT /F1 12 Tf 100 700.5 Td (LEFT HEAD) Tj ET");

	(void)state;
	assert_int_equal(lines_of(&r), 3);
	assert_string_equal(line(&r, 0)->utf8, "LEFT HEAD");
	assert_string_equal(line(&r, 1)->utf8, "RIGHT HEAD");
	assert_string_equal(line(&r, 2)->utf8, "below");
	done(&r);
}

static void one_name_drawn_in_many_ways_is_one_line(void **state)
{
	static const char *const ways[] = {
		"BT /F1 12 Tf 100 700 Td [(N) 40 (g) -30 (u) 20 (yen) -250 (V) 120 (an)] TJ ET",
		/* glyph by glyph, each placed by itself, no space drawn */
		"BT /F1 12 Tf 1 0 0 1 100 700 Tm (N) Tj 1 0 0 1 108.7 700 Tm (g) Tj 1 0 0 1 114.7 700 Tm (u) Tj 1 0 0 "
		"1 120.7 700 Tm (y) Tj "
		"1 0 0 1 126.7 700 Tm (e) Tj 1 0 0 1 132 700 Tm (n) Tj 1 0 0 1 141 700 Tm (V) Tj 1 0 0 1 149 700 Tm "
		"(a) Tj "
		"1 0 0 1 154.3 700 Tm (n) Tj ET",
		/* second word first */
		"BT /F1 12 Tf 141 700 Td (Van) Tj ET BT /F1 12 Tf 100 700 Td (Nguyen) Tj ET",
		/* spread over a cell, the one space stretched */
		"BT /F1 12 Tf 100 700 Td [(Nguyen) -2000 ( ) -2000 (Van)] TJ ET",
		/* fake bold: the same text twice, a little moved */
		"BT /F1 12 Tf 100 700 Td (Nguyen Van) Tj ET BT /F1 12 Tf 100.3 700 Td (Nguyen Van) Tj ET",
		/* filled and stroked */
		"BT /F1 12 Tf 2 Tr 100 700 Td (Nguyen Van) Tj ET",
		/* filled, and a clip path too */
		"q BT /F1 12 Tf 4 Tr 100 700 Td (Nguyen Van) Tj ET Q",
		/* character spacing */
		"BT /F1 12 Tf 3 Tc 100 700 Td (Nguyen Van) Tj ET",
		/* spread letters without any space drawn */
		"BT /F1 12 Tf 2 Tc 100 700 Td [(Nguyen) -400 (Van)] TJ ET",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct read r = read_page(A4, ways[i]);

		if (lines_of(&r) != 1 || strcmp(line(&r, 0)->utf8, "Nguyen Van") != 0)
			fail_msg("way %zu: %zu lines, \"%s\"", i, lines_of(&r), line(&r, 0)->utf8);
		assert_int_equal(line(&r, 0)->bold, i == 4 || i == 5);
		assert_false(line(&r, 0)->invisible);
		done(&r);
	}
}

static void typed_blanks_part_a_line(void **state)
{
	struct read r = read_page(A4, "BT /F1 12 Tf 100 700 Td (Noi nhan:                    GIAM DOC) Tj ET");

	(void)state;
	assert_int_equal(lines_of(&r), 2);
	assert_string_equal(line(&r, 0)->utf8, "Noi nhan:");
	assert_string_equal(line(&r, 1)->utf8, "GIAM DOC");
	done(&r);
}

static void text_that_is_not_seen(void **state)
{
	struct read r = read_page(
	    A4, "BT /F1 12 Tf 3 Tr 100 700 Td (scanned) Tj ET "                           /* under a scan */
		"q 100 500 200 50 re W n BT /F1 12 Tf 0 Tr 100 600 Td (clipped) Tj ET Q " /* outside its clip */
		"q /GS0 gs BT /F1 12 Tf 0 Tr 100 550 Td (glass) Tj ET Q "                 /* alpha 0 */
		"BT /F1 12 Tf 0 Tr 100 400 Td (seen) Tj ET");

	(void)state;
	assert_int_equal(lines_of(&r), 2);
	assert_string_equal(line(&r, 0)->utf8, "scanned");
	assert_true(line(&r, 0)->invisible);
	assert_string_equal(line(&r, 1)->utf8, "seen");
	assert_false(line(&r, 1)->invisible);
	done(&r);
}

static void text_of_other_directions_is_vertical(void **state)
{
	struct read r = read_page(
	    A4,
	    "BT /F1 12 Tf 0 1 -1 0 100 300 Tm (upwards) Tj ET BT /F1 12 Tf -1 0 0 -1 300 300 Tm (on its head) Tj ET "
	    "BT /F1 12 Tf 0.9995 0.0314 -0.0314 0.9995 100 200 Tm (skewed scan) Tj ET");
	int vertical = 0;

	(void)state;
	assert_int_equal(lines_of(&r), 3);
	for (size_t i = 0; i < 3; i++) {
		vertical += line(&r, i)->vertical;
		if (strcmp(line(&r, i)->utf8, "skewed scan") == 0)
			assert_false(line(&r, i)->vertical);
	}
	assert_int_equal(vertical, 2);
	done(&r);
}

/* CJK written from top to bottom: Identity-V */
static void vertical_writing_is_vertical(void **state)
{
	struct read r = { .pdf = maker_page_with(A4, "/Properties << /L 10 0 R >>",
						 "BT /U 12 Tf 100 700 Td <005A005A> Tj ET") };
	char *encoding = strstr(r.pdf.file.data, "/Identity-H");

	(void)state;
	assert_non_null(encoding);
	encoding[strlen("/Identity-")] = 'V';
	maker_object(&r.pdf, "<< /Type /OCG /Name (off) >>");
	maker_end(&r.pdf);
	read_made(&r);
	assert_int_equal(lines_of(&r), 1);
	assert_string_equal(line(&r, 0)->utf8, "ZZ");
	assert_true(line(&r, 0)->vertical);
	assert_true(line(&r, 0)->y1 - line(&r, 0)->y0 > line(&r, 0)->x1 - line(&r, 0)->x0);
	done(&r);
}

static void slanted_by_matrix_is_italic(void **state)
{
	struct read r = read_page(A4, "BT /F1 12 Tf 1 0 0.3 1 100 700 Tm (slanted) Tj ET");

	(void)state;
	assert_true(line(&r, 0)->italic);
	assert_near(line(&r, 0)->size_pt, 12);
	done(&r);
}

static void marks_but_no_rules(void **state)
{
	struct read r = read_page(A4, "1 g 0 0 595 842 re f "                             /* white paper */
				      "0 G 1 w 50 500 m 500 500 l S 50 100 400 300 re S " /* rules and a frame */
				      "0 g 50 480 400 1 re f "                 /* a rule as a filled rectangle */
				      "1 0 0 rg 100 600 50 40 re f "           /* a mark */
				      "300 600 m 320 680 400 680 420 600 c S " /* a drawn curve */
				      "q 72 0 0 36 200 700 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x80 EI Q");
	const struct text_page *page = &r.text.pages[0];

	(void)state;
	assert_int_equal(page->line_count, 0);
	assert_int_equal(page->image_count, 3);
	assert_near(page->images[0].x0, MM(100));
	assert_near(page->images[0].y0, MM(841.89 - 640));
	assert_near(page->images[0].x1, MM(150));
	assert_near(page->images[2].x0, MM(200));
	assert_near(page->images[2].y1, MM(841.89 - 700));
	done(&r);
}

/* What an earlier signature or a filled field shows is seen like the page's own. */
static void annotations_are_seen(void **state)
{
	struct read r = { .pdf = maker_page(A4 " /Annots [10 0 R 12 0 R]", "BT /F1 12 Tf 100 700 Td (body) Tj ET") };

	(void)state;
	maker_object(
	    &r.pdf,
	    "<< /Type /Annot /Subtype /Widget /FT /Sig /T (S) /Rect [300 300 400 350] /F 4 /AP << /N 11 0 R >> >>");
	maker_stream(&r.pdf, "/Type /XObject /Subtype /Form /BBox [0 0 100 50]", "0 0 1 rg 10 10 80 30 re f");
	maker_object(&r.pdf, "<< /Type /Annot /Subtype /Widget /FT /Tx /T (N) /V (123) /Rect [100 600 200 620] /F 4 "
			     "/AP << /N 13 0 R >> >>");
	maker_stream(&r.pdf, "/Type /XObject /Subtype /Form /BBox [0 0 100 20] /Resources << /Font << /F1 5 0 R >> >>",
		     "BT /F1 12 Tf 2 5 Td (123) Tj ET");
	maker_end(&r.pdf);
	read_made(&r);
	assert_int_equal(lines_of(&r), 2);
	assert_string_equal(line(&r, 1)->utf8, "123");
	assert_near(line(&r, 1)->x0, MM(102));
	assert_int_equal(r.text.pages[0].image_count, 1);
	assert_near(r.text.pages[0].images[0].x0, MM(310));
	assert_near(r.text.pages[0].images[0].y0, MM(841.89 - 340));
	done(&r);
}

static void masks_patterns_and_hidden_layers_are_no_text(void **state)
{
	struct read r = { 0 };

	(void)state;
	r.pdf = maker_page_with(A4,
				"/ExtGState << /MK << /SMask 12 0 R >> /G0 << /ca 0 >> >> /Pattern << /P 11 0 R >> "
				"/Properties << /L 10 0 R >> "
				"/XObject << /X 14 0 R >>",
				"/Pattern cs /P scn 100 100 200 200 re f 0 g q /G0 gs /X Do Q q /MK gs BT /F1 12 Tf "
				"100 700 Td (over) Tj ET Q "
				"/OC /L BDC BT /F1 12 Tf 100 650 Td (layer) Tj ET EMC");
	maker_object(&r.pdf, "<< /Type /OCG /Name (off) >>");
	maker_stream(&r.pdf,
		     "/PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 20 20] /XStep 20 /YStep 20 "
		     "/Resources << /Font << /F1 5 0 R >> >>",
		     "BT /F1 12 Tf 2 2 Td (cell) Tj ET");
	maker_object(&r.pdf, "<< /S /Luminosity /G 13 0 R >>");
	maker_stream(&r.pdf,
		     "/Type /XObject /Subtype /Form /BBox [0 0 600 850] /Group << /S /Transparency /CS /DeviceGray >> "
		     "/Resources << /Font << /F1 5 0 R >> >>",
		     "1 g 0 0 600 850 re f BT /F1 12 Tf 100 200 Td (mask) Tj ET");
	maker_stream(&r.pdf,
		     "/Type /XObject /Subtype /Form /BBox [0 0 600 850] /Group << /S /Transparency >> "
		     "/Resources << /Font << /F1 5 0 R >> >>",
		     "BT /F1 12 Tf 100 300 Td (group) Tj ET");
	maker_end(&r.pdf);
	read_made(&r);
	for (size_t i = 0; i < lines_of(&r); i++)
		assert_string_equal(line(&r, i)->utf8, "over");
	assert_int_equal(lines_of(&r), 1);
	assert_int_equal(r.text.pages[0].image_count, 1);
	assert_near(r.text.pages[0].images[0].x1, MM(300));
	done(&r);
}

static void pages_are_chosen(void **state)
{
	struct read r = read_page(A4, "BT /F1 12 Tf 100 700 Td (only) Tj ET");
	struct page_text text = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(page_text(r.doc, 0, 1, r.arena, &text, &err), &err);
	assert_int_equal(text.page_count, 1);
	assert_fails(page_text(r.doc, 1, 0, r.arena, &text, &err), &err, ERR_PDF_PAGE);
	assert_fails(page_text(r.doc, 0, 2, r.arena, &text, &err), &err, ERR_PDF_PAGE);
	done(&r);
}

static void what_is_no_pdf_is_said(void **state)
{
	static const uint8_t text[] = "This is a letter, not a PDF.";
	static const uint8_t broken[] = "%PDF-1.4\nnothing here";
	struct page_doc *doc = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(page_open((struct bytes){ text, sizeof(text) - 1 }, &doc, &err), &err, ERR_PDF_NOT_PDF);
	assert_fails(page_open((struct bytes){ NULL, 0 }, &doc, &err), &err, ERR_PDF_NOT_PDF);
	assert_fails(page_open((struct bytes){ broken, sizeof(broken) - 1 }, &doc, &err), &err, ERR_PAGE);
	assert_null(doc);
	assert_true(strlen(page_engine_version()) > 3);
}

static void too_many_characters_are_a_limit(void **state)
{
	struct buf content = BUF_INIT;
	struct read r = { .arena = arena_new(0) };
	struct err err = ERR_INIT;

	(void)state;
	/* 300 forms of 300 forms of 60 characters would be 5.4 million */
	for (int i = 0; i < 300; i++)
		buf_puts(&content, "/X Do ");
	buf_puts(&r.pdf.file, "%PDF-1.7\n");
	maker_object(&r.pdf, "<< /Type /Catalog /Pages 2 0 R >>");
	maker_object(&r.pdf, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
	maker_object(&r.pdf,
		     "<< /Type /Page /Parent 2 0 R " A4 " /Contents 4 0 R /Resources << /XObject << /X 6 0 R >> >> >>");
	maker_stream(&r.pdf, "", content.data);
	maker_object(&r.pdf, "<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>");
	maker_stream(&r.pdf,
		     "/Type /XObject /Subtype /Form /BBox [0 0 600 850] /Resources << /XObject << /X 7 0 R >> >>",
		     content.data);
	maker_stream(&r.pdf, "/Type /XObject /Subtype /Form /BBox [0 0 600 850] /Resources << /Font << /F1 5 0 R >> >>",
		     "BT /F1 1 Tf 100 700 Td (abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz01234567) Tj ET");
	maker_end(&r.pdf);
	buf_release(&content);
	assert_ok(page_open(maker_bytes(&r.pdf), &r.doc, &err), &err);
	assert_fails(page_text(r.doc, 0, 0, r.arena, &r.text, &err), &err, ERR_WORKER_LIMIT);
	done(&r);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(plain_page_has_its_text_in_place),
	cmocka_unit_test(rotated_pages_read_as_shown),
	cmocka_unit_test(crop_box_moves_the_origin_and_hides_what_is_outside),
	cmocka_unit_test(user_unit_scales),
	cmocka_unit_test(decomposed_text_stays_as_it_is),
	cmocka_unit_test(columns_stay_apart_and_sorted),
	cmocka_unit_test(one_name_drawn_in_many_ways_is_one_line),
	cmocka_unit_test(typed_blanks_part_a_line),
	cmocka_unit_test(text_that_is_not_seen),
	cmocka_unit_test(text_of_other_directions_is_vertical),
	cmocka_unit_test(vertical_writing_is_vertical),
	cmocka_unit_test(slanted_by_matrix_is_italic),
	cmocka_unit_test(marks_but_no_rules),
	cmocka_unit_test(annotations_are_seen),
	cmocka_unit_test(masks_patterns_and_hidden_layers_are_no_text),
	cmocka_unit_test(pages_are_chosen),
	cmocka_unit_test(what_is_no_pdf_is_said),
	cmocka_unit_test(too_many_characters_are_a_limit),
};

TEST_MAIN(tests)
