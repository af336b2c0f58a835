/* cms_private.h - a parsed SignedData, shared by cms_parse.c and cms_check.c. */
#ifndef KYSO_PKI_CMS_PRIVATE_H
#define KYSO_PKI_CMS_PRIVATE_H

#include "pki/cms.h"
#include "pki/der.h"
#include "util/buf.h"

#define CMS_MAX_ITEMS 512
#define CMS_MAX_SIGNERS 32

struct bytes_list {
	struct bytes *items;
	size_t count;
};

struct attr_list {
	struct cms_attr *items;
	size_t count;
};

struct cms_signer;

struct cms {
	const struct signer *own; /* while parsing: whose certificates are known already; may be NULL */
	struct buf data; /* the ContentInfo, without padding; the slices below point into it */
	bool ber;        /* something was not DER */
	char content_type[DER_OID_TEXT_BYTES];
	struct bytes content_type_oid;
	bool detached;
	struct buf content; /* joined where BER had it in pieces */
	struct cert_list certs;
	size_t bad_cert_count;
	struct bytes_list crls, ocsps;
	struct cms_signer *signers;
	size_t signer_count;
};

/* One SignerInfo, RFC 5652 5.3. */
struct cms_signer {
	struct buf signature; /* joined where BER had it in pieces */
	struct bytes sid_issuer, sid_serial, sid_ski;
	enum digest_alg digest;
	struct bytes digest_algid, sig_algid;
	struct sig_alg alg;
	bool same_digest; /* the signature's identifier names the same digest, or none */
	bool has_signed_attrs, attrs_sorted;
	struct bytes signed_attrs; /* contents of the SET OF, as written */
	struct attr_list attrs, unsigned_attrs;
	struct cert *signer_cert; /* borrowed from certs */
};

/* The attribute, and how many attributes of this type there are. */
const struct cms_attr *cms_attr_of(const struct attr_list *list, struct bytes oid, size_t *ret_instances);
/* Whether the first ESSCertID(v2) of this attribute's value is the certificate: 0 yes, 1 no, 2 malformed, 3 digest not supported. */
int cms_ess_matches(struct bytes value, bool v2, const struct cert *cert);

#endif
