/* keys.c - the authority's private keys: PKCS#8 in PEM, in files of mode 0600; see ca_private.h. */
#include <string.h>

#include "ca/ca_private.h"
#include "pki/issue.h"
#include "util/secret.h"

static void wipe_buf(struct buf *buf)
{
	if (buf->data)
		secret_wipe(buf->data, buf->cap);
	buf_release(buf);
}

bool ca_key_kind_find(const char *name, enum ca_key_kind *ret_kind)
{
	static const struct {
		const char *name;
		enum ca_key_kind kind;
	} names[] = { { "rsa2048", CA_KEY_RSA_2048 },
		      { "rsa3072", CA_KEY_RSA_3072 },
		      { "rsa4096", CA_KEY_RSA_4096 },
		      { "p256", CA_KEY_P256 },
		      { "p384", CA_KEY_P384 } };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(names[i].name, name) != 0)
			continue;
		*ret_kind = names[i].kind;
		return true;
	}
	return false;
}

int keys_generate(enum ca_key_kind kind, struct key **ret_key, struct err *err)
{
	switch (kind) {
	case CA_KEY_RSA_2048:
		return key_generate(KEY_TYPE_RSA_2048, ret_key, err);
	case CA_KEY_DEFAULT:
	case CA_KEY_RSA_3072:
		return key_generate(KEY_TYPE_RSA_3072, ret_key, err);
	case CA_KEY_RSA_4096:
		return key_generate(KEY_TYPE_RSA_4096, ret_key, err);
	case CA_KEY_P256:
		return key_generate(KEY_TYPE_P256, ret_key, err);
	case CA_KEY_P384:
		return key_generate(KEY_TYPE_P384, ret_key, err);
	case CA_KEY_RSA_1024:
		return issue_weak_key(ret_key, err);
	}
	BUG("key kind %d", kind);
}

int keys_save(const struct store *store, const char *file, const struct key *key, struct err *err)
{
	AUTO(wipe_buf) struct buf pem = BUF_INIT;

	if (key_save_pem(key, /* password= */ NULL, &pem, err) < 0)
		return -1;
	return store_write_secret(store, file, (struct bytes){ (const uint8_t *)pem.data, pem.len }, err);
}

int keys_load(const struct store *store, const char *file, struct key **ret_key, struct err *err)
{
	AUTO(wipe_buf) struct buf pem = BUF_INIT;

	if (store_read_secret(store, file, &pem, err) < 0)
		return -1;
	return key_load_pem((struct bytes){ (const uint8_t *)pem.data, pem.len }, file, /* password= */ NULL, ret_key,
			    err);
}
