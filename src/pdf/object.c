/* object.c - accessors over parsed objects, and equality. See object.h; nothing here can fail. */
#include "pdf/object.h"

#include <string.h>

#include "pdf/object_priv.h"

const struct pd_obj pd_null_object = { .kind = PD_NULL };

enum pd_kind pd_kind(const struct pd_obj *obj)
{
	return obj ? (enum pd_kind)obj->kind : PD_NULL;
}

bool pd_bool(const struct pd_obj *obj, bool otherwise)
{
	return pd_kind(obj) == PD_BOOL ? obj->flag : otherwise;
}

int64_t pd_int(const struct pd_obj *obj, int64_t otherwise)
{
	return pd_kind(obj) == PD_INT ? obj->u.integer : otherwise;
}

double pd_number(const struct pd_obj *obj, double otherwise)
{
	if (pd_kind(obj) == PD_INT)
		return (double)obj->u.integer;
	return pd_kind(obj) == PD_REAL ? obj->u.real : otherwise;
}

struct str pd_name(const struct pd_obj *obj)
{
	if (pd_kind(obj) != PD_NAME)
		return (struct str){ NULL, 0 };
	return str_from((const char *)obj->u.p, obj->n);
}

bool pd_is_name(const struct pd_obj *obj, const char *name)
{
	return pd_kind(obj) == PD_NAME && str_is(pd_name(obj), name);
}

struct bytes pd_string(const struct pd_obj *obj)
{
	if (pd_kind(obj) != PD_STRING)
		return (struct bytes){ NULL, 0 };
	return (struct bytes){ obj->u.p, obj->n };
}

bool pd_string_is_hex(const struct pd_obj *obj)
{
	return pd_kind(obj) == PD_STRING && obj->hex;
}

struct pd_ref pd_ref(const struct pd_obj *obj)
{
	if (pd_kind(obj) != PD_REF)
		return (struct pd_ref){ 0, 0 };
	return obj->u.ref;
}

bool pd_ref_eq(struct pd_ref a, struct pd_ref b)
{
	return a.num == b.num && a.gen == b.gen;
}

size_t pd_array_len(const struct pd_obj *obj)
{
	return pd_kind(obj) == PD_ARRAY ? obj->n : 0;
}

const struct pd_obj *pd_array_raw(const struct pd_obj *obj, size_t i)
{
	return i < pd_array_len(obj) ? &obj->u.items[i] : &pd_null_object;
}

const struct pd_dict *pd_obj_dict(const struct pd_obj *obj)
{
	if (pd_kind(obj) == PD_DICT)
		return obj->u.dict;
	return pd_kind(obj) == PD_STREAM ? obj->u.stream->dict : NULL;
}

size_t pd_dict_len(const struct pd_obj *obj)
{
	const struct pd_dict *dict = pd_obj_dict(obj);

	return dict ? dict->count : 0;
}

struct str pd_dict_key(const struct pd_obj *obj, size_t i)
{
	const struct pd_dict *dict = pd_obj_dict(obj);

	return dict && i < dict->count ? dict->entries[i].key : (struct str){ NULL, 0 };
}

const struct pd_obj *pd_dict_value_raw(const struct pd_obj *obj, size_t i)
{
	const struct pd_dict *dict = pd_obj_dict(obj);

	return dict && i < dict->count ? &dict->entries[i].value : &pd_null_object;
}

static const struct pd_obj *find_linear(const struct pd_dict *dict, struct str key)
{
	for (uint32_t i = 0; i < dict->count; i++)
		if (str_eq(dict->entries[i].key, key))
			return &dict->entries[i].value;
	return NULL;
}

static const struct pd_obj *find_sorted(const struct pd_dict *dict, struct str key)
{
	uint32_t low = 0;
	uint32_t high = dict->count;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		int order = str_cmp(dict->entries[dict->sorted[mid]].key, key);

		if (order == 0)
			return &dict->entries[dict->sorted[mid]].value;
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

const struct pd_obj *pd_dict_raw(const struct pd_obj *obj, const char *key)
{
	const struct pd_dict *dict = pd_obj_dict(obj);

	if (!dict)
		return NULL;
	return dict->sorted ? find_sorted(dict, str_of(key)) : find_linear(dict, str_of(key));
}

bool pd_dict_has(const struct pd_obj *obj, const char *key)
{
	return pd_dict_raw(obj, key) != NULL;
}

uint64_t pd_token_start(const struct pd_obj *obj)
{
	return obj ? obj->start : 0;
}

uint64_t pd_token_end(const struct pd_obj *obj)
{
	return obj ? obj->end : 0;
}

struct bytes pd_stream_raw(const struct pd_obj *obj)
{
	if (pd_kind(obj) != PD_STREAM)
		return (struct bytes){ NULL, 0 };
	return obj->u.stream->raw;
}

static bool array_equal(const struct pd_obj *a, const struct pd_obj *b)
{
	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (!pd_equal(&a->u.items[i], &b->u.items[i]))
			return false;
	return true;
}

/* Keys are unique in each, so equal counts and every key of a found equal in b is equality. */
static bool dict_equal(const struct pd_dict *a, const struct pd_dict *b)
{
	if (a->count != b->count)
		return false;
	for (uint32_t i = 0; i < a->count; i++) {
		const struct pd_obj *other =
		    b->sorted ? find_sorted(b, a->entries[i].key) : find_linear(b, a->entries[i].key);

		if (!other || !pd_equal(&a->entries[i].value, other))
			return false;
	}
	return true;
}

static bool number_equal(const struct pd_obj *a, const struct pd_obj *b)
{
	if (pd_kind(a) == PD_INT && pd_kind(b) == PD_INT)
		return a->u.integer == b->u.integer;
	return !(pd_number(a, 0) < pd_number(b, 0)) && !(pd_number(a, 0) > pd_number(b, 0));
}

static bool is_number(enum pd_kind kind)
{
	return kind == PD_INT || kind == PD_REAL;
}

bool pd_equal(const struct pd_obj *a, const struct pd_obj *b)
{
	if (is_number(pd_kind(a)) && is_number(pd_kind(b)))
		return number_equal(a, b);
	if (pd_kind(a) != pd_kind(b))
		return false;
	switch (pd_kind(a)) {
	case PD_NULL:
	case PD_INT:
	case PD_REAL:
		return true;
	case PD_BOOL:
		return a->flag == b->flag;
	case PD_NAME:
	case PD_STRING:
		return bytes_eq((struct bytes){ a->u.p, a->n }, (struct bytes){ b->u.p, b->n });
	case PD_ARRAY:
		return array_equal(a, b);
	case PD_DICT:
		return dict_equal(a->u.dict, b->u.dict);
	case PD_STREAM:
		return bytes_eq(a->u.stream->raw, b->u.stream->raw) && dict_equal(a->u.stream->dict, b->u.stream->dict);
	case PD_REF:
		return pd_ref_eq(a->u.ref, b->u.ref);
	}
	return false;
}
