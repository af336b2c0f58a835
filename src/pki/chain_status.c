/*
 * chain_status.c - the status of a certificate on a path from all evidence: OCSP and CRLs together, the newest
 * conclusive answer, a final revocation before everything; and whether a signer of evidence may be believed. EN 319
 * 102-1 5.2.5, 5.2.6; RFC 5280 6.3.3 f.
 */
#include "pki/chain_private.h"

#include <string.h>

#define DEFAULT_MAX_AGE_MS (INT64_C(24) * 3600 * 1000)
#define DEFAULT_SKEW_MS (INT64_C(5) * 60 * 1000)
#define MAX_NESTING 3 /* signer of the evidence for the signer of the evidence */

struct node *path_issuer(const struct path *path, size_t index)
{
	return index + 1 < path->count ? path->nodes[index + 1] : path->anchor;
}

static int64_t skew(const struct chain_question *question)
{
	return question->skew_ms ? question->skew_ms : DEFAULT_SKEW_MS;
}

bool status_dates_ok(struct status_ask *ask, struct bytes der, int64_t this_update_ms, int64_t produced_ms)
{
	const struct chain_question *question = ask->question;
	int64_t now_ms = question->now_ms ? question->now_ms : question->at_ms;

	if (++ask->search->chain->work > CHAIN_MAX_WORK)
		return false;
	if (this_update_ms > now_ms + skew(question) || produced_ms > now_ms + skew(question))
		return false;
	if (this_update_ms > question->issued_before_ms || produced_ms > question->issued_before_ms)
		return false;
	return !question->existed || question->existed(question->context, der);
}

bool status_is_fresh(const struct status_ask *ask, int64_t this_update_ms, int64_t next_update_ms)
{
	const struct chain_question *question = ask->question;
	int64_t max_age = question->max_age_ms ? question->max_age_ms : DEFAULT_MAX_AGE_MS;

	if (!question->fresh)
		return true;
	if (next_update_ms != INT64_MIN)
		return next_update_ms + skew(question) >= question->at_ms;
	return this_update_ms >= question->at_ms - max_age;
}

void status_words(struct status_ask *ask, struct cert_status *ret, int rank, const char *en, const char *vi)
{
	if (rank < ask->detail_rank)
		return;
	ask->detail_rank = rank;
	snprintf(ret->detail_en, sizeof(ret->detail_en), "%s", en);
	snprintf(ret->detail_vi, sizeof(ret->detail_vi), "%s", vi);
}

/* ---- who may sign evidence ---- */

static bool same_entity(const struct node *a, const struct node *b)
{
	return a == b || (bytes_eq(a->subject, b->subject) && bytes_eq(cert_spki_der(a->cert), cert_spki_der(b->cert)));
}

static bool above_on_path(const struct path *path, size_t index, const struct node *signer)
{
	for (size_t i = index + 1; i < path->count; i++)
		if (same_entity(path->nodes[i], signer))
			return true;
	return same_entity(path->anchor, signer);
}

/* A path of the signer's own, to the same anchor, at the time the evidence was made or is used, whichever is later. */
static int validate_signer(struct status_ask *ask, struct node *signer, enum chain_use use, int64_t at_ms,
			   struct err *err)
{
	struct chain_options options = { .at_ms = at_ms,
					 .now_ms = ask->question->now_ms ? ask->question->now_ms : ask->question->at_ms,
					 .use = use,
					 .max_age_ms = ask->question->max_age_ms,
					 .skew_ms = ask->question->skew_ms,
					 .check_algorithms = ask->search->options->check_algorithms };
	struct search nested = { .chain = ask->search->chain,
				 .options = &options,
				 .nesting = ask->search->nesting + 1,
				 .anchor = ask->path->anchor };

	if (options.now_ms < at_ms)
		options.now_ms = at_ms;
	if (chain_search(&nested, signer, err) != 0)
		return -1;
	return nested.verdict.why == WHY_NONE;
}

int signer_trusted(struct status_ask *ask, struct node *signer, enum chain_use use, int64_t produced_ms,
		   bool designated, struct err *err)
{
	struct signer_memo *memo = &signer->signer[use == CHAIN_USE_OCSP];
	int64_t at_ms = ask->question->fresh && produced_ms < ask->question->at_ms ? ask->question->at_ms : produced_ms;
	int trusted;

	if (use == CHAIN_USE_CRL_SIGN && signer->has_key_usage && !(signer->key_usage & KU_CRL_SIGN))
		return 0;
	if (above_on_path(ask->path, ask->index, signer))
		return 1;
	if (memo->round == ask->search->chain->round && memo->at_ms == at_ms && memo->state != SIGNER_NEW) {
		if (memo->state == SIGNER_BUSY)
			return designated && signer == ask->path->nodes[ask->index];
		return memo->state == SIGNER_TRUSTED;
	}
	if (ask->search->nesting >= MAX_NESTING)
		return 0;
	*memo = (struct signer_memo){ ask->search->chain->round, at_ms, SIGNER_BUSY };
	trusted = validate_signer(ask, signer, use, at_ms, err);
	memo->state = trusted == 1 ? SIGNER_TRUSTED : SIGNER_REFUSED;
	return trusted;
}

/* ---- one answer out of two ---- */

static bool conclusive(const struct cert_status *status)
{
	return status->state == CERT_GOOD || status->state == CERT_REVOKED || status->state == CERT_ON_HOLD;
}

/* A revocation that is not a hold cannot be taken back: it wins over any good answer; else the newer one does. */
static const struct cert_status *choose(const struct cert_status *a, const struct cert_status *b)
{
	if (!conclusive(a) || !conclusive(b))
		return conclusive(b) ? b : a;
	if ((a->state == CERT_REVOKED) != (b->state == CERT_REVOKED))
		return a->state == CERT_REVOKED ? a : b;
	return b->proof.this_update_ms > a->proof.this_update_ms ? b : a;
}

static struct cert_status unknown_status(void)
{
	return (struct cert_status){ .state = CERT_UNKNOWN, .revoked_ms = INT64_MIN, .invalidity_ms = INT64_MIN };
}

int status_of(struct search *search, const struct path *path, size_t index, const struct chain_question *question,
	      struct cert_status *ret, struct err *err)
{
	struct status_ask ask = { .search = search, .path = path, .index = index, .question = question };
	struct cert_status by_crl = unknown_status(), by_ocsp = unknown_status();

	if (index == 0 && search->options->use == CHAIN_USE_OCSP && cert_ocsp_no_check(path->nodes[0]->cert)) {
		by_ocsp.state = CERT_GOOD;
		by_ocsp.no_check = true;
		*ret = by_ocsp;
		return 0;
	}
	status_words(&ask, &by_crl, 0, "there is no CRL or OCSP response for it", "không có CRL hoặc trả lời OCSP nào");
	if (status_from_ocsp(&ask, &by_ocsp, err) != 0)
		return -1;
	if (ask.detail_rank > 0) /* words of the OCSP answers stay unless those of the CRLs say more */
		status_words(&ask, &by_crl, ask.detail_rank, by_ocsp.detail_en, by_ocsp.detail_vi);
	if (status_from_crls(&ask, &by_crl, err) != 0)
		return -1;
	*ret = *choose(&by_crl, &by_ocsp);
	return 0;
}
