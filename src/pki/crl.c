/* crl.c - one strict pass over a CertificateList, and its hash index. See crl.h; RFC 5280 section 5. */
#include "pki/crl.h"

#include <stdlib.h>
#include <string.h>

#include "pki/algid.h"
#include "pki/cert.h"
#include "pki/digest.h"
#include "pki/pem.h"
#include "pki/x509_name.h"
#include "util/buf.h"
#include "util/err.h"

#define CRL_MAX_SAME_SERIAL 512

/* Where the effective certificate issuer changes in an indirect list (5.3.3): from this offset on. */
struct issuer_mark {
	uint32_t offset;
	struct bytes issuer; /* whole Name */
};

struct crl {
	uint8_t *data;
	size_t size;
	struct x509_signed signed_data;
	struct bytes issuer, number, base_number, aki;
	int64_t this_update_ms, next_update_ms, expired_certs_from_ms;
	struct crl_idp idp;
	const char *unusable;
	bool version2;
	struct bytes entries; /* contents of revokedCertificates */
	size_t entry_count;
	uint32_t *slots; /* open addressing: 1 + offset of an entry in `entries`, 0 = empty */
	size_t slot_mask;
	uint64_t seed; /* so that nobody can choose serials that collide */
	struct issuer_mark *marks;
	size_t mark_count, mark_cap;
};

static const struct {
	enum crl_reason reason;
	const char *en, *vi;
} reason_names[] = {
	{ CRL_REASON_UNSPECIFIED, "unspecified", "không nêu lý do" },
	{ CRL_REASON_KEY_COMPROMISE, "keyCompromise", "lộ khóa bí mật" },
	{ CRL_REASON_CA_COMPROMISE, "cACompromise", "lộ khóa bí mật của cơ quan chứng thực" },
	{ CRL_REASON_AFFILIATION_CHANGED, "affiliationChanged", "thay đổi đơn vị công tác" },
	{ CRL_REASON_SUPERSEDED, "superseded", "đã được thay thế" },
	{ CRL_REASON_CESSATION_OF_OPERATION, "cessationOfOperation", "ngừng hoạt động" },
	{ CRL_REASON_CERTIFICATE_HOLD, "certificateHold", "đang tạm dừng" },
	{ CRL_REASON_REMOVE_FROM_CRL, "removeFromCRL", "đưa ra khỏi danh sách thu hồi" },
	{ CRL_REASON_PRIVILEGE_WITHDRAWN, "privilegeWithdrawn", "thu hồi quyền" },
	{ CRL_REASON_AA_COMPROMISE, "aACompromise", "lộ khóa của cơ quan cấp thuộc tính" },
};

const char *crl_reason_name(enum crl_reason reason)
{
	for (size_t i = 0; i < ARRAY_LEN(reason_names); i++)
		if (reason_names[i].reason == reason)
			return reason_names[i].en;
	return reason_names[0].en;
}

const char *crl_reason_name_vi(enum crl_reason reason)
{
	for (size_t i = 0; i < ARRAY_LEN(reason_names); i++)
		if (reason_names[i].reason == reason)
			return reason_names[i].vi;
	return reason_names[0].vi;
}

static bool reason_known(long value)
{
	for (size_t i = 0; i < ARRAY_LEN(reason_names); i++)
		if ((long)reason_names[i].reason == value)
			return true;
	return false;
}

static int crl_error(struct err *err, const char *what)
{
	return err_set(err, ERR_CRL, "the CRL is malformed: %s", what);
}

/* ---- one entry ---- */

struct entry_parts {
	struct bytes serial;
	struct der rest; /* date and extensions */
};

/* The serial number and what follows it. */
static bool entry_open(struct der *entries, struct entry_parts *ret)
{
	struct der inner;

	if (!der_enter(entries, DER_SEQUENCE, &inner) || !der_read_integer(&inner, &ret->serial))
		return false;
	ret->rest = inner;
	return true;
}

static bool read_reason(struct bytes value, struct crl_entry *entry)
{
	struct der der = der_of(value);
	long reason;

	if (!der_peek(&der, DER_ENUMERATED) || !der_read_long(&der, &reason) || !der_at_end(&der) ||
	    !reason_known(reason))
		return false;
	entry->reason = (enum crl_reason)reason;
	entry->has_reason = true;
	return true;
}

/* certificateIssuer (5.3.3): GeneralNames with the directoryName of the certificate's issuer. */
static bool read_certificate_issuer(struct bytes value, struct bytes *ret_name)
{
	struct der names;
	struct der_item item;

	if (!der_only(value, DER_SEQUENCE, &names))
		return false;
	while (!der_at_end(&names)) {
		if (!der_next(&names, &item))
			return false;
		if (item.tag == DER_CONTEXT_CONSTRUCTED(4)) {
			*ret_name = item.contents;
			return true;
		}
	}
	return false;
}

/* Reads crlEntryExtensions; `ret_critical` names an unknown critical one. */
static bool read_entry_extensions(struct bytes contents, struct crl_entry *entry, struct bytes *ret_issuer,
				  bool *ret_critical)
{
	struct der der = der_of(contents);
	struct x509_ext ext;
	struct der value;

	while (!der_at_end(&der)) {
		if (!x509_ext_next(&der, &ext))
			return false;
		value = der_of(ext.value);
		if (bytes_eq(ext.oid, OID_EXT_REASON_CODE)) {
			if (!read_reason(ext.value, entry))
				return false;
		} else if (bytes_eq(ext.oid, OID_EXT_INVALIDITY_DATE)) {
			if (!der_read_time(&value, &entry->invalidity_ms) || !der_at_end(&value))
				return false;
		} else if (bytes_eq(ext.oid, OID_EXT_CERTIFICATE_ISSUER)) {
			if (!read_certificate_issuer(ext.value, ret_issuer))
				return false;
		} else if (ext.critical) {
			*ret_critical = true;
		}
	}
	return true;
}

static bool entry_read(const struct entry_parts *parts, struct crl_entry *ret, struct bytes *ret_issuer,
		       bool *ret_critical)
{
	struct der rest = parts->rest;
	struct bytes extensions;

	*ret = (struct crl_entry){ .reason = CRL_REASON_UNSPECIFIED, .invalidity_ms = INT64_MIN };
	if (!der_read_time(&rest, &ret->revoked_ms))
		return false;
	if (der_at_end(&rest))
		return true;
	return der_read(&rest, DER_SEQUENCE, &extensions) && der_at_end(&rest) &&
	       read_entry_extensions(extensions, ret, ret_issuer, ret_critical);
}

/* ---- index ---- */

static uint64_t hash_serial(uint64_t seed, struct bytes serial)
{
	uint64_t h = seed ^ serial.n;

	for (size_t i = 0; i < serial.n; i++)
		h = (h ^ serial.p[i]) * UINT64_C(0x9e3779b97f4a7c15) ^ (h >> 29);
	h ^= h >> 32;
	h *= UINT64_C(0xd6e8feb86659fd93) ^ (seed | 1);
	return h ^ h >> 32;
}

/* Seeded hashing keeps runs short but for equal serials, which an indirect list may have: a bound keeps hostile lists
 * linear. */
static bool index_add(struct crl *crl, struct bytes serial, uint32_t offset)
{
	size_t i = hash_serial(crl->seed, serial) & crl->slot_mask;

	for (int probes = 0; crl->slots[i] != 0; probes++) {
		if (probes >= CRL_MAX_SAME_SERIAL)
			return false;
		i = (i + 1) & crl->slot_mask;
	}
	crl->slots[i] = offset + 1;
	return true;
}

static int index_open(struct crl *crl, size_t count, struct err *err)
{
	size_t slots = 16;

	while (slots < count * 2)
		slots *= 2;
	crl->slots = calloc(slots, sizeof(*crl->slots));
	if (!crl->slots)
		return err_set(err, ERR_NO_MEMORY, "no memory for the index of a CRL with %zu entries", count);
	crl->slot_mask = slots - 1;
	return digest_random((uint8_t *)&crl->seed, sizeof(crl->seed), err);
}

static int mark_issuer(struct crl *crl, uint32_t offset, struct bytes issuer, struct err *err)
{
	struct issuer_mark *marks;

	if (crl->mark_count == crl->mark_cap) {
		size_t cap = crl->mark_cap ? crl->mark_cap * 2 : 8;

		marks = realloc(crl->marks, cap * sizeof(*marks));
		if (!marks)
			return err_set(err, ERR_NO_MEMORY, "no memory for the issuers of an indirect CRL");
		crl->marks = marks;
		crl->mark_cap = cap;
	}
	crl->marks[crl->mark_count++] = (struct issuer_mark){ offset, issuer };
	return 0;
}

/* First pass: only how many elements, so that the index is made once and in the right size. */
static bool count_entries(struct bytes entries, size_t *ret_count)
{
	struct der der = der_of(entries);
	struct der_item item;
	size_t count = 0;

	for (; !der_at_end(&der); count++)
		if (!der_next(&der, &item))
			return false;
	*ret_count = count;
	return true;
}

static int read_entry_at(struct crl *crl, struct der *der, struct err *err)
{
	uint32_t offset = (uint32_t)(der->p - crl->entries.p);
	struct bytes issuer = { NULL, 0 };
	struct entry_parts parts;
	struct crl_entry entry;
	bool critical = false;

	if (!entry_open(der, &parts) || !entry_read(&parts, &entry, &issuer, &critical))
		return err_set(err, ERR_CRL, "the CRL is malformed: entry at octet %u of revokedCertificates", offset);
	if (critical)
		crl->unusable = "an entry has an unknown critical extension (RFC 5280 5.3)";
	if (!index_add(crl, parts.serial, offset))
		return err_set(err, ERR_CRL, "the CRL lists one serial number more than %d times", CRL_MAX_SAME_SERIAL);
	return issuer.p ? mark_issuer(crl, offset, issuer, err) : 0;
}

static int read_entries(struct crl *crl, struct err *err)
{
	struct der der = der_of(crl->entries);

	if (!count_entries(crl->entries, &crl->entry_count))
		return crl_error(err, "revokedCertificates");
	if (index_open(crl, crl->entry_count, err) != 0)
		return -1;
	while (!der_at_end(&der))
		if (read_entry_at(crl, &der, err) != 0)
			return -1;
	return 0;
}

/* ---- extensions of the list ---- */

static bool read_idp_flag(const struct der_item *item, struct crl_idp *idp)
{
	bool value = item->contents.n == 1 && item->contents.p[0] == 0xff;

	if (!value) /* DER never writes the default FALSE */
		return false;
	switch (item->tag) {
	case DER_CONTEXT(1):
		idp->only_user = true;
		return true;
	case DER_CONTEXT(2):
		idp->only_ca = true;
		return true;
	case DER_CONTEXT(4):
		idp->indirect = true;
		return true;
	case DER_CONTEXT(5):
		idp->only_attribute = true;
		return true;
	default:
		return false;
	}
}

/* IssuingDistributionPoint (5.2.5); elements in ascending order of their tags. */
static bool read_idp(struct bytes value, struct crl_idp *idp)
{
	struct der der;
	struct der_item item;
	int last = -1;

	*idp = (struct crl_idp){ .present = true, .der = value };
	if (!der_only(value, DER_SEQUENCE, &der))
		return false;
	while (!der_at_end(&der)) {
		if (!der_next(&der, &item) || (item.tag & 0x1f) <= last)
			return false;
		last = item.tag & 0x1f;
		if (item.tag == DER_CONTEXT_CONSTRUCTED(0)) {
			if (!x509_dp_name_read(item.contents, &idp->name))
				return false;
		} else if (item.tag == DER_CONTEXT(3)) {
			idp->has_reasons = true;
			if (!x509_named_bits(item.contents, &idp->reasons))
				return false;
		} else if (!read_idp_flag(&item, idp)) {
			return false;
		}
	}
	return idp->only_user + idp->only_ca + idp->only_attribute <= 1;
}

static bool read_number(struct bytes value, struct bytes *ret)
{
	struct der der = der_of(value);

	return !ret->p && der_read_integer(&der, ret) && der_at_end(&der) && ret->p[0] < 0x80;
}

static bool read_aki(struct bytes value, struct bytes *ret)
{
	struct der der;
	struct der_item item;

	if (ret->p || !der_only(value, DER_SEQUENCE, &der))
		return false;
	while (!der_at_end(&der)) {
		if (!der_next(&der, &item))
			return false;
		if (item.tag == DER_CONTEXT(0))
			*ret = item.contents;
	}
	return true;
}

static bool read_list_extension(struct crl *crl, const struct x509_ext *ext)
{
	struct der value = der_of(ext->value);

	if (bytes_eq(ext->oid, OID_EXT_CRL_NUMBER))
		return read_number(ext->value, &crl->number);
	if (bytes_eq(ext->oid, OID_EXT_DELTA_CRL_INDICATOR))
		return read_number(ext->value, &crl->base_number);
	if (bytes_eq(ext->oid, OID_EXT_AKI))
		return read_aki(ext->value, &crl->aki);
	if (bytes_eq(ext->oid, OID_EXT_ISSUING_DP))
		return !crl->idp.present && read_idp(ext->value, &crl->idp);
	if (bytes_eq(ext->oid, OID_EXT_EXPIRED_CERTS_ON_CRL))
		return der_read_time(&value, &crl->expired_certs_from_ms) && der_at_end(&value);
	if (ext->critical)
		crl->unusable = "the list has an unknown critical extension (RFC 5280 5.2)";
	return true;
}

static bool read_list_extensions(struct crl *crl, struct bytes explicit_contents)
{
	struct der der;
	struct x509_ext ext;

	if (!der_only(explicit_contents, DER_SEQUENCE, &der) || der_at_end(&der))
		return false;
	while (!der_at_end(&der))
		if (!x509_ext_next(&der, &ext) || !read_list_extension(crl, &ext))
			return false;
	return true;
}

/* ---- the list ---- */

static bool read_optional_next_update(struct crl *crl, struct der *tbs)
{
	crl->next_update_ms = INT64_MIN;
	if (!der_peek(tbs, DER_UTC_TIME) && !der_peek(tbs, DER_GENERALIZED_TIME))
		return true;
	return der_read_time(tbs, &crl->next_update_ms);
}

/* TBSCertList (5.1.2). */
static int read_tbs(struct crl *crl, struct der *tbs, struct err *err)
{
	struct bytes alg, extensions;
	long version = 0;

	if (der_peek(tbs, DER_INTEGER) && (!der_read_long(tbs, &version) || version != 1))
		return crl_error(err, "version is not 2");
	crl->version2 = version == 1;
	if (!der_read_whole(tbs, DER_SEQUENCE, &alg) || !bytes_eq(alg, crl->signed_data.alg))
		return crl_error(err, "the two signature algorithms differ (RFC 5280 5.1.1.2)");
	if (!der_read_whole(tbs, DER_SEQUENCE, &crl->issuer))
		return crl_error(err, "issuer");
	if (!der_read_time(tbs, &crl->this_update_ms))
		return crl_error(err, "thisUpdate");
	if (!read_optional_next_update(crl, tbs))
		return crl_error(err, "nextUpdate");
	if (der_peek(tbs, DER_SEQUENCE) && !der_read(tbs, DER_SEQUENCE, &crl->entries))
		return crl_error(err, "revokedCertificates");
	if (read_entries(crl, err) != 0)
		return -1;
	if (der_at_end(tbs))
		return 0;
	if (!crl->version2 || !der_read(tbs, DER_CONTEXT_CONSTRUCTED(0), &extensions) || !der_at_end(tbs) ||
	    !read_list_extensions(crl, extensions))
		return crl_error(err, "crlExtensions");
	return 0;
}

int crl_parse(struct bytes der, struct crl **ret_crl, struct err *err)
{
	AUTO(crl_freep) struct crl *crl = NULL;
	struct der list, tbs;

	if (der.n > CRL_MAX_BYTES)
		return err_set(err, ERR_LIMIT, "the CRL has %zu octets, more than %zu", der.n, CRL_MAX_BYTES);
	crl = calloc(1, sizeof(*crl));
	if (crl)
		crl->data = malloc(der.n ? der.n : 1);
	if (!crl || !crl->data)
		return err_set(err, ERR_NO_MEMORY, "no memory for a CRL of %zu octets", der.n);
	if (der.n)
		memcpy(crl->data, der.p, der.n);
	crl->size = der.n;
	crl->expired_certs_from_ms = INT64_MAX;
	if (!der_only(crl_der(crl), DER_SEQUENCE, &list) || !x509_signed_read(&list, &crl->signed_data) ||
	    !der_at_end(&list))
		return crl_error(err, "not one CertificateList in DER");
	if (!der_only(crl->signed_data.tbs, DER_SEQUENCE, &tbs))
		return crl_error(err, "tbsCertList");
	if (read_tbs(crl, &tbs, err) != 0)
		return -1;
	*ret_crl = TAKE(crl);
	return 0;
}

int crl_load(struct bytes file, const char *name, struct crl **ret_crl, struct err *err)
{
	AUTO(buf_release) struct buf der = BUF_INIT;

	if (pem_find(file, "X509 CRL", &der))
		file = x509_buf_bytes(&der);
	return crl_parse(file, ret_crl, err) == 0 ? 0 : err_prefix(err, "%s", name);
}

void crl_free(struct crl *crl)
{
	if (!crl)
		return;
	free(crl->marks);
	free(crl->slots);
	free(crl->data);
	free(crl);
}

struct bytes crl_der(const struct crl *crl)
{
	return (struct bytes){ crl->data, crl->size };
}

const struct x509_signed *crl_signed(const struct crl *crl)
{
	return &crl->signed_data;
}

struct bytes crl_issuer_der(const struct crl *crl)
{
	return crl->issuer;
}

int64_t crl_this_update_ms(const struct crl *crl)
{
	return crl->this_update_ms;
}

int64_t crl_next_update_ms(const struct crl *crl)
{
	return crl->next_update_ms;
}

struct bytes crl_number(const struct crl *crl)
{
	return crl->number;
}

bool crl_is_delta(const struct crl *crl)
{
	return crl->base_number.p != NULL;
}

struct bytes crl_base_number(const struct crl *crl)
{
	return crl->base_number;
}

struct bytes crl_aki(const struct crl *crl)
{
	return crl->aki;
}

int64_t crl_expired_certs_from_ms(const struct crl *crl)
{
	return crl->expired_certs_from_ms;
}

size_t crl_entry_count(const struct crl *crl)
{
	return crl->entry_count;
}

struct sig_alg crl_sig_alg(const struct crl *crl)
{
	return algid_signature(crl->signed_data.alg, DIGEST_NONE, NULL);
}

const struct crl_idp *crl_idp(const struct crl *crl)
{
	return &crl->idp;
}

const char *crl_unusable(const struct crl *crl)
{
	return crl->unusable;
}

/* The issuer an entry speaks of: the last certificateIssuer at or before it, else the list's own (5.3.3). */
static struct bytes entry_issuer(const struct crl *crl, uint32_t offset)
{
	size_t low = 0, high = crl->mark_count;

	if (!crl->idp.indirect)
		return crl->issuer;
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (crl->marks[middle].offset <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 ? crl->marks[low - 1].issuer : crl->issuer;
}

bool crl_find(const struct crl *crl, struct bytes issuer_der, struct bytes serial, struct crl_entry *ret_entry)
{
	size_t i = hash_serial(crl->seed, serial) & crl->slot_mask;

	for (; crl->slots[i] != 0; i = (i + 1) & crl->slot_mask) {
		uint32_t offset = crl->slots[i] - 1;
		struct der der = der_of((struct bytes){ crl->entries.p + offset, crl->entries.n - offset });
		struct bytes issuer = { NULL, 0 };
		struct entry_parts parts;
		bool critical;

		if (entry_open(&der, &parts) && bytes_eq(parts.serial, serial) &&
		    x509_name_equal(entry_issuer(crl, offset), issuer_der) &&
		    entry_read(&parts, ret_entry, &issuer, &critical))
			return true;
	}
	return false;
}

int crl_check_signature(const struct crl *crl, const struct cert *signer, struct err *err)
{
	return x509_signed_check(&crl->signed_data, signer, err);
}
