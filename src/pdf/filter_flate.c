/* filter_flate.c - FlateDecode (7.4.4) through zlib: the one door to it for reading. See filter.h. */
#include <zlib.h>

#include "pdf/filter.h"
#include "util/err.h"

enum { FLATE_STEP_BYTES = 16 * 1024 };

static void end_inflate(z_stream *z)
{
	inflateEnd(z);
}

/* Writers count the line end before `endstream` into /Length now and then: white space may follow, data may not. */
static bool only_space(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != '\r' && p[i] != '\n' && p[i] != ' ' && p[i] != 0)
			return false;
	return n <= 4;
}

/* How much to make room for next: what is certain to be needed first, then steps that double. */
static size_t next_step(const struct buf *out, size_t limit)
{
	size_t step = out->len > FLATE_STEP_BYTES ? out->len : FLATE_STEP_BYTES;

	return step > limit - out->len ? limit - out->len : step;
}

static int inflate_step(z_stream *z, struct buf *out, size_t limit, struct err *err)
{
	size_t step = next_step(out, limit);
	int result;

	if (step == 0)
		return err_set(err, ERR_PDF_LIMIT, "stream inflates to more than %zu bytes", limit);
	if (!buf_reserve(out, step))
		return err_set(err, ERR_NO_MEMORY, "no memory to inflate a stream");
	z->next_out = (Bytef *)out->data + out->len;
	z->avail_out = (uInt)step;
	result = inflate(z, Z_NO_FLUSH);
	out->len += step - z->avail_out;
	return result;
}

int pd_filter_flate(struct bytes in, const struct pd_filter_params *params, size_t limit, struct buf *out,
		    struct err *err)
{
	AUTO(end_inflate) z_stream z = { .next_in = NULL };
	uint8_t none = 0;
	int result;

	(void)params;
	if (in.n > UINT32_MAX || limit > UINT32_MAX)
		return err_set(err, ERR_PDF_LIMIT, "compressed stream of %zu bytes", in.n);
	if (inflateInit(&z) != Z_OK)
		return err_set(err, ERR_NO_MEMORY, "no memory to inflate a stream");
	z.next_in = in.n ? (z_const Bytef *)(uintptr_t)in.p : &none;
	z.avail_in = (uInt)in.n;
	do {
		result = inflate_step(&z, out, limit, err);
		if (result == -1)
			return -1;
	} while (result == Z_OK && (z.avail_in > 0 || z.avail_out == 0));
	if (result != Z_STREAM_END)
		return err_set(err, ERR_PDF_FILTER, "FlateDecode data are damaged after %zu of %zu bytes",
			       in.n - z.avail_in, in.n);
	if (!only_space(z.next_in, z.avail_in))
		return err_set(err, ERR_PDF_FILTER, "FlateDecode data end %u bytes before the stream does", z.avail_in);
	return 0;
}
