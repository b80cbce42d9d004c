/* imap-changes.h - what others did to a mailbox while it was read
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "imap/imap-connection.h"
#include "imap/imap-entries.h"

typedef struct {
	guint64 arrived; /* and was not read */
	guint64 flags;   /* of so many messages are others now */
	guint64 expunged;
} ImapChanges;

/* Lists UIDs and flags of the open mailbox over connection (nothing may be in flight), compares
 * them with what was read, and notes in entries what is still there. FALSE with an error of the
 * connection; *changes is valid if *reply says that the server did it. */
gboolean imap_changes_list (ImapConnection *connection, ImapEntries *entries, ImapChanges *changes,
			    ImapResponse **reply, GError **error);
