/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * flate.c - see flate.h.
 */
#include "pdf/flate.h"

#include <zlib.h>

#include "util/err.h"

int flate_encode(struct bytes in, int level, struct buf *out, struct err *err)
{
	uLong n = compressBound((uLong)in.n);
	int rc;

	if (in.n > INT32_MAX || !buf_reserve(out, n))
		return err_set(err, ERR_NO_MEMORY, "no memory to compress %zu bytes", in.n);
	rc = compress2((Bytef *)out->data + out->len, &n, in.n ? in.p : (const Bytef *)"", (uLong)in.n, level);
	if (rc != Z_OK)
		return err_set(err, ERR_NO_MEMORY, "no memory to compress %zu bytes", in.n);
	out->len += n;
	out->data[out->len] = '\0';
	return 0;
}

int flate_best(const struct buf *in, struct buf *out, struct err *err)
{
	if (buf_check(in, err) < 0)
		return -1;
	return flate_encode((struct bytes){ (const uint8_t *)buf_str(in), in->len }, Z_BEST_COMPRESSION, out, err);
}
