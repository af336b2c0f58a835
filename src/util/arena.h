/*
 * arena.h - memory named by its lifetime: everything allocated from an arena is freed with it.
 *
 * One arena a request, command or job, with a limit in bytes. Allocation returns NULL when the limit or the machine is
 * exhausted (the arena remembers it: arena_failed), so that parsers may check once at the end of a step.
 * Threads: one arena, one thread.
 */
#ifndef KYSO_UTIL_ARENA_H
#define KYSO_UTIL_ARENA_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "util/defer.h"

struct arena;

/* limit_bytes 0 = no limit. NULL when memory is out. */
struct arena *arena_new(size_t limit_bytes);
void arena_free(struct arena *arena);
DEFINE_FREEP(struct arena, arena_free)

/* Zeroed, aligned for any type. NULL on exhaustion or overflow. size 0 gives a valid unique pointer. */
void *arena_alloc(struct arena *arena, size_t size);
void *arena_calloc(struct arena *arena, size_t count, size_t size);

/* Grows an array that was allocated from this arena (copies unless it was the last allocation). */
void *arena_grow(struct arena *arena, void *old, size_t old_size, size_t new_size);

char *arena_strdup(struct arena *arena, const char *s);
void *arena_memdup(struct arena *arena, const void *data, size_t size);
char *arena_strndup(struct arena *arena, const char *s, size_t n); /* always terminated */
char *arena_printf(struct arena *arena, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Empties the arena for the next job, keeping its first block when that is a small one. */
void arena_reset(struct arena *arena);
bool arena_failed(const struct arena *arena);
size_t arena_used_bytes(const struct arena *arena);

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, n) ((type *)arena_calloc((arena), (n), sizeof(type)))

#endif
