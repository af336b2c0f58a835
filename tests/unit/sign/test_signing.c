/* test_signing.c - signatures in memory: levels, growing placeholders, failures that leave the work file as it was, and
 * the re-reading that notices every tampering. */
#include "world.h"

static struct sign_world world;

static int set_up(void **state)
{
	(void)state;
	sign_world_open(&world);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	sign_world_close(&world);
	return 0;
}

static uint32_t revisions(struct workfile *work)
{
	AUTO(pd_freep) struct pd_doc *doc = NULL;
	struct err err = ERR_INIT;

	assert_ok(pd_open(workfile_bytes(work), PD_OPEN_STRICT, &doc, &err), &err);
	assert_ok(pd_load_all(doc, &err), &err);
	return pd_revision_count(doc);
}

static void test_levels(void **state)
{
	static const uint32_t wanted[] = { 2, 2, 3, 4 }; /* signature; its DSS; its document time-stamp */

	(void)state;
	for (int level = SIGN_LEVEL_B; level <= SIGN_LEVEL_LTA; level++) {
		AUTO(workfile_freep) struct workfile *work = sign_world_file(true);
		struct sign_job job = sign_world_job(&world, (enum sign_level)level);
		struct sign_result result;
		struct err err = ERR_INIT;

		assert_ok(sign_run(work, &job, &result, &err), &err);
		assert_int_equal(revisions(work), wanted[level]);
		assert_int_equal(result.attempts, 1);
		assert_true(result.cms_bytes <= result.contents_bytes);
		assert_true(result.byte_range[0] == 0 && result.byte_range[2] > result.byte_range[1]);
	}
}

static void test_a_file_without_its_last_line_end(void **state)
{
	AUTO(workfile_freep) struct workfile *work = sign_world_file(false);
	struct sign_job job = sign_world_job(&world, SIGN_LEVEL_LTA);
	struct sign_result result;
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(sign_run(work, &job, &result, &err), &err);
	assert_int_equal(revisions(work), 4);
}

static void test_placeholder_grows(void **state)
{
	static const size_t rooms[] = { 1, 600, 1000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rooms); i++) {
		AUTO(workfile_freep) struct workfile *work = sign_world_file(true);
		struct sign_job job = sign_world_job(&world, SIGN_LEVEL_T);
		struct sign_result result;
		struct err err = ERR_INIT;

		job.contents_bytes = rooms[i];
		assert_ok(sign_run(work, &job, &result, &err), &err);
		assert_int_equal(result.attempts, 2);
		assert_true(result.contents_bytes > rooms[i] && result.cms_bytes > rooms[i]);
		assert_int_equal(revisions(work), 2);
	}
}

/* A signer whose values come out of another key, or not at all. */
static int sign_noise(struct signer *signer, struct sig_alg alg, const struct digest *digest, struct buf *ret,
		      struct err *err)
{
	(void)signer;
	(void)alg;
	(void)digest;
	(void)err;
	for (int i = 0; i < 70; i++)
		buf_putc(ret, (char)(i * 37));
	return 0;
}

static int sign_other_key(struct signer *signer, struct sig_alg alg, const struct digest *digest, struct buf *ret,
			  struct err *err)
{
	static struct key *other;

	(void)signer;
	if (!other)
		assert_ok(key_generate(KEY_TYPE_P256, &other, err), err);
	return key_sign(other, alg, digest, ret, err);
}

static int sign_removed(struct signer *signer, struct sig_alg alg, const struct digest *digest, struct buf *ret,
			struct err *err)
{
	(void)signer;
	(void)alg;
	(void)digest;
	(void)ret;
	return err_set(err, ERR_TOKEN_REMOVED, "the token was removed");
}

static bool supports(const struct signer *signer, struct sig_alg alg)
{
	(void)signer;
	(void)alg;
	return true;
}

static void free_nothing(struct signer *signer)
{
	(void)signer;
}

static void fails_and_stays(struct workfile *work, const struct sign_job *job, enum err_code code)
{
	AUTO(buf_release) struct buf before = BUF_INIT;
	struct sign_result result = { .attempts = 99 };
	struct err err = ERR_INIT;

	buf_append(&before, workfile_bytes(work).p, workfile_bytes(work).n);
	assert_fails(sign_run(work, job, &result, &err), &err, code);
	assert_int_equal(result.attempts, 99);
	assert_true(bytes_eq(workfile_bytes(work), fixture_bytes(&before)));
}

static void test_values_that_do_not_match(void **state)
{
	static const struct signer_ops noise = { sign_noise, supports, free_nothing };
	static const struct signer_ops other = { sign_other_key, supports, free_nothing };
	static const struct signer_ops removed = { sign_removed, supports, free_nothing };
	const struct {
		const struct signer_ops *ops;
		enum err_code code;
	} rows[] = { { &noise, ERR_SIGNATURE_MISMATCH },
		     { &other, ERR_SIGNATURE_MISMATCH },
		     { &removed, ERR_TOKEN_REMOVED } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO(workfile_freep) struct workfile *work = sign_world_file(true);
		struct signer bad = { .ops = rows[i].ops, .cert = world.cert };
		struct sign_job job = sign_world_job(&world, SIGN_LEVEL_B);

		job.signer = &bad;
		fails_and_stays(work, &job, rows[i].code);
	}
}

static void test_levels_that_cannot_be_reached(void **state)
{
	AUTO(workfile_freep) struct workfile *work = sign_world_file(true);
	struct sign_job job = sign_world_job(&world, SIGN_LEVEL_LTA);

	(void)state;
	world.no_material = true; /* the signature is made, then its material is missing */
	fails_and_stays(work, &job, ERR_PROOF_MISSING);
	world.no_material = false;
	world.no_stamp = true;
	fails_and_stays(work, &job, ERR_NET);
}

static void test_no_room_in_the_work_file(void **state)
{
	AUTO(workfile_freep) struct workfile *full = NULL;
	AUTO(workfile_freep) struct workfile *work = sign_world_file(true);
	struct sign_job job = sign_world_job(&world, SIGN_LEVEL_B);
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(workfile_new(workfile_bytes(work), 1000, &full, &err), &err);
	fails_and_stays(full, &job, ERR_LIMIT);
}

/* ---- reread: what was just written, tampered with ---- */

struct written {
	struct workfile *work;
	struct buf cms;
	struct sign_result result;
	size_t before;
};

static void write_one(struct written *w)
{
	struct sign_job job = sign_world_job(&world, SIGN_LEVEL_B);
	struct err err = ERR_INIT;
	const uint8_t *hex;

	*w = (struct written){ .work = sign_world_file(true), .cms = BUF_INIT };
	w->before = workfile_bytes(w->work).n;
	assert_ok(sign_run(w->work, &job, &w->result, &err), &err);
	hex = workfile_bytes(w->work).p + w->result.byte_range[1] + 1;
	for (size_t i = 0; i < w->result.cms_bytes; i++) {
		char pair[3] = { (char)hex[2 * i], (char)hex[2 * i + 1], 0 };

		buf_putc(&w->cms, (char)strtoul(pair, NULL, 16));
	}
	assert_ok(sign_reread(workfile_bytes(w->work), w->before, w->result.byte_range, fixture_bytes(&w->cms), &err),
		  &err);
}

static void written_release(struct written *w)
{
	workfile_free(w->work);
	buf_release(&w->cms);
}

static void reread_fails(const struct written *w, size_t before, const uint64_t range[4])
{
	struct err err = ERR_INIT;

	assert_int_equal(sign_reread(workfile_bytes(w->work), before, range, fixture_bytes(&w->cms), &err), -1);
	assert_int_not_equal(err.code, ERR_NONE);
}

static void test_reread_notices_other_inputs(void **state)
{
	AUTO(written_release) struct written w;

	(void)state;
	write_one(&w);
	reread_fails(&w, w.before - 2, w.result.byte_range);
	reread_fails(&w, w.before + 1, w.result.byte_range);
	for (size_t i = 0; i < 4; i++) {
		uint64_t range[4];

		memcpy(range, w.result.byte_range, sizeof(range));
		range[i]++;
		reread_fails(&w, w.before, range);
	}
	w.cms.data[w.cms.len / 2] ^= 1;
	reread_fails(&w, w.before, w.result.byte_range);
}

/* Every byte outside the gap's padding matters to somebody: to the reader, to the account, or to the signature. */
static void test_reread_notices_changed_bytes(void **state)
{
	AUTO(written_release) struct written w;
	size_t noticed = 0;
	size_t n;

	(void)state;
	write_one(&w);
	n = workfile_bytes(w.work).n;
	for (size_t at = w.result.byte_range[1]; at < w.result.byte_range[1] + 2 * w.cms.len; at += 7) {
		uint8_t old = workfile_bytes(w.work).p[at];
		uint8_t other = old == '1' ? '2' : '1';

		workfile_patch(w.work, at, (struct bytes){ &other, 1 });
		reread_fails(&w, w.before, w.result.byte_range);
		workfile_patch(w.work, at, (struct bytes){ &old, 1 });
		noticed++;
	}
	assert_true(noticed > 50);
	for (size_t i = 0; i < 4; i++) { /* the padding too: EN 319 142-1 wants zeros */
		size_t at = w.result.byte_range[2] - 2 - i;

		workfile_patch(w.work, at, (struct bytes){ (const uint8_t *)"7", 1 });
		reread_fails(&w, w.before, w.result.byte_range);
		workfile_patch(w.work, at, (struct bytes){ (const uint8_t *)"0", 1 });
	}
	for (size_t cut = 1; cut < 40; cut++) {
		struct err err = ERR_INIT;

		assert_int_equal(sign_reread((struct bytes){ workfile_bytes(w.work).p, n - cut }, w.before,
					     w.result.byte_range, fixture_bytes(&w.cms), &err),
				 -1);
	}
}

static void test_level_names(void **state)
{
	(void)state;
	assert_int_equal(sign_level_find("LTA"), SIGN_LEVEL_LTA);
	assert_int_equal(sign_level_find("B-LT"), SIGN_LEVEL_LT);
	assert_int_equal(sign_level_find("B"), SIGN_LEVEL_B);
	assert_int_equal(sign_level_find("b"), -1);
	assert_int_equal(sign_level_find(""), -1);
	assert_string_equal(sign_level_name(SIGN_LEVEL_T), "B-T");
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

static const struct CMUnitTest tests[] = {
	CASE(test_levels),
	CASE(test_a_file_without_its_last_line_end),
	CASE(test_placeholder_grows),
	CASE(test_values_that_do_not_match),
	CASE(test_levels_that_cannot_be_reached),
	CASE(test_no_room_in_the_work_file),
	CASE(test_reread_notices_other_inputs),
	CASE(test_reread_notices_changed_bytes),
	CASE(test_level_names),
};

TEST_MAIN(tests)
