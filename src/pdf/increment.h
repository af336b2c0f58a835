/*
 * increment.h - one incremental update (ISO 32000-1 7.5.6) over the last revision of a document: objects are put, and
 * pd_inc_finish gives the bytes to append. No byte of an earlier revision is ever touched.
 *
 * The cross-reference kind follows the file's own (table -> table, stream -> stream); /Prev, /Size, /ID[1] are set, /ID[0] kept,
 * /XRefStm never copied. Refused at the start: encrypted files, hybrid files, files with a problem (pd_load_all).
 * Objects are written from text built with the pd_put_... functions of write.h. Everything belongs to the increment. After an
 * error an increment may hold half of something: it can only be freed. Fonts and images that were put live until pd_inc_finish.
 * Threads: one increment, one thread; a pd_font too, because it remembers its subsets.
 */
#ifndef KYSO_PDF_INCREMENT_H
#define KYSO_PDF_INCREMENT_H

#include "pdf/document.h"
#include "pdf/fields.h"
#include "pdf/pages.h"
#include "util/buf.h"

struct pd_inc;

NODISCARD int pd_inc_new(struct pd_doc *doc, struct pd_inc **ret_inc, struct err *err);
void pd_inc_free(struct pd_inc *inc);
DEFINE_FREEP(struct pd_inc, pd_inc_free)

struct pd_doc *pd_inc_doc(struct pd_inc *inc);

/* A number never used in any revision. */
struct pd_ref pd_inc_reserve(struct pd_inc *inc);
/* Puts the body of an object (what stands between `obj` and `endobj`). A second put of one number replaces the first. */
NODISCARD int pd_inc_put(struct pd_inc *inc, struct pd_ref ref, const struct buf *body, struct err *err);
/* Puts a stream: `dict` is the inside of its dictionary without /Length; `flate` compresses. */
NODISCARD int pd_inc_put_stream(struct pd_inc *inc, struct pd_ref ref, const struct buf *dict, struct bytes data, bool flate,
				struct err *err);

/* ---- images, fonts, appearances ---- */

/* An image XObject (+ soft mask when the PNG has alpha). `key` (32 bytes, SHA-256 of the PNG, computed by the caller) is
 * written as /KySoKey so that a later increment finds and reuses the same object: stored once however often used. */
struct pd_png;
NODISCARD int pd_inc_image(struct pd_inc *inc, const struct pd_png *png, const uint8_t key[32], struct pd_ref *ret_image,
			   struct err *err);

/* The same picture compressed once and put into many files. Immutable: threads may share it. An image that is put has to live
 * until pd_inc_finish. The key is a hint only: an XObject of the file is reused when its bytes are those of this image. */
struct pd_image;
NODISCARD int pd_image_new(const struct pd_png *png, const uint8_t key[32], struct pd_image **ret_image, struct err *err);
void pd_image_free(struct pd_image *image);
DEFINE_FREEP(struct pd_image, pd_image_free)
NODISCARD int pd_inc_put_image(struct pd_inc *inc, const struct pd_image *image, struct pd_ref *ret_image, struct err *err);

struct pd_font; /* font.h: a TrueType file; each increment embeds the subset it used */

/* What a mark looks like: an optional image over the whole box and lines of text. Sizes in points, origin at the lower left. */
struct pd_text_line {
	const char *utf8;
	double x, y;     /* baseline */
	double size_pt;
};

struct pd_appearance {
	double width, height;            /* BBox 0 0 w h */
	struct pd_ref image;             /* {0,0} = none */
	struct pd_rect image_rect;       /* within the box */
	const struct pd_font *font;      /* needed when there are lines */
	const struct pd_text_line *lines;
	size_t line_count;
};

NODISCARD int pd_inc_appearance(struct pd_inc *inc, const struct pd_page *page, const struct pd_appearance *look,
				struct pd_ref *ret_form, struct err *err);

/* ---- signature and text fields ---- */

enum pd_lock_action { PD_LOCK_NONE, PD_LOCK_ALL, PD_LOCK_INCLUDE, PD_LOCK_EXCLUDE };

struct pd_signature_spec {
	const char *field_name;        /* NULL = a fresh name "SignatureN"; an existing empty field is filled, honouring its /Lock and /SV */
	bool must_exist;               /* the named field has to be there already */
	uint32_t page_index;           /* ignored for an existing field */
	struct pd_rect rect;           /* user space; zero area = invisible */
	struct pd_ref appearance;      /* {0,0} = none */
	const char *sub_filter;        /* "ETSI.CAdES.detached" or "ETSI.RFC3161" (then a /DocTimeStamp) */
	size_t contents_bytes;         /* room for the DER; the hex token is 2 * this + 2 characters */
	const char *m;                 /* PDF date, NULL for a document time-stamp */
	const char *name;              /* /Name, UTF-8; may be NULL, as the three below */
	const char *reason;
	const char *location;
	const char *contact_info;
	int docmdp_p;                  /* 1..3 makes it a certification signature; 0 = approval */
	enum pd_lock_action lock;      /* /Lock of a new field, and FieldMDP of this signature (12.8.2.4) */
	const char *const *lock_fields;
	size_t lock_field_count;
	bool seed_checked;             /* the caller met what pd_seed says of digest, time-stamp and certificate */
};

/* What an empty field's /SV (12.7.4.5) asks of the one who signs, beyond what pd_inc_signature checks itself (filter, sub-filter,
 * reason, MDP). Without `seed_checked` a required entry of these is ERR_PDF_FIELD. All false/NULL when there is no /SV. */
struct pd_seed {
	const char *const *digest_methods; /* "SHA256", ... as written; NULL when any will do */
	size_t digest_method_count;
	bool digest_required;              /* else a preference */
	const char *time_stamp_url;        /* NULL when none is named */
	bool time_stamp_required;
	const struct pd_obj *cert;         /* /Cert, the certificate seed value dictionary; NULL when absent */
	bool cert_required;                /* its /Ff makes an entry binding */
	const char *const *reasons;
	size_t reason_count;
	bool reason_required;
	int mdp_p;                         /* -1 not said, 0 approval, 1..3 certification with that P */
};
NODISCARD int pd_seed_load(struct pd_view view, const struct pd_field *field, struct arena *arena, struct pd_seed *ret, struct err *err);

/* One signature an increment. ERR_PDF_FIELD: no such field, signed already, a seed value not met. ERR_PDF_LOCKED: forbidden by the
 * certification (P) or by a lock. ERR_PDF_CERTIFY: a certification that is not the first signature. */
NODISCARD int pd_inc_signature(struct pd_inc *inc, const struct pd_signature_spec *spec, struct err *err);

/* A new one-line text field; value may be "" (to be filled later). The text is centred in the rectangle: its baseline lies
 * (height - (ascent - descent)) / 2 - descent above the lower edge. ERR_PDF_LOCKED when the file is signed already. */
struct pd_text_field_spec {
	const char *name;
	uint32_t page_index;
	struct pd_rect rect; /* user space */
	const struct pd_font *font;
	double size_pt;
	const char *value;
};

NODISCARD int pd_inc_text_field(struct pd_inc *inc, const struct pd_text_field_spec *spec, struct err *err);
/* Gives an existing text field its value (NFC) and an appearance with exactly that text. ERR_PDF_FIELD when missing, read-only,
 * of another kind, or when the text does not fit; ERR_PDF_LOCKED when a certification or a lock forbids it. The embedded
 * field font of the file is used when it is byte for byte ours, else `font` is embedded for this appearance. */
NODISCARD int pd_inc_fill_text(struct pd_inc *inc, const char *name, const char *utf8, const struct pd_font *font, struct err *err);

/* ---- long-term validation material: /DSS without VRI (EN 319 142-1 5.4.2.3); what is there already is kept, duplicates
 * (byte-equal DER) are stored once ---- */
struct pd_dss_material {
	const struct bytes *certs, *crls, *ocsps;
	size_t cert_count, crl_count, ocsp_count;
};
NODISCARD int pd_inc_dss(struct pd_inc *inc, const struct pd_dss_material *material, struct err *err);

/* ---- the end ---- */

struct pd_inc_result {
	struct buf tail;         /* to be appended to the file as it is (begins with a line end if the file lacks one) */
	uint64_t byte_range[4];  /* all 0 when no signature was put */
	uint64_t gap_start;      /* absolute offset of '<' of /Contents; 0 when none */
	size_t contents_bytes;
};

/* `id_seed` (16 bytes, random or from the clock) makes /ID[1]. When nothing was put, the tail is empty. The increment can
 * only be freed afterwards. */
NODISCARD int pd_inc_finish(struct pd_inc *inc, const uint8_t id_seed[16], struct pd_inc_result *ret, struct err *err);
void pd_inc_result_release(struct pd_inc_result *result);

/* Writes DER as hex into the gap of a tail, zero-filled. ERR_PDF_CONTENTS_TOO_SMALL when it does not fit. */
NODISCARD int pd_inc_result_fill(struct pd_inc_result *result, uint64_t file_size, struct bytes der, struct err *err);

#endif
