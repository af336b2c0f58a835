/*
 * tk_session.h - one session on one token: choosing the token, logging in with care for the tries left, logging out.
 *
 * The last try of a PIN is never spent unless the caller says so: most tokens lock after it and only the authority can
 * recover them (form 07). Log-in state in PKCS#11 belongs to the process and the token, so a log-in while another
 * session is logged in first logs that out: the PIN given is always checked by the token. The PIN is kept in a struct
 * secret until log-out, for keys that want it before every signature (CKA_ALWAYS_AUTHENTICATE) and for one clean retry
 * after a lost session. Threads: one session, one thread.
 */
#ifndef KYSO_TOKEN_TK_SESSION_H
#define KYSO_TOKEN_TK_SESSION_H

#include "token/tk_module.h"

struct secret;
struct tk_session;

/* Which token: by label, by serial, or both; neither = the only initialised token there is. */
struct tk_which {
	const char *label;
	const char *serial;
};

/* ERR_TOKEN_MISSING lists the labels that are there; ERR_TOKEN_AMBIGUOUS when several match. */
NODISCARD int tk_token_find(struct tk_module *module, struct tk_which which, struct tk_token *ret_token,
			    struct err *err);

NODISCARD int tk_session_open(struct tk_module *module, struct tk_which which, bool writable,
			      struct tk_session **ret_session, struct err *err);
struct tk_session *tk_session_keep(struct tk_session *session);
/* Drops a reference; the last one logs out and closes. */
void tk_session_free(struct tk_session *session);
DEFINE_FREEP(struct tk_session, tk_session_free)

/* What the token said when the session was opened or tk_session_refresh was last called. */
const struct tk_token *tk_session_token(const struct tk_session *session);
NODISCARD int tk_session_refresh(struct tk_session *session, struct err *err);

enum tk_login_flags {
	TK_LOGIN_FINAL_TRY = 1 /* the user knows that it is the last try and wants it */
};

/*
 * Logs the user in. `pin` NULL: on the token's own PIN pad, ERR_USAGE where it has none.
 * ERR_TOKEN_PIN wrong; ERR_TOKEN_PIN_LAST_TRY wrong and one try left, or refused untried because only one is left;
 * ERR_TOKEN_LOCKED; ERR_TOKEN_PIN_NOT_SET; ERR_TOKEN_PIN_POLICY expired; ERR_TOKEN_CANCELLED at the PIN pad;
 * ERR_TOKEN_REMOVED.
 */
NODISCARD int tk_session_login(struct tk_session *session, const struct secret *pin, int flags, struct err *err);
/* The security officer, on a writable session: ERR_TOKEN_SO_PIN, ERR_TOKEN_PIN_LAST_TRY, ERR_TOKEN_SO_LOCKED. */
NODISCARD int tk_session_login_so(struct tk_session *session, const struct secret *so_pin, int flags, struct err *err);
bool tk_session_logged_in(const struct tk_session *session);
NODISCARD int tk_session_logout(struct tk_session *session, struct err *err);

#endif
