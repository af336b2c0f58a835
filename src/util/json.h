/*
 * json.h - JSON values; the one door to jansson.
 *
 * struct json is reference counted: js_new_..., js_parse give one reference, js_free drops it; values put into an
 * array or object are taken over (also on failure). Getters borrow. Parsing is strict: duplicate keys, NaN, trailing
 * bytes, invalid UTF-8 and depth over 64 are ERR_JSON with line and column. A NULL value passed as container makes
 * setters no-ops and getters answer the default, so that a builder may check once, when js_write refuses NULL.
 */
#ifndef KYSO_UTIL_JSON_H
#define KYSO_UTIL_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/defer.h"
#include "util/str.h"

struct buf;
struct err;
struct json;

struct json *js_new_object(void);
struct json *js_new_array(void);
struct json *js_new_string(const char *utf8); /* NULL gives null; invalid UTF-8 is replaced by U+FFFD */
struct json *js_new_int(int64_t value);
struct json *js_new_real(double value);
struct json *js_new_bool(bool value);
struct json *js_new_null(void);
struct json *js_keep(struct json *json);
void js_free(struct json *json);
DEFINE_FREEP(struct json, js_free)

void js_set(struct json *object, const char *key, struct json *value);
void js_remove(struct json *object, const char *key);
void js_set_string(struct json *object, const char *key, const char *utf8);
void js_set_int(struct json *object, const char *key, int64_t value);
void js_set_real(struct json *object, const char *key, double value); /* written with at most 4 decimals */
void js_set_bool(struct json *object, const char *key, bool value);
void js_set_null(struct json *object, const char *key);
void js_add(struct json *array, struct json *value);

NODISCARD int js_parse(struct str text, struct json **ret_json, struct err *err);
/* Keys in insertion order; indent 0 = one line. */
NODISCARD int js_write(const struct json *json, int indent, struct buf *out, struct err *err);

const struct json *js_find(const struct json *object, const char *key); /* NULL when absent */
size_t js_count(const struct json *array);
const struct json *js_at(const struct json *array, size_t i);
const char *js_string(const struct json *value); /* NULL when not a string */
int64_t js_int(const struct json *value, int64_t otherwise);
double js_real(const struct json *value, double otherwise);
bool js_bool(const struct json *value, bool otherwise);
bool js_is_null(const struct json *value);
bool js_is_array(const struct json *value);
bool js_is_object(const struct json *value);
const char *js_get_string(const struct json *object, const char *key);
int64_t js_get_int(const struct json *object, const char *key, int64_t otherwise);
double js_get_real(const struct json *object, const char *key, double otherwise);
bool js_get_bool(const struct json *object, const char *key, bool otherwise);

#endif
