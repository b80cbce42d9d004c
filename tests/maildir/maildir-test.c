/* maildir-test.c - a temporary Maildir, and messages to put into it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "maildir-test.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/remove-tree.h"

Scene *
scene_new (void)
{
	Scene *scene = g_new0 (Scene, 1);
	g_autoptr (GError) error = NULL;

	scene->top = g_dir_make_tmp ("mailferry-test.XXXXXX", &error);
	g_assert_no_error (error);
	scene->path = g_build_filename (scene->top, "Maildir", NULL);
	scene->fd = open (scene->top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	scene->report = report_new_quiet ("test");
	scene->ledger = ledger_new (scene->report);
	return scene;
}

void
scene_free (Scene *scene)
{
	close (scene->fd);
	remove_tree (scene->top);
	ledger_free (scene->ledger);
	report_free (scene->report);
	g_free (scene->path);
	g_free (scene->top);
	g_free (scene);
}

void
scene_forget (Scene *scene)
{
	ledger_free (scene->ledger);
	scene->ledger = ledger_new (scene->report);
}

Message *
scene_message (const char *folder, const char *text)
{
	Folder *where = *folder != '\0' ? folder_new_from_path (folder, FOLDER_ROLE_NONE) :
					  folder_new_inbox ();

	g_assert_nonnull (where);
	return message_new (where, message_content_new_bytes (g_bytes_new (text, strlen (text))),
			    "test:0");
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
	return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
describe (GString *text, const char *top, const char *relative)
{
	g_autofree char *path = g_build_filename (top, relative, NULL);
	g_autoptr (GDir) directory = g_dir_open (path, 0, NULL);
	g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

	g_assert_nonnull (directory);
	for (const char *name; (name = g_dir_read_name (directory)) != NULL;)
		g_ptr_array_add (names, g_build_filename (relative, name, NULL));
	g_ptr_array_sort (names, compare_names);
	for (guint i = 0; i < names->len; i++) {
		g_autofree char *child = g_build_filename (top, names->pdata[i], NULL);
		struct stat status;
		g_assert_cmpint (lstat (child, &status), ==, 0);
		g_string_append_printf (text, "%s %o", (char *) names->pdata[i], status.st_mode);
		if (S_ISDIR (status.st_mode)) {
			g_string_append_c (text, '\n');
			describe (text, top, names->pdata[i]);
			continue;
		}
		gboolean is_mail = strstr (names->pdata[i], "cur/") != NULL;
		g_autofree char *content = NULL;
		gsize length = 0;
		g_assert_true (g_file_get_contents (child, &content, &length, NULL));
		g_autofree char *digest =
			g_compute_checksum_for_string (G_CHECKSUM_SHA256, content, (gssize) length);
		g_string_append_printf (text, " %" G_GINT64_FORMAT " %s\n",
					is_mail ? (gint64) status.st_mtime : 0, digest);
	}
}

char *
scene_snapshot (const char *path)
{
	GString *text = g_string_new (NULL);

	describe (text, path, "");
	return g_string_free (text, FALSE);
}

guint
scene_count (const char *path, const char *sub)
{
	g_autofree char *name = g_build_filename (path, sub, NULL);
	g_autoptr (GDir) directory = g_dir_open (name, 0, NULL);
	guint n = 0;

	g_assert_nonnull (directory);
	while (g_dir_read_name (directory) != NULL)
		n++;
	return n;
}

void
scene_write (const char *path, const char *sub, const char *text)
{
	g_autofree char *name = g_build_filename (path, sub, NULL);

	g_assert_true (g_file_set_contents (name, text, -1, NULL));
}

char *
scene_read (const char *path, const char *sub)
{
	g_autofree char *name = g_build_filename (path, sub, NULL);
	char *text = NULL;
	g_autoptr (GError) error = NULL;

	g_file_get_contents (name, &text, NULL, &error);
	g_assert_no_error (error);
	return text;
}

void
scene_mkdir (const char *path, const char *sub)
{
	g_autofree char *name = g_build_filename (path, sub, NULL);

	g_assert_cmpint (g_mkdir_with_parents (name, 0700), ==, 0);
}
