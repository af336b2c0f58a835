/* commands.h - the run functions and option tables of all commands: one file cmd_<name>.c each. Only commands.c includes this. */
#ifndef KYSO_CLI_COMMANDS_H
#define KYSO_CLI_COMMANDS_H

#include "cli/cli.h"

#define CLI_COMMAND(symbol)                                                                                            \
	extern const struct opt symbol##_options[];                                                                    \
	int symbol(struct cli *cli, int argc, char **argv, struct err *err)

CLI_COMMAND(cmd_ca_crl);
CLI_COMMAND(cmd_ca_init);
CLI_COMMAND(cmd_ca_issue);
CLI_COMMAND(cmd_ca_list);
CLI_COMMAND(cmd_ca_revoke);
CLI_COMMAND(cmd_ca_serve);
int cmd_errors(struct cli *cli, int argc, char **argv, struct err *err);
int cmd_help(struct cli *cli, int argc, char **argv, struct err *err);
int cmd_version(struct cli *cli, int argc, char **argv, struct err *err);

#endif
