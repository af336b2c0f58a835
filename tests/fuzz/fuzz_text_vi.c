/* fuzz_text_vi.c - folding any text: what is accepted is valid UTF-8 again, and normal forms are stable. */
#include <stdlib.h>

#include "util/arena.h"
#include "util/err.h"
#include "util/text_vi.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_freep) struct arena *arena = arena_new(64 * 1024 * 1024);
	struct str in = str_from((const char *)data, size);
	struct err err = ERR_INIT;
	struct str nfc, nfd, again, folded;

	if (text_vi_nfc(in, arena, &nfc, &err) < 0) {
		if (utf8_valid(in) && err.code == ERR_TEXT)
			abort();
		return 0;
	}
	if (!utf8_valid(in) || !utf8_valid(nfc) || text_vi_nfd(nfc, arena, &nfd, &err) < 0 ||
	    text_vi_nfc(nfd, arena, &again, &err) < 0 || !str_eq(nfc, again))
		abort();
	for (unsigned flags = 0; flags <= TEXT_VI_SEARCH; flags++)
		if (text_vi_fold(in, flags, arena, &folded, &err) == 0 && !utf8_valid(folded))
			abort();
	if (text_vi_fold(in, TEXT_VI_NAME, arena, &folded, &err) == 0 && folded.n && size <= 100 &&
	    !text_vi_equal_names(in, nfc))
		abort();
	return 0;
}
