/* collect.c - see collect.h. */
#include "page/collect.h"

#include <math.h>
#include <string.h>

#include "util/arena.h"

enum { BOX_LIMIT = 20000 };

static const float THIN_MM = 1.0f; /* a rule, a table line, an underline */
static const float TOUCH_MM = 0.5f;
static const float OPAQUE = 0.02f; /* alpha below this is not seen */
static const float MIN_ASCENT_EM = 0.7f, USUAL_ASCENT_EM = 0.89f, MAX_ASCENT_EM = 1.2f;
static const float MIN_DESCENT_EM = 0.1f, USUAL_DESCENT_EM = 0.22f, MAX_DESCENT_EM = 0.5f;

struct collect_device {
	fz_device super;
	struct collector *to;
	uint32_t objects;
	uint32_t spaces; /* blanks since the last glyph */
	int hidden;      /* > 0 within a soft mask, a pattern cell or a transparent group */
	uint8_t *groups; /* of each open group: whether it hides */
	size_t group_count, group_cap;
};

static struct collect_device *self(fz_device *dev)
{
	return (struct collect_device *)dev;
}

/* --- boxes --- */

static bool touch(const struct text_box *a, const struct text_box *b)
{
	return a->x0 <= b->x1 + TOUCH_MM && b->x0 <= a->x1 + TOUCH_MM && a->y0 <= b->y1 + TOUCH_MM &&
	       b->y0 <= a->y1 + TOUCH_MM;
}

static void unite(struct text_box *a, const struct text_box *b)
{
	a->x0 = fminf(a->x0, b->x0);
	a->y0 = fminf(a->y0, b->y0);
	a->x1 = fmaxf(a->x1, b->x1);
	a->y1 = fmaxf(a->y1, b->y1);
}

static void add_box(struct collect_device *dev, fz_context *ctx, fz_rect rect)
{
	struct collector *to = dev->to;
	struct text_box box;

	rect = fz_intersect_rect(rect, fz_intersect_rect(to->page, fz_device_current_scissor(ctx, &dev->super)));
	if (dev->hidden || !(rect.x0 < rect.x1) || !(rect.y0 < rect.y1))
		return;
	box = (struct text_box){ rect.x0, rect.y0, rect.x1, rect.y1 };
	if (to->box_count && (to->box_count >= BOX_LIMIT || touch(&to->boxes[to->box_count - 1], &box))) {
		unite(&to->boxes[to->box_count - 1], &box);
		return;
	}
	if (to->box_count == to->box_cap) {
		size_t cap = to->box_cap ? to->box_cap * 2 : 64;
		struct text_box *boxes =
		    arena_grow(to->scratch, to->boxes, to->box_cap * sizeof(box), cap * sizeof(box));

		if (!boxes) {
			to->limit_hit = true;
			return;
		}
		to->boxes = boxes;
		to->box_cap = cap;
	}
	to->boxes[to->box_count++] = box;
}

void collect_merge_boxes(struct collector *collector)
{
	bool again =
	    collector->box_count <= 2000; /* more is a drawing of dots; quadratic work on it is not worth its while */

	while (again) {
		again = false;
		for (size_t i = 0; i < collector->box_count; i++) {
			for (size_t j = i + 1; j < collector->box_count;) {
				if (!touch(&collector->boxes[i], &collector->boxes[j])) {
					j++;
					continue;
				}
				unite(&collector->boxes[i], &collector->boxes[j]);
				collector->boxes[j] = collector->boxes[--collector->box_count];
				again = true;
			}
		}
	}
}

/* --- paths: each part that is more than a rule is a mark --- */

struct outline {
	struct collect_device *dev;
	fz_context *ctx;
	fz_matrix ctm;
	bool stroked;
	float half_width; /* of the line, mm */
	fz_rect part;     /* filled: of the subpath so far */
	fz_point at, start;
	bool any;
};

static bool is_thin(fz_rect r)
{
	return r.x1 - r.x0 <= THIN_MM || r.y1 - r.y0 <= THIN_MM;
}

static fz_rect around(fz_point a, fz_point b)
{
	return fz_make_rect(fminf(a.x, b.x), fminf(a.y, b.y), fmaxf(a.x, b.x), fmaxf(a.y, b.y));
}

static void end_part(struct outline *outline)
{
	if (!outline->stroked && outline->any && !is_thin(outline->part))
		add_box(outline->dev, outline->ctx, outline->part);
	outline->any = false;
}

/* A stretch of the outline. Stroked, each straight one along an axis is a rule; filled, all of a subpath bound its
 * area. */
static void stretch(struct outline *outline, fz_rect box, fz_point to)
{
	if (outline->stroked)
		box = fz_expand_rect(box, outline->half_width);
	if (outline->stroked && !is_thin(box))
		add_box(outline->dev, outline->ctx, box);
	outline->part = outline->any ? fz_union_rect(outline->part, box) : box;
	outline->any = true;
	outline->at = to;
}

static fz_point map(const struct outline *outline, float x, float y)
{
	return fz_transform_point_xy(x, y, outline->ctm);
}

static void path_moveto(fz_context *ctx, void *arg, float x, float y)
{
	struct outline *outline = arg;

	(void)ctx;
	end_part(outline);
	outline->at = outline->start = map(outline, x, y);
}

static void path_lineto(fz_context *ctx, void *arg, float x, float y)
{
	struct outline *outline = arg;
	fz_point to = map(outline, x, y);

	(void)ctx;
	stretch(outline, around(outline->at, to), to);
}

static void path_curveto(fz_context *ctx, void *arg, float x1, float y1, float x2, float y2, float x3, float y3)
{
	struct outline *outline = arg;
	fz_point to = map(outline, x3, y3);
	fz_rect box = around(outline->at, to);

	(void)ctx;
	box = fz_include_point_in_rect(box, map(outline, x1, y1));
	box = fz_include_point_in_rect(box, map(outline, x2, y2));
	stretch(outline, box, to);
}

static void path_close(fz_context *ctx, void *arg)
{
	struct outline *outline = arg;

	(void)ctx;
	if (outline->any)
		stretch(outline, around(outline->at, outline->start), outline->start);
}

static void add_path(fz_context *ctx, fz_device *dev, const fz_path *path, fz_matrix ctm, bool stroked, float width)
{
	static const fz_path_walker walker = {
		.moveto = path_moveto, .lineto = path_lineto, .curveto = path_curveto, .closepath = path_close
	};
	struct outline outline = {
		.dev = self(dev), .ctx = ctx, .ctm = ctm, .stroked = stroked, .half_width = width / 2
	};

	fz_walk_path(ctx, path, &walker, &outline);
	end_part(&outline);
}

/* White on white paper: backgrounds that browsers and scanners lay under a page. */
static bool is_white(fz_context *ctx, fz_colorspace *cs, const float *color)
{
	float rgb[3];

	if (!cs || !color)
		return false;
	fz_convert_color(ctx, cs, color, fz_device_rgb(ctx), rgb, NULL, fz_default_color_params);
	return rgb[0] > 0.99f && rgb[1] > 0.99f && rgb[2] > 0.99f;
}

static void on_fill_path(fz_context *ctx, fz_device *dev, const fz_path *path, int even_odd, fz_matrix ctm,
			 fz_colorspace *cs, const float *color, float alpha, fz_color_params params)
{
	(void)even_odd;
	(void)params;
	if (alpha >= OPAQUE && !is_white(ctx, cs, color))
		add_path(ctx, dev, path, ctm, /* stroked= */ false, 0);
}

static void on_stroke_path(fz_context *ctx, fz_device *dev, const fz_path *path, const fz_stroke_state *stroke,
			   fz_matrix ctm, fz_colorspace *cs, const float *color, float alpha, fz_color_params params)
{
	(void)params;
	if (alpha >= OPAQUE && !is_white(ctx, cs, color))
		add_path(ctx, dev, path, ctm, /* stroked= */ true, stroke->linewidth * fz_matrix_expansion(ctm));
}

static void on_fill_shade(fz_context *ctx, fz_device *dev, fz_shade *shade, fz_matrix ctm, float alpha,
			  fz_color_params params)
{
	(void)params;
	if (alpha >= OPAQUE)
		add_box(self(dev), ctx, fz_bound_shade(ctx, shade, ctm));
}

static void on_fill_image(fz_context *ctx, fz_device *dev, fz_image *image, fz_matrix ctm, float alpha,
			  fz_color_params params)
{
	fz_rect box = fz_transform_rect(fz_unit_rect, ctm);

	(void)image;
	(void)params;
	if (alpha >= OPAQUE && !is_thin(box))
		add_box(self(dev), ctx, box);
}

static void on_fill_image_mask(fz_context *ctx, fz_device *dev, fz_image *image, fz_matrix ctm, fz_colorspace *cs,
			       const float *color, float alpha, fz_color_params params)
{
	if (!is_white(ctx, cs, color))
		on_fill_image(ctx, dev, image, ctm, alpha, params);
}

/* --- text --- */

static bool is_on_page(struct collect_device *dev, fz_context *ctx, const struct text_box *box)
{
	fz_rect seen = fz_intersect_rect(dev->to->page, fz_device_current_scissor(ctx, &dev->super));
	float x = (box->x0 + box->x1) / 2;
	float y = (box->y0 + box->y1) / 2;

	return x >= seen.x0 && x <= seen.x1 && y >= seen.y0 && y <= seen.y1;
}

static struct glyph *new_glyph(struct collector *to)
{
	if (to->glyph_count == to->glyph_limit) {
		to->limit_hit = true;
		return NULL;
	}
	if (to->glyph_count == to->glyph_cap) {
		size_t cap = to->glyph_cap ? to->glyph_cap * 2 : 4096;
		struct glyph *glyphs =
		    arena_grow(to->scratch, to->glyphs, to->glyph_cap * sizeof(*glyphs), cap * sizeof(*glyphs));

		if (!glyphs) {
			to->limit_hit = true;
			return NULL;
		}
		to->glyphs = glyphs;
		to->glyph_cap = cap;
	}
	return &to->glyphs[to->glyph_count];
}

/* What a font says of itself, and what its name says: many producers set no flags. */
static uint32_t font_flags(fz_context *ctx, fz_font *font, fz_matrix trm)
{
	const char *name = fz_font_name(ctx, font);
	uint32_t flags = 0;

	if (fz_font_is_bold(ctx, font) || strcasestr(name, "bold") || strcasestr(name, "black") ||
	    strcasestr(name, "heavy"))
		flags |= GLYPH_BOLD;
	if (fz_font_is_italic(ctx, font) || strcasestr(name, "italic") || strcasestr(name, "oblique"))
		flags |= GLYPH_ITALIC;
	/* slanted by its matrix: the baseline and the upright are not at a right angle */
	if (fabsf(trm.a * trm.c + trm.b * trm.d) > 0.1f * (trm.a * trm.a + trm.b * trm.b))
		flags |= GLYPH_ITALIC;
	return flags;
}

struct face {
	fz_matrix shape; /* 1 em to mm, without translation */
	fz_matrix ctm;
	float ascent, descent;
	float em;
	float dir_x, dir_y;
	uint32_t flags;
	bool vertical;
};

/* False when the text has no extent. */
static bool set_face(fz_context *ctx, const fz_text_span *span, fz_matrix ctm, uint32_t flags, struct face *face)
{
	fz_matrix m = fz_concat(span->trm, ctm);
	float along = hypotf(m.a, m.b);

	m.e = m.f = 0;
	face->shape = m;
	face->ctm = ctm;
	face->vertical = span->wmode;
	face->em = along > 0 ? fabsf(m.a * m.d - m.b * m.c) / along : 0;
	if (!isfinite(along) || !(face->em > 0.05f) || face->em > 1e5f)
		return false;
	face->dir_x = m.a / along;
	face->dir_y = m.b / along;
	if (face->vertical) {
		face->dir_x = -m.c / hypotf(m.c, m.d);
		face->dir_y = -m.d / hypotf(m.c, m.d);
		flags |= GLYPH_VERTICAL;
	}
	face->flags = flags | font_flags(ctx, span->font, span->trm);
	face->ascent = fz_font_ascender(ctx, span->font);
	face->descent = fz_font_descender(ctx, span->font);
	/* subset fonts often say what their few letters need, or nothing */
	face->ascent = face->ascent < MIN_ASCENT_EM ? USUAL_ASCENT_EM : fminf(face->ascent, MAX_ASCENT_EM);
	face->descent = face->descent > -MIN_DESCENT_EM ? -USUAL_DESCENT_EM : fmaxf(face->descent, -MAX_DESCENT_EM);
	return true;
}

/* The glyph's cell, `from` to `to` of its advance (ligatures are shared out among their letters). */
static struct text_box cell_box(const struct face *face, fz_point origin, float from, float to)
{
	fz_rect cell = face->vertical ? fz_make_rect(-0.5f, fminf(-from, -to), 0.5f, fmaxf(-from, -to))
				      : fz_make_rect(fminf(from, to), face->descent, fmaxf(from, to), face->ascent);

	cell = fz_transform_rect(cell, face->shape);
	return (struct text_box){ cell.x0 + origin.x, cell.y0 + origin.y, cell.x1 + origin.x, cell.y1 + origin.y };
}

static uint32_t clean_code(int ucs)
{
	if (ucs <= 0 || ucs > 0x10FFFF || (ucs >= 0xD800 && ucs <= 0xDFFF) ||
	    (ucs < 0x20 && !lines_is_blank((uint32_t)ucs)) || (ucs >= 0x7F && ucs < 0xA0))
		return 0xFFFD;
	return (uint32_t)ucs;
}

static void add_glyph(struct collect_device *dev, fz_context *ctx, const struct face *face, const fz_text_item *item,
		      float from, float to)
{
	fz_point origin = fz_transform_point_xy(item->x, item->y, face->ctm);
	struct text_box box = cell_box(face, origin, from, to);
	float x_em = face->vertical ? 0 : 1;
	float y_em = face->vertical ? -1 : 0;
	uint32_t code = clean_code(item->ucs);
	struct glyph *glyph;

	if (lines_is_blank(code)) {
		dev->spaces++;
		return;
	}
	if (!isfinite(box.x0 + box.y0 + box.x1 + box.y1) || !is_on_page(dev, ctx, &box))
		return;
	glyph = new_glyph(dev->to);
	if (!glyph)
		return;
	*glyph = (struct glyph){ .dir_x = face->dir_x,
				 .dir_y = face->dir_y,
				 .em = face->em,
				 .box = box,
				 .code = code,
				 .object = dev->objects,
				 .spaces = dev->spaces,
				 .flags = face->flags };
	glyph->x = origin.x + face->shape.a * from * x_em + face->shape.c * from * y_em;
	glyph->y = origin.y + face->shape.b * from * x_em + face->shape.d * from * y_em;
	glyph->end_x = origin.x + face->shape.a * to * x_em + face->shape.c * to * y_em;
	glyph->end_y = origin.y + face->shape.b * to * x_em + face->shape.d * to * y_em;
	dev->to->glyph_count++;
	dev->spaces = 0;
}

/* In em. Written downwards, a cell is one em: the usual /DW2, which the device is not told. */
static float advance_of(fz_context *ctx, const fz_text_span *span, int gid)
{
	if (gid < 0)
		return 0;
	return span->wmode ? 1 : fabsf(fz_advance_glyph(ctx, span->font, gid, 0));
}

static void add_span(struct collect_device *dev, fz_context *ctx, const fz_text_span *span, const struct face *face)
{
	for (int i = 0; i < span->len;) {
		float advance = advance_of(ctx, span, span->items[i].gid);
		int letters = 1;

		while (i + letters < span->len && span->items[i + letters].gid < 0)
			letters++;
		for (int j = 0; j < letters; j++) {
			const fz_text_item *item = &span->items[i + j];

			if (item->ucs != -1)
				add_glyph(dev, ctx, face, item, advance * (float)j / (float)letters,
					  advance * (float)(j + 1) / (float)letters);
		}
		i += letters;
	}
}

static void add_text(fz_context *ctx, fz_device *dev, const fz_text *text, fz_matrix ctm, uint32_t flags)
{
	struct collect_device *device = self(dev);

	if (device->hidden)
		return;
	device->objects++;
	for (const fz_text_span *span = text->head; span; span = span->next) {
		struct face face = { .vertical = false };

		if (set_face(ctx, span, ctm, flags, &face))
			add_span(device, ctx, span, &face);
	}
}

static void on_fill_text(fz_context *ctx, fz_device *dev, const fz_text *text, fz_matrix ctm, fz_colorspace *cs,
			 const float *color, float alpha, fz_color_params params)
{
	(void)cs;
	(void)color;
	(void)params;
	if (alpha >= OPAQUE)
		add_text(ctx, dev, text, ctm, 0);
}

static void on_stroke_text(fz_context *ctx, fz_device *dev, const fz_text *text, const fz_stroke_state *stroke,
			   fz_matrix ctm, fz_colorspace *cs, const float *color, float alpha, fz_color_params params)
{
	(void)stroke;
	(void)cs;
	(void)color;
	(void)params;
	if (alpha >= OPAQUE)
		add_text(ctx, dev, text, ctm, GLYPH_STROKED);
}

static void on_ignore_text(fz_context *ctx, fz_device *dev, const fz_text *text, fz_matrix ctm)
{
	add_text(ctx, dev, text, ctm, GLYPH_INVISIBLE);
}

/* Text as a clip paints nothing by itself (modes 4 to 6 also fill or stroke it: then it is a duplicate and visible). */
static void on_clip_text(fz_context *ctx, fz_device *dev, const fz_text *text, fz_matrix ctm, fz_rect scissor)
{
	(void)scissor;
	add_text(ctx, dev, text, ctm, GLYPH_INVISIBLE);
}

static void on_clip_stroke_text(fz_context *ctx, fz_device *dev, const fz_text *text, const fz_stroke_state *stroke,
				fz_matrix ctm, fz_rect scissor)
{
	(void)stroke;
	on_clip_text(ctx, dev, text, ctm, scissor);
}

/* --- what hides --- */

static void on_begin_mask(fz_context *ctx, fz_device *dev, fz_rect area, int luminosity, fz_colorspace *cs,
			  const float *bc, fz_color_params params)
{
	(void)ctx;
	(void)area;
	(void)luminosity;
	(void)cs;
	(void)bc;
	(void)params;
	self(dev)->hidden++;
}

static void on_end_mask(fz_context *ctx, fz_device *dev)
{
	(void)ctx;
	self(dev)->hidden--;
}

static void on_begin_group(fz_context *ctx, fz_device *dev, fz_rect area, fz_colorspace *cs, int isolated, int knockout,
			   int blendmode, float alpha)
{
	struct collect_device *device = self(dev);

	(void)ctx;
	(void)area;
	(void)cs;
	(void)isolated;
	(void)knockout;
	(void)blendmode;
	if (device->group_count == device->group_cap) {
		size_t cap = device->group_cap ? device->group_cap * 2 : 64;
		uint8_t *groups = arena_grow(device->to->scratch, device->groups, device->group_cap, cap);

		if (!groups)
			fz_throw(ctx, FZ_ERROR_MEMORY, "too many groups");
		device->groups = groups;
		device->group_cap = cap;
	}
	device->groups[device->group_count++] = alpha < OPAQUE;
	device->hidden += alpha < OPAQUE;
}

static void on_end_group(fz_context *ctx, fz_device *dev)
{
	struct collect_device *device = self(dev);

	(void)ctx;
	if (device->group_count)
		device->hidden -= device->groups[--device->group_count];
}

static int on_begin_tile(fz_context *ctx, fz_device *dev, fz_rect area, fz_rect view, float xstep, float ystep,
			 fz_matrix ctm, int id)
{
	(void)view;
	(void)xstep;
	(void)ystep;
	(void)id;
	area = fz_transform_rect(area, ctm);
	if (!is_thin(area))
		add_box(self(dev), ctx, area);
	self(dev)->hidden++;
	return 0;
}

static void on_end_tile(fz_context *ctx, fz_device *dev)
{
	(void)ctx;
	self(dev)->hidden--;
}

fz_device *collect_new_device(fz_context *ctx, struct collector *collector)
{
	struct collect_device *dev = fz_new_derived_device(ctx, struct collect_device);

	dev->to = collector;
	dev->super.fill_path = on_fill_path;
	dev->super.stroke_path = on_stroke_path;
	dev->super.fill_text = on_fill_text;
	dev->super.stroke_text = on_stroke_text;
	dev->super.clip_text = on_clip_text;
	dev->super.clip_stroke_text = on_clip_stroke_text;
	dev->super.ignore_text = on_ignore_text;
	dev->super.fill_shade = on_fill_shade;
	dev->super.fill_image = on_fill_image;
	dev->super.fill_image_mask = on_fill_image_mask;
	dev->super.begin_mask = on_begin_mask;
	dev->super.end_mask = on_end_mask;
	dev->super.begin_group = on_begin_group;
	dev->super.end_group = on_end_group;
	dev->super.begin_tile = on_begin_tile;
	dev->super.end_tile = on_end_tile;
	return &dev->super;
}
