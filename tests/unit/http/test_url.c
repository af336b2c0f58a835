/* test_url.c - strict decoding of request targets. */
#include "test.h"

#include "http/url.h"
#include "util/arena.h"

static void decode_is_strict(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	assert_string_equal(url_decode(arena, "a%20b%2Fc"), "a b/c");
	assert_string_equal(url_decode(arena, "%E1%BB%A6"), "\xe1\xbb\xa6");
	assert_string_equal(url_decode(arena, ""), "");
	assert_null(url_decode(arena, "%"));
	assert_null(url_decode(arena, "%4"));
	assert_null(url_decode(arena, "%4g"));
	assert_null(url_decode(arena, "a%00b"));
	assert_null(url_decode(arena, "a%0d%0ab"));
	assert_null(url_decode(arena, "a%7f"));
	arena_free(arena);
}

static void paths_stay_below_the_root(void **state)
{
	static const char *const bad[] = {
		"",   "*",      "x",     "http://h/x", "/..",           "/../etc", "/a/../b", "/a/%2e%2e/b",
		"/.", "/a/./b", "/a\\b", "/%5c..",     "/%2e%2E%2fetc", "/a/..",   "/%",      "/a%00"
	};
	static const char *const good[] = { "/", "/a", "/a//b", "/a/...", "/a/..b", "/.well-known/x", "/ocsp/MEk+/8=" };
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (url_decode_path(arena, bad[i]))
			fail_msg("accepted %s", bad[i]);
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_string_equal(url_decode_path(arena, good[i]), good[i]);
	arena_free(arena);
}

static void patterns(void **state)
{
	const char *tail;

	(void)state;
	assert_true(url_match("/ca.crl", "/ca.crl", &tail));
	assert_string_equal(tail, "");
	assert_false(url_match("/ca.crl", "/ca.crl/", &tail));
	assert_true(url_match("/ocsp/*", "/ocsp/abc/d", &tail));
	assert_string_equal(tail, "abc/d");
	assert_false(url_match("/ocsp/*", "/ocsp", &tail));
	assert_false(url_match("", "/x", &tail));
}

static void listen_addresses(void **state)
{
	static const char *const bad[] = { "",     "80",    ":80",  "h:",     "h:x",     "h:65536",
					   "h:-1", "[::1]", "[]:1", "::1:80", "[::1:80", "h: 80" };
	char host[16], port[8];

	(void)state;
	assert_true(url_split_listen("127.0.0.1:0", host, sizeof(host), port, sizeof(port)));
	assert_string_equal(host, "127.0.0.1");
	assert_string_equal(port, "0");
	assert_true(url_split_listen("[::1]:8080", host, sizeof(host), port, sizeof(port)));
	assert_string_equal(host, "::1");
	assert_string_equal(port, "8080");
	assert_false(url_split_listen("a-name-that-is-too-long:80", host, sizeof(host), port, sizeof(port)));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (url_split_listen(bad[i], host, sizeof(host), port, sizeof(port)))
			fail_msg("accepted %s", bad[i]);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(decode_is_strict),
	cmocka_unit_test(paths_stay_below_the_root),
	cmocka_unit_test(patterns),
	cmocka_unit_test(listen_addresses),
};

TEST_MAIN(tests)
