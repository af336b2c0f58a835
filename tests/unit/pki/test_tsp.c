/* test_tsp.c - time-stamps: requests, answers good and bad, tokens, and who may sign them. */
#include "world.h"

#include "pki/der.h"
#include "pki/issue.h"
#include "pki/oid.h"
#include "pki/tsp.h"

static struct world world;
static struct signer *tsa;

static struct signer *signer_of(struct key *key, struct cert *cert)
{
	struct signer *signer = NULL;
	struct err err = ERR_INIT;

	assert_ok(key_signer_new(key, cert, &world.certs, &signer, &err), &err);
	return signer;
}

static int open_world(void **state)
{
	(void)state;
	world_open(&world, &(struct world_options){ 0 });
	tsa = signer_of(world.tsa_key, world.tsa);
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	signer_free(tsa);
	world_close(&world);
	return 0;
}

static struct tsp_request ask(const char *text)
{
	struct tsp_request request;
	struct digest digest;
	struct err err = ERR_INIT;

	assert_ok(digest_of(DIGEST_SHA256, fixture_text(text), &digest, &err), &err);
	assert_ok(tsp_request_init(&request, DIGEST_SHA256, &digest, &err), &err);
	return request;
}

static struct issue_tsp plain(void)
{
	return (struct issue_tsp){ .tsa = tsa,
				   .policy_oid = "1.3.6.1.4.1.99999.1",
				   .serial = fixture_text("\x01\x02\x03"),
				   .gen_time_ms = NOW,
				   .accuracy_seconds = 1 };
}

static void stamp(const struct tsp_request *request, const struct issue_tsp *how, struct buf *out)
{
	AUTO(buf_release) struct buf query = BUF_INIT;
	struct err err = ERR_INIT;

	assert_ok(tsp_request_write(request, &query, &err), &err);
	assert_ok(issue_tsp(fixture_bytes(&query), how, out, &err), &err);
}

static void refused(struct bytes answer, const struct tsp_request *request, const char *words)
{
	struct tsp_token *token = NULL;
	struct err err = ERR_INIT;

	assert_fails(tsp_response_check(answer, request, &token, &err), &err, ERR_TSA);
	assert_null(token);
	if (!strstr(err.detail, words))
		fail_msg("\"%s\" does not say \"%s\"", err.detail, words);
}

static void test_round(void **state)
{
	AUTO(buf_release) struct buf answer = BUF_INIT;
	AUTO(tsp_token_freep) struct tsp_token *token = NULL;
	AUTO(tsp_token_freep) struct tsp_token *again = NULL;
	AUTO(buf_release) struct buf padded = BUF_INIT;
	struct tsp_request request = ask("văn bản");
	struct issue_tsp how = plain();
	struct err err = ERR_INIT;
	enum cms_check cms;
	char detail[100];

	(void)state;
	how.ordering = true;
	stamp(&request, &how, &answer);
	assert_ok(tsp_response_check(fixture_bytes(&answer), &request, &token, &err), &err);
	assert_int_equal(tsp_token_time_ms(token), NOW);
	assert_int_equal(tsp_token_accuracy_ms(token), 1000);
	assert_true(tsp_token_ordering(token));
	assert_string_equal(tsp_token_policy(token), "1.3.6.1.4.1.99999.1");
	assert_string_equal(tsp_token_serial_hex(token), "010203");
	assert_int_equal(tsp_token_digest_alg(token), DIGEST_SHA256);
	assert_int_equal(tsp_token_imprint(token).n, 32);
	assert_int_equal(tsp_token_nonce(token).n, TSP_NONCE_BYTES);
	assert_true(cert_equal(tsp_token_signer(token), world.tsa));
	assert_int_equal(cms_signer_count(tsp_token_cms(token)), 1);
	/* Padded with zeros, as in a PDF. */
	buf_append(&padded, tsp_token_der(token).p, tsp_token_der(token).n);
	buf_fill(&padded, '\0', 50);
	assert_ok(tsp_token_parse(fixture_bytes(&padded), &again, &err), &err);
	assert_true(bytes_eq(tsp_token_der(again), tsp_token_der(token)));
	assert_int_equal(tsp_token_check(again, &request.imprint, &cms, detail, sizeof(detail)), TSP_OK);
	assert_int_equal(cms, CMS_OK);
	request.imprint.bytes[0] ^= 1;
	assert_int_equal(tsp_token_check(again, &request.imprint, &cms, detail, sizeof(detail)), TSP_IMPRINT_MISMATCH);
}

static void test_wrong_answers(void **state)
{
	AUTO(buf_release) struct buf imprint = BUF_INIT;
	AUTO(buf_release) struct buf nonce = BUF_INIT;
	AUTO(buf_release) struct buf good = BUF_INIT;
	struct tsp_request request = ask("a"), other = ask("b");
	struct issue_tsp how = plain();

	(void)state;
	how.fault = TSP_FAULT_IMPRINT;
	stamp(&request, &how, &imprint);
	refused(fixture_bytes(&imprint), &request, "another digest");
	how.fault = TSP_FAULT_NONCE;
	stamp(&request, &how, &nonce);
	refused(fixture_bytes(&nonce), &request, "nonce");
	how.fault = TSP_FAULT_NONE;
	stamp(&request, &how, &good);
	refused(fixture_bytes(&good), &other, "another digest");
	other = request;
	other.alg = DIGEST_SHA384;
	refused(fixture_bytes(&good), &other, "another algorithm");
	other = request;
	other.policy_oid = "1.2.3.4";
	refused(fixture_bytes(&good), &other, "1.2.3.4 was asked for");
	refused(fixture_text("<html>502 Bad Gateway</html>"), &request, "not a TimeStampResp");
	refused((struct bytes){ (const uint8_t *)"", 0 }, &request, "not a TimeStampResp");
	refused((struct bytes){ (const uint8_t *)"\x30\x05\x30\x03\x02\x01\x00", 7 }, &request, "no token");
	refused((struct bytes){ (const uint8_t *)"\x30\x09\x30\x03\x02\x01\x00\x30\x02\x05\x00", 11 }, &request,
		"no token");
	buf_putc(&good, 0);
	refused(fixture_bytes(&good), &request, "not a TimeStampResp");
}

static void test_rejections(void **state)
{
	static const struct {
		enum issue_tsp_failure failure;
		const char *word;
	} rows[] = { { TSP_BAD_ALG, "badAlg" },
		     { TSP_BAD_REQUEST, "badRequest" },
		     { TSP_BAD_DATA_FORMAT, "badDataFormat" },
		     { TSP_TIME_NOT_AVAILABLE, "timeNotAvailable" },
		     { TSP_UNACCEPTED_POLICY, "unacceptedPolicy" },
		     { TSP_SYSTEM_FAILURE, "systemFailure" } };
	struct tsp_request request = ask("a");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO(buf_release) struct buf answer = BUF_INIT;

		issue_tsp_rejection(rows[i].failure, "đồng hồ hỏng", &answer);
		refused(fixture_bytes(&answer), &request, rows[i].word);
		refused(fixture_bytes(&answer), &request, "đồng hồ hỏng");
		refused(fixture_bytes(&answer), &request, "rejected");
	}
	refused((struct bytes){ (const uint8_t *)"\x30\x05\x30\x03\x02\x01\x03", 7 }, &request, "waiting");
	refused((struct bytes){ (const uint8_t *)"\x30\x05\x30\x03\x02\x01\x63", 7 }, &request, "unknown status");
}

/* RFC 3161 2.3: one usage, critical. */
static void test_who_may_stamp(void **state)
{
	static const struct bytes both[] = {
		{ (const uint8_t
		       *)"\x30\x14\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x08\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x04",
		  22 }
	};
	AUTO(buf_release) struct buf not_critical = BUF_INIT;
	AUTO(buf_release) struct buf two = BUF_INIT;
	AUTO(buf_release) struct buf answer = BUF_INIT;
	AUTO(cert_freep) struct cert *a = NULL;
	AUTO(cert_freep) struct cert *b = NULL;
	AUTO(signer_freep) struct signer *signer = NULL;
	struct tsp_request request = ask("a");
	struct issue_tsp how = plain();

	(void)state;
	ext_eku(&not_critical, OID_EKU_TIME_STAMPING, false);
	fixture_extension(&two, OID_EXT_EKU, true, both[0]);
	a = world_cert(world.tsa_key, "TSA", world.sub, world.sub_key, fixture_bytes(&not_critical));
	b = world_cert(world.tsa_key, "TSA", world.sub, world.sub_key, fixture_bytes(&two));
	assert_true(tsp_signer_usage(world.tsa));
	assert_false(tsp_signer_usage(a));
	assert_false(tsp_signer_usage(b));
	assert_false(tsp_signer_usage(world.leaf));
	assert_false(tsp_signer_usage(world.root));
	signer = signer_of(world.tsa_key, a);
	how.tsa = signer;
	stamp(&request, &how, &answer);
	refused(fixture_bytes(&answer), &request, "may not sign time-stamps");
}

/* Any flipped bit of an answer is refused: nothing in it is unsigned but the certificates beside the signer's. */
static void test_damage(void **state)
{
	AUTO(buf_release) struct buf answer = BUF_INIT;
	struct tsp_request request = ask("a");
	struct issue_tsp how = plain();
	struct err err = ERR_INIT;
	size_t accepted = 0;

	(void)state;
	stamp(&request, &how, &answer);
	for (size_t i = 0; i < answer.len; i++) {
		AUTO(tsp_token_freep) struct tsp_token *token = NULL;

		answer.data[i] ^= 0x04;
		if (tsp_response_check(fixture_bytes(&answer), &request, &token, &err) == 0) {
			accepted++;
			assert_int_equal(tsp_token_time_ms(token), NOW); /* what was signed is what is read */
		}
		answer.data[i] ^= 0x04;
	}
	assert_true(accepted < cert_der(world.sub).n + 16);
	for (size_t n = 0; n < answer.len; n += 7)
		refused((struct bytes){ (const uint8_t *)answer.data, n }, &request, "");
}

static void test_request_errors(void **state)
{
	AUTO(buf_release) struct buf out = BUF_INIT;
	struct digest digest = { .len = 20 };
	struct tsp_request request;
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(tsp_request_init(&request, DIGEST_SHA256, &digest, &err), &err, ERR_TSA);
	request = ask("a");
	request.policy_oid = "not an oid";
	assert_fails(tsp_request_write(&request, &out, &err), &err, ERR_TSA);
}

static void test_token_errors(void **state)
{
	AUTO(tsp_token_freep) struct tsp_token *token = NULL;
	AUTO(cms_draft_freep) struct cms_draft *draft = NULL;
	AUTO(buf_release) struct buf der = BUF_INIT;
	AUTO(buf_release) struct buf value = BUF_INIT;
	struct cms_draft_options options = { .alg = signer_default_alg(tsa),
					     .cert = world.tsa,
					     .content = fixture_text("hello") };
	struct digest digest, signed_digest;
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(tsp_token_parse(fixture_text("garbage"), &token, &err), &err, ERR_TSA);
	assert_fails(tsp_token_parse((struct bytes){ (const uint8_t *)"", TSP_MAX_BYTES + 1 }, &token, &err), &err,
		     ERR_TSA);
	/* A good signature of something that is no TSTInfo. */
	assert_ok(digest_of(options.alg.digest, options.content, &digest, &err), &err);
	options.content_digest = &digest;
	assert_ok(cms_draft_new(&options, &draft, &err), &err);
	assert_ok(cms_draft_digest(draft, &signed_digest, &err), &err);
	assert_ok(signer_sign(tsa, options.alg, &signed_digest, &value, &err), &err);
	assert_ok(cms_draft_set_signature(draft, fixture_bytes(&value), &err), &err);
	assert_ok(cms_draft_write(draft, &der, &err), &err);
	assert_fails(tsp_token_parse(fixture_bytes(&der), &token, &err), &err, ERR_TSA);
	assert_non_null(strstr(err.detail, "TSTInfo"));
}

static void test_over_http(void **state)
{
	AUTO(buf_release) struct buf answer = BUF_INIT;
	AUTO(fetcher_freep) struct fetcher *fetcher = NULL;
	AUTO(tsp_token_freep) struct tsp_token *token = NULL;
	struct fake_answer answers[] = { { "http://tsa.test/", { NULL, 0 }, ERR_NONE, 0 },
					 { "http://down.test/", { NULL, 0 }, ERR_NET_TIMEOUT, 0 },
					 { "http://junk.test/", { (const uint8_t *)"junk", 4 }, ERR_NONE, 0 } };
	struct tsp_request request = ask("a");
	struct issue_tsp how = plain();
	struct err err = ERR_INIT;

	(void)state;
	stamp(&request, &how, &answer);
	answers[0].body = fixture_bytes(&answer);
	fetcher = fake_fetcher(answers, ARRAY_LEN(answers));
	assert_ok(tsp_ask(fetcher, "http://tsa.test/", &request, &token, &err), &err);
	tsp_token_free(token);
	token = NULL;
	assert_fails(tsp_ask(fetcher, "http://down.test/", &request, &token, &err), &err, ERR_NET_TIMEOUT);
	assert_non_null(strstr(err.detail, "http://down.test/"));
	assert_fails(tsp_ask(fetcher, "http://junk.test/", &request, &token, &err), &err, ERR_TSA);
	assert_non_null(strstr(err.detail, "http://junk.test/"));
}

/* TSTInfo by hand: fractions, accuracy in parts, malformed fields. */
static void put_info(struct buf *out, const char *time, struct bytes accuracy, long version)
{
	const struct tsp_request request = ask("a");
	size_t info = der_begin(out, DER_SEQUENCE), imprint;

	der_put_long(out, version);
	der_put(out, DER_OID, fixture_text("\x2a\x03"));
	imprint = der_begin(out, DER_SEQUENCE);
	der_put_raw(out, fixture_text("\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01"));
	der_put(out, DER_OCTET_STRING, (struct bytes){ request.imprint.bytes, request.imprint.len });
	der_end(out, imprint);
	der_put_long(out, 5);
	der_put(out, DER_GENERALIZED_TIME, fixture_text(time));
	if (accuracy.n)
		der_put(out, DER_SEQUENCE, accuracy);
	der_end(out, info);
}

static int parse_info(struct buf *info, struct tsp_token **ret_token, struct err *err)
{
	AUTO(cms_draft_freep) struct cms_draft *draft = NULL;
	AUTO(buf_release) struct buf der = BUF_INIT;
	AUTO(buf_release) struct buf value = BUF_INIT;
	struct cms_draft_options options = { .alg = signer_default_alg(tsa),
					     .cert = world.tsa,
					     .content = fixture_bytes(info),
					     .content_type_oid = "1.2.840.113549.1.9.16.1.4" };
	struct digest digest, signed_digest;

	assert_ok(digest_of(options.alg.digest, options.content, &digest, err), err);
	options.content_digest = &digest;
	assert_ok(cms_draft_new(&options, &draft, err), err);
	assert_ok(cms_draft_digest(draft, &signed_digest, err), err);
	assert_ok(signer_sign(tsa, options.alg, &signed_digest, &value, err), err);
	assert_ok(cms_draft_set_signature(draft, fixture_bytes(&value), err), err);
	assert_ok(cms_draft_write(draft, &der, err), err);
	return tsp_token_parse(fixture_bytes(&der), ret_token, err);
}

static void test_info_fields(void **state)
{
	static const struct {
		const char *time;
		struct bytes accuracy;
		int64_t fraction_ms, accuracy_ms; /* accuracy -2: refused */
		long version;
	} rows[] = {
		{ "20261122000000Z", { NULL, 0 }, 0, -1, 1 },
		{ "20261122000000.25Z", { (const uint8_t *)"\x02\x01\x02", 3 }, 250, 2000, 1 },
		{ "20261122000000.0015Z", { (const uint8_t *)"\x80\x02\x01\xf4", 4 }, 1, 500, 1 },
		{ "20261122000000Z", { (const uint8_t *)"\x02\x01\x01\x80\x01\x05\x81\x01\x01", 9 }, 0, 1006, 1 },
		{ "20261122000000Z", { (const uint8_t *)"\x80\x02\x07\xd0", 4 }, 0, -2, 1 }, /* 2000 ms */
		{ "20261122000000+0700", { NULL, 0 }, 0, -2, 1 },
		{ "202611220000Z", { NULL, 0 }, 0, -2, 1 },
		{ "20261122000000Z", { NULL, 0 }, 0, -2, 2 },
	};
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO(buf_release) struct buf info = BUF_INIT;
		AUTO(tsp_token_freep) struct tsp_token *token = NULL;

		put_info(&info, rows[i].time, rows[i].accuracy, rows[i].version);
		if (rows[i].accuracy_ms == -2) {
			assert_fails(parse_info(&info, &token, &err), &err, ERR_TSA);
			continue;
		}
		assert_ok(parse_info(&info, &token, &err), &err);
		assert_int_equal(tsp_token_time_ms(token) % 1000, rows[i].fraction_ms);
		assert_int_equal(tsp_token_accuracy_ms(token), rows[i].accuracy_ms);
		assert_null(tsp_token_nonce(token).p);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_round),        cmocka_unit_test(test_wrong_answers),
	cmocka_unit_test(test_rejections),   cmocka_unit_test(test_who_may_stamp),
	cmocka_unit_test(test_damage),       cmocka_unit_test(test_request_errors),
	cmocka_unit_test(test_token_errors), cmocka_unit_test(test_over_http),
	cmocka_unit_test(test_info_fields),
};

int main(void)
{
	setlocale(LC_ALL, "");
	return cmocka_run_group_tests(tests, open_world, close_world);
}
