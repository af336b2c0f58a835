/*
 * tk_pin.c - care for the tries left: what is refused before a PIN is sent, and how a refused PIN is told.
 *
 * How many tries a token gives differs by maker and guide, so no number is printed; the flags of CK_TOKEN_INFO are.
 */
#include "token/tk_private.h"
#include "util/secret.h"

static const char *role_name(enum tk_pin_role role)
{
	return role == TK_PIN_OF_SO ? "security officer PIN" : "PIN";
}

static enum tk_pin_state state_of(const struct tk_token *token, enum tk_pin_role role)
{
	return role == TK_PIN_OF_SO ? token->so_pin : token->pin;
}

static int fail_locked(const struct tk_token *token, enum tk_pin_role role, struct err *err)
{
	return err_set(err, role == TK_PIN_OF_SO ? ERR_TOKEN_SO_LOCKED : ERR_TOKEN_LOCKED,
		       "%s (serial %s): the %s is locked", tk_token_name(token), token->serial, role_name(role));
}

int tk_pin_guard(const struct tk_token *token, enum tk_pin_role role, int flags, struct err *err)
{
	enum tk_pin_state state = state_of(token, role);

	if (state == TK_PIN_LOCKED)
		return fail_locked(token, role, err);
	if (state == TK_PIN_NOT_INITIALISED)
		return err_set(err, ERR_TOKEN_PIN_NOT_SET, "%s (serial %s): no PIN has been set", tk_token_name(token),
			       token->serial);
	if (state == TK_PIN_FINAL_TRY && !(flags & TK_LOGIN_FINAL_TRY))
		return err_set(
		    err, ERR_TOKEN_PIN_LAST_TRY,
		    "%s (serial %s): only one try of the %s is left; it was not tried, so as not to lock the token",
		    tk_token_name(token), token->serial, role_name(role));
	return 0;
}

static int fail_wrong(const struct tk_token *token, enum tk_pin_role role, struct err *err)
{
	enum tk_pin_state state = state_of(token, role);
	enum err_code code = role == TK_PIN_OF_SO ? ERR_TOKEN_SO_PIN : ERR_TOKEN_PIN;

	if (state == TK_PIN_LOCKED)
		return fail_locked(token, role, err);
	if (state == TK_PIN_FINAL_TRY)
		return err_set(err, ERR_TOKEN_PIN_LAST_TRY,
			       "%s (serial %s): wrong %s, and only one try is left before it locks",
			       tk_token_name(token), token->serial, role_name(role));
	return err_set(err, code, "%s (serial %s): wrong %s%s", tk_token_name(token), token->serial, role_name(role),
		       state == TK_PIN_COUNT_LOW ? "; the token counts wrong tries" : "");
}

int tk_pin_fail(const struct tk_token *token, enum tk_pin_role role, CK_RV rv, const char *function, struct err *err)
{
	if (rv == CKR_PIN_LOCKED)
		return fail_locked(token, role, err);
	if (rv == CKR_PIN_INCORRECT)
		return fail_wrong(token, role, err);
	return tk_ckr_fail(err, rv, function, tk_token_name(token));
}

int tk_pin_argument(const struct tk_token *token, const struct secret *pin, const char *what, CK_UTF8CHAR **ret_p,
		    CK_ULONG *ret_len, struct err *err)
{
	if (!pin && !token->protected_path)
		return err_set(err, ERR_USAGE, "%s has no PIN pad: the %s must be given", tk_token_name(token), what);
	*ret_p = pin ? (CK_UTF8CHAR *)(uintptr_t)secret_text(pin) : NULL;
	*ret_len = pin ? secret_len(pin) : 0;
	return 0;
}
