/* json.c - the one door to jansson; struct json is a json_t under another name. See json.h. */
#include "util/json.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "util/buf.h"
#include "util/err.h"

enum { JSON_MAX_DEPTH = 64 };

static json_t *in(const struct json *json)
{
	return (json_t *)(uintptr_t)json;
}

static struct json *out_of(json_t *json)
{
	return (struct json *)json;
}

struct json *js_new_object(void)
{
	return out_of(json_object());
}

struct json *js_new_array(void)
{
	return out_of(json_array());
}

/* Length of the valid UTF-8 sequence at s, 0 when there is none (overlong, surrogate, cut). */
static size_t utf8_len(const unsigned char *s)
{
	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		return (s[1] & 0xc0) == 0x80 ? 2 : 0;
	if (s[0] >= 0xe0 && s[0] <= 0xef) {
		if ((s[1] & 0xc0) != 0x80 || (s[2] & 0xc0) != 0x80 || (s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f))
			return 0;
		return 3;
	}
	if (s[0] >= 0xf0 && s[0] <= 0xf4) {
		if ((s[1] & 0xc0) != 0x80 || (s[2] & 0xc0) != 0x80 || (s[3] & 0xc0) != 0x80 || (s[0] == 0xf0 && s[1] < 0x90) ||
		    (s[0] == 0xf4 && s[1] > 0x8f))
			return 0;
		return 4;
	}
	return 0;
}

struct json *js_new_string(const char *utf8)
{
	AUTO(buf_release) struct buf fixed = BUF_INIT;
	json_t *plain;

	if (!utf8)
		return js_new_null();
	plain = json_string(utf8);
	if (plain)
		return out_of(plain);
	for (const unsigned char *s = (const unsigned char *)utf8; *s;) {
		size_t n = utf8_len(s);

		if (n)
			buf_append(&fixed, s, n);
		else
			buf_puts(&fixed, "\xef\xbf\xbd");
		s += n ? n : 1;
	}
	return out_of(json_string(buf_str(&fixed)));
}

struct json *js_new_int(int64_t value)
{
	return out_of(json_integer(value));
}

struct json *js_new_real(double value)
{
	if (!isfinite(value))
		return js_new_null();
	return out_of(json_real(round(value * 10000.0) / 10000.0 + 0.0)); /* + 0.0: no "-0.0" */
}

struct json *js_new_bool(bool value)
{
	return out_of(json_boolean(value));
}

struct json *js_new_null(void)
{
	return out_of(json_null());
}

struct json *js_keep(struct json *json)
{
	return out_of(json_incref(in(json)));
}

void js_free(struct json *json)
{
	json_decref(in(json));
}

void js_set(struct json *object, const char *key, struct json *value)
{
	if (!object)
		js_free(value);
	else
		json_object_set_new(in(object), key, in(value));
}

void js_remove(struct json *object, const char *key)
{
	json_object_del(in(object), key);
}

void js_set_string(struct json *object, const char *key, const char *utf8)
{
	js_set(object, key, js_new_string(utf8));
}

void js_set_int(struct json *object, const char *key, int64_t value)
{
	js_set(object, key, js_new_int(value));
}

void js_set_real(struct json *object, const char *key, double value)
{
	js_set(object, key, js_new_real(value));
}

void js_set_bool(struct json *object, const char *key, bool value)
{
	js_set(object, key, js_new_bool(value));
}

void js_set_null(struct json *object, const char *key)
{
	js_set(object, key, js_new_null());
}

void js_add(struct json *array, struct json *value)
{
	if (!array)
		js_free(value);
	else
		json_array_append_new(in(array), in(value));
}

static bool too_deep(const json_t *json, int depth)
{
	const char *key;
	json_t *value;
	size_t i;

	if (depth > JSON_MAX_DEPTH)
		return true;
	json_object_foreach((json_t *)(uintptr_t)json, key, value)
		if (too_deep(value, depth + 1))
			return true;
	json_array_foreach(json, i, value)
		if (too_deep(value, depth + 1))
			return true;
	return false;
}

int js_parse(struct str text, struct json **ret_json, struct err *err)
{
	json_error_t why;
	json_t *json = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);

	if (!json)
		return err_set(err, ERR_JSON, "line %d column %d: %s", why.line, why.column, why.text);
	if (too_deep(json, 1)) {
		json_decref(json);
		return err_set(err, ERR_JSON, "nested deeper than %d", JSON_MAX_DEPTH);
	}
	*ret_json = out_of(json);
	return 0;
}

static int append(const char *data, size_t len, void *ctx)
{
	buf_append(ctx, data, len);
	return 0;
}

int js_write(const struct json *json, int indent, struct buf *out, struct err *err)
{
	size_t flags = JSON_ENCODE_ANY | JSON_REAL_PRECISION(12) | (indent ? JSON_INDENT((size_t)indent) : JSON_COMPACT);

	if (!json || json_dump_callback(in(json), append, out, flags) < 0)
		return err_set(err, ERR_NO_MEMORY, "no memory to write JSON");
	return buf_check(out, err);
}

const struct json *js_find(const struct json *object, const char *key)
{
	return out_of(json_object_get(in(object), key));
}

size_t js_count(const struct json *array)
{
	return json_array_size(in(array));
}

const struct json *js_at(const struct json *array, size_t i)
{
	return out_of(json_array_get(in(array), i));
}

const char *js_string(const struct json *value)
{
	return json_string_value(in(value));
}

int64_t js_int(const struct json *value, int64_t otherwise)
{
	return json_is_integer(in(value)) ? json_integer_value(in(value)) : otherwise;
}

double js_real(const struct json *value, double otherwise)
{
	return json_is_number(in(value)) ? json_number_value(in(value)) : otherwise;
}

bool js_bool(const struct json *value, bool otherwise)
{
	return json_is_boolean(in(value)) ? json_boolean_value(in(value)) : otherwise;
}

bool js_is_null(const struct json *value)
{
	return json_is_null(in(value));
}

bool js_is_array(const struct json *value)
{
	return json_is_array(in(value));
}

bool js_is_object(const struct json *value)
{
	return json_is_object(in(value));
}

const char *js_get_string(const struct json *object, const char *key)
{
	return js_string(js_find(object, key));
}

int64_t js_get_int(const struct json *object, const char *key, int64_t otherwise)
{
	return js_int(js_find(object, key), otherwise);
}

double js_get_real(const struct json *object, const char *key, double otherwise)
{
	return js_real(js_find(object, key), otherwise);
}

bool js_get_bool(const struct json *object, const char *key, bool otherwise)
{
	return js_bool(js_find(object, key), otherwise);
}
