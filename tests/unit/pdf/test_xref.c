/* Header, startxref, tables, /Prev, revisions: what is read and what is refused (pdf-validation rules 6, 8 and 9). */
#include "reading.h"

#include "pdf/limits.h"

static struct builder b;
static uint64_t first_section; /* of two_revisions */

static int teardown(void **state)
{
	(void)state;
	builder_release(&b);
	return 0;
}

static void simple(const char *header)
{
	builder_release(&b);
	builder_init(&b, header);
	builder_page(&b);
	builder_object(&b, 4, "<< /A 1 >>");
}

static void patch_number(const char *before, uint64_t from, uint64_t to)
{
	char old[64];
	char new[64];

	snprintf(old, sizeof(old), "%s%llu", before, (unsigned long long)from);
	snprintf(new, sizeof(new), "%s%llu", before, (unsigned long long)to);
	builder_patch(&b, old, new);
}

/* Two revisions by tables; the second redefines 4 and adds 5. */
static void two_revisions(void)
{
	simple("%PDF-1.4\n");
	builder_table(&b, "/Root 1 0 R");
	first_section = b.prev;
	builder_object(&b, 4, "<< /A 2 >>");
	builder_object(&b, 5, "<< /B 1 >>");
	builder_table(&b, "/Root 1 0 R");
}

static void opens(void **state)
{
	struct pd_view view;
	size_t count;

	(void)state;
	simple("%PDF-1.4\n%\xE2\xE3\xCF\xD3\n");
	builder_table(&b, "/Root 1 0 R");
	AUTO(pd_freep) struct pd_doc *doc = open_ok(&b);

	assert_int_equal(pd_revision_count(doc), 1);
	assert_int_equal(pd_version(doc), 14);
	assert_int_equal(pd_base_offset(doc), 0);
	assert_false(pd_is_encrypted(doc));
	assert_false(pd_is_linearized(doc));
	assert_int_equal(pd_revision(doc, 0)->start, 0);
	assert_int_equal(pd_revision(doc, 0)->end, b.out.len);
	assert_int_equal(pd_revision(doc, 0)->eof_end, b.out.len - 1);
	assert_int_equal(pd_revision(doc, 0)->xref_kind, PD_XREF_TABLE);
	assert_int_equal(pd_revision(doc, 0)->startxref, builder_find(&b, "xref\n0"));
	assert_null(pd_revision(doc, 1));
	assert_int_equal(pd_revision_entries(doc, 0, &count)[4].num, 4);
	assert_int_equal(count, 5);
	assert_null(pd_revision_entries(doc, 1, &count));
	view = pd_view_last(doc);
	assert_int_equal(pd_int(pd_get(view, pd_load(view, (struct pd_ref){ 4, 0 }), "A"), 0), 1);
	assert_int_equal(pd_file_bytes(doc).n, b.out.len);
	check_all_ok(doc);
}

static void versions(void **state)
{
	static const struct {
		const char *header;
		const char *catalog;
		int version;
	} good[] = { { "%PDF-1.3\n", "", 13 },
		     { "%PDF-2.0\n", "", 20 },
		     { "%PDF-1.4\n", "/Version /1.7", 17 },
		     { "%PDF-1.7\n", "/Version /1.4", 17 },
		     { "%PDF-1.4\n", "/Version /9.9", 14 },
		     { "%PDF-1.4\n", "/Version /1.77", 14 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		builder_release(&b);
		builder_init(&b, good[i].header);
		builder_object(&b, 1, "<< /Type /Catalog /Pages 2 0 R %s >>", good[i].catalog);
		builder_object(&b, 2, "<< /Type /Pages /Kids [] /Count 0 >>");
		builder_table(&b, "/Root 1 0 R");
		AUTO(pd_freep) struct pd_doc *doc = open_ok(&b);

		assert_int_equal(pd_version(doc), good[i].version);
	}
}

static void not_pdf(void **state)
{
	static const char *const bad[] = {
		"", "%PDF", "hello", "%PDF-", "%PDF-x.y ....", "%PDF-1,4 ...", "%PDF-3.0 ..."
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		builder_release(&b);
		builder_init(&b, bad[i]);
		open_fails(&b, ERR_PDF_NOT_PDF, "%PDF-");
	}
	struct pd_doc *doc = NULL;
	struct err err = ERR_INIT;

	assert_fails(pd_open((struct bytes){ NULL, 0 }, 0, &doc, &err), &err, ERR_PDF_NOT_PDF);
}

static void line_ends(void **state)
{
	static const char *const eols[] = { " \n", " \r", "\r\n" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(eols); i++) {
		simple("%PDF-1.4\n");
		b.eol = eols[i];
		builder_table(&b, "/Root 1 0 R");
		AUTO(pd_freep) struct pd_doc *doc = open_ok(&b);

		check_all_ok(doc);
	}
	static const char *const short_ones[] = { "\n", "\r", "  ", "\n\n" };

	for (size_t i = 0; i < ARRAY_LEN(short_ones); i++) {
		simple("%PDF-1.4\n");
		b.eol = short_ones[i];
		builder_table(&b, "/Root 1 0 R");
		open_fails(&b, ERR_PDF_XREF, "");
	}
}

/* CR alone everywhere a line may end (old Macintosh writers). */
static void carriage_returns(void **state)
{
	(void)state;
	simple("%PDF-1.4\r");
	b.eol = "\r\n";
	builder_table(&b, "/Root 1 0 R");
	for (size_t i = 0; i < b.out.len; i++)
		if (b.out.data[i] == '\n' && b.out.data[i - 1] != '\r')
			b.out.data[i] = '\r';
	AUTO(pd_freep) struct pd_doc *doc = open_ok(&b);

	check_all_ok(doc);
}

static void after_the_end(void **state)
{
	static const struct {
		const char *tail;
		size_t end; /* bytes after %%EOF that belong to the revision */
	} good[] = { { "", 0 },     { "\n", 1 },       { "\r", 1 },     { "\r\n", 2 },
		     { "\n\n", 1 }, { "\r\n\r\n", 2 }, { "\n\r\n", 1 }, { "\r\r", 1 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		simple("%PDF-1.4\n");
		b.tail = good[i].tail;
		builder_table(&b, "/Root 1 0 R");
		AUTO(pd_freep) struct pd_doc *doc = open_ok(&b);

		assert_int_equal(pd_revision(doc, 0)->end - pd_revision(doc, 0)->eof_end, good[i].end);
		check_all_ok(doc);
	}
	static const char *const bad[] = {
		"x", "\nx", " ", "\n\n\n", "\n%comment", "\n5 0 obj 1 endobj\n", "\n ", "\0"
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		simple("%PDF-1.4\n");
		b.tail = bad[i][0] ? bad[i] : "";
		builder_table(&b, "/Root 1 0 R");
		if (!bad[i][0])
			buf_putc(&b.out, 0);
		open_fails(&b, ERR_PDF_UNACCOUNTED, "after the last %%EOF");
	}
}

static void truncated(void **state)
{
	(void)state;
	two_revisions();
	for (size_t cut = b.out.len - 6; cut > 20; cut -= 7) {
		struct pd_doc *doc = NULL;
		struct err err = ERR_INIT;
		size_t first_end = 0;

		b.out.len = cut;
		for (size_t i = 0; i + 5 < cut && !first_end; i++)
			if (memcmp(b.out.data + i, "%%EOF", 5) == 0)
				first_end = i + 5;
		if (first_end && cut <= first_end + 1)
			continue; /* cut down to a whole first revision: a good file */
		if (pd_open(builder_bytes(&b), 0, &doc, &err) == 0)
			fail_msg("cut at %zu was accepted", cut);
		assert_true(err.code == ERR_PDF_TRUNCATED || err.code == ERR_PDF_UNACCOUNTED);
	}
}

static void startxref_exact(void **state)
{
	(void)state;
	simple("%PDF-1.4\n");
	builder_table(&b, "/Root 1 0 R");
	builder_patch(&b, "startxref\n2", "startxref\n3");
	open_fails(&b, ERR_PDF_XREF, "section");
	simple("%PDF-1.4\n");
	builder_raw(&b,
		    "xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 1 /Root 1 0 R >>\nstartxref\n99999\n%%%%EOF\n");
	open_fails(&b, ERR_PDF_XREF, "beyond the end");
	static const struct {
		const char *from, *to, *says;
	} bad[] = { { "startxref", "startxreg", "no startxref" },
		    { "trailer", "trailor", "subsection" },
		    { "xref\n0 5", "xreg\n0 5", "no cross-reference section" },
		    { "%EOF", "%EOX", "does not end" } };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		simple("%PDF-1.4\n");
		builder_table(&b, "/Root 1 0 R");
		builder_patch_last(&b, bad[i].from, bad[i].to);
		open_fails(&b, i == 3 ? ERR_PDF_TRUNCATED : ERR_PDF_XREF, bad[i].says);
	}
	simple("%PDF-1.4\n");
	builder_raw(&b, "%%%%EOF\n");
	open_fails(&b, ERR_PDF_XREF, "no offset");
}

static void entries_exact(void **state)
{
	static const struct {
		const char *from, *to, *says;
		enum err_code code;
	} bad[] = {
		{ "0000000009 00000 n", "0000000010 00000 n", "object 1 0 is said to be at offset 10",
		  ERR_PDF_XREF }, /* off by one */
		{ "0000000009 00000 n", "0000000008 00000 x", "20 bytes", ERR_PDF_XREF },
		{ "0000000009 00000 n", "000000009  00000 n", "20 bytes", ERR_PDF_XREF },
		{ "0000000009 00000 n", "0000000009 0000 0n", "20 bytes", ERR_PDF_XREF },
		{ "0000000009 00000 n", "0000000009 00001 n", "there is 1 0 obj", ERR_PDF_XREF },
		{ "0000000009 00000 n", "0000000000 00000 n", "no `n g obj`", ERR_PDF_XREF },
		{ "0000000009 00000 n", "9999999999 00000 n", "outside its revision", ERR_PDF_XREF },
		{ "0000000009 00000 n", "0000000009 65536 n", "generation", ERR_PDF_XREF },
		{ "0000000000 65535 f", "0000000009 00000 n", "number 0 is in use", ERR_PDF_XREF },
		{ "xref\n0 5\n", "xref\n1 5\n", "counts from 1", ERR_PDF_XREF },
		{ "xref\n0 5\n", "xref\n0 4\n", "subsection", ERR_PDF_XREF },
		{ "xref\n0 5\n", "xref\n0 6\n", "subsection", ERR_PDF_XREF },
		{ "xref\n0 5\n", "xref\n0,5\n", "subsection", ERR_PDF_XREF },
		{ "xref\n0 5\n", "xref\n0 5x", "subsection", ERR_PDF_XREF },
		{ "/Size 5", "/Size 4", "/Size is 4", ERR_PDF_XREF },
		{ "/Size 5", "/Size 0", "/Size", ERR_PDF_XREF },
		{ "/Size 5", "/Sizo 5", "/Size", ERR_PDF_XREF },
		{ "/Root 1 0 R", "/Root 1 0 9", "", ERR_PDF_SYNTAX },
		{ "/Root 1 0 R", "/Root [1 0]", "no /Root", ERR_PDF_XREF },
		{ "/Root 1 0 R", "/Root 3 0 R", "is no catalog", ERR_PDF_STRUCTURE },
		{ "/Root 1 0 R", "/Root 9 0 R", "is no catalog", ERR_PDF_STRUCTURE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		simple("%PDF-1.4\n");
		builder_table(&b, "/Root 1 0 R");
		builder_patch(&b, bad[i].from, bad[i].to);
		open_fails(&b, bad[i].code, bad[i].says);
	}
}

static void subsection_limits(void **state)
{
	static const struct {
		const char *head;
		const char *says;
		enum err_code code;
	} bad[] = {
		{ "8388608 1", "object number", ERR_PDF_LIMIT },    { "8388607 2", "object number", ERR_PDF_LIMIT },
		{ "4294967295 1", "object number", ERR_PDF_LIMIT }, { "2147483648 1", "object number", ERR_PDF_LIMIT },
		{ "4294967296 1", "malformed", ERR_PDF_XREF },      { "0 99", "longer than the file", ERR_PDF_XREF }
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		uint64_t at;

		simple("%PDF-1.4\n");
		at = b.out.len;
		builder_raw(
		    &b, "xref\n%s\n0000000000 65535 f \ntrailer\n<< /Size 1 /Root 1 0 R >>\nstartxref\n%llu\n%%%%EOF\n",
		    bad[i].head, (unsigned long long)at);
		open_fails(&b, bad[i].code, bad[i].says);
	}
}

static void lenient_where_harmless(void **state)
{
	(void)state;
	/* Head of the free list as MuPDF writes it; and with generation 0. */
	static const char *const heads[] = { "0000000000 65536 f", "0000000000 00000 f", "0000000004 00001 f" };

	for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
		simple("%PDF-1.4\n");
		builder_table(&b, "/Root 1 0 R");
		builder_patch(&b, "0000000000 65535 f", heads[i]);
		AUTO(pd_freep) struct pd_doc *doc = open_ok(&b);

		check_all_ok(doc);
	}
	/* startxref and an offset that point at the line end before. */
	simple("%PDF-1.4\n");
	b.entries[0].offset -= 1;
	builder_table(&b, "/Root 1 0 R");
	patch_number("startxref\n", b.prev, b.prev - 1);
	AUTO(pd_freep) struct pd_doc *doc = open_ok(&b);

	assert_int_equal(pd_find_entry(pd_view_last(doc), 1)->offset, 9);
	check_all_ok(doc);
	/* A comment between trailer and startxref, as iText puts it. */
	simple("%PDF-1.4\n");
	builder_table(&b, "/Root 1 0 R >>\n%iText-Core-8.0.1 \n%<<");
	AUTO(pd_freep) struct pd_doc *commented = open_ok(&b);

	check_all_ok(commented);
}

static void bytes_before_the_header(void **state)
{
	(void)state;
	/* Offsets from the header, then from byte 0. */
	for (int i = 0; i < 2; i++) {
		simple("junk\nmore junk\n");
		builder_release(&b);
		builder_init(&b, "junk\nmore junk\n");
		b.base = i == 0 ? b.out.len : 0;
		builder_raw(&b, "%%PDF-1.4\n");
		builder_page(&b);
		builder_table(&b, "/Root 1 0 R");
		builder_object(&b, 4, "1");
		builder_table(&b, "/Root 1 0 R");
		AUTO(pd_freep) struct pd_doc *doc = open_ok(&b);

		assert_int_equal(pd_base_offset(doc), b.base);
		assert_int_equal(pd_revision_count(doc), 2);
		assert_int_equal(pd_revision(doc, 0)->start, 0);
		check_all_ok(doc);
	}
	/* Up to 1,024 bytes and no more. */
	for (int extra = 0; extra < 2; extra++) {
		builder_release(&b);
		builder_init(&b, "");
		buf_fill(&b.out, ' ', (size_t)PD_MAX_HEADER_OFFSET + (extra ? 20 : 0));
		b.base = b.out.len;
		builder_raw(&b, "%%PDF-1.4\n");
		builder_page(&b);
		builder_table(&b, "/Root 1 0 R");
		if (extra) {
			open_fails(&b, ERR_PDF_NOT_PDF, "1024");
		} else {
			AUTO(pd_freep) struct pd_doc *doc = open_ok(&b);

			check_all_ok(doc);
		}
	}
}

/* Both ways of counting meet a section: two readers would read two documents. */
static void ambiguous_base(void **state)
{
	uint64_t at;

	(void)state;
	builder_release(&b);
	builder_init(&b, "0123456789");
	b.base = 10;
	builder_raw(&b, "%%PDF-1.4\n");
	builder_page(&b);
	builder_raw(&b, "xref\n%%%%%%%%\n");
	at = b.out.len - b.base;
	builder_table(&b, "/Root 1 0 R");
	assert_memory_equal(b.out.data + at, "xref", 4);
	open_fails(&b, ERR_PDF_XREF, "two sections");
}

static void revisions(void **state)
{
	struct pd_view old;
	struct pd_view last;
	uint64_t start;
	uint64_t end;

	(void)state;
	two_revisions();
	AUTO(pd_freep) struct pd_doc *doc = open_ok(&b);

	assert_int_equal(pd_revision_count(doc), 2);
	assert_int_equal(pd_revision(doc, 1)->start, pd_revision(doc, 0)->end);
	old = pd_view_at(doc, 0);
	last = pd_view_last(doc);
	assert_int_equal(pd_int(pd_get(old, pd_load(old, (struct pd_ref){ 4, 0 }), "A"), 0), 1);
	assert_int_equal(pd_int(pd_get(last, pd_load(last, (struct pd_ref){ 4, 0 }), "A"), 0), 2);
	assert_null(pd_find_entry(old, 5));
	assert_non_null(pd_find_entry(last, 5));
	assert_int_equal(pd_entry_revision(last, 4), 1);
	assert_int_equal(pd_entry_revision(last, 3), 0);
	assert_int_equal(pd_view_at(doc, 77).revision, 1);
	assert_int_equal(pd_object_extent(last, 5, &start, &end), 0);
	assert_int_equal(end - start, strlen("5 0 obj\n<< /B 1 >>\nendobj"));
	assert_int_equal(pd_object_extent(old, 5, &start, &end), -1);
	check_all_ok(doc);
}

static void prev_has_to_decrease(void **state)
{
	static const char *const values[] = { "999", "000", "-12", "1.5", "(a)" };
	char prev[32];

	(void)state;
	two_revisions();
	patch_number("/Prev ", first_section, b.prev); /* to itself */
	open_fails(&b, ERR_PDF_XREF, "has a /Prev");
	two_revisions();
	patch_number("/Prev ", first_section, b.prev + 2);
	open_fails(&b, ERR_PDF_XREF, "no cross-reference section");
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		two_revisions();
		snprintf(prev, sizeof(prev), "/Prev %llu", (unsigned long long)first_section);
		assert_int_equal(strlen(prev), strlen("/Prev 999"));
		builder_patch(&b, prev, "/Prev xyz");
		builder_patch(&b, "xyz", values[i]);
		open_fails(&b, ERR_PDF_XREF, "/Prev");
	}
}

/* The first revision leads on to the second, which leads back: a loop of two. */
static void prev_loop(void **state)
{
	char prev[48];

	(void)state;
	simple("%PDF-1.4\n");
	builder_table(&b, "/Root 1 0 R /Fill (0000)");
	builder_object(&b, 4, "2");
	builder_table(&b, "/Root 1 0 R");
	snprintf(prev, sizeof(prev), "/Prev %-8llu ", (unsigned long long)b.prev);
	prev[strlen("/Fill (0000)")] = '\0';
	builder_patch(&b, "/Fill (0000)", prev);
	open_fails(&b, ERR_PDF_XREF, "no cross-reference section");
}

/* A second section that skips one, and one whose first revision is inside the second. */
static void revisions_do_not_overlap(void **state)
{
	(void)state;
	two_revisions();
	builder_object(&b, 6, "1");
	b.prev = first_section;
	builder_table(&b, "/Root 1 0 R");
	AUTO(pd_freep) struct pd_doc *doc = open_ok(&b);
	struct err err = ERR_INIT;

	assert_int_equal(pd_revision_count(doc), 2);
	assert_fails_saying(pd_account(doc, 1, &err), &err, ERR_PDF_UNACCOUNTED, "object 4 0 at offset");
}

static void size_and_root(void **state)
{
	(void)state;
	two_revisions();
	builder_patch(&b, "/Size 6", "/Size 4");
	open_fails(&b, ERR_PDF_XREF, "shrinks from 5 to 4");
	two_revisions();
	builder_patch_last(&b, "/Root 1 0 R", "/Rott 1 0 R");
	open_fails(&b, ERR_PDF_XREF, "revision 1 has no /Root");
}

/* An offset of the second revision that leads into the first, and one of the first that leads into the second. */
static void offsets_stay_in_their_revision(void **state)
{
	(void)state;
	simple("%PDF-1.4\n");
	uint64_t old = b.entries[3].offset;

	builder_table(&b, "/Root 1 0 R");
	builder_object(&b, 5, "1");
	builder_entry(&b, 4, 0, 'n', old, 0);
	builder_table(&b, "/Root 1 0 R");
	open_fails(&b, ERR_PDF_XREF, "outside its revision");
}

static void freed_objects(void **state)
{
	(void)state;
	simple("%PDF-1.4\n");
	builder_table(&b, "/Root 1 0 R");
	builder_entry(&b, 4, 1, 'f', 0, 0);
	builder_table(&b, "/Root 1 0 R");
	AUTO(pd_freep) struct pd_doc *doc = open_ok(&b);

	assert_null(pd_find_entry(pd_view_last(doc), 4));
	assert_int_equal(pd_kind(pd_load(pd_view_last(doc), (struct pd_ref){ 4, 0 })), PD_NULL);
	assert_int_equal(pd_entry_revision(pd_view_last(doc), 4), 0);
	check_all_ok(doc);
	builder_object(&b, 4, "1");
	builder_table(&b, "/Root 1 0 R");
	open_fails(&b, ERR_PDF_XREF, "comes back");
}

/* A number that never was anything but free may be used. */
static void unused_free_entry(void **state)
{
	(void)state;
	simple("%PDF-1.4\n");
	builder_entry(&b, 5, 65535, 'f', 0, 0);
	builder_table(&b, "/Root 1 0 R");
	builder_object(&b, 5, "1");
	builder_table(&b, "/Root 1 0 R");
	AUTO(pd_freep) struct pd_doc *doc = open_ok(&b);

	check_all_ok(doc);
}

static void generations(void **state)
{
	(void)state;
	simple("%PDF-1.4\n");
	builder_table(&b, "/Root 1 0 R");
	builder_entry(&b, 4, 1, 'n', b.out.len, 0);
	builder_raw(&b, "4 1 obj\n1\nendobj\n");
	builder_table(&b, "/Root 1 0 R");
	open_fails(&b, ERR_PDF_XREF, "changes its generation");
	builder_release(&b);
	builder_init(&b, "%PDF-1.4\n");
	builder_page(&b);
	builder_entry(&b, 4, 3, 'n', b.out.len, 0);
	builder_raw(&b, "4 3 obj\n17\nendobj\n");
	builder_table(&b, "/Root 1 0 R");
	AUTO(pd_freep) struct pd_doc *doc = open_ok(&b);
	struct pd_view view = pd_view_last(doc);

	assert_int_equal(pd_int(pd_load(view, (struct pd_ref){ 4, 3 }), 0), 17);
	assert_int_equal(pd_kind(pd_load(view, (struct pd_ref){ 4, 0 })), PD_NULL);
}

static void duplicate_entries(void **state)
{
	(void)state;
	simple("%PDF-1.4\n");
	builder_entry(&b, 4, 0, 'n', b.entries[3].offset, 0);
	builder_table(&b, "/Root 1 0 R");
	open_fails(&b, ERR_PDF_XREF, "two cross-reference entries");
}

/* A signature may count the second line end after %%EOF in. */
static void where_revisions_end(void **state)
{
	uint64_t eof;

	(void)state;
	simple("%PDF-1.4\n");
	b.tail = "\r\n\n";
	builder_table(&b, "/Root 1 0 R");
	AUTO(pd_freep) struct pd_doc *doc = open_ok(&b);

	eof = pd_revision(doc, 0)->eof_end;
	assert_true(pd_revision_ends_at(doc, 0, eof));
	assert_false(pd_revision_ends_at(doc, 0, eof + 1)); /* between CR and LF */
	assert_true(pd_revision_ends_at(doc, 0, eof + 2));
	assert_true(pd_revision_ends_at(doc, 0, eof + 3));
	assert_false(pd_revision_ends_at(doc, 0, eof - 1));
	assert_false(pd_revision_ends_at(doc, 1, eof));
}

static void encryption_does_not_change(void **state)
{
	(void)state;
	simple("%PDF-1.4\n");
	builder_table(&b, "/Root 1 0 R /Encrypt 4 0 R");
	builder_table(&b, "/Root 1 0 R");
	open_fails(&b, ERR_PDF_XREF, "/Encrypt changes in revision 1");
}

static void too_many_revisions(void **state)
{
	(void)state;
	builder_release(&b);
	builder_init(&b, "%PDF-1.4\n");
	builder_page(&b);
	for (int i = 0; i <= PD_MAX_REVISIONS; i++)
		builder_table(&b, "/Root 1 0 R");
	open_fails(&b, ERR_PDF_LIMIT, "revisions");
}

/* Subsections need not come in order; numbers beyond what is listed are null. */
static void unordered_subsections(void **state)
{
	uint64_t at;

	(void)state;
	builder_release(&b);
	builder_init(&b, "%PDF-1.4\n");
	builder_page(&b);
	at = b.out.len;
	builder_raw(&b,
		    "xref\n2 2\n%010llu 00000 n \n%010llu 00000 n \n0 2\n0000000000 65535 f \n%010llu 00000 n \n0 "
		    "0\ntrailer\n<< /Size 4 /Root 1 0 R >>\n",
		    (unsigned long long)b.entries[1].offset, (unsigned long long)b.entries[2].offset,
		    (unsigned long long)b.entries[0].offset);
	builder_raw(&b, "startxref\n%llu\n%%%%EOF\n", (unsigned long long)at);
	AUTO(pd_freep) struct pd_doc *doc = open_ok(&b);

	assert_int_equal(pd_kind(pd_load(pd_view_last(doc), (struct pd_ref){ 99, 0 })), PD_NULL);
	check_all_ok(doc);
}

#define TEST(name) cmocka_unit_test_teardown(name, teardown)

static const struct CMUnitTest tests[] = {
	TEST(opens),
	TEST(versions),
	TEST(not_pdf),
	TEST(line_ends),
	TEST(carriage_returns),
	TEST(after_the_end),
	TEST(truncated),
	TEST(startxref_exact),
	TEST(entries_exact),
	TEST(subsection_limits),
	TEST(lenient_where_harmless),
	TEST(bytes_before_the_header),
	TEST(ambiguous_base),
	TEST(revisions),
	TEST(prev_has_to_decrease),
	TEST(prev_loop),
	TEST(revisions_do_not_overlap),
	TEST(size_and_root),
	TEST(offsets_stay_in_their_revision),
	TEST(freed_objects),
	TEST(unused_free_entry),
	TEST(generations),
	TEST(duplicate_entries),
	TEST(where_revisions_end),
	TEST(encryption_does_not_change),
	TEST(too_many_revisions),
	TEST(unordered_subsections),
};

TEST_MAIN(tests)
