/* maildir-folders.h - which directory holds which folder
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Folder names are data: "/" and "." are ordinary characters in them, and two may differ in nothing
 * but case. Directory names are made from them as servers expect; what gets lost on the way is kept
 * in the file "mailferry-folders" at the root: a line "directory TAB folder TAB role" for each
 * folder we made, the folder as in mailferry-stream(5), the role
 * "-" if it has none.
 */
#pragma once

#include <glib.h>

#include "base/report.h"
#include "maildir/maildir-directory.h"
#include "message/folder.h"

typedef enum {
	MAILDIR_LAYOUT_AUTO, /* as the Maildir has it already; else Maildir++ */
	MAILDIR_LAYOUT_PLUS, /* Maildir++: folder A/B is the directory .A.B */
	MAILDIR_LAYOUT_FS    /* folder A/B is the directory A/B */
} MaildirLayout;

typedef struct {
	Folder *folder;
	char *directory;   /* below the root; "." for INBOX */
	char *name;        /* directory before it was encoded, and without the first dot */
	gboolean declared; /* stands in mailferry-folders; else folder is read out of the
			      directory's name */
} MaildirFolder;

typedef struct MaildirFolders MaildirFolders;

/* What the Maildir at root_fd holds (root_fd -1: nothing yet). names says how new directories are
 * named; those that are there are understood either way. shown is the root in error texts. root_fd
 * stays the caller's. */
MaildirFolders *maildir_folders_new (int root_fd, const char *shown, MaildirLayout layout,
				     MaildirNames names, Report *report, GError **error);
void maildir_folders_free (MaildirFolders *folders);

/* Never AUTO. */
MaildirLayout maildir_folders_get_layout (const MaildirFolders *folders);

/* All folders in the order of their text form (MaildirFolder *, not owned; valid until the next
 * obtain). */
GPtrArray *maildir_folders_list (const MaildirFolders *folders);

/* The directory for folder: the one it has, or a new name that no other folder has, be it in
 * another case or form of Unicode. Belongs to folders. */
const MaildirFolder *maildir_folders_obtain (MaildirFolders *folders, const Folder *folder);

/* Write mailferry-folders, and subscribe to the new ones in Dovecot's file "subscriptions", if
 * there are any new. From the second time on the files are added to: what has been done costs
 * nothing again. */
gboolean maildir_folders_save (MaildirFolders *folders, int root_fd, GError **error);

/* Put both files in order if they were added to, by this run or by one that was interrupted. */
gboolean maildir_folders_tidy (MaildirFolders *folders, int root_fd, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaildirFolders, maildir_folders_free)
