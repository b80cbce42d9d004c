/* test-verify-command.c - a comparison as what one types to have it made again
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "verify/verify-command.h"

static void
assert_words (char *line, const char *expected)
{
	g_autofree char *owned = line;

	g_assert_cmpstr (line, ==, expected);
}

static void
test_plain (void)
{
	const VerifyRunOptions run = { 0 };
	const MessageFilter filter = { 0 };
	VerifyCommand command = { .source = "old.pst",
				  .target = "imaps://ann@mail.example.org",
				  .has_content = TRUE,
				  .to_server = TRUE,
				  .run = &run,
				  .filter = &filter };

	assert_words (verify_command_describe_again (&command),
		      "mbox-verify old.pst imaps://ann@mail.example.org");
	assert_words (verify_command_describe_resend (&command),
		      "mbox-verify --missing=- old.pst imaps://ann@mail.example.org "
		      "| maildir-push - imaps://ann@mail.example.org");
	command.target = "there.mbox";
	command.to_server = FALSE;
	assert_words (verify_command_describe_resend (&command),
		      "mbox-verify --missing=missing.mbox old.pst there.mbox");
}

static void
test_options (void)
{
	const char *const map[] = { "Old mail=New", NULL };
	char *folders[] = { (char *) "INBOX/*", NULL };
	const VerifyRunOptions run = { .rules = { .require = VERIFY_LEVEL_CANONICAL,
						  .metadata = TRUE },
				       .map = map,
				       .sample = 50 };
	const MessageFilter filter = { .folders = folders,
				       .has_since = TRUE,
				       .since = 1704067200,
				       .has_before = TRUE,
				       .before = 1704103200,
				       .max_message_size = 4096 };
	const VerifyCommand command = { .source = "a",
					.target = "b",
					.run = &run,
					.filter = &filter };
	g_auto (GStrv) options = verify_command_describe_options (&command);
	g_autofree char *shown = g_strjoinv (" ", options);

	g_assert_cmpstr (shown, ==,
			 "--require=canonical --metadata '--map=Old mail=New' '--folder=INBOX/*' "
			 "--since=2024-01-01 --before=2024-01-01T10:00:00Z "
			 "--max-message-size=4096 --sample=50");
	g_autofree char *again = verify_command_describe_again (&command);
	g_assert_nonnull (strstr (again, "--max-message-size=4096 a b"));
	g_assert_null (strstr (again, "--sample"));
}

static void
test_odd_names (void)
{
	const VerifyRunOptions run = { 0 };
	const MessageFilter filter = { 0 };
	VerifyCommand command = { .source = "-n",
				  .target = "it's; rm x",
				  .has_content = TRUE,
				  .run = &run,
				  .filter = &filter };
	g_autofree char *line = verify_command_describe_again (&command);
	g_auto (GStrv) words = NULL;
	int count;

	g_assert_true (g_shell_parse_argv (line, &count, &words, NULL));
	g_assert_cmpint (count, ==, 3);
	g_assert_cmpstr (words[1], ==, "./-n");
	g_assert_cmpstr (words[2], ==, "it's; rm x");
	command.target = "b\xfc'\xe2\x80\xae.mbox";
	assert_words (verify_command_describe_again (&command),
		      "mbox-verify ./-n $'b\\xFC\\x27\\xE2\\x80\\xAE.mbox'");
}

static void
test_once_only (void)
{
	const VerifyRunOptions run = { 0 };
	const MessageFilter filter = { 0 };
	VerifyCommand command = { .source = "-",
				  .target = "Maildir",
				  .has_content = TRUE,
				  .run = &run,
				  .filter = &filter };

	g_assert_null (verify_command_describe_again (&command));
	g_assert_null (verify_command_describe_resend (&command));
	command.source = "old.manifest";
	command.has_content = FALSE;
	g_assert_null (verify_command_describe_resend (&command));
	assert_words (verify_command_describe_again (&command), "mbox-verify old.manifest Maildir");
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/verify/command/sends-where-the-target-is", test_plain);
	g_test_add_func ("/verify/command/keeps-what-shapes-the-comparison", test_options);
	g_test_add_func ("/verify/command/a-shell-reads-the-names-as-they-are", test_odd_names);
	g_test_add_func ("/verify/command/what-is-gone-is-not-asked-again", test_once_only);
	return g_test_run ();
}
