/* csr.c - see csr.h. CertificationRequest of RFC 2986 section 4. */
#include "pki/csr.h"

#include <stdlib.h>
#include <string.h>

#include "pki/algid.h"
#include "pki/cert_private.h"
#include "pki/oid.h"
#include "util/hex.h"

/* ---- making ---- */

/* extensionRequest (RFC 2985 5.4.2) with one extension, subjectAltName { rfc822Name }. */
static void put_extension_request(struct buf *out, const char *email)
{
	size_t attr = der_begin(out, DER_SEQUENCE);
	size_t values;
	size_t exts;
	size_t ext;
	size_t octets;
	size_t names;

	der_put_oid(out, OID_EXTENSION_REQUEST);
	values = der_begin(out, DER_SET);
	exts = der_begin(out, DER_SEQUENCE);
	ext = der_begin(out, DER_SEQUENCE);
	der_put_oid(out, OID_EXT_SAN);
	octets = der_begin(out, DER_OCTET_STRING);
	names = der_begin(out, DER_SEQUENCE);
	der_put(out, DER_CONTEXT(1), (struct bytes){ (const uint8_t *)email, strlen(email) });
	der_end(out, names);
	der_end(out, octets);
	der_end(out, ext);
	der_end(out, exts);
	der_end(out, values);
	der_end(out, attr);
}

static int put_info(const struct csr_request *request, struct buf *out, struct err *err)
{
	size_t info = der_begin(out, DER_SEQUENCE);
	size_t attributes;

	der_put_long(out, 0);
	if (name_build(request->subject, request->subject_count, out, err))
		return -1;
	der_put_raw(out, request->spki_der);
	attributes = der_begin(out, DER_CONTEXT_CONSTRUCTED(0));
	if (request->email)
		put_extension_request(out, request->email);
	der_end(out, attributes);
	der_end(out, info);
	return buf_check(out, err);
}

static int check_made(const struct csr_request *request, const struct digest *digest, struct bytes value, struct err *err)
{
	AUTO(evp_pkey_freep) EVP_PKEY *pkey = NULL;
	int bad;

	if (pki_pkey_from_spki(request->spki_der, &pkey, err))
		return -1;
	bad = pki_verify_digest(pkey, request->alg, digest, value, err);
	return bad > 0 ? err_set(err, ERR_SIGNATURE_MISMATCH, "the key's value does not fit the public key of the request") : bad;
}

int csr_make(const struct csr_request *request, struct buf *out, struct err *err)
{
	AUTO(buf_release) struct buf info = BUF_INIT;
	AUTO(buf_release) struct buf value = BUF_INIT;
	AUTO(buf_release) struct buf algid = BUF_INIT;
	struct digest digest;
	size_t all;

	if (!algid_put_signature(&algid, request->alg))
		return err_set(err, ERR_KEY_UNSUPPORTED, "a request cannot be signed by %s", sig_alg_name(request->alg));
	if (put_info(request, &info, err) || digest_of(request->alg.digest, (struct bytes){ (const uint8_t *)info.data, info.len }, &digest, err) ||
	    request->sign(request->sign_ctx, request->alg, &digest, &value, err) ||
	    check_made(request, &digest, (struct bytes){ (const uint8_t *)value.data, value.len }, err))
		return -1;
	all = der_begin(out, DER_SEQUENCE);
	der_put_raw(out, (struct bytes){ (const uint8_t *)info.data, info.len });
	der_put_raw(out, (struct bytes){ (const uint8_t *)algid.data, algid.len });
	der_put_bits(out, (struct bytes){ (const uint8_t *)value.data, value.len });
	der_end(out, all);
	return buf_check(out, err);
}

static void put_pem_lines(struct str text, struct buf *out)
{
	enum { LINE = 64 };

	for (size_t at = 0; at < text.n; at += LINE) {
		buf_append(out, text.p + at, text.n - at < LINE ? text.n - at : LINE);
		buf_putc(out, '\n');
	}
}

void csr_put_pem(struct bytes der, struct buf *out)
{
	AUTO(buf_release) struct buf text = BUF_INIT;

	base64_encode(der, &text);
	buf_puts(out, "-----BEGIN CERTIFICATE REQUEST-----\n");
	put_pem_lines(str_from(buf_str(&text), text.len), out);
	buf_puts(out, "-----END CERTIFICATE REQUEST-----\n");
}

/* ---- reading ---- */

struct csr {
	struct buf der;
	struct buf subject_text;
	struct bytes info, subject, spki, extensions, algid, signature;
};

/* One attribute: SEQUENCE { OID, SET OF value }; extensionRequest has one value. */
static bool read_attribute(struct csr *csr, struct der *in)
{
	struct der attr;
	struct der values;
	struct bytes oid;

	if (!der_enter(in, DER_SEQUENCE, &attr) || !der_read(&attr, DER_OID, &oid) || !der_enter(&attr, DER_SET, &values) || !der_at_end(&attr))
		return false;
	if (!bytes_eq(oid, OID_EXTENSION_REQUEST))
		return true;
	return !csr->extensions.n && der_read_whole(&values, DER_SEQUENCE, &csr->extensions) && der_at_end(&values);
}

static bool read_info(struct csr *csr)
{
	struct der info;
	struct der attributes;
	bool present;
	long version;

	if (!der_only(csr->info, DER_SEQUENCE, &info) || !der_read_int(&info, &version) || version != 0 ||
	    !der_read_whole(&info, DER_SEQUENCE, &csr->subject) || !der_read_whole(&info, DER_SEQUENCE, &csr->spki) ||
	    !der_enter_optional(&info, DER_CONTEXT_CONSTRUCTED(0), &attributes, &present) || !der_at_end(&info))
		return false;
	while (present && !der_at_end(&attributes))
		if (!read_attribute(csr, &attributes))
			return false;
	return true;
}

static int read_csr(struct csr *csr, const char *name, struct err *err)
{
	struct der in;
	unsigned unused;

	if (!der_only((struct bytes){ (const uint8_t *)csr->der.data, csr->der.len }, DER_SEQUENCE, &in) ||
	    !der_read_whole(&in, DER_SEQUENCE, &csr->info) || !der_read_whole(&in, DER_SEQUENCE, &csr->algid) ||
	    !der_read_bits(&in, &csr->signature, &unused) || unused != 0 || !der_at_end(&in) || !read_info(csr))
		return err_set(err, ERR_CERT, "%s: no PKCS#10 request, or a malformed one", name);
	if (name_render(csr->subject, &csr->subject_text, err))
		return err_prefix(err, "%s", name);
	return buf_check(&csr->subject_text, err);
}

static const char *find(const char *p, const char *end, const char *what)
{
	return p && p < end ? memmem(p, (size_t)(end - p), what, strlen(what)) : NULL;
}

/* The DER of a file that may be PEM ("CERTIFICATE REQUEST" or "NEW CERTIFICATE REQUEST"). */
static int load_der(struct bytes file, const char *name, struct buf *out, struct err *err)
{
	static const char begin_mark[] = "CERTIFICATE REQUEST-----";
	const char *text = (const char *)file.p;
	const char *end = text + file.n;
	const char *body = file.n ? find(text, end, begin_mark) : NULL;
	const char *stop = body ? find(body, end, "-----END ") : NULL;
	AUTO(buf_release) struct buf compact = BUF_INIT;

	if (!stop) {
		buf_append(out, file.p, file.n);
		return buf_check(out, err);
	}
	for (const char *p = body + sizeof(begin_mark) - 1; p < stop; p++)
		if (!memchr(" \t\r\n", *p, 4))
			buf_putc(&compact, *p);
	if (base64_decode(str_from(buf_str(&compact), compact.len), out, err))
		return err_prefix(err, "%s", name);
	return 0;
}

int csr_parse(struct bytes file, const char *name, struct csr **ret_csr, struct err *err)
{
	AUTO(csr_freep) struct csr *csr = calloc(1, sizeof(*csr));

	if (!csr)
		return err_set(err, ERR_NO_MEMORY, "no memory for a request");
	if (load_der(file, name, &csr->der, err) || read_csr(csr, name, err))
		return -1;
	*ret_csr = TAKE(csr);
	return 0;
}

void csr_free(struct csr *csr)
{
	if (!csr)
		return;
	buf_release(&csr->der);
	buf_release(&csr->subject_text);
	free(csr);
}

struct bytes csr_der(const struct csr *csr)
{
	return (struct bytes){ (const uint8_t *)csr->der.data, csr->der.len };
}

const char *csr_subject(const struct csr *csr)
{
	return buf_str(&csr->subject_text);
}

struct bytes csr_subject_der(const struct csr *csr)
{
	return csr->subject;
}

struct bytes csr_spki_der(const struct csr *csr)
{
	return csr->spki;
}

struct bytes csr_extensions_der(const struct csr *csr)
{
	return csr->extensions;
}

struct key_strength csr_key(const struct csr *csr)
{
	return pki_spki_strength(csr->spki);
}

struct sig_alg csr_sig_alg(const struct csr *csr)
{
	return algid_signature(csr->algid, DIGEST_NONE, NULL);
}

int csr_check_signature(const struct csr *csr, struct err *err)
{
	AUTO(evp_pkey_freep) EVP_PKEY *pkey = NULL;
	struct sig_alg alg = csr_sig_alg(csr);

	if (alg.key == KEY_UNKNOWN)
		return err_set(err, ERR_KEY_UNSUPPORTED, "the request is signed with an algorithm that is not supported");
	if (pki_pkey_from_spki(csr->spki, &pkey, err))
		return -1;
	return pki_verify_message(pkey, alg, csr->info, csr->signature, err);
}
