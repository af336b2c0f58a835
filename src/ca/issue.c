/*
 * issue.c - issues certificates: the request is checked against the rules first, then signed, filed, and entered in the
 * index.
 *
 * Rules: a subscriber's certificate is valid CA_MAX_YEARS at most (NĐ 68/2024 Điều 9) and never longer than its issuer;
 * RSA of 2048 bits or more, or P-256/P-384; serials are 16 hexadecimal digits as the national authority's are, random.
 */
#include <stdio.h>
#include <string.h>

#include "ca/ca_private.h"
#include "pki/csr.h"
#include "pki/issue.h"
#include "util/hex.h"

#define DAY_MS ((int64_t)86400000)
#define SERIAL_TRIES 64

/* ---- rules ---- */

static int check_key(struct bytes spki, unsigned faults, struct err *err)
{
	struct key_strength key = issue_key_strength(spki);

	switch (key.kind) {
	case KEY_RSA:
		if (key.bits < 2048 && !(faults & CA_FAULT_WEAK_KEY))
			return err_set(err, ERR_CERT_WEAK_KEY, "an RSA key of %d bits is refused; 2048 are needed",
				       key.bits);
		return 0;
	case KEY_EC:
		if (!key.curve || (strcmp(key.curve, "P-256") != 0 && strcmp(key.curve, "P-384") != 0))
			return err_set(err, ERR_KEY_UNSUPPORTED, "the curve %s is not P-256 or P-384",
				       key.curve ? key.curve : "?");
		return 0;
	case KEY_UNKNOWN:
	case KEY_DSA:
	case KEY_ED25519:
	case KEY_ED448:
	case KEY_ML_DSA:
		break;
	}
	return err_set(err, ERR_KEY_UNSUPPORTED, "only RSA, P-256 and P-384 keys are certified");
}

struct validity {
	int64_t from_ms, to_ms;
};

static struct validity wanted_validity(struct ca *ca, const struct ca_issue *what)
{
	int64_t now = ca_now_ms(ca);
	struct validity v = { what->not_before_ms ? what->not_before_ms : now, what->not_after_ms };

	if (what->faults & CA_FAULT_EXPIRED) {
		v.from_ms = now - 365 * DAY_MS;
		v.to_ms = now - DAY_MS;
	}
	if (what->faults & CA_FAULT_NOT_YET_VALID)
		v.from_ms = now + 30 * DAY_MS;
	if (!v.to_ms)
		v.to_ms = ca_add_years(v.from_ms, CA_MAX_YEARS) - 1000;
	v.from_ms -= v.from_ms % 1000;
	v.to_ms -= v.to_ms % 1000;
	return v;
}

static int check_validity(struct ca *ca, struct validity v, const struct ca_issue *what, struct err *err)
{
	const struct cert *issuer = ca->certs[CA_CERT_ISSUER];

	if (v.to_ms <= v.from_ms)
		return err_set(err, ERR_CA_REFUSED, "the certificate would end before it begins");
	if (v.to_ms <= ca_now_ms(ca) && !(what->faults & CA_FAULT_EXPIRED))
		return err_set(err, ERR_CA_REFUSED, "the certificate would have expired already");
	if (profile_of(what->profile)->limited && v.to_ms >= ca_add_years(v.from_ms, CA_MAX_YEARS) + DAY_MS &&
	    !(what->faults & CA_FAULT_LONG_VALIDITY))
		return err_set(err, ERR_CA_REFUSED, "over %d years (NĐ 68/2024, Điều 9)", CA_MAX_YEARS);
	if (what->faults & CA_FAULT_EXPIRED)
		return 0; /* may begin before its issuer */
	if (v.to_ms > cert_not_after_ms(issuer) || v.from_ms < cert_not_before_ms(issuer))
		return err_set(err, ERR_CA_REFUSED, "the validity is not within that of the issuing certificate");
	return 0;
}

/* ---- the certificate ---- */

int issue_new_serial(struct ca *ca, uint8_t ret[CA_SERIAL_BYTES], char ret_hex[17], struct err *err)
{
	AUTO(buf_release) struct buf hex = BUF_INIT;

	for (int i = 0; i < SERIAL_TRIES; i++) {
		if (digest_random(ret, CA_SERIAL_BYTES, err) < 0)
			return -1;
		ret[0] &= 0x7f; /* positive */
		buf_clear(&hex);
		hex_encode((struct bytes){ ret, CA_SERIAL_BYTES }, /* upper= */ true, &hex);
		if (buf_check(&hex, err) < 0)
			return -1;
		if (ret[0] == 0 || index_find(ca->index, hex.data))
			continue; /* 14 digits, or used */
		memcpy(ret_hex, hex.data, 17);
		return 0;
	}
	return err_set(err, ERR_CRYPTO, "no unused serial in %d tries: the random numbers are not random",
		       SERIAL_TRIES);
}

int issue_record(struct ca *ca, const struct cert *cert, const char *profile, struct err *err)
{
	struct ca_entry entry = { .status = CA_STATUS_GOOD,
				  .not_before_ms = cert_not_before_ms(cert),
				  .not_after_ms = cert_not_after_ms(cert),
				  .profile = profile,
				  .subject = cert_subject(cert),
				  .email = cert_email(cert) };
	char file[32];

	snprintf(entry.serial, sizeof(entry.serial), "%s", cert_serial_hex(cert));
	snprintf(file, sizeof(file), "certs/%s.cer", entry.serial);
	entry.file = file;
	if (index_held(ca->index) ? store_write_later(ca->store, file, cert_der(cert), err) < 0
				  : store_write(ca->store, file, cert_der(cert), err) < 0)
		return -1;
	return index_append(ca->index, &entry, err);
}

/* The URLs of the authority, in memory of the arena. */
static int fill_urls(struct ca *ca, struct arena *arena, struct issue_cert *cert, struct err *err)
{
	cert->crl_url = arena_printf(arena, "%s/ca.crl", ca->config.base_url);
	cert->ocsp_url = arena_printf(arena, "%s/ocsp", ca->config.base_url);
	cert->issuer_url = arena_printf(arena, "%s/ca.cer", ca->config.base_url);
	if (arena_failed(arena))
		return err_set(err, ERR_NO_MEMORY, "no memory for a certificate");
	return 0;
}

static void fill_profile(const struct ca_issue *what, struct issue_cert *cert)
{
	const struct profile *profile = profile_of(what->profile);

	cert->key_usage = what->faults & CA_FAULT_NO_SIGNING_USAGE ? KU_KEY_ENCIPHERMENT : profile->key_usage;
	memcpy(cert->ekus, profile->ekus, sizeof(profile->ekus));
	cert->eku_count = profile->eku_count;
	cert->eku_critical = profile->eku_critical;
	cert->ocsp_no_check = profile->ocsp_no_check;
	cert->email = what->subject.email;
	if (what->faults & CA_FAULT_NO_REVOCATION_INFO || profile->ocsp_no_check)
		cert->ocsp_url = cert->crl_url = NULL;
}

static int sign_and_record(struct ca *ca, struct issue_cert *cert, const struct ca_issue *what, struct cert **ret_cert,
			   struct err *err)
{
	AUTO(cert_freep) struct cert *made = NULL;
	struct signer *issuer = ca->signers[CA_CERT_ISSUER];
	uint8_t serial[CA_SERIAL_BYTES];
	char hex[17];

	if (index_refresh(ca->index, err) < 0 || issue_new_serial(ca, serial, hex, err) < 0)
		return -1;
	cert->serial = (struct bytes){ serial, sizeof(serial) };
	if (issue_cert(cert, issuer, signer_default_alg(issuer), &made, err) < 0 ||
	    issue_record(ca, made, profile_of(what->profile)->name, err) < 0)
		return -1;
	*ret_cert = TAKE(made);
	return 0;
}

/* A refused request leaves no trace; a signed one is filed before anybody gets it. */
int ca_issue_for_public_key(struct ca *ca, struct bytes spki, const struct ca_issue *what, struct cert **ret_cert,
			    struct err *err)
{
	AUTO(arena_freep) struct arena *arena = arena_new(/* limit_bytes= */ 65536);
	AUTO(buf_release) struct buf subject = BUF_INIT;
	struct validity validity = wanted_validity(ca, what);
	struct issue_cert cert = { .spki = spki,
				   .path_len = -1,
				   .not_before_ms = validity.from_ms,
				   .not_after_ms = validity.to_ms,
				   .policy_oid = ca->config.policy_oid };
	int rc;

	if (!arena)
		return err_set(err, ERR_NO_MEMORY, "no memory for a certificate");
	if (profile_of(what->profile)->needs_email && !what->subject.email)
		return err_set(err, ERR_CA_REFUSED, "a certificate of kind %s needs a mail address",
			       profile_of(what->profile)->name);
	if (profile_subject(&what->subject, &subject, err) < 0 || check_key(spki, what->faults, err) < 0 ||
	    check_validity(ca, validity, what, err) < 0 || fill_urls(ca, arena, &cert, err) < 0)
		return -1;
	fill_profile(what, &cert);
	cert.subject = (struct bytes){ (const uint8_t *)subject.data, subject.len };
	if (store_lock(ca->store, STORE_EXCLUSIVE, err) < 0)
		return -1;
	rc = sign_and_record(ca, &cert, what, ret_cert, err);
	store_unlock(ca->store);
	return rc;
}

int ca_issue_from_csr(struct ca *ca, struct bytes csr_bytes, const struct ca_issue *what, struct cert **ret_cert,
		      struct err *err)
{
	AUTO(csr_freep) struct csr *csr = NULL;
	int rc;

	if (csr_parse(csr_bytes, "the request", &csr, err) < 0)
		return -1;
	rc = csr_check_signature(csr, err);
	if (rc < 0)
		return -1;
	if (rc > 0)
		return err_set(err, ERR_CA_REFUSED, "the request is not signed with the key it is for");
	return ca_issue_for_public_key(ca, csr_spki_der(csr), what, ret_cert, err);
}

static int fill_chain(struct ca *ca, struct cert_list *chain, struct err *err)
{
	if (cert_list_add(chain, ca->certs[CA_CERT_ISSUER], err) < 0)
		return -1;
	return cert_list_add(chain, ca->certs[CA_CERT_ROOT], err);
}

int ca_issue_p12(struct ca *ca, enum ca_key_kind kind, const struct secret *password, const struct ca_issue *what,
		 struct buf *ret_p12, struct cert **ret_cert, struct err *err)
{
	AUTO(key_freep) struct key *key = NULL;
	AUTO(buf_release) struct buf spki = BUF_INIT;
	AUTO(cert_freep) struct cert *cert = NULL;
	AUTO(cert_list_release) struct cert_list chain = { NULL, 0, 0 };

	if (keys_generate(kind, &key, err) < 0 || key_spki(key, &spki, err) < 0 ||
	    ca_issue_for_public_key(ca, (struct bytes){ (const uint8_t *)spki.data, spki.len }, what, &cert, err) < 0 ||
	    fill_chain(ca, &chain, err) < 0 ||
	    p12_write(key, cert, &chain, what->subject.common_name, password, ret_p12, err) < 0)
		return -1;
	*ret_cert = TAKE(cert);
	return 0;
}

/* ---- many at once ---- */

int ca_batch_begin(struct ca *ca, struct err *err)
{
	if (store_lock(ca->store, STORE_EXCLUSIVE, err) < 0)
		return -1;
	if (index_refresh(ca->index, err) < 0) {
		store_unlock(ca->store);
		return -1;
	}
	index_hold(ca->index);
	return 0;
}

/* The files first, then the index: the same order as for one. */
int ca_batch_end(struct ca *ca, struct err *err)
{
	int rc = store_sync(ca->store, err);

	if (rc == 0)
		rc = index_commit(ca->index, err);
	store_unlock(ca->store);
	return rc;
}
