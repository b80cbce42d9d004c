/* imap-pieces.c - a large message, as far as its pieces have come
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-pieces.h"

#include "imap/imap-message.h"

void
imap_pieces_clear (ImapPieces *pieces)
{
	g_clear_pointer (&pieces->message, message_unref);
	g_clear_pointer (&pieces->spool, spool_unref);
	pieces->uid = 0;
}

goffset
imap_pieces_get_size (const ImapPieces *pieces)
{
	return pieces->spool != NULL ? spool_get_size (pieces->spool) : 0;
}

goffset
imap_pieces_begin (ImapPieces *pieces, guint32 uid)
{
	if (pieces->uid != uid)
		imap_pieces_clear (pieces);
	pieces->uid = uid;
	return imap_pieces_get_size (pieces);
}

static gboolean
append (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	return spool_write (user_data, data, length, error);
}

gboolean
imap_pieces_take (ImapPieces *pieces, const GPtrArray *items, guint32 expected, gboolean *is_whole,
		  GError **error)
{
	g_autofree char *name = g_strdup_printf ("BODY[]<%" G_GOFFSET_FORMAT ">",
						 imap_pieces_get_size (pieces));
	g_autoptr (MessageContent) piece =
		imap_message_read_content (imap_value_find (items, name));

	*is_whole = FALSE;
	if (piece == NULL || message_content_get_size (piece) > IMAP_PIECES_BYTES)
		return TRUE;
	if (pieces->spool == NULL)
		pieces->spool = spool_new (SPOOL_MEMORY_LIMIT);
	if (!message_content_foreach (piece, append, pieces->spool, error))
		return FALSE;
	*is_whole = message_content_get_size (piece) < IMAP_PIECES_BYTES ||
		    imap_pieces_get_size (pieces) >= (goffset) expected;
	return TRUE;
}

Message *
imap_pieces_steal (ImapPieces *pieces)
{
	Message *message = g_steal_pointer (&pieces->message);

	message->content = message_content_new_spool (g_steal_pointer (&pieces->spool));
	pieces->uid = 0;
	return message;
}
