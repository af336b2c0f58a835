/*
 * chain_crl.c - the status of a certificate from CRLs, as RFC 5280 6.3.3 goes: for each distribution point and then for
 * the issuer itself, complete lists whose scope fits, with a delta where there is one, until every reason is covered.
 * Letters name its steps.
 */
#include "pki/chain_private.h"

#include <string.h>

#define ALL_REASONS 0x1feu   /* ReasonFlags 1 .. 8 */
#define MAX_POINTS 32        /* distribution points of a certificate that are looked at */
#define MAX_OTHER_SIGNERS 16 /* certificates with the CRL issuer's name that are tried besides those on the path */

struct point {
	struct x509_dp_name name;
	struct bytes crl_issuer; /* contents of GeneralNames */
	bool has_reasons;
	uint32_t reasons;
	bool implied; /* the issuer's own complete list */
};

struct crl_state {
	struct status_ask *ask;
	struct cert_status *status;
	uint32_t reasons; /* reasons_mask */
};

static bool read_point(struct der *list, struct point *ret)
{
	struct der der;
	struct der_item item;

	*ret = (struct point){ .reasons = ALL_REASONS };
	if (!der_enter(list, DER_SEQUENCE, &der))
		return false;
	while (!der_at_end(&der)) {
		if (!der_next(&der, &item))
			return false;
		if (item.tag == DER_CONTEXT_CONSTRUCTED(0)) {
			if (!x509_dp_name_read(item.contents, &ret->name))
				return false;
		} else if (item.tag == DER_CONTEXT(1)) {
			ret->has_reasons = true;
			if (!x509_named_bits(item.contents, &ret->reasons))
				return false;
		} else if (item.tag == DER_CONTEXT_CONSTRUCTED(2)) {
			ret->crl_issuer = item.contents;
		}
	}
	return true;
}

/* ---- names of distribution points ---- */

struct side {
	struct bytes general; /* contents of GeneralNames */
	struct buf directory; /* canonical name instead */
};

static void side_release(struct side *side)
{
	buf_release(&side->directory);
}

static bool general_equal(const struct der_item *a, const struct der_item *b)
{
	if (a->tag != b->tag)
		return false;
	return a->tag == DER_CONTEXT_CONSTRUCTED(4) ? x509_name_equal(a->contents, b->contents)
						    : bytes_eq(a->contents, b->contents);
}

static bool directory_equal(const struct buf *canonical, const struct der_item *item)
{
	AUTO(buf_release) struct buf name = BUF_INIT;

	return item->tag == DER_CONTEXT_CONSTRUCTED(4) && x509_name_canonical(item->contents, &name) &&
	       bytes_eq(x509_buf_bytes(canonical), x509_buf_bytes(&name));
}

static bool directory_in(const struct buf *canonical, struct bytes general)
{
	struct der der = der_of(general);
	struct der_item item;

	while (!der_at_end(&der) && der_next(&der, &item))
		if (directory_equal(canonical, &item))
			return true;
	return false;
}

static bool sides_meet(const struct side *a, const struct side *b)
{
	struct der in_a = der_of(a->general);
	struct der_item x, y;

	if (!a->general.p && !b->general.p)
		return bytes_eq(x509_buf_bytes(&a->directory), x509_buf_bytes(&b->directory));
	if (!a->general.p)
		return directory_in(&a->directory, b->general);
	if (!b->general.p)
		return directory_in(&b->directory, a->general);
	while (!der_at_end(&in_a) && der_next(&in_a, &x)) {
		struct der in_b = der_of(b->general);

		while (!der_at_end(&in_b) && der_next(&in_b, &y))
			if (general_equal(&x, &y))
				return true;
	}
	return false;
}

static bool first_directory(struct bytes general, struct buf *out)
{
	struct der der = der_of(general);
	struct der_item item;

	while (!der_at_end(&der) && der_next(&der, &item))
		if (item.tag == DER_CONTEXT_CONSTRUCTED(4))
			return x509_name_canonical(item.contents, out);
	return false;
}

/* nameRelativeToCRLIssuer hangs below the CRL issuer: the point's cRLIssuer, else the certificate's issuer (4.2.1.13).
 */
static bool point_side(const struct point *point, const struct node *node, struct side *ret)
{
	if (point->implied) {
		buf_append(&ret->directory, node->issuer.p, node->issuer.n);
		return !ret->directory.failed;
	}
	if (point->name.full.p) {
		ret->general = point->name.full;
		return true;
	}
	if (!point->name.relative.p) {
		ret->general = point->crl_issuer;
		return point->crl_issuer.p != NULL;
	}
	if (!point->crl_issuer.p)
		buf_append(&ret->directory, node->issuer.p, node->issuer.n);
	else if (!first_directory(point->crl_issuer, &ret->directory))
		return false;
	return x509_name_add_rdn(point->name.relative, &ret->directory);
}

static bool list_side(const struct crl *crl, struct side *ret)
{
	const struct crl_idp *idp = crl_idp(crl);

	if (idp->name.full.p) {
		ret->general = idp->name.full;
		return true;
	}
	return x509_name_canonical(crl_issuer_der(crl), &ret->directory) &&
	       x509_name_add_rdn(idp->name.relative, &ret->directory);
}

static bool names_fit(const struct crl *crl, const struct point *point, const struct node *node)
{
	AUTO(side_release) struct side a = { { NULL, 0 }, BUF_INIT };
	AUTO(side_release) struct side b = { { NULL, 0 }, BUF_INIT };

	return list_side(crl, &a) && point_side(point, node, &b) && sides_meet(&a, &b);
}

/* ---- scope: steps b 1 and b 2 ---- */

static bool issuer_fits(const struct chain *chain, size_t i, const struct point *point, const struct node *node)
{
	AUTO(buf_release) struct buf name = BUF_INIT;

	if (!point->crl_issuer.p)
		return bytes_eq(chain->crl_issuers[i], node->issuer);
	buf_append(&name, chain->crl_issuers[i].p, chain->crl_issuers[i].n);
	return crl_idp(chain->crls[i])->indirect && directory_in(&name, point->crl_issuer);
}

static bool scope_fits(const struct crl *crl, const struct point *point, const struct node *node)
{
	const struct crl_idp *idp = crl_idp(crl);

	if (!idp->present)
		return true;
	if (x509_dp_name_present(&idp->name) && !names_fit(crl, point, node))
		return false;
	if (idp->only_attribute)
		return false;
	return !(idp->only_user && node->has_basic && node->ca) && !(idp->only_ca && !(node->has_basic && node->ca));
}

/* d */
static uint32_t interim_reasons(const struct crl *crl, const struct point *point)
{
	const struct crl_idp *idp = crl_idp(crl);
	uint32_t mask = ALL_REASONS;

	if (idp->has_reasons)
		mask &= idp->reasons;
	if (point->has_reasons)
		mask &= point->reasons;
	return mask;
}

/* ---- signer: steps f and g ---- */

static int signer_good(struct crl_state *state, const struct crl *crl, struct node *signer, bool designated,
		       struct err *err)
{
	struct status_ask *ask = state->ask;
	int status;

	if (signer->has_key_usage && !(signer->key_usage & KU_CRL_SIGN))
		return 0;
	status = evidence_edge(ask->search->chain, crl, /* is_crl= */ true, signer, err);
	if (status != 1)
		return status;
	return signer_trusted(ask, signer, CHAIN_USE_CRL_SIGN, crl_this_update_ms(crl), designated, err);
}

static bool key_ids_differ(const struct crl *crl, const struct node *signer)
{
	return crl_aki(crl).p && signer->ski.p && !bytes_eq(crl_aki(crl), signer->ski);
}

/* Certificates on the path first, then others of the name whose key identifier does not contradict the list's. */
static int find_signer(struct crl_state *state, const struct crl *crl, struct bytes name, bool designated,
		       struct node **ret, struct err *err)
{
	const struct path *path = state->ask->path;
	struct node *node;
	int status = 0, tried = 0;

	for (size_t i = state->ask->index + 1; status == 0 && i <= path->count; i++) {
		*ret = i < path->count ? path->nodes[i] : path->anchor;
		if (bytes_eq((*ret)->subject, name))
			status = signer_good(state, crl, *ret, designated, err);
	}
	node = chain_first_by_subject(state->ask->search->chain, name);
	for (; status == 0 && node && tried < MAX_OTHER_SIGNERS; node = node->next_same_subject) {
		if (!bytes_eq(node->subject, name) || key_ids_differ(crl, node))
			continue;
		tried++;
		*ret = node;
		status = signer_good(state, crl, node, designated, err);
	}
	return status;
}

/* ---- deltas: steps c and h ---- */

static int number_cmp(struct bytes a, struct bytes b)
{
	for (; a.n > 1 && a.p[0] == 0; a.p++)
		a.n--;
	for (; b.n > 1 && b.p[0] == 0; b.p++)
		b.n--;
	if (a.n != b.n)
		return a.n < b.n ? -1 : 1;
	return a.n ? memcmp(a.p, b.p, a.n) : 0;
}

static bool delta_fits(const struct crl *base, const struct crl *delta)
{
	const struct crl_idp *a = crl_idp(base), *b = crl_idp(delta);

	return crl_number(base).p && crl_number(delta).p && a->present == b->present && bytes_eq(a->der, b->der) &&
	       bytes_eq(crl_aki(base), crl_aki(delta)) && number_cmp(crl_base_number(delta), crl_number(base)) <= 0 &&
	       number_cmp(crl_number(base), crl_number(delta)) < 0;
}

static int find_delta(struct crl_state *state, size_t base_index, struct node *signer, const struct crl **ret,
		      struct err *err)
{
	struct chain *chain = state->ask->search->chain;
	const struct crl *base = chain->crls[base_index];

	*ret = NULL;
	for (size_t i = 0; i < chain->crl_count; i++) {
		const struct crl *delta = chain->crls[i];
		int status;

		if (!crl_is_delta(delta) || crl_unusable(delta) ||
		    !bytes_eq(chain->crl_issuers[i], chain->crl_issuers[base_index]) || !delta_fits(base, delta) ||
		    !status_dates_ok(state->ask, crl_der(delta), crl_this_update_ms(delta), crl_this_update_ms(delta)))
			continue;
		status = evidence_edge(chain, delta, /* is_crl= */ true, signer, err);
		if (status < 0)
			return -1;
		if (status == 1) {
			*ret = delta;
			return 0;
		}
	}
	return 0;
}

/* ---- look-up: steps i to l ---- */

static void write_revoked(struct crl_state *state, const struct crl_entry *entry)
{
	state->status->state = entry->reason == CRL_REASON_CERTIFICATE_HOLD ? CERT_ON_HOLD : CERT_REVOKED;
	state->status->revoked_ms = entry->revoked_ms;
	state->status->reason = entry->reason;
	state->status->has_reason = entry->has_reason;
	state->status->invalidity_ms = entry->invalidity_ms;
}

static struct chain_proof proof_of(const struct crl *crl, const struct crl *delta, struct node *signer)
{
	const struct crl *newest = delta ? delta : crl;

	return (struct chain_proof){ .crl = crl,
				     .delta = delta,
				     .signer = signer->cert,
				     .this_update_ms = crl_this_update_ms(newest),
				     .next_update_ms = crl_next_update_ms(newest),
				     .produced_ms = crl_this_update_ms(newest) };
}

static bool find_entry(const struct crl *crl, const struct crl *delta, const struct cert *cert, struct crl_entry *entry)
{
	if (delta && crl_find(delta, cert_issuer_der(cert), cert_serial_der(cert), entry))
		return entry->reason != CRL_REASON_REMOVE_FROM_CRL;
	return crl_find(crl, cert_issuer_der(cert), cert_serial_der(cert), entry) &&
	       entry->reason != CRL_REASON_REMOVE_FROM_CRL;
}

/* An authority may drop expired certificates from its lists (X.509 9.5.2.8 says when it does not). */
static bool forgot(const struct crl *newest, const struct cert *cert)
{
	return crl_this_update_ms(newest) > cert_not_after_ms(cert) &&
	       crl_expired_certs_from_ms(newest) > cert_not_after_ms(cert);
}

static void look_up(struct crl_state *state, const struct crl *crl, const struct crl *delta, struct node *signer,
		    uint32_t reasons)
{
	const struct cert *cert = state->ask->path->nodes[state->ask->index]->cert;
	struct chain_proof proof = proof_of(crl, delta, signer);
	bool fresh = status_is_fresh(state->ask, proof.this_update_ms, proof.next_update_ms);
	struct crl_entry entry;

	if (find_entry(crl, delta, cert, &entry)) {
		if (!fresh && entry.reason == CRL_REASON_CERTIFICATE_HOLD)
			return;
		write_revoked(state, &entry);
		state->status->proof = proof;
		return;
	}
	if (!fresh) {
		status_words(state->ask, state->status, 4, "the CRL is out of date",
			     "danh sách thu hồi (CRL) đã quá hạn");
	} else if (forgot(delta ? delta : crl, cert)) {
		status_words(state->ask, state->status, 4, "the CRL was made after the certificate had expired",
			     "danh sách thu hồi (CRL) được lập sau khi chứng thư hết hạn");
	} else {
		/* Of several partial lists the oldest bounds what is known. */
		if (!state->status->proof.crl || proof.this_update_ms < state->status->proof.this_update_ms)
			state->status->proof = proof;
		state->reasons |= reasons;
	}
}

/* ---- one list, one point, all points ---- */

static bool decided(const struct crl_state *state)
{
	return state->status->state == CERT_REVOKED || state->status->state == CERT_ON_HOLD ||
	       state->reasons == ALL_REASONS;
}

static int try_list(struct crl_state *state, size_t i, const struct point *point, struct err *err)
{
	struct status_ask *ask = state->ask;
	struct chain *chain = ask->search->chain;
	const struct node *node = ask->path->nodes[ask->index];
	const struct crl *crl = chain->crls[i], *delta;
	struct node *signer = NULL;
	uint32_t reasons = interim_reasons(crl, point);
	int status;

	if (crl_is_delta(crl) || !issuer_fits(chain, i, point, node) || !scope_fits(crl, point, node) ||
	    !(reasons & ~state->reasons))
		return 0;
	if (!status_dates_ok(ask, crl_der(crl), crl_this_update_ms(crl), crl_this_update_ms(crl)))
		return 0;
	if (crl_unusable(crl)) {
		status_words(ask, state->status, 3, crl_unusable(crl),
			     "danh sách thu hồi (CRL) có phần mở rộng bắt buộc không hỗ trợ");
		return 0;
	}
	status = find_signer(state, crl, chain->crl_issuers[i], point->crl_issuer.p != NULL, &signer, err);
	if (status < 0)
		return -1;
	if (status == 0) {
		status_words(ask, state->status, 5,
			     "the CRL is not validly signed by an authority of the path (RFC 5280 6.3.3 f, g)",
			     "chữ ký trên danh sách thu hồi (CRL) không phải của cơ quan chứng thực tin cậy (RFC 5280 "
			     "6.3.3 f, g)");
		return 0;
	}
	if (find_delta(state, i, signer, &delta, err) != 0)
		return -1;
	look_up(state, crl, delta, signer, reasons);
	return 0;
}

static int try_point(struct crl_state *state, const struct point *point, struct err *err)
{
	for (size_t i = 0; i < state->ask->search->chain->crl_count && !decided(state); i++)
		if (try_list(state, i, point, err) != 0)
			return -1;
	return 0;
}

int status_from_crls(struct status_ask *ask, struct cert_status *ret, struct err *err)
{
	struct crl_state state = { .ask = ask, .status = ret };
	struct point implied = { .reasons = ALL_REASONS, .implied = true }, point;
	struct der list = der_of((struct bytes){ NULL, 0 });

	if (ask->search->chain->crl_count == 0)
		return 0;
	if (!der_only(ask->path->nodes[ask->index]->distribution_points, DER_SEQUENCE, &list))
		list = der_of((struct bytes){ NULL, 0 });
	for (int count = 0; count < MAX_POINTS && !decided(&state) && !der_at_end(&list) && read_point(&list, &point);
	     count++)
		if (try_point(&state, &point, err) != 0)
			return -1;
	if (!decided(&state) && try_point(&state, &implied, err) != 0)
		return -1;
	if (ret->state == CERT_UNKNOWN && state.reasons == ALL_REASONS)
		ret->state = CERT_GOOD;
	else if (ret->state == CERT_UNKNOWN && state.reasons != 0)
		status_words(ask, ret, 2, "the CRLs do not cover every reason of revocation",
			     "các CRL không bao quát mọi lý do thu hồi");
	else if (ret->state == CERT_UNKNOWN)
		status_words(ask, ret, 1, "no CRL fits it", "không có CRL nào phù hợp");
	return 0;
}
