/* mbox-source.h - messages from an mbox: the stream of the pipes, or an ordinary file
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "message/ledger.h"
#include "message/message-source.h"

typedef enum {
	MBOX_DIALECT_AUTO,   /* a stream if it begins like one, else mboxrd */
	MBOX_DIALECT_STREAM, /* mailferry-stream(5) */
	MBOX_DIALECT_RD,     /* ordinary, ">From " unquoted */
	MBOX_DIALECT_NONE    /* ordinary, nothing unquoted */
} MboxDialect;

/* FALSE if text names no dialect. */
gboolean mbox_dialect_from_text (const char *text, MboxDialect *dialect);

typedef struct {
	const char *name; /* for origins and error texts: a base name, "stdin" */
	MboxDialect dialect;
	/* of an ordinary mbox's messages; borrowed while the constructor runs */
	Folder *folder;
	/* no byte at all means that the writer died, not an empty mailbox */
	gboolean is_pipe;
} MboxSourceOptions;

/* Reads from fd, which it takes over (unless it is 0). Borrows ledger and report.
 *
 * A bad record of a stream is named (finding record-damaged), its message entered as failed, and
 * the next good one follows. A stream that ends without its end record is told by the finding
 * stream-cut, and the run's status is 2 at best; what came before is handed out. A stream that says
 * "partial" makes the status 1 at best. */
MessageSource *mbox_source_new (int fd, const MboxSourceOptions *options, Ledger *ledger,
				Report *report);
