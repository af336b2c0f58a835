/* test_pkits.c - every row of NIST PKITS (cases.tsv) through chain_validate, as `kyso cert verify` asks it. Skipped
 * where the data are absent. */
#include "pki/chain.h"

#include "test.h"
#include "util/buf.h"
#include "util/date.h"
#include "util/file.h"
#include "util/json.h"

#define MAX_FIELDS 8
#define VALIDATED_AT "2022-05-01T00:00:00Z"

struct row {
	const char *field[MAX_FIELDS]; /* id name leaf other_certs path_intermediates crls params expected */
};

static struct bytes bytes_of(const struct buf *buf)
{
	return (struct bytes){ (const uint8_t *)buf->data, buf->len };
}

static void read_data(const char *dir, const char *sub, const char *name, struct buf *out)
{
	struct err err = ERR_INIT;
	char path[1024];

	snprintf(path, sizeof(path), "%s/%s%s", dir, sub, name);
	assert_ok(file_read(path, 1 << 20, out, &err), &err);
}

static void add_cert(const char *dir, const char *sub, const char *name, struct cert_list *list)
{
	AUTO(buf_release) struct buf file = BUF_INIT;
	struct err err = ERR_INIT;

	read_data(dir, sub, name, &file);
	assert_ok(cert_list_load(list, bytes_of(&file), name, &err), &err);
}

static void add_crl(const char *dir, const char *name, struct evidence *evidence)
{
	AUTO(buf_release) struct buf file = BUF_INIT;
	struct err err = ERR_INIT;

	read_data(dir, "crls/", name, &file);
	assert_ok(evidence_load_crl(evidence, bytes_of(&file), name, &err), &err);
}

static struct json *parse(const char *text)
{
	struct json *json;
	struct err err = ERR_INIT;
	AUTO(buf_release) struct buf wrapped = BUF_INIT;

	buf_printf(&wrapped, "{\"value\":%s}", text);
	assert_ok(js_parse(str_from(wrapped.data, wrapped.len), &json, &err), &err);
	return json;
}

static void read_params(const struct json *params, struct chain_options *options, const char *policies[8])
{
	const struct json *set = params ? js_find(params, "user_initial_policy_set") : NULL;

	options->explicit_policy = params && js_get_bool(params, "initial_explicit_policy", false);
	options->inhibit_any = params && js_get_bool(params, "initial_any_policy_inhibit", false);
	options->inhibit_mapping = params && js_get_bool(params, "initial_policy_mapping_inhibit", false);
	options->policies = policies;
	for (size_t i = 0; set && i < js_count(set) && i < 8; i++)
		policies[options->policy_count++] = js_string(js_at(set, i));
}

static enum chain_status run_row(const char *dir, const struct row *row, char *ret_why, size_t size)
{
	AUTO(js_freep) struct json *others = parse(row->field[3]);
	AUTO(js_freep) struct json *lists = parse(row->field[5]);
	AUTO(js_freep) struct json *params = parse(row->field[6]);
	AUTO(cert_list_release) struct cert_list anchors = { 0 };
	AUTO(cert_list_release) struct cert_list certs = { 0 };
	AUTO(cert_list_release) struct cert_list leaf = { 0 };
	AUTO(evidence_release) struct evidence evidence = { 0 };
	AUTO(chain_freep) struct chain *chain = NULL;
	AUTO(chain_result_freep) struct chain_result *result = NULL;
	struct chain_inputs inputs = { &anchors, &certs, &evidence };
	struct chain_options options = { .decide = true };
	const char *policies[8];
	struct err err = ERR_INIT;

	add_cert(dir, "certs/", "TrustAnchorRootCertificate.crt", &anchors);
	add_cert(dir, "", row->field[2], &leaf);
	for (size_t i = 0; i < js_count(js_find(others, "value")); i++)
		add_cert(dir, "certs/", js_string(js_at(js_find(others, "value"), i)), &certs);
	add_crl(dir, "TrustAnchorRootCRL.crl", &evidence);
	for (size_t i = 0; i < js_count(js_find(lists, "value")); i++)
		add_crl(dir, js_string(js_at(js_find(lists, "value"), i)), &evidence);
	read_params(js_find(params, "value"), &options, policies);
	assert_ok(date_parse_rfc3339(str_of(VALIDATED_AT), &options.at_ms, &err), &err);
	assert_ok(chain_new(&inputs, &chain, &err), &err);
	assert_ok(chain_validate(chain, leaf.items[0], &options, &result, &err), &err);
	snprintf(ret_why, size, "%s %s: %s", chain_status_name(result->status),
		 chain_sub_name(result->sub) ? chain_sub_name(result->sub) : "-", result->en);
	assert_true((result->status == CHAIN_VALID) == (result->en[0] == '\0'));
	assert_true((result->status == CHAIN_VALID) == (result->failed < 0));
	return result->status;
}

static bool read_row(char *line, struct row *ret)
{
	char *save = NULL;

	for (size_t i = 0; i < MAX_FIELDS; i++, line = NULL)
		if (!(ret->field[i] = strtok_r(line, "\t\r", &save)))
			return false;
	return true;
}

static void test_all_rows(void **state)
{
	const char *dir = test_shared_dir("pkits");
	AUTO(buf_release) struct buf table = BUF_INIT;
	char *save = NULL, *line;
	size_t rows = 0, wrong = 0;
	char base[512], why[1024];

	(void)state;
	if (!dir) {
		print_message("PKITS data are absent (KYSO_SHARED_DIR/data/pkits)\n");
		skip();
	}
	snprintf(base, sizeof(base), "%s", dir);
	read_data(base, "", "/cases.tsv", &table);
	strcat(base, "/");
	for (line = strtok_r(table.data, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		enum chain_status expected, status;
		struct row row;

		if (!read_row(line, &row) || strcmp(row.field[0], "id") == 0)
			continue;
		rows++;
		expected = strcmp(row.field[7], "VALID") == 0 ? CHAIN_VALID : CHAIN_INVALID;
		status = run_row(base, &row, why, sizeof(why));
		if (getenv("KYSO_TEST_VERBOSE"))
			print_message("%s %s: %s\n", row.field[0], row.field[1], why);
		if (status != expected) {
			wrong++;
			print_error("%s %s: expected %s, got %s\n", row.field[0], row.field[1], row.field[7], why);
		}
	}
	print_message("PKITS: %zu rows, %zu wrong\n", rows, wrong);
	assert_int_equal(rows, 256);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_all_rows) };

	setlocale(LC_ALL, "");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
