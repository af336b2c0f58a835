/* test_index.c - the index survives torn lines and finds every other damage. */
#include "test.h"

#include <fcntl.h>

#include "ca/index.h"
#include "fixture.h"

static struct ca_entry entry_of(unsigned n)
{
	struct ca_entry entry = { .status = CA_STATUS_GOOD,
				  .not_before_ms = 1000LL * n,
				  .not_after_ms = 86400000LL * 900 + n * 1000LL,
				  .profile = "person",
				  .subject = "CN=Nguyễn Văn Thử,O=UBND",
				  .email = "a@example.gov.vn",
				  .file = "certs/x.cer" };

	snprintf(entry.serial, sizeof(entry.serial), "%016llX", 0x1000000000000000ULL + n * 0x9e3779b97f4aULL);
	return entry;
}

static struct index *open_index(const char *path)
{
	struct index *index = NULL;
	struct err err = ERR_INIT;

	assert_ok(index_open(path, &index, &err), &err);
	return index;
}

static const char *new_index(void)
{
	static char path[300];
	struct err err = ERR_INIT;

	snprintf(path, sizeof(path), "%s.index", fixture_dir());
	assert_ok(index_create(path, &err), &err);
	return path;
}

static void append(struct index *index, struct ca_entry entry)
{
	struct err err = ERR_INIT;

	assert_ok(index_append(index, &entry, &err), &err);
}

static void keeps_what_was_written(void **state)
{
	const char *path = new_index();
	struct index *index = open_index(path);
	struct ca_entry revoked = entry_of(3);

	(void)state;
	for (unsigned i = 0; i < 3000; i++)
		append(index, entry_of(i));
	revoked.status = CA_STATUS_REVOKED;
	revoked.revoked_ms = 5000;
	revoked.reason = 4;
	append(index, revoked);
	index_free(index);
	index = open_index(path);
	assert_int_equal(index_count(index), 3000);
	assert_int_equal(index_event_count(index), 3001);
	for (unsigned i = 0; i < 3000; i++) {
		const struct ca_entry want = entry_of(i);
		const struct ca_entry *got = index_find(index, want.serial);

		assert_non_null(got);
		assert_ptr_equal(got, index_at(index, i));
		assert_string_equal(got->subject, want.subject);
		assert_int_equal(got->status, i == 3 ? CA_STATUS_REVOKED : CA_STATUS_GOOD);
		assert_int_equal(got->not_before_ms, want.not_before_ms);
	}
	assert_int_equal(index_find(index, revoked.serial)->reason, 4);
	assert_int_equal(index_find(index, revoked.serial)->revoked_ms, 5000);
	assert_null(index_find(index, "7FFFFFFFFFFFFFFF"));
	assert_null(index_at(index, 3000));
	index_free(index);
}

static void two_openers_see_each_other(void **state)
{
	const char *path = new_index();
	struct index *a = open_index(path), *b = open_index(path);
	struct err err = ERR_INIT;

	(void)state;
	append(a, entry_of(1));
	append(b, entry_of(2)); /* takes in a's line first */
	assert_int_equal(index_count(b), 2);
	assert_int_equal(index_count(a), 1);
	assert_ok(index_refresh(a, &err), &err);
	assert_int_equal(index_count(a), 2);
	index_free(a);
	index_free(b);
}

static void write_raw(const char *path, int flags, off_t at, const char *text)
{
	int fd = open(path, O_WRONLY | flags);

	assert_true(fd >= 0);
	if (at >= 0)
		assert_int_equal(lseek(fd, at, SEEK_SET), at);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

/* Every prefix of a line may be what a cut of power leaves: it is not there for readers, and the next writer cuts it
 * off. */
static void a_torn_line_is_cut(void **state)
{
	const char *path = new_index();
	struct index *index = open_index(path);
	AUTO(buf_release) struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	struct stat whole;

	(void)state;
	append(index, entry_of(1));
	assert_int_equal(stat(path, &whole), 0);
	append(index, entry_of(2));
	index_free(index);
	assert_ok(file_read(path, 100000, &text, &err), &err);
	for (off_t len = whole.st_size; len < (off_t)text.len; len += 13) {
		assert_int_equal(truncate(path, len), 0);
		index = open_index(path);
		assert_int_equal(index_count(index), 1);
		append(index, entry_of(3));
		index_free(index);
		index = open_index(path);
		assert_int_equal(index_count(index), 2);
		assert_non_null(index_find(index, entry_of(3).serial));
		index_free(index);
		assert_int_equal(truncate(path, 0), 0);
		write_raw(path, O_APPEND, -1, text.data);
	}
}

/* One changed byte anywhere is found, and the line is named. */
static void a_changed_byte_is_found(void **state)
{
	const char *path = new_index();
	struct index *index = open_index(path);
	AUTO(buf_release) struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		append(index, entry_of(i));
	index_free(index);
	assert_ok(file_read(path, 100000, &text, &err), &err);
	for (size_t at = 0; at + 1 < text.len; at++) {
		char changed[2] = { (char)(text.data[at] ^ 1), 0 };
		char back[2] = { text.data[at], 0 };

		write_raw(path, 0, (off_t)at, changed);
		assert_fails(index_open(path, &index, &err), &err, ERR_CA);
		write_raw(path, 0, (off_t)at, back);
	}
	index = open_index(path);
	assert_int_equal(index_count(index), 3);
	index_free(index);
}

static void other_damage(void **state)
{
	static const char *const lines[] = {
		"\n",
		"no checksum\n",
		"a\tb\t00000000\n",
	};
	const char *path = new_index();
	struct index *index = open_index(path);
	struct err err = ERR_INIT;
	struct stat st;

	(void)state;
	append(index, entry_of(1));
	assert_int_equal(stat(path, &st), 0);
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct index *other = NULL;

		write_raw(path, O_APPEND, -1, lines[i]);
		assert_fails(index_open(path, &other, &err), &err, ERR_CA);
		assert_non_null(strstr(err.detail, "line 3"));
		assert_int_equal(truncate(path, st.st_size), 0);
	}
	assert_int_equal(truncate(path, st.st_size - 40), 0); /* cut under an opener */
	assert_fails(index_refresh(index, &err), &err, ERR_CA);
	index_free(index);
	assert_fails(index_create(path, &err), &err, ERR_FILE_WRITE);
	assert_fails(index_open("/nonexistent/index", &index, &err), &err, ERR_CA);
}

static void odd_text_is_refused(void **state)
{
	struct index *index = open_index(new_index());
	struct ca_entry entry = entry_of(1);
	struct err err = ERR_INIT;

	(void)state;
	entry.subject = "CN=a\tb";
	assert_fails(index_append(index, &entry, &err), &err, ERR_CA_REFUSED);
	entry.subject = "CN=a";
	entry.email = "a\n@b";
	assert_fails(index_append(index, &entry, &err), &err, ERR_CA_REFUSED);
	entry.email = NULL;
	append(index, entry);
	assert_string_equal(index_at(index, 0)->email, "");
	assert_int_equal(index_count(index), 1);
	index_free(index);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(keeps_what_was_written), cmocka_unit_test(two_openers_see_each_other),
	cmocka_unit_test(a_torn_line_is_cut),     cmocka_unit_test(a_changed_byte_is_found),
	cmocka_unit_test(other_damage),           cmocka_unit_test(odd_text_is_refused),
};

TEST_MAIN(tests)
