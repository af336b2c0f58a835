/*
 * mark_image.h - does a picture of a signature or a seal do? NĐ 30/2020, Phụ lục I, II.7.d (signature: blue, PNG,
 * transparent) and II.8.a (seal: red, real size, PNG, transparent).
 *
 * What is measured and what is found are data; a picture that does not do is a finding, not an error. Pure: a decoded
 * PNG in, no file.
 */
#ifndef KYSO_SIGN_MARK_IMAGE_H
#define KYSO_SIGN_MARK_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/defer.h"

struct err;
struct pd_png;

enum mark_picture { MARK_PICTURE_SIGNATURE, MARK_PICTURE_SEAL };
enum mark_colour { MARK_COLOUR_NONE, MARK_COLOUR_BLUE, MARK_COLOUR_RED, MARK_COLOUR_BLACK, MARK_COLOUR_OTHER };
enum mark_severity { MARK_INFO, MARK_WARNING, MARK_ERROR };

/* Each code is a row of the table in mark_image.c with its texts and clause. */
enum mark_code {
	MARK_EMPTY,         /* no ink */
	MARK_OPAQUE,        /* no transparent background */
	MARK_WHITE,         /* partly transparent, but white is painted too */
	MARK_COLOUR,        /* not the colour asked for */
	MARK_MARGINS,       /* wide empty margins; they are cut off */
	MARK_RESOLUTION,    /* under 200 dpi at the size it will have */
	MARK_SIZE_UNKNOWN,  /* seal without physical size */
	MARK_SIZE_DIFFERS,  /* the size in the file is not the one asked for */
	MARK_DIAMETER,      /* not 20 to 50 mm */
	MARK_DIAMETER_RARE, /* not 34 to 42 mm */
	MARK_NOT_ROUND,
	MARK_STRETCHED, /* pixels that are not square */
	MARK_CODE_COUNT
};

struct mark_code_info {
	const char *name; /* stable: "mark.opaque" */
	enum mark_severity severity;
	const char *vi, *en, *ref;
};

#define MARK_DETAIL_BYTES 96

struct mark_finding {
	enum mark_code code;
	char detail[MARK_DETAIL_BYTES]; /* the figures, e.g. "12 % transparent"; the same in all languages where it can
					   be */
};

struct mark_check {
	uint32_t width, height;                  /* pixels */
	uint32_t trim_x, trim_y, trim_w, trim_h; /* box of what is painted; all 0 when nothing is */
	double transparent_share;                /* of all pixels */
	double colour_share;                     /* of the painted pixels that have `colour` */
	enum mark_colour colour;                 /* the dominant one */
	double mm_w, mm_h;                       /* of the trimmed picture, from pHYs; 0 when unknown */
	double place_mm;                         /* the width it will have: asked for, else mm_w, else the usual */
	double dpi;                              /* at place_mm */
	bool round;                              /* seal: its outer ring is a circle */
	struct mark_finding findings[MARK_CODE_COUNT];
	size_t finding_count;
	bool usable; /* no finding is an error */
};

const struct mark_code_info *mark_code_info(enum mark_code code);

/* `asked_mm`: diameter (seal) or width (signature) it is to have, 0 = from the file. */
void mark_image_check(const struct pd_png *png, enum mark_picture kind, double asked_mm, struct mark_check *ret);
/* The picture without its empty margins. ERR_SIGN_MARK_IMAGE when nothing is painted. */
NODISCARD int mark_image_trim(const struct pd_png *png, struct pd_png **ret, struct err *err);

#endif
