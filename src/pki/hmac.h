/* hmac.h - HMAC-SHA256 (RFC 2104), for states that leave the program and come back. */
#ifndef KYSO_PKI_HMAC_H
#define KYSO_PKI_HMAC_H

#include <stdint.h>

#include "util/defer.h"
#include "util/str.h"

struct err;

NODISCARD int hmac_sha256(struct bytes key, struct bytes data, uint8_t ret_mac[32], struct err *err);

#endif
