/* fuzz_ocsp.c - ocsp_load and the archival attribute: no input may crash or leak, none is signed by a certificate of
 * its own choice alone. */
#include "pki/evidence.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes input = { data, size };
	struct evidence evidence = { 0 };
	struct ocsp *ocsp = NULL;
	struct ocsp_single single;

	if (ocsp_load(input, "input", &ocsp, NULL) == 0) {
		const struct cert_list *certs = ocsp_certs(ocsp);

		(void)ocsp_status_name(ocsp_status(ocsp));
		for (size_t i = 0; i < certs->count; i++) {
			(void)ocsp_find(ocsp, certs->items[0], certs->items[i], &single);
			(void)ocsp_responder_is(ocsp, certs->items[i]);
			(void)!ocsp_check_signature(ocsp, certs->items[i], NULL);
			(void)!ocsp_check_answer(ocsp, certs->items[0], certs->items[i], input, 0, 0, &single, NULL,
						 NULL);
		}
	}
	ocsp_free(ocsp);
	(void)!evidence_add_archival(&evidence, input, NULL);
	evidence_release(&evidence);
	return 0;
}
