/* collect.c - completes chains and fetches proofs until a leaf can be validated from what is kept. See collect.h; RFC
 * 5280 4.2.2.1. */
#include "pki/collect.h"

#include <stdio.h>

#include "pki/fetch.h"
#include "util/buf.h"
#include "util/err.h"

#define COLLECT_MAX_ISSUERS 8 /* fetched for one chain */
#define COLLECT_MAX_DEPTH 3   /* signer of the proof of the signer of the proof */
#define COLLECT_MAX_CERT_BYTES ((size_t)1024 * 1024)
#define COLLECT_NONCE_BYTES 16
#define COLLECT_SKEW_MS (INT64_C(5) * 60 * 1000)

struct collector {
	const struct evidence_request *request;
	struct evidence *known, *needed;
	struct cert_list roots; /* the request's anchors, or self-signed authorities found */
};

/* What was judged of a leaf: the chain and its path. */
struct judged {
	struct chain *chain;
	struct chain_result *path;
};

static void judged_release(struct judged *judged)
{
	chain_result_free(judged->path);
	chain_free(judged->chain);
	judged->path = NULL;
	judged->chain = NULL;
}

static int64_t now_of(const struct collector *collector)
{
	return collector->request->now_ms ? collector->request->now_ms : collector->request->at_ms;
}

static struct bytes body_of(const struct buf *buf)
{
	return (struct bytes){ (const uint8_t *)buf->data, buf->len };
}

/* ---- chain ---- */

static bool is_root(const struct cert *cert)
{
	return cert_self_issued(cert) && cert_is_ca(cert) && cert_check_issued(cert, cert, NULL) == 0;
}

static int add_roots(struct collector *collector, const struct cert_list *list, struct err *err)
{
	for (size_t i = 0; list && i < list->count; i++)
		if (is_root(list->items[i]) && cert_list_add(&collector->roots, list->items[i], err) != 0)
			return -1;
	return 0;
}

static int choose_roots(struct collector *collector, struct err *err)
{
	const struct cert_list *given = collector->request->anchors;

	for (size_t i = 0; given && i < given->count; i++)
		if (cert_list_add(&collector->roots, given->items[i], err) != 0)
			return -1;
	if (given && given->count > 0)
		return 0;
	return add_roots(collector, collector->request->certs, err) != 0
		   ? -1
		   : add_roots(collector, &collector->known->certs, err);
}

static int judge(struct collector *collector, struct cert *leaf, enum chain_use use, struct judged *judged,
		 struct err *err)
{
	struct chain_inputs inputs = { &collector->roots, collector->request->certs, collector->known };
	struct chain_options options = {
		.at_ms = collector->request->at_ms, .now_ms = now_of(collector), .use = use, .ignore_revocation = true
	};

	judged_release(judged);
	if (choose_roots(collector, err) != 0 || chain_new(&inputs, &judged->chain, err) != 0)
		return -1;
	return chain_validate(judged->chain, leaf, &options, &judged->path, err);
}

/* RFC 5280 4.2.2.1: a DER certificate or a certs-only CMS. */
static int fetch_issuer(struct collector *collector, const struct cert *cert, struct err *err)
{
	AUTO(buf_release) struct buf body = BUF_INIT;
	const char *url = cert_ca_issuers_url(cert);
	struct fetch_request request = { .url = url, .max_bytes = COLLECT_MAX_CERT_BYTES };

	if (!url)
		return err_set(err, ERR_CHAIN_INCOMPLETE,
			       "the issuer of %.150s is not known (%.150s) and the certificate names no address for it",
			       cert_subject(cert), cert_issuer(cert));
	if (fetch(collector->request->fetcher, &request, &body, err) != 0 ||
	    cert_list_load(&collector->known->certs, body_of(&body), url, err) != 0) {
		err_prefix(err, "the issuer of %.150s is not known", cert_subject(cert));
		if (err)
			err->code = ERR_CHAIN_INCOMPLETE;
		return -1;
	}
	return 0;
}

static enum err_code code_of(enum chain_sub sub)
{
	switch (sub) {
	case CHAIN_SUB_EXPIRED:
		return ERR_CERT_EXPIRED;
	case CHAIN_SUB_NOT_YET_VALID:
		return ERR_CERT_NOT_YET_VALID;
	case CHAIN_SUB_REVOKED:
	case CHAIN_SUB_REVOKED_CA_NO_POE:
		return ERR_CERT_REVOKED;
	case CHAIN_SUB_TRY_LATER:
		return ERR_PROOF_MISSING;
	case CHAIN_SUB_NONE:
	case CHAIN_SUB_NO_CERTIFICATE_CHAIN_FOUND:
	case CHAIN_SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE:
	case CHAIN_SUB_CHAIN_CONSTRAINTS_FAILURE:
	case CHAIN_SUB_CRYPTO_CONSTRAINTS_FAILURE:
		break;
	}
	return ERR_CHAIN_INCOMPLETE;
}

/* Fetches issuers until a path is found; the last certificate reached tells where its issuer is. */
static int complete_path(struct collector *collector, struct cert *leaf, enum chain_use use, struct judged *judged,
			 struct err *err)
{
	for (int fetched = 0;; fetched++) {
		const struct chain_result *path;
		const struct cert *last;

		if (judge(collector, leaf, use, judged, err) != 0)
			return -1;
		path = judged->path;
		last = path->links[path->count - 1].cert;
		if (path->status == CHAIN_VALID)
			return 0;
		if (path->sub != CHAIN_SUB_NO_CERTIFICATE_CHAIN_FOUND || path->anchor || cert_self_issued(last) ||
		    fetched >= COLLECT_MAX_ISSUERS)
			return err_set(err, code_of(path->sub), "%s", path->en);
		if (fetch_issuer(collector, last, err) != 0)
			return -1;
	}
}

/* ---- status of one certificate ---- */

static int prove(struct collector *collector, struct cert *leaf, enum chain_use use, int depth, struct err *err);

static int ask_status(struct collector *collector, struct judged *judged, size_t index, struct cert_status *ret,
		      struct err *err)
{
	struct chain_question question = { .at_ms = collector->request->at_ms,
					   .now_ms = now_of(collector),
					   .issued_before_ms = INT64_MAX,
					   .fresh = true };

	return chain_cert_status(judged->chain, judged->path, index, &question, ret, err);
}

static bool good_enough(const struct collector *collector, const struct cert_status *status)
{
	return status->state == CERT_UNCHECKED || status->state == CERT_REVOKED || status->state == CERT_ON_HOLD ||
	       (status->state == CERT_GOOD &&
		(status->no_check || status->proof.this_update_ms >= collector->request->fresh_from_ms));
}

static const struct cert *issuer_of(const struct judged *judged, size_t index)
{
	const struct chain_result *path = judged->path;

	return index + 1 < path->count ? path->links[index + 1].cert : path->anchor;
}

/* A delegated responder without id-pkix-ocsp-nocheck must be proven before its answers count. */
static int prove_responder(struct collector *collector, const struct ocsp *ocsp, const struct cert *responder,
			   const struct cert *issuer, int depth, struct err *err)
{
	bool delegate;

	if (!ocsp_responder_allowed(responder, issuer, &delegate) || !delegate || cert_ocsp_no_check(responder))
		return 0;
	for (size_t i = 0; i < ocsp_certs(ocsp)->count; i++)
		if (cert_equal(ocsp_certs(ocsp)->items[i], responder))
			return prove(collector, ocsp_certs(ocsp)->items[i], CHAIN_USE_OCSP, depth + 1, err);
	return 0;
}

static int fetch_ocsp(struct collector *collector, const struct cert *cert, const struct cert *issuer, int depth,
		      struct err *err)
{
	AUTO(buf_release) struct buf query = BUF_INIT;
	AUTO(buf_release) struct buf body = BUF_INIT;
	uint8_t nonce[COLLECT_NONCE_BYTES];
	struct bytes nonce_bytes = { nonce, sizeof(nonce) };
	struct fetch_request request = { .url = cert_ocsp_url(cert),
					 .content_type = "application/ocsp-request",
					 .accept = "application/ocsp-response",
					 .max_bytes = OCSP_MAX_BYTES,
					 .no_cache = true };
	const struct cert *responder;
	const struct ocsp *ocsp;
	struct ocsp_single single;

	if (digest_random(nonce, sizeof(nonce), err) != 0 ||
	    ocsp_request_write(cert, issuer, DIGEST_SHA1, nonce_bytes, &query, err) != 0)
		return -1;
	request.body = body_of(&query);
	if (fetch(collector->request->fetcher, &request, &body, err) != 0)
		return -1;
	if (evidence_add_ocsp(collector->known, body_of(&body), &ocsp, err) != 0 ||
	    ocsp_check_answer(ocsp, cert, issuer, nonce_bytes, now_of(collector), COLLECT_SKEW_MS, &single, &responder,
			      err) != 0)
		return err_prefix(err, "%.150s", request.url);
	if (single.status == OCSP_UNKNOWN)
		return err_set(err, ERR_OCSP, "%.150s: the responder does not know the certificate", request.url);
	return prove_responder(collector, ocsp, responder, issuer, depth, err);
}

static int fetch_crl(struct collector *collector, const struct cert *cert, struct err *err)
{
	AUTO(buf_release) struct buf body = BUF_INIT;
	struct fetch_request request = { .url = cert_crl_url(cert), .max_bytes = CRL_MAX_BYTES };

	if (fetch(collector->request->fetcher, &request, &body, err) != 0)
		return -1;
	if (evidence_load_crl(collector->known, body_of(&body), request.url, err) != 0)
		return -1;
	return 0;
}

/* Judges the certificate again with what is known now; what was fetched may have opened another path, without it. */
static int ask_again(struct collector *collector, struct cert *leaf, enum chain_use use, struct judged *judged,
		     const struct cert *cert, struct cert_status *ret, struct err *err)
{
	if (complete_path(collector, leaf, use, judged, err) != 0)
		return -1;
	for (size_t i = 0; i < judged->path->count; i++)
		if (cert_equal(judged->path->links[i].cert, cert))
			return ask_status(collector, judged, i, ret, err);
	return err_set(err, ERR_PROOF_MISSING, "%.200s is no longer on the path that is found", cert_subject(cert));
}

struct attempt {
	bool ocsp, crl;
	struct err ocsp_err, crl_err;
};

static int missing(const struct cert *cert, const struct attempt *attempt, const struct cert_status *status,
		   struct err *err)
{
	AUTO(buf_release) struct buf why = BUF_INIT;

	if (!attempt->ocsp && !attempt->crl)
		buf_puts(&why, "; it names no address of an OCSP responder or CRL");
	if (attempt->ocsp)
		buf_printf(&why, "; OCSP: %.150s", attempt->ocsp_err.code ? attempt->ocsp_err.detail : "not enough");
	if (attempt->crl)
		buf_printf(&why, "; CRL: %.150s", attempt->crl_err.code ? attempt->crl_err.detail : "not enough");
	return err_set(err, ERR_PROOF_MISSING, "the status of %.150s cannot be proven: %s%s", cert_subject(cert),
		       status->state == CERT_UNKNOWN ? status->detail_en : "the evidence is not fresh enough",
		       buf_str(&why));
}

/* OCSP first, CRL when that does not do (EN 319 142-1; RFC 5280 4.2.1.13). */
static int find_status(struct collector *collector, struct cert *leaf, enum chain_use use, struct judged *judged,
		       size_t index, int depth, struct cert_status *ret, struct err *err)
{
	AUTO(cert_freep) struct cert *cert = cert_keep(judged->path->links[index].cert);
	struct attempt attempt = { .ocsp = cert_ocsp_url(cert) != NULL, .crl = cert_crl_url(cert) != NULL };

	if (ask_status(collector, judged, index, ret, err) != 0)
		return -1;
	if (!good_enough(collector, ret) && attempt.ocsp) {
		(void)!fetch_ocsp(collector, cert, issuer_of(judged, index), depth, &attempt.ocsp_err);
		if (ask_again(collector, leaf, use, judged, cert, ret, err) != 0)
			return -1;
	}
	if (!good_enough(collector, ret) && attempt.crl) {
		(void)!fetch_crl(collector, cert, &attempt.crl_err);
		if (ask_again(collector, leaf, use, judged, cert, ret, err) != 0)
			return -1;
	}
	if (!good_enough(collector, ret))
		return missing(cert, &attempt, ret, err);
	if ((ret->state == CERT_REVOKED || ret->state == CERT_ON_HOLD) && ret->revoked_ms <= collector->request->at_ms)
		return err_set(err, ERR_CERT_REVOKED, "%.200s was revoked (%s)", cert_subject(cert),
			       crl_reason_name(ret->reason));
	return 0;
}

/* ---- keeping what is needed ---- */

static int keep_proof(struct collector *collector, const struct chain_proof *proof, struct err *err)
{
	if (proof->crl && evidence_add_crl(collector->needed, crl_der(proof->crl), NULL, err) != 0)
		return -1;
	if (proof->delta && evidence_add_crl(collector->needed, crl_der(proof->delta), NULL, err) != 0)
		return -1;
	if (proof->ocsp && evidence_add_ocsp(collector->needed, ocsp_der(proof->ocsp), NULL, err) != 0)
		return -1;
	return proof->signer ? cert_list_add(&collector->needed->certs, proof->signer, err) : 0;
}

static bool on_path(const struct chain_result *path, const struct cert *cert)
{
	for (size_t i = 0; i < path->count; i++)
		if (cert_equal(path->links[i].cert, cert))
			return true;
	return path->anchor && cert_equal(path->anchor, cert);
}

static int keep_path(struct collector *collector, const struct chain_result *path, struct err *err)
{
	for (size_t i = 0; i < path->count; i++)
		if (cert_list_add(&collector->needed->certs, path->links[i].cert, err) != 0)
			return -1;
	return cert_list_add(&collector->needed->certs, path->anchor, err);
}

static int prove_link(struct collector *collector, struct cert *leaf, enum chain_use use, struct judged *judged,
		      size_t index, int depth, struct err *err)
{
	AUTO(cert_freep) struct cert *signer = NULL;
	struct cert_status status;

	if (find_status(collector, leaf, use, judged, index, depth, &status, err) != 0)
		return -1;
	if (status.state == CERT_UNCHECKED || status.no_check)
		return 0;
	if (keep_proof(collector, &status.proof, err) != 0)
		return -1;
	if (on_path(judged->path, status.proof.signer))
		return 0;
	signer = cert_keep(status.proof.signer);
	return prove(collector, signer, status.proof.ocsp ? CHAIN_USE_OCSP : CHAIN_USE_CRL_SIGN, depth + 1, err);
}

static int prove(struct collector *collector, struct cert *leaf, enum chain_use use, int depth, struct err *err)
{
	AUTO(judged_release) struct judged judged = { NULL, NULL };

	if (depth > COLLECT_MAX_DEPTH)
		return err_set(err, ERR_PROOF_MISSING, "the proofs for %.200s depend on each other without end",
			       cert_subject(leaf));
	if (complete_path(collector, leaf, use, &judged, err) != 0)
		return -1;
	for (size_t i = judged.path->count; i-- > 0;)
		if (i < judged.path->count && prove_link(collector, leaf, use, &judged, i, depth, err) != 0)
			return -1;
	return keep_path(collector, judged.path, err);
}

/* What was kept must do alone: a validator will have nothing else. */
static int check_alone(struct collector *collector, struct cert *leaf, struct err *err)
{
	AUTO(judged_release) struct judged judged = { NULL, NULL };
	struct chain_inputs inputs = { &collector->roots, NULL, collector->needed };
	struct chain_options options = { .at_ms = collector->request->at_ms,
					 .now_ms = now_of(collector),
					 .use = collector->request->use };

	if (chain_new(&inputs, &judged.chain, err) != 0 ||
	    chain_validate(judged.chain, leaf, &options, &judged.path, err) != 0)
		return -1;
	if (judged.path->status == CHAIN_VALID)
		return 0;
	return err_set(err, code_of(judged.path->sub), "what was collected does not prove %.150s: %s",
		       cert_subject(leaf), judged.path->en);
}

int evidence_collect(struct evidence *known, struct cert *leaf, const struct evidence_request *request,
		     struct evidence *needed, struct err *err)
{
	struct collector collector = { .request = request, .known = known, .needed = needed };
	int status = prove(&collector, leaf, request->use, 0, err);

	if (status == 0)
		status = check_alone(&collector, leaf, err);
	cert_list_release(&collector.roots);
	return status;
}
