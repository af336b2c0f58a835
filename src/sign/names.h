/*
 * names.h (sign, internal) - where a person's name stands in the words of a page, however it is spelled or spread.
 */
#ifndef KYSO_SIGN_NAMES_H
#define KYSO_SIGN_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "sign/rows.h"

/* A signer's name in the spellings worth looking for: as given, and without what certificates add to it. */
struct signer_name {
	struct spelling {
		struct str key;       /* TEXT_VI_NAME */
		struct str tight;     /* the same without spaces: for names set letter by letter */
		struct str bare;      /* tight, without marks: for a quick look */
	} spellings[3];
	size_t count;
};

/* One place where a name stands. */
struct name_hit {
	size_t row;
	size_t first, count;    /* words of the name, in order of the row; the first line's when it stands on two */
	struct span_mm box;     /* with a rank before the name, and with the second line */
	const char *text;       /* as printed, NFC, without rank */
	bool accents_differ;    /* equal only without marks */
	bool alone;             /* nothing else stands close on its row, and no comma or semicolon follows */
	bool invisible;
};

/* ERR_USAGE when the name has no letter. */
NODISCARD int names_signer(const char *signer, struct arena *arena, struct signer_name *ret, struct err *err);
/* Every place on the page, from the top. */
NODISCARD int names_find(const struct page_rows *page, const struct signer_name *signer, struct arena *arena, struct name_hit **ret_hits,
			 size_t *ret_count, struct err *err);
/* Every piece that looks like somebody's name, as hits that stand alone. */
NODISCARD int names_find_any(const struct page_rows *page, struct arena *arena, struct name_hit **ret_hits, size_t *ret_count, struct err *err);

#endif
