/*
 * date.h - dates and times as text: RFC 3339, PDF date strings (ISO 32000-1 7.9.4), ASN.1 times, Vietnamese forms.
 *
 * Times are int64_t milliseconds since the epoch, UTC (clock.h). Viet Nam is UTC+7 all year; TZ and locale are never read.
 */
#ifndef KYSO_UTIL_DATE_H
#define KYSO_UTIL_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "util/defer.h"
#include "util/str.h"

struct err;

#define DATE_VN_OFFSET_MIN (7 * 60)
#define DATE_TEXT_BYTES 40 /* enough for every text below, terminator included */

struct date_fields {
	int year, month, day, hour, minute, second; /* proleptic Gregorian, month 1..12 */
};

bool date_valid(int year, int month, int day);
int64_t date_to_ms(struct date_fields fields, int offset_min); /* fields are local to the offset */
struct date_fields date_from_ms(int64_t ms, int offset_min);

/* "2026-11-22T03:04:05Z"; parsing accepts any offset and a fraction, and refuses what is not RFC 3339. */
void date_format_rfc3339(int64_t ms, char text[DATE_TEXT_BYTES]);
NODISCARD int date_parse_rfc3339(struct str text, int64_t *ret_ms, struct err *err);

/* "D:20261122100405+07'00'" in Vietnamese time. Parsing takes every shortened form of ISO 32000-1 7.9.4; ret_offset_min
 * (may be NULL) tells the offset that was written, so that "local time labelled UTC" can be told apart. */
void date_format_pdf_vn(int64_t ms, char text[DATE_TEXT_BYTES]);
NODISCARD int date_parse_pdf(struct str text, int64_t *ret_ms, int *ret_offset_min, struct err *err);

/* "22/11/2026 10:04:05+07:00": the time line of copies and annexes (NĐ 30/2020, Phần II.I; ISO 8601 offset). */
void date_format_vn(int64_t ms, char text[DATE_TEXT_BYTES]);

#endif
