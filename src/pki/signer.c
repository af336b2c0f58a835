/* signer.c - what every signer does whatever holds its key; see signer.h. */
#include "pki/signer.h"

#include "pki/key.h"
#include "util/buf.h"
#include "util/date.h"
#include "util/err.h"

enum { MIN_RSA_BITS = 2048, MIN_EC_BITS = 256 }; /* TT 15/2025/TT-BKHCN, Phụ lục I */

struct sig_alg signer_default_alg(const struct signer *signer)
{
	return key_default_alg(cert_key(signer->cert));
}

static int check_value(const struct signer *signer, struct sig_alg alg, const struct digest *digest, struct bytes value, struct err *err)
{
	int bad = cert_check_signature(signer->cert, alg, digest, value, err);

	if (bad > 0)
		return err_set(err, ERR_SIGNATURE_MISMATCH, "the value the key gave is not a signature of the certificate %s", cert_serial_hex(signer->cert));
	return bad;
}

int signer_sign(struct signer *signer, struct sig_alg alg, const struct digest *digest, struct buf *out, struct err *err)
{
	size_t before = out->len;

	if (!signer->ops->supports(signer, alg))
		return err_set(err, ERR_KEY_UNSUPPORTED, "the key of %s does not sign by %s", cert_subject(signer->cert), sig_alg_name(alg));
	if (signer->ops->sign(signer, alg, digest, out, err) == 0 &&
	    check_value(signer, alg, digest, (struct bytes){ (const uint8_t *)out->data + before, out->len - before }, err) == 0)
		return 0;
	if (out->data && out->len > before) {
		out->len = before;
		out->data[before] = '\0';
	}
	return -1;
}

void signer_free(struct signer *signer)
{
	if (!signer)
		return;
	cert_free(signer->cert);
	signer->cert = NULL;
	cert_list_release(&signer->chain);
	signer->ops->free(signer);
}

static int check_validity(const struct cert *cert, int64_t at_ms, struct err *err)
{
	char when[DATE_TEXT_BYTES];

	if (at_ms < cert_not_before_ms(cert)) {
		date_format_rfc3339(cert_not_before_ms(cert), when);
		return err_set(err, ERR_CERT_NOT_YET_VALID, "the certificate %s of %s is valid from %s", cert_serial_hex(cert), cert_subject(cert), when);
	}
	if (at_ms > cert_not_after_ms(cert)) {
		date_format_rfc3339(cert_not_after_ms(cert), when);
		return err_set(err, ERR_CERT_EXPIRED, "the certificate %s of %s expired at %s", cert_serial_hex(cert), cert_subject(cert), when);
	}
	return 0;
}

int signer_check_usable(const struct signer *signer, int64_t at_ms, struct err *err)
{
	const struct cert *cert = signer->cert;
	struct key_strength key = cert_key(cert);
	int min_bits = key.kind == KEY_RSA ? MIN_RSA_BITS : MIN_EC_BITS;

	if (check_validity(cert, at_ms, err))
		return -1;
	if (!(cert_key_usage(cert) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)))
		return err_set(err, ERR_CERT_KEY_USAGE, "the key usage of the certificate %s has neither digitalSignature nor nonRepudiation",
			       cert_serial_hex(cert));
	if (key.kind != KEY_RSA && key.kind != KEY_EC)
		return err_set(err, ERR_KEY_UNSUPPORTED, "the certificate %s has a key that is neither RSA nor of an elliptic curve", cert_serial_hex(cert));
	if (key.bits < min_bits)
		return err_set(err, ERR_CERT_WEAK_KEY, "the key of the certificate %s has %d bits, at least %d are asked", cert_serial_hex(cert), key.bits,
			       min_bits);
	return 0;
}
