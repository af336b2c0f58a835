/*
 * tk_admin.h - initialising a token, setting and unblocking PINs.
 *
 * PKCS#11 has no PUK: unblocking is C_InitPIN in a security officer's session, or not possible through PKCS#11 at all
 * (ERR_TOKEN_UNSUPPORTED; then the vendor's tool and the authority's challenge and response are the way). In the field
 * the security officer's PIN is the authority's; these functions serve tests and provincial pilot tokens.
 */
#ifndef KYSO_TOKEN_TK_ADMIN_H
#define KYSO_TOKEN_TK_ADMIN_H

#include "token/tk_session.h"

/*
 * Initialises the token in the slot that `slot_id` names, or with TK_ANY_SLOT the first token that is not initialised
 * yet. Everything on it is lost: a token that is initialised already is refused (ERR_TOKEN_EXISTS) unless
 * TK_INIT_ERASE.
 */
#define TK_ANY_SLOT (~0UL)
enum tk_init_flags { TK_INIT_ERASE = 1 };
NODISCARD int tk_token_init(struct tk_module *module, unsigned long slot_id, const char *label,
			    const struct secret *so_pin, int flags, struct tk_token *ret_token, struct err *err);

/* First PIN or a new one for a user who has locked his (C_InitPIN). Opens its own session. */
NODISCARD int tk_token_unblock(struct tk_module *module, struct tk_which which, const struct secret *so_pin,
			       const struct secret *new_pin, int flags, struct err *err);

/* The user changes the PIN (C_SetPIN); the same care for the last try as at log-in. Both NULL: on the PIN pad. */
NODISCARD int tk_token_change_pin(struct tk_module *module, struct tk_which which, const struct secret *old_pin,
				  const struct secret *new_pin, int flags, struct err *err);
NODISCARD int tk_token_change_so_pin(struct tk_module *module, struct tk_which which, const struct secret *old_pin,
				     const struct secret *new_pin, int flags, struct err *err);

#endif
