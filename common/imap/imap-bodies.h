/* imap-bodies.h - digests of whole messages at the server
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Same size and same header do not make the same mail. Before a message is left out because it is
 * there already, its content is compared, at L1 and after what servers do to what they store.
 */
#pragma once

#include "imap/imap-connection.h"
#include "message/message-content.h"

typedef struct ImapBodies ImapBodies;

/* Empty: nothing is known yet. */
ImapBodies *imap_bodies_new (void);

/* With digests of the bytes as they are sent (L0) instead. */
ImapBodies *imap_bodies_new_sent (void);
void imap_bodies_free (ImapBodies *bodies);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapBodies, imap_bodies_free)

/* Fetch those messages of the selected mailbox that are not known yet. Nothing else may be in
 * flight. */
gboolean imap_bodies_fetch (ImapBodies *bodies, ImapConnection *connection, const GArray *uids,
			    GError **error);

/* DIGEST_SIZE bytes; NULL if the message is gone. */
const guint8 *imap_bodies_get (const ImapBodies *bodies, guint32 uid);

/* The first of the fetched messages with that digest that nobody has got yet; 0: there is none. */
guint32 imap_bodies_take (ImapBodies *bodies, const guint8 *digest);

/* The same digest of content as it was given to the server. */
gboolean imap_bodies_digest (MessageContent *content, guint8 *digest, GError **error);
