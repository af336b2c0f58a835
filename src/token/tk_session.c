/* tk_session.c - sessions and log-in. See tk_session.h; PKCS#11 2.40 sections 5.6 (sessions) and 2.4 (users). */
#include <stdlib.h>
#include <string.h>

#include "token/tk_private.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/secret.h"

static bool matches(const struct tk_token *token, struct tk_which which)
{
	/* A token that is named may lack CKF_TOKEN_INITIALIZED: NSS softokn does until its user has a PIN. */
	return (token->initialised || which.label || which.serial) &&
	       (!which.label || strcmp(token->label, which.label) == 0) &&
	       (!which.serial || strcmp(token->serial, which.serial) == 0);
}

static void list_tokens(const struct tk_token *tokens, size_t count, struct buf *out)
{
	for (size_t i = 0; i < count; i++)
		buf_printf(out, "%s\"%s\" (serial %s%s)", out->len ? ", " : "", tokens[i].label, tokens[i].serial,
			   tokens[i].initialised ? "" : ", not initialised");
	if (count == 0)
		buf_puts(out, "no token at all");
}

static int fail_missing(const struct tk_module *module, struct tk_which which, const char *present, struct err *err)
{
	if (which.label && which.serial)
		return err_set(err, ERR_TOKEN_MISSING, "%s: no token \"%s\" with serial %s; there is: %s", module->path,
			       which.label, which.serial, present);
	if (which.label || which.serial)
		return err_set(err, ERR_TOKEN_MISSING, "%s: no token %s \"%s\"; there is: %s", module->path,
			       which.label ? "with label" : "with serial", which.label ? which.label : which.serial,
			       present);
	return err_set(err, ERR_TOKEN_MISSING, "%s: no initialised token; there is: %s", module->path, present);
}

int tk_token_find(struct tk_module *module, struct tk_which which, struct tk_token *ret_token, struct err *err)
{
	AUTO(arena_freep) struct arena *arena = arena_new(/* limit_bytes= */ 1 << 20);
	AUTO(buf_release) struct buf present = BUF_INIT;
	const struct tk_token *found = NULL;
	struct tk_token *tokens;
	size_t count;
	size_t hits = 0;

	if (!arena)
		return err_set(err, ERR_NO_MEMORY, "%s: no memory for the list of tokens", module->path);
	if (tk_module_tokens(module, arena, &tokens, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (matches(&tokens[i], which) && ++hits == 1)
			found = &tokens[i];
	if (hits == 1) {
		*ret_token = *found;
		return 0;
	}
	list_tokens(tokens, count, &present);
	if (hits == 0)
		return fail_missing(module, which, buf_str(&present), err);
	return err_set(err, ERR_TOKEN_AMBIGUOUS, "%s: %zu tokens match; choose by label and serial among: %s",
		       module->path, hits, buf_str(&present));
}

int tk_fail(const struct tk_session *session, CK_RV rv, const char *function, struct err *err)
{
	return tk_ckr_fail(err, rv, function, tk_token_name(&session->token));
}

bool tk_session_lost(CK_RV rv)
{
	return rv == CKR_SESSION_HANDLE_INVALID || rv == CKR_SESSION_CLOSED || rv == CKR_USER_NOT_LOGGED_IN ||
	       rv == CKR_KEY_HANDLE_INVALID || rv == CKR_OBJECT_HANDLE_INVALID || rv == CKR_OPERATION_ACTIVE ||
	       rv == CKR_CRYPTOKI_NOT_INITIALIZED;
}

static int open_handle(struct tk_session *session, struct err *err)
{
	CK_FLAGS flags = CKF_SERIAL_SESSION | (session->writable ? CKF_RW_SESSION : 0);
	CK_SESSION_HANDLE handle = CK_INVALID_HANDLE;
	CK_RV rv = session->module->fn->C_OpenSession(session->token.slot_id, flags, NULL, NULL, &handle);

	if (rv != CKR_OK)
		return tk_fail(session, rv, "C_OpenSession", err);
	session->handle = handle;
	return 0;
}

int tk_session_open(struct tk_module *module, struct tk_which which, bool writable, struct tk_session **ret_session,
		    struct err *err)
{
	struct tk_session *session;
	struct tk_token token;

	if (tk_token_find(module, which, &token, err) < 0)
		return -1;
	session = calloc(1, sizeof(*session));
	if (!session)
		return err_set(err, ERR_NO_MEMORY, "%s: no memory for a session", module->path);
	session->refs = 1;
	session->module = tk_module_keep(module);
	session->token = token;
	session->writable = writable;
	session->handle = CK_INVALID_HANDLE;
	if (open_handle(session, err) < 0) {
		tk_session_free(session);
		return -1;
	}
	*ret_session = session;
	return 0;
}

struct tk_session *tk_session_keep(struct tk_session *session)
{
	session->refs++;
	return session;
}

/* Forgets who is logged in and the PIN. */
static void forget(struct tk_session *session)
{
	session->user = TK_NOBODY;
	secret_free(TAKE(session->pin));
}

static void close_handle(struct tk_session *session)
{
	if (session->handle == CK_INVALID_HANDLE)
		return;
	if (session->user != TK_NOBODY)
		session->module->fn->C_Logout(session->handle);
	session->module->fn->C_CloseSession(session->handle);
	session->handle = CK_INVALID_HANDLE;
}

void tk_session_free(struct tk_session *session)
{
	if (!session || --session->refs > 0)
		return;
	close_handle(session);
	forget(session);
	tk_module_free(session->module);
	free(session);
}

const struct tk_token *tk_session_token(const struct tk_session *session)
{
	return &session->token;
}

static int fail_other_token(const struct tk_token *was, const struct tk_token *now, struct err *err)
{
	return err_set(err, ERR_TOKEN_REMOVED, "%s (serial %s) was taken out; \"%s\" (serial %s) is in its place",
		       tk_token_name(was), was->serial, now->label, now->serial);
}

int tk_session_refresh(struct tk_session *session, struct err *err)
{
	struct tk_token now;

	if (tk_token_read(session->module, session->token.slot_id, &now, err) < 0)
		return err_prefix(err, "%s (serial %s)", tk_token_name(&session->token), session->token.serial);
	if (!tk_token_same(&now, &session->token))
		return fail_other_token(&session->token, &now, err);
	session->token = now;
	return 0;
}

/* Reads the token once more, so that the flags tell what the refused PIN has done. */
static int login_failed(struct tk_session *session, enum tk_pin_role role, CK_RV rv, struct err *err)
{
	if (rv == CKR_PIN_LEN_RANGE || rv == CKR_PIN_INVALID)
		rv = CKR_PIN_INCORRECT; /* a PIN that cannot be right is a wrong PIN */
	if (tk_session_refresh(session, NULL) < 0 && rv != CKR_PIN_LOCKED && rv != CKR_PIN_INCORRECT)
		return err_set(err, ERR_TOKEN_REMOVED, "%s (serial %s) was taken out during log-in",
			       tk_token_name(&session->token), session->token.serial);
	return tk_pin_fail(&session->token, role, rv, "C_Login", err);
}

static int send_pin(struct tk_session *session, CK_USER_TYPE type, enum tk_pin_role role, const struct secret *pin,
		    struct err *err)
{
	CK_UTF8CHAR *p;
	CK_ULONG len;
	CK_RV rv;

	if (tk_pin_argument(&session->token, pin, role == TK_PIN_OF_SO ? "security officer PIN" : "PIN", &p, &len,
			    err) < 0)
		return -1;
	rv = session->module->fn->C_Login(session->handle, type, p, len);
	if (rv == CKR_USER_ALREADY_LOGGED_IN || rv == CKR_USER_ANOTHER_ALREADY_LOGGED_IN) {
		/* Another session of this process: its log-in ends, because this PIN must be checked by the token. */
		session->module->fn->C_Logout(session->handle);
		rv = session->module->fn->C_Login(session->handle, type, p, len);
	}
	return rv == CKR_OK ? 0 : login_failed(session, role, rv, err);
}

static int login(struct tk_session *session, enum tk_user user, const struct secret *pin, int flags, struct err *err)
{
	enum tk_pin_role role = user == TK_SO ? TK_PIN_OF_SO : TK_PIN_OF_USER;
	AUTO(secret_freep) struct secret *kept = NULL;

	if (tk_session_refresh(session, err) < 0)
		return -1;
	if (!session->token.login_required && user == TK_USER) {
		session->user = TK_NOBODY; /* nothing to log in to, nothing to log out of */
		return 0;
	}
	if (tk_pin_guard(&session->token, role, flags, err) < 0)
		return -1;
	if (pin && secret_new(secret_text(pin), secret_len(pin), &kept, err) < 0)
		return -1;
	if (send_pin(session, user == TK_SO ? CKU_SO : CKU_USER, role, pin, err) < 0) {
		forget(session);
		return -1;
	}
	forget(session);
	session->user = user;
	session->pin = TAKE(kept);
	return tk_session_refresh(session, err);
}

int tk_session_login(struct tk_session *session, const struct secret *pin, int flags, struct err *err)
{
	return login(session, TK_USER, pin, flags, err);
}

int tk_session_login_so(struct tk_session *session, const struct secret *so_pin, int flags, struct err *err)
{
	return login(session, TK_SO, so_pin, flags, err);
}

bool tk_session_logged_in(const struct tk_session *session)
{
	return session->user != TK_NOBODY || !session->token.login_required;
}

int tk_session_logout(struct tk_session *session, struct err *err)
{
	CK_RV rv = CKR_OK;

	if (session->user != TK_NOBODY)
		rv = session->module->fn->C_Logout(session->handle);
	forget(session);
	return rv == CKR_OK || rv == CKR_USER_NOT_LOGGED_IN ? 0 : tk_fail(session, rv, "C_Logout", err);
}

/* Finds the session's token again, in its slot or in another. */
static int find_again(struct tk_session *session, struct err *err)
{
	struct tk_which which = { session->token.label, session->token.serial };
	struct tk_token there;
	struct tk_token found;
	int rc = tk_token_read(session->module, session->token.slot_id, &there, NULL);

	if (rc == 0 && tk_token_same(&there, &session->token)) {
		session->token = there;
		return 0;
	}
	if (tk_token_find(session->module, which, &found, NULL) == 0 && tk_token_same(&found, &session->token)) {
		session->token = found;
		return 0;
	}
	if (rc == 0)
		return fail_other_token(&session->token, &there, err);
	return err_set(err, ERR_TOKEN_REMOVED, "%s (serial %s) was taken out", tk_token_name(&session->token),
		       session->token.serial);
}

int tk_session_reopen(struct tk_session *session, struct err *err)
{
	AUTO(secret_freep) struct secret *pin = TAKE(session->pin);
	enum tk_user user = session->user;

	close_handle(session);
	session->user = TK_NOBODY;
	if (find_again(session, err) < 0 || open_handle(session, err) < 0)
		return -1;
	return user == TK_NOBODY ? 0 : login(session, user, pin, /* flags= */ 0, err);
}

int tk_session_login_context(struct tk_session *session, struct err *err)
{
	if (tk_session_refresh(session, err) < 0 ||
	    tk_pin_guard(&session->token, TK_PIN_OF_USER, /* flags= */ 0, err) < 0)
		return -1;
	if (send_pin(session, CKU_CONTEXT_SPECIFIC, TK_PIN_OF_USER, session->pin, err) == 0)
		return 0;
	/* A kept PIN that was refused is not offered again, and the operation that waits for it ends with the session.
	 */
	close_handle(session);
	forget(session);
	return -1;
}

int tk_session_check(struct tk_session *session, struct err *err)
{
	bool present = true;

	if (tk_session_logged_in(session))
		return 0;
	if (tk_token_present(session->module, &session->token, &present, NULL) == 0 && !present)
		return err_set(err, ERR_TOKEN_REMOVED, "%s (serial %s) was taken out", tk_token_name(&session->token),
			       session->token.serial);
	return err_set(err, ERR_TOKEN_PIN, "%s (serial %s): nobody is logged in any more; the PIN must be given again",
		       tk_token_name(&session->token), session->token.serial);
}
