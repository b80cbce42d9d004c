/* imap-upload.h - messages on their way over one connection
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * With LITERAL+ and MULTIAPPEND, messages go out in batches; with LITERAL+ alone one by one, many
 * on their way; without, each literal waits for the server's "+", and the next command follows
 * right behind it. A batch that is refused is halved until the culprit stands alone: that one fails
 * by name, the others are delivered.
 */
#pragma once

#include "imap/imap-parcel.h"
#include "message/ledger.h"

typedef struct ImapUpload ImapUpload;

/* Everything is borrowed. */
ImapUpload *imap_upload_new (ImapConnection *connection, ImapJournal *journal, Ledger *ledger,
			     Report *report);

/* What is still on its way stays in doubt: the journal knows. */
void imap_upload_free (ImapUpload *upload);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapUpload, imap_upload_free)

/* Announce parcel and send it; answers may come later. Its mailbox has been opened over this
 * connection. */
gboolean imap_upload_send (ImapUpload *upload, ImapParcel *parcel, GError **error);

/* Until everything sent has been answered. */
gboolean imap_upload_drain (ImapUpload *upload, GError **error);
