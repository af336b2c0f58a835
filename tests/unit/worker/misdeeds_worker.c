/*
 * misdeeds_worker.c - a worker whose table has, besides the real jobs, one job for each thing that the cage must stop.
 *
 * Only a test program: the jobs are not in kyso-worker. A job that is not stopped answers "free".
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "util/arena.h"
#include "util/buf.h"
#include "util/err.h"
#include "worker/cage.h"
#include "worker/jobs.h"
#include "worker/worker.h"

#define UNUSED_INPUT (void)input, (void)err

static int say_free(struct buf *result)
{
	buf_puts(result, "free");
	return 0;
}

static int open_file(const struct job_input *input, struct buf *result, struct err *err)
{
	UNUSED_INPUT;
	open("/etc/passwd", O_RDONLY);
	return say_free(result);
}

static int make_socket(const struct job_input *input, struct buf *result, struct err *err)
{
	UNUSED_INPUT;
	socket(AF_INET, SOCK_STREAM, 0);
	return say_free(result);
}

static int do_fork(const struct job_input *input, struct buf *result, struct err *err)
{
	UNUSED_INPUT;
	if (fork() == 0)
		_exit(0);
	return say_free(result);
}

static int do_exec(const struct job_input *input, struct buf *result, struct err *err)
{
	char *argv[] = { strdup("true"), NULL };

	UNUSED_INPUT;
	execv("/bin/true", argv);
	return say_free(result);
}

static int do_ptrace(const struct job_input *input, struct buf *result, struct err *err)
{
	UNUSED_INPUT;
	ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
	return say_free(result);
}

static int kill_parent(const struct job_input *input, struct buf *result, struct err *err)
{
	UNUSED_INPUT;
	kill(-1, 0);
	return say_free(result);
}

static int make_code(const struct job_input *input, struct buf *result, struct err *err)
{
	UNUSED_INPUT;
	if (mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
		return -1;
	return say_free(result);
}

static int turn_into_code(const struct job_input *input, struct buf *result, struct err *err)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	UNUSED_INPUT;
	mprotect(p, 4096, PROT_READ | PROT_EXEC);
	return say_free(result);
}

static int write_elsewhere(const struct job_input *input, struct buf *result, struct err *err)
{
	UNUSED_INPUT;
	if (write(STDOUT_FILENO, "x", 1) < 0)
		return -1;
	return say_free(result);
}

static int do_prctl(const struct job_input *input, struct buf *result, struct err *err)
{
	UNUSED_INPUT;
	prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0);
	return say_free(result);
}

static int crash(const struct job_input *input, struct buf *result, struct err *err)
{
	volatile int *volatile nowhere = NULL;

	UNUSED_INPUT;
	*nowhere = 1;
	return say_free(result);
}

static int burn(const struct job_input *input, struct buf *result, struct err *err)
{
	volatile unsigned n = 0;

	UNUSED_INPUT;
	for (;;)
		n++;
	return say_free(result);
}

static int hang(const struct job_input *input, struct buf *result, struct err *err)
{
	uint32_t word = 0;

	UNUSED_INPUT;
	for (;;)
		syscall(SYS_futex, &word, FUTEX_WAIT, 0, NULL, NULL, 0);
	return say_free(result);
}

static int hog(const struct job_input *input, struct buf *result, struct err *err)
{
	UNUSED_INPUT;
	for (size_t all = 0; all < (size_t)4 << 30; all += 16 << 20) {
		char *p = malloc(16 << 20);

		if (!p)
			return err_set(err, ERR_WORKER_LIMIT, "no more after %zu MB", all >> 20);
		memset(p, 1, 16 << 20);
	}
	return say_free(result);
}

static int overflow_stack(const struct job_input *input, struct buf *result, struct err *err)
{
	volatile char space[65536];

	space[0] = (char)result->len;
	space[sizeof(space) - 1] = space[0];
	return space[0] == 'x' ? 0 : overflow_stack(input, result, err) + space[sizeof(space) - 1];
}

static int answer_garbage(const struct job_input *input, struct buf *result, struct err *err)
{
	UNUSED_INPUT;
	(void)result;
	if (write(CAGE_RESULT_FD, "\x05\0\0\0garbage and more", 20) < 0)
		_exit(1);
	_exit(0);
}

static int announce_much(const struct job_input *input, struct buf *result, struct err *err)
{
	UNUSED_INPUT;
	(void)result;
	if (write(CAGE_RESULT_FD, "\xff\xff\xff\xff", 4) < 0)
		_exit(1);
	for (;;)
		;
}

static int stop_short(const struct job_input *input, struct buf *result, struct err *err)
{
	UNUSED_INPUT;
	(void)result;
	if (write(CAGE_RESULT_FD, "\xff\0\0\0abc", 7) < 0)
		_exit(1);
	_exit(0);
}

static int say_nothing(const struct job_input *input, struct buf *result, struct err *err)
{
	UNUSED_INPUT;
	(void)result;
	_exit(0);
}

/* A good answer, then a crash: what such a process said is not to be believed. */
static int answer_and_crash(const struct job_input *input, struct buf *result, struct err *err)
{
	UNUSED_INPUT;
	(void)result;
	if (write(CAGE_RESULT_FD, "\x05\0\0\0\0free", 9) < 0)
		_exit(1);
	_exit(7);
}

static int fail_without_reason(const struct job_input *input, struct buf *result, struct err *err)
{
	UNUSED_INPUT;
	(void)result;
	return -1;
}

static int echo(const struct job_input *input, struct buf *result, struct err *err)
{
	(void)err;
	buf_append(result, input->params.p, input->params.n);
	for (uint32_t i = 0; i < input->file_count; i++)
		buf_append(result, input->files[i].p, input->files[i].n);
	return 0;
}

/* As a compromised page-text would answer. */
static int lie(const struct job_input *input, struct buf *result, struct err *err)
{
	UNUSED_INPUT;
	buf_append(result, "\0\0\0\0\x01\0\0\0\xff\xff\xff\x7f", 12);
	return 0;
}

static int run_hello(const struct job_input *input, struct buf *result, struct err *err)
{
	(void)err;
	job_hello_write(input->cage, result);
	return 0;
}

static char prepared[8];

static int prepare(struct err *err)
{
	FILE *f = fopen("/proc/self/comm", "re");

	if (!f)
		return err_set(err, ERR_WORKER, "nothing can be opened");
	if (fgets(prepared, sizeof(prepared), f))
		memcpy(prepared, "free", 5);
	fclose(f);
	return 0;
}

static int say_prepared(const struct job_input *input, struct buf *result, struct err *err)
{
	UNUSED_INPUT;
	buf_puts(result, prepared);
	return 0;
}

static const struct job_row table[] = {
	{ "hello", 0, run_hello, NULL },
	{ "open", 0, open_file, NULL },
	{ "socket", 0, make_socket, NULL },
	{ "fork", 0, do_fork, NULL },
	{ "exec", 0, do_exec, NULL },
	{ "ptrace", 0, do_ptrace, NULL },
	{ "kill", 0, kill_parent, NULL },
	{ "make-code", 0, make_code, NULL },
	{ "turn-into-code", 0, turn_into_code, NULL },
	{ "write-elsewhere", 0, write_elsewhere, NULL },
	{ "prctl", 0, do_prctl, NULL },
	{ "crash", 0, crash, NULL },
	{ "burn", 0, burn, NULL },
	{ "hang", 0, hang, NULL },
	{ "hog", 0, hog, NULL },
	{ "overflow-stack", 0, overflow_stack, NULL },
	{ "garbage", 0, answer_garbage, NULL },
	{ "announce-much", 0, announce_much, NULL },
	{ "stop-short", 0, stop_short, NULL },
	{ "nothing", 0, say_nothing, NULL },
	{ "answer-and-crash", 0, answer_and_crash, NULL },
	{ "no-reason", 0, fail_without_reason, NULL },
	{ "echo", 2, echo, NULL },
	{ "prepared", 0, say_prepared, prepare },
	{ "page-text", 1, lie, NULL },
	{ "page-render", 1, lie, NULL },
	{ NULL, 0, NULL, NULL },
};

int main(void)
{
	return worker_serve(table);
}
