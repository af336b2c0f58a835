/* wants.c - what the network could add to a path that was not found valid: status from OCSP and CRLs, and issuers' certificates. */
#include <stdlib.h>

#include "util/buf.h"
#include "verify/verify_priv.h"

void verify_wants_release(struct verify_wants *wants)
{
	for (size_t i = 0; i < wants->count; i++) {
		free(wants->items[i].url);
		free(wants->items[i].body);
	}
	free(wants->items);
	*wants = (struct verify_wants){ NULL, 0 };
}

static bool is_wanted(const struct verify_wants *wants, enum verify_want_kind kind, const char *url, struct bytes body)
{
	for (size_t i = 0; i < wants->count; i++)
		if (wants->items[i].kind == kind && strcmp(wants->items[i].url, url) == 0 &&
		    bytes_eq((struct bytes){ wants->items[i].body, wants->items[i].body_len }, body))
			return true;
	return false;
}

static int add_want(struct verify_wants *wants, enum verify_want_kind kind, const char *url, struct bytes body, struct err *err)
{
	struct verify_want *grown, *want;

	if (!url || wants->count >= VERIFY_MAX_WANTS || is_wanted(wants, kind, url, body))
		return 0;
	grown = realloc(wants->items, (wants->count + 1) * sizeof(*grown));
	if (!grown)
		return err_set(err, ERR_NO_MEMORY, "no memory for a list of addresses");
	wants->items = grown;
	want = &grown[wants->count];
	*want = (struct verify_want){ .kind = kind, .url = strdup(url), .body = malloc(body.n + 1), .body_len = body.n };
	wants->count++;
	if (!want->url || !want->body)
		return err_set(err, ERR_NO_MEMORY, "no memory for an address");
	if (body.n)
		memcpy(want->body, body.p, body.n);
	return 0;
}

static int want_status(struct vf *vf, struct cert *cert, struct cert *issuer, struct err *err)
{
	AUTO(buf_release) struct buf request = BUF_INIT;
	struct bytes none = { NULL, 0 };

	if (cert_ocsp_url(cert)) {
		if (ocsp_request_write(cert, issuer, DIGEST_SHA1, none, &request, err) != 0)
			return -1;
		if (add_want(&vf->wants, VERIFY_WANT_OCSP, cert_ocsp_url(cert), (struct bytes){ (const uint8_t *)request.data, request.len }, err) != 0)
			return -1;
	}
	return add_want(&vf->wants, VERIFY_WANT_CRL, cert_crl_url(cert), none, err);
}

int vf_want_for(struct vf *vf, const struct chain_result *result, struct err *err)
{
	struct bytes none = { NULL, 0 };

	if (!result->anchor)
		return add_want(&vf->wants, VERIFY_WANT_CERT, cert_ca_issuers_url(result->links[result->count - 1].cert), none, err);
	for (size_t i = 0; i < result->count; i++) {
		struct cert *issuer = i + 1 < result->count ? result->links[i + 1].cert : result->anchor;
		enum cert_state state = result->links[i].status.state;

		if ((state == CERT_UNKNOWN || state == CERT_UNCHECKED) && want_status(vf, result->links[i].cert, issuer, err) != 0)
			return -1;
	}
	return 0;
}
