/*
 * test_content.c - what a content stream shows: its text through the encodings and /ToUnicode maps, pictures, forms, shadings; what
 * cannot be decided is said to be so.
 */
#include "reading.h"

#include "pdf/content.h"
#include "util/arena.h"
#include "util/buf.h"

#define MAP(body) "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n1 begincodespacerange <0000> <FFFF> endcodespacerange\n" body "endcmap end end"
#define SIMPLE "/Type /Font /Subtype /Type1 /BaseFont /Helvetica"
#define COMPOSITE "/Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /ToUnicode 11 0 R"

struct sample {
	const char *content;
	const char *font;  /* object 10, /F of the stream's resources */
	const char *map;   /* object 11 */
	const char *text;  /* NULL = an error */
	bool undecided, images, forms, shadings;
};

static const struct sample samples[] = {
	{ "", SIMPLE, "", "", false, false, false, false },
	{ "BT /F 9 Tf (Xin ) Tj (chao) Tj ET", SIMPLE, "", "Xin chao", false, false, false, false },
	{ "BT /F 9 Tf [(Xin) -250 <63> (hao)] TJ ET", SIMPLE, "", "Xinchao", false, false, false, false },
	{ "BT /F 9 Tf (a) ' 1 2 (b) \" ET", SIMPLE, "", "ab", false, false, false, false },
	{ "BT /F 9 Tf (a\\351b) Tj ET", SIMPLE, "", "a\xc3\xa9" "b", true, false, false, false },
	{ "BT (x) Tj ET", SIMPLE, "", "x", true, false, false, false },                       /* no font was chosen */
	{ "BT /G 9 Tf (x) Tj ET", SIMPLE, "", "x", false, false, false, false },              /* unknown: readers take a standard font */
	{ "BT /H 9 Tf (x) Tj ET", SIMPLE, "", "x", false, false, false, false },              /* of the form's default resources */
	{ "BT /F 9 Tf (x) Tj ET", SIMPLE " /Encoding << /Differences [120 /y] >>", "", "x", true, false, false, false },
	{ "BT /F 9 Tf (An\\000Binh) Tj ET", SIMPLE, "", "AnBinh", true, false, false, false }, /* nothing goes unseen behind a NUL */
	{ "BT /F 9 Tf 5 Tj /x Tj ET", SIMPLE, "", "", false, false, false, false },
	{ "/I Do", SIMPLE, "", "", false, true, false, false },
	{ "/X Do /S sh", SIMPLE, "", "", false, false, true, true },
	{ "/None Do", SIMPLE, "", "", false, false, true, false },
	{ "BI /W 1 /H 1 ID x EI (unread", SIMPLE, "", "", false, true, false, false },
	{ "0 0 m % a comment (x) Tj\n1 1 l S", SIMPLE, "", "", false, false, false, false },

	{ "BT /F 9 Tf <00410042> Tj ET", COMPOSITE, MAP("2 beginbfchar <0041> <1EBF> <0042> <0103> endbfchar\n"), "ếă", false, false, false, false },
	{ "BT /F 9 Tf <00010003> Tj ET", COMPOSITE, MAP("1 beginbfrange <0001> <0003> <0061> endbfrange\n"), "ac", false, false, false, false },
	{ "BT /F 9 Tf <00010002> Tj ET", COMPOSITE, MAP("1 beginbfrange <0001> <0002> [<0078> <00790079>] endbfrange\n"), "xyy", false, false, false, false },
	{ "BT /F 9 Tf <0001> Tj ET", COMPOSITE, MAP("1 beginbfchar <0001> <D83DDE00> endbfchar\n"), "😀", false, false, false, false },
	{ "BT /F 9 Tf <0001> Tj ET", COMPOSITE, MAP("2 beginbfchar <0001> <0061> <0001> <0062> endbfchar\n"), "a", false, false, false, false },
	{ "BT /F 9 Tf <00010009> Tj ET", COMPOSITE, MAP("1 beginbfchar <0001> <0061> endbfchar\n"), "a", true, false, false, false },
	{ "BT /F 9 Tf <000100> Tj ET", COMPOSITE, MAP("1 beginbfchar <0001> <0061> endbfchar\n"), "", true, false, false, false },
	{ "BT /F 9 Tf <0001> Tj ET", COMPOSITE, MAP("1 beginbfchar <0001> <0000> endbfchar\n"), "", true, false, false, false },
	{ "BT /F 9 Tf <0001> Tj ET", COMPOSITE, MAP("1 beginbfchar <0001> <006100> endbfchar\n"), "a", true, false, false, false },
	{ "BT /F 9 Tf <0001> Tj ET", COMPOSITE, MAP(""), "", true, false, false, false },
	{ "BT /F 9 Tf <0041> Tj ET", COMPOSITE, MAP("1 beginbfchar <> <0061> endbfchar\n"), "A", true, false, false, false }, /* the map is refused */
	{ "BT /F 9 Tf <0041> Tj ET", COMPOSITE, "beginbfchar <0041", "A", true, false, false, false },

	{ "(never closed", SIMPLE, "", NULL, false, false, false, false },
	{ "[1 2", SIMPLE, "", NULL, false, false, false, false },
	{ "0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 m", SIMPLE, "",
	  NULL, false, false, false, false },
};

static void put_file(struct builder *b, const char *content, const char *font, const char *map)
{
	builder_init(b, "%PDF-1.7\n");
	builder_object(b, 1, "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [] /DR << /Font << /H 12 0 R >> >> >> >>");
	builder_object(b, 2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
	builder_object(b, 3, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>");
	builder_stream(b, 4, "/Subtype /Form /Resources << /Font << /F 10 0 R >> /XObject << /I 13 0 R /X 14 0 R >> >>", content, strlen(content));
	builder_object(b, 10, "<< %s >>", font);
	builder_stream(b, 11, "", map, strlen(map));
	builder_object(b, 12, "<< " SIMPLE " >>");
	builder_stream(b, 13, "/Subtype /Image /Width 1 /Height 1", "x", 1);
	builder_stream(b, 14, "/Subtype /Form", "", 0);
	builder_table(b, "/Root 1 0 R");
}

static void check_sample(const struct sample *sample)
{
	static struct builder b;
	struct arena *arena = arena_new(0);
	struct pd_content_summary summary;
	struct pd_doc *doc;
	struct pd_view view;
	struct err err = ERR_INIT;
	int rc;

	put_file(&b, sample->content, sample->font, sample->map);
	doc = open_ok(&b);
	view = pd_view_last(doc);
	rc = pd_content_summarise(view, pd_load(view, (struct pd_ref){ 4, 0 }), arena, &summary, &err);
	if ((rc == 0) != (sample->text != NULL))
		fail_msg("%s: %d %s", sample->content, rc, err.detail);
	if (rc == 0 && strcmp(summary.text, sample->text) != 0)
		fail_msg("%s: \"%s\"", sample->content, summary.text);
	if (rc == 0 && (summary.undecided != sample->undecided || summary.images != sample->images || summary.forms != sample->forms ||
			summary.shadings != sample->shadings))
		fail_msg("%s: undecided %d, images %d, forms %d, shadings %d", sample->content, summary.undecided, summary.images, summary.forms,
			 summary.shadings);
	pd_free(doc);
	builder_release(&b);
	arena_free(arena);
}

static void contents_are_summarised(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++)
		check_sample(&samples[i]);
}

/* Many codes through a large map: no time is lost by looking through it for each. */
static void large_maps(void **state)
{
	static struct sample sample = { .font = COMPOSITE };
	AUTO(buf_release) struct buf map = BUF_INIT;
	AUTO(buf_release) struct buf content = BUF_INIT;
	AUTO(buf_release) struct buf text = BUF_INIT;

	(void)state;
	buf_puts(&map, "1 beginbfchar\n");
	for (unsigned code = 0; code < 60000; code++)
		buf_printf(&map, "<%04X> <0061>\n", 60000 - code);
	buf_puts(&map, "endbfchar\n");
	buf_puts(&content, "/F 9 Tf <");
	for (unsigned i = 0; i < 300000; i++) {
		buf_printf(&content, "%04X", i % 60000 + 1);
		buf_putc(&text, 'a');
	}
	buf_puts(&content, "> Tj");
	sample.map = buf_str(&map);
	sample.content = buf_str(&content);
	sample.text = buf_str(&text);
	check_sample(&sample);
}

static const struct CMUnitTest tests[] = { cmocka_unit_test(contents_are_summarised), cmocka_unit_test(large_maps) };
TEST_MAIN(tests)
