/* imap-item.c - a message made ready to be sent: bytes, digests, flags and date as the server wants
 * them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-item.h"

#include <string.h>

#include "base/utf7.h"
#include "imap/imap-date.h"
#include "imap/imap-key.h"
#include "message/message-headers.h"
#include "message/wire.h"

#define DAY       (24 * 60 * 60)
#define KEPT_MOST (256 * 1024) /* of one message; there must be room for a header */
#define WRITTEN   1767225600   /* 2026-01-01: when this was written, it was later */

/* --- Bytes ------------------------------------------------------------------------------------ */

typedef struct {
	Digest digest;
	guint64 size;
	GByteArray *kept; /* everything, or of a large one as much as may be header */
} Reading;

static gboolean
take_piece (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	Reading *reading = user_data;

	digest_update (&reading->digest, data, length);
	if (reading->size <= KEPT_MOST)
		g_byte_array_append (reading->kept, data, (guint) length);
	reading->size += length;
	return TRUE;
}

/* The header's length, its empty line included. */
static gsize
header_length (const guint8 *data, gsize length)
{
	const guint8 *end = length >= 2 && data[0] == '\r' ? data
							   : memmem (data, length, "\r\n\r\n", 4);

	if (end == data && length >= 2 && data[1] == '\n')
		return 2;
	return end != NULL && end != data ? (gsize) (end - data) + 4 : length;
}

/* The last Received field was written by whoever delivered it; it stands first. RFC 5321, 4.4. */
static gboolean
parse_received (const char *received, MessageDate *date)
{
	const char *semicolon = received != NULL ? strrchr (received, ';') : NULL;

	return semicolon != NULL &&
	       message_headers_parse_date (semicolon + 1, &date->seconds, &date->zone_minutes);
}

static void
guess_date (ImapItem *item, const guint8 *header, gsize length)
{
	g_autofree char *received = message_headers_get (header, length, "Received");
	g_autofree char *sent = message_headers_get (header, length, "Date");

	item->date.known = parse_received (received, &item->date) ||
			   (sent != NULL && message_headers_parse_date (sent, &item->date.seconds,
									&item->date.zone_minutes));
	item->date.zone_known = item->date.known;
}

/* What a source has in memory counts as long as the message is not settled. */
static void
hold (ImapItem *item, ImapPool *pool)
{
	MessageContent *content = item->message->content;
	goffset content_size = message_content_peek (content) != NULL
				       ? message_content_get_size (content)
				       : 0;

	item->pool = pool;
	item->held = (gint) MIN (content_size, G_MAXINT / 2) +
		     (gint) (item->wire != NULL ? item->wire->len : 0);
	g_atomic_int_add (&pool->used, item->held);
}

ImapItem *
imap_item_new (Message *message, ImapPool *pool, gint limit, GError **error)
{
	g_autoptr (ImapItem) item = g_new0 (ImapItem, 1);
	Reading reading = { .kept = g_byte_array_sized_new (
				    (guint) MIN (message_content_get_size (message->content) + 1024,
						 KEPT_MOST)) };

	item->message = message_ref (message);
	item->wire = reading.kept;
	digest_init (&reading.digest);
	if (!wire_foreach (message->content, take_piece, &reading, error))
		return NULL;
	digest_finish (&reading.digest, item->entry.l0);
	gsize length = header_length (item->wire->data, item->wire->len);
	item->date = message->received;
	if (!item->date.known)
		guess_date (item, item->wire->data, MIN (length, MESSAGE_HEADERS_LIMIT));
	g_autofree guint8 *header = g_memdup2 (item->wire->data, length);
	imap_key_init (&item->entry.key, header, length, reading.size);
	if (reading.size > KEPT_MOST || g_atomic_int_get (&pool->used) > limit / 2)
		g_clear_pointer (&item->wire, g_byte_array_unref);
	hold (item, pool);
	return g_steal_pointer (&item);
}

ImapItem *
imap_item_new_mended (const ImapItem *item, MessageContent *content, GError **error)
{
	const Message *old = item->message;
	g_autoptr (Message) message = message_new (folder_ref (old->folder),
						   message_content_ref (content), old->origin);

	message->flags = old->flags;
	message->received = old->received;
	message->sender = g_strdup (old->sender);
	message_set_keywords (message, (const char *const *) old->keywords);
	ImapItem *mended = imap_item_new (message, item->pool, 0, error);
	if (mended == NULL)
		return NULL;
	memcpy (mended->entry.l0, item->entry.l0, DIGEST_SIZE);
	mended->date = item->date;
	mended->flags = g_strdup (item->flags);
	mended->has_keywords = item->has_keywords;
	mended->looked_up = TRUE;
	mended->state = IMAP_BOX_NEW;
	mended->mended = TRUE;
	return mended;
}

void
imap_item_drop_wire (ImapItem *item)
{
	if (item->wire == NULL)
		return;
	g_atomic_int_add (&item->pool->used, -(gint) item->wire->len);
	item->held -= (gint) item->wire->len;
	g_clear_pointer (&item->wire, g_byte_array_unref);
}

void
imap_item_free (ImapItem *item)
{
	if (item == NULL)
		return;
	if (item->pool != NULL)
		g_atomic_int_add (&item->pool->used, -item->held);
	message_unref (item->message);
	g_free (item->spoiled);
	g_clear_pointer (&item->wire, g_byte_array_unref);
	g_free (item->flags);
	g_free (item);
}

/* --- Flags ------------------------------------------------------------------------------------ */

char *
imap_item_make_keyword (const char *keyword)
{
	g_autofree char *name = g_utf8_validate (keyword, -1, NULL) && !g_str_is_ascii (keyword)
					? utf7_encode (keyword)
					: g_strdup (keyword);

	for (char *p = name; *p != '\0'; p++)
		if (!g_ascii_isgraph (*p) || strchr ("(){%*\"\\]", *p) != NULL)
			*p = '_';
	return name[0] != '\0' ? g_steal_pointer (&name) : NULL;
}

static gboolean
keeps_keyword (const ImapBox *box, const char *keyword)
{
	g_autofree char *lower = g_ascii_strdown (keyword, -1);

	return box->any_keyword || g_hash_table_contains (box->keywords, lower);
}

static void
add_word (GString *list, const char *word)
{
	g_string_append_printf (list, "%s%s", list->len > 1 ? " " : "", word);
}

static void
add_system_flags (GString *list, const ImapItem *item, const ImapBox *box, Report *report)
{
	for (gsize i = 0; message_flag_names[i].bit != 0; i++) {
		const MessageFlagNames *flag = &message_flag_names[i];
		if ((item->message->flags & flag->bit) == 0)
			continue;
		if ((box->flags & flag->bit) != 0)
			add_word (list, flag->imap);
		else if (report != NULL)
			report_finding (report, REPORT_NOTE, "flag-not-kept", item->message->origin,
					item->message->folder->path, "the server does not keep %s",
					flag->imap);
	}
}

static void
set_flags (ImapItem *item, const ImapBox *box, Report *report)
{
	char **keywords = item->message->keywords;
	g_autoptr (GString) list = g_string_new ("(");

	add_system_flags (list, item, box, report);
	item->has_keywords = FALSE;
	for (gsize i = 0; keywords != NULL && keywords[i] != NULL; i++) {
		g_autofree char *keyword = imap_item_make_keyword (keywords[i]);
		if (keyword != NULL && keeps_keyword (box, keyword)) {
			add_word (list, keyword);
			item->has_keywords = TRUE;
		} else {
			report_finding (report, REPORT_NOTE, "flag-not-kept", item->message->origin,
					item->message->folder->path, "the server does not keep %s",
					keywords[i]);
		}
	}
	g_string_append_c (list, ')');
	g_free (item->flags);
	item->flags = g_string_free (g_steal_pointer (&list), FALSE);
}

void
imap_item_drop_keywords (ImapItem *item, const ImapBox *box)
{
	GString *list = g_string_new ("(");

	add_system_flags (list, item, box, NULL);
	g_string_append_c (list, ')');
	g_free (item->flags);
	item->flags = g_string_free (list, FALSE);
	item->has_keywords = FALSE;
}

/* --- Date ------------------------------------------------------------------------------------- */

static void
tell (const ImapItem *item, Report *report, const char *name, const char *text)
{
	report_finding (report, REPORT_NOTE, name, item->message->origin,
			item->message->folder->path, "%s", text);
}

gboolean
imap_item_clock_is_wrong (void)
{
	return g_get_real_time () / G_USEC_PER_SEC < WRITTEN;
}

/* Servers store dates before 1970 as some day after 2036, and dates to come as now (Dovecot 2.3,
 * Cyrus 3.6, Courier 5.0): better we choose, and say so. Which ones are to come, only a clock that
 * is right can tell. */
static void
clamp_date (ImapItem *item, Report *report)
{
	gint64 now = g_get_real_time () / G_USEC_PER_SEC;
	gint64 wanted = item->date.seconds;

	if (!item->date.known)
		return;
	gboolean to_come = wanted > now + DAY && !imap_item_clock_is_wrong ();
	item->date.seconds = wanted < DAY ? DAY : to_come ? now : wanted;
	if (item->date.seconds != wanted)
		tell (item, report, "date-clamped",
		      wanted < DAY ? "before 1970-01-02: sent as that day"
				   : "in the future: sent as now");
}

void
imap_item_fit (ImapItem *item, const ImapBox *box, Report *report)
{
	if (!item->message->received.known)
		tell (item, report, item->date.known ? "date-from-header" : "date-unknown",
		      item->date.known ? "no received date: taken from the message's header"
				       : "no date at all: the server will put today");
	clamp_date (item, report);
	item->entry.key.date = item->date.known ? item->date.seconds : 0;
	set_flags (item, box, report);
}

gboolean
imap_item_set_aside (const ImapItem *item, MessageSink *rejected, GError **error)
{
	g_autoptr (GError) problem = NULL;

	if (rejected == NULL || message_sink_put (rejected, item->message, &problem) ||
	    g_error_matches (problem, MESSAGE_ERROR, MESSAGE_ERROR_MESSAGE))
		return TRUE;
	g_propagate_error (error, g_steal_pointer (&problem));
	return FALSE;
}

char *
imap_item_get_options (const ImapItem *item)
{
	g_autofree char *date = item->date.known ? imap_date_format (&item->date) : NULL;

	return g_strconcat (item->flags, " ", date != NULL ? date : "", date != NULL ? " " : "",
			    NULL);
}
