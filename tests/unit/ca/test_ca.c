/* test_ca.c - the directory, issuing, revocation and CRLs; the openssl command as peer. */
#include "test.h"

#include <signal.h>
#include <sys/wait.h>

#include "fixture.h"
#include "pki/crl.h"
#include "pki/csr.h"
#include "pki/signer.h"

#define NOW 1793600000000LL /* 2026-11-02 */

static void init_makes_a_chain(void **state)
{
	const char *dir = fixture_dir();
	struct ca *ca = fixture_ca(dir, clock_system());
	struct cert *root = ca_cert(ca, CA_CERT_ROOT), *issuer = ca_cert(ca, CA_CERT_ISSUER);
	struct cert *ocsp = ca_cert(ca, CA_CERT_OCSP), *tsa = ca_cert(ca, CA_CERT_TSA);
	AUTO(buf_release) struct buf out = BUF_INIT;

	(void)state;
	assert_string_equal(cert_subject_attr(issuer, "CN"), CA_ISSUER_NAME);
	assert_string_equal(cert_subject_attr(root, "O"), CA_ORGANIZATION);
	assert_string_equal(cert_subject_attr(root, "C"), "VN");
	assert_true(cert_is_ca(root) && cert_is_ca(issuer) && !cert_is_ca(ocsp) && !cert_is_ca(tsa));
	assert_true(cert_eku(ocsp, EKU_OCSP_SIGNING) && cert_ocsp_no_check(ocsp));
	assert_true(cert_eku(tsa, EKU_TIME_STAMPING) && cert_eku_critical(tsa));
	assert_int_equal(cert_key_usage(root), KU_KEY_CERT_SIGN | KU_CRL_SIGN);
	assert_int_equal(strlen(cert_serial_hex(issuer)), 16);
	fixture_pem(dir);
	assert_int_equal(
	    fixture_run(
		&out,
		"cd '%s' && openssl verify -x509_strict -check_ss_sig -CAfile root.pem ca.pem && "
		"openssl verify -x509_strict -CAfile root.pem -untrusted ca.pem -purpose timestampsign tsa.pem && "
		"openssl verify -x509_strict -CAfile root.pem -untrusted ca.pem -purpose ocsphelper ocsp.pem",
		dir),
	    0);
	ca_free(ca);
}

static void files_are_private(void **state)
{
	static const char *const keys[] = { "root/root.key", "private/ca.key", "private/ocsp.key", "private/tsa.key" };
	const char *dir = fixture_dir();
	struct clock clock = clock_system();
	struct ca *ca = fixture_ca(dir, clock);
	struct err err = ERR_INIT;
	struct stat st;

	(void)state;
	ca_free(ca);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		assert_int_equal(stat(fixture_path(dir, keys[i]), &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
	}
	assert_int_equal(stat(fixture_path(dir, "private"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(chmod(fixture_path(dir, "private/ca.key"), 0640), 0);
	assert_fails(ca_open(dir, &clock, &ca, &err), &err, ERR_CA_REFUSED);
	assert_non_null(strstr(err.detail, "private/ca.key"));
}

static void init_is_done_once(void **state)
{
	const char *dir = fixture_dir();
	struct clock clock = clock_system();
	struct ca_init_options options = fixture_options();
	struct ca *ca = fixture_ca(dir, clock);
	struct err err = ERR_INIT;

	(void)state;
	ca_free(ca);
	assert_fails(ca_init(dir, &options, &clock, &err), &err, ERR_CA_REFUSED);
	assert_int_equal(unlink(fixture_path(dir, "ca.json")), 0); /* as if it had stopped before the last step */
	assert_fails(ca_init(dir, &options, &clock, &err), &err, ERR_CA_REFUSED);
	assert_fails(ca_open(dir, &clock, &ca, &err), &err, ERR_CA);
	assert_fails(ca_open("/nonexistent", &clock, &ca, &err), &err, ERR_CA);
	assert_fails(ca_init("/proc/nonexistent", &options, &clock, &err), &err, ERR_FILE_WRITE);
}

static void bad_options_are_refused(void **state)
{
	static const char *const urls[] = { "https://x", "http://", "127.0.0.1:80", "http://a b", "http://x/" };
	struct clock clock = clock_system();
	struct ca_init_options options = fixture_options();
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
		options.base_url = urls[i];
		assert_fails(ca_init(fixture_dir(), &options, &clock, &err), &err, ERR_USAGE);
	}
	options = fixture_options();
	options.issuer_years = 31;
	assert_fails(ca_init(fixture_dir(), &options, &clock, &err), &err, ERR_USAGE);
	options = fixture_options();
	options.crl_days = -1;
	assert_fails(ca_init(fixture_dir(), &options, &clock, &err), &err, ERR_USAGE);
}

static void damaged_directories_are_named(void **state)
{
	static const char *const files[] = { "ca.json", "index", "ca.cer", "private/tsa.key" };
	struct clock clock = clock_system();
	const char *dir = fixture_dir();
	struct ca *ca = fixture_ca(dir, clock);
	struct err err = ERR_INIT;

	(void)state;
	ca_free(ca);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		AUTO(buf_release) struct buf good = BUF_INIT;
		const char *path = fixture_path(dir, files[i]);

		assert_ok(file_read(path, 1 << 20, &good, &err), &err);
		fixture_write(path, (struct bytes){ (const uint8_t *)"{}", 2 });
		assert_int_equal(ca_open(dir, &clock, &ca, &err), -1);
		if (!strstr(err.detail, files[i]))
			fail_msg("%s is not named in: %s", files[i], err.detail);
		fixture_write(path, fixture_bytes(&good));
	}
	ca_free(fixture_open(dir, clock));
}

static void a_person_gets_a_certificate(void **state)
{
	const char *dir = fixture_dir();
	struct ca *ca = fixture_ca(dir, clock_fixed(NOW));
	struct ca_issue what = fixture_person();
	AUTO(cert_freep) struct cert *cert = fixture_issue(ca, &what);
	AUTO(buf_release) struct buf out = BUF_INIT;
	struct ca_entry entry;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(strlen(cert_serial_hex(cert)), 16);
	assert_string_equal(cert_subject_attr(cert, "CN"), "Nguyễn Văn Thử");
	assert_string_equal(cert_subject_attr(cert, "OU"), "Văn phòng");
	assert_string_equal(cert_subject_attr(cert, "T"), "Giám đốc");
	assert_string_equal(cert_email(cert), "thunv@example.gov.vn");
	assert_int_equal(cert_key_usage(cert), KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION);
	assert_string_equal(cert_ocsp_url(cert), "http://127.0.0.1:1/ocsp");
	assert_string_equal(cert_crl_url(cert), "http://127.0.0.1:1/ca.crl");
	assert_string_equal(cert_ca_issuers_url(cert), "http://127.0.0.1:1/ca.cer");
	assert_int_equal(cert_not_before_ms(cert), NOW);
	assert_int_equal(cert_not_after_ms(cert), NOW + (5 * 365 + 1) * DAY_MS - 1000);
	assert_true(bytes_eq(cert_aki(cert), cert_ski(ca_cert(ca, CA_CERT_ISSUER))));
	assert_ok(ca_find(ca, cert_serial_hex(cert), &entry, &err), &err);
	assert_string_equal(entry.profile, "person");
	assert_string_equal(entry.email, "thunv@example.gov.vn");
	assert_string_equal(entry.subject, cert_subject(cert));
	fixture_pem(dir);
	fixture_write(fixture_path(dir, "leaf.cer"), cert_der(cert));
	assert_int_equal(
	    fixture_run(&out,
			"cd '%s' && openssl verify -x509_strict -attime %lld -CAfile root.pem -untrusted ca.pem "
			"-purpose smimesign leaf.cer",
			dir, NOW / 1000 + 5),
	    0);
	assert_int_equal(
	    fixture_run(&out,
			"cd '%s' && openssl x509 -in '%s' -noout -text -nameopt utf8,sep_comma_plus -certopt ext_error",
			dir, entry.file),
	    0);
	fixture_has(
	    &out,
	    "Subject: C=VN,L=Lạng Sơn,O=ỦY BAN NHÂN DÂN TỈNH LẠNG SƠN,OU=Sở Thử nghiệm,OU=Văn phòng,CN=Nguyễn Văn Thử");
	fixture_has(&out, "Digital Signature, Non Repudiation");
	fixture_has(&out, "Policy: 2.999.30.2020.1");
	fixture_has(&out, "email:thunv@example.gov.vn");
	fixture_has(&out, "CA:FALSE");
	ca_free(ca);
}

static void issue_fails(struct ca *ca, const struct ca_issue *what, enum err_code code)
{
	AUTO(key_freep) struct key *key = NULL;
	AUTO(buf_release) struct buf spki = BUF_INIT;
	struct cert *cert = NULL;
	struct err err = ERR_INIT;

	assert_ok(key_generate(KEY_TYPE_P256, &key, &err), &err);
	assert_ok(key_spki(key, &spki, &err), &err);
	assert_fails(ca_issue_for_public_key(ca, fixture_bytes(&spki), what, &cert, &err), &err, code);
	assert_null(cert);
}

static void subjects_are_checked(void **state)
{
	struct ca *ca = fixture_ca(fixture_dir(), clock_fixed(NOW));
	struct ca_issue what;
	size_t at = 0, count = 0;
	bool more = true;
	struct ca_entry entry;
	struct err err = ERR_INIT;
	char name[80];

	(void)state;
#define REFUSED(field, value)                                                                                          \
	what = fixture_person();                                                                                       \
	what.subject.field = (value);                                                                                  \
	issue_fails(ca, &what, ERR_CA_REFUSED)
	REFUSED(common_name, NULL);
	REFUSED(common_name, "");
	REFUSED(common_name, "a\nb");
	REFUSED(common_name, "a\xff");
	REFUSED(common_name, "a\xc2\x85z");
	REFUSED(country, "vn");
	REFUSED(country, "VNM");
	REFUSED(email, "no-at");
	REFUSED(email, "a@b@c");
	REFUSED(email, "@b");
	REFUSED(email, "a@");
	REFUSED(email, "nguyễn@example.gov.vn");
	REFUSED(email, NULL);
	REFUSED(unit_count, CA_MAX_UNITS + 1);
	memset(name, 'x', 65);
	name[65] = '\0';
	REFUSED(common_name, name);
	while (more) {
		assert_ok(ca_list(ca, &at, &more, &entry, &err), &err);
		count += more;
	}
	assert_int_equal(count, 3); /* the authority's own: refusals leave no trace */
	what = fixture_person();
	name[64] = '\0';
	what.subject.common_name = name;
	cert_free(fixture_issue(ca, &what));
	ca_free(ca);
}

static void validity_is_limited(void **state)
{
	struct ca_init_options options = fixture_options();
	struct ca *ca;
	struct ca_issue what = fixture_person();

	(void)state;
	options.issuer_years = options.ocsp_years = options.tsa_years = 6;
	ca = fixture_ca_with(fixture_dir(), clock_fixed(NOW), options);
	what.not_after_ms = NOW + 5 * 366 * DAY_MS;
	issue_fails(ca, &what, ERR_CA_REFUSED);
	what.not_after_ms = NOW - 1000;
	issue_fails(ca, &what, ERR_CA_REFUSED);
	what.not_before_ms = NOW - 2 * DAY_MS;
	issue_fails(ca, &what, ERR_CA_REFUSED);
	what.not_after_ms = NOW + DAY_MS;
	issue_fails(ca, &what, ERR_CA_REFUSED); /* begins before its issuer */
	what = fixture_person();
	what.not_before_ms = NOW + 365 * DAY_MS;
	what.not_after_ms = NOW + 7 * 365 * DAY_MS;
	issue_fails(ca, &what, ERR_CA_REFUSED); /* ends after its issuer */
	what = fixture_person();
	what.not_after_ms = NOW + 5 * 366 * DAY_MS;
	what.faults = CA_FAULT_LONG_VALIDITY;
	cert_free(fixture_issue(ca, &what));
	ca_free(ca);
}

static void broken_certificates_on_request(void **state)
{
	struct ca *ca = fixture_ca(fixture_dir(), clock_fixed(NOW));
	struct ca_issue what = fixture_person();
	AUTO(secret_freep) struct secret *password = NULL;
	AUTO(buf_release) struct buf p12 = BUF_INIT;
	struct signer *signer = NULL;
	struct cert *cert;
	struct err err = ERR_INIT;

	(void)state;
	what.faults = CA_FAULT_EXPIRED;
	cert = fixture_issue(ca, &what);
	assert_true(cert_not_after_ms(cert) < NOW);
	cert_free(cert);
	what.faults = CA_FAULT_NOT_YET_VALID;
	cert = fixture_issue(ca, &what);
	assert_true(cert_not_before_ms(cert) > NOW);
	cert_free(cert);
	what.faults = CA_FAULT_NO_SIGNING_USAGE;
	cert = fixture_issue(ca, &what);
	assert_int_equal(cert_key_usage(cert), KU_KEY_ENCIPHERMENT);
	cert_free(cert);
	what.faults = CA_FAULT_NO_REVOCATION_INFO;
	cert = fixture_issue(ca, &what);
	assert_null(cert_crl_url(cert));
	assert_null(cert_ocsp_url(cert));
	cert_free(cert);
	assert_ok(secret_new("abc", 3, &password, &err), &err);
	what.faults = 0;
	assert_fails(ca_issue_p12(ca, CA_KEY_RSA_1024, password, &what, &p12, &cert, &err), &err, ERR_CERT_WEAK_KEY);
	what.faults = CA_FAULT_WEAK_KEY;
	assert_ok(ca_issue_p12(ca, CA_KEY_RSA_1024, password, &what, &p12, &cert, &err), &err);
	assert_int_equal(cert_key(cert).bits, 1024);
	assert_ok(p12_signer_open(fixture_bytes(&p12), "weak.p12", password, &signer, &err), &err);
	assert_fails(signer_check_usable(signer, NOW + 1000, &err), &err, ERR_CERT_WEAK_KEY);
	signer_free(signer);
	cert_free(cert);
	ca_free(ca);
}

static void a_p12_signs(void **state)
{
	const char *dir = fixture_dir();
	struct ca *ca = fixture_ca(dir, clock_system());
	struct ca_issue what = fixture_person();
	AUTO(secret_freep) struct secret *password = NULL;
	AUTO(buf_release) struct buf p12 = BUF_INIT;
	AUTO(buf_release) struct buf out = BUF_INIT;
	AUTO(cert_freep) struct cert *cert = NULL;
	AUTO(signer_freep) struct signer *signer = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(secret_new("mat khau", 8, &password, &err), &err);
	assert_ok(ca_issue_p12(ca, CA_KEY_RSA_2048, password, &what, &p12, &cert, &err), &err);
	assert_ok(p12_signer_open(fixture_bytes(&p12), "a.p12", password, &signer, &err), &err);
	assert_true(cert_equal(signer->cert, cert));
	assert_int_equal(signer->chain.count, 2);
	assert_ok(signer_check_usable(signer, cert_not_before_ms(cert) + 1000, &err), &err);
	fixture_write(fixture_path(dir, "a.p12"), fixture_bytes(&p12));
	assert_int_equal(
	    fixture_run(&out,
			"cd '%s' && openssl pkcs12 -in a.p12 -passin 'pass:mat khau' -nodes -out all.pem && "
			"openssl x509 -in all.pem -noout -subject -nameopt utf8",
			dir),
	    0);
	fixture_has(&out, "Nguyễn Văn Thử");
	ca_free(ca);
}

static int key_signs(void *ctx, struct sig_alg alg, const struct digest *digest, struct buf *ret_signature,
		     struct err *err)
{
	return key_sign(ctx, alg, digest, ret_signature, err);
}

static void requests_prove_possession(void **state)
{
	const char *dir = fixture_dir();
	struct ca *ca = fixture_ca(dir, clock_system());
	struct ca_issue what = fixture_person();
	AUTO(key_freep) struct key *key = NULL;
	AUTO(buf_release) struct buf spki = BUF_INIT;
	AUTO(buf_release) struct buf csr = BUF_INIT;
	struct name_part subject[] = { { "CN", "bỏ qua" } };
	AUTO(cert_freep) struct cert *cert = NULL;
	struct err err = ERR_INIT;
	struct csr_request request = { .subject = subject, .subject_count = 1, .sign = key_signs };

	(void)state;
	assert_ok(key_generate(KEY_TYPE_P384, &key, &err), &err);
	assert_ok(key_spki(key, &spki, &err), &err);
	request.spki_der = fixture_bytes(&spki);
	request.alg = key_default_alg(key_strength(key));
	request.sign_ctx = key;
	assert_ok(csr_make(&request, &csr, &err), &err);
	assert_ok(ca_issue_from_csr(ca, fixture_bytes(&csr), &what, &cert, &err), &err);
	assert_string_equal(cert_subject_attr(cert, "CN"), "Nguyễn Văn Thử");
	assert_true(key_matches(key, cert));
	csr.data[csr.len - 5] ^= 1;
	assert_fails(ca_issue_from_csr(ca, fixture_bytes(&csr), &what, &cert, &err), &err, ERR_CA_REFUSED);
	assert_fails(ca_issue_from_csr(ca, (struct bytes){ (const uint8_t *)"junk", 4 }, &what, &cert, &err), &err,
		     ERR_CERT);
	ca_free(ca);
}

/* A request made by openssl, in PEM; an odd curve; Ed25519; a key that is none. */
static void keys_of_other_kinds(void **state)
{
	static const struct {
		const char *options;
		enum err_code code;
	} cases[] = {
		{ "-newkey rsa:2048", ERR_NONE },
		{ "-newkey rsa:1024", ERR_CERT_WEAK_KEY },
		{ "-newkey ec -pkeyopt ec_paramgen_curve:P-256", ERR_NONE },
		{ "-newkey ec -pkeyopt ec_paramgen_curve:secp256k1", ERR_KEY_UNSUPPORTED },
		{ "-newkey ed25519", ERR_KEY_UNSUPPORTED },
	};
	const char *dir = fixture_dir();
	struct ca *ca = fixture_ca(dir, clock_system());
	struct ca_issue what = fixture_person();
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_release) struct buf out = BUF_INIT;
		AUTO(buf_release) struct buf csr = BUF_INIT;
		AUTO(cert_freep) struct cert *cert = NULL;

		assert_int_equal(
		    fixture_run(&out, "cd '%s' && openssl req -new %s -nodes -keyout k.pem -subj /CN=x -out r.pem", dir,
				cases[i].options),
		    0);
		assert_ok(file_read(fixture_path(dir, "r.pem"), 10000, &csr, &err), &err);
		if (cases[i].code == ERR_NONE)
			assert_ok(ca_issue_from_csr(ca, fixture_bytes(&csr), &what, &cert, &err), &err);
		else
			assert_fails(ca_issue_from_csr(ca, fixture_bytes(&csr), &what, &cert, &err), &err,
				     cases[i].code);
	}
	ca_free(ca);
}

static void profiles(void **state)
{
	static const struct {
		const char *name;
		enum cert_eku has, lacks;
	} cases[] = {
		{ "person", EKU_EMAIL, EKU_TIME_STAMPING }, { "agency", EKU_DOCUMENT_SIGNING, EKU_CLIENT_AUTH },
		{ "device", EKU_CLIENT_AUTH, EKU_EMAIL },   { "tsa", EKU_TIME_STAMPING, EKU_EMAIL },
		{ "ocsp", EKU_OCSP_SIGNING, EKU_EMAIL },
	};
	struct ca *ca = fixture_ca(fixture_dir(), clock_fixed(NOW));
	enum ca_profile profile;
	enum ca_key_kind kind;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct ca_issue what = fixture_person();
		AUTO(cert_freep) struct cert *cert = NULL;

		assert_true(ca_profile_find(cases[i].name, &profile));
		what.profile = profile;
		cert = fixture_issue(ca, &what);
		assert_true(cert_eku(cert, cases[i].has));
		assert_false(cert_eku(cert, cases[i].lacks));
		assert_int_equal(cert_ocsp_no_check(cert), profile == CA_PROFILE_OCSP);
		assert_int_equal(cert_eku_critical(cert), profile == CA_PROFILE_TSA);
	}
	assert_false(ca_profile_find("root", &profile));
	assert_true(ca_key_kind_find("p384", &kind));
	assert_int_equal(kind, CA_KEY_P384);
	assert_false(ca_key_kind_find("rsa1024", &kind));
	ca_free(ca);
}

/* ---- revocation ---- */

static void revocation_rules(void **state)
{
	struct ca *ca = fixture_ca(fixture_dir(), clock_fixed(NOW));
	struct ca_issue what = fixture_person();
	AUTO(cert_freep) struct cert *cert = fixture_issue(ca, &what);
	AUTO(cert_freep) struct cert *held = fixture_issue(ca, &what);
	const char *serial = cert_serial_hex(cert);
	struct clock later = clock_fixed(NOW + 10 * DAY_MS);
	struct ca_entry entry;
	struct err err = ERR_INIT;
	char lower[17];

	(void)state;
	ca_set_clock(ca, &later);
	assert_fails(ca_revoke(ca, "0123456789ABCDEF", 1, 0, &err), &err, ERR_CA_NOT_FOUND);
	assert_fails(ca_revoke(ca, "12", 1, 0, &err), &err, ERR_CA_NOT_FOUND);
	assert_fails(ca_revoke(ca, "0123456789ABCDEG", 1, 0, &err), &err, ERR_CA_NOT_FOUND);
	assert_fails(ca_revoke(ca, serial, 7, 0, &err), &err, ERR_CA_REFUSED);
	assert_fails(ca_revoke(ca, serial, 8, 0, &err), &err, ERR_CA_REFUSED);
	assert_fails(ca_revoke(ca, serial, 11, 0, &err), &err, ERR_CA_REFUSED);
	assert_fails(ca_revoke(ca, serial, -1, 0, &err), &err, ERR_CA_REFUSED);
	assert_fails(ca_revoke(ca, serial, 1, NOW + 11 * DAY_MS, &err), &err, ERR_CA_REFUSED);
	assert_fails(ca_revoke(ca, serial, 1, NOW - DAY_MS, &err), &err, ERR_CA_REFUSED);
	for (int i = 0; i < 17; i++)
		lower[i] = (char)(serial[i] >= 'A' ? serial[i] + 32 : serial[i]);
	assert_ok(ca_revoke(ca, lower, CRL_REASON_KEY_COMPROMISE, NOW + DAY_MS, &err), &err);
	assert_ok(ca_find(ca, serial, &entry, &err), &err);
	assert_int_equal(entry.status, CA_STATUS_REVOKED);
	assert_int_equal(entry.revoked_ms, NOW + DAY_MS);
	assert_int_equal(entry.reason, CRL_REASON_KEY_COMPROMISE);
	assert_fails(ca_revoke(ca, serial, CRL_REASON_SUPERSEDED, 0, &err), &err, ERR_CA_REFUSED);
	assert_ok(ca_revoke(ca, cert_serial_hex(held), CRL_REASON_CERTIFICATE_HOLD, NOW + 2 * DAY_MS, &err), &err);
	assert_ok(ca_revoke(ca, cert_serial_hex(held), CRL_REASON_CESSATION_OF_OPERATION, 0, &err), &err);
	assert_ok(ca_find(ca, cert_serial_hex(held), &entry, &err), &err);
	assert_int_equal(entry.revoked_ms, NOW + 2 * DAY_MS);
	assert_int_equal(entry.reason, CRL_REASON_CESSATION_OF_OPERATION);
	ca_free(ca);
}

static struct crl *parse_crl(const struct buf *der)
{
	struct crl *crl = NULL;
	struct err err = ERR_INIT;

	assert_ok(crl_parse(fixture_bytes(der), &crl, &err), &err);
	return crl;
}

static void crls_list_the_revoked(void **state)
{
	const char *dir = fixture_dir();
	struct ca *ca = fixture_ca(dir, clock_system());
	struct ca_issue what = fixture_person();
	AUTO(cert_freep) struct cert *bad = fixture_issue(ca, &what);
	AUTO(cert_freep) struct cert *good = fixture_issue(ca, &what);
	AUTO(buf_release) struct buf der = BUF_INIT;
	AUTO(buf_release) struct buf out = BUF_INIT;
	struct crl_entry entry;
	struct crl *crl;
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(ca_revoke(ca, cert_serial_hex(bad), CRL_REASON_KEY_COMPROMISE, 0, &err), &err);
	assert_ok(ca_crl(ca, &der, &err), &err);
	crl = parse_crl(&der);
	assert_int_equal(crl_check_signature(crl, ca_cert(ca, CA_CERT_ISSUER), &err), 0);
	assert_int_equal(crl_entry_count(crl), 1);
	assert_true(crl_find(crl, cert_issuer_der(bad), cert_serial_der(bad), &entry));
	assert_int_equal(entry.reason, CRL_REASON_KEY_COMPROMISE);
	assert_false(crl_find(crl, cert_issuer_der(good), cert_serial_der(good), &entry));
	assert_int_equal(crl_number(crl).n, 1);
	assert_int_equal(crl_number(crl).p[0], 2); /* init made the first */
	assert_int_equal(crl_expired_certs_from_ms(crl), cert_not_before_ms(ca_cert(ca, CA_CERT_ISSUER)));
	crl_free(crl);
	fixture_pem(dir);
	fixture_write(fixture_path(dir, "bad.cer"), cert_der(bad));
	fixture_write(fixture_path(dir, "good.cer"), cert_der(good));
	assert_int_equal(
	    fixture_run(
		&out,
		"cd '%s' && openssl crl -inform DER -in ca.crl -out ca.crl.pem && openssl crl -in ca.crl.pem -CAfile "
		"ca.pem -noout -text "
		"&& openssl crl -inform DER -in root.crl -CAfile root.pem -noout && cat ca.pem root.pem > chain.pem",
		dir),
	    0);
	fixture_has(&out, "verify OK");
	fixture_has(&out, "Key Compromise");
	assert_int_equal(
	    fixture_run(
		&out,
		"cd '%s' && openssl verify -x509_strict -crl_check -CRLfile ca.crl.pem -CAfile chain.pem good.cer",
		dir),
	    0);
	assert_int_equal(
	    fixture_run(
		&out, "cd '%s' && openssl verify -x509_strict -crl_check -CRLfile ca.crl.pem -CAfile chain.pem bad.cer",
		dir),
	    2);
	fixture_has(&out, "certificate revoked");
	ca_free(ca);
}

static int64_t crl_made_ms(const struct buf *der)
{
	struct crl *crl = parse_crl(der);
	int64_t made = crl_this_update_ms(crl);

	crl_free(crl);
	return made;
}

static void crls_are_renewed_when_due(void **state)
{
	struct ca *ca = fixture_ca(fixture_dir(), clock_fixed(NOW));
	struct ca_issue what = fixture_person();
	AUTO(cert_freep) struct cert *cert = fixture_issue(ca, &what);
	struct buf der = BUF_INIT;
	struct clock clock;
	struct err err = ERR_INIT;

	(void)state;
#define MADE_AT(when, made)                                                                                            \
	clock = clock_fixed(when);                                                                                     \
	ca_set_clock(ca, &clock);                                                                                      \
	buf_clear(&der);                                                                                               \
	assert_ok(ca_current_crl(ca, &der, &err), &err);                                                               \
	assert_int_equal(crl_made_ms(&der), made)
	MADE_AT(NOW, NOW);
	MADE_AT(NOW + 2 * DAY_MS, NOW);
	MADE_AT(NOW + 4 * DAY_MS, NOW + 4 * DAY_MS);
	MADE_AT(NOW + 5 * DAY_MS, NOW + 4 * DAY_MS);
	assert_ok(ca_revoke(ca, cert_serial_hex(cert), 4, 0, &err), &err);
	MADE_AT(NOW + 6 * DAY_MS, NOW + 6 * DAY_MS);
	MADE_AT(NOW + 5 * DAY_MS, NOW + 5 * DAY_MS); /* a clock that was set back */
	buf_release(&der);
	ca_free(ca);
}

/* The issuing authority itself is revoked on the root's list, not on its own. */
static void the_root_revokes_the_issuer(void **state)
{
	const char *dir = fixture_dir();
	struct ca *ca = fixture_ca(dir, clock_fixed(NOW));
	struct buf der = BUF_INIT;
	struct crl *crl;
	struct crl_entry entry;
	struct cert *issuer = ca_cert(ca, CA_CERT_ISSUER);
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(ca_revoke(ca, cert_serial_hex(issuer), CRL_REASON_CA_COMPROMISE, 0, &err), &err);
	assert_ok(ca_current_root_crl(ca, &der, &err), &err);
	crl = parse_crl(&der);
	assert_true(crl_find(crl, cert_issuer_der(issuer), cert_serial_der(issuer), &entry));
	crl_free(crl);
	buf_clear(&der);
	assert_ok(ca_current_crl(ca, &der, &err), &err);
	crl = parse_crl(&der);
	assert_int_equal(crl_entry_count(crl), 0);
	crl_free(crl);
	buf_release(&der);
	ca_free(ca);
}

static void the_root_may_be_off_line(void **state)
{
	const char *dir = fixture_dir();
	struct ca *ca = fixture_ca(dir, clock_fixed(NOW));
	struct clock later = clock_fixed(NOW + 4000 * DAY_MS);
	AUTO(buf_release) struct buf der = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	ca_free(ca);
	assert_int_equal(unlink(fixture_path(dir, "root/root.key")), 0);
	assert_int_equal(rmdir(fixture_path(dir, "root")), 0);
	ca = fixture_open(dir, clock_fixed(NOW));
	assert_fails(ca_root_crl(ca, &der, &err), &err, ERR_CA_REFUSED);
	ca_set_clock(ca, &later);
	assert_ok(ca_current_root_crl(ca, &der, &err), &err);
	assert_int_equal(crl_made_ms(&der), NOW);
	ca_free(ca);
}

/* Two processes issue into one directory at once: every certificate is in the index, no serial twice. */
static void processes_do_not_interleave(void **state)
{
	const char *dir = fixture_dir();
	struct ca *ca = fixture_ca(dir, clock_system());
	struct ca_issue what = fixture_person();
	struct ca_entry entry;
	struct err err = ERR_INIT;
	size_t at = 0, count = 0;
	bool more = true;

	(void)state;
	for (int p = 0; p < 3; p++) {
		if (fork() == 0) {
			struct ca *mine = fixture_open(dir, clock_system());

			for (int i = 0; i < 20; i++)
				cert_free(fixture_issue(mine, &what));
			ca_free(mine);
			_exit(0);
		}
	}
	for (int p = 0; p < 3; p++) {
		int status;

		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	while (more) {
		assert_ok(ca_list(ca, &at, &more, &entry, &err), &err);
		if (!more)
			break;
		count++;
		assert_int_equal(access(fixture_path(dir, entry.file), R_OK), 0);
	}
	assert_int_equal(count, 3 + 60);
	ca_free(ca);
}

/* Killed at any moment, the directory opens and every certificate of its index is on the disk. */
static void a_killed_process_leaves_a_whole_directory(void **state)
{
	const char *dir = fixture_dir();
	struct ca *ca = fixture_ca(dir, clock_system());
	struct ca_issue what = fixture_person();
	struct ca_entry entry;
	struct err err = ERR_INIT;

	(void)state;
	ca_free(ca);
	for (int round = 0; round < 12; round++) {
		size_t at = 0;
		bool more = true;
		pid_t pid = fork();

		if (pid == 0) {
			ca = fixture_open(dir, clock_system());
			for (;;) {
				struct cert *cert = fixture_issue(ca, &what);
				struct buf crl = BUF_INIT;

				assert_ok(ca_revoke(ca, cert_serial_hex(cert), 4, 0, &err), &err);
				assert_ok(ca_crl(ca, &crl, &err), &err);
			}
		}
		usleep(20000 + 7000 * (unsigned)round);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		ca = fixture_open(dir, clock_system());
		for (;;) {
			assert_ok(ca_list(ca, &at, &more, &entry, &err), &err);
			if (!more)
				break;
			assert_int_equal(access(fixture_path(dir, entry.file), R_OK), 0);
		}
		{
			AUTO(buf_release) struct buf crl = BUF_INIT;

			assert_ok(ca_crl(ca, &crl, &err), &err);
		}
		ca_free(ca);
	}
}

static size_t count_issued(struct ca *ca)
{
	struct ca_entry entry;
	struct err err = ERR_INIT;
	size_t at = 0;
	bool more = true;

	while (more)
		assert_ok(ca_list(ca, &at, &more, &entry, &err), &err);
	return at;
}

static void batches_reach_the_disk_together(void **state)
{
	const char *dir = fixture_dir();
	struct ca *ca = fixture_ca(dir, clock_system());
	struct ca *other = fixture_open(dir, clock_system());
	struct ca_issue what = fixture_person();
	struct err err = ERR_INIT;
	struct ca_entry entry;
	struct cert *last = NULL;

	(void)state;
	assert_ok(ca_batch_begin(ca, &err), &err);
	for (int i = 0; i < 50; i++) {
		cert_free(last);
		last = fixture_issue(ca, &what);
	}
	assert_ok(ca_revoke(ca, cert_serial_hex(last), CRL_REASON_SUPERSEDED, 0, &err), &err);
	assert_int_equal(count_issued(ca), 53);
	assert_int_equal(count_issued(other), 3); /* and it does not wait */
	assert_ok(ca_batch_end(ca, &err), &err);
	assert_int_equal(count_issued(other), 53);
	assert_ok(ca_find(other, cert_serial_hex(last), &entry, &err), &err);
	assert_int_equal(entry.status, CA_STATUS_REVOKED);
	assert_int_equal(access(fixture_path(dir, entry.file), R_OK), 0);
	cert_free(last);
	cert_free(fixture_issue(other, &what));
	cert_free(fixture_issue(ca, &what));
	assert_int_equal(count_issued(ca), 55);
	assert_ok(ca_batch_begin(ca, &err), &err); /* an empty one */
	assert_ok(ca_batch_end(ca, &err), &err);
	ca_free(other);
	ca_free(ca);
}

/* Killed within a batch, the directory is as it was before it. */
static void a_killed_batch_never_was(void **state)
{
	const char *dir = fixture_dir();
	struct ca *ca = fixture_ca(dir, clock_system());
	struct ca_issue what = fixture_person();
	struct err err = ERR_INIT;
	pid_t pid;

	(void)state;
	ca_free(ca);
	pid = fork();
	if (pid == 0) {
		ca = fixture_open(dir, clock_system());
		assert_ok(ca_batch_begin(ca, &err), &err);
		for (int i = 0; i < 20; i++)
			cert_free(fixture_issue(ca, &what));
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	ca = fixture_open(dir, clock_system());
	assert_int_equal(count_issued(ca), 3);
	cert_free(fixture_issue(ca, &what));
	assert_int_equal(count_issued(ca), 4);
	ca_free(ca);
}

/* The keys real authorities have. */
static void rsa_authority(void **state)
{
	const char *dir = fixture_dir();
	struct ca_init_options options = { .root_key = CA_KEY_RSA_2048,
					   .issuer_key = CA_KEY_RSA_2048,
					   .ocsp_key = CA_KEY_P384,
					   .tsa_key = CA_KEY_RSA_2048 };
	struct ca *ca = fixture_ca_with(dir, clock_system(), options);
	struct ca_issue what = fixture_person();
	AUTO(cert_freep) struct cert *cert = fixture_issue(ca, &what);
	AUTO(buf_release) struct buf out = BUF_INIT;

	(void)state;
	assert_string_equal(ca_base_url(ca), CA_URL_DEFAULT);
	fixture_pem(dir);
	fixture_write(fixture_path(dir, "leaf.cer"), cert_der(cert));
	assert_int_equal(
	    fixture_run(
		&out,
		"cd '%s' && openssl verify -x509_strict -check_ss_sig -CAfile root.pem -untrusted ca.pem leaf.cer",
		dir),
	    0);
	ca_free(ca);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(init_makes_a_chain),
	cmocka_unit_test(files_are_private),
	cmocka_unit_test(init_is_done_once),
	cmocka_unit_test(bad_options_are_refused),
	cmocka_unit_test(damaged_directories_are_named),
	cmocka_unit_test(a_person_gets_a_certificate),
	cmocka_unit_test(subjects_are_checked),
	cmocka_unit_test(validity_is_limited),
	cmocka_unit_test(broken_certificates_on_request),
	cmocka_unit_test(a_p12_signs),
	cmocka_unit_test(requests_prove_possession),
	cmocka_unit_test(keys_of_other_kinds),
	cmocka_unit_test(profiles),
	cmocka_unit_test(revocation_rules),
	cmocka_unit_test(crls_list_the_revoked),
	cmocka_unit_test(crls_are_renewed_when_due),
	cmocka_unit_test(the_root_revokes_the_issuer),
	cmocka_unit_test(the_root_may_be_off_line),
	cmocka_unit_test(processes_do_not_interleave),
	cmocka_unit_test(a_killed_process_leaves_a_whole_directory),
	cmocka_unit_test(batches_reach_the_disk_together),
	cmocka_unit_test(a_killed_batch_never_was),
	cmocka_unit_test(rsa_authority),
};

TEST_MAIN(tests)
