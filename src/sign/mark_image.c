/* mark_image.c - see mark_image.h. */
#include "sign/mark_image.h"

#include <math.h>
#include <stdio.h>

#include "pdf/png.h"
#include "sign/geometry.h"
#include "util/err.h"

enum {
	PAINTED_ALPHA = 16, /* of 255: less is not seen */
	SOLID_ALPHA = 128,  /* colours are measured on what is at least half opaque */
	WHITE_FROM = 235,   /* all three channels: paper */
	CHROMA = 40,        /* less between the largest and smallest channel is grey or black */
	RING_STEPS = 72,
	MIN_DPI = 200 /* Phần II.I asks it of digitised copies; taken here for pictures too */
};

static const double COLOUR_SHARE = 0.6;
static const double TRANSPARENT_SHARE = 0.05; /* a round seal in its square leaves 21 % */
static const double WHITE_SHARE = 0.05;
static const double MARGIN_SHARE = 0.15; /* of a side */
static const double ROUND_ASPECT = 0.05;
static const double RING_DEPTH = 0.12; /* the ring is painted this near to the edge, in shares of the radius */
static const double RING_SHARE = 0.85;
static const double SIZE_DIFFERS_MM = 1;
static const double MM_PER_INCH = 25.4;

static const struct mark_code_info mark_codes[MARK_CODE_COUNT] = {
	[MARK_EMPTY] = { "mark.empty", MARK_ERROR, "Ảnh không có nét nào", "Nothing is painted in the picture",
			 "NĐ 30/2020 PL I II.7.d" },
	[MARK_OPAQUE] = { "mark.opaque", MARK_ERROR, "Nền ảnh không trong suốt", "The background is not transparent",
			  "NĐ 30/2020 PL I II.7.d, II.8.a" },
	[MARK_WHITE] = { "mark.white", MARK_ERROR, "Ảnh có mảng trắng che chữ bên dưới",
			 "White areas would hide the text below", "NĐ 30/2020 PL I II.7.d, II.8.a" },
	[MARK_COLOUR] = { "mark.colour", MARK_ERROR, "Màu của ảnh không đúng (chữ ký màu xanh, dấu màu đỏ)",
			  "The colour is not the one prescribed (signature blue, seal red)",
			  "NĐ 30/2020 PL I II.7.d, II.8.a" },
	[MARK_MARGINS] = { "mark.margins", MARK_INFO, "Ảnh có lề trống; lề được cắt bỏ khi ký",
			   "The picture has empty margins; they are cut off", "NĐ 30/2020 PL I II.8.a" },
	[MARK_RESOLUTION] = { "mark.resolution", MARK_WARNING, "Độ phân giải dưới 200 dpi ở kích thước khi ký",
			      "Under 200 dpi at the size it will have", "NĐ 30/2020 Phần II.I" },
	[MARK_SIZE_UNKNOWN] = { "mark.size-unknown", MARK_WARNING,
				"Ảnh không ghi kích thước thực; cần nêu đường kính dấu (mm)",
				"The picture does not state its size; give the seal's diameter in mm",
				"NĐ 30/2020 PL I II.8.a" },
	[MARK_SIZE_DIFFERS] = { "mark.size-differs", MARK_WARNING, "Kích thước ghi trong ảnh khác đường kính được nêu",
				"The size stated in the picture is not the diameter given", "NĐ 30/2020 PL I II.8.a" },
	[MARK_DIAMETER] = { "mark.diameter", MARK_ERROR, "Đường kính dấu ngoài khoảng 20-50 mm",
			    "The seal's diameter is not within 20 to 50 mm", "NĐ 30/2020 PL I II.8.a" },
	[MARK_DIAMETER_RARE] = { "mark.diameter-rare", MARK_WARNING, "Đường kính dấu ngoài khoảng thường gặp 34-42 mm",
				 "The seal's diameter is not within the usual 34 to 42 mm", "NĐ 30/2020 PL I II.8.a" },
	[MARK_NOT_ROUND] = { "mark.not-round", MARK_WARNING, "Dấu không tròn", "The seal is not round",
			     "NĐ 30/2020 PL I II.8.a" },
	[MARK_STRETCHED] = { "mark.stretched", MARK_WARNING, "Ảnh có điểm ảnh không vuông",
			     "The picture's pixels are not square", "NĐ 30/2020 PL I II.8.a" },
};

const struct mark_code_info *mark_code_info(enum mark_code code)
{
	return &mark_codes[code];
}

static const char *const colour_units[] = { "% of no colour", "% blue", "% red", "% black or grey",
					    "% of other colours" };

/* ---- pixels ---- */

struct picture {
	const uint8_t *rgb, *alpha; /* alpha NULL: opaque */
	uint32_t width, height;
};

static struct picture picture_of(const struct pd_png *png)
{
	return (struct picture){ pd_png_rgb(png), pd_png_alpha(png), pd_png_width(png), pd_png_height(png) };
}

static bool is_white(const uint8_t *rgb)
{
	return rgb[0] >= WHITE_FROM && rgb[1] >= WHITE_FROM && rgb[2] >= WHITE_FROM;
}

static bool is_painted(const struct picture *picture, size_t i)
{
	return picture->alpha ? picture->alpha[i] >= PAINTED_ALPHA : !is_white(picture->rgb + 3 * i);
}

/* Hue in degrees; the caller has made sure of a chroma. */
static double hue_of(const uint8_t *rgb, int max, int min)
{
	double chroma = max - min;
	double hue;

	if (max == rgb[0])
		hue = (rgb[1] - rgb[2]) / chroma;
	else if (max == rgb[1])
		hue = 2 + (rgb[2] - rgb[0]) / chroma;
	else
		hue = 4 + (rgb[0] - rgb[1]) / chroma;
	return hue < 0 ? hue * 60 + 360 : hue * 60;
}

static enum mark_colour colour_of(const uint8_t *rgb)
{
	int max = rgb[0] > rgb[1] ? rgb[0] : rgb[1];
	int min = rgb[0] < rgb[1] ? rgb[0] : rgb[1];
	double hue;

	max = rgb[2] > max ? rgb[2] : max;
	min = rgb[2] < min ? rgb[2] : min;
	if (max - min < CHROMA)
		return MARK_COLOUR_BLACK;
	hue = hue_of(rgb, max, min);
	if (hue >= 195 && hue <= 275)
		return MARK_COLOUR_BLUE;
	return hue >= 335 || hue <= 20 ? MARK_COLOUR_RED : MARK_COLOUR_OTHER;
}

struct counts {
	size_t transparent, solid, white;
	size_t colours[MARK_COLOUR_OTHER + 1];
};

static void count_pixel(const struct picture *picture, size_t i, struct counts *counts)
{
	const uint8_t *rgb = picture->rgb + 3 * i;

	if (picture->alpha && picture->alpha[i] < PAINTED_ALPHA) {
		counts->transparent++;
		return;
	}
	if (picture->alpha && picture->alpha[i] < SOLID_ALPHA)
		return;
	counts->solid++;
	if (is_white(rgb))
		counts->white++;
	else
		counts->colours[colour_of(rgb)]++;
}

static void grow_trim(struct mark_check *check, uint32_t x, uint32_t y)
{
	if (check->trim_w == 0) {
		check->trim_x = x;
		check->trim_y = y;
		check->trim_w = check->trim_h = 1;
		return;
	}
	if (x < check->trim_x) {
		check->trim_w += check->trim_x - x;
		check->trim_x = x;
	}
	if (x >= check->trim_x + check->trim_w)
		check->trim_w = x - check->trim_x + 1;
	if (y >= check->trim_y + check->trim_h)
		check->trim_h = y - check->trim_y + 1;
}

static void measure(const struct picture *picture, struct counts *counts, struct mark_check *check)
{
	for (uint32_t y = 0; y < picture->height; y++)
		for (uint32_t x = 0; x < picture->width; x++) {
			size_t i = (size_t)y * picture->width + x;

			count_pixel(picture, i, counts);
			if (is_painted(picture, i))
				grow_trim(check, x, y);
		}
}

/* ---- findings ---- */

/* "12.3 % transparent"; no locale has a say in the decimal point. */
static void add(struct mark_check *check, enum mark_code code, double value, const char *unit)
{
	struct mark_finding *finding = &check->findings[check->finding_count++];
	long tenths = lround(fabs(value) * 10);

	finding->code = code;
	snprintf(finding->detail, sizeof(finding->detail), "%ld.%ld %s", tenths / 10, tenths % 10, unit);
	if (mark_codes[code].severity == MARK_ERROR)
		check->usable = false;
}

static void check_background(struct mark_check *check, const struct picture *picture, const struct counts *counts)
{
	double pixels = (double)picture->width * picture->height;

	check->transparent_share = (double)counts->transparent / pixels;
	if (check->transparent_share < TRANSPARENT_SHARE)
		add(check, MARK_OPAQUE, check->transparent_share * 100, "% transparent");
	else if ((double)counts->white > WHITE_SHARE * (double)counts->solid)
		add(check, MARK_WHITE, 100.0 * (double)counts->white / (double)counts->solid,
		    "% of what is painted is white");
}

static void check_colour(struct mark_check *check, enum mark_picture kind, const struct counts *counts)
{
	enum mark_colour wanted = kind == MARK_PICTURE_SEAL ? MARK_COLOUR_RED : MARK_COLOUR_BLUE;
	size_t ink = counts->solid - counts->white;

	for (size_t c = MARK_COLOUR_BLUE; c <= MARK_COLOUR_OTHER; c++)
		if (counts->colours[c] > counts->colours[check->colour])
			check->colour = (enum mark_colour)c;
	check->colour_share = ink ? (double)counts->colours[check->colour] / (double)ink : 0;
	if (check->colour != wanted || check->colour_share < COLOUR_SHARE)
		add(check, MARK_COLOUR, check->colour_share * 100, colour_units[check->colour]);
}

static void check_margins(struct mark_check *check)
{
	double across = 1 - (double)check->trim_w / check->width;
	double down = 1 - (double)check->trim_h / check->height;
	double most = across > down ? across : down;

	if (most > MARGIN_SHARE)
		add(check, MARK_MARGINS, most * 100, "% of a side is empty");
}

static void check_size(struct mark_check *check, const struct pd_png *png, enum mark_picture kind, double asked_mm)
{
	uint32_t ppm_x = pd_png_ppm_x(png);
	uint32_t ppm_y = pd_png_ppm_y(png);
	double usual = kind == MARK_PICTURE_SEAL ? 36 : GEOMETRY_PERSON_WIDTH_MM;

	if (ppm_x && ppm_y) {
		check->mm_w = check->trim_w * 1000.0 / ppm_x;
		check->mm_h = check->trim_h * 1000.0 / ppm_y;
		if (ppm_x > ppm_y + ppm_y / 50 || ppm_y > ppm_x + ppm_x / 50)
			add(check, MARK_STRETCHED, 100.0 * ppm_y / ppm_x - 100, "% wider than high");
	}
	check->place_mm = asked_mm > 0 ? asked_mm : kind == MARK_PICTURE_SEAL && check->mm_w > 0 ? check->mm_w : usual;
	check->dpi = check->trim_w / (check->place_mm / MM_PER_INCH);
	if (check->dpi < MIN_DPI - 1)
		add(check, MARK_RESOLUTION, check->dpi, "dpi");
	if (kind != MARK_PICTURE_SEAL)
		return;
	if (asked_mm <= 0 && check->mm_w <= 0)
		add(check, MARK_SIZE_UNKNOWN, usual, "mm is taken");
	if (asked_mm > 0 && check->mm_w > 0 && fabs(asked_mm - check->mm_w) > SIZE_DIFFERS_MM)
		add(check, MARK_SIZE_DIFFERS, check->mm_w, "mm");
	if (check->place_mm < GEOMETRY_SEAL_MIN_MM || check->place_mm > GEOMETRY_SEAL_MAX_MM)
		add(check, MARK_DIAMETER, check->place_mm, "mm");
	else if (lround(check->place_mm * 10) < lround(GEOMETRY_SEAL_USUAL_MIN_MM * 10) ||
		 lround(check->place_mm * 10) > lround(GEOMETRY_SEAL_USUAL_MAX_MM * 10))
		add(check, MARK_DIAMETER_RARE, check->place_mm, "mm");
}

/* Looks inwards from the edge at many angles: how often the ring is met, and that nothing is painted outside the
 * circle. */
static bool has_ring(const struct mark_check *check, const struct picture *picture)
{
	double rx = check->trim_w / 2.0;
	double ry = check->trim_h / 2.0;
	int met = 0;
	int outside = 0;

	for (int k = 0; k < RING_STEPS; k++) {
		double angle = 2 * M_PI * k / RING_STEPS;
		bool ring = false;

		for (double r = 1.4; r > 1 - RING_DEPTH; r -= 1 / (rx > 1 ? rx : 1)) {
			double x = check->trim_x + rx + r * rx * cos(angle);
			double y = check->trim_y + ry + r * ry * sin(angle);

			if (x < 0 || y < 0 || (uint32_t)x >= picture->width || (uint32_t)y >= picture->height ||
			    !is_painted(picture, (size_t)(uint32_t)y * picture->width + (uint32_t)x))
				continue;
			ring = ring || r <= 1.02;
			outside += r > 1.04;
		}
		met += ring;
	}
	return met >= RING_SHARE * RING_STEPS && outside == 0;
}

static void check_round(struct mark_check *check, const struct picture *picture)
{
	double aspect = (double)check->trim_w / check->trim_h;

	check->round = fabs(aspect - 1) <= ROUND_ASPECT && has_ring(check, picture);
	if (!check->round)
		add(check, MARK_NOT_ROUND, aspect * 100, "% as wide as high");
}

void mark_image_check(const struct pd_png *png, enum mark_picture kind, double asked_mm, struct mark_check *ret)
{
	struct picture picture = picture_of(png);
	struct mark_check check = { .width = picture.width, .height = picture.height, .usable = true };
	struct counts counts = { .transparent = 0 };

	measure(&picture, &counts, &check);
	if (check.trim_w == 0 || counts.solid == counts.white) {
		add(&check, MARK_EMPTY, 0, "% painted");
		*ret = check;
		return;
	}
	check_background(&check, &picture, &counts);
	check_colour(&check, kind, &counts);
	check_margins(&check);
	check_size(&check, png, kind, asked_mm);
	if (kind == MARK_PICTURE_SEAL)
		check_round(&check, &picture);
	*ret = check;
}

int mark_image_trim(const struct pd_png *png, struct pd_png **ret, struct err *err)
{
	struct picture picture = picture_of(png);
	struct mark_check check = { .usable = true };
	struct counts counts = { .transparent = 0 };

	measure(&picture, &counts, &check);
	if (check.trim_w == 0)
		return err_set(err, ERR_SIGN_MARK_IMAGE, "nothing is painted in the picture");
	return pd_png_crop(png, check.trim_x, check.trim_y, check.trim_w, check.trim_h, ret, err);
}
