/* message-encode.c - bytes as the body of a MIME part
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "message/message-encode.h"

#include <gmime/gmime.h>
#include <string.h>

struct MessageEncode {
	GMimeEncoding state;
	char *buffer;
	gsize size;
	char last; /* character written, 0 if none */
};

MessageEncode *
message_encode_new (const char *encoding)
{
	GMimeContentEncoding known = g_mime_content_encoding_from_string (encoding);

	if (known != GMIME_CONTENT_ENCODING_BASE64 &&
	    known != GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE)
		return NULL;
	MessageEncode *encode = g_new0 (MessageEncode, 1);
	g_mime_encoding_init_encode (&encode->state, known);
	return encode;
}

void
message_encode_free (MessageEncode *encode)
{
	if (encode == NULL)
		return;
	g_free (encode->buffer);
	g_free (encode);
}

gsize
message_encode_step (MessageEncode *encode, const guint8 *data, gsize length, const char **out)
{
	gsize room = g_mime_encoding_outlen (&encode->state, data != NULL ? length : 0) + 1;
	gsize written;

	if (room > encode->size) {
		encode->buffer = g_realloc (encode->buffer, room);
		encode->size = room;
	}
	*out = encode->buffer;
	written = data != NULL ? g_mime_encoding_step (&encode->state, (const char *) data, length,
						       encode->buffer)
			       : g_mime_encoding_flush (&encode->state, "", 0, encode->buffer);
	if (written > 0)
		encode->last = encode->buffer[written - 1];
	if (data == NULL && encode->last != '\0' && encode->last != '\n')
		encode->buffer[written++] = '\n';
	return written;
}
