/* verify-sink.c - a sink that stores nothing but what is needed to recognise each message
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Digests are made in a thread of their own: meanwhile the next messages come from the disk or the
 * server, which would else stand idle.
 */
#include "verify/verify-sink.h"

#include <gmime/gmime.h>

#include "base/error.h"
#include "message/transfer.h"

/* What may wait for the thread. */
#define WAITING_MESSAGES 256
#define WAITING_BYTES    (8 * 1024 * 1024)

typedef struct {
	MessageSink sink;
	VerifyIndex *index; /* the thread's, until it has ended */
	VerifyForm form;
	Ledger *ledger;
	GThread *thread;
	GMutex lock; /* of what follows */
	GCond changed;
	GQueue waiting; /* of Message */
	gint64 waiting_bytes;
	gboolean blocked; /* until half of that is done: no switch to and fro for each message */
	gboolean ended;   /* nothing more will come */
	GError *error;    /* why the thread has given up */
} VerifySink;

/* --- The thread ------------------------------------------------------------------------------- */

/* Only these end the whole reading; else one unreadable file costs that file. */
static gboolean
ends_the_run (const GError *error)
{
	return g_error_matches (error, RUN_ERROR, RUN_ERROR_TEMPORARY) ||
	       g_error_matches (error, RUN_ERROR, RUN_ERROR_LOGIN);
}

static gboolean
take (VerifySink *self, Message *message, GError **error)
{
	guint32 folder = verify_index_add_folder (self->index, message->folder);
	g_auto (VerifyWords) words = { 0 };
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
	if (trouble == NULL)
		return ledger_emitted (self->ledger, message, NULL, error);
	ledger_failed (self->ledger, message->origin, message->folder->path, "%s",
		       trouble->message);
	return TRUE;
}

/* What of message waits in memory. */
static gint64
weight (const Message *message)
{
	return message->content != NULL && message_content_peek (message->content) != NULL
		       ? message_content_get_size (message->content)
		       : 0;
}

static Message *
next_waiting (VerifySink *self)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

	while (g_queue_is_empty (&self->waiting) && !self->ended)
		g_cond_wait (&self->changed, &self->lock);
	Message *message = g_queue_pop_head (&self->waiting);
	if (message != NULL)
		self->waiting_bytes -= weight (message);
	if (self->blocked && self->waiting.length <= WAITING_MESSAGES / 2 &&
	    self->waiting_bytes <= WAITING_BYTES / 2) {
		self->blocked = FALSE;
		g_cond_broadcast (&self->changed);
	}
	return message;
}

static gpointer
take_all (gpointer data)
{
	VerifySink *self = data;
	GError *error = NULL;

	while (error == NULL) {
		g_autoptr (Message) message = next_waiting (self);
		if (message == NULL)
			return NULL;
		(void) take (self, message, &error);
	}
	g_mutex_lock (&self->lock);
	self->error = error;
	g_cond_broadcast (&self->changed);
	g_mutex_unlock (&self->lock);
	return NULL;
}

/* --- The sink --------------------------------------------------------------------------------- */

static gboolean
verify_sink_put (MessageSink *sink, Message *message, GError **error)
{
	VerifySink *self = (VerifySink *) sink;
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

	self->blocked = self->waiting.length >= WAITING_MESSAGES ||
			self->waiting_bytes >= WAITING_BYTES;
	while (self->error == NULL && self->blocked)
		g_cond_wait (&self->changed, &self->lock);
	if (self->error != NULL) {
		g_propagate_error (error, g_error_copy (self->error));
		return FALSE;
	}
	g_queue_push_tail (&self->waiting, message_ref (message));
	self->waiting_bytes += weight (message);
	if (self->waiting.length == 1)
		g_cond_broadcast (&self->changed);
	return TRUE;
}

static void
end_thread (VerifySink *self)
{
	g_mutex_lock (&self->lock);
	self->ended = TRUE;
	g_cond_broadcast (&self->changed);
	g_mutex_unlock (&self->lock);
	g_clear_pointer (&self->thread, g_thread_join);
}

static gboolean
verify_sink_finish (MessageSink *sink, GError **error)
{
	VerifySink *self = (VerifySink *) sink;

	end_thread (self);
	if (self->error == NULL)
		return TRUE;
	g_propagate_error (error, g_steal_pointer (&self->error));
	return FALSE;
}

static void
verify_sink_free (MessageSink *sink)
{
	VerifySink *self = (VerifySink *) sink;

	g_mutex_lock (&self->lock);
	g_queue_clear_full (&self->waiting, (GDestroyNotify) message_unref);
	g_mutex_unlock (&self->lock);
	if (self->thread != NULL)
		end_thread (self);
	g_clear_error (&self->error);
	g_mutex_clear (&self->lock);
	g_cond_clear (&self->changed);
	g_free (self);
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
	g_mutex_init (&self->lock);
	g_cond_init (&self->changed);
	g_queue_init (&self->waiting);
	g_mime_init (); /* before there are two threads that may want to be the first */
	self->thread = g_thread_new ("digests", take_all, self);
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
