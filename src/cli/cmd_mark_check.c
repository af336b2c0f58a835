/* cmd_mark_check.c - `kyso mark check F.png --as person|agency`: does the picture do, and what is wrong with it. Exit 1 when it does not. */
#include <string.h>

#include "cli/commands.h"
#include "pdf/png.h"
#include "sign/mark_image.h"
#include "util/file.h"
#include "util/json.h"

enum { MAX_PICTURE_BYTES = 64 * 1024 * 1024 };

struct mark_options {
	const char *as, *trimmed;
	double mm;
};

const struct opt cmd_mark_check_options[] = {
	{ OPT_STRING, "as", offsetof(struct mark_options, as), "MARK", "person (chữ ký) | agency (con dấu)", "person (signature) | agency (seal)" },
	{ OPT_REAL, "mm", offsetof(struct mark_options, mm), "D", "kích thước thật, mm", "real size, mm" },
	{ OPT_STRING, "o", offsetof(struct mark_options, trimmed), "F.png", "ghi ảnh đã cắt lề", "writes the picture without its margins" },
	{ .kind = OPT_END },
};

static const char *severity_name(enum mark_severity severity)
{
	static const char *const names[] = { "info", "warning", "error" };

	return names[severity];
}

static const char *colour_name(enum mark_colour colour)
{
	static const char *const names[] = { "none", "blue", "red", "black", "other" };

	return names[colour];
}

static struct json *check_json(const struct mark_check *check, const char *file)
{
	struct json *json = js_new_object();
	struct json *findings = js_new_array();

	js_set_string(json, "schema", "kyso.mark/1");
	js_set_string(json, "file", file);
	js_set_bool(json, "usable", check->usable);
	js_set_int(json, "width", check->width);
	js_set_int(json, "height", check->height);
	js_set_string(json, "colour", colour_name(check->colour));
	js_set_real(json, "colour_share", check->colour_share);
	js_set_real(json, "transparent_share", check->transparent_share);
	js_set_real(json, "width_mm", check->mm_w);
	js_set_real(json, "height_mm", check->mm_h);
	js_set_real(json, "place_mm", check->place_mm);
	js_set_real(json, "dpi", check->dpi);
	js_set_bool(json, "round", check->round);
	for (size_t i = 0; i < check->finding_count; i++) {
		const struct mark_code_info *info = mark_code_info(check->findings[i].code);
		struct json *row = js_new_object();

		js_set_string(row, "code", info->name);
		js_set_string(row, "severity", severity_name(info->severity));
		js_set_string(row, "vi", info->vi);
		js_set_string(row, "en", info->en);
		js_set_string(row, "detail", check->findings[i].detail);
		js_set_string(row, "ref", info->ref);
		js_add(findings, row);
	}
	js_set(json, "findings", findings);
	return json;
}

static int print_check(const struct cli *cli, const struct mark_check *check, const char *file, struct err *err)
{
	AUTO(buf_release) struct buf text = BUF_INIT;
	AUTO(js_freep) struct json *json = NULL;

	if (cli->json) {
		json = check_json(check, file);
		return cli_print_json(json, err);
	}
	buf_printf(&text, "%s: %u x %u, %s", file, check->width, check->height, colour_name(check->colour));
	if (check->mm_w > 0)
		buf_printf(&text, ", %.1f x %.1f mm", check->mm_w, check->mm_h);
	buf_puts(&text, check->usable ? (cli->english ? ": usable\n" : ": dùng được\n") : (cli->english ? ": not usable\n" : ": không dùng được\n"));
	for (size_t i = 0; i < check->finding_count; i++) {
		const struct mark_code_info *info = mark_code_info(check->findings[i].code);

		buf_printf(&text, "  %s: %s (%s) [%s; %s]\n", severity_name(info->severity), cli->english ? info->en : info->vi, check->findings[i].detail,
			   info->name, info->ref);
	}
	return cli_print(&text, err);
}

static int write_trimmed(const struct pd_png *png, const char *path, struct err *err)
{
	AUTO(pd_png_freep) struct pd_png *trimmed = NULL;
	AUTO(buf_release) struct buf file = BUF_INIT;

	if (mark_image_trim(png, &trimmed, err) < 0)
		return -1;
	if (pd_png_write(pd_png_width(trimmed), pd_png_height(trimmed), pd_png_rgb(trimmed), pd_png_alpha(trimmed), pd_png_ppm_x(trimmed), &file, err) < 0)
		return -1;
	return file_write(path, buf_str(&file), file.len, err);
}

int cmd_mark_check(struct cli *cli, int argc, char **argv, struct err *err)
{
	AUTO(buf_release) struct buf file = BUF_INIT;
	AUTO(pd_png_freep) struct pd_png *png = NULL;
	struct mark_options options = { .as = "person" };
	struct mark_check check;
	struct opt_list args;
	bool seal;

	if (opt_parse(cmd_mark_check_options, argc, argv, &options, cli->arena, &args, err) < 0)
		return -1;
	seal = strcmp(options.as, "agency") == 0;
	if (args.count != 1 || (!seal && strcmp(options.as, "person") != 0))
		return err_set(err, ERR_USAGE, "mark check wants one F.png and --as person or agency");
	if (file_read(args.items[0], MAX_PICTURE_BYTES, &file, err) < 0)
		return -1;
	if (pd_png_parse((struct bytes){ (const uint8_t *)buf_str(&file), file.len }, &png, err) < 0)
		return err_prefix(err, "%s", args.items[0]);
	mark_image_check(png, seal ? MARK_PICTURE_SEAL : MARK_PICTURE_SIGNATURE, options.mm, &check);
	if (options.trimmed && write_trimmed(png, options.trimmed, err) < 0)
		return -1;
	if (print_check(cli, &check, args.items[0], err) < 0)
		return -1;
	return !check.usable;
}
