/*
 * file.h - files read through a memory map and written by temporary file + fsync + rename, so that an output is whole
 * or absent.
 *
 * file_map: read-only, private; only regular files (a directory, a device or a FIFO is ERR_FILE_NOT_REGULAR).
 * file_out: a temporary file beside the target; commit renames it over the target, free without commit removes it.
 * The target's name is never touched before the commit. Target "-" is standard output (written at commit).
 */
#ifndef KYSO_UTIL_FILE_H
#define KYSO_UTIL_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/defer.h"
#include "util/str.h"

struct buf;
struct err;

struct file_map;

NODISCARD int file_map_open(const char *path, struct file_map **ret_map, struct err *err);
/* Maps a descriptor that stays the caller's. `name` is for messages. */
NODISCARD int file_map_fd(int fd, const char *name, struct file_map **ret_map, struct err *err);
struct bytes file_map_bytes(const struct file_map *map);
int file_map_peek_fd(const struct file_map *map); /* for handing to the worker; -1 when opened by file_map_fd */
void file_map_free(struct file_map *map);
DEFINE_FREEP(struct file_map, file_map_free)

/* Whole small file into a buffer; ERR_LIMIT when larger than max_bytes. */
NODISCARD int file_read(const char *path, size_t max_bytes, struct buf *out, struct err *err);

struct file_out;

NODISCARD int file_out_open(const char *path, struct file_out **ret_out, struct err *err);
NODISCARD int file_out_write(struct file_out *out, const void *data, size_t len, struct err *err);
/* Overwrites bytes already written (the signature gap). */
NODISCARD int file_out_patch(struct file_out *out, uint64_t offset, const void *data, size_t len, struct err *err);
/* Copies a whole map efficiently (copy_file_range or write). */
NODISCARD int file_out_copy(struct file_out *out, const struct file_map *map, struct err *err);
int file_out_peek_fd(const struct file_out *out); /* readable and writable */
/* fsync (unless the caller syncs the whole file system once for a batch) and rename; `out` stays to be freed. */
NODISCARD int file_out_commit(struct file_out *out, bool sync, struct err *err);
void file_out_free(struct file_out *out);
DEFINE_FREEP(struct file_out, file_out_free)

/* Writes a whole file in one go through file_out. */
NODISCARD int file_write(const char *path, const void *data, size_t len, struct err *err);
/* The same, for its owner's eyes only from the first byte on (mode 0600). */
NODISCARD int file_write_secret(const char *path, const void *data, size_t len, struct err *err);

#endif
