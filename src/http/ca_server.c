/* ca_server.c - see ca_server.h. Handlers translate between HTTP and src/ca, nothing else. */
#include "http/ca_server.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ca/ca.h"
#include "pki/cert.h"
#include "pki/issue.h"
#include "util/arena.h"
#include "util/err.h"
#include "util/hex.h"

#define QUERY_MAX_BYTES 16384
#define GRACE_MS 2000
#define SLOW_SECONDS 60

struct ca_server {
	struct ca *ca;
	struct http_server *http;
	struct ca_misbehave misbehave;
};

/* ---- misbehaviour ---- */

static const struct {
	const char *name;
	enum ca_misbehaviour kind;
} kinds[] = {
	{ "garbage", CA_GARBAGE },
	{ "html", CA_HTML },
	{ "empty", CA_EMPTY },
	{ "truncated", CA_TRUNCATED },
	{ "slow", CA_SLOW },
	{ "error", CA_ERROR },
	{ "reject", CA_REJECT },
	{ "wrong-imprint", CA_WRONG_IMPRINT },
	{ "wrong-nonce", CA_WRONG_NONCE },
};

void ca_misbehave_kinds(struct buf *out)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		buf_printf(out, "%s%s", i ? ", " : "", kinds[i].name);
}

static bool find_kind(const char *name, enum ca_misbehaviour *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (strcmp(kinds[i].name, name) != 0)
			continue;
		*ret = kinds[i].kind;
		return true;
	}
	return false;
}

int ca_misbehave_parse(const char *text, struct ca_misbehave *ret, struct err *err)
{
	AUTO(buf_release) struct buf list = BUF_INIT;
	struct ca_misbehave what = { CA_BEHAVES, CA_BEHAVES, CA_BEHAVES };
	const char *colon = text ? strchr(text, ':') : NULL;
	struct str service = colon ? str_from(text, (size_t)(colon - text)) : STR("");
	enum ca_misbehaviour kind = CA_BEHAVES;
	bool known = !text || !*text || find_kind(colon ? colon + 1 : text, &kind);

	if (known && (service.n == 0 || str_is(service, "tsa")))
		what.tsa = kind;
	if (known && (service.n == 0 || str_is(service, "ocsp")))
		what.ocsp = kind;
	if (known && (service.n == 0 || str_is(service, "crl")))
		what.crl = kind;
	if (!known || (colon && what.tsa == CA_BEHAVES && what.ocsp == CA_BEHAVES && what.crl == CA_BEHAVES)) {
		ca_misbehave_kinds(&list);
		return err_set(err, ERR_USAGE, "\"%s\" is no misbehaviour; there are [tsa:|ocsp:|crl:] %s", text,
			       buf_str(&list));
	}
	*ret = what;
	return 0;
}

static void wait_a_minute(const struct http_request *request)
{
	const struct timespec step = { .tv_nsec = 20 * 1000000L };

	for (int i = 0; i < SLOW_SECONDS * 50 && !http_server_stopping(request); i++)
		nanosleep(&step, NULL);
}

static void put_garbage(struct buf *out)
{
	for (unsigned i = 0; i < 300; i++)
		buf_putc(out, (char)(i * 167 + 13));
}

/* Spoils the right answer that is in the response. Kinds that only one service knows are done by that service. */
static void misbehave(const struct http_request *request, enum ca_misbehaviour kind, struct http_response *response)
{
	switch (kind) {
	case CA_GARBAGE:
		buf_clear(&response->body);
		put_garbage(&response->body);
		return;
	case CA_HTML:
		buf_clear(&response->body);
		buf_puts(&response->body, "<!DOCTYPE html><title>Wi-Fi</title><p>Xin mời đăng nhập.\n");
		response->content_type = "text/html; charset=utf-8";
		return;
	case CA_EMPTY:
		buf_clear(&response->body);
		return;
	case CA_TRUNCATED:
		response->body.len /= 2;
		return;
	case CA_SLOW:
		wait_a_minute(request);
		return;
	case CA_ERROR:
		buf_clear(&response->body);
		response->status = 500;
		return;
	case CA_BEHAVES:
	case CA_REJECT:
	case CA_WRONG_IMPRINT:
	case CA_WRONG_NONCE:
		return;
	}
}

/* ---- services ---- */

static int put_cert(struct http_response *response, struct cert *cert, struct err *err)
{
	struct bytes der = cert_der(cert);

	response->content_type = "application/pkix-cert";
	buf_append(&response->body, der.p, der.n);
	return buf_check(&response->body, err);
}

static int get_ca_cert(void *user, const struct http_request *request, struct http_response *response, struct err *err)
{
	struct ca_server *server = user;

	(void)request;
	return put_cert(response, ca_cert(server->ca, CA_CERT_ISSUER), err);
}

static int get_root_cert(void *user, const struct http_request *request, struct http_response *response,
			 struct err *err)
{
	struct ca_server *server = user;

	(void)request;
	return put_cert(response, ca_cert(server->ca, CA_CERT_ROOT), err);
}

static int put_crl(struct ca_server *server, const struct http_request *request,
		   int (*make)(struct ca *, struct buf *, struct err *), struct http_response *response,
		   struct err *err)
{
	response->content_type = "application/pkix-crl";
	http_response_header(response, "Cache-Control", "no-cache");
	if (make(server->ca, &response->body, err) < 0)
		return -1;
	if (server->misbehave.crl == CA_REJECT) {
		buf_clear(&response->body);
		response->status = 503;
	}
	misbehave(request, server->misbehave.crl, response);
	return 0;
}

static int get_ca_crl(void *user, const struct http_request *request, struct http_response *response, struct err *err)
{
	return put_crl(user, request, ca_current_crl, response, err);
}

static int get_root_crl(void *user, const struct http_request *request, struct http_response *response, struct err *err)
{
	return put_crl(user, request, ca_current_root_crl, response, err);
}

static bool type_is(const struct http_request *request, const char *wanted)
{
	const char *type = http_header(request, "Content-Type");

	return type && strncasecmp(type, wanted, strlen(wanted)) == 0;
}

static int answer_ocsp(struct ca_server *server, const struct http_request *request, struct bytes query,
		       struct http_response *response, struct err *err)
{
	response->content_type = "application/ocsp-response";
	http_response_header(response, "Cache-Control", "no-cache");
	if (server->misbehave.ocsp == CA_REJECT)
		issue_ocsp_error(ISSUE_OCSP_TRY_LATER, &response->body);
	else if (ca_ocsp(server->ca, query, &response->body, err) < 0)
		return -1;
	misbehave(request, server->misbehave.ocsp, response);
	return 0;
}

static int post_ocsp(void *user, const struct http_request *request, struct http_response *response, struct err *err)
{
	if (!type_is(request, "application/ocsp-request")) {
		response->status = 415;
		return 0;
	}
	return answer_ocsp(user, request, http_body(request), response, err);
}

/* RFC 6960 A.1: the base64 of the request, percent-encoded where it must be; some clients leave the padding out. */
static int get_ocsp(void *user, const struct http_request *request, struct http_response *response, struct err *err)
{
	AUTO(buf_release) struct buf text = BUF_INIT;
	AUTO(buf_release) struct buf query = BUF_INIT;

	buf_puts(&text, http_path_tail(request));
	while (text.len % 4)
		buf_putc(&text, '=');
	if (buf_check(&text, err) < 0)
		return -1;
	if (base64_decode(str_from(buf_str(&text), text.len), &query, NULL) < 0) {
		response->content_type = "application/ocsp-response";
		issue_ocsp_error(ISSUE_OCSP_MALFORMED, &response->body);
		return 0;
	}
	return answer_ocsp(user, request, (struct bytes){ (const uint8_t *)query.data, query.len }, response, err);
}

static enum ca_tsa_fault tsa_fault(enum ca_misbehaviour kind)
{
	if (kind == CA_WRONG_IMPRINT)
		return CA_TSA_WRONG_IMPRINT;
	return kind == CA_WRONG_NONCE ? CA_TSA_WRONG_NONCE : CA_TSA_RIGHT;
}

static int post_tsa(void *user, const struct http_request *request, struct http_response *response, struct err *err)
{
	struct ca_server *server = user;
	enum ca_misbehaviour kind = server->misbehave.tsa;

	if (!type_is(request, "application/timestamp-query")) {
		response->status = 415;
		return 0;
	}
	response->content_type = "application/timestamp-reply";
	http_response_header(response, "Cache-Control", "no-store");
	if (kind == CA_REJECT)
		issue_tsp_rejection(TSP_SYSTEM_FAILURE, "told to refuse", &response->body);
	else if (ca_timestamp(server->ca, http_body(request), tsa_fault(kind), &response->body, err) < 0)
		return -1;
	misbehave(request, kind, response);
	return 0;
}

static const struct http_route routes[] = {
	{ "GET", "/ca.cer", HTTP_ACCESS_PUBLIC, QUERY_MAX_BYTES, get_ca_cert },
	{ "GET", "/root.cer", HTTP_ACCESS_PUBLIC, QUERY_MAX_BYTES, get_root_cert },
	{ "GET", "/ca.crl", HTTP_ACCESS_PUBLIC, QUERY_MAX_BYTES, get_ca_crl },
	{ "GET", "/root.crl", HTTP_ACCESS_PUBLIC, QUERY_MAX_BYTES, get_root_crl },
	{ "POST", "/ocsp", HTTP_ACCESS_PUBLIC, QUERY_MAX_BYTES, post_ocsp },
	{ "GET", "/ocsp/*", HTTP_ACCESS_PUBLIC, QUERY_MAX_BYTES, get_ocsp },
	{ "POST", "/tsa", HTTP_ACCESS_PUBLIC, QUERY_MAX_BYTES, post_tsa },
};

int ca_server_start(struct ca *ca, const char *listen, const struct ca_misbehave *how, struct ca_server **ret_server,
		    struct err *err)
{
	AUTO(ca_server_freep) struct ca_server *server = calloc(1, sizeof(*server));
	struct http_options options = {
		.listen = listen, .routes = routes, .route_count = ARRAY_LEN(routes), .user = server
	};

	if (!server)
		return err_set(err, ERR_NO_MEMORY, "no memory for a server");
	server->ca = ca;
	if (how)
		server->misbehave = *how;
	if (http_server_start(&options, &server->http, err) < 0)
		return -1;
	*ret_server = TAKE(server);
	return 0;
}

const char *ca_server_url(const struct ca_server *server)
{
	return http_server_url(server->http);
}

void ca_server_free(struct ca_server *server)
{
	if (!server)
		return;
	if (server->http)
		http_server_stop(server->http, GRACE_MS);
	http_server_free(server->http);
	free(server);
}
