/* x509_ext.c - see x509_ext.h; RFC 5280. */
#include "pki/x509_ext.h"

#include "pki/algid.h"
#include "pki/cert.h"
#include "util/err.h"

bool x509_signed_read(struct der *sequence, struct x509_signed *ret)
{
	struct bytes bits;
	unsigned unused;

	if (!der_read_whole(sequence, DER_SEQUENCE, &ret->tbs) || !der_read_whole(sequence, DER_SEQUENCE, &ret->alg) ||
	    !der_read_bits(sequence, &bits, &unused))
		return false;
	/* No algorithm makes values of broken octets: such a one is kept empty, which no key verifies. */
	ret->signature = unused == 0 ? bits : (struct bytes){ bits.p, 0 };
	return true;
}

bool x509_ext_next(struct der *extensions, struct x509_ext *ret)
{
	struct der inner;

	ret->critical = false;
	if (!der_enter(extensions, DER_SEQUENCE, &inner) || !der_read(&inner, DER_OID, &ret->oid) || ret->oid.n == 0)
		return false;
	if (der_peek(&inner, DER_BOOLEAN) && (!der_read_bool(&inner, &ret->critical)))
		return false;
	return der_read(&inner, DER_OCTET_STRING, &ret->value) && der_at_end(&inner);
}

bool x509_named_bits(struct bytes contents, uint32_t *ret)
{
	uint32_t bits = 0;

	if (contents.n < 1 || contents.n > 5 || contents.p[0] > 7 || (contents.n == 1 && contents.p[0] != 0))
		return false;
	for (size_t i = 1; i < contents.n; i++)
		for (unsigned bit = 0; bit < 8; bit++)
			if (contents.p[i] & (0x80u >> bit))
				bits |= UINT32_C(1) << ((i - 1) * 8 + bit);
	*ret = bits;
	return true;
}

bool x509_bit_octets(struct bytes contents, struct bytes *ret)
{
	if (contents.n < 1 || contents.p[0] != 0)
		return false;
	*ret = (struct bytes){ contents.p + 1, contents.n - 1 };
	return true;
}

bool x509_dp_name_read(struct bytes contents, struct x509_dp_name *ret)
{
	struct der der = der_of(contents);
	struct der_item item;

	*ret = (struct x509_dp_name){ { NULL, 0 }, { NULL, 0 } };
	if (!der_next(&der, &item) || !der_at_end(&der) || item.contents.n == 0)
		return false;
	if (item.tag == DER_CONTEXT_CONSTRUCTED(0))
		ret->full = item.contents;
	else if (item.tag == DER_CONTEXT_CONSTRUCTED(1))
		ret->relative = item.contents;
	else
		return false;
	return true;
}

int x509_signed_check(const struct x509_signed *signed_data, const struct cert *signer, struct err *err)
{
	struct sig_alg alg = algid_signature(signed_data->alg, DIGEST_NONE, NULL);
	struct err why = ERR_INIT;
	int status;

	if (alg.key == KEY_UNKNOWN)
		return 1;
	status = cert_check_message(signer, alg, signed_data->tbs, signed_data->signature, &why);
	if (status >= 0 || why.code != ERR_NO_MEMORY)
		return status == 0 ? 0 : 1;
	return err_set(err, why.code, "%s", why.detail);
}

static bool eku_is_time_stamping_only(struct der extensions)
{
	struct x509_ext ext;

	while (!der_at_end(&extensions)) {
		struct der usages;
		struct bytes oid;

		if (!x509_ext_next(&extensions, &ext))
			return false;
		if (!bytes_eq(ext.oid, OID_EXT_EKU))
			continue;
		return ext.critical && der_only(ext.value, DER_SEQUENCE, &usages) && der_read(&usages, DER_OID, &oid) &&
		       der_at_end(&usages) && bytes_eq(oid, OID_EKU_TIME_STAMPING);
	}
	return false;
}

bool x509_only_time_stamping(const struct cert *cert)
{
	struct der certificate, tbs, tagged, extensions;
	struct der_item item;

	if (!der_only(cert_der(cert), DER_SEQUENCE, &certificate) || !der_enter(&certificate, DER_SEQUENCE, &tbs))
		return false;
	while (!der_at_end(&tbs)) {
		if (!der_next(&tbs, &item))
			return false;
		tagged = der_of(item.contents);
		if (item.tag == DER_CONTEXT_CONSTRUCTED(3))
			return der_enter(&tagged, DER_SEQUENCE, &extensions) && eku_is_time_stamping_only(extensions);
	}
	return false;
}
