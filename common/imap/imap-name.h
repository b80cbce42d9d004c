/* imap-name.h - a folder's name as a server writes it, and back
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Names are modified UTF-7. In a component the separator, controls, and a '%' before two hex digits
 * are written as %XX, so two folders never share a mailbox because of their names, and reading
 * gives back what was written. A server that refuses such a name gets one with more characters as
 * %XX, which reading undoes too; if it refuses that as well, one that it can hardly refuse, at the
 * top, with a digest of the path.
 */
#pragma once

#include "message/folder.h"

#define IMAP_INBOX "INBOX"

typedef enum {
	IMAP_NAMING_AS_IT_IS,
	IMAP_NAMING_ESCAPED,
	IMAP_NAMING_SAFE,
	IMAP_NAMINGS
} ImapNaming;

/* The mailbox for folder. separator 0: the server knows no levels. has_inbox: the prefix is a
 * namespace's, to which INBOX belongs without it; else INBOX goes below the prefix as any other.
 * Newly allocated. RFC 3501, 5.1. */
char *imap_name_encode_as (ImapNaming naming, const Folder *folder, const char *prefix,
			   char separator, gboolean has_inbox);

/* The same, as it is. */
char *imap_name_encode (const Folder *folder, const char *prefix, char separator,
			gboolean has_inbox);

/* The folder of mailbox; NULL if it is not below prefix. A name that is no modified UTF-7 is taken
 * as bytes. Caller unrefs. */
Folder *imap_name_decode (const char *mailbox, const char *prefix, char separator, FolderRole role);

/* In whatever case. */
gboolean imap_name_is_inbox (const char *mailbox);

/* A mailbox's name as people write it. Newly allocated. */
char *imap_name_show (const char *mailbox);

/* As text_fold. Newly allocated; NULL if it is not UTF-8 in any way. */
char *imap_name_fold (const char *mailbox);
