/* test_err.c - errors: the table is whole and without doubles, details are cut between letters, no error is needed to
 * fail. */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>

#include "test.h"

static bool is_utf8(const char *s)
{
	for (const unsigned char *p = (const unsigned char *)s; *p;) {
		size_t n = *p < 0x80 ? 1 : *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : *p >= 0xc2 ? 2 : 0;

		if (n == 0)
			return false;
		for (size_t i = 1; i < n; i++)
			if ((p[i] & 0xc0) != 0x80)
				return false;
		p += n;
	}
	return true;
}

static void test_table_is_whole(void **state)
{
	(void)state;
	for (int code = ERR_NONE + 1; code < ERR_CODE_COUNT; code++) {
		const struct err_info *info = err_info((enum err_code)code);
		int exit_status = info->exit_status;

		assert_int_equal(info->code, code);
		assert_true(info->name[0] && info->vi[0] && info->en[0]);
		assert_true(exit_status == 1 || exit_status == 2 || exit_status == 3 || exit_status == 4 ||
			    exit_status == 70);
		assert_true(info->http_status >= 400 && info->http_status <= 599);
		assert_true(is_utf8(info->vi) && is_utf8(info->en));
		assert_ptr_equal(err_find(info->name), info);
		assert_int_equal(strspn(info->name, "abcdefghijklmnopqrstuvwxyz0123456789.-"), strlen(info->name));
		assert_int_not_equal(info->vi[strlen(info->vi) - 1], '.');
		for (int other = ERR_NONE + 1; other < code; other++) {
			assert_string_not_equal(info->name, err_info((enum err_code)other)->name);
			assert_string_not_equal(info->vi, err_info((enum err_code)other)->vi);
		}
	}
}

static void test_bugs_and_no_code_are_seventy(void **state)
{
	(void)state;
	assert_int_equal(err_info(ERR_BUG)->exit_status, 70);
	assert_ptr_equal(err_info(ERR_NONE), err_info(ERR_BUG));
	assert_ptr_equal(err_info(ERR_CODE_COUNT), err_info(ERR_BUG));
	assert_ptr_equal(err_info((enum err_code)9999), err_info(ERR_BUG));
	assert_null(err_find("no.such"));
	assert_null(err_find(""));
}

static void test_set(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(err_set(&err, ERR_JSON, "line %d", 4), -1);
	assert_int_equal(err.code, ERR_JSON);
	assert_string_equal(err.detail, "line 4");
	assert_int_equal(err_set(NULL, ERR_JSON, "line %d", 4), -1);
	assert_int_equal(err_prefix(NULL, "x"), -1);
	assert_int_equal(err_set_errno(NULL, ERR_JSON, ENOENT, "x"), -1);
}

static void test_prefix(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	err_set(&err, ERR_PDF_XREF, "entry %d", 7);
	assert_int_equal(err_prefix(&err, "%s", "thư.pdf"), -1);
	assert_int_equal(err.code, ERR_PDF_XREF);
	assert_string_equal(err.detail, "thư.pdf: entry 7");
	err_prefix(&err, "hàng %d", 2);
	assert_string_equal(err.detail, "hàng 2: thư.pdf: entry 7");
}

static void test_errno(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(err_set_errno(&err, ERR_FILE_OPEN, ENOENT, "%s", "thư.pdf"), -1);
	assert_string_equal(err.detail, "thư.pdf: No such file or directory");
	err_set_errno(&err, ERR_FILE_OPEN, 99999, "x");
	assert_non_null(strstr(err.detail, "unknown"));
}

/* Every length of text before a cut, so that a letter of 2, 3 and 4 bytes stands on every place of the border. */
static void test_cut_between_letters(void **state)
{
	static const char *const letters[] = { "đ", "ữ", "😀" };
	struct err err = ERR_INIT;
	char text[2 * ERR_DETAIL_BYTES];

	(void)state;
	for (size_t l = 0; l < ARRAY_LEN(letters); l++) {
		for (size_t shift = 0; shift < 8; shift++) {
			size_t at = shift;

			memset(text, 'x', shift);
			while (at + strlen(letters[l]) < sizeof(text) - 1) {
				memcpy(text + at, letters[l], strlen(letters[l]));
				at += strlen(letters[l]);
			}
			text[at] = '\0';
			err_set(&err, ERR_JSON, "%s", text);
			assert_true(is_utf8(err.detail));
			assert_true(strlen(err.detail) >= ERR_DETAIL_BYTES - 4);
			err_prefix(&err, "%s", text);
			assert_true(is_utf8(err.detail));
			err_set_errno(&err, ERR_JSON, ENOSPC, "%s", text);
			assert_true(is_utf8(err.detail));
			assert_non_null(strstr(err.detail, "No space left on device"));
		}
	}
}

static void test_short_text_is_left_alone(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	err_set(&err, ERR_JSON, "%s", "");
	assert_string_equal(err.detail, "");
	err_set(&err, ERR_JSON, "%s", "ữ");
	assert_string_equal(err.detail, "ữ");
}

static void test_bug_aborts(void **state)
{
	int status;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		close(STDERR_FILENO);
		signal(SIGABRT, SIG_DFL);
		BUG("x %d", 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_table_is_whole),
	cmocka_unit_test(test_bugs_and_no_code_are_seventy),
	cmocka_unit_test(test_set),
	cmocka_unit_test(test_prefix),
	cmocka_unit_test(test_errno),
	cmocka_unit_test(test_cut_between_letters),
	cmocka_unit_test(test_short_text_is_left_alone),
	cmocka_unit_test(test_bug_aborts),
};

TEST_MAIN(tests)
