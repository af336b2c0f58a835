/* test_prepare.c - two-step signing in memory: the state's integrity, its binding to the file and to the certificate.
 */
#include "world.h"

#include "sign/prepare.h"
#include "util/hex.h"
#include "util/json.h"

static struct sign_world world;
static const uint8_t key[PREPARE_KEY_BYTES] = { 1, 2, 3 };

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

struct step {
	struct workfile *work;
	struct json *state;
	struct buf signature;
};

/* Prepares, and signs as the machine elsewhere does: from the state's attributes alone. */
static void step_open(struct step *step, enum sign_level level)
{
	AUTO(buf_release) struct buf attributes = BUF_INIT;
	struct sign_job job = sign_world_job(&world, level);
	struct err err = ERR_INIT;
	struct digest digest;

	*step = (struct step){ .work = sign_world_file(true), .signature = BUF_INIT };
	assert_ok(prepare_document(step->work, &job, key, &step->state, &err), &err);
	assert_ok(base64_decode(str_of(js_get_string(step->state, "signed_attributes")), &attributes, &err), &err);
	assert_ok(digest_of(job.alg.digest, fixture_bytes(&attributes), &digest, &err), &err);
	assert_ok(world.signer->ops->sign(world.signer, job.alg, &digest, &step->signature, &err), &err);
}

static void step_release(struct step *step)
{
	workfile_free(step->work);
	js_free(step->state);
	buf_release(&step->signature);
}

static int embed(struct step *step, int64_t now_ms, struct err *err)
{
	return prepare_embed(step->work, step->state, fixture_bytes(&step->signature), key, &world.outside, now_ms,
			     err);
}

static void test_both_levels(void **state)
{
	(void)state;
	for (int level = SIGN_LEVEL_B; level <= SIGN_LEVEL_T; level++) {
		AUTO(step_release) struct step step;
		AUTO(pd_freep) struct pd_doc *doc = NULL;
		struct err err = ERR_INIT;

		step_open(&step, (enum sign_level)level);
		assert_ok(embed(&step, FIXTURE_NOW_MS + 1000, &err), &err);
		assert_ok(pd_open(workfile_bytes(step.work), PD_OPEN_STRICT, &doc, &err), &err);
		assert_int_equal(pd_revision_count(doc), 2);
		assert_int_equal(world.stamps, (unsigned)level);
	}
}

static void test_long_term_is_for_later(void **state)
{
	AUTO(workfile_freep) struct workfile *work = sign_world_file(true);
	struct sign_job job = sign_world_job(&world, SIGN_LEVEL_LT);
	struct json *made = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(prepare_document(work, &job, key, &made, &err), &err, ERR_USAGE);
	assert_null(made);
}

static void test_expires(void **state)
{
	AUTO(step_release) struct step step;
	struct err err = ERR_INIT;

	(void)state;
	step_open(&step, SIGN_LEVEL_B);
	assert_fails(embed(&step, FIXTURE_NOW_MS + FIXTURE_DAY_MS + 1, &err), &err, ERR_SIGN_STATE);
	assert_ok(embed(&step, FIXTURE_NOW_MS + FIXTURE_DAY_MS, &err), &err);
}

static void test_bound_to_key_and_file(void **state)
{
	AUTO(step_release) struct step step;
	const uint8_t other[PREPARE_KEY_BYTES] = { 1, 2, 4 };
	struct err err = ERR_INIT;
	size_t n;

	(void)state;
	step_open(&step, SIGN_LEVEL_B);
	assert_fails(
	    prepare_embed(step.work, step.state, fixture_bytes(&step.signature), other, NULL, FIXTURE_NOW_MS, &err),
	    &err, ERR_SIGN_STATE);
	n = workfile_bytes(step.work).n;
	for (size_t at = 20; at < n; at += 131) { /* any byte outside the gap */
		uint8_t old = workfile_bytes(step.work).p[at];
		uint8_t changed = old ^ 1;
		int64_t begin = js_int(js_at(js_find(step.state, "byte_range"), 1), 0);
		int64_t end = js_int(js_at(js_find(step.state, "byte_range"), 2), 0);

		if ((int64_t)at >= begin && (int64_t)at < end)
			continue;
		workfile_patch(step.work, at, (struct bytes){ &changed, 1 });
		assert_fails(embed(&step, FIXTURE_NOW_MS, &err), &err, ERR_SIGN_STATE);
		workfile_patch(step.work, at, (struct bytes){ &old, 1 });
	}
	step.signature.data[step.signature.len - 1] ^= 1;
	assert_fails(embed(&step, FIXTURE_NOW_MS, &err), &err, ERR_SIGNATURE_MISMATCH);
	step.signature.data[step.signature.len - 1] ^= 1;
	assert_ok(embed(&step, FIXTURE_NOW_MS, &err), &err);
	assert_int_equal(workfile_bytes(step.work).n, n);
}

static void test_missing_authority(void **state)
{
	AUTO(step_release) struct step step;
	struct err err = ERR_INIT;

	(void)state;
	step_open(&step, SIGN_LEVEL_T);
	assert_fails(
	    prepare_embed(step.work, step.state, fixture_bytes(&step.signature), key, NULL, FIXTURE_NOW_MS, &err), &err,
	    ERR_USAGE);
	world.no_stamp = true;
	assert_fails(embed(&step, FIXTURE_NOW_MS, &err), &err, ERR_NET);
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

static const struct CMUnitTest tests[] = {
	CASE(test_both_levels),           CASE(test_long_term_is_for_later), CASE(test_expires),
	CASE(test_bound_to_key_and_file), CASE(test_missing_authority),
};

TEST_MAIN(tests)
