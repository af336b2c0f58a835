/* sign_options.c - the table of signing options; see sign_options.h. */
#include "cli/sign_options.h"

#include <string.h>

#include "sign/mark.h"
#include "util/secret.h"

#define AT(member) offsetof(struct sign_options, member)

const struct opt sign_option_table[] = {
	{ OPT_STRING, "o", AT(out), "OUT.pdf", "tệp kết quả", "the output" },
	{ OPT_STRING, "as", AT(as), "MARK", "person | agency | copy | annex | none",
	  "person | agency | copy | annex | none" },
	{ OPT_STRING, "image", AT(image), "F.png", "ảnh chữ ký (xanh) hoặc con dấu (đỏ)",
	  "picture of the signature (blue) or the seal (red)" },
	{ OPT_REAL, "image-mm", AT(image_mm), "W", "bề rộng ảnh chữ ký, mm", "width of the signature picture, mm" },
	{ OPT_STRING, "place", AT(place), "PLACE", "auto | name:\"Họ tên\" | P:X,Y,W,H (mm)",
	  "auto | name:\"...\" | P:X,Y,W,H (mm)" },
	{ OPT_STRING, "signer", AT(signer), "NAME", "họ tên người ký (mặc định: theo chứng thư số)",
	  "the signer's name (default: the certificate's)" },
	{ OPT_STRING, "level", AT(level), "LEVEL", "B | T | LT | LTA (mặc định B)", "B | T | LT | LTA (default B)" },
	{ OPT_STRING, "tsa", AT(tsa), "URL", "máy chủ dấu thời gian", "time-stamp authority" },
	{ OPT_STRING, "alg", AT(alg), "NAME", "thuật toán, ví dụ rsa-pss-sha256", "algorithm, e.g. rsa-pss-sha256" },
	{ OPT_STRING, "field", AT(field), "NAME", "tên trường chữ ký", "name of the signature field" },
	{ OPT_FLAG, "existing-field", AT(existing_field), NULL, "trường phải có sẵn trong tệp",
	  "the field must be in the file already" },
	{ OPT_STRING, "reason", AT(reason), "TEXT", "lý do ký", "reason" },
	{ OPT_STRING, "location", AT(location), "TEXT", "nơi ký", "place of signing" },
	{ OPT_STRING, "certify", AT(certify), "P", "chữ ký chứng nhận, mức cho phép thay đổi 1-3",
	  "certification signature with permission 1-3" },
	{ OPT_REAL, "seal-mm", AT(seal_mm), "D", "đường kính con dấu, mm", "diameter of the seal, mm" },
	{ OPT_STRING, "copy-form", AT(copy_form), "FORM", "\"SAO Y\" | \"SAO LỤC\" | \"TRÍCH SAO\"",
	  "\"SAO Y\" | \"SAO LỤC\" | \"TRÍCH SAO\"" },
	{ OPT_STRING, "agency", AT(agency), "NAME", "tên cơ quan sao", "the agency that makes the copy" },
	{ OPT_STRING, "number", AT(number), "NO", "số và ký hiệu văn bản (phụ lục)",
	  "number and symbol of the document (annex)" },
	{ OPT_STRING, "doc-number", AT(doc_number), "NO", "điền số văn bản vào trường đã chuẩn bị",
	  "fills the prepared number field" },
	{ OPT_STRING, "doc-date", AT(doc_date), "DD/MM/YYYY", "điền ngày văn bản vào trường đã chuẩn bị",
	  "fills the prepared date fields" },
	{ OPT_STRING, "p12", AT(p12), "F.p12", "khóa trong tệp PKCS#12", "key in a PKCS#12 file" },
	{ OPT_STRING, "p11-module", AT(p11_module), "M.so", "thư viện PKCS#11 của thiết bị",
	  "the token's PKCS#11 module" },
	{ OPT_STRING, "p11-init", AT(p11_init), "ARGS", "tham số khởi tạo của thư viện",
	  "initialisation arguments of the module" },
	{ OPT_STRING, "p11-token", AT(p11_token), "LABEL", "nhãn thiết bị", "the token's label" },
	{ OPT_STRING, "p11-key", AT(p11_key), "LABEL", "nhãn khóa", "the key's label" },
	{ OPT_FLAG, "last-try", AT(last_try), NULL, "cho phép dùng lần thử PIN cuối", "allow the last PIN try" },
	{ OPT_STRING, "pin-fd", AT(pin.fd), "N", "đọc mã PIN từ mô tả tệp N", "read the PIN from descriptor N" },
	{ OPT_STRING, "pin-file", AT(pin.file), "F", "đọc mã PIN từ tệp", "read the PIN from a file" },
	{ OPT_LIST, "trust", AT(trust), "FILE", "chứng thư gốc tin cậy (tệp hoặc thư mục)",
	  "trust anchors (file or folder)" },
	{ OPT_LIST, "cert", AT(certs), "FILE", "chứng thư bổ sung cho đường dẫn",
	  "further certificates for the chain" },
	{ OPT_STRING, "status", AT(status), "HOW", "kiểm tra thu hồi trước khi ký: auto | require | skip",
	  "revocation check before signing: auto | require | skip" },
	{ OPT_STRING, "font", AT(font), "F.ttf", "phông chữ cho dòng chữ", "font for text lines" },
	{ OPT_STRING, "preview", AT(preview), "F.png", "(sign plan) vẽ vị trí lên ảnh trang",
	  "(sign plan) draw the place on the page's image" },
	{ OPT_STRING, "batch", AT(batch), "DIR", "ký cả thư mục vào OUTDIR", "sign a whole folder into OUTDIR" },
	{ OPT_INT, "jobs", AT(jobs), "N", "số luồng khi ký thư mục", "threads for a batch" },
	{ OPT_STRING, "state", AT(state), "S.json", "(pdf prepare/embed) tệp trạng thái",
	  "(pdf prepare/embed) the state file" },
	{ OPT_STRING, "state-key", AT(state_key), "FILE", "(pdf prepare/embed) khóa bảo vệ trạng thái trên máy này",
	  "(pdf prepare/embed) the key that guards states on this machine" },
	{ OPT_STRING, "cert-file", AT(cert_file), "F", "(pdf prepare) chứng thư số của người ký",
	  "(pdf prepare) the signer's certificate" },
	{ OPT_STRING, "signature", AT(signature), "F", "(pdf embed) giá trị chữ ký",
	  "(pdf embed) the signature value" },
	{ OPT_END, NULL, 0, NULL, NULL, NULL },
};

static int check_mark(const struct sign_options *options, struct signing_settings *settings, struct err *err)
{
	const struct mark_info *info = options->as ? mark_find(options->as) : NULL;

	if (!info)
		return err_set(err, ERR_USAGE, "--as wants person, agency, copy, annex or none%s%s",
			       options->as ? ", not " : "", options->as ? options->as : "");
	settings->mark = info->kind;
	if (!info->picture && options->image)
		return err_set(err, ERR_USAGE, "--as %s shows no picture: leave --image out (%s)", info->name,
			       info->clause);
	return 0;
}

static bool is_http(const char *url)
{
	return strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0;
}

static int check_level(const struct sign_options *options, struct signing_settings *settings, struct err *err)
{
	int level = options->level ? sign_level_find(options->level) : SIGN_LEVEL_B;

	if (level < 0)
		return err_set(err, ERR_USAGE, "--level wants B, T, LT or LTA, not %s", options->level);
	if (level > SIGN_LEVEL_B && !options->tsa)
		return err_set(err, ERR_USAGE, "level %s needs a time-stamp authority: --tsa URL",
			       sign_level_name((enum sign_level)level));
	if (options->tsa && !is_http(options->tsa))
		return err_set(err, ERR_USAGE, "--tsa wants an address that begins with http:// or https://, not %s",
			       options->tsa);
	settings->level = (enum sign_level)level;
	return 0;
}

static int check_status(const struct sign_options *options, struct signing_settings *settings, struct err *err)
{
	static const char *const names[] = { "auto", "require", "skip" };

	settings->status = STATUS_AUTO;
	if (!options->status)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(options->status, names[i]) == 0) {
			settings->status = (enum status_check)i;
			return 0;
		}
	return err_set(err, ERR_USAGE, "--status wants auto, require or skip, not %s", options->status);
}

static int check_certify(const struct sign_options *options, struct signing_settings *settings, struct err *err)
{
	if (!options->certify)
		return 0;
	if (strlen(options->certify) != 1 || options->certify[0] < '1' || options->certify[0] > '3')
		return err_set(err, ERR_USAGE, "--certify wants 1, 2 or 3, not %s", options->certify);
	settings->docmdp_p = options->certify[0] - '0';
	return 0;
}

int sign_options_settings(const struct cli *cli, const struct sign_options *options, struct signing_settings *ret,
			  struct err *err)
{
	struct signing_settings settings = {
		.clock = cli->clock,
		.program_dir = cli->program_dir,
		.font_path = options->font,
		.place = options->place,
		.signer_name = options->signer,
		.picture_path = options->image,
		.picture_mm = options->image_mm,
		.seal_mm = options->seal_mm,
		.copy_form = options->copy_form,
		.agency = options->agency,
		.number = options->number,
		.doc_number = options->doc_number,
		.doc_date = options->doc_date,
		.algorithm = options->alg,
		.tsa_url = options->tsa,
		.field = options->field,
		.field_must_exist = options->existing_field,
		.reason = options->reason,
		.location = options->location,
		.trust = options->trust,
		.certs = options->certs,
		.state_key_path = options->state_key,
	};

	if (check_mark(options, &settings, err) < 0 || check_level(options, &settings, err) < 0)
		return -1;
	if (check_status(options, &settings, err) < 0 || check_certify(options, &settings, err) < 0)
		return -1;
	*ret = settings;
	return 0;
}

int sign_options_key(const struct cli *cli, const struct sign_options *options, struct signer **ret_signer,
		     struct err *err)
{
	AUTO(secret_freep) struct secret *secret = NULL;
	struct key_source source = {
		.p12_path = options->p12,
		.p11_module = options->p11_module,
		.p11_init = options->p11_init,
		.p11_token = options->p11_token,
		.p11_key = options->p11_key,
		.last_try = options->last_try,
	};

	if (!options->p12 == !options->p11_module)
		return err_set(err, ERR_USAGE, "give the key with --p12 FILE, or with --p11-module and --p11-token");
	if (options->p11_module && !options->p11_token)
		return err_set(err, ERR_USAGE, "--p11-module needs --p11-token LABEL");
	if (cli_secret(&options->pin, options->p12 ? "Mật khẩu tệp khóa: " : "Mã PIN: ", &secret, err) < 0)
		return -1;
	return service_key_open(&source, secret, clock_now_ms(&cli->clock), ret_signer, err);
}
