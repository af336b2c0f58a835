/* algorithm.c - see algorithm.h. */
#include "sign/algorithm.h"

#include <string.h>

#include "util/err.h"

static const struct algorithm {
	const char *name;
	struct sig_alg alg;
} algorithms[] = {
	{ "rsa-sha256", { KEY_RSA, SIG_PAD_PKCS1_V15, DIGEST_SHA256 } },
	{ "rsa-sha384", { KEY_RSA, SIG_PAD_PKCS1_V15, DIGEST_SHA384 } },
	{ "rsa-sha512", { KEY_RSA, SIG_PAD_PKCS1_V15, DIGEST_SHA512 } },
	{ "rsa-pss-sha256", { KEY_RSA, SIG_PAD_PSS, DIGEST_SHA256 } },
	{ "rsa-pss-sha384", { KEY_RSA, SIG_PAD_PSS, DIGEST_SHA384 } },
	{ "rsa-pss-sha512", { KEY_RSA, SIG_PAD_PSS, DIGEST_SHA512 } },
	{ "ecdsa-sha256", { KEY_EC, SIG_PAD_NONE, DIGEST_SHA256 } },
	{ "ecdsa-sha384", { KEY_EC, SIG_PAD_NONE, DIGEST_SHA384 } },
	{ "ecdsa-sha512", { KEY_EC, SIG_PAD_NONE, DIGEST_SHA512 } },
};

int algorithm_find(const char *name, struct sig_alg *ret_alg, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++)
		if (strcmp(algorithms[i].name, name) == 0) {
			*ret_alg = algorithms[i].alg;
			return 0;
		}
	return err_set(err, ERR_USAGE, "no algorithm \"%s\": {rsa|rsa-pss|ecdsa}-{sha256|sha384|sha512}", name);
}

const char *algorithm_name(struct sig_alg alg)
{
	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++)
		if (algorithms[i].alg.key == alg.key && algorithms[i].alg.padding == alg.padding &&
		    algorithms[i].alg.digest == alg.digest)
			return algorithms[i].name;
	return NULL;
}

int algorithm_for(const struct signer *signer, const char *name, struct sig_alg *ret_alg, struct err *err)
{
	struct sig_alg alg = signer_default_alg(signer);

	if (name && algorithm_find(name, &alg, err) < 0)
		return -1;
	if (!signer->ops->supports(signer, alg))
		return err_set(err, ERR_KEY_UNSUPPORTED, "the key of %s cannot sign with %s",
			       cert_subject(signer->cert),
			       algorithm_name(alg) ? algorithm_name(alg) : sig_alg_name(alg));
	*ret_alg = alg;
	return 0;
}
