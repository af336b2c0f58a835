/*
 * fuzz_png.c - the PNG reader: the input as it is; with the right CRCs, so that what lies behind them is reached; and
 * as rows of a picture whose header the first bytes choose. What is taken is cut and read back as the writer makes it.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "pdf/png.h"
#include "util/buf.h"

enum { MAX_ROWS = 8192 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void round_trip(const struct pd_png *png)
{
	uint32_t w = pd_png_width(png);
	uint32_t h = pd_png_height(png);
	struct buf out = BUF_INIT;
	struct pd_png *again = NULL;

	if (pd_png_write(w, h, pd_png_rgb(png), pd_png_alpha(png), pd_png_ppm_x(png), &out, NULL) < 0 ||
	    pd_png_parse((struct bytes){ (const uint8_t *)out.data, out.len }, &again, NULL) < 0 ||
	    memcmp(pd_png_rgb(png), pd_png_rgb(again), (size_t)w * h * 3) != 0)
		abort();
	pd_png_free(again);
	buf_release(&out);
}

static void parse(const uint8_t *data, size_t size)
{
	struct pd_png *png = NULL;
	struct pd_png *cut = NULL;

	if (pd_png_parse((struct bytes){ data, size }, &png, NULL) < 0)
		return;
	if (pd_png_crop(png, pd_png_width(png) / 2, pd_png_height(png) / 3, 1, 1, &cut, NULL) == 0)
		pd_png_free(cut);
	if ((size_t)pd_png_width(png) * pd_png_height(png) < 65536)
		round_trip(png);
	pd_png_free(png);
}

static void put32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (24 - 8 * i));
}

static void with_right_crcs(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size + 1);
	size_t at = 8;

	if (!copy)
		return;
	memcpy(copy, data, size);
	while (at + 12 <= size) {
		size_t n =
		    (size_t)copy[at] << 24 | (size_t)copy[at + 1] << 16 | (size_t)copy[at + 2] << 8 | copy[at + 3];

		if (n > size - at - 12)
			break;
		put32(copy + at + 8 + n, (uint32_t)crc32(crc32(0, NULL, 0), copy + at + 4, (uInt)n + 4));
		at += n + 12;
	}
	parse(copy, size);
	free(copy);
}

static void put_chunk(struct buf *out, const char *type, const uint8_t *data, size_t n)
{
	uint8_t word[4];
	uLong crc = crc32(crc32(0, NULL, 0), (const Bytef *)type, 4);

	put32(word, (uint32_t)n);
	buf_append(out, word, 4);
	buf_append(out, type, 4);
	buf_append(out, data, n);
	put32(word, (uint32_t)(n ? crc32(crc, data, (uInt)n) : crc));
	buf_append(out, word, 4);
}

static void as_rows(const uint8_t *data, size_t size)
{
	static const uint8_t colors[] = { 0, 2, 3, 4, 6 }, depths[] = { 1, 2, 4, 8, 16 };
	uint8_t ihdr[13] = { 0 };
	uint8_t z[MAX_ROWS + 64];
	uLongf n = sizeof(z);
	struct buf out = BUF_INIT;

	if (size < 20 || size > MAX_ROWS)
		return;
	ihdr[3] = (uint8_t)(1 + data[0] % 40);
	ihdr[7] = (uint8_t)(1 + data[1] % 40);
	ihdr[8] = depths[data[2] % 5];
	ihdr[9] = colors[data[3] % 5];
	ihdr[12] = data[4] & 1;
	if (compress2(z, &n, data + 20, (uLong)size - 20, 0) != Z_OK)
		return;
	buf_append(&out, "\x89PNG\r\n\x1a\n", 8);
	put_chunk(&out, "IHDR", ihdr, sizeof(ihdr));
	if (ihdr[9] == 3)
		put_chunk(&out, "PLTE", data + 5, (size_t)(1 + data[4] / 64) * 3);
	put_chunk(&out, "IDAT", z, n);
	put_chunk(&out, "IEND", NULL, 0);
	parse((const uint8_t *)out.data, out.len);
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	parse(data, size);
	with_right_crcs(data, size);
	as_rows(data, size);
	return 0;
}
