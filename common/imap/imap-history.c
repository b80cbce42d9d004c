/* imap-history.c - what has been sent to an account, mailbox by mailbox, and what became of it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-history.h"

static void
batch_free (gpointer data)
{
	ImapBatch *batch = data;

	g_free (batch->entries);
	g_free (batch->fates);
	g_free (batch);
}

static void
box_free (gpointer data)
{
	ImapJournalBox *box = data;

	g_free (box->mailbox);
	g_hash_table_unref (box->counts);
	g_array_unref (box->deliveries);
	g_ptr_array_unref (box->doubtful);
	g_free (box);
}

void
imap_history_init (ImapHistory *history)
{
	*history = (ImapHistory){ .next_batch = 1 };
	history->boxes = g_ptr_array_new_with_free_func (box_free);
	history->by_name = g_hash_table_new (g_str_hash, g_str_equal);
	history->batches = g_hash_table_new_full (NULL, NULL, NULL, batch_free);
}

void
imap_history_clear (ImapHistory *history)
{
	g_hash_table_unref (history->batches);
	g_hash_table_unref (history->by_name);
	g_ptr_array_unref (history->boxes);
}

/* --- Mailboxes -------------------------------------------------------------------------------- */

ImapJournalBox *
imap_history_add_box (ImapHistory *history, const char *mailbox)
{
	ImapJournalBox *box = g_new0 (ImapJournalBox, 1);

	g_ptr_array_add (history->boxes, box);
	box->mailbox = g_strdup (mailbox);
	box->counts = g_hash_table_new_full (digest_hash, digest_equal, g_free, NULL);
	box->deliveries = g_array_new (FALSE, FALSE, sizeof (ImapDelivery));
	box->doubtful = g_ptr_array_new ();
	g_hash_table_insert (history->by_name, box->mailbox, box);
	return box;
}

/* Numbers follow the order of F lines; swap with the first that has none. */
gboolean
imap_history_number_box (ImapHistory *history, ImapJournalBox *box)
{
	if (box->number > 0)
		return FALSE;
	for (guint i = 0; i < history->boxes->len; i++) {
		ImapJournalBox *other = g_ptr_array_index (history->boxes, i);
		if (other->number > 0)
			continue;
		for (guint k = i; k < history->boxes->len; k++)
			if (g_ptr_array_index (history->boxes, k) == box)
				history->boxes->pdata[k] = other;
		history->boxes->pdata[i] = box;
		box->number = i + 1;
		break;
	}
	return TRUE;
}

ImapJournalBox *
imap_history_find_box (const ImapHistory *history, guint64 number)
{
	return number >= 1 && number <= history->boxes->len
		       ? g_ptr_array_index (history->boxes, (guint) number - 1)
		       : NULL;
}

guint
imap_history_count (const ImapJournalBox *box, const guint8 *l0)
{
	return GPOINTER_TO_UINT (g_hash_table_lookup (box->counts, l0));
}

void
imap_history_deliver (ImapJournalBox *box, const ImapDelivery *delivery)
{
	guint8 *l0 = g_memdup2 (delivery->entry.l0, DIGEST_SIZE);

	g_array_append_vals (box->deliveries, delivery, 1);
	g_hash_table_replace (box->counts, l0, GUINT_TO_POINTER (imap_history_count (box, l0) + 1));
}

/* --- Batches ---------------------------------------------------------------------------------- */

ImapBatch *
imap_history_add_batch (ImapHistory *history, guint number, ImapJournalBox *box,
			guint32 uid_validity, guint32 uid_next, guint count)
{
	ImapBatch *batch = g_new0 (ImapBatch, 1);

	batch->number = number;
	batch->box = box;
	batch->uid_validity = uid_validity;
	batch->uid_next = uid_next;
	batch->count = count;
	batch->open = count;
	batch->entries = g_new0 (ImapJournalEntry, count);
	batch->fates = g_new0 (guint8, count);
	history->next_batch = MAX (history->next_batch, number + 1);
	g_hash_table_insert (history->batches, GUINT_TO_POINTER (number), batch);
	return batch;
}

ImapBatch *
imap_history_find_batch (const ImapHistory *history, guint64 number)
{
	return g_hash_table_lookup (history->batches, GUINT_TO_POINTER ((guint) number));
}

gboolean
imap_history_set_fate (ImapBatch *batch, guint index, ImapFate fate, guint32 uid)
{
	if (index >= batch->count || batch->fates[index] != IMAP_FATE_OPEN)
		return FALSE;
	batch->fates[index] = (guint8) fate;
	batch->open--;
	if (fate == IMAP_FATE_DELIVERED) {
		const ImapDelivery delivery = {
			.entry = batch->entries[index],
			.uid = uid,
			.uid_validity = batch->uid_validity,
			.uid_next = batch->uid_next,
		};
		imap_history_deliver (batch->box, &delivery);
	}
	return TRUE;
}

void
imap_history_suspect (ImapBatch *batch)
{
	ImapJournalBox *box = batch->box;
	guint32 from = MAX (batch->uid_next, 1);

	if (box->suspect == 0 || from < box->suspect)
		box->suspect = from;
}

void
imap_history_drop_if_done (ImapHistory *history, ImapBatch *batch)
{
	if (batch->open > 0)
		return;
	g_ptr_array_remove (batch->box->doubtful, batch);
	g_hash_table_remove (history->batches, GUINT_TO_POINTER (batch->number));
}

void
imap_history_gather_doubtful (ImapHistory *history)
{
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init (&iter, history->batches);
	while (g_hash_table_iter_next (&iter, NULL, &value)) {
		ImapBatch *batch = value;
		g_ptr_array_add (batch->box->doubtful, batch);
	}
}

/* --- All of it -------------------------------------------------------------------------------- */

void
imap_history_forget (ImapHistory *history)
{
	for (guint i = 0; i < history->boxes->len; i++) {
		ImapJournalBox *box = g_ptr_array_index (history->boxes, i);
		g_hash_table_remove_all (box->counts);
		g_array_set_size (box->deliveries, 0);
		box->compared = 0;
	}
}

void
imap_history_restart (ImapHistory *history)
{
	g_ptr_array_set_size (history->boxes, 0);
	g_hash_table_remove_all (history->by_name);
}
