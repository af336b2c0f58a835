/* test_ocsp.c - OCSP: requests, responses, a client's checks, Adobe's archival attribute. */
#include "world.h"

#include "pki/der.h"
#include "pki/oid.h"
#include "pki/x509_ext.h"
#include "util/hex.h"

static struct world world;

static int open_world(void **state)
{
	(void)state;
	world_open(&world, &(struct world_options){ .ocsp_no_check = true });
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	world_close(&world);
	return 0;
}

static struct world_ocsp answer(void)
{
	return (struct world_ocsp){
		.cert = world.leaf, .issuer = world.sub, .responder = world.ocsp, .key = world.ocsp_key
	};
}

static struct ocsp *make(const struct world_ocsp *options)
{
	AUTO(buf_release) struct buf der = BUF_INIT;
	struct err err = ERR_INIT;
	struct ocsp *ocsp = NULL;

	world_ocsp(options, &der);
	assert_ok(ocsp_parse(fixture_bytes(&der), &ocsp, &err), &err);
	return ocsp;
}

static void test_request(void **state)
{
	AUTO(buf_release) struct buf der = BUF_INIT;
	struct der request, tbs, list, one, id;
	struct bytes name = { NULL, 0 }, key = name, serial = name, alg, extensions = name;
	struct err err = ERR_INIT;
	struct digest hash;

	(void)state;
	assert_ok(
	    ocsp_request_write(world.leaf, world.sub, DIGEST_SHA256, fixture_text("0123456789abcdef"), &der, &err),
	    &err);
	assert_true(der_only(fixture_bytes(&der), DER_SEQUENCE, &request) && der_enter(&request, DER_SEQUENCE, &tbs) &&
		    der_at_end(&request));
	assert_true(der_enter(&tbs, DER_SEQUENCE, &list) && der_enter(&list, DER_SEQUENCE, &one) &&
		    der_enter(&one, DER_SEQUENCE, &id));
	assert_true(der_read_whole(&id, DER_SEQUENCE, &alg) && der_read(&id, DER_OCTET_STRING, &name) &&
		    der_read(&id, DER_OCTET_STRING, &key));
	assert_true(der_read_integer(&id, &serial) && bytes_eq(serial, cert_serial_der(world.leaf)));
	assert_ok(digest_of(DIGEST_SHA256, cert_issuer_der(world.leaf), &hash, &err), &err);
	assert_true(bytes_eq(name, (struct bytes){ hash.bytes, hash.len }));
	assert_true(der_read(&tbs, DER_CONTEXT_CONSTRUCTED(2), &extensions) && der_at_end(&tbs));
	assert_non_null(memmem(extensions.p, extensions.n, "0123456789abcdef", 16));
}

static void test_response(void **state)
{
	struct world_ocsp o = answer();
	AUTO(ocsp_freep) struct ocsp *ocsp = NULL;
	struct ocsp_single single;
	struct err err = ERR_INIT;

	(void)state;
	o.status = OCSP_REVOKED;
	o.revoked_ms = NOW - 5 * DAY;
	o.reason = CRL_REASON_SUPERSEDED;
	o.alg = DIGEST_SHA256;
	o.nonce = fixture_text("nonce");
	o.archive_cutoff_ms = NOW - 900 * DAY;
	ocsp = make(&o);
	assert_int_equal(ocsp_status(ocsp), OCSP_SUCCESSFUL);
	assert_int_equal(ocsp_single_count(ocsp), 1);
	assert_int_equal(ocsp_certs(ocsp)->count, 1);
	assert_true(bytes_eq(ocsp_nonce(ocsp), fixture_text("nonce")));
	assert_int_equal(ocsp_produced_ms(ocsp), NOW - DAY / 24);
	assert_int_equal(ocsp_sig_alg(ocsp).key, KEY_EC);
	assert_null(ocsp_unusable(ocsp));
	assert_true(ocsp_find(ocsp, world.leaf, world.sub, &single));
	assert_int_equal(single.status, OCSP_REVOKED);
	assert_int_equal(single.revoked_ms, NOW - 5 * DAY);
	assert_int_equal(single.reason, CRL_REASON_SUPERSEDED);
	assert_int_equal(single.archive_cutoff_ms, NOW - 900 * DAY);
	assert_int_equal(single.id_alg, DIGEST_SHA256);
	assert_false(ocsp_find(ocsp, world.ocsp, world.sub, &single));
	assert_false(ocsp_find(ocsp, world.sub, world.root, &single));
	assert_true(ocsp_responder_is(ocsp, world.ocsp));
	assert_false(ocsp_responder_is(ocsp, world.sub));
	assert_int_equal(ocsp_check_signature(ocsp, world.ocsp, &err), 0);
	assert_int_equal(ocsp_check_signature(ocsp, world.sub, &err), 1);
}

static void test_responder_by_key(void **state)
{
	struct world_ocsp o = answer();
	AUTO(ocsp_freep) struct ocsp *ocsp = NULL;

	(void)state;
	o.by_key = true;
	ocsp = make(&o);
	assert_true(ocsp_responder_is(ocsp, world.ocsp));
	assert_false(ocsp_responder_is(ocsp, world.leaf));
}

static void test_who_may_answer(void **state)
{
	bool delegate;

	(void)state;
	assert_true(ocsp_responder_allowed(world.sub, world.sub, &delegate));
	assert_false(delegate);
	assert_true(ocsp_responder_allowed(world.ocsp, world.sub, &delegate));
	assert_true(delegate);
	assert_false(ocsp_responder_allowed(world.leaf, world.sub, &delegate));
	assert_false(ocsp_responder_allowed(world.tsa, world.sub, &delegate));
	assert_false(ocsp_responder_allowed(world.ocsp, world.root, &delegate)); /* not issued directly */
}

static void test_error_statuses(void **state)
{
	static const char *const names[] = { NULL, "malformedRequest", "internalError", "tryLater",
					     NULL, "sigRequired",      "unauthorized" };
	struct err err = ERR_INIT;
	struct ocsp_single single;

	(void)state;
	for (int status = 1; status <= 6; status++) {
		AUTO(buf_release) struct buf der = BUF_INIT;
		AUTO(ocsp_freep) struct ocsp *ocsp = NULL;

		world_ocsp_error(status, &der);
		if (!names[status]) {
			assert_fails(ocsp_parse(fixture_bytes(&der), &ocsp, &err), &err, ERR_OCSP);
			continue;
		}
		assert_ok(ocsp_parse(fixture_bytes(&der), &ocsp, &err), &err);
		assert_string_equal(ocsp_status_name(ocsp_status(ocsp)), names[status]);
		assert_fails(ocsp_check_answer(ocsp, world.leaf, world.sub, (struct bytes){ NULL, 0 }, NOW, 0, &single,
					       NULL, &err),
			     &err, ERR_OCSP);
		assert_non_null(strstr(err.detail, names[status]));
	}
}

/* The words a client's check fails with; NULL = it passes. */
static void client(const struct world_ocsp *options, const char *words)
{
	AUTO(ocsp_freep) struct ocsp *ocsp = make(options);
	const struct cert *responder = NULL;
	struct ocsp_single single;
	struct err err = ERR_INIT;
	int status = ocsp_check_answer(ocsp, world.leaf, world.sub, fixture_text("asked"), NOW, 60000, &single,
				       &responder, &err);

	if (!words) {
		assert_ok(status, &err);
		assert_non_null(responder);
		return;
	}
	assert_fails(status, &err, ERR_OCSP);
	if (!strstr(err.detail, words))
		fail_msg("\"%s\" does not say \"%s\"", err.detail, words);
}

static void test_client_checks(void **state)
{
	struct world_ocsp o = answer();
	AUTO(buf_release) struct buf unknown = BUF_INIT;

	(void)state;
	client(&o, NULL);
	o.nonce = fixture_text("asked");
	client(&o, NULL);
	o.nonce = fixture_text("other");
	client(&o, "nonce");
	o = answer();
	o.this_update_ms = NOW + DAY;
	client(&o, "future");
	o = answer();
	o.next_update_ms = NOW - DAY / 48;
	client(&o, "out of date");
	o = answer();
	o.cert = world.tsa;
	client(&o, "not about");
	o = answer();
	o.key = world.leaf_key;
	client(&o, "not validly signed");
	o = answer();
	o.leave_out_cert = true;
	client(&o, "not validly signed");
	o = answer();
	o.responder = world.leaf; /* a certificate of the same authority that is no responder */
	o.key = world.leaf_key;
	client(&o, "not validly signed");
	o = answer();
	o.responder = world.sub;
	o.key = world.sub_key;
	client(&o, NULL);
	o = answer();
	fixture_extension(&unknown, OID("\x2a\x03\x04"), true, fixture_text("\x05"));
	o.extensions = fixture_bytes(&unknown);
	client(&o, "critical");
	o = answer();
	o.response_extensions = fixture_bytes(&unknown);
	client(&o, "critical");
}

static void test_expired_responder(void **state)
{
	AUTO(buf_release) struct buf ext = BUF_INIT;
	AUTO(cert_freep) struct cert *old = NULL;
	struct world_ocsp o = answer();

	(void)state;
	ext_eku(&ext, OID_EKU_OCSP_SIGNING, false);
	old = fixture_cert(&(struct fixture_cert){ .key = world.ocsp_key,
						   .issuer_key = world.sub_key,
						   .issuer = world.sub,
						   .cn = "Old responder",
						   .extensions = fixture_bytes(&ext),
						   .not_before_ms = NOW - 20 * DAY,
						   .not_after_ms = NOW - DAY });
	o.responder = old;
	client(&o, "not validly signed");
}

static void test_damage(void **state)
{
	AUTO(buf_release) struct buf der = BUF_INIT;
	struct world_ocsp o = answer();
	struct err err = ERR_INIT;
	struct ocsp *ocsp = NULL;

	(void)state;
	o.status = OCSP_REVOKED;
	o.revoked_ms = NOW - DAY;
	o.reason = 1;
	world_ocsp(&o, &der);
	for (size_t n = 0; n < der.len; n++)
		assert_int_equal(ocsp_parse((struct bytes){ (uint8_t *)der.data, n }, &ocsp, &err), -1);
	for (size_t i = 0; i < der.len; i++) {
		AUTO(ocsp_freep) struct ocsp *maybe = NULL;
		struct ocsp_single single;

		der.data[i] ^= 0x10;
		if (ocsp_parse(fixture_bytes(&der), &maybe, &err) == 0)
			(void)ocsp_find(maybe, world.leaf, world.sub, &single);
		der.data[i] ^= 0x10;
	}
	buf_putc(&der, 0);
	assert_fails(ocsp_parse(fixture_bytes(&der), &ocsp, &err), &err, ERR_OCSP);
	assert_fails(ocsp_parse(fixture_text("\x30\x03\x0a\x01\x09"), &ocsp, &err), &err, ERR_OCSP);
	assert_fails(ocsp_parse((struct bytes){ (const uint8_t *)"\x30\x03\x0a\x01\x00", 5 }, &ocsp, &err), &err,
		     ERR_OCSP);
	assert_fails(ocsp_parse((struct bytes){ (const uint8_t *)"", OCSP_MAX_BYTES + 1 }, &ocsp, &err), &err,
		     ERR_LIMIT);
}

static void test_bare_basic_and_pem(void **state)
{
	AUTO(buf_release) struct buf der = BUF_INIT;
	AUTO(buf_release) struct buf pem = BUF_INIT;
	AUTO(ocsp_freep) struct ocsp *ocsp = NULL;
	AUTO(ocsp_freep) struct ocsp *bare = NULL;
	struct world_ocsp o = answer();
	struct der response, tagged, bytes;
	struct bytes basic = { NULL, 0 }, oid;
	struct ocsp_single single;
	struct err err = ERR_INIT;
	long status;

	(void)state;
	world_ocsp(&o, &der);
	assert_true(der_only(fixture_bytes(&der), DER_SEQUENCE, &response) && der_read_long(&response, &status) &&
		    der_enter(&response, DER_CONTEXT_CONSTRUCTED(0), &tagged) &&
		    der_enter(&tagged, DER_SEQUENCE, &bytes) && der_read(&bytes, DER_OID, &oid) &&
		    der_read(&bytes, DER_OCTET_STRING, &basic));
	assert_ok(ocsp_parse(basic, &bare, &err), &err);
	assert_true(ocsp_find(bare, world.leaf, world.sub, &single));
	buf_puts(&pem, "-----BEGIN OCSP RESPONSE-----\n");
	base64_encode(fixture_bytes(&der), &pem);
	buf_puts(&pem, "\n-----END OCSP RESPONSE-----\n");
	assert_ok(ocsp_load(fixture_bytes(&pem), "r.pem", &ocsp, &err), &err);
	bare = (ocsp_free(bare), NULL);
	assert_fails(ocsp_load(fixture_text("-----BEGIN OCSP RESPONSE-----\n*\n-----END OCSP RESPONSE-----\n"), "r.pem",
			       &bare, &err),
		     &err, ERR_OCSP);
	assert_non_null(strstr(err.detail, "r.pem"));
}

static void test_archival_attribute(void **state)
{
	AUTO(buf_release) struct buf attribute = BUF_INIT;
	AUTO(evidence_release) struct evidence evidence = { 0 };
	struct err err = ERR_INIT;
	struct world_ocsp o = answer();
	size_t begin = der_begin(&attribute, DER_SEQUENCE), tagged = der_begin(&attribute, DER_CONTEXT_CONSTRUCTED(0));
	size_t list = der_begin(&attribute, DER_SEQUENCE);

	(void)state;
	world_crl(&(struct world_crl){ .issuer = world.sub, .key = world.sub_key }, &attribute);
	der_put(&attribute, DER_SEQUENCE, fixture_text("junk")); /* left out */
	der_end(&attribute, list);
	der_end(&attribute, tagged);
	tagged = der_begin(&attribute, DER_CONTEXT_CONSTRUCTED(1));
	list = der_begin(&attribute, DER_SEQUENCE);
	world_ocsp(&o, &attribute);
	der_end(&attribute, list);
	der_end(&attribute, tagged);
	der_end(&attribute, begin);
	assert_ok(evidence_add_archival(&evidence, fixture_bytes(&attribute), &err), &err);
	assert_ok(evidence_add_archival(&evidence, fixture_bytes(&attribute), &err), &err); /* every object once */
	assert_int_equal(evidence.crl_count, 1);
	assert_int_equal(evidence.ocsp_count, 1);
	assert_fails(evidence_add_archival(&evidence, fixture_text("\x30\x03\xa0\x01\x30"), &err), &err, ERR_CMS);
	assert_fails(evidence_add_archival(&evidence, fixture_text("x"), &err), &err, ERR_CMS);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_request),
	cmocka_unit_test(test_response),
	cmocka_unit_test(test_responder_by_key),
	cmocka_unit_test(test_who_may_answer),
	cmocka_unit_test(test_error_statuses),
	cmocka_unit_test(test_client_checks),
	cmocka_unit_test(test_expired_responder),
	cmocka_unit_test(test_damage),
	cmocka_unit_test(test_bare_basic_and_pem),
	cmocka_unit_test(test_archival_attribute),
};

int main(void)
{
	setlocale(LC_ALL, "");
	return cmocka_run_group_tests(tests, open_world, close_world);
}
