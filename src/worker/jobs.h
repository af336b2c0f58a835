/*
 * jobs.h - what the worker can be asked to do: one row a job, what is not listed is refused.
 *
 * A job runs in a process of its own inside the closed cage, once: it reads the files it was given through memory maps,
 * writes its result to a buffer and ends. What belongs to the job's parameters and result is said in util/page_text.h
 * and util/job.h.
 */
#ifndef KYSO_WORKER_JOBS_H
#define KYSO_WORKER_JOBS_H

#include "util/defer.h"
#include "util/job.h"
#include "util/str.h"

struct arena;
struct buf;
struct err;

struct job_input {
	struct bytes files[JOB_MAX_FILES];
	uint32_t file_count;
	struct bytes params;
	const struct job_hello *cage; /* how the cage is closed */
	struct arena *arena;          /* as large as the job's memory limit; freed after the result is sent */
};

typedef int job_fn(const struct job_input *input, struct buf *result, struct err *err);

struct job_row {
	const char *name;
	uint32_t files; /* exactly so many */
	job_fn *run;
	/* NULL, or what must be loaded while files can still be opened (a library's configuration, its providers):
	 * called once in the worker's own process before the outer door closes. It sees no job. */
	int (*prepare)(struct err *err);
};

/* Ends with a row whose name is NULL. */
extern const struct job_row worker_jobs[];

/* NULL when there is none. */
const struct job_row *worker_find_job(const struct job_row *table, const char *name);

#endif
