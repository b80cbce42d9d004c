/* message-flags.c - the one table of what each medium calls a flag
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "message/message-flags.h"

const MessageFlagNames message_flag_names[] = {
	{ MESSAGE_SEEN, "\\Seen", 'S', 'R', 0 },
	{ MESSAGE_ANSWERED, "\\Answered", 'R', 0, 'A' },
	{ MESSAGE_FLAGGED, "\\Flagged", 'F', 0, 'F' },
	{ MESSAGE_DRAFT, "\\Draft", 'D', 0, 'T' },
	{ MESSAGE_DELETED, "\\Deleted", 'T', 'D', 'D' },
	{ 0, NULL, 0, 0, 0 },
};

MessageFlags
message_flag_from_imap (const char *name)
{
	for (const MessageFlagNames *row = message_flag_names; row->bit != 0; row++)
		if (g_ascii_strcasecmp (row->imap, name) == 0)
			return row->bit;
	return 0;
}

char *
message_flags_to_maildir (MessageFlags flags, const char *const *keywords)
{
	GString *letters = g_string_new (NULL);

	for (char letter = 'A'; letter <= 'Z'; letter++) {
		if (letter == 'P' && keywords != NULL &&
		    g_strv_contains (keywords, MESSAGE_KEYWORD_FORWARDED))
			g_string_append_c (letters, letter);
		for (const MessageFlagNames *row = message_flag_names; row->bit != 0; row++)
			if (row->maildir == letter && (flags & row->bit) != 0)
				g_string_append_c (letters, letter);
	}
	return g_string_free (letters, FALSE);
}
