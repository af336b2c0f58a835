/*
 * parser.h - objects out of tokens: one value, one `n g obj ... endobj`, one object of a decoded object stream; src/pdf
 * only.
 *
 * Strict: nesting, counts and names within limits.h, no duplicate keys, `endobj` and `endstream` exactly where they
 * belong, /Length right. Objects are made in the arena of the lexer. Errors are ERR_PDF_SYNTAX or ERR_PDF_LIMIT with
 * the offset.
 */
#ifndef KYSO_PDF_PARSER_H
#define KYSO_PDF_PARSER_H

#include "pdf/lexer.h"

enum { PD_PARSER_FIRST_ITEMS = 48 }; /* most objects need no allocation */

struct pd_parser {
	struct pd_lexer lex;
	struct pd_obj *stack; /* items of the containers still open; `first` until it is full */
	size_t stack_len;
	size_t stack_cap;
	unsigned int depth;
	struct pd_obj first[PD_PARSER_FIRST_ITEMS];
};

/* Says what an indirect /Length is; -1 when it is no non-negative integer. */
typedef int64_t pd_length_fn(void *ctx, struct pd_ref ref);

struct pd_indirect {
	struct pd_ref ref;
	struct pd_obj obj;
	uint64_t start; /* of `n g obj` */
	uint64_t end;   /* one past `endobj` */
};

void pd_parser_init(struct pd_parser *parser, struct bytes in, uint32_t container, struct arena *arena,
		    struct err *err);
void pd_parser_release(struct pd_parser *parser);

/* One value at the cursor. `stream` keywords are not looked for. */
NODISCARD int pd_parse_value(struct pd_parser *parser, struct pd_obj *ret);

/* `n g obj ... endobj` that begins exactly at `offset`. `length` may be NULL: then /Length must be direct. */
NODISCARD int pd_parse_indirect(struct pd_parser *parser, uint64_t offset, pd_length_fn *length, void *ctx,
				struct pd_indirect *ret);

/* The object from `start` to `end` of a decoded object stream: one value and nothing else. */
NODISCARD int pd_parse_compressed(struct pd_parser *parser, size_t start, size_t end, struct pd_obj *ret);

#endif
