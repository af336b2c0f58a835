/*
 * cmd_pdf.c - `kyso pdf normalise IN -o OUT`, `kyso pdf image IN -o OUT.png`, `kyso pdf show IN`: what can be done with a PDF besides
 * signing it. Pages are read in the cage.
 */
#include <string.h>

#include "cli/commands.h"
#include "pdf/document.h"
#include "pdf/fields.h"
#include "pdf/pages.h"
#include "pdf/png.h"
#include "service/cage.h"
#include "util/file.h"
#include "util/json.h"

struct pdf_options {
	const char *out;
	int page, dpi;
};

#define PDF(kind_, name_, member, metavar_, vi_, en_) { kind_, name_, offsetof(struct pdf_options, member), metavar_, vi_, en_ }

const struct opt cmd_pdf_options[] = {
	PDF(OPT_STRING, "o", out, "FILE", "tệp kết quả", "the output"),
	PDF(OPT_INT, "page", page, "N", "(image) trang, từ 1", "(image) page, from 1"),
	PDF(OPT_INT, "dpi", dpi, "N", "(image) độ phân giải, mặc định 100", "(image) resolution, default 100"),
	{ .kind = OPT_END },
};

static int parse(struct cli *cli, int argc, char **argv, bool output, struct pdf_options *options, const char **ret_in, struct err *err)
{
	struct opt_list args;

	if (opt_parse(cmd_pdf_options, argc, argv, options, cli->arena, &args, err) < 0)
		return -1;
	if (args.count != 1 || (output && !options->out))
		return err_set(err, ERR_USAGE, output ? "one IN.pdf and -o FILE are needed" : "one IN.pdf is needed");
	*ret_in = args.items[0];
	return 0;
}

static int open_cage(const struct cli *cli, struct cage **ret_cage, struct err *err)
{
	struct cage_options options = { .worker_path = arena_printf(cli->arena, "%s/kyso-worker", cli->program_dir) };

	return cage_new(&options, ret_cage, err);
}

int cmd_pdf_normalise(struct cli *cli, int argc, char **argv, struct err *err)
{
	AUTO(file_map_freep) struct file_map *map = NULL;
	AUTO(cage_freep) struct cage *cage = NULL;
	AUTO(pd_freep) struct pd_doc *doc = NULL;
	AUTO(buf_release) struct buf pdf = BUF_INIT;
	struct pdf_options options = { 0 };
	const char *in;

	if (parse(cli, argc, argv, true, &options, &in, err) < 0 || file_map_open(in, &map, err) < 0 || open_cage(cli, &cage, err) < 0)
		return -1;
	if (cage_normalise(cage, file_map_peek_fd(map), &pdf, err) < 0)
		return err_prefix(err, "%s", in);
	if (pd_open((struct bytes){ (const uint8_t *)buf_str(&pdf), pdf.len }, PD_OPEN_STRICT, &doc, err) < 0 || pd_load_all(doc, err) < 0)
		return err_prefix(err, "%s, rewritten", in);
	return file_write(options.out, buf_str(&pdf), pdf.len, err);
}

int cmd_pdf_image(struct cli *cli, int argc, char **argv, struct err *err)
{
	AUTO(file_map_freep) struct file_map *map = NULL;
	AUTO(cage_freep) struct cage *cage = NULL;
	AUTO(buf_release) struct buf png = BUF_INIT;
	struct pdf_options options = { .page = 1, .dpi = 100 };
	struct page_image image;
	const char *in;

	if (parse(cli, argc, argv, true, &options, &in, err) < 0)
		return -1;
	if (options.page < 1 || options.dpi < 10 || options.dpi > 600)
		return err_set(err, ERR_USAGE, "--page counts from 1, --dpi is 10 to 600");
	if (file_map_open(in, &map, err) < 0 || open_cage(cli, &cage, err) < 0)
		return -1;
	if (cage_page_render(cage, file_map_peek_fd(map), (uint32_t)options.page - 1, options.dpi, cli->arena, &image, err) < 0)
		return err_prefix(err, "%s", in);
	if (pd_png_write(image.width, image.height, image.rgb, NULL, (uint32_t)(options.dpi / 0.0254), &png, err) < 0)
		return -1;
	return file_write(options.out, buf_str(&png), png.len, err);
}

static struct json *revisions_json(struct pd_doc *doc)
{
	static const char *const kinds[] = { "table", "stream", "hybrid" };
	struct json *list = js_new_array();

	for (uint32_t r = 0; r < pd_revision_count(doc); r++) {
		const struct pd_revision *revision = pd_revision(doc, r);
		struct json *row = js_new_object();
		size_t entries;

		(void)pd_revision_entries(doc, r, &entries);
		js_set_int(row, "revision", r);
		js_set_int(row, "start", (int64_t)revision->start);
		js_set_int(row, "end", (int64_t)revision->end);
		js_set_string(row, "xref", kinds[revision->xref_kind]);
		js_set_bool(row, "linearized", revision->linearized);
		js_set_int(row, "objects", (int64_t)entries);
		js_add(list, row);
	}
	return list;
}

static int fields_json(struct cli *cli, struct pd_doc *doc, struct json **ret_list, struct err *err)
{
	static const char *const types[] = { "none", "text", "button", "choice", "signature" };
	struct pd_field_list fields;
	struct json *list;

	if (pd_field_list(pd_view_last(doc), cli->arena, &fields, err) < 0)
		return -1;
	list = js_new_array();
	for (size_t i = 0; i < fields.count; i++) {
		struct json *row = js_new_object();

		js_set_string(row, "name", fields.items[i].name);
		js_set_string(row, "type", types[fields.items[i].type]);
		js_set_bool(row, "filled", fields.items[i].value_raw != NULL);
		js_set_int(row, "page", fields.items[i].widget_count ? fields.items[i].widgets[0].page_index + 1 : 0);
		js_add(list, row);
	}
	*ret_list = list;
	return 0;
}

int cmd_pdf_show(struct cli *cli, int argc, char **argv, struct err *err)
{
	AUTO(file_map_freep) struct file_map *map = NULL;
	AUTO(pd_freep) struct pd_doc *doc = NULL;
	AUTO(js_freep) struct json *json = js_new_object();
	struct pdf_options options = { 0 };
	struct json *fields;
	uint32_t pages;
	const char *in;

	if (parse(cli, argc, argv, false, &options, &in, err) < 0 || file_map_open(in, &map, err) < 0)
		return -1;
	if (pd_open(file_map_bytes(map), PD_OPEN_ALLOW_HYBRID, &doc, err) < 0 || pd_load_all(doc, err) < 0 ||
	    pd_page_count(pd_view_last(doc), &pages, err) < 0 || fields_json(cli, doc, &fields, err) < 0)
		return err_prefix(err, "%s", in);
	js_set_string(json, "file", in);
	js_set_int(json, "version", pd_version(doc));
	js_set_bool(json, "encrypted", pd_is_encrypted(doc));
	js_set_int(json, "pages", pages);
	js_set(json, "revisions", revisions_json(doc));
	js_set(json, "fields", fields);
	return cli_print_json(json, err);
}
