/*
 * fetch.h - the one door to the network: GET and POST over HTTP(S) with limits. libcurl is known here only.
 *
 * A fetcher is a small vtable so that tests, --offline and caches stand in for the network. Certificates tell where to ask, and
 * certificates come from strangers: only http and https, few redirects, a time limit, a size limit, and, for a server that
 * validates strangers' files, no addresses of private networks. No environment is read (proxies are given).
 * Threads: one fetcher, one thread at a time.
 */
#ifndef KYSO_PKI_FETCH_H
#define KYSO_PKI_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/defer.h"
#include "util/str.h"

struct buf;
struct err;
struct fetcher;

#define FETCH_DEFAULT_TIMEOUT_MS 10000
#define FETCH_DEFAULT_MAX_BYTES ((size_t)64 * 1024 * 1024)

struct fetch_request {
	const char *url;
	struct bytes body;        /* p != NULL: POST */
	const char *content_type; /* of the body */
	const char *accept;       /* NULL = anything */
	int timeout_ms;           /* 0 = FETCH_DEFAULT_TIMEOUT_MS; connection, redirects and body together */
	size_t max_bytes;         /* 0 = FETCH_DEFAULT_MAX_BYTES */
	bool no_cache;            /* the answer must be fresh: time-stamps, OCSP with a nonce */
};

struct fetcher_ops {
	int (*fetch)(struct fetcher *fetcher, const struct fetch_request *request, struct buf *ret_body, struct err *err);
	void (*free)(struct fetcher *fetcher);
};

/* First member of every fetcher. */
struct fetcher {
	const struct fetcher_ops *ops;
};

/*
 * Appends the body of a 2xx answer. ERR_NET (cannot resolve, connect, URL not http(s), private address), ERR_NET_TIMEOUT,
 * ERR_NET_STATUS (any other status, with its number), ERR_LIMIT (body larger than max_bytes). Nothing is appended on failure.
 */
NODISCARD int fetch(struct fetcher *fetcher, const struct fetch_request *request, struct buf *ret_body, struct err *err);
void fetcher_free(struct fetcher *fetcher);
DEFINE_FREEP(struct fetcher, fetcher_free)

struct fetch_options {
	int timeout_ms;       /* upper bound for every request, 0 = each request's own */
	bool refuse_private;  /* loopback, link-local, private and multicast addresses are refused, after name resolution */
	const char *proxy;    /* NULL = none */
	const char *ca_file;  /* for https; NULL = the system's */
};
NODISCARD int fetcher_new_http(const struct fetch_options *options, struct fetcher **ret_fetcher, struct err *err);
/* Every request is ERR_NET "offline". */
NODISCARD int fetcher_new_offline(struct fetcher **ret_fetcher, struct err *err);
/*
 * Remembers answers and failures for a run, by URL and body; hands the rest to `inner`, which it then owns. A host that timed out
 * is not asked again. At most max_bytes are kept (0 = FETCH_DEFAULT_MAX_BYTES).
 */
NODISCARD int fetcher_new_cache(struct fetcher *inner, size_t max_bytes, struct fetcher **ret_fetcher, struct err *err);
/* How many requests the cache handed on: tests and reports. */
size_t fetcher_cache_misses(const struct fetcher *cache);

#endif
