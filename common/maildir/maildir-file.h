/* maildir-file.h - directories and small files of a Maildir, never through a symbolic link
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Everything happens below one descriptor of the Maildir's root, so that no name, whoever chose it,
 * leads out of it.
 */
#pragma once

#include <dirent.h>
#include <glib.h>

/* Open the directory at path ("." or components joined by '/') below directory_fd, following no
 * link on the way. -1 with an error; errno tells the reason. shown is for the error text. */
int maildir_file_open_directory (int directory_fd, const char *path, const char *shown,
				 GError **error);

/* The same, making what is missing (mode 0700). *made (may be NULL) is set if the last component
 * was missing. */
int maildir_file_make_directory (int directory_fd, const char *path, const char *shown,
				 gboolean *made, GError **error);

/* All of a small text file, newly allocated with a NUL behind; NULL text if there is no such file.
 * More than limit bytes, a NUL, or something that is no file is an error. */
gboolean maildir_file_read (int directory_fd, const char *name, const char *shown, gsize limit,
			    char **text, GError **error);

/* Called for every entry but "." and ".."; type is one of DT_*, DT_UNKNOWN if the file system does
 * not say. */
typedef gboolean (*MaildirFileFunc) (const char *name, guint8 type, gpointer user_data,
				     GError **error);
gboolean maildir_file_foreach (int directory_fd, const char *shown, MaildirFileFunc function,
			       gpointer user_data, GError **error);

/* Is it a directory, and not a link to one? */
gboolean maildir_file_is_directory (int directory_fd, const char *path);

typedef DIR MaildirDir;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaildirDir, closedir)
