/*
 * der.h - reading and writing the tag-length-value form of ASN.1 (ITU-T X.690), for structures hashed as they are written.
 *
 * Reading is zero copy: values point into the input. A reader is strict DER (definite, minimal lengths) unless it was given
 * a `ber` flag: then indefinite and longer lengths are read too and the flag says that they were met. High tag numbers
 * (> 30) are refused: no structure kyso reads has them. A read that fails leaves the reader where it was.
 * Writing appends to a struct buf; der_begin/der_end wrap what is written between them.
 * Threads: pure functions.
 */
#ifndef KYSO_PKI_DER_H
#define KYSO_PKI_DER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/defer.h"
#include "util/str.h"

struct buf;

enum der_tag {
	DER_BOOLEAN = 0x01, DER_INTEGER = 0x02, DER_BIT_STRING = 0x03, DER_OCTET_STRING = 0x04, DER_NULL = 0x05, DER_OID = 0x06,
	DER_ENUMERATED = 0x0a, DER_UTF8_STRING = 0x0c, DER_NUMERIC_STRING = 0x12, DER_PRINTABLE_STRING = 0x13,
	DER_T61_STRING = 0x14, DER_IA5_STRING = 0x16, DER_UTC_TIME = 0x17, DER_GENERALIZED_TIME = 0x18, DER_VISIBLE_STRING = 0x1a,
	DER_UNIVERSAL_STRING = 0x1c, DER_BMP_STRING = 0x1e, DER_SEQUENCE = 0x30, DER_SET = 0x31
};
#define DER_CONSTRUCTED 0x20
#define DER_CONTEXT(n) (0x80 | (n))              /* [n] IMPLICIT of a primitive type */
#define DER_CONTEXT_CONSTRUCTED(n) (0xa0 | (n))  /* [n] EXPLICIT, or IMPLICIT of a constructed type */

#define DER_MAX_DEPTH 64
#define DER_OID_TEXT_BYTES 128

struct der {
	const uint8_t *p;
	size_t n;
	bool *ber; /* NULL = strict; else set to true when something is not DER */
};

struct der_item {
	uint8_t tag;           /* the identifier octet */
	struct bytes whole;    /* header, contents and end-of-contents octets */
	struct bytes contents;
};

static inline struct der der_of(struct bytes bytes)
{
	return (struct der){ bytes.p, bytes.n, NULL };
}

static inline struct der der_of_ber(struct bytes bytes, bool *ber)
{
	return (struct der){ bytes.p, bytes.n, ber };
}

static inline bool der_at_end(const struct der *der)
{
	return der->n == 0;
}

static inline bool der_peek(const struct der *der, uint8_t tag)
{
	return der->n > 0 && der->p[0] == tag;
}

/* The next element, whatever it is. False at the end of input or when it is malformed. */
bool der_next(struct der *der, struct der_item *ret);
/* The next element, which must have this tag. */
bool der_read(struct der *der, uint8_t tag, struct bytes *ret_contents);
bool der_read_whole(struct der *der, uint8_t tag, struct bytes *ret_whole);
/* Opens a constructed element: `ret_inner` reads its contents with the same strictness. */
bool der_enter(struct der *der, uint8_t tag, struct der *ret_inner);
/* Optional element: true and *ret_present = false when the next tag is another one or the input is at its end. */
bool der_enter_optional(struct der *der, uint8_t tag, struct der *ret_inner, bool *ret_present);
/* The whole input is one element of this tag, nothing after it. */
bool der_only(struct bytes input, uint8_t tag, struct der *ret_inner);

bool der_read_bool(struct der *der, bool *ret);
bool der_read_long(struct der *der, long *ret);              /* INTEGER or ENUMERATED that fits, minimal */
bool der_read_int(struct der *der, long *ret);               /* the same, INTEGER only */
bool der_read_integer(struct der *der, struct bytes *ret);   /* INTEGER of any size, contents octets as written (not empty) */
bool der_read_bits(struct der *der, struct bytes *ret, unsigned *ret_unused); /* BIT STRING without its first octet */
bool der_read_time(struct der *der, int64_t *ret_ms);        /* UTCTime or GeneralizedTime, Z or an offset, fractions cut */
/* The same for contents octets at hand; generalized chooses the form. */
bool der_time(struct bytes contents, bool generalized, int64_t *ret_ms);

/* One well-formed DER element and everything constructed in it too, no more than DER_MAX_DEPTH deep. */
bool der_is_strict(struct bytes input);
/* Elements of a SET OF are in ascending order of their encodings (X.690 11.6). */
bool der_set_is_sorted(struct bytes contents);

/* Dotted text of an OBJECT IDENTIFIER's contents octets; false when they are malformed or too long. */
bool der_oid_text(struct bytes oid, char ret[DER_OID_TEXT_BYTES]);
/* Appends the contents octets for a dotted text; false when it is no OID. */
bool der_oid_contents(const char *text, struct buf *out);

/* ---- writing ---- */

void der_put(struct buf *out, uint8_t tag, struct bytes contents);
void der_put_raw(struct buf *out, struct bytes whole);
/* Starts an element; der_end moves what followed to make room for the length. */
size_t der_begin(struct buf *out, uint8_t tag);
void der_end(struct buf *out, size_t begin);
/* As der_end for a SET OF: its elements are put in DER order first. False when they cannot be told apart. */
bool der_end_set_of(struct buf *out, size_t begin);
void der_put_bool(struct buf *out, bool value);
void der_put_long(struct buf *out, long value);
void der_put_unsigned(struct buf *out, struct bytes big_endian); /* adds or drops leading zeros as INTEGER asks */
void der_put_oid(struct buf *out, struct bytes contents);
void der_put_bits(struct buf *out, struct bytes bits); /* no unused bits */
/* UTCTime through 2049, GeneralizedTime from then on (RFC 5280 4.1.2.5); whole seconds. */
void der_put_time(struct buf *out, int64_t ms);
void der_put_generalized_time(struct buf *out, int64_t ms);
size_t der_header_size(size_t contents); /* octets of tag and length */

#endif
