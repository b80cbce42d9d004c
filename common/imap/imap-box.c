/* imap-box.c - one mailbox to upload into: what it accepts, and what of the source is there already
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-box.h"

#include <string.h>

#include "base/error.h"
#include "base/stop.h"
#include "imap/imap-key.h"

#define SETTLE_MIN_MS  2000
#define SETTLE_MAX_MS  60000
#define SETTLE_POLL_MS 200

/* A message at the server that nobody has claimed yet. */
typedef struct {
	guint64 key;
	guint32 uid;
} Existing;

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
	box->seen = g_hash_table_new_full (g_bytes_hash, g_bytes_equal,
					   (GDestroyNotify) g_bytes_unref, NULL);
	return box;
}

static void
forget_existing (ImapBox *box)
{
	g_clear_pointer (&box->by_key, g_hash_table_unref);
	g_clear_pointer (&box->existing, g_array_unref);
}

void
imap_box_free (ImapBox *box)
{
	if (box == NULL)
		return;
	forget_existing (box);
	g_hash_table_unref (box->keywords);
	g_hash_table_unref (box->seen);
	folder_unref (box->folder);
	folder_unref (box->target);
	g_free (box->refusal);
	g_free (box->quoted);
	g_free (box->mailbox);
	g_free (box);
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
note_state (const ImapResponse *response, gpointer user_data)
{
	ImapBox *box = user_data;

	if (response->has_number && g_strcmp0 (response->name, "EXISTS") == 0)
		box->exists = response->number;
	if (imap_response_has_code (response, "UIDVALIDITY"))
		(void) imap_value_get_number (imap_value_at (response->code, 1),
					      &box->uid_validity);
	if (imap_response_has_code (response, "UIDNEXT"))
		(void) imap_value_get_number (imap_value_at (response->code, 1), &box->uid_next);
	if (imap_response_has_code (response, "PERMANENTFLAGS"))
		note_permanent_flags (box, imap_value_at (response->code, 1));
}

static gboolean
select_box (ImapBox *box, const ImapBoxContext *context, GError **error)
{
	g_autofree char *command =
		g_strconcat (context->dry_run ? "EXAMINE " : "SELECT ", box->quoted, NULL);
	g_autoptr (ImapResponse) reply = NULL;

	box->uid_next = 1; /* unless the server says better, everything may be ours */
	expect_all_flags (box);
	if (!imap_connection_run (context->connection, command, note_state, box, &reply, error))
		return FALSE;
	if (context->dry_run)
		expect_all_flags (box); /* a mailbox that is only looked at keeps none */
	if (reply->status != IMAP_STATUS_OK)
		box->refusal = g_strdup_printf ("the server does not open the folder: %s",
						reply->text);
	return TRUE;
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
create_box (ImapBox *box, const ImapBoxContext *context, GError **error)
{
	gboolean name_refused = TRUE;

	if (imap_folders_exists (context->folders, box->mailbox) ||
	    strcmp (box->mailbox, "INBOX") == 0)
		return TRUE;
	box->is_new = TRUE;
	while (!context->dry_run) {
		g_autoptr (GError) refusal = NULL;
		if (imap_folders_create (context->folders, context->connection, box->mailbox,
					 box->target, &name_refused, &refusal))
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
		report_finding (context->report, REPORT_NOTE, "folder-renamed", NULL,
				box->folder->path, "goes to %s: %s", other, refusal->message);
		rename_box (box, context, other);
	}
	return TRUE;
}

/* --- Waiting until a session that was cut off has done its work ------------------------------- */

static void
note_uid_next (const ImapResponse *response, gpointer user_data)
{
	const ImapValue *list = imap_value_at (response->values, 1);

	if (g_strcmp0 (response->name, "STATUS") == 0 && list != NULL)
		(void) imap_value_get_number (imap_value_find (list->items, "UIDNEXT"), user_data);
}

/* The old session may still be storing what it had received. It has settled when UIDNEXT stays the
 * same for a good while, measured by how long this server has taken for an answer at worst. */
static gboolean
settle (ImapBox *box, const ImapBoxContext *context, GError **error)
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
		if (!imap_connection_run (context->connection, command, note_uid_next, &uid_next,
					  &reply, error))
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
		g_usleep (1000 * SETTLE_POLL_MS);
		if (!stop_check (error))
			return FALSE;
	}
}

/* --- What is there ---------------------------------------------------------------------------- */

typedef struct {
	GArray *existing;
	guint32 from;
} Listing;

static const ImapValue *
find_header (const GPtrArray *items)
{
	for (guint i = 0; items != NULL && i + 1 < items->len; i += 2) {
		const ImapValue *name = g_ptr_array_index (items, i);
		if (name->type == IMAP_VALUE_ATOM && g_str_has_prefix (name->text, IMAP_KEY_FIELDS))
			return g_ptr_array_index (items, i + 1);
	}
	return NULL;
}

static void
note_existing (const ImapResponse *response, gpointer user_data)
{
	Listing *listing = user_data;
	const ImapValue *list = imap_value_at (response->values, 0);
	const GPtrArray *items = list != NULL ? list->items : NULL;
	const ImapValue *header = find_header (items);
	guint32 size = 0;
	Existing existing;

	/* RFC 3501: "42:*" names the last message even if that has a lower UID. */
	if (g_strcmp0 (response->name, "FETCH") != 0 || header == NULL ||
	    !imap_value_get_number (imap_value_find (items, "UID"), &existing.uid) ||
	    !imap_value_get_number (imap_value_find (items, "RFC822.SIZE"), &size) ||
	    existing.uid < listing->from)
		return;
	const guint8 *data = header->spool != NULL
				     ? spool_peek (header->spool)
				     : (const guint8 *) (header->text != NULL ? header->text : "");
	gsize length = header->spool != NULL ? (gsize) spool_get_size (header->spool)
					     : strlen ((const char *) data);
	if (data == NULL)
		return; /* five fields that do not fit into memory: none of ours */
	g_autofree guint8 *copy = g_memdup2 (data, length);
	existing.key = imap_key_new (copy, length, size);
	g_array_append_val (listing->existing, existing);
}

static int
compare_existing (gconstpointer a, gconstpointer b)
{
	const Existing *left = a;
	const Existing *right = b;

	if (left->key != right->key)
		return left->key < right->key ? -1 : 1;
	return left->uid < right->uid ? -1 : left->uid > right->uid;
}

static gboolean
list_existing (ImapBox *box, const ImapBoxContext *context, guint32 from, GError **error)
{
	g_autofree char *command = g_strdup_printf ("UID FETCH %u:* (UID " IMAP_KEY_ITEMS ")",
						    from);
	Listing listing = { .from = from };

	box->existing = g_array_new (FALSE, FALSE, sizeof (Existing));
	box->by_key = g_hash_table_new (g_int64_hash, g_int64_equal);
	if (box->exists == 0)
		return TRUE;
	listing.existing = box->existing;
	if (!imap_connection_must (context->connection, command, note_existing, &listing, error))
		return FALSE;
	return TRUE;
}

static void
index_existing (ImapBox *box)
{
	g_array_sort (box->existing, compare_existing);
	for (guint i = box->existing->len; i > 0; i--) {
		Existing *existing = &g_array_index (box->existing, Existing, i - 1);
		g_hash_table_replace (box->by_key, &existing->key, GUINT_TO_POINTER (i - 1));
	}
}

/* One message with that key, which then counts no more; its UID, or 0 if there is none (left). */
static guint32
claim (ImapBox *box, guint64 key)
{
	gpointer value = NULL;

	if (box->by_key == NULL || !g_hash_table_lookup_extended (box->by_key, &key, NULL, &value))
		return 0;
	guint index = GPOINTER_TO_UINT (value);
	Existing *existing = &g_array_index (box->existing, Existing, index);
	if (index + 1 < box->existing->len && existing[1].key == key)
		g_hash_table_replace (box->by_key, &existing[1].key, GUINT_TO_POINTER (index + 1));
	else
		g_hash_table_remove (box->by_key, &key);
	return existing->uid;
}

/* --- What of it is ours ----------------------------------------------------------------------- */

/* Takes deliveries with known UIDs out of the list; *gone counts those that are not in it. */
static void
remove_by_uid (ImapBox *box, guint32 from, guint *gone)
{
	const GArray *deliveries = box->journal->deliveries;
	g_autoptr (GHashTable) uids = g_hash_table_new (NULL, NULL);
	guint kept = 0;

	for (guint i = 0; i < deliveries->len; i++) {
		const ImapDelivery *delivery = &g_array_index (deliveries, ImapDelivery, i);
		if (delivery->uid >= from && delivery->uid != 0 &&
		    delivery->uid_validity == box->uid_validity)
			g_hash_table_add (uids, GUINT_TO_POINTER (delivery->uid));
	}
	for (guint i = 0; i < box->existing->len; i++) {
		Existing existing = g_array_index (box->existing, Existing, i);
		if (!g_hash_table_remove (uids, GUINT_TO_POINTER (existing.uid)))
			g_array_index (box->existing, Existing, kept++) = existing;
	}
	g_array_set_size (box->existing, kept);
	*gone += g_hash_table_size (uids);
}

/* The same for those the server did not tell the UID of, or whose UIDs are void since UIDVALIDITY
 * has changed. */
static void
remove_by_key (ImapBox *box, guint32 from, guint *gone)
{
	const GArray *deliveries = box->journal->deliveries;

	for (guint i = 0; i < deliveries->len; i++) {
		const ImapDelivery *delivery = &g_array_index (deliveries, ImapDelivery, i);
		gboolean valid = delivery->uid_validity == box->uid_validity;
		if ((valid && delivery->uid != 0) || (valid && delivery->uid_next < from))
			continue;
		if (claim (box, delivery->entry.key) == 0)
			++*gone;
	}
}

static gboolean
resolve_doubtful (ImapBox *box, const ImapBoxContext *context, GError **error)
{
	guint found = 0;
	guint asked = 0;

	while (box->journal->doubtful->len > 0) {
		ImapBatch *batch = g_ptr_array_index (box->journal->doubtful, 0);
		g_autofree guint32 *uids = g_new0 (guint32, batch->count);
		for (guint i = 0; i < batch->count; i++) {
			if (batch->fates[i] != IMAP_FATE_OPEN)
				continue;
			uids[i] = claim (box, batch->entries[i].key);
			asked++;
			found += uids[i] != 0;
		}
		if (!imap_journal_resolve (context->journal, batch, uids, error))
			return FALSE;
	}
	if (asked > 0)
		report_detail (
			context->report,
			"%s: an earlier run was cut off: of %u messages in doubt %u have arrived",
			box->folder->path, asked, found);
	return TRUE;
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

static gboolean
compare (ImapBox *box, const ImapBoxContext *context, GError **error)
{
	gboolean whole = context->forget || box->journal->compared != box->uid_validity ||
			 box->uid_validity == 0;
	gboolean doubtful = box->journal->doubtful->len > 0;
	guint32 from = whole ? 1 : first_doubtful_uid (box);
	guint deliveries = box->journal->deliveries->len;
	guint gone = 0;

	if (!whole)
		say_gone (box, context, deliveries > box->exists ? deliveries - box->exists : 0);
	if (!whole && !doubtful)
		return TRUE;
	if (!list_existing (box, context, from, error))
		return FALSE;
	remove_by_uid (box, from, &gone);
	index_existing (box);
	remove_by_key (box, from, &gone);
	if (!resolve_doubtful (box, context, error))
		return FALSE;
	if (whole)
		say_gone (box, context, gone);
	else
		forget_existing (box);
	/* Of an empty mailbox there is nothing to remember after a cut. */
	return box->exists > 0 || context->dry_run ||
	       imap_journal_compared (context->journal, box->journal, box->uid_validity, error);
}

gboolean
imap_box_open (ImapBox *box, const ImapBoxContext *context, GError **error)
{
	if (box->opened)
		return TRUE;
	box->opened = TRUE;
	if (box->journal->doubtful->len > 0 && !context->dry_run && !settle (box, context, error))
		return FALSE;
	if (!create_box (box, context, error))
		return FALSE;
	if (box->refusal != NULL || (box->is_new && context->dry_run))
		return TRUE;
	if (!select_box (box, context, error))
		return FALSE;
	return box->refusal != NULL || compare (box, context, error);
}

gboolean
imap_box_has (ImapBox *box, const ImapBoxContext *context, const ImapJournalEntry *entry,
	      guint32 *uid, gboolean *has, GError **error)
{
	GBytes *l0 = g_bytes_new (entry->l0, DIGEST_SIZE);
	guint occurrence = 1 + GPOINTER_TO_UINT (g_hash_table_lookup (box->seen, l0));

	g_hash_table_replace (box->seen, l0, GUINT_TO_POINTER (occurrence));
	*uid = 0;
	*has = occurrence <= imap_journal_count_delivered (box->journal, entry->l0);
	if (*has)
		return TRUE;
	*uid = claim (box, entry->key);
	*has = *uid != 0;
	return !*has || context->dry_run ||
	       imap_journal_found (context->journal, box->journal, box->uid_validity, *uid, entry,
				   error);
}
