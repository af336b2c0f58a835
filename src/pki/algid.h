/*
 * algid.h - AlgorithmIdentifier (RFC 5280 4.1.1.2) to and from kyso's rows: digests (RFC 5754) and signatures (RFC 4055, 5758).
 *
 * Reading never fails: what is not known, or has parameters that do not fit, is DIGEST_NONE or KEY_UNKNOWN ("decided: not
 * supported" is a finding). Threads: pure functions.
 */
#ifndef KYSO_PKI_ALGID_H
#define KYSO_PKI_ALGID_H

#include "pki/algo.h"
#include "util/str.h"

struct buf;

/* `algid` is the whole SEQUENCE. Absent and NULL parameters are both read (RFC 5754 2). */
enum digest_alg algid_digest(struct bytes algid);
/*
 * `digest` is the digest named beside it: rsaEncryption and id-ecPublicKey name none of their own and take it; for the others it
 * may be DIGEST_NONE. ret_same_digest (may be NULL) tells whether the identifier's own digest agrees with it.
 */
struct sig_alg algid_signature(struct bytes algid, enum digest_alg digest, bool *ret_same_digest);

void algid_put_digest(struct buf *out, enum digest_alg alg);
/* As certificates and CSRs name it: sha256WithRSAEncryption, id-RSASSA-PSS with parameters, ecdsa-with-SHA256. False when there is none. */
bool algid_put_signature(struct buf *out, struct sig_alg alg);
/* As SignerInfo names it: rsaEncryption for PKCS#1 v1.5 (RFC 3370 3.2), else the same. */
bool algid_put_cms_signature(struct buf *out, struct sig_alg alg);

#endif
