/* test-maildir-source.c - what is read out of a Maildir, whoever made it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "maildir/maildir-source.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include "maildir-test.h"

static MessageSource *
open_source (Scene *scene)
{
	g_autoptr (GError) error = NULL;
	MessageSource *source =
		maildir_source_new (scene->path, scene->ledger, scene->report, &error);

	g_assert_no_error (error);
	return source;
}

static Message *
next (MessageSource *source)
{
	g_autoptr (GError) error = NULL;
	Message *message = NULL;

	message_source_next (source, &message, &error);
	g_assert_no_error (error);
	return message;
}

static void
expect (MessageSource *source, const char *folder, const char *origin)
{
	g_autoptr (Message) message = next (source);

	g_assert_nonnull (message);
	g_assert_cmpstr (message->folder->path, ==, folder);
	g_assert_cmpstr (message->origin, ==, origin);
}

static void
expect_end (MessageSource *source)
{
	g_assert_null (next (source));
}

static void
make_maildir (Scene *scene, const char *folder)
{
	static const char *const names[] = { "cur", "new", "tmp" };

	for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
		g_autofree char *sub = g_build_filename (folder, names[i], NULL);
		scene_mkdir (scene->path, sub);
	}
}

static void
test_order_is_fixed (void)
{
	g_autoptr (Scene) scene = scene_new ();

	make_maildir (scene, "");
	make_maildir (scene, ".Sent");
	make_maildir (scene, ".A.Caf&AOk-");
	scene_mkdir (scene->path, ".not-a-folder");
	scene_write (scene->path, "cur/2.b.host:2,S", "b");
	scene_write (scene->path, "new/1.a.host", "a");
	scene_write (scene->path, ".Sent/cur/3.c.host:2,", "c");
	scene_write (scene->path, "tmp/4.d.host", "unfinished");
	g_autoptr (MessageSource) source = open_source (scene);
	expect (source, "A/Café", NULL);
	expect (source, "INBOX", "Maildir/new/1.a.host");
	expect (source, "INBOX", "Maildir/cur/2.b.host:2,S");
	expect (source, "Sent", "Maildir/.Sent/cur/3.c.host:2,");
	expect_end (source);
	g_assert_cmpuint (ledger_get_counts (scene->ledger).announced, ==, 3);
}

static void
test_flags_keywords_and_date (void)
{
	g_autoptr (Scene) scene = scene_new ();
	struct utimbuf then = { 1007073232, 1007073232 };

	make_maildir (scene, "");
	scene_write (scene->path, "dovecot-keywords", "0 $Label1\n1 Work\n");
	scene_write (scene->path, "cur/1.a.host:2,DFPRSTabz", "text\n");
	g_autofree char *path = g_build_filename (scene->path, "cur/1.a.host:2,DFPRSTabz", NULL);
	g_assert_cmpint (utime (path, &then), ==, 0);

	g_autoptr (MessageSource) source = open_source (scene);
	g_autoptr (Message) message = next (source);
	g_assert_cmpint (message->flags, ==,
			 MESSAGE_SEEN | MESSAGE_ANSWERED | MESSAGE_FLAGGED | MESSAGE_DRAFT |
				 MESSAGE_DELETED);
	g_autofree char *keywords = g_strjoinv (" ", message->keywords);
	g_assert_cmpstr (keywords, ==, "$Forwarded $Label1 Work");
	g_assert_true (message->received.known);
	g_assert_false (message->received.zone_known);
	g_assert_cmpint (message->received.seconds, ==, 1007073232);
	g_assert_cmpint (message_content_get_size (message->content), ==, 5);
}

static void
test_what_is_no_mail_is_accounted_for (void)
{
	g_autoptr (Scene) scene = scene_new ();
	g_autofree char *link = g_build_filename (scene->path, "cur/link", NULL);

	make_maildir (scene, "");
	scene_mkdir (scene->path, "cur/directory");
	scene_write (scene->path, "cur/.DS_Store", "x");
	scene_write (scene->path, "cur/mail", "x");
	g_assert_cmpint (symlink ("/etc/passwd", link), ==, 0);
	g_autoptr (MessageSource) source = open_source (scene);
	expect (source, "INBOX", "Maildir/cur/mail");
	expect_end (source);
	ReportCounts counts = ledger_get_counts (scene->ledger);
	g_assert_cmpuint (counts.announced, ==, 4);
	g_assert_cmpuint (counts.skipped, ==, 1);
	g_assert_cmpuint (counts.failed, ==, 2);
}

static void
move (Scene *scene, const char *from, const char *to)
{
	g_autofree char *old = g_build_filename (scene->path, from, NULL);
	g_autofree char *new = g_build_filename (scene->path, to, NULL);

	g_assert_cmpint (rename (old, new), ==, 0);
}

static void
test_moved_files_are_followed (void)
{
	g_autoptr (Scene) scene = scene_new ();

	make_maildir (scene, "");
	scene_write (scene->path, "new/1.a.host", "a");
	scene_write (scene->path, "new/2.b.host,S=1", "b");
	scene_write (scene->path, "cur/3.c.host:2,", "c");
	scene_write (scene->path, "cur/4.d.host:2,", "d");
	g_autoptr (MessageSource) source = open_source (scene);
	expect (source, "INBOX", "Maildir/new/1.a.host");
	move (scene, "new/2.b.host,S=1", "cur/2.b.host,S=1:2,S");
	move (scene, "cur/3.c.host:2,", "cur/3.c.host:2,RS");
	g_autofree char *gone = g_build_filename (scene->path, "cur/4.d.host:2,", NULL);
	g_assert_cmpint (unlink (gone), ==, 0);

	g_autoptr (Message) seen = next (source);
	g_assert_cmpint (seen->flags, ==, MESSAGE_SEEN);
	g_assert_nonnull (message_get_l0 (seen, NULL));
	g_autoptr (Message) answered = next (source);
	g_assert_cmpint (answered->flags, ==, MESSAGE_SEEN | MESSAGE_ANSWERED);
	expect_end (source);
	g_assert_cmpuint (ledger_get_counts (scene->ledger).failed, ==, 1);
}

static void
test_a_message_in_both_places_is_one (void)
{
	g_autoptr (Scene) scene = scene_new ();

	make_maildir (scene, "");
	scene_write (scene->path, "new/1.a.host", "a");
	scene_write (scene->path, "cur/1.a.host:2,S", "a");
	scene_write (scene->path, "cur/1.a.host.b:2,S", "b");
	g_autoptr (MessageSource) source = open_source (scene);
	expect (source, "INBOX", "Maildir/cur/1.a.host:2,S");
	expect (source, "INBOX", "Maildir/cur/1.a.host.b:2,S");
	expect_end (source);
	g_assert_cmpuint (ledger_get_counts (scene->ledger).announced, ==, 2);
}

static void
test_a_linked_folder_is_refused_aloud (void)
{
	g_autoptr (Scene) scene = scene_new ();
	g_autofree char *link = g_build_filename (scene->path, ".Sent/cur", NULL);

	make_maildir (scene, "");
	scene_mkdir (scene->path, ".Sent/new");
	scene_write (scene->path, "cur/mail", "x");
	g_assert_cmpint (symlink ("/etc", link), ==, 0);
	g_autoptr (MessageSource) source = open_source (scene);
	expect (source, "INBOX", "Maildir/cur/mail");
	expect_end (source);
	g_assert_cmpint (report_get_status (scene->report), ==, EXIT_STATUS_DIFFERENCES);
}

/* A folder that somebody has moved to a larger disk. */
static void
test_a_folder_that_is_a_link_is_refused_aloud (void)
{
	g_autoptr (Scene) scene = scene_new ();
	g_autofree char *link = g_build_filename (scene->path, ".Old", NULL);

	make_maildir (scene, "");
	scene_write (scene->path, "cur/mail", "x");
	scene_mkdir (scene->top, "elsewhere/cur");
	scene_mkdir (scene->top, "elsewhere/new");
	scene_write (scene->top, "elsewhere/cur/mail", "y");
	g_assert_cmpint (symlink ("../elsewhere", link), ==, 0);
	g_autoptr (MessageSource) source = open_source (scene);
	expect (source, "INBOX", "Maildir/cur/mail");
	expect_end (source);
	g_assert_cmpint (report_get_status (scene->report), ==, EXIT_STATUS_DIFFERENCES);
}

static void
test_a_folder_that_cannot_be_read_is_named (void)
{
	g_autoptr (Scene) scene = scene_new ();
	g_autofree char *closed = g_build_filename (scene->path, ".Sent", NULL);

	if (geteuid () == 0) {
		g_test_skip ("root reads everything");
		return;
	}
	make_maildir (scene, "");
	make_maildir (scene, ".Sent");
	scene_write (scene->path, "cur/mail", "x");
	scene_write (scene->path, ".Sent/cur/mail", "y");
	g_assert_cmpint (chmod (closed, 0), ==, 0);
	g_autoptr (MessageSource) source = open_source (scene);
	expect (source, "INBOX", "Maildir/cur/mail");
	expect_end (source);
	g_assert_cmpint (report_get_status (scene->report), ==, EXIT_STATUS_DIFFERENCES);
	g_assert_cmpint (chmod (closed, 0700), ==, 0);
}

static void
test_a_file_that_changes_is_not_read_in_halves (void)
{
	g_autoptr (Scene) scene = scene_new ();
	g_autoptr (GError) error = NULL;

	make_maildir (scene, "");
	scene_write (scene->path, "cur/mail", "first\n");
	g_autoptr (MessageSource) source = open_source (scene);
	g_autoptr (Message) message = next (source);
	scene_write (scene->path, "cur/mail", "longer than first\n");
	g_assert_null (message_get_l0 (message, &error));
	g_assert_nonnull (error);
}

/* So many that their names do not fit into what a source may hold. */
#define MANY       16000
#define LONG       220
#define HELD_LIMIT (5 * 1024 * 1024 / 2)

static gsize
count_held (void)
{
	struct mallinfo2 held = mallinfo2 ();

	return held.uordblks + held.hblkhd;
}

/* They come in order, some of them seen in both places, and their names are not all in memory. */
static void
test_a_large_folder_needs_little_memory (void)
{
	g_autoptr (Scene) scene = scene_new ();
	char tail[LONG];

	make_maildir (scene, "");
	memset (tail, 'x', sizeof tail - 1);
	tail[sizeof tail - 1] = '\0';
	scene_write (scene->path, "one", "a");
	g_autofree char *one = g_build_filename (scene->path, "one", NULL);
	for (guint i = 0; i < MANY; i++) {
		const char *sub = i % 2 == 0 ? "new" : "cur";
		g_autofree char *path =
			g_strdup_printf ("%s/%s/%06u.%s", scene->path, sub, i * 7919 % MANY, tail);
		g_assert_cmpint (link (one, path), ==, 0);
		g_autofree char *twin = g_strdup_printf ("%s/cur/%06u.%s:2,S", scene->path,
							 i * 7919 % MANY, tail);
		if (i % 16 == 0)
			g_assert_cmpint (link (one, twin), ==, 0);
	}
	gsize before = count_held ();
	g_autoptr (MessageSource) source = open_source (scene);
	for (guint i = 0; i < MANY; i++) {
		g_autofree char *number = g_strdup_printf ("/%06u.", i);
		g_autoptr (Message) message = next (source);
		g_assert_nonnull (strstr (message->origin, number));
		g_assert_true (i % 1000 != 0 || count_held () < before + HELD_LIMIT);
	}
	expect_end (source);
	g_assert_cmpuint (ledger_get_counts (scene->ledger).announced, ==, MANY);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/maildir/source/order-is-fixed", test_order_is_fixed);
	g_test_add_func ("/maildir/source/flags-keywords-and-date-are-read",
			 test_flags_keywords_and_date);
	g_test_add_func ("/maildir/source/what-is-no-mail-is-accounted-for",
			 test_what_is_no_mail_is_accounted_for);
	g_test_add_func ("/maildir/source/moved-files-are-followed", test_moved_files_are_followed);
	g_test_add_func ("/maildir/source/a-message-in-both-places-is-one",
			 test_a_message_in_both_places_is_one);
	g_test_add_func ("/maildir/source/a-linked-folder-is-refused-aloud",
			 test_a_linked_folder_is_refused_aloud);
	g_test_add_func ("/maildir/source/a-folder-that-is-a-link-is-refused-aloud",
			 test_a_folder_that_is_a_link_is_refused_aloud);
	g_test_add_func ("/maildir/source/a-folder-that-cannot-be-read-is-named",
			 test_a_folder_that_cannot_be_read_is_named);
	g_test_add_func ("/maildir/source/a-file-that-changes-is-not-read-in-halves",
			 test_a_file_that_changes_is_not_read_in_halves);
	g_test_add_func ("/maildir/source/a-large-folder-needs-little-memory",
			 test_a_large_folder_needs_little_memory);
	return g_test_run ();
}
