/* test-maildir-keywords.c - letters and what they stand for
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "maildir/maildir-keywords.h"

#include <sys/stat.h>
#include <unistd.h>

#include "maildir-test.h"

static const struct {
	const char *keyword;
	const char *atom;
} atoms[] = {
	{ "$Label1", "$Label1" },
	{ "Big Co", "Big_Co" },
	{ "a(b)c{d%e*f\"g\\h]i", "a_b_c_d_e_f_g_h_i" },
	{ "tab\there\177", "tab_here_" },
	{ "R&D", "R&D" },
	{ "Größe", "Gr&APYA3w-e" },
	{ "Très important", "Tr&AOg-s_important" },
	{ "\377bad", "_bad" },
	{ "\\Odd", "_Odd" },
};

static void
test_become_atoms (void)
{
	for (gsize i = 0; i < G_N_ELEMENTS (atoms); i++) {
		g_autofree char *atom = maildir_keywords_to_atom (atoms[i].keyword);
		g_assert_cmpstr (atom, ==, atoms[i].atom);
	}
}

static MaildirKeywords *
open_keywords (Scene *scene)
{
	g_autoptr (GError) error = NULL;
	MaildirKeywords *keywords = maildir_keywords_new (scene->fd, scene->top, &error);

	g_assert_no_error (error);
	return keywords;
}

static void
test_keep_their_letters (void)
{
	g_autoptr (Scene) scene = scene_new ();
	g_autoptr (GError) error = NULL;

	scene_write (scene->top, "dovecot-keywords", "0 $Label1\n3 Work\n\nrubbish\n99 x\n2");
	g_autoptr (MaildirKeywords) keywords = open_keywords (scene);
	g_assert_cmpint (maildir_keywords_obtain (keywords, "$label1"), ==, 'a');
	g_assert_cmpint (maildir_keywords_obtain (keywords, "Work"), ==, 'd');
	g_assert_cmpint (maildir_keywords_obtain (keywords, "New"), ==, 'e');
	g_assert_cmpint (maildir_keywords_obtain (keywords, "NEW"), ==, 'e');
	g_assert_null (maildir_keywords_get (keywords, 'b'));
	g_assert_null (maildir_keywords_get (keywords, 'A'));
	g_assert_true (maildir_keywords_save (keywords, scene->fd, &error));

	g_autofree char *text = scene_read (scene->top, "dovecot-keywords");
	g_assert_cmpstr (text, ==, "0 $Label1\n3 Work\n\nrubbish\n99 x\n2\n4 New\n");
}

static void
test_are_26_at_most (void)
{
	g_autoptr (Scene) scene = scene_new ();
	g_autoptr (MaildirKeywords) keywords = open_keywords (scene);

	for (int i = 0; i < 26; i++) {
		g_autofree char *name = g_strdup_printf ("k%d", i);
		g_assert_cmpint (maildir_keywords_obtain (keywords, name), ==, 'a' + i);
	}
	g_assert_cmpint (maildir_keywords_obtain (keywords, "one-too-many"), ==, 0);
	g_assert_cmpint (maildir_keywords_obtain (keywords, "K25"), ==, 'z');
}

static void
test_nothing_new_writes_nothing (void)
{
	g_autoptr (Scene) scene = scene_new ();
	g_autoptr (MaildirKeywords) keywords = open_keywords (scene);

	g_assert_true (maildir_keywords_save (keywords, scene->fd, NULL));
	g_assert_cmpuint (scene_count (scene->top, ""), ==, 0);
}

static void
test_a_pipe_is_refused (void)
{
	g_autoptr (Scene) scene = scene_new ();
	g_autofree char *pipe = g_build_filename (scene->top, "dovecot-keywords", NULL);
	g_autoptr (GError) error = NULL;

	g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
	g_assert_null (maildir_keywords_new (scene->fd, scene->top, &error));
	g_assert_error (error, RUN_ERROR, RUN_ERROR_INPUT);
}

static void
test_a_link_is_refused (void)
{
	g_autoptr (Scene) scene = scene_new ();
	g_autofree char *link = g_build_filename (scene->top, "dovecot-keywords", NULL);
	g_autoptr (GError) error = NULL;

	g_assert_cmpint (symlink ("/etc/passwd", link), ==, 0);
	g_assert_null (maildir_keywords_new (scene->fd, scene->top, &error));
	g_assert_error (error, RUN_ERROR, RUN_ERROR_INPUT);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/maildir/keywords/become-atoms", test_become_atoms);
	g_test_add_func ("/maildir/keywords/keep-their-letters", test_keep_their_letters);
	g_test_add_func ("/maildir/keywords/are-26-at-most", test_are_26_at_most);
	g_test_add_func ("/maildir/keywords/nothing-new-writes-nothing",
			 test_nothing_new_writes_nothing);
	g_test_add_func ("/maildir/keywords/a-pipe-is-refused", test_a_pipe_is_refused);
	g_test_add_func ("/maildir/keywords/a-link-is-refused", test_a_link_is_refused);
	return g_test_run ();
}
