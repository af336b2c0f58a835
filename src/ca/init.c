/*
 * init.c - makes an authority: an off-line root, the issuing authority, its OCSP responder and its time-stamping
 * authority.
 *
 * ca.json is written last: a directory in which the making stopped half-way is no authority, and is refused by name.
 */
#include "ca/ca_private.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pki/issue.h"

#define DAY_MS ((int64_t)86400000)
/* 2.999 is the arc set aside for examples (ITU-T X.660): nobody can take these policies for real ones. */
#define POLICY_OID "2.999.30.2020.1"
#define TSA_POLICY_OID "2.999.30.2020.2"

struct making {
	struct ca *ca;
	struct ca_init_options o;
	struct key *keys[CA_CERT_COUNT];
	struct signer *root;
	int64_t now_ms;
};

static void making_release(struct making *making)
{
	for (int i = 0; i < CA_CERT_COUNT; i++)
		key_free(making->keys[i]);
	signer_free(making->root);
	ca_free(making->ca);
}

static void fill_defaults(struct ca_init_options *o)
{
	if (!o->organization)
		o->organization = CA_ORGANIZATION;
	if (!o->root_name)
		o->root_name = CA_ROOT_NAME;
	if (!o->issuer_name)
		o->issuer_name = CA_ISSUER_NAME;
	if (!o->base_url)
		o->base_url = CA_URL_DEFAULT;
	if (o->ocsp_key == CA_KEY_DEFAULT)
		o->ocsp_key = CA_KEY_RSA_2048;
	o->root_years = o->root_years ? o->root_years : 30;
	o->issuer_years = o->issuer_years ? o->issuer_years : 20; /* NĐ 68/2024 Điều 9 */
	o->ocsp_years = o->ocsp_years ? o->ocsp_years : 5;
	o->tsa_years = o->tsa_years ? o->tsa_years : 10;
	o->crl_days = o->crl_days ? o->crl_days : 7;
	o->root_crl_days = o->root_crl_days ? o->root_crl_days : 365;
	o->ocsp_hours = o->ocsp_hours ? o->ocsp_hours : 24;
}

static int check_options(const struct ca_init_options *o, struct err *err)
{
	size_t len = strlen(o->base_url);

	if (strncmp(o->base_url, "http://", 7) != 0 || len < 8 || len > 200 || o->base_url[len - 1] == '/')
		return err_set(err, ERR_USAGE, "\"%s\" is not an address such as http://127.0.0.1:8089", o->base_url);
	for (const char *p = o->base_url; *p; p++)
		if ((unsigned char)*p <= 0x20 || (unsigned char)*p >= 0x7f)
			return err_set(err, ERR_USAGE, "\"%s\" has a character that may not be in an address",
				       o->base_url);
	if (o->root_years < 1 || o->root_years > 100 || o->issuer_years < 1 || o->issuer_years > o->root_years ||
	    o->ocsp_years < 1 || o->ocsp_years > o->issuer_years || o->tsa_years < 1 || o->tsa_years > o->issuer_years)
		return err_set(err, ERR_USAGE, "a certificate cannot be valid longer than its issuer's");
	if (o->crl_days < 1 || o->root_crl_days < 1 || o->ocsp_hours < 1 || o->crl_days > 3650 ||
	    o->root_crl_days > 3650 || o->ocsp_hours > 87600)
		return err_set(err, ERR_USAGE, "a period is out of range");
	return 0;
}

static int make_key(struct making *m, enum ca_cert which, enum ca_key_kind kind, struct buf *ret_spki, struct err *err)
{
	if (keys_generate(kind, &m->keys[which], err) < 0 ||
	    keys_save(m->ca->store, ca_key_files[which], m->keys[which], err) < 0)
		return -1;
	return key_spki(m->keys[which], ret_spki, err);
}

static int make_subject(const struct making *m, const char *name, struct buf *out, struct err *err)
{
	struct ca_subject subject = { .organization = m->o.organization, .common_name = name };

	return profile_subject(&subject, out, err);
}

/* An hour is given away so that clients with a slow clock are not turned down. */
static struct issue_cert blank_cert(const struct making *m, int years)
{
	int64_t from = m->now_ms - 3600000;

	from -= from % 1000;
	return (struct issue_cert){ .not_before_ms = from,
				    .not_after_ms = ca_add_years(from, years) - 1000,
				    .path_len = -1 };
}

static int make_root(struct making *m, struct err *err)
{
	AUTO(buf_release) struct buf spki = BUF_INIT;
	AUTO(buf_release) struct buf subject = BUF_INIT;
	struct issue_cert what = blank_cert(m, m->o.root_years);
	struct cert **root = &m->ca->certs[CA_CERT_ROOT];
	uint8_t serial[CA_SERIAL_BYTES];
	char hex[17];

	if (make_key(m, CA_CERT_ROOT, m->o.root_key, &spki, err) < 0 ||
	    make_subject(m, m->o.root_name, &subject, err) < 0 || issue_new_serial(m->ca, serial, hex, err) < 0)
		return -1;
	what.serial = (struct bytes){ serial, sizeof(serial) };
	what.subject = (struct bytes){ (const uint8_t *)subject.data, subject.len };
	what.spki = (struct bytes){ (const uint8_t *)spki.data, spki.len };
	what.ca = true;
	what.key_usage = KU_KEY_CERT_SIGN | KU_CRL_SIGN;
	if (issue_cert_self_signed(&what, m->keys[CA_CERT_ROOT], root, err) < 0 ||
	    store_write(m->ca->store, ca_cert_files[CA_CERT_ROOT], cert_der(*root), err) < 0)
		return -1;
	return key_signer_new(m->keys[CA_CERT_ROOT], *root, NULL, &m->root, err);
}

/* One of the three certificates below the root: signed, filed, entered in the index. */
static int certify(struct making *m, enum ca_cert which, struct issue_cert *what, const char *name,
		   enum ca_key_kind kind, struct signer *issuer, const char *profile, struct err *err)
{
	AUTO(buf_release) struct buf spki = BUF_INIT;
	AUTO(buf_release) struct buf subject = BUF_INIT;
	struct cert **cert = &m->ca->certs[which];
	uint8_t serial[CA_SERIAL_BYTES];
	char hex[17];

	if (make_key(m, which, kind, &spki, err) < 0 || make_subject(m, name, &subject, err) < 0 ||
	    issue_new_serial(m->ca, serial, hex, err) < 0)
		return -1;
	what->serial = (struct bytes){ serial, sizeof(serial) };
	what->subject = (struct bytes){ (const uint8_t *)subject.data, subject.len };
	what->spki = (struct bytes){ (const uint8_t *)spki.data, spki.len };
	if (issue_cert(what, issuer, signer_default_alg(issuer), cert, err) < 0 ||
	    issue_record(m->ca, *cert, profile, err) < 0)
		return -1;
	return store_write(m->ca->store, ca_cert_files[which], cert_der(*cert), err);
}

static int make_issuer(struct making *m, struct err *err)
{
	struct issue_cert what = blank_cert(m, m->o.issuer_years);
	const char *url = m->ca->config.base_url;

	what.ca = true;
	what.path_len = 0;
	what.key_usage = KU_KEY_CERT_SIGN | KU_CRL_SIGN;
	what.policy_oid = "2.5.29.32.0"; /* anyPolicy: it issues under more than one */
	what.crl_url = arena_printf(m->ca->arena, "%s/root.crl", url);
	what.issuer_url = arena_printf(m->ca->arena, "%s/root.cer", url);
	if (certify(m, CA_CERT_ISSUER, &what, m->o.issuer_name, m->o.issuer_key, m->root, CA_PROFILE_ISSUER, err) < 0)
		return -1;
	return key_signer_new(m->keys[CA_CERT_ISSUER], m->ca->certs[CA_CERT_ISSUER], NULL,
			      &m->ca->signers[CA_CERT_ISSUER], err);
}

/* The responder's certificate is trusted without asking about it (no-check); the time-stamping one's status can be
 * asked. */
static int make_service(struct making *m, enum ca_cert which, enum ca_profile kind, int years, enum ca_key_kind key,
			const char *name, struct err *err)
{
	struct issue_cert what = blank_cert(m, years);
	const struct profile *profile = profile_of(kind);
	const char *url = m->ca->config.base_url;

	what.key_usage = profile->key_usage;
	memcpy(what.ekus, profile->ekus, sizeof(profile->ekus));
	what.eku_count = profile->eku_count;
	what.eku_critical = profile->eku_critical;
	what.ocsp_no_check = profile->ocsp_no_check;
	what.policy_oid = m->ca->config.policy_oid;
	what.issuer_url = arena_printf(m->ca->arena, "%s/ca.cer", url);
	if (!profile->ocsp_no_check) {
		what.crl_url = arena_printf(m->ca->arena, "%s/ca.crl", url);
		what.ocsp_url = arena_printf(m->ca->arena, "%s/ocsp", url);
	}
	return certify(m, which, &what, name, key, m->ca->signers[CA_CERT_ISSUER], profile->name, err);
}

static int make_all(struct making *m, struct err *err)
{
	AUTO(buf_release) struct buf crl = BUF_INIT;

	if (make_root(m, err) < 0 || make_issuer(m, err) < 0 ||
	    make_service(m, CA_CERT_OCSP, CA_PROFILE_OCSP, m->o.ocsp_years, m->o.ocsp_key, "OCSP thử nghiệm", err) <
		0 ||
	    make_service(m, CA_CERT_TSA, CA_PROFILE_TSA, m->o.tsa_years, m->o.tsa_key, "Dấu thời gian thử nghiệm",
			 err) < 0)
		return -1;
	if (crl_publish(m->ca, CA_CERT_ROOT, m->root, &crl, err) < 0 ||
	    crl_publish(m->ca, CA_CERT_ISSUER, m->ca->signers[CA_CERT_ISSUER], &crl, err) < 0)
		return -1;
	return config_write(m->ca->store, &m->ca->config, err);
}

static int check_empty(const struct store *store, struct err *err)
{
	if (store_has(store, "ca.json"))
		return err_set(err, ERR_CA_REFUSED, "there is an authority already");
	if (store_has(store, "index"))
		return err_set(err, ERR_CA_REFUSED,
			       "the making of an authority stopped half-way here: remove the directory first");
	return 0;
}

static int prepare(struct making *m, const char *dir, const struct clock *clock, struct err *err)
{
	struct ca *ca = calloc(1, sizeof(*ca));

	if (!ca)
		return err_set(err, ERR_NO_MEMORY, "%s", dir);
	m->ca = ca;
	pthread_mutex_init(&ca->signing, NULL);
	pthread_mutex_init(&ca->clock_lock, NULL);
	ca->clock = *clock;
	ca->arena = arena_new(/* limit_bytes= */ 1 << 20);
	if (!ca->arena)
		return err_set(err, ERR_NO_MEMORY, "%s", dir);
	m->now_ms = ca_now_ms(ca);
	ca->config = (struct ca_config){ m->o.base_url, POLICY_OID,         TSA_POLICY_OID,
					 m->o.crl_days, m->o.root_crl_days, m->o.ocsp_hours };
	return store_open(dir, &ca->store, err);
}

static int make_locked(struct making *m, struct err *err)
{
	AUTO(buf_release) struct buf path = BUF_INIT;

	if (check_empty(m->ca->store, err) < 0 || index_create(store_path(m->ca->store, "index", &path), err) < 0 ||
	    index_open(buf_str(&path), &m->ca->index, err) < 0)
		return -1;
	return make_all(m, err);
}

int ca_init(const char *dir, const struct ca_init_options *options, const struct clock *clock, struct err *err)
{
	AUTO(making_release) struct making m = { .o = *options };
	int rc;

	fill_defaults(&m.o);
	if (check_options(&m.o, err) < 0 || store_create(dir, err) < 0 || prepare(&m, dir, clock, err) < 0 ||
	    store_lock(m.ca->store, STORE_EXCLUSIVE, err) < 0)
		return -1;
	rc = make_locked(&m, err);
	store_unlock(m.ca->store);
	return rc < 0 ? err_prefix(err, "%s", dir) : 0;
}
