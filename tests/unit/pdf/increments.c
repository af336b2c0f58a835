/* increments.c - see increments.h. */
#include "test.h"

#include "increments.h"
#include "util/arena.h"
#include "util/file.h"

void page_objects(struct builder *b, const char *catalog_more, const char *page_more)
{
	builder_object(b, 1, "<< /Type /Catalog /Pages 2 0 R %s >>", catalog_more);
	builder_object(b, 2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
	builder_object(b, 3, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> %s >>", page_more);
}

static void open_file(struct session *s)
{
	struct err err = ERR_INIT;

	assert_ok(pd_open((struct bytes){ (const uint8_t *)s->file.data, s->file.len }, PD_OPEN_STRICT, &s->doc, &err),
		  &err);
	assert_ok(pd_inc_new(s->doc, &s->inc, &err), &err);
	assert_ptr_equal(pd_inc_doc(s->inc), s->doc);
}

void session_begin_bytes(struct session *s, struct bytes file)
{
	*s = (struct session){ .file = BUF_INIT };
	buf_append(&s->file, file.p, file.n);
	open_file(s);
}

void session_begin(struct session *s, const struct builder *b)
{
	session_begin_bytes(s, builder_bytes(b));
}

void session_end(struct session *s)
{
	pd_inc_free(s->inc);
	pd_free(s->doc);
	pd_inc_result_release(&s->result);
	buf_release(&s->file);
}

struct pd_view session_view(struct session *s)
{
	return pd_view_last(s->doc);
}

/* ---- rules of change analysis: pdf-validation 3.1.1, rules 7, 8, 13 ---- */

static bool key_in(struct str key, const char *const *list)
{
	for (; *list; list++)
		if (str_is(key, *list))
			return true;
	return false;
}

/* Equal but for the keys named: nothing else changed, added or gone. */
static void assert_same_but(const struct pd_obj *old, const struct pd_obj *new, const char *const *but,
			    const char *what)
{
	for (size_t i = 0; i < pd_dict_len(old); i++) {
		struct str key = pd_dict_key(old, i);
		char name[64];

		snprintf(name, sizeof(name), "%.*s", (int)key.n, key.p);
		if (!key_in(key, but) && !pd_equal(pd_dict_value_raw(old, i), pd_dict_raw(new, name)))
			fail_msg("%s: /%s changed", what, name);
	}
	for (size_t i = 0; i < pd_dict_len(new); i++) {
		struct str key = pd_dict_key(new, i);
		char name[64];

		snprintf(name, sizeof(name), "%.*s", (int)key.n, key.p);
		if (!key_in(key, but) && !pd_dict_has(old, name))
			fail_msg("%s: /%s was added", what, name);
	}
}

static void check_object(struct pd_view old, struct pd_view new, const struct pd_xref_entry *entry)
{
	static const char *const catalog_keys[] = { "AcroForm", "DSS", "Perms", NULL };
	static const char *const page_keys[] = { "Annots", NULL };
	static const char *const form_keys[] = { "Fields", "SigFlags", "DR", NULL };
	static const char *const field_keys[] = { "V", "AP", "F", NULL };
	struct pd_ref ref = { entry->num, entry->gen };
	const struct pd_obj *a = pd_load(old, ref);
	const struct pd_obj *b = pd_load(new, ref);

	assert_int_not_equal(entry->kind, PD_ENTRY_FREE);
	if (!pd_find_entry(old, entry->num))
		return;
	assert_int_not_equal(pd_kind(a), PD_STREAM);
	assert_int_equal(pd_kind(a), pd_kind(b));
	if (pd_ref_eq(ref, pd_catalog_ref(old)))
		assert_same_but(a, b, catalog_keys, "catalog");
	else if (pd_is_name(pd_dict_raw(a, "Type"), "Page"))
		assert_same_but(a, b, page_keys, "page");
	else if (pd_dict_has(a, "Fields"))
		assert_same_but(a, b, form_keys, "AcroForm");
	else if (pd_dict_has(a, "T") || pd_dict_has(a, "Rect"))
		assert_same_but(a, b, field_keys, "field");
}

static void check_changes(struct session *s)
{
	uint32_t last = pd_revision_count(s->doc) - 1;
	struct pd_view old = pd_view_at(s->doc, last - 1);
	struct pd_view new = pd_view_at(s->doc, last);
	size_t n;
	const struct pd_xref_entry *entries = pd_revision_entries(s->doc, last, &n);

	for (size_t i = 0; i < n; i++)
		check_object(old, new, &entries[i]);
	assert_true(pd_ref_eq(pd_catalog_ref(old), pd_catalog_ref(new)));
	assert_int_equal(pd_revision(s->doc, last)->xref_kind, pd_revision(s->doc, last - 1)->xref_kind);
	assert_true(pd_equal(pd_dict_raw(pd_trailer(old), "Info"), pd_dict_raw(pd_trailer(new), "Info")));
	assert_false(pd_dict_has(pd_trailer(new), "XRefStm"));
}

static void check_qpdf(const struct session *s)
{
	char path[512], command[1200];
	struct err err = ERR_INIT;

	if (access("/usr/bin/qpdf", X_OK) != 0)
		return;
	snprintf(path, sizeof(path), "%s/out.pdf", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	assert_ok(file_write(path, s->file.data, s->file.len, &err), &err);
	snprintf(command, sizeof(command), "qpdf --check '%s' >'%s.txt' 2>&1", path, path);
	if (system(command) != 0) {
		AUTO(buf_release) struct buf said = BUF_INIT;

		strcat(path, ".txt");
		assert_ok(file_read(path, 1 << 20, &said, &err), &err);
		fail_msg("qpdf --check: %s", buf_str(&said));
	}
}

void session_finish(struct session *s)
{
	static const uint8_t seed[16] = "0123456789abcde";
	struct err err = ERR_INIT;

	pd_inc_result_release(&s->result);
	assert_ok(pd_inc_finish(s->inc, seed, &s->result, &err), &err);
	pd_inc_free(TAKE(s->inc));
	pd_free(TAKE(s->doc));
	buf_append(&s->file, s->result.tail.data, s->result.tail.len);
	open_file(s);
	for (uint32_t r = 0; r < pd_revision_count(s->doc); r++)
		assert_ok(pd_account(s->doc, r, &err), &err);
	assert_ok(pd_check(s->doc, &err), &err);
	check_changes(s);
	check_qpdf(s);
}

/* ---- looking ---- */

const struct pd_obj *session_get(struct session *s, const char *path)
{
	struct pd_view view = session_view(s);
	const struct pd_obj *obj = pd_catalog(view);
	char copy[128];
	char *rest = copy;
	char *part;

	snprintf(copy, sizeof(copy), "%s", path);
	while ((part = strsep(&rest, "."))) {
		if (pd_kind(obj) == PD_ARRAY)
			obj = pd_at(view, obj, (size_t)atoi(part));
		else
			obj = pd_get(view, obj, part);
	}
	return obj;
}

void load_file(const char *path, struct buf *out)
{
	struct err err = ERR_INIT;

	if (access(path, R_OK) != 0) {
		print_message("skipped: %s is not there\n", path);
		skip();
	}
	assert_ok(file_read(path, 1 << 28, out, &err), &err);
}

struct pd_font *load_font(struct buf *file)
{
	struct pd_font *font = NULL;
	struct err err = ERR_INIT;

	load_file("/usr/share/fonts/truetype/croscore/Tinos-Regular.ttf", file);
	assert_ok(pd_font_parse((struct bytes){ (const uint8_t *)file->data, file->len }, &font, &err), &err);
	return font;
}

struct pd_png *make_png(uint32_t width, uint32_t height, bool alpha)
{
	size_t n = (size_t)width * height;
	uint8_t *rgb = calloc(n, 3);
	uint8_t *mask = calloc(n, 1);
	AUTO(buf_release) struct buf file = BUF_INIT;
	struct pd_png *png = NULL;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < n; i++) {
		rgb[3 * i] = (uint8_t)(i % width);
		rgb[3 * i + 2] = (uint8_t)(200 - i / width);
		mask[i] = i % 3 ? 0 : (uint8_t)(i % 255);
	}
	assert_ok(pd_png_write(width, height, rgb, alpha ? mask : NULL, 11811, &file, &err), &err);
	assert_ok(pd_png_parse((struct bytes){ (const uint8_t *)file.data, file.len }, &png, &err), &err);
	free(rgb);
	free(mask);
	return png;
}
