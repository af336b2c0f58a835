/* test_cage.c - the cage holds, and its parent outlives whatever happens inside. */
#include "test.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "service/cage.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/file.h"
#include "util/wire.h"

static char *program(const char *name)
{
	static char path[512];
	const char *root = getenv("KYSO_BUILD_DIR");

	snprintf(path, sizeof(path), "%s/%s", root ? root : "build", name);
	return path;
}

static struct cage *cage_of(const char *name, struct cage_options options)
{
	struct cage *cage = NULL;
	struct err err = ERR_INIT;

	options.worker_path = program(name);
	assert_ok(cage_new(&options, &cage, &err), &err);
	return cage;
}

#define MISDEEDS "tests/unit/worker/misdeeds_worker"

static int run(struct cage *cage, const char *name, struct err *err)
{
	AUTO(buf_release) struct buf answer = BUF_INIT;
	struct cage_job job = { .name = name, .max_result_bytes = 1024 * 1024 };
	struct bytes result;

	*err = (struct err)ERR_INIT;
	if (cage_run(cage, &job, &answer, &result, err) < 0)
		return -1;
	assert_true(result.n == 4 && memcmp(result.p, "free", 4) == 0);
	return 0;
}

static bool is_relaxed(struct cage *cage)
{
	struct job_hello hello = { 0 };
	struct err err = ERR_INIT;

	assert_ok(cage_hello(cage, &hello, &err), &err);
	return !hello.seccomp;
}

static void hello_tells_what_is_closed(void **state)
{
	struct cage *cage = cage_of("kyso-worker", (struct cage_options){ 0 });
	struct job_hello hello = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(cage_hello(cage, &hello, &err), &err);
	assert_int_equal(hello.protocol, JOB_PROTOCOL);
	assert_true(strlen(hello.engine) >= 5);
	assert_true(hello.seccomp || hello.landlock_abi == 0);
	cage_free(cage);
}

static void forbidden_calls_kill(void **state)
{
	static const char *const jobs[] = { "open",      "socket",         "fork",
					    "exec",      "ptrace",         "kill",
					    "make-code", "turn-into-code", "write-elsewhere",
					    "prctl" };
	struct cage *cage = cage_of(MISDEEDS, (struct cage_options){ 0 });
	struct err err = ERR_INIT;

	(void)state;
	if (is_relaxed(cage)) {
		cage_free(cage);
		print_message("skipped: a build with sanitizers or coverage closes no cage\n");
		skip();
	}
	for (size_t i = 0; i < ARRAY_LEN(jobs); i++) {
		assert_fails(run(cage, jobs[i], &err), &err, ERR_WORKER);
		if (!strstr(err.detail, "system call"))
			fail_msg("%s: %s", jobs[i], err.detail);
	}
	cage_free(cage);
}

static void bad_ends_are_errors_of_their_job_only(void **state)
{
	static const struct {
		const char *job;
		enum err_code code;
	} rows[] = {
		{ "crash", ERR_WORKER },
		{ "garbage", ERR_WORKER },
		{ "stop-short", ERR_WORKER },
		{ "nothing", ERR_WORKER },
		{ "no-reason", ERR_BUG },
		{ "announce-much", ERR_WORKER_LIMIT },
		{ "answer-and-crash", ERR_WORKER },
		{ "no-such-job", ERR_WORKER },
	};
	struct cage *cage = cage_of(MISDEEDS, (struct cage_options){ 0 });
	struct job_hello hello;
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_fails(run(cage, rows[i].job, &err), &err, rows[i].code);
		assert_ok(cage_hello(cage, &hello, &err), &err);
	}
	cage_free(cage);
}

static void time_and_memory_end(void **state)
{
	struct cage *quick = cage_of(MISDEEDS, (struct cage_options){ .timeout_ms = 150 });
	struct cage *busy = cage_of(MISDEEDS, (struct cage_options){ .timeout_ms = 120000, .cpu_s = 1, .memory_bytes = 64 * 1024 * 1024 });
	struct job_hello hello;
	struct err err = ERR_INIT;
	bool relaxed = is_relaxed(busy);

	(void)state;
	assert_fails(run(quick, "hang", &err), &err, ERR_WORKER_LIMIT);
	assert_fails(run(quick, "burn", &err), &err, ERR_WORKER_LIMIT);
	assert_ok(cage_hello(quick, &hello, &err), &err);
	assert_fails(run(busy, "burn", &err), &err, ERR_WORKER_LIMIT);
	assert_non_null(strstr(err.detail, "processor"));
	if (!relaxed) {
		assert_fails(run(busy, "hog", &err), &err, ERR_WORKER_LIMIT);
		assert_fails(run(busy, "overflow-stack", &err), &err, ERR_WORKER);
	}
	assert_ok(cage_hello(busy, &hello, &err), &err);
	cage_free(quick);
	cage_free(busy);
}

static int fd_of(const char *text)
{
	struct err err = ERR_INIT;
	int fd = -1;

	assert_ok(cage_fd_of_bytes((struct bytes){ (const uint8_t *)text, strlen(text) }, &fd, &err), &err);
	return fd;
}

static void files_and_parameters_arrive(void **state)
{
	AUTO(buf_release) struct buf answer = BUF_INIT;
	struct cage *cage = cage_of(MISDEEDS, (struct cage_options){ 0 });
	struct cage_job job = {
		.name = "echo", .params = { (const uint8_t *)"par", 3 }, .fd_count = 2, .max_result_bytes = 100
	};
	struct bytes result;
	struct err err = ERR_INIT;

	(void)state;
	job.fds[0] = fd_of("one");
	job.fds[1] = fd_of("two");
	assert_ok(cage_run(cage, &job, &answer, &result, &err), &err);
	assert_int_equal(result.n, 9);
	assert_memory_equal(result.p, "paronetwo", 9);
	/* too few files, then something that is no file */
	job.fd_count = 1;
	assert_fails(cage_run(cage, &job, &answer, &result, &err), &err, ERR_WORKER);
	close(job.fds[1]);
	job.fds[1] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	job.fd_count = 2;
	assert_fails(cage_run(cage, &job, &answer, &result, &err), &err, ERR_FILE_NOT_REGULAR);
	close(job.fds[0]);
	close(job.fds[1]);
	cage_free(cage);
}

static void jobs_are_prepared_before_the_door_closes(void **state)
{
	struct cage *cage = cage_of(MISDEEDS, (struct cage_options){ 0 });
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(run(cage, "prepared", &err), &err);
	cage_free(cage);
}

static void lies_are_not_believed(void **state)
{
	struct cage *cage = cage_of(MISDEEDS, (struct cage_options){ 0 });
	struct arena *arena = arena_new(0);
	int fd = fd_of("whatever");
	struct page_text text;
	struct page_image image;
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(cage_page_text(cage, fd, 0, 0, arena, &text, &err), &err, ERR_WORKER);
	assert_fails(cage_page_render(cage, fd, 0, 72, arena, &image, &err), &err, ERR_WORKER);
	close(fd);
	arena_free(arena);
	cage_free(cage);
}

/* The worker is killed between two jobs (by the kernel, short of memory): the next job starts another. */
static void a_dead_worker_is_replaced(void **state)
{
	struct cage *cage = cage_of("kyso-worker", (struct cage_options){ 0 });
	struct timespec tick = { 0, 20000000 };
	struct job_hello hello;
	struct err err = ERR_INIT;
	char command[64];
	FILE *children;
	int pid = 0;

	(void)state;
	assert_ok(cage_hello(cage, &hello, &err), &err);
	snprintf(command, sizeof(command), "/proc/self/task/%d/children", (int)getpid());
	children = fopen(command, "r");
	if (!children || fscanf(children, "%d", &pid) != 1) {
		if (children)
			fclose(children);
		cage_free(cage);
		print_message("skipped: this kernel lists no children\n");
		skip();
	}
	fclose(children);
	kill(pid, SIGKILL);
	nanosleep(&tick, NULL);
	assert_ok(cage_hello(cage, &hello, &err), &err);
	cage_free(cage);
}

static void a_worker_that_is_none_is_said(void **state)
{
	struct cage *missing = cage_of("no-such-worker", (struct cage_options){ 0 });
	struct cage_options options = { .worker_path = "/bin/true" };
	struct cage *other = NULL;
	struct cage *beside = NULL;
	struct job_hello hello;
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(cage_hello(missing, &hello, &err), &err, ERR_WORKER);
	assert_ok(cage_new(&options, &other, &err), &err);
	assert_fails(cage_hello(other, &hello, &err), &err, ERR_WORKER);
	/* beside this test stands no kyso-worker */
	assert_ok(cage_new(NULL, &beside, &err), &err);
	assert_fails(cage_hello(beside, &hello, &err), &err, ERR_WORKER);
	assert_non_null(strstr(err.detail, "/kyso-worker"));
	cage_free(missing);
	cage_free(other);
	cage_free(beside);
}

static const char letter[] =
    "%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"
    "3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>\nendobj\n"
    "4 0 obj\n<</Length 42>>\nstream\nBT /F 12 Tf 20 50 Td (Nguyen Van A) Tj ET \nendstream\nendobj\n"
    "5 0 obj\n<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>\nendobj\ntrailer\n<</Root 1 0 R>>\n";

static void the_real_jobs_work(void **state)
{
	AUTO(buf_release) struct buf out = BUF_INIT;
	struct cage *cage = cage_of("kyso-worker", (struct cage_options){ 0 });
	struct arena *arena = arena_new(0);
	int fd = fd_of(letter);
	int again;
	struct page_text text;
	struct page_image image;
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(cage_page_text(cage, fd, 0, 1, arena, &text, &err), &err);
	assert_string_equal(text.pages[0].lines[0].utf8, "Nguyen Van A");
	assert_ok(cage_page_render(cage, fd, 0, 144, arena, &image, &err), &err);
	assert_int_equal(image.width, 400);
	assert_int_equal(image.height, 200);
	assert_int_equal(image.rgb[0], 255);
	assert_fails(cage_page_render(cage, fd, 3, 144, arena, &image, &err), &err, ERR_PDF_PAGE);
	assert_fails(cage_page_render(cage, fd, 0, 5000, arena, &image, &err), &err, ERR_USAGE);
	assert_ok(cage_normalise(cage, fd, &out, &err), &err);
	again = fd_of(out.data);
	close(again);
	assert_memory_equal(out.data, "%PDF-", 5);
	close(fd);
	arena_free(arena);
	cage_free(cage);
}

/* RLIMIT_AS is the last limit: a job that asks MuPDF for a lot in a small cage ends as a limit, not as a crash. */
static void a_small_cage_limits_the_real_jobs(void **state)
{
	struct cage *cage = cage_of("kyso-worker", (struct cage_options){ .memory_bytes = 24 * 1024 * 1024 });
	struct arena *arena = arena_new(0);
	int fd = fd_of(letter);
	struct page_image image;
	struct err err = ERR_INIT;
	bool relaxed = is_relaxed(cage);

	(void)state;
	if (!relaxed)
		assert_fails(cage_page_render(cage, fd, 0, 1200, arena, &image, &err), &err, ERR_WORKER_LIMIT);
	close(fd);
	arena_free(arena);
	cage_free(cage);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(hello_tells_what_is_closed),
	cmocka_unit_test(forbidden_calls_kill),
	cmocka_unit_test(bad_ends_are_errors_of_their_job_only),
	cmocka_unit_test(time_and_memory_end),
	cmocka_unit_test(files_and_parameters_arrive),
	cmocka_unit_test(jobs_are_prepared_before_the_door_closes),
	cmocka_unit_test(lies_are_not_believed),
	cmocka_unit_test(a_dead_worker_is_replaced),
	cmocka_unit_test(a_worker_that_is_none_is_said),
	cmocka_unit_test(the_real_jobs_work),
	cmocka_unit_test(a_small_cage_limits_the_real_jobs),
};

TEST_MAIN(tests)
