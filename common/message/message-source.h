/* message-source.h - where messages come from
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A room's source embeds MessageSource as its first member and fills the table. A source accounts,
 * in the Ledger it was given, for everything it announces but does not hand out: ledger_skipped,
 * ledger_failed.
 */
#pragma once

#include "message/message.h"

typedef struct MessageSource MessageSource;

typedef struct {
	/* TRUE with *message set (caller owns it); TRUE with NULL at the end; FALSE with an error
	 * that ends the whole source. A bad message or folder is accounted for by the source, which
	 * goes on to the next. */
	gboolean (*next) (MessageSource *source, Message **message, GError **error);
	void (*free) (MessageSource *source);
} MessageSourceClass;

struct MessageSource {
	const MessageSourceClass *class;
};

/* The operations of its class. */
gboolean message_source_next (MessageSource *source, Message **message, GError **error);
void message_source_free (MessageSource *source);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MessageSource, message_source_free)
