/*
 * x509_name.h - comparing distinguished names as RFC 5280 7.1 asks: case folded, white space compressed, whatever string type.
 *
 * A name is brought once to canonical bytes, each RDN with its length before it, so that equality is memcmp and "within the
 * subtree" is a prefix. Folding covers Latin (with all Vietnamese letters), Greek and Cyrillic; Unicode normalisation
 * (RFC 4518's NFKC) is not done: names that differ only by it are different, which can only refuse.
 * Threads: pure functions.
 */
#ifndef KYSO_PKI_X509_NAME_H
#define KYSO_PKI_X509_NAME_H

#include <stdbool.h>

#include "util/buf.h"
#include "util/str.h"

/* Appends the canonical form of a Name (whole DER). False when malformed or out of memory. */
bool x509_name_canonical(struct bytes name_der, struct buf *out);
/* Appends one more RDN, given as the contents of its SET: nameRelativeToCRLIssuer. */
bool x509_name_add_rdn(struct bytes rdn_contents, struct buf *out);
/* Both well-formed and equal. */
bool x509_name_equal(struct bytes a_der, struct bytes b_der);
/* Code point folded to lower case: the simple mappings of the scripts named above. */
uint32_t x509_fold(uint32_t code);

static inline struct bytes x509_buf_bytes(const struct buf *buf)
{
	return (struct bytes){ (const uint8_t *)buf->data, buf->len };
}

#endif
