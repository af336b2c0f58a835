/*
 * mldsa.h - checking ML-DSA signatures (FIPS 204; RFC 9881, RFC 9882): pure mode, empty context. Verification only: nothing here is secret.
 *
 * OpenSSL knows ML-DSA from 3.5 on and Debian 12 has 3.0, while signed files with it exist. Hashing is OpenSSL's SHAKE. Pure functions.
 */
#ifndef KYSO_PKI_MLDSA_H
#define KYSO_PKI_MLDSA_H

#include "util/defer.h"
#include "util/str.h"

struct err;

/* The size of a public key in bytes for level 44, 65 or 87; 0 for another. */
size_t mldsa_key_bytes(int level);
/* 0 the value is the key's over the message; 1 it is not; -1 could not be decided (memory, an unknown level). */
NODISCARD int mldsa_verify(int level, struct bytes key, struct bytes message, struct bytes signature, struct err *err);

#endif
