/* chain.c - the doors of chain.h: a validation from question to result, and the status of one certificate of a known
 * path. */
#include "pki/chain_private.h"

#include <stdlib.h>
#include <string.h>

#include "pki/algid.h"

static void keep_links(struct chain_result *result, const struct search *search)
{
	for (size_t i = 0; i < search->best.count; i++) {
		const struct node *node = search->best.nodes[i];
		const struct node *issuer = path_issuer(&search->best, i);
		struct chain_link *link = &result->links[i];
		struct sig_alg alg = algid_signature(node->signed_data.alg, DIGEST_NONE, NULL);

		link->cert = cert_keep(node->cert);
		link->status = search->status[i];
		if (!issuer || node->anchor)
			continue;
		link->weak = !algo_trusted(alg, cert_key(issuer->cert), search->options->at_ms, &link->weak_since_ms);
	}
	result->count = search->best.count;
	if (search->best.anchor)
		result->anchor = cert_keep(search->best.anchor->cert);
}

static int make_result(const struct search *search, struct chain_result **ret_result, struct err *err)
{
	struct chain_result *result = calloc(1, sizeof(*result));

	if (result)
		result->links = calloc(search->best.count, sizeof(*result->links));
	if (!result || !result->links) {
		free(result);
		return err_set(err, ERR_NO_MEMORY, "no memory for the result of a path validation");
	}
	keep_links(result, search);
	result->paths_tried = search->paths;
	result->use = search->options->use;
	chain_fill(result, &search->verdict, search->options);
	*ret_result = result;
	return 0;
}

static void new_round(struct chain *chain)
{
	chain->round++;
	chain->work = 0;
}

int chain_validate(struct chain *chain, struct cert *leaf, const struct chain_options *options,
		   struct chain_result **ret_result, struct err *err)
{
	struct search search = { .chain = chain, .options = options };
	struct node *node;

	new_round(chain);
	if (chain_add_cert(chain, leaf, /* anchor= */ false, &node, err) != 0 || chain_search(&search, node, err) != 0)
		return -1;
	return make_result(&search, ret_result, err);
}

void chain_result_free(struct chain_result *result)
{
	if (!result)
		return;
	for (size_t i = 0; i < result->count; i++)
		cert_free(result->links[i].cert);
	cert_free(result->anchor);
	free(result->links);
	free(result);
}

/* The path of a result, as the nodes of this chain. */
static int path_of(struct chain *chain, const struct chain_result *result, struct path *ret, struct err *err)
{
	if (!result->anchor || result->count > CHAIN_MAX_DEPTH)
		return err_set(err, ERR_CHAIN_INCOMPLETE, "the path of %s has no anchor",
			       cert_subject(result->links[0].cert));
	ret->count = result->count;
	for (size_t i = 0; i < result->count; i++)
		if (!(ret->nodes[i] = chain_find_node(chain, result->links[i].cert)))
			return err_set(err, ERR_CHAIN_INCOMPLETE, "%s is not of this chain",
				       cert_subject(result->links[i].cert));
	ret->anchor = chain_find_node(chain, result->anchor);
	if (!ret->anchor)
		return err_set(err, ERR_CHAIN_INCOMPLETE, "%s is not of this chain", cert_subject(result->anchor));
	return 0;
}

int chain_cert_status(struct chain *chain, const struct chain_result *path, size_t index,
		      const struct chain_question *question, struct cert_status *ret_status, struct err *err)
{
	struct chain_options options = { .at_ms = question->at_ms, .now_ms = question->now_ms, .use = path->use };
	struct search search = { .chain = chain, .options = &options };
	struct path nodes = { .count = 0 };

	new_round(chain);
	if (path_of(chain, path, &nodes, err) != 0)
		return -1;
	if (index >= nodes.count || nodes.nodes[index]->anchor) {
		*ret_status = (struct cert_status){ .state = CERT_UNCHECKED,
						    .revoked_ms = INT64_MIN,
						    .invalidity_ms = INT64_MIN };
		return 0;
	}
	return status_of(&search, &nodes, index, question, ret_status, err);
}
