/* prepare.c - see prepare.h. The state's members are named where they are written (write_state) and read (read_state).
 */
#include "sign/prepare.h"

#include <string.h>

#include "pki/hmac.h"
#include "sign/algorithm.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/err.h"
#include "util/hex.h"
#include "util/json.h"

#define STATE_SCHEMA "kyso.state/1"
#define STATE_LIFE_MS (24LL * 3600 * 1000) /* a prepared file waits a day for its signature at the most */

enum { TOKEN_ROOM_BYTES = 8192, MIN_ROOM_BYTES = 16384, MAX_STATE_CERTS = 32 };

static struct bytes buf_bytes(const struct buf *buf)
{
	return (struct bytes){ (const uint8_t *)buf_str(buf), buf->len };
}

/* ---- state ---- */

static void set_base64(struct json *object, const char *key, struct bytes data)
{
	AUTO(buf_release) struct buf text = BUF_INIT;

	base64_encode(data, &text);
	js_set_string(object, key, buf_str(&text));
}

static int get_base64(const struct json *object, const char *key, struct buf *out, struct err *err)
{
	const char *text = js_get_string(object, key);

	if (!text)
		return err_set(err, ERR_SIGN_STATE, "the state has no \"%s\"", key);
	return base64_decode(str_of(text), out, err) < 0 ? err_set(err, ERR_SIGN_STATE, "\"%s\" is not base64", key)
							 : 0;
}

/* HMAC over the state without its own "mac", written compactly in the order of its members. */
static int state_mac(const struct json *state, const uint8_t key[PREPARE_KEY_BYTES], uint8_t mac[32], struct err *err)
{
	AUTO(js_freep) struct json *copy = NULL;
	AUTO(buf_release) struct buf text = BUF_INIT;
	AUTO(buf_release) struct buf bare = BUF_INIT;

	if (js_write(state, 0, &text, err) < 0 || js_parse(str_from(buf_str(&text), text.len), &copy, err) < 0)
		return -1;
	js_remove(copy, "mac");
	if (js_write(copy, 0, &bare, err) < 0)
		return -1;
	return hmac_sha256((struct bytes){ key, PREPARE_KEY_BYTES }, buf_bytes(&bare), mac, err);
}

static struct json *certs_json(const struct signer *signer)
{
	struct json *list = js_new_array();

	for (size_t i = 0; i <= signer->chain.count; i++) {
		AUTO(buf_release) struct buf text = BUF_INIT;

		base64_encode(cert_der(i ? signer->chain.items[i - 1] : signer->cert), &text);
		js_add(list, js_new_string(buf_str(&text)));
	}
	return list;
}

static int write_state(const struct sign_job *job, const struct pd_inc_result *tail, uint64_t size,
		       const struct digest *content, struct bytes attributes, const uint8_t key[PREPARE_KEY_BYTES],
		       struct json **ret_state, struct err *err)
{
	AUTO(js_freep) struct json *state = js_new_object();
	AUTO(buf_release) struct buf mac_hex = BUF_INIT;
	struct json *range = js_new_array();
	uint8_t mac[32];

	for (size_t i = 0; i < 4; i++)
		js_add(range, js_new_int((int64_t)tail->byte_range[i]));
	js_set_string(state, "schema", STATE_SCHEMA);
	js_set_int(state, "expires_ms", job->now_ms + STATE_LIFE_MS);
	js_set_int(state, "file_size", (int64_t)size);
	js_set(state, "byte_range", range);
	js_set_string(state, "algorithm", algorithm_name(job->alg));
	js_set_string(state, "level", sign_level_name(job->level));
	set_base64(state, "document_digest", (struct bytes){ content->bytes, content->len });
	set_base64(state, "signed_attributes", attributes);
	js_set(state, "certificates", certs_json(job->signer));
	if (state_mac(state, key, mac, err) < 0)
		return -1;
	hex_encode((struct bytes){ mac, sizeof(mac) }, /* upper= */ false, &mac_hex);
	js_set_string(state, "mac", buf_str(&mac_hex));
	*ret_state = TAKE(state);
	return 0;
}

static int room_for(const struct sign_job *job, size_t *ret_room, struct err *err)
{
	struct digest none = { .len = digest_size(job->alg.digest) };
	struct cms_draft_options options = sign_cms_options(job, &none);

	if (cms_size_estimate(&options, job->level >= SIGN_LEVEL_T ? TOKEN_ROOM_BYTES : 0, ret_room, err) < 0)
		return -1;
	*ret_room =
	    *ret_room * 2 > MIN_ROOM_BYTES ? *ret_room * 2 : MIN_ROOM_BYTES; /* no second try is possible later */
	return 0;
}

int prepare_document(struct workfile *work, const struct sign_job *job, const uint8_t key[PREPARE_KEY_BYTES],
		     struct json **ret_state, struct err *err)
{
	AUTO(pd_inc_result_release) struct pd_inc_result tail = { .tail = BUF_INIT };
	AUTO(cms_draft_freep) struct cms_draft *draft = NULL;
	struct bytes file = workfile_bytes(work);
	struct cms_draft_options options;
	struct digest content;
	size_t room;

	if (job->level > SIGN_LEVEL_T)
		return err_set(err, ERR_USAGE,
			       "two-step signing makes B-B or B-T; add long-term data to the finished file");
	if (room_for(job, &room, err) < 0 || sign_build(file, job, room, &tail, err) < 0)
		return -1;
	if (sign_digest(file, &tail, job->alg.digest, &content, err) < 0)
		return -1;
	options = sign_cms_options(job, &content);
	if (cms_draft_new(&options, &draft, err) < 0)
		return -1;
	if (write_state(job, &tail, file.n + tail.tail.len, &content, cms_draft_signed_attributes(draft), key,
			ret_state, err) < 0)
		return -1;
	return workfile_append(work, buf_bytes(&tail.tail), err);
}

/* ---- embedding ---- */

/* What a state holds, once it is proven to be ours. */
struct state {
	uint64_t range[4];
	struct sig_alg alg;
	enum sign_level level;
	struct buf attributes;
	struct buf digest;
	struct cert_list certs; /* signer first */
};

static void state_release(struct state *state)
{
	buf_release(&state->attributes);
	buf_release(&state->digest);
	cert_list_release(&state->certs);
}

static int check_mac(const struct json *json, const uint8_t key[PREPARE_KEY_BYTES], struct err *err)
{
	AUTO(buf_release) struct buf given = BUF_INIT;
	const char *text = js_get_string(json, "mac");
	uint8_t mac[32];
	uint8_t differ = 0;

	if (!text || hex_decode(str_of(text), &given, err) < 0 || given.len != sizeof(mac))
		return err_set(err, ERR_SIGN_STATE, "the state has no proper \"mac\"");
	if (state_mac(json, key, mac, err) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(mac); i++)
		differ |= (uint8_t)(mac[i] ^ (uint8_t)given.data[i]);
	return differ ? err_set(err, ERR_SIGN_STATE, "the state was altered, or was made with another key") : 0;
}

static int read_certs(const struct json *json, struct cert_list *certs, struct err *err)
{
	const struct json *list = js_find(json, "certificates");

	if (js_count(list) == 0 || js_count(list) > MAX_STATE_CERTS)
		return err_set(err, ERR_SIGN_STATE, "the state has %zu certificates", js_count(list));
	for (size_t i = 0; i < js_count(list); i++) {
		AUTO(buf_release) struct buf der = BUF_INIT;
		AUTO(cert_freep) struct cert *cert = NULL;
		const char *text = js_string(js_at(list, i));

		if (!text || base64_decode(str_of(text), &der, err) < 0 || cert_parse(buf_bytes(&der), &cert, err) < 0)
			return err_set(err, ERR_SIGN_STATE, "certificate %zu of the state cannot be read", i);
		if (cert_list_add(certs, cert, err) < 0)
			return -1;
	}
	return 0;
}

static int read_state(const struct json *json, struct bytes file, int64_t now_ms, struct state *state, struct err *err)
{
	const char *schema = js_get_string(json, "schema");
	const char *algorithm = js_get_string(json, "algorithm");
	const char *level = js_get_string(json, "level");
	const struct json *range = js_find(json, "byte_range");

	if (!schema || strcmp(schema, STATE_SCHEMA) != 0 || !algorithm || !level || js_count(range) != 4)
		return err_set(err, ERR_SIGN_STATE, "this is no state of kyso (%s)", STATE_SCHEMA);
	if (now_ms > js_get_int(json, "expires_ms", 0))
		return err_set(err, ERR_SIGN_STATE, "the state has expired; prepare the file anew");
	if (js_get_int(json, "file_size", -1) != (int64_t)file.n)
		return err_set(err, ERR_SIGN_STATE, "the prepared file has %zu bytes, the state says %lld", file.n,
			       (long long)js_get_int(json, "file_size", -1));
	for (size_t i = 0; i < 4; i++)
		state->range[i] = (uint64_t)js_int(js_at(range, i), 0);
	if (algorithm_find(algorithm, &state->alg, err) < 0 || sign_level_find(level) < 0)
		return err_set(err, ERR_SIGN_STATE, "algorithm or level of the state is unknown");
	state->level = (enum sign_level)sign_level_find(level);
	if (get_base64(json, "signed_attributes", &state->attributes, err) < 0 ||
	    get_base64(json, "document_digest", &state->digest, err) < 0)
		return -1;
	return read_certs(json, &state->certs, err);
}

/* The file's own digest over the range; the range must lie in the file around a gap. */
static int digest_file(struct bytes file, const struct state *state, struct digest *ret, struct err *err)
{
	AUTO(digest_freep) struct digest_ctx *ctx = NULL;
	const uint64_t *r = state->range;

	if (r[0] != 0 || r[1] == 0 || r[1] >= r[2] || r[2] > file.n || r[3] != file.n - r[2])
		return err_set(err, ERR_SIGN_STATE, "the state's byte range does not fit the file");
	if (digest_new(state->alg.digest, &ctx, err) < 0)
		return -1;
	digest_update(ctx, (struct bytes){ file.p, r[1] });
	digest_update(ctx, (struct bytes){ file.p + r[2], r[3] });
	digest_final(ctx, ret);
	if (ret->len != state->digest.len || memcmp(ret->bytes, state->digest.data, ret->len) != 0)
		return err_set(err, ERR_SIGN_STATE, "the prepared file was changed after it was prepared");
	return 0;
}

static int add_timestamp(const struct state *state, struct cms_draft *draft, struct bytes signature,
			 const struct sign_outside *outside, struct err *err)
{
	AUTO(buf_release) struct buf token = BUF_INIT;

	if (state->level < SIGN_LEVEL_T)
		return 0;
	if (!outside)
		return err_set(err, ERR_USAGE, "the file was prepared for B-T: a time-stamp authority is needed");
	return sign_stamp(outside, state->alg.digest, signature, draft, &token, err);
}

static int make_cms(const struct state *state, const struct digest *content, struct bytes signature,
		    const struct sign_outside *outside, struct buf *ret_der, struct err *err)
{
	AUTO(cms_draft_freep) struct cms_draft *draft = NULL;
	struct cert_list chain = { .items = state->certs.items + 1, .count = state->certs.count - 1 };
	struct cms_draft_options options = {
		.alg = state->alg, .content_digest = content, .cert = state->certs.items[0], .chain = &chain
	};
	struct digest attributes;
	int matches;

	if (cms_draft_new(&options, &draft, err) < 0)
		return -1;
	if (!bytes_eq(cms_draft_signed_attributes(draft), buf_bytes(&state->attributes)))
		return err_set(err, ERR_SIGN_STATE,
			       "the state's signed attributes are not those of this file and certificate");
	if (cms_draft_digest(draft, &attributes, err) < 0)
		return -1;
	matches = cert_check_signature(state->certs.items[0], state->alg, &attributes, signature, err);
	if (matches != 0)
		return matches < 0
			   ? -1
			   : err_set(err, ERR_SIGNATURE_MISMATCH, "the signature value is not of %s over this file",
				     cert_subject(state->certs.items[0]));
	if (cms_draft_set_signature(draft, signature, err) < 0 ||
	    add_timestamp(state, draft, signature, outside, err) < 0)
		return -1;
	return cms_draft_write(draft, ret_der, err);
}

static int fill_gap(struct workfile *work, const struct state *state, struct bytes der, struct err *err)
{
	AUTO(buf_release) struct buf hex = BUF_INIT;
	size_t room = state->range[2] - state->range[1] - 2;

	if (der.n * 2 > room)
		return err_set(err, ERR_PDF_CONTENTS_TOO_SMALL, "the CMS has %zu bytes, the placeholder %zu", der.n,
			       room / 2);
	hex_encode(der, /* upper= */ false, &hex);
	if (buf_check(&hex, err) < 0)
		return -1;
	workfile_patch(work, state->range[1] + 1, buf_bytes(&hex));
	return 0;
}

/* Where the last revision of a prepared file begins. */
static int revision_start(struct bytes file, size_t *ret_start, struct err *err)
{
	AUTO(pd_freep) struct pd_doc *doc = NULL;

	if (pd_open(file, PD_OPEN_STRICT, &doc, err) < 0)
		return -1;
	*ret_start = pd_revision(doc, pd_revision_count(doc) - 1)->start;
	return 0;
}

int prepare_embed(struct workfile *work, const struct json *json, struct bytes signature,
		  const uint8_t key[PREPARE_KEY_BYTES], const struct sign_outside *outside, int64_t now_ms,
		  struct err *err)
{
	AUTO(state_release) struct state state = { 0 };
	AUTO(buf_release) struct buf der = BUF_INIT;
	struct bytes file = workfile_bytes(work);
	struct digest content;
	size_t start;

	if (check_mac(json, key, err) < 0 || read_state(json, file, now_ms, &state, err) < 0)
		return -1;
	if (digest_file(file, &state, &content, err) < 0 ||
	    make_cms(&state, &content, signature, outside, &der, err) < 0)
		return -1;
	if (revision_start(file, &start, err) < 0 || fill_gap(work, &state, buf_bytes(&der), err) < 0)
		return -1;
	return sign_reread(workfile_bytes(work), start, state.range, buf_bytes(&der), err);
}
