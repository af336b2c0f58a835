/* cli.c - finds the command in the table, runs it, and turns errors into messages and exit statuses. See cli.h. */
#include "cli/cli.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "util/date.h"
#include "util/json.h"
#include "util/secret.h"
#include "util/str.h"

enum { CLI_ARENA_BYTES = 1024 * 1024 * 1024, EXIT_USAGE = 2 };

static int compare_name(const void *key, const void *row)
{
	return strcmp(key, ((const struct cli_command *)row)->name);
}

const struct cli_command *cli_find(const char *name)
{
	return bsearch(name, cli_commands, cli_command_count, sizeof(cli_commands[0]), compare_name);
}

/* The command whose name is argv[0] argv[1], or argv[0]; ret_words says how many words it took. */
static const struct cli_command *find_command(int argc, char **argv, int *ret_words)
{
	const struct cli_command *command = NULL;
	char two[64];

	if (argc >= 2 && snprintf(two, sizeof(two), "%s %s", argv[0], argv[1]) < (int)sizeof(two))
		command = cli_find(two);
	*ret_words = command ? 2 : 1;
	return command ? command : cli_find(argv[0]);
}

int cli_print(const struct buf *text, struct err *err)
{
	if (fwrite(buf_str(text), 1, text->len, stdout) != text->len || fflush(stdout) != 0)
		return err_set_errno(err, ERR_FILE_WRITE, errno, "standard output");
	return 0;
}

int cli_print_json(const struct json *json, struct err *err)
{
	AUTO(buf_release) struct buf text = BUF_INIT;

	if (js_write(json, 1, &text, err) < 0)
		return -1;
	buf_putc(&text, '\n');
	return cli_print(&text, err);
}

void cli_note(const struct cli *cli, const char *fmt, ...)
{
	va_list ap;

	(void)cli;
	fputs("kyso: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

int cli_secret(const struct cli_secret_source *source, const char *prompt, struct secret **ret_secret, struct err *err)
{
	if (source->fd && source->file)
		return err_set(err, ERR_USAGE, "give --pin-fd or --pin-file, not both");
	if (source->fd) {
		uint64_t fd;

		if (!str_parse_u64(str_of(source->fd), &fd) || fd > 1023)
			return err_set(err, ERR_USAGE, "--pin-fd wants a descriptor number, not \"%s\"", source->fd);
		return secret_read_fd((int)fd, ret_secret, err);
	}
	if (source->file)
		return secret_read_file(source->file, ret_secret, err);
	return secret_ask(prompt, ret_secret, err);
}

int cli_time(const struct cli *cli, const char *text, int64_t *ret_ms, struct err *err)
{
	if (text)
		return date_parse_rfc3339(str_of(text), ret_ms, err);
	*ret_ms = clock_now_ms(&cli->clock);
	return 0;
}

static int report(const struct cli *cli, const char *name, const struct err *error)
{
	const struct err_info *info = err_info(error->code);

	fprintf(stderr, "kyso %s: %s", name, cli->english ? info->en : info->vi);
	if (!cli->english)
		fprintf(stderr, " (%s)", info->en);
	fprintf(stderr, ": %s [%s]\n", error->detail, info->name);
	if (error->code == ERR_USAGE)
		fprintf(stderr, "kyso help %s\n", name);
	return info->exit_status;
}

/* Global options may stand before the command; --json and --lang are taken anywhere. Returns the new argc. */
static int take_globals(struct cli *cli, int argc, char **argv, struct err *err)
{
	int kept = 0;
	bool options = true;

	for (int i = 0; i < argc; i++) {
		bool more = i + 1 < argc;

		if (options && strcmp(argv[i], "--") == 0)
			options = false;
		if (options && strcmp(argv[i], "--json") == 0) {
			cli->json = true;
		} else if (options && more && strcmp(argv[i], "--lang") == 0) {
			cli->english = strcmp(argv[++i], "en") == 0;
		} else if (options && more && strcmp(argv[i], "--clock") == 0) {
			int64_t at;

			if (date_parse_rfc3339(str_of(argv[++i]), &at, err) < 0)
				return -1;
			cli->clock = clock_fixed(at);
		} else {
			argv[kept++] = argv[i];
		}
	}
	return kept;
}

/* Where the program stands. Without /proc (a bare chroot) by the name it was started with, links followed. */
static char *program_dir(struct arena *arena)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	const char *started = (const char *)getauxval(AT_EXECFN);
	char *slash;

	if (n > 0)
		path[n] = '\0';
	else if (!started || !realpath(started, path))
		return arena_strdup(arena, ".");
	slash = strrchr(path, '/');
	if (slash)
		*slash = '\0';
	return arena_strdup(arena, path);
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct err err = ERR_INIT;
	const struct cli_command *command;
	int words;
	int status;

	argc = take_globals(cli, argc, argv, &err);
	if (argc < 0)
		return report(cli, "", &err);
	if (argc == 0) {
		cli_find("help")->run(cli, 0, NULL, &err);
		return EXIT_USAGE;
	}
	command = find_command(argc, argv, &words);
	if (!command) {
		fprintf(stderr, "kyso: không có lệnh \"%s\" (there is no such command); kyso help\n", argv[0]);
		return EXIT_USAGE;
	}
	status = command->run(cli, argc - words, argv + words, &err);
	return status < 0 ? report(cli, command->name, &err) : status;
}

int cli_main(int argc, char **argv)
{
	struct cli cli = { .clock = clock_system() };
	int status;

	signal(SIGPIPE, SIG_IGN);
	cli.arena = arena_new(CLI_ARENA_BYTES);
	if (!cli.arena) {
		fputs("kyso: no memory\n", stderr);
		return err_info(ERR_NO_MEMORY)->exit_status;
	}
	cli.program_dir = program_dir(cli.arena);
	status = run(&cli, argc > 0 ? argc - 1 : 0, argv + 1);
	arena_free(cli.arena);
	return status;
}
