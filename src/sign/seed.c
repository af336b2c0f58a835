/* seed.c - see seed.h. Called by signing.c before the increment is built. */
#include "sign/seed.h"

#include <string.h>

#include "pdf/fields.h"
#include "util/err.h"

/* /Ff of a certificate seed value dictionary (table 239). */
enum cert_flag {
	CERT_SUBJECT = 1 << 0,
	CERT_ISSUER = 1 << 1,
	CERT_KEY_USAGE = 1 << 5,
	CERT_KNOWN = CERT_SUBJECT | CERT_ISSUER | CERT_KEY_USAGE
};

static int unmet(const struct pd_field *field, struct err *err, const char *what)
{
	return err_set(err, ERR_PDF_FIELD, "the field \"%s\" requires %s (seed value, ISO 32000-2 12.7.5.5)",
		       field->name, what);
}

static int check_digest(const struct pd_field *field, const struct pd_seed *seed, const struct sign_job *job,
			struct err *err)
{
	if (!seed->digest_required || seed->digest_method_count == 0)
		return 0;
	for (size_t i = 0; i < seed->digest_method_count; i++)
		if (strcmp(seed->digest_methods[i], digest_name(job->alg.digest)) == 0)
			return 0;
	return err_set(
	    err, ERR_PDF_FIELD,
	    "the field \"%s\" requires the digest %s%s, not %s: choose with --alg (seed value, ISO 32000-2 12.7.5.5)",
	    field->name, seed->digest_methods[0], seed->digest_method_count > 1 ? " or another of its list" : "",
	    digest_name(job->alg.digest));
}

static bool lists_der(struct pd_view view, const struct pd_obj *array, const struct cert *cert)
{
	for (size_t i = 0; i < pd_array_len(array); i++)
		if (bytes_eq(pd_string(pd_at(view, array, i)), cert_der(cert)))
			return true;
	return false;
}

static bool lists_issuer(struct pd_view view, const struct pd_obj *array, const struct cert_list *chain)
{
	for (size_t i = 0; i < chain->count; i++)
		if (lists_der(view, array, chain->items[i]))
			return true;
	return false;
}

/* "10X": the bits of KeyUsage in their order; 1 has to be set, 0 must not, X and what is left out may be anything. */
static bool usage_fits(struct bytes pattern, unsigned usage)
{
	for (size_t i = 0; i < pattern.n && i < 9; i++) {
		bool set = usage & (1U << i);

		if ((pattern.p[i] == '1' && !set) || (pattern.p[i] == '0' && set))
			return false;
	}
	return true;
}

static bool lists_usage(struct pd_view view, const struct pd_obj *array, unsigned usage)
{
	for (size_t i = 0; i < pd_array_len(array); i++)
		if (usage_fits(pd_string(pd_at(view, array, i)), usage))
			return true;
	return false;
}

static int check_cert(struct pd_view view, const struct pd_field *field, const struct pd_seed *seed,
		      const struct sign_job *job, struct err *err)
{
	int64_t flags = pd_int(pd_get(view, seed->cert, "Ff"), 0);

	if (!seed->cert_required)
		return 0;
	if (flags & ~(int64_t)CERT_KNOWN)
		return unmet(field, err,
			     "something of the certificate that kyso does not check (policy, subject parts or URL)");
	if ((flags & CERT_SUBJECT) && !lists_der(view, pd_get(view, seed->cert, "Subject"), job->signer->cert))
		return unmet(field, err, "another signer's certificate");
	if ((flags & CERT_ISSUER) && !lists_issuer(view, pd_get(view, seed->cert, "Issuer"), &job->signer->chain))
		return unmet(field, err, "a certificate of another issuer");
	if ((flags & CERT_KEY_USAGE) &&
	    !lists_usage(view, pd_get(view, seed->cert, "KeyUsage"), cert_key_usage(job->signer->cert)))
		return unmet(field, err, "a certificate with another key usage");
	return 0;
}

int seed_check(struct pd_doc *doc, const struct sign_job *job, struct err *err)
{
	struct pd_view view = pd_view_last(doc);
	struct pd_field_list fields = { NULL, 0 };
	const struct pd_field *field;
	struct pd_seed seed;

	if (!job->field_name)
		return 0;
	if (pd_field_list(view, pd_arena(doc), &fields, err) < 0)
		return -1;
	field = pd_field_find(&fields, job->field_name);
	if (!field)
		return 0;
	if (pd_seed_load(view, field, pd_arena(doc), &seed, err) < 0)
		return -1;
	if (seed.time_stamp_required && job->level < SIGN_LEVEL_T)
		return unmet(field, err, "a time-stamp: sign with --level T or higher");
	if (check_digest(field, &seed, job, err) < 0)
		return -1;
	return check_cert(view, field, &seed, job, err);
}
