/*
 * profile.c - the kinds of certificates the authority issues, as a table, and the subject names they carry.
 *
 * Names follow what the national certificates show: C, L, O, OU (several), CN, T, emailAddress; no personal number
 * (NĐ 68/2024 Điều 7 asks for the subscriber's name). RFC 5280 Appendix A.1 bounds the lengths, in characters.
 */
#include <string.h>

#include "ca/ca_private.h"
#include "pki/name.h"
#include "util/text_vi.h"

/* Rows by enum ca_profile. */
static const struct profile profiles[] = {
	[CA_PROFILE_PERSON] = { .name = "person",
				.key_usage = KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION,
				.ekus = { EKU_DOCUMENT_SIGNING, EKU_EMAIL, EKU_CLIENT_AUTH },
				.eku_count = 3,
				.limited = true,
				.needs_email = true },
	[CA_PROFILE_AGENCY] = { .name = "agency",
				.key_usage = KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION,
				.ekus = { EKU_DOCUMENT_SIGNING, EKU_EMAIL },
				.eku_count = 2,
				.limited = true,
				.needs_email = true },
	[CA_PROFILE_DEVICE] = { .name = "device",
				.key_usage = KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION,
				.ekus = { EKU_DOCUMENT_SIGNING, EKU_CLIENT_AUTH },
				.eku_count = 2,
				.limited = true },
	[CA_PROFILE_TSA] = { .name = "tsa",
			     .key_usage = KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION,
			     .ekus = { EKU_TIME_STAMPING },
			     .eku_count = 1,
			     .eku_critical = true },
	[CA_PROFILE_OCSP] = { .name = "ocsp",
			      .key_usage = KU_DIGITAL_SIGNATURE,
			      .ekus = { EKU_OCSP_SIGNING },
			      .eku_count = 1,
			      .ocsp_no_check = true },
};

const struct profile *profile_of(enum ca_profile profile)
{
	if ((size_t)profile >= ARRAY_LEN(profiles))
		BUG("certificate profile %d", profile);
	return &profiles[profile];
}

bool ca_profile_find(const char *name, enum ca_profile *ret_profile)
{
	for (size_t i = 0; i < ARRAY_LEN(profiles); i++) {
		if (strcmp(profiles[i].name, name) != 0)
			continue;
		*ret_profile = (enum ca_profile)i;
		return true;
	}
	return false;
}

struct parts {
	struct name_part items[8 + CA_MAX_UNITS];
	size_t count;
};

static int add(struct parts *parts, const char *type, const char *text, size_t max_chars, struct err *err)
{
	struct str rest = str_of(text);
	uint32_t code;

	if (!text || !*text)
		return 0;
	while (utf8_next(&rest, &code))
		if (code < 0x20 || (code >= 0x7f && code < 0xa0))
			return err_set(err, ERR_CA_REFUSED, "%s \"%s\" has a control character", type, text);
	if (rest.n)
		return err_set(err, ERR_CA_REFUSED, "%s is not valid UTF-8", type);
	if (utf8_count(str_of(text)) > max_chars)
		return err_set(err, ERR_CA_REFUSED, "%s \"%s\" is longer than %zu characters (RFC 5280 A.1)", type,
			       text, max_chars);
	parts->items[parts->count++] = (struct name_part){ type, text };
	return 0;
}

static int check_country(const char *country, struct err *err)
{
	if (strlen(country) == 2 && country[0] >= 'A' && country[0] <= 'Z' && country[1] >= 'A' && country[1] <= 'Z')
		return 0;
	return err_set(err, ERR_CA_REFUSED, "country \"%s\" is not two capital letters", country);
}

static int check_email(const char *email, struct err *err)
{
	const char *at = strchr(email, '@');

	for (const char *p = email; *p; p++)
		if ((unsigned char)*p <= 0x20 || (unsigned char)*p >= 0x7f)
			return err_set(err, ERR_CA_REFUSED,
				       "mail address \"%s\" has a character that may not be in one", email);
	if (!at || at == email || !at[1] || strchr(at + 1, '@'))
		return err_set(err, ERR_CA_REFUSED, "\"%s\" is not a mail address", email);
	return 0;
}

static int add_units(struct parts *parts, const struct ca_subject *subject, struct err *err)
{
	if (subject->unit_count > CA_MAX_UNITS)
		return err_set(err, ERR_CA_REFUSED, "more than %d units in a subject", CA_MAX_UNITS);
	for (size_t i = 0; i < subject->unit_count; i++)
		if (add(parts, "OU", subject->units[i], 64, err) < 0)
			return -1;
	return 0;
}

int profile_subject(const struct ca_subject *subject, struct buf *out, struct err *err)
{
	const char *country = subject->country ? subject->country : "VN";
	struct parts parts = { .count = 0 };

	if (!subject->common_name || !*subject->common_name)
		return err_set(err, ERR_CA_REFUSED, "a subject needs a name (CN)");
	if (check_country(country, err) < 0 || (subject->email && check_email(subject->email, err) < 0))
		return -1;
	if (add(&parts, "C", country, 2, err) < 0 || add(&parts, "L", subject->locality, 128, err) < 0 ||
	    add(&parts, "O", subject->organization, 64, err) < 0 || add_units(&parts, subject, err) < 0 ||
	    add(&parts, "CN", subject->common_name, 64, err) < 0 || add(&parts, "T", subject->title, 64, err) < 0 ||
	    add(&parts, "emailAddress", subject->email, 255, err) < 0)
		return -1;
	return name_build(parts.items, parts.count, out, err);
}
