/* fuzz_font.c - the TrueType reader and the subset writer; what was written must parse and have the same characters. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "pdf/font_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void subset_of(const struct pd_font *font)
{
	struct font_subset subset = { NULL, 0, 0 };
	struct pd_font *small = NULL;
	struct buf out = BUF_INIT;
	unsigned cid;

	for (uint32_t code = 0x20; code < 0x7f; code++)
		if (font_glyph(font, code) && font_subset_add(&subset, font, code, &cid, NULL) < 0)
			abort();
	if (subset.count && font_subset_write(&subset, font, /* with_cmap= */ true, &out, NULL) == 0) {
		if (pd_font_parse((struct bytes){ (const uint8_t *)out.data, out.len }, &small, NULL) < 0)
			abort();
		for (size_t i = 0; i < subset.count; i++)
			if (font_glyph(small, subset.codes[i]) != i + 1)
				abort();
	}
	pd_font_free(small);
	buf_release(&out);
	font_subset_release(&subset);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pd_font *font = NULL;

	if (pd_font_parse((struct bytes){ data, size }, &font, NULL) < 0)
		return 0;
	if (pd_font_text_width(font, "K\xc3\xbd s\xe1\xbb\x91 10/2026", 13) < 0 || !pd_font_name(font))
		abort();
	subset_of(font);
	pd_font_free(font);
	return 0;
}
