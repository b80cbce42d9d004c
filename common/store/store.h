/* store.h - open whatever an operand is as a source of messages
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The one place that knows all rooms. A tool says "this operand"; what it is, the operand itself
 * tells: "-", a URL, a Maildir, a tree of mbox files, an Outlook file, or a stream or mbox.
 */
#pragma once

#include "imap/imap-source.h"
#include "mbox/mbox-source.h"
#include "message/ledger.h"
#include "message/message-source.h"
#include "pst/pst-options.h"

typedef struct {
	MboxHabits habits;            /* how mbox files and standard input are read */
	Folder *folder;               /* of an ordinary mbox's messages; borrowed; NULL: INBOX */
	PstOptions outlook;           /* how Outlook files are read */
	const NetOptions *connection; /* of URLs; outlives the source; NULL: URLs are refused */
	guint connections; /* to a server, at most; 0: as the account is worth */
	/* Few messages will be read beyond their header: servers hand out no more unasked. */
	gboolean sparing;
} StoreOptions;

/* A source for operand; "-" is standard input. RUN_ERROR_INPUT with one line that names the way out
 * if it cannot be read or is nothing we know. ledger and report are borrowed. */
MessageSource *store_open_source (const char *operand, const StoreOptions *options, Ledger *ledger,
				  Report *report, GError **error);

/* Is it what mail is first kept in, so that it is worth asking whether it can go: an account, an
 * Outlook file, the tree of a mail program? A stream, an mbox, a Maildir and what pst2mbox has
 * written are copies. */
gboolean store_is_original (const char *operand);

/* Is it the URL of an account on a server? */
gboolean store_is_server (const char *operand);

/* Is inner the same as outer, or does it lie in it? inner need not exist yet. FALSE where one of
 * them is "-". */
gboolean store_contains (const char *outer, const char *inner);
