/* mbox-source.h - messages from an mbox: the stream of the pipes, or an ordinary file
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "message/ledger.h"
#include "message/message-source.h"

typedef enum {
	/* a stream if it begins like one; else ">From " unquoted as rd, and Content-Length believed
	 * where it leads to a separator; MMDF if it begins so */
	MBOX_DIALECT_AUTO,
	MBOX_DIALECT_STREAM, /* mailferry-stream(5) */
	MBOX_DIALECT_RD,     /* ordinary, every ">From " and ">>From " loses one '>' */
	MBOX_DIALECT_O,      /* ordinary, only ">From " does */
	MBOX_DIALECT_CL2,    /* ordinary, nothing unquoted: messages say how long they are */
	MBOX_DIALECT_NONE    /* ordinary, nothing unquoted */
} MboxDialect;

/* FALSE if text names no dialect. */
gboolean mbox_dialect_from_text (const char *text, MboxDialect *dialect);

/* What becomes of messages that Thunderbird has deleted and not yet compacted away. */
typedef enum {
	MBOX_EXPUNGED_DROP, /* skipped and counted */
	MBOX_EXPUNGED_KEEP,
	MBOX_EXPUNGED_FOLDER /* kept, in the folder Expunged or below it */
} MboxExpunged;

/* What becomes of Gmail's labels. */
typedef enum {
	MBOX_LABELS_KEYWORDS, /* labels are keywords, except what flags say */
	MBOX_LABELS_FOLDERS,  /* a message goes to the folder of one; the others are keywords */
	MBOX_LABELS_NONE
} MboxLabels;

/* How ordinary mailboxes are read. All zero is what most want. */
typedef struct {
	MboxDialect dialect;
	MboxExpunged expunged;
	MboxLabels labels;
	GTimeZone *from_zone; /* of From_ lines that name none; borrowed; NULL: UTC */
} MboxHabits;

typedef struct {
	const char *name; /* for origins and error texts: a base name, "stdin" */
	const char *path; /* to see afterwards whether the file is still the same; may be NULL */
	MboxHabits habits;
	/* of an ordinary mbox's messages; borrowed while the constructor runs; if it is given, a
	 * mailbox without any is handed out as an empty folder */
	Folder *folder;
	/* no byte at all means that the writer died, not an empty mailbox */
	gboolean is_pipe;
} MboxSourceOptions;

/* Reads from fd, which it takes over (unless it is 0). Compressed input is decompressed. Borrows
 * ledger and report, and habits' zone.
 *
 * A bad record of a stream is named (finding record-damaged), its message entered as failed, and
 * the next good one follows. A stream that ends without its end record is told by the finding
 * stream-cut, and the run's status is 2 at best; what came before is handed out. A stream that says
 * "partial" makes the status 1 at best. So does a file that has been changed while it was read
 * (finding source-changed). */
MessageSource *mbox_source_new (int fd, const MboxSourceOptions *options, Ledger *ledger,
				Report *report);

/* Where the bytes of an ordinary mbox went. At its end the sum is its size, decompressed. */
typedef struct {
	guint64 content;    /* of messages, delivered or not */
	guint64 from_lines; /* and what else frames messages */
	guint64 marks;      /* '>' that was taken away */
	guint64 separators; /* line ends between messages */
	guint64 junk;       /* before the first message, between messages, holes */
} MboxAccount;

/* source must be one that mbox_source_new gave. */
MboxAccount mbox_source_get_account (const MessageSource *source);
