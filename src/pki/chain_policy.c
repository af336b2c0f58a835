/*
 * chain_policy.c - certificate policies along a path: the valid policy graph of RFC 9618 (which replaces RFC 5280's
 * tree, whose size a hostile path makes exponential), policy mappings, constraints, inhibit any-policy. Called by
 * chain_rules.c step by step.
 *
 * A policy is the contents octets of its OID. Each level has at most one node a policy; edges go to the nodes of the
 * level above.
 */
#include "pki/chain_private.h"

#include <string.h>

#define POLICY_MAX 256 /* policies or mappings of one certificate that are looked at; more is a failure */

struct policy_node {
	struct policy_node *next; /* of the level */
	struct bytes policy;
	struct bytes *expected;
	size_t expected_count;
	struct policy_node **parents;
	size_t parent_count;
	bool deleted;
};

struct policy_state {
	struct arena *arena;
	const struct chain_options *options;
	struct policy_node *levels[CHAIN_MAX_DEPTH + 1];
	size_t depth; /* level in work */
	size_t n;     /* certificates of the path */
	bool null;    /* the graph is NULL */
	uint64_t explicit_policy, inhibit_any, policy_mapping;
};

static bool is_any(struct bytes policy)
{
	return bytes_eq(policy, OID_ANY_POLICY);
}

static struct policy_node *find_policy(const struct policy_state *state, size_t level, struct bytes policy)
{
	for (struct policy_node *node = state->levels[level]; node; node = node->next)
		if (!node->deleted && bytes_eq(node->policy, policy))
			return node;
	return NULL;
}

static struct policy_node *add_policy(struct policy_state *state, size_t level, struct bytes policy)
{
	struct policy_node *node = ARENA_NEW(state->arena, struct policy_node);

	if (!node || !(node->expected = ARENA_NEW(state->arena, struct bytes)))
		return NULL;
	node->policy = policy;
	node->expected[0] = policy;
	node->expected_count = 1;
	node->next = state->levels[level];
	state->levels[level] = node;
	return node;
}

static bool add_parent(struct policy_state *state, struct policy_node *node, struct policy_node *parent)
{
	struct policy_node **parents = arena_grow(state->arena, node->parents, node->parent_count * sizeof(*parents),
						  (node->parent_count + 1) * sizeof(*parents));

	if (!parents)
		return false;
	node->parents = parents;
	node->parents[node->parent_count++] = parent;
	return true;
}

static bool expects(const struct policy_node *node, struct bytes policy)
{
	for (size_t i = 0; i < node->expected_count; i++)
		if (bytes_eq(node->expected[i], policy))
			return true;
	return false;
}

/* A node of the level in work under every node above that expects the policy. NULL with *ret_any false when none does.
 */
static bool add_expected(struct policy_state *state, struct bytes policy, bool *ret_found)
{
	struct policy_node *made = NULL;

	*ret_found = false;
	for (struct policy_node *parent = state->levels[state->depth - 1]; parent; parent = parent->next) {
		if (parent->deleted || !expects(parent, policy))
			continue;
		if (!made && !(made = add_policy(state, state->depth, policy)))
			return false;
		if (!add_parent(state, made, parent))
			return false;
		*ret_found = true;
	}
	return true;
}

/* Every node that no live node below names as its parent goes, from the level above the one in work up (6.1.3 d 3). */
static void prune(struct policy_state *state)
{
	bool any = false;

	for (size_t level = state->depth; level > 0; level--) {
		for (struct policy_node *node = state->levels[level - 1]; node; node = node->next)
			node->deleted = true;
		for (struct policy_node *node = state->levels[level]; node; node = node->next)
			for (size_t i = 0; !node->deleted && i < node->parent_count; i++)
				node->parents[i]->deleted = false;
	}
	for (struct policy_node *node = state->levels[state->depth]; node; node = node->next)
		any |= !node->deleted;
	if (!any)
		state->null = true;
}

struct policy_state *policy_new(struct arena *arena, size_t path_length, const struct chain_options *options)
{
	struct policy_state *state = ARENA_NEW(arena, struct policy_state);

	if (!state)
		return NULL;
	state->arena = arena;
	state->options = options;
	state->n = path_length;
	state->explicit_policy = options->explicit_policy ? 0 : path_length + 1;
	state->inhibit_any = options->inhibit_any ? 0 : path_length + 1;
	state->policy_mapping = options->inhibit_mapping ? 0 : path_length + 1;
	return add_policy(state, 0, OID_ANY_POLICY) ? state : NULL;
}

/* 6.1.3 d 2: anyPolicy keeps what is expected above and not named here. */
static bool inherit_any(struct policy_state *state)
{
	for (struct policy_node *parent = state->levels[state->depth - 1]; parent; parent = parent->next) {
		for (size_t i = 0; !parent->deleted && i < parent->expected_count; i++) {
			bool found;

			if (!find_policy(state, state->depth, parent->expected[i]) &&
			    !add_expected(state, parent->expected[i], &found))
				return false;
		}
	}
	return true;
}

static bool add_named(struct policy_state *state, struct bytes policy)
{
	struct policy_node *above = find_policy(state, state->depth - 1, OID_ANY_POLICY);
	struct policy_node *made;
	bool found;

	if (find_policy(state, state->depth, policy))
		return true;
	if (!add_expected(state, policy, &found))
		return false;
	if (found || !above)
		return true;
	made = add_policy(state, state->depth, policy);
	return made && add_parent(state, made, above);
}

static const char *read_policies(struct policy_state *state, const struct node *node, size_t i)
{
	struct der list, info;
	struct bytes oid;
	size_t count = 0;
	bool any = false;

	if (!der_only(node->policies, DER_SEQUENCE, &list))
		return "malformed certificatePolicies";
	while (!der_at_end(&list)) {
		if (count++ >= POLICY_MAX || !der_enter(&list, DER_SEQUENCE, &info) || !der_read(&info, DER_OID, &oid))
			return "malformed or too many certificatePolicies";
		if (is_any(oid))
			any = true;
		else if (!add_named(state, oid))
			return "too many policies";
	}
	if (any && (state->inhibit_any > 0 || (i < state->n && node->self_issued)) && !inherit_any(state))
		return "too many policies";
	return NULL;
}

const char *policy_step(struct policy_state *state, const struct node *node, size_t i)
{
	const char *wrong;

	state->depth = i;
	if (!node->policies.p)
		state->null = true; /* 6.1.3 e */
	if (!state->null) {
		wrong = read_policies(state, node, i);
		if (wrong)
			return wrong;
		prune(state);
	}
	if (state->explicit_policy == 0 && state->null) /* 6.1.3 f */
		return "an explicit policy is required and none is valid (RFC 5280 6.1.3 f)";
	return NULL;
}

/* One mapping issuer -> subject at the level in work (6.1.4 b 1). `first` = no earlier mapping of this issuer policy.
 */
static bool map_policy(struct policy_state *state, struct bytes from, struct bytes to, bool first)
{
	struct policy_node *node = find_policy(state, state->depth, from);
	struct policy_node *above;
	struct bytes *expected;

	if (!node) {
		above = find_policy(state, state->depth - 1, OID_ANY_POLICY);
		if (!above || !find_policy(state, state->depth, OID_ANY_POLICY))
			return true;
		node = add_policy(state, state->depth, from);
		if (!node || !add_parent(state, node, above))
			return false;
		first = true;
	}
	if (first)
		node->expected_count = 0;
	expected = arena_grow(state->arena, node->expected, node->expected_count * sizeof(*expected),
			      (node->expected_count + 1) * sizeof(*expected));
	if (!expected)
		return false;
	node->expected = expected;
	node->expected[node->expected_count++] = to;
	return true;
}

static const char *apply_mappings(struct policy_state *state, const struct bytes (*pairs)[2], size_t count)
{
	for (size_t i = 0; !state->null && i < count; i++) {
		struct policy_node *node;
		bool first = true;

		for (size_t k = 0; k < i; k++)
			first &= !bytes_eq(pairs[k][0], pairs[i][0]);
		if (state->policy_mapping > 0) {
			if (!map_policy(state, pairs[i][0], pairs[i][1], first))
				return "too many policies";
		} else {
			node = find_policy(state, state->depth, pairs[i][0]);
			if (node)
				node->deleted = true; /* 6.1.4 b 2 */
		}
	}
	if (!state->null)
		prune(state);
	return NULL;
}

/* 6.1.4 a, b. */
static const char *read_mappings(struct policy_state *state, const struct node *node)
{
	struct bytes pairs[POLICY_MAX][2];
	struct der list, pair;
	size_t count = 0;

	if (!node->mappings.p)
		return NULL;
	if (!der_only(node->mappings, DER_SEQUENCE, &list))
		return "malformed policyMappings";
	for (; !der_at_end(&list); count++) {
		if (count >= POLICY_MAX || !der_enter(&list, DER_SEQUENCE, &pair) ||
		    !der_read(&pair, DER_OID, &pairs[count][0]) || !der_read(&pair, DER_OID, &pairs[count][1]) ||
		    !der_at_end(&pair))
			return "malformed or too many policyMappings";
		if (is_any(pairs[count][0]) || is_any(pairs[count][1]))
			return "anyPolicy is mapped (RFC 5280 6.1.4 a)";
	}
	return apply_mappings(state, (const struct bytes(*)[2])pairs, count);
}

static bool read_skip(struct bytes contents, uint64_t *ret)
{
	if (contents.n == 0 || contents.p[0] >= 0x80)
		return false;
	*ret = 0;
	for (size_t i = 0; i < contents.n; i++)
		*ret = *ret > UINT32_MAX
			   ? *ret
			   : *ret << 8 | contents.p[i]; /* larger than any path: the exact value does not matter */
	return true;
}

/* PolicyConstraints: requireExplicitPolicy [0], inhibitPolicyMapping [1]; UINT64_MAX = absent. */
static bool read_constraints(const struct node *node, uint64_t *ret_explicit, uint64_t *ret_mapping)
{
	struct der der;
	struct der_item item;

	*ret_explicit = UINT64_MAX;
	*ret_mapping = UINT64_MAX;
	if (!node->policy_constraints.p)
		return true;
	if (!der_only(node->policy_constraints, DER_SEQUENCE, &der))
		return false;
	while (!der_at_end(&der))
		if (!der_next(&der, &item) || (item.tag != DER_CONTEXT(0) && item.tag != DER_CONTEXT(1)) ||
		    !read_skip(item.contents, item.tag == DER_CONTEXT(0) ? ret_explicit : ret_mapping))
			return false;
	return true;
}

static void count_down(uint64_t *counter)
{
	if (*counter > 0)
		(*counter)--;
}

static void at_most(uint64_t *counter, uint64_t value)
{
	if (value < *counter)
		*counter = value;
}

const char *policy_prepare(struct policy_state *state, const struct node *node, size_t i)
{
	struct der der = der_of(node->inhibit_any);
	uint64_t explicit_policy, mapping, skip;
	struct bytes number;
	const char *wrong;

	state->depth = i;
	wrong = read_mappings(state, node);
	if (wrong)
		return wrong;
	if (!node->self_issued) { /* 6.1.4 h */
		count_down(&state->explicit_policy);
		count_down(&state->policy_mapping);
		count_down(&state->inhibit_any);
	}
	if (!read_constraints(node, &explicit_policy, &mapping))
		return "malformed policyConstraints";
	at_most(&state->explicit_policy, explicit_policy); /* 6.1.4 i */
	at_most(&state->policy_mapping, mapping);
	if (node->inhibit_any.p) { /* 6.1.4 j */
		if (!der_read_integer(&der, &number) || !der_at_end(&der) || !read_skip(number, &skip))
			return "malformed inhibitAnyPolicy";
		at_most(&state->inhibit_any, skip);
	}
	return NULL;
}

static bool wanted(const struct policy_state *state, struct bytes policy)
{
	char text[DER_OID_TEXT_BYTES];

	if (!der_oid_text(policy, text))
		return false;
	for (size_t i = 0; i < state->options->policy_count; i++)
		if (strcmp(state->options->policies[i], text) == 0 ||
		    strcmp(state->options->policies[i], "2.5.29.32.0") == 0)
			return true;
	return false;
}

/* RFC 9618 6.1.5 g: authority-constrained policies are those asserted directly under anyPolicy. */
static bool user_set_empty(const struct policy_state *state)
{
	if (state->null)
		return true;
	if (state->options->policy_count == 0 || find_policy(state, state->n, OID_ANY_POLICY))
		return false;
	for (size_t level = 1; level <= state->n; level++)
		for (const struct policy_node *node = state->levels[level]; node; node = node->next)
			for (size_t i = 0; !node->deleted && i < node->parent_count; i++)
				if (is_any(node->parents[i]->policy) && !is_any(node->policy) &&
				    wanted(state, node->policy))
					return false;
	return true;
}

const char *policy_finish(struct policy_state *state, const struct node *node)
{
	uint64_t explicit_policy, mapping;

	count_down(&state->explicit_policy);
	if (!read_constraints(node, &explicit_policy, &mapping))
		return "malformed policyConstraints";
	if (explicit_policy == 0)
		state->explicit_policy = 0;
	if (state->explicit_policy == 0 && user_set_empty(state))
		return "none of the accepted policies is valid for the path (RFC 5280 6.1.5 g)";
	return NULL;
}
