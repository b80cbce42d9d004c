/* maildir-list.h - a file of lines at the root of a Maildir, written by us and perhaps by others
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Written anew with every batch, a list of a hundred thousand folders would be written a thousand
 * times. So it is written whole once, then added to; the caller puts it in order at the end.
 */
#pragma once

#include <glib.h>

typedef struct MaildirList MaildirList;

/* The file name (static) in the Maildir that is shown so. */
MaildirList *maildir_list_new (const char *name, const char *shown);
void maildir_list_free (MaildirList *list);

const char *maildir_list_get_shown (const MaildirList *list);

/* All of the file; text stays NULL if there is none. As maildir_file_read. */
gboolean maildir_list_read (const MaildirList *list, int root_fd, char **text, GError **error);

/* Put text in its place, durably. */
gboolean maildir_list_replace (MaildirList *list, int root_fd, const GString *text, GError **error);

/* Is the file as maildir_list_replace or _append left it, so that it can be added to? */
gboolean maildir_list_is_ours (const MaildirList *list, int root_fd);

/* Add text to the end, durably. An interruption may leave a part of it. */
gboolean maildir_list_append (MaildirList *list, int root_fd, const GString *text, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaildirList, maildir_list_free)
