/* test_ipc.c - frames whole, cut, too long, late, with descriptors. */
#include "test.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>

#include "util/buf.h"
#include "util/ipc.h"

struct pair {
	int a, b;
};

static struct pair new_pair(void)
{
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	return (struct pair){ ends[0], ends[1] };
}

static struct bytes bytes_of(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

static void put_raw(int fd, const char *data, size_t n)
{
	assert_int_equal(write(fd, data, n), (ssize_t)n);
}

static void frames_and_descriptors_arrive(void **state)
{
	AUTO(buf_release) struct buf got = BUF_INIT;
	struct pair p = new_pair();
	struct ipc_fds sent = { .fd = { p.a, STDIN_FILENO }, .count = 2 };
	struct ipc_fds received = { .count = 0 };
	bool end = true;
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(ipc_send(p.a, bytes_of("first"), &sent, ipc_deadline(1000), &err), &err);
	assert_ok(ipc_send(p.a, bytes_of(""), NULL, IPC_FOREVER, &err), &err);
	assert_ok(ipc_receive(p.b, 5, ipc_deadline(1000), &got, &received, &end, &err), &err);
	assert_string_equal(buf_str(&got), "first");
	assert_false(end);
	assert_int_equal(received.count, 2);
	assert_true(fcntl(received.fd[0], F_GETFD) & FD_CLOEXEC);
	ipc_fds_close(&received);
	assert_int_equal(received.count, 0);
	assert_ok(ipc_receive(p.b, 5, IPC_FOREVER, &got, NULL, NULL, &err), &err);
	assert_int_equal(got.len, 0);
	close(p.a);
	assert_ok(ipc_receive(p.b, 5, IPC_FOREVER, &got, NULL, &end, &err), &err);
	assert_true(end);
	assert_fails(ipc_receive(p.b, 5, IPC_FOREVER, &got, NULL, NULL, &err), &err, ERR_WORKER);
	close(p.b);
}

static void descriptors_nobody_wants_are_closed(void **state)
{
	AUTO(buf_release) struct buf got = BUF_INIT;
	struct pair p = new_pair();
	struct ipc_fds sent = { .fd = { STDIN_FILENO, STDIN_FILENO, STDIN_FILENO, STDIN_FILENO }, .count = 4 };
	int before = dup(STDIN_FILENO);
	int after;
	struct err err = ERR_INIT;

	(void)state;
	close(before);
	assert_ok(ipc_send(p.a, bytes_of("x"), &sent, IPC_FOREVER, &err), &err);
	assert_ok(ipc_receive(p.b, 5, IPC_FOREVER, &got, NULL, NULL, &err), &err);
	assert_ok(ipc_send(p.a, bytes_of("too long"), &sent, IPC_FOREVER, &err), &err);
	assert_fails(ipc_receive(p.b, 5, IPC_FOREVER, &got, &sent, NULL, &err), &err, ERR_LIMIT);
	after = dup(STDIN_FILENO);
	assert_int_equal(before, after);
	close(after);
	close(p.a);
	close(p.b);
}

static void what_is_cut_or_too_long_is_refused(void **state)
{
	AUTO(buf_release) struct buf got = BUF_INIT;
	struct err err = ERR_INIT;
	static const struct {
		const char *data;
		size_t n;
		enum err_code code;
	} rows[] = {
		{ "\x01", 1, ERR_WORKER },
		{ "\x05\0\0\0abc", 7, ERR_WORKER },
		{ "\xff\xff\xff\xff", 4, ERR_LIMIT },
		{ "\x0b\0\0\0", 4, ERR_LIMIT },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct pair p = new_pair();
		int ends[2];

		put_raw(p.a, rows[i].data, rows[i].n);
		close(p.a);
		assert_fails(ipc_receive(p.b, 10, IPC_FOREVER, &got, NULL, NULL, &err), &err, rows[i].code);
		close(p.b);
		assert_int_equal(pipe(ends), 0);
		put_raw(ends[1], rows[i].data, rows[i].n);
		close(ends[1]);
		assert_fails(ipc_read(ends[0], 10, ipc_deadline(1000), &got, NULL, &err), &err, rows[i].code);
		close(ends[0]);
	}
}

static void deadlines_hold(void **state)
{
	AUTO(buf_release) struct buf got = BUF_INIT;
	AUTO(buf_release) struct buf big = BUF_INIT;
	struct pair p = new_pair();
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(ipc_receive(p.b, 10, ipc_deadline(20), &got, NULL, NULL, &err), &err, ERR_WORKER_LIMIT);
	put_raw(p.a, "\x05\0\0\0ab", 6);
	assert_fails(ipc_receive(p.b, 10, ipc_deadline(20), &got, NULL, NULL, &err), &err, ERR_WORKER_LIMIT);
	/* nobody reads: the socket fills up */
	buf_fill(&big, 'x', 8 * 1024 * 1024);
	assert_fails(ipc_send(p.a, (struct bytes){ (const uint8_t *)big.data, big.len }, NULL, ipc_deadline(50), &err),
		     &err, ERR_WORKER_LIMIT);
	close(p.b);
	assert_fails(ipc_send(p.a, bytes_of("x"), NULL, IPC_FOREVER, &err), &err, ERR_WORKER);
	assert_fails(ipc_write(-1, bytes_of("x"), &err), &err, ERR_WORKER);
	close(p.a);
}

struct sender {
	int fd;
	struct bytes bytes;
};

static void *send_all(void *arg)
{
	struct sender *sender = arg;

	return ipc_send(sender->fd, sender->bytes, NULL, IPC_FOREVER, NULL) == 0 ? arg : NULL;
}

static void long_frames_come_in_pieces(void **state)
{
	AUTO(buf_release) struct buf got = BUF_INIT;
	AUTO(buf_release) struct buf big = BUF_INIT;
	struct pair p = new_pair();
	struct sender sender = { p.a, { NULL, 0 } };
	pthread_t thread;
	void *result;
	struct err err = ERR_INIT;

	(void)state;
	for (int i = 0; i < 3000000; i++)
		buf_putc(&big, (char)(i * 7));
	sender.bytes = (struct bytes){ (const uint8_t *)big.data, big.len };
	assert_int_equal(pthread_create(&thread, NULL, send_all, &sender), 0);
	assert_ok(ipc_receive(p.b, big.len, ipc_deadline(10000), &got, NULL, NULL, &err), &err);
	assert_int_equal(pthread_join(thread, &result), 0);
	assert_non_null(result);
	assert_int_equal(got.len, big.len);
	assert_memory_equal(got.data, big.data, big.len);
	close(p.a);
	close(p.b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(frames_and_descriptors_arrive),      cmocka_unit_test(descriptors_nobody_wants_are_closed),
	cmocka_unit_test(what_is_cut_or_too_long_is_refused), cmocka_unit_test(deadlines_hold),
	cmocka_unit_test(long_frames_come_in_pieces),
};

TEST_MAIN(tests)
