/* verify-sink.c - a sink that stores nothing but what is needed to recognise each message
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verify/verify-sink.h"

#include "message/transfer.h"

typedef struct {
	MessageSink sink;
	VerifyIndex *index;
	VerifyForm form;
	Ledger *ledger;
} VerifySink;

/* Only these end the whole reading; else one unreadable file costs that file. */
static gboolean
ends_the_run (const GError *error)
{
	return g_error_matches (error, RUN_ERROR, RUN_ERROR_TEMPORARY) ||
	       g_error_matches (error, RUN_ERROR, RUN_ERROR_LOGIN);
}

static gboolean
verify_sink_put (MessageSink *sink, Message *message, GError **error)
{
	VerifySink *self = (VerifySink *) sink;
	guint32 folder = verify_index_add_folder (self->index, message->folder);
	g_auto (VerifyWords) words = {0};
	g_autoptr (GError) trouble = NULL;
	VerifyRecord record;

	if (message_is_folder (message))
		return TRUE;
	if (!verify_digest_message (message, self->form, &record, &words, &trouble)) {
		if (ends_the_run (trouble)) {
			g_propagate_error (error, g_steal_pointer (&trouble));
			return FALSE;
		}
		record.traits = VERIFY_UNREADABLE;
	}
	record.folder = folder;
	if (!verify_index_add (self->index, &record, &words, error))
		return FALSE;
	if (trouble != NULL) {
		g_set_error_literal (error, MESSAGE_ERROR, MESSAGE_ERROR_MESSAGE, trouble->message);
		return FALSE;
	}
	return ledger_emitted (self->ledger, message, NULL, error);
}

static gboolean
verify_sink_finish (MessageSink *sink, GError **error)
{
	return TRUE;
}

static void
verify_sink_free (MessageSink *sink)
{
	g_free (sink);
}

static const MessageSinkClass verify_sink_class = {
	.put = verify_sink_put,
	.finish = verify_sink_finish,
	.free = verify_sink_free,
};

MessageSink *
verify_sink_new (VerifyIndex *index, VerifyForm form, Ledger *ledger)
{
	VerifySink *self = g_new0 (VerifySink, 1);

	self->sink.class = &verify_sink_class;
	self->index = index;
	self->form = form;
	self->ledger = ledger;
	return &self->sink;
}

gboolean
verify_sink_read (MessageSource *source, VerifyIndex *index, VerifyForm form, Ledger *ledger,
		  Report *report, GError **error)
{
	g_autoptr (MessageSource) owned = source;
	g_autoptr (MessageSink) sink = verify_sink_new (index, form, ledger);

	return transfer_run (owned, sink, ledger, report, error) &&
	       message_sink_finish (sink, error);
}
