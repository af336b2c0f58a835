/* test_algo.c - digests against known values, algorithm identifiers there and back, the policy table. */
#include "fixture.h"

#include "pki/algid.h"
#include "pki/der.h"
#include "pki/oid.h"
#include "util/date.h"
#include "util/hex.h"

static int64_t day(int year, int month, int date)
{
	return date_to_ms((struct date_fields){ year, month, date, 0, 0, 0 }, 0);
}

/* FIPS 180-4 and FIPS 202 examples, "abc". */
static void test_digests_of_abc(void **state)
{
	static const struct {
		enum digest_alg alg;
		const char *hex; /* the first 16 octets */
	} rows[] = {
		{ DIGEST_MD5, "900150983cd24fb0d6963f7d28e17f72" },
		{ DIGEST_SHA1, "a9993e364706816aba3e25717850c26c" },
		{ DIGEST_SHA224, "23097d223405d8228642a477bda255b3" },
		{ DIGEST_SHA256, "ba7816bf8f01cfea414140de5dae2223" },
		{ DIGEST_SHA384, "cb00753f45a35e8bb5a03d699ac65007" },
		{ DIGEST_SHA512, "ddaf35a193617abacc417349ae204131" },
		{ DIGEST_SHA3_256, "3a985da74fe225b2045c172d6bd390bd" },
		{ DIGEST_SHA3_384, "ec01498288516fc926459f58e2c6ad8d" },
		{ DIGEST_SHA3_512, "b751850b1a57168a5693cd924b6b096e" },
		{ DIGEST_SHAKE256, "483366601360a8771c6863080cc4114d" },
	};
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO(digest_freep) struct digest_ctx *ctx = NULL;
		AUTO(digest_freep) struct digest_ctx *copy = NULL;
		AUTO(buf_release) struct buf hex = BUF_INIT;
		struct digest whole;
		struct digest parts;

		assert_ok(digest_of(rows[i].alg, fixture_text("abc"), &whole, &err), &err);
		hex_encode((struct bytes){ whole.bytes, 16 }, false, &hex);
		assert_string_equal(buf_str(&hex), rows[i].hex);
		assert_int_equal(whole.len, digest_size(rows[i].alg));
		assert_ok(digest_new(rows[i].alg, &ctx, &err), &err);
		digest_update(ctx, fixture_text("a"));
		digest_update(ctx, (struct bytes){ NULL, 0 });
		assert_ok(digest_copy(ctx, &copy, &err), &err);
		digest_update(ctx, fixture_text("xx"));
		digest_final(ctx, &parts);
		digest_update(copy, fixture_text("bc"));
		digest_final(copy, &parts);
		assert_memory_equal(parts.bytes, whole.bytes, whole.len);
		digest_update(copy, fixture_text("abc")); /* used again */
		digest_final(copy, &parts);
		assert_memory_equal(parts.bytes, whole.bytes, whole.len);
	}
}

static void test_no_digest(void **state)
{
	struct digest_ctx *ctx = NULL;
	struct digest digest;
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(digest_new(DIGEST_NONE, &ctx, &err), &err, ERR_CRYPTO);
	assert_fails(digest_of(DIGEST_NONE, fixture_text("x"), &digest, &err), &err, ERR_CRYPTO);
	assert_string_equal(digest_name(DIGEST_SHA256), "SHA256");
	assert_string_equal(digest_name((enum digest_alg)99), "none");
}

static void test_random_bytes_differ(void **state)
{
	uint8_t a[32] = { 0 };
	uint8_t b[32] = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(digest_random(a, sizeof(a), &err), &err);
	assert_ok(digest_random(b, sizeof(b), &err), &err);
	assert_memory_not_equal(a, b, sizeof(a));
}

static const struct sig_alg writable[] = {
	{ KEY_RSA, SIG_PAD_PKCS1_V15, DIGEST_SHA256 }, { KEY_RSA, SIG_PAD_PKCS1_V15, DIGEST_SHA3_512 }, { KEY_RSA, SIG_PAD_PSS, DIGEST_SHA256 },
	{ KEY_RSA, SIG_PAD_PSS, DIGEST_SHA512 },       { KEY_EC, SIG_PAD_NONE, DIGEST_SHA384 },		 { KEY_EC, SIG_PAD_NONE, DIGEST_SHA3_256 },
	{ KEY_DSA, SIG_PAD_NONE, DIGEST_SHA256 },
};

static void test_identifiers_there_and_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(writable); i++) {
		AUTO(buf_release) struct buf plain = BUF_INIT;
		AUTO(buf_release) struct buf cms = BUF_INIT;
		bool same;

		assert_true(algid_put_signature(&plain, writable[i]) && algid_put_cms_signature(&cms, writable[i]));
		assert_string_equal(sig_alg_name(algid_signature(fixture_bytes(&plain), DIGEST_NONE, NULL)), sig_alg_name(writable[i]));
		assert_string_equal(sig_alg_name(algid_signature(fixture_bytes(&cms), writable[i].digest, &same)), sig_alg_name(writable[i]));
		assert_true(same);
	}
}

static void test_identifiers_that_are_not_supported(void **state)
{
	static const struct bytes bad[] = {
		{ (const uint8_t *)"", 0 },
		{ (const uint8_t *)"\x30\x00", 2 },
		{ (const uint8_t *)"\x30\x05\x06\x01\x2a\x05\x00", 7 },
		{ (const uint8_t *)"\x30\x0f\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00\x05\x00", 17 }, /* two parameters */
		{ (const uint8_t *)"\x30\x0e\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x02\x01\x01", 16 },	     /* other parameters */
		{ (const uint8_t *)"\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a", 13 },		     /* PSS without */
	};
	bool same;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(algid_signature(bad[i], DIGEST_SHA256, &same).key, KEY_UNKNOWN);
		assert_int_equal(algid_digest(bad[i]), DIGEST_NONE);
	}
	{
		AUTO(buf_release) struct buf out = BUF_INIT;

		assert_false(algid_put_signature(&out, (struct sig_alg){ KEY_RSA, SIG_PAD_PSS, DIGEST_NONE }));
		assert_false(algid_put_cms_signature(&out, (struct sig_alg){ KEY_RSA, SIG_PAD_PKCS1_V15, DIGEST_NONE }));
		assert_false(algid_put_signature(&out, (struct sig_alg){ KEY_UNKNOWN, SIG_PAD_NONE, DIGEST_SHA256 }));
	}
}

/* RSASSA-PSS-params with the fields given, SHA-256 where one is asked. */
static struct sig_alg pss_of(bool hash, bool mgf, enum digest_alg mgf_hash, long trailer)
{
	AUTO(buf_release) struct buf out = BUF_INIT;
	size_t all = der_begin(&out, DER_SEQUENCE);
	size_t params;
	size_t field;

	der_put_oid(&out, OID_RSASSA_PSS);
	params = der_begin(&out, DER_SEQUENCE);
	if (hash) {
		field = der_begin(&out, DER_CONTEXT_CONSTRUCTED(0));
		algid_put_digest(&out, DIGEST_SHA256);
		der_end(&out, field);
	}
	if (mgf) {
		size_t inner;

		field = der_begin(&out, DER_CONTEXT_CONSTRUCTED(1));
		inner = der_begin(&out, DER_SEQUENCE);
		der_put_oid(&out, OID_MGF1);
		algid_put_digest(&out, mgf_hash);
		der_end(&out, inner);
		der_end(&out, field);
	}
	if (trailer) {
		field = der_begin(&out, DER_CONTEXT_CONSTRUCTED(3));
		der_put_long(&out, trailer);
		der_end(&out, field);
	}
	der_end(&out, params);
	der_end(&out, all);
	return algid_signature(fixture_bytes(&out), DIGEST_NONE, NULL);
}

static void test_pss_parameters(void **state)
{
	(void)state;
	assert_int_equal(pss_of(true, true, DIGEST_SHA256, 1).digest, DIGEST_SHA256);
	assert_int_equal(pss_of(false, false, DIGEST_NONE, 0).digest, DIGEST_SHA1); /* the defaults, RFC 4055 3.1 */
	assert_int_equal(pss_of(true, false, DIGEST_NONE, 0).key, KEY_UNKNOWN);	     /* MGF1 with SHA-1 */
	assert_int_equal(pss_of(true, true, DIGEST_SHA512, 0).key, KEY_UNKNOWN);
	assert_int_equal(pss_of(true, true, DIGEST_SHA256, 2).key, KEY_UNKNOWN);
}

static void test_policy(void **state)
{
	const struct sig_alg v15 = { KEY_RSA, SIG_PAD_PKCS1_V15, DIGEST_SHA256 };
	const struct sig_alg pss = { KEY_RSA, SIG_PAD_PSS, DIGEST_SHA256 };
	const struct sig_alg ec = { KEY_EC, SIG_PAD_NONE, DIGEST_SHA256 };
	const struct sig_alg old = { KEY_RSA, SIG_PAD_PKCS1_V15, DIGEST_SHA1 };
	const struct key_strength rsa2048 = { KEY_RSA, 2048, NULL };
	const struct key_strength rsa3072 = { KEY_RSA, 3072, NULL };
	const struct key_strength p256 = { KEY_EC, 256, "P-256" };
	int64_t until;

	(void)state;
	assert_true(algo_trusted(v15, rsa2048, FIXTURE_NOW_MS, &until));
	assert_true(until == day(2029, 1, 1));
	assert_false(algo_trusted(v15, rsa2048, until, NULL));
	assert_true(algo_trusted(v15, rsa2048, until - 1, NULL));
	assert_true(algo_trusted(v15, rsa3072, day(2033, 12, 31), &until) && until == day(2034, 1, 1));
	assert_true(algo_trusted(pss, rsa3072, day(2100, 1, 1), NULL));
	assert_true(algo_trusted(ec, p256, day(2100, 1, 1), NULL));
	assert_false(algo_trusted(old, rsa2048, FIXTURE_NOW_MS, &until));
	assert_true(until == day(2012, 8, 1));
	assert_false(algo_trusted(ec, rsa2048, FIXTURE_NOW_MS, &until)); /* not the key's kind */
	assert_true(until == INT64_MIN);
	assert_false(algo_trusted(ec, (struct key_strength){ KEY_EC, 224, NULL }, FIXTURE_NOW_MS, NULL));
	assert_false(algo_trusted(v15, (struct key_strength){ KEY_RSA, 512, NULL }, day(2000, 1, 1), NULL));
	assert_false(algo_digest_trusted(DIGEST_SHA1, FIXTURE_NOW_MS, NULL));
	assert_true(algo_digest_trusted(DIGEST_SHA1, day(2010, 1, 1), NULL));
	assert_true(algo_digest_trusted(DIGEST_SHA512, FIXTURE_NOW_MS, NULL));
	assert_false(algo_digest_trusted(DIGEST_NONE, 0, NULL));
}

static void test_a_policy_of_ones_own(void **state)
{
	static const struct algo_row rows[] = { { KEY_UNKNOWN, SIG_PAD_NONE, DIGEST_SHA256, 0, 2027, 1, 1 }, { KEY_EC, SIG_PAD_NONE, DIGEST_NONE, 384, 2030, 1, 1 } };
	static const struct algo_policy policy = { rows, ARRAY_LEN(rows) };
	const struct sig_alg ec = { KEY_EC, SIG_PAD_NONE, DIGEST_SHA256 };
	int64_t until;

	(void)state;
	assert_true(algo_policy_trusted(&policy, ec, (struct key_strength){ KEY_EC, 384, "P-384" }, FIXTURE_NOW_MS, &until));
	assert_true(until == day(2027, 1, 1)); /* the earlier of digest and key */
	assert_false(algo_policy_trusted(&policy, ec, (struct key_strength){ KEY_EC, 256, "P-256" }, FIXTURE_NOW_MS, NULL));
	assert_false(algo_policy_digest_trusted(&policy, DIGEST_SHA512, FIXTURE_NOW_MS, NULL));
	assert_true(algo_policy_default()->count > 10);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_digests_of_abc),
	cmocka_unit_test(test_no_digest),
	cmocka_unit_test(test_random_bytes_differ),
	cmocka_unit_test(test_identifiers_there_and_back),
	cmocka_unit_test(test_identifiers_that_are_not_supported),
	cmocka_unit_test(test_pss_parameters),
	cmocka_unit_test(test_policy),
	cmocka_unit_test(test_a_policy_of_ones_own),
};

TEST_MAIN(tests)
