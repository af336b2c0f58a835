/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * png_filter.c - see png_filter.h. Called by png.c (reading), png_write.c and image.c (writing).
 */
#include "pdf/png_filter.h"

#include <stdlib.h>
#include <string.h>

static uint8_t paeth(uint8_t left, uint8_t up, uint8_t corner)
{
	int p = left + up - corner;
	int to_left = abs(p - left);
	int to_up = abs(p - up);
	int to_corner = abs(p - corner);

	if (to_left <= to_up && to_left <= to_corner)
		return left;
	return to_up <= to_corner ? up : corner;
}

static void undo_average(uint8_t *row, const uint8_t *above, size_t row_bytes, size_t step)
{
	for (size_t i = 0; i < row_bytes; i++) {
		unsigned left = i >= step ? row[i - step] : 0;
		unsigned up = above ? above[i] : 0;

		row[i] = (uint8_t)(row[i] + ((left + up) >> 1));
	}
}

static void undo_paeth(uint8_t *row, const uint8_t *above, size_t row_bytes, size_t step)
{
	for (size_t i = 0; i < row_bytes; i++) {
		uint8_t left = i >= step ? row[i - step] : 0;
		uint8_t up = above ? above[i] : 0;
		uint8_t corner = above && i >= step ? above[i - step] : 0;

		row[i] = (uint8_t)(row[i] + paeth(left, up, corner));
	}
}

bool png_unfilter_row(uint8_t filter, uint8_t *row, const uint8_t *above, size_t row_bytes, size_t step)
{
	switch (filter) {
	case PNG_NONE:
		return true;
	case PNG_SUB:
		for (size_t i = step; i < row_bytes; i++)
			row[i] = (uint8_t)(row[i] + row[i - step]);
		return true;
	case PNG_UP:
		for (size_t i = 0; above && i < row_bytes; i++)
			row[i] = (uint8_t)(row[i] + above[i]);
		return true;
	case PNG_AVERAGE:
		undo_average(row, above, row_bytes, step);
		return true;
	case PNG_PAETH:
		undo_paeth(row, above, row_bytes, step);
		return true;
	default:
		return false;
	}
}

static uint8_t predict(enum png_filter filter, uint8_t left, uint8_t up, uint8_t corner)
{
	switch (filter) {
	case PNG_SUB:
		return left;
	case PNG_UP:
		return up;
	case PNG_AVERAGE:
		return (uint8_t)((left + up) >> 1);
	case PNG_PAETH:
		return paeth(left, up, corner);
	case PNG_NONE:
	case PNG_FILTER_COUNT:
	default:
		return 0;
	}
}

/* Writes the filtered row and answers its sum of absolute differences (bytes taken as signed). */
static uint64_t filter_row(enum png_filter filter, const uint8_t *row, const uint8_t *above, size_t row_bytes,
			   size_t step, uint8_t *out)
{
	uint64_t sum = 0;

	out[0] = (uint8_t)filter;
	for (size_t i = 0; i < row_bytes; i++) {
		uint8_t left = i >= step ? row[i - step] : 0;
		uint8_t corner = i >= step ? above[i - step] : 0;
		uint8_t d = (uint8_t)(row[i] - predict(filter, left, above[i], corner));

		out[i + 1] = d;
		sum += d < 128 ? d : 256 - (unsigned)d;
	}
	return sum;
}

bool png_filter_image(const uint8_t *data, size_t row_bytes, size_t height, size_t step, uint8_t *out)
{
	uint8_t *zeros = calloc(2, row_bytes + 1);
	uint8_t *trial = zeros ? zeros + row_bytes + 1 : NULL;

	if (!zeros)
		return false;
	for (size_t y = 0; y < height; y++) {
		const uint8_t *row = data + y * row_bytes;
		const uint8_t *above = y ? row - row_bytes : zeros;
		uint64_t best = UINT64_MAX;

		for (int f = PNG_NONE; f < PNG_FILTER_COUNT; f++) {
			uint64_t sum = filter_row((enum png_filter)f, row, above, row_bytes, step, trial);

			if (sum >= best)
				continue;
			best = sum;
			memcpy(out + y * (row_bytes + 1), trial, row_bytes + 1);
		}
	}
	free(zeros);
	return true;
}
