/*
 * picture.h - the picture of a mark made ready once: parsed, its transparent margins cut off (else the "real size" of a seal is wrong),
 * compressed for embedding. Shared by all documents of a run.
 */
#ifndef KYSO_SIGN_PICTURE_H
#define KYSO_SIGN_PICTURE_H

#include "util/defer.h"
#include "util/str.h"

struct err;
struct pd_image;

struct picture {
	struct pd_image *image;
	double aspect;   /* height / width after trimming */
	double width_mm; /* from the file's pHYs, after trimming; 0 when it does not say */
};

/* `name` is for messages. ERR_PNG, ERR_PNG_LIMIT, ERR_SIGN_MARK_IMAGE (nothing but transparency). */
NODISCARD int picture_load(struct bytes file, const char *name, struct picture *ret_picture, struct err *err);
void picture_release(struct picture *picture);

#endif
