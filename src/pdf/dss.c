/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * dss.c - the document security store (EN 319 142-1 5.4.2.2): /Certs, /CRLs, /OCSPs as arrays of streams of DER,
 * without /VRI of our own (5.4.2.3 leaves it optional). What the file has stays; a value already there, byte for byte,
 * is not stored again.
 */
#include "pdf/increment_priv.h"
#include "util/err.h"

enum { DSS_COMPRESS_MIN_BYTES = 4096 };

static const char *const dss_keys[DSS_KINDS] = { "Certs", "CRLs", "OCSPs" };

static const struct pd_obj *dss_dict(struct pd_inc *inc)
{
	return pd_get(inc->view, pd_catalog(inc->view), "DSS");
}

static int add_value(struct pd_inc *inc, struct inc_dss_kind *kind, struct pd_ref ref, struct bytes value,
		     struct err *err)
{
	size_t n = kind->refs.count;
	struct bytes *values = arena_grow(inc->arena, kind->values, n * sizeof(*values), (n + 1) * sizeof(*values));

	if (!values)
		return inc_no_memory(err);
	kind->values = values;
	values[n] = value;
	return inc_add_ref(inc, &kind->refs, ref, err);
}

static int load_kind(struct pd_inc *inc, int which, struct err *err)
{
	const struct pd_obj *array = pd_get(inc->view, dss_dict(inc), dss_keys[which]);
	struct inc_dss_kind *kind = &inc->dss[which];

	if (pd_kind(array) != PD_NULL && pd_kind(array) != PD_ARRAY)
		return err_set(err, ERR_PDF_STRUCTURE, "/%s of the DSS is not an array", dss_keys[which]);
	for (size_t i = 0; i < pd_array_len(array); i++) {
		struct pd_ref ref = pd_ref(pd_array_raw(array, i));
		const struct pd_obj *stream = pd_at(inc->view, array, i);
		struct bytes value;

		if (ref.num == 0 || pd_kind(stream) != PD_STREAM)
			return err_set(err, ERR_PDF_STRUCTURE,
				       "/%s of the DSS holds something else than references to streams",
				       dss_keys[which]);
		if (pd_stream_decode(inc->view, stream, inc->arena, &value, err) < 0)
			return err_prefix(err, "/%s of the DSS, object %u", dss_keys[which], ref.num);
		if (add_value(inc, kind, ref, value, err) < 0)
			return -1;
	}
	kind->old_count = kind->refs.count;
	return 0;
}

static int load_dss(struct pd_inc *inc, struct err *err)
{
	if (inc->dss_loaded)
		return 0;
	if (pd_kind(dss_dict(inc)) != PD_NULL && pd_kind(dss_dict(inc)) != PD_DICT)
		return err_set(err, ERR_PDF_STRUCTURE, "/DSS is not a dictionary");
	for (int i = 0; i < DSS_KINDS; i++)
		if (load_kind(inc, i, err) < 0)
			return -1;
	inc->dss_loaded = true;
	return 0;
}

static int add_der(struct pd_inc *inc, struct inc_dss_kind *kind, struct bytes der, struct err *err)
{
	static const struct buf no_keys = BUF_INIT;
	struct bytes copy = { arena_memdup(inc->arena, der.p, der.n), der.n };
	struct pd_ref ref;

	if (!copy.p)
		return inc_no_memory(err);
	for (size_t i = 0; i < kind->refs.count; i++)
		if (bytes_eq(kind->values[i], der))
			return 0;
	ref = pd_inc_reserve(inc);
	if (pd_inc_put_stream(inc, ref, &no_keys, der, /* flate= */ der.n >= DSS_COMPRESS_MIN_BYTES, err) < 0)
		return -1;
	return add_value(inc, kind, ref, copy, err);
}

int pd_inc_dss(struct pd_inc *inc, const struct pd_dss_material *material, struct err *err)
{
	const struct bytes *lists[DSS_KINDS] = { material->certs, material->crls, material->ocsps };
	size_t counts[DSS_KINDS] = { material->cert_count, material->crl_count, material->ocsp_count };

	if (load_dss(inc, err) < 0)
		return -1;
	for (int k = 0; k < DSS_KINDS; k++)
		for (size_t i = 0; i < counts[k]; i++)
			if (add_der(inc, &inc->dss[k], lists[k][i], err) < 0)
				return -1;
	return 0;
}

bool inc_dss_changed(const struct pd_inc *inc)
{
	for (int k = 0; k < DSS_KINDS; k++)
		if (inc->dss[k].refs.count > inc->dss[k].old_count)
			return true;
	return false;
}

static void put_refs(struct buf *out, const struct inc_refs *refs)
{
	buf_putc(out, '[');
	for (size_t i = 0; i < refs->count; i++) {
		if (i)
			buf_putc(out, ' ');
		pd_put_ref(out, refs->items[i]);
	}
	buf_putc(out, ']');
}

int inc_dss_body(struct pd_inc *inc, struct buf *out, struct err *err)
{
	struct pd_change changes[DSS_KINDS + 1];
	struct buf values[DSS_KINDS + 1] = { BUF_INIT };
	size_t n = 0;

	for (int k = 0; k < DSS_KINDS; k++) {
		if (inc->dss[k].refs.count == inc->dss[k].old_count)
			continue;
		put_refs(&values[n], &inc->dss[k].refs);
		changes[n] = (struct pd_change){ dss_keys[k], &values[n] };
		n++;
	}
	if (pd_kind(dss_dict(inc)) == PD_NULL) {
		buf_puts(&values[n], "/DSS");
		changes[n] = (struct pd_change){ "Type", &values[n] };
		n++;
	}
	pd_put_dict_with(out, dss_dict(inc), changes, n);
	for (size_t i = 0; i < n; i++)
		buf_release(&values[i]);
	return buf_check(out, err);
}
