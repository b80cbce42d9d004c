/* mbox-from.h - the "From " line that begins a message
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * There is no standard for this line, only habits; RFC 4155 describes one of them. A false
 * separator cuts a message in two, a missed one glues two together, so a line alone decides
 * nothing: what follows it counts too.
 */
#pragma once

#include "message/message.h"

/* How much a From_ line looks like one. */
typedef enum {
	MBOX_FROM_NONE,   /* does not begin with "From " */
	MBOX_FROM_BARE,   /* no date: "From ", "From - ", or prose */
	MBOX_FROM_WEAK,   /* something like a time somewhere */
	MBOX_FROM_STRONG  /* ends in a whole date */
} MboxFromStrength;

typedef struct {
	MboxFromStrength strength;
	const char *sender; /* inside the line; length 0 if there is none */
	gsize sender_length;
	guint sender_words;
	gboolean is_copy; /* "From - ": Thunderbird, and the date is that of a local copy */
	/* known with MBOX_FROM_STRONG, and if it is an ISO date; without a zone in the line: taken
	 * as UTC */
	MessageDate date;
} MboxFrom;

/* line without or with its line end, length bytes of it. */
void mbox_from_parse (const char *line, gsize length, MboxFrom *from);

/* "From SENDER Thu Nov 29 22:33:52 2001\n" in UTC; 1970 if the date is unknown or outside
 * 1970-9999; MAILER-DAEMON if sender is NULL or has a blank, control or non-ASCII byte. Newly
 * allocated. */
char *mbox_from_format (const char *sender, const MessageDate *date);

/* May sender stand in a From_ line as it is? */
gboolean mbox_from_sender_is_plain (const char *sender);
