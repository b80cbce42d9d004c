/* imap-box.c - one mailbox to upload into: what it accepts, and what of the source is there already
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-box.h"

#include <string.h>

#include "base/error.h"
#include "base/stop.h"
#include "imap/imap-parcel.h"
#include "imap/imap-refusal.h"
#include "imap/imap-settle.h"

/* Some servers count what they have stored only a little later. */
#define COUNT_TRIES    10
#define COUNT_PAUSE_MS 200

/* RFC 3501, 6.3.1: a server that does not speak of permanent flags keeps all. */
static void
expect_all_flags (ImapBox *box)
{
	box->flags = (MessageFlags) ~0;
	box->any_keyword = TRUE;
}

ImapBox *
imap_box_new (char *mailbox, Folder *folder, Folder *target, ImapJournalBox *journal)
{
	ImapBox *box = g_new0 (ImapBox, 1);

	box->mailbox = mailbox;
	box->quoted = imap_quote (mailbox);
	box->folder = folder_ref (folder);
	box->target = folder_ref (target);
	box->journal = journal;
	box->keywords = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	expect_all_flags (box);
	box->seen = g_hash_table_new_full (digest_hash, digest_equal, g_free, NULL);
	g_queue_init (&box->waiting);
	g_queue_init (&box->returned);
	g_mutex_init (&box->lock);
	box->lost = g_ptr_array_new_with_free_func ((GDestroyNotify) imap_parcel_unref);
	return box;
}

void
imap_box_free (ImapBox *box)
{
	if (box == NULL)
		return;
	g_queue_clear_full (&box->waiting, (GDestroyNotify) imap_item_free);
	g_queue_clear_full (&box->returned, (GDestroyNotify) imap_item_free);
	g_ptr_array_unref (box->lost);
	g_mutex_clear (&box->lock);
	imap_listing_free (box->listing);
	imap_bodies_free (box->bodies);
	g_hash_table_unref (box->keywords);
	g_hash_table_unref (box->seen);
	folder_unref (box->folder);
	folder_unref (box->target);
	g_free (box->refusal);
	g_free (box->quoted);
	g_free (box->mailbox);
	g_free (box);
}

void
imap_box_refuse (ImapBox *box, Report *report, const char *reason, gboolean gone)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&box->lock);

	if (box->refusal != NULL)
		return;
	box->refusal = g_strdup (reason);
	report_finding (report, REPORT_TROUBLE, "folder-refused", NULL, box->folder->path, "%s; %s",
			reason,
			gone ? "it was there a moment ago: run it again, and the folder is made "
			       "anew"
			     : "--map puts its mail into another one");
}

/* --- SELECT ----------------------------------------------------------------------------------- */

static void
note_permanent_flags (ImapBox *box, const ImapValue *list)
{
	box->flags = 0;
	box->any_keyword = FALSE;
	for (guint i = 0; list != NULL && list->items != NULL && i < list->items->len; i++) {
		const ImapValue *flag = g_ptr_array_index (list->items, i);
		if (flag->type != IMAP_VALUE_ATOM)
			continue;
		box->flags |= message_flag_from_imap (flag->text);
		if (strcmp (flag->text, "\\*") == 0)
			box->any_keyword = TRUE;
		else if (flag->text[0] != '\\')
			g_hash_table_add (box->keywords, g_ascii_strdown (flag->text, -1));
	}
}

static void
note_exists (const ImapResponse *response, gpointer user_data)
{
	ImapBox *box = user_data;

	if (response->has_number && g_strcmp0 (response->name, "EXISTS") == 0)
		box->exists = response->number;
}

static void
note_state (const ImapResponse *response, gpointer user_data)
{
	ImapBox *box = user_data;

	note_exists (response, box);
	if (imap_response_has_code (response, "UIDVALIDITY"))
		(void) imap_value_get_number (imap_value_at (response->code, 1),
					      &box->uid_validity);
	if (imap_response_has_code (response, "UIDNEXT"))
		(void) imap_value_get_number (imap_value_at (response->code, 1), &box->uid_next);
	if (imap_response_has_code (response, "PERMANENTFLAGS"))
		note_permanent_flags (box, imap_value_at (response->code, 1));
}

static gboolean
select_box (ImapBox *box, const ImapBoxContext *context, ImapConnection *connection, GError **error)
{
	g_autofree char *command = g_strconcat (context->dry_run ? "EXAMINE " : "SELECT ",
						box->quoted, NULL);
	g_autoptr (ImapResponse) reply = NULL;

	box->uid_next = 1; /* unless the server says better, everything may be ours */
	expect_all_flags (box);
	if (!imap_connection_run (connection, command, note_state, box, &reply, error))
		return FALSE;
	if (context->dry_run)
		expect_all_flags (box); /* a mailbox that is only looked at keeps none */
	box->is_read_only = imap_response_has_code (reply, "READ-ONLY");
	if (reply->status == IMAP_STATUS_OK)
		return TRUE;
	if (imap_refusal_classify (reply) == IMAP_REFUSAL_TEMPORARY)
		return imap_connection_refused (connection, reply, command, error);
	/* Most servers hang up when somebody deletes the mailbox that is open. */
	g_autofree char *reason = g_strdup_printf ("the server does not open the folder: %s",
						   reply->text);
	imap_box_refuse (box, context->report, reason, box->opened);
	return TRUE;
}

gboolean
imap_box_join (const ImapBox *box, ImapConnection *connection, GError **error)
{
	g_autofree char *command = g_strconcat ("SELECT ", box->quoted, NULL);

	return imap_connection_must (connection, command, NULL, NULL, error);
}

/* Takes mailbox. */
static void
rename_box (ImapBox *box, const ImapBoxContext *context, char *mailbox)
{
	g_free (box->mailbox);
	g_free (box->quoted);
	box->mailbox = mailbox;
	box->quoted = imap_quote (mailbox);
	box->journal = imap_journal_get_box (context->journal, mailbox);
}

/* Under the first name that the server takes. */
static gboolean
create_box (ImapBox *box, const ImapBoxContext *context, ImapConnection *connection, GError **error)
{
	gboolean name_refused = TRUE;

	if (imap_folders_exists (context->folders, box->mailbox) ||
	    strcmp (box->mailbox, "INBOX") == 0)
		return TRUE;
	box->is_new = TRUE;
	while (!context->dry_run) {
		g_autoptr (GError) refusal = NULL;
		if (imap_folders_create (context->folders, connection, box->mailbox, box->target,
					 &name_refused, &refusal))
			break;
		if (!g_error_matches (refusal, MESSAGE_ERROR, MESSAGE_ERROR_MESSAGE)) {
			g_propagate_error (error, g_steal_pointer (&refusal));
			return FALSE;
		}
		char *other = name_refused
				      ? imap_folders_get_other_mailbox (context->folders,
									box->target, box->mailbox)
				      : NULL;
		if (other == NULL) {
			box->refusal = g_strdup (refusal->message);
			return TRUE;
		}
		g_autofree char *shown = imap_name_show (other);
		report_finding (context->report, REPORT_NOTE, "folder-renamed", NULL,
				box->folder->path, "goes to %s: %s", shown, refusal->message);
		rename_box (box, context, other);
	}
	return TRUE;
}

/* --- What is there ---------------------------------------------------------------------------- */

static void
say_gone (ImapBox *box, const ImapBoxContext *context, guint gone)
{
	if (gone > 0)
		report_finding (
			context->report, REPORT_TROUBLE, "gone-since-delivery", NULL,
			box->folder->path,
			"%u of %u messages that were delivered earlier are no longer there; "
			"mbox-verify --missing finds out which, --again sends them once more",
			gone, box->journal->deliveries->len);
}

/* How many messages the deliveries must have made. A server that drops copies of what it has
 * (Gmail) gives several the same UID. */
static guint
count_distinct (const ImapBox *box)
{
	const GArray *deliveries = box->journal->deliveries;
	g_autoptr (GHashTable) uids = g_hash_table_new (NULL, NULL);
	guint unknown = 0;

	for (guint i = 0; i < deliveries->len; i++) {
		const ImapDelivery *delivery = &g_array_index (deliveries, ImapDelivery, i);
		if (delivery->uid != 0 && delivery->uid_validity == box->uid_validity)
			g_hash_table_add (uids, GUINT_TO_POINTER (delivery->uid));
		else
			unknown++;
	}
	return g_hash_table_size (uids) + unknown;
}

/* Everything that was there before us, without what we have delivered ourselves. */
static gboolean
compare_whole (ImapBox *box, const ImapBoxContext *context, ImapConnection *connection,
	       GError **error)
{
	guint gone = 0;

	g_clear_pointer (&box->listing, imap_listing_free);
	g_clear_pointer (&box->bodies, imap_bodies_free); /* their UIDs may be void */
	box->listing = box->exists > 0 ? imap_listing_new (connection, 1, error)
				       : imap_listing_new_empty ();
	if (box->listing == NULL)
		return FALSE;
	if (!imap_settle_match (box, context, connection, box->listing, 1, &gone, error))
		return FALSE;
	say_gone (box, context, gone);
	return TRUE;
}

static gboolean
compare (ImapBox *box, const ImapBoxContext *context, ImapConnection *connection, GError **error)
{
	gboolean whole = context->forget || box->journal->compared != box->uid_validity ||
			 box->uid_validity == 0;
	guint deliveries = whole ? 0 : count_distinct (box);

	if (deliveries > box->exists)
		say_gone (box, context, deliveries - box->exists);
	if (whole && !compare_whole (box, context, connection, error))
		return FALSE;
	if (!whole && !imap_settle_find (box, context, connection, error))
		return FALSE;
	/* Of an empty mailbox there is nothing to remember after a cut. */
	return box->exists > 0 || context->dry_run ||
	       imap_journal_compared (context->journal, box->journal, box->uid_validity, error);
}

gboolean
imap_box_needs_opening (const ImapBox *box)
{
	return !box->opened || box->lost->len > 0;
}

static gboolean
open_box (ImapBox *box, const ImapBoxContext *context, ImapConnection *connection, GError **error)
{
	guint32 before = box->uid_validity;

	if (box->refusal != NULL)
		return TRUE;
	if (box->journal->doubtful->len > 0 && !context->dry_run &&
	    !imap_settle_wait (box, context, connection, error))
		return FALSE;
	if (!box->opened && !create_box (box, context, connection, error))
		return FALSE;
	if (box->refusal != NULL || (box->is_new && context->dry_run)) {
		box->opened = TRUE;
		return TRUE;
	}
	if (!select_box (box, context, connection, error))
		return FALSE;
	if (box->refusal == NULL) {
		/* The second time only what was cut off is of interest, unless the UIDs are void.
		 * */
		gboolean again = box->opened && box->uid_validity == before;
		if (again ? !imap_settle_find (box, context, connection, error)
			  : !compare (box, context, connection, error))
			return FALSE;
		if (!again)
			box->expected = box->exists;
	}
	box->opened = TRUE;
	return TRUE;
}

gboolean
imap_box_open (ImapBox *box, const ImapBoxContext *context, ImapConnection *connection,
	       GError **error)
{
	if (!open_box (box, context, connection, error))
		return FALSE;
	/* It may have been deleted meanwhile: who waits for an answer about it waits for ever. */
	if (box->refusal != NULL)
		imap_settle_leave (box);
	return TRUE;
}

/* --- Is everything there? --------------------------------------------------------------------- */

static guint64
count_missing (const ImapBox *box)
{
	guint64 there = (guint64) box->exists + MIN (box->copies, box->untold);

	return box->expected > there ? box->expected - there : 0;
}

gboolean
imap_box_is_short (const ImapBox *box)
{
	return box->refusal == NULL && count_missing (box) > 0;
}

/* By selecting it anew: for STATUS, Courier 5.0 counts what a session has seen already. */

gboolean
imap_box_count (ImapBox *box, const ImapBoxContext *context, ImapConnection *connection,
		GError **error)
{
	g_autofree char *command = g_strconcat ("SELECT ", box->quoted, NULL);

	for (guint try = 0; try < COUNT_TRIES && imap_box_is_short (box); try++) {
		g_autoptr (ImapResponse) reply = NULL;
		if (try > 0 && !stop_sleep (COUNT_PAUSE_MS, error))
			return FALSE;
		if (!imap_connection_run (connection, command, note_exists, box, &reply, error))
			return FALSE;
		if (reply->status != IMAP_STATUS_OK)
			return TRUE;
	}
	if (imap_box_is_short (box))
		report_finding (context->report, REPORT_TROUBLE, "fewer-than-stored", NULL,
				box->folder->path,
				"of the messages that the server said it had stored, "
				"%" G_GUINT64_FORMAT " are not there; mbox-verify --missing finds "
				"out which, --again sends them once more",
				count_missing (box));
	return TRUE;
}

/* --- One message ------------------------------------------------------------------------------ */

static ImapTier
tier_of (const ImapBoxContext *context)
{
	ImapTier tier = imap_journal_get_tier (context->journal);

	return tier != IMAP_TIER_UNKNOWN ? tier : IMAP_TIER_SIZE;
}

/* By what the candidates are found whose content is compared: a server that keeps sizes may still
 * change some, as Dovecot 2.3 does where CR CR LF ends a line. */
static ImapTier
tier_to_compare (ImapBox *box, const ImapBoxContext *context, const ImapJournalEntry *entry)
{
	ImapTier tier = tier_of (context);

	return tier == IMAP_TIER_SIZE && !imap_listing_has (box->listing, &entry->key, tier)
		       ? IMAP_TIER_HEADER
		       : tier;
}

static gboolean
note_found (ImapBox *box, const ImapBoxContext *context, const ImapJournalEntry *entry, guint32 uid,
	    GError **error)
{
	return context->dry_run || imap_journal_found (context->journal, box->journal,
						       box->uid_validity, uid, entry, error);
}

/* A dry run only counts how many that option would spare. */
static guint32
look_for_similar (ImapBox *box, const ImapBoxContext *context, const ImapJournalEntry *entry,
		  ImapBoxState *state)
{
	guint32 uid = imap_listing_claim (box->listing, &entry->key, IMAP_TIER_SIMILAR);

	if (uid == 0)
		return 0;
	box->similar++;
	if (!context->similar)
		return 0;
	*state = IMAP_BOX_SIMILAR;
	return uid;
}

gboolean
imap_box_look_up (ImapBox *box, const ImapBoxContext *context, const ImapJournalEntry *entry,
		  ImapBoxState *state, guint32 *uid, GError **error)
{
	guint occurrence = 1 + GPOINTER_TO_UINT (g_hash_table_lookup (box->seen, entry->l0));

	g_hash_table_replace (box->seen, g_memdup2 (entry->l0, DIGEST_SIZE),
			      GUINT_TO_POINTER (occurrence));
	box->copies += occurrence > 1;
	*uid = 0;
	*state = IMAP_BOX_PRESENT;
	if (occurrence <= imap_journal_count_delivered (context->journal, box->journal, entry->l0))
		return TRUE;
	*state = IMAP_BOX_NEW;
	if (box->listing == NULL)
		return TRUE;
	if (!context->similar && !context->dry_run &&
	    imap_listing_has (box->listing, &entry->key,
			      tier_to_compare (box, context, entry))) {
		*state = IMAP_BOX_DOUBTFUL;
		return TRUE;
	}
	/* A dry run fetches nothing large: it goes by the key. */
	*uid = imap_listing_claim (box->listing, &entry->key, tier_of (context));
	if (*uid != 0)
		*state = IMAP_BOX_PRESENT;
	else if (context->similar || context->dry_run)
		*uid = look_for_similar (box, context, entry, state);
	return *uid == 0 || note_found (box, context, entry, *uid, error);
}

/* Messages of the same size and header are asked for once, however many look for them: those that
 * are known are not fetched again. */
GArray *
imap_box_get_candidates (ImapBox *box, const ImapBoxContext *context, GHashTable *asked,
			 const ImapJournalEntry *entry)
{
	ImapTier tier = tier_to_compare (box, context, entry);
	guint64 number = imap_key_at (&entry->key, tier);

	if (!g_hash_table_add (asked, g_memdup2 (&number, sizeof number)))
		return g_array_new (FALSE, FALSE, sizeof (guint32));
	return imap_listing_find (box->listing, &entry->key, tier, G_MAXUINT);
}

gboolean
imap_box_compare (ImapBox *box, const ImapBoxContext *context, const ImapJournalEntry *entry,
		  MessageContent *content, guint32 *uid, GError **error)
{
	guint8 digest[DIGEST_SIZE];

	*uid = 0;
	if (!imap_bodies_digest (content, digest, error))
		return FALSE;
	do
		*uid = imap_bodies_take (box->bodies, digest);
	while (*uid != 0 && !imap_listing_claim_uid (box->listing, *uid));
	return *uid == 0 || note_found (box, context, entry, *uid, error);
}
