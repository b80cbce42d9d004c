/* imap-entries.c - the messages that a server lists in a mailbox, and what became of each
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-entries.h"

struct ImapEntries {
	GArray *list;        /* of ImapEntry */
	GPtrArray *refusals; /* what the server said, from number 1; the same words share one */
};

ImapEntries *
imap_entries_new (void)
{
	ImapEntries *entries = g_new0 (ImapEntries, 1);

	entries->list = g_array_new (FALSE, FALSE, sizeof (ImapEntry));
	entries->refusals = g_ptr_array_new_with_free_func (g_free);
	return entries;
}

void
imap_entries_free (ImapEntries *entries)
{
	if (entries == NULL)
		return;
	g_array_unref (entries->list);
	g_ptr_array_unref (entries->refusals);
	g_free (entries);
}

void
imap_entries_clear (ImapEntries *entries)
{
	g_array_set_size (entries->list, 0);
}

void
imap_entries_add (ImapEntries *entries, guint32 uid, guint32 size)
{
	const ImapEntry entry = { .uid = uid, .size = size };

	g_array_append_val (entries->list, entry);
}

guint
imap_entries_count (const ImapEntries *entries)
{
	return entries->list->len;
}

ImapEntry *
imap_entries_get (const ImapEntries *entries, guint index)
{
	return &g_array_index (entries->list, ImapEntry, index);
}

static int
compare (gconstpointer a, gconstpointer b)
{
	guint32 left = ((const ImapEntry *) a)->uid;
	guint32 right = ((const ImapEntry *) b)->uid;

	return left < right ? -1 : left > right;
}

void
imap_entries_tidy (ImapEntries *entries)
{
	guint kept = 0;

	g_array_sort (entries->list, compare);
	for (guint i = 0; i < entries->list->len; i++) {
		ImapEntry entry = *imap_entries_get (entries, i);
		if (kept == 0 || imap_entries_get (entries, kept - 1)->uid != entry.uid)
			*imap_entries_get (entries, kept++) = entry;
	}
	g_array_set_size (entries->list, kept);
}

guint64
imap_entries_sum_sizes (const ImapEntries *entries)
{
	guint64 bytes = 0;

	for (guint i = 0; i < entries->list->len; i++)
		bytes += imap_entries_get (entries, i)->size;
	return bytes;
}

ImapEntry *
imap_entries_find (const ImapEntries *entries, guint32 uid)
{
	guint low = 0;
	guint high = entries->list->len;

	while (low < high) {
		guint middle = low + (high - low) / 2;
		ImapEntry *entry = imap_entries_get (entries, middle);
		if (entry->uid == uid)
			return entry;
		if (entry->uid < uid)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

void
imap_entries_withhold (ImapEntries *entries, ImapEntry *entry, const char *text)
{
	GPtrArray *known = entries->refusals;

	entry->fate = IMAP_ENTRY_WITHHELD;
	if (text == NULL)
		return;
	if (known->len == 0 || g_strcmp0 (g_ptr_array_index (known, known->len - 1), text) != 0)
		g_ptr_array_add (known, g_strdup (text));
	entry->refusal = known->len;
}

gboolean
imap_entries_has_withheld (const ImapEntries *entries)
{
	for (guint i = 0; i < entries->list->len; i++)
		if (imap_entries_get (entries, i)->fate == IMAP_ENTRY_WITHHELD)
			return TRUE;
	return FALSE;
}

const char *
imap_entries_get_refusal (const ImapEntries *entries, const ImapEntry *entry)
{
	return entry->refusal > 0 ? g_ptr_array_index (entries->refusals, entry->refusal - 1)
				  : NULL;
}

static gboolean
is_open (const ImapEntries *entries, guint index)
{
	return imap_entries_get (entries, index)->fate == IMAP_ENTRY_OPEN;
}

char *
imap_entries_make_set (const ImapEntries *entries, guint first, guint count)
{
	GString *set = g_string_new (NULL);

	for (guint i = first; i < first + count;) {
		guint32 low = imap_entries_get (entries, i)->uid;
		guint32 high = low;
		if (!is_open (entries, i++))
			continue;
		for (; i < first + count && is_open (entries, i) &&
		       imap_entries_get (entries, i)->uid == high + 1;
		     i++)
			high++;
		g_string_append_printf (set, high > low ? "%s%u:%u" : "%s%u",
					set->len > 0 ? "," : "", low, high);
	}
	return g_string_free (set, FALSE);
}
