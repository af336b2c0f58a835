/* test_server.c - the HTTP server against well and badly behaved clients on loopback. */
#include "test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "client.h"
#include "http/server.h"
#include "util/arena.h"

static atomic_int handled;
static atomic_int stopped_early;

static int handle_hello(void *user, const struct http_request *request, struct http_response *response, struct err *err)
{
	const char *name = http_query(request, "name");

	(void)user;
	(void)err;
	handled++;
	response->content_type = "text/plain";
	http_response_header(response, "Cache-Control", "no-store");
	buf_printf(&response->body, "%s %s [%s] [%s] from %s", http_method(request), http_path(request),
		   http_path_tail(request), name ? name : "-", http_peer(request));
	return 0;
}

static int handle_echo(void *user, const struct http_request *request, struct http_response *response, struct err *err)
{
	struct bytes body = http_body(request);
	const char *type = http_header(request, "content-type");

	(void)user;
	(void)err;
	response->status = 201;
	response->content_type = arena_strdup(http_arena(request), type ? type : "none/none");
	buf_append(&response->body, body.p, body.n);
	return 0;
}

static int handle_fail(void *user, const struct http_request *request, struct http_response *response, struct err *err)
{
	(void)user;
	buf_puts(&response->body, "half an answer");
	http_response_header(response, "X-Half", "1");
	if (http_query(request, "inside"))
		return err_set(err, ERR_CRYPTO, "the secret file /etc/shadow");
	return err_set(err, ERR_CA_REFUSED, "serial 12 is revoked already");
}

static int handle_wait(void *user, const struct http_request *request, struct http_response *response, struct err *err)
{
	const struct timespec step = { .tv_nsec = 10 * 1000000L };

	(void)user;
	(void)err;
	handled++;
	for (int i = 0; i < 50 && !http_server_stopping(request); i++)
		nanosleep(&step, NULL);
	if (http_server_stopping(request))
		stopped_early++;
	buf_puts(&response->body, "waited");
	return 0;
}

static int handle_empty(void *user, const struct http_request *request, struct http_response *response, struct err *err)
{
	(void)user;
	(void)request;
	(void)err;
	response->status = 204;
	return 0;
}

static const struct http_route routes[] = {
	{ "GET", "/hello", HTTP_ACCESS_PUBLIC, 0, handle_hello },
	{ "GET", "/tree/*", HTTP_ACCESS_PUBLIC, 0, handle_hello },
	{ "POST", "/echo", HTTP_ACCESS_PUBLIC, 1000, handle_echo },
	{ "GET", "/fail", HTTP_ACCESS_PUBLIC, 0, handle_fail },
	{ "GET", "/wait", HTTP_ACCESS_PUBLIC, 0, handle_wait },
	{ "GET", "/empty", HTTP_ACCESS_PUBLIC, 0, handle_empty },
};

static struct http_server *start(unsigned request_seconds)
{
	struct http_options options = { .listen = "127.0.0.1:0",
					.routes = routes,
					.route_count = ARRAY_LEN(routes),
					.request_seconds = request_seconds };
	struct http_server *server = NULL;
	struct err err = ERR_INIT;

	assert_ok(http_server_start(&options, &server, &err), &err);
	return server;
}

static void expect(struct http_server *server, const char *method, const char *target, const char *body, int status,
		   const char *text)
{
	struct buf answer = BUF_INIT;

	assert_int_equal(
	    client_call(http_server_port(server), method, target, "a/b", body, body ? strlen(body) : 0, &answer),
	    status);
	if (text && !strstr(buf_str(&answer), text))
		fail_msg("%s %s: no \"%s\" in: %s", method, target, text, buf_str(&answer));
	buf_release(&answer);
}

static void answers(void **state)
{
	struct http_server *server = start(0);
	char url[64];

	(void)state;
	snprintf(url, sizeof(url), "http://127.0.0.1:%u", http_server_port(server));
	assert_string_equal(http_server_url(server), url);
	expect(server, "GET", "/hello", NULL, 200, "GET /hello [] [-] from 127.0.0.1");
	expect(server, "GET", "/hello?name=L%C3%AA+An%2B", NULL, 200, "[L\xc3\xaa An+]");
	expect(server, "GET", "/hello?name=%00", NULL, 200, "[-]");
	expect(server, "GET", "/tree/a%20b/c", NULL, 200, "[a b/c]");
	expect(server, "GET", "/hello", NULL, 200, "Cache-Control: no-store");
	expect(server, "GET", "/hello", NULL, 200, "X-Content-Type-Options: nosniff");
	expect(server, "POST", "/echo", "some bytes", 201, "\r\n\r\nsome bytes");
	expect(server, "POST", "/echo", "", 201, "Content-Type: a/b");
	expect(server, "GET", "/empty", NULL, 204, NULL);
	http_server_free(server);
}

static void head_has_no_body(void **state)
{
	struct http_server *server = start(0);
	struct buf answer = BUF_INIT;

	(void)state;
	assert_int_equal(client_call(http_server_port(server), "HEAD", "/hello", "", NULL, 0, &answer), 200);
	assert_int_equal(client_body(&answer).n, 0);
	assert_non_null(client_body(&answer).p);
	buf_release(&answer);
	http_server_free(server);
}

static void refusals_are_problem_documents(void **state)
{
	struct http_server *server = start(0);

	(void)state;
	expect(server, "GET", "/nothing", NULL, 404, "application/problem+json");
	expect(server, "DELETE", "/hello", NULL, 405, "Allow: GET");
	expect(server, "GET", "/fail", NULL, 409, "\"code\":\"ca.refused\"");
	expect(server, "GET", "/fail", NULL, 409, "serial 12 is revoked already");
	expect(server, "GET", "/fail?inside=1", NULL, 500, "\"code\":\"crypto\"");
	http_server_free(server);
}

static void insides_do_not_leak(void **state)
{
	struct http_server *server = start(0);
	struct buf answer = BUF_INIT;

	(void)state;
	assert_int_equal(client_call(http_server_port(server), "GET", "/fail?inside=1", "", NULL, 0, &answer), 500);
	assert_null(strstr(answer.data, "shadow"));
	assert_null(strstr(answer.data, "half"));
	assert_null(strstr(answer.data, "X-Half"));
	buf_release(&answer);
	http_server_free(server);
}

static void paths_are_checked_first(void **state)
{
	struct http_server *server = start(0);

	(void)state;
	expect(server, "GET", "/tree/../../etc/passwd", NULL, 400, NULL);
	expect(server, "GET", "/tree/%2e%2e/%2e%2e/etc/passwd", NULL, 400, NULL);
	expect(server, "GET", "/tree/..%5c..%5cetc", NULL, 400, NULL);
	expect(server, "GET", "/tree/a%00.cer", NULL, 400, NULL);
	expect(server, "GET", "/hello%", NULL, 400, NULL);
	http_server_free(server);
}

static void a_large_body_is_refused(void **state)
{
	struct http_server *server = start(0);
	char *body = malloc(1001);

	(void)state;
	memset(body, 'x', 1001);
	body[1000] = '\0';
	expect(server, "POST", "/echo", body, 201, "xxxx");
	http_server_free(server);

	server = start(0);
	{
		struct buf answer = BUF_INIT;

		assert_int_equal(client_call(http_server_port(server), "POST", "/echo", "a/b", body, 1001, &answer),
				 413);
		buf_release(&answer);
	}
	free(body);
	http_server_free(server);
}

/* A chunked body does not say how long it is. */
static void a_large_chunked_body_is_refused(void **state)
{
	struct http_server *server = start(0);
	int fd = client_connect(http_server_port(server));
	struct buf answer = BUF_INIT;
	static const char head[] =
	    "POST /echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
	char chunk[600];

	(void)state;
	memset(chunk, 'y', sizeof(chunk));
	assert_true(client_send(fd, head, strlen(head)));
	for (int i = 0; i < 3; i++) {
		assert_true(client_send(fd, "258\r\n", 5));
		assert_true(client_send(fd, chunk, sizeof(chunk)));
		assert_true(client_send(fd, "\r\n", 2));
	}
	assert_true(client_send(fd, "0\r\n\r\n", 5));
	assert_true(client_drain(fd, &answer, 5000));
	assert_int_equal(client_status(&answer), 413);
	close(fd);
	buf_release(&answer);
	http_server_free(server);
}

/* An endless body is cut off although nobody reads it. */
static void an_endless_chunked_body_is_cut(void **state)
{
	struct http_server *server = start(0);
	int fd = client_connect(http_server_port(server));
	static const char head[] = "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
	static char chunk[65536];
	int sent = 0;

	(void)state;
	memset(chunk, 'z', sizeof(chunk));
	assert_true(client_send(fd, head, strlen(head)));
	while (sent < 1000 && client_send(fd, "10000\r\n", 7) && client_send(fd, chunk, sizeof(chunk)) &&
	       client_send(fd, "\r\n", 2))
		sent++;
	assert_in_range(sent, 1, 999);
	close(fd);
	http_server_free(server);
}

static void send_garbage(struct http_server *server, const char *bytes, size_t len)
{
	struct buf answer = BUF_INIT;
	int fd = client_connect(http_server_port(server));

	assert_true(fd >= 0);
	client_send(fd, bytes, len);
	shutdown(fd, SHUT_WR);
	assert_true(client_drain(fd, &answer, 10000));
	assert_true(answer.len == 0 || client_status(&answer) >= 400);
	close(fd);
	buf_release(&answer);
}

static void garbage_harms_nobody(void **state)
{
	struct http_server *server = start(/* request_seconds= */ 1);
	static const char tls[] = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
	static const char nul[] = "GET /\0hello HTTP/1.1\r\nHost: h\r\n\r\n";
	static const char length[] = "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: -5\r\n\r\n";
	static const char huge[] = "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999999\r\n\r\n";
	static const char no_host[] = "GET /hello HTTP/1.1\r\n\r\n";
	static const char bad_chunk[] = "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n";
	char *line = malloc(200000);

	(void)state;
	memset(line, 'A', 200000);
	memcpy(line, "GET /", 5);
	send_garbage(server, tls, sizeof(tls) - 1);
	send_garbage(server, nul, sizeof(nul) - 1);
	send_garbage(server, length, sizeof(length) - 1);
	send_garbage(server, huge, sizeof(huge) - 1);
	send_garbage(server, no_host, sizeof(no_host) - 1);
	send_garbage(server, bad_chunk, sizeof(bad_chunk) - 1);
	send_garbage(server, "\r\n\r\n\r\n", 6);
	send_garbage(server, line, 200000);
	free(line);
	expect(server, "GET", "/hello", NULL, 200, NULL);
	http_server_free(server);
}

/* Drips a header byte every 100 ms: never idle, never done. */
static void a_dripping_client_is_cut(void **state)
{
	struct http_server *server = start(/* request_seconds= */ 1);
	int fd = client_connect(http_server_port(server));
	const struct timespec step = { .tv_nsec = 100 * 1000000L };
	int sent = 0;

	(void)state;
	assert_true(client_send(fd, "GET /hello HTTP/1.1\r\nX: ", 24));
	while (sent < 100 && client_send(fd, "a", 1)) {
		nanosleep(&step, NULL);
		sent++;
	}
	assert_in_range(sent, 5, 40);
	close(fd);
	expect(server, "GET", "/hello", NULL, 200, NULL);
	http_server_free(server);
}

static void keep_alive_serves_twice(void **state)
{
	struct http_server *server = start(0);
	int fd = client_connect(http_server_port(server));
	static const char two[] = "GET /hello?name=one HTTP/1.1\r\nHost: h\r\n\r\nGET /hello?name=two "
				  "HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
	struct buf answer = BUF_INIT;

	(void)state;
	assert_true(client_send(fd, two, strlen(two)));
	assert_true(client_drain(fd, &answer, 5000));
	assert_non_null(strstr(buf_str(&answer), "[one]"));
	assert_non_null(strstr(buf_str(&answer), "[two]"));
	close(fd);
	buf_release(&answer);
	http_server_free(server);
}

struct call {
	pthread_t thread;
	uint16_t port;
	int status;
};

static void *call_main(void *arg)
{
	struct call *call = arg;
	struct buf answer = BUF_INIT;

	call->status = client_call(call->port, "POST", "/echo", "a/b", "hello", 5, &answer);
	if (call->status == 201 && (client_body(&answer).n != 5 || memcmp(client_body(&answer).p, "hello", 5) != 0))
		call->status = -1;
	buf_release(&answer);
	return NULL;
}

static void two_hundred_at_once(void **state)
{
	struct http_server *server = start(0);
	static struct call calls[200];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		calls[i].port = http_server_port(server);
		assert_int_equal(pthread_create(&calls[i].thread, NULL, call_main, &calls[i]), 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(calls); i++)
		pthread_join(calls[i].thread, NULL);
	for (size_t i = 0; i < ARRAY_LEN(calls); i++)
		assert_int_equal(calls[i].status, 201);
	http_server_free(server);
}

/* 200 connections held open and idle do not keep others out. */
static void idle_connections_do_not_block(void **state)
{
	struct http_server *server = start(0);
	int fds[200];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		assert_true((fds[i] = client_connect(http_server_port(server))) >= 0);
	expect(server, "GET", "/hello", NULL, 200, NULL);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		close(fds[i]);
	http_server_free(server);
}

static void *wait_main(void *arg)
{
	struct call *call = arg;
	struct buf answer = BUF_INIT;

	call->status = client_call(call->port, "GET", "/wait", "", NULL, 0, &answer);
	buf_release(&answer);
	return NULL;
}

static void run_stop(int grace_ms, int want_status, int want_early)
{
	struct http_server *server = start(0);
	struct call call = { .port = http_server_port(server) };
	const struct timespec step = { .tv_nsec = 10 * 1000000L };
	int before = handled;

	stopped_early = 0;
	assert_int_equal(pthread_create(&call.thread, NULL, wait_main, &call), 0);
	while (handled == before)
		nanosleep(&step, NULL);
	http_server_stop(server, grace_ms);
	assert_int_equal(client_connect(call.port), -1);
	pthread_join(call.thread, NULL);
	assert_int_equal(stopped_early, want_early);
	if (want_status)
		assert_int_equal(call.status, want_status);
	http_server_stop(server, 0); /* twice does no harm */
	http_server_free(server);
}

static void stop_lets_requests_finish(void **state)
{
	(void)state;
	run_stop(/* grace_ms= */ 5000, 200, /* want_early= */ 0);
	run_stop(/* grace_ms= */ 0, 0, /* want_early= */ 1);
}

static void start_refuses(void **state)
{
	static const struct http_route unset[] = { { .method = "GET", .path = "/x", .handle = handle_hello } };
	struct http_options options = { .listen = "127.0.0.1:0", .routes = unset, .route_count = 1 };
	struct http_server *server = NULL, *first;
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(http_server_start(&options, &server, &err), &err, ERR_BUG);
	options.routes = routes;
	options.listen = "127.0.0.1";
	assert_fails(http_server_start(&options, &server, &err), &err, ERR_USAGE);
	options.listen = "no-such-host.invalid:80";
	assert_fails(http_server_start(&options, &server, &err), &err, ERR_HTTP_LISTEN);
	options.listen = "192.0.2.1:0";
	assert_fails(http_server_start(&options, &server, &err), &err, ERR_HTTP_LISTEN);
	first = start(0);
	options.listen = http_server_url(first) + strlen("http://");
	assert_fails(http_server_start(&options, &server, &err), &err, ERR_HTTP_LISTEN);
	assert_null(server);
	http_server_free(first);
	http_server_free(NULL);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(answers),
	cmocka_unit_test(head_has_no_body),
	cmocka_unit_test(refusals_are_problem_documents),
	cmocka_unit_test(insides_do_not_leak),
	cmocka_unit_test(paths_are_checked_first),
	cmocka_unit_test(a_large_body_is_refused),
	cmocka_unit_test(a_large_chunked_body_is_refused),
	cmocka_unit_test(an_endless_chunked_body_is_cut),
	cmocka_unit_test(garbage_harms_nobody),
	cmocka_unit_test(a_dripping_client_is_cut),
	cmocka_unit_test(keep_alive_serves_twice),
	cmocka_unit_test(two_hundred_at_once),
	cmocka_unit_test(idle_connections_do_not_block),
	cmocka_unit_test(stop_lets_requests_finish),
	cmocka_unit_test(start_refuses),
};

TEST_MAIN(tests)
