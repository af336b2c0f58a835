/* digest.h - message digests (SHA-2 and SHA-3; MD5 and SHA-1 only to read old data), incremental. OpenSSL's door is src/pki. */
#ifndef KYSO_PKI_DIGEST_H
#define KYSO_PKI_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "util/defer.h"
#include "util/str.h"

struct err;

/* MD5, SHA-1 and SHA-224 only read old data; SHAKE256 gives 64 bytes and belongs to Ed448 (RFC 8419). */
enum digest_alg {
	DIGEST_NONE, DIGEST_SHA1, DIGEST_SHA256, DIGEST_SHA384, DIGEST_SHA512, DIGEST_SHA3_256, DIGEST_SHA3_384, DIGEST_SHA3_512,
	DIGEST_MD5, DIGEST_SHA224, DIGEST_SHAKE256
};

#define DIGEST_MAX_BYTES 64

struct digest {
	uint8_t bytes[DIGEST_MAX_BYTES];
	size_t len;
};

struct digest_ctx;

size_t digest_size(enum digest_alg alg);
const char *digest_name(enum digest_alg alg); /* "SHA256" */
NODISCARD int digest_new(enum digest_alg alg, struct digest_ctx **ret_ctx, struct err *err);
void digest_update(struct digest_ctx *ctx, struct bytes data);
void digest_final(struct digest_ctx *ctx, struct digest *ret); /* the context may be used again afterwards */
/* Continues a copy of what was hashed so far. */
NODISCARD int digest_copy(const struct digest_ctx *ctx, struct digest_ctx **ret_ctx, struct err *err);
void digest_free(struct digest_ctx *ctx);
DEFINE_FREEP(struct digest_ctx, digest_free)

NODISCARD int digest_of(enum digest_alg alg, struct bytes data, struct digest *ret, struct err *err);
void digest_sha256(struct bytes data, uint8_t ret[32]);
/* Cryptographically strong random bytes. */
NODISCARD int digest_random(uint8_t *out, size_t len, struct err *err);

#endif
