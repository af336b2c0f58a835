/* err.c - fills struct err, and the table of codes. See err.h. */
#include "util/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct err_info err_table[] = {
#define ERROR(sym, name, exit_status, http_status, vi, en) { sym, name, exit_status, http_status, vi, en },
#include "util/errors.def"
#undef ERROR
};

int err_set(struct err *err, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return -1;
	va_start(ap, fmt);
	err->code = code;
	vsnprintf(err->detail, sizeof(err->detail), fmt, ap);
	va_end(ap);
	return -1;
}

int err_prefix(struct err *err, const char *fmt, ...)
{
	char head[ERR_DETAIL_BYTES];
	char tail[ERR_DETAIL_BYTES];
	va_list ap;

	if (!err)
		return -1;
	va_start(ap, fmt);
	vsnprintf(head, sizeof(head), fmt, ap);
	va_end(ap);
	memcpy(tail, err->detail, sizeof(tail));
	snprintf(err->detail, sizeof(err->detail), "%.250s: %.250s", head, tail);
	return -1;
}

int err_set_errno(struct err *err, enum err_code code, int errnum, const char *fmt, ...)
{
	char head[ERR_DETAIL_BYTES];
	char reason[128];
	va_list ap;

	if (!err)
		return -1;
	va_start(ap, fmt);
	vsnprintf(head, sizeof(head), fmt, ap);
	va_end(ap);
	return err_set(err, code, "%.380s: %s", head, strerror_r(errnum, reason, sizeof(reason)));
}

const struct err_info *err_info(enum err_code code)
{
	if (code > ERR_NONE && code < ERR_CODE_COUNT)
		return &err_table[code - 1];
	return &err_table[ERR_BUG - 1];
}

const struct err_info *err_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(err_table); i++)
		if (strcmp(err_table[i].name, name) == 0)
			return &err_table[i];
	return NULL;
}

void err_bug(const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "kyso: BUG at %s:%d: ", file, line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	abort();
}
