/*
 * err.h - how a failure is said: one code from the table and one English sentence with the particulars.
 *
 * Functions that can fail return int 0 / -1 and take `struct err *err` last; on -1 the error is filled and ret_ outputs
 * are untouched. `err` may be NULL where the caller does not care. "Decided: bad" is a finding, not an error.
 * The table (errors.def) gives every code its name, exit status (contracts: 1 no, 2 usage, 3 refused, 4 outside world,
 * 70 bug), HTTP status and its text in Vietnamese and English. Threads: a struct err belongs to one thread.
 */
#ifndef KYSO_UTIL_ERR_H
#define KYSO_UTIL_ERR_H

#include <stddef.h>

#include "util/defer.h"

enum err_code {
	ERR_NONE = 0,
#define ERROR(sym, name, exit_status, http_status, vi, en) sym,
#include "util/errors.def"
#undef ERROR
	ERR_CODE_COUNT
};

#define ERR_DETAIL_BYTES 512

struct err {
	enum err_code code;
	char detail[ERR_DETAIL_BYTES]; /* English, one sentence, names the file, row, cell or object */
};

#define ERR_INIT                                                                                                       \
	{                                                                                                              \
		.code = ERR_NONE                                                                                       \
	}

struct err_info {
	enum err_code code;
	const char *name; /* stable, e.g. "pdf.xref" */
	int exit_status;
	int http_status;
	const char *vi;
	const char *en;
};

/* Fills *err (when not NULL) and returns -1, so that `return err_set(...)` is the way out. Too long a detail is cut. */
int err_set(struct err *err, enum err_code code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Puts "prefix: " before the detail already there and returns -1; the code stays. */
int err_prefix(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* As err_set, with ": strerror(errnum)" appended. */
int err_set_errno(struct err *err, enum err_code code, int errnum, const char *fmt, ...) PRINTF_LIKE(4, 5);

/* The table row of a code; never NULL (an unknown code gives the row of ERR_BUG). */
const struct err_info *err_info(enum err_code code);

/* Finds a code by its stable name; NULL when there is none. */
const struct err_info *err_find(const char *name);

/* A broken invariant: prints where and aborts. Bugs are not errors. */
#define BUG(...) err_bug(__FILE__, __LINE__, __VA_ARGS__)
__attribute__((noreturn)) void err_bug(const char *file, int line, const char *fmt, ...) PRINTF_LIKE(3, 4);

#endif
