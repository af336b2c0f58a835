/* issue_crl.c - writes full CRLs (RFC 5280 5.1, 5.2) with number, key identifier and expiredCertsOnCRL; see issue.h. */
#include "pki/issue.h"

#include "pki/algid.h"
#include "pki/der.h"
#include "pki/oid.h"
#include "pki/x509_ext.h"
#include "util/buf.h"
#include "util/err.h"

static void put_reason(struct buf *out, int reason)
{
	size_t list = der_begin(out, DER_SEQUENCE);
	size_t ext = der_begin(out, DER_SEQUENCE);
	size_t octets;
	uint8_t value = (uint8_t)reason;

	der_put_oid(out, OID_EXT_REASON_CODE);
	octets = der_begin(out, DER_OCTET_STRING);
	der_put(out, DER_ENUMERATED, (struct bytes){ &value, 1 });
	der_end(out, octets);
	der_end(out, ext);
	der_end(out, list);
}

static void put_entries(struct buf *out, const struct issue_crl *what)
{
	size_t list;

	if (!what->count)
		return; /* "MUST be absent" when there are none, 5.1.2.6 */
	list = der_begin(out, DER_SEQUENCE);
	for (size_t i = 0; i < what->count; i++) {
		const struct issue_crl_entry *entry = &what->entries[i];
		size_t begin = der_begin(out, DER_SEQUENCE);

		der_put_unsigned(out, (struct bytes){ entry->serial, sizeof(entry->serial) });
		der_put_time(out, entry->revoked_ms);
		if (entry->reason)
			put_reason(out, entry->reason);
		der_end(out, begin);
	}
	der_end(out, list);
}

static void put_number(struct buf *out, uint64_t number)
{
	uint8_t octets[8];

	for (int i = 0; i < 8; i++)
		octets[i] = (uint8_t)(number >> (56 - 8 * i));
	der_put_unsigned(out, (struct bytes){ octets, sizeof(octets) });
}

static void put_extensions(struct buf *out, const struct issue_crl *what, const struct signer *issuer)
{
	size_t tagged = der_begin(out, DER_CONTEXT_CONSTRUCTED(0));
	size_t list = der_begin(out, DER_SEQUENCE);
	size_t ext = der_begin(out, DER_SEQUENCE);
	size_t octets, value;

	der_put_oid(out, OID_EXT_AKI);
	octets = der_begin(out, DER_OCTET_STRING);
	value = der_begin(out, DER_SEQUENCE);
	der_put(out, DER_CONTEXT(0), cert_ski(issuer->cert));
	der_end(out, value);
	der_end(out, octets);
	der_end(out, ext);
	ext = der_begin(out, DER_SEQUENCE);
	der_put_oid(out, OID_EXT_CRL_NUMBER);
	octets = der_begin(out, DER_OCTET_STRING);
	put_number(out, what->number);
	der_end(out, octets);
	der_end(out, ext);
	if (what->expired_since_ms != INT64_MIN) {
		ext = der_begin(out, DER_SEQUENCE);
		der_put_oid(out, OID_EXT_EXPIRED_CERTS_ON_CRL);
		octets = der_begin(out, DER_OCTET_STRING);
		der_put_generalized_time(out, what->expired_since_ms);
		der_end(out, octets);
		der_end(out, ext);
	}
	der_end(out, list);
	der_end(out, tagged);
}

int issue_crl(const struct issue_crl *what, struct signer *issuer, struct sig_alg alg, struct buf *ret_der,
	      struct err *err)
{
	AUTO(buf_release) struct buf tbs = BUF_INIT;
	size_t begin = der_begin(&tbs, DER_SEQUENCE);

	der_put_long(&tbs, 1); /* v2 */
	if (!algid_put_signature(&tbs, alg))
		return err_set(err, ERR_KEY_UNSUPPORTED, "%s cannot sign CRLs", sig_alg_name(alg));
	der_put_raw(&tbs, cert_subject_der(issuer->cert));
	der_put_time(&tbs, what->this_update_ms);
	der_put_time(&tbs, what->next_update_ms);
	put_entries(&tbs, what);
	put_extensions(&tbs, what, issuer);
	der_end(&tbs, begin);
	return issue_signed(&tbs, (struct bytes){ NULL, 0 }, issuer, alg, ret_der, err);
}
