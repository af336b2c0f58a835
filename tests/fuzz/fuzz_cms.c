/* fuzz_cms.c - cms_parse and everything that reads its result: no input may crash, leak or pass for a digest nobody signed. */
#include <stdlib.h>

#include "pki/cms.h"

static size_t touch(struct bytes b)
{
	return b.n ? b.p[0] + b.p[b.n - 1] : 0;
}

static void read_fields(const struct cms *cms)
{
	size_t sum = touch(cms_content(cms)) + touch(cms_signature(cms)) + touch(cms_message_digest(cms)) + touch(cms_timestamp_token(cms)) +
		     touch(cms_revocation_archival(cms)) + (size_t)cms_signing_time_ms(cms);

	for (size_t i = 0; i < cms_crl_count(cms); i++)
		sum += touch(cms_crl(cms, i));
	for (size_t i = 0; i < cms_ocsp_count(cms); i++)
		sum += touch(cms_ocsp(cms, i));
	__asm__ volatile("" : : "r"(sum)); /* read, whatever the optimiser thinks */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct digest nobody = { .len = 32, .bytes = { 0x13, 0x37 } };
	struct cms *cms = NULL;
	char detail[200];

	if (cms_parse((struct bytes){ data, size }, &cms, NULL))
		return 0;
	read_fields(cms);
	nobody.len = digest_size(cms_digest_alg(cms));
	if (cms_check(cms, &nobody, CMS_ALLOW_SEVERAL_SIGNERS, detail, sizeof(detail)) == CMS_OK)
		abort();
	cms_free(cms);
	return 0;
}
