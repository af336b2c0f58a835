/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * png_write.c - writes 8-bit RGB or RGBA as a PNG (ISO/IEC 15948) with one IDAT. Called for previews and sample
 * pictures.
 */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "pdf/png.h"
#include "pdf/png_filter.h"
#include "util/buf.h"
#include "util/err.h"

enum { PNG_WRITE_MAX_SIDE = 32768, PNG_WRITE_LEVEL = 6 };

static void put_be32(uint8_t out[4], uint32_t v)
{
	out[0] = (uint8_t)(v >> 24);
	out[1] = (uint8_t)(v >> 16);
	out[2] = (uint8_t)(v >> 8);
	out[3] = (uint8_t)v;
}

static void put_chunk(struct buf *out, const char *type, const uint8_t *data, size_t n)
{
	uint8_t word[4];
	uLong crc = crc32(crc32(0, NULL, 0), (const Bytef *)type, 4);

	put_be32(word, (uint32_t)n);
	buf_append(out, word, 4);
	buf_append(out, type, 4);
	if (n) {
		buf_append(out, data, n);
		crc = crc32(crc, data, (uInt)n);
	}
	put_be32(word, (uint32_t)crc);
	buf_append(out, word, 4);
}

static void put_header(struct buf *out, uint32_t width, uint32_t height, bool alpha, uint32_t ppm)
{
	uint8_t ihdr[13] = { 0 };
	uint8_t phys[9];

	buf_append(out, "\x89PNG\r\n\x1a\n", 8);
	put_be32(ihdr, width);
	put_be32(ihdr + 4, height);
	ihdr[8] = 8;
	ihdr[9] = alpha ? 6 : 2;
	put_chunk(out, "IHDR", ihdr, sizeof(ihdr));
	if (ppm == 0)
		return;
	put_be32(phys, ppm);
	put_be32(phys + 4, ppm);
	phys[8] = 1;
	put_chunk(out, "pHYs", phys, sizeof(phys));
}

static void interleave(uint8_t *to, const uint8_t *rgb, const uint8_t *alpha, size_t pixels)
{
	for (size_t i = 0; i < pixels; i++) {
		memcpy(to + 4 * i, rgb + 3 * i, 3);
		to[4 * i + 3] = alpha[i];
	}
}

static void freep(void *p)
{
	free(*(void **)p);
}

static int put_image(struct buf *out, uint32_t width, uint32_t height, const uint8_t *rgb, const uint8_t *alpha,
		     struct err *err)
{
	size_t step = alpha ? 4 : 3;
	size_t row = (size_t)width * step;
	size_t filtered_bytes = (row + 1) * height;
	uLong z_bytes = compressBound((uLong)filtered_bytes);
	AUTO(freep) uint8_t *rgba = alpha ? malloc(row * height) : NULL;
	AUTO(freep) uint8_t *filtered = malloc(filtered_bytes);
	AUTO(freep) uint8_t *z = malloc(z_bytes);

	if (!filtered || !z || (alpha && !rgba))
		return err_set(err, ERR_NO_MEMORY, "no memory to write a PNG of %u x %u", width, height);
	if (alpha)
		interleave(rgba, rgb, alpha, (size_t)width * height);
	if (!png_filter_image(alpha ? rgba : rgb, row, height, step, filtered) ||
	    compress2(z, &z_bytes, filtered, (uLong)filtered_bytes, PNG_WRITE_LEVEL) != Z_OK)
		return err_set(err, ERR_NO_MEMORY, "no memory to compress a PNG of %u x %u", width, height);
	if (z_bytes > INT32_MAX)
		return err_set(err, ERR_PNG_LIMIT, "the PNG of %u x %u is too large for one chunk", width, height);
	put_chunk(out, "IDAT", z, z_bytes);
	return 0;
}

int pd_png_write(uint32_t width, uint32_t height, const uint8_t *rgb, const uint8_t *alpha, uint32_t ppm,
		 struct buf *out, struct err *err)
{
	if (width == 0 || height == 0 || width > PNG_WRITE_MAX_SIDE || height > PNG_WRITE_MAX_SIDE)
		return err_set(err, ERR_PNG_LIMIT, "a PNG of %u x %u pixels is not written", width, height);
	put_header(out, width, height, alpha != NULL, ppm);
	if (put_image(out, width, height, rgb, alpha, err) < 0)
		return -1;
	put_chunk(out, "IEND", NULL, 0);
	return buf_check(out, err);
}
