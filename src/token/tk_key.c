/* tk_key.c - key pairs made on the token. See tk_key.h; PKCS#11 2.40 C_GenerateKeyPair, mechanisms 2.1.4 and 2.3.5. */
#include "token/tk_key.h"

#include <stdlib.h>
#include <string.h>

#include "pki/csr.h"
#include "pki/der.h"
#include "pki/oid.h"
#include "token/tk_inventory.h"
#include "token/tk_mechanism.h"
#include "token/tk_private.h"
#include "util/buf.h"

struct tk_new_key {
	struct tk_session *session;
	CK_OBJECT_HANDLE public, private;
	enum key_kind kind;
	struct tk_sign_key sign_key;
	uint8_t id[TK_KEY_ID_BYTES];
	struct buf spki;
};

/* What can be made: nothing else is asked of a token. */
static const struct kind_row {
	enum key_kind kind;
	int bits;
	CK_MECHANISM_TYPE mechanism;
	struct bytes curve; /* EC: contents octets of the curve's OID */
	enum digest_alg digest;
} kind_rows[] = {
	{ KEY_RSA, 2048, CKM_RSA_PKCS_KEY_PAIR_GEN, { NULL, 0 }, DIGEST_SHA256 },
	{ KEY_RSA, 3072, CKM_RSA_PKCS_KEY_PAIR_GEN, { NULL, 0 }, DIGEST_SHA256 },
	{ KEY_RSA, 4096, CKM_RSA_PKCS_KEY_PAIR_GEN, { NULL, 0 }, DIGEST_SHA256 },
	{ KEY_EC, 256, CKM_EC_KEY_PAIR_GEN, { (const uint8_t *)"\x2a\x86\x48\xce\x3d\x03\x01\x07", 8 }, DIGEST_SHA256 },
	{ KEY_EC, 384, CKM_EC_KEY_PAIR_GEN, { (const uint8_t *)"\x2b\x81\x04\x00\x22", 5 }, DIGEST_SHA384 },
};

static const struct kind_row *row_of(enum key_kind kind, int bits)
{
	for (size_t i = 0; i < ARRAY_LEN(kind_rows); i++)
		if (kind_rows[i].kind == kind && kind_rows[i].bits == bits)
			return &kind_rows[i];
	return NULL;
}

static int check_new(struct tk_session *session, const struct tk_keygen *what, struct err *err)
{
	AUTO(tk_inventory_freep) struct tk_inventory *inventory = NULL;
	const char *name = tk_token_name(&session->token);

	if (!what->label || !what->label[0])
		return err_set(err, ERR_USAGE, "%s: a new key wants a label", name);
	if (!row_of(what->kind, what->bits))
		return err_set(err, ERR_KEY_UNSUPPORTED,
			       "%s: keys are RSA of 2048, 3072 or 4096 bits or EC of 256 or 384, not of %d", name,
			       what->bits);
	if (tk_inventory_read(session, &inventory, err) < 0)
		return -1;
	for (size_t i = 0; i < tk_inventory_key_count(inventory); i++)
		if (strcmp(tk_inventory_key(inventory, i)->label, what->label) == 0)
			return err_set(err, ERR_TOKEN_EXISTS, "%s: there is a key with the label \"%s\" already", name,
				       what->label);
	return 0;
}

/* Attributes of a template, as many as were added. */
struct template
{
	CK_ATTRIBUTE items[16];
	size_t count;
};

static void put(struct template *template, CK_ATTRIBUTE_TYPE type, const void *value, size_t len)
{
	template->items[template->count++] = (CK_ATTRIBUTE){ type, (void *)(uintptr_t)value, len };
}

static void put_bool(struct template *template, CK_ATTRIBUTE_TYPE type, bool value)
{
	static const CK_BBOOL yes = CK_TRUE;
	static const CK_BBOOL no = CK_FALSE;

	put(template, type, value ? &yes : &no, sizeof(yes));
}

static void put_names(struct template *template, const struct tk_new_key *key, const char *label)
{
	put_bool(template, CKA_TOKEN, true);
	put(template, CKA_LABEL, label, strlen(label));
	put(template, CKA_ID, key->id, sizeof(key->id));
}

static int generate(struct tk_new_key *key, const struct kind_row *row, const char *label, struct err *err)
{
	static const CK_BYTE exponent[] = { 0x01, 0x00, 0x01 }; /* 65537 */
	CK_ULONG bits = (CK_ULONG)row->bits;
	CK_MECHANISM mechanism = { .mechanism = row->mechanism };
	struct template public = { .count = 0 };
	struct template private = { .count = 0 };
	AUTO(buf_release) struct buf curve = BUF_INIT;
	CK_RV rv;

	put_names(&public, key, label);
	put_bool(&public, CKA_VERIFY, true);
	if (row->kind == KEY_RSA) {
		put(&public, CKA_MODULUS_BITS, &bits, sizeof(bits));
		put(&public, CKA_PUBLIC_EXPONENT, exponent, sizeof(exponent));
	} else {
		der_put_oid(&curve, row->curve);
		if (buf_check(&curve, err) < 0)
			return -1;
		put(&public, CKA_EC_PARAMS, curve.data, curve.len);
	}
	put_names(&private, key, label);
	put_bool(&private, CKA_PRIVATE, true);
	put_bool(&private, CKA_SENSITIVE, true);
	put_bool(&private, CKA_EXTRACTABLE, false);
	put_bool(&private, CKA_SIGN, true);
	rv = key->session->module->fn->C_GenerateKeyPair(key->session->handle, &mechanism, public.items, public.count,
							 private.items, private.count, &key->public, &key->private);
	return rv == CKR_OK ? 0 : tk_fail(key->session, rv, "C_GenerateKeyPair", err);
}

static const struct tk_key *find_made(const struct tk_inventory *inventory, const struct tk_new_key *key)
{
	for (size_t i = 0; i < tk_inventory_key_count(inventory); i++)
		if (tk_inventory_key(inventory, i)->private_handle == key->private)
			return tk_inventory_key(inventory, i);
	return NULL;
}

static void put_spki(struct tk_new_key *key, const struct kind_row *row, struct bytes key_bits)
{
	size_t whole = der_begin(&key->spki, DER_SEQUENCE);
	size_t algorithm = der_begin(&key->spki, DER_SEQUENCE);

	der_put_oid(&key->spki, row->kind == KEY_RSA ? OID_RSA_ENCRYPTION : OID_EC_PUBLIC_KEY);
	if (row->kind == KEY_RSA)
		der_put(&key->spki, DER_NULL, (struct bytes){ NULL, 0 });
	else
		der_put_oid(&key->spki, row->curve);
	der_end(&key->spki, algorithm);
	der_put_bits(&key->spki, key_bits);
	der_end(&key->spki, whole);
}

/* What the token made must be what was asked for. */
static int check_made(struct tk_new_key *key, const struct kind_row *row, struct err *err)
{
	AUTO(tk_inventory_freep) struct tk_inventory *inventory = NULL;
	const char *name = tk_token_name(&key->session->token);
	const struct tk_key *made;

	if (tk_inventory_read(key->session, &inventory, err) < 0)
		return -1;
	made = find_made(inventory, key);
	if (!made || made->key_bits.n == 0)
		return err_set(err, ERR_TOKEN, "%s: the key that was made cannot be read back", name);
	if (!made->sensitive || made->extractable)
		return err_set(err, ERR_TOKEN_UNSUPPORTED,
			       "%s makes private keys that can leave it; the key was removed again", name);
	if (made->strength.kind != row->kind || made->strength.bits != row->bits)
		return err_set(err, ERR_TOKEN_UNSUPPORTED,
			       "%s made a key of %d bits where %d were asked for; it was removed again", name,
			       made->strength.bits, row->bits);
	put_spki(key, row, made->key_bits);
	key->sign_key = (struct tk_sign_key){ key->private, row->bits, made->always_authenticate };
	return buf_check(&key->spki, err);
}

static struct tk_new_key *new_key(struct tk_session *session, const struct kind_row *row)
{
	struct tk_new_key *key = calloc(1, sizeof(*key));

	if (key) {
		key->session = tk_session_keep(session);
		key->kind = row->kind;
		key->public = CK_INVALID_HANDLE;
		key->private = CK_INVALID_HANDLE;
	}
	return key;
}

int tk_key_generate(struct tk_session *session, const struct tk_keygen *what, struct tk_new_key **ret_key,
		    struct err *err)
{
	const struct kind_row *row = row_of(what->kind, what->bits);
	AUTO(tk_new_key_freep) struct tk_new_key *key = NULL;

	if (check_new(session, what, err) < 0)
		return -1;
	key = new_key(session, row);
	if (!key)
		return err_set(err, ERR_NO_MEMORY, "%s: no memory for a new key", tk_token_name(&session->token));
	if (digest_random(key->id, sizeof(key->id), err) < 0 || generate(key, row, what->label, err) < 0)
		return -1;
	if (check_made(key, row, err) < 0) {
		(void)!tk_new_key_destroy(key, NULL);
		return -1;
	}
	*ret_key = TAKE(key);
	return 0;
}

void tk_new_key_free(struct tk_new_key *key)
{
	if (!key)
		return;
	tk_session_free(key->session);
	buf_release(&key->spki);
	free(key);
}

int tk_new_key_destroy(struct tk_new_key *key, struct err *err)
{
	CK_OBJECT_HANDLE *handles[] = { &key->private, &key->public };
	int rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(handles); i++) {
		CK_RV rv = CKR_OK;

		if (*handles[i] != CK_INVALID_HANDLE)
			rv = key->session->module->fn->C_DestroyObject(key->session->handle, *handles[i]);
		*handles[i] = CK_INVALID_HANDLE;
		if (rv != CKR_OK && rv != CKR_OBJECT_HANDLE_INVALID)
			rc = tk_fail(key->session, rv, "C_DestroyObject", err);
	}
	return rc;
}

struct bytes tk_new_key_spki(const struct tk_new_key *key)
{
	return (struct bytes){ (const uint8_t *)key->spki.data, key->spki.len };
}

struct bytes tk_new_key_id(const struct tk_new_key *key)
{
	return (struct bytes){ key->id, sizeof(key->id) };
}

struct sig_alg tk_new_key_alg(const struct tk_new_key *key)
{
	return (struct sig_alg){ .key = key->kind,
				 .padding = key->kind == KEY_RSA ? SIG_PAD_PKCS1_V15 : SIG_PAD_NONE,
				 .digest = row_of(key->kind, key->sign_key.bits)->digest };
}

int tk_new_key_sign(struct tk_new_key *key, struct sig_alg alg, const struct digest *digest, struct buf *ret_signature,
		    struct err *err)
{
	return tk_sign(key->session, &key->sign_key, alg, digest, ret_signature, err) == TK_SIGN_DONE ? 0 : -1;
}

static int sign_request(void *ctx, struct sig_alg alg, const struct digest *digest, struct buf *ret_signature,
			struct err *err)
{
	return tk_new_key_sign(ctx, alg, digest, ret_signature, err);
}

int tk_generate(struct tk_session *session, const struct tk_keygen *what, const struct name_part *subject,
		size_t subject_count, const char *email, struct buf *ret_csr_der, struct err *err)
{
	AUTO(tk_new_key_freep) struct tk_new_key *key = NULL;
	struct csr_request request = {
		.subject = subject, .subject_count = subject_count, .email = email, .sign = sign_request
	};

	if (tk_key_generate(session, what, &key, err) < 0)
		return -1;
	request.spki_der = tk_new_key_spki(key);
	request.alg = tk_new_key_alg(key);
	request.sign_ctx = key;
	if (csr_make(&request, ret_csr_der, err) < 0) {
		(void)!tk_new_key_destroy(key, NULL);
		return -1;
	}
	return 0;
}
