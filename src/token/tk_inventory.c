/* tk_inventory.c - reads keys and certificates off a token and finds the pairs. See tk_inventory.h. */
#include "token/tk_inventory.h"

#include <stdlib.h>
#include <string.h>

#include "pki/der.h"
#include "token/tk_private.h"
#include "util/arena.h"
#include "util/buf.h"

struct tk_inventory {
	struct arena *arena;
	struct tk_token token;
	struct tk_key *keys;
	size_t key_count;
	struct tk_cert *certs;
	size_t cert_count;
};

/* Named curves as CKA_EC_PARAMS has them: DER of the OBJECT IDENTIFIER (RFC 5480 2.1.1.1). */
static const struct {
	const char *name;
	int bits;
	size_t len;
	uint8_t params[10];
} curves[] = {
	{ "P-256", 256, 10, { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 } },
	{ "P-384", 384, 7, { 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22 } },
	{ "P-521", 521, 7, { 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23 } },
};

static int fail_memory(const struct tk_session *session, struct err *err)
{
	return err_set(err, ERR_NO_MEMORY, "%s: no memory for its inventory", tk_token_name(&session->token));
}

static int unsigned_bits(struct bytes n)
{
	int bits;

	while (n.n && n.p[0] == 0) {
		n.p++;
		n.n--;
	}
	if (n.n == 0)
		return 0;
	bits = (int)(n.n - 1) * 8;
	for (uint8_t top = n.p[0]; top; top >>= 1)
		bits++;
	return bits;
}

/* RSAPublicKey (RFC 8017 A.1.1) from the attributes, as it stands in a certificate. */
static int read_rsa(struct tk_session *session, CK_OBJECT_HANDLE object, struct arena *arena, struct tk_key *key,
		    struct err *err)
{
	AUTO(buf_release) struct buf der = BUF_INIT;
	struct bytes modulus;
	struct bytes exponent;
	size_t begin;

	if (tk_object_bytes(session, object, CKA_MODULUS, arena, &modulus, err) < 0 ||
	    tk_object_bytes(session, object, CKA_PUBLIC_EXPONENT, arena, &exponent, err) < 0)
		return -1;
	if (modulus.n == 0 || exponent.n == 0)
		return 0;
	begin = der_begin(&der, DER_SEQUENCE);
	der_put_unsigned(&der, modulus);
	der_put_unsigned(&der, exponent);
	der_end(&der, begin);
	key->strength.bits = unsigned_bits(modulus);
	key->key_bits.p = arena_memdup(arena, der.data, der.len);
	key->key_bits.n = der.len;
	return buf_failed(&der) || !key->key_bits.p ? fail_memory(session, err) : 0;
}

static void read_curve(struct bytes params, struct tk_key *key)
{
	for (size_t i = 0; i < ARRAY_LEN(curves); i++) {
		if (bytes_eq(params, (struct bytes){ curves[i].params, curves[i].len })) {
			key->strength.curve = curves[i].name;
			key->strength.bits = curves[i].bits;
		}
	}
}

/*
 * CKA_EC_POINT is an OCTET STRING around the point (PKCS#11 2.40 2.3.3); some modules give the bare point. Both begin
 * with 04, and one bare P-256 point in 256 would pass for an OCTET STRING: the curve's length decides where it is
 * known.
 */
static struct bytes unwrap_point(struct bytes point, int bits)
{
	size_t bare = 2 * (((size_t)bits + 7) / 8) + 1;
	struct der der = der_of(point);
	struct bytes inner;

	if ((bits && point.n == bare) || !der_read(&der, DER_OCTET_STRING, &inner) || !der_at_end(&der))
		return point;
	return inner;
}

static int read_ec(struct tk_session *session, CK_OBJECT_HANDLE object, struct arena *arena, struct tk_key *key,
		   struct err *err)
{
	struct bytes params;
	struct bytes point;

	if (tk_object_bytes(session, object, CKA_EC_PARAMS, arena, &params, err) < 0 ||
	    tk_object_bytes(session, object, CKA_EC_POINT, arena, &point, err) < 0)
		return -1;
	read_curve(params, key);
	if (point.n)
		key->key_bits = unwrap_point(point, key->strength.bits);
	return 0;
}

static int read_public_part(struct tk_session *session, CK_OBJECT_HANDLE object, struct arena *arena,
			    struct tk_key *key, struct err *err)
{
	unsigned long type;

	if (tk_object_ulong(session, object, CKA_KEY_TYPE, CK_UNAVAILABLE_INFORMATION, &type, err) < 0)
		return -1;
	if (type == CKK_RSA) {
		key->strength.kind = KEY_RSA;
		return read_rsa(session, object, arena, key, err);
	}
	if (type == CKK_EC) {
		key->strength.kind = KEY_EC;
		return read_ec(session, object, arena, key, err);
	}
	return 0;
}

static int read_names(struct tk_session *session, CK_OBJECT_HANDLE object, struct arena *arena, const char **label,
		      struct bytes *id, struct err *err)
{
	if (tk_object_text(session, object, CKA_LABEL, arena, label, err) < 0)
		return -1;
	return tk_object_bytes(session, object, CKA_ID, arena, id, err);
}

static int read_private_key(struct tk_session *session, CK_OBJECT_HANDLE object, struct arena *arena,
			    struct tk_key *key, struct err *err)
{
	key->private_handle = object;
	key->private_seen = true;
	if (read_names(session, object, arena, &key->label, &key->id, err) < 0 ||
	    read_public_part(session, object, arena, key, err) < 0)
		return -1;
	if (tk_object_bool(session, object, CKA_SIGN, true, &key->can_sign, err) < 0 ||
	    tk_object_bool(session, object, CKA_ALWAYS_AUTHENTICATE, false, &key->always_authenticate, err) < 0 ||
	    tk_object_bool(session, object, CKA_SENSITIVE, false, &key->sensitive, err) < 0 ||
	    tk_object_bool(session, object, CKA_EXTRACTABLE, true, &key->extractable, err) < 0)
		return -1;
	return tk_object_bool(session, object, CKA_LOCAL, false, &key->local, err);
}

static bool same_key(const struct tk_key *a, const struct tk_key *b)
{
	if (a->strength.kind != b->strength.kind)
		return false;
	if (a->key_bits.n && b->key_bits.n)
		return bytes_eq(a->key_bits, b->key_bits);
	return a->id.n && bytes_eq(a->id, b->id);
}

/* Puts a public key object to its private key, or at the end of the list when there is none (or none to be seen). */
static void merge_public(struct tk_inventory *inventory, const struct tk_key *public)
{
	for (size_t i = 0; i < inventory->key_count; i++) {
		struct tk_key *key = &inventory->keys[i];

		if (key->public_handle || !same_key(key, public))
			continue;
		key->public_handle = public->public_handle;
		if (key->key_bits.n == 0)
			key->key_bits = public->key_bits;
		if (key->strength.bits == 0)
			key->strength = public->strength;
		return;
	}
	inventory->keys[inventory->key_count++] = *public;
}

static int find_class(struct tk_session *session, CK_OBJECT_CLASS class, struct arena *arena, CK_OBJECT_HANDLE **ret,
		      size_t *ret_count, struct err *err)
{
	CK_ATTRIBUTE match[] = { { CKA_CLASS, &class, sizeof(class) } };

	return tk_objects_find(session, match, ARRAY_LEN(match), arena, ret, ret_count, err);
}

static int read_keys(struct tk_session *session, struct tk_inventory *inventory, struct err *err)
{
	struct arena *arena = inventory->arena;
	CK_OBJECT_HANDLE *private;
	CK_OBJECT_HANDLE *public;
	size_t private_count;
	size_t public_count;

	if (find_class(session, CKO_PRIVATE_KEY, arena, &private, &private_count, err) < 0 ||
	    find_class(session, CKO_PUBLIC_KEY, arena, &public, &public_count, err) < 0)
		return -1;
	inventory->keys = ARENA_ARRAY(arena, struct tk_key, private_count + public_count);
	if (!inventory->keys)
		return fail_memory(session, err);
	for (size_t i = 0; i < private_count; i++)
		if (read_private_key(session, private[i], arena, &inventory -> keys[inventory->key_count++], err) < 0)
			return -1;
	for (size_t i = 0; i < public_count; i++) {
		struct tk_key key = { .public_handle = public[i] };

		if (read_names(session, public[i], arena, &key.label, &key.id, err) < 0 ||
		    read_public_part(session, public[i], arena, &key, err) < 0)
			return -1;
		merge_public(inventory, &key);
	}
	return 0;
}

static int read_certificate(struct tk_session *session, CK_OBJECT_HANDLE object, struct arena *arena,
			    struct tk_cert *entry, struct err *err)
{
	struct err why = ERR_INIT;
	struct bytes der;

	entry->handle = object;
	if (read_names(session, object, arena, &entry->label, &entry->id, err) < 0 ||
	    tk_object_bytes(session, object, CKA_VALUE, arena, &der, err) < 0)
		return -1;
	if (cert_parse(der, &entry->cert, &why) < 0) {
		entry->problem = arena_strdup(arena, why.detail);
		if (!entry->problem)
			return fail_memory(session, err);
	}
	return 0;
}

static int read_certificates(struct tk_session *session, struct tk_inventory *inventory, struct err *err)
{
	CK_OBJECT_HANDLE *handles;
	size_t count;

	if (find_class(session, CKO_CERTIFICATE, inventory->arena, &handles, &count, err) < 0)
		return -1;
	inventory->certs = ARENA_ARRAY(inventory->arena, struct tk_cert, count);
	if (!inventory->certs)
		return fail_memory(session, err);
	for (size_t i = 0; i < count; i++) {
		inventory->cert_count++;
		if (read_certificate(session, handles[i], inventory->arena, &inventory->certs[i], err) < 0)
			return -1;
	}
	return 0;
}

/* How well a key fits a certificate; sets the conflict when the identifiers agree and the keys do not. */
static enum tk_pairing pairing_of(const struct tk_key *key, struct tk_cert *entry)
{
	bool same_id = entry->id.n && bytes_eq(key->id, entry->id);

	if (key->key_bits.n == 0)
		return same_id && key->strength.kind == cert_key(entry->cert).kind ? TK_PAIR_ID : TK_PAIR_NONE;
	if (bytes_eq(key->key_bits, cert_key_bits(entry->cert)))
		return TK_PAIR_PUBLIC_KEY;
	entry->id_conflict |= same_id;
	return TK_PAIR_NONE;
}

static void pair(struct tk_inventory *inventory, struct tk_cert *entry)
{
	for (size_t i = 0; entry->cert && i < inventory->key_count; i++) {
		enum tk_pairing pairing = pairing_of(&inventory->keys[i], entry);

		if (pairing > entry->pairing) {
			entry->pairing = pairing;
			entry->key = &inventory->keys[i];
		}
	}
}

int tk_inventory_read(struct tk_session *session, struct tk_inventory **ret_inventory, struct err *err)
{
	AUTO(tk_inventory_freep) struct tk_inventory *inventory = calloc(1, sizeof(*inventory));

	if (!inventory)
		return fail_memory(session, err);
	inventory->arena = arena_new(/* limit_bytes= */ 64 << 20);
	if (!inventory->arena)
		return fail_memory(session, err);
	if (tk_session_refresh(session, err) < 0)
		return -1;
	inventory->token = session->token;
	if (read_keys(session, inventory, err) < 0 || read_certificates(session, inventory, err) < 0)
		return -1;
	for (size_t i = 0; i < inventory->cert_count; i++)
		pair(inventory, &inventory->certs[i]);
	*ret_inventory = TAKE(inventory);
	return 0;
}

void tk_inventory_free(struct tk_inventory *inventory)
{
	if (!inventory)
		return;
	for (size_t i = 0; i < inventory->cert_count; i++)
		cert_free(inventory->certs[i].cert);
	arena_free(inventory->arena);
	free(inventory);
}

const struct tk_token *tk_inventory_token(const struct tk_inventory *inventory)
{
	return &inventory->token;
}

size_t tk_inventory_key_count(const struct tk_inventory *inventory)
{
	return inventory->key_count;
}

const struct tk_key *tk_inventory_key(const struct tk_inventory *inventory, size_t i)
{
	return &inventory->keys[i];
}

size_t tk_inventory_cert_count(const struct tk_inventory *inventory)
{
	return inventory->cert_count;
}

const struct tk_cert *tk_inventory_cert(const struct tk_inventory *inventory, size_t i)
{
	return &inventory->certs[i];
}

const struct tk_cert *tk_inventory_cert_of(const struct tk_inventory *inventory, const struct tk_key *key)
{
	const struct tk_cert *best = NULL;

	for (size_t i = 0; i < inventory->cert_count; i++) {
		const struct tk_cert *entry = &inventory->certs[i];

		if (entry->key == key && (!best || cert_not_before_ms(entry->cert) > cert_not_before_ms(best->cert)))
			best = entry;
	}
	return best;
}
