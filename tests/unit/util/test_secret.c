/* test_secret.c - secrets from descriptors, files and a terminal: one line, no echo, limits, nothing left in memory
 * when wiped. */
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <sys/wait.h>

#include "test.h"
#include "util/file.h"
#include "util/secret.h"

static struct secret *from_pipe(const char *text, size_t len, struct err *err, int *rc)
{
	struct secret *secret = NULL;
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], text, len), (ssize_t)len);
	close(fds[1]);
	*rc = secret_read_fd(fds[0], &secret, err);
	close(fds[0]);
	return secret;
}

static void test_new(void **state)
{
	AUTO(secret_freep) struct secret *secret = NULL;
	AUTO(secret_freep) struct secret *empty = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(secret_new("123456 thừa", 6, &secret, &err), &err);
	assert_string_equal(secret_text(secret), "123456");
	assert_int_equal(secret_len(secret), 6);
	assert_ok(secret_new(NULL, 0, &empty, &err), &err);
	assert_string_equal(secret_text(empty), "");
	secret_free(NULL);
}

static void test_limit(void **state)
{
	char text[SECRET_MAX_BYTES + 2];
	AUTO(secret_freep) struct secret *longest = NULL;
	struct secret *secret = NULL;
	struct err err = ERR_INIT;
	int rc;

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_ok(secret_new(text, SECRET_MAX_BYTES, &longest, &err), &err);
	assert_int_equal(strlen(secret_text(longest)), SECRET_MAX_BYTES);
	assert_fails(secret_new(text, SECRET_MAX_BYTES + 1, &secret, &err), &err, ERR_LIMIT);
	secret = from_pipe(text, SECRET_MAX_BYTES + 1, &err, &rc);
	assert_fails(rc, &err, ERR_LIMIT);
	assert_null(secret);
	text[SECRET_MAX_BYTES] = '\n';
	secret = from_pipe(text, SECRET_MAX_BYTES + 1, &err, &rc);
	assert_ok(rc, &err);
	assert_int_equal(secret_len(secret), SECRET_MAX_BYTES);
	secret_free(secret);
}

static void test_lines(void **state)
{
	static const struct {
		const char *input, *expected;
	} cases[] = { { "123456", "123456" },
		      { "123456\n", "123456" },
		      { "123456\r\n", "123456" },
		      { "123456\nmore\n", "123456" },
		      { "", "" },
		      { "\n", "" },
		      { " 12 34 \n", " 12 34 " },
		      { "mật khẩu\n", "mật khẩu" },
		      { "a\rb\n", "a\rb" } };
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int rc;
		struct secret *secret = from_pipe(cases[i].input, strlen(cases[i].input), &err, &rc);

		assert_ok(rc, &err);
		assert_string_equal(secret_text(secret), cases[i].expected);
		secret_free(secret);
	}
}

static void test_slow_writer(void **state)
{
	struct secret *secret = NULL;
	struct err err = ERR_INIT;
	int fds[2];
	pid_t child;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	child = fork();
	if (child == 0) {
		for (const char *p = "135790\n"; *p; p++) {
			(void)!write(fds[1], p, 1);
			usleep(1000);
		}
		pause(); /* never closes: the line end is enough */
	}
	close(fds[1]);
	assert_ok(secret_read_fd(fds[0], &secret, &err), &err);
	assert_string_equal(secret_text(secret), "135790");
	secret_free(secret);
	close(fds[0]);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void test_files(void **state)
{
	struct secret *secret = NULL;
	struct err err = ERR_INIT;
	const char *root = getenv("TMPDIR");
	char path[500];

	(void)state;
	snprintf(path, sizeof(path), "%s/pin", root ? root : "/tmp");
	assert_ok(file_write(path, "2468\n", 5, &err), &err);
	assert_ok(secret_read_file(path, &secret, &err), &err);
	assert_string_equal(secret_text(secret), "2468");
	secret_free(secret);
	unlink(path);
	secret = NULL;
	assert_fails(secret_read_file(path, &secret, &err), &err, ERR_FILE_OPEN);
	assert_fails(secret_read_file("/", &secret, &err), &err, ERR_FILE_READ);
	assert_fails(secret_read_fd(-1, &secret, &err), &err, ERR_FILE_READ);
	assert_null(secret);
}

static void test_wipe(void **state)
{
	char text[16] = "123456";
	static const char zeroes[16];

	(void)state;
	secret_wipe(text, sizeof(text));
	assert_memory_equal(text, zeroes, sizeof(text));
}

/* Reads what the terminal shows until `wanted` has come, or the other end is gone. */
static void read_until(int terminal, char *shown, size_t size, const char *wanted)
{
	size_t len = strlen(shown);

	while (len + 1 < size && !(wanted && strstr(shown, wanted))) {
		ssize_t n = read(terminal, shown + len, size - 1 - len);

		if (n <= 0)
			break;
		len += (size_t)n;
		shown[len] = '\0';
	}
}

static void test_terminal_does_not_show_it(void **state)
{
	char shown[500] = "";
	int terminal;
	int status;
	pid_t child = forkpty(&terminal, NULL, NULL, NULL);

	(void)state;
	if (child < 0) {
		print_message("skipped: no pseudo-terminal can be had (is /dev/pts mounted?)\n");
		skip();
	}
	if (child == 0) {
		struct secret *secret = NULL;
		struct err err = ERR_INIT;
		int rc = secret_ask("PIN: ", &secret, &err);
		int right = rc == 0 && strcmp(secret_text(secret), "97531") == 0;

		(void)!write(STDOUT_FILENO, "done", 4);
		_exit(right ? 0 : 1);
	}
	read_until(terminal, shown, sizeof(shown), "PIN: ");
	assert_int_equal(write(terminal, "97531\n", 6), 6);
	read_until(terminal, shown, sizeof(shown), "done");
	assert_non_null(strstr(shown, "PIN: "));
	assert_null(strstr(shown, "97531"));
	waitpid(child, &status, 0);
	close(terminal); /* not before: it would hang up on the child */
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void test_no_terminal(void **state)
{
	int status;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		struct secret *secret = NULL;
		struct err err = ERR_INIT;

		setsid();
		_exit(secret_ask("PIN: ", &secret, &err) == -1 && err.code == ERR_USAGE &&
			      strstr(err.detail, "--pin-fd")
			  ? 0
			  : 1);
	}
	waitpid(child, &status, 0);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_new),
	cmocka_unit_test(test_limit),
	cmocka_unit_test(test_lines),
	cmocka_unit_test(test_slow_writer),
	cmocka_unit_test(test_files),
	cmocka_unit_test(test_wipe),
	cmocka_unit_test(test_terminal_does_not_show_it),
	cmocka_unit_test(test_no_terminal),
};

TEST_MAIN(tests)
