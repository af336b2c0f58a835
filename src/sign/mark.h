/*
 * mark.h - the kinds of marks a signature may wear, one const row each with the clause that orders it.
 *
 * NĐ 30/2020/NĐ-CP, Phụ lục I: II.7.d (person), II.8.a (agency), II.8.b and III.1.d (annex); Phần II.I of it (copy).
 */
#ifndef KYSO_SIGN_MARK_H
#define KYSO_SIGN_MARK_H

#include <stdbool.h>
#include <stdint.h>

#include "util/defer.h"

struct arena;
struct err;

enum mark_kind { MARK_NONE, MARK_PERSON, MARK_AGENCY, MARK_COPY, MARK_ANNEX, MARK_KIND_COUNT };

struct mark_info {
	enum mark_kind kind;
	const char *name;    /* "person", as on the command line and in JSON */
	const char *vi, *en;
	const char *clause;  /* where it is ordered */
	bool picture;        /* shows a picture */
	bool text;           /* shows one line of text */
	bool needs_person;   /* only over a valid signature of a competent person (NĐ 30/2020, Điều 32 khoản 2 điểm d) */
};

const struct mark_info *mark_info(enum mark_kind kind);
/* NULL when there is no such mark. */
const struct mark_info *mark_find(const char *name);

/* Forms of copy: "SAO Y", "SAO LỤC", "TRÍCH SAO"; upper and lower case and both Unicode forms. NULL when it is none. */
const char *mark_copy_form(const char *text, struct arena *arena);

/* The one line of a copy or annex (Phần II.I; II.8.b): "SAO Y; Sở X; 22/11/2026 10:04:05+07:00", "12/STTTT-CNTT; 22/11/2026 ...".
 * ERR_USAGE when a part is missing. */
struct mark_line {
	const char *copy_form, *agency; /* copy */
	const char *number;             /* annex */
	int64_t time_ms;
};
NODISCARD int mark_line_text(enum mark_kind kind, const struct mark_line *line, struct arena *arena, const char **ret_text,
			     struct err *err);

#define MARK_TEXT_SIZE_PT 10.0          /* Phần II.I, III.1.d: Times New Roman, upright, 10, black */
#define MARK_SEAL_DEFAULT_MM 36.0       /* when the picture does not say its own size; the agency's own figure is a setting */
#define MARK_SEAL_MIN_MM 20.0
#define MARK_SEAL_MAX_MM 50.0
#define MARK_SEAL_USUAL_MIN_MM 34.0
#define MARK_SEAL_USUAL_MAX_MM 42.0
#define MARK_PICTURE_WIDTH_MM 40.0      /* of a hand signature when nothing is asked */

#endif
