/* hmac.c - see hmac.h. */
#include "pki/hmac.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "pki/cert_private.h"

int hmac_sha256(struct bytes key, struct bytes data, uint8_t ret_mac[32], struct err *err)
{
	unsigned len = 0;

	if (!HMAC(EVP_sha256(), key.p, (int)key.n, data.p, data.n, ret_mac, &len) || len != 32)
		return pki_openssl_error(err, ERR_CRYPTO, "HMAC-SHA256");
	return 0;
}
