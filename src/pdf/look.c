/* look.c - see look.h. */
#include "pdf/look.h"

#include <string.h>

#include "pdf/content.h"
#include "util/arena.h"
#include "util/err.h"

enum { LOOK_MAX_DEPTH = 4, LOOK_MAX_PIXELS = 16 * 1024 * 1024, LOOK_SAMPLES = 40000, COLOUR_MARGIN = 40 };
enum { WIDGET_HIDDEN = 1 << 1, WIDGET_NO_VIEW = 1 << 5 };

static bool plain_rgb(struct pd_view view, const struct pd_obj *image)
{
	const struct pd_obj *space = pd_get(view, image, "ColorSpace");

	return pd_is_name(space, "DeviceRGB") && pd_int(pd_get(view, image, "BitsPerComponent"), 0) == 8;
}

/* 8-bit alpha of the soft mask when it has the image's own size; NULL = all painted. */
static const uint8_t *alpha_of(struct pd_view view, const struct pd_obj *image, size_t pixels, struct arena *arena)
{
	const struct pd_obj *mask = pd_get(view, image, "SMask");
	struct bytes data;

	if (pd_kind(mask) != PD_STREAM || pd_int(pd_get(view, mask, "BitsPerComponent"), 0) != 8)
		return NULL;
	return pd_stream_decode(view, mask, arena, &data, NULL) == 0 && data.n == pixels ? data.p : NULL;
}

static void count_colours(const uint8_t *rgb, const uint8_t *alpha, size_t pixels, struct pd_look *look)
{
	size_t step = pixels / LOOK_SAMPLES + 1;
	size_t red = 0;
	size_t blue = 0;
	size_t painted = 0;

	for (size_t i = 0; i < pixels; i += step) {
		const uint8_t *p = rgb + i * 3;
		int r = p[0];
		int g = p[1];
		int b = p[2];

		if ((alpha && alpha[i] < 64) || (r > 235 && g > 235 && b > 235))
			continue;
		painted++;
		red += r > g + COLOUR_MARGIN && r > b + COLOUR_MARGIN;
		blue += b > r + COLOUR_MARGIN && b > g;
	}
	if (painted) {
		look->colour_known = true;
		look->red = (double)red / (double)painted;
		look->blue = (double)blue / (double)painted;
	}
}

static void read_image(struct pd_view view, const struct pd_obj *image, struct arena *arena, struct pd_look *look)
{
	int64_t w = pd_int(pd_get(view, image, "Width"), 0);
	int64_t h = pd_int(pd_get(view, image, "Height"), 0);
	struct bytes data;

	look->picture = true;
	if (w <= 0 || h <= 0 || w > LOOK_MAX_PIXELS / h || !plain_rgb(view, image))
		return;
	if (pd_stream_decode(view, image, arena, &data, NULL) < 0 || data.n != (size_t)(w * h * 3))
		return;
	count_colours(data.p, alpha_of(view, image, (size_t)(w * h), arena), (size_t)(w * h), look);
}

static void read_form(struct pd_view view, const struct pd_obj *form, struct arena *arena, int depth, struct pd_look *look)
{
	const struct pd_obj *xobjects = pd_get(view, pd_get(view, form, "Resources"), "XObject");
	struct pd_content_summary summary;

	if (pd_kind(form) != PD_STREAM || depth > LOOK_MAX_DEPTH)
		return;
	if (pd_content_summarise(view, form, arena, &summary, NULL) == 0 && summary.text[0]) {
		char *text = arena_printf(arena, "%s%s", look->text, summary.text);

		if (text)
			look->text = text;
	}
	for (size_t i = 0; i < pd_dict_len(xobjects); i++) {
		const struct pd_obj *xobject = pd_deref(view, pd_dict_value_raw(xobjects, i));

		if (pd_is_name(pd_get(view, xobject, "Subtype"), "Image"))
			read_image(view, xobject, arena, look);
		else
			read_form(view, xobject, arena, depth + 1, look);
	}
}

int pd_look_read(struct pd_view view, const struct pd_widget *widget, struct arena *arena, struct pd_look *ret, struct err *err)
{
	int64_t flags = pd_int(pd_get(view, widget->dict, "F"), 0);
	struct pd_look look = { .text = "" };

	look.visible = widget->rect.x1 > widget->rect.x0 && widget->rect.y1 > widget->rect.y0 && !(flags & (WIDGET_HIDDEN | WIDGET_NO_VIEW));
	read_form(view, pd_get(view, pd_get(view, widget->dict, "AP"), "N"), arena, 0, &look);
	if (arena_failed(arena))
		return err_set(err, ERR_NO_MEMORY, "no memory for the appearance of a signature");
	*ret = look;
	return 0;
}
