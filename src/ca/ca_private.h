/* ca_private.h - what the files of src/ca share: the open authority and its configuration. */
#ifndef KYSO_CA_CA_PRIVATE_H
#define KYSO_CA_CA_PRIVATE_H

#include <pthread.h>

#include "ca/ca.h"
#include "ca/index.h"
#include "ca/store.h"
#include "pki/cert.h"
#include "pki/key.h"
#include "pki/signer.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/err.h"

#define CA_CERT_COUNT 4
#define CA_SERIAL_BYTES 8
#define CA_PROFILE_ISSUER "ca" /* what the root issues: in the index, on the root's CRL */

struct ca_config {
	const char *base_url, *policy_oid, *tsa_policy_oid;
	int crl_days, root_crl_days, ocsp_hours;
};

/* A CRL as last made by this process. */
struct ca_crl_cache {
	struct buf der;
	uint64_t events;           /* of the index, when it was made */
	int64_t made_ms, renew_ms; /* good from the one until the other, half way to nextUpdate */
};

struct ca {
	struct store *store;
	struct index *index;
	struct arena *arena;
	struct ca_config config;
	struct cert *certs[CA_CERT_COUNT];
	struct signer *signers[CA_CERT_COUNT]; /* the root's stays NULL: it is opened when it is needed */
	struct ca_crl_cache crl, root_crl;
	pthread_mutex_t signing; /* a signer serves one thread at a time */
	pthread_mutex_t clock_lock;
	struct clock clock;
};

int64_t ca_now_ms(struct ca *ca);
/* Takes in what other processes appended to the index. The threads' lock is held. */
NODISCARD int ca_refresh(struct ca *ca, struct err *err);
/* n years later on the calendar; 29 February becomes the 28th. */
int64_t ca_add_years(int64_t ms, int years);

/* File names by enum ca_cert. */
extern const char *const ca_cert_files[CA_CERT_COUNT];
extern const char *const ca_key_files[CA_CERT_COUNT];

/* ---- config.c ---- */
NODISCARD int config_write(const struct store *store, const struct ca_config *config, struct err *err);
NODISCARD int config_read(const struct store *store, struct arena *arena, struct ca_config *ret, struct err *err);

/* ---- keys.c: private keys, in files of mode 0600 ---- */
NODISCARD int keys_generate(enum ca_key_kind kind, struct key **ret_key, struct err *err);
NODISCARD int keys_save(const struct store *store, const char *file, const struct key *key, struct err *err);
NODISCARD int keys_load(const struct store *store, const char *file, struct key **ret_key, struct err *err);

/* ---- profile.c: what a certificate of a kind looks like, and subjects ---- */
struct profile {
	const char *name;
	unsigned key_usage;
	enum cert_eku ekus[3];
	size_t eku_count;
	bool eku_critical, ocsp_no_check;
	bool limited; /* to CA_MAX_YEARS */
	bool needs_email;
};
const struct profile *profile_of(enum ca_profile profile);
/* DER Name in the order of the national certificates: C, L, O, OU..., CN, T, emailAddress. ERR_CA_REFUSED for what may
 * not stand there. */
NODISCARD int profile_subject(const struct ca_subject *subject, struct buf *out, struct err *err);

/* ---- issue.c ---- */
/* 16 hex digits, the top bit clear and the first octet not zero, not used before. The exclusive lock is held. */
NODISCARD int issue_new_serial(struct ca *ca, uint8_t ret[CA_SERIAL_BYTES], char ret_hex[17], struct err *err);
/* certs/<SERIAL>.cer first, then the line in the index. The exclusive lock is held. */
NODISCARD int issue_record(struct ca *ca, const struct cert *cert, const char *profile, struct err *err);

/* ---- crl.c ---- */
NODISCARD int crl_publish(struct ca *ca, enum ca_cert issuer, struct signer *signer, struct buf *ret_der,
			  struct err *err);

#endif
