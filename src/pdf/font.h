/*
 * font.h - a TrueType font (Tinos or Liberation Serif 2: Times New Roman metrics): measuring text, and the subset to embed.
 *
 * The subset keeps the glyphs used (composites followed) in glyf/loca/head/hhea/hmtx/maxp, without hinting
 * (docs/decisions/007), as CIDFontType2 with Identity-H and a ToUnicode map (ISO 32000-1 9.7.4, 9.10.3). Text is composed
 * (NFC) first, so that a letter and its marks find the precomposed glyph. A character the font lacks is ERR_FONT_GLYPH.
 * Subsets made once are remembered in the font and used again for the same characters: one font, one thread.
 */
#ifndef KYSO_PDF_FONT_H
#define KYSO_PDF_FONT_H

#include <stdint.h>

#include "util/defer.h"
#include "util/str.h"

struct err;
struct pd_font;

/* `file` must stay alive as long as the font. */
NODISCARD int pd_font_parse(struct bytes file, struct pd_font **ret_font, struct err *err);
void pd_font_free(struct pd_font *font);
DEFINE_FREEP(struct pd_font, pd_font_free)

const char *pd_font_name(const struct pd_font *font); /* PostScript name */
double pd_font_text_width(const struct pd_font *font, const char *utf8, double size_pt); /* missing glyphs count as .notdef */
double pd_font_ascent(const struct pd_font *font, double size_pt);
double pd_font_descent(const struct pd_font *font, double size_pt); /* negative */
/* 0, or ERR_FONT_GLYPH with the first character (U+XXXX) that the font lacks. */
NODISCARD int pd_font_has_text(const struct pd_font *font, const char *utf8, struct err *err);

#endif
