/*
 * wire.h - little-endian numbers and byte strings in messages between kyso's own processes.
 *
 * Writers append to a struct buf (check it once at the end). A reader remembers the first lack of bytes (`bad`) and
 * answers zeroes from then on, so that a parser checks at the end of a step; wire_end also refuses bytes left over.
 * Pure functions.
 */
#ifndef KYSO_UTIL_WIRE_H
#define KYSO_UTIL_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "util/defer.h"
#include "util/str.h"

struct buf;
struct err;

void wire_put_u8(struct buf *out, uint8_t value);
void wire_put_u32(struct buf *out, uint32_t value);
void wire_put_u64(struct buf *out, uint64_t value);
void wire_put_f32(struct buf *out, float value);
void wire_put_bytes(struct buf *out, struct bytes bytes); /* u32 length, then the bytes */
void wire_put_string(struct buf *out, const char *text);  /* the same; NULL is "" */

struct wire {
	const uint8_t *p;
	size_t n; /* bytes left */
	bool bad;
};

static inline struct wire wire_from(struct bytes bytes)
{
	return (struct wire){ bytes.p, bytes.n, false };
}

uint8_t wire_u8(struct wire *in);
uint32_t wire_u32(struct wire *in);
uint64_t wire_u64(struct wire *in);
float wire_f32(struct wire *in);          /* NaN and infinity make the reader bad */
struct bytes wire_bytes(struct wire *in); /* borrowed */
/* A number of things of at least `each` bytes: bad when that many cannot be left. */
uint32_t wire_count(struct wire *in, size_t each);
/* 0 when all was read and nothing is left, else ERR_WORKER naming `what`. */
NODISCARD int wire_end(const struct wire *in, const char *what, struct err *err);

#endif
