/*
 * place.h - where a mark is asked to stand: "auto", name:"Nguyễn Văn A", or P:X,Y,W,H (page, then millimetres from the top left).
 */
#ifndef KYSO_SIGN_PLACE_H
#define KYSO_SIGN_PLACE_H

#include "pdf/pages.h"
#include "util/defer.h"

struct arena;
struct err;

enum place_kind { PLACE_AUTO, PLACE_NAME, PLACE_RECT };

struct place {
	enum place_kind kind;
	const char *name;       /* PLACE_NAME */
	uint32_t page;          /* PLACE_RECT: index */
	struct pd_rect_mm rect; /* PLACE_RECT */
};

/* NULL text = auto. ERR_USAGE says what is wrong. */
NODISCARD int place_parse(const char *text, struct arena *arena, struct place *ret_place, struct err *err);

#endif
