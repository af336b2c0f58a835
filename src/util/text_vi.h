/*
 * text_vi.h - Vietnamese text: strict UTF-8, NFC and NFD, case, and folded keys in which different spellings of one
 * name are equal.
 *
 * Normalisation follows Unicode (UAX #15) for all Latin letters and the marks U+0300..U+036F; other scripts pass
 * unchanged. Results are in the caller's arena and NUL-terminated one past their end. Text that is not valid UTF-8 is
 * ERR_TEXT with the offset. Pure functions; no locale is read.
 */
#ifndef KYSO_UTIL_TEXT_VI_H
#define KYSO_UTIL_TEXT_VI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/defer.h"
#include "util/str.h"

struct arena;
struct err;

#define UTF8_MAX_BYTES 4

/* Takes the first character off *s. False when *s is empty or does not begin with a valid sequence (overlong,
 * surrogate, cut short, over U+10FFFF); *s is then untouched. */
bool utf8_next(struct str *s, uint32_t *ret_code);
/* Writes a character, returns the bytes used; 0 for what is not a Unicode scalar value. */
size_t utf8_put(uint32_t code, char out[UTF8_MAX_BYTES]);
bool utf8_valid(struct str s);
/* Number of characters; invalid bytes count one each. */
size_t utf8_count(struct str s);

NODISCARD int text_vi_nfc(struct str in, struct arena *arena, struct str *ret, struct err *err);
NODISCARD int text_vi_nfd(struct str in, struct arena *arena, struct str *ret, struct err *err);
/* NFC of the upper, lower or name case ("NGUYỄN VĂN A" -> "Nguyễn Văn A"; the first letter after a space, hyphen or
 * apostrophe is capital). */
NODISCARD int text_vi_upper(struct str in, struct arena *arena, struct str *ret, struct err *err);
NODISCARD int text_vi_lower(struct str in, struct arena *arena, struct str *ret, struct err *err);
NODISCARD int text_vi_name_case(struct str in, struct arena *arena, struct str *ret, struct err *err);

/* What a folded key no longer tells apart. The key is NFC and for comparing only, not for showing. */
enum text_vi_fold {
	TEXT_VI_CASE = 1, /* upper and lower case */
	TEXT_VI_TONE = 2, /* where the tone stands in the syllable: Hoà = Hòa, Thuý = Thúy, khoẻ = khỏe, qúy = quý */
	TEXT_VI_ACCENTS = 4, /* any mark, and the stroke of Đ: "Nguyễn Đức" = "nguyen duc" with TEXT_VI_CASE */
	TEXT_VI_SPACE = 8,   /* kind and number of spaces (no-break ones too); none at the ends */
	/* Đ written as Icelandic Eth (U+00D0, U+00F0) or African D (U+0189, U+0256) or D with an overlaid stroke, marks
	 * in the wrong order (a + acute + circumflex for ấ), invisible characters (zero width, soft hyphen). */
	TEXT_VI_LOOKALIKE = 16,
	TEXT_VI_NAME = TEXT_VI_CASE | TEXT_VI_TONE | TEXT_VI_SPACE | TEXT_VI_LOOKALIKE,
	TEXT_VI_SEARCH = TEXT_VI_NAME | TEXT_VI_ACCENTS
};
NODISCARD int text_vi_fold(struct str in, unsigned flags, struct arena *arena, struct str *ret, struct err *err);

/* True when both are the same name under TEXT_VI_NAME. Names over TEXT_VI_NAME_MAX_BYTES or not UTF-8 equal nothing;
 * nor does an empty name. */
#define TEXT_VI_NAME_MAX_BYTES 512
bool text_vi_equal_names(struct str a, struct str b);

/* White space of Unicode, no-break and zero-width-joining ones included. */
bool text_vi_is_space(uint32_t code);
/* A letter of the Latin script, precomposed or plain (marks are not). */
bool text_vi_is_letter(uint32_t code);
/* The small letter without its marks ('e' of Ế, 'd' of Đ); 0 for a mark; other characters are themselves. */
uint32_t text_vi_base_letter(uint32_t code);
/* At least one letter and no lower-case one: "KT. GIÁM ĐỐC". */
bool text_vi_is_upper(struct str s);
/* True when the first character that is a letter is a capital. */
bool text_vi_starts_upper(struct str s);
/* Cuts the next word (a run without spaces) off *rest; false when there is none. Invalid bytes belong to words. */
bool text_vi_next_word(struct str *rest, struct str *ret_word);

#endif
