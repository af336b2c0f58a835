/* test_mldsa.c - ML-DSA signatures made by another implementation (OpenSSL 3.5) over one text: good, and wrong in every way that matters. */
#include "pki/mldsa.h"

#include "test.h"
#include "util/buf.h"
#include "util/file.h"

static const char text[] = "van ban dien tu";
static const int levels[] = { 44, 65, 87 };

static struct bytes bytes_of(const struct buf *buf)
{
	return (struct bytes){ (const uint8_t *)buf->data, buf->len };
}

static void load(int level, const char *what, struct buf *out)
{
	struct err err = ERR_INIT;
	char name[64];

	snprintf(name, sizeof(name), "mldsa/%d.%s", level, what);
	assert_ok(file_read(test_data_path(name), 8192, out, &err), &err);
}

static int check(int level, const struct buf *key, const struct buf *sig)
{
	struct bytes message = { (const uint8_t *)text, sizeof(text) - 1 };

	return mldsa_verify(level, bytes_of(key), message, bytes_of(sig), NULL);
}

static void test_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		AUTO(buf_release) struct buf key = BUF_INIT;
		AUTO(buf_release) struct buf sig = BUF_INIT;

		load(levels[i], "key", &key);
		load(levels[i], "sig", &sig);
		assert_int_equal(key.len, mldsa_key_bytes(levels[i]));
		assert_int_equal(check(levels[i], &key, &sig), 0);
	}
}

/* A bit anywhere in the signature: challenge, z, hints, their padding. */
static void test_flipped(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		AUTO(buf_release) struct buf key = BUF_INIT;
		AUTO(buf_release) struct buf sig = BUF_INIT;

		load(levels[i], "key", &key);
		load(levels[i], "sig", &sig);
		for (size_t at = 0; at < sig.len; at += at + 97 < sig.len ? 97 : 1) {
			sig.data[at] ^= 1;
			assert_int_equal(check(levels[i], &key, &sig), 1);
			sig.data[at] ^= 1;
		}
		key.data[40] ^= 1;
		assert_int_equal(check(levels[i], &key, &sig), 1);
	}
}

static void test_sizes(void **state)
{
	AUTO(buf_release) struct buf key = BUF_INIT;
	AUTO(buf_release) struct buf sig = BUF_INIT;
	struct err err = ERR_INIT;
	struct bytes message = { (const uint8_t *)text, sizeof(text) };

	(void)state;
	load(44, "key", &key);
	load(44, "sig", &sig);
	assert_int_equal(mldsa_verify(44, bytes_of(&key), message, bytes_of(&sig), &err), 1); /* another message */
	assert_fails(mldsa_verify(65, bytes_of(&key), message, bytes_of(&sig), &err), &err, ERR_KEY_UNSUPPORTED);
	assert_fails(mldsa_verify(45, bytes_of(&key), message, bytes_of(&sig), &err), &err, ERR_KEY_UNSUPPORTED);
	sig.len--;
	assert_int_equal(check(44, &key, &sig), 1);
	assert_int_equal(mldsa_key_bytes(1), 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_good),
	cmocka_unit_test(test_flipped),
	cmocka_unit_test(test_sizes),
};

TEST_MAIN(tests)
