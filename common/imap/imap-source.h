/* imap-source.h - the messages of an account, as a source
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Folders are opened by EXAMINE and bodies fetched by BODY.PEEK[], so nothing changes on the
 * server, \Seen least of all. Announced is what EXISTS says. A message's content is the server's,
 * with its CRLF; origin is "ann@host:993/FOLDER:UIDVALIDITY:UID".
 */
#pragma once

#include "imap/imap-connection.h"
#include "message/ledger.h"
#include "message/message-source.h"

#define IMAP_SOURCE_CONNECTIONS_MOST 32

typedef struct {
	/* only headers are fetched, and bodies one by one when they are read */
	gboolean late;
	guint connections; /* at most so many; 0: up to 4 */
} ImapSourceOptions;

/* Logs in and lists the folders; url->path narrows to one folder and what is below. Large
 * mailboxes are read over several connections, in the same order; a server that allows fewer is
 * read over fewer. url and net live longer than the source and its messages; ledger and report are
 * borrowed. */
MessageSource *imap_source_new (const NetUrl *url, const NetOptions *net,
				const ImapSourceOptions *options, Ledger *ledger, Report *report,
				GError **error);
