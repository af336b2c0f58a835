/*
 * increment_priv.h - the inside of an increment, shared by the files that put things into it.
 *
 * Objects are put as they come; what several steps change together (/Annots of a page, the AcroForm, the DSS, the
 * catalog) is collected and composed once, in pd_inc_finish (compose.c). Private to src/pdf.
 */
#ifndef KYSO_PDF_INCREMENT_PRIV_H
#define KYSO_PDF_INCREMENT_PRIV_H

#include "pdf/font_priv.h"
#include "pdf/increment.h"
#include "pdf/write.h"
#include "util/arena.h"

struct inc_object {
	struct pd_ref ref;
	struct buf body;   /* of a stream: the inside of its dictionary without /Length */
	struct bytes data; /* of a stream: owned by `owned`, or by someone who outlives the increment */
	struct buf owned;
	bool is_stream;
	uint64_t offset; /* in the file, once laid out */
};

struct inc_refs {
	struct pd_ref *items;
	size_t count, cap;
};

/* Widgets that a page gains. */
struct inc_page {
	struct pd_page page;
	struct inc_refs widgets;
};

/* A font of appearances: characters are collected, the subset is written at the end. */
struct inc_font {
	const struct pd_font *font;
	struct font_subset subset;
	struct pd_ref ref;
	struct font_face *face;
};

struct inc_image {
	uint8_t key[32];
	struct pd_ref ref;
};

/* One /Certs, /CRLs or /OCSPs array of the DSS: what the file has and what is added. */
struct inc_dss_kind {
	struct inc_refs refs;
	struct bytes *values; /* decoded DER of each, in the arena */
	size_t old_count;
};

enum { DSS_CERTS, DSS_CRLS, DSS_OCSPS, DSS_KINDS };

struct inc_lock {
	enum pd_lock_action action;
	const struct pd_obj *fields;
	const char *by; /* name of the signature field */
};

/* What the signatures of the file forbid. */
struct inc_locks {
	size_t signature_count;
	int p; /* least P in force, 1..3; 0 = none */
	struct inc_lock *items;
	size_t count;
};

struct pd_inc {
	struct pd_doc *doc;
	struct pd_view view;
	struct arena *arena;
	uint32_t next_number;

	struct inc_object *objects;
	size_t object_count, object_cap;

	struct inc_page *pages;
	size_t page_count;
	struct inc_font *fonts;
	size_t font_count;
	struct inc_image *images;
	size_t image_count;

	struct inc_refs new_fields;
	const char **new_names;
	size_t new_name_count;
	int sig_flags;              /* to be or'ed into the AcroForm's */
	const char *form_font_name; /* resource to be added to /DR */
	struct pd_ref form_font;
	struct font_face *form_face;
	const struct pd_font *form_face_font;
	struct pd_ref docmdp; /* becomes /Perms /DocMDP */

	bool dss_loaded;
	struct inc_dss_kind dss[DSS_KINDS];

	struct pd_field_list *fields; /* of the file, once asked for */
	struct inc_locks *locks;

	struct pd_ref signature; /* {0,0} = none */
	size_t signature_index;  /* of its object */
	size_t range_at, gap_at; /* within its body */
	size_t contents_bytes;
	bool finished;
};

/* What /ByteRange has room for: "[0 n n n]" with three numbers of 20 digits. */
enum { INC_RANGE_BYTES = 4 + 3 * 21 };

int inc_no_memory(struct err *err);
/* Takes the body over (also on failure). */
NODISCARD int inc_put_take(struct pd_inc *inc, struct pd_ref ref, struct buf *body, struct err *err);
/* A stream whose data outlive the increment; takes the dictionary over. */
NODISCARD int inc_put_borrowed(struct pd_inc *inc, struct pd_ref ref, struct buf *dict, struct bytes data,
			       struct err *err);
NODISCARD int inc_add_ref(struct pd_inc *inc, struct inc_refs *refs, struct pd_ref ref, struct err *err);
/* Follows references to the object itself and tells which object number holds it ({0,0} when direct). */
const struct pd_obj *inc_resolve(struct pd_inc *inc, const struct pd_obj *raw, struct pd_ref *ret_holder);

NODISCARD int inc_fields(struct pd_inc *inc, const struct pd_field_list **ret, struct err *err);
/* NULL when there is none. ERR_PDF_FIELD when the name is there twice, or the field or a widget is a direct object. */
NODISCARD int inc_find_field(struct pd_inc *inc, const char *name, const struct pd_field **ret, struct err *err);
NODISCARD int inc_add_widget(struct pd_inc *inc, const struct pd_page *page, struct pd_ref widget, struct err *err);
NODISCARD int inc_add_field(struct pd_inc *inc, const char *name, struct pd_ref field, struct err *err);
/* Whether a root field may have this name: not empty, no period, not taken. 0 or ERR_PDF_FIELD. */
NODISCARD int inc_check_new_name(struct pd_inc *inc, const char *name, struct err *err);

/* locks.c */
NODISCARD int inc_locks(struct pd_inc *inc, const struct inc_locks **ret, struct err *err);
/* ERR_PDF_LOCKED when a lock covers the field. */
NODISCARD int inc_check_lock(struct pd_inc *inc, const char *name, struct err *err);

/* seed.c */
NODISCARD int inc_check_seed(struct pd_inc *inc, const struct pd_field *field, const struct pd_signature_spec *spec,
			     struct err *err);

/* font_embed.c */
/* Appends the text as hexadecimal CIDs of the increment's subset: "<00010002>". Text is NFC already. */
NODISCARD int inc_font_text(struct pd_inc *inc, const struct pd_font *font, struct str nfc, struct pd_ref *ret_font,
			    struct buf *out, struct err *err);
NODISCARD int inc_put_fonts(struct pd_inc *inc, struct err *err);
/* The simple font of text fields, put once an increment. */
NODISCARD int inc_field_font(struct pd_inc *inc, const struct pd_font *font, struct pd_ref *ret, struct err *err);
/* True when the file's object is the field font made of `font`, byte for byte. */
bool inc_is_field_font(struct pd_inc *inc, const struct pd_obj *raw, const struct pd_font *font);

/* appearance.c */
/* An empty form for an invisible widget or one without a picture. */
NODISCARD int inc_empty_form(struct pd_inc *inc, double width, double height, struct pd_ref *ret_form, struct err *err);

/* compose.c */
NODISCARD int inc_compose(struct pd_inc *inc, struct err *err);
/* dss.c */
NODISCARD int inc_dss_body(struct pd_inc *inc, struct buf *out, struct err *err);
bool inc_dss_changed(const struct pd_inc *inc);

/* layout.c */
NODISCARD int inc_layout(struct pd_inc *inc, const uint8_t id_seed[16], struct pd_inc_result *ret, struct err *err);

#endif
