/* cmd_pdf_prepare.c - `kyso pdf prepare` and `kyso pdf embed`: two-step signing, the key being elsewhere. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/commands.h"
#include "cli/sign_options.h"

/* Where the key that guards states is kept when nothing is said: $XDG_STATE_HOME/kyso or ~/.local/state/kyso, for the owner only. */
static int default_state_key(struct cli *cli, const char **ret_path, struct err *err)
{
	const char *state = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");
	char *dir;

	if (!state && !home)
		return err_set(err, ERR_USAGE, "no home folder: say with --state-key FILE where the state key is kept");
	dir = state ? arena_printf(cli->arena, "%s/kyso/", state) : arena_printf(cli->arena, "%s/.local/state/kyso/", home);
	if (!dir)
		return err_set(err, ERR_NO_MEMORY, "no memory");
	for (char *slash = strchr(dir + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(dir, 0700) < 0 && errno != EEXIST)
			return err_set_errno(err, ERR_FILE_WRITE, errno, "%s", dir);
		*slash = '/';
	}
	*ret_path = arena_printf(cli->arena, "%sstate.key", dir);
	return 0;
}

static int parse(struct cli *cli, int argc, char **argv, struct sign_options *options, struct opt_list *args, struct err *err)
{
	if (opt_parse(sign_option_table, argc, argv, options, cli->arena, args, err) < 0)
		return -1;
	if (args->count != 1 || !options->out || !options->state)
		return err_set(err, ERR_USAGE, "one PDF, -o FILE and --state S.json are needed");
	return options->state_key ? 0 : default_state_key(cli, &options->state_key, err);
}

int cmd_pdf_prepare(struct cli *cli, int argc, char **argv, struct err *err)
{
	AUTO(signing_session_freep) struct signing_session *session = NULL;
	struct sign_options options = { 0 };
	struct signing_settings settings;
	struct opt_list args;

	if (parse(cli, argc, argv, &options, &args, err) < 0)
		return -1;
	if (!options.as)
		options.as = "none";
	if (!options.cert_file)
		return err_set(err, ERR_USAGE, "--cert-file F: the certificate (and chain) of the key that will sign");
	if (sign_options_settings(cli, &options, &settings, err) < 0)
		return -1;
	settings.cert_path = options.cert_file;
	if (signing_session_new(&settings, NULL, &session, err) < 0)
		return -1;
	return signing_prepare_file(session, args.items[0], options.out, options.state, err);
}

int cmd_pdf_embed(struct cli *cli, int argc, char **argv, struct err *err)
{
	AUTO(signing_session_freep) struct signing_session *session = NULL;
	struct sign_options options = { 0 };
	struct signing_settings settings;
	struct opt_list args;

	if (parse(cli, argc, argv, &options, &args, err) < 0)
		return -1;
	if (!options.signature)
		return err_set(err, ERR_USAGE, "--signature SIG.bin: the value made by the key");
	options.as = "none";
	if (sign_options_settings(cli, &options, &settings, err) < 0)
		return -1;
	if (signing_session_new(&settings, NULL, &session, err) < 0)
		return -1;
	return signing_embed_file(session, args.items[0], options.state, options.signature, options.out, err);
}
