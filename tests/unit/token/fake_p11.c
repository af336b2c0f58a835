/*
 * fake_p11.c - a PKCS#11 module that signs rightly until it is told to fail. See fake_p11.h.
 *
 * Its keys are made by OpenSSL when it is first used. Sessions are numbered; a removed token closes them.
 */
#include "fake_p11.h"

#include <p11-kit/pkcs11.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

enum { MAX_SESSIONS = 32 };

static struct fake_p11 strings;
static EVP_PKEY *rsa_key;
static EVP_PKEY *ec_key;

static struct {
	bool open;
	bool writable;
	bool signing;
	bool context_login;
	CK_MECHANISM_TYPE mechanism;
	CK_OBJECT_HANDLE key;
	CK_OBJECT_CLASS wanted;
	CK_OBJECT_HANDLE next;
} sessions[MAX_SESSIONS];

static enum { NOBODY, USER, SO } who;
static bool initialized;

EXPORT struct fake_p11 *fake_p11_strings(void)
{
	return &strings;
}

EXPORT void fake_p11_reset(void)
{
	memset(&strings, 0, sizeof(strings));
	memset(sessions, 0, sizeof(sessions));
	who = NOBODY;
	strings.label = "fake token";
	strings.serial = "0123456789ABCDEF";
	strings.pin = "123456";
	strings.so_pin = "87654321";
	strings.tries = 3;
	strings.version_major = 2;
}

/* Whether this call is the one that fails. */
static CK_RV fault(const char *function)
{
	strings.last_function = function;
	if (!strings.fail_function || strcmp(strings.fail_function, function) != 0)
		return CKR_OK;
	if (strings.fail_at > 1) {
		strings.fail_at--;
		return CKR_OK;
	}
	if (strings.fail_at == 0)
		return CKR_OK;
	if (!strings.fail_stays)
		strings.fail_at = 0;
	if (strings.fail_removes)
		strings.absent = true;
	if (strings.fail_serial)
		strings.serial = strings.fail_serial;
	return strings.fail_rv;
}

#define ENTER(function)                                                                                                \
	do {                                                                                                           \
		CK_RV fault_ = fault(#function);                                                                       \
		if (fault_ != CKR_OK)                                                                                  \
			return fault_;                                                                                 \
		if (!initialized)                                                                                      \
			return CKR_CRYPTOKI_NOT_INITIALIZED;                                                           \
	} while (0)

#define ENTER_SESSION(function, session)                                                                               \
	ENTER(function);                                                                                               \
	if (strings.absent)                                                                                            \
		return CKR_DEVICE_REMOVED;                                                                             \
	if ((session) == 0 || (session) >= MAX_SESSIONS || !sessions[session].open)                                    \
	return CKR_SESSION_HANDLE_INVALID

/* A point whose first octets, 04 3F, read like an OCTET STRING of just its length. */
static bool is_tricky(EVP_PKEY *key)
{
	unsigned char point[65];
	size_t len = 0;

	return EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, point, sizeof(point), &len) &&
	       point[1] == 0x3f;
}

static void make_keys(void)
{
	if (!rsa_key)
		rsa_key = EVP_RSA_gen(2048);
	while (!ec_key) {
		ec_key = EVP_EC_gen("P-256");
		if (!rsa_key || !ec_key)
			abort();
		if (!is_tricky(ec_key)) {
			EVP_PKEY_free(ec_key);
			ec_key = NULL;
		}
	}
}

static void pad(unsigned char *field, const char *text, size_t size)
{
	size_t len = strlen(text) > size ? size : strlen(text);

	memset(field, ' ', size);
	memcpy(field, text, len);
}

static CK_RV fake_initialize(CK_VOID_PTR args)
{
	const CK_C_INITIALIZE_ARGS *given = args;
	CK_RV rv = fault("C_Initialize");

	if (rv != CKR_OK)
		return rv;
	if (strings.no_locking && given && given->flags & CKF_OS_LOCKING_OK)
		return CKR_CANT_LOCK;
	if (initialized)
		return CKR_CRYPTOKI_ALREADY_INITIALIZED;
	strings.initialized_without_locks = !given || !(given->flags & CKF_OS_LOCKING_OK);
	strings.initialized++;
	initialized = true;
	make_keys();
	return CKR_OK;
}

static CK_RV fake_finalize(CK_VOID_PTR reserved)
{
	(void)reserved;
	strings.finalized++;
	initialized = false;
	who = NOBODY;
	memset(sessions, 0, sizeof(sessions));
	return CKR_OK;
}

static CK_RV fake_get_info(CK_INFO_PTR info)
{
	ENTER(C_GetInfo);
	memset(info, 0, sizeof(*info));
	info->cryptokiVersion.major = 2;
	info->cryptokiVersion.minor = 40;
	info->libraryVersion.major = 1;
	pad(info->manufacturerID, "kyso tests", sizeof(info->manufacturerID));
	pad(info->libraryDescription, "a token that fails on demand", sizeof(info->libraryDescription));
	return CKR_OK;
}

static CK_RV fake_get_slot_list(CK_BBOOL present, CK_SLOT_ID_PTR slots, CK_ULONG_PTR count)
{
	CK_ULONG n = (!present || !strings.absent) + (strings.second_token ? 1 : 0);

	ENTER(C_GetSlotList);
	if (strings.slot_count)
		n = strings.slot_count;
	if (slots && *count < n)
		return CKR_BUFFER_TOO_SMALL;
	for (CK_ULONG i = 0; slots && i < n; i++)
		slots[i] = strings.absent ? 8 : 7 + i;
	*count = n;
	return CKR_OK;
}

static CK_RV fake_get_slot_info(CK_SLOT_ID slot, CK_SLOT_INFO_PTR info)
{
	ENTER(C_GetSlotInfo);
	if (slot != 7 && !(slot == 8 && strings.second_token))
		return CKR_SLOT_ID_INVALID;
	memset(info, 0, sizeof(*info));
	pad(info->slotDescription, "fake reader", sizeof(info->slotDescription));
	pad(info->manufacturerID, "kyso tests", sizeof(info->manufacturerID));
	info->flags = CKF_REMOVABLE_DEVICE | CKF_HW_SLOT | (strings.absent && slot == 7 ? 0 : CKF_TOKEN_PRESENT);
	return CKR_OK;
}

static CK_FLAGS token_flags(void)
{
	CK_FLAGS flags = CKF_LOGIN_REQUIRED | CKF_USER_PIN_INITIALIZED | CKF_TOKEN_INITIALIZED | strings.extra_flags;

	if (strings.tries == 0)
		flags |= CKF_USER_PIN_LOCKED;
	else if (strings.tries == 1)
		flags |= CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_COUNT_LOW;
	else if (strings.tries == 2)
		flags |= CKF_USER_PIN_COUNT_LOW;
	return flags & ~strings.hidden_flags;
}

static CK_RV fake_get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO_PTR info)
{
	ENTER(C_GetTokenInfo);
	if (strings.absent && slot == 7)
		return CKR_TOKEN_NOT_PRESENT;
	memset(info, 0, sizeof(*info));
	pad(info->label, slot == 8 ? "second token" : strings.label, sizeof(info->label));
	pad(info->manufacturerID, "kyso tests", sizeof(info->manufacturerID));
	pad(info->model, "FAKE-01", sizeof(info->model));
	pad(info->serialNumber, slot == 8 ? "FEDCBA9876543210" : strings.serial, sizeof(info->serialNumber));
	info->flags = token_flags();
	info->ulMinPinLen = 4;
	info->ulMaxPinLen = 16;
	info->ulTotalPublicMemory = 65536;
	info->ulFreePublicMemory = 40000;
	info->ulTotalPrivateMemory = CK_UNAVAILABLE_INFORMATION;
	info->ulFreePrivateMemory = CK_UNAVAILABLE_INFORMATION;
	return CKR_OK;
}

static CK_RV fake_get_mechanism_info(CK_SLOT_ID slot, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO_PTR info)
{
	bool digest = type == CKM_RSA_PKCS || type == CKM_RSA_PKCS_PSS || type == CKM_ECDSA;
	bool hashing = type == CKM_SHA256_RSA_PKCS || type == CKM_SHA256_RSA_PKCS_PSS;

	(void)slot;
	ENTER(C_GetMechanismInfo);
	if (strings.no_mechanisms || (strings.no_digest_mechanisms ? !hashing : !digest))
		return CKR_MECHANISM_INVALID;
	memset(info, 0, sizeof(*info));
	info->flags = CKF_SIGN;
	return CKR_OK;
}

static CK_RV fake_init_token(CK_SLOT_ID slot, CK_UTF8CHAR_PTR pin, CK_ULONG len, CK_UTF8CHAR_PTR label)
{
	(void)slot;
	(void)label;
	ENTER(C_InitToken);
	return len == strlen(strings.so_pin) && memcmp(pin, strings.so_pin, len) == 0 ? CKR_OK : CKR_PIN_INCORRECT;
}

static CK_RV fake_init_pin(CK_SESSION_HANDLE session, CK_UTF8CHAR_PTR pin, CK_ULONG len)
{
	(void)pin;
	ENTER_SESSION(C_InitPIN, session);
	if (who != SO)
		return CKR_USER_NOT_LOGGED_IN;
	if (len < 4)
		return CKR_PIN_LEN_RANGE;
	strings.tries = 3;
	return CKR_OK;
}

static bool right_pin(CK_UTF8CHAR_PTR pin, CK_ULONG len)
{
	strings.pin_was_null = !pin;
	if (!pin)
		return strings.extra_flags & CKF_PROTECTED_AUTHENTICATION_PATH;
	return len == strlen(strings.pin) && memcmp(pin, strings.pin, len) == 0;
}

static CK_RV try_pin(CK_UTF8CHAR_PTR pin, CK_ULONG len)
{
	if (strings.tries == 0)
		return CKR_PIN_LOCKED;
	if (right_pin(pin, len)) {
		strings.tries = 3;
		return CKR_OK;
	}
	strings.tries--;
	return CKR_PIN_INCORRECT;
}

static CK_RV fake_set_pin(CK_SESSION_HANDLE session, CK_UTF8CHAR_PTR old_pin, CK_ULONG old_len, CK_UTF8CHAR_PTR new_pin,
			  CK_ULONG new_len)
{
	CK_RV rv;

	(void)new_pin;
	ENTER_SESSION(C_SetPIN, session);
	rv = who == SO ? CKR_OK : try_pin(old_pin, old_len);
	if (rv == CKR_OK && new_pin && new_len < 4)
		return CKR_PIN_LEN_RANGE;
	return rv;
}

static CK_RV fake_open_session(CK_SLOT_ID slot, CK_FLAGS flags, CK_VOID_PTR app, CK_NOTIFY notify,
			       CK_SESSION_HANDLE_PTR session)
{
	(void)app;
	(void)notify;
	ENTER(C_OpenSession);
	if (strings.absent && slot == 7)
		return CKR_TOKEN_NOT_PRESENT;
	for (CK_SESSION_HANDLE i = 1; i < MAX_SESSIONS; i++) {
		if (sessions[i].open)
			continue;
		memset(&sessions[i], 0, sizeof(sessions[i]));
		sessions[i].open = true;
		sessions[i].writable = flags & CKF_RW_SESSION;
		*session = i;
		strings.sessions++;
		return CKR_OK;
	}
	return CKR_SESSION_COUNT;
}

static CK_RV fake_close_session(CK_SESSION_HANDLE session)
{
	ENTER(C_CloseSession);
	if (session == 0 || session >= MAX_SESSIONS || !sessions[session].open)
		return CKR_SESSION_HANDLE_INVALID;
	sessions[session].open = false;
	for (size_t i = 0; i < MAX_SESSIONS; i++)
		if (sessions[i].open)
			return CKR_OK;
	who = NOBODY;
	return CKR_OK;
}

static CK_RV fake_get_session_info(CK_SESSION_HANDLE session, CK_SESSION_INFO_PTR info)
{
	ENTER_SESSION(C_GetSessionInfo, session);
	memset(info, 0, sizeof(*info));
	info->state = who == USER ? CKS_RO_USER_FUNCTIONS : who == SO ? CKS_RW_SO_FUNCTIONS : CKS_RO_PUBLIC_SESSION;
	return CKR_OK;
}

static CK_RV login_context(CK_SESSION_HANDLE session, CK_UTF8CHAR_PTR pin, CK_ULONG len)
{
	CK_RV rv;

	if (!sessions[session].signing)
		return CKR_OPERATION_NOT_INITIALIZED;
	rv = try_pin(pin, len);
	strings.context_logins++;
	sessions[session].context_login = rv == CKR_OK;
	return rv;
}

static CK_RV fake_login(CK_SESSION_HANDLE session, CK_USER_TYPE type, CK_UTF8CHAR_PTR pin, CK_ULONG len)
{
	CK_RV rv;

	ENTER_SESSION(C_Login, session);
	if (type == CKU_CONTEXT_SPECIFIC)
		return login_context(session, pin, len);
	if (who != NOBODY)
		return (who == USER) == (type == CKU_USER) ? CKR_USER_ALREADY_LOGGED_IN
							   : CKR_USER_ANOTHER_ALREADY_LOGGED_IN;
	if (type == CKU_SO) {
		strings.so_logins++;
		if (len != strlen(strings.so_pin) || memcmp(pin, strings.so_pin, len) != 0)
			return CKR_PIN_INCORRECT;
		who = SO;
		return CKR_OK;
	}
	strings.logins++;
	rv = try_pin(pin, len);
	if (rv == CKR_OK)
		who = USER;
	return rv;
}

static CK_RV fake_logout(CK_SESSION_HANDLE session)
{
	ENTER_SESSION(C_Logout, session);
	if (who == NOBODY)
		return CKR_USER_NOT_LOGGED_IN;
	who = NOBODY;
	return CKR_OK;
}

static CK_RV fake_create_object(CK_SESSION_HANDLE session, CK_ATTRIBUTE_PTR template, CK_ULONG count,
				CK_OBJECT_HANDLE_PTR object)
{
	(void)template;
	(void)count;
	ENTER_SESSION(C_CreateObject, session);
	if (!sessions[session].writable)
		return CKR_SESSION_READ_ONLY;
	strings.created++;
	*object = 100;
	return CKR_OK;
}

static CK_RV fake_destroy_object(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object)
{
	(void)object;
	ENTER_SESSION(C_DestroyObject, session);
	strings.destroyed++;
	return CKR_OK;
}

static bool is_private(CK_OBJECT_HANDLE object)
{
	return object == FAKE_RSA_PRIVATE || object == FAKE_EC_PRIVATE;
}

static bool exists(CK_OBJECT_HANDLE object)
{
	if (object == 0 || (strings.no_rsa && object <= FAKE_RSA_PUBLIC))
		return false;
	if (is_private(object))
		return who == USER;
	if (strings.hidden_public && (object == FAKE_RSA_PUBLIC || object == FAKE_EC_PUBLIC))
		return false;
	if (object < FAKE_CERT)
		return true;
	return object < FAKE_CERT + FAKE_MAX_CERTS && strings.certs[object - FAKE_CERT].der;
}

static CK_OBJECT_CLASS class_of(CK_OBJECT_HANDLE object)
{
	if (object >= FAKE_CERT)
		return CKO_CERTIFICATE;
	return is_private(object) ? CKO_PRIVATE_KEY : CKO_PUBLIC_KEY;
}

static CK_RV fake_find_init(CK_SESSION_HANDLE session, CK_ATTRIBUTE_PTR match, CK_ULONG count)
{
	ENTER_SESSION(C_FindObjectsInit, session);
	sessions[session].next = 1;
	sessions[session].wanted = ~0UL;
	for (CK_ULONG i = 0; i < count; i++)
		if (match[i].type == CKA_CLASS)
			memcpy(&sessions[session].wanted, match[i].pValue, sizeof(CK_OBJECT_CLASS));
	return CKR_OK;
}

static CK_RV fake_find(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE_PTR objects, CK_ULONG max, CK_ULONG_PTR count)
{
	CK_ULONG n = 0;

	ENTER_SESSION(C_FindObjects, session);
	if (strings.endless_objects) {
		for (n = 0; n < max; n++)
			objects[n] = FAKE_CERT;
		*count = n;
		return CKR_OK;
	}
	for (; sessions[session].next < FAKE_CERT + FAKE_MAX_CERTS && n < max; sessions[session].next++)
		if (exists(sessions[session].next) && class_of(sessions[session].next) == sessions[session].wanted)
			objects[n++] = sessions[session].next;
	*count = n;
	return CKR_OK;
}

static CK_RV fake_find_final(CK_SESSION_HANDLE session)
{
	ENTER_SESSION(C_FindObjectsFinal, session);
	return CKR_OK;
}

static CK_RV give(CK_ATTRIBUTE_PTR attribute, const void *value, size_t len)
{
	if (attribute->pValue && attribute->ulValueLen < len) {
		attribute->ulValueLen = CK_UNAVAILABLE_INFORMATION;
		return CKR_BUFFER_TOO_SMALL;
	}
	if (attribute->pValue && len)
		memcpy(attribute->pValue, value, len);
	attribute->ulValueLen = len;
	return CKR_OK;
}

static CK_RV refuse(CK_ATTRIBUTE_PTR attribute)
{
	attribute->ulValueLen = CK_UNAVAILABLE_INFORMATION;
	return CKR_ATTRIBUTE_TYPE_INVALID;
}

static CK_RV give_number(CK_ATTRIBUTE_PTR attribute, const char *name)
{
	unsigned char bytes[512];
	BIGNUM *n = NULL;
	int len;

	if (strings.hidden_public || !EVP_PKEY_get_bn_param(rsa_key, name, &n))
		return refuse(attribute);
	len = BN_bn2bin(n, bytes);
	BN_free(n);
	return give(attribute, bytes, (size_t)len);
}

static CK_RV give_point(CK_ATTRIBUTE_PTR attribute)
{
	unsigned char bytes[2 + 65] = { 0x04, 65 };
	size_t len = 0;

	if (!EVP_PKEY_get_octet_string_param(ec_key, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, bytes + 2, 65, &len) ||
	    len != 65)
		return refuse(attribute);
	return strings.bare_point ? give(attribute, bytes + 2, 65) : give(attribute, bytes, sizeof(bytes));
}

static CK_RV give_bool(CK_ATTRIBUTE_PTR attribute, bool value)
{
	CK_BBOOL byte = value ? CK_TRUE : CK_FALSE;

	return give(attribute, &byte, 1);
}

static CK_RV get_key(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_PTR attribute)
{
	static const unsigned char p256[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 };
	bool rsa = object <= FAKE_RSA_PUBLIC;
	CK_ULONG type = rsa ? CKK_RSA : CKK_EC;

	switch (attribute->type) {
	case CKA_LABEL:
		return give(attribute, rsa ? "khóa RSA" : "khóa EC", rsa ? strlen("khóa RSA") : strlen("khóa EC"));
	case CKA_ID:
		return give(attribute, rsa ? "rsa" : "ec", rsa ? 3 : 2);
	case CKA_KEY_TYPE:
		return give(attribute, &type, sizeof(type));
	case CKA_MODULUS:
		return rsa ? give_number(attribute, OSSL_PKEY_PARAM_RSA_N) : refuse(attribute);
	case CKA_PUBLIC_EXPONENT:
		return rsa ? give_number(attribute, OSSL_PKEY_PARAM_RSA_E) : refuse(attribute);
	case CKA_EC_PARAMS:
		return rsa || strings.hidden_public ? refuse(attribute) : give(attribute, p256, sizeof(p256));
	case CKA_EC_POINT:
		return rsa || is_private(object) ? refuse(attribute) : give_point(attribute);
	case CKA_SIGN:
		return is_private(object) ? give_bool(attribute, !strings.no_sign_flag) : refuse(attribute);
	case CKA_ALWAYS_AUTHENTICATE:
		return is_private(object) ? give_bool(attribute, strings.always_authenticate) : refuse(attribute);
	case CKA_SENSITIVE:
		return is_private(object) ? give_bool(attribute, !strings.extractable) : refuse(attribute);
	case CKA_EXTRACTABLE:
		return is_private(object) ? give_bool(attribute, strings.extractable) : refuse(attribute);
	default:
		return refuse(attribute);
	}
}

static CK_RV get_cert(const struct fake_cert *cert, CK_ATTRIBUTE_PTR attribute)
{
	switch (attribute->type) {
	case CKA_LABEL:
		return give(attribute, cert->label ? cert->label : "", cert->label ? strlen(cert->label) : 0);
	case CKA_ID:
		return give(attribute, cert->id ? cert->id : "", cert->id ? strlen(cert->id) : 0);
	case CKA_VALUE:
		if (strings.huge_attribute) {
			attribute->ulValueLen = 1UL << 40;
			return CKR_OK;
		}
		return give(attribute, cert->der, cert->len);
	default:
		return refuse(attribute);
	}
}

static CK_RV fake_get_attribute_value(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_PTR template,
				      CK_ULONG count)
{
	CK_RV worst = CKR_OK;

	ENTER_SESSION(C_GetAttributeValue, session);
	if (!exists(object))
		return CKR_OBJECT_HANDLE_INVALID;
	for (CK_ULONG i = 0; i < count; i++) {
		CK_RV rv = object >= FAKE_CERT ? get_cert(&strings.certs[object - FAKE_CERT], &template[i])
					       : get_key(object, &template[i]);

		if (rv != CKR_OK)
			worst = rv;
	}
	return worst;
}

static CK_RV fake_sign_init(CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE key)
{
	ENTER_SESSION(C_SignInit, session);
	if (sessions[session].signing)
		return CKR_OPERATION_ACTIVE;
	if (who != USER)
		return CKR_USER_NOT_LOGGED_IN;
	if (!is_private(key) || !exists(key))
		return CKR_KEY_HANDLE_INVALID;
	sessions[session].signing = true;
	sessions[session].context_login = false;
	sessions[session].mechanism = mechanism->mechanism;
	sessions[session].key = key;
	return CKR_OK;
}

/* RSA as the mechanism says; ECDSA as r||s. */
static bool sign_rsa(const unsigned char *data, size_t len, bool pss, unsigned char *out, size_t *out_len)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(rsa_key, NULL);
	const EVP_MD *md = len == 32 ? EVP_sha256() : len == 48 ? EVP_sha384() : EVP_sha512();
	bool ok = ctx && EVP_PKEY_sign_init(ctx) == 1;

	if (ok && pss)
		ok = EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
		     EVP_PKEY_CTX_set_signature_md(ctx, md) == 1 &&
		     EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) == 1;
	else if (ok)
		ok = EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1;
	ok = ok && EVP_PKEY_sign(ctx, out, out_len, data, len) == 1;
	EVP_PKEY_CTX_free(ctx);
	return ok;
}

static bool sign_ec(const unsigned char *data, size_t len, unsigned char out[64])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(ec_key, NULL);
	unsigned char der[128];
	size_t der_len = sizeof(der);
	const unsigned char *p = der;
	ECDSA_SIG *sig = NULL;
	bool ok = ctx && EVP_PKEY_sign_init(ctx) == 1 && EVP_PKEY_sign(ctx, der, &der_len, data, len) == 1;

	if (ok)
		sig = d2i_ECDSA_SIG(NULL, &p, (long)der_len);
	ok = sig && BN_bn2binpad(ECDSA_SIG_get0_r(sig), out, 32) == 32 &&
	     BN_bn2binpad(ECDSA_SIG_get0_s(sig), out + 32, 32) == 32;
	ECDSA_SIG_free(sig);
	EVP_PKEY_CTX_free(ctx);
	return ok;
}

static CK_RV spoil(unsigned char *signature, size_t len, CK_ULONG_PTR ret_len)
{
	switch (strings.answer) {
	case FAKE_ANSWER_RIGHT:
		break;
	case FAKE_ANSWER_SHORT:
		len--;
		break;
	case FAKE_ANSWER_LONG:
		signature[len++] = 0;
		break;
	case FAKE_ANSWER_FLIPPED:
		signature[len - 1] ^= 1;
		break;
	case FAKE_ANSWER_CLAIMS_TOO_MUCH:
		len = 1 << 20;
		break;
	}
	*ret_len = len;
	return CKR_OK;
}

static CK_RV fake_sign(CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG len, CK_BYTE_PTR signature,
		       CK_ULONG_PTR signature_len)
{
	size_t made = *signature_len;
	bool ok;

	ENTER_SESSION(C_Sign, session);
	if (!sessions[session].signing)
		return CKR_OPERATION_NOT_INITIALIZED;
	sessions[session].signing = false;
	if (strings.always_authenticate && !sessions[session].context_login)
		return CKR_USER_NOT_LOGGED_IN;
	strings.signs++;
	if (sessions[session].key == FAKE_EC_PRIVATE) {
		ok = sign_ec(data, len, signature);
		made = 64;
	} else {
		ok = sign_rsa(data, len, sessions[session].mechanism == CKM_RSA_PKCS_PSS, signature, &made);
	}
	return ok ? spoil(signature, made, signature_len) : CKR_DATA_INVALID;
}

static CK_RV fake_generate_key_pair(CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, CK_ATTRIBUTE_PTR public,
				    CK_ULONG public_count, CK_ATTRIBUTE_PTR private, CK_ULONG private_count,
				    CK_OBJECT_HANDLE_PTR public_key, CK_OBJECT_HANDLE_PTR private_key)
{
	bool rsa = mechanism->mechanism == CKM_RSA_PKCS_KEY_PAIR_GEN;

	(void)public;
	(void)public_count;
	(void)private;
	(void)private_count;
	ENTER_SESSION(C_GenerateKeyPair, session);
	if (!sessions[session].writable)
		return CKR_SESSION_READ_ONLY;
	*public_key = rsa ? FAKE_RSA_PUBLIC : FAKE_EC_PUBLIC;
	*private_key = rsa ? FAKE_RSA_PRIVATE : FAKE_EC_PRIVATE;
	return CKR_OK;
}

static CK_FUNCTION_LIST functions = {
	.version = { 2, 40 },
	.C_Initialize = fake_initialize,
	.C_Finalize = fake_finalize,
	.C_GetInfo = fake_get_info,
	.C_GetSlotList = fake_get_slot_list,
	.C_GetSlotInfo = fake_get_slot_info,
	.C_GetTokenInfo = fake_get_token_info,
	.C_GetMechanismInfo = fake_get_mechanism_info,
	.C_InitToken = fake_init_token,
	.C_InitPIN = fake_init_pin,
	.C_SetPIN = fake_set_pin,
	.C_OpenSession = fake_open_session,
	.C_CloseSession = fake_close_session,
	.C_GetSessionInfo = fake_get_session_info,
	.C_Login = fake_login,
	.C_Logout = fake_logout,
	.C_CreateObject = fake_create_object,
	.C_DestroyObject = fake_destroy_object,
	.C_GetAttributeValue = fake_get_attribute_value,
	.C_FindObjectsInit = fake_find_init,
	.C_FindObjects = fake_find,
	.C_FindObjectsFinal = fake_find_final,
	.C_SignInit = fake_sign_init,
	.C_Sign = fake_sign,
	.C_GenerateKeyPair = fake_generate_key_pair,
};

EXPORT CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR list)
{
	CK_RV rv = fault("C_GetFunctionList");

	if (rv != CKR_OK)
		return rv;
	functions.C_Sign = strings.drop_sign ? NULL : fake_sign;
	functions.version.major = (CK_BYTE)strings.version_major;
	*list = strings.null_list ? NULL : &functions;
	return CKR_OK;
}
