/*
 * chain_dsa.c - DSA keys without parameters, which take their issuer's (RFC 3279 2.3.2, RFC 5280 6.1.2 j, 6.1.4 e):
 * what they signed can be checked only on a whole path. Rare outside old national schemes and PKITS 4.1.5. Called by
 * chain_rules.c and chain_build.c.
 */
#include "pki/chain_private.h"

#include "pki/algid.h"
#include "pki/cert_private.h"

/* False when the key is not DSA. */
static bool read_dsa(struct bytes spki_der, struct bytes *ret_parameters, struct bytes *ret_key)
{
	struct der spki, alg;
	struct bytes oid;

	*ret_parameters = (struct bytes){ NULL, 0 };
	if (!der_only(spki_der, DER_SEQUENCE, &spki) || !der_enter(&spki, DER_SEQUENCE, &alg) ||
	    !der_read(&alg, DER_OID, &oid) || !bytes_eq(oid, OID_DSA) ||
	    !der_read_whole(&spki, DER_BIT_STRING, ret_key))
		return false;
	return !der_peek(&alg, DER_SEQUENCE) || der_read_whole(&alg, DER_SEQUENCE, ret_parameters);
}

bool dsa_inherits(const struct node *node)
{
	struct bytes parameters, key;

	return read_dsa(cert_spki_der(node->cert), &parameters, &key) && !parameters.p;
}

int dsa_check(const struct x509_signed *signed_data, const struct node *signer, struct err *err)
{
	AUTO(evp_pkey_freep) EVP_PKEY *pkey = NULL;
	AUTO(buf_release) struct buf spki = BUF_INIT;
	struct sig_alg alg = algid_signature(signed_data->alg, DIGEST_NONE, NULL);
	struct bytes parameters, key;
	size_t begin, inner;

	if (alg.key != KEY_DSA || !signer->dsa_parameters.p ||
	    !read_dsa(cert_spki_der(signer->cert), &parameters, &key))
		return 0;
	begin = der_begin(&spki, DER_SEQUENCE);
	inner = der_begin(&spki, DER_SEQUENCE);
	der_put(&spki, DER_OID, OID_DSA);
	der_put_raw(&spki, signer->dsa_parameters);
	der_end(&spki, inner);
	der_put_raw(&spki, key);
	der_end(&spki, begin);
	if (buf_check(&spki, err) != 0)
		return -1;
	if (pki_pkey_from_spki(x509_buf_bytes(&spki), &pkey, NULL) != 0)
		return 0;
	return pki_verify_message(pkey, alg, signed_data->tbs, signed_data->signature, NULL) == 0;
}

int dsa_check_edge(struct bytes *working, const struct node *child, struct node *issuer, struct err *err)
{
	struct bytes own, key;

	if (!read_dsa(cert_spki_der(issuer->cert), &own, &key)) {
		*working = (struct bytes){ NULL, 0 };
		return 1;
	}
	if (own.p) {
		*working = own;
		return 1;
	}
	issuer->dsa_parameters = *working;
	return dsa_check(&child->signed_data, issuer, err);
}
