/* key_private.h - OpenSSL's private keys in and out of struct key, for the files of src/pki only. */
#ifndef KYSO_PKI_KEY_PRIVATE_H
#define KYSO_PKI_KEY_PRIVATE_H

#include "pki/cert_private.h"
#include "pki/key.h"

NODISCARD int key_from_pkey(EVP_PKEY *pkey, struct key **ret_key, struct err *err); /* keeps a reference of its own */
EVP_PKEY *key_peek_pkey(const struct key *key);

#endif
