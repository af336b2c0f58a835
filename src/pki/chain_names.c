/*
 * chain_names.c - name constraints along a path (RFC 5280 4.2.1.10, 6.1.3 b c, 6.1.4 g): directory names, mail
 * addresses, host names, URIs, IP addresses. A constraint on a form not known here refuses every name of that form
 * (4.2.1.10: "must reject").
 *
 * A name must lie within one permitted subtree of its form in every set met that permits any of the form (the
 * intersection), and within no excluded one. Comparisons are counted: names times subtrees is what a hostile
 * certificate would blow up.
 */
#include "pki/chain_private.h"

#include <string.h>
#include <strings.h>

#define NAMES_MAX_COMPARISONS 200000

enum name_form {
	NAME_OTHER = 0,
	NAME_MAIL = 1,
	NAME_DNS = 2,
	NAME_X400 = 3,
	NAME_DIRECTORY = 4,
	NAME_EDI = 5,
	NAME_URI = 6,
	NAME_IP = 7,
	NAME_REGISTERED = 8
};

struct general_name {
	enum name_form form;
	struct bytes value;
};

static bool read_general_name(const struct der_item *item, struct general_name *ret)
{
	unsigned tag = item->tag & 0x1f;

	if ((item->tag & 0xc0) != 0x80 || tag > NAME_REGISTERED)
		return false;
	ret->form = (enum name_form)tag;
	ret->value = item->contents;
	return true;
}

static bool same_text(struct bytes a, struct bytes b)
{
	return a.n == b.n && strncasecmp((const char *)a.p, (const char *)b.p, a.n) == 0;
}

static struct bytes tail(struct bytes text, size_t n)
{
	return (struct bytes){ text.p + (text.n - n), n };
}

/* ".example.vn" matches what ends in it and has something before. */
static bool in_domain(struct bytes host, struct bytes dotted)
{
	return host.n > dotted.n && same_text(tail(host, dotted.n), dotted);
}

static struct bytes after_at(struct bytes mail, bool *ret_found)
{
	size_t i = mail.n;

	while (i > 0 && mail.p[i - 1] != '@')
		i--;
	*ret_found = i > 1;
	return (struct bytes){ mail.p + i, mail.n - i };
}

/* A mailbox, a host, or a domain with a dot before it. The local part keeps its case. */
static bool within_mail(struct bytes mail, struct bytes base)
{
	struct bytes host, base_host;
	bool has_local, base_local;

	host = after_at(mail, &has_local);
	base_host = after_at(base, &base_local);
	if (!has_local)
		return false;
	if (base_local)
		return same_text(host, base_host) && mail.n - host.n == base.n - base_host.n &&
		       memcmp(mail.p, base.p, mail.n - host.n) == 0;
	if (base.n > 0 && base.p[0] == '.')
		return in_domain(host, base);
	return same_text(host, base);
}

/* Zero or more labels added on the left. An empty base is every name; a dot before it is met in practice and means
 * subdomains. */
static bool within_dns(struct bytes host, struct bytes base)
{
	if (base.n == 0)
		return true;
	if (base.p[0] == '.')
		return in_domain(host, base);
	if (host.n == base.n)
		return same_text(host, base);
	return host.n > base.n && host.p[host.n - base.n - 1] == '.' && same_text(tail(host, base.n), base);
}

static bool is_numeric(struct bytes host)
{
	for (size_t i = 0; i < host.n; i++)
		if (host.p[i] != '.' && (host.p[i] < '0' || host.p[i] > '9'))
			return false;
	return true;
}

/* The host of "scheme://user@host:port/...": 4.2.1.10 applies to the host only, and only to names, not addresses. */
static bool uri_host(struct bytes uri, struct bytes *ret)
{
	const uint8_t *start = memmem(uri.p, uri.n, "://", 3), *end = uri.p + uri.n, *p;

	if (!start)
		return false;
	start += 3;
	for (p = start; p < end && *p != '/' && *p != '?' && *p != '#'; p++)
		if (*p == '@')
			start = p + 1;
	end = p;
	for (p = start; p < end && *p != ':'; p++)
		;
	*ret = (struct bytes){ start, (size_t)(p - start) };
	return ret->n > 0 && start[0] != '[' && !is_numeric(*ret);
}

static bool within_uri(struct bytes uri, struct bytes base)
{
	struct bytes host;

	if (!uri_host(uri, &host))
		return false;
	if (base.n > 0 && base.p[0] == '.')
		return in_domain(host, base);
	return same_text(host, base);
}

static bool within_ip(struct bytes address, struct bytes base)
{
	if (base.n != address.n * 2)
		return false;
	for (size_t i = 0; i < address.n; i++)
		if ((address.p[i] ^ base.p[i]) & base.p[address.n + i])
			return false;
	return true;
}

static bool within_directory(struct bytes name_der, struct bytes base_der)
{
	AUTO(buf_release) struct buf name = BUF_INIT;
	AUTO(buf_release) struct buf base = BUF_INIT;

	return x509_name_canonical(name_der, &name) && x509_name_canonical(base_der, &base) && name.len >= base.len &&
	       (base.len == 0 || memcmp(name.data, base.data, base.len) == 0);
}

static bool form_known(enum name_form form)
{
	return form == NAME_MAIL || form == NAME_DNS || form == NAME_DIRECTORY || form == NAME_URI || form == NAME_IP;
}

static bool within(const struct general_name *name, struct bytes base)
{
	switch (name->form) {
	case NAME_MAIL:
		return within_mail(name->value, base);
	case NAME_DNS:
		return within_dns(name->value, base);
	case NAME_URI:
		return within_uri(name->value, base);
	case NAME_IP:
		return within_ip(name->value, base);
	case NAME_DIRECTORY:
		return within_directory(name->value, base);
	case NAME_OTHER:
	case NAME_X400:
	case NAME_EDI:
	case NAME_REGISTERED:
		break;
	}
	return false;
}

/* Whether a URI has a host that constraints can speak of: without one, constrained certificates are rejected
 * (4.2.1.10). */
static bool judgeable(const struct general_name *name)
{
	struct bytes host;

	return form_known(name->form) && (name->form != NAME_URI || uri_host(name->value, &host));
}

/* GeneralSubtree ::= SEQUENCE { base, minimum [0] DEFAULT 0, maximum [1] }: minimum 0, no maximum (4.2.1.10). */
static bool read_subtree(struct der *list, struct general_name *ret)
{
	struct der subtree;
	struct der_item base;

	return der_enter(list, DER_SEQUENCE, &subtree) && der_next(&subtree, &base) && read_general_name(&base, ret) &&
	       der_at_end(&subtree);
}

enum subtree_answer { NO_SUBTREE, WITHIN, OUTSIDE, UNREADABLE, TOO_MANY, NOT_JUDGED };

static enum subtree_answer ask_subtrees(struct names_state *state, struct der list, const struct general_name *name)
{
	enum subtree_answer answer = NO_SUBTREE;
	struct general_name base;

	while (!der_at_end(&list)) {
		if (!read_subtree(&list, &base))
			return UNREADABLE;
		if (++state->compared > NAMES_MAX_COMPARISONS)
			return TOO_MANY;
		if (base.form != name->form)
			continue;
		if (!judgeable(name))
			return NOT_JUDGED;
		if (within(name, base.value))
			return WITHIN;
		answer = OUTSIDE;
	}
	return answer;
}

static const char *check_one(struct names_state *state, struct bytes constraints, const struct general_name *name)
{
	struct der list, permitted, excluded;
	bool has_permitted, has_excluded;
	enum subtree_answer in_permitted = NO_SUBTREE, in_excluded = NO_SUBTREE;

	if (!der_only(constraints, DER_SEQUENCE, &list) ||
	    !der_enter_optional(&list, DER_CONTEXT_CONSTRUCTED(0), &permitted, &has_permitted) ||
	    !der_enter_optional(&list, DER_CONTEXT_CONSTRUCTED(1), &excluded, &has_excluded) || !der_at_end(&list))
		return "malformed nameConstraints";
	if (has_permitted)
		in_permitted = ask_subtrees(state, permitted, name);
	if (has_excluded)
		in_excluded = ask_subtrees(state, excluded, name);
	if (in_permitted == UNREADABLE || in_excluded == UNREADABLE)
		return "malformed nameConstraints";
	if (in_permitted == TOO_MANY || in_excluded == TOO_MANY)
		return "too many names and constraints";
	if (in_permitted == NOT_JUDGED || in_excluded == NOT_JUDGED)
		return "a constrained name of a form that cannot be judged";
	if (in_permitted == OUTSIDE)
		return "a name outside the permitted subtrees";
	if (in_excluded == WITHIN)
		return "a name inside an excluded subtree";
	return NULL;
}

static const char *check_name(struct names_state *state, const struct general_name *name)
{
	for (size_t i = 0; i < state->count; i++) {
		const char *wrong = check_one(state, state->sets[i], name);

		if (wrong)
			return wrong;
	}
	return NULL;
}

static const char *check_alt_names(struct names_state *state, const struct node *node, bool *ret_has_mail)
{
	struct der list;
	struct der_item item;
	struct general_name name;

	*ret_has_mail = false;
	if (!node->alt_name.p)
		return NULL;
	if (!der_only(node->alt_name, DER_SEQUENCE, &list))
		return "malformed subjectAltName";
	while (!der_at_end(&list)) {
		const char *wrong;

		if (!der_next(&list, &item) || !read_general_name(&item, &name))
			return "malformed subjectAltName";
		*ret_has_mail |= name.form == NAME_MAIL;
		wrong = check_name(state, &name);
		if (wrong)
			return wrong;
	}
	return NULL;
}

/* emailAddress attributes of the subject are mail addresses too where the subjectAltName has none (4.2.1.10 asks it
 * where there is none at all). */
static const char *check_subject_mail(struct names_state *state, const struct node *node)
{
	static const uint8_t email[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x01 };
	struct der rdns, rdn, attribute;
	struct bytes oid;
	struct der_item value;

	if (!der_only(cert_subject_der(node->cert), DER_SEQUENCE, &rdns))
		return "malformed subject";
	while (!der_at_end(&rdns)) {
		if (!der_enter(&rdns, DER_SET, &rdn))
			return "malformed subject";
		while (!der_at_end(&rdn)) {
			struct general_name name = { .form = NAME_MAIL };
			const char *wrong;

			if (!der_enter(&rdn, DER_SEQUENCE, &attribute) || !der_read(&attribute, DER_OID, &oid) ||
			    !der_next(&attribute, &value))
				return "malformed subject";
			if (!bytes_eq(oid, (struct bytes){ email, sizeof(email) }))
				continue;
			name.value = value.contents;
			wrong = check_name(state, &name);
			if (wrong)
				return wrong;
		}
	}
	return NULL;
}

const char *names_check(struct names_state *state, const struct node *node)
{
	struct general_name subject = { NAME_DIRECTORY, cert_subject_der(node->cert) };
	const char *wrong;
	bool has_mail = false;

	if (state->count == 0)
		return NULL;
	wrong = node->subject.n > 0 ? check_name(state, &subject) : NULL;
	if (!wrong)
		wrong = check_alt_names(state, node, &has_mail);
	return wrong || has_mail ? wrong : check_subject_mail(state, node);
}

const char *names_add(struct names_state *state, struct bytes name_constraints)
{
	struct general_name probe = { NAME_REGISTERED, { NULL, 0 } };
	const char *wrong;

	if (!name_constraints.p)
		return NULL;
	/* Reads the whole value once, so that a malformed one is refused even when no name meets it. */
	wrong = check_one(state, name_constraints, &probe);
	if (wrong && strcmp(wrong, "malformed nameConstraints") == 0)
		return wrong;
	if (state->count < CHAIN_MAX_DEPTH)
		state->sets[state->count++] = name_constraints;
	return NULL;
}
