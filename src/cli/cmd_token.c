/*
 * cmd_token.c - `kyso token init|list|generate|import|unblock`: a PKCS#11 token from the command line.
 *
 * Keys are made on the token and never leave it; what leaves is a PKCS#10 request. Unblocking needs the security officer's PIN, which
 * only the authority has in the field (form 07).
 */
#include <string.h>

#include "cli/commands.h"
#include "pki/name.h"
#include "token/tk_admin.h"
#include "token/tk_inventory.h"
#include "token/tk_key.h"
#include "util/file.h"
#include "util/json.h"
#include "util/secret.h"

struct token_options {
	const char *module, *init, *token, *serial, *label, *kind, *out, *cert, *chain;
	const char *cn, *org, *province, *country, *title, *email;
	struct opt_list ou;
	struct cli_secret_source pin, so_pin;
	bool login, erase, last_try;
};

#define TOKEN(kind_, name_, member, metavar_, vi_, en_) { kind_, name_, offsetof(struct token_options, member), metavar_, vi_, en_ }

const struct opt cmd_token_options[] = {
	TOKEN(OPT_STRING, "p11-module", module, "M.so", "thư viện PKCS#11 của thiết bị", "the token's PKCS#11 module"),
	TOKEN(OPT_STRING, "p11-init", init, "ARGS", "tham số khởi tạo của thư viện", "initialisation arguments of the module"),
	TOKEN(OPT_STRING, "p11-token", token, "LABEL", "nhãn thiết bị", "the token's label"),
	TOKEN(OPT_STRING, "serial", serial, "SERIAL", "số hiệu thiết bị", "the token's serial"),
	TOKEN(OPT_STRING, "pin-file", pin.file, "F", "đọc mã PIN từ tệp", "read the PIN from a file"),
	TOKEN(OPT_STRING, "pin-fd", pin.fd, "N", "đọc mã PIN từ mô tả tệp", "read the PIN from a descriptor"),
	TOKEN(OPT_STRING, "so-pin-file", so_pin.file, "F", "đọc mã PIN quản trị từ tệp", "read the security officer's PIN from a file"),
	TOKEN(OPT_STRING, "so-pin-fd", so_pin.fd, "N", "đọc mã PIN quản trị từ mô tả tệp", "read the security officer's PIN from a descriptor"),
	TOKEN(OPT_FLAG, "last-try", last_try, NULL, "cho phép dùng lần thử PIN cuối", "allow the last PIN try"),
	TOKEN(OPT_FLAG, "login", login, NULL, "(list) đăng nhập để thấy cả khóa bí mật", "(list) log in to see private keys too"),
	TOKEN(OPT_FLAG, "erase", erase, NULL, "(init) xóa thiết bị đã khởi tạo", "(init) erase a token that is initialised"),
	TOKEN(OPT_STRING, "label", label, "LABEL", "nhãn khóa", "the key's label"),
	TOKEN(OPT_STRING, "key", kind, "KIND", "(generate) rsa2048 | rsa3072 | rsa4096 | p256 | p384", "(generate) rsa2048 | rsa3072 | rsa4096 | p256 | p384"),
	TOKEN(OPT_STRING, "cn", cn, "NAME", "(generate) họ tên hoặc tên cơ quan", "(generate) name (CN)"),
	TOKEN(OPT_STRING, "org", org, "NAME", "(generate) cơ quan (O)", "(generate) organization (O)"),
	TOKEN(OPT_LIST, "ou", ou, "NAME", "(generate) đơn vị (OU)", "(generate) unit (OU)"),
	TOKEN(OPT_STRING, "province", province, "NAME", "(generate) tỉnh, thành phố (L)", "(generate) province (L)"),
	TOKEN(OPT_STRING, "country", country, "CC", "(generate) nước, mặc định VN", "(generate) country, default VN"),
	TOKEN(OPT_STRING, "title", title, "TITLE", "(generate) chức vụ (T)", "(generate) title (T)"),
	TOKEN(OPT_STRING, "email", email, "ADDRESS", "(generate) thư điện tử công vụ", "(generate) official mail address"),
	TOKEN(OPT_STRING, "o", out, "FILE", "(generate) ghi yêu cầu PKCS#10", "(generate) writes the PKCS#10 request"),
	TOKEN(OPT_STRING, "cert", cert, "FILE", "(import) chứng thư số", "(import) the certificate"),
	TOKEN(OPT_STRING, "chain", chain, "FILE", "(import) chứng thư của các CA", "(import) the authorities' certificates"),
	{ .kind = OPT_END },
};

static int parse(struct cli *cli, int argc, char **argv, struct token_options *options, struct tk_module **ret_module, struct err *err)
{
	struct opt_list args;

	if (opt_parse(cmd_token_options, argc, argv, options, cli->arena, &args, err) < 0)
		return -1;
	if (args.count)
		return err_set(err, ERR_USAGE, "unexpected argument %s", args.items[0]);
	if (!options->module)
		return err_set(err, ERR_USAGE, "--p11-module M.so: which token driver?");
	return tk_module_load(options->module, options->init, ret_module, err);
}

static int login_flags(const struct token_options *options)
{
	return options->last_try ? TK_LOGIN_FINAL_TRY : 0;
}

static int open_session(const struct token_options *options, struct tk_module *module, bool writable, bool login, struct tk_session **ret, struct err *err)
{
	AUTO(secret_freep) struct secret *pin = NULL;
	AUTO(tk_session_freep) struct tk_session *session = NULL;
	struct tk_which which = { options->token, options->serial };

	if (tk_session_open(module, which, writable, &session, err) < 0)
		return -1;
	if (login && (cli_secret(&options->pin, "Mã PIN: ", &pin, err) < 0 || tk_session_login(session, pin, login_flags(options), err) < 0))
		return -1;
	*ret = TAKE(session);
	return 0;
}

int cmd_token_init(struct cli *cli, int argc, char **argv, struct err *err)
{
	AUTO(tk_module_freep) struct tk_module *module = NULL;
	AUTO(secret_freep) struct secret *so_pin = NULL;
	AUTO(secret_freep) struct secret *pin = NULL;
	AUTO(js_freep) struct json *json = NULL;
	struct token_options options = { 0 };
	struct tk_token token;

	if (parse(cli, argc, argv, &options, &module, err) < 0)
		return -1;
	if (!options.label)
		return err_set(err, ERR_USAGE, "--label LABEL: the new token's name");
	if (cli_secret(&options.so_pin, "Mã PIN quản trị mới: ", &so_pin, err) < 0 || cli_secret(&options.pin, "Mã PIN mới: ", &pin, err) < 0)
		return -1;
	if (tk_token_init(module, TK_ANY_SLOT, options.label, so_pin, options.erase ? TK_INIT_ERASE : 0, &token, err) < 0)
		return -1;
	if (tk_token_unblock(module, (struct tk_which){ token.label, token.serial }, so_pin, pin, 0, err) < 0)
		return -1;
	json = tk_token_json(&token);
	return cli_print_json(json, err);
}

int cmd_token_list(struct cli *cli, int argc, char **argv, struct err *err)
{
	AUTO(tk_module_freep) struct tk_module *module = NULL;
	AUTO(tk_session_freep) struct tk_session *session = NULL;
	AUTO(tk_inventory_freep) struct tk_inventory *inventory = NULL;
	AUTO(js_freep) struct json *json = NULL;
	struct token_options options = { 0 };
	struct tk_token *tokens;
	size_t count;

	if (parse(cli, argc, argv, &options, &module, err) < 0)
		return -1;
	if (!options.token && !options.serial) {
		if (tk_module_tokens(module, cli->arena, &tokens, &count, err) < 0)
			return -1;
		json = js_new_array();
		for (size_t i = 0; i < count; i++)
			js_add(json, tk_token_json(&tokens[i]));
		return cli_print_json(json, err);
	}
	if (open_session(&options, module, /* writable= */ false, options.login, &session, err) < 0 || tk_inventory_read(session, &inventory, err) < 0)
		return -1;
	json = tk_inventory_json(inventory);
	return cli_print_json(json, err);
}

static const struct key_name {
	const char *name;
	enum key_kind kind;
	int bits;
} key_names[] = {
	{ "rsa2048", KEY_RSA, 2048 }, { "rsa3072", KEY_RSA, 3072 }, { "rsa4096", KEY_RSA, 4096 }, { "p256", KEY_EC, 256 }, { "p384", KEY_EC, 384 },
};

static int find_key(const char *name, struct tk_keygen *keygen, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(key_names); i++)
		if (strcmp(key_names[i].name, name ? name : "rsa3072") == 0) {
			keygen->kind = key_names[i].kind;
			keygen->bits = key_names[i].bits;
			return 0;
		}
	return err_set(err, ERR_USAGE, "--key \"%s\": rsa2048, rsa3072, rsa4096, p256 or p384", name);
}

static void add_part(struct name_part *parts, size_t *count, const char *type, const char *text)
{
	if (text)
		parts[(*count)++] = (struct name_part){ type, text };
}

int cmd_token_generate(struct cli *cli, int argc, char **argv, struct err *err)
{
	AUTO(tk_module_freep) struct tk_module *module = NULL;
	AUTO(tk_session_freep) struct tk_session *session = NULL;
	AUTO(buf_release) struct buf csr = BUF_INIT;
	struct token_options options = { 0 };
	struct tk_keygen keygen = { 0 };
	struct name_part *parts;
	size_t count = 0;

	if (parse(cli, argc, argv, &options, &module, err) < 0)
		return -1;
	if (!options.label || !options.cn || !options.out)
		return err_set(err, ERR_USAGE, "--label, --cn and -o FILE are needed");
	parts = ARENA_ARRAY(cli->arena, struct name_part, 8 + options.ou.count);
	if (!parts)
		return err_set(err, ERR_NO_MEMORY, "no memory for a name");
	add_part(parts, &count, "C", options.country ? options.country : "VN");
	add_part(parts, &count, "L", options.province);
	add_part(parts, &count, "O", options.org);
	for (size_t i = 0; i < options.ou.count; i++)
		add_part(parts, &count, "OU", options.ou.items[i]);
	add_part(parts, &count, "T", options.title);
	add_part(parts, &count, "CN", options.cn);
	add_part(parts, &count, "emailAddress", options.email);
	keygen.label = options.label;
	if (find_key(options.kind, &keygen, err) < 0 || open_session(&options, module, /* writable= */ true, true, &session, err) < 0)
		return -1;
	if (tk_generate(session, &keygen, parts, count, options.email, &csr, err) < 0)
		return -1;
	return file_write(options.out, buf_str(&csr), csr.len, err);
}

int cmd_token_import(struct cli *cli, int argc, char **argv, struct err *err)
{
	AUTO(tk_module_freep) struct tk_module *module = NULL;
	AUTO(tk_session_freep) struct tk_session *session = NULL;
	AUTO(cert_list_release) struct cert_list certs = { 0 };
	AUTO(cert_list_release) struct cert_list chain = { 0 };
	struct token_options options = { 0 };

	if (parse(cli, argc, argv, &options, &module, err) < 0)
		return -1;
	if (!options.cert)
		return err_set(err, ERR_USAGE, "--cert FILE: which certificate?");
	if (cert_list_load_path(&certs, options.cert, err) < 0 || (options.chain && cert_list_load_path(&chain, options.chain, err) < 0))
		return -1;
	if (certs.count != 1)
		return err_set(err, ERR_CERT, "%s holds %zu certificates, one is wanted", options.cert, certs.count);
	if (open_session(&options, module, /* writable= */ true, true, &session, err) < 0)
		return -1;
	return tk_import_certificate(session, certs.items[0], options.label, &chain, err);
}

int cmd_token_unblock(struct cli *cli, int argc, char **argv, struct err *err)
{
	AUTO(tk_module_freep) struct tk_module *module = NULL;
	AUTO(secret_freep) struct secret *so_pin = NULL;
	AUTO(secret_freep) struct secret *pin = NULL;
	struct token_options options = { 0 };

	if (parse(cli, argc, argv, &options, &module, err) < 0)
		return -1;
	if (cli_secret(&options.so_pin, "Mã PIN quản trị: ", &so_pin, err) < 0 || cli_secret(&options.pin, "Mã PIN mới: ", &pin, err) < 0)
		return -1;
	return tk_token_unblock(module, (struct tk_which){ options.token, options.serial }, so_pin, pin, login_flags(&options), err);
}
