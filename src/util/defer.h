/*
 * defer.h - the one cleanup idiom of kyso.
 *
 * AUTO(fn) marks a local whose address is handed to `fn` when it leaves scope; TAKE() moves a pointer out of such a
 * local, leaving NULL behind, so that ownership passes to the caller on success:
 *
 *     AUTO(buf_release) struct buf tmp = BUF_INIT;
 *     AUTO(file_map_freep) struct file_map *map = NULL;
 *     ...
 *     *ret_map = TAKE(map);
 *
 * A type that is freed by value gets a `..._freep(struct x **)` made by DEFINE_FREEP.
 * These attributes do not run across longjmp: they are not used in functions that call MuPDF's fz_try (src/page).
 */
#ifndef KYSO_UTIL_DEFER_H
#define KYSO_UTIL_DEFER_H

#define AUTO(fn) __attribute__((cleanup(fn)))

#define TAKE(ptr)                                                                                                      \
	__extension__({                                                                                                \
		__typeof__(ptr) take_value_ = (ptr);                                                                   \
		(ptr) = NULL;                                                                                          \
		take_value_;                                                                                           \
	})

#define DEFINE_FREEP(type, free_fn)                                                                                    \
	static inline void free_fn##p(type **p)                                                                        \
	{                                                                                                              \
		if (*p)                                                                                                \
			free_fn(*p);                                                                                   \
		*p = NULL;                                                                                             \
	}

#define NODISCARD __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, first) __attribute__((format(printf, fmt, first)))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
