/*
 * signing.h - signs a document in memory: increments for the signature, its long-term material and its archive
 * time-stamp.
 *
 * PAdES baseline (EN 319 142-1): B-B, B-T (signature time-stamp), B-LT (DSS), B-LTA (document time-stamp over it).
 * Works on a work file: increments are appended, nothing earlier is touched, nothing is written to disk here. On
 * failure the work file is back at its length of before. A level that cannot be reached is an error, never a lower
 * level. The reach to the outside (time-stamp authority, revocation data) is a vtable, so that this folder knows no
 * network.
 */
#ifndef KYSO_SIGN_SIGNING_H
#define KYSO_SIGN_SIGNING_H

#include "pdf/increment.h"
#include "pki/cms.h"
#include "sign/mark.h"
#include "util/workfile.h"

struct arena;
struct pd_font;
struct pd_png;
struct planned_mark;

enum sign_level { SIGN_LEVEL_B, SIGN_LEVEL_T, SIGN_LEVEL_LT, SIGN_LEVEL_LTA };

/* "B", "T", "LT", "LTA" (also "B-LT"); -1 when it is none. */
int sign_level_find(const char *name);
const char *sign_level_name(enum sign_level level); /* "B-LT" */

struct sign_outside {
	/* An RFC 3161 token over the imprint, already checked against it. */
	int (*timestamp)(void *ctx, const struct digest *imprint, enum digest_alg alg, struct buf *ret_token,
			 struct err *err);
	/* Everything that makes the chains of these certificates verifiable, fresh at `at_ms`; in the arena. */
	int (*material)(void *ctx, const struct cert_list *leaves, const struct cert_list *known, int64_t at_ms,
			struct arena *arena, struct pd_dss_material *ret, struct err *err);
	void *ctx;
};

struct sign_fill {
	const char *field;          /* an existing text field */
	const char *value;          /* UTF-8 */
	const struct pd_font *font; /* NULL = the job's */
	bool optional;              /* left out when the file has no such field */
};

struct sign_job {
	struct signer *signer;
	struct sig_alg alg;
	enum sign_level level;
	const struct sign_outside *outside; /* NULL only for B-B */
	int64_t now_ms;

	const struct planned_mark *mark; /* NULL or MARK_NONE = invisible */
	const struct pd_image *picture;  /* of person and agency marks, trimmed */
	const struct pd_font *font;      /* of text marks and filled fields */

	const char *field_name; /* NULL = a fresh one */
	bool field_must_exist;
	const char *name, *reason, *location, *contact_info;
	int docmdp_p; /* 0 = approval signature */
	enum pd_lock_action lock;
	const struct sign_fill *fills; /* filled in the same increment as the signature */
	size_t fill_count;
	size_t contents_bytes; /* room for the CMS; 0 = by dry run */
};

struct sign_result {
	uint64_t byte_range[4];
	size_t cms_bytes;
	size_t contents_bytes;
	unsigned attempts;    /* 1, or more when the placeholder had to grow */
	int64_t timestamp_ms; /* 0 without one */
};

NODISCARD int sign_run(struct workfile *work, const struct sign_job *job, struct sign_result *ret_result,
		       struct err *err);

/* Adds an archive time-stamp over everything (with fresh material for what is there first, when material is wanted). */
NODISCARD int sign_archive(struct workfile *work, const struct sign_outside *outside, int64_t now_ms, struct err *err);

/* ---- the parts of two-step signing (prepare.h) ---- */

/* Builds the increment with an empty placeholder of contents_bytes; nothing is appended. */
NODISCARD int sign_build(struct bytes file, const struct sign_job *job, size_t contents_bytes,
			 struct pd_inc_result *ret, struct err *err);
/* What a CMS of this job holds over a content digest; everything is borrowed. */
struct cms_draft_options sign_cms_options(const struct sign_job *job, const struct digest *content);
/* Fetches a time-stamp over the signature value into ret_token and adds it to the draft (EN 319 122-1 5.3). */
NODISCARD int sign_stamp(const struct sign_outside *outside, enum digest_alg alg, struct bytes signature,
			 struct cms_draft *draft, struct buf *ret_token, struct err *err);
/* Digest of everything but the gap: the file so far and the tail to come. */
NODISCARD int sign_digest(struct bytes file, const struct pd_inc_result *tail, enum digest_alg alg, struct digest *ret,
			  struct err *err);
/* Re-reads the whole file: opens strictly, every byte after `before` is accounted for, and the newest signature has
 * exactly this range and this CMS. */
NODISCARD int sign_reread(struct bytes file, size_t before, const uint64_t range[4], struct bytes cms, struct err *err);

#endif
