/*
 * cage.h (worker) - what the kernel takes away from a process before it reads a hostile byte.
 *
 * Two doors, closed one after the other (docs/decisions/022). cage_close_outer, once in the worker's own process: no
 * new privileges, not dumpable, no core files, no files written, Landlock with no rule at all (no file system, no TCP,
 * no signals or abstract sockets out). cage_close_inner, in each job's process: limits on address space and processor
 * time, then a seccomp allow-list of memory and time calls, one pipe to write to, and the exit; anything else kills the
 * process.
 *
 * A kernel without Landlock is said (landlock_abi 0) and lived with: the allow-list lets nothing be opened anyway. A
 * kernel that refuses seccomp is ERR_WORKER: nothing is read without it. Builds with a sanitizer or with coverage
 * counters (CAGE_RELAXED) make system calls of their own; they close neither door and say so in `hello`.
 */
#ifndef KYSO_WORKER_CAGE_H
#define KYSO_WORKER_CAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "util/defer.h"
#include "util/job.h"

#if defined(__SANITIZE_ADDRESS__) || defined(KYSO_COVERAGE)
#define CAGE_RELAXED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || __has_feature(undefined_behavior_sanitizer)
#define CAGE_RELAXED 1
#endif
#endif
#ifndef CAGE_RELAXED
#define CAGE_RELAXED 0
#endif

struct err;

enum { CAGE_RESULT_FD = 3 }; /* the only descriptor a job may write to */

struct cage;

/* Builds the filter and closes the outer door. `ret_hello` says what was closed. */
NODISCARD int cage_close_outer(struct cage **ret_cage, struct job_hello *ret_hello, struct err *err);
/* Closes the inner door of this process, for good. mapped_bytes: files mapped already, beyond the memory limit. */
NODISCARD int cage_close_inner(const struct cage *cage, const struct job_limits *limits, uint64_t mapped_bytes,
			       struct err *err);
void cage_free(struct cage *cage);
DEFINE_FREEP(struct cage, cage_free)

#endif
