/* imap-fetch.h - the messages of one mailbox, fetched without waiting for answers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Several FETCH commands are on their way while the first is being read, so a long way to the
 * server costs nothing; nobody reads ahead of the consumer, so memory holds one message for each
 * connection. A large message comes in pieces (BODY.PEEK[]<from.length>). After a cut, reading goes
 * on over another connection where it stopped, with the piece that was under way.
 */
#pragma once

#include "imap/imap-connection.h"
#include "imap/imap-folders.h"
#include "imap/imap-late.h"
#include "imap/imap-state.h"
#include "message/ledger.h"

typedef struct ImapFetch ImapFetch;

/* account is what origins begin with. With late, only headers come, and what else a message has
 * when it is read; NULL: messages come whole. Everything is borrowed. */
ImapFetch *imap_fetch_new (const ImapMailbox *mailbox, const char *account, ImapLate *late,
			   Ledger *ledger, Report *report);
void imap_fetch_free (ImapFetch *fetch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapFetch, imap_fetch_free)

/* EXAMINE over connection, which is borrowed until the next call, and list what there is; called
 * again after a cut, go on. *refused: the server does not open it, which the ledger knows by then.
 * RUN_ERROR_INPUT if another mailbox is there now (UIDVALIDITY). */
gboolean imap_fetch_open (ImapFetch *fetch, ImapConnection *connection, gboolean *refused,
			  GError **error);

/* Ask over connection, too, in turns with the others; it has the mailbox open, of which the server
 * says state, and is borrowed as the first one is. After a cut all of them are forgotten. */
gboolean imap_fetch_join (ImapFetch *fetch, ImapConnection *connection, const ImapState *state,
			  GError **error);

/* How many connections what has not been asked for yet is worth, of at most so many. */
guint imap_fetch_suggest_connections (const ImapFetch *fetch, guint most);

/* The next message; *message is NULL at the end of the mailbox. What the server lists and does not
 * hand out has failed in the ledger. */
gboolean imap_fetch_next (ImapFetch *fetch, Message **message, GError **error);

/* Are answers still on their way? */
gboolean imap_fetch_is_busy (const ImapFetch *fetch);
