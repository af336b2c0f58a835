/* report_html.c - the report as one self-contained page that can be filed or printed: no script, nothing from outside. */
#include "verify/report_rows.h"

static const char style[] =
	"body{font:11pt/1.4 'Times New Roman',Tinos,'Liberation Serif',serif;max-width:190mm;margin:12mm auto;color:#111}"
	"h1{font-size:14pt;text-align:center;margin:0 0 4mm}h2{font-size:12pt;margin:6mm 0 2mm;overflow-wrap:anywhere}"
	".v{display:inline-block;padding:1mm 4mm;border:.5mm solid;font-weight:bold}.c0{color:#0a6b2d}.c1{color:#8a5a00}.c2{color:#a8121b}.c3{color:#333}"
	"table{border-collapse:collapse;width:100%;margin:2mm 0 4mm}th,td{border:.2mm solid #999;padding:1mm 2mm;text-align:left;vertical-align:top;"
	"overflow-wrap:anywhere}th{width:32mm;font-weight:normal;background:#f3f3f3}footer{font-size:9pt;color:#555;margin-top:6mm}"
	"@media print{body{margin:0}h2,table{break-inside:avoid}}";

static void put_escaped(struct buf *out, const char *s)
{
	for (; s && *s; s++) {
		switch (*s) {
		case '&':
			buf_puts(out, "&amp;");
			break;
		case '<':
			buf_puts(out, "&lt;");
			break;
		case '>':
			buf_puts(out, "&gt;");
			break;
		case '"':
			buf_puts(out, "&quot;");
			break;
		default:
			buf_putc(out, (unsigned char)*s < 0x20 ? ' ' : *s);
		}
	}
}

static void put_verdict(struct buf *out, const char *indication, enum report_language language)
{
	buf_printf(out, "<span class=\"v c%d\">%s</span>", report_colour(indication), report_verdict(indication, language));
}

static void put_signature(const struct json *sig, size_t number, enum report_language language, struct buf *out)
{
	AUTO(buf_release) struct buf title = BUF_INIT;
	AUTO(report_rows_release) struct report_rows rows;

	report_title(sig, language, &title);
	buf_printf(out, "<h2>%zu. ", number);
	put_escaped(out, buf_str(&title));
	buf_puts(out, "</h2>\n");
	put_verdict(out, js_get_string(sig, "indication"), language);
	buf_puts(out, "\n<table>\n");
	report_rows_make(sig, language, &rows);
	for (size_t i = 0; i < rows.count; i++) {
		buf_printf(out, "<tr><th>%s</th><td>", rows.items[i].label);
		put_escaped(out, buf_str(&rows.items[i].value));
		buf_puts(out, "</td></tr>\n");
	}
	buf_puts(out, "</table>\n");
}

static void put_report(const struct json *report, enum report_language language, struct buf *out)
{
	const struct json *sigs = js_find(report, "signatures");
	const char *problem = js_get_string(js_find(report, "format"), "problem");

	buf_puts(out, "<h2>");
	put_escaped(out, js_get_string(report, "file"));
	buf_puts(out, "</h2>\n");
	put_verdict(out, js_get_string(report, "indication"), language);
	if (problem) {
		buf_puts(out, "<p>");
		put_escaped(out, problem);
		buf_puts(out, "</p>");
	}
	for (size_t i = 0; i < js_count(sigs); i++)
		put_signature(js_at(sigs, i), i + 1, language, out);
	buf_printf(out, "<footer>%s ", language == REPORT_VI ? "Kiểm tra lúc (UTC)" : "Validated at (UTC)");
	put_escaped(out, js_get_string(report, "validated_at"));
	buf_puts(out, " - EN 319 102-1, TT 15/2025/TT-BKHCN - kyso</footer>\n");
}

void verify_report_html(const struct json *const *reports, size_t count, enum report_language language, struct buf *out)
{
	bool vi = language == REPORT_VI;
	const char *title = vi ? "KẾT QUẢ KIỂM TRA CHỮ KÝ SỐ" : "VALIDATION OF DIGITAL SIGNATURES";

	buf_printf(out, "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"><title>%s</title><style>%s</style></head>\n<body><h1>%s</h1>\n",
		   vi ? "vi" : "en", title, style, title);
	for (size_t i = 0; i < count; i++)
		put_report(reports[i], language, out);
	buf_puts(out, "</body></html>\n");
}
