/*
 * reading.h - what the reading tests share: opening what a builder made, and failing with a code and a sentence.
 */
#ifndef KYSO_TEST_PDF_READING_H
#define KYSO_TEST_PDF_READING_H

#include "test.h"

#include "builder.h"
#include "pdf/document.h"
#include "util/err.h"

#define assert_fails_saying(expr, err, expected_code, text)                                                            \
	do {                                                                                                           \
		assert_fails(expr, err, expected_code);                                                                \
		if (!strstr((err)->detail, text))                                                                      \
			fail_msg("\"%s\" does not say \"%s\"", (err)->detail, text);                                   \
	} while (0)

static inline struct pd_doc *open_flags(const struct builder *b, int flags)
{
	struct pd_doc *doc = NULL;
	struct err err = ERR_INIT;

	assert_ok(pd_open(builder_bytes(b), flags, &doc, &err), &err);
	return doc;
}

static inline struct pd_doc *open_ok(const struct builder *b)
{
	return open_flags(b, PD_OPEN_STRICT);
}

static inline void open_fails_flags(const struct builder *b, int flags, enum err_code code, const char *text)
{
	struct pd_doc *doc = NULL;
	struct err err = ERR_INIT;

	assert_fails_saying(pd_open(builder_bytes(b), flags, &doc, &err), &err, code, text);
	assert_null(doc);
}

static inline void open_fails(const struct builder *b, enum err_code code, const char *text)
{
	open_fails_flags(b, PD_OPEN_STRICT, code, text);
}

static inline void check_all_ok(struct pd_doc *doc)
{
	struct err err = ERR_INIT;

	assert_ok(pd_load_all(doc, &err), &err);
	for (uint32_t i = 0; i < pd_revision_count(doc); i++)
		assert_ok(pd_account(doc, i, &err), &err);
}

static inline void load_all_fails(const struct builder *b, enum err_code code, const char *text)
{
	AUTO(pd_freep) struct pd_doc *doc = open_ok(b);
	struct err err = ERR_INIT;

	assert_fails_saying(pd_load_all(doc, &err), &err, code, text);
}

static inline void account_fails(const struct builder *b, uint32_t revision, enum err_code code, const char *text)
{
	AUTO(pd_freep) struct pd_doc *doc = open_ok(b);
	struct err err = ERR_INIT;

	assert_fails_saying(pd_account(doc, revision, &err), &err, code, text);
}

#endif
