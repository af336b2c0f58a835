/*
 * chain_build.c - the candidates, and the search for a path from a certificate up to an anchor (RFC 4158's depth first,
 * bounded).
 *
 * Only certificates whose name leads to an anchor are looked at; those that match the key identifier, are close to an
 * anchor and are in date come first. A step is taken only along a signature that verifies, each pair being checked
 * once; complete paths go through chain_rules.c and the status of each certificate. Budgets (chain.h) bound hostile
 * material.
 */
#include "pki/chain_private.h"

#include <stdlib.h>
#include <string.h>

#include "pki/digest.h"

#define MAX_SORTED 128 /* issuers of one name that are ordered and tried */

static size_t slot_of(const struct chain *chain, struct bytes name)
{
	uint64_t h = chain->seed;

	for (size_t i = 0; i < name.n; i++)
		h = (h ^ name.p[i]) * UINT64_C(0x9e3779b97f4a7c15) ^ (h >> 31);
	return (size_t)(h ^ h >> 33) % CHAIN_NAME_SLOTS;
}

struct node *chain_first_by_subject(const struct chain *chain, struct bytes canonical)
{
	struct node *node = chain->by_subject[slot_of(chain, canonical)];

	while (node && !bytes_eq(node->subject, canonical))
		node = node->next_same_subject;
	return node;
}

static struct node *next_by_subject(struct node *node)
{
	struct bytes subject = node->subject;

	do
		node = node->next_same_subject;
	while (node && !bytes_eq(node->subject, subject));
	return node;
}

struct node *chain_find_node(const struct chain *chain, const struct cert *cert)
{
	for (size_t i = 0; i < chain->count; i++)
		if (cert_equal(chain->nodes[i]->cert, cert))
			return chain->nodes[i];
	return NULL;
}

/* How many names away from an anchor; a new certificate may bring others nearer, so this runs again after each
 * addition. */
static void measure_reach(struct chain *chain)
{
	bool changed = chain->measured != chain->count;

	for (size_t i = 0; changed && i < chain->count; i++)
		chain->nodes[i]->reach = chain->nodes[i]->anchor ? 0 : -1;
	for (int depth = 1; changed && depth <= CHAIN_MAX_DEPTH; depth++) {
		changed = false;
		for (size_t i = 0; i < chain->count; i++) {
			struct node *node = chain->nodes[i];
			const struct node *issuer =
			    node->reach < 0 ? chain_first_by_subject(chain, node->issuer) : NULL;

			for (; issuer; issuer = issuer->next_same_subject)
				if (issuer->reach == depth - 1 && bytes_eq(issuer->subject, node->issuer))
					break;
			if (issuer) {
				node->reach = depth;
				changed = true;
			}
		}
	}
	chain->measured = chain->count;
}

static int append_node(struct chain *chain, struct node *node, struct err *err)
{
	size_t cap = chain->cap ? chain->cap * 2 : 32;
	struct node **slot;

	if (chain->count == chain->cap) {
		struct node **nodes = realloc(chain->nodes, cap * sizeof(*nodes));

		if (!nodes)
			return err_set(err, ERR_NO_MEMORY, "no memory for the certificates of a path");
		chain->nodes = nodes;
		chain->cap = cap;
	}
	cert_keep(node->cert);
	chain->nodes[chain->count++] = node;
	slot = &chain->by_subject[slot_of(chain, node->subject)];
	while (*slot)
		slot = &(*slot)->next_same_subject;
	*slot = node;
	return 0;
}

int chain_add_cert(struct chain *chain, struct cert *cert, bool anchor, struct node **ret_node, struct err *err)
{
	struct node *node = chain_find_node(chain, cert);

	if (!node) {
		if (chain->count >= CHAIN_MAX_CERTS)
			return err_set(err, ERR_LIMIT, "more than %d certificates are given for a path",
				       CHAIN_MAX_CERTS);
		if (node_new(chain->arena, cert, &node, err) != 0 || append_node(chain, node, err) != 0)
			return -1;
		node->anchor = anchor;
	}
	node->anchor |= anchor;
	*ret_node = node;
	return 0;
}

static int add_list(struct chain *chain, const struct cert_list *list, bool anchor, struct err *err)
{
	struct node *node;

	for (size_t i = 0; list && i < list->count && (anchor || chain->count < CHAIN_MAX_CERTS - 1); i++)
		if (chain_add_cert(chain, list->items[i], anchor, &node, err) != 0)
			return -1;
	return 0;
}

static int newest_first(const void *a, const void *b)
{
	const struct crl *x = *(const struct crl *const *)a, *y = *(const struct crl *const *)b;

	return (crl_this_update_ms(x) < crl_this_update_ms(y)) - (crl_this_update_ms(x) > crl_this_update_ms(y));
}

static int add_crls(struct chain *chain, struct err *err)
{
	const struct evidence *evidence = chain->evidence;

	if (!evidence || evidence->crl_count == 0)
		return 0;
	chain->crls = arena_calloc(chain->arena, evidence->crl_count, sizeof(*chain->crls));
	chain->crl_issuers = arena_calloc(chain->arena, evidence->crl_count, sizeof(*chain->crl_issuers));
	if (!chain->crls || !chain->crl_issuers)
		return err_set(err, ERR_NO_MEMORY, "no memory for %zu CRLs", evidence->crl_count);
	for (size_t i = 0; i < evidence->crl_count; i++)
		chain->crls[chain->crl_count++] = evidence->crls[i];
	qsort(chain->crls, chain->crl_count, sizeof(*chain->crls), newest_first);
	for (size_t i = 0; i < chain->crl_count; i++) {
		AUTO(buf_release) struct buf name = BUF_INIT;

		if (!x509_name_canonical(crl_issuer_der(chain->crls[i]), &name))
			continue;
		chain->crl_issuers[i] =
		    (struct bytes){ arena_memdup(chain->arena, name.data ? name.data : "", name.len), name.len };
		if (!chain->crl_issuers[i].p)
			return err_set(err, ERR_NO_MEMORY, "no memory for %zu CRLs", evidence->crl_count);
	}
	return 0;
}

static int add_inputs(struct chain *chain, const struct chain_inputs *inputs, struct err *err)
{
	const struct evidence *evidence = inputs->evidence;

	if (add_list(chain, inputs->anchors, true, err) != 0 || add_list(chain, inputs->certs, false, err) != 0)
		return -1;
	if (!evidence)
		return 0;
	if (add_list(chain, &evidence->certs, false, err) != 0)
		return -1;
	for (size_t i = 0; i < evidence->ocsp_count; i++)
		if (add_list(chain, ocsp_certs(evidence->ocsps[i]), false, err) != 0)
			return -1;
	return add_crls(chain, err);
}

int chain_new(const struct chain_inputs *inputs, struct chain **ret_chain, struct err *err)
{
	AUTO(chain_freep) struct chain *chain = calloc(1, sizeof(*chain));

	if (chain)
		chain->arena = arena_new((size_t)256 * 1024 * 1024);
	if (!chain || !chain->arena)
		return err_set(err, ERR_NO_MEMORY, "no memory for a certification path");
	chain->evidence = inputs->evidence;
	if (digest_random((uint8_t *)&chain->seed, sizeof(chain->seed), err) != 0 ||
	    add_inputs(chain, inputs, err) != 0)
		return -1;
	*ret_chain = TAKE(chain);
	return 0;
}

void chain_free(struct chain *chain)
{
	if (!chain)
		return;
	for (size_t i = 0; i < chain->count; i++)
		cert_free(chain->nodes[i]->cert);
	free(chain->nodes);
	arena_free(chain->arena);
	free(chain);
}

/* ---- signatures ---- */

int chain_edge(struct chain *chain, const struct node *child, const struct node *issuer, struct err *err)
{
	struct edge *edge;
	int status;

	if (dsa_inherits(issuer)) /* checked on the whole path, by the rules */
		return 1;
	for (size_t i = 0; i < chain->edge_count; i++)
		if (chain->edges[i].child == child && chain->edges[i].issuer == issuer)
			return chain->edges[i].good;
	if (chain->edge_count == CHAIN_MAX_SIGNATURE_CHECKS)
		return 2;
	status = child->signed_data.tbs.p ? x509_signed_check(&child->signed_data, issuer->cert, err) : 1;
	if (status < 0)
		return -1;
	edge = &chain->edges[chain->edge_count++];
	*edge = (struct edge){ child, issuer, status == 0 };
	return edge->good;
}

int evidence_edge(struct chain *chain, const void *evidence, bool is_crl, const struct node *signer, struct err *err)
{
	struct evidence_edge *edge;
	int status;

	if (is_crl && dsa_inherits(signer))
		return dsa_check(crl_signed(evidence), signer, err);
	for (size_t i = 0; i < chain->evidence_edge_count; i++)
		if (chain->evidence_edges[i].evidence == evidence && chain->evidence_edges[i].signer == signer)
			return chain->evidence_edges[i].good;
	if (chain->evidence_edge_count == CHAIN_MAX_EVIDENCE_CHECKS)
		return 0;
	status = is_crl ? crl_check_signature(evidence, signer->cert, err)
			: ocsp_check_signature(evidence, signer->cert, err);
	if (status < 0)
		return -1;
	edge = &chain->evidence_edges[chain->evidence_edge_count++];
	*edge = (struct evidence_edge){ evidence, signer, status == 0 };
	return edge->good;
}

/* ---- search ---- */

static int score(const struct search *search, const struct node *child, const struct node *issuer)
{
	int points = (CHAIN_MAX_DEPTH - issuer->reach) * 2;

	if (child->aki_key.p && issuer->ski.p)
		points += bytes_eq(child->aki_key, issuer->ski) ? 100 : -100;
	if (child->aki_serial.p && bytes_eq(child->aki_serial, cert_serial_der(issuer->cert)))
		points += 20;
	if (issuer->anchor || (search->options->at_ms >= cert_not_before_ms(issuer->cert) &&
			       search->options->at_ms <= cert_not_after_ms(issuer->cert)))
		points += 40;
	if (issuer->defect || (!issuer->anchor && !issuer->ca))
		points -= 60;
	return points;
}

static bool on_path(const struct path *path, const struct node *node)
{
	for (size_t i = 0; i < path->count; i++)
		if (path->nodes[i] == node ||
		    (bytes_eq(path->nodes[i]->subject, node->subject) &&
		     bytes_eq(cert_spki_der(path->nodes[i]->cert), cert_spki_der(node->cert))))
			return true;
	return false;
}

/* Issuers of the last certificate by name, best first. */
static size_t candidates(struct search *search, const struct path *path, struct node *ret[MAX_SORTED])
{
	const struct node *child = path->nodes[path->count - 1];
	struct node *node = chain_first_by_subject(search->chain, child->issuer);
	int scores[MAX_SORTED];
	size_t count = 0;

	for (; node; node = next_by_subject(node)) {
		int points = node->reach >= 0 ? score(search, child, node) : 0;
		size_t at;

		if (node->reach < 0 ||
		    (search->anchor && node->anchor && node != search->anchor && path->count == CHAIN_MAX_DEPTH))
			continue;
		for (at = count; at > 0 && scores[at - 1] < points; at--)
			;
		if (at >= MAX_SORTED) {
			search->limited = true;
			continue;
		}
		if (count == MAX_SORTED) {
			search->limited = true;
			count--;
		}
		memmove(ret + at + 1, ret + at, (count - at) * sizeof(*ret));
		memmove(scores + at + 1, scores + at, (count - at) * sizeof(*scores));
		ret[at] = node;
		scores[at] = points;
		count++;
	}
	return count;
}

static void keep_best(struct search *search, const struct path *path, const struct verdict *verdict,
		      const struct cert_status *status)
{
	if (search->paths > 1 && chain_rank(verdict->why) <= chain_rank(search->verdict.why))
		return;
	search->best = *path;
	search->verdict = *verdict;
	memcpy(search->status, status, sizeof(search->status));
}

static bool status_verdict(const struct cert_status *status, size_t index, const struct chain_options *options,
			   struct verdict *verdict)
{
	char when[DATE_TEXT_BYTES], en[200], vi[240];

	switch (status->state) {
	case CERT_GOOD:
	case CERT_UNCHECKED:
		return true;
	case CERT_REVOKED:
	case CERT_ON_HOLD:
		if (status->revoked_ms > options->at_ms)
			return true;
		date_format_rfc3339(status->revoked_ms, when);
		snprintf(en, sizeof(en), "%s, %s", when, crl_reason_name(status->reason));
		snprintf(vi, sizeof(vi), "%s, %s", when, crl_reason_name_vi(status->reason));
		return verdict_set(verdict, status->state == CERT_REVOKED ? WHY_REVOKED : WHY_ON_HOLD, index, en, vi);
	case CERT_UNKNOWN:
		break;
	}
	return verdict_set(verdict, WHY_NO_STATUS, index, status->detail_en, status->detail_vi);
}

/* The status of every certificate, from the anchor down, so that the signers of evidence found on the path are already
 * judged. */
static int check_status(struct search *search, const struct path *path, struct verdict *verdict,
			struct cert_status *status, struct err *err)
{
	const struct chain_options *options = search->options;
	struct chain_question question = { .at_ms = options->at_ms,
					   .now_ms = options->now_ms,
					   .issued_before_ms = INT64_MAX,
					   .fresh = true,
					   .max_age_ms = options->max_age_ms,
					   .skew_ms = options->skew_ms };

	for (size_t i = path->count; i-- > 0;) {
		if (status_of(search, path, i, &question, &status[i], err) != 0)
			return -1;
		if (!status_verdict(&status[i], i, options, verdict))
			return 0;
	}
	return 0;
}

/* 1 valid, 0 not, -1 err. */
static int try_path(struct search *search, const struct path *path, struct err *err)
{
	struct cert_status status[CHAIN_MAX_DEPTH] = { 0 };
	struct verdict verdict = { .why = WHY_NONE, .index = -1 };

	search->paths++;
	if (rules_check(search, path, &verdict, err) != 0)
		return -1;
	if (verdict.why == WHY_NONE && !search->options->ignore_revocation &&
	    check_status(search, path, &verdict, status, err) != 0)
		return -1;
	keep_best(search, path, &verdict, status);
	return verdict.why == WHY_NONE;
}

/* A path that ends before an anchor: told only when no complete one was found, the longest first. */
static void keep_incomplete(struct search *search, const struct path *path, enum chain_why why)
{
	if (search->paths > 0 || path->count < search->best.count ||
	    (search->verdict.why == WHY_SIGNATURE && path->count == search->best.count))
		return;
	search->best = *path;
	search->best.anchor = NULL;
	verdict_set(&search->verdict, why, path->count - 1, cert_issuer(path->nodes[path->count - 1]->cert),
		    cert_issuer(path->nodes[path->count - 1]->cert));
}

static int climb(struct search *search, struct path *path, struct err *err);

/* 1 found, 0 not along this issuer, -1 err. */
static int climb_to(struct search *search, struct path *path, struct node *issuer, struct err *err)
{
	int status;

	if (++search->steps > CHAIN_MAX_STEPS || search->paths >= CHAIN_MAX_PATHS) {
		search->limited = true;
		return 0;
	}
	if ((issuer->anchor && search->anchor && issuer != search->anchor) ||
	    (!issuer->anchor && on_path(path, issuer)))
		return 0;
	status = chain_edge(search->chain, path->nodes[path->count - 1], issuer, err);
	if (status == 2)
		search->limited = true;
	if (status == 0)
		keep_incomplete(search, path, WHY_SIGNATURE);
	if (status != 1)
		return status < 0 ? -1 : 0;
	if (issuer->anchor) {
		path->anchor = issuer;
		return try_path(search, path, err);
	}
	if (path->count == CHAIN_MAX_DEPTH)
		return 0;
	path->nodes[path->count++] = issuer;
	status = climb(search, path, err);
	path->count--;
	return status;
}

static int climb(struct search *search, struct path *path, struct err *err)
{
	struct node *issuers[MAX_SORTED + 1];
	size_t count = candidates(search, path, issuers);

	if (count == 0)
		keep_incomplete(search, path, WHY_NO_ISSUER);
	for (size_t i = 0; i < count; i++) {
		int status = climb_to(search, path, issuers[i], err);

		if (status != 0)
			return status;
	}
	return 0;
}

/* No name leads to an anchor: climbs as far as signatures go, to say whose issuer is missing or which root is not
 * trusted. */
static int explain_missing(struct search *search, struct path *path, struct err *err)
{
	bool climbed = true;

	while (climbed && path->count < CHAIN_MAX_DEPTH) {
		struct node *issuer = chain_first_by_subject(search->chain, path->nodes[path->count - 1]->issuer);

		climbed = false;
		for (; issuer && !climbed; issuer = next_by_subject(issuer)) {
			int status = on_path(path, issuer)
					 ? 0
					 : chain_edge(search->chain, path->nodes[path->count - 1], issuer, err);

			if (status < 0)
				return -1;
			if (status == 1) {
				path->nodes[path->count++] = issuer;
				climbed = true;
			}
		}
	}
	keep_incomplete(search, path, path->nodes[path->count - 1]->self_issued ? WHY_NO_ANCHOR : WHY_NO_ISSUER);
	return 0;
}

int chain_search(struct search *search, struct node *leaf, struct err *err)
{
	struct path path = { .nodes = { leaf }, .count = 1 };
	int status;

	measure_reach(search->chain);
	search->best = path;
	verdict_set(&search->verdict, WHY_NO_ANCHOR, 0, cert_issuer(leaf->cert), cert_issuer(leaf->cert));
	if (leaf->anchor && (!search->anchor || search->anchor == leaf)) {
		/* Trusted as it is: there is nothing above it to validate. */
		search->best.anchor = leaf;
		search->verdict = (struct verdict){ .why = WHY_NONE, .index = -1 };
		return 0;
	}
	if (leaf->reach < 0)
		return explain_missing(search, &path, err);
	status = climb(search, &path, err);
	if (status < 0)
		return -1;
	if (status == 0 && search->limited)
		verdict_set(&search->verdict, WHY_LIMIT, 0, "", "");
	return 0;
}
