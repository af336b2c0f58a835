/*
 * changes.h - what was changed after a signed revision, and whether that may be (ISO 32000-2 12.8.2.2, 12.8.2.4).
 *
 * The signed revision is compared with every later one, not only with the last: what an update did must be allowed even when a later
 * one undid it. An object that was there is explained only when all its uses in the signed revision belong to the role in which it may
 * change (usage.h); what no rule explains is PD_CHANGE_OTHER. Nothing here is about trust or cryptography.
 */
#ifndef KYSO_PDF_CHANGES_H
#define KYSO_PDF_CHANGES_H

#include "pdf/fields.h"

/* Ordered: NONE < LTV < FORM < ANNOTATION < OTHER. DocMDP P=1 allows LTV, 2 FORM, 3 ANNOTATION. */
enum pd_change_level { PD_CHANGE_NONE, PD_CHANGE_LTV, PD_CHANGE_FORM, PD_CHANGE_ANNOTATION, PD_CHANGE_OTHER };

enum pd_change_verdict { PD_VERDICT_NONE, PD_VERDICT_ALLOWED, PD_VERDICT_SUSPICIOUS, PD_VERDICT_FORBIDDEN };

const char *pd_change_level_name(enum pd_change_level level);       /* "none", "ltv", "form", "annotation", "other" */
const char *pd_change_verdict_name(enum pd_change_verdict verdict); /* "none", "allowed", "suspicious", "forbidden" */

struct pd_change {
	uint32_t revision;      /* in which it was changed */
	uint32_t num, gen;      /* the object; 0 = the trailer */
	const char *path;       /* where it is used: "/Root/AcroForm/Fields[1]" */
	const char *what;       /* English: "signature field filled", "page content replaced" */
	const char *what_vi;
	const char *old_value, *new_value; /* of form fields; NULL otherwise */
	enum pd_change_level level;
	bool suspicious;        /* of an allowed kind, but it can deceive the reader */
	bool notice;            /* allowed, and worth telling (visible signature after certification) */
};

struct pd_change_report {
	enum pd_change_level level;     /* the highest */
	enum pd_change_verdict verdict; /* against the permissions in force at the signed revision */
	int permission;                 /* the tightest DocMDP P of the signatures up to it; 0 = none given */
	struct pd_change *items;
	size_t count;
};

enum { PD_MAX_CHANGES = 2000 /* items kept; the level counts them all */ };

/* Everything in `arena`. Fails only when the file cannot be read further (that is then the document's problem). */
NODISCARD int pd_changes_after(struct pd_doc *doc, uint32_t signed_revision, struct arena *arena, struct pd_change_report *ret, struct err *err);

#endif
