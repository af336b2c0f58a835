/* test_text_vi.c - normal forms, case, folded keys and strict UTF-8 of util/text_vi. */
#include "test.h"

#include "util/arena.h"
#include "util/text_vi.h"

typedef int transform(struct str in, struct arena *arena, struct str *ret, struct err *err);

static void assert_becomes(transform *fn, const char *in, const char *expected)
{
	AUTO(arena_freep) struct arena *arena = arena_new(0);
	struct err err = ERR_INIT;
	struct str out;

	assert_ok(fn(str_of(in), arena, &out, &err), &err);
	assert_string_equal(out.p, expected);
	assert_int_equal(out.n, strlen(expected));
}

static void assert_folds(const char *in, unsigned flags, const char *expected)
{
	AUTO(arena_freep) struct arena *arena = arena_new(0);
	struct err err = ERR_INIT;
	struct str out;

	assert_ok(text_vi_fold(str_of(in), flags, arena, &out, &err), &err);
	assert_string_equal(out.p, expected);
}

/* All 134 Vietnamese letters with marks: 12 vowels x 6 tones x 2 cases less the plain ones, and Đ. */
static const char *const vowels[] = { "aàảãáạ", "ăằẳẵắặ", "âầẩẫấậ", "eèẻẽéẹ", "êềểễếệ", "iìỉĩíị",
				      "oòỏõóọ", "ôồổỗốộ", "ơờởỡớợ", "uùủũúụ", "ưừửữứự", "yỳỷỹýỵ" };

static void every_letter_goes_there_and_back(void **state)
{
	size_t seen = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(vowels); i++) {
		struct str rest = str_of(vowels[i]);
		AUTO(arena_freep) struct arena *arena = arena_new(0);
		struct err err = ERR_INIT;
		struct str nfd, nfc, upper, lower;
		uint32_t code;

		assert_int_equal(utf8_count(rest), 6);
		assert_ok(text_vi_nfd(rest, arena, &nfd, &err), &err);
		for (struct str s = nfd; utf8_next(&s, &code);)
			assert_true(code < 0x80 || (code >= 0x300 && code < 0x370));
		assert_ok(text_vi_nfc(nfd, arena, &nfc, &err), &err);
		assert_string_equal(nfc.p, vowels[i]);
		assert_ok(text_vi_upper(nfd, arena, &upper, &err), &err);
		assert_true(text_vi_is_upper(upper));
		assert_ok(text_vi_lower(upper, arena, &lower, &err), &err);
		assert_string_equal(lower.p, vowels[i]);
		seen += utf8_count(nfc);
	}
	assert_int_equal(seen, 72);
	assert_becomes(text_vi_nfd, "Đđ", "Đđ");
}

static void nfc_takes_any_canonical_order(void **state)
{
	(void)state;
	assert_becomes(text_vi_nfc, "a\xcc\xa3\xcc\x82", "ậ");    /* dot below, circumflex */
	assert_becomes(text_vi_nfc, "a\xcc\x82\xcc\xa3", "ậ");    /* circumflex, dot below: same by canonical order */
	assert_becomes(text_vi_nfc, "\xc3\xa2\xcc\xa3", "ậ");     /* â + dot below */
	assert_becomes(text_vi_nfc, "\xe1\xba\xa1\xcc\x82", "ậ"); /* ạ + circumflex */
	assert_becomes(text_vi_nfc, "o\xcc\xa3\xcc\x9b", "ợ");    /* dot below before horn */
	assert_becomes(text_vi_nfc, "u\xcc\x83\xcc\x9b", "ữ");    /* tilde before horn */
	assert_becomes(text_vi_nfc, "u\xcc\x9b\xcc\x83", "ữ");
	assert_becomes(text_vi_nfc, "a\xcd\x81", "á"); /* U+0341, a canonical twin of the acute */
	assert_becomes(text_vi_nfc, "U\xcc\x88\xcc\x81", "Ǘ");
	/* Acute before circumflex is another text to Unicode, and stays one here. */
	assert_becomes(text_vi_nfc, "a\xcc\x81\xcc\x82", "á\xcc\x82");
	assert_becomes(text_vi_nfc, "\xcc\x81x", "\xcc\x81x"); /* a mark without a letter */
	assert_becomes(text_vi_nfc, "漢 Ж", "漢 Ж");
	assert_becomes(text_vi_nfc, "", "");
}

static void case_of_letters(void **state)
{
	(void)state;
	assert_becomes(text_vi_upper, "Trần Thị Thúy Hằng, quận 3, đường Nguyễn Huệ",
		       "TRẦN THỊ THÚY HẰNG, QUẬN 3, ĐƯỜNG NGUYỄN HUỆ");
	assert_becomes(text_vi_lower, "PHÓ CHỦ TỊCH ỦY BAN", "phó chủ tịch ủy ban");
	assert_becomes(text_vi_name_case, "NGUYỄN ĐỨC ÁNH", "Nguyễn Đức Ánh");
	assert_becomes(text_vi_name_case, "h'hen niê-kdăm", "H'Hen Niê-Kdăm");
	assert_becomes(text_vi_name_case, "LE\xcc\x82 Y\xcc\x81", "Lê Ý");
	assert_true(text_vi_is_upper(STR("KT. GIÁM ĐỐC 2")));
	assert_false(text_vi_is_upper(STR("KT. GIÁM ĐỐc")));
	assert_false(text_vi_is_upper(STR("12/3.")));
	assert_true(text_vi_starts_upper(STR("- Đặng")));
	assert_false(text_vi_starts_upper(STR("(đặng")));
	assert_false(text_vi_starts_upper(STR("12")));
}

static void names_that_are_equal(void **state)
{
	static const char *const pairs[][2] = {
		{ "Nguyễn Thị Hoà", "Nguyễn Thị Hòa" },
		{ "Phạm Thuý Loan", "PHẠM THÚY LOAN" },
		{ "Lê Khoẻ", "Lê Khỏe" },
		{ "Trần Qúy", "Trần Quý" },
		{ "Võ Thuở", "Võ Thủơ" },
		{ "Bùi Huỳnh Tuỳ Uyên", "Bùi Hùynh Tùy Uyên" },
		{ "Ðỗ Văn Đạt", "Đỗ Văn Ðạt" },
		{ "Ɖặng Hòa", "ĐẶNG HOÀ" },
		{ "ðào", "Đào" },
		{ "D\xcc\xb5inh", "Đinh" },
		{ "Nguyê\xcc\x83n", "Nguyễn" },
		{ "Nguye\xcc\x82\xcc\x83n Va\xcc\x86n A", "Nguyễn Văn A" },
		{ "Nguye\xcc\x83\xcc\x82n", "Nguyễn" }, /* tone before circumflex: not canonical, still the name */
		{ "  Nguyễn\xc2\xa0 Văn\tA ", "Nguyễn Văn A" },
		{ "Nguyễn\xe2\x80\xaf"
		  "Văn A",
		  "Nguyễn Văn A" },
		{ "Nguyễn Văn\xe2\x80\x8b An", "Nguyễn Văn An" },
		{ "Nguyễn Văn A\xc2\xadn", "Nguyễn Văn An" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		if (!text_vi_equal_names(str_of(pairs[i][0]), str_of(pairs[i][1])))
			fail_msg("%s and %s should be equal", pairs[i][0], pairs[i][1]);
}

static void names_that_differ(void **state)
{
	static const char *const pairs[][2] = {
		{ "Nguyễn Văn An", "Nguyễn Văn Ân" },
		{ "Nguyễn Văn An", "Nguyễn Văn Anh" },
		{ "Hoà", "Hoá" },
		{ "Nguyễn VănAn", "Nguyễn Văn An" },
		{ "Duy", "Đuy" },
		{ "Thuý", "Thúi" },
		{ "Hòa", "Hoa" },
		{ "Lý", "Lí" },
		{ "", "" },
		{ "\xff", "\xff" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		if (text_vi_equal_names(str_of(pairs[i][0]), str_of(pairs[i][1])))
			fail_msg("%s and %s should differ", pairs[i][0], pairs[i][1]);
}

static void long_names_equal_nothing(void **state)
{
	char name[TEXT_VI_NAME_MAX_BYTES + 2];

	(void)state;
	memset(name, 'a', sizeof(name));
	assert_true(
	    text_vi_equal_names(str_from(name, TEXT_VI_NAME_MAX_BYTES), str_from(name, TEXT_VI_NAME_MAX_BYTES)));
	assert_false(text_vi_equal_names(str_from(name, sizeof(name)), str_from(name, sizeof(name))));
}

static void keys(void **state)
{
	(void)state;
	assert_folds("  Sở Khoa học\xc2\xa0 và Công nghệ ", TEXT_VI_SEARCH, "so khoa hoc va cong nghe");
	assert_folds("ĐẮK LẮK, Ðà Lạt", TEXT_VI_SEARCH, "dak lak, da lat");
	assert_folds("Đắk Lắk", TEXT_VI_ACCENTS, "Dak Lak");
	assert_folds("Hoà Bình", TEXT_VI_TONE, "Hoà Bình");
	assert_folds("Hòa Bình", TEXT_VI_TONE, "Hoà Bình");
	assert_folds("a  b", 0, "a  b");
	assert_folds(" \t ", TEXT_VI_SPACE, "");
	assert_folds("Quốc Oai và Thường Tín", TEXT_VI_NAME, "quốc oai và thường tín");
}

static void utf8_is_strict(void **state)
{
	static const char *const bad[] = { "\x80",
					   "\xc0\x80",
					   "\xc1\xbf",
					   "\xe0\x80\x80",
					   "\xed\xa0\x80",
					   "\xf0\x80\x80\x80",
					   "\xf4\x90\x80\x80",
					   "\xf5\x80\x80\x80",
					   "a\xe1\xba",
					   "\xe1\xba",
					   "\xff" };
	AUTO(arena_freep) struct arena *arena = arena_new(0);
	struct err err = ERR_INIT;
	struct str out;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_false(utf8_valid(str_of(bad[i])));
		assert_fails(text_vi_nfc(str_of(bad[i]), arena, &out, &err), &err, ERR_TEXT);
		assert_fails(text_vi_nfd(str_of(bad[i]), arena, &out, &err), &err, ERR_TEXT);
		assert_fails(text_vi_upper(str_of(bad[i]), arena, &out, &err), &err, ERR_TEXT);
		assert_fails(text_vi_name_case(str_of(bad[i]), arena, &out, &err), &err, ERR_TEXT);
	}
	assert_fails(text_vi_nfc(STR("abc\xff"), arena, &out, &err), &err, ERR_TEXT);
	assert_non_null(strstr(err.detail, "offset 3"));
	assert_int_equal(utf8_count(STR("a\xff"
					"ế")),
			 3);
}

static void utf8_goes_there_and_back(void **state)
{
	(void)state;
	for (uint32_t code = 0; code <= 0x110000; code += code < 0x3000 ? 1 : 37) {
		char text[UTF8_MAX_BYTES];
		size_t n = utf8_put(code, text);
		struct str s = str_from(text, n);
		uint32_t back = 0;

		if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
			assert_int_equal(n, 0);
			continue;
		}
		assert_true(utf8_next(&s, &back));
		assert_int_equal(back, code);
		assert_int_equal(s.n, 0);
	}
}

static void words(void **state)
{
	struct str rest = str_of("  Trần\xc2\xa0Văn \xff"
				 "B ");
	struct str word;

	(void)state;
	assert_true(text_vi_next_word(&rest, &word));
	assert_true(str_is(word, "Trần"));
	assert_true(text_vi_next_word(&rest, &word));
	assert_true(str_is(word, "Văn"));
	assert_true(text_vi_next_word(&rest, &word));
	assert_true(str_is(word, "\xff"
				 "B"));
	assert_false(text_vi_next_word(&rest, &word));
}

static void base_letters(void **state)
{
	(void)state;
	assert_int_equal(text_vi_base_letter(0x1ebe), 'e'); /* Ế */
	assert_int_equal(text_vi_base_letter(0x110), 'd');
	assert_int_equal(text_vi_base_letter(0xd0), 'd');
	assert_int_equal(text_vi_base_letter(0x1b0), 'u'); /* ư */
	assert_int_equal(text_vi_base_letter(0x301), 0);
	assert_int_equal(text_vi_base_letter('/'), '/');
	assert_int_equal(text_vi_base_letter(0x2026), 0x2026);
}

static void memory_runs_out(void **state)
{
	AUTO(arena_freep) struct arena *arena = arena_new(64);
	struct err err = ERR_INIT;
	struct str out;

	(void)state;
	assert_fails(text_vi_nfc(STR("Nguyễn Văn A, Nguyễn Văn B, Nguyễn Văn C"), arena, &out, &err), &err,
		     ERR_NO_MEMORY);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(every_letter_goes_there_and_back),
	cmocka_unit_test(nfc_takes_any_canonical_order),
	cmocka_unit_test(case_of_letters),
	cmocka_unit_test(names_that_are_equal),
	cmocka_unit_test(names_that_differ),
	cmocka_unit_test(long_names_equal_nothing),
	cmocka_unit_test(keys),
	cmocka_unit_test(utf8_is_strict),
	cmocka_unit_test(utf8_goes_there_and_back),
	cmocka_unit_test(words),
	cmocka_unit_test(base_letters),
	cmocka_unit_test(memory_runs_out),
};

TEST_MAIN(tests)
