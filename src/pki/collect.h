/*
 * collect.h - collecting long-term material: everything that makes every chain of a signature verifiable later without a network, the
 * signer's, the OCSP responders' and CRL signers', the time-stamp authority's (EN 319 142-1 5.4, levels LT and LTA).
 *
 * Threads: one call at a time on the same stores and fetcher.
 */
#ifndef KYSO_PKI_COLLECT_H
#define KYSO_PKI_COLLECT_H

#include "pki/chain.h"

struct fetcher;

struct evidence_request {
	const struct cert_list *anchors; /* NULL or empty: a self-signed authority among what is known is taken as the root */
	const struct cert_list *certs;   /* known: chain of the key, certificates of a CMS; may be NULL */
	struct fetcher *fetcher;
	int64_t at_ms;          /* the certificates are to be good at this time: the signature's best time */
	int64_t now_ms;         /* 0 = at_ms */
	int64_t fresh_from_ms;  /* thisUpdate must not be earlier (issue: signing time minus grace); INT64_MIN = any that is current */
	enum chain_use use;     /* of the leaf: CHAIN_USE_SIGNATURE, CHAIN_USE_TIME_STAMP */
};

/*
 * Adds to `needed` the certificates (root included), OCSP responses and CRLs that prove the leaf good and every proof's own signer
 * too, down to roots and id-pkix-ocsp-nocheck. `known` is looked at first and keeps what is fetched: missing issuers by AIA
 * caIssuers, status by OCSP, then by CRL. At the end the leaf is validated with `needed` alone, so that success means that a
 * validator without a network can do the same. May be called for several leaves with the same stores.
 * ERR_CHAIN_INCOMPLETE, ERR_PROOF_MISSING (each naming certificate, address and network error), ERR_CERT_REVOKED,
 * ERR_CERT_EXPIRED, ERR_CERT_NOT_YET_VALID.
 */
NODISCARD int evidence_collect(struct evidence *known, struct cert *leaf, const struct evidence_request *request,
			       struct evidence *needed, struct err *err);

#endif
