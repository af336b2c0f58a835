/* test_crl.c - CRLs: what is read, what is refused, look-ups, size. */
#include "world.h"

#include <time.h>

#include "pki/der.h"
#include "util/hex.h"

static struct world world;

static int open_world(void **state)
{
	(void)state;
	world_open(&world, &(struct world_options){ .leaf_no_urls = true });
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	world_close(&world);
	return 0;
}

static struct crl *make(const struct world_crl *options)
{
	AUTO(buf_release) struct buf der = BUF_INIT;
	struct err err = ERR_INIT;
	struct crl *crl = NULL;

	world_crl(options, &der);
	assert_ok(crl_parse(fixture_bytes(&der), &crl, &err), &err);
	assert_true(bytes_eq(crl_der(crl), fixture_bytes(&der)));
	return crl;
}

static void refused(const struct world_crl *options, const char *words)
{
	AUTO(buf_release) struct buf der = BUF_INIT;
	struct err err = ERR_INIT;
	struct crl *crl = NULL;

	world_crl(options, &der);
	assert_fails(crl_parse(fixture_bytes(&der), &crl, &err), &err, ERR_CRL);
	if (!strstr(err.detail, words))
		fail_msg("\"%s\" does not say \"%s\"", err.detail, words);
}

static void test_reads_entries(void **state)
{
	const struct world_entry entries[] = { { fixture_text("\x01\x02"), NOW - 2 * DAY, 1, { NULL, 0 } },
					       { cert_serial_der(world.leaf), NOW - 3 * DAY, -1, { NULL, 0 } } };
	AUTO(crl_freep)
	struct crl *crl = make(&(struct world_crl){
	    .issuer = world.sub, .key = world.sub_key, .number = 7, .entries = entries, .count = 2 });
	struct crl_entry entry;

	(void)state;
	assert_int_equal(crl_entry_count(crl), 2);
	assert_int_equal(crl_this_update_ms(crl), NOW - DAY);
	assert_int_equal(crl_next_update_ms(crl), NOW + 7 * DAY);
	assert_int_equal(crl_number(crl).p[0], 7);
	assert_false(crl_is_delta(crl));
	assert_null(crl_unusable(crl));
	assert_int_equal(crl_sig_alg(crl).digest, DIGEST_SHA256);
	assert_true(crl_find(crl, cert_issuer_der(world.leaf), cert_serial_der(world.leaf), &entry));
	assert_int_equal(entry.revoked_ms, NOW - 3 * DAY);
	assert_false(entry.has_reason);
	assert_true(crl_find(crl, cert_subject_der(world.sub), fixture_text("\x01\x02"), &entry));
	assert_int_equal(entry.reason, CRL_REASON_KEY_COMPROMISE);
	assert_false(crl_find(crl, cert_subject_der(world.root), fixture_text("\x01\x02"), &entry));
	assert_false(crl_find(crl, cert_subject_der(world.sub), fixture_text("\x01\x03"), &entry));
	assert_string_equal(crl_reason_name(entry.reason), "keyCompromise");
	assert_string_equal(crl_reason_name_vi(CRL_REASON_SUPERSEDED), "đã được thay thế");
}

static void test_signature(void **state)
{
	AUTO(crl_freep) struct crl *crl = make(&(struct world_crl){ .issuer = world.sub, .key = world.sub_key });
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(crl_check_signature(crl, world.sub, &err), 0);
	assert_int_equal(crl_check_signature(crl, world.root, &err), 1);
}

static void test_optional_fields(void **state)
{
	AUTO(crl_freep)
	struct crl *crl = make(&(struct world_crl){
	    .issuer = world.sub, .key = world.sub_key, .next_update_ms = -1, .number = 3, .base = 2 });

	(void)state;
	assert_int_equal(crl_next_update_ms(crl), INT64_MIN);
	assert_true(crl_is_delta(crl));
	assert_int_equal(crl_base_number(crl).p[0], 2);
	assert_int_equal(crl_entry_count(crl), 0);
	assert_int_equal(crl_expired_certs_from_ms(crl), INT64_MAX);
}

static void test_issuing_distribution_point(void **state)
{
	/* onlyContainsUserCerts, onlySomeReasons keyCompromise, indirectCRL */
	AUTO(crl_freep)
	struct crl *crl =
	    make(&(struct world_crl){ .issuer = world.sub,
				      .key = world.sub_key,
				      .idp = fixture_text("\x30\x0a\x81\x01\xff\x83\x02\x06\x40\x84\x01\xff") });
	const struct crl_idp *idp = crl_idp(crl);

	(void)state;
	assert_true(idp->present && idp->only_user && idp->indirect && idp->has_reasons);
	assert_false(idp->only_ca || idp->only_attribute);
	assert_int_equal(idp->reasons, 1 << CRL_REASON_KEY_COMPROMISE);
}

static void test_indirect_issuers(void **state)
{
	AUTO(buf_release) struct buf value = BUF_INIT;
	AUTO(buf_release) struct buf extensions = BUF_INIT;
	size_t names = der_begin(&value, DER_SEQUENCE), name = der_begin(&value, DER_CONTEXT_CONSTRUCTED(4));
	AUTO(crl_freep) struct crl *crl = NULL;
	struct crl_entry entry;

	(void)state;
	der_put_raw(&value, cert_subject_der(world.root));
	der_end(&value, name);
	der_end(&value, names);
	fixture_extension(&extensions, OID_EXT_CERTIFICATE_ISSUER, true, fixture_bytes(&value));
	{
		const struct world_entry entries[] = { { fixture_text("\x01"), NOW, -1, { NULL, 0 } },
						       { fixture_text("\x02"), NOW, -1, fixture_bytes(&extensions) },
						       { fixture_text("\x03"), NOW, -1, { NULL, 0 } } };

		crl = make(&(struct world_crl){ .issuer = world.sub,
						.key = world.sub_key,
						.idp = fixture_text("\x30\x03\x84\x01\xff"),
						.entries = entries,
						.count = 3 });
	}
	assert_true(crl_find(crl, cert_subject_der(world.sub), fixture_text("\x01"), &entry));
	assert_false(crl_find(crl, cert_subject_der(world.root), fixture_text("\x01"), &entry));
	assert_true(crl_find(crl, cert_subject_der(world.root), fixture_text("\x02"), &entry));
	assert_true(crl_find(crl, cert_subject_der(world.root), fixture_text("\x03"),
			     &entry)); /* 5.3.3: the issuer carries on */
	assert_false(crl_find(crl, cert_subject_der(world.sub), fixture_text("\x03"), &entry));
}

static void test_entry_extensions(void **state)
{
	AUTO(buf_release) struct buf date = BUF_INIT;
	AUTO(buf_release) struct buf extensions = BUF_INIT;
	AUTO(buf_release) struct buf unknown = BUF_INIT;
	struct world_entry entry = { fixture_text("\x01"), NOW, -1, { NULL, 0 } };
	AUTO(crl_freep) struct crl *crl = NULL;
	AUTO(crl_freep) struct crl *bad = NULL;
	struct crl_entry found;

	(void)state;
	der_put_generalized_time(&date, NOW - DAY);
	fixture_extension(&extensions, OID_EXT_INVALIDITY_DATE, false, fixture_bytes(&date));
	entry.extensions = fixture_bytes(&extensions);
	crl = make(&(struct world_crl){ .issuer = world.sub, .key = world.sub_key, .entries = &entry, .count = 1 });
	assert_true(crl_find(crl, cert_subject_der(world.sub), fixture_text("\x01"), &found));
	assert_int_equal(found.invalidity_ms, NOW - DAY);
	fixture_extension(&unknown, OID("\x2a\x03\x04"), true, fixture_text("\x05"));
	entry.extensions = fixture_bytes(&unknown);
	bad = make(&(struct world_crl){ .issuer = world.sub, .key = world.sub_key, .entries = &entry, .count = 1 });
	assert_non_null(crl_unusable(bad));
}

static void test_list_extensions(void **state)
{
	AUTO(buf_release) struct buf unknown = BUF_INIT;
	AUTO(buf_release) struct buf good = BUF_INIT;
	AUTO(buf_release) struct buf date = BUF_INIT;
	AUTO(crl_freep) struct crl *bad = NULL;
	AUTO(crl_freep) struct crl *crl = NULL;

	(void)state;
	fixture_extension(&unknown, OID("\x2a\x03\x04"), true, fixture_text("\x05"));
	bad = make(
	    &(struct world_crl){ .issuer = world.sub, .key = world.sub_key, .extensions = fixture_bytes(&unknown) });
	assert_non_null(crl_unusable(bad));
	ext_aki(&good, world.sub_key);
	der_put_generalized_time(&date, NOW - 100 * DAY);
	fixture_extension(&good, OID_EXT_EXPIRED_CERTS_ON_CRL, false, fixture_bytes(&date));
	fixture_extension(&good, OID("\x2a\x03\x04"), false, fixture_text("\x05"));
	crl =
	    make(&(struct world_crl){ .issuer = world.sub, .key = world.sub_key, .extensions = fixture_bytes(&good) });
	assert_null(crl_unusable(crl));
	assert_int_equal(crl_aki(crl).n, 20);
	assert_int_equal(crl_expired_certs_from_ms(crl), NOW - 100 * DAY);
}

static void test_refuses(void **state)
{
	struct world_crl base = { .issuer = world.sub, .key = world.sub_key };
	struct world_crl o;
	struct world_entry entry = { fixture_text("\x01"), NOW, 7, { NULL, 0 } }; /* 7 is no reason */

	(void)state;
	o = base;
	o.idp = fixture_text("\x30\x06\x81\x01\xff\x82\x01\xff"); /* user and CA only */
	refused(&o, "crlExtensions");
	o.idp = fixture_text("\x30\x06\x84\x01\xff\x81\x01\xff"); /* wrong order */
	refused(&o, "crlExtensions");
	o.idp = fixture_text("\x30\x03\x81\x01\x01"); /* no DER TRUE */
	refused(&o, "crlExtensions");
	o.idp = fixture_text("\x30\x02\x83\x00");
	refused(&o, "crlExtensions");
	o = base;
	o.entries = &entry;
	o.count = 1;
	refused(&o, "entry at octet 0");
	entry = (struct world_entry){ { NULL, 0 }, NOW, -1, { NULL, 0 } };
	refused(&o, "entry at octet 0");
}

static void test_refuses_damage(void **state)
{
	AUTO(buf_release) struct buf der = BUF_INIT;
	struct world_entry entry = { fixture_text("\x01"), NOW, 1, { NULL, 0 } };
	struct err err = ERR_INIT;
	struct crl *crl = NULL;

	(void)state;
	world_crl(
	    &(struct world_crl){
		.issuer = world.sub, .key = world.sub_key, .number = 1, .entries = &entry, .count = 1 },
	    &der);
	for (size_t n = 0; n < der.len; n++)
		assert_int_equal(crl_parse((struct bytes){ (uint8_t *)der.data, n }, &crl, &err), -1);
	buf_putc(&der, 0);
	assert_fails(crl_parse(fixture_bytes(&der), &crl, &err), &err, ERR_CRL);
	/* Any flipped bit is read or refused, never more; the index stays whole. */
	der.len--;
	for (size_t i = 0; i < der.len; i++) {
		AUTO(crl_freep) struct crl *maybe = NULL;
		struct crl_entry found;

		der.data[i] ^= 0x20;
		if (crl_parse(fixture_bytes(&der), &maybe, &err) == 0)
			(void)crl_find(maybe, cert_subject_der(world.sub), fixture_text("\x01"), &found);
		der.data[i] ^= 0x20;
	}
}

static void test_same_serial_is_bounded(void **state)
{
	struct world_entry *entries = calloc(2000, sizeof(*entries));
	struct world_crl o = { .issuer = world.sub, .key = world.sub_key, .entries = entries, .count = 2000 };

	(void)state;
	for (size_t i = 0; i < o.count; i++)
		entries[i] = (struct world_entry){ fixture_text("\x05"), NOW, -1, { NULL, 0 } };
	refused(&o, "more than 512 times");
	free(entries);
}

/* Of this process: the machine may be busy with others. */
static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A million entries with reasons, about 40 MB: read and asked in well under three seconds. */
static void test_million_entries(void **state)
{
	enum { COUNT = 1000000 };
	AUTO(buf_release) struct buf entries = BUF_INIT;
	AUTO(buf_release) struct buf tbs = BUF_INIT;
	AUTO(buf_release) struct buf der = BUF_INIT;
	AUTO(crl_freep) struct crl *crl = NULL;
	struct crl_entry found;
	struct err err = ERR_INIT;
	double start;
	size_t begin;

	(void)state;
	for (uint32_t i = 0; i < COUNT; i++) {
		/* serial of 8 octets, UTCTime, reasonCode */
		uint8_t entry[] = { 0x30, 0x27, 0x02, 0x08, 0x54, 1,    2,    3,    0,    0,    0,    0,   0x17, 0x0d,
				    '2',  '6',  '0',  '1',  '0',  '1',  '0',  '0',  '0',  '0',  '0',  '0', 'Z',  0x30,
				    0x0c, 0x30, 0x0a, 0x06, 0x03, 0x55, 0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01 };
		uint8_t last = (uint8_t)(i % 6);

		for (int k = 0; k < 4; k++)
			entry[8 + k] = (uint8_t)(i >> (24 - 8 * k));
		buf_append(&entries, entry, sizeof(entry));
		buf_append(&entries, &last, 1);
	}
	begin = der_begin(&tbs, DER_SEQUENCE);
	der_put_long(&tbs, 1);
	world_algid(world.sub_key, &tbs);
	der_put_raw(&tbs, cert_subject_der(world.sub));
	der_put_time(&tbs, NOW - DAY);
	der_put(&tbs, DER_SEQUENCE, fixture_bytes(&entries));
	der_end(&tbs, begin);
	world_sign(fixture_bytes(&tbs), world.sub_key, (struct bytes){ NULL, 0 }, &der);
	start = seconds();
	assert_ok(crl_parse(fixture_bytes(&der), &crl, &err), &err);
	assert_int_equal(crl_check_signature(crl, world.sub, &err), 0);
	assert_true(crl_find(crl, cert_subject_der(world.sub),
			     (struct bytes){ (const uint8_t *)"\x54\x01\x02\x03\x00\x01\x02\x03", 8 }, &found));
	assert_false(crl_find(crl, cert_subject_der(world.sub),
			      (struct bytes){ (const uint8_t *)"\x54\x01\x02\x04\x00\x01\x02\x03", 8 }, &found));
	print_message("# %zu entries, %zu octets: %d ms\n", crl_entry_count(crl), der.len,
		      (int)((seconds() - start) * 1000));
	assert_int_equal(crl_entry_count(crl), COUNT);
	assert_true(seconds() - start < 3.0);
}

static void test_pem_and_names(void **state)
{
	AUTO(buf_release) struct buf der = BUF_INIT;
	AUTO(buf_release) struct buf pem = BUF_INIT;
	AUTO(crl_freep) struct crl *crl = NULL;
	struct err err = ERR_INIT;

	(void)state;
	world_crl(&(struct world_crl){ .issuer = world.sub, .key = world.sub_key }, &der);
	buf_puts(&pem, "-----BEGIN X509 CRL-----\n");
	base64_encode(fixture_bytes(&der), &pem);
	buf_puts(&pem, "\n-----END X509 CRL-----\n");
	assert_ok(crl_load(fixture_bytes(&pem), "a.pem", &crl, &err), &err);
	crl_free(crl);
	crl = NULL;
	assert_fails(crl_load(fixture_text("not a CRL"), "b.crl", &crl, &err), &err, ERR_CRL);
	assert_non_null(strstr(err.detail, "b.crl"));
	assert_fails(crl_parse((struct bytes){ (const uint8_t *)"", CRL_MAX_BYTES + 1 }, &crl, &err), &err, ERR_LIMIT);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_reads_entries),    cmocka_unit_test(test_signature),
	cmocka_unit_test(test_optional_fields),  cmocka_unit_test(test_issuing_distribution_point),
	cmocka_unit_test(test_indirect_issuers), cmocka_unit_test(test_entry_extensions),
	cmocka_unit_test(test_list_extensions),  cmocka_unit_test(test_refuses),
	cmocka_unit_test(test_refuses_damage),   cmocka_unit_test(test_same_serial_is_bounded),
	cmocka_unit_test(test_million_entries),  cmocka_unit_test(test_pem_and_names),
};

int main(void)
{
	setlocale(LC_ALL, "");
	return cmocka_run_group_tests(tests, open_world, close_world);
}
