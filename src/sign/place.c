/* place.c - see place.h. */
#include "sign/place.h"

#include <string.h>

#include "util/arena.h"
#include "util/err.h"
#include "util/opt.h"
#include "util/str.h"

/* Cuts the text at the separators and reads page and four numbers. */
static int parse_rect(const char *text, struct arena *arena, struct place *place, struct err *err)
{
	static const char separators[] = ":,,,";
	char *copy = arena_strdup(arena, text);
	char *parts[5];
	double numbers[4];
	uint64_t page;

	if (!copy)
		return err_set(err, ERR_NO_MEMORY, "no memory for --place");
	parts[0] = copy;
	for (size_t i = 0; i < 4; i++) {
		char *cut = strchr(parts[i], separators[i]);

		if (!cut)
			return err_set(err, ERR_USAGE, "--place \"%s\" is not auto, name:\"...\" or P:X,Y,W,H", text);
		*cut = '\0';
		parts[i + 1] = cut + 1;
	}
	if (!str_parse_u64(str_of(parts[0]), &page) || page < 1 || page > UINT32_MAX)
		return err_set(err, ERR_USAGE, "--place: \"%s\" is not a page number", parts[0]);
	for (size_t i = 0; i < 4; i++)
		if (opt_real(parts[i + 1], &numbers[i], err) < 0)
			return err_prefix(err, "--place");
	if (numbers[0] < 0 || numbers[1] < 0 || numbers[2] <= 0 || numbers[3] <= 0)
		return err_set(err, ERR_USAGE, "--place: X and Y must not be negative, W and H must be greater than 0");
	place->kind = PLACE_RECT;
	place->page = (uint32_t)page - 1;
	place->rect = (struct pd_rect_mm){ numbers[0], numbers[1], numbers[2], numbers[3] };
	return 0;
}

int place_parse(const char *text, struct arena *arena, struct place *ret_place, struct err *err)
{
	struct place place = { .kind = PLACE_AUTO };

	if (text && strncmp(text, "name:", 5) == 0) {
		struct str name = str_trim(str_of(text + 5));

		if (name.n >= 2 && name.p[0] == '"' && name.p[name.n - 1] == '"')
			name = str_from(name.p + 1, name.n - 2);
		if (name.n == 0)
			return err_set(err, ERR_USAGE, "--place name: wants a name");
		place.kind = PLACE_NAME;
		place.name = arena_strndup(arena, name.p, name.n);
		if (!place.name)
			return err_set(err, ERR_NO_MEMORY, "no memory for --place");
	} else if (text && strcmp(text, "auto") != 0) {
		if (parse_rect(text, arena, &place, err) < 0)
			return -1;
	}
	*ret_place = place;
	return 0;
}
