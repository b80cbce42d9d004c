/* verify-words.c - what a message is called when it is shown
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verify/verify-words.h"

void
verify_words_clear (VerifyWords *words)
{
	g_clear_pointer (&words->origin, g_free);
	g_clear_pointer (&words->message_id, g_free);
	g_clear_pointer (&words->from, g_free);
	g_clear_pointer (&words->subject, g_free);
}

char *
verify_words_date (gint64 seconds)
{
	if (seconds == VERIFY_NO_DATE)
		return NULL;
	g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (seconds);
	return date != NULL ? g_date_time_format (date, "%Y-%m-%dT%H:%M:%SZ") : NULL;
}
