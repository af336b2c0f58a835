/* index.c - see index.h. Entries are found through an open-addressed table of their serials. */
#include "ca/index.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pki/digest.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/date.h"
#include "util/err.h"
#include "util/hex.h"

#define INDEX_HEADER "# kyso ca index 1\n"
#define INDEX_MAX_BYTES ((off_t)4 << 30)
#define FIELDS 10 /* without the checksum */
#define CHECK_DIGITS 8

struct index {
	char *path;
	int fd;
	off_t seen; /* bytes taken in: always the end of a line */
	size_t line;
	uint64_t events;
	struct arena *arena;
	struct ca_entry **entries;
	size_t count, cap;
	uint32_t *slots; /* entry number + 1; 0 = free */
	size_t slot_count;
	bool held;
	struct buf pending; /* lines taken in and not yet written */
};

void index_free(struct index *index)
{
	if (!index)
		return;
	if (index->fd >= 0)
		close(index->fd);
	arena_free(index->arena);
	buf_release(&index->pending);
	free(index->entries);
	free(index->slots);
	free(index->path);
	free(index);
}

/* ---- lookup ---- */

/* Serials are random: their last digits serve as hash. */
static size_t slot_of(const struct index *index, const char *serial)
{
	uint64_t hash = strtoull(serial, NULL, 16);
	size_t mask = index->slot_count - 1;
	size_t at = (size_t)(hash ^ hash >> 29) & mask;

	while (index->slots[at] && memcmp(index->entries[index->slots[at] - 1]->serial, serial, 16) != 0)
		at = (at + 1) & mask;
	return at;
}

static int grow_slots(struct index *index, struct err *err)
{
	size_t old_count = index->slot_count;
	uint32_t *old = index->slots;

	if (index->count * 2 < old_count)
		return 0;
	index->slot_count = old_count ? old_count * 2 : 1024;
	index->slots = calloc(index->slot_count, sizeof(*index->slots));
	if (!index->slots) {
		index->slots = old;
		index->slot_count = old_count;
		return err_set(err, ERR_NO_MEMORY, "%s: no memory for %zu entries", index->path, index->count);
	}
	for (size_t i = 0; i < index->count; i++)
		index->slots[slot_of(index, index->entries[i]->serial)] = (uint32_t)i + 1;
	free(old);
	return 0;
}

const struct ca_entry *index_find(const struct index *index, const char *serial)
{
	uint32_t n = index->slot_count ? index->slots[slot_of(index, serial)] : 0;

	return n ? index->entries[n - 1] : NULL;
}

size_t index_count(const struct index *index)
{
	return index->count;
}

const struct ca_entry *index_at(const struct index *index, size_t i)
{
	return i < index->count ? index->entries[i] : NULL;
}

uint64_t index_event_count(const struct index *index)
{
	return index->events;
}

static int add_entry(struct index *index, struct ca_entry *entry, struct err *err)
{
	if (index->count == index->cap) {
		size_t cap = index->cap ? index->cap * 2 : 256;
		struct ca_entry **entries = reallocarray(index->entries, cap, sizeof(struct ca_entry *));

		if (!entries)
			return err_set(err, ERR_NO_MEMORY, "%s: no memory for %zu entries", index->path, cap);
		index->entries = entries;
		index->cap = cap;
	}
	if (grow_slots(index, err) < 0)
		return -1;
	index->entries[index->count++] = entry;
	index->slots[slot_of(index, entry->serial)] = (uint32_t)index->count;
	return 0;
}

/* The last event of a serial counts. */
static int take_event(struct index *index, const struct ca_entry *event, struct err *err)
{
	uint32_t n = index->slot_count ? index->slots[slot_of(index, event->serial)] : 0;
	struct ca_entry *copy;

	if (n) {
		*index->entries[n - 1] = *event;
	} else {
		copy = ARENA_NEW(index->arena, struct ca_entry);
		if (!copy)
			return err_set(err, ERR_NO_MEMORY, "%s: no memory for an entry", index->path);
		*copy = *event;
		if (add_entry(index, copy, err) < 0)
			return -1;
	}
	index->events++;
	return 0;
}

/* ---- reading lines ---- */

static void checksum(struct str line, char ret[CHECK_DIGITS + 1])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t sum[32];

	digest_sha256((struct bytes){ (const uint8_t *)line.p, line.n }, sum);
	for (int i = 0; i < CHECK_DIGITS; i++)
		ret[i] = digits[i % 2 ? sum[i / 2] & 15 : sum[i / 2] >> 4];
	ret[CHECK_DIGITS] = '\0';
}

static int damaged(const struct index *index, const char *why, struct err *err)
{
	return err_set(err, ERR_CA, "%s: line %zu: %s", index->path, index->line, why);
}

static bool serial_valid(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (hex_digit(s.p[i]) < 0 || (s.p[i] >= 'a' && s.p[i] <= 'f'))
			return false;
	return s.n == 16;
}

static size_t split(struct str line, struct str fields[FIELDS])
{
	size_t n = 0;

	for (;;) {
		const char *tab = memchr(line.p, '\t', line.n);
		size_t len = tab ? (size_t)(tab - line.p) : line.n;

		if (n == FIELDS)
			return FIELDS + 1;
		fields[n++] = str_from(line.p, len);
		if (!tab)
			return n;
		line = str_from(tab + 1, line.n - len - 1);
	}
}

static const char *keep_text(struct index *index, struct str s)
{
	return str_is(s, "-") ? "" : arena_strndup(index->arena, s.p, s.n);
}

static bool parse_status(const struct str fields[FIELDS], struct ca_entry *ret)
{
	uint64_t reason;

	if (str_is(fields[1], "V")) {
		ret->status = CA_STATUS_GOOD;
		return str_is(fields[4], "-") && str_is(fields[5], "-");
	}
	ret->status = CA_STATUS_REVOKED;
	if (!str_is(fields[1], "R") || date_parse_rfc3339(fields[4], &ret->revoked_ms, NULL) < 0 ||
	    !str_parse_u64(fields[5], &reason) || reason > 10)
		return false;
	ret->reason = (int)reason;
	return true;
}

static int parse_fields(struct index *index, const struct str fields[FIELDS], struct ca_entry *ret, struct err *err)
{
	if (!serial_valid(fields[0]))
		return damaged(index, "the serial is not 16 upper-case hexadecimal digits", err);
	memcpy(ret->serial, fields[0].p, 16);
	if (!parse_status(fields, ret))
		return damaged(index, "the status does not fit", err);
	if (date_parse_rfc3339(fields[2], &ret->not_before_ms, NULL) < 0 ||
	    date_parse_rfc3339(fields[3], &ret->not_after_ms, NULL) < 0)
		return damaged(index, "the validity is no pair of times", err);
	ret->profile = keep_text(index, fields[6]);
	ret->file = keep_text(index, fields[7]);
	ret->email = keep_text(index, fields[8]);
	ret->subject = keep_text(index, fields[9]);
	if (!ret->profile || !ret->file || !ret->email || !ret->subject)
		return err_set(err, ERR_NO_MEMORY, "%s: no memory for an entry", index->path);
	return 0;
}

static int take_line(struct index *index, struct str line, struct err *err)
{
	struct ca_entry entry = { .status = CA_STATUS_GOOD };
	struct str fields[FIELDS];
	char sum[CHECK_DIGITS + 1];

	if (line.n < CHECK_DIGITS + 1 || line.p[line.n - CHECK_DIGITS - 1] != '\t')
		return damaged(index, "no checksum", err);
	line.n -= CHECK_DIGITS + 1;
	checksum(line, sum);
	if (memcmp(line.p + line.n + 1, sum, CHECK_DIGITS) != 0)
		return damaged(index, "the checksum does not match: the line was changed", err);
	if (split(line, fields) != FIELDS)
		return damaged(index, "not 11 fields", err);
	if (parse_fields(index, fields, &entry, err) < 0)
		return -1;
	return take_event(index, &entry, err);
}

static int take_lines(struct index *index, struct str text, struct err *err)
{
	const char *end;

	while (text.n && (end = memchr(text.p, '\n', text.n))) {
		struct str line = str_from(text.p, (size_t)(end - text.p));

		index->line++;
		if (take_line(index, line, err) < 0) {
			index->line--; /* read again by the next refresh */
			return -1;
		}
		index->seen += (off_t)line.n + 1;
		text = str_from(end + 1, text.n - line.n - 1);
	}
	return 0;
}

static int read_from(struct index *index, off_t at, size_t len, struct buf *out, struct err *err)
{
	while (out->len < len) {
		char chunk[65536];
		size_t want = len - out->len < sizeof(chunk) ? len - out->len : sizeof(chunk);
		ssize_t n = pread(index->fd, chunk, want, at + (off_t)out->len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set_errno(err, ERR_FILE_READ, errno, "%s", index->path);
		if (n == 0)
			break;
		buf_append(out, chunk, (size_t)n);
	}
	return buf_check(out, err);
}

int index_refresh(struct index *index, struct err *err)
{
	AUTO(buf_release) struct buf text = BUF_INIT;
	struct stat st;

	if (index->held)
		return 0;
	if (fstat(index->fd, &st) < 0)
		return err_set_errno(err, ERR_FILE_READ, errno, "%s", index->path);
	if (st.st_size < index->seen || st.st_size > INDEX_MAX_BYTES)
		return err_set(err, ERR_CA, "%s has %lld bytes after %lld were read: it was cut or is not an index",
			       index->path, (long long)st.st_size, (long long)index->seen);
	if (st.st_size == index->seen)
		return 0;
	if (read_from(index, index->seen, (size_t)(st.st_size - index->seen), &text, err) < 0)
		return -1;
	return take_lines(index, str_from(text.data, text.len), err);
}

static int check_header(struct index *index, struct err *err)
{
	AUTO(buf_release) struct buf head = BUF_INIT;

	if (read_from(index, 0, strlen(INDEX_HEADER), &head, err) < 0)
		return -1;
	if (!str_is(str_from(buf_str(&head), head.len), INDEX_HEADER))
		return err_set(err, ERR_CA, "%s is not an index of this kind", index->path);
	index->seen = (off_t)strlen(INDEX_HEADER);
	index->line = 1;
	return 0;
}

int index_open(const char *path, struct index **ret_index, struct err *err)
{
	AUTO(index_freep) struct index *index = calloc(1, sizeof(*index));

	if (!index)
		return err_set(err, ERR_NO_MEMORY, "%s", path);
	index->fd = open(path, O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
	if (index->fd < 0)
		return err_set_errno(err, ERR_CA, errno, "%s", path);
	index->path = strdup(path);
	index->arena = arena_new(/* limit_bytes= */ 0);
	if (!index->path || !index->arena)
		return err_set(err, ERR_NO_MEMORY, "%s", path);
	if (check_header(index, err) < 0 || index_refresh(index, err) < 0)
		return -1;
	*ret_index = TAKE(index);
	return 0;
}

/* ---- writing ---- */

static const char *or_dash(const char *text)
{
	return text && *text ? text : "-";
}

static void format_line(const struct ca_entry *entry, struct buf *out)
{
	char before[DATE_TEXT_BYTES], after[DATE_TEXT_BYTES], revoked[DATE_TEXT_BYTES] = "-";
	char reason[12] = "-";
	char sum[CHECK_DIGITS + 1];

	date_format_rfc3339(entry->not_before_ms, before);
	date_format_rfc3339(entry->not_after_ms, after);
	if (entry->status == CA_STATUS_REVOKED) {
		date_format_rfc3339(entry->revoked_ms, revoked);
		snprintf(reason, sizeof(reason), "%d", entry->reason);
	}
	buf_printf(out, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s", entry->serial,
		   entry->status == CA_STATUS_REVOKED ? "R" : "V", before, after, revoked, reason,
		   or_dash(entry->profile), or_dash(entry->file), or_dash(entry->email), or_dash(entry->subject));
	checksum(str_from(buf_str(out), out->len), sum);
	buf_printf(out, "\t%s\n", sum);
}

static int check_text(const char *text, struct err *err)
{
	for (const char *p = or_dash(text); *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return err_set(err, ERR_CA_REFUSED, "\"%s\" has a control character", text);
	return 0;
}

/* What a cut of power left of a line that was never acknowledged. */
static int cut_torn_line(struct index *index, struct err *err)
{
	struct stat st;

	if (fstat(index->fd, &st) < 0)
		return err_set_errno(err, ERR_FILE_READ, errno, "%s", index->path);
	if (st.st_size > index->seen && ftruncate(index->fd, index->seen) < 0)
		return err_set_errno(err, ERR_FILE_WRITE, errno, "%s", index->path);
	return 0;
}

static int write_lines(struct index *index, off_t at, const struct buf *lines, struct err *err)
{
	ssize_t n = write(index->fd, lines->data, lines->len);

	if (n == (ssize_t)lines->len && fsync(index->fd) == 0)
		return 0;
	if (n >= 0 && n != (ssize_t)lines->len)
		errno = ENOSPC;
	err_set_errno(err, ERR_FILE_WRITE, errno, "%s", index->path);
	(void)!ftruncate(index->fd, at); /* else the next writer cuts it */
	return -1;
}

int index_append(struct index *index, const struct ca_entry *entry, struct err *err)
{
	AUTO(buf_release) struct buf line = BUF_INIT;

	if (check_text(entry->subject, err) < 0 || check_text(entry->email, err) < 0 || index_refresh(index, err) < 0)
		return -1;
	format_line(entry, &line);
	if (buf_check(&line, err) < 0)
		return -1;
	if (index->held)
		buf_append(&index->pending, line.data, line.len);
	else if (cut_torn_line(index, err) < 0 || write_lines(index, index->seen, &line, err) < 0)
		return -1;
	return take_lines(index, str_from(line.data, line.len), err);
}

void index_hold(struct index *index)
{
	index->held = true;
}

bool index_held(const struct index *index)
{
	return index->held;
}

int index_commit(struct index *index, struct err *err)
{
	off_t end = index->seen;

	index->held = false;
	index->seen -= (off_t)index->pending.len; /* what is on the disk */
	if (buf_check(&index->pending, err) < 0 || cut_torn_line(index, err) < 0)
		return -1;
	if (index->pending.len && write_lines(index, index->seen, &index->pending, err) < 0)
		return -1;
	index->seen = end;
	buf_release(&index->pending);
	return 0;
}

int index_create(const char *path, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	bool written;

	if (fd < 0)
		return err_set_errno(err, ERR_FILE_WRITE, errno, "%s", path);
	written = write(fd, INDEX_HEADER, strlen(INDEX_HEADER)) == (ssize_t)strlen(INDEX_HEADER) && fsync(fd) == 0;
	if (close(fd) < 0 || !written)
		return err_set_errno(err, ERR_FILE_WRITE, errno, "%s", path);
	return 0;
}
