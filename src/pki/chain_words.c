/* chain_words.c - what a failed path is called: status, EN 319 102-1 sub-indication, a sentence in English and
 * Vietnamese. */
#include "pki/chain_private.h"

#include <string.h>

/* {c} is the certificate's subject, {d} the detail. Rank: of several failed paths the one that came furthest is told.
 */
static const struct why_row {
	enum chain_why why;
	enum chain_status status;
	enum chain_sub sub;
	int rank;
	const char *en, *vi;
} why_rows[] = {
	{ WHY_NONE, CHAIN_VALID, CHAIN_SUB_NONE, 100, "", "" },
	{ WHY_NO_ISSUER, CHAIN_INDETERMINATE, CHAIN_SUB_NO_CERTIFICATE_CHAIN_FOUND, 1,
	  "the issuer of {c} is not known: {d}", "không có chứng thư của cơ quan cấp {c}: {d}" },
	{ WHY_NO_ANCHOR, CHAIN_INDETERMINATE, CHAIN_SUB_NO_CERTIFICATE_CHAIN_FOUND, 0,
	  "the path ends at {c}, which is not a trust anchor (issuer {d})",
	  "đường dẫn kết thúc ở {c}, không phải chứng thư gốc tin cậy (cơ quan cấp: {d})" },
	{ WHY_SIGNATURE, CHAIN_INVALID, CHAIN_SUB_NO_CERTIFICATE_CHAIN_FOUND, 2,
	  "the signature on {c} is not that of {d}", "chữ ký trên chứng thư {c} không phải của {d}" },
	{ WHY_LIMIT, CHAIN_INDETERMINATE, CHAIN_SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE, 3,
	  "the search for a path from {c} was given up at a limit",
	  "việc tìm đường dẫn từ {c} dừng lại vì quá giới hạn" },
	{ WHY_DEFECT, CHAIN_INVALID, CHAIN_SUB_CHAIN_CONSTRAINTS_FAILURE, 10, "{c}: {d} (RFC 5280 4.2)",
	  "{c}: {d} (RFC 5280 4.2)" },
	{ WHY_NOT_CA, CHAIN_INVALID, CHAIN_SUB_CHAIN_CONSTRAINTS_FAILURE, 10,
	  "{c} is not a certification authority (RFC 5280 6.1.4 k)",
	  "{c} không phải chứng thư của cơ quan chứng thực (RFC 5280 6.1.4 k)" },
	{ WHY_PATH_LENGTH, CHAIN_INVALID, CHAIN_SUB_CHAIN_CONSTRAINTS_FAILURE, 11,
	  "the path is longer than allowed at {c} (RFC 5280 6.1.4 l)",
	  "đường dẫn dài quá giới hạn tại {c} (RFC 5280 6.1.4 l)" },
	{ WHY_NO_CERT_SIGN, CHAIN_INVALID, CHAIN_SUB_CHAIN_CONSTRAINTS_FAILURE, 10,
	  "the key usage of {c} does not allow issuing certificates (RFC 5280 6.1.4 n)",
	  "{c} không được phép dùng để cấp chứng thư (RFC 5280 6.1.4 n)" },
	{ WHY_NAME, CHAIN_INVALID, CHAIN_SUB_CHAIN_CONSTRAINTS_FAILURE, 12,
	  "{c}: {d} (name constraints, RFC 5280 4.2.1.10)", "{c} vi phạm ràng buộc tên: {d} (RFC 5280 4.2.1.10)" },
	{ WHY_POLICY, CHAIN_INVALID, CHAIN_SUB_CHAIN_CONSTRAINTS_FAILURE, 12,
	  "{c}: {d} (certificate policies, RFC 5280 6.1)",
	  "{c} không đáp ứng chính sách chứng thư: {d} (RFC 5280 6.1)" },
	{ WHY_USAGE, CHAIN_INVALID, CHAIN_SUB_CHAIN_CONSTRAINTS_FAILURE, 13,
	  "the key usage of {c} does not allow this use (RFC 5280 4.2.1.3, 4.2.1.12)",
	  "{c} không được phép dùng cho mục đích này (RFC 5280 4.2.1.3, 4.2.1.12)" },
	{ WHY_ALGORITHM, CHAIN_INVALID, CHAIN_SUB_CRYPTO_CONSTRAINTS_FAILURE, 14,
	  "the signature on {c} is of an algorithm no longer trusted: {d}",
	  "chữ ký trên {c} dùng thuật toán không còn được tin cậy: {d}" },
	{ WHY_NOT_YET, CHAIN_INVALID, CHAIN_SUB_NOT_YET_VALID, 15, "{c} is valid from {d} only",
	  "{c} chỉ có hiệu lực từ {d}" },
	{ WHY_EXPIRED, CHAIN_INVALID, CHAIN_SUB_EXPIRED, 16, "{c} expired at {d}", "{c} đã hết hạn lúc {d}" },
	{ WHY_REVOKED, CHAIN_INVALID, CHAIN_SUB_REVOKED, 30, "{c} was revoked: {d}", "{c} đã bị thu hồi: {d}" },
	{ WHY_ON_HOLD, CHAIN_INDETERMINATE, CHAIN_SUB_TRY_LATER, 25, "{c} is on hold: {d}", "{c} đang tạm dừng: {d}" },
	{ WHY_NO_STATUS, CHAIN_INDETERMINATE, CHAIN_SUB_TRY_LATER, 20, "the status of {c} cannot be determined: {d}",
	  "chưa xác định được trạng thái của {c}: {d}" },
};

/* Details that chain_cert.c, chain_names.c and chain_policy.c give as they are. What is not listed stays English. */
static const struct {
	const char *en, *vi;
} details[] = {
	{ "malformed extension", "phần mở rộng sai cấu trúc" },
	{ "malformed extensions", "các phần mở rộng sai cấu trúc" },
	{ "repeated extension", "phần mở rộng bị lặp" },
	{ "unknown critical extension", "phần mở rộng bắt buộc không hỗ trợ" },
	{ "malformed name", "tên sai cấu trúc" },
	{ "malformed certificate, or its two signature algorithms differ",
	  "chứng thư sai cấu trúc, hoặc hai chỗ ghi thuật toán ký khác nhau" },
	{ "malformed nameConstraints", "ràng buộc tên sai cấu trúc" },
	{ "too many names and constraints", "quá nhiều tên và ràng buộc" },
	{ "a constrained name of a form that cannot be judged", "có tên thuộc loại không kiểm tra được" },
	{ "a name outside the permitted subtrees", "có tên nằm ngoài phạm vi cho phép" },
	{ "a name inside an excluded subtree", "có tên nằm trong phạm vi bị loại trừ" },
	{ "malformed subjectAltName", "tên khác của chủ thể sai cấu trúc" },
	{ "malformed subject", "tên chủ thể sai cấu trúc" },
	{ "malformed certificatePolicies", "chính sách chứng thư sai cấu trúc" },
	{ "malformed or too many certificatePolicies", "chính sách chứng thư sai cấu trúc hoặc quá nhiều" },
	{ "too many policies", "quá nhiều chính sách" },
	{ "an explicit policy is required and none is valid (RFC 5280 6.1.3 f)",
	  "phải có chính sách cụ thể nhưng không có chính sách nào hợp lệ (RFC 5280 6.1.3 f)" },
	{ "malformed policyMappings", "ánh xạ chính sách sai cấu trúc" },
	{ "malformed or too many policyMappings", "ánh xạ chính sách sai cấu trúc hoặc quá nhiều" },
	{ "anyPolicy is mapped (RFC 5280 6.1.4 a)", "ánh xạ từ hoặc tới chính sách bất kỳ (RFC 5280 6.1.4 a)" },
	{ "malformed policyConstraints", "ràng buộc chính sách sai cấu trúc" },
	{ "malformed inhibitAnyPolicy", "inhibitAnyPolicy sai cấu trúc" },
	{ "none of the accepted policies is valid for the path (RFC 5280 6.1.5 g)",
	  "không có chính sách được chấp nhận nào hợp lệ trên đường dẫn (RFC 5280 6.1.5 g)" },
};

const char *chain_vietnamese(const char *en)
{
	for (size_t i = 0; i < ARRAY_LEN(details); i++)
		if (strcmp(details[i].en, en) == 0)
			return details[i].vi;
	return en;
}

static const struct why_row *find_row(enum chain_why why)
{
	for (size_t i = 0; i < ARRAY_LEN(why_rows); i++)
		if (why_rows[i].why == why)
			return &why_rows[i];
	BUG("no words for chain_why %d", (int)why);
}

int chain_rank(enum chain_why why)
{
	return find_row(why)->rank;
}

/* Fills and returns false, so that `return verdict_set(...)` is the way out of a check. */
bool verdict_set(struct verdict *verdict, enum chain_why why, size_t index, const char *detail_en,
		 const char *detail_vi)
{
	verdict->why = why;
	verdict->index = (int)index;
	snprintf(verdict->detail_en, sizeof(verdict->detail_en), "%s", detail_en);
	snprintf(verdict->detail_vi, sizeof(verdict->detail_vi), "%s", detail_vi);
	return false;
}

const char *chain_status_name(enum chain_status status)
{
	static const char *const names[] = { "valid", "invalid", "indeterminate" };

	return names[status];
}

const char *chain_sub_name(enum chain_sub sub)
{
	static const char *const names[] = { NULL,
					     "NO_CERTIFICATE_CHAIN_FOUND",
					     "CERTIFICATE_CHAIN_GENERAL_FAILURE",
					     "CHAIN_CONSTRAINTS_FAILURE",
					     "CRYPTO_CONSTRAINTS_FAILURE",
					     "NOT_YET_VALID",
					     "EXPIRED",
					     "TRY_LATER",
					     "REVOKED",
					     "REVOKED_CA_NO_POE" };

	return names[sub];
}

/* Cuts at a character, never inside one. */
static void cut_utf8(char *text, size_t size)
{
	size_t n = strlen(text);

	if (n + 1 < size)
		return;
	while (n > 0 && ((uint8_t)text[n - 1] & 0xc0) == 0x80)
		text[--n] = '\0';
	if (n > 0 && (uint8_t)text[n - 1] >= 0xc0)
		text[n - 1] = '\0';
}

static void write_sentence(char *out, size_t size, const char *form, const char *subject, const char *detail)
{
	size_t used = 0;

	out[0] = '\0';
	while (*form && used + 1 < size) {
		const char *part = strncmp(form, "{c}", 3) == 0   ? subject
				   : strncmp(form, "{d}", 3) == 0 ? detail
								  : NULL;

		if (part) {
			used += (size_t)snprintf(out + used, size - used, "%s", part);
			form += 3;
		} else {
			out[used++] = *form++;
			out[used] = '\0';
		}
	}
	cut_utf8(out, size);
}

/* EN 319 102-1 5.2.6: a revoked intermediate authority is its own sub-indication. */
static enum chain_sub sub_of(const struct why_row *row, const struct verdict *verdict)
{
	return row->sub == CHAIN_SUB_REVOKED && verdict->index > 0 ? CHAIN_SUB_REVOKED_CA_NO_POE : row->sub;
}

void chain_fill(struct chain_result *result, const struct verdict *verdict, const struct chain_options *options)
{
	const struct why_row *row = find_row(verdict->why);
	int index = verdict->index >= 0 && (size_t)verdict->index < result->count ? verdict->index : 0;
	const char *subject = cert_subject(result->links[index].cert);

	result->status = row->status;
	if (options->decide && row->status == CHAIN_INDETERMINATE && verdict->why != WHY_LIMIT)
		result->status = CHAIN_INVALID;
	result->sub = sub_of(row, verdict);
	result->failed = verdict->why == WHY_NONE ? -1 : index;
	write_sentence(result->en, sizeof(result->en), row->en, subject, verdict->detail_en);
	write_sentence(result->vi, sizeof(result->vi), row->vi, subject, verdict->detail_vi);
}
