/* message-sink.c - where messages go
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "message/message-sink.h"

gboolean
message_sink_put (MessageSink *sink, Message *message, GError **error)
{
	return sink->class->put (sink, message, error);
}

gboolean
message_sink_finish (MessageSink *sink, GError **error)
{
	return sink->class->finish (sink, error);
}

void
message_sink_free (MessageSink *sink)
{
	if (sink != NULL)
		sink->class->free (sink);
}
