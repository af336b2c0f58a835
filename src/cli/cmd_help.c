/* cmd_help.c - `kyso help [COMMAND]`, `kyso version`, `kyso errors`: all printed from the tables. */
#include <string.h>

#include "cli/commands.h"
#include "util/json.h"

#ifndef KYSO_VERSION
#define KYSO_VERSION "dev"
#endif

static int help_one(const struct cli *cli, const char *name, struct err *err)
{
	AUTO(buf_release) struct buf text = BUF_INIT;
	const struct cli_command *command = cli_find(name);

	if (!command)
		return err_set(err, ERR_USAGE, "there is no command \"%s\"", name);
	buf_printf(&text, "kyso %s %s\n  %s\n", command->name, command->usage, cli->english ? command->en : command->vi);
	if (!cli->english)
		buf_printf(&text, "  %s\n", command->en);
	if (command->options)
		opt_help(command->options, !cli->english, &text);
	return cli_print(&text, err);
}

int cmd_help(struct cli *cli, int argc, char **argv, struct err *err)
{
	AUTO(buf_release) struct buf text = BUF_INIT;

	if (argc == 1)
		return help_one(cli, argv[0], err);
	if (argc >= 2)
		return help_one(cli, arena_printf(cli->arena, "%s %s", argv[0], argv[1]), err);
	buf_puts(&text, "kyso [--json] [--lang vi|en] [--clock RFC3339] COMMAND [OPTIONS] [ARGUMENTS]\n\n");
	for (size_t i = 0; i < cli_command_count; i++)
		buf_printf(&text, "  %-18s %s\n", cli_commands[i].name, cli->english ? cli_commands[i].en : cli_commands[i].vi);
	return cli_print(&text, err);
}

int cmd_version(struct cli *cli, int argc, char **argv, struct err *err)
{
	AUTO(buf_release) struct buf text = BUF_INIT;

	(void)cli;
	(void)argv;
	if (argc)
		return err_set(err, ERR_USAGE, "version takes no argument");
	buf_puts(&text, "kyso " KYSO_VERSION "\n");
	return cli_print(&text, err);
}

int cmd_errors(struct cli *cli, int argc, char **argv, struct err *err)
{
	AUTO(js_freep) struct json *list = js_new_array();
	AUTO(buf_release) struct buf text = BUF_INIT;

	(void)argv;
	if (argc)
		return err_set(err, ERR_USAGE, "errors takes no argument");
	for (int code = ERR_NONE + 1; code < ERR_CODE_COUNT; code++) {
		const struct err_info *info = err_info((enum err_code)code);
		struct json *row = js_new_object();

		js_set_string(row, "code", info->name);
		js_set_int(row, "exit", info->exit_status);
		js_set_int(row, "http", info->http_status);
		js_set_string(row, "vi", info->vi);
		js_set_string(row, "en", info->en);
		js_add(list, row);
		buf_printf(&text, "| `%s` | %d | %d | %s | %s |\n", info->name, info->exit_status, info->http_status, info->vi, info->en);
	}
	return cli->json ? cli_print_json(list, err) : cli_print(&text, err);
}
