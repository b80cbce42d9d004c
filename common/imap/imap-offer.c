/* imap-offer.c - what of the messages that wait is to be sent
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-offer.h"

#include "base/error.h"
#include "base/stop.h"
#include "imap/imap-send.h"

/* Larger batches gain little and lose more when refused or cut off. */
#define BATCH_MESSAGES 500
#define BATCH_BYTES    (8 * 1024 * 1024)
#define BATCH_SHARED   10 /* where each waits for a round trip: others may take the rest */

#define CUTS_MOST 5 /* that a message alone on its connection may cause */

ImapOffer *
imap_offer_new (ImapWindow *window)
{
	ImapOffer *offer = g_new0 (ImapOffer, 1);

	offer->window = window;
	offer->context = window->context;
	offer->undecided = g_ptr_array_new ();
	return offer;
}

void
imap_offer_free (ImapOffer *offer)
{
	if (offer == NULL)
		return;
	for (guint i = 0; i < offer->undecided->len; i++)
		imap_item_free (g_ptr_array_index (offer->undecided, i));
	g_ptr_array_unref (offer->undecided);
	g_clear_pointer (&offer->parcel, imap_parcel_unref);
	g_clear_pointer (&offer->ahead, imap_parcel_unref);
	g_free (offer);
}

static void
remark_on_role (ImapOffer *offer, ImapBox *box)
{
	FolderRole role = box->folder->role;

	if (!box->remarked && (role == FOLDER_ROLE_TRASH || role == FOLDER_ROLE_JUNK))
		report_finding (offer->context->report, REPORT_NOTE, "into-trash-or-junk", NULL,
				box->folder->path, "many servers empty this folder after a while");
	box->remarked = TRUE;
}

static void
account_lost (ImapOffer *offer, ImapItem *item, const char *reason)
{
	ledger_failed (offer->context->ledger, item->message->origin, item->message->folder->path,
		       "%s", reason);
	imap_item_free (item);
}

/* Takes item. */
static gboolean
reject (ImapOffer *offer, ImapItem *item, const char *reason, GError **error)
{
	gboolean ok = imap_item_set_aside (item, offer->context->rejected, error);

	account_lost (offer, item, reason);
	return ok;
}

static gboolean
account_present (ImapOffer *offer, ImapItem *item, guint32 uid, GError **error)
{
	ImapBox *box = offer->box;
	g_autoptr (ImapItem) mine = item;
	g_autofree char *target = uid != 0 ? g_strdup_printf ("%u:%u", box->uid_validity, uid)
					   : NULL;

	box->present++;
	if (item->state == IMAP_BOX_SIMILAR)
		report_finding (offer->context->report, REPORT_NOTE, "similar",
				item->message->origin, box->folder->path,
				"UID %u has the same Message-ID, Date, From and Subject", uid);
	return ledger_present (offer->context->ledger, item->message, target, error);
}

static gboolean
only_count (ImapOffer *offer, ImapItem *item, GError **error)
{
	g_autoptr (ImapItem) mine = item;

	offer->box->to_send++;
	offer->box->to_send_bytes += item->entry.key.size;
	return ledger_emitted (offer->context->ledger, item->message, NULL, error);
}

/* It is not there. Takes item. */
static gboolean
pack (ImapOffer *offer, ImapItem *item, GError **error)
{
	if (item->spoiled != NULL) {
		account_lost (offer, item, item->spoiled);
		return TRUE;
	}
	if (item->cuts >= CUTS_MOST) {
		account_lost (offer, item, "the connection broke each time it was sent");
		return TRUE;
	}
	g_autofree char *objection = imap_limits_object (offer->context->limits,
							 item->entry.key.size);
	if (objection != NULL)
		return reject (offer, item, objection, error);
	item->state = IMAP_BOX_NEW;
	remark_on_role (offer, offer->box);
	if (offer->context->dry_run)
		return only_count (offer, item, error);
	if (item->flags == NULL)
		imap_item_fit (item, offer->box, offer->context->report);
	g_ptr_array_add (offer->parcel->items, item);
	return TRUE;
}

/* Those that are neither there nor in doubt go into the parcel; the doubtful stay in undecided. */
static gboolean
sort_out (ImapOffer *offer, GError **error)
{
	GPtrArray *items = offer->undecided;

	for (guint i = 0; i < items->len; i++) {
		ImapItem *item = g_ptr_array_index (items, i);
		guint32 uid = 0;
		if (!item->looked_up && !imap_box_look_up (offer->box, offer->context, &item->entry,
							   &item->state, &uid, error))
			return FALSE;
		item->looked_up = TRUE;
		if (item->state == IMAP_BOX_DOUBTFUL)
			continue;
		items->pdata[i] = NULL;
		if (!(item->state == IMAP_BOX_NEW ? pack (offer, item, error)
						  : account_present (offer, item, uid, error)))
			return FALSE;
	}
	return TRUE;
}

static GArray *
gather_candidates (ImapOffer *offer)
{
	GArray *uids = g_array_new (FALSE, FALSE, sizeof (guint32));
	g_autoptr (GHashTable) asked = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
							      NULL);

	for (guint i = 0; i < offer->undecided->len; i++) {
		const ImapItem *item = g_ptr_array_index (offer->undecided, i);
		if (item == NULL)
			continue;
		g_autoptr (GArray) some = imap_box_get_candidates (offer->box, offer->context,
								   asked, &item->entry);
		g_array_append_vals (uids, some->data, some->len);
	}
	return uids;
}

/* A message that cannot be read any more is lost alone. */
static gboolean
decide (ImapOffer *offer, ImapItem *item, GError **error)
{
	g_autoptr (GError) cause = NULL;
	guint32 uid = 0;

	if (!imap_box_compare (offer->box, offer->context, &item->entry, item->message->content,
			       &uid, &cause)) {
		if (stop_requested () || g_error_matches (cause, RUN_ERROR, RUN_ERROR_OUTPUT)) {
			g_propagate_error (error, g_steal_pointer (&cause));
			return FALSE;
		}
		account_lost (offer, item, cause->message);
		return TRUE;
	}
	return uid != 0 ? account_present (offer, item, uid, error) : pack (offer, item, error);
}

/* The doubtful: there is something with their keys, so whole messages are compared. */
static gboolean
compare_bodies (ImapOffer *offer, GError **error)
{
	GPtrArray *items = offer->undecided;
	guint doubtful = 0;

	for (guint i = 0; i < items->len; i++)
		doubtful += g_ptr_array_index (items, i) != NULL;
	if (doubtful == 0)
		return TRUE;
	if (!imap_send_drain (offer->window, error))
		return FALSE;
	if (offer->box->bodies == NULL)
		offer->box->bodies = imap_bodies_new ();
	g_mutex_lock (&offer->box->lock);
	g_autoptr (GArray) uids = gather_candidates (offer);
	gboolean ok = imap_bodies_fetch (offer->box->bodies, offer->window->connection, uids,
					 error);
	for (guint i = 0; ok && i < items->len; i++) {
		ImapItem *item = g_steal_pointer (&items->pdata[i]);
		ok = item == NULL || decide (offer, item, error);
	}
	g_mutex_unlock (&offer->box->lock);
	return ok;
}

static gboolean
fail_all (ImapOffer *offer, GError **error)
{
	for (guint i = 0; i < offer->undecided->len; i++) {
		ImapItem *item = g_steal_pointer (&offer->undecided->pdata[i]);
		if (!reject (offer, item, offer->box->refusal, error))
			return FALSE;
	}
	return TRUE;
}

gboolean
imap_offer_next (ImapOffer *offer, ImapBox *box, gboolean *any, gboolean *careful, GError **error)
{
	ImapTaking taking = {
		.limit = offer->window->plus ? BATCH_MESSAGES : BATCH_SHARED,
		.bytes = BATCH_BYTES,
		.busy = offer->ahead != NULL || imap_window_is_busy (offer->window),
	};

	offer->box = box;
	offer->parcel = imap_parcel_new (box);
	g_ptr_array_set_size (offer->undecided, 0);
	imap_work_take_items (offer->window->work, box, &taking, offer->undecided, careful);
	*any = offer->undecided->len > 0;
	g_mutex_lock (&box->lock);
	gboolean ok = box->refusal != NULL ? fail_all (offer, error) : sort_out (offer, error);
	g_mutex_unlock (&box->lock);
	return ok && compare_bodies (offer, error);
}

/* A parcel that waits for our disk keeps nobody waiting, as long as another one is on its way.
 * Where each message waits for a round trip, others may have more use for it. */
gboolean
imap_offer_send (ImapOffer *offer, gboolean more, GError **error)
{
	ImapWindow *window = offer->window;
	gboolean later = more && window->plus && offer->parcel->items->len > 0;

	if (later)
		imap_parcel_begin (offer->parcel, offer->context->journal);
	if (offer->ahead != NULL && !imap_send_parcel (window, offer->ahead, error))
		return FALSE;
	g_clear_pointer (&offer->ahead, imap_parcel_unref);
	if (later) {
		offer->ahead = g_steal_pointer (&offer->parcel);
		return TRUE;
	}
	if (!imap_send_parcel (window, offer->parcel, error))
		return FALSE;
	g_clear_pointer (&offer->parcel, imap_parcel_unref);
	return TRUE;
}

/* What the journal has announced is in doubt, though it may not have been sent. Takes parcel. */
static void
give_back (ImapOffer *offer, ImapParcel *parcel, GPtrArray *parcels)
{
	if (parcel->record == NULL)
		imap_work_return_items (offer->window->work, offer->box, parcel->items);
	if (parcel->record == NULL || g_ptr_array_find (parcels, parcel, NULL))
		imap_parcel_unref (parcel);
	else
		g_ptr_array_add (parcels, parcel);
}

/* The journal may be about to announce it. */
static void
wait_for_announcement (ImapOffer *offer, ImapParcel *parcel)
{
	g_autoptr (GError) unimportant = NULL;

	if (parcel->announcement != NULL)
		(void) imap_parcel_announce (parcel, offer->context->journal, &unimportant);
}

void
imap_offer_return (ImapOffer *offer, GPtrArray *parcels)
{
	ImapParcel *last_first[] = { g_steal_pointer (&offer->parcel),
				     g_steal_pointer (&offer->ahead) };

	for (guint i = 0; i < G_N_ELEMENTS (last_first); i++) {
		if (last_first[i] == NULL)
			continue;
		wait_for_announcement (offer, last_first[i]);
		give_back (offer, last_first[i], parcels);
	}
	imap_work_return_items (offer->window->work, offer->box, offer->undecided);
}
