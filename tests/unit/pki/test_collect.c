/* test_collect.c - long-term material: complete, minimal, fresh; and which proof of which certificate is missing. */
#include "world.h"

#include "pki/collect.h"

static struct world world;
static struct buf root_der, sub_der, root_crl, sub_crl, leaf_ocsp;

enum { A_ROOT, A_SUB, A_ROOT_CRL, A_SUB_CRL, A_OCSP, A_COUNT };
static struct fake_answer answers[A_COUNT];

static void open_all(const struct world_options *options)
{
	world_open(&world, options);
	buf_append(&root_der, cert_der(world.root).p, cert_der(world.root).n);
	buf_append(&sub_der, cert_der(world.sub).p, cert_der(world.sub).n);
	world_crl(&(struct world_crl){ .issuer = world.root, .key = world.root_key, .number = 1 }, &root_crl);
	world_crl(&(struct world_crl){ .issuer = world.sub, .key = world.sub_key, .number = 1 }, &sub_crl);
	world_ocsp(
	    &(struct world_ocsp){
		.cert = world.leaf, .issuer = world.sub, .responder = world.ocsp, .key = world.ocsp_key },
	    &leaf_ocsp);
	answers[A_ROOT] = (struct fake_answer){ URL_ROOT, fixture_bytes(&root_der), ERR_NONE, 0 };
	answers[A_SUB] = (struct fake_answer){ URL_SUB, fixture_bytes(&sub_der), ERR_NONE, 0 };
	answers[A_ROOT_CRL] = (struct fake_answer){ URL_ROOT_CRL, fixture_bytes(&root_crl), ERR_NONE, 0 };
	answers[A_SUB_CRL] = (struct fake_answer){ URL_SUB_CRL, fixture_bytes(&sub_crl), ERR_NONE, 0 };
	answers[A_OCSP] = (struct fake_answer){ URL_OCSP, fixture_bytes(&leaf_ocsp), ERR_NONE, 0 };
}

static void close_all(void)
{
	buf_release(&root_der);
	buf_release(&sub_der);
	buf_release(&root_crl);
	buf_release(&sub_crl);
	buf_release(&leaf_ocsp);
	world_close(&world);
}

struct run {
	struct evidence known, needed;
	struct err err;
	int status;
};

static void run_release(struct run *run)
{
	evidence_release(&run->known);
	evidence_release(&run->needed);
}

/* Nothing is known but the leaf and the root. */
static void collect(struct run *run, struct cert *leaf, enum chain_use use, int64_t fresh_from_ms)
{
	AUTO(fetcher_freep) struct fetcher *fetcher = fake_fetcher(answers, A_COUNT);
	struct evidence_request request = {
		.anchors = &world.anchors, .fetcher = fetcher, .at_ms = NOW, .fresh_from_ms = fresh_from_ms, .use = use
	};

	run->err = (struct err)ERR_INIT;
	run->status = evidence_collect(&run->known, leaf, &request, &run->needed, &run->err);
}

static void fails(const struct run *run, enum err_code code, const char *words, const char *more)
{
	struct err err = run->err;

	assert_fails(run->status, &err, code);
	if (!strstr(err.detail, words) || !strstr(err.detail, more))
		fail_msg("\"%s\" does not say \"%s\" and \"%s\"", err.detail, words, more);
}

static void test_complete(void **state)
{
	AUTO(run_release) struct run run = { 0 };

	(void)state;
	open_all(&(struct world_options){ .ocsp_no_check = true });
	collect(&run, world.leaf, CHAIN_USE_SIGNATURE, INT64_MIN);
	assert_ok(run.status, &run.err);
	assert_int_equal(run.needed.certs.count, 4); /* leaf, issuing CA, root, responder */
	assert_true(cert_list_has(&run.needed.certs, world.root) && cert_list_has(&run.needed.certs, world.ocsp));
	assert_int_equal(run.needed.ocsp_count, 1);
	assert_int_equal(run.needed.crl_count, 1); /* of the root, for the issuing CA */
	assert_int_equal(answers[A_SUB].asked, 1);
	assert_int_equal(answers[A_SUB_CRL].asked, 0); /* OCSP was enough */
	/* The time-stamp authority into the same stores: shared things once. */
	collect(&run, world.tsa, CHAIN_USE_TIME_STAMP, INT64_MIN);
	assert_ok(run.status, &run.err);
	assert_int_equal(run.needed.certs.count, 5);
	assert_int_equal(run.needed.crl_count, 2);
	assert_int_equal(answers[A_ROOT_CRL].asked, 1);
	close_all();
}

static void test_responder_without_nocheck(void **state)
{
	AUTO(run_release) struct run run = { 0 };

	(void)state;
	open_all(&(struct world_options){ 0 });
	collect(&run, world.leaf, CHAIN_USE_SIGNATURE, INT64_MIN);
	assert_ok(run.status, &run.err);
	assert_int_equal(run.needed.ocsp_count + run.needed.crl_count, 3); /* the responder's own status too */
	close_all();
}

static void test_falls_back_to_crl(void **state)
{
	AUTO(run_release) struct run run = { 0 };

	(void)state;
	open_all(&(struct world_options){ .ocsp_no_check = true });
	answers[A_OCSP].error = ERR_NET_TIMEOUT;
	collect(&run, world.leaf, CHAIN_USE_SIGNATURE, INT64_MIN);
	assert_ok(run.status, &run.err);
	assert_int_equal(run.needed.ocsp_count, 0);
	assert_int_equal(run.needed.crl_count, 2);
	close_all();
}

static void test_given_evidence_is_used_first(void **state)
{
	AUTO(run_release) struct run run = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	open_all(&(struct world_options){ .ocsp_no_check = true });
	assert_ok(evidence_add_crl(&run.known, fixture_bytes(&root_crl), NULL, &err), &err);
	assert_ok(evidence_add_crl(&run.known, fixture_bytes(&sub_crl), NULL, &err), &err);
	assert_ok(evidence_add_cert(&run.known, cert_der(world.sub), &err), &err);
	collect(&run, world.leaf, CHAIN_USE_SIGNATURE, INT64_MIN);
	assert_ok(run.status, &run.err);
	for (int i = 0; i < A_COUNT; i++)
		assert_int_equal(answers[i].asked, 0);
	close_all();
}

static void test_freshness(void **state)
{
	AUTO(run_release) struct run run = { 0 };
	AUTO(run_release) struct run strict = { 0 };

	(void)state;
	open_all(&(struct world_options){ .ocsp_no_check = true });
	/* The OCSP response is an hour old, the lists a day. */
	collect(&strict, world.leaf, CHAIN_USE_SIGNATURE, NOW - DAY / 2);
	fails(&strict, ERR_PROOF_MISSING, "Issuing CA", "not fresh enough");
	answers[A_ROOT_CRL].body =
	    (buf_clear(&root_crl),
	     world_crl(
		 &(struct world_crl){ .issuer = world.root, .key = world.root_key, .this_update_ms = NOW - DAY / 24 },
		 &root_crl),
	     fixture_bytes(&root_crl));
	collect(&run, world.leaf, CHAIN_USE_SIGNATURE, NOW - DAY / 2);
	assert_ok(run.status, &run.err);
	close_all();
}

static void test_missing_issuer(void **state)
{
	AUTO(run_release) struct run run = { 0 };

	(void)state;
	open_all(&(struct world_options){ .ocsp_no_check = true });
	answers[A_SUB].error = ERR_NET;
	collect(&run, world.leaf, CHAIN_USE_SIGNATURE, INT64_MIN);
	fails(&run, ERR_CHAIN_INCOMPLETE, "Nguyễn Văn A", "said no");
	answers[A_SUB].error = ERR_NONE;
	answers[A_SUB].body = fixture_text("garbage");
	collect(&run, world.leaf, CHAIN_USE_SIGNATURE, INT64_MIN);
	fails(&run, ERR_CHAIN_INCOMPLETE, "Nguyễn Văn A", "");
	answers[A_SUB].body = cert_der(world.tsa); /* another certificate: asked until the bound */
	collect(&run, world.leaf, CHAIN_USE_SIGNATURE, INT64_MIN);
	fails(&run, ERR_CHAIN_INCOMPLETE, "Nguyễn Văn A", "");
	close_all();
	open_all(&(struct world_options){ .leaf_no_urls = true });
	collect(&run, world.leaf, CHAIN_USE_SIGNATURE, INT64_MIN);
	fails(&run, ERR_CHAIN_INCOMPLETE, "names no address", "Issuing CA");
	close_all();
}

static void test_root_not_trusted(void **state)
{
	AUTO(run_release) struct run run = { 0 };
	AUTO(cert_list_release) struct cert_list other = { 0 };
	AUTO(fetcher_freep) struct fetcher *fetcher = NULL;
	struct evidence_request request = { .at_ms = NOW, .fresh_from_ms = INT64_MIN, .use = CHAIN_USE_SIGNATURE };
	struct err err = ERR_INIT;

	(void)state;
	open_all(&(struct world_options){ .ocsp_no_check = true });
	fetcher = fake_fetcher(answers, A_COUNT);
	request.fetcher = fetcher;
	assert_ok(cert_list_add(&other, world.tsa, &err), &err);
	request.anchors = &other;
	assert_fails(evidence_collect(&run.known, world.leaf, &request, &run.needed, &err), &err, ERR_CHAIN_INCOMPLETE);
	/* With no anchor given, the self-signed authority that is found is the root. */
	request.anchors = NULL;
	assert_ok(evidence_collect(&run.known, world.leaf, &request, &run.needed, &err), &err);
	assert_true(cert_list_has(&run.needed.certs, world.root));
	close_all();
}

static void test_missing_proof(void **state)
{
	AUTO(run_release) struct run run = { 0 };
	AUTO(run_release) struct run again = { 0 };

	(void)state;
	open_all(&(struct world_options){ .ocsp_no_check = true });
	answers[A_OCSP].error = ERR_NET_TIMEOUT;
	answers[A_SUB_CRL].error = ERR_NET_STATUS;
	collect(&run, world.leaf, CHAIN_USE_SIGNATURE, INT64_MIN);
	fails(&run, ERR_PROOF_MISSING, "Nguyễn Văn A", "OCSP: " URL_OCSP);
	assert_non_null(strstr(run.err.detail, "CRL: " URL_SUB_CRL));
	answers[A_OCSP].error = ERR_NONE;
	answers[A_OCSP].body = fixture_text("garbage");
	answers[A_ROOT_CRL].error = ERR_NET;
	collect(&again, world.leaf, CHAIN_USE_SIGNATURE, INT64_MIN);
	fails(&again, ERR_PROOF_MISSING, "CN=Issuing CA", URL_ROOT_CRL);
	close_all();
}

static void test_no_addresses(void **state)
{
	AUTO(run_release) struct run run = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	open_all(&(struct world_options){ .leaf_no_urls = true });
	assert_ok(evidence_add_cert(&run.known, cert_der(world.sub), &err), &err);
	collect(&run, world.leaf, CHAIN_USE_SIGNATURE, INT64_MIN);
	fails(&run, ERR_PROOF_MISSING, "Nguyễn Văn A", "names no address");
	close_all();
}

static void test_revoked_and_expired(void **state)
{
	AUTO(run_release) struct run run = { 0 };
	AUTO(run_release) struct run late = { 0 };
	AUTO(run_release) struct run early = { 0 };

	(void)state;
	open_all(&(struct world_options){ .ocsp_no_check = true });
	buf_clear(&leaf_ocsp);
	world_ocsp(&(struct world_ocsp){ .cert = world.leaf,
					 .issuer = world.sub,
					 .responder = world.ocsp,
					 .key = world.ocsp_key,
					 .status = OCSP_REVOKED,
					 .revoked_ms = NOW - DAY,
					 .reason = 1 },
		   &leaf_ocsp);
	answers[A_OCSP].body = fixture_bytes(&leaf_ocsp);
	collect(&run, world.leaf, CHAIN_USE_SIGNATURE, INT64_MIN);
	fails(&run, ERR_CERT_REVOKED, "Nguyễn Văn A", "keyCompromise");
	close_all();
	open_all(&(struct world_options){ .leaf_not_after_ms = NOW - DAY });
	collect(&late, world.leaf, CHAIN_USE_SIGNATURE, INT64_MIN);
	fails(&late, ERR_CERT_EXPIRED, "Nguyễn Văn A", "expired");
	close_all();
	open_all(&(struct world_options){ .leaf_not_before_ms = NOW + DAY });
	collect(&early, world.leaf, CHAIN_USE_SIGNATURE, INT64_MIN);
	fails(&early, ERR_CERT_NOT_YET_VALID, "Nguyễn Văn A", "valid from");
	close_all();
}

static void test_responder_does_not_know(void **state)
{
	AUTO(run_release) struct run run = { 0 };

	(void)state;
	open_all(&(struct world_options){ .ocsp_no_check = true });
	buf_clear(&leaf_ocsp);
	world_ocsp(&(struct world_ocsp){ .cert = world.leaf,
					 .issuer = world.sub,
					 .responder = world.ocsp,
					 .key = world.ocsp_key,
					 .status = OCSP_UNKNOWN },
		   &leaf_ocsp);
	answers[A_OCSP].body = fixture_bytes(&leaf_ocsp);
	answers[A_SUB_CRL].error = ERR_NET;
	collect(&run, world.leaf, CHAIN_USE_SIGNATURE, INT64_MIN);
	fails(&run, ERR_PROOF_MISSING, "Nguyễn Văn A", "does not know");
	close_all();
}

static void test_stores_merge(void **state)
{
	AUTO(evidence_release) struct evidence a = { 0 };
	AUTO(evidence_release) struct evidence b = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	open_all(&(struct world_options){ 0 });
	assert_ok(evidence_load_crl(&a, fixture_bytes(&root_crl), "a.crl", &err), &err);
	assert_ok(evidence_load_crl(&a, fixture_bytes(&root_crl), "a.crl", &err), &err);
	assert_ok(evidence_load_ocsp(&a, fixture_bytes(&leaf_ocsp), "a.ors", &err), &err);
	assert_ok(evidence_load_ocsp(&a, fixture_bytes(&leaf_ocsp), "a.ors", &err), &err);
	assert_ok(evidence_add_cert(&a, cert_der(world.sub), &err), &err);
	assert_ok(evidence_add_all(&b, &a, &err), &err);
	assert_ok(evidence_add_all(&b, &a, &err), &err);
	assert_int_equal(b.crl_count, 1);
	assert_int_equal(b.ocsp_count, 1);
	assert_int_equal(b.certs.count, 1);
	assert_fails(evidence_load_ocsp(&a, fixture_text("x"), "bad.ors", &err), &err, ERR_OCSP);
	assert_fails(evidence_load_crl(&a, fixture_text("x"), "bad.crl", &err), &err, ERR_CRL);
	assert_fails(evidence_add_cert(&a, fixture_text("x"), &err), &err, ERR_CERT);
	close_all();
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_complete),
	cmocka_unit_test(test_responder_without_nocheck),
	cmocka_unit_test(test_falls_back_to_crl),
	cmocka_unit_test(test_given_evidence_is_used_first),
	cmocka_unit_test(test_freshness),
	cmocka_unit_test(test_missing_issuer),
	cmocka_unit_test(test_root_not_trusted),
	cmocka_unit_test(test_missing_proof),
	cmocka_unit_test(test_no_addresses),
	cmocka_unit_test(test_revoked_and_expired),
	cmocka_unit_test(test_responder_does_not_know),
	cmocka_unit_test(test_stores_merge),
};

TEST_MAIN(tests)
