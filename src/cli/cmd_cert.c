/*
 * cmd_cert.c - `kyso cert show LEAF` and `kyso cert verify LEAF ...`: one certificate, its path and its status at a time (RFC 5280), from what
 * is given and nothing else.
 */
#include <string.h>

#include "cli/commands.h"
#include "pki/chain.h"
#include "service/verifying.h"
#include "util/date.h"
#include "util/file.h"
#include "util/json.h"

enum { CERT_MAX_BYTES = 4 * 1024 * 1024 };

struct cert_options {
	struct opt_list trust, certs, crls, ocsps, policies;
	const char *at;
	bool explicit_policy, inhibit_any, inhibit_mapping;
};

#define CERT(kind, name, field, metavar, vi, en) { kind, name, offsetof(struct cert_options, field), metavar, vi, en }
const struct opt cmd_cert_verify_options[] = {
	CERT(OPT_LIST, "trust", trust, "FILE|DIR", "Chứng thư gốc tin cậy", "A trust anchor"),
	CERT(OPT_LIST, "cert", certs, "FILE", "Chứng thư khác của đường dẫn", "Another certificate of the path"),
	CERT(OPT_LIST, "crl", crls, "FILE", "Danh sách thu hồi (CRL)", "A certificate revocation list"),
	CERT(OPT_LIST, "ocsp", ocsps, "FILE", "Trả lời OCSP", "An OCSP response"),
	CERT(OPT_STRING, "at", at, "TIME", "Thời điểm xét (RFC 3339, mặc định hiện nay)", "The time of the question (RFC 3339, default now)"),
	CERT(OPT_LIST, "policy", policies, "OID", "Chính sách chấp nhận ban đầu", "An initial policy (RFC 5280 6.1.1 c)"),
	CERT(OPT_FLAG, "explicit-policy", explicit_policy, NULL, "Bắt buộc có chính sách", "initial-explicit-policy (6.1.1 f)"),
	CERT(OPT_FLAG, "inhibit-any", inhibit_any, NULL, "Không chấp nhận anyPolicy", "initial-any-policy-inhibit (6.1.1 g)"),
	CERT(OPT_FLAG, "inhibit-mapping", inhibit_mapping, NULL, "Không chấp nhận ánh xạ chính sách", "initial-policy-mapping-inhibit (6.1.1 e)"),
	{ .kind = OPT_END },
};

static int load_leaf(const char *path, struct cert_list *ret, struct err *err)
{
	AUTO(buf_release) struct buf file = BUF_INIT;

	if (file_read(path, CERT_MAX_BYTES, &file, err) < 0 || cert_list_load(ret, (struct bytes){ (const uint8_t *)file.data, file.len }, path, err) < 0)
		return -1;
	return ret->count ? 0 : err_set(err, ERR_CERT, "%s holds no certificate", path);
}

static int one_leaf(const struct opt_list *args, struct cert_list *ret, struct err *err)
{
	if (args->count != 1)
		return err_set(err, ERR_USAGE, "one LEAF is needed, not %zu", args->count);
	return load_leaf(args->items[0], ret, err);
}

static void set_time(struct json *json, const char *key, int64_t ms)
{
	char text[DATE_TEXT_BYTES];

	date_format_rfc3339(ms, text);
	js_set_string(json, key, text);
}

/* ---- show ---- */

static struct json *usage_json(const struct cert *cert)
{
	static const char *const names[] = { "digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement",
					     "keyCertSign", "cRLSign", "encipherOnly", "decipherOnly" };
	struct json *usage = js_new_array();

	for (size_t i = 0; cert_has_key_usage(cert) && i < ARRAY_LEN(names); i++)
		if (cert_key_usage(cert) & (1u << i))
			js_add(usage, js_new_string(names[i]));
	return usage;
}

static struct json *show_json(const struct cert *cert)
{
	struct json *json = js_new_object();
	struct key_strength key = cert_key(cert);

	js_set_string(json, "subject", cert_subject(cert));
	js_set_string(json, "issuer", cert_issuer(cert));
	js_set_string(json, "serial", cert_serial_hex(cert));
	set_time(json, "not_before", cert_not_before_ms(cert));
	set_time(json, "not_after", cert_not_after_ms(cert));
	js_set_string(json, "email", cert_email(cert));
	js_set_string(json, "signature_algorithm", sig_alg_name(cert_sig_alg(cert)));
	js_set_int(json, "key_bits", key.bits);
	js_set_string(json, "curve", key.curve);
	js_set_bool(json, "ca", cert_is_ca(cert));
	js_set(json, "key_usage", usage_json(cert));
	js_set_string(json, "ocsp", cert_ocsp_url(cert));
	js_set_string(json, "crl", cert_crl_url(cert));
	js_set_string(json, "ca_issuers", cert_ca_issuers_url(cert));
	return json;
}

static void show_text(const struct json *json, struct buf *out)
{
	static const char *const keys[] = { "subject", "issuer", "serial", "not_before", "not_after", "email", "signature_algorithm", "curve",
					    "ocsp", "crl", "ca_issuers" };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (js_get_string(json, keys[i]))
			buf_printf(out, "%s\t%s\n", keys[i], js_get_string(json, keys[i]));
}

int cmd_cert_show(struct cli *cli, int argc, char **argv, struct err *err)
{
	static const struct opt none[] = { { .kind = OPT_END } };
	AUTO(cert_list_release) struct cert_list leaf = { 0 };
	AUTO(js_freep) struct json *json = NULL;
	AUTO(buf_release) struct buf text = BUF_INIT;
	struct opt_list args;

	if (opt_parse(none, argc, argv, NULL, cli->arena, &args, err) < 0 || one_leaf(&args, &leaf, err) < 0)
		return -1;
	json = show_json(leaf.items[0]);
	if (cli->json)
		return cli_print_json(json, err);
	show_text(json, &text);
	return cli_print(&text, err);
}

/* ---- verify ---- */

static struct json *path_json(const struct chain_result *result)
{
	struct json *path = js_new_array();

	for (size_t i = 0; i < result->count; i++)
		js_add(path, js_new_string(cert_subject(result->links[i].cert)));
	if (result->anchor)
		js_add(path, js_new_string(cert_subject(result->anchor)));
	return path;
}

static int print_result(const struct cli *cli, const struct chain_result *result, struct err *err)
{
	AUTO(js_freep) struct json *json = js_new_object();
	AUTO(buf_release) struct buf text = BUF_INIT;
	static const char *const words[] = { "hợp lệ", "không hợp lệ", "chưa xác định được" };
	const char *reason = cli->english || cli->json ? result->en : result->vi;

	js_set_string(json, "status", chain_status_name(result->status));
	js_set_string(json, "reason", result->en[0] ? result->en : NULL);
	js_set_string(json, "reason_vi", result->vi[0] ? result->vi : NULL);
	js_set_string(json, "sub_indication", chain_sub_name(result->sub));
	js_set(json, "path", path_json(result));
	if (cli->json)
		return cli_print_json(json, err);
	buf_printf(&text, "%s%s%s\n", cli->english ? chain_status_name(result->status) : words[result->status], reason[0] ? ": " : "", reason);
	return cli_print(&text, err);
}

/* The limits' verdict stays indeterminate; whatever else cannot be shown valid is not (RFC 5280 6.1 knows two answers). */
static int validate(const struct cert_options *options, int64_t at_ms, const struct verify_material *material, struct cert *leaf,
		    struct chain_result **ret_result, struct err *err)
{
	struct chain_inputs inputs = { &material->anchors, &material->certs, &material->evidence };
	struct chain_options ask = { .at_ms = at_ms, .decide = true, .policies = options->policies.items, .policy_count = options->policies.count,
				     .explicit_policy = options->explicit_policy, .inhibit_any = options->inhibit_any,
				     .inhibit_mapping = options->inhibit_mapping };
	AUTO(chain_freep) struct chain *chain = NULL;

	if (chain_new(&inputs, &chain, err) < 0)
		return -1;
	return chain_validate(chain, leaf, &ask, ret_result, err);
}

int cmd_cert_verify(struct cli *cli, int argc, char **argv, struct err *err)
{
	AUTO(verify_material_release) struct verify_material material = { .anchors = { 0 } };
	AUTO(cert_list_release) struct cert_list leaf = { 0 };
	AUTO(chain_result_freep) struct chain_result *result = NULL;
	struct cert_options options = { .at = NULL };
	struct opt_list args;
	int64_t at_ms;

	if (opt_parse(cmd_cert_verify_options, argc, argv, &options, cli->arena, &args, err) < 0 || cli_time(cli, options.at, &at_ms, err) < 0 ||
	    one_leaf(&args, &leaf, err) < 0 || verifying_load(&options.trust, &options.certs, &options.crls, &options.ocsps, &material, err) < 0)
		return -1;
	if (validate(&options, at_ms, &material, leaf.items[0], &result, err) < 0 || print_result(cli, result, err) < 0)
		return -1;
	return result->status == CHAIN_VALID ? 0 : 1;
}
