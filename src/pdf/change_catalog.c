/*
 * change_catalog.c - what may change in the trailer and the catalog: the information dictionary, XMP metadata, extensions, the version;
 * the form and the DSS by their own rules. Everything else is content.
 */
#include <string.h>

#include "pdf/changes_private.h"
#include "util/arena.h"

static const char *const catalog_own[] = { "AcroForm", "DSS", "Extensions", "Metadata", "MarkInfo", "Version", NULL };

static void check_info(struct pd_compare *cmp)
{
	const struct pd_obj *was = pd_dict_raw(pd_trailer(cmp->old), "Info");
	const struct pd_obj *is = pd_dict_raw(pd_trailer(cmp->now), "Info");
	struct pd_ref ref = pd_ref(is);

	if (!is && !was)
		return;
	if (was && is && pd_ref_eq(pd_ref(was), ref)) {
		if (!pd_equal(pd_deref(cmp->old, was), pd_deref(cmp->now, is)))
			change_add(cmp, PD_CHANGE_LTV, ref.num, "/Info", "document information updated", "cập nhật thông tin tài liệu");
		return;
	}
	if (is && !change_is_fresh(cmp, ref)) {
		change_add(cmp, PD_CHANGE_OTHER, ref.num, "/Info", "document information points to a signed object", "thông tin tài liệu trỏ vào đối tượng đã ký");
		return;
	}
	change_add(cmp, PD_CHANGE_LTV, ref.num, "/Info", "document information updated", "cập nhật thông tin tài liệu");
}

void change_check_trailer(struct pd_compare *cmp)
{
	const struct pd_obj *was = pd_trailer(cmp->old);
	const struct pd_obj *is = pd_trailer(cmp->now);
	struct pd_ref root = pd_catalog_ref(cmp->now);

	/* a catalog under a fresh number is held against the old one by its contents */
	if (!pd_ref_eq(pd_catalog_ref(cmp->old), root) && !change_is_fresh(cmp, root))
		change_add(cmp, PD_CHANGE_OTHER, root.num, "/Root", "another catalog", "thay danh mục gốc của tài liệu");
	/* of the other keys only /Encrypt means anything to a reader (ISO 32000-2 table 15) */
	if (!change_same_value(cmp, pd_dict_raw(was, "Encrypt"), pd_dict_raw(is, "Encrypt")))
		change_add(cmp, PD_CHANGE_OTHER, 0, "/Encrypt", "encryption changed", "mã hóa bị thay đổi");
	check_info(cmp);
}

/* One catalog value that may point anew: to the same object, rewritten in its role, or to a fresh one. */
static bool value_moved_legally(const struct pd_compare *cmp, const struct pd_obj *was, const struct pd_obj *is, enum pd_role role)
{
	struct pd_ref ref = pd_ref(is);

	if (pd_kind(is) != PD_REF)
		return true;
	if (was && pd_ref_eq(pd_ref(was), ref))
		return pd_equal(pd_deref(cmp->old, was), pd_deref(cmp->now, is)) || change_role(cmp, ref.num) == role;
	return change_is_fresh(cmp, ref);
}

static void check_metadata(struct pd_compare *cmp, const struct pd_obj *was, const struct pd_obj *is)
{
	uint32_t num = pd_ref(is).num;
	struct bytes xml;

	if (change_same_value(cmp, was, is))
		return;
	if (!is || pd_kind(pd_deref(cmp->now, is)) != PD_STREAM || !value_moved_legally(cmp, was, is, ROLE_METADATA)) {
		change_add(cmp, PD_CHANGE_OTHER, num, "/Root/Metadata", "metadata removed or not a stream of its own", "siêu dữ liệu bị xóa hoặc không hợp lệ");
		return;
	}
	if (pd_stream_decode(cmp->now, pd_deref(cmp->now, is), cmp->arena, &xml, NULL) < 0 || !change_xmp_ok(xml)) {
		change_add(cmp, PD_CHANGE_OTHER, num, "/Root/Metadata", "metadata that are no well-formed XMP", "siêu dữ liệu không phải XMP hợp lệ");
		return;
	}
	change_add(cmp, PD_CHANGE_LTV, num, "/Root/Metadata", "metadata updated", "cập nhật siêu dữ liệu");
}

static bool has_extension_keys(const struct pd_obj *entry)
{
	static const char *const keys[] = { "Type", "BaseVersion", "ExtensionLevel", "ExtensionRevision", "URL" };

	for (size_t i = 0; i < pd_dict_len(entry); i++) {
		struct str key = pd_dict_key(entry, i);
		bool known = false;

		for (size_t k = 0; k < ARRAY_LEN(keys); k++)
			known = known || str_is(key, keys[k]);
		if (!known)
			return false;
	}
	return pd_kind(entry) == PD_DICT;
}

/* ISO 32000-2 table 49: a dictionary of three keys and two more of version 2.0, or an array of such. */
static bool is_extension(const struct pd_compare *cmp, const struct pd_obj *extensions, size_t i)
{
	const struct pd_obj *entry = pd_deref(cmp->now, pd_dict_value_raw(extensions, i));

	if (str_is(pd_dict_key(extensions, i), "Type"))
		return pd_kind(entry) == PD_NAME;
	if (pd_kind(entry) != PD_ARRAY)
		return has_extension_keys(entry);
	for (size_t k = 0; k < pd_array_len(entry); k++)
		if (!has_extension_keys(pd_deref(cmp->now, pd_array_raw(entry, k))))
			return false;
	return true;
}

static bool is_version(const struct pd_obj *version)
{
	struct str name = pd_name(version);

	return pd_kind(version) == PD_NAME && name.n == 3 && (memcmp(name.p, "1.", 2) == 0 || memcmp(name.p, "2.", 2) == 0) && name.p[2] >= '0' &&
	       name.p[2] <= '9';
}

/* Developer extensions: entries may be added and may grow, none is removed (ISO 32000-2 7.12). */
static void check_extensions(struct pd_compare *cmp, const struct pd_obj *was, const struct pd_obj *is)
{
	const struct pd_obj *before = pd_deref(cmp->old, was);
	const struct pd_obj *after = pd_deref(cmp->now, is);

	if (change_same_value(cmp, was, is))
		return;
	if (pd_kind(after) != PD_DICT || !value_moved_legally(cmp, was, is, ROLE_EXTENSIONS)) {
		change_add(cmp, PD_CHANGE_OTHER, pd_ref(is).num, "/Root/Extensions", "extensions removed or malformed", "khai báo mở rộng bị xóa hoặc sai");
		return;
	}
	for (size_t i = 0; i < pd_dict_len(before); i++) {
		struct str key = pd_dict_key(before, i);
		char *name = arena_strndup(cmp->arena, key.p, key.n);

		if (!name || !pd_dict_has(after, name)) {
			change_add(cmp, PD_CHANGE_OTHER, pd_ref(is).num, "/Root/Extensions", "an extension removed", "một khai báo mở rộng bị xóa");
			return;
		}
	}
	for (size_t i = 0; i < pd_dict_len(after); i++)
		if (!is_extension(cmp, after, i)) {
			change_add(cmp, PD_CHANGE_OTHER, pd_ref(is).num, "/Root/Extensions", "an extension that is none", "khai báo mở rộng sai");
			return;
		}
	change_add(cmp, PD_CHANGE_LTV, pd_ref(is).num, "/Root/Extensions", "extensions declared", "khai báo mở rộng");
}

static void check_simple(struct pd_compare *cmp, const struct pd_obj *old_catalog, const struct pd_obj *new_catalog)
{
	const struct pd_obj *version = pd_dict_raw(new_catalog, "Version");
	const struct pd_obj *mark_was = pd_dict_raw(old_catalog, "MarkInfo");
	const struct pd_obj *mark_is = pd_dict_raw(new_catalog, "MarkInfo");

	if (!change_same_value(cmp, pd_dict_raw(old_catalog, "Version"), version))
		change_add(cmp, is_version(version) ? PD_CHANGE_LTV : PD_CHANGE_OTHER, 0, "/Root/Version", "PDF version changed", "đổi phiên bản PDF");
	if (!change_same_value(cmp, mark_was, mark_is))
		change_add(cmp, change_is_new_value(cmp, mark_is) ? PD_CHANGE_LTV : PD_CHANGE_OTHER, 0, "/Root/MarkInfo", "mark information changed",
			   "đổi thông tin đánh dấu cấu trúc");
}

void change_check_catalog(struct pd_compare *cmp)
{
	const struct pd_obj *was = pd_catalog(cmp->old);
	const struct pd_obj *is = pd_catalog(cmp->now);
	const char *key = change_differing_key(cmp, was, is, catalog_own);

	if (key)
		change_add(cmp, PD_CHANGE_OTHER, pd_catalog_ref(cmp->now).num, arena_printf(cmp->arena, "/Root/%s", key), "catalog entry changed",
			   "mục của danh mục gốc bị thay đổi");
	check_metadata(cmp, pd_dict_raw(was, "Metadata"), pd_dict_raw(is, "Metadata"));
	check_extensions(cmp, pd_dict_raw(was, "Extensions"), pd_dict_raw(is, "Extensions"));
	check_simple(cmp, was, is);
	change_check_dss(cmp, pd_dict_raw(was, "DSS"), pd_dict_raw(is, "DSS"));
	change_check_form(cmp, pd_dict_raw(was, "AcroForm"), pd_dict_raw(is, "AcroForm"));
}
