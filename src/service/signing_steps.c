/* signing_steps.c - two-step signing of files, and the preview of a plan on the page's image. Part of signing.h
 * (service). */
#include <string.h>
#include <unistd.h>

#include "pdf/png.h"
#include "service/session.h"
#include "sign/prepare.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/err.h"
#include "util/file.h"
#include "util/json.h"
#include "util/secret.h"

enum {
	MAX_STATE_BYTES = 4 * 1024 * 1024,
	MAX_SIGNATURE_BYTES = 8192,
	MAX_CERT_FILE_BYTES = 4 * 1024 * 1024,
	PREVIEW_DPI = 100
};

/* ---- the key that guards states: made once, readable by its owner only, beside the state file ---- */

static int make_state_key(const char *path, uint8_t key[PREPARE_KEY_BYTES], struct err *err)
{
	return digest_random(key, PREPARE_KEY_BYTES, err) < 0 ? -1
							      : file_write_secret(path, key, PREPARE_KEY_BYTES, err);
}

static int load_state_key(const struct signing_session *session, bool make, uint8_t key[PREPARE_KEY_BYTES],
			  struct err *err)
{
	AUTO(buf_release) struct buf file = BUF_INIT;
	const char *path = session->settings.state_key_path;

	if (!path)
		return err_set(err, ERR_USAGE, "--state-key FILE: the key that guards two-step states on this machine");
	if (make && access(path, F_OK) != 0)
		return make_state_key(path, key, err);
	if (file_read(path, PREPARE_KEY_BYTES, &file, err) < 0)
		return -1;
	if (file.len != PREPARE_KEY_BYTES)
		return err_set(err, ERR_SIGN_STATE, "%s is not a state key of %d bytes", path, PREPARE_KEY_BYTES);
	memcpy(key, file.data, PREPARE_KEY_BYTES);
	return 0;
}

/* ---- prepare ---- */

/* A signer that has a certificate and no key: two-step signing asks it for nothing else. */
static int no_key(struct signer *signer, struct sig_alg alg, const struct digest *digest, struct buf *ret_signature,
		  struct err *err)
{
	(void)signer;
	(void)alg;
	(void)digest;
	(void)ret_signature;
	return err_set(err, ERR_KEY_UNSUPPORTED, "the key is elsewhere");
}

static bool supports_own_kind(const struct signer *signer, struct sig_alg alg)
{
	return cert_key(signer->cert).kind == alg.key;
}

static void nothing_to_free(struct signer *signer)
{
	(void)signer;
}

static const struct signer_ops keyless_ops = { no_key, supports_own_kind, nothing_to_free };

/* Both files or none: the state waits beside its place until the prepared file is there. */
static int write_both(const struct workfile *work, const char *out, const struct json *state, const char *state_path,
		      struct err *err)
{
	AUTO(buf_release) struct buf text = BUF_INIT;
	AUTO(file_out_freep) struct file_out *file = NULL;

	if (js_write(state, 1, &text, err) < 0 || file_out_open(state_path, &file, err) < 0 ||
	    file_out_write(file, buf_str(&text), text.len, err) < 0)
		return -1;
	return workfile_save(work, out, WORKFILE_SYNC, err) < 0 ? -1 : file_out_commit(file, /* sync= */ true, err);
}

static int prepare(struct signing_session *session, struct signer *keyless, const char *in, const char *out,
		   const char *state_path, struct err *err)
{
	AUTO(workfile_freep) struct workfile *work = NULL;
	AUTO(js_freep) struct json *state = NULL;
	uint8_t key[PREPARE_KEY_BYTES];
	struct sign_plan plan;
	struct sign_job job;
	int rc;

	if (signing_take_signer(session, keyless, err) < 0 ||
	    workfile_open(in, signing_room_bytes(session), &work, err) < 0)
		return -1;
	if (signing_make_job(session, work, session->arena, &plan, &job, err) < 0 ||
	    load_state_key(session, /* make= */ true, key, err) < 0)
		return -1;
	rc = prepare_document(work, &job, key, &state, err);
	secret_wipe(key, sizeof(key));
	return rc < 0 ? -1 : write_both(work, out, state, state_path, err);
}

int signing_prepare_file(struct signing_session *session, const char *in, const char *out, const char *state_path,
			 struct err *err)
{
	AUTO(buf_release) struct buf file = BUF_INIT;
	AUTO(cert_list_release) struct cert_list certs = { 0 };
	struct signer keyless = { .ops = &keyless_ops };
	const char *path = session->settings.cert_path;
	int rc;

	if (file_read(path, MAX_CERT_FILE_BYTES, &file, err) < 0 ||
	    cert_list_load(&certs, (struct bytes){ (const uint8_t *)buf_str(&file), file.len }, path, err) < 0)
		return -1;
	if (certs.count == 0)
		return err_set(err, ERR_CERT, "%s holds no certificate", path);
	keyless.cert = certs.items[0];
	keyless.chain = (struct cert_list){ certs.items + 1, certs.count - 1, 0 };
	rc = prepare(session, &keyless, in, out, state_path, err);
	session->signer = NULL;
	return rc;
}

/* ---- embed ---- */

int signing_embed_file(struct signing_session *session, const char *prepared, const char *state_path,
		       const char *signature_path, const char *out, struct err *err)
{
	AUTO(workfile_freep) struct workfile *work = NULL;
	AUTO(buf_release) struct buf text = BUF_INIT;
	AUTO(buf_release) struct buf signature = BUF_INIT;
	AUTO(js_freep) struct json *state = NULL;
	const struct sign_outside *outside = session->settings.tsa_url ? &session->outside.seam : NULL;
	uint8_t key[PREPARE_KEY_BYTES];
	int rc;

	if (file_read(state_path, MAX_STATE_BYTES, &text, err) < 0 ||
	    file_read(signature_path, MAX_SIGNATURE_BYTES, &signature, err) < 0)
		return -1;
	if (js_parse(str_from(buf_str(&text), text.len), &state, err) < 0)
		return err_prefix(err, "%s", state_path);
	if (workfile_open(prepared, 0, &work, err) < 0 || load_state_key(session, /* make= */ false, key, err) < 0)
		return -1;
	rc = prepare_embed(work, state, (struct bytes){ (const uint8_t *)buf_str(&signature), signature.len }, key,
			   outside, signing_now_ms(session), err);
	secret_wipe(key, sizeof(key));
	return rc < 0 ? -1 : workfile_save(work, out, WORKFILE_SYNC, err);
}

/* ---- preview ---- */

struct canvas {
	uint8_t *rgb;
	uint32_t width, height;
};

static void put_dot(struct canvas *canvas, long x, long y, const uint8_t colour[3])
{
	if (x >= 0 && y >= 0 && x < (long)canvas->width && y < (long)canvas->height)
		memcpy(canvas->rgb + ((size_t)y * canvas->width + (size_t)x) * 3, colour, 3);
}

/* A frame two pixels wide, in blue for a person and red for an agency. */
static void draw_frame(struct canvas *canvas, struct pd_rect_mm rect, const uint8_t colour[3])
{
	const double scale = PREVIEW_DPI / 25.4;
	long x0 = (long)(rect.x * scale);
	long y0 = (long)(rect.y * scale);
	long x1 = (long)((rect.x + rect.w) * scale);
	long y1 = (long)((rect.y + rect.h) * scale);

	for (long x = x0; x <= x1; x++)
		for (long d = 0; d < 2; d++) {
			put_dot(canvas, x, y0 + d, colour);
			put_dot(canvas, x, y1 - d, colour);
		}
	for (long y = y0; y <= y1; y++)
		for (long d = 0; d < 2; d++) {
			put_dot(canvas, x0 + d, y, colour);
			put_dot(canvas, x1 - d, y, colour);
		}
}

int signing_preview(struct signing_session *session, struct workfile *work, const struct sign_plan *plan,
		    const char *out, struct err *err)
{
	static const uint8_t red[3] = { 200, 0, 0 };
	static const uint8_t blue[3] = { 0, 0, 200 };
	AUTO(arena_freep) struct arena *arena = arena_new(0);
	AUTO(buf_release) struct buf png = BUF_INIT;
	struct page_image image;
	struct canvas canvas;

	if (!arena)
		return err_set(err, ERR_NO_MEMORY, "no memory for a preview");
	if (cage_page_render(session->cage, workfile_peek_fd(work), plan->mark.page, PREVIEW_DPI, arena, &image, err) <
	    0)
		return -1;
	canvas = (struct canvas){ arena_memdup(arena, image.rgb, (size_t)image.width * image.height * 3), image.width,
				  image.height };
	if (!canvas.rgb)
		return err_set(err, ERR_NO_MEMORY, "no memory for a preview");
	draw_frame(&canvas, plan->mark.rect, plan->mark.kind == MARK_PERSON ? blue : red);
	if (pd_png_write(canvas.width, canvas.height, canvas.rgb, NULL, (uint32_t)(PREVIEW_DPI / 0.0254), &png, err) <
	    0)
		return -1;
	return file_write(out, buf_str(&png), png.len, err);
}
