/* imap-pieces.h - a large message, as far as its pieces have come
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * BODY.PEEK[]<from.length>, one piece after the other. What has come is kept when the connection
 * breaks, and the next piece is asked for over another one.
 */
#pragma once

#include "imap/imap-response.h"
#include "message/message.h"

#define IMAP_PIECES_BYTES (8 * 1024 * 1024) /* of each; larger messages come in such pieces */

/* All zero to begin with. */
typedef struct {
	Message *message; /* without its content, until the last piece has come */
	Spool *spool;
	guint32 uid;
} ImapPieces;

void imap_pieces_clear (ImapPieces *pieces);

/* How much there is already of the message with that UID; whatever there is of another one is
 * forgotten. */
goffset imap_pieces_begin (ImapPieces *pieces, guint32 uid);
goffset imap_pieces_get_size (const ImapPieces *pieces);

/* The next piece among items (of the FETCH response), if it is there. expected: what the server
 * said of the whole; a piece that is shorter than asked for is the last one all the same, and more
 * than it said does not come either. *is_whole: that was the last one. */
gboolean imap_pieces_take (ImapPieces *pieces, const GPtrArray *items, guint32 expected,
			   gboolean *is_whole, GError **error);

/* The whole message, whose place is then free for another. */
Message *imap_pieces_steal (ImapPieces *pieces);
