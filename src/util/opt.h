/*
 * opt.h - command-line options as const tables: what is not listed is refused (ERR_USAGE naming the argument).
 *
 * "--name value", "--name=value", "-o value"; "--" ends the options; options and arguments may be mixed. Values are written into a
 * struct of the caller's through offsets; repeated OPT_LIST options keep their order.
 */
#ifndef KYSO_UTIL_OPT_H
#define KYSO_UTIL_OPT_H

#include <stdbool.h>
#include <stddef.h>

#include "util/defer.h"

struct arena;
struct buf;
struct err;

enum opt_kind {
	OPT_FLAG,   /* bool */
	OPT_STRING, /* const char * */
	OPT_INT,    /* int; decimal */
	OPT_REAL,   /* double; "." is the point in every locale */
	OPT_LIST,   /* struct opt_list */
	OPT_END
};

struct opt_list {
	const char **items;
	size_t count;
};

struct opt {
	enum opt_kind kind;
	const char *name;     /* without dashes; one letter = short option */
	size_t offset;        /* offsetof(struct x, member) */
	const char *metavar;  /* "FILE"; NULL for a flag */
	const char *vi, *en;  /* help */
};

/* Parses argv[0..argc); positional arguments go to ret_args. Everything is made in the arena or borrowed from argv. */
NODISCARD int opt_parse(const struct opt *table, int argc, char **argv, void *target, struct arena *arena, struct opt_list *ret_args,
			struct err *err);
/* "  --image F.png   ..." one line an option. */
void opt_help(const struct opt *table, bool vietnamese, struct buf *out);
/* Decimal number with "." whatever the locale; the whole text must be used. */
NODISCARD int opt_real(const char *text, double *ret, struct err *err);

#endif
