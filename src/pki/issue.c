/* issue.c - what all issuing shares: the SIGNED{} wrapper (RFC 5280 4.1.1), looks at keys; see issue.h. */
#include "pki/issue.h"

#include <openssl/rsa.h>

#include "pki/algid.h"
#include "pki/der.h"
#include "pki/key_private.h"
#include "util/buf.h"
#include "util/err.h"

int issue_signed(const struct buf *tbs, struct bytes extra, struct signer *signer, struct sig_alg alg, struct buf *out,
		 struct err *err)
{
	AUTO(buf_release) struct buf value = BUF_INIT;
	struct digest digest;
	size_t outer;

	if (buf_check(tbs, err) < 0 ||
	    digest_of(alg.digest, (struct bytes){ (const uint8_t *)tbs->data, tbs->len }, &digest, err) < 0 ||
	    signer_sign(signer, alg, &digest, &value, err) < 0)
		return -1;
	outer = der_begin(out, DER_SEQUENCE);
	buf_append(out, tbs->data, tbs->len);
	if (!algid_put_signature(out, alg))
		return err_set(err, ERR_KEY_UNSUPPORTED, "%s has no algorithm identifier", sig_alg_name(alg));
	der_put_bits(out, (struct bytes){ (const uint8_t *)value.data, value.len });
	buf_append(out, extra.p, extra.n);
	der_end(out, outer);
	return buf_check(out, err);
}

struct key_strength issue_key_strength(struct bytes spki)
{
	return pki_spki_strength(spki);
}

int issue_weak_key(struct key **ret_key, struct err *err)
{
	AUTO(evp_pkey_freep) EVP_PKEY *pkey = EVP_RSA_gen(1024);

	if (!pkey)
		return pki_openssl_error(err, ERR_CRYPTO, "no weak key could be made");
	return key_from_pkey(pkey, ret_key, err);
}
