/* digest.c - see digest.h. Algorithms are fetched from OpenSSL once a process; contexts keep the fetched one. */
#include "pki/digest.h"

#include <openssl/rand.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "pki/cert_private.h"

struct digest_row {
	enum digest_alg alg;
	const char *name;     /* ours */
	const char *provider; /* OpenSSL's */
	size_t size;
};

static const struct digest_row digest_rows[] = {
	{ DIGEST_NONE, "none", NULL, 0 },
	{ DIGEST_SHA1, "SHA1", "SHA1", 20 },
	{ DIGEST_SHA256, "SHA256", "SHA256", 32 },
	{ DIGEST_SHA384, "SHA384", "SHA384", 48 },
	{ DIGEST_SHA512, "SHA512", "SHA512", 64 },
	{ DIGEST_SHA3_256, "SHA3-256", "SHA3-256", 32 },
	{ DIGEST_SHA3_384, "SHA3-384", "SHA3-384", 48 },
	{ DIGEST_SHA3_512, "SHA3-512", "SHA3-512", 64 },
	{ DIGEST_MD5, "MD5", "MD5", 16 },
	{ DIGEST_SHA224, "SHA224", "SHA224", 28 },
	{ DIGEST_SHAKE256, "SHAKE256", "SHAKE256", 64 },
};

static EVP_MD *fetched[ARRAY_LEN(digest_rows)];
static pthread_once_t fetch_once = PTHREAD_ONCE_INIT;

static void fetch_all(void)
{
	for (size_t i = 1; i < ARRAY_LEN(digest_rows); i++)
		fetched[i] = EVP_MD_fetch(NULL, digest_rows[i].provider, NULL);
}

static const struct digest_row *row_of(enum digest_alg alg)
{
	if ((size_t)alg >= ARRAY_LEN(digest_rows))
		return &digest_rows[0];
	return &digest_rows[alg];
}

const EVP_MD *pki_evp_md(enum digest_alg alg)
{
	pthread_once(&fetch_once, fetch_all);
	return fetched[row_of(alg)->alg];
}

size_t digest_size(enum digest_alg alg)
{
	return row_of(alg)->size;
}

const char *digest_name(enum digest_alg alg)
{
	return row_of(alg)->name;
}

struct digest_ctx {
	enum digest_alg alg;
	const EVP_MD *md;
	EVP_MD_CTX *evp;
};

static int start(struct digest_ctx *ctx, struct err *err)
{
	if (!ctx->evp || EVP_DigestInit_ex2(ctx->evp, ctx->md, NULL) != 1)
		return pki_openssl_error(err, ERR_CRYPTO, "starting a digest");
	return 0;
}

int digest_new(enum digest_alg alg, struct digest_ctx **ret_ctx, struct err *err)
{
	AUTO(digest_freep) struct digest_ctx *ctx = calloc(1, sizeof(*ctx));

	if (!ctx)
		return err_set(err, ERR_NO_MEMORY, "no memory for a digest");
	ctx->alg = alg;
	ctx->md = pki_evp_md(alg);
	if (!ctx->md)
		return err_set(err, ERR_CRYPTO, "the cryptographic library has no digest %s", digest_name(alg));
	ctx->evp = EVP_MD_CTX_new();
	if (start(ctx, err))
		return -1;
	*ret_ctx = TAKE(ctx);
	return 0;
}

void digest_update(struct digest_ctx *ctx, struct bytes data)
{
	if (data.n && EVP_DigestUpdate(ctx->evp, data.p, data.n) != 1)
		BUG("updating a started digest failed");
}

/* SHAKE256 is extendable: OpenSSL's own length is 32, RFC 8419 2.3 takes 64. */
static bool finish(EVP_MD_CTX *evp, enum digest_alg alg, struct digest *ret)
{
	ret->len = digest_size(alg);
	if (alg == DIGEST_SHAKE256)
		return EVP_DigestFinalXOF(evp, ret->bytes, ret->len) == 1;
	return EVP_DigestFinal_ex(evp, ret->bytes, NULL) == 1;
}

void digest_final(struct digest_ctx *ctx, struct digest *ret)
{
	if (!finish(ctx->evp, ctx->alg, ret) || start(ctx, NULL))
		BUG("finishing a started digest failed");
}

int digest_copy(const struct digest_ctx *from, struct digest_ctx **ret_ctx, struct err *err)
{
	AUTO(digest_freep) struct digest_ctx *ctx = calloc(1, sizeof(*ctx));

	if (!ctx)
		return err_set(err, ERR_NO_MEMORY, "no memory for a digest");
	ctx->alg = from->alg;
	ctx->md = from->md;
	ctx->evp = EVP_MD_CTX_new();
	if (!ctx->evp || EVP_MD_CTX_copy_ex(ctx->evp, from->evp) != 1)
		return pki_openssl_error(err, ERR_CRYPTO, "copying a digest");
	*ret_ctx = TAKE(ctx);
	return 0;
}

void digest_free(struct digest_ctx *ctx)
{
	if (!ctx)
		return;
	EVP_MD_CTX_free(ctx->evp);
	free(ctx);
}

int digest_of(enum digest_alg alg, struct bytes data, struct digest *ret, struct err *err)
{
	const EVP_MD *md = pki_evp_md(alg);
	EVP_MD_CTX *evp = md ? EVP_MD_CTX_new() : NULL;
	bool ok = evp && EVP_DigestInit_ex2(evp, md, NULL) == 1 && (!data.n || EVP_DigestUpdate(evp, data.p, data.n) == 1) && finish(evp, alg, ret);

	EVP_MD_CTX_free(evp);
	if (!md)
		return err_set(err, ERR_CRYPTO, "the cryptographic library has no digest %s", digest_name(alg));
	return ok ? 0 : pki_openssl_error(err, ERR_CRYPTO, "hashing %zu bytes", data.n);
}

void digest_sha256(struct bytes data, uint8_t ret[32])
{
	struct digest digest;

	if (digest_of(DIGEST_SHA256, data, &digest, NULL))
		BUG("SHA-256 is not there");
	memcpy(ret, digest.bytes, 32);
}

int digest_random(uint8_t *out, size_t len, struct err *err)
{
	if (len > INT32_MAX || RAND_bytes(out, (int)len) != 1)
		return pki_openssl_error(err, ERR_CRYPTO, "drawing %zu random bytes", len);
	return 0;
}
