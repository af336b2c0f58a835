/* Values, indirect objects and decoded object streams out of arbitrary bytes; whatever parses is equal to itself. */
#include <stdlib.h>

#include "pdf/parser.h"
#include "util/arena.h"
#include "util/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(const struct pd_obj *obj, struct arena *arena)
{
	if (!pd_equal(obj, obj))
		abort();
	if (pd_kind(obj) == PD_STRING && pd_string(obj).n > 0 && !pd_string(obj).p)
		abort();
	for (size_t i = 0; i < pd_array_len(obj); i++)
		use(pd_array_raw(obj, i), arena);
	for (size_t i = 0; i < pd_dict_len(obj); i++)
		use(pd_dict_value_raw(obj, i), arena);
}

static int64_t length(void *ctx, struct pd_ref ref)
{
	(void)ctx;
	return ref.num;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(64 * 1024 * 1024);
	struct pd_indirect object;
	struct pd_parser parser;
	struct pd_obj obj;
	struct err err = ERR_INIT;

	pd_parser_init(&parser, (struct bytes){ data, size }, 0, arena, &err);
	if (pd_parse_value(&parser, &obj) == 0)
		use(&obj, arena);
	pd_parser_release(&parser);
	pd_parser_init(&parser, (struct bytes){ data, size }, 0, arena, &err);
	if (pd_parse_indirect(&parser, 0, length, NULL, &object) == 0) {
		if (object.end > size)
			abort();
		use(&object.obj, arena);
	}
	pd_parser_release(&parser);
	pd_parser_init(&parser, (struct bytes){ data, size }, 1, arena, &err);
	if (pd_parse_compressed(&parser, size / 4, size, &obj) == 0)
		use(&obj, arena);
	pd_parser_release(&parser);
	arena_free(arena);
	return 0;
}
