/*
 * index.h - the authority's list of issued certificates: an append-only text file, and its image in memory.
 *
 * One line an event, fields parted by tabs: serial, status (V|R), not before, not after, revocation time or "-", reason
 * or "-", profile, file or "-", mail or "-", subject, and the first 8 hex digits of the SHA-256 of all before it. The
 * last line of a serial counts. A line is written with one write() and fsync; a torn last line (power cut) is cut off
 * by the next writer and was never acknowledged. Any other damage is ERR_CA with the line's number.
 *
 * Whoever appends holds the directory's exclusive lock. Refreshing needs no lock of other processes: only whole lines
 * are taken in. Threads: the caller's lock.
 */
#ifndef KYSO_CA_INDEX_H
#define KYSO_CA_INDEX_H

#include "ca/ca.h"

struct index;

NODISCARD int index_create(const char *path, struct err *err);
NODISCARD int index_open(const char *path, struct index **ret_index, struct err *err);
void index_free(struct index *index);
DEFINE_FREEP(struct index, index_free)

/* Takes in what others appended since. */
NODISCARD int index_refresh(struct index *index, struct err *err);
/* Appends an event and takes it in. The entry's strings are copied. */
NODISCARD int index_append(struct index *index, const struct ca_entry *entry, struct err *err);

/* From index_hold on, events are taken in but written together by index_commit (one write, one fsync). The exclusive
 * lock is held all the time. After a failed commit the index is of no more use. */
void index_hold(struct index *index);
NODISCARD int index_commit(struct index *index, struct err *err);
bool index_held(const struct index *index);

size_t index_count(const struct index *index);                        /* of serials */
const struct ca_entry *index_at(const struct index *index, size_t i); /* in the order of issue */
const struct ca_entry *index_find(const struct index *index,
				  const char *serial); /* 16 upper-case digits; NULL when absent */
uint64_t index_event_count(const struct index *index); /* grows with every event */

#endif
