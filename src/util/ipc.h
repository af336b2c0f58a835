/*
 * ipc.h - frames over a socket pair or a pipe between kyso's own processes: 4 bytes of length (little-endian), then
 * that many bytes.
 *
 * Descriptors travel with the first byte of a frame (SCM_RIGHTS) and arrive close-on-exec. A frame longer than the
 * receiver's limit is refused before memory is asked for, and memory grows with the bytes that arrive, not with the
 * length announced. Every call takes a deadline on the monotonic clock (ipc_deadline), or IPC_FOREVER. Errors:
 * ERR_WORKER (peer gone, malformed), ERR_LIMIT (frame too long), ERR_WORKER_LIMIT (deadline). Threads: one descriptor,
 * one thread.
 */
#ifndef KYSO_UTIL_IPC_H
#define KYSO_UTIL_IPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/defer.h"
#include "util/str.h"

struct buf;
struct err;

enum { IPC_MAX_FDS = 4 };
#define IPC_FOREVER ((int64_t)-1)

struct ipc_fds {
	int fd[IPC_MAX_FDS];
	size_t count;
};

void ipc_fds_close(struct ipc_fds *fds); /* closes all, count = 0 */

int64_t ipc_deadline(uint32_t from_now_ms);

/* Sends a frame through a socket; the descriptors stay the caller's. fds may be NULL. */
NODISCARD int ipc_send(int socket, struct bytes frame, const struct ipc_fds *fds, int64_t deadline, struct err *err);
/* Writes a frame into a pipe or file. */
NODISCARD int ipc_write(int fd, struct bytes frame, struct err *err);

/* Receives a frame into `out` (cleared first) and its descriptors into ret_fds (may be NULL: any that come are closed).
 * *ret_end (may be NULL: then the end is an error) tells that the peer closed in good order between frames; `out` is
 * empty then. */
NODISCARD int ipc_receive(int socket, size_t max_bytes, int64_t deadline, struct buf *out, struct ipc_fds *ret_fds,
			  bool *ret_end, struct err *err);
/* The same from a pipe. */
NODISCARD int ipc_read(int fd, size_t max_bytes, int64_t deadline, struct buf *out, bool *ret_end, struct err *err);

#endif
