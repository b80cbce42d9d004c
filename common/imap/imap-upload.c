/* imap-upload.c - messages on their way over one connection
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-upload.h"

#include <string.h>

#include "base/error.h"
#include "base/stop.h"
#include "imap/imap-parcel.h"
#include "imap/imap-refusal.h"
#include "imap/imap-retry.h"
#include "imap/imap-settle.h"
#include "message/wire.h"

/* Larger batches gain little and lose more when refused or cut off. */
#define BATCH_MESSAGES  200
#define BATCH_BYTES     (8 * 1024 * 1024)
#define BATCH_SHARED    10 /* where each waits for a round trip: others may take the rest */
#define WINDOW_COMMANDS 64
#define WINDOW_SINGLES  256 /* the same where each is one message */
#define WINDOW_BYTES    (16 * 1024 * 1024)
#define WINDOW_MESSAGES 2000 /* small ones cost more memory than their bytes */
#define LITERAL_MINUS   4096 /* RFC 7888, 5 */

#define CUTS_MOST         5 /* that a message alone on its connection may cause */
#define CALIBRATIONS_MOST 3
#define SAMPLE            20 /* messages that are looked at to learn what the server keeps */

/* Some messages that were acknowledged are fetched back, in between, to see what is left of them.
 * */
typedef struct {
	guint tag;    /* 0: not yet asked for */
	guint32 from; /* UIDs */
	guint32 to;
	ImapListing *listing;
	GArray *keys; /* of ImapKey */
} Calibration;

struct ImapUpload {
	const ImapUploadContext *context;
	const ImapBoxContext *box_context;
	ImapJournal *journal;
	Ledger *ledger;
	Report *report;
	ImapConnection *connection; /* NULL: to be made */
	gboolean many;              /* MULTIAPPEND */
	gboolean plus;              /* LITERAL+ */
	gboolean minus;             /* LITERAL- */
	ImapBox *box;               /* that it works on */
	ImapBox *selected;
	ImapParcel *sending;  /* announced, not all of it sent */
	GPtrArray *undecided; /* of ImapItem: taken, not yet announced */
	GQueue in_flight;     /* of ImapSpan, in the order sent */
	GQueue again;         /* of ImapSpan: halves of refused batches */
	guint64 window_bytes;
	guint window_messages;
	ImapRetry retry;
	Calibration *calibration;
	guint calibrations; /* so far */
};

/* --- What the server keeps -------------------------------------------------------------------- */

static void
calibration_free (Calibration *calibration)
{
	if (calibration == NULL)
		return;
	imap_listing_free (calibration->listing);
	g_array_unref (calibration->keys);
	g_free (calibration);
}

/* Unless it has been done, fetch back what has just been acknowledged: at the next opportunity, for
 * we may be in the middle of a command. */
static void
want_calibration (ImapUpload *upload, const ImapSpan *span, const GArray *uids)
{
	if (upload->calibration != NULL || upload->calibrations >= CALIBRATIONS_MOST ||
	    imap_journal_get_tier (upload->journal) != IMAP_TIER_UNKNOWN)
		return;
	upload->calibrations++;
	Calibration *calibration = g_new0 (Calibration, 1);
	upload->calibration = calibration;
	/* Without UIDs, ours are likely to be the next. */
	guint count = MIN (span->count, SAMPLE);
	calibration->from = uids != NULL ? g_array_index (uids, guint32, 0) : span->uid_next;
	calibration->to = uids != NULL ? g_array_index (uids, guint32, count - 1)
				       : span->uid_next + 2 * SAMPLE;
	calibration->listing = imap_listing_new_empty ();
	calibration->keys = g_array_new (FALSE, FALSE, sizeof (ImapKey));
	for (guint i = 0; i < count; i++) {
		const ImapItem *item = g_ptr_array_index (span->parcel->items, span->first + i);
		g_array_append_val (calibration->keys, item->entry.key);
	}
}

static gboolean
begin_calibration (ImapUpload *upload, GError **error)
{
	Calibration *calibration = upload->calibration;

	if (calibration == NULL || calibration->tag != 0)
		return TRUE;
	g_autofree char *command = imap_listing_get_command (calibration->from, calibration->to);
	return imap_connection_send (upload->connection, command, &calibration->tag, error);
}

/* Some servers take the date of an APPEND and then use their own. */
static void
compare_dates (ImapUpload *upload, const Calibration *calibration, ImapTier tier)
{
	guint asked = 0;
	guint kept = 0;

	for (guint i = 0; tier != IMAP_TIER_UNKNOWN && i < calibration->keys->len; i++) {
		const ImapKey *key = &g_array_index (calibration->keys, ImapKey, i);
		if (key->date == 0)
			continue;
		g_autoptr (GArray) uids = imap_listing_find (calibration->listing, key, tier,
							     SAMPLE);
		gboolean same = FALSE;
		for (guint j = 0; j < uids->len && !same; j++)
			same = imap_listing_get_key (calibration->listing,
						     g_array_index (uids, guint32, j))
				       ->date == key->date;
		asked += uids->len > 0;
		kept += same;
	}
	if (kept < asked)
		report_finding (upload->report, REPORT_NOTE, "date-not-kept", NULL, NULL,
				"of %u messages looked at, %u have another date than they were "
				"sent with",
				asked, asked - kept);
}

/* The strictest tier at which most are recognised: single ones may be altered for reasons of their
 * own. */
static gboolean
end_calibration (ImapUpload *upload, GError **error)
{
	Calibration *calibration = g_steal_pointer (&upload->calibration);
	ImapTier tier = IMAP_TIER_UNKNOWN;

	imap_listing_close (calibration->listing);
	for (ImapTier at = IMAP_TIER_SIZE; at < IMAP_TIERS && tier == IMAP_TIER_UNKNOWN; at++) {
		guint found = 0;
		for (guint i = 0; i < calibration->keys->len; i++)
			found += imap_listing_has (calibration->listing,
						   &g_array_index (calibration->keys, ImapKey, i),
						   at);
		if (2 * found > calibration->keys->len)
			tier = at;
	}
	compare_dates (upload, calibration, tier);
	calibration_free (calibration);
	if (tier > IMAP_TIER_SIZE)
		report_finding (upload->report, REPORT_NOTE, "server-rewrites", NULL, NULL,
				"messages are recognised there by %s", imap_key_describe (tier));
	report_detail (upload->report, "messages are recognised at the server by %s",
		       imap_key_describe (tier));
	return tier == IMAP_TIER_UNKNOWN || imap_journal_set_tier (upload->journal, tier, error);
}

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

static void
note_merged (ImapUpload *upload, const ImapSpan *span, const GArray *uids)
{
	guint merged = 0;

	for (guint i = 0; uids != NULL && i < uids->len; i++) {
		guint32 uid = g_array_index (uids, guint32, i);
		gboolean again = i > 0 && uid == g_array_index (uids, guint32, i - 1);
		merged += again || uid < span->uid_next;
	}
	if (merged > 0)
		report_finding (upload->report, REPORT_NOTE, "merged-by-server", NULL,
				upload->box->folder->path,
				"%u messages: the server says that it has them already", merged);
}

static gboolean
take_delivery (ImapUpload *upload, const ImapSpan *span, const ImapResponse *reply, GError **error)
{
	ImapParcel *parcel = span->parcel;
	gint64 ms = (g_get_monotonic_time () - span->sent_us) / 1000;

	g_mutex_lock (&parcel->box->lock);
	g_autoptr (GArray) uids = uids_of (reply, parcel->box, span->count);
	g_mutex_unlock (&parcel->box->lock);
	note_merged (upload, span, uids);
	upload->retry.failures = 0;
	if (!imap_journal_acknowledge (upload->journal, parcel->record, span->first, span->count,
				       (guint) CLAMP (ms, 0, G_MAXINT),
				       uids != NULL ? (const guint32 *) (gpointer) uids->data
						    : NULL,
				       error))
		return FALSE;
	for (guint i = 0; i < span->count; i++) {
		ImapItem *item = g_ptr_array_index (parcel->items, span->first + i);
		g_autofree char *target =
			uids != NULL ? g_strdup_printf ("%u:%u", parcel->box->uid_validity,
							g_array_index (uids, guint32, i))
				     : NULL;
		item->settled = TRUE;
		if (!ledger_emitted (upload->ledger, item->message, target, error))
			return FALSE;
	}
	want_calibration (upload, span, uids);
	return TRUE;
}

static gboolean
give_up (ImapUpload *upload, const ImapSpan *span, const ImapResponse *reply, GError **error)
{
	g_autofree char *what = g_strdup_printf ("cannot store into %s",
						 span->parcel->box->folder->path);

	return imap_connection_refused (upload->connection, reply, what, error);
}

/* Put a message aside that could not be stored. What could not be read cannot be written either. */
static gboolean
keep_rejected (ImapUpload *upload, const ImapItem *item, GError **error)
{
	MessageSink *rejected = upload->box_context->rejected;
	g_autoptr (GError) problem = NULL;

	if (rejected == NULL || message_sink_put (rejected, item->message, &problem) ||
	    g_error_matches (problem, MESSAGE_ERROR, MESSAGE_ERROR_MESSAGE))
		return TRUE;
	g_propagate_error (error, g_steal_pointer (&problem));
	return FALSE;
}

/* With what the user has us repair, the server may take it: then it goes back to the queue as a
 * message of its own, and *mended is TRUE. */
static gboolean
mend_message (ImapUpload *upload, const ImapSpan *span, const ImapResponse *reply, gboolean *mended,
	      GError **error)
{
	const ImapItem *item = g_ptr_array_index (span->parcel->items, span->first);
	MessageRepair wanted = upload->box_context->repair;
	MessageRepair done = 0;
	g_autoptr (GPtrArray) items = g_ptr_array_new ();

	if (wanted == 0 || item->mended)
		return TRUE;
	g_autoptr (MessageContent) content = message_repair_content (item->message->content, wanted,
								     &done, error);
	if (content == NULL)
		return done == 0 && (error == NULL || *error == NULL);
	ImapItem *other = imap_item_new_mended (item, content, error);
	if (other == NULL)
		return FALSE;
	g_autofree char *what = message_repair_describe (done);
	report_finding (upload->report, REPORT_NOTE, "repaired", item->message->origin,
			item->message->folder->path, "%s; as it was, the server said: %s", what,
			reply->text);
	g_ptr_array_add (items, other);
	imap_work_return_items (upload->context->work, span->parcel->box, items);
	*mended = TRUE;
	return TRUE;
}

static gboolean
fail_message (ImapUpload *upload, const ImapSpan *span, const char *reason, GError **error)
{
	ImapItem *item = g_ptr_array_index (span->parcel->items, span->first);

	item->settled = TRUE;
	if (!keep_rejected (upload, item, error))
		return FALSE;
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

	if (imap_refusal_classify (reply) != IMAP_REFUSAL_MESSAGE) {
		/* Whoever goes on must know of it. */
		g_queue_push_tail (&upload->again,
				   imap_parcel_span (parcel, span->first, span->count));
		return give_up (upload, span, reply, error);
	}
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
	gboolean mended = FALSE;
	if (!mend_message (upload, span, reply, &mended, error))
		return FALSE;
	if (mended) {
		item->settled = TRUE;
		return imap_journal_refuse (upload->journal, parcel->record, span->first,
					    "as it was; mended", error);
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
	if (upload->calibration != NULL && upload->calibration->tag != 0 &&
	    imap_connection_get_tag (reply) == upload->calibration->tag)
		return end_calibration (upload, error);
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
	if (response->kind == IMAP_RESPONSE_UNTAGGED && upload->calibration != NULL)
		imap_listing_note (response, upload->calibration->listing);
	if (response->kind != IMAP_RESPONSE_TAGGED)
		return TRUE; /* counts of the open folder and the like */
	if (refused != NULL && imap_connection_get_tag (response) == waiting_for)
		*refused = TRUE;
	return take_reply (upload, response, error);
}

static gboolean
is_busy (const ImapUpload *upload)
{
	return !g_queue_is_empty ((GQueue *) &upload->in_flight) || upload->calibration != NULL;
}

static gboolean
read_replies (ImapUpload *upload, GError **error)
{
	while (is_busy (upload) && imap_connection_has_response (upload->connection))
		if (!read_one (upload, 0, NULL, NULL, error))
			return FALSE;
	return TRUE;
}

/* --- Sending ---------------------------------------------------------------------------------- */

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
send_content (ImapUpload *upload, ImapItem *item, GError **error)
{
	Sending sending = { .connection = upload->connection, .left = item->entry.key.size };
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
send_bytes (ImapUpload *upload, ImapItem *item, GError **error)
{
	if (item->wire == NULL)
		return send_content (upload, item, error);
	if (!imap_connection_write (upload->connection, item->wire->data, item->wire->len, error))
		return FALSE;
	imap_item_drop_wire (item);
	return TRUE;
}

/* One message of an APPEND: options, literal, bytes. *refused: the server did not want them. */
static gboolean
send_item (ImapUpload *upload, guint tag, ImapItem *item, gboolean *refused, GError **error)
{
	g_autofree char *options = imap_item_get_options (item);
	gboolean go_on = upload->plus || (upload->minus && item->entry.key.size <= LITERAL_MINUS);

	if (!imap_connection_print (upload->connection, error, " %s{%" G_GUINT64_FORMAT "%s}\r\n",
				    options, item->entry.key.size, go_on ? "+" : ""))
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
	       (upload->in_flight.length >= (upload->many ? WINDOW_COMMANDS : WINDOW_SINGLES) ||
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

static gboolean
drain (ImapUpload *upload, GError **error)
{
	for (;;) {
		if (!send_again (upload, error) || !begin_calibration (upload, error))
			return FALSE;
		if (!is_busy (upload))
			return TRUE;
		if (!read_one (upload, 0, NULL, NULL, error))
			return FALSE;
	}
}

/* --- What is to be sent ----------------------------------------------------------------------- */

static void
remark_on_role (ImapUpload *upload, ImapBox *box)
{
	FolderRole role = box->folder->role;

	if (!box->remarked && (role == FOLDER_ROLE_TRASH || role == FOLDER_ROLE_JUNK))
		report_finding (upload->report, REPORT_NOTE, "into-trash-or-junk", NULL,
				box->folder->path, "many servers empty this folder after a while");
	box->remarked = TRUE;
}

static void
account_lost (ImapUpload *upload, ImapItem *item, const char *reason)
{
	ledger_failed (upload->ledger, item->message->origin, item->message->folder->path, "%s",
		       reason);
	imap_item_free (item);
}

/* Takes item. */
static gboolean
reject (ImapUpload *upload, ImapItem *item, const char *reason, GError **error)
{
	gboolean ok = keep_rejected (upload, item, error);

	account_lost (upload, item, reason);
	return ok;
}

static gboolean
account_present (ImapUpload *upload, ImapItem *item, guint32 uid, GError **error)
{
	ImapBox *box = upload->box;
	g_autoptr (ImapItem) mine = item;
	g_autofree char *target = uid != 0 ? g_strdup_printf ("%u:%u", box->uid_validity, uid)
					   : NULL;

	box->present++;
	if (item->state == IMAP_BOX_SIMILAR)
		report_finding (upload->report, REPORT_NOTE, "similar", item->message->origin,
				box->folder->path,
				"UID %u has the same Message-ID, Date, From and Subject", uid);
	return ledger_present (upload->ledger, item->message, target, error);
}

static gboolean
only_count (ImapUpload *upload, ImapItem *item, GError **error)
{
	g_autoptr (ImapItem) mine = item;

	upload->box->to_send++;
	upload->box->to_send_bytes += item->entry.key.size;
	return ledger_emitted (upload->ledger, item->message, NULL, error);
}

/* It is not there. Takes item. */
static gboolean
pack (ImapUpload *upload, ImapParcel *parcel, ImapItem *item, GError **error)
{
	if (item->spoiled != NULL) {
		account_lost (upload, item, item->spoiled);
		return TRUE;
	}
	if (item->cuts >= CUTS_MOST) {
		account_lost (upload, item, "the connection broke each time it was sent");
		return TRUE;
	}
	if (item->entry.key.size > upload->box_context->message_limit) {
		g_autofree char *reason =
			g_strdup_printf ("it has %" G_GUINT64_FORMAT
					 " bytes, and the server takes %" G_GUINT64_FORMAT,
					 item->entry.key.size, upload->box_context->message_limit);
		return reject (upload, item, reason, error);
	}
	item->state = IMAP_BOX_NEW;
	remark_on_role (upload, upload->box);
	if (upload->box_context->dry_run)
		return only_count (upload, item, error);
	if (item->flags == NULL)
		imap_item_fit (item, upload->box, upload->report);
	g_ptr_array_add (parcel->items, item);
	return TRUE;
}

/* Those that are neither there nor in doubt go into parcel; the doubtful stay in undecided. */
static gboolean
sort_out (ImapUpload *upload, ImapParcel *parcel, GError **error)
{
	GPtrArray *items = upload->undecided;

	for (guint i = 0; i < items->len; i++) {
		ImapItem *item = g_ptr_array_index (items, i);
		guint32 uid = 0;
		if (!item->looked_up && !imap_box_look_up (upload->box, upload->box_context,
							   &item->entry, &item->state, &uid, error))
			return FALSE;
		item->looked_up = TRUE;
		if (item->state == IMAP_BOX_DOUBTFUL)
			continue;
		items->pdata[i] = NULL;
		if (!(item->state == IMAP_BOX_NEW ? pack (upload, parcel, item, error)
						  : account_present (upload, item, uid, error)))
			return FALSE;
	}
	return TRUE;
}

static GArray *
gather_candidates (ImapUpload *upload)
{
	GArray *uids = g_array_new (FALSE, FALSE, sizeof (guint32));

	for (guint i = 0; i < upload->undecided->len; i++) {
		const ImapItem *item = g_ptr_array_index (upload->undecided, i);
		if (item == NULL)
			continue;
		g_autoptr (GArray) some = imap_box_get_candidates (upload->box, upload->box_context,
								   &item->entry);
		g_array_append_vals (uids, some->data, some->len);
	}
	return uids;
}

/* A message that cannot be read any more is lost alone. */
static gboolean
decide (ImapUpload *upload, ImapParcel *parcel, ImapItem *item, GError **error)
{
	g_autoptr (GError) cause = NULL;
	guint32 uid = 0;

	if (!imap_box_compare (upload->box, upload->box_context, &item->entry,
			       item->message->content, &uid, &cause)) {
		if (stop_requested () || g_error_matches (cause, RUN_ERROR, RUN_ERROR_OUTPUT)) {
			g_propagate_error (error, g_steal_pointer (&cause));
			return FALSE;
		}
		account_lost (upload, item, cause->message);
		return TRUE;
	}
	return uid != 0 ? account_present (upload, item, uid, error)
			: pack (upload, parcel, item, error);
}

/* The doubtful: there is something with their keys, so whole messages are compared. */
static gboolean
compare_bodies (ImapUpload *upload, ImapParcel *parcel, GError **error)
{
	GPtrArray *items = upload->undecided;
	guint doubtful = 0;

	for (guint i = 0; i < items->len; i++)
		doubtful += g_ptr_array_index (items, i) != NULL;
	if (doubtful == 0)
		return TRUE;
	if (!drain (upload, error))
		return FALSE;
	if (upload->box->bodies == NULL)
		upload->box->bodies = imap_bodies_new ();
	g_mutex_lock (&upload->box->lock);
	g_autoptr (GArray) uids = gather_candidates (upload);
	gboolean ok = imap_bodies_fetch (upload->box->bodies, upload->connection, uids, error);
	for (guint i = 0; ok && i < items->len; i++) {
		ImapItem *item = g_steal_pointer (&items->pdata[i]);
		ok = item == NULL || decide (upload, parcel, item, error);
	}
	g_mutex_unlock (&upload->box->lock);
	return ok;
}

static gboolean
fail_all (ImapUpload *upload, GError **error)
{
	for (guint i = 0; i < upload->undecided->len; i++) {
		ImapItem *item = g_steal_pointer (&upload->undecided->pdata[i]);
		if (!reject (upload, item, upload->box->refusal, error))
			return FALSE;
	}
	return TRUE;
}

/* The next parcel, empty if nothing is to be sent now. NULL with an error. */
static ImapParcel *
next_parcel (ImapUpload *upload, gboolean *any, gboolean *careful, GError **error)
{
	ImapTaking taking = {
		.limit = upload->plus ? BATCH_MESSAGES : BATCH_SHARED,
		.bytes = BATCH_BYTES,
		.busy = is_busy (upload),
	};
	g_autoptr (ImapParcel) parcel = imap_parcel_new (upload->box);

	g_ptr_array_set_size (upload->undecided, 0);
	imap_work_take_items (upload->context->work, upload->box, &taking, upload->undecided,
			      careful);
	*any = upload->undecided->len > 0;
	if (upload->box->refusal != NULL)
		return fail_all (upload, error) ? g_steal_pointer (&parcel) : NULL;
	g_mutex_lock (&upload->box->lock);
	gboolean ok = sort_out (upload, parcel, error);
	g_mutex_unlock (&upload->box->lock);
	upload->sending = g_atomic_rc_box_acquire (parcel);
	if (!ok || !compare_bodies (upload, parcel, error))
		return NULL;
	return g_steal_pointer (&parcel);
}

static gboolean
send_parcel (ImapUpload *upload, ImapParcel *parcel, GError **error)
{
	if (parcel->items->len == 0)
		return TRUE;
	return imap_parcel_announce (parcel, upload->journal, error) &&
	       send_span (upload, imap_parcel_span (parcel, 0, parcel->items->len), error) &&
	       begin_calibration (upload, error) &&
	       imap_connection_flush (upload->connection, error) && send_again (upload, error);
}

/* Read what has come, and say at once what it asks for: while the queue is full of messages for
 * other mailboxes, nothing else makes us say it. */
static gboolean
answer_replies (ImapUpload *upload, GError **error)
{
	return read_replies (upload, error) && send_again (upload, error) &&
	       begin_calibration (upload, error) &&
	       imap_connection_flush (upload->connection, error);
}

/* Until nothing waits for the mailbox, and everything sent is answered. */
static gboolean
work_off (ImapUpload *upload, GError **error)
{
	ImapWork *work = upload->context->work;

	for (;;) {
		gboolean any = FALSE;
		gboolean careful = FALSE;
		g_autoptr (ImapParcel) parcel = next_parcel (upload, &any, &careful, error);
		if (parcel == NULL || !send_parcel (upload, parcel, error))
			return FALSE;
		g_clear_pointer (&upload->sending, imap_parcel_unref);
		gboolean busy = is_busy (upload);
		if (imap_connection_wants_compression (upload->connection)) {
			if (!drain (upload, error) ||
			    !imap_connection_compress (upload->connection, error))
				return FALSE;
		} else if ((any && careful) || (careful && busy)) {
			if (!drain (upload, error))
				return FALSE;
		} else if (any) {
			continue;
		} else if (imap_work_expects_more (work, upload->box, busy)) {
			if (!answer_replies (upload, error))
				return FALSE;
		} else if (!busy) {
			return TRUE;
		} else if (!drain (upload, error)) {
			return FALSE;
		}
	}
}

/* --- One mailbox after the other -------------------------------------------------------------- */

static void
fail_records (ImapUpload *upload)
{
	ImapBox *box = upload->box;

	for (; box->refusal != NULL && box->records > 0; box->records--)
		ledger_failed (upload->ledger, NULL, box->folder->path, "%s", box->refusal);
}

static gboolean
serve (ImapUpload *upload, ImapJob job, GError **error)
{
	ImapWork *work = upload->context->work;
	ImapBox *box = upload->box;

	if (job == IMAP_JOB_OPEN) {
		upload->selected = NULL;
		if (!imap_box_open (box, upload->box_context, upload->connection, error))
			return FALSE;
		fail_records (upload);
	} else if (box->refusal == NULL && upload->selected != box &&
		   !upload->box_context->dry_run &&
		   !imap_box_join (box, upload->connection, error)) {
		return FALSE;
	}
	upload->selected = box;
	if (job == IMAP_JOB_CHECK)
		return imap_settle_check (box, upload->box_context, upload->connection, error);
	if (job == IMAP_JOB_OPEN)
		imap_work_opened (work, box);
	return work_off (upload, error);
}

static void
learn_mode (ImapUpload *upload)
{
	upload->plus = imap_connection_has (upload->connection, "LITERAL+");
	upload->minus = imap_connection_has (upload->connection, "LITERAL-");
	upload->many = upload->plus && imap_connection_has (upload->connection, "MULTIAPPEND");
}

static void
add_parcel (GPtrArray *parcels, ImapParcel *parcel)
{
	if (parcel != NULL && parcel->record != NULL && !g_ptr_array_find (parcels, parcel, NULL))
		g_ptr_array_add (parcels, g_atomic_rc_box_acquire (parcel));
}

/* What was on its way is in doubt; what was not yet announced waits again. */
static void
give_back (ImapUpload *upload)
{
	g_autoptr (GPtrArray) parcels =
		g_ptr_array_new_with_free_func ((GDestroyNotify) imap_parcel_unref);
	ImapParcel *sending = upload->sending;

	if (sending != NULL && sending->record == NULL)
		imap_work_return_items (upload->context->work, upload->box, sending->items);
	imap_work_return_items (upload->context->work, upload->box, upload->undecided);
	for (GList *link = upload->in_flight.head; link != NULL; link = link->next)
		add_parcel (parcels, ((ImapSpan *) link->data)->parcel);
	for (GList *link = upload->again.head; link != NULL; link = link->next)
		add_parcel (parcels, ((ImapSpan *) link->data)->parcel);
	add_parcel (parcels, sending);
	for (guint i = 0; i < parcels->len; i++)
		imap_journal_doubt (upload->journal,
				    ((ImapParcel *) g_ptr_array_index (parcels, i))->record);
	imap_work_lose (upload->context->work, upload->box, parcels);
	g_queue_clear_full (&upload->in_flight, (GDestroyNotify) imap_parcel_span_free);
	g_queue_clear_full (&upload->again, (GDestroyNotify) imap_parcel_span_free);
	g_clear_pointer (&upload->sending, imap_parcel_unref);
	g_clear_pointer (&upload->calibration, calibration_free);
	upload->window_bytes = 0;
	upload->window_messages = 0;
}

/* Takes cause; NULL if there is a connection again, else what is wrong. */
static GError *
connect_again (ImapUpload *upload, GError *cause)
{
	const ImapUploadContext *context = upload->context;
	GError *error = NULL;

	upload->connection = imap_retry_connect (&upload->retry, context->url, context->net, cause,
						 upload->report, &error);
	if (upload->connection != NULL)
		learn_mode (upload);
	return error;
}

/* All that one connection, and those that follow it, can do. NULL, or why it ended. */
static GError *
work_through (ImapUpload *upload)
{
	ImapWork *work = upload->context->work;
	GError *error = NULL;
	ImapJob job;

	while (error == NULL && (upload->box = imap_work_take (work, &job)) != NULL) {
		if (serve (upload, job, &error)) {
			imap_work_release (work, upload->box);
			continue;
		}
		give_back (upload);
		imap_work_release (work, upload->box);
		g_clear_pointer (&upload->connection, imap_connection_free);
		upload->selected = NULL;
		error = connect_again (upload, error);
	}
	return error;
}

gpointer
imap_upload_run (gpointer data)
{
	ImapUpload *upload = data;
	const ImapUploadContext *context = upload->context;
	g_autoptr (GError) error = NULL;

	if (upload->connection == NULL)
		upload->connection = imap_connection_new (context->url, context->net, &error);
	if (upload->connection != NULL) {
		learn_mode (upload);
		error = work_through (upload);
	} else {
		/* The first one could log in: this one is too many, or not to be had just now. */
		report_detail (upload->report, "no further connection: %s", error->message);
		error->code = RUN_ERROR_TEMPORARY;
	}
	if (error == NULL)
		imap_connection_logout (upload->connection);
	imap_work_leave (context->work, g_steal_pointer (&error));
	return NULL;
}

ImapUpload *
imap_upload_new (const ImapUploadContext *context, ImapConnection *connection)
{
	ImapUpload *upload = g_new0 (ImapUpload, 1);

	upload->context = context;
	upload->box_context = context->box;
	upload->journal = context->box->journal;
	upload->ledger = context->box->ledger;
	upload->report = context->box->report;
	upload->connection = connection;
	upload->undecided = g_ptr_array_new ();
	g_queue_init (&upload->in_flight);
	g_queue_init (&upload->again);
	imap_work_enter (context->work);
	return upload;
}

void
imap_upload_free (ImapUpload *upload)
{
	if (upload == NULL)
		return;
	for (guint i = 0; i < upload->undecided->len; i++)
		imap_item_free (g_ptr_array_index (upload->undecided, i));
	g_ptr_array_unref (upload->undecided);
	g_queue_clear_full (&upload->in_flight, (GDestroyNotify) imap_parcel_span_free);
	g_queue_clear_full (&upload->again, (GDestroyNotify) imap_parcel_span_free);
	g_clear_pointer (&upload->sending, imap_parcel_unref);
	calibration_free (upload->calibration);
	imap_connection_free (upload->connection);
	g_free (upload);
}
