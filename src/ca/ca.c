/* ca.c - opens the authority, answers what was issued, revokes; see ca.h. */
#include "ca/ca_private.h"

#include <stdlib.h>
#include <string.h>

#include "pki/crl.h"
#include "util/date.h"
#include "util/hex.h"

#define CERT_MAX_BYTES 65536

const char *const ca_cert_files[CA_CERT_COUNT] = { "root.cer", "ca.cer", "ocsp.cer", "tsa.cer" };
const char *const ca_key_files[CA_CERT_COUNT] = { "root/root.key", "private/ca.key", "private/ocsp.key",
						  "private/tsa.key" };

int64_t ca_now_ms(struct ca *ca)
{
	int64_t now;

	pthread_mutex_lock(&ca->clock_lock);
	now = clock_now_ms(&ca->clock);
	pthread_mutex_unlock(&ca->clock_lock);
	return now;
}

void ca_set_clock(struct ca *ca, const struct clock *clock)
{
	pthread_mutex_lock(&ca->clock_lock);
	ca->clock = *clock;
	pthread_mutex_unlock(&ca->clock_lock);
}

int64_t ca_add_years(int64_t ms, int years)
{
	struct date_fields fields = date_from_ms(ms, /* offset_min= */ 0);

	fields.year += years;
	if (!date_valid(fields.year, fields.month, fields.day))
		fields.day = 28;
	return date_to_ms(fields, /* offset_min= */ 0) + (ms % 1000 + 1000) % 1000;
}

/* ---- opening ---- */

void ca_free(struct ca *ca)
{
	if (!ca)
		return;
	for (int i = 0; i < CA_CERT_COUNT; i++) {
		signer_free(ca->signers[i]);
		cert_free(ca->certs[i]);
	}
	buf_release(&ca->crl.der);
	buf_release(&ca->root_crl.der);
	index_free(ca->index);
	store_free(ca->store);
	arena_free(ca->arena);
	pthread_mutex_destroy(&ca->signing);
	pthread_mutex_destroy(&ca->clock_lock);
	free(ca);
}

static int load_cert(struct ca *ca, enum ca_cert which, struct err *err)
{
	AUTO(buf_release) struct buf der = BUF_INIT;

	if (store_read(ca->store, ca_cert_files[which], &der, err) < 0)
		return -1;
	if (cert_parse((struct bytes){ (const uint8_t *)der.data, der.len }, &ca->certs[which], err) < 0)
		return err_prefix(err, "%s", ca_cert_files[which]);
	return 0;
}

/* The chain that goes with what this key signs: the issuing certificate, never the root. */
static int load_signer(struct ca *ca, enum ca_cert which, struct err *err)
{
	AUTO(key_freep) struct key *key = NULL;
	AUTO(cert_list_release) struct cert_list chain = { NULL, 0, 0 };

	if (keys_load(ca->store, ca_key_files[which], &key, err) < 0)
		return -1;
	if (which != CA_CERT_ISSUER && cert_list_add(&chain, ca->certs[CA_CERT_ISSUER], err) < 0)
		return -1;
	if (key_signer_new(key, ca->certs[which], &chain, &ca->signers[which], err) < 0)
		return err_prefix(err, "%s", ca_key_files[which]);
	return 0;
}

static int load_all(struct ca *ca, const char *dir, struct err *err)
{
	AUTO(buf_release) struct buf path = BUF_INIT;

	if (store_open(dir, &ca->store, err) < 0 || config_read(ca->store, ca->arena, &ca->config, err) < 0)
		return -1;
	for (int i = 0; i < CA_CERT_COUNT; i++)
		if (load_cert(ca, (enum ca_cert)i, err) < 0)
			return -1;
	for (int i = CA_CERT_ISSUER; i < CA_CERT_COUNT; i++)
		if (load_signer(ca, (enum ca_cert)i, err) < 0)
			return -1;
	return index_open(store_path(ca->store, "index", &path), &ca->index, err);
}

int ca_open(const char *dir, const struct clock *clock, struct ca **ret_ca, struct err *err)
{
	AUTO(ca_freep) struct ca *ca = calloc(1, sizeof(*ca));

	if (!ca)
		return err_set(err, ERR_NO_MEMORY, "%s", dir);
	pthread_mutex_init(&ca->signing, NULL);
	pthread_mutex_init(&ca->clock_lock, NULL);
	ca->clock = *clock;
	ca->arena = arena_new(/* limit_bytes= */ 1 << 20);
	if (!ca->arena)
		return err_set(err, ERR_NO_MEMORY, "%s", dir);
	if (load_all(ca, dir, err) < 0)
		return err_prefix(err, "%s", dir);
	*ret_ca = TAKE(ca);
	return 0;
}

struct cert *ca_cert(const struct ca *ca, enum ca_cert which)
{
	return ca->certs[which];
}

const char *ca_base_url(const struct ca *ca)
{
	return ca->config.base_url;
}

/* ---- what was issued ---- */

/* Lines are whole or not there, so looking needs no lock of other processes; what looks damaged is looked at again with
 * one. */
int ca_refresh(struct ca *ca, struct err *err)
{
	int rc;

	if (index_refresh(ca->index, NULL) == 0)
		return 0;
	if (store_lock(ca->store, STORE_SHARED, err) < 0)
		return -1;
	rc = index_refresh(ca->index, err);
	store_unlock(ca->store);
	return rc;
}

static int normal_serial(const char *text, char ret[17], struct err *err)
{
	size_t len = strlen(text);

	if (len != 16)
		return err_set(err, ERR_CA_NOT_FOUND, "\"%s\" is not a serial of 16 hexadecimal digits", text);
	for (size_t i = 0; i < len; i++) {
		if (hex_digit(text[i]) < 0)
			return err_set(err, ERR_CA_NOT_FOUND, "\"%s\" is not a serial of 16 hexadecimal digits", text);
		ret[i] = (char)(text[i] >= 'a' ? text[i] - 'a' + 'A' : text[i]);
	}
	ret[16] = '\0';
	return 0;
}

static int find_locked(struct ca *ca, const char serial[17], struct ca_entry *ret, struct err *err)
{
	const struct ca_entry *entry;

	if (ca_refresh(ca, err) < 0)
		return -1;
	entry = index_find(ca->index, serial);
	if (!entry)
		return err_set(err, ERR_CA_NOT_FOUND, "serial %s was not issued here", serial);
	*ret = *entry;
	return 0;
}

int ca_find(struct ca *ca, const char *serial_hex, struct ca_entry *ret_entry, struct err *err)
{
	char serial[17];
	int rc;

	if (normal_serial(serial_hex, serial, err) < 0 || store_lock(ca->store, STORE_THREADS, err) < 0)
		return -1;
	rc = find_locked(ca, serial, ret_entry, err);
	store_unlock(ca->store);
	return rc;
}

int ca_list(struct ca *ca, size_t *at, bool *ret_more, struct ca_entry *ret_entry, struct err *err)
{
	const struct ca_entry *entry;
	int rc;

	if (store_lock(ca->store, STORE_THREADS, err) < 0)
		return -1;
	rc = ca_refresh(ca, err);
	entry = rc == 0 ? index_at(ca->index, *at) : NULL;
	*ret_more = entry != NULL;
	if (entry) {
		*ret_entry = *entry;
		(*at)++;
	}
	store_unlock(ca->store);
	return rc;
}

/* ---- revocation ---- */

static bool may_be_revoked_for(int reason)
{
	return reason >= CRL_REASON_UNSPECIFIED && reason <= CRL_REASON_AA_COMPROMISE && reason != 7 &&
	       reason != CRL_REASON_REMOVE_FROM_CRL;
}

static int revoke_locked(struct ca *ca, const char serial[17], int reason, int64_t time_ms, struct err *err)
{
	int64_t now = ca_now_ms(ca);
	struct ca_entry entry;

	if (find_locked(ca, serial, &entry, err) < 0)
		return -1;
	if (!time_ms)
		time_ms = now;
	if (time_ms > now)
		return err_set(err, ERR_CA_REFUSED, "serial %s: the time of revocation is in the future", serial);
	if (time_ms < entry.not_before_ms &&
	    now >= entry.not_before_ms) /* a certificate of the future may be revoked today */
		return err_set(err, ERR_CA_REFUSED,
			       "serial %s: the time of revocation is before the certificate's begin", serial);
	if (entry.status == CA_STATUS_REVOKED && entry.reason != CRL_REASON_CERTIFICATE_HOLD)
		return err_set(err, ERR_CA_REFUSED, "serial %s is revoked already", serial);
	if (entry.status == CA_STATUS_REVOKED)
		time_ms = entry.revoked_ms; /* of the hold: it was not to be trusted since then */
	entry.status = CA_STATUS_REVOKED;
	entry.revoked_ms = time_ms;
	entry.reason = reason;
	return index_append(ca->index, &entry, err);
}

int ca_revoke(struct ca *ca, const char *serial_hex, int reason, int64_t time_ms, struct err *err)
{
	char serial[17];
	int rc;

	if (!may_be_revoked_for(reason))
		return err_set(err, ERR_CA_REFUSED, "%d is no reason to revoke a certificate for (RFC 5280 5.3.1)",
			       reason);
	if (normal_serial(serial_hex, serial, err) < 0 || store_lock(ca->store, STORE_EXCLUSIVE, err) < 0)
		return -1;
	rc = revoke_locked(ca, serial, reason, time_ms, err);
	store_unlock(ca->store);
	return rc;
}
