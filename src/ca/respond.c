/* respond.c - the authority's answers: certificate status (RFC 6960) and time-stamps (RFC 3161); see ca.h. */
#include <string.h>

#include "ca/ca_private.h"
#include "pki/issue.h"
#include "util/hex.h"

#define HOUR_MS ((int64_t)3600000)
#define TSA_SERIAL_BYTES 16 /* random: unique without a counter that could be rolled back */
#define TSA_ACCURACY_SECONDS 1

/* What the root issued is not this responder's to answer for; "unknown" too for what is not in the index. */
static int find_status(void *user, struct bytes serial, struct issue_status *ret, struct err *err)
{
	struct ca *ca = user;
	AUTO(buf_release) struct buf hex = BUF_INIT;
	struct ca_entry entry;

	ret->kind = ISSUE_UNKNOWN;
	if (serial.n != CA_SERIAL_BYTES)
		return 0;
	hex_encode(serial, /* upper= */ true, &hex);
	if (buf_check(&hex, err) < 0)
		return -1;
	if (ca_find(ca, hex.data, &entry, err) < 0)
		return err && err->code == ERR_CA_NOT_FOUND ? 0 : -1;
	if (strcmp(entry.profile, CA_PROFILE_ISSUER) == 0)
		return 0;
	ret->kind = entry.status == CA_STATUS_REVOKED ? ISSUE_REVOKED : ISSUE_GOOD;
	ret->revoked_ms = entry.revoked_ms;
	ret->reason = entry.reason;
	return 0;
}

int ca_ocsp(struct ca *ca, struct bytes request, struct buf *ret_der, struct err *err)
{
	int64_t now = ca_now_ms(ca);
	struct issue_ocsp how = { .issuer = ca->certs[CA_CERT_ISSUER],
				  .responder = ca->signers[CA_CERT_OCSP],
				  .produced_at_ms = now,
				  .this_update_ms = now,
				  .next_update_ms = now + ca->config.ocsp_hours * HOUR_MS,
				  .find = find_status,
				  .user = ca };
	struct err why = ERR_INIT;
	int rc;

	pthread_mutex_lock(&ca->signing);
	rc = issue_ocsp(request, &how, ret_der, &why);
	pthread_mutex_unlock(&ca->signing);
	return rc < 0 ? err_set(err, why.code, "%s", why.detail) : 0;
}

static const struct {
	enum ca_tsa_fault fault;
	enum issue_tsp_fault made;
} faults[] = { { CA_TSA_RIGHT, TSP_FAULT_NONE },
	       { CA_TSA_WRONG_IMPRINT, TSP_FAULT_IMPRINT },
	       { CA_TSA_WRONG_NONCE, TSP_FAULT_NONCE } };

int ca_timestamp(struct ca *ca, struct bytes request, enum ca_tsa_fault fault, struct buf *ret_der, struct err *err)
{
	struct cert *tsa = ca->certs[CA_CERT_TSA];
	uint8_t serial[TSA_SERIAL_BYTES];
	struct issue_tsp how = { .tsa = ca->signers[CA_CERT_TSA],
				 .policy_oid = ca->config.tsa_policy_oid,
				 .serial = { serial, sizeof(serial) },
				 .gen_time_ms = ca_now_ms(ca),
				 .accuracy_seconds = TSA_ACCURACY_SECONDS,
				 .fault = faults[fault].made };
	int rc;

	if (how.gen_time_ms < cert_not_before_ms(tsa) || how.gen_time_ms > cert_not_after_ms(tsa)) {
		issue_tsp_rejection(TSP_TIME_NOT_AVAILABLE, "the clock is outside the certificate's validity", ret_der);
		return buf_check(ret_der, err);
	}
	if (digest_random(serial, sizeof(serial), err) < 0)
		return -1;
	serial[0] = (uint8_t)((serial[0] & 0x7f) | 0x40); /* positive, always of full length */
	pthread_mutex_lock(&ca->signing);
	rc = issue_tsp(request, &how, ret_der, err);
	pthread_mutex_unlock(&ca->signing);
	return rc;
}
