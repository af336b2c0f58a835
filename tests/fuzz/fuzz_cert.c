/* fuzz_cert.c - cert_list_load (PEM, DER, PKCS#7) and what is asked of a certificate: no input may crash or leak. */
#include <string.h>

#include "pki/cert.h"
#include "pki/csr.h"

static size_t length(const char *text)
{
	return text ? strlen(text) : 0;
}

static void read_fields(const struct cert *cert)
{
	struct digest digest = { .len = 32 };
	size_t sum = length(cert_subject(cert)) + length(cert_issuer(cert)) + length(cert_serial_hex(cert)) + length(cert_email(cert)) +
		     length(cert_ocsp_url(cert)) + length(cert_ca_issuers_url(cert)) + length(cert_crl_url(cert)) +
		     length(cert_subject_attr(cert, "CN")) + cert_ext_count(cert) + (size_t)cert_key(cert).bits;

	(void)!cert_check_signature(cert, cert_sig_alg(cert), &digest, cert_signature(cert), NULL);
	__asm__ volatile("" : : "r"(sum));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cert_list list = { 0 };
	struct csr *csr = NULL;

	(void)!cert_list_load(&list, (struct bytes){ data, size }, "input", NULL);
	for (size_t i = 0; i < list.count; i++)
		read_fields(list.items[i]);
	cert_list_release(&list);
	if (csr_parse((struct bytes){ data, size }, "input", &csr, NULL) == 0)
		(void)!csr_check_signature(csr, NULL);
	csr_free(csr);
	return 0;
}
