/* fixture.h - keys and certificates made at run time for the tests of src/pki. Anything that fails, fails the test. */
#ifndef KYSO_TEST_PKI_FIXTURE_H
#define KYSO_TEST_PKI_FIXTURE_H

#include "test.h"

#include "pki/key.h"
#include "util/buf.h"

#define FIXTURE_DAY_MS (24LL * 3600 * 1000)
#define FIXTURE_NOW_MS 1795341600000LL /* 2026-11-22 */

struct fixture_cert {
	struct key *key;                /* the subject's */
	struct key *issuer_key;         /* NULL = self-signed */
	const struct cert *issuer;      /* its subject is the issuer name; NULL = the subject's own */
	const char *cn;
	const char *serial_hex;         /* contents octets of the INTEGER; NULL = 2A05F812673607B0 */
	struct bytes extensions;        /* contents of the SEQUENCE OF Extension; NULL = none */
	int64_t not_before_ms, not_after_ms; /* 0 = a year around FIXTURE_NOW_MS */
	struct sig_alg alg;             /* key KEY_UNKNOWN = the signing key's default */
};

struct key *fixture_key(enum key_type type); /* one of each kind a process, borrowed */
struct cert *fixture_cert(const struct fixture_cert *options);
void fixture_cert_der(const struct fixture_cert *options, struct buf *out);
/* Appends one Extension. */
void fixture_extension(struct buf *out, struct bytes oid, bool critical, struct bytes value);
/* A key usage extension of these bits of enum cert_key_usage. */
void fixture_key_usage(struct buf *out, unsigned bits);
struct bytes fixture_bytes(const struct buf *buf);
struct bytes fixture_text(const char *text);
/* Writes $TMPDIR/<name>, returns its path (static, eight in turn). */
const char *fixture_file(const char *name, struct bytes content);
const char *fixture_path(const char *name);
/* Reads a file whole. */
void fixture_read(const char *path, struct buf *out);

#endif
