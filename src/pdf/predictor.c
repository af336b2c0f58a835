/* predictor.c - undoes the TIFF and PNG predictors of FlateDecode and LZWDecode (7.4.4.4). See filter.h. */
#include <stdlib.h>
#include <string.h>

#include "pdf/filter.h"
#include "util/err.h"

static int check_params(const struct pd_filter_params *params, size_t *ret_row, size_t *ret_pixel, struct err *err)
{
	int64_t bits = params->bits;

	if (params->colors < 1 || params->colors > 32 || params->columns < 1 || params->columns > 1 << 24 ||
	    (bits != 1 && bits != 2 && bits != 4 && bits != 8 && bits != 16))
		return err_set(err, ERR_PDF_FILTER, "predictor with %lld columns of %lld x %lld bits",
			       (long long)params->columns, (long long)params->colors, (long long)bits);
	*ret_row = (size_t)((params->columns * params->colors * bits + 7) / 8);
	*ret_pixel = (size_t)((params->colors * bits + 7) / 8);
	return 0;
}

static uint8_t paeth(int a, int b, int c)
{
	int p = a + b - c;
	int pa = abs(p - a);
	int pb = abs(p - b);
	int pc = abs(p - c);

	if (pa <= pb && pa <= pc)
		return (uint8_t)a;
	return (uint8_t)(pb <= pc ? b : c);
}

/* One PNG row: `row` is filtered, `up` the finished row above, `out` may be where row - 1 was (moving down is safe). */
static bool undo_png_row(uint8_t type, const uint8_t *row, const uint8_t *up, uint8_t *out, size_t n, size_t pixel)
{
	if (type > 4)
		return false;
	for (size_t i = 0; i < n; i++) {
		uint8_t left = i >= pixel ? out[i - pixel] : 0;
		uint8_t above = up ? up[i] : 0;
		uint8_t corner = up && i >= pixel ? up[i - pixel] : 0;
		uint8_t add = 0;

		if (type == 1)
			add = left;
		else if (type == 2)
			add = above;
		else if (type == 3)
			add = (uint8_t)((left + above) / 2);
		else if (type == 4)
			add = paeth(left, above, corner);
		out[i] = (uint8_t)(row[i] + add);
	}
	return true;
}

static int undo_png(struct buf *data, size_t row, size_t pixel, struct err *err)
{
	uint8_t *p = (uint8_t *)data->data;
	size_t rows = data->len / (row + 1);

	if (data->len % (row + 1) != 0)
		return err_set(err, ERR_PDF_FILTER, "predicted data of %zu bytes are no whole rows of %zu", data->len,
			       row + 1);
	for (size_t r = 0; r < rows; r++) {
		const uint8_t *in = p + r * (row + 1);

		if (!undo_png_row(in[0], in + 1, r ? p + (r - 1) * row : NULL, p + r * row, row, pixel))
			return err_set(err, ERR_PDF_FILTER, "row %zu has PNG predictor %u", r, in[0]);
	}
	data->len = rows * row;
	return 0;
}

static unsigned int get_sample(const uint8_t *row, size_t i, unsigned int bits)
{
	if (bits == 16)
		return (unsigned int)row[2 * i] << 8 | row[2 * i + 1];
	return row[i * bits / 8] >> (8 - bits - i * bits % 8) & ((1U << bits) - 1);
}

static void put_sample(uint8_t *row, size_t i, unsigned int bits, unsigned int value)
{
	unsigned int shift;

	if (bits == 16) {
		row[2 * i] = (uint8_t)(value >> 8);
		row[2 * i + 1] = (uint8_t)value;
		return;
	}
	shift = (unsigned int)(8 - bits - i * bits % 8);
	row[i * bits / 8] =
	    (uint8_t)((row[i * bits / 8] & ~(((1U << bits) - 1) << shift)) | (value & ((1U << bits) - 1)) << shift);
}

static int undo_tiff(const struct pd_filter_params *params, struct buf *data, size_t row, struct err *err)
{
	size_t colors = (size_t)params->colors;
	size_t samples = (size_t)params->columns * colors;
	unsigned int bits = (unsigned int)params->bits;

	if (data->len % row != 0)
		return err_set(err, ERR_PDF_FILTER, "predicted data of %zu bytes are no whole rows of %zu", data->len,
			       row);
	for (size_t r = 0; r < data->len; r += row) {
		uint8_t *p = (uint8_t *)data->data + r;

		for (size_t i = colors; i < samples; i++)
			put_sample(p, i, bits, get_sample(p, i, bits) + get_sample(p, i - colors, bits));
	}
	return 0;
}

int pd_predictor_undo(const struct pd_filter_params *params, struct buf *data, struct err *err)
{
	size_t row;
	size_t pixel;

	if (params->predictor == 1)
		return 0;
	if (params->predictor != 2 && (params->predictor < 10 || params->predictor > 15))
		return err_set(err, ERR_PDF_FILTER, "unknown predictor %lld", (long long)params->predictor);
	if (check_params(params, &row, &pixel, err) != 0)
		return -1;
	if (data->len == 0)
		return 0;
	return params->predictor == 2 ? undo_tiff(params, data, row, err) : undo_png(data, row, pixel, err);
}
