/*
 * signer.h - the seam: "sign this digest". Everything above is ignorant of where the key lives (PKCS#12, PKCS#11, agent, remote).
 *
 * A signer owns its certificate and the chain it knows. One login serves many digests. Threads: one signer, one thread at a time.
 */
#ifndef KYSO_PKI_SIGNER_H
#define KYSO_PKI_SIGNER_H

#include "pki/cert.h"

struct signer;

struct signer_ops {
	/* Appends the signature value: RSA big-endian of the modulus' size; ECDSA as DER Ecdsa-Sig-Value (RFC 3279 2.2.3). */
	int (*sign)(struct signer *signer, struct sig_alg alg, const struct digest *digest, struct buf *ret_signature, struct err *err);
	bool (*supports)(const struct signer *signer, struct sig_alg alg);
	/* Frees what is the implementation's, the struct included; signer_free has released cert and chain before. */
	void (*free)(struct signer *signer);
};

struct signer {
	const struct signer_ops *ops;
	struct cert *cert;        /* the signing certificate */
	struct cert_list chain;   /* other certificates that came with the key, any order */
};

/* The algorithm a signer uses when nothing is asked: RSA PKCS#1 v1.5 / ECDSA with SHA-256, SHA-384 for P-384. */
struct sig_alg signer_default_alg(const struct signer *signer);
/* Signs and checks the value against the signer's own certificate before giving it out (ERR_SIGNATURE_MISMATCH). */
NODISCARD int signer_sign(struct signer *signer, struct sig_alg alg, const struct digest *digest, struct buf *ret_signature, struct err *err);
void signer_free(struct signer *signer);
DEFINE_FREEP(struct signer, signer_free)

/* Refuses what must not sign at a time: expired, not yet valid, key usage without digitalSignature/nonRepudiation, weak key. */
NODISCARD int signer_check_usable(const struct signer *signer, int64_t at_ms, struct err *err);

/* PKCS#12 (RFC 7292). ERR_KEY_PASSWORD when the password is wrong or missing, ERR_KEY_FILE when the file is not PKCS#12. */
struct secret;
NODISCARD int p12_signer_open(struct bytes file, const char *name, const struct secret *password, struct signer **ret_signer, struct err *err);

#endif
