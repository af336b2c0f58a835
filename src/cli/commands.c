/* commands.c - the table of commands, sorted by name (a test holds the order). What is not listed does not exist. */
#include "cli/commands.h"

const struct cli_command cli_commands[] = {
	{ "ca crl", "DIR [-o FILE] [--root]", "Lập danh sách thu hồi mới của CA thử nghiệm", "A new CRL of the stand-in authority", cmd_ca_crl_options,
	  cmd_ca_crl },
	{ "ca init", "DIR [--url URL|auto] [--key KIND] ...", "Lập một CA thử nghiệm", "Makes a stand-in authority", cmd_ca_init_options, cmd_ca_init },
	{ "ca issue", "DIR --cn NAME ... (--csr F | --spki F | --p12 F)", "Cấp chứng thư số thử nghiệm", "Issues a test certificate",
	  cmd_ca_issue_options, cmd_ca_issue },
	{ "ca list", "DIR", "Các chứng thư số CA thử nghiệm đã cấp", "What the stand-in authority issued", cmd_ca_list_options, cmd_ca_list },
	{ "ca revoke", "DIR SERIAL [--reason NAME] [--at TIME]", "Thu hồi chứng thư số thử nghiệm", "Revokes a test certificate",
	  cmd_ca_revoke_options, cmd_ca_revoke },
	{ "ca serve", "DIR [--listen HOST:PORT]", "Phục vụ OCSP, CRL, AIA và dấu thời gian (RFC 3161)", "Serves OCSP, CRL, AIA and RFC 3161",
	  cmd_ca_serve_options, cmd_ca_serve },
	{ "errors", "", "Bảng mã lỗi", "The table of error codes", NULL, cmd_errors },
	{ "help", "[COMMAND]", "Cách dùng các lệnh", "How to use the commands", NULL, cmd_help },
	{ "version", "", "Phiên bản", "The version", NULL, cmd_version },
};

const size_t cli_command_count = ARRAY_LEN(cli_commands);
