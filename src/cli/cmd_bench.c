/*
 * cmd_bench.c - `kyso bench key|hash|sign IN.pdf ...`: rates measured in processor time of one thread; `make bench` puts them against
 * `openssl speed` of the same run.
 */
#include <string.h>

#include "cli/commands.h"
#include "cli/sign_options.h"
#include "service/benching.h"
#include "util/json.h"

#define BENCH_SECONDS 3.0

static int print_figures(const struct cli *cli, const char *name, const struct bench_figures *figures, struct err *err)
{
	double rate = (double)figures->operations / figures->seconds;
	AUTO(buf_release) struct buf text = BUF_INIT;
	AUTO(js_freep) struct json *json = NULL;

	if (cli->json) {
		json = js_new_object();
		js_set_string(json, "name", name);
		js_set_int(json, "operations", (int64_t)figures->operations);
		js_set_real(json, "seconds", figures->seconds);
		js_set_real(json, "per_second", rate);
		js_set_int(json, "bytes", (int64_t)figures->bytes);
		return cli_print_json(json, err);
	}
	buf_printf(&text, "%s: %.0f/s", name, rate);
	if (figures->bytes)
		buf_printf(&text, ", %.0f MB/s", rate * (double)figures->bytes / 1e6);
	buf_puts(&text, "\n");
	return cli_print(&text, err);
}

static int run_sign(const struct signing_settings *settings, struct signer *signer, const char *in, struct bench_figures *figures, struct err *err)
{
	AUTO(signing_session_freep) struct signing_session *session = NULL;

	if (signing_session_new(settings, signer, &session, err) < 0)
		return -1;
	return bench_sign(session, in, BENCH_SECONDS, figures, err);
}

int cmd_bench(struct cli *cli, int argc, char **argv, struct err *err)
{
	AUTO(signer_freep) struct signer *signer = NULL;
	struct sign_options options = { .as = "none", .status = "skip" };
	struct signing_settings settings;
	struct bench_figures figures;
	struct opt_list args;
	const char *name;
	int rc;

	if (opt_parse(sign_option_table, argc, argv, &options, cli->arena, &args, err) < 0)
		return -1;
	name = args.count ? args.items[0] : "";
	if (strcmp(name, "hash") == 0 && args.count == 2)
		return bench_hash(args.items[1], BENCH_SECONDS, &figures, err) < 0 ? -1 : print_figures(cli, name, &figures, err);
	if ((strcmp(name, "key") != 0 || args.count != 1) && (strcmp(name, "sign") != 0 || args.count != 2))
		return err_set(err, ERR_USAGE, "bench hash FILE | bench key KEY | bench sign IN.pdf KEY ...");
	if (sign_options_settings(cli, &options, &settings, err) < 0 || sign_options_key(cli, &options, &signer, err) < 0)
		return -1;
	if (strcmp(name, "key") == 0)
		rc = bench_key(signer, BENCH_SECONDS, &figures, err);
	else
		rc = run_sign(&settings, signer, args.items[1], &figures, err);
	return rc < 0 ? -1 : print_figures(cli, name, &figures, err);
}
