/* fetch.c - HTTP through libcurl, the offline fetcher and the cache of a run. See fetch.h. */
#include "pki/fetch.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <curl/curl.h>

#include "pki/digest.h"
#include "util/buf.h"
#include "util/err.h"

#define FETCH_MAX_REDIRECTS 3L
#define FETCH_MAX_URL 2048
#define FETCH_USER_AGENT "kyso/0.1"

int fetch(struct fetcher *fetcher, const struct fetch_request *request, struct buf *ret_body, struct err *err)
{
	AUTO(buf_release) struct buf body = BUF_INIT;

	if (strncasecmp(request->url, "http://", 7) != 0 && strncasecmp(request->url, "https://", 8) != 0)
		return err_set(err, ERR_NET, "%.200s: only http and https addresses are asked", request->url);
	if (strlen(request->url) > FETCH_MAX_URL)
		return err_set(err, ERR_NET, "%.200s...: the address is longer than %d characters", request->url,
			       FETCH_MAX_URL);
	if (fetcher->ops->fetch(fetcher, request, &body, err) != 0)
		return -1;
	buf_append(ret_body, body.data, body.len);
	return buf_check(ret_body, err);
}

void fetcher_free(struct fetcher *fetcher)
{
	if (fetcher)
		fetcher->ops->free(fetcher);
}

/* ---- libcurl ---- */

struct http_fetcher {
	struct fetcher base;
	CURL *curl;
	int timeout_ms;
	bool refuse_private;
	char *proxy, *ca_file;
};

struct http_sink {
	struct buf *body;
	size_t max_bytes;
	bool too_large;
	bool refused; /* an address of a private network */
};

static size_t on_body(char *data, size_t size, size_t count, void *context)
{
	struct http_sink *sink = context;
	size_t n = size * count;

	if (n > sink->max_bytes - sink->body->len) {
		sink->too_large = true;
		return 0;
	}
	buf_append(sink->body, data, n);
	return sink->body->failed ? 0 : n;
}

/* IANA special-purpose registries (RFC 6890): what a stranger's certificate must not make a server talk to. */
static bool ipv4_private(uint32_t a)
{
	return a >> 24 == 0 || a >> 24 == 10 || a >> 24 == 127 || a >> 22 == (100 << 2 | 1) ||
	       a >> 16 == (169 << 8 | 254) || a >> 20 == (172 << 4 | 1) || a >> 16 == (192 << 8 | 168) ||
	       a >> 8 == 192 << 16 || a >> 17 == (198 << 7 | 9) || a >> 28 >= 14;
}

static bool address_private(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, address, sizeof(in));
		return ipv4_private(ntohl(in.sin_addr.s_addr));
	}
	if (address->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;
		uint8_t a[16];
		uint32_t last;

		memcpy(&in6, address, sizeof(in6));
		memcpy(a, &in6.sin6_addr, sizeof(a));
		memcpy(&last, a + 12, sizeof(last));
		if (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr) || IN6_IS_ADDR_V4COMPAT(&in6.sin6_addr))
			return ipv4_private(ntohl(last));
		return (a[0] & 0xe0) != 0x20 || (a[0] == 0x20 && a[1] == 0x02); /* only global unicast, no 6to4 */
	}
	return true;
}

static curl_socket_t on_open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct http_sink *sink = context;

	if (purpose != CURLSOCKTYPE_IPCXN || address_private(&address->addr)) {
		sink->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static long least_timeout(const struct http_fetcher *http, const struct fetch_request *request)
{
	int timeout = request->timeout_ms > 0 ? request->timeout_ms : FETCH_DEFAULT_TIMEOUT_MS;

	return http->timeout_ms > 0 && http->timeout_ms < timeout ? http->timeout_ms : timeout;
}

static void set_limits(struct http_fetcher *http, const struct fetch_request *request, struct http_sink *sink)
{
	CURL *curl = http->curl;

	curl_easy_setopt(curl, CURLOPT_URL, request->url);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(curl, CURLOPT_MAXREDIRS, FETCH_MAX_REDIRECTS);
	curl_easy_setopt(curl, CURLOPT_POSTREDIR, (long)CURL_REDIR_POST_ALL);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, least_timeout(http, request));
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, least_timeout(http, request));
	curl_easy_setopt(curl, CURLOPT_USERAGENT, FETCH_USER_AGENT);
	curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(curl, CURLOPT_PROXY, http->proxy ? http->proxy : ""); /* "" also ignores the environment's */
	if (http->ca_file)
		curl_easy_setopt(curl, CURLOPT_CAINFO, http->ca_file);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, sink);
	if (http->refuse_private && !http->proxy) {
		curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
		curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, sink);
	}
}

static struct curl_slist *add_header(struct curl_slist *headers, const char *name, const char *value)
{
	AUTO(buf_release) struct buf line = BUF_INIT;
	struct curl_slist *more;

	buf_printf(&line, "%s:%s%s", name, value ? " " : "", value ? value : "");
	more = curl_slist_append(headers, buf_str(&line));
	return more ? more : headers;
}

static struct curl_slist *set_body(CURL *curl, const struct fetch_request *request)
{
	struct curl_slist *headers = NULL;

	if (request->accept)
		headers = add_header(headers, "Accept", request->accept);
	if (request->body.p) {
		curl_easy_setopt(curl, CURLOPT_POST, 1L);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.n);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body.p);
		if (request->content_type)
			headers = add_header(headers, "Content-Type", request->content_type);
		headers = add_header(headers, "Expect", NULL);
	}
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	return headers;
}

static int http_result(CURL *curl, CURLcode code, const struct http_sink *sink, const struct fetch_request *request,
		       struct err *err)
{
	long status = 0;

	if (sink->too_large)
		return err_set(err, ERR_LIMIT, "%.200s: the answer is larger than %zu octets", request->url,
			       sink->max_bytes);
	if (sink->refused)
		return err_set(err, ERR_NET, "%.200s: the address is of a private network", request->url);
	if (code == CURLE_OPERATION_TIMEDOUT)
		return err_set(err, ERR_NET_TIMEOUT, "%.200s: no answer in time", request->url);
	if (code != CURLE_OK)
		return err_set(err, ERR_NET, "%.200s: %s", request->url, curl_easy_strerror(code));
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (status < 200 || status > 299)
		return err_set(err, ERR_NET_STATUS, "%.200s: the server answered %ld", request->url, status);
	return 0;
}

static int http_fetch(struct fetcher *fetcher, const struct fetch_request *request, struct buf *ret_body,
		      struct err *err)
{
	struct http_fetcher *http = (struct http_fetcher *)fetcher;
	struct http_sink sink = { .body = ret_body,
				  .max_bytes = request->max_bytes ? request->max_bytes : FETCH_DEFAULT_MAX_BYTES };
	struct curl_slist *headers;
	CURLcode code;
	int status;

	curl_easy_reset(http->curl); /* the connection stays open */
	set_limits(http, request, &sink);
	headers = set_body(http->curl, request);
	code = curl_easy_perform(http->curl);
	status = http_result(http->curl, code, &sink, request, err);
	curl_easy_setopt(http->curl, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(headers);
	return status;
}

static void http_free(struct fetcher *fetcher)
{
	struct http_fetcher *http = (struct http_fetcher *)fetcher;

	curl_easy_cleanup(http->curl);
	free(http->proxy);
	free(http->ca_file);
	free(http);
}

static const struct fetcher_ops http_ops = { http_fetch, http_free };

int fetcher_new_http(const struct fetch_options *options, struct fetcher **ret_fetcher, struct err *err)
{
	struct http_fetcher *http = calloc(1, sizeof(*http));

	if (!http)
		return err_set(err, ERR_NO_MEMORY, "no memory for a network client");
	http->base.ops = &http_ops;
	http->timeout_ms = options->timeout_ms;
	http->refuse_private = options->refuse_private;
	http->proxy = options->proxy ? strdup(options->proxy) : NULL;
	http->ca_file = options->ca_file ? strdup(options->ca_file) : NULL;
	http->curl = curl_easy_init();
	if (!http->curl || (options->proxy && !http->proxy) || (options->ca_file && !http->ca_file)) {
		http_free(&http->base);
		return err_set(err, ERR_NO_MEMORY, "libcurl cannot be started");
	}
	*ret_fetcher = &http->base;
	return 0;
}

/* ---- offline ---- */

static int offline_fetch(struct fetcher *fetcher, const struct fetch_request *request, struct buf *ret_body,
			 struct err *err)
{
	(void)fetcher;
	(void)ret_body;
	return err_set(err, ERR_NET, "%.200s: not asked, offline", request->url);
}

static void offline_free(struct fetcher *fetcher)
{
	free(fetcher);
}

static const struct fetcher_ops offline_ops = { offline_fetch, offline_free };

int fetcher_new_offline(struct fetcher **ret_fetcher, struct err *err)
{
	struct fetcher *fetcher = calloc(1, sizeof(*fetcher));

	if (!fetcher)
		return err_set(err, ERR_NO_MEMORY, "no memory for a fetcher");
	fetcher->ops = &offline_ops;
	*ret_fetcher = fetcher;
	return 0;
}

/* ---- cache ---- */

struct cache_entry {
	struct cache_entry *next;
	uint8_t key[32]; /* SHA-256 of URL, NUL, body */
	char *host;      /* of a request that timed out */
	struct err err;  /* code ERR_NONE: the body */
	struct buf body;
};

struct cache_fetcher {
	struct fetcher base;
	struct fetcher *inner;
	struct cache_entry *entries;
	size_t bytes, max_bytes, misses;
};

static int cache_key(const struct fetch_request *request, uint8_t ret_key[32], struct err *err)
{
	AUTO(buf_release) struct buf text = BUF_INIT;

	buf_puts(&text, request->url);
	buf_putc(&text, '\0');
	buf_append(&text, request->body.p, request->body.n);
	if (buf_check(&text, err) != 0)
		return -1;
	digest_sha256((struct bytes){ (const uint8_t *)text.data, text.len }, ret_key);
	return 0;
}

/* "host:port" of a URL that fetch() has accepted. */
static char *url_host(const char *url)
{
	const char *host = strstr(url, "://") + 3;

	return strndup(host, strcspn(host, "/?#"));
}

static const struct cache_entry *cache_find(const struct cache_fetcher *cache, const uint8_t key[32], const char *host)
{
	for (const struct cache_entry *entry = cache->entries; entry; entry = entry->next)
		if (memcmp(entry->key, key, sizeof(entry->key)) == 0 ||
		    (host && entry->host && strcasecmp(entry->host, host) == 0))
			return entry;
	return NULL;
}

static int cache_replay(const struct cache_entry *entry, struct buf *ret_body, struct err *err)
{
	if (entry->err.code != ERR_NONE) {
		if (err)
			*err = entry->err;
		return -1;
	}
	buf_append(ret_body, entry->body.data, entry->body.len);
	return buf_check(ret_body, err);
}

static void cache_entry_free(struct cache_entry *entry)
{
	buf_release(&entry->body);
	free(entry->host);
	free(entry);
}

/* Losing an entry for want of memory only costs a request. */
static void cache_put(struct cache_fetcher *cache, const uint8_t key[32], const struct buf *body, const struct err *why,
		      const char *host)
{
	struct cache_entry *entry;

	if (body->len > cache->max_bytes - cache->bytes)
		return;
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return;
	memcpy(entry->key, key, sizeof(entry->key));
	entry->err = *why;
	if (why->code == ERR_NET_TIMEOUT && host)
		entry->host = strdup(host);
	buf_append(&entry->body, body->data, body->len);
	if (entry->body.failed) {
		cache_entry_free(entry);
		return;
	}
	cache->bytes += body->len;
	entry->next = cache->entries;
	cache->entries = entry;
}

static int cache_fetch(struct fetcher *fetcher, const struct fetch_request *request, struct buf *ret_body,
		       struct err *err)
{
	struct cache_fetcher *cache = (struct cache_fetcher *)fetcher;
	struct err why = ERR_INIT;
	const struct cache_entry *entry;
	uint8_t key[32];
	char *host;
	int status;

	if (request->no_cache) {
		cache->misses++;
		return cache->inner->ops->fetch(cache->inner, request, ret_body, err);
	}
	if (cache_key(request, key, err) != 0)
		return -1;
	host = url_host(request->url);
	entry = cache_find(cache, key, host);
	if (entry) {
		status = cache_replay(entry, ret_body, err);
	} else {
		cache->misses++;
		status = cache->inner->ops->fetch(cache->inner, request, ret_body, &why);
		cache_put(cache, key, ret_body, &why, host);
		if (status != 0 && err)
			*err = why;
	}
	free(host);
	return status;
}

static void cache_free(struct fetcher *fetcher)
{
	struct cache_fetcher *cache = (struct cache_fetcher *)fetcher;

	while (cache->entries) {
		struct cache_entry *entry = cache->entries;

		cache->entries = entry->next;
		cache_entry_free(entry);
	}
	fetcher_free(cache->inner);
	free(cache);
}

static const struct fetcher_ops cache_ops = { cache_fetch, cache_free };

int fetcher_new_cache(struct fetcher *inner, size_t max_bytes, struct fetcher **ret_fetcher, struct err *err)
{
	struct cache_fetcher *cache = calloc(1, sizeof(*cache));

	if (!cache)
		return err_set(err, ERR_NO_MEMORY, "no memory for a cache of answers");
	cache->base.ops = &cache_ops;
	cache->inner = inner;
	cache->max_bytes = max_bytes ? max_bytes : FETCH_DEFAULT_MAX_BYTES;
	*ret_fetcher = &cache->base;
	return 0;
}

size_t fetcher_cache_misses(const struct fetcher *cache)
{
	return cache->ops == &cache_ops ? ((const struct cache_fetcher *)cache)->misses : 0;
}
