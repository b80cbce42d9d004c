/* imap-send.c - say APPEND: messages out of a parcel into the connection
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-send.h"

#include "base/error.h"
#include "imap/imap-answer.h"
#include "message/wire.h"

#define LITERAL_MINUS 4096 /* RFC 7888, 5 */

typedef struct {
	ImapConnection *connection;
	guint64 left;
	gboolean broken; /* the connection, not the message */
} Sending;

static gboolean
send_piece (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	Sending *sending = user_data;

	if (length > sending->left) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT, "it has grown");
		return FALSE;
	}
	sending->left -= length;
	sending->broken = !imap_connection_write (sending->connection, data, length, error);
	return !sending->broken;
}

/* A message that did not stay in memory is read a second time. If it has changed meanwhile, the
 * literal cannot be completed, and only hanging up keeps the server from storing half of it. */
static gboolean
send_content (ImapWindow *window, ImapItem *item, GError **error)
{
	Sending sending = { .connection = window->connection, .left = item->entry.key.size };
	g_autoptr (GError) cause = NULL;

	gboolean ok = wire_foreach (item->message->content, send_piece, &sending, &cause);
	if (ok && sending.left == 0)
		return TRUE;
	if (cause != NULL && sending.broken) {
		g_propagate_error (error, g_steal_pointer (&cause));
		return FALSE;
	}
	item->spoiled = g_strdup_printf ("it changed while it was being sent: %s",
					 cause != NULL ? cause->message : "it has shrunk");
	g_set_error (error, RUN_ERROR, RUN_ERROR_TEMPORARY, "%s: %s", item->message->origin,
		     item->spoiled);
	return FALSE;
}

static gboolean
send_bytes (ImapWindow *window, ImapItem *item, GError **error)
{
	if (item->wire == NULL)
		return send_content (window, item, error);
	if (!imap_connection_write (window->connection, item->wire->data, item->wire->len, error))
		return FALSE;
	imap_item_drop_wire (item);
	return TRUE;
}

/* One message of an APPEND: options, literal, bytes. *refused: the server did not want them. */
static gboolean
send_item (ImapWindow *window, guint tag, ImapItem *item, gboolean *refused, GError **error)
{
	g_autofree char *options = imap_item_get_options (item);
	gboolean go_on = window->plus || (window->minus && item->entry.key.size <= LITERAL_MINUS);

	if (!imap_connection_print (window->connection, error, " %s{%" G_GUINT64_FORMAT "%s}\r\n",
				    options, item->entry.key.size, go_on ? "+" : ""))
		return FALSE;
	if (!go_on && !imap_connection_flush (window->connection, error))
		return FALSE;
	while (!go_on && !*refused)
		if (!imap_answer_read (window, tag, &go_on, refused, error))
			return FALSE;
	return *refused || send_bytes (window, item, error);
}

/* One APPEND command. Takes span. */
static gboolean
send_command (ImapWindow *window, ImapSpan *span, GError **error)
{
	const GPtrArray *items = span->parcel->items;
	guint first = span->first;
	guint count = span->count;
	gboolean refused = FALSE;

	/* From here on the queue owns it; its reply may come, and free it, before we have said
	 * everything. */
	imap_window_add (window, span);
	if (!imap_connection_begin (window->connection, &span->tag, error) ||
	    !imap_connection_print (window->connection, error, "APPEND %s",
				    span->parcel->box->quoted))
		return FALSE;
	span->sent_us = g_get_monotonic_time ();
	guint tag = span->tag;
	for (guint i = first; i < first + count && !refused; i++)
		if (!send_item (window, tag, g_ptr_array_index (items, i), &refused, error))
			return FALSE;
	if (!refused)
		span->sent_us = g_get_monotonic_time ();
	return refused || imap_connection_print (window->connection, error, "\r\n");
}

/* As one command or as many, as the server likes it. Takes span. */
static gboolean
send_span (ImapWindow *window, ImapSpan *span, GError **error)
{
	g_autoptr (ImapSpan) whole = span;
	guint step = window->many ? whole->count : 1;
	guint end = whole->first + whole->count;

	for (guint first = whole->first; first < end; first += step) {
		g_autoptr (ImapSpan) part = imap_parcel_span (whole->parcel, first, step);
		if (!imap_answer_wait_for_room (window, part->bytes, error) ||
		    !send_command (window, g_steal_pointer (&part), error))
			return FALSE;
	}
	return TRUE;
}

static gboolean
send_again (ImapWindow *window, GError **error)
{
	ImapSpan *span;

	while ((span = g_queue_pop_head (&window->again)) != NULL)
		if (!send_span (window, span, error))
			return FALSE;
	return TRUE;
}

static gboolean
ask (ImapWindow *window, GError **error)
{
	return imap_calibration_ask (window->calibration, window->connection, error);
}

gboolean
imap_send_parcel (ImapWindow *window, ImapParcel *parcel, GError **error)
{
	if (parcel->items->len == 0)
		return TRUE;
	return imap_parcel_announce (parcel, window->context->journal, error) &&
	       send_span (window, imap_parcel_span (parcel, 0, parcel->items->len), error) &&
	       ask (window, error) && imap_connection_flush (window->connection, error) &&
	       send_again (window, error);
}

gboolean
imap_send_replies (ImapWindow *window, GError **error)
{
	return imap_answer_read_all (window, error) && send_again (window, error) &&
	       ask (window, error) && imap_connection_flush (window->connection, error);
}

gboolean
imap_send_drain (ImapWindow *window, GError **error)
{
	for (;;) {
		if (!send_again (window, error) || !ask (window, error))
			return FALSE;
		if (!imap_window_is_busy (window))
			return TRUE;
		if (!imap_answer_read (window, 0, NULL, NULL, error))
			return FALSE;
	}
}
