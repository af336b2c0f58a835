/* config.c - ca.json: where the authority is found, its policies and periods. Written last by ca_init: it marks a whole
 * directory. */
#include <string.h>

#include "ca/ca_private.h"
#include "util/json.h"

#define CONFIG_FILE "ca.json"
#define CONFIG_FORMAT 1

int config_write(const struct store *store, const struct ca_config *config, struct err *err)
{
	AUTO(js_freep) struct json *json = js_new_object();
	AUTO(buf_release) struct buf text = BUF_INIT;

	js_set_int(json, "format", CONFIG_FORMAT);
	js_set_string(json, "base_url", config->base_url);
	js_set_string(json, "policy_oid", config->policy_oid);
	js_set_string(json, "tsa_policy_oid", config->tsa_policy_oid);
	js_set_int(json, "crl_days", config->crl_days);
	js_set_int(json, "root_crl_days", config->root_crl_days);
	js_set_int(json, "ocsp_hours", config->ocsp_hours);
	if (js_write(json, /* indent= */ 2, &text, err) < 0)
		return -1;
	buf_putc(&text, '\n');
	if (buf_check(&text, err) < 0)
		return -1;
	return store_write(store, CONFIG_FILE, (struct bytes){ (const uint8_t *)text.data, text.len }, err);
}

static bool read_days(const struct json *json, const char *key, int *ret)
{
	int64_t value = js_get_int(json, key, 0);

	*ret = (int)value;
	return value >= 1 && value <= 36500;
}

int config_read(const struct store *store, struct arena *arena, struct ca_config *ret, struct err *err)
{
	AUTO(js_freep) struct json *json = NULL;
	AUTO(buf_release) struct buf text = BUF_INIT;
	const char *url, *policy, *tsa_policy;

	if (!store_has(store, CONFIG_FILE))
		return err_set(err, ERR_CA, "there is no authority here: no %s (kyso ca init makes one)", CONFIG_FILE);
	if (store_read(store, CONFIG_FILE, &text, err) < 0 ||
	    js_parse(str_from(buf_str(&text), text.len), &json, err) < 0)
		return err_prefix(err, CONFIG_FILE);
	url = js_get_string(json, "base_url");
	policy = js_get_string(json, "policy_oid");
	tsa_policy = js_get_string(json, "tsa_policy_oid");
	if (js_get_int(json, "format", 0) != CONFIG_FORMAT || !url || !policy || !tsa_policy ||
	    !read_days(json, "crl_days", &ret->crl_days) || !read_days(json, "root_crl_days", &ret->root_crl_days) ||
	    !read_days(json, "ocsp_hours", &ret->ocsp_hours))
		return err_set(err, ERR_CA, "%s lacks a value or has one out of range", CONFIG_FILE);
	ret->base_url = arena_strdup(arena, url);
	ret->policy_oid = arena_strdup(arena, policy);
	ret->tsa_policy_oid = arena_strdup(arena, tsa_policy);
	if (arena_failed(arena))
		return err_set(err, ERR_NO_MEMORY, "%s", CONFIG_FILE);
	return 0;
}
