/* message-headers.h - the few header fields we look at, found without parsing the message
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "message/message-content.h"

/* The raw header block of a content (through the empty line), at most limit bytes of it; newly
 * allocated, a NUL is added behind. */
guint8 *message_headers_read (MessageContent *content, gsize limit, gsize *length, GError **error);

/* The first field of that name (any case) in a raw header block: unfolded, blanks at both ends
 * gone, NULs as blanks; any line ends. Newly allocated, NULL if there is none. RFC 5322, 2.2. */
char *message_headers_get (const guint8 *header, gsize length, const char *name);

/* The same for n names at once, in one walk: values[i] is that of names[i], or NULL. */
void message_headers_get_all (const guint8 *header, gsize length, const char *const *names,
			      char **values, guint n);

/* A value with its encoded words (RFC 2047) decoded; UTF-8. Newly allocated. */
char *message_headers_decode (const char *value);

/* The instant of an RFC 5322 date (also its obsolete forms); FALSE if there is no making sense of
 * it. */
gboolean message_headers_parse_date (const char *text, gint64 *seconds, int *zone_minutes);

#define MESSAGE_HEADERS_LIMIT (256 * 1024)
