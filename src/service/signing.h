/*
 * signing.h (service) - sign documents as the decree says: read, find the place, plan, sign, re-read, write.
 *
 * A session is opened once (one login, one picture, one font) and signs any number of documents. Refusals of the decree
 * and of policy are decided here: a seal only over a valid, unchanged signature of a competent person; the signing
 * certificate's status is asked before it signs (TT 15/2025/TT-BKHCN Điều 5.1). Threads: one session, one thread.
 */
#ifndef KYSO_SERVICE_SIGNING_H
#define KYSO_SERVICE_SIGNING_H

#include "sign/plan.h"
#include "sign/signing.h"
#include "util/clock.h"
#include "util/opt.h"
#include "util/workfile.h"

struct cage;
struct json;
struct signing_session;

enum status_check {
	STATUS_AUTO /* ask where the certificate names a responder; go on when it cannot be reached */,
	STATUS_REQUIRE,
	STATUS_SKIP
};

struct signing_settings {
	struct clock clock;
	const char *program_dir; /* where kyso-worker is */
	const char *font_path;   /* NULL = the first installed one of the table */
	enum mark_kind mark;
	const char *place;                       /* as --place */
	const char *signer_name;                 /* NULL = of the certificate */
	const char *picture_path;                /* person, agency */
	double picture_mm;                       /* width of the person's picture; 0 = default */
	double seal_mm;                          /* 0 = from the picture's pHYs, else 36 */
	const char *copy_form, *agency, *number; /* copy, annex */
	const char *doc_number, *doc_date;       /* values for the prepared fields; NULL = leave */
	const char *algorithm;                   /* NULL = the key's default */
	enum sign_level level;
	const char *tsa_url;
	const char *field;
	bool field_must_exist;
	const char *reason, *location;
	int docmdp_p;
	struct opt_list trust;      /* files or folders with anchors */
	const char *state_key_path; /* two-step: guards states; made when absent */
	const char *cert_path;      /* two-step: the certificate (and chain) of the key that will sign */
	struct opt_list certs;      /* further certificates for the chain */
	enum status_check status;
	bool no_sync; /* batch: the caller syncs once at the end */
};

/* `signer` may be NULL when only plans are made; it stays the caller's. */
NODISCARD int signing_session_new(const struct signing_settings *settings, struct signer *signer,
				  struct signing_session **ret_session, struct err *err);
void signing_session_free(struct signing_session *session);
DEFINE_FREEP(struct signing_session, signing_session_free)

/* One line for people about what was noticed but not refused (status not reachable, seal of unusual size); NULL when
 * nothing. */
const char *signing_session_note(const struct signing_session *session);

/* What would be put where. In the arena. */
NODISCARD int signing_plan(struct signing_session *session, struct workfile *work, struct arena *arena,
			   struct sign_plan *ret_plan, struct err *err);

struct signing_outcome {
	struct sign_plan plan;
	struct sign_result result;
	size_t file_bytes;
};
/* Signs `in` into `out` ("-" = standard output). ERR_SIGN_PLACE when the place is not certain. */
NODISCARD int signing_sign_file(struct signing_session *session, const char *in, const char *out, struct arena *arena,
				struct signing_outcome *ret_outcome, struct err *err);

/* Two-step: `cert` (and chain) instead of a signer. The state goes to state_path, the prepared file to out. */
NODISCARD int signing_prepare_file(struct signing_session *session, const char *in, const char *out,
				   const char *state_path, struct err *err);
NODISCARD int signing_embed_file(struct signing_session *session, const char *prepared, const char *state_path,
				 const char *signature_path, const char *out, struct err *err);

/* The plan drawn over the page image, as a PNG file. */
NODISCARD int signing_preview(struct signing_session *session, struct workfile *work, const struct sign_plan *plan,
			      const char *out, struct err *err);

/* Adds the fields for number and date over the blanks of page 1 (before the competent person signs). */
NODISCARD int signing_prepare_fields(struct signing_session *session, const char *in, const char *out,
				     struct arena *arena, struct json **ret_report, struct err *err);

#endif
