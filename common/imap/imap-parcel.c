/* imap-parcel.c - messages that the journal announced together, and what of them is on its way
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-parcel.h"

#include "imap/imap-item.h"

ImapParcel *
imap_parcel_new (ImapBox *box)
{
	ImapParcel *parcel = g_atomic_rc_box_new0 (ImapParcel);

	parcel->box = box;
	parcel->items = g_ptr_array_new_with_free_func ((GDestroyNotify) imap_item_free);
	return parcel;
}

static void
parcel_clear (ImapParcel *parcel)
{
	g_ptr_array_unref (parcel->items);
}

void
imap_parcel_unref (ImapParcel *parcel)
{
	g_atomic_rc_box_release_full (parcel, (GDestroyNotify) parcel_clear);
}

ImapSpan *
imap_parcel_span (ImapParcel *parcel, guint first, guint count)
{
	ImapSpan *span = g_new0 (ImapSpan, 1);

	span->parcel = g_atomic_rc_box_acquire (parcel);
	span->first = first;
	span->count = count;
	span->uid_next = parcel->uid_next;
	for (guint i = first; i < first + count; i++)
		span->bytes += ((ImapItem *) g_ptr_array_index (parcel->items, i))->entry.key.size;
	return span;
}

void
imap_parcel_span_free (ImapSpan *span)
{
	imap_parcel_unref (span->parcel);
	g_free (span);
}

gboolean
imap_parcel_announce (ImapParcel *parcel, ImapJournal *journal, GError **error)
{
	guint count = parcel->items->len;
	g_autofree ImapJournalEntry *entries = g_new (ImapJournalEntry, count);

	for (guint i = 0; i < count; i++)
		entries[i] = ((ImapItem *) g_ptr_array_index (parcel->items, i))->entry;
	g_mutex_lock (&parcel->box->lock);
	parcel->uid_next = parcel->box->uid_next;
	g_mutex_unlock (&parcel->box->lock);
	parcel->record = imap_journal_intend (journal, parcel->box->journal,
					      parcel->box->uid_validity, parcel->uid_next, entries,
					      count, error);
	return parcel->record != NULL;
}
