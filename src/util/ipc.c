/* ipc.c - see ipc.h. */
#include "util/ipc.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "util/buf.h"
#include "util/err.h"

enum { HEADER_BYTES = 4, CHUNK_BYTES = 1024 * 1024 };

void ipc_fds_close(struct ipc_fds *fds)
{
	for (size_t i = 0; i < fds->count; i++)
		close(fds->fd[i]);
	fds->count = 0;
}

static int64_t monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t ipc_deadline(uint32_t from_now_ms)
{
	return monotonic_ms() + from_now_ms;
}

/* Waits until the descriptor is ready; end of file and errors count as ready, the call that follows tells them apart.
 */
static int wait_ready(int fd, short events, int64_t deadline, struct err *err)
{
	for (;;) {
		struct pollfd p = { fd, events, 0 };
		int64_t left = deadline == IPC_FOREVER ? -1 : deadline - monotonic_ms();
		int n;

		if (deadline != IPC_FOREVER && left < 0)
			left = 0;
		n = poll(&p, 1, left > 60000 ? 60000 : (int)left);
		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return err_set_errno(err, ERR_WORKER, errno, "waiting for the other process");
		if (deadline != IPC_FOREVER && monotonic_ms() >= deadline)
			return err_set(err, ERR_WORKER_LIMIT, "the other process did not answer in time");
	}
}

static void put_header(uint8_t header[HEADER_BYTES], size_t n)
{
	for (int i = 0; i < HEADER_BYTES; i++)
		header[i] = (uint8_t)(n >> (8 * i));
}

union fd_space {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(int) * IPC_MAX_FDS)];
};

static void attach_fds(struct msghdr *msg, union fd_space *space, const struct ipc_fds *fds)
{
	struct cmsghdr *cmsg;

	memset(space, 0, sizeof(*space));
	msg->msg_control = space->bytes;
	msg->msg_controllen = CMSG_SPACE(sizeof(int) * fds->count);
	cmsg = CMSG_FIRSTHDR(msg);
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int) * fds->count);
	memcpy(CMSG_DATA(cmsg), fds->fd, sizeof(int) * fds->count);
}

int ipc_send(int socket, struct bytes frame, const struct ipc_fds *fds, int64_t deadline, struct err *err)
{
	uint8_t header[HEADER_BYTES];
	struct iovec iov[2] = { { header, HEADER_BYTES }, { (void *)(uintptr_t)frame.p, frame.n } };
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };
	union fd_space space;

	if (frame.n > UINT32_MAX)
		return err_set(err, ERR_LIMIT, "a message of %zu bytes is too long", frame.n);
	put_header(header, frame.n);
	if (fds && fds->count)
		attach_fds(&msg, &space, fds);
	while (iov[0].iov_len || iov[1].iov_len) {
		ssize_t n;
		size_t first;

		if (wait_ready(socket, POLLOUT, deadline, err) < 0)
			return -1;
		n = sendmsg(socket, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0)
			return err_set_errno(err, ERR_WORKER, errno, "sending to the other process");
		msg.msg_control = NULL;
		msg.msg_controllen = 0;
		first = (size_t)n < iov[0].iov_len ? (size_t)n : iov[0].iov_len;
		iov[0] = (struct iovec){ (char *)iov[0].iov_base + first, iov[0].iov_len - first };
		iov[1] = (struct iovec){ (char *)iov[1].iov_base + ((size_t)n - first),
					 iov[1].iov_len - ((size_t)n - first) };
	}
	return 0;
}

static int write_all(int fd, const uint8_t *p, size_t n, struct err *err)
{
	while (n) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return err_set_errno(err, ERR_WORKER, errno, "writing to the other process");
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

int ipc_write(int fd, struct bytes frame, struct err *err)
{
	uint8_t header[HEADER_BYTES];

	if (frame.n > UINT32_MAX)
		return err_set(err, ERR_LIMIT, "a message of %zu bytes is too long", frame.n);
	put_header(header, frame.n);
	return write_all(fd, header, HEADER_BYTES, err) < 0 ? -1 : write_all(fd, frame.p, frame.n, err);
}

/* Takes the descriptors of one message over; more than the frame may have are closed at once. */
static void collect_fds(struct msghdr *msg, struct ipc_fds *fds)
{
	for (struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg)) {
		size_t count;

		if (cmsg->cmsg_level != SOL_SOCKET || cmsg->cmsg_type != SCM_RIGHTS)
			continue;
		count = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < count; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(cmsg) + i * sizeof(int), sizeof(int));
			if (fds->count < IPC_MAX_FDS)
				fds->fd[fds->count++] = fd;
			else
				close(fd);
		}
	}
}

struct source {
	int fd;
	bool socket;
	int64_t deadline;
	struct ipc_fds fds;
};

/* Reads what is there, at most n bytes. ret_n 0 = end. */
static int read_some(struct source *source, void *p, size_t n, size_t *ret_n, struct err *err)
{
	for (;;) {
		struct iovec iov = { p, n };
		union fd_space space;
		struct msghdr msg = {
			.msg_iov = &iov, .msg_iovlen = 1, .msg_control = space.bytes, .msg_controllen = sizeof(space)
		};
		ssize_t done;

		if (wait_ready(source->fd, POLLIN, source->deadline, err) < 0)
			return -1;
		done = source->socket ? recvmsg(source->fd, &msg, MSG_CMSG_CLOEXEC) : read(source->fd, p, n);
		if (done < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (done < 0 && errno != ECONNRESET)
			return err_set_errno(err, ERR_WORKER, errno, "reading from the other process");
		if (done > 0 && source->socket)
			collect_fds(&msg, &source->fds);
		*ret_n = done > 0 ? (size_t)done : 0;
		return 0;
	}
}

static int read_header(struct source *source, size_t *ret_length, bool *ret_end, struct err *err)
{
	uint8_t header[HEADER_BYTES];
	size_t got = 0;

	while (got < HEADER_BYTES) {
		size_t n;

		if (read_some(source, header + got, HEADER_BYTES - got, &n, err) < 0)
			return -1;
		if (n == 0 && got == 0 && ret_end) {
			*ret_end = true;
			return 0;
		}
		if (n == 0)
			return err_set(err, ERR_WORKER, "the other process ended without an answer");
		got += n;
	}
	*ret_length = (size_t)header[0] | (size_t)header[1] << 8 | (size_t)header[2] << 16 | (size_t)header[3] << 24;
	return 0;
}

static int read_body(struct source *source, size_t length, struct buf *out, struct err *err)
{
	while (out->len < length) {
		size_t want = length - out->len < CHUNK_BYTES ? length - out->len : CHUNK_BYTES;
		size_t n;

		if (!buf_reserve(out, want))
			return buf_check(out, err);
		if (read_some(source, out->data + out->len, want, &n, err) < 0)
			return -1;
		if (n == 0)
			return err_set(err, ERR_WORKER, "the other process ended after %zu of %zu bytes", out->len,
				       length);
		out->len += n;
		out->data[out->len] = '\0';
	}
	return 0;
}

static int read_frame(struct source *source, size_t max_bytes, struct buf *out, bool *ret_end, struct err *err)
{
	size_t length = 0;

	buf_clear(out);
	if (ret_end)
		*ret_end = false;
	if (read_header(source, &length, ret_end, err) < 0)
		return -1;
	if (length > max_bytes)
		return err_set(err, ERR_LIMIT, "the other process announces %zu bytes, the limit is %zu", length,
			       max_bytes);
	return read_body(source, length, out, err);
}

int ipc_receive(int socket, size_t max_bytes, int64_t deadline, struct buf *out, struct ipc_fds *ret_fds, bool *ret_end,
		struct err *err)
{
	struct source source = { .fd = socket, .socket = true, .deadline = deadline };

	if (read_frame(&source, max_bytes, out, ret_end, err) < 0) {
		ipc_fds_close(&source.fds);
		return -1;
	}
	if (ret_fds)
		*ret_fds = source.fds;
	else
		ipc_fds_close(&source.fds);
	return 0;
}

int ipc_read(int fd, size_t max_bytes, int64_t deadline, struct buf *out, bool *ret_end, struct err *err)
{
	struct source source = { .fd = fd, .socket = false, .deadline = deadline };

	return read_frame(&source, max_bytes, out, ret_end, err);
}
