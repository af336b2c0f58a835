/* wire.c - see wire.h. */
#include "util/wire.h"

#include <math.h>

#include "util/buf.h"
#include "util/err.h"

void wire_put_u8(struct buf *out, uint8_t value)
{
	buf_append(out, &value, 1);
}

static void put_le(struct buf *out, uint64_t value, size_t size)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(value >> (8 * i));
	buf_append(out, bytes, size);
}

void wire_put_u32(struct buf *out, uint32_t value)
{
	put_le(out, value, 4);
}

void wire_put_u64(struct buf *out, uint64_t value)
{
	put_le(out, value, 8);
}

void wire_put_f32(struct buf *out, float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	wire_put_u32(out, bits);
}

void wire_put_bytes(struct buf *out, struct bytes bytes)
{
	if (bytes.n > UINT32_MAX) {
		out->failed = true;
		return;
	}
	wire_put_u32(out, (uint32_t)bytes.n);
	buf_append(out, bytes.p, bytes.n);
}

void wire_put_string(struct buf *out, const char *text)
{
	wire_put_bytes(out, (struct bytes){ (const uint8_t *)text, text ? strlen(text) : 0 });
}

static uint64_t get_le(struct wire *in, size_t size)
{
	uint64_t value = 0;

	if (in->bad || in->n < size) {
		in->bad = true;
		return 0;
	}
	for (size_t i = 0; i < size; i++)
		value |= (uint64_t)in->p[i] << (8 * i);
	in->p += size;
	in->n -= size;
	return value;
}

uint8_t wire_u8(struct wire *in)
{
	return (uint8_t)get_le(in, 1);
}

uint32_t wire_u32(struct wire *in)
{
	return (uint32_t)get_le(in, 4);
}

uint64_t wire_u64(struct wire *in)
{
	return get_le(in, 8);
}

float wire_f32(struct wire *in)
{
	uint32_t bits = wire_u32(in);
	float value;

	memcpy(&value, &bits, sizeof(value));
	if (isfinite(value))
		return value;
	in->bad = true;
	return 0;
}

struct bytes wire_bytes(struct wire *in)
{
	uint32_t n = wire_u32(in);
	struct bytes bytes = { in->p, n };

	if (in->bad || n > in->n) {
		in->bad = true;
		return (struct bytes){ NULL, 0 };
	}
	in->p += n;
	in->n -= n;
	return bytes;
}

uint32_t wire_count(struct wire *in, size_t each)
{
	uint32_t count = wire_u32(in);

	if (in->bad || count > in->n / each) {
		in->bad = true;
		return 0;
	}
	return count;
}

int wire_end(const struct wire *in, const char *what, struct err *err)
{
	if (in->bad)
		return err_set(err, ERR_WORKER, "the %s is malformed or cut off", what);
	if (in->n)
		return err_set(err, ERR_WORKER, "%zu bytes follow the %s", in->n, what);
	return 0;
}
