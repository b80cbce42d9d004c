/* imap-date.h - INTERNALDATE, read and written
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * RFC 3501, date-time: " 7-Feb-1994 21:52:25 -0800".
 */
#pragma once

#include "message/message.h"

/* text without its quotes, may be NULL; the blank before a day of one digit may be missing. FALSE
 * if it is no date. */
gboolean imap_date_parse (const char *text, MessageDate *date);

/* With its quotes, newly allocated; an unknown zone as UTC. NULL if IMAP cannot say it. */
char *imap_date_format (const MessageDate *date);
