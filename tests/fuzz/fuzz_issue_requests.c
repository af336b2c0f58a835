/* fuzz_issue_requests.c - OCSP and time-stamp requests as the stand-in authority gets them: the first byte chooses, the
 * rest is the request. */
#include <stdlib.h>

#include "pki/issue.h"
#include "pki/key.h"
#include "pki/name.h"
#include "util/buf.h"
#include "util/err.h"

static struct signer *authority(void)
{
	static struct signer *signer;
	static const uint8_t serial[] = { 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88 };
	struct name_part name = { "CN", "fuzz" };
	struct issue_cert what = { .serial = { serial, sizeof(serial) },
				   .not_after_ms = 4000000000000,
				   .path_len = -1,
				   .key_usage = KU_DIGITAL_SIGNATURE };
	AUTO(key_freep) struct key *key = NULL;
	AUTO(buf_release) struct buf spki = BUF_INIT;
	AUTO(buf_release) struct buf subject = BUF_INIT;
	AUTO(cert_freep) struct cert *cert = NULL;

	if (signer)
		return signer;
	if (key_generate(KEY_TYPE_P256, &key, NULL) < 0 || key_spki(key, &spki, NULL) < 0 ||
	    name_build(&name, 1, &subject, NULL) < 0)
		abort();
	what.spki = (struct bytes){ (const uint8_t *)spki.data, spki.len };
	what.subject = (struct bytes){ (const uint8_t *)subject.data, subject.len };
	if (issue_cert_self_signed(&what, key, &cert, NULL) < 0 || key_signer_new(key, cert, NULL, &signer, NULL) < 0)
		abort();
	return signer;
}

static int find_status(void *user, struct bytes serial, struct issue_status *ret, struct err *err)
{
	(void)user;
	(void)err;
	ret->kind = (enum issue_status_kind)(serial.p[serial.n - 1] % 3);
	ret->reason = 1;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf answer = BUF_INIT;
	struct signer *signer = authority();
	struct issue_ocsp ocsp = {
		.issuer = signer->cert, .responder = signer, .next_update_ms = 1000, .find = find_status
	};
	struct issue_tsp tsp = {
		.tsa = signer, .policy_oid = "2.999.1", .serial = { (const uint8_t *)"\x01", 1 }, .accuracy_seconds = 1
	};
	struct bytes request;
	struct err err = ERR_INIT;

	if (size < 1)
		return 0;
	request = (struct bytes){ data + 1, size - 1 };
	if (data[0] & 1 ? issue_ocsp(request, &ocsp, &answer, &err) < 0 : issue_tsp(request, &tsp, &answer, &err) < 0)
		abort(); /* strangers' bytes are never an error of ours */
	if (answer.len == 0)
		abort();
	buf_release(&answer);
	return 0;
}
