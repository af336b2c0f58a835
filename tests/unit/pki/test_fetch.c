/* test_fetch.c - the door to the network against a small server of this test's own: statuses, limits, redirects, time,
 * cache. */
#include "test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>

#include "pki/fetch.h"
#include "util/buf.h"

static int listener = -1;
static int port;
static pthread_t thread;
static int served;

static void answer(int fd, const char *status, const char *headers, const char *body, size_t n)
{
	char head[512];
	int len = snprintf(head, sizeof(head), "HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: %zu\r\n%s\r\n",
			   status, n, headers);

	if (write(fd, head, (size_t)len) > 0 && n > 0)
		(void)!write(fd, body, n);
}

static void serve_one(int fd)
{
	static char big[200000];
	char request[4096] = "";
	size_t used = 0;
	ssize_t n;

	/* The whole request comes in one or two segments; a body ends with "!" in these tests. */
	while (used + 1 < sizeof(request) && (n = read(fd, request + used, sizeof(request) - 1 - used)) > 0) {
		used += (size_t)n;
		request[used] = '\0';
		if (strstr(request, "\r\n\r\n") && (strncmp(request, "POST", 4) != 0 || request[used - 1] == '!'))
			break;
	}
	__atomic_fetch_add(&served, 1, __ATOMIC_SEQ_CST);
	if (strstr(request, " /ok "))
		answer(fd, "200 OK", "", "hello", 5);
	else if (strstr(request, " /post ") && strstr(request, "Content-Type: application/ocsp-request") &&
		 strstr(request, "Accept: a/b"))
		answer(fd, "200 OK", "", strstr(request, "\r\n\r\n") + 4, strlen(strstr(request, "\r\n\r\n") + 4));
	else if (strstr(request, " /gone "))
		answer(fd, "410 Gone", "", "x", 1);
	else if (strstr(request, " /file "))
		answer(fd, "302 Found", "Location: file:///etc/hostname\r\n", "", 0);
	else if (strstr(request, " /loop "))
		answer(fd, "302 Found", "Location: /loop\r\n", "", 0);
	else if (strstr(request, " /moved "))
		answer(fd, "301 Moved", "Location: /ok\r\n", "", 0);
	else if (strstr(request, " /big "))
		answer(fd, "200 OK", "", big, sizeof(big));
	else if (strstr(request, " /slow "))
		usleep(400000);
	else
		answer(fd, "404 Not Found", "", "", 0);
}

static void *serve(void *context)
{
	int fd;

	(void)context;
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		serve_one(fd);
		close(fd);
	}
	return NULL;
}

static int open_server(void **state)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);

	(void)state;
	listener = socket(AF_INET, SOCK_STREAM, 0);
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    listen(listener, 8) != 0 || getsockname(listener, (struct sockaddr *)&address, &size) != 0)
		return -1;
	port = ntohs(address.sin_port);
	return pthread_create(&thread, NULL, serve, NULL);
}

static int close_server(void **state)
{
	(void)state;
	shutdown(listener, SHUT_RDWR);
	pthread_join(thread, NULL);
	return close(listener);
}

static const char *url(const char *path)
{
	static char text[4][128];
	static int turn;

	turn = (turn + 1) % 4;
	snprintf(text[turn], sizeof(text[turn]), "http://127.0.0.1:%d%s", port, path);
	return text[turn];
}

static struct fetcher *http(bool refuse_private)
{
	struct fetcher *fetcher = NULL;
	struct err err = ERR_INIT;

	assert_ok(fetcher_new_http(&(struct fetch_options){ .refuse_private = refuse_private }, &fetcher, &err), &err);
	return fetcher;
}

static void test_get_and_post(void **state)
{
	AUTO(fetcher_freep) struct fetcher *fetcher = http(false);
	AUTO(buf_release) struct buf body = BUF_INIT;
	struct fetch_request post = { .url = url("/post"),
				      .body = { (const uint8_t *)"ask!", 4 },
				      .content_type = "application/ocsp-request",
				      .accept = "a/b" };
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(fetch(fetcher, &(struct fetch_request){ .url = url("/ok") }, &body, &err), &err);
	assert_string_equal(buf_str(&body), "hello");
	assert_ok(fetch(fetcher, &(struct fetch_request){ .url = url("/moved") }, &body, &err), &err);
	assert_string_equal(buf_str(&body), "hellohello"); /* appended */
	buf_clear(&body);
	assert_ok(fetch(fetcher, &post, &body, &err), &err);
	assert_string_equal(buf_str(&body), "ask!");
}

static void fails(struct fetcher *fetcher, const struct fetch_request *request, enum err_code code, const char *words)
{
	AUTO(buf_release) struct buf body = BUF_INIT;
	struct err err = ERR_INIT;

	assert_fails(fetch(fetcher, request, &body, &err), &err, code);
	if (!strstr(err.detail, words))
		fail_msg("\"%s\" does not say \"%s\"", err.detail, words);
	assert_int_equal(body.len, 0);
}

static void test_failures(void **state)
{
	AUTO(fetcher_freep) struct fetcher *fetcher = http(false);
	char dead[64];
	char *endless = malloc(3000);

	(void)state;
	fails(fetcher, &(struct fetch_request){ .url = url("/gone") }, ERR_NET_STATUS, "410");
	fails(fetcher, &(struct fetch_request){ .url = url("/file") }, ERR_NET, "");
	fails(fetcher, &(struct fetch_request){ .url = url("/loop") }, ERR_NET, "edirect");
	fails(fetcher, &(struct fetch_request){ .url = url("/big"), .max_bytes = 100000 }, ERR_LIMIT, "100000");
	fails(fetcher, &(struct fetch_request){ .url = url("/slow"), .timeout_ms = 100 }, ERR_NET_TIMEOUT,
	      "no answer in time");
	fails(fetcher, &(struct fetch_request){ .url = "ldap://x/y" }, ERR_NET, "only http");
	fails(fetcher, &(struct fetch_request){ .url = "file:///etc/passwd" }, ERR_NET, "only http");
	fails(fetcher, &(struct fetch_request){ .url = "http://no-such-host.invalid/" }, ERR_NET, "no-such-host");
	snprintf(dead, sizeof(dead), "http://127.0.0.1:1/");
	fails(fetcher, &(struct fetch_request){ .url = dead }, ERR_NET, dead);
	assert_non_null(endless);
	memset(endless, 'a', 2999);
	memcpy(endless, "http://", 7);
	endless[2999] = '\0';
	fails(fetcher, &(struct fetch_request){ .url = endless }, ERR_NET, "longer than");
	free(endless);
}

static void test_fetcher_timeout_is_upper_bound(void **state)
{
	AUTO(fetcher_freep) struct fetcher *fetcher = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(fetcher_new_http(&(struct fetch_options){ .timeout_ms = 50 }, &fetcher, &err), &err);
	fails(fetcher, &(struct fetch_request){ .url = url("/slow"), .timeout_ms = 60000 }, ERR_NET_TIMEOUT, "");
}

static void test_private_addresses(void **state)
{
	static const char *const addresses[] = {
		"http://10.1.2.3/",   "http://172.16.0.1/", "http://192.168.1.1/", "http://169.254.169.254/",
		"http://100.64.0.1/", "http://[::1]/",      "http://[fe80::1]/",   "http://[::ffff:127.0.0.1]/",
		"http://0.0.0.0/",    "http://224.0.0.1/",  "http://[fd00::1]/",   "http://localhost/"
	};
	AUTO(fetcher_freep) struct fetcher *fetcher = http(true);
	int before = __atomic_load_n(&served, __ATOMIC_SEQ_CST);

	(void)state;
	fails(fetcher, &(struct fetch_request){ .url = url("/ok") }, ERR_NET, "private network");
	for (size_t i = 0; i < ARRAY_LEN(addresses); i++)
		fails(fetcher, &(struct fetch_request){ .url = addresses[i], .timeout_ms = 2000 }, ERR_NET, "");
	assert_int_equal(__atomic_load_n(&served, __ATOMIC_SEQ_CST), before);
}

static void test_offline(void **state)
{
	AUTO(fetcher_freep) struct fetcher *fetcher = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(fetcher_new_offline(&fetcher, &err), &err);
	fails(fetcher, &(struct fetch_request){ .url = url("/ok") }, ERR_NET, "offline");
}

static void test_cache(void **state)
{
	AUTO(fetcher_freep) struct fetcher *cache = NULL;
	AUTO(buf_release) struct buf body = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(fetcher_new_cache(http(false), 0, &cache, &err), &err);
	for (int i = 0; i < 3; i++)
		assert_ok(fetch(cache, &(struct fetch_request){ .url = url("/ok") }, &body, &err), &err);
	assert_string_equal(buf_str(&body), "hellohellohello");
	assert_int_equal(fetcher_cache_misses(cache), 1);
	fails(cache, &(struct fetch_request){ .url = url("/gone") }, ERR_NET_STATUS, "410");
	fails(cache, &(struct fetch_request){ .url = url("/gone") }, ERR_NET_STATUS, "410");
	assert_int_equal(fetcher_cache_misses(cache), 2);
	assert_ok(fetch(cache, &(struct fetch_request){ .url = url("/ok"), .no_cache = true }, &body, &err), &err);
	assert_int_equal(fetcher_cache_misses(cache), 3);
	/* A host that timed out is not asked again. */
	fails(cache, &(struct fetch_request){ .url = url("/slow"), .timeout_ms = 100 }, ERR_NET_TIMEOUT, "");
	fails(cache, &(struct fetch_request){ .url = url("/other") }, ERR_NET_TIMEOUT, "");
	assert_int_equal(fetcher_cache_misses(cache), 4);
}

static void test_small_cache(void **state)
{
	AUTO(fetcher_freep) struct fetcher *cache = NULL;
	AUTO(buf_release) struct buf body = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(fetcher_new_cache(http(false), 3, &cache, &err), &err);
	assert_ok(fetch(cache, &(struct fetch_request){ .url = url("/ok") }, &body, &err), &err);
	assert_ok(fetch(cache, &(struct fetch_request){ .url = url("/ok") }, &body, &err), &err);
	assert_int_equal(fetcher_cache_misses(cache), 2); /* five octets do not fit in three */
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_get_and_post),
	cmocka_unit_test(test_failures),
	cmocka_unit_test(test_fetcher_timeout_is_upper_bound),
	cmocka_unit_test(test_private_addresses),
	cmocka_unit_test(test_offline),
	cmocka_unit_test(test_cache),
	cmocka_unit_test(test_small_cache),
};

int main(void)
{
	setlocale(LC_ALL, "");
	return cmocka_run_group_tests(tests, open_server, close_server);
}
