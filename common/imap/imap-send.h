/* imap-send.h - say APPEND: messages out of a parcel into the connection
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "imap/imap-window.h"

/* Announce parcel to the journal and send it: as one command or as many, as the server likes it.
 * Nothing is done if it is empty. It refers to it as long as something of it is on its way. */
gboolean imap_send_parcel (ImapWindow *window, ImapParcel *parcel, GError **error);

/* Read what has come, and say at once what it asks for: while the queue is full of messages for
 * other mailboxes, nothing else makes us say it. */
gboolean imap_send_replies (ImapWindow *window, GError **error);

/* Until everything is answered. */
gboolean imap_send_drain (ImapWindow *window, GError **error);
