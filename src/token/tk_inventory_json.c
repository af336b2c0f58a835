/* tk_inventory_json.c - an inventory as JSON, for stocktakes and the custody ledger. No secrets, no handles. See
 * tk_inventory.h. */
#include "pki/digest.h"
#include "token/tk_inventory.h"
#include "util/buf.h"
#include "util/date.h"
#include "util/hex.h"
#include "util/json.h"

static void set_hex(struct json *object, const char *key, struct bytes bytes)
{
	AUTO(buf_release) struct buf hex = BUF_INIT;

	hex_encode(bytes, /* upper= */ true, &hex);
	js_set_string(object, key, bytes.n ? buf_str(&hex) : NULL);
}

static void set_time(struct json *object, const char *key, int64_t ms)
{
	char text[DATE_TEXT_BYTES];

	date_format_rfc3339(ms, text);
	js_set_string(object, key, text);
}

static void set_bytes(struct json *object, const char *key, int64_t value)
{
	if (value < 0)
		js_set_null(object, key);
	else
		js_set_int(object, key, value);
}

struct json *tk_token_json(const struct tk_token *token)
{
	struct json *object = js_new_object();

	js_set_string(object, "label", token->label);
	js_set_string(object, "serial", token->serial);
	js_set_string(object, "manufacturer", token->manufacturer);
	js_set_string(object, "model", token->model);
	js_set_int(object, "slot", (int64_t)token->slot_id);
	js_set_bool(object, "initialised", token->initialised);
	js_set_bool(object, "write_protected", token->write_protected);
	js_set_bool(object, "pin_pad", token->protected_path);
	js_set_string(object, "pin", tk_pin_state_name(token->pin));
	js_set_string(object, "so_pin", tk_pin_state_name(token->so_pin));
	js_set_int(object, "pin_min", token->pin_min);
	js_set_int(object, "pin_max", token->pin_max);
	set_bytes(object, "free_public_bytes", token->free_public_bytes);
	set_bytes(object, "free_private_bytes", token->free_private_bytes);
	return object;
}

static const char *kind_name(enum key_kind kind)
{
	switch (kind) {
	case KEY_RSA:
		return "RSA";
	case KEY_EC:
		return "EC";
	case KEY_UNKNOWN:
	case KEY_DSA:
	case KEY_ED25519:
	case KEY_ED448:
	case KEY_ML_DSA:
		break;
	}
	return "other";
}

static struct json *key_json(const struct tk_inventory *inventory, const struct tk_key *key)
{
	const struct tk_cert *entry = tk_inventory_cert_of(inventory, key);
	struct json *object = js_new_object();

	js_set_string(object, "label", key->label);
	set_hex(object, "id", key->id);
	js_set_string(object, "kind", kind_name(key->strength.kind));
	js_set_int(object, "bits", key->strength.bits);
	js_set_string(object, "curve", key->strength.curve);
	js_set_bool(object, "private_seen", key->private_seen);
	if (key->private_seen) {
		js_set_bool(object, "sign", key->can_sign);
		js_set_bool(object, "always_authenticate", key->always_authenticate);
		js_set_bool(object, "sensitive", key->sensitive);
		js_set_bool(object, "extractable", key->extractable);
		js_set_bool(object, "generated_on_token", key->local);
	}
	js_set_string(object, "certificate", entry ? cert_serial_hex(entry->cert) : NULL);
	return object;
}

static void set_cert_fields(struct json *object, const struct cert *cert)
{
	uint8_t sha256[32];

	digest_sha256(cert_der(cert), sha256);
	js_set_string(object, "serial", cert_serial_hex(cert));
	js_set_string(object, "subject", cert_subject(cert));
	js_set_string(object, "issuer", cert_issuer(cert));
	js_set_string(object, "name", cert_subject_attr(cert, "CN"));
	js_set_string(object, "email", cert_email(cert));
	set_time(object, "not_before", cert_not_before_ms(cert));
	set_time(object, "not_after", cert_not_after_ms(cert));
	js_set_bool(object, "ca", cert_is_ca(cert));
	set_hex(object, "sha256", (struct bytes){ sha256, sizeof(sha256) });
}

static struct json *cert_json(const struct tk_cert *entry)
{
	struct json *object = js_new_object();

	js_set_string(object, "label", entry->label);
	set_hex(object, "id", entry->id);
	if (entry->cert)
		set_cert_fields(object, entry->cert);
	js_set_string(object, "problem", entry->problem);
	js_set_string(object, "key", entry->key ? entry->key->label : NULL);
	js_set_string(object, "paired_by",
		      entry->pairing == TK_PAIR_PUBLIC_KEY ? "public-key"
		      : entry->pairing == TK_PAIR_ID       ? "id"
							   : NULL);
	js_set_bool(object, "id_conflict", entry->id_conflict);
	return object;
}

struct json *tk_inventory_json(const struct tk_inventory *inventory)
{
	struct json *object = tk_token_json(tk_inventory_token(inventory));
	struct json *keys = js_new_array();
	struct json *certs = js_new_array();

	for (size_t i = 0; i < tk_inventory_key_count(inventory); i++)
		js_add(keys, key_json(inventory, tk_inventory_key(inventory, i)));
	for (size_t i = 0; i < tk_inventory_cert_count(inventory); i++)
		js_add(certs, cert_json(tk_inventory_cert(inventory, i)));
	js_set(object, "keys", keys);
	js_set(object, "certificates", certs);
	return object;
}
