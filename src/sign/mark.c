/* mark.c - the table of marks and their text lines; see mark.h. */
#include "sign/mark.h"

#include <string.h>

#include "util/arena.h"
#include "util/date.h"
#include "util/err.h"
#include "util/str.h"
#include "util/text_vi.h"

static const struct mark_info marks[MARK_KIND_COUNT] = {
	[MARK_NONE] = { MARK_NONE, "none", "không có hình hiển thị", "invisible", "ISO 32000-2 12.7.5.5", false, false,
			false },
	[MARK_PERSON] = { MARK_PERSON, "person", "chữ ký của người có thẩm quyền", "signature of the competent person",
			  "NĐ 30/2020 PL I II.7.d", true, false, false },
	[MARK_AGENCY] = { MARK_AGENCY, "agency", "chữ ký số của cơ quan, tổ chức", "the agency's seal",
			  "NĐ 30/2020 PL I II.8.a", true, false, true },
	[MARK_COPY] = { MARK_COPY, "copy", "chữ ký số của cơ quan trên bản sao điện tử",
			"the agency's signature on a copy", "NĐ 30/2020 PL I Phần II.I", false, true, false },
	[MARK_ANNEX] = { MARK_ANNEX, "annex", "chữ ký số của cơ quan trên văn bản kèm theo",
			 "the agency's signature on an annex", "NĐ 30/2020 PL I II.8.b", false, true, false },
};

const struct mark_info *mark_info(enum mark_kind kind)
{
	if (kind < 0 || kind >= MARK_KIND_COUNT)
		BUG("mark kind %d", (int)kind);
	return &marks[kind];
}

const struct mark_info *mark_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (strcmp(marks[i].name, name) == 0)
			return &marks[i];
	return NULL;
}

const char *mark_copy_form(const char *text, struct arena *arena)
{
	static const char *const forms[] = { "SAO Y", "SAO LỤC", "TRÍCH SAO" };

	(void)arena;
	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		if (text_vi_equal_names(str_of(text), str_of(forms[i])))
			return forms[i];
	return NULL;
}

int mark_line_text(enum mark_kind kind, const struct mark_line *line, struct arena *arena, const char **ret_text,
		   struct err *err)
{
	char when[DATE_TEXT_BYTES];
	const char *text;

	date_format_vn(line->time_ms, when);
	if (kind == MARK_COPY) {
		const char *form = line->copy_form ? mark_copy_form(line->copy_form, arena) : NULL;

		if (!form)
			return err_set(err, ERR_USAGE,
				       "a copy needs --copy-form \"SAO Y\", \"SAO LỤC\" or \"TRÍCH SAO\"%s%s",
				       line->copy_form ? ", not " : "", line->copy_form ? line->copy_form : "");
		if (!line->agency || !*line->agency)
			return err_set(err, ERR_USAGE, "a copy needs the name of the agency that makes it (--agency)");
		text = arena_printf(arena, "%s; %s; %s", form, line->agency, when);
	} else if (kind == MARK_ANNEX) {
		if (!line->number || !*line->number)
			return err_set(err, ERR_USAGE,
				       "an annex needs the number and symbol of its document (--number)");
		text = arena_printf(arena, "%s; %s", line->number, when);
	} else {
		BUG("mark %s has no text line", mark_info(kind)->name);
	}
	if (!text)
		return err_set(err, ERR_NO_MEMORY, "no memory for a mark");
	*ret_text = text;
	return 0;
}
