/*
 * benching.h - how fast the parts are, in one run, so that ratios mean something: the key operation alone, hashing
 * alone, whole signatures in memory. Called by `kyso bench`; nothing is written.
 */
#ifndef KYSO_SERVICE_BENCHING_H
#define KYSO_SERVICE_BENCHING_H

#include "service/signing.h"

struct bench_figures {
	double seconds; /* processor time of this thread */
	uint64_t operations;
	uint64_t bytes; /* per operation, where it means something */
};

/* The signer's own operation on a digest, without any check. */
NODISCARD int bench_key(struct signer *signer, double seconds, struct bench_figures *ret, struct err *err);
/* SHA-256 over the file's bytes. */
NODISCARD int bench_hash(const char *in, double seconds, struct bench_figures *ret, struct err *err);
/* The whole of sign_run on the file in memory: parse, increment, hash, sign, check, embed, re-read; the plan is made
 * once. */
NODISCARD int bench_sign(struct signing_session *session, const char *in, double seconds, struct bench_figures *ret,
			 struct err *err);

#endif
