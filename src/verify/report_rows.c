/* report_rows.c - the words for what a report says of one signature, in Vietnamese and English. */
#include "verify/report_rows.h"

#include <stdio.h>
#include <string.h>

#include "util/date.h"

struct words {
	const char *key, *vi, *en;
};

static const struct words verdicts[] = {
	{ "TOTAL-PASSED", "HỢP LỆ", "VALID" },
	{ "INDETERMINATE", "CHƯA XÁC ĐỊNH ĐƯỢC", "UNDECIDED" },
	{ "TOTAL-FAILED", "KHÔNG HỢP LỆ", "NOT VALID" },
	{ "NOT-SIGNED", "KHÔNG CÓ CHỮ KÝ SỐ", "NOT SIGNED" },
	{ NULL, NULL, NULL },
};

static const struct words kinds[] = {
	{ "signature", "Chữ ký", "Signature" },
	{ "certification", "Chữ ký chứng nhận", "Certification" },
	{ "doc-timestamp", "Dấu thời gian của tài liệu", "Document time-stamp" },
	{ NULL, NULL, NULL },
};

static const struct words integrities[] = {
	{ "intact", "nội dung đã ký còn nguyên vẹn", "what was signed is intact" },
	{ "broken", "nội dung hoặc giá trị chữ ký không khớp", "content or signature value do not match" },
	{ "malformed", "cấu trúc chữ ký sai, không công nhận được", "the signature is malformed" },
	{ NULL, NULL, NULL },
};

static const struct words coverages[] = {
	{ "whole-file", "bao phủ toàn bộ tệp", "covers the whole file" },
	{ "revision", "bao phủ trọn phiên bản đã ký của tệp", "covers the signed revision of the file" },
	{ "uncovered", "không bao phủ trọn một phiên bản của tệp", "does not cover a whole revision" },
	{ NULL, NULL, NULL },
};

static const struct words changes[] = {
	{ "none", "không có thay đổi", "nothing was changed" },
	{ "allowed", "chỉ có thay đổi được phép", "only permitted changes" },
	{ "suspicious", "có thay đổi đáng ngờ", "suspicious changes" },
	{ "forbidden", "có thay đổi trái phép", "changes that are not allowed" },
	{ NULL, NULL, NULL },
};

static const struct words chains[] = {
	{ "trusted", "được tin cậy đến chứng thư gốc", "trusted up to the root" },
	{ "untrusted", "chưa được tin cậy", "not trusted" },
	{ "incomplete", "thiếu chứng thư trong đường dẫn", "certificates of the path are missing" },
	{ NULL, NULL, NULL },
};

static const struct words revocations[] = {
	{ "good", "không bị thu hồi", "not revoked" },
	{ "revoked", "ĐÃ BỊ THU HỒI", "REVOKED" },
	{ "unknown", "không kiểm tra được việc thu hồi", "revocation could not be checked" },
	{ NULL, NULL, NULL },
};

static const struct words marks[] = {
	{ "person", "chữ ký của người có thẩm quyền", "a competent person's signature" },
	{ "agency", "dấu của cơ quan", "the agency's seal" },
	{ "copy", "dòng sao văn bản", "a certified copy's line" },
	{ "annex", "dòng ký phụ lục", "an annex's line" },
	{ NULL, NULL, NULL },
};

static const char *word(const struct words *table, const char *key, enum report_language language)
{
	for (; key && table->key; table++)
		if (strcmp(table->key, key) == 0)
			return language == REPORT_VI ? table->vi : table->en;
	return key ? key : "";
}

int report_colour(const char *indication)
{
	for (int i = 0; indication && verdicts[i].key; i++)
		if (strcmp(verdicts[i].key, indication) == 0)
			return i;
	return 1;
}

const char *report_verdict(const char *indication, enum report_language language)
{
	return word(verdicts, indication, language);
}

static const char *text(const struct json *object, const char *key)
{
	const char *value = js_get_string(object, key);

	return value ? value : "";
}

void report_title(const struct json *sig, enum report_language language, struct buf *out)
{
	const struct json *signer = js_find(sig, "signer");

	buf_puts(out, word(kinds, text(sig, "kind"), language));
	if (*text(signer, "name"))
		buf_printf(out, ": %s", text(signer, "name"));
	if (*text(signer, "organization"))
		buf_printf(out, " (%s)", text(signer, "organization"));
}

/* ---- rows ---- */

static struct buf *row(struct report_rows *rows, enum report_language language, const char *vi, const char *en)
{
	static struct buf nowhere;

	if (rows->count == REPORT_MAX_ROWS) {
		buf_release(&nowhere);
		return &nowhere;
	}
	rows->items[rows->count] = (struct report_row){ .label = language == REPORT_VI ? vi : en, .value = BUF_INIT };
	return &rows->items[rows->count++].value;
}

static void put_time(struct buf *out, const char *rfc3339)
{
	char shown[DATE_TEXT_BYTES];
	int64_t ms;

	if (date_parse_rfc3339(str_of(rfc3339), &ms, NULL) != 0) {
		buf_puts(out, "-");
		return;
	}
	date_format_vn(ms, shown);
	buf_puts(out, shown);
}

static const char *finding_text(const struct json *finding, enum report_language language)
{
	return text(finding, language == REPORT_VI ? "vi" : "en");
}

static void add_reason(const struct json *sig, enum report_language language, struct report_rows *rows)
{
	const struct json *findings = js_find(sig, "findings");
	struct buf *out;

	if (strcmp(text(sig, "indication"), "TOTAL-PASSED") == 0 || js_count(findings) == 0)
		return;
	out = row(rows, language, "Lý do", "Reason");
	buf_puts(out, finding_text(js_at(findings, 0), language));
	if (js_get_string(sig, "sub_indication"))
		buf_printf(out, " [%s]", text(sig, "sub_indication"));
}

static void add_time(const struct json *sig, enum report_language language, struct report_rows *rows)
{
	const struct json *time = js_find(sig, "time");
	const char *proven = js_get_string(time, "proven");
	struct buf *out = row(rows, language, "Thời điểm ký", "Time");
	bool vi = language == REPORT_VI;

	if (proven) {
		put_time(out, proven);
		buf_puts(out, vi ? " (được chứng minh bằng dấu thời gian)" : " (proven by a time-stamp)");
	}
	if (js_get_string(time, "claimed") && (!proven || strcmp(text(time, "claimed"), proven) != 0)) {
		buf_puts(out, proven ? "; " : "");
		put_time(out, text(time, "claimed"));
		buf_puts(out, vi ? " (do phía ký khai, chưa được chứng minh)" : " (claimed, not proven)");
	}
	if (out->len == 0)
		buf_puts(out, vi ? "không ghi" : "not given");
}

static void add_changes(const struct json *sig, enum report_language language, struct report_rows *rows)
{
	const struct json *all = js_find(sig, "changes");
	const struct json *items = js_find(all, "items");
	struct buf *out = row(rows, language, "Sau khi ký", "Since then");

	buf_puts(out, word(changes, text(all, "verdict"), language));
	for (size_t i = 0; i < js_count(items) && i < 12; i++) {
		const struct json *item = js_at(items, i);

		buf_printf(out, "%s%s", i ? "; " : ": ", text(item, language == REPORT_VI && *text(item, "what_vi") ? "what_vi" : "what"));
		if (js_get_string(item, "new_value"))
			buf_printf(out, " \"%s\"", text(item, "new_value"));
	}
	if (js_count(items) > 12)
		buf_printf(out, "; ... (%zu)", js_count(items));
}

static void add_certificate(const struct json *sig, enum report_language language, struct report_rows *rows)
{
	const struct json *signer = js_find(sig, "signer");
	const struct json *chain = js_find(sig, "chain");
	struct buf *out;

	if (!*text(signer, "serial"))
		return;
	if (*text(signer, "email"))
		buf_puts(row(rows, language, "Thư điện tử", "E-mail"), text(signer, "email"));
	buf_puts(row(rows, language, "Cơ quan cấp", "Issuer"), text(signer, "issuer"));
	out = row(rows, language, "Chứng thư số", "Certificate");
	buf_printf(out, "%s, ", text(signer, "serial"));
	put_time(out, text(signer, "not_before"));
	buf_puts(out, " - ");
	put_time(out, text(signer, "not_after"));
	buf_printf(row(rows, language, "Trạng thái", "Status"), "%s; %s", word(chains, text(chain, "status"), language),
		   word(revocations, text(chain, "revocation"), language));
}

static void add_mark(const struct json *sig, enum report_language language, struct report_rows *rows)
{
	const struct json *mark = js_find(sig, "mark");
	const struct json *rules = js_find(mark, "rules");
	struct buf *out;

	if (strcmp(text(mark, "kind"), "none") == 0 || !*text(mark, "kind"))
		return;
	out = row(rows, language, "Thể thức", "Mark");
	buf_printf(out, "%s, %s %lld", word(marks, text(mark, "kind"), language), language == REPORT_VI ? "trang" : "page",
		   (long long)js_get_int(mark, "page", 0));
	for (size_t i = 0; i < js_count(rules); i++)
		if (!js_get_bool(js_at(rules, i), "ok", true))
			buf_printf(out, "; %s: %s (%s)", language == REPORT_VI ? "chưa đúng" : "not as asked", text(js_at(rules, i), "rule"),
				   text(js_at(rules, i), "ref"));
}

static void add_notes(const struct json *sig, enum report_language language, struct report_rows *rows)
{
	const struct json *findings = js_find(sig, "findings");
	bool passed = strcmp(text(sig, "indication"), "TOTAL-PASSED") == 0;
	struct buf *out = NULL;

	for (size_t i = passed ? 0 : 1; i < js_count(findings); i++) {
		if (!out)
			out = row(rows, language, "Lưu ý", "Notes");
		else
			buf_puts(out, "; ");
		buf_puts(out, finding_text(js_at(findings, i), language));
	}
}

void report_rows_make(const struct json *sig, enum report_language language, struct report_rows *ret)
{
	*ret = (struct report_rows){ .count = 0 };
	add_reason(sig, language, ret);
	add_time(sig, language, ret);
	buf_printf(row(ret, language, "Toàn vẹn", "Integrity"), "%s; %s", word(integrities, text(sig, "integrity"), language),
		   word(coverages, text(sig, "coverage"), language));
	add_changes(sig, language, ret);
	add_certificate(sig, language, ret);
	buf_puts(row(ret, language, "Mức chữ ký", "Level"), text(sig, "level"));
	add_mark(sig, language, ret);
	add_notes(sig, language, ret);
}

void report_rows_release(struct report_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		buf_release(&rows->items[i].value);
	rows->count = 0;
}

bool verify_report_passed(const struct json *report)
{
	return strcmp(text(report, "indication"), "TOTAL-PASSED") == 0;
}
