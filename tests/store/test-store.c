/* test-store.c - what an operand is taken for
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "store/store.h"

#include <glib/gstdio.h>
#include <unistd.h>

#include "mbox/mbox-tree.h"
#include "store/store-into.h"
#include "support/remove-tree.h"

typedef struct {
	char *top;
	Report *report;
	Ledger *ledger;
} Scene;

static Scene *
scene_new (void)
{
	Scene *scene = g_new0 (Scene, 1);

	scene->top = g_dir_make_tmp ("mailferry-test.XXXXXX", NULL);
	g_assert_nonnull (scene->top);
	scene->report = report_new_quiet ("test");
	scene->ledger = ledger_new (scene->report);
	return scene;
}

static void
scene_free (Scene *scene)
{
	remove_tree (scene->top);
	ledger_free (scene->ledger);
	report_free (scene->report);
	g_free (scene->top);
	g_free (scene);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Scene, scene_free)

/* Write text to a file below the top, making directories; its path is newly allocated. */
static char *
plant (Scene *scene, const char *name, const char *text)
{
	char *path = g_build_filename (scene->top, name, NULL);
	g_autofree char *directory = g_path_get_dirname (path);

	g_assert_cmpint (g_mkdir_with_parents (directory, 0700), ==, 0);
	g_assert_true (g_file_set_contents (path, text, -1, NULL));
	return path;
}

#define MAIL "From ann@example.org Thu Nov 29 22:33:52 2001\nSubject: x\n\nbody\n\n"

/* "FOLDER FOLDER ...", one for each message or piece of news. */
static char *
folders_of (Scene *scene, const char *operand, Folder *into)
{
	g_autoptr (GError) error = NULL;
	StoreOptions options = { 0 };
	MessageSource *opened =
		store_open_source (operand, &options, scene->ledger, scene->report, &error);
	g_autoptr (GString) text = g_string_new (NULL);

	g_assert_no_error (error);
	g_autoptr (MessageSource) source = into != NULL ? store_into_new (opened, into) : opened;
	for (;;) {
		g_autoptr (Message) message = NULL;
		g_assert_true (message_source_next (source, &message, &error));
		if (message == NULL)
			return g_string_free (g_steal_pointer (&text), FALSE);
		g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "",
					message->folder->path);
	}
}

static void
test_an_mbox (void)
{
	g_autoptr (Scene) scene = scene_new ();
	g_autofree char *path = plant (scene, "a.mbox", MAIL MAIL);
	g_autofree char *folders = folders_of (scene, path, NULL);

	g_assert_cmpstr (folders, ==, "INBOX INBOX");
}

static void
test_a_maildir (void)
{
	g_autoptr (Scene) scene = scene_new ();

	g_free (plant (scene, "cur/1.a.host:2,S", "Subject: x\n\n"));
	g_free (plant (scene, "new/2.b.host", "Subject: x\n\n"));
	g_autofree char *folders = folders_of (scene, scene->top, NULL);
	g_assert_cmpstr (folders, ==, "INBOX INBOX");
}

static void
test_a_tree (void)
{
	g_autoptr (Scene) scene = scene_new ();
	g_autofree char *link = g_build_filename (scene->top, "Linked", NULL);

	g_free (plant (scene, "INBOX", MAIL));
	g_free (plant (scene, "INBOX.sbd/Café", MAIL));
	g_free (plant (scene, "a%2Fb.sbd/%2E%2E", MAIL));
	g_free (plant (scene, "100%", MAIL));
	g_free (plant (scene, "Empty", ""));
	g_free (plant (scene, "Gone.msf", "index"));
	g_free (plant (scene, "INBOX.msf", "index"));
	g_free (plant (scene, "popstate.dat", "x"));
	g_free (plant (scene, "diary.txt", "Dear diary"));
	g_free (plant (scene, ".hidden", MAIL));
	g_assert_cmpint (symlink ("INBOX", link), ==, 0);
	g_autofree char *folders = folders_of (scene, scene->top, NULL);
	g_assert_cmpstr (folders, ==, "100%25 Empty Gone INBOX INBOX/Café a%2Fb/%2E%2E");
}

/* Whatever a folder is called, the tree that pst2mbox -o writes says so. */
static void
test_names_survive_a_tree (void)
{
	static const char *const names[] = {
		"Plain", ".hidden",  "notes.dat", "x.mbox", "x.msf",	"x.eml", "a/b",	 "..",
		"100%",	 "Caf&AOk-", "R&D",	  "x.sbd",  "page.html", "x.gz",  "~tmp", "x.js",
	};

	for (gsize i = 0; i < 2 * G_N_ELEMENTS (names); i++) {
		g_autoptr (Scene) scene = scene_new ();
		const char *const components[] = { names[i / 2], NULL };
		g_autoptr (Folder) folder = folder_new (components, FOLDER_ROLE_NONE);
		g_autofree char *file = mbox_tree_file_name (names[i / 2]);
		g_free (plant (scene, file, i % 2 == 0 ? MAIL : ""));
		g_autofree char *folders = folders_of (scene, scene->top, NULL);
		g_assert_cmpstr (folders, ==, folder->path);
	}
}

static void
test_into_a_folder (void)
{
	g_autoptr (Scene) scene = scene_new ();
	g_autoptr (Folder) into = folder_new_from_path ("Old/2001", FOLDER_ROLE_NONE);

	g_free (plant (scene, "INBOX", MAIL MAIL));
	g_free (plant (scene, "INBOX.sbd/Café", MAIL));
	g_free (plant (scene, "Sent", MAIL));
	g_autofree char *folders = folders_of (scene, scene->top, into);
	g_assert_cmpstr (folders, ==, "Old/2001 Old/2001 Old/2001/INBOX/Café Old/2001/Sent");
}

static void
test_an_unreadable_mailbox_costs_itself (void)
{
	g_autoptr (Scene) scene = scene_new ();

	g_free (plant (scene, "A", MAIL));
	g_free (plant (scene, "B", "From here\0"));
	g_free (plant (scene, "C", MAIL));
	g_autofree char *b = g_build_filename (scene->top, "B", NULL);
	g_autoptr (GError) error = NULL;
	StoreOptions options = { 0 };
	g_autoptr (MessageSource) source =
		store_open_source (scene->top, &options, scene->ledger, scene->report, &error);
	g_assert_no_error (error);
	g_assert_cmpint (g_unlink (b), ==, 0);

	GString *folders = g_string_new (NULL);
	for (;;) {
		g_autoptr (Message) message = NULL;
		g_assert_true (message_source_next (source, &message, &error));
		if (message == NULL)
			break;
		g_string_append (folders, message->folder->path);
	}
	g_autofree char *got = g_string_free (folders, FALSE);
	g_assert_cmpstr (got, ==, "AC");
	g_assert_cmpint (report_get_status (scene->report), ==, EXIT_STATUS_TROUBLE);
}

/* A mail program goes on working while we read. */
/* The open file is what it was, but its name leads to another one. */
static void
test_an_exchanged_mailbox_is_noticed (void)
{
	g_autoptr (Scene) scene = scene_new ();
	g_autofree char *box = plant (scene, "Mail/box", MAIL MAIL);
	g_autofree char *other = plant (scene, "other", MAIL MAIL);
	StoreOptions options = { 0 };
	g_autoptr (GError) error = NULL;
	guint messages = 0;
	g_autofree char *tree = g_path_get_dirname (box);
	g_autoptr (MessageSource) source =
		store_open_source (tree, &options, scene->ledger, scene->report, &error);

	g_assert_no_error (error);
	for (;;) {
		g_autoptr (Message) message = NULL;
		g_assert_true (message_source_next (source, &message, &error));
		if (message == NULL)
			break;
		if (messages++ == 0) {
			g_assert_cmpint (report_get_status (scene->report), ==, EXIT_STATUS_CLEAN);
			g_assert_cmpint (g_rename (other, box), ==, 0);
		}
	}
	g_assert_cmpuint (messages, ==, 2);
	g_assert_cmpint (report_get_status (scene->report), ==, EXIT_STATUS_DIFFERENCES);
}

static void
test_files_that_vanish_are_accounted_for (void)
{
	g_autoptr (Scene) scene = scene_new ();
	g_autofree char *two = plant (scene, "Inbox/2.eml", "Subject: two\n\n");
	g_autofree char *three = plant (scene, "Inbox/3.eml", "Subject: three\n\n");
	g_autofree char *four = plant (scene, "Inbox/4.eml", "Subject: four\n\n");
	StoreOptions options = { 0 };
	g_autoptr (GError) error = NULL;
	g_autoptr (Message) message = NULL;

	g_free (plant (scene, "Inbox/1.eml", "Subject: one\n\n"));
	g_autoptr (MessageSource) source =
		store_open_source (scene->top, &options, scene->ledger, scene->report, &error);
	g_assert_no_error (error);
	g_assert_true (message_source_next (source, &message, &error));
	g_assert_cmpint (g_unlink (two), ==, 0);
	g_assert_cmpint (g_unlink (three), ==, 0);
	g_assert_cmpint (g_mkdir (three, 0700), ==, 0);
	g_assert_cmpint (g_unlink (four), ==, 0);
	g_assert_cmpint (symlink ("1.eml", four), ==, 0);
	g_clear_pointer (&message, message_unref);
	g_assert_true (message_source_next (source, &message, &error));
	g_assert_null (message);
	ReportCounts counts = ledger_get_counts (scene->ledger);
	g_assert_cmpuint (counts.announced, ==, 4);
	g_assert_cmpuint (counts.failed, ==, 3);
}

static void
test_originals (void)
{
	g_autoptr (Scene) scene = scene_new ();
	g_autofree char *pop = g_build_filename (scene->top, "p/Mail/pop.example.org", NULL);
	g_autofree char *imap = g_build_filename (scene->top, "p/ImapMail/imap.example.org", NULL);
	g_autofree char *profile = g_build_filename (scene->top, "p", NULL);
	g_autofree char *local = g_path_get_dirname (pop);
	g_autofree char *caches = g_path_get_dirname (imap);
	g_autofree char *windows = g_build_filename (scene->top, "w", NULL);
	g_autofree char *plain = g_build_filename (scene->top, "m", NULL);
	g_autofree char *mbox = plant (scene, "m/Inbox", MAIL);
	g_autofree char *outlook = plant (scene, "x.pst", "!BDN and so on");

	g_free (plant (scene, "p/Mail/pop.example.org/Inbox.msf", "index"));
	g_free (plant (scene, "p/prefs.js", "x"));
	g_free (plant (scene, "w/Account/account{1}.oeaccount", "x"));
	g_assert_true (store_is_original (profile));
	g_free (plant (scene, "p/ImapMail/imap.example.org/INBOX.msf", "index"));
	g_free (plant (scene, "p/ImapMail/imap.example.org.msf", "index"));
	g_assert_true (store_is_original (pop));
	g_assert_true (store_is_original (windows));
	g_assert_true (store_is_original (outlook));
	g_assert_true (store_is_original (local));
	g_assert_false (store_is_original (imap));
	g_assert_false (store_is_original (caches));
	g_assert_false (store_is_original (profile)); /* part of it is a server's */
	g_assert_false (store_is_original (plain));
	g_assert_false (store_is_original (mbox));
}

static void
expect_refusal (Scene *scene, const char *operand, RunError code, const char *pattern)
{
	g_autoptr (GError) error = NULL;
	StoreOptions options = { 0 };
	g_autoptr (Message) message = NULL;
	g_autoptr (MessageSource) source =
		store_open_source (operand, &options, scene->ledger, scene->report, &error);

	if (source != NULL)
		g_assert_false (message_source_next (source, &message, &error));
	g_assert_error (error, RUN_ERROR, (int) code);
	if (!g_pattern_match_simple (pattern, error->message))
		g_error ("unexpected text: %s", error->message);
}

static void
test_refusals_name_the_way_out (void)
{
	g_autoptr (Scene) scene = scene_new ();
	g_autofree char *missing = g_build_filename (scene->top, "missing", NULL);
	g_autofree char *gzip = plant (scene, "mail.gz", "\037\213\010 and so on");
	g_autofree char *outlook = plant (scene, "cut.pst", "!BDN and nothing more");

	expect_refusal (scene, missing, RUN_ERROR_INPUT, "*missing: cannot read: No such file*");
	expect_refusal (scene, gzip, RUN_ERROR_INPUT, "mail.gz: *gzip*");
	expect_refusal (scene, outlook, RUN_ERROR_INPUT, "*cut.pst*");
	expect_refusal (scene, scene->top, RUN_ERROR_INPUT, "*no mail in it*");
	expect_refusal (scene, "imaps://ann@mail.example.org", RUN_ERROR_USAGE,
			"*reads no servers*");
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/store/a-file-is-an-mbox", test_an_mbox);
	g_test_add_func ("/store/a-directory-with-cur-and-new-is-a-maildir", test_a_maildir);
	g_test_add_func ("/store/another-directory-is-a-tree", test_a_tree);
	g_test_add_func ("/store/names-survive-a-tree-of-mbox-files", test_names_survive_a_tree);
	g_test_add_func ("/store/everything-may-go-below-a-folder", test_into_a_folder);
	g_test_add_func ("/store/an-unreadable-mailbox-costs-itself",
			 test_an_unreadable_mailbox_costs_itself);
	g_test_add_func ("/store/an-exchanged-mailbox-is-noticed",
			 test_an_exchanged_mailbox_is_noticed);
	g_test_add_func ("/store/files-that-vanish-are-accounted-for",
			 test_files_that_vanish_are_accounted_for);
	g_test_add_func ("/store/an-original-is-where-mail-is-first-kept", test_originals);
	g_test_add_func ("/store/refusals-name-the-way-out", test_refusals_name_the_way_out);
	return g_test_run ();
}
