/* cmd_sign.c - `kyso sign IN.pdf -o OUT.pdf --as MARK KEY ...`: signs one file, or a folder with --batch (cmd_sign_batch.c). */
#include <string.h>

#include "cli/commands.h"
#include "cli/sign_options.h"
#include "util/date.h"
#include "util/json.h"

/* A place that is not certain is an answer ("no", exit 1): the plan's reason and candidates are printed. */
static int print_not_sure(const struct cli *cli, const struct sign_plan *plan, const char *in, struct err *err)
{
	AUTO(buf_release) struct buf text = BUF_INIT;
	AUTO(js_freep) struct json *json = NULL;

	if (cli->json) {
		json = plan_json(plan, in);
		return cli_print_json(json, err) < 0 ? -1 : 1;
	}
	plan_text(plan, cli->english, &text);
	fputs(buf_str(&text), stderr);
	return 1;
}

static struct json *outcome_json(const struct signing_outcome *outcome, const struct signing_settings *settings, const char *in, const char *out)
{
	struct json *json = plan_json(&outcome->plan, in);
	struct json *range = js_new_array();
	char when[DATE_TEXT_BYTES];

	js_set_string(json, "schema", "kyso.signed/1");
	js_set_string(json, "output", out);
	js_set_string(json, "level", sign_level_name(settings->level));
	js_set_int(json, "bytes", (int64_t)outcome->file_bytes);
	js_set_int(json, "cms_bytes", (int64_t)outcome->result.cms_bytes);
	for (size_t i = 0; i < 4; i++)
		js_add(range, js_new_int((int64_t)outcome->result.byte_range[i]));
	js_set(json, "byte_range", range);
	date_format_rfc3339(clock_now_ms(&settings->clock), when);
	js_set_string(json, "signed_at", when);
	return json;
}

static int print_outcome(const struct cli *cli, const struct signing_outcome *outcome, const struct signing_settings *settings, const char *in,
			 const char *out, struct err *err)
{
	AUTO(buf_release) struct buf text = BUF_INIT;
	AUTO(js_freep) struct json *json = NULL;

	if (cli->json) {
		json = outcome_json(outcome, settings, in, out);
		return cli_print_json(json, err);
	}
	plan_text(&outcome->plan, cli->english, &text);
	buf_printf(&text, cli->english ? "signed: %s (%s, %zu bytes)\n" : "đã ký: %s (%s, %zu byte)\n", out, sign_level_name(settings->level),
		   outcome->file_bytes);
	return strcmp(out, "-") == 0 ? (fputs(buf_str(&text), stderr), 0) : cli_print(&text, err);
}

static int sign_one(struct cli *cli, const struct signing_settings *settings, struct signer *signer, const char *in, const char *out,
		    struct err *err)
{
	AUTO(signing_session_freep) struct signing_session *session = NULL;
	struct signing_outcome outcome = { 0 };

	if (signing_session_new(settings, signer, &session, err) < 0)
		return -1;
	if (signing_session_note(session))
		cli_note(cli, "%s", signing_session_note(session));
	if (signing_sign_file(session, in, out, cli->arena, &outcome, err) < 0)
		return err->code == ERR_SIGN_PLACE && outcome.plan.reason_en ? print_not_sure(cli, &outcome.plan, in, err) : -1;
	return print_outcome(cli, &outcome, settings, in, out, err);
}

int cmd_sign(struct cli *cli, int argc, char **argv, struct err *err)
{
	AUTO(signer_freep) struct signer *signer = NULL;
	struct sign_options options = { 0 };
	struct signing_settings settings;
	struct opt_list args;

	if (opt_parse(sign_option_table, argc, argv, &options, cli->arena, &args, err) < 0)
		return -1;
	if (options.batch ? args.count != 0 : args.count != 1)
		return err_set(err, ERR_USAGE, "sign wants one IN.pdf, or --batch DIR (%zu arguments given)", args.count);
	if (!options.out)
		return err_set(err, ERR_USAGE, "where to write? -o OUT.pdf (or -o OUTDIR with --batch)");
	if (sign_options_settings(cli, &options, &settings, err) < 0)
		return -1;
	if (options.batch)
		return cmd_sign_batch(cli, &options, &settings, err);
	if (sign_options_key(cli, &options, &signer, err) < 0)
		return -1;
	return sign_one(cli, &settings, signer, args.items[0], options.out, err);
}
