/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * png.c - a strict reader of PNG (ISO/IEC 15948): every chunk's CRC, the order of chunks (clause 5.6), one zlib stream
 * of exactly the length that IHDR calls for, palette indexes within the palette, nothing after IEND.
 *
 * Called for pictures of signatures and seals that people upload, in the cage. Fails with ERR_PNG (what and where) or
 * ERR_PNG_LIMIT (before anything of that size is allocated).
 */
#include "pdf/png.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "pdf/png_filter.h"
#include "util/err.h"

enum {
	PNG_MAX_SIDE = 8192,
	PNG_MAX_BYTES = 64 * 1024 * 1024,
	PNG_SIGNATURE_BYTES = 8,
	PNG_CHUNK_OVERHEAD = 12, /* length, type, CRC */
	PNG_MAX_CHUNK = 0x7fffffff
};

enum png_color { COLOR_GRAY = 0, COLOR_RGB = 2, COLOR_PALETTE = 3, COLOR_GRAY_ALPHA = 4, COLOR_RGBA = 6 };

struct pd_png {
	uint32_t width, height;
	uint32_t ppm_x, ppm_y;
	uint8_t *rgb;
	uint8_t *alpha;
};

struct png_chunk {
	char type[5];
	size_t offset; /* of its length field */
	struct bytes data;
};

/* One image in the zlib stream: the whole picture, or one of the seven passes of Adam7 (clause 8). */
struct png_pass {
	uint32_t x0, y0, dx, dy;
	uint32_t width, height;
};

struct png_reader {
	struct bytes file;
	size_t pos;
	uint32_t width, height;
	int depth, color;
	bool interlaced;
	size_t chunks_seen;
	uint8_t palette[256][3];
	size_t palette_count;
	uint8_t palette_alpha[256];
	bool has_trns;
	uint16_t trns[3]; /* the transparent grey or RGB sample */
	bool has_phys;
	uint32_t ppm_x, ppm_y;
	bool in_idat, idat_done;
	bool z_ready, z_ended;
	z_stream z;
	uint8_t *raw;
	size_t raw_bytes;
};

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int channels(int color)
{
	static const int count[7] = { 1, 0, 3, 1, 2, 0, 4 };

	return count[color];
}

static size_t row_bytes(const struct png_reader *r, uint32_t width)
{
	return ((size_t)width * (size_t)channels(r->color) * (size_t)r->depth + 7) / 8;
}

static int passes(const struct png_reader *r, struct png_pass out[7])
{
	static const uint8_t adam7[7][4] = { { 0, 0, 8, 8 }, { 4, 0, 8, 8 }, { 0, 4, 4, 8 }, { 2, 0, 4, 4 },
					     { 0, 2, 2, 4 }, { 1, 0, 2, 2 }, { 0, 1, 1, 2 } };
	int n = 0;

	if (!r->interlaced) {
		out[0] = (struct png_pass){ 0, 0, 1, 1, r->width, r->height };
		return 1;
	}
	for (int i = 0; i < 7; i++) {
		struct png_pass p = { adam7[i][0], adam7[i][1], adam7[i][2], adam7[i][3], 0, 0 };

		if (r->width <= p.x0 || r->height <= p.y0)
			continue;
		p.width = (r->width - p.x0 + p.dx - 1) / p.dx;
		p.height = (r->height - p.y0 + p.dy - 1) / p.dy;
		out[n++] = p;
	}
	return n;
}

static size_t raw_size(const struct png_reader *r)
{
	struct png_pass list[7];
	int n = passes(r, list);
	size_t total = 0;

	for (int i = 0; i < n; i++)
		total += (row_bytes(r, list[i].width) + 1) * list[i].height;
	return total;
}

/* ---- chunks ---- */

static int check_signature(struct png_reader *r, struct err *err)
{
	static const uint8_t magic[PNG_SIGNATURE_BYTES] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
	const uint8_t *p = r->file.p;

	if (r->file.n >= 3 && p[0] == 0xff && p[1] == 0xd8 && p[2] == 0xff)
		return err_set(err, ERR_PNG, "the picture is a JPEG, not a PNG; a JPEG cannot be transparent");
	if (r->file.n < PNG_SIGNATURE_BYTES || memcmp(p, magic, sizeof(magic)) != 0)
		return err_set(err, ERR_PNG, "the file does not begin with the PNG signature");
	r->pos = PNG_SIGNATURE_BYTES;
	return 0;
}

static bool is_letter(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static int next_chunk(struct png_reader *r, struct png_chunk *ret, struct err *err)
{
	const uint8_t *p = r->file.p + r->pos;
	size_t left = r->file.n - r->pos;
	uint32_t n;

	if (left < PNG_CHUNK_OVERHEAD)
		return err_set(err, ERR_PNG, "the PNG is cut off at byte %zu", r->pos);
	n = be32(p);
	if (n > PNG_MAX_CHUNK || n > left - PNG_CHUNK_OVERHEAD)
		return err_set(err, ERR_PNG, "the PNG chunk at byte %zu is longer than the file", r->pos);
	for (int i = 4; i < 8; i++)
		if (!is_letter(p[i]))
			return err_set(err, ERR_PNG, "the PNG chunk at byte %zu has no valid type", r->pos);
	memcpy(ret->type, p + 4, 4);
	ret->type[4] = '\0';
	if (crc32(crc32(0, NULL, 0), p + 4, n + 4) != be32(p + 8 + n))
		return err_set(err, ERR_PNG, "the PNG chunk %s at byte %zu has a wrong CRC", ret->type, r->pos);
	ret->offset = r->pos;
	ret->data = (struct bytes){ p + 8, n };
	r->pos += (size_t)n + PNG_CHUNK_OVERHEAD;
	return 0;
}

static int bad_chunk(const struct png_chunk *chunk, struct err *err, const char *what)
{
	return err_set(err, ERR_PNG, "PNG chunk %s at byte %zu: %s", chunk->type, chunk->offset, what);
}

static bool depth_fits(int color, int depth)
{
	static const struct {
		int color;
		unsigned depths; /* bit d set = depth d allowed */
	} table[] = { { COLOR_GRAY, 1u << 1 | 1u << 2 | 1u << 4 | 1u << 8 | 1u << 16 },
		      { COLOR_RGB, 1u << 8 | 1u << 16 },
		      { COLOR_PALETTE, 1u << 1 | 1u << 2 | 1u << 4 | 1u << 8 },
		      { COLOR_GRAY_ALPHA, 1u << 8 | 1u << 16 },
		      { COLOR_RGBA, 1u << 8 | 1u << 16 } };

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (table[i].color == color)
			return depth <= 16 && (table[i].depths >> depth & 1);
	return false;
}

static int check_limits(const struct png_reader *r, struct err *err)
{
	if (r->width > PNG_MAX_SIDE || r->height > PNG_MAX_SIDE)
		return err_set(err, ERR_PNG_LIMIT, "the picture is %u x %u pixels, at most %d x %d are taken", r->width,
			       r->height, PNG_MAX_SIDE, PNG_MAX_SIDE);
	if (raw_size(r) > PNG_MAX_BYTES || (size_t)r->width * r->height * 3 > PNG_MAX_BYTES)
		return err_set(err, ERR_PNG_LIMIT, "the picture of %u x %u pixels needs more than %d MiB", r->width,
			       r->height, PNG_MAX_BYTES / (1024 * 1024));
	return 0;
}

static int read_ihdr(struct png_reader *r, const struct png_chunk *chunk, struct err *err)
{
	const uint8_t *p = chunk->data.p;

	if (r->chunks_seen || chunk->data.n != 13)
		return bad_chunk(chunk, err, "there must be one, first, of 13 bytes");
	r->width = be32(p);
	r->height = be32(p + 4);
	r->depth = p[8];
	r->color = p[9];
	r->interlaced = p[12] == 1;
	if (r->width == 0 || r->height == 0 || r->width > PNG_MAX_CHUNK || r->height > PNG_MAX_CHUNK)
		return bad_chunk(chunk, err, "width and height must be from 1 to 2147483647");
	if (!depth_fits(r->color, r->depth))
		return bad_chunk(chunk, err, "no such colour type with this bit depth");
	if (p[10] != 0 || p[11] != 0 || p[12] > 1)
		return bad_chunk(chunk, err, "unknown compression, filter or interlace method");
	return check_limits(r, err);
}

static int read_plte(struct png_reader *r, const struct png_chunk *chunk, struct err *err)
{
	size_t n = chunk->data.n / 3;

	if (r->palette_count || r->has_trns)
		return bad_chunk(chunk, err, "a second palette, or one after tRNS");
	if (r->color == COLOR_GRAY || r->color == COLOR_GRAY_ALPHA)
		return bad_chunk(chunk, err, "a grey picture has no palette");
	if (chunk->data.n % 3 || n == 0 || n > 256 || (r->color == COLOR_PALETTE && n > (size_t)1 << r->depth))
		return bad_chunk(chunk, err, "the palette has a wrong length");
	memcpy(r->palette, chunk->data.p, chunk->data.n);
	r->palette_count = n;
	return 0;
}

static int read_trns(struct png_reader *r, const struct png_chunk *chunk, struct err *err)
{
	const uint8_t *p = chunk->data.p;
	size_t n = chunk->data.n;
	unsigned mask = (1u << r->depth) - 1;

	if (r->has_trns)
		return bad_chunk(chunk, err, "a second one");
	r->has_trns = true;
	if (r->color == COLOR_PALETTE) {
		if (n == 0 || n > r->palette_count)
			return bad_chunk(chunk, err, "more entries than the palette, or none");
		memcpy(r->palette_alpha, p, n);
		return 0;
	}
	if (r->color != COLOR_GRAY && r->color != COLOR_RGB)
		return bad_chunk(chunk, err, "not allowed beside an alpha channel");
	if (n != (size_t)channels(r->color) * 2)
		return bad_chunk(chunk, err, "wrong length");
	for (size_t i = 0; i < n / 2; i++)
		r->trns[i] = (uint16_t)((p[2 * i] << 8 | p[2 * i + 1]) & (int)mask);
	return 0;
}

static int read_phys(struct png_reader *r, const struct png_chunk *chunk, struct err *err)
{
	const uint8_t *p = chunk->data.p;

	if (r->has_phys || chunk->data.n != 9 || p[8] > 1)
		return bad_chunk(chunk, err, "there may be one of 9 bytes with unit 0 or 1");
	r->has_phys = true;
	if (p[8] == 1) {
		r->ppm_x = be32(p);
		r->ppm_y = be32(p + 4);
	}
	return 0;
}

/* ---- the zlib stream ---- */

static int start_inflate(struct png_reader *r, const struct png_chunk *chunk, struct err *err)
{
	if (r->color == COLOR_PALETTE && r->palette_count == 0)
		return bad_chunk(chunk, err, "the palette is missing");
	r->raw_bytes = raw_size(r);
	r->raw = malloc(r->raw_bytes);
	if (!r->raw || inflateInit(&r->z) != Z_OK)
		return err_set(err, ERR_NO_MEMORY, "no memory for a picture of %u x %u", r->width, r->height);
	r->z_ready = true;
	r->z.next_out = r->raw;
	r->z.avail_out = (uInt)r->raw_bytes;
	return 0;
}

/* Once all rows are there, one spare byte tells whether the stream holds more than the picture. */
static int inflate_spare(struct png_reader *r, const struct png_chunk *chunk, struct err *err)
{
	uint8_t spare;
	int rc;

	r->z.next_out = &spare;
	r->z.avail_out = 1;
	rc = inflate(&r->z, Z_NO_FLUSH);
	if (r->z.avail_out == 0)
		return bad_chunk(chunk, err, "the data hold more than the picture");
	r->z.next_out = NULL;
	r->z.avail_out = 0;
	if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
		return bad_chunk(chunk, err, "the compressed data are wrong");
	r->z_ended = rc == Z_STREAM_END;
	return 0;
}

static int read_idat(struct png_reader *r, const struct png_chunk *chunk, struct err *err)
{
	int rc;

	if (r->idat_done)
		return bad_chunk(chunk, err, "the IDAT chunks must follow each other");
	if (!r->in_idat && start_inflate(r, chunk, err) < 0)
		return -1;
	r->in_idat = true;
	if (r->z_ended && chunk->data.n)
		return bad_chunk(chunk, err, "data after the end of the compressed stream");
	r->z.next_in = (z_const Bytef *)(uintptr_t)chunk->data.p;
	r->z.avail_in = (uInt)chunk->data.n;
	while (r->z.avail_in && !r->z_ended) {
		if (r->z.avail_out == 0) {
			if (inflate_spare(r, chunk, err) < 0)
				return -1;
			continue;
		}
		rc = inflate(&r->z, Z_NO_FLUSH);
		if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
			return bad_chunk(chunk, err, "the compressed data are wrong");
		r->z_ended = rc == Z_STREAM_END;
	}
	if (r->z_ended && r->z.avail_in)
		return bad_chunk(chunk, err, "data after the end of the compressed stream");
	return 0;
}

static int finish_idat(struct png_reader *r, struct err *err)
{
	if (!r->in_idat)
		return err_set(err, ERR_PNG, "the PNG has no image data");
	if (!r->z_ended || r->z.total_out != r->raw_bytes)
		return err_set(err, ERR_PNG, "the image data end after %lu of %zu bytes", r->z.total_out, r->raw_bytes);
	return 0;
}

static int read_chunk(struct png_reader *r, const struct png_chunk *chunk, struct err *err)
{
	static const struct {
		const char *type;
		int (*read)(struct png_reader *r, const struct png_chunk *chunk, struct err *err);
		bool before_idat;
	} table[] = { { "IHDR", read_ihdr, true },
		      { "PLTE", read_plte, true },
		      { "tRNS", read_trns, true },
		      { "pHYs", read_phys, true },
		      { "IDAT", read_idat, false } };

	if (r->chunks_seen == 0 && strcmp(chunk->type, "IHDR") != 0)
		return bad_chunk(chunk, err, "the first chunk must be IHDR");
	if (r->in_idat && strcmp(chunk->type, "IDAT") != 0)
		r->idat_done = true;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		if (strcmp(table[i].type, chunk->type) != 0)
			continue;
		if (table[i].before_idat && r->in_idat)
			return bad_chunk(chunk, err, "must stand before the image data");
		return table[i].read(r, chunk, err);
	}
	if (chunk->type[0] >= 'A' && chunk->type[0] <= 'Z')
		return bad_chunk(chunk, err, "an unknown critical chunk");
	return 0;
}

static int read_chunks(struct png_reader *r, struct err *err)
{
	struct png_chunk chunk;

	memset(r->palette_alpha, 255, sizeof(r->palette_alpha));
	for (;; r->chunks_seen++) {
		if (next_chunk(r, &chunk, err) < 0)
			return -1;
		if (strcmp(chunk.type, "IEND") == 0 && r->chunks_seen)
			break;
		if (read_chunk(r, &chunk, err) < 0)
			return -1;
	}
	if (chunk.data.n)
		return bad_chunk(&chunk, err, "must be empty");
	if (r->pos != r->file.n)
		return err_set(err, ERR_PNG, "%zu bytes stand after the end of the PNG", r->file.n - r->pos);
	return finish_idat(r, err);
}

/* ---- samples to 8-bit RGB and alpha ---- */

static unsigned sample(const struct png_reader *r, const uint8_t *row, size_t i)
{
	switch (r->depth) {
	case 8:
		return row[i];
	case 16:
		return (unsigned)row[2 * i] << 8 | row[2 * i + 1];
	default: {
		size_t bit = i * (size_t)r->depth;

		return row[bit / 8] >> (8 - (size_t)r->depth - bit % 8) & ((1u << r->depth) - 1);
	}
	}
}

static uint8_t to_8bit(const struct png_reader *r, unsigned v)
{
	unsigned max = (1u << r->depth) - 1;

	return (uint8_t)(((uint64_t)v * 255 + max / 2) / max);
}

static bool is_transparent(const struct png_reader *r, const unsigned *v, int n)
{
	for (int i = 0; i < n; i++)
		if (v[i] != r->trns[i])
			return false;
	return r->has_trns;
}

/* One pixel of `row`; false for an index outside the palette. */
static bool read_pixel(const struct png_reader *r, const uint8_t *row, uint32_t x, uint8_t rgb[3], uint8_t *alpha)
{
	int n = channels(r->color);
	int colors = n >= 3 ? 3 : 1;
	unsigned v[4] = { 0 };

	for (int i = 0; i < n; i++)
		v[i] = sample(r, row, (size_t)x * (size_t)n + (size_t)i);
	if (r->color == COLOR_PALETTE) {
		if (v[0] >= r->palette_count)
			return false;
		memcpy(rgb, r->palette[v[0]], 3);
		*alpha = r->palette_alpha[v[0]];
		return true;
	}
	for (int i = 0; i < 3; i++)
		rgb[i] = to_8bit(r, v[colors == 3 ? i : 0]);
	if (n == colors)
		*alpha = is_transparent(r, v, n) ? 0 : 255;
	else
		*alpha = to_8bit(r, v[n - 1]);
	return true;
}

static int decode_pass(struct png_reader *r, const struct png_pass *pass, uint8_t *data, struct pd_png *png,
		       struct err *err)
{
	size_t bytes = row_bytes(r, pass->width);
	size_t step = (size_t)channels(r->color) * (size_t)r->depth / 8;
	uint8_t *above = NULL;

	for (uint32_t y = 0; y < pass->height; y++, data += bytes + 1) {
		uint8_t *row = data + 1;

		if (!png_unfilter_row(data[0], row, above, bytes, step ? step : 1))
			return err_set(err, ERR_PNG, "row %u of the PNG has the unknown filter %u", y, data[0]);
		for (uint32_t x = 0; x < pass->width; x++) {
			size_t at = (size_t)(pass->y0 + y * pass->dy) * r->width + pass->x0 + (size_t)x * pass->dx;

			if (!read_pixel(r, row, x, png->rgb + 3 * at, png->alpha + at))
				return err_set(err, ERR_PNG,
					       "the pixel in row %u, column %u is outside the palette of %zu colours",
					       y, x, r->palette_count);
		}
		above = row;
	}
	return 0;
}

static struct pd_png *png_new(uint32_t width, uint32_t height, bool alpha)
{
	struct pd_png *png = calloc(1, sizeof(*png));
	size_t n = (size_t)width * height;

	if (!png)
		return NULL;
	png->width = width;
	png->height = height;
	png->rgb = malloc(n * 3);
	png->alpha = alpha ? malloc(n) : NULL;
	if (!png->rgb || (alpha && !png->alpha)) {
		pd_png_free(png);
		return NULL;
	}
	return png;
}

static void drop_opaque_alpha(struct pd_png *png)
{
	size_t n = (size_t)png->width * png->height;

	for (size_t i = 0; i < n; i++)
		if (png->alpha[i] != 255)
			return;
	free(png->alpha);
	png->alpha = NULL;
}

static int decode_image(struct png_reader *r, struct pd_png **ret_png, struct err *err)
{
	AUTO(pd_png_freep) struct pd_png *png = png_new(r->width, r->height, /* alpha= */ true);
	struct png_pass list[7];
	int n = passes(r, list);
	uint8_t *data = r->raw;

	if (!png)
		return err_set(err, ERR_NO_MEMORY, "no memory for a picture of %u x %u", r->width, r->height);
	for (int i = 0; i < n; i++) {
		if (decode_pass(r, &list[i], data, png, err) < 0)
			return -1;
		data += (row_bytes(r, list[i].width) + 1) * list[i].height;
	}
	png->ppm_x = r->ppm_x;
	png->ppm_y = r->ppm_y;
	drop_opaque_alpha(png);
	*ret_png = TAKE(png);
	return 0;
}

static void reader_release(struct png_reader *r)
{
	if (r->z_ready)
		inflateEnd(&r->z);
	free(r->raw);
}

int pd_png_parse(struct bytes file, struct pd_png **ret_png, struct err *err)
{
	AUTO(reader_release) struct png_reader r = { .file = file };

	if (check_signature(&r, err) < 0 || read_chunks(&r, err) < 0)
		return -1;
	return decode_image(&r, ret_png, err);
}

/* ---- the parsed picture ---- */

void pd_png_free(struct pd_png *png)
{
	if (!png)
		return;
	free(png->rgb);
	free(png->alpha);
	free(png);
}

uint32_t pd_png_width(const struct pd_png *png)
{
	return png->width;
}

uint32_t pd_png_height(const struct pd_png *png)
{
	return png->height;
}

const uint8_t *pd_png_rgb(const struct pd_png *png)
{
	return png->rgb;
}

const uint8_t *pd_png_alpha(const struct pd_png *png)
{
	return png->alpha;
}

uint32_t pd_png_ppm_x(const struct pd_png *png)
{
	return png->ppm_x;
}

uint32_t pd_png_ppm_y(const struct pd_png *png)
{
	return png->ppm_y;
}

int pd_png_crop(const struct pd_png *png, uint32_t x, uint32_t y, uint32_t w, uint32_t h, struct pd_png **ret,
		struct err *err)
{
	AUTO(pd_png_freep) struct pd_png *cut = NULL;

	if (w == 0 || h == 0 || x > png->width || w > png->width - x || y > png->height || h > png->height - y)
		return err_set(err, ERR_PNG, "the cut %u,%u %ux%u is not within a picture of %ux%u", x, y, w, h,
			       png->width, png->height);
	cut = png_new(w, h, png->alpha != NULL);
	if (!cut)
		return err_set(err, ERR_NO_MEMORY, "no memory for a picture of %u x %u", w, h);
	for (uint32_t row = 0; row < h; row++) {
		size_t from = (size_t)(y + row) * png->width + x;

		memcpy(cut->rgb + 3 * (size_t)row * w, png->rgb + 3 * from, 3 * (size_t)w);
		if (cut->alpha)
			memcpy(cut->alpha + (size_t)row * w, png->alpha + from, w);
	}
	cut->ppm_x = png->ppm_x;
	cut->ppm_y = png->ppm_y;
	if (cut->alpha)
		drop_opaque_alpha(cut);
	*ret = TAKE(cut);
	return 0;
}
