/* test_ckr.c - the table of return values: every CKR_ of the header once, each with an error of its own kind. */
#include "test.h"
#include "token/tk_ckr.h"

static void test_rows_are_unique_and_whole(void **state)
{
	(void)state;
	assert_true(tk_ckr_count() >= 92);
	for (size_t i = 0; i < tk_ckr_count(); i++) {
		const struct tk_ckr *row = tk_ckr_at(i);

		assert_ptr_equal(tk_ckr_row(row->rv), row);
		assert_true(strncmp(row->name, "CKR_", 4) == 0);
		assert_true(row->what[0] != '\0');
		assert_int_not_equal(row->code, ERR_NONE);
		assert_int_not_equal(row->code, ERR_BUG);
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(tk_ckr_at(j)->rv, row->rv);
	}
}

static void test_codes(void **state)
{
	static const struct {
		CK_RV rv;
		enum err_code code;
	} expected[] = {
		{ CKR_PIN_INCORRECT, ERR_TOKEN_PIN },
		{ CKR_PIN_LOCKED, ERR_TOKEN_LOCKED },
		{ CKR_PIN_EXPIRED, ERR_TOKEN_PIN_POLICY },
		{ CKR_PIN_LEN_RANGE, ERR_TOKEN_PIN_POLICY },
		{ CKR_USER_PIN_NOT_INITIALIZED, ERR_TOKEN_PIN_NOT_SET },
		{ CKR_DEVICE_REMOVED, ERR_TOKEN_REMOVED },
		{ CKR_TOKEN_NOT_PRESENT, ERR_TOKEN_REMOVED },
		{ CKR_TOKEN_NOT_RECOGNIZED, ERR_TOKEN_MISSING },
		{ CKR_DEVICE_MEMORY, ERR_TOKEN_FULL },
		{ CKR_FUNCTION_CANCELED, ERR_TOKEN_CANCELLED },
		{ CKR_TOKEN_WRITE_PROTECTED, ERR_TOKEN_READ_ONLY },
		{ CKR_MECHANISM_INVALID, ERR_KEY_UNSUPPORTED },
		{ CKR_FUNCTION_NOT_SUPPORTED, ERR_TOKEN_UNSUPPORTED },
		{ CKR_HOST_MEMORY, ERR_NO_MEMORY },
		{ CKR_GENERAL_ERROR, ERR_TOKEN },
	};
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(expected); i++)
		assert_fails(tk_ckr_fail(&err, expected[i].rv, "C_Sign", "thẻ"), &err, expected[i].code);
	tk_ckr_fail(&err, CKR_DEVICE_ERROR, "C_Sign", "thẻ");
	assert_string_equal(err.detail, "thẻ: C_Sign: CKR_DEVICE_ERROR: the device has a fault");
}

static void test_values_of_no_standard(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(tk_ckr_fail(&err, CKR_VENDOR_DEFINED | 0x1234, "C_Login", "thẻ"), &err, ERR_TOKEN);
	assert_non_null(strstr(err.detail, "CKR_VENDOR_DEFINED+0x1234"));
	assert_fails(tk_ckr_fail(&err, 0x999, "C_Login", "thẻ"), &err, ERR_TOKEN);
	assert_non_null(strstr(err.detail, "CKR 0x999"));
	assert_int_equal(tk_ckr_fail(NULL, CKR_DEVICE_ERROR, "C_Sign", "thẻ"), -1);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_rows_are_unique_and_whole),
	cmocka_unit_test(test_codes),
	cmocka_unit_test(test_values_of_no_standard),
};

TEST_MAIN(tests)
