/*
 * cms.h - CMS SignedData (RFC 5652) as CAdES baseline for PAdES (EN 319 122-1, EN 319 142-1): building and strict parsing.
 *
 * Building is in two steps so that the key may be anywhere: cms_draft makes the DER of the SignedAttributes (content-type,
 * message-digest, signing-certificate-v2, no signing-time), whose digest is signed; cms_draft_finish puts the value in.
 * Parsing keeps what was written: one SignerInfo or several, detached or not, DER or BER, order of attributes, trailing bytes.
 */
#ifndef KYSO_PKI_CMS_H
#define KYSO_PKI_CMS_H

#include "pki/signer.h"

/* ---- building ---- */

struct cms_draft;

struct cms_draft_options {
	struct sig_alg alg;
	const struct digest *content_digest; /* of the detached content, alg.digest */
	const struct cert *cert;
	const struct cert_list *chain;       /* embedded beside the certificate; may be NULL */
	const char *content_type_oid;        /* NULL = id-data */
	struct bytes content;                /* encapsulated content (time-stamp tokens); {NULL,0} = detached */
	bool no_certs;                       /* embeds neither certificate nor chain (RFC 3161 2.4.1, certReq FALSE) */
	bool signing_time;                   /* only for time-stamp tokens; never in PAdES */
	int64_t signing_time_ms;
};

NODISCARD int cms_draft_new(const struct cms_draft_options *options, struct cms_draft **ret_draft, struct err *err);
void cms_draft_free(struct cms_draft *draft);
DEFINE_FREEP(struct cms_draft, cms_draft_free)
/* DER of the SignedAttributes as SET OF (what is hashed and signed), borrowed. */
struct bytes cms_draft_signed_attributes(const struct cms_draft *draft);
NODISCARD int cms_draft_digest(const struct cms_draft *draft, struct digest *ret, struct err *err);
NODISCARD int cms_draft_set_signature(struct cms_draft *draft, struct bytes signature, struct err *err);
/* Adds an RFC 3161 token as unsigned attribute id-aa-signatureTimeStampToken (EN 319 122-1 5.3). */
NODISCARD int cms_draft_add_timestamp(struct cms_draft *draft, struct bytes token_der, struct err *err);
/* DER ContentInfo. The draft may be extended and written again. */
NODISCARD int cms_draft_write(const struct cms_draft *draft, struct buf *out, struct err *err);
/* Upper bound of what cms_draft_write will give for this signer, with `timestamp_bytes` for the token (0 = none). */
NODISCARD int cms_size_estimate(const struct cms_draft_options *options, size_t timestamp_bytes, size_t *ret_bytes, struct err *err);

/* Appends a SignedData with certificates only (".p7b", RFC 5652 5.1), at most 64. */
NODISCARD int cms_write_certs(const struct cert_list *certs, struct buf *out, struct err *err);

/* ---- parsing ---- */

struct cms; /* one parsed SignedData */

struct cms_attr {
	struct bytes oid;   /* contents octets */
	struct bytes value; /* DER of the first value */
	size_t value_count;
};

/*
 * ERR_CMS for what is no SignedData at all. Zero bytes after the DER (the PDF padding) are allowed, others are an error.
 * The bytes are copied. More than 512 certificates, CRLs or attributes are ERR_LIMIT.
 */
NODISCARD int cms_parse(struct bytes der, struct cms **ret_cms, struct err *err);
void cms_free(struct cms *cms);
DEFINE_FREEP(struct cms, cms_free)

/* The same for a message made with this signer: where it holds the signer's own certificates, byte for byte, those objects are
 * taken instead of parsing them again, so that a key prepared before serves here too. */
NODISCARD int cms_parse_own(struct bytes der, const struct signer *signer, struct cms **ret_cms, struct err *err);

bool cms_is_der(const struct cms *cms);                    /* definite lengths, minimal, SET OF sorted in SignedAttributes */
size_t cms_signer_count(const struct cms *cms);
bool cms_is_detached(const struct cms *cms);
struct bytes cms_content(const struct cms *cms);           /* encapsulated content octets */
const char *cms_content_type(const struct cms *cms);       /* dotted OID */
const struct cert_list *cms_certs(const struct cms *cms);
size_t cms_bad_cert_count(const struct cms *cms);          /* embedded certificates that cert_parse refuses: left out of cms_certs */
size_t cms_crl_count(const struct cms *cms);
struct bytes cms_crl(const struct cms *cms, size_t i);
size_t cms_ocsp_count(const struct cms *cms);              /* OCSPResponse embedded beside the CRLs (RFC 5940) */
struct bytes cms_ocsp(const struct cms *cms, size_t i);
/* The rest is of the first SignerInfo (PAdES has one, EN 319 142-1 4.1); absent where there is none. */
struct cert *cms_signer_cert(const struct cms *cms);       /* by SignerIdentifier among cms_certs; NULL when absent; borrowed */
struct sig_alg cms_sig_alg(const struct cms *cms);
enum digest_alg cms_digest_alg(const struct cms *cms);
struct bytes cms_signature(const struct cms *cms);
struct bytes cms_message_digest(const struct cms *cms);    /* {NULL,0} when the attribute is missing */
bool cms_has_signed_attributes(const struct cms *cms);
int64_t cms_signing_time_ms(const struct cms *cms);        /* INT64_MIN when absent */
struct bytes cms_timestamp_token(const struct cms *cms);   /* signature time-stamp, {NULL,0} when absent */
struct bytes cms_revocation_archival(const struct cms *cms); /* Adobe 1.2.840.113583.1.1.8, DER, {NULL,0} */
const struct cms_attr *cms_find_signed_attr(const struct cms *cms, const char *oid);
const struct cms_attr *cms_find_unsigned_attr(const struct cms *cms, const char *oid);
bool cms_signed_attrs_sorted(const struct cms *cms);       /* in DER order (X.690 11.6) */

/* What checking the signature over given content digest found. Everything is a finding, not an error. */
enum cms_check {
	CMS_OK,
	CMS_NO_SIGNER_CERT,           /* certificate not in the message */
	CMS_NOT_ONE_SIGNER,
	CMS_ATTRS_MALFORMED,          /* content-type or message-digest missing, doubled or wrong; not in DER order */
	CMS_DIGEST_MISMATCH,          /* message-digest differs from the content */
	CMS_SIGNING_CERT_MISMATCH,    /* signing-certificate(-v2) missing or for another certificate */
	CMS_ALGORITHM_MISMATCH,       /* digest algorithms disagree (also cms-algorithm-protection, RFC 6211) */
	CMS_SIGNATURE_INVALID,        /* the value is not the key's */
	CMS_UNSUPPORTED               /* algorithm not known */
};
enum cms_check_flags {
	CMS_REQUIRE_SIGNING_CERT = 1,
	CMS_ALLOW_SEVERAL_SIGNERS = 2 /* every one of them must be right; otherwise several are CMS_NOT_ONE_SIGNER */
};
const char *cms_check_name(enum cms_check check); /* "CMS_OK" ... for messages and tests */
/*
 * `content_digest` is of the signed content by cms_digest_alg (the encapsulated content's when it is not detached). In this order:
 * one signer, algorithms known, attributes well formed, message-digest, certificate there, signing-certificate, algorithms agree,
 * signature value. So DIGEST_MISMATCH is found without a certificate too. ret_detail (may be NULL) gets one English sentence.
 */
enum cms_check cms_check(const struct cms *cms, const struct digest *content_digest, int flags, char *ret_detail, size_t detail_size);

#endif
