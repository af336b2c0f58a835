/* outside.c - see outside.h. */
#include "service/outside.h"

#include <string.h>

#include "pki/fetch.h"
#include "pki/tsp.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/err.h"

static int outside_timestamp(void *ctx, const struct digest *imprint, enum digest_alg alg, struct buf *ret_token,
			     struct err *err)
{
	struct outside *outside = ctx;
	AUTO(tsp_token_freep) struct tsp_token *token = NULL;
	struct tsp_request request;
	struct bytes der;

	if (!outside->tsa_url)
		return err_set(err, ERR_USAGE, "no time-stamp authority is given (--tsa URL)");
	if (tsp_request_init(&request, alg, imprint, err) < 0 ||
	    tsp_ask(outside->fetcher, outside->tsa_url, &request, &token, err) < 0)
		return -1;
	der = tsp_token_der(token);
	buf_append(ret_token, der.p, der.n);
	return buf_check(ret_token, err);
}

static int collect(struct outside *outside, struct cert *leaf, const struct cert_list *known, int64_t at_ms,
		   struct evidence *needed, struct err *err)
{
	struct evidence_request request = {
		.anchors = outside->anchors,
		.certs = known,
		.fetcher = outside->fetcher,
		.at_ms = at_ms,
		.fresh_from_ms = INT64_MIN,
		.use = cert_eku(leaf, EKU_TIME_STAMPING) ? CHAIN_USE_TIME_STAMP : CHAIN_USE_SIGNATURE,
	};

	return evidence_collect(&outside->known, leaf, &request, needed, err);
}

/* The DER of everything needed, copied into the arena. */
static int copy_out(const struct evidence *needed, struct arena *arena, struct pd_dss_material *ret, struct err *err)
{
	struct bytes *certs = ARENA_ARRAY(arena, struct bytes, needed->certs.count);
	struct bytes *crls = ARENA_ARRAY(arena, struct bytes, needed->crl_count);
	struct bytes *ocsps = ARENA_ARRAY(arena, struct bytes, needed->ocsp_count);

	for (size_t i = 0; certs && i < needed->certs.count; i++) {
		struct bytes der = cert_der(needed->certs.items[i]);

		certs[i] = (struct bytes){ arena_memdup(arena, der.p, der.n), der.n };
	}
	for (size_t i = 0; crls && i < needed->crl_count; i++) {
		struct bytes der = crl_der(needed->crls[i]);

		crls[i] = (struct bytes){ arena_memdup(arena, der.p, der.n), der.n };
	}
	for (size_t i = 0; ocsps && i < needed->ocsp_count; i++) {
		struct bytes der = ocsp_der(needed->ocsps[i]);

		ocsps[i] = (struct bytes){ arena_memdup(arena, der.p, der.n), der.n };
	}
	if (arena_failed(arena))
		return err_set(err, ERR_NO_MEMORY, "no memory for long-term material");
	*ret =
	    (struct pd_dss_material){ certs, crls, ocsps, needed->certs.count, needed->crl_count, needed->ocsp_count };
	return 0;
}

static int merge_certs(struct cert_list *all, const struct cert_list *more, struct err *err)
{
	for (size_t i = 0; more && i < more->count; i++)
		if (cert_list_add(all, more->items[i], err) < 0)
			return -1;
	return 0;
}

static int outside_material(void *ctx, const struct cert_list *leaves, const struct cert_list *known, int64_t at_ms,
			    struct arena *arena, struct pd_dss_material *ret, struct err *err)
{
	struct outside *outside = ctx;
	AUTO(evidence_release) struct evidence needed = { 0 };
	AUTO(cert_list_release) struct cert_list all = { 0 };

	if (merge_certs(&all, known, err) < 0 || merge_certs(&all, outside->certs, err) < 0)
		return -1;
	for (size_t i = 0; i < leaves->count; i++)
		if (collect(outside, leaves->items[i], &all, at_ms, &needed, err) < 0)
			return -1;
	return copy_out(&needed, arena, ret, err);
}

void outside_init(struct outside *outside, struct fetcher *fetcher, const char *tsa_url,
		  const struct cert_list *anchors, const struct cert_list *certs)
{
	memset(outside, 0, sizeof(*outside));
	outside->seam = (struct sign_outside){ outside_timestamp, outside_material, outside };
	outside->fetcher = fetcher;
	outside->tsa_url = tsa_url;
	outside->anchors = anchors;
	outside->certs = certs;
}

void outside_release(struct outside *outside)
{
	evidence_release(&outside->known);
}

int outside_check_status(struct outside *outside, struct cert *cert, const struct cert_list *chain, int64_t at_ms,
			 struct err *err)
{
	AUTO(evidence_release) struct evidence needed = { 0 };
	AUTO(cert_list_release) struct cert_list all = { 0 };

	if (merge_certs(&all, chain, err) < 0 || merge_certs(&all, outside->certs, err) < 0)
		return -1;
	return collect(outside, cert, &all, at_ms, &needed, err);
}
