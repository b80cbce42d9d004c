/* imap-requests.c - what of a mailbox is asked for, over which connection, and answered in order
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-requests.h"

#include "imap/imap-message.h"

#define REQUEST_MESSAGES 100
#define REQUEST_BYTES    (2 * 1024 * 1024)
#define WINDOW_MESSAGES  500 /* for each connection */
#define WINDOW_BYTES     (8 * 1024 * 1024)
#define HEADER_BYTES     4096 /* what a header counts for in the window */

struct ImapRequests {
	ImapEntries *entries;
	ImapPieces *pieces;
	gboolean headers_only;
	GPtrArray *connections; /* of ImapConnection */
	guint turn;             /* of these */
	guint next;             /* of the entries, that has not been asked for */
	GQueue flight;          /* of ImapRequest */
	guint64 messages;       /* of those */
	guint64 bytes;
};

static void
request_free (gpointer data)
{
	ImapRequest *request = data;

	message_unref (request->held);
	g_free (request);
}

/* What was held has not been handed on. */
static void
forget_flight (ImapRequests *requests)
{
	for (const GList *link = requests->flight.head; link != NULL; link = link->next) {
		const ImapRequest *request = link->data;
		if (request->held != NULL)
			request->held_entry->fate = IMAP_ENTRY_OPEN;
	}
	g_queue_clear_full (&requests->flight, request_free);
	g_queue_init (&requests->flight);
}

ImapRequests *
imap_requests_new (ImapEntries *entries, ImapPieces *pieces, gboolean headers_only)
{
	ImapRequests *requests = g_new0 (ImapRequests, 1);

	requests->entries = entries;
	requests->pieces = pieces;
	requests->headers_only = headers_only;
	requests->connections = g_ptr_array_new ();
	g_queue_init (&requests->flight);
	return requests;
}

void
imap_requests_free (ImapRequests *requests)
{
	if (requests == NULL)
		return;
	forget_flight (requests);
	g_ptr_array_unref (requests->connections);
	g_free (requests);
}

void
imap_requests_begin (ImapRequests *requests, ImapConnection *connection)
{
	forget_flight (requests);
	g_ptr_array_set_size (requests->connections, 0);
	g_ptr_array_add (requests->connections, connection);
	requests->turn = 0;
	requests->next = 0;
	requests->messages = 0;
	requests->bytes = 0;
}

void
imap_requests_join (ImapRequests *requests, ImapConnection *connection)
{
	g_ptr_array_add (requests->connections, connection);
}

/* --- Asking ----------------------------------------------------------------------------------- */

static gboolean
is_large (const ImapRequests *requests, guint i)
{
	return !requests->headers_only &&
	       imap_entries_get (requests->entries, i)->size > IMAP_PIECES_BYTES;
}

/* What is settled has been asked for before a cut. */
static void
skip_settled (ImapRequests *requests)
{
	while (requests->next < imap_entries_count (requests->entries) &&
	       imap_entries_get (requests->entries, requests->next)->fate != IMAP_ENTRY_OPEN)
		requests->next++;
}

static gboolean
is_all_asked (const ImapRequests *requests)
{
	return requests->next >= imap_entries_count (requests->entries);
}

/* One connection is kept busy by few requests; several by more. */
static gboolean
fits (const ImapRequests *requests, const ImapRequest *request)
{
	guint share = MIN (requests->connections->len, 2);

	return !is_all_asked (requests) && !is_large (requests, requests->next) &&
	       request->messages < REQUEST_MESSAGES / share &&
	       request->bytes < REQUEST_BYTES / share;
}

static void
choose_next (ImapRequests *requests, ImapRequest *request)
{
	guint first = requests->next;

	request->first = first;
	request->is_piece = is_large (requests, first);
	if (request->is_piece) {
		guint32 uid = imap_entries_get (requests->entries, first)->uid;
		request->from = imap_pieces_begin (requests->pieces, uid);
		request->count = 1;
		request->messages = 1;
		request->bytes = IMAP_PIECES_BYTES;
		requests->next++;
		return;
	}
	while (fits (requests, request)) {
		const ImapEntry *entry = imap_entries_get (requests->entries, requests->next);
		request->bytes += requests->headers_only ? HEADER_BYTES : entry->size;
		request->messages++;
		requests->next++;
		request->count = requests->next - first;
		skip_settled (requests);
	}
}

static char *
describe_body (const ImapRequests *requests, const ImapRequest *request)
{
	if (request->is_piece)
		return g_strdup_printf ("BODY.PEEK[]<%" G_GOFFSET_FORMAT ".%d>", request->from,
					IMAP_PIECES_BYTES);
	return g_strdup (requests->headers_only ? "BODY.PEEK[HEADER]" : "BODY.PEEK[]");
}

/* Takes request. */
static gboolean
send (ImapRequests *requests, ImapRequest *request, GError **error)
{
	g_autofree ImapRequest *mine = request;
	g_autofree char *what = describe_body (requests, request);
	g_autofree char *set =
		imap_entries_make_set (requests->entries, mine->first, mine->count);

	mine->connection = g_ptr_array_index (requests->connections, requests->turn);
	requests->turn = (requests->turn + 1) % requests->connections->len;
	if (!imap_connection_begin (mine->connection, &mine->tag, error) ||
	    !imap_connection_print (mine->connection, error,
				    "UID FETCH %s (UID FLAGS INTERNALDATE RFC822.SIZE%s %s)\r\n",
				    set, imap_message_object_item (mine->connection), what) ||
	    !imap_connection_flush (mine->connection, error))
		return FALSE;
	mine->left = mine->messages;
	requests->messages += mine->messages;
	requests->bytes += mine->bytes;
	g_queue_push_tail (&requests->flight, g_steal_pointer (&mine));
	return TRUE;
}

static gboolean
is_window_open (const ImapRequests *requests)
{
	guint connections = requests->connections->len;

	return requests->messages < connections * WINDOW_MESSAGES &&
	       requests->bytes < (guint64) connections * WINDOW_BYTES;
}

/* The pieces of a message follow each other, with nothing else on its way: where one ends decides
 * where the next begins. */
static gboolean
has_room (ImapRequests *requests)
{
	const ImapRequest *last = g_queue_peek_tail (&requests->flight);

	skip_settled (requests);
	if (is_all_asked (requests) || (last != NULL && last->is_piece))
		return FALSE;
	return last == NULL ||
	       (!is_large (requests, requests->next) && is_window_open (requests));
}

gboolean
imap_requests_fill (ImapRequests *requests, GError **error)
{
	while (has_room (requests)) {
		ImapRequest *request = g_new0 (ImapRequest, 1);
		choose_next (requests, request);
		if (!send (requests, request, error))
			return FALSE;
	}
	return TRUE;
}

gboolean
imap_requests_may_look (const ImapRequests *requests)
{
	const ImapRequest *last = g_queue_peek_tail ((GQueue *) &requests->flight);

	return is_all_asked (requests) &&
	       (last == NULL || (requests->connections->len == 1 && !last->is_piece));
}

gboolean
imap_requests_look (ImapRequests *requests, const char *command, GError **error)
{
	g_autofree ImapRequest *request = g_new0 (ImapRequest, 1);

	request->is_look = TRUE;
	request->connection = g_ptr_array_index (requests->connections, 0);
	if (!imap_connection_send (request->connection, command, &request->tag, error))
		return FALSE;
	g_queue_push_tail (&requests->flight, g_steal_pointer (&request));
	return TRUE;
}

/* --- Answered --------------------------------------------------------------------------------- */

/* What has brought all its messages is not waited for while others have not. */
ImapRequest *
imap_requests_peek (const ImapRequests *requests)
{
	for (const GList *link = requests->flight.head; link != NULL; link = link->next) {
		ImapRequest *request = link->data;
		if (request->left > 0 || request->held != NULL)
			return request;
	}
	return g_queue_peek_head ((GQueue *) &requests->flight);
}

ImapRequest *
imap_requests_oldest (const ImapRequests *requests, const ImapConnection *connection)
{
	for (const GList *link = requests->flight.head; link != NULL; link = link->next) {
		ImapRequest *request = link->data;
		if (request->connection == connection)
			return request;
	}
	return NULL;
}

ImapRequest *
imap_requests_find (const ImapRequests *requests, const ImapConnection *connection,
		    const ImapEntry *entry)
{
	for (const GList *link = requests->flight.head; link != NULL; link = link->next) {
		ImapRequest *request = link->data;
		if (request->connection == connection && request->count > 0 &&
		    entry >= imap_entries_get (requests->entries, request->first) &&
		    entry < imap_entries_get (requests->entries, request->first) + request->count)
			return request;
	}
	return NULL;
}

/* So much of request is no longer on its way. */
static void
make_way (ImapRequests *requests, ImapRequest *request, guint messages, guint64 bytes)
{
	requests->messages -= messages;
	request->messages -= messages;
	requests->bytes -= bytes;
	request->bytes -= bytes;
}

Message *
imap_requests_take (ImapRequests *requests, ImapRequest *request, ImapEntry *entry,
		    Message *message)
{
	gboolean is_its_turn = request == imap_requests_peek (requests);
	guint64 bytes = requests->headers_only ? HEADER_BYTES : entry->size;

	if (request->left > 0)
		request->left--;
	make_way (requests, request, MIN (request->messages, 1), MIN (request->bytes, bytes));
	if (is_its_turn)
		return message;
	for (const GList *link = requests->flight.head; link->data != request; link = link->next) {
		ImapRequest *earlier = link->data;
		if (earlier->connection == request->connection)
			earlier->left = 0;
	}
	request->held = message;
	request->held_entry = entry;
	return NULL;
}

Message *
imap_requests_take_held (ImapRequests *requests)
{
	ImapRequest *request = imap_requests_peek (requests);

	return request != NULL ? g_steal_pointer (&request->held) : NULL;
}

void
imap_requests_settle (ImapRequests *requests, ImapRequest *request, const char *text)
{
	make_way (requests, request, request->messages, request->bytes);
	for (guint i = request->first; i < request->first + request->count; i++) {
		ImapEntry *entry = imap_entries_get (requests->entries, i);
		gboolean goes_on = request->is_piece && requests->pieces->uid == entry->uid &&
				   imap_pieces_get_size (requests->pieces) > request->from;
		if (entry->fate != IMAP_ENTRY_OPEN)
			continue;
		if (goes_on)
			requests->next = i;
		else
			imap_entries_withhold (requests->entries, entry, text);
	}
	g_queue_remove (&requests->flight, request);
	request_free (request);
}
