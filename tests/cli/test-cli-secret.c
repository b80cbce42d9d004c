/* test-cli-secret.c - which password belongs to whom
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cli/cli-secret.h"

#include <glib/gstdio.h>

#include "base/error.h"

static void
finds_the_entry_in_netrc (void)
{
	static const struct {
		const char *netrc;
		const char *secret;
	} cases[] = {
		{ "machine mail.example.org login ann password s1", "s1" },
		{ "machine Mail.Example.Org\n\tlogin ann\n\tpassword s1\n", "s1" },
		{ "machine mail.example.org password s1 login ann\nmachine other password s2", "s1" },
		{ "machine mail.example.org login bob password s1 machine mail.example.org login ann password s2",
		  "s2" },
		{ "machine mail.example.org password s1", "s1" },
		{ "machine mail.example.org login ann account x password s1", "s1" },
		{ "default login ann password s1", "s1" },
		{ "machine other login ann password s1 default password s2", "s2" },
		{ "# machine mail.example.org password no\nmachine mail.example.org login ann password \"a b\\\"c\"",
		  "a b\"c" },
		{ "macdef init\ncd /\nmachine mail.example.org password no\n\nmachine mail.example.org password s1",
		  "s1" },
		{ "machine mail.example.org login bob password s1", NULL },
		{ "machine example.org login ann password s1", NULL },
		{ "machine mail.example.org login ann", NULL },
		{ "machine mail.example.org login ann password", NULL },
		{ "", NULL },
	};

	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_test_message ("%s", cases[i].netrc);
		g_autofree char *secret =
			cli_secret_find_in_netrc (cases[i].netrc, "ann", "mail.example.org");
		g_assert_cmpstr (secret, ==, cases[i].secret);
	}
}

static void
forget (CliSecret *said)
{
	g_free (said->kept);
	g_free (said->kept_for);
}

static void
takes_the_first_line_of_a_file (void)
{
	g_autofree char *directory = g_dir_make_tmp (NULL, NULL);
	g_autofree char *path = g_build_filename (directory, "password", NULL);
	CliSecret said = { .file = path, .fd = -1 };
	g_autoptr (GError) error = NULL;

	g_assert_true (g_file_set_contents_full (path, "s p\r\nmore\n", -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
	g_autofree char *secret = cli_secret_get ("ann", "h", TRUE, &said, &error);
	g_assert_no_error (error);
	g_assert_cmpstr (secret, ==, "s p");

	g_assert_cmpint (g_chmod (path, 0640), ==, 0);
	g_assert_null (cli_secret_get ("ann", "h", TRUE, &said, &error));
	g_assert_error (error, RUN_ERROR, RUN_ERROR_INPUT);
	g_clear_error (&error);

	g_assert_true (g_file_set_contents_full (path, "\n", -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
	g_assert_cmpint (g_chmod (path, 0600), ==, 0);
	g_assert_null (cli_secret_get ("ann", "h", TRUE, &said, &error));
	g_assert_error (error, RUN_ERROR, RUN_ERROR_INPUT);
	forget (&said);
	g_unlink (path);
	g_rmdir (directory);
}

static void
takes_the_first_line_of_a_command (void)
{
	CliSecret good = { .command = "echo s1; echo more", .fd = -1 };
	CliSecret silent = { .command = "true", .fd = -1 };
	CliSecret failing = { .command = "echo s1; exit 3", .fd = -1 };
	g_autoptr (GError) error = NULL;

	g_autofree char *secret = cli_secret_get ("ann", "h", FALSE, &good, &error);
	g_assert_cmpstr (secret, ==, "s1");
	g_assert_null (cli_secret_get ("ann", "h", FALSE, &silent, &error));
	g_assert_error (error, RUN_ERROR, RUN_ERROR_INPUT);
	g_clear_error (&error);
	g_assert_null (cli_secret_get ("ann", "h", FALSE, &failing, &error));
	g_assert_error (error, RUN_ERROR, RUN_ERROR_INPUT);
	forget (&good);
}

/* A command that asks somebody, or refreshes a token, must not be run for each connection. */
static void
asks_again_only_when_refused (void)
{
	g_autofree char *directory = g_dir_make_tmp (NULL, NULL);
	g_autofree char *path = g_build_filename (directory, "count", NULL);
	g_autofree char *command = g_strdup_printf ("echo x >> %s; wc -l < %s", path, path);
	CliSecret said = { .command = command, .command_option = "--token-command", .fd = -1 };
	static const struct {
		const char *user;
		gboolean refused;
		const char *secret;
	} steps[] = {
		{ "ann", FALSE, "1" }, { "ann", FALSE, "1" }, { "ann", TRUE, "2" },
		{ "ann", FALSE, "2" }, { "bob", FALSE, "3" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS (steps); i++) {
		g_autofree char *secret =
			cli_secret_get (steps[i].user, "h", steps[i].refused, &said, NULL);
		g_assert_cmpstr (secret, ==, steps[i].secret);
	}
	forget (&said);
	g_unlink (path);
	g_rmdir (directory);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/cli/secret/finds-the-entry-in-netrc", finds_the_entry_in_netrc);
	g_test_add_func ("/cli/secret/takes-the-first-line-of-a-file", takes_the_first_line_of_a_file);
	g_test_add_func ("/cli/secret/takes-the-first-line-of-a-command", takes_the_first_line_of_a_command);
	g_test_add_func ("/cli/secret/asks-again-only-when-refused", asks_again_only_when_refused);
	return g_test_run ();
}
