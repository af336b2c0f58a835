/*
 * crl.c - the authority's CRLs: full ones, for the issuing authority and for the root; see ca.h.
 *
 * The number of a new CRL is that of the published file plus one: the file is replaced by a rename, so no number is
 * used twice and no other state can disagree. Revoked certificates stay on the list after they expired, and
 * expiredCertsOnCRL (X.509 9.5.2.8) says so: old signatures can still be judged.
 */
#include <stdlib.h>
#include <string.h>

#include "ca/ca_private.h"
#include "pki/crl.h"
#include "pki/issue.h"
#include "util/hex.h"

#define DAY_MS ((int64_t)86400000)

static const char *crl_file(enum ca_cert issuer)
{
	return issuer == CA_CERT_ROOT ? "root.crl" : "ca.crl";
}

static int64_t period_ms(const struct ca *ca, enum ca_cert issuer)
{
	return (issuer == CA_CERT_ROOT ? ca->config.root_crl_days : ca->config.crl_days) * DAY_MS;
}

static int next_number(const struct ca *ca, enum ca_cert issuer, uint64_t *ret, struct err *err)
{
	AUTO(buf_release) struct buf der = BUF_INIT;
	AUTO(crl_freep) struct crl *crl = NULL;
	struct bytes number;

	*ret = 1;
	if (!store_has(ca->store, crl_file(issuer)))
		return 0;
	if (store_read(ca->store, crl_file(issuer), &der, err) < 0 ||
	    crl_parse((struct bytes){ (const uint8_t *)der.data, der.len }, &crl, err) < 0)
		return err_prefix(err, "%s", crl_file(issuer));
	number = crl_number(crl);
	if (number.n == 0 || number.n > 8)
		return err_set(err, ERR_CA, "%s has no number that could be counted on", crl_file(issuer));
	*ret = 0;
	for (size_t i = 0; i < number.n; i++)
		*ret = *ret << 8 | number.p[i];
	++*ret;
	return 0;
}

/* The root's list has what the root issued, the other one everything else. */
static bool belongs(const struct ca_entry *entry, enum ca_cert issuer)
{
	bool by_root = strcmp(entry->profile, CA_PROFILE_ISSUER) == 0;

	return entry->status == CA_STATUS_REVOKED && by_root == (issuer == CA_CERT_ROOT);
}

static void serial_octets(const char hex[17], uint8_t ret[CA_SERIAL_BYTES])
{
	for (int i = 0; i < CA_SERIAL_BYTES; i++)
		ret[i] = (uint8_t)(hex_digit(hex[2 * i]) << 4 | hex_digit(hex[2 * i + 1]));
}

static int collect(const struct ca *ca, enum ca_cert issuer, struct issue_crl_entry **ret, size_t *ret_count,
		   struct err *err)
{
	size_t count = index_count(ca->index);
	struct issue_crl_entry *entries = calloc(count + 1, sizeof(*entries));
	size_t n = 0;

	if (!entries)
		return err_set(err, ERR_NO_MEMORY, "no memory for a CRL of %zu certificates", count);
	for (size_t i = 0; i < count; i++) {
		const struct ca_entry *entry = index_at(ca->index, i);

		if (!belongs(entry, issuer))
			continue;
		serial_octets(entry->serial, entries[n].serial);
		entries[n].revoked_ms = entry->revoked_ms;
		entries[n++].reason = entry->reason;
	}
	*ret = entries;
	*ret_count = n;
	return 0;
}

static void remember(struct ca *ca, enum ca_cert issuer, const struct buf *der, int64_t now)
{
	struct ca_crl_cache *cache = issuer == CA_CERT_ROOT ? &ca->root_crl : &ca->crl;

	buf_release(&cache->der);
	buf_append(&cache->der, der->data, der->len);
	if (buf_failed(&cache->der))
		buf_release(&cache->der);
	cache->events = index_event_count(ca->index);
	cache->made_ms = now;
	cache->renew_ms = now + period_ms(ca, issuer) / 2;
}

static void free_entries(struct issue_crl_entry **entries)
{
	free(*entries);
}

/* The exclusive lock is held and the index is fresh. */
int crl_publish(struct ca *ca, enum ca_cert issuer, struct signer *signer, struct buf *ret_der, struct err *err)
{
	AUTO(free_entries) struct issue_crl_entry *entries = NULL;
	AUTO(buf_release) struct buf der = BUF_INIT;
	int64_t now = ca_now_ms(ca);
	struct issue_crl what = { .this_update_ms = now,
				  .next_update_ms = now + period_ms(ca, issuer),
				  .expired_since_ms = cert_not_before_ms(signer->cert) };

	if (next_number(ca, issuer, &what.number, err) < 0 || collect(ca, issuer, &entries, &what.count, err) < 0)
		return -1;
	what.entries = entries;
	if (issue_crl(&what, signer, signer_default_alg(signer), &der, err) < 0 ||
	    store_write(ca->store, crl_file(issuer), (struct bytes){ (const uint8_t *)der.data, der.len }, err) < 0)
		return -1;
	remember(ca, issuer, &der, now);
	buf_append(ret_der, der.data, der.len);
	return buf_check(ret_der, err);
}

static int open_root(struct ca *ca, struct signer **ret_signer, struct err *err)
{
	AUTO(key_freep) struct key *key = NULL;

	if (!store_has(ca->store, ca_key_files[CA_CERT_ROOT]))
		return err_set(err, ERR_CA_REFUSED, "the root is off line: %s is not there",
			       ca_key_files[CA_CERT_ROOT]);
	if (keys_load(ca->store, ca_key_files[CA_CERT_ROOT], &key, err) < 0)
		return -1;
	return key_signer_new(key, ca->certs[CA_CERT_ROOT], NULL, ret_signer, err);
}

static int publish_issuer(struct ca *ca, struct buf *ret_der, struct err *err)
{
	return crl_publish(ca, CA_CERT_ISSUER, ca->signers[CA_CERT_ISSUER], ret_der, err);
}

static int publish_root(struct ca *ca, struct buf *ret_der, struct err *err)
{
	AUTO(signer_freep) struct signer *root = NULL;

	if (open_root(ca, &root, err) < 0)
		return -1;
	return crl_publish(ca, CA_CERT_ROOT, root, ret_der, err);
}

typedef int publish_fn(struct ca *ca, struct buf *ret_der, struct err *err);

static int with_lock(struct ca *ca, publish_fn *publish, struct buf *ret_der, struct err *err)
{
	int rc;

	if (store_lock(ca->store, STORE_EXCLUSIVE, err) < 0)
		return -1;
	rc = index_refresh(ca->index, err);
	if (rc == 0)
		rc = publish(ca, ret_der, err);
	store_unlock(ca->store);
	return rc;
}

int ca_crl(struct ca *ca, struct buf *ret_der, struct err *err)
{
	return with_lock(ca, publish_issuer, ret_der, err);
}

int ca_root_crl(struct ca *ca, struct buf *ret_der, struct err *err)
{
	return with_lock(ca, publish_root, ret_der, err);
}

static bool is_current(struct ca *ca, const struct ca_crl_cache *cache)
{
	int64_t now = ca_now_ms(ca);

	return cache->der.len && cache->events == index_event_count(ca->index) && now >= cache->made_ms &&
	       now < cache->renew_ms;
}

/* 0 and the list when it is current, 1 when it must be made, -1. */
static int try_cache(struct ca *ca, const struct ca_crl_cache *cache, struct buf *ret_der, struct err *err)
{
	int rc;

	if (store_lock(ca->store, STORE_THREADS, err) < 0)
		return -1;
	rc = ca_refresh(ca, err);
	if (rc == 0 && is_current(ca, cache)) {
		buf_append(ret_der, cache->der.data, cache->der.len);
		rc = buf_check(ret_der, err);
	} else if (rc == 0) {
		rc = 1;
	}
	store_unlock(ca->store);
	return rc;
}

int ca_current_crl(struct ca *ca, struct buf *ret_der, struct err *err)
{
	int rc = try_cache(ca, &ca->crl, ret_der, err);

	return rc <= 0 ? rc : ca_crl(ca, ret_der, err);
}

/* A root that is off line leaves its last list, however old. */
int ca_current_root_crl(struct ca *ca, struct buf *ret_der, struct err *err)
{
	int rc = try_cache(ca, &ca->root_crl, ret_der, err);

	if (rc <= 0)
		return rc;
	if (store_has(ca->store, ca_key_files[CA_CERT_ROOT]))
		return ca_root_crl(ca, ret_der, err);
	return store_read(ca->store, crl_file(CA_CERT_ROOT), ret_der, err);
}
