/* imap-upload.c - messages on their way over one connection
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-upload.h"

#include <string.h>

#include "base/error.h"
#include "imap/imap-item.h"
#include "imap/imap-refusal.h"
#include "message/wire.h"

#define WINDOW_COMMANDS 64
#define WINDOW_BYTES    (16 * 1024 * 1024)
#define WINDOW_MESSAGES 2000 /* small ones cost more memory than their bytes */
#define LITERAL_MINUS   4096 /* RFC 7888, 5 */

struct ImapUpload {
	ImapConnection *connection;
	ImapJournal *journal;
	Ledger *ledger;
	Report *report;
	gboolean many;    /* MULTIAPPEND */
	gboolean plus;    /* LITERAL+ */
	gboolean minus;   /* LITERAL- */
	GQueue in_flight; /* of ImapSpan, in the order sent */
	GQueue again;     /* of ImapSpan: halves of refused batches */
	guint64 window_bytes;
	guint window_messages;
};

/* --- Answers ---------------------------------------------------------------------------------- */

/* The UIDs that [APPENDUID validity set] gives to count messages, or NULL. RFC 4315, 3. */
static GArray *
uids_of (const ImapResponse *reply, ImapBox *box, guint count)
{
	guint32 validity = 0;
	g_autofree char *set = NULL;

	if (!imap_response_has_code (reply, "APPENDUID") ||
	    !imap_value_get_number (imap_value_at (reply->code, 1), &validity) ||
	    validity != box->uid_validity)
		return NULL;
	set = imap_value_dup_text (imap_value_at (reply->code, 2));
	g_autoptr (GArray) uids = set != NULL ? imap_value_parse_set (set, count + 1) : NULL;
	if (uids == NULL || uids->len != count)
		return NULL;
	for (guint i = 0; i < count; i++) {
		guint32 uid = g_array_index (uids, guint32, i);
		if (uid == 0)
			return NULL;
		/* What comes later cannot land below. */
		if (uid >= box->uid_next && uid < G_MAXUINT32)
			box->uid_next = uid + 1;
	}
	return g_steal_pointer (&uids);
}

static gboolean
take_delivery (ImapUpload *upload, const ImapSpan *span, const ImapResponse *reply, GError **error)
{
	ImapParcel *parcel = span->parcel;
	g_autoptr (GArray) uids = uids_of (reply, parcel->box, span->count);
	gint64 ms = (g_get_monotonic_time () - span->sent_us) / 1000;

	if (!imap_journal_acknowledge (upload->journal, parcel->record, span->first, span->count,
				       (guint) CLAMP (ms, 0, G_MAXINT),
				       uids != NULL ? (const guint32 *) (gpointer) uids->data
						    : NULL,
				       error))
		return FALSE;
	for (guint i = 0; i < span->count; i++) {
		const ImapItem *item = g_ptr_array_index (parcel->items, span->first + i);
		g_autofree char *target =
			uids != NULL ? g_strdup_printf ("%u:%u", parcel->box->uid_validity,
							g_array_index (uids, guint32, i))
				     : NULL;
		if (!ledger_emitted (upload->ledger, item->message, target, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean
give_up (ImapUpload *upload, const ImapSpan *span, const ImapResponse *reply, GError **error)
{
	g_autofree char *what = g_strdup_printf ("cannot store into %s",
						 span->parcel->box->folder->path);

	return imap_connection_refused (upload->connection, reply, what, error);
}

static gboolean
fail_message (ImapUpload *upload, const ImapSpan *span, const char *reason, GError **error)
{
	const ImapItem *item = g_ptr_array_index (span->parcel->items, span->first);

	ledger_failed (upload->ledger, item->message->origin, item->message->folder->path, "%s",
		       reason);
	return imap_journal_refuse (upload->journal, span->parcel->record, span->first, reason,
				    error);
}

/* Nothing of a refused command is stored (RFC 3502, 6.3.11). */
static gboolean
take_refusal (ImapUpload *upload, const ImapSpan *span, const ImapResponse *reply, GError **error)
{
	ImapParcel *parcel = span->parcel;
	ImapItem *item = g_ptr_array_index (parcel->items, span->first);

	if (imap_refusal_classify (reply) != IMAP_REFUSAL_MESSAGE)
		return give_up (upload, span, reply, error);
	if (span->count > 1) {
		guint half = span->count / 2;
		g_queue_push_tail (&upload->again, imap_parcel_span (parcel, span->first, half));
		g_queue_push_tail (&upload->again, imap_parcel_span (parcel, span->first + half,
								     span->count - half));
		return TRUE;
	}
	if (item->has_keywords) {
		report_finding (upload->report, REPORT_NOTE, "keywords-refused",
				item->message->origin, item->message->folder->path,
				"sent without them; the server said: %s", reply->text);
		imap_item_drop_keywords (item, parcel->box);
		g_queue_push_tail (&upload->again, imap_parcel_span (parcel, span->first, 1));
		return TRUE;
	}
	g_autofree char *reason = g_strdup_printf ("the server refuses it: %s", reply->text);
	return fail_message (upload, span, reason, error);
}

static ImapSpan *
take_span (ImapUpload *upload, guint tag)
{
	for (GList *link = upload->in_flight.head; link != NULL; link = link->next) {
		ImapSpan *span = link->data;
		if (span->tag != tag)
			continue;
		g_queue_delete_link (&upload->in_flight, link);
		upload->window_bytes -= span->bytes;
		upload->window_messages -= span->count;
		return span;
	}
	return NULL;
}

static gboolean
take_reply (ImapUpload *upload, const ImapResponse *reply, GError **error)
{
	g_autoptr (ImapSpan) span = take_span (upload, imap_connection_get_tag (reply));

	if (span == NULL) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT,
			     "%s: the server answers what nobody asked",
			     imap_connection_get_account (upload->connection));
		return FALSE;
	}
	return reply->status == IMAP_STATUS_OK ? take_delivery (upload, span, reply, error)
					       : take_refusal (upload, span, reply, error);
}

/* Read one response. With waiting_for a tag, *go_on tells whether its "+" has come, *refused
 * whether its reply. */
static gboolean
read_one (ImapUpload *upload, guint waiting_for, gboolean *go_on, gboolean *refused, GError **error)
{
	g_autoptr (ImapResponse) response = imap_connection_read (upload->connection, error);

	if (response == NULL)
		return FALSE;
	if (response->kind == IMAP_RESPONSE_CONTINUE && go_on != NULL)
		*go_on = TRUE;
	if (response->kind != IMAP_RESPONSE_TAGGED)
		return TRUE; /* counts of the open folder and the like */
	if (refused != NULL && imap_connection_get_tag (response) == waiting_for)
		*refused = TRUE;
	return take_reply (upload, response, error);
}

static gboolean
read_replies (ImapUpload *upload, GError **error)
{
	while (!g_queue_is_empty (&upload->in_flight) &&
	       imap_connection_has_response (upload->connection))
		if (!read_one (upload, 0, NULL, NULL, error))
			return FALSE;
	return TRUE;
}

/* --- Sending ---------------------------------------------------------------------------------- */

typedef struct {
	ImapConnection *connection;
	guint64 left;
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
	return imap_connection_write (sending->connection, data, length, error);
}

/* A large message is read a second time. If it has changed meanwhile, the literal cannot be
 * completed, and only hanging up keeps the server from storing half of it. */
static gboolean
send_large (ImapUpload *upload, const ImapItem *item, GError **error)
{
	Sending sending = { .connection = upload->connection, .left = item->entry.size };
	g_autoptr (GError) cause = NULL;

	gboolean ok = wire_foreach (item->message->content, send_piece, &sending, &cause);
	if (ok && sending.left == 0)
		return TRUE;
	if (g_error_matches (cause, RUN_ERROR, RUN_ERROR_TEMPORARY))
		g_propagate_error (error, g_steal_pointer (&cause));
	else
		g_set_error (error, RUN_ERROR, RUN_ERROR_TEMPORARY,
			     "%s changed while it was being sent (%s): run it again",
			     item->message->origin,
			     cause != NULL ? cause->message : "it has shrunk");
	return FALSE;
}

static gboolean
send_bytes (ImapUpload *upload, ImapItem *item, GError **error)
{
	if (item->wire == NULL)
		return send_large (upload, item, error);
	return imap_connection_write (upload->connection, item->wire->data, item->wire->len, error);
}

/* One message of an APPEND: options, literal, bytes. *refused: the server did not want them. */
static gboolean
send_item (ImapUpload *upload, guint tag, ImapItem *item, gboolean *refused, GError **error)
{
	g_autofree char *options = imap_item_get_options (item);
	gboolean go_on = upload->plus || (upload->minus && item->entry.size <= LITERAL_MINUS);

	if (!imap_connection_print (upload->connection, error, " %s{%" G_GUINT64_FORMAT "%s}\r\n",
				    options, item->entry.size, go_on ? "+" : ""))
		return FALSE;
	if (!go_on && !imap_connection_flush (upload->connection, error))
		return FALSE;
	while (!go_on && !*refused)
		if (!read_one (upload, tag, &go_on, refused, error))
			return FALSE;
	return *refused || send_bytes (upload, item, error);
}

static gboolean
wait_for_window (ImapUpload *upload, guint64 bytes, GError **error)
{
	if (!read_replies (upload, error))
		return FALSE;
	while (!g_queue_is_empty (&upload->in_flight) &&
	       (upload->in_flight.length >= WINDOW_COMMANDS ||
		upload->window_messages >= WINDOW_MESSAGES ||
		upload->window_bytes + bytes > WINDOW_BYTES))
		if (!read_one (upload, 0, NULL, NULL, error))
			return FALSE;
	return TRUE;
}

/* One APPEND command. Takes span. */
static gboolean
send_command (ImapUpload *upload, ImapSpan *span, GError **error)
{
	const GPtrArray *items = span->parcel->items;
	guint first = span->first;
	guint count = span->count;
	gboolean refused = FALSE;

	/* From here on the queue owns it; its reply may come, and free it, before we have said
	 * everything. */
	g_queue_push_tail (&upload->in_flight, span);
	upload->window_bytes += span->bytes;
	upload->window_messages += span->count;
	if (!imap_connection_begin (upload->connection, &span->tag, error) ||
	    !imap_connection_print (upload->connection, error, "APPEND %s",
				    span->parcel->box->quoted))
		return FALSE;
	span->sent_us = g_get_monotonic_time ();
	guint tag = span->tag;
	for (guint i = first; i < first + count && !refused; i++)
		if (!send_item (upload, tag, g_ptr_array_index (items, i), &refused, error))
			return FALSE;
	if (!refused)
		span->sent_us = g_get_monotonic_time ();
	return refused || imap_connection_print (upload->connection, error, "\r\n");
}

/* As one command or as many, as the server likes it. Takes span. */
static gboolean
send_span (ImapUpload *upload, ImapSpan *span, GError **error)
{
	g_autoptr (ImapSpan) whole = span;
	guint step = upload->many ? whole->count : 1;
	guint end = whole->first + whole->count;

	for (guint first = whole->first; first < end; first += step) {
		g_autoptr (ImapSpan) part = imap_parcel_span (whole->parcel, first, step);
		if (!wait_for_window (upload, part->bytes, error) ||
		    !send_command (upload, g_steal_pointer (&part), error))
			return FALSE;
	}
	return TRUE;
}

static gboolean
send_again (ImapUpload *upload, GError **error)
{
	ImapSpan *span;

	while ((span = g_queue_pop_head (&upload->again)) != NULL)
		if (!send_span (upload, span, error))
			return FALSE;
	return TRUE;
}

gboolean
imap_upload_drain (ImapUpload *upload, GError **error)
{
	for (;;) {
		if (!send_again (upload, error))
			return FALSE;
		if (g_queue_is_empty (&upload->in_flight))
			return TRUE;
		if (!read_one (upload, 0, NULL, NULL, error))
			return FALSE;
	}
}

gboolean
imap_upload_send (ImapUpload *upload, ImapParcel *parcel, GError **error)
{
	return imap_parcel_announce (parcel, upload->journal, error) &&
	       send_span (upload, imap_parcel_span (parcel, 0, parcel->items->len), error) &&
	       imap_connection_flush (upload->connection, error) && send_again (upload, error);
}

ImapUpload *
imap_upload_new (ImapConnection *connection, ImapJournal *journal, Ledger *ledger, Report *report)
{
	ImapUpload *upload = g_new0 (ImapUpload, 1);

	upload->connection = connection;
	upload->journal = journal;
	upload->ledger = ledger;
	upload->report = report;
	upload->plus = imap_connection_has (connection, "LITERAL+");
	upload->minus = imap_connection_has (connection, "LITERAL-");
	upload->many = upload->plus && imap_connection_has (connection, "MULTIAPPEND");
	g_queue_init (&upload->in_flight);
	g_queue_init (&upload->again);
	return upload;
}

void
imap_upload_free (ImapUpload *upload)
{
	if (upload == NULL)
		return;
	g_queue_clear_full (&upload->in_flight, (GDestroyNotify) imap_parcel_span_free);
	g_queue_clear_full (&upload->again, (GDestroyNotify) imap_parcel_span_free);
	g_free (upload);
}
