/* imap-limits.h - how much a server takes: asked before the first byte, or learned
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "imap/imap-connection.h"

typedef struct {
	guint64 message; /* bytes of one message; G_MAXUINT64: the server does not say */
	guint64 free;    /* bytes that the account has left; G_MAXUINT64: the same */
	GMutex lock;     /* of refused */
	guint64 refused; /* bytes of the smallest message that was too large; 0: none was */
} ImapLimits;

/* RFC 7889 (APPENDLIMIT), RFC 2087 (QUOTA): what there is to know of INBOX, and so of the account.
 * A server that refuses to tell is no error. */
gboolean imap_limits_ask (ImapConnection *connection, ImapLimits *limits, GError **error);

/* The server has refused a message of so many bytes for its size ([TOOBIG], RFC 7889, 4). Safe from
 * several threads, as is what follows. */
void imap_limits_learn (ImapLimits *limits, guint64 bytes);

/* Why a message of so many bytes need not be sent; NULL if the server may take it. Newly
 * allocated. */
char *imap_limits_object (ImapLimits *limits, guint64 bytes);
