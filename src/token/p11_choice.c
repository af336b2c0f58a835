/* p11_choice.c - by label, by serial, by certificate, or the only one. Never the first of several. See p11_signer.h. */
#include "token/p11_choice.h"

#include <strings.h>

#include "token/tk_private.h"
#include "util/buf.h"

static const char *name_of(const struct tk_inventory *inventory)
{
	return tk_token_name(tk_inventory_token(inventory));
}

const struct tk_key *p11_key_of(const struct tk_inventory *inventory, const struct cert *cert)
{
	for (size_t i = 0; i < tk_inventory_key_count(inventory); i++) {
		const struct tk_key *key = tk_inventory_key(inventory, i);

		if (key->private_seen && key->key_bits.n && bytes_eq(key->key_bits, cert_key_bits(cert)))
			return key;
	}
	for (size_t i = 0; i < tk_inventory_cert_count(inventory); i++) {
		const struct tk_cert *entry = tk_inventory_cert(inventory, i);

		if (entry->key && entry->key->private_seen && cert_equal(entry->cert, cert))
			return entry->key;
	}
	return NULL;
}

static int fail_no_key(const struct tk_inventory *inventory, const char *wanted, const char *what, struct err *err)
{
	AUTO(buf_release) struct buf there = BUF_INIT;

	for (size_t i = 0; i < tk_inventory_key_count(inventory); i++) {
		const struct tk_key *key = tk_inventory_key(inventory, i);

		if (key->private_seen)
			buf_printf(&there, "%s\"%s\"", there.len ? ", " : "", key->label);
	}
	return err_set(err, ERR_TOKEN_NO_KEY, "%s: no private key %s%s; keys there: %s", name_of(inventory), what,
		       wanted, there.len ? buf_str(&there) : "none");
}

static int choose_by_label(const struct tk_inventory *inventory, const char *label, const struct tk_key **ret_key,
			   struct err *err)
{
	const struct tk_key *found = NULL;
	size_t hits = 0;

	for (size_t i = 0; i < tk_inventory_key_count(inventory); i++) {
		const struct tk_key *key = tk_inventory_key(inventory, i);

		if (key->private_seen && strcmp(key->label, label) == 0 && ++hits)
			found = key;
	}
	if (hits == 0)
		return fail_no_key(inventory, label, "with label ", err);
	if (hits > 1)
		return err_set(err, ERR_TOKEN_AMBIGUOUS,
			       "%s: %zu keys have the label \"%s\"; choose by the certificate's serial",
			       name_of(inventory), hits, label);
	*ret_key = found;
	return 0;
}

static bool same_serial(const char *a, const char *b)
{
	while (*a == '0' && a[1])
		a++;
	while (*b == '0' && b[1])
		b++;
	return strcasecmp(a, b) == 0;
}

static const struct tk_cert *find_serial(const struct tk_inventory *inventory, const char *serial)
{
	for (size_t i = 0; i < tk_inventory_cert_count(inventory); i++) {
		const struct tk_cert *entry = tk_inventory_cert(inventory, i);

		if (entry->cert && same_serial(cert_serial_hex(entry->cert), serial))
			return entry;
	}
	return NULL;
}

static int choose_by_serial(const struct tk_inventory *inventory, const char *serial, const struct tk_key **ret_key,
			    struct cert **ret_cert, struct err *err)
{
	const struct tk_cert *entry = find_serial(inventory, serial);

	if (!entry)
		return err_set(err, ERR_TOKEN_NO_CERT, "%s: no certificate with serial %s", name_of(inventory), serial);
	if (!entry->key || !entry->key->private_seen)
		return fail_no_key(inventory, serial, "for the certificate with serial ", err);
	*ret_key = entry->key;
	*ret_cert = entry->cert;
	return 0;
}

/* What keeps a certificate out of "the only one that may sign". */
enum obstacle { OBSTACLE_NONE, OBSTACLE_NO_KEY, OBSTACLE_NOT_VALID, OBSTACLE_USAGE, OBSTACLE_OLDER };

static enum obstacle obstacle_of(const struct tk_inventory *inventory, const struct tk_cert *entry, int64_t at_ms)
{
	if (!entry->cert || !entry->key || !entry->key->private_seen)
		return OBSTACLE_NO_KEY;
	if (cert_is_ca(entry->cert) || !(cert_key_usage(entry->cert) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)))
		return OBSTACLE_USAGE;
	if (at_ms && (at_ms < cert_not_before_ms(entry->cert) || at_ms > cert_not_after_ms(entry->cert)))
		return OBSTACLE_NOT_VALID;
	/* A renewed certificate of the same key: the later one stands for both. */
	return tk_inventory_cert_of(inventory, entry->key) == entry || at_ms ? OBSTACLE_NONE : OBSTACLE_OLDER;
}

static int fail_ambiguous(const struct tk_inventory *inventory, int64_t at_ms, struct err *err)
{
	AUTO(buf_release) struct buf list = BUF_INIT;

	for (size_t i = 0; i < tk_inventory_cert_count(inventory); i++) {
		const struct tk_cert *entry = tk_inventory_cert(inventory, i);

		if (obstacle_of(inventory, entry, at_ms) == OBSTACLE_NONE)
			buf_printf(&list, "%s%s (key \"%s\", %s)", list.len ? "; " : "", cert_serial_hex(entry->cert),
				   entry->key->label, cert_subject(entry->cert));
	}
	return err_set(err, ERR_TOKEN_AMBIGUOUS, "%s: several certificates may sign; choose one by serial: %s",
		       name_of(inventory), buf_str(&list));
}

static int fail_none(const struct tk_inventory *inventory, size_t not_valid, size_t no_usage, struct err *err)
{
	bool any_key = false;

	for (size_t i = 0; i < tk_inventory_key_count(inventory); i++)
		any_key |= tk_inventory_key(inventory, i)->private_seen;
	if (!any_key)
		return err_set(err, ERR_TOKEN_NO_KEY, "%s: there is no private key on the token", name_of(inventory));
	if (not_valid)
		return err_set(err, ERR_CERT_EXPIRED,
			       "%s: no certificate on the token is valid now (%zu expired or not valid yet)",
			       name_of(inventory), not_valid);
	if (no_usage)
		return err_set(err, ERR_CERT_KEY_USAGE, "%s: no certificate on the token may sign", name_of(inventory));
	return err_set(err, ERR_TOKEN_NO_CERT, "%s: no certificate belongs to a key on the token", name_of(inventory));
}

static int choose_only(const struct tk_inventory *inventory, int64_t at_ms, const struct tk_key **ret_key,
		       struct cert **ret_cert, struct err *err)
{
	const struct tk_cert *found = NULL;
	size_t counts[OBSTACLE_OLDER + 1] = { 0 };

	for (size_t i = 0; i < tk_inventory_cert_count(inventory); i++) {
		const struct tk_cert *entry = tk_inventory_cert(inventory, i);
		enum obstacle obstacle = obstacle_of(inventory, entry, at_ms);

		counts[obstacle]++;
		if (obstacle == OBSTACLE_NONE)
			found = entry;
	}
	if (counts[OBSTACLE_NONE] > 1)
		return fail_ambiguous(inventory, at_ms, err);
	if (!found)
		return fail_none(inventory, counts[OBSTACLE_NOT_VALID], counts[OBSTACLE_USAGE], err);
	*ret_key = found->key;
	*ret_cert = found->cert;
	return 0;
}

static int choose_given(const struct tk_inventory *inventory, struct cert *cert, const struct tk_key **ret_key,
			struct err *err)
{
	const struct tk_key *key = p11_key_of(inventory, cert);

	if (!key)
		return fail_no_key(inventory, cert_serial_hex(cert), "for the certificate with serial ", err);
	*ret_key = key;
	return 0;
}

int p11_choose(const struct tk_inventory *inventory, const struct p11_choice *choice, const struct tk_key **ret_key,
	       struct cert **ret_cert, struct err *err)
{
	const struct tk_cert *entry;
	const struct tk_key *key = NULL;
	struct cert *cert = choice->cert;
	int rc = 0;

	if (choice->cert)
		rc = choose_given(inventory, choice->cert, &key, err);
	else if (choice->cert_serial_hex)
		rc = choose_by_serial(inventory, choice->cert_serial_hex, &key, &cert, err);
	else if (choice->key_label)
		rc = choose_by_label(inventory, choice->key_label, &key, err);
	else
		rc = choose_only(inventory, choice->at_ms, &key, &cert, err);
	if (rc < 0)
		return -1;
	if (choice->key_label && strcmp(key->label, choice->key_label) != 0)
		return err_set(err, ERR_TOKEN_NO_KEY, "%s: the certificate's key has the label \"%s\", not \"%s\"",
			       name_of(inventory), key->label, choice->key_label);
	entry = cert ? NULL : tk_inventory_cert_of(inventory, key);
	if (!cert && !entry)
		return err_set(err, ERR_TOKEN_NO_CERT, "%s: the key \"%s\" has no certificate on the token",
			       name_of(inventory), key->label);
	*ret_key = key;
	*ret_cert = cert ? cert : entry->cert;
	return 0;
}
