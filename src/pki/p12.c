/*
 * p12.c - PKCS#12 files (RFC 7292): reading what others write, old encryption too, and writing with AES-256.
 *
 * Old files (RC2-40, RC4) need OpenSSL's legacy provider: they are read in a library context of their own, so that the process as a
 * whole never has those algorithms.
 */
#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <string.h>

#include "pki/key_private.h"
#include "util/secret.h"

enum { P12_ITERATIONS = 100000 };

struct p12_parts {
	EVP_PKEY *pkey;
	X509 *cert;
	STACK_OF(X509) *others;
};

static void release_parts(struct p12_parts *parts)
{
	EVP_PKEY_free(parts->pkey);
	X509_free(parts->cert);
	sk_X509_pop_free(parts->others, X509_free);
	*parts = (struct p12_parts){ NULL, NULL, NULL };
}

static void pkcs12_freep(PKCS12 **p)
{
	PKCS12_free(*p);
}

/* lib may be NULL for the process's own context. NULL when it is no PKCS#12. */
static PKCS12 *parse_p12(struct bytes file, OSSL_LIB_CTX *lib)
{
	const uint8_t *p = file.p;
	PKCS12 *p12 = PKCS12_init_ex(NID_pkcs7_data, lib, NULL);
	PKCS12 *parsed = p12 && file.n <= INT32_MAX ? d2i_PKCS12(&p12, &p, (long)file.n) : NULL;

	if (!parsed || p != file.p + file.n) {
		PKCS12_free(parsed);
		return NULL;
	}
	return parsed;
}

/* Which of no password and the empty one a file without a password means differs by writer (RFC 7292 B.1): both are tried. */
static bool find_password(PKCS12 *p12, const struct secret *password, const char **ret)
{
	if (password) {
		*ret = secret_text(password);
		return !PKCS12_mac_present(p12) || PKCS12_verify_mac(p12, *ret, (int)secret_len(password)) == 1;
	}
	*ret = NULL;
	if (!PKCS12_mac_present(p12) || PKCS12_verify_mac(p12, NULL, 0) == 1)
		return true;
	*ret = "";
	return PKCS12_verify_mac(p12, "", 0) == 1;
}

/* PKCS12_parse takes no file without a MAC (RFC 7292 4 makes it optional): one is put on the copy in memory. */
static bool read_parts(PKCS12 *p12, const char *password, struct p12_parts *ret)
{
	if (!PKCS12_mac_present(p12) && PKCS12_set_mac(p12, password, -1, NULL, 0, 1, NULL) != 1)
		return false;
	if (PKCS12_parse(p12, password, &ret->pkey, &ret->cert, &ret->others) == 1)
		return true;
	release_parts(ret);
	return false;
}

/* The same key in the process's own context. */
static EVP_PKEY *rehome(EVP_PKEY *pkey)
{
	uint8_t *der = NULL;
	int n = i2d_PrivateKey(pkey, &der);
	const uint8_t *p = der;
	EVP_PKEY *copy = n > 0 ? d2i_AutoPrivateKey(NULL, &p, n) : NULL;

	if (n > 0)
		OPENSSL_clear_free(der, (size_t)n);
	return copy;
}

static bool read_parts_legacy(struct bytes file, const char *password, struct p12_parts *ret, bool *ret_provider)
{
	OSSL_LIB_CTX *lib = OSSL_LIB_CTX_new();
	OSSL_PROVIDER *standard = lib ? OSSL_PROVIDER_load(lib, "default") : NULL;
	OSSL_PROVIDER *legacy = lib ? OSSL_PROVIDER_load(lib, "legacy") : NULL;
	PKCS12 *p12 = standard && legacy ? parse_p12(file, lib) : NULL;
	bool ok = p12 && read_parts(p12, password, ret);

	*ret_provider = legacy != NULL;
	if (ok && ret->pkey) {
		EVP_PKEY *copy = rehome(ret->pkey);

		EVP_PKEY_free(ret->pkey);
		ret->pkey = copy;
	}
	PKCS12_free(p12);
	if (legacy)
		OSSL_PROVIDER_unload(legacy);
	if (standard)
		OSSL_PROVIDER_unload(standard);
	OSSL_LIB_CTX_free(lib);
	return ok;
}

static int open_p12(struct bytes file, const char *name, const struct secret *password, struct p12_parts *ret, struct err *err)
{
	AUTO(pkcs12_freep) PKCS12 *p12 = parse_p12(file, NULL);
	const char *text;
	bool has_provider;
	bool has_mac = p12 && PKCS12_mac_present(p12);

	if (!p12)
		return pki_openssl_error(err, ERR_KEY_FILE, "%s: not a PKCS#12 file", name);
	if (!find_password(p12, password, &text)) {
		ERR_clear_error();
		return err_set(err, ERR_KEY_PASSWORD, password ? "%s: the password is wrong" : "%s: the file has a password and none was given", name);
	}
	if (read_parts(p12, text, ret))
		return 0;
	ERR_clear_error();
	if (read_parts_legacy(file, text, ret, &has_provider))
		return 0;
	if (!has_provider)
		return pki_openssl_error(err, ERR_KEY_UNSUPPORTED,
					 "%s: encrypted with RC2 or RC4, which this machine's OpenSSL cannot read: write it anew with AES", name);
	if (!has_mac)
		return pki_openssl_error(err, ERR_KEY_PASSWORD, "%s: the password is wrong, or the file is damaged", name);
	return pki_openssl_error(err, ERR_KEY_FILE, "%s: the PKCS#12 file is damaged", name);
}

static int take_others(const struct p12_parts *parts, struct cert_list *chain, struct err *err)
{
	for (int i = 0; i < sk_X509_num(parts->others); i++) {
		AUTO(cert_freep) struct cert *cert = NULL;

		if (cert_from_x509(sk_X509_value(parts->others, i), &cert, err) || cert_list_add(chain, cert, err))
			return -1;
	}
	return 0;
}

static int take_parts(const struct p12_parts *parts, const char *name, struct key **ret_key, struct cert **ret_cert, struct cert_list *chain,
		      struct err *err)
{
	AUTO(key_freep) struct key *key = NULL;
	AUTO(cert_freep) struct cert *cert = NULL;

	if (!parts->pkey)
		return err_set(err, ERR_KEY_FILE, "%s: the file holds no private key", name);
	if (!parts->cert)
		return err_set(err, ERR_KEY_FILE, "%s: the file holds no certificate for its key", name);
	if (key_from_pkey(parts->pkey, &key, err) || cert_from_x509(parts->cert, &cert, err) || take_others(parts, chain, err))
		return -1;
	*ret_key = TAKE(key);
	*ret_cert = TAKE(cert);
	return 0;
}

int p12_load(struct bytes file, const char *name, const struct secret *password, struct key **ret_key, struct cert **ret_cert,
	     struct cert_list *ret_chain, struct err *err)
{
	AUTO(release_parts) struct p12_parts parts = { NULL, NULL, NULL };

	if (open_p12(file, name, password, &parts, err))
		return -1;
	return take_parts(&parts, name, ret_key, ret_cert, ret_chain, err);
}

int p12_signer_open(struct bytes file, const char *name, const struct secret *password, struct signer **ret_signer, struct err *err)
{
	AUTO(key_freep) struct key *key = NULL;
	AUTO(cert_freep) struct cert *cert = NULL;
	AUTO(cert_list_release) struct cert_list chain = { 0 };

	if (p12_load(file, name, password, &key, &cert, &chain, err))
		return -1;
	return key_signer_new(key, cert, &chain, ret_signer, err);
}

/* ---- writing ---- */

static STACK_OF(X509) *stack_of(const struct cert_list *chain, struct err *err)
{
	STACK_OF(X509) *stack = sk_X509_new_null();

	for (size_t i = 0; stack && chain && i < chain->count; i++) {
		X509 *x509 = cert_peek_x509(chain->items[i], err);

		if (!x509 || X509_up_ref(x509) != 1 || sk_X509_push(stack, x509) <= 0) {
			sk_X509_pop_free(stack, X509_free);
			return NULL;
		}
	}
	return stack;
}

int p12_write(struct key *key, struct cert *cert, const struct cert_list *chain, const char *label, const struct secret *password, struct buf *out,
	      struct err *err)
{
	X509 *x509 = cert_peek_x509(cert, err);
	STACK_OF(X509) *others = x509 ? stack_of(chain, err) : NULL;
	AUTO(pkcs12_freep) PKCS12 *p12 = NULL;
	uint8_t *der = NULL;
	int n = 0;

	if (!others)
		return -1;
	p12 = PKCS12_create_ex(secret_text(password), label, key_peek_pkey(key), x509, others, NID_aes_256_cbc, NID_aes_256_cbc, P12_ITERATIONS,
			       P12_ITERATIONS, 0, NULL, NULL);
	sk_X509_pop_free(others, X509_free);
	if (p12)
		n = i2d_PKCS12(p12, &der);
	if (n <= 0)
		return pki_openssl_error(err, ERR_CRYPTO, "writing a PKCS#12 file");
	buf_append(out, der, (size_t)n);
	OPENSSL_free(der);
	return buf_check(out, err);
}
