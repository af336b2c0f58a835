/* worker.c - see worker.h. */
#include "worker/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "page/text.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/err.h"
#include "util/file.h"
#include "util/ipc.h"
#include "worker/cage.h"
#include "worker/jobs.h"

struct worker {
	const struct job_row *table;
	struct cage *cage;
	struct job_hello hello;
	int socket;
	int signals; /* signalfd for SIGCHLD */
};

/* --- in the job's process --- */

struct mapped_files {
	struct file_map *maps[JOB_MAX_FILES];
	uint64_t bytes;
};

/* Maps the files, without reading them, and lets go of their descriptors. */
static int map_files(struct ipc_fds *fds, struct job_input *input, struct mapped_files *mapped, struct err *err)
{
	for (size_t i = 1; i < fds->count; i++) {
		if (file_map_fd(fds->fd[i], "the file given", &mapped->maps[i - 1], err) < 0)
			return -1;
		input->files[i - 1] = file_map_bytes(mapped->maps[i - 1]);
		mapped->bytes += input->files[i - 1].n;
		close(fds->fd[i]);
	}
	input->file_count = (uint32_t)fds->count - 1;
	fds->count = 1;
	return 0;
}

static int run_in_cage(const struct worker *worker, const struct job_request *request, struct ipc_fds *fds,
		       struct buf *result, struct arena *arena, struct err *err)
{
	const struct job_row *job = worker_find_job(worker->table, request->name);
	struct job_input input = { .params = request->params, .cage = &worker->hello, .arena = arena };
	struct mapped_files mapped = { 0 };

	if (!job)
		return err_set(err, ERR_WORKER, "there is no job \"%s\"", request->name);
	if (fds->count - 1 != job->files)
		return err_set(err, ERR_WORKER, "job \"%s\" takes %u files, not %zu", job->name, job->files,
			       fds->count - 1);
	if (map_files(fds, &input, &mapped, err) < 0 ||
	    cage_close_inner(worker->cage, &request->limits, mapped.bytes, err) < 0)
		return -1;
	return job->run(&input, result, err);
}

#ifdef KYSO_COVERAGE
void __gcov_dump(void);
#endif

static void answer_and_exit(const struct buf *result, const struct err *error)
{
	struct buf answer = BUF_INIT;
	int failed = error->code != ERR_NONE;

	if (failed)
		job_answer_write_error(error, &answer);
	else
		job_answer_write_result((struct bytes){ (const uint8_t *)result->data, result->len }, &answer);
	if (buf_failed(&answer) ||
	    ipc_write(CAGE_RESULT_FD, (struct bytes){ (const uint8_t *)answer.data, answer.len }, NULL) < 0)
		_exit(EXIT_FAILURE);
#ifdef KYSO_COVERAGE
	__gcov_dump();
#endif
	_exit(EXIT_SUCCESS);
}

/* Puts the answer's pipe where the filter expects it and closes all that the job has no use for. */
static int arrange_fds(struct worker *worker, struct ipc_fds *fds, struct err *err)
{
	close(worker->socket);
	close(worker->signals);
	for (size_t i = 1; i < fds->count; i++) {
		int fd;

		if (fds->fd[i] != CAGE_RESULT_FD)
			continue;
		fd = fcntl(fds->fd[i], F_DUPFD, CAGE_RESULT_FD + 1);
		if (fd < 0)
			return err_set_errno(err, ERR_WORKER, errno, "descriptors");
		fds->fd[i] = fd;
	}
	if (fds->fd[0] == CAGE_RESULT_FD)
		return 0;
	if (dup2(fds->fd[0], CAGE_RESULT_FD) < 0)
		return err_set_errno(err, ERR_WORKER, errno, "descriptors");
	close(fds->fd[0]);
	fds->fd[0] = CAGE_RESULT_FD;
	return 0;
}

static void child_main(struct worker *worker, const struct job_request *request, struct ipc_fds *fds, pid_t parent)
{
	struct arena *arena = arena_new(request->limits.memory_bytes);
	struct buf result = BUF_INIT;
	struct err err = ERR_INIT;

	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (getppid() != parent || !arena || arrange_fds(worker, fds, &err) < 0)
		_exit(EXIT_FAILURE);
	if (run_in_cage(worker, request, fds, &result, arena, &err) < 0 && err.code == ERR_NONE)
		err_set(&err, ERR_BUG, "job \"%s\" failed without a reason", request->name);
	answer_and_exit(&result, &err);
}

/* --- in the worker's own process --- */

static int send_done(const struct worker *worker, int wait_status, struct err *err)
{
	AUTO(buf_release) struct buf frame = BUF_INIT;

	job_done_write(wait_status, &frame);
	return ipc_send(worker->socket, (struct bytes){ (const uint8_t *)frame.data, frame.len }, NULL, IPC_FOREVER,
			err);
}

/* Waits until the child ended; kills it when the parent says so (whatever it says now means "cancel") or is gone. */
static int wait_for_child(const struct worker *worker, pid_t child, struct err *err)
{
	struct pollfd polls[2] = { { worker->socket, POLLIN, 0 }, { worker->signals, POLLIN, 0 } };
	int wait_status;

	for (;;) {
		pid_t pid = waitpid(child, &wait_status, WNOHANG);
		struct signalfd_siginfo info;

		if (pid == child)
			return send_done(worker, wait_status, err);
		if (pid < 0 && errno != EINTR)
			return err_set_errno(err, ERR_WORKER, errno, "waiting for the job");
		if (poll(polls, 2, -1) < 0 && errno != EINTR)
			return err_set_errno(err, ERR_WORKER, errno, "waiting for the job");
		if (polls[1].revents && read(worker->signals, &info, sizeof(info)) < 0 && errno != EAGAIN)
			return err_set_errno(err, ERR_WORKER, errno, "waiting for the job");
		if (polls[0].revents) {
			kill(child, SIGKILL);
			polls[0].fd = -1; /* left for the main loop */
			polls[0].revents = 0;
		}
	}
}

static int start_job(struct worker *worker, const struct buf *frame, struct ipc_fds *fds, struct err *err)
{
	char name[JOB_MAX_NAME_BYTES + 1];
	struct job_request request;
	pid_t parent = getpid();
	pid_t child;

	if (job_request_parse((struct bytes){ (const uint8_t *)frame->data, frame->len }, name, &request, err) < 0)
		return -1;
	if (fds->count < 1)
		return err_set(err, ERR_WORKER, "the request has no pipe for the answer");
	child = fork();
	if (child < 0)
		return err_set_errno(err, ERR_WORKER, errno, "no process for the job");
	if (child == 0)
		child_main(worker, &request, fds, parent);
	ipc_fds_close(fds);
	return wait_for_child(worker, child, err);
}

static bool is_cancel(const struct buf *frame)
{
	return frame->len == 1 && frame->data[0] == JOB_FRAME_CANCEL;
}

/* A cancel that comes when the job has just ended is late and means nothing. */
static int serve(struct worker *worker, struct err *err)
{
	AUTO(buf_release) struct buf frame = BUF_INIT;

	for (;;) {
		struct ipc_fds fds = { .count = 0 };
		bool end = false;
		int result = 0;

		if (ipc_receive(worker->socket, JOB_MAX_REQUEST_BYTES, IPC_FOREVER, &frame, &fds, &end, err) < 0)
			return -1;
		if (end)
			return 0;
		if (!is_cancel(&frame))
			result = start_job(worker, &frame, &fds, err);
		ipc_fds_close(&fds);
		if (result < 0)
			return -1;
	}
}

/* Standard input becomes the socket under another number; 0, 1 and 2 become /dev/null; whatever else was inherited is
 * closed. */
static int arrange_own_fds(struct worker *worker, struct err *err)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	worker->socket = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 4);
	if (worker->socket < 0 || null < 0)
		return err_set_errno(err, ERR_WORKER, errno, "descriptors");
	if (dup2(worker->socket, 4) < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		return err_set_errno(err, ERR_WORKER, errno, "descriptors");
	/* the sanitizers' reports go where the caller's messages go */
	if (!CAGE_RELAXED && dup2(null, STDERR_FILENO) < 0)
		return err_set_errno(err, ERR_WORKER, errno, "descriptors");
	worker->socket = 4;
	close(3);
	if (close_range(5, ~0U, 0) < 0)
		for (int fd = 5; fd < 1024; fd++)
			close(fd);
	return 0;
}

static int arrange_signals(struct worker *worker, struct err *err)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return err_set_errno(err, ERR_WORKER, errno, "signals");
	signal(SIGCHLD, SIG_DFL);
	worker->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return worker->signals < 0 ? err_set_errno(err, ERR_WORKER, errno, "signals") : 0;
}

static int prepare_jobs(const struct worker *worker, struct err *err)
{
	for (const struct job_row *job = worker->table; job->name; job++)
		if (job->prepare && job->prepare(err) < 0)
			return -1;
	return 0;
}

int worker_serve(const struct job_row *table)
{
	struct worker worker = { .table = table, .hello = { .protocol = JOB_PROTOCOL } };
	struct err err = ERR_INIT;
	int result;

	signal(SIGPIPE, SIG_IGN);
	snprintf(worker.hello.engine, sizeof(worker.hello.engine), "%s", page_engine_version());
	result = arrange_own_fds(&worker, &err);
	if (result == 0)
		result = arrange_signals(&worker, &err);
	if (result == 0)
		result = prepare_jobs(&worker, &err);
	if (result == 0)
		result = cage_close_outer(&worker.cage, &worker.hello, &err);
	if (result == 0)
		result = serve(&worker, &err);
	cage_free(worker.cage);
	return result == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
