/* message-ahead.c - a source of which is already known that it can be read
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "message/message-ahead.h"

typedef struct {
	MessageSource source;
	MessageSource *inner;
	Message *first; /* NULL when it has been handed out, or if there is none */
	gboolean is_empty;
} AheadSource;

static gboolean
ahead_source_next (MessageSource *source, Message **message, GError **error)
{
	AheadSource *self = (AheadSource *) source;

	if (self->first == NULL)
		return self->is_empty || message_source_next (self->inner, message, error);
	*message = g_steal_pointer (&self->first);
	return TRUE;
}

static void
ahead_source_free (MessageSource *source)
{
	AheadSource *self = (AheadSource *) source;

	message_unref (self->first);
	message_source_free (self->inner);
	g_free (self);
}

static const MessageSourceClass ahead_source_class = {
	.next = ahead_source_next,
	.free = ahead_source_free,
};

MessageSource *
message_ahead_new (MessageSource *source, GError **error)
{
	AheadSource *self = g_new0 (AheadSource, 1);

	self->source.class = &ahead_source_class;
	self->inner = source;
	if (message_source_next (source, &self->first, error)) {
		self->is_empty = self->first == NULL;
		return &self->source;
	}
	ahead_source_free (&self->source);
	return NULL;
}
