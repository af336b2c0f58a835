/* tk_admin.c - C_InitToken, C_InitPIN, C_SetPIN. See tk_admin.h. */
#include "token/tk_admin.h"

#include <string.h>

#include "token/tk_private.h"
#include "util/arena.h"
#include "util/secret.h"

static int find_blank(struct tk_module *module, unsigned long slot_id, struct tk_token *ret_token, struct err *err)
{
	AUTO(arena_freep) struct arena *arena = arena_new(/* limit_bytes= */ 1 << 20);
	struct tk_token *tokens;
	size_t count;

	if (!arena)
		return err_set(err, ERR_NO_MEMORY, "%s: no memory for the list of tokens", module->path);
	if (tk_module_tokens(module, arena, &tokens, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (slot_id == TK_ANY_SLOT ? !tokens[i].initialised : tokens[i].slot_id == slot_id) {
			*ret_token = tokens[i];
			return 0;
		}
	}
	if (slot_id == TK_ANY_SLOT)
		return err_set(err, ERR_TOKEN_MISSING, "%s: none of %zu tokens is uninitialised", module->path, count);
	return err_set(err, ERR_TOKEN_MISSING, "%s: no token in slot %lu", module->path, slot_id);
}

/* The label field: 32 bytes, blank padded (PKCS#11 2.40 C_InitToken). */
static int pad_label(const char *label, CK_UTF8CHAR padded[32], struct err *err)
{
	size_t len = strlen(label);

	if (len == 0 || len > 32)
		return err_set(err, ERR_USAGE, "a token's label has 1 to 32 bytes, not %zu: \"%s\"", len, label);
	memset(padded, ' ', 32);
	memcpy(padded, label, len);
	return 0;
}

/* Some modules move a token to another slot when it is initialised (SoftHSM does): it is found again by its label and
 * as the new one. */
static int find_initialised(struct tk_module *module, const struct tk_token *was, const char *label,
			    struct tk_token *ret_token, struct err *err)
{
	struct tk_token now;

	if (tk_token_read(module, was->slot_id, &now, NULL) == 0 && now.initialised && strcmp(now.label, label) == 0) {
		*ret_token = now;
		return 0;
	}
	return tk_token_find(module, (struct tk_which){ .label = label }, ret_token, err);
}

int tk_token_init(struct tk_module *module, unsigned long slot_id, const char *label, const struct secret *so_pin,
		  int flags, struct tk_token *ret_token, struct err *err)
{
	CK_UTF8CHAR padded[32];
	struct tk_token token;
	CK_UTF8CHAR *p;
	CK_ULONG len;
	CK_RV rv;

	if (pad_label(label, padded, err) < 0 || find_blank(module, slot_id, &token, err) < 0)
		return -1;
	if (token.initialised && !(flags & TK_INIT_ERASE))
		return err_set(err, ERR_TOKEN_EXISTS,
			       "%s (serial %s) is initialised already; initialising it again destroys its keys",
			       tk_token_name(&token), token.serial);
	if (tk_pin_argument(&token, so_pin, "security officer PIN", &p, &len, err) < 0 ||
	    (token.initialised && tk_pin_guard(&token, TK_PIN_OF_SO, /* flags= */ 0, err) < 0))
		return -1;
	rv = module->fn->C_InitToken(token.slot_id, p, len, padded);
	if (rv != CKR_OK) {
		(void)!tk_token_read(module, token.slot_id, &token, NULL);
		return tk_pin_fail(&token, TK_PIN_OF_SO, rv, "C_InitToken", err);
	}
	return find_initialised(module, &token, label, ret_token, err);
}

int tk_token_unblock(struct tk_module *module, struct tk_which which, const struct secret *so_pin,
		     const struct secret *new_pin, int flags, struct err *err)
{
	AUTO(tk_session_freep) struct tk_session *session = NULL;
	CK_UTF8CHAR *p;
	CK_ULONG len;
	CK_RV rv;

	if (tk_session_open(module, which, /* writable= */ true, &session, err) < 0 ||
	    tk_pin_argument(&session->token, new_pin, "new PIN", &p, &len, err) < 0 ||
	    tk_session_login_so(session, so_pin, flags, err) < 0)
		return -1;
	rv = module->fn->C_InitPIN(session->handle, p, len);
	if (rv == CKR_FUNCTION_NOT_SUPPORTED)
		return err_set(
		    err, ERR_TOKEN_UNSUPPORTED,
		    "%s cannot be unblocked through PKCS#11 (C_InitPIN is not supported); use the maker's tool "
		    "with the authority's response",
		    tk_token_name(&session->token));
	if (rv != CKR_OK)
		return tk_fail(session, rv, "C_InitPIN", err);
	return 0;
}

static CK_UTF8CHAR *pin_bytes(const struct secret *pin)
{
	return pin ? (CK_UTF8CHAR *)(uintptr_t)secret_text(pin) : NULL;
}

/* C_SetPIN, on the PIN of who is logged in, or the user's. */
static CK_RV send_pins(struct tk_session *session, const struct secret *old_pin, const struct secret *new_pin)
{
	return session->module->fn->C_SetPIN(session->handle, pin_bytes(old_pin), old_pin ? secret_len(old_pin) : 0,
					     pin_bytes(new_pin), new_pin ? secret_len(new_pin) : 0);
}

static int set_pin_failed(struct tk_session *session, enum tk_pin_role role, CK_RV rv, struct err *err)
{
	(void)!tk_session_refresh(session, NULL);
	return tk_pin_fail(&session->token, role, rv, "C_SetPIN", err);
}

/* Both PINs, or neither and a PIN pad. */
static int check_pins(const struct tk_session *session, const struct secret *old_pin, const struct secret *new_pin,
		      struct err *err)
{
	CK_UTF8CHAR *p;
	CK_ULONG len;

	if (tk_pin_argument(&session->token, old_pin, "old PIN", &p, &len, err) < 0)
		return -1;
	return tk_pin_argument(&session->token, new_pin, "new PIN", &p, &len, err);
}

int tk_token_change_pin(struct tk_module *module, struct tk_which which, const struct secret *old_pin,
			const struct secret *new_pin, int flags, struct err *err)
{
	AUTO(tk_session_freep) struct tk_session *session = NULL;
	CK_RV rv;

	if (tk_session_open(module, which, /* writable= */ true, &session, err) < 0 ||
	    check_pins(session, old_pin, new_pin, err) < 0 ||
	    tk_pin_guard(&session->token, TK_PIN_OF_USER, flags, err) < 0)
		return -1;
	rv = send_pins(session, old_pin, new_pin);
	if (rv == CKR_USER_NOT_LOGGED_IN) { /* NSS softokn changes a PIN only after log-in */
		if (tk_session_login(session, old_pin, flags, err) < 0)
			return -1;
		rv = send_pins(session, old_pin, new_pin);
	}
	return rv == CKR_OK ? 0 : set_pin_failed(session, TK_PIN_OF_USER, rv, err);
}

int tk_token_change_so_pin(struct tk_module *module, struct tk_which which, const struct secret *old_pin,
			   const struct secret *new_pin, int flags, struct err *err)
{
	AUTO(tk_session_freep) struct tk_session *session = NULL;
	CK_RV rv;

	if (tk_session_open(module, which, /* writable= */ true, &session, err) < 0 ||
	    check_pins(session, old_pin, new_pin, err) < 0 || tk_session_login_so(session, old_pin, flags, err) < 0)
		return -1;
	rv = send_pins(session, old_pin, new_pin);
	return rv == CKR_OK ? 0 : set_pin_failed(session, TK_PIN_OF_SO, rv, err);
}
