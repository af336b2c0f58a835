/*
 * str.h - a borrowed run of bytes: pointer and length, not terminated, never owned.
 *
 * Used for everything cut out of a larger buffer (PDF tokens, DER values, cells). Pure functions, no errors.
 */
#ifndef KYSO_UTIL_STR_H
#define KYSO_UTIL_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
	const char *p;
	size_t n;
};

/* Bytes: the same, where the content is binary. */
struct bytes {
	const uint8_t *p;
	size_t n;
};

static inline struct str str_from(const char *p, size_t n)
{
	return (struct str){ p, n };
}

static inline struct str str_of(const char *s)
{
	return (struct str){ s, s ? strlen(s) : 0 };
}

#define STR(literal) ((struct str){ (literal), sizeof(literal) - 1 })

static inline bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool str_is(struct str a, const char *s)
{
	return str_eq(a, str_of(s));
}

static inline bool str_starts(struct str a, struct str prefix)
{
	return a.n >= prefix.n && (prefix.n == 0 || memcmp(a.p, prefix.p, prefix.n) == 0);
}

static inline bool bytes_eq(struct bytes a, struct bytes b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

int str_cmp(struct str a, struct str b);    /* byte order, shorter first */
struct str str_trim(struct str s);          /* ASCII white space off both ends */
bool str_parse_u64(struct str s, uint64_t *ret); /* decimal digits only, no sign, overflow refused */

#endif
