/*
 * filter.h - the stream filters whose output is data, not pictures (ISO 32000-1 7.4); inside src/pdf only.
 *
 * Each filter appends to `out` and stops at `limit` bytes with ERR_PDF_LIMIT; damaged input is ERR_PDF_FILTER. Nothing
 * is guessed: a stream that ends early or goes on after its end mark is damaged.
 */
#ifndef KYSO_PDF_FILTER_H
#define KYSO_PDF_FILTER_H

#include "util/buf.h"
#include "util/str.h"

struct err;

/* /DecodeParms with the defaults of Table 8. */
struct pd_filter_params {
	int64_t predictor;
	int64_t colors;
	int64_t bits;
	int64_t columns;
	int64_t early_change;
};

#define PD_FILTER_PARAMS_INIT                                                                                          \
	{                                                                                                              \
		.predictor = 1, .colors = 1, .bits = 8, .columns = 1, .early_change = 1                                \
	}

typedef int pd_filter_fn(struct bytes in, const struct pd_filter_params *params, size_t limit, struct buf *out,
			 struct err *err);

pd_filter_fn pd_filter_flate;
pd_filter_fn pd_filter_lzw;
pd_filter_fn pd_filter_ascii_hex;
pd_filter_fn pd_filter_ascii85;
pd_filter_fn pd_filter_run_length;

/* Undoes a TIFF (2) or PNG (10..15) predictor in place. */
NODISCARD int pd_predictor_undo(const struct pd_filter_params *params, struct buf *data, struct err *err);

/* 0 or ERR_PDF_LIMIT / ERR_NO_MEMORY when `more` bytes cannot be appended within `limit`. */
NODISCARD int pd_filter_room(struct buf *out, size_t more, size_t limit, struct err *err);

#endif
