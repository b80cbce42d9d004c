/* imap-limits.h - how much a server takes, asked before the first byte
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "imap/imap-connection.h"

typedef struct {
	guint64 message; /* bytes of one message; G_MAXUINT64: the server does not say */
	guint64 free;    /* bytes that the account has left; G_MAXUINT64: the same */
} ImapLimits;

/* RFC 7889 (APPENDLIMIT), RFC 2087 (QUOTA): what there is to know of INBOX, and so of the account.
 * A server that refuses to tell is no error. */
gboolean imap_limits_ask (ImapConnection *connection, ImapLimits *limits, GError **error);
