/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * image.c - a PNG as an image XObject with a soft mask (ISO 32000-1 8.9.5, 11.6.5.3), compressed once, put into any
 * number of files and found again in a file that has it already.
 */
#include <stdlib.h>
#include <string.h>

#include "pdf/flate.h"
#include "pdf/increment_priv.h"
#include "pdf/png.h"
#include "pdf/png_filter.h"
#include "util/err.h"

/* Level 9 takes ten times as long for four per cent less. */
enum { LARGE_BYTES = 16 * 1024 * 1024, LEVEL = 7, LARGE_LEVEL = 5 };

struct pd_image {
	uint8_t key[32];
	bool has_mask;
	struct buf dict, mask_dict; /* inside of the dictionaries, without /SMask and /Length */
	struct buf data, mask_data; /* FlateDecode */
};

static void freep(void *p)
{
	free(*(void **)p);
}

/* The shorter of plain and predicted rows; line art likes the first, photographs the second. */
static int encode_plane(const uint8_t *data, size_t row_bytes, size_t height, size_t step, struct buf *out,
			bool *ret_predicted, struct err *err)
{
	size_t filtered_bytes = (row_bytes + 1) * height;
	int level = filtered_bytes > LARGE_BYTES ? LARGE_LEVEL : LEVEL;
	AUTO(buf_release) struct buf plain = BUF_INIT;
	AUTO(buf_release) struct buf predicted = BUF_INIT;
	AUTO(freep) uint8_t *filtered = malloc(filtered_bytes);

	if (!filtered || !png_filter_image(data, row_bytes, height, step, filtered))
		return inc_no_memory(err);
	if (flate_encode((struct bytes){ data, row_bytes * height }, level, &plain, err) < 0 ||
	    flate_encode((struct bytes){ filtered, filtered_bytes }, level, &predicted, err) < 0)
		return -1;
	*ret_predicted = predicted.len < plain.len;
	buf_append(out, *ret_predicted ? predicted.data : plain.data, *ret_predicted ? predicted.len : plain.len);
	return buf_check(out, err);
}

/* Each entry on its own line, as pd_put_dict_with writes it: what is read back compares as text. */
static void put_image_dict(struct buf *out, const struct pd_png *png, int colors, bool predicted, const uint8_t *key)
{
	buf_puts(out, "/Type /XObject\n/Subtype /Image\n/Width ");
	pd_put_int(out, pd_png_width(png));
	buf_puts(out, "\n/Height ");
	pd_put_int(out, pd_png_height(png));
	buf_puts(out, colors == 3 ? "\n/ColorSpace /DeviceRGB" : "\n/ColorSpace /DeviceGray");
	buf_puts(out, "\n/BitsPerComponent 8\n/Filter /FlateDecode\n");
	if (predicted) {
		buf_puts(out, "/DecodeParms <<\n/Predictor 15\n/Colors ");
		pd_put_int(out, colors);
		buf_puts(out, "\n/Columns ");
		pd_put_int(out, pd_png_width(png));
		buf_puts(out, "\n>>\n");
	}
	if (key) {
		buf_puts(out, "/KySoKey ");
		pd_put_hex(out, (struct bytes){ key, 32 });
		buf_putc(out, '\n');
	}
}

/* What is wholly transparent gets the mean colour of what is not: viewers that scale picture and mask apart from each
 * other then show no dark or white seam, and the rows compress better. */
static uint8_t *bleed(const struct pd_png *png)
{
	size_t n = (size_t)pd_png_width(png) * pd_png_height(png);
	const uint8_t *alpha = pd_png_alpha(png);
	uint8_t *rgb = malloc(n * 3);
	uint64_t sum[3] = { 0 };
	uint64_t weight = 0;

	if (!rgb)
		return NULL;
	memcpy(rgb, pd_png_rgb(png), n * 3);
	for (size_t i = 0; alpha && i < n; i++) {
		weight += alpha[i];
		for (int c = 0; c < 3; c++)
			sum[c] += (uint64_t)rgb[3 * i + (size_t)c] * alpha[i];
	}
	for (size_t i = 0; weight && i < n; i++)
		for (int c = 0; alpha[i] == 0 && c < 3; c++)
			rgb[3 * i + (size_t)c] = (uint8_t)(sum[c] / weight);
	return rgb;
}

static int encode_image(struct pd_image *image, const struct pd_png *png, struct err *err)
{
	size_t width = pd_png_width(png);
	size_t height = pd_png_height(png);
	AUTO(freep) uint8_t *rgb = bleed(png);
	bool predicted = false;

	if (!rgb)
		return inc_no_memory(err);
	if (encode_plane(rgb, width * 3, height, 3, &image->data, &predicted, err) < 0)
		return -1;
	put_image_dict(&image->dict, png, 3, predicted, image->key);
	if (image->has_mask) {
		if (encode_plane(pd_png_alpha(png), width, height, 1, &image->mask_data, &predicted, err) < 0)
			return -1;
		put_image_dict(&image->mask_dict, png, 1, predicted, NULL);
	}
	return buf_check(&image->dict, err) < 0 ? -1 : buf_check(&image->mask_dict, err);
}

int pd_image_new(const struct pd_png *png, const uint8_t key[32], struct pd_image **ret_image, struct err *err)
{
	AUTO(pd_image_freep) struct pd_image *image = calloc(1, sizeof(*image));

	if (!image)
		return inc_no_memory(err);
	memcpy(image->key, key, sizeof(image->key));
	image->has_mask = pd_png_alpha(png) != NULL;
	if (encode_image(image, png, err) < 0)
		return -1;
	*ret_image = TAKE(image);
	return 0;
}

void pd_image_free(struct pd_image *image)
{
	if (!image)
		return;
	buf_release(&image->dict);
	buf_release(&image->mask_dict);
	buf_release(&image->data);
	buf_release(&image->mask_data);
	free(image);
}

/* ---- found again ---- */

static bool same_stream(const struct pd_obj *stream, const struct buf *dict, const struct buf *data)
{
	static const struct pd_change without[] = { { "SMask", NULL }, { "Length", NULL } };
	AUTO(buf_release) struct buf text = BUF_INIT;
	struct bytes raw = pd_stream_raw(stream);

	if (pd_kind(stream) != PD_STREAM || raw.n != data->len || memcmp(raw.p, data->data, raw.n) != 0)
		return false;
	pd_put_dict_with(&text, stream, without, ARRAY_LEN(without));
	return text.len == dict->len + 5 && memcmp(text.data, "<<\n", 3) == 0 &&
	       memcmp(text.data + 3, dict->data, dict->len) == 0;
}

static bool is_same_image(struct pd_inc *inc, const struct pd_obj *xobject, const struct pd_image *image)
{
	const struct pd_obj *mask = pd_get(inc->view, xobject, "SMask");

	if (!pd_dict_has(xobject, "KySoKey") || !same_stream(xobject, &image->dict, &image->data))
		return false;
	return image->has_mask ? same_stream(mask, &image->mask_dict, &image->mask_data) : pd_kind(mask) == PD_NULL;
}

/* The picture in one appearance stream. */
static struct pd_ref find_in_form(struct pd_inc *inc, const struct pd_obj *form, const struct pd_image *image)
{
	const struct pd_obj *xobjects = pd_get(inc->view, pd_get(inc->view, form, "Resources"), "XObject");

	for (size_t i = 0; i < pd_dict_len(xobjects); i++) {
		struct pd_ref ref = pd_ref(pd_dict_value_raw(xobjects, i));

		if (ref.num && is_same_image(inc, pd_load(inc->view, ref), image))
			return ref;
	}
	return (struct pd_ref){ 0, 0 };
}

/* Only appearances of signature widgets are looked through: nobody else shows a signature or a seal. */
static int find_in_file(struct pd_inc *inc, const struct pd_image *image, struct pd_ref *ret, struct err *err)
{
	const struct pd_field_list *list;

	if (inc_fields(inc, &list, err) < 0)
		return -1;
	for (size_t i = 0; i < list->count; i++) {
		const struct pd_field *field = &list->items[i];

		if (field->type != PD_FIELD_SIGNATURE)
			continue;
		for (size_t w = 0; w < field->widget_count && ret->num == 0; w++) {
			const struct pd_obj *form =
			    pd_get(inc->view, pd_get(inc->view, field->widgets[w].dict, "AP"), "N");

			*ret = find_in_form(inc, form, image);
		}
	}
	return 0;
}

static int remember(struct pd_inc *inc, const struct pd_image *image, struct pd_ref ref, struct err *err)
{
	size_t n = inc->image_count;
	struct inc_image *images = arena_grow(inc->arena, inc->images, n * sizeof(*images), (n + 1) * sizeof(*images));

	if (!images)
		return inc_no_memory(err);
	inc->images = images;
	memcpy(images[n].key, image->key, sizeof(image->key));
	images[n].ref = ref;
	inc->image_count++;
	return 0;
}

static int put_stream(struct pd_inc *inc, struct pd_ref ref, const struct buf *inside, struct pd_ref mask,
		      const struct buf *data, struct err *err)
{
	struct buf dict = BUF_INIT;

	buf_append(&dict, inside->data, inside->len);
	if (mask.num) {
		buf_puts(&dict, "/SMask ");
		pd_put_ref(&dict, mask);
	}
	return inc_put_borrowed(inc, ref, &dict, (struct bytes){ (const uint8_t *)data->data, data->len }, err);
}

int pd_inc_put_image(struct pd_inc *inc, const struct pd_image *image, struct pd_ref *ret_image, struct err *err)
{
	struct pd_ref ref = { 0, 0 };
	struct pd_ref mask = { 0, 0 };

	for (size_t i = 0; i < inc->image_count && ref.num == 0; i++)
		if (memcmp(inc->images[i].key, image->key, sizeof(image->key)) == 0)
			ref = inc->images[i].ref;
	if (ref.num == 0) {
		if (find_in_file(inc, image, &ref, err) < 0 || (ref.num && remember(inc, image, ref, err) < 0))
			return -1;
	}
	if (ref.num == 0) {
		ref = pd_inc_reserve(inc);
		if (image->has_mask)
			mask = pd_inc_reserve(inc);
		if (put_stream(inc, ref, &image->dict, mask, &image->data, err) < 0 ||
		    (mask.num &&
		     put_stream(inc, mask, &image->mask_dict, (struct pd_ref){ 0, 0 }, &image->mask_data, err) < 0) ||
		    remember(inc, image, ref, err) < 0)
			return -1;
	}
	*ret_image = ref;
	return 0;
}

/* The image dies with this call, so the increment gets its own copy of the bytes. */
static int own_data(struct pd_inc *inc, struct err *err)
{
	for (size_t i = 0; i < inc->object_count; i++) {
		struct inc_object *object = &inc->objects[i];

		if (!object->is_stream || object->owned.data)
			continue;
		buf_append(&object->owned, object->data.p, object->data.n);
		if (buf_check(&object->owned, err) < 0)
			return -1;
		object->data = (struct bytes){ (const uint8_t *)buf_str(&object->owned), object->owned.len };
	}
	return 0;
}

int pd_inc_image(struct pd_inc *inc, const struct pd_png *png, const uint8_t key[32], struct pd_ref *ret_image,
		 struct err *err)
{
	AUTO(pd_image_freep) struct pd_image *image = NULL;
	struct pd_ref ref;

	if (pd_image_new(png, key, &image, err) < 0 || pd_inc_put_image(inc, image, &ref, err) < 0)
		return -1;
	if (own_data(inc, err) < 0)
		return -1;
	*ret_image = ref;
	return 0;
}
