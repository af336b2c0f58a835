/* date.c - see date.h. Civil-date arithmetic by days from 1970-03-01 shifted eras; no libc time zone functions. */
#include "util/date.h"

#include <stdio.h>

#include "util/err.h"

/* Rounded towards minus infinity, for every value (INT64_MIN stands for "absent" in places and is printed too). */
static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int64_t days_from_civil(int y, int m, int d)
{
	int64_t era;
	int64_t yoe;
	int64_t doy;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

bool date_valid(int year, int month, int day)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (month < 1 || month > 12 || day < 1 || year < 0 || year > 9999)
		return false;
	return day <= lengths[month - 1] + (month == 2 && leap);
}

int64_t date_to_ms(struct date_fields f, int offset_min)
{
	int64_t minutes = (days_from_civil(f.year, f.month, f.day) * 24 + f.hour) * 60 + f.minute - offset_min;

	return (minutes * 60 + f.second) * 1000;
}

struct date_fields date_from_ms(int64_t ms, int offset_min)
{
	int64_t s = floor_div(ms, 1000) + (int64_t)offset_min * 60;
	int64_t days = floor_div(s, 86400);
	int64_t rest = s - days * 86400;
	int64_t z = days + 719468;
	int64_t era = floor_div(z, 146097);
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	struct date_fields f;

	f.day = (int)(doy - (153 * mp + 2) / 5 + 1);
	f.month = (int)(mp < 10 ? mp + 3 : mp - 9);
	f.year = (int)(yoe + era * 400 + (f.month <= 2));
	f.hour = (int)(rest / 3600);
	f.minute = (int)(rest / 60 % 60);
	f.second = (int)(rest % 60);
	return f;
}

void date_format_rfc3339(int64_t ms, char text[DATE_TEXT_BYTES])
{
	struct date_fields f = date_from_ms(ms, 0);

	snprintf(text, DATE_TEXT_BYTES, "%04d-%02d-%02dT%02d:%02d:%02dZ", f.year, f.month, f.day, f.hour, f.minute, f.second);
}

void date_format_pdf_vn(int64_t ms, char text[DATE_TEXT_BYTES])
{
	struct date_fields f = date_from_ms(ms, DATE_VN_OFFSET_MIN);

	snprintf(text, DATE_TEXT_BYTES, "D:%04d%02d%02d%02d%02d%02d+07'00'", f.year, f.month, f.day, f.hour, f.minute, f.second);
}

void date_format_vn(int64_t ms, char text[DATE_TEXT_BYTES])
{
	struct date_fields f = date_from_ms(ms, DATE_VN_OFFSET_MIN);

	snprintf(text, DATE_TEXT_BYTES, "%02d/%02d/%04d %02d:%02d:%02d+07:00", f.day, f.month, f.year, f.hour, f.minute, f.second);
}

/* Takes exactly n digits off the front. */
static bool take_digits(struct str *s, int n, int *ret)
{
	int v = 0;

	if (s->n < (size_t)n)
		return false;
	for (int i = 0; i < n; i++) {
		if (s->p[i] < '0' || s->p[i] > '9')
			return false;
		v = v * 10 + (s->p[i] - '0');
	}
	s->p += n;
	s->n -= (size_t)n;
	*ret = v;
	return true;
}

static bool take_char(struct str *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	s->p++;
	s->n--;
	return true;
}

static bool fields_valid(const struct date_fields *f)
{
	return date_valid(f->year, f->month, f->day) && f->hour <= 23 && f->minute <= 59 && f->second <= 60;
}

int date_parse_rfc3339(struct str text, int64_t *ret_ms, struct err *err)
{
	struct str s = text;
	struct date_fields f = { 0 };
	int offset = 0;
	int hour;
	int minute;
	bool ok = take_digits(&s, 4, &f.year) && take_char(&s, '-') && take_digits(&s, 2, &f.month) && take_char(&s, '-') &&
		  take_digits(&s, 2, &f.day) && (take_char(&s, 'T') || take_char(&s, 't')) && take_digits(&s, 2, &f.hour) &&
		  take_char(&s, ':') && take_digits(&s, 2, &f.minute) && take_char(&s, ':') && take_digits(&s, 2, &f.second);
	int millis = 0;

	if (ok && take_char(&s, '.')) {
		int scale = 100;
		size_t digits = 0;

		for (; s.n && s.p[0] >= '0' && s.p[0] <= '9'; s.p++, s.n--, digits++, scale /= 10)
			millis += (s.p[0] - '0') * scale;
		ok = digits > 0;
	}
	if (ok && !take_char(&s, 'Z') && !take_char(&s, 'z')) {
		bool minus = s.n && s.p[0] == '-';

		ok = (take_char(&s, '+') || take_char(&s, '-')) && take_digits(&s, 2, &hour) && take_char(&s, ':') &&
		     take_digits(&s, 2, &minute) && hour <= 23 && minute <= 59;
		if (ok)
			offset = (minus ? -1 : 1) * (hour * 60 + minute);
	}
	if (!ok || s.n || !fields_valid(&f))
		return err_set(err, ERR_DATE, "\"%.*s\" is not an RFC 3339 date and time (2026-11-22T10:00:00+07:00)",
			       (int)(text.n > 60 ? 60 : text.n), text.p ? text.p : "");
	*ret_ms = date_to_ms(f, offset) + millis;
	return 0;
}

int date_parse_pdf(struct str text, int64_t *ret_ms, int *ret_offset_min, struct err *err)
{
	struct str s = text;
	struct date_fields f = { .month = 1, .day = 1 };
	int *parts[] = { &f.month, &f.day, &f.hour, &f.minute, &f.second };
	int offset = 0;
	int hour = 0;
	int minute = 0;
	bool ok;

	if (str_starts(s, STR("D:")))
		s = str_from(s.p + 2, s.n - 2);
	ok = take_digits(&s, 4, &f.year);
	for (size_t i = 0; ok && i < ARRAY_LEN(parts) && s.n && s.p[0] >= '0' && s.p[0] <= '9'; i++)
		ok = take_digits(&s, 2, parts[i]);
	if (ok && take_char(&s, 'Z')) {
		/* some writers add 00'00' after Z */
		if (s.n)
			ok = take_digits(&s, 2, &hour) && take_char(&s, '\'') && (s.n == 0 || (take_digits(&s, 2, &minute) && (take_char(&s, '\'') || 1))) &&
			     hour == 0 && minute == 0;
	} else if (ok && s.n) {
		bool minus = s.p[0] == '-';

		ok = (take_char(&s, '+') || take_char(&s, '-')) && take_digits(&s, 2, &hour);
		if (ok && take_char(&s, '\'') && s.n) {
			ok = take_digits(&s, 2, &minute);
			(void)(ok && take_char(&s, '\''));
		}
		ok = ok && hour <= 23 && minute <= 59;
		offset = (minus ? -1 : 1) * (hour * 60 + minute);
	}
	if (!ok || s.n || !fields_valid(&f))
		return err_set(err, ERR_DATE, "\"%.*s\" is not a PDF date (ISO 32000-1 7.9.4)", (int)(text.n > 60 ? 60 : text.n),
			       text.p ? text.p : "");
	*ret_ms = date_to_ms(f, offset);
	if (ret_offset_min)
		*ret_offset_min = offset;
	return 0;
}
