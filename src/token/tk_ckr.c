/* tk_ckr.c - the table of PKCS#11 return values (PKCS#11 2.40 section 5.1, 3.0 additions). See tk_ckr.h. */
#include "token/tk_ckr.h"

#define CKR_ROW(symbol, code, what)                                                                                    \
	{                                                                                                              \
		CKR_##symbol, "CKR_" #symbol, code, what                                                               \
	}

static const struct tk_ckr ckr_table[] = {
	CKR_ROW(CANCEL, ERR_TOKEN_CANCELLED, "the user or another program cancelled it"),
	CKR_ROW(HOST_MEMORY, ERR_NO_MEMORY, "the module has no memory"),
	CKR_ROW(SLOT_ID_INVALID, ERR_TOKEN_MISSING, "there is no such slot any more"),
	CKR_ROW(GENERAL_ERROR, ERR_TOKEN, "an error that cannot be recovered from"),
	CKR_ROW(FUNCTION_FAILED, ERR_TOKEN, "the token could not do it"),
	CKR_ROW(ARGUMENTS_BAD, ERR_TOKEN, "the module does not take these arguments"),
	CKR_ROW(NO_EVENT, ERR_TOKEN, "no slot event"),
	CKR_ROW(NEED_TO_CREATE_THREADS, ERR_TOKEN_MODULE, "the module must be allowed to make threads"),
	CKR_ROW(CANT_LOCK, ERR_TOKEN_MODULE, "the module cannot lock between threads"),
	CKR_ROW(ATTRIBUTE_READ_ONLY, ERR_TOKEN_READ_ONLY, "an attribute cannot be written"),
	CKR_ROW(ATTRIBUTE_SENSITIVE, ERR_TOKEN, "the attribute is secret"),
	CKR_ROW(ATTRIBUTE_TYPE_INVALID, ERR_TOKEN_UNSUPPORTED, "the token does not know an attribute"),
	CKR_ROW(ATTRIBUTE_VALUE_INVALID, ERR_TOKEN_UNSUPPORTED, "the token does not take an attribute's value"),
	CKR_ROW(ACTION_PROHIBITED, ERR_TOKEN_READ_ONLY, "the token's policy forbids it"),
	CKR_ROW(DATA_INVALID, ERR_TOKEN, "the data to sign do not fit the mechanism"),
	CKR_ROW(DATA_LEN_RANGE, ERR_TOKEN, "the data to sign are too long or too short for the mechanism"),
	CKR_ROW(DEVICE_ERROR, ERR_TOKEN, "the device has a fault"),
	CKR_ROW(DEVICE_MEMORY, ERR_TOKEN_FULL, "the device has no memory left"),
	CKR_ROW(DEVICE_REMOVED, ERR_TOKEN_REMOVED, "the device was taken out"),
	CKR_ROW(ENCRYPTED_DATA_INVALID, ERR_TOKEN, "the encrypted data are wrong"),
	CKR_ROW(ENCRYPTED_DATA_LEN_RANGE, ERR_TOKEN, "the encrypted data have a wrong length"),
	CKR_ROW(FUNCTION_CANCELED, ERR_TOKEN_CANCELLED, "the user cancelled it"),
	CKR_ROW(FUNCTION_NOT_PARALLEL, ERR_TOKEN, "no function runs in parallel"),
	CKR_ROW(FUNCTION_NOT_SUPPORTED, ERR_TOKEN_UNSUPPORTED, "the module does not have this function"),
	CKR_ROW(KEY_HANDLE_INVALID, ERR_TOKEN_NO_KEY, "the key is not there any more"),
	CKR_ROW(KEY_SIZE_RANGE, ERR_KEY_UNSUPPORTED, "the token does not have keys of this size"),
	CKR_ROW(KEY_TYPE_INCONSISTENT, ERR_KEY_UNSUPPORTED, "the key is of another type than the mechanism"),
	CKR_ROW(KEY_NOT_NEEDED, ERR_TOKEN, "a key was given that is not needed"),
	CKR_ROW(KEY_CHANGED, ERR_TOKEN, "the key changed"),
	CKR_ROW(KEY_NEEDED, ERR_TOKEN, "a key is missing"),
	CKR_ROW(KEY_INDIGESTIBLE, ERR_TOKEN, "the key cannot be hashed"),
	CKR_ROW(KEY_FUNCTION_NOT_PERMITTED, ERR_CERT_KEY_USAGE, "the key may not be used for this"),
	CKR_ROW(KEY_NOT_WRAPPABLE, ERR_TOKEN, "the key cannot be wrapped"),
	CKR_ROW(KEY_UNEXTRACTABLE, ERR_TOKEN, "the key cannot leave the token"),
	CKR_ROW(MECHANISM_INVALID, ERR_KEY_UNSUPPORTED, "the token does not have this mechanism"),
	CKR_ROW(MECHANISM_PARAM_INVALID, ERR_KEY_UNSUPPORTED, "the token does not take the mechanism's parameters"),
	CKR_ROW(OBJECT_HANDLE_INVALID, ERR_TOKEN_NO_KEY, "the object is not there any more"),
	CKR_ROW(OPERATION_ACTIVE, ERR_TOKEN, "another operation has not ended"),
	CKR_ROW(OPERATION_NOT_INITIALIZED, ERR_TOKEN, "the operation was not begun"),
	CKR_ROW(PIN_INCORRECT, ERR_TOKEN_PIN, "the PIN is wrong"),
	CKR_ROW(PIN_INVALID, ERR_TOKEN_PIN_POLICY, "the new PIN has characters that the token does not take"),
	CKR_ROW(PIN_LEN_RANGE, ERR_TOKEN_PIN_POLICY, "the PIN is too short or too long for the token"),
	CKR_ROW(PIN_EXPIRED, ERR_TOKEN_PIN_POLICY, "the PIN has expired and must be changed"),
	CKR_ROW(PIN_LOCKED, ERR_TOKEN_LOCKED, "the PIN is locked"),
	CKR_ROW(SESSION_CLOSED, ERR_TOKEN, "the session was closed meanwhile"),
	CKR_ROW(SESSION_COUNT, ERR_TOKEN, "the token has no session left"),
	CKR_ROW(SESSION_HANDLE_INVALID, ERR_TOKEN, "the session is gone"),
	CKR_ROW(SESSION_PARALLEL_NOT_SUPPORTED, ERR_TOKEN, "parallel sessions are not supported"),
	CKR_ROW(SESSION_READ_ONLY, ERR_TOKEN_READ_ONLY, "the session is read-only"),
	CKR_ROW(SESSION_EXISTS, ERR_TOKEN, "a session is open on the token"),
	CKR_ROW(SESSION_READ_ONLY_EXISTS, ERR_TOKEN, "a read-only session is open on the token"),
	CKR_ROW(SESSION_READ_WRITE_SO_EXISTS, ERR_TOKEN, "the security officer is logged in"),
	CKR_ROW(SIGNATURE_INVALID, ERR_SIGNATURE_MISMATCH, "the signature is not right"),
	CKR_ROW(SIGNATURE_LEN_RANGE, ERR_SIGNATURE_MISMATCH, "the signature has a wrong length"),
	CKR_ROW(TEMPLATE_INCOMPLETE, ERR_TOKEN_UNSUPPORTED, "the token wants more attributes"),
	CKR_ROW(TEMPLATE_INCONSISTENT, ERR_TOKEN_UNSUPPORTED, "the token does not take these attributes together"),
	CKR_ROW(TOKEN_NOT_PRESENT, ERR_TOKEN_REMOVED, "there is no token in the slot"),
	CKR_ROW(TOKEN_NOT_RECOGNIZED, ERR_TOKEN_MISSING, "the module does not know this token"),
	CKR_ROW(TOKEN_WRITE_PROTECTED, ERR_TOKEN_READ_ONLY, "the token is write-protected"),
	CKR_ROW(UNWRAPPING_KEY_SIZE_RANGE, ERR_TOKEN, "the unwrapping key has a wrong size"),
	CKR_ROW(UNWRAPPING_KEY_TYPE_INCONSISTENT, ERR_TOKEN, "the unwrapping key is of another type"),
	CKR_ROW(USER_ALREADY_LOGGED_IN, ERR_TOKEN, "the user is logged in already"),
	CKR_ROW(USER_NOT_LOGGED_IN, ERR_TOKEN, "nobody is logged in"),
	CKR_ROW(USER_PIN_NOT_INITIALIZED, ERR_TOKEN_PIN_NOT_SET, "the PIN has not been set"),
	CKR_ROW(USER_TYPE_INVALID, ERR_TOKEN_UNSUPPORTED, "the token does not know this kind of user"),
	CKR_ROW(USER_ANOTHER_ALREADY_LOGGED_IN, ERR_TOKEN, "another user is logged in"),
	CKR_ROW(USER_TOO_MANY_TYPES, ERR_TOKEN, "too many users are logged in"),
	CKR_ROW(WRAPPED_KEY_INVALID, ERR_TOKEN, "the wrapped key is wrong"),
	CKR_ROW(WRAPPED_KEY_LEN_RANGE, ERR_TOKEN, "the wrapped key has a wrong length"),
	CKR_ROW(WRAPPING_KEY_HANDLE_INVALID, ERR_TOKEN, "the wrapping key is not there"),
	CKR_ROW(WRAPPING_KEY_SIZE_RANGE, ERR_TOKEN, "the wrapping key has a wrong size"),
	CKR_ROW(WRAPPING_KEY_TYPE_INCONSISTENT, ERR_TOKEN, "the wrapping key is of another type"),
	CKR_ROW(RANDOM_SEED_NOT_SUPPORTED, ERR_TOKEN_UNSUPPORTED, "the random generator takes no seed"),
	CKR_ROW(RANDOM_NO_RNG, ERR_TOKEN_UNSUPPORTED, "the token has no random generator"),
	CKR_ROW(DOMAIN_PARAMS_INVALID, ERR_KEY_UNSUPPORTED, "the token does not know the curve"),
	CKR_ROW(CURVE_NOT_SUPPORTED, ERR_KEY_UNSUPPORTED, "the token does not know the curve"),
	CKR_ROW(BUFFER_TOO_SMALL, ERR_TOKEN, "the answer is longer than it can be"),
	CKR_ROW(SAVED_STATE_INVALID, ERR_TOKEN, "the saved state is wrong"),
	CKR_ROW(INFORMATION_SENSITIVE, ERR_TOKEN, "the value is secret"),
	CKR_ROW(STATE_UNSAVEABLE, ERR_TOKEN, "the state cannot be saved"),
	CKR_ROW(CRYPTOKI_NOT_INITIALIZED, ERR_TOKEN_MODULE, "the module was not initialised in this process"),
	CKR_ROW(CRYPTOKI_ALREADY_INITIALIZED, ERR_TOKEN_MODULE, "the module is initialised already"),
	CKR_ROW(MUTEX_BAD, ERR_TOKEN_MODULE, "a lock is wrong"),
	CKR_ROW(MUTEX_NOT_LOCKED, ERR_TOKEN_MODULE, "a lock is not held"),
	CKR_ROW(NEW_PIN_MODE, ERR_TOKEN, "a new PIN is expected"),
	CKR_ROW(NEXT_OTP, ERR_TOKEN, "another one-time password is expected"),
	CKR_ROW(EXCEEDED_MAX_ITERATIONS, ERR_TOKEN, "no key was found in the allowed number of tries"),
	CKR_ROW(FIPS_SELF_TEST_FAILED, ERR_TOKEN_MODULE, "the module's self-test failed"),
	CKR_ROW(LIBRARY_LOAD_FAILED, ERR_TOKEN_MODULE, "the module could not load a library it needs"),
	CKR_ROW(PIN_TOO_WEAK, ERR_TOKEN_PIN_POLICY, "the new PIN is too weak for the token"),
	CKR_ROW(PUBLIC_KEY_INVALID, ERR_TOKEN, "the public key is wrong"),
	CKR_ROW(FUNCTION_REJECTED, ERR_TOKEN_CANCELLED, "the user refused it on the device"),
};

static const struct tk_ckr ckr_unknown = { 0, NULL, ERR_TOKEN, "not in the standard's list" };

const struct tk_ckr *tk_ckr_row(CK_RV rv)
{
	for (size_t i = 0; i < ARRAY_LEN(ckr_table); i++)
		if (ckr_table[i].rv == rv)
			return &ckr_table[i];
	return &ckr_unknown;
}

size_t tk_ckr_count(void)
{
	return ARRAY_LEN(ckr_table);
}

const struct tk_ckr *tk_ckr_at(size_t i)
{
	return &ckr_table[i];
}

int tk_ckr_fail(struct err *err, CK_RV rv, const char *function, const char *token)
{
	const struct tk_ckr *row = tk_ckr_row(rv);

	if (row->name)
		return err_set(err, row->code, "%s: %s: %s: %s", token, function, row->name, row->what);
	if (rv & CKR_VENDOR_DEFINED)
		return err_set(err, row->code, "%s: %s: CKR_VENDOR_DEFINED+0x%lx: the vendor's own error", token,
			       function, rv & ~CKR_VENDOR_DEFINED);
	return err_set(err, row->code, "%s: %s: CKR 0x%lx: %s", token, function, rv, row->what);
}
