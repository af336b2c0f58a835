/* client.h - the smallest HTTP client a test needs: raw bytes out, everything in until the server closes or a time
 * limit. */
#ifndef KYSO_TEST_HTTP_CLIENT_H
#define KYSO_TEST_HTTP_CLIENT_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/buf.h"
#include "util/str.h"

static inline int client_connect(uint16_t port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_port = htons(port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static inline bool client_send(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = send(fd, p, len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

/* Everything until the server closes; false when it has not closed after limit_ms. */
static inline bool client_drain(int fd, struct buf *out, int limit_ms)
{
	char chunk[4096];

	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		ssize_t n;

		if (poll(&p, 1, limit_ms) <= 0)
			return false;
		n = recv(fd, chunk, sizeof(chunk), 0);
		if (n <= 0)
			return true;
		buf_append(out, chunk, (size_t)n);
	}
}

static inline int client_status(const struct buf *answer)
{
	return answer->len > 12 && memcmp(answer->data, "HTTP/1.", 7) == 0 ? atoi(answer->data + 9) : 0;
}

static inline struct bytes client_body(const struct buf *answer)
{
	const char *gap = answer->data ? memmem(answer->data, answer->len, "\r\n\r\n", 4) : NULL;

	if (!gap)
		return (struct bytes){ NULL, 0 };
	return (struct bytes){ (const uint8_t *)gap + 4, answer->len - (size_t)(gap + 4 - answer->data) };
}

/* One request on its own connection; the status, 0 when nothing usable came back. */
static inline int client_call(uint16_t port, const char *method, const char *target, const char *type, const void *body,
			      size_t len, struct buf *answer)
{
	struct buf head = BUF_INIT;
	int fd = client_connect(port);

	if (fd < 0)
		return 0;
	buf_printf(&head, "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n", method, target);
	if (body)
		buf_printf(&head, "Content-Type: %s\r\nContent-Length: %zu\r\n", type, len);
	buf_puts(&head, "\r\n");
	if (client_send(fd, head.data, head.len) && body)
		client_send(fd, body, len);
	client_drain(fd, answer, 20000);
	close(fd);
	buf_release(&head);
	return client_status(answer);
}

#endif
