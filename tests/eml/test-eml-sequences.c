/* test-eml-sequences.c - the flags of MH: what nmh, mutt and Python write, and what strangers might
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eml/eml-sequences.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "base/safe-file.h"
#include "support/mail-fakes.h"
#include "support/remove-tree.h"

typedef struct {
	char *top;
	int fd;
	Report *report;
	EmlSequences *sequences;
} Scene;

static void
plant (const char *path, const void *data, gsize length)
{
	int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	g_assert_cmpint (fd, >=, 0);
	g_assert_true (safe_file_write_all (fd, data, length, path, NULL));
	close (fd);
}

static Scene *
scene_empty (void)
{
	Scene *scene = g_new0 (Scene, 1);

	scene->top = g_dir_make_tmp ("mailferry-test.XXXXXX", NULL);
	g_assert_nonnull (scene->top);
	scene->fd = open (scene->top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	scene->report = report_new_quiet ("test");
	g_autofree char *path = g_build_filename (scene->top, "report.json", NULL);
	g_assert_true (report_open_file (scene->report, path, NULL));
	return scene;
}

static void
scene_read (Scene *scene)
{
	scene->sequences = eml_sequences_new (scene->fd, "mh/.mh_sequences", "INBOX",
					      scene->report);
}

static Scene *
scene_new (const void *data, gsize length)
{
	Scene *scene = scene_empty ();
	g_autofree char *path = g_build_filename (scene->top, EML_SEQUENCES_FILE, NULL);

	plant (path, data, length);
	scene_read (scene);
	return scene;
}

static void
scene_free (Scene *scene)
{
	remove_tree (scene->top);
	close (scene->fd);
	eml_sequences_free (scene->sequences);
	report_free (scene->report);
	g_free (scene->top);
	g_free (scene);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Scene, scene_free)

/* "SF todo": letters of the flags as a Maildir has them, then the keywords. */
static char *
flags_of (const Scene *scene, const char *name)
{
	g_autoptr (Message) message = fake_message ("INBOX", "A: b\n\n", -1, name);
	GString *text = g_string_new (NULL);

	eml_sequences_apply (scene->sequences, name, message);
	g_string_append (text, (message->flags & MESSAGE_SEEN) != 0 ? "S" : "");
	g_string_append (text, (message->flags & MESSAGE_FLAGGED) != 0 ? "F" : "");
	g_string_append (text, (message->flags & MESSAGE_ANSWERED) != 0 ? "R" : "");
	for (char **keyword = message->keywords; keyword != NULL && *keyword != NULL; keyword++)
		g_string_append_printf (text, " %s", *keyword);
	return g_string_free (text, FALSE);
}

static void
assert_flags (const Scene *scene, const char *name, const char *expected)
{
	g_autofree char *got = flags_of (scene, name);

	g_assert_cmpstr (got, ==, expected);
}

/* Closes the report. */
static void
assert_findings (const Scene *scene, const char *expected)
{
	const ReportCounts none = { 0 };
	g_autofree char *path = g_build_filename (scene->top, "report.json", NULL);
	g_autofree char *text = NULL;
	g_autoptr (GString) names = g_string_new (NULL);

	g_assert_true (report_close (scene->report, &none, NULL));
	g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
	for (const char *at = text; (at = strstr (at, "\"name\":\"")) != NULL;) {
		at += strlen ("\"name\":\"");
		g_string_append_len (names, at, (gssize) strcspn (at, "\""));
		g_string_append_c (names, ' ');
	}
	g_assert_cmpstr (names->str, ==, expected);
}

static void
test_flags (void)
{
	static const char text[] = "cur: 4\nunseen: 3 7-9 12\nflagged: 7\nreplied: 1-2 4\n";
	g_autoptr (Scene) scene = scene_new (text, strlen (text));

	assert_flags (scene, "1", "SR");
	assert_flags (scene, "3", "");
	assert_flags (scene, "6", "S");
	assert_flags (scene, "7", "F");
	assert_flags (scene, "0009", "");
	assert_flags (scene, "10", "S");
	assert_flags (scene, "12", "");
	assert_flags (scene, "4", "SR");
	assert_findings (scene, "");
}

static void
test_names (void)
{
	static const char text[] = "todo: 1 5\npseq: 1-9\nmust-read: 1\ncur: 1\n";
	g_autoptr (Scene) scene = scene_new (text, strlen (text));

	assert_flags (scene, "1", "S must-read todo");
	assert_flags (scene, "5", "S todo");
	assert_flags (scene, "6", "S");
	assert_findings (scene, "");
}

/* An agent may fold a long line as in a header, end lines with CR LF, name a sequence twice, have
 * ranges overlap and in any order. */
static void
test_forms (void)
{
	static const char text[] = "unseen: 9-12\r\n 20-30 \t 25-40 1\r\ncur: 1\r\n 2 3\r\n\r\n"
				   "unseen:2\nflagged:\nreplied :40";
	g_autoptr (Scene) scene = scene_new (text, strlen (text));
	const char *unseen[] = { "1", "2", "9", "12", "20", "26", "35" };

	for (gsize i = 0; i < G_N_ELEMENTS (unseen); i++)
		assert_flags (scene, unseen[i], "");
	assert_flags (scene, "3", "S");
	assert_flags (scene, "8", "S");
	assert_flags (scene, "13", "S");
	assert_flags (scene, "19", "S");
	assert_flags (scene, "40", "R");
	assert_flags (scene, "41", "S");
	assert_findings (scene, "");
}

static void
test_empty (void)
{
	g_autoptr (Scene) scene = scene_new ("", 0);

	assert_flags (scene, "1", "S");
}

static void
test_missing (void)
{
	g_autoptr (Scene) scene = scene_empty ();

	scene_read (scene);
	g_assert_null (scene->sequences);
	assert_findings (scene, "");
}

/* What makes sense counts, whatever stands beside it; the rest is told once. */
static void
test_nonsense (void)
{
	static const char text[] = "unseen: x 3-1 -5 5- 4294967296 99999999999999999999999 6 0x9 "
				   "1-99999999999999999999\0 7\nno colon\n1todo: 6\n\\Seen: 6\n"
				   ": 6\nto\tdo: 6\nflagged: 6\n";
	g_autoptr (Scene) scene = scene_new (text, sizeof text - 1);

	assert_flags (scene, "6", "F");
	assert_flags (scene, "7", "");
	assert_flags (scene, "3", "S");
	assert_flags (scene, "5", "S");
	assert_flags (scene, "9", "S");
	assert_findings (scene, "odd-sequence ");
}

/* A message whose number nothing can name has no flags. */
static void
test_large_numbers (void)
{
	static const char text[] = "unseen: 1-4294967295\n";
	g_autoptr (Scene) scene = scene_new (text, strlen (text));

	assert_flags (scene, "4294967295", "");
	assert_flags (scene, "4294967296", "");
	assert_flags (scene, "0", "S");
}

static void
test_many_names (void)
{
	g_autoptr (GString) text = g_string_new ("unseen: 2\n");
	g_autoptr (Message) message = fake_message ("INBOX", "A: b\n\n", -1, "1");

	for (guint i = 0; i < 100000; i++)
		g_string_append_printf (text, "s%u: 1\n", i);
	g_autoptr (Scene) scene = scene_new (text->str, text->len);
	eml_sequences_apply (scene->sequences, "1", message);
	g_assert_cmpuint (g_strv_length (message->keywords), <, 256);
	assert_findings (scene, "odd-sequence ");
}

static void
test_large (void)
{
	gsize length = 3 * 1024 * 1024;
	g_autofree char *text = g_malloc (length);

	memset (text, '1', length);
	memcpy (text, "unseen: 1\n", 10);
	g_autoptr (Scene) scene = scene_new (text, length);
	g_assert_null (scene->sequences);
	assert_findings (scene, "sequences-unreadable ");
}

static void
test_link (void)
{
	g_autoptr (Scene) scene = scene_empty ();
	g_autofree char *path = g_build_filename (scene->top, EML_SEQUENCES_FILE, NULL);

	g_assert_cmpint (symlink ("/etc/passwd", path), ==, 0);
	scene_read (scene);
	g_assert_null (scene->sequences);
	assert_findings (scene, "sequences-unreadable ");
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/eml/sequences/what-is-not-unseen-has-been-read", test_flags);
	g_test_add_func ("/eml/sequences/other-names-are-keywords", test_names);
	g_test_add_func ("/eml/sequences/lines-come-in-many-forms", test_forms);
	g_test_add_func ("/eml/sequences/an-empty-file-says-all-is-read", test_empty);
	g_test_add_func ("/eml/sequences/without-the-file-nobody-knows", test_missing);
	g_test_add_func ("/eml/sequences/nonsense-is-left-out-and-named", test_nonsense);
	g_test_add_func ("/eml/sequences/numbers-have-a-bound", test_large_numbers);
	g_test_add_func ("/eml/sequences/names-have-a-bound", test_many_names);
	g_test_add_func ("/eml/sequences/a-file-too-large-is-not-read", test_large);
	g_test_add_func ("/eml/sequences/a-link-is-not-followed", test_link);
	return g_test_run ();
}
