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

/* After a cut: takes away a letter that was cut in half, so that the text stays UTF-8. */
static void mend_end(char *text)
{
	size_t len = strlen(text);
	size_t start = len;
	unsigned char lead;

	while (start && len - start < 4 && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
		start--;
	if (start == 0)
		return;
	lead = (unsigned char)text[--start];
	if (lead >= 0xc0 && len - start < (lead >= 0xf0 ? 4U : lead >= 0xe0 ? 3U : 2U))
		text[start] = '\0';
}

int err_set(struct err *err, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return -1;
	va_start(ap, fmt);
	err->code = code;
	vsnprintf(err->detail, sizeof(err->detail), fmt, ap);
	va_end(ap);
	mend_end(err->detail);
	return -1;
}

int err_prefix(struct err *err, const char *fmt, ...)
{
	char head[ERR_DETAIL_BYTES / 2];
	char tail[ERR_DETAIL_BYTES];
	va_list ap;

	if (!err)
		return -1;
	va_start(ap, fmt);
	vsnprintf(head, sizeof(head), fmt, ap);
	va_end(ap);
	mend_end(head);
	memcpy(tail, err->detail, sizeof(tail));
	if (snprintf(err->detail, sizeof(err->detail), "%s: %s", head, tail) >= (int)sizeof(err->detail))
		mend_end(err->detail);
	return -1;
}

int err_set_errno(struct err *err, enum err_code code, int errnum, const char *fmt, ...)
{
	const char *reason = strerrordesc_np(errnum); /* English whatever the locale */
	char head[ERR_DETAIL_BYTES - 100];
	va_list ap;

	if (!err)
		return -1;
	va_start(ap, fmt);
	vsnprintf(head, sizeof(head), fmt, ap);
	va_end(ap);
	mend_end(head);
	return err_set(err, code, "%s: %s", head, reason ? reason : "unknown system error");
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
