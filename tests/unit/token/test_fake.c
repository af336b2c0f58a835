/*
 * test_fake.c - every way a token can fail, over the fake module: locked and last-try PINs, tokens taken out or changed
 * in the middle, wrong answers, missing mechanisms, modules that are none.
 */
#include <dlfcn.h>

#include "fake_p11.h"
#include "issue.h"
#include "pki/signer.h"
#include "soft_token.h"
#include "test.h"
#include "token/p11_signer.h"
#include "token/tk_admin.h"
#include "token/tk_inventory.h"
#include "token/tk_key.h"
#include "token/tk_private.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/json.h"

static char module_path[600];
static struct fake_p11 *strings;
static struct key *authority_key;
static struct cert *authority;
static struct cert *rsa_cert;
static struct cert *ec_cert;
static struct bytes rsa_spki;
static struct bytes ec_spki;

static const struct tk_which any = { NULL, NULL };

/* ---- helpers ---- */

static void call_reset(void)
{
	void *library = dlopen(module_path, RTLD_NOW);
	void *symbol = library ? dlsym(library, "fake_p11_reset") : NULL;
	void (*reset)(void);

	assert_non_null(symbol);
	memcpy(&reset, &symbol, sizeof(reset));
	reset();
}

static struct fake_p11 *find_strings(void)
{
	void *library = dlopen(module_path, RTLD_NOW);
	void *symbol = library ? dlsym(library, "fake_p11_strings") : NULL;
	struct fake_p11 *(*get)(void);

	if (!symbol)
		fail_msg("%s", dlerror());
	memcpy(&get, &symbol, sizeof(get));
	return get();
}

static struct tk_module *load(void)
{
	struct tk_module *module = NULL;
	struct err err = ERR_INIT;

	assert_ok(tk_module_load(module_path, NULL, &module, &err), &err);
	return module;
}

static struct tk_session *open_session(bool writable)
{
	AUTO(tk_module_freep) struct tk_module *module = load();
	struct tk_session *session = NULL;
	struct err err = ERR_INIT;

	assert_ok(tk_session_open(module, any, writable, &session, &err), &err);
	return session;
}

static struct tk_session *open_logged_in(void)
{
	AUTO(secret_freep) struct secret *pin = soft_secret("123456");
	struct tk_session *session = open_session(true);
	struct err err = ERR_INIT;

	assert_ok(tk_session_login(session, pin, 0, &err), &err);
	return session;
}

static void fail_at(const char *function, unsigned n, CK_RV rv)
{
	strings->fail_function = function;
	strings->fail_at = n;
	strings->fail_rv = rv;
}

static struct signer *make_signer(struct tk_session *session, const char *label)
{
	struct signer *signer = NULL;
	struct err err = ERR_INIT;

	assert_ok(p11_signer_new(session, &(struct p11_choice){ .key_label = label }, &signer, &err), &err);
	return signer;
}

static int try_sign(struct signer *signer, struct err *err)
{
	AUTO(buf_release) struct buf value = BUF_INIT;
	struct sig_alg alg = signer_default_alg(signer);
	struct digest digest;

	assert_ok(digest_of(alg.digest, (struct bytes){ (const uint8_t *)"x", 1 }, &digest, err), err);
	return signer_sign(signer, alg, &digest, &value, err);
}

static void use_cert(size_t i, const struct cert *cert, const char *id, const char *label)
{
	strings->certs[i] = (struct fake_cert){ cert_der(cert).p, cert_der(cert).n, id, label };
}

static struct cert *issue(struct bytes spki, struct issue what)
{
	what.spki = spki;
	what.issuer_key = authority_key;
	what.issuer_name = "CA thử";
	if (!what.common_name)
		what.common_name = "Nguyễn Văn Thử";
	return issue_cert(&what);
}

/* The public keys that the module made, learnt through the inventory. */
static struct bytes learn_spki(enum key_kind kind, int bits)
{
	AUTO(tk_session_freep) struct tk_session *session = open_logged_in();
	struct tk_new_key *key = NULL;
	struct err err = ERR_INIT;
	struct bytes spki;
	uint8_t *copy;

	assert_ok(tk_key_generate(session, &(struct tk_keygen){ kind, bits, "mới" }, &key, &err), &err);
	spki = tk_new_key_spki(key);
	copy = malloc(spki.n);
	assert_non_null(copy);
	memcpy(copy, spki.p, spki.n);
	tk_new_key_free(key);
	return (struct bytes){ copy, spki.n };
}

static int set_up_all(void **state)
{
	const char *build = getenv("KYSO_BUILD_DIR");

	(void)state;
	snprintf(module_path, sizeof(module_path), "%s/tests/unit/token/fake_p11.so", build ? build : "build");
	strings = find_strings();
	call_reset();
	authority_key = issue_authority("CA thử", &authority);
	rsa_spki = learn_spki(KEY_RSA, 2048);
	ec_spki = learn_spki(KEY_EC, 256);
	rsa_cert = issue(rsa_spki, (struct issue){ .serial = 0x10 });
	ec_cert = issue(ec_spki, (struct issue){ .serial = 0x20 });
	return 0;
}

static int tear_down_all(void **state)
{
	(void)state;
	cert_free(authority);
	cert_free(rsa_cert);
	cert_free(ec_cert);
	key_free(authority_key);
	free((void *)(uintptr_t)rsa_spki.p);
	free((void *)(uintptr_t)ec_spki.p);
	return 0;
}

static int set_up(void **state)
{
	(void)state;
	call_reset();
	use_cert(0, rsa_cert, "rsa", "rsa");
	use_cert(1, ec_cert, "ec", "ec");
	use_cert(2, authority, "ca", "ca");
	return 0;
}

/* ---- modules ---- */

static void test_no_such_module(void **state)
{
	struct tk_module *module = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(tk_module_load("/nonexistent/module.so", NULL, &module, &err), &err, ERR_TOKEN_MODULE);
	assert_fails(tk_module_load("/etc/passwd", NULL, &module, &err), &err, ERR_TOKEN_MODULE);
	assert_fails(tk_module_load("/", NULL, &module, &err), &err, ERR_TOKEN_MODULE);
	assert_fails(tk_module_load("libcrypto.so.3", NULL, &module, &err), &err, ERR_TOKEN_MODULE);
	assert_non_null(strstr(err.detail, "C_GetFunctionList"));
	assert_null(module);
}

static void test_module_that_is_not_whole(void **state)
{
	struct tk_module *module = NULL;
	struct err err = ERR_INIT;

	(void)state;
	strings->drop_sign = true;
	assert_fails(tk_module_load(module_path, NULL, &module, &err), &err, ERR_TOKEN_MODULE);
	assert_non_null(strstr(err.detail, "C_Sign"));
	strings->drop_sign = false;
	strings->version_major = 1;
	assert_fails(tk_module_load(module_path, NULL, &module, &err), &err, ERR_TOKEN_MODULE);
	strings->version_major = 2;
	strings->null_list = true;
	assert_fails(tk_module_load(module_path, NULL, &module, &err), &err, ERR_TOKEN_MODULE);
	strings->null_list = false;
	fail_at("C_GetFunctionList", 1, CKR_GENERAL_ERROR);
	assert_fails(tk_module_load(module_path, NULL, &module, &err), &err, ERR_TOKEN_MODULE);
	assert_null(module);
}

static void test_module_that_does_not_start(void **state)
{
	struct tk_module *module = NULL;
	struct err err = ERR_INIT;

	(void)state;
	fail_at("C_Initialize", 1, CKR_LIBRARY_LOAD_FAILED);
	assert_fails(tk_module_load(module_path, NULL, &module, &err), &err, ERR_TOKEN_MODULE);
	fail_at("C_Initialize", 1, CKR_ARGUMENTS_BAD);
	assert_fails(tk_module_load(module_path, NULL, &module, &err), &err, ERR_TOKEN_MODULE);
	fail_at("C_GetInfo", 1, CKR_GENERAL_ERROR);
	assert_fails(tk_module_load(module_path, NULL, &module, &err), &err, ERR_TOKEN);
	assert_null(module);
	assert_int_equal(strings->initialized, strings->finalized);
}

static void test_module_without_locks(void **state)
{
	struct tk_module *module;

	(void)state;
	strings->no_locking = true;
	module = load();
	assert_true(strings->initialized_without_locks);
	tk_module_free(module);
	assert_int_equal(strings->finalized, 1);
}

static void test_module_is_loaded_once(void **state)
{
	struct tk_module *first = load();
	struct tk_module *second = load();

	(void)state;
	assert_ptr_equal(first, second);
	assert_int_equal(strings->initialized, 1);
	tk_module_free(first);
	assert_int_equal(strings->finalized, 0);
	tk_module_free(second);
	assert_int_equal(strings->finalized, 1);
	tk_module_free(NULL);
}

static void test_module_that_somebody_else_started(void **state)
{
	struct tk_module *module;

	(void)state;
	fail_at("C_Initialize", 1, CKR_CRYPTOKI_ALREADY_INITIALIZED);
	module = NULL;
	/* the fake is in truth not started, so that its C_GetInfo says so */
	assert_int_equal(tk_module_load(module_path, NULL, &module, NULL), -1);
	assert_int_equal(strings->finalized, 0);
}

/* ---- tokens ---- */

static void test_token_flags(void **state)
{
	static const struct {
		CK_FLAGS extra, hidden;
		int tries;
		enum tk_pin_state pin, so_pin;
	} cases[] = {
		{ 0, 0, 3, TK_PIN_OK, TK_PIN_OK },
		{ 0, 0, 2, TK_PIN_COUNT_LOW, TK_PIN_OK },
		{ 0, 0, 1, TK_PIN_FINAL_TRY, TK_PIN_OK },
		{ 0, 0, 0, TK_PIN_LOCKED, TK_PIN_OK },
		{ CKF_USER_PIN_TO_BE_CHANGED, 0, 3, TK_PIN_TO_BE_CHANGED, TK_PIN_OK },
		{ 0, CKF_USER_PIN_INITIALIZED, 3, TK_PIN_NOT_INITIALISED, TK_PIN_OK },
		{ 0, CKF_USER_PIN_INITIALIZED, 0, TK_PIN_LOCKED, TK_PIN_OK },
		{ CKF_SO_PIN_LOCKED, 0, 3, TK_PIN_OK, TK_PIN_LOCKED },
		{ CKF_SO_PIN_FINAL_TRY, 0, 3, TK_PIN_OK, TK_PIN_FINAL_TRY },
		{ CKF_SO_PIN_COUNT_LOW, 0, 3, TK_PIN_OK, TK_PIN_COUNT_LOW },
		{ CKF_SO_PIN_TO_BE_CHANGED, 0, 3, TK_PIN_OK, TK_PIN_TO_BE_CHANGED },
	};
	AUTO(tk_module_freep) struct tk_module *module = load();
	struct err err = ERR_INIT;
	struct tk_token token;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		strings->extra_flags = cases[i].extra;
		strings->hidden_flags = cases[i].hidden;
		strings->tries = cases[i].tries;
		assert_ok(tk_token_find(module, any, &token, &err), &err);
		assert_int_equal(token.pin, cases[i].pin);
		assert_int_equal(token.so_pin, cases[i].so_pin);
	}
	for (int state_value = TK_PIN_LOCKED; state_value <= TK_PIN_OK; state_value++)
		assert_string_not_equal(tk_pin_state_name((enum tk_pin_state)state_value), "");
}

static void test_token_tells_itself(void **state)
{
	AUTO(tk_module_freep) struct tk_module *module = load();
	AUTO(js_freep) struct json *json = NULL;
	struct err err = ERR_INIT;
	struct tk_token token;

	(void)state;
	strings->label = "nhãn\x01\xff\xc0\xaf";
	assert_ok(tk_token_find(module, any, &token, &err), &err);
	assert_string_equal(token.label, "nhãn????");
	assert_string_equal(token.serial, "0123456789ABCDEF");
	assert_string_equal(token.model, "FAKE-01");
	assert_string_equal(token.manufacturer, "kyso tests");
	assert_string_equal(token.slot_description, "fake reader");
	assert_int_equal(token.free_public_bytes, 40000);
	assert_int_equal(token.free_private_bytes, -1);
	assert_true(token.removable && token.hardware);
	json = tk_token_json(&token);
	assert_true(js_is_null(js_find(json, "free_private_bytes")));
	assert_int_equal(js_get_int(json, "free_public_bytes", 0), 40000);
}

static void test_text_of_every_length(void **state)
{
	static const unsigned char cut_in_a_letter[4] = { 'a', 'b', 0xe1, 0xba };
	static const unsigned char whole[6] = { 0xe1, 0xba, 0xa1, 0xf0, 0x9f, 0x98 };
	char text[33];

	(void)state;
	tk_text(text, cut_in_a_letter, sizeof(cut_in_a_letter));
	assert_string_equal(text, "ab??");
	tk_text(text, whole, sizeof(whole));
	assert_string_equal(text, "ạ???");
	tk_text(text, (const unsigned char *)"    ", 4);
	assert_string_equal(text, "");
	tk_text(text, (const unsigned char *)"a\0bc", 4);
	assert_string_equal(text, "a");
}

static void test_no_token_and_two_tokens(void **state)
{
	AUTO(tk_module_freep) struct tk_module *module = load();
	struct err err = ERR_INIT;
	struct tk_token token;

	(void)state;
	strings->absent = true;
	assert_fails(tk_token_find(module, any, &token, &err), &err, ERR_TOKEN_MISSING);
	assert_non_null(strstr(err.detail, "no token at all"));
	strings->absent = false;
	strings->second_token = true;
	assert_fails(tk_token_find(module, any, &token, &err), &err, ERR_TOKEN_AMBIGUOUS);
	assert_non_null(strstr(err.detail, "FEDCBA9876543210"));
	assert_ok(tk_token_find(module, (struct tk_which){ .serial = "FEDCBA9876543210" }, &token, &err), &err);
	assert_int_equal(token.slot_id, 8);
}

static void test_slots_that_fail(void **state)
{
	static const char *const functions[] = { "C_GetSlotList", "C_GetSlotInfo", "C_GetTokenInfo" };
	AUTO(tk_module_freep) struct tk_module *module = load();
	struct err err = ERR_INIT;
	struct tk_token token;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(functions); i++) {
		fail_at(functions[i], 1, CKR_DEVICE_ERROR);
		assert_fails(tk_token_find(module, any, &token, &err), &err, ERR_TOKEN);
		assert_non_null(strstr(err.detail, functions[i]));
	}
	fail_at("C_GetSlotList", 2, CKR_DEVICE_ERROR);
	assert_fails(tk_token_find(module, any, &token, &err), &err, ERR_TOKEN);
	fail_at("C_GetTokenInfo", 1, CKR_TOKEN_NOT_RECOGNIZED);
	assert_fails(tk_token_find(module, any, &token, &err), &err, ERR_TOKEN_MISSING);
	strings->slot_count = 100000;
	assert_fails(tk_token_find(module, any, &token, &err), &err, ERR_LIMIT);
}

static void test_removal_is_seen(void **state)
{
	AUTO(tk_module_freep) struct tk_module *module = load();
	struct err err = ERR_INIT;
	struct tk_token token;
	bool removed = false;

	(void)state;
	assert_ok(tk_token_find(module, any, &token, &err), &err);
	fail_at("C_GetSlotInfo", 2, CKR_SLOT_ID_INVALID);
	strings->fail_removes = true;
	assert_ok(tk_token_wait_removed(module, &token, /* timeout_ms= */ 5000, &removed, &err), &err);
	assert_true(removed);
	strings->absent = false;
	strings->serial = "another";
	removed = false;
	assert_ok(tk_token_wait_removed(module, &token, 0, &removed, &err), &err);
	assert_true(removed);
	fail_at("C_GetSlotInfo", 1, CKR_GENERAL_ERROR);
	assert_fails(tk_token_wait_removed(module, &token, 0, &removed, &err), &err, ERR_TOKEN);
}

/* ---- PINs ---- */

static void test_tries_run_out(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = open_session(false);
	AUTO(secret_freep) struct secret *wrong = soft_secret("000000");
	AUTO(secret_freep) struct secret *right = soft_secret("123456");
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(tk_session_login(session, wrong, 0, &err), &err, ERR_TOKEN_PIN);
	assert_fails(tk_session_login(session, wrong, 0, &err), &err, ERR_TOKEN_PIN_LAST_TRY);
	assert_int_equal(strings->logins, 2);
	/* the last try is not spent, not even on the right PIN */
	assert_fails(tk_session_login(session, right, 0, &err), &err, ERR_TOKEN_PIN_LAST_TRY);
	assert_non_null(strstr(err.detail, "not tried"));
	assert_int_equal(strings->logins, 2);
	assert_fails(tk_session_login(session, wrong, TK_LOGIN_FINAL_TRY, &err), &err, ERR_TOKEN_LOCKED);
	assert_int_equal(strings->logins, 3);
	assert_fails(tk_session_login(session, right, TK_LOGIN_FINAL_TRY, &err), &err, ERR_TOKEN_LOCKED);
	assert_int_equal(strings->logins, 3);
}

static void test_last_try_that_is_right(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = open_session(false);
	AUTO(secret_freep) struct secret *right = soft_secret("123456");
	struct err err = ERR_INIT;

	(void)state;
	strings->tries = 1;
	assert_ok(tk_session_login(session, right, TK_LOGIN_FINAL_TRY, &err), &err);
	assert_int_equal(tk_session_token(session)->pin, TK_PIN_OK);
}

static void test_login_failures(void **state)
{
	static const struct {
		CK_RV rv;
		enum err_code code;
	} cases[] = {
		{ CKR_PIN_LOCKED, ERR_TOKEN_LOCKED },      { CKR_PIN_EXPIRED, ERR_TOKEN_PIN_POLICY },
		{ CKR_PIN_LEN_RANGE, ERR_TOKEN_PIN },      { CKR_FUNCTION_CANCELED, ERR_TOKEN_CANCELLED },
		{ CKR_DEVICE_REMOVED, ERR_TOKEN_REMOVED }, { CKR_USER_PIN_NOT_INITIALIZED, ERR_TOKEN_PIN_NOT_SET },
		{ CKR_DEVICE_ERROR, ERR_TOKEN },
	};
	AUTO(secret_freep) struct secret *pin = soft_secret("123456");
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(tk_session_freep) struct tk_session *session = open_session(false);

		fail_at("C_Login", 1, cases[i].rv);
		assert_fails(tk_session_login(session, pin, 0, &err), &err, cases[i].code);
		assert_false(tk_session_logged_in(session));
	}
}

static void test_pin_not_set(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = open_session(false);
	AUTO(secret_freep) struct secret *pin = soft_secret("123456");
	struct err err = ERR_INIT;

	(void)state;
	strings->hidden_flags = CKF_USER_PIN_INITIALIZED;
	assert_fails(tk_session_login(session, pin, 0, &err), &err, ERR_TOKEN_PIN_NOT_SET);
	assert_int_equal(strings->logins, 0);
}

static void test_token_that_wants_no_login(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = open_session(false);
	struct err err = ERR_INIT;

	(void)state;
	strings->hidden_flags = CKF_LOGIN_REQUIRED;
	assert_ok(tk_session_login(session, NULL, 0, &err), &err);
	assert_true(tk_session_logged_in(session));
	assert_int_equal(strings->logins, 0);
}

static void test_pin_pad(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = open_session(false);
	struct signer *signer;
	struct err err = ERR_INIT;

	(void)state;
	strings->extra_flags = CKF_PROTECTED_AUTHENTICATION_PATH;
	strings->always_authenticate = true;
	assert_ok(tk_session_login(session, NULL, 0, &err), &err);
	assert_true(strings->pin_was_null);
	signer = make_signer(session, "khóa EC");
	assert_ok(try_sign(signer, &err), &err);
	assert_int_equal(strings->context_logins, 1);
	signer_free(signer);
}

static void test_removed_at_login(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = open_session(false);
	AUTO(secret_freep) struct secret *pin = soft_secret("123456");
	struct err err = ERR_INIT;

	(void)state;
	fail_at("C_Login", 1, CKR_FUNCTION_FAILED);
	strings->fail_removes = true;
	assert_fails(tk_session_login(session, pin, 0, &err), &err, ERR_TOKEN_REMOVED);
	assert_fails(tk_session_login(session, pin, 0, &err), &err, ERR_TOKEN_REMOVED);
	strings->absent = false;
	strings->serial = "other";
	assert_fails(tk_session_login(session, pin, 0, &err), &err, ERR_TOKEN_REMOVED);
	assert_non_null(strstr(err.detail, "in its place"));
}

static void test_security_officer(void **state)
{
	AUTO(tk_module_freep) struct tk_module *module = load();
	AUTO(secret_freep) struct secret *so_pin = soft_secret("87654321");
	AUTO(secret_freep) struct secret *wrong = soft_secret("00000000");
	AUTO(secret_freep) struct secret *pin = soft_secret("123456");
	AUTO(secret_freep) struct secret *shorter = soft_secret("1");
	struct err err = ERR_INIT;

	(void)state;
	strings->tries = 0;
	assert_fails(tk_token_unblock(module, any, wrong, pin, 0, &err), &err, ERR_TOKEN_SO_PIN);
	assert_fails(tk_token_unblock(module, any, so_pin, shorter, 0, &err), &err, ERR_TOKEN_PIN_POLICY);
	assert_ok(tk_token_unblock(module, any, so_pin, pin, 0, &err), &err);
	assert_int_equal(strings->tries, 3);
	fail_at("C_InitPIN", 1, CKR_FUNCTION_NOT_SUPPORTED);
	assert_fails(tk_token_unblock(module, any, so_pin, pin, 0, &err), &err, ERR_TOKEN_UNSUPPORTED);
	assert_non_null(strstr(err.detail, "maker's tool"));
	strings->extra_flags = CKF_SO_PIN_FINAL_TRY;
	assert_fails(tk_token_unblock(module, any, so_pin, pin, 0, &err), &err, ERR_TOKEN_PIN_LAST_TRY);
	strings->extra_flags = CKF_SO_PIN_LOCKED;
	assert_fails(tk_token_unblock(module, any, so_pin, pin, 0, &err), &err, ERR_TOKEN_SO_LOCKED);
}

static void test_change_pin_failures(void **state)
{
	AUTO(tk_module_freep) struct tk_module *module = load();
	AUTO(secret_freep) struct secret *so_pin = soft_secret("87654321");
	AUTO(secret_freep) struct secret *wrong = soft_secret("000000");
	AUTO(secret_freep) struct secret *pin = soft_secret("123456");
	AUTO(secret_freep) struct secret *shorter = soft_secret("1");
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(tk_token_change_pin(module, any, pin, shorter, 0, &err), &err, ERR_TOKEN_PIN_POLICY);
	assert_fails(tk_token_change_pin(module, any, wrong, pin, 0, &err), &err, ERR_TOKEN_PIN);
	assert_fails(tk_token_change_pin(module, any, wrong, pin, 0, &err), &err, ERR_TOKEN_PIN_LAST_TRY);
	assert_fails(tk_token_change_pin(module, any, pin, pin, 0, &err), &err, ERR_TOKEN_PIN_LAST_TRY);
	assert_fails(tk_token_change_pin(module, any, wrong, pin, TK_LOGIN_FINAL_TRY, &err), &err, ERR_TOKEN_LOCKED);
	strings->tries = 3;
	fail_at("C_SetPIN", 1, CKR_USER_NOT_LOGGED_IN);
	assert_ok(tk_token_change_pin(module, any, pin, pin, 0, &err), &err);
	assert_int_equal(strings->logins, 1);
	fail_at("C_SetPIN", 1, CKR_USER_NOT_LOGGED_IN);
	assert_fails(tk_token_change_pin(module, any, wrong, pin, 0, &err), &err, ERR_TOKEN_PIN);
	assert_fails(tk_token_change_pin(module, any, NULL, pin, 0, &err), &err, ERR_USAGE);
	assert_fails(tk_token_change_pin(module, any, pin, NULL, 0, &err), &err, ERR_USAGE);
	assert_fails(tk_token_change_so_pin(module, any, so_pin, shorter, 0, &err), &err, ERR_TOKEN_PIN_POLICY);
}

static void test_initialise_again(void **state)
{
	AUTO(tk_module_freep) struct tk_module *module = load();
	AUTO(secret_freep) struct secret *so_pin = soft_secret("87654321");
	AUTO(secret_freep) struct secret *wrong = soft_secret("00000000");
	struct err err = ERR_INIT;
	struct tk_token token;

	(void)state;
	assert_fails(tk_token_init(module, TK_ANY_SLOT, "mới", so_pin, 0, &token, &err), &err, ERR_TOKEN_MISSING);
	assert_fails(tk_token_init(module, 7, "mới", wrong, TK_INIT_ERASE, &token, &err), &err, ERR_TOKEN_SO_PIN);
	assert_fails(tk_token_init(module, 7, "mới", NULL, TK_INIT_ERASE, &token, &err), &err, ERR_USAGE);
	assert_ok(tk_token_init(module, 7, "fake token", so_pin, TK_INIT_ERASE, &token, &err), &err);
	strings->extra_flags = CKF_SO_PIN_LOCKED;
	assert_fails(tk_token_init(module, 7, "mới", so_pin, TK_INIT_ERASE, &token, &err), &err, ERR_TOKEN_SO_LOCKED);
	strings->extra_flags = 0;
	/* a module that says yes and changes nothing is found out */
	assert_fails(tk_token_init(module, 7, "mới", so_pin, TK_INIT_ERASE, &token, &err), &err, ERR_TOKEN_MISSING);
}

/* ---- sessions ---- */

static void test_session_failures(void **state)
{
	AUTO(tk_module_freep) struct tk_module *module = load();
	struct tk_session *session = NULL;
	struct err err = ERR_INIT;

	(void)state;
	fail_at("C_OpenSession", 1, CKR_SESSION_COUNT);
	assert_fails(tk_session_open(module, any, false, &session, &err), &err, ERR_TOKEN);
	fail_at("C_OpenSession", 1, CKR_TOKEN_WRITE_PROTECTED);
	assert_fails(tk_session_open(module, any, true, &session, &err), &err, ERR_TOKEN_READ_ONLY);
	assert_null(session);
	session = open_logged_in();
	fail_at("C_Logout", 1, CKR_DEVICE_ERROR);
	assert_fails(tk_session_logout(session, &err), &err, ERR_TOKEN);
	tk_session_free(session);
	tk_session_free(NULL);
}

/* ---- signing ---- */

static void test_sign_rightly(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = open_logged_in();
	static const char *const labels[] = { "khóa RSA", "khóa EC" };
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
		struct signer *signer = make_signer(session, labels[i]);

		assert_ok(try_sign(signer, &err), &err);
		assert_int_equal(signer->chain.count, 1);
		signer_free(signer);
	}
	assert_int_equal(strings->logins, 1);
}

static void test_wrong_answers(void **state)
{
	static const struct {
		enum fake_answer answer;
		enum err_code code;
	} cases[] = {
		{ FAKE_ANSWER_SHORT, ERR_TOKEN },
		{ FAKE_ANSWER_LONG, ERR_TOKEN },
		{ FAKE_ANSWER_CLAIMS_TOO_MUCH, ERR_TOKEN },
		{ FAKE_ANSWER_FLIPPED, ERR_SIGNATURE_MISMATCH },
	};
	static const char *const labels[] = { "khóa RSA", "khóa EC" };
	AUTO(tk_session_freep) struct tk_session *session = open_logged_in();
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
		struct signer *signer = make_signer(session, labels[i]);

		for (size_t j = 0; j < ARRAY_LEN(cases); j++) {
			strings->answer = cases[j].answer;
			assert_fails(try_sign(signer, &err), &err, cases[j].code);
		}
		strings->answer = FAKE_ANSWER_RIGHT;
		assert_ok(try_sign(signer, &err), &err);
		signer_free(signer);
	}
}

static void test_removed_in_the_middle(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = open_logged_in();
	struct signer *signer = make_signer(session, "khóa EC");
	struct err err = ERR_INIT;

	(void)state;
	fail_at("C_Sign", 3, CKR_DEVICE_REMOVED);
	strings->fail_removes = true;
	assert_ok(try_sign(signer, &err), &err);
	assert_ok(try_sign(signer, &err), &err);
	assert_fails(try_sign(signer, &err), &err, ERR_TOKEN_REMOVED);
	assert_fails(try_sign(signer, &err), &err, ERR_TOKEN_REMOVED);
	assert_int_equal(strings->signs, 2);
	signer_free(signer);
}

static void test_removed_with_another_word(void **state)
{
	static const CK_RV words[] = { CKR_GENERAL_ERROR,          CKR_FUNCTION_FAILED,    CKR_DEVICE_ERROR,
				       CKR_SESSION_HANDLE_INVALID, CKR_USER_NOT_LOGGED_IN, CKR_VENDOR_DEFINED + 7 };
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		struct tk_session *session = open_logged_in();
		struct signer *signer = make_signer(session, "khóa EC");

		fail_at(i % 2 ? "C_Sign" : "C_SignInit", 1, words[i]);
		strings->fail_removes = true;
		assert_fails(try_sign(signer, &err), &err, ERR_TOKEN_REMOVED);
		signer_free(signer);
		strings->absent = false;
		tk_session_free(session);
	}
}

static void test_another_token_in_its_place(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = open_logged_in();
	struct signer *signer = make_signer(session, "khóa EC");
	struct err err = ERR_INIT;

	(void)state;
	fail_at("C_Sign", 1, CKR_SESSION_HANDLE_INVALID);
	strings->fail_serial = "THE OTHER ONE";
	assert_fails(try_sign(signer, &err), &err, ERR_TOKEN_REMOVED);
	assert_non_null(strstr(err.detail, "THE OTHER ONE"));
	assert_int_equal(strings->logins, 1);
	signer_free(signer);
}

static void test_session_lost(void **state)
{
	static const CK_RV words[] = { CKR_SESSION_HANDLE_INVALID, CKR_SESSION_CLOSED, CKR_USER_NOT_LOGGED_IN,
				       CKR_KEY_HANDLE_INVALID, CKR_OPERATION_ACTIVE };
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		AUTO(tk_session_freep) struct tk_session *session = open_logged_in();
		struct signer *signer = make_signer(session, "khóa EC");

		fail_at("C_SignInit", 1, words[i]);
		assert_ok(try_sign(signer, &err), &err);
		/* twice in a row is not lost, it is broken */
		fail_at("C_SignInit", 1, words[i]);
		strings->fail_stays = true;
		assert_int_equal(try_sign(signer, &err), -1);
		assert_non_null(strstr(err.detail, tk_ckr_row(words[i])->name));
		strings->fail_stays = false;
		strings->fail_at = 0;
		signer_free(signer);
	}
}

static void test_session_lost_and_one_try_left(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = open_logged_in();
	struct signer *signer = make_signer(session, "khóa EC");
	struct err err = ERR_INIT;

	(void)state;
	strings->tries = 1; /* somebody else has been guessing */
	fail_at("C_SignInit", 1, CKR_SESSION_CLOSED);
	assert_fails(try_sign(signer, &err), &err, ERR_TOKEN_PIN_LAST_TRY);
	assert_int_equal(strings->logins, 1);
	signer_free(signer);
}

static void test_pin_changed_meanwhile(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = open_logged_in();
	struct signer *signer = make_signer(session, "khóa EC");
	struct err err = ERR_INIT;

	(void)state;
	strings->pin = "654321";
	fail_at("C_SignInit", 1, CKR_SESSION_CLOSED);
	assert_fails(try_sign(signer, &err), &err, ERR_TOKEN_PIN);
	/* the kept PIN was refused once; it is not offered again document after document */
	assert_int_equal(try_sign(signer, &err), -1);
	assert_int_equal(try_sign(signer, &err), -1);
	assert_int_equal(strings->logins, 2);
	assert_int_equal(strings->tries, 2);
	signer_free(signer);
}

static void test_key_gone_after_reopening(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = open_logged_in();
	struct signer *signer = make_signer(session, "khóa RSA");
	struct err err = ERR_INIT;

	(void)state;
	strings->no_rsa = true;
	assert_fails(try_sign(signer, &err), &err, ERR_TOKEN_NO_KEY);
	signer_free(signer);
}

static void test_always_authenticate(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = NULL;
	struct signer *signer;
	struct err err = ERR_INIT;

	(void)state;
	strings->always_authenticate = true;
	session = open_logged_in();
	signer = make_signer(session, "khóa RSA");
	for (int i = 0; i < 3; i++)
		assert_ok(try_sign(signer, &err), &err);
	assert_int_equal(strings->logins, 1);
	assert_int_equal(strings->context_logins, 3);
	strings->pin = "654321";
	assert_fails(try_sign(signer, &err), &err, ERR_TOKEN_PIN);
	assert_int_equal(strings->tries, 2);
	for (int i = 0; i < 3; i++)
		assert_int_equal(try_sign(signer, &err), -1);
	assert_int_equal(strings->tries, 2);
	signer_free(signer);
}

static void test_always_authenticate_guards_the_last_try(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = NULL;
	struct signer *signer;
	struct err err = ERR_INIT;

	(void)state;
	strings->always_authenticate = true;
	session = open_logged_in();
	signer = make_signer(session, "khóa RSA");
	strings->tries = 1;
	assert_fails(try_sign(signer, &err), &err, ERR_TOKEN_PIN_LAST_TRY);
	assert_int_equal(strings->context_logins, 0);
	strings->tries = 0;
	assert_fails(try_sign(signer, &err), &err, ERR_TOKEN_LOCKED);
	signer_free(signer);
}

static void test_mechanisms_that_hash_by_themselves(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = open_logged_in();
	struct signer *signer = NULL;
	struct err err = ERR_INIT;

	(void)state;
	strings->no_digest_mechanisms = true;
	assert_fails(p11_signer_new(session, &(struct p11_choice){ .key_label = "khóa RSA" }, &signer, &err), &err,
		     ERR_KEY_UNSUPPORTED);
	assert_non_null(strstr(err.detail, "CKM_SHA256_RSA_PKCS"));
	assert_fails(p11_signer_new(session, &(struct p11_choice){ .key_label = "khóa EC" }, &signer, &err), &err,
		     ERR_KEY_UNSUPPORTED);
	assert_non_null(strstr(err.detail, "does not have CKM_ECDSA"));
	strings->no_digest_mechanisms = false;
	signer = make_signer(session, "khóa RSA");
	strings->no_mechanisms = true;
	assert_false(signer->ops->supports(signer, signer_default_alg(signer)));
	assert_fails(try_sign(signer, &err), &err, ERR_KEY_UNSUPPORTED);
	signer_free(signer);
}

static void test_digest_of_another_length(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = open_logged_in();
	AUTO(buf_release) struct buf value = BUF_INIT;
	struct signer *signer = make_signer(session, "khóa RSA");
	struct digest digest = { .len = 20 };
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(signer->ops->sign(signer, signer_default_alg(signer), &digest, &value, &err), &err,
		     ERR_KEY_UNSUPPORTED);
	assert_int_equal(value.len, 0);
	signer_free(signer);
}

/* ---- choosing ---- */

static int choose(struct p11_choice choice, struct signer **ret_signer, struct err *err)
{
	AUTO(tk_session_freep) struct tk_session *session = open_logged_in();

	return p11_signer_new(session, &choice, ret_signer, err);
}

static void test_the_only_one(void **state)
{
	AUTO(cert_freep)
	struct cert *renewed =
	    issue(ec_spki, (struct issue){ .serial = 0x21, .not_before_ms = ISSUE_2026_MS + 86400000 });
	AUTO(cert_freep)
	struct cert *encrypting = issue(rsa_spki, (struct issue){ .serial = 0x11, .key_usage = KU_KEY_ENCIPHERMENT });
	struct signer *signer = NULL;
	struct err err = ERR_INIT;

	(void)state;
	use_cert(0, encrypting, "rsa", "rsa");
	use_cert(3, renewed, "ec", "ec");
	assert_ok(choose((struct p11_choice){ 0 }, &signer, &err), &err);
	assert_string_equal(cert_serial_hex(signer->cert), "21");
	assert_ok(try_sign(signer, &err), &err);
	signer_free(signer);
}

static void test_the_only_valid_one(void **state)
{
	AUTO(cert_freep)
	struct cert *expired = issue(
	    rsa_spki, (struct issue){ .serial = 0x12, .not_before_ms = 1577836800000, .not_after_ms = 1609459200000 });
	struct signer *signer = NULL;
	struct err err = ERR_INIT;

	(void)state;
	use_cert(0, expired, "rsa", "rsa");
	assert_fails(choose((struct p11_choice){ 0 }, &signer, &err), &err, ERR_TOKEN_AMBIGUOUS);
	assert_ok(choose((struct p11_choice){ .at_ms = ISSUE_2026_MS + 1 }, &signer, &err), &err);
	assert_string_equal(cert_serial_hex(signer->cert), "20");
	signer_free(signer);
	signer = NULL;
	assert_fails(choose((struct p11_choice){ .at_ms = ISSUE_2031_MS + 1 }, &signer, &err), &err, ERR_CERT_EXPIRED);
	assert_null(signer);
}

static void test_none(void **state)
{
	AUTO(cert_freep)
	struct cert *encrypting = issue(rsa_spki, (struct issue){ .serial = 0x11, .key_usage = KU_KEY_ENCIPHERMENT });
	struct signer *signer = NULL;
	struct err err = ERR_INIT;

	(void)state;
	memset(strings->certs, 0, sizeof(strings->certs));
	use_cert(0, encrypting, "rsa", "rsa");
	assert_fails(choose((struct p11_choice){ 0 }, &signer, &err), &err, ERR_CERT_KEY_USAGE);
	memset(strings->certs, 0, sizeof(strings->certs));
	assert_fails(choose((struct p11_choice){ 0 }, &signer, &err), &err, ERR_TOKEN_NO_CERT);
	assert_fails(choose((struct p11_choice){ .key_label = "khóa EC" }, &signer, &err), &err, ERR_TOKEN_NO_CERT);
	assert_ok(choose((struct p11_choice){ .cert = ec_cert }, &signer, &err), &err);
	assert_ok(try_sign(signer, &err), &err);
	signer_free(signer);
}

static void test_no_private_key_at_all(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = open_session(false);
	struct signer *signer = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(p11_signer_new(session, &(struct p11_choice){ 0 }, &signer, &err), &err, ERR_TOKEN_NO_KEY);
	assert_fails(p11_signer_new(session, &(struct p11_choice){ .cert_serial_hex = "20" }, &signer, &err), &err,
		     ERR_TOKEN_NO_KEY);
}

static void test_key_that_may_not_sign(void **state)
{
	struct signer *signer = NULL;
	struct err err = ERR_INIT;

	(void)state;
	strings->no_sign_flag = true;
	assert_fails(choose((struct p11_choice){ .key_label = "khóa EC" }, &signer, &err), &err, ERR_KEY_UNSUPPORTED);
	assert_null(signer);
}

static void test_open_in_one_go(void **state)
{
	AUTO(secret_freep) struct secret *pin = soft_secret("123456");
	struct p11_signer_options options = { .module_path = module_path,
					      .pin = pin,
					      .choice = { .cert_serial_hex = "20" } };
	struct signer *signer = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(p11_signer_open(&options, &signer, &err), &err);
	assert_ok(try_sign(signer, &err), &err);
	assert_string_equal(p11_signer_token(signer)->serial, "0123456789ABCDEF");
	signer_free(signer);
	assert_int_equal(strings->finalized, 1);
	options.token.label = "khác";
	assert_fails(p11_signer_open(&options, &signer, &err), &err, ERR_TOKEN_MISSING);
}

/* ---- inventory ---- */

static void test_pair_by_identifier_only(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = NULL;
	AUTO(tk_inventory_freep) struct tk_inventory *inventory = NULL;
	AUTO(js_freep) struct json *json = NULL;
	struct signer *signer;
	struct err err = ERR_INIT;

	(void)state;
	strings->hidden_public = true;
	session = open_logged_in();
	assert_ok(tk_inventory_read(session, &inventory, &err), &err);
	assert_int_equal(tk_inventory_cert(inventory, 0)->pairing, TK_PAIR_ID);
	json = tk_inventory_json(inventory);
	assert_string_equal(js_get_string(js_at(js_find(json, "certificates"), 0), "paired_by"), "id");
	signer = make_signer(session, "khóa EC");
	assert_ok(try_sign(signer, &err), &err);
	signer_free(signer);
}

static void test_identifier_of_the_wrong_key(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = open_logged_in();
	AUTO(tk_inventory_freep) struct tk_inventory *inventory = NULL;
	struct err err = ERR_INIT;

	(void)state;
	use_cert(0, rsa_cert, "ec", "rsa");
	assert_ok(tk_inventory_read(session, &inventory, &err), &err);
	assert_true(tk_inventory_cert(inventory, 0)->id_conflict);
	assert_int_equal(tk_inventory_cert(inventory, 0)->pairing, TK_PAIR_PUBLIC_KEY);
	assert_string_equal(tk_inventory_cert(inventory, 0)->key->label, "khóa RSA");
}

static void test_bare_point(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = open_logged_in();
	AUTO(tk_inventory_freep) struct tk_inventory *inventory = NULL;
	struct err err = ERR_INIT;

	(void)state;
	strings->bare_point = true;
	assert_ok(tk_inventory_read(session, &inventory, &err), &err);
	assert_int_equal(tk_inventory_cert(inventory, 1)->pairing, TK_PAIR_PUBLIC_KEY);
	assert_string_equal(tk_inventory_cert(inventory, 1)->key->label, "khóa EC");
}

static void test_rubbish_for_a_certificate(void **state)
{
	static const uint8_t rubbish[] = { 0x30, 0x03, 0x02, 0x01, 0x05 };
	AUTO(tk_session_freep) struct tk_session *session = open_logged_in();
	AUTO(tk_inventory_freep) struct tk_inventory *inventory = NULL;
	AUTO(js_freep) struct json *json = NULL;
	struct err err = ERR_INIT;

	(void)state;
	strings->certs[0] = (struct fake_cert){ rubbish, sizeof(rubbish), "rsa", "rsa" };
	assert_ok(tk_inventory_read(session, &inventory, &err), &err);
	assert_null(tk_inventory_cert(inventory, 0)->cert);
	assert_non_null(tk_inventory_cert(inventory, 0)->problem);
	json = tk_inventory_json(inventory);
	assert_non_null(js_get_string(js_at(js_find(json, "certificates"), 0), "problem"));
}

static void test_inventory_limits(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = open_logged_in();
	struct tk_inventory *inventory = NULL;
	struct err err = ERR_INIT;

	(void)state;
	strings->endless_objects = true;
	assert_fails(tk_inventory_read(session, &inventory, &err), &err, ERR_LIMIT);
	strings->endless_objects = false;
	strings->huge_attribute = true;
	assert_fails(tk_inventory_read(session, &inventory, &err), &err, ERR_LIMIT);
	assert_null(inventory);
}

static void test_inventory_failures(void **state)
{
	static const struct {
		const char *function;
		unsigned calls;
	} cases[] = { { "C_FindObjectsInit", 3 },
		      { "C_FindObjects", 3 },
		      { "C_GetAttributeValue", 40 },
		      { "C_GetTokenInfo", 1 } };
	AUTO(tk_session_freep) struct tk_session *session = open_logged_in();
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		for (unsigned n = 1; n <= cases[i].calls; n++) {
			struct tk_inventory *inventory = NULL;

			fail_at(cases[i].function, n, CKR_DEVICE_ERROR);
			assert_fails(tk_inventory_read(session, &inventory, &err), &err, ERR_TOKEN);
			assert_null(inventory);
		}
	}
}

/* ---- making keys ---- */

static void test_key_that_could_leave_is_refused(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = open_logged_in();
	struct tk_new_key *key = NULL;
	struct err err = ERR_INIT;

	(void)state;
	strings->extractable = true;
	assert_fails(tk_key_generate(session, &(struct tk_keygen){ KEY_EC, 256, "mới" }, &key, &err), &err,
		     ERR_TOKEN_UNSUPPORTED);
	assert_int_equal(strings->destroyed, 2);
	assert_null(key);
}

static void test_key_of_another_size_is_refused(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = open_logged_in();
	struct tk_new_key *key = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(tk_key_generate(session, &(struct tk_keygen){ KEY_RSA, 3072, "mới" }, &key, &err), &err,
		     ERR_TOKEN_UNSUPPORTED);
	assert_int_equal(strings->destroyed, 2);
	strings->hidden_public = true;
	assert_fails(tk_key_generate(session, &(struct tk_keygen){ KEY_EC, 256, "mới" }, &key, &err), &err, ERR_TOKEN);
}

static void test_generate_failures(void **state)
{
	static const struct {
		CK_RV rv;
		enum err_code code;
	} cases[] = {
		{ CKR_DEVICE_MEMORY, ERR_TOKEN_FULL },
		{ CKR_MECHANISM_INVALID, ERR_KEY_UNSUPPORTED },
		{ CKR_CURVE_NOT_SUPPORTED, ERR_KEY_UNSUPPORTED },
		{ CKR_TEMPLATE_INCONSISTENT, ERR_TOKEN_UNSUPPORTED },
		{ CKR_TOKEN_WRITE_PROTECTED, ERR_TOKEN_READ_ONLY },
		{ CKR_DEVICE_REMOVED, ERR_TOKEN_REMOVED },
	};
	AUTO(tk_session_freep) struct tk_session *session = open_logged_in();
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct tk_new_key *key = NULL;

		fail_at("C_GenerateKeyPair", 1, cases[i].rv);
		assert_fails(tk_key_generate(session, &(struct tk_keygen){ KEY_EC, 256, "mới" }, &key, &err), &err,
			     cases[i].code);
		assert_null(key);
	}
}

static void test_destroy_new_key(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = open_logged_in();
	struct tk_new_key *key = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(tk_key_generate(session, &(struct tk_keygen){ KEY_EC, 256, "mới" }, &key, &err), &err);
	assert_int_equal(tk_new_key_id(key).n, TK_KEY_ID_BYTES);
	fail_at("C_DestroyObject", 1, CKR_ACTION_PROHIBITED);
	assert_fails(tk_new_key_destroy(key, &err), &err, ERR_TOKEN_READ_ONLY);
	assert_int_equal(strings->destroyed, 1);
	tk_new_key_free(key);
}

static void test_request_that_the_token_spoils(void **state)
{
	const struct name_part subject[] = { { "CN", "Nguyễn Văn Thử" } };
	AUTO(tk_session_freep) struct tk_session *session = open_logged_in();
	AUTO(buf_release) struct buf der = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	strings->answer = FAKE_ANSWER_FLIPPED;
	assert_fails(tk_generate(session, &(struct tk_keygen){ KEY_EC, 256, "mới" }, subject, 1, NULL, &der, &err),
		     &err, ERR_SIGNATURE_MISMATCH);
	assert_int_equal(strings->destroyed, 2);
	strings->answer = FAKE_ANSWER_RIGHT;
	fail_at("C_Sign", 1, CKR_DEVICE_ERROR);
	assert_fails(tk_generate(session, &(struct tk_keygen){ KEY_EC, 256, "mới" }, subject, 1, NULL, &der, &err),
		     &err, ERR_TOKEN);
	assert_int_equal(strings->destroyed, 4);
}

static void test_import_failures(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = open_logged_in();
	struct cert_list chain = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	memset(strings->certs, 0, sizeof(strings->certs));
	assert_ok(cert_list_add(&chain, authority, &err), &err);
	assert_ok(cert_list_add(&chain, ec_cert, &err), &err);
	fail_at("C_CreateObject", 1, CKR_DEVICE_MEMORY);
	assert_fails(tk_import_certificate(session, ec_cert, "nhãn", &chain, &err), &err, ERR_TOKEN_FULL);
	fail_at("C_CreateObject", 2, CKR_DEVICE_MEMORY);
	assert_fails(tk_import_certificate(session, ec_cert, "nhãn", &chain, &err), &err, ERR_TOKEN_FULL);
	assert_non_null(strstr(err.detail, "CA thử"));
	strings->created = 0;
	assert_ok(tk_import_certificate(session, ec_cert, "nhãn", &chain, &err), &err);
	assert_int_equal(strings->created, 2);
	cert_list_release(&chain);
}

static void test_import_beside_a_hidden_public_key(void **state)
{
	AUTO(tk_session_freep) struct tk_session *session = open_logged_in();
	AUTO(key_freep) struct key *other_authority = NULL;
	AUTO(cert_freep) struct cert *other = NULL;
	struct err err = ERR_INIT;

	(void)state;
	memset(strings->certs, 0, sizeof(strings->certs));
	strings->hidden_public = true;
	other_authority = issue_authority("khóa khác", &other);
	assert_ok(tk_import_certificate(session, ec_cert, NULL, NULL, &err), &err);
	assert_ok(tk_import_certificate(session, rsa_cert, NULL, NULL, &err), &err);
	assert_int_equal(strings->created, 2);
	assert_fails(tk_import_certificate(session, other, NULL, NULL, &err), &err, ERR_TOKEN_NO_KEY);
}

#define CASE(function) cmocka_unit_test_setup(function, set_up)

static const struct CMUnitTest tests[] = {
	CASE(test_no_such_module),
	CASE(test_module_that_is_not_whole),
	CASE(test_module_that_does_not_start),
	CASE(test_module_without_locks),
	CASE(test_module_is_loaded_once),
	CASE(test_module_that_somebody_else_started),
	CASE(test_token_flags),
	CASE(test_token_tells_itself),
	CASE(test_text_of_every_length),
	CASE(test_no_token_and_two_tokens),
	CASE(test_slots_that_fail),
	CASE(test_removal_is_seen),
	CASE(test_tries_run_out),
	CASE(test_last_try_that_is_right),
	CASE(test_login_failures),
	CASE(test_pin_not_set),
	CASE(test_token_that_wants_no_login),
	CASE(test_pin_pad),
	CASE(test_removed_at_login),
	CASE(test_security_officer),
	CASE(test_change_pin_failures),
	CASE(test_initialise_again),
	CASE(test_session_failures),
	CASE(test_sign_rightly),
	CASE(test_wrong_answers),
	CASE(test_removed_in_the_middle),
	CASE(test_removed_with_another_word),
	CASE(test_another_token_in_its_place),
	CASE(test_session_lost),
	CASE(test_session_lost_and_one_try_left),
	CASE(test_pin_changed_meanwhile),
	CASE(test_key_gone_after_reopening),
	CASE(test_always_authenticate),
	CASE(test_always_authenticate_guards_the_last_try),
	CASE(test_mechanisms_that_hash_by_themselves),
	CASE(test_digest_of_another_length),
	CASE(test_the_only_one),
	CASE(test_the_only_valid_one),
	CASE(test_none),
	CASE(test_no_private_key_at_all),
	CASE(test_key_that_may_not_sign),
	CASE(test_open_in_one_go),
	CASE(test_pair_by_identifier_only),
	CASE(test_identifier_of_the_wrong_key),
	CASE(test_bare_point),
	CASE(test_rubbish_for_a_certificate),
	CASE(test_inventory_limits),
	CASE(test_inventory_failures),
	CASE(test_key_that_could_leave_is_refused),
	CASE(test_key_of_another_size_is_refused),
	CASE(test_generate_failures),
	CASE(test_destroy_new_key),
	CASE(test_request_that_the_token_spoils),
	CASE(test_import_failures),
	CASE(test_import_beside_a_hidden_public_key),
};

int main(void)
{
	setlocale(LC_ALL, "");
	return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
