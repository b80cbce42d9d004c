/* message-encode.h - bytes as the body of a MIME part
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <glib.h>

typedef struct MessageEncode MessageEncode;

/* encoding is what Content-Transfer-Encoding says (RFC 2045, 6.1; any case). NULL if bytes are not
 * encoded by it (7bit, 8bit, binary), or nobody knows it. */
MessageEncode *message_encode_new (const char *encoding);
void message_encode_free (MessageEncode *encode);

/* What length more bytes become, lines of at most 76 characters, ended by LF. data NULL: what is
 * left, with a final LF if there was any byte. *out belongs to encode until the next call. */
gsize message_encode_step (MessageEncode *encode, const guint8 *data, gsize length,
			   const char **out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MessageEncode, message_encode_free)
