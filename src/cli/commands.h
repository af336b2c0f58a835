/* commands.h - the run functions and option tables of all commands: one file cmd_<name>.c each. Only commands.c includes this. */
#ifndef KYSO_CLI_COMMANDS_H
#define KYSO_CLI_COMMANDS_H

#include "cli/cli.h"
#include "cli/sign_options.h"

#define CLI_COMMAND(symbol)                                                                                            \
	extern const struct opt symbol##_options[];                                                                    \
	int symbol(struct cli *cli, int argc, char **argv, struct err *err)

int cmd_bench(struct cli *cli, int argc, char **argv, struct err *err);
CLI_COMMAND(cmd_ca_crl);
CLI_COMMAND(cmd_ca_init);
CLI_COMMAND(cmd_ca_issue);
CLI_COMMAND(cmd_ca_list);
CLI_COMMAND(cmd_ca_revoke);
CLI_COMMAND(cmd_ca_serve);
CLI_COMMAND(cmd_cert_verify);
CLI_COMMAND(cmd_verify);
int cmd_cert_show(struct cli *cli, int argc, char **argv, struct err *err);
int cmd_document_prepare(struct cli *cli, int argc, char **argv, struct err *err);
int cmd_errors(struct cli *cli, int argc, char **argv, struct err *err);
int cmd_help(struct cli *cli, int argc, char **argv, struct err *err);
int cmd_mark_check(struct cli *cli, int argc, char **argv, struct err *err);
int cmd_pdf_embed(struct cli *cli, int argc, char **argv, struct err *err);
int cmd_pdf_image(struct cli *cli, int argc, char **argv, struct err *err);
int cmd_pdf_normalise(struct cli *cli, int argc, char **argv, struct err *err);
int cmd_pdf_prepare(struct cli *cli, int argc, char **argv, struct err *err);
int cmd_pdf_show(struct cli *cli, int argc, char **argv, struct err *err);
int cmd_sign(struct cli *cli, int argc, char **argv, struct err *err);
int cmd_sign_plan(struct cli *cli, int argc, char **argv, struct err *err);
int cmd_token_generate(struct cli *cli, int argc, char **argv, struct err *err);
int cmd_token_import(struct cli *cli, int argc, char **argv, struct err *err);
int cmd_token_init(struct cli *cli, int argc, char **argv, struct err *err);
int cmd_token_list(struct cli *cli, int argc, char **argv, struct err *err);
int cmd_token_unblock(struct cli *cli, int argc, char **argv, struct err *err);
int cmd_version(struct cli *cli, int argc, char **argv, struct err *err);


/* Tables that several commands share. */
extern const struct opt cmd_pdf_options[];
extern const struct opt cmd_token_options[];
extern const struct opt cmd_mark_check_options[];

#endif
