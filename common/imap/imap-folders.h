/* imap-folders.h - our folders and a server's mailboxes, each in the other's words
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The server says how it separates levels, below which prefix a user's mailboxes lie (RFC 2342),
 * and which mailbox is for what (RFC 6154), or else the usual names do. A folder with a role goes
 * to the server's mailbox of that role, whatever its name in the source. With a folder in the URL
 * everything lies below that one and roles play no part.
 *
 * The folder of the URL itself, as a source, goes by its last component.
 *
 * Names are modified UTF-7. In a component the separator, controls, and a '%' before two hex digits
 * are written as %XX, so two folders never share a mailbox because of their names, and reading
 * gives back what was written. A server that refuses such a name gets one with more characters as
 * %XX, which reading undoes too; if it refuses that as well, one that it can hardly refuse, at the
 * top, with a digest of the path.
 */
#pragma once

#include "imap/imap-connection.h"
#include "message/folder.h"

typedef struct ImapFolders ImapFolders;

typedef enum {
	IMAP_NAMING_AS_IT_IS,
	IMAP_NAMING_ESCAPED,
	IMAP_NAMING_SAFE,
	IMAP_NAMINGS
} ImapNaming;

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

/* A mailbox's name as people write it. Newly allocated. */
char *imap_folders_show (const char *mailbox);

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

/* What a separator and a prefix make of a folder, and back. separator 0: the server knows no
 * levels. has_inbox: the prefix is a namespace's, to which INBOX belongs without it; else INBOX
 * goes below the prefix as any other. imap_folders_decode: NULL if mailbox is not below prefix.
 * Exposed for tests; the rules are above. */
char *imap_folders_encode (const Folder *folder, const char *prefix, char separator,
			   gboolean has_inbox);
char *imap_folders_encode_as (ImapNaming naming, const Folder *folder, const char *prefix,
			      char separator, gboolean has_inbox);
Folder *imap_folders_decode (const char *mailbox, const char *prefix, char separator,
			     FolderRole role);
