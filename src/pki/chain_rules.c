/*
 * chain_rules.c - RFC 5280 6.1.3 to 6.1.5 over a complete path, from the anchor down: signatures, dates, names and
 * their constraints, basic constraints, key usage, policies, algorithms. Revocation is chain_status.c's. Called by
 * chain_build.c.
 */
#include "pki/chain_private.h"

#include <stdio.h>

#include "pki/algid.h"
#include "util/date.h"

struct rules {
	struct search *search;
	const struct path *path;
	struct verdict *verdict;
	struct names_state names;
	struct policy_state *policy;
	int64_t max_length;
	struct bytes dsa_parameters; /* working_public_key_parameters (6.1.2 j) */
};

/* ---- the steps ---- */

static bool check_dates(struct rules *rules, size_t index)
{
	const struct chain_options *options = rules->search->options;
	const struct cert *cert = rules->path->nodes[index]->cert;
	char when[DATE_TEXT_BYTES];

	if (options->ignore_validity)
		return true;
	if (options->at_ms < cert_not_before_ms(cert)) {
		date_format_rfc3339(cert_not_before_ms(cert), when);
		return verdict_set(rules->verdict, WHY_NOT_YET, index, when, when);
	}
	if (options->at_ms > cert_not_after_ms(cert)) {
		date_format_rfc3339(cert_not_after_ms(cert), when);
		return verdict_set(rules->verdict, WHY_EXPIRED, index, when, when);
	}
	return true;
}

static bool check_algorithm(struct rules *rules, size_t index)
{
	const struct node *node = rules->path->nodes[index];
	const struct node *issuer = path_issuer(rules->path, index);
	struct sig_alg alg = algid_signature(node->signed_data.alg, DIGEST_NONE, NULL);
	int64_t until_ms;

	if (!rules->search->options->check_algorithms ||
	    algo_trusted(alg, cert_key(issuer->cert), rules->search->options->at_ms, &until_ms))
		return true;
	return verdict_set(rules->verdict, WHY_ALGORITHM, index, sig_alg_name(alg), sig_alg_name(alg));
}

static bool told(struct rules *rules, enum chain_why why, size_t index, const char *wrong)
{
	return !wrong || verdict_set(rules->verdict, why, index, wrong, chain_vietnamese(wrong));
}

static bool check_defect(struct rules *rules, size_t index)
{
	const struct node *node = rules->path->nodes[index];
	const char *oid = node->defect_oid[0] == '?' ? "" : node->defect_oid;
	char en[200], vi[240];

	if (!node->defect)
		return true;
	snprintf(en, sizeof(en), "%s %s", node->defect, oid);
	snprintf(vi, sizeof(vi), "%s %s", chain_vietnamese(node->defect), oid);
	return verdict_set(rules->verdict, WHY_DEFECT, index, en, vi);
}

/* 6.1.3, certificate i of n counted from the anchor. */
static bool check_each(struct rules *rules, size_t index, size_t i)
{
	const struct node *node = rules->path->nodes[index];
	bool last = index == 0;

	if (!check_defect(rules, index) || !check_dates(rules, index) || !check_algorithm(rules, index))
		return false;
	if ((!node->self_issued || last) && !told(rules, WHY_NAME, index, names_check(&rules->names, node)))
		return false;
	return told(rules, WHY_POLICY, index, policy_step(rules->policy, node, i));
}

/* 6.1.4: what a certificate must be to issue the next one. */
static bool prepare_next(struct rules *rules, size_t index, size_t i)
{
	const struct node *node = rules->path->nodes[index];

	if (!told(rules, WHY_POLICY, index, policy_prepare(rules->policy, node, i)) ||
	    !told(rules, WHY_NAME, index, names_add(&rules->names, node->name_constraints)))
		return false;
	if (!node->has_basic || !node->ca) /* k */
		return verdict_set(rules->verdict, WHY_NOT_CA, index, "", "");
	if (!node->self_issued) { /* l */
		if (rules->max_length == 0)
			return verdict_set(rules->verdict, WHY_PATH_LENGTH, index, "", "");
		rules->max_length--;
	}
	if (node->path_len >= 0 && node->path_len < rules->max_length) /* m */
		rules->max_length = node->path_len;
	if (node->has_key_usage && !(node->key_usage & KU_KEY_CERT_SIGN)) /* n */
		return verdict_set(rules->verdict, WHY_NO_CERT_SIGN, index, "", "");
	return true;
}

static bool use_allowed(const struct node *node, enum chain_use use)
{
	switch (use) {
	case CHAIN_USE_ANY:
		return true;
	case CHAIN_USE_SIGNATURE:
		return !node->has_key_usage || (node->key_usage & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION));
	case CHAIN_USE_CRL_SIGN:
		return !node->has_key_usage || (node->key_usage & KU_CRL_SIGN);
	case CHAIN_USE_OCSP:
		return cert_has_eku(node->cert) && cert_eku(node->cert, EKU_OCSP_SIGNING);
	case CHAIN_USE_TIME_STAMP:
		return x509_only_time_stamping(node->cert);
	}
	return false;
}

static bool wrap_up(struct rules *rules)
{
	const struct node *leaf = rules->path->nodes[0];

	if (!told(rules, WHY_POLICY, 0, policy_finish(rules->policy, leaf)))
		return false;
	return use_allowed(leaf, rules->search->options->use) || verdict_set(rules->verdict, WHY_USAGE, 0, "", "");
}

int rules_check(struct search *search, const struct path *path, struct verdict *verdict, struct err *err)
{
	struct rules rules = { .search = search, .path = path, .verdict = verdict, .max_length = CHAIN_MAX_DEPTH + 1 };
	size_t n = path->count;

	rules.policy = policy_new(search->chain->arena, n, search->options);
	if (!rules.policy)
		return err_set(err, ERR_NO_MEMORY, "no memory for the policies of a path");
	for (size_t i = 1; i <= n; i++) {
		size_t index = n - i;
		int good = dsa_check_edge(&rules.dsa_parameters, path->nodes[index], path_issuer(path, index), err);

		if (good < 0)
			return -1;
		if (!good) {
			verdict_set(verdict, WHY_SIGNATURE, index, cert_issuer(path->nodes[index]->cert),
				    cert_issuer(path->nodes[index]->cert));
			return 0;
		}
		if (!check_each(&rules, index, i) || (index > 0 && !prepare_next(&rules, index, i)))
			return 0;
	}
	(void)wrap_up(&rules);
	return 0;
}
