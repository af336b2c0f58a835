/*
 * cert.h - X.509 certificates (RFC 5280): parsing, the fields kyso needs, key checks. Reference counted, immutable.
 *
 * Parsing is strict DER: trailing bytes, a repeated extension, two different signature algorithms are ERR_CERT; negative or
 * long serials and far dates are read. Strings returned are UTF-8 and borrowed from the certificate.
 * Parsing is our own and takes microseconds; the public key is made when it is first needed (docs/decisions/009).
 * Times are UTC milliseconds. Threads: a certificate may be shared once made.
 */
#ifndef KYSO_PKI_CERT_H
#define KYSO_PKI_CERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pki/algo.h"
#include "util/defer.h"
#include "util/str.h"

struct buf;
struct cert;
struct err;

NODISCARD int cert_parse(struct bytes der, struct cert **ret_cert, struct err *err);
struct cert *cert_keep(struct cert *cert);
void cert_free(struct cert *cert);
DEFINE_FREEP(struct cert, cert_free)

struct bytes cert_der(const struct cert *cert);
bool cert_equal(const struct cert *a, const struct cert *b);

const char *cert_subject(const struct cert *cert);      /* RFC 4514, readable UTF-8 */
const char *cert_issuer(const struct cert *cert);
const char *cert_serial_hex(const struct cert *cert);   /* upper case, even number of digits */
struct bytes cert_subject_der(const struct cert *cert);
struct bytes cert_issuer_der(const struct cert *cert);
struct bytes cert_spki_der(const struct cert *cert);
struct bytes cert_key_bits(const struct cert *cert);    /* the BIT STRING's contents: OCSP's and SKI's key hash */
struct bytes cert_serial_der(const struct cert *cert);  /* contents octets of the INTEGER */
struct bytes cert_ski(const struct cert *cert);         /* {NULL,0} when absent */
struct bytes cert_aki(const struct cert *cert);

/* One attribute of the subject by short name ("CN", "O", "OU", "L", "T", "emailAddress", "C"), the last where repeated; NULL if absent. */
const char *cert_subject_attr(const struct cert *cert, const char *attr);
const char *cert_email(const struct cert *cert); /* from the SAN, then the subject; NULL */

int64_t cert_not_before_ms(const struct cert *cert);
int64_t cert_not_after_ms(const struct cert *cert);
bool cert_self_issued(const struct cert *cert);
bool cert_is_ca(const struct cert *cert);

enum cert_key_usage {
	KU_DIGITAL_SIGNATURE = 1 << 0, KU_NON_REPUDIATION = 1 << 1, KU_KEY_ENCIPHERMENT = 1 << 2, KU_DATA_ENCIPHERMENT = 1 << 3,
	KU_KEY_AGREEMENT = 1 << 4, KU_KEY_CERT_SIGN = 1 << 5, KU_CRL_SIGN = 1 << 6, KU_ENCIPHER_ONLY = 1 << 7, KU_DECIPHER_ONLY = 1 << 8
};
bool cert_has_key_usage(const struct cert *cert);  /* the extension is present */
unsigned cert_key_usage(const struct cert *cert);  /* bits of enum cert_key_usage; all when absent */
enum cert_eku { EKU_OCSP_SIGNING, EKU_TIME_STAMPING, EKU_CLIENT_AUTH, EKU_EMAIL, EKU_DOCUMENT_SIGNING, EKU_ANY };
bool cert_has_eku(const struct cert *cert);        /* the extension is present */
bool cert_eku(const struct cert *cert, enum cert_eku eku); /* listed (EKU_ANY does not imply others here) */
bool cert_eku_critical(const struct cert *cert);
bool cert_ocsp_no_check(const struct cert *cert);
long cert_path_len(const struct cert *cert);       /* pathLenConstraint, -1 when absent */
int cert_version(const struct cert *cert);         /* 1, 2 or 3 */

/* Every extension as written, for what is not read above (policies, name constraints). */
struct cert_ext {
	struct bytes oid;   /* contents octets */
	struct bytes value; /* DER inside the OCTET STRING */
	bool critical;
};
size_t cert_ext_count(const struct cert *cert);
const struct cert_ext *cert_ext(const struct cert *cert, size_t i);
const struct cert_ext *cert_find_ext(const struct cert *cert, struct bytes oid); /* NULL when absent */

/* First http URL of the kind, or NULL. */
const char *cert_ocsp_url(const struct cert *cert);
const char *cert_ca_issuers_url(const struct cert *cert);
const char *cert_crl_url(const struct cert *cert);

struct key_strength cert_key(const struct cert *cert);

/* Whether a signature value over a digest is this certificate's key's. 0 yes; 1 no; -1 could not be decided (err). */
NODISCARD int cert_check_signature(const struct cert *cert, struct sig_alg alg, const struct digest *digest, struct bytes signature,
				   struct err *err);

/* The same over a message, which is hashed as the algorithm asks; this is what EdDSA needs. */
NODISCARD int cert_check_message(const struct cert *cert, struct sig_alg alg, struct bytes message, struct bytes signature, struct err *err);

/* What was signed in a certificate, by which algorithm (KEY_UNKNOWN when not supported), and the value. */
struct bytes cert_tbs(const struct cert *cert);
struct sig_alg cert_sig_alg(const struct cert *cert);
struct bytes cert_signature(const struct cert *cert);
/* Whether this certificate's signature is the issuer's key's. Names, dates and usages are not looked at. 0 yes; 1 no; -1 not decided. */
NODISCARD int cert_check_issued(const struct cert *cert, const struct cert *issuer, struct err *err);

/* A growable list that owns its references. */
struct cert_list {
	struct cert **items;
	size_t count;
	size_t cap;
};
void cert_list_release(struct cert_list *list);
NODISCARD int cert_list_add(struct cert_list *list, struct cert *cert, struct err *err); /* keeps; equal ones once */
bool cert_list_has(const struct cert_list *list, const struct cert *cert);
/* Reads PEM (any number), DER, or PKCS#7 certs-only. `name` is for messages. */
NODISCARD int cert_list_load(struct cert_list *list, struct bytes file, const char *name, struct err *err);
/* A file, or every .pem .crt .cer .der .p7b file of a directory. */
NODISCARD int cert_list_load_path(struct cert_list *list, const char *path, struct err *err);

#endif
