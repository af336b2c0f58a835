/* key.c - see key.h. */
#include "pki/key.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <stdlib.h>
#include <string.h>

#include "pki/key_private.h"
#include "util/secret.h"

struct key {
	atomic_uint refs;
	EVP_PKEY *pkey;
	EVP_PKEY_CTX *ctx; /* initialised for ctx_alg, NULL before the first signature */
	struct sig_alg ctx_alg;
};

static const struct {
	const char *name;
	const char *type;
	const char *curve;
	size_t bits;
} key_types[] = {
	[KEY_TYPE_RSA_2048] = { "rsa2048", "RSA", NULL, 2048 },	   [KEY_TYPE_RSA_3072] = { "rsa3072", "RSA", NULL, 3072 },
	[KEY_TYPE_RSA_4096] = { "rsa4096", "RSA", NULL, 4096 },	   [KEY_TYPE_P256] = { "p256", "EC", "P-256", 256 },
	[KEY_TYPE_P384] = { "p384", "EC", "P-384", 384 },
};

int key_type_find(const char *name, enum key_type *ret_type, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(key_types); i++)
		if (strcmp(key_types[i].name, name) == 0) {
			*ret_type = (enum key_type)i;
			return 0;
		}
	return err_set(err, ERR_USAGE, "there is no key type %s: rsa2048, rsa3072, rsa4096, p256, p384", name);
}

int key_from_pkey(EVP_PKEY *pkey, struct key **ret_key, struct err *err)
{
	struct key *key = calloc(1, sizeof(*key));

	if (!key || EVP_PKEY_up_ref(pkey) != 1) {
		free(key);
		return err_set(err, ERR_NO_MEMORY, "no memory for a key");
	}
	atomic_init(&key->refs, 1);
	key->pkey = pkey;
	*ret_key = key;
	return 0;
}

EVP_PKEY *key_peek_pkey(const struct key *key)
{
	return key->pkey;
}

int key_generate(enum key_type type, struct key **ret_key, struct err *err)
{
	AUTO(evp_pkey_freep) EVP_PKEY *pkey = NULL;

	if (key_types[type].curve)
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, key_types[type].type, key_types[type].curve);
	else
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, key_types[type].type, key_types[type].bits);
	if (!pkey)
		return pki_openssl_error(err, ERR_CRYPTO, "making a %s key", key_types[type].name);
	return key_from_pkey(pkey, ret_key, err);
}

struct key *key_keep(struct key *key)
{
	atomic_fetch_add_explicit(&key->refs, 1, memory_order_relaxed);
	return key;
}

void key_free(struct key *key)
{
	if (!key || atomic_fetch_sub_explicit(&key->refs, 1, memory_order_acq_rel) != 1)
		return;
	EVP_PKEY_CTX_free(key->ctx);
	EVP_PKEY_free(key->pkey);
	free(key);
}

int key_spki(const struct key *key, struct buf *out, struct err *err)
{
	return pki_spki_of(key->pkey, out, err);
}

struct key_strength key_strength(const struct key *key)
{
	AUTO(buf_release) struct buf spki = BUF_INIT;

	if (key_spki(key, &spki, NULL))
		return (struct key_strength){ KEY_UNKNOWN, 0, NULL };
	return pki_spki_strength((struct bytes){ (const uint8_t *)spki.data, spki.len });
}

bool key_matches(const struct key *key, const struct cert *cert)
{
	EVP_PKEY *public = cert_peek_pkey(cert, NULL);
	bool same = public && EVP_PKEY_eq(key->pkey, public) == 1;

	ERR_clear_error();
	return same;
}

struct sig_alg key_default_alg(struct key_strength key)
{
	enum digest_alg digest = key.kind == KEY_EC && key.bits > 384 ? DIGEST_SHA512 :
				 key.kind == KEY_EC && key.bits > 256 ? DIGEST_SHA384 :
									DIGEST_SHA256;

	return (struct sig_alg){ key.kind, key.kind == KEY_RSA ? SIG_PAD_PKCS1_V15 : SIG_PAD_NONE, digest };
}

static bool same_alg(struct sig_alg a, struct sig_alg b)
{
	return a.key == b.key && a.padding == b.padding && a.digest == b.digest;
}

/* The context survives from one signature to the next: setting one up costs a tenth of an ECDSA signature. */
static int prepare(struct key *key, struct sig_alg alg, struct err *err)
{
	AUTO(evp_pkey_ctx_freep) EVP_PKEY_CTX *ctx = NULL;

	if (key->ctx && same_alg(key->ctx_alg, alg))
		return 0;
	ctx = EVP_PKEY_CTX_new(key->pkey, NULL);
	if (!ctx || EVP_PKEY_sign_init(ctx) != 1)
		return pki_openssl_error(err, ERR_KEY_UNSUPPORTED, "the key cannot sign");
	if (pki_setup_ctx(ctx, alg, /* verify= */ false, err))
		return -1;
	EVP_PKEY_CTX_free(key->ctx);
	key->ctx = TAKE(ctx);
	key->ctx_alg = alg;
	return 0;
}

int key_sign(struct key *key, struct sig_alg alg, const struct digest *digest, struct buf *out, struct err *err)
{
	size_t room = (size_t)EVP_PKEY_get_size(key->pkey);
	size_t n = room;

	if (digest->len != digest_size(alg.digest) || (alg.key == KEY_RSA) != (EVP_PKEY_is_a(key->pkey, "RSA") == 1))
		return err_set(err, ERR_KEY_UNSUPPORTED, "the key does not sign %zu bytes by %s", digest->len, sig_alg_name(alg));
	if (prepare(key, alg, err))
		return -1;
	if (!buf_reserve(out, room))
		return buf_check(out, err);
	if (EVP_PKEY_sign(key->ctx, (uint8_t *)out->data + out->len, &n, digest->bytes, digest->len) != 1)
		return pki_openssl_error(err, ERR_CRYPTO, "signing by %s", sig_alg_name(alg));
	out->len += n;
	out->data[out->len] = '\0';
	return 0;
}

/* ---- PKCS#8 ---- */

enum { PBKDF2_ITERATIONS = 100000 };

static int take_bio(BIO *bio, struct buf *out, struct err *err)
{
	char *data = NULL;
	long n = BIO_get_mem_data(bio, &data);

	buf_append(out, data, n > 0 ? (size_t)n : 0);
	BIO_free(bio);
	return buf_check(out, err);
}

static bool write_encrypted(BIO *bio, EVP_PKEY *pkey, const struct secret *password)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(pkey);
	X509_ALGOR *pbe = PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), PBKDF2_ITERATIONS, NULL, 0, NULL, NID_hmacWithSHA256);
	X509_SIG *sealed = info && pbe ? PKCS8_set0_pbe(secret_text(password), (int)secret_len(password), info, pbe) : NULL;
	bool ok = sealed && PEM_write_bio_PKCS8(bio, sealed) == 1;

	if (sealed)
		X509_SIG_free(sealed); /* owns pbe */
	else
		X509_ALGOR_free(pbe);
	PKCS8_PRIV_KEY_INFO_free(info);
	return ok;
}

int key_save_pem(const struct key *key, const struct secret *password, struct buf *out, struct err *err)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	bool ok = bio && (password ? write_encrypted(bio, key->pkey, password) :
				     PEM_write_bio_PKCS8PrivateKey(bio, key->pkey, NULL, NULL, 0, NULL, NULL) == 1);

	if (!ok) {
		BIO_free(bio);
		return pki_openssl_error(err, ERR_CRYPTO, "writing a private key");
	}
	return take_bio(bio, out, err);
}

struct password_ask {
	const struct secret *password;
	bool asked;
};

/* PEM's callback: never asks anybody, gives what there is. */
static int give_password(char *to, int size, int writing, void *arg)
{
	struct password_ask *ask = arg;
	size_t n = ask->password ? secret_len(ask->password) : 0;

	(void)writing;
	ask->asked = true;
	if (!ask->password || n > (size_t)size)
		return -1;
	memcpy(to, secret_text(ask->password), n);
	return (int)n;
}

static EVP_PKEY *read_private_key(struct bytes file, struct password_ask *ask)
{
	const uint8_t *p = file.p;
	BIO *bio;
	EVP_PKEY *pkey;

	if (file.n == 0 || file.n > 1 << 20)
		return NULL;
	if (file.p[0] == DER_SEQUENCE)
		return d2i_AutoPrivateKey(NULL, &p, (long)file.n);
	bio = BIO_new_mem_buf(file.p, (int)file.n);
	pkey = bio ? PEM_read_bio_PrivateKey(bio, NULL, give_password, ask) : NULL;
	BIO_free(bio);
	return pkey;
}

int key_load_pem(struct bytes file, const char *name, const struct secret *password, struct key **ret_key, struct err *err)
{
	struct password_ask ask = { password, false };
	AUTO(evp_pkey_freep) EVP_PKEY *pkey = read_private_key(file, &ask);

	if (!pkey && ask.asked) {
		ERR_clear_error();
		return err_set(err, ERR_KEY_PASSWORD, password ? "%s: the password is wrong" : "%s: the key is encrypted and no password was given", name);
	}
	if (!pkey)
		return pki_openssl_error(err, ERR_KEY_FILE, "%s: no private key", name);
	return key_from_pkey(pkey, ret_key, err);
}

/* ---- a signer over a software key ---- */

struct key_signer {
	struct signer base;
	struct key *key;
};

static int sign_with_key(struct signer *signer, struct sig_alg alg, const struct digest *digest, struct buf *out, struct err *err)
{
	return key_sign(((struct key_signer *)signer)->key, alg, digest, out, err);
}

static bool key_supports(const struct signer *signer, struct sig_alg alg)
{
	enum key_kind kind = cert_key(signer->cert).kind;
	bool padding_fits = kind == KEY_RSA ? alg.padding != SIG_PAD_NONE : alg.padding == SIG_PAD_NONE;

	return alg.key == kind && (kind == KEY_RSA || kind == KEY_EC) && padding_fits && pki_evp_md(alg.digest);
}

static void free_key_signer(struct signer *signer)
{
	key_free(((struct key_signer *)signer)->key);
	free(signer);
}

static const struct signer_ops key_signer_ops = { sign_with_key, key_supports, free_key_signer };

int key_signer_new(struct key *key, struct cert *cert, const struct cert_list *chain, struct signer **ret_signer, struct err *err)
{
	AUTO(signer_freep) struct signer *signer = NULL;
	struct key_signer *made;

	if (!key_matches(key, cert))
		return err_set(err, ERR_SIGNATURE_MISMATCH, "the certificate %s is not that of the key", cert_serial_hex(cert));
	made = calloc(1, sizeof(*made));
	if (!made)
		return err_set(err, ERR_NO_MEMORY, "no memory for a signer");
	made->key = key_keep(key);
	made->base.ops = &key_signer_ops;
	made->base.cert = cert_keep(cert);
	signer = &made->base;
	for (size_t i = 0; chain && i < chain->count; i++)
		if (cert_list_add(&signer->chain, chain->items[i], err))
			return -1;
	*ret_signer = TAKE(signer);
	return 0;
}
