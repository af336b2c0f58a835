/*
 * report.h - a validation report for people, made from the JSON of verify.h: text for a terminal, and one HTML page to file. What TT
 * 15/2025/TT-BKHCN Điều 6 asks to be shown is there: issuer, signer, managing unit, time, integrity, validity at signing, certificate.
 *
 * Pure functions over a report that may have come from a caged process: missing values give empty cells, never a crash.
 */
#ifndef KYSO_VERIFY_REPORT_H
#define KYSO_VERIFY_REPORT_H

#include <stdbool.h>

#include <stddef.h>

#include "util/defer.h"

struct buf;
struct err;
struct json;

enum report_language { REPORT_VI, REPORT_EN };

void verify_report_text(const struct json *report, enum report_language language, bool colour, struct buf *out);
/* One self-contained page for `count` reports: no script, nothing from outside. */
void verify_report_html(const struct json *const *reports, size_t count, enum report_language language, struct buf *out);
/* "TOTAL-PASSED" and nothing else. */
bool verify_report_passed(const struct json *report);

#endif
