/* commands.c - the table of commands, sorted by name (a test holds the order). What is not listed does not exist. */
#include "cli/commands.h"

const struct cli_command cli_commands[] = {
	{ "errors", "", "Bảng mã lỗi", "The table of error codes", NULL, cmd_errors },
	{ "help", "[COMMAND]", "Cách dùng các lệnh", "How to use the commands", NULL, cmd_help },
	{ "version", "", "Phiên bản", "The version", NULL, cmd_version },
};

const size_t cli_command_count = ARRAY_LEN(cli_commands);
