/* folder.h - where a message lies: a path of names, and what the folder is for
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Components, not a path string: "/" is legal in an Outlook folder name and every medium has its
 * own separator. Names are data, never file names. The folder with role inbox is the single
 * component INBOX.
 */
#pragma once

#include <glib.h>

typedef enum {
	FOLDER_ROLE_NONE,
	FOLDER_ROLE_INBOX,
	FOLDER_ROLE_SENT,
	FOLDER_ROLE_DRAFTS,
	FOLDER_ROLE_TRASH,
	FOLDER_ROLE_JUNK,
	FOLDER_ROLE_ARCHIVE,
	FOLDER_ROLE_OUTBOX
} FolderRole;

/* "sent" etc.; NULL for FOLDER_ROLE_NONE. */
const char *folder_role_to_text (FolderRole role);

/* FALSE if text names no role. */
gboolean folder_role_from_text (const char *text, FolderRole *role);

/* Immutable and reference counted (thread-safe): all messages of a folder share one. */
typedef struct {
	gatomicrefcount references;
	char **components; /* non-empty valid UTF-8 without NUL; at least one; NULL-terminated */
	char *path;        /* the text form: components escaped and joined by "/" */
	FolderRole role;
} Folder;

/* Components are copied. They must be valid UTF-8; empty ones become "Unnamed". No component at
 * all: INBOX. */
Folder *folder_new (const char *const *components, FolderRole role);
Folder *folder_new_inbox (void);

/* From the text form; NULL if it is none (empty component, bad %XX, not UTF-8, "." or ".."). */
Folder *folder_new_from_path (const char *path, FolderRole role);

Folder *folder_ref (Folder *folder);
void folder_unref (Folder *folder);

/* Equal names; the role takes no part. */
gboolean folder_equal (const Folder *a, const Folder *b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Folder, folder_unref)
