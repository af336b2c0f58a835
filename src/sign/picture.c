/* picture.c - see picture.h. */
#include "sign/picture.h"

#include <string.h>

#include "pdf/increment.h"
#include "pdf/png.h"
#include "pki/digest.h"
#include "sign/mark_image.h"
#include "util/err.h"

int picture_load(struct bytes file, const char *name, struct picture *ret_picture, struct err *err)
{
	AUTO(pd_png_freep) struct pd_png *whole = NULL;
	AUTO(pd_png_freep) struct pd_png *png = NULL;
	struct picture picture = { NULL, 0, 0 };
	uint8_t key[32];

	if (pd_png_parse(file, &whole, err) < 0)
		return err_prefix(err, "%s", name);
	if (mark_image_trim(whole, &png, err) < 0)
		return err_prefix(err, "%s", name);
	digest_sha256(file, key);
	picture.aspect = (double)pd_png_height(png) / (double)pd_png_width(png);
	if (pd_png_ppm_x(png))
		picture.width_mm = (double)pd_png_width(png) * 1000.0 / (double)pd_png_ppm_x(png);
	if (pd_image_new(png, key, &picture.image, err) < 0)
		return err_prefix(err, "%s", name);
	*ret_picture = picture;
	return 0;
}

void picture_release(struct picture *picture)
{
	pd_image_free(picture->image);
	memset(picture, 0, sizeof(*picture));
}
