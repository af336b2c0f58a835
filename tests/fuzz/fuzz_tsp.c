/* fuzz_tsp.c - time-stamp responses and tokens: no input may crash or leak; none passes for a digest nobody stamped. */
#include "pki/tsp.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tsp_request request = { .alg = DIGEST_SHA256, .imprint = { .len = 32 } };
	struct bytes input = { data, size };
	struct tsp_token *token = NULL;
	char detail[64];

	if (tsp_response_check(input, &request, &token, NULL) == 0)
		abort();
	if (tsp_token_parse(input, &token, NULL) == 0 &&
	    tsp_token_check(token, &request.imprint, NULL, detail, sizeof(detail)) == TSP_OK)
		abort();
	tsp_token_free(token);
	return 0;
}
