/* arena.c - chained blocks; see arena.h. */
#include "util/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_ALIGN = 16, ARENA_FIRST_BLOCK_BYTES = 16 * 1024, ARENA_MAX_BLOCK_BYTES = 1024 * 1024 };

struct arena_block {
	struct arena_block *next;
	size_t size; /* payload bytes */
	size_t used;
	max_align_t data[];
};

struct arena {
	struct arena_block *head; /* newest */
	size_t limit_bytes;
	size_t total_bytes;
	bool failed;
};

struct arena *arena_new(size_t limit_bytes)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (arena)
		arena->limit_bytes = limit_bytes;
	return arena;
}

static void free_blocks(struct arena_block *block)
{
	while (block) {
		struct arena_block *next = block->next;

		free(block);
		block = next;
	}
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	free_blocks(arena->head);
	free(arena);
}

void arena_reset(struct arena *arena)
{
	struct arena_block *first = arena->head;

	arena->failed = false;
	while (first &&
	       (first->next || first->size > ARENA_FIRST_BLOCK_BYTES)) { /* a large one would eat of the limit */
		struct arena_block *next = first->next;

		free(first);
		first = next;
	}
	if (first)
		first->used = 0;
	arena->head = first;
	arena->total_bytes = first ? first->size : 0;
}

/* An empty block that a reset left must not stand in the way of a large one. */
static void drop_empty_head(struct arena *arena)
{
	struct arena_block *head = arena->head;

	if (!head || head->used)
		return;
	arena->head = head->next;
	arena->total_bytes -= head->size;
	free(head);
}

static bool add_block(struct arena *arena, size_t need)
{
	size_t size = arena->head ? arena->head->size * 2 : ARENA_FIRST_BLOCK_BYTES;
	struct arena_block *block;

	drop_empty_head(arena);
	if (size > ARENA_MAX_BLOCK_BYTES)
		size = ARENA_MAX_BLOCK_BYTES;
	if (size < need)
		size = need;
	if (arena->limit_bytes && (size > arena->limit_bytes || arena->total_bytes > arena->limit_bytes - size)) {
		size = need;
		if (size > arena->limit_bytes || arena->total_bytes > arena->limit_bytes - size)
			return false;
	}
	block = malloc(sizeof(*block) + size);
	if (!block)
		return false;
	block->next = arena->head;
	block->size = size;
	block->used = 0;
	arena->head = block;
	arena->total_bytes += size;
	return true;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	size_t need = (size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
	char *p;

	if (need == 0)
		need = ARENA_ALIGN;
	if (need < size) {
		arena->failed = true;
		return NULL;
	}
	if ((!arena->head || arena->head->size - arena->head->used < need) && !add_block(arena, need)) {
		arena->failed = true;
		return NULL;
	}
	p = (char *)arena->head->data + arena->head->used;
	arena->head->used += need;
	return memset(p, 0, need);
}

void *arena_calloc(struct arena *arena, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / 2 / size) {
		arena->failed = true;
		return NULL;
	}
	return arena_alloc(arena, count * size);
}

void *arena_grow(struct arena *arena, void *old, size_t old_size, size_t new_size)
{
	struct arena_block *head = arena->head;
	size_t old_need = (old_size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
	size_t new_need = (new_size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
	void *p;

	if (old && new_size <= old_size)
		return old;
	if (old && old_need && new_need >= new_size && head->used >= old_need &&
	    (char *)old + old_need == (char *)head->data + head->used && head->size - head->used >= new_need - old_need) {
		memset((char *)old + old_need, 0, new_need - old_need);
		head->used += new_need - old_need;
		return old;
	}
	p = arena_alloc(arena, new_size);
	if (p && old)
		memcpy(p, old, old_size);
	return p;
}

void *arena_memdup(struct arena *arena, const void *data, size_t size)
{
	void *p = arena_alloc(arena, size);

	if (p && size)
		memcpy(p, data, size);
	return p;
}

char *arena_strndup(struct arena *arena, const char *s, size_t n)
{
	char *p = arena_alloc(arena, n + 1);

	if (p && n)
		memcpy(p, s, n);
	return p;
}

char *arena_strdup(struct arena *arena, const char *s)
{
	return arena_strndup(arena, s, strlen(s));
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
	va_list ap;
	va_list again;
	char *p;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	p = n < 0 ? NULL : arena_alloc(arena, (size_t)n + 1);
	if (p)
		vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return p;
}

bool arena_failed(const struct arena *arena)
{
	return arena->failed;
}

size_t arena_used_bytes(const struct arena *arena)
{
	return arena->total_bytes;
}
