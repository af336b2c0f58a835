/* cmd_sign_plan.c - `kyso sign plan IN.pdf --as MARK ...`: what would be put where, by which clause; signs nothing. */
#include "cli/commands.h"
#include "cli/sign_options.h"
#include "util/json.h"

static int print_plan(const struct cli *cli, const struct sign_plan *plan, const char *in, struct err *err)
{
	AUTO(buf_release) struct buf text = BUF_INIT;
	AUTO(js_freep) struct json *json = NULL;
	int rc;

	if (cli->json) {
		json = plan_json(plan, in);
		rc = cli_print_json(json, err);
	} else {
		plan_text(plan, cli->english, &text);
		rc = cli_print(&text, err);
	}
	return rc < 0 ? -1 : !plan->sure;
}

int cmd_sign_plan(struct cli *cli, int argc, char **argv, struct err *err)
{
	AUTO(signing_session_freep) struct signing_session *session = NULL;
	AUTO(workfile_freep) struct workfile *work = NULL;
	struct sign_options options = { 0 };
	struct signing_settings settings;
	struct sign_plan plan;
	struct opt_list args;

	if (opt_parse(sign_option_table, argc, argv, &options, cli->arena, &args, err) < 0)
		return -1;
	if (args.count != 1)
		return err_set(err, ERR_USAGE, "sign plan wants one IN.pdf (%zu arguments given)", args.count);
	if (sign_options_settings(cli, &options, &settings, err) < 0)
		return -1;
	settings.status = STATUS_SKIP;
	if (signing_session_new(&settings, NULL, &session, err) < 0 || workfile_open(args.items[0], 0, &work, err) < 0)
		return -1;
	if (signing_plan(session, work, cli->arena, &plan, err) < 0)
		return -1;
	if (options.preview && plan.sure && signing_preview(session, work, &plan, options.preview, err) < 0)
		return -1;
	return print_plan(cli, &plan, args.items[0], err);
}
