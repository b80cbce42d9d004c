/* imap-limits.c - how much a server takes: asked before the first byte, or learned
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-limits.h"

#include <string.h>

#define QUOTA_UNIT 1024 /* RFC 2087, 3: STORAGE */

static gboolean
get_number (const ImapValue *value, guint64 *number)
{
	g_autofree char *text = value != NULL ? imap_value_dup_text (value) : NULL;

	return text != NULL && g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, number, NULL);
}

/* * STATUS INBOX (APPENDLIMIT 35651584) */
static void
learn_append_limit (const ImapResponse *response, gpointer user_data)
{
	ImapLimits *limits = user_data;
	const ImapValue *list = imap_value_at (response->values, 1);

	if (g_strcmp0 (response->name, "STATUS") != 0 || list == NULL || list->items == NULL)
		return;
	for (guint i = 0; i + 1 < list->items->len; i += 2) {
		g_autofree char *name = imap_value_dup_text (imap_value_at (list->items, i));
		guint64 number = 0;
		if (name != NULL && g_ascii_strcasecmp (name, "APPENDLIMIT") == 0 &&
		    get_number (imap_value_at (list->items, i + 1), &number))
			limits->message = number;
	}
}

/* * QUOTA "" (STORAGE 10 512 MESSAGE 3 1000): of several roots the tightest counts. */
static void
learn_quota (const ImapResponse *response, gpointer user_data)
{
	ImapLimits *limits = user_data;
	const ImapValue *list = imap_value_at (response->values, 1);

	if (g_strcmp0 (response->name, "QUOTA") != 0 || list == NULL || list->items == NULL)
		return;
	for (guint i = 0; i + 2 < list->items->len; i += 3) {
		g_autofree char *name = imap_value_dup_text (imap_value_at (list->items, i));
		guint64 used = 0;
		guint64 most = 0;
		if (name == NULL || g_ascii_strcasecmp (name, "STORAGE") != 0 ||
		    !get_number (imap_value_at (list->items, i + 1), &used) ||
		    !get_number (imap_value_at (list->items, i + 2), &most) ||
		    most > G_MAXUINT64 / QUOTA_UNIT)
			continue;
		limits->free = MIN (limits->free, used < most ? (most - used) * QUOTA_UNIT : 0);
	}
}

static gboolean
ask (ImapConnection *connection, const char *command, ImapUntaggedFunc function, ImapLimits *limits,
     GError **error)
{
	g_autoptr (ImapResponse) unimportant = NULL;

	return imap_connection_run (connection, command, function, limits, &unimportant, error);
}

gboolean
imap_limits_ask (ImapConnection *connection, ImapLimits *limits, GError **error)
{
	const char *value = imap_connection_get_value (connection, "APPENDLIMIT");

	limits->message = G_MAXUINT64;
	limits->free = G_MAXUINT64;
	if (value != NULL)
		(void) g_ascii_string_to_unsigned (value, 10, 0, G_MAXUINT64, &limits->message,
						   NULL);
	else if (imap_connection_has (connection, "APPENDLIMIT") &&
		 !ask (connection, "STATUS INBOX (APPENDLIMIT)", learn_append_limit, limits, error))
		return FALSE;
	return !imap_connection_has (connection, "QUOTA") ||
	       ask (connection, "GETQUOTAROOT INBOX", learn_quota, limits, error);
}

void
imap_limits_learn (ImapLimits *limits, guint64 bytes)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&limits->lock);

	if (limits->refused == 0 || bytes < limits->refused)
		limits->refused = bytes;
}

char *
imap_limits_object (ImapLimits *limits, guint64 bytes)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&limits->lock);

	if (bytes > limits->message)
		return g_strdup_printf ("it has %" G_GUINT64_FORMAT
					" bytes, and the server takes %" G_GUINT64_FORMAT,
					bytes, limits->message);
	if (limits->refused == 0 || bytes < limits->refused)
		return NULL;
	return g_strdup_printf ("it has %" G_GUINT64_FORMAT
				" bytes, and the server has refused one of %" G_GUINT64_FORMAT
				" as too large",
				bytes, limits->refused);
}
