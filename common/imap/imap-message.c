/* imap-message.c - a message as the answer to FETCH tells of it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-message.h"

#include <string.h>

#include "imap/imap-date.h"

/* The atoms among the flags, without \Recent, which is the session's and not the message's. */
static GPtrArray *
list_flags (const GPtrArray *items)
{
	const ImapValue *flags = imap_value_find (items, "FLAGS");
	GPtrArray *list = g_ptr_array_new ();

	for (guint i = 0; flags != NULL && flags->items != NULL && i < flags->items->len; i++) {
		const ImapValue *flag = g_ptr_array_index (flags->items, i);
		if (flag->type == IMAP_VALUE_ATOM &&
		    g_ascii_strcasecmp (flag->text, "\\Recent") != 0)
			g_ptr_array_add (list, flag->text);
	}
	return list;
}

static void
set_flags (Message *message, const GPtrArray *items)
{
	g_autoptr (GPtrArray) flags = list_flags (items);
	g_autoptr (GPtrArray) keywords = g_ptr_array_new ();

	for (guint i = 0; i < flags->len; i++) {
		char *flag = g_ptr_array_index (flags, i);
		MessageFlags bit = message_flag_from_imap (flag);
		message->flags |= bit;
		if (bit == 0 && flag[0] != '\\')
			g_ptr_array_add (keywords, flag);
	}
	g_ptr_array_add (keywords, NULL);
	message_set_keywords (message, (const char *const *) keywords->pdata);
}

guint32
imap_message_sum_flags (const GPtrArray *items)
{
	g_autoptr (GPtrArray) flags = list_flags (items);
	guint32 sum = 0;

	for (guint i = 0; i < flags->len; i++) {
		g_autofree char *lower = g_ascii_strdown (g_ptr_array_index (flags, i), -1);
		sum += g_str_hash (lower);
	}
	return sum;
}

MessageContent *
imap_message_read_content (const ImapValue *body)
{
	Spool *spool = imap_value_dup_spool (body);

	return spool != NULL ? message_content_new_spool (spool) : NULL;
}

const char *
imap_message_object_item (const ImapConnection *connection)
{
	if (imap_connection_has (connection, "OBJECTID"))
		return " EMAILID";
	return imap_connection_has (connection, "X-GM-EXT-1") ? " X-GM-MSGID" : "";
}

/* EMAILID (M6d99ac3275bb4e), X-GM-MSGID 1278455344230334865 */
static char *
read_object (const GPtrArray *items)
{
	const ImapValue *value = imap_value_find (items, "EMAILID");

	if (value != NULL && value->type == IMAP_VALUE_LIST)
		return imap_value_dup_text (imap_value_at (value->items, 0));
	return imap_value_dup_text (imap_value_find (items, "X-GM-MSGID"));
}

gboolean
imap_message_is_substitute (MessageContent *content, guint32 size)
{
	static const char header[] = "From: System Administrator <root@localhost>\r\n"
				     "Subject: message unavailable\r\n\r\n";
	static const char body[] = "This message is no longer available on the server.\r\n";
	const gsize length = sizeof header - 1;
	const guint8 *bytes = message_content_peek (content);

	return size != length + sizeof body - 1 && bytes != NULL &&
	       message_content_get_size (content) >= (goffset) length &&
	       memcmp (bytes, header, length) == 0;
}

Message *
imap_message_new (Folder *folder, const char *origin, MessageContent *content,
		  const GPtrArray *items, Report *report)
{
	Message *message = message_new (folder_ref (folder), content, origin);
	g_autofree char *date = imap_value_dup_text (imap_value_find (items, "INTERNALDATE"));

	if (!imap_date_parse (date, &message->received))
		report_finding (report, REPORT_NOTE, "internaldate-unreadable", origin,
				folder->path, "%s", date != NULL ? date : "none sent");
	set_flags (message, items);
	message->object = read_object (items);
	return message;
}
