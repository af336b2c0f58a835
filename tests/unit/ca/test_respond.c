/* test_respond.c - OCSP and time-stamp answers, served over HTTP, with the openssl command as client and as judge. */
#include "test.h"

#include "client.h"
#include "fixture.h"
#include "http/ca_server.h"
#include "pki/crl.h"
#include "pki/der.h"
#include "pki/digest.h"
#include "pki/ocsp.h"
#include "pki/tsp.h"
#include "util/hex.h"

struct served {
	const char *dir;
	struct ca *ca;
	struct ca_server *server;
	const char *url;
	uint16_t port;
};

static struct served serve(const char *misbehave)
{
	struct served s = { .dir = fixture_dir() };
	struct ca_misbehave how;
	struct err err = ERR_INIT;

	s.ca = fixture_ca(s.dir, clock_system());
	fixture_pem(s.dir);
	assert_ok(ca_misbehave_parse(misbehave, &how, &err), &err);
	assert_ok(ca_server_start(s.ca, "127.0.0.1:0", &how, &s.server, &err), &err);
	s.url = ca_server_url(s.server);
	s.port = (uint16_t)atoi(strrchr(s.url, ':') + 1);
	return s;
}

static void unserve(struct served *s)
{
	ca_server_free(s->server);
	ca_free(s->ca);
}

static struct cert *issue_to(struct served *s, const char *file)
{
	struct ca_issue what = fixture_person();
	struct cert *cert = fixture_issue(s->ca, &what);

	fixture_write(fixture_path(s->dir, file), cert_der(cert));
	return cert;
}

/* For tests that need the file alone. */
static void issue_file(struct served *s, const char *file)
{
	cert_free(issue_to(s, file));
}

/* ---- certificates and CRLs ---- */

static void files_are_served(void **state)
{
	struct served s = serve("");
	AUTO(buf_release) struct buf answer = BUF_INIT;
	struct bytes body;

	(void)state;
	assert_int_equal(client_call(s.port, "GET", "/ca.cer", "", NULL, 0, &answer), 200);
	fixture_has(&answer, "application/pkix-cert");
	body = client_body(&answer);
	assert_true(bytes_eq(body, cert_der(ca_cert(s.ca, CA_CERT_ISSUER))));
	buf_clear(&answer);
	assert_int_equal(client_call(s.port, "GET", "/root.cer", "", NULL, 0, &answer), 200);
	assert_true(bytes_eq(client_body(&answer), cert_der(ca_cert(s.ca, CA_CERT_ROOT))));
	buf_clear(&answer);
	assert_int_equal(client_call(s.port, "GET", "/root.crl", "", NULL, 0, &answer), 200);
	fixture_has(&answer, "application/pkix-crl");
	buf_clear(&answer);
	assert_int_equal(client_call(s.port, "GET", "/private/ca.key", "", NULL, 0, &answer), 404);
	buf_clear(&answer);
	assert_int_equal(client_call(s.port, "GET", "/../private/ca.key", "", NULL, 0, &answer), 400);
	unserve(&s);
}

/* A revocation made by another process shows in what is served. */
static void revocation_shows_at_once(void **state)
{
	struct served s = serve("");
	AUTO(cert_freep) struct cert *cert = issue_to(&s, "leaf.cer");
	struct ca *other = fixture_open(s.dir, clock_system());
	struct err err = ERR_INIT;
	int n = -1;

	(void)state;
	for (int round = 0; round < 2; round++) {
		AUTO(buf_release) struct buf answer = BUF_INIT;
		struct bytes body;
		struct crl *crl = NULL;

		assert_int_equal(client_call(s.port, "GET", "/ca.crl", "", NULL, 0, &answer), 200);
		body = client_body(&answer);
		assert_ok(crl_parse(body, &crl, &err), &err);
		assert_int_equal(crl_entry_count(crl), round);
		n = (int)crl_entry_count(crl);
		crl_free(crl);
		if (round == 0)
			assert_ok(ca_revoke(other, cert_serial_hex(cert), CRL_REASON_SUPERSEDED, 0, &err), &err);
	}
	assert_int_equal(n, 1);
	ca_free(other);
	unserve(&s);
}

/* ---- OCSP ---- */

static int ask_ocsp(const struct served *s, const char *file, const char *options, struct buf *out)
{
	return fixture_run(
	    out,
	    "cd '%s' && openssl ocsp -issuer ca.pem %s -cert %s -url %s/ocsp -CAfile root.pem -verify_other ca.pem "
	    "-resp_text -timeout 20",
	    s->dir, options, file, s->url);
}

static void status_is_answered(void **state)
{
	static const char *const hashes[] = { "", "-sha256", "-sha512", "-sha256 -no_nonce" };
	struct served s = serve("");
	AUTO(cert_freep) struct cert *bad = issue_to(&s, "bad.cer");
	AUTO(buf_release) struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	issue_file(&s, "good.cer");
	assert_ok(ca_revoke(s.ca, cert_serial_hex(bad), CRL_REASON_KEY_COMPROMISE, 0, &err), &err);
	for (size_t i = 0; i < ARRAY_LEN(hashes); i++) {
		assert_int_equal(ask_ocsp(&s, "good.cer", hashes[i], &out), 0);
		fixture_has(&out, "Response verify OK");
		fixture_has(&out, "good.cer: good");
		fixture_has(&out, "Next Update");
		if (!strstr(hashes[i], "no_nonce"))
			assert_null(strstr(out.data, "no nonce in response"));
		assert_int_equal(ask_ocsp(&s, "bad.cer", hashes[i], &out), 0);
		fixture_has(&out, "bad.cer: revoked");
		fixture_has(&out, "Reason: keyCompromise");
		fixture_has(&out, "Response verify OK");
	}
	fixture_has(&out, "Responder Id: ");
	unserve(&s);
}

static void strangers_are_unknown(void **state)
{
	struct served s = serve("");
	struct served stranger = serve("");
	AUTO(buf_release) struct buf out = BUF_INIT;
	AUTO(cert_freep) struct cert *other = NULL;
	struct ca_issue what = fixture_person();

	(void)state;
	/* not in the index: a certificate of the right issuer's name and key that this directory never issued */
	assert_int_equal(
	    fixture_run(
		&out,
		"cd '%s' && openssl ocsp -issuer ca.pem -serial 0x1234567812345678 -url %s/ocsp -CAfile root.pem "
		"-verify_other ca.pem",
		s.dir, s.url),
	    0);
	fixture_has(&out, "0x1234567812345678: unknown");
	assert_int_equal(
	    fixture_run(
		&out,
		"cd '%s' && openssl ocsp -issuer ca.pem -serial 5 -url %s/ocsp -CAfile root.pem -verify_other ca.pem",
		s.dir, s.url),
	    0);
	fixture_has(&out, "5: unknown");
	other = fixture_issue(stranger.ca, &what); /* same issuer name, another key */
	fixture_write(fixture_path(s.dir, "other.cer"), cert_der(other));
	assert_int_equal(
	    fixture_run(&out, "cd '%s' && openssl ocsp -issuer '%s/ca.pem' -cert other.cer -url %s/ocsp -noverify",
			s.dir, stranger.dir, s.url),
	    0);
	fixture_has(&out, "other.cer: unknown");
	assert_int_equal(fixture_run(&out,
				     "cd '%s' && openssl ocsp -issuer root.pem -cert ca.pem -url %s/ocsp -noverify",
				     s.dir, s.url),
			 0);
	fixture_has(&out, "ca.pem: unknown"); /* the root's business: its CRL */
	unserve(&stranger);
	unserve(&s);
}

static void make_request(struct served *s, const char *options, struct buf *request)
{
	AUTO(buf_release) struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	assert_int_equal(fixture_run(&out, "cd '%s' && openssl ocsp -issuer ca.pem -cert leaf.cer %s -reqout req.der",
				     s->dir, options),
			 0);
	assert_ok(file_read(fixture_path(s->dir, "req.der"), 100000, request, &err), &err);
}

/* OCSPResponseStatus of an answer; -1 when it is none. */
static int response_status(struct bytes answer)
{
	struct der outer;
	struct bytes status;

	if (!der_only(answer, DER_SEQUENCE, &outer) || !der_read(&outer, DER_ENUMERATED, &status) || status.n != 1)
		return -1;
	return status.p[0];
}

static int ocsp_of(struct ca *ca, struct bytes request)
{
	AUTO(buf_release) struct buf answer = BUF_INIT;
	struct err err = ERR_INIT;

	assert_ok(ca_ocsp(ca, request, &answer, &err), &err);
	return response_status(fixture_bytes(&answer));
}

static void get_requests(void **state)
{
	struct served s = serve("");
	AUTO(buf_release) struct buf request = BUF_INIT;
	AUTO(buf_release) struct buf target = BUF_INIT;
	AUTO(buf_release) struct buf answer = BUF_INIT;

	(void)state;
	issue_file(&s, "leaf.cer");
	make_request(&s, "-no_nonce", &request);
	buf_puts(&target, "/ocsp/");
	base64_encode(fixture_bytes(&request), &target);
	assert_int_equal(client_call(s.port, "GET", target.data, "", NULL, 0, &answer), 200);
	assert_int_equal(response_status(client_body(&answer)), 0);
	buf_clear(&answer);
	while (target.data[target.len - 1] == '=') /* without padding too */
		target.data[--target.len] = '\0';
	assert_int_equal(client_call(s.port, "GET", target.data, "", NULL, 0, &answer), 200);
	assert_int_equal(response_status(client_body(&answer)), 0);
	buf_clear(&answer);
	assert_int_equal(client_call(s.port, "GET", "/ocsp/!!!", "", NULL, 0, &answer), 200);
	assert_int_equal(response_status(client_body(&answer)), 1);
	buf_clear(&answer);
	assert_int_equal(client_call(s.port, "POST", "/ocsp", "text/plain", request.data, request.len, &answer), 415);
	buf_clear(&answer);
	assert_int_equal(client_call(s.port, "POST", "/ocsp", "application/ocsp-request", "junk", 4, &answer), 200);
	assert_int_equal(response_status(client_body(&answer)), 1);
	unserve(&s);
}

/* Cut anywhere, or with bytes after it, a request is malformed; with any byte changed it never upsets the responder. */
static void hostile_ocsp_requests(void **state)
{
	struct served s = serve("");
	AUTO(buf_release) struct buf request = BUF_INIT;

	(void)state;
	issue_file(&s, "leaf.cer");
	make_request(&s, "", &request);
	assert_int_equal(ocsp_of(s.ca, fixture_bytes(&request)), 0);
	for (size_t len = 0; len < request.len; len++)
		assert_int_equal(ocsp_of(s.ca, (struct bytes){ (const uint8_t *)request.data, len }), 1);
	for (size_t at = 0; at < request.len; at++) {
		char old = request.data[at];

		request.data[at] = (char)(old ^ 0x21);
		assert_in_range(ocsp_of(s.ca, fixture_bytes(&request)), 0, 2);
		request.data[at] = old;
	}
	buf_putc(&request, '\0');
	assert_int_equal(ocsp_of(s.ca, fixture_bytes(&request)), 1);
	unserve(&s);
}

static void put_request(struct buf *out, size_t certs, const char *oid_octets, bool critical, size_t nonce_bytes)
{
	static const uint8_t sha1_algid[] = { 0x30, 0x07, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a };
	static const uint8_t bytes[200];
	size_t outer = der_begin(out, DER_SEQUENCE), tbs = der_begin(out, DER_SEQUENCE),
	       list = der_begin(out, DER_SEQUENCE);
	size_t tagged, exts, ext, value;

	for (size_t i = 0; i < certs; i++) {
		size_t one = der_begin(out, DER_SEQUENCE), id = der_begin(out, DER_SEQUENCE);

		der_put_raw(out, (struct bytes){ sha1_algid, sizeof(sha1_algid) });
		der_put(out, DER_OCTET_STRING, (struct bytes){ bytes, 20 });
		der_put(out, DER_OCTET_STRING, (struct bytes){ bytes, 20 });
		der_put_long(out, (long)i + 1);
		der_end(out, id);
		der_end(out, one);
	}
	der_end(out, list);
	if (oid_octets) {
		tagged = der_begin(out, DER_CONTEXT_CONSTRUCTED(2));
		exts = der_begin(out, DER_SEQUENCE);
		ext = der_begin(out, DER_SEQUENCE);
		der_put_oid(out, (struct bytes){ (const uint8_t *)oid_octets, strlen(oid_octets) });
		if (critical)
			der_put_bool(out, true);
		value = der_begin(out, DER_OCTET_STRING);
		der_put(out, DER_OCTET_STRING, (struct bytes){ bytes, nonce_bytes });
		der_end(out, value);
		der_end(out, ext);
		der_end(out, exts);
		der_end(out, tagged);
	}
	der_end(out, tbs);
	der_end(out, outer);
}

static void odd_ocsp_requests(void **state)
{
	static const char nonce[] = "\x2b\x06\x01\x05\x05\x07\x30\x01\x02";
	static const char other[] = "\x2b\x06\x01\x05\x05\x07\x30\x01\x04";
	static const struct {
		size_t certs;
		const char *oid;
		bool critical;
		size_t nonce_bytes;
		int want;
	} cases[] = {
		{ 1, NULL, false, 0, 0 },  { 64, NULL, false, 0, 0 },   { 65, NULL, false, 0, 1 },
		{ 0, NULL, false, 0, 1 },  { 1, nonce, false, 32, 0 },  { 1, nonce, true, 1, 0 },
		{ 1, nonce, false, 0, 1 }, { 1, nonce, false, 128, 0 }, { 1, nonce, false, 129, 1 },
		{ 1, other, false, 5, 0 }, { 1, other, true, 5, 1 },
	};
	struct ca *ca = fixture_ca(fixture_dir(), clock_system());

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_release) struct buf request = BUF_INIT;

		put_request(&request, cases[i].certs, cases[i].oid, cases[i].critical, cases[i].nonce_bytes);
		assert_int_equal(ocsp_of(ca, fixture_bytes(&request)), cases[i].want);
	}
	ca_free(ca);
}

/* ---- time-stamps ---- */

static void make_query(const struct served *s, const char *options, struct buf *query)
{
	AUTO(buf_release) struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	assert_int_equal(
	    fixture_run(&out, "cd '%s' && printf 'noi dung' > data && openssl ts -query -data data %s -out q.tsq",
			s->dir, options),
	    0);
	buf_clear(query);
	assert_ok(file_read(fixture_path(s->dir, "q.tsq"), 100000, query, &err), &err);
}

static void stamp_to(const struct served *s, const struct buf *query, const char *file)
{
	AUTO(buf_release) struct buf answer = BUF_INIT;

	assert_int_equal(
	    client_call(s->port, "POST", "/tsa", "application/timestamp-query", query->data, query->len, &answer), 200);
	fixture_has(&answer, "application/timestamp-reply");
	fixture_write(fixture_path(s->dir, file), client_body(&answer));
}

static void stamps_verify(void **state)
{
	static const char *const options[] = { "-sha256 -cert", "-sha384 -cert", "-sha512", "-sha256 -no_nonce -cert",
					       "-sha256 -tspolicy 2.999.30.2020.2 -cert" };
	struct served s = serve("");
	AUTO(buf_release) struct buf query = BUF_INIT;
	AUTO(buf_release) struct buf out = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(options); i++) {
		make_query(&s, options[i], &query);
		stamp_to(&s, &query, "a.tsr");
		assert_int_equal(
		    fixture_run(
			&out,
			"cd '%s' && openssl ts -verify -queryfile q.tsq -in a.tsr -CAfile root.pem -untrusted both.pem",
			s.dir),
		    0);
		fixture_has(&out, "Verification: OK");
		assert_int_equal(
		    fixture_run(
			&out, "cd '%s' && openssl ts -verify -data data -in a.tsr -CAfile root.pem -untrusted both.pem",
			s.dir),
		    0);
	}
	assert_int_equal(fixture_run(&out, "cd '%s' && openssl ts -reply -in a.tsr -text", s.dir), 0);
	fixture_has(&out, "Policy OID: 2.999.30.2020.2");
	fixture_has(&out, "Accuracy: 0x01 seconds");
	fixture_has(&out, "Ordering: no");
	fixture_has(&out, "Status: Granted.");
	unserve(&s);
}

static void certificates_only_when_asked_for(void **state)
{
	struct served s = serve("");
	AUTO(buf_release) struct buf query = BUF_INIT;
	AUTO(buf_release) struct buf out = BUF_INIT;

	(void)state;
	make_query(&s, "-sha256 -cert", &query);
	stamp_to(&s, &query, "with.tsr");
	make_query(&s, "-sha256", &query);
	stamp_to(&s, &query, "without.tsr");
	assert_int_equal(fixture_run(&out,
				     "cd '%s' && openssl ts -reply -in with.tsr -token_out -out t.der && "
				     "openssl pkcs7 -inform DER -in t.der -print_certs -noout",
				     s.dir),
			 0);
	fixture_has(&out, "subject=");
	assert_int_equal(fixture_run(&out,
				     "cd '%s' && openssl ts -reply -in without.tsr -token_out -out t.der && "
				     "openssl pkcs7 -inform DER -in t.der -print_certs -noout",
				     s.dir),
			 0);
	assert_null(strstr(buf_str(&out), "subject="));
	unserve(&s);
}

static void stamp_fails(struct served *s, const char *options, const char *text)
{
	AUTO(buf_release) struct buf query = BUF_INIT;
	AUTO(buf_release) struct buf out = BUF_INIT;

	make_query(s, options, &query);
	stamp_to(s, &query, "bad.tsr");
	assert_int_equal(fixture_run(&out, "cd '%s' && openssl ts -reply -in bad.tsr -text", s->dir), 0);
	fixture_has(&out, "Status: Rejected.");
	fixture_has(&out, text);
}

static void refusals_name_the_failure(void **state)
{
	struct served s = serve("");

	(void)state;
	stamp_fails(&s, "-sha1 -cert", "unrecognized or unsupported algorithm");
	stamp_fails(&s, "-md5 -cert", "unrecognized or unsupported algorithm");
	stamp_fails(&s, "-sha256 -tspolicy 1.2.3.4", "the requested TSA policy is not supported");
	unserve(&s);
}

/* PKIStatus of an answer, and its one failure bit (-1 without); -1 when it is no answer. */
static long tsp_status(struct bytes answer, int *ret_failure)
{
	struct der outer, status, list;
	struct bytes bits;
	unsigned unused;
	long value;
	bool present;

	*ret_failure = -1;
	if (!der_only(answer, DER_SEQUENCE, &outer) || !der_enter(&outer, DER_SEQUENCE, &status) ||
	    !der_read_long(&status, &value))
		return -1;
	if (value == 0)
		return 0;
	assert_true(der_enter_optional(&status, DER_SEQUENCE, &list, &present) && present);
	assert_true(der_read_bits(&status, &bits, &unused));
	for (size_t i = 0; i < bits.n * 8 - unused; i++)
		if (bits.p[i / 8] & 0x80 >> i % 8)
			*ret_failure = (int)i;
	assert_int_equal(*ret_failure, bits.n * 8 - unused - 1); /* no trailing zero bits */
	return value;
}

static int failure_of(struct ca *ca, struct bytes query)
{
	AUTO(buf_release) struct buf answer = BUF_INIT;
	struct err err = ERR_INIT;
	int failure;

	assert_ok(ca_timestamp(ca, query, CA_TSA_RIGHT, &answer, &err), &err);
	assert_true(tsp_status(fixture_bytes(&answer), &failure) >= 0);
	return failure;
}

static void hostile_queries(void **state)
{
	struct served s = serve("");
	AUTO(buf_release) struct buf query = BUF_INIT;

	(void)state;
	make_query(&s, "-sha256 -cert", &query);
	assert_int_equal(failure_of(s.ca, fixture_bytes(&query)), -1);
	for (size_t len = 0; len < query.len; len++)
		assert_int_equal(failure_of(s.ca, (struct bytes){ (const uint8_t *)query.data, len }), 5);
	for (size_t at = 0; at < query.len; at++) {
		char old = query.data[at];

		query.data[at] = (char)(old ^ 0x21);
		assert_in_range(failure_of(s.ca, fixture_bytes(&query)) + 1, 0, 26);
		query.data[at] = old;
	}
	buf_putc(&query, '\0');
	assert_int_equal(failure_of(s.ca, fixture_bytes(&query)), 5);
	unserve(&s);
}

static void put_query(struct buf *out, long version, size_t hash_bytes, bool extension)
{
	static const uint8_t sha256_algid[] = { 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48,
						0x01, 0x65, 0x03, 0x04, 0x02, 0x01 };
	static const uint8_t hash[64];
	size_t outer = der_begin(out, DER_SEQUENCE), imprint, ext;

	der_put_long(out, version);
	imprint = der_begin(out, DER_SEQUENCE);
	der_put_raw(out, (struct bytes){ sha256_algid, sizeof(sha256_algid) });
	der_put(out, DER_OCTET_STRING, (struct bytes){ hash, hash_bytes });
	der_end(out, imprint);
	if (extension) {
		ext = der_begin(out, DER_CONTEXT_CONSTRUCTED(0));
		der_end(out, ext);
	}
	der_end(out, outer);
}

static void odd_queries(void **state)
{
	static const struct {
		long version;
		size_t hash_bytes;
		bool extension;
		int failure;
	} cases[] = {
		{ 1, 32, false, -1 }, { 2, 32, false, 2 }, { 1, 31, false, 5 }, { 1, 0, false, 5 }, { 1, 32, true, 16 }
	};
	struct ca *ca = fixture_ca(fixture_dir(), clock_system());

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_release) struct buf query = BUF_INIT;

		put_query(&query, cases[i].version, cases[i].hash_bytes, cases[i].extension);
		assert_int_equal(failure_of(ca, fixture_bytes(&query)), cases[i].failure);
	}
	ca_free(ca);
}

/* Time is the clock's, not the machine's. */
static void stamps_a_year_later(void **state)
{
	struct served s = serve("");
	AUTO(buf_release) struct buf query = BUF_INIT;
	AUTO(buf_release) struct buf answer = BUF_INIT;
	AUTO(buf_release) struct buf out = BUF_INIT;
	struct clock clock = clock_fixed(1830000000500LL); /* 2027-12-28 */
	struct err err = ERR_INIT;

	(void)state;
	make_query(&s, "-sha256 -cert", &query);
	ca_set_clock(s.ca, &clock);
	assert_ok(ca_timestamp(s.ca, fixture_bytes(&query), CA_TSA_RIGHT, &answer, &err), &err);
	fixture_write(fixture_path(s.dir, "later.tsr"), fixture_bytes(&answer));
	assert_int_equal(
	    fixture_run(
		&out,
		"cd '%s' && openssl ts -reply -in later.tsr -text && openssl ts -verify -queryfile q.tsq -in later.tsr "
		"-attime 1830000001 -CAfile root.pem -untrusted ca.pem",
		s.dir),
	    0);
	fixture_has(&out, "Time stamp: Dec 28 13:20:00 2027 GMT");
	clock = clock_fixed(2200000000000LL); /* the authority's certificate has expired */
	ca_set_clock(s.ca, &clock);
	assert_int_equal(failure_of(s.ca, fixture_bytes(&query)), 14);
	unserve(&s);
}

/* ---- kyso's own readers ---- */

static void our_readers_agree(void **state)
{
	struct ca *ca = fixture_ca(fixture_dir(), clock_system());
	struct ca_issue what = fixture_person();
	AUTO(cert_freep) struct cert *cert = fixture_issue(ca, &what);
	AUTO(buf_release) struct buf request = BUF_INIT;
	AUTO(buf_release) struct buf answer = BUF_INIT;
	static const uint8_t nonce[] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	struct bytes nonce_bytes = { nonce, sizeof(nonce) };
	struct cert *issuer = ca_cert(ca, CA_CERT_ISSUER);
	AUTO(ocsp_freep) struct ocsp *ocsp = NULL;
	AUTO(tsp_token_freep) struct tsp_token *token = NULL;
	struct ocsp_single single;
	struct tsp_request query;
	struct digest digest;
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(ocsp_request_write(cert, issuer, DIGEST_SHA1, nonce_bytes, &request, &err), &err);
	assert_ok(ca_ocsp(ca, fixture_bytes(&request), &answer, &err), &err);
	assert_ok(ocsp_parse(fixture_bytes(&answer), &ocsp, &err), &err);
	assert_true(ocsp_find(ocsp, cert, issuer, &single));
	assert_int_equal(single.status, OCSP_GOOD);
	assert_true(ocsp_responder_is(ocsp, ca_cert(ca, CA_CERT_OCSP)));
	assert_int_equal(ocsp_check_signature(ocsp, ca_cert(ca, CA_CERT_OCSP), &err), 0);
	assert_ok(digest_of(DIGEST_SHA384, nonce_bytes, &digest, &err), &err);
	assert_ok(tsp_request_init(&query, DIGEST_SHA384, &digest, &err), &err);
	buf_clear(&request);
	buf_clear(&answer);
	assert_ok(tsp_request_write(&query, &request, &err), &err);
	assert_ok(ca_timestamp(ca, fixture_bytes(&request), CA_TSA_RIGHT, &answer, &err), &err);
	assert_ok(tsp_response_check(fixture_bytes(&answer), &query, &token, &err), &err);
	assert_string_equal(tsp_token_policy(token), "2.999.30.2020.2");
	assert_int_equal(tsp_token_accuracy_ms(token), 1000);
	assert_true(tsp_signer_usage(tsp_token_signer(token)));
	ca_free(ca);
}

/* ---- misbehaviour ---- */

static int call_tsa(struct served *s, const struct buf *query, struct buf *answer)
{
	return client_call(s->port, "POST", "/tsa", "application/timestamp-query", query->data, query->len, answer);
}

static void tsa_misbehaves(void **state)
{
	static const struct {
		const char *kind;
		int status;
		const char *openssl_says;
	} cases[] = {
		{ "garbage", 200, "Verification: FAILED" },
		{ "tsa:html", 200, "Verification: FAILED" },
		{ "empty", 200, "Verification: FAILED" },
		{ "truncated", 200, "Verification: FAILED" },
		{ "error", 500, NULL },
		{ "reject", 200, "Verification: FAILED" },
		{ "wrong-imprint", 200, "message imprint mismatch" },
		{ "tsa:wrong-nonce", 200, "nonce mismatch" },
		{ "ocsp:garbage", 200, "Verification: OK" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct served s = serve(cases[i].kind);
		AUTO(buf_release) struct buf query = BUF_INIT;
		AUTO(buf_release) struct buf answer = BUF_INIT;
		AUTO(buf_release) struct buf out = BUF_INIT;

		make_query(&s, "-sha256 -cert", &query);
		assert_int_equal(call_tsa(&s, &query, &answer), cases[i].status);
		fixture_write(fixture_path(s.dir, "a.tsr"), client_body(&answer));
		if (cases[i].openssl_says) {
			fixture_run(&out,
				    "cd '%s' && openssl ts -verify -queryfile q.tsq -in a.tsr -CAfile root.pem "
				    "-untrusted ca.pem",
				    s.dir);
			fixture_has(&out, cases[i].openssl_says);
		}
		unserve(&s);
	}
}

static void other_services_misbehave(void **state)
{
	static const struct {
		const char *kind, *target;
		int status;
	} cases[] = { { "crl:reject", "/ca.crl", 503 },
		      { "crl:error", "/root.crl", 500 },
		      { "tsa:error", "/ca.crl", 200 },
		      { "ocsp:error", "/ocsp/MA==", 500 },
		      { "ocsp:reject", "/ocsp/MA==", 200 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct served s = serve(cases[i].kind);
		AUTO(buf_release) struct buf answer = BUF_INIT;

		assert_int_equal(client_call(s.port, "GET", cases[i].target, "", NULL, 0, &answer), cases[i].status);
		if (strcmp(cases[i].kind, "ocsp:reject") == 0)
			assert_int_equal(response_status(client_body(&answer)), 3);
		unserve(&s);
	}
}

/* A slow server does not keep its stop waiting for the whole minute. */
static void slow_answers_end_with_the_server(void **state)
{
	struct served s = serve("slow");
	int fd = client_connect(s.port);
	static const char head[] = "GET /ca.crl HTTP/1.1\r\nHost: h\r\n\r\n";
	AUTO(buf_release) struct buf answer = BUF_INIT;

	(void)state;
	assert_true(client_send(fd, head, strlen(head)));
	assert_false(client_drain(fd, &answer, 300));
	assert_int_equal(answer.len, 0);
	unserve(&s);
	close(fd);
}

static void misbehaviours_are_listed(void **state)
{
	static const char *const bad[] = { "x", "tsa:", "tsa:x", "web:error", ":error2" };
	struct ca_misbehave how;
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_fails(ca_misbehave_parse(bad[i], &how, &err), &err, ERR_USAGE);
		assert_non_null(strstr(err.detail, "wrong-imprint"));
	}
	assert_ok(ca_misbehave_parse(NULL, &how, &err), &err);
	assert_int_equal(how.tsa, CA_BEHAVES);
	assert_ok(ca_misbehave_parse("crl:slow", &how, &err), &err);
	assert_int_equal(how.crl, CA_SLOW);
	assert_int_equal(how.tsa, CA_BEHAVES);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(files_are_served),
	cmocka_unit_test(revocation_shows_at_once),
	cmocka_unit_test(status_is_answered),
	cmocka_unit_test(strangers_are_unknown),
	cmocka_unit_test(get_requests),
	cmocka_unit_test(hostile_ocsp_requests),
	cmocka_unit_test(odd_ocsp_requests),
	cmocka_unit_test(stamps_verify),
	cmocka_unit_test(certificates_only_when_asked_for),
	cmocka_unit_test(refusals_name_the_failure),
	cmocka_unit_test(hostile_queries),
	cmocka_unit_test(odd_queries),
	cmocka_unit_test(stamps_a_year_later),
	cmocka_unit_test(our_readers_agree),
	cmocka_unit_test(tsa_misbehaves),
	cmocka_unit_test(other_services_misbehave),
	cmocka_unit_test(slow_answers_end_with_the_server),
	cmocka_unit_test(misbehaviours_are_listed),
};

TEST_MAIN(tests)
