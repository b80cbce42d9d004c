/* message.h - the one value that travels from every source to every sink
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <glib.h>

#include "base/digest.h"
#include "message/folder.h"
#include "message/message-content.h"
#include "message/message-flags.h"

/* How far an error reaches. Any other domain, and RUN_ERROR, mean the whole store. */
typedef enum {
	MESSAGE_ERROR_MESSAGE, /* this message cannot be carried; the next one can */
} MessageError;

#define MESSAGE_ERROR (message_error_quark ())
GQuark message_error_quark (void);

/* When a message was received: the internal date of RFC 3501, 2.3.3. Never invented silently. */
typedef struct {
	gboolean known;
	gboolean zone_known;
	gint64 seconds;   /* since 1970-01-01 UTC; may be negative */
	int zone_minutes; /* east of UTC; 0 unless zone_known */
} MessageDate;

/* A message, or - with content NULL - the news that a folder exists, be it empty. Fields may be
 * NULL where noted. Filled by its source, then only read. One owner per reference; the count is
 * thread-safe. */
typedef struct {
	gatomicrefcount references;
	Folder *folder;
	MessageFlags flags;
	char **keywords; /* byte order, no duplicates, no $Recent; NULL if none */
	MessageDate received;
	char *sender; /* envelope sender, any bytes but NUL; NULL if unknown */
	MessageContent *content;
	char *object; /* the server's name for this mail in whatever folder; NULL if it has none */
	char *origin; /* "old.pst:0x200024": base name, then what names the item there */
	guint8 l0[DIGEST_SIZE]; /* valid if has_l0; use message_get_l0 */
	gboolean has_l0;
} Message;

/* Takes the references of folder and content and a copy of origin; everything else is empty. */
Message *message_new (Folder *folder, MessageContent *content, const char *origin);

/* A record that only says that folder exists. */
Message *message_new_folder (Folder *folder);

/* The same without content, which the caller fills in: for a sink that has put it elsewhere. */
Message *message_new_without_content (const Message *message);

Message *message_ref (Message *message);
void message_unref (Message *message);

/* Is it only the news that a folder exists? */
gboolean message_is_folder (const Message *message);

/* Sorts and removes doubles, leaves out empty ones; $Recent and system flags by name too. */
void message_set_keywords (Message *message, const char *const *keywords);

/* SHA-256 of the content as it is; computed at the first call unless the source knew it. Not
 * thread-safe for one message. The result belongs to the message. NULL with an error if the content
 * cannot be read. */
const guint8 *message_get_l0 (Message *message, GError **error);

/* "+0100"; "-0000" if the zone is unknown. buffer has room for 6 bytes. */
char *message_date_format_zone (const MessageDate *date, char *buffer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Message, message_unref)
