/* store.c - see store.h. */
#include "ca/store.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/err.h"
#include "util/file.h"

#define SECRET_MAX_FILE_BYTES 65536

struct store {
	char *dir;
	int lock_fd;
	pthread_mutex_t mutex; /* recursive; of all below */
	int depth;
	bool flocked;
};

static const struct {
	const char *name;
	mode_t mode;
} folders[] = { { "", 0755 }, { "/private", 0700 }, { "/root", 0700 }, { "/certs", 0755 } };

int store_create(const char *dir, struct err *err)
{
	AUTO(buf_release) struct buf path = BUF_INIT;

	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		buf_clear(&path);
		buf_printf(&path, "%s%s", dir, folders[i].name);
		if (buf_check(&path, err) < 0)
			return -1;
		if (mkdir(path.data, folders[i].mode) < 0 && errno != EEXIST)
			return err_set_errno(err, ERR_FILE_WRITE, errno, "%s", path.data);
	}
	return 0;
}

static struct store *store_new(const char *dir)
{
	struct store *store = calloc(1, sizeof(*store));
	pthread_mutexattr_t attr;

	if (!store)
		return NULL;
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&store->mutex, &attr);
	pthread_mutexattr_destroy(&attr);
	store->lock_fd = -1;
	store->dir = strdup(dir);
	return store;
}

int store_open(const char *dir, struct store **ret_store, struct err *err)
{
	AUTO(buf_release) struct buf path = BUF_INIT;
	AUTO(store_freep) struct store *store = store_new(dir);

	if (!store || !store->dir)
		return err_set(err, ERR_NO_MEMORY, "%s", dir);
	store->lock_fd = open(store_path(store, "lock", &path), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (store->lock_fd < 0)
		return err_set_errno(err, ERR_CA, errno, "%s/lock", dir);
	*ret_store = TAKE(store);
	return 0;
}

void store_free(struct store *store)
{
	if (!store)
		return;
	if (store->lock_fd >= 0)
		close(store->lock_fd);
	pthread_mutex_destroy(&store->mutex);
	free(store->dir);
	free(store);
}

int store_lock(struct store *store, enum store_access access, struct err *err)
{
	int rc = 0;

	pthread_mutex_lock(&store->mutex);
	if (access != STORE_THREADS && !store->flocked) {
		do
			rc = flock(store->lock_fd, access == STORE_EXCLUSIVE ? LOCK_EX : LOCK_SH);
		while (rc < 0 && errno == EINTR);
		store->flocked = rc == 0;
	}
	if (rc == 0) {
		store->depth++;
		return 0;
	}
	pthread_mutex_unlock(&store->mutex);
	return err_set_errno(err, ERR_CA, errno, "%s: no lock", store->dir);
}

void store_unlock(struct store *store)
{
	if (--store->depth == 0 && store->flocked) {
		flock(store->lock_fd, LOCK_UN);
		store->flocked = false;
	}
	pthread_mutex_unlock(&store->mutex);
}

const char *store_path(const struct store *store, const char *name, struct buf *out)
{
	buf_clear(out);
	buf_printf(out, "%s/%s", store->dir, name);
	return buf_str(out);
}

bool store_has(const struct store *store, const char *name)
{
	AUTO(buf_release) struct buf path = BUF_INIT;

	return access(store_path(store, name, &path), F_OK) == 0;
}

/* A rename lasts only once its folder is on the disk. */
static int sync_folder(const char *path, struct err *err)
{
	AUTO(buf_release) struct buf folder = BUF_INIT;
	const char *slash = strrchr(path, '/');
	int fd, rc;

	buf_append(&folder, path, (size_t)(slash - path));
	fd = open(buf_str(&folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_set_errno(err, ERR_FILE_WRITE, errno, "%s", buf_str(&folder));
	rc = fsync(fd);
	close(fd);
	return rc == 0 ? 0 : err_set_errno(err, ERR_FILE_WRITE, errno, "%s", buf_str(&folder));
}

int store_write(const struct store *store, const char *name, struct bytes data, struct err *err)
{
	AUTO(buf_release) struct buf path = BUF_INIT;

	store_path(store, name, &path);
	if (buf_check(&path, err) < 0 || file_write(path.data, data.p, data.n, err) < 0)
		return -1;
	return sync_folder(path.data, err);
}

static int write_new(const char *path, mode_t mode, struct bytes data, bool sync, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	bool written;

	if (fd < 0)
		return err_set_errno(err, ERR_FILE_WRITE, errno, "%s", path);
	written = write(fd, data.p, data.n) == (ssize_t)data.n && (!sync || fsync(fd) == 0);
	if (close(fd) < 0 || !written) {
		int errnum = errno;

		unlink(path);
		return err_set_errno(err, ERR_FILE_WRITE, errnum, "%s", path);
	}
	return 0;
}

int store_write_later(const struct store *store, const char *name, struct bytes data, struct err *err)
{
	AUTO(buf_release) struct buf path = BUF_INIT;

	return write_new(store_path(store, name, &path), 0644, data, /* sync= */ false, err);
}

int store_sync(const struct store *store, struct err *err)
{
	if (syncfs(store->lock_fd) < 0)
		return err_set_errno(err, ERR_FILE_WRITE, errno, "%s", store->dir);
	return 0;
}

int store_read(const struct store *store, const char *name, struct buf *out, struct err *err)
{
	AUTO(buf_release) struct buf path = BUF_INIT;

	return file_read(store_path(store, name, &path), STORE_FILE_MAX_BYTES, out, err);
}

int store_write_secret(const struct store *store, const char *name, struct bytes data, struct err *err)
{
	AUTO(buf_release) struct buf path = BUF_INIT;

	if (write_new(store_path(store, name, &path), 0600, data, /* sync= */ true, err) < 0)
		return -1;
	return sync_folder(buf_str(&path), err);
}

/* The mode is looked at on the open file, so that it is the file that is read. */
int store_read_secret(const struct store *store, const char *name, struct buf *out, struct err *err)
{
	AUTO(buf_release) struct buf path = BUF_INIT;
	AUTO(file_map_freep) struct file_map *map = NULL;
	struct bytes bytes;
	struct stat st;

	if (file_map_open(store_path(store, name, &path), &map, err) < 0)
		return -1;
	if (fstat(file_map_peek_fd(map), &st) < 0)
		return err_set_errno(err, ERR_FILE_READ, errno, "%s", buf_str(&path));
	if (st.st_mode & 077)
		return err_set(err, ERR_CA_REFUSED, "%s may be read by others (mode %o): chmod 600 it", buf_str(&path),
			       (unsigned)st.st_mode & 0777);
	bytes = file_map_bytes(map);
	if (bytes.n > SECRET_MAX_FILE_BYTES)
		return err_set(err, ERR_LIMIT, "%s is larger than a key", buf_str(&path));
	buf_append(out, bytes.p, bytes.n);
	return buf_check(out, err);
}
