/*
 * workfile.h - a file in memory with room at its end: what incremental updates are appended to before anything is written.
 *
 * Small files are read; larger ones are mapped privately, so that only what is appended costs anonymous memory (a 1 GB file
 * is signed within a few megabytes). The bytes are contiguous: original, then what was appended. The input file is never
 * written. workfile_save makes the output by temporary file + fsync + rename. Threads: one work file, one thread.
 */
#ifndef KYSO_UTIL_WORKFILE_H
#define KYSO_UTIL_WORKFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "util/defer.h"
#include "util/str.h"

struct err;
struct workfile;

/* room_bytes is what may be appended at the most. ERR_FILE_... as file_map_open. */
NODISCARD int workfile_open(const char *path, size_t room_bytes, struct workfile **ret_work, struct err *err);
/* Over a copy of bytes already in memory; workfile_save writes all of it. */
NODISCARD int workfile_new(struct bytes data, size_t room_bytes, struct workfile **ret_work, struct err *err);
void workfile_free(struct workfile *work);
DEFINE_FREEP(struct workfile, workfile_free)

struct bytes workfile_bytes(const struct workfile *work); /* borrowed; stays in place while the work file lives */
size_t workfile_original_size(const struct workfile *work);
int workfile_peek_fd(const struct workfile *work); /* of the input, read-only, for the worker; -1 without one */
const char *workfile_name(const struct workfile *work);

/* ERR_LIMIT beyond the room. */
NODISCARD int workfile_append(struct workfile *work, struct bytes data, struct err *err);
/* Overwrites bytes in memory (a signature gap that was prepared before); BUG beyond the end. */
void workfile_patch(struct workfile *work, size_t offset, struct bytes data);
/* Back to a length between the original size and now (a step is tried again). */
void workfile_truncate(struct workfile *work, size_t len);
/* Forgets everything of before and takes new bytes as the original (benchmarks, batches); they must fit. */
NODISCARD int workfile_reload(struct workfile *work, struct bytes data, struct err *err);

enum workfile_sync { WORKFILE_SYNC, WORKFILE_NO_SYNC /* the caller syncs the file system once for a whole batch */ };
/* Writes original and appended bytes to `path`, reads the output back and compares it with what is in memory. */
NODISCARD int workfile_save(const struct workfile *work, const char *path, enum workfile_sync sync, struct err *err);

#endif
