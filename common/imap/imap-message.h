/* imap-message.h - a message as the answer to FETCH tells of it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "base/report.h"
#include "imap/imap-connection.h"
#include "message/message.h"

/* What body is of; NULL if it is nothing. Newly allocated. */
MessageContent *imap_message_read_content (const ImapValue *body);

/* Is that what Courier hands out in the place of a message that has gone meanwhile, which it said
 * to be of so many bytes? */
gboolean imap_message_is_substitute (MessageContent *content, guint32 size);

/* With flags, keywords and date from items (of the FETCH response). Takes content, which may be
 * NULL for now, and copies origin. A date that is none is a finding. */
Message *imap_message_new (Folder *folder, const char *origin, MessageContent *content,
			   const GPtrArray *items, Report *report);

/* What to ask FETCH for, a blank before it, so that a mail that shows in several mailboxes is known
 * for one; "" if the server does not tell. RFC 8474, and Gmail's X-GM-MSGID. */
const char *imap_message_object_item (const ImapConnection *connection);

/* The same number for the same flags in whatever order, \Recent aside; hardly ever for others. */
guint32 imap_message_sum_flags (const GPtrArray *items);
