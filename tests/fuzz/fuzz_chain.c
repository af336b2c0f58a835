/*
 * fuzz_chain.c - the rules of a path (names, policies, extensions) over certificates one after another, signatures left
 * aside: no input may crash, leak or take long. The first certificate is the anchor, the last the leaf.
 */
#include "pki/chain_private.h"

static void check_path(struct chain *chain, struct cert_list *certs)
{
	struct chain_options options = { .at_ms = INT64_C(1795341600000),
					 .ignore_validity = true,
					 .check_algorithms = true };
	struct search search = { .chain = chain, .options = &options };
	struct path path = { .count = 0 };
	struct verdict verdict = { .why = WHY_NONE };

	if (chain_add_cert(chain, certs->items[0], true, &path.anchor, NULL) != 0)
		return;
	for (size_t i = certs->count; i-- > 1 && path.count < CHAIN_MAX_DEPTH; path.count++)
		if (chain_add_cert(chain, certs->items[i], false, &path.nodes[path.count], NULL) != 0)
			return;
	(void)!rules_check(&search, &path, &verdict, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct der der = der_of((struct bytes){ data, size });
	struct chain_options options = { .at_ms = INT64_C(1795341600000) };
	struct cert_list certs = { 0 };
	struct chain *chain = NULL;
	struct chain_result *result = NULL;
	struct der_item item;

	while (!der_at_end(&der) && der_next(&der, &item) && certs.count < 20) {
		struct cert *cert = NULL;

		if (cert_parse(item.whole, &cert, NULL) == 0)
			(void)!cert_list_add(&certs, cert, NULL);
		cert_free(cert);
	}
	if (certs.count >= 2 && chain_new(&(struct chain_inputs){ .certs = &certs }, &chain, NULL) == 0) {
		check_path(chain, &certs);
		(void)!chain_validate(chain, certs.items[certs.count - 1], &options, &result, NULL);
	}
	chain_result_free(result);
	chain_free(chain);
	cert_list_release(&certs);
	return 0;
}
