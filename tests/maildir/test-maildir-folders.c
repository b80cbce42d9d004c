/* test-maildir-folders.c - folders and their directories
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "maildir/maildir-folders.h"

#include <string.h>
#include <unistd.h>

#include "maildir-test.h"

static MaildirFolders *
open_folders (Scene *scene, MaildirLayout layout, MaildirNames names)
{
	g_autoptr (GError) error = NULL;
	MaildirFolders *folders =
		maildir_folders_new (scene->fd, scene->top, layout, names, scene->report, &error);

	g_assert_no_error (error);
	return folders;
}

static const char *
directory_of (MaildirFolders *folders, const char *path)
{
	g_autoptr (Folder) folder = folder_new_from_path (path, FOLDER_ROLE_NONE);

	g_assert_nonnull (folder);
	return maildir_folders_obtain (folders, folder)->directory;
}

/* Each pair of columns stands for a Maildir of its own. */
static const struct {
	const char *path;
	const char *plus;
	const char *fs;
} names[] = {
	{ "INBOX", ".", "." },
	{ "INBOX/Café", ".INBOX.Caf&AOk-", "INBOX/Caf&AOk-" },
	{ "Sent Items", ".Sent Items", "Sent Items" },
	{ "A/B/C", ".A.B.C", "A/B/C" },
	{ "v1.0", ".v1%2E0", "v1.0" },
	{ "a%2Fb", ".a%2Fb", "a%2Fb" },
	{ "100%25", ".100%25", "100%25" },
	{ "%252F", ".%252F", "%252F" },
	{ "%2E%2E", ".%2E%2E", "%2E." },
	{ "%2E", ".%2E", "%2E" },
	{ ".hidden", ".%2Ehidden", "%2Ehidden" },
	{ "...", ".%2E%2E%2E", "%2E.." },
	{ "x/%2E%2E/etc", ".x.%2E%2E.etc", "x/%2E./etc" },
	{ "cur", ".cur", "%63ur" },
	{ "A/NEW/B", ".A.NEW.B", "A/%4EEW/B" },
	{ "tmp/tmp", ".tmp.tmp", "%74mp/%74mp" },
	{ "mailferry-folders", ".mailferry-folders", "%6Dailferry-folders" },
	{ "dovecot.index", ".dovecot%2Eindex", "%64ovecot.index" },
	{ "~root", ".%7Eroot", "%7Eroot" },
	{ "Tom & Jerry", ".Tom &- Jerry", "Tom &- Jerry" },
	{ "line%0Abreak", ".line%0Abreak", "line%0Abreak" },
	{ "%20blank%20", ". blank ", " blank " },
	{ "Inbox", ".Inbox~94835ea2", "Inbox~94835ea2" },
	{ "Inbox/x", ".Inbox~94835ea2.x", "Inbox~94835ea2/x" },
	{ "日本語", ".&ZeVnLIqe-", "&ZeVnLIqe-" },
	{ "-rf", ".-rf", "-rf" },
};

static void
test_names (void)
{
	for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
		g_autoptr (Scene) scene = scene_new ();
		g_autoptr (MaildirFolders) plus =
			open_folders (scene, MAILDIR_LAYOUT_AUTO, MAILDIR_NAMES_UTF7);
		g_autoptr (MaildirFolders) fs =
			open_folders (scene, MAILDIR_LAYOUT_FS, MAILDIR_NAMES_UTF7);
		g_assert_cmpstr (directory_of (plus, names[i].path), ==, names[i].plus);
		g_assert_cmpstr (directory_of (fs, names[i].path), ==, names[i].fs);
	}
}

static void
test_names_in_utf8 (void)
{
	g_autoptr (Scene) scene = scene_new ();
	g_autoptr (MaildirFolders) folders =
		open_folders (scene, MAILDIR_LAYOUT_PLUS, MAILDIR_NAMES_UTF8);

	g_assert_cmpstr (directory_of (folders, "INBOX/Café"), ==, ".INBOX.Café");
	g_assert_cmpstr (directory_of (folders, "Tom & Jerry"), ==, ".Tom & Jerry");
	g_assert_cmpstr (directory_of (folders, "a.b"), ==, ".a%2Eb");
}

static void
test_twins_are_kept_apart (void)
{
	static const char *const twins[] = {
		"Projects",          "projects",          "PROJECTS", "Caf\303\251", "Cafe\314\201",
		"\303\211t\303\251", "\303\251t\303\251", "inbox",    "Inbox",       "iNBOX"
	};
	g_autoptr (Scene) scene = scene_new ();
	g_autoptr (MaildirFolders) folders =
		open_folders (scene, MAILDIR_LAYOUT_AUTO, MAILDIR_NAMES_UTF7);
	g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

	g_assert_cmpstr (directory_of (folders, "Projects"), ==, ".Projects");
	for (gsize i = 0; i < G_N_ELEMENTS (twins); i++) {
		const char *directory = directory_of (folders, twins[i]);
		g_assert_true (g_hash_table_add (seen, g_ascii_strdown (directory, -1)));
		g_assert_cmpstr (directory_of (folders, twins[i]), ==, directory);
	}
	/* what lies in a twin lies below the twin */
	g_autofree char *child = g_strconcat (directory_of (folders, "projects"), ".x", NULL);
	g_assert_cmpstr (directory_of (folders, "projects/x"), ==, child);
	g_assert_cmpstr (directory_of (folders, "Projects/x"), ==, ".Projects.x");
}

static void
test_long_names_are_cut (void)
{
	static const MaildirLayout layouts[] = { MAILDIR_LAYOUT_PLUS, MAILDIR_LAYOUT_FS };
	g_autoptr (GString) deep = g_string_new ("d");
	g_autoptr (GString) wide = g_string_new (NULL);
	g_autoptr (GString) dots = g_string_new (NULL);

	for (int i = 0; i < 300; i++) {
		g_string_append (deep, "/d");
		g_string_append (wide, "語");
		g_string_append (dots, "x.");
	}
	const char *const paths[] = { deep->str, wide->str, dots->str };
	for (gsize l = 0; l < G_N_ELEMENTS (layouts); l++) {
		g_autoptr (Scene) scene = scene_new ();
		g_autoptr (MaildirFolders) folders =
			open_folders (scene, layouts[l], MAILDIR_NAMES_UTF7);
		for (gsize i = 0; i < G_N_ELEMENTS (paths); i++) {
			const char *directory = directory_of (folders, paths[i]);
			g_auto (GStrv) parts = g_strsplit (directory, "/", -1);
			for (gsize p = 0; parts[p] != NULL; p++)
				g_assert_cmpuint (strlen (parts[p]), <=, 255);
			g_assert_true (layouts[l] == MAILDIR_LAYOUT_FS || parts[1] == NULL);
			/* one that is longer still is another folder */
			g_autofree char *longer = g_strconcat (paths[i], "y", NULL);
			g_assert_cmpstr (directory_of (folders, longer), !=, directory);
		}
	}
}

static void
test_truth_is_kept (void)
{
	g_autoptr (Scene) scene = scene_new ();
	g_autoptr (GError) error = NULL;
	g_autofree char *twin = NULL;

	{
		g_autoptr (MaildirFolders) folders =
			open_folders (scene, MAILDIR_LAYOUT_AUTO, MAILDIR_NAMES_UTF7);
		g_autoptr (Folder) sent = folder_new_from_path ("a%2Fb.c", FOLDER_ROLE_SENT);
		directory_of (folders, "INBOX");
		directory_of (folders, "x");
		twin = g_strdup (directory_of (folders, "X"));
		maildir_folders_obtain (folders, sent);
		g_assert_true (maildir_folders_save (folders, scene->fd, &error));
	}
	g_autofree char *truth = scene_read (scene->top, "mailferry-folders");
	g_autofree char *expected = g_strdup_printf (
		".\tINBOX\tinbox\n%s\tX\t-\n.a%%2Fb%%2Ec\ta%%2Fb.c\tsent\n.x\tx\t-\n", twin);
	g_assert_cmpstr (truth, ==, expected);

	/* in another order, the same directories */
	g_autoptr (MaildirFolders) again =
		open_folders (scene, MAILDIR_LAYOUT_AUTO, MAILDIR_NAMES_UTF8);
	g_assert_cmpstr (directory_of (again, "X"), ==, twin);
	g_assert_cmpstr (directory_of (again, "x"), ==, ".x");
	g_autoptr (GPtrArray) list = maildir_folders_list (again);
	const MaildirFolder *sent = list->pdata[2];
	g_assert_cmpint (sent->folder->role, ==, FOLDER_ROLE_SENT);
	g_assert_cmpstr (sent->folder->components[0], ==, "a/b.c");
}

static void
test_an_interrupted_run_is_taken_up (void)
{
	g_autoptr (Scene) scene = scene_new ();
	g_autofree char *twin = NULL;

	{
		g_autoptr (MaildirFolders) folders =
			open_folders (scene, MAILDIR_LAYOUT_AUTO, MAILDIR_NAMES_UTF7);
		directory_of (folders, "x");
		twin = g_strdup (directory_of (folders, "X"));
	}
	/* made, and then killed before mailferry-folders was written */
	scene_mkdir (scene->top, ".x/cur");
	scene_mkdir (scene->top, ".a%2Eb/cur");
	scene_mkdir (scene->top, twin);
	g_autoptr (MaildirFolders) again =
		open_folders (scene, MAILDIR_LAYOUT_AUTO, MAILDIR_NAMES_UTF7);
	g_assert_cmpstr (directory_of (again, "x"), ==, ".x");
	g_assert_cmpstr (directory_of (again, "X"), ==, twin);
	g_assert_cmpstr (directory_of (again, "a.b"), ==, ".a%2Eb");
	g_assert_cmpstr (directory_of (again, "a%252Eb"), !=, ".a%2Eb");
}

static void
test_directories_of_others_are_understood (void)
{
	g_autoptr (Scene) scene = scene_new ();

	scene_mkdir (scene->top, ".Caf&AOk-.Men&APw-/cur");
	scene_mkdir (scene->top, ".Entwürfe/cur");
	scene_mkdir (scene->top, ".50% off/cur");
	scene_write (scene->top, ".notes", "a file");
	g_autoptr (MaildirFolders) folders =
		open_folders (scene, MAILDIR_LAYOUT_AUTO, MAILDIR_NAMES_UTF7);
	g_autoptr (GPtrArray) list = maildir_folders_list (folders);
	static const char *const expected[] = { "50%25 off", "Café/Menü", "Entwürfe", "INBOX" };
	g_assert_cmpuint (list->len, ==, G_N_ELEMENTS (expected));
	for (guint i = 0; i < list->len; i++)
		g_assert_cmpstr (((MaildirFolder *) list->pdata[i])->folder->path, ==, expected[i]);
	g_assert_cmpstr (directory_of (folders, "Entwürfe"), ==, ".Entwürfe");
	g_assert_cmpstr (directory_of (folders, "entwürfe"), !=, ".Entwürfe");
}

static void
test_layout_is_recognised (void)
{
	g_autoptr (Scene) scene = scene_new ();
	g_autoptr (GError) error = NULL;

	scene_mkdir (scene->top, "A/B/cur");
	scene_mkdir (scene->top, "cur");
	g_autoptr (MaildirFolders) folders =
		open_folders (scene, MAILDIR_LAYOUT_AUTO, MAILDIR_NAMES_UTF7);
	g_assert_cmpint (maildir_folders_get_layout (folders), ==, MAILDIR_LAYOUT_FS);
	g_assert_cmpstr (directory_of (folders, "A/B"), ==, "A/B");
	g_assert_null (maildir_folders_new (scene->fd, scene->top, MAILDIR_LAYOUT_PLUS,
					    MAILDIR_NAMES_UTF7, scene->report, &error));
	g_assert_error (error, RUN_ERROR, RUN_ERROR_USAGE);
}

static void
test_edited_lines_lead_nowhere (void)
{
	g_autoptr (Scene) scene = scene_new ();

	scene_write (
		scene->top, "mailferry-folders",
		"../../etc\tescape\t-\n..\tup\t-\n.good\tGood\tsent\n/abs\tabs\t-\n.bad\tno%zz\t-\n"
		".two\nonly\n.role\tRole\tfuture\n.\tINBOX\tinbox\n");
	g_autoptr (MaildirFolders) folders =
		open_folders (scene, MAILDIR_LAYOUT_PLUS, MAILDIR_NAMES_UTF7);
	g_autoptr (GPtrArray) list = maildir_folders_list (folders);
	g_assert_cmpuint (list->len, ==, 3);
	for (guint i = 0; i < list->len; i++)
		g_assert_null (strstr (((MaildirFolder *) list->pdata[i])->directory, "/"));
	g_assert_cmpstr (directory_of (folders, "Good"), ==, ".good");
	g_assert_cmpstr (directory_of (folders, "Role"), ==, ".role");
}

static void
test_subscriptions (void)
{
	g_autoptr (Scene) scene = scene_new ();
	g_autoptr (GError) error = NULL;

	{
		g_autoptr (MaildirFolders) folders =
			open_folders (scene, MAILDIR_LAYOUT_AUTO, MAILDIR_NAMES_UTF7);
		directory_of (folders, "INBOX");
		directory_of (folders, "A/Café");
		g_assert_true (maildir_folders_save (folders, scene->fd, &error));
	}
	g_autofree char *fresh = scene_read (scene->top, "subscriptions");
	g_assert_cmpstr (fresh, ==, "V\t2\n\nA\tCaf&AOk-\nINBOX\n");

	/* who unsubscribes stays so; what others wrote stays */
	scene_write (scene->top, "subscriptions", "V\t2\n\nOther");
	g_autoptr (MaildirFolders) again =
		open_folders (scene, MAILDIR_LAYOUT_AUTO, MAILDIR_NAMES_UTF7);
	directory_of (again, "A/Café");
	directory_of (again, "New");
	g_assert_true (maildir_folders_save (again, scene->fd, &error));
	g_autofree char *later = scene_read (scene->top, "subscriptions");
	g_assert_cmpstr (later, ==, "V\t2\n\nNew\nOther\n");

	/* the first version of the format */
	scene_write (scene->top, "subscriptions", "A.B\n");
	directory_of (again, "C/D");
	g_assert_true (maildir_folders_save (again, scene->fd, &error));
	g_autofree char *old = scene_read (scene->top, "subscriptions");
	g_assert_cmpstr (old, ==, "A.B\nC.D\n");
}

/* So many folders are new in each batch. */
#define BATCH 64

/* Folders from first on are new, and all are saved; the numbers run down, so that order shows. */
static void
save_batch (Scene *scene, MaildirFolders *folders, guint first, guint n)
{
	g_autoptr (GError) error = NULL;

	for (guint i = first; i < first + n; i++) {
		g_autofree char *path = g_strdup_printf ("Folder %06u", 999999 - i);
		directory_of (folders, path);
	}
	g_assert_true (maildir_folders_save (folders, scene->fd, &error));
	g_assert_no_error (error);
}

static void
tidy (Scene *scene, MaildirFolders *folders)
{
	g_autoptr (GError) error = NULL;

	g_assert_true (maildir_folders_tidy (folders, scene->fd, &error));
	g_assert_no_error (error);
}

/* What the kernel has seen this program write so far, in bytes and in calls; FALSE if it does not
 * tell. */
static gboolean
count_written (guint64 *bytes, guint64 *calls)
{
	g_autofree char *text = NULL;

	if (!g_file_get_contents ("/proc/self/io", &text, NULL, NULL))
		return FALSE;
	const char *wchar = strstr (text, "wchar: ");
	const char *syscw = strstr (text, "syscw: ");
	if (wchar == NULL || syscw == NULL)
		return FALSE;
	*bytes = g_ascii_strtoull (wchar + 7, NULL, 10);
	*calls = g_ascii_strtoull (syscw + 7, NULL, 10);
	return TRUE;
}

/* Bytes written for each folder, and writes for each batch. */
static gboolean
measure_saving (guint n, double *per_folder, double *per_batch)
{
	g_autoptr (Scene) scene = scene_new ();
	g_autoptr (MaildirFolders) folders =
		open_folders (scene, MAILDIR_LAYOUT_AUTO, MAILDIR_NAMES_UTF7);
	guint64 bytes[2];
	guint64 calls[2];

	if (!count_written (&bytes[0], &calls[0]))
		return FALSE;
	for (guint i = 0; i < n; i += BATCH)
		save_batch (scene, folders, i, BATCH);
	tidy (scene, folders);
	g_assert_true (count_written (&bytes[1], &calls[1]));
	*per_folder = (double) (bytes[1] - bytes[0]) / n;
	*per_batch = (double) (calls[1] - calls[0]) * BATCH / n;
	return TRUE;
}

static void
test_saving_is_linear (void)
{
	double per_folder[2];
	double per_batch[2];

	if (!measure_saving (8 * BATCH, &per_folder[0], &per_batch[0])) {
		g_test_skip ("this system does not tell what is written");
		return;
	}
	g_assert_true (measure_saving (64 * BATCH, &per_folder[1], &per_batch[1]));
	g_test_message ("%.0f and %.0f bytes a folder, %.1f and %.1f writes a batch", per_folder[0],
			per_folder[1], per_batch[0], per_batch[1]);
	g_assert_cmpfloat (per_folder[1], <, per_folder[0] * 1.2);
	g_assert_cmpfloat (per_batch[1], <, per_batch[0] * 1.2);
}

static char *
both_lists (Scene *scene)
{
	g_autofree char *truth = scene_read (scene->top, "mailferry-folders");
	g_autofree char *subscriptions = scene_read (scene->top, "subscriptions");

	return g_strconcat (truth, "\n", subscriptions, NULL);
}

/* After a run of n folders that nothing disturbed. */
static char *
undisturbed (guint n)
{
	g_autoptr (Scene) scene = scene_new ();
	g_autoptr (MaildirFolders) folders =
		open_folders (scene, MAILDIR_LAYOUT_AUTO, MAILDIR_NAMES_UTF7);

	save_batch (scene, folders, 0, n);
	tidy (scene, folders);
	return both_lists (scene);
}

/* Wherever within what is added the run is cut: what is whole is known, and the next run leaves what
 * an undisturbed one would have. */
static void
test_a_cut_list_is_taken_up (void)
{
	g_autofree char *whole = undisturbed (9);
	g_autoptr (Scene) first = scene_new ();
	g_auto (GStrv) truth = g_new0 (char *, 3);
	g_auto (GStrv) subscribed = g_new0 (char *, 3);

	g_autoptr (MaildirFolders) folders =
		open_folders (first, MAILDIR_LAYOUT_AUTO, MAILDIR_NAMES_UTF7);
	for (guint i = 0; i < 2; i++) {
		save_batch (first, folders, 3 * i, 3);
		truth[i] = scene_read (first->top, "mailferry-folders");
		subscribed[i] = scene_read (first->top, "subscriptions");
		g_assert_true (g_str_has_prefix (truth[i], truth[0]));
	}
	gsize added[2] = { strlen (subscribed[1]) - strlen (subscribed[0]),
			   strlen (truth[1]) - strlen (truth[0]) };
	for (gsize cut = 0; cut <= added[0] + added[1]; cut++) {
		g_autoptr (Scene) scene = scene_new ();
		/* the subscriptions come first */
		gsize lost[2] = { added[0] - MIN (cut, added[0]),
				  added[1] - (cut - MIN (cut, added[0])) };
		g_autofree char *lines =
			g_strndup (subscribed[1], strlen (subscribed[1]) - lost[0]);
		g_autofree char *rest = g_strndup (truth[1], strlen (truth[1]) - lost[1]);
		scene_write (scene->top, "mailferry-folders", rest);
		scene_write (scene->top, "subscriptions", lines);
		g_autoptr (MaildirFolders) again =
			open_folders (scene, MAILDIR_LAYOUT_AUTO, MAILDIR_NAMES_UTF7);
		for (guint i = 0; i < 9; i += 3)
			save_batch (scene, again, i, 3);
		tidy (scene, again);
		g_autofree char *got = both_lists (scene);
		g_assert_cmpstr (got, ==, whole);
	}
}

/* One that finds nothing new puts in order what an interrupted one has left. */
static void
test_leftovers_are_put_in_order (void)
{
	g_autofree char *whole = undisturbed (6);
	g_autoptr (Scene) scene = scene_new ();

	{
		g_autoptr (MaildirFolders) folders =
			open_folders (scene, MAILDIR_LAYOUT_AUTO, MAILDIR_NAMES_UTF7);
		save_batch (scene, folders, 0, 3);
		save_batch (scene, folders, 3, 3);
	}
	g_autofree char *untidy = both_lists (scene);
	g_assert_cmpstr (untidy, !=, whole);
	g_autoptr (MaildirFolders) again =
		open_folders (scene, MAILDIR_LAYOUT_AUTO, MAILDIR_NAMES_UTF7);
	save_batch (scene, again, 0, 6);
	tidy (scene, again);
	g_autofree char *got = both_lists (scene);
	g_assert_cmpstr (got, ==, whole);
}

/* A role that becomes known later is added too, and read again. */
static void
test_a_later_role_counts (void)
{
	g_autoptr (Scene) scene = scene_new ();
	g_autoptr (Folder) sent = folder_new_from_path ("Folder 999999", FOLDER_ROLE_SENT);

	{
		g_autoptr (MaildirFolders) folders =
			open_folders (scene, MAILDIR_LAYOUT_AUTO, MAILDIR_NAMES_UTF7);
		save_batch (scene, folders, 0, 2);
		maildir_folders_obtain (folders, sent);
		g_assert_true (maildir_folders_save (folders, scene->fd, NULL));
	}
	g_autoptr (MaildirFolders) again =
		open_folders (scene, MAILDIR_LAYOUT_AUTO, MAILDIR_NAMES_UTF7);
	g_autoptr (Folder) plain = folder_new_from_path ("Folder 999999", FOLDER_ROLE_NONE);
	g_assert_cmpint (maildir_folders_obtain (again, plain)->folder->role, ==, FOLDER_ROLE_SENT);
	tidy (scene, again);
	g_autofree char *truth = scene_read (scene->top, "mailferry-folders");
	g_assert_cmpstr (truth, ==,
			 ".Folder 999998\tFolder 999998\t-\n.Folder 999999\tFolder 999999\tsent\n");
}

/* Whoever else writes to the subscriptions meanwhile is not overwritten. */
static void
test_others_subscribe_meanwhile (void)
{
	g_autoptr (Scene) scene = scene_new ();
	g_autoptr (MaildirFolders) folders =
		open_folders (scene, MAILDIR_LAYOUT_AUTO, MAILDIR_NAMES_UTF7);

	save_batch (scene, folders, 0, 1);
	scene_write (scene->top, "subscriptions", "Other.Folder\n");
	save_batch (scene, folders, 1, 1);
	save_batch (scene, folders, 2, 1);
	tidy (scene, folders);
	g_autofree char *lines = scene_read (scene->top, "subscriptions");
	g_assert_cmpstr (lines, ==, "Folder 999997\nFolder 999998\nOther.Folder\n");
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/maildir/folders/names-lead-nowhere-else", test_names);
	g_test_add_func ("/maildir/folders/names-may-be-utf8", test_names_in_utf8);
	g_test_add_func ("/maildir/folders/twins-are-kept-apart", test_twins_are_kept_apart);
	g_test_add_func ("/maildir/folders/long-names-are-cut", test_long_names_are_cut);
	g_test_add_func ("/maildir/folders/truth-is-kept", test_truth_is_kept);
	g_test_add_func ("/maildir/folders/an-interrupted-run-is-taken-up",
			 test_an_interrupted_run_is_taken_up);
	g_test_add_func ("/maildir/folders/directories-of-others-are-understood",
			 test_directories_of_others_are_understood);
	g_test_add_func ("/maildir/folders/layout-is-recognised", test_layout_is_recognised);
	g_test_add_func ("/maildir/folders/edited-lines-lead-nowhere",
			 test_edited_lines_lead_nowhere);
	g_test_add_func ("/maildir/folders/new-ones-are-subscribed", test_subscriptions);
	g_test_add_func ("/maildir/folders/saving-is-linear", test_saving_is_linear);
	g_test_add_func ("/maildir/folders/a-cut-list-is-taken-up", test_a_cut_list_is_taken_up);
	g_test_add_func ("/maildir/folders/leftovers-are-put-in-order",
			 test_leftovers_are_put_in_order);
	g_test_add_func ("/maildir/folders/a-later-role-counts", test_a_later_role_counts);
	g_test_add_func ("/maildir/folders/others-may-subscribe-meanwhile",
			 test_others_subscribe_meanwhile);
	return g_test_run ();
}
