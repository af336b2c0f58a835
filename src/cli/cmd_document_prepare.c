/* cmd_document_prepare.c - `kyso document prepare IN.pdf -o OUT.pdf`: fields for number and date over the letter's blanks. */
#include "cli/commands.h"
#include "cli/sign_options.h"
#include "util/json.h"

int cmd_document_prepare(struct cli *cli, int argc, char **argv, struct err *err)
{
	AUTO(signing_session_freep) struct signing_session *session = NULL;
	AUTO(js_freep) struct json *report = NULL;
	struct sign_options options = { .as = "none" };
	struct signing_settings settings;
	struct opt_list args;

	if (opt_parse(sign_option_table, argc, argv, &options, cli->arena, &args, err) < 0)
		return -1;
	if (args.count != 1 || !options.out)
		return err_set(err, ERR_USAGE, "document prepare wants IN.pdf and -o OUT.pdf");
	if (sign_options_settings(cli, &options, &settings, err) < 0 || signing_session_new(&settings, NULL, &session, err) < 0)
		return -1;
	if (signing_prepare_fields(session, args.items[0], options.out, cli->arena, &report, err) < 0)
		return -1;
	return cli_print_json(report, err);
}
