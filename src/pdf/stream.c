/*
 * stream.c - a stream's bytes through its filters (ISO 32000-1 7.4, 7.3.8.2). Pictures' filters are not decoded here.
 *
 * Bounded at every stage by PD_MAX_STREAM_BYTES and by PD_MAX_INFLATE_RATIO times the encoded bytes.
 */
#include "pdf/document_priv.h"
#include "pdf/filter.h"
#include "pdf/limits.h"
#include "util/arena.h"
#include "util/buf.h"

static const struct {
	const char *name;
	const char *abbreviation; /* inline images only; some writers use them in streams */
	pd_filter_fn *decode;
	bool predicts;
} filters[] = {
	{ "FlateDecode", "Fl", pd_filter_flate, true },           { "LZWDecode", "LZW", pd_filter_lzw, true },
	{ "ASCIIHexDecode", "AHx", pd_filter_ascii_hex, false },  { "ASCII85Decode", "A85", pd_filter_ascii85, false },
	{ "RunLengthDecode", "RL", pd_filter_run_length, false },
};

/* References are followed in the view; without one (cross-reference streams) there are none to follow. */
static const struct pd_obj *resolve(const struct pd_view *view, const struct pd_obj *obj)
{
	return view ? pd_deref(*view, obj) : obj;
}

static int64_t param(const struct pd_view *view, const struct pd_obj *dict, const char *key, int64_t otherwise)
{
	return pd_int(resolve(view, pd_dict_raw(dict, key)), otherwise);
}

static struct pd_filter_params read_params(const struct pd_view *view, const struct pd_obj *dict)
{
	struct pd_filter_params params = PD_FILTER_PARAMS_INIT;

	params.predictor = param(view, dict, "Predictor", params.predictor);
	params.colors = param(view, dict, "Colors", params.colors);
	params.bits = param(view, dict, "BitsPerComponent", params.bits);
	params.columns = param(view, dict, "Columns", params.columns);
	params.early_change = param(view, dict, "EarlyChange", params.early_change);
	return params;
}

static size_t stage_limit(const struct pd_obj *stream, size_t limit)
{
	size_t raw = pd_stream_raw(stream).n;

	return raw > limit / PD_MAX_INFLATE_RATIO ? limit : raw * PD_MAX_INFLATE_RATIO + 64;
}

static int apply_filter(const struct pd_view *view, const struct pd_obj *name, const struct pd_obj *dict,
			struct bytes in, size_t limit, struct buf *out, struct err *err)
{
	struct pd_filter_params params = read_params(view, dict);
	struct str wanted = pd_name(name);

	for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
		if (!str_is(wanted, filters[i].name) && !str_is(wanted, filters[i].abbreviation))
			continue;
		if (filters[i].decode(in, &params, limit, out, err) != 0 || buf_check(out, err) != 0)
			return -1;
		return filters[i].predicts ? pd_predictor_undo(&params, out, err) : 0;
	}
	return err_set(err, ERR_PDF_FILTER, "filter /%.*s is not supported", wanted.n > 60 ? 60 : (int)wanted.n,
		       wanted.n ? wanted.p : "");
}

/* Stage by stage; two buffers take turns. The result is in *ret_last. */
static int run_chain(const struct pd_view *view, const struct pd_obj *stream, const struct pd_obj *filter, size_t limit,
		     struct buf stage[2], size_t *ret_last, struct err *err)
{
	const struct pd_obj *parms = resolve(view, pd_dict_raw(stream, "DecodeParms"));
	size_t count = pd_kind(filter) == PD_ARRAY ? pd_array_len(filter) : 1;
	struct bytes in = pd_stream_raw(stream);

	if (count > PD_MAX_FILTERS)
		return err_set(err, ERR_PDF_LIMIT, "stream with %zu filters", count);
	for (size_t i = 0; i < count; i++) {
		bool many = pd_kind(filter) == PD_ARRAY;
		const struct pd_obj *name = many ? resolve(view, pd_array_raw(filter, i)) : filter;
		const struct pd_obj *own = pd_kind(parms) == PD_ARRAY ? resolve(view, pd_array_raw(parms, i)) : parms;
		struct buf *out = &stage[i % 2];

		buf_clear(out);
		if (apply_filter(view, name, own, in, stage_limit(stream, limit), out, err) != 0)
			return -1;
		in = (struct bytes){ (const uint8_t *)out->data, out->len };
		*ret_last = i % 2;
	}
	return 0;
}

static int keep(const struct buf *buf, struct arena *arena, struct bytes *ret, struct err *err)
{
	uint8_t *copy = arena_memdup(arena, buf->data, buf->len);

	if (!copy)
		return err_set(err, ERR_PDF_LIMIT, "no memory left for %zu decoded bytes", buf->len);
	*ret = (struct bytes){ copy, buf->len };
	return 0;
}

int pd_stream_filter(const struct pd_view *view, const struct pd_obj *stream, size_t limit, struct arena *arena,
		     struct bytes *ret, struct err *err)
{
	const struct pd_obj *filter = resolve(view, pd_dict_raw(stream, "Filter"));
	AUTO(buf_release) struct buf first = BUF_INIT;
	AUTO(buf_release) struct buf second = BUF_INIT;
	struct buf stage[2] = { BUF_INIT, BUF_INIT };
	size_t last = 0;
	int result;

	if (pd_dict_has(stream, "F"))
		return err_set(err, ERR_PDF_FILTER, "stream with its data in another file");
	if (pd_kind(filter) == PD_NULL || (pd_kind(filter) == PD_ARRAY && pd_array_len(filter) == 0)) {
		*ret = pd_stream_raw(stream);
		return 0;
	}
	if (pd_kind(filter) != PD_NAME && pd_kind(filter) != PD_ARRAY)
		return err_set(err, ERR_PDF_FILTER, "/Filter is neither a name nor an array");
	result = run_chain(view, stream, filter, limit, stage, &last, err);
	first = stage[0];
	second = stage[1];
	return result == 0 ? keep(last == 0 ? &first : &second, arena, ret, err) : -1;
}

int pd_stream_decode(struct pd_view view, const struct pd_obj *stream, struct arena *arena, struct bytes *ret,
		     struct err *err)
{
	if (pd_kind(stream) != PD_STREAM)
		return err_set(err, ERR_PDF_STRUCTURE, "object that should be a stream is none");
	if (view.doc->encrypted)
		return err_set(err, ERR_PDF_ENCRYPTED, "stream at offset %llu is encrypted",
			       (unsigned long long)pd_token_start(stream));
	if (pd_stream_filter(&view, stream, PD_MAX_STREAM_BYTES, arena, ret, err) != 0)
		return err_prefix(err, "stream at offset %llu", (unsigned long long)pd_token_start(stream));
	return 0;
}
