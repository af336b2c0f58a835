/*
 * server.c - libmicrohttpd's one home; see server.h.
 *
 * Epoll and a pool of threads do the work; a watch thread shuts the reading side of connections that take too long to
 * deliver a request, because the library's own time limit counts inactivity only and a slow drip never is inactive.
 * The library hands paths and queries over undecoded (unescape callback), so that url.c alone decides what they mean.
 */
#include "http/server.h"

#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "http/url.h"
#include "util/arena.h"
#include "util/err.h"
#include "util/json.h"

#define DEFAULT_THREADS 4
#define DEFAULT_CONNECTIONS 1000
#define DEFAULT_REQUEST_SECONDS 30
#define CONNECTION_MEMORY_BYTES (64u * 1024u) /* request line and headers must fit in it */
#define ARENA_BYTES (16u * 1024u * 1024u)
#define WATCH_INTERVAL_MS 200

/* One open connection, in the server's list. */
struct conn {
	struct conn *prev, *next;
	int fd;
	int64_t waiting_since_ms; /* for a whole request to arrive; 0 while one is answered */
};

struct http_server {
	struct MHD_Daemon *daemon;
	struct http_options options;
	char url[320];
	uint16_t port;
	pthread_t watch;
	bool watching;
	atomic_bool stopping;
	atomic_int active;    /* requests between their first byte seen by us and their completion */
	pthread_mutex_t lock; /* of the list */
	pthread_cond_t wake;
	struct conn conns; /* head of the ring */
};

struct http_request {
	struct http_server *server;
	struct MHD_Connection *connection;
	struct conn *conn;
	const struct http_route *route; /* NULL when refused */
	struct arena *arena;
	const char *method, *path, *tail;
	struct buf body;
	size_t max_body_bytes;
	size_t dropped_bytes; /* of a body over its limit */
	int refused;          /* status to answer instead of the handler; 0 */
	char peer[64];
};

/* ---- what handlers see ---- */

const char *http_method(const struct http_request *request)
{
	return request->method;
}

const char *http_path(const struct http_request *request)
{
	return request->path;
}

const char *http_path_tail(const struct http_request *request)
{
	return request->tail;
}

const char *http_query(const struct http_request *request, const char *name)
{
	const char *raw = MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);

	return raw ? url_decode(request->arena, raw) : NULL;
}

const char *http_header(const struct http_request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

struct bytes http_body(const struct http_request *request)
{
	return (struct bytes){ (const uint8_t *)request->body.data, request->body.len };
}

const char *http_peer(const struct http_request *request)
{
	return request->peer;
}

struct arena *http_arena(const struct http_request *request)
{
	return request->arena;
}

bool http_server_stopping(const struct http_request *request)
{
	return request->server->stopping;
}

void http_response_header(struct http_response *response, const char *name, const char *value)
{
	if (response->header_count == HTTP_HEADERS_MAX)
		BUG("more than %d headers in a response", HTTP_HEADERS_MAX);
	for (const char *p = value; *p; p++)
		if ((unsigned char)*p < 0x20)
			BUG("control character in the value of header %s", name);
	response->headers[response->header_count].name = name;
	response->headers[response->header_count++].value = value;
}

/* ---- connections and their time limit ---- */

static int64_t monotonic_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void set_waiting(struct http_server *server, struct conn *conn, int64_t since_ms)
{
	if (!conn)
		return;
	pthread_mutex_lock(&server->lock);
	conn->waiting_since_ms = since_ms;
	pthread_mutex_unlock(&server->lock);
}

static void conn_open(struct http_server *server, struct MHD_Connection *connection, void **slot)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct conn *conn = calloc(1, sizeof(*conn));

	if (!conn || !info) {
		free(conn);
		return; /* served without a time limit of its own; the library's stays */
	}
	conn->fd = info->connect_fd;
	conn->waiting_since_ms = monotonic_ms();
	pthread_mutex_lock(&server->lock);
	conn->next = &server->conns;
	conn->prev = server->conns.prev;
	conn->prev->next = conn;
	conn->next->prev = conn;
	pthread_mutex_unlock(&server->lock);
	*slot = conn;
}

static void conn_close(struct http_server *server, void **slot)
{
	struct conn *conn = *slot;

	if (!conn)
		return;
	pthread_mutex_lock(&server->lock);
	conn->prev->next = conn->next;
	conn->next->prev = conn->prev;
	pthread_mutex_unlock(&server->lock);
	free(conn);
	*slot = NULL;
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **slot,
			  enum MHD_ConnectionNotificationCode code)
{
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		conn_open(cls, connection, slot);
	else
		conn_close(cls, slot);
}

/* Under the lock, so that no descriptor is closed and used again between the look and the shutdown. */
static void shut_late(struct http_server *server, int64_t now_ms)
{
	int64_t limit_ms = (int64_t)server->options.request_seconds * 1000;

	for (struct conn *c = server->conns.next; c != &server->conns; c = c->next) {
		if (c->waiting_since_ms && now_ms - c->waiting_since_ms > limit_ms) {
			shutdown(c->fd, SHUT_RDWR);
			c->waiting_since_ms = 0;
		}
	}
}

static void *watch_main(void *arg)
{
	struct http_server *server = arg;

	pthread_mutex_lock(&server->lock);
	while (server->watching) {
		struct timespec until;

		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_nsec += WATCH_INTERVAL_MS * 1000000L;
		until.tv_sec += until.tv_nsec / 1000000000L;
		until.tv_nsec %= 1000000000L;
		pthread_cond_timedwait(&server->wake, &server->lock, &until);
		shut_late(server, monotonic_ms());
	}
	pthread_mutex_unlock(&server->lock);
	return NULL;
}

/* ---- one request ---- */

static void request_free(struct http_request *request)
{
	if (!request)
		return;
	buf_release(&request->body);
	arena_free(request->arena);
	free(request);
}
DEFINE_FREEP(struct http_request, request_free)

static void note_peer(struct http_request *request)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	socklen_t len;

	if (!info || !info->client_addr)
		return;
	len = info->client_addr->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
	if (getnameinfo(info->client_addr, len, request->peer, sizeof(request->peer), NULL, 0, NI_NUMERICHOST) != 0)
		request->peer[0] = '\0';
}

/* HEAD is answered by what answers GET. */
static bool method_matches(const char *route, const char *method)
{
	return strcmp(route, method) == 0 || (strcmp(route, "GET") == 0 && strcmp(method, "HEAD") == 0);
}

static void find_route(struct http_request *request)
{
	const struct http_options *o = &request->server->options;
	bool path_known = false;

	for (size_t i = 0; i < o->route_count; i++) {
		if (!url_match(o->routes[i].path, request->path, &request->tail))
			continue;
		path_known = true;
		if (!method_matches(o->routes[i].method, request->method))
			continue;
		request->route = &o->routes[i];
		request->max_body_bytes =
		    o->routes[i].max_body_bytes ? o->routes[i].max_body_bytes : HTTP_BODY_MAX_BYTES;
		return;
	}
	request->refused = path_known ? MHD_HTTP_METHOD_NOT_ALLOWED : MHD_HTTP_NOT_FOUND;
}

static void check_length(struct http_request *request)
{
	const char *text = http_header(request, "Content-Length");
	uint64_t length;

	if (!text || request->refused)
		return;
	if (!str_parse_u64(str_of(text), &length))
		request->refused = MHD_HTTP_BAD_REQUEST;
	else if (length > request->max_body_bytes)
		request->refused = MHD_HTTP_CONTENT_TOO_LARGE;
}

static struct conn *conn_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static struct http_request *request_new(struct http_server *server, struct MHD_Connection *connection, const char *url,
					const char *method)
{
	AUTO(request_freep) struct http_request *request = calloc(1, sizeof(*request));

	if (!request)
		return NULL;
	request->server = server;
	request->connection = connection;
	request->conn = conn_of(connection);
	request->arena = arena_new(ARENA_BYTES);
	request->tail = "";
	if (!request->arena)
		return NULL;
	request->method = arena_strdup(request->arena, method);
	request->path = url_decode_path(request->arena, url);
	if (!request->method)
		return NULL;
	if (request->path)
		find_route(request);
	else
		request->refused = MHD_HTTP_BAD_REQUEST;
	check_length(request);
	note_peer(request);
	return TAKE(request);
}

/* ---- one response ---- */

static enum MHD_Result queue(struct http_request *request, struct http_response *answer)
{
	size_t len = 0;
	char *data = buf_failed(&answer->body) ? NULL : buf_detach(&answer->body, &len);
	static char nothing[1];
	struct MHD_Response *response;
	enum MHD_Result ok;

	if (data)
		response = MHD_create_response_from_buffer(len, data, MHD_RESPMEM_MUST_FREE);
	else
		response = MHD_create_response_from_buffer(0, nothing, MHD_RESPMEM_PERSISTENT);
	if (!response) {
		free(data);
		return MHD_NO;
	}
	if (answer->content_type)
		MHD_add_response_header(response, "Content-Type", answer->content_type);
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	for (size_t i = 0; i < answer->header_count; i++)
		MHD_add_response_header(response, answer->headers[i].name, answer->headers[i].value);
	ok = MHD_queue_response(request->connection, (unsigned)answer->status, response);
	MHD_destroy_response(response);
	return ok;
}

/* RFC 9457. What a 5xx was about stays inside: it may name files and hosts. */
static void fill_problem(struct http_response *answer, int status, const char *code, const char *title, const char *vi,
			 const char *detail)
{
	AUTO(js_freep) struct json *json = js_new_object();

	js_set_int(json, "status", status);
	js_set_string(json, "title", title);
	if (code)
		js_set_string(json, "code", code);
	if (vi)
		js_set_string(json, "title_vi", vi);
	if (detail && status < 500)
		js_set_string(json, "detail", detail);
	buf_clear(&answer->body);
	if (js_write(json, /* indent= */ 0, &answer->body, NULL) < 0)
		buf_clear(&answer->body);
	answer->status = status;
	answer->content_type = "application/problem+json";
}

static const char *allowed_methods(struct http_request *request)
{
	const struct http_options *o = &request->server->options;
	const char *list = "";
	const char *tail;

	for (size_t i = 0; i < o->route_count; i++)
		if (url_match(o->routes[i].path, request->path, &tail))
			list = arena_printf(request->arena, "%s%s%s", list, *list ? ", " : "", o->routes[i].method);
	return list;
}

static enum MHD_Result refuse(struct http_request *request)
{
	struct http_response answer = { .status = request->refused };
	enum MHD_Result ok;

	fill_problem(&answer, request->refused, NULL, MHD_get_reason_phrase_for((unsigned)request->refused), NULL,
		     NULL);
	if (request->refused == MHD_HTTP_METHOD_NOT_ALLOWED)
		http_response_header(&answer, "Allow", allowed_methods(request));
	ok = queue(request, &answer);
	buf_release(&answer.body);
	return ok;
}

static enum MHD_Result answer_request(struct http_request *request)
{
	struct http_response answer = { .status = MHD_HTTP_OK };
	struct err err = ERR_INIT;
	enum MHD_Result ok;

	if (request->route->handle(request->server->options.user, request, &answer, &err) < 0 ||
	    buf_check(&answer.body, &err) < 0) {
		const struct err_info *info = err_info(err.code);

		answer.header_count = 0;
		buf_release(&answer.body);
		fill_problem(&answer, info->http_status, info->name, info->en, info->vi, err.detail);
	}
	ok = queue(request, &answer);
	buf_release(&answer.body);
	return ok;
}

/* A body over its limit is read away for a while so that the client can hear the 413, then the connection is cut. */
static enum MHD_Result take_body(struct http_request *request, const char *data, size_t *size)
{
	if (!request->refused && request->body.len + *size > request->max_body_bytes) {
		request->refused = MHD_HTTP_CONTENT_TOO_LARGE;
		buf_release(&request->body);
	}
	if (request->refused)
		request->dropped_bytes += *size;
	else
		buf_append(&request->body, data, *size);
	*size = 0;
	if (buf_failed(&request->body) || request->dropped_bytes > 4 * (size_t)HTTP_BODY_MAX_BYTES)
		return MHD_NO;
	return MHD_YES;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
				  const char *version, const char *data, size_t *size, void **slot)
{
	struct http_server *server = cls;
	struct http_request *request = *slot;

	(void)version;
	if (!request) {
		request = request_new(server, connection, url, method);
		if (!request)
			return MHD_NO;
		*slot = request;
		server->active++;
		return request->refused ? refuse(request) : MHD_YES;
	}
	if (*size)
		return take_body(request, data, size);
	set_waiting(server, request->conn, 0);
	return request->refused ? refuse(request) : answer_request(request);
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **slot, enum MHD_RequestTerminationCode why)
{
	struct http_server *server = cls;
	struct http_request *request = *slot;

	(void)connection;
	(void)why;
	if (!request)
		return;
	*slot = NULL;
	set_waiting(server, request->conn, monotonic_ms());
	request_free(request);
	server->active--;
}

/* Nothing is decoded here: see the head of the file. */
static size_t keep_escapes(void *cls, struct MHD_Connection *connection, char *text)
{
	(void)cls;
	(void)connection;
	return strlen(text);
}

/* ---- start and stop ---- */

static int try_listen(const struct addrinfo *at, int *ret_fd)
{
	int one = 1;
	int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	if (at->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, at->ai_addr, at->ai_addrlen) < 0 || listen(fd, SOMAXCONN) < 0) {
		int errnum = errno;

		close(fd);
		errno = errnum;
		return -1;
	}
	*ret_fd = fd;
	return 0;
}

static int open_listener(const char *listen_at, int *ret_fd, struct err *err)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC,
				  .ai_socktype = SOCK_STREAM,
				  .ai_flags = AI_PASSIVE | AI_NUMERICSERV };
	struct addrinfo *found = NULL;
	char host[256], port[8];
	int rc, errnum;

	if (!url_split_listen(listen_at, host, sizeof(host), port, sizeof(port)))
		return err_set(err, ERR_USAGE, "\"%s\" is not an address to listen on (HOST:PORT)", listen_at);
	rc = getaddrinfo(host, port, &hints, &found);
	if (rc != 0)
		return err_set(err, ERR_HTTP_LISTEN, "%s: %s", listen_at, gai_strerror(rc));
	rc = try_listen(found, ret_fd);
	errnum = errno;
	freeaddrinfo(found);
	if (rc < 0)
		return err_set_errno(err, ERR_HTTP_LISTEN, errnum, "%s", listen_at);
	return 0;
}

static int note_url(struct http_server *server, int fd, struct err *err)
{
	struct sockaddr_storage at;
	socklen_t len = sizeof(at);
	char host[256], port[8];

	if (getsockname(fd, (struct sockaddr *)&at, &len) < 0 ||
	    getnameinfo((struct sockaddr *)&at, len, host, sizeof(host), port, sizeof(port),
			NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return err_set_errno(err, ERR_HTTP_LISTEN, errno, "the listening socket has no name");
	server->port = (uint16_t)strtoul(port, NULL, 10);
	snprintf(server->url, sizeof(server->url), at.ss_family == AF_INET6 ? "http://[%s]:%s" : "http://%s:%s", host,
		 port);
	return 0;
}

static int check_routes(const struct http_options *options, struct err *err)
{
	for (size_t i = 0; i < options->route_count; i++) {
		const struct http_route *route = &options->routes[i];

		if (route->access == HTTP_ACCESS_UNSET || !route->handle)
			return err_set(err, ERR_BUG, "route %s %s has no access or no handler", route->method,
				       route->path);
	}
	return 0;
}

static int start_daemon(struct http_server *server, int fd, struct err *err)
{
	const struct http_options *o = &server->options;

	server->daemon = MHD_start_daemon(
	    MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC, 0, NULL, NULL, on_request, server, MHD_OPTION_LISTEN_SOCKET,
	    fd, MHD_OPTION_THREAD_POOL_SIZE, o->threads, MHD_OPTION_CONNECTION_LIMIT, o->connections,
	    MHD_OPTION_CONNECTION_TIMEOUT, o->request_seconds, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
	    (size_t)CONNECTION_MEMORY_BYTES, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_COMPLETED, on_completed,
	    server, MHD_OPTION_NOTIFY_CONNECTION, on_connection, server, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes,
	    NULL, MHD_OPTION_END);
	if (!server->daemon)
		return err_set_errno(err, ERR_HTTP_LISTEN, errno, "%s: the server does not start", server->url);
	return 0;
}

static int start_watch(struct http_server *server, struct err *err)
{
	int rc;

	server->watching = true;
	rc = pthread_create(&server->watch, NULL, watch_main, server);
	if (rc != 0) {
		server->watching = false;
		return err_set_errno(err, ERR_HTTP_LISTEN, rc, "%s: no thread for the time limits", server->url);
	}
	return 0;
}

static struct http_server *server_new(const struct http_options *options)
{
	struct http_server *server = calloc(1, sizeof(*server));
	pthread_condattr_t attr;

	if (!server)
		return NULL;
	server->options = *options;
	if (!server->options.threads)
		server->options.threads = DEFAULT_THREADS;
	if (!server->options.connections)
		server->options.connections = DEFAULT_CONNECTIONS;
	if (!server->options.request_seconds)
		server->options.request_seconds = DEFAULT_REQUEST_SECONDS;
	server->conns.next = server->conns.prev = &server->conns;
	pthread_mutex_init(&server->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&server->wake, &attr);
	pthread_condattr_destroy(&attr);
	return server;
}

int http_server_start(const struct http_options *options, struct http_server **ret_server, struct err *err)
{
	AUTO(http_server_freep) struct http_server *server = NULL;
	int fd = -1;

	if (check_routes(options, err) < 0)
		return -1;
	server = server_new(options);
	if (!server)
		return err_set(err, ERR_NO_MEMORY, "no memory for a server");
	if (open_listener(options->listen ? options->listen : HTTP_LISTEN_DEFAULT, &fd, err) < 0)
		return -1;
	if (note_url(server, fd, err) < 0 || start_daemon(server, fd, err) < 0) {
		close(fd);
		return -1;
	}
	if (start_watch(server, err) < 0)
		return -1;
	*ret_server = TAKE(server);
	return 0;
}

const char *http_server_url(const struct http_server *server)
{
	return server->url;
}

uint16_t http_server_port(const struct http_server *server)
{
	return server->port;
}

static void stop_watch(struct http_server *server)
{
	if (!server->watching)
		return;
	pthread_mutex_lock(&server->lock);
	server->watching = false;
	pthread_cond_signal(&server->wake);
	pthread_mutex_unlock(&server->lock);
	pthread_join(server->watch, NULL);
}

void http_server_stop(struct http_server *server, int grace_ms)
{
	const struct timespec step = { .tv_nsec = 5 * 1000000L };
	int64_t until_ms = monotonic_ms() + grace_ms;
	int fd;

	if (!server->daemon)
		return;
	fd = MHD_quiesce_daemon(server->daemon);
	while (server->active > 0 && monotonic_ms() < until_ms)
		nanosleep(&step, NULL);
	server->stopping = true;
	stop_watch(server);
	MHD_stop_daemon(server->daemon);
	server->daemon = NULL;
	if (fd >= 0)
		close(fd);
}

void http_server_free(struct http_server *server)
{
	if (!server)
		return;
	http_server_stop(server, /* grace_ms= */ 0);
	pthread_cond_destroy(&server->wake);
	pthread_mutex_destroy(&server->lock);
	free(server);
}
