/*
 * name.h - X.500 distinguished names: readable text (RFC 4514), comparison (RFC 5280 7.1), building.
 *
 * Text keeps Unicode readable; what RFC 4514 asks to be escaped is, control characters become \XX, and a value that is no
 * valid text of its type is shown byte by byte. Attribute types have the short names of RFC 4514 and of common use
 * (name_type_text); unknown ones are dotted. Threads: pure functions.
 */
#ifndef KYSO_PKI_NAME_H
#define KYSO_PKI_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "pki/der.h"

struct buf;
struct err;

#define NAME_MAX_ATTRS 64

struct name_attr {
	size_t rdn;            /* index of its RelativeDistinguishedName */
	struct bytes oid;      /* contents octets */
	struct der_item value;
};

/* A Name's attributes in order; -1 (ERR_CERT) when it is no Name or has more than NAME_MAX_ATTRS. */
NODISCARD int name_parse(struct bytes name_der, struct name_attr ret_attrs[NAME_MAX_ATTRS], size_t *ret_count, struct err *err);
NODISCARD int name_render(struct bytes name_der, struct buf *out, struct err *err);
/* "CN", "emailAddress", ...; NULL for what has no short name. */
const char *name_type_text(struct bytes oid);
/* A value as UTF-8 without escapes; NUL and other control characters become U+FFFD so that nothing can hide behind them. */
void name_value_text(struct der_item value, struct buf *out);
/* Same name: attribute by attribute, letters' case and runs of white space ignored. */
bool name_equal(struct bytes a, struct bytes b);

struct name_part {
	const char *type; /* short name or dotted OID */
	const char *text; /* UTF-8 */
};

/* One RDN a part, in the order given (C first, as certificates are written). ERR_TEXT for what is no UTF-8 or no known type. */
NODISCARD int name_build(const struct name_part *parts, size_t count, struct buf *out, struct err *err);

#endif
