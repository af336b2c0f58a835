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

enum key_kind { KEY_UNKNOWN, KEY_RSA, KEY_EC, KEY_DSA, KEY_ED25519 };

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
	int bits;           /* modulus or field size */
	const char *curve;  /* "P-256", "P-384", "P-521" or NULL */
};

/* Whether the policy table trusts the algorithm with this key at a time; `ret_until_ms` (may be NULL) = its sunset. */
bool algo_trusted(struct sig_alg alg, struct key_strength key, int64_t at_ms, int64_t *ret_until_ms);
bool algo_digest_trusted(enum digest_alg alg, int64_t at_ms, int64_t *ret_until_ms);

#endif
