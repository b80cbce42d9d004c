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
	g_autoptr (GError) unheard = NULL;

	if (parcel->announcement != NULL)
		unheard = g_thread_join (parcel->announcement);
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

/* --- Announcing ------------------------------------------------------------------------------- */

/* A thread's function: the error, or NULL. */
static gpointer
announce (gpointer data)
{
	ImapParcel *parcel = data;
	guint count = parcel->items->len;
	g_autofree ImapJournalEntry *entries = g_new (ImapJournalEntry, count);
	GError *error = NULL;

	for (guint i = 0; i < count; i++)
		entries[i] = ((ImapItem *) g_ptr_array_index (parcel->items, i))->entry;
	parcel->record = imap_journal_intend (parcel->journal, parcel->box->journal,
					      parcel->box->uid_validity, parcel->uid_next, entries,
					      count, &error);
	return error;
}

static void
prepare (ImapParcel *parcel, ImapJournal *journal)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&parcel->box->lock);

	parcel->journal = journal;
	parcel->uid_next = parcel->box->uid_next;
}

void
imap_parcel_begin (ImapParcel *parcel, ImapJournal *journal)
{
	prepare (parcel, journal);
	parcel->announcement = g_thread_new ("journal", announce, parcel);
}

gboolean
imap_parcel_announce (ImapParcel *parcel, ImapJournal *journal, GError **error)
{
	GError *problem = NULL;

	if (parcel->announcement != NULL) {
		problem = g_thread_join (g_steal_pointer (&parcel->announcement));
	} else {
		prepare (parcel, journal);
		problem = announce (parcel);
	}
	if (problem == NULL)
		return TRUE;
	g_propagate_error (error, problem);
	return FALSE;
}
