/* verify-words.c - what a message is called when it is shown
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "verify/verify-words.h"

#include <gmime/gmime.h>
#include <string.h>

#include "base/text.h"

void
verify_words_clear (VerifyWords *words)
{
	g_clear_pointer (&words->origin, g_free);
	g_clear_pointer (&words->message_id, g_free);
	g_clear_pointer (&words->from, g_free);
	g_clear_pointer (&words->subject, g_free);
}

char *
verify_words_decode (const char *raw)
{
	if (raw == NULL)
		return NULL;
	/* Counted, and never undone: GMime does not come up a second time. */
	g_mime_init ();
	g_autofree char *decoded = g_mime_utils_header_decode_text (NULL, raw);
	return text_to_utf8 (decoded, strlen (decoded), NULL);
}

char *
verify_words_date (gint64 seconds)
{
	if (seconds == VERIFY_NO_DATE)
		return NULL;
	g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (seconds);
	return date != NULL ? g_date_time_format (date, "%Y-%m-%dT%H:%M:%SZ") : NULL;
}
