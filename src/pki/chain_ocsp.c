/* chain_ocsp.c - the status of a certificate from OCSP responses (RFC 6960 3.2, 4.2.2.2), each from an allowed and
 * trusted responder. */
#include "pki/chain_private.h"

struct response {
	const struct ocsp *ocsp;
	struct ocsp_single single;
	struct node *responder;
};

/* 1 this certificate made the response and may, 0 not, -1 err. */
static int try_responder(struct status_ask *ask, struct response *response, struct node *node, struct err *err)
{
	const struct node *issuer = path_issuer(ask->path, ask->index);
	bool delegate;
	int status;

	if (!ocsp_responder_is(response->ocsp, node->cert) ||
	    !ocsp_responder_allowed(node->cert, issuer->cert, &delegate))
		return 0;
	if (delegate) { /* issued directly by the authority (4.2.2.2 3) */
		status = chain_edge(ask->search->chain, node, issuer, err);
		if (status != 1)
			return status < 0 ? -1 : 0;
	}
	status = evidence_edge(ask->search->chain, response->ocsp, /* is_crl= */ false, node, err);
	if (status != 1)
		return status;
	response->responder = node;
	if (!delegate)
		return 1;
	return signer_trusted(ask, node, CHAIN_USE_OCSP, ocsp_produced_ms(response->ocsp), /* designated= */ false,
			      err);
}

static int find_responder(struct status_ask *ask, struct response *response, struct err *err)
{
	struct node *issuer = path_issuer(ask->path, ask->index);
	int status = try_responder(ask, response, issuer, err);

	for (size_t i = 0; status == 0 && i < ocsp_certs(response->ocsp)->count; i++) {
		struct node *node = chain_find_node(ask->search->chain, ocsp_certs(response->ocsp)->items[i]);

		if (node && node != issuer)
			status = try_responder(ask, response, node, err);
	}
	/* The responder's certificate may be left out of the response: it is among the candidates then. */
	for (size_t i = 0; status == 0 && i < ask->search->chain->count; i++)
		if (cert_eku(ask->search->chain->nodes[i]->cert, EKU_OCSP_SIGNING) &&
		    bytes_eq(ask->search->chain->nodes[i]->issuer, issuer->subject))
			status = try_responder(ask, response, ask->search->chain->nodes[i], err);
	return status;
}

static void write_answer(const struct response *response, struct cert_status *ret)
{
	const struct ocsp_single *single = &response->single;

	ret->state = single->status == OCSP_GOOD                     ? CERT_GOOD
		     : single->reason == CRL_REASON_CERTIFICATE_HOLD ? CERT_ON_HOLD
								     : CERT_REVOKED;
	if (single->status == OCSP_REVOKED) {
		ret->revoked_ms = single->revoked_ms;
		ret->reason = single->reason;
		ret->has_reason = single->has_reason;
	}
	ret->proof = (struct chain_proof){ .ocsp = response->ocsp,
					   .signer = response->responder->cert,
					   .this_update_ms = single->this_update_ms,
					   .next_update_ms = single->next_update_ms,
					   .produced_ms = ocsp_produced_ms(response->ocsp) };
}

/* Whether the answer can be used for the question, by its dates alone. */
static bool usable(struct status_ask *ask, const struct response *response, struct cert_status *ret)
{
	const struct ocsp_single *single = &response->single;
	const struct cert *cert = ask->path->nodes[ask->index]->cert;
	bool final = single->status == OCSP_REVOKED && single->reason != CRL_REASON_CERTIFICATE_HOLD;

	if (ocsp_unusable(response->ocsp)) {
		status_words(ask, ret, 3, ocsp_unusable(response->ocsp),
			     "trả lời OCSP có phần mở rộng bắt buộc không hỗ trợ");
		return false;
	}
	if (!status_dates_ok(ask, ocsp_der(response->ocsp), single->this_update_ms, ocsp_produced_ms(response->ocsp)))
		return false;
	if (single->status == OCSP_UNKNOWN) {
		status_words(ask, ret, 6, "the OCSP responder does not know it",
			     "máy chủ OCSP không biết chứng thư này");
		return false;
	}
	if (!final && !status_is_fresh(ask, single->this_update_ms, single->next_update_ms)) {
		status_words(ask, ret, 4, "the OCSP response is out of date", "trả lời OCSP đã quá hạn");
		return false;
	}
	/* After a certificate's end a responder may have forgotten it, unless its archive cutoff says otherwise
	 * (4.4.4). */
	if (!final && single->this_update_ms > cert_not_after_ms(cert) &&
	    single->archive_cutoff_ms > cert_not_after_ms(cert)) {
		status_words(ask, ret, 4, "the OCSP response was made after the certificate had expired",
			     "trả lời OCSP được lập sau khi chứng thư hết hạn");
		return false;
	}
	return true;
}

static bool better(const struct cert_status *have, const struct response *response)
{
	if (have->state == CERT_UNKNOWN)
		return true;
	return have->state != CERT_REVOKED && response->single.this_update_ms > have->proof.this_update_ms;
}

int status_from_ocsp(struct status_ask *ask, struct cert_status *ret, struct err *err)
{
	const struct evidence *evidence = ask->search->chain->evidence;
	const struct node *node = ask->path->nodes[ask->index];
	const struct node *issuer = path_issuer(ask->path, ask->index);

	for (size_t i = 0; evidence && i < evidence->ocsp_count; i++) {
		struct response response = { .ocsp = evidence->ocsps[i] };
		int status;

		if (ocsp_status(response.ocsp) != OCSP_SUCCESSFUL ||
		    !ocsp_find(response.ocsp, node->cert, issuer->cert, &response.single) ||
		    !usable(ask, &response, ret) || !better(ret, &response))
			continue;
		status = find_responder(ask, &response, err);
		if (status < 0)
			return -1;
		if (status == 0)
			status_words(
			    ask, ret, 5,
			    "the signer of the OCSP response is not an authorised, trusted responder (RFC 6960 "
			    "4.2.2.2)",
			    "người ký trả lời OCSP không được ủy quyền hoặc không đáng tin cậy (RFC 6960 4.2.2.2)");
		else
			write_answer(&response, ret);
	}
	return 0;
}
