/*
 * session.h - what a signing session holds; shared by the files of signing.h only (signing.c, signing_fields.c,
 * signing_steps.c).
 */
#ifndef KYSO_SERVICE_SESSION_H
#define KYSO_SERVICE_SESSION_H

#include "service/cage.h"
#include "service/outside.h"
#include "service/signing.h"
#include "sign/picture.h"

struct file_map;
struct pd_font;

struct signing_font {
	struct file_map *file;
	struct pd_font *font;
};

struct signing_session {
	struct signing_settings settings;
	struct arena *arena;   /* of the session: names, notes */
	struct signer *signer; /* borrowed; NULL when only plans are made */
	struct sig_alg alg;
	struct place place;
	struct picture picture;
	struct signing_font upright, italic;
	struct cert_list trust, certs;
	struct fetcher *fetcher;
	struct outside outside;
	struct cage *cage;
	const char *signer_name; /* to look for; NULL = any */
	const char *note;
};

/* Room that a work file needs for a signature of the level. */
size_t signing_room_bytes(const struct signing_session *session);
int64_t signing_now_ms(const struct signing_session *session);
/* Text of the pages, from the cage. count 0 = all. */
NODISCARD int signing_page_text(struct signing_session *session, const struct workfile *work, uint32_t count,
				struct arena *arena, struct page_text *ret_text, struct err *err);
/* The job for src/sign, from settings and plan. */
void signing_fill_job(const struct signing_session *session, const struct sign_plan *plan,
		      const struct sign_fill *fills, size_t fill_count, struct sign_job *ret_job);
/* Is this signer's certificate fit to sign now? Usable, its algorithm known, not revoked; a session opened without a
 * signer takes it. */
NODISCARD int signing_take_signer(struct signing_session *session, struct signer *signer, struct err *err);
/* Plan and job for src/sign, from the settings; both borrow from the arena and from each other. ERR_SIGN_PLACE fills
 * the plan too. */
NODISCARD int signing_make_job(struct signing_session *session, struct workfile *work, struct arena *arena,
			       struct sign_plan *ret_plan, struct sign_job *ret_job, struct err *err);
/* Values for the prepared number and date fields (signing_fields.c). */
NODISCARD int signing_fills(const struct signing_session *session, struct arena *arena, struct sign_fill **ret_fills,
			    size_t *ret_count, struct err *err);

#endif
