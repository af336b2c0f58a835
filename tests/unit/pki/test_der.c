/* test_der.c - tag, length and value: strict, in BER, and written. */
#include "fixture.h"

#include "pki/der.h"

#define BYTES(literal) ((struct bytes){ (const uint8_t *)(literal), sizeof(literal) - 1 })

static void test_lengths_are_minimal_and_definite(void **state)
{
	static const struct {
		struct bytes in;
		bool strict, ber;
	} rows[] = {
		{ BYTES("\x04\x00"), true, true },
		{ BYTES("\x04\x81\x01x"), false, true },		 /* 81 where 01 would do */
		{ BYTES("\x04\x82\x00\x01x"), false, true },	 /* leading zero */
		{ BYTES("\x24\x80\x04\x01x\x00\x00"), false, true }, /* indefinite */
		{ BYTES("\x04\x80x\x00\x00"), false, false },	 /* a primitive cannot be */
		{ BYTES("\x24\x80\x04\x01x\x00"), false, false },	 /* no end */
		{ BYTES("\x04\x02x"), false, false },
		{ BYTES("\x04\x84\xff\xff\xff\xff"), false, false },
		{ BYTES("\x04\x89\x01\x00\x00\x00\x00\x00\x00\x00\x00"), false, false },
		{ BYTES("\x04\x85"), false, false },
		{ BYTES("\x1f\x81\x01\x00"), false, false }, /* high tag number */
		{ BYTES("\x04"), false, false },
		{ BYTES(""), false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		bool ber = false;
		struct der strict = der_of(rows[i].in);
		struct der loose = der_of_ber(rows[i].in, &ber);
		struct der_item item;

		assert_int_equal(der_next(&strict, &item), rows[i].strict);
		assert_int_equal(strict.n, rows[i].strict ? 0 : rows[i].in.n); /* a failed read leaves the reader alone */
		assert_int_equal(der_next(&loose, &item), rows[i].ber);
		if (rows[i].ber)
			assert_int_equal(ber, !rows[i].strict);
	}
}

static void test_values(void **state)
{
	struct der in = der_of(BYTES("\x01\x01\xff\x02\x02\xff\x7f\x02\x01\x80\x0a\x01\x07\x03\x02\x04\xf0"));
	struct bytes bits;
	unsigned unused;
	bool truth;
	long number;

	(void)state;
	assert_false(der_read_int(&in, &number));
	assert_true(der_read_bool(&in, &truth) && truth);
	assert_false(der_read_bool(&in, &truth));
	assert_true(der_read_int(&in, &number) && number == -129);
	assert_true(der_read_long(&in, &number) && number == -128);
	assert_false(der_read_int(&in, &number)); /* ENUMERATED */
	assert_true(der_read_long(&in, &number) && number == 7);
	assert_false(der_read_integer(&in, &bits));
	assert_true(der_read_bits(&in, &bits, &unused) && unused == 4 && bits.n == 1 && der_at_end(&in));
	in = der_of(BYTES("\x02\x02\x00\x7f"));
	assert_false(der_read_long(&in, &number)); /* not minimal */
	in = der_of(BYTES("\x02\x09\x01\x00\x00\x00\x00\x00\x00\x00\x00"));
	assert_false(der_read_long(&in, &number)); /* too long */
	in = der_of(BYTES("\x02\x00"));
	assert_false(der_read_integer(&in, &bits));
	in = der_of(BYTES("\x03\x01\x01"));
	assert_false(der_read_bits(&in, &bits, &unused)); /* unused bits of no octet */
	in = der_of(BYTES("\x03\x00"));
	assert_false(der_read_bits(&in, &bits, &unused));
	in = der_of(BYTES("\x01\x01\x01"));
	assert_false(der_read_bool(&in, &truth));
}

static void test_times(void **state)
{
	static const struct {
		bool generalized;
		const char *text;
		int64_t ms;
	} good[] = {
		{ false, "700101000000Z", 0 },
		{ false, "491231235959Z", 2524607999000LL },
		{ false, "500101000000Z", -631152000000LL },
		{ false, "7001010000Z", 0 },
		{ false, "700101070000+0700", 0 },
		{ true, "19700101000000Z", 0 },
		{ true, "19700101000000.25Z", 0 },
		{ true, "19691231230000-0100", 0 },
	};
	static const struct {
		bool generalized;
		const char *text;
	} bad[] = { { false, "700101000000" },  { false, "701301000000Z" }, { false, "700230000000Z" }, { false, "700101240000Z" },
		    { false, "700101006000Z" }, { false, "70010100000Z" },  { true, "700101000000Z" },	 { false, "" },
		    { false, "700101000000+9" }, { false, "700101000000+2500" }, { true, "19700101000000.Z" }, { false, "7x0101000000Z" } };
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(der_time(fixture_text(good[i].text), good[i].generalized, &ms));
		assert_true(ms == good[i].ms);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (der_time(fixture_text(bad[i].text), bad[i].generalized, &ms))
			fail_msg("%s was read", bad[i].text);
}

static void test_written_times_read_the_same(void **state)
{
	static const int64_t times[] = { 0, 2524607999000LL, 2524608000000LL, -631152000000LL, -631152001000LL, FIXTURE_NOW_MS };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		AUTO(buf_release) struct buf out = BUF_INIT;
		struct der in;
		int64_t ms;

		der_put_time(&out, times[i]);
		in = der_of(fixture_bytes(&out));
		assert_true(der_read_time(&in, &ms) && ms == times[i]);
		assert_int_equal((uint8_t)out.data[0], times[i] >= -631152000000LL && times[i] < 2524608000000LL ? DER_UTC_TIME : DER_GENERALIZED_TIME);
	}
}

static void test_object_identifiers(void **state)
{
	static const char *const texts[] = { "1.2.840.113549.1.7.2", "2.5.4.3", "2.999.1", "0.4.0.1733.2.1", "1.0", "2.16.840.1.101.3.4.2.1",
					     "1.2.18446744073709551535" };
	static const char *const bad[] = { "", "1", "1.", "3.1", "0.40", "1.40.1", "1..2", "1.02", "x", "1.2.99999999999999999999" };
	static const struct bytes bad_octets[] = { BYTES(""), BYTES("\x80\x01"), BYTES("\x2a\x80"), BYTES("\x2a\x80\x01"),
						   BYTES("\x2a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01") };
	char text[DER_OID_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		AUTO(buf_release) struct buf oid = BUF_INIT;

		assert_true(der_oid_contents(texts[i], &oid));
		assert_true(der_oid_text(fixture_bytes(&oid), text));
		assert_string_equal(text, texts[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		AUTO(buf_release) struct buf oid = BUF_INIT;

		if (der_oid_contents(bad[i], &oid))
			fail_msg("%s was taken", bad[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad_octets); i++)
		assert_false(der_oid_text(bad_octets[i], text));
}

static void test_a_long_object_identifier_is_refused(void **state)
{
	AUTO(buf_release) struct buf oid = BUF_INIT;
	char text[DER_OID_TEXT_BYTES];

	(void)state;
	for (int i = 0; i < 100; i++)
		buf_append(&oid, "\xff\x7f", 2);
	assert_false(der_oid_text(fixture_bytes(&oid), text));
}

static void test_written_lengths(void **state)
{
	static const size_t sizes[] = { 0, 1, 127, 128, 255, 256, 65535, 65536 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		AUTO(buf_release) struct buf put = BUF_INIT;
		AUTO(buf_release) struct buf wrapped = BUF_INIT;
		AUTO(buf_release) struct buf fill = BUF_INIT;
		size_t begin = der_begin(&wrapped, DER_OCTET_STRING);
		struct der in;
		struct bytes contents;

		buf_fill(&fill, 'x', sizes[i]);
		buf_fill(&wrapped, 'x', sizes[i]);
		der_end(&wrapped, begin);
		der_put(&put, DER_OCTET_STRING, fixture_bytes(&fill));
		assert_true(bytes_eq(fixture_bytes(&put), fixture_bytes(&wrapped)));
		assert_int_equal(put.len, der_header_size(sizes[i]) + sizes[i]);
		in = der_of(fixture_bytes(&put));
		assert_true(der_read(&in, DER_OCTET_STRING, &contents) && contents.n == sizes[i]);
	}
}

static void test_written_integers(void **state)
{
	static const long values[] = { 0, 1, -1, 127, 128, -128, -129, 65535, INT64_MAX, INT64_MIN };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		AUTO(buf_release) struct buf out = BUF_INIT;
		struct der in;
		long value;

		der_put_long(&out, values[i]);
		in = der_of(fixture_bytes(&out));
		assert_true(der_read_int(&in, &value) && value == values[i]);
	}
	{
		AUTO(buf_release) struct buf out = BUF_INIT;

		der_put_unsigned(&out, BYTES("\x00\x00\x80"));
		der_put_unsigned(&out, BYTES("\x00\x7f"));
		der_put_unsigned(&out, BYTES("\x00"));
		assert_true(bytes_eq(fixture_bytes(&out), BYTES("\x02\x02\x00\x80\x02\x01\x7f\x02\x01\x00")));
	}
}

static void test_sets_are_sorted(void **state)
{
	AUTO(buf_release) struct buf out = BUF_INIT;
	size_t set = der_begin(&out, DER_SET);

	(void)state;
	der_put_raw(&out, BYTES("\x04\x02za\x04\x01z\x02\x01\x05\x04\x01" "a"));
	assert_false(der_set_is_sorted((struct bytes){ (const uint8_t *)out.data + 1, out.len - 1 }));
	assert_true(der_end_set_of(&out, set));
	assert_true(bytes_eq(fixture_bytes(&out), BYTES("\x31\x0d\x02\x01\x05\x04\x01" "a\x04\x01z\x04\x02za")));
	assert_true(der_set_is_sorted((struct bytes){ (const uint8_t *)out.data + 2, out.len - 2 }));
	assert_false(der_set_is_sorted(BYTES("\x04")));
	buf_clear(&out);
	set = der_begin(&out, DER_SET);
	der_put_raw(&out, BYTES("\x04\x05"));
	assert_false(der_end_set_of(&out, set));
	buf_clear(&out);
	set = der_begin(&out, DER_SET);
	for (int i = 0; i < 65; i++)
		der_put_raw(&out, BYTES("\x05\x00"));
	assert_false(der_end_set_of(&out, set));
}

static void test_strict_to_the_bottom(void **state)
{
	AUTO(buf_release) struct buf deep = BUF_INIT;

	(void)state;
	assert_true(der_is_strict(BYTES("\x30\x04\x30\x02\x05\x00")));
	assert_false(der_is_strict(BYTES("\x30\x05\x30\x80\x05\x00\x00")));
	assert_false(der_is_strict(BYTES("\x30\x00\x00")));
	for (int i = 0; i < 100; i++) {
		AUTO(buf_release) struct buf inner = BUF_INIT;

		buf_append(&inner, deep.data, deep.len);
		buf_clear(&deep);
		der_put(&deep, DER_SEQUENCE, fixture_bytes(&inner));
	}
	assert_false(der_is_strict(fixture_bytes(&deep)));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_lengths_are_minimal_and_definite),
	cmocka_unit_test(test_values),
	cmocka_unit_test(test_times),
	cmocka_unit_test(test_written_times_read_the_same),
	cmocka_unit_test(test_object_identifiers),
	cmocka_unit_test(test_a_long_object_identifier_is_refused),
	cmocka_unit_test(test_written_lengths),
	cmocka_unit_test(test_written_integers),
	cmocka_unit_test(test_sets_are_sorted),
	cmocka_unit_test(test_strict_to_the_bottom),
};

TEST_MAIN(tests)
