/* cert.c - parsing an X.509 certificate (RFC 5280 4.1) and giving out its fields; see cert.h. */
#include "pki/cert.h"

#include <stdlib.h>
#include <string.h>

#include "pki/algid.h"
#include "pki/cert_private.h"
#include "pki/name.h"
#include "pki/mldsa.h"
#include "util/hex.h"

static int malformed(struct err *err, const char *what)
{
	return err_set(err, ERR_CERT, "the certificate's %s is malformed", what);
}

size_t cert_add_text(struct cert *cert, struct bytes text)
{
	size_t at = cert->text.len;

	buf_append(&cert->text, text.p, text.n);
	buf_putc(&cert->text, '\0');
	return at;
}

static int add_name_text(struct cert *cert, struct bytes name, size_t *ret_at, struct err *err)
{
	*ret_at = cert->text.len;
	if (name_render(name, &cert->text, err))
		return -1;
	buf_putc(&cert->text, '\0');
	return 0;
}

static int add_texts(struct cert *cert, struct err *err)
{
	struct name_attr attrs[NAME_MAX_ATTRS];
	size_t count;

	if (add_name_text(cert, cert->subject, &cert->subject_text, err) || add_name_text(cert, cert->issuer, &cert->issuer_text, err) ||
	    name_parse(cert->subject, attrs, &count, err))
		return -1;
	cert->serial_text = cert->text.len;
	hex_encode(cert->serial, /* upper= */ true, &cert->text);
	buf_putc(&cert->text, '\0');
	cert->attrs_begin = cert->text.len;
	for (size_t i = 0; i < count; i++) {
		const char *type = name_type_text(attrs[i].oid);
		char dotted[DER_OID_TEXT_BYTES];

		if (!type)
			type = der_oid_text(attrs[i].oid, dotted) ? dotted : "?";
		cert_add_text(cert, (struct bytes){ (const uint8_t *)type, strlen(type) });
		name_value_text(attrs[i].value, &cert->text);
		buf_putc(&cert->text, '\0');
	}
	cert->attrs_end = cert->text.len;
	return buf_check(&cert->text, err);
}

static bool read_version(struct der *tbs, int *ret)
{
	struct der inner;
	bool present;
	long version = 0;

	if (!der_enter_optional(tbs, DER_CONTEXT_CONSTRUCTED(0), &inner, &present))
		return false;
	if (present && (!der_read_int(&inner, &version) || !der_at_end(&inner) || version < 0 || version > 2))
		return false;
	*ret = (int)version + 1;
	return true;
}

static bool read_validity(struct der *tbs, struct cert *cert)
{
	struct der validity;

	return der_enter(tbs, DER_SEQUENCE, &validity) && der_read_time(&validity, &cert->not_before_ms) &&
	       der_read_time(&validity, &cert->not_after_ms) && der_at_end(&validity);
}

static bool read_key(struct cert *cert)
{
	struct der in;
	struct bytes algorithm;
	unsigned unused;

	cert->key = pki_spki_strength(cert->spki);
	return der_only(cert->spki, DER_SEQUENCE, &in) && der_read(&in, DER_SEQUENCE, &algorithm) &&
	       der_read_bits(&in, &cert->key_bits, &unused) && der_at_end(&in);
}

/* issuerUniqueID [1], subjectUniqueID [2], extensions [3] (RFC 5280 4.1.2.8, 4.1.2.9). */
static int read_optional_fields(struct cert *cert, struct der *tbs, struct err *err)
{
	struct bytes skipped;
	struct der wrapped;
	struct der extensions;
	bool present;

	if (der_peek(tbs, DER_CONTEXT(1)) && !der_read(tbs, DER_CONTEXT(1), &skipped))
		return malformed(err, "issuerUniqueID");
	if (der_peek(tbs, DER_CONTEXT(2)) && !der_read(tbs, DER_CONTEXT(2), &skipped))
		return malformed(err, "subjectUniqueID");
	if (!der_enter_optional(tbs, DER_CONTEXT_CONSTRUCTED(3), &wrapped, &present) || !der_at_end(tbs))
		return malformed(err, "end");
	if (!present)
		return 0;
	if (!der_enter(&wrapped, DER_SEQUENCE, &extensions) || !der_at_end(&wrapped))
		return malformed(err, "list of extensions");
	return cert_read_extensions(cert, extensions, err);
}

static int read_tbs(struct cert *cert, struct err *err)
{
	struct der tbs;

	if (!der_only(cert->tbs, DER_SEQUENCE, &tbs) || !read_version(&tbs, &cert->version))
		return malformed(err, "version");
	if (!der_read_integer(&tbs, &cert->serial))
		return malformed(err, "serial number");
	if (!der_read_whole(&tbs, DER_SEQUENCE, &cert->tbs_algid) || !bytes_eq(cert->tbs_algid, cert->algid))
		return malformed(err, "signature algorithm (RFC 5280 4.1.1.2)");
	if (!der_read_whole(&tbs, DER_SEQUENCE, &cert->issuer))
		return malformed(err, "issuer");
	if (!read_validity(&tbs, cert))
		return malformed(err, "validity");
	if (!der_read_whole(&tbs, DER_SEQUENCE, &cert->subject))
		return malformed(err, "subject");
	if (!der_read_whole(&tbs, DER_SEQUENCE, &cert->spki) || !read_key(cert))
		return malformed(err, "public key");
	return read_optional_fields(cert, &tbs, err);
}

static int read_certificate(struct cert *cert, struct err *err)
{
	struct der outer = der_of(cert->der);
	struct der in;

	if (!der_enter(&outer, DER_SEQUENCE, &in))
		return err_set(err, ERR_CERT, "no DER certificate: it is cut off or something else");
	if (!der_at_end(&outer))
		return err_set(err, ERR_CERT, "%zu bytes follow the certificate", outer.n);
	if (!der_read_whole(&in, DER_SEQUENCE, &cert->tbs) || !der_read_whole(&in, DER_SEQUENCE, &cert->algid) ||
	    !der_read_bits(&in, &cert->signature, &cert->signature_unused_bits) || !der_at_end(&in))
		return malformed(err, "outer structure");
	if (read_tbs(cert, err))
		return -1;
	cert->self_issued = name_equal(cert->subject, cert->issuer);
	return add_texts(cert, err);
}

static struct cert *new_cert(struct bytes der)
{
	struct cert *cert = calloc(1, sizeof(*cert));
	uint8_t *copy = malloc(der.n ? der.n : 1);

	if (cert)
		cert->lazy = calloc(1, sizeof(*cert->lazy));
	if (!cert || !copy || !cert->lazy) {
		if (cert)
			free(cert->lazy);
		free(cert);
		free(copy);
		return NULL;
	}
	if (der.n)
		memcpy(copy, der.p, der.n);
	cert->der = (struct bytes){ copy, der.n };
	cert->email = cert->ocsp_url = cert->ca_issuers_url = cert->crl_url = CERT_NO_TEXT;
	cert->path_len = -1;
	atomic_init(&cert->refs, 1);
	return cert;
}

int cert_parse(struct bytes der, struct cert **ret_cert, struct err *err)
{
	AUTO(cert_freep) struct cert *cert = new_cert(der);

	if (!cert)
		return err_set(err, ERR_NO_MEMORY, "no memory for a certificate of %zu bytes", der.n);
	if (read_certificate(cert, err))
		return -1;
	*ret_cert = TAKE(cert);
	return 0;
}

int cert_from_x509(X509 *x509, struct cert **ret_cert, struct err *err)
{
	uint8_t *der = NULL;
	int n = i2d_X509(x509, &der);
	int rc;

	if (n <= 0)
		return pki_openssl_error(err, ERR_CERT, "writing a certificate");
	rc = cert_parse((struct bytes){ der, (size_t)n }, ret_cert, err);
	OPENSSL_free(der);
	return rc;
}

struct cert *cert_keep(struct cert *cert)
{
	atomic_fetch_add_explicit(&cert->refs, 1, memory_order_relaxed);
	return cert;
}

void cert_free(struct cert *cert)
{
	if (!cert || atomic_fetch_sub_explicit(&cert->refs, 1, memory_order_acq_rel) != 1)
		return;
	EVP_PKEY_free(atomic_load(&cert->lazy->pkey));
	X509_free(atomic_load(&cert->lazy->x509));
	free(cert->lazy);
	free((void *)(uintptr_t)cert->der.p);
	free(cert->exts);
	buf_release(&cert->text);
	free(cert);
}

EVP_PKEY *cert_peek_pkey(const struct cert *cert, struct err *err)
{
	EVP_PKEY *seen = atomic_load(&cert->lazy->pkey);
	EVP_PKEY *made = NULL;

	if (seen)
		return seen;
	if (pki_pkey_from_spki(cert->spki, &made, err))
		return NULL;
	if (atomic_compare_exchange_strong(&cert->lazy->pkey, &seen, made))
		return made;
	EVP_PKEY_free(made);
	return seen;
}

X509 *cert_peek_x509(const struct cert *cert, struct err *err)
{
	X509 *seen = atomic_load(&cert->lazy->x509);
	const uint8_t *p = cert->der.p;
	X509 *made;

	if (seen)
		return seen;
	made = d2i_X509(NULL, &p, (long)cert->der.n);
	if (!made) {
		(void)pki_openssl_error(err, ERR_CERT, "the cryptographic library cannot read the certificate %s", cert_serial_hex(cert));
		return NULL;
	}
	if (atomic_compare_exchange_strong(&cert->lazy->x509, &seen, made))
		return made;
	X509_free(made);
	return seen;
}

/* ---- fields ---- */

static const char *text_at(const struct cert *cert, size_t at)
{
	return at == CERT_NO_TEXT ? NULL : cert->text.data + at;
}

struct bytes cert_der(const struct cert *cert)
{
	return cert->der;
}

bool cert_equal(const struct cert *a, const struct cert *b)
{
	return a == b || bytes_eq(a->der, b->der);
}

const char *cert_subject(const struct cert *cert)
{
	return text_at(cert, cert->subject_text);
}

const char *cert_issuer(const struct cert *cert)
{
	return text_at(cert, cert->issuer_text);
}

const char *cert_serial_hex(const struct cert *cert)
{
	return text_at(cert, cert->serial_text);
}

struct bytes cert_subject_der(const struct cert *cert)
{
	return cert->subject;
}

struct bytes cert_issuer_der(const struct cert *cert)
{
	return cert->issuer;
}

struct bytes cert_spki_der(const struct cert *cert)
{
	return cert->spki;
}

struct bytes cert_key_bits(const struct cert *cert)
{
	return cert->key_bits;
}

struct bytes cert_serial_der(const struct cert *cert)
{
	return cert->serial;
}

struct bytes cert_ski(const struct cert *cert)
{
	return cert->ski;
}

struct bytes cert_aki(const struct cert *cert)
{
	return cert->aki;
}

const char *cert_subject_attr(const struct cert *cert, const char *attr)
{
	const char *found = NULL;

	for (size_t at = cert->attrs_begin; at < cert->attrs_end;) {
		const char *type = cert->text.data + at;
		const char *value = type + strlen(type) + 1;

		if (strcmp(type, attr) == 0)
			found = value;
		at = (size_t)(value - cert->text.data) + strlen(value) + 1;
	}
	return found;
}

const char *cert_email(const struct cert *cert)
{
	const char *san = text_at(cert, cert->email);

	return san ? san : cert_subject_attr(cert, "emailAddress");
}

int64_t cert_not_before_ms(const struct cert *cert)
{
	return cert->not_before_ms;
}

int64_t cert_not_after_ms(const struct cert *cert)
{
	return cert->not_after_ms;
}

bool cert_self_issued(const struct cert *cert)
{
	return cert->self_issued;
}

bool cert_is_ca(const struct cert *cert)
{
	return cert->is_ca;
}

bool cert_has_key_usage(const struct cert *cert)
{
	return cert->has_key_usage;
}

unsigned cert_key_usage(const struct cert *cert)
{
	return cert->has_key_usage ? cert->key_usage : 0x1ff;
}

bool cert_has_eku(const struct cert *cert)
{
	return cert->has_eku;
}

bool cert_eku(const struct cert *cert, enum cert_eku eku)
{
	return cert->ekus >> eku & 1;
}

bool cert_eku_critical(const struct cert *cert)
{
	return cert->eku_critical;
}

bool cert_ocsp_no_check(const struct cert *cert)
{
	return cert->ocsp_no_check;
}

long cert_path_len(const struct cert *cert)
{
	return cert->path_len;
}

int cert_version(const struct cert *cert)
{
	return cert->version;
}

size_t cert_ext_count(const struct cert *cert)
{
	return cert->ext_count;
}

const struct cert_ext *cert_ext(const struct cert *cert, size_t i)
{
	return i < cert->ext_count ? &cert->exts[i] : NULL;
}

const struct cert_ext *cert_find_ext(const struct cert *cert, struct bytes oid)
{
	for (size_t i = 0; i < cert->ext_count; i++)
		if (bytes_eq(cert->exts[i].oid, oid))
			return &cert->exts[i];
	return NULL;
}

const char *cert_ocsp_url(const struct cert *cert)
{
	return text_at(cert, cert->ocsp_url);
}

const char *cert_ca_issuers_url(const struct cert *cert)
{
	return text_at(cert, cert->ca_issuers_url);
}

const char *cert_crl_url(const struct cert *cert)
{
	return text_at(cert, cert->crl_url);
}

struct key_strength cert_key(const struct cert *cert)
{
	return cert->key;
}

/* ---- signatures ---- */

struct bytes cert_tbs(const struct cert *cert)
{
	return cert->tbs;
}

struct sig_alg cert_sig_alg(const struct cert *cert)
{
	return algid_signature(cert->algid, DIGEST_NONE, NULL);
}

struct bytes cert_signature(const struct cert *cert)
{
	return cert->signature;
}

int cert_check_signature(const struct cert *cert, struct sig_alg alg, const struct digest *digest, struct bytes signature, struct err *err)
{
	EVP_PKEY *pkey = cert_peek_pkey(cert, err);

	return pkey ? pki_verify_digest(pkey, alg, digest, signature, err) : -1;
}

int cert_check_message(const struct cert *cert, struct sig_alg alg, struct bytes message, struct bytes signature, struct err *err)
{
	EVP_PKEY *pkey;

	if (alg.key == KEY_ML_DSA) /* which the OpenSSL of Debian 12 does not know */
		return cert->key.kind == KEY_ML_DSA ? mldsa_verify(cert->key.bits, cert_key_bits(cert), message, signature, err) : 1;
	pkey = cert_peek_pkey(cert, err);

	return pkey ? pki_verify_message(pkey, alg, message, signature, err) : -1;
}

int cert_check_issued(const struct cert *cert, const struct cert *issuer, struct err *err)
{
	struct sig_alg alg = cert_sig_alg(cert);

	if (alg.key == KEY_UNKNOWN)
		return err_set(err, ERR_KEY_UNSUPPORTED, "the certificate %s is signed with an algorithm that is not supported", cert_serial_hex(cert));
	if (cert->signature_unused_bits != 0) /* no algorithm makes values of broken octets: decided, not the issuer's */
		return 1;
	return cert_check_message(issuer, alg, cert->tbs, cert->signature, err);
}
