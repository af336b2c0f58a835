/* report_rows.h - a report as labelled rows, which text and HTML then draw. Not for others. */
#ifndef KYSO_VERIFY_REPORT_ROWS_H
#define KYSO_VERIFY_REPORT_ROWS_H

#include "util/buf.h"
#include "util/json.h"
#include "verify/report.h"

struct report_row {
	const char *label;
	struct buf value;
};

enum { REPORT_MAX_ROWS = 16 };

struct report_rows {
	struct report_row items[REPORT_MAX_ROWS];
	size_t count;
};

/* 0 good, 1 undecided, 2 bad, 3 not signed. */
int report_colour(const char *indication);
const char *report_verdict(const char *indication, enum report_language language);
/* One line: who signed, or what it is. */
void report_title(const struct json *sig, enum report_language language, struct buf *out);
void report_rows_make(const struct json *sig, enum report_language language, struct report_rows *ret);
void report_rows_release(struct report_rows *rows);

#endif
