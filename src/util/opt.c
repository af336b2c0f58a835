/* opt.c - walks an option table over argv; see opt.h. */
#include "util/opt.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "util/arena.h"
#include "util/buf.h"
#include "util/err.h"

int opt_real(const char *text, double *ret, struct err *err)
{
	const char *p = text;
	bool negative = *p == '-';
	bool fraction = false;
	double value = 0;
	double scale = 1;
	int digits = 0;

	/* Up to 15 digits and the power of ten are exact in a double, so that one division rounds right. */
	for (p += negative; digits <= 15; p++) {
		if (*p == '.' && !fraction) {
			fraction = true;
			continue;
		}
		if (*p < '0' || *p > '9')
			break;
		value = value * 10 + (*p - '0');
		scale = fraction ? scale * 10 : scale;
		digits++;
	}
	if (*p || digits == 0 || digits > 15)
		return err_set(err, ERR_USAGE, "\"%s\" is not a decimal number", text);
	*ret = negative ? -value / scale : value / scale;
	return 0;
}

static const char *dashes(const char *name)
{
	return name[1] ? "--" : "-";
}

static int parse_int(const char *name, const char *text, int *ret, struct err *err)
{
	char *end;
	long v;

	errno = 0;
	v = strtol(text, &end, 10);
	/* strtol lets white space and "+" pass */
	if ((*text != '-' && (*text < '0' || *text > '9')) || *end || end == text || errno || v < INT_MIN ||
	    v > INT_MAX)
		return err_set(err, ERR_USAGE, "%s%s wants a whole number, not \"%s\"", dashes(name), name, text);
	*ret = (int)v;
	return 0;
}

static int list_add(struct arena *arena, struct opt_list *list, const char *value, struct err *err)
{
	const char **items = arena_grow(arena, list->items, list->count * sizeof(*items), (list->count + 1) * sizeof(*items));

	if (!items)
		return err_set(err, ERR_NO_MEMORY, "no memory for arguments");
	items[list->count] = value;
	list->items = items;
	list->count++;
	return 0;
}

static int store(const struct opt *opt, const char *value, void *target, struct arena *arena, struct err *err)
{
	void *slot = (char *)target + opt->offset;

	switch (opt->kind) {
	case OPT_FLAG:
		*(bool *)slot = true;
		return 0;
	case OPT_STRING:
		*(const char **)slot = value;
		return 0;
	case OPT_INT:
		return parse_int(opt->name, value, slot, err);
	case OPT_REAL:
		if (opt_real(value, slot, err) < 0)
			return err_prefix(err, "%s%s", dashes(opt->name), opt->name);
		return 0;
	case OPT_LIST:
		return list_add(arena, slot, value, err);
	case OPT_END:
		break;
	}
	BUG("option table of kind %d", opt->kind);
}

static const struct opt *find(const struct opt *table, const char *name, size_t len)
{
	for (; table->kind != OPT_END; table++)
		if (strlen(table->name) == len && memcmp(table->name, name, len) == 0)
			return table;
	return NULL;
}

/* One option at argv[*i]; moves *i over a separate value. */
static int parse_option(const struct opt *table, int argc, char **argv, int *i, void *target, struct arena *arena, struct err *err)
{
	const char *arg = argv[*i];
	const char *name = arg + (arg[1] == '-' ? 2 : 1);
	const char *eq = arg[1] == '-' ? strchr(name, '=') : NULL;
	size_t len = eq ? (size_t)(eq - name) : strlen(name);
	const struct opt *opt = find(table, name, len);
	const char *value = eq ? eq + 1 : NULL;

	if (!opt || (arg[1] != '-' && len != 1) || (arg[1] == '-' && len == 1))
		return err_set(err, ERR_USAGE, "unknown option %s", arg);
	if (opt->kind == OPT_FLAG && value)
		return err_set(err, ERR_USAGE, "%s%s takes no value", dashes(opt->name), opt->name);
	if (opt->kind != OPT_FLAG && !value) {
		if (*i + 1 >= argc)
			return err_set(err, ERR_USAGE, "option %s wants a value (%s)", arg, opt->metavar);
		value = argv[++*i];
	}
	return store(opt, value, target, arena, err);
}

int opt_parse(const struct opt *table, int argc, char **argv, void *target, struct arena *arena, struct opt_list *ret_args, struct err *err)
{
	struct opt_list args = { NULL, 0 };
	bool options = true;

	for (int i = 0; i < argc; i++) {
		const char *arg = argv[i];
		int rc;

		if (options && strcmp(arg, "--") == 0) {
			options = false;
			continue;
		}
		if (options && arg[0] == '-' && arg[1])
			rc = parse_option(table, argc, argv, &i, target, arena, err);
		else
			rc = list_add(arena, &args, arg, err);
		if (rc < 0)
			return -1;
	}
	*ret_args = args;
	return 0;
}

void opt_help(const struct opt *table, bool vietnamese, struct buf *out)
{
	for (; table->kind != OPT_END; table++) {
		size_t start = out->len;

		buf_printf(out, "  %s%s", dashes(table->name), table->name);
		if (table->metavar)
			buf_printf(out, " %s", table->metavar);
		if (out->len - start < 26)
			buf_fill(out, ' ', 26 - (out->len - start));
		buf_printf(out, "  %s\n", vietnamese ? table->vi : table->en);
	}
}
