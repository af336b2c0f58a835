/*
 * lexer.h - characters and scalar tokens of PDF (ISO 32000-1 7.2, 7.3.2-7.3.6); inside src/pdf only.
 *
 * A lexer is a cursor over bytes, either of the whole file (positions are then file offsets) or of a decoded object
 * stream. Every function either moves the cursor past exactly one token or fails with ERR_PDF_SYNTAX or ERR_PDF_LIMIT
 * and says where.
 */
#ifndef KYSO_PDF_LEXER_H
#define KYSO_PDF_LEXER_H

#include <stdbool.h>

#include "pdf/object_priv.h"
#include "util/defer.h"

struct arena;
struct err;

struct pd_lexer {
	struct bytes in;
	size_t pos;
	uint32_t container; /* 0: `in` is the file; else the object stream that was decoded, for messages */
	struct arena *arena;
	struct err *err;
};

enum pd_char { PD_CHAR_REGULAR, PD_CHAR_SPACE, PD_CHAR_DELIMITER };

enum pd_char pd_char_class(uint8_t c);
int pd_hex_digit(uint8_t c); /* 0..15, or -1 */
size_t pd_hex_run(const uint8_t *p, size_t n); /* how many hexadecimal digits stand at the front */

/* Fails with ERR_PDF_SYNTAX, "what at offset N". Always -1. */
int pd_lex_fail(const struct pd_lexer *lex, size_t at, const char *what);
int pd_lex_limit(const struct pd_lexer *lex, size_t at, const char *what);

void pd_skip_space(struct pd_lexer *lex);      /* white space and comments */
void pd_skip_space_only(struct pd_lexer *lex); /* white space, no comments */

/* The run of regular characters at the cursor; does not move it. */
struct str pd_peek_word(const struct pd_lexer *lex);
/* Moves past `word` when it stands at the cursor and ends there (a delimiter, white space or the end follows). */
bool pd_take_word(struct pd_lexer *lex, const char *word);
/* A decimal number of 1..10 digits without sign, ending at a non-regular character. Leading zeros are refused when
 * `canonical`. */
bool pd_take_u32(struct pd_lexer *lex, bool canonical, uint32_t *ret);
bool pd_take_u64(struct pd_lexer *lex, uint64_t *ret);
/* `n g obj` as the header of an indirect object, white space between. */
bool pd_take_header(struct pd_lexer *lex, struct pd_ref *ret);
/* Exactly one line end (CR LF, CR or LF); false, and no move, when there is none. */
bool pd_take_eol(struct pd_lexer *lex);

/* Scalars; *obj gets kind, value, start and end. */
NODISCARD int pd_lex_number(struct pd_lexer *lex, struct pd_obj *obj);
NODISCARD int pd_lex_name(struct pd_lexer *lex, struct pd_obj *obj);
NODISCARD int pd_lex_string(struct pd_lexer *lex, struct pd_obj *obj);
NODISCARD int pd_lex_hex_string(struct pd_lexer *lex, struct pd_obj *obj);

#endif
