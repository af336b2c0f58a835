/* file.c - see file.h. */
#include "util/file.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/buf.h"
#include "util/err.h"

struct file_map {
	void *base; /* NULL for an empty file */
	size_t size;
	int fd; /* -1 when borrowed */
};

int file_map_fd(int fd, const char *name, struct file_map **ret_map, struct err *err)
{
	struct file_map *map;
	struct stat st;
	void *base = NULL;

	if (fstat(fd, &st) < 0)
		return err_set_errno(err, ERR_FILE_READ, errno, "%s", name);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_FILE_NOT_REGULAR, "%s is not a regular file", name);
	if (st.st_size > 0) {
		base = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (base == MAP_FAILED)
			return err_set_errno(err, ERR_FILE_READ, errno, "%s", name);
	}
	map = calloc(1, sizeof(*map));
	if (!map) {
		if (base)
			munmap(base, (size_t)st.st_size);
		return err_set(err, ERR_NO_MEMORY, "%s", name);
	}
	map->base = base;
	map->size = (size_t)st.st_size;
	map->fd = -1;
	*ret_map = map;
	return 0;
}

int file_map_open(const char *path, struct file_map **ret_map, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return err_set_errno(err, ERR_FILE_OPEN, errno, "%s", path);
	if (file_map_fd(fd, path, ret_map, err) < 0) {
		close(fd);
		return -1;
	}
	(*ret_map)->fd = fd;
	return 0;
}

struct bytes file_map_bytes(const struct file_map *map)
{
	return (struct bytes){ map->base, map->size };
}

int file_map_peek_fd(const struct file_map *map)
{
	return map->fd;
}

void file_map_free(struct file_map *map)
{
	if (!map)
		return;
	if (map->base)
		munmap(map->base, map->size);
	if (map->fd >= 0)
		close(map->fd);
	free(map);
}

int file_read(const char *path, size_t max_bytes, struct buf *out, struct err *err)
{
	AUTO(file_map_freep) struct file_map *map = NULL;
	struct bytes bytes;

	if (file_map_open(path, &map, err) < 0)
		return -1;
	bytes = file_map_bytes(map);
	if (bytes.n > max_bytes)
		return err_set(err, ERR_LIMIT, "%s has %zu bytes, the limit is %zu", path, bytes.n, max_bytes);
	buf_append(out, bytes.p, bytes.n);
	return buf_check(out, err);
}

struct file_out {
	char *path;
	char *tmp_path; /* NULL for standard output, or once renamed */
	uint64_t len;
	int fd;
	bool owner_only;
};

static bool make_tmp(struct file_out *out)
{
	if (out->path[0] == '\0') {
		errno = ENOENT; /* a temporary file could be made for it, but never renamed */
		return false;
	}
	if (strcmp(out->path, "-") == 0) {
		FILE *f = tmpfile();

		if (!f)
			return false;
		out->fd = fcntl(fileno(f), F_DUPFD_CLOEXEC, 0);
		fclose(f);
		return out->fd >= 0;
	}
	if (asprintf(&out->tmp_path, "%s.XXXXXX", out->path) < 0) {
		out->tmp_path = NULL;
		return false;
	}
	out->fd = mkostemp(out->tmp_path, O_CLOEXEC);
	if (out->fd < 0) {
		free(out->tmp_path);
		out->tmp_path = NULL;
	}
	return out->fd >= 0;
}

int file_out_open(const char *path, struct file_out **ret_out, struct err *err)
{
	struct file_out *out = calloc(1, sizeof(*out));
	struct stat st;

	if (!out)
		return err_set(err, ERR_NO_MEMORY, "%s", path);
	out->fd = -1;
	out->path = strdup(path);
	if (strcmp(path, "-") != 0 && stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		file_out_free(out);
		return err_set(err, ERR_FILE_NOT_REGULAR, "%s exists and is not a regular file", path);
	}
	if (!out->path || !make_tmp(out)) {
		int errnum = errno;

		file_out_free(out);
		return err_set_errno(err, ERR_FILE_WRITE, errnum, "%s", path);
	}
	*ret_out = out;
	return 0;
}

static int write_all(int fd, const char *p, size_t len)
{
	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int file_out_write(struct file_out *out, const void *data, size_t len, struct err *err)
{
	if (write_all(out->fd, data, len) < 0)
		return err_set_errno(err, ERR_FILE_WRITE, errno, "%s", out->path);
	out->len += len;
	return 0;
}

int file_out_patch(struct file_out *out, uint64_t offset, const void *data, size_t len, struct err *err)
{
	const char *p = data;

	if (offset > out->len || len > out->len - offset)
		BUG("file_out_patch beyond the end of %s", out->path);
	while (len) {
		ssize_t n = pwrite(out->fd, p, len, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set_errno(err, ERR_FILE_WRITE, errno, "%s", out->path);
		p += n;
		offset += (uint64_t)n;
		len -= (size_t)n;
	}
	return 0;
}

int file_out_copy(struct file_out *out, const struct file_map *map, struct err *err)
{
	off_t in_at = 0;
	size_t left = map->size;

	while (map->fd >= 0 && left) {
		ssize_t n = copy_file_range(map->fd, &in_at, out->fd, NULL, left, 0);

		if (n <= 0)
			break; /* other file system or old kernel: written below */
		left -= (size_t)n;
		out->len += (uint64_t)n;
	}
	return file_out_write(out, (const char *)map->base + (map->size - left), left, err);
}

int file_out_peek_fd(const struct file_out *out)
{
	return out->fd;
}

static int copy_to_stdout(struct file_out *out, struct err *err)
{
	AUTO(file_map_freep) struct file_map *map = NULL;
	struct bytes bytes;

	if (file_map_fd(out->fd, "standard output's copy", &map, err) < 0)
		return -1;
	bytes = file_map_bytes(map);
	if (write_all(STDOUT_FILENO, (const char *)bytes.p, bytes.n) < 0)
		return err_set_errno(err, ERR_FILE_WRITE, errno, "standard output");
	return 0;
}

/* The mask can only be read by setting it, for the whole process: one thread at a time, or a thread would put back the
 * 0 of another. */
static mode_t file_mask(void)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	mode_t mask;

	pthread_mutex_lock(&lock);
	mask = umask(0);
	umask(mask);
	pthread_mutex_unlock(&lock);
	return mask;
}

static mode_t mode_of(const struct file_out *out)
{
	struct stat st;

	if (out->owner_only)
		return 0600;
	return stat(out->path, &st) == 0 ? st.st_mode & 0777 : 0666 & ~file_mask();
}

int file_out_commit(struct file_out *out, bool sync, struct err *err)
{
	if (!out->tmp_path)
		return copy_to_stdout(out, err);
	if (fchmod(out->fd, mode_of(out)) < 0 || (sync && fsync(out->fd) < 0) || rename(out->tmp_path, out->path) < 0)
		return err_set_errno(err, ERR_FILE_WRITE, errno, "%s", out->path);
	free(out->tmp_path);
	out->tmp_path = NULL;
	return 0;
}

void file_out_free(struct file_out *out)
{
	if (!out)
		return;
	if (out->fd >= 0)
		close(out->fd);
	if (out->tmp_path)
		unlink(out->tmp_path);
	free(out->tmp_path);
	free(out->path);
	free(out);
}

static int write_whole(const char *path, bool owner_only, const void *data, size_t len, struct err *err)
{
	AUTO(file_out_freep) struct file_out *out = NULL;

	if (file_out_open(path, &out, err) < 0)
		return -1;
	out->owner_only = owner_only;
	return file_out_write(out, data, len, err) < 0 ? -1 : file_out_commit(out, /* sync= */ true, err);
}

int file_write(const char *path, const void *data, size_t len, struct err *err)
{
	return write_whole(path, /* owner_only= */ false, data, len, err);
}

int file_write_secret(const char *path, const void *data, size_t len, struct err *err)
{
	return write_whole(path, /* owner_only= */ true, data, len, err);
}
