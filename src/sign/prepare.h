/*
 * prepare.h - two-step signing (PAdES with the key elsewhere): prepare writes the file with an empty placeholder and a state;
 * embed takes the signature value and finishes the file.
 *
 * The state (JSON) holds what was hashed and the DER of the SignedAttributes, which are the bytes to sign; an HMAC-SHA256 over all
 * of it under a key that never leaves this machine makes every change of it noticed (ERR_SIGN_STATE). The prepared file is bound by
 * the digest in the state; the value is checked against the certificate before it is embedded and the file is re-read after.
 */
#ifndef KYSO_SIGN_PREPARE_H
#define KYSO_SIGN_PREPARE_H

#include "sign/signing.h"

struct json;

#define PREPARE_KEY_BYTES 32

/* `job->signer` carries certificate and chain only (its sign function is not called). Appends the increment to the work file. */
NODISCARD int prepare_document(struct workfile *work, const struct sign_job *job, const uint8_t key[PREPARE_KEY_BYTES], struct json **ret_state,
			       struct err *err);

/* `work` holds the prepared file. A time-stamp is fetched when the state's level asks for one. Afterwards the work file holds the
 * signed file. ERR_SIGN_STATE: state altered, of another file, or expired. */
NODISCARD int prepare_embed(struct workfile *work, const struct json *state, struct bytes signature, const uint8_t key[PREPARE_KEY_BYTES],
			    const struct sign_outside *outside, int64_t now_ms, struct err *err);

#endif
