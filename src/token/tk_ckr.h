/*
 * tk_ckr.h - PKCS#11 return values: one table from every CKR_ code to a kyso error and a sentence.
 *
 * Internal to src/token and its tests (it shows PKCS#11 types).
 */
#ifndef KYSO_TOKEN_TK_CKR_H
#define KYSO_TOKEN_TK_CKR_H

#include <p11-kit/pkcs11.h>

#include "util/err.h"

struct tk_ckr {
	CK_RV rv;
	const char *name; /* "CKR_PIN_LOCKED" */
	enum err_code code;
	const char *what; /* English, completes "C_Login: CKR_PIN_LOCKED: ..." */
};

/* The row of a return value; never NULL: values the standard does not list get the row "unknown" with ERR_TOKEN. */
const struct tk_ckr *tk_ckr_row(CK_RV rv);
size_t tk_ckr_count(void);
const struct tk_ckr *tk_ckr_at(size_t i);

/* Sets "<token>: <function>: CKR_... (what)" with the row's code, returns -1. */
int tk_ckr_fail(struct err *err, CK_RV rv, const char *function, const char *token);

#endif
