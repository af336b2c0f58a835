/*
 * test.h - what every unit test includes: cmocka, and the few helpers all tests share.
 *
 * TEST_MAIN(tests) runs a const struct CMUnitTest array under the locale of the environment, so that tools/run-tests can run all
 * of them once more under a decimal-comma locale and another time zone.
 */
#ifndef KYSO_TEST_H
#define KYSO_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/err.h"

/* Asserts success, printing the error's sentence otherwise. */
#define assert_ok(expr, err)                                                                                           \
	do {                                                                                                           \
		if ((expr) != 0)                                                                                       \
			fail_msg("%s: %s: %s", #expr, err_info((err)->code)->name, (err)->detail);                     \
	} while (0)

/* Asserts failure with a code. */
#define assert_fails(expr, err, expected_code)                                                                         \
	do {                                                                                                           \
		assert_int_equal((expr), -1);                                                                          \
		assert_string_equal(err_info((err)->code)->name, err_info(expected_code)->name);                       \
	} while (0)

#define TEST_MAIN(tests)                                                                                               \
	int main(void)                                                                                                 \
	{                                                                                                              \
		setlocale(LC_ALL, "");                                                                                 \
		return cmocka_run_group_tests(tests, NULL, NULL);                                                      \
	}

/* Where the shared data are (signed PDFs, PKITS); NULL when absent, so that the test can skip and say so. */
static inline const char *test_shared_dir(const char *sub)
{
	static char path[512];
	const char *root = getenv("KYSO_SHARED_DIR");

	snprintf(path, sizeof(path), "%s/data/%s", root ? root : "../shared", sub);
	return access(path, R_OK) == 0 ? path : NULL;
}

/* tests/data/<name> of the source tree. */
static inline const char *test_data_path(const char *name)
{
	static char path[512];
	const char *root = getenv("KYSO_SOURCE_DIR");

	snprintf(path, sizeof(path), "%s/tests/data/%s", root ? root : ".", name);
	return path;
}

#endif
