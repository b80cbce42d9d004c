/* message-content.h - the bytes of a message, readable as often as needed, wherever they lie
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Exactly as the source has them: its own line ends, quoting undone, nothing re-serialised. Small
 * ones are in memory, large ones in a spool or a region of a file, so nobody holds a large message.
 */
#pragma once

#include <glib.h>

#include "base/spool.h"

/* Immutable, reference counted, thread-safe. */
typedef struct MessageContent MessageContent;

/* Takes the bytes' reference. */
MessageContent *message_content_new_bytes (GBytes *bytes);

/* Takes the spool's reference; nobody writes to it any more. */
MessageContent *message_content_new_spool (Spool *spool);

/* A directory that holds contents: open for as long as one of them or its maker has a reference,
 * because a sink may read a message again after its source is gone. Takes fd over. */
typedef struct ContentDirectory ContentDirectory;

ContentDirectory *content_directory_new (int fd);
ContentDirectory *content_directory_ref (ContentDirectory *directory);
void content_directory_unref (ContentDirectory *directory);

/* The file at path below directory (borrowed), opened anew at each reading, so that a million of
 * them need no descriptors. size is what the caller saw; a file that has changed size meanwhile is
 * an error when read. */
MessageContent *message_content_new_file (ContentDirectory *directory, const char *path,
					  goffset size);

/* The whole message in a new spool; NULL with an error. */
typedef Spool *(*MessageContentLoadFunc) (gpointer user_data, GError **error);

/* Where only its beginning has come so far: load is called, once, as soon as more than head is
 * read. size is what is announced; afterwards it is what came. Takes head; user_data is freed by
 * destroy, and what it needs must live as long. */
MessageContent *message_content_new_late (GBytes *head, goffset size, MessageContentLoadFunc load,
					  gpointer user_data, GDestroyNotify destroy);

MessageContent *message_content_ref (MessageContent *content);
void message_content_unref (MessageContent *content);

goffset message_content_get_size (const MessageContent *content);

/* All bytes at once if they are in memory, else NULL. */
const guint8 *message_content_peek (const MessageContent *content);

/* One reading, from the start. */
typedef struct ContentReader ContentReader;

/* Takes its own reference to content. NULL with an error if it cannot be opened. */
ContentReader *content_reader_new (MessageContent *content, GError **error);
void content_reader_free (ContentReader *reader);

/* Up to length bytes into buffer; *got is 0 only at the end. */
gboolean content_reader_read (ContentReader *reader, void *buffer, gsize length, gsize *got,
			      GError **error);

/* The last byte, without reading the others; FALSE in *any if there is none. */
gboolean message_content_get_last_byte (MessageContent *content, gboolean *any, guint8 *byte,
					GError **error);

/* Hand all bytes to function in pieces, in order; stops with FALSE as soon as function returns
 * FALSE. */
typedef gboolean (*MessageContentFunc) (const guint8 *data, gsize length, gpointer user_data,
					GError **error);
gboolean message_content_foreach (MessageContent *content, MessageContentFunc function,
				  gpointer user_data, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ContentDirectory, content_directory_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MessageContent, message_content_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ContentReader, content_reader_free)
