/* test-mbox-tree.c - names are data: no folder leads out of the tree, and no two share a file
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "mbox/mbox-tree.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
	char *root;
	char *tree;
	Report *report;
	Ledger *ledger;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
	fixture->root = g_dir_make_tmp ("mbox-tree-XXXXXX", NULL);
	fixture->tree = g_build_filename (fixture->root, "tree", NULL);
	fixture->report = report_new_quiet ("test");
	fixture->ledger = ledger_new (fixture->report);
}

static void
remove_all (const char *path)
{
	g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
		g_autofree char *child = g_build_filename (path, name, NULL);
		remove_all (child);
	}
	g_remove (path);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
	ledger_free (fixture->ledger);
	report_free (fixture->report);
	remove_all (fixture->root);
	g_free (fixture->tree);
	g_free (fixture->root);
}

static void
put (Fixture *fixture, MessageSink *sink, const char *path, const char *content)
{
	g_autoptr (GError) error = NULL;
	Folder *folder = folder_new_from_path (path, FOLDER_ROLE_NONE);
	g_autoptr (Message) message = NULL;

	if (content == NULL)
		message = message_new_folder (folder);
	else
		message = message_new (
			folder, message_content_new_bytes (g_bytes_new (content, strlen (content))),
			"t:1");
	ledger_announce (fixture->ledger, content != NULL);
	g_assert_true (message_sink_put (sink, message, &error));
	g_assert_no_error (error);
}

static void
assert_file (const Fixture *fixture, const char *name, const char *expected)
{
	g_autofree char *path = g_build_filename (fixture->tree, name, NULL);
	g_autofree char *content = NULL;

	g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
	g_assert_cmpstr (content, ==, expected);
}

#define RECORD(text) "From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n" text "\n"

static void
test_layout (Fixture *fixture, gconstpointer data)
{
	g_autoptr (GError) error = NULL;
	MessageSink *sink = mbox_tree_new (fixture->tree, fixture->ledger, &error);

	put (fixture, sink, "INBOX", "A: 1\n\nFrom here\n");
	put (fixture, sink, "INBOX/a%2Fb", "A: 2\n");
	put (fixture, sink, "INBOX", "A: 3\n");
	put (fixture, sink, "%2E%2E", "A: 4\n");
	put (fixture, sink, "empty", NULL);
	put (fixture, sink, "INBOX.sbd", "A: 5\n");
	g_assert_true (message_sink_finish (sink, &error));
	message_sink_free (sink);

	assert_file (fixture, "INBOX", RECORD ("A: 1\n\n>From here\n") RECORD ("A: 3\n"));
	assert_file (fixture, "INBOX.sbd/a%2Fb", RECORD ("A: 2\n"));
	assert_file (fixture, "%2E%2E", RECORD ("A: 4\n"));
	assert_file (fixture, "empty", "");
	assert_file (fixture, "INBOX%2Esbd", RECORD ("A: 5\n"));
}

static void
test_names (void)
{
	static const struct {
		const char *component;
		const char *name;
	} cases[] = {
		{"INBOX", "INBOX"}, {"a/b", "a%2Fb"},  {".", "%2E"},
		{"..", "%2E%2E"},   {"...", "%2E.."},  {"x.sbd", "x%2Esbd"},
		{".x", "%2Ex"},	    {"a.b.DAT", "a.b%2EDAT"}, {".msf", "%2Emsf"},
		{"Dr. No", "Dr. No"}, {"Caf&AOk-", "Caf%26AOk-"}, {"R&D", "R&D"},
		{"%2E", "%252E"},   {"a\nb", "a%0Ab"}, {"Übung", "Übung"},
	};
	g_autofree char *long_a = g_strnfill (400, 'x');
	g_autofree char *long_b = g_strconcat (long_a, "y", NULL);
	g_autofree char *name_a = mbox_tree_file_name (long_a);
	g_autofree char *name_b = mbox_tree_file_name (long_b);

	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autofree char *name = mbox_tree_file_name (cases[i].component);
		g_assert_cmpstr (name, ==, cases[i].name);
	}
	g_assert_cmpuint (strlen (name_a), <=, 251);
	g_assert_cmpstr (name_a, !=, name_b);
}

static void
test_refuses_to_overwrite (Fixture *fixture, gconstpointer data)
{
	g_autoptr (GError) error = NULL;
	g_autofree char *path = g_build_filename (fixture->tree, "INBOX", NULL);

	g_mkdir (fixture->tree, 0700);
	g_assert_true (g_file_set_contents (path, "mine", -1, NULL));
	g_autoptr (MessageSink) sink = mbox_tree_new (fixture->tree, fixture->ledger, &error);
	g_autoptr (Message) message = message_new_folder (folder_new_inbox ());
	g_assert_false (message_sink_put (sink, message, &error));
	g_assert_error (error, RUN_ERROR, RUN_ERROR_OUTPUT);
	assert_file (fixture, "INBOX", "mine");
}

static void
test_follows_no_links (Fixture *fixture, gconstpointer data)
{
	g_autoptr (GError) error = NULL;
	g_autofree char *link_path = g_build_filename (fixture->tree, "a.sbd", NULL);
	g_autofree char *outside = g_build_filename (fixture->root, "b", NULL);

	g_mkdir (fixture->tree, 0700);
	g_assert_cmpint (symlink ("..", link_path), ==, 0);
	g_autoptr (MessageSink) sink = mbox_tree_new (fixture->tree, fixture->ledger, &error);
	g_autoptr (Message) message =
		message_new_folder (folder_new_from_path ("a/b", FOLDER_ROLE_NONE));
	g_assert_false (message_sink_put (sink, message, &error));
	g_assert_false (g_file_test (outside, G_FILE_TEST_EXISTS));
}

static void
test_gives_up (Fixture *fixture, gconstpointer data)
{
	g_autoptr (GError) error = NULL;
	g_autofree char *path = g_build_filename (fixture->tree, "INBOX", NULL);
	MessageSink *sink = mbox_tree_new (fixture->tree, fixture->ledger, &error);

	put (fixture, sink, "INBOX", "A: 1\n");
	g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
	message_sink_free (sink);
	g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/mbox/tree/names-are-injective-and-harmless", test_names);
#define ADD(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)
	ADD ("/mbox/tree/one-file-a-folder", test_layout);
	ADD ("/mbox/tree/overwrites-nothing", test_refuses_to_overwrite);
	ADD ("/mbox/tree/follows-no-links", test_follows_no_links);
	ADD ("/mbox/tree/leaves-nothing-when-it-gives-up", test_gives_up);
	return g_test_run ();
}
