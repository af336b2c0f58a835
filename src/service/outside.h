/*
 * outside.h - the reach of signing to the outside (sign/signing.h's seam): time-stamp authority and long-term material
 * over a fetcher.
 */
#ifndef KYSO_SERVICE_OUTSIDE_H
#define KYSO_SERVICE_OUTSIDE_H

#include "pki/collect.h"
#include "sign/signing.h"

struct fetcher;

struct outside {
	struct sign_outside seam; /* give &outside.seam to src/sign; its ctx points back here */
	struct fetcher *fetcher;  /* borrowed */
	const char *tsa_url;
	const struct cert_list *anchors, *certs; /* borrowed */
	struct evidence known;                   /* what was fetched so far, for the next document too */
};

void outside_init(struct outside *outside, struct fetcher *fetcher, const char *tsa_url,
		  const struct cert_list *anchors, const struct cert_list *certs);
void outside_release(struct outside *outside);

/* Asks for the status of one certificate now: ERR_CERT_REVOKED, ERR_PROOF_MISSING when it cannot be had, ... */
NODISCARD int outside_check_status(struct outside *outside, struct cert *cert, const struct cert_list *chain,
				   int64_t at_ms, struct err *err);

#endif
