/* message-repair.h - mend what servers refuse in a message, when its owner asks for it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * mailferry carries messages as they are. Some servers refuse some of them for ever: then a message
 * that differs in named places is better than none, if whoever owns it says so.
 */
#pragma once

#include "message/message-content.h"

typedef enum {
	/* 0x00 -> 0x80, which compares as the same (canonical.h) and is what Dovecot does
	 * itself. */
	MESSAGE_REPAIR_NUL = 1 << 0,
	/* Text parts with lines over 998 octets (RFC 5322, 2.1.1) become quoted-printable; parts of
	 * a signed message stay as they are. */
	MESSAGE_REPAIR_LONG_LINES = 1 << 1,
	/* In the header: bytes above 7F become encoded words (RFC 2047) or parameters (RFC 2231),
	 * and a line that is no field "X-Malformed: " and itself. */
	MESSAGE_REPAIR_HEADERS = 1 << 2
} MessageRepair;

/* "nul,long-lines,headers" or some of them; FALSE if text holds anything else, or nothing. */
gboolean message_repair_parse (const char *text, MessageRepair *repairs);

/* "nul, headers": the names of what is set. Newly allocated. */
char *message_repair_describe (MessageRepair repairs);

/* The content with those of wanted that it needs; *done says which, 0 if none: then NULL without an
 * error. A new reference. */
MessageContent *message_repair_content (MessageContent *content, MessageRepair wanted,
					MessageRepair *done, GError **error);
