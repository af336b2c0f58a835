/*
 * secret.h - PINs and passwords: locked in memory where the system allows, wiped when freed, never in argv, the
 * environment or a log. Contracts: a secret comes from a terminal without echo, a descriptor or a file.
 */
#ifndef KYSO_UTIL_SECRET_H
#define KYSO_UTIL_SECRET_H

#include <stddef.h>

#include "util/defer.h"

struct err;

#define SECRET_MAX_BYTES 1024

struct secret;

NODISCARD int secret_new(const char *text, size_t len, struct secret **ret_secret, struct err *err);
/* Reads to end of file or to the first line end. ERR_LIMIT when longer than SECRET_MAX_BYTES. */
NODISCARD int secret_read_fd(int fd, struct secret **ret_secret, struct err *err);
NODISCARD int secret_read_file(const char *path, struct secret **ret_secret, struct err *err);
/* Asks on /dev/tty without echo. */
NODISCARD int secret_ask(const char *prompt, struct secret **ret_secret, struct err *err);
const char *secret_text(const struct secret *secret); /* borrowed, terminated */
size_t secret_len(const struct secret *secret);
void secret_free(struct secret *secret);
DEFINE_FREEP(struct secret, secret_free)

/* Overwrites memory in a way the compiler keeps. */
void secret_wipe(void *p, size_t n);

#endif
