/* imap-sink.h - upload into an account: exactly once, and without waiting for answers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The caller's thread reads messages and says which mailbox each is for; connections in threads of
 * their own (imap-upload.h) send them. Before anything is sent, the journal (imap-journal.h) says
 * so.
 */
#pragma once

#include "imap/imap-connection.h"
#include "message/ledger.h"
#include "message/message-repair.h"
#include "message/message-sink.h"

#define IMAP_SINK_CONNECTIONS_MOST 64

typedef struct {
	const char *state_directory; /* of the journal; NULL: the usual place */
	const char *source;          /* what names the source in the journal: an absolute path */
	/* earlier runs do not count; what is at the server now does (streams, --again) */
	gboolean forget;
	gboolean partial; /* not the whole source will come: do not conclude from what does not */
	gboolean similar; /* what only looks like a message of the source counts as present */
	gboolean dedupe_own;   /* remove what arrived twice after a cut */
	guint connections;     /* at most so many; 0: as the server's abilities suggest */
	MessageRepair repair;  /* what to mend in messages that the server refuses; 0: nothing */
	MessageSink *rejected; /* gets what it refuses; NULL: nobody does. Borrowed, not finished */
	gboolean dry_run;      /* say what would be sent where; change nothing */
	const char *const *map; /* FROM=TO folders, NULL-terminated; or NULL */
} ImapSinkOptions;

/* Logs in, opens the journal. url and net outlive the sink; options are used only during the call,
 * ledger and report are borrowed. RUN_ERROR_USAGE for a bad map. */
MessageSink *imap_sink_new (const NetUrl *url, const NetOptions *net,
			    const ImapSinkOptions *options, Ledger *ledger, Report *report,
			    GError **error);
