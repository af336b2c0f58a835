/*
 * crl.h - certificate revocation lists (RFC 5280 section 5): strict parsing of any size, and lookup by serial number.
 *
 * The entries are not made into objects: a parsed CRL is its DER and a hash index of 8 octets an entry, so that a list of 50 MB
 * or a million entries is read in well under a second. Strict DER: trailing bytes, malformed entries, doubled extensions are
 * ERR_CRL naming where. Immutable once parsed, reference counted by its owner list; threads may share one.
 * Times are UTC milliseconds. Scope and trust are decided in chain.h (RFC 5280 6.3.3), never here.
 */
#ifndef KYSO_PKI_CRL_H
#define KYSO_PKI_CRL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pki/x509_ext.h"
#include "util/defer.h"
#include "util/str.h"

struct cert;
struct err;
struct crl;

#define CRL_MAX_BYTES ((size_t)256 * 1024 * 1024)

/* RFC 5280 5.3.1. */
enum crl_reason {
	CRL_REASON_UNSPECIFIED = 0,
	CRL_REASON_KEY_COMPROMISE = 1,
	CRL_REASON_CA_COMPROMISE = 2,
	CRL_REASON_AFFILIATION_CHANGED = 3,
	CRL_REASON_SUPERSEDED = 4,
	CRL_REASON_CESSATION_OF_OPERATION = 5,
	CRL_REASON_CERTIFICATE_HOLD = 6,
	CRL_REASON_REMOVE_FROM_CRL = 8,
	CRL_REASON_PRIVILEGE_WITHDRAWN = 9,
	CRL_REASON_AA_COMPROMISE = 10
};
const char *crl_reason_name(enum crl_reason reason);    /* "keyCompromise" */
const char *crl_reason_name_vi(enum crl_reason reason); /* "lộ khóa bí mật" */

/* Copies the bytes. */
NODISCARD int crl_parse(struct bytes der, struct crl **ret_crl, struct err *err);
/* PEM ("X509 CRL") or DER. `name` is for messages. */
NODISCARD int crl_load(struct bytes file, const char *name, struct crl **ret_crl, struct err *err);
void crl_free(struct crl *crl);
DEFINE_FREEP(struct crl, crl_free)

struct bytes crl_der(const struct crl *crl);
const struct x509_signed *crl_signed(const struct crl *crl);
struct bytes crl_issuer_der(const struct crl *crl);       /* Name */
int64_t crl_this_update_ms(const struct crl *crl);
int64_t crl_next_update_ms(const struct crl *crl);        /* INT64_MIN when absent */
struct bytes crl_number(const struct crl *crl);           /* contents octets of the INTEGER, {NULL,0} when absent */
bool crl_is_delta(const struct crl *crl);
struct bytes crl_base_number(const struct crl *crl);      /* of a delta (5.2.4) */
struct bytes crl_aki(const struct crl *crl);              /* keyIdentifier */
int64_t crl_expired_certs_from_ms(const struct crl *crl); /* ExpiredCertsOnCRL (X.509 9.5.2.8), INT64_MAX when absent */
size_t crl_entry_count(const struct crl *crl);
struct sig_alg crl_sig_alg(const struct crl *crl);        /* digest DIGEST_NONE when not known */

/* Issuing distribution point (5.2.5); all empty and false when the extension is absent. */
struct crl_idp {
	bool present;
	struct bytes der;         /* value of the extension, for comparing a delta with its base */
	struct x509_dp_name name;
	bool only_user, only_ca, only_attribute, indirect;
	bool has_reasons;
	uint32_t reasons;         /* bit n = ReasonFlags bit n (1 keyCompromise .. 8 aACompromise) */
};
const struct crl_idp *crl_idp(const struct crl *crl);

/* Why the CRL must not be used for any certificate: an unknown critical extension of the list or of an entry (5.2, 5.3); NULL when usable. */
const char *crl_unusable(const struct crl *crl);

struct crl_entry {
	int64_t revoked_ms;
	enum crl_reason reason;      /* unspecified when absent */
	bool has_reason;
	int64_t invalidity_ms;       /* 5.3.2, INT64_MIN when absent */
};

/* The entry of a certificate, by its serial's contents octets and, in an indirect list, its issuer. False = not listed. */
bool crl_find(const struct crl *crl, struct bytes issuer_der, struct bytes serial, struct crl_entry *ret_entry);

/* Whether the signature is this certificate's key's. 0 yes, 1 no, -1 could not be decided (err). Hashes the whole list. */
NODISCARD int crl_check_signature(const struct crl *crl, const struct cert *signer, struct err *err);

#endif
