/* tk_certificate.c - writes certificates onto a token (PKCS#11 2.40 section 4.6, X.509 certificate objects). See
 * tk_key.h. */
#include <string.h>

#include "pki/der.h"
#include "pki/digest.h"
#include "token/p11_choice.h"
#include "token/tk_inventory.h"
#include "token/tk_key.h"
#include "token/tk_mechanism.h"
#include "token/tk_private.h"
#include "util/buf.h"

static bool is_there(const struct tk_inventory *inventory, const struct cert *cert)
{
	for (size_t i = 0; i < tk_inventory_cert_count(inventory); i++) {
		const struct cert *other = tk_inventory_cert(inventory, i)->cert;

		if (other && cert_equal(other, cert))
			return true;
	}
	return false;
}

static CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, const void *value, size_t len)
{
	return (CK_ATTRIBUTE){ type, (void *)(uintptr_t)value, len };
}

static int write_object(struct tk_session *session, const struct cert *cert, struct bytes id, const char *label,
			struct err *err)
{
	static const CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	static const CK_CERTIFICATE_TYPE type = CKC_X_509;
	static const CK_BBOOL yes = CK_TRUE;
	static const CK_BBOOL no = CK_FALSE;
	AUTO(buf_release) struct buf serial = BUF_INIT;
	CK_OBJECT_HANDLE handle = CK_INVALID_HANDLE;
	CK_RV rv;

	der_put(&serial, DER_INTEGER, cert_serial_der(cert));
	if (buf_check(&serial, err) < 0)
		return -1;
	CK_ATTRIBUTE template[] = {
		attribute(CKA_CLASS, &class, sizeof(class)),
		attribute(CKA_CERTIFICATE_TYPE, &type, sizeof(type)),
		attribute(CKA_TOKEN, &yes, sizeof(yes)),
		attribute(CKA_PRIVATE, &no, sizeof(no)),
		attribute(CKA_LABEL, label, strlen(label)),
		attribute(CKA_ID, id.p, id.n),
		attribute(CKA_SUBJECT, cert_subject_der(cert).p, cert_subject_der(cert).n),
		attribute(CKA_ISSUER, cert_issuer_der(cert).p, cert_issuer_der(cert).n),
		attribute(CKA_SERIAL_NUMBER, serial.data, serial.len),
		attribute(CKA_VALUE, cert_der(cert).p, cert_der(cert).n),
	};
	rv = session->module->fn->C_CreateObject(session->handle, template, ARRAY_LEN(template), &handle);
	return rv == CKR_OK ? 0 : tk_fail(session, rv, "C_CreateObject", err);
}

static const char *authority_label(const struct cert *cert)
{
	const char *name = cert_subject_attr(cert, "CN");

	return name ? name : "CA";
}

static int write_chain(struct tk_session *session, const struct tk_inventory *inventory, const struct cert *leaf,
		       const struct cert_list *chain, struct err *err)
{
	for (size_t i = 0; chain && i < chain->count; i++) {
		const struct cert *cert = chain->items[i];

		if (cert_equal(cert, leaf) || is_there(inventory, cert))
			continue;
		if (write_object(session, cert, cert_ski(cert), authority_label(cert), err) < 0)
			return err_prefix(err, "certificate of %s", cert_subject(cert));
	}
	return 0;
}

/* Whether a key whose public part the token does not show is the certificate's: it signs something and the certificate
 * is asked. */
static bool proves_itself(struct tk_session *session, const struct tk_key *key, const struct cert *cert)
{
	struct key_strength strength = cert_key(cert);
	struct sig_alg alg = { strength.kind, strength.kind == KEY_RSA ? SIG_PAD_PKCS1_V15 : SIG_PAD_NONE,
			       DIGEST_SHA256 };
	struct tk_sign_key sign_key = { key->private_handle, strength.bits, key->always_authenticate };
	AUTO(buf_release) struct buf value = BUF_INIT;
	struct digest digest = { .len = 32 };

	if (!key->private_seen || !key->can_sign || key->key_bits.n || key->strength.kind != strength.kind)
		return false;
	if (digest_random(digest.bytes, digest.len, NULL) < 0 ||
	    tk_sign(session, &sign_key, alg, &digest, &value, NULL) != TK_SIGN_DONE)
		return false;
	return cert_check_signature(cert, alg, &digest, (struct bytes){ (const uint8_t *)value.data, value.len },
				    NULL) == 0;
}

static const struct tk_key *find_key(struct tk_session *session, const struct tk_inventory *inventory,
				     const struct cert *cert)
{
	const struct tk_key *key = p11_key_of(inventory, cert);

	for (size_t i = 0; !key && i < tk_inventory_key_count(inventory); i++)
		if (proves_itself(session, tk_inventory_key(inventory, i), cert))
			key = tk_inventory_key(inventory, i);
	return key;
}

int tk_import_certificate(struct tk_session *session, struct cert *cert, const char *label,
			  const struct cert_list *chain, struct err *err)
{
	AUTO(tk_inventory_freep) struct tk_inventory *inventory = NULL;
	const struct tk_key *key;

	if (tk_inventory_read(session, &inventory, err) < 0)
		return -1;
	key = find_key(session, inventory, cert);
	if (!key)
		return err_set(err, ERR_TOKEN_NO_KEY, "%s: certificate %s belongs to no private key on the token",
			       tk_token_name(&session->token), cert_serial_hex(cert));
	if (!is_there(inventory, cert) && write_object(session, cert, key->id, label ? label : key->label, err) < 0)
		return err_prefix(err, "certificate %s", cert_serial_hex(cert));
	return write_chain(session, inventory, cert, chain, err);
}
