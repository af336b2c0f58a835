/*
 * block.h - finds the signing blocks of an official letter: titles above, full name below, room for the signature between
 * (NĐ 30/2020, Phụ lục I, II.7; boxes 7a, 7b, 7c). Pure: text lines in, candidates out; no file, no MuPDF.
 *
 * Names are matched over NFC/NFD, tone-mark spelling ("Hoà" = "Hòa") and upper case. It never guesses: `sure` only when exactly
 * one block of the signer stands out; otherwise the reason and all candidates.
 */
#ifndef KYSO_SIGN_BLOCK_H
#define KYSO_SIGN_BLOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "pdf/pages.h"
#include "util/defer.h"
#include "util/page_text.h"

struct arena;
struct err;

#define BLOCK_MAX_TITLES 8

/* Why a place is taken, or not; each has its texts and its weight in block_reasons. */
enum block_why {
	BLOCK_TAKEN,          /* a signing block of the signer: titles, room, name */
	BLOCK_SIGNED,         /* the same, but a picture or "(Đã ký)" stands in the room */
	BLOCK_ACCENTS_DIFFER, /* the same, but the name is equal only without its marks */
	BLOCK_INVISIBLE,      /* the same, but the text is not painted (OCR under a scan) */
	BLOCK_TITLE_UNKNOWN,  /* capitals over the name that no table knows, without other evidence */
	BLOCK_OFF_CENTRE,     /* a title, but not over the middle of the name */
	BLOCK_TEXT_GOES_ON,   /* a sentence goes on right under the name */
	BLOCK_NO_ROOM,
	BLOCK_ROOM_TOO_TALL,
	BLOCK_NO_NAME,        /* titles and room, and no name under them */
	BLOCK_OTHER_PERSON,   /* a block, of somebody else */
	BLOCK_IN_RECIPIENTS,
	BLOCK_IN_ADDRESSEES,
	BLOCK_IN_HEADER,
	BLOCK_IN_TABLE,
	BLOCK_IN_LIST,
	BLOCK_IN_TEXT,
	BLOCK_NO_TITLE,
	BLOCK_WHY_COUNT
};

struct sign_block {
	const char *name;                      /* as printed, NFC; NULL for BLOCK_NO_NAME */
	enum block_why why;
	uint32_t page;                         /* index */
	const char *titles[BLOCK_MAX_TITLES];  /* from the top: "KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC" */
	size_t title_count;
	struct pd_rect_mm name_rect;
	struct pd_rect_mm title_rect;          /* union of the title lines; zero when there are none */
	struct pd_rect_mm room;                /* free space between titles and name */
	int score;                             /* how sure, for ordering candidates */
	const char *why_not;                   /* NULL, or why it is not taken ("in Nơi nhận", "in the body", "no title above") */
	const char *why_not_vi;                /* the same in Vietnamese */
};

struct block_search {
	bool sure;
	const struct sign_block *found;  /* when sure */
	const char *reason_vi;           /* when not sure */
	const char *reason_en;
	struct sign_block *candidates;   /* best first, found one included */
	size_t candidate_count;
};

/* `signer` NULL: every signing block of the letter is a candidate, sure when there is exactly one. */
NODISCARD int block_find(const struct page_text *text, const char *signer, struct arena *arena, struct block_search *ret, struct err *err);

/*
 * Where "Số: ....../SKHCN-CĐS" leaves its number open and "ngày ..... tháng ..... năm 20....." its date: dots, underscores or plain space,
 * wide enough to write in. Page 1 only, in the head of the letter. What is filled in already, or too narrow, is not found.
 */
struct number_date_blanks {
	bool number_found, date_found;   /* date_found: the day is open; so may month and year be */
	struct pd_rect_mm number;        /* over the dots of "Số: ......" */
	struct pd_rect_mm day, month;    /* over the dots after "ngày" and after "tháng"; month zero when it is filled in */
	struct pd_rect_mm year;          /* zero unless year_open */
	bool year_open;
	int year_digits;                 /* to be written: 4, or 2 after a printed "20" */
	float size_pt;                   /* of the text the blanks stand in */
};
NODISCARD int block_find_blanks(const struct page_text *text, struct number_date_blanks *ret, struct err *err);

#endif
