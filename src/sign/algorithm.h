/*
 * algorithm.h - signature algorithms by the names users give them (--alg), as a const table.
 *
 * RSA PKCS#1 v1.5 and PSS (RFC 8017) from 2048 bits, ECDSA on P-256 and P-384; SHA-256, SHA-384, SHA-512.
 */
#ifndef KYSO_SIGN_ALGORITHM_H
#define KYSO_SIGN_ALGORITHM_H

#include "pki/signer.h"

/* "rsa-pss-sha256"; ERR_USAGE lists the names. */
NODISCARD int algorithm_find(const char *name, struct sig_alg *ret_alg, struct err *err);
const char *algorithm_name(struct sig_alg alg); /* NULL when it is none of the table */
/* `name` NULL = the signer's default. ERR_KEY_UNSUPPORTED when the key cannot do it. */
NODISCARD int algorithm_for(const struct signer *signer, const char *name, struct sig_alg *ret_alg, struct err *err);

#endif
