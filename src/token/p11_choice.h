/* p11_choice.h - which key of an inventory is to sign. Internal to src/token. */
#ifndef KYSO_TOKEN_P11_CHOICE_H
#define KYSO_TOKEN_P11_CHOICE_H

#include "token/p11_signer.h"
#include "token/tk_inventory.h"

/* See struct p11_choice. Both outputs are borrowed (the certificate from the inventory or from the choice). */
NODISCARD int p11_choose(const struct tk_inventory *inventory, const struct p11_choice *choice,
			 const struct tk_key **ret_key, struct cert **ret_cert, struct err *err);

/* The private key of a certificate, by public key, else by its CKA_ID hint; NULL. */
const struct tk_key *p11_key_of(const struct tk_inventory *inventory, const struct cert *cert);

#endif
