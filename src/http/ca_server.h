/*
 * ca_server.h - the stand-in authority over HTTP: certificates and CRLs (RFC 2585), OCSP (RFC 6960 Appendix A),
 * time-stamps (RFC 3161 3.4).
 *
 *     GET  /root.cer /ca.cer        application/pkix-cert
 *     GET  /root.crl /ca.crl        application/pkix-crl, made anew when they are due
 *     POST /ocsp, GET /ocsp/BASE64  application/ocsp-response
 *     POST /tsa                     application/timestamp-reply
 *
 * For tests of clients it can be made to misbehave, as a whole or in one service: "KIND" or "tsa:KIND", "ocsp:KIND",
 * "crl:KIND".
 */
#ifndef KYSO_HTTP_CA_SERVER_H
#define KYSO_HTTP_CA_SERVER_H

#include "http/server.h"

struct buf;
struct ca;
struct ca_server;
struct err;

enum ca_misbehaviour {
	CA_BEHAVES,
	CA_GARBAGE,       /* 200, right type, bytes that mean nothing */
	CA_HTML,          /* 200 and a page, as captive portals answer */
	CA_EMPTY,         /* 200 and no body */
	CA_TRUNCATED,     /* the first half of the right answer */
	CA_SLOW,          /* the right answer after a minute */
	CA_ERROR,         /* 500 */
	CA_REJECT,        /* the protocol's own refusal: systemFailure, tryLater; 503 for a CRL */
	CA_WRONG_IMPRINT, /* a time-stamp of another digest */
	CA_WRONG_NONCE    /* a time-stamp for another request */
};

struct ca_misbehave {
	enum ca_misbehaviour tsa, ocsp, crl;
};

/* ERR_USAGE for what is no kind, listing the kinds. "" and NULL are good behaviour. */
NODISCARD int ca_misbehave_parse(const char *text, struct ca_misbehave *ret, struct err *err);
void ca_misbehave_kinds(struct buf *out); /* "garbage, html, ..." for help */

/* listen as http_options.listen. The authority stays the caller's and must outlive the server. */
NODISCARD int ca_server_start(struct ca *ca, const char *listen, const struct ca_misbehave *misbehave,
			      struct ca_server **ret_server, struct err *err);
const char *ca_server_url(const struct ca_server *server);
void ca_server_free(struct ca_server *server); /* stops, letting requests under way finish */
DEFINE_FREEP(struct ca_server, ca_server_free)

#endif
