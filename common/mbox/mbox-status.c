/* mbox-status.c - flags that mail programs keep in the header of an ordinary mbox
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "mbox/mbox-status.h"

#include <string.h>

#include "message/message-headers.h"

gboolean
mbox_status_apply (Message *message, GError **error)
{
	gsize length;
	g_autofree guint8 *header = message_headers_read (message->content, MESSAGE_HEADERS_LIMIT,
							  &length, error);

	if (header == NULL)
		return FALSE;
	g_autofree char *status = message_headers_get (header, length, "Status");
	g_autofree char *x_status = message_headers_get (header, length, "X-Status");
	for (const MessageFlagNames *row = message_flag_names; row->bit != 0; row++) {
		if (status != NULL && row->status != 0 && strchr (status, row->status) != NULL)
			message->flags |= row->bit;
		if (x_status != NULL && row->x_status != 0 &&
		    strchr (x_status, row->x_status) != NULL)
			message->flags |= row->bit;
	}
	return TRUE;
}
