/* signing.c - sessions, plans and signing of files; see signing.h. */
#include "service/signing.h"

#include <string.h>
#include <unistd.h>

#include "pdf/font.h"
#include "pki/fetch.h"
#include "service/session.h"
#include "service/signed_marks.h"
#include "sign/algorithm.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/err.h"
#include "util/file.h"

enum {
	SESSION_ARENA_BYTES = 16 * 1024 * 1024,
	MAX_PICTURE_BYTES = 32 * 1024 * 1024,
	ROOM_BYTES = 16 * 1024 * 1024,            /* picture, font subset, CMS */
	ROOM_LONG_TERM_BYTES = 128 * 1024 * 1024, /* CRLs can be large; only what is used costs memory */
	FREE_PLACE_DPI = 60                       /* enough to see what ink a scan has at the top right */
};

/* Times New Roman metrics with every Vietnamese letter (Liberation 1.x lacks 92 of them): regular, italic. */
static const char *const font_paths[][2] = {
	{ "/usr/share/fonts/truetype/croscore/Tinos-Regular.ttf",
	  "/usr/share/fonts/truetype/croscore/Tinos-Italic.ttf" },
	{ "/usr/share/fonts/truetype/liberation2/LiberationSerif-Regular.ttf",
	  "/usr/share/fonts/truetype/liberation2/LiberationSerif-Italic.ttf" },
};

int64_t signing_now_ms(const struct signing_session *session)
{
	return clock_now_ms(&session->settings.clock);
}

size_t signing_room_bytes(const struct signing_session *session)
{
	return session->settings.level >= SIGN_LEVEL_LT ? ROOM_LONG_TERM_BYTES : ROOM_BYTES;
}

/* ---- opening ---- */

static int open_font(const char *path, struct signing_font *font, struct err *err)
{
	if (file_map_open(path, &font->file, err) < 0)
		return -1;
	if (pd_font_parse(file_map_bytes(font->file), &font->font, err) < 0)
		return err_prefix(err, "%s", path);
	return 0;
}

/* --font stands for both; else the first pair that is installed. */
static int open_fonts(struct signing_session *session, struct err *err)
{
	const char *given = session->settings.font_path;

	if (given)
		return open_font(given, &session->upright, err) < 0 || open_font(given, &session->italic, err) < 0 ? -1
														   : 0;
	for (size_t i = 0; i < ARRAY_LEN(font_paths); i++)
		if (access(font_paths[i][0], R_OK) == 0 && access(font_paths[i][1], R_OK) == 0)
			return open_font(font_paths[i][0], &session->upright, err) < 0 ||
				       open_font(font_paths[i][1], &session->italic, err) < 0
				   ? -1
				   : 0;
	return err_set(
	    err, ERR_FONT,
	    "no font with Times New Roman metrics: install fonts-croscore or fonts-liberation2, or give --font");
}

static void close_font(struct signing_font *font)
{
	pd_font_free(font->font);
	file_map_free(font->file);
}

static int open_picture(struct signing_session *session, struct err *err)
{
	AUTO(buf_release) struct buf file = BUF_INIT;
	const char *path = session->settings.picture_path;

	if (!path)
		return 0;
	if (file_read(path, MAX_PICTURE_BYTES, &file, err) < 0)
		return -1;
	return picture_load((struct bytes){ (const uint8_t *)buf_str(&file), file.len }, path, &session->picture, err);
}

static int load_certs(const struct opt_list *paths, struct cert_list *list, struct err *err)
{
	for (size_t i = 0; i < paths->count; i++)
		if (cert_list_load_path(list, paths->items[i], err) < 0)
			return -1;
	return 0;
}

/* TT 15/2025/TT-BKHCN Điều 5.1: the signer's certificate is checked before it signs. Not reachable is told, revoked is
 * refused. */
static int check_status(struct signing_session *session, struct err *err)
{
	struct cert *cert = session->signer->cert;
	struct err found = ERR_INIT;

	if (session->settings.status == STATUS_SKIP)
		return 0;
	if (session->settings.status == STATUS_AUTO && !cert_ocsp_url(cert) && !cert_crl_url(cert))
		return 0;
	if (outside_check_status(&session->outside, cert, &session->signer->chain, signing_now_ms(session), &found) ==
	    0)
		return 0;
	if (session->settings.status == STATUS_REQUIRE || found.code == ERR_CERT_REVOKED ||
	    found.code == ERR_CERT_EXPIRED || found.code == ERR_CERT_NOT_YET_VALID) {
		if (err)
			*err = found;
		return -1;
	}
	session->note = arena_printf(
	    session->arena, "chưa kiểm tra được trạng thái chứng thư số (status not checked): %s", found.detail);
	return 0;
}

int signing_take_signer(struct signing_session *session, struct signer *signer, struct err *err)
{
	session->signer = signer;
	if (!session->signer_name && session->settings.mark == MARK_PERSON)
		session->signer_name = cert_subject_attr(signer->cert, "CN");
	if (signer_check_usable(signer, signing_now_ms(session), err) < 0)
		return -1;
	if (algorithm_for(signer, session->settings.algorithm, &session->alg, err) < 0)
		return -1;
	return check_status(session, err);
}

static int open_fetcher(struct signing_session *session, struct err *err)
{
	struct fetch_options options = { 0 };

	if (fetcher_new_http(&options, &session->fetcher, err) < 0)
		return -1;
	outside_init(&session->outside, session->fetcher, session->settings.tsa_url, &session->trust, &session->certs);
	return 0;
}

static int open_session(struct signing_session *session, struct signer *signer, struct err *err)
{
	struct cage_options cage = { .worker_path = arena_printf(session->arena, "%s/kyso-worker",
								 session->settings.program_dir) };

	if (place_parse(session->settings.place, session->arena, &session->place, err) < 0)
		return -1;
	if (load_certs(&session->settings.trust, &session->trust, err) < 0 ||
	    load_certs(&session->settings.certs, &session->certs, err) < 0)
		return -1;
	if (open_fonts(session, err) < 0 || open_picture(session, err) < 0 || open_fetcher(session, err) < 0)
		return -1;
	if (cage_new(&cage, &session->cage, err) < 0)
		return -1;
	session->signer_name = session->settings.signer_name;
	return signer ? signing_take_signer(session, signer, err) : 0;
}

int signing_session_new(const struct signing_settings *settings, struct signer *signer,
			struct signing_session **ret_session, struct err *err)
{
	AUTO(arena_freep) struct arena *arena = arena_new(SESSION_ARENA_BYTES);
	AUTO(signing_session_freep) struct signing_session *session = NULL;

	if (!arena)
		return err_set(err, ERR_NO_MEMORY, "no memory for a signing session");
	session = ARENA_NEW(arena, struct signing_session);
	if (!session)
		return err_set(err, ERR_NO_MEMORY, "no memory for a signing session");
	session->settings = *settings;
	session->arena = TAKE(arena);
	if (open_session(session, signer, err) < 0)
		return -1;
	*ret_session = TAKE(session);
	return 0;
}

void signing_session_free(struct signing_session *session)
{
	struct arena *arena;

	if (!session)
		return;
	arena = session->arena;
	outside_release(&session->outside);
	fetcher_free(session->fetcher);
	cage_free(session->cage);
	picture_release(&session->picture);
	close_font(&session->upright);
	close_font(&session->italic);
	cert_list_release(&session->trust);
	cert_list_release(&session->certs);
	arena_free(arena);
}

const char *signing_session_note(const struct signing_session *session)
{
	return session->note;
}

/* ---- plans ---- */

int signing_page_text(struct signing_session *session, const struct workfile *work, uint32_t count, struct arena *arena,
		      struct page_text *ret_text, struct err *err)
{
	int fd = workfile_peek_fd(work);

	if (fd < 0)
		return err_set(err, ERR_PAGE, "%s: the pages of a document in memory are not read",
			       workfile_name(work));
	return cage_page_text(session->cage, fd, 0, count, arena, ret_text, err);
}

static bool needs_text(const struct signing_session *session)
{
	return session->place.kind != PLACE_RECT && session->settings.mark != MARK_NONE &&
	       session->settings.mark != MARK_AGENCY;
}

static void fill_request(const struct signing_session *session, const struct signed_marks *marks,
			 struct plan_request *request)
{
	const struct signing_settings *settings = &session->settings;

	*request = (struct plan_request){
		.mark = settings->mark,
		.place = session->place,
		.signer = session->signer_name,
		.picture_aspect = session->picture.aspect > 0 ? session->picture.aspect : 0.5,
		.picture_width_mm = settings->picture_mm,
		.seal_mm = settings->seal_mm > 0 ? settings->seal_mm : session->picture.width_mm,
		.line = { settings->copy_form, settings->agency, settings->number, signing_now_ms(session) },
		.font = session->upright.font,
		.signed_marks = marks->items,
		.signed_mark_count = marks->count,
		.agency_name = session->signer ? cert_subject_attr(session->signer->cert, "CN") : NULL,
	};
}

int signing_plan(struct signing_session *session, struct workfile *work, struct arena *arena,
		 struct sign_plan *ret_plan, struct err *err)
{
	AUTO(pd_freep) struct pd_doc *doc = NULL;
	struct signed_marks marks = { NULL, 0 };
	struct plan_request request;
	struct page_image first_page;
	struct page_text text;
	bool with_text = needs_text(session);

	if (pd_open(workfile_bytes(work), PD_OPEN_STRICT, &doc, err) < 0)
		return err_prefix(err, "%s", workfile_name(work));
	if (pd_is_encrypted(doc))
		return err_set(err, ERR_PDF_ENCRYPTED, "%s is encrypted", workfile_name(work));
	if (mark_info(session->settings.mark)->needs_person &&
	    service_signed_marks(workfile_bytes(work), &session->trust, &session->certs, signing_now_ms(session), arena,
				 &marks, err) < 0)
		return err_prefix(err, "%s", workfile_name(work));
	if (with_text && signing_page_text(session, work, /* count= */ session->settings.mark == MARK_PERSON ? 0 : 1,
					   arena, &text, err) < 0)
		return err_prefix(err, "%s", workfile_name(work));
	fill_request(session, &marks, &request);
	if (with_text && session->settings.mark != MARK_PERSON) {
		if (cage_page_render(session->cage, workfile_peek_fd(work), 0, FREE_PLACE_DPI, arena, &first_page,
				     err) < 0)
			return err_prefix(err, "%s", workfile_name(work));
		request.first_page = &first_page;
	}
	return plan_make(&request, pd_view_last(doc), with_text ? &text : NULL, arena, ret_plan, err);
}

/* ---- signing ---- */

void signing_fill_job(const struct signing_session *session, const struct sign_plan *plan,
		      const struct sign_fill *fills, size_t fill_count, struct sign_job *ret_job)
{
	const struct signing_settings *settings = &session->settings;

	*ret_job = (struct sign_job){
		.signer = session->signer,
		.alg = session->alg,
		.level = settings->level,
		.outside = settings->level > SIGN_LEVEL_B ? &session->outside.seam : NULL,
		.now_ms = signing_now_ms(session),
		.mark = plan->mark.kind == MARK_NONE ? NULL : &plan->mark,
		.picture = session->picture.image,
		.font = session->upright.font,
		.field_name = settings->field,
		.field_must_exist = settings->field_must_exist,
		.name = session->signer ? cert_subject_attr(session->signer->cert, "CN") : NULL,
		.reason = settings->reason,
		.location = settings->location,
		.docmdp_p = settings->docmdp_p,
		.fills = fills,
		.fill_count = fill_count,
	};
}

int signing_make_job(struct signing_session *session, struct workfile *work, struct arena *arena,
		     struct sign_plan *ret_plan, struct sign_job *ret_job, struct err *err)
{
	struct sign_fill *fills;
	size_t fill_count;

	if (mark_info(session->settings.mark)->picture && !session->picture.image)
		return err_set(err, ERR_USAGE, "--as %s needs a picture: --image F.png",
			       mark_info(session->settings.mark)->name);
	if (signing_plan(session, work, arena, ret_plan, err) < 0)
		return -1;
	if (!ret_plan->sure)
		return err_set(err, ERR_SIGN_PLACE, "%s: %s", workfile_name(work), ret_plan->reason_en);
	if (signing_fills(session, arena, &fills, &fill_count, err) < 0)
		return -1;
	signing_fill_job(session, ret_plan, fills, fill_count, ret_job);
	return 0;
}

static int sign_work(struct signing_session *session, struct workfile *work, struct arena *arena,
		     struct signing_outcome *outcome, struct err *err)
{
	struct sign_job job;

	if (signing_make_job(session, work, arena, &outcome->plan, &job, err) < 0)
		return -1;
	return sign_run(work, &job, &outcome->result, err);
}

int signing_sign_file(struct signing_session *session, const char *in, const char *out, struct arena *arena,
		      struct signing_outcome *ret_outcome, struct err *err)
{
	AUTO(workfile_freep) struct workfile *work = NULL;
	enum workfile_sync sync = session->settings.no_sync ? WORKFILE_NO_SYNC : WORKFILE_SYNC;

	if (workfile_open(in, signing_room_bytes(session), &work, err) < 0)
		return -1;
	if (sign_work(session, work, arena, ret_outcome, err) < 0)
		return -1;
	ret_outcome->file_bytes = workfile_bytes(work).n;
	return workfile_save(work, out, sync, err);
}
