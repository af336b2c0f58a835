/*
 * suite.c - one set of cases over every soft token: PINs, keys made on the token, requests, certificates, signing in
 * every algorithm, lost sessions, inventory.
 *
 * The token is made once; the group's set-up puts three keys with certificates of one authority on it.
 */
#include "suite.h"

#include "issue.h"
#include "pki/csr.h"
#include "pki/digest.h"
#include "pki/signer.h"
#include "test.h"
#include "token/p11_signer.h"
#include "token/tk_admin.h"
#include "token/tk_inventory.h"
#include "token/tk_key.h"
#include "token/tk_private.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/json.h"

static const struct soft_token_kind *kind;
static struct tk_module *module;
static struct key *authority_key;
static struct cert *authority;

static const struct tk_which which = { .label = SOFT_LABEL };

static const struct made {
	struct tk_keygen keygen;
	const char *common_name;
	uint64_t serial;
} made[] = {
	{ { KEY_RSA, 2048, "ky-rsa" }, "Nguyễn Văn Thử", 0x2a05f812673607b0 },
	{ { KEY_EC, 256, "ky-p256" }, "Trần Thị Mẫu", 0x2a05f812673607b1 },
	{ { KEY_EC, 384, "ky-p384" }, "SỞ THỬ NGHIỆM", 0x2a05f812673607b2 },
};

/* ---- helpers ---- */

static struct tk_session *open_session(bool writable)
{
	struct tk_session *session = NULL;
	struct err err = ERR_INIT;

	assert_ok(tk_session_open(module, which, writable, &session, &err), &err);
	return session;
}

static struct tk_session *open_logged_in(bool writable)
{
	AUTO(secret_freep) struct secret *pin = soft_secret(SOFT_PIN);
	struct tk_session *session = open_session(writable);
	struct err err = ERR_INIT;

	assert_ok(tk_session_login(session, pin, 0, &err), &err);
	assert_true(tk_session_logged_in(session));
	return session;
}

static struct bytes buf_bytes(const struct buf *buf)
{
	return (struct bytes){ (const uint8_t *)buf->data, buf->len };
}

static struct cert *issue(struct bytes spki, const char *name, uint64_t serial)
{
	return issue_cert(&(struct issue){ .spki = spki,
					   .common_name = name,
					   .serial = serial,
					   .issuer_key = authority_key,
					   .issuer_name = "CA thử nghiệm" });
}

/* Key pair, request, certificate, back onto the token: what the pilot does. */
static void provision(struct tk_session *session, const struct made *what)
{
	const struct name_part subject[] = { { "C", "VN" },
					     { "O", "CƠ QUAN THỬ NGHIỆM" },
					     { "CN", what->common_name } };
	struct cert_list chain = { 0 };
	AUTO(csr_freep) struct csr *csr = NULL;
	AUTO(cert_freep) struct cert *cert = NULL;
	AUTO(buf_release) struct buf der = BUF_INIT;
	struct err err = ERR_INIT;

	assert_ok(tk_generate(session, &what->keygen, subject, ARRAY_LEN(subject), "thu@example.vn", &der, &err), &err);
	assert_ok(csr_parse(buf_bytes(&der), "request", &csr, &err), &err);
	assert_int_equal(csr_check_signature(csr, &err), 0);
	assert_int_equal(csr_key(csr).bits, what->keygen.bits);
	cert = issue(csr_spki_der(csr), what->common_name, what->serial);
	assert_ok(cert_list_add(&chain, authority, &err), &err);
	assert_ok(tk_import_certificate(session, cert, NULL, &chain, &err), &err);
	cert_list_release(&chain);
}

static int set_up(void **state)
{
	struct tk_session *session;

	(void)state;
	authority_key = issue_authority("CA thử nghiệm", &authority);
	session = open_logged_in(true);
	for (size_t i = 0; i < ARRAY_LEN(made); i++)
		provision(session, &made[i]);
	tk_session_free(session);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	cert_free(authority);
	key_free(authority_key);
	tk_module_free(module);
	return 0;
}

static struct signer *open_signer(struct p11_choice choice)
{
	AUTO(secret_freep) struct secret *pin = soft_secret(SOFT_PIN);
	struct signer *signer = NULL;
	struct err err = ERR_INIT;

	assert_ok(p11_signer_open(&(struct p11_signer_options){ .module_path = soft_token_path(kind),
								.module_init_args = soft_token_args(),
								.token = which,
								.pin = pin,
								.choice = choice },
				  &signer, &err),
		  &err);
	return signer;
}

static struct digest hash_text(enum digest_alg alg, const char *text)
{
	struct err err = ERR_INIT;
	struct digest digest;

	assert_ok(digest_of(alg, (struct bytes){ (const uint8_t *)text, strlen(text) }, &digest, &err), &err);
	return digest;
}

static void sign_and_check(struct signer *signer, struct sig_alg alg)
{
	AUTO(buf_release) struct buf value = BUF_INIT;
	struct digest digest = hash_text(alg.digest, "văn bản");
	struct err err = ERR_INIT;

	assert_ok(signer_sign(signer, alg, &digest, &value, &err), &err);
	assert_int_equal(cert_check_signature(signer->cert, alg, &digest, buf_bytes(&value), &err), 0);
	digest.bytes[0] ^= 1;
	assert_int_equal(cert_check_signature(signer->cert, alg, &digest, buf_bytes(&value), &err), 1);
}

/* ---- module and tokens ---- */

static void test_module_tells_itself(void **state)
{
	AUTO(tk_module_freep) struct tk_module *again = NULL;
	const struct tk_module_info *info = tk_module_info(module);
	struct tk_module *other = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_string_not_equal(info->description, "");
	assert_true(info->cryptoki_major == 2 || info->cryptoki_major == 3);
	assert_string_equal(tk_module_path(module), soft_token_path(kind));
	assert_ok(tk_module_load(soft_token_path(kind), soft_token_args(), &again, &err), &err);
	assert_ptr_equal(again, module);
	assert_fails(tk_module_load(soft_token_path(kind), "configdir='/elsewhere'", &other, &err), &err,
		     ERR_TOKEN_MODULE);
	assert_null(other);
}

static void test_token_is_listed(void **state)
{
	AUTO(arena_freep) struct arena *arena = arena_new(0);
	struct err err = ERR_INIT;
	struct tk_token *tokens;
	size_t hits = 0;
	size_t count;

	(void)state;
	assert_ok(tk_module_tokens(module, arena, &tokens, &count, &err), &err);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(tokens[i].label, SOFT_LABEL) != 0)
			continue;
		hits++;
		assert_true(tokens[i].initialised);
		assert_true(tokens[i].login_required);
		assert_string_not_equal(tokens[i].serial, "");
	}
	assert_int_equal(hits, 1);
}

static void test_token_by_serial(void **state)
{
	struct tk_token by_label;
	struct tk_token by_serial;
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(tk_token_find(module, which, &by_label, &err), &err);
	assert_ok(tk_token_find(module, (struct tk_which){ .label = SOFT_LABEL, .serial = by_label.serial }, &by_serial,
				&err),
		  &err);
	assert_int_equal(by_label.slot_id, by_serial.slot_id);
	assert_fails(
	    tk_token_find(module, (struct tk_which){ .label = SOFT_LABEL, .serial = "none such" }, &by_serial, &err),
	    &err, ERR_TOKEN_MISSING);
}

static void test_missing_token_lists_what_is_there(void **state)
{
	struct tk_session *session = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(tk_session_open(module, (struct tk_which){ .label = "khác" }, false, &session, &err), &err,
		     ERR_TOKEN_MISSING);
	assert_non_null(strstr(err.detail, SOFT_LABEL));
	assert_null(session);
	assert_fails(tk_session_open(module, (struct tk_which){ .serial = "khác" }, false, &session, &err), &err,
		     ERR_TOKEN_MISSING);
}

static void test_token_stays(void **state)
{
	struct tk_token token;
	struct err err = ERR_INIT;
	bool removed = true;

	(void)state;
	assert_ok(tk_token_find(module, which, &token, &err), &err);
	assert_ok(tk_token_wait_removed(module, &token, /* timeout_ms= */ 120, &removed, &err), &err);
	assert_false(removed);
}

/* ---- PINs ---- */

static void test_wrong_pin(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = open_session(false);
	AUTO(secret_freep) struct secret *wrong = soft_secret("000000");
	AUTO(secret_freep) struct secret *right = soft_secret(SOFT_PIN);
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(tk_session_login(session, wrong, 0, &err), &err, ERR_TOKEN_PIN);
	assert_non_null(strstr(err.detail, SOFT_LABEL));
	assert_false(tk_session_logged_in(session));
	assert_ok(tk_session_login(session, right, 0, &err), &err);
	assert_ok(tk_session_logout(session, &err), &err);
	assert_false(tk_session_logged_in(session));
	assert_ok(tk_session_logout(session, &err), &err);
}

static void test_pin_is_checked_though_another_session_is_in(void **state)
{
	AUTO(tk_session_freep) struct tk_session *first = open_logged_in(false);
	AUTO(tk_session_freep) struct tk_session *second = open_session(false);
	AUTO(secret_freep) struct secret *wrong = soft_secret("000000");
	AUTO(secret_freep) struct secret *right = soft_secret(SOFT_PIN);
	struct err err = ERR_INIT;

	(void)state;
	assert_true(tk_session_logged_in(first));
	assert_fails(tk_session_login(second, wrong, 0, &err), &err, ERR_TOKEN_PIN);
	assert_false(tk_session_logged_in(second));
	assert_ok(tk_session_login(second, right, 0, &err), &err);
	assert_ok(tk_session_login(second, right, 0, &err), &err);
}

static void test_no_pin_and_no_pad(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = open_session(false);
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(tk_session_login(session, NULL, 0, &err), &err, ERR_USAGE);
}

static void test_change_pin(void **state)
{
	AUTO(secret_freep) struct secret *old_pin = soft_secret(SOFT_PIN);
	AUTO(secret_freep) struct secret *new_pin = soft_secret("864202");
	AUTO(tk_session_freep) struct tk_session *session = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(tk_token_change_pin(module, which, new_pin, old_pin, 0, &err), &err, ERR_TOKEN_PIN);
	assert_ok(tk_token_change_pin(module, which, old_pin, new_pin, 0, &err), &err);
	session = open_session(false);
	assert_fails(tk_session_login(session, old_pin, 0, &err), &err, ERR_TOKEN_PIN);
	assert_ok(tk_session_login(session, new_pin, 0, &err), &err);
	assert_ok(tk_session_logout(session, &err), &err);
	assert_ok(tk_token_change_pin(module, which, new_pin, old_pin, 0, &err), &err);
}

static void test_unblock_by_security_officer(void **state)
{
	AUTO(secret_freep) struct secret *so_pin = soft_secret(SOFT_SO_PIN);
	AUTO(secret_freep) struct secret *wrong = soft_secret("99999999");
	AUTO(secret_freep) struct secret *other = soft_secret("55555555");
	AUTO(secret_freep) struct secret *pin = soft_secret(SOFT_PIN);
	struct err err = ERR_INIT;

	(void)state;
	if (!kind->has_so_pin) { /* NSS: no way back but a new database */
		assert_int_equal(tk_token_unblock(module, which, so_pin, pin, 0, &err), -1);
		return;
	}
	assert_fails(tk_token_unblock(module, which, wrong, pin, 0, &err), &err, ERR_TOKEN_SO_PIN);
	assert_ok(tk_token_unblock(module, which, so_pin, pin, 0, &err), &err);
	assert_fails(tk_token_change_so_pin(module, which, wrong, other, 0, &err), &err, ERR_TOKEN_SO_PIN);
	assert_ok(tk_token_change_so_pin(module, which, so_pin, other, 0, &err), &err);
	assert_ok(tk_token_change_so_pin(module, which, other, so_pin, 0, &err), &err);
	tk_session_free(open_logged_in(false));
}

static void test_initialised_token_is_not_erased(void **state)
{
	AUTO(secret_freep) struct secret *so_pin = soft_secret(SOFT_SO_PIN);
	struct tk_token token;
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(tk_token_find(module, which, &token, &err), &err);
	assert_fails(tk_token_init(module, token.slot_id, "mới", so_pin, 0, &token, &err), &err, ERR_TOKEN_EXISTS);
	assert_fails(tk_token_init(module, 987654321, "mới", so_pin, 0, &token, &err), &err, ERR_TOKEN_MISSING);
	assert_fails(tk_token_init(module, token.slot_id, "", so_pin, 0, &token, &err), &err, ERR_USAGE);
	assert_fails(tk_token_init(module, token.slot_id, "một nhãn dài hơn ba mươi hai byte", so_pin, 0, &token, &err),
		     &err, ERR_USAGE);
}

/* ---- keys and certificates ---- */

static const struct tk_key *find_key(const struct tk_inventory *inventory, const char *label)
{
	for (size_t i = 0; i < tk_inventory_key_count(inventory); i++)
		if (strcmp(tk_inventory_key(inventory, i)->label, label) == 0)
			return tk_inventory_key(inventory, i);
	fail_msg("no key %s", label);
	return NULL;
}

static void test_inventory(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = open_logged_in(false);
	AUTO(tk_inventory_freep) struct tk_inventory *inventory = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(tk_inventory_read(session, &inventory, &err), &err);
	assert_int_equal(tk_inventory_key_count(inventory), ARRAY_LEN(made));
	assert_int_equal(tk_inventory_cert_count(inventory), ARRAY_LEN(made) + 1);
	assert_string_equal(tk_inventory_token(inventory)->label, SOFT_LABEL);
	for (size_t i = 0; i < ARRAY_LEN(made); i++) {
		const struct tk_key *key = find_key(inventory, made[i].keygen.label);
		const struct tk_cert *entry = tk_inventory_cert_of(inventory, key);

		assert_true(key->private_seen && key->can_sign);
		assert_true(key->sensitive && !key->extractable);
		assert_true(key->local || !kind->tells_local);
		assert_int_equal(key->strength.kind, made[i].keygen.kind);
		assert_int_equal(key->strength.bits, made[i].keygen.bits);
		assert_int_equal(key->id.n, TK_KEY_ID_BYTES);
		assert_non_null(entry);
		assert_int_equal(entry->pairing, TK_PAIR_PUBLIC_KEY);
		assert_string_equal(entry->label, made[i].keygen.label);
		assert_true(bytes_eq(entry->id, key->id));
		assert_false(entry->id_conflict);
	}
}

static void test_inventory_without_login(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = open_session(false);
	AUTO(tk_inventory_freep) struct tk_inventory *inventory = NULL;
	struct err err = ERR_INIT;
	size_t paired = 0;

	(void)state;
	assert_ok(tk_inventory_read(session, &inventory, &err), &err);
	assert_int_equal(tk_inventory_cert_count(inventory), ARRAY_LEN(made) + 1);
	for (size_t i = 0; i < tk_inventory_cert_count(inventory); i++)
		paired += tk_inventory_cert(inventory, i)->pairing != TK_PAIR_NONE;
	for (size_t i = 0; i < tk_inventory_key_count(inventory); i++)
		assert_false(kind->hides_keys && tk_inventory_key(inventory, i)->private_seen);
	assert_int_equal(paired, tk_inventory_key_count(inventory));
}

static void test_inventory_as_json(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = open_logged_in(false);
	AUTO(tk_inventory_freep) struct tk_inventory *inventory = NULL;
	AUTO(js_freep) struct json *json = NULL;
	AUTO(buf_release) struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(tk_inventory_read(session, &inventory, &err), &err);
	json = tk_inventory_json(inventory);
	assert_string_equal(js_get_string(json, "label"), SOFT_LABEL);
	assert_string_equal(js_get_string(json, "pin"), "ok");
	assert_int_equal(js_count(js_find(json, "keys")), ARRAY_LEN(made));
	assert_int_equal(js_count(js_find(json, "certificates")), ARRAY_LEN(made) + 1);
	assert_ok(js_write(json, 0, &text, &err), &err);
	assert_non_null(strstr(buf_str(&text), "2A05F812673607B0"));
	assert_non_null(strstr(buf_str(&text), "\"paired_by\":\"public-key\""));
	assert_null(strstr(buf_str(&text), SOFT_PIN));
}

static void test_label_is_taken(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = open_logged_in(true);
	struct tk_new_key *key = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(tk_key_generate(session, &made[0].keygen, &key, &err), &err, ERR_TOKEN_EXISTS);
	assert_fails(tk_key_generate(session, &(struct tk_keygen){ KEY_RSA, 1024, "ngắn" }, &key, &err), &err,
		     ERR_KEY_UNSUPPORTED);
	assert_fails(tk_key_generate(session, &(struct tk_keygen){ KEY_ED25519, 256, "lạ" }, &key, &err), &err,
		     ERR_KEY_UNSUPPORTED);
	assert_fails(tk_key_generate(session, &(struct tk_keygen){ KEY_RSA, 2048, "" }, &key, &err), &err, ERR_USAGE);
	assert_null(key);
}

static void test_bad_request_leaves_no_key(void **state)
{
	const struct name_part subject[] = { { "no-such-attribute", "x" } };
	AUTO(tk_session_freep) struct tk_session *session = open_logged_in(true);
	AUTO(tk_inventory_freep) struct tk_inventory *inventory = NULL;
	AUTO(buf_release) struct buf der = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(tk_generate(session, &(struct tk_keygen){ KEY_EC, 256, "hỏng" }, subject, 1, NULL, &der, &err),
			 -1);
	assert_ok(tk_inventory_read(session, &inventory, &err), &err);
	assert_int_equal(tk_inventory_key_count(inventory), ARRAY_LEN(made));
}

static void test_read_only_session_makes_no_key(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = open_logged_in(false);
	struct tk_new_key *key = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(tk_key_generate(session, &(struct tk_keygen){ KEY_EC, 256, "chỉ đọc" }, &key, &err), &err,
		     ERR_TOKEN_READ_ONLY);
	assert_null(key);
}

static void test_certificate_twice_and_foreign(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = open_logged_in(true);
	AUTO(tk_inventory_freep) struct tk_inventory *inventory = NULL;
	AUTO(tk_inventory_freep) struct tk_inventory *after = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(tk_inventory_read(session, &inventory, &err), &err);
	for (size_t i = 0; i < tk_inventory_cert_count(inventory); i++)
		if (tk_inventory_cert(inventory, i)->key)
			assert_ok(
			    tk_import_certificate(session, tk_inventory_cert(inventory, i)->cert, NULL, NULL, &err),
			    &err);
	assert_fails(tk_import_certificate(session, authority, NULL, NULL, &err), &err, ERR_TOKEN_NO_KEY);
	assert_ok(tk_inventory_read(session, &after, &err), &err);
	assert_int_equal(tk_inventory_cert_count(after), tk_inventory_cert_count(inventory));
}

/* ---- signing ---- */

static void test_sign_rsa_v15(void **state)
{
	struct signer *signer = open_signer((struct p11_choice){ .key_label = "ky-rsa" });

	(void)state;
	for (enum digest_alg digest = DIGEST_SHA256; digest <= DIGEST_SHA512; digest++)
		sign_and_check(signer, (struct sig_alg){ KEY_RSA, SIG_PAD_PKCS1_V15, digest });
	signer_free(signer);
}

static void test_sign_rsa_pss(void **state)
{
	struct signer *signer = open_signer((struct p11_choice){ .key_label = "ky-rsa" });

	(void)state;
	for (enum digest_alg digest = DIGEST_SHA256; digest <= DIGEST_SHA512; digest++) {
		struct sig_alg alg = { KEY_RSA, SIG_PAD_PSS, digest };

		assert_true(signer->ops->supports(signer, alg));
		sign_and_check(signer, alg);
	}
	signer_free(signer);
}

static void test_sign_ecdsa(void **state)
{
	(void)state;
	for (size_t i = 1; i < ARRAY_LEN(made); i++) {
		struct signer *signer = open_signer((struct p11_choice){ .key_label = made[i].keygen.label });

		for (enum digest_alg digest = DIGEST_SHA256; digest <= DIGEST_SHA512; digest++)
			sign_and_check(signer, (struct sig_alg){ KEY_EC, SIG_PAD_NONE, digest });
		sign_and_check(signer, signer_default_alg(signer));
		signer_free(signer);
	}
}

static void test_unsupported_algorithms(void **state)
{
	struct signer *signer = open_signer((struct p11_choice){ .key_label = "ky-rsa" });
	static const struct sig_alg no[] = {
		{ KEY_EC, SIG_PAD_NONE, DIGEST_SHA256 },
		{ KEY_RSA, SIG_PAD_PKCS1_V15, DIGEST_SHA1 },
		{ KEY_RSA, SIG_PAD_NONE, DIGEST_SHA256 },
		{ KEY_ED25519, SIG_PAD_NONE, DIGEST_NONE },
	};
	struct digest digest = hash_text(DIGEST_SHA256, "x");
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(no); i++) {
		AUTO(buf_release) struct buf value = BUF_INIT;

		assert_false(signer->ops->supports(signer, no[i]));
		assert_fails(signer->ops->sign(signer, no[i], &digest, &value, &err), &err, ERR_KEY_UNSUPPORTED);
	}
	assert_true(signer->ops->supports(signer, signer_default_alg(signer)));
	signer_free(signer);
}

static void test_choose_by_serial(void **state)
{
	static const char *const spellings[] = { "2A05F812673607B1", "2a05f812673607b1", "002A05F812673607B1" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(spellings); i++) {
		struct signer *signer = open_signer((struct p11_choice){ .cert_serial_hex = spellings[i] });

		assert_string_equal(cert_subject_attr(signer->cert, "CN"), "Trần Thị Mẫu");
		assert_int_equal(signer->chain.count, 1);
		assert_true(cert_equal(signer->chain.items[0], authority));
		assert_string_equal(p11_signer_token(signer)->label, SOFT_LABEL);
		sign_and_check(signer, signer_default_alg(signer));
		signer_free(signer);
	}
}

static void test_choose_what_is_not_there(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = open_logged_in(false);
	struct signer *signer = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(p11_signer_new(session, &(struct p11_choice){ .key_label = "không có" }, &signer, &err), &err,
		     ERR_TOKEN_NO_KEY);
	assert_non_null(strstr(err.detail, "ky-p256"));
	assert_fails(p11_signer_new(session, &(struct p11_choice){ .cert_serial_hex = "01" }, &signer, &err), &err,
		     ERR_TOKEN_NO_CERT);
	assert_fails(p11_signer_new(session, &(struct p11_choice){ .cert_serial_hex = cert_serial_hex(authority) },
				    &signer, &err),
		     &err, ERR_TOKEN_NO_KEY);
	assert_fails(p11_signer_new(session, &(struct p11_choice){ .cert = authority }, &signer, &err), &err,
		     ERR_TOKEN_NO_KEY);
	assert_fails(p11_signer_new(
			 session, &(struct p11_choice){ .cert_serial_hex = "2A05F812673607B1", .key_label = "ky-rsa" },
			 &signer, &err),
		     &err, ERR_TOKEN_NO_KEY);
	assert_null(signer);
}

static void test_several_certificates_are_not_guessed(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = open_logged_in(false);
	struct signer *signer = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(p11_signer_new(session, &(struct p11_choice){ 0 }, &signer, &err), &err, ERR_TOKEN_AMBIGUOUS);
	assert_non_null(strstr(err.detail, "2A05F812673607B2"));
	assert_null(signer);
}

static void test_signer_without_login(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = open_session(false);
	struct signer *signer = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(p11_signer_new(session, &(struct p11_choice){ .key_label = "ky-rsa" }, &signer, &err), &err,
		     ERR_TOKEN_NO_KEY);
}

static void test_session_lost_is_retried_once(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = open_logged_in(false);
	struct signer *signer = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(p11_signer_new(session, &(struct p11_choice){ .key_label = "ky-p256" }, &signer, &err), &err);
	sign_and_check(signer, signer_default_alg(signer));
	assert_int_equal(module->fn->C_CloseSession(session->handle), CKR_OK);
	sign_and_check(signer, signer_default_alg(signer));
	signer_free(signer);
}

static void test_logged_out_by_another_session(void **state)
{
	AUTO(tk_session_freep) struct tk_session *other = open_session(false);
	struct signer *signer = open_signer((struct p11_choice){ .key_label = "ky-rsa" });

	(void)state;
	assert_int_equal(module->fn->C_Logout(other->handle), CKR_OK);
	sign_and_check(signer, signer_default_alg(signer));
	signer_free(signer);
}

static void test_two_hundred_with_one_login(void **state)
{
	struct signer *signer = open_signer((struct p11_choice){ .key_label = "ky-p256" });
	struct sig_alg alg = signer_default_alg(signer);
	struct err err = ERR_INIT;

	(void)state;
	for (int i = 0; i < 200; i++) {
		AUTO(buf_release) struct buf value = BUF_INIT;
		char text[32];
		struct digest digest;

		snprintf(text, sizeof(text), "văn bản %d", i);
		digest = hash_text(alg.digest, text);
		assert_ok(signer_sign(signer, alg, &digest, &value, &err), &err);
	}
	signer_free(signer);
}

/* ---- */

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_module_tells_itself),
	cmocka_unit_test(test_token_is_listed),
	cmocka_unit_test(test_token_by_serial),
	cmocka_unit_test(test_missing_token_lists_what_is_there),
	cmocka_unit_test(test_token_stays),
	cmocka_unit_test(test_wrong_pin),
	cmocka_unit_test(test_pin_is_checked_though_another_session_is_in),
	cmocka_unit_test(test_no_pin_and_no_pad),
	cmocka_unit_test(test_change_pin),
	cmocka_unit_test(test_unblock_by_security_officer),
	cmocka_unit_test(test_initialised_token_is_not_erased),
	cmocka_unit_test(test_inventory),
	cmocka_unit_test(test_inventory_without_login),
	cmocka_unit_test(test_inventory_as_json),
	cmocka_unit_test(test_label_is_taken),
	cmocka_unit_test(test_bad_request_leaves_no_key),
	cmocka_unit_test(test_read_only_session_makes_no_key),
	cmocka_unit_test(test_certificate_twice_and_foreign),
	cmocka_unit_test(test_sign_rsa_v15),
	cmocka_unit_test(test_sign_rsa_pss),
	cmocka_unit_test(test_sign_ecdsa),
	cmocka_unit_test(test_unsupported_algorithms),
	cmocka_unit_test(test_choose_by_serial),
	cmocka_unit_test(test_choose_what_is_not_there),
	cmocka_unit_test(test_several_certificates_are_not_guessed),
	cmocka_unit_test(test_signer_without_login),
	cmocka_unit_test(test_session_lost_is_retried_once),
	cmocka_unit_test(test_logged_out_by_another_session),
	cmocka_unit_test(test_two_hundred_with_one_login),
};

static void test_absent(void **state)
{
	(void)state;
	skip();
}

int suite_run(const struct soft_token_kind *wanted)
{
	static const struct CMUnitTest absent[] = { cmocka_unit_test(test_absent) };

	setlocale(LC_ALL, "");
	kind = wanted;
	module = soft_token_make(kind);
	if (!module)
		return cmocka_run_group_tests_name(kind->name, absent, NULL, NULL);
	return cmocka_run_group_tests_name(kind->name, cases, set_up, tear_down);
}
