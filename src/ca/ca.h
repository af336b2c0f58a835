/*
 * ca.h - the stand-in authority: a two-tier certification authority with OCSP responder and time-stamping authority,
 * for tests and demonstrations. It takes the place of the national one, which cannot be reached by API; it is not for
 * real use.
 *
 * Everything lives in one directory (docs/decisions/019-ca-directory.md):
 *     ca.json                      names, URL, policies, periods
 *     root.cer ca.cer ocsp.cer tsa.cer
 *     root/root.key                the root's key; take the folder away and the root is off line
 *     private/ca.key ocsp.key tsa.key
 *     index                        append-only, one line an event, the last line of a serial counts
 *     certs/<SERIAL>.cer           what was issued, DER
 *     ca.crl root.crl crl-numbers  as last published
 *     lock
 * Keys are files of mode 0600 in folders of mode 0700; a key others can read is refused. Changes are made under an
 * exclusive lock on `lock` (several processes may use one directory), in an order that leaves a consistent directory
 * whenever it stops: a certificate's file is there before its line in the index, and what is not in the index was not
 * issued.
 *
 * Times are UTC milliseconds of the clock given at the opening, so that a test may issue, revoke and time-stamp "a year
 * later". Threads: one struct ca may be used by several at once.
 */
#ifndef KYSO_CA_CA_H
#define KYSO_CA_CA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/clock.h"
#include "util/defer.h"
#include "util/str.h"

struct buf;
struct ca;
struct cert;
struct err;
struct secret;

/* ---- making and opening ---- */

enum ca_key_kind {
	CA_KEY_DEFAULT,
	CA_KEY_RSA_2048,
	CA_KEY_RSA_3072,
	CA_KEY_RSA_4096,
	CA_KEY_P256,
	CA_KEY_P384,
	CA_KEY_RSA_1024
};

/* "rsa2048", "rsa3072", "rsa4096", "p256", "p384"; false for another name (1024 bits are for tests and have none). */
bool ca_key_kind_find(const char *name, enum ca_key_kind *ret_kind);

#define CA_ORGANIZATION "kyso (thử nghiệm)"
#define CA_ROOT_NAME "RootCA thử nghiệm chuyên dùng Chính phủ"
#define CA_ISSUER_NAME "CA thử nghiệm phục vụ các cơ quan Nhà nước"
#define CA_URL_DEFAULT "http://127.0.0.1:8089"

/* All zero gives the names above, RSA-3072 (the responder RSA-2048), 30/20/5/10 years, and CA_URL_DEFAULT. */
struct ca_init_options {
	const char *organization, *root_name, *issuer_name; /* O and CN of the authorities */
	enum ca_key_kind root_key, issuer_key, ocsp_key, tsa_key;
	int root_years, issuer_years, ocsp_years, tsa_years;
	const char *base_url;                    /* where ca_serve will be found: goes into every certificate */
	int crl_days, root_crl_days, ocsp_hours; /* until nextUpdate; 0 = 7, 365, 24 */
};

/* ERR_CA_REFUSED when the directory holds an authority already. A directory that does not exist is made. */
NODISCARD int ca_init(const char *dir, const struct ca_init_options *options, const struct clock *clock,
		      struct err *err);
/* The clock is copied. ERR_CA for a directory that is no authority's or is damaged, naming the file and line. */
NODISCARD int ca_open(const char *dir, const struct clock *clock, struct ca **ret_ca, struct err *err);
void ca_free(struct ca *ca);
DEFINE_FREEP(struct ca, ca_free)

/* Moves the clock of an open authority (tests). */
void ca_set_clock(struct ca *ca, const struct clock *clock);

enum ca_cert { CA_CERT_ROOT, CA_CERT_ISSUER, CA_CERT_OCSP, CA_CERT_TSA };
struct cert *ca_cert(const struct ca *ca, enum ca_cert which); /* borrowed */
const char *ca_base_url(const struct ca *ca);

/* ---- issuing ---- */

enum ca_profile { CA_PROFILE_PERSON, CA_PROFILE_AGENCY, CA_PROFILE_DEVICE, CA_PROFILE_TSA, CA_PROFILE_OCSP };
bool ca_profile_find(const char *name, enum ca_profile *ret_profile); /* "person", "agency", "device", "tsa", "ocsp" */

#define CA_MAX_UNITS 8

/* Subject fields in the shape of the national certificates; UTF-8, NULL = left out. CN is needed, C is VN unless given.
 */
struct ca_subject {
	const char *country, *locality, *organization;
	const char *units[CA_MAX_UNITS]; /* OU, the larger first */
	size_t unit_count;
	const char *title; /* T */
	const char *common_name;
	const char *email; /* also the SAN */
};

/* Certificates broken on purpose. Nothing but tests sets these. */
enum ca_fault {
	CA_FAULT_EXPIRED = 1,             /* notAfter a day ago */
	CA_FAULT_NOT_YET_VALID = 2,       /* notBefore in 30 days */
	CA_FAULT_NO_SIGNING_USAGE = 4,    /* key usage keyEncipherment only */
	CA_FAULT_WEAK_KEY = 8,            /* keys under 2048 bits are taken */
	CA_FAULT_NO_REVOCATION_INFO = 16, /* neither CRL distribution point nor OCSP */
	CA_FAULT_LONG_VALIDITY = 32       /* over five years is taken */
};

#define CA_MAX_YEARS 5 /* of a subscriber's new certificate: NĐ 68/2024, Điều 9 */

struct ca_issue {
	enum ca_profile profile;
	struct ca_subject subject;
	int64_t not_before_ms; /* 0 = now */
	int64_t not_after_ms;  /* 0 = CA_MAX_YEARS later, less a day */
	unsigned faults;       /* bits of enum ca_fault */
};

/* The key of the request is certified after its proof of possession was checked; its subject is not looked at. PEM or
 * DER. */
NODISCARD int ca_issue_from_csr(struct ca *ca, struct bytes csr, const struct ca_issue *what, struct cert **ret_cert,
				struct err *err);
/* For a key made elsewhere (on a token): DER SubjectPublicKeyInfo. Possession is the caller's to prove. */
NODISCARD int ca_issue_for_public_key(struct ca *ca, struct bytes spki, const struct ca_issue *what,
				      struct cert **ret_cert, struct err *err);
/* The key is made here and leaves in the PKCS#12 only, with the whole chain. */
NODISCARD int ca_issue_p12(struct ca *ca, enum ca_key_kind kind, const struct secret *password,
			   const struct ca_issue *what, struct buf *ret_p12, struct cert **ret_cert, struct err *err);

/*
 * Many at once: between begin and end, what is issued and revoked reaches the disk together, which is what makes ten
 * thousand answers a matter of seconds. The directory's lock is held all the time, and the thread that began ends.
 * Nothing may be given out before ca_batch_end has returned 0; when it fails, none of the batch counts and the
 * authority must be opened anew. (A cut of power within the end may leave the first certificates of a batch in the
 * index: issued, and never given out.)
 */
NODISCARD int ca_batch_begin(struct ca *ca, struct err *err);
NODISCARD int ca_batch_end(struct ca *ca, struct err *err);

/* ---- what was issued ---- */

enum ca_status { CA_STATUS_GOOD, CA_STATUS_REVOKED };

struct ca_entry {
	char serial[17]; /* 16 upper-case hex digits */
	enum ca_status status;
	int64_t not_before_ms, not_after_ms;
	int64_t revoked_ms;
	int reason;                                   /* enum crl_reason */
	const char *profile, *subject, *email, *file; /* borrowed until ca_free; email and file "" when there is none */
};

/* ERR_CA_NOT_FOUND for what was never issued here. Hex digits of either case. */
NODISCARD int ca_find(struct ca *ca, const char *serial_hex, struct ca_entry *ret_entry, struct err *err);
/* Entries in the order of issue; false at the end. Read `*at` from 0 on. */
NODISCARD int ca_list(struct ca *ca, size_t *at, bool *ret_more, struct ca_entry *ret_entry, struct err *err);

/* ---- revocation ---- */

/* time_ms 0 = now; not before the certificate's begin and not in the future. ERR_CA_REFUSED when it is revoked already
 * (a hold may be turned into another reason) or the reason is none a certificate can be revoked for. */
NODISCARD int ca_revoke(struct ca *ca, const char *serial_hex, int reason, int64_t time_ms, struct err *err);
/* A new full CRL, published in the directory and appended to ret_der. */
NODISCARD int ca_crl(struct ca *ca, struct buf *ret_der, struct err *err);
NODISCARD int ca_root_crl(struct ca *ca, struct buf *ret_der,
			  struct err *err); /* ERR_CA_REFUSED when the root is off line */
/* As published, made anew when something was revoked since or half of its time has passed. */
NODISCARD int ca_current_crl(struct ca *ca, struct buf *ret_der, struct err *err);
NODISCARD int ca_current_root_crl(struct ca *ca, struct buf *ret_der, struct err *err);

/* ---- answers ---- */

/* Appends the OCSPResponse to an OCSPRequest; what is malformed gets the protocol's own error response. */
NODISCARD int ca_ocsp(struct ca *ca, struct bytes request, struct buf *ret_der, struct err *err);

/* Wrong answers on purpose, for tests of clients. */
enum ca_tsa_fault { CA_TSA_RIGHT, CA_TSA_WRONG_IMPRINT, CA_TSA_WRONG_NONCE };
/* Appends the TimeStampResp to a TimeStampReq. */
NODISCARD int ca_timestamp(struct ca *ca, struct bytes request, enum ca_tsa_fault fault, struct buf *ret_der,
			   struct err *err);

#endif
