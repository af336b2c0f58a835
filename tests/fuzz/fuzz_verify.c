/* fuzz_verify.c - a whole file through verify_pdf, offline and trusting nobody: no input may crash, leak, or pass. */
#include <stdlib.h>

#include "util/buf.h"
#include "util/err.h"
#include "util/json.h"
#include "verify/report.h"
#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct verify_material nothing;
	struct verify_options options = { .at_ms = INT64_C(1795334400000), .profile = VERIFY_VN, .want_more = true };
	struct verify_wants wants = { NULL, 0 };
	struct json *report = NULL;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	if (verify_pdf((struct bytes){ data, size }, "fuzz.pdf", &nothing, &options, &report, &wants, &err) != 0)
		return 0; /* memory */
	if (verify_report_passed(report))
		abort();
	verify_report_text(report, REPORT_VI, /* colour= */ true, &text);
	if (js_write(report, 0, &text, &err) != 0)
		abort();
	buf_release(&text);
	js_free(report);
	verify_wants_release(&wants);
	return 0;
}
