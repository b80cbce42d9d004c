/* imap-retry.c - make a connection again that was cut off, or turned away for now
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-retry.h"

#include "base/error.h"
#include "base/stop.h"
#include "imap/imap-refusal.h"

#define TRIES_MOST    7                /* connections in a row that bring nothing forward */
#define PAUSE_MOST_MS (15 * 60 * 1000) /* that a server may ask for */
#define FIRST_WAIT_MS 300              /* before the first of them; then twice as long each time */

/* How long to wait, in ms: as the server says, else longer each time. */
static guint
pause_after (const ImapRetry *retry, const GError *cause, Report *report)
{
	guint asked = imap_refusal_get_pause (cause->message);

	if (asked == 0) {
		report_detail (report, "%s: connecting again", cause->message);
		return FIRST_WAIT_MS << retry->failures;
	}
	report_message (report, "%s: going on in %u s", cause->message,
			MIN (asked, PAUSE_MOST_MS) / 1000 + 1);
	return MIN (asked, PAUSE_MOST_MS);
}

ImapConnection *
imap_retry_connect (ImapRetry *retry, const NetUrl *url, const NetOptions *options, GError *cause,
		    Report *report, GError **error)
{
	g_autoptr (GError) last = cause;

	while (g_error_matches (last, RUN_ERROR, RUN_ERROR_TEMPORARY) && !stop_requested () &&
	       retry->failures < TRIES_MOST) {
		if (!stop_sleep (pause_after (retry, last, report), error))
			return NULL;
		retry->failures++;
		g_clear_error (&last);
		ImapConnection *connection = imap_connection_new (url, options, &last);
		if (connection != NULL)
			return connection;
	}
	g_propagate_error (error, g_steal_pointer (&last));
	return NULL;
}
