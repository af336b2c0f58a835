/*
 * png.h - reads a PNG (ISO/IEC 15948) of any colour type and depth into 8-bit RGB and alpha; knows its physical size.
 *
 * Strict: signature, CRCs, order of chunks, one zlib stream of exactly the right length. Interlaced images are read too.
 * Limits: 8,192 x 8,192 pixels and 64 MiB decoded. A JPEG named .png says so (ERR_PNG).
 */
#ifndef KYSO_PDF_PNG_H
#define KYSO_PDF_PNG_H

#include <stdbool.h>
#include <stdint.h>

#include "util/defer.h"
#include "util/str.h"

struct err;
struct pd_png;

NODISCARD int pd_png_parse(struct bytes file, struct pd_png **ret_png, struct err *err);
void pd_png_free(struct pd_png *png);
DEFINE_FREEP(struct pd_png, pd_png_free)

uint32_t pd_png_width(const struct pd_png *png);
uint32_t pd_png_height(const struct pd_png *png);
const uint8_t *pd_png_rgb(const struct pd_png *png);   /* width * height * 3, rows from the top */
const uint8_t *pd_png_alpha(const struct pd_png *png); /* width * height; NULL when fully opaque and without alpha */
/* Pixels per metre from pHYs (unit metre); 0 when not stated. */
uint32_t pd_png_ppm_x(const struct pd_png *png);
uint32_t pd_png_ppm_y(const struct pd_png *png);

/* The same picture cut to [x, x+w) x [y, y+h). */
NODISCARD int pd_png_crop(const struct pd_png *png, uint32_t x, uint32_t y, uint32_t w, uint32_t h, struct pd_png **ret, struct err *err);

/* Writes RGB or RGBA as a PNG file (for previews and samples). `alpha` may be NULL. */
struct buf;
NODISCARD int pd_png_write(uint32_t width, uint32_t height, const uint8_t *rgb, const uint8_t *alpha, uint32_t ppm, struct buf *out, struct err *err);

#endif
