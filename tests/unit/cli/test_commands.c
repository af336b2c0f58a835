/* test_commands.c - the table of commands: sorted, found, with help in both languages; their options too. */
#include "test.h"

#include "cli/cli.h"

static void commands_are_sorted(void **state)
{
	(void)state;
	for (size_t i = 1; i < cli_command_count; i++)
		if (strcmp(cli_commands[i - 1].name, cli_commands[i].name) >= 0)
			fail_msg("\"%s\" stands before \"%s\"", cli_commands[i - 1].name, cli_commands[i].name);
}

static void commands_are_found(void **state)
{
	static const char *const none[] = { "", "c", "ca", "zzz", "sign plan x", "SIGN" };

	(void)state;
	for (size_t i = 0; i < cli_command_count; i++)
		assert_ptr_equal(cli_find(cli_commands[i].name), &cli_commands[i]);
	for (size_t i = 0; i < ARRAY_LEN(none); i++)
		assert_null(cli_find(none[i]));
}

/* At most two words of small letters: what is typed. */
static void names_can_be_typed(void **state)
{
	(void)state;
	for (size_t i = 0; i < cli_command_count; i++) {
		const char *name = cli_commands[i].name;
		const char *space = strchr(name, ' ');

		assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz- "), strlen(name));
		assert_true(!space || (space != name && space[1] && !strchr(space + 1, ' ')));
	}
}

static void help_is_in_both_languages(void **state)
{
	(void)state;
	for (size_t i = 0; i < cli_command_count; i++) {
		const struct cli_command *command = &cli_commands[i];

		assert_non_null(command->run);
		assert_non_null(command->usage);
		if (!command->vi || !*command->vi || !command->en || !*command->en || strcmp(command->vi, command->en) == 0)
			fail_msg("kyso %s has no help in both languages", command->name);
	}
}

static void check_option(const struct cli_command *command, const struct opt *option)
{
	if (!option->name || !*option->name || option->name[0] == '-')
		fail_msg("kyso %s: an option without a name", command->name);
	if (!option->vi || !*option->vi || !option->en || !*option->en)
		fail_msg("kyso %s --%s has no help in both languages", command->name, option->name);
	assert_true((option->kind == OPT_FLAG) == (option->metavar == NULL));
	for (const struct opt *other = command->options; other < option; other++)
		if (strcmp(other->name, option->name) == 0)
			fail_msg("kyso %s has two options --%s", command->name, option->name);
}

static void options_have_help(void **state)
{
	(void)state;
	for (size_t i = 0; i < cli_command_count; i++)
		for (const struct opt *option = cli_commands[i].options; option && option->kind != OPT_END; option++)
			check_option(&cli_commands[i], option);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(commands_are_sorted),	     cmocka_unit_test(commands_are_found), cmocka_unit_test(names_can_be_typed),
	cmocka_unit_test(help_is_in_both_languages), cmocka_unit_test(options_have_help),
};
TEST_MAIN(tests)
