/* test_opt.c - option tables: every kind, every spelling, and what is not listed is refused by name. */
#include "test.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/opt.h"

struct target {
	bool json;
	bool verbose;
	const char *out;
	const char *image;
	int jobs;
	double seal_mm;
	struct opt_list trust;
};

static const struct opt table[] = {
	{ OPT_FLAG, "json", offsetof(struct target, json), NULL, "in JSON", "print JSON" },
	{ OPT_FLAG, "v", offsetof(struct target, verbose), NULL, "nói nhiều", "say more" },
	{ OPT_STRING, "o", offsetof(struct target, out), "FILE", "tệp ra", "output" },
	{ OPT_STRING, "image", offsetof(struct target, image), "F.png", "ảnh", "picture" },
	{ OPT_INT, "jobs", offsetof(struct target, jobs), "N", "số việc", "at a time" },
	{ OPT_INT, "j", offsetof(struct target, jobs), "N", "số việc", "at a time" },
	{ OPT_REAL, "seal-mm", offsetof(struct target, seal_mm), "D", "đường kính", "diameter" },
	{ OPT_LIST, "trust", offsetof(struct target, trust), "FILE", "tin cậy", "trust" },
	{ .kind = OPT_END },
};

static struct target target;
static struct opt_list args;
static struct arena *arena;
static struct err err;

static int parse(const char *line)
{
	static char copy[500];
	static char *words[64];
	int count = 0;

	memset(&target, 0, sizeof(target));
	args = (struct opt_list){ NULL, 0 };
	arena_reset(arena);
	snprintf(copy, sizeof(copy), "%s", line);
	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
		words[count++] = word;
	return opt_parse(table, count, words, &target, arena, &args, &err);
}

static int set_up(void **state)
{
	(void)state;
	arena = arena_new(0);
	return arena ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static void test_nothing(void **state)
{
	(void)state;
	assert_ok(parse(""), &err);
	assert_int_equal(args.count, 0);
}

static void test_every_kind(void **state)
{
	(void)state;
	assert_ok(
	    parse("in.pdf --json -v -o out.pdf --image=a=b.png --jobs 4 --seal-mm 36.5 --trust a --trust=b more.pdf"),
	    &err);
	assert_true(target.json && target.verbose);
	assert_string_equal(target.out, "out.pdf");
	assert_string_equal(target.image, "a=b.png");
	assert_int_equal(target.jobs, 4);
	assert_true(target.seal_mm == 36.5);
	assert_int_equal(target.trust.count, 2);
	assert_string_equal(target.trust.items[0], "a");
	assert_string_equal(target.trust.items[1], "b");
	assert_int_equal(args.count, 2);
	assert_string_equal(args.items[0], "in.pdf");
	assert_string_equal(args.items[1], "more.pdf");
}

static void test_values_that_look_like_options(void **state)
{
	(void)state;
	assert_ok(parse("-o -v --image --json --jobs -3"), &err);
	assert_string_equal(target.out, "-v");
	assert_string_equal(target.image, "--json");
	assert_int_equal(target.jobs, -3);
	assert_false(target.verbose || target.json);
	assert_ok(parse("--image= x"), &err);
	assert_string_equal(target.image, "");
}

static void test_end_of_options(void **state)
{
	(void)state;
	assert_ok(parse("-v -- --json -o --"), &err);
	assert_true(target.verbose && !target.json);
	assert_int_equal(args.count, 3);
	assert_string_equal(args.items[2], "--");
	assert_ok(parse("- a"), &err); /* standard input is an argument */
	assert_string_equal(args.items[0], "-");
}

static void test_what_is_not_listed(void **state)
{
	static const char *const lines[] = { "--jsn",  "--jso", "--jsonx",  "--v",    "--o x", "-json",
					     "-vv",    "-x",    "-ofile",   "-5",     "--=x",  "---json",
					     "--JSON", "-o=x",  "--json=1", "--json=" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		if (parse(lines[i]) == 0)
			fail_msg("taken: %s", lines[i]);
		assert_int_equal(err.code, ERR_USAGE);
		assert_null(args.items);
	}
	assert_int_equal(parse("a --unheard b"), -1);
	assert_non_null(strstr(err.detail, "--unheard"));
}

static void test_missing_value(void **state)
{
	(void)state;
	assert_fails(parse("-o"), &err, ERR_USAGE);
	assert_non_null(strstr(err.detail, "FILE"));
	assert_fails(parse("a --jobs"), &err, ERR_USAGE);
	assert_non_null(strstr(err.detail, "--jobs"));
}

static void test_whole_numbers(void **state)
{
	static const char *const wrong[] = { "x",   "4x",         "+4",          "4.0",
					     "0x4", "2147483648", "-2147483649", "99999999999999999999",
					     "-",   "--",         "1e3" };
	char line[100];

	(void)state;
	assert_ok(parse("--jobs 2147483647"), &err);
	assert_int_equal(target.jobs, 2147483647);
	assert_ok(parse("-j -2147483648"), &err);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		snprintf(line, sizeof(line), "--jobs %s", wrong[i]);
		assert_fails(parse(line), &err, ERR_USAGE);
		assert_non_null(strstr(err.detail, "--jobs"));
	}
	assert_fails(parse("-j x"), &err, ERR_USAGE);
	assert_non_null(strstr(err.detail, "-j wants"));
	assert_null(strstr(err.detail, "--j"));
	assert_int_equal(
	    opt_parse(table, 2, (char *[]){ (char[]){ "-j" }, (char[]){ " 4" } }, &target, arena, &args, &err), -1);
	assert_int_equal(
	    opt_parse(table, 2, (char *[]){ (char[]){ "-j" }, (char[]){ "" } }, &target, arena, &args, &err), -1);
}

static void test_reals(void **state)
{
	static const struct {
		const char *text;
		double value;
	} right[] = { { "0", 0 },
		      { "36", 36 },
		      { "36.5", 36.5 },
		      { "0.3", 0.3 },
		      { "-12.75", -12.75 },
		      { ".5", 0.5 },
		      { "5.", 5 },
		      { "0.1", 0.1 },
		      { "210.0001", 210.0001 },
		      { "123456789.012345", 123456789.012345 },
		      { "000.7", 0.7 },
		      { "-0", 0 },
		      { "999999999999999", 999999999999999.0 },
		      { "0.00000000000001", 0.00000000000001 } };
	static const char *const wrong[] = { "",      "-",  ".",  "-.",  "1,5", "1e3",   "+1",
					     "1.2.3", " 1", "1 ", "nan", "inf", "0x1p3", "1234567890123456",
					     "1mm" };
	double value = 42;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(right); i++) {
		assert_ok(opt_real(right[i].text, &value, &err), &err);
		assert_true(value == right[i].value);
	}
	value = 42;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_fails(opt_real(wrong[i], &value, &err), &err, ERR_USAGE);
	assert_true(value == 42.0);
	assert_fails(parse("--seal-mm 3,6"), &err, ERR_USAGE);
	assert_non_null(strstr(err.detail, "--seal-mm"));
}

static void test_arguments_that_do_not_fit(void **state)
{
	AUTO(arena_freep) struct arena *small = arena_new(64);
	char *words[200];
	char word[] = "x";

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		words[i] = word;
	assert_fails(opt_parse(table, ARRAY_LEN(words), words, &target, small, &args, &err), &err, ERR_NO_MEMORY);
}

static void test_help(void **state)
{
	AUTO(buf_release) struct buf vi = BUF_INIT;
	AUTO(buf_release) struct buf en = BUF_INIT;
	size_t lines = 0;

	(void)state;
	opt_help(table, true, &vi);
	opt_help(table, false, &en);
	for (const struct opt *opt = table; opt->kind != OPT_END; opt++) {
		assert_non_null(strstr(buf_str(&vi), opt->vi));
		assert_non_null(strstr(buf_str(&en), opt->en));
		lines++;
	}
	assert_non_null(strstr(buf_str(&en), "  -o FILE"));
	assert_non_null(strstr(buf_str(&en), "  --image F.png"));
	for (const char *p = buf_str(&en); (p = strchr(p, '\n')); p++)
		lines--;
	assert_int_equal(lines, 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_nothing),
	cmocka_unit_test(test_every_kind),
	cmocka_unit_test(test_values_that_look_like_options),
	cmocka_unit_test(test_end_of_options),
	cmocka_unit_test(test_what_is_not_listed),
	cmocka_unit_test(test_missing_value),
	cmocka_unit_test(test_whole_numbers),
	cmocka_unit_test(test_reals),
	cmocka_unit_test(test_arguments_that_do_not_fit),
	cmocka_unit_test(test_help),
};

int main(void)
{
	setlocale(LC_ALL, "");
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
