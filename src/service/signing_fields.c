/*
 * signing_fields.c - number and date of a letter (NĐ 30/2020 PL I II.3, II.4): fields over the blanks before the
 * competent person signs, values from the clerk in the same increment as the seal. Part of signing.h (service).
 */
#include <stdio.h>
#include <string.h>

#include "pdf/font.h"
#include "pdf/increment.h"
#include "service/session.h"
#include "util/arena.h"
#include "util/date.h"
#include "util/err.h"
#include "util/json.h"

#define FIELD_NUMBER "SoVanBan"
#define FIELD_DAY "NgayVanBan"
#define FIELD_MONTH "ThangVanBan"
#define FIELD_YEAR "NamVanBan"
#define FIELD_YEAR_SHORT "NamVanBan20" /* after a printed "20" */

/* ---- filling ---- */

static bool two_digits(const char *p, int *ret)
{
	if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
		return false;
	*ret = (p[0] - '0') * 10 + (p[1] - '0');
	return true;
}

/* "dd/mm/yyyy" into its parts, as the decree writes them: a day under 10 and January, February get a zero (II.4). */
static int split_date(const char *text, struct arena *arena, const char *parts[4], struct err *err)
{
	int day;
	int month;
	int high;
	int low;

	if (strlen(text) != 10 || text[2] != '/' || text[5] != '/' || !two_digits(text, &day) ||
	    !two_digits(text + 3, &month) || !two_digits(text + 6, &high) || !two_digits(text + 8, &low) ||
	    !date_valid(high * 100 + low, month, day))
		return err_set(err, ERR_DATE, "--doc-date wants dd/mm/yyyy, not \"%s\"", text);
	parts[0] = arena_printf(arena, "%02d", day);
	parts[1] = arena_printf(arena, month <= 2 ? "%02d" : "%d", month);
	parts[2] = arena_printf(arena, "%d", high * 100 + low);
	parts[3] = arena_printf(arena, "%02d", low);
	return parts[0] && parts[1] && parts[2] && parts[3] ? 0 : err_set(err, ERR_NO_MEMORY, "no memory for a date");
}

int signing_fills(const struct signing_session *session, struct arena *arena, struct sign_fill **ret_fills,
		  size_t *ret_count, struct err *err)
{
	static const char *const date_fields[] = { FIELD_DAY, FIELD_MONTH, FIELD_YEAR, FIELD_YEAR_SHORT };
	struct sign_fill *fills = ARENA_ARRAY(arena, struct sign_fill, 1 + ARRAY_LEN(date_fields));
	const char *parts[4];
	size_t count = 0;

	if (!fills)
		return err_set(err, ERR_NO_MEMORY, "no memory for field values");
	if (session->settings.doc_number)
		fills[count++] = (struct sign_fill){ .field = FIELD_NUMBER, .value = session->settings.doc_number };
	if (session->settings.doc_date) {
		if (split_date(session->settings.doc_date, arena, parts, err) < 0)
			return -1;
		for (size_t i = 0; i < ARRAY_LEN(date_fields); i++)
			fills[count++] = (struct sign_fill){ .field = date_fields[i],
							     .value = parts[i],
							     .font = session->italic.font,
							     .optional = i >= 2 };
	}
	*ret_fills = fills;
	*ret_count = count;
	return 0;
}

/* ---- preparing ---- */

struct blank {
	const char *name;
	const struct pd_font *font; /* the number is upright, the date italic (II.3, II.4) */
	struct pd_rect_mm rect;
	bool found;
};

static int put_fields(struct pd_inc *inc, const struct blank *blanks, size_t count, double size_pt, struct err *err)
{
	struct pd_page page;

	if (pd_page_load(pd_view_last(pd_inc_doc(inc)), 0, &page, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		struct pd_text_field_spec spec = {
			.name = blanks[i].name,
			.page_index = 0,
			.rect = pd_page_to_user(&page, blanks[i].rect),
			.font = blanks[i].font,
			.size_pt = size_pt / page.user_unit,
			.value = "",
		};

		if (blanks[i].found && pd_inc_text_field(inc, &spec, err) < 0)
			return err_prefix(err, "field %s", blanks[i].name);
	}
	return 0;
}

static int append_fields(struct workfile *work, const struct blank *blanks, size_t count, double size_pt,
			 struct err *err)
{
	AUTO(pd_freep) struct pd_doc *doc = NULL;
	AUTO(pd_inc_freep) struct pd_inc *inc = NULL;
	AUTO(pd_inc_result_release) struct pd_inc_result tail = { .tail = BUF_INIT };
	uint8_t seed[16];

	if (pd_open(workfile_bytes(work), PD_OPEN_STRICT, &doc, err) < 0 || pd_inc_new(doc, &inc, err) < 0)
		return -1;
	if (put_fields(inc, blanks, count, size_pt, err) < 0 || digest_random(seed, sizeof(seed), err) < 0)
		return -1;
	if (pd_inc_finish(inc, seed, &tail, err) < 0)
		return -1;
	return workfile_append(work, (struct bytes){ (const uint8_t *)tail.tail.data, tail.tail.len }, err);
}

static struct json *report_json(const struct blank *blanks, size_t count, const char *out)
{
	struct json *report = js_new_object();
	struct json *fields = js_new_array();

	for (size_t i = 0; i < count; i++) {
		const double rect[] = { blanks[i].rect.x, blanks[i].rect.y, blanks[i].rect.w, blanks[i].rect.h };
		struct json *field = js_new_object();
		struct json *numbers = js_new_array();

		if (!blanks[i].found) {
			js_free(field);
			js_free(numbers);
			continue;
		}
		for (size_t j = 0; j < 4; j++)
			js_add(numbers, js_new_real(rect[j]));
		js_set_string(field, "name", blanks[i].name);
		js_set(field, "rect_mm", numbers);
		js_add(fields, field);
	}
	js_set_string(report, "schema", "kyso.prepared/1");
	js_set_string(report, "output", out);
	js_set(report, "fields", fields);
	return report;
}

int signing_prepare_fields(struct signing_session *session, const char *in, const char *out, struct arena *arena,
			   struct json **ret_report, struct err *err)
{
	AUTO(workfile_freep) struct workfile *work = NULL;
	struct number_date_blanks found;
	struct page_text text;

	if (workfile_open(in, signing_room_bytes(session), &work, err) < 0)
		return -1;
	if (signing_page_text(session, work, 1, arena, &text, err) < 0 || block_find_blanks(&text, &found, err) < 0)
		return err_prefix(err, "%s", in);
	struct blank blanks[] = {
		{ FIELD_NUMBER, session->upright.font, found.number, found.number_found },
		{ FIELD_DAY, session->italic.font, found.day, found.date_found },
		{ FIELD_MONTH, session->italic.font, found.month, found.date_found },
		{ found.year_digits == 2 ? FIELD_YEAR_SHORT : FIELD_YEAR, session->italic.font, found.year,
		  found.date_found && found.year_open },
	};
	if (!found.number_found && !found.date_found)
		return err_set(err, ERR_SIGN_PLACE,
			       "%s: page 1 has no open \"Số: ...\" and no open \"ngày ... tháng ...\"", in);
	/* an increment embeds one font for its fields: the number's, then the date's */
	if (append_fields(work, blanks, 1, (double)found.size_pt, err) < 0 ||
	    append_fields(work, blanks + 1, ARRAY_LEN(blanks) - 1, (double)found.size_pt, err) < 0)
		return err_prefix(err, "%s", in);
	if (workfile_save(work, out, WORKFILE_SYNC, err) < 0)
		return -1;
	*ret_report = report_json(blanks, ARRAY_LEN(blanks), out);
	return 0;
}
