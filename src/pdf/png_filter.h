/*
 * png_filter.h - the five row filters of PNG (ISO/IEC 15948 clause 9), which are also /Predictor 10..15 of FlateDecode.
 *
 * Rows are a filter byte and `row_bytes` bytes. `step` is the distance to the same byte of the pixel on the left
 * (at least 1). Pure functions. Private to src/pdf.
 */
#ifndef KYSO_PDF_PNG_FILTER_H
#define KYSO_PDF_PNG_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum png_filter { PNG_NONE, PNG_SUB, PNG_UP, PNG_AVERAGE, PNG_PAETH, PNG_FILTER_COUNT };

/* Undoes the filter of one row in place; `above` is the row before it (NULL = zeros). False for an unknown filter. */
bool png_unfilter_row(uint8_t filter, uint8_t *row, const uint8_t *above, size_t row_bytes, size_t step);

/* Filters an image of `height` rows into `out` (height * (row_bytes + 1) bytes), choosing for each row the filter with
 * the least sum of absolute differences. False when memory is out. */
bool png_filter_image(const uint8_t *data, size_t row_bytes, size_t height, size_t step, uint8_t *out);

#endif
