/*
 * algo.c - names of signature algorithms, and the policy table: what is trusted until when.
 *
 * A row says until when a mechanism is trusted at all; a mechanism without a row is not trusted.
 */
#include "pki/algo.h"

#include <string.h>

#include "util/date.h"

const char *sig_alg_name(struct sig_alg alg)
{
	static const struct {
		struct sig_alg alg;
		const char *name;
	} rows[] = {
#define ROWS(digest, text)                                                                                             \
	{ { KEY_RSA, SIG_PAD_PKCS1_V15, digest }, "RSA PKCS#1 v1.5 with " text },                                      \
	{ { KEY_RSA, SIG_PAD_PSS, digest }, "RSA-PSS with " text }, { { KEY_EC, SIG_PAD_NONE, digest }, "ECDSA with " text }, \
	{ { KEY_DSA, SIG_PAD_NONE, digest }, "DSA with " text }
		ROWS(DIGEST_SHA1, "SHA-1"),	    ROWS(DIGEST_SHA256, "SHA-256"),	ROWS(DIGEST_SHA384, "SHA-384"),
		ROWS(DIGEST_MD5, "MD5"),	    ROWS(DIGEST_SHA224, "SHA-224"),
		ROWS(DIGEST_SHA512, "SHA-512"),	    ROWS(DIGEST_SHA3_256, "SHA3-256"),	ROWS(DIGEST_SHA3_384, "SHA3-384"),
		ROWS(DIGEST_SHA3_512, "SHA3-512"),
#undef ROWS
	};

	if (alg.key == KEY_ED25519)
		return "Ed25519";
	if (alg.key == KEY_ED448)
		return "Ed448";
	if (alg.key == KEY_ML_DSA)
		return "ML-DSA";
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].alg.key == alg.key && rows[i].alg.padding == alg.padding && rows[i].alg.digest == alg.digest)
			return rows[i].name;
	return "an unknown algorithm";
}

/* ---- policy ---- */

/*
 * Ends are from ETSI TS 119 312 as its machine-readable form gives them: V1.5.1 (2024-10) for what was dropped before and for RSA of
 * 1,900 to 2,999 bits, V2.1.1 (2026-02) for the rest. V2.1.1 ends those RSA keys on 2026-04-01; TT 15/2025/TT-BKHCN, Phụ lục I asks
 * for RSA >= 2048 and public-service tokens hold RSA-2048, so V1.5.1's end of 2028 stands here (docs/decisions/011).
 * Of the rows that fit, the latest end counts. year 9999 = no end foreseen.
 */
static const struct algo_row default_rows[] = {
	{ KEY_UNKNOWN, SIG_PAD_NONE, DIGEST_SHA1, 0, 2012, 8, 1 },
	{ KEY_UNKNOWN, SIG_PAD_NONE, DIGEST_MD5, 0, 2004, 8, 1 },
	{ KEY_UNKNOWN, SIG_PAD_NONE, DIGEST_SHA224, 0, 2029, 1, 1 },
	{ KEY_UNKNOWN, SIG_PAD_NONE, DIGEST_SHAKE256, 0, 9999, 1, 1 },
	{ KEY_UNKNOWN, SIG_PAD_NONE, DIGEST_SHA256, 0, 9999, 1, 1 },
	{ KEY_UNKNOWN, SIG_PAD_NONE, DIGEST_SHA384, 0, 9999, 1, 1 },
	{ KEY_UNKNOWN, SIG_PAD_NONE, DIGEST_SHA512, 0, 9999, 1, 1 },
	{ KEY_UNKNOWN, SIG_PAD_NONE, DIGEST_SHA3_256, 0, 9999, 1, 1 },
	{ KEY_UNKNOWN, SIG_PAD_NONE, DIGEST_SHA3_384, 0, 9999, 1, 1 },
	{ KEY_UNKNOWN, SIG_PAD_NONE, DIGEST_SHA3_512, 0, 9999, 1, 1 },
	{ KEY_RSA, SIG_PAD_PKCS1_V15, DIGEST_NONE, 786, 2010, 8, 1 },
	{ KEY_RSA, SIG_PAD_PKCS1_V15, DIGEST_NONE, 1024, 2019, 10, 1 },
	{ KEY_RSA, SIG_PAD_PKCS1_V15, DIGEST_NONE, 1900, 2029, 1, 1 },
	{ KEY_RSA, SIG_PAD_PKCS1_V15, DIGEST_NONE, 3000, 2034, 1, 1 },
	{ KEY_RSA, SIG_PAD_PSS, DIGEST_NONE, 786, 2010, 8, 1 },
	{ KEY_RSA, SIG_PAD_PSS, DIGEST_NONE, 1024, 2019, 10, 1 },
	{ KEY_RSA, SIG_PAD_PSS, DIGEST_NONE, 1900, 2029, 1, 1 },
	{ KEY_RSA, SIG_PAD_PSS, DIGEST_NONE, 3000, 9999, 1, 1 },
	{ KEY_DSA, SIG_PAD_NONE, DIGEST_NONE, 1024, 2015, 12, 1 },
	{ KEY_DSA, SIG_PAD_NONE, DIGEST_NONE, 1900, 2026, 4, 1 },
	{ KEY_DSA, SIG_PAD_NONE, DIGEST_NONE, 3000, 9999, 1, 1 },
	{ KEY_EC, SIG_PAD_NONE, DIGEST_NONE, 256, 9999, 1, 1 },
	{ KEY_ED25519, SIG_PAD_NONE, DIGEST_NONE, 256, 9999, 1, 1 },
	{ KEY_ED448, SIG_PAD_NONE, DIGEST_NONE, 448, 9999, 1, 1 },
	{ KEY_ML_DSA, SIG_PAD_NONE, DIGEST_NONE, 44, 9999, 1, 1 },
};

static const struct algo_policy default_policy = { default_rows, sizeof(default_rows) / sizeof(default_rows[0]) };

const struct algo_policy *algo_policy_default(void)
{
	return &default_policy;
}

/* The latest end among the rows that fit, INT64_MIN when there is none. */
static int64_t latest_end(const struct algo_policy *policy, enum key_kind kind, enum sig_padding padding, enum digest_alg digest, int bits)
{
	int64_t end = INT64_MIN;

	for (size_t i = 0; i < policy->count; i++) {
		const struct algo_row *row = &policy->rows[i];
		int64_t until;

		if (row->key != kind || row->padding != padding || row->digest != digest || bits < row->min_bits)
			continue;
		until = date_to_ms((struct date_fields){ row->year, row->month, row->day, 0, 0, 0 }, 0);
		if (until > end)
			end = until;
	}
	return end;
}

static bool answer(int64_t end, int64_t at_ms, int64_t *ret_until_ms)
{
	if (ret_until_ms)
		*ret_until_ms = end;
	return at_ms < end;
}

bool algo_policy_digest_trusted(const struct algo_policy *policy, enum digest_alg alg, int64_t at_ms, int64_t *ret_until_ms)
{
	return answer(latest_end(policy, KEY_UNKNOWN, SIG_PAD_NONE, alg, 0), at_ms, ret_until_ms);
}

bool algo_policy_trusted(const struct algo_policy *policy, struct sig_alg alg, struct key_strength key, int64_t at_ms, int64_t *ret_until_ms)
{
	int64_t of_digest = latest_end(policy, KEY_UNKNOWN, SIG_PAD_NONE, alg.digest, 0);
	int64_t of_key = alg.key == key.kind ? latest_end(policy, alg.key, alg.padding, DIGEST_NONE, key.bits) : INT64_MIN;

	return answer(of_digest < of_key ? of_digest : of_key, at_ms, ret_until_ms);
}

bool algo_digest_trusted(enum digest_alg alg, int64_t at_ms, int64_t *ret_until_ms)
{
	return algo_policy_digest_trusted(&default_policy, alg, at_ms, ret_until_ms);
}

bool algo_trusted(struct sig_alg alg, struct key_strength key, int64_t at_ms, int64_t *ret_until_ms)
{
	return algo_policy_trusted(&default_policy, alg, key, at_ms, ret_until_ms);
}
