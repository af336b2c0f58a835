/* Filters and predictors (ISO 32000-1 7.4), alone and in chains, damaged and beyond the limits. */
#include "reading.h"

#include <zlib.h>

#include "pdf/filter.h"
#include "pdf/limits.h"
#include "util/arena.h"

static const struct pd_filter_params plain = PD_FILTER_PARAMS_INIT;

static void decodes(pd_filter_fn *filter, const struct pd_filter_params *params, const void *in, size_t n,
		    const char *expected, size_t expected_n)
{
	AUTO(buf_release) struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	assert_ok(filter((struct bytes){ in, n }, params, 1000, &out, &err), &err);
	assert_int_equal(out.len, expected_n);
	assert_memory_equal(buf_str(&out), expected, expected_n);
}

static void refuses(pd_filter_fn *filter, const void *in, size_t n, enum err_code code)
{
	AUTO(buf_release) struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	assert_fails(filter((struct bytes){ in, n }, &plain, 100, &out, &err), &err, code);
}

static void ascii_hex(void **state)
{
	(void)state;
	decodes(pd_filter_ascii_hex, &plain, "4 8\n656C6c6F>\r\n", 15, "Hello", 5);
	decodes(pd_filter_ascii_hex, &plain, "487>", 4, "Hp", 2);
	refuses(pd_filter_ascii_hex, "4865", 4, ERR_PDF_FILTER);
	refuses(pd_filter_ascii_hex, "48x>", 4, ERR_PDF_FILTER);
	refuses(pd_filter_ascii_hex, "48> 1", 5, ERR_PDF_FILTER);
	char *much = malloc(1000);
	memset(much, '1', 1000);
	refuses(pd_filter_ascii_hex, much, 1000, ERR_PDF_LIMIT);
	free(much);
}

static void ascii85(void **state)
{
	(void)state;
	decodes(pd_filter_ascii85, &plain, "87cURD]i,\"Ebo80~>\n", 18, "Hello World!", 12);
	decodes(pd_filter_ascii85, &plain, "z 87cUR\nD]~>", 12, "\0\0\0\0Hello", 9);
	decodes(pd_filter_ascii85, &plain, "~>", 2, "", 0);
	refuses(pd_filter_ascii85, "87cUR", 5, ERR_PDF_FILTER);
	refuses(pd_filter_ascii85, "87cUR~", 6, ERR_PDF_FILTER);
	refuses(pd_filter_ascii85, "87cURD~>", 8, ERR_PDF_FILTER); /* one character alone */
	refuses(pd_filter_ascii85, "uuuuu~>", 7, ERR_PDF_FILTER);  /* above 2^32 - 1 */
	refuses(pd_filter_ascii85, "8z~>", 4, ERR_PDF_FILTER);
	refuses(pd_filter_ascii85, "87cUR~>x", 8, ERR_PDF_FILTER);
	refuses(pd_filter_ascii85, "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz~>", 35, ERR_PDF_LIMIT);
}

static void run_length(void **state)
{
	(void)state;
	decodes(pd_filter_run_length, &plain,
		"\x02"
		"abc"
		"\xFE"
		"d"
		"\x80",
		7, "abcddd", 6);
	decodes(pd_filter_run_length, &plain, "\x80", 1, "", 0);
	refuses(pd_filter_run_length,
		"\x02"
		"ab",
		3, ERR_PDF_FILTER);
	refuses(pd_filter_run_length,
		"\x00"
		"a",
		2, ERR_PDF_FILTER);
	refuses(pd_filter_run_length, "\xFE", 1, ERR_PDF_FILTER);
	refuses(pd_filter_run_length,
		"\x81"
		"a\x80",
		3, ERR_PDF_LIMIT);
}

/* The example of 7.4.4.2. */
static void lzw(void **state)
{
	struct pd_filter_params late = plain;

	(void)state;
	decodes(pd_filter_lzw, &plain, "\x80\x0B\x60\x50\x22\x0C\x0C\x85\x01", 9, "-----A---B", 10);
	late.early_change = 0;
	decodes(pd_filter_lzw, &late, "\x80\x0B\x60\x50\x22\x0C\x0C\x85\x01", 9, "-----A---B", 10);
	refuses(pd_filter_lzw, "\x80\x0B\x60\x50", 4, ERR_PDF_FILTER); /* no end */
	refuses(pd_filter_lzw, "\x80\x7F\xFF\xFF", 4, ERR_PDF_FILTER); /* code before it exists */
	refuses(pd_filter_lzw, "", 0, ERR_PDF_FILTER);
}

/* Encodes so that every code width up to 12 and the clearing of a full table are met. */
static void encode_lzw(const uint8_t *in, size_t n, unsigned int early, struct buf *out)
{
	static uint16_t child[4096][256];
	unsigned int width = 9, next = 258, acc = 0, bits = 0;
	int code = -1;

#define PUT(c)                                                                                                         \
	do {                                                                                                           \
		acc = acc << width | (unsigned int)(c);                                                                \
		bits += width;                                                                                         \
		while (bits >= 8) {                                                                                    \
			buf_putc(out, (char)(acc >> (bits - 8)));                                                      \
			bits -= 8;                                                                                     \
			acc &= (1U << bits) - 1;                                                                       \
		}                                                                                                      \
	} while (0)
	memset(child, 0, sizeof(child));
	PUT(256);
	for (size_t i = 0; i < n; i++) {
		if (code < 0) {
			code = in[i];
			continue;
		}
		if (child[code][in[i]]) {
			code = child[code][in[i]];
			continue;
		}
		PUT(code);
		child[code][in[i]] = (uint16_t)next++;
		code = in[i];
		if (next + early - 1 >= 1U << width && width < 12)
			width++;
		if (next == 4095) {
			PUT(code);
			PUT(256);
			memset(child, 0, sizeof(child));
			width = 9;
			next = 258;
			code = -1;
		}
	}
	if (code >= 0)
		PUT(code);
	if (next + early >= 1U << width && width < 12 && code >= 0)
		width++;
	PUT(257);
	buf_putc(out, (char)(acc << (8 - bits)));
#undef PUT
}

static void lzw_all_widths(void **state)
{
	size_t n = 60000;
	uint8_t *in = malloc(n);
	uint32_t seed = 1;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		seed = seed * 1103515245 + 12345;
		in[i] = (uint8_t)(seed >> 16 & 0x1F);
	}
	for (unsigned int early = 0; early < 2; early++) {
		AUTO(buf_release) struct buf encoded = BUF_INIT;
		AUTO(buf_release) struct buf out = BUF_INIT;
		struct pd_filter_params params = plain;
		struct err err = ERR_INIT;

		params.early_change = early;
		encode_lzw(in, n, early, &encoded);
		assert_ok(pd_filter_lzw((struct bytes){ (uint8_t *)encoded.data, encoded.len }, &params, n, &out, &err),
			  &err);
		assert_int_equal(out.len, n);
		assert_memory_equal(out.data, in, n);
	}
	free(in);
}

static size_t deflate_bytes(const void *in, size_t n, uint8_t *out, size_t room)
{
	uLongf len = room;

	assert_int_equal(compress2(out, &len, in, n, 9), Z_OK);
	return len;
}

static void flate(void **state)
{
	uint8_t packed[200];
	size_t n = deflate_bytes("Hello Hello Hello", 17, packed, sizeof(packed));

	(void)state;
	decodes(pd_filter_flate, &plain, packed, n, "Hello Hello Hello", 17);
	memcpy(packed + n, "\r\nxxxx", 6);
	decodes(pd_filter_flate, &plain, packed, n + 2, "Hello Hello Hello", 17); /* a line end counted in */
	refuses(pd_filter_flate, packed, n + 4, ERR_PDF_FILTER);
	refuses(pd_filter_flate, packed, n - 1, ERR_PDF_FILTER); /* checksum cut off */
	refuses(pd_filter_flate, packed, 5, ERR_PDF_FILTER);
	refuses(pd_filter_flate, "", 0, ERR_PDF_FILTER);
	packed[n - 1] ^= 1;
	refuses(pd_filter_flate, packed, n, ERR_PDF_FILTER);
	refuses(pd_filter_flate, "garbage", 7, ERR_PDF_FILTER);
}

static void flate_bomb(void **state)
{
	size_t n = 200000;
	uint8_t *zeros = calloc(1, n);
	uint8_t *packed = malloc(n);
	size_t len = deflate_bytes(zeros, n, packed, n);
	AUTO(buf_release) struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	assert_fails(pd_filter_flate((struct bytes){ packed, len }, &plain, n - 1, &out, &err), &err, ERR_PDF_LIMIT);
	buf_clear(&out);
	assert_ok(pd_filter_flate((struct bytes){ packed, len }, &plain, n + 1, &out, &err), &err);
	assert_int_equal(out.len, n);
	free(zeros);
	free(packed);
}

static void undoes(struct pd_filter_params params, const char *in, size_t n, const char *expected, size_t expected_n)
{
	AUTO(buf_release) struct buf data = BUF_INIT;
	struct err err = ERR_INIT;

	buf_append(&data, in, n);
	assert_ok(pd_predictor_undo(&params, &data, &err), &err);
	assert_int_equal(data.len, expected_n);
	assert_memory_equal(buf_str(&data), expected, expected_n);
}

static void png_predictors(void **state)
{
	struct pd_filter_params p = { .predictor = 15, .colors = 1, .bits = 8, .columns = 3, .early_change = 1 };

	(void)state;
	undoes(p, "\0\1\2\3\1\1\1\1\2\1\1\1\3\2\2\2\4\1\1\1", 20, "\1\2\3\1\2\3\2\3\4\3\5\6\4\6\7", 15);
	p.colors = 2;
	p.columns = 2;
	undoes(p, "\1\1\2\3\4", 5, "\1\2\4\6", 4);
	undoes(p, "", 0, "", 0);
	p.predictor = 1;
	undoes(p, "abc", 3, "abc", 3);
}

static void tiff_predictor(void **state)
{
	struct pd_filter_params p = { .predictor = 2, .colors = 1, .bits = 8, .columns = 3, .early_change = 1 };

	(void)state;
	undoes(p, "\1\1\1\2\2\2", 6, "\1\2\3\2\4\6", 6);
	p.bits = 16;
	p.columns = 2;
	undoes(p, "\0\xFF\0\1", 4, "\0\xFF\1\0", 4);
	p.bits = 4;
	p.columns = 3;
	undoes(p, "\x11\x10", 2, "\x12\x30", 2);
	p.bits = 1;
	p.columns = 8;
	undoes(p, "\xFF", 1, "\xAA", 1);
	p.bits = 8;
	p.colors = 3;
	p.columns = 2;
	undoes(p, "\1\2\3\1\1\1", 6, "\1\2\3\2\3\4", 6);
}

static void bad_predictors(void **state)
{
	static const struct pd_filter_params bad[] = {
		{ .predictor = 3, .colors = 1, .bits = 8, .columns = 3 },
		{ .predictor = 12, .colors = 0, .bits = 8, .columns = 3 },
		{ .predictor = 12, .colors = 33, .bits = 8, .columns = 3 },
		{ .predictor = 12, .colors = 1, .bits = 3, .columns = 3 },
		{ .predictor = 12, .colors = 1, .bits = 8, .columns = 0 },
		{ .predictor = 12, .colors = 1, .bits = 8, .columns = 1 << 25 },
		{ .predictor = 12, .colors = 1, .bits = 8, .columns = 6 },
		{ .predictor = 2, .colors = 1, .bits = 8, .columns = 6 },
		{ .predictor = 12, .colors = 1, .bits = 8, .columns = 3 }, /* row type 9 */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		AUTO(buf_release) struct buf data = BUF_INIT;
		struct err err = ERR_INIT;

		buf_append(&data, "\011abc\0abc", 8);
		assert_fails(pd_predictor_undo(&bad[i], &data, &err), &err, ERR_PDF_FILTER);
	}
}

/* ---- through a document ---- */

static void decode_in_document(const char *dict, const void *data, size_t n, enum err_code code, const char *expected)
{
	struct builder *b = malloc(sizeof(*b));
	struct arena *arena = arena_new(0);
	struct err err = ERR_INIT;
	struct bytes out;

	builder_init(b, "%PDF-1.7\n");
	builder_page(b);
	builder_stream(b, 4, dict, data, n);
	builder_object(b, 5, "/FlateDecode");
	builder_object(b, 6, "<< /Predictor 12 /Columns 3 >>");
	builder_table(b, "/Root 1 0 R");
	AUTO(pd_freep) struct pd_doc *doc = open_ok(b);
	struct pd_view view = pd_view_last(doc);
	const struct pd_obj *stream = pd_load(view, (struct pd_ref){ 4, 0 });

	if (code == ERR_NONE) {
		assert_ok(pd_stream_decode(view, stream, arena, &out, &err), &err);
		assert_int_equal(out.n, strlen(expected));
		assert_memory_equal(out.p, expected, out.n);
	} else {
		assert_fails(pd_stream_decode(view, stream, arena, &out, &err), &err, code);
	}
	arena_free(arena);
	builder_release(b);
	free(b);
}

static void chains(void **state)
{
	uint8_t packed[64];
	size_t n = deflate_bytes("\2abc\2\1\1\1", 8, packed, sizeof(packed));

	(void)state;
	decode_in_document("", "raw", 3, ERR_NONE, "raw");
	decode_in_document("/Filter []", "raw", 3, ERR_NONE, "raw");
	decode_in_document("/Filter null", "raw", 3, ERR_NONE, "raw");
	decode_in_document("/Filter /AHx", "6162>", 5, ERR_NONE, "ab");
	decode_in_document("/Filter [/ASCIIHexDecode /ASCIIHexDecode]", "36313632 3e>", 12, ERR_NONE, "ab");
	decode_in_document("/Filter [5 0 R] /DecodeParms [6 0 R]", packed, n, ERR_NONE, "abcbcd");
	decode_in_document("/Filter 5 0 R /DecodeParms 6 0 R", packed, n, ERR_NONE, "abcbcd");
}

static void bad_chains(void **state)
{
	(void)state;
	decode_in_document("/Filter /DCTDecode", "x", 1, ERR_PDF_FILTER, NULL);
	decode_in_document("/Filter /Crypt", "x", 1, ERR_PDF_FILTER, NULL);
	decode_in_document("/Filter 7", "x", 1, ERR_PDF_FILTER, NULL);
	decode_in_document("/Filter [7]", "x", 1, ERR_PDF_FILTER, NULL);
	decode_in_document("/F (elsewhere)", "x", 1, ERR_PDF_FILTER, NULL);
	decode_in_document("/Filter [/AHx /AHx /AHx /AHx /AHx /AHx /AHx /AHx /AHx]", ">", 1, ERR_PDF_LIMIT, NULL);
}

/* Flate in Flate reaches a million to one: each stage is held to the ratio of the encoded bytes. */
static void nested_bomb(void **state)
{
	size_t n = 64 * 1024 * 1024;
	uint8_t *zeros = calloc(1, n);
	uint8_t *once = malloc(n / 100);
	uint8_t twice[4096];
	size_t len = deflate_bytes(zeros, n, once, n / 100);
	size_t small = deflate_bytes(once, len, twice, sizeof(twice));

	(void)state;
	free(zeros);
	free(once);
	decode_in_document("/Filter [/FlateDecode /FlateDecode]", twice, small, ERR_PDF_LIMIT, NULL);
}

static void not_a_stream(void **state)
{
	struct builder *b = malloc(sizeof(*b));
	struct err err = ERR_INIT;
	struct bytes out;

	(void)state;
	builder_init(b, "%PDF-1.7\n");
	builder_page(b);
	builder_table(b, "/Root 1 0 R");
	AUTO(pd_freep) struct pd_doc *doc = open_ok(b);

	assert_fails(pd_stream_decode(pd_view_last(doc), NULL, pd_arena(doc), &out, &err), &err, ERR_PDF_STRUCTURE);
	builder_release(b);
	free(b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(ascii_hex),      cmocka_unit_test(ascii85),
	cmocka_unit_test(run_length),     cmocka_unit_test(lzw),
	cmocka_unit_test(lzw_all_widths), cmocka_unit_test(flate),
	cmocka_unit_test(flate_bomb),     cmocka_unit_test(png_predictors),
	cmocka_unit_test(tiff_predictor), cmocka_unit_test(bad_predictors),
	cmocka_unit_test(chains),         cmocka_unit_test(bad_chains),
	cmocka_unit_test(nested_bomb),    cmocka_unit_test(not_a_stream),
};

TEST_MAIN(tests)
