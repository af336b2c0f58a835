/* p11_signer.c - the signer whose key is on a token. See p11_signer.h. */
#include "token/p11_signer.h"

#include <stdlib.h>
#include <string.h>

#include "token/p11_choice.h"
#include "token/tk_inventory.h"
#include "token/tk_mechanism.h"
#include "token/tk_private.h"
#include "util/buf.h"

struct p11_signer {
	struct signer base;
	struct tk_session *session;
	struct tk_sign_key key; /* its handle is the present session's */
	enum key_kind kind;
};

/* After a new session: the same key under its new handle. */
static int find_key_again(struct p11_signer *p11, struct err *err)
{
	AUTO(tk_inventory_freep) struct tk_inventory *inventory = NULL;
	const struct tk_key *key;

	if (tk_inventory_read(p11->session, &inventory, err) < 0)
		return -1;
	key = p11_key_of(inventory, p11->base.cert);
	if (!key)
		return err_set(err, ERR_TOKEN_NO_KEY, "%s: the key of certificate %s is not on the token any more",
			       tk_token_name(&p11->session->token), cert_serial_hex(p11->base.cert));
	p11->key.handle = key->private_handle;
	return 0;
}

static int p11_sign(struct signer *signer, struct sig_alg alg, const struct digest *digest, struct buf *ret_signature,
		    struct err *err)
{
	struct p11_signer *p11 = (struct p11_signer *)signer;
	enum tk_sign_result result;

	if (alg.key != p11->kind)
		return err_set(err, ERR_KEY_UNSUPPORTED, "%s: the token's key is of another kind", sig_alg_name(alg));
	if (tk_session_check(p11->session, err) < 0)
		return -1;
	result = tk_sign(p11->session, &p11->key, alg, digest, ret_signature, err);
	if (result == TK_SIGN_SESSION_LOST) {
		if (tk_session_reopen(p11->session, err) < 0 || find_key_again(p11, err) < 0)
			return -1;
		result = tk_sign(p11->session, &p11->key, alg, digest, ret_signature, err);
	}
	return result == TK_SIGN_DONE ? 0 : -1;
}

static bool p11_supports(const struct signer *signer, struct sig_alg alg)
{
	const struct p11_signer *p11 = (const struct p11_signer *)signer;

	return alg.key == p11->kind &&
	       tk_signing_check_token(p11->session->module, &p11->session->token, alg, NULL) == 0;
}

static void p11_free(struct signer *signer)
{
	struct p11_signer *p11 = (struct p11_signer *)signer;

	tk_session_free(p11->session); /* signer_free has released the certificates */
	free(p11);
}

static const struct signer_ops p11_ops = { .sign = p11_sign, .supports = p11_supports, .free = p11_free };

/* The authorities' certificates that came with the token. */
static int add_chain(struct p11_signer *p11, const struct tk_inventory *inventory, struct err *err)
{
	for (size_t i = 0; i < tk_inventory_cert_count(inventory); i++) {
		struct cert *cert = tk_inventory_cert(inventory, i)->cert;

		if (cert && cert_is_ca(cert) && !cert_equal(cert, p11->base.cert) &&
		    cert_list_add(&p11->base.chain, cert, err) < 0)
			return -1;
	}
	return 0;
}

/* RSA by either padding, ECDSA: said here in the token's words, because later there is only "does not sign by". */
static int check_mechanisms(struct tk_session *session, enum key_kind kind, struct err *err)
{
	struct sig_alg plain = { kind, kind == KEY_RSA ? SIG_PAD_PKCS1_V15 : SIG_PAD_NONE, DIGEST_SHA256 };
	struct sig_alg pss = { KEY_RSA, SIG_PAD_PSS, DIGEST_SHA256 };

	if (kind == KEY_RSA && tk_signing_check_token(session->module, &session->token, pss, NULL) == 0)
		return 0;
	return tk_signing_check_token(session->module, &session->token, plain, err);
}

static int check_key(struct tk_session *session, const struct tk_key *key, const struct cert *cert, struct err *err)
{
	if (!key->can_sign)
		return err_set(err, ERR_KEY_UNSUPPORTED, "%s: the key \"%s\" is not allowed to sign (CKA_SIGN)",
			       tk_token_name(&session->token), key->label);
	return check_mechanisms(session, cert_key(cert).kind, err);
}

int p11_signer_new(struct tk_session *session, const struct p11_choice *choice, struct signer **ret_signer,
		   struct err *err)
{
	AUTO(tk_inventory_freep) struct tk_inventory *inventory = NULL;
	const struct tk_key *key;
	struct p11_signer *p11;
	struct cert *cert;

	if (tk_inventory_read(session, &inventory, err) < 0 || p11_choose(inventory, choice, &key, &cert, err) < 0 ||
	    check_key(session, key, cert, err) < 0)
		return -1;
	p11 = calloc(1, sizeof(*p11));
	if (!p11)
		return err_set(err, ERR_NO_MEMORY, "%s: no memory for a signer", tk_token_name(&session->token));
	p11->base.ops = &p11_ops;
	p11->base.cert = cert_keep(cert);
	p11->session = tk_session_keep(session);
	p11->kind = cert_key(cert).kind;
	p11->key = (struct tk_sign_key){ key->private_handle, cert_key(cert).bits, key->always_authenticate };
	if (add_chain(p11, inventory, err) < 0) {
		signer_free(&p11->base);
		return -1;
	}
	*ret_signer = &p11->base;
	return 0;
}

int p11_signer_open(const struct p11_signer_options *options, struct signer **ret_signer, struct err *err)
{
	AUTO(tk_module_freep) struct tk_module *module = NULL;
	AUTO(tk_session_freep) struct tk_session *session = NULL;

	if (tk_module_load(options->module_path, options->module_init_args, &module, err) < 0 ||
	    tk_session_open(module, options->token, /* writable= */ false, &session, err) < 0 ||
	    tk_session_login(session, options->pin, options->login_flags, err) < 0)
		return -1;
	return p11_signer_new(session, &options->choice, ret_signer, err);
}

const struct tk_token *p11_signer_token(const struct signer *signer)
{
	return signer->ops == &p11_ops ? tk_session_token(((const struct p11_signer *)signer)->session) : NULL;
}
