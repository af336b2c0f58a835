/* test_cms.c - what we build others verify; what others build we read; what is wrong is found and named. */
#include "fixture.h"

#include <sys/resource.h>
#include <sys/wait.h>

#include "pki/algid.h"
#include "pki/cms.h"
#include "pki/der.h"
#include "pki/oid.h"
#include "pki/warm.h"

static const char content[] = "Công văn số 12/STTTT-CNTT";

/* ---- building ---- */

struct made {
	struct buf der;
	struct cert *cert, *ca;
	struct digest content_digest;
};

static void release_made(struct made *made)
{
	buf_release(&made->der);
	cert_free(made->cert);
	cert_free(made->ca);
}

static struct cert *leaf(struct key *key, struct cert *ca)
{
	return fixture_cert(&(struct fixture_cert){ .key = key, .issuer_key = fixture_key(KEY_TYPE_P384), .issuer = ca, .cn = "Nguyễn Văn Thử" });
}

static void make_signer(enum key_type type, struct made *made)
{
	static const uint8_t is_ca[] = { DER_SEQUENCE, 3, DER_BOOLEAN, 1, 0xff };
	AUTO(buf_release) struct buf ext = BUF_INIT;

	fixture_extension(&ext, OID_EXT_BASIC_CONSTRAINTS, true, (struct bytes){ is_ca, sizeof(is_ca) });
	made->ca = fixture_cert(&(struct fixture_cert){ .key = fixture_key(KEY_TYPE_P384), .cn = "CA thử nghiệm", .serial_hex = "01", .extensions = fixture_bytes(&ext) });
	made->cert = leaf(fixture_key(type), made->ca);
}

static void sign_draft(struct key *key, struct sig_alg alg, struct cms_draft *draft, struct err *err)
{
	AUTO(buf_release) struct buf value = BUF_INIT;
	struct digest digest;

	assert_ok(cms_draft_digest(draft, &digest, err), err);
	assert_ok(key_sign(key, alg, &digest, &value, err), err);
	assert_ok(cms_draft_set_signature(draft, fixture_bytes(&value), err), err);
}

static void make(enum key_type type, struct sig_alg alg, struct made *made)
{
	AUTO(cert_list_release) struct cert_list chain = { 0 };
	AUTO(cms_draft_freep) struct cms_draft *draft = NULL;
	struct err err = ERR_INIT;
	struct cms_draft_options o = { .alg = alg, .content_digest = &made->content_digest, .chain = &chain };
	size_t estimate;

	make_signer(type, made);
	o.cert = made->cert;
	assert_ok(cert_list_add(&chain, made->ca, &err), &err);
	assert_ok(cert_list_add(&chain, made->cert, &err), &err); /* not written twice */
	assert_ok(digest_of(alg.digest, fixture_text(content), &made->content_digest, &err), &err);
	assert_ok(cms_draft_new(&o, &draft, &err), &err);
	sign_draft(fixture_key(type), alg, draft, &err);
	assert_ok(cms_draft_write(draft, &made->der, &err), &err);
	assert_ok(cms_size_estimate(&o, 0, &estimate, &err), &err);
	assert_true(estimate >= made->der.len && estimate < made->der.len + 32);
}

static const struct {
	enum key_type type;
	struct sig_alg alg;
} algorithms[] = {
	{ KEY_TYPE_RSA_2048, { KEY_RSA, SIG_PAD_PKCS1_V15, DIGEST_SHA256 } },
	{ KEY_TYPE_RSA_2048, { KEY_RSA, SIG_PAD_PKCS1_V15, DIGEST_SHA384 } },
	{ KEY_TYPE_RSA_2048, { KEY_RSA, SIG_PAD_PKCS1_V15, DIGEST_SHA512 } },
	{ KEY_TYPE_RSA_2048, { KEY_RSA, SIG_PAD_PSS, DIGEST_SHA256 } },
	{ KEY_TYPE_RSA_2048, { KEY_RSA, SIG_PAD_PSS, DIGEST_SHA384 } },
	{ KEY_TYPE_RSA_2048, { KEY_RSA, SIG_PAD_PSS, DIGEST_SHA512 } },
	{ KEY_TYPE_P256, { KEY_EC, SIG_PAD_NONE, DIGEST_SHA256 } },
	{ KEY_TYPE_P384, { KEY_EC, SIG_PAD_NONE, DIGEST_SHA384 } },
};

static const char *pem_file(const char *name, const struct cert *cert)
{
	char line[1400];
	const char *path = fixture_path(name);

	snprintf(line, sizeof(line), "openssl x509 -inform DER -in %s -out %s", fixture_file("ca.der", cert_der(cert)), path);
	assert_int_equal(system(line), 0);
	return path;
}

static void test_openssl_verifies_what_we_build(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++) {
		AUTO(release_made) struct made made = { 0 };
		char line[4000];

		make(algorithms[i].type, algorithms[i].alg, &made);
		snprintf(line, sizeof(line), "openssl cms -verify -cades -binary -purpose any -attime %lld -inform DER -in %s -content %s -CAfile %s -out /dev/null 2>%s",
			 (long long)(FIXTURE_NOW_MS / 1000), fixture_file("s.der", fixture_bytes(&made.der)),
			 fixture_file("c.bin", fixture_text(content)), pem_file("ca.pem", made.ca), fixture_path("log"));
		if (system(line) != 0) {
			AUTO(buf_release) struct buf log = BUF_INIT;

			fixture_read(fixture_path("log"), &log);
			fail_msg("%s: %s", sig_alg_name(algorithms[i].alg), buf_str(&log));
		}
	}
}

static enum cms_check check(const struct made *made, struct cms **ret_cms, int flags)
{
	struct err err = ERR_INIT;
	char detail[200];

	assert_ok(cms_parse(fixture_bytes(&made->der), ret_cms, &err), &err);
	return cms_check(*ret_cms, &made->content_digest, flags, detail, sizeof(detail));
}

static void test_there_and_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++) {
		AUTO(release_made) struct made made = { 0 };
		AUTO(cms_freep) struct cms *cms = NULL;

		make(algorithms[i].type, algorithms[i].alg, &made);
		assert_true(der_is_strict(fixture_bytes(&made.der)));
		assert_string_equal(cms_check_name(check(&made, &cms, CMS_REQUIRE_SIGNING_CERT)), "CMS_OK");
		assert_true(cms_is_der(cms) && cms_signed_attrs_sorted(cms) && cms_is_detached(cms) && cms_has_signed_attributes(cms));
		assert_string_equal(cms_content_type(cms), "1.2.840.113549.1.7.1");
		assert_string_equal(sig_alg_name(cms_sig_alg(cms)), sig_alg_name(algorithms[i].alg));
		assert_int_equal(cms_digest_alg(cms), algorithms[i].alg.digest);
		assert_int_equal(cms_certs(cms)->count, 2);
		assert_true(cert_equal(cms_signer_cert(cms), made.cert));
		assert_true(bytes_eq(cms_message_digest(cms), (struct bytes){ made.content_digest.bytes, made.content_digest.len }));
		assert_true(cms_signing_time_ms(cms) == INT64_MIN);
		assert_null(cms_timestamp_token(cms).p);
		assert_null(cms_revocation_archival(cms).p);
		assert_null(cms_find_unsigned_attr(cms, "1.2.840.113549.1.9.16.2.14"));
		assert_int_equal(cms_find_signed_attr(cms, "1.2.840.113549.1.9.16.2.47")->value_count, 1);
		assert_null(cms_find_signed_attr(cms, "not an oid"));
		assert_int_equal(cms_crl_count(cms) + cms_ocsp_count(cms) + cms_bad_cert_count(cms), 0);
		made.content_digest.bytes[3] ^= 1;
		cms_free(TAKE(cms));
		assert_string_equal(cms_check_name(check(&made, &cms, 0)), "CMS_DIGEST_MISMATCH");
	}
}

static void test_a_timestamp_token_of_our_own(void **state)
{
	AUTO(release_made) struct made made = { 0 };
	AUTO(cms_draft_freep) struct cms_draft *draft = NULL;
	AUTO(cms_freep) struct cms *cms = NULL;
	struct sig_alg alg = { KEY_EC, SIG_PAD_NONE, DIGEST_SHA256 };
	struct err err = ERR_INIT;
	struct cms_draft_options o = { .alg = alg, .content_digest = &made.content_digest, .content_type_oid = "1.2.840.113549.1.9.16.1.4",
				       .content = fixture_text(content), .signing_time = true, .signing_time_ms = FIXTURE_NOW_MS };

	(void)state;
	make_signer(KEY_TYPE_P256, &made);
	o.cert = made.cert;
	assert_ok(digest_of(DIGEST_SHA256, o.content, &made.content_digest, &err), &err);
	assert_ok(cms_draft_new(&o, &draft, &err), &err);
	assert_fails(cms_draft_write(draft, &made.der, &err), &err, ERR_CMS); /* no value yet */
	sign_draft(fixture_key(KEY_TYPE_P256), alg, draft, &err);
	assert_ok(cms_draft_write(draft, &made.der, &err), &err);
	assert_string_equal(cms_check_name(check(&made, &cms, CMS_REQUIRE_SIGNING_CERT)), "CMS_OK");
	assert_false(cms_is_detached(cms));
	assert_true(bytes_eq(cms_content(cms), fixture_text(content)));
	assert_true(cms_signing_time_ms(cms) == FIXTURE_NOW_MS);
	assert_string_equal(cms_content_type(cms), o.content_type_oid);
}

static void test_a_timestamp_is_added_to_a_written_signature(void **state)
{
	AUTO(release_made) struct made made = { 0 };
	AUTO(cms_draft_freep) struct cms_draft *draft = NULL;
	AUTO(cms_freep) struct cms *cms = NULL;
	struct sig_alg alg = { KEY_EC, SIG_PAD_NONE, DIGEST_SHA256 };
	static const uint8_t token[] = { 0x30, 0x03, 0x02, 0x01, 0x05 };
	struct err err = ERR_INIT;
	struct cms_draft_options o = { .alg = alg, .content_digest = &made.content_digest };
	size_t estimate;

	(void)state;
	make_signer(KEY_TYPE_P256, &made);
	o.cert = made.cert;
	assert_ok(digest_of(DIGEST_SHA256, fixture_text(content), &made.content_digest, &err), &err);
	assert_ok(cms_draft_new(&o, &draft, &err), &err);
	sign_draft(fixture_key(KEY_TYPE_P256), alg, draft, &err);
	assert_fails(cms_draft_add_timestamp(draft, fixture_text("0"), &err), &err, ERR_TSA);
	assert_ok(cms_draft_add_timestamp(draft, (struct bytes){ token, sizeof(token) }, &err), &err);
	assert_ok(cms_draft_write(draft, &made.der, &err), &err);
	assert_ok(cms_size_estimate(&o, sizeof(token), &estimate, &err), &err);
	assert_true(estimate >= made.der.len);
	assert_string_equal(cms_check_name(check(&made, &cms, 0)), "CMS_OK");
	assert_true(bytes_eq(cms_timestamp_token(cms), (struct bytes){ token, sizeof(token) }));
	assert_non_null(cms_find_unsigned_attr(cms, "1.2.840.113549.1.9.16.2.14"));
}

static void test_drafts_that_must_not_be(void **state)
{
	AUTO(release_made) struct made made = { .content_digest = { .len = 20 } };
	struct cms_draft *draft = NULL;
	struct err err = ERR_INIT;
	struct cms_draft_options o = { .alg = { KEY_EC, SIG_PAD_NONE, DIGEST_SHA1 }, .content_digest = &made.content_digest };

	(void)state;
	make_signer(KEY_TYPE_P256, &made);
	o.cert = made.cert;
	assert_fails(cms_draft_new(&o, &draft, &err), &err, ERR_KEY_UNSUPPORTED);
	o.alg.digest = DIGEST_SHA256;
	assert_fails(cms_draft_new(&o, &draft, &err), &err, ERR_CMS);
	made.content_digest.len = 32;
	o.content_type_oid = "1.x";
	assert_fails(cms_draft_new(&o, &draft, &err), &err, ERR_CMS);
	o.content_type_oid = NULL;
	o.alg = (struct sig_alg){ KEY_UNKNOWN, SIG_PAD_NONE, DIGEST_SHA256 };
	assert_fails(cms_draft_new(&o, &draft, &err), &err, ERR_KEY_UNSUPPORTED);
}

/* ---- CMS made by hand, right or wrong ---- */

enum mistake {
	RIGHT, NO_CONTENT_TYPE, OTHER_CONTENT_TYPE, NO_MESSAGE_DIGEST, TWO_MESSAGE_DIGESTS, TWO_VALUES, NO_VALUE, UNSORTED, NO_SIGNING_CERT,
	OTHER_SIGNING_CERT, BAD_SIGNING_CERT, UNKNOWN_CERT_DIGEST, OLD_SIGNING_CERT, PROTECTION_DIFFERS, PROTECTION_BAD, NO_CERT, BAD_CERT,
	NO_ATTRS, NO_ATTRS_OTHER_TYPE, DIGESTS_DIFFER, DIGESTS_DIFFER_PROTECTED, UNKNOWN_DIGEST, UNKNOWN_SIGNATURE, OTHER_KEY_KIND, PLAIN_ECDSA,
	BY_SKI, TWO_SIGNERS, SIGNER_TWICE, INDEFINITE, NO_SIGNER, WITH_CRLS
};

static void put_attr(struct buf *out, struct bytes oid, struct bytes value, size_t times)
{
	size_t attr = der_begin(out, DER_SEQUENCE);
	size_t set;

	der_put_oid(out, oid);
	set = der_begin(out, DER_SET);
	for (size_t i = 0; i < times; i++)
		der_put_raw(out, value);
	der_end(out, set);
	der_end(out, attr);
}

static void put_ess(struct buf *out, const struct made *made, enum mistake m)
{
	AUTO(buf_release) struct buf value = BUF_INIT;
	const struct cert *cert = m == OTHER_SIGNING_CERT ? made->ca : made->cert;
	struct digest digest;
	size_t marks[3];

	if (m == NO_SIGNING_CERT)
		return;
	assert_int_equal(digest_of(m == OLD_SIGNING_CERT ? DIGEST_SHA1 : DIGEST_SHA256, cert_der(cert), &digest, NULL), 0);
	for (size_t i = 0; i < 3; i++)
		marks[i] = der_begin(&value, m == BAD_SIGNING_CERT ? DER_SET : DER_SEQUENCE);
	if (m == UNKNOWN_CERT_DIGEST) {
		size_t alg = der_begin(&value, DER_SEQUENCE);

		der_put_oid(&value, OID_DATA);
		der_end(&value, alg);
	}
	der_put(&value, DER_OCTET_STRING, (struct bytes){ digest.bytes, digest.len });
	for (size_t i = 3; i-- > 0;)
		der_end(&value, marks[i]);
	put_attr(out, m == OLD_SIGNING_CERT ? OID_SIGNING_CERTIFICATE : OID_SIGNING_CERTIFICATE_V2, fixture_bytes(&value), 1);
}

static void put_sig_algid(struct buf *out, struct sig_alg alg, enum mistake m)
{
	size_t begin;

	if (m != UNKNOWN_SIGNATURE) {
		assert_true(algid_put_cms_signature(out, alg));
		return;
	}
	begin = der_begin(out, DER_SEQUENCE);
	der_put_oid(out, OID_DATA);
	der_end(out, begin);
}

static void put_protection(struct buf *out, struct sig_alg alg, enum digest_alg digest, enum mistake m)
{
	AUTO(buf_release) struct buf value = BUF_INIT;
	size_t begin = der_begin(&value, DER_SEQUENCE);
	size_t at;

	if (m != PROTECTION_DIFFERS && m != PROTECTION_BAD && m != DIGESTS_DIFFER_PROTECTED)
		return;
	algid_put_digest(&value, m == PROTECTION_DIFFERS ? DIGEST_SHA512 : digest);
	at = value.len;
	put_sig_algid(&value, alg, m);
	if (m != PROTECTION_BAD)
		value.data[at] = (char)0xa1;
	der_end(&value, begin);
	put_attr(out, OID_ALGORITHM_PROTECTION, fixture_bytes(&value), 1);
}

static void put_attrs(struct buf *out, const struct made *made, struct sig_alg alg, enum digest_alg digest, enum mistake m)
{
	AUTO(buf_release) struct buf type = BUF_INIT;
	AUTO(buf_release) struct buf hash = BUF_INIT;
	size_t set = der_begin(out, DER_SET);

	der_put_oid(&type, m == OTHER_CONTENT_TYPE ? OID_TST_INFO : OID_DATA);
	der_put(&hash, DER_OCTET_STRING, (struct bytes){ made->content_digest.bytes, made->content_digest.len });
	if (m == UNSORTED)
		put_attr(out, OID_MESSAGE_DIGEST, fixture_bytes(&hash), 1);
	if (m != NO_CONTENT_TYPE)
		put_attr(out, OID_CONTENT_TYPE, fixture_bytes(&type), m == NO_VALUE ? 0 : 1);
	if (m != NO_MESSAGE_DIGEST && m != UNSORTED)
		put_attr(out, OID_MESSAGE_DIGEST, fixture_bytes(&hash), m == TWO_VALUES ? 2 : 1);
	if (m == TWO_MESSAGE_DIGESTS)
		put_attr(out, OID_MESSAGE_DIGEST, fixture_bytes(&hash), 1);
	put_ess(out, made, m);
	put_protection(out, alg, digest, m);
	if (m == UNSORTED)
		der_end(out, set);
	else
		assert_true(der_end_set_of(out, set));
}

static void put_sid(struct buf *out, const struct made *made, enum mistake m)
{
	size_t begin;

	if (m == BY_SKI) {
		der_put(out, DER_CONTEXT(0), cert_ski(made->cert));
		return;
	}
	begin = der_begin(out, DER_SEQUENCE);
	der_put_raw(out, cert_issuer_der(made->cert));
	der_put(out, DER_INTEGER, cert_serial_der(made->cert));
	der_end(out, begin);
}

/* r and s side by side (IEEE P1363), as JavaScript and smart cards give them: not what RFC 3279 2.2.3 asks. */
static void make_plain(struct buf *value)
{
	struct der in;
	struct bytes r;
	struct bytes s;
	AUTO(buf_release) struct buf plain = BUF_INIT;

	assert_true(der_only(fixture_bytes(value), DER_SEQUENCE, &in) && der_read_integer(&in, &r) && der_read_integer(&in, &s));
	for (int i = 0; i < 2; i++) {
		struct bytes v = i ? s : r;

		while (v.n > 32) {
			v.p++;
			v.n--;
		}
		buf_fill(&plain, '\0', 32 - v.n);
		buf_append(&plain, v.p, v.n);
	}
	buf_clear(value);
	buf_append(value, plain.data, plain.len);
}

static void sign_by_hand(const struct made *made, struct sig_alg alg, struct bytes attrs, enum mistake m, struct buf *value)
{
	struct key *key = fixture_key(alg.key == KEY_EC ? KEY_TYPE_P256 : KEY_TYPE_RSA_2048);
	struct digest digest;
	struct err err = ERR_INIT;

	if (attrs.n)
		assert_ok(digest_of(alg.digest, attrs, &digest, &err), &err);
	else
		digest = made->content_digest;
	assert_ok(key_sign(key, alg, &digest, value, &err), &err);
	if (m == PLAIN_ECDSA)
		make_plain(value);
}

static void put_signer_info(struct buf *out, const struct made *made, enum mistake m)
{
	struct sig_alg alg = { KEY_EC, SIG_PAD_NONE, m == DIGESTS_DIFFER || m == DIGESTS_DIFFER_PROTECTED ? DIGEST_SHA384 : DIGEST_SHA256 };
	AUTO(buf_release) struct buf attrs = BUF_INIT;
	AUTO(buf_release) struct buf value = BUF_INIT;
	size_t info = der_begin(out, DER_SEQUENCE);

	if (m == OTHER_KEY_KIND)
		alg = (struct sig_alg){ KEY_RSA, SIG_PAD_PKCS1_V15, DIGEST_SHA256 };
	if (m != NO_ATTRS && m != NO_ATTRS_OTHER_TYPE)
		put_attrs(&attrs, made, alg, DIGEST_SHA256, m);
	sign_by_hand(made, alg, fixture_bytes(&attrs), m, &value);
	der_put_long(out, m == BY_SKI ? 3 : 1);
	put_sid(out, made, m);
	if (m == UNKNOWN_DIGEST)
		put_sig_algid(out, alg, UNKNOWN_SIGNATURE);
	else
		algid_put_digest(out, DIGEST_SHA256);
	if (attrs.len) {
		attrs.data[0] = (char)0xa0;
		der_put_raw(out, fixture_bytes(&attrs));
	}
	put_sig_algid(out, alg, m);
	der_put(out, DER_OCTET_STRING, fixture_bytes(&value));
	der_end(out, info);
}

static void put_cert_set(struct buf *out, const struct made *made, enum mistake m)
{
	size_t set = der_begin(out, DER_CONTEXT_CONSTRUCTED(0));
	size_t at = out->len;

	if (m == NO_CERT)
		der_put_raw(out, cert_der(made->ca));
	else
		der_put_raw(out, cert_der(made->cert));
	if (m == BAD_CERT)
		out->data[at + 8] = 0x7f;
	der_put(out, DER_CONTEXT_CONSTRUCTED(2), (struct bytes){ NULL, 0 }); /* an attribute certificate: stepped over */
	der_end(out, set);
}

/* A CRL and an OCSP response beside it (RFC 5940), not looked into here. */
static void put_revocation(struct buf *out)
{
	static const uint8_t thing[] = { 0x30, 0x03, 0x02, 0x01, 0x05 };
	size_t set = der_begin(out, DER_CONTEXT_CONSTRUCTED(1));
	size_t other;

	der_put_raw(out, (struct bytes){ thing, sizeof(thing) });
	other = der_begin(out, DER_CONTEXT_CONSTRUCTED(1));
	der_put_oid(out, OID_RI_OCSP_RESPONSE);
	der_put_raw(out, (struct bytes){ thing, sizeof(thing) });
	der_end(out, other);
	der_end(out, set);
}

static void put_signers(struct buf *out, const struct made *made, enum mistake m)
{
	size_t set = der_begin(out, DER_SET);

	if (m != NO_SIGNER)
		put_signer_info(out, made, m);
	if (m == SIGNER_TWICE)
		put_signer_info(out, made, m);
	if (m == TWO_SIGNERS)
		put_signer_info(out, made, NO_SIGNING_CERT);
	der_end(out, set);
}

static void make_by_hand(struct made *made, enum mistake m)
{
	AUTO(buf_release) struct buf ext = BUF_INIT;
	static const uint8_t ski[] = { DER_OCTET_STRING, 4, 'k', 'y', 's', 'o' };
	struct err err = ERR_INIT;
	struct buf *out = &made->der;
	size_t marks[4];

	made->ca = fixture_cert(&(struct fixture_cert){ .key = fixture_key(KEY_TYPE_P384), .cn = "CA" });
	fixture_extension(&ext, OID_EXT_SKI, false, (struct bytes){ ski, sizeof(ski) });
	made->cert = fixture_cert(&(struct fixture_cert){ .key = fixture_key(KEY_TYPE_P256), .issuer_key = fixture_key(KEY_TYPE_P384), .issuer = made->ca,
							  .cn = "Lá", .extensions = fixture_bytes(&ext), .serial_hex = "77" });
	assert_ok(digest_of(DIGEST_SHA256, fixture_text(content), &made->content_digest, &err), &err);
	marks[0] = der_begin(out, DER_SEQUENCE);
	der_put_oid(out, OID_SIGNED_DATA);
	marks[1] = der_begin(out, DER_CONTEXT_CONSTRUCTED(0));
	marks[2] = der_begin(out, DER_SEQUENCE);
	der_put_long(out, 1);
	marks[3] = der_begin(out, DER_SET);
	der_end(out, marks[3]);
	marks[3] = der_begin(out, DER_SEQUENCE);
	der_put_oid(out, m == NO_ATTRS_OTHER_TYPE ? OID_TST_INFO : OID_DATA);
	der_end(out, marks[3]);
	put_cert_set(out, made, m);
	if (m == WITH_CRLS)
		put_revocation(out);
	put_signers(out, made, m);
	for (size_t i = 3; i-- > 0;)
		der_end(out, marks[i]);
}

static void test_every_mistake_is_found(void **state)
{
	static const struct {
		enum mistake mistake;
		int flags;
		const char *found;
	} rows[] = {
		{ RIGHT, CMS_REQUIRE_SIGNING_CERT, "CMS_OK" },
		{ NO_CONTENT_TYPE, 0, "CMS_ATTRS_MALFORMED" },
		{ OTHER_CONTENT_TYPE, 0, "CMS_ATTRS_MALFORMED" },
		{ NO_MESSAGE_DIGEST, 0, "CMS_ATTRS_MALFORMED" },
		{ TWO_MESSAGE_DIGESTS, 0, "CMS_ATTRS_MALFORMED" },
		{ TWO_VALUES, 0, "CMS_ATTRS_MALFORMED" },
		{ NO_VALUE, 0, "CMS_ATTRS_MALFORMED" },
		{ UNSORTED, 0, "CMS_ATTRS_MALFORMED" },
		{ NO_SIGNING_CERT, 0, "CMS_OK" },
		{ NO_SIGNING_CERT, CMS_REQUIRE_SIGNING_CERT, "CMS_SIGNING_CERT_MISMATCH" },
		{ OTHER_SIGNING_CERT, 0, "CMS_SIGNING_CERT_MISMATCH" },
		{ BAD_SIGNING_CERT, 0, "CMS_ATTRS_MALFORMED" },
		{ UNKNOWN_CERT_DIGEST, 0, "CMS_UNSUPPORTED" },
		{ OLD_SIGNING_CERT, CMS_REQUIRE_SIGNING_CERT, "CMS_OK" },
		{ PROTECTION_DIFFERS, 0, "CMS_ALGORITHM_MISMATCH" },
		{ PROTECTION_BAD, 0, "CMS_ATTRS_MALFORMED" },
		{ NO_CERT, 0, "CMS_NO_SIGNER_CERT" },
		{ BAD_CERT, 0, "CMS_NO_SIGNER_CERT" },
		{ NO_ATTRS, 0, "CMS_OK" },
		{ NO_ATTRS, CMS_REQUIRE_SIGNING_CERT, "CMS_SIGNING_CERT_MISMATCH" },
		{ NO_ATTRS_OTHER_TYPE, 0, "CMS_ATTRS_MALFORMED" },
		{ DIGESTS_DIFFER, 0, "CMS_ALGORITHM_MISMATCH" },
		{ DIGESTS_DIFFER_PROTECTED, 0, "CMS_OK" },
		{ UNKNOWN_DIGEST, 0, "CMS_UNSUPPORTED" },
		{ UNKNOWN_SIGNATURE, 0, "CMS_UNSUPPORTED" },
		{ OTHER_KEY_KIND, 0, "CMS_ALGORITHM_MISMATCH" },
		{ PLAIN_ECDSA, 0, "CMS_SIGNATURE_INVALID" },
		{ BY_SKI, CMS_REQUIRE_SIGNING_CERT, "CMS_OK" },
		{ SIGNER_TWICE, 0, "CMS_NOT_ONE_SIGNER" },
		{ SIGNER_TWICE, CMS_ALLOW_SEVERAL_SIGNERS | CMS_REQUIRE_SIGNING_CERT, "CMS_OK" },
		{ TWO_SIGNERS, CMS_ALLOW_SEVERAL_SIGNERS | CMS_REQUIRE_SIGNING_CERT, "CMS_SIGNING_CERT_MISMATCH" },
		{ NO_SIGNER, CMS_ALLOW_SEVERAL_SIGNERS, "CMS_NOT_ONE_SIGNER" },
		{ WITH_CRLS, 0, "CMS_OK" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO(release_made) struct made made = { 0 };
		AUTO(cms_freep) struct cms *cms = NULL;
		enum cms_check got;

		make_by_hand(&made, rows[i].mistake);
		got = check(&made, &cms, rows[i].flags);
		if (strcmp(cms_check_name(got), rows[i].found) != 0)
			fail_msg("row %zu: %s instead of %s", i, cms_check_name(got), rows[i].found);
		assert_int_equal(cms_bad_cert_count(cms), rows[i].mistake == BAD_CERT);
		assert_int_equal(cms_crl_count(cms), rows[i].mistake == WITH_CRLS);
		assert_int_equal(cms_ocsp_count(cms), rows[i].mistake == WITH_CRLS);
		assert_int_equal(cms_is_der(cms), rows[i].mistake != UNSORTED);
	}
}

static void test_a_message_without_signers_reads_as_absent(void **state)
{
	AUTO(release_made) struct made made = { 0 };
	AUTO(cms_freep) struct cms *cms = NULL;

	(void)state;
	make_by_hand(&made, NO_SIGNER);
	assert_string_equal(cms_check_name(check(&made, &cms, 0)), "CMS_NOT_ONE_SIGNER");
	assert_null(cms_signer_cert(cms));
	assert_int_equal(cms_signature(cms).n, 0);
	assert_int_equal(cms_digest_alg(cms), DIGEST_NONE);
	assert_null(cms_message_digest(cms).p);
}

/* ---- bytes ---- */

static void test_padding_and_trailing_bytes(void **state)
{
	AUTO(release_made) struct made made = { 0 };
	AUTO(cms_freep) struct cms *cms = NULL;
	struct err err = ERR_INIT;
	size_t n;

	(void)state;
	make_by_hand(&made, RIGHT);
	n = made.der.len;
	buf_fill(&made.der, '\0', 1000);
	assert_string_equal(cms_check_name(check(&made, &cms, 0)), "CMS_OK");
	made.der.data[n + 500] = 1;
	cms_free(TAKE(cms));
	assert_fails(cms_parse(fixture_bytes(&made.der), &cms, &err), &err, ERR_CMS);
	assert_non_null(strstr(err.detail, "byte 500"));
}

static void test_cut_off_anywhere_is_an_error(void **state)
{
	AUTO(release_made) struct made made = { 0 };
	struct cms *cms = NULL;
	struct err err = ERR_INIT;

	(void)state;
	make_by_hand(&made, RIGHT);
	for (size_t n = 0; n < made.der.len; n++)
		assert_fails(cms_parse((struct bytes){ (const uint8_t *)made.der.data, n }, &cms, &err), &err, ERR_CMS);
	assert_fails(cms_parse(fixture_text("%PDF-1.7 hello"), &cms, &err), &err, ERR_CMS);
	assert_fails(cms_parse((struct bytes){ (const uint8_t *)"\x30\x03\x06\x01\x2a", 5 }, &cms, &err), &err, ERR_CMS);
}

/*
 * Every bit of the signer's certificate, the attributes and the value matters. Not looked at: the attribute certificate, and the
 * issuer's name in the SignerIdentifier, which is compared as RFC 5280 7.1 says and only finds the certificate.
 */
static void test_no_flipped_bit_passes(void **state)
{
	AUTO(release_made) struct made made = { 0 };
	struct bytes cert;
	const char *at;
	size_t from;
	size_t name_end;

	(void)state;
	make_by_hand(&made, RIGHT);
	cert = cert_der(made.cert);
	at = memmem(made.der.data, made.der.len, cert.p, cert.n);
	from = (size_t)(at - made.der.data);
	at = memmem(at + cert.n, made.der.len - from - cert.n, cert_issuer_der(made.cert).p, cert_issuer_der(made.cert).n);
	name_end = (size_t)(at - made.der.data) + cert_issuer_der(made.cert).n;
	for (size_t bit = from * 8; bit < made.der.len * 8; bit++) {
		AUTO(cms_freep) struct cms *cms = NULL;

		if ((bit / 8 >= from + cert.n && bit / 8 < from + cert.n + 2) ||
		    (bit / 8 < name_end && bit / 8 >= name_end - cert_issuer_der(made.cert).n))
			continue;
		made.der.data[bit / 8] ^= (char)(1 << bit % 8);
		if (cms_parse(fixture_bytes(&made.der), &cms, NULL) == 0 && cms_check(cms, &made.content_digest, 0, NULL, 0) == CMS_OK) {
			/* versions are not signed and decide nothing */
			bool version = bit / 8 > 2 && memcmp(made.der.data + bit / 8 - 2, "\x02\x01", 2) == 0;

			if (!version)
				fail_msg("bit %zu of byte %zu of %zu, certificate at %zu+%zu, flipped and still CMS_OK", bit % 8, bit / 8, made.der.len, from, cert.n);
		}
		made.der.data[bit / 8] ^= (char)(1 << bit % 8);
	}
}

static struct bytes part(const char *p, size_t n)
{
	return (struct bytes){ (const uint8_t *)p, n };
}

/* The same message with indefinite lengths outside and the value in pieces (X.690 8.1.3.6, 8.7.3). */
static void make_ber(const struct made *made, struct buf *out)
{
	struct der info;
	struct der wrapped;
	struct der data;
	struct der_item item;

	assert_true(der_only(fixture_bytes(&made->der), DER_SEQUENCE, &info) && der_next(&info, &item));
	buf_append(out, "\x30\x80", 2);
	der_put_raw(out, item.whole);
	buf_append(out, "\xa0\x80\x30\x80", 4);
	assert_true(der_enter(&info, DER_CONTEXT_CONSTRUCTED(0), &wrapped) && der_enter(&wrapped, DER_SEQUENCE, &data));
	while (der_next(&data, &item)) {
		if (item.tag == DER_CONTEXT_CONSTRUCTED(0)) {
			buf_append(out, "\xa0\x80", 2);
			der_put_raw(out, item.contents);
			buf_append(out, "\0\0", 2);
		} else {
			der_put_raw(out, item.whole);
		}
	}
	buf_append(out, "\0\0\0\0\0\0", 6);
}

static void test_ber_is_read_and_told(void **state)
{
	AUTO(release_made) struct made made = { 0 };
	AUTO(release_made) struct made again = { 0 };
	AUTO(cms_freep) struct cms *cms = NULL;
	struct err err = ERR_INIT;

	(void)state;
	make_by_hand(&made, RIGHT);
	again.content_digest = made.content_digest;
	make_ber(&made, &again.der);
	buf_fill(&again.der, '\0', 100);
	assert_string_equal(cms_check_name(check(&again, &cms, CMS_REQUIRE_SIGNING_CERT)), "CMS_OK");
	assert_false(cms_is_der(cms));
	for (size_t n = 0; n < again.der.len - 101; n++) {
		cms_free(TAKE(cms));
		assert_fails(cms_parse(part(again.der.data, n), &cms, &err), &err, ERR_CMS);
	}
}

static void test_encapsulated_content_in_pieces(void **state)
{
	static const char message[] = "\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80\x30\x80\x02\x01\x01\x31\x00\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"
				      "\xa0\x80\x24\x80\x04\x02ky\x04\x02so\x00\x00\x00\x00\x00\x00\x31\x00\x00\x00\x00\x00\x00\x00";
	AUTO(cms_freep) struct cms *cms = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(cms_parse(part(message, sizeof(message) - 1), &cms, &err), &err);
	assert_false(cms_is_der(cms));
	assert_true(bytes_eq(cms_content(cms), fixture_text("kyso")));
}

static void test_nesting_is_limited(void **state)
{
	AUTO(buf_release) struct buf bomb = BUF_INIT;
	struct cms *cms = NULL;
	struct err err = ERR_INIT;

	(void)state;
	for (int i = 0; i < 100000; i++)
		buf_append(&bomb, "\x30\x80", 2);
	assert_fails(cms_parse(fixture_bytes(&bomb), &cms, &err), &err, ERR_CMS);
}

static void test_certificates_only(void **state)
{
	AUTO(release_made) struct made made = { 0 };
	AUTO(cert_list_release) struct cert_list list = { 0 };
	AUTO(cert_list_release) struct cert_list again = { 0 };
	struct err err = ERR_INIT;
	char line[1024];

	(void)state;
	make_signer(KEY_TYPE_P256, &made);
	assert_ok(cert_list_add(&list, made.cert, &err), &err);
	assert_ok(cert_list_add(&list, made.ca, &err), &err);
	assert_ok(cms_write_certs(&list, &made.der, &err), &err);
	assert_ok(cert_list_load(&again, fixture_bytes(&made.der), "x.p7b", &err), &err);
	assert_int_equal(again.count, 2);
	snprintf(line, sizeof(line), "openssl pkcs7 -inform DER -print_certs -in %s | grep -c subject= | grep -qx 2", fixture_file("x.p7b", fixture_bytes(&made.der)));
	assert_int_equal(system(line), 0);
}

/* ---- what others signed ---- */

struct tally {
	size_t messages, ok, parse_errors, not_der, stamps_ok, stamps;
};

static bool gap_digest(const struct buf *file, size_t gap, size_t gap_end, enum digest_alg alg, struct digest *ret)
{
	AUTO(digest_freep) struct digest_ctx *ctx = NULL;
	const char *p = file->data;
	const char *end = p + file->len;

	while ((p = memmem(p, (size_t)(end - p), "/ByteRange", 10)) != NULL) {
		unsigned long r[4];

		p += 10;
		if (sscanf(p, " [ %lu %lu %lu %lu", &r[0], &r[1], &r[2], &r[3]) != 4 || r[1] != gap || r[2] != gap_end || r[2] + r[3] > file->len)
			continue;
		if (alg == DIGEST_NONE || digest_new(alg, &ctx, NULL))
			return false;
		digest_update(ctx, part(file->data, r[1]));
		digest_update(ctx, part(file->data + r[2], r[3]));
		digest_final(ctx, ret);
		return true;
	}
	return false;
}

static void tally_stamp(struct bytes token, struct tally *tally)
{
	AUTO(cms_freep) struct cms *cms = NULL;
	struct digest digest;

	if (!token.n)
		return;
	tally->stamps++;
	if (cms_parse(token, &cms, NULL) == 0 && digest_of(cms_digest_alg(cms), cms_content(cms), &digest, NULL) == 0 &&
	    cms_check(cms, &digest, CMS_REQUIRE_SIGNING_CERT, NULL, 0) == CMS_OK)
		tally->stamps_ok++;
}

static void tally_contents(const struct buf *file, const char *hex, const char *hex_end, struct tally *tally)
{
	AUTO(buf_release) struct buf der = BUF_INIT;
	AUTO(cms_freep) struct cms *cms = NULL;
	struct digest digest = { .len = 0 };

	for (const char *p = hex + 1; p + 1 < hex_end; p += 2) {
		char octet[3] = { p[0], p[1], 0 };

		buf_putc(&der, (char)strtoul(octet, NULL, 16));
	}
	tally->messages++;
	if (cms_parse(fixture_bytes(&der), &cms, NULL)) {
		tally->parse_errors++;
		return;
	}
	tally->not_der += !cms_is_der(cms);
	if (!gap_digest(file, (size_t)(hex - file->data), (size_t)(hex_end + 1 - file->data), cms_digest_alg(cms), &digest))
		return;
	if (!cms_is_detached(cms))
		(void)!digest_of(cms_digest_alg(cms), cms_content(cms), &digest, NULL);
	tally->ok += cms_check(cms, &digest, CMS_ALLOW_SEVERAL_SIGNERS, NULL, 0) == CMS_OK;
	tally_stamp(cms_timestamp_token(cms), tally);
}

static void tally_file(const char *path, struct tally *tally)
{
	AUTO(buf_release) struct buf file = BUF_INIT;
	const char *p;
	const char *end;

	fixture_read(path, &file);
	p = file.data;
	end = p + file.len;
	while (p && (p = memmem(p, (size_t)(end - p), "/Contents", 9)) != NULL) {
		const char *hex = p + 9 + strspn(p + 9, " \r\n");
		const char *hex_end = *hex == '<' ? memchr(hex, '>', (size_t)(end - hex)) : NULL;

		p += 9;
		if (hex_end && hex_end - hex > 100)
			tally_contents(&file, hex, hex_end, tally);
	}
}

/* Signatures of Acrobat, iText, DSS, pyHanko and others: everything that is intact reads and checks, but for ML-DSA keys. */
static void test_signatures_in_the_wild(void **state)
{
	const char *dir = test_shared_dir("signed-pdfs");
	char line[1400];
	struct tally tally = { 0 };
	FILE *names;

	(void)state;
	if (!dir) {
		print_message("skipped: no shared/data/signed-pdfs\n");
		skip();
	}
	snprintf(line, sizeof(line), "ls %s/dss-*.pdf %s/pyh-*.pdf", dir, dir);
	names = popen(line, "r");
	assert_non_null(names);
	while (fgets(line, sizeof(line), names)) {
		line[strcspn(line, "\n")] = '\0';
		tally_file(line, &tally);
	}
	pclose(names);
	print_message("%zu messages, %zu right, %zu not parsed, %zu in BER, %zu of %zu time-stamps right\n", tally.messages, tally.ok, tally.parse_errors,
		      tally.not_der, tally.stamps_ok, tally.stamps);
	assert_int_equal(tally.parse_errors, 0);
	assert_true(tally.messages >= 140 && tally.ok * 100 >= tally.messages * 95);
	assert_true(tally.not_der >= 2);
}

/* In the worker's cage nothing may be opened any more. */
static void test_warmed_up_nothing_is_opened(void **state)
{
	static struct made made[ARRAY_LEN(algorithms)];
	struct err err = ERR_INIT;
	pid_t child;
	int status;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++)
		make(algorithms[i].type, algorithms[i].alg, &made[i]);
	assert_ok(pki_warm_up(&err), &err);
	assert_ok(pki_warm_up(&err), &err);
	child = fork();
	if (child == 0) {
		struct rlimit none = { 0, 0 };
		int bad = setrlimit(RLIMIT_NOFILE, &none);

		for (size_t i = 0; i < ARRAY_LEN(algorithms); i++) {
			struct cms *cms = NULL;

			bad += check(&made[i], &cms, CMS_REQUIRE_SIGNING_CERT) != CMS_OK;
			cms_free(cms);
		}
		_exit(bad != 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++)
		release_made(&made[i]);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_warmed_up_nothing_is_opened),
	cmocka_unit_test(test_openssl_verifies_what_we_build),
	cmocka_unit_test(test_there_and_back),
	cmocka_unit_test(test_a_timestamp_token_of_our_own),
	cmocka_unit_test(test_a_timestamp_is_added_to_a_written_signature),
	cmocka_unit_test(test_drafts_that_must_not_be),
	cmocka_unit_test(test_every_mistake_is_found),
	cmocka_unit_test(test_a_message_without_signers_reads_as_absent),
	cmocka_unit_test(test_padding_and_trailing_bytes),
	cmocka_unit_test(test_cut_off_anywhere_is_an_error),
	cmocka_unit_test(test_no_flipped_bit_passes),
	cmocka_unit_test(test_ber_is_read_and_told),
	cmocka_unit_test(test_encapsulated_content_in_pieces),
	cmocka_unit_test(test_nesting_is_limited),
	cmocka_unit_test(test_certificates_only),
	cmocka_unit_test(test_signatures_in_the_wild),
};

TEST_MAIN(tests)
