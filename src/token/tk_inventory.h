/*
 * tk_inventory.h - what is on a token: keys, certificates, and which belongs to which.
 *
 * A key and a certificate are a pair when their public keys are equal; CKA_ID alone decides only where the token does
 * not show the public key. A certificate whose CKA_ID points at a key that is not its own is reported (id_conflict),
 * never paired. Without log-in most tokens show certificates and public keys only (private_seen false). The inventory
 * owns everything in it.
 */
#ifndef KYSO_TOKEN_TK_INVENTORY_H
#define KYSO_TOKEN_TK_INVENTORY_H

#include "pki/cert.h"
#include "token/tk_session.h"

struct json;
struct tk_inventory;

enum tk_pairing { TK_PAIR_NONE, TK_PAIR_ID, TK_PAIR_PUBLIC_KEY };

struct tk_key {
	const char *label;
	struct bytes id;              /* CKA_ID */
	struct key_strength strength; /* bits 0 where the token does not tell */
	struct bytes key_bits;        /* as cert_key_bits: RSAPublicKey DER or the EC point; {NULL,0} where not shown */
	bool private_seen;            /* the private key object itself was seen */
	bool can_sign;
	bool always_authenticate; /* wants the PIN before every signature */
	bool sensitive;
	bool extractable;
	bool local;                                  /* generated on the token */
	unsigned long private_handle, public_handle; /* in the session it was read in; 0 = none */
};

struct tk_cert {
	const char *label;
	struct bytes id;
	struct cert *cert;        /* NULL when the bytes on the token are no certificate */
	const char *problem;      /* why not, or NULL */
	const struct tk_key *key; /* NULL when unpaired */
	enum tk_pairing pairing;
	bool id_conflict;
	unsigned long handle;
};

NODISCARD int tk_inventory_read(struct tk_session *session, struct tk_inventory **ret_inventory, struct err *err);
void tk_inventory_free(struct tk_inventory *inventory);
DEFINE_FREEP(struct tk_inventory, tk_inventory_free)

const struct tk_token *tk_inventory_token(const struct tk_inventory *inventory);
size_t tk_inventory_key_count(const struct tk_inventory *inventory);
const struct tk_key *tk_inventory_key(const struct tk_inventory *inventory, size_t i);
size_t tk_inventory_cert_count(const struct tk_inventory *inventory);
const struct tk_cert *tk_inventory_cert(const struct tk_inventory *inventory, size_t i);
/* The certificate paired with a key, the one that begins latest where there are several; NULL. */
const struct tk_cert *tk_inventory_cert_of(const struct tk_inventory *inventory, const struct tk_key *key);

/* One JSON object a token: serial, label, model, PIN state, memory, keys, certificates (what `kyso token inventory`
 * prints). */
struct json *tk_inventory_json(const struct tk_inventory *inventory);
struct json *tk_token_json(const struct tk_token *token);

#endif
