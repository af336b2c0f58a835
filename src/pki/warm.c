/* warm.c - see warm.h. */
#include "pki/warm.h"

#include <openssl/crypto.h>

#include "pki/cert_private.h"

/* A key of each kind that is met; P-256 and P-384 are made in microseconds, an RSA key is not, so a public one is written down. */
static const uint8_t rsa_spki[] = {
	0x30, 0x5c, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00, 0x03, 0x4b, 0x00, 0x30, 0x48, 0x02, 0x41,
	0x00, 0xc1, 0x5a, 0x77, 0x31, 0x95, 0x0e, 0x24, 0x6b, 0x80, 0x3d, 0x19, 0xf2, 0x4c, 0x68, 0xa7, 0x53, 0x0b, 0x9e, 0xd4, 0x27, 0x71, 0xe8, 0x36,
	0x5f, 0xc9, 0x02, 0xbd, 0x44, 0x13, 0xfa, 0x6e, 0x97, 0x28, 0x50, 0xcb, 0x84, 0x3f, 0x1d, 0xe6, 0x72, 0xa9, 0x05, 0xb8, 0x41, 0xd7, 0x6c, 0x93,
	0x2e, 0xf4, 0x8b, 0x10, 0x65, 0xda, 0x37, 0xc2, 0x59, 0x0f, 0xee, 0x86, 0x1b, 0xa3, 0x7d, 0x48, 0x95, 0x02, 0x03, 0x01, 0x00, 0x01,
};

static int verify_something(EVP_PKEY *pkey, struct sig_alg alg, struct err *err)
{
	static const uint8_t value[64] = { 0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01 };
	struct digest digest = { .len = digest_size(alg.digest) };

	return pki_verify_digest(pkey, alg, &digest, (struct bytes){ value, alg.key == KEY_EC ? 8 : sizeof(value) }, err) < 0 ? -1 : 0;
}

static int warm_rsa(struct err *err)
{
	AUTO(evp_pkey_freep) EVP_PKEY *pkey = NULL;

	if (pki_pkey_from_spki((struct bytes){ rsa_spki, sizeof(rsa_spki) }, &pkey, err))
		return -1;
	if (verify_something(pkey, (struct sig_alg){ KEY_RSA, SIG_PAD_PKCS1_V15, DIGEST_SHA256 }, err))
		return -1;
	return verify_something(pkey, (struct sig_alg){ KEY_RSA, SIG_PAD_PSS, DIGEST_SHA256 }, err);
}

static int warm_curve(const char *curve, struct err *err)
{
	AUTO(evp_pkey_freep) EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", curve);
	AUTO(evp_pkey_freep) EVP_PKEY *public = NULL;
	AUTO(buf_release) struct buf spki = BUF_INIT;

	if (!pkey)
		return pki_openssl_error(err, ERR_CRYPTO, "making a %s key", curve);
	if (pki_spki_of(pkey, &spki, err) || pki_pkey_from_spki((struct bytes){ (const uint8_t *)spki.data, spki.len }, &public, err))
		return -1;
	return verify_something(public, (struct sig_alg){ KEY_EC, SIG_PAD_NONE, DIGEST_SHA256 }, err);
}

/* Other keys go through OpenSSL's decoder, which fetches decoders of its own. */
static int warm_decoder(struct err *err)
{
	AUTO(evp_pkey_freep) EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	AUTO(evp_pkey_freep) EVP_PKEY *public = NULL;
	AUTO(buf_release) struct buf spki = BUF_INIT;
	static const uint8_t value[64];

	if (!pkey)
		return pki_openssl_error(err, ERR_CRYPTO, "making an Ed25519 key");
	if (pki_spki_of(pkey, &spki, err) || pki_pkey_from_spki((struct bytes){ (const uint8_t *)spki.data, spki.len }, &public, err))
		return -1;
	return pki_verify_message(public, (struct sig_alg){ KEY_ED25519, SIG_PAD_NONE, DIGEST_SHA512 }, (struct bytes){ value, 1 },
				  (struct bytes){ value, sizeof(value) }, err) < 0 ?
		       -1 :
		       0;
}

int pki_warm_up(struct err *err)
{
	if (OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG | OPENSSL_INIT_LOAD_CRYPTO_STRINGS, NULL) != 1)
		return pki_openssl_error(err, ERR_CRYPTO, "starting the cryptographic library");
	if (!pki_evp_md(DIGEST_SHA256))
		return err_set(err, ERR_CRYPTO, "the cryptographic library has no SHA-256");
	if (warm_rsa(err) || warm_curve("P-256", err) || warm_curve("P-384", err) || warm_curve("P-521", err))
		return -1;
	return warm_decoder(err);
}
