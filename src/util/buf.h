/*
 * buf.h - a growable run of bytes, always NUL-terminated one past its end.
 *
 * struct buf b = BUF_INIT; ... buf_release(&b). Appending aborts never: when memory is out the buffer remembers it
 * (buf_failed) and further appends do nothing, so a writer may check once at the end. Threads: one buffer, one thread.
 */
#ifndef KYSO_UTIL_BUF_H
#define KYSO_UTIL_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/defer.h"

struct err;

struct buf {
	char *data; /* NULL until something is appended */
	size_t len;
	size_t cap;
	bool failed;
};

#define BUF_INIT                                                                                                       \
	{                                                                                                              \
		.data = NULL                                                                                           \
	}

void buf_release(struct buf *buf); /* frees and resets; safe on BUF_INIT */
void buf_clear(struct buf *buf);   /* len = 0, memory kept */
bool buf_reserve(struct buf *buf, size_t more);
void buf_append(struct buf *buf, const void *data, size_t len);
void buf_puts(struct buf *buf, const char *s);
void buf_putc(struct buf *buf, char c);
void buf_fill(struct buf *buf, char c, size_t n);
void buf_printf(struct buf *buf, const char *fmt, ...) PRINTF_LIKE(2, 3);
const char *buf_str(const struct buf *buf); /* borrowed, "" when empty */
bool buf_failed(const struct buf *buf);

/* 0, or ERR_NO_MEMORY when an append was lost. */
NODISCARD int buf_check(const struct buf *buf, struct err *err);

/* Hands the bytes to the caller (free()), leaves the buffer empty. */
char *buf_detach(struct buf *buf, size_t *ret_len);

#endif
