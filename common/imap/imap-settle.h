/* imap-settle.h - what became of messages whose connection was cut off
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A server may still be storing what it had received when the connection broke. So first it is
 * waited for, until UIDNEXT stays the same for a good while. Then what is there from the UID on
 * that the first of them can have got is listed, what was acknowledged is taken out, and each
 * message in doubt that is found in the rest has arrived; the others are sent again. Deliveries of
 * other people in between do not match and do no harm.
 *
 * What remains: a server that stores later than that. So, when everything else has been sent, the
 * folder is looked through once more, and what is there too often is reported.
 */
#pragma once

#include "imap/imap-box.h"

/* Until the server has done what it had received. */
gboolean imap_settle_wait (ImapBox *box, const ImapBoxContext *context, ImapConnection *connection,
			   GError **error);

/* Look for everything in doubt in the selected mailbox, and resolve it. */
gboolean imap_settle_find (ImapBox *box, const ImapBoxContext *context, ImapConnection *connection,
			   GError **error);

/* In listing, which begins at UID from, claim what the journal knows to be delivered (*gone counts
 * what is not there), and resolve everything in doubt by the rest: what is found goes to the
 * ledger, messages of this run that are not found go to box->returned. */
gboolean imap_settle_match (ImapBox *box, const ImapBoxContext *context, ImapConnection *connection,
			    ImapListing *listing, guint32 from, guint *gone, GError **error);

/* The mailbox cannot be looked into: messages of this run go to box->returned, and the journal
 * keeps them in doubt. */
void imap_settle_leave (ImapBox *box);

/* Should the selected mailbox be looked through once more, now that everything is sent? */
gboolean imap_settle_is_suspect (const ImapBox *box);

/* Report, and with --dedupe-own remove, what has arrived twice after all. */
gboolean imap_settle_check (ImapBox *box, const ImapBoxContext *context, ImapConnection *connection,
			    GError **error);
