/*
 * seed.h (sign, internal) - whether a job meets what the author of an empty signature field requires of whoever signs
 * there: digest, time-stamp and certificate (ISO 32000-2 12.7.5.5, tables 237 to 239). The rest of /SV is checked in
 * src/pdf.
 *
 * Required and not met, or required and not known here, is ERR_PDF_FIELD saying which; wishes are not errors. Pure.
 */
#ifndef KYSO_SIGN_SEED_H
#define KYSO_SIGN_SEED_H

#include "sign/signing.h"

/* The field that job->field_name names, when it exists and has seed values; else nothing to meet. */
NODISCARD int seed_check(struct pd_doc *doc, const struct sign_job *job, struct err *err);

#endif
