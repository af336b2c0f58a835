/*
 * cli.h - the command line: a sorted table of commands, one file a command, and what every command is given.
 *
 * A command translates: options (util/opt.h) to one call of the layers below, the result to text or JSON. It returns its exit
 * status (contracts: 0 done, 1 answered "no", 2 usage, 3 refused, 4 outside world), or -1 with the error filled, whose table row
 * then gives the exit status and the message. stdout = result, stderr = messages. Time comes from cli->clock only.
 */
#ifndef KYSO_CLI_CLI_H
#define KYSO_CLI_CLI_H

#include <stdbool.h>
#include <stdio.h>

#include "util/arena.h"
#include "util/buf.h"
#include "util/clock.h"
#include "util/err.h"
#include "util/opt.h"

struct json;

struct cli {
	struct arena *arena;      /* of this command */
	struct clock clock;       /* the system's, or --clock */
	bool json;                /* --json was given before or after the command */
	bool english;             /* --lang en */
	const char *program_dir;  /* where kyso stands; the worker is beside it */
};

struct cli_command {
	const char *name;   /* "sign", "ca issue": one or two words */
	const char *usage;  /* what follows the name */
	const char *vi, *en; /* one line of help */
	const struct opt *options; /* for help; NULL when there are none */
	int (*run)(struct cli *cli, int argc, char **argv, struct err *err); /* argv begins after the name */
};

/* The table (commands.c), sorted by name. */
extern const struct cli_command cli_commands[];
extern const size_t cli_command_count;
const struct cli_command *cli_find(const char *name);

/* Runs kyso's command line; returns the process's exit status. */
int cli_main(int argc, char **argv);

/* Prints a JSON value and a line end on stdout. */
NODISCARD int cli_print_json(const struct json *json, struct err *err);
/* Writes all of a text to stdout; ERR_FILE_WRITE when it could not be written. */
NODISCARD int cli_print(const struct buf *text, struct err *err);
/* "kyso sign: <text> ..." on stderr. */
void cli_note(const struct cli *cli, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* A secret from --pin-fd / --pin-file (both may be unset: asks on the terminal). */
struct secret;
struct cli_secret_source {
	const char *fd;
	const char *file;
};
NODISCARD int cli_secret(const struct cli_secret_source *source, const char *prompt, struct secret **ret_secret, struct err *err);

/* An RFC 3339 time of an option, or the clock's when text is NULL. */
NODISCARD int cli_time(const struct cli *cli, const char *text, int64_t *ret_ms, struct err *err);

#endif
