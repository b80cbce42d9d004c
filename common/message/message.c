/* message.c - the one value that travels from every source to every sink
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "message/message.h"

#include <stdlib.h>
#include <string.h>

#include "message/canonical.h"

G_DEFINE_QUARK (message-error-quark, message_error)

Message *
message_new (Folder *folder, MessageContent *content, const char *origin)
{
	Message *message = g_new0 (Message, 1);

	g_atomic_ref_count_init (&message->references);
	message->folder = folder;
	message->content = content;
	message->origin = g_strdup (origin);
	return message;
}

Message *
message_new_folder (Folder *folder)
{
	return message_new (folder, NULL, NULL);
}

Message *
message_new_without_content (const Message *message)
{
	Message *copy = message_new (folder_ref (message->folder), NULL, message->origin);

	copy->flags = message->flags;
	copy->keywords = g_strdupv (message->keywords);
	copy->received = message->received;
	copy->sender = g_strdup (message->sender);
	copy->object = g_strdup (message->object);
	memcpy (copy->l0, message->l0, sizeof copy->l0);
	copy->has_l0 = message->has_l0;
	return copy;
}

Message *
message_ref (Message *message)
{
	g_atomic_ref_count_inc (&message->references);
	return message;
}

void
message_unref (Message *message)
{
	if (message == NULL || !g_atomic_ref_count_dec (&message->references))
		return;
	folder_unref (message->folder);
	message_content_unref (message->content);
	g_strfreev (message->keywords);
	g_free (message->sender);
	g_free (message->object);
	g_free (message->origin);
	g_free (message);
}

gboolean
message_is_folder (const Message *message)
{
	return message->content == NULL;
}

static int
compare_text (const void *a, const void *b)
{
	return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static gboolean
is_keyword (const char *text)
{
	return *text != '\0' && message_flag_from_imap (text) == 0 &&
	       g_ascii_strcasecmp (text, "\\Recent") != 0;
}

void
message_set_keywords (Message *message, const char *const *keywords)
{
	g_autoptr (GPtrArray) kept = g_ptr_array_new ();

	g_clear_pointer (&message->keywords, g_strfreev);
	for (gsize i = 0; keywords != NULL && keywords[i] != NULL; i++)
		if (is_keyword (keywords[i]))
			g_ptr_array_add (kept, (gpointer) keywords[i]);
	if (kept->len == 0)
		return;
	qsort (kept->pdata, kept->len, sizeof (char *), compare_text);

	g_autoptr (GPtrArray) unique = g_ptr_array_new ();
	for (guint i = 0; i < kept->len; i++)
		if (i == 0 || strcmp (kept->pdata[i - 1], kept->pdata[i]) != 0)
			g_ptr_array_add (unique, g_strdup (kept->pdata[i]));
	g_ptr_array_add (unique, NULL);
	message->keywords = (char **) g_ptr_array_steal (unique, NULL);
}

const guint8 *
message_get_l0 (Message *message, GError **error)
{
	if (message->has_l0)
		return message->l0;
	if (!canonical_digests (message->content, message->l0, NULL, error))
		return NULL;
	message->has_l0 = TRUE;
	return message->l0;
}

char *
message_date_format_zone (const MessageDate *date, char *buffer)
{
	if (!date->zone_known)
		return strcpy (buffer, "-0000");
	guint minutes = (guint) ABS (date->zone_minutes) % (100 * 60);
	g_snprintf (buffer, 6, "%c%02u%02u", date->zone_minutes < 0 ? '-' : '+', minutes / 60,
		    minutes % 60);
	return buffer;
}
