/* benching.c - see benching.h. Loops are bounded by processor time, so that a busy machine does not spoil the ratios.
 */
#include "service/benching.h"

#include <time.h>

#include "service/session.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/err.h"
#include "util/file.h"

enum { LOOK_AT_CLOCK_EVERY = 16, MAX_BENCH_FILE_BYTES = 256 * 1024 * 1024 };

static double cpu_seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

int bench_key(struct signer *signer, double seconds, struct bench_figures *ret, struct err *err)
{
	AUTO(buf_release) struct buf signature = BUF_INIT;
	struct sig_alg alg = signer_default_alg(signer);
	struct digest digest;
	double start;

	if (digest_of(alg.digest, (struct bytes){ (const uint8_t *)"kyso", 4 }, &digest, err) < 0)
		return -1;
	*ret = (struct bench_figures){ 0 };
	for (start = cpu_seconds(); ret->seconds < seconds; ret->seconds = cpu_seconds() - start)
		for (int i = 0; i < LOOK_AT_CLOCK_EVERY; i++, ret->operations++) {
			buf_clear(&signature);
			if (signer->ops->sign(signer, alg, &digest, &signature, err) < 0)
				return -1;
		}
	return 0;
}

int bench_hash(const char *in, double seconds, struct bench_figures *ret, struct err *err)
{
	AUTO(file_map_freep) struct file_map *map = NULL;
	struct digest digest;
	double start;

	if (file_map_open(in, &map, err) < 0)
		return -1;
	*ret = (struct bench_figures){ .bytes = file_map_bytes(map).n };
	for (start = cpu_seconds(); ret->seconds < seconds; ret->seconds = cpu_seconds() - start)
		for (int i = 0; i < LOOK_AT_CLOCK_EVERY; i++, ret->operations++)
			if (digest_of(DIGEST_SHA256, file_map_bytes(map), &digest, err) < 0)
				return -1;
	return 0;
}

int bench_sign(struct signing_session *session, const char *in, double seconds, struct bench_figures *ret,
	       struct err *err)
{
	AUTO(arena_freep) struct arena *arena = arena_new(0);
	AUTO(workfile_freep) struct workfile *work = NULL;
	AUTO(buf_release) struct buf file = BUF_INIT;
	struct sign_plan plan;
	struct sign_result result;
	struct sign_job job;
	struct bytes bytes;
	double start;

	if (!arena)
		return err_set(err, ERR_NO_MEMORY, "no memory for a benchmark");
	if (file_read(in, MAX_BENCH_FILE_BYTES, &file, err) < 0 ||
	    workfile_open(in, signing_room_bytes(session), &work, err) < 0)
		return -1;
	if (signing_plan(session, work, arena, &plan, err) < 0)
		return -1;
	if (!plan.sure)
		return err_set(err, ERR_SIGN_PLACE, "%s: %s", in, plan.reason_en);
	signing_fill_job(session, &plan, NULL, 0, &job);
	bytes = (struct bytes){ (const uint8_t *)buf_str(&file), file.len };
	*ret = (struct bench_figures){ .bytes = bytes.n };
	for (start = cpu_seconds(); ret->seconds < seconds; ret->seconds = cpu_seconds() - start)
		for (int i = 0; i < LOOK_AT_CLOCK_EVERY; i++, ret->operations++)
			if (workfile_reload(work, bytes, err) < 0 || sign_run(work, &job, &result, err) < 0)
				return -1;
	return 0;
}
