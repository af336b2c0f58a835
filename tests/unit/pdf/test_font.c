/* test_font.c - the installed fonts with Times New Roman metrics: every Vietnamese letter, composed or not, and subsets
 * that parse again and show the same glyphs. */
#include "test.h"

#include "pdf/field_encoding.h"
#include "pdf/font_priv.h"
#include "util/arena.h"
#include "util/file.h"
#include "util/text_vi.h"

static const char *const files[] = { "/usr/share/fonts/truetype/croscore/Tinos-Regular.ttf",
				     "/usr/share/fonts/truetype/croscore/Tinos-BoldItalic.ttf",
				     "/usr/share/fonts/truetype/liberation2/LiberationSerif-Regular.ttf",
				     "/usr/share/fonts/truetype/liberation2/LiberationSerif-Bold.ttf" };

struct loaded {
	struct buf file;
	struct pd_font *font;
};

static void load(struct loaded *l, const char *path)
{
	struct err err = ERR_INIT;

	*l = (struct loaded){ .file = BUF_INIT };
	if (access(path, R_OK) != 0) {
		print_message("skipped: %s is not installed\n", path);
		skip();
	}
	assert_ok(file_read(path, 1 << 24, &l->file, &err), &err);
	assert_ok(pd_font_parse((struct bytes){ (const uint8_t *)l->file.data, l->file.len }, &l->font, &err), &err);
}

static void drop(struct loaded *l)
{
	pd_font_free(l->font);
	buf_release(&l->file);
}

static void test_every_vietnamese_letter(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	for (size_t f = 0; f < ARRAY_LEN(files); f++) {
		struct loaded l;
		AUTO(arena_freep) struct arena *arena = arena_new(0);
		int letters = 0;

		load(&l, files[f]);
		for (unsigned code = FIELD_FIRST_CODE; code <= FIELD_LAST_CODE; code++) {
			char utf8[UTF8_MAX_BYTES + 1] = "";
			struct str nfd;

			if (!field_unicode(code))
				continue;
			utf8_put(field_unicode(code), utf8);
			assert_ok(pd_font_has_text(l.font, utf8, &err), &err);
			assert_ok(text_vi_nfd(str_of(utf8), arena, &nfd, &err), &err);
			assert_ok(pd_font_has_text(l.font, nfd.p, &err), &err);
			assert_true(pd_font_text_width(l.font, nfd.p, 10) == pd_font_text_width(l.font, utf8, 10));
			letters += field_unicode(code) >= 0xc0 && field_unicode(code) < 0x2000;
		}
		assert_int_equal(letters, 134);
		drop(&l);
	}
}

static void test_metrics(void **state)
{
	struct err err = ERR_INIT;
	struct loaded l;

	(void)state;
	load(&l, files[0]);
	assert_string_equal(pd_font_name(l.font), "Tinos");
	/* Times New Roman: A 722, a 444, space 250, zero 500 */
	assert_int_equal((int)(pd_font_text_width(l.font, "A", 1000) + 0.5), 722);
	assert_int_equal((int)(pd_font_text_width(l.font, "a 0", 1000) + 0.5), 444 + 250 + 500);
	assert_true(pd_font_ascent(l.font, 10) > 8.8 && pd_font_ascent(l.font, 10) < 9.0);
	assert_true(pd_font_descent(l.font, 10) < -2.1 && pd_font_descent(l.font, 10) > -2.2);
	assert_fails(pd_font_has_text(l.font, "a\xe4\xb8\xad", &err), &err, ERR_FONT_GLYPH);
	assert_non_null(strstr(err.detail, "U+4E2D"));
	assert_fails(pd_font_has_text(l.font, "a\xff", &err), &err, ERR_TEXT);
	assert_true(pd_font_text_width(l.font, "\xff", 10) > 0);
	drop(&l);
	load(&l, files[1]);
	assert_string_equal(pd_font_name(l.font), "Tinos-BoldItalic");
	assert_true(l.font->bold && l.font->italic_angle < 0);
	drop(&l);
}

/* Outlines without instructions and padding: what two fonts must have in common. */
static bool same_outline(const struct pd_font *a, unsigned ga, const struct pd_font *b, unsigned gb, int depth)
{
	struct bytes x, y;

	if (font_outline(a, ga, &x, NULL) < 0 || font_outline(b, gb, &y, NULL) < 0 || depth > 8)
		return false;
	if (x.n == 0 || y.n == 0)
		return x.n == y.n;
	if (memcmp(x.p, y.p, 10) != 0)
		return false;
	if (font_i16(x.p) >= 0) {
		size_t ends = 2 * (size_t)font_i16(x.p);
		size_t skip = font_u16(x.p + 10 + ends);
		size_t n = x.n - 12 - ends - skip;

		return memcmp(x.p + 10, y.p + 10, ends) == 0 && font_u16(y.p + 10 + ends) == 0 &&
		       y.n >= n + 12 + ends && memcmp(x.p + 12 + ends + skip, y.p + 12 + ends, n) == 0;
	}
	return same_outline(a, font_u16(x.p + 12), b, font_u16(y.p + 12), depth + 1); /* the base letter */
}

static void test_subset_shows_the_same_glyphs(void **state)
{
	static const char text[] = "Nguyễn Thị Ánh Tuyết, ĐẶNG ằẳẵ 0123456789 ữợỹ";
	struct err err = ERR_INIT;

	(void)state;
	for (size_t f = 0; f < ARRAY_LEN(files); f++) {
		AUTO(font_subset_release) struct font_subset subset = { NULL, 0, 0 };
		AUTO(buf_release) struct buf out = BUF_INIT;
		AUTO(pd_font_freep) struct pd_font *small = NULL;
		struct str rest = STR(text);
		struct loaded l;
		uint32_t code;
		unsigned cid;

		load(&l, files[f]);
		while (utf8_next(&rest, &code))
			assert_ok(font_subset_add(&subset, l.font, code, &cid, &err), &err);
		assert_ok(font_subset_add(&subset, l.font, 'N', &cid, &err), &err);
		assert_int_equal(cid, 1);
		assert_fails(font_subset_add(&subset, l.font, 0x4e2d, &cid, &err), &err, ERR_FONT_GLYPH);
		/* the cmap is for characters that ascend */
		for (size_t i = 0; i < subset.count; i++)
			for (size_t j = i + 1; j < subset.count; j++)
				if (subset.codes[j] < subset.codes[i]) {
					code = subset.codes[i];
					subset.codes[i] = subset.codes[j];
					subset.codes[j] = code;
				}
		assert_ok(font_subset_write(&subset, l.font, /* with_cmap= */ true, &out, &err), &err);
		assert_true(out.len < 20000);
		assert_ok(pd_font_parse((struct bytes){ (const uint8_t *)out.data, out.len }, &small, &err), &err);
		for (size_t i = 0; i < subset.count; i++) {
			unsigned glyph = font_glyph(l.font, subset.codes[i]);

			assert_int_equal(font_glyph(small, subset.codes[i]), i + 1);
			assert_int_equal(font_advance(small, (unsigned)i + 1), font_advance(l.font, glyph));
			assert_true(same_outline(l.font, glyph, small, (unsigned)i + 1, 0));
		}
		drop(&l);
	}
}

static void test_checksum_of_subset(void **state)
{
	AUTO(font_subset_release) struct font_subset subset = { NULL, 0, 0 };
	AUTO(buf_release) struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	uint32_t sum = 0;
	struct loaded l;
	unsigned cid;

	(void)state;
	load(&l, files[0]);
	assert_ok(font_subset_add(&subset, l.font, 0x1eef, &cid, &err), &err);
	assert_ok(font_subset_write(&subset, l.font, /* with_cmap= */ false, &out, &err), &err);
	assert_int_equal(out.len % 4, 0);
	for (size_t i = 0; i < out.len; i += 4)
		sum += font_u32((const uint8_t *)out.data + i);
	assert_int_equal(sum, 0xb1b0afba);
	drop(&l);
}

static void test_faces_are_shared(void **state)
{
	AUTO(font_subset_release) struct font_subset subset = { NULL, 0, 0 };
	struct err err = ERR_INIT;
	struct font_face *a, *b, *c;
	struct loaded l;
	unsigned cid;

	(void)state;
	load(&l, files[0]);
	assert_ok(font_subset_add(&subset, l.font, 'a', &cid, &err), &err);
	assert_ok(font_face_get(l.font, &subset, false, &a, &err), &err);
	assert_ok(font_face_get(l.font, &subset, false, &b, &err), &err);
	assert_ptr_equal(a, b);
	assert_int_equal(strlen(a->tag), 6);
	assert_string_equal(buf_str(&a->widths), "1 [444]");
	for (uint32_t code = 'b'; code < 'j'; code++) { /* push it out of the font's memory */
		assert_ok(font_subset_add(&subset, l.font, code, &cid, &err), &err);
		assert_ok(font_face_get(l.font, &subset, false, &c, &err), &err);
		font_face_drop(c);
	}
	assert_string_equal(buf_str(&a->widths), "1 [444]"); /* still held here */
	font_face_drop(a);
	font_face_drop(b);
	drop(&l);
}

/* ---- hostile fonts: a whole one with a few bytes changed ---- */

static void spoil(const char *tag, size_t at, const char *bytes, size_t n, const char *says)
{
	struct err err = ERR_INIT;
	struct pd_font *font = NULL;
	struct loaded l;
	uint8_t *p;
	bool found = false;

	load(&l, files[0]);
	pd_font_free(l.font);
	p = (uint8_t *)l.file.data;
	for (unsigned i = 0; tag && i < font_u16(p + 4); i++)
		if (memcmp(p + 12 + i * 16, tag, 4) == 0) {
			at += font_u32(p + 12 + i * 16 + 8);
			found = true;
		}
	assert_true(found || !tag);
	memcpy(p + at, bytes, n);
	assert_fails(pd_font_parse((struct bytes){ p, l.file.len }, &font, &err), &err, ERR_FONT);
	if (!strstr(err.detail, says))
		fail_msg("\"%s\" does not say \"%s\"", err.detail, says);
	buf_release(&l.file);
}

static void test_hostile_fonts(void **state)
{
	struct err err = ERR_INIT;
	struct pd_font *font = NULL;

	(void)state;
	spoil(NULL, 0, "OTTO", 4, "CFF");
	spoil(NULL, 0, "GIF8", 4, "not a TrueType");
	spoil(NULL, 4, "\xff\xff", 2, "directory");
	spoil(NULL, 12, "glyf", 4, "double or outside");
	spoil("head", 12, "\0", 1, "head");
	spoil("head", 18, "\0\0", 2, "head");
	spoil("maxp", 4, "\0\0", 2, "number of glyphs");
	spoil("maxp", 4, "\xff\xff", 2, "loca");
	spoil("hhea", 34, "\xff\xff", 2, "number of glyphs or metrics");
	spoil("cmap", 2, "\xff\xff", 2, "cmap");
	spoil("cmap", 2, "\0\0", 2, "no usable");
	spoil("OS/2", 8, "\0\2", 2, "licence");
	assert_fails(pd_font_parse((struct bytes){ (const uint8_t *)"abc", 3 }, &font, &err), &err, ERR_FONT);
	pd_font_free(NULL);
}

/* A made-up font of three characters, once with each format of cmap; it lies with the inputs of the fuzzer. */
static void test_both_formats_of_cmap(void **state)
{
	static const char *const names[] = { "format4", "format12" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *root = getenv("KYSO_SOURCE_DIR");
		struct loaded l;
		char path[512];

		snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/font/%s", root ? root : ".", names[i]);
		load(&l, path);
		assert_string_equal(pd_font_name(l.font), "Tron");
		assert_int_equal(font_glyph(l.font, 'A'), 1);
		assert_int_equal(font_glyph(l.font, 'a'), 3);
		assert_int_equal(font_glyph(l.font, 'b'), 0);
		assert_int_equal(font_glyph(l.font, 0x10000), 0);
		drop(&l);
	}
}

/* A composite that holds itself must not be followed for ever. */
static void test_composite_cycle(void **state)
{
	AUTO(font_subset_release) struct font_subset subset = { NULL, 0, 0 };
	AUTO(buf_release) struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	struct loaded l;
	struct bytes outline;
	unsigned glyph, cid;

	(void)state;
	load(&l, files[0]);
	glyph = font_glyph(l.font, 0x1ea5);
	assert_ok(font_outline(l.font, glyph, &outline, &err), &err);
	assert_true(font_i16(outline.p) < 0);
	l.file.data[outline.p - (const uint8_t *)l.file.data + 12] = (char)(glyph >> 8);
	l.file.data[outline.p - (const uint8_t *)l.file.data + 13] = (char)glyph;
	assert_ok(font_subset_add(&subset, l.font, 0x1ea5, &cid, &err), &err);
	assert_fails(font_subset_write(&subset, l.font, false, &out, &err), &err, ERR_FONT);
	assert_non_null(strstr(err.detail, "nests too deep"));
	drop(&l);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_every_vietnamese_letter),
	cmocka_unit_test(test_metrics),
	cmocka_unit_test(test_subset_shows_the_same_glyphs),
	cmocka_unit_test(test_checksum_of_subset),
	cmocka_unit_test(test_faces_are_shared),
	cmocka_unit_test(test_hostile_fonts),
	cmocka_unit_test(test_both_formats_of_cmap),
	cmocka_unit_test(test_composite_cycle),
};

TEST_MAIN(tests)
