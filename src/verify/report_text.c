/* report_text.c - the report for a terminal: the verdict first, its reason next, then who, when, what changed, and the certificate. */
#include "verify/report_rows.h"

static const char *const colours[] = { "\033[1;32m", "\033[1;33m", "\033[1;31m", "\033[1m" };

/* Text of the file may hold anything: control characters would command the terminal. */
static void put_plain(struct buf *out, const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == 0xc2 && (unsigned char)s[1] >= 0x80 && (unsigned char)s[1] < 0xa0) { /* C1 */
			buf_putc(out, '?');
			s++;
		} else {
			buf_putc(out, c < 0x20 || c == 0x7f ? ' ' : (char)c);
		}
	}
}

static void put_verdict(struct buf *out, const char *indication, enum report_language language, bool colour)
{
	if (colour)
		buf_puts(out, colours[report_colour(indication)]);
	buf_puts(out, report_verdict(indication, language));
	if (colour)
		buf_puts(out, "\033[0m");
}

static size_t columns(const char *utf8)
{
	size_t n = 0;

	for (; *utf8; utf8++)
		n += ((unsigned char)*utf8 & 0xc0) != 0x80;
	return n;
}

static void put_signature(const struct json *sig, size_t number, enum report_language language, bool colour, struct buf *out)
{
	AUTO(buf_release) struct buf title = BUF_INIT;
	AUTO(report_rows_release) struct report_rows rows;

	report_title(sig, language, &title);
	buf_printf(out, "  %zu. ", number);
	put_verdict(out, js_get_string(sig, "indication"), language, colour);
	buf_puts(out, "  ");
	put_plain(out, buf_str(&title));
	buf_putc(out, '\n');
	report_rows_make(sig, language, &rows);
	for (size_t i = 0; i < rows.count; i++) {
		size_t width = columns(rows.items[i].label);

		buf_printf(out, "     %s", rows.items[i].label);
		buf_fill(out, ' ', width < 14 ? 14 - width : 1);
		put_plain(out, buf_str(&rows.items[i].value));
		buf_putc(out, '\n');
	}
}

void verify_report_text(const struct json *report, enum report_language language, bool colour, struct buf *out)
{
	const struct json *sigs = js_find(report, "signatures");
	const char *problem = js_get_string(js_find(report, "format"), "problem");

	put_plain(out, js_get_string(report, "file") ? js_get_string(report, "file") : "");
	buf_puts(out, ": ");
	put_verdict(out, js_get_string(report, "indication"), language, colour);
	buf_putc(out, '\n');
	if (problem) {
		buf_puts(out, language == REPORT_VI ? "  Tệp không đọc được theo đúng chuẩn: " : "  The file cannot be read strictly: ");
		put_plain(out, problem);
		buf_putc(out, '\n');
	}
	for (size_t i = 0; i < js_count(sigs); i++)
		put_signature(js_at(sigs, i), i + 1, language, colour, out);
}
