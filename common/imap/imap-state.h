/* imap-state.h - what a server says of a mailbox when it opens it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "imap/imap-response.h"

/* 0: the server does not say. RFC 3501, 2.3.1.1; RFC 7162, 3.1.2. */
typedef struct {
	guint32 exists;
	guint32 uid_validity;
	guint32 uid_next;
	guint64 mod_sequence; /* HIGHESTMODSEQ: grows with every change */
} ImapState;

/* For the untagged data of EXAMINE (ImapUntaggedFunc); user_data is an ImapState, empty before. */
void imap_state_note (const ImapResponse *response, gpointer user_data);

/* Has nothing happened in between? FALSE also where the server does not say enough. */
gboolean imap_state_is_same (const ImapState *before, const ImapState *after);

/* "UIDNEXT 303, HIGHESTMODSEQ 17". Newly allocated. */
char *imap_state_describe (const ImapState *state);
