/* wire.c - the form in which a message is sent to an IMAP server
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "message/wire.h"

#include <string.h>

#define PIECE (32 * 1024)

typedef struct {
	MessageContentFunc function;
	gpointer user_data;
	guint8 last; /* of the content so far; 0 before the first byte */
	gsize used;
	guint8 out[PIECE];
} Wire;

static gboolean
flush (Wire *wire, GError **error)
{
	gsize used = wire->used;

	wire->used = 0;
	return used == 0 || wire->function (wire->out, used, wire->user_data, error);
}

static gboolean
append (Wire *wire, const guint8 *data, gsize length, GError **error)
{
	while (length > 0) {
		if (wire->used == PIECE && !flush (wire, error))
			return FALSE;
		gsize n = MIN (length, PIECE - wire->used);
		memcpy (wire->out + wire->used, data, n);
		wire->used += n;
		data += n;
		length -= n;
	}
	return TRUE;
}

static gboolean
convert (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	Wire *wire = user_data;

	while (length > 0) {
		const guint8 *lf = memchr (data, '\n', length);
		gsize line = lf != NULL ? (gsize) (lf - data) : length;
		guint8 before = line > 0 ? data[line - 1] : wire->last;

		if (!append (wire, data, line, error))
			return FALSE;
		if (lf != NULL && !append (wire, (const guint8 *) (before == '\r' ? "\n" : "\r\n"),
					   before == '\r' ? 1 : 2, error))
			return FALSE;
		gsize consumed = line + (lf != NULL);
		wire->last = data[consumed - 1];
		data += consumed;
		length -= consumed;
	}
	return TRUE;
}

gboolean
wire_foreach (MessageContent *content, MessageContentFunc function, gpointer user_data,
	      GError **error)
{
	g_autofree Wire *wire = g_new (Wire, 1);

	wire->function = function;
	wire->user_data = user_data;
	wire->last = 0;
	wire->used = 0;
	return message_content_foreach (content, convert, wire, error) &&
	       (wire->last == '\n' || append (wire, (const guint8 *) "\r\n", 2, error)) &&
	       flush (wire, error);
}

typedef struct {
	Digest digest;
	goffset size;
} Sum;

static gboolean
add_up (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	Sum *sum = user_data;

	digest_update (&sum->digest, data, length);
	sum->size += (goffset) length;
	return TRUE;
}

gboolean
wire_digest (MessageContent *content, goffset *size, guint8 *digest, GError **error)
{
	guint8 unused[DIGEST_SIZE];
	Sum sum = { .size = 0 };

	digest_init (&sum.digest);
	if (!wire_foreach (content, add_up, &sum, error))
		return FALSE;
	digest_finish (&sum.digest, digest != NULL ? digest : unused);
	if (size != NULL)
		*size = sum.size;
	return TRUE;
}
