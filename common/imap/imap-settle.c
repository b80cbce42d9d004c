/* imap-settle.c - what became of messages whose connection was cut off
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-settle.h"

#include <string.h>

#include "base/error.h"
#include "base/stop.h"
#include "imap/imap-parcel.h"

#define SETTLE_MIN_MS  2000
#define SETTLE_MAX_MS  60000
#define SETTLE_POLL_MS 200

/* --- Waiting ---------------------------------------------------------------------------------- */

static void
note_uid_next (const ImapResponse *response, gpointer user_data)
{
	const ImapValue *list = imap_value_at (response->values, 1);

	if (g_strcmp0 (response->name, "STATUS") == 0 && list != NULL)
		(void) imap_value_get_number (imap_value_find (list->items, "UIDNEXT"), user_data);
}

/* Measured by how long this server has taken for an answer at worst. */
gboolean
imap_settle_wait (ImapBox *box, const ImapBoxContext *context, ImapConnection *connection,
		  GError **error)
{
	guint quiet_ms = CLAMP (3 * imap_journal_get_slowest (context->journal), SETTLE_MIN_MS,
				SETTLE_MAX_MS);
	g_autofree char *command = g_strdup_printf ("STATUS %s (UIDNEXT)", box->quoted);
	gint64 start = g_get_monotonic_time ();
	gint64 changed = start;
	guint32 before = 0;

	for (;;) {
		guint32 uid_next = 0;
		g_autoptr (ImapResponse) reply = NULL;
		if (!imap_connection_run (connection, command, note_uid_next, &uid_next, &reply,
					  error))
			return FALSE;
		gint64 now = g_get_monotonic_time ();
		if (uid_next != before)
			changed = now;
		before = uid_next;
		if (reply->status != IMAP_STATUS_OK || now - changed >= 1000 * (gint64) quiet_ms)
			return TRUE;
		if (now - start >= 1000 * (gint64) SETTLE_MAX_MS) {
			report_finding (context->report, REPORT_NOTE, "folder-still-changing", NULL,
					box->folder->path,
					"after %d s; comparing with what is there now",
					SETTLE_MAX_MS / 1000);
			return TRUE;
		}
		if (!stop_sleep (SETTLE_POLL_MS, error))
			return FALSE;
	}
}

/* --- What was acknowledged -------------------------------------------------------------------- */

static void
claim_uids (ImapBox *box, ImapListing *listing, guint32 from, guint *gone)
{
	const GArray *deliveries = box->journal->deliveries;
	g_autoptr (GHashTable) uids = g_hash_table_new (NULL, NULL);

	for (guint i = 0; i < deliveries->len; i++) {
		const ImapDelivery *delivery = &g_array_index (deliveries, ImapDelivery, i);
		/* Several deliveries may share one: the server had it already. */
		if (delivery->uid >= from && delivery->uid != 0 &&
		    delivery->uid_validity == box->uid_validity &&
		    g_hash_table_add (uids, GUINT_TO_POINTER (delivery->uid)) &&
		    !imap_listing_claim_uid (listing, delivery->uid))
			++*gone;
	}
}

/* Those that the server did not tell the UID of, or whose UIDs are void since UIDVALIDITY has
 * changed. */
static gboolean
needs_key (const ImapBox *box, const ImapDelivery *delivery, guint32 from)
{
	gboolean valid = delivery->uid_validity == box->uid_validity;

	return !valid || (delivery->uid == 0 && delivery->uid_next >= from);
}

/* exact: of all deliveries, which are claimed already; NULL: none. */
static void
claim_keys (ImapBox *box, ImapListing *listing, guint32 from, ImapTier tier, const guint8 *exact,
	    guint *gone)
{
	const GArray *deliveries = box->journal->deliveries;

	for (guint i = 0; i < deliveries->len; i++) {
		const ImapDelivery *delivery = &g_array_index (deliveries, ImapDelivery, i);
		if (!needs_key (box, delivery, from) || (exact != NULL && exact[i]))
			continue;
		if (imap_listing_claim (listing, &delivery->entry.key,
					tier != IMAP_TIER_UNKNOWN ? tier : IMAP_TIER_SIZE) == 0)
			++*gone;
	}
}

static void
claim_delivered (ImapBox *box, ImapListing *listing, guint32 from, ImapTier tier, guint *gone)
{
	claim_uids (box, listing, from, gone);
	claim_keys (box, listing, from, tier, NULL, gone);
}

/* --- What was in doubt ------------------------------------------------------------------------ */

/* As long as nobody knows what this server keeps, all tiers are tried, the strictest first. One
 * that keeps sizes may still change some: Courier 5.0 takes bare CRs away. */
static ImapTier
last_tier (ImapTier tier)
{
	switch (tier) {
	case IMAP_TIER_UNKNOWN: return IMAP_TIER_DATE;
	case IMAP_TIER_SIZE: return IMAP_TIER_HEADER;
	default: return tier;
	}
}

static void
claim_batch (const ImapBatch *batch, ImapListing *listing, ImapTier tier, guint32 *uids)
{
	for (guint i = 0; i < batch->count; i++)
		if (batch->fates[i] == IMAP_FATE_OPEN && uids[i] == 0)
			uids[i] = imap_listing_claim (listing, &batch->entries[i].key, tier);
}

/* A parcel of this run: what has arrived is delivered, the rest waits again, in its old order. */
static gboolean
settle_parcel (ImapBox *box, const ImapBoxContext *context, ImapParcel *parcel, const guint32 *uids,
	       GError **error)
{
	for (guint i = parcel->items->len; i-- > 0;) {
		ImapItem *item = g_ptr_array_index (parcel->items, i);
		if (item->settled)
			continue;
		if (uids[i] == 0) {
			parcel->items->pdata[i] = NULL;
			item->cuts++;
			g_queue_push_head (&box->returned, item);
			continue;
		}
		g_autofree char *target = g_strdup_printf ("%u:%u", box->uid_validity, uids[i]);
		item->settled = TRUE;
		box->expected++;
		if (!ledger_emitted (context->ledger, item->message, target, error))
			return FALSE;
	}
	return TRUE;
}

static ImapParcel *
find_parcel (const ImapBox *box, const ImapBatch *batch)
{
	for (guint i = 0; i < box->lost->len; i++) {
		ImapParcel *parcel = g_ptr_array_index (box->lost, i);
		if (parcel->record == batch)
			return parcel;
	}
	return NULL;
}

static int
compare_batches (gconstpointer a, gconstpointer b)
{
	const ImapBatch *left = *(const ImapBatch *const *) a;
	const ImapBatch *right = *(const ImapBatch *const *) b;

	return left->number < right->number ? -1 : left->number > right->number;
}

/* Messages in doubt, and where they are. */
typedef struct {
	ImapBox *box;
	ImapListing *listing;
	guint32 from;
	GPtrArray *batches; /* of ImapBatch, in the order they were sent */
	GPtrArray *found;   /* of guint32[], for each batch; 0: not found */
	guint8 *exact;      /* of all deliveries, which are claimed by content */
} Doubts;

static void
doubts_init (Doubts *doubts, ImapBox *box, ImapListing *listing, guint32 from)
{
	doubts->box = box;
	doubts->listing = listing;
	doubts->from = from;
	doubts->batches = g_ptr_array_copy (box->journal->doubtful, NULL, NULL);
	doubts->found = g_ptr_array_new_with_free_func (g_free);
	doubts->exact = g_new0 (guint8, box->journal->deliveries->len + 1);
	g_ptr_array_sort (doubts->batches, compare_batches);
	for (guint i = 0; i < doubts->batches->len; i++) {
		const ImapBatch *batch = g_ptr_array_index (doubts->batches, i);
		g_ptr_array_add (doubts->found, g_new0 (guint32, batch->count));
	}
}

static void
doubts_clear (Doubts *doubts)
{
	g_ptr_array_unref (doubts->batches);
	g_ptr_array_unref (doubts->found);
	g_free (doubts->exact);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Doubts, doubts_clear)

/* For everything that is claimed by key: where its UID goes, or whether it is found. */
typedef void (*EntryFunc) (const ImapJournalEntry *entry, guint32 *uid, guint8 *exact,
			   gpointer user_data);

static void
foreach_entry (Doubts *doubts, EntryFunc function, gpointer user_data)
{
	const GArray *deliveries = doubts->box->journal->deliveries;

	for (guint i = 0; i < deliveries->len; i++) {
		const ImapDelivery *delivery = &g_array_index (deliveries, ImapDelivery, i);
		if (needs_key (doubts->box, delivery, doubts->from))
			function (&delivery->entry, NULL, &doubts->exact[i], user_data);
	}
	for (guint i = 0; i < doubts->batches->len; i++) {
		const ImapBatch *batch = g_ptr_array_index (doubts->batches, i);
		guint32 *uids = g_ptr_array_index (doubts->found, i);
		for (guint j = 0; j < batch->count; j++)
			if (batch->fates[j] == IMAP_FATE_OPEN)
				function (&batch->entries[j], &uids[j], NULL, user_data);
	}
}

/* Key -> the first entry that has it; and those keys that another message has, too. */
typedef struct {
	ImapTier tier;
	GHashTable *first;
	GHashTable *shared; /* key -> an entry */
} Sharing;

static void
note_key (const ImapJournalEntry *entry, guint32 *uid, guint8 *exact, gpointer user_data)
{
	Sharing *sharing = user_data;
	guint64 number = imap_key_at (&entry->key, sharing->tier);
	const ImapJournalEntry *other = g_hash_table_lookup (sharing->first, &number);

	if (other == NULL)
		g_hash_table_insert (sharing->first, g_memdup2 (&number, sizeof number),
				     (gpointer) entry);
	else if (memcmp (other->l0, entry->l0, DIGEST_SIZE) != 0)
		g_hash_table_insert (sharing->shared, g_memdup2 (&number, sizeof number),
				     (gpointer) entry);
}

static GArray *
find_shared (Doubts *doubts, ImapTier tier)
{
	g_autoptr (GHashTable) first = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
							      NULL);
	g_autoptr (GHashTable) shared = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
							       NULL);
	Sharing sharing = { tier, first, shared };
	GArray *uids = g_array_new (FALSE, FALSE, sizeof (guint32));
	GHashTableIter iter;
	gpointer entry;

	foreach_entry (doubts, note_key, &sharing);
	g_hash_table_iter_init (&iter, shared);
	while (g_hash_table_iter_next (&iter, NULL, &entry)) {
		const ImapKey *key = &((const ImapJournalEntry *) entry)->key;
		g_autoptr (GArray) some = imap_listing_find (doubts->listing, key, tier,
							     G_MAXUINT);
		g_array_append_vals (uids, some->data, some->len);
	}
	return uids;
}

typedef struct {
	ImapListing *listing;
	ImapBodies *bodies;
} Exactly;

static void
claim_exactly (const ImapJournalEntry *entry, guint32 *uid, guint8 *exact, gpointer user_data)
{
	Exactly *exactly = user_data;
	guint32 found;

	do
		found = imap_bodies_take (exactly->bodies, entry->l0);
	while (found != 0 && !imap_listing_claim_uid (exactly->listing, found));
	if (found != 0 && uid != NULL)
		*uid = found;
	if (found != 0 && exact != NULL)
		*exact = TRUE;
}

/* Where messages share size and header, only their bytes tell which of them have arrived: over
 * several connections that need not be the first. */
static gboolean
tell_apart (Doubts *doubts, ImapConnection *connection, ImapTier tier, GError **error)
{
	g_autoptr (ImapBodies) bodies = imap_bodies_new_sent ();
	g_autoptr (GArray) uids = find_shared (doubts, tier);
	Exactly exactly = { doubts->listing, bodies };

	if (uids->len == 0)
		return TRUE;
	if (!imap_bodies_fetch (bodies, connection, uids, error))
		return FALSE;
	foreach_entry (doubts, claim_exactly, &exactly);
	return TRUE;
}

static guint
count_found (const Doubts *doubts, guint *asked)
{
	guint found = 0;

	for (guint i = 0; i < doubts->batches->len; i++) {
		const ImapBatch *batch = g_ptr_array_index (doubts->batches, i);
		const guint32 *uids = g_ptr_array_index (doubts->found, i);
		*asked += batch->open;
		for (guint j = 0; j < batch->count; j++)
			found += uids[j] != 0;
	}
	return found;
}

/* The last first: each puts what is to be sent again before all others. */
static gboolean
resolve (Doubts *doubts, const ImapBoxContext *context, GError **error)
{
	ImapBox *box = doubts->box;
	guint asked = 0;
	guint arrived = count_found (doubts, &asked);

	for (guint i = doubts->batches->len; i-- > 0;) {
		ImapBatch *batch = g_ptr_array_index (doubts->batches, i);
		ImapParcel *parcel = find_parcel (box, batch);
		const guint32 *uids = g_ptr_array_index (doubts->found, i);
		if (!imap_journal_resolve (context->journal, batch, uids, error) ||
		    (parcel != NULL && !settle_parcel (box, context, parcel, uids, error)))
			return FALSE;
	}
	g_ptr_array_set_size (box->lost, 0);
	if (asked > 0)
		report_detail (context->report,
			       "%s: after a cut, of %u messages in doubt %u have arrived",
			       box->folder->path, asked, arrived);
	return TRUE;
}

gboolean
imap_settle_match (ImapBox *box, const ImapBoxContext *context, ImapConnection *connection,
		   ImapListing *listing, guint32 from, guint *gone, GError **error)
{
	ImapTier tier = imap_journal_get_tier (context->journal);
	ImapTier first = tier != IMAP_TIER_UNKNOWN ? tier : IMAP_TIER_SIZE;
	g_auto (Doubts) doubts = { 0 };

	doubts_init (&doubts, box, listing, from);
	claim_uids (box, listing, from, gone);
	if (doubts.batches->len > 0 && !tell_apart (&doubts, connection, first, error))
		return FALSE;
	claim_keys (box, listing, from, tier, doubts.exact, gone);
	for (ImapTier at = first; at <= last_tier (tier); at++)
		for (guint i = 0; i < doubts.batches->len; i++)
			claim_batch (g_ptr_array_index (doubts.batches, i), listing, at,
				     g_ptr_array_index (doubts.found, i));
	return resolve (&doubts, context, error);
}

void
imap_settle_leave (ImapBox *box)
{
	for (guint i = box->lost->len; i-- > 0;) {
		ImapParcel *parcel = g_ptr_array_index (box->lost, i);
		for (guint j = parcel->items->len; j-- > 0;) {
			ImapItem *item = g_ptr_array_index (parcel->items, j);
			if (item->settled)
				continue;
			parcel->items->pdata[j] = NULL;
			g_queue_push_head (&box->returned, item);
		}
	}
	g_ptr_array_set_size (box->lost, 0);
}

/* Where the oldest doubtful batch can have landed. UIDs of another UIDVALIDITY say nothing. */
static guint32
first_doubtful_uid (const ImapBox *box)
{
	guint32 from = G_MAXUINT32;

	for (guint i = 0; i < box->journal->doubtful->len; i++) {
		const ImapBatch *batch = g_ptr_array_index (box->journal->doubtful, i);
		from = MIN (from, batch->uid_validity == box->uid_validity ? batch->uid_next : 1);
	}
	return MAX (from, 1);
}

gboolean
imap_settle_find (ImapBox *box, const ImapBoxContext *context, ImapConnection *connection,
		  GError **error)
{
	guint gone = 0;

	if (box->journal->doubtful->len == 0)
		return TRUE;
	guint32 from = first_doubtful_uid (box);
	/* UIDNEXT says that nothing has come; a server that tells none said 1. */
	gboolean nothing = box->exists == 0 || (box->uid_next > 1 && box->uid_next <= from);
	g_autoptr (ImapListing) listing = nothing ? imap_listing_new_empty ()
						  : imap_listing_new (connection, from, error);
	if (listing == NULL)
		return FALSE;
	return imap_settle_match (box, context, connection, listing, from, &gone, error);
}

/* --- What has come too late ------------------------------------------------------------------- */

gboolean
imap_settle_is_suspect (const ImapBox *box)
{
	return box->opened && box->refusal == NULL && box->journal->suspect != 0;
}

/* Unclaimed messages that look like one we delivered. twins: the UIDs of those, as far as known. */
static GArray *
find_surplus (ImapBox *box, ImapListing *listing, guint32 from, ImapTier tier, GArray *twins)
{
	const GArray *deliveries = box->journal->deliveries;
	g_autoptr (GArray) unclaimed = imap_listing_get_unclaimed (listing);
	g_autoptr (GHashTable) ours = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
							     NULL);
	GArray *surplus = g_array_new (FALSE, FALSE, sizeof (guint32));

	for (guint i = 0; unclaimed->len > 0 && i < deliveries->len; i++) {
		const ImapDelivery *delivery = &g_array_index (deliveries, ImapDelivery, i);
		guint64 key = imap_key_at (&delivery->entry.key, tier);
		gboolean valid = delivery->uid_validity == box->uid_validity;
		if (!valid || delivery->uid_next >= from || delivery->uid >= from)
			g_hash_table_replace (ours, g_memdup2 (&key, sizeof key),
					      GUINT_TO_POINTER (valid ? delivery->uid : 0));
	}
	for (guint i = 0; i < unclaimed->len; i++) {
		guint32 uid = g_array_index (unclaimed, guint32, i);
		guint64 key = imap_key_at (imap_listing_get_key (listing, uid), tier);
		gpointer twin = NULL;
		if (!g_hash_table_lookup_extended (ours, &key, NULL, &twin))
			continue;
		guint32 twin_uid = GPOINTER_TO_UINT (twin);
		g_array_append_val (surplus, uid);
		g_array_append_val (twins, twin_uid);
	}
	return surplus;
}

/* Only with the very content of one that is ours, and only by UID: EXPUNGE alone would take along
 * what the user has marked. RFC 4315, 2.1. */
static gboolean
remove_surplus (ImapConnection *connection, const GArray *surplus, const GArray *twins,
		guint *removed, GError **error)
{
	g_autoptr (ImapBodies) bodies = imap_bodies_new ();

	*removed = 0;
	if (!imap_bodies_fetch (bodies, connection, surplus, error) ||
	    !imap_bodies_fetch (bodies, connection, twins, error))
		return FALSE;
	for (guint i = 0; i < surplus->len; i++) {
		guint32 uid = g_array_index (surplus, guint32, i);
		const guint8 *left = imap_bodies_get (bodies, uid);
		const guint8 *right = imap_bodies_get (bodies, g_array_index (twins, guint32, i));
		g_autofree char *mark = g_strdup_printf ("UID STORE %u +FLAGS.SILENT (\\Deleted)",
							 uid);
		g_autofree char *expunge = g_strdup_printf ("UID EXPUNGE %u", uid);
		if (left == NULL || right == NULL || memcmp (left, right, DIGEST_SIZE) != 0)
			continue;
		if (!imap_connection_must (connection, mark, NULL, NULL, error) ||
		    !imap_connection_must (connection, expunge, NULL, NULL, error))
			return FALSE;
		++*removed;
	}
	return TRUE;
}

static gboolean
tell_surplus (ImapBox *box, const ImapBoxContext *context, ImapConnection *connection,
	      const GArray *surplus, const GArray *twins, GError **error)
{
	gboolean can = imap_connection_has (connection, "UIDPLUS");
	guint removed = 0;

	if (context->dedupe_own && can &&
	    !remove_surplus (connection, surplus, twins, &removed, error))
		return FALSE;
	if (removed > 0)
		report_finding (context->report, REPORT_NOTE, "surplus-removed", NULL,
				box->folder->path,
				"%u messages had arrived twice after a cut: the second ones are "
				"removed",
				removed);
	if (removed < surplus->len)
		report_finding (context->report, REPORT_TROUBLE, "surplus", NULL, box->folder->path,
				"%u messages more than were sent, stored late after a cut; the "
				"first has UID %u; %s",
				surplus->len - removed, g_array_index (surplus, guint32, 0),
				can ? "--dedupe-own removes them"
				    : "remove them by hand, for the server cannot (UIDPLUS)");
	return TRUE;
}

gboolean
imap_settle_check (ImapBox *box, const ImapBoxContext *context, ImapConnection *connection,
		   GError **error)
{
	ImapTier tier = imap_journal_get_tier (context->journal);
	g_autoptr (GArray) twins = g_array_new (FALSE, FALSE, sizeof (guint32));
	guint32 from = box->journal->suspect;
	guint gone = 0;

	if (tier == IMAP_TIER_UNKNOWN)
		tier = IMAP_TIER_SIZE;
	g_autoptr (ImapListing) listing = imap_listing_new (connection, from, error);
	if (listing == NULL)
		return FALSE;
	claim_delivered (box, listing, from, tier, &gone);
	g_autoptr (GArray) surplus = find_surplus (box, listing, from, tier, twins);
	if (surplus->len > 0 && !tell_surplus (box, context, connection, surplus, twins, error))
		return FALSE;
	/* Once said is enough, but what can be removed later is looked for again. */
	return (surplus->len > 0 && !context->dedupe_own) ||
	       imap_journal_checked (context->journal, box->journal, error);
}
