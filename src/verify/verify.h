/*
 * verify.h - validation of the signatures of a PDF: format, coverage, changes, cryptography, certificates, times (EN 319 102-1), and the
 * decree's rules on marks.
 *
 * The report is a JSON value of the shape in docs ("kyso.verify/1"); texts and HTML are made from it (report.h), so that it can
 * cross from the caged process whole. Whatever the file holds ends as a finding: an error means that memory ran out or a given
 * certificate could not be read. Nothing is fetched here: what the network could add is listed as wants; the caller fetches,
 * adds it to the material and asks again (docs/decisions/030). Threads: one call, one thread; material may be shared for reading.
 */
#ifndef KYSO_VERIFY_VERIFY_H
#define KYSO_VERIFY_VERIFY_H

#include "pki/evidence.h"
#include "util/defer.h"
#include "util/str.h"

struct buf;
struct err;
struct json;
struct page_text;

/* What the verifier is given besides the file. */
struct verify_material {
	struct cert_list anchors;  /* --trust */
	struct cert_list certs;    /* --cert */
	struct evidence evidence;  /* --crl, --ocsp, and what was fetched */
};
void verify_material_release(struct verify_material *material);
/* Its form for the caged process. */
void verify_material_write(const struct verify_material *material, struct buf *out);
NODISCARD int verify_material_parse(struct bytes wire, struct verify_material *ret, struct err *err);

enum verify_profile { VERIFY_PADES, VERIFY_VN };

struct verify_options {
	int64_t at_ms;                  /* the time of the question */
	enum verify_profile profile;
	bool want_more;                 /* list what the network could add */
	const struct page_text *text;   /* of the pages, for rules that need it; NULL = not asked */
};
void verify_options_write(const struct verify_options *options, struct buf *out);
NODISCARD int verify_options_parse(struct bytes wire, struct verify_options *ret, struct err *err);

/* Something to fetch. */
enum verify_want_kind { VERIFY_WANT_OCSP = 1, VERIFY_WANT_CRL = 2, VERIFY_WANT_CERT = 3 };
struct verify_want {
	enum verify_want_kind kind;
	char *url;
	uint8_t *body; /* an OCSP request */
	size_t body_len;
};
struct verify_wants {
	struct verify_want *items;
	size_t count;
};
enum { VERIFY_MAX_WANTS = 32 };
void verify_wants_release(struct verify_wants *wants);
void verify_wants_write(const struct verify_wants *wants, struct buf *out);
NODISCARD int verify_wants_parse(struct bytes wire, struct verify_wants *ret, struct err *err);

/* `name` stands in the report as the file's. ret_wants may be NULL. */
NODISCARD int verify_pdf(struct bytes file, const char *name, const struct verify_material *material, const struct verify_options *options,
			 struct json **ret_report, struct verify_wants *ret_wants, struct err *err);

/* The report for a file about which nothing could be found out (the caged process died, a limit was met). */
struct json *verify_report_failed(const char *name, int64_t at_ms, const char *problem);

#endif
