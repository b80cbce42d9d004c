/* imap-requests.h - what of a mailbox is asked for, over which connection, and answered in order
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Several commands are on their way at once, over one connection or in turns over several that have
 * the same mailbox open. Messages are handed on in the order of the questions, whichever server
 * process is quicker: what comes early waits in the system's socket buffers, and not in our memory,
 * but for one message of each connection.
 */
#pragma once

#include "imap/imap-connection.h"
#include "imap/imap-entries.h"
#include "imap/imap-pieces.h"

typedef struct {
	ImapConnection *connection; /* that it went over */
	guint tag;
	guint first; /* of the entries */
	guint count;
	guint left;     /* of these, that have not come */
	Message *held;  /* of these, that came before its turn; NULL: none */
	ImapEntry *held_entry;
	guint messages; /* in the window, until they have come */
	guint64 bytes;
	gboolean is_look; /* not for messages: what the mailbox is like in the end */
	gboolean is_piece; /* of the one message that it asks for, from there */
	goffset from;
} ImapRequest;

typedef struct ImapRequests ImapRequests;

/* Everything is borrowed. headers_only: bodies are not asked for. */
ImapRequests *imap_requests_new (ImapEntries *entries, ImapPieces *pieces, gboolean headers_only);
void imap_requests_free (ImapRequests *requests);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapRequests, imap_requests_free)

/* Forget what was on its way or held, to be asked for again, and use only connection from now on,
 * which is borrowed. */
void imap_requests_begin (ImapRequests *requests, ImapConnection *connection);

/* Use this one, too. */
void imap_requests_join (ImapRequests *requests, ImapConnection *connection);

/* Send as much as may be on its way: 8 MiB and 500 messages for each connection. */
gboolean imap_requests_fill (ImapRequests *requests, GError **error);

/* Has everything been asked for, and could a command follow on the first connection that is
 * executed after all these? */
gboolean imap_requests_may_look (const ImapRequests *requests);

/* Send command (without tag and CRLF), which is about the mailbox itself. */
gboolean imap_requests_look (ImapRequests *requests, const char *command, GError **error);

/* The one whose turn it is; NULL: nothing is on its way. Belongs to requests. */
ImapRequest *imap_requests_peek (const ImapRequests *requests);

/* The one that asked for entry over connection; NULL if none did. */
ImapRequest *imap_requests_find (const ImapRequests *requests, const ImapConnection *connection,
				 const ImapEntry *entry);

/* A message (taken) of request has come, which is entry. Returns it if it is its turn. Else it is
 * held, and what was asked for before over the same connection is waited for no longer: servers do
 * one command after the other, though Dovecot 2.3 says that they are done when it has done
 * several. */
Message *imap_requests_take (ImapRequests *requests, ImapRequest *request, ImapEntry *entry,
			     Message *message);

/* The message that was held until now; NULL if none was. */
Message *imap_requests_take_held (ImapRequests *requests);

/* The oldest request over connection, which is the one answered next; NULL if there is none. */
ImapRequest *imap_requests_oldest (const ImapRequests *requests, const ImapConnection *connection);

/* It is answered: no longer on its way. What of it is still open is withheld, with text (which may
 * be NULL), unless more pieces are to come. Frees request. */
void imap_requests_settle (ImapRequests *requests, ImapRequest *request, const char *text);
