/* test_signer.c - keys, PKCS#8 and PKCS#12 files, the signer over them, and what must not sign. */
#include "fixture.h"

#include "pki/csr.h"
#include "pki/signer.h"
#include "util/secret.h"

static struct secret *secret_of(const char *text)
{
	struct secret *secret = NULL;
	struct err err = ERR_INIT;

	assert_ok(secret_new(text, strlen(text), &secret, &err), &err);
	return secret;
}

static struct cert *cert_of(struct key *key)
{
	return fixture_cert(&(struct fixture_cert){ .key = key, .cn = "Nguyễn Văn Thử" });
}

static void check_signs(struct signer *signer, struct sig_alg alg)
{
	AUTO(buf_release) struct buf value = BUF_INIT;
	struct err err = ERR_INIT;
	struct digest digest;

	assert_ok(digest_of(alg.digest, fixture_text("kyso"), &digest, &err), &err);
	assert_ok(signer_sign(signer, alg, &digest, &value, &err), &err);
	assert_int_equal(cert_check_signature(signer->cert, alg, &digest, fixture_bytes(&value), &err), 0);
	digest.bytes[0] ^= 1;
	assert_int_equal(cert_check_signature(signer->cert, alg, &digest, fixture_bytes(&value), &err), 1);
	digest.bytes[0] ^= 1;
	value.data[value.len / 2] ^= 1;
	assert_int_equal(cert_check_signature(signer->cert, alg, &digest, fixture_bytes(&value), &err), 1);
	assert_int_equal(cert_check_signature(signer->cert, alg, &digest, (struct bytes){ NULL, 0 }, &err), 1);
}

static void test_signs_by_every_algorithm(void **state)
{
	static const enum digest_alg digests[] = { DIGEST_SHA256, DIGEST_SHA384, DIGEST_SHA512, DIGEST_SHA3_256 };
	static const enum key_type types[] = { KEY_TYPE_RSA_2048, KEY_TYPE_P256, KEY_TYPE_P384 };
	struct err err = ERR_INIT;

	(void)state;
	for (size_t t = 0; t < ARRAY_LEN(types); t++) {
		struct key *key = fixture_key(types[t]);
		AUTO(cert_freep) struct cert *cert = cert_of(key);
		AUTO(signer_freep) struct signer *signer = NULL;

		assert_ok(key_signer_new(key, cert, NULL, &signer, &err), &err);
		for (size_t d = 0; d < ARRAY_LEN(digests); d++) {
			bool rsa = cert_key(cert).kind == KEY_RSA;

			check_signs(signer, (struct sig_alg){ cert_key(cert).kind, rsa ? SIG_PAD_PKCS1_V15 : SIG_PAD_NONE, digests[d] });
			if (rsa)
				check_signs(signer, (struct sig_alg){ KEY_RSA, SIG_PAD_PSS, digests[d] });
		}
	}
}

static void test_default_algorithms(void **state)
{
	AUTO(cert_freep) struct cert *cert = cert_of(fixture_key(KEY_TYPE_P384));
	AUTO(signer_freep) struct signer *signer = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(key_signer_new(fixture_key(KEY_TYPE_P384), cert, NULL, &signer, &err), &err);
	assert_string_equal(sig_alg_name(signer_default_alg(signer)), "ECDSA with SHA-384");
	assert_string_equal(sig_alg_name(key_default_alg(key_strength(fixture_key(KEY_TYPE_P256)))), "ECDSA with SHA-256");
	assert_string_equal(sig_alg_name(key_default_alg(key_strength(fixture_key(KEY_TYPE_RSA_2048)))), "RSA PKCS#1 v1.5 with SHA-256");
	assert_string_equal(sig_alg_name((struct sig_alg){ KEY_UNKNOWN, SIG_PAD_NONE, DIGEST_NONE }), "an unknown algorithm");
}

static void test_refuses_an_algorithm_of_another_kind(void **state)
{
	AUTO(cert_freep) struct cert *cert = cert_of(fixture_key(KEY_TYPE_P256));
	AUTO(signer_freep) struct signer *signer = NULL;
	AUTO(buf_release) struct buf value = BUF_INIT;
	struct err err = ERR_INIT;
	struct digest digest = { .len = 32 };

	(void)state;
	assert_ok(key_signer_new(fixture_key(KEY_TYPE_P256), cert, NULL, &signer, &err), &err);
	assert_fails(signer_sign(signer, (struct sig_alg){ KEY_RSA, SIG_PAD_PSS, DIGEST_SHA256 }, &digest, &value, &err), &err, ERR_KEY_UNSUPPORTED);
	digest.len = 20;
	assert_fails(signer_sign(signer, (struct sig_alg){ KEY_EC, SIG_PAD_NONE, DIGEST_SHA256 }, &digest, &value, &err), &err, ERR_KEY_UNSUPPORTED);
	assert_int_equal(value.len, 0);
}

static int lie(struct signer *signer, struct sig_alg alg, const struct digest *digest, struct buf *out, struct err *err)
{
	(void)signer, (void)alg, (void)digest, (void)err;
	buf_fill(out, 'x', 256);
	return 0;
}

static bool any(const struct signer *signer, struct sig_alg alg)
{
	(void)signer, (void)alg;
	return true;
}

static void nothing(struct signer *signer)
{
	(void)signer;
}

static void test_a_wrong_value_is_not_given_out(void **state)
{
	static const struct signer_ops ops = { lie, any, nothing };
	struct signer signer = { .ops = &ops, .cert = cert_of(fixture_key(KEY_TYPE_RSA_2048)) };
	AUTO(buf_release) struct buf value = BUF_INIT;
	struct err err = ERR_INIT;
	struct digest digest = { .len = 32 };

	(void)state;
	buf_puts(&value, "before");
	assert_fails(signer_sign(&signer, (struct sig_alg){ KEY_RSA, SIG_PAD_PKCS1_V15, DIGEST_SHA256 }, &digest, &value, &err), &err,
		     ERR_SIGNATURE_MISMATCH);
	assert_string_equal(buf_str(&value), "before");
	signer_free(&signer);
}

static void test_a_certificate_of_another_key_makes_no_signer(void **state)
{
	AUTO(cert_freep) struct cert *cert = cert_of(fixture_key(KEY_TYPE_P384));
	struct signer *signer = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(key_signer_new(fixture_key(KEY_TYPE_P256), cert, NULL, &signer, &err), &err, ERR_SIGNATURE_MISMATCH);
	assert_null(signer);
}

static void check_usable(struct cert *cert, int64_t at_ms, enum err_code expected)
{
	static const struct signer_ops ops = { lie, any, nothing };
	struct signer signer = { .ops = &ops, .cert = cert };
	struct err err = ERR_INIT;

	if (expected == ERR_NONE)
		assert_ok(signer_check_usable(&signer, at_ms, &err), &err);
	else
		assert_fails(signer_check_usable(&signer, at_ms, &err), &err, expected);
	signer_free(&signer);
}

static struct cert *cert_with_usage(unsigned bits)
{
	AUTO(buf_release) struct buf ext = BUF_INIT;

	fixture_key_usage(&ext, bits);
	return fixture_cert(&(struct fixture_cert){ .key = fixture_key(KEY_TYPE_P256), .cn = "Thử", .extensions = fixture_bytes(&ext) });
}

/* 1,024 bits are no key_type: nobody may make one. The certificate of one is parsed, not verified. */
static struct cert *weak_cert(void)
{
	const char *cmd = "openssl req -x509 -newkey rsa:1024 -nodes -keyout /dev/null -days 20000 -subj /CN=weak -out ";
	char line[1024];
	const char *path = fixture_path("weak.pem");
	AUTO(cert_list_release) struct cert_list list = { 0 };
	struct err err = ERR_INIT;

	snprintf(line, sizeof(line), "%s%s 2>/dev/null", cmd, path);
	assert_int_equal(system(line), 0);
	assert_ok(cert_list_load_path(&list, path, &err), &err);
	return cert_keep(list.items[0]);
}

static void test_what_must_not_sign(void **state)
{
	(void)state;
	check_usable(cert_of(fixture_key(KEY_TYPE_P256)), FIXTURE_NOW_MS, ERR_NONE);
	check_usable(cert_of(fixture_key(KEY_TYPE_P256)), FIXTURE_NOW_MS + 400 * FIXTURE_DAY_MS, ERR_CERT_EXPIRED);
	check_usable(cert_of(fixture_key(KEY_TYPE_P256)), FIXTURE_NOW_MS - 400 * FIXTURE_DAY_MS, ERR_CERT_NOT_YET_VALID);
	check_usable(cert_with_usage(KU_DIGITAL_SIGNATURE), FIXTURE_NOW_MS, ERR_NONE);
	check_usable(cert_with_usage(KU_NON_REPUDIATION), FIXTURE_NOW_MS, ERR_NONE);
	check_usable(cert_with_usage(KU_KEY_ENCIPHERMENT | KU_KEY_CERT_SIGN), FIXTURE_NOW_MS, ERR_CERT_KEY_USAGE);
	{
		struct cert *weak = weak_cert();

		check_usable(weak, cert_not_before_ms(weak) + 1000, ERR_CERT_WEAK_KEY);
	}
}

/* ---- PKCS#12 ---- */

static void make_p12(const char *password, struct buf *out)
{
	struct key *key = fixture_key(KEY_TYPE_P256);
	AUTO(cert_freep) struct cert *ca = cert_of(fixture_key(KEY_TYPE_P384));
	AUTO(cert_freep) struct cert *cert = fixture_cert(
		&(struct fixture_cert){ .key = key, .issuer_key = fixture_key(KEY_TYPE_P384), .issuer = ca, .cn = "Trần Thị Mẫu" });
	AUTO(cert_list_release) struct cert_list chain = { 0 };
	AUTO(secret_freep) struct secret *secret = secret_of(password);
	struct err err = ERR_INIT;

	assert_ok(cert_list_add(&chain, ca, &err), &err);
	assert_ok(p12_write(key, cert, &chain, "Trần Thị Mẫu", secret, out, &err), &err);
}

static void test_p12_there_and_back(void **state)
{
	AUTO(buf_release) struct buf file = BUF_INIT;
	AUTO(secret_freep) struct secret *secret = secret_of("mật khẩu");
	AUTO(signer_freep) struct signer *signer = NULL;
	struct err err = ERR_INIT;

	(void)state;
	make_p12("mật khẩu", &file);
	assert_ok(p12_signer_open(fixture_bytes(&file), "f.p12", secret, &signer, &err), &err);
	assert_string_equal(cert_subject_attr(signer->cert, "CN"), "Trần Thị Mẫu");
	assert_int_equal(signer->chain.count, 1);
	check_signs(signer, signer_default_alg(signer));
}

static void test_p12_passwords(void **state)
{
	AUTO(buf_release) struct buf file = BUF_INIT;
	AUTO(buf_release) struct buf open_file = BUF_INIT;
	AUTO(secret_freep) struct secret *wrong = secret_of("sai");
	struct signer *signer = NULL;
	struct err err = ERR_INIT;

	(void)state;
	make_p12("đúng", &file);
	assert_fails(p12_signer_open(fixture_bytes(&file), "f.p12", wrong, &signer, &err), &err, ERR_KEY_PASSWORD);
	assert_non_null(strstr(err.detail, "wrong"));
	assert_fails(p12_signer_open(fixture_bytes(&file), "f.p12", NULL, &signer, &err), &err, ERR_KEY_PASSWORD);
	assert_non_null(strstr(err.detail, "none was given"));
	make_p12("", &open_file);
	assert_ok(p12_signer_open(fixture_bytes(&open_file), "f.p12", NULL, &signer, &err), &err);
	signer_free(signer);
}

static void test_p12_that_is_none(void **state)
{
	AUTO(buf_release) struct buf file = BUF_INIT;
	AUTO(secret_freep) struct secret *secret = secret_of("x");
	struct signer *signer = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(p12_signer_open(fixture_text("%PDF-1.7"), "f.p12", secret, &signer, &err), &err, ERR_KEY_FILE);
	assert_fails(p12_signer_open((struct bytes){ NULL, 0 }, "f.p12", secret, &signer, &err), &err, ERR_KEY_FILE);
	make_p12("x", &file);
	assert_fails(p12_signer_open((struct bytes){ (const uint8_t *)file.data, file.len - 1 }, "f.p12", secret, &signer, &err), &err, ERR_KEY_FILE);
	buf_putc(&file, 'x');
	assert_fails(p12_signer_open(fixture_bytes(&file), "f.p12", secret, &signer, &err), &err, ERR_KEY_FILE);
}

/* What the openssl program makes of a key and a certificate of ours, by the options given. */
static void openssl_p12(const char *options, struct buf *out)
{
	AUTO(buf_release) struct buf pem = BUF_INIT;
	struct key *key = fixture_key(KEY_TYPE_RSA_2048);
	AUTO(cert_freep) struct cert *cert = cert_of(key);
	struct err err = ERR_INIT;
	char line[2048];
	const char *key_path;
	const char *cert_path;
	const char *pem_path;
	const char *p12_path = fixture_path("made.p12");

	assert_ok(key_save_pem(key, NULL, &pem, &err), &err);
	key_path = fixture_file("k.pem", fixture_bytes(&pem));
	cert_path = fixture_file("c.der", cert_der(cert));
	pem_path = fixture_path("c.pem");
	snprintf(line, sizeof(line), "openssl x509 -inform DER -in %s -out %s && openssl pkcs12 -export %s -inkey %s -in %s -passout pass:x -out %s 2>/dev/null",
		 cert_path, pem_path, options, key_path, pem_path, p12_path);
	assert_int_equal(system(line), 0);
	fixture_read(p12_path, out);
}

static void test_p12_of_old_and_other_writers(void **state)
{
	static const char *const options[] = { "-legacy", "-certpbe NONE -keypbe NONE -nomac", "-nomac", "-certpbe PBE-SHA1-3DES -keypbe PBE-SHA1-3DES" };
	AUTO(secret_freep) struct secret *secret = secret_of("x");
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(options); i++) {
		AUTO(buf_release) struct buf file = BUF_INIT;
		AUTO(signer_freep) struct signer *signer = NULL;

		openssl_p12(options[i], &file);
		assert_ok(p12_signer_open(fixture_bytes(&file), options[i], secret, &signer, &err), &err);
		check_signs(signer, signer_default_alg(signer));
	}
}

static void test_p12_without_mac_and_wrong_password(void **state)
{
	AUTO(buf_release) struct buf file = BUF_INIT;
	AUTO(secret_freep) struct secret *wrong = secret_of("y");
	struct signer *signer = NULL;
	struct err err = ERR_INIT;

	(void)state;
	openssl_p12("-nomac", &file);
	assert_fails(p12_signer_open(fixture_bytes(&file), "f.p12", wrong, &signer, &err), &err, ERR_KEY_PASSWORD);
}

static void test_p12_without_a_key(void **state)
{
	AUTO(buf_release) struct buf file = BUF_INIT;
	AUTO(secret_freep) struct secret *secret = secret_of("x");
	struct signer *signer = NULL;
	struct err err = ERR_INIT;

	(void)state;
	openssl_p12("-nokeys", &file);
	assert_fails(p12_signer_open(fixture_bytes(&file), "f.p12", secret, &signer, &err), &err, ERR_KEY_FILE);
	assert_non_null(strstr(err.detail, "no private key"));
}

/* ---- PKCS#8 ---- */

static void test_pem_keys(void **state)
{
	AUTO(secret_freep) struct secret *secret = secret_of("bí mật");
	AUTO(secret_freep) struct secret *wrong = secret_of("khác");
	struct err err = ERR_INIT;

	(void)state;
	for (int encrypted = 0; encrypted < 2; encrypted++) {
		AUTO(buf_release) struct buf pem = BUF_INIT;
		AUTO(key_freep) struct key *key = NULL;
		AUTO(cert_freep) struct cert *cert = cert_of(fixture_key(KEY_TYPE_P384));

		assert_ok(key_save_pem(fixture_key(KEY_TYPE_P384), encrypted ? secret : NULL, &pem, &err), &err);
		assert_ok(key_load_pem(fixture_bytes(&pem), "k.pem", secret, &key, &err), &err);
		assert_true(key_matches(key, cert));
		if (!encrypted)
			continue;
		assert_null(strstr(buf_str(&pem), "BEGIN PRIVATE KEY"));
		key_free(TAKE(key));
		assert_fails(key_load_pem(fixture_bytes(&pem), "k.pem", wrong, &key, &err), &err, ERR_KEY_PASSWORD);
		assert_fails(key_load_pem(fixture_bytes(&pem), "k.pem", NULL, &key, &err), &err, ERR_KEY_PASSWORD);
	}
}

static void test_files_that_hold_no_key(void **state)
{
	struct key *key = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(key_load_pem(fixture_text("hello"), "k.pem", NULL, &key, &err), &err, ERR_KEY_FILE);
	assert_fails(key_load_pem(fixture_text("0hello"), "k.pem", NULL, &key, &err), &err, ERR_KEY_FILE);
	assert_fails(key_load_pem((struct bytes){ NULL, 0 }, "k.pem", NULL, &key, &err), &err, ERR_KEY_FILE);
}

static void test_key_types(void **state)
{
	enum key_type type;
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(key_type_find("p384", &type, &err), &err);
	assert_int_equal(type, KEY_TYPE_P384);
	assert_fails(key_type_find("dsa", &type, &err), &err, ERR_USAGE);
	assert_int_equal(key_strength(fixture_key(KEY_TYPE_RSA_2048)).bits, 2048);
	assert_string_equal(key_strength(fixture_key(KEY_TYPE_P256)).curve, "P-256");
}

/* ---- requests ---- */

static int sign_by_key(void *ctx, struct sig_alg alg, const struct digest *digest, struct buf *out, struct err *err)
{
	return key_sign(ctx, alg, digest, out, err);
}

static const struct name_part subject[] = { { "C", "VN" }, { "O", "Sở Khoa học và Công nghệ" }, { "OU", "Phòng Bưu chính, Viễn thông" },
					    { "CN", "Lê Văn Ví Dụ" } };

static int make_csr(struct key *key, struct key *signing, struct buf *out, struct err *err)
{
	AUTO(buf_release) struct buf spki = BUF_INIT;
	struct csr_request request = { subject, ARRAY_LEN(subject), "le@vidu.vn", { NULL, 0 }, key_default_alg(key_strength(key)),
				       sign_by_key, signing };

	if (key_spki(key, &spki, err))
		return -1;
	request.spki_der = fixture_bytes(&spki);
	return csr_make(&request, out, err);
}

static void test_csr_there_and_back(void **state)
{
	static const enum key_type types[] = { KEY_TYPE_RSA_2048, KEY_TYPE_P256, KEY_TYPE_P384 };
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		AUTO(buf_release) struct buf der = BUF_INIT;
		AUTO(buf_release) struct buf pem = BUF_INIT;
		AUTO(csr_freep) struct csr *csr = NULL;
		char line[1024];

		assert_ok(make_csr(fixture_key(types[i]), fixture_key(types[i]), &der, &err), &err);
		csr_put_pem(fixture_bytes(&der), &pem);
		assert_ok(csr_parse(fixture_bytes(&pem), "r.pem", &csr, &err), &err);
		assert_true(bytes_eq(csr_der(csr), fixture_bytes(&der)));
		assert_string_equal(csr_subject(csr), "CN=Lê Văn Ví Dụ,OU=Phòng Bưu chính\\, Viễn thông,O=Sở Khoa học và Công nghệ,C=VN");
		assert_int_equal(csr_check_signature(csr, &err), 0);
		assert_true(csr_extensions_der(csr).n > 0 && csr_subject_der(csr).n > 0 && csr_spki_der(csr).n > 0);
		assert_int_equal(csr_key(csr).bits, key_strength(fixture_key(types[i])).bits);
		snprintf(line, sizeof(line), "openssl req -verify -noout -in %s >/dev/null 2>&1", fixture_file("r.pem", fixture_bytes(&pem)));
		assert_int_equal(system(line), 0);
	}
}

static void test_csr_of_another_key_is_refused(void **state)
{
	AUTO(buf_release) struct buf der = BUF_INIT;
	AUTO(key_freep) struct key *other = NULL;
	AUTO(csr_freep) struct csr *csr = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(key_generate(KEY_TYPE_P256, &other, &err), &err);
	assert_fails(make_csr(fixture_key(KEY_TYPE_P256), other, &der, &err), &err, ERR_SIGNATURE_MISMATCH);
	assert_int_equal(der.len, 0);
	assert_ok(make_csr(other, other, &der, &err), &err);
	der.data[60] ^= 1; /* in the subject */
	assert_ok(csr_parse(fixture_bytes(&der), "r.der", &csr, &err), &err);
	assert_int_equal(csr_check_signature(csr, &err), 1);
}

static void test_csr_that_is_none(void **state)
{
	AUTO(buf_release) struct buf der = BUF_INIT;
	struct csr *csr = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(csr_parse(fixture_text("hello"), "r.der", &csr, &err), &err, ERR_CERT);
	assert_fails(csr_parse((struct bytes){ NULL, 0 }, "r.der", &csr, &err), &err, ERR_CERT);
	assert_fails(csr_parse(fixture_text("-----BEGIN CERTIFICATE REQUEST-----\n!\n-----END "), "r.pem", &csr, &err), &err, ERR_HEX);
	assert_ok(make_csr(fixture_key(KEY_TYPE_P256), fixture_key(KEY_TYPE_P256), &der, &err), &err);
	for (size_t n = 0; n < der.len; n++)
		assert_fails(csr_parse((struct bytes){ (const uint8_t *)der.data, n }, "r.der", &csr, &err), &err, ERR_CERT);
	buf_putc(&der, '\0');
	assert_fails(csr_parse(fixture_bytes(&der), "r.der", &csr, &err), &err, ERR_CERT);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_signs_by_every_algorithm),
	cmocka_unit_test(test_default_algorithms),
	cmocka_unit_test(test_refuses_an_algorithm_of_another_kind),
	cmocka_unit_test(test_a_wrong_value_is_not_given_out),
	cmocka_unit_test(test_a_certificate_of_another_key_makes_no_signer),
	cmocka_unit_test(test_what_must_not_sign),
	cmocka_unit_test(test_p12_there_and_back),
	cmocka_unit_test(test_p12_passwords),
	cmocka_unit_test(test_p12_that_is_none),
	cmocka_unit_test(test_p12_of_old_and_other_writers),
	cmocka_unit_test(test_p12_without_mac_and_wrong_password),
	cmocka_unit_test(test_p12_without_a_key),
	cmocka_unit_test(test_pem_keys),
	cmocka_unit_test(test_files_that_hold_no_key),
	cmocka_unit_test(test_key_types),
	cmocka_unit_test(test_csr_there_and_back),
	cmocka_unit_test(test_csr_of_another_key_is_refused),
	cmocka_unit_test(test_csr_that_is_none),
};

TEST_MAIN(tests)
