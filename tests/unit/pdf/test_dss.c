/* test_dss.c - validation material is added once, whatever shape the file's own /DSS has. */
#include "test.h"

#include "increments.h"

static const struct bytes cert_a = { (const uint8_t *)"certificate a", 13 };
static const struct bytes cert_b = { (const uint8_t *)"certificate b", 13 };
static const struct bytes crl = { (const uint8_t *)"a list", 6 };

static void begin(struct session *s, const char *catalog)
{
	struct builder b;

	builder_init(&b, "%PDF-1.7\n");
	page_objects(&b, catalog, "");
	builder_stream(&b, 4, "", "certificate a", 13);
	builder_object(&b, 5, "<< /Type /DSS /Certs 6 0 R /VRI << /ABC << /Cert [4 0 R] >> >> >>");
	builder_object(&b, 6, "[4 0 R]");
	builder_table(&b, "/Root 1 0 R");
	session_begin(s, &b);
	builder_release(&b);
}

static void add(struct session *s, const struct bytes *certs, size_t cert_count, const struct bytes *crls,
		size_t crl_count)
{
	struct pd_dss_material material = {
		.certs = certs, .cert_count = cert_count, .crls = crls, .crl_count = crl_count
	};
	struct err err = ERR_INIT;

	assert_ok(pd_inc_dss(s->inc, &material, &err), &err);
}

static void test_new_store(void **state)
{
	const struct bytes certs[] = { cert_a, cert_b, cert_a };
	struct session s;

	(void)state;
	begin(&s, "");
	add(&s, certs, 3, &crl, 1);
	add(&s, &cert_b, 1, NULL, 0); /* a second time in the same increment */
	session_finish(&s);
	assert_int_equal(pd_array_len(session_get(&s, "DSS.Certs")), 2);
	assert_int_equal(pd_array_len(session_get(&s, "DSS.CRLs")), 1);
	assert_int_equal(pd_kind(session_get(&s, "DSS.OCSPs")), PD_NULL);
	assert_int_equal(pd_kind(session_get(&s, "DSS.VRI")), PD_NULL);
	assert_true(pd_is_name(session_get(&s, "DSS.Type"), "DSS"));
	add(&s, &crl, 1, NULL, 0); /* as a certificate it is new, the kinds are apart */
	session_finish(&s);
	assert_int_equal(pd_array_len(session_get(&s, "DSS.Certs")), 3);
	assert_int_equal(pd_entry_revision(session_view(&s), 1), 1); /* the catalog is left alone the second time */
	session_end(&s);
}

static void test_nothing_new_is_nothing_written(void **state)
{
	static const uint8_t seed[16] = { 0 };
	struct err err = ERR_INIT;
	struct session s;

	(void)state;
	begin(&s, "/DSS 5 0 R");
	add(&s, &cert_a, 1, NULL, 0);
	assert_ok(pd_inc_finish(s.inc, seed, &s.result, &err), &err);
	assert_int_equal(s.result.tail.len, 0);
	session_end(&s);
}

static void test_existing_stores(void **state)
{
	static const char *const catalogs[] = { "/DSS 5 0 R",
						"/DSS << /Certs [4 0 R] /VRI << /ABC << /Cert [4 0 R] >> >> >>" };
	const struct bytes certs[] = { cert_a, cert_b };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(catalogs); i++) {
		struct session s;

		begin(&s, catalogs[i]);
		add(&s, certs, 2, &crl, 1);
		session_finish(&s);
		assert_int_equal(pd_array_len(session_get(&s, "DSS.Certs")), 2);
		assert_int_equal(pd_ref(pd_array_raw(session_get(&s, "DSS.Certs"), 0)).num, 4);
		assert_int_equal(pd_array_len(session_get(&s, "DSS.CRLs")), 1);
		assert_int_equal(pd_kind(session_get(&s, "DSS.VRI.ABC")), PD_DICT);
		assert_int_equal(pd_entry_revision(session_view(&s), 1), i == 0 ? 0 : 1);
		session_end(&s);
	}
}

static void test_large_values_are_compressed(void **state)
{
	AUTO(buf_release) struct buf big = BUF_INIT;
	struct bytes value;
	struct session s;

	(void)state;
	buf_fill(&big, 'x', 10000);
	value = (struct bytes){ (const uint8_t *)big.data, big.len };
	begin(&s, "");
	add(&s, &value, 1, NULL, 0);
	session_finish(&s);
	assert_true(s.result.tail.len < 2000);
	add(&s, &value, 1, &crl, 1); /* compared as it decodes */
	session_finish(&s);
	assert_int_equal(pd_array_len(session_get(&s, "DSS.Certs")), 1);
	session_end(&s);
}

static void test_wrong_stores(void **state)
{
	static const char *const catalogs[] = { "/DSS 7", "/DSS << /Certs 5 >>", "/DSS << /Certs [5] >>",
						"/DSS << /Certs [6 0 R] >>" };
	struct pd_dss_material material = { .certs = &cert_b, .cert_count = 1 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(catalogs); i++) {
		struct err err = ERR_INIT;
		struct session s;

		begin(&s, catalogs[i]);
		assert_fails(pd_inc_dss(s.inc, &material, &err), &err, ERR_PDF_STRUCTURE);
		session_end(&s);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_new_store),       cmocka_unit_test(test_nothing_new_is_nothing_written),
	cmocka_unit_test(test_existing_stores), cmocka_unit_test(test_large_values_are_compressed),
	cmocka_unit_test(test_wrong_stores),
};

TEST_MAIN(tests)
