/*
 * algo.h - signature algorithms by the names the standards give them, and what is still trusted when (ETSI TS 119 312).
 *
 * An algorithm's row: key kind, digest, padding, OIDs. Policy rows carry sunset dates; nothing about trust is decided elsewhere.
 */
#ifndef KYSO_PKI_ALGO_H
#define KYSO_PKI_ALGO_H

#include <stdbool.h>
#include <stdint.h>

#include "pki/digest.h"

enum key_kind { KEY_UNKNOWN, KEY_RSA, KEY_EC, KEY_DSA, KEY_ED25519, KEY_ED448, KEY_ML_DSA };

enum sig_padding { SIG_PAD_NONE, SIG_PAD_PKCS1_V15, SIG_PAD_PSS };

struct sig_alg {
	enum key_kind key;
	enum sig_padding padding; /* RSA only */
	enum digest_alg digest;   /* for PSS also MGF1's; salt length = digest length */
};

const char *sig_alg_name(struct sig_alg alg); /* "RSA-PSS with SHA-256" */

/* How strong a key is. */
struct key_strength {
	enum key_kind kind;
	int bits;           /* modulus or field size; of ML-DSA its level: 44, 65, 87 */
	const char *curve;  /* "P-256", "P-384", "P-521" or NULL */
};

/*
 * The policy is a table: a row says that a digest (key KEY_UNKNOWN), or a key kind with a padding and at least so many bits (digest
 * DIGEST_NONE), is trusted until the start of a day (UTC). What no row names is not trusted. Tests give tables of their own.
 */
struct algo_row {
	enum key_kind key;
	enum sig_padding padding;
	enum digest_alg digest;
	int min_bits;
	int year, month, day; /* first day on which it is not trusted any more */
};

struct algo_policy {
	const struct algo_row *rows;
	size_t count;
};

const struct algo_policy *algo_policy_default(void);
bool algo_policy_trusted(const struct algo_policy *policy, struct sig_alg alg, struct key_strength key, int64_t at_ms, int64_t *ret_until_ms);
bool algo_policy_digest_trusted(const struct algo_policy *policy, enum digest_alg alg, int64_t at_ms, int64_t *ret_until_ms);

/* By the default table: whether the policy table trusts the algorithm with this key at a time; `ret_until_ms` (may be NULL) = its sunset, INT64_MIN when never. */
bool algo_trusted(struct sig_alg alg, struct key_strength key, int64_t at_ms, int64_t *ret_until_ms);
bool algo_digest_trusted(enum digest_alg alg, int64_t at_ms, int64_t *ret_until_ms);

#endif
