/* remove-tree.h - what a test made on the disk goes with it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <glib/gstdio.h>

/* A file, or a directory and all in it; a symbolic link isn't followed. */
static inline void
remove_tree (const char *path)
{
	g_autoptr (GDir) directory =
		g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);

	for (const char *name; directory != NULL && (name = g_dir_read_name (directory)) != NULL;) {
		g_autofree char *child = g_build_filename (path, name, NULL);
		remove_tree (child);
	}
	g_remove (path);
}
