/* mbox-block.h - the block of lines that makes an mbox record vouch for itself
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * It stands directly after the From_ line: what kind of record this is, where the message belongs,
 * how long it is and which digest it has, sealed by a digest over the block itself. The format is
 * described in mailferry-stream(5).
 */
#pragma once

#include "message/message.h"

typedef enum { MBOX_BLOCK_MESSAGE, MBOX_BLOCK_FOLDER, MBOX_BLOCK_END } MboxBlockKind;

#define MBOX_STREAM_ID_SIZE 17 /* 16 hex digits and a NUL */

/* A reader takes no longer block than this, and a writer writes none. */
#define MBOX_BLOCK_MAX (256 * 1024)

/* The counts of an end record. */
typedef struct {
	guint64 messages;
	guint64 folders;
	guint64 bytes;
	guint64 present;
	guint64 skipped;
	guint64 failed;
} MboxTotals;

typedef struct {
	MboxBlockKind kind;
	guint64 sequence;
	char stream_id[MBOX_STREAM_ID_SIZE];
	Folder *folder;     /* kinds message and folder */
	MessageFlags flags; /* from here: kind message */
	char **keywords;
	MessageDate received;
	char *sender;
	char *origin;
	goffset size;
	gboolean nonl; /* the content is empty or does not end in LF; the record has one more */
	guint8 l0[DIGEST_SIZE];
	MboxTotals totals; /* kind end */
} MboxBlock;

void mbox_block_free (MboxBlock *block);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MboxBlock, mbox_block_free)

/* From the From_ line through the seal line. nonl must be right; message may be NULL for an end
 * record, then totals count. stream_id: if sequence is 0 it is computed and written there, else it
 * is read. NULL with MESSAGE_ERROR_MESSAGE if the block would be too long. Newly allocated. */
GString *mbox_block_format_message (Message *message, gboolean nonl, guint64 sequence,
				    char *stream_id, GError **error);
GString *mbox_block_format_end (const MboxTotals *totals, guint64 sequence, char *stream_id);

/* Read such text, From_ line and seal line included. NULL with an error saying what is wrong (seal,
 * a field). */
MboxBlock *mbox_block_parse (const char *text, gsize length, GError **error);
