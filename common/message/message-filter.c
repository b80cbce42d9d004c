/* message-filter.c - only the messages that were asked for
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "message/message-filter.h"

#include "base/text.h"

typedef struct {
	MessageSource source;
	MessageSource *inner;
	const MessageFilter *filter;
	Ledger *ledger;
} FilterSource;

static gboolean
matches_any (char **globs, const char *path)
{
	for (gsize i = 0; globs != NULL && globs[i] != NULL; i++)
		if (text_matches_glob (globs[i], path))
			return TRUE;
	return FALSE;
}

gboolean
message_filter_passes_folder (const MessageFilter *filter, const char *path)
{
	gboolean any_folder = filter == NULL || filter->folders == NULL ||
			      filter->folders[0] == NULL;

	if (!any_folder && !matches_any (filter->folders, path))
		return FALSE;
	return filter == NULL || !matches_any (filter->excluded, path);
}

static gboolean
passes (const MessageFilter *filter, const Message *message)
{
	gint64 when = message->received.seconds;

	if (!message_filter_passes_folder (filter, message->folder->path))
		return FALSE;
	if (message_is_folder (message))
		return TRUE;
	if (message->received.known && filter->has_since && when < filter->since)
		return FALSE;
	if (message->received.known && filter->has_before && when >= filter->before)
		return FALSE;
	return filter->max_message_size == 0 ||
	       message_content_get_size (message->content) <= filter->max_message_size;
}

static gboolean
filter_source_next (MessageSource *source, Message **message, GError **error)
{
	FilterSource *self = (FilterSource *) source;

	for (;;) {
		g_autoptr (Message) candidate = NULL;
		if (!message_source_next (self->inner, &candidate, error))
			return FALSE;
		if (candidate == NULL || passes (self->filter, candidate)) {
			*message = g_steal_pointer (&candidate);
			return TRUE;
		}
		if (!message_is_folder (candidate))
			ledger_skipped (self->ledger, candidate->origin, candidate->folder->path,
					"filtered");
	}
}

static void
filter_source_free (MessageSource *source)
{
	FilterSource *self = (FilterSource *) source;

	message_source_free (self->inner);
	g_free (self);
}

static const MessageSourceClass filter_source_class = {
	.next = filter_source_next,
	.free = filter_source_free,
};

gboolean
message_filter_is_narrow (const MessageFilter *filter)
{
	return (filter->folders != NULL && filter->folders[0] != NULL) ||
	       (filter->excluded != NULL && filter->excluded[0] != NULL) || filter->has_since ||
	       filter->has_before || filter->max_message_size > 0;
}

MessageSource *
message_filter_source (MessageSource *source, const MessageFilter *filter, Ledger *ledger)
{
	if (!message_filter_is_narrow (filter))
		return source;
	FilterSource *self = g_new0 (FilterSource, 1);
	self->source.class = &filter_source_class;
	self->inner = source;
	self->filter = filter;
	self->ledger = ledger;
	return &self->source;
}
