/*
 * signed_marks.h - the signatures already in a file, judged as far as signing over them needs: is it intact and
 * unchanged, whose is it, where does it stand, what does it show.
 *
 * The full verdict is `kyso verify`; both rest on the same checks of src/pdf and src/pki.
 */
#ifndef KYSO_SERVICE_SIGNED_MARKS_H
#define KYSO_SERVICE_SIGNED_MARKS_H

#include "pki/cert.h"
#include "sign/plan.h"

struct signed_marks {
	struct signed_mark *items;
	size_t count;
};

/* Everything in the arena. `trust` empty = trust is not asked. A signature that is bad is a row with why_not, not an
 * error. */
NODISCARD int service_signed_marks(struct bytes file, const struct cert_list *trust, const struct cert_list *certs,
				   int64_t at_ms, struct arena *arena, struct signed_marks *ret, struct err *err);

#endif
