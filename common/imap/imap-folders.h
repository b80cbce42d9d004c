/* imap-folders.h - which mailbox of a server is which of our folders
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The server says how it separates levels, below which prefix a user's mailboxes lie (RFC 2342),
 * and which mailbox is for what (RFC 6154), or else the usual names do. A folder with a role goes
 * to the server's mailbox of that role, whatever its name in the source. With a folder in the URL
 * everything lies below that one and roles play no part.
 *
 * The folder of the URL itself, as a source, goes by its last component.
 */
#pragma once

#include "imap/imap-connection.h"
#include "imap/imap-name.h"

typedef struct ImapFolders ImapFolders;

/* One mailbox of the server that can hold mail. */
typedef struct {
	char *mailbox; /* as the server writes it */
	Folder *folder; /* with its role */
} ImapMailbox;

/* Asks the server. path is that of the URL (may be NULL). RUN_ERROR_USAGE if path is no folder. */
ImapFolders *imap_folders_new (ImapConnection *connection, const char *path, GError **error);
void imap_folders_free (ImapFolders *folders);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapFolders, imap_folders_free)

/* The user's own mailboxes (of path, if given, and below), INBOX first, then in byte order.
 * Borrowed. */
const GPtrArray *imap_folders_list (const ImapFolders *folders);

/* Does the server have it? */
gboolean imap_folders_exists (const ImapFolders *folders, const char *mailbox);

/* The mailbox for folder: one that exists, else the one to try first. Newly allocated. */
char *imap_folders_get_mailbox (const ImapFolders *folders, const Folder *folder);

/* What to try after mailbox; NULL if there is nothing else. Newly allocated. */
char *imap_folders_get_other_mailbox (const ImapFolders *folders, const Folder *folder,
				      const char *mailbox);

/* Make mailbox, for folder, and subscribe to it; one that is there already is no error.
 * MESSAGE_ERROR_MESSAGE with the server's words if it refuses; *name_refused then tells whether
 * another name may do. */
gboolean imap_folders_create (ImapFolders *folders, ImapConnection *connection, const char *mailbox,
			      const Folder *folder, gboolean *name_refused, GError **error);
