/*
 * tk_private.h - what the files of src/token share and nobody else sees.
 */
#ifndef KYSO_TOKEN_TK_PRIVATE_H
#define KYSO_TOKEN_TK_PRIVATE_H

#include "token/tk_ckr.h"
#include "token/tk_session.h"
#include "util/str.h"

struct secret;

/* Hostile or broken tokens are cut off here. */
enum { TK_MAX_SLOTS = 256, TK_MAX_OBJECTS = 2048, TK_MAX_ATTRIBUTE_BYTES = 64 * 1024, TK_MAX_SIGNATURE_BYTES = 2048 };

struct tk_module {
	struct tk_module *next; /* in the process-wide list */
	char *path;
	char *init_args; /* NULL */
	void *library;
	CK_FUNCTION_LIST *fn;
	int refs;
	bool finalize; /* it was initialised here, so it is finalised here */
	struct tk_module_info info;
};

enum tk_user { TK_NOBODY, TK_USER, TK_SO };

struct tk_session {
	int refs;
	struct tk_module *module;
	struct tk_token token;
	CK_SESSION_HANDLE handle; /* CK_INVALID_HANDLE once lost */
	bool writable;
	enum tk_user user;
	struct secret *pin; /* of the user that is logged in; NULL on a PIN pad */
};

/* ---- tk_module.c ---- */

/* Copies a blank- or NUL-padded field: cut, and made printable UTF-8. `out` has `size` + 1 bytes. */
void tk_text(char *out, const unsigned char *field, size_t size);
/* Fills what the slot and the token say. */
NODISCARD int tk_token_read(struct tk_module *module, CK_SLOT_ID slot, struct tk_token *ret_token, struct err *err);
bool tk_token_same(const struct tk_token *a, const struct tk_token *b);
/* What messages call it: the label, or else the slot's description. */
const char *tk_token_name(const struct tk_token *token);

/* ---- tk_session.c ---- */

/* tk_ckr_fail with the session's token. */
int tk_fail(const struct tk_session *session, CK_RV rv, const char *function, struct err *err);
/* The session's handle is no good any more (or an operation is stuck in it): a new one on the same token, logged in as
 * before. */
NODISCARD int tk_session_reopen(struct tk_session *session, struct err *err);
/* Whether a fresh session may help after this return value. */
bool tk_session_lost(CK_RV rv);
/* C_Login for CKU_CONTEXT_SPECIFIC with the kept PIN or the PIN pad; a refused PIN ends the session. */
NODISCARD int tk_session_login_context(struct tk_session *session, struct err *err);

/* Whether the log-in stands as far as is known here: ERR_TOKEN_PIN or ERR_TOKEN_REMOVED after it was lost for good. */
NODISCARD int tk_session_check(struct tk_session *session, struct err *err);

/* ---- tk_pin.c ---- */

enum tk_pin_role { TK_PIN_OF_USER, TK_PIN_OF_SO };

/* Refuses, before the token is asked, what would spend the last try or cannot succeed. */
NODISCARD int tk_pin_guard(const struct tk_token *token, enum tk_pin_role role, int flags, struct err *err);
/* Says a failed PIN function in the words of the PIN's state; `token` was read after the failure. */
int tk_pin_fail(const struct tk_token *token, enum tk_pin_role role, CK_RV rv, const char *function, struct err *err);
/* A PIN for the API: pointer and length, or NULL and 0 for the PIN pad. ERR_USAGE when there is neither. */
NODISCARD int tk_pin_argument(const struct tk_token *token, const struct secret *pin, const char *what,
			      CK_UTF8CHAR **ret_p, CK_ULONG *ret_len, struct err *err);

/* ---- tk_object.c ---- */

/* Objects that match, in an array of the arena. */
NODISCARD int tk_objects_find(struct tk_session *session, CK_ATTRIBUTE *match, size_t match_count, struct arena *arena,
			      CK_OBJECT_HANDLE **ret_handles, size_t *ret_count, struct err *err);
/* One attribute's bytes; {NULL, 0} when the object does not have it or hides it. */
NODISCARD int tk_object_bytes(struct tk_session *session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
			      struct arena *arena, struct bytes *ret, struct err *err);
NODISCARD int tk_object_text(struct tk_session *session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
			     struct arena *arena, const char **ret, struct err *err);
NODISCARD int tk_object_ulong(struct tk_session *session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
			      unsigned long otherwise, unsigned long *ret, struct err *err);
NODISCARD int tk_object_bool(struct tk_session *session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
			     bool otherwise, bool *ret, struct err *err);

#endif
