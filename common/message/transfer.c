/* transfer.c - the only loop that carries messages from a source to a sink
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "message/transfer.h"

#include "base/stop.h"

/* What the sink refuses is the loss of one message, and named; anything else ends the run. */
static gboolean
deliver (Message *message, MessageSink *sink, Ledger *ledger, GError **error)
{
	g_autoptr (GError) refusal = NULL;

	if (message_sink_put (sink, message, &refusal))
		return TRUE;
	if (!g_error_matches (refusal, MESSAGE_ERROR, MESSAGE_ERROR_MESSAGE)) {
		g_propagate_error (error, g_steal_pointer (&refusal));
		return FALSE;
	}
	if (message_is_folder (message))
		ledger_failed (ledger, NULL, message->folder->path, "%s", refusal->message);
	else
		ledger_failed (ledger, message->origin, message->folder->path, "%s",
			       refusal->message);
	return TRUE;
}

gboolean
transfer_run (MessageSource *source, MessageSink *sink, Ledger *ledger, Report *report,
	      GError **error)
{
	for (;;) {
		g_autoptr (Message) message = NULL;

		if (!stop_check (error) || !message_source_next (source, &message, error))
			return FALSE;
		if (message == NULL)
			return TRUE;
		if (!deliver (message, sink, ledger, error))
			return FALSE;
		if (!message_is_folder (message))
			report_advance (report,
					(guint64) message_content_get_size (message->content),
					message->folder->path);
	}
}
