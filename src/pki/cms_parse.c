/*
 * cms_parse.c - reading SignedData (RFC 5652 5.1) as it was written; see cms.h.
 *
 * Strict DER is expected and BER is read, noting it: whether BER, order or duplicates matter is for cms_check and the verifier.
 */
#include <stdlib.h>
#include <string.h>

#include "pki/algid.h"
#include "pki/cms_private.h"
#include "pki/name.h"
#include "pki/oid.h"
#include "util/err.h"

static int malformed(struct err *err, const char *what)
{
	return err_set(err, ERR_CMS, "the CMS %s malformed", what);
}

static int too_many(struct err *err, const char *what)
{
	return err_set(err, ERR_LIMIT, "the CMS has more than %d %s", CMS_MAX_ITEMS, what);
}

static int add_bytes(struct bytes_list *list, struct bytes item, const char *what, struct err *err)
{
	struct bytes *items;

	if (list->count == CMS_MAX_ITEMS)
		return too_many(err, what);
	items = reallocarray(list->items, list->count + 1, sizeof(*items));
	if (!items)
		return err_set(err, ERR_NO_MEMORY, "no memory for %s", what);
	items[list->count++] = item;
	list->items = items;
	return 0;
}

/* An OCTET STRING; in BER it may be constructed of pieces (X.690 8.7.3), which are joined. */
static bool read_octets(struct der *in, int depth, struct buf *out)
{
	struct bytes piece;
	struct der pieces;

	if (der_peek(in, DER_OCTET_STRING)) {
		if (!der_read(in, DER_OCTET_STRING, &piece))
			return false;
		buf_append(out, piece.p, piece.n);
		return true;
	}
	if (!in->ber || depth >= DER_MAX_DEPTH || !der_enter(in, DER_OCTET_STRING | DER_CONSTRUCTED, &pieces))
		return false;
	*in->ber = true;
	while (!der_at_end(&pieces))
		if (!read_octets(&pieces, depth + 1, out))
			return false;
	return true;
}

static int read_encap_content(struct cms *cms, struct der *data, struct err *err)
{
	struct der encap;
	struct der wrapped;
	bool present;

	if (!der_enter(data, DER_SEQUENCE, &encap) || !der_read(&encap, DER_OID, &cms->content_type_oid) ||
	    !der_oid_text(cms->content_type_oid, cms->content_type) ||
	    !der_enter_optional(&encap, DER_CONTEXT_CONSTRUCTED(0), &wrapped, &present) || !der_at_end(&encap))
		return malformed(err, "content is");
	cms->detached = !present;
	if (present && (!read_octets(&wrapped, 0, &cms->content) || !der_at_end(&wrapped)))
		return malformed(err, "encapsulated content is");
	return buf_check(&cms->content, err);
}

/* CertificateSet: what is no Certificate (attribute certificates, other formats) is stepped over. */
/* The signer's own object for these bytes; NULL when there is none. */
static struct cert *find_own(const struct signer *own, struct bytes der)
{
	if (!own)
		return NULL;
	if (bytes_eq(cert_der(own->cert), der))
		return cert_keep(own->cert);
	for (size_t i = 0; i < own->chain.count; i++)
		if (bytes_eq(cert_der(own->chain.items[i]), der))
			return cert_keep(own->chain.items[i]);
	return NULL;
}

static int read_certs(struct cms *cms, struct der set, struct err *err)
{
	while (!der_at_end(&set)) {
		AUTO(cert_freep) struct cert *cert = NULL;
		struct der_item item;

		if (!der_next(&set, &item))
			return malformed(err, "set of certificates is");
		if (item.tag != DER_SEQUENCE)
			continue;
		if (cms->certs.count + cms->bad_cert_count == CMS_MAX_ITEMS)
			return too_many(err, "certificates");
		cert = find_own(cms->own, item.whole);
		if (!cert && cert_parse(item.whole, &cert, NULL))
			cms->bad_cert_count++;
		else if (cert_list_add(&cms->certs, cert, err))
			return -1;
	}
	return 0;
}

/* OtherRevocationInfoFormat with an OCSP response (RFC 5940 2.1). */
static bool read_other_revocation(struct bytes contents, bool *ber, struct bytes *ret_ocsp)
{
	struct der in = der_of_ber(contents, ber);
	struct bytes oid;

	return der_read(&in, DER_OID, &oid) && bytes_eq(oid, OID_RI_OCSP_RESPONSE) && der_read_whole(&in, DER_SEQUENCE, ret_ocsp);
}

static int read_crls(struct cms *cms, struct der set, struct err *err)
{
	while (!der_at_end(&set)) {
		struct der_item item;
		struct bytes ocsp;

		if (!der_next(&set, &item))
			return malformed(err, "set of revocation data is");
		if (item.tag == DER_SEQUENCE && add_bytes(&cms->crls, item.whole, "CRLs", err))
			return -1;
		if (item.tag == DER_CONTEXT_CONSTRUCTED(1) && read_other_revocation(item.contents, &cms->ber, &ocsp) &&
		    add_bytes(&cms->ocsps, ocsp, "OCSP responses", err))
			return -1;
	}
	return 0;
}

/* ---- SignerInfo, RFC 5652 5.3 ---- */

static bool read_attr(struct der *in, struct cms_attr *ret)
{
	struct der attr;
	struct der values;
	struct der_item item;

	*ret = (struct cms_attr){ 0 };
	if (!der_enter(in, DER_SEQUENCE, &attr) || !der_read(&attr, DER_OID, &ret->oid) || !der_enter(&attr, DER_SET, &values) || !der_at_end(&attr))
		return false;
	while (!der_at_end(&values)) {
		if (!der_next(&values, &item))
			return false;
		if (ret->value_count++ == 0)
			ret->value = item.whole;
	}
	return true;
}

static int read_attrs(struct der set, struct attr_list *list, struct err *err)
{
	while (!der_at_end(&set)) {
		struct cms_attr *items;

		if (list->count == CMS_MAX_ITEMS)
			return too_many(err, "attributes");
		items = reallocarray(list->items, list->count + 1, sizeof(*items));
		if (!items)
			return err_set(err, ERR_NO_MEMORY, "no memory for attributes");
		list->items = items;
		if (!read_attr(&set, &items[list->count]))
			return malformed(err, "attributes are");
		list->count++;
	}
	return 0;
}

static bool is_strict_set(struct bytes contents)
{
	struct der in = der_of(contents);
	struct der_item item;

	while (!der_at_end(&in))
		if (!der_next(&in, &item) || !der_is_strict(item.whole))
			return false;
	return true;
}

static int read_signed_attrs(struct cms *cms, struct cms_signer *signer, struct der *info, struct err *err)
{
	struct der set;

	if (!der_enter_optional(info, DER_CONTEXT_CONSTRUCTED(0), &set, &signer->has_signed_attrs))
		return malformed(err, "set of signed attributes is");
	if (!signer->has_signed_attrs)
		return 0;
	signer->signed_attrs = (struct bytes){ set.p, set.n };
	if (read_attrs(set, &signer->attrs, err))
		return -1;
	signer->attrs_sorted = der_set_is_sorted(signer->signed_attrs);
	if (!signer->attrs_sorted || !is_strict_set(signer->signed_attrs))
		cms->ber = true;
	return 0;
}

static bool read_sid(struct cms_signer *signer, struct der *info)
{
	struct der pair;

	if (der_peek(info, DER_CONTEXT(0)))
		return der_read(info, DER_CONTEXT(0), &signer->sid_ski);
	return der_enter(info, DER_SEQUENCE, &pair) && der_read_whole(&pair, DER_SEQUENCE, &signer->sid_issuer) &&
	       der_read_integer(&pair, &signer->sid_serial) && der_at_end(&pair);
}

static int read_algorithms_and_value(struct cms_signer *signer, struct der *info, struct err *err)
{
	struct der set;
	bool present;

	if (!der_read_whole(info, DER_SEQUENCE, &signer->sig_algid) || !read_octets(info, 0, &signer->signature))
		return malformed(err, "signature value is");
	if (!der_enter_optional(info, DER_CONTEXT_CONSTRUCTED(1), &set, &present) || !der_at_end(info))
		return malformed(err, "set of unsigned attributes is");
	if (present && read_attrs(set, &signer->unsigned_attrs, err))
		return -1;
	signer->digest = algid_digest(signer->digest_algid);
	signer->alg = algid_signature(signer->sig_algid, signer->digest, &signer->same_digest);
	return buf_check(&signer->signature, err);
}

static int read_signer_info(struct cms *cms, struct cms_signer *signer, struct der info, struct err *err)
{
	long version;

	if (!der_read_int(&info, &version) || !read_sid(signer, &info) || !der_read_whole(&info, DER_SEQUENCE, &signer->digest_algid))
		return malformed(err, "signer's information is");
	return read_signed_attrs(cms, signer, &info, err) ? -1 : read_algorithms_and_value(signer, &info, err);
}

static int read_signer_infos(struct cms *cms, struct der set, struct err *err)
{
	while (!der_at_end(&set)) {
		struct cms_signer *signers = reallocarray(cms->signers, cms->signer_count + 1, sizeof(*signers));
		struct der info;

		if (!signers)
			return err_set(err, ERR_NO_MEMORY, "no memory for a signer's information");
		cms->signers = signers;
		if (cms->signer_count == CMS_MAX_SIGNERS)
			return err_set(err, ERR_LIMIT, "the CMS has more than %d signers", CMS_MAX_SIGNERS);
		if (!der_enter(&set, DER_SEQUENCE, &info))
			return malformed(err, "set of signers is");
		signers[cms->signer_count] = (struct cms_signer){ 0 };
		if (read_signer_info(cms, &signers[cms->signer_count++], info, err))
			return -1;
	}
	return 0;
}

static bool sid_matches(const struct cms_signer *signer, const struct cert *cert)
{
	if (signer->sid_ski.n)
		return bytes_eq(signer->sid_ski, cert_ski(cert));
	return bytes_eq(signer->sid_serial, cert_serial_der(cert)) && name_equal(signer->sid_issuer, cert_issuer_der(cert));
}

/* Two certificates may share issuer and serial (a CA's mistake, or an attack): the one signing-certificate names goes first. */
static void find_signer_cert(const struct cms *cms, struct cms_signer *signer)
{
	const struct cms_attr *v2 = cms_attr_of(&signer->attrs, OID_SIGNING_CERTIFICATE_V2, NULL);

	for (size_t i = 0; i < cms->certs.count; i++) {
		struct cert *cert = cms->certs.items[i];

		if (!sid_matches(signer, cert))
			continue;
		if (!signer->signer_cert)
			signer->signer_cert = cert;
		if (v2 && cms_ess_matches(v2->value, /* v2= */ true, cert) == 0) {
			signer->signer_cert = cert;
			return;
		}
	}
}

/* ---- SignedData, RFC 5652 5.1 ---- */

static int read_signed_data(struct cms *cms, struct der data, struct err *err)
{
	struct der set;
	bool present;
	long version;

	if (!der_read_int(&data, &version) || !der_enter(&data, DER_SET, &set))
		return malformed(err, "version or list of digests is");
	if (read_encap_content(cms, &data, err))
		return -1;
	if (!der_enter_optional(&data, DER_CONTEXT_CONSTRUCTED(0), &set, &present))
		return malformed(err, "set of certificates is");
	if (present && read_certs(cms, set, err))
		return -1;
	if (!der_enter_optional(&data, DER_CONTEXT_CONSTRUCTED(1), &set, &present))
		return malformed(err, "set of revocation data is");
	if (present && read_crls(cms, set, err))
		return -1;
	if (!der_enter(&data, DER_SET, &set) || !der_at_end(&data))
		return malformed(err, "set of signers is");
	return read_signer_infos(cms, set, err);
}

static int read_content_info(struct cms *cms, struct err *err)
{
	struct der in = der_of_ber((struct bytes){ (const uint8_t *)cms->data.data, cms->data.len }, &cms->ber);
	struct der info;
	struct der wrapped;
	struct der data;
	struct bytes oid;

	if (!der_enter(&in, DER_SEQUENCE, &info) || !der_read(&info, DER_OID, &oid))
		return malformed(err, "ContentInfo is");
	if (!bytes_eq(oid, OID_SIGNED_DATA))
		return err_set(err, ERR_CMS, "the CMS is no SignedData");
	if (!der_enter(&info, DER_CONTEXT_CONSTRUCTED(0), &wrapped) || !der_at_end(&info) || !der_enter(&wrapped, DER_SEQUENCE, &data) ||
	    !der_at_end(&wrapped))
		return malformed(err, "SignedData is");
	return read_signed_data(cms, data, err);
}

/* The ContentInfo, after which only zeros may follow: what pads /Contents (ISO 32000-1 12.8.1). */
static int copy_content_info(struct cms *cms, struct bytes input, struct err *err)
{
	struct der in = der_of_ber(input, &cms->ber);
	struct bytes whole;

	if (!der_read_whole(&in, DER_SEQUENCE, &whole))
		return err_set(err, ERR_CMS, "no CMS: it is empty, cut off or something else");
	for (size_t i = 0; i < in.n; i++)
		if (in.p[i] != 0)
			return err_set(err, ERR_CMS, "byte %zu after the CMS is not zero", i);
	buf_append(&cms->data, whole.p, whole.n);
	return buf_check(&cms->data, err);
}

int cms_parse(struct bytes der, struct cms **ret_cms, struct err *err)
{
	return cms_parse_own(der, NULL, ret_cms, err);
}

int cms_parse_own(struct bytes der, const struct signer *signer, struct cms **ret_cms, struct err *err)
{
	AUTO(cms_freep) struct cms *cms = calloc(1, sizeof(*cms));

	if (!cms)
		return err_set(err, ERR_NO_MEMORY, "no memory for a CMS");
	cms->own = signer;
	if (copy_content_info(cms, der, err) || read_content_info(cms, err))
		return -1;
	for (size_t i = 0; i < cms->signer_count; i++)
		find_signer_cert(cms, &cms->signers[i]);
	cms->own = NULL;
	*ret_cms = TAKE(cms);
	return 0;
}

void cms_free(struct cms *cms)
{
	if (!cms)
		return;
	buf_release(&cms->data);
	buf_release(&cms->content);
	for (size_t i = 0; i < cms->signer_count; i++) {
		buf_release(&cms->signers[i].signature);
		free(cms->signers[i].attrs.items);
		free(cms->signers[i].unsigned_attrs.items);
	}
	free(cms->signers);
	cert_list_release(&cms->certs);
	free(cms->crls.items);
	free(cms->ocsps.items);
	free(cms);
}

/* ---- fields ---- */

/* The first signer; one with nothing in it where there is none, so that every field reads as absent. */
static const struct cms_signer *first(const struct cms *cms)
{
	static const struct cms_signer none;

	return cms->signer_count ? &cms->signers[0] : &none;
}

bool cms_is_der(const struct cms *cms)
{
	return !cms->ber;
}

size_t cms_signer_count(const struct cms *cms)
{
	return cms->signer_count;
}

bool cms_is_detached(const struct cms *cms)
{
	return cms->detached;
}

struct bytes cms_content(const struct cms *cms)
{
	return (struct bytes){ (const uint8_t *)cms->content.data, cms->content.len };
}

const char *cms_content_type(const struct cms *cms)
{
	return cms->content_type;
}

const struct cert_list *cms_certs(const struct cms *cms)
{
	return &cms->certs;
}

size_t cms_bad_cert_count(const struct cms *cms)
{
	return cms->bad_cert_count;
}

size_t cms_crl_count(const struct cms *cms)
{
	return cms->crls.count;
}

struct bytes cms_crl(const struct cms *cms, size_t i)
{
	return cms->crls.items[i];
}

size_t cms_ocsp_count(const struct cms *cms)
{
	return cms->ocsps.count;
}

struct bytes cms_ocsp(const struct cms *cms, size_t i)
{
	return cms->ocsps.items[i];
}

struct cert *cms_signer_cert(const struct cms *cms)
{
	return first(cms)->signer_cert;
}

struct sig_alg cms_sig_alg(const struct cms *cms)
{
	return first(cms)->alg;
}

enum digest_alg cms_digest_alg(const struct cms *cms)
{
	return first(cms)->digest;
}

struct bytes cms_signature(const struct cms *cms)
{
	return (struct bytes){ (const uint8_t *)first(cms)->signature.data, first(cms)->signature.len };
}

bool cms_has_signed_attributes(const struct cms *cms)
{
	return first(cms)->has_signed_attrs;
}

bool cms_signed_attrs_sorted(const struct cms *cms)
{
	return first(cms)->attrs_sorted;
}

const struct cms_attr *cms_attr_of(const struct attr_list *list, struct bytes oid, size_t *ret_instances)
{
	const struct cms_attr *found = NULL;
	size_t instances = 0;

	for (size_t i = 0; i < list->count; i++) {
		if (!bytes_eq(list->items[i].oid, oid))
			continue;
		if (instances++ == 0)
			found = &list->items[i];
	}
	if (ret_instances)
		*ret_instances = instances;
	return found;
}

static const struct cms_attr *find_by_text(const struct attr_list *list, const char *oid)
{
	AUTO(buf_release) struct buf contents = BUF_INIT;

	if (!der_oid_contents(oid, &contents))
		return NULL;
	return cms_attr_of(list, (struct bytes){ (const uint8_t *)contents.data, contents.len }, NULL);
}

const struct cms_attr *cms_find_signed_attr(const struct cms *cms, const char *oid)
{
	return find_by_text(&first(cms)->attrs, oid);
}

const struct cms_attr *cms_find_unsigned_attr(const struct cms *cms, const char *oid)
{
	return find_by_text(&first(cms)->unsigned_attrs, oid);
}

struct bytes cms_message_digest(const struct cms *cms)
{
	const struct cms_attr *attr = cms_attr_of(&first(cms)->attrs, OID_MESSAGE_DIGEST, NULL);
	struct der in = attr ? der_of(attr->value) : der_of((struct bytes){ NULL, 0 });
	struct bytes digest;

	return attr && der_read(&in, DER_OCTET_STRING, &digest) ? digest : (struct bytes){ NULL, 0 };
}

int64_t cms_signing_time_ms(const struct cms *cms)
{
	const struct cms_attr *attr = cms_attr_of(&first(cms)->attrs, OID_SIGNING_TIME, NULL);
	struct der in = attr ? der_of(attr->value) : der_of((struct bytes){ NULL, 0 });
	int64_t ms;

	return attr && der_read_time(&in, &ms) ? ms : INT64_MIN;
}

static struct bytes value_of(const struct cms_attr *attr)
{
	return attr ? attr->value : (struct bytes){ NULL, 0 };
}

struct bytes cms_timestamp_token(const struct cms *cms)
{
	return value_of(cms_attr_of(&first(cms)->unsigned_attrs, OID_SIGNATURE_TIMESTAMP, NULL));
}

struct bytes cms_revocation_archival(const struct cms *cms)
{
	return value_of(cms_attr_of(&first(cms)->attrs, OID_ADOBE_REVOCATION, NULL));
}
