/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * seed.c - the seed values of an empty signature field (ISO 32000-1 12.7.4.5, table 234; ISO 32000-2 table 237): what
 * the author of the form asks of whoever signs there. What is required and cannot be met is ERR_PDF_FIELD saying which;
 * the rest is a wish.
 */
#include <string.h>

#include "pdf/increment_priv.h"
#include "util/err.h"

enum seed_flag {
	SEED_FILTER = 1 << 0,
	SEED_SUB_FILTER = 1 << 1,
	SEED_V = 1 << 2,
	SEED_REASONS = 1 << 3,
	SEED_LEGAL = 1 << 4,
	SEED_ADD_REV_INFO = 1 << 5,
	SEED_DIGEST = 1 << 6,
	SEED_LOCK_DOCUMENT = 1 << 7,
	SEED_APPEARANCE = 1 << 8
};

/* Version 2 is what ISO 32000-1 defines, 3 what ISO 32000-2 adds. */
enum { SEED_MAX_VERSION = 3 };

static bool required(const struct pd_obj *flags, int flag)
{
	return (pd_int(flags, 0) & flag) != 0;
}

static int load_texts(struct pd_view view, const struct pd_obj *array, struct arena *arena, const char *const **ret,
		      size_t *ret_count, struct err *err)
{
	size_t n = pd_array_len(array);
	const char **texts = ARENA_ARRAY(arena, const char *, n + 1);

	if (!texts)
		return inc_no_memory(err);
	for (size_t i = 0; i < n; i++) {
		if (pd_kind(pd_at(view, array, i)) != PD_STRING)
			return err_set(err, ERR_PDF_FIELD,
				       "a list of texts in the field's seed values holds something else");
		texts[i] = pd_text_string(pd_at(view, array, i), arena);
		if (!texts[i])
			return inc_no_memory(err);
	}
	*ret = n ? texts : NULL;
	*ret_count = n;
	return 0;
}

int pd_seed_load(struct pd_view view, const struct pd_field *field, struct arena *arena, struct pd_seed *ret,
		 struct err *err)
{
	const struct pd_obj *sv = pd_get(view, field->dict, "SV");
	const struct pd_obj *flags = pd_get(view, sv, "Ff");
	const struct pd_obj *stamp = pd_get(view, sv, "TimeStamp");
	const struct pd_obj *cert = pd_get(view, sv, "Cert");
	const struct pd_obj *mdp = pd_get(view, sv, "MDP");
	struct pd_seed seed = { .digest_required = required(flags, SEED_DIGEST),
				.reason_required = required(flags, SEED_REASONS) };

	if (load_texts(view, pd_get(view, sv, "DigestMethod"), arena, &seed.digest_methods, &seed.digest_method_count,
		       err) < 0 ||
	    load_texts(view, pd_get(view, sv, "Reasons"), arena, &seed.reasons, &seed.reason_count, err) < 0)
		return err_prefix(err, "field \"%s\"", field->name);
	if (pd_kind(pd_get(view, stamp, "URL")) == PD_STRING)
		seed.time_stamp_url = pd_text_string(pd_get(view, stamp, "URL"), arena);
	seed.time_stamp_required = required(pd_get(view, stamp, "Ff"), 1);
	seed.cert = pd_kind(cert) == PD_DICT ? cert : NULL;
	seed.cert_required = pd_int(pd_get(view, cert, "Ff"), 0) != 0;
	seed.mdp_p = pd_kind(mdp) == PD_DICT ? (int)pd_int(pd_get(view, mdp, "P"), 0) : -1;
	*ret = seed;
	return 0;
}

static int unmet(const struct pd_field *field, struct err *err, const char *what)
{
	return err_set(err, ERR_PDF_FIELD, "the field \"%s\" requires %s (seed value, ISO 32000-1 12.7.4.5)",
		       field->name, what);
}

static bool lists_name(struct pd_inc *inc, const struct pd_obj *array, const char *name)
{
	for (size_t i = 0; i < pd_array_len(array); i++)
		if (pd_is_name(pd_at(inc->view, array, i), name))
			return true;
	return false;
}

/* A lone "." means: no reason at all. */
static bool reason_allowed(const struct pd_seed *seed, const char *reason)
{
	if (seed->reason_count == 0 || (seed->reason_count == 1 && strcmp(seed->reasons[0], ".") == 0))
		return !reason || !*reason;
	for (size_t i = 0; reason && i < seed->reason_count; i++)
		if (strcmp(seed->reasons[i], reason) == 0)
			return true;
	return false;
}

static int check_dictionary(struct pd_inc *inc, const struct pd_field *field, const struct pd_signature_spec *spec,
			    struct err *err)
{
	const struct pd_obj *sv = pd_get(inc->view, field->dict, "SV");
	const struct pd_obj *flags = pd_get(inc->view, sv, "Ff");
	const struct pd_obj *filter = pd_get(inc->view, sv, "Filter");

	if (required(flags, SEED_FILTER) && pd_kind(filter) == PD_NAME && !pd_is_name(filter, "Adobe.PPKLite"))
		return unmet(field, err, "another /Filter than Adobe.PPKLite");
	if (required(flags, SEED_SUB_FILTER) && pd_dict_has(sv, "SubFilter") &&
	    !lists_name(inc, pd_get(inc->view, sv, "SubFilter"), spec->sub_filter))
		return unmet(field, err, "another /SubFilter");
	if (required(flags, SEED_V) && pd_number(pd_get(inc->view, sv, "V"), 0) > SEED_MAX_VERSION)
		return unmet(field, err, "a newer version of seed values");
	if (required(flags, SEED_LEGAL) && pd_array_len(pd_get(inc->view, sv, "LegalAttestation")))
		return unmet(field, err, "a legal attestation");
	if (required(flags, SEED_ADD_REV_INFO) && pd_bool(pd_get(inc->view, sv, "AddRevInfo"), false))
		return unmet(field, err,
			     "revocation data of Adobe's kind in the signature, which PAdES does not allow");
	if (required(flags, SEED_LOCK_DOCUMENT) && (pd_bool(pd_get(inc->view, sv, "LockDocument"), false) ||
						    pd_is_name(pd_get(inc->view, sv, "LockDocument"), "true")))
		return unmet(field, err, "that the document be locked");
	if (required(flags, SEED_APPEARANCE) && pd_dict_has(sv, "AppearanceFilter"))
		return unmet(field, err, "a named appearance");
	return 0;
}

static int check_caller(const struct pd_field *field, const struct pd_seed *seed, const struct pd_signature_spec *spec,
			struct err *err)
{
	if (seed->digest_required && seed->digest_method_count)
		return unmet(field, err, "one of its digest methods, which nobody checked");
	if (seed->time_stamp_required)
		return unmet(field, err, "a time-stamp, which nobody checked");
	if (seed->cert_required && spec->sub_filter && strcmp(spec->sub_filter, "ETSI.RFC3161") != 0)
		return unmet(field, err, "certain certificates, which nobody checked");
	return 0;
}

int inc_check_seed(struct pd_inc *inc, const struct pd_field *field, const struct pd_signature_spec *spec,
		   struct err *err)
{
	struct pd_seed seed;

	if (pd_kind(pd_get(inc->view, field->dict, "SV")) == PD_NULL)
		return 0;
	if (check_dictionary(inc, field, spec, err) < 0 || pd_seed_load(inc->view, field, inc->arena, &seed, err) < 0)
		return -1;
	if (seed.reason_required && !reason_allowed(&seed, spec->reason))
		return unmet(field, err, "one of its own reasons");
	if (seed.mdp_p == 0 && spec->docmdp_p)
		return unmet(field, err, "an approval signature, not a certification");
	if (seed.mdp_p > 0 && seed.mdp_p != spec->docmdp_p)
		return unmet(field, err, "a certification with another P");
	return spec->seed_checked ? 0 : check_caller(field, &seed, spec, err);
}
