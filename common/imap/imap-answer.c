/* imap-answer.c - what the server says to the messages sent, and what follows from it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-answer.h"

#include "base/error.h"
#include "imap/imap-refusal.h"

/* --- Delivered -------------------------------------------------------------------------------- */

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

/* How many of them the server had. */
static guint
note_merged (ImapWindow *window, const ImapSpan *span, const GArray *uids)
{
	guint merged = 0;

	for (guint i = 0; uids != NULL && i < uids->len; i++) {
		guint32 uid = g_array_index (uids, guint32, i);
		gboolean again = i > 0 && uid == g_array_index (uids, guint32, i - 1);
		merged += again || uid < span->uid_next;
	}
	if (merged > 0)
		report_finding (window->context->report, REPORT_NOTE, "merged-by-server", NULL,
				span->parcel->box->folder->path,
				"%u messages: the server says that it has them already", merged);
	return merged;
}

static void
expect_stored (ImapBox *box, const ImapSpan *span, const GArray *uids, guint merged)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&box->lock);

	box->expected += span->count - merged;
	if (uids == NULL)
		box->untold += span->count;
}

static gboolean
take_delivery (ImapWindow *window, const ImapSpan *span, const ImapResponse *reply, GError **error)
{
	ImapParcel *parcel = span->parcel;
	gint64 ms = (g_get_monotonic_time () - span->sent_us) / 1000;

	g_mutex_lock (&parcel->box->lock);
	g_autoptr (GArray) uids = uids_of (reply, parcel->box, span->count);
	g_mutex_unlock (&parcel->box->lock);
	expect_stored (parcel->box, span, uids, note_merged (window, span, uids));
	window->fruitful = TRUE;
	if (!imap_journal_acknowledge (window->context->journal, parcel->record, span->first,
				       span->count, (guint) CLAMP (ms, 0, G_MAXINT),
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
		if (!ledger_emitted (window->context->ledger, item->message, target, error))
			return FALSE;
	}
	imap_calibration_want (window->calibration, span, uids);
	return TRUE;
}

/* --- Refused ---------------------------------------------------------------------------------- */

static gboolean
give_up (ImapWindow *window, const ImapSpan *span, const ImapResponse *reply, GError **error)
{
	g_autofree char *what = g_strdup_printf ("cannot store into %s",
						 span->parcel->box->folder->path);

	return imap_connection_refused (window->connection, reply, what, error);
}

/* With what the user has us repair, the server may take it: then it goes back to the queue as a
 * message of its own, and *mended is TRUE. */
static gboolean
mend_message (ImapWindow *window, const ImapSpan *span, const ImapResponse *reply, gboolean *mended,
	      GError **error)
{
	const ImapItem *item = g_ptr_array_index (span->parcel->items, span->first);
	MessageRepair wanted = window->context->repair;
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
	report_finding (window->context->report, REPORT_NOTE, "repaired", item->message->origin,
			item->message->folder->path, "%s; as it was, the server said: %s", what,
			reply->text);
	g_ptr_array_add (items, other);
	imap_work_return_items (window->work, span->parcel->box, items);
	*mended = TRUE;
	return TRUE;
}

static gboolean
fail_message (ImapWindow *window, const ImapSpan *span, guint index, const char *reason,
	      GError **error)
{
	ImapItem *item = g_ptr_array_index (span->parcel->items, index);

	item->settled = TRUE;
	if (!imap_item_set_aside (item, window->context->rejected, error))
		return FALSE;
	ledger_failed (window->context->ledger, item->message->origin, item->message->folder->path,
		       "%s", reason);
	return imap_journal_refuse (window->context->journal, span->parcel->record, index, reason,
				    error);
}

/* It is no use to send more there: what is on its way will fare the same. */
static gboolean
fail_folder (ImapWindow *window, const ImapSpan *span, const ImapResponse *reply, GError **error)
{
	ImapBox *box = span->parcel->box;
	gboolean gone = imap_response_has_code (reply, "TRYCREATE") ||
			imap_response_has_code (reply, "NONEXISTENT");
	g_autofree char *reason = g_strdup_printf ("the server takes no mail for this folder: %s",
						   reply->text);

	imap_box_refuse (box, window->context->report, reason, gone);
	for (guint i = 0; i < span->count; i++)
		if (!fail_message (window, span, span->first + i, reason, error))
			return FALSE;
	return TRUE;
}

/* One that gives no code has said it when the mailbox was opened. */
static gboolean
concerns_folder (const ImapSpan *span, const ImapResponse *reply, ImapRefusal refusal)
{
	return refusal == IMAP_REFUSAL_FOLDER ||
	       (refusal == IMAP_REFUSAL_MESSAGE && reply->code == NULL &&
		span->parcel->box->is_read_only);
}

/* Nothing of a refused command is stored (RFC 3502, 6.3.11). */
static gboolean
take_refusal (ImapWindow *window, const ImapSpan *span, const ImapResponse *reply, GError **error)
{
	ImapParcel *parcel = span->parcel;
	ImapItem *item = g_ptr_array_index (parcel->items, span->first);
	ImapRefusal refusal = imap_refusal_classify (reply);

	if (concerns_folder (span, reply, refusal))
		return fail_folder (window, span, reply, error);
	if (refusal == IMAP_REFUSAL_TEMPORARY || refusal == IMAP_REFUSAL_OVER_QUOTA) {
		/* Whoever goes on must know of it. */
		g_queue_push_tail (&window->again,
				   imap_parcel_span (parcel, span->first, span->count));
		return give_up (window, span, reply, error);
	}
	if (span->count > 1) {
		guint half = span->count / 2;
		g_queue_push_tail (&window->again, imap_parcel_span (parcel, span->first, half));
		g_queue_push_tail (&window->again, imap_parcel_span (parcel, span->first + half,
								     span->count - half));
		return TRUE;
	}
	if (refusal == IMAP_REFUSAL_TOO_LARGE)
		imap_limits_learn (window->context->limits, item->entry.key.size);
	if (item->has_keywords && refusal != IMAP_REFUSAL_TOO_LARGE) {
		report_finding (window->context->report, REPORT_NOTE, "keywords-refused",
				item->message->origin, item->message->folder->path,
				"sent without them; the server said: %s", reply->text);
		imap_item_drop_keywords (item, parcel->box);
		g_queue_push_tail (&window->again, imap_parcel_span (parcel, span->first, 1));
		return TRUE;
	}
	gboolean mended = FALSE;
	if (!mend_message (window, span, reply, &mended, error))
		return FALSE;
	if (mended) {
		item->settled = TRUE;
		return imap_journal_refuse (window->context->journal, parcel->record, span->first,
					    "as it was; mended", error);
	}
	g_autofree char *reason = g_strdup_printf ("the server refuses it: %s", reply->text);
	return fail_message (window, span, span->first, reason, error);
}

/* --- Reading ---------------------------------------------------------------------------------- */

static gboolean
take_reply (ImapWindow *window, const ImapResponse *reply, GError **error)
{
	guint tag = imap_connection_get_tag (reply);

	if (imap_calibration_has_tag (window->calibration, tag))
		return imap_calibration_conclude (window->calibration, error);
	g_autoptr (ImapSpan) span = imap_window_take (window, tag);
	if (span == NULL) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT,
			     "%s: the server answers what nobody asked",
			     imap_connection_get_account (window->connection));
		return FALSE;
	}
	return reply->status == IMAP_STATUS_OK ? take_delivery (window, span, reply, error)
					       : take_refusal (window, span, reply, error);
}

/* How many messages the mailbox has, which good servers tell with each OK. RFC 3501, 6.3.11. */
static void
note_count (ImapWindow *window, const ImapResponse *response)
{
	const ImapSpan *span = g_queue_peek_head (&window->in_flight);

	if (span == NULL || !response->has_number)
		return;
	ImapBox *box = span->parcel->box;
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&box->lock);
	if (g_strcmp0 (response->name, "EXISTS") == 0)
		box->exists = response->number;
	if (g_strcmp0 (response->name, "EXPUNGE") == 0 && box->exists > 0 && box->expected > 0) {
		box->exists--;
		box->expected--;
	}
}

gboolean
imap_answer_read (ImapWindow *window, guint waiting_for, gboolean *go_on, gboolean *refused,
		  GError **error)
{
	g_autoptr (ImapResponse) response = imap_connection_read (window->connection, error);

	if (response == NULL)
		return FALSE;
	if (response->kind == IMAP_RESPONSE_CONTINUE && go_on != NULL)
		*go_on = TRUE;
	if (response->kind == IMAP_RESPONSE_UNTAGGED) {
		imap_calibration_note (window->calibration, response);
		note_count (window, response);
	}
	if (response->kind != IMAP_RESPONSE_TAGGED)
		return TRUE; /* counts of the open folder and the like */
	if (refused != NULL && imap_connection_get_tag (response) == waiting_for)
		*refused = TRUE;
	return take_reply (window, response, error);
}

gboolean
imap_answer_read_all (ImapWindow *window, GError **error)
{
	while (imap_window_is_busy (window) && imap_connection_has_response (window->connection))
		if (!imap_answer_read (window, 0, NULL, NULL, error))
			return FALSE;
	return TRUE;
}

gboolean
imap_answer_wait_for_room (ImapWindow *window, guint64 bytes, GError **error)
{
	if (!imap_answer_read_all (window, error))
		return FALSE;
	while (!imap_window_has_room (window, bytes))
		if (!imap_answer_read (window, 0, NULL, NULL, error))
			return FALSE;
	return TRUE;
}
