/*
 * plan.h - what would be put where, by which clause: made before anything is signed, and printed by `kyso sign plan`.
 *
 * Pure: page texts (from the worker), page sizes and the marks already in the file go in; planned marks come out. A
 * plan that is not sure places nothing, says why and lists what was found. Everything is made in the caller's arena.
 */
#ifndef KYSO_SIGN_PLAN_H
#define KYSO_SIGN_PLAN_H

#include "sign/block.h"
#include "sign/mark.h"
#include "sign/place.h"

struct json;
struct pd_font;
struct buf;

/* A visible signature that is already in the file, as validation found it. */
struct signed_mark {
	const char *field;
	const char *signer;       /* common name */
	const char *organization; /* O and OU of the signer, to match a seal with its own leader; may be NULL */
	bool person;              /* wears a picture and is no seal, copy or annex line */
	bool accepted;            /* intact, covering its revision, later changes allowed */
	bool trusted;             /* chain ends at a given anchor; true when trust was not asked */
	const char *why_not;      /* when not accepted or not trusted */
	uint32_t page;
	struct pd_rect_mm rect; /* zero size when invisible */
};

struct plan_request {
	enum mark_kind mark;
	struct place place;
	const char *signer;         /* person: whose block; agency: over whose signature; NULL = the only one */
	double picture_aspect;      /* height / width of the trimmed picture */
	double picture_width_mm;    /* 0 = MARK_PICTURE_WIDTH_MM */
	double seal_mm;             /* diameter; 0 = MARK_SEAL_DEFAULT_MM */
	struct mark_line line;      /* copy, annex */
	const struct pd_font *font; /* measures the line */
	const struct page_image
	    *first_page; /* copy, annex: page 1 as a picture, so that a scan's ink is seen; may be NULL */
	const struct signed_mark *signed_marks;
	size_t signed_mark_count;
	const char *agency_name; /* of the seal's certificate, to match signers with */
};

#define PLAN_MAX_CLAUSES 4
#define PLAN_MAX_WARNINGS 4

struct planned_mark {
	enum mark_kind kind;
	const char *signer; /* NULL for copy and annex */
	uint32_t page;      /* index */
	struct pd_rect_mm rect;
	const char *titles[BLOCK_MAX_TITLES];
	size_t title_count;
	const char *clauses[PLAN_MAX_CLAUSES];
	size_t clause_count;
	const char *text; /* of copy and annex */
	const char *warnings[PLAN_MAX_WARNINGS];
	size_t warning_count;
};

struct sign_plan {
	bool sure;
	const char *reason_vi, *reason_en; /* when not sure */
	struct planned_mark mark;          /* when sure */
	const struct sign_block *candidates;
	size_t candidate_count;
};

/* `text` may be NULL when nothing has to be searched (PLACE_RECT, agency). A refusal by the decree (no valid signature
 * of a competent person under a seal) is ERR_SIGN_NO_PERSON; a page that does not exist is ERR_PDF_PAGE. */
NODISCARD int plan_make(const struct plan_request *request, struct pd_view view, const struct page_text *text,
			struct arena *arena, struct sign_plan *ret_plan, struct err *err);

/* kyso.plan/1 of the contracts. */
struct json *plan_json(const struct sign_plan *plan, const char *file);
void plan_text(const struct sign_plan *plan, bool english, struct buf *out);

#endif
