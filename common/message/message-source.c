/* message-source.c - where messages come from
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "message/message-source.h"

gboolean
message_source_next (MessageSource *source, Message **message, GError **error)
{
	*message = NULL;
	return source->class->next (source, message, error);
}

void
message_source_free (MessageSource *source)
{
	if (source != NULL)
		source->class->free (source);
}
