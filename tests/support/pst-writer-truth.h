/* pst-writer-truth.h - say in JSON what a PST was given
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#pragma once

#include "support/pst-writer-ndb.h"

/* Members of the object or array being written at the end of json. A key of NULL makes an array
 * element; text that is NULL writes nothing, bytes that are not UTF-8 become U+FFFD. */
void pst_writer_truth_open (GString *json, const char *key, char bracket);
void pst_writer_truth_close (GString *json, char bracket);
void pst_writer_truth_text (GString *json, const char *key, const char *text);
void pst_writer_truth_number (GString *json, const char *key, gint64 number);
void pst_writer_truth_flag (GString *json, const char *key, gboolean flag);

/* The size and the SHA-256 of data as NAME_size and NAME_sha256. */
void pst_writer_truth_data (GString *json, const char *name, const void *data, gsize length);

void pst_writer_truth_address (GString *json, const char *key, const PstWriterAddress *address);

/* Everything about a message that does not depend on how it is stored, without its attachments; the
 * object stays open. codepage: of its 8-bit strings, 0 if it has none. */
void pst_writer_truth_message (GString *json, const PstWriterMessage *message, guint codepage);

/* Properties as "extra", if there are any. */
void pst_writer_truth_properties (GString *json, const PstWriterProperty *list, gsize n);

/* The blocks written since mark, as an array; they are forgotten. */
void pst_writer_truth_parts (GString *json, const char *key, PstWriterNdb *ndb, guint mark);
