/* buf.c - see buf.h. */
#include "util/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/err.h"

void buf_release(struct buf *buf)
{
	free(buf->data);
	memset(buf, 0, sizeof(*buf));
}

void buf_clear(struct buf *buf)
{
	buf->len = 0;
	buf->failed = false;
	if (buf->data)
		buf->data[0] = '\0';
}

bool buf_reserve(struct buf *buf, size_t more)
{
	size_t cap = buf->cap ? buf->cap : 64;
	char *data;

	if (buf->failed || more > SIZE_MAX / 4 || buf->len > SIZE_MAX / 4)
		return !(buf->failed = true);
	if (buf->len + more + 1 <= buf->cap)
		return true;
	while (cap < buf->len + more + 1)
		cap *= 2;
	data = realloc(buf->data, cap);
	if (!data)
		return !(buf->failed = true);
	buf->data = data;
	buf->cap = cap;
	return true;
}

void buf_append(struct buf *buf, const void *data, size_t len)
{
	if (!buf_reserve(buf, len))
		return;
	if (len)
		memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void buf_puts(struct buf *buf, const char *s)
{
	buf_append(buf, s, strlen(s));
}

void buf_putc(struct buf *buf, char c)
{
	buf_append(buf, &c, 1);
}

void buf_fill(struct buf *buf, char c, size_t n)
{
	if (!buf_reserve(buf, n))
		return;
	memset(buf->data + buf->len, c, n);
	buf->len += n;
	buf->data[buf->len] = '\0';
}

void buf_printf(struct buf *buf, const char *fmt, ...)
{
	va_list ap;
	va_list again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		buf->failed = true;
	else if (buf_reserve(buf, (size_t)n)) {
		vsnprintf(buf->data + buf->len, (size_t)n + 1, fmt, again);
		buf->len += (size_t)n;
	}
	va_end(again);
}

const char *buf_str(const struct buf *buf)
{
	return buf->data ? buf->data : "";
}

bool buf_failed(const struct buf *buf)
{
	return buf->failed;
}

int buf_check(const struct buf *buf, struct err *err)
{
	return buf->failed ? err_set(err, ERR_NO_MEMORY, "no memory for a buffer of %zu bytes", buf->len) : 0;
}

char *buf_detach(struct buf *buf, size_t *ret_len)
{
	char *data = buf->data;

	if (ret_len)
		*ret_len = buf->len;
	memset(buf, 0, sizeof(*buf));
	return data;
}
