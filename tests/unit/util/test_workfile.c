/* test_workfile.c - the file in memory that updates are appended to: its room, its steps back, what is saved, large files mapped. */
#include "test.h"

#include <sys/stat.h>

#include "util/buf.h"
#include "util/file.h"
#include "util/workfile.h"

static struct bytes text(const char *s)
{
	return (struct bytes){ (const uint8_t *)s, strlen(s) };
}

static const char *path_of(const char *name)
{
	static char path[2][600];
	static int turn;

	turn = !turn;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", name);
	return path[turn];
}

static void put_file(const char *path, size_t n, char c)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(putc(c, f), c);
	assert_int_equal(fclose(f), 0);
}

static void assert_holds(struct bytes is, const char *should)
{
	assert_int_equal(is.n, strlen(should));
	assert_memory_equal(is.p, should, is.n);
}

static void from_memory(void **state)
{
	AUTO(workfile_freep) struct workfile *work = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_ok(workfile_new(text("goc"), 10, &work, &err), &err);
	assert_int_equal(workfile_original_size(work), 3);
	assert_int_equal(workfile_peek_fd(work), -1);
	assert_ok(workfile_append(work, text("+them"), &err), &err);
	assert_ok(workfile_append(work, text(""), &err), &err);
	assert_holds(workfile_bytes(work), "goc+them");
	workfile_patch(work, 3, text("-"));
	assert_holds(workfile_bytes(work), "goc-them");
	workfile_truncate(work, 4);
	assert_holds(workfile_bytes(work), "goc-");
	assert_ok(workfile_append(work, text("123456789"), &err), &err);
	assert_fails(workfile_append(work, text("0"), &err), &err, ERR_LIMIT);
	assert_holds(workfile_bytes(work), "goc-123456789");
}

static void bytes_stay_in_place(void **state)
{
	AUTO(workfile_freep) struct workfile *work = NULL;
	struct err err = ERR_INIT;
	const uint8_t *at;

	(void)state;
	assert_ok(workfile_new(text("x"), 1 << 20, &work, &err), &err);
	at = workfile_bytes(work).p;
	for (int i = 0; i < 1000; i++)
		assert_ok(workfile_append(work, text("0123456789"), &err), &err);
	assert_ptr_equal(workfile_bytes(work).p, at);
	assert_int_equal(workfile_bytes(work).n, 10001);
}

static void saved_and_opened(void **state)
{
	AUTO(workfile_freep) struct workfile *work = NULL;
	AUTO(workfile_freep) struct workfile *again = NULL;
	const char *in = path_of("vao");
	const char *out = path_of("ra");
	struct err err = ERR_INIT;

	(void)state;
	put_file(in, 5, 'a');
	assert_ok(workfile_open(in, 100, &work, &err), &err);
	assert_string_equal(workfile_name(work), in);
	assert_true(workfile_peek_fd(work) >= 0);
	assert_ok(workfile_append(work, text("bc"), &err), &err);
	workfile_patch(work, 0, text("X"));
	assert_ok(workfile_save(work, out, WORKFILE_SYNC, &err), &err);
	assert_ok(workfile_open(out, 0, &again, &err), &err);
	assert_holds(workfile_bytes(again), "Xaaaabc");
	assert_fails(workfile_append(again, text("1"), &err), &err, ERR_LIMIT);
	workfile_free(again);
	again = NULL;
	assert_ok(workfile_open(in, 0, &again, &err), &err); /* the input is as it was */
	assert_holds(workfile_bytes(again), "aaaaa");
}

static void reloaded(void **state)
{
	AUTO(workfile_freep) struct workfile *work = NULL;
	const char *in = path_of("cu");
	struct err err = ERR_INIT;

	(void)state;
	put_file(in, 8, 'a');
	assert_ok(workfile_open(in, 2, &work, &err), &err);
	assert_ok(workfile_reload(work, text("0123456789"), &err), &err);
	assert_holds(workfile_bytes(work), "0123456789");
	assert_int_equal(workfile_original_size(work), 10);
	assert_int_equal(workfile_peek_fd(work), -1);
	assert_fails(workfile_reload(work, text("0123456789x"), &err), &err, ERR_LIMIT);
	assert_holds(workfile_bytes(work), "0123456789");
	assert_ok(workfile_reload(work, text(""), &err), &err);
	assert_int_equal(workfile_bytes(work).n, 0);
}

/* Above 16 MiB the input is mapped, and copied by the kernel when it is saved; patched or not, what is saved is what is in memory. */
static void large_files(void **state)
{
	enum { SIZE = 17 * 1024 * 1024 };
	const char *in = path_of("lon");
	const char *out = path_of("lon-ra");

	(void)state;
	put_file(in, SIZE, 'a');
	for (int patched = 0; patched < 2; patched++) {
		AUTO(workfile_freep) struct workfile *work = NULL;
		AUTO(file_map_freep) struct file_map *map = NULL;
		struct err err = ERR_INIT;
		struct bytes saved;

		assert_ok(workfile_open(in, 4096, &work, &err), &err);
		assert_ok(workfile_append(work, text("duoi"), &err), &err);
		if (patched)
			workfile_patch(work, 100, text("X"));
		assert_ok(workfile_save(work, out, WORKFILE_NO_SYNC, &err), &err);
		assert_ok(file_map_open(out, &map, &err), &err);
		saved = file_map_bytes(map);
		assert_int_equal(saved.n, SIZE + 4);
		assert_memory_equal(saved.p, workfile_bytes(work).p, saved.n);
		assert_int_equal(saved.p[100], patched ? 'X' : 'a');
	}
}

static void what_cannot_be(void **state)
{
	AUTO(workfile_freep) struct workfile *work = NULL;
	const char *dir = path_of("thu-muc");
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(workfile_open(path_of("khong-co"), 10, &work, &err), &err, ERR_FILE_OPEN);
	assert_int_equal(mkdir(dir, 0700), 0);
	assert_int_equal(workfile_open(dir, 10, &work, &err), -1);
	assert_fails(workfile_new(text("x"), SIZE_MAX / 2, &work, &err), &err, ERR_LIMIT);
	assert_null(work);
	assert_ok(workfile_new(text("x"), 1, &work, &err), &err);
	assert_int_equal(workfile_save(work, path_of("khong-co/ra"), WORKFILE_SYNC, &err), -1);
	assert_int_equal(workfile_save(work, dir, WORKFILE_SYNC, &err), -1);
	workfile_free(NULL);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(from_memory), cmocka_unit_test(bytes_stay_in_place), cmocka_unit_test(saved_and_opened),
	cmocka_unit_test(reloaded),    cmocka_unit_test(large_files),	      cmocka_unit_test(what_cannot_be),
};
TEST_MAIN(tests)
