/* imap-refusal.h - what a NO or BAD means for the messages it answers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * By response code (RFC 5530) where there is one, then by words: Cyrus 3.6 and Courier 5.0 give no
 * code for a full account.
 */
#pragma once

#include "imap/imap-response.h"

typedef enum {
	IMAP_REFUSAL_MESSAGE,   /* of what was sent; nothing of the command is stored */
	IMAP_REFUSAL_TOO_LARGE, /* the same, and larger ones will fare no better */
	IMAP_REFUSAL_FOLDER,    /* whatever is sent there */
	IMAP_REFUSAL_TEMPORARY, /* throttled, in use ...: the same may pass later */
	IMAP_REFUSAL_OVER_QUOTA /* the account is full */
} ImapRefusal;

/* How long the server asks us to wait, in ms: "Suggested Backoff Time: 298340 milliseconds"; 0 if
 * it does not say. */
guint imap_refusal_get_pause (const char *text);

/* What a NO or BAD stands for, by its response code (RFC 5530) or its words. */
ImapRefusal imap_refusal_classify (const ImapResponse *reply);
