/*
 * cmd_ca.c - `kyso ca init|issue|revoke|crl|list`: the stand-in authority's directory from the command line. `serve` is
 * in cmd_ca_serve.c. For tests and demonstrations: what it issues says so in its name.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ca/ca.h"
#include "cli/commands.h"
#include "pki/cert.h"
#include "pki/crl.h"
#include "pki/pem.h"
#include "util/date.h"
#include "util/file.h"
#include "util/hex.h"
#include "util/json.h"
#include "util/secret.h"

#define REQUEST_MAX_BYTES 65536

static int one_dir(const struct opt_list *args, size_t count, const char **ret_dir, struct err *err)
{
	if (args->count != count)
		return err_set(err, ERR_USAGE, "%zu arguments wanted, not %zu", count, args->count);
	*ret_dir = args->items[0];
	return 0;
}

static int key_kind(const char *name, enum ca_key_kind *ret, struct err *err)
{
	if (name && !ca_key_kind_find(name, ret))
		return err_set(err, ERR_USAGE, "\"%s\" is no kind of key: rsa2048, rsa3072, rsa4096, p256, p384", name);
	return 0;
}

static void text_date(struct json *json, const char *key, int64_t ms)
{
	char text[DATE_TEXT_BYTES];

	date_format_rfc3339(ms, text);
	js_set_string(json, key, text);
}

/* A result of names and texts: as JSON, or a line each. */
static int print_result(const struct cli *cli, struct json *json, const char *const *keys, size_t count,
			struct err *err)
{
	AUTO(buf_release) struct buf text = BUF_INIT;

	if (cli->json)
		return cli_print_json(json, err);
	for (size_t i = 0; i < count; i++)
		buf_printf(&text, "%s\t%s\n", keys[i],
			   js_get_string(json, keys[i]) ? js_get_string(json, keys[i]) : "-");
	return cli_print(&text, err);
}

/* ---- init ---- */

struct init_options {
	const char *url, *organization, *root_name, *name, *root_key, *key, *ocsp_key, *tsa_key;
	int root_years, years, crl_days, root_crl_days, ocsp_hours;
};

#define INIT(kind, name, field, metavar, vi, en)                                                                       \
	{                                                                                                              \
		kind, name, offsetof(struct init_options, field), metavar, vi, en                                      \
	}
const struct opt cmd_ca_init_options[] = {
	INIT(OPT_STRING, "url", url, "URL", "Địa chỉ phục vụ ghi vào chứng thư (auto = cổng trống)",
	     "Where it will be served; goes into every certificate (auto = a free port)"),
	INIT(OPT_STRING, "organization", organization, "O", "Tên tổ chức (O) của CA",
	     "Organization (O) of the authorities"),
	INIT(OPT_STRING, "root-name", root_name, "CN", "Tên CA gốc", "Name of the root"),
	INIT(OPT_STRING, "name", name, "CN", "Tên CA cấp chứng thư", "Name of the issuing authority"),
	INIT(OPT_STRING, "root-key", root_key, "KIND", "Loại khóa của CA gốc (mặc định rsa3072)",
	     "Key of the root (default rsa3072)"),
	INIT(OPT_STRING, "key", key, "KIND", "Loại khóa của CA cấp chứng thư (mặc định rsa3072)",
	     "Key of the issuer (default rsa3072)"),
	INIT(OPT_STRING, "ocsp-key", ocsp_key, "KIND", "Loại khóa OCSP (mặc định rsa2048)",
	     "Key of the responder (default rsa2048)"),
	INIT(OPT_STRING, "tsa-key", tsa_key, "KIND", "Loại khóa dấu thời gian (mặc định rsa3072)",
	     "Key of the time-stamping (default rsa3072)"),
	INIT(OPT_INT, "root-years", root_years, "N", "Số năm hiệu lực của CA gốc (30)", "Years the root is valid (30)"),
	INIT(OPT_INT, "years", years, "N", "Số năm hiệu lực của CA (20)", "Years the issuer is valid (20)"),
	INIT(OPT_INT, "crl-days", crl_days, "N", "Số ngày đến CRL kế tiếp (7)", "Days until the next CRL (7)"),
	INIT(OPT_INT, "root-crl-days", root_crl_days, "N", "Số ngày đến CRL kế tiếp của CA gốc (365)",
	     "The same of the root (365)"),
	INIT(OPT_INT, "ocsp-hours", ocsp_hours, "N", "Số giờ hiệu lực của trả lời OCSP (24)",
	     "Hours an OCSP answer is good for (24)"),
	{ .kind = OPT_END },
};

/* A port nobody listens on now; it may be taken before `serve`, which then says so. */
static int free_port_url(struct arena *arena, const char **ret_url, struct err *err)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool bound = fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0 &&
		     getsockname(fd, (struct sockaddr *)&at, &len) == 0;

	if (fd >= 0)
		close(fd);
	if (!bound)
		return err_set(err, ERR_HTTP_LISTEN, "no free port on 127.0.0.1");
	*ret_url = arena_printf(arena, "http://127.0.0.1:%u", ntohs(at.sin_port));
	return *ret_url ? 0 : err_set(err, ERR_NO_MEMORY, "no memory for an address");
}

static int init_keys(const struct init_options *o, struct ca_init_options *ret, struct err *err)
{
	if (key_kind(o->root_key, &ret->root_key, err) < 0 || key_kind(o->key, &ret->issuer_key, err) < 0 ||
	    key_kind(o->ocsp_key, &ret->ocsp_key, err) < 0)
		return -1;
	return key_kind(o->tsa_key, &ret->tsa_key, err);
}

static int print_init(const struct cli *cli, const char *dir, struct err *err)
{
	static const char *const keys[] = { "dir", "url", "root", "issuer" };
	AUTO(ca_freep) struct ca *ca = NULL;
	AUTO(js_freep) struct json *json = js_new_object();

	if (ca_open(dir, &cli->clock, &ca, err) < 0)
		return -1;
	js_set_string(json, "dir", dir);
	js_set_string(json, "url", ca_base_url(ca));
	js_set_string(json, "root", cert_subject(ca_cert(ca, CA_CERT_ROOT)));
	js_set_string(json, "issuer", cert_subject(ca_cert(ca, CA_CERT_ISSUER)));
	return print_result(cli, json, keys, ARRAY_LEN(keys), err);
}

int cmd_ca_init(struct cli *cli, int argc, char **argv, struct err *err)
{
	struct init_options o = { .url = NULL };
	struct ca_init_options init = { .base_url = NULL };
	struct opt_list args;
	const char *dir;

	if (opt_parse(cmd_ca_init_options, argc, argv, &o, cli->arena, &args, err) < 0 ||
	    one_dir(&args, 1, &dir, err) < 0 || init_keys(&o, &init, err) < 0)
		return -1;
	init.base_url = o.url;
	if (o.url && strcmp(o.url, "auto") == 0 && free_port_url(cli->arena, &init.base_url, err) < 0)
		return -1;
	init.organization = o.organization;
	init.root_name = o.root_name;
	init.issuer_name = o.name;
	init.root_years = o.root_years;
	init.issuer_years = o.years;
	init.crl_days = o.crl_days;
	init.root_crl_days = o.root_crl_days;
	init.ocsp_hours = o.ocsp_hours;
	if (ca_init(dir, &init, &cli->clock, err) < 0)
		return -1;
	return print_init(cli, dir, err);
}

/* ---- issue ---- */

struct issue_options {
	const char *profile, *cn, *o, *l, *c, *t, *email, *not_before, *not_after, *csr, *spki, *p12, *key, *out;
	struct opt_list ou, faults;
	struct cli_secret_source pin;
};

#define ISSUE(kind, name, field, metavar, vi, en)                                                                      \
	{                                                                                                              \
		kind, name, offsetof(struct issue_options, field), metavar, vi, en                                     \
	}
const struct opt cmd_ca_issue_options[] = {
	ISSUE(OPT_STRING, "profile", profile, "KIND", "person | agency | device | tsa | ocsp (mặc định person)",
	      "The kind (default person)"),
	ISSUE(OPT_STRING, "cn", cn, "NAME", "Họ tên hoặc tên cơ quan (CN)", "Name (CN)"),
	ISSUE(OPT_STRING, "org", o, "NAME", "Cơ quan (O)", "Organization (O)"),
	ISSUE(OPT_LIST, "ou", ou, "NAME", "Đơn vị (OU), có thể nhiều lần", "Unit (OU); repeatable"),
	ISSUE(OPT_STRING, "province", l, "PROVINCE", "Tỉnh, thành phố (L)", "Province (L)"),
	ISSUE(OPT_STRING, "country", c, "CC", "Nước (C), mặc định VN", "Country (C), default VN"),
	ISSUE(OPT_STRING, "title", t, "TITLE", "Chức vụ (T)", "Title (T)"),
	ISSUE(OPT_STRING, "email", email, "ADDRESS", "Thư điện tử công vụ", "Official mail address"),
	ISSUE(OPT_STRING, "not-before", not_before, "TIME", "Bắt đầu hiệu lực (RFC 3339)", "Begin of validity"),
	ISSUE(OPT_STRING, "not-after", not_after, "TIME", "Hết hiệu lực, tối đa 5 năm",
	      "End of validity, five years at most"),
	ISSUE(OPT_STRING, "csr", csr, "FILE", "Cấp cho yêu cầu PKCS#10", "For a PKCS#10 request"),
	ISSUE(OPT_STRING, "spki", spki, "FILE", "Cấp cho khóa công khai (DER hoặc PEM)",
	      "For a public key (DER or PEM)"),
	ISSUE(OPT_STRING, "p12", p12, "FILE", "Tạo khóa và ghi ra PKCS#12", "Makes the key too, into a PKCS#12"),
	ISSUE(OPT_STRING, "key", key, "KIND", "Loại khóa của PKCS#12 (mặc định rsa3072)",
	      "The PKCS#12's key (default rsa3072)"),
	ISSUE(OPT_STRING, "pin-file", pin.file, "FILE", "Mật khẩu PKCS#12 đọc từ tệp", "Its password, from a file"),
	ISSUE(OPT_STRING, "pin-fd", pin.fd, "N", "Mật khẩu PKCS#12 đọc từ bộ mô tả", "Its password, from a descriptor"),
	ISSUE(OPT_STRING, "o", out, "FILE", "Ghi chứng thư (.pem = PEM, khác = DER)",
	      "Writes the certificate (.pem = PEM, else DER)"),
	ISSUE(OPT_LIST, "fault", faults, "KIND", "Chỉ để kiểm thử: chứng thư cố ý sai",
	      "For tests only: a certificate broken on purpose"),
	{ .kind = OPT_END },
};

static const struct {
	const char *name;
	enum ca_fault fault;
} fault_names[] = {
	{ "expired", CA_FAULT_EXPIRED },
	{ "not-yet-valid", CA_FAULT_NOT_YET_VALID },
	{ "no-signing-usage", CA_FAULT_NO_SIGNING_USAGE },
	{ "weak-key", CA_FAULT_WEAK_KEY },
	{ "no-revocation-info", CA_FAULT_NO_REVOCATION_INFO },
	{ "long-validity", CA_FAULT_LONG_VALIDITY },
};

static int parse_faults(const struct opt_list *list, unsigned *ret, struct err *err)
{
	for (size_t i = 0; i < list->count; i++) {
		unsigned found = 0;

		for (size_t j = 0; j < ARRAY_LEN(fault_names); j++)
			if (strcmp(fault_names[j].name, list->items[i]) == 0)
				found = fault_names[j].fault;
		if (!found)
			return err_set(err, ERR_USAGE,
				       "\"%s\" is no fault: expired, not-yet-valid, no-signing-usage, weak-key, "
				       "no-revocation-info, long-validity",
				       list->items[i]);
		*ret |= found;
	}
	return 0;
}

static int fill_issue(const struct cli *cli, const struct issue_options *o, struct ca_issue *ret, struct err *err)
{
	ret->subject = (struct ca_subject){ .country = o->c,
					    .locality = o->l,
					    .organization = o->o,
					    .title = o->t,
					    .common_name = o->cn,
					    .email = o->email,
					    .unit_count = o->ou.count };
	if (o->profile && !ca_profile_find(o->profile, &ret->profile))
		return err_set(err, ERR_USAGE, "\"%s\" is no kind of certificate: person, agency, device, tsa, ocsp",
			       o->profile);
	if (o->ou.count > CA_MAX_UNITS)
		return err_set(err, ERR_USAGE, "at most %d units", CA_MAX_UNITS);
	for (size_t i = 0; i < o->ou.count; i++)
		ret->subject.units[i] = o->ou.items[i];
	if ((o->not_before && cli_time(cli, o->not_before, &ret->not_before_ms, err) < 0) ||
	    (o->not_after && cli_time(cli, o->not_after, &ret->not_after_ms, err) < 0))
		return -1;
	return parse_faults(&o->faults, &ret->faults, err);
}

static int issue_p12(struct cli *cli, struct ca *ca, const struct issue_options *o, const struct ca_issue *what,
		     struct cert **ret_cert, struct err *err)
{
	AUTO(secret_freep) struct secret *password = NULL;
	AUTO(cert_freep) struct cert *cert = NULL;
	AUTO(buf_release) struct buf p12 = BUF_INIT;
	enum ca_key_kind kind = what->faults & CA_FAULT_WEAK_KEY ? CA_KEY_RSA_1024 : CA_KEY_DEFAULT;

	(void)cli;
	if (key_kind(o->key, &kind, err) < 0 || cli_secret(&o->pin, "Mật khẩu PKCS#12: ", &password, err) < 0 ||
	    ca_issue_p12(ca, kind, password, what, &p12, &cert, err) < 0 ||
	    file_write(o->p12, p12.data, p12.len, err) < 0)
		return -1;
	*ret_cert = TAKE(cert);
	return 0;
}

static int issue_file(struct ca *ca, const struct issue_options *o, const struct ca_issue *what, struct cert **ret_cert,
		      struct err *err)
{
	AUTO(buf_release) struct buf file = BUF_INIT;
	AUTO(buf_release) struct buf der = BUF_INIT;
	struct bytes bytes;

	if (file_read(o->csr ? o->csr : o->spki, REQUEST_MAX_BYTES, &file, err) < 0)
		return -1;
	bytes = (struct bytes){ (const uint8_t *)file.data, file.len };
	if (o->csr)
		return ca_issue_from_csr(ca, bytes, what, ret_cert, err);
	if (pem_find(bytes, "PUBLIC KEY", &der))
		bytes = (struct bytes){ (const uint8_t *)der.data, der.len };
	return ca_issue_for_public_key(ca, bytes, what, ret_cert, err);
}

static int write_cert(const char *path, struct bytes der, struct err *err)
{
	AUTO(buf_release) struct buf base64 = BUF_INIT;
	AUTO(buf_release) struct buf pem = BUF_INIT;
	size_t len = strlen(path);

	if (len < 4 || strcmp(path + len - 4, ".pem") != 0)
		return file_write(path, der.p, der.n, err);
	base64_encode(der, &base64);
	buf_puts(&pem, "-----BEGIN CERTIFICATE-----\n");
	for (size_t at = 0; at < base64.len; at += 64)
		buf_printf(&pem, "%.64s\n", base64.data + at);
	buf_puts(&pem, "-----END CERTIFICATE-----\n");
	if (buf_check(&base64, err) < 0 || buf_check(&pem, err) < 0)
		return -1;
	return file_write(path, pem.data, pem.len, err);
}

static int print_issued(const struct cli *cli, const struct cert *cert, struct err *err)
{
	static const char *const keys[] = { "serial", "subject", "not_before", "not_after" };
	AUTO(js_freep) struct json *json = js_new_object();

	js_set_string(json, "serial", cert_serial_hex(cert));
	js_set_string(json, "subject", cert_subject(cert));
	text_date(json, "not_before", cert_not_before_ms(cert));
	text_date(json, "not_after", cert_not_after_ms(cert));
	return print_result(cli, json, keys, ARRAY_LEN(keys), err);
}

int cmd_ca_issue(struct cli *cli, int argc, char **argv, struct err *err)
{
	struct issue_options o = { .profile = NULL };
	struct ca_issue what = { .profile = CA_PROFILE_PERSON };
	AUTO(ca_freep) struct ca *ca = NULL;
	AUTO(cert_freep) struct cert *cert = NULL;
	struct opt_list args;
	const char *dir;

	if (opt_parse(cmd_ca_issue_options, argc, argv, &o, cli->arena, &args, err) < 0 ||
	    one_dir(&args, 1, &dir, err) < 0 || fill_issue(cli, &o, &what, err) < 0)
		return -1;
	if (!!o.csr + !!o.spki + !!o.p12 != 1)
		return err_set(err, ERR_USAGE, "give one of --csr, --spki and --p12");
	if (ca_open(dir, &cli->clock, &ca, err) < 0)
		return -1;
	if (o.p12 ? issue_p12(cli, ca, &o, &what, &cert, err) < 0 : issue_file(ca, &o, &what, &cert, err) < 0)
		return -1;
	if (o.out && write_cert(o.out, cert_der(cert), err) < 0)
		return -1;
	return print_issued(cli, cert, err);
}

/* ---- revoke ---- */

struct revoke_options {
	const char *reason, *at;
};

const struct opt cmd_ca_revoke_options[] = {
	{ OPT_STRING, "reason", offsetof(struct revoke_options, reason), "NAME",
	  "Lý do (keyCompromise, superseded, ...)", "Reason of RFC 5280 (keyCompromise, superseded, ...)" },
	{ OPT_STRING, "at", offsetof(struct revoke_options, at), "TIME",
	  "Thời điểm thu hồi (RFC 3339), mặc định lúc này", "Time of revocation, default now" },
	{ .kind = OPT_END },
};

static int parse_reason(const char *name, int *ret, struct err *err)
{
	*ret = CRL_REASON_UNSPECIFIED;
	if (!name)
		return 0;
	for (int i = 0; i <= CRL_REASON_AA_COMPROMISE; i++) {
		if (strcmp(crl_reason_name((enum crl_reason)i), name) != 0)
			continue;
		*ret = i;
		return 0;
	}
	return err_set(err, ERR_USAGE, "\"%s\" is no reason of RFC 5280 5.3.1", name);
}

int cmd_ca_revoke(struct cli *cli, int argc, char **argv, struct err *err)
{
	static const char *const keys[] = { "serial", "reason", "revoked" };
	struct revoke_options o = { NULL, NULL };
	AUTO(js_freep) struct json *json = js_new_object();
	AUTO(ca_freep) struct ca *ca = NULL;
	struct ca_entry entry;
	struct opt_list args;
	const char *dir;
	int64_t at = 0;
	int reason;

	if (opt_parse(cmd_ca_revoke_options, argc, argv, &o, cli->arena, &args, err) < 0 ||
	    one_dir(&args, 2, &dir, err) < 0 || parse_reason(o.reason, &reason, err) < 0 ||
	    (o.at && cli_time(cli, o.at, &at, err) < 0) || ca_open(dir, &cli->clock, &ca, err) < 0 ||
	    ca_revoke(ca, args.items[1], reason, at, err) < 0 || ca_find(ca, args.items[1], &entry, err) < 0)
		return -1;
	js_set_string(json, "serial", entry.serial);
	js_set_string(json, "reason", crl_reason_name((enum crl_reason)entry.reason));
	text_date(json, "revoked", entry.revoked_ms);
	return print_result(cli, json, keys, ARRAY_LEN(keys), err);
}

/* ---- crl ---- */

struct crl_options {
	const char *out;
	bool root;
};

const struct opt cmd_ca_crl_options[] = {
	{ OPT_STRING, "o", offsetof(struct crl_options, out), "FILE", "Ghi ra tệp (DER)", "Writes to a file (DER)" },
	{ OPT_FLAG, "root", offsetof(struct crl_options, root), NULL, "Của CA gốc", "The root's" },
	{ .kind = OPT_END },
};

int cmd_ca_crl(struct cli *cli, int argc, char **argv, struct err *err)
{
	struct crl_options o = { .out = NULL };
	AUTO(ca_freep) struct ca *ca = NULL;
	AUTO(buf_release) struct buf der = BUF_INIT;
	struct opt_list args;
	const char *dir;

	if (opt_parse(cmd_ca_crl_options, argc, argv, &o, cli->arena, &args, err) < 0 ||
	    one_dir(&args, 1, &dir, err) < 0 || ca_open(dir, &cli->clock, &ca, err) < 0)
		return -1;
	if (o.root ? ca_root_crl(ca, &der, err) < 0 : ca_crl(ca, &der, err) < 0)
		return -1;
	return o.out ? file_write(o.out, der.data, der.len, err) : 0;
}

/* ---- list ---- */

const struct opt cmd_ca_list_options[] = { { .kind = OPT_END } };

static struct json *entry_json(const struct ca_entry *entry)
{
	struct json *json = js_new_object();

	js_set_string(json, "serial", entry->serial);
	js_set_string(json, "status", entry->status == CA_STATUS_REVOKED ? "revoked" : "good");
	js_set_string(json, "profile", entry->profile);
	js_set_string(json, "subject", entry->subject);
	js_set_string(json, "email", entry->email);
	text_date(json, "not_before", entry->not_before_ms);
	text_date(json, "not_after", entry->not_after_ms);
	if (entry->status == CA_STATUS_REVOKED) {
		text_date(json, "revoked", entry->revoked_ms);
		js_set_string(json, "reason", crl_reason_name((enum crl_reason)entry->reason));
	}
	return json;
}

int cmd_ca_list(struct cli *cli, int argc, char **argv, struct err *err)
{
	AUTO(js_freep) struct json *list = js_new_array();
	AUTO(buf_release) struct buf text = BUF_INIT;
	AUTO(ca_freep) struct ca *ca = NULL;
	struct opt_list args;
	struct ca_entry entry;
	const char *dir, *unused = NULL;
	size_t at = 0;
	bool more;

	if (opt_parse(cmd_ca_list_options, argc, argv, &unused, cli->arena, &args, err) < 0 ||
	    one_dir(&args, 1, &dir, err) < 0 || ca_open(dir, &cli->clock, &ca, err) < 0)
		return -1;
	for (;;) {
		if (ca_list(ca, &at, &more, &entry, err) < 0)
			return -1;
		if (!more)
			break;
		if (cli->json)
			js_add(list, entry_json(&entry));
		else
			buf_printf(&text, "%s  %-7s  %-6s  %s\n", entry.serial,
				   entry.status == CA_STATUS_REVOKED ? "revoked" : "good", entry.profile,
				   entry.subject);
	}
	return cli->json ? cli_print_json(list, err) : cli_print(&text, err);
}
