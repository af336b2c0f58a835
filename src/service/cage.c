/* cage.c - see cage.h. */
#include "service/cage.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "util/arena.h"
#include "util/buf.h"
#include "util/err.h"
#include "util/ipc.h"
#include "util/wire.h"

enum {
	END_WAIT_MS = 2000, /* for word that a job has ended, after its answer or a cancel */
	GOODBYE_WAIT_MS = 300,
	PIPE_BYTES = 1024 * 1024,
	MAX_DONE_BYTES = 64,
};

struct cage {
	struct cage_options options;
	char *worker_path;
	pid_t pid;  /* 0: not running */
	int socket; /* -1: not running */
};

/* --- the process --- */

static char *path_beside_program(void)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *path = NULL;
	char *slash;

	if (n <= 0)
		return NULL;
	self[n] = '\0';
	slash = strrchr(self, '/');
	if (!slash || asprintf(&path, "%.*s/kyso-worker", (int)(slash - self), self) < 0)
		return NULL;
	return path;
}

int cage_new(const struct cage_options *options, struct cage **ret_cage, struct err *err)
{
	AUTO(cage_freep) struct cage *cage = calloc(1, sizeof(*cage));

	if (!cage)
		return err_set(err, ERR_NO_MEMORY, "no memory for a worker");
	cage->socket = -1;
	if (options)
		cage->options = *options;
	cage->worker_path = cage->options.worker_path ? strdup(cage->options.worker_path) : path_beside_program();
	cage->options.worker_path = NULL;
	if (!cage->worker_path)
		return err_set(err, ERR_WORKER, "where kyso-worker is cannot be told");
	if (!cage->options.timeout_ms)
		cage->options.timeout_ms = CAGE_TIMEOUT_MS;
	if (!cage->options.cpu_s)
		cage->options.cpu_s = CAGE_CPU_S;
	if (!cage->options.memory_bytes)
		cage->options.memory_bytes = CAGE_MEMORY_BYTES;
	*ret_cage = TAKE(cage);
	return 0;
}

static bool reaped(pid_t pid)
{
	pid_t result = waitpid(pid, NULL, WNOHANG);

	return result == pid || (result < 0 && errno != EINTR);
}

/* Closing the socket ends the worker; one that does not heed it is killed, and its job dies with it. */
static void stop_worker(struct cage *cage)
{
	struct timespec tick = { 0, 1000000 };

	if (cage->socket >= 0)
		close(cage->socket);
	cage->socket = -1;
	if (cage->pid <= 0)
		return;
	for (int i = 0; i < GOODBYE_WAIT_MS; i++) {
		if (reaped(cage->pid)) {
			cage->pid = 0;
			return;
		}
		nanosleep(&tick, NULL);
	}
	kill(cage->pid, SIGKILL);
	while (waitpid(cage->pid, NULL, 0) < 0 && errno == EINTR)
		;
	cage->pid = 0;
}

void cage_free(struct cage *cage)
{
	if (!cage)
		return;
	stop_worker(cage);
	free(cage->worker_path);
	free(cage);
}

/* The worker gets a socket as standard input, no environment, default signals, a process group of its own (Ctrl-C is
 * its parent's). */
static int spawn(struct cage *cage, int socket, struct err *err)
{
	char *argv[] = { cage->worker_path, NULL };
	char *envp[] = { NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none;
	sigset_t all;
	int errnum;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	errnum = posix_spawn_file_actions_adddup2(&actions, socket, STDIN_FILENO);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	if (errnum == 0)
		errnum = posix_spawn(&cage->pid, cage->worker_path, &actions, &attr, argv, envp);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	if (errnum == 0)
		return 0;
	cage->pid = 0;
	return err_set_errno(err, ERR_WORKER, errnum, "%s cannot be started", cage->worker_path);
}

static int run_once(struct cage *cage, const struct cage_job *job, struct buf *answer, struct bytes *ret_result,
		    struct err *err);

static int ask_hello(struct cage *cage, struct job_hello *ret, struct err *err)
{
	AUTO(buf_release) struct buf answer = BUF_INIT;
	struct cage_job job = { .name = "hello", .max_result_bytes = 1024 };
	struct bytes result;

	if (run_once(cage, &job, &answer, &result, err) < 0)
		return -1;
	return job_hello_parse(result, ret, err);
}

/* Starts the worker and hears that it is of this build. */
static int start_worker(struct cage *cage, struct err *err)
{
	struct job_hello hello = { 0 };
	int ends[2];
	int result;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return err_set_errno(err, ERR_WORKER, errno, "no socket for the worker");
	result = spawn(cage, ends[1], err);
	close(ends[1]);
	cage->socket = ends[0];
	if (result == 0)
		result = ask_hello(cage, &hello, err);
	if (result == 0 && hello.protocol != JOB_PROTOCOL)
		result = err_set(err, ERR_WORKER, "%s speaks protocol %u, this program %d", cage->worker_path,
				 hello.protocol, JOB_PROTOCOL);
	if (result < 0)
		stop_worker(cage);
	return result;
}

/* --- a job --- */

/* Sends the request; *ret_pipe is where the answer will come. */
static int send_job(struct cage *cage, const struct cage_job *job, int *ret_pipe, struct err *err)
{
	struct job_request request = { .name = job->name, .params = job->params };
	AUTO(buf_release) struct buf frame = BUF_INIT;
	struct ipc_fds fds = { .count = job->fd_count + 1 };
	int ends[2];
	int result;

	request.limits = (struct job_limits){ cage->options.memory_bytes, cage->options.cpu_s };
	job_request_write(&request, &frame);
	if (buf_check(&frame, err) < 0)
		return -1;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set_errno(err, ERR_WORKER, errno, "no pipe for the worker's answer");
	fcntl(ends[0], F_SETPIPE_SZ, PIPE_BYTES);
	fds.fd[0] = ends[1];
	for (size_t i = 0; i < job->fd_count; i++)
		fds.fd[i + 1] = job->fds[i];
	result = ipc_send(cage->socket, (struct bytes){ (const uint8_t *)frame.data, frame.len }, &fds,
			  ipc_deadline(END_WAIT_MS), err);
	close(ends[1]);
	if (result < 0) {
		close(ends[0]);
		return -1;
	}
	*ret_pipe = ends[0];
	return 0;
}

/* How the job's process ended. -1: the worker itself is not to be relied on any more. */
static int wait_done(struct cage *cage, int *ret_wait_status)
{
	AUTO(buf_release) struct buf frame = BUF_INIT;

	if (ipc_receive(cage->socket, MAX_DONE_BYTES, ipc_deadline(END_WAIT_MS), &frame, NULL, NULL, NULL) < 0)
		return -1;
	return job_done_parse((struct bytes){ (const uint8_t *)frame.data, frame.len }, ret_wait_status, NULL);
}

static void cancel(struct cage *cage)
{
	static const uint8_t frame[] = { JOB_FRAME_CANCEL };
	int wait_status;

	if (ipc_send(cage->socket, (struct bytes){ frame, sizeof(frame) }, NULL, ipc_deadline(END_WAIT_MS), NULL) < 0 ||
	    wait_done(cage, &wait_status) < 0)
		stop_worker(cage);
}

static int died(const struct cage *cage, const char *job, int wait_status, struct err *err)
{
	int signal_number = WIFSIGNALED(wait_status) ? WTERMSIG(wait_status) : 0;

	if (signal_number == SIGXCPU)
		return err_set(err, ERR_WORKER_LIMIT, "job \"%s\" used more than %u s of processor time", job,
			       cage->options.cpu_s);
	if (signal_number == SIGKILL)
		return err_set(err, ERR_WORKER_LIMIT, "job \"%s\" was killed: out of memory or processor time", job);
	if (signal_number == SIGSYS)
		return err_set(err, ERR_WORKER, "job \"%s\" was killed for a system call that is not allowed", job);
	if (signal_number)
		return err_set(err, ERR_WORKER, "job \"%s\" crashed (signal %d, %s)", job, signal_number,
			       strsignal(signal_number));
	return err_set(err, ERR_WORKER, "job \"%s\" ended without an answer (exit status %d)", job,
		       WEXITSTATUS(wait_status));
}

/* The answer and the end must agree: an answer counts only from a process that ended in good order. */
static int take_answer(struct cage *cage, const struct cage_job *job, int pipe, struct buf *answer, struct err *err)
{
	uint32_t timeout_ms = job->timeout_ms ? job->timeout_ms : cage->options.timeout_ms;
	struct err why = ERR_INIT;
	int wait_status = 0;

	if (ipc_read(pipe, job->max_result_bytes, ipc_deadline(timeout_ms), answer, NULL, &why) < 0 &&
	    why.code != ERR_WORKER) {
		cancel(cage);
		if (why.code == ERR_WORKER_LIMIT)
			return err_set(err, ERR_WORKER_LIMIT, "job \"%s\" took longer than %u ms", job->name,
				       timeout_ms);
		return err_set(err, ERR_WORKER_LIMIT, "job \"%s\": %s", job->name, why.detail);
	}
	if (wait_done(cage, &wait_status) < 0) {
		stop_worker(cage);
		return err_set(err, ERR_WORKER, "the worker ended during job \"%s\"", job->name);
	}
	if (why.code != ERR_NONE || !WIFEXITED(wait_status) || WEXITSTATUS(wait_status) != 0)
		return died(cage, job->name, wait_status, err);
	return 0;
}

static int run_once(struct cage *cage, const struct cage_job *job, struct buf *answer, struct bytes *ret_result,
		    struct err *err)
{
	int pipe;
	int result;

	if (send_job(cage, job, &pipe, err) < 0)
		return -1;
	result = take_answer(cage, job, pipe, answer, err);
	close(pipe);
	if (result < 0)
		return -1;
	return job_answer_parse((struct bytes){ (const uint8_t *)answer->data, answer->len }, ret_result, err);
}

/* Between two jobs the worker has nothing to say: whatever its socket is ready for means that it is gone. */
static bool is_alive(const struct cage *cage)
{
	uint8_t byte;

	return cage->socket >= 0 && recv(cage->socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

int cage_run(struct cage *cage, const struct cage_job *job, struct buf *answer, struct bytes *ret_result,
	     struct err *err)
{
	if (job->fd_count > JOB_MAX_FILES || job->params.n > JOB_MAX_PARAMS_BYTES ||
	    strlen(job->name) > JOB_MAX_NAME_BYTES)
		BUG("job \"%s\" does not fit its frame", job->name);
	if (!is_alive(cage)) {
		stop_worker(cage);
		if (start_worker(cage, err) < 0)
			return -1;
	}
	return run_once(cage, job, answer, ret_result, err);
}

/* --- the jobs --- */

int cage_hello(struct cage *cage, struct job_hello *ret, struct err *err)
{
	AUTO(buf_release) struct buf answer = BUF_INIT;
	struct cage_job job = { .name = "hello", .max_result_bytes = 1024 };
	struct bytes result;

	if (cage_run(cage, &job, &answer, &result, err) < 0)
		return -1;
	return job_hello_parse(result, ret, err);
}

static void put_two(struct buf *params, uint32_t a, uint32_t b)
{
	wire_put_u32(params, a);
	wire_put_u32(params, b);
}

int cage_page_text(struct cage *cage, int fd, uint32_t first, uint32_t count, struct arena *arena,
		   struct page_text *ret, struct err *err)
{
	AUTO(buf_release) struct buf params = BUF_INIT;
	AUTO(buf_release) struct buf answer = BUF_INIT;
	struct cage_job job = {
		.name = "page-text", .fds = { fd }, .fd_count = 1, .max_result_bytes = CAGE_MAX_TEXT_BYTES
	};
	struct page_text text;
	struct bytes result;

	put_two(&params, first, count);
	if (buf_check(&params, err) < 0)
		return -1;
	job.params = (struct bytes){ (const uint8_t *)params.data, params.len };
	if (cage_run(cage, &job, &answer, &result, err) < 0 || page_text_parse(result, arena, &text, err) < 0)
		return -1;
	if (text.first_page != first || (count && text.page_count != count))
		return err_set(err, ERR_WORKER, "the worker answers with other pages than were asked for");
	*ret = text;
	return 0;
}

int cage_page_render(struct cage *cage, int fd, uint32_t index, int dpi, struct arena *arena, struct page_image *ret,
		     struct err *err)
{
	AUTO(buf_release) struct buf params = BUF_INIT;
	AUTO(buf_release) struct buf answer = BUF_INIT;
	struct cage_job job = {
		.name = "page-render", .fds = { fd }, .fd_count = 1, .max_result_bytes = CAGE_MAX_IMAGE_BYTES
	};
	struct page_image image;
	struct bytes result;

	put_two(&params, index, dpi < 0 ? 0 : (uint32_t)dpi);
	if (buf_check(&params, err) < 0)
		return -1;
	job.params = (struct bytes){ (const uint8_t *)params.data, params.len };
	if (cage_run(cage, &job, &answer, &result, err) < 0 || page_image_parse(result, &image, err) < 0)
		return -1;
	image.rgb = arena_memdup(arena, image.rgb, (size_t)image.width * image.height * 3);
	if (!image.rgb)
		return err_set(err, ERR_NO_MEMORY, "no memory for a picture of %u x %u", image.width, image.height);
	*ret = image;
	return 0;
}

int cage_normalise(struct cage *cage, int fd, struct buf *out, struct err *err)
{
	AUTO(buf_release) struct buf answer = BUF_INIT;
	struct cage_job job = {
		.name = "normalise", .fds = { fd }, .fd_count = 1, .max_result_bytes = CAGE_MAX_FILE_BYTES
	};
	struct bytes result;

	if (cage_run(cage, &job, &answer, &result, err) < 0)
		return -1;
	buf_append(out, result.p, result.n);
	return buf_check(out, err);
}

int cage_fd_of_bytes(struct bytes bytes, int *ret_fd, struct err *err)
{
	int fd = memfd_create("kyso", MFD_CLOEXEC);
	size_t done = 0;

	if (fd < 0)
		return err_set_errno(err, ERR_WORKER, errno, "no memory file");
	while (done < bytes.n) {
		ssize_t n = write(fd, bytes.p + done, bytes.n - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			close(fd);
			return err_set_errno(err, ERR_WORKER, errno, "writing a memory file");
		}
		done += (size_t)n;
	}
	*ret_fd = fd;
	return 0;
}
