/*
 * evidence.h - what proves that certificates were good: a store of certificates, CRLs and OCSP responses.
 *
 * The store is filled from a DSS, a CMS, files given or the network, every object once (compared by its DER). It owns what it
 * holds; what chain.h returns is borrowed from it. Collecting what is missing is collect.h. Threads: one store, one thread at
 * a time; reading may be shared.
 */
#ifndef KYSO_PKI_EVIDENCE_H
#define KYSO_PKI_EVIDENCE_H

#include "pki/cert.h"
#include "pki/crl.h"
#include "pki/ocsp.h"

struct err;

struct evidence {
	struct cert_list certs;
	struct crl **crls;
	size_t crl_count, crl_cap;
	struct ocsp **ocsps;
	size_t ocsp_count, ocsp_cap;
};

void evidence_release(struct evidence *evidence); /* safe on a zeroed one */
/* Each parses, keeps one of equal objects, and fails with the parser's error. ret_ (may be NULL) borrows the one that is kept. */
NODISCARD int evidence_add_crl(struct evidence *evidence, struct bytes der, const struct crl **ret_crl, struct err *err);
NODISCARD int evidence_add_ocsp(struct evidence *evidence, struct bytes der, const struct ocsp **ret_ocsp, struct err *err);
NODISCARD int evidence_add_cert(struct evidence *evidence, struct bytes der, struct err *err);
/* PEM or DER files given by a user; `name` is for messages. */
NODISCARD int evidence_load_crl(struct evidence *evidence, struct bytes file, const char *name, struct err *err);
NODISCARD int evidence_load_ocsp(struct evidence *evidence, struct bytes file, const char *name, struct err *err);
/* What Adobe's revocationInfoArchival attribute holds; what in it cannot be read is left out. */
NODISCARD int evidence_add_archival(struct evidence *evidence, struct bytes attribute_der, struct err *err);
/* Everything of another store, copied. */
NODISCARD int evidence_add_all(struct evidence *evidence, const struct evidence *from, struct err *err);

#endif
