/*
 * reread.c - the whole file is read again after every signature (rule 19): strictly, every new byte accounted for, and
 * the newest signature is the one that was made. Part of signing.h.
 */
#include <string.h>

#include "sign/signing.h"
#include "util/arena.h"
#include "util/err.h"
#include "util/hex.h"

enum { REREAD_ARENA_BYTES = 64 * 1024 * 1024 };

static bool same_cms(const struct pd_obj *contents, struct bytes cms)
{
	struct bytes written = pd_string(contents);

	if (written.n < cms.n || memcmp(written.p, cms.p, cms.n) != 0)
		return false;
	for (size_t i = cms.n; i < written.n; i++)
		if (written.p[i])
			return false;
	return true;
}

static int check_newest(struct pd_view view, struct arena *arena, const uint64_t range[4], struct bytes cms,
			struct err *err)
{
	struct pd_signature_list list;
	const struct pd_signature *newest = NULL;
	uint64_t found[4];

	if (pd_signature_list(view, arena, &list, err) < 0)
		return -1;
	for (size_t i = 0; i < list.count; i++)
		if (list.items[i].revision == view.revision)
			newest = &list.items[i];
	if (!newest)
		return err_set(err, ERR_SIGNATURE_MISMATCH, "the signature just made is not found in the file");
	if (pd_signature_range(view, newest, found, err) < 0)
		return -1;
	if (memcmp(found, range, sizeof(found)) != 0)
		return err_set(err, ERR_SIGNATURE_MISMATCH,
			       "the signature's /ByteRange is not the one that was hashed");
	if (found[2] + found[3] != pd_file_bytes(view.doc).n)
		return err_set(err, ERR_SIGNATURE_MISMATCH, "the signature does not cover the whole file");
	if (!same_cms(newest->contents, cms))
		return err_set(err, ERR_SIGNATURE_MISMATCH,
			       "the signature's /Contents is not the CMS that was checked");
	return 0;
}

static bool is_line_end(uint8_t c)
{
	return c == '\n' || c == '\r';
}

/* Where the increment starts: behind `before` bytes, or behind the line end that it gave to a file that stopped at
 * %%EOF (7.5.5). */
static bool starts_at(struct bytes file, uint64_t start, size_t before)
{
	if (start == before)
		return true;
	if (before == 0 || is_line_end(file.p[before - 1]) || start < before || start > before + 2)
		return false;
	return start == before + 1 ? is_line_end(file.p[before]) : file.p[before] == '\r' && file.p[before + 1] == '\n';
}

int sign_reread(struct bytes file, size_t before, const uint64_t range[4], struct bytes cms, struct err *err)
{
	AUTO(arena_freep) struct arena *arena = arena_new(REREAD_ARENA_BYTES);
	AUTO(pd_freep) struct pd_doc *doc = NULL;
	const struct pd_revision *last;
	struct pd_view view;

	if (!arena)
		return err_set(err, ERR_NO_MEMORY, "no memory to re-read the file");
	if (pd_open(file, PD_OPEN_STRICT, &doc, err) < 0)
		return err_prefix(err, "re-reading the signed file");
	view = pd_view_last(doc);
	last = pd_revision(doc, view.revision);
	if (last->end != file.n || !starts_at(file, last->start, before))
		return err_set(err, ERR_SIGNATURE_MISMATCH, "the new revision is bytes %llu-%llu, not %zu-%zu",
			       (unsigned long long)last->start, (unsigned long long)last->end, before, file.n);
	if (pd_account(doc, view.revision, err) < 0 || check_newest(view, arena, range, cms, err) < 0)
		return err_prefix(err, "re-reading the signed file");
	return pd_check(doc, err);
}
