/*
 * signatures.c - the signature dictionaries that fields hold (ISO 32000-1 12.8.1), as written, and rules 2 and 3 for
 * their /ByteRange and /Contents. See fields.h. A /V of the wrong kind, or null, is listed too: it never means "no
 * signature" (rule 5).
 */
#include <stdlib.h>

#include "pdf/document_priv.h"
#include "pdf/fields.h"
#include "pdf/limits.h"
#include "util/arena.h"

/* A field of another type that holds what only a signature has is not let off. */
static bool holds_signature(struct pd_view view, const struct pd_field *field)
{
	const struct pd_obj *dict;
	const struct pd_obj *type;

	if (!field->value_raw)
		return false;
	if (field->type == PD_FIELD_SIGNATURE)
		return true;
	dict = pd_deref(view, field->value_raw);
	type = pd_get(view, dict, "Type");
	return pd_dict_has(dict, "ByteRange") || pd_is_name(type, "Sig") || pd_is_name(type, "DocTimeStamp");
}

/* ---- certification ---- */

/* /P of the DocMDP transform of a signature reference; 2 is the default (Table 254). 0 when it is no such reference. */
static int docmdp_of(struct pd_view view, const struct pd_obj *reference)
{
	const struct pd_obj *params = pd_get(view, reference, "TransformParams");
	int64_t p = pd_int(pd_get(view, params, "P"), 2);

	if (!pd_is_name(pd_get(view, reference, "TransformMethod"), "DocMDP"))
		return 0;
	return p >= 1 && p <= 3 ? (int)p : 1; /* nonsense is read as the strictest */
}

/* By its own /Reference, or because the catalog's /Perms names it (12.8.4). */
static int certification_level(struct pd_view view, const struct pd_signature *sig)
{
	const struct pd_obj *references = pd_get(view, sig->dict, "Reference");
	struct pd_ref permitted = pd_ref(pd_dict_raw(pd_get(view, pd_catalog(view), "Perms"), "DocMDP"));

	for (size_t i = 0; i < pd_array_len(references); i++) {
		int p = docmdp_of(view, pd_at(view, references, i));

		if (p)
			return p;
	}
	return permitted.num && pd_ref_eq(permitted, sig->ref) ? 2 : 0;
}

/* ---- the list ---- */

static struct pd_signature make_signature(struct pd_view view, const struct pd_field *field)
{
	struct pd_signature sig = { .field = field, .ref = pd_ref(field->value_raw) };
	uint32_t owner = sig.ref.num ? sig.ref.num : field->ref.num;

	sig.dict = pd_deref(view, field->value_raw);
	sig.revision = pd_entry_revision(view, owner);
	sig.contents = pd_dict_raw(sig.dict, "Contents");
	sig.byte_range = pd_dict_raw(sig.dict, "ByteRange");
	sig.sub_filter = pd_name(pd_get(view, sig.dict, "SubFilter"));
	sig.docmdp_p = certification_level(view, &sig);
	return sig;
}

/* Items lie in the order of the field list when sorting begins; equal revisions keep it. */
static int compare_signatures(const void *a, const void *b)
{
	const struct pd_signature *x = a;
	const struct pd_signature *y = b;

	if (x->revision != y->revision)
		return x->revision < y->revision ? -1 : 1;
	return (x->field > y->field) - (x->field < y->field);
}

int pd_signature_list(struct pd_view view, struct arena *arena, struct pd_signature_list *ret, struct err *err)
{
	struct pd_signature_list list = { NULL, 0 };
	struct pd_field_list fields;

	if (pd_field_list(view, arena, &fields, err) != 0)
		return -1;
	for (size_t i = 0; i < fields.count; i++)
		list.count += holds_signature(view, &fields.items[i]);
	if (list.count > PD_MAX_SIGNATURES)
		return err_set(err, ERR_PDF_LIMIT, "more than %d signatures", PD_MAX_SIGNATURES);
	list.items = ARENA_ARRAY(arena, struct pd_signature, list.count);
	if (!list.items)
		return err_set(err, ERR_NO_MEMORY, "no memory for %zu signatures", list.count);
	list.count = 0;
	for (size_t i = 0; i < fields.count; i++)
		if (holds_signature(view, &fields.items[i]))
			list.items[list.count++] = make_signature(view, &fields.items[i]);
	qsort(list.items, list.count, sizeof(*list.items), compare_signatures);
	*ret = list;
	return 0;
}

/* ---- rules 2 and 3 ---- */

static int fail(const struct pd_signature *sig, struct err *err, const char *what)
{
	return err_set(err, ERR_PDF_SIGNATURE, "signature field \"%.100s\": %s", sig->field ? sig->field->name : "",
		       what);
}

/* Rule 2: four direct integers [0 a b c], a > 0, b > a, b + c within the file. */
static int check_numbers(const struct pd_signature *sig, uint64_t size, uint64_t range[4], struct err *err)
{
	if (pd_kind(sig->byte_range) != PD_ARRAY)
		return fail(sig, err, sig->byte_range ? "/ByteRange is no direct array" : "/ByteRange is missing");
	if (pd_array_len(sig->byte_range) != 4)
		return fail(sig, err, "/ByteRange has not four numbers");
	for (size_t i = 0; i < 4; i++) {
		int64_t v = pd_int(pd_array_raw(sig->byte_range, i), -1);

		if (v < 0)
			return fail(sig, err, "/ByteRange has something other than a non-negative direct integer");
		range[i] = (uint64_t)v;
	}
	if (range[0] != 0 || range[1] == 0)
		return fail(sig, err, "/ByteRange does not begin with 0 and a length");
	if (range[2] <= range[1])
		return fail(sig, err, "/ByteRange leaves no gap for /Contents");
	if (range[2] > size || range[3] > size - range[2])
		return fail(sig, err, "/ByteRange goes beyond the end of the file");
	return 0;
}

/* Every byte between < and > a digit, an even number of them: no white space, no comment. */
static bool is_plain_hex(const uint8_t *p, size_t n)
{
	if (n < 2 || n % 2 != 0 || p[0] != '<' || p[n - 1] != '>')
		return false;
	return pd_hex_run(p + 1, n - 2) == n - 2;
}

/* Rule 3: the gap is the token of this dictionary's own /Contents, read at the object's own offset. */
static int check_gap(const struct pd_doc *doc, const struct pd_signature *sig, const uint64_t range[4], struct err *err)
{
	uint64_t gap = range[2] - range[1];

	if (!sig->contents)
		return fail(sig, err, "/Contents is missing");
	if (pd_kind(sig->contents) != PD_STRING || !pd_string_is_hex(sig->contents))
		return fail(sig, err, "/Contents is no direct hexadecimal string");
	if (pd_token_start(sig->contents) != range[1] || pd_token_end(sig->contents) != range[2])
		return fail(sig, err, "the gap of /ByteRange is not its own /Contents");
	if (gap / 2 > PD_MAX_CONTENTS_BYTES)
		return fail(sig, err, "/Contents is too long");
	if (!is_plain_hex(doc->file.p + range[1], gap))
		return fail(sig, err, "/Contents has something other than pairs of hexadecimal digits");
	return 0;
}

int pd_signature_range(struct pd_view view, const struct pd_signature *sig, uint64_t ret_range[4], struct err *err)
{
	uint64_t range[4];

	if (pd_kind(sig->dict) != PD_DICT)
		return fail(sig, err, "/V is no dictionary");
	if (sig->ref.num == 0)
		return fail(sig, err, "/V is not indirect");
	if (check_numbers(sig, view.doc->file.n, range, err) != 0 || check_gap(view.doc, sig, range, err) != 0)
		return -1;
	for (size_t i = 0; i < 4; i++)
		ret_range[i] = range[i];
	return 0;
}
