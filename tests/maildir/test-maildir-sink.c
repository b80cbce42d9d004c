/* test-maildir-sink.c - deliver once, durably, into what is a Maildir
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "maildir/maildir-sink.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "maildir-test.h"
#include "maildir/maildir-source.h"

static const MaildirSinkOptions usual = { .durability = MAILDIR_DURABILITY_BATCH };

static MessageSink *
open_sink (Scene *scene, const MaildirSinkOptions *options)
{
	g_autoptr (GError) error = NULL;
	MessageSink *sink =
		maildir_sink_new (scene->path, options, scene->ledger, scene->report, &error);

	g_assert_no_error (error);
	return sink;
}

static void
put (MessageSink *sink, Message *message)
{
	g_autoptr (GError) error = NULL;

	message_sink_put (sink, message, &error);
	g_assert_no_error (error);
	message_unref (message);
}

static void
finish (MessageSink *sink)
{
	g_autoptr (GError) error = NULL;

	message_sink_finish (sink, &error);
	g_assert_no_error (error);
	message_sink_free (sink);
}

/* A little of everything. */
static void
deliver_all (Scene *scene, const MaildirSinkOptions *options)
{
	MessageSink *sink = open_sink (scene, options);
	const char *const keywords[] = { "$Forwarded", "Big Co", "aa", NULL };
	Message *flagged = scene_message ("INBOX/Café", "Subject: 2\n\nbody\n");

	flagged->flags = MESSAGE_SEEN | MESSAGE_DRAFT;
	message_set_keywords (flagged, keywords);
	flagged->received = (MessageDate){ .known = TRUE, .seconds = 1007073232 };
	put (sink, scene_message ("", "Subject: 1\n\nbody\n"));
	put (sink, flagged);
	put (sink, scene_message ("", "Subject: 1\n\nbody\n"));
	put (sink, scene_message ("INBOX/Café", ""));
	put (sink, scene_message ("", "Subject: 3\r\n\r\nbody\n\r"));
	put (sink, message_new_folder (folder_new_from_path ("Empty", FOLDER_ROLE_ARCHIVE)));
	finish (sink);
}

static void
expect_counts (Scene *scene, guint64 emitted, guint64 present)
{
	ReportCounts counts = ledger_get_counts (scene->ledger);

	g_assert_cmpuint (counts.emitted, ==, emitted);
	g_assert_cmpuint (counts.present, ==, present);
	g_assert_cmpuint (counts.failed, ==, 0);
}

static void
test_delivers (void)
{
	g_autoptr (Scene) scene = scene_new ();

	deliver_all (scene, &usual);
	expect_counts (scene, 5, 0);
	g_assert_cmpuint (scene_count (scene->path, "cur"), ==, 3);
	g_assert_cmpuint (scene_count (scene->path, "tmp"), ==, 0);
	g_assert_cmpuint (scene_count (scene->path, ".INBOX.Caf&AOk-/cur"), ==, 2);
	g_assert_cmpuint (scene_count (scene->path, ".Empty/cur"), ==, 0);

	/* printf 'Subject: 2\n\nbody\n' | sha256sum */
	g_autofree char *text = scene_read (
		scene->path,
		".INBOX.Caf&AOk-/cur/1007073232."
		"Q4a2f868015c39a9a045c1005da8132c22ea76a09-1.mailferry,S=17,W=20:2,DPSabc");
	g_assert_cmpstr (text, ==, "Subject: 2\n\nbody\n");
	g_autofree char *keywords = scene_read (scene->path, ".INBOX.Caf&AOk-/dovecot-keywords");
	g_assert_cmpstr (keywords, ==, "0 $Forwarded\n1 Big_Co\n2 aa\n");
	g_autofree char *mark = scene_read (scene->path, ".Empty/maildirfolder");
	g_assert_cmpstr (mark, ==, "");
	g_autofree char *truth = scene_read (scene->path, "mailferry-folders");
	g_assert_cmpstr (
		truth, ==,
		".Empty\tEmpty\tarchive\n.\tINBOX\tinbox\n.INBOX.Caf&AOk-\tINBOX/Café\t-\n");
}

static void
test_sizes_and_dates (void)
{
	g_autoptr (Scene) scene = scene_new ();
	g_autofree char *cur = g_build_filename (scene->path, "cur", NULL);
	MessageSink *sink = open_sink (scene, &usual);
	Message *message = scene_message ("", "a\nb\r\nc\n\r");

	message->received = (MessageDate){
		.known = TRUE, .zone_known = TRUE, .zone_minutes = 60, .seconds = 86400
	};
	put (sink, message);
	put (sink, scene_message ("", "\n"));
	finish (sink);

	g_autoptr (GDir) directory = g_dir_open (cur, 0, NULL);
	for (const char *name; (name = g_dir_read_name (directory)) != NULL;) {
		g_autofree char *path = g_build_filename (cur, name, NULL);
		struct stat status;
		g_assert_cmpint (stat (path, &status), ==, 0);
		gboolean dated = g_str_has_prefix (name, "86400.Q");
		g_assert_true (dated || g_str_has_prefix (name, "0.Q"));
		g_assert_cmpint (status.st_mtime, ==, dated ? 86400 : 0);
		g_assert_nonnull (strstr (name, dated ? "-1.mailferry,S=8,W=10:2," :
							"-1.mailferry,S=1,W=2:2,"));
		g_assert_cmpint (status.st_mode & 07777, ==, 0600);
	}
}

static void
test_again_changes_nothing (void)
{
	static const MaildirDurability ways[] = { MAILDIR_DURABILITY_BATCH, MAILDIR_DURABILITY_FILE,
						  MAILDIR_DURABILITY_NONE };
	g_autofree char *first = NULL;

	for (gsize i = 0; i < G_N_ELEMENTS (ways); i++) {
		g_autoptr (Scene) scene = scene_new ();
		MaildirSinkOptions options = { .durability = ways[i] };
		deliver_all (scene, &options);
		g_autofree char *before = scene_snapshot (scene->path);
		scene_forget (scene);
		deliver_all (scene, &options);
		expect_counts (scene, 0, 5);
		g_autofree char *after = scene_snapshot (scene->path);
		g_assert_cmpstr (after, ==, before);
		if (first == NULL)
			first = g_steal_pointer (&before);
		g_assert_cmpstr (after, ==, first);
	}
}

/* Without finish, as after SIGKILL but for what is in tmp/: a file of ours is put there by hand. */
static void
test_an_interrupted_run_is_completed (void)
{
	g_autoptr (Scene) scene = scene_new ();
	g_autoptr (Scene) whole = scene_new ();
	MessageSink *sink = open_sink (scene, &usual);

	put (sink, scene_message ("", "Subject: 1\n\nbody\n"));
	message_sink_free (sink);
	g_assert_cmpuint (scene_count (scene->path, "tmp"), ==, 0);
	g_assert_cmpuint (scene_count (scene->path, "cur"), ==, 0);
	expect_counts (scene, 0, 0);
	scene_write (scene->path, "tmp/Q000102030405060708090a0b0c0d0e0f10111213-1.mailferry",
		     "half");
	scene_write (scene->path, "tmp/1700000000.M1P2.host", "of another program");

	deliver_all (scene, &usual);
	deliver_all (whole, &usual);
	g_assert_cmpuint (scene_count (scene->path, "tmp"), ==, 1);
	g_autofree char *foreign = g_build_filename (scene->path, "tmp/1700000000.M1P2.host", NULL);
	g_assert_cmpint (unlink (foreign), ==, 0);
	g_autofree char *got = scene_snapshot (scene->path);
	g_autofree char *expected = scene_snapshot (whole->path);
	g_assert_cmpstr (got, ==, expected);
}

static void
rename_in (Scene *scene, const char *from, const char *to)
{
	g_autofree char *old = g_build_filename (scene->path, from, NULL);
	g_autofree char *new = g_build_filename (scene->path, to, NULL);

	g_assert_cmpint (rename (old, new), ==, 0);
}

static char *
only_name (Scene *scene, const char *sub)
{
	g_autofree char *path = g_build_filename (scene->path, sub, NULL);
	g_autoptr (GDir) directory = g_dir_open (path, 0, NULL);

	return g_build_filename (sub, g_dir_read_name (directory), NULL);
}

static void
deliver_one (Scene *scene, const char *folder, const char *text)
{
	MessageSink *sink = open_sink (scene, &usual);

	put (sink, scene_message (folder, text));
	finish (sink);
}

static void
test_other_flags_are_the_same_message (void)
{
	g_autoptr (Scene) scene = scene_new ();

	deliver_one (scene, "", "one\n");
	g_autofree char *name = only_name (scene, "cur");
	g_autofree char *flagged = g_strconcat (name, "FS", NULL);
	rename_in (scene, name, flagged);
	deliver_one (scene, "", "one\n");
	expect_counts (scene, 1, 1);

	/* marked unread by moving it to new/, under another date */
	g_autofree char *unread = g_strconcat ("new/17", strchr (name, '.'), NULL);
	*strrchr (unread, ':') = '\0';
	rename_in (scene, flagged, unread);
	deliver_one (scene, "", "one\n");
	expect_counts (scene, 1, 2);
}

static void
test_what_was_deleted_comes_again (void)
{
	g_autoptr (Scene) scene = scene_new ();

	deliver_all (scene, &usual);
	deliver_one (scene, "Moved here", "one\n");
	g_autofree char *name = only_name (scene, ".Moved here/cur");
	g_autofree char *elsewhere = g_strconcat (".Empty/cur/", strrchr (name, '/') + 1, NULL);
	rename_in (scene, name, elsewhere);
	scene_forget (scene);
	deliver_one (scene, "Moved here", "one\n");
	expect_counts (scene, 1, 0);
	g_assert_cmpuint (scene_count (scene->path, ".Empty/cur"), ==, 1);
}

static void
test_a_second_copy_stays_when_the_first_is_deleted (void)
{
	g_autoptr (Scene) scene = scene_new ();
	MessageSink *sink = open_sink (scene, &usual);

	put (sink, scene_message ("", "one\n"));
	put (sink, scene_message ("", "one\n"));
	finish (sink);
	g_autofree char *name = only_name (scene, "cur");
	g_autofree char *path = g_build_filename (scene->path, name, NULL);
	g_assert_cmpint (unlink (path), ==, 0);
	scene_forget (scene);

	MessageSink *again = open_sink (scene, &usual);
	put (again, scene_message ("", "one\n"));
	put (again, scene_message ("", "one\n"));
	finish (again);
	expect_counts (scene, 1, 1);
	g_assert_cmpuint (scene_count (scene->path, "cur"), ==, 2);
}

static void
test_many_folders_by_turns (void)
{
	g_autoptr (Scene) scene = scene_new ();
	MessageSink *sink = open_sink (scene, &usual);

	for (int round = 0; round < 3; round++)
		for (int i = 0; i < 150; i++) {
			g_autofree char *folder = g_strdup_printf ("f%d", i);
			g_autofree char *text = g_strdup_printf ("message %d\n", round % 2);
			put (sink, scene_message (folder, text));
		}
	finish (sink);
	expect_counts (scene, 450, 0);
	for (int i = 0; i < 150; i++) {
		g_autofree char *cur = g_strdup_printf (".f%d/cur", i);
		g_assert_cmpuint (scene_count (scene->path, cur), ==, 3);
	}
}

static void
test_too_many_keywords (void)
{
	g_autoptr (Scene) scene = scene_new ();
	MessageSink *sink = open_sink (scene, &usual);

	for (int i = 0; i < 30; i++) {
		g_autofree char *text = g_strdup_printf ("message %d\n", i);
		g_autofree char *name = g_strdup_printf ("keyword-%02d", i);
		const char *const keywords[] = { name, "common", NULL };
		Message *message = scene_message ("", text);
		message_set_keywords (message, keywords);
		put (sink, message);
	}
	finish (sink);
	expect_counts (scene, 30, 0);
	g_autofree char *keywords = scene_read (scene->path, "dovecot-keywords");
	g_assert_true (g_str_has_suffix (keywords, "\n25 keyword-24\n"));
}

static void
test_a_dry_run_writes_nothing (void)
{
	g_autoptr (Scene) scene = scene_new ();
	MaildirSinkOptions dry = { .dry_run = TRUE };

	deliver_all (scene, &dry);
	expect_counts (scene, 5, 0);
	g_assert_false (g_file_test (scene->path, G_FILE_TEST_EXISTS));

	scene_forget (scene);
	deliver_all (scene, &usual);
	g_autofree char *before = scene_snapshot (scene->path);
	scene_forget (scene);
	deliver_all (scene, &dry);
	expect_counts (scene, 0, 5);
	g_autofree char *after = scene_snapshot (scene->path);
	g_assert_cmpstr (after, ==, before);
}

static void
expect_refusal (Scene *scene, const char *folder, const char *pattern)
{
	g_autoptr (GError) error = NULL;
	MessageSink *sink =
		maildir_sink_new (scene->path, &usual, scene->ledger, scene->report, &error);

	if (sink != NULL) {
		g_autoptr (Message) message = scene_message (folder, "x\n");
		g_assert_false (message_sink_put (sink, message, &error));
		message_sink_free (sink);
	}
	g_assert_error (error, RUN_ERROR, RUN_ERROR_OUTPUT);
	if (!g_pattern_match_simple (pattern, error->message))
		g_error ("unexpected text: %s", error->message);
}

static void
test_refuses_what_is_no_maildir (void)
{
	g_autoptr (Scene) scene = scene_new ();

	scene_write (scene->path, "", "a file");
	expect_refusal (scene, "", "*Maildir*: not a directory*");
	g_assert_cmpint (unlink (scene->path), ==, 0);

	scene_mkdir (scene->path, "pictures");
	expect_refusal (scene, "", "*not a Maildir*");
	g_assert_cmpuint (scene_count (scene->path, ""), ==, 1);
}

static void
link_in (Scene *scene, const char *name)
{
	g_autofree char *path = g_build_filename (scene->path, name, NULL);

	g_assert_cmpint (symlink (scene->top, path), ==, 0);
}

static void
test_follows_no_links (void)
{
	static const char *const places[] = { "cur", "new", "tmp" };

	for (gsize i = 0; i < G_N_ELEMENTS (places); i++) {
		g_autoptr (Scene) scene = scene_new ();
		scene_mkdir (scene->path, strcmp (places[i], "cur") == 0 ? "new" : "cur");
		link_in (scene, places[i]);
		expect_refusal (scene, "", "*link*");
	}
	g_autoptr (Scene) scene = scene_new ();
	scene_mkdir (scene->path, "cur");
	link_in (scene, ".Sent");
	expect_refusal (scene, "Sent", "*link*");
	g_assert_cmpuint (scene_count (scene->top, ""), ==, 1);
}

static void
test_one_writer_at_a_time (void)
{
	g_autoptr (Scene) scene = scene_new ();
	g_autoptr (MessageSink) sink = open_sink (scene, &usual);
	g_autoptr (GError) error = NULL;

	g_assert_null (
		maildir_sink_new (scene->path, &usual, scene->ledger, scene->report, &error));
	g_assert_error (error, RUN_ERROR, RUN_ERROR_TEMPORARY);
}

static void
test_comes_back_the_same (void)
{
	static const MaildirLayout layouts[] = { MAILDIR_LAYOUT_PLUS, MAILDIR_LAYOUT_FS };

	for (gsize i = 0; i < G_N_ELEMENTS (layouts); i++) {
		g_autoptr (Scene) scene = scene_new ();
		g_autoptr (Scene) copy = scene_new ();
		g_autoptr (GError) error = NULL;
		MaildirSinkOptions options = { .layout = layouts[i] };
		deliver_all (scene, &options);
		g_autofree char *before = scene_snapshot (scene->path);

		g_autoptr (MessageSource) source =
			maildir_source_new (scene->path, scene->ledger, scene->report, &error);
		g_assert_no_error (error);
		MessageSink *sink = open_sink (copy, &options);
		for (Message *message;
		     message_source_next (source, &message, &error) && message != NULL;)
			put (sink, message);
		g_assert_no_error (error);
		g_clear_pointer (&source, message_source_free); /* messages outlive it */
		finish (sink);
		expect_counts (copy, 5, 0);
		g_assert_cmpuint (ledger_get_counts (scene->ledger).announced, ==, 5);

		g_autofree char *after = scene_snapshot (scene->path);
		g_assert_cmpstr (after, ==, before);
		g_autofree char *copied = scene_snapshot (copy->path);
		g_assert_cmpstr (copied, ==, before);
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/maildir/sink/delivers", test_delivers);
	g_test_add_func ("/maildir/sink/names-tell-sizes-and-dates", test_sizes_and_dates);
	g_test_add_func ("/maildir/sink/again-changes-nothing", test_again_changes_nothing);
	g_test_add_func ("/maildir/sink/an-interrupted-run-is-completed",
			 test_an_interrupted_run_is_completed);
	g_test_add_func ("/maildir/sink/other-flags-are-the-same-message",
			 test_other_flags_are_the_same_message);
	g_test_add_func ("/maildir/sink/what-was-moved-away-comes-again",
			 test_what_was_deleted_comes_again);
	g_test_add_func ("/maildir/sink/a-second-copy-stays-when-the-first-is-deleted",
			 test_a_second_copy_stays_when_the_first_is_deleted);
	g_test_add_func ("/maildir/sink/many-folders-by-turns", test_many_folders_by_turns);
	g_test_add_func ("/maildir/sink/too-many-keywords-cost-keywords", test_too_many_keywords);
	g_test_add_func ("/maildir/sink/a-dry-run-writes-nothing", test_a_dry_run_writes_nothing);
	g_test_add_func ("/maildir/sink/refuses-what-is-no-maildir",
			 test_refuses_what_is_no_maildir);
	g_test_add_func ("/maildir/sink/follows-no-links", test_follows_no_links);
	g_test_add_func ("/maildir/sink/one-writer-at-a-time", test_one_writer_at_a_time);
	g_test_add_func ("/maildir/sink/what-is-read-comes-back-the-same",
			 test_comes_back_the_same);
	return g_test_run ();
}
