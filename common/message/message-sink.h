/* message-sink.h - where messages go
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A room's sink embeds MessageSink as its first member and fills the table. It tells the Ledger it
 * was given what became of each message: ledger_emitted or ledger_present when that is certain
 * (which may be in a later put or in finish), ledger_failed for one it accepted and then lost.
 */
#pragma once

#include "message/message.h"

typedef struct MessageSink MessageSink;

typedef struct {
	/* Store a message, or make a folder (message_is_folder). The sink takes its own reference
	 * if it keeps it. FALSE with MESSAGE_ERROR_MESSAGE: this one is refused (the caller
	 * accounts for it) and the next may come; any other error: the sink is done for. */
	gboolean (*put) (MessageSink *sink, Message *message, GError **error);
	/* Everything put is durable and accounted for, or an error. Called at most once, after the
	 * last put. */
	gboolean (*finish) (MessageSink *sink, GError **error);
	/* Without finish before: give up, leave nothing half-written. */
	void (*free) (MessageSink *sink);
} MessageSinkClass;

struct MessageSink {
	const MessageSinkClass *class;
};

/* The operations of its class. */
gboolean message_sink_put (MessageSink *sink, Message *message, GError **error);
gboolean message_sink_finish (MessageSink *sink, GError **error);
void message_sink_free (MessageSink *sink);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MessageSink, message_sink_free)
