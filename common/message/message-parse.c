/* message-parse.c - a message in the hands of a MIME parser, if it is fit for one
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "message/message-parse.h"

#include "base/spool.h"
#include "message/message-mime-limits.h"

#define MEMORY_LIMIT (1024 * 1024)

static gboolean
copy_to_spool (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	return spool_write (user_data, data, length, error);
}

/* A stream that GMime may hold on to: nothing large in memory. */
static GMimeStream *
open_stream (MessageContent *content, GError **error)
{
	const guint8 *all = message_content_peek (content);
	gsize size = (gsize) message_content_get_size (content);

	if (all != NULL && size <= MEMORY_LIMIT)
		return g_mime_stream_mem_new_with_buffer ((const char *) all, size);
	g_autoptr (Spool) spool = spool_new (0);
	if (!message_content_foreach (content, copy_to_spool, spool, error))
		return NULL;
	if (spool_get_size (spool) == 0)
		return g_mime_stream_mem_new ();
	int fd = spool_dup (spool, error);
	return fd >= 0 ? g_mime_stream_fs_new (fd) : NULL;
}

gboolean
message_parse (MessageContent *content, GMimeMessage **message, GError **error)
{
	const char *problem;

	*message = NULL;
	if (!message_mime_limits_check (content, &problem, error))
		return FALSE;
	if (problem != NULL)
		return TRUE;
	g_mime_init (); /* counted, and never undone */
	g_autoptr (GMimeStream) stream = open_stream (content, error);
	if (stream == NULL)
		return FALSE;
	g_autoptr (GMimeParser) parser = g_mime_parser_new_with_stream (stream);
	g_mime_parser_set_persist_stream (parser, TRUE);
	*message = g_mime_parser_construct_message (parser, NULL);
	return TRUE;
}
