/*
 * x509_ext.h - the X.509 shapes that certificates, CRLs and OCSP responses share: SIGNED, Extensions, distribution-point names.
 *
 * Zero copy over DER held by someone else; false = malformed. Used inside src/pki only. RFC 5280 4.1, 4.2, 5.1, 5.2.
 * Threads: pure functions.
 */
#ifndef KYSO_PKI_X509_EXT_H
#define KYSO_PKI_X509_EXT_H

#include "pki/algo.h"
#include "pki/der.h"
#include "pki/oid.h"

struct cert;
struct err;

/* Extensions of RFC 5280 (2.5.29.n), RFC 6960 and X.509 that oid.h does not have. */
#define OID_EXT_ISSUER_ALT_NAME OID("\x55\x1d\x12")
#define OID_EXT_CRL_NUMBER OID("\x55\x1d\x14")
#define OID_EXT_REASON_CODE OID("\x55\x1d\x15")
#define OID_EXT_HOLD_INSTRUCTION OID("\x55\x1d\x17")
#define OID_EXT_INVALIDITY_DATE OID("\x55\x1d\x18")
#define OID_EXT_DELTA_CRL_INDICATOR OID("\x55\x1d\x1b")
#define OID_EXT_ISSUING_DP OID("\x55\x1d\x1c")
#define OID_EXT_CERTIFICATE_ISSUER OID("\x55\x1d\x1d")
#define OID_EXT_NAME_CONSTRAINTS OID("\x55\x1d\x1e")
#define OID_EXT_POLICIES OID("\x55\x1d\x20")
#define OID_ANY_POLICY OID("\x55\x1d\x20\x00")
#define OID_EXT_POLICY_MAPPINGS OID("\x55\x1d\x21")
#define OID_EXT_POLICY_CONSTRAINTS OID("\x55\x1d\x24")
#define OID_EXT_FRESHEST_CRL OID("\x55\x1d\x2e")
#define OID_EXT_INHIBIT_ANY OID("\x55\x1d\x36")
#define OID_EXT_EXPIRED_CERTS_ON_CRL OID("\x55\x1d\x3c")
#define OID_EXT_QC_STATEMENTS OID("\x2b\x06\x01\x05\x05\x07\x01\x03")
#define OID_OCSP_NONCE OID("\x2b\x06\x01\x05\x05\x07\x30\x01\x02")
#define OID_OCSP_ARCHIVE_CUTOFF OID("\x2b\x06\x01\x05\x05\x07\x30\x01\x06")

/* SEQUENCE { toBeSigned, AlgorithmIdentifier, BIT STRING }: Certificate, CertificateList, BasicOCSPResponse begin so. */
struct x509_signed {
	struct bytes tbs;       /* whole element: what is hashed */
	struct bytes alg;       /* whole AlgorithmIdentifier */
	struct bytes signature; /* octets of the BIT STRING */
};

/* Reads the three; what follows them in the SEQUENCE stays in `ret_rest` (OCSP's certificates). */
bool x509_signed_read(struct der *sequence, struct x509_signed *ret);
/* Whether the signature is the certificate's key's. 0 yes; 1 no, also for an algorithm or key not supported; -1 could not be decided. */
NODISCARD int x509_signed_check(const struct x509_signed *signed_data, const struct cert *signer, struct err *err);

struct x509_ext {
	struct bytes oid;
	bool critical;
	struct bytes value; /* contents of the OCTET STRING */
};

/* The next Extension of the contents of an Extensions SEQUENCE. */
bool x509_ext_next(struct der *extensions, struct x509_ext *ret);

/* Named bits of a BIT STRING's contents with its first octet: bit 0 is 1 << 0. False beyond 32 bits. */
bool x509_named_bits(struct bytes contents, uint32_t *ret);
/* BIT STRING of whole octets: contents with the first octet taken off. */
bool x509_bit_octets(struct bytes contents, struct bytes *ret);

/* The extended key usage is there, critical, and id-kp-timeStamping only (RFC 3161 2.3). */
bool x509_only_time_stamping(const struct cert *cert);

/* DistributionPointName: fullName's GeneralNames or nameRelativeToCRLIssuer's RDN; both empty when there is none. */
struct x509_dp_name {
	struct bytes full;     /* contents of GeneralNames */
	struct bytes relative; /* contents of the RelativeDistinguishedName SET */
};
bool x509_dp_name_read(struct bytes contents, struct x509_dp_name *ret);
static inline bool x509_dp_name_present(const struct x509_dp_name *name)
{
	return name->full.p || name->relative.p;
}

#endif
