/*
 * cmd_ca_serve.c - `kyso ca serve DIR`: the stand-in authority over HTTP until SIGINT or SIGTERM.
 *
 * The first line on standard output is the URL it listens on. The signals are blocked before any thread starts, so that
 * every thread inherits the mask and only sigwaitinfo takes them.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "ca/ca.h"
#include "cli/commands.h"
#include "http/ca_server.h"

struct serve_options {
	const char *listen, *misbehave;
};

const struct opt cmd_ca_serve_options[] = {
	{ OPT_STRING, "listen", offsetof(struct serve_options, listen), "HOST:PORT",
	  "Địa chỉ nghe (mặc định theo URL của CA; cổng 0 = cổng trống)",
	  "Where to listen (default as in the authority's URL; port 0 = a free one)" },
	{ OPT_STRING, "misbehave", offsetof(struct serve_options, misbehave), "KIND",
	  "Chỉ để kiểm thử: cố ý trả lời sai",
	  "For tests only: answers wrongly on purpose ([tsa:|ocsp:|crl:]garbage, slow, error, ...)" },
	{ .kind = OPT_END },
};

/* "http://host:port/x" -> "host:port"; without a port 80. */
static const char *listen_of_url(struct arena *arena, const char *url)
{
	const char *host = url + strlen("http://");
	size_t len = strcspn(host, "/");
	const char *colon = memrchr(host, ':', len);
	bool has_port = colon && !memchr(colon, ']', len - (size_t)(colon - host));

	return has_port ? arena_strndup(arena, host, len) : arena_printf(arena, "%.*s:80", (int)len, host);
}

static int wait_for_end(const sigset_t *ends, struct err *err)
{
	while (sigwaitinfo(ends, NULL) < 0)
		if (errno != EINTR)
			return err_set_errno(err, ERR_BUG, errno, "waiting for the end");
	return 0;
}

static int serve(struct cli *cli, struct ca *ca, const char *listen, const struct ca_misbehave *how,
		 const sigset_t *ends, struct err *err)
{
	AUTO(ca_server_freep) struct ca_server *server = NULL;
	AUTO(buf_release) struct buf line = BUF_INIT;

	(void)cli;
	if (ca_server_start(ca, listen, how, &server, err) < 0)
		return -1;
	buf_printf(&line, "%s\n", ca_server_url(server));
	if (cli_print(&line, err) < 0)
		return -1;
	return wait_for_end(ends, err);
}

int cmd_ca_serve(struct cli *cli, int argc, char **argv, struct err *err)
{
	struct serve_options o = { NULL, NULL };
	struct ca_misbehave how;
	AUTO(ca_freep) struct ca *ca = NULL;
	struct opt_list args;
	sigset_t ends, before;
	int rc;

	if (opt_parse(cmd_ca_serve_options, argc, argv, &o, cli->arena, &args, err) < 0)
		return -1;
	if (args.count != 1)
		return err_set(err, ERR_USAGE, "one directory wanted, not %zu", args.count);
	if (ca_misbehave_parse(o.misbehave, &how, err) < 0 || ca_open(args.items[0], &cli->clock, &ca, err) < 0)
		return -1;
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &ends, &before);
	rc = serve(cli, ca, o.listen ? o.listen : listen_of_url(cli->arena, ca_base_url(ca)), &how, &ends, err);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}
