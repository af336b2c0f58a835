/* cage.c - see cage.h. */
#include "worker/cage.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/err.h"

struct cage {
	struct sock_fprog program;
	uint64_t base_bytes; /* address space of the program before any job */
};

/* --- Landlock, by number: libc has no wrappers, and Debian 12's header ends at ABI 2 --- */

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_restrict_self 446
#endif

struct ruleset {
	uint64_t access_fs;
	uint64_t access_net; /* since ABI 4 */
	uint64_t scoped;     /* since ABI 6 */
};

/* File system rights known to an ABI: 13 with 1, refer with 2, truncate with 3, ioctl on devices with 5. */
static uint64_t fs_rights(long abi)
{
	int rights = abi >= 5 ? 16 : abi >= 3 ? 15 : abi >= 2 ? 14 : 13;

	return (UINT64_C(1) << rights) - 1;
}

/* A ruleset that handles everything and allows nothing. Returns the ABI, 0 when the kernel has none or does not let us.
 */
static uint32_t close_landlock(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, /* LANDLOCK_CREATE_RULESET_VERSION */ 1U);
	struct ruleset ruleset = { .access_fs = fs_rights(abi),
				   .access_net = abi >= 4 ? 3 : 0,
				   .scoped = abi >= 6 ? 3 : 0 };
	size_t size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
	long fd;
	long closed = 0;

	if (abi < 1)
		return 0;
	fd = syscall(SYS_landlock_create_ruleset, &ruleset, size, 0U);
	if (fd < 0)
		return 0;
	if (!CAGE_RELAXED)
		closed = syscall(SYS_landlock_restrict_self, (int)fd, 0U);
	close((int)fd);
	return closed == 0 && !CAGE_RELAXED ? (uint32_t)abi : 0;
}

/* --- seccomp --- */

/* Memory, time, waiting on a lock within the process, randomness, the end. Nothing that opens, sends, starts or asks
 * about others. */
static const int allowed_calls[] = {
	SCMP_SYS(munmap),    SCMP_SYS(mremap),         SCMP_SYS(brk),          SCMP_SYS(madvise),
	SCMP_SYS(futex),     SCMP_SYS(clock_gettime),  SCMP_SYS(gettimeofday), SCMP_SYS(time),
	SCMP_SYS(getrandom), SCMP_SYS(sysinfo),        SCMP_SYS(sched_yield),  SCMP_SYS(getpid),
	SCMP_SYS(gettid),    SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(restart_syscall),
	SCMP_SYS(close),     SCMP_SYS(exit),           SCMP_SYS(exit_group),
};

static int add_rules(scmp_filter_ctx filter)
{
	int result = 0;

	for (size_t i = 0; i < ARRAY_LEN(allowed_calls) && result == 0; i++)
		result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed_calls[i], 0);
	/* memory that cannot become code, and is no file */
	if (result == 0)
		result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
					  SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (result == 0)
		result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2,
					  SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
					  SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS));
	if (result == 0)
		result =
		    seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1, SCMP_A0(SCMP_CMP_EQ, CAGE_RESULT_FD, 0));
	return result;
}

/* The filter as the kernel takes it, so that each job's process loads it with one call instead of building it anew. */
static int read_program(int fd, struct sock_fprog *program, struct err *err)
{
	struct stat st;
	struct sock_filter *code;

	if (fstat(fd, &st) < 0 || st.st_size <= 0 || (size_t)st.st_size / sizeof(*code) > BPF_MAXINSNS)
		return err_set(err, ERR_WORKER, "the system call filter cannot be exported");
	code = malloc((size_t)st.st_size);
	if (!code)
		return err_set(err, ERR_NO_MEMORY, "no memory for the system call filter");
	if (pread(fd, code, (size_t)st.st_size, 0) != st.st_size) {
		free(code);
		return err_set(err, ERR_WORKER, "the system call filter cannot be read back");
	}
	program->filter = code;
	program->len = (unsigned short)((size_t)st.st_size / sizeof(*code));
	return 0;
}

static int build_program(struct sock_fprog *program, struct err *err)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int fd = memfd_create("filter", MFD_CLOEXEC);
	int result = -1;

	if (!filter || fd < 0)
		err_set(err, ERR_WORKER, "no memory for the system call filter");
	else if (add_rules(filter) < 0 || seccomp_export_bpf(filter, fd) < 0)
		err_set(err, ERR_WORKER, "the system call filter cannot be built");
	else
		result = read_program(fd, program, err);
	if (filter)
		seccomp_release(filter);
	if (fd >= 0)
		close(fd);
	return result;
}

/* --- the doors --- */

static uint64_t address_space_bytes(void)
{
	unsigned long long pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (f) {
		if (fscanf(f, "%llu", &pages) != 1)
			pages = 0;
		fclose(f);
	}
	/* without /proc: the program with its fonts, its libraries and stacks are less than this */
	return pages ? (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE) : UINT64_C(160) * 1024 * 1024;
}

/* Soft limit `value`; the hard one `slack` above it, so that the signal of the soft one tells what happened. */
static int limit(int resource, uint64_t value, uint64_t slack, const char *name, struct err *err)
{
	struct rlimit old;
	struct rlimit now = { value, value + slack };

	if (getrlimit((__rlimit_resource_t)resource, &old) == 0 && old.rlim_max < now.rlim_max)
		now = (struct rlimit){ value < old.rlim_max ? value : old.rlim_max, old.rlim_max };
	return setrlimit((__rlimit_resource_t)resource, &now) == 0 ? 0
								   : err_set_errno(err, ERR_WORKER, errno, "%s", name);
}

int cage_close_outer(struct cage **ret_cage, struct job_hello *ret_hello, struct err *err)
{
	AUTO(cage_freep) struct cage *cage = calloc(1, sizeof(*cage));
	uint32_t abi;

	if (!cage)
		return err_set(err, ERR_NO_MEMORY, "no memory for the cage");
	cage->base_bytes = address_space_bytes();
	if (build_program(&cage->program, err) < 0)
		return -1;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || (!CAGE_RELAXED && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0))
		return err_set_errno(err, ERR_WORKER, errno, "privileges cannot be given up");
	if (limit(RLIMIT_CORE, 0, 0, "RLIMIT_CORE", err) < 0 ||
	    (!CAGE_RELAXED && limit(RLIMIT_FSIZE, 0, 0, "RLIMIT_FSIZE", err) < 0))
		return -1;
	abi = close_landlock();
	ret_hello->landlock_abi = abi;
	ret_hello->seccomp = !CAGE_RELAXED;
	*ret_cage = TAKE(cage);
	return 0;
}

int cage_close_inner(const struct cage *cage, const struct job_limits *limits, uint64_t mapped_bytes, struct err *err)
{
	uint64_t space = cage->base_bytes + mapped_bytes + limits->memory_bytes;

	if (limit(RLIMIT_CPU, limits->cpu_s, 1, "RLIMIT_CPU", err) < 0)
		return -1;
	if (CAGE_RELAXED)
		return 0;
	if (limit(RLIMIT_AS, space, 0, "RLIMIT_AS", err) < 0 || limit(RLIMIT_NOFILE, 0, 0, "RLIMIT_NOFILE", err) < 0)
		return -1;
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &cage->program, 0, 0) < 0)
		return err_set_errno(err, ERR_WORKER, errno, "the system call filter is refused by the kernel");
	return 0;
}

void cage_free(struct cage *cage)
{
	if (!cage)
		return;
	free(cage->program.filter);
	free(cage);
}
