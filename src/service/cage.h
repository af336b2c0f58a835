/*
 * cage.h (service) - the parent's side of kyso-worker: gives it files and jobs, gets plain data or an error back.
 *
 * A struct cage is one worker, started at the first job and again whenever it is gone. Each job runs in a process of
 * its own inside it (src/worker), so whatever a file does - crash, hang, ask for too much - is an error of its own job
 * and of no other: ERR_WORKER (died, answered nonsense), ERR_WORKER_LIMIT (time, processor, memory, size), or the job's
 * own error. What the worker says is parsed as hostile. Descriptors given stay the caller's and may be closed after the
 * call; the worker maps the file, so it must be a regular one.
 *
 * Threads: one cage, one thread at a time; several cages may work at once (`kyso verify --jobs N`). SIGCHLD must not be
 * ignored.
 */
#ifndef KYSO_SERVICE_CAGE_H
#define KYSO_SERVICE_CAGE_H

#include <stddef.h>
#include <stdint.h>

#include "util/defer.h"
#include "util/job.h"
#include "util/page_text.h"
#include "util/str.h"

struct arena;
struct buf;
struct err;
struct cage;

struct cage_options {
	const char *worker_path; /* NULL: "kyso-worker" beside the running program */
	uint32_t timeout_ms;     /* wall time of a job; 0 = CAGE_TIMEOUT_MS */
	uint32_t cpu_s;          /* processor time of a job; 0 = CAGE_CPU_S */
	uint64_t memory_bytes;   /* of a job, besides the program and the file; 0 = CAGE_MEMORY_BYTES */
};

enum {
	CAGE_TIMEOUT_MS = 10000,
	CAGE_CPU_S = 10,
	CAGE_MEMORY_BYTES = 512 * 1024 * 1024,
	CAGE_MAX_TEXT_BYTES = 256 * 1024 * 1024,
	CAGE_MAX_IMAGE_BYTES = 160 * 1024 * 1024,
	CAGE_MAX_FILE_BYTES = 512 * 1024 * 1024,
};

/* options may be NULL. No process is started yet. */
NODISCARD int cage_new(const struct cage_options *options, struct cage **ret_cage, struct err *err);
void cage_free(struct cage *cage); /* ends the worker */
DEFINE_FREEP(struct cage, cage_free)

/* How the worker's cage is closed; starts the worker. */
NODISCARD int cage_hello(struct cage *cage, struct job_hello *ret, struct err *err);

/* src/page/text.h behind the cage. Results are in the caller's arena. */
NODISCARD int cage_page_text(struct cage *cage, int fd, uint32_t first, uint32_t count, struct arena *arena,
			     struct page_text *ret, struct err *err);
NODISCARD int cage_page_render(struct cage *cage, int fd, uint32_t index, int dpi, struct arena *arena,
			       struct page_image *ret, struct err *err);
NODISCARD int cage_normalise(struct cage *cage, int fd, struct buf *out, struct err *err);

/* Any job of the worker's table (verify and others to come). */
struct cage_job {
	const char *name;
	struct bytes params;
	int fds[JOB_MAX_FILES];
	size_t fd_count;
	size_t max_result_bytes;
	uint32_t timeout_ms; /* 0 = the cage's */
};

/* Runs it; the result is borrowed from `answer`, which the caller releases. */
NODISCARD int cage_run(struct cage *cage, const struct cage_job *job, struct buf *answer, struct bytes *ret_result,
		       struct err *err);

/* A descriptor for bytes that are in no file: close() it. */
NODISCARD int cage_fd_of_bytes(struct bytes bytes, int *ret_fd, struct err *err);

#endif
