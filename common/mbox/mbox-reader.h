/* mbox-reader.h - what both kinds of mbox source read with
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Private to the room: mbox-source.c hands out, mbox-plain.c and mbox-stream.c read their records.
 */
#pragma once

#include "base/line-reader.h"
#include "mbox/mbox-block.h"
#include "mbox/mbox-collector.h"
#include "mbox/mbox-from.h"
#include "mbox/mbox-source.h"

typedef struct {
	MessageSource source;
	LineReader *lines;
	char *name;
	Folder *folder; /* of messages without a block */
	MboxHabits habits;
	gboolean is_pipe;
	gboolean begun;       /* its kind has been settled */
	gboolean empty;       /* there was no byte at all */
	gboolean is_mmdf;
	gboolean at_record;   /* of an ordinary mbox: its beginning has been passed */
	gboolean lost_its_head; /* it is a stream, but does not begin like one */
	gboolean said_stream;   /* that there are a stream's records in it */
	gboolean tells_folder; /* even if there is no mail in it */
	gboolean any;          /* something has been handed out */
	gboolean ended;       /* what is to be said at the end has been said */
	gboolean counts; /* a counted body had an unquoted From_ line: nothing here is quoted */
	guint64 looked;       /* bytes looked through for the end of multiparts */
	gboolean record_seen; /* a good block, ever */
	MboxAccount account;
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

/* A message of an ordinary mbox while it is read. */
typedef struct {
	char *origin;
	char *sender;
	MessageDate date;     /* of the From_ line */
	gboolean is_copy;     /* "From - ": the date is that of a local copy */
	gboolean is_magic;    /* git's From_ line, whose date means nothing */
	gboolean has_from;    /* there was a From_ line at all (MMDF has none) */
	MboxCollector content;
} MboxRecord;

void mbox_record_clear (MboxRecord *record);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MboxRecord, mbox_record_clear)

/* Begin one at the next byte. */
void mbox_record_init (MboxRecord *record, MboxReader *self);

/* Read its From_ line, which comes next. */
gboolean mbox_record_read_from (MboxRecord *record, MboxReader *self, GError **error);

/* All of its content has been read: announce it and make a message of it, with what its header
 * says. *message stays NULL if the rules leave it out, which is entered then. */
gboolean mbox_record_finish (MboxRecord *record, MboxReader *self, Message **message,
			     GError **error);

/* It could not be read to its end. */
void mbox_record_is_cut (const MboxRecord *record, MboxReader *self);

/* The next message of an ordinary mbox, or the one ordinary record at this place of a stream.
 * *message NULL: no more. */
gboolean mbox_plain_next (MboxReader *self, Message **message, GError **error);

/* The same for MMDF. */
gboolean mbox_mmdf_next (MboxReader *self, Message **message, GError **error);

/* Does an MMDF file begin with these bytes? */
gboolean mbox_mmdf_recognises (const guint8 *data, gsize length);

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
