/*
 * test_file.c - files: only regular ones are read; an output is whole or absent, whatever happens: no room, a limit, no
 * permission, a folder in its place.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "test.h"
#include "util/buf.h"
#include "util/file.h"

static char folder[400];

static const char *in_folder(const char *name)
{
	static char paths[4][600];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static int set_up(void **state)
{
	const char *root = getenv("TMPDIR");

	(void)state;
	snprintf(folder, sizeof(folder), "%s/file-XXXXXX", root ? root : "/tmp");
	return mkdtemp(folder) ? 0 : -1;
}

/* How many names there are in the test's folder: no temporary file may stay behind. */
static size_t names_left(void)
{
	AUTO(buf_release) struct buf command = BUF_INIT;
	unsigned count = 999;
	FILE *p;

	buf_printf(&command, "ls -A '%s' | wc -l", folder);
	p = popen(buf_str(&command), "r");
	assert_non_null(p);
	assert_int_equal(fscanf(p, "%u", &count), 1);
	pclose(p);
	return count;
}

static void write_text(const char *name, const char *text)
{
	struct err err = ERR_INIT;

	assert_ok(file_write(in_folder(name), text, strlen(text), &err), &err);
}

static void assert_text(const char *name, const char *expected)
{
	AUTO(buf_release) struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	assert_ok(file_read(in_folder(name), 1 << 20, &text, &err), &err);
	assert_string_equal(buf_str(&text), expected);
}

/* ---- reading ---- */

static void test_map(void **state)
{
	AUTO(file_map_freep) struct file_map *map = NULL;
	struct err err = ERR_INIT;

	(void)state;
	write_text("a", "nội dung");
	assert_ok(file_map_open(in_folder("a"), &map, &err), &err);
	assert_int_equal(file_map_bytes(map).n, strlen("nội dung"));
	assert_memory_equal(file_map_bytes(map).p, "nội dung", strlen("nội dung"));
	assert_true(file_map_peek_fd(map) >= 0);
	assert_true(fcntl(file_map_peek_fd(map), F_GETFD) & FD_CLOEXEC);
}

static void test_map_of_nothing(void **state)
{
	AUTO(file_map_freep) struct file_map *map = NULL;
	struct err err = ERR_INIT;

	(void)state;
	write_text("empty", "");
	assert_ok(file_map_open(in_folder("empty"), &map, &err), &err);
	assert_int_equal(file_map_bytes(map).n, 0);
	file_map_free(NULL);
}

static void test_map_of_a_descriptor(void **state)
{
	struct file_map *map = NULL;
	struct err err = ERR_INIT;
	int fd;

	(void)state;
	write_text("a", "x");
	fd = open(in_folder("a"), O_RDONLY | O_CLOEXEC);
	assert_ok(file_map_fd(fd, "a", &map, &err), &err);
	assert_int_equal(file_map_peek_fd(map), -1);
	file_map_free(map);
	assert_int_equal(close(fd), 0); /* it stayed ours */
	assert_fails(file_map_fd(fd, "a", &map, &err), &err, ERR_FILE_READ);
}

static void test_what_cannot_be_opened(void **state)
{
	struct file_map *map = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(file_map_open(in_folder("none"), &map, &err), &err, ERR_FILE_OPEN);
	assert_non_null(strstr(err.detail, "none"));
	assert_fails(file_map_open("", &map, &err), &err, ERR_FILE_OPEN);
	assert_int_equal(symlink("loop", in_folder("loop")), 0);
	assert_fails(file_map_open(in_folder("loop"), &map, &err), &err, ERR_FILE_OPEN);
	assert_null(map);
}

static void test_what_is_no_file(void **state)
{
	struct file_map *map = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(mkfifo(in_folder("pipe"), 0600), 0);
	assert_fails(file_map_open(in_folder("pipe"), &map, &err), &err,
		     ERR_FILE_NOT_REGULAR); /* and does not wait for a writer */
	assert_fails(file_map_open(folder, &map, &err), &err, ERR_FILE_NOT_REGULAR);
	assert_fails(file_map_open("/dev/zero", &map, &err), &err, ERR_FILE_NOT_REGULAR);
	assert_null(map);
}

/* In a child that stands in the test's folder; root reads everything, so that it may have to give its rights away
 * first. */
static int in_child(bool as_nobody, int (*work)(void))
{
	int status = -1;
	pid_t child = fork();

	if (child == 0) {
		if (chdir(folder) < 0 || (as_nobody && getuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0)))
			_exit(99);
		_exit(work());
	}
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int read_unreadable(void)
{
	struct file_map *map = NULL;
	struct err err = ERR_INIT;

	return file_map_open("secret", &map, &err) == -1 && err.code == ERR_FILE_OPEN &&
		       strstr(err.detail, "Permission denied")
		   ? 0
		   : 1;
}

static void test_unreadable(void **state)
{
	(void)state;
	write_text("secret", "x");
	chmod(folder, 0777);
	assert_int_equal(in_child(/* as_nobody= */ true, read_unreadable), 1);
	chmod(in_folder("secret"), 0000);
	assert_int_equal(in_child(/* as_nobody= */ true, read_unreadable), 0);
}

static void test_read_limit(void **state)
{
	AUTO(buf_release) struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	write_text("a", "12345");
	assert_fails(file_read(in_folder("a"), 4, &out, &err), &err, ERR_LIMIT);
	assert_int_equal(out.len, 0);
	assert_ok(file_read(in_folder("a"), 5, &out, &err), &err);
	assert_string_equal(buf_str(&out), "12345");
	assert_fails(file_read(in_folder("none"), 5, &out, &err), &err, ERR_FILE_OPEN);
}

/* ---- writing ---- */

static void test_output_appears_at_commit(void **state)
{
	AUTO(file_out_freep) struct file_out *out = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(file_out_open(in_folder("out"), &out, &err), &err);
	assert_ok(file_out_write(out, "abc", 3, &err), &err);
	assert_ok(file_out_write(out, "", 0, &err), &err);
	assert_ok(file_out_write(out, "def", 3, &err), &err);
	assert_int_equal(access(in_folder("out"), F_OK), -1);
	assert_ok(file_out_patch(out, 1, "XY", 2, &err), &err);
	assert_ok(file_out_patch(out, 6, "", 0, &err), &err);
	assert_ok(file_out_commit(out, /* sync= */ true, &err), &err);
	assert_text("out", "aXYdef");
	assert_int_equal(names_left(), 1);
}

static void test_output_without_commit_is_gone(void **state)
{
	struct file_out *out = NULL;
	struct err err = ERR_INIT;

	(void)state;
	write_text("out", "old");
	assert_ok(file_out_open(in_folder("out"), &out, &err), &err);
	assert_ok(file_out_write(out, "new", 3, &err), &err);
	assert_int_equal(names_left(), 2);
	file_out_free(out);
	assert_text("out", "old");
	assert_int_equal(names_left(), 1);
	file_out_free(NULL);
}

static void test_old_content_stays_whole_until_the_rename(void **state)
{
	AUTO(file_out_freep) struct file_out *out = NULL;
	struct err err = ERR_INIT;
	char text[4] = "";
	int old;

	(void)state;
	write_text("out", "old");
	old = open(in_folder("out"), O_RDONLY | O_CLOEXEC);
	assert_ok(file_out_open(in_folder("out"), &out, &err), &err);
	assert_ok(file_out_write(out, "newer", 5, &err), &err);
	assert_text("out", "old");
	assert_ok(file_out_commit(out, false, &err), &err);
	assert_text("out", "newer");
	assert_int_equal(read(old, text, 3), 3); /* who had it open still sees the whole old one */
	assert_string_equal(text, "old");
	close(old);
}

static void test_mode(void **state)
{
	struct stat st;
	mode_t mask = umask(027);

	(void)state;
	write_text("new", "x");
	assert_int_equal(stat(in_folder("new"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	chmod(in_folder("new"), 0600);
	write_text("new", "y");
	assert_int_equal(stat(in_folder("new"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600); /* what was private stays private */
	umask(mask);
}

static void test_targets_that_are_no_files(void **state)
{
	struct file_out *out = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(file_out_open(folder, &out, &err), &err, ERR_FILE_NOT_REGULAR);
	assert_fails(file_out_open("/dev/full", &out, &err), &err, ERR_FILE_NOT_REGULAR);
	assert_fails(file_out_open(in_folder("no/such/folder/out"), &out, &err), &err, ERR_FILE_WRITE);
	assert_fails(file_out_open("", &out, &err), &err, ERR_FILE_WRITE);
	assert_non_null(strstr(err.detail, "No such file"));
	assert_null(out);
	assert_int_equal(names_left(), 0);
}

static void test_target_becomes_a_folder(void **state)
{
	struct file_out *out = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(file_out_open(in_folder("out"), &out, &err), &err);
	assert_int_equal(mkdir(in_folder("out"), 0700), 0);
	assert_fails(file_out_commit(out, true, &err), &err, ERR_FILE_WRITE);
	file_out_free(out);
	assert_int_equal(names_left(), 1);
}

static int write_where_nobody_may(void)
{
	struct err err = ERR_INIT;

	return file_write("out", "x", 1, &err) == -1 && err.code == ERR_FILE_WRITE ? 0 : 1;
}

static void test_folder_without_permission(void **state)
{
	(void)state;
	chmod(folder, 0777);
	assert_int_equal(in_child(/* as_nobody= */ true, write_where_nobody_may), 1);
	assert_int_equal(unlink(in_folder("out")), 0);
	chmod(folder, 0555);
	assert_int_equal(in_child(/* as_nobody= */ true, write_where_nobody_may), 0);
	chmod(folder, 0700);
	assert_int_equal(names_left(), 0);
}

/* A full disk, as RLIMIT_FSIZE shows it: the write after the limit fails (EFBIG), in a child so that the limit ends
 * with it. */
static int write_beyond_a_limit(void)
{
	struct rlimit limit = { .rlim_cur = 10000, .rlim_max = 10000 };
	struct file_out *out = NULL;
	struct err err = ERR_INIT;
	char block[4096];
	int rc = 0;

	memset(block, 'x', sizeof(block));
	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &limit) < 0 || file_out_open(in_folder("out"), &out, &err) < 0)
		return 2;
	for (int i = 0; i < 8 && rc == 0; i++)
		rc = file_out_write(out, block, sizeof(block), &err);
	file_out_free(out);
	return rc == -1 && err.code == ERR_FILE_WRITE && strstr(err.detail, "out: File too large") ? 0 : 1;
}

static void test_no_room(void **state)
{
	(void)state;
	write_text("out", "old");
	assert_int_equal(in_child(/* as_nobody= */ false, write_beyond_a_limit), 0);
	assert_text("out", "old");
	assert_int_equal(names_left(), 1);
}

static int copy_beyond_a_limit(void)
{
	struct rlimit limit = { .rlim_cur = 10000, .rlim_max = 10000 };
	AUTO(file_map_freep) struct file_map *map = NULL;
	AUTO(file_out_freep) struct file_out *out = NULL;
	struct err err = ERR_INIT;

	signal(SIGXFSZ, SIG_IGN);
	if (file_map_open(in_folder("large"), &map, &err) < 0 || setrlimit(RLIMIT_FSIZE, &limit) < 0 ||
	    file_out_open(in_folder("out"), &out, &err) < 0)
		return 2;
	return file_out_copy(out, map, &err) == -1 && err.code == ERR_FILE_WRITE ? 0 : 1;
}

static void test_no_room_for_a_copy(void **state)
{
	AUTO(buf_release) struct buf large = BUF_INIT;

	(void)state;
	buf_fill(&large, 'x', 100000);
	write_text("large", buf_str(&large));
	assert_int_equal(in_child(/* as_nobody= */ false, copy_beyond_a_limit), 0);
	assert_int_equal(names_left(), 1);
}

static void test_copy(void **state)
{
	AUTO(file_map_freep) struct file_map *map = NULL;
	AUTO(file_map_freep) struct file_map *empty = NULL;
	AUTO(file_map_freep) struct file_map *borrowed = NULL;
	AUTO(file_out_freep) struct file_out *out = NULL;
	struct err err = ERR_INIT;
	int fd;

	(void)state;
	write_text("in", "từ tệp khác;");
	write_text("empty", "");
	assert_ok(file_map_open(in_folder("in"), &map, &err), &err);
	assert_ok(file_map_open(in_folder("empty"), &empty, &err), &err);
	fd = open(in_folder("in"), O_RDONLY | O_CLOEXEC);
	assert_ok(file_map_fd(fd, "in", &borrowed, &err), &err);
	assert_ok(file_out_open(in_folder("out"), &out, &err), &err);
	assert_ok(file_out_write(out, "đầu;", strlen("đầu;"), &err), &err);
	assert_ok(file_out_copy(out, map, &err), &err);
	assert_ok(file_out_copy(out, empty, &err), &err);
	assert_ok(file_out_copy(out, borrowed, &err), &err);
	assert_ok(file_out_write(out, "cuối", strlen("cuối"), &err), &err);
	assert_ok(file_out_patch(out, 0, "Đ", strlen("Đ"), &err), &err);
	assert_ok(file_out_commit(out, true, &err), &err);
	close(fd);
	assert_text("out", "Đầu;từ tệp khác;từ tệp khác;cuối");
}

static void test_patch_beyond_the_end_is_a_bug(void **state)
{
	struct file_out *out = NULL;
	struct err err = ERR_INIT;
	int status;
	pid_t child;

	(void)state;
	assert_ok(file_out_open(in_folder("out"), &out, &err), &err);
	assert_ok(file_out_write(out, "abc", 3, &err), &err);
	child = fork();
	if (child == 0) {
		close(STDERR_FILENO);
		signal(SIGABRT, SIG_DFL);
		(void)!file_out_patch(out, 2, "xy", 2, &err);
		_exit(0);
	}
	waitpid(child, &status, 0);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	file_out_free(out);
}

/* ---- standard output ---- */

static int write_to_stdout(void)
{
	struct err err = ERR_INIT;

	return file_write("-", "kết quả", strlen("kết quả"), &err) == 0 ? 0 : err.code == ERR_FILE_WRITE ? 1 : 2;
}

static int with_stdout(const char *path)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0) {
		int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

		dup2(fd, STDOUT_FILENO);
		_exit(write_to_stdout());
	}
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_standard_output(void **state)
{
	(void)state;
	assert_int_equal(with_stdout(in_folder("captured")), 0);
	assert_text("captured", "kết quả");
	assert_int_equal(with_stdout("/dev/full"), 1);
	assert_int_equal(names_left(), 1);
}

static void test_secret_is_the_owners(void **state)
{
	struct err err = ERR_INIT;
	struct stat st;

	(void)state;
	assert_ok(file_write_secret(in_folder("secret"), "x", 1, &err), &err);
	assert_int_equal(stat(in_folder("secret"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void *write_many(void *context)
{
	char path[600];

	for (int i = 0; i < 200; i++) {
		snprintf(path, sizeof(path), "%s", (const char *)context);
		if (file_write(path, "x", 1, NULL) < 0)
			return context; /* failed */
		unlink(path);
	}
	return NULL;
}

/* Reading the mask sets it for the whole process: threads must not put back each other's 0. */
static void test_mask_survives_threads(void **state)
{
	pthread_t threads[4];
	char paths[4][600];
	mode_t before = umask(027);

	(void)state;
	for (int i = 0; i < 4; i++) {
		char name[32];

		snprintf(name, sizeof(name), "thread-%d", i);
		snprintf(paths[i], sizeof(paths[i]), "%s", in_folder(name));
		assert_int_equal(pthread_create(&threads[i], NULL, write_many, paths[i]), 0);
	}
	for (int i = 0; i < 4; i++) {
		void *failed;

		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
	assert_int_equal(umask(before), 027);
}

#define CASE(function) cmocka_unit_test_setup(function, set_up)

static const struct CMUnitTest tests[] = {
	CASE(test_map),
	CASE(test_map_of_nothing),
	CASE(test_map_of_a_descriptor),
	CASE(test_what_cannot_be_opened),
	CASE(test_what_is_no_file),
	CASE(test_unreadable),
	CASE(test_read_limit),
	CASE(test_output_appears_at_commit),
	CASE(test_output_without_commit_is_gone),
	CASE(test_old_content_stays_whole_until_the_rename),
	CASE(test_mode),
	CASE(test_secret_is_the_owners),
	CASE(test_mask_survives_threads),
	CASE(test_targets_that_are_no_files),
	CASE(test_target_becomes_a_folder),
	CASE(test_folder_without_permission),
	CASE(test_no_room),
	CASE(test_no_room_for_a_copy),
	CASE(test_copy),
	CASE(test_patch_beyond_the_end_is_a_bug),
	CASE(test_standard_output),
};

TEST_MAIN(tests)
