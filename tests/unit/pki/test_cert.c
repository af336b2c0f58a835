/* test_cert.c - reading certificates, their names and extensions; lists and their files; hostile ones. */
#include "fixture.h"

#include "pki/der.h"
#include "pki/name.h"
#include "pki/oid.h"

static void put_url_name(struct buf *out, const char *url)
{
	der_put(out, DER_CONTEXT(6), fixture_text(url));
}

/* AIA with an LDAP and an HTTP OCSP address and caIssuers. */
static void put_aia(struct buf *exts)
{
	static const struct {
		struct bytes method;
		const char *url;
	} rows[] = { { OID_AD_OCSP, "ldap://x" }, { OID_AD_OCSP, "http://ocsp.vidu.vn/" }, { OID_AD_OCSP, "http://second.vn/" },
		     { OID_AD_CA_ISSUERS, "http://ca.vidu.vn/ca.crt" } };
	AUTO(buf_release) struct buf value = BUF_INIT;
	size_t all = der_begin(&value, DER_SEQUENCE);

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t one = der_begin(&value, DER_SEQUENCE);

		der_put_oid(&value, rows[i].method);
		put_url_name(&value, rows[i].url);
		der_end(&value, one);
	}
	der_end(&value, all);
	fixture_extension(exts, OID_EXT_AIA, false, fixture_bytes(&value));
}

static void put_crl_dp(struct buf *exts)
{
	AUTO(buf_release) struct buf value = BUF_INIT;
	size_t marks[4];

	marks[0] = der_begin(&value, DER_SEQUENCE);
	marks[1] = der_begin(&value, DER_SEQUENCE);
	der_end(&value, marks[1]); /* a point without a name */
	marks[1] = der_begin(&value, DER_SEQUENCE);
	marks[2] = der_begin(&value, DER_CONTEXT_CONSTRUCTED(0));
	marks[3] = der_begin(&value, DER_CONTEXT_CONSTRUCTED(0));
	put_url_name(&value, "http://crl.vidu.vn/a b.crl"); /* a space: no URL */
	put_url_name(&value, "http://crl.vidu.vn/ca.crl");
	for (size_t i = 4; i-- > 0;)
		der_end(&value, marks[i]);
	fixture_extension(exts, OID_EXT_CRL_DP, false, fixture_bytes(&value));
}

static void put_eku(struct buf *exts)
{
	AUTO(buf_release) struct buf value = BUF_INIT;
	size_t all = der_begin(&value, DER_SEQUENCE);

	der_put_oid(&value, OID_EKU_OCSP_SIGNING);
	der_put_oid(&value, OID_EKU_DOCUMENT_SIGNING);
	der_put_oid(&value, OID_DATA); /* unknown */
	der_end(&value, all);
	fixture_extension(exts, OID_EXT_EKU, true, fixture_bytes(&value));
}

static void put_rest(struct buf *exts)
{
	static const uint8_t san[] = { DER_SEQUENCE, 13, 0x82, 1, 'x', 0x81, 8, 'a', '@', 'b', '.', 'v', 'n', '.', '.' };
	static const uint8_t basic[] = { DER_SEQUENCE, 6, DER_BOOLEAN, 1, 0xff, DER_INTEGER, 1, 3 };
	static const uint8_t aki[] = { DER_SEQUENCE, 4, 0x80, 2, 0xaa, 0xbb };
	static const uint8_t ski[] = { DER_OCTET_STRING, 2, 0xcc, 0xdd };
	static const uint8_t null[] = { DER_NULL, 0 };

	fixture_extension(exts, OID_EXT_SAN, false, (struct bytes){ san, sizeof(san) });
	fixture_extension(exts, OID_EXT_BASIC_CONSTRAINTS, true, (struct bytes){ basic, sizeof(basic) });
	fixture_extension(exts, OID_EXT_AKI, false, (struct bytes){ aki, sizeof(aki) });
	fixture_extension(exts, OID_EXT_SKI, false, (struct bytes){ ski, sizeof(ski) });
	fixture_extension(exts, OID_EXT_OCSP_NO_CHECK, false, (struct bytes){ null, sizeof(null) });
	fixture_extension(exts, OID_DATA, true, (struct bytes){ null, sizeof(null) });
}

static void test_extensions(void **state)
{
	AUTO(buf_release) struct buf exts = BUF_INIT;
	AUTO(cert_freep) struct cert *cert = NULL;

	(void)state;
	fixture_key_usage(&exts, KU_DIGITAL_SIGNATURE | KU_CRL_SIGN | KU_DECIPHER_ONLY);
	put_aia(&exts);
	put_crl_dp(&exts);
	put_eku(&exts);
	put_rest(&exts);
	cert = fixture_cert(&(struct fixture_cert){ .key = fixture_key(KEY_TYPE_P256), .cn = "Thử", .extensions = fixture_bytes(&exts) });
	assert_true(cert_has_key_usage(cert));
	assert_int_equal(cert_key_usage(cert), KU_DIGITAL_SIGNATURE | KU_CRL_SIGN | KU_DECIPHER_ONLY);
	assert_string_equal(cert_ocsp_url(cert), "http://ocsp.vidu.vn/");
	assert_string_equal(cert_ca_issuers_url(cert), "http://ca.vidu.vn/ca.crt");
	assert_string_equal(cert_crl_url(cert), "http://crl.vidu.vn/ca.crl");
	assert_string_equal(cert_email(cert), "a@b.vn..");
	assert_true(cert_has_eku(cert) && cert_eku_critical(cert) && cert_eku(cert, EKU_OCSP_SIGNING) && cert_eku(cert, EKU_DOCUMENT_SIGNING));
	assert_false(cert_eku(cert, EKU_TIME_STAMPING) || cert_eku(cert, EKU_ANY));
	assert_true(cert_is_ca(cert) && cert_path_len(cert) == 3 && cert_ocsp_no_check(cert));
	assert_int_equal(cert_ski(cert).n, 2);
	assert_int_equal(cert_aki(cert).n, 2);
	assert_int_equal(cert_ext_count(cert), 10);
	assert_true(cert_find_ext(cert, OID_DATA)->critical);
	assert_ptr_equal(cert_ext(cert, 9), cert_find_ext(cert, OID_DATA));
	assert_null(cert_ext(cert, 10));
	assert_null(cert_find_ext(cert, OID_TST_INFO));
}

static void test_a_plain_certificate(void **state)
{
	AUTO(cert_freep) struct cert *cert = fixture_cert(&(struct fixture_cert){ .key = fixture_key(KEY_TYPE_P256), .cn = "Nguyễn Văn A+B, #1" });
	AUTO(cert_freep) struct cert *kept = cert_keep(cert);
	struct err err = ERR_INIT;

	(void)state;
	assert_string_equal(cert_subject(cert),
			    "emailAddress=thu@vidu.vn,CN=Nguyễn Văn A\\+B\\, #1,O=ỦY BAN NHÂN DÂN TỈNH LẠNG SƠN,L=Lạng Sơn,C=VN");
	assert_string_equal(cert_issuer(cert), cert_subject(cert));
	assert_string_equal(cert_serial_hex(cert), "2A05F812673607B0");
	assert_string_equal(cert_subject_attr(cert, "CN"), "Nguyễn Văn A+B, #1");
	assert_string_equal(cert_subject_attr(cert, "emailAddress"), "thu@vidu.vn");
	assert_string_equal(cert_email(cert), "thu@vidu.vn");
	assert_null(cert_subject_attr(cert, "OU"));
	assert_true(cert_self_issued(cert) && !cert_is_ca(cert) && !cert_has_key_usage(cert) && !cert_has_eku(cert));
	assert_int_equal(cert_key_usage(cert), 0x1ff);
	assert_true(cert_not_before_ms(cert) == FIXTURE_NOW_MS - 30 * FIXTURE_DAY_MS);
	assert_true(cert_not_after_ms(cert) == FIXTURE_NOW_MS + 335 * FIXTURE_DAY_MS);
	assert_int_equal(cert_version(cert), 3);
	assert_int_equal(cert_path_len(cert), -1);
	assert_null(cert_ocsp_url(cert));
	assert_int_equal(cert_key_bits(cert).n, 65);
	assert_int_equal(cert_issuer_der(cert).n, cert_subject_der(cert).n);
	assert_int_equal(cert_check_issued(cert, kept, &err), 0);
	assert_true(cert_equal(cert, kept));
}

static void test_signature_of_another_issuer(void **state)
{
	AUTO(cert_freep) struct cert *ca = fixture_cert(&(struct fixture_cert){ .key = fixture_key(KEY_TYPE_RSA_2048), .cn = "CA" });
	AUTO(cert_freep) struct cert *other = fixture_cert(&(struct fixture_cert){ .key = fixture_key(KEY_TYPE_P384), .cn = "CA" });
	AUTO(cert_freep) struct cert *pss = fixture_cert(&(struct fixture_cert){ .key = fixture_key(KEY_TYPE_P256),
									       .issuer_key = fixture_key(KEY_TYPE_RSA_2048),
									       .issuer = ca,
									       .cn = "Lá",
									       .alg = { KEY_RSA, SIG_PAD_PSS, DIGEST_SHA384 } });
	struct err err = ERR_INIT;

	(void)state;
	assert_string_equal(sig_alg_name(cert_sig_alg(pss)), "RSA-PSS with SHA-384");
	assert_int_equal(cert_check_issued(pss, ca, &err), 0);
	assert_int_equal(cert_check_issued(pss, other, &err), 1);
	assert_int_equal(cert_check_issued(ca, other, &err), 1);
	assert_false(cert_self_issued(pss));
	assert_true(cert_tbs(pss).n && cert_signature(pss).n == 256);
}

static void test_serials_and_dates_of_all_sorts(void **state)
{
	static const char *const serials[] = { "FF", "8000000000000000000000000000000000000000000000", "00FF", "00" };
	static const int64_t far[] = { -62135596800000LL, 253402300799000LL }; /* the years 1 and 9999 */

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(serials); i++) {
		AUTO(cert_freep) struct cert *cert =
			fixture_cert(&(struct fixture_cert){ .key = fixture_key(KEY_TYPE_P256), .cn = "x", .serial_hex = serials[i] });

		assert_string_equal(cert_serial_hex(cert), serials[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(far); i++) {
		AUTO(cert_freep) struct cert *cert =
			fixture_cert(&(struct fixture_cert){ .key = fixture_key(KEY_TYPE_P256), .cn = "x", .not_before_ms = far[i], .not_after_ms = far[i] });

		assert_true(cert_not_after_ms(cert) == far[i]);
	}
}

/* Keys we make none of ourselves, as the openssl program makes them. */
static void test_other_kinds_of_keys(void **state)
{
	static const struct {
		const char *keygen;
		enum key_kind kind;
		int bits;
		const char *alg;
	} rows[] = {
		{ "genpkey -algorithm ED25519", KEY_ED25519, 256, "Ed25519" },
		{ "genpkey -algorithm ED448", KEY_ED448, 448, "Ed448" },
		{ "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521", KEY_EC, 521, "ECDSA with SHA-256" },
		{ "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP256r1", KEY_EC, 256, "ECDSA with SHA-256" },
		{ "genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048", KEY_RSA, 2048, "RSA-PSS with SHA-256" },
	};
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO(cert_list_release) struct cert_list list = { 0 };
		AUTO(cert_freep) struct cert *flipped = NULL;
		AUTO(buf_release) struct buf der = BUF_INIT;
		const char *key = fixture_path("other.key");
		const char *cert = fixture_path("other.pem");
		char line[2048];

		snprintf(line, sizeof(line), "openssl %s -out %s 2>/dev/null && openssl req -x509 -key %s -days 9 -subj /CN=x -sha256 -out %s 2>/dev/null",
			 rows[i].keygen, key, key, cert);
		assert_int_equal(system(line), 0);
		assert_ok(cert_list_load_path(&list, cert, &err), &err);
		assert_int_equal(cert_key(list.items[0]).kind, rows[i].kind);
		assert_int_equal(cert_key(list.items[0]).bits, rows[i].bits);
		assert_string_equal(sig_alg_name(cert_sig_alg(list.items[0])), rows[i].alg);
		assert_int_equal(cert_check_issued(list.items[0], list.items[0], &err), 0);
		buf_append(&der, cert_der(list.items[0]).p, cert_der(list.items[0]).n);
		der.data[der.len - 20] ^= 1;
		assert_ok(cert_parse(fixture_bytes(&der), &flipped, &err), &err);
		assert_int_equal(cert_check_issued(flipped, list.items[0], &err), 1);
	}
}

/* ---- hostile ---- */

static void refuse(struct bytes der)
{
	struct cert *cert = NULL;
	struct err err = ERR_INIT;

	assert_fails(cert_parse(der, &cert, &err), &err, ERR_CERT);
	assert_null(cert);
}

static void test_cut_off_or_lengthened(void **state)
{
	AUTO(buf_release) struct buf der = BUF_INIT;

	(void)state;
	fixture_cert_der(&(struct fixture_cert){ .key = fixture_key(KEY_TYPE_P256), .cn = "x" }, &der);
	for (size_t n = 0; n < der.len; n++)
		refuse((struct bytes){ (const uint8_t *)der.data, n });
	buf_putc(&der, '\0');
	refuse(fixture_bytes(&der));
	refuse(fixture_text("hello"));
}

static void test_flipped_bits_never_verify(void **state)
{
	AUTO(buf_release) struct buf der = BUF_INIT;
	AUTO(cert_freep) struct cert *issuer = NULL;
	struct err err = ERR_INIT;

	(void)state;
	fixture_cert_der(&(struct fixture_cert){ .key = fixture_key(KEY_TYPE_P256), .cn = "x" }, &der);
	assert_ok(cert_parse(fixture_bytes(&der), &issuer, &err), &err);
	for (size_t bit = 0; bit < der.len * 8; bit += 3) {
		AUTO(cert_freep) struct cert *cert = NULL;

		der.data[bit / 8] ^= (char)(1 << bit % 8);
		if (cert_parse(fixture_bytes(&der), &cert, &err) == 0)
			assert_int_not_equal(cert_check_issued(cert, issuer, &err), 0);
		der.data[bit / 8] ^= (char)(1 << bit % 8);
	}
}

static void refuse_extension(struct bytes oid, const char *value, size_t n)
{
	AUTO(buf_release) struct buf exts = BUF_INIT;
	AUTO(buf_release) struct buf der = BUF_INIT;

	fixture_extension(&exts, oid, false, (struct bytes){ (const uint8_t *)value, n });
	fixture_cert_der(&(struct fixture_cert){ .key = fixture_key(KEY_TYPE_P256), .cn = "x", .extensions = fixture_bytes(&exts) }, &der);
	refuse(fixture_bytes(&der));
}

static void test_malformed_extensions(void **state)
{
	static const struct bytes known[] = { OID_EXT_KEY_USAGE, OID_EXT_BASIC_CONSTRAINTS, OID_EXT_EKU, OID_EXT_SKI, OID_EXT_AKI,
					      OID_EXT_SAN,	 OID_EXT_AIA,		    OID_EXT_CRL_DP };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		refuse_extension(known[i], "", 0);
		refuse_extension(known[i], "\x30\x02\x05", 3);
		refuse_extension(known[i], "\x30\x03\x02\x01\xff\x00", 6);
	}
	refuse_extension(OID_EXT_BASIC_CONSTRAINTS, "\x30\x03\x02\x01\xff", 5); /* negative path length */
	refuse_extension(OID_EXT_BASIC_CONSTRAINTS, "\x30\x03\x01\x01\x07", 5); /* TRUE is FF in DER */
	refuse_extension(OID_EXT_KEY_USAGE, "\x03\x02\x09\x80", 4);		 /* nine unused bits */
	refuse_extension(OID_EXT_EKU, "\x30\x02\x0c\x00", 4);
	refuse_extension(OID_EXT_AIA, "\x30\x02\x30\x00", 4);
	refuse_extension(OID_EXT_CRL_DP, "\x30\x04\x30\x02\xa0\x01", 6);
}

static void test_an_extension_twice(void **state)
{
	AUTO(buf_release) struct buf exts = BUF_INIT;
	AUTO(buf_release) struct buf der = BUF_INIT;

	(void)state;
	fixture_key_usage(&exts, KU_DIGITAL_SIGNATURE);
	fixture_key_usage(&exts, KU_KEY_CERT_SIGN);
	fixture_cert_der(&(struct fixture_cert){ .key = fixture_key(KEY_TYPE_P256), .cn = "x", .extensions = fixture_bytes(&exts) }, &der);
	refuse(fixture_bytes(&der));
}

static void test_too_many_extensions(void **state)
{
	AUTO(buf_release) struct buf exts = BUF_INIT;
	AUTO(buf_release) struct buf der = BUF_INIT;

	(void)state;
	for (int i = 0; i < 200; i++) {
		uint8_t oid[] = { 0x2a, (uint8_t)(i & 0x7f), (uint8_t)(i >> 7) };

		fixture_extension(&exts, (struct bytes){ oid, sizeof(oid) }, false, (struct bytes){ NULL, 0 });
	}
	fixture_cert_der(&(struct fixture_cert){ .key = fixture_key(KEY_TYPE_P256), .cn = "x", .extensions = fixture_bytes(&exts) }, &der);
	refuse(fixture_bytes(&der));
}

/* ---- names ---- */

static void put_raw_attr(struct buf *out, uint8_t tag, const char *value, size_t n, bool with_next)
{
	static const uint8_t cn[] = { 0x55, 0x04, 0x03 };
	size_t set = der_begin(out, DER_SET);

	for (int i = 0; i < (with_next ? 2 : 1); i++) {
		size_t pair = der_begin(out, DER_SEQUENCE);

		der_put_oid(out, (struct bytes){ cn, 3 });
		der_put(out, tag, (struct bytes){ (const uint8_t *)value, n });
		der_end(out, pair);
	}
	der_end(out, set);
}

static void check_render(uint8_t tag, const char *value, size_t n, const char *expected)
{
	AUTO(buf_release) struct buf name = BUF_INIT;
	AUTO(buf_release) struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	size_t all = der_begin(&name, DER_SEQUENCE);

	put_raw_attr(&name, tag, value, n, false);
	der_end(&name, all);
	assert_ok(name_render(fixture_bytes(&name), &text, &err), &err);
	assert_string_equal(buf_str(&text), expected);
}

static void test_names_of_every_string_type(void **state)
{
	(void)state;
	check_render(DER_UTF8_STRING, "Lạng Sơn", strlen("Lạng Sơn"), "CN=Lạng Sơn");
	check_render(DER_BMP_STRING, "\x00L\x1e\xa1n", 5, "CN=#1E05004C1EA16E"); /* half a character */
	check_render(DER_BMP_STRING, "\x00L\x1e\xa1\x00n", 6, "CN=Lạn");
	check_render(DER_UNIVERSAL_STRING, "\x00\x00\x1e\xa1\x00\x01\xf6\x00", 8, "CN=ạ😀");
	check_render(DER_T61_STRING, "caf\xe9", 4, "CN=café");
	check_render(DER_UTF8_STRING, " a,b+c\"d\\e<f>g;h ", 17, "CN=\\ a\\,b\\+c\\\"d\\\\e\\<f\\>g\\;h\\ ");
	check_render(DER_UTF8_STRING, "#x\x01\x00y", 5, "CN=\\#x\\01\\00y");
	check_render(DER_UTF8_STRING, "\xc0\x80", 2, "CN=#0C02C080");	  /* overlong */
	check_render(DER_UTF8_STRING, "\xed\xa0\x80", 3, "CN=#0C03EDA080"); /* surrogate */
	check_render(DER_UTF8_STRING, "\xe1\xba", 2, "CN=#0C02E1BA");	  /* cut off */
	check_render(DER_INTEGER, "\x05", 1, "CN=#020105");
	check_render(DER_UTF8_STRING, "", 0, "CN=");
}

static void test_nothing_hides_behind_a_nul(void **state)
{
	static const char value[] = "bank.vn\0.evil.com";
	AUTO(buf_release) struct buf text = BUF_INIT;
	struct der_item item = { DER_UTF8_STRING, { NULL, 0 }, { (const uint8_t *)value, sizeof(value) - 1 } };

	(void)state;
	name_value_text(item, &text);
	assert_string_equal(buf_str(&text), "bank.vn\xef\xbf\xbd.evil.com");
}

static void build(struct buf *out, uint8_t tag, const char *value, bool twice)
{
	size_t all = der_begin(out, DER_SEQUENCE);

	put_raw_attr(out, tag, value, strlen(value), twice);
	der_end(out, all);
}

static bool same_name(uint8_t tag_a, const char *a, uint8_t tag_b, const char *b)
{
	AUTO(buf_release) struct buf name_a = BUF_INIT;
	AUTO(buf_release) struct buf name_b = BUF_INIT;

	build(&name_a, tag_a, a, false);
	build(&name_b, tag_b, b, false);
	return name_equal(fixture_bytes(&name_a), fixture_bytes(&name_b));
}

static void test_names_are_compared_as_rfc_5280_says(void **state)
{
	AUTO(buf_release) struct buf one = BUF_INIT;
	AUTO(buf_release) struct buf two = BUF_INIT;

	(void)state;
	assert_true(same_name(DER_UTF8_STRING, "Root CA", DER_PRINTABLE_STRING, "root  ca "));
	assert_true(same_name(DER_UTF8_STRING, " a", DER_UTF8_STRING, "A"));
	assert_false(same_name(DER_UTF8_STRING, "Root CA", DER_UTF8_STRING, "RootCA"));
	assert_false(same_name(DER_UTF8_STRING, "a", DER_UTF8_STRING, "ab"));
	assert_false(same_name(DER_INTEGER, "a", DER_INTEGER, "b"));
	build(&one, DER_UTF8_STRING, "x", false);
	build(&two, DER_UTF8_STRING, "x", true);
	assert_false(name_equal(fixture_bytes(&one), fixture_bytes(&two)));
	assert_false(name_equal(fixture_bytes(&one), fixture_text("nonsense")));
}

static void test_names_that_cannot_be_built(void **state)
{
	static const struct name_part wrong[] = { { "C", "Việt" }, { "CN", "" }, { "CN", "\xff" }, { "emailAddress", "ă@b" }, { "Nope", "x" }, { "CN", "a\nb" } };
	static const struct name_part dotted = { "1.2.3.4", "x" };
	struct err err = ERR_INIT;
	AUTO(buf_release) struct buf out = BUF_INIT;
	AUTO(buf_release) struct buf text = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		AUTO(buf_release) struct buf name = BUF_INIT;

		assert_fails(name_build(&wrong[i], 1, &name, &err), &err, ERR_TEXT);
	}
	assert_ok(name_build(&dotted, 1, &out, &err), &err);
	assert_ok(name_render(fixture_bytes(&out), &text, &err), &err);
	assert_string_equal(buf_str(&text), "1.2.3.4=x");
}

static void test_a_name_of_too_many_attributes(void **state)
{
	AUTO(buf_release) struct buf name = BUF_INIT;
	AUTO(buf_release) struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	size_t all = der_begin(&name, DER_SEQUENCE);

	(void)state;
	for (int i = 0; i < 65; i++)
		put_raw_attr(&name, DER_UTF8_STRING, "x", 1, false);
	der_end(&name, all);
	assert_fails(name_render(fixture_bytes(&name), &text, &err), &err, ERR_CERT);
}

static void test_several_values_in_one_rdn(void **state)
{
	AUTO(buf_release) struct buf name = BUF_INIT;
	AUTO(buf_release) struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	build(&name, DER_UTF8_STRING, "x", true);
	assert_ok(name_render(fixture_bytes(&name), &text, &err), &err);
	assert_string_equal(buf_str(&text), "CN=x+CN=x");
}

/* ---- lists and files ---- */

static void test_files_of_every_form(void **state)
{
	AUTO(cert_freep) struct cert *a = fixture_cert(&(struct fixture_cert){ .key = fixture_key(KEY_TYPE_P256), .cn = "A" });
	AUTO(cert_freep) struct cert *b = fixture_cert(&(struct fixture_cert){ .key = fixture_key(KEY_TYPE_P384), .cn = "B" });
	AUTO(cert_list_release) struct cert_list list = { 0 };
	AUTO(buf_release) struct buf pem = BUF_INIT;
	struct err err = ERR_INIT;
	char line[4000];
	const char *dir = fixture_path("certs.d");

	(void)state;
	snprintf(line, sizeof(line),
		 "mkdir -p %s && cp %s %s/a.der && openssl x509 -inform DER -in %s -out %s/b.PEM && cat %s/b.PEM %s/b.PEM > %s/two.pem && "
		 "openssl crl2pkcs7 -nocrl -certfile %s/two.pem -out %s/c.p7b && echo no > %s/readme.txt",
		 dir, fixture_file("a.der", cert_der(a)), dir, fixture_file("b.der", cert_der(b)), dir, dir, dir, dir, dir, dir, dir);
	assert_int_equal(system(line), 0);
	assert_ok(cert_list_load_path(&list, dir, &err), &err);
	assert_int_equal(list.count, 2);
	assert_true(cert_list_has(&list, a) && cert_list_has(&list, b));
	snprintf(line, sizeof(line), "%s/b.PEM", dir);
	fixture_read(line, &pem);
	buf_puts(&pem, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
	assert_ok(cert_list_load(&list, fixture_bytes(&pem), "x.pem", &err), &err);
	assert_int_equal(list.count, 2);
}

static void test_files_that_hold_no_certificate(void **state)
{
	static const struct {
		const char *text;
		enum err_code code;
	} rows[] = {
		{ "hello", ERR_CERT },
		{ "", ERR_CERT },
		{ "-----BEGIN CERTIFICATE-----\nAAAA", ERR_CERT },
		{ "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", ERR_CERT },
		{ "-----BEGIN CERTIFICATE-----\n????\n-----END CERTIFICATE-----\n", ERR_HEX },
		{ "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", ERR_CERT },
	};
	struct cert_list list = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_fails(cert_list_load(&list, fixture_text(rows[i].text), "x.pem", &err), &err, rows[i].code);
		assert_non_null(strstr(err.detail, "x.pem"));
	}
	assert_fails(cert_list_load_path(&list, "/nonexistent", &err), &err, ERR_FILE_OPEN);
	cert_list_release(&list);
}

/* PKITS: odd but well-formed certificates, all of them are read. */
static void test_pkits_certificates_are_read(void **state)
{
	const char *dir = test_shared_dir("pkits/certs");
	AUTO(cert_list_release) struct cert_list list = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	if (!dir) {
		print_message("skipped: no shared/data/pkits/certs\n");
		skip();
	}
	assert_ok(cert_list_load_path(&list, dir, &err), &err);
	assert_true(list.count >= 400);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_extensions),
	cmocka_unit_test(test_a_plain_certificate),
	cmocka_unit_test(test_signature_of_another_issuer),
	cmocka_unit_test(test_serials_and_dates_of_all_sorts),
	cmocka_unit_test(test_other_kinds_of_keys),
	cmocka_unit_test(test_cut_off_or_lengthened),
	cmocka_unit_test(test_flipped_bits_never_verify),
	cmocka_unit_test(test_malformed_extensions),
	cmocka_unit_test(test_an_extension_twice),
	cmocka_unit_test(test_too_many_extensions),
	cmocka_unit_test(test_names_of_every_string_type),
	cmocka_unit_test(test_nothing_hides_behind_a_nul),
	cmocka_unit_test(test_names_are_compared_as_rfc_5280_says),
	cmocka_unit_test(test_names_that_cannot_be_built),
	cmocka_unit_test(test_a_name_of_too_many_attributes),
	cmocka_unit_test(test_several_values_in_one_rdn),
	cmocka_unit_test(test_files_of_every_form),
	cmocka_unit_test(test_files_that_hold_no_certificate),
	cmocka_unit_test(test_pkits_certificates_are_read),
};

TEST_MAIN(tests)
