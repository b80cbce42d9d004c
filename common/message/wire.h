/* wire.h - the form in which a message is sent to an IMAP server
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * RFC 3501 wants RFC 5322 messages: every line ends in CRLF. A bare LF becomes CRLF, and content
 * that does not end in LF (also an empty one) gets CRLF at its end; all other bytes stay. This is
 * the L0 towards IMAP.
 */
#pragma once

#include "base/digest.h"
#include "message/message-content.h"

/* Hand the wire form of content to function in pieces, in order; stops with FALSE as soon as
 * function does. */
gboolean wire_foreach (MessageContent *content, MessageContentFunc function, gpointer user_data,
		       GError **error);

/* Size and SHA-256 of the wire form; either may be NULL. */
gboolean wire_digest (MessageContent *content, goffset *size, guint8 *digest, GError **error);
