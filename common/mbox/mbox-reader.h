/* mbox-reader.h - what both kinds of mbox source read with
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Private to the room: mbox-source.c hands out, mbox-plain.c and mbox-stream.c read their records.
 */
#pragma once

#include "base/line-reader.h"
#include "mbox/mbox-block.h"
#include "mbox/mbox-from.h"
#include "mbox/mbox-source.h"

typedef struct {
	MessageSource source;
	LineReader *lines;
	char *name;
	Folder *folder; /* of messages without a block */
	MboxDialect dialect;
	gboolean is_pipe;
	gboolean begun;       /* its kind has been settled */
	gboolean empty;       /* there was no byte at all */
	gboolean record_seen; /* a good block, ever */
	Ledger *ledger;
	Report *report;

	/* the stream being read */
	gboolean in_stream; /* between its first record and its end record */
	char stream_id[MBOX_STREAM_ID_SIZE];
	guint64 expected;    /* sequence of the next record */
	guint64 messages;    /* of this stream: complete ones, and records known to be lost */
	guint64 lost;        /* of these, records nobody has seen: they may have been folders */
	guint64 complete;    /* handed out so far, over all streams */
	char *last_origin;   /* of the last one handed out */
} MboxReader;

/* The next message of an ordinary mbox, or the one ordinary record at this place of a stream.
 * *message NULL: no more. */
gboolean mbox_plain_next (MboxReader *self, Message **message, GError **error);

/* The same for a stream. */
gboolean mbox_stream_next (MboxReader *self, Message **message, GError **error);

/* Do the coming bytes look like a stream's record, even a damaged one? */
gboolean mbox_stream_is_ahead (MboxReader *self, gboolean *ahead, GError **error);

/* Does a record with a block begin exactly here? */
gboolean mbox_stream_begins_here (const guint8 *data, gsize length);

/* "name:offset" of the next byte. Newly allocated. */
char *mbox_reader_origin (MboxReader *self);

/* How much is looked at to judge a line by what follows it. */
#define MBOX_LOOK_AHEAD (16 * 1024)
