/*
 * change_dss.c - long-term validation material may be added after signing at every permission, but only in its exact shape (ISO 32000-2
 * 12.8.4.3, EN 319 142-1 5.4.2): known keys, arrays of references to streams, VRI entries that stay as they were.
 */
#include <string.h>

#include "pdf/changes_private.h"
#include "util/arena.h"

static const char *const dss_keys[] = { "Type", "VRI", "Certs", "CRLs", "OCSPs", NULL };
static const char *const vri_keys[] = { "Type", "TU", "TS", "Cert", "CRL", "OCSP", NULL };

enum { VRI_KEY_DIGITS = 40 };

static void refuse(struct pd_compare *cmp, const char *path, const char *what, const char *what_vi)
{
	change_add(cmp, PD_CHANGE_OTHER, 0, path, what, what_vi);
}

static bool known_keys(const struct pd_obj *dict, const char *const *keys)
{
	for (size_t i = 0; i < pd_dict_len(dict); i++) {
		bool known = false;

		for (const char *const *key = keys; *key; key++)
			known |= str_is(pd_dict_key(dict, i), *key);
		if (!known)
			return false;
	}
	return true;
}

static bool listed_before(const struct pd_compare *cmp, const struct pd_obj *before, struct pd_ref ref)
{
	const struct pd_obj *array = pd_deref(cmp->old, before);

	for (size_t i = 0; i < pd_array_len(array); i++)
		if (pd_ref_eq(pd_ref(pd_array_raw(array, i)), ref))
			return true;
	return false;
}

/* A container that is referred to must be the one of before, or a fresh object. */
static bool container_ok(const struct pd_compare *cmp, const struct pd_obj *was, const struct pd_obj *is)
{
	struct pd_ref ref = pd_ref(is);

	return pd_kind(is) != PD_REF || (was && pd_ref_eq(pd_ref(was), ref)) || change_is_fresh(cmp, ref);
}

/* An array of references to streams, each fresh or listed before. `other` is a second array it may share streams with (DSS and VRI). */
static bool streams_ok(const struct pd_compare *cmp, const struct pd_obj *was, const struct pd_obj *other, const struct pd_obj *is)
{
	const struct pd_obj *array = pd_deref(cmp->now, is);

	if (!is)
		return true; /* left out: removing single material does no harm */
	if (pd_kind(array) != PD_ARRAY || !container_ok(cmp, was, is))
		return false;
	for (size_t i = 0; i < pd_array_len(array); i++) {
		struct pd_ref ref = pd_ref(pd_array_raw(array, i));

		if (pd_kind(pd_deref(cmp->now, pd_array_raw(array, i))) != PD_STREAM)
			return false;
		if (!change_is_fresh(cmp, ref) && !listed_before(cmp, was, ref) && !listed_before(cmp, other, ref))
			return false;
	}
	return true;
}

static bool vri_key_ok(struct str key)
{
	for (size_t i = 0; i < key.n; i++)
		if (!((key.p[i] >= '0' && key.p[i] <= '9') || (key.p[i] >= 'A' && key.p[i] <= 'Z')))
			return false;
	return key.n == VRI_KEY_DIGITS;
}

static bool vri_entry_ok(const struct pd_compare *cmp, const struct pd_obj *old_dss, const struct pd_obj *entry)
{
	const struct pd_obj *dict = pd_deref(cmp->now, entry);

	return pd_kind(dict) == PD_DICT && known_keys(dict, vri_keys) && change_is_new_value(cmp, entry) &&
	       change_is_new_value(cmp, pd_dict_raw(dict, "TS")) &&
	       streams_ok(cmp, NULL, pd_dict_raw(old_dss, "Certs"), pd_dict_raw(dict, "Cert")) &&
	       streams_ok(cmp, NULL, pd_dict_raw(old_dss, "CRLs"), pd_dict_raw(dict, "CRL")) &&
	       streams_ok(cmp, NULL, pd_dict_raw(old_dss, "OCSPs"), pd_dict_raw(dict, "OCSP"));
}

static bool same_entry(const struct pd_compare *cmp, const struct pd_obj *was, const struct pd_obj *is)
{
	return is && pd_equal(was, is) && pd_equal(pd_deref(cmp->old, was), pd_deref(cmp->now, is));
}

static void check_vri(struct pd_compare *cmp, const struct pd_obj *old_dss, const struct pd_obj *was, const struct pd_obj *is)
{
	const struct pd_obj *before = pd_deref(cmp->old, was);
	const struct pd_obj *after = pd_deref(cmp->now, is);

	if (was && !is) {
		refuse(cmp, "/Root/DSS/VRI", "validation-related information removed", "thông tin kiểm tra dài hạn bị xóa");
		return;
	}
	if (is && (pd_kind(after) != PD_DICT || !container_ok(cmp, was, is))) {
		refuse(cmp, "/Root/DSS/VRI", "/VRI is not a dictionary of its own", "/VRI không hợp lệ");
		return;
	}
	for (size_t i = 0; i < pd_dict_len(after); i++) {
		struct str key = pd_dict_key(after, i);
		char *name = arena_strndup(cmp->arena, key.p, key.n);
		const struct pd_obj *entry = pd_dict_value_raw(after, i);
		const struct pd_obj *entry_was = name ? pd_dict_raw(before, name) : NULL;

		if (str_is(key, "Type"))
			continue;
		if (entry_was ? !same_entry(cmp, entry_was, entry) : !vri_key_ok(key) || !vri_entry_ok(cmp, old_dss, entry))
			refuse(cmp, arena_printf(cmp->arena, "/Root/DSS/VRI/%s", name), "a VRI entry changed or malformed", "mục VRI bị sửa hoặc sai");
	}
}

void change_check_dss(struct pd_compare *cmp, const struct pd_obj *was, const struct pd_obj *is)
{
	static const char *const lists[] = { "Certs", "CRLs", "OCSPs" };
	const struct pd_obj *before = pd_deref(cmp->old, was);
	const struct pd_obj *after = pd_deref(cmp->now, is);

	if (!was && !is)
		return;
	if (pd_kind(after) != PD_DICT || !container_ok(cmp, was, is)) {
		refuse(cmp, "/Root/DSS", "long-term validation material removed or malformed", "dữ liệu kiểm tra dài hạn bị xóa hoặc sai");
		return;
	}
	if (!known_keys(after, dss_keys) || (pd_dict_has(after, "Type") && !pd_is_name(pd_dict_raw(after, "Type"), "DSS")))
		refuse(cmp, "/Root/DSS", "unknown key in the DSS, or another type", "DSS có khóa hoặc kiểu lạ");
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		if (!streams_ok(cmp, pd_dict_raw(before, lists[i]), NULL, pd_dict_raw(after, lists[i])))
			refuse(cmp, arena_printf(cmp->arena, "/Root/DSS/%s", lists[i]), "not an array of references to new streams",
			       "không phải danh sách luồng mới");
	check_vri(cmp, before, pd_dict_raw(before, "VRI"), pd_dict_raw(after, "VRI"));
	change_add(cmp, PD_CHANGE_LTV, pd_ref(is).num, "/Root/DSS", "long-term validation material", "dữ liệu kiểm tra dài hạn");
}
