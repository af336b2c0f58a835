/*
 * store.h - the authority's directory: its lock, its small files written whole, its configuration. Private to src/ca.
 *
 * store_lock takes a mutex and flock(2) on the file `lock`, so it holds between threads and between processes; every
 * change is made while it is held exclusively. It may be taken again by the thread that has it. Reading an append-only
 * file needs no more than STORE_THREADS: nobody waits for a long batch of another process only to look something up.
 */
#ifndef KYSO_CA_STORE_H
#define KYSO_CA_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "util/buf.h"
#include "util/defer.h"
#include "util/str.h"

struct err;
struct store;

#define STORE_FILE_MAX_BYTES ((size_t)256 * 1024 * 1024)

enum store_access {
	STORE_THREADS,  /* other threads of this process are kept out */
	STORE_SHARED,   /* and writers of other processes */
	STORE_EXCLUSIVE /* and readers */
};

/* Makes the directory and its folders when missing. */
NODISCARD int store_create(const char *dir, struct err *err);
NODISCARD int store_open(const char *dir, struct store **ret_store, struct err *err);
void store_free(struct store *store);
DEFINE_FREEP(struct store, store_free)

NODISCARD int store_lock(struct store *store, enum store_access access, struct err *err);
void store_unlock(struct store *store);

/* "DIR/name" in `out`, replacing what was there. */
const char *store_path(const struct store *store, const char *name, struct buf *out);
bool store_has(const struct store *store, const char *name);
/* Whole, fsynced, renamed, the folder fsynced too. */
NODISCARD int store_write(const struct store *store, const char *name, struct bytes data, struct err *err);
/* A new file that is on the disk only after store_sync: for many at once, of names nobody knows before. */
NODISCARD int store_write_later(const struct store *store, const char *name, struct bytes data, struct err *err);
NODISCARD int store_sync(const struct store *store, struct err *err);
NODISCARD int store_read(const struct store *store, const char *name, struct buf *out, struct err *err);
/* Mode 0600, refused when it is there. */
NODISCARD int store_write_secret(const struct store *store, const char *name, struct bytes data, struct err *err);
/* ERR_CA_REFUSED when others than the owner may read it. The caller wipes `out`. */
NODISCARD int store_read_secret(const struct store *store, const char *name, struct buf *out, struct err *err);

#endif
