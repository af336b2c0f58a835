/* test_chain.c - paths and status at a given time: each verdict, its words, the bounds on hostile material. PKITS has
 * the rest. */
#include "world.h"

#include <time.h>

#include "pki/chain.h"
#include "pki/der.h"
#include "pki/oid.h"
#include "pki/x509_ext.h"
#include "pki/x509_name.h"

static struct world world;
static struct chain *chain;
static struct chain_result *result;

static struct chain_options plain(void)
{
	return (struct chain_options){ .at_ms = NOW, .use = CHAIN_USE_SIGNATURE };
}

static void drop(void)
{
	chain_result_free(result);
	chain_free(chain);
	result = NULL;
	chain = NULL;
}

static void validate(struct cert *leaf, const struct chain_options *options)
{
	struct chain_inputs inputs = { &world.anchors, &world.certs, &world.evidence };
	struct err err = ERR_INIT;

	drop();
	assert_ok(chain_new(&inputs, &chain, &err), &err);
	assert_ok(chain_validate(chain, leaf, options, &result, &err), &err);
}

static void expect(enum chain_status status, enum chain_sub sub, const char *words)
{
	if (result->status != status || result->sub != sub || !strstr(result->en, words))
		fail_msg("%s %s \"%s\", expected %s %s \"%s\"", chain_status_name(result->status),
			 chain_sub_name(result->sub), result->en, chain_status_name(status), chain_sub_name(sub),
			 words);
	assert_true((result->vi[0] == '\0') == (status == CHAIN_VALID));
}

static void close_all(void)
{
	drop();
	world_close(&world);
}

static void good_root_crl(void)
{
	world_add_crl(&world, &(struct world_crl){ .issuer = world.root, .key = world.root_key, .number = 1 });
}

static struct world_ocsp answer(void)
{
	return (struct world_ocsp){
		.cert = world.leaf, .issuer = world.sub, .responder = world.ocsp, .key = world.ocsp_key
	};
}

static void test_valid_by_crl(void **state)
{
	struct chain_options options = plain();

	(void)state;
	world_open(&world, &(struct world_options){ 0 });
	good_root_crl();
	world_add_crl(&world, &(struct world_crl){ .issuer = world.sub, .key = world.sub_key, .number = 1 });
	validate(world.leaf, &options);
	expect(CHAIN_VALID, CHAIN_SUB_NONE, "");
	assert_int_equal(result->count, 2);
	assert_true(cert_equal(result->anchor, world.root));
	assert_int_equal(result->failed, -1);
	assert_int_equal(result->links[0].status.state, CERT_GOOD);
	assert_non_null(result->links[0].status.proof.crl);
	assert_true(cert_equal(result->links[0].status.proof.signer, world.sub));
	assert_int_equal(result->links[0].status.proof.this_update_ms, NOW - DAY);
	assert_false(result->links[0].weak);
	close_all();
}

static void test_valid_by_ocsp(void **state)
{
	struct chain_options options = plain();
	struct world_ocsp o;

	(void)state;
	for (int by_key = 0; by_key < 2; by_key++) {
		world_open(&world, &(struct world_options){ .ocsp_no_check = true });
		good_root_crl();
		o = answer();
		o.by_key = by_key;
		world_add_ocsp(&world, &o);
		validate(world.leaf, &options);
		expect(CHAIN_VALID, CHAIN_SUB_NONE, "");
		assert_non_null(result->links[0].status.proof.ocsp);
		assert_true(cert_equal(result->links[0].status.proof.signer, world.ocsp));
		close_all();
	}
}

/* RFC 6960 4.2.2.2.1: a responder without nocheck must be shown not revoked itself. */
static void test_responder_needs_status(void **state)
{
	struct chain_options options = plain();
	struct world_ocsp o;

	(void)state;
	world_open(&world, &(struct world_options){ 0 });
	good_root_crl();
	o = answer();
	world_add_ocsp(&world, &o);
	validate(world.leaf, &options);
	expect(CHAIN_INDETERMINATE, CHAIN_SUB_TRY_LATER, "not an authorised, trusted responder");
	o.cert = world.ocsp; /* vouching for itself does not help */
	world_add_ocsp(&world, &o);
	validate(world.leaf, &options);
	expect(CHAIN_INDETERMINATE, CHAIN_SUB_TRY_LATER, "not an authorised, trusted responder");
	o.responder = world.sub;
	o.key = world.sub_key;
	world_add_ocsp(&world, &o);
	validate(world.leaf, &options);
	expect(CHAIN_VALID, CHAIN_SUB_NONE, "");
	close_all();
}

static void test_revoked_responder(void **state)
{
	struct chain_options options = plain();
	struct world_ocsp o;

	(void)state;
	world_open(&world, &(struct world_options){ 0 });
	good_root_crl();
	o = answer();
	world_add_ocsp(&world, &o);
	{
		const struct world_entry entry = { cert_serial_der(world.ocsp), NOW - 2 * DAY, 1, { NULL, 0 } };

		world_add_crl(
		    &world,
		    &(struct world_crl){
			.issuer = world.sub,
			.key = world.sub_key,
			.this_update_ms = NOW - DAY / 48,
			.entries = &entry,
			.count = 1,
			.idp = fixture_text(
			    "\x30\x04\x83\x02\x06\x40") }); /* keyCompromise only: says nothing final of the leaf */
	}
	validate(world.leaf, &options);
	expect(CHAIN_INDETERMINATE, CHAIN_SUB_TRY_LATER, "");
	close_all();
}

static void test_unauthorised_responders(void **state)
{
	struct chain_options options = plain();
	struct world_ocsp o;

	(void)state;
	world_open(&world, &(struct world_options){ .ocsp_no_check = true, .ocsp_no_eku = true });
	good_root_crl();
	o = answer();
	world_add_ocsp(&world, &o);
	o.responder = world.leaf; /* speaks for itself */
	o.key = world.leaf_key;
	world_add_ocsp(&world, &o);
	o.responder = world.root; /* not the issuer */
	o.key = world.root_key;
	world_add_ocsp(&world, &o);
	o.responder = world.sub; /* not the issuer's key */
	world_add_ocsp(&world, &o);
	validate(world.leaf, &options);
	expect(CHAIN_INDETERMINATE, CHAIN_SUB_TRY_LATER, "not an authorised");
	assert_int_equal(result->failed, 0);
	close_all();
}

static void revoked_by_crl(int reason, int64_t revoked_ms, const struct chain_options *options)
{
	const struct world_entry entry = { cert_serial_der(world.leaf), revoked_ms, reason, { NULL, 0 } };

	world_add_crl(&world,
		      &(struct world_crl){ .issuer = world.sub, .key = world.sub_key, .entries = &entry, .count = 1 });
	validate(world.leaf, options);
}

static void test_revoked(void **state)
{
	struct chain_options options = plain();

	(void)state;
	world_open(&world, &(struct world_options){ 0 });
	good_root_crl();
	revoked_by_crl(1, NOW - 2 * DAY, &options);
	expect(CHAIN_INVALID, CHAIN_SUB_REVOKED, "2026-11-20T");
	assert_non_null(strstr(result->en, "keyCompromise"));
	assert_non_null(strstr(result->vi, "đã bị thu hồi"));
	assert_int_equal(result->links[0].status.revoked_ms, NOW - 2 * DAY);
	assert_int_equal(result->failed, 0);
	/* Before the revocation it was good: the same list says so. */
	options.at_ms = NOW - 3 * DAY;
	options.now_ms = NOW;
	validate(world.leaf, &options);
	expect(CHAIN_VALID, CHAIN_SUB_NONE, "");
	assert_int_equal(result->links[0].status.state, CERT_REVOKED);
	/* But not when the list is from later than "now". */
	options.now_ms = NOW - 3 * DAY;
	validate(world.leaf, &options);
	expect(CHAIN_INDETERMINATE, CHAIN_SUB_TRY_LATER, "");
	close_all();
}

static void test_revocation_is_final(void **state)
{
	struct chain_options options = plain();
	struct world_ocsp o;

	(void)state;
	world_open(&world, &(struct world_options){ .ocsp_no_check = true });
	good_root_crl();
	o = answer(); /* newer than the list, and good */
	world_add_ocsp(&world, &o);
	revoked_by_crl(4, NOW - 2 * DAY, &options);
	expect(CHAIN_INVALID, CHAIN_SUB_REVOKED, "superseded");
	close_all();
	/* A hold may be lifted: the newer answer counts. */
	world_open(&world, &(struct world_options){ .ocsp_no_check = true });
	good_root_crl();
	o = answer();
	world_add_ocsp(&world, &o);
	revoked_by_crl(6, NOW - 2 * DAY, &options);
	expect(CHAIN_VALID, CHAIN_SUB_NONE, "");
	close_all();
}

static void test_on_hold(void **state)
{
	struct chain_options options = plain();

	(void)state;
	world_open(&world, &(struct world_options){ 0 });
	good_root_crl();
	revoked_by_crl(6, NOW - 2 * DAY, &options);
	expect(CHAIN_INDETERMINATE, CHAIN_SUB_TRY_LATER, "on hold");
	options.decide = true;
	validate(world.leaf, &options);
	expect(CHAIN_INVALID, CHAIN_SUB_TRY_LATER, "on hold");
	close_all();
}

static void test_revoked_by_ocsp(void **state)
{
	struct chain_options options = plain();
	struct world_ocsp o;

	(void)state;
	world_open(&world, &(struct world_options){ .ocsp_no_check = true });
	good_root_crl();
	o = answer();
	o.status = OCSP_REVOKED;
	o.revoked_ms = NOW - DAY;
	o.reason = 1;
	o.next_update_ms = NOW - DAY / 48; /* out of date, and still a proof of revocation */
	world_add_ocsp(&world, &o);
	validate(world.leaf, &options);
	expect(CHAIN_INVALID, CHAIN_SUB_REVOKED, "keyCompromise");
	close_all();
}

static void test_revoked_authority(void **state)
{
	struct chain_options options = plain();

	(void)state;
	world_open(&world, &(struct world_options){ 0 });
	{
		const struct world_entry entry = { cert_serial_der(world.sub), NOW - 2 * DAY, 2, { NULL, 0 } };

		world_add_crl(&world, &(struct world_crl){
					  .issuer = world.root, .key = world.root_key, .entries = &entry, .count = 1 });
	}
	world_add_crl(&world, &(struct world_crl){ .issuer = world.sub, .key = world.sub_key });
	validate(world.leaf, &options);
	expect(CHAIN_INVALID, CHAIN_SUB_REVOKED_CA_NO_POE, "cACompromise");
	assert_int_equal(result->failed, 1);
	close_all();
}

static void test_no_status(void **state)
{
	struct chain_options options = plain();
	struct world_ocsp o;

	(void)state;
	world_open(&world, &(struct world_options){ .ocsp_no_check = true });
	validate(world.leaf, &options);
	expect(CHAIN_INDETERMINATE, CHAIN_SUB_TRY_LATER, "there is no CRL or OCSP response");
	assert_int_equal(result->failed, 1);
	good_root_crl();
	validate(world.leaf, &options);
	expect(CHAIN_INDETERMINATE, CHAIN_SUB_TRY_LATER, "no CRL fits");
	world_add_crl(&world, &(struct world_crl){ .issuer = world.sub,
						   .key = world.sub_key,
						   .this_update_ms = NOW - 20 * DAY,
						   .next_update_ms = NOW - 10 * DAY });
	validate(world.leaf, &options);
	expect(CHAIN_INDETERMINATE, CHAIN_SUB_TRY_LATER, "the CRL is out of date");
	world_add_crl(&world, &(struct world_crl){ .issuer = world.sub, .key = world.leaf_key });
	validate(world.leaf, &options);
	expect(CHAIN_INDETERMINATE, CHAIN_SUB_TRY_LATER, "not validly signed");
	o = answer();
	o.status = OCSP_UNKNOWN;
	world_add_ocsp(&world, &o);
	validate(world.leaf, &options);
	expect(CHAIN_INDETERMINATE, CHAIN_SUB_TRY_LATER, "does not know it");
	close_all();
}

static void test_evidence_without_next_update(void **state)
{
	struct chain_options options = plain();
	struct world_ocsp o;

	(void)state;
	world_open(&world, &(struct world_options){ .ocsp_no_check = true });
	good_root_crl();
	o = answer();
	o.next_update_ms = -1;
	world_add_ocsp(&world, &o);
	validate(world.leaf, &options);
	expect(CHAIN_VALID, CHAIN_SUB_NONE, "");
	options.at_ms = options.now_ms = NOW + 2 * DAY;
	validate(world.leaf, &options);
	expect(CHAIN_INDETERMINATE, CHAIN_SUB_TRY_LATER, "out of date");
	options.max_age_ms = 5 * DAY;
	validate(world.leaf, &options);
	expect(CHAIN_VALID, CHAIN_SUB_NONE, "");
	close_all();
}

/* What an authority says after a certificate's end may have forgotten it. */
static void test_evidence_after_the_end(void **state)
{
	struct chain_options options = plain();
	struct world_ocsp o;

	(void)state;
	world_open(&world, &(struct world_options){ .ocsp_no_check = true, .leaf_not_after_ms = NOW - 10 * DAY });
	good_root_crl();
	options.at_ms = NOW - 20 * DAY;
	options.now_ms = NOW;
	world_add_crl(&world, &(struct world_crl){ .issuer = world.sub, .key = world.sub_key });
	validate(world.leaf, &options);
	expect(CHAIN_INDETERMINATE, CHAIN_SUB_TRY_LATER, "after the certificate had expired");
	o = answer();
	world_add_ocsp(&world, &o);
	validate(world.leaf, &options);
	expect(CHAIN_INDETERMINATE, CHAIN_SUB_TRY_LATER, "after the certificate had expired");
	o.archive_cutoff_ms = NOW - 400 * DAY;
	world_add_ocsp(&world, &o);
	validate(world.leaf, &options);
	expect(CHAIN_VALID, CHAIN_SUB_NONE, "");
	close_all();
}

static void test_dates(void **state)
{
	struct chain_options options = plain();

	(void)state;
	world_open(&world, &(struct world_options){ 0 });
	options.ignore_revocation = true;
	options.at_ms = NOW + 340 * DAY;
	validate(world.leaf, &options);
	expect(CHAIN_INVALID, CHAIN_SUB_EXPIRED, "expired at 2027-");
	options.at_ms = NOW - 40 * DAY;
	validate(world.leaf, &options);
	expect(CHAIN_INVALID, CHAIN_SUB_NOT_YET_VALID, "valid from");
	options.ignore_validity = true;
	validate(world.leaf, &options);
	expect(CHAIN_VALID, CHAIN_SUB_NONE, "");
	close_all();
}

static void test_no_chain(void **state)
{
	AUTO(cert_list_release) struct cert_list none = { 0 };
	struct chain_inputs inputs = { &none, NULL, NULL };
	struct chain_options options = plain();
	struct err err = ERR_INIT;

	(void)state;
	world_open(&world, &(struct world_options){ 0 });
	assert_ok(chain_new(&inputs, &chain, &err), &err);
	assert_ok(chain_validate(chain, world.leaf, &options, &result, &err), &err);
	expect(CHAIN_INDETERMINATE, CHAIN_SUB_NO_CERTIFICATE_CHAIN_FOUND, "the issuer of");
	assert_null(result->anchor);
	assert_int_equal(result->count, 1);
	drop();
	inputs.certs = &world.certs;
	assert_ok(chain_new(&inputs, &chain, &err), &err);
	assert_ok(chain_validate(chain, world.leaf, &options, &result, &err), &err);
	assert_int_equal(result->count, 2); /* as far as it goes */
	assert_int_equal(result->failed, 1);
	drop();
	inputs.certs = &world.anchors; /* known, not trusted */
	assert_ok(cert_list_add(&world.anchors, world.sub, &err), &err);
	assert_ok(chain_new(&inputs, &chain, &err), &err);
	assert_ok(chain_validate(chain, world.leaf, &options, &result, &err), &err);
	expect(CHAIN_INDETERMINATE, CHAIN_SUB_NO_CERTIFICATE_CHAIN_FOUND, "not a trust anchor");
	assert_int_equal(result->count, 3);
	close_all();
}

static void test_bad_signature(void **state)
{
	AUTO(cert_freep) struct cert *forged = NULL;
	struct chain_options options = plain();

	(void)state;
	world_open(&world, &(struct world_options){ 0 });
	forged = world_cert(world.leaf_key, "Forged", world.sub, world.tsa_key, (struct bytes){ NULL, 0 });
	validate(forged, &options);
	expect(CHAIN_INVALID, CHAIN_SUB_NO_CERTIFICATE_CHAIN_FOUND, "the signature on");
	close_all();
}

static void test_anchor_as_leaf(void **state)
{
	struct chain_options options = plain();

	(void)state;
	world_open(&world, &(struct world_options){ 0 });
	validate(world.root, &options);
	expect(CHAIN_VALID, CHAIN_SUB_NONE, "");
	assert_int_equal(result->links[0].status.state, CERT_UNCHECKED);
	close_all();
}

static void test_uses(void **state)
{
	struct chain_options options = plain();

	(void)state;
	options.ignore_revocation = true;
	world_open(&world, &(struct world_options){ .leaf_key_usage = KU_KEY_ENCIPHERMENT });
	validate(world.leaf, &options);
	expect(CHAIN_INVALID, CHAIN_SUB_CHAIN_CONSTRAINTS_FAILURE, "does not allow this use");
	options.use = CHAIN_USE_ANY;
	validate(world.leaf, &options);
	expect(CHAIN_VALID, CHAIN_SUB_NONE, "");
	options.use = CHAIN_USE_TIME_STAMP;
	validate(world.leaf, &options);
	expect(CHAIN_INVALID, CHAIN_SUB_CHAIN_CONSTRAINTS_FAILURE, "");
	validate(world.tsa, &options);
	expect(CHAIN_VALID, CHAIN_SUB_NONE, "");
	options.use = CHAIN_USE_OCSP;
	validate(world.ocsp, &options);
	expect(CHAIN_VALID, CHAIN_SUB_NONE, "");
	options.use = CHAIN_USE_CRL_SIGN;
	validate(world.leaf, &options);
	expect(CHAIN_INVALID, CHAIN_SUB_CHAIN_CONSTRAINTS_FAILURE, "");
	close_all();
}

static void test_authority_rules(void **state)
{
	AUTO(cert_freep) struct cert *below = NULL;
	AUTO(buf_release) struct buf unknown = BUF_INIT;
	struct chain_options options = plain();
	struct err err = ERR_INIT;

	(void)state;
	options.ignore_revocation = true;
	world_open(&world, &(struct world_options){ .sub_key_usage = KU_CRL_SIGN });
	validate(world.leaf, &options);
	expect(CHAIN_INVALID, CHAIN_SUB_CHAIN_CONSTRAINTS_FAILURE, "issuing certificates");
	/* a leaf that issues */
	below = world_cert(world.tsa_key, "Below", world.leaf, world.leaf_key, (struct bytes){ NULL, 0 });
	assert_ok(cert_list_add(&world.certs, world.leaf, &err), &err);
	validate(below, &options);
	expect(CHAIN_INVALID, CHAIN_SUB_CHAIN_CONSTRAINTS_FAILURE, "");
	close_all();
	fixture_extension(&unknown, OID("\x2a\x03\x04"), true, fixture_text("\x05"));
	world_open(&world, &(struct world_options){ .leaf_extensions = fixture_bytes(&unknown) });
	validate(world.leaf, &options);
	expect(CHAIN_INVALID, CHAIN_SUB_CHAIN_CONSTRAINTS_FAILURE, "unknown critical extension 1.2.3.4");
	assert_non_null(strstr(result->vi, "phần mở rộng bắt buộc không hỗ trợ 1.2.3.4"));
	close_all();
}

/* nameConstraints with one subtree; tag 0xa0 permitted, 0xa1 excluded. */
static void put_constraint(struct buf *out, uint8_t kind, uint8_t form, struct bytes base)
{
	AUTO(buf_release) struct buf value = BUF_INIT;
	size_t all = der_begin(&value, DER_SEQUENCE), list = der_begin(&value, kind),
	       subtree = der_begin(&value, DER_SEQUENCE);

	der_put(&value, form, base);
	der_end(&value, subtree);
	der_end(&value, list);
	der_end(&value, all);
	fixture_extension(out, OID_EXT_NAME_CONSTRAINTS, true, fixture_bytes(&value));
}

static void put_alt_name(struct buf *out, uint8_t form, struct bytes name)
{
	AUTO(buf_release) struct buf value = BUF_INIT;
	size_t all = der_begin(&value, DER_SEQUENCE);

	der_put(&value, form, name);
	der_end(&value, all);
	fixture_extension(out, OID_EXT_SAN, false, fixture_bytes(&value));
}

#define RAW(literal) ((struct bytes){ (const uint8_t *)(literal), sizeof(literal) - 1 })

static void test_name_constraints(void **state)
{
	static const struct {
		uint8_t kind, form;
		struct bytes base, name;
		bool ok;
	} rows[] = {
		{ 0xa0, 0x82, RAW("gov.vn"), RAW("so.langson.gov.vn"), true },
		{ 0xa0, 0x82, RAW("gov.vn"), RAW("langsongov.vn"), false },
		{ 0xa0, 0x82, RAW(""), RAW("anything.vn"), true },
		{ 0xa0, 0x82, RAW(".gov.vn"), RAW("a.gov.vn"), true },
		{ 0xa0, 0x82, RAW(".gov.vn"), RAW("gov.vn"), false },
		{ 0xa1, 0x82, RAW("gov.vn"), RAW("GOV.VN"), false },
		{ 0xa0, 0x87, RAW("\x0a\x01\x00\x00\xff\xff\x00\x00"), RAW("\x0a\x01\x02\x03"), true },
		{ 0xa0, 0x87, RAW("\x0a\x01\x00\x00\xff\xff\x00\x00"), RAW("\x0a\x02\x02\x03"), false },
		{ 0xa0, 0x87, RAW("\x0a\x01\x00\x00\xff\xff\x00\x00"), RAW("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"),
		  false },
		{ 0xa1, 0x87, RAW("\x0a\x01\x00\x00\xff\xff\x00\x00"), RAW("\x0a\x01\x00\x00"), false },
		{ 0xa0, 0x86, RAW("langson.gov.vn"), RAW("https://user@langson.gov.vn:8443/x"), true },
		{ 0xa0, 0x86, RAW(".gov.vn"), RAW("http://a.gov.vn?x"), true },
		{ 0xa0, 0x86, RAW("langson.gov.vn"), RAW("https://a.langson.gov.vn/"), false },
		{ 0xa0, 0x86, RAW("10.1.2.3"), RAW("https://10.1.2.3/"), false },
		{ 0xa1, 0x86, RAW("gov.vn"), RAW("urn:x:y"), false },
		{ 0xa0, 0x81, RAW("thu@langson.gov.vn"), RAW("thu@LANGSON.gov.vn"), true },
		{ 0xa0, 0x81, RAW("thu@langson.gov.vn"), RAW("Thu@langson.gov.vn"), false },
		{ 0xa0, 0x81, RAW("langson.gov.vn"), RAW("ai@langson.gov.vn"), true },
		{ 0xa0, 0x81, RAW(".gov.vn"), RAW("ai@langson.gov.vn"), true },
		{ 0xa0, 0x81, RAW("langson.gov.vn"), RAW("no at sign"), false },
		{ 0xa0, 0x88, RAW("\x2a\x03"), RAW("\x2a\x03"), false }, /* registeredID: a form not judged */
		{ 0xa0, 0x88, RAW("\x2a\x03"), RAW(""), true },          /* no such name (the row has none) */
		{ 0xa0, 0x81, RAW("nowhere.example"), RAW(""), false },  /* the subject's emailAddress */
	};
	struct chain_options options = plain();

	(void)state;
	options.ignore_revocation = true;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO(buf_release) struct buf sub = BUF_INIT;
		AUTO(buf_release) struct buf leaf = BUF_INIT;

		put_constraint(&sub, rows[i].kind, rows[i].form, rows[i].base);
		if (rows[i].name.n)
			put_alt_name(&leaf, rows[i].form, rows[i].name);
		world_open(&world, &(struct world_options){ .sub_extensions = fixture_bytes(&sub),
							    .leaf_extensions = fixture_bytes(&leaf) });
		validate(world.leaf, &options);
		if ((result->status == CHAIN_VALID) != rows[i].ok)
			fail_msg("row %zu: %s %s", i, chain_status_name(result->status), result->en);
		close_all();
	}
}

static void test_too_many_names(void **state)
{
	AUTO(buf_release) struct buf sub = BUF_INIT;
	AUTO(buf_release) struct buf leaf = BUF_INIT;
	AUTO(buf_release) struct buf value = BUF_INIT;
	struct chain_options options = plain();
	size_t all, list;
	char name[32];

	(void)state;
	options.ignore_revocation = true;
	all = der_begin(&value, DER_SEQUENCE);
	list = der_begin(&value, 0xa1);
	for (int i = 0; i < 700; i++) {
		size_t subtree = der_begin(&value, DER_SEQUENCE);

		snprintf(name, sizeof(name), "x%d.example", i);
		der_put(&value, 0x82, fixture_text(name));
		der_end(&value, subtree);
	}
	der_end(&value, list);
	der_end(&value, all);
	fixture_extension(&sub, OID_EXT_NAME_CONSTRAINTS, true, fixture_bytes(&value));
	buf_clear(&value);
	all = der_begin(&value, DER_SEQUENCE);
	for (int i = 0; i < 700; i++) {
		snprintf(name, sizeof(name), "y%d.example", i);
		der_put(&value, 0x82, fixture_text(name));
	}
	der_end(&value, all);
	fixture_extension(&leaf, OID_EXT_SAN, false, fixture_bytes(&value));
	world_open(&world, &(struct world_options){ .sub_extensions = fixture_bytes(&sub),
						    .leaf_extensions = fixture_bytes(&leaf) });
	validate(world.leaf, &options);
	expect(CHAIN_INVALID, CHAIN_SUB_CHAIN_CONSTRAINTS_FAILURE, "too many names");
	close_all();
}

static void test_weak_algorithm(void **state)
{
	AUTO(cert_freep) struct cert *old = NULL;
	struct chain_options options = plain();

	(void)state;
	world_open(&world, &(struct world_options){ 0 });
	old = fixture_cert(&(struct fixture_cert){ .key = world.leaf_key,
						   .issuer_key = world.sub_key,
						   .issuer = world.sub,
						   .cn = "Old",
						   .alg = { KEY_EC, SIG_PAD_NONE, DIGEST_SHA1 } });
	options.ignore_revocation = true;
	validate(old, &options);
	expect(CHAIN_VALID, CHAIN_SUB_NONE, "");
	assert_true(result->links[0].weak);
	options.check_algorithms = true;
	validate(old, &options);
	expect(CHAIN_INVALID, CHAIN_SUB_CRYPTO_CONSTRAINTS_FAILURE, "SHA");
	close_all();
}

/* The chain for one status at several times: the newest evidence before a time, whether it existed, how fresh it must
 * be. */
static bool never(void *context, struct bytes der)
{
	(void)der;
	(*(int *)context)++;
	return false;
}

static void test_status_questions(void **state)
{
	struct chain_options options = plain();
	struct chain_question question = { .at_ms = NOW, .issued_before_ms = INT64_MAX, .fresh = true };
	struct cert_status status;
	struct world_ocsp o;
	struct err err = ERR_INIT;
	int asked = 0;

	(void)state;
	world_open(&world, &(struct world_options){ .ocsp_no_check = true });
	good_root_crl();
	o = answer();
	world_add_ocsp(&world, &o);
	o.this_update_ms = NOW - 20 * DAY;
	o.next_update_ms = NOW - 19 * DAY;
	world_add_ocsp(&world, &o);
	validate(world.leaf, &options);
	assert_ok(chain_cert_status(chain, result, 0, &question, &status, &err), &err);
	assert_int_equal(status.state, CERT_GOOD);
	assert_int_equal(status.proof.this_update_ms, NOW - DAY / 24);
	question.issued_before_ms = NOW - DAY;
	assert_ok(chain_cert_status(chain, result, 0, &question, &status, &err), &err);
	assert_int_equal(status.state, CERT_UNKNOWN);
	question.fresh = false;
	assert_ok(chain_cert_status(chain, result, 0, &question, &status, &err), &err);
	assert_int_equal(status.state, CERT_GOOD);
	assert_int_equal(status.proof.this_update_ms, NOW - 20 * DAY);
	question.existed = never;
	question.context = &asked;
	assert_ok(chain_cert_status(chain, result, 0, &question, &status, &err), &err);
	assert_int_equal(status.state, CERT_UNKNOWN);
	assert_true(asked > 0);
	assert_ok(chain_cert_status(chain, result, 9, &question, &status, &err), &err);
	assert_int_equal(status.state, CERT_UNCHECKED);
	close_all();
}

static void test_question_needs_a_path(void **state)
{
	AUTO(cert_list_release) struct cert_list none = { 0 };
	struct chain_inputs inputs = { &none, NULL, NULL };
	struct chain_question question = { .at_ms = NOW, .issued_before_ms = INT64_MAX };
	struct chain_options options = plain();
	struct cert_status status;
	struct err err = ERR_INIT;

	(void)state;
	world_open(&world, &(struct world_options){ 0 });
	assert_ok(chain_new(&inputs, &chain, &err), &err);
	assert_ok(chain_validate(chain, world.leaf, &options, &result, &err), &err);
	assert_fails(chain_cert_status(chain, result, 0, &question, &status, &err), &err, ERR_CHAIN_INCOMPLETE);
	close_all();
}

/* A thousand authorities of one name and one key that lead nowhere, and the true one among them: found, and quickly. */
static void test_hostile_crowd(void **state)
{
	AUTO(buf_release) struct buf ext = BUF_INIT;
	AUTO(cert_freep) struct cert *false_root = NULL;
	AUTO(cert_freep) struct cert *lost = NULL;
	struct key *root_key;
	struct chain_options options = plain();
	struct err err = ERR_INIT;
	struct timespec start, end;

	(void)state;
	options.ignore_revocation = true;
	world_open(&world, &(struct world_options){ 0 });
	root_key = world_key();
	ext_basic(&ext, true, -1);
	/* It has the true root's name, so that names alone do not tell it apart. */
	false_root = world_cert(root_key, "Root", NULL, NULL, fixture_bytes(&ext));
	assert_ok(cert_list_add(&world.certs, false_root, &err), &err);
	for (int i = 0; i < 1000; i++) {
		AUTO(cert_freep)
		struct cert *cert = world_cert(i % 2 ? world.sub_key : root_key, "Issuing CA", false_root, root_key,
					       fixture_bytes(&ext));

		assert_ok(cert_list_add(&world.certs, cert, &err), &err);
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
	validate(world.leaf, &options);
	expect(CHAIN_VALID, CHAIN_SUB_NONE, "");
	/* A leaf of the false tree cannot be shown valid, and the search ends. */
	lost = world_cert(world.tsa_key, "Lost", false_root, root_key, (struct bytes){ NULL, 0 });
	validate(lost, &options);
	assert_int_not_equal(result->status, CHAIN_VALID);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	assert_true(end.tv_sec - start.tv_sec < 3);
	key_free(root_key);
	close_all();
}

/* Many authorities that certify each other: the paths are without number, the search is not. */
static void test_hostile_mesh(void **state)
{
	enum { N = 14 };
	AUTO(buf_release) struct buf ext = BUF_INIT;
	AUTO(cert_freep) struct cert *leaf = NULL;
	struct key *keys[N];
	struct cert *own[N];
	struct chain_options options = plain();
	struct err err = ERR_INIT;
	char name[16];

	(void)state;
	world_open(&world, &(struct world_options){ 0 });
	ext_basic(&ext, true, -1);
	for (int i = 0; i < N; i++) {
		keys[i] = world_key();
		snprintf(name, sizeof(name), "M%d", i);
		own[i] = world_cert(keys[i], name, NULL, NULL, fixture_bytes(&ext));
	}
	for (int i = 0; i < N; i++)
		for (int k = 0; k < N; k++) {
			AUTO(cert_freep) struct cert *cross = NULL;

			snprintf(name, sizeof(name), "M%d", i);
			cross = world_cert(keys[i], name, own[k], keys[k], fixture_bytes(&ext));
			assert_ok(cert_list_add(&world.certs, cross, &err), &err);
		}
	{ /* the only way out claims the root's name and is not signed by it */
		AUTO(cert_freep)
		struct cert *exit = world_cert(keys[0], "M0", world.root, keys[1], fixture_bytes(&ext));

		assert_ok(cert_list_add(&world.certs, exit, &err), &err);
	}
	leaf = world_cert(world.leaf_key, "In the mesh", own[N - 1], keys[N - 1], (struct bytes){ NULL, 0 });
	validate(leaf, &options);
	expect(CHAIN_INDETERMINATE, CHAIN_SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE, "limit");
	for (int i = 0; i < N; i++) {
		key_free(keys[i]);
		cert_free(own[i]);
	}
	close_all();
}

static void test_names(void **state)
{
	(void)state;
	for (enum chain_sub sub = CHAIN_SUB_NO_CERTIFICATE_CHAIN_FOUND; sub <= CHAIN_SUB_REVOKED_CA_NO_POE; sub++)
		assert_non_null(chain_sub_name(sub));
	assert_null(chain_sub_name(CHAIN_SUB_NONE));
	assert_string_equal(chain_sub_name(CHAIN_SUB_REVOKED), "REVOKED");
	assert_string_equal(chain_status_name(CHAIN_INDETERMINATE), "indeterminate");
	assert_int_equal(x509_name_equal((struct bytes){ NULL, 0 }, (struct bytes){ NULL, 0 }), false);
	assert_int_equal(x509_fold(0x1ea4), 0x1ea5); /* Ấ */
	assert_int_equal(x509_fold(0x110), 0x111);   /* Đ */
	assert_int_equal(x509_fold(0x1a0), 0x1a1);   /* Ơ */
	assert_int_equal(x509_fold(0x1af), 0x1b0);   /* Ư */
	assert_int_equal(x509_fold(0xd7), 0xd7);     /* × is no letter */
	assert_int_equal(x509_fold(0x179), 0x17a);
	assert_int_equal(x509_fold(0x17a), 0x17a);
	assert_int_equal(x509_fold(0x401), 0x451);
	assert_int_equal(x509_fold(0x416), 0x436);
	assert_int_equal(x509_fold(0x3a9), 0x3c9);
	assert_int_equal(x509_fold(0x178), 0xff);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_valid_by_crl),
	cmocka_unit_test(test_valid_by_ocsp),
	cmocka_unit_test(test_responder_needs_status),
	cmocka_unit_test(test_revoked_responder),
	cmocka_unit_test(test_unauthorised_responders),
	cmocka_unit_test(test_revoked),
	cmocka_unit_test(test_revocation_is_final),
	cmocka_unit_test(test_on_hold),
	cmocka_unit_test(test_revoked_by_ocsp),
	cmocka_unit_test(test_revoked_authority),
	cmocka_unit_test(test_no_status),
	cmocka_unit_test(test_evidence_without_next_update),
	cmocka_unit_test(test_evidence_after_the_end),
	cmocka_unit_test(test_dates),
	cmocka_unit_test(test_no_chain),
	cmocka_unit_test(test_bad_signature),
	cmocka_unit_test(test_anchor_as_leaf),
	cmocka_unit_test(test_uses),
	cmocka_unit_test(test_authority_rules),
	cmocka_unit_test(test_name_constraints),
	cmocka_unit_test(test_too_many_names),
	cmocka_unit_test(test_weak_algorithm),
	cmocka_unit_test(test_status_questions),
	cmocka_unit_test(test_question_needs_a_path),
	cmocka_unit_test(test_hostile_crowd),
	cmocka_unit_test(test_hostile_mesh),
	cmocka_unit_test(test_names),
};

TEST_MAIN(tests)
