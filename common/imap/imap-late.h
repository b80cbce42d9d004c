/* imap-late.h - the bodies of messages, fetched one by one when somebody reads them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Over a connection of its own, because the one that lists messages is busy with the next ones.
 */
#pragma once

#include "base/report.h"
#include "imap/imap-connection.h"
#include "message/message-content.h"

/* Reference counted: the contents that it made hold it. */
typedef struct ImapLate ImapLate;

/* url, options and report outlive all contents. Connects at the first need. */
ImapLate *imap_late_new (const NetUrl *url, const NetOptions *options, Report *report);
ImapLate *imap_late_ref (ImapLate *late);
void imap_late_unref (ImapLate *late);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapLate, imap_late_unref)

/* The message with that UID, of which header has come. Takes header. */
MessageContent *imap_late_new_content (ImapLate *late, const char *mailbox, guint32 uid_validity,
				       guint32 uid, GBytes *header, goffset size);
