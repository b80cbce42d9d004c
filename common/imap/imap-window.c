/* imap-window.c - APPENDs that are on their way over one connection
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-window.h"

#define COMMANDS_MOST 64
#define SINGLES_MOST  256 /* the same where each is one message */
#define BYTES_MOST    (16 * 1024 * 1024)
#define MESSAGES_MOST 2000 /* small ones cost more memory than their bytes */

ImapWindow *
imap_window_new (const ImapBoxContext *context, ImapWork *work)
{
	ImapWindow *window = g_new0 (ImapWindow, 1);

	window->context = context;
	window->work = work;
	window->calibration = imap_calibration_new (context->journal, context->report);
	g_queue_init (&window->in_flight);
	g_queue_init (&window->again);
	return window;
}

static void
clear (ImapWindow *window)
{
	g_queue_clear_full (&window->in_flight, (GDestroyNotify) imap_parcel_span_free);
	g_queue_clear_full (&window->again, (GDestroyNotify) imap_parcel_span_free);
	imap_calibration_abandon (window->calibration);
	window->bytes = 0;
	window->messages = 0;
}

void
imap_window_free (ImapWindow *window)
{
	if (window == NULL)
		return;
	clear (window);
	imap_calibration_free (window->calibration);
	imap_connection_free (window->connection);
	g_free (window);
}

void
imap_window_connect (ImapWindow *window, ImapConnection *connection)
{
	window->connection = connection;
	window->plus = imap_connection_has (connection, "LITERAL+");
	window->minus = imap_connection_has (connection, "LITERAL-");
	window->many = window->plus && imap_connection_has (connection, "MULTIAPPEND");
	window->fruitful = FALSE;
}

void
imap_window_disconnect (ImapWindow *window)
{
	g_clear_pointer (&window->connection, imap_connection_free);
}

gboolean
imap_window_is_busy (const ImapWindow *window)
{
	return window->in_flight.length > 0 || imap_calibration_is_open (window->calibration);
}

gboolean
imap_window_has_room (const ImapWindow *window, guint64 bytes)
{
	return window->in_flight.length == 0 ||
	       (window->in_flight.length < (window->many ? COMMANDS_MOST : SINGLES_MOST) &&
		window->messages < MESSAGES_MOST && window->bytes + bytes <= BYTES_MOST);
}

void
imap_window_add (ImapWindow *window, ImapSpan *span)
{
	g_queue_push_tail (&window->in_flight, span);
	window->bytes += span->bytes;
	window->messages += span->count;
}

ImapSpan *
imap_window_take (ImapWindow *window, guint tag)
{
	for (GList *link = window->in_flight.head; link != NULL; link = link->next) {
		ImapSpan *span = link->data;
		if (span->tag != tag)
			continue;
		g_queue_delete_link (&window->in_flight, link);
		window->bytes -= span->bytes;
		window->messages -= span->count;
		return span;
	}
	return NULL;
}

static void
add_parcels (const GQueue *spans, GPtrArray *parcels)
{
	for (const GList *link = spans->head; link != NULL; link = link->next) {
		ImapParcel *parcel = ((const ImapSpan *) link->data)->parcel;
		if (!g_ptr_array_find (parcels, parcel, NULL))
			g_ptr_array_add (parcels, g_atomic_rc_box_acquire (parcel));
	}
}

void
imap_window_abandon (ImapWindow *window, GPtrArray *parcels)
{
	add_parcels (&window->in_flight, parcels);
	add_parcels (&window->again, parcels);
	clear (window);
}
