/* pem.h - the one block of a kind in a PEM text (RFC 7468), base64-decoded: CRLs and OCSP responses that people keep as text. */
#ifndef KYSO_PKI_PEM_H
#define KYSO_PKI_PEM_H

#include <stdbool.h>

#include "util/str.h"

struct buf;

/* Decodes the first "-----BEGIN label-----" block into out. False when there is none or its base64 is wrong (out is then empty). */
bool pem_find(struct bytes file, const char *label, struct buf *out);

#endif
