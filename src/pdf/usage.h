/*
 * usage.h - who refers to whom in one view of a document: the reverse-reference map that change analysis rests on.
 *
 * One walk over everything reachable from the trailer lists, for each object number, every place that refers to it: the indirect object
 * that holds the reference (0 = the trailer) and the path within it ("/Annots[3]", "/AP/N"). Linear in the references of the
 * document, bounded by the limits. Everything is made in the arena given.
 */
#ifndef KYSO_PDF_USAGE_H
#define KYSO_PDF_USAGE_H

#include "pdf/document.h"

struct arena;
struct pd_usage;

struct pd_use {
	uint32_t container; /* object number, 0 = trailer */
	const char *path;   /* within the container's object */
	const struct pd_use *next;
};

NODISCARD int pd_usage_make(struct pd_view view, struct arena *arena, struct pd_usage **ret_usage, struct err *err);
/* The places that refer to a number; NULL when nothing reachable does. */
const struct pd_use *pd_usage_of(const struct pd_usage *usage, uint32_t num);
bool pd_usage_reachable(const struct pd_usage *usage, uint32_t num);

#endif
