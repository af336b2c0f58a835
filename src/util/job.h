/*
 * job.h - what parent (src/service/cage) and worker (src/worker) say to each other: one job, one outcome.
 *
 * The parent sends a request frame with descriptors: the pipe for the answer first, then the files of the job. The
 * answer comes through that pipe from the process that has read hostile bytes and is taken for hostile itself. How that
 * process ended comes through the control socket from its own parent inside the worker, which has read nothing.
 */
#ifndef KYSO_UTIL_JOB_H
#define KYSO_UTIL_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "util/defer.h"
#include "util/err.h"
#include "util/str.h"

struct buf;

enum {
	JOB_PROTOCOL = 1, /* answered by "hello"; parent and worker of different builds refuse each other */
	JOB_MAX_NAME_BYTES = 32,
	JOB_MAX_PARAMS_BYTES = 1024 * 1024,
	JOB_MAX_REQUEST_BYTES = JOB_MAX_PARAMS_BYTES + 128,
	JOB_MAX_FILES = 3, /* IPC_MAX_FDS less the answer's pipe */
};

enum job_frame { JOB_FRAME_JOB = 1, JOB_FRAME_CANCEL = 2, JOB_FRAME_DONE = 3 };

struct job_limits {
	uint64_t memory_bytes; /* address space besides the program itself and the files */
	uint32_t cpu_s;        /* processor time */
};

struct job_request {
	const char *name;    /* a row of the worker's job table */
	struct bytes params; /* what the job takes besides its files, in wire.h form */
	struct job_limits limits;
};

void job_request_write(const struct job_request *request, struct buf *out);
/* `name` is copied to the space given, params are borrowed. */
NODISCARD int job_request_parse(struct bytes frame, char name[JOB_MAX_NAME_BYTES + 1], struct job_request *ret,
				struct err *err);

/* The answer: a result, or the job's error. */
void job_answer_write_result(struct bytes result, struct buf *out);
void job_answer_write_error(const struct err *error, struct buf *out);
/* 0 with the borrowed result; -1 with the job's own error (its text made printable), or ERR_WORKER when malformed. */
NODISCARD int job_answer_parse(struct bytes frame, struct bytes *ret_result, struct err *err);

/* How the job's process ended: the status of waitpid. */
void job_done_write(int wait_status, struct buf *out);
NODISCARD int job_done_parse(struct bytes frame, int *ret_wait_status, struct err *err);

/* Parameters and results of the jobs whose data are no text or image. */
struct job_hello {
	uint32_t protocol;
	uint32_t landlock_abi; /* 0: this kernel has none, or does not let it be used */
	bool seccomp;          /* false only in builds with sanitizers or coverage */
	char engine[32];       /* MuPDF's version */
};

void job_hello_write(const struct job_hello *hello, struct buf *out);
NODISCARD int job_hello_parse(struct bytes wire, struct job_hello *ret, struct err *err);

#endif
