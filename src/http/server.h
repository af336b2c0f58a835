/*
 * server.h - a small HTTP/1.1 server: a const table of routes, a pool of threads, limits on everything a client may
 * send.
 *
 * libmicrohttpd's only home is server.c; nothing of it shows here. Every route states its access (law 12): a route
 * whose access is unset stops the start. The server binds loopback unless told otherwise, and port 0 takes a free port.
 *
 * Handlers run on several threads at once; a request and its response belong to one thread. What a handler returns as
 * an error (-1) becomes a problem details document (RFC 9457) with the status and code of the error table; for a status
 * of 500 and above the particulars stay inside. A path is percent-decoded once and strictly: bad escapes, NUL, control
 * characters, a backslash, and "." or ".." segments are answered 400 before any route is looked at.
 * A client has http_options.request_seconds to deliver a whole request, however slowly it drips.
 */
#ifndef KYSO_HTTP_SERVER_H
#define KYSO_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"
#include "util/defer.h"
#include "util/str.h"

struct arena;
struct err;

#define HTTP_LISTEN_DEFAULT "127.0.0.1:8080"
#define HTTP_BODY_MAX_BYTES (1024u * 1024u) /* of a route that names no limit of its own */

struct http_request;

const char *http_method(const struct http_request *request);
const char *http_path(const struct http_request *request);      /* decoded, begins with "/" */
const char *http_path_tail(const struct http_request *request); /* what a route's "*" stands for; "" without one */
/* Decoded query parameter or header, NULL when absent; borrowed until the handler returns. */
const char *http_query(const struct http_request *request, const char *name);
const char *http_header(const struct http_request *request, const char *name);
struct bytes http_body(const struct http_request *request);
const char *http_peer(const struct http_request *request); /* "127.0.0.1", "::1" */
struct arena *http_arena(const struct http_request *request);

#define HTTP_HEADERS_MAX 12

struct http_response {
	int status;               /* 200 unless set */
	const char *content_type; /* static or in the request's arena; NULL = none */
	struct buf body;          /* the server releases it */
	struct {
		const char *name, *value;
	} headers[HTTP_HEADERS_MAX];
	size_t header_count;
};

/* Adds a header; both strings static or in the request's arena. A value with a control character is a bug. */
void http_response_header(struct http_response *response, const char *name, const char *value);

enum http_access {
	HTTP_ACCESS_UNSET, /* refused at start */
	HTTP_ACCESS_PUBLIC
};

struct http_route {
	const char *method; /* "GET" also answers HEAD */
	const char *path;   /* whole path, or a prefix ending in "*" */
	enum http_access access;
	size_t max_body_bytes; /* 0 = HTTP_BODY_MAX_BYTES */
	int (*handle)(void *user, const struct http_request *request, struct http_response *response, struct err *err);
};

struct http_options {
	const char *listen; /* "127.0.0.1:8080", "[::1]:0"; NULL = HTTP_LISTEN_DEFAULT */
	const struct http_route *routes;
	size_t route_count;
	void *user;               /* handed to every handler */
	unsigned threads;         /* 0 = 4 */
	unsigned connections;     /* at once; 0 = 1000 */
	unsigned request_seconds; /* 0 = 30 */
};

struct http_server;

NODISCARD int http_server_start(const struct http_options *options, struct http_server **ret_server, struct err *err);
const char *http_server_url(const struct http_server *server); /* "http://127.0.0.1:41234" */
uint16_t http_server_port(const struct http_server *server);
/* True once a stop has begun: a handler that waits looks here. */
bool http_server_stopping(const struct http_request *request);
/* Stops listening, lets the requests under way finish (at most grace_ms), then closes every connection. */
void http_server_stop(struct http_server *server, int grace_ms);
void http_server_free(struct http_server *server); /* stops at once what still runs */
DEFINE_FREEP(struct http_server, http_server_free)

#endif
