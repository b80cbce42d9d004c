/* message-mime-text.h - decoded bytes of a part into a digest, text in one form whatever its own
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "message/message-mime.h"

typedef struct MimeText MimeText;

/* Takes bytes in charset (NULL: ASCII or unknown, taken as they are) if is_text, else any; line
 * ends become LF where lines is TRUE or it is text. Bytes that are none of the charset's stay
 * themselves, marked, so that two of them never look alike. */
MimeText *message_mime_text_new (MessageMimeView view, gboolean is_text, gboolean lines,
				 const char *charset);
void message_mime_text_free (MimeText *text);

/* Also the digest of the first size bytes of the form. */
void message_mime_text_want_prefix (MimeText *text, guint64 size);
void message_mime_text_add (MimeText *text, const guint8 *data, gsize length);

/* Fills size, digest and prefix of part. */
void message_mime_text_finish (MimeText *text, MessageMimePart *part);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MimeText, message_mime_text_free)
