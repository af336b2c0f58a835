/*
 * url.h - percent-decoding of what comes in a request line (RFC 3986), strict; and the split of "host:port".
 *
 * Pure functions. A request target that is not plainly a path below "/" is refused here, before any route is looked at.
 */
#ifndef KYSO_HTTP_URL_H
#define KYSO_HTTP_URL_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

/* Decoded text in the arena; NULL for a bad escape, NUL or another control character. */
char *url_decode(struct arena *arena, const char *raw);
/* As url_decode; also NULL for what does not begin with "/", has a backslash, or has a "." or ".." segment. */
char *url_decode_path(struct arena *arena, const char *raw);
/* Whether a route's pattern (whole path, or prefix ending in "*") takes the path; *ret_tail = what the "*" stands for.
 */
bool url_match(const char *pattern, const char *path, const char **ret_tail);
/* "127.0.0.1:80", "[::1]:0", "localhost:8080" into its parts; false when it is none. */
bool url_split_listen(const char *listen, char *host, size_t host_size, char *port, size_t port_size);

#endif
