/* pst-writer-message.h - the content of one message of a PST ([MS-PST] 2.4.5)
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#pragma once

#include "support/pst-writer-ltp.h"
#include "support/pst-writer.h"

#define PST_WRITER_WESTERN 1252

/* What messages and folders of one file share. */
typedef struct {
	PstWriterNdb *ndb;
	guint32 counters[32]; /* by node type: the index of the newest node */
	guint16 keywords;     /* property id of categories */
} PstWriterFile;

/* Columns of the tables every message has. */
extern const guint32 pst_writer_message_recipient_columns[];
extern const guint pst_writer_message_n_recipient_columns;
extern const guint32 pst_writer_message_attachment_columns[];
extern const guint pst_writer_message_n_attachment_columns;

/* A new node id of a type. */
guint32 pst_writer_message_new_nid (PstWriterFile *file, guint type);

/* Write a message, with everything embedded in it, and append the members of its truth to truth.
 * *size: its PR_MESSAGE_SIZE. */
PstWriterContent pst_writer_message_write (PstWriterFile *file, const PstWriterMessage *message,
					   guint32 nid, GString *truth, guint32 *size);

/* The code page of a message's text; 0: UTF-16. */
guint pst_writer_message_get_codepage (const PstWriterFile *file, const PstWriterMessage *message);

/* Set the cells of a contents table's current row. */
void pst_writer_message_set_row (PstWriterTc *table, const PstWriterMessage *message, guint32 size,
				 guint codepage);

/* Unix seconds as FILETIME. */
guint64 pst_writer_message_filetime (gint64 seconds);
