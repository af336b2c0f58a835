/* verifying.c - see verifying.h. */
#include "service/verifying.h"

#include <stdlib.h>
#include <unistd.h>

#include "pki/fetch.h"
#include "service/cage.h"
#include "util/buf.h"
#include "util/err.h"
#include "util/file.h"
#include "util/json.h"
#include "util/wire.h"

enum {
	MAX_ROUNDS = 4,
	MAX_REPORT_BYTES = 64 * 1024 * 1024,
	MAX_FETCHED = 128,
	MAX_GIVEN_BYTES = 256 * 1024 * 1024,
	FETCH_TIMEOUT_MS = 8000
};

struct verifying {
	struct verifying_settings settings;
	struct verify_material material;
	struct fetcher *fetcher; /* NULL = offline */
	struct cage *cage;       /* NULL = in process */
	size_t fetched;          /* answers added to the material since it was loaded */
};

static struct bytes bytes_of(const struct buf *buf)
{
	return (struct bytes){ (const uint8_t *)buf->data, buf->len };
}

/* ---- what is given ---- */

static int load_each(const struct opt_list *paths, struct evidence *evidence, bool crl, struct err *err)
{
	for (size_t i = 0; paths && i < paths->count; i++) {
		AUTO(buf_release) struct buf file = BUF_INIT;
		const char *path = paths->items[i];

		if (file_read(path, MAX_GIVEN_BYTES, &file, err) != 0 ||
		    (crl ? evidence_load_crl(evidence, bytes_of(&file), path, err)
			 : evidence_load_ocsp(evidence, bytes_of(&file), path, err)) != 0)
			return -1;
	}
	return 0;
}

static int load_certs(const struct opt_list *paths, struct cert_list *list, struct err *err)
{
	for (size_t i = 0; paths && i < paths->count; i++)
		if (cert_list_load_path(list, paths->items[i], err) != 0)
			return -1;
	return 0;
}

int verifying_load(const struct opt_list *trust, const struct opt_list *certs, const struct opt_list *crls,
		   const struct opt_list *ocsps, struct verify_material *material, struct err *err)
{
	if (load_certs(trust, &material->anchors, err) != 0 || load_certs(certs, &material->certs, err) != 0)
		return -1;
	return load_each(crls, &material->evidence, true, err) != 0 ? -1
								    : load_each(ocsps, &material->evidence, false, err);
}

static int open_network(struct verifying *verifying, struct err *err)
{
	struct fetch_options options = { .timeout_ms = FETCH_TIMEOUT_MS,
					 .refuse_private = verifying->settings.refuse_private };
	struct fetcher *http;

	if (verifying->settings.offline)
		return 0;
	if (fetcher_new_http(&options, &http, err) != 0)
		return -1;
	return fetcher_new_cache(http, 0, &verifying->fetcher, err);
}

static int open_cage(struct verifying *verifying, struct err *err)
{
	AUTO(buf_release) struct buf path = BUF_INIT;
	struct cage_options options = { .timeout_ms = 0 };

	if (verifying->settings.in_process)
		return 0;
	buf_printf(&path, "%s/kyso-worker", verifying->settings.program_dir);
	options.worker_path = buf_str(&path);
	return cage_new(&options, &verifying->cage, err);
}

int verifying_new(const struct verifying_settings *settings, struct verifying **ret_verifying, struct err *err)
{
	AUTO(verifying_freep) struct verifying *verifying = calloc(1, sizeof(*verifying));

	if (!verifying)
		return err_set(err, ERR_NO_MEMORY, "no memory for a validation");
	verifying->settings = *settings;
	if (verifying_load(&settings->trust, &settings->certs, &settings->crls, &settings->ocsps, &verifying->material,
			   err) != 0 ||
	    open_network(verifying, err) != 0 || open_cage(verifying, err) != 0)
		return -1;
	*ret_verifying = TAKE(verifying);
	return 0;
}

void verifying_free(struct verifying *verifying)
{
	if (!verifying)
		return;
	verify_material_release(&verifying->material);
	fetcher_free(verifying->fetcher);
	cage_free(verifying->cage);
	free(verifying);
}

/* ---- what the network adds ---- */

static const char *const content_types[] = { NULL, "application/ocsp-request", NULL, NULL };

/* What cannot be fetched or read is not added: the report then says what is missing. */
static bool fetch_one(struct verifying *verifying, const struct verify_want *want)
{
	struct fetch_request request = { .url = want->url, .content_type = content_types[want->kind] };
	struct evidence *evidence = &verifying->material.evidence;
	size_t before = evidence->crl_count + evidence->ocsp_count + verifying->material.certs.count;
	AUTO(buf_release) struct buf body = BUF_INIT;
	int status = -1;

	if (want->body_len)
		request.body = (struct bytes){ want->body, want->body_len };
	if (fetch(verifying->fetcher, &request, &body, NULL) != 0)
		return false;
	switch (want->kind) {
	case VERIFY_WANT_OCSP:
		status = evidence_load_ocsp(evidence, bytes_of(&body), want->url, NULL);
		break;
	case VERIFY_WANT_CRL:
		status = evidence_load_crl(evidence, bytes_of(&body), want->url, NULL);
		break;
	case VERIFY_WANT_CERT:
		status = cert_list_load(&verifying->material.certs, bytes_of(&body), want->url, NULL);
		break;
	}
	return status == 0 && evidence->crl_count + evidence->ocsp_count + verifying->material.certs.count > before;
}

/* Whether anything new came. A CRL is asked only where no OCSP answer came in the same round. */
static bool fetch_all(struct verifying *verifying, const struct verify_wants *wants)
{
	bool more = false, ocsp_came = false;

	for (size_t i = 0; i < wants->count; i++) {
		bool came;

		if (wants->items[i].kind == VERIFY_WANT_CRL && ocsp_came) {
			ocsp_came = false;
			continue;
		}
		came = fetch_one(verifying, &wants->items[i]);
		ocsp_came = came && wants->items[i].kind == VERIFY_WANT_OCSP;
		more = more || came;
		verifying->fetched += came;
	}
	return more;
}

/* ---- one question ---- */

static int parse_answer(struct bytes result, struct json **ret_report, struct verify_wants *ret_wants, struct err *err)
{
	struct wire in = wire_from(result);
	struct bytes text = wire_bytes(&in);
	struct bytes wants = wire_bytes(&in);

	if (wire_end(&in, "a validation's answer", err) != 0 || verify_wants_parse(wants, ret_wants, err) != 0)
		return -1;
	if (js_parse(str_from((const char *)text.p, text.n), ret_report, err) == 0)
		return 0;
	verify_wants_release(ret_wants);
	return -1;
}

static int ask_cage(struct verifying *verifying, int fd, const char *name, const struct verify_options *options,
		    struct json **ret_report, struct verify_wants *ret_wants, struct err *err)
{
	AUTO(buf_release) struct buf params = BUF_INIT;
	AUTO(buf_release) struct buf packed = BUF_INIT;
	AUTO(buf_release) struct buf material = BUF_INIT;
	AUTO(buf_release) struct buf answer = BUF_INIT;
	struct cage_job job = { .name = "verify", .fd_count = 2, .max_result_bytes = MAX_REPORT_BYTES };
	struct bytes result;
	int status;

	verify_options_write(options, &packed);
	wire_put_bytes(&params, bytes_of(&packed));
	wire_put_string(&params, name);
	verify_material_write(&verifying->material, &material);
	if (buf_check(&params, err) != 0 || buf_check(&material, err) != 0)
		return -1;
	job.params = bytes_of(&params);
	job.fds[0] = fd;
	if (cage_fd_of_bytes(bytes_of(&material), &job.fds[1], err) != 0)
		return -1;
	status = cage_run(verifying->cage, &job, &answer, &result, err);
	close(job.fds[1]);
	return status != 0 ? -1 : parse_answer(result, ret_report, ret_wants, err);
}

static int ask_here(struct verifying *verifying, int fd, const char *name, const struct verify_options *options,
		    struct json **ret_report, struct verify_wants *ret_wants, struct err *err)
{
	AUTO(file_map_freep) struct file_map *map = NULL;

	if (file_map_fd(fd, name, &map, err) != 0)
		return -1;
	return verify_pdf(file_map_bytes(map), name, &verifying->material, options, ret_report, ret_wants, err);
}

static int ask(struct verifying *verifying, int fd, const char *name, const struct verify_options *options,
	       struct json **ret_report, struct verify_wants *ret_wants, struct err *err)
{
	struct err why = ERR_INIT;
	int status = verifying->cage ? ask_cage(verifying, fd, name, options, ret_report, ret_wants, &why)
				     : ask_here(verifying, fd, name, options, ret_report, ret_wants, &why);

	if (status == 0)
		return 0;
	if (why.code != ERR_WORKER && why.code != ERR_WORKER_LIMIT && why.code != ERR_LIMIT)
		return err_set(err, why.code, "%s", why.detail);
	*ret_report =
	    verify_report_failed(name, options->at_ms, why.detail); /* a verdict for this file, not for the run */
	*ret_wants = (struct verify_wants){ NULL, 0 };
	return 0;
}

/* Over thousands of files what was fetched would grow without end; the fetcher's cache remembers what is asked again. */
static int forget_fetched(struct verifying *verifying, struct err *err)
{
	const struct verifying_settings *settings = &verifying->settings;

	if (verifying->fetched <= MAX_FETCHED)
		return 0;
	verify_material_release(&verifying->material);
	verifying->fetched = 0;
	return verifying_load(&settings->trust, &settings->certs, &settings->crls, &settings->ocsps, &verifying->material, err);
}

int verifying_fd(struct verifying *verifying, int fd, const char *name, struct json **ret_report, struct err *err)
{
	struct verify_options options = { .at_ms = verifying->settings.at_ms,
					  .profile = verifying->settings.profile,
					  .want_more = verifying->fetcher != NULL };
	AUTO(js_freep) struct json *report = NULL;
	bool more = true;

	if (forget_fetched(verifying, err) != 0)
		return -1;
	for (int round = 0; more && round < MAX_ROUNDS; round++) {
		AUTO(verify_wants_release) struct verify_wants wants = { NULL, 0 };

		js_free(report);
		report = NULL;
		if (ask(verifying, fd, name, &options, &report, &wants, err) != 0)
			return -1;
		more = verifying->fetcher && wants.count && fetch_all(verifying, &wants);
	}
	*ret_report = TAKE(report);
	return 0;
}

int verifying_file(struct verifying *verifying, const char *path, struct json **ret_report, struct err *err)
{
	AUTO(file_map_freep) struct file_map *map = NULL;

	if (file_map_open(path, &map, err) != 0)
		return -1;
	return verifying_fd(verifying, file_map_peek_fd(map), path, ret_report, err);
}
