/* workfile.c - see workfile.h. */
#include "util/workfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "util/err.h"
#include "util/file.h"

enum { MAP_FROM_BYTES = 16 * 1024 * 1024 }; /* smaller files are read: nobody can change them under us */

struct workfile {
	struct file_map *map; /* the input; NULL when made from memory */
	char *name;
	uint8_t *base;
	size_t reserved; /* bytes of address space at base */
	size_t capacity; /* original + room */
	size_t original;
	size_t len;
	bool patched; /* the original bytes in memory differ from the input file */
};

static size_t page_round(size_t n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (n + page - 1) / page * page;
}

static int reserve(struct workfile *work, size_t size, size_t room, struct err *err)
{
	void *base;

	if (room > SIZE_MAX / 4 || size > SIZE_MAX / 4)
		return err_set(err, ERR_LIMIT, "%s is too large", work->name);
	work->capacity = size + room;
	work->reserved = page_round(work->capacity) + page_round(1);
	base = mmap(NULL, work->reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (base == MAP_FAILED)
		return err_set_errno(err, ERR_NO_MEMORY, errno, "%s", work->name);
	work->base = base;
	return 0;
}

static int load(struct workfile *work, struct bytes data, int fd, struct err *err)
{
	if (fd >= 0 && data.n >= MAP_FROM_BYTES) {
		void *at = mmap(work->base, data.n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, fd, 0);

		if (at == MAP_FAILED)
			return err_set_errno(err, ERR_FILE_READ, errno, "%s", work->name);
	} else if (data.n) {
		memcpy(work->base, data.p, data.n);
	}
	work->original = data.n;
	work->patched = false;
	work->len = data.n;
	return 0;
}

static int make(struct bytes data, const char *name, int fd, size_t room_bytes, struct workfile **ret_work, struct err *err)
{
	AUTO(workfile_freep) struct workfile *work = calloc(1, sizeof(*work));

	if (!work || !(work->name = strdup(name)))
		return err_set(err, ERR_NO_MEMORY, "%s", name);
	if (reserve(work, data.n, room_bytes, err) < 0 || load(work, data, fd, err) < 0)
		return -1;
	*ret_work = TAKE(work);
	return 0;
}

int workfile_open(const char *path, size_t room_bytes, struct workfile **ret_work, struct err *err)
{
	AUTO(file_map_freep) struct file_map *map = NULL;

	if (file_map_open(path, &map, err) < 0)
		return -1;
	if (make(file_map_bytes(map), path, file_map_peek_fd(map), room_bytes, ret_work, err) < 0)
		return -1;
	(*ret_work)->map = TAKE(map);
	return 0;
}

int workfile_new(struct bytes data, size_t room_bytes, struct workfile **ret_work, struct err *err)
{
	return make(data, "memory", -1, room_bytes, ret_work, err);
}

int workfile_reload(struct workfile *work, struct bytes data, struct err *err)
{
	if (data.n > work->capacity)
		return err_set(err, ERR_LIMIT, "%zu bytes do not fit into a work file of %zu", data.n, work->capacity);
	file_map_free(work->map);
	work->map = NULL;
	return load(work, data, -1, err);
}

void workfile_free(struct workfile *work)
{
	if (!work)
		return;
	if (work->base)
		munmap(work->base, work->reserved);
	file_map_free(work->map);
	free(work->name);
	free(work);
}

struct bytes workfile_bytes(const struct workfile *work)
{
	return (struct bytes){ work->base, work->len };
}

size_t workfile_original_size(const struct workfile *work)
{
	return work->original;
}

int workfile_peek_fd(const struct workfile *work)
{
	return work->map ? file_map_peek_fd(work->map) : -1;
}

const char *workfile_name(const struct workfile *work)
{
	return work->name;
}

int workfile_append(struct workfile *work, struct bytes data, struct err *err)
{
	if (data.n > work->capacity - work->len)
		return err_set(err, ERR_LIMIT, "%s: no room to append %zu bytes", work->name, data.n);
	if (data.n)
		memcpy(work->base + work->len, data.p, data.n);
	work->len += data.n;
	return 0;
}

void workfile_patch(struct workfile *work, size_t offset, struct bytes data)
{
	if (offset > work->len || data.n > work->len - offset)
		BUG("work file patched beyond its %zu bytes", work->len);
	if (data.n)
		memcpy(work->base + offset, data.p, data.n);
	work->patched |= offset < work->original;
}

void workfile_truncate(struct workfile *work, size_t len)
{
	if (len < work->original || len > work->len)
		BUG("work file cut to %zu, outside %zu..%zu", len, work->original, work->len);
	work->len = len;
}

static int read_back(const struct workfile *work, struct file_out *out, const char *path, struct err *err)
{
	AUTO(file_map_freep) struct file_map *map = NULL;
	struct bytes written;

	if (file_map_fd(file_out_peek_fd(out), path, &map, err) < 0)
		return -1;
	written = file_map_bytes(map);
	if (written.n != work->len || memcmp(written.p, work->base, work->len) != 0)
		return err_set(err, ERR_FILE_WRITE, "%s reads back differently from what was written", path);
	return 0;
}

int workfile_save(const struct workfile *work, const char *path, enum workfile_sync sync, struct err *err)
{
	AUTO(file_out_freep) struct file_out *out = NULL;
	size_t copied = 0;

	if (file_out_open(path, &out, err) < 0)
		return -1;
	if (work->map && !work->patched && work->original >= MAP_FROM_BYTES) {
		if (file_out_copy(out, work->map, err) < 0)
			return -1;
		copied = work->original;
	}
	if (file_out_write(out, work->base + copied, work->len - copied, err) < 0 || read_back(work, out, path, err) < 0)
		return -1;
	return file_out_commit(out, sync == WORKFILE_SYNC, err);
}
