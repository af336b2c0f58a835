/* issue.h - a small certificate maker for the tests of src/token: one function, whatever public key. */
#ifndef KYSO_TEST_ISSUE_H
#define KYSO_TEST_ISSUE_H

#include "pki/cert.h"
#include "pki/key.h"

struct issue {
	struct bytes spki;
	const char *common_name;
	uint64_t serial;
	int64_t not_before_ms; /* 0 = 2026-01-01 */
	int64_t not_after_ms;  /* 0 = 2031-01-01 */
	unsigned key_usage;    /* enum cert_key_usage; 0 = digitalSignature + nonRepudiation */
	bool ca;
	struct key *issuer_key;
	const char *issuer_name;
};

#define ISSUE_2026_MS INT64_C(1767225600000)
#define ISSUE_2031_MS INT64_C(1924992000000)

/* Fails the test when it cannot. */
struct cert *issue_cert(const struct issue *what);

/* An authority for the tests: a P-256 key and its self-signed certificate. */
struct key *issue_authority(const char *name, struct cert **ret_cert);

#endif
