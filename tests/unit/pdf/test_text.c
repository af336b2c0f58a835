/* Text strings: PDFDocEncoding, UTF-16BE, UTF-8 (ISO 32000-1 7.9.2.2, ISO 32000-2 7.9.2.2). */
#include "test.h"

#include "pdf/document.h"
#include "pdf/object_priv.h"
#include "util/arena.h"

static void check(const char *in, size_t n, const char *expected)
{
	struct arena *arena = arena_new(0);
	struct pd_obj string = { .kind = PD_STRING, .n = (uint32_t)n, .u.p = (const uint8_t *)in };

	assert_string_equal(pd_text_string(&string, arena), expected);
	arena_free(arena);
}

static void doc_encoding(void **state)
{
	(void)state;
	check("Plain", 5, "Plain");
	check("\xE9\xA0\x93\x1F", 4, "é€ﬁ˜");
	check("\x9F", 1, "\uFFFD");
	check("Sig\0 2", 6, "Sig\uFFFD 2"); /* a name cannot be cut short for C */
	check("", 0, "");
}

static void utf16(void **state)
{
	(void)state;
	check("\xFE\xFF\x1E\xC6\0a", 6, "Ệa");
	check("\xFE\xFF\xD8\x3D\xDE\x00!", 6, "😀");
	check("\xFE\xFF\xD8\x3D\0a", 6, "\uFFFDa");
	check("\xFE\xFF\xDC\x00", 4, "\uFFFD");
	check("\xFE\xFF\0a\0", 5, "a\uFFFD");
	check("\xFE\xFF\0\x1B\0v\0i\0\x1B\0k", 12, "k");
}

static void utf8(void **state)
{
	(void)state;
	check("\xEF\xBB\xBFký số", 11, "ký số");
	check("\xEF\xBB\xBF\xF0\x9F\x98\x80", 7, "😀");
	check("\xEF\xBB\xBF\xC0\xAF", 5, "\uFFFD"); /* overlong: one character of two bytes, refused as a whole */
	check("\xEF\xBB\xBF\xE1\xBB", 5, "\uFFFD\uFFFD");
	check("\xEF\xBB\xBF\xE1(", 5, "\uFFFD(");
	check("\xEF\xBB\xBF\xED\xA0\x80", 6, "\uFFFD");
	check("\xEF\xBB\xBF\xFF", 4, "\uFFFD");
}

static void not_a_string(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	assert_string_equal(pd_text_string(NULL, arena), "");
	arena_free(arena);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(doc_encoding),
	cmocka_unit_test(utf16),
	cmocka_unit_test(utf8),
	cmocka_unit_test(not_a_string),
};

TEST_MAIN(tests)
