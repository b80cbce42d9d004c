/* message-flags.h - the one table of what each medium calls a flag
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <glib.h>

typedef enum {
	MESSAGE_SEEN = 1 << 0,
	MESSAGE_ANSWERED = 1 << 1,
	MESSAGE_FLAGGED = 1 << 2,
	MESSAGE_DRAFT = 1 << 3,
	MESSAGE_DELETED = 1 << 4
} MessageFlags;

/* In the order the stream and the manifest write them. */
typedef struct {
	MessageFlags bit;
	const char *imap;     /* "\\Seen" (RFC 3501, 2.3.2) */
	char maildir;         /* 'S' */
	char status;          /* letter in Status, or 0 */
	char x_status;        /* letter in X-Status, or 0 */
} MessageFlagNames;

/* Five entries, ended by bit 0. */
extern const MessageFlagNames message_flag_names[];

/* 0 if name (any case) is no system flag. */
MessageFlags message_flag_from_imap (const char *name);

/* The keyword for "forwarded", which Maildir writes as the letter P. */
#define MESSAGE_KEYWORD_FORWARDED "$Forwarded"

/* Letters in ASCII order, as they stand after ":2,"; $Forwarded among keywords gives P. Newly
 * allocated. */
char *message_flags_to_maildir (MessageFlags flags, const char *const *keywords);
